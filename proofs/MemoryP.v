(** Laws of memory: what a store changes, and what a load then finds. *)
From Semantics Require Export Memory.
From Proofs Require Export WordP.

Lemma land_255 v : 0 <= Z.land v 255 < 256.
Proof. change 255 with (Z.ones 8). rewrite Z.land_ones by lia. apply Z.mod_pos_bound. lia. Qed.
Lemma zbytes_nat z : Z.of_nat (bytes z) = zbytes z.
Proof. destruct z; reflexivity. Qed.
Lemma zbytes_range z : 1 <= zbytes z <= 8.
Proof. destruct z; cbn [zbytes]; lia. Qed.
Lemma size_bits_bytes z : size_bits z = 8 * zbytes z.
Proof. destruct z; reflexivity. Qed.

(** * One byte *)

Lemma read_range m b : 0 <= read m b < 256.
Proof. apply land_255. Qed.
Lemma read_write m a v b : read (write m a v) b = if b =? a then Z.land v 255 else read m b.
Proof.
  unfold read, write. cbn [m_over m_base]. rewrite zfind_set. destruct (b =? a); [| reflexivity].
  rewrite <- Z.land_assoc. reflexivity.
Qed.
Lemma written_write m a v b : written (write m a v) b = (b =? a) || written m b.
Proof.
  unfold written, write. cbn [m_over]. rewrite zfind_set. destruct (b =? a); [| reflexivity].
  assert (R := land_255 v). apply Z.ltb_lt. unfold byte_size. lia.
Qed.

(** * Undefined bytes *)

Lemma undefined_byte v : 0 <= v -> byte_size <= Z.lor byte_size v.
Proof.
  intros H. apply subset_le; [apply Z.lor_nonneg; split; [discriminate | exact H] |].
  apply Z.bits_inj'. intros i _.
  rewrite Z.ldiff_spec, Z.lor_spec, Z.bits_0. destruct (Z.testbit byte_size i); reflexivity.
Qed.
Lemma undefined_low v : Z.land (Z.lor byte_size v) 255 = Z.land v 255.
Proof. rewrite Z.land_lor_distr_l. reflexivity. Qed.
(** No byte becomes written, or undefined. *)
Lemma written_write_undefined m a v b : written (write_undefined m a v) b = written m b.
Proof.
  unfold write_undefined. destruct (written m a) eqn:Wr; [reflexivity |].
  unfold written at 1. cbn [m_over]. rewrite zfind_set.
  destruct (Z.eqb_spec b a) as [E | E]; [| reflexivity].
  rewrite E, Wr. apply Z.ltb_ge. apply undefined_byte. apply (land_255 v).
Qed.
Lemma read_write_undefined m a v b :
  read (write_undefined m a v) b = if (b =? a)
    && negb (written m a) then Z.land v 255 else read m b.
Proof.
  unfold write_undefined. destruct (written m a); [rewrite andb_false_r; reflexivity |]. cbn [negb].
  rewrite andb_true_r.
  unfold read. cbn [m_over m_base]. rewrite zfind_set. destruct (b =? a); [| reflexivity].
  rewrite undefined_low, <- Z.land_assoc. reflexivity.
Qed.
(** What is written is safe from writes to undefined bytes. *)
Lemma write_undefined_keeps m a v b : written m b = true ->
  read (write_undefined m a v) b = read m b.
Proof.
  intros H. rewrite read_write_undefined. destruct (Z.eqb_spec b a) as [E | E]; [| reflexivity].
  rewrite <- E, H. reflexivity.
Qed.
Lemma forget_over n : forall m a b, ~ a <= b < a + Z.of_nat n ->
  zfind b (m_over (forget m a n)) = zfind b (m_over m).
Proof.
  induction n as [| n IH]; intros m a b H; cbn [forget]; [reflexivity |]. rewrite IH by lia.
  destruct (zfind a (m_over m)) as [v |]; [| reflexivity]. cbn [m_over]. apply zfind_other. lia.
Qed.
Lemma forget_written n m a b : ~ a <= b < a + Z.of_nat n -> written (forget m a n) b = written m b.
Proof. intros H. unfold written. rewrite forget_over by exact H. reflexivity. Qed.
(** The bytes are what they were. *)
Lemma forget_read n : forall m a b, read (forget m a n) b = read m b.
Proof.
  induction n as [| n IH]; intros m a b; cbn [forget]; [reflexivity |]. rewrite IH.
  destruct (zfind a (m_over m)) as [v |] eqn:E; [| reflexivity].
  unfold read. cbn [m_over m_base]. rewrite zfind_set.
  destruct (Z.eqb_spec b a) as [Eb | Eb]; [| reflexivity].
  rewrite Eb, E. apply undefined_low.
