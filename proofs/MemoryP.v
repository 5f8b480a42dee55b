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
Proof. unfold read, write. cbn [m_over m_base]. rewrite zfind_set. destruct (b =? a); reflexivity. Qed.
Lemma written_write m a v b : written (write m a v) b = (b =? a) || written m b.
Proof. unfold written, write. cbn [m_over]. rewrite zfind_set. destruct (b =? a); reflexivity. Qed.

(** * Loads *)

Lemma load_frame m m' n : forall a, (forall b, a <= b < a + Z.of_nat n -> read m' b = read m b) -> load m' a n = load m a n.
Proof.
  induction n as [| n IH]; intros a H; cbn [load]; [reflexivity |].
  rewrite H by lia. rewrite IH; [reflexivity |]. intros b Hb. apply H. lia.
Qed.
Lemma load_range m n : forall a, 0 <= load m a n < 256 ^ Z.of_nat n.
Proof.
  induction n as [| n IH]; intros a.
  - change (256 ^ Z.of_nat 0) with 1. cbn [load]. lia.
  - rewrite Nat2Z.inj_succ, Z.pow_succ_r by lia. cbn [load]. assert (B := read_range m a). specialize (IH (a + 1)). lia.
Qed.
Lemma pow_256 n : 0 <= n -> 256 ^ n = 2 ^ (8 * n).
Proof. intros H. change 256 with (2 ^ 8). rewrite <- Z.pow_mul_r by lia. reflexivity. Qed.
Lemma load_range2 m a n : 0 <= load m a n < 2 ^ (8 * Z.of_nat n).
Proof. rewrite <- pow_256 by lia. apply load_range. Qed.
Lemma load_size m a z : 0 <= load m a (bytes z) < 2 ^ size_bits z.
Proof. rewrite size_bits_bytes, <- zbytes_nat. apply load_range2. Qed.
Lemma load_word m a z : 0 <= load m a (bytes z) < W.
Proof. assert (H := load_size m a z). assert (P : 2 ^ size_bits z <= W) by (destruct z; discriminate). lia. Qed.

(** * Stores *)

Lemma store_other m n : forall a v b, ~ a <= b < a + Z.of_nat n -> read (store m a n v) b = read m b.
Proof.
  induction n as [| n IH]; intros a v b H; cbn [store]; [reflexivity |].
  rewrite read_write. destruct (Z.eqb_spec b a) as [E | E]; [lia |]. apply IH. lia.
Qed.
Lemma load_store_other m n k a c v : c + Z.of_nat k <= a \/ a + Z.of_nat n <= c -> load (store m a n v) c k = load m c k.
Proof. intros H. apply load_frame. intros b B. apply store_other. lia. Qed.
Lemma load_store m n : forall a v, load (store m a n v) a n = v mod 2 ^ (8 * Z.of_nat n).
Proof.
  induction n as [| n IH]; intros a v.
  - change (2 ^ (8 * Z.of_nat 0)) with 1. rewrite Z.mod_1_r. reflexivity.
  - cbn [store load]. rewrite read_write, Z.eqb_refl.
    rewrite (load_frame (store m (a + 1) n (Z.shiftr v 8))).
    + rewrite IH, <- Z.land_assoc, Z.land_diag. change 255 with (Z.ones 8).
      rewrite Z.land_ones, Z.shiftr_div_pow2 by lia.
      replace (8 * Z.of_nat (S n)) with (8 + 8 * Z.of_nat n) by lia. rewrite Z.pow_add_r by lia.
      change (2 ^ 8) with 256. symmetry. apply Z.rem_mul_r; [lia |]. apply Z.pow_pos_nonneg; lia.
    + intros b B. rewrite read_write. destruct (Z.eqb_spec b a) as [E | E]; [lia | reflexivity].
