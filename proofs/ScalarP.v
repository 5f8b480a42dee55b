(** Soundness of the scalar domain: every operation on records holds of every operation on their members. *)
From Proofs Require Import Tactics WordP TnumP.
From Checker Require Import Scalar.

Lemma in_scalar_range s x : in_scalar s x -> 0 <= x < W.
Proof. intros H. exact (proj1 H). Qed.
Lemma smin64_eq : smin64 = - S64.
Proof. reflexivity. Qed.
Lemma smax64_eq : smax64 = S64 - 1.
Proof. reflexivity. Qed.
Lemma sgn64_any x : 0 <= x < W -> smin64 <= sgn64 x <= smax64.
Proof. intros H. assert (R := sgn64_range x H). rewrite smin64_eq, smax64_eq. lia. Qed.
Lemma word_any x : 0 <= x < W -> zero <= x <= mask64.
Proof. intros H. unfold zero, mask64. lia. Qed.

(** * Reduction *)

(** The signed reading is the unsigned order with the top bit flipped. *)
Lemma sgn64_flip x : 0 <= x < W -> sgn64 x = Z.lxor x S64 - S64.
Proof.
  intros H. assert (B := sign64_bit x H). destruct (sgn64_spec x H) as [[L E] | [L E]]; rewrite E.
  - assert (D : Z.land x S64 = 0).
    { apply Z.bits_inj'. intros i I. rewrite Z.land_spec, Z.bits_0. change S64 with (2 ^ 63). rewrite Z.pow2_bits_eqb by lia.
      destruct (Z.eqb_spec 63 i) as [K | K]; [| apply andb_false_r]. rewrite <- K, B. apply andb_false_intro1, Z.leb_gt. exact L. }
    rewrite <- (Z.add_nocarry_lxor x S64 D). lia.
  - assert (D : Z.ldiff S64 x = 0).
    { apply Z.bits_inj'. intros i I. rewrite Z.ldiff_spec, Z.bits_0. change S64 with (2 ^ 63). rewrite Z.pow2_bits_eqb by lia.
      destruct (Z.eqb_spec 63 i) as [K | K]; [| reflexivity]. rewrite <- K, B. apply Z.leb_le in L. rewrite L. reflexivity. }
    assert (F : Z.lxor x S64 = Z.ldiff x S64).
    { apply Z.bits_inj'. intros i I. assert (C := f_equal (fun z => Z.testbit z i) D). cbv beta in C.
      rewrite Z.ldiff_spec, Z.bits_0 in C. bits_open. bit_cases. }
    rewrite F. rewrite <- (Z.sub_nocarry_ldiff x S64 D). lia.
Qed.
Lemma sgn64_mono a b : 0 <= a < W -> 0 <= b < W ->
  (forall i, 0 <= i < 63 -> Z.testbit a i = true -> Z.testbit b i = true) ->
  (Z.testbit b 63 = true -> Z.testbit a 63 = true) -> sgn64 a <= sgn64 b.
Proof.
  intros A B Low High. rewrite !sgn64_flip by assumption.
  assert (S : 0 <= Z.lxor b S64 < W) by (apply lxor_word; [exact B | lia]).
  assert (G : Z.ldiff (Z.lxor a S64) (Z.lxor b S64) = 0).
  { apply Z.bits_inj'. intros i I. rewrite Z.bits_0, Z.ldiff_spec, !Z.lxor_spec. change S64 with (2 ^ 63).
    rewrite Z.pow2_bits_eqb by lia. destruct (Z.eqb_spec 63 i) as [K | K].
    - subst i. destruct (Z.testbit b 63); [rewrite High by reflexivity | destruct (Z.testbit a 63)]; reflexivity.
    - rewrite !xorb_false_r. destruct (Z.ltb_spec i 63) as [L | L].
      + assert (Q := Low i (conj I L)). destruct (Z.testbit a i); [rewrite Q by reflexivity |]; reflexivity.
      + rewrite (word_high a i A) by lia. reflexivity. }
  assert (H := subset_le _ _ (proj1 S) G). lia.
Qed.
Lemma tn_signed t x : 0 <= x < W -> in_tnum t x ->
  sgn64 (wrap (Z.lor (t_val t) (Z.land (t_mask t) sign64))) <= sgn64 x
  <= sgn64 (wrap (Z.lor (t_val t) (Z.land (t_mask t) smax64))).
