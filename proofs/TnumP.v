(** Soundness of known bits: every operation, on any two records. *)
From Checker Require Import Tnum.
From Proofs Require Import WordP.

Lemma in_tnum_bits t x :
  in_tnum t x <-> forall i, 0 <= i ->
    Z.testbit (t_val t) i = Z.testbit x i && negb (Z.testbit (t_mask t) i).
Proof.
  unfold in_tnum. split.
  - (* the bits of a member *) intros H i I. rewrite <- H. apply Z.ldiff_spec.
  - (* a number with those bits *) intros H. apply Z.bits_inj'. intros i I.
    rewrite (H i I). apply Z.ldiff_spec.
Qed.

(** What a membership says of bit [n]. *)
Ltac use_bit H n N :=
  let B := fresh in assert (B := proj1 (in_tnum_bits _ _) H n N); clear H; rename B into H.

(** Bitwise goals: compare bit [i], with what is known of [x]'s (and [y]'s) bit. *)
Ltac bit_cases :=
  repeat match goal with H : context [Z.testbit _ _] |- _ => revert H end;
  repeat match goal with |- context [Z.testbit ?a ?i] => destruct (Z.testbit a i) |
    |- context [?a <? ?b] => destruct (a <? b) end;
  cbn [andb orb negb xorb]; intros; congruence.
Ltac bits_open := repeat first [rewrite Z.ldiff_spec | rewrite Z.land_spec | rewrite Z.lor_spec
  | rewrite Z.lxor_spec].

(** * Elements *)

Lemma tn_top_sound x : 0 <= x < W -> in_tnum tn_top x.
Proof.
  intros H. apply in_tnum_bits. intros i I.
  cbn [tn_top t_val t_mask]. rewrite Z.bits_0, mask64_ones.
  rewrite Z.testbit_ones_nonneg by lia. destruct (Z.ltb_spec i 64) as [L | L].
  - (* i < 64 *) symmetry. apply andb_false_r.
  - (* 64 <= i *) rewrite (word_high x i H L). reflexivity.
Qed.
Lemma tn_const_sound x : in_tnum (tn_const x) x.
Proof. unfold in_tnum. apply Z.ldiff_0_r. Qed.
Lemma tn_const_inv v x : in_tnum (Tnum v 0) x -> x = v.
Proof. unfold in_tnum. cbn [t_val t_mask]. rewrite Z.ldiff_0_r. intros H. exact H. Qed.

(** [x] is the known part and some of the unknown bits, apart. *)
Lemma in_tnum_split t x : in_tnum t x -> x = t_val t + Z.land x (t_mask t).
Proof.
  intros H. rewrite <- H. rewrite (Z.add_nocarry_lxor (Z.ldiff x (t_mask t)) (Z.land x (t_mask t))).
  - (* the parts make x *) apply Z.bits_inj'. intros i I. bits_open.
    bit_cases.
  - (* they share no bit *) apply Z.bits_inj'. intros i I. rewrite Z.bits_0.
    bits_open. bit_cases.
Qed.
Lemma tn_val_le t x : 0 <= x -> in_tnum t x -> 0 <= t_val t <= x.
Proof.
  intros X H. apply subset_le; [exact X |]. rewrite <- H.
  apply Z.bits_inj'. intros i I.
  rewrite Z.bits_0. bits_open. bit_cases.
Qed.
Lemma tn_may_bits t x i : 0 <= x < W -> in_tnum t x -> 0 <= i -> Z.testbit x i = true ->
  Z.testbit (tn_may t) i = true.
Proof.
  intros X H I B. unfold tn_may. rewrite testbit_wrap by exact I.
  use_bit H i I.
  rewrite Z.lor_spec. destruct (Z.ltb_spec i 64) as [L | L].
  - (* i < 64 *) bit_cases.
  - (* 64 <= i *) rewrite (word_high x i X L) in B. discriminate.
Qed.
Lemma tn_may_le t x : 0 <= x < W -> in_tnum t x -> x <= tn_may t.
Proof.
  intros X H. apply subset_le; [apply wrap_range |]. apply Z.bits_inj'.
  intros i I. rewrite Z.bits_0, Z.ldiff_spec.
  assert (M := tn_may_bits t x i X H I).
  destruct (Z.testbit x i); [rewrite M by reflexivity |]; reflexivity.
Qed.

(** * Inclusion, meet, join, and the bits of a range *)

