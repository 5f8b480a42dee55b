(** Laws of words: truncation, the signed reading, bits, and the range of every operation's
    result. *)
From Semantics Require Export Alu.

Lemma mask64_ones : mask64 = Z.ones 64.
Proof. reflexivity. Qed.
Lemma mask32_ones : mask32 = Z.ones 32.
Proof. reflexivity. Qed.

Lemma wrap_mod z : wrap z = z mod W.
Proof. unfold wrap. rewrite mask64_ones. rewrite Z.land_ones by lia. reflexivity. Qed.
Lemma wrap32_mod z : wrap32 z = z mod W32.
Proof. unfold wrap32. rewrite mask32_ones. rewrite Z.land_ones by lia. reflexivity. Qed.

(** Replace truncations by [mod], then equations, for [lia]. *)
Ltac words := rewrite ?wrap_mod, ?wrap32_mod in *; Z.div_mod_to_equations; lia.

Lemma wrap_range z : 0 <= wrap z < W.
Proof. words. Qed.
Lemma wrap32_range z : 0 <= wrap32 z < W32.
Proof. words. Qed.
Lemma wrap32_range64 z : 0 <= wrap32 z < W.
Proof. words. Qed.
Lemma wrap_small z : 0 <= z < W -> wrap z = z.
Proof. intros H. words. Qed.
Lemma wrap32_small z : 0 <= z < W32 -> wrap32 z = z.
Proof. intros H. words. Qed.
Lemma wrap_wrap z : wrap (wrap z) = wrap z.
Proof. apply wrap_small, wrap_range. Qed.
Lemma wrap32_wrap32 z : wrap32 (wrap32 z) = wrap32 z.
Proof. apply wrap32_small, wrap32_range. Qed.
Lemma wrap32_wrap z : wrap32 (wrap z) = wrap32 z.
Proof. words. Qed.
Lemma wrap_wrap32 z : wrap (wrap32 z) = wrap32 z.
Proof. apply wrap_small, wrap32_range64. Qed.
Lemma wrap_eq a b k : a = b + k * W -> wrap a = wrap b.
Proof. intros H. rewrite !wrap_mod, H. apply Z.mod_add. lia. Qed.
Lemma wrap_add a b : wrap (wrap a + wrap b) = wrap (a + b).
Proof. rewrite !wrap_mod. symmetry. apply Z.add_mod. lia. Qed.
Lemma wrap_sub a b : wrap (wrap a - wrap b) = wrap (a - b).
Proof. rewrite !wrap_mod. symmetry. apply Zminus_mod. Qed.
Lemma wrap_mul a b : wrap (wrap a * wrap b) = wrap (a * b).
Proof. rewrite !wrap_mod. symmetry. apply Z.mul_mod. lia. Qed.
Lemma wrap_add_l a b : wrap (wrap a + b) = wrap (a + b).
Proof. rewrite !wrap_mod. apply Z.add_mod_idemp_l. lia. Qed.
Lemma wrap_add_r a b : wrap (a + wrap b) = wrap (a + b).
Proof. rewrite !wrap_mod. apply Z.add_mod_idemp_r. lia. Qed.
Lemma wrap_sub_l a b : wrap (wrap a - b) = wrap (a - b).
Proof. rewrite !wrap_mod. apply Zminus_mod_idemp_l. Qed.
Lemma wrap_sub_r a b : wrap (a - wrap b) = wrap (a - b).
Proof. rewrite !wrap_mod. apply Zminus_mod_idemp_r. Qed.
Lemma wrap_mul_r a b : wrap (a * wrap b) = wrap (a * b).
Proof. rewrite !wrap_mod. apply Z.mul_mod_idemp_r. lia. Qed.
Lemma wrap_mul_l a b : wrap (wrap a * b) = wrap (a * b).
Proof. rewrite !wrap_mod. apply Z.mul_mod_idemp_l. lia. Qed.

(** * The signed readings *)

