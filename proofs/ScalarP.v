(** Soundness of numbers: the word's bounds hold of the word, and the low half's of the low half. *)
From Proofs Require Export Tactics WordP TnumP BoundsP.
From Checker Require Import Scalar.

(** * Multiples *)

Lemma sc_step_sound s x : in_scalar s x -> (sc_step s | x).
Proof. intros [B _]. exact (tn_step_sound _ _ (proj1 (proj2 B))). Qed.
Lemma sc_step_signed s x : in_scalar s x -> (sc_step s | sgn64 x).
Proof.
  intros H. assert (S := sc_step_sound s x H).
  destruct (sgn64_spec x (proj1 (proj1 H))) as [[_ ->] | [_ ->]]; [exact S |].
  apply Z.divide_sub_r; [exact S | apply tn_step_word].
Qed.

(** * The low half, moved up *)

Lemma up_range x : 0 <= up x < W.
Proof. apply wrap_range. Qed.
Lemma testbit_up x i : 0 <= i -> Z.testbit (up x) i = Z.testbit x (i - 32) && (i <? 64).
Proof. intros I. unfold up. rewrite testbit_wrap, Z.shiftl_spec by exact I. reflexivity. Qed.
(** The moved half depends on the low half alone. *)
Lemma up_eq x y : wrap32 x = wrap32 y -> up x = up y.
Proof.
  intros E. apply Z.bits_inj'. intros i I.
  rewrite !testbit_up by exact I.
  destruct (Z.ltb_spec i 64) as [L | L]; [| rewrite !andb_false_r; reflexivity].
  rewrite !andb_true_r.
  destruct (Z.ltb_spec i 32) as [K | K]; [rewrite !Z.testbit_neg_r by lia; reflexivity |].
  assert (B := f_equal (fun z => Z.testbit z (i - 32)) E). cbv beta in B.
  rewrite !testbit_wrap32 in B by lia.
  replace (i - 32 <? 32) with true in B by (symmetry; apply Z.ltb_lt; lia).
  rewrite !andb_true_r in B. exact B.
Qed.
Lemma up_wrap32 x : up (wrap32 x) = up x.
Proof. apply up_eq, wrap32_wrap32. Qed.
Lemma up_sgn32 x : up (wrap (sgn32 x)) = up x.
Proof. apply up_eq. rewrite wrap32_wrap. apply wrap32_sgn32. Qed.
(** The zero-extended *)
Lemma up_zext x : Z.shiftr (up x) 32 = wrap32 x.
Proof.
  apply Z.bits_inj'. intros i I. rewrite Z.shiftr_spec, testbit_up, testbit_wrap32 by lia.
  replace (i + 32 - 32) with i by lia. f_equal.
  destruct (Z.ltb_spec (i + 32) 64), (Z.ltb_spec i 32); lia || reflexivity.
Qed.
(** Moved up further, then down again: the low [n] bits, sign-extended. *)
Lemma up_sext n x : 0 < n <= 32 -> 0 <= x < W ->
  wrap (Z.shiftr (sgn64 (wrap (Z.shiftl (up x) (32 - n)))) (64 - n)) = wrap (sgn_bits n x).
Proof.
  intros N X. rewrite <- sext_shifts by lia. f_equal.
  f_equal. f_equal. apply Z.bits_inj'.
  intros i I.
  rewrite !testbit_wrap, !Z.shiftl_spec by exact I.
  destruct (Z.ltb_spec i 64) as [L | L]; [| rewrite !andb_false_r; reflexivity].
  rewrite !andb_true_r. destruct (Z.ltb_spec (i - (32 - n)) 0) as [K | K].
  - (* i - (32 - n) < 0 *) rewrite !Z.testbit_neg_r by lia. reflexivity.
  - (* 0 <= i - (32 - n) *) rewrite testbit_up by exact K.
    replace (i - (32 - n) <? 64) with true by (symmetry; apply Z.ltb_lt; lia).
    rewrite andb_true_r. f_equal. lia.
Qed.
(** and the sign-extended half, from the moved one. *)
Lemma up_int x : wrap (Z.shiftr (sgn64 (up x)) 32) = wrap (sgn32 x).
Proof.
  rewrite <- (up_wrap32 x), <- (sgn32_wrap32 x). rewrite <- sgn_bits_32.
  rewrite <- (up_sext 32 (wrap32 x)) by (lia || apply wrap32_range64). change (32 - 32) with 0.
  change (64 - 32) with 32.
  rewrite Z.shiftl_0_r, (wrap_small (up (wrap32 x))) by apply up_range. reflexivity.
Qed.

Lemma bd_up_sound b x : in_bounds b x -> in_bounds (bd_up b) (up x).
Proof.
  intros H. unfold bd_up, up, num32. apply (bd_shl_sound b x 32 32 32); [lia | lia | exact H].
Qed.
(** From any reading of the half. *)
Lemma bd_up_half b x y : in_bounds b y -> wrap32 y = wrap32 x -> in_bounds (bd_up b) (up x).
Proof. intros H E. rewrite <- (up_eq y x E). apply bd_up_sound. exact H. Qed.
Lemma zext_sound l x : in_bounds l (up x) -> in_bounds (bd_shr l num32 num32) (wrap32 x).
Proof.
  intros H. rewrite <- up_zext. unfold num32.
  apply (bd_shr_sound l (up x) 32 32 32); [lia | lia | exact H].