Qed.
(** The bytes are undefined, in a memory that only writes have changed. *)
Lemma forget_undefined n : forall m a b, (forall c v, zfind c (m_over m) = Some v -> 0 <= v) ->
  a <= b < a + Z.of_nat n -> written (forget m a n) b = false.
Proof.
  induction n as [| n IH]; intros m a b P H; cbn [forget]; [lia |].
  destruct (Z.eqb_spec b a) as [E | E].
  - (* the first byte *) rewrite forget_written by lia. rewrite E. unfold written.
    destruct (zfind a (m_over m)) as [v |] eqn:F; cbn [m_over]; [| rewrite F; reflexivity].
    rewrite zfind_same. apply Z.ltb_ge. apply undefined_byte. exact (P a v F).
  - (* another *) apply IH; [| lia]. intros c v.
    destruct (zfind a (m_over m)) as [u |] eqn:F; cbn [m_over]; [| apply P].
    rewrite zfind_set. destruct (c =? a); [| apply P]. intros X.
    replace v with (Z.lor byte_size u) by congruence.
    apply Z.lor_nonneg. split; [discriminate | exact (P a u F)].
Qed.

(** * Loads *)

Lemma load_frame m m' n : forall a, (forall b, a <= b < a + Z.of_nat n -> read m' b = read m b) ->
  load m' a n = load m a n.
Proof.
  induction n as [| n IH]; intros a H; cbn [load]; [reflexivity |].
  rewrite H by lia. rewrite IH; [reflexivity |]. intros b Hb. apply H. lia.
Qed.
Lemma load_range m n : forall a, 0 <= load m a n < 256 ^ Z.of_nat n.
Proof.
  induction n as [| n IH]; intros a.
  - (* O *) change (256 ^ Z.of_nat 0) with 1. cbn [load]. lia.
  - (* S *) rewrite Nat2Z.inj_succ, Z.pow_succ_r by lia. cbn [load]. assert (B := read_range m a).
    specialize (IH (a + 1)). lia.
Qed.
Lemma pow_256 n : 0 <= n -> 256 ^ n = 2 ^ (8 * n).
Proof. intros H. change 256 with (2 ^ 8). rewrite <- Z.pow_mul_r by lia. reflexivity. Qed.
Lemma load_range2 m a n : 0 <= load m a n < 2 ^ (8 * Z.of_nat n).
Proof. rewrite <- pow_256 by lia. apply load_range. Qed.
Lemma load_size m a z : 0 <= load m a (bytes z) < 2 ^ size_bits z.
Proof. rewrite size_bits_bytes, <- zbytes_nat. apply load_range2. Qed.
Lemma load_word m a z : 0 <= load m a (bytes z) < W.
Proof. assert (H := load_size m a z).
assert (P : 2 ^ size_bits z <= W) by (destruct z; discriminate). lia. Qed.

(** A part of a number in memory: shifted down, and cut off. *)
Lemma load_split m n : forall a k,
  load m a (n + k) = load m a n + 256 ^ Z.of_nat n * load m (a + Z.of_nat n) k.
Proof.
  induction n as [| n IH]; intros a k.
  - (* O *) change (256 ^ Z.of_nat 0) with 1. cbn [load Nat.add]. rewrite Z.add_0_r. lia.
  - (* S *) cbn [load Nat.add]. rewrite IH, Nat2Z.inj_succ, Z.pow_succ_r by lia.
    replace (a + 1 + Z.of_nat n) with (a + Z.succ (Z.of_nat n)) by lia. lia.
Qed.
Lemma load_part m a d k n : 0 <= d -> d + Z.of_nat k <= Z.of_nat n ->
  load m (a + d) k = Z.land (Z.shiftr (load m a n) (8 * d)) (Z.ones (8 * Z.of_nat k)).
Proof.
  intros D N. remember (Z.to_nat d) as c eqn:Ec. assert (C : d = Z.of_nat c) by lia. subst d.
  clear Ec D. replace n with (c + (k + (n - c - k)))%nat by lia.
  rewrite !load_split. assert (R1 := load_range2 m a c).
  assert (R2 := load_range2 m (a + Z.of_nat c) k).
  rewrite Z.shiftr_div_pow2, Z.land_ones, !pow_256 by lia.
  set (y := load m (a + Z.of_nat c) k) in *. set (x := load m a c) in *.
  set (rest := load m (a + Z.of_nat c + Z.of_nat k) (n - c - k)).
  set (p := 2 ^ (8 * Z.of_nat c)) in *. set (q := 2 ^ (8 * Z.of_nat k)) in *.
  assert (Q : (x + p * (y + q * rest)) / p = y + q * rest).
  { symmetry. apply Z.div_unique with x; [left; lia | lia]. }
  rewrite Q. apply Z.mod_unique with rest; [left; lia | lia].