Lemma tn_le_sound a b x : tn_le a b = true -> in_tnum a x -> in_tnum b x.
Proof.
  unfold tn_le, zero. intros H A. apply andb_true_iff in H as [H1 H2].
  apply Z.eqb_eq in H1. apply Z.eqb_eq in H2. apply in_tnum_bits.
  intros i I. use_bit A i I.
  assert (B1 := f_equal (fun z => Z.testbit z i) H1).
  assert (B2 := f_equal (fun z => Z.testbit z i) H2).
  cbv beta in B1, B2. rewrite Z.ldiff_spec in B1, B2. rewrite Z.bits_0 in B1.
  rewrite A in B2. clear A. bit_cases.
Qed.
Lemma tn_meet_sound a b x : in_tnum a x -> in_tnum b x ->
  exists c, tn_meet a b = Some c /\ in_tnum c x.
Proof.
  intros A B. unfold tn_meet, zero.
  assert (E : Z.ldiff (Z.lxor (t_val a) (t_val b)) (Z.lor (t_mask a) (t_mask b)) = 0).
  { apply Z.bits_inj'. intros i I. use_bit A i I.
    use_bit B i I. rewrite Z.bits_0. bits_open.
    rewrite A, B. clear A B. bit_cases. }
  rewrite E. eexists. split; [reflexivity |].
  apply in_tnum_bits. intros i I. use_bit A i I.
  use_bit B i I.
  cbn [t_val t_mask]. bits_open. rewrite A, B.
  clear A B E. bit_cases.
Qed.
Lemma tn_join_sound a b x : in_tnum a x \/ in_tnum b x -> in_tnum (tn_join a b) x.
Proof.
  intros H. apply in_tnum_bits. intros i I.
  cbn [tn_join t_val t_mask]. bits_open.
  destruct H as [H | H]; use_bit H i I; rewrite H; bit_cases.
Qed.

Lemma ldiff_ones_shift x n : 0 <= n -> Z.ldiff x (Z.ones n) = Z.shiftl (Z.shiftr x n) n.
Proof. intros N. apply Z.ldiff_ones_r. exact N. Qed.
(** Numbers are the same above the highest bit in which they differ. *)
Lemma lxor_high_eq a b n : 0 <= a -> 0 <= b -> 0 <= n -> Z.log2 (Z.lxor a b) < n ->
  Z.shiftr a n = Z.shiftr b n.
Proof.
  intros A B N L. apply Z.bits_inj'. intros i I.
  rewrite !Z.shiftr_spec by exact I.
  assert (X : 0 <= Z.lxor a b) by (apply Z.lxor_nonneg; split; intros; lia).
  assert (F := Z.bits_above_log2 (Z.lxor a b) (i + n) X). rewrite Z.lxor_spec in F.
  apply xorb_eq. apply F. lia.
Qed.
Lemma tn_range_sound lo hi x : 0 <= lo -> lo <= x <= hi -> in_tnum (tn_range lo hi) x.
Proof.
  intros L H. unfold tn_range, zero. destruct (Z.eqb_spec (Z.lxor lo hi) 0) as [E | E].
  - (* Z.lxor lo hi = 0 *) apply Z.lxor_eq in E. replace x with lo by lia. apply tn_const_sound.
  - (* Z.lxor lo hi <> 0 *) set (n := Z.succ (Z.log2 (Z.lxor lo hi))).
    assert (N : 0 <= n) by (assert (G := Z.log2_nonneg (Z.lxor lo hi)); unfold n; lia).
    assert (S : Z.shiftr lo n = Z.shiftr hi n) by (apply lxor_high_eq; unfold n in *; lia).
    unfold in_tnum. cbn [t_val t_mask]. rewrite !ldiff_ones_shift by exact N.
    f_equal.
    rewrite !Z.shiftr_div_pow2 in * by exact N.
    assert (P : 0 < 2 ^ n) by (apply Z.pow_pos_nonneg; lia).
    assert (U := Z.div_le_mono lo x (2 ^ n) P). assert (V := Z.div_le_mono x hi (2 ^ n) P). lia.
Qed.

(** * Bitwise operations *)

Lemma tn_and_sound a b x y : in_tnum a x -> in_tnum b y -> in_tnum (tn_and a b) (Z.land x y).
Proof.
  intros A B. apply in_tnum_bits. intros i I.
  use_bit A i I. use_bit B i I. cbn [tn_and t_val t_mask].
  bits_open.
  rewrite A, B. clear A B. bit_cases.