Qed.
Lemma int_sound l x : in_bounds l (up x) -> in_bounds (bd_sar l num32 num32) (wrap (sgn32 x)).
Proof.
  intros H. rewrite <- up_int. unfold num32.
  apply (bd_sar_sound l (up x) 32 32 32); [lia | lia | exact H].
Qed.

(** * Reduction *)

Lemma in_scalar_all s x : in_scalar s x -> in_bounds (s_all s) x.
Proof. intros H. exact (proj1 H). Qed.
Lemma in_scalar_range s x : in_scalar s x -> 0 <= x < W.
Proof. intros H. exact (in_bounds_range _ _ (proj1 H)). Qed.
Lemma in_scalar_between s x : in_scalar s x -> s_umin s <= x <= s_umax s.
Proof. intros [[_ [_ [U _]]] _]. exact U. Qed.
Lemma sc_of_sound b x : in_bounds b x -> in_scalar (sc_of b) x.
Proof. intros H. split; [exact H | exact I]. Qed.
(** A number is its multiple of 2^32 and its low half. *)
Lemma base_spec z : z = base z + wrap32 z.
Proof.
  unfold base. assert (E := Z.add_nocarry_lxor (Z.ldiff z mask32) (wrap32 z)). rewrite E.
  - (* the parts make z *) apply Z.bits_inj'. intros i J. rewrite Z.lxor_spec, Z.ldiff_spec.
    unfold wrap32. rewrite Z.land_spec.
    destruct (Z.testbit z i), (Z.testbit mask32 i); reflexivity.
  - (* they share no bit *) apply Z.bits_inj'. intros i J. unfold wrap32.
    rewrite Z.land_spec, Z.ldiff_spec, Z.land_spec, Z.bits_0.
    destruct (Z.testbit z i), (Z.testbit mask32 i); reflexivity.