Lemma sgn64_spec x : 0 <= x < W -> (x < S64 /\ sgn64 x = x) \/ (S64 <= x /\ sgn64 x = x - W).
Proof. intros H. unfold sgn64, sign64, word_size. destruct (Z.ltb_spec x S64) as [L | L]; lia. Qed.
Lemma sgn64_range x : 0 <= x < W -> - S64 <= sgn64 x < S64.
Proof. intros H. destruct (sgn64_spec x H) as [[A B] | [A B]]; lia. Qed.
Lemma wrap_sgn64 x : 0 <= x < W -> wrap (sgn64 x) = x.
Proof. intros H. destruct (sgn64_spec x H) as [[A B] | [A B]]; rewrite B; words. Qed.
Lemma sgn64_wrap z : - S64 <= z < S64 -> sgn64 (wrap z) = z.
Proof.
  intros H.
  destruct (sgn64_spec (wrap z) (wrap_range z)) as [[A B] | [A B]]; rewrite B; clear B; words.
Qed.
Lemma sgn64_inj x y : 0 <= x < W -> 0 <= y < W -> sgn64 x = sgn64 y -> x = y.
Proof. intros A B H. rewrite <- (wrap_sgn64 x A), <- (wrap_sgn64 y B), H. reflexivity. Qed.
Lemma sgn64_0 x : 0 <= x < W -> (sgn64 x = 0 <-> x = 0).
Proof. intros H. destruct (sgn64_spec x H) as [[A B] | [A B]]; lia. Qed.
Lemma sgn32_range x : - S32 <= sgn32 x < S32.
Proof.
  unfold sgn32, sign32, half_size. assert (H := wrap32_range x).
  destruct (Z.ltb_spec (wrap32 x) S32) as [L | L]; lia.
Qed.
Lemma wrap32_sgn32 x : wrap32 (sgn32 x) = wrap32 x.
Proof.
  unfold sgn32, sign32, half_size. destruct (Z.ltb_spec (wrap32 x) S32) as [L | L].
  - (* wrap32 x < S32 *) apply wrap32_wrap32.
  - (* S32 <= wrap32 x *) clear L. words.
Qed.
Lemma sgn32_wrap32 x : sgn32 (wrap32 x) = sgn32 x.
Proof. unfold sgn32. rewrite wrap32_wrap32. reflexivity. Qed.
Lemma sgn32_small z : - S32 <= z < S32 -> sgn32 z = z.
Proof.
  intros H. unfold sgn32, sign32, half_size. destruct (Z.ltb_spec (wrap32 z) S32) as [L | L]; words.
Qed.
Lemma sgn32_inj x y : sgn32 x = sgn32 y -> wrap32 x = wrap32 y.
Proof. intros H. rewrite <- (wrap32_sgn32 x), <- (wrap32_sgn32 y), H. reflexivity. Qed.

(** * Bits *)

Lemma testbit_wrap z i : 0 <= i -> Z.testbit (wrap z) i = Z.testbit z i && (i <? 64).
Proof.
  intros H. unfold wrap. rewrite mask64_ones, Z.land_spec.
  f_equal.
  apply Z.testbit_ones_nonneg; lia.
Qed.
Lemma testbit_wrap32 z i : 0 <= i -> Z.testbit (wrap32 z) i = Z.testbit z i && (i <? 32).
Proof.
  intros H. unfold wrap32. rewrite mask32_ones, Z.land_spec.
  f_equal.
  apply Z.testbit_ones_nonneg; lia.
Qed.
Lemma bits_above n x i : 0 <= x < 2 ^ n -> n <= i -> Z.testbit x i = false.
Proof.
  intros H L. destruct (Z.ltb_spec n 0) as [N | N].
  - (* n < 0 *) rewrite (Z.pow_neg_r 2 n N) in H. lia.
  - (* 0 <= n *) rewrite <- (Z.mod_small x (2 ^ n) H). apply Z.mod_pow2_bits_high. lia.
Qed.
Lemma word_high x i : 0 <= x < W -> 64 <= i -> Z.testbit x i = false.
Proof. intros H. apply (bits_above 64). exact H. Qed.
Lemma range_of_bits n x : 0 <= n -> (forall i, n <= i -> Z.testbit x i = false) -> 0 <= x < 2 ^ n.
Proof.
  intros N H. assert (E : x = x mod 2 ^ n).
  { apply Z.bits_inj'. intros i I. destruct (Z.ltb_spec i n) as [L | L].
    - (* i < n *) symmetry. apply Z.mod_pow2_bits_low. exact L.
    - (* n <= i *) rewrite H by exact L. symmetry. apply Z.mod_pow2_bits_high. lia. }
  rewrite E. apply Z.mod_pos_bound. apply Z.pow_pos_nonneg; lia.