Qed.
Lemma tn_or_sound a b x y : in_tnum a x -> in_tnum b y -> in_tnum (tn_or a b) (Z.lor x y).
Proof.
  intros A B. apply in_tnum_bits. intros i I.
  use_bit A i I. use_bit B i I. cbn [tn_or t_val t_mask].
  bits_open.
  rewrite A, B. clear A B. bit_cases.
Qed.
Lemma tn_xor_sound a b x y : in_tnum a x -> in_tnum b y -> in_tnum (tn_xor a b) (Z.lxor x y).
Proof.
  intros A B. apply in_tnum_bits. intros i I.
  use_bit A i I. use_bit B i I. cbn [tn_xor t_val t_mask].
  bits_open.
  rewrite A, B. clear A B. bit_cases.
Qed.
Lemma tn_low_sound t x m : in_tnum t x -> in_tnum (tn_low t m) (Z.land x m).
Proof.
  intros H. apply in_tnum_bits. intros i I.
  use_bit H i I. cbn [tn_low t_val t_mask]. bits_open.
  rewrite H. clear H. bit_cases.
Qed.
Lemma tn_half_sound t x : 0 <= x < W -> in_tnum t (wrap32 x) -> in_tnum (tn_half t) x.
Proof.
  intros X H. apply in_tnum_bits. intros i I.
  use_bit H i I. cbn [tn_half t_val t_mask]. bits_open.
  rewrite H.
  rewrite testbit_wrap32 by exact I. change high32 with (Z.shiftl (Z.ones 32) 32).
  rewrite Z.shiftl_spec by exact I.
  destruct (Z.ltb_spec i 32) as [L | L].
  - (* i < 32 *) rewrite (Z.testbit_neg_r (Z.ones 32)) by lia. clear H. bit_cases.
  - (* 32 <= i *)
    rewrite Z.testbit_ones_nonneg by lia. destruct (Z.ltb_spec (i - 32) 32) as [M | M].
    + (* i - 32 < 32 *) clear H. bit_cases.
    + (* 32 <= i - 32 *) rewrite (word_high x i X) by lia. reflexivity.
Qed.
Lemma tn_clear_sound x m : 0 <= x < W -> Z.land x m = 0 -> in_tnum (tn_clear m) x.
Proof.
  intros X H. apply in_tnum_bits. intros i I.
  cbn [tn_clear t_val t_mask]. rewrite Z.bits_0, Z.ldiff_spec, mask64_ones.
  rewrite Z.testbit_ones_nonneg by lia. assert (B := f_equal (fun z => Z.testbit z i) H).
  cbv beta in B.
  rewrite Z.land_spec, Z.bits_0 in B. destruct (Z.ltb_spec i 64) as [L | L].
  - (* i < 64 *) bit_cases.
  - (* 64 <= i *) rewrite (word_high x i X L). reflexivity.
Qed.
Lemma tn_set_sound x m : 0 <= x < W -> Z.land x m = m -> in_tnum (tn_set m) x.
Proof.
  intros X H. apply in_tnum_bits. intros i I.
  cbn [tn_set t_val t_mask]. rewrite Z.ldiff_spec, mask64_ones.
  rewrite Z.testbit_ones_nonneg by lia. assert (B := f_equal (fun z => Z.testbit z i) H).
  cbv beta in B.
  rewrite Z.land_spec in B. destruct (Z.ltb_spec i 64) as [L | L].
  - (* i < 64 *) bit_cases.
  - (* 64 <= i *) rewrite (word_high x i X L) in *. cbn [andb] in *. symmetry. exact B.
Qed.

(** * Shifts by a constant *)

Lemma tn_shl_sound t x c : 0 <= c -> in_tnum t x -> in_tnum (tn_shl t c) (wrap (Z.shiftl x c)).
Proof.
  intros C H. apply in_tnum_bits. intros i I.
  cbn [tn_shl t_val t_mask]. rewrite !testbit_wrap, !Z.shiftl_spec by exact I.
  destruct (Z.ltb_spec (i - c) 0) as [N | N].
  - (* i - c < 0 *) rewrite !Z.testbit_neg_r by exact N. reflexivity.
  - (* 0 <= i - c *) use_bit H (i - c) N. rewrite H. clear H.
    bit_cases.