Qed.

(** * Stores *)

Lemma store_other m n : forall a v b, ~ a <= b < a + Z.of_nat n ->
  read (store m a n v) b = read m b.
Proof.
  induction n as [| n IH]; intros a v b H; cbn [store]; [reflexivity |].
  rewrite read_write. destruct (Z.eqb_spec b a) as [E | E]; [lia |]. apply IH. lia.
Qed.
Lemma load_store m n : forall a v, load (store m a n v) a n = v mod 2 ^ (8 * Z.of_nat n).
Proof.
  induction n as [| n IH]; intros a v.
  - (* O *) change (2 ^ (8 * Z.of_nat 0)) with 1. rewrite Z.mod_1_r. reflexivity.
  - (* S *) cbn [store load]. rewrite read_write, Z.eqb_refl.
    rewrite (load_frame (store m (a + 1) n (Z.shiftr v 8))).
    + (* the rest *) rewrite IH, <- Z.land_assoc, Z.land_diag. change 255 with (Z.ones 8).
      rewrite Z.land_ones, Z.shiftr_div_pow2 by lia.
      replace (8 * Z.of_nat (S n)) with (8 + 8 * Z.of_nat n) by lia. rewrite Z.pow_add_r by lia.
      change (2 ^ 8) with 256. symmetry. apply Z.rem_mul_r; [lia |]. apply Z.pow_pos_nonneg; lia.
    + (* they are the same *) intros b B. rewrite read_write.
      destruct (Z.eqb_spec b a) as [E | E]; [lia | reflexivity].
Qed.
Lemma load_store_land m n a v : load (store m a n v) a n = Z.land v (Z.ones (8 * Z.of_nat n)).
Proof. rewrite load_store, Z.land_ones by lia. reflexivity. Qed.
Lemma load_store_size m z a v : load (store m a (bytes z) v) a (bytes z) = Z.land v
  (Z.ones (size_bits z)).
Proof. rewrite size_bits_bytes, <- zbytes_nat. apply load_store_land. Qed.