Qed.
Lemma word_of_bits x : (forall i, 64 <= i -> Z.testbit x i = false) -> 0 <= x < W.
Proof. intros H. apply (range_of_bits 64); [lia | exact H]. Qed.
Lemma sign64_bit x : 0 <= x < W -> Z.testbit x 63 = (S64 <=? x).
Proof.
  intros H. rewrite Z.testbit_odd, Z.shiftr_div_pow2 by lia. change (2 ^ 63) with S64.
  destruct (Z.leb_spec S64 x) as [L | L].
  - (* S64 <= x *) replace (x / S64) with 1 by (Z.div_mod_to_equations; lia). reflexivity.
  - (* x < S64 *) rewrite Z.div_small by lia. reflexivity.
Qed.
(** Bits of the signed reading, to infinity. *)
Lemma testbit_sgn64 x i : 0 <= x < W -> 0 <= i -> Z.testbit (sgn64 x) i = Z.testbit x (Z.min i 63).
Proof.
  intros H I. assert (Low : forall j, 0 <= j < 64 -> Z.testbit (sgn64 x) j = Z.testbit x j).
  { intros j J. rewrite <- (wrap_sgn64 x H) at 2. rewrite testbit_wrap by lia.
    destruct (Z.ltb_spec j 64) as [L | L]; [symmetry; apply andb_true_r | lia]. }
  destruct (Z.ltb_spec i 64) as [L | L].
  - (* i < 64 *) rewrite Z.min_l by lia. apply Low. lia.
  - (* 64 <= i *) rewrite Z.min_r by lia. rewrite (sign64_bit x H).
    destruct (sgn64_spec x H) as [[A B] | [A B]]; rewrite B.
    + (* x < S64 *) rewrite (word_high x i H L). symmetry. apply Z.leb_gt. lia.
    + (* S64 <= x *) assert (E : S64 <=? x = true) by (apply Z.leb_le; lia). rewrite E.
      replace (x - W) with (Z.lnot (W - 1 - x)) by (unfold Z.lnot; lia).
      rewrite Z.lnot_spec by lia. rewrite (word_high (W - 1 - x) i) by lia. reflexivity.
Qed.

(** A set of bits within another is a smaller number. *)
Lemma subset_le a b : 0 <= b -> Z.ldiff a b = 0 -> 0 <= a <= b.
Proof.
  intros B H. assert (A : 0 <= a).
  { destruct (Z.ltb_spec a 0) as [N | N]; [| exact N].
    assert (D : Z.ldiff a b < 0) by (apply Z.ldiff_neg; lia). lia. }
  split; [exact A |]. apply Z.ldiff_le; [exact B | exact H].
Qed.

(** * Operations stay within words *)

Lemma trunc_range w x : 0 <= trunc w x < W.
Proof. destruct w; [apply wrap32_range64 | apply wrap_range]. Qed.
Lemma trunc_range_w w x : 0 <= trunc w x < 2 ^ width_bits w.
Proof. destruct w; [apply wrap32_range | apply wrap_range]. Qed.
Lemma trunc_small w x : 0 <= x < 2 ^ width_bits w -> trunc w x = x.
Proof. destruct w; [apply wrap32_small | apply wrap_small]. Qed.
Lemma trunc_word x : 0 <= x < W -> trunc A64 x = x.
Proof. apply wrap_small. Qed.
Lemma neg_range w x : 0 <= neg w x < W.
Proof. apply trunc_range. Qed.
Lemma sext_range w z x : 0 <= sext w z x < W.
Proof. apply trunc_range. Qed.

Lemma land_word x y : 0 <= x -> 0 <= y < W -> 0 <= Z.land x y < W.
Proof.
  intros X Y. apply word_of_bits. intros i I.
  rewrite Z.land_spec, (word_high y i Y I). apply andb_false_r.
Qed.
Lemma lor_word x y : 0 <= x < W -> 0 <= y < W -> 0 <= Z.lor x y < W.
Proof.
  intros X Y. apply word_of_bits. intros i I.
  rewrite Z.lor_spec, (word_high x i X I), (word_high y i Y I). reflexivity.