Proof.
  intros X H. assert (S : forall i, 0 <= i -> Z.testbit sign64 i = (63 =? i)).
  { intros i I. change sign64 with (2 ^ 63). apply Z.pow2_bits_eqb. lia. }
  assert (M : forall i, 0 <= i -> Z.testbit smax64 i = (i <? 63)).
  { intros i I. change smax64 with (Z.ones 63). apply Z.testbit_ones_nonneg; lia. }
  split; apply sgn64_mono; try apply wrap_range; try exact X.
  - intros i [I L]. rewrite testbit_wrap, Z.lor_spec, Z.land_spec, S by exact I.
    destruct (Z.eqb_spec 63 i) as [K | K]; [lia |]. rewrite andb_false_r, orb_false_r. use_bit H i I. bit_cases.
  - rewrite testbit_wrap, Z.lor_spec, Z.land_spec, S by lia. assert (N : 0 <= 63) by lia. use_bit H 63 N.
    change (63 =? 63) with true. change (63 <? 64) with true. rewrite !andb_true_r. bit_cases.
  - intros i [I L]. rewrite testbit_wrap, Z.lor_spec, Z.land_spec, M by exact I.
    assert (K : i <? 63 = true) by (apply Z.ltb_lt; exact L). assert (K' : i <? 64 = true) by (apply Z.ltb_lt; lia).
    rewrite K, K', !andb_true_r. use_bit H i I. bit_cases.
  - rewrite testbit_wrap, Z.lor_spec, Z.land_spec, M by lia. assert (N : 0 <= 63) by lia. use_bit H 63 N.
    change (63 <? 63) with false. change (63 <? 64) with true. rewrite andb_false_r, orb_false_r, andb_true_r. bit_cases.
Qed.

Lemma sc_finish_sound t umin umax smin smax x :
  0 <= umin -> 0 <= x < W -> in_tnum t x -> umin <= x <= umax -> smin <= sgn64 x <= smax ->
  in_scalar (sc_finish t umin umax smin smax) x /\ 0 <= s_umin (sc_finish t umin umax smin smax).
Proof.
  intros N X T U G. unfold sc_finish. destruct (tn_meet_sound t (tn_range umin umax) x T) as [c [E C]].
  - apply tn_range_sound; lia.
  - rewrite E. split; [| exact N]. split; [exact X |]. split; [exact C |]. split; [exact U | exact G].
Qed.
Lemma sc_sync1_sound s x : in_scalar s x -> in_scalar (sc_sync1 s) x /\ 0 <= s_umin (sc_sync1 s).
Proof.
  intros [X [T [U G]]]. assert (V := tn_val_le _ x (proj1 X) T). assert (M := tn_may_le _ x X T).
  assert (B := tn_signed _ x X T). unfold sc_sync1. cbv zeta.
  revert B. generalize (sgn64 (wrap (Z.lor (t_val (s_tnum s)) (Z.land (t_mask (s_tnum s)) sign64)))).
  generalize (sgn64 (wrap (Z.lor (t_val (s_tnum s)) (Z.land (t_mask (s_tnum s)) smax64)))).
  intros hi lo B. unfold zero, word_size, sign64. rewrite smax64_eq. change mask64 with (W - 1). assert (D := sgn64_spec x X).
  assert (U1 : Z.max (s_umin s) (t_val (s_tnum s)) <= x) by (apply Z.max_lub; lia).
  assert (U2 : x <= Z.min (s_umax s) (tn_may (s_tnum s))) by (apply Z.min_glb; lia).
  assert (G1 : Z.max (s_smin s) lo <= sgn64 x) by (apply Z.max_lub; lia).
  assert (G2 : sgn64 x <= Z.min (s_smax s) hi) by (apply Z.min_glb; lia).
  clear V M U G B. revert U1 U2 G1 G2.
  generalize (Z.max (s_umin s) (t_val (s_tnum s))). generalize (Z.min (s_umax s) (tn_may (s_tnum s))).
  generalize (Z.max (s_smin s) lo). generalize (Z.min (s_smax s) hi). intros smax smin umax umin U1 U2 G1 G2.
  assert (Lo1 : 0 <= Z.max umin (Z.max smin 0)) by lia.
  assert (Lo2 : S64 <= Z.max umin (Z.max (smin + W) S64)) by lia.
  assert (Hi1 : Z.min umax (Z.min smax (S64 - 1)) <= S64 - 1) by lia.
  assert (Hi2 : Z.min umax (Z.min (smax + W) (W - 1)) <= W - 1) by lia.
  assert (Half1 : x < S64 -> Z.max umin (Z.max smin 0) <= x <= Z.min umax (Z.min smax (S64 - 1))) by lia.
  assert (Half2 : S64 <= x -> Z.max umin (Z.max (smin + W) S64) <= x <= Z.min umax (Z.min (smax + W) (W - 1))) by lia.
  revert Lo1 Lo2 Hi1 Hi2 Half1 Half2.
  generalize (Z.max umin (Z.max smin 0)). generalize (Z.min umax (Z.min smax (S64 - 1))).
  generalize (Z.max umin (Z.max (smin + W) S64)). generalize (Z.min umax (Z.min (smax + W) (W - 1))).
  intros hi2 lo2 hi1 lo1 Lo1 Lo2 Hi1 Hi2 Half1 Half2.
  destruct (Z.leb_spec lo1 hi1) as [L1 | L1]; destruct (Z.leb_spec lo2 hi2) as [L2 | L2].
  - apply sc_finish_sound; try assumption; lia.
  - apply sc_finish_sound; try assumption; lia.
  - apply sc_finish_sound; try assumption; lia.
  - exfalso. lia.
Qed.
Lemma sc_sync_sound s x : in_scalar s x -> in_scalar (sc_sync s) x.
Proof. intros H. apply sc_sync1_sound, sc_sync1_sound, H. Qed.
Lemma sc_sync_umin s x : in_scalar s x -> 0 <= s_umin (sc_sync s).
Proof. intros H. apply (sc_sync1_sound (sc_sync1 s) x), sc_sync1_sound, H. Qed.
Lemma sc_check_sound s x : in_scalar s x -> exists t, sc_check s = Some t /\ in_scalar t x.
Proof.
  intros H. apply sc_sync_sound in H. unfold sc_check, sc_is_empty. exists (sc_sync s). split; [| exact H].
  destruct H as [X [T [U G]]]. destruct (Z.ltb_spec (s_umax (sc_sync s)) (s_umin (sc_sync s))) as [L | L]; [lia | reflexivity].
Qed.
(** Membership, part by part. *)
Lemma in_scalar_intro t umin umax smin smax x : 0 <= x < W -> in_tnum t x -> umin <= x <= umax -> smin <= sgn64 x <= smax ->
  in_scalar (Scalar t umin umax smin smax) x.
Proof. intros X T U G. split; [exact X |]. split; [exact T |]. split; [exact U | exact G]. Qed.

(** * Making and comparing *)

Lemma sc_top_sound x : 0 <= x < W -> in_scalar sc_top x.
Proof. intros X. apply in_scalar_intro; [exact X | apply tn_top_sound, X | apply word_any, X | apply sgn64_any, X]. Qed.
Lemma sc_const_sound z : in_scalar (sc_const z) (wrap z).
Proof. apply in_scalar_intro; [apply wrap_range | apply tn_const_sound | lia | lia]. Qed.
Lemma sc_range_sound lo hi x : 0 <= x < W -> lo <= x <= hi -> in_scalar (sc_range lo hi) x.
Proof. intros X H. apply sc_sync_sound, in_scalar_intro; [exact X | apply tn_top_sound, X | exact H | apply sgn64_any, X]. Qed.
Lemma sc_srange_sound lo hi x : 0 <= x < W -> lo <= sgn64 x <= hi -> in_scalar (sc_srange lo hi) x.
Proof. intros X H. apply sc_sync_sound, in_scalar_intro; [exact X | apply tn_top_sound, X | apply word_any, X | exact H]. Qed.
Lemma sc_of_bytes_sound z x : 0 <= x < 256 ^ zbytes z -> in_scalar (sc_of_bytes z) x.
Proof.
  intros H. destruct z; cbn [sc_of_bytes]; cbn [zbytes] in H.
  - change (256 ^ 1) with 256 in H. apply sc_range_sound; lia.
  - change (256 ^ 2) with 65536 in H. apply sc_range_sound; lia.
  - change (256 ^ 4) with W32 in H. apply sc_range_sound; lia.
  - apply sc_top_sound. exact H.
Qed.
Lemma sc_is_const_sound s x c : in_scalar s x -> sc_is_const s = Some c -> x = c.
Proof.
  intros [X [T [U G]]] H. unfold sc_is_const in H. destruct (Z.eqb_spec (s_umin s) (s_umax s)) as [E | E]; [| discriminate].
  injection H as H. lia.
Qed.
Lemma sc_le_sound a b x : sc_le a b = true -> in_scalar a x -> in_scalar b x.
Proof.
  intros H [X [T [U G]]]. unfold sc_le in H. bools. split; [exact X |]. split; [| lia].
  apply (tn_le_sound (s_tnum a)); assumption.
Qed.
Lemma sc_meet_tnum_sound s t x : in_scalar s x -> in_tnum t x -> exists c, sc_meet_tnum s t = Some c /\ in_scalar c x.
Proof.
  intros [X [T [U G]]] H. unfold sc_meet_tnum. destruct (tn_meet_sound _ _ x T H) as [c [E C]]. rewrite E.
  apply sc_check_sound, in_scalar_intro; assumption.
Qed.
Lemma sc_meet_sound a b x : in_scalar a x -> in_scalar b x -> exists c, sc_meet a b = Some c /\ in_scalar c x.
Proof.
  intros [X [T [U G]]] [X' [T' [U' G']]]. unfold sc_meet. destruct (tn_meet_sound _ _ x T T') as [c [E C]]. rewrite E.
  apply sc_check_sound, in_scalar_intro; [exact X | exact C | lia | lia].
Qed.
Lemma sc_join_sound a b x : in_scalar a x \/ in_scalar b x -> in_scalar (sc_join a b) x.
Proof.
  intros H. assert (X : 0 <= x < W) by (destruct H as [H | H]; exact (in_scalar_range _ _ H)).
  apply sc_sync_sound, in_scalar_intro; [exact X | | |].
  - apply tn_join_sound. destruct H as [H | H]; [left | right]; exact (proj1 (proj2 H)).
  - destruct H as [[_ [_ [U G]]] | [_ [_ [U G]]]]; lia.
  - destruct H as [[_ [_ [U G]]] | [_ [_ [U G]]]]; lia.
Qed.

(** * Low bits *)

Lemma land_ones_split x n : 0 <= n -> x = Z.land x (Z.ones n) + Z.shiftr x n * 2 ^ n.
Proof.
  intros N. rewrite Z.land_ones, Z.shiftr_div_pow2 by exact N. assert (P : 0 < 2 ^ n) by (apply Z.pow_pos_nonneg; lia).
  assert (E := Z.div_mod x (2 ^ n)). lia.
Qed.
Lemma shiftr_mono a b n : 0 <= n -> a <= b -> Z.shiftr a n <= Z.shiftr b n.
Proof. intros N H. rewrite !Z.shiftr_div_pow2 by exact N. apply Z.div_le_mono; [apply Z.pow_pos_nonneg; lia | exact H]. Qed.
(** Between two numbers with the same high bits, the low bits are in order. *)
Lemma low_between lo x hi n : 0 <= n -> lo <= x <= hi -> Z.shiftr lo n = Z.shiftr hi n ->
  Z.land lo (Z.ones n) <= Z.land x (Z.ones n) <= Z.land hi (Z.ones n).
Proof.
  intros N H E. assert (A := shiftr_mono lo x n N (proj1 H)). assert (B := shiftr_mono x hi n N (proj2 H)).
  assert (F : Z.shiftr x n = Z.shiftr lo n) by lia.
  assert (L := land_ones_split lo n N). assert (M := land_ones_split x n N). assert (R := land_ones_split hi n N).
  rewrite <- E in R. rewrite F in M. lia.
Qed.
Lemma sc_low_sound n s x : 0 <= n <= 64 -> in_scalar s x -> in_scalar (sc_low n s) (Z.land x (Z.ones n)).
Proof.
  intros [N N'] H. assert (P : 0 < 2 ^ n) by (apply Z.pow_pos_nonneg; lia).
  assert (O : Z.ones n = 2 ^ n - 1) by (rewrite Z.ones_equiv; lia).
  assert (Le : 2 ^ n <= 2 ^ 64) by (apply Z.pow_le_mono_r; lia). change (2 ^ 64) with W in Le.
  assert (R : 0 <= Z.land x (Z.ones n) < 2 ^ n) by (rewrite Z.land_ones by exact N; apply Z.mod_pos_bound; exact P).
  destruct H as [X [T [U G]]]. unfold sc_low. cbv zeta. destruct (Z.leb_spec (s_umax s) (Z.ones n)) as [L | L].
  - rewrite Z.land_ones by exact N. rewrite Z.mod_small by lia. split; [exact X |]. split; [exact T |]. split; [exact U | exact G].
  - apply sc_sync_sound, in_scalar_intro; [lia | apply tn_low_sound, T | | apply sgn64_any; lia].
    destruct (Z.eqb_spec (Z.shiftr (s_umin s) n) (Z.shiftr (s_umax s) n)) as [E | E].
    + apply low_between; assumption.
    + unfold zero. lia.
Qed.
Lemma sc_trunc_sound w s x : in_scalar s x -> in_scalar (sc_trunc w s) (trunc w x).
Proof.
  intros H. destruct w; cbn [sc_trunc trunc].
  - apply (sc_low_sound 32); [lia | exact H].
  - rewrite (wrap_small x (in_scalar_range _ _ H)). exact H.
Qed.
Lemma sc_trunc_bytes_sound z s x : in_scalar s x -> in_scalar (sc_trunc_bytes z s) (Z.land x (Z.ones (size_bits z))).
Proof.
  intros H. destruct z; cbn [sc_trunc_bytes size_bits].
  - apply sc_low_sound; [lia | exact H].
  - apply sc_low_sound; [lia | exact H].
  - apply sc_low_sound; [lia | exact H].
  - change (Z.land x (Z.ones 64)) with (wrap x). rewrite (wrap_small x (in_scalar_range _ _ H)). exact H.
Qed.

(** * Sums *)

Lemma umin_of_sound lo hi z : lo <= z <= hi -> umin_of lo hi <= wrap z <= umax_of lo hi.
Proof.
  intros H. unfold umin_of, umax_of, num64. destruct (Z.eqb_spec (Z.shiftr lo 64) (Z.shiftr hi 64)) as [E | E].
  - apply (low_between lo z hi 64); [lia | exact H | exact E].
  - apply word_any, wrap_range.
Qed.
Lemma smin_of_sound lo hi z : lo <= z <= hi -> smin_of lo hi <= sgn64 (wrap z) <= smax_of lo hi.
Proof.
  intros H. unfold smin_of, smax_of, no_swrap, num64, sign64.
  destruct (Z.eqb_spec (Z.shiftr (lo + S64) 64) (Z.shiftr (hi + S64) 64)) as [E | E].
  - assert (F : forall v, sgn64 (wrap v) = wrap (v + S64) - S64).
    { intros v. destruct (sgn64_spec (wrap v) (wrap_range v)) as [[A B] | [A B]]; rewrite B; clear B; words. }
    rewrite !F. assert (Q : lo + S64 <= z + S64 <= hi + S64) by lia.
    assert (B := low_between _ _ _ 64 ltac:(lia) Q E). change (Z.ones 64) with mask64 in B. unfold wrap. lia.
  - apply sgn64_any, wrap_range.
Qed.
(** [z] computes the word, and [g] its signed reading, before they wrap. *)
Lemma sc_make_sound t ulo uhi slo shi z g : in_tnum t (wrap z) -> ulo <= z <= uhi -> slo <= g <= shi -> wrap g = wrap z ->
  in_scalar (sc_make t ulo uhi slo shi) (wrap z).
Proof.
  intros T U G E. apply sc_sync_sound, in_scalar_intro; [apply wrap_range | exact T | apply umin_of_sound, U |].
  rewrite <- E. apply smin_of_sound, G.
Qed.
Lemma sc_add_sound a b x y : in_scalar a x -> in_scalar b y -> in_scalar (sc_add a b) (wrap (x + y)).
Proof.
  intros [X [T [U G]]] [X' [T' [U' G']]]. unfold sc_add. apply sc_make_sound with (g := sgn64 x + sgn64 y).
  - apply tn_add_sound; assumption.
  - lia.
  - lia.
  - rewrite <- wrap_add, !wrap_sgn64 by assumption. reflexivity.
Qed.
Lemma sc_sub_sound a b x y : in_scalar a x -> in_scalar b y -> in_scalar (sc_sub a b) (wrap (x - y)).
Proof.
  intros [X [T [U G]]] [X' [T' [U' G']]]. unfold sc_sub. apply sc_make_sound with (g := sgn64 x - sgn64 y).
  - apply tn_sub_sound; assumption.
  - lia.
  - lia.
  - rewrite <- wrap_sub, !wrap_sgn64 by assumption. reflexivity.
