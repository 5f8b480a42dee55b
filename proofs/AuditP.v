(** The audit of a seccomp filter is exact: for every input, what a row says is what the filter
    does. *)
From Checker Require Import Audit.
From Proofs Require Import BddP ClassicP.

(** brings what is known of earlier tables to later ones *)
Ltac up := repeat match goal with
  | X : ext ?m ?m', H : wf ?m ?f |- _ =>
      lazymatch goal with
      | K : wf m' f |- _ => fail
      | _ => let K := fresh "up_" in pose proof (wf_ext m m' f X H) as K
      end
  | X : ext ?m ?m', H : wfs ?m ?f |- _ =>
      lazymatch goal with
      | K : wfs m' f |- _ => fail
      | _ => let K := fresh "up_" in pose proof (wfs_ext m m' f X H) as K
      end
  end.

Lemma pow2_32 : pow2 32 = W32.
Proof. reflexivity. Qed.
Lemma wrap32_mod z : wrap32 z = z mod W32.
Proof.
  unfold wrap32, mask32. change 4294967295 with (Z.ones 32). rewrite Z.land_ones by lia.
  reflexivity.
Qed.

(** * Orders *)
(** A variable is the bit that it was made for, whatever the order. *)
Lemma index_of_nth k l : among k l = true ->
  0 <= index_of k l < zlen l /\ nth (Z.to_nat (index_of k l)) l 0 = k.
Proof.
  unfold zlen. induction l as [|x l IH]; intros H; cbn [among existsb] in H; [discriminate H|].
  cbn [index_of length]. destruct (Z.eqb_spec x k) as [->|N].
  - (* here *) split; [lia | reflexivity].
  - (* further on *)
    assert (F : (k =? x) = false) by (apply Z.eqb_neq; congruence). rewrite F in H.
    destruct (IH H) as [R Q]. split; [lia|].
    replace (Z.to_nat (1 + index_of k l)) with (S (Z.to_nat (index_of k l))) by lia. exact Q.
Qed.
Lemma place_of_var o k j : among k (concat o) = true -> 0 <= j < 32 ->
  0 <= bit_var o k j /\ place_of o (bit_var o k j) = (k, j).
Proof.
  intros H J. induction o as [|g o IH]; [discriminate H|].
  cbn [concat] in H. unfold among in H. rewrite existsb_app in H.
  cbn [bit_var place_of]. assert (L : 0 <= zlen g) by (unfold zlen; lia).
  destruct (among k g) eqn:G.
  - (* in this group *) destruct (index_of_nth k g G) as [R Q].
    split; [nia|].
    destruct (Z.ltb_spec (zlen g * (31 - j) + index_of k g) (32 * zlen g)) as [_|N]; [|nia].
    replace ((zlen g * (31 - j) + index_of k g) mod zlen g) with (index_of k g)
      by (apply (Z.mod_unique _ _ (31 - j)); lia).
    replace ((zlen g * (31 - j) + index_of k g) / zlen g) with (31 - j)
      by (apply (Z.div_unique _ _ _ (index_of k g)); lia).
    rewrite Q. f_equal. lia.
  - (* in a later one *) unfold among in G. rewrite G in H. destruct (IH H) as [R Q].
    split; [lia|].
    destruct (Z.ltb_spec (32 * zlen g + bit_var o k j) (32 * zlen g)) as [N|_]; [lia|].
    replace (32 * zlen g + bit_var o k j - 32 * zlen g) with (bit_var o k j) by lia. exact Q.
Qed.
(** Every word that a filter may load has its place. *)
Lemma order_ok_word o k : order_ok o = true -> seccomp_word k = true ->
  among k (concat o) = true.
Proof.
  intros OK S. unfold order_ok in OK. rewrite forallb_forall in OK. apply OK.
  assert (ALL : forallb (fun k => negb (seccomp_word k) || among k word_order)
    (map Z.of_nat (seq 0 64)) = true) by (vm_compute; reflexivity).
  rewrite forallb_forall in ALL. specialize (ALL k). rewrite S in ALL. cbn [negb orb] in ALL.
  unfold seccomp_word in S. apply andb_true_iff in S as [S _]. apply in_bits_spec in S.
  unfold seccomp_size in S.
  assert (IN : In k (map Z.of_nat (seq 0 64))).
  { apply in_map_iff. exists (Z.to_nat k). split; [lia|]. apply in_seq. lia. }
  specialize (ALL IN). apply existsb_exists in ALL as [k' [IN' Q]].
  apply Z.eqb_eq in Q. subst k'. exact IN'.
Qed.

Section OneInput.
Variable ORD : order.
Hypothesis ORD_OK : order_ok ORD = true.
Variable E : cenv.
Notation e := (input_bit ORD E).
Notation ev f := (beval f e).
Notation val v := (vval e v).
Notation seccomp := LinuxSeccomp.

(** * Values *)
(** A symbolic value is in the tables, 32 bits wide; *)
Definition sv_wf (m : mgr) (v : sval) : Prop :=
  wfs m (sv_vec v) /\ wf m (sv_unknown v) /\ length (sv_vec v) = 32%nat.
(** and it is [z] for this input, unless it is unknown for it. *)
Definition sv_is (v : sval) (z : Z) : Prop := ev (sv_unknown v) = false -> val (sv_vec v) = z.

Lemma sv_wf_ext m m' v : ext m m' -> sv_wf m v -> sv_wf m' v.
Proof.
  intros X [H1 [H2 H3]]. split; [eapply wfs_ext; eauto|]. split; [eapply wf_ext; eauto | exact H3].
Qed.
Lemma unknown_wf m : sv_wf m unknown.
Proof. split; [apply wfs_zero|]. split; [exact I | apply length_zero]. Qed.
Lemma unknown_is z : sv_is unknown z.
Proof. intros H. discriminate H. Qed.
Lemma sconst_wf m k : sv_wf m (sconst k).
Proof. split; [apply wfs_const|]. split; [exact I | apply length_const]. Qed.
Lemma sconst_is k : 0 <= k < W32 -> sv_is (sconst k) k.
Proof.
  intros R _. cbn [sconst known sv_vec]. rewrite val_const.
  unfold word_bits. rewrite pow2_32. apply Z.mod_small. exact R.
Qed.

Lemma is_true_ev f : is_true f = true -> ev f = true.
Proof. intros H. apply is_true_eq in H. subst f. reflexivity. Qed.
Lemma is_false_ev f : is_false f = true -> ev f = false.
Proof. intros H. apply is_false_eq in H. subst f. reflexivity. Qed.

(** What holds of the bits of a result, holds of it where both operands are known. *)
Lemma lift2_spec (f : vec -> vec -> B vec) (P : Z -> Z -> Z -> Prop) m a y :
  (forall m1, ext m m1 -> bspec e m1 (f (sv_vec a) (sv_vec y))
     (fun m' r => wfs m' r /\ length r = 32%nat /\ P (val (sv_vec a)) (val (sv_vec y)) (val r))) ->
  sv_wf m a -> sv_wf m y ->
  tspec e m (lift2 f a y) (fun m' v => sv_wf m' v /\
    forall za zy, sv_is a za -> sv_is y zy -> ev (sv_unknown v) = false ->
      P za zy (val (sv_vec v))).
Proof.
  intros F A Y. unfold lift2. destruct (is_true (sv_unknown a) || is_true (sv_unknown y)) eqn:U.
  { apply tspec_ret. split; [apply unknown_wf|]. intros za zy _ _ Q. discriminate Q. }
  destruct A as [A1 [A2 A3]], Y as [Y1 [Y2 Y3]].
  apply attempt_spec.
  - (* within the limits *) intros m1 X1. up.
    eapply bspec_bind; [apply F; exact X1|]. intros m2 r X2 [W [L H]]. up.
    eapply bspec_bind; [apply bor_spec; assumption|]. intros m3 u X3 [W3 H3]. up.
    apply bspec_ret.
    split; [split; [assumption|]; split; [assumption | exact L]|].
    intros za zy SA SY Q. cbn [sv_unknown sv_vec] in *. rewrite H3 in Q.
    apply orb_false_iff in Q as [QA QY].
    rewrite <- (SA QA), <- (SY QY). exact H.
  - (* given up: unknown *)
    intros m1 X1. split; [apply unknown_wf|]. intros za zy _ _ Q. discriminate Q.
Qed.

(** * Arithmetic *)
Lemma salu_spec o src m a y : wfs m a -> wfs m y -> length a = 32%nat -> length y = 32%nat ->
  bspec e m (salu o a y) (fun m' r => wfs m' r /\ length r = 32%nat /\
    forall v, calu_exec seccomp o src (val a) (val y) = CValue v -> val r = v).
Proof.
  intros A Y LA LY.
  pose proof (val_range e a) as RA. pose proof (val_range e y) as RY. rewrite LA in RA.
  rewrite LY in RY. rewrite pow2_32 in RA, RY.
  assert (VAL : forall z, bspec e m (salu o a y) (is_vec e (length a) z) ->
    (forall v, calu_exec seccomp o src (val a) (val y) = CValue v -> z = v) ->
    bspec e m (salu o a y) (fun m' r => wfs m' r /\ length r = 32%nat /\
      forall v, calu_exec seccomp o src (val a) (val y) = CValue v -> val r = v)).
  { intros z S Q. eapply bspec_weaken; [|exact S]. intros m' r _ [W [L V]].
    split; [exact W|]. split; [congruence|].
    intros v C. rewrite V. auto. }
  assert (SH : forall m', wfs m' y -> wfs m' (firstn shift_bits y))
    by (intros m'; apply wfs_firstn).
  assert (VS : val (firstn shift_bits y) = val y mod 32).
  { rewrite val_firstn; [reflexivity | unfold shift_bits; lia]. }
  assert (L31 : Z.land (val y) 31 = val y mod 32).
  { change 31 with (Z.ones 5). rewrite Z.land_ones by lia. reflexivity. }
  assert (LALEN : length y = length a) by congruence.
  destruct o.
  - (* CAdd *) eapply VAL; [apply vadd_spec; [exact I | assumption | assumption | assumption]|].
    intros v C. injection C as <-. cbn [calu_value bfalse beval Z.b2z].
    rewrite LA, pow2_32, wrap32_mod. f_equal. lia.
  - (* CSub *) eapply VAL; [apply vsub_spec; assumption|].
    intros v C. injection C as <-. cbn [calu_value].
    rewrite LA, pow2_32, wrap32_mod. reflexivity.
  - (* CMul *) eapply VAL; [apply vmul_spec; assumption|].
    intros v C. injection C as <-. cbn [calu_value].
    rewrite LA, pow2_32, wrap32_mod. reflexivity.
  - (* CDiv *) cbn [salu]. eapply bspec_bind; [apply vdivide_spec; assumption|].
    intros m1 qr X1 [W1 [W2 [L1 [L2 D]]]].
    apply bspec_ret. split; [exact W1|]. split; [congruence|].
    intros v C. cbn [calu_exec] in C.
    destruct (Z.eqb_spec (val y) 0) as [Z0|Z0]; [destruct src; discriminate C|].
    injection C as <-. cbn [calu_value].
    destruct (D ltac:(lia)) as [D1 D2]. pose proof (val_range e (snd qr)).
    apply (Z.div_unique _ _ _ (val (snd qr))); lia.
  - (* CMod *) cbn [salu]. eapply bspec_bind; [apply vdivide_spec; assumption|].
    intros m1 qr X1 [W1 [W2 [L1 [L2 D]]]].
    apply bspec_ret. split; [exact W2|]. split; [congruence|].
    intros v C. cbn [calu_exec] in C.
    destruct (Z.eqb_spec (val y) 0) as [Z0|Z0]; [destruct src; discriminate C|].
    injection C as <-. cbn [calu_value].
    destruct (D ltac:(lia)) as [D1 D2]. pose proof (val_range e (snd qr)).
    apply (Z.mod_unique _ _ (val (fst qr))); lia.
  - (* COr *) eapply VAL; [apply vor_spec; assumption|]. intros v C. injection C as <-. reflexivity.
  - (* CAnd *)
    eapply VAL; [apply vand_spec; assumption|]. intros v C. injection C as <-. reflexivity.
  - (* CXor *)
    eapply VAL; [apply vxor_spec; assumption|]. intros v C. injection C as <-. reflexivity.
  - (* CLsh *) eapply VAL; [apply vshift_left_spec; [apply SH; assumption | assumption]|].
    intros v C. cbn [calu_exec] in C. rewrite VS, LA, pow2_32.
    change (Z.of_nat 1) with 1. rewrite Z.mul_1_l.
    assert (K : forall n, 0 <= n -> (val a * 2 ^ n) mod W32 = wrap32 (Z.shiftl (val a) n)).
    { intros n N. rewrite wrap32_mod, Z.shiftl_mul_pow2 by exact N. reflexivity. }
    destruct (Z.ltb_spec (val y) 32) as [S|S].
    + (* val y < 32 *) injection C as <-. cbn [calu_value]. rewrite (Z.mod_small (val y) 32) by lia.
      apply K. lia.
    + (* 32 <= val y *) destruct src; [discriminate C|]. injection C as <-. cbn [calu_value].
      rewrite L31. apply K.
      pose proof (Z.mod_pos_bound (val y) 32). lia.
  - (* CRsh *) eapply VAL; [apply vshift_right_spec; [apply SH; assumption | assumption]|].
    intros v C. cbn [calu_exec] in C. rewrite VS.
    change (Z.of_nat 1) with 1. rewrite Z.mul_1_l.
    destruct (Z.ltb_spec (val y) 32) as [S|S].
    + (* val y < 32 *) injection C as <-. cbn [calu_value]. rewrite (Z.mod_small (val y) 32) by lia.
      rewrite Z.shiftr_div_pow2 by lia. reflexivity.
    + (* 32 <= val y *) destruct src; [discriminate C|]. injection C as <-. cbn [calu_value].
      rewrite L31.
      pose proof (Z.mod_pos_bound (val y) 32). rewrite Z.shiftr_div_pow2 by lia. reflexivity.
Qed.

(** A test on bits is a test on numbers. *)
Definition is_test (test : vec -> vec -> B bdd) (tb : Z -> Z -> bool) : Prop :=
  forall m a y, wfs m a -> wfs m y -> length a = 32%nat -> length y = 32%nat ->
  bspec e m (test a y) (fun m' r => wf m' r /\ ev r = tb (val a) (val y)).
Lemma scond_spec c : is_test (scond c) (ccond_holds c).
Proof.
  intros m a y A Y LA LY. destruct c; cbn [scond ccond_holds].
  - (* CJeq *)
    eapply bspec_weaken; [|apply vequal_spec; [exact I | assumption | assumption | congruence]].
    intros m' r _ [W Q]. split; [exact W|]. rewrite Q.
    cbn [btrue beval]. apply andb_true_r.
  - (* CJgt *)
    eapply bspec_weaken; [|apply vless_spec; [exact I | assumption | assumption | congruence]].
    intros m' r _ [W Q]. split; [exact W|]. rewrite Q.
    cbn [bfalse beval Z.b2z]. rewrite Z.add_0_r. reflexivity.
  - (* CJge *)
    eapply bspec_weaken; [|apply vless_spec; [exact I | assumption | assumption | congruence]].
    intros m' r _ [W Q]. split; [exact W|]. rewrite Q.
    cbn [btrue beval Z.b2z].
    destruct (Z.ltb_spec (val y) (val a + 1)), (Z.leb_spec (val y) (val a)); try reflexivity; lia.
  - (* CJset *)
    eapply bspec_weaken; [|apply vmeets_spec; [exact I | assumption | assumption | congruence]].
    intros m' r _ [W Q]. split; [exact W|]. rewrite Q.
    cbn [bfalse beval]. apply orb_false_r.
Qed.
Lemma zero_test_spec : is_test (vequal btrue) Z.eqb.
Proof. exact (scond_spec CJeq). Qed.

(** Each side's guard has the inputs that go there; those of unknown operands go to both. *)
Lemma sbranch_spec test tb m g a y : is_test test tb -> wf m g -> sv_wf m a -> sv_wf m y ->
  tspec e m (sbranch g test a y) (fun m' gg => wf m' (fst gg) /\ wf m' (snd gg) /\
    forall za zy, sv_is a za -> sv_is y zy -> ev g = true ->
      if tb za zy then ev (fst gg) = true else ev (snd gg) = true).
Proof.
  intros T G A Y. unfold sbranch. destruct (is_true (sv_unknown a) || is_true (sv_unknown y)) eqn:U.
  { apply tspec_ret. cbn [fst snd]. split; [exact G|].
    split; [exact G|]. intros za zy _ _ Q.
    destruct (tb za zy); exact Q. }
  destruct A as [A1 [A2 A3]], Y as [Y1 [Y2 Y3]]. apply attempt_spec.
  - (* within the limits *) intros m1 X1. up.
    eapply bspec_bind; [apply T; assumption|]. intros m2 c X2 [W2 E2]. up.
    eapply bspec_bind; [apply bor_spec; assumption|]. intros m3 u X3 [W3 E3]. up.
    eapply bspec_bind; [apply bor_spec; assumption|]. intros m4 ct X4 [W4 E4]. up.
    eapply bspec_bind; [apply band_spec; assumption|]. intros m5 gt X5 [W5 E5]. up.
    eapply bspec_bind; [apply bnot_spec; assumption|]. intros m6 n X6 [W6 E6]. up.
    eapply bspec_bind; [apply bor_spec; assumption|]. intros m7 cf X7 [W7 E7]. up.
    eapply bspec_bind; [apply band_spec; assumption|]. intros m8 gf X8 [W8 E8]. up.
    apply bspec_ret. cbn [fst snd]. split; [assumption|].
    split; [assumption|].
    intros za zy SA SY Q. rewrite E8, E7, E6, E5, E4, E3, E2, Q. unfold sv_is in SA, SY.
    destruct (ev (sv_unknown a)); [|destruct (ev (sv_unknown y))]; cbn [orb andb];
      rewrite ?orb_true_r.
    + (* a is unknown *) destruct (tb za zy); reflexivity.
    + (* y is unknown *) destruct (tb za zy); reflexivity.
    + (* both are known *) rewrite (SA eq_refl), (SY eq_refl). destruct (tb za zy); reflexivity.
  - (* given up: both ways are possible *) intros m1 X1. up. cbn [fst snd].
    split; [assumption|]. split; [assumption|].
    intros za zy _ _ Q. destruct (tb za zy); exact Q.
Qed.

(** * Loads *)
(** The [n] high bits of a word of the input. *)
Lemma vload_spec k n : forall m, among k (concat ORD) = true -> (n <= 32)%nat ->
  bspec e m (vload ORD k n)
    (is_vec e n (Z.shiftr (read_le32 E k) (32 - Z.of_nat n))).
Proof.
  induction n as [|n IH]; intros m R N; cbn [vload].
  - (* O *) apply bspec_ret. split; [constructor|]. split; [reflexivity|].
    cbn [vval]. symmetry.
    change (32 - Z.of_nat 0) with 32. rewrite Z.shiftr_div_pow2 by lia. apply Z.div_small.
    pose proof (read_le32_word E k) as W. unfold word32 in W. change (2 ^ 32) with W32.
    exact W.
  - (* S n *) eapply bspec_bind; [apply bvar_spec|]. intros m1 b X1 [W1 E1]. up.
    eapply bspec_bind; [apply IH; [exact R | lia]|]. intros m2 l X2 [W2 [L2 E2]]. up.
    apply bspec_ret.
    split; [apply wfs_cons; auto|]. split; [cbn [length]; congruence|].
    cbn [vval]. rewrite E1, E2. unfold input_bit.
    rewrite (proj2 (place_of_var ORD k (31 - Z.of_nat n) R ltac:(lia))).
    set (w := read_le32 E k).
    replace (32 - Z.of_nat n) with (Z.succ (32 - Z.of_nat (S n))) by lia.
    replace (31 - Z.of_nat n) with (32 - Z.of_nat (S n)) by lia.
    set (j := 32 - Z.of_nat (S n)). assert (J : 0 <= j) by (unfold j; lia). clearbody j.
    rewrite <- (Z.add_1_r j), <- Z.shiftr_shiftr by lia.
    pose proof (Z.div2_odd (Z.shiftr w j)) as O.
    rewrite <- Z.bit0_odd, Z.shiftr_spec, Z.add_0_l, Z.div2_spec in O by lia. lia.
Qed.

(** * Ends *)
(** The sinks are in the tables; *)
Definition sinks_wf (m : mgr) (s : sinks) : Prop :=
  (forall r d, zfind r (k_outs s) = Some d -> wf m d) /\ wf m (k_lost s).
(** they hold [r] for this input, or have lost it; *)
Definition sinks_is (s : sinks) (r : Z) : Prop :=
  ev (k_lost s) = true \/ exists d, zfind r (k_outs s) = Some d /\ ev d = true.
(** and they keep what they hold. *)
Definition sinks_grow (s s' : sinks) : Prop := forall r, sinks_is s r -> sinks_is s' r.

Lemma sinks_wf_ext m m' s : ext m m' -> sinks_wf m s -> sinks_wf m' s.
Proof.
  intros X [H1 H2].
  split; [intros r d F; exact (wf_ext _ _ _ X (H1 _ _ F)) | exact (wf_ext _ _ _ X H2)].
Qed.
Lemma sinks_grow_refl s : sinks_grow s s.
Proof. intros r H. exact H. Qed.
Lemma sinks_grow_trans s1 s2 s3 : sinks_grow s1 s2 -> sinks_grow s2 s3 -> sinks_grow s1 s3.
Proof. intros H1 H2 r H. auto. Qed.

(** A row that gets weaker, or a new one, takes nothing away. *)
Lemma zset_grow r d d0 outs lost :
  zfind r outs = None \/ (zfind r outs = Some d0 /\ (ev d0 = true -> ev d = true)) ->
  sinks_grow (Sinks outs lost) (Sinks (zset r d outs) lost).
Proof.
  intros H r' [K|[d' [F K]]]; [left; exact K|]. right. cbn [k_outs] in *.
  rewrite zfind_set.
  destruct (Z.eqb_spec r' r) as [->|N]; [|eauto]. destruct H as [H|[H1 H2]]; [congruence|].
  exists d. split; [reflexivity|]. apply H2. congruence.
Qed.
Lemma zset_wf m r d outs lost : sinks_wf m (Sinks outs lost) -> wf m d ->
  sinks_wf m (Sinks (zset r d outs) lost).
Proof.
  intros [H1 H2] D. split; [|exact H2]. intros r' d' F.
  cbn [k_outs] in *. rewrite zfind_set in F.
  destruct (r' =? r); [injection F as <-; exact D | eauto].
Qed.
(** Sending the inputs of [g] to an outcome. *)
Lemma add_out_spec m r g s : wf m g -> sinks_wf m s ->
  tspec e m (add_out r g s) (fun m' s' => sinks_wf m' s' /\ sinks_grow s s' /\
    (ev g = true -> sinks_is s' r)).
Proof.
  intros G S. destruct s as [outs lost]. unfold add_out.
  destruct (is_false g) eqn:F.
  { apply tspec_ret. split; [exact S|]. split; [apply sinks_grow_refl|].
    intros Q. rewrite (is_false_ev _ F) in Q. discriminate Q. }
  destruct (zfind r outs) as [d|] eqn:FD.
  - (* Some d: a row for this outcome *) assert (D : wf m d) by exact (proj1 S _ _ FD).
    eapply (tspec_bind e m _ _ (fun m' d' => wf m' d' /\ (ev d = true -> ev d' = true) /\
        (ev g = true -> ev d' = true))).
    + (* the row's new condition *) apply attempt_spec.
      * (* within the limits *) intros m1 X1. up.
        eapply bspec_weaken; [|apply bor_spec; assumption]. intros m2 d' X2 [W Q].
        split; [exact W|].
        rewrite Q. split; intros ->; [reflexivity | apply orb_true_r].
      * (* given up: true *) intros m1 X1. split; [exact I|]. split; reflexivity.
    + (* the sinks with it *) intros m1 d' X1 [W [Q1 Q2]]. apply tspec_ret.
      split; [apply zset_wf; [eapply sinks_wf_ext; eauto | exact W]|].
      split; [apply (zset_grow r d' d); right; auto|]. intros Q. right.
      exists d'. cbn [k_outs]. rewrite zfind_same. auto.
  - (* None: a new row *) apply tspec_ret. split; [apply zset_wf; assumption|].
    split; [apply (zset_grow r g g); left; exact FD|]. intros Q. right.
    exists g. cbn [k_outs]. rewrite zfind_same. auto.
Qed.
Lemma add_lost_spec m g s : wf m g -> sinks_wf m s ->
  tspec e m (add_lost g s) (fun m' s' => sinks_wf m' s' /\ sinks_grow s s' /\
    (ev g = true -> forall r, sinks_is s' r)).
Proof.
  intros G S. destruct s as [outs lost]. unfold add_lost.
  assert (L : wf m lost) by exact (proj2 S).
  eapply (tspec_bind e m _ _ (fun m' d' => wf m' d' /\ (ev lost = true -> ev d' = true) /\
      (ev g = true -> ev d' = true))).
  - (* the new condition *) apply attempt_spec.
    + (* within the limits *) intros m1 X1. up.
      eapply bspec_weaken; [|apply bor_spec; assumption]. intros m2 d' X2 [W Q]. split; [exact W|].
      rewrite Q. split; intros ->; [reflexivity | apply orb_true_r].
    + (* given up: true *) intros m1 X1. split; [exact I|]. split; reflexivity.
  - (* the sinks with it *)
    intros m1 d' X1 [W [Q1 Q2]]. apply tspec_ret. destruct (sinks_wf_ext _ _ _ X1 S) as [S1 _].
    split; [split; [exact S1 | exact W]|]. split.
    + (* nothing is taken away *) intros r [K|K]; [left; auto | right; exact K].
    + (* the inputs of g are lost *) intros Q r. left. auto.
Qed.

(** The number whose bits these are, the highest first. *)
Fixpoint horner (v : Z) (bits : list bdd) : Z :=
  match bits with [] => v | b :: bits' => horner (2 * v + Z.b2z (ev b)) bits' end.
Lemma horner_app a : forall v b, horner v (a ++ b) = horner (horner v a) b.
Proof. induction a as [|x a IH]; intros v b; cbn [app horner]; [reflexivity | apply IH]. Qed.
Lemma horner_rev v : horner 0 (rev v) = val v.
Proof.
  induction v as [|x v IH]; [reflexivity|]. cbn [rev]. rewrite horner_app.
  cbn [horner vval]. rewrite IH. lia.
Qed.

(** The conditions of rows are in the tables. *)
Definition all_wf (m : mgr) (l : list (Z * bdd)) : Prop := forall x, In x l -> wf m (snd x).
Lemma all_wf_ext m m' l : ext m m' -> all_wf m l -> all_wf m' l.
Proof. intros X H x IN. exact (wf_ext _ _ _ X (H x IN)). Qed.
(** Every value that the bits can have is listed, with its inputs. *)
Lemma split_spec bits : forall m g v acc, wfs m bits -> wf m g -> all_wf m (snd acc) ->
  bspec e m (split bits g v acc) (fun m' acc' => all_wf m' (snd acc') /\
    (forall x, In x (snd acc) -> In x (snd acc')) /\
    (ev g = true -> exists d, In (horner v bits, d) (snd acc') /\ ev d = true)).
Proof.
  induction bits as [|b bits IH]; intros m g v acc W G A; cbn [split].
  - (* [] *) destruct (is_false g) eqn:F.
    { apply bspec_ret. split; [exact A|]. split; [auto|].
      intros Q. rewrite (is_false_ev _ F) in Q. discriminate Q. }
    intros V. destruct (fst acc <? max_values); [|exact I]. split; [exact V|].
    split; [apply ext_refl|]. cbn [snd].
    split; [intros x [<-|IN]; [exact G | auto]|]. split; [intros x IN; right; exact IN|].
    intros Q. exists g. split; [left; reflexivity | exact Q].
  - (* b :: bits *) destruct (is_false g) eqn:F.
    { apply bspec_ret. split; [exact A|]. split; [auto|].
      intros Q. rewrite (is_false_ev _ F) in Q. discriminate Q. }
    apply wfs_cons in W as [W0 W].
    eapply bspec_bind; [apply bnot_spec; assumption|]. intros m1 n X1 [W1 E1]. up.
    eapply bspec_bind; [apply band_spec; assumption|]. intros m2 g0 X2 [W2 E2]. up.
    eapply bspec_bind; [apply band_spec; assumption|]. intros m3 g1 X3 [W3 E3]. up.
    eapply bspec_bind; [apply (IH m3 g0 (2 * v) acc); [assumption | assumption |]|].
    { eapply all_wf_ext; [|exact A]. eauto using ext_trans. }
    intros m4 acc4 X4 [A4 [I4 Q4]]. up.
    eapply bspec_weaken; [|apply (IH m4 g1 (2 * v + 1) acc4); assumption].
    intros m5 acc5 X5 [A5 [I5 Q5]]. split; [exact A5|]. split; [auto|].
    intros Q. cbn [horner]. rewrite E2, E1, Q in Q4.
    rewrite E3, Q in Q5. destruct (ev b); cbn [negb andb Z.b2z] in *.
    + (* ev b = true *) exact (Q5 eq_refl).
    + (* ev b = false *) rewrite Z.add_0_r. destruct (Q4 eq_refl) as [d [IN D]]. eauto.
Qed.
Lemma add_outs_spec l : forall m s, all_wf m l -> sinks_wf m s ->
  tspec e m (add_outs l s) (fun m' s' => sinks_wf m' s' /\ sinks_grow s s' /\
    forall r d, In (r, d) l -> ev d = true -> sinks_is s' r).
Proof.
  induction l as [|[r g] l IH]; intros m s A S; cbn [add_outs].
  - (* [] *) apply tspec_ret. split; [exact S|]. split; [apply sinks_grow_refl|].
    intros r d [].
  - (* (r, g) :: l *)
    eapply tspec_bind;
      [apply (add_out_spec m r g s); [exact (A (r, g) (or_introl eq_refl)) | exact S]|].
    intros m1 s1 X1 [S1 [G1 Q1]].
    eapply tspec_weaken; [|apply (IH m1 s1); [|exact S1]].
    + (* the sinks after both *)
      intros m2 s2 X2 [S2 [G2 Q2]]. split; [exact S2|]. split; [eapply sinks_grow_trans; eauto|].
      intros r' d [P|IN] Q; [injection P as <- <-; auto | eauto].
    + (* the other conditions *) intros x IN. exact (wf_ext _ _ _ X1 (A x (or_intror IN))).
Qed.
Lemma ret_a_spec m g a s : wf m g -> sv_wf m a -> sinks_wf m s ->
  tspec e m (ret_a g a s) (fun m' s' => sinks_wf m' s' /\ sinks_grow s s' /\
    forall z, ev g = true -> sv_is a z -> sinks_is s' z).
Proof.
  intros G A S. unfold ret_a. destruct (is_true (sv_unknown a)) eqn:U.
  { eapply tspec_weaken; [|apply add_lost_spec; assumption]. intros m1 s1 X1 [S1 [G1 Q1]].
    split; [exact S1|]. split; [exact G1|]. intros z Q _. auto. }
  destruct A as [A1 [A2 A3]].
  eapply (tspec_bind e m _ _ (fun m' x => match x with
    | None => True
    | Some (gu, l) => wf m' gu /\ all_wf m' l /\ forall z, ev g = true -> sv_is a z ->
        ev gu = true \/ exists d, In (z, d) l /\ ev d = true end)).
  - (* the values apart *) apply attempt_spec; [|intros; exact I]. intros m1 X1. up.
    eapply bspec_bind; [apply band_spec; assumption|]. intros m2 gu X2 [W2 E2]. up.
    eapply bspec_bind; [apply bnot_spec; assumption|]. intros m3 n X3 [W3 E3]. up.
    eapply bspec_bind; [apply band_spec; assumption|]. intros m4 gk X4 [W4 E4]. up.
    eapply bspec_bind;
      [apply split_spec; [apply Forall_rev; assumption | assumption | intros x []]|].
    intros m5 l X5 [A5 [_ Q5]]. up. apply bspec_ret.
    split; [assumption|]. split; [exact A5|].
    intros z Q SA. rewrite E2, Q. rewrite E4, E3, Q in Q5.
    unfold sv_is in SA.
    destruct (ev (sv_unknown a)); [left; reflexivity|]. right.
    destruct (Q5 eq_refl) as [d [IN D]]. rewrite horner_rev, (SA eq_refl) in IN. eauto.
  - (* the sinks with them *) intros m1 x X1 H. up. destruct x as [[gu l]|].
    + (* Some: the values, and what is unknown *) destruct H as [W [A Q]].
      eapply tspec_bind; [apply (add_lost_spec m1 gu s); [exact W | eapply sinks_wf_ext; eauto]|].
      intros m2 s2 X2 [S2 [G2 Q2]].
      eapply tspec_weaken; [|apply (add_outs_spec l m2 s2); [eapply all_wf_ext; eauto | exact S2]].
      intros m3 s3 X3 [S3 [G3 Q3]]. split; [exact S3|]. split; [eapply sinks_grow_trans; eauto|].
      intros z QG SA. destruct (Q z QG SA) as [K|[d [IN D]]]; [apply G3; auto | eauto].
    + (* None: all is lost *)
      eapply tspec_weaken;
        [|apply (add_lost_spec m1 g s); [assumption | eapply sinks_wf_ext; eauto]].
      intros m2 s2 X2 [S2 [G2 Q2]]. split; [exact S2|]. split; [exact G2|].
      intros z Q _. auto.
Qed.

(** * States and joins *)
Definition regs_wf (m : mgr) (rs : zmap sval) : Prop :=
  forall k v, zfind k rs = Some v -> sv_wf m v.
(** A register or scratch word of the classic machine, by its number in the symbolic one. *)
Definition creg (c : cstate) (k : Z) : option Z :=
  if k =? reg_a then Some (cs_a c) else if k =? reg_x then Some (cs_x c) else zfind k (cs_mem c).
Definition regs_is (rs : zmap sval) (c : cstate) : Prop :=
  forall k z, creg c k = Some z -> sv_is (sget k rs) z.
Definition state_wf (m : mgr) (s : sstate) : Prop := wf m (ss_guard s) /\ regs_wf m (ss_regs s).
(** A symbolic state has the concrete one among its inputs, with its values. *)
Definition state_is (s : sstate) (c : cstate) : Prop :=
  ev (ss_guard s) = true /\ regs_is (ss_regs s) c.
Definition pend_wf (m : mgr) (p : zmap sstate) : Prop :=
  forall pc s, zfind pc p = Some s -> state_wf m s.
(** So has the state that waits at its pc. *)
Definition pend_is (p : zmap sstate) (c : cstate) : Prop :=
  exists s, zfind (cs_pc c) p = Some s /\ state_is s c.

Lemma regs_wf_ext m m' rs : ext m m' -> regs_wf m rs -> regs_wf m' rs.
Proof. intros X H k v F. exact (sv_wf_ext _ _ _ X (H _ _ F)). Qed.
Lemma state_wf_ext m m' s : ext m m' -> state_wf m s -> state_wf m' s.
Proof. intros X [H1 H2]. split; [exact (wf_ext _ _ _ X H1) | exact (regs_wf_ext _ _ _ X H2)]. Qed.
Lemma pend_wf_ext m m' p : ext m m' -> pend_wf m p -> pend_wf m' p.
Proof. intros X H pc s F. exact (state_wf_ext _ _ _ X (H _ _ F)). Qed.
Lemma sget_wf m k rs : regs_wf m rs -> sv_wf m (sget k rs).
Proof.
  intros H. unfold sget.
  destruct (zfind k rs) as [v|] eqn:F; [exact (H _ _ F) | apply unknown_wf].
Qed.
Lemma zset_regs_wf m k v rs : sv_wf m v -> regs_wf m rs -> regs_wf m (zset k v rs).
Proof.
  intros V H k' v' F. rewrite zfind_set in F.
  destruct (k' =? k); [injection F as <-; exact V | eauto].
Qed.

Definition joins (g0 g1 : bdd) (a b v : sval) : Prop :=
  (ev g0 = true -> forall z, sv_is a z -> sv_is v z) /\
    (ev g1 = true -> forall z, sv_is b z -> sv_is v z).
(** A join of values is either, where its guard holds. *)
Lemma merge_val_spec m g0 g1 a b : wf m g0 -> wf m g1 -> sv_wf m a -> sv_wf m b ->
  tspec e m (merge_val g0 g1 a b) (fun m' v => sv_wf m' v /\ joins g0 g1 a b v).
Proof.
  intros G0 G1 A C.
  assert (U : forall m', sv_wf m' unknown /\ joins g0 g1 a b unknown).
  { intros m'. split; [apply unknown_wf|]. split; intros _ z _; apply unknown_is. }
  destruct A as [A1 [A2 A3]], C as [C1 [C2 C3]]. unfold merge_val.
  destruct (is_true (sv_unknown a) && is_true (sv_unknown b)); [apply tspec_ret, U|].
  destruct (vsame (sv_vec a) (sv_vec b)) eqn:S.
  - (* the same bits *)
    intros V. assert (Q : sv_vec a = sv_vec b) by (eapply vsame_eq; eassumption).
    refine ((_ : tspec e m (attempt _ _) (fun m' v => sv_wf m' v /\ joins g0 g1 a b v)) V).
    apply attempt_spec; [|intros m1 _; apply U]. intros m1 X1. up.
    eapply bspec_bind; [apply bor_spec; assumption|]. intros m2 u X2 [W2 E2]. up.
    apply bspec_ret.
    split; [split; [assumption|]; split; [assumption | exact A3]|].
    split; intros _ z H F; cbn [sv_unknown sv_vec] in *; rewrite E2 in F; apply orb_false_iff in F;
      destruct F as [F1 F2];
      [exact (H F1) | rewrite Q; exact (H F2)].
  - (* other bits: a choice between them *)
    apply attempt_spec; [|intros m1 _; apply U]. intros m1 X1. up.
    eapply bspec_bind; [apply vmux_spec; [assumption | assumption | assumption | congruence]|].
    intros m2 v X2 [W2 [L2 E2]]. up.
    eapply bspec_bind; [apply bor_spec; assumption|]. intros m3 o X3 [W3 E3]. up.
    eapply bspec_bind; [apply ite_spec; assumption|]. intros m4 u X4 [W4 E4]. up.
    apply bspec_ret.
    split; [split; [assumption|]; split; [assumption | cbn [sv_vec]; congruence]|].
    split; intros Q z H F; cbn [sv_unknown sv_vec] in *; rewrite E4, E3 in F; rewrite E2.
    + (* an input of g0 *)
      destruct (ev g1); [|exact (H F)]. rewrite Q, orb_true_r in F. discriminate F.
    + (* an input of g1 *) rewrite Q in *. apply orb_false_iff in F as [F1 _]. exact (H F1).
Qed.

Lemma merge_regs_spec live g0 g1 r0 r1 keys : forall m, wf m g0 -> wf m g1 -> regs_wf m r0 ->
  regs_wf m r1 ->
  tspec e m (merge_regs live g0 g1 r0 r1 keys) (fun m' rs => regs_wf m' rs /\
    forall k v, zfind k rs = Some v -> exists a b, zfind k r0 = Some a /\ zfind k r1 = Some b /\
      joins g0 g1 a b v).
Proof.
  induction keys as [|k keys IH]; intros m G0 G1 R0 R1; cbn [merge_regs].
  - (* [] *) apply tspec_ret. split; intros k v F; rewrite zfind_empty in F; discriminate F.
  - (* k :: keys *) eapply tspec_bind; [apply IH; assumption|]. intros m1 rs X1 [W1 J1]. up.
    destruct (zfind k r0) as [a|] eqn:F0; [|apply tspec_ret; auto].
    destruct (zfind k r1) as [b|] eqn:F1; [|apply tspec_ret; auto].
    destruct (Z.testbit live k); [|apply tspec_ret; auto].
    eapply tspec_bind; [apply (merge_val_spec m1 g0 g1 a b); [assumption | assumption | |]|].
    { exact (sv_wf_ext _ _ _ X1 (R0 _ _ F0)). }
    { exact (sv_wf_ext _ _ _ X1 (R1 _ _ F1)). }
    intros m2 v X2 [W2 J2]. apply tspec_ret.
    split; [apply zset_regs_wf; [exact W2 | eapply regs_wf_ext; eauto]|].
    intros k' v' F. rewrite zfind_set in F. destruct (Z.eqb_spec k' k) as [->|N]; [|eauto].
    injection F as <-. eauto.
Qed.

Lemma merge_spec m live pc s pend : state_wf m s -> pend_wf m pend ->
  tspec e m (merge live pc s pend) (fun m' pend' => pend_wf m' pend' /\
    (forall c, pend_is pend c -> pend_is pend' c) /\
    forall c, cs_pc c = pc -> state_is s c -> pend_is pend' c).
Proof.
  intros S P. unfold merge. destruct (is_false (ss_guard s)) eqn:F.
  { apply tspec_ret. split; [exact P|]. split; [auto|].
    intros c _ [Q _]. rewrite (is_false_ev _ F) in Q. discriminate Q. }
  assert (SET : forall m' s', pend_wf m' pend -> state_wf m' s' -> pend_wf m' (zset pc s' pend)).
  { intros m' s' PW SW pc' s1 F1. rewrite zfind_set in F1.
    destruct (pc' =? pc); [injection F1 as <-; exact SW | eauto]. }
  destruct (zfind pc pend) as [s0|] eqn:F0.
  - (* Some s0: a state waits there *) destruct (P _ _ F0) as [G0 R0]. destruct S as [G1 R1].
    eapply (tspec_bind e m _ _ (fun m' g => wf m' g /\ (ev (ss_guard s0) = true -> ev g = true) /\
        (ev (ss_guard s) = true -> ev g = true))).
    { apply attempt_spec.
      - (* within the limits *) intros m1 X1. up.
        eapply bspec_weaken; [|apply bor_spec; assumption]. intros m2 g X2 [W Q]. split; [exact W|].
        rewrite Q. split; intros ->; [reflexivity | apply orb_true_r].
      - (* given up: true *) intros m1 X1. split; [exact I|]. split; reflexivity. }
    intros m1 g X1 [W1 [Q0 Q1]]. up.
    eapply tspec_bind;
      [apply merge_regs_spec; [assumption | assumption | eapply regs_wf_ext; eauto
        | eapply regs_wf_ext; eauto]|].
    intros m2 rs X2 [W2 J]. up. apply tspec_ret.
    assert (IS0 : forall c, state_is s0 c -> state_is (SState g rs) c).
    { intros c [QG QR]. split; [auto|]. intros k z C.
      cbn [ss_regs]. unfold sget.
      destruct (zfind k rs) as [v|] eqn:FV; [|apply unknown_is].
      destruct (J _ _ FV) as [a [b [FA [FB [J0 _]]]]]. apply J0; [exact QG|].
      specialize (QR k z C). unfold sget in QR. rewrite FA in QR. exact QR. }
    assert (IS1 : forall c, state_is s c -> state_is (SState g rs) c).
    { intros c [QG QR]. split; [auto|]. intros k z C.
      cbn [ss_regs]. unfold sget.
      destruct (zfind k rs) as [v|] eqn:FV; [|apply unknown_is].
      destruct (J _ _ FV) as [a [b [FA [FB [_ J1]]]]]. apply J1; [exact QG|].
      specialize (QR k z C). unfold sget in QR. rewrite FB in QR. exact QR. }
    split; [apply SET; [eapply pend_wf_ext; [|exact P]; eauto using ext_trans | split;
        assumption]|].
    split.
    + (* what waited there still does *) intros c [s1 [FC SC]]. unfold pend_is. rewrite zfind_set.
      destruct (Z.eqb_spec (cs_pc c) pc) as [QC|N]; [|eauto].
      eexists. split; [reflexivity|]. apply IS0. congruence.
    + (* and so does the new state *)
      intros c QC SC. unfold pend_is. rewrite zfind_set, QC, Z.eqb_refl. eauto.
  - (* None: the first state there *) apply tspec_ret. split; [apply SET; assumption|]. split.
    + (* what waited there still does *) intros c [s1 [FC SC]]. unfold pend_is. rewrite zfind_set.
      destruct (Z.eqb_spec (cs_pc c) pc) as [QC|N]; [congruence | eauto].
    + (* and so does the new state *)
      intros c QC SC. unfold pend_is. rewrite zfind_set, QC, Z.eqb_refl. eauto.
Qed.

(** * One instruction *)
Definition work_wf (m : mgr) (w : pending) : Prop := pend_wf m (fst w) /\ sinks_wf m (snd w).
Definition work_grow (w w' : pending) : Prop :=
  (forall c, pend_is (fst w) c -> pend_is (fst w') c) /\ sinks_grow (snd w) (snd w').
Lemma work_wf_ext m m' w : ext m m' -> work_wf m w -> work_wf m' w.
Proof. intros X [H1 H2]. split; [eapply pend_wf_ext; eauto | eapply sinks_wf_ext; eauto]. Qed.
Lemma work_grow_refl w : work_grow w w.
Proof. split; [auto | apply sinks_grow_refl]. Qed.
Lemma work_grow_trans w1 w2 w3 : work_grow w1 w2 -> work_grow w2 w3 -> work_grow w1 w3.
Proof. intros [H1 H2] [H3 H4]. split; [auto | eapply sinks_grow_trans; eauto]. Qed.
(** what a computation leaves: well-formed work that holds what there was, and [K] *)
Definition leaves (w : pending) (K : pending -> Prop) (m' : mgr) (w' : pending) : Prop :=
  work_wf m' w' /\ work_grow w w' /\ K w'.

Lemma sym_goto_spec m live pc s w : state_wf m s -> work_wf m w ->
  tspec e m (sym_goto live pc s w) (leaves w (fun w' => forall c, cs_pc c = pc -> state_is s c ->
    pend_is (fst w') c)).
Proof.
  intros S [P K]. unfold sym_goto. eapply tspec_bind; [apply merge_spec; assumption|].
  intros m1 pend X1 [W1 [G1 Q1]]. apply tspec_ret.
  split; [split; [exact W1 | eapply sinks_wf_ext; eauto]|].
  split; [split; [exact G1 | apply sinks_grow_refl] | exact Q1].
Qed.

(** One instruction, for this input: its next state waits further on, or its outcome is in the
    sinks. *)
Definition advances (pc : Z) (i : cinsn) (s : sstate) (w' : pending) : Prop :=
  forall c, cs_pc c = pc -> state_is s c ->
  match classic_exec seccomp E i c with
  | CNext c' => pend_is (fst w') c' /\ pc < cs_pc c'
  | CEnd r => sinks_is (snd w') r
  | CBad _ => True
  end.

Lemma creg_a c : creg c reg_a = Some (cs_a c).
Proof. reflexivity. Qed.
Lemma creg_x c : creg c reg_x = Some (cs_x c).
Proof. reflexivity. Qed.
(** A write to the classic machine's register [k] is one to the symbolic one's. *)
Lemma regs_set rs k v c c' z : regs_is rs c -> sv_is v z ->
  (forall k', creg c' k' = if k' =? k then Some z else creg c k') -> regs_is (zset k v rs) c'.
Proof.
  intros R V H k' z' C. rewrite H in C. unfold sget.
  rewrite zfind_set.
  destruct (k' =? k); [injection C as <-; exact V | exact (R _ _ C)].
Qed.
(** Writes to A, *)
Lemma creg_set_a pc pc' a x mem v k :
  creg (CState pc' v x mem) k = if k =? reg_a then Some v else creg (CState pc a x mem) k.
Proof. unfold creg. cbn [cs_a cs_x cs_mem]. destruct (k =? reg_a); reflexivity. Qed.
(** to X *)
Lemma creg_set_x pc pc' a x mem v k :
  creg (CState pc' a v mem) k = if k =? reg_x then Some v else creg (CState pc a x mem) k.
Proof.
  unfold creg. cbn [cs_a cs_x cs_mem]. destruct (Z.eqb_spec k reg_a) as [->|N]; [reflexivity|].
  destruct (k =? reg_x); reflexivity.
Qed.
(** and to scratch memory, by number. *)
Lemma creg_set_mem pc pc' a x mem j v k : 0 <= j < 16 ->
  creg (CState pc' a x (zset j v mem)) k = if k =? j then Some v else creg (CState pc a x mem) k.
Proof.
  intros J. unfold creg, reg_a, reg_x. cbn [cs_a cs_x cs_mem].
  rewrite zfind_set.
  destruct (Z.eqb_spec k 16), (Z.eqb_spec k 17), (Z.eqb_spec k j); try reflexivity; lia.
Qed.
(** Registers do not depend on the pc. *)
Lemma regs_goto rs pc pc' a x mem : regs_is rs (CState pc a x mem) ->
  regs_is rs (CState pc' a x mem).
Proof. intros R k z C. exact (R k z C). Qed.
(** What is read is in scratch memory. *)
Lemma scratch_read_is mem k v : scratch_read mem k = inr v -> 0 <= k < 16 /\ zfind k mem = Some v.
Proof.
  unfold scratch_read. intros S. destruct (in_bits scratch_size k) eqn:R; [|discriminate S].
  apply in_bits_spec in R. destruct (zfind k mem) as [v'|]; [|discriminate S]. injection S as <-.
  auto.
Qed.

Lemma soperand_wf m src k rs : regs_wf m rs -> sv_wf m (soperand src k rs).
Proof. intros R. destruct src; [apply sconst_wf | apply sget_wf; exact R]. Qed.
Lemma soperand_is src k rs pc a x mem : 0 <= k < W32 -> regs_is rs (CState pc a x mem) ->
  sv_is (soperand src k rs) (match src with CK => k | CX => x end).
Proof. intros K R. destruct src; [apply sconst_is; exact K | exact (R reg_x x eq_refl)]. Qed.

Lemma sym_step_spec m live pc i s w : cinsn_ok i = true -> state_wf m s -> work_wf m w ->
  tspec e m (sym_step ORD live pc i s w) (leaves w (advances pc i s)).
Proof.
  intros OK S W. apply cinsn_ok_spec in OK as [KT [KF KK]]. unfold word32 in KK.
  destruct s as [g rs]. destruct S as [G R]. cbn [ss_guard ss_regs] in G, R.
  (* what puts a value in A, X or scratch memory and goes on *)
  assert (PUT : forall m1 k v w1, ext m m1 -> sv_wf m1 v -> work_wf m1 w1 -> work_grow w w1 ->
    (forall c, cs_pc c = pc -> state_is (SState g rs) c ->
       match classic_exec seccomp E i c with
       | CNext c' => cs_pc c' = pc + 1 /\ exists z, sv_is v z /\ forall k', creg c' k' = if k' =? k
         then Some z else creg c k'
       | CEnd r => sinks_is (snd w1) r
       | CBad _ => True
       end) ->
    tspec e m1 (sym_goto live (pc + 1) (SState g (zset k v rs)) w1)
        (leaves w (advances pc i (SState g rs)))).
  { intros m1 k v w1 X1 V W1 GR H. eapply tspec_weaken; [|apply sym_goto_spec; [|exact W1]].
    - (* the work after the jump *)
      intros m2 w2 X2 [W2 [G2 K2]]. split; [exact W2|]. split; [eapply work_grow_trans; eauto|].
      intros c PC SC. specialize (H c PC SC). destruct (classic_exec seccomp E i c) as [c'|r|f].
      + (* CNext *) destruct H as [PC' [z [Z1 Z2]]]. split; [|lia]. apply K2; [exact PC'|].
        destruct SC as [QG QR].
        split; [exact QG|]. exact (regs_set rs k v c c' z QR Z1 Z2).
      + (* CEnd *) apply (proj2 G2). exact H.
      + (* CBad *) exact I.
    - (* the state is well formed *) split; [exact (wf_ext _ _ _ X1 G)|].
      apply zset_regs_wf; [exact V | exact (regs_wf_ext _ _ _ X1 R)]. }
  assert (PUTHERE : forall k v, sv_wf m v ->
    (forall c, cs_pc c = pc -> state_is (SState g rs) c ->
       match classic_exec seccomp E i c with
       | CNext c' => cs_pc c' = pc + 1 /\ exists z, sv_is v z /\ forall k', creg c' k' = if k' =? k
         then Some z else creg c k'
       | CEnd r => False
       | CBad _ => True
       end) ->
    tspec e m (sym_goto live (pc + 1) (SState g (zset k v rs)) w)
        (leaves w (advances pc i (SState g rs)))).
  { intros k v V H. apply (PUT m k v w (ext_refl m) V W (work_grow_refl w)).
    intros c PC SC. specialize (H c PC SC).
    destruct (classic_exec seccomp E i c); [exact H | contradiction | exact H]. }
  assert (IDLE : in_dialect seccomp (ci_op i) = false ->
      tspec e m (tret w) (leaves w (advances pc i (SState g rs)))).
  { intros D. apply tspec_ret. split; [exact W|].
    split; [apply work_grow_refl|].
    intros [pc0 a x mem] PC SC. unfold classic_exec. rewrite D. exact I. }
  unfold sym_step. cbv zeta. destruct (ci_op i) eqn:O.
  - (* CLdAbs: load *)
    eapply (tspec_bind e m _ _ (fun m' v => sv_wf m' v /\
        (seccomp_word (ci_k i) = true -> sv_is v (read_le32 E (ci_k i))))).
    { apply attempt_spec.
      - (* within the limits *) intros m1 X1. destruct (seccomp_word (ci_k i)) eqn:SW.
        + (* seccomp_word (ci_k i) = true *)
          eapply bspec_bind;
            [apply vload_spec; [exact (order_ok_word _ _ ORD_OK SW) | unfold word_bits; lia]|].
          intros m2 l X2 [WL [LL VL]].
          apply bspec_ret. split; [split; [exact WL|]; split; [exact I | exact LL]|].
          intros _ _. cbn [known sv_vec]. rewrite VL.
          unfold word_bits. change (32 - Z.of_nat 32) with 0. apply Z.shiftr_0_r.
        + (* seccomp_word (ci_k i) = false *)
          assert (GEN : forall n m2,
              bspec e m2 (vload ORD (ci_k i) n) (fun m' l => wfs m' l /\ length l = n)).
          { intros n.
            induction n as [|n IH]; intros m2; cbn [vload];
              [apply bspec_ret; split; [constructor | reflexivity]|].
            eapply bspec_bind; [apply bvar_spec|]. intros m3 b X3 [W3 _].
            eapply bspec_bind; [apply IH|].
            intros m4 l X4 [W4 L4]. up. apply bspec_ret.
            split; [apply wfs_cons; auto | cbn [length]; congruence]. }
          eapply bspec_bind; [apply GEN|]. intros m2 l X2 [WL LL]. apply bspec_ret.
          split; [split; [exact WL|]; split; [exact I | exact LL]|]. discriminate.
      - (* given up: unknown *) intros m1 X1. split; [apply unknown_wf|]. intros _.
        apply unknown_is. }
    intros m1 v X1 [V1 Q1].
    apply PUT; [exact X1 | exact V1 | eapply work_wf_ext; eauto | apply work_grow_refl|].
    intros [pc0 a x mem] PC SC. cbn [cs_pc] in PC. subst pc0.
    unfold classic_exec. rewrite O.
    match goal with |- context [CLdAbs ?z1] => destruct z1 end; cbn [in_dialect negb]; try exact I.
    destruct (seccomp_word (ci_k i)); [|exact I]. cbn [cs_pc]. split; [reflexivity|].
    eexists. split; [exact (Q1 eq_refl)|]. apply creg_set_a.
  - (* CLdInd *) apply IDLE. reflexivity.
  - (* CLdLen *) apply PUTHERE; [apply sconst_wf|]. intros [pc0 a x mem] PC SC. cbn [cs_pc] in PC.
    subst pc0. unfold classic_exec. rewrite O.
    cbn [in_dialect negb cs_pc]. split; [reflexivity|]. exists seccomp_size.
    split; [apply sconst_is; unfold seccomp_size; lia | apply creg_set_a].
  - (* CLdImm *) apply PUTHERE; [apply sconst_wf|]. intros [pc0 a x mem] PC SC. cbn [cs_pc] in PC.
    subst pc0. unfold classic_exec. rewrite O.
    cbn [in_dialect negb cs_pc]. split; [reflexivity|]. exists (ci_k i).
    split; [apply sconst_is; exact KK | apply creg_set_a].
  - (* CLdMem *)
    apply PUTHERE; [apply sget_wf; exact R|]. intros [pc0 a x mem] PC SC. cbn [cs_pc] in PC.
    subst pc0. unfold classic_exec. rewrite O.
    cbn [in_dialect negb]. destruct (scratch_read mem (ci_k i)) as [f|v] eqn:SR; [exact I|].
    apply scratch_read_is in SR as [KR F].
    cbn [cs_pc]. split; [reflexivity|]. exists v.
    split; [|apply creg_set_a]. apply (proj2 SC). unfold creg, reg_a, reg_x.
    cbn [cs_mem].
    destruct (Z.eqb_spec (ci_k i) 16), (Z.eqb_spec (ci_k i) 17); [lia | lia | lia | exact F].
  - (* CLdxLen *) apply PUTHERE; [apply sconst_wf|]. intros [pc0 a x mem] PC SC. cbn [cs_pc] in PC.
    subst pc0. unfold classic_exec. rewrite O.
    cbn [in_dialect negb cs_pc]. split; [reflexivity|]. exists seccomp_size.
    split; [apply sconst_is; unfold seccomp_size; lia | apply creg_set_x].
  - (* CLdxMsh *) apply IDLE. reflexivity.
  - (* CLdxImm *) apply PUTHERE; [apply sconst_wf|]. intros [pc0 a x mem] PC SC. cbn [cs_pc] in PC.
    subst pc0. unfold classic_exec. rewrite O.
    cbn [in_dialect negb cs_pc]. split; [reflexivity|]. exists (ci_k i).
    split; [apply sconst_is; exact KK | apply creg_set_x].
  - (* CLdxMem *)
    apply PUTHERE; [apply sget_wf; exact R|]. intros [pc0 a x mem] PC SC. cbn [cs_pc] in PC.
    subst pc0. unfold classic_exec. rewrite O.
    cbn [in_dialect negb]. destruct (scratch_read mem (ci_k i)) as [f|v] eqn:SR; [exact I|].
    apply scratch_read_is in SR as [KR F].
    cbn [cs_pc]. split; [reflexivity|]. exists v.
    split; [|apply creg_set_x]. apply (proj2 SC). unfold creg, reg_a, reg_x.
    cbn [cs_mem].
    destruct (Z.eqb_spec (ci_k i) 16), (Z.eqb_spec (ci_k i) 17); [lia | lia | lia | exact F].
  - (* CSt *)
    apply PUTHERE; [apply sget_wf; exact R|]. intros [pc0 a x mem] PC SC. cbn [cs_pc] in PC.
    subst pc0. unfold classic_exec. rewrite O.
    cbn [in_dialect negb]. destruct (in_bits scratch_size (ci_k i)) eqn:IB; [|exact I].
    apply in_bits_spec in IB.
    cbn [cs_pc]. split; [reflexivity|]. exists a.
    split; [exact (proj2 SC reg_a a eq_refl) | intros k'; apply (creg_set_mem pc (pc + 1));
        exact IB].
  - (* CStx *)
    apply PUTHERE; [apply sget_wf; exact R|]. intros [pc0 a x mem] PC SC. cbn [cs_pc] in PC.
    subst pc0. unfold classic_exec. rewrite O.
    cbn [in_dialect negb]. destruct (in_bits scratch_size (ci_k i)) eqn:IB; [|exact I].
    apply in_bits_spec in IB.
    cbn [cs_pc]. split; [reflexivity|]. exists x.
    split; [exact (proj2 SC reg_x x eq_refl) | intros k'; apply (creg_set_mem pc (pc + 1));
        exact IB].
  - (* CAlu: arithmetic *)
    match goal with K : ci_op i = CAlu ?o1 ?s1 |- _ => rename o1 into o; rename s1 into src end.
    pose (P := fun za zy r => forall v, calu_exec seccomp o src za zy = CValue v -> r = v).
    assert (L2 : forall m1 y, ext m m1 -> sv_wf m1 y ->
      tspec e m1 (lift2 (salu o) (sget reg_a rs) y) (fun m' v => sv_wf m' v /\
        forall za zy, sv_is (sget reg_a rs) za -> sv_is y zy -> ev (sv_unknown v) = false ->
            P za zy (val (sv_vec v)))).
    { intros m1 y X1 Y. pose proof (sget_wf m1 reg_a rs (regs_wf_ext _ _ _ X1 R)) as A.
      apply lift2_spec; [|exact A | exact Y].
      intros m2 X2. destruct (sv_wf_ext _ _ _ X2 A) as [A1 [A2 A3]].
      destruct (sv_wf_ext _ _ _ X2 Y) as [Y1 [Y2 Y3]].
      apply (salu_spec o src); assumption. }
    assert (CASE : forall m1 y w1 v, ext m m1 -> work_wf m1 w1 -> work_grow w w1 -> sv_wf m1 v ->
      (forall pc0 a x mem, regs_is rs (CState pc0 a x mem) ->
          sv_is y (match src with CK => ci_k i | CX => x end)) ->
      (forall za zy, sv_is (sget reg_a rs) za -> sv_is y zy -> ev (sv_unknown v) = false ->
          P za zy (val (sv_vec v))) ->
      (forall a x, calu_exec seccomp o src a (match src with CK => ci_k i | CX => x end) = CStop ->
         forall mem, state_is (SState g rs) (CState pc a x mem) -> sinks_is (snd w1) 0) ->
      tspec e m1 (sym_goto live (pc + 1) (SState g (zset reg_a v rs)) w1)
          (leaves w (advances pc i (SState g rs)))).
    { intros m1 y w1 v X1 W1 GR V Y Q ST. apply PUT; [exact X1 | exact V | exact W1 | exact GR|].
      intros [pc0 a x mem] PC SC. cbn [cs_pc] in PC. subst pc0.
      unfold classic_exec. rewrite O.
      destruct (negb (in_dialect seccomp (CAlu o src))); [exact I|].
      destruct (calu_exec seccomp o src a (match src with CK => ci_k i | CX => x end))
        as [v'| |f] eqn:CE; [|eapply ST; eauto | exact I].
      cbn [cs_pc]. split; [reflexivity|]. exists v'.
      split; [|apply creg_set_a].
      intros U. exact (Q a _ (proj2 SC reg_a a eq_refl) (Y _ _ _ _ (proj2 SC)) U v' CE). }
    assert (PLAIN : (forall a y, calu_exec seccomp o src a y <> CStop) ->
      tspec e m (v <-- lift2 (salu o) (sget reg_a rs) (soperand src (ci_k i) rs);;
          sym_goto live (pc + 1) (SState g (zset reg_a v rs)) w)
        (leaves w (advances pc i (SState g rs)))).
    { intros NS. eapply tspec_bind; [apply L2; [apply ext_refl | apply soperand_wf; exact R]|].
      intros m1 v X1 [V1 Q1].
      apply (CASE m1 (soperand src (ci_k i) rs));
        [exact X1 | eapply work_wf_ext; eauto | apply work_grow_refl | exact V1 | | exact Q1 |].
      - (* the operand *) intros pc0 a x mem. apply soperand_is. exact KK.
      - (* no stop *) intros a x C. exfalso. exact (NS _ _ C). }
    assert (BYX : src = CX -> (forall a v, calu_exec seccomp o CX a 0 <> CValue v) ->
      (forall a y, y <> 0 -> calu_exec seccomp o src a y <> CStop) ->
      tspec e m (z <-- sbranch g (vequal btrue) (sget reg_x rs) (sconst 0) ;;
          s' <-- add_out 0 (fst z) (snd w) ;;
                 v <-- lift2 (salu o) (sget reg_a rs) (sget reg_x rs) ;;
                 sym_goto live (pc + 1) (SState (snd z) (zset reg_a v rs)) (fst w, s'))
        (leaves w (advances pc i (SState g rs)))).
    { intros -> NV NS.
      eapply tspec_bind; [apply (sbranch_spec _ _ m g _ _ zero_test_spec);
          [exact G | apply sget_wf; exact R | apply sconst_wf]|].
      intros m1 [gz gn] X1. cbn [fst snd]. intros [Z1 [Z2 ZQ]].
      up.
      eapply tspec_bind; [apply (add_out_spec m1 0 gz (snd w));
          [assumption | eapply sinks_wf_ext; [exact X1 | exact (proj2 W)]]|].
      intros m2 s2 X2 [S2 [GR2 Q2]]. up.
      eapply tspec_bind;
        [apply (L2 m2); [eauto using ext_trans | apply sget_wf; eapply regs_wf_ext; [|exact R];
          eauto using ext_trans]|].
      intros m3 v X3 [V3 Q3]. up. assert (X03 : ext m m3) by eauto using ext_trans.
      eapply tspec_weaken; [|apply sym_goto_spec;
          [split; [assumption|] | split;
          [eapply pend_wf_ext; [exact X03 | exact (proj1 W)] | exact (sinks_wf_ext _ _ _ X3 S2)]]].
      2: { cbn [ss_regs]. apply zset_regs_wf; [exact V3 | exact (regs_wf_ext _ _ _ X03 R)]. }
      intros m4 w4 X4 [W4 [[G4 G4'] K4]]. cbn [fst snd] in *.
      split; [exact W4|]. split; [split; [exact G4 | eapply sinks_grow_trans; eauto]|].
      intros [pc0 a x mem] PC [QG QR]. cbn [cs_pc] in PC. subst pc0.
      unfold classic_exec. rewrite O.
      specialize (ZQ x 0 (QR reg_x x eq_refl) (sconst_is 0 ltac:(lia)) QG).
      destruct (negb (in_dialect seccomp (CAlu o CX))); [exact I|].
      destruct (calu_exec seccomp o CX a x) as [v'| |f] eqn:CE; [| |exact I].
      + (* CValue *) cbn [cs_pc]. split; [|lia]. apply K4; [reflexivity|].
        split; [cbn [ss_guard]|].
        * (* the guard *)
          destruct (Z.eqb_spec x 0) as [X0|X0]; [|exact ZQ]. exfalso. subst x. exact (NV _ _ CE).
        * (* the registers *) cbn [ss_regs]. eapply regs_set; [exact QR | | apply creg_set_a].
          intros U. exact (Q3 a x (QR reg_a a eq_refl) (QR reg_x x eq_refl) U v' CE).
      + (* CStop *)
        destruct (Z.eqb_spec x 0) as [X0|X0];
            [exact (G4' _ (Q2 ZQ)) | exfalso; exact (NS _ _ X0 CE)]. }
    assert (NOSTOP : forall a y, (match o with CDiv | CMod => src = CK | _ => True end) ->
        calu_exec seccomp o src a y <> CStop).
    { intros a y H C. destruct o; cbn [calu_exec] in C; try discriminate C;
        try (subst src; destruct (y =? 0); discriminate C); destruct (y <? 32); try discriminate C;
            destruct src; discriminate C. }
    destruct o, src; try (apply PLAIN; intros a y; apply NOSTOP; first [exact I | reflexivity]);
      (apply BYX; [reflexivity | intros a v C; discriminate C |]); intros a y Y0 C;
        cbn [calu_exec] in C;
      (destruct (Z.eqb_spec y 0); [contradiction | discriminate C]).
  - (* CNeg *)
    eapply tspec_bind.
    { apply (lift2_spec vsub (fun za zy r => r = (za - zy) mod W32));
        [|apply sconst_wf | apply sget_wf; exact R].
      intros m1 X1. destruct (sv_wf_ext _ _ _ X1 (sconst_wf m 0)) as [A1 [A2 A3]].
      destruct (sv_wf_ext _ _ _ X1 (sget_wf m reg_a rs R)) as [Y1 [Y2 Y3]].
      eapply bspec_weaken; [|apply vsub_spec; [exact A1 | exact Y1 | congruence]].
      intros m2 r X2 [W2 [LR VR]]. split; [exact W2|]. split; [congruence|].
      rewrite VR, A3, pow2_32. reflexivity. }
    intros m1 v X1 [V1 Q1].
    apply PUT; [exact X1 | exact V1 | eapply work_wf_ext; eauto | apply work_grow_refl|].
    intros [pc0 a x mem] PC SC. cbn [cs_pc] in PC. subst pc0.
    unfold classic_exec. rewrite O. cbn [in_dialect negb cs_pc].
    split; [reflexivity|]. exists (wrap32 (- a)). split; [|apply creg_set_a].
    intros U. rewrite (Q1 0 a (sconst_is 0 ltac:(lia)) (proj2 SC reg_a a eq_refl) U), wrap32_mod.
    reflexivity.
  - (* CJa: jump *)
    eapply tspec_weaken; [|apply sym_goto_spec; [split; [exact G | exact R] | exact W]].
    intros m1 w1 X1 [W1 [G1 K1]]. split; [exact W1|]. split; [exact G1|].
    intros [pc0 a x mem] PC [QG QR]. cbn [cs_pc] in PC. subst pc0.
    unfold classic_exec. rewrite O. cbn [in_dialect negb cs_pc].
    split; [|lia]. apply K1; [reflexivity|]. split; [exact QG | eapply regs_goto; exact QR].
  - (* CJmp: conditional jump *)
    match goal with K : ci_op i = CJmp ?c1 ?s1 |- _ => rename c1 into c; rename s1 into src end.
    eapply tspec_bind; [apply (sbranch_spec _ _ m g _ _ (scond_spec c));
        [exact G | apply sget_wf; exact R | apply soperand_wf; exact R]|].
    intros m1 [gt gf] X1. cbn [fst snd]. intros [Z1 [Z2 ZQ]].
    up.
    eapply tspec_bind;
      [apply sym_goto_spec; [split; [assumption | exact (regs_wf_ext _ _ _ X1 R)]
        | eapply work_wf_ext; eauto]|].
    intros m2 w2 X2 [W2 [G2 K2]]. up.
    eapply tspec_weaken;
      [|apply sym_goto_spec;
        [split; [assumption | eapply regs_wf_ext; [|exact R]; eauto using ext_trans] | exact W2]].
    intros m3 w3 X3 [W3 [G3 K3]]. split; [exact W3|]. split; [eapply work_grow_trans; eauto|].
    intros [pc0 a x mem] PC [QG QR]. cbn [cs_pc] in PC. subst pc0.
    unfold classic_exec. rewrite O. cbn [in_dialect negb].
    specialize (ZQ a _ (QR reg_a a eq_refl) (soperand_is src (ci_k i) rs pc a x mem KK QR) QG).
    destruct (ccond_holds c a (match src with CK => ci_k i | CX => x end)); cbn [cs_pc];
      (split; [|lia]).
    + (* the condition holds *)
      apply (proj1 G3). apply K2; [reflexivity|]. split; [exact ZQ | eapply regs_goto; exact QR].
    + (* the condition does not hold *)
      apply K3; [reflexivity|]. split; [exact ZQ | eapply regs_goto; exact QR].
  - (* CRetK *)
    eapply tspec_bind; [apply (add_out_spec m (ci_k i) g (snd w)); [exact G | exact (proj2 W)]|].
    intros m1 s1 X1 [S1 [G1 Q1]]. apply tspec_ret.
    split; [split; [eapply pend_wf_ext; [exact X1 | exact (proj1 W)] | exact S1]|].
    split; [split; [auto | exact G1]|]. intros [pc0 a x mem] PC [QG QR]. unfold classic_exec.
    rewrite O. cbn [in_dialect negb snd]. auto.
  - (* CRetA *)
    eapply tspec_bind;
      [apply (ret_a_spec m g _ (snd w)); [exact G | apply sget_wf; exact R | exact (proj2 W)]|].
    intros m1 s1 X1 [S1 [G1 Q1]]. apply tspec_ret.
    split; [split; [eapply pend_wf_ext; [exact X1 | exact (proj1 W)] | exact S1]|].
    split; [split; [auto | exact G1]|]. intros [pc0 a x mem] PC [QG QR]. unfold classic_exec.
    rewrite O. cbn [in_dialect negb snd].
    apply Q1; [exact QG | exact (QR reg_a a eq_refl)].
  - (* CTax *)
    apply PUTHERE; [apply sget_wf; exact R|]. intros [pc0 a x mem] PC SC. cbn [cs_pc] in PC.
    subst pc0. unfold classic_exec. rewrite O.
    cbn [in_dialect negb cs_pc]. split; [reflexivity|]. exists a.
    split; [exact (proj2 SC reg_a a eq_refl) | apply creg_set_x].
  - (* CTxa *)
    apply PUTHERE; [apply sget_wf; exact R|]. intros [pc0 a x mem] PC SC. cbn [cs_pc] in PC.
    subst pc0. unfold classic_exec. rewrite O.
    cbn [in_dialect negb cs_pc]. split; [reflexivity|]. exists x.
    split; [exact (proj2 SC reg_x x eq_refl) | apply creg_set_a].
Qed.

(** * The whole filter *)
Lemma zfind_del_other pc k (p : zmap sstate) : k <> pc -> zfind k (zdel pc p) = zfind k p.
Proof. intros N. rewrite zfind_del. destruct (Z.eqb_spec k pc); [contradiction | reflexivity]. Qed.
(** What has been executed is not needed again. *)
Lemma pend_del pc p c : pend_is p c -> pc < cs_pc c -> pend_is (zdel pc p) c.
Proof.
  intros [s [F S]] L. exists s. split; [rewrite zfind_del_other by lia; exact F | exact S].
Qed.
Lemma pend_del_wf m pc p : pend_wf m p -> pend_wf m (zdel pc p).
Proof. intros H k s F. rewrite zfind_del in F. destruct (k =? pc); [discriminate F | eauto]. Qed.

Definition finishes (code : ccode) (pc : Z) (w : pending) (k : sinks) : Prop :=
  forall n c r, pc <= cs_pc c -> pend_is (fst w) c -> classic_steps seccomp code E n c = CDone r ->
    sinks_is k r.
(** All that waits at [pc] or further on ends in the sinks. *)
Lemma sym_from_spec live code p : forall m pc w,
  (forall i, In (Some i) p -> cinsn_ok i = true) -> holds code pc p ->
  (forall q, pc + clength p <= q -> zfind q code = None) -> work_wf m w ->
  tspec e m (sym_from ORD live pc p w) (fun m' k => sinks_wf m' k /\ sinks_grow (snd w) k /\
    finishes code pc w k).
Proof.
  unfold clength. induction p as [|o p IH]; intros m pc w OK H OUT W; cbn [sym_from].
  - (* [] *) apply tspec_ret. split; [exact (proj2 W)|]. split; [apply sinks_grow_refl|].
    intros n c r PC _ RUN. destruct n as [|n]; cbn [classic_steps] in RUN; [discriminate RUN|].
    unfold classic_step in RUN. rewrite OUT in RUN by (cbn [length]; lia). discriminate RUN.
  - (* o :: p *) assert (NEXT : forall m1 w1, work_wf m1 w1 ->
      tspec e m1 (sym_from ORD live (pc + 1) p w1) (fun m' k => sinks_wf m' k /\
          sinks_grow (snd w1) k /\ finishes code (pc + 1) w1 k)).
    { intros m1 w1 W1.
      apply IH;
        [intros i IN; apply OK; right; exact IN | exact (holds_tail _ _ _ _ H) | | exact W1].
      intros q Q. apply OUT. cbn [length]. lia. }
    pose proof (holds_head _ _ _ _ H) as HEAD.
    assert (SKIP : match o, zfind pc (fst w) with Some _, Some _ => False | _, _ => True end ->
      tspec e m (sym_from ORD live (pc + 1) p w) (fun m' k => sinks_wf m' k /\
          sinks_grow (snd w) k /\ finishes code pc w k)).
    { intros NONE. eapply tspec_weaken; [|apply NEXT; exact W]. intros m1 k X1 [S1 [G1 F1]].
      split; [exact S1|]. split; [exact G1|]. intros n c r PC PI RUN.
      destruct (Z.eq_dec (cs_pc c) pc) as [Q|Q]; [|apply (F1 n c r); [lia | exact PI | exact RUN]].
      exfalso. destruct PI as [s [FS _]]. rewrite Q in FS.
      rewrite FS in NONE. destruct o as [i|]; [exact NONE|].
      destruct n as [|n]; cbn [classic_steps] in RUN; [discriminate RUN|].
      unfold classic_step in RUN. rewrite Q, HEAD in RUN. discriminate RUN. }
    destruct o as [i|]; [|apply SKIP; exact I].
    destruct (zfind pc (fst w)) as [s|] eqn:FS; [|apply SKIP; exact I]. clear SKIP.
    eapply tspec_bind; [apply (sym_step_spec m live pc i s w);
        [apply OK; left; reflexivity | exact (proj1 W _ _ FS) | exact W]|].
    intros m1 w1 X1 [[P1 S1] [[G1 G1'] A1]].
    eapply tspec_weaken; [|apply NEXT; split; [apply pend_del_wf; exact P1 | exact S1]].
    intros m2 k X2 [S2 [G2 F2]]. cbn [fst snd] in *. split; [exact S2|].
    split; [eapply sinks_grow_trans; eauto|].
    intros n c r PC PI RUN. destruct (Z.eq_dec (cs_pc c) pc) as [Q|Q].
    + (* cs_pc c = pc *) destruct PI as [s' [FS' SI]]. rewrite Q, FS in FS'. injection FS' as <-.
      specialize (A1 c Q SI). destruct n as [|n]; cbn [classic_steps] in RUN; [discriminate RUN|].
      unfold classic_step in RUN. rewrite Q, HEAD in RUN.
      destruct (classic_exec seccomp E i c) as [c'|r'|f].
      * (* CNext *)
        destruct A1 as [PI' L]. apply (F2 n c' r); [lia | apply pend_del; assumption | exact RUN].
      * (* CEnd *) injection RUN as <-. apply G2. exact A1.
      * (* CBad *) discriminate RUN.
    + (* cs_pc c <> pc *)
      apply (F2 n c r); [lia | apply pend_del; [apply G1; exact PI | lia] | exact RUN].
Qed.

(** The inputs that two rows share, or that were shared before. *)
Lemma overlap_spec l : forall m any twice, all_wf m l -> wf m any -> wf m twice ->
  tspec e m (overlap l any twice) (fun m' t => wf m' t /\ (ev t = false -> ev twice = false /\
    (ev any = true -> forall x, In x l -> ev (snd x) = false) /\
    forall x y, In x l -> In y l -> ev (snd x) = true -> ev (snd y) = true -> x = y)).
Proof.
  induction l as [|[r d] l IH]; intros m any twice A W1 W2; cbn [overlap].
  - (* [] *) apply tspec_ret. split; [exact W2|]. intros Q.
    split; [exact Q|]. split; [intros _ x [] | intros x y []].
  - (* (r, d) :: l *) assert (D : wf m d) by exact (A (r, d) (or_introl eq_refl)).
    assert (L : all_wf m l) by (intros x IN; exact (A x (or_intror IN))).
    eapply (tspec_bind e m _ _ (fun m' t => wf m' t /\
        (ev t = false -> ev twice = false /\ (ev any = true -> ev d = false)))).
    { apply attempt_spec; [|intros m1 _; split; [exact I | discriminate]]. intros m1 X1. up.
      eapply bspec_bind; [apply band_spec; assumption|]. intros m2 b X2 [WB EB]. up.
      eapply bspec_weaken; [|apply bor_spec; assumption]. intros m3 t X3 [WT ET].
      split; [exact WT|].
      rewrite ET, EB. intros Q. apply orb_false_iff in Q as [Q1 Q2].
      split; [exact Q1|].
      intros QA. rewrite QA in Q2. exact Q2. }
    intros m1 twice' X1 [WT QT]. up.
    eapply (tspec_bind e m1 _ _ (fun m' t => wf m' t /\ (ev any = true -> ev t = true) /\
        (ev d = true -> ev t = true))).
    { apply attempt_spec; [|intros m2 _; split; [exact I | split; reflexivity]]. intros m2 X2. up.
      eapply bspec_weaken; [|apply bor_spec; assumption]. intros m3 t X3 [WA EA].
      split; [exact WA|].
      rewrite EA. split; intros ->; [reflexivity | apply orb_true_r]. }
    intros m2 any' X2 [WA [QA1 QA2]]. up.
    eapply tspec_weaken; [|apply (IH m2 any' twice');
        [eapply all_wf_ext; [|exact L]; eauto using ext_trans | exact WA | assumption]].
    intros m3 t X3 [W3 Q3]. split; [exact W3|]. intros Q.
    destruct (Q3 Q) as [T1 [T2 T3]]. destruct (QT T1) as [U1 U2].
    split; [exact U1|]. split.
    + (* any holds: no condition of the list does *)
      intros QA x [<-|IN]; [exact (U2 QA) | apply T2; auto].
    + (* no two hold *)
      intros x y [<-|IX] [<-|IY] EX EY; [reflexivity | | | auto]; cbn [snd] in *; exfalso.
      * (* the first one, and another *) rewrite (T2 (QA2 EX) y IY) in EY. discriminate EY.
      * (* another, and the first one *) rewrite (T2 (QA2 EY) x IX) in EX. discriminate EX.
Qed.

(** Rows without the inputs of [bad]. *)
Lemma exact_spec bad l : forall m, wf m bad -> all_wf m l ->
  tspec e m (exact bad l) (fun m' l' => all_wf m' l' /\
    forall r c, In (r, c) l' -> ev c = true -> ev bad = false /\ exists d, In (r, d) l /\
      ev d = true).
Proof.
  induction l as [|[r d] l IH]; intros m W A; cbn [exact].
  - (* [] *) apply tspec_ret. split; [intros x [] | intros r c []].
  - (* (r, d) :: l *) assert (D : wf m d) by exact (A (r, d) (or_introl eq_refl)).
    eapply (tspec_bind e m _ _ (fun m' c => wf m' c /\
        (ev c = true -> ev bad = false /\ ev d = true))).
    { apply attempt_spec; [|intros m1 _; split; [exact I | discriminate]]. intros m1 X1. up.
      eapply bspec_bind; [apply bnot_spec; assumption|]. intros m2 n X2 [WN EN]. up.
      eapply bspec_weaken; [|apply band_spec; assumption]. intros m3 c X3 [WC EC].
      split; [exact WC|].
      rewrite EC, EN. intros Q. apply andb_true_iff in Q as [Q1 Q2].
      split; [|exact Q1].
      destruct (ev bad); [discriminate Q2 | reflexivity]. }
    intros m1 c X1 [WC QC]. up.
    eapply tspec_bind;
      [apply (IH m1); [assumption | intros x IN; exact (wf_ext _ _ _ X1 (A x (or_intror IN)))]|].
    intros m2 rest X2 [WR QR]. up. apply tspec_ret.
    assert (REST : forall r' c', In (r', c') rest -> ev c' = true ->
        ev bad = false /\ exists d', In (r', d') ((r, d) :: l) /\ ev d' = true).
    { intros r' c' IN Q. destruct (QR r' c' IN Q) as [B [d' [IN' D']]]. split; [exact B|].
      exists d'. split; [right; exact IN' | exact D']. }
    destruct (is_false c); [split; [exact WR | exact REST]|]. split.
    + (* the conditions are well formed *) intros x [<-|IN]; [assumption | auto].
    + (* each is within what it was *) intros r' c' [P|IN] Q; [|eauto]. injection P as <- <-.
      destruct (QC Q) as [B D']. split; [exact B|].
      exists d. split; [left; reflexivity | exact D'].
Qed.

(** The inputs of [rest] that no row has are left. *)
Lemma uncovered_spec l : forall m rest, all_wf m l -> wf m rest ->
  tspec e m (uncovered l rest) (fun m' t => wf m' t /\
    ((forall x, In x l -> ev (snd x) = false) -> ev rest = true -> ev t = true)).
Proof.
  induction l as [|[r d] l IH]; intros m rest A W; cbn [uncovered].
  - (* [] *) apply tspec_ret. split; [exact W | auto].
  - (* (r, d) :: l *) assert (D : wf m d) by exact (A (r, d) (or_introl eq_refl)).
    eapply (tspec_bind e m _ _ (fun m' t => wf m' t /\
        (ev d = false -> ev rest = true -> ev t = true))).
    { apply attempt_spec; [|intros m1 _; split; [exact I | reflexivity]]. intros m1 X1. up.
      eapply bspec_bind; [apply bnot_spec; assumption|]. intros m2 n X2 [WN EN]. up.
      eapply bspec_weaken; [|apply band_spec; assumption]. intros m3 t X3 [WT ET].
      split; [exact WT|].
      rewrite ET, EN. intros -> ->. reflexivity. }
    intros m1 rest' X1 [WR QR]. up.
    eapply tspec_weaken;
      [|apply (IH m1 rest'); [intros x IN; exact (wf_ext _ _ _ X1 (A x (or_intror IN)))
        | exact WR]].
    intros m2 t X2 [WT QT]. split; [exact WT|]. intros N Q.
    apply QT; [intros x IN; apply N; right; exact IN|].
    apply QR; [exact (N (r, d) (or_introl eq_refl)) | exact Q].
Qed.

Lemma zlist_find (m : zmap bdd) k v : In (k, v) (zlist m) <-> zfind k m = Some v.
Proof.
  unfold zlist, zfind. split; intros H.
  - (* in the list, so found *)
    apply M.find_1, M.elements_2. apply SetoidList.InA_alt. exists (k, v).
    split; [split; reflexivity | exact H].
  - (* found, so in the list *)
    apply M.find_2, M.elements_1, SetoidList.InA_alt in H. destruct H as [[k1 v1] [[EK EV] IN]].
    cbn in EK, EV.
    unfold OrderedTypeEx.Z_as_OT.eq in EK. subst. exact IN.
Qed.

Lemma check_insns p : classic_check seccomp p = true -> forall i, In (Some i) p ->
  cinsn_ok i = true.
Proof.
  unfold classic_check. destruct (classic_verdict seccomp p) eqn:A; [|discriminate]. intros _.
  apply verdict_parts in A as [_ [_ [C _]]]. revert C.
  generalize (clength p) as len. generalize 0 as pc.
  induction p as [|o p IH]; intros pc len C i [].
  - (* the first instruction *)
    subst o. apply first_refusal_cons in C as [C _]. exact (check_insn_ok _ _ _ _ C).
  - (* the others *) apply first_refusal_cons in C as [_ C]. eauto.
Qed.
(** There is nothing after the program. *)
Lemma code_from_out p : forall pc m q, pc + clength p <= q -> zfind q m = None ->
  zfind q (code_from pc p m) = None.
Proof.
  unfold clength. induction p as [|o p IH]; intros pc m q Q F; cbn [code_from]; [exact F|].
  cbn [length] in Q.
  apply IH; [lia|]. rewrite zfind_other by lia. exact F.
Qed.

(** * By halves *)
Lemma tspec_ret_inv {A} m (a : A) (Q : mgr -> A -> Prop) : (inv e m -> Q m a) ->
  tspec e m (tret a) Q.
Proof. intros H V. split; [exact V|]. split; [apply ext_refl | exact (H V)]. Qed.

(** ** What A is *)
(** Instructions that go on to the next one *)
Definition straight (i : cinsn) : bool :=
  match ci_op i with CRetK | CJa | CJmp _ _ => false | _ => true end.
Lemma straight_next i c : plain i = true -> straight i = true ->
  match classic_exec seccomp E i c with
  | CNext c' => cs_pc c' = cs_pc c + 1
  | CEnd _ => False
  | CBad _ => True
  end.
Proof.
  unfold plain, straight. intros P S. destruct c as [pc a x mem]. unfold classic_exec.
  destruct (ci_op i) as [z|z| | | | | | | | | |o src| | |cc src| | | |] eqn:O; try discriminate P;
    try discriminate S; cbn [cs_pc].
  - (* CLdAbs *) destruct z; cbn [in_dialect negb]; try exact I.
    destruct (seccomp_word (ci_k i)); [reflexivity | exact I].
  - (* CLdLen *) reflexivity.
  - (* CLdImm *) reflexivity.
  - (* CAlu *) destruct src; [|discriminate P].
    destruct (negb (in_dialect seccomp (CAlu o CK))); [exact I|].
    destruct o; cbn [calu_exec]; try reflexivity;
      match goal with |- context [if ?b then _ else _] => destruct b end;
        first [exact I | reflexivity].
  - (* CNeg *) reflexivity.
Qed.

Lemma only_a_is v c : sv_is v (cs_a c) -> state_is (only_a v) c.
Proof.
  intros V. split; [reflexivity|]. intros k z C. cbn [only_a ss_regs]. unfold sget.
  rewrite zfind_set. destruct (Z.eqb_spec k reg_a) as [->|N].
  - (* A *) rewrite creg_a in C. injection C as <-. exact V.
  - (* others are unknown *) rewrite zfind_empty. apply unknown_is.
Qed.
(** A after an instruction that goes on to the next one *)
Lemma a_after_spec m pc i v : cinsn_ok i = true -> plain i = true -> straight i = true ->
  sv_wf m v ->
  tspec e m (a_after ORD pc i v) (fun m' ov => (forall v', ov = Some v' -> sv_wf m' v') /\
    forall c c', cs_pc c = pc -> sv_is v (cs_a c) -> classic_exec seccomp E i c = CNext c' ->
      exists v', ov = Some v' /\ sv_is v' (cs_a c')).
Proof.
  intros OK P S V. unfold a_after. eapply tspec_bind.
  { apply (sym_step_spec m zempty pc i (only_a v) (zempty, Sinks zempty bfalse) OK).
    - (* the state *) split; [exact I|]. apply zset_regs_wf; [exact V|].
      intros k w F. rewrite zfind_empty in F. discriminate F.
    - (* no other work *) split; cbn [fst snd].
      + (* no states *) intros k s F. rewrite zfind_empty in F. discriminate F.
      + (* no sinks *) split; [|exact I]. intros r d F. cbn [k_outs] in F.
        rewrite zfind_empty in F. discriminate F. }
  intros m1 w1 X1 [[W1 _] [_ ADV]]. apply tspec_ret. split.
  - (* in the tables *) intros v' Q. destruct (zfind (pc + 1) (fst w1)) as [s|] eqn:F;
      [|discriminate Q]. injection Q as <-. apply sget_wf. exact (proj2 (W1 _ _ F)).
  - (* and A *) intros c c' PC SV EX. specialize (ADV c PC (only_a_is v c SV)).
    pose proof (straight_next i c P S) as N. rewrite EX in ADV, N.
    destruct ADV as [[s [F [_ R]]] _]. rewrite N, PC in F. rewrite F. cbn [option_map].
    eexists. split; [reflexivity|]. exact (R reg_a _ (creg_a c')).
Qed.

(** What is said of A at the state's instruction is so. *)
Definition a_is (v : option sval) (c : cstate) : Prop := forall w, v = Some w -> sv_is w (cs_a c).
Definition at_is (l : avals) (c : cstate) : Prop :=
  exists v, zfind (cs_pc c) l = Some v /\ a_is v c.
Definition avals_wf (m : mgr) (l : avals) : Prop :=
  forall q v, zfind q l = Some (Some v) -> sv_wf m v.
Lemma avals_wf_ext m m' l : ext m m' -> avals_wf m l -> avals_wf m' l.
Proof. intros X H q v F. exact (sv_wf_ext _ _ _ X (H _ _ F)). Qed.
Lemma same_val_eq m a b : inv e m -> sv_wf m a -> sv_wf m b -> same_val a b = true -> a = b.
Proof.
  intros V [A1 [A2 _]] [B1 [B2 _]] S. unfold same_val in S. apply andb_true_iff in S as [S1 S2].
  destruct a as [va ua], b as [vb ub]. cbn [sv_vec sv_unknown] in *.
  f_equal; [eapply vsame_eq; eassumption | eapply wf_same; eassumption].
Qed.
Lemma aflow_spec m pc v l : inv e m -> avals_wf m l -> (forall w, v = Some w -> sv_wf m w) ->
  avals_wf m (aflow pc v l) /\ (forall c, at_is l c -> at_is (aflow pc v l) c) /\
  forall c, cs_pc c = pc -> a_is v c -> at_is (aflow pc v l) c.
Proof.
  intros V L W. unfold aflow.
  assert (NONE : avals_wf m (zset pc None l) /\
    (forall c, at_is l c -> at_is (zset pc None l) c) /\
    forall c, cs_pc c = pc -> a_is v c -> at_is (zset pc None l) c).
  { split; [|split].
    - (* in the tables *) intros q w F. rewrite zfind_set in F.
      destruct (q =? pc); [discriminate F | eauto].
    - (* what was so *) intros c [w [F A]]. unfold at_is. rewrite zfind_set.
      destruct (cs_pc c =? pc); [|eauto]. exists None.
      split; [reflexivity | intros u Q; discriminate Q].
    - (* what comes *) intros c PC A. unfold at_is. rewrite zfind_set, PC, Z.eqb_refl.
      exists None. split; [reflexivity | intros u Q; discriminate Q]. }
  destruct (zfind pc l) as [[w|]|] eqn:F.
  - (* a value *) destruct v as [v'|]; [|exact NONE]. destruct (same_val w v') eqn:S; [|exact NONE].
    apply (same_val_eq m w v' V (L _ _ F) (W _ eq_refl)) in S. subst v'.
    split; [exact L|]. split; [auto|]. intros c PC A. exists (Some w). rewrite PC. auto.
  - (* more than one *) split; [exact L|]. split; [auto|]. intros c PC A. exists None.
    rewrite PC. split; [exact F | intros u Q; discriminate Q].
  - (* none yet *) split; [|split].
    + (* in the tables *) intros q w G. rewrite zfind_set in G.
      destruct (q =? pc); [injection G as ->; auto | eauto].
    + (* what was so *) intros c [w [G A]]. unfold at_is. rewrite zfind_set.
      destruct (Z.eqb_spec (cs_pc c) pc) as [Q|Q]; [congruence | eauto].
    + (* what comes *) intros c PC A. unfold at_is. rewrite zfind_set, PC, Z.eqb_refl. eauto.
Qed.

(** ** The conditions of jumps *)
Definition jumps_wf (m : mgr) (js : jumps) : Prop :=
  forall q b, zfind q js = Some b -> wf m (fst b) /\ wf m (snd b).
Definition jump_is (js : jumps) (i : cinsn) (c : cstate) : Prop :=
  match ci_op i with
  | CJmp cc _ =>
      if ccond_holds cc (cs_a c) (ci_k i) then ev (fst (jump_at js (cs_pc c))) = true
      else ev (snd (jump_at js (cs_pc c))) = true
  | _ => True
  end.
Lemma jumps_wf_ext m m' js : ext m m' -> jumps_wf m js -> jumps_wf m' js.
Proof. intros X H q b F. destruct (H q b F) as [H1 H2]. split; eapply wf_ext; eauto. Qed.
Lemma jump_at_wf m js pc : jumps_wf m js ->
  wf m (fst (jump_at js pc)) /\ wf m (snd (jump_at js pc)).
Proof.
  intros H. unfold jump_at. destruct (zfind pc js) as [b|] eqn:F; [exact (H pc b F)|].
  split; exact I.
Qed.

Definition steps_on (pc : Z) (i : cinsn) (v : option sval) (l l' : avals) (js' : jumps) : Prop :=
  (forall c, at_is l c -> at_is l' c) /\
  forall c, cs_pc c = pc -> a_is v c -> jump_is js' i c /\
    forall c', classic_exec seccomp E i c = CNext c' -> at_is l' c' /\ pc < cs_pc c'.
Lemma jumps_step_spec m pc i v l js : cinsn_ok i = true -> plain i = true ->
  (forall w, v = Some w -> sv_wf m w) -> avals_wf m l -> jumps_wf m js ->
  tspec e m (jumps_step ORD pc i v l js) (fun m' x => match x with
    | None => True
    | Some (l', js') => avals_wf m' l' /\ jumps_wf m' js' /\
        (forall q, q <> pc -> zfind q js' = zfind q js) /\ steps_on pc i v l l' js'
    end).
Proof.
  intros OK P W L J. pose proof OK as KS. apply cinsn_ok_spec in KS as [KT [KF KK]].
  unfold word32 in KK.
  set (a := match v with Some a => a | None => unknown end).
  assert (AW : sv_wf m a) by (unfold a; destruct v; [auto | apply unknown_wf]).
  assert (AI : forall c, a_is v c -> sv_is a (cs_a c))
    by (unfold a; destruct v; intros c A; [auto | apply unknown_is]).
  assert (STRAIGHT : straight i = true ->
    tspec e m (v' <-- a_after ORD pc i a ;; tret (Some (aflow (pc + 1) v' l, js)))
      (fun m' x => match x with
       | None => True
       | Some (l', js') => avals_wf m' l' /\ jumps_wf m' js' /\
           (forall q, q <> pc -> zfind q js' = zfind q js) /\ steps_on pc i v l l' js'
       end)).
  { intros S. eapply tspec_bind; [apply (a_after_spec m pc i a OK P S AW)|].
    intros m1 v' X1 [W1 A1]. apply tspec_ret_inv. intros V1.
    destruct (aflow_spec m1 (pc + 1) v' l V1 (avals_wf_ext _ _ _ X1 L) W1) as [F1 [F2 F3]].
    split; [exact F1|]. split; [exact (jumps_wf_ext _ _ _ X1 J)|]. split; [reflexivity|].
    split; [exact F2|]. intros c PC A. split.
    - (* no jump *) unfold jump_is. unfold straight in S.
      destruct (ci_op i); first [exact I | discriminate S].
    - (* the next instruction *) intros c' EX. pose proof (straight_next i c P S) as N.
      rewrite EX in N. split; [|lia]. apply F3; [lia|].
      destruct (A1 c c' PC (AI c A) EX) as [w [Q B]]. intros u QU.
      rewrite Q in QU. injection QU as <-. exact B. }
  unfold jumps_step. fold a.
  destruct v as [v0|]; [|destruct (reads_a i) eqn:RA; [apply tspec_ret; exact I|]];
  (destruct (ci_op i) as [z|z| | | | | | | | | |o src| | |cc src| | | |] eqn:O;
    try (apply STRAIGHT; unfold straight; rewrite O; reflexivity);
    try (exfalso; unfold reads_a in RA; rewrite O in RA; discriminate RA)).
  - (* CJa, A known *)
    apply tspec_ret_inv. intros V.
    destruct (aflow_spec m (pc + 1 + ci_k i) (Some v0) l V L W) as [F1 [F2 F3]].
    split; [exact F1|]. split; [exact J|]. split; [reflexivity|]. split; [exact F2|].
    intros c PC A. split; [unfold jump_is; rewrite O; exact I|].
    destruct c as [pc0 a0 x mem]. cbn [cs_pc] in PC. subst pc0. unfold classic_exec. rewrite O.
    cbn [in_dialect negb]. intros c' Q. injection Q as <-. split; [|cbn [cs_pc]; lia].
    apply F3; [reflexivity | exact A].
  - (* CJmp *) destruct src; [|unfold plain in P; rewrite O in P; discriminate P].
    eapply tspec_bind.
    { apply (sbranch_spec _ _ m btrue a (sconst (ci_k i)) (scond_spec cc));
        [exact I | exact AW | apply sconst_wf]. }
    intros m1 b X1 [B1 [B2 BQ]]. apply tspec_ret_inv. intros V1.
    assert (W1 : forall w, Some v0 = Some w -> sv_wf m1 w)
      by (intros w Q; exact (sv_wf_ext _ _ _ X1 (W w Q))).
    destruct (aflow_spec m1 (pc + 1 + ci_jt i) (Some v0) l V1 (avals_wf_ext _ _ _ X1 L) W1)
      as [F1 [F2 F3]].
    destruct (aflow_spec m1 (pc + 1 + ci_jf i) (Some v0) _ V1 F1 W1) as [G1 [G2 G3]].
    split; [exact G1|]. split.
    { intros q b' F. rewrite zfind_set in F. destruct (q =? pc); [injection F as <-; auto|].
      destruct (J q b' F) as [J1 J2]. split; eapply wf_ext; eauto. }
    split; [intros q N; apply zfind_other; congruence|]. split; [auto|].
    intros c PC A.
    specialize (BQ (cs_a c) (ci_k i) (AI c A) (sconst_is (ci_k i) KK) eq_refl). split.
    + (* its condition *) unfold jump_is, jump_at. rewrite O, PC, zfind_same. exact BQ.
    + (* where it goes *) destruct c as [pc0 a0 x mem]. cbn [cs_pc] in PC. subst pc0.
      unfold classic_exec. rewrite O. cbn [in_dialect negb].
      destruct (ccond_holds cc a0 (ci_k i)); intros c' Q; injection Q as <-;
        (split; [|cbn [cs_pc]; lia]);
        [apply G2; apply F3; [reflexivity | exact A] | apply G3; [reflexivity | exact A]].
  - (* CRetK, A known *)
    apply tspec_ret. split; [exact L|]. split; [exact J|]. split; [reflexivity|].
    split; [auto|]. intros c PC A. split; [unfold jump_is; rewrite O; exact I|].
    destruct c as [pc0 a0 x mem]. unfold classic_exec. rewrite O. cbn [in_dialect negb].
    intros c' Q. discriminate Q.
  - (* CJa *)
    apply tspec_ret_inv. intros V.
    destruct (aflow_spec m (pc + 1 + ci_k i) None l V L W) as [F1 [F2 F3]].
    split; [exact F1|]. split; [exact J|]. split; [reflexivity|]. split; [exact F2|].
    intros c PC A. split; [unfold jump_is; rewrite O; exact I|].
    destruct c as [pc0 a0 x mem]. cbn [cs_pc] in PC. subst pc0. unfold classic_exec. rewrite O.
    cbn [in_dialect negb]. intros c' Q. injection Q as <-. split; [|cbn [cs_pc]; lia].
    apply F3; [reflexivity | exact A].
  - (* CRetK *) apply tspec_ret. split; [exact L|]. split; [exact J|]. split; [reflexivity|].
    split; [auto|]. intros c PC A. split; [unfold jump_is; rewrite O; exact I|].
    destruct c as [pc0 a0 x mem]. unfold classic_exec. rewrite O. cbn [in_dialect negb].
    intros c' Q. discriminate Q.
Qed.

(** States that a run gets to *)
Inductive gets (code : ccode) (c : cstate) : cstate -> Prop :=
  | gets_here : gets code c c
  | gets_step c1 c' : classic_step seccomp code E c = CNext c1 -> gets code c1 c' -> gets code c c'.
Lemma gets_on code c c1 c2 : gets code c c1 -> classic_step seccomp code E c1 = CNext c2 ->
  gets code c c2.
Proof.
  intros G S. induction G as [c|c c0 c1 S0 G IH].
  - (* here *) eapply gets_step; [exact S | apply gets_here].
  - (* a step *) eapply gets_step; [exact S0 | exact (IH S)].
Qed.
Lemma code_at_find code pc i : code_at code pc = Some i <-> zfind pc code = Some (Some i).
Proof.
  unfold code_at. destruct (zfind pc code) as [[i'|]|]; split; intros Q; congruence.
Qed.

Definition jumps_are (code : ccode) (js : jumps) (c : cstate) : Prop :=
  forall c', gets code c c' -> forall i, code_at code (cs_pc c') = Some i -> jump_is js i c'.
Lemma jumps_from_spec code q : forall m pc l js,
  (forall i, In (Some i) q -> cinsn_ok i = true /\ plain i = true) -> holds code pc q ->
  (forall k, pc + clength q <= k -> zfind k code = None) -> avals_wf m l -> jumps_wf m js ->
  tspec e m (jumps_from ORD pc q l js) (fun m' x => match x with
    | None => True
    | Some js' => jumps_wf m' js' /\ (forall k, k < pc -> zfind k js' = zfind k js) /\
        forall c, pc <= cs_pc c -> at_is l c -> jumps_are code js' c
    end).
Proof.
  unfold clength. induction q as [|o q IH]; intros m pc l js OK H OUT L J; cbn [jumps_from].
  - (* [] *) apply tspec_ret. split; [exact J|]. split; [reflexivity|].
    intros c PC _ c' G i CI.
    assert (NONE : zfind (cs_pc c) code = None) by (apply OUT; cbn [length]; lia).
    destruct G as [|c1 c' S G].
    + (* here *) apply code_at_find in CI. congruence.
    + (* a step *) unfold classic_step in S. rewrite NONE in S. discriminate S.
  - (* o :: q *)
    assert (NEXT : forall m1 l1 js1, avals_wf m1 l1 -> jumps_wf m1 js1 ->
      tspec e m1 (jumps_from ORD (pc + 1) q l1 js1) (fun m' x => match x with
        | None => True
        | Some js' => jumps_wf m' js' /\ (forall k, k < pc + 1 -> zfind k js' = zfind k js1) /\
            forall c, pc + 1 <= cs_pc c -> at_is l1 c -> jumps_are code js' c
        end)).
    { intros m1 l1 js1 L1 J1.
      apply IH; [intros i IN; apply OK; right; exact IN | exact (holds_tail _ _ _ _ H) | | exact L1
        | exact J1].
      intros k Q. apply OUT. cbn [length]. lia. }
    pose proof (holds_head _ _ _ _ H) as HEAD.
    assert (SKIP : match o, zfind pc l with Some _, Some _ => False | _, _ => True end ->
      tspec e m (jumps_from ORD (pc + 1) q l js) (fun m' x => match x with
        | None => True
        | Some js' => jumps_wf m' js' /\ (forall k, k < pc -> zfind k js' = zfind k js) /\
            forall c, pc <= cs_pc c -> at_is l c -> jumps_are code js' c
        end)).
    { intros NONE. eapply tspec_weaken; [|apply NEXT; assumption].
      intros m1 [js'|] X1 Q; [|exact I]. destruct Q as [J1 [K1 G1]].
      split; [exact J1|]. split; [intros k KL; apply K1; lia|].
      intros c PC A. destruct (Z.eq_dec (cs_pc c) pc) as [Q|Q]; [|apply G1; [lia | exact A]].
      destruct A as [v [F _]]. rewrite Q in F. rewrite F in NONE.
      destruct o as [i|]; [contradiction|]. intros c' G i CI. destruct G as [|c1 c' S G].
      - (* here *) apply code_at_find in CI. rewrite Q, HEAD in CI. discriminate CI.
      - (* a step *) unfold classic_step in S. rewrite Q, HEAD in S. discriminate S. }
    destruct o as [i|]; [|apply SKIP; exact I].
    destruct (zfind pc l) as [v|] eqn:F; [|apply SKIP; exact I]. clear SKIP.
    destruct (OK i (or_introl eq_refl)) as [OKI PI].
    eapply tspec_bind; [apply (jumps_step_spec m pc i v l js OKI PI); [|exact L | exact J]|].
    { intros w Q. subst v. exact (L _ _ F). }
    intros m1 [[l1 js1]|] X1 Q1; [|apply tspec_ret; exact I].
    destruct Q1 as [L1 [J1 [K1 [G1 S1]]]].
    eapply tspec_weaken; [|apply (NEXT m1 l1 js1); assumption].
    intros m2 [js2|] X2 Q2; [|exact I]. destruct Q2 as [J2 [K2 G2]].
    split; [exact J2|]. split; [intros k KL; rewrite K2 by lia; apply K1; lia|].
    intros c PC A. destruct (Z.eq_dec (cs_pc c) pc) as [Q|Q]; [|apply G2; [lia | auto]].
    destruct A as [v' [F' A]]. rewrite Q, F in F'. injection F' as <-.
    destruct (S1 c Q A) as [JI NX]. intros c' G i' CI. destruct G as [|c1 c' S G].
    + (* here *) apply code_at_find in CI. rewrite Q, HEAD in CI. injection CI as <-.
      unfold jump_is, jump_at in *. rewrite Q in *. rewrite K2 by lia. exact JI.
    + (* a step *) unfold classic_step in S. rewrite Q, HEAD in S. destruct (NX c1 S) as [A1 P1].
      apply (G2 c1); [lia | exact A1 | exact G | exact CI].
Qed.

(** ** The ways out of an interval *)
Definition has (l : exits) (x : exit) : Prop := exists d, In (x, d) l /\ ev d = true.
Definition exits_wf (m : mgr) (l : exits) : Prop := forall x, In x l -> wf m (snd x).
Lemma exits_wf_ext m m' l : ext m m' -> exits_wf m l -> exits_wf m' l.
Proof. intros X H x IN. exact (wf_ext _ _ _ X (H x IN)). Qed.
Lemma exit_eqb_eq x y : exit_eqb x y = true -> x = y.
Proof.
  destruct x, y; cbn [exit_eqb]; intros Q; try discriminate Q; apply Z.eqb_eq in Q; congruence.
Qed.
Lemma exit_add_spec x g l : forall m, wf m g -> exits_wf m l ->
  tspec e m (exit_add x g l) (fun m' l' => exits_wf m' l' /\ (forall y, has l y -> has l' y) /\
    (ev g = true -> has l' x)).
Proof.
  induction l as [|[y d] l IH]; intros m G L; cbn [exit_add]; destruct (is_false g) eqn:F;
    try (apply tspec_ret; split; [exact L|]; split; [auto|];
      intros Q; rewrite (is_false_ev _ F) in Q; discriminate Q).
  - (* [] *) apply tspec_ret. split; [intros z [<-|[]]; exact G|].
    split; [intros z [d [[] _]]|]. intros Q. exists g. split; [left; reflexivity | exact Q].
  - (* (y, d) :: l *) assert (D : wf m d) by exact (L (y, d) (or_introl eq_refl)).
    assert (L' : exits_wf m l) by (intros z IN; exact (L z (or_intror IN))).
    destruct (exit_eqb y x) eqn:EQ.
    + (* the same way *) apply exit_eqb_eq in EQ. subst y.
      eapply (tspec_bind e m _ _ (fun m' d' => wf m' d' /\ (ev d = true -> ev d' = true) /\
          (ev g = true -> ev d' = true))).
      * (* its new condition *) apply attempt_spec.
        -- (* within the limits *) intros m1 X1. up.
           eapply bspec_weaken; [|apply bor_spec; assumption]. intros m2 d' X2 [W Q].
           split; [exact W|]. rewrite Q. split; intros ->; [reflexivity | apply orb_true_r].
        -- (* given up: true *) intros m1 X1. split; [exact I|]. split; reflexivity.
      * (* the ways with it *) intros m1 d' X1 [W [Q1 Q2]]. apply tspec_ret. split.
        { intros z [<-|IN]; [exact W | exact (exits_wf_ext _ _ _ X1 L' z IN)]. }
        split; [|intros Q; exists d'; split; [left; reflexivity | auto]].
        intros z [d0 [[P|IN] Q]];
          [injection P as <- <-; exists d'; split; [left; reflexivity | auto]|].
        exists d0. split; [right; exact IN | exact Q].
    + (* another way *) eapply tspec_bind; [apply (IH m G L')|]. intros m1 l1 X1 [L1 [H1 G1]].
      apply tspec_ret. split.
      { intros z [<-|IN]; [exact (wf_ext _ _ _ X1 D) | auto]. }
      split.
      * (* what there was *) intros z [d0 [[P|IN] Q]].
        -- (* y *) injection P as <- <-. exists d. split; [left; reflexivity | exact Q].
        -- (* another *) destruct (H1 z) as [d1 [IN1 Q1]]; [exists d0; auto|].
           exists d1. split; [right; exact IN1 | exact Q1].
      * (* x *) intros Q. destruct (G1 Q) as [d1 [IN1 Q1]]. exists d1.
        split; [right; exact IN1 | exact Q1].
Qed.

Section Ways.
Variable code : ccode.
Variable js : jumps.
Hypothesis OK : forall pc i, code_at code pc = Some i -> cinsn_ok i = true /\ plain i = true.
Hypothesis JS : jumps_are code js classic_init.

Definition ends_in (c : cstate) (r : Z) : Prop :=
  exists n, classic_steps seccomp code E n c = CDone r.
Lemma ends_in_step c i r : ends_in c r -> code_at code (cs_pc c) = Some i ->
  (exists c1, classic_exec seccomp E i c = CNext c1 /\ classic_step seccomp code E c = CNext c1 /\
     ends_in c1 r) \/ classic_exec seccomp E i c = CEnd r.
Proof.
  intros [n R] CI. apply code_at_find in CI. destruct n as [|n]; cbn [classic_steps] in R;
    [discriminate R|].
  assert (S : classic_step seccomp code E c = classic_exec seccomp E i c)
    by (unfold classic_step; rewrite CI; reflexivity).
  rewrite S in R. destruct (classic_exec seccomp E i c) as [c1|r'|f] eqn:EX; [| |discriminate R].
  - (* CNext *) left. exists c1. split; [reflexivity|]. split; [exact S|]. exists n. exact R.
  - (* CEnd *) right. injection R as ->. reflexivity.
Qed.
Lemma ends_in_code c r : ends_in c r -> exists i, code_at code (cs_pc c) = Some i.
Proof.
  intros [n R]. destruct n as [|n]; cbn [classic_steps] in R; [discriminate R|].
  unfold classic_step in R. unfold code_at.
  destruct (zfind (cs_pc c) code) as [[i|]|]; [eauto | discriminate R | discriminate R].
Qed.

(** A run that ends in [r] leaves by one of [l], at [high] or beyond, or returns. *)
Definition leads (l : exits) (high r : Z) : Prop :=
  has l (XRet r) \/
  exists c, high <= cs_pc c /\ has l (XTo (cs_pc c)) /\ gets code classic_init c /\ ends_in c r.
Definition good (high entry : Z) (l : exits) : Prop :=
  forall c r, cs_pc c = entry -> gets code classic_init c -> ends_in c r -> leads l high r.
Lemma leads_mono l l' high r : (forall y, has l y -> has l' y) -> leads l high r ->
  leads l' high r.
Proof. intros H [K|[c [C1 [C2 [C3 C4]]]]]; [left; auto | right; exists c; auto]. Qed.

Lemma target_leads l high c r : has l (target code (cs_pc c)) -> high <= cs_pc c ->
  gets code classic_init c -> ends_in c r -> leads l high r.
Proof.
  intros H HI G R. destruct (ends_in_code c r R) as [i CI]. unfold target in H. rewrite CI in H.
  assert (TO : has l (XTo (cs_pc c)) -> leads l high r) by (intros T; right; exists c; auto).
  destruct (ci_op i) eqn:O; try (exact (TO H)).
  left. destruct (ends_in_step c i r R CI) as [[c1 [EX _]]|EX].
  - (* a return does not go on *) destruct c as [pc a x mem]. unfold classic_exec in EX.
    rewrite O in EX. discriminate EX.
  - (* it returns its number *) destruct c as [pc a x mem]. unfold classic_exec in EX.
    rewrite O in EX. injection EX as <-. exact H.
Qed.
Lemma has_one x : has [(x, btrue)] x.
Proof. exists btrue. split; [left; reflexivity | reflexivity]. Qed.

Lemma one_exits_spec m pc : jumps_wf m js ->
  tspec e m (one_exits code js pc) (fun m' l => exits_wf m' l /\ good (pc + 1) pc l).
Proof.
  intros J. unfold one_exits.
  assert (ONE : forall x, exits_wf m [(x, btrue)]) by (intros x y [<-|[]]; exact I).
  destruct (code_at code pc) as [i|] eqn:CI.
  2: { apply tspec_ret. split; [intros x []|]. intros c r PC G R.
       destruct (ends_in_code c r R) as [i C2]. congruence. }
  destruct (OK pc i CI) as [OKI PI]. apply cinsn_ok_spec in OKI as [KT [KF KK]].
  unfold word32 in KK.
  assert (STRAIGHT : straight i = true ->
    tspec e m (tret [(target code (pc + 1), btrue)])
      (fun m' l => exits_wf m' l /\ good (pc + 1) pc l)).
  { intros S. apply tspec_ret. split; [apply ONE|]. intros c r PC G R. subst pc.
    pose proof (straight_next i c PI S) as N.
    destruct (ends_in_step c i r R CI) as [[c1 [EX [ST R1]]]|EX]; rewrite EX in N; [|contradiction].
    apply (target_leads _ _ c1 r);
      [rewrite N; apply has_one | lia | eapply gets_on; eauto | exact R1]. }
  destruct (ci_op i) as [z|z| | | | | | | | | |o src| | |cc src| | | |] eqn:O;
    try (apply STRAIGHT; unfold straight; rewrite O; reflexivity); clear STRAIGHT.
  - (* CJa *) apply tspec_ret. split; [apply ONE|]. intros c r PC G R. subst pc.
    destruct (ends_in_step c i r R CI) as [[c1 [EX [ST R1]]]|EX];
      destruct c as [pc a x mem]; unfold classic_exec in EX; rewrite O in EX;
      cbn [in_dialect negb] in EX; [|discriminate EX].
    injection EX as <-. cbn [cs_pc].
    apply (target_leads _ _ (CState (pc + 1 + ci_k i) a x mem) r);
      [apply has_one | cbn [cs_pc]; lia | eapply gets_on; eauto | exact R1].
  - (* CJmp *) destruct src; [|unfold plain in PI; rewrite O in PI; discriminate PI].
    destruct (jump_at_wf m js pc J) as [JT JF].
    eapply tspec_bind; [apply exit_add_spec; [exact JT | intros x []]|].
    intros m1 l1 X1 [L1 [_ T1]].
    eapply tspec_weaken; [|apply exit_add_spec; [exact (wf_ext _ _ _ X1 JF) | exact L1]].
    intros m2 l2 X2 [L2 [M2 T2]]. split; [exact L2|]. intros c r PC G R. subst pc.
    pose proof (JS c G i CI) as JI. unfold jump_is in JI. rewrite O in JI.
    destruct (ends_in_step c i r R CI) as [[c1 [EX [ST R1]]]|EX];
      destruct c as [pc a x mem]; unfold classic_exec in EX; rewrite O in EX;
      cbn [in_dialect negb cs_pc cs_a] in *;
      [|destruct (ccond_holds cc a (ci_k i)); discriminate EX].
    destruct (ccond_holds cc a (ci_k i)); injection EX as <-.
    + (* taken *) apply (target_leads _ _ (CState (pc + 1 + ci_jt i) a x mem) r);
        [apply M2, T1, JI | cbn [cs_pc]; lia | eapply gets_on; eauto | exact R1].
    + (* not taken *) apply (target_leads _ _ (CState (pc + 1 + ci_jf i) a x mem) r);
        [apply T2, JI | cbn [cs_pc]; lia | eapply gets_on; eauto | exact R1].
  - (* CRetK *) apply tspec_ret. split; [apply ONE|]. intros c r PC G R. subst pc.
    destruct (ends_in_step c i r R CI) as [[c1 [EX _]]|EX];
      destruct c as [pc a x mem]; unfold classic_exec in EX; rewrite O in EX;
      cbn [in_dialect negb] in EX; [discriminate EX|].
    injection EX as <-. left. apply has_one.
Qed.

Definition known_ok (m : mgr) (h : known_exits) : Prop :=
  forall key k from entry l, zfind key h = Some (k, from, entry, l) -> exits_wf m l /\
    (from <= entry < from + 2 ^ Z.of_nat k -> good (from + 2 ^ Z.of_nat k) entry l).
Lemma known_ok_ext m m' h : ext m m' -> known_ok m h -> known_ok m' h.
Proof.
  intros X H key k from entry l F. destruct (H _ _ _ _ _ F) as [H1 H2].
  split; [exact (exits_wf_ext _ _ _ X H1) | exact H2].
Qed.

Lemma beyond_spec c r : forall m l, wf m c -> exits_wf m r -> exits_wf m l ->
  tspec e m (beyond c r l) (fun m' l' => exits_wf m' l' /\ (forall y, has l y -> has l' y) /\
    (ev c = true -> forall y, has r y -> has l' y)).
Proof.
  induction r as [|[x d] r IH]; intros m l C R L; cbn [beyond].
  - (* [] *) apply tspec_ret. split; [exact L|]. split; [auto|]. intros _ y [d [[] _]].
  - (* (x, d) :: r *) assert (D : wf m d) by exact (R (x, d) (or_introl eq_refl)).
    assert (R' : exits_wf m r) by (intros z IN; exact (R z (or_intror IN))).
    eapply (tspec_bind e m _ _ (fun m' g => wf m' g /\
        (ev c = true -> ev d = true -> ev g = true))).
    { apply attempt_spec.
      - (* within the limits *) intros m1 X1. up.
        eapply bspec_weaken; [|apply band_spec; assumption]. intros m2 g X2 [W Q].
        split; [exact W|]. rewrite Q. intros -> ->. reflexivity.
      - (* given up: all that leave the first half *)
        intros m1 X1. up. split; [assumption | auto]. }
    intros m1 g X1 [G Q]. up.
    eapply tspec_bind; [apply exit_add_spec; [exact G | exact (exits_wf_ext _ _ _ X1 L)]|].
    intros m2 l2 X2 [L2 [M2 T2]]. up.
    eapply tspec_weaken; [|apply (IH m2 l2); [assumption | | exact L2]].
    2: { eapply exits_wf_ext; [|exact R']. eauto using ext_trans. }
    intros m3 l3 X3 [L3 [M3 T3]]. split; [exact L3|]. split; [auto|].
    intros CE y [d0 [[P|IN] DE]].
    + (* x *) injection P as <- <-. auto.
    + (* another *) apply (T3 CE). exists d0. auto.
Qed.

Lemma go_on_spec next middle high l :
  (forall m pc h, known_ok m h -> jumps_wf m js ->
     tspec e m (next pc h) (fun m' x => known_ok m' (snd x) /\ exits_wf m' (fst x) /\
       (middle <= pc < high -> good high pc (fst x)))) ->
  forall m acc h, known_ok m h -> jumps_wf m js -> exits_wf m l -> exits_wf m acc ->
  tspec e m (go_on next high l acc h) (fun m' x => known_ok m' (snd x) /\ exits_wf m' (fst x) /\
    (forall y, has acc y -> has (fst x) y) /\
    forall r, leads l middle r -> leads (fst x) high r).
Proof.
  intros NEXT. induction l as [|[x c] l IH]; intros m acc h K J L A; cbn [go_on].
  - (* [] *) apply tspec_ret. cbn [fst snd]. split; [exact K|]. split; [exact A|].
    split; [auto|]. intros r [[d [[] _]]|[c [_ [[d [[] _]] _]]]].
  - (* (x, c) :: l *) assert (C : wf m c) by exact (L (x, c) (or_introl eq_refl)).
    assert (L' : exits_wf m l) by (intros z IN; exact (L z (or_intror IN))).
    (* it is enough to look at what leaves by x *)
    assert (TAIL : forall m1 acc1 h1, ext m m1 -> known_ok m1 h1 -> exits_wf m1 acc1 ->
      (forall y, has acc y -> has acc1 y) ->
      (ev c = true -> (forall r, x = XRet r -> leads acc1 high r) /\
         forall c' r, x = XTo (cs_pc c') -> middle <= cs_pc c' -> gets code classic_init c' ->
           ends_in c' r -> leads acc1 high r) ->
      tspec e m1 (go_on next high l acc1 h1) (fun m' z => known_ok m' (snd z) /\
        exits_wf m' (fst z) /\ (forall y, has acc y -> has (fst z) y) /\
        forall r, leads ((x, c) :: l) middle r -> leads (fst z) high r)).
    { intros m1 acc1 h1 X1 K1 A1 M1 Q1.
      eapply tspec_weaken; [|apply (IH m1 acc1 h1); [exact K1 | exact (jumps_wf_ext _ _ _ X1 J)
        | exact (exits_wf_ext _ _ _ X1 L') | exact A1]].
      intros m2 z X2 [K2 [W2 [M2 T2]]]. split; [exact K2|]. split; [exact W2|]. split; [auto|].
      intros r [[d [[P|IN] DE]]|[c' [C1 [[d [[P|IN] DE]] [C3 C4]]]]].
      - (* x returns *) injection P as -> ->. destruct (Q1 DE) as [Q2 _].
        exact (leads_mono _ _ _ _ M2 (Q2 r eq_refl)).
      - (* another does *) apply T2. left. exists d. auto.
      - (* x goes on *) injection P as -> ->. destruct (Q1 DE) as [_ Q2].
        exact (leads_mono _ _ _ _ M2 (Q2 c' r eq_refl C1 C3 C4)).
      - (* another does *) apply T2. right. exists c'. split; [exact C1|].
        split; [exists d; auto | auto]. }
    assert (OUT : (forall pc, x = XTo pc -> high <= pc) ->
      tspec e m (acc' <-- exit_add x c acc ;; go_on next high l acc' h) (fun m' z =>
        known_ok m' (snd z) /\ exits_wf m' (fst z) /\ (forall y, has acc y -> has (fst z) y) /\
        forall r, leads ((x, c) :: l) middle r -> leads (fst z) high r)).
    { intros HIGH. eapply tspec_bind; [apply exit_add_spec; [exact C | exact A]|].
      intros m1 acc1 X1 [A1 [M1 T1]].
      apply TAIL; [exact X1 | exact (known_ok_ext _ _ _ X1 K) | exact A1 | exact M1|].
      intros CE. split.
      - (* it returns *) intros r ->. left. auto.
      - (* it goes on beyond *) intros c' r -> _ G R. right. exists c'. auto. }
    destruct x as [pc|r0]; [|apply OUT; discriminate].
    destruct (Z.ltb_spec pc high) as [LT|GE];
      [|apply OUT; intros pc' Q; injection Q as <-; exact GE].
    eapply tspec_bind; [apply (NEXT m pc h K J)|]. intros m1 rx X1 [K1 [W1 G1]]. up.
    eapply tspec_bind; [apply (beyond_spec c (fst rx) m1 acc); [assumption | exact W1
      | exact (exits_wf_ext _ _ _ X1 A)]|].
    intros m2 acc2 X2 [A2 [M2 T2]].
    apply TAIL; [eauto using ext_trans | exact (known_ok_ext _ _ _ X2 K1) | exact A2 | exact M2|].
    intros CE. split; [intros r Q; discriminate Q|]. intros c' r Q MID G R. injection Q as ->.
    apply (leads_mono (fst rx)); [exact (T2 CE)|]. apply (G1 ltac:(lia) c' r eq_refl G R).
Qed.

Lemma exits_find_in k from entry h l : exits_find k from entry h = Some l ->
  exists key, zfind key h = Some (k, from, entry, l).
Proof.
  unfold exits_find. intros F.
  destruct (zfind (exits_key k from entry) h) as [[[[k' from'] entry'] l']|] eqn:Z;
    [|discriminate F].
  destruct (Nat.eqb k' k && (from' =? from) && (entry' =? entry)) eqn:Q; [|discriminate F].
  injection F as ->. apply andb_true_iff in Q as [Q Q3]. apply andb_true_iff in Q as [Q1 Q2].
  apply Nat.eqb_eq in Q1. apply Z.eqb_eq in Q2, Q3. subst. eauto.
Qed.
Lemma exits_of_spec k : forall m from entry h, known_ok m h -> jumps_wf m js ->
  tspec e m (exits_of code js k from entry h) (fun m' x => known_ok m' (snd x) /\
    exits_wf m' (fst x) /\
    (from <= entry < from + 2 ^ Z.of_nat k -> good (from + 2 ^ Z.of_nat k) entry (fst x))).
Proof.
  induction k as [|k IH]; intros m from entry h K J.
  - (* one instruction *) cbn [exits_of]. eapply tspec_bind; [apply (one_exits_spec m from J)|].
    intros m1 l X1 [L1 G1]. apply tspec_ret. cbn [fst snd].
    split; [exact (known_ok_ext _ _ _ X1 K)|]. split; [exact L1|].
    change (2 ^ Z.of_nat 0) with 1. intros R. replace entry with from by lia. exact G1.
  - (* two halves *)
    change (exits_of code js (S k) from entry h) with
      (match exits_find (S k) from entry h with
       | Some l => tret (l, h)
       | None =>
           let middle := from + 2 ^ Z.of_nat k in
           x <-- (if middle <=? entry then exits_of code js k middle entry h
                  else
                    l <-- exits_of code js k from entry h ;;
                    go_on (fun pc h' => exits_of code js k middle pc h')
                      (middle + 2 ^ Z.of_nat k) (fst l) [] (snd l)) ;;
           tret (fst x, zset (exits_key (S k) from entry) (S k, from, entry, fst x) (snd x))
       end).
    destruct (exits_find (S k) from entry h) as [l|] eqn:F.
    + (* remembered *) apply exits_find_in in F as [key F]. apply tspec_ret. cbn [fst snd].
      split; [exact K|]. exact (K _ _ _ _ _ F).
    + (* not yet known *) cbv zeta. set (middle := from + 2 ^ Z.of_nat k).
      assert (HIGH : from + 2 ^ Z.of_nat (S k) = middle + 2 ^ Z.of_nat k).
      { unfold middle. rewrite Nat2Z.inj_succ, Z.pow_succ_r by lia. lia. }
      rewrite HIGH.
      eapply (tspec_bind e m _ _ (fun m' x => known_ok m' (snd x) /\ exits_wf m' (fst x) /\
        (from <= entry < middle + 2 ^ Z.of_nat k -> good (middle + 2 ^ Z.of_nat k) entry (fst x)))).
      * (* the ways *) destruct (Z.leb_spec middle entry) as [GE|LT].
        -- (* the second half alone *)
           eapply tspec_weaken; [|apply (IH m middle entry h K J)].
           intros m1 x X1 [K1 [W1 G1]]. split; [exact K1|]. split; [exact W1|].
           intros R. apply G1. lia.
        -- (* both *) eapply tspec_bind; [apply (IH m from entry h K J)|].
           intros m1 l X1 [K1 [W1 G1]].
           eapply tspec_weaken; [|apply (go_on_spec _ middle (middle + 2 ^ Z.of_nat k) (fst l));
             [intros m2 pc h2 K2 J2; exact (IH m2 middle pc h2 K2 J2) | exact K1
               | exact (jumps_wf_ext _ _ _ X1 J) | exact W1 | intros x []]].
           intros m2 x X2 [K2 [W2 [_ T2]]]. split; [exact K2|]. split; [exact W2|].
           intros R c r PC G RUN. apply T2.
           apply (G1 ltac:(unfold middle in LT; lia) c r PC G RUN).
      * (* remembered now *) intros m1 x X1 [K1 [W1 G1]]. apply tspec_ret. cbn [fst snd].
        split; [|split; [exact W1 | exact G1]].
        intros key k' from' entry' l Z. rewrite zfind_set in Z.
        destruct (key =? exits_key (S k) from entry); [|exact (K1 _ _ _ _ _ Z)].
        injection Z as <- <- <- <-. rewrite HIGH. auto.
Qed.
End Ways.

Lemma ends_of_spec l : forall m s, exits_wf m l -> sinks_wf m s ->
  tspec e m (ends_of l s) (fun m' s' => sinks_wf m' s' /\ sinks_grow s s' /\
    (forall r, has l (XRet r) -> sinks_is s' r) /\
    forall pc r, has l (XTo pc) -> sinks_is s' r).
Proof.
  induction l as [|[x g] l IH]; intros m s L S; cbn [ends_of].
  - (* [] *) apply tspec_ret. split; [exact S|]. split; [apply sinks_grow_refl|].
    split; [intros r [d [[] _]] | intros pc r [d [[] _]]].
  - (* (x, g) :: l *) assert (G : wf m g) by exact (L (x, g) (or_introl eq_refl)).
    assert (L' : exits_wf m l) by (intros z IN; exact (L z (or_intror IN))).
    destruct x as [pc0|r0].
    + (* XTo *) eapply tspec_bind; [apply (add_lost_spec m g s G S)|]. intros m1 s1 X1 [S1 [G1 Q1]].
      eapply tspec_weaken; [|apply (IH m1 s1); [exact (exits_wf_ext _ _ _ X1 L') | exact S1]].
      intros m2 s2 X2 [S2 [G2 [R2 T2]]]. split; [exact S2|].
      split; [eapply sinks_grow_trans; eauto|]. split.
      * (* returns *) intros r [d [[P|IN] D]]; [discriminate P | apply R2; exists d; auto].
      * (* other ways *) intros pc r [d [[P|IN] D]].
        -- (* this one *) injection P as <- <-. apply G2. auto.
        -- (* another *) apply (T2 pc). exists d. auto.
    + (* XRet *) eapply tspec_bind; [apply (add_out_spec m r0 g s G S)|].
      intros m1 s1 X1 [S1 [G1 Q1]].
      eapply tspec_weaken; [|apply (IH m1 s1); [exact (exits_wf_ext _ _ _ X1 L') | exact S1]].
      intros m2 s2 X2 [S2 [G2 [R2 T2]]]. split; [exact S2|].
      split; [eapply sinks_grow_trans; eauto|]. split.
      * (* returns *) intros r [d [[P|IN] D]]; [injection P as <- <-; apply G2; auto|].
        apply R2. exists d. auto.
      * (* other ways *)
        intros pc r [d [[P|IN] D]]; [discriminate P | apply (T2 pc); exists d; auto].
Qed.

Lemma code_from_in p : forall pc m k o, zfind k (code_from pc p m) = Some o ->
  zfind k m = Some o \/ In o p.
Proof.
  induction p as [|o1 p IH]; intros pc m k o F; cbn [code_from] in F; [auto|].
  apply IH in F as [F|F]; [|right; right; exact F]. rewrite zfind_set in F.
  destruct (k =? pc); [injection F as <-; right; left; reflexivity | auto].
Qed.
(** The filter's outcome for this input *)
Definition result (p : cprog) (r : Z) : Prop := classic_run seccomp p E (length p) = CDone r.
Lemma by_halves_spec p m : classic_check seccomp p = true ->
  tspec e m (by_halves ORD p) (fun m' x => match x with
    | None => True
    | Some s => sinks_wf m' s /\ forall r, result p r -> sinks_is s r
    end).
Proof.
  intros C. unfold by_halves.
  destruct (forallb (fun o => match o with Some i => plain i | None => false end) p) eqn:P;
    [|apply tspec_ret; exact I].
  rewrite forallb_forall in P.
  assert (OK : forall i, In (Some i) p -> cinsn_ok i = true /\ plain i = true)
    by (intros i IN; split; [exact (check_insns p C i IN) | exact (P _ IN)]).
  eapply tspec_bind.
  { apply (jumps_from_spec (classic_code p) p m 0).
    - (* the instructions *) exact OK.
    - (* the code holds the program *) apply code_from_holds.
    - (* and nothing beyond it *) intros q Q. apply code_from_out; [exact Q | apply zfind_empty].
    - (* A at the start *) intros q v F. rewrite zfind_set in F.
      destruct (q =? 0);
        [injection F as <-; apply sconst_wf | rewrite zfind_empty in F; discriminate F].
    - (* no jumps yet *) intros q b F. rewrite zfind_empty in F. discriminate F. }
  intros m1 [js|] X1 Q1; [|apply tspec_ret; exact I]. destruct Q1 as [J1 [_ A1]].
  assert (JS : jumps_are (classic_code p) js classic_init).
  { apply A1; [cbn [classic_init cs_pc]; lia|]. exists (Some (sconst 0)).
    split; [apply zfind_same|]. intros w Q. injection Q as <-. exact (sconst_is 0 ltac:(lia)). }
  assert (CODE : forall pc i, code_at (classic_code p) pc = Some i ->
    cinsn_ok i = true /\ plain i = true).
  { intros pc i F. apply code_at_find in F. apply code_from_in in F as [F|F];
      [rewrite zfind_empty in F; discriminate F | exact (OK i F)]. }
  eapply tspec_bind; [apply (exits_of_spec _ js CODE JS); [|exact J1]|].
  { intros key k from entry l F. rewrite zfind_empty in F. discriminate F. }
  intros m2 x X2 [_ [W2 G2]].
  eapply tspec_bind; [apply (ends_of_spec (fst x) m2 (Sinks zempty bfalse) W2)|].
  { split; [|exact I]. intros r d F. cbn [k_outs] in F. rewrite zfind_empty in F. discriminate F. }
  intros m3 s X3 [S3 [_ [R3 T3]]]. apply tspec_ret. split; [exact S3|]. intros r RUN.
  set (k := doublings max_doublings (clength p)) in *.
  assert (HI : 0 <= 0 < 0 + 2 ^ Z.of_nat k)
    by (pose proof (Z.pow_pos_nonneg 2 (Z.of_nat k) ltac:(lia) ltac:(lia)); lia).
  destruct (G2 HI classic_init r eq_refl (gets_here _ _)) as [H|[c [_ [H _]]]].
  - (* the run *) exists (length p). exact RUN.
  - (* it returns *) exact (R3 r H).
  - (* it goes on beyond *) exact (T3 _ r H).
Qed.

Lemma ends_spec p m : classic_check seccomp p = true ->
  tspec e m (ends ORD p) (fun m' s => sinks_wf m' s /\ forall r, result p r -> sinks_is s r).
Proof.
  intros C. unfold ends. eapply tspec_bind; [apply (by_halves_spec p m C)|].
  intros m0 [s|] X0 Q0; [apply tspec_ret; exact Q0|]. eapply tspec_weaken.
  2: { apply (sym_from_spec (liveness 0 p) (classic_code p) p m0 0).
    - (* the instructions are well formed *) exact (check_insns p C).
    - (* the code holds the program *) apply code_from_holds.
    - (* and nothing beyond it *) intros q Q. apply code_from_out; [exact Q | apply zfind_empty].
    - (* the work at the start *) split; cbn [fst snd].
      + (* the states that wait *) intros pc s F. rewrite zfind_set in F.
        destruct (pc =? 0); [injection F as <- | rewrite zfind_empty in F; discriminate F].
        split; [exact I|]. cbn [sym_init ss_regs]. apply zset_regs_wf; [apply sconst_wf|].
        apply zset_regs_wf; [apply sconst_wf|]. intros k v F. rewrite zfind_empty in F.
        discriminate F.
      + (* the sinks *) split; [|exact I]. intros r d F. cbn [k_outs] in F.
        rewrite zfind_empty in F. discriminate F. }
  intros m1 s X1 [SW [_ FIN]]. split; [exact SW|].
  intros r R. apply (FIN (length p) classic_init r); [cbn [classic_init cs_pc]; lia | | exact R].
  exists sym_init. cbn [fst classic_init cs_pc]. split; [apply zfind_same|].
  split; [reflexivity|].
  cbn [sym_init ss_regs]. intros k z F. unfold creg in F.
  cbn [classic_init cs_a cs_x cs_mem] in F. unfold sget. rewrite !zfind_set.
  destruct (Z.eqb_spec k reg_a) as [->|NA]; [injection F as <-; apply sconst_is; lia|].
  destruct (Z.eqb_spec k reg_x) as [->|NX]; [injection F as <-; apply sconst_is; lia|].
  rewrite zfind_empty in F. discriminate F.
Qed.
(** What is left to an outcome ends in it, if the sinks have whatever may happen. *)
Lemma settle_spec (R : Z -> Prop) r0 s m : sinks_wf m s -> R r0 ->
  (forall r, R r -> sinks_is s r) ->
  tspec e m (settle s) (fun m' lr => all_wf m' (fst lr) /\ wf m' (snd lr) /\
    (forall r c, In (r, c) (fst lr) -> ev c = true -> R r) /\
    (forall r, R r -> ev (snd lr) = true \/ exists c, In (r, c) (fst lr) /\ ev c = true)).
Proof.
  intros [SW SL] R0 ENDS. unfold settle.
  assert (ALL : all_wf m (zlist (k_outs s))).
  { intros [r d] IN. apply zlist_find in IN. exact (SW r d IN). }
  eapply tspec_bind; [apply overlap_spec; [exact ALL | exact I | exact SL]|].
  intros m2 bad X2 [WB QB]. up.
  eapply tspec_bind; [apply exact_spec; [exact WB | eapply all_wf_ext; eauto]|].
  intros m3 l X3 [WL QL]. up.
  eapply tspec_bind; [apply uncovered_spec; [exact WL | exact I]|]. intros m4 rest X4 [WR QR].
  apply tspec_ret. cbn [fst snd].
  split; [exact (all_wf_ext _ _ _ X4 WL)|]. split; [exact WR|].
  assert (SOUND : forall r c, In (r, c) l -> ev c = true -> forall r', R r' -> r' = r).
  { intros r c IN Q r' RR. destruct (QL r c IN Q) as [B [d [ID D]]].
    destruct (QB B) as [LOST [_ ONE]].
    destruct (ENDS r' RR) as [K|[d' [F' D']]]; [congruence|]. apply zlist_find in F'.
    pose proof (ONE (r, d) (r', d') ID F' D D') as Q'. congruence. }
  split.
  - (* a row's outcome happens *)
    intros r c IN Q. rewrite <- (SOUND r c IN Q r0 R0). exact R0.
  - (* what happens has a row *)
    intros r RR. destruct (existsb (fun x => ev (snd x)) l) eqn:EX.
    + (* some condition holds *)
      right. apply existsb_exists in EX as [[r1 c] [IN Q]]. cbn [snd] in Q.
      rewrite (SOUND r1 c IN Q r RR). eauto.
    + (* no condition holds *) left. apply QR; [|reflexivity]. intros x IN.
      destruct (ev (snd x)) eqn:Q; [|reflexivity].
      assert (N : existsb (fun x => ev (snd x)) l = true) by (apply existsb_exists; eauto).
      congruence.
Qed.
Lemma decide_spec p m : classic_check seccomp p = true ->
  tspec e m (decide ORD p) (fun m' lr => all_wf m' (fst lr) /\ wf m' (snd lr) /\
    (forall r c, In (r, c) (fst lr) -> ev c = true -> result p r) /\
    (forall r, result p r -> ev (snd lr) = true \/ exists c, In (r, c) (fst lr) /\ ev c = true)).
Proof.
  intros C. unfold decide. eapply tspec_bind; [exact (ends_spec p m C)|].
  intros m1 s X1 [SW ENDS]. destruct (classic_check_run seccomp p C E) as [r0 [R0 _]].
  exact (settle_spec (result p) r0 s m1 SW R0 ENDS).
Qed.

(** * Two filters *)
(** A row of another outcome shares no input with [c], *)
Lemma apart_from_spec r c l : forall m, wf m c -> all_wf m l ->
  tspec e m (apart_from r c l) (fun _ b => b = true -> ev c = true -> forall r' c', In (r', c') l ->
    ev c' = true -> r' = r).
Proof.
  induction l as [|[r1 c1] l IH]; intros m W A; cbn [apart_from].
  - (* [] *) apply tspec_ret. intros _ _ r' c' [].
  - (* (r1, c1) :: l *) assert (L : all_wf m l) by (intros x IN; exact (A x (or_intror IN))).
    assert (W1 : wf m c1) by exact (A (r1, c1) (or_introl eq_refl)).
    destruct (Z.eqb_spec r1 r) as [Q|N].
    + (* r1 = r *) eapply tspec_weaken; [|apply (IH m); assumption].
      intros m1 b X1 H B C r' c' [P|IN] Q'; [injection P as <- <-; exact Q | eauto].
    + (* r1 <> r *)
      eapply (tspec_bind e m _ _ (fun _ b => b = true -> ev c = true -> ev c1 = true -> False)).
      { apply attempt_spec; [|intros m1 _; discriminate]. intros m1 X1. up.
        eapply bspec_bind; [apply band_spec; assumption|]. intros m2 x X2 [WX EX]. apply bspec_ret.
        intros F C1 C2. apply is_false_ev in F. rewrite EX, C1, C2 in F. discriminate F. }
      intros m1 b X1 H. up. destruct b; [|apply tspec_ret; discriminate].
      eapply tspec_weaken; [|apply (IH m1); [assumption | exact (all_wf_ext _ _ _ X1 L)]].
      intros m2 b X2 H2 B C r' c' [P|IN] Q';
        [injection P as <- <-; exfalso; exact (H eq_refl C Q') | eauto].
Qed.
(** and no two rows of different outcomes do. *)
Lemma all_apart_spec l l' : forall m, all_wf m l -> all_wf m l' ->
  tspec e m (all_apart l l') (fun _ b => b = true -> forall r c r' c',
    In (r, c) l -> ev c = true -> In (r', c') l' -> ev c' = true -> r' = r).
Proof.
  induction l as [|[r1 c1] l IH]; intros m A A'; cbn [all_apart].
  - (* [] *) apply tspec_ret. intros _ r c r' c' [].
  - (* (r1, c1) :: l *)
    eapply tspec_bind;
      [apply (apart_from_spec r1 c1 l' m); [exact (A (r1, c1) (or_introl eq_refl)) | exact A']|].
    intros m1 b X1 H. destruct b; [|apply tspec_ret; discriminate].
    eapply tspec_weaken;
      [|apply (IH m1); [intros x IN; exact (wf_ext _ _ _ X1 (A x (or_intror IN)))
        | exact (all_wf_ext _ _ _ X1 A')]].
    intros m2 b X2 H2 B r c r' c' [P|IN] C IN' C';
      [injection P as <- <-; exact (H eq_refl C r' c' IN' C') | eauto].
Qed.
Lemma same_decisions_spec p q m : classic_check seccomp p = true ->
  classic_check seccomp q = true ->
  tspec e m (same_decisions ORD p q) (fun _ b => b = true -> forall r, result p r <-> result q r).
Proof.
  intros CP CQ. unfold same_decisions.
  eapply tspec_bind; [apply (decide_spec p m CP)|]. intros m1 x X1 [WX [_ [SX KX]]].
  eapply tspec_bind; [apply (decide_spec q m1 CQ)|]. intros m2 y X2 [WY [_ [SY KY]]].
  destruct (is_false (snd x) && is_false (snd y)) eqn:F; [|apply tspec_ret; discriminate].
  apply andb_true_iff in F as [FX FY]. apply is_false_ev in FX, FY.
  eapply tspec_weaken; [|apply all_apart_spec; [exact (all_wf_ext _ _ _ X2 WX) | exact WY]].
  intros m3 b X3 H B.
  assert (ROW : forall r r', result p r -> result q r' -> r' = r).
  { intros r r' RP RQ. destruct (KX r RP) as [U|[c [IN C]]]; [congruence|].
    destruct (KY r' RQ) as [U|[c' [IN' C']]]; [congruence|]. exact (H B r c r' c' IN C IN' C'). }
  destruct (classic_check_run seccomp p CP E) as [rp [RP _]].
  destruct (classic_check_run seccomp q CQ E) as [rq [RQ _]].
  pose proof (ROW rp rq RP RQ) as Q. subst rq.
  intros r. split; intros R.
  - (* p's result is q's *) pose proof (ROW r rp R RQ) as Q. subst rp. exact RQ.
  - (* q's result is p's *) pose proof (ROW rp r RP R) as Q. subst r. exact RP.
Qed.
End OneInput.

(** * The table *)
(** Rows are decisions, each with an input that shows it. *)
Lemma rows_of_spec o p l : forall rows, rows_of o p l = Some rows ->
  (forall w, In w rows -> In (row_outcome w, row_cond w) l /\
    shows o p (row_outcome w) (row_cond w) (row_witness w) = true) /\
  (forall r c, In (r, c) l -> exists w, In w rows /\ row_outcome w = r /\ row_cond w = c).
Proof.
  induction l as [|[r c] l IH]; intros rows R; cbn [rows_of] in R.
  - (* [] *) injection R as <-. split; [intros w [] | intros r c []].
  - (* (r, c) :: l *) destruct (shows o p r c (path_bytes o c)) eqn:S; [|discriminate R].
    destruct (rows_of o p l) as [rows'|]; cbn [option_map] in R; [|discriminate R].
    injection R as <-.
    destruct (IH rows' eq_refl) as [H1 H2]. split.
    + (* each row is a decision *)
      intros w [<-|IN]; cbn [row_outcome row_cond row_witness];
        [split; [left; reflexivity | exact S]|].
      destruct (H1 w IN) as [K1 K2]. split; [right; exact K1 | exact K2].
    + (* each decision is a row *) intros r' c' [P|IN].
      * (* the first decision *)
        injection P as <- <-. exists (Row r c (path_bytes o c)). split; [left; reflexivity | auto].
      * (* another decision *)
        destruct (H2 r' c' IN) as [w [K1 K2]]. exists w. split; [right; exact K1 | exact K2].
Qed.

Definition runs_to (p : cprog) (e : cenv) (r : Z) : Prop :=
  classic_run LinuxSeccomp p e (length p) = CDone r.

(** For every order of variables and every input: where a row's condition holds, the filter ends
    with the row's outcome; the filter's outcome has a row whose condition holds, or the input is
    among those that the table leaves undecided; and each row has an input. *)
Theorem audit_in_exact o limit p t : audit_in o limit p = Some t -> forall e,
  (forall w, In w (t_rows t) -> holds_for (t_order t) (row_cond w) e = true ->
     runs_to p e (row_outcome w)) /\
  (forall r, runs_to p e r ->
     holds_for (t_order t) (t_undecided t) e = true \/
     exists w, In w (t_rows t) /\ row_outcome w = r /\
       holds_for (t_order t) (row_cond w) e = true).
Proof.
  unfold audit_in. destruct (order_ok o) eqn:OK; [|discriminate].
  destruct (classic_check LinuxSeccomp p) eqn:C; [|discriminate]. cbn [andb].
  destruct (decide o p (mgr_empty limit)) as [m' [l rest]] eqn:D.
  destruct (rows_of o p l) as [rows|] eqn:R; [|discriminate]. cbn [option_map]. intros A e.
  injection A as <-. cbn [t_order t_rows t_undecided].
  destruct (decide_spec o OK e p (mgr_empty limit) C (inv_empty _ _)) as [_ [_ Q]].
  rewrite D in Q. cbn [fst snd] in Q.
  destruct Q as [_ [_ [S K]]]. destruct (rows_of_spec o p l rows R) as [R1 R2]. split.
  - (* a row's outcome is the filter's *) intros w IN H. exact (S _ _ (proj1 (R1 w IN)) H).
  - (* the filter's outcome has a row *)
    intros r RUN. destruct (K r RUN) as [U|[c [IN H]]]; [left; exact U|]. right.
    destruct (R2 r c IN) as [w [W1 [W2 W3]]]. exists w. split; [exact W1|].
    split; [exact W2|]. rewrite W3. exact H.
Qed.

Theorem audit_in_witness o limit p t : audit_in o limit p = Some t -> forall w, In w (t_rows t) ->
  runs_to p (bytes_env (row_witness w)) (row_outcome w) /\
    holds_for (t_order t) (row_cond w) (bytes_env (row_witness w)) = true.
Proof.
  unfold audit_in. destruct (order_ok o && classic_check LinuxSeccomp p); [|discriminate].
  destruct (decide o p (mgr_empty limit)) as [m' [l rest]].
  destruct (rows_of o p l) as [rows|] eqn:R; [|discriminate]. cbn [option_map]. intros A w.
  injection A as <-. cbn [t_order t_rows]. intros IN.
  destruct (proj1 (rows_of_spec o p l rows R) w IN) as [_ S]. unfold shows in S.
  apply andb_true_iff in S as [S1 S2].
  split; [|exact S1]. unfold runs_to.
  destruct (classic_run LinuxSeccomp p (bytes_env (row_witness w)) (length p)); try discriminate S2.
  apply Z.eqb_eq in S2. congruence.
Qed.

(** What is found equivalent in some order is: every input ends the same in both. *)
Theorem equivalent_in_sound o limit p q : equivalent_in o limit p q = true ->
  forall e r, runs_to p e r <-> runs_to q e r.
Proof.
  unfold equivalent_in. intros H e. apply andb_true_iff in H as [H S].
  apply andb_true_iff in H as [H CQ]. apply andb_true_iff in H as [OK CP].
  destruct (same_decisions_spec o OK e p q (mgr_empty limit) CP CQ (inv_empty _ _)) as [_ [_ Q]].
  exact (Q S).
Qed.

(** The same in the order that the filter chooses. *)
Theorem audit_exact limit p t : audit limit p = Some t -> forall e,
  (forall w, In w (t_rows t) -> holds_for (t_order t) (row_cond w) e = true ->
     runs_to p e (row_outcome w)) /\
  (forall r, runs_to p e r ->
     holds_for (t_order t) (t_undecided t) e = true \/
     exists w, In w (t_rows t) /\ row_outcome w = r /\
       holds_for (t_order t) (row_cond w) e = true).
Proof. apply audit_in_exact. Qed.
Theorem audit_witness limit p t : audit limit p = Some t -> forall w, In w (t_rows t) ->
  runs_to p (bytes_env (row_witness w)) (row_outcome w) /\
    holds_for (t_order t) (row_cond w) (bytes_env (row_witness w)) = true.
Proof. apply audit_in_witness. Qed.

(** A table that leaves nothing undecided is the filter. *)
Corollary audit_complete limit p t :
  audit limit p = Some t -> t_undecided t = bfalse -> forall e r,
  runs_to p e r <->
  exists w, In w (t_rows t) /\ row_outcome w = r /\ holds_for (t_order t) (row_cond w) e = true.
Proof.
  intros A U e r. destruct (audit_exact _ _ _ A e) as [S K]. split.
  - (* the filter's outcome has a row *)
    intros R. destruct (K r R) as [H|H]; [rewrite U in H; discriminate H | exact H].
  - (* a row's outcome is the filter's *) intros [w [IN [<- H]]]. exact (S w IN H).
Qed.

Theorem equivalent_sound limit p q : equivalent limit p q = true ->
  forall e r, runs_to p e r <-> runs_to q e r.
Proof. apply equivalent_in_sound. Qed.