Qed.
Lemma tn_shr_sound t x c : 0 <= c -> in_tnum t x -> in_tnum (tn_shr t c) (Z.shiftr x c).
Proof.
  intros C H. unfold in_tnum. cbn [tn_shr t_val t_mask].
  rewrite <- Z.shiftr_ldiff. f_equal. exact H.
Qed.
Lemma tn_sar_sound t x c : 0 <= c -> 0 <= x < W -> in_tnum t x ->
  in_tnum (tn_sar t c) (wrap (Z.shiftr (sgn64 x) c)).
Proof.
  intros C X H. apply in_tnum_bits. intros i I.
  cbn [tn_sar t_val t_mask]. rewrite !testbit_wrap, !Z.shiftr_spec by exact I.
  assert (V := tn_val_le t x (proj1 X) H). rewrite !testbit_sgn64 by (try apply wrap_range; lia).
  rewrite testbit_wrap by lia.
  replace (Z.min (i + c) 63 <? 64) with true by (symmetry; apply Z.ltb_lt; lia).
  assert (K : 0 <= Z.min (i + c) 63) by lia. use_bit H (Z.min (i + c) 63) K. rewrite H.
  clear H. bit_cases.
Qed.

(** * Sums: bit [i] is the operands' bits and the carry that the lower bits send *)

(** A bit is a parity. *)
Lemma odd_div_bit x i : 0 <= i -> Z.testbit x i = Z.odd (x / 2 ^ i).
Proof. intros I. rewrite Z.testbit_odd, Z.shiftr_div_pow2 by exact I. reflexivity. Qed.
(** A bit of a sum is that of the operands and the carry, *)
Lemma add_bit x y i : 0 <= i ->
  Z.testbit (x + y) i = xorb (xorb (Z.testbit x i) (Z.testbit y i)) (2 ^ i <=?
    x mod 2 ^ i + y mod 2 ^ i).
Proof.
  intros I. rewrite !odd_div_bit by exact I. rewrite <- Z.odd_add.
  assert (P : 0 < 2 ^ i) by (apply Z.pow_pos_nonneg; lia).
  generalize dependent (2 ^ i). intros p P.
  assert (X := Z.mod_pos_bound x p P). assert (Y := Z.mod_pos_bound y p P).
  assert (EX := Z.div_mod x p). assert (EY := Z.div_mod y p).
  destruct (Z.leb_spec p (x mod p + y mod p)) as [L | L].
  - (* p <= x mod p + y mod p *)
    replace ((x + y) / p) with (x / p + y / p + 1); [apply Z.odd_add |].
    apply Z.div_unique with (x mod p + y mod p - p); lia.
  - (* x mod p + y mod p < p *)
    replace ((x + y) / p) with (x / p + y / p); [symmetry; apply xorb_false_r |].
    apply Z.div_unique with (x mod p + y mod p); lia.
Qed.
(** and a bit of a difference that of the operands and the borrow. *)
Lemma sub_bit x y i : 0 <= i ->
  Z.testbit (x - y) i = xorb (xorb (Z.testbit x i) (Z.testbit y i)) (x mod 2 ^ i <? y mod 2 ^ i).
Proof.
  intros I. rewrite !odd_div_bit by exact I. rewrite <- Z.odd_sub.
  assert (P : 0 < 2 ^ i) by (apply Z.pow_pos_nonneg; lia).
  generalize dependent (2 ^ i). intros p P.
  assert (X := Z.mod_pos_bound x p P). assert (Y := Z.mod_pos_bound y p P).
  assert (EX := Z.div_mod x p). assert (EY := Z.div_mod y p).
  destruct (Z.ltb_spec (x mod p) (y mod p)) as [L | L].
  - (* x mod p < y mod p *) replace ((x - y) / p) with (x / p - y / p - 1); [apply Z.odd_sub |].
    apply Z.div_unique with (x mod p - y mod p + p); lia.
  - (* y mod p <= x mod p *)
    replace ((x - y) / p) with (x / p - y / p); [symmetry; apply xorb_false_r |].
    apply Z.div_unique with (x mod p - y mod p); lia.
Qed.

(** The low bits of a member lie between those of the least and the greatest member. *)
Lemma mod_subset_le a b i : 0 <= i -> Z.ldiff a b = 0 -> a mod 2 ^ i <= b mod 2 ^ i.
Proof.
  intros I H. rewrite <- !Z.land_ones by exact I. apply subset_le.
  - (* the larger one is not negative *)
    rewrite Z.land_ones by exact I. apply Z.mod_pos_bound. apply Z.pow_pos_nonneg; lia.
  - (* its bits contain the other one's *) apply Z.bits_inj'. intros j J.
    assert (B := f_equal (fun z => Z.testbit z j) H). cbv beta in B.
    rewrite Z.ldiff_spec, Z.bits_0 in B. rewrite Z.ldiff_spec, !Z.land_spec, Z.bits_0. bit_cases.
Qed.
(** The greatest member: all unknown bits are set. *)
Lemma tn_most t x : in_tnum t x -> t_val t + t_mask t = Z.lor (t_val t) (t_mask t).
Proof.
  intros H. assert (D : Z.land (t_val t) (t_mask t) = 0).
  { rewrite <- H. apply Z.bits_inj'. intros i I.
    rewrite Z.bits_0. bits_open. bit_cases. }
  rewrite (Z.add_nocarry_lxor _ _ D). apply Z.lxor_lor. exact D.
Qed.
Lemma tn_low_bits t x i : 0 <= i -> in_tnum t x ->
  t_val t mod 2 ^ i <= x mod 2 ^ i <= (t_val t + t_mask t) mod 2 ^ i.
Proof.
  intros I H. rewrite (tn_most t x H).
  split; apply mod_subset_le; try exact I; apply Z.bits_inj'; intros j J;
    rewrite Z.bits_0, Z.ldiff_spec, ?Z.lor_spec; use_bit H j J; bit_cases.
Qed.
(** A known bit is the same in the least and the greatest member. *)
Lemma tn_most_bit t x i : 0 <= i -> in_tnum t x -> Z.testbit (t_mask t) i = false ->
  Z.testbit (t_val t) i = Z.testbit x i /\ Z.testbit (t_val t + t_mask t) i = Z.testbit x i.
Proof.
  intros I H M. rewrite (tn_most t x H), Z.lor_spec. use_bit H i I.
  rewrite M in *. rewrite H. split; bit_cases.
Qed.

Lemma xorb_cancel p a b : xorb p a = xorb p b -> a = b.
Proof. destruct p, a, b; cbn [xorb]; congruence. Qed.

(** Both sums end so: [m] has every bit that isn't known, and the others are those of [v]. *)
Lemma in_tnum_masked v m z :
  (forall i, 0 <= i < 64 -> Z.testbit m i = false -> Z.testbit v i = Z.testbit z i) ->
  in_tnum (Tnum (Z.ldiff (wrap v) m) m) (wrap z).
Proof.
  intros H. apply in_tnum_bits. intros i I.
  cbn [t_val t_mask]. rewrite Z.ldiff_spec, !testbit_wrap by exact I.
  destruct (Z.ltb_spec i 64) as [L | L].
  - (* i < 64 *) assert (B := H i (conj I L)).
    destruct (Z.testbit m i); [| rewrite B by reflexivity]; cbn [negb]; rewrite ?andb_false_r;
      reflexivity.
  - (* 64 <= i *) rewrite !andb_false_r. reflexivity.
Qed.
Lemma tn_add_sound a b x y : in_tnum a x -> in_tnum b y -> in_tnum (tn_add a b) (wrap (x + y)).
Proof.
  intros A B. unfold tn_add. cbv zeta.
  apply in_tnum_masked. intros i [I L].
  rewrite testbit_wrap, !Z.lor_spec, Z.lxor_spec by exact I.
  rewrite wrap_add_l, !testbit_wrap by exact I.
  assert (K : i <? 64 = true) by (apply Z.ltb_lt; exact L). rewrite K, !andb_true_r.
  intros M. apply orb_false_iff in M as [M N]. apply orb_false_iff in N as [NA NB].
  replace (t_val a + t_val b + (t_mask a + t_mask b)) with
    ((t_val a + t_mask a) + (t_val b + t_mask b)) in M by lia.
  assert (LA := tn_low_bits a x i I A). assert (LB := tn_low_bits b y i I B).
  destruct (tn_most_bit a x i I A NA) as [A1 A2]. destruct (tn_most_bit b y i I B NB) as [B1 B2].
  rewrite !add_bit in * by exact I. rewrite A1, B1, A2, B2 in *. f_equal.
  apply xorb_eq in M. apply xorb_cancel in M.
  destruct (Z.leb_spec (2 ^ i) (x mod 2 ^ i + y mod 2 ^ i)) as [C | C].
  - (* 2 ^ i <= x mod 2 ^ i + y mod 2 ^ i *) rewrite <- M. apply Z.leb_le. lia.
  - (* x mod 2 ^ i + y mod 2 ^ i < 2 ^ i *) apply Z.leb_gt. lia.
Qed.
Lemma tn_sub_sound a b x y : in_tnum a x -> in_tnum b y -> in_tnum (tn_sub a b) (wrap (x - y)).
Proof.
  intros A B. unfold tn_sub. cbv zeta.
  apply in_tnum_masked. intros i [I L].
  rewrite testbit_wrap, !Z.lor_spec, Z.lxor_spec by exact I. rewrite wrap_add_l.
  replace (wrap (wrap (t_val a - t_val b) - t_mask b)) with (wrap (t_val a - (t_val b + t_mask b))).
  2: { rewrite wrap_sub_l. f_equal. lia. }
  rewrite !testbit_wrap by exact I.
  assert (K : i <? 64 = true) by (apply Z.ltb_lt; exact L). rewrite K, !andb_true_r.
  intros M. apply orb_false_iff in M as [M N]. apply orb_false_iff in N as [NA NB].
  replace (t_val a - t_val b + t_mask a) with ((t_val a + t_mask a) - t_val b) in M by lia.
  assert (LA := tn_low_bits a x i I A). assert (LB := tn_low_bits b y i I B).
  destruct (tn_most_bit a x i I A NA) as [A1 A2]. destruct (tn_most_bit b y i I B NB) as [B1 B2].
  rewrite !sub_bit in * by exact I. rewrite A1, B1, A2, B2 in *. f_equal.
  apply xorb_eq in M. apply xorb_cancel in M.
  destruct (Z.ltb_spec ((t_val a + t_mask a) mod 2 ^ i) (t_val b mod 2 ^ i)) as [C | C];
    destruct (Z.ltb_spec (t_val a mod 2 ^ i) ((t_val b + t_mask b) mod 2 ^ i)) as [D | D];
      try discriminate;
    destruct (Z.ltb_spec (t_val a mod 2 ^ i) (t_val b mod 2 ^ i)) as [E | E];
    destruct (Z.ltb_spec (x mod 2 ^ i) (y mod 2 ^ i)) as [G | G]; try reflexivity; exfalso; lia.
Qed.

(** * Products *)

(** The unknown part of a member, *)
Lemma in_tnum_part t x : in_tnum t x -> in_tnum (Tnum 0 (t_mask t)) (x - t_val t).
Proof.
  intros H.
  replace (x - t_val t) with (Z.land x (t_mask t)) by (assert (E := in_tnum_split t x H); lia).
  apply in_tnum_bits. intros i I. cbn [t_val t_mask].
  rewrite Z.land_spec, Z.bits_0. bit_cases.
Qed.
(** and a member of which only zeros are known. *)
Lemma in_tnum_whole t x : in_tnum t x -> in_tnum (Tnum 0 (Z.lor (t_val t) (t_mask t))) x.
Proof.
  intros H. apply in_tnum_bits. intros i I.
  cbn [t_val t_mask]. rewrite Z.lor_spec, Z.bits_0. use_bit H i I.
  bit_cases.
Qed.
Lemma in_tnum_0 m : in_tnum (Tnum 0 m) 0.
Proof. unfold in_tnum. cbn [t_val t_mask]. apply Z.ldiff_0_l. Qed.
(** A number is its half and its lowest bit. *)
Lemma half_bit x : x = 2 * Z.shiftr x 1 + Z.b2z (Z.odd x).
Proof.
  rewrite Z.shiftr_div_pow2 by lia. change (2 ^ 1) with 2. rewrite <- Z.bit0_odd.
  rewrite Z.bit0_mod. Z.div_mod_to_equations. lia.
Qed.
Lemma wrap_congr_add a b c d : wrap a = wrap b -> wrap c = wrap d -> wrap (a + c) = wrap (b + d).
Proof. intros H K. rewrite <- (wrap_add a c), <- (wrap_add b d), H, K. reflexivity. Qed.

(** The loop adds [x * y] to [acc], but for the product of the known parts, which is there
    before. *)
Lemma tn_mul_loop_sound n : forall v m b acc x y s,
  in_tnum (Tnum v m) x -> 0 <= x < 2 ^ Z.of_nat n -> in_tnum b y -> in_tnum acc (wrap s) ->
  in_tnum (tn_mul_loop n v m b acc) (wrap (s + (x * y - v * t_val b))).
Proof.
  induction n as [| n IH]; intros v m b acc x y s X R B S; cbn [tn_mul_loop].
  - (* O *) assert (E : x = 0) by (cbn in R; lia). subst x. unfold in_tnum in X.
    cbn [t_val t_mask] in X. rewrite Z.ldiff_0_l in X.
    subst v. replace (s + (0 * y - 0 * t_val b)) with s by lia. exact S.
  - (* S n *) unfold zero, one. destruct (Z.eqb_spec (Z.lor v m) 0) as [Z0 | Z0].
    { apply Z.lor_eq_0_iff in Z0 as [-> ->]. apply tn_const_inv in X. subst x.
      replace (s + (0 * y - 0 * t_val b)) with s by lia. exact S. }
    assert (X' : in_tnum (Tnum (Z.shiftr v 1) (Z.shiftr m 1)) (Z.shiftr x 1))
      by (apply (tn_shr_sound (Tnum v m)); [lia | exact X]).
    assert (R' : 0 <= Z.shiftr x 1 < 2 ^ Z.of_nat n).
    { rewrite Nat2Z.inj_succ, Z.pow_succ_r in R by lia. rewrite Z.shiftr_div_pow2 by lia.
      change (2 ^ 1) with 2. Z.div_mod_to_equations. lia. }
    assert (B' : in_tnum (tn_shl b 1) (wrap (Z.shiftl y 1)))
      by (apply tn_shl_sound; [lia | exact B]).
    assert (E0 : Z.odd v = Z.odd x && negb (Z.odd m)).
    { rewrite <- !Z.bit0_odd. apply (proj1 (in_tnum_bits _ _) X). lia. }
    assert (HX := half_bit x). assert (HV := half_bit v).
    assert (Step : forall acc' s', in_tnum acc' (wrap s') ->
      s' + (2 * Z.shiftr x 1 * y - 2 * Z.shiftr v 1 * t_val b) = s + (x * y - v * t_val b) ->
      in_tnum (tn_mul_loop n (Z.shiftr v 1) (Z.shiftr m 1) (tn_shl b 1) acc')
          (wrap (s + (x * y - v * t_val b)))).
    { intros acc' s' S' E. assert (G := IH _ _ _ acc' _ _ s' X' R' B' S'). rewrite <- E.
      cbn [tn_shl t_val] in G. rewrite !Z.shiftl_mul_pow2 in G by lia. change (2 ^ 1) with 2 in G.
      replace (wrap (s' + (2 * Z.shiftr x 1 * y - 2 * Z.shiftr v 1 * t_val b))) with
        (wrap (s' + (Z.shiftr x 1 * wrap (y * 2) - Z.shiftr v 1 * wrap (t_val b * 2))));
          [exact G |].
      apply wrap_congr_add; [reflexivity |].
      rewrite <- (wrap_sub (2 * Z.shiftr x 1 * y)), <- wrap_sub.
      f_equal. f_equal.
      - (* x * y *) rewrite <- (wrap_mul (Z.shiftr x 1)), wrap_wrap, wrap_mul. f_equal. lia.
      - (* v * t_val b *) rewrite <- (wrap_mul (Z.shiftr v 1)), wrap_wrap, wrap_mul. f_equal. lia. }
    assert (PX : x * y = (2 * Z.shiftr x 1 + Z.b2z (Z.odd x)) * y) by (f_equal; exact HX).
    assert (PV : v * t_val b = (2 * Z.shiftr v 1 + Z.b2z (Z.odd v)) * t_val b)
      by (f_equal; exact HV).
    destruct (Z.odd v) eqn:OV.
    { assert (OX : Z.odd x = true) by (destruct (Z.odd x); [reflexivity | discriminate]).
      rewrite OX in PX. cbn [Z.b2z] in PX, PV.
      apply Step with (s' := s + (y - t_val b)); [| lia]. rewrite <- wrap_add_l.
      apply tn_add_sound; [exact S | apply in_tnum_part; exact B]. }
    destruct (Z.odd m) eqn:OM.
    { destruct (Z.odd x) eqn:OX; cbn [Z.b2z] in PX, PV.
      - (* an unknown bit that is 1 *)
        apply Step with (s' := s + y); [| lia]. rewrite <- wrap_add_l.
        apply tn_add_sound; [exact S | apply in_tnum_whole; exact B].
      - (* an unknown bit that is 0 *)
        apply Step with (s' := s + 0); [| lia]. rewrite <- wrap_add_l.
        apply tn_add_sound; [exact S | apply in_tnum_0]. }
    assert (OX : Z.odd x = false) by (destruct (Z.odd x); [discriminate | reflexivity]).
    rewrite OX in PX. cbn [Z.b2z] in PX, PV.
    apply Step with (s' := s); [exact S | lia].
Qed.
Lemma tn_mul_sound a b x y : 0 <= x < W -> 0 <= y < W -> in_tnum a x -> in_tnum b y ->
  in_tnum (tn_mul a b) (wrap (x * y)).
Proof.
  intros X Y A B. unfold tn_mul, zero.
  assert (Go : forall c d u w, 0 <= u < W -> in_tnum c u -> in_tnum d w ->
      t_val c * t_val d = t_val a * t_val b -> u * w = x * y ->
    in_tnum (tn_mul_loop mul_fuel (t_val c) (t_mask c) d (tn_const (wrap (t_val a * t_val b))))
        (wrap (x * y))).
  { intros c d u w U C D E F.
    replace (x * y) with (t_val a * t_val b + (u * w - t_val c * t_val d)) by lia.
    apply tn_mul_loop_sound; [destruct c; exact C | exact U | exact D | apply tn_const_sound]. }
  destruct (Z.eqb_spec (t_mask b) 0) as [E | E].
  - (* t_mask b = 0 *) apply (Go b a y x); [exact Y | exact B | exact A | lia | lia].
  - (* t_mask b <> 0 *) apply (Go a b x y); [exact X | exact A | exact B | lia | lia].
Qed.

(** * What a member is a multiple of *)

Lemma tn_low_clear n t x : 0 <= n -> in_tnum t x ->
  Z.land (Z.lor (t_val t) (t_mask t)) (Z.ones n) = 0 -> (2 ^ n | x).
Proof.
  intros N H E. apply Z.mod_divide; [lia |]. rewrite <- Z.land_ones by exact N.
  apply Z.bits_inj'. intros i I.
  assert (B := f_equal (fun z => Z.testbit z i) E). cbv beta in B. revert B. use_bit H i I.
  bits_open.
  rewrite Z.bits_0. bit_cases.
Qed.
Lemma tn_step_sound t x : in_tnum t x -> (tn_step t | x).
Proof.
  intros H. unfold tn_step, zero, one. cbv zeta. set (may := Z.lor (t_val t) (t_mask t)).
  destruct (Z.eqb_spec (Z.land may 7) 0) as [E | _].
  { apply (tn_low_clear 3 t x); [lia | exact H | exact E]. }
  destruct (Z.eqb_spec (Z.land may 3) 0) as [E | _].
  { apply (tn_low_clear 2 t x); [lia | exact H | exact E]. }
  destruct (Z.eqb_spec (Z.land may 1) 0) as [E | _].
  { apply (tn_low_clear 1 t x); [lia | exact H | exact E]. }
  apply Z.divide_1_l.
Qed.
(** A word and the signed number that it is are multiples of the same. *)
Lemma tn_step_word t : (tn_step t | W).
Proof.
  unfold tn_step, zero, one. cbv zeta.
  repeat match goal with |- context [if ?b then _ else _] => destruct b end.
  - (* 8 *) exists 2305843009213693952. reflexivity.
  - (* 4 *) exists 4611686018427387904. reflexivity.
  - (* 2 *) exists 9223372036854775808. reflexivity.
  - (* 1 *) exists W. reflexivity.
Qed.

(** * Byte order *)

Lemma tn_rev_sound n t x : in_tnum t x ->
  in_tnum (Tnum (rev_bytes n (t_val t)) (rev_bytes n (t_mask t))) (rev_bytes n x).
Proof.
  intros H. apply in_tnum_bits. intros i I.
  cbn [t_val t_mask]. rewrite !rev_bytes_bits by exact I.
  destruct (Z.ltb_spec i (8 * Z.of_nat n)) as [L | L]; [| reflexivity]. cbn [andb].
  apply in_tnum_bits; [exact H | Z.div_mod_to_equations; lia].
Qed.