Qed.

(** * Products and quotients *)

(** A product of two ranges lies between its corners. *)
Lemma mul_corners a b c d x y : a <= x <= b -> c <= y <= d ->
  Z.min (Z.min (a * c) (a * d)) (Z.min (b * c) (b * d)) <= x * y <= Z.max (Z.max (a * c) (a * d)) (Z.max (b * c) (b * d)).
Proof.
  intros H K.
  assert (L : Z.min (a * y) (b * y) <= x * y <= Z.max (a * y) (b * y)).
  { destruct (Z.leb_spec 0 y) as [P | P]; nia. }
  assert (M : Z.min (a * c) (a * d) <= a * y <= Z.max (a * c) (a * d)).
  { destruct (Z.leb_spec 0 a) as [P | P]; nia. }
  assert (N : Z.min (b * c) (b * d) <= b * y <= Z.max (b * c) (b * d)).
  { destruct (Z.leb_spec 0 b) as [P | P]; nia. }
  lia.
Qed.
Lemma sc_mul_sound a b x y : in_scalar a x -> in_scalar b y -> in_scalar (sc_mul a b) (wrap (x * y)).
Proof.
  intros [X [T [U G]]] [X' [T' [U' G']]]. unfold sc_mul. cbv zeta.
  assert (C := mul_corners _ _ _ _ _ _ G G').
  assert (E : wrap (sgn64 x * sgn64 y) = wrap (x * y)) by (rewrite <- wrap_mul, !wrap_sgn64 by assumption; reflexivity).
  apply sc_sync_sound, in_scalar_intro; [apply wrap_range | apply tn_mul_sound; assumption | |].
  - destruct (Z.leb_spec (s_umax a * s_umax b) mask64) as [L | L]; [| apply word_any, wrap_range].
    unfold mask64, zero in *. assert (Q : 0 <= x * y <= s_umax a * s_umax b) by nia. rewrite wrap_small by lia. split; [| lia]. apply Z.mul_le_mono_nonneg; lia.
  - revert C. generalize (Z.min (Z.min (s_smin a * s_smin b) (s_smin a * s_smax b)) (Z.min (s_smax a * s_smin b) (s_smax a * s_smax b))).
    generalize (Z.max (Z.max (s_smin a * s_smin b) (s_smin a * s_smax b)) (Z.max (s_smax a * s_smin b) (s_smax a * s_smax b))).
    intros hi lo C. destruct ((smin64 <=? lo) && (hi <=? smax64)) eqn:B; [| apply sgn64_any, wrap_range].
    bools. rewrite smin64_eq, smax64_eq in *. rewrite <- E, sgn64_wrap by lia. exact C.
Qed.

Lemma alu64_word op x y : 0 <= x < W -> 0 <= y < W -> alu A64 op x y =
  match op with
  | Add => wrap (x + y) | Sub => wrap (x - y) | Mul => wrap (x * y)
  | Div => if y =? 0 then 0 else x / y
  | Sdiv => if y =? 0 then 0 else wrap (Z.quot (sgn64 x) (sgn64 y))
  | Mod => if y =? 0 then x else x mod y
  | Smod => if y =? 0 then x else wrap (Z.rem (sgn64 x) (sgn64 y))
  | Or => Z.lor x y | And => Z.land x y | Xor => Z.lxor x y
  | Lsh => wrap (Z.shiftl x (Z.land y 63))
  | Rsh => Z.shiftr x (Z.land y 63)
  | Arsh => wrap (Z.shiftr (sgn64 x) (Z.land y 63))
  | Mov => y
  end.
Proof. intros X Y. unfold alu. cbn [trunc signed count_mask]. rewrite (wrap_small x X), (wrap_small y Y). reflexivity. Qed.

Lemma sc_div_sound a b x y : in_scalar a x -> in_scalar b y -> in_scalar (sc_div a b) (if y =? 0 then 0 else x / y).
Proof.
  intros [X [T [U G]]] [X' [T' [U' G']]]. unfold sc_div, zero.
  assert (Q : y <> 0 -> 0 <= x / y <= x).
  { intros N. split; [apply Z.div_pos; lia |]. apply Z.div_le_upper_bound; nia. }
  destruct (Z.ltb_spec 0 (s_umin b)) as [L | L].
  - destruct (Z.eqb_spec y 0) as [E | E]; [lia |]. specialize (Q E). apply sc_range_sound; [lia |]. split.
    + apply Z.le_trans with (x / s_umax b).
      * apply Z.div_le_mono; lia.
      * apply Z.div_le_compat_l; lia.
    + apply Z.le_trans with (x / s_umin b).
      * apply Z.div_le_compat_l; lia.
      * apply Z.div_le_mono; lia.
  - destruct (Z.eqb_spec y 0) as [E | E]; [apply sc_range_sound; lia |]. specialize (Q E). apply sc_range_sound; lia.
Qed.

