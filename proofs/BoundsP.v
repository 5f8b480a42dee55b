(** Soundness of the scalar domain: every operation on records holds of every operation on their
    members. *)
From Proofs Require Import Tactics WordP TnumP.
From Checker Require Import Bounds.

Lemma in_bounds_range s x : in_bounds s x -> 0 <= x < W.
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
  - (* x < S64 *) assert (D : Z.land x S64 = 0).
    { apply Z.bits_inj'. intros i I. rewrite Z.land_spec, Z.bits_0.
      change S64 with (2 ^ 63). rewrite Z.pow2_bits_eqb by lia.
      destruct (Z.eqb_spec 63 i) as [K | K]; [| apply andb_false_r]. rewrite <- K, B.
      apply andb_false_intro1, Z.leb_gt. exact L. }
    rewrite <- (Z.add_nocarry_lxor x S64 D). lia.
  - (* S64 <= x *) assert (D : Z.ldiff S64 x = 0).
    { apply Z.bits_inj'. intros i I. rewrite Z.ldiff_spec, Z.bits_0.
      change S64 with (2 ^ 63). rewrite Z.pow2_bits_eqb by lia.
      destruct (Z.eqb_spec 63 i) as [K | K]; [| reflexivity]. rewrite <- K, B. apply Z.leb_le in L.
      rewrite L. reflexivity. }
    assert (F : Z.lxor x S64 = Z.ldiff x S64).
    { apply Z.bits_inj'. intros i I.
      assert (C := f_equal (fun z => Z.testbit z i) D). cbv beta in C.
      rewrite Z.ldiff_spec, Z.bits_0 in C. bits_open. bit_cases. }
    rewrite F. rewrite <- (Z.sub_nocarry_ldiff x S64 D). lia.
Qed.
(** More low bits, and a sign only where the other has one: no less, as a signed number. *)
Lemma sgn64_mono a b : 0 <= a < W -> 0 <= b < W ->
  (forall i, 0 <= i < 63 -> Z.testbit a i = true -> Z.testbit b i = true) ->
  (Z.testbit b 63 = true -> Z.testbit a 63 = true) -> sgn64 a <= sgn64 b.
Proof.
  intros A B Low High. rewrite !sgn64_flip by assumption.
  assert (S : 0 <= Z.lxor b S64 < W) by (apply lxor_word; [exact B | lia]).
  assert (G : Z.ldiff (Z.lxor a S64) (Z.lxor b S64) = 0).
  { apply Z.bits_inj'. intros i I. rewrite Z.bits_0, Z.ldiff_spec, !Z.lxor_spec.
    change S64 with (2 ^ 63).
    rewrite Z.pow2_bits_eqb by lia. destruct (Z.eqb_spec 63 i) as [K | K].
    - (* i = 63 *) subst i.
      destruct (Z.testbit b 63); [rewrite High by reflexivity | destruct (Z.testbit a 63)];
        reflexivity.
    - (* i <> 63 *) rewrite !xorb_false_r. destruct (Z.ltb_spec i 63) as [L | L].
      + (* i < 63 *) assert (Q := Low i (conj I L)).
        destruct (Z.testbit a i); [rewrite Q by reflexivity |]; reflexivity.
      + (* 63 <= i *) rewrite (word_high a i A) by lia. reflexivity. }
  assert (H := subset_le _ _ (proj1 S) G). lia.
Qed.
(** The signed bounds that known bits imply. *)
Lemma tn_signed t x : 0 <= x < W -> in_tnum t x ->
  sgn64 (wrap (Z.lor (t_val t) (Z.land (t_mask t) sign64))) <= sgn64 x
  <= sgn64 (wrap (Z.lor (t_val t) (Z.land (t_mask t) smax64))).