Qed.
Lemma lxor_word x y : 0 <= x < W -> 0 <= y < W -> 0 <= Z.lxor x y < W.
Proof.
  intros X Y. apply word_of_bits. intros i I.
  rewrite Z.lxor_spec, (word_high x i X I), (word_high y i Y I). reflexivity.
Qed.
Lemma shiftr_le x c : 0 <= x -> 0 <= c -> 0 <= Z.shiftr x c <= x.
Proof.
  intros X C. rewrite Z.shiftr_div_pow2 by exact C.
  assert (P : 0 < 2 ^ c) by (apply Z.pow_pos_nonneg; lia).
  split; [apply Z.div_pos; lia |]. apply Z.div_le_upper_bound; nia.
Qed.
(** The amount of a shift. *)
Lemma count_range y c : 0 <= c -> 0 <= Z.land y c <= c.
Proof.
  intros C. apply subset_le; [exact C |]. apply Z.bits_inj'.
  intros i I.
  rewrite Z.ldiff_spec, Z.land_spec, Z.bits_0.
  destruct (Z.testbit y i), (Z.testbit c i); reflexivity.
Qed.
Lemma alu_range w op x y : 0 <= alu w op x y < W.
Proof.
  assert (X := trunc_range w x). assert (Y := trunc_range w y). unfold alu.
  generalize dependent (trunc w y). generalize dependent (trunc w x). intros x' X y' Y.
  assert (N : 0 <= count_mask w) by (destruct w; discriminate). assert (C := count_range y' _ N).
  destruct op.
  all: try (apply trunc_range).
  all: try (destruct (Z.eqb_spec y' 0) as [E | E]; [lia | try apply trunc_range]).
  - (* Div *) split; [apply Z.div_pos; lia |]. apply Z.le_lt_trans with x'; [| lia].
    apply Z.div_le_upper_bound; nia.
  - (* Mod *) assert (M := Z.mod_pos_bound x' y'). lia.
  - (* Or *) apply lor_word; assumption.
  - (* And *) apply land_word; [lia | assumption].
  - (* Xor *) apply lxor_word; assumption.
  - (* Rsh *) assert (H := shiftr_le x' (Z.land y' (count_mask w))). lia.
  - (* Mov *) exact Y.
Qed.

(** * Byte order *)

Lemma rev_bytes_bits n : forall x i, 0 <= i ->
  Z.testbit (rev_bytes n x) i = (i <? 8 * Z.of_nat n)
    && Z.testbit x (8 * (Z.of_nat n - 1 - i / 8) + i mod 8).
Proof.
  induction n as [| n IH]; intros x i I; cbn [rev_bytes].
  - (* O *)
    rewrite Z.bits_0. destruct (Z.ltb_spec i (8 * Z.of_nat 0)) as [L | L]; [lia | reflexivity].
  - (* S n *) rewrite Z.lor_spec, (IH _ i I). rewrite Z.shiftl_spec by exact I.
    change 255 with (Z.ones 8). rewrite Z.land_spec.
    destruct (Z.ltb_spec i (8 * Z.of_nat (S n))) as [L | L].
    + (* i < 8 * Z.of_nat (S n) *) destruct (Z.ltb_spec i (8 * Z.of_nat n)) as [M | M].
      * (* i < 8 * Z.of_nat n *) rewrite (Z.testbit_neg_r x) by lia. cbn [orb andb].
        rewrite Z.shiftr_spec by (Z.div_mod_to_equations; lia).
        f_equal. lia.
      * (* 8 * Z.of_nat n <= i *) assert (E : i / 8 = Z.of_nat n) by (Z.div_mod_to_equations; lia).
        rewrite Z.testbit_ones_nonneg by lia.
        assert (K : i - 8 * Z.of_nat n <? 8 = true) by (apply Z.ltb_lt; lia). rewrite K, E.
        cbn [andb].
        rewrite andb_true_r, orb_false_r. f_equal. Z.div_mod_to_equations. lia.
    + (* 8 * Z.of_nat (S n) <= i *) rewrite Z.testbit_ones_nonneg by lia.
      assert (K : i - 8 * Z.of_nat n <? 8 = false) by (apply Z.ltb_ge; lia). rewrite K.
      assert (K2 : i <? 8 * Z.of_nat n = false) by (apply Z.ltb_ge; lia). rewrite K2.
      rewrite andb_false_r. reflexivity.
Qed.
Lemma rev_bytes_range n x : 0 <= rev_bytes n x < 2 ^ (8 * Z.of_nat n).
Proof.
  apply range_of_bits; [lia |]. intros i I. rewrite rev_bytes_bits by lia.
  assert (K : i <? 8 * Z.of_nat n = false) by (apply Z.ltb_ge; lia). rewrite K. reflexivity.
Qed.
Lemma byte_order_range k z x : 0 <= byte_order k z x < 2 ^ size_bits z.
Proof.
  assert (E : 8 * Z.of_nat (bytes z) = size_bits z) by (destruct z; reflexivity).
  destruct k; cbn [byte_order];
    [| rewrite <- E; apply rev_bytes_range | rewrite <- E; apply rev_bytes_range].
  rewrite Z.land_ones by (destruct z; discriminate). apply Z.mod_pos_bound.
  apply Z.pow_pos_nonneg; [lia | destruct z; discriminate].
Qed.
Lemma byte_order_word k z x : 0 <= byte_order k z x < W.
Proof.
  assert (H := byte_order_range k z x).
  assert (P : 2 ^ size_bits z <= W) by (destruct z; discriminate). lia.
Qed.

(** * Sign extension *)

Lemma sgn_bits_bit n x i : 0 < n -> 0 <= i ->
  Z.testbit (sgn_bits n x) i = Z.testbit x (Z.min i (n - 1)).
Proof.
  intros N I. unfold sgn_bits. rewrite Z.land_spec, Z.testbit_ones_nonneg by lia.
  assert (K : n - 1 <? n = true) by (apply Z.ltb_lt; lia). rewrite K, andb_true_r.
  assert (P : 0 < 2 ^ n) by (apply Z.pow_pos_nonneg; lia).
  assert (R : 0 <= x mod 2 ^ n < 2 ^ n) by (apply Z.mod_pos_bound; exact P).
  rewrite Z.land_ones, Z.shiftl_1_l by lia.
  destruct (Z.ltb_spec i n) as [L | L].
  - (* i < n *) assert (Low : Z.testbit (x mod 2 ^ n) i = Z.testbit x (Z.min i (n - 1))).
    { rewrite Z.mod_pow2_bits_low by exact L. f_equal. lia. }
    destruct (Z.testbit x (n - 1)) eqn:B; [| exact Low].
    rewrite <- (Z.mod_pow2_bits_low (x mod 2 ^ n - 2 ^ n) n i L).
    replace (x mod 2 ^ n - 2 ^ n) with (x mod 2 ^ n + (-1) * 2 ^ n) by lia.
    rewrite Z.mod_add, Z.mod_mod by lia. rewrite Z.mod_pow2_bits_low by exact L. f_equal. lia.
  - (* n <= i *) rewrite (Z.min_r i (n - 1)) by lia.
    destruct (Z.testbit x (n - 1)) eqn:B.
    + (* the sign bit is set *)
      replace (x mod 2 ^ n - 2 ^ n) with (Z.lnot (2 ^ n - 1 - x mod 2 ^ n)) by (unfold Z.lnot; lia).
      rewrite Z.lnot_spec by lia. rewrite (bits_above n) by lia. reflexivity.
    + (* the sign bit is clear *) apply (bits_above n); lia.
Qed.
Lemma sgn_bits_32 x : sgn_bits 32 x = sgn32 x.
Proof.
  unfold sgn_bits, sgn32. change (Z.land x (Z.ones 32)) with (wrap32 x).
  assert (R := wrap32_range x).
  change (32 - 1) with 31. rewrite Z.testbit_odd, Z.shiftr_div_pow2 by lia.
  change (2 ^ 31) with S32.
  unfold sign32, half_size. destruct (Z.ltb_spec (wrap32 x) S32) as [L | L].
  - (* wrap32 x < S32 *) rewrite Z.div_small by lia. reflexivity.
  - (* S32 <= wrap32 x *)
    replace (wrap32 x / S32) with 1 by (Z.div_mod_to_equations; lia). reflexivity.
Qed.