Lemma sc_and_sound a b x y : in_scalar a x -> in_scalar b y -> in_scalar (sc_and a b) (Z.land x y).
Proof.
  intros [X [T [U G]]] [X' [T' [U' G']]]. assert (R := land_word x y (proj1 X) X').
  assert (A := count_range x y (proj1 X')). assert (B := count_range y x (proj1 X)). rewrite Z.land_comm in B.
  apply sc_sync_sound, in_scalar_intro; [exact R | apply tn_and_sound; assumption | | apply sgn64_any, R]. unfold zero. lia.
Qed.
Lemma lor_ge x y : 0 <= x -> 0 <= y -> x <= Z.lor x y.
Proof.
  intros X Y. apply subset_le; [apply Z.lor_nonneg; lia |]. apply Z.bits_inj'. intros i I. rewrite Z.bits_0. bits_open. bit_cases.
Qed.
Lemma sc_or_sound a b x y : in_scalar a x -> in_scalar b y -> in_scalar (sc_or a b) (Z.lor x y).
Proof.
  intros [X [T [U G]]] [X' [T' [U' G']]]. assert (R := lor_word x y X X').
  assert (A := lor_ge x y (proj1 X) (proj1 X')). assert (B := lor_ge y x (proj1 X') (proj1 X)). rewrite Z.lor_comm in B.
  apply sc_sync_sound, in_scalar_intro; [exact R | apply tn_or_sound; assumption | | apply sgn64_any, R].
  unfold mask64. lia.
Qed.
Lemma sc_xor_sound a b x y : in_scalar a x -> in_scalar b y -> in_scalar (sc_xor a b) (Z.lxor x y).
Proof.
  intros [X [T [U G]]] [X' [T' [U' G']]]. assert (R := lxor_word x y X X').
  apply sc_sync_sound, in_scalar_intro; [exact R | apply tn_xor_sound; assumption | apply word_any, R | apply sgn64_any, R].
Qed.

Lemma one_bit_spec c : one_bit c = true -> exists k, 0 <= k /\ c = 2 ^ k.
Proof.
  unfold one_bit, zero, one. intros H. bools. exists (Z.log2 c). split; [apply Z.log2_nonneg |].
  rewrite <- Z.shiftl_1_l. assumption.
Qed.
Lemma sc_mod_sound a b x y : in_scalar a x -> in_scalar b y -> in_scalar (sc_mod a b) (if y =? 0 then x else x mod y).
Proof.
  intros A B. assert (A' := A). assert (B' := B). destruct A' as [X [T [U G]]]. destruct B' as [X' [T' [U' G']]].
  unfold sc_mod, zero, one.
  assert (Q : y <> 0 -> 0 <= x mod y < y /\ x mod y <= x).
  { intros N. split; [apply Z.mod_pos_bound; lia |]. apply Z.mod_le; lia. }
  destruct (Z.ltb_spec 0 (s_umin b)) as [L | L].
  - destruct (Z.eqb_spec y 0) as [E | E]; [lia |]. specialize (Q E). destruct (Z.ltb_spec (s_umax a) (s_umin b)) as [M | M].
    + rewrite Z.mod_small by lia. exact A.
    + destruct ((s_umin b =? s_umax b) && one_bit (s_umin b)) eqn:O.
      * apply andb_true_iff in O. destruct O as [O1 O2]. apply Z.eqb_eq in O1. assert (F : y = s_umin b) by lia.
        destruct (one_bit_spec _ O2) as [k [K P]]. rewrite F, P. rewrite <- Z.land_ones by exact K.
        replace (Z.ones k) with (wrap (2 ^ k - 1)); [apply sc_and_sound; [exact A | apply sc_const_sound] |].
        rewrite Z.ones_equiv. rewrite wrap_small by lia. lia.
      * apply sc_range_sound; lia.
  - destruct (Z.eqb_spec y 0) as [E | E]; [apply sc_range_sound; lia |]. specialize (Q E). apply sc_range_sound; lia.
Qed.

Lemma both_nonneg_spec a b x y : both_nonneg a b = true -> in_scalar a x -> in_scalar b y ->
  sgn64 x = x /\ sgn64 y = y /\ x < S64 /\ y < S64.
Proof.
  unfold both_nonneg, zero. intros H [X [T [U G]]] [X' [T' [U' G']]]. bools.
  assert (P := sgn64_spec x X). assert (Q := sgn64_spec y X'). lia.
Qed.
Lemma sc_sdiv_sound a b x y : in_scalar a x -> in_scalar b y ->
  in_scalar (sc_sdiv a b) (if y =? 0 then 0 else wrap (Z.quot (sgn64 x) (sgn64 y))).
Proof.
  intros A B. unfold sc_sdiv. destruct (both_nonneg a b) eqn:N.
  - destruct (both_nonneg_spec a b x y N A B) as [E [F [Lx Ly]]]. rewrite E, F.
    assert (D := sc_div_sound a b x y A B). destruct (Z.eqb_spec y 0) as [Y0 | Y0]; [exact D |].
    assert (X := in_scalar_range _ _ A). assert (Y := in_scalar_range _ _ B).
    rewrite Z.quot_div_nonneg by lia. assert (R := in_scalar_range _ _ D). rewrite (wrap_small _ R). exact D.
  - clear N. destruct A as [X [T [U G]]]. destruct B as [X' [T' [U' G']]]. unfold zero.
    destruct ((0 <? s_smin b) && (s_smin b =? s_smax b)) eqn:C.
    + bools. assert (E : sgn64 y = s_smin b) by lia. assert (Y0 := sgn64_0 y X').
      destruct (Z.eqb_spec y 0) as [Y1 | Y1]; [lia |]. rewrite E. assert (R := sgn64_range x X).
      assert (Q : - S64 <= Z.quot (sgn64 x) (s_smin b) < S64).
      { assert (P : 0 < s_smin b) by lia. assert (QR := Z.quot_rem' (sgn64 x) (s_smin b)).
        destruct (Z.leb_spec 0 (sgn64 x)) as [S | S].
        - assert (RB := Z.rem_bound_pos (sgn64 x) (s_smin b) S P). nia.
        - assert (S' : sgn64 x <= 0) by lia. assert (RB := Z.rem_bound_pos_neg (sgn64 x) (s_smin b) P S'). nia. }
      apply sc_srange_sound; [apply wrap_range |]. rewrite sgn64_wrap by exact Q. split; apply Z.quot_le_mono; lia.
    + destruct (Z.eqb_spec y 0) as [Y1 | Y1]; apply sc_top_sound; [lia | apply wrap_range].
Qed.
Lemma sc_smod_sound a b x y : in_scalar a x -> in_scalar b y ->
  in_scalar (sc_smod a b) (if y =? 0 then x else wrap (Z.rem (sgn64 x) (sgn64 y))).
Proof.
  intros A B. unfold sc_smod. destruct (both_nonneg a b) eqn:N.
  - destruct (both_nonneg_spec a b x y N A B) as [E [F [Lx Ly]]]. rewrite E, F.
    assert (D := sc_mod_sound a b x y A B). destruct (Z.eqb_spec y 0) as [Y0 | Y0]; [exact D |].
    assert (X := in_scalar_range _ _ A). assert (Y := in_scalar_range _ _ B).
    rewrite Z.rem_mod_nonneg by lia. assert (R := in_scalar_range _ _ D). rewrite (wrap_small _ R). exact D.
  - clear N. destruct A as [X [T [U G]]]. destruct B as [X' [T' [U' G']]]. unfold zero, one.
    destruct (Z.ltb_spec 0 (s_smin b)) as [P | P].
    + assert (Y0 := sgn64_0 y X'). destruct (Z.eqb_spec y 0) as [Y1 | Y1]; [lia |]. assert (R := sgn64_range x X).
      assert (Py : 0 < sgn64 y) by lia. assert (Ry := sgn64_range y X').
      assert (Q : Z.max (Z.min (sgn64 x) 0) (1 - sgn64 y) <= Z.rem (sgn64 x) (sgn64 y) <= Z.min (Z.max (sgn64 x) 0) (sgn64 y - 1)).
      { assert (QR := Z.quot_rem' (sgn64 x) (sgn64 y)). destruct (Z.leb_spec 0 (sgn64 x)) as [S | S].
        - assert (RB := Z.rem_bound_pos (sgn64 x) (sgn64 y) S Py). assert (RL := Z.rem_le (sgn64 x) (sgn64 y) S Py). lia.
        - assert (S' : sgn64 x <= 0) by lia. assert (RB := Z.rem_bound_pos_neg (sgn64 x) (sgn64 y) Py S').
          assert (RL := Z.rem_le (- sgn64 x) (sgn64 y)). rewrite Z.rem_opp_l' in RL. lia. }
      apply sc_srange_sound; [apply wrap_range |]. rewrite sgn64_wrap by lia. lia.
    + destruct (Z.eqb_spec y 0) as [Y1 | Y1]; apply sc_top_sound; [exact X | apply wrap_range].
Qed.

(** * Shifts *)

Lemma shiftr_amount_nonneg a c d : 0 <= a -> 0 <= c <= d -> 0 <= Z.shiftr a d <= Z.shiftr a c.
Proof.
  intros A [C D]. replace d with (c + (d - c)) by lia. rewrite <- Z.shiftr_shiftr by lia.
  apply shiftr_le; [apply Z.shiftr_nonneg; exact A | lia].
Qed.
Lemma shiftr_amount_neg a c d : a < 0 -> 0 <= c <= d -> Z.shiftr a c <= Z.shiftr a d < 0.
Proof.
  intros A [C D]. replace d with (c + (d - c)) by lia. rewrite <- Z.shiftr_shiftr by lia.
  assert (N : Z.shiftr a c < 0) by (apply Z.shiftr_neg; exact A). split.
  - rewrite (Z.shiftr_div_pow2 (Z.shiftr a c)) by lia. assert (P : 0 < 2 ^ (d - c)) by (apply Z.pow_pos_nonneg; lia).
    apply Z.div_le_lower_bound; nia.
  - apply Z.shiftr_neg. exact N.
Qed.
Lemma pow_between c1 c c2 : 0 <= c1 -> c1 <= c <= c2 -> 0 < 2 ^ c1 /\ 2 ^ c1 <= 2 ^ c <= 2 ^ c2.
Proof. intros N H. split; [apply Z.pow_pos_nonneg; lia |]. split; apply Z.pow_le_mono_r; lia. Qed.
(** The least shift of a number that is at least [lo], the greatest of one that is at most [hi]. *)
Lemma shiftl_least lo v c1 c c2 : 0 <= c1 -> c1 <= c <= c2 -> lo <= v ->
  Z.shiftl lo (if lo <? zero then c2 else c1) <= Z.shiftl v c.
Proof.
  intros N C H. destruct (pow_between c1 c c2 N C) as [P Q]. unfold zero.
  destruct (Z.ltb_spec lo 0) as [L | L]; rewrite !Z.shiftl_mul_pow2 by lia; nia.
Qed.
Lemma shiftl_most hi v c1 c c2 : 0 <= c1 -> c1 <= c <= c2 -> v <= hi ->
  Z.shiftl v c <= Z.shiftl hi (if hi <? zero then c1 else c2).
Proof.
  intros N C H. destruct (pow_between c1 c c2 N C) as [P Q]. unfold zero.
  destruct (Z.ltb_spec hi 0) as [L | L]; rewrite !Z.shiftl_mul_pow2 by lia; nia.
Qed.
Lemma shiftr_least lo v c1 c c2 : 0 <= c1 -> c1 <= c <= c2 -> lo <= v ->
  Z.shiftr lo (if lo <? zero then c1 else c2) <= Z.shiftr v c.
Proof.
  intros N C H. apply Z.le_trans with (Z.shiftr lo c); [| apply shiftr_mono; lia]. unfold zero.
  destruct (Z.ltb_spec lo 0) as [L | L]; [apply shiftr_amount_neg; lia | apply shiftr_amount_nonneg; lia].
Qed.
Lemma shiftr_most hi v c1 c c2 : 0 <= c1 -> c1 <= c <= c2 -> v <= hi ->
  Z.shiftr v c <= Z.shiftr hi (if hi <? zero then c2 else c1).
Proof.
  intros N C H. apply Z.le_trans with (Z.shiftr hi c); [apply shiftr_mono; lia |]. unfold zero.
  destruct (Z.ltb_spec hi 0) as [L | L]; [apply shiftr_amount_neg; lia | apply shiftr_amount_nonneg; lia].
Qed.

Lemma sc_shl_sound s x c1 c c2 : 0 <= c1 -> c1 <= c <= c2 -> in_scalar s x -> in_scalar (sc_shl s c1 c2) (wrap (Z.shiftl x c)).
Proof.
  intros N C [X [T [U G]]]. unfold sc_shl. apply sc_make_sound with (g := Z.shiftl (sgn64 x) c).
  - destruct (Z.eqb_spec c1 c2) as [E | E]; [| apply tn_top_sound, wrap_range]. replace c with c1 by lia.
    apply tn_shl_sound; assumption.
  - destruct (pow_between c1 c c2 N C) as [P Q]. rewrite !Z.shiftl_mul_pow2 by lia. nia.
  - split; [apply shiftl_least; lia | apply shiftl_most; lia].
  - rewrite !Z.shiftl_mul_pow2 by lia. rewrite <- wrap_mul_l, wrap_sgn64 by exact X. reflexivity.
Qed.
Lemma sc_shr_sound s x c1 c c2 : 0 <= c1 -> c1 <= c <= c2 -> in_scalar s x -> in_scalar (sc_shr s c1 c2) (Z.shiftr x c).
Proof.
  intros N C [X [T [U G]]]. assert (R := shiftr_le x c (proj1 X)). assert (Cn : 0 <= c) by lia. specialize (R Cn).
  unfold sc_shr. apply sc_sync_sound, in_scalar_intro; [lia | | | apply sgn64_any; lia].
  - destruct (Z.eqb_spec c1 c2) as [E | E]; [| apply tn_top_sound; lia]. replace c with c1 by lia. apply tn_shr_sound; assumption.
  - assert (L := shiftr_least (s_umin s) x c1 c c2 N C (proj1 U)). assert (M := shiftr_most (s_umax s) x c1 c c2 N C (proj2 U)).
    unfold zero in *. assert (K : s_umax s <? 0 = false) by (apply Z.ltb_ge; lia). rewrite K in M. clear K. split; [| exact M].
    destruct (Z.ltb_spec (s_umin s) 0) as [K | K]; [| exact L].
    assert (Q := Z.shiftr_neg (s_umin s) c2). lia.
Qed.
Lemma sgn64_shiftr x c : 0 <= x < W -> 0 <= c -> - S64 <= Z.shiftr (sgn64 x) c < S64.
Proof.
  intros X C. assert (R := sgn64_range x X). destruct (Z.ltb_spec (sgn64 x) 0) as [L | L].
  - assert (H := shiftr_amount_neg (sgn64 x) 0 c L). rewrite Z.shiftr_0_r in H. lia.
  - assert (H := shiftr_le (sgn64 x) c L C). lia.
Qed.
Lemma sc_sar_sound s x c1 c c2 : 0 <= c1 -> c1 <= c <= c2 -> in_scalar s x ->
  in_scalar (sc_sar s c1 c2) (wrap (Z.shiftr (sgn64 x) c)).
Proof.
  intros N C [X [T [U G]]]. assert (R := sgn64_shiftr x c X).
  unfold sc_sar. apply sc_sync_sound, in_scalar_intro; [apply wrap_range | | apply word_any, wrap_range |].
  - destruct (Z.eqb_spec c1 c2) as [E | E]; [| apply tn_top_sound, wrap_range]. replace c with c1 by lia. apply tn_sar_sound; assumption.
  - rewrite sgn64_wrap by lia. split; [apply shiftr_least; lia | apply shiftr_most; lia].
Qed.

(** * All operations, 64 bits *)

Lemma sc_and_umin a b x y : in_scalar a x -> in_scalar b y -> 0 <= s_umin (sc_and a b).
Proof.
  intros [X [T [U G]]] [X' [T' [U' G']]]. assert (R := land_word x y (proj1 X) X').
  assert (A := count_range x y (proj1 X')). assert (B := count_range y x (proj1 X)). rewrite Z.land_comm in B.
  apply (sc_sync_umin _ (Z.land x y)), in_scalar_intro; [exact R | apply tn_and_sound; assumption | | apply sgn64_any, R].
  unfold zero. lia.
Qed.
Lemma sc_count_sound b y : in_scalar b y ->
  0 <= s_umin (sc_and b sc_63) /\ s_umin (sc_and b sc_63) <= Z.land y 63 <= s_umax (sc_and b sc_63).
Proof.
  intros B. assert (K : in_scalar sc_63 63) by exact (sc_const_sound 63).
  split; [exact (sc_and_umin b sc_63 y 63 B K) |]. exact (proj1 (proj2 (proj2 (sc_and_sound b sc_63 y 63 B K)))).
Qed.
Lemma sc_alu64_sound op a b x y : in_scalar a x -> in_scalar b y -> in_scalar (sc_alu64 op a b) (alu A64 op x y).
Proof.
  intros A B. rewrite alu64_word by (eapply in_scalar_range; eassumption).
  destruct (sc_count_sound b y B) as [N C]. destruct op; cbn [sc_alu64]; cbv zeta.
  - apply sc_add_sound; assumption.
  - apply sc_sub_sound; assumption.
  - apply sc_mul_sound; assumption.
  - apply sc_div_sound; assumption.
  - apply sc_sdiv_sound; assumption.
  - apply sc_mod_sound; assumption.
  - apply sc_smod_sound; assumption.
  - apply sc_or_sound; assumption.
  - apply sc_and_sound; assumption.
  - apply sc_xor_sound; assumption.
  - apply sc_shl_sound; assumption.
  - apply sc_shr_sound; assumption.
  - apply sc_sar_sound; assumption.
  - exact B.
Qed.

(** * Sign extension *)

Lemma sext_shifts n x : 0 < n <= 64 -> 0 <= x < W ->
  wrap (Z.shiftr (sgn64 (wrap (Z.shiftl x (64 - n)))) (64 - n)) = wrap (sgn_bits n x).
Proof.
  intros N X. apply Z.bits_inj'. intros i I. rewrite !(testbit_wrap _ i I). rewrite Z.shiftr_spec by exact I.
  rewrite testbit_sgn64 by (try apply wrap_range; lia). rewrite testbit_wrap, Z.shiftl_spec, sgn_bits_bit by lia.
  destruct (Z.ltb_spec i 64) as [L | L]; [| rewrite !andb_false_r; reflexivity].
  assert (K : Z.min (i + (64 - n)) 63 <? 64 = true) by (apply Z.ltb_lt; lia). rewrite K, !andb_true_r. f_equal. lia.
Qed.
Lemma trunc_wrap w x : trunc w (wrap x) = trunc w x.
Proof. destruct w; [apply wrap32_wrap | apply wrap_wrap]. Qed.
Lemma sc_sext_sound w z s x : in_scalar s x -> in_scalar (sc_sext w z s) (sext w z x).
Proof.
  intros H. unfold sc_sext, sext. cbv zeta. rewrite <- trunc_wrap.
  assert (N : 0 < size_bits z <= 64) by (destruct z; cbn [size_bits]; lia). unfold num64.
  rewrite <- (sext_shifts _ x N (in_scalar_range _ _ H)).
  apply sc_trunc_sound, sc_sar_sound; [lia | lia |]. apply sc_shl_sound; [lia | lia | exact H].
Qed.
Lemma sext_32 x : sext A64 S4 x = wrap (sgn32 x).
Proof. unfold sext. cbn [size_bits trunc]. rewrite sgn_bits_32. reflexivity. Qed.

(** * Both widths *)

Definition left32 (op : aluop) (x : Z) : Z := match op with Sdiv | Smod | Arsh => sext A64 S4 x | _ => trunc A32 x end.
Definition right32 (op : aluop) (y : Z) : Z :=
  match op with Sdiv | Smod => sext A64 S4 y | Lsh | Rsh | Arsh => Z.land y num31 | _ => trunc A32 y end.
Lemma left32_range op x : 0 <= left32 op x < W.
Proof. unfold left32. destruct op; try apply sext_range; apply trunc_range. Qed.
Lemma land31_range y : 0 <= Z.land y 31 < W.
Proof. assert (H := count_range y 31). lia. Qed.
Lemma right32_range op y : 0 <= right32 op y < W.
Proof. unfold right32. destruct op; try apply sext_range; try apply trunc_range; apply land31_range. Qed.
Lemma sgn64_sgn32 x : sgn64 (wrap (sgn32 x)) = sgn32 x.
Proof. apply sgn64_wrap. assert (H := sgn32_range x). lia. Qed.
Lemma sgn32_0 x : wrap (sgn32 x) = 0 <-> wrap32 x = 0.
Proof.
  assert (H := sgn32_range x). assert (R := wrap32_range x). rewrite <- (wrap32_sgn32 x). split; intros E.
  - rewrite <- wrap32_wrap, E. reflexivity.
  - rewrite wrap32_sgn32 in E. unfold sgn32. rewrite E. reflexivity.
Qed.
Lemma land_count y : Z.land (Z.land y 31) 63 = Z.land (wrap32 y) 31.
Proof. unfold wrap32. rewrite <- !Z.land_assoc. reflexivity. Qed.
Lemma alu32_64 op x y : alu A32 op x y = wrap32 (alu A64 op (left32 op x) (right32 op y)).
Proof.
  rewrite alu64_word by (apply left32_range || apply right32_range). unfold alu. cbn [trunc signed count_mask].
  assert (X := wrap32_range x). assert (Y := wrap32_range y).
  assert (Zx := sgn32_0 x). assert (Zy := sgn32_0 y).
  destruct op; cbn [left32 right32 trunc]; rewrite ?sext_32, ?sgn64_sgn32; unfold num31;
    rewrite ?land_count, ?wrap32_wrap, ?sgn32_wrap32, ?wrap32_wrap32; try reflexivity.
  - (* Div *) destruct (Z.eqb_spec (wrap32 y) 0) as [E | E]; [reflexivity |].
    assert (Q : 0 <= wrap32 x / wrap32 y <= wrap32 x).
    { split; [apply Z.div_pos; lia |]. apply Z.div_le_upper_bound; nia. }
    symmetry. apply wrap32_small. lia.
  - (* Sdiv *) destruct (Z.eqb_spec (wrap32 y) 0) as [E | E]; destruct (Z.eqb_spec (wrap (sgn32 y)) 0) as [F | F];
      try (exfalso; tauto); [reflexivity |]. symmetry. apply wrap32_wrap.
  - (* Mod *) destruct (Z.eqb_spec (wrap32 y) 0) as [E | E]; [symmetry; apply wrap32_wrap32 |].
    assert (Q := Z.mod_pos_bound (wrap32 x) (wrap32 y)). symmetry. apply wrap32_small. lia.
  - (* Smod *) destruct (Z.eqb_spec (wrap32 y) 0) as [E | E]; destruct (Z.eqb_spec (wrap (sgn32 y)) 0) as [F | F];
      try (exfalso; tauto); symmetry.
    + rewrite wrap32_wrap. apply wrap32_sgn32.
    + apply wrap32_wrap.
  - (* Or *) unfold wrap32. rewrite !Z.land_lor_distr_l, <- !Z.land_assoc. reflexivity.
  - (* And *) apply Z.bits_inj'. intros i I. rewrite testbit_wrap32, !Z.land_spec, !testbit_wrap32 by exact I. bit_cases.
  - (* Xor *) apply Z.bits_inj'. intros i I. rewrite testbit_wrap32, !Z.lxor_spec, !testbit_wrap32 by exact I. bit_cases.
  - (* Rsh *) assert (C := count_range (wrap32 y) 31). assert (Q := shiftr_le (wrap32 x) (Z.land (wrap32 y) 31)).
    symmetry. apply wrap32_small. lia.
Qed.
Lemma sc_alu_sound w op a b x y : in_scalar a x -> in_scalar b y -> in_scalar (sc_alu w op a b) (alu w op x y).
Proof.
  intros A B. destruct w; cbn [sc_alu]; [| apply sc_alu64_sound; assumption].
  rewrite alu32_64. change wrap32 with (trunc A32). apply sc_trunc_sound, sc_alu64_sound.
  - unfold sc_left32, left32. destruct op; first [apply sc_sext_sound; exact A | apply sc_trunc_sound; exact A].
  - assert (K : in_scalar sc_31 num31) by exact (sc_const_sound 31). unfold sc_right32, right32.
    destruct op; first [apply sc_sext_sound; exact B | apply sc_trunc_sound; exact B | apply sc_and_sound; [exact B | exact K]].
Qed.
Lemma sc_neg_sound w s x : in_scalar s x -> in_scalar (sc_neg w s) (neg w x).
Proof.
  intros H. unfold sc_neg, neg. replace (trunc w (- x)) with (trunc w (wrap (0 - trunc w x))).
  - apply sc_trunc_sound, sc_sub_sound; [exact (sc_const_sound 0) | apply sc_trunc_sound, H].
  - rewrite trunc_wrap. destruct w; cbn [trunc].
    + words.
    + rewrite wrap_sub_r. reflexivity.
Qed.
Lemma sc_byte_order_sound k z s x : in_scalar s x -> in_scalar (sc_byte_order k z s) (byte_order k z x).
Proof.
  intros H. assert (R := fun j => byte_order_word j z x). destruct k; cbn [sc_byte_order].
  - apply sc_trunc_bytes_sound, H.
  - specialize (R ToBe). cbn [byte_order] in *.
    apply sc_sync_sound, in_scalar_intro; [exact R | apply tn_rev_sound, H | apply word_any, R | apply sgn64_any, R].
  - specialize (R Swap). cbn [byte_order] in *.
    apply sc_sync_sound, in_scalar_intro; [exact R | apply tn_rev_sound, H | apply word_any, R | apply sgn64_any, R].
Qed.

(** * Comparisons *)

(** The operands' members are still in what an outcome leaves. *)
Definition kept (p : option (scalar * scalar)) (x y : Z) : Prop :=
  exists a b, p = Some (a, b) /\ in_scalar a x /\ in_scalar b y.
Definition kept1 (p : option scalar) (x : Z) : Prop := exists a, p = Some a /\ in_scalar a x.

Lemma both_kept p q x y : kept1 p x -> kept1 q y -> kept (both p q) x y.
Proof. intros [a [-> A]] [b [-> B]]. exists a, b. split; [reflexivity |]. split; assumption. Qed.
Lemma flip_kept p x y : kept p x y -> kept (flip p) y x.
Proof. intros [a [b [-> [A B]]]]. exists b, a. split; [reflexivity |]. split; assumption. Qed.
Lemma check_kept t umin umax smin smax x : 0 <= x < W -> in_tnum t x -> umin <= x <= umax -> smin <= sgn64 x <= smax ->
  kept1 (sc_check (Scalar t umin umax smin smax)) x.
Proof. intros X T U G. apply sc_check_sound, in_scalar_intro; assumption. Qed.

Lemma sc_ule_sound k a b x y : in_scalar a x -> in_scalar b y -> x + k <= y -> kept (sc_ule k a b) x y.
Proof.
  intros [X [T [U G]]] [X' [T' [U' G']]] H. apply both_kept; apply check_kept; try assumption; lia.
Qed.
Lemma sc_sle_sound k a b x y : in_scalar a x -> in_scalar b y -> sgn64 x + k <= sgn64 y -> kept (sc_sle k a b) x y.
Proof.
  intros [X [T [U G]]] [X' [T' [U' G']]] H. apply both_kept; apply check_kept; try assumption; lia.
Qed.
Lemma sc_eq_sound a b x y : in_scalar a x -> in_scalar b y -> x = y -> kept (sc_eq a b) x y.
Proof.
  intros A B E. subst y. unfold sc_eq. destruct (sc_meet_sound a b x A B) as [m [E M]]. rewrite E.
  exists m, m. split; [reflexivity |]. split; exact M.
Qed.
Lemma sc_trim_sound s o x : in_scalar s x -> (forall c, o = Some c -> 0 <= c < W /\ x <> c) -> kept1 (sc_trim s o) x.
Proof.
  intros H N. destruct o as [c |]; cbn [sc_trim]; [| exists s; split; [reflexivity | exact H]].
  destruct (N c eq_refl) as [C D]. destruct H as [X [T [U G]]]. cbv zeta. unfold one.
  assert (I : sgn64 x <> sgn64 c) by (intros E; apply D, sgn64_inj; assumption).
  apply check_kept; [exact X | exact T | |].
  - destruct (Z.eqb_spec (s_umin s) c) as [E | E]; destruct (Z.eqb_spec (s_umax s) c) as [F | F]; lia.
  - destruct (Z.eqb_spec (s_smin s) (sgn64 c)) as [E | E]; destruct (Z.eqb_spec (s_smax s) (sgn64 c)) as [F | F]; lia.
Qed.
Lemma sc_ne_sound a b x y : in_scalar a x -> in_scalar b y -> x <> y -> kept (sc_ne a b) x y.
Proof.
  intros A B N. apply both_kept; apply sc_trim_sound; try assumption; intros c C.
  - assert (E := sc_is_const_sound b y c B C). subst c. split; [exact (in_scalar_range _ _ B) | exact N].
  - assert (E := sc_is_const_sound a x c A C). subst c. split; [exact (in_scalar_range _ _ A) |]. intros E. apply N. symmetry. exact E.
Qed.
Lemma nonzero_bit z : z <> 0 -> exists i, 0 <= i /\ Z.testbit z i = true.
Proof.
  intros N. destruct (Z.testbit z 0) eqn:B0; [exists 0; split; [lia | exact B0] |].
  destruct (Z.ltb_spec z 0) as [L | L].
  - destruct (Z.bits_iff_neg_ex z) as [P _]. destruct (P L) as [k K]. exists (Z.max 0 (k + 1)). split; [lia |]. apply K. lia.
  - exists (Z.log2 z). split; [apply Z.log2_nonneg |]. apply Z.bit_log2. lia.
Qed.
Lemma sc_bits_sound a b x y : in_scalar a x -> in_scalar b y -> Z.land x y <> 0 -> kept (sc_bits a b) x y.
Proof.
  intros A B N. destruct (nonzero_bit _ N) as [i [I Bi]]. rewrite Z.land_spec in Bi. apply andb_true_iff in Bi.
  destruct Bi as [Bx By]. assert (A' := A). assert (B' := B). destruct A' as [X [T _]]. destruct B' as [X' [T' _]].
  assert (P : Z.testbit (Z.land (tn_may (s_tnum a)) (tn_may (s_tnum b))) i = true).
  { rewrite Z.land_spec, (tn_may_bits _ x) by assumption. rewrite (tn_may_bits _ y) by assumption. reflexivity. }
  unfold sc_bits. cbv zeta. generalize dependent (Z.land (tn_may (s_tnum a)) (tn_may (s_tnum b))). intros p P. unfold zero.
  destruct (Z.eqb_spec p 0) as [E | E]; [rewrite E, Z.bits_0 in P; discriminate |].
  destruct (one_bit p) eqn:O; [| exists a, b; split; [reflexivity |]; split; assumption].
  destruct (one_bit_spec p O) as [k [K F]]. subst p. rewrite Z.pow2_bits_eqb in P by exact K. apply Z.eqb_eq in P. subst k.
  assert (S : forall v, Z.testbit v i = true -> Z.land v (2 ^ i) = 2 ^ i).
  { intros v V. apply Z.bits_inj'. intros j J. rewrite Z.land_spec, Z.pow2_bits_eqb by exact I.
    destruct (Z.eqb_spec i j) as [Q | Q]; [rewrite <- Q, V; reflexivity | apply andb_false_r]. }
  apply both_kept.
  - apply sc_meet_tnum_sound; [exact A |]. apply tn_set_sound; [exact X | apply S, Bx].
  - apply sc_meet_tnum_sound; [exact B |]. apply tn_set_sound; [exact X' | apply S, By].
Qed.
Lemma val_disjoint t x y : in_tnum t y -> Z.land x y = 0 -> Z.land x (t_val t) = 0.
Proof.
  intros T H. apply Z.bits_inj'. intros i I. assert (B := f_equal (fun z => Z.testbit z i) H). cbv beta in B.
  rewrite Z.land_spec, Z.bits_0 in B. rewrite Z.land_spec, Z.bits_0. use_bit T i I. bit_cases.
Qed.
Lemma sc_no_bits_sound a b x y : in_scalar a x -> in_scalar b y -> Z.land x y = 0 -> kept (sc_no_bits a b) x y.
Proof.
  intros A B H. assert (H' : Z.land y x = 0) by (rewrite Z.land_comm; exact H).
  assert (A' := A). assert (B' := B). destruct A' as [X [T _]]. destruct B' as [X' [T' _]]. apply both_kept.
  - apply sc_meet_tnum_sound; [exact A |]. apply tn_clear_sound; [exact X |]. apply (val_disjoint _ x y T' H).
  - apply sc_meet_tnum_sound; [exact B |]. apply tn_clear_sound; [exact X' |]. apply (val_disjoint _ y x T H').
Qed.

Lemma sc_refine64_sound c r a b x y : in_scalar a x -> in_scalar b y -> compare A64 c x y = r -> kept (sc_refine64 c r a b) x y.
Proof.
  intros A B H. assert (X := in_scalar_range _ _ A). assert (Y := in_scalar_range _ _ B).
  unfold compare in H. cbn [trunc signed] in H. rewrite (wrap_small x X), (wrap_small y Y) in H.
  destruct c; destruct r; cbn [sc_refine64]; unfold zero, one; bools;
    match goal with
    | |- kept (sc_eq _ _) _ _ => apply sc_eq_sound; [exact A | exact B | assumption]
    | |- kept (sc_ne _ _) _ _ => apply sc_ne_sound; [exact A | exact B | assumption]
    | |- kept (sc_no_bits _ _) _ _ => apply sc_no_bits_sound; [exact A | exact B | assumption]
    | |- kept (sc_bits _ _) _ _ => apply sc_bits_sound; [exact A | exact B | assumption]
    | |- kept (sc_ule _ _ _) _ _ => apply sc_ule_sound; [exact A | exact B | lia]
    | |- kept (sc_sle _ _ _) _ _ => apply sc_sle_sound; [exact A | exact B | lia]
    | |- kept (flip (sc_ule _ _ _)) _ _ => apply flip_kept, sc_ule_sound; [exact B | exact A | lia]
    | |- kept (flip (sc_sle _ _ _)) _ _ => apply flip_kept, sc_sle_sound; [exact B | exact A | lia]
    end.
Qed.

Lemma sc_with_low_sound s r x : in_scalar s x -> in_scalar r (wrap32 x) -> kept1 (sc_with_low s r) x.
Proof.
  intros [X [T [U G]]] [X' [T' [U' G']]]. unfold sc_with_low. cbv zeta. unfold num32.
  destruct (tn_meet_sound _ _ x T (tn_half_sound _ x X T')) as [t [E C]]. rewrite E.
  destruct (Z.eqb_spec (Z.shiftr (s_umin s) 32) (Z.shiftr (s_umax s) 32)) as [F | F].
  - assert (L := shiftr_mono (s_umin s) x 32 ltac:(lia) (proj1 U)). assert (M := shiftr_mono x (s_umax s) 32 ltac:(lia) (proj2 U)).
    assert (K := land_ones_split x 32 ltac:(lia)). change (Z.land x (Z.ones 32)) with (wrap32 x) in K.
    assert (Q : Z.shiftr x 32 = Z.shiftr (s_umin s) 32) by lia. rewrite Q in K. rewrite <- Z.shiftl_mul_pow2 in K by lia.
    apply check_kept; [exact X | exact C | lia | exact G].
  - apply check_kept; assumption.
Qed.
Lemma sc_with_slow_sound s r x : in_scalar s x -> in_scalar r (wrap (sgn32 x)) -> kept1 (sc_with_slow s r) x.
Proof.
  intros H R. unfold sc_with_slow. destruct ((smin32 <=? s_smin s) && (s_smax s <=? smax32)) eqn:B.
  - bools. apply sc_meet_sound; [exact H |]. replace x with (wrap (sgn32 x)); [exact R |].
    destruct H as [X [T [U G]]]. unfold smin32, smax32 in *.
    assert (E : sgn32 x = sgn64 x).
    { rewrite <- (sgn32_small (sgn64 x)) by lia. rewrite <- (sgn32_wrap32 x), <- (sgn32_wrap32 (sgn64 x)). f_equal.
      rewrite <- (wrap32_wrap (sgn64 x)), wrap_sgn64 by exact X. reflexivity. }
    rewrite E. apply wrap_sgn64. exact X.
  - apply sc_with_low_sound; [exact H |]. replace (wrap32 x) with (trunc A32 (wrap (sgn32 x))); [apply sc_trunc_sound, R |].
    cbn [trunc]. rewrite wrap32_wrap. apply wrap32_sgn32.
Qed.

Lemma compare32_unsigned c x y : signed_cmp c = false -> compare A64 c (wrap32 x) (wrap32 y) = compare A32 c x y.
Proof.
  intros S. unfold compare. cbn [trunc]. rewrite !wrap_wrap32. destruct c; try reflexivity; discriminate S.
Qed.
Lemma compare32_signed c x y : signed_cmp c = true -> compare A64 c (wrap (sgn32 x)) (wrap (sgn32 y)) = compare A32 c x y.
Proof.
  intros S. unfold compare. cbn [trunc signed]. rewrite !wrap_wrap, !sgn64_sgn32, !sgn32_wrap32.
  destruct c; try reflexivity; discriminate S.
Qed.
Lemma sc_refine_sound w c r a b x y : in_scalar a x -> in_scalar b y -> compare w c x y = r ->
  exists a' b', sc_refine w c r a b = Some (a', b') /\ in_scalar a' x /\ in_scalar b' y.
Proof.
  intros A B H. change (kept (sc_refine w c r a b) x y). destruct w; cbn [sc_refine]; [| apply sc_refine64_sound; assumption].
  destruct (signed_cmp c) eqn:S.
  - rewrite <- (compare32_signed c x y S) in H.
    assert (A' := sc_sext_sound A64 S4 a x A). assert (B' := sc_sext_sound A64 S4 b y B). rewrite sext_32 in A', B'.
    destruct (sc_refine64_sound _ _ _ _ _ _ A' B' H) as [p [q [E [P Q]]]]. rewrite E.
    apply both_kept; apply sc_with_slow_sound; assumption.
  - rewrite <- (compare32_unsigned c x y S) in H.
    assert (A' := sc_trunc_sound A32 a x A). assert (B' := sc_trunc_sound A32 b y B). cbn [trunc] in A', B'.
    destruct (sc_refine64_sound _ _ _ _ _ _ A' B' H) as [p [q [E [P Q]]]]. rewrite E.
    apply both_kept; apply sc_with_low_sound; assumption.
Qed.

(** * Precision: facts that real programs lean on, and what must not be concluded *)

Module Precision.
Definition between (lo hi : Z) (s : scalar) : bool := (lo <=? s_umin s) && (s_umax s <=? hi).
Definition sbetween (lo hi : Z) (s : scalar) : bool := (lo <=? s_smin s) && (s_smax s <=? hi).
Definition first_of (p : option (scalar * scalar)) : scalar := match p with Some (a, _) => a | None => sc_empty end.
Definition c (z : Z) : scalar := sc_const z.

(* index &= 63; index *= 8: at most 504, and a multiple of 8 *)
Example mask_then_scale :
  let s := sc_alu A64 Mul (sc_alu A64 And sc_top (c 63)) (c 8) in
  between 0 504 s && tn_le (s_tnum s) (Tnum 0 504) = true.
Proof. vm_compute. reflexivity. Qed.
(* w1 += -1 with w1 in 1 .. 10: the immediate is 2^32 - 1, the result 0 .. 9 *)
Example decrement_32 : between 0 9 (sc_alu A32 Add (sc_range 1 10) (c (-1))) = true.
Proof. vm_compute. reflexivity. Qed.
(* if (n > 100) goto out; otherwise n <= 100, even when n was loaded from a register of unknown sign *)
Example bound_unsigned : between 0 100 (first_of (sc_refine A64 Jgt false sc_top (c 100))) = true.
Proof. vm_compute. reflexivity. Qed.
(* a signed bound alone leaves the negative numbers; with one from below it is a range *)
Example bound_signed_one_side : between 0 100 (first_of (sc_refine A64 Jsgt false sc_top (c 100))) = false.
Proof. vm_compute. reflexivity. Qed.
Example bound_signed_both_sides :
  between 0 100 (first_of (sc_refine A64 Jsge true (first_of (sc_refine A64 Jsgt false sc_top (c 100))) (c 0))) = true.
Proof. vm_compute. reflexivity. Qed.
(* a 32-bit comparison of a zero-extended value bounds all of it; of an unknown word, only the low half *)
Example bound_32 : between 0 7 (first_of (sc_refine A32 Jlt true (sc_of_bytes S4) (c 8))) = true.
Proof. vm_compute. reflexivity. Qed.
Example bound_32_of_word : between 0 7 (first_of (sc_refine A32 Jlt true sc_top (c 8))) = false.
Proof. vm_compute. reflexivity. Qed.
Example bound_32_of_word_then_moved : between 0 7 (sc_alu A32 Mov (c 0) (first_of (sc_refine A32 Jlt true sc_top (c 8)))) = true.
Proof. vm_compute. reflexivity. Qed.
(* a negative int in a zero-extended register *)
Example negative_32 : between 2147483648 4294967295 (first_of (sc_refine A32 Jslt true (sc_of_bytes S4) (c 0))) = true.
Proof. vm_compute. reflexivity. Qed.
(* (long)(int)r: -5 .. 5 survives from 64 bits, but the zero-extended half of it is any int *)
Example sign_extend : sbetween (-5) 5 (sc_sext A64 S4 (sc_trunc A32 (sc_srange (-5) 5))) = false
  /\ sbetween (-5) 5 (sc_sext A64 S4 (sc_srange (-5) 5)) = true.
Proof. vm_compute. split; reflexivity. Qed.
(* the compiler's sign extension: r <<= 32; r s>>= 32 *)
Example shift_pair : sbetween (-128) 127 (sc_alu A64 Arsh (sc_alu A64 Lsh (sc_srange (-128) 127) (c 32)) (c 32)) = true.
Proof. vm_compute. reflexivity. Qed.
(* 32-bit arithmetic shift right zero-extends: -1 s>> 1 is 2^32 - 1, no more *)
Example arsh_32 : sc_is_const (sc_alu A32 Arsh (c (-1)) (c 1)) = Some 4294967295.
Proof. vm_compute. reflexivity. Qed.
(* the shift amount is masked: 64 is 0 *)
Example shift_amount : sc_is_const (sc_alu A64 Lsh (c 5) (c 64)) = Some 5.
Proof. vm_compute. reflexivity. Qed.
(* x / 0 = 0 and x mod 0 = x *)
Example by_zero : sc_is_const (sc_alu A64 Div (sc_range 5 9) (c 0)) = None /\ between 0 9 (sc_alu A64 Mod (sc_range 5 9) (c 0)) = true.
Proof. vm_compute. split; reflexivity. Qed.
(* known bits meet ranges: the protocol byte *)
Example swap_port : sc_is_const (sc_byte_order ToBe S2 (c 80)) = Some 20480.
Proof. vm_compute. reflexivity. Qed.
Example bit_test : between 4 5 (first_of (sc_refine A64 Jset true (sc_range 0 5) (c 4))) = true
  /\ between 0 3 (first_of (sc_refine A64 Jset false (sc_range 0 5) (c 4))) = true.
Proof. vm_compute. split; reflexivity. Qed.
(* outcomes that can't be *)
Example impossible : sc_refine A64 Jgt true (sc_range 0 5) (c 5) = None /\ sc_refine A32 Jeq true (sc_range 0 5) (c 6) = None
  /\ sc_refine A64 Jset true (sc_range 0 3) (c 4) = None /\ sc_refine A64 Jne true (c 4) (c 4) = None.
Proof. vm_compute. repeat split; reflexivity. Qed.
End Precision.