Qed.
Lemma load_store_land m n a v : load (store m a n v) a n = Z.land v (Z.ones (8 * Z.of_nat n)).
Proof. rewrite load_store, Z.land_ones by lia. reflexivity. Qed.
Lemma load_store_size m z a v : load (store m a (bytes z) v) a (bytes z) = Z.land v (Z.ones (size_bits z)).
Proof. rewrite size_bits_bytes, <- zbytes_nat. apply load_store_land. Qed.

(** * Which bytes were written *)

Lemma written_store m n : forall a v b, written (store m a n v) b = ((a <=? b) && (b <? a + Z.of_nat n)) || written m b.
Proof.
  induction n as [| n IH]; intros a v b; cbn [store].
  - destruct (Z.leb_spec a b) as [A | A], (Z.ltb_spec b (a + Z.of_nat 0)) as [B | B]; cbn [andb orb]; lia || reflexivity.
  - rewrite written_write, IH.
    destruct (Z.eqb_spec b a) as [E | E], (Z.leb_spec (a + 1) b) as [A | A],
      (Z.ltb_spec b (a + 1 + Z.of_nat n)) as [B | B], (Z.leb_spec a b) as [C | C],
      (Z.ltb_spec b (a + Z.of_nat (S n))) as [D | D]; cbn [andb orb]; lia || reflexivity.
Qed.
Lemma written_store_keeps m n a v b : written m b = true -> written (store m a n v) b = true.
Proof. intros H. rewrite written_store, H. apply orb_true_r. Qed.
Lemma written_store_new m n a v b : a <= b < a + Z.of_nat n -> written (store m a n v) b = true.
Proof.
  intros H. rewrite written_store. apply orb_true_iff. left. apply andb_true_iff. rewrite Z.leb_le, Z.ltb_lt. exact H.
Qed.
Lemma written_write_all l : forall m b, written m b = true -> written (write_all m l) b = true.
Proof.
  induction l as [| [c v] l IH]; intros m b H; cbn [write_all]; [exact H |].
  apply IH. rewrite written_write, H. apply orb_true_r.
Qed.
Lemma read_write_all l : forall m b, (forall w, In w l -> fst w <> b) -> read (write_all m l) b = read m b.
Proof.
  induction l as [| [c v] l IH]; intros m b H; cbn [write_all]; [reflexivity |].
  rewrite IH by (intros w I; apply H; right; exact I). rewrite read_write.
  destruct (Z.eqb_spec b c) as [E | E]; [| reflexivity]. exfalso. apply (H (c, v)); [left; reflexivity | symmetry; exact E].
Qed.
Lemma all_written_spec m n : forall a,
  all_written m a n = true <-> (forall b, a <= b < a + Z.of_nat n -> written m b = true).
Proof.
  induction n as [| n IH]; intros a; cbn [all_written].
  - split; [intros _ b B; lia | reflexivity].
  - rewrite andb_true_iff, IH. split.
    + intros [H1 H2] b B. destruct (Z.eqb_spec b a) as [E | E]; [rewrite E; exact H1 | apply H2; lia].
    + intros H. split; [apply H; lia | intros b B; apply H; lia].
Qed.

(** * Regions *)

Lemma inside_spec r a n : inside r a n = true <-> r_base r <= a /\ a + n <= r_base r + r_size r.
Proof. unfold inside. rewrite andb_true_iff, !Z.leb_le. tauto. Qed.
Lemma disjoint_sym r1 r2 : disjoint r1 r2 -> disjoint r2 r1.
Proof. unfold disjoint. tauto. Qed.
(** Bytes within one region are in no region disjoint from it. *)
Lemma inside_disjoint r1 r2 a n : disjoint r1 r2 -> 0 < n -> inside r1 a n = true -> inside r2 a n = false.
Proof.
  intros D N I. apply inside_spec in I. destruct (inside r2 a n) eqn:E; [| reflexivity].
  apply inside_spec in E. unfold disjoint in D. lia.
Qed.