Proof.
  intros X H. assert (S : forall i, 0 <= i -> Z.testbit sign64 i = (63 =? i)).
  { intros i I. change sign64 with (2 ^ 63). apply Z.pow2_bits_eqb. lia. }
  assert (M : forall i, 0 <= i -> Z.testbit smax64 i = (i <? 63)).
  { intros i I. change smax64 with (Z.ones 63). apply Z.testbit_ones_nonneg; lia. }
  split; apply sgn64_mono; try apply wrap_range; try exact X.
  - (* the least one: low bits *)
    intros i [I L]. rewrite testbit_wrap, Z.lor_spec, Z.land_spec, S by exact I.
    destruct (Z.eqb_spec 63 i) as [K | K]; [lia |]. rewrite andb_false_r, orb_false_r.
    use_bit H i I. bit_cases.
  - (* the least one: sign *)
    rewrite testbit_wrap, Z.lor_spec, Z.land_spec, S by lia. assert (N : 0 <= 63) by lia.
    use_bit H 63 N.
    change (63 =? 63) with true. change (63 <? 64) with true. rewrite !andb_true_r.
    bit_cases.
  - (* the greatest one: low bits *)
    intros i [I L]. rewrite testbit_wrap, Z.lor_spec, Z.land_spec, M by exact I.
    assert (K : i <? 63 = true) by (apply Z.ltb_lt; exact L).
    assert (K' : i <? 64 = true) by (apply Z.ltb_lt; lia).
    rewrite K, K', !andb_true_r. use_bit H i I. bit_cases.
  - (* the greatest one: sign *)
    rewrite testbit_wrap, Z.lor_spec, Z.land_spec, M by lia. assert (N : 0 <= 63) by lia.
    use_bit H 63 N.
    change (63 <? 63) with false. change (63 <? 64) with true.
    rewrite andb_false_r, orb_false_r, andb_true_r. bit_cases.
Qed.

(** The known bits of a range, added. *)
Lemma bd_finish_sound t umin umax smin smax x :
  0 <= umin -> 0 <= x < W -> in_tnum t x -> umin <= x <= umax -> smin <= sgn64 x <= smax ->
  in_bounds (bd_finish t umin umax smin smax) x /\ 0 <= b_umin (bd_finish t umin umax smin smax).
Proof.
  intros N X T U G. unfold bd_finish.
  destruct (tn_meet_sound t (tn_range umin umax) x T) as [c [E C]].
  - (* known bits of the range *) apply tn_range_sound; lia.
  - (* the meet *) rewrite E. split; [| exact N]. split; [exact X |].
    split; [exact C |]. split; [exact U | exact G].
Qed.
Lemma bd_sync1_sound s x : in_bounds s x -> in_bounds (bd_sync1 s) x /\ 0 <= b_umin (bd_sync1 s).
Proof.
  intros [X [T [U G]]]. assert (V := tn_val_le _ x (proj1 X) T). assert (M := tn_may_le _ x X T).
  assert (B := tn_signed _ x X T). unfold bd_sync1. cbv zeta.
  revert B.
  generalize (sgn64 (wrap (Z.lor (t_val (b_tnum s)) (Z.land (t_mask (b_tnum s)) sign64)))).
  generalize (sgn64 (wrap (Z.lor (t_val (b_tnum s)) (Z.land (t_mask (b_tnum s)) smax64)))).
  intros hi lo B. unfold zero, word_size, sign64. rewrite smax64_eq.
  change mask64 with (W - 1). assert (D := sgn64_spec x X).
  assert (U1 : Z.max (b_umin s) (t_val (b_tnum s)) <= x) by (apply Z.max_lub; lia).
  assert (U2 : x <= Z.min (b_umax s) (tn_may (b_tnum s))) by (apply Z.min_glb; lia).
  assert (G1 : Z.max (b_smin s) lo <= sgn64 x) by (apply Z.max_lub; lia).
  assert (G2 : sgn64 x <= Z.min (b_smax s) hi) by (apply Z.min_glb; lia).
  clear V M U G B. revert U1 U2 G1 G2.
  generalize (Z.max (b_umin s) (t_val (b_tnum s))).
  generalize (Z.min (b_umax s) (tn_may (b_tnum s))).
  generalize (Z.max (b_smin s) lo). generalize (Z.min (b_smax s) hi).
  intros smax smin umax umin U1 U2 G1 G2.
  assert (Lo1 : 0 <= Z.max umin (Z.max smin 0)) by lia.
  assert (Lo2 : S64 <= Z.max umin (Z.max (smin + W) S64)) by lia.
  assert (Hi1 : Z.min umax (Z.min smax (S64 - 1)) <= S64 - 1) by lia.
  assert (Hi2 : Z.min umax (Z.min (smax + W) (W - 1)) <= W - 1) by lia.
  assert (Half1 : x < S64 -> Z.max umin (Z.max smin 0) <= x <= Z.min umax (Z.min smax (S64 - 1)))
    by lia.
  assert (Half2 : S64 <= x -> Z.max umin (Z.max (smin + W) S64) <= x <=
      Z.min umax (Z.min (smax + W) (W - 1))) by lia.
  revert Lo1 Lo2 Hi1 Hi2 Half1 Half2.
  generalize (Z.max umin (Z.max smin 0)). generalize (Z.min umax (Z.min smax (S64 - 1))).
  generalize (Z.max umin (Z.max (smin + W) S64)).
  generalize (Z.min umax (Z.min (smax + W) (W - 1))).
  intros hi2 lo2 hi1 lo1 Lo1 Lo2 Hi1 Hi2 Half1 Half2.
  destruct (Z.leb_spec lo1 hi1) as [L1 | L1]; destruct (Z.leb_spec lo2 hi2) as [L2 | L2].
  - (* both halves are possible *) apply bd_finish_sound; try assumption; lia.
  - (* the lower half alone *) apply bd_finish_sound; try assumption; lia.
  - (* the upper half alone *) apply bd_finish_sound; try assumption; lia.
  - (* neither half is possible *) exfalso. lia.
Qed.
Lemma bd_sync_sound s x : in_bounds s x -> in_bounds (bd_sync s) x.
Proof. intros H. apply bd_sync1_sound, bd_sync1_sound, H. Qed.
Lemma bd_sync_umin s x : in_bounds s x -> 0 <= b_umin (bd_sync s).
Proof. intros H. apply (bd_sync1_sound (bd_sync1 s) x), bd_sync1_sound, H. Qed.
Lemma bd_check_sound s x : in_bounds s x -> exists t, bd_check s = Some t /\ in_bounds t x.
Proof.
  intros H. apply bd_sync_sound in H. unfold bd_check, bd_is_empty.
  exists (bd_sync s). split; [| exact H].
  destruct H as [X [T [U G]]].
  destruct (Z.ltb_spec (b_umax (bd_sync s)) (b_umin (bd_sync s))) as [L | L]; [lia | reflexivity].
Qed.
(** Membership, part by part. *)
Lemma in_bounds_intro t umin umax smin smax x : 0 <= x < W -> in_tnum t x -> umin <= x <= umax ->
  smin <= sgn64 x <= smax ->
  in_bounds (Bounds t umin umax smin smax) x.
Proof. intros X T U G. split; [exact X |]. split; [exact T |]. split; [exact U | exact G]. Qed.

(** * Making and comparing *)

Lemma bd_top_sound x : 0 <= x < W -> in_bounds bd_top x.
Proof.
  intros X.
  apply in_bounds_intro; [exact X | apply tn_top_sound, X | apply word_any, X | apply sgn64_any, X].
Qed.
Lemma bd_const_sound z : in_bounds (bd_const z) (wrap z).
Proof. apply in_bounds_intro; [apply wrap_range | apply tn_const_sound | lia | lia]. Qed.
Lemma bd_range_sound lo hi x : 0 <= x < W -> lo <= x <= hi -> in_bounds (bd_range lo hi) x.
Proof.
  intros X H.
  apply bd_sync_sound, in_bounds_intro;
    [exact X | apply tn_top_sound, X | exact H | apply sgn64_any, X].
Qed.
Lemma bd_srange_sound lo hi x : 0 <= x < W -> lo <= sgn64 x <= hi -> in_bounds (bd_srange lo hi) x.
Proof.
  intros X H.
  apply bd_sync_sound, in_bounds_intro;
    [exact X | apply tn_top_sound, X | apply word_any, X | exact H].
Qed.
Lemma bd_of_bytes_sound z x : 0 <= x < 256 ^ zbytes z -> in_bounds (bd_of_bytes z) x.
Proof.
  intros H. destruct z; cbn [bd_of_bytes]; cbn [zbytes] in H.
  - (* S1 *) change (256 ^ 1) with 256 in H. apply bd_range_sound; lia.
  - (* S2 *) change (256 ^ 2) with 65536 in H. apply bd_range_sound; lia.
  - (* S4 *) change (256 ^ 4) with W32 in H. apply bd_range_sound; lia.
  - (* S8 *) apply bd_top_sound. exact H.
Qed.
Lemma bd_is_const_sound s x c : in_bounds s x -> bd_is_const s = Some c -> x = c.
Proof.
  intros [X [T [U G]]] H. unfold bd_is_const in H.
  destruct (Z.eqb_spec (b_umin s) (b_umax s)) as [E | E]; [| discriminate].
  injection H as H. lia.
Qed.
Lemma bd_le_sound a b x : bd_le a b = true -> in_bounds a x -> in_bounds b x.
Proof.
  intros H [X [T [U G]]]. unfold bd_le in H. bools.
  split; [exact X |]. split; [| lia].
  apply (tn_le_sound (b_tnum a)); assumption.
Qed.
Lemma bd_meet_tnum_sound s t x : in_bounds s x -> in_tnum t x ->
  exists c, bd_meet_tnum s t = Some c /\ in_bounds c x.
Proof.
  intros [X [T [U G]]] H. unfold bd_meet_tnum.
  destruct (tn_meet_sound _ _ x T H) as [c [E C]]. rewrite E.
  apply bd_check_sound, in_bounds_intro; assumption.
Qed.
Lemma bd_meet_sound a b x : in_bounds a x -> in_bounds b x ->
  exists c, bd_meet a b = Some c /\ in_bounds c x.
Proof.
  intros [X [T [U G]]] [X' [T' [U' G']]]. unfold bd_meet.
  destruct (tn_meet_sound _ _ x T T') as [c [E C]]. rewrite E.
  apply bd_check_sound, in_bounds_intro; [exact X | exact C | lia | lia].
Qed.
Lemma bd_join_sound a b x : in_bounds a x \/ in_bounds b x -> in_bounds (bd_join a b) x.
Proof.
  intros H. assert (X : 0 <= x < W) by (destruct H as [H | H]; exact (in_bounds_range _ _ H)).
  apply bd_sync_sound, in_bounds_intro; [exact X | | |].
  - (* known bits *)
    apply tn_join_sound. destruct H as [H | H]; [left | right]; exact (proj1 (proj2 H)).
  - (* unsigned bounds *) destruct H as [[_ [_ [U G]]] | [_ [_ [U G]]]]; lia.
  - (* signed bounds *) destruct H as [[_ [_ [U G]]] | [_ [_ [U G]]]]; lia.
Qed.

(** * Low bits *)

(** A number is its low bits and the others. *)
Lemma land_ones_split x n : 0 <= n -> x = Z.land x (Z.ones n) + Z.shiftr x n * 2 ^ n.
Proof.
  intros N. rewrite Z.land_ones, Z.shiftr_div_pow2 by exact N.
  assert (P : 0 < 2 ^ n) by (apply Z.pow_pos_nonneg; lia).
  assert (E := Z.div_mod x (2 ^ n)). lia.
Qed.
Lemma shiftr_mono a b n : 0 <= n -> a <= b -> Z.shiftr a n <= Z.shiftr b n.
Proof.
  intros N H. rewrite !Z.shiftr_div_pow2 by exact N.
  apply Z.div_le_mono; [apply Z.pow_pos_nonneg; lia | exact H].
Qed.
(** Between two numbers with the same high bits, the low bits are in order. *)
Lemma low_between lo x hi n : 0 <= n -> lo <= x <= hi -> Z.shiftr lo n = Z.shiftr hi n ->
  Z.land lo (Z.ones n) <= Z.land x (Z.ones n) <= Z.land hi (Z.ones n).
Proof.
  intros N H E. assert (A := shiftr_mono lo x n N (proj1 H)).
  assert (B := shiftr_mono x hi n N (proj2 H)).
  assert (F : Z.shiftr x n = Z.shiftr lo n) by lia.
  assert (L := land_ones_split lo n N).
  assert (M := land_ones_split x n N).
  assert (R := land_ones_split hi n N).
  rewrite <- E in R. rewrite F in M. lia.
Qed.
Lemma bd_low_sound n s x : 0 <= n <= 64 -> in_bounds s x ->
  in_bounds (bd_low n s) (Z.land x (Z.ones n)).
Proof.
  intros [N N'] H. assert (P : 0 < 2 ^ n) by (apply Z.pow_pos_nonneg; lia).
  assert (O : Z.ones n = 2 ^ n - 1) by (rewrite Z.ones_equiv; lia).
  assert (Le : 2 ^ n <= 2 ^ 64) by (apply Z.pow_le_mono_r; lia). change (2 ^ 64) with W in Le.
  assert (R : 0 <= Z.land x (Z.ones n) < 2 ^ n)
    by (rewrite Z.land_ones by exact N; apply Z.mod_pos_bound; exact P).
  destruct H as [X [T [U G]]]. unfold bd_low. cbv zeta.
  destruct (Z.leb_spec (b_umax s) (Z.ones n)) as [L | L].
  - (* b_umax s <= Z.ones n *)
    rewrite Z.land_ones by exact N. rewrite Z.mod_small by lia. split; [exact X |].
    split; [exact T |]. split; [exact U | exact G].
  - (* Z.ones n < b_umax s *)
    apply bd_sync_sound, in_bounds_intro; [lia | apply tn_low_sound, T | | apply sgn64_any; lia].
    destruct (Z.eqb_spec (Z.shiftr (b_umin s) n) (Z.shiftr (b_umax s) n)) as [E | E].
    + (* the high bits are the same *) apply low_between; assumption.
    + (* the high bits differ *) unfold zero. lia.
Qed.
Lemma bd_trunc_sound w s x : in_bounds s x -> in_bounds (bd_trunc w s) (trunc w x).
Proof.
  intros H. destruct w; cbn [bd_trunc trunc].
  - (* A32 *) apply (bd_low_sound 32); [lia | exact H].
  - (* A64 *) rewrite (wrap_small x (in_bounds_range _ _ H)). exact H.
Qed.
Lemma bd_trunc_bytes_sound z s x : in_bounds s x ->
  in_bounds (bd_trunc_bytes z s) (Z.land x (Z.ones (size_bits z))).
Proof.
  intros H. destruct z; cbn [bd_trunc_bytes size_bits].
  - (* S1 *) apply bd_low_sound; [lia | exact H].
  - (* S2 *) apply bd_low_sound; [lia | exact H].
  - (* S4 *) apply bd_low_sound; [lia | exact H].
  - (* S8 *)
    change (Z.land x (Z.ones 64)) with (wrap x). rewrite (wrap_small x (in_bounds_range _ _ H)).
    exact H.
Qed.

(** * Sums *)

Lemma umin_of_sound lo hi z : lo <= z <= hi -> umin_of lo hi <= wrap z <= umax_of lo hi.
Proof.
  intros H. unfold umin_of, umax_of, num64.
  destruct (Z.eqb_spec (Z.shiftr lo 64) (Z.shiftr hi 64)) as [E | E].
  - (* no unsigned wrap *) apply (low_between lo z hi 64); [lia | exact H | exact E].
  - (* it may wrap *) apply word_any, wrap_range.
Qed.
Lemma smin_of_sound lo hi z : lo <= z <= hi -> smin_of lo hi <= sgn64 (wrap z) <= smax_of lo hi.
Proof.
  intros H. unfold smin_of, smax_of, no_swrap, num64, sign64.
  destruct (Z.eqb_spec (Z.shiftr (lo + S64) 64) (Z.shiftr (hi + S64) 64)) as [E | E].
  - (* no signed wrap *) assert (F : forall v, sgn64 (wrap v) = wrap (v + S64) - S64).
    { intros v.
      destruct (sgn64_spec (wrap v) (wrap_range v)) as [[A B] | [A B]]; rewrite B; clear B; words. }
    rewrite !F. assert (Q : lo + S64 <= z + S64 <= hi + S64) by lia.
    assert (B := low_between _ _ _ 64 ltac:(lia) Q E). change (Z.ones 64) with mask64 in B.
    unfold wrap. lia.
  - (* it may wrap *) apply sgn64_any, wrap_range.
Qed.
(** [z] computes the word, and [g] its signed reading, before they wrap. *)
Lemma bd_make_sound t ulo uhi slo shi z g : in_tnum t (wrap z) -> ulo <= z <= uhi ->
  slo <= g <= shi -> wrap g = wrap z ->
  in_bounds (bd_make t ulo uhi slo shi) (wrap z).
Proof.
  intros T U G E.
  apply bd_sync_sound, in_bounds_intro; [apply wrap_range | exact T | apply umin_of_sound, U |].
  rewrite <- E. apply smin_of_sound, G.
Qed.
Lemma bd_add_sound a b x y : in_bounds a x -> in_bounds b y ->
  in_bounds (bd_add a b) (wrap (x + y)).
Proof.
  intros [X [T [U G]]] [X' [T' [U' G']]]. unfold bd_add.
  apply bd_make_sound with (g := sgn64 x + sgn64 y).
  - (* known bits *) apply tn_add_sound; assumption.
  - (* unsigned bounds *) lia.
  - (* signed bounds *) lia.
  - (* the signed result is the word *) rewrite <- wrap_add, !wrap_sgn64 by assumption. reflexivity.
Qed.
Lemma bd_sub_sound a b x y : in_bounds a x -> in_bounds b y ->
  in_bounds (bd_sub a b) (wrap (x - y)).
Proof.
  intros [X [T [U G]]] [X' [T' [U' G']]]. unfold bd_sub.
  apply bd_make_sound with (g := sgn64 x - sgn64 y).
  - (* known bits *) apply tn_sub_sound; assumption.
  - (* unsigned bounds *) lia.
  - (* signed bounds *) lia.
  - (* the signed result is the word *) rewrite <- wrap_sub, !wrap_sgn64 by assumption. reflexivity.