Qed.
Lemma base_mono a b : a <= b -> base a <= base b.
Proof.
  intros H. assert (A := base_spec a).
  assert (B := base_spec b). rewrite wrap32_mod in A, B.
  assert (A' := Z.div_mod a W32 ltac:(discriminate)).
  assert (B' := Z.div_mod b W32 ltac:(discriminate)).
  assert (D := Z.div_le_mono a b W32 ltac:(reflexivity) H). lia.
Qed.
(** Where the half of a number between two others is in a range, so is the number between these. *)
Lemma base_between lo x hi l h : lo <= x <= hi -> l <= wrap32 x <= h ->
  Z.max lo (base lo + l) <= x <= Z.min hi (base hi + h).
Proof.
  intros B L. assert (X := base_spec x).
  assert (A := base_mono lo x (proj1 B)).
  assert (C := base_mono x hi (proj2 B)). lia.
Qed.
Arguments base_between {lo x hi l h}.
Lemma wrap32_sgn64 x : wrap32 (sgn64 x) = wrap32 x.
Proof.
  unfold sgn64. destruct (x <? sign64); [reflexivity |]. rewrite !wrap32_mod.
  unfold word_size.
  replace (x - W) with (x + (- W32) * W32) by lia. apply Z.mod_add. discriminate.
Qed.
(** A signed number of 32 bits is its sign-extended half. *)
Lemma in_int_sound b x : in_bounds b x -> in_int b = true -> wrap (sgn32 x) = x.
Proof.
  intros [X [_ [_ S]]] B. unfold in_int in B. bools.
  unfold smin32, smax32 in *.
  rewrite <- (sgn32_wrap32 x), <- (wrap32_sgn64 x), sgn32_wrap32, sgn32_small by lia.
  apply wrap_sgn64. exact X.
Qed.
Lemma bd_with_up_sound b l x : in_bounds b x -> in_bounds l (up x) -> kept1 (bd_with_up b l) x.
Proof.
  intros H L. assert (R := zext_sound l x L). unfold bd_with_up.
  cbv zeta.
  generalize dependent (bd_shr l num32 num32). intros r R. assert (H' := H).
  destruct H' as [X [T [U G]]]. destruct R as [_ [T' [U' _]]].
  destruct (tn_meet_sound _ _ x T (tn_half_sound _ x X T')) as [t [E C]]. rewrite E.
  assert (B1 := base_between U U'). rewrite <- (wrap32_sgn64 x) in U'.
  assert (B2 := base_between G U').
  destruct (in_int b) eqn:J.
  - (* in_int b = true *) apply bd_meet_sound; [apply in_bounds_intro; assumption |].
    rewrite <- (in_int_sound b x H J) at 1. apply int_sound. exact L.
  - (* in_int b = false *) apply check_kept; assumption.
Qed.
Definition kept_scalar (p : option scalar) (x : Z) : Prop := exists s, p = Some s /\ in_scalar s x.
Definition kept_both (p : option (scalar * scalar)) (x y : Z) : Prop :=
  exists a b, p = Some (a, b) /\ in_scalar a x /\ in_scalar b y.
Lemma both_scalars p q x y : kept_scalar p x -> kept_scalar q y -> kept_both (both p q) x y.
Proof. intros [a [-> A]] [b [-> B]]. exists a, b. split; [reflexivity |]. split; assumption. Qed.
(** Reduction keeps members. *)
Lemma sc_norm_sound b l x : in_bounds b x -> in_bounds l (up x) -> kept_scalar (sc_norm b l) x.
Proof.
  intros H L. unfold sc_norm.
  destruct (bd_with_up_sound b l x H L) as [c [E C]]. rewrite E. cbv zeta.
  destruct (bd_meet_sound (bd_up c) l (up x) (bd_up_sound c x C) L) as [m [F M]]. rewrite F.
  eexists. split; [reflexivity |].
  destruct (bd_le (bd_up c) m); [exact (sc_of_sound c x C) | split; [exact C | exact M]].
Qed.
Lemma sc_with_sound b l x : in_bounds b x -> in_bounds l (up x) -> in_scalar (sc_with b l) x.
Proof.
  intros H L. unfold sc_with.
  destruct (sc_norm_sound b l x H L) as [s [-> S]]. exact S.
Qed.
Lemma sc_norm_low_sound b s x : in_bounds b x -> in_scalar s x ->
  kept_scalar (sc_norm_low b (s_low s)) x.
Proof.
  intros H [_ L]. unfold sc_norm_low. destruct (s_low s) as [l |].
  - (* Some l *) exact (sc_norm_sound b l x H L).
  - (* None *) exists (sc_of b). split; [reflexivity | exact (sc_of_sound b x H)].
Qed.

(** * Readings *)

Lemma sc_up_sound s x : in_scalar s x -> in_bounds (sc_up s) (up x).
Proof.
  intros [H L]. unfold sc_up.
  destruct (s_low s) as [l |]; [exact L | exact (bd_up_sound _ x H)].
Qed.
Lemma sc_zext_sound s x : in_scalar s x -> in_bounds (sc_zext s) (wrap32 x).
Proof.
  intros [H L]. unfold sc_zext.
  destruct (s_low s) as [l |]; [exact (zext_sound l x L) | exact (bd_trunc_sound A32 _ x H)].
Qed.
Lemma sc_int_sound s x : in_scalar s x -> in_bounds (sc_int s) (wrap (sgn32 x)).
Proof.
  intros [H L]. unfold sc_int. destruct (s_low s) as [l |]; [exact (int_sound l x L) |].
  rewrite <- sext_32. exact (bd_sext_sound A64 S4 _ x H).
Qed.

(** * Making and comparing *)

Lemma sc_top_sound x : 0 <= x < W -> in_scalar sc_top x.
Proof. intros H. apply sc_of_sound, bd_top_sound. exact H. Qed.
Lemma sc_const_sound z : in_scalar (sc_const z) (wrap z).
Proof. apply sc_of_sound, bd_const_sound. Qed.
Lemma sc_range_sound lo hi x : 0 <= x < W -> lo <= x <= hi -> in_scalar (sc_range lo hi) x.
Proof. intros X H. apply sc_of_sound, bd_range_sound; assumption. Qed.
Lemma sc_srange_sound lo hi x : 0 <= x < W -> lo <= sgn64 x <= hi -> in_scalar (sc_srange lo hi) x.
Proof. intros X H. apply sc_of_sound, bd_srange_sound; assumption. Qed.
Lemma sc_of_bytes_sound z x : 0 <= x < 256 ^ zbytes z -> in_scalar (sc_of_bytes z) x.
Proof. intros H. apply sc_of_sound, bd_of_bytes_sound. exact H. Qed.
Lemma sc_is_const_sound s x c : in_scalar s x -> sc_is_const s = Some c -> x = c.
Proof. intros [H _]. apply bd_is_const_sound. exact H. Qed.
Lemma sc_le_sound a b x : sc_le a b = true -> in_scalar a x -> in_scalar b x.
Proof.
  unfold sc_le. intros E H. apply andb_true_iff in E as [E F].
  split; [exact (bd_le_sound _ _ x E (proj1 H)) |].
  destruct (s_low b) as [l |]; [exact (bd_le_sound _ _ _ F (sc_up_sound a x H)) | exact I].
Qed.
Lemma sc_meet_sound a b x : in_scalar a x -> in_scalar b x -> kept_scalar (sc_meet a b) x.
Proof.
  intros A B. unfold sc_meet. destruct (bd_meet_sound _ _ x (proj1 A) (proj1 B)) as [m [-> M]].
  destruct (has_low a || has_low b);
    [| exists (sc_of m); split; [reflexivity | exact (sc_of_sound m x M)]].
  destruct (bd_meet_sound _ _ _ (sc_up_sound a x A) (sc_up_sound b x B)) as [l [-> L]].
  exact (sc_norm_sound m l x M L).
Qed.
Lemma sc_join_sound a b x : in_scalar a x \/ in_scalar b x -> in_scalar (sc_join a b) x.
Proof.
  intros H. unfold sc_join. cbv zeta.
  assert (J : in_bounds (bd_join (s_all a) (s_all b)) x).
  { apply bd_join_sound. destruct H as [H | H]; [left | right]; exact (proj1 H). }
  destruct (has_low a || has_low b); [| exact (sc_of_sound _ x J)].
  apply sc_with_sound; [exact J |]. apply bd_join_sound.
  destruct H as [H | H]; [left | right]; apply sc_up_sound; exact H.
Qed.

(** * Arithmetic *)

Lemma sc_trunc_sound w s x : in_scalar s x -> in_scalar (sc_trunc w s) (trunc w x).
Proof.
  intros H. assert (R := in_scalar_range s x H).
  destruct w; cbn [sc_trunc trunc]; [| rewrite wrap_small by exact R; exact H].
  assert (Z0 := sc_zext_sound s x H). destruct (_ || _); [| exact (sc_of_sound _ _ Z0)].
  apply sc_with_sound; [exact Z0 |]. rewrite up_wrap32. apply sc_up_sound. exact H.
Qed.
Lemma sc_sext_sound w z s x : in_scalar s x -> in_scalar (sc_sext w z s) (sext w z x).
Proof.
  intros H. assert (R := in_scalar_range s x H). unfold sc_sext.
  cbv zeta.
  replace (sext w z x) with (trunc w (sext A64 z x))
    by (unfold sext; cbn [trunc]; apply trunc_wrap).
  apply sc_trunc_sound, sc_of_sound. destruct H as [A L].
  assert (D := bd_sext_sound A64 z _ x A).
  destruct (s_low s) as [l |]; destruct z; try exact D; cbn [size_bits]; unfold sext;
    cbn [trunc size_bits];
    rewrite <- up_sext by lia; unfold num64, num32;
      (apply bd_sar_sound; [lia | lia |]; apply bd_shl_sound; [lia | lia | exact L]).
Qed.
(** What two bounds say, together. *)
Lemma bd_both_sound a b x : in_bounds a x -> in_bounds b x -> in_bounds (bd_both a b) x.
Proof. intros A B. unfold bd_both. destruct (bd_meet_sound a b x A B) as [m [-> M]]. exact M. Qed.

(** What the low half of a result follows from. *)
Lemma wrap32_alu64 op x y : 0 <= x < W -> 0 <= y < W -> low_follows op = true -> op <> Lsh ->
  wrap32 (alu A64 op x y) = alu A32 op x y.
Proof.
  intros X Y F N. unfold alu. cbn [trunc].
  rewrite (wrap_small x X), (wrap_small y Y).
  destruct op; try discriminate F; try contradiction (N eq_refl); rewrite ?wrap32_wrap.
  - (* Add *) rewrite !wrap32_mod. apply Z.add_mod. discriminate.
  - (* Sub *) rewrite !wrap32_mod. apply Zminus_mod.
  - (* Mul *) rewrite !wrap32_mod. apply Z.mul_mod. discriminate.
  - (* Or *) unfold wrap32. apply Z.land_lor_distr_l.
  - (* And *)
    apply Z.bits_inj'. intros i J. rewrite testbit_wrap32, !Z.land_spec, !testbit_wrap32 by exact J.
    bit_cases.
  - (* Xor *)
    apply Z.bits_inj'. intros i J. rewrite testbit_wrap32, !Z.lxor_spec, !testbit_wrap32 by exact J.
    bit_cases.
Qed.
(** 32-bit operations see low halves only. *)
Lemma alu32_halves op x y x' y' : wrap32 x = wrap32 x' -> wrap32 y = wrap32 y' ->
  alu A32 op x y = alu A32 op x' y'.
Proof.
  intros X Y. unfold alu. cbn [trunc signed].
  rewrite X, Y. reflexivity.
Qed.
Lemma shl_halves x x' y : 0 <= x < W -> 0 <= x' < W -> wrap32 x = wrap32 x' ->
  wrap32 (alu A64 Lsh x y) = wrap32 (alu A64 Lsh x' y).
Proof.
  intros R R' E. unfold alu. cbn [trunc count_mask].
  rewrite (wrap_small x R), (wrap_small x' R'), !wrap32_wrap.
  assert (C := count_range (wrap y) 63 ltac:(discriminate)). apply Z.bits_inj'. intros i J.
  rewrite !testbit_wrap32, !Z.shiftl_spec by exact J.
  destruct (Z.ltb_spec i 32) as [K | K]; [| rewrite !andb_false_r; reflexivity].
  rewrite !andb_true_r.
  destruct (Z.ltb_spec (i - Z.land (wrap y) 63) 0) as [L | L];
    [rewrite !Z.testbit_neg_r by exact L; reflexivity |].
  assert (B := f_equal (fun z => Z.testbit z (i - Z.land (wrap y) 63)) E). cbv beta in B.
  rewrite !testbit_wrap32 in B by exact L.
  replace (i - Z.land (wrap y) 63 <? 32) with true in B by (symmetry; apply Z.ltb_lt; lia).
  rewrite !andb_true_r in B. exact B.
Qed.
(** On any two operands with the same low halves (the same count for a shift). *)
Lemma alu64_halves op x y x' y' : 0 <= x < W -> 0 <= y < W -> 0 <= x' < W -> 0 <= y' < W ->
  low_follows op = true ->
  wrap32 x = wrap32 x' -> (match op with Lsh => y = y' | _ => wrap32 y = wrap32 y' end) ->
  wrap32 (alu A64 op x y) = wrap32 (alu A64 op x' y').
Proof.
  intros X Y X' Y' F Ex Ey.
  assert (D : op <> Lsh -> wrap32 y = wrap32 y' ->
      wrap32 (alu A64 op x y) = wrap32 (alu A64 op x' y')).
  { intros N Ey'. rewrite !wrap32_alu64 by assumption. apply alu32_halves; assumption. }
  destruct op; try discriminate F; try (apply D; [discriminate | exact Ey]).
  subst y'. apply shl_halves; assumption.
Qed.
Lemma sc_alu64_sound op a b x y : in_scalar a x -> in_scalar b y ->
  in_scalar (sc_alu64 op a b) (alu A64 op x y).
Proof.
  intros A B. assert (X := in_scalar_range a x A). assert (Y := in_scalar_range b y B).
  assert (R := bd_alu64_sound op _ _ x y (proj1 A) (proj1 B)).
  assert (D : in_scalar (let r := bd_alu64 op (s_all a) (s_all b) in
    if low_follows op && (has_low a || has_low b || may_fix op r) then
      let right z := match op with Lsh => s_all b | _ => z end in
      sc_with r (bd_both (bd_up (bd_alu64 op (sc_zext a) (right (sc_zext b))))
                         (bd_up (bd_alu64 op (sc_int a) (right (sc_int b)))))
    else sc_of r) (alu A64 op x y)).
  { cbv zeta. destruct (low_follows op) eqn:F; cbn [andb]; [| exact (sc_of_sound _ _ R)].
    destruct (_ || _); [| exact (sc_of_sound _ _ R)]. apply sc_with_sound; [exact R |].
    apply bd_both_sound.
    - (* zero-extended operands *)
      apply bd_up_half with (alu A64 op (wrap32 x) (match op with Lsh => y | _ => wrap32 y end)).
      + (* the operation is sound *) apply bd_alu64_sound; [exact (sc_zext_sound a x A) |].
        destruct op; first [exact (sc_zext_sound b y B) | exact (proj1 B)].
      + (* the low half is the same *) apply alu64_halves; try assumption; try apply wrap32_range64.
        * (* the right operand is a word *) destruct op; first [exact Y | apply wrap32_range64].
        * (* the left halves agree *) apply wrap32_wrap32.
        * (* the right halves agree *) destruct op; first [reflexivity | apply wrap32_wrap32].
    - (* sign-extended operands *)
      apply bd_up_half with
        (alu A64 op (wrap (sgn32 x)) (match op with Lsh => y | _ => wrap (sgn32 y) end)).
      + (* the operation is sound *) apply bd_alu64_sound; [exact (sc_int_sound a x A) |].
        destruct op; first [exact (sc_int_sound b y B) | exact (proj1 B)].
      + (* the low half is the same *) apply alu64_halves; try assumption; try apply wrap_range.
        * (* the right operand is a word *) destruct op; first [exact Y | apply wrap_range].
        * (* the left halves agree *) rewrite wrap32_wrap. apply wrap32_sgn32.
        * (* the right halves agree *)
          destruct op; first [reflexivity | rewrite wrap32_wrap; apply wrap32_sgn32]. }
  unfold sc_alu64. destruct op; try exact D. unfold alu.
  cbn [trunc]. rewrite wrap_small by exact Y. exact B.
Qed.
Lemma sc_count32_sound s y : in_scalar s y -> in_bounds (sc_count32 s) (Z.land y num31).
Proof.
  intros H. assert (K : in_bounds bd_31 num31) by exact (bd_const_sound 31). unfold sc_count32.
  destruct (has_low s).
  - (* has_low s = true *)
    replace (Z.land y num31) with (Z.land (wrap32 y) num31)
      by (unfold wrap32, num31; rewrite <- Z.land_assoc; reflexivity).
    apply bd_and_sound; [exact (sc_zext_sound s y H) | exact K].
  - (* has_low s = false *) apply bd_and_sound; [exact (proj1 H) | exact K].
Qed.
Lemma sc_left32_sound op s x : in_scalar s x -> in_bounds (sc_left32 op s) (left32 op x).
Proof.
  intros H. unfold sc_left32, left32.
  assert (A := sc_zext_sound s x H). assert (B := sc_int_sound s x H). rewrite <- sext_32 in B.
  destruct op; first [exact A | exact B].
Qed.
Lemma sc_right32_sound op s y : in_scalar s y -> in_bounds (sc_right32 op s) (right32 op y).
Proof.
  intros H. unfold sc_right32, right32.
  assert (A := sc_zext_sound s y H). assert (B := sc_int_sound s y H). rewrite <- sext_32 in B.
  assert (C := sc_count32_sound s y H). destruct op; first [exact A | exact B | exact C].
Qed.
(** A 32-bit operation on sign-extended operands. *)
Definition int_operand (op : aluop) (y : Z) : Z :=
  match op with Lsh | Arsh => Z.land y num31 | _ => wrap (sgn32 y) end.
Lemma alu32_int op x y : int_follows op = true ->
  wrap32 (alu A64 op (wrap (sgn32 x)) (int_operand op y)) = alu A32 op x y.
Proof.
  intros F. rewrite alu32_64. assert (R := fun z => wrap_range (sgn32 z)).
  assert (E : forall z, wrap32 (wrap (sgn32 z)) = wrap32 z)
    by (intros z; rewrite wrap32_wrap; apply wrap32_sgn32).
  destruct op; try discriminate F; cbn [left32 right32 int_operand trunc]; rewrite ?sext_32;
    try reflexivity;
    (apply alu64_halves; [apply R | apply R || apply land31_range | apply wrap32_range64 |
      apply wrap32_range64 || apply land31_range | reflexivity | rewrite wrap32_wrap32; apply E |
      reflexivity || (rewrite wrap32_wrap32; apply E)]).
Qed.
Lemma sc_alu32_sound op a b x y : in_scalar a x -> in_scalar b y ->
  in_scalar (sc_alu32 op a b) (alu A32 op x y).
Proof.
  intros A B.
  assert (R :
      in_bounds (bd_trunc A32 (bd_alu64 op (sc_left32 op a) (sc_right32 op b))) (alu A32 op x y)).
  { rewrite alu32_64. change wrap32 with (trunc A32).
    apply bd_trunc_sound, bd_alu64_sound;
        [exact (sc_left32_sound op a x A) | exact (sc_right32_sound op b y B)]. }
  assert (D : in_scalar (let r := bd_trunc A32 (bd_alu64 op (sc_left32 op a) (sc_right32 op b)) in
    if int_follows op && across r && knows_low a && knows_low b
    then sc_with r (bd_up (bd_alu64 op (sc_int a) (int_right op b)))
        else sc_of r) (alu A32 op x y)).
  { cbv zeta. destruct (int_follows op) eqn:F; cbn [andb]; [| exact (sc_of_sound _ _ R)].
    destruct (_ && _ && _); [| exact (sc_of_sound _ _ R)]. apply sc_with_sound; [exact R |].
    apply bd_up_half with (alu A64 op (wrap (sgn32 x)) (int_operand op y)).
    - (* the operation is sound *)
      apply bd_alu64_sound; [exact (sc_int_sound a x A) |]. unfold int_right, int_operand.
      destruct op; first [exact (sc_count32_sound b y B) | exact (sc_int_sound b y B)].
    - (* the low half is the same *)
      rewrite <- (alu32_int op x y F). symmetry. apply wrap32_wrap32. }
  unfold sc_alu32. destruct op; try exact D. exact (sc_trunc_sound A32 b y B).
Qed.
Lemma sc_alu_sound w op a b x y : in_scalar a x -> in_scalar b y ->
  in_scalar (sc_alu w op a b) (alu w op x y).
Proof.
  intros A B.
  destruct w; [exact (sc_alu32_sound op a b x y A B) | exact (sc_alu64_sound op a b x y A B)].
Qed.
Lemma sc_add_sound a b x y : in_scalar a x -> in_scalar b y ->
  in_scalar (sc_add a b) (wrap (x + y)).
Proof. intros A B. rewrite <- wrap_add. exact (sc_alu64_sound Add a b x y A B). Qed.
Lemma sc_sub_sound a b x y : in_scalar a x -> in_scalar b y ->
  in_scalar (sc_sub a b) (wrap (x - y)).
Proof. intros A B. rewrite <- wrap_sub. exact (sc_alu64_sound Sub a b x y A B). Qed.
Lemma sc_neg_sound w s x : in_scalar s x -> in_scalar (sc_neg w s) (neg w x).
Proof.
  intros H.
  replace (neg w x) with (alu w Sub 0 x);
    [exact (sc_alu_sound w Sub sc_0 s 0 x (sc_const_sound 0) H) |].
  unfold neg, alu. destruct w; cbn [trunc].
  - (* A32 *) rewrite !wrap32_mod. change (0 mod W32) with 0. rewrite <- (Zminus_mod_idemp_r 0 x).
    reflexivity.
  - (* A64 *) rewrite wrap_sub. reflexivity.
Qed.
Lemma sc_byte_order_sound k z s x : in_scalar s x ->
  in_scalar (sc_byte_order k z s) (byte_order k z x).
Proof. intros [H _]. exact (sc_of_sound _ _ (bd_byte_order_sound k z _ x H)). Qed.

(** * Comparisons *)

Lemma sc_meet_low_sound s l x : in_scalar s x -> in_bounds l (up x) ->
  kept_scalar (sc_meet_low s l) x.
Proof.
  intros H L. unfold sc_meet_low.
  destruct (bd_meet_sound _ _ _ (sc_up_sound s x H) L) as [m [-> M]].
  exact (sc_norm_sound _ m x (proj1 H) M).
Qed.
Lemma says_equal_sound w c r x y : compare w c x y = r -> says_equal c r = true ->
  trunc w x = trunc w y.
Proof.
  intros C E. destruct c; try discriminate E; cbn [says_equal] in E.
  - (* Jeq *) rewrite E in C. apply Z.eqb_eq. exact C.
  - (* Jne *) apply negb_true_iff in E. rewrite E in C. apply negb_false_iff in C.
    apply Z.eqb_eq. exact C.
Qed.
Lemma compare32_unsigned c x y : signed_cmp c = false ->
  compare A64 c (wrap32 x) (wrap32 y) = compare A32 c x y.
Proof.
  intros S. unfold compare. cbn [trunc].
  rewrite !wrap_wrap32. destruct c; try reflexivity; discriminate S.
Qed.
Lemma compare32_signed c x y : signed_cmp c = true ->
  compare A64 c (wrap (sgn32 x)) (wrap (sgn32 y)) = compare A32 c x y.
Proof.
  intros S. unfold compare. cbn [trunc signed].
  rewrite !wrap_wrap, !sgn64_sgn32, !sgn32_wrap32.
  destruct c; try reflexivity; discriminate S.
Qed.
Lemma sc_refine64_sound c r a b x y : in_scalar a x -> in_scalar b y -> compare A64 c x y = r ->
  kept_both (sc_refine64 c r a b) x y.
Proof.
  intros A B C. unfold sc_refine64. destruct (says_equal c r) eqn:E.
  - (* says_equal c r = true *) assert (Q := says_equal_sound A64 c r x y C E). cbn [trunc] in Q.
    rewrite (wrap_small x), (wrap_small y) in Q by (eapply in_scalar_range; eassumption).
    rewrite <- Q in B. destruct (sc_meet_sound a b x A B) as [m [-> M]]. exists m, m.
    rewrite <- Q.
    split; [reflexivity |]. split; exact M.
  - (* says_equal c r = false *)
    destruct (bd_refine64_sound c r _ _ x y (proj1 A) (proj1 B) C) as [p [q [-> [P Q]]]].
    apply both_scalars; apply sc_norm_low_sound; assumption.
Qed.
Lemma sc_refine32_sound c r a b x y : in_scalar a x -> in_scalar b y -> compare A32 c x y = r ->
  kept_both (sc_refine32 c r a b) x y.
Proof.
  intros A B C. unfold sc_refine32. destruct (says_equal c r) eqn:E.
  - (* says_equal c r = true *) assert (Q := up_eq x y (says_equal_sound A32 c r x y C E)).
    apply both_scalars; apply sc_meet_low_sound; try assumption; [rewrite Q | rewrite <- Q];
      apply sc_up_sound; assumption.
  - (* says_equal c r = false *) cbv zeta. destruct (signed_cmp c) eqn:S.
    + (* signed_cmp c = true *) rewrite <- (compare32_signed c x y S) in C.
      destruct (bd_refine64_sound c r _ _ _ _ (sc_int_sound a x A) (sc_int_sound b y B) C)
        as [p [q [-> [P Q]]]].
      apply both_scalars; apply sc_meet_low_sound; try assumption; rewrite <- up_sgn32;
        apply bd_up_sound; assumption.
    + (* signed_cmp c = false *) rewrite <- (compare32_unsigned c x y S) in C.
      destruct (bd_refine64_sound c r _ _ _ _ (sc_zext_sound a x A) (sc_zext_sound b y B) C)
        as [p [q [-> [P Q]]]].
      apply both_scalars; apply sc_meet_low_sound; try assumption; rewrite <- up_wrap32;
        apply bd_up_sound; assumption.
Qed.
Lemma is_half_sound c s x : in_scalar s x -> is_half c s = true ->
  if signed_cmp c then wrap (sgn32 x) = x else wrap32 x = x.
Proof.
  intros [[X [_ [U _]]] _] E. unfold is_half, s_umax in E. apply Z.leb_le in E.
  unfold smax32, mask32 in E.
  destruct (signed_cmp c);
    [rewrite sgn32_small by lia; apply wrap_small; exact X | apply wrap32_small; lia].
Qed.
Lemma sc_refine_sound w c r a b x y : in_scalar a x -> in_scalar b y -> compare w c x y = r ->
  exists a' b', sc_refine w c r a b = Some (a', b') /\ in_scalar a' x /\ in_scalar b' y.
Proof.
  intros A B C. change (kept_both (sc_refine w c r a b) x y).
  destruct w; cbn [sc_refine]; [| exact (sc_refine64_sound c r a b x y A B C)].
  destruct (is_half c a && is_half c b) eqn:F; [| exact (sc_refine32_sound c r a b x y A B C)].
  apply andb_true_iff in F as [Fa Fb]. apply (is_half_sound c a x A) in Fa.
  apply (is_half_sound c b y B) in Fb.
  apply sc_refine64_sound; try assumption. destruct (signed_cmp c) eqn:S.
  - (* signed_cmp c = true *)
    rewrite <- (compare32_signed c x y S) in C. rewrite Fa, Fb in C. exact C.
  - (* signed_cmp c = false *)
    rewrite <- (compare32_unsigned c x y S) in C. rewrite Fa, Fb in C. exact C.
Qed.

(** * Precision: facts that real programs lean on, and what must not be concluded *)

Module Precision.
Definition between (lo hi : Z) (s : scalar) : bool := (lo <=? s_umin s) && (s_umax s <=? hi).
Definition sbetween (lo hi : Z) (s : scalar) : bool :=
  (lo <=? b_smin (s_all s)) && (b_smax (s_all s) <=? hi).
Definition first_of (p : option (scalar * scalar)) : scalar :=
  match p with Some (a, _) => a | None => sc_of bd_empty end.
Definition c (z : Z) : scalar := sc_const z.

(* index &= 63; index *= 8: at most 504, and a multiple of 8 *)
Example mask_then_scale :
  let s := sc_alu A64 Mul (sc_alu A64 And sc_top (c 63)) (c 8) in
  between 0 504 s && tn_le (b_tnum (s_all s)) (Tnum 0 504) = true.
Proof. vm_compute. reflexivity. Qed.
(* w1 += -1 with w1 in 1 .. 10: the immediate is 2^32 - 1, the result 0 .. 9 *)
Example decrement_32 : between 0 9 (sc_alu A32 Add (sc_range 1 10) (c (-1))) = true.
Proof. vm_compute. reflexivity. Qed.
(* if (n > 100) goto out; otherwise n <= 100, even when n was loaded from a register of unknown
   sign *)
Example bound_unsigned : between 0 100 (first_of (sc_refine A64 Jgt false sc_top (c 100))) = true.
Proof. vm_compute. reflexivity. Qed.
(* a signed bound alone leaves the negative numbers; with one from below it is a range *)
Example bound_signed_one_side :
  between 0 100 (first_of (sc_refine A64 Jsgt false sc_top (c 100))) = false.
Proof. vm_compute. reflexivity. Qed.
Example bound_signed_both_sides :
  between 0 100
    (first_of (sc_refine A64 Jsge true (first_of (sc_refine A64 Jsgt false sc_top (c 100))) (c 0)))
    = true.
Proof. vm_compute. reflexivity. Qed.
(* a 32-bit comparison of a zero-extended value bounds all of it; of an unknown word, only the low
   half *)
Example bound_32 : between 0 7 (first_of (sc_refine A32 Jlt true (sc_of_bytes S4) (c 8))) = true.
Proof. vm_compute. reflexivity. Qed.
Example bound_32_of_word : between 0 7 (first_of (sc_refine A32 Jlt true sc_top (c 8))) = false.
Proof. vm_compute. reflexivity. Qed.
Example bound_32_of_word_then_moved :
  between 0 7 (sc_alu A32 Mov (c 0) (first_of (sc_refine A32 Jlt true sc_top (c 8)))) = true.
Proof. vm_compute. reflexivity. Qed.
(* a negative int in a zero-extended register *)
Example negative_32 :
  between 2147483648 4294967295 (first_of (sc_refine A32 Jslt true (sc_of_bytes S4) (c 0))) = true.
Proof. vm_compute. reflexivity. Qed.
(* (long)(int)r: -5 .. 5 survives, in the zero-extended half of it too *)
Example sign_extend : sbetween (-5) 5 (sc_sext A64 S4 (sc_trunc A32 (sc_srange (-5) 5))) = true
  /\ sbetween (-5) 5 (sc_sext A64 S4 (sc_srange (-5) 5)) = true.
Proof. vm_compute. split; reflexivity. Qed.
(* the compiler's sign extension: r <<= 32; r s>>= 32 *)
Example shift_pair :
  sbetween (-128) 127 (sc_alu A64 Arsh (sc_alu A64 Lsh (sc_srange (-128) 127) (c 32)) (c 32)) =
  true.
Proof. vm_compute. reflexivity. Qed.
(* 32-bit arithmetic shift right zero-extends: -1 s>> 1 is 2^32 - 1, no more *)
Example arsh_32 : sc_is_const (sc_alu A32 Arsh (c (-1)) (c 1)) = Some 4294967295.
Proof. vm_compute. reflexivity. Qed.
(* the shift amount is masked: 64 is 0 *)
Example shift_amount : sc_is_const (sc_alu A64 Lsh (c 5) (c 64)) = Some 5.
Proof. vm_compute. reflexivity. Qed.
(* x / 0 = 0 and x mod 0 = x *)
Example by_zero : sc_is_const (sc_alu A64 Div (sc_range 5 9) (c 0)) = None /\
  between 0 9 (sc_alu A64 Mod (sc_range 5 9) (c 0)) = true.
Proof. vm_compute. split; reflexivity. Qed.
(* known bits meet ranges: the protocol byte *)
Example swap_port : sc_is_const (sc_byte_order ToBe S2 (c 80)) = Some 20480.
Proof. vm_compute. reflexivity. Qed.
Example bit_test : between 4 5 (first_of (sc_refine A64 Jset true (sc_range 0 5) (c 4))) = true
  /\ between 0 3 (first_of (sc_refine A64 Jset false (sc_range 0 5) (c 4))) = true.
Proof. vm_compute. split; reflexivity. Qed.
(* outcomes that can't be *)
Example impossible : sc_refine A64 Jgt true (sc_range 0 5) (c 5) = None /\
  sc_refine A32 Jeq true (sc_range 0 5) (c 6) = None
  /\ sc_refine A64 Jset true (sc_range 0 3) (c 4) = None /\
    sc_refine A64 Jne true (c 4) (c 4) = None.
Proof. vm_compute. repeat split; reflexivity. Qed.
(* the low half of an unknown word has ranges of its own, whatever the high half does *)
Definition low (lo hi : Z) (s : scalar) : bool := between lo hi (sc_trunc A32 s).
Definition slow (lo hi : Z) (s : scalar) : bool := sbetween lo hi (sc_sext A64 S4 s).
Definition below_10 : scalar := first_of (sc_refine A32 Jlt true sc_top (c 10)).
Example half_unsigned :
  low 0 9 below_10 && low 3 12 (sc_add below_10 (c 3)) && low 0 18 (sc_add below_10 below_10)
  && low 0 72 (sc_alu A64 Lsh below_10 (c 3)) && low 0 81 (sc_alu A64 Mul below_10 below_10)
  && low 5 9 (first_of (sc_refine A32 Jge true below_10 (c 5))) = true.
Proof. vm_compute. reflexivity. Qed.
Example half_signed :
  let s :=
    first_of (sc_refine A32 Jsge true (first_of (sc_refine A32 Jslt true sc_top (c 6))) (c (-5))) in
  slow (-5) 5 s && slow (-7) 3 (sc_sub s (c 2)) && slow (-5) 5 (sc_trunc A32 s)
    && slow (-3) 2 (sc_alu A32 Arsh s (c 1)) = true.
Proof. vm_compute. reflexivity. Qed.
(* register against register *)
Example half_of_two : match sc_refine A32 Jlt true sc_top below_10 with Some (a, _) => low 0 8 a
  | None => false end = true.
Proof. vm_compute. reflexivity. Qed.
(* w1 -= 1 below zero, zero-extended: a signed range where the word has none *)
Example across_zero : let s :=
  sc_alu A32 Sub (sc_range 0 10) (c 1) in slow (-1) 9 s && between 0 9 s = false
  /\ slow (-1) 9 (sc_alu A32 Sub (sc_range 0 10) (c 1)) = true
  /\ between 0 9 (first_of (sc_refine A32 Jsge true (sc_alu A32 Sub (sc_range 0 10) (c 1)) (c 0))) =
    true.
Proof. vm_compute. repeat split; reflexivity. Qed.
(* and what one outcome excludes *)
Example half_impossible : sc_refine A32 Jgt true below_10 (c 9) = None /\
  sc_refine A32 Jeq true below_10 (c 10) = None
  /\ sc_refine A64 Jeq true below_10 (c 4294967306) = None.
Proof. vm_compute. repeat split; reflexivity. Qed.
End Precision.