(** Only the low bytes count. *)
Lemma store_low m n : forall a v v',
  (forall i, 0 <= i < 8 * Z.of_nat n -> Z.testbit v i = Z.testbit v' i) ->
    store m a n v = store m a n v'.
Proof.
  induction n as [| n IH]; intros a v v' H; cbn [store]; [reflexivity |].
  rewrite (IH (a + 1) (Z.shiftr v 8) (Z.shiftr v' 8)).
  - (* the first byte *) f_equal. apply Z.bits_inj'. intros i I. rewrite !Z.land_spec.
    destruct (Z.ltb_spec i 8) as [L | L]; [rewrite (H i) by lia; reflexivity |].
    change 255 with (Z.ones 8). rewrite Z.ones_spec_high by lia. rewrite !andb_false_r. reflexivity.
  - (* the others *) intros i I. rewrite !Z.shiftr_spec by lia. apply H. lia.
Qed.

(** * Which bytes were written *)

Lemma written_store m n : forall a v b, written (store m a n v) b = ((a <=? b)
  && (b <? a + Z.of_nat n)) || written m b.
Proof.
  induction n as [| n IH]; intros a v b; cbn [store].
  - (* O *) destruct (Z.leb_spec a b) as [A | A], (Z.ltb_spec b (a + Z.of_nat 0)) as [B | B];
      cbn [andb orb]; lia || reflexivity.
  - (* S *) rewrite written_write, IH.
    destruct (Z.eqb_spec b a) as [E | E], (Z.leb_spec (a + 1) b) as [A | A],
      (Z.ltb_spec b (a + 1 + Z.of_nat n)) as [B | B], (Z.leb_spec a b) as [C | C],
      (Z.ltb_spec b (a + Z.of_nat (S n))) as [D | D]; cbn [andb orb]; lia || reflexivity.
Qed.
Lemma written_store_keeps m n a v b : written m b = true -> written (store m a n v) b = true.
Proof. intros H. rewrite written_store, H. apply orb_true_r. Qed.
Lemma written_store_new m n a v b : a <= b < a + Z.of_nat n -> written (store m a n v) b = true.
Proof.
  intros H. rewrite written_store. apply orb_true_iff. left. apply andb_true_iff.
  rewrite Z.leb_le, Z.ltb_lt. exact H.
Qed.
Lemma all_written_spec m n : forall a,
  all_written m a n = true <-> (forall b, a <= b < a + Z.of_nat n -> written m b = true).
Proof.
  induction n as [| n IH]; intros a; cbn [all_written].
  - (* O *) split; [intros _ b B; lia | reflexivity].
  - (* S *) rewrite andb_true_iff, IH. split.
    + (* -> *) intros [H1 H2] b B.
      destruct (Z.eqb_spec b a) as [E | E]; [rewrite E; exact H1 | apply H2; lia].
    + (* <- *) intros H. split; [apply H; lia | intros b B; apply H; lia].
Qed.

(** * Bytes that a helper writes *)

Lemma fill_other n : forall m a bs b, ~ a <= b < a + Z.of_nat n ->
  read (fill m a n bs) b = read m b.
Proof.
  induction n as [| n IH]; intros m a bs b H; cbn [fill]; [reflexivity |].
  destruct bs as [| c bs]; rewrite IH, read_write by lia; destruct (Z.eqb_spec b a) as [E | E];
    lia || reflexivity.
Qed.
Lemma written_fill n : forall m a bs b, written (fill m a n bs) b = ((a <=? b)
  && (b <? a + Z.of_nat n)) || written m b.
Proof.
  induction n as [| n IH]; intros m a bs b; cbn [fill].
  - (* O *) destruct (Z.leb_spec a b) as [A | A], (Z.ltb_spec b (a + Z.of_nat 0)) as [B | B];
      cbn [andb orb]; lia || reflexivity.
  - (* S *) destruct bs as [| c bs]; rewrite IH, written_write;
      destruct (Z.eqb_spec b a) as [E | E], (Z.leb_spec (a + 1) b) as [A | A],
        (Z.ltb_spec b (a + 1 + Z.of_nat n)) as [B | B], (Z.leb_spec a b) as [C | C],
        (Z.ltb_spec b (a + Z.of_nat (S n))) as [D | D]; cbn [andb orb]; lia || reflexivity.
Qed.
Lemma written_fill_keeps n m a bs b : written m b = true -> written (fill m a n bs) b = true.
Proof. intros H. rewrite written_fill, H. apply orb_true_r. Qed.
Lemma written_fill_new n m a bs b : a <= b < a + Z.of_nat n -> written (fill m a n bs) b = true.
Proof.
  intros H. rewrite written_fill. apply orb_true_iff. left. apply andb_true_iff.
  rewrite Z.leb_le, Z.ltb_lt. exact H.
Qed.
Lemma fill_some_other n : forall m a bs b, ~ a <= b < a + Z.of_nat n ->
  read (fill_some m a n bs) b = read m b.
Proof.
  induction n as [| n IH]; intros m a bs b H; [destruct bs; reflexivity |].
  destruct bs as [| c bs]; cbn [fill_some]; [reflexivity |]. rewrite IH by lia.
  destruct (c <? 0); [reflexivity |].
  rewrite read_write. destruct (Z.eqb_spec b a) as [E | E]; lia || reflexivity.
Qed.
Lemma written_fill_some_keeps n : forall m a bs b, written m b = true ->
  written (fill_some m a n bs) b = true.
Proof.
  induction n as [| n IH]; intros m a bs b H; [destruct bs; exact H |].
  destruct bs as [| c bs]; cbn [fill_some]; [exact H |]. apply IH.
  destruct (c <? 0); [exact H |]. rewrite written_write, H. apply orb_true_r.
Qed.

(** * Regions *)

Lemma inside_spec r a n : inside r a n = true <-> r_base r <= a /\ a + n <= r_base r + r_size r.
Proof. unfold inside. rewrite andb_true_iff, !Z.leb_le. tauto. Qed.
Lemma disjoint_sym r1 r2 : disjoint r1 r2 -> disjoint r2 r1.
Proof. unfold disjoint. tauto. Qed.
(** Bytes within one region are in no region disjoint from it. *)
Lemma inside_disjoint r1 r2 a n : disjoint r1 r2 -> 0 < n -> inside r1 a n = true ->
  inside r2 a n = false.
Proof.
  intros D N I. apply inside_spec in I. destruct (inside r2 a n) eqn:E; [| reflexivity].
  apply inside_spec in E. unfold disjoint in D. lia.
Qed.