Qed.

(** * Products and quotients *)

(** A product of two ranges lies between its corners. *)
Lemma mul_corners a b c d x y : a <= x <= b -> c <= y <= d ->
  Z.min (Z.min (a * c) (a * d)) (Z.min (b * c) (b * d)) <= x * y <=
    Z.max (Z.max (a * c) (a * d)) (Z.max (b * c) (b * d)).
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
Arguments mul_corners {a b c d x y}.
Lemma bd_mul_sound a b x y : in_bounds a x -> in_bounds b y ->
  in_bounds (bd_mul a b) (wrap (x * y)).
Proof.
  intros [X [T [U G]]] [X' [T' [U' G']]]. unfold bd_mul. cbv zeta.
  assert (C := mul_corners G G').
  assert (E : wrap (sgn64 x * sgn64 y) = wrap (x * y))
    by (rewrite <- wrap_mul, !wrap_sgn64 by assumption; reflexivity).
  apply bd_sync_sound, in_bounds_intro; [apply wrap_range | apply tn_mul_sound; assumption | |].
  - (* unsigned bounds *)
    destruct (Z.leb_spec (b_umax a * b_umax b) mask64) as [L | L]; [| apply word_any, wrap_range].
    unfold mask64, zero in *. assert (Q : 0 <= x * y <= b_umax a * b_umax b) by nia.
    rewrite wrap_small by lia. split; [| lia]. apply Z.mul_le_mono_nonneg; lia.
  - (* signed bounds *) revert C.
    generalize (Z.min (Z.min (b_smin a * b_smin b) (b_smin a * b_smax b))
        (Z.min (b_smax a * b_smin b) (b_smax a * b_smax b))).
    generalize (Z.max (Z.max (b_smin a * b_smin b) (b_smin a * b_smax b))
        (Z.max (b_smax a * b_smin b) (b_smax a * b_smax b))).
    intros hi lo C.
    destruct ((smin64 <=? lo) && (hi <=? smax64)) eqn:B; [| apply sgn64_any, wrap_range].
    bools. rewrite smin64_eq, smax64_eq in *. rewrite <- E, sgn64_wrap by lia. exact C.
Qed.

(** 64-bit operations on words, without truncation. *)
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
Proof.
  intros X Y. unfold alu. cbn [trunc signed count_mask].
  rewrite (wrap_small x X), (wrap_small y Y). reflexivity.
Qed.

Lemma bd_div_sound a b x y : in_bounds a x -> in_bounds b y ->
  in_bounds (bd_div a b) (if y =? 0 then 0 else x / y).
Proof.
  intros [X [T [U G]]] [X' [T' [U' G']]]. unfold bd_div, zero.
  assert (Q : y <> 0 -> 0 <= x / y <= x).
  { intros N. split; [apply Z.div_pos; lia |]. apply Z.div_le_upper_bound; nia. }
  destruct (Z.ltb_spec 0 (b_umin b)) as [L | L].
  - (* 0 < b_umin b *)
    destruct (Z.eqb_spec y 0) as [E | E]; [lia |]. specialize (Q E). apply bd_range_sound; [lia |].
    split.
    + (* lower bound *) apply Z.le_trans with (x / b_umax b).
      * (* the dividend *) apply Z.div_le_mono; lia.
      * (* the divisor *) apply Z.div_le_compat_l; lia.
    + (* upper bound *) apply Z.le_trans with (x / b_umin b).
      * (* the divisor *) apply Z.div_le_compat_l; lia.
      * (* the dividend *) apply Z.div_le_mono; lia.
  - (* b_umin b <= 0 *) destruct (Z.eqb_spec y 0) as [E | E]; [apply bd_range_sound; lia |].
    specialize (Q E). apply bd_range_sound; lia.
Qed.

Lemma bd_and_sound a b x y : in_bounds a x -> in_bounds b y -> in_bounds (bd_and a b) (Z.land x y).
Proof.
  intros [X [T [U G]]] [X' [T' [U' G']]]. assert (R := land_word x y (proj1 X) X').
  assert (A := count_range x y (proj1 X')).
  assert (B := count_range y x (proj1 X)). rewrite Z.land_comm in B.
  apply bd_sync_sound, in_bounds_intro;
    [exact R | apply tn_and_sound; assumption | | apply sgn64_any, R].
  unfold zero. lia.
Qed.
(** A disjunction is no smaller. *)
Lemma lor_ge x y : 0 <= x -> 0 <= y -> x <= Z.lor x y.
Proof.
  intros X Y. apply subset_le; [apply Z.lor_nonneg; lia |]. apply Z.bits_inj'.
  intros i I. rewrite Z.bits_0. bits_open.
  bit_cases.
Qed.
Lemma bd_or_sound a b x y : in_bounds a x -> in_bounds b y -> in_bounds (bd_or a b) (Z.lor x y).
Proof.
  intros [X [T [U G]]] [X' [T' [U' G']]]. assert (R := lor_word x y X X').
  assert (A := lor_ge x y (proj1 X) (proj1 X')).
  assert (B := lor_ge y x (proj1 X') (proj1 X)). rewrite Z.lor_comm in B.
  apply bd_sync_sound, in_bounds_intro;
    [exact R | apply tn_or_sound; assumption | | apply sgn64_any, R].
  unfold mask64. lia.
Qed.
Lemma bd_xor_sound a b x y : in_bounds a x -> in_bounds b y -> in_bounds (bd_xor a b) (Z.lxor x y).
Proof.
  intros [X [T [U G]]] [X' [T' [U' G']]]. assert (R := lxor_word x y X X').
  apply bd_sync_sound, in_bounds_intro;
    [exact R | apply tn_xor_sound; assumption | apply word_any, R | apply sgn64_any, R].
Qed.

(** One bit is a power of 2. *)
Lemma one_bit_spec c : one_bit c = true -> exists k, 0 <= k /\ c = 2 ^ k.
Proof.
  unfold one_bit, zero, one. intros H. bools.
  exists (Z.log2 c). split; [apply Z.log2_nonneg |].
  rewrite <- Z.shiftl_1_l. assumption.
Qed.
Lemma bd_mod_sound a b x y : in_bounds a x -> in_bounds b y ->
  in_bounds (bd_mod a b) (if y =? 0 then x else x mod y).
Proof.
  intros A B. assert (A' := A).
  assert (B' := B). destruct A' as [X [T [U G]]].
  destruct B' as [X' [T' [U' G']]].
  unfold bd_mod, zero, one.
  assert (Q : y <> 0 -> 0 <= x mod y < y /\ x mod y <= x).
  { intros N. split; [apply Z.mod_pos_bound; lia |]. apply Z.mod_le; lia. }
  destruct (Z.ltb_spec 0 (b_umin b)) as [L | L].
  - (* 0 < b_umin b *) destruct (Z.eqb_spec y 0) as [E | E]; [lia |]. specialize (Q E).
    destruct (Z.ltb_spec (b_umax a) (b_umin b)) as [M | M].
    + (* b_umax a < b_umin b *) rewrite Z.mod_small by lia. exact A.
    + (* b_umin b <= b_umax a *) destruct ((b_umin b =? b_umax b) && one_bit (b_umin b)) eqn:O.
      * (* a constant power of 2 *)
        apply andb_true_iff in O as [O1 O2]. apply Z.eqb_eq in O1. assert (F : y = b_umin b) by lia.
        destruct (one_bit_spec _ O2) as [k [K P]]. rewrite F, P. rewrite <- Z.land_ones by exact K.
        replace (Z.ones k) with (wrap (2 ^ k - 1));
          [apply bd_and_sound; [exact A | apply bd_const_sound] |].
        rewrite Z.ones_equiv. rewrite wrap_small by lia. lia.
      * (* otherwise *) clear O.
        destruct (_ && _) eqn:O; [| apply bd_range_sound; lia].
        (* one quotient *) bools. assert (F : y = b_umin b) by lia. rewrite F.
        assert (Qx : x / b_umin b = b_umin a / b_umin b).
        { assert (Lo := Z.div_le_mono (b_umin a) x (b_umin b) L ltac:(lia)).
          assert (Hi := Z.div_le_mono x (b_umax a) (b_umin b) L ltac:(lia)). lia. }
        apply bd_range_sound; [rewrite <- F; lia |].
        rewrite !Z.mod_eq by lia. replace (b_umax a / b_umin b) with (b_umin a / b_umin b) by lia.
        rewrite Qx. lia.
  - (* b_umin b <= 0 *) destruct (Z.eqb_spec y 0) as [E | E]; [apply bd_range_sound; lia |].
    specialize (Q E). apply bd_range_sound; lia.
Qed.
Lemma quot_abs_le x y : y <> 0 -> Z.abs (Z.quot x y) <= Z.abs x.
Proof.
  intros N. rewrite <- Z.quot_abs by exact N. rewrite Z.quot_div_nonneg by lia.
  apply Z.div_le_upper_bound; nia.
Qed.
Lemma rem_abs_le x y : y <> 0 -> Z.abs (Z.rem x y) <= Z.abs x /\ Z.abs (Z.rem x y) < Z.abs y
  /\ (0 <= x -> 0 <= Z.rem x y) /\ (x <= 0 -> Z.rem x y <= 0).
Proof.
  intros N. rewrite <- Z.rem_abs by exact N. split.
  - apply Z.rem_le; lia.
  - split; [apply Z.rem_bound_pos; lia |]. split; intros S.
    + apply Z.rem_nonneg; assumption.
    + apply Z.rem_nonpos; assumption.
Qed.

(** No sign on either side: the signed readings are the words. *)
Lemma both_nonneg_spec a b x y : both_nonneg a b = true -> in_bounds a x -> in_bounds b y ->
  sgn64 x = x /\ sgn64 y = y /\ x < S64 /\ y < S64.
Proof.
  unfold both_nonneg, zero. intros H [X [T [U G]]] [X' [T' [U' G']]]. bools.
  assert (P := sgn64_spec x X). assert (Q := sgn64_spec y X'). lia.
Qed.
Lemma bd_sdiv_sound a b x y : in_bounds a x -> in_bounds b y ->
  in_bounds (bd_sdiv a b) (if y =? 0 then 0 else wrap (Z.quot (sgn64 x) (sgn64 y))).
Proof.
  intros A B. unfold bd_sdiv. destruct (both_nonneg a b) eqn:N.
  - (* both_nonneg a b = true *)
    destruct (both_nonneg_spec a b x y N A B) as [E [F [Lx Ly]]]. rewrite E, F.
    assert (D := bd_div_sound a b x y A B). destruct (Z.eqb_spec y 0) as [Y0 | Y0]; [exact D |].
    assert (X := in_bounds_range _ _ A). assert (Y := in_bounds_range _ _ B).
    rewrite Z.quot_div_nonneg by lia. assert (R := in_bounds_range _ _ D). rewrite (wrap_small _ R).
    exact D.
  - (* both_nonneg a b = false *) clear N. destruct A as [X [T [U G]]].
    destruct B as [X' [T' [U' G']]]. unfold zero.
    destruct ((b_smin b =? b_smax b) && (0 <? b_smin b)) eqn:C.
    + (* a constant positive divisor *)
      bools. assert (E : sgn64 y = b_smin b) by lia. assert (Y0 := sgn64_0 y X').
      destruct (Z.eqb_spec y 0) as [Y1 | Y1]; [lia |]. rewrite E. assert (R := sgn64_range x X).
      assert (Q : - S64 <= Z.quot (sgn64 x) (b_smin b) < S64).
      { assert (P : 0 < b_smin b) by lia. assert (QR := Z.quot_rem' (sgn64 x) (b_smin b)).
        destruct (Z.leb_spec 0 (sgn64 x)) as [S | S].
        - (* 0 <= sgn64 x *) assert (RB := Z.rem_bound_pos (sgn64 x) (b_smin b) S P). nia.
        - (* sgn64 x < 0 *) assert (S' : sgn64 x <= 0) by lia.
          assert (RB := Z.rem_bound_pos_neg (sgn64 x) (b_smin b) P S'). nia. }
      apply bd_srange_sound; [apply wrap_range |]. rewrite sgn64_wrap by exact Q.
      split; apply Z.quot_le_mono; lia.
    + (* otherwise *) clear C. assert (R := sgn64_range x X). assert (Y0 := sgn64_0 y X').
      unfold smin64 in *. destruct (_ && _) eqn:C.
      * (* a constant negative divisor *) bools. assert (E : sgn64 y = b_smin b) by lia.
        destruct (Z.eqb_spec y 0) as [Y1 | Y1]; [lia |]. rewrite E.
        assert (Q := quot_abs_le (sgn64 x) (b_smin b) ltac:(lia)).
        apply bd_srange_sound; [apply wrap_range |]. rewrite sgn64_wrap by lia.
        assert (Opp : forall z, Z.quot z (b_smin b) = - Z.quot z (- b_smin b)).
        { intros z. rewrite Z.quot_opp_r by lia. lia. }
        rewrite !Opp. assert (Lo := Z.quot_le_mono (b_smin a) (sgn64 x) (- b_smin b)).
        assert (Hi := Z.quot_le_mono (sgn64 x) (b_smax a) (- b_smin b)). lia.
      * (* any divisor *) clear C. destruct (_ <? _) eqn:C.
        -- (* not the least number *) bools. apply bd_srange_sound;
             [destruct (y =? 0); [lia | apply wrap_range] |].
           destruct (Z.eqb_spec y 0) as [Y1 | Y1]; [change (sgn64 0) with 0; lia |].
           assert (Q := quot_abs_le (sgn64 x) (sgn64 y) ltac:(lia)).
           rewrite sgn64_wrap by lia. lia.
        -- (* perhaps *) destruct (Z.eqb_spec y 0) as [Y1 | Y1]; apply bd_top_sound;
             [lia | apply wrap_range].
Qed.
Lemma bd_smod_sound a b x y : in_bounds a x -> in_bounds b y ->
  in_bounds (bd_smod a b) (if y =? 0 then x else wrap (Z.rem (sgn64 x) (sgn64 y))).
Proof.
  intros A B. unfold bd_smod. destruct (both_nonneg a b) eqn:N.
  - (* both_nonneg a b = true *)
    destruct (both_nonneg_spec a b x y N A B) as [E [F [Lx Ly]]]. rewrite E, F.
    assert (D := bd_mod_sound a b x y A B). destruct (Z.eqb_spec y 0) as [Y0 | Y0]; [exact D |].
    assert (X := in_bounds_range _ _ A). assert (Y := in_bounds_range _ _ B).
    rewrite Z.rem_mod_nonneg by lia. assert (R := in_bounds_range _ _ D). rewrite (wrap_small _ R).
    exact D.
  - (* both_nonneg a b = false *) clear N. destruct A as [X [T [U G]]].
    destruct B as [X' [T' [U' G']]]. unfold zero, one.
    assert (R := sgn64_range x X). assert (Y0 := sgn64_0 y X').
    destruct (_ && _) eqn:C.
    + (* one quotient *) bools. assert (E : sgn64 y = b_smin b) by lia.
      destruct (Z.eqb_spec y 0) as [Y1 | Y1]; [lia |]. rewrite E.
      assert (M := rem_abs_le (sgn64 x) (b_smin b) ltac:(lia)).
      apply bd_srange_sound; [apply wrap_range |]. rewrite sgn64_wrap by lia.
      assert (Q : Z.quot (sgn64 x) (b_smin b) = Z.quot (b_smin a) (b_smin b)).
      { destruct (Z.leb_spec 0 (b_smin b)) as [S | S].
        - assert (Lo := Z.quot_le_mono (b_smin a) (sgn64 x) (b_smin b)).
          assert (Hi := Z.quot_le_mono (sgn64 x) (b_smax a) (b_smin b)). lia.
        - assert (Opp : forall z, Z.quot z (b_smin b) = - Z.quot z (- b_smin b)).
          { intros z. rewrite Z.quot_opp_r by lia. lia. }
          assert (Lo := Z.quot_le_mono (b_smin a) (sgn64 x) (- b_smin b)).
          assert (Hi := Z.quot_le_mono (sgn64 x) (b_smax a) (- b_smin b)).
          rewrite !Opp in *. lia. }
      assert (Q0 := Z.quot_rem' (sgn64 x) (b_smin b)).
      assert (Q1 := Z.quot_rem' (b_smin a) (b_smin b)).
      assert (Q2 := Z.quot_rem' (b_smax a) (b_smin b)). nia.
    + (* otherwise *) clear C.
      destruct (Z.eqb_spec y 0) as [Y1 | Y1].
      * (* no divisor *) destruct (_ || _) eqn:C; [|apply bd_srange_sound; lia].
        apply orb_true_iff in C. destruct C; bools; lia.
      * (* a divisor *) assert (Ny : sgn64 y <> 0) by lia.
        assert (M := rem_abs_le (sgn64 x) (sgn64 y) Ny).
        assert (Rx : sgn64 (wrap (Z.rem (sgn64 x) (sgn64 y))) = Z.rem (sgn64 x) (sgn64 y)).
        { apply sgn64_wrap. lia. }
        destruct (_ || _) eqn:C; (apply bd_srange_sound; [apply wrap_range | rewrite Rx; lia]).
Qed.

(** * Shifts *)

(** Shifting further brings a number nearer to 0 *)
Lemma shiftr_amount_nonneg a c d : 0 <= a -> 0 <= c <= d -> 0 <= Z.shiftr a d <= Z.shiftr a c.
Proof.
  intros A [C D]. replace d with (c + (d - c)) by lia. rewrite <- Z.shiftr_shiftr by lia.
  apply shiftr_le; [apply Z.shiftr_nonneg; exact A | lia].
Qed.
(** or to -1. *)
Lemma shiftr_amount_neg a c d : a < 0 -> 0 <= c <= d -> Z.shiftr a c <= Z.shiftr a d < 0.
Proof.
  intros A [C D]. replace d with (c + (d - c)) by lia. rewrite <- Z.shiftr_shiftr by lia.
  assert (N : Z.shiftr a c < 0) by (apply Z.shiftr_neg; exact A). split.
  - (* lower bound *) rewrite (Z.shiftr_div_pow2 (Z.shiftr a c)) by lia.
    assert (P : 0 < 2 ^ (d - c)) by (apply Z.pow_pos_nonneg; lia).
    apply Z.div_le_lower_bound; nia.
  - (* upper bound *) apply Z.shiftr_neg. exact N.
Qed.
(** Powers of 2, in order. *)
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
(** The same to the right. *)
Lemma shiftr_least lo v c1 c c2 : 0 <= c1 -> c1 <= c <= c2 -> lo <= v ->
  Z.shiftr lo (if lo <? zero then c1 else c2) <= Z.shiftr v c.
Proof.
  intros N C H. apply Z.le_trans with (Z.shiftr lo c); [| apply shiftr_mono; lia]. unfold zero.
  destruct (Z.ltb_spec lo 0) as [L | L];
    [apply shiftr_amount_neg; lia | apply shiftr_amount_nonneg; lia].
Qed.
Lemma shiftr_most hi v c1 c c2 : 0 <= c1 -> c1 <= c <= c2 -> v <= hi ->
  Z.shiftr v c <= Z.shiftr hi (if hi <? zero then c2 else c1).
Proof.
  intros N C H. apply Z.le_trans with (Z.shiftr hi c); [apply shiftr_mono; lia |]. unfold zero.
  destruct (Z.ltb_spec hi 0) as [L | L];
    [apply shiftr_amount_neg; lia | apply shiftr_amount_nonneg; lia].
Qed.

Lemma bd_shl_sound s x c1 c c2 : 0 <= c1 -> c1 <= c <= c2 -> in_bounds s x ->
  in_bounds (bd_shl s c1 c2) (wrap (Z.shiftl x c)).
Proof.
  intros N C [X [T [U G]]]. unfold bd_shl. apply bd_make_sound with (g := Z.shiftl (sgn64 x) c).
  - (* known bits *) destruct (Z.eqb_spec c1 c2) as [E | E]; [| apply tn_top_sound, wrap_range].
    replace c with c1 by lia.
    apply tn_shl_sound; assumption.
  - (* unsigned bounds *)
    destruct (pow_between c1 c c2 N C) as [P Q]. rewrite !Z.shiftl_mul_pow2 by lia. nia.
  - (* signed bounds *) split; [apply shiftl_least; lia | apply shiftl_most; lia].
  - (* the signed result is the word *)
    rewrite !Z.shiftl_mul_pow2 by lia. rewrite <- wrap_mul_l, wrap_sgn64 by exact X. reflexivity.
Qed.
Lemma bd_shr_sound s x c1 c c2 : 0 <= c1 -> c1 <= c <= c2 -> in_bounds s x ->
  in_bounds (bd_shr s c1 c2) (Z.shiftr x c).
Proof.
  intros N C [X [T [U G]]]. assert (R := shiftr_le x c (proj1 X)).
  assert (Cn : 0 <= c) by lia. specialize (R Cn).
  unfold bd_shr. apply bd_sync_sound, in_bounds_intro; [lia | | | apply sgn64_any; lia].
  - (* known bits *) destruct (Z.eqb_spec c1 c2) as [E | E]; [| apply tn_top_sound; lia].
    replace c with c1 by lia. apply tn_shr_sound; assumption.
  - (* unsigned bounds *) assert (L := shiftr_least (b_umin s) x c1 c c2 N C (proj1 U)).
    assert (M := shiftr_most (b_umax s) x c1 c c2 N C (proj2 U)).
    unfold zero in *. assert (K : b_umax s <? 0 = false) by (apply Z.ltb_ge; lia). rewrite K in M.
    clear K. split; [| exact M].
    destruct (Z.ltb_spec (b_umin s) 0) as [K | K]; [| exact L].
    assert (Q := Z.shiftr_neg (b_umin s) c2). lia.
Qed.
Lemma sgn64_shiftr x c : 0 <= x < W -> 0 <= c -> - S64 <= Z.shiftr (sgn64 x) c < S64.
Proof.
  intros X C. assert (R := sgn64_range x X). destruct (Z.ltb_spec (sgn64 x) 0) as [L | L].
  - (* sgn64 x < 0 *)
    assert (H := shiftr_amount_neg (sgn64 x) 0 c L). rewrite Z.shiftr_0_r in H. lia.
  - (* 0 <= sgn64 x *) assert (H := shiftr_le (sgn64 x) c L C). lia.
Qed.
Lemma bd_sar_sound s x c1 c c2 : 0 <= c1 -> c1 <= c <= c2 -> in_bounds s x ->
  in_bounds (bd_sar s c1 c2) (wrap (Z.shiftr (sgn64 x) c)).
Proof.
  intros N C [X [T [U G]]]. assert (R := sgn64_shiftr x c X).
  unfold bd_sar.
  apply bd_sync_sound, in_bounds_intro; [apply wrap_range | | apply word_any, wrap_range |].
  - (* known bits *) destruct (Z.eqb_spec c1 c2) as [E | E]; [| apply tn_top_sound, wrap_range].
    replace c with c1 by lia. apply tn_sar_sound; assumption.
  - (* signed bounds *)
    rewrite sgn64_wrap by lia. split; [apply shiftr_least; lia | apply shiftr_most; lia].
Qed.

(** * All operations, 64 bits *)

Lemma bd_and_umin a b x y : in_bounds a x -> in_bounds b y -> 0 <= b_umin (bd_and a b).
Proof.
  intros [X [T [U G]]] [X' [T' [U' G']]]. assert (R := land_word x y (proj1 X) X').
  assert (A := count_range x y (proj1 X')).
  assert (B := count_range y x (proj1 X)). rewrite Z.land_comm in B.
  apply (bd_sync_umin _ (Z.land x y)), in_bounds_intro;
    [exact R | apply tn_and_sound; assumption | | apply sgn64_any, R].
  unfold zero. lia.
Qed.
Lemma bd_count_sound b y : in_bounds b y ->
  0 <= b_umin (bd_and b bd_63) /\ b_umin (bd_and b bd_63) <= Z.land y 63 <= b_umax (bd_and b bd_63).
Proof.
  intros B. assert (K : in_bounds bd_63 63) by exact (bd_const_sound 63).
  split; [exact (bd_and_umin b bd_63 y 63 B K) |].
  exact (proj1 (proj2 (proj2 (bd_and_sound b bd_63 y 63 B K)))).
Qed.
Lemma bd_alu64_sound op a b x y : in_bounds a x -> in_bounds b y ->
  in_bounds (bd_alu64 op a b) (alu A64 op x y).
Proof.
  intros A B. rewrite alu64_word by (eapply in_bounds_range; eassumption).
  destruct (bd_count_sound b y B) as [N C]. destruct op; cbn [bd_alu64]; cbv zeta.
  - (* Add *) apply bd_add_sound; assumption.
  - (* Sub *) apply bd_sub_sound; assumption.
  - (* Mul *) apply bd_mul_sound; assumption.
  - (* Div *) apply bd_div_sound; assumption.
  - (* Sdiv *) apply bd_sdiv_sound; assumption.
  - (* Mod *) apply bd_mod_sound; assumption.
  - (* Smod *) apply bd_smod_sound; assumption.
  - (* Or *) apply bd_or_sound; assumption.
  - (* And *) apply bd_and_sound; assumption.
  - (* Xor *) apply bd_xor_sound; assumption.
  - (* Lsh *) apply bd_shl_sound; assumption.
  - (* Rsh *) apply bd_shr_sound; assumption.
  - (* Arsh *) apply bd_sar_sound; assumption.
  - (* Mov *) exact B.
Qed.

(** * Sign extension *)

(** Sign extension is a pair of shifts. *)
Lemma sext_shifts n x : 0 < n <= 64 -> 0 <= x < W ->
  wrap (Z.shiftr (sgn64 (wrap (Z.shiftl x (64 - n)))) (64 - n)) = wrap (sgn_bits n x).
Proof.
  intros N X. apply Z.bits_inj'. intros i I.
  rewrite !(testbit_wrap _ i I). rewrite Z.shiftr_spec by exact I.
  rewrite testbit_sgn64 by (try apply wrap_range; lia).
  rewrite testbit_wrap, Z.shiftl_spec, sgn_bits_bit by lia.
  destruct (Z.ltb_spec i 64) as [L | L]; [| rewrite !andb_false_r; reflexivity].
  assert (K : Z.min (i + (64 - n)) 63 <? 64 = true) by (apply Z.ltb_lt; lia).
  rewrite K, !andb_true_r. f_equal. lia.
Qed.
Lemma trunc_wrap w x : trunc w (wrap x) = trunc w x.
Proof. destruct w; [apply wrap32_wrap | apply wrap_wrap]. Qed.
Lemma bd_sext_sound w z s x : in_bounds s x -> in_bounds (bd_sext w z s) (sext w z x).
Proof.
  intros H. unfold bd_sext, sext. cbv zeta.
  rewrite <- trunc_wrap.
  assert (N : 0 < size_bits z <= 64) by (destruct z; cbn [size_bits]; lia). unfold num64.
  rewrite <- (sext_shifts _ x N (in_bounds_range _ _ H)).
  apply bd_trunc_sound, bd_sar_sound; [lia | lia |]. apply bd_shl_sound; [lia | lia | exact H].
Qed.
Lemma sext_32 x : sext A64 S4 x = wrap (sgn32 x).
Proof. unfold sext. cbn [size_bits trunc]. rewrite sgn_bits_32. reflexivity. Qed.

(** * Both widths *)

Definition left32 (op : aluop) (x : Z) : Z :=
  match op with Sdiv | Smod | Arsh => sext A64 S4 x | _ => trunc A32 x end.
Definition right32 (op : aluop) (y : Z) : Z :=
  match op with Sdiv | Smod => sext A64 S4 y | Lsh | Rsh | Arsh => Z.land y num31
    | _ => trunc A32 y end.
Lemma left32_range op x : 0 <= left32 op x < W.
Proof. unfold left32. destruct op; try apply sext_range; apply trunc_range. Qed.
Lemma land31_range y : 0 <= Z.land y 31 < W.
Proof. assert (H := count_range y 31). lia. Qed.
Lemma right32_range op y : 0 <= right32 op y < W.
Proof.
  unfold right32. destruct op; try apply sext_range; try apply trunc_range; apply land31_range.
Qed.
Lemma sgn64_sgn32 x : sgn64 (wrap (sgn32 x)) = sgn32 x.
Proof. apply sgn64_wrap. assert (H := sgn32_range x). lia. Qed.
Lemma sgn32_0 x : wrap (sgn32 x) = 0 <-> wrap32 x = 0.
Proof.
  assert (H := sgn32_range x). assert (R := wrap32_range x). rewrite <- (wrap32_sgn32 x).
  split; intros E.
  - (* sgn32 x = 0, so wrap32 x = 0 *) rewrite <- wrap32_wrap, E. reflexivity.
  - (* wrap32 x = 0, so sgn32 x = 0 *)
    rewrite wrap32_sgn32 in E. unfold sgn32. rewrite E. reflexivity.
Qed.
(** A 32-bit shift's amount is one of a 64-bit shift. *)
Lemma land_count y : Z.land (Z.land y 31) 63 = Z.land (wrap32 y) 31.
Proof. unfold wrap32. rewrite <- !Z.land_assoc. reflexivity. Qed.
(** A 32-bit operation is the 64-bit one on extended operands, truncated. *)
Lemma alu32_64 op x y : alu A32 op x y = wrap32 (alu A64 op (left32 op x) (right32 op y)).
Proof.
  rewrite alu64_word by (apply left32_range || apply right32_range). unfold alu.
  cbn [trunc signed count_mask].
  assert (X := wrap32_range x). assert (Y := wrap32_range y).
  assert (Zx := sgn32_0 x). assert (Zy := sgn32_0 y).
  destruct op; cbn [left32 right32 trunc]; rewrite ?sext_32, ?sgn64_sgn32; unfold num31;
    rewrite ?land_count, ?wrap32_wrap, ?sgn32_wrap32, ?wrap32_wrap32; try reflexivity.
  - (* Div *) destruct (Z.eqb_spec (wrap32 y) 0) as [E | E]; [reflexivity |].
    assert (Q : 0 <= wrap32 x / wrap32 y <= wrap32 x).
    { split; [apply Z.div_pos; lia |]. apply Z.div_le_upper_bound; nia. }
    symmetry. apply wrap32_small. lia.
  - (* Sdiv *)
    destruct (Z.eqb_spec (wrap32 y) 0) as [E | E];
      destruct (Z.eqb_spec (wrap (sgn32 y)) 0) as [F | F];
      try (exfalso; tauto); [reflexivity |]. symmetry. apply wrap32_wrap.
  - (* Mod *) destruct (Z.eqb_spec (wrap32 y) 0) as [E | E]; [symmetry; apply wrap32_wrap32 |].
    assert (Q := Z.mod_pos_bound (wrap32 x) (wrap32 y)). symmetry. apply wrap32_small. lia.
  - (* Smod *)
    destruct (Z.eqb_spec (wrap32 y) 0) as [E | E];
      destruct (Z.eqb_spec (wrap (sgn32 y)) 0) as [F | F];
      try (exfalso; tauto); symmetry.
    + (* the divisor is 0 *) rewrite wrap32_wrap. apply wrap32_sgn32.
    + (* the divisor is not 0 *) apply wrap32_wrap.
  - (* Or *) unfold wrap32. rewrite !Z.land_lor_distr_l, <- !Z.land_assoc. reflexivity.
  - (* And *)
    apply Z.bits_inj'. intros i I. rewrite testbit_wrap32, !Z.land_spec, !testbit_wrap32 by exact I.
    bit_cases.
  - (* Xor *)
    apply Z.bits_inj'. intros i I. rewrite testbit_wrap32, !Z.lxor_spec, !testbit_wrap32 by exact I.
    bit_cases.
  - (* Rsh *) assert (C := count_range (wrap32 y) 31).
    assert (Q := shiftr_le (wrap32 x) (Z.land (wrap32 y) 31)).
    symmetry. apply wrap32_small. lia.
Qed.
Lemma bd_byte_order_sound k z s x : in_bounds s x ->
  in_bounds (bd_byte_order k z s) (byte_order k z x).
Proof.
  intros H. assert (R := fun j => byte_order_word j z x). destruct k; cbn [bd_byte_order].
  - (* ToLe *) apply bd_trunc_bytes_sound, H.
  - (* ToBe *) specialize (R ToBe). cbn [byte_order] in *.
    apply bd_sync_sound, in_bounds_intro;
      [exact R | apply tn_rev_sound, H | apply word_any, R | apply sgn64_any, R].
  - (* Swap *) specialize (R Swap). cbn [byte_order] in *.
    apply bd_sync_sound, in_bounds_intro;
      [exact R | apply tn_rev_sound, H | apply word_any, R | apply sgn64_any, R].
Qed.

(** * Comparisons *)

(** The operands' members are still in what an outcome leaves. *)
Definition kept (p : option (bounds * bounds)) (x y : Z) : Prop :=
  exists a b, p = Some (a, b) /\ in_bounds a x /\ in_bounds b y.
Definition kept1 (p : option bounds) (x : Z) : Prop := exists a, p = Some a /\ in_bounds a x.

Lemma both_kept p q x y : kept1 p x -> kept1 q y -> kept (both p q) x y.
Proof. intros [a [-> A]] [b [-> B]]. exists a, b. split; [reflexivity |]. split; assumption. Qed.
Lemma flip_kept p x y : kept p x y -> kept (flip p) y x.
Proof. intros [a [b [-> [A B]]]]. exists b, a. split; [reflexivity |]. split; assumption. Qed.
(** A member is kept by the check. *)
Lemma check_kept t umin umax smin smax x : 0 <= x < W -> in_tnum t x -> umin <= x <= umax ->
  smin <= sgn64 x <= smax ->
  kept1 (bd_check (Bounds t umin umax smin smax)) x.
Proof. intros X T U G. apply bd_check_sound, in_bounds_intro; assumption. Qed.

Lemma bd_ule_sound k a b x y : in_bounds a x -> in_bounds b y -> x + k <= y ->
  kept (bd_ule k a b) x y.
Proof.
  intros [X [T [U G]]] [X' [T' [U' G']]] H. apply both_kept; apply check_kept; try assumption; lia.
Qed.
Lemma bd_sle_sound k a b x y : in_bounds a x -> in_bounds b y -> sgn64 x + k <= sgn64 y ->
  kept (bd_sle k a b) x y.
Proof.
  intros [X [T [U G]]] [X' [T' [U' G']]] H. apply both_kept; apply check_kept; try assumption; lia.
Qed.
Lemma bd_eq_sound a b x y : in_bounds a x -> in_bounds b y -> x = y -> kept (bd_eq a b) x y.
Proof.
  intros A B E. subst y. unfold bd_eq.
  destruct (bd_meet_sound a b x A B) as [m [E M]]. rewrite E.
  exists m, m. split; [reflexivity |]. split; exact M.
Qed.
(** Numbers with the same low bits are a multiple of 2^k apart, *)
Lemma land_ones_sub x c k : 0 <= k -> Z.land x (Z.ones k) = Z.land c (Z.ones k) ->
  exists q, x - c = 2 ^ k * q.
Proof.
  intros K E. rewrite !Z.land_ones in E by exact K. exists (x / 2 ^ k - c / 2 ^ k).
  assert (P : 2 ^ k <> 0) by (apply Z.pow_nonzero; lia).
  pose proof (Z.div_mod x (2 ^ k) P). pose proof (Z.div_mod c (2 ^ k) P). lia.
Qed.
(** Members differ from [c] by a multiple of the step, in either reading. *)
Lemma bd_step_sound t c x : in_tnum t x -> 0 < bd_step t c /\ (exists q, x - c = bd_step t c * q) /\
  exists h, W = bd_step t c * h.
Proof.
  unfold in_tnum, bd_step, zero, one, sign64. intros T. set (k := Z.log2 _).
  assert (K : 0 <= k) by apply Z.log2_nonneg.
  destruct (_ && _) eqn:C; [| split; [lia |]; split; [exists (x - c) | exists W]; lia]. bools.
  clearbody k. replace (Z.ones k + 1) with (2 ^ k) by (rewrite Z.ones_equiv; lia).
  assert (P : 0 < 2 ^ k) by (apply Z.pow_pos_nonneg; lia).
  assert (K63 : k <= 63). { apply (Z.pow_le_mono_r_iff 2); [lia | lia |]. change (2 ^ 63) with S64.
  rewrite Z.ones_equiv in *. lia. }
  split; [exact P |]. split.
  - (* the difference is a multiple of 2^k *) apply land_ones_sub; [exact K |].
    lazymatch goal with H : Z.land c _ = _ |- _ => rewrite H end. rewrite <- T.
    apply Z.bits_inj'. intros i I. rewrite !Z.land_spec, Z.ldiff_spec.
    lazymatch goal with H : Z.land (t_mask t) _ = 0
        |- _ => apply (f_equal (fun z => Z.testbit z i)) in H; rewrite Z.land_spec, Z.bits_0 in H;
        revert H end.
    destruct (Z.testbit x i), (Z.testbit (t_mask t) i), (Z.testbit (Z.ones k) i); cbn [andb negb];
      congruence.
  - (* so is 2^64 *) exists (2 ^ (64 - k)). rewrite <- Z.pow_add_r by lia.
    replace (k + (64 - k)) with 64 by lia. reflexivity.
Qed.
(** and so at least that far, if they differ. *)
Lemma multiple_apart d q x c : 0 < d -> x - c = d * q ->
  (x < c -> x <= c - d) /\ (c < x -> c + d <= x).
Proof.
  intros D E. assert (C : q <= -1 \/ q = 0 \/ 1 <= q) by lia.
  destruct C as [C | [-> | C]]; split; intros L; nia.
Qed.
Lemma bd_trim_sound s o x : in_bounds s x -> (forall c, o = Some c -> 0 <= c < W /\ x <> c) ->
  kept1 (bd_trim s o) x.
Proof.
  intros H N. destruct o as [c |]; cbn [bd_trim]; [| exists s; split; [reflexivity | exact H]].
  destruct (N c eq_refl) as [C D]. destruct H as [X [T [U G]]]. cbv zeta.
  destruct (bd_step_sound _ c _ T) as [P [[q Q] [h Hh]]].
  destruct (multiple_apart _ _ _ _ P Q) as [U1 U2].
  assert (S : exists q', sgn64 x - sgn64 c = bd_step (b_tnum s) c * q').
  { unfold sgn64, word_size. destruct (x <? sign64), (c <? sign64);
      [exists q | exists (q + h) | exists (q - h) | exists q]; lia. }
  destruct S as [q' Q']. destruct (multiple_apart _ _ _ _ P Q') as [G1 G2].
  assert (I : sgn64 x <> sgn64 c) by (intros E; apply D, sgn64_inj; assumption).
  apply check_kept; [exact X | exact T | |].
  - (* unsigned bounds *)
    destruct (Z.eqb_spec (b_umin s) c) as [E | E]; destruct (Z.eqb_spec (b_umax s) c) as [F | F];
      lia.
  - (* signed bounds *)
    destruct (Z.eqb_spec (b_smin s) (sgn64 c)) as [E | E];
      destruct (Z.eqb_spec (b_smax s) (sgn64 c)) as [F | F]; lia.
Qed.
Lemma bd_ne_sound a b x y : in_bounds a x -> in_bounds b y -> x <> y -> kept (bd_ne a b) x y.
Proof.
  intros A B N. apply both_kept; apply bd_trim_sound; try assumption; intros c C.
  - (* x is not b's constant *) assert (E := bd_is_const_sound b y c B C). subst c.
    split; [exact (in_bounds_range _ _ B) | exact N].
  - (* y is not a's constant *)
    assert (E := bd_is_const_sound a x c A C). subst c. split; [exact (in_bounds_range _ _ A) |].
    intros E. apply N. symmetry. exact E.
Qed.
(** A number that is not 0 has a bit. *)
Lemma nonzero_bit z : z <> 0 -> exists i, 0 <= i /\ Z.testbit z i = true.
Proof.
  intros N. destruct (Z.testbit z 0) eqn:B0; [exists 0; split; [lia | exact B0] |].
  destruct (Z.ltb_spec z 0) as [L | L].
  - (* z < 0 *)
    destruct (Z.bits_iff_neg_ex z) as [P _]. destruct (P L) as [k K]. exists (Z.max 0 (k + 1)).
    split; [lia |]. apply K. lia.
  - (* 0 <= z *) exists (Z.log2 z). split; [apply Z.log2_nonneg |]. apply Z.bit_log2. lia.
Qed.
Lemma bd_bits_sound a b x y : in_bounds a x -> in_bounds b y -> Z.land x y <> 0 ->
  kept (bd_bits a b) x y.
Proof.
  intros A B N. destruct (nonzero_bit _ N) as [i [I Bi]]. rewrite Z.land_spec in Bi.
  apply andb_true_iff in Bi as [Bx By]. assert (A' := A).
  assert (B' := B). destruct A' as [X [T _]].
  destruct B' as [X' [T' _]].
  assert (P : Z.testbit (Z.land (tn_may (b_tnum a)) (tn_may (b_tnum b))) i = true).
  { rewrite Z.land_spec, (tn_may_bits _ x) by assumption. rewrite (tn_may_bits _ y) by assumption.
    reflexivity. }
  unfold bd_bits. cbv zeta.
  generalize dependent (Z.land (tn_may (b_tnum a)) (tn_may (b_tnum b))). intros p P. unfold zero.
  destruct (Z.eqb_spec p 0) as [E | E]; [rewrite E, Z.bits_0 in P; discriminate |].
  destruct (one_bit p) eqn:O; [| exists a, b; split; [reflexivity |]; split; assumption].
  destruct (one_bit_spec p O) as [k [K F]]. subst p. rewrite Z.pow2_bits_eqb in P by exact K.
  apply Z.eqb_eq in P. subst k.
  assert (S : forall v, Z.testbit v i = true -> Z.land v (2 ^ i) = 2 ^ i).
  { intros v V. apply Z.bits_inj'. intros j J.
    rewrite Z.land_spec, Z.pow2_bits_eqb by exact I.
    destruct (Z.eqb_spec i j) as [Q | Q]; [rewrite <- Q, V; reflexivity | apply andb_false_r]. }
  apply both_kept.
  - (* x *) apply bd_meet_tnum_sound; [exact A |]. apply tn_set_sound; [exact X | apply S, Bx].
  - (* y *) apply bd_meet_tnum_sound; [exact B |]. apply tn_set_sound; [exact X' | apply S, By].
Qed.
(** A number that shares no bit with [y] shares none with its known bits. *)
Lemma val_disjoint t x y : in_tnum t y -> Z.land x y = 0 -> Z.land x (t_val t) = 0.
Proof.
  intros T H. apply Z.bits_inj'. intros i I.
  assert (B := f_equal (fun z => Z.testbit z i) H). cbv beta in B.
  rewrite Z.land_spec, Z.bits_0 in B. rewrite Z.land_spec, Z.bits_0. use_bit T i I.
  bit_cases.
Qed.
Lemma bd_no_bits_sound a b x y : in_bounds a x -> in_bounds b y -> Z.land x y = 0 ->
  kept (bd_no_bits a b) x y.
Proof.
  intros A B H. assert (H' : Z.land y x = 0) by (rewrite Z.land_comm; exact H).
  assert (A' := A). assert (B' := B).
  destruct A' as [X [T _]]. destruct B' as [X' [T' _]]. apply both_kept.
  - (* x *) apply bd_meet_tnum_sound; [exact A |]. apply tn_clear_sound; [exact X |].
    apply (val_disjoint _ x y T' H).
  - (* y *) apply bd_meet_tnum_sound; [exact B |]. apply tn_clear_sound; [exact X' |].
    apply (val_disjoint _ y x T H').
Qed.

Lemma bd_refine64_sound c r a b x y : in_bounds a x -> in_bounds b y -> compare A64 c x y = r ->
  kept (bd_refine64 c r a b) x y.
Proof.
  intros A B H. assert (X := in_bounds_range _ _ A). assert (Y := in_bounds_range _ _ B).
  unfold compare in H. cbn [trunc signed] in H. rewrite (wrap_small x X), (wrap_small y Y) in H.
  destruct c; destruct r; cbn [bd_refine64]; unfold zero, one; bools;
    match goal with
    | |- kept (bd_eq _ _) _ _ => apply bd_eq_sound; [exact A | exact B | assumption]
    | |- kept (bd_ne _ _) _ _ => apply bd_ne_sound; [exact A | exact B | assumption]
    | |- kept (bd_no_bits _ _) _ _ => apply bd_no_bits_sound; [exact A | exact B | assumption]
    | |- kept (bd_bits _ _) _ _ => apply bd_bits_sound; [exact A | exact B | assumption]
    | |- kept (bd_ule _ _ _) _ _ => apply bd_ule_sound; [exact A | exact B | lia]
    | |- kept (bd_sle _ _ _) _ _ => apply bd_sle_sound; [exact A | exact B | lia]
    | |- kept (flip (bd_ule _ _ _)) _ _ => apply flip_kept, bd_ule_sound; [exact B | exact A | lia]
    | |- kept (flip (bd_sle _ _ _)) _ _ => apply flip_kept, bd_sle_sound; [exact B | exact A | lia]
    end.
Qed.
