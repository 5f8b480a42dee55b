(** Diagrams: every operation has the value that its name says, whatever the limits cut off.
    One assignment [e] is fixed throughout, and nothing depends on how it was chosen. *)
From Checker Require Import Bdd.

Section AtOneAssignment.
Variable e : Z -> bool.
Notation ev f := (beval f e).
Notation val v := (vval e v).

(** * The tables *)
(** [f] is a leaf, or the node of its number *)
Definition wf (m : mgr) (f : bdd) : Prop :=
  match f with Const _ => True | Test i _ _ _ => zfind i (m_nodes m) = Some f end.
Definition wfs (m : mgr) (v : vec) : Prop := Forall (wf m) v.
(** The tables are consistent: nodes are made of nodes, and remembered results are right. *)
Record inv (m : mgr) : Prop := Inv {
  inv_next : 2 <= m_next m;
  inv_nodes : forall i f, zfind i (m_nodes m) = Some f ->
    2 <= i < m_next m /\ exists v lo hi, f = Test i v lo hi /\ wf m lo /\ wf m hi;
  inv_unique : forall k f, zfind k (m_unique m) = Some f -> wf m f;
  inv_memo : forall k f g h r, zfind k (m_memo m) = Some (f, g, h, r) ->
    wf m f /\ wf m g /\ wf m h /\ wf m r /\ (ev r) = if (ev f) then (ev g) else (ev h) }.
Arguments inv_memo {m} _ {k f g h r}.
(** The nodes of [m] are in [m']. *)
Definition ext (m m' : mgr) : Prop :=
  forall i f, zfind i (m_nodes m) = Some f -> zfind i (m_nodes m') = Some f.

Lemma ext_refl m : ext m m.
Proof. intros i f H. exact H. Qed.
Lemma ext_trans m1 m2 m3 : ext m1 m2 -> ext m2 m3 -> ext m1 m3.
Proof. intros H1 H2 i f H. auto. Qed.
Lemma wf_ext m m' f : ext m m' -> wf m f -> wf m' f.
Proof. destruct f as [b|i v lo hi]; cbn [wf]; auto. Qed.
Lemma wfs_ext m m' v : ext m m' -> wfs m v -> wfs m' v.
Proof. intros X. apply Forall_impl. intros f. apply wf_ext. exact X. Qed.
(** Leaves need no table. *)
Lemma wf_leaf m b : wf m (Const b).
Proof. exact I. Qed.

(** equal numbers, equal diagrams *)
Lemma wf_same m f g : inv m -> wf m f -> wf m g -> bsame f g = true -> f = g.
Proof.
  intros V F G S. apply Z.eqb_eq in S.
  assert (N : forall i v lo hi b, wf m (Test i v lo hi) -> i <> bid (Const b)).
  { intros i v lo hi b W Q. cbn [wf] in W.
    destruct (inv_nodes _ V _ _ W) as [R _].
    destruct b; cbn [bid] in Q; lia. }
  destruct f as [b|i v lo hi], g as [b'|i' v' lo' hi'].
  - (* Const, Const *) destruct b, b'; cbn [bid] in S; congruence.
  - (* Const, Test *) symmetry in S. exfalso. eapply N; [exact G | exact S].
  - (* Test, Const *) exfalso. eapply N; [exact F | exact S].
  - (* Test, Test *) cbn [bid] in S. subst i'. cbn [wf] in F, G. congruence.
Qed.
Lemma wf_children m i v lo hi : inv m -> wf m (Test i v lo hi) -> wf m lo /\ wf m hi.
Proof.
  intros V W. cbn [wf] in W. destruct (inv_nodes _ V _ _ W) as [_ [v' [lo' [hi' [Q K]]]]].
  injection Q as -> -> ->. exact K.
Qed.
Arguments wf_children {m i v lo hi}.

Lemma inv_empty total : inv (mgr_empty total).
Proof.
  constructor; cbn [mgr_empty m_next m_nodes m_unique m_memo]; intros; try lia;
    match goal with H : zfind _ zempty = _ |- _ => rewrite zfind_empty in H; discriminate H end.
Qed.

(** * What a computation guarantees *)
Definition bspec {A} (m : mgr) (c : B A) (Q : mgr -> A -> Prop) : Prop :=
  inv m -> match c m with Some (m', a) => inv m' /\ ext m m' /\ Q m' a | None => True end.
Definition tspec {A} (m : mgr) (c : T A) (Q : mgr -> A -> Prop) : Prop :=
  inv m -> inv (fst (c m)) /\ ext m (fst (c m)) /\ Q (fst (c m)) (snd (c m)).

Lemma bspec_ret {A} m (a : A) (Q : mgr -> A -> Prop) : Q m a -> bspec m (bret a) Q.
Proof. intros H V. cbn [bret]. auto using ext_refl. Qed.
Lemma bspec_bind {A C} m (c : B A) (k : A -> B C) Q1 Q2 :
  bspec m c Q1 -> (forall m' a, ext m m' -> Q1 m' a -> bspec m' (k a) Q2) -> bspec m (bbind c k) Q2.
Proof.
  intros H1 H2 V. unfold bbind.
  specialize (H1 V). destruct (c m) as [[m' a]|]; [|exact I].
  destruct H1 as [V' [X K]]. specialize (H2 m' a X K V').
  destruct (k a m') as [[m'' b]|]; [|exact I].
  destruct H2 as [V'' [X' K']]. eauto using ext_trans.
Qed.
Lemma bspec_weaken {A} m (c : B A) (Q1 Q2 : mgr -> A -> Prop) :
  (forall m' a, ext m m' -> Q1 m' a -> Q2 m' a) -> bspec m c Q1 -> bspec m c Q2.
Proof.
  intros W H V. specialize (H V).
  destruct (c m) as [[m' a]|]; [|exact I]. destruct H as [V' [X K]]. auto.
Qed.
Lemma tspec_ret {A} m (a : A) (Q : mgr -> A -> Prop) : Q m a -> tspec m (tret a) Q.
Proof. intros H V. cbn [tret fst snd]. auto using ext_refl. Qed.
Lemma tspec_bind {A C} m (c : T A) (k : A -> T C) Q1 Q2 :
  tspec m c Q1 -> (forall m' a, ext m m' -> Q1 m' a -> tspec m' (k a) Q2) -> tspec m (tbind c k) Q2.
Proof.
  intros H1 H2 V. unfold tbind.
  specialize (H1 V). destruct (c m) as [m' a]. cbn [fst snd] in H1.
  destruct H1 as [V' [X K]]. specialize (H2 m' a X K V').
  destruct H2 as [V'' [X' K']]. eauto using ext_trans.
Qed.
Lemma tspec_weaken {A} m (c : T A) (Q1 Q2 : mgr -> A -> Prop) :
  (forall m' a, ext m m' -> Q1 m' a -> Q2 m' a) -> tspec m c Q1 -> tspec m c Q2.
Proof. intros W H V. specialize (H V). destruct H as [V' [X K]]. auto. Qed.

(** limits do not matter *)
Lemma inv_limits n u r next l1 l2 t1 t2 a1 a2 : inv (Mgr n u r next l1 t1 a1) ->
  inv (Mgr n u r next l2 t2 a2).
Proof. intros [V1 V2 V3 V4]. constructor; assumption. Qed.
Arguments inv_limits {n u r next l1 l2 t1 t2 a1 a2}.
Lemma attempt_spec {A} m (c : B A) d (Q : mgr -> A -> Prop) :
  (forall m1, ext m m1 -> bspec m1 c Q) -> (forall m1, ext m m1 -> Q m1 d) ->
    tspec m (attempt c d) Q.
Proof.
  intros H D V. unfold attempt. destruct m as [n u r next l total allow].
  specialize (H (Mgr n u r next (Z.min total (next + allow)) total allow)
    ltac:(intros i f K; exact K) (inv_limits V)).
  destruct (c _) as [[m' a]|]; cbn [fst snd].
  - (* Some: the attempt's own result *) exact H.
  - (* None: the tables as before *)
    split; [exact (inv_limits V)|]. split; [intros i f K; exact K|].
    apply D. intros i f K. exact K.
Qed.

(** * Nodes *)
(** A new node *)
Lemma fresh_spec m v lo hi : wf m lo -> wf m hi ->
  bspec m (fresh v lo hi) (fun m' r => wf m' r /\ (ev r) = if e v then (ev hi) else (ev lo)).
Proof.
  intros L H V. unfold fresh. destruct m as [n u t next limit total allow].
  destruct (limit <=? next); [exact I|]. cbv zeta.
  set (f := Test next v lo hi).
  set (m' :=
      Mgr (zset next f n) (zset (key3 v (bid lo) (bid hi)) f u) t (next + 1) limit total allow).
  destruct V as [V1 V2 V3 V4]. cbn [m_next m_nodes m_unique m_memo] in V1, V2, V3, V4.
  assert (X : ext (Mgr n u t next limit total allow) m').
  { intros i g F. unfold m'. cbn [m_nodes] in *.
    rewrite zfind_other; [exact F|]. apply V2 in F. lia. }
  assert (K : forall g, wf (Mgr n u t next limit total allow) g -> wf m' g)
    by (intros g; apply wf_ext; exact X).
  assert (F : wf m' f) by (unfold m', f; cbn [wf m_nodes]; apply zfind_same).
  split; [|split; [exact X | split; [exact F | reflexivity]]].
  constructor; unfold m' at 1; cbn [m_next m_nodes m_unique m_memo].
  - (* m_next *) lia.
  - (* m_nodes *) intros i g G. rewrite zfind_set in G. destruct (Z.eqb_spec i next) as [->|N].
    + (* i = next *)
      injection G as <-. split; [unfold m'; cbn [m_next]; lia|]. exists v, lo, hi. auto.
    + (* i <> next *)
      apply V2 in G as [R [v' [lo' [hi' [Q [W1 W2]]]]]]. split; [unfold m'; cbn [m_next]; lia|].
      exists v', lo', hi'. auto.
  - (* m_unique *) intros k g G. rewrite zfind_set in G.
    destruct (k =? key3 v (bid lo) (bid hi)); [injection G as <-; exact F|].
    apply K. exact (V3 _ _ G).
  - (* m_memo *) intros k f1 g1 h1 r1 G. apply V4 in G as [W1 [W2 [W3 [W4 Q]]]]. auto 6.
Qed.

(** and a node that may be there already, mean what they test. *)
Lemma mk_spec m v lo hi : wf m lo -> wf m hi ->
  bspec m (mk v lo hi) (fun m' r => wf m' r /\ (ev r) = if e v then (ev hi) else (ev lo)).
Proof.
  intros L H V. unfold mk. destruct (bsame lo hi) eqn:S.
  { rewrite (wf_same m lo hi V L H S) in *. split; [exact V|]. split; [apply ext_refl|].
    split; [exact H|]. destruct (e v); reflexivity. }
  destruct (zfind (key3 v (bid lo) (bid hi)) (m_unique m)) as [f|] eqn:F;
    [|exact (fresh_spec m v lo hi L H V)].
  destruct f as [b|i v' lo' hi']; [exact (fresh_spec m v lo hi L H V)|].
  destruct ((v' =? v) && bsame lo' lo && bsame hi' hi) eqn:Q; [|exact (fresh_spec m v lo hi L H V)].
  apply andb_true_iff in Q as [Q Q3]. apply andb_true_iff in Q as [Q1 Q2].
  apply Z.eqb_eq in Q1. subst v'. apply (inv_unique _ V) in F as W.
  destruct (wf_children V W) as [W1 W2].
  rewrite (wf_same m lo' lo V W1 L Q2), (wf_same m hi' hi V W2 H Q3) in *.
  split; [exact V|]. split; [apply ext_refl|]. split; [exact W | reflexivity].
Qed.

Lemma bvar_spec m v : bspec m (bvar v) (fun m' r => wf m' r /\ (ev r) = e v).
Proof.
  eapply bspec_weaken; [|apply mk_spec; exact I]. intros m' r _ [W Q]. split; [exact W|].
  rewrite Q. cbn [bfalse btrue beval]. destruct (e v); reflexivity.
Qed.

(** * If-then-else *)
Lemma when_eval v f : (ev f) = if e v then (ev (when1 v f)) else (ev (when0 v f)).
Proof.
  destruct f as [b|i v' lo hi]; cbn [when1 when0].
  - (* Const *) destruct (e v); reflexivity.
  - (* Test *)
    destruct (Z.eqb_spec v' v) as [->|N]; cbn [beval]; [reflexivity|]. destruct (e v); reflexivity.
Qed.
(** Cofactors are in the tables. *)
Lemma when0_wf m v f : inv m -> wf m f -> wf m (when0 v f).
Proof.
  intros V W. destruct f as [b|i v' lo hi]; cbn [when0]; [exact W|].
  destruct (v' =? v); [exact (proj1 (wf_children V W)) | exact W].
Qed.
Lemma when1_wf m v f : inv m -> wf m f -> wf m (when1 v f).
Proof.
  intros V W. destruct f as [b|i v' lo hi]; cbn [when1]; [exact W|].
  destruct (v' =? v); [exact (proj2 (wf_children V W)) | exact W].
Qed.

(** The diagram of [if f then g else h]. *)
Definition is_ite (f g h : bdd) (m : mgr) (r : bdd) : Prop :=
  wf m r /\ (ev r) = if (ev f) then (ev g) else (ev h).

(** A right result may be remembered. *)
Lemma memo_set_spec m f g h r : wf m f -> wf m g -> wf m h -> wf m r ->
  (ev r) = (if (ev f) then (ev g) else (ev h)) ->
  bspec m (memo_set f g h r) (is_ite f g h).
Proof.
  intros F G H R Q V. unfold memo_set. destruct m as [n u t next limit total allow].
  split; [|split; [intros i g' K; exact K | split; [exact R | exact Q]]].
  destruct V as [V1 V2 V3 V4].
  constructor; cbn [m_next m_nodes m_unique m_memo] in *; try assumption.
  intros k f1 g1 h1 r1 K. rewrite zfind_set in K. destruct (k =? key3 (bid f) (bid g) (bid h)).
  - (* the new entry *) injection K as <- <- <- <-. auto 6.
  - (* an older entry *) eapply V4. exact K.
Qed.

Lemma is_true_eq f : is_true f = true -> f = btrue.
Proof. destruct f as [[|]|i v lo hi]; intros H; try reflexivity; discriminate H. Qed.
Lemma is_false_eq f : is_false f = true -> f = bfalse.
Proof. destruct f as [[|]|i v lo hi]; intros H; try reflexivity; discriminate H. Qed.

(** However much fuel there is, what comes out is right. *)
Lemma ite_fuel_spec fuel : forall m f g h, wf m f -> wf m g -> wf m h ->
  bspec m (ite_fuel fuel f g h) (is_ite f g h).
Proof.
  induction fuel as [|fuel IH]; intros m f g h F G H V; cbn [ite_fuel].
  - (* O *) destruct f as [[|]|i v lo hi]; [unfold is_ite; auto using ext_refl ..|].
    destruct (bsame g h) eqn:S.
    { rewrite (wf_same m g h V G H S) in *. unfold is_ite. split; [exact V|].
      split; [apply ext_refl|].
      split; [exact H|]. destruct ((ev (Test i v lo hi))); reflexivity. }
    destruct (is_true g && is_false h) eqn:Q; [|exact I].
    apply andb_true_iff in Q as [Q1 Q2]. apply is_true_eq in Q1. apply is_false_eq in Q2.
    subst g h.
    split; [exact V|]. split; [apply ext_refl|]. split; [exact F|].
    unfold btrue, bfalse. cbn [beval].
    destruct (e v); [destruct (ev hi) | destruct (ev lo)]; reflexivity.
  - (* S fuel *) destruct f as [[|]|i v lo hi]; [unfold is_ite; auto using ext_refl ..|].
    set (f := Test i v lo hi) in *. destruct (bsame g h) eqn:S.
    { rewrite (wf_same m g h V G H S) in *. unfold is_ite. split; [exact V|].
      split; [apply ext_refl|].
      split; [exact H|]. destruct (ev f); reflexivity. }
    destruct (is_true g && is_false h) eqn:Q.
    { apply andb_true_iff in Q as [Q1 Q2]. apply is_true_eq in Q1. apply is_false_eq in Q2.
      subst g h.
      split; [exact V|]. split; [apply ext_refl|]. split; [exact F|].
      cbn [btrue bfalse beval]. destruct (ev f); reflexivity. }
    cbv zeta. set (w := top (top v g) h). clearbody w.
    assert (REC : bspec m (r0 <- ite_fuel fuel (when0 w f) (when0 w g) (when0 w h) ;;
                           r1 <- ite_fuel fuel (when1 w f) (when1 w g) (when1 w h) ;;
                           r <- mk w r0 r1 ;; memo_set f g h r) (is_ite f g h)).
    { eapply bspec_bind; [apply IH; apply when0_wf; assumption|].
      intros m1 r0 X1 [R0 E0]. eapply bspec_bind.
      { apply IH; apply (wf_ext _ _ _ X1); apply when1_wf; assumption. }
      intros m2 r1 X2 [R1 E1].
      eapply bspec_bind; [apply mk_spec; [exact (wf_ext _ _ _ X2 R0) | exact R1]|].
      intros m3 r' X3 [R E]. pose proof (ext_trans _ _ _ X1 (ext_trans _ _ _ X2 X3)) as X.
      apply memo_set_spec; [exact (wf_ext _ _ _ X F) | exact (wf_ext _ _ _ X G)
          | exact (wf_ext _ _ _ X H) | exact R |].
      rewrite E, E0, E1, (when_eval w f), (when_eval w g), (when_eval w h).
      destruct (e w); reflexivity. }
    unfold memo_find.
    destruct (zfind (key3 (bid f) (bid g) (bid h)) (m_memo m)) as [[[[f' g'] h'] r]|] eqn:M;
      [|exact (REC V)].
    destruct (bsame f' f && bsame g' g && bsame h' h) eqn:K; [|exact (REC V)].
    apply andb_true_iff in K as [K K3]. apply andb_true_iff in K as [K1 K2].
    destruct (inv_memo V M) as [W1 [W2 [W3 [W4 E]]]].
    rewrite (wf_same m f' f V W1 F K1), (wf_same m g' g V W2 G K2), (wf_same m h' h V W3 H K3) in *.
    unfold is_ite. auto using ext_refl.
Qed.
Lemma ite_spec m f g h : wf m f -> wf m g -> wf m h -> bspec m (ite f g h) (is_ite f g h).
Proof. unfold ite. apply ite_fuel_spec. Qed.

Lemma bnot_spec m f : wf m f -> bspec m (bnot f) (fun m' r => wf m' r /\ (ev r) = negb (ev f)).
Proof.
  intros F. unfold bnot. eapply bspec_weaken; [|apply ite_spec; [exact F | exact I | exact I]].
  intros m' r _ [W Q]. split; [exact W|]. rewrite Q.
  cbn [bfalse btrue beval]. destruct (ev f); reflexivity.
Qed.
Lemma band_spec m f g : wf m f -> wf m g ->
  bspec m (band f g) (fun m' r => wf m' r /\ (ev r) = (ev f) && (ev g)).
Proof.
  intros F G. unfold band. eapply bspec_weaken; [|apply ite_spec; [exact F | exact G | exact I]].
  intros m' r _ [W Q]. split; [exact W|]. rewrite Q.
  cbn [bfalse beval]. destruct (ev f); reflexivity.
Qed.
Lemma bor_spec m f g : wf m f -> wf m g ->
  bspec m (bor f g) (fun m' r => wf m' r /\ (ev r) = (ev f) || (ev g)).
Proof.
  intros F G. unfold bor. eapply bspec_weaken; [|apply ite_spec; [exact F | exact I | exact G]].
  intros m' r _ [W Q]. split; [exact W|]. rewrite Q.
  cbn [btrue beval]. destruct (ev f); reflexivity.
Qed.
Lemma bxor_spec m f g : wf m f -> wf m g ->
  bspec m (bxor f g) (fun m' r => wf m' r /\ (ev r) = xorb (ev f) (ev g)).
Proof.
  intros F G. unfold bxor.
  eapply bspec_bind; [apply bnot_spec; exact G|]. intros m1 n X1 [N E1].
  eapply bspec_weaken;
    [|apply ite_spec; [exact (wf_ext _ _ _ X1 F) | exact N | exact (wf_ext _ _ _ X1 G)]].
  intros m' r _ [W Q]. split; [exact W|]. rewrite Q, E1.
  destruct (ev f), (ev g); reflexivity.
Qed.

(** * Vectors *)
Lemma wfs_cons m x a : wfs m (x :: a) <-> wf m x /\ wfs m a.
Proof. split; [intros H; inversion H; auto | intros [H1 H2]; constructor; auto]. Qed.
Lemma wfs_nil m : wfs m [].
Proof. constructor. Qed.
Lemma wfs_app m a b : wfs m a -> wfs m b -> wfs m (a ++ b).
Proof. intros A C. apply Forall_app. auto. Qed.
Lemma wfs_firstn m n a : wfs m a -> wfs m (firstn n a).
Proof.
  revert a. induction n as [|n IH]; intros a H; [constructor|].
  destruct a as [|x a]; [constructor|].
  apply wfs_cons in H. apply wfs_cons. cbn [firstn].
  split; [tauto | apply IH; tauto].
Qed.
Lemma wfs_skipn m n a : wfs m a -> wfs m (skipn n a).
Proof.
  revert a. induction n as [|n IH]; intros a H; [exact H|]. destruct a as [|x a]; [constructor|].
  apply wfs_cons in H. cbn [skipn]. apply IH. tauto.
Qed.
Lemma wfs_zero m n : wfs m (vzero n).
Proof. induction n as [|n IH]; [constructor|]. apply wfs_cons. split; [exact I | exact IH]. Qed.

(** Brings what is known of earlier tables to later ones. *)
Ltac up := repeat match goal with
  | H : wfs ?m (?x :: ?a) |- _ => let K1 := fresh "up_" in let K2 :=
    fresh "up_" in apply wfs_cons in H; destruct H as [K1 K2]
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

Fixpoint pow2 (n : nat) : Z := match n with O => 1 | S n' => 2 * pow2 n' end.
Lemma pow2_pos n : 0 < pow2 n.
Proof. induction n as [|n IH]; cbn [pow2]; lia. Qed.
Lemma pow2_eq n : pow2 n = 2 ^ Z.of_nat n.
Proof.
  induction n as [|n IH]; [reflexivity|]. cbn [pow2].
  rewrite IH, Nat2Z.inj_succ, Z.pow_succ_r by lia. reflexivity.
Qed.
Lemma pow2_add n k : pow2 (n + k) = pow2 n * pow2 k.
Proof. rewrite !pow2_eq, Nat2Z.inj_add, Z.pow_add_r by lia. reflexivity. Qed.
Lemma b2z_range b : 0 <= Z.b2z b <= 1.
Proof. destruct b; cbn [Z.b2z]; lia. Qed.
Lemma val_range v : 0 <= val v < pow2 (length v).
Proof.
  induction v as [|x v IH]; cbn [vval length pow2]; [lia|]. pose proof (b2z_range (ev x)). lia.
Qed.
(** The remainder, from a quotient. *)
Lemma mod_from r q s P : 0 <= r < P -> s = r + P * q -> r = s mod P.
Proof. intros R ->. rewrite Z.mul_comm, Z_mod_plus_full. symmetry. apply Z.mod_small. exact R. Qed.

Lemma val_app a b : val (a ++ b) = val a + pow2 (length a) * val b.
Proof.
  induction a as [|x a IH]; cbn [app vval length pow2]; [lia|]. rewrite IH. ring.
Qed.
Lemma val_zero n : val (vzero n) = 0.
Proof.
  induction n as [|n IH]; [reflexivity|]. cbn [vzero repeat vval]. fold (vzero n).
  rewrite IH. reflexivity.
Qed.
Lemma length_zero n : length (vzero n) = n.
Proof. apply repeat_length. Qed.
Lemma val_const n k : val (vconst n k) = k mod pow2 n.
Proof.
  revert k. induction n as [|n IH]; intros k; cbn [vconst vval pow2]; [symmetry; apply Z.mod_1_r|].
  rewrite IH. cbn [beval]. pose proof (pow2_pos n) as P.
  apply (mod_from _ (Z.div2 k / pow2 n)).
  - (* the remainder is in range *)
    pose proof (Z.mod_pos_bound (Z.div2 k) _ P). pose proof (b2z_range (Z.odd k)). lia.
  - (* it is a remainder *)
    pose proof (Z.div2_odd k) as D. pose proof (Z.div_mod (Z.div2 k) (pow2 n) ltac:(lia)) as E.
    rewrite <- Z.mul_assoc. lia.
Qed.
Lemma length_const n k : length (vconst n k) = n.
Proof.
  revert k. induction n as [|n IH]; intros k; cbn [vconst length]; [reflexivity|]. rewrite IH.
  reflexivity.
Qed.
Lemma wfs_const m n k : wfs m (vconst n k).
Proof.
  revert k. induction n as [|n IH]; intros k; [constructor|]. apply wfs_cons.
  split; [exact I | apply IH].
Qed.
Lemma val_firstn n a : (n <= length a)%nat -> val (firstn n a) = val a mod pow2 n.
Proof.
  intros L. rewrite <- (firstn_skipn n a) at 2.
  rewrite val_app, firstn_length, Nat.min_l by exact L.
  apply (mod_from _ (val (skipn n a))); [|reflexivity].
  pose proof (val_range (firstn n a)) as R. rewrite firstn_length, Nat.min_l in R by exact L.
  exact R.
Qed.
Lemma val_skipn n a : (n <= length a)%nat -> val (skipn n a) = val a / pow2 n.
Proof.
  intros L. rewrite <- (firstn_skipn n a) at 2.
  rewrite val_app, firstn_length, Nat.min_l by exact L.
  pose proof (val_range (firstn n a)) as R. rewrite firstn_length, Nat.min_l in R by exact L.
  apply (Z.div_unique _ _ _ (val (firstn n a))); [left; exact R | lia].
Qed.

(** What operations on vectors leave: [n] diagrams whose number is [z]. *)
Definition is_vec (n : nat) (z : Z) (m : mgr) (r : vec) : Prop :=
  wfs m r /\ length r = n /\ val r = z.

(** Any operation on bits, on vectors. *)
Lemma vmap2_spec (f : bdd -> bdd -> B bdd) (fb : bool -> bool -> bool) (fz : Z -> Z -> Z) :
  (forall m x y, wf m x -> wf m y ->
    bspec m (f x y) (fun m' r => wf m' r /\ ev r = fb (ev x) (ev y))) ->
  fz 0 0 = 0 ->
  (forall x y a b, fz (Z.b2z x + 2 * a) (Z.b2z y + 2 * b) = Z.b2z (fb x y) + 2 * fz a b) ->
  forall a m b, wfs m a -> wfs m b -> length b = length a ->
  bspec m (vmap2 f a b) (is_vec (length a) (fz (val a) (val b))).
Proof.
  intros F Z0 ZS a.
  induction a as [|x a IH]; intros m b A C L; destruct b as [|y b]; try discriminate L.
  - (* [] *) apply bspec_ret. split; [constructor|]. split; [reflexivity | symmetry; exact Z0].
  - (* x :: a *) cbn [vmap2]. up.
    eapply bspec_bind; [apply F; assumption|]. intros m1 r X1 [R E1]. up.
    eapply bspec_bind; [apply (IH m1 b); [assumption | assumption | cbn [length] in L; lia]|].
    intros m2 l X2 [W [N E2]]. up. apply bspec_ret.
    split; [apply wfs_cons; auto|].
    split; [cbn [length]; congruence|]. cbn [vval]. rewrite E1, E2.
    symmetry. apply ZS.
Qed.

(** An operation on bits, one bit at a time. *)
Lemma bitwise_step (fz : Z -> Z -> Z) fb :
  (forall a b i, 0 <= i -> Z.testbit (fz a b) i = fb (Z.testbit a i) (Z.testbit b i)) ->
  forall x y a b, fz (Z.b2z x + 2 * a) (Z.b2z y + 2 * b) = Z.b2z (fb x y) + 2 * fz a b.
Proof.
  intros S x y a b. apply Z.bits_inj'. intros i I.
  rewrite S by exact I.
  rewrite !(Z.add_comm (Z.b2z _)). destruct (Z.eq_dec i 0) as [->|N].
  - (* i = 0 *) rewrite !Z.testbit_0_r. reflexivity.
  - (* i <> 0 *) replace i with (Z.succ (i - 1)) by lia. rewrite !Z.testbit_succ_r by lia. symmetry.
    apply S. lia.
Qed.
Lemma vand_spec m a b : wfs m a -> wfs m b -> length b = length a ->
  bspec m (vmap2 band a b) (is_vec (length a) (Z.land (val a) (val b))).
Proof.
  apply (vmap2_spec band andb Z.land); [apply band_spec | reflexivity | apply bitwise_step]. intros.
  apply Z.land_spec.
Qed.
Lemma vor_spec m a b : wfs m a -> wfs m b -> length b = length a ->
  bspec m (vmap2 bor a b) (is_vec (length a) (Z.lor (val a) (val b))).
Proof.
  apply (vmap2_spec bor orb Z.lor); [apply bor_spec | reflexivity | apply bitwise_step]. intros.
  apply Z.lor_spec.
Qed.
Lemma vxor_spec m a b : wfs m a -> wfs m b -> length b = length a ->
  bspec m (vmap2 bxor a b) (is_vec (length a) (Z.lxor (val a) (val b))).
Proof.
  apply (vmap2_spec bxor xorb Z.lxor); [apply bxor_spec | reflexivity | apply bitwise_step]. intros.
  apply Z.lxor_spec.
Qed.

Lemma vmux_spec c a : forall m b, wf m c -> wfs m a -> wfs m b -> length b = length a ->
  bspec m (vmux c a b) (is_vec (length a) (if ev c then val a else val b)).
Proof.
  unfold vmux.
  induction a as [|x a IH]; intros m b K A C L; destruct b as [|y b]; try discriminate L.
  - (* [] *) apply bspec_ret. split; [constructor|]. split; [reflexivity|].
    destruct (ev c); reflexivity.
  - (* x :: a *) cbn [vmap2]. up.
    eapply bspec_bind; [apply ite_spec; assumption|]. intros m1 r X1 [R E1]. up.
    eapply bspec_bind;
      [apply (IH m1 b); [assumption | assumption | assumption | cbn [length] in L; lia]|].
    intros m2 l X2 [W [N E2]]. up. apply bspec_ret.
    split; [apply wfs_cons; auto|].
    split; [cbn [length]; congruence|]. cbn [vval]. rewrite E1, E2.
    destruct (ev c); reflexivity.
Qed.

Lemma vadd_spec a : forall m c b, wf m c -> wfs m a -> wfs m b -> length b = length a ->
  bspec m (vadd c a b) (is_vec (length a) ((val a + val b + Z.b2z (ev c)) mod pow2 (length a))).
Proof.
  induction a as [|x a IH]; intros m c b K A C L; destruct b as [|y b]; try discriminate L.
  - (* [] *) apply bspec_ret. split; [constructor|]. split; [reflexivity|].
    symmetry. apply Z.mod_1_r.
  - (* x :: a *) cbn [vadd]. up.
    eapply bspec_bind; [apply bxor_spec; assumption|]. intros m1 t X1 [W1 E1]. up.
    eapply bspec_bind; [apply bxor_spec; assumption|]. intros m2 s X2 [W2 E2]. up.
    eapply bspec_bind; [apply bor_spec; assumption|]. intros m3 o X3 [W3 E3]. up.
    eapply bspec_bind; [apply band_spec; assumption|]. intros m4 n X4 [W4 E4]. up.
    eapply bspec_bind; [apply ite_spec; assumption|]. intros m5 c' X5 [W5 E5]. up.
    eapply bspec_bind;
      [apply (IH m5 c' b); [assumption | assumption | assumption | cbn [length] in L; lia]|].
    intros m6 l X6 [W [N E6]]. up. apply bspec_ret.
    split; [apply wfs_cons; auto|].
    split; [cbn [length]; congruence|]. cbn [vval length pow2].
    pose proof (pow2_pos (length a)) as P. set (S := val a + val b + Z.b2z (ev c')) in *.
    apply (mod_from _ (S / pow2 (length a))).
    + (* the remainder is in range *) rewrite E6. pose proof (Z.mod_pos_bound S _ P).
      pose proof (b2z_range (ev s)). lia.
    + (* it is a remainder *)
      pose proof (Z.div_mod S (pow2 (length a)) ltac:(lia)) as D. rewrite E6, <- Z.mul_assoc.
      assert (Q : Z.b2z (ev x) + Z.b2z (ev y) + Z.b2z (ev c) = Z.b2z (ev s) + 2 * Z.b2z (ev c')).
      { rewrite E5, E4, E3, E2, E1. destruct (ev x), (ev y), (ev c); reflexivity. }
      unfold S in *. lia.
Qed.

Lemma vnot_spec a : forall m, wfs m a ->
  bspec m (vnot a) (is_vec (length a) (pow2 (length a) - 1 - val a)).
Proof.
  induction a as [|x a IH]; intros m A.
  - (* [] *) apply bspec_ret. split; [constructor|]. split; reflexivity.
  - (* x :: a *) cbn [vnot]. up.
    eapply bspec_bind; [apply bnot_spec; assumption|]. intros m1 r X1 [R E1]. up.
    eapply bspec_bind; [apply IH; assumption|]. intros m2 l X2 [W [N E2]]. up.
    apply bspec_ret.
    split; [apply wfs_cons; auto|]. split; [cbn [length]; congruence|].
    cbn [vval length pow2]. rewrite E1, E2. destruct (ev x); cbn [negb Z.b2z]; lia.
Qed.
Lemma vsub_spec m a b : wfs m a -> wfs m b -> length b = length a ->
  bspec m (vsub a b) (is_vec (length a) ((val a - val b) mod pow2 (length a))).
Proof.
  intros A C L. unfold vsub.
  eapply bspec_bind; [apply vnot_spec; exact C|]. intros m1 n X1 [W [N E]]. up.
  eapply bspec_weaken; [|apply vadd_spec; [exact I | assumption | exact W | congruence]].
  intros m2 r _ [W' [N' E']]. split; [exact W'|]. split; [exact N'|].
  rewrite E', E, L. cbn [btrue beval Z.b2z].
  replace (val a + (pow2 (length a) - 1 - val b) + 1) with (val a - val b + 1 * pow2 (length a))
    by ring.
  apply Z_mod_plus_full.
Qed.

Lemma vmul_spec a b : forall m, wfs m a -> wfs m b ->
  bspec m (vmul a b) (is_vec (length a) ((val a * val b) mod pow2 (length a))).
Proof.
  induction b as [|y b IH]; intros m A C; cbn [vmul].
  - (* [] *) apply bspec_ret. split; [apply wfs_zero|]. split; [apply length_zero|].
    rewrite val_zero. cbn [vval]. rewrite Z.mul_0_r. reflexivity.
  - (* y :: b *) up. eapply bspec_bind; [apply IH; assumption|]. intros m1 r X1 [W1 [N1 E1]].
    up.
    eapply bspec_bind;
      [apply vmux_spec; [assumption | assumption | apply wfs_zero | apply length_zero]|].
    intros m2 t X2 [W2 [N2 E2]]. up.
    assert (LN : (length a <= length (bfalse :: r))%nat) by (cbn [length]; lia).
    eapply bspec_weaken;
      [|apply vadd_spec; [exact I | exact W2 | apply wfs_firstn, wfs_cons; split;
        [exact I | assumption] |]].
    2: { rewrite firstn_length, Nat.min_l by exact LN. congruence. }
    intros m3 s _ [W3 [N3 E3]]. split; [exact W3|]. split; [congruence|].
    rewrite E3, N2, val_firstn by exact LN. cbn [vval bfalse beval Z.b2z]. rewrite E1, E2, val_zero.
    pose proof (pow2_pos (length a)) as P. set (M := pow2 (length a)) in *.
    set (A0 := val a) in *. set (B0 := val b) in *.
    rewrite Z.add_0_r, Z.add_0_l, Zplus_mod_idemp_r.
    replace (2 * ((A0 * B0) mod M)) with (((A0 * B0) mod M) * 2) by ring.
    rewrite <- Zplus_mod_idemp_r, Zmult_mod_idemp_l, Zplus_mod_idemp_r.
    f_equal. destruct (ev y); cbn [Z.b2z]; ring.
Qed.

(** * Tests *)
Lemma vless_spec a : forall m acc b, wf m acc -> wfs m a -> wfs m b -> length b = length a ->
  bspec m (vless acc a b) (fun m' r => wf m' r /\ ev r = (val a <? val b + Z.b2z (ev acc))).
Proof.
  induction a as [|x a IH]; intros m acc b K A C L; destruct b as [|y b]; try discriminate L.
  - (* [] *) apply bspec_ret. split; [exact K|]. cbn [vval].
    destruct (ev acc); reflexivity.
  - (* x :: a *) cbn [vless]. up.
    eapply bspec_bind; [apply bxor_spec; assumption|]. intros m1 d X1 [W1 E1]. up.
    eapply bspec_bind; [apply ite_spec; assumption|]. intros m2 acc' X2 [W2 E2]. up.
    eapply bspec_weaken;
      [|apply (IH m2 acc' b); [assumption | assumption | assumption | cbn [length] in L; lia]].
    intros m3 r _ [W3 E3]. split; [exact W3|]. rewrite E3, E2, E1.
    cbn [vval].
    destruct (ev x), (ev y), (ev acc); cbn [xorb Z.b2z];
      match goal with |- (?p <? ?q) = (?r <? ?s) => destruct (Z.ltb_spec p q), (Z.ltb_spec r s);
          try reflexivity; exfalso; lia end.
Qed.
Lemma vequal_spec a : forall m acc b, wf m acc -> wfs m a -> wfs m b -> length b = length a ->
  bspec m (vequal acc a b) (fun m' r => wf m' r /\ ev r = (val a =? val b) && ev acc).
Proof.
  induction a as [|x a IH]; intros m acc b K A C L; destruct b as [|y b]; try discriminate L.
  - (* [] *) apply bspec_ret. split; [exact K | reflexivity].
  - (* x :: a *) cbn [vequal]. up.
    eapply bspec_bind; [apply bxor_spec; assumption|]. intros m1 d X1 [W1 E1]. up.
    eapply bspec_bind; [apply ite_spec; [assumption | exact I | assumption]|].
    intros m2 acc' X2 [W2 E2]. up.
    eapply bspec_weaken;
      [|apply (IH m2 acc' b); [assumption | assumption | assumption | cbn [length] in L; lia]].
    intros m3 r _ [W3 E3]. split; [exact W3|]. rewrite E3, E2, E1.
    cbn [vval bfalse beval].
    destruct (ev x), (ev y); cbn [xorb Z.b2z];
      match goal with |- (?p =? ?q) && _ = (?r =? ?s) && _ => destruct (Z.eqb_spec p q),
          (Z.eqb_spec r s); cbn [andb]; try reflexivity; exfalso; lia end.
Qed.
Lemma vmeets_spec a : forall m acc b, wf m acc -> wfs m a -> wfs m b -> length b = length a ->
  bspec m (vmeets acc a b) (fun m' r => wf m' r /\ ev r = negb (Z.land (val a) (val b) =? 0)
    || ev acc).
Proof.
  induction a as [|x a IH]; intros m acc b K A C L; destruct b as [|y b]; try discriminate L.
  - (* [] *) apply bspec_ret. split; [exact K | reflexivity].
  - (* x :: a *) cbn [vmeets]. up.
    eapply bspec_bind; [apply band_spec; assumption|]. intros m1 d X1 [W1 E1]. up.
    eapply bspec_bind; [apply bor_spec; assumption|]. intros m2 acc' X2 [W2 E2]. up.
    eapply bspec_weaken;
      [|apply (IH m2 acc' b); [assumption | assumption | assumption | cbn [length] in L; lia]].
    intros m3 r _ [W3 E3]. split; [exact W3|]. rewrite E3, E2, E1.
    cbn [vval].
    rewrite (bitwise_step Z.land andb); [|intros; apply Z.land_spec].
    destruct (ev x && ev y); cbn [orb Z.b2z]; [rewrite orb_true_r; symmetry|];
      match goal with |- negb (?p =? 0) || _ = _ => destruct (Z.eqb_spec p 0) as [Q|Q] end;
        cbn [negb orb]; try reflexivity;
      try (exfalso; pose proof (Z.land_nonneg (val a) (val b)); pose proof (val_range a); lia);
      match goal with |- context [?p =? 0] => destruct (Z.eqb_spec p 0) end; cbn [negb orb];
        try reflexivity; exfalso; lia.
Qed.

(** * Division and shifts *)
Lemma vdivide_spec a : forall m d, wfs m a -> wfs m d ->
  bspec m (vdivide a d) (fun m' qr => wfs m' (fst qr) /\ wfs m' (snd qr) /\
    length (fst qr) = length a /\
    length (snd qr) = length d /\
      (0 < val d -> val a = val (fst qr) * val d + val (snd qr) /\ val (snd qr) < val d)).
Proof.
  induction a as [|x a IH]; intros m d A D; cbn [vdivide].
  - (* [] *) apply bspec_ret. cbn [fst snd]. split; [constructor|].
    split; [apply wfs_zero|]. split; [reflexivity|].
    split; [apply length_zero|]. rewrite val_zero. cbn [vval]. lia.
  - (* x :: a *) up. eapply bspec_bind; [apply (IH m d); assumption|]. intros m1 [q0 r0] X1.
    cbn [fst snd]. intros [W1 [W2 [N1 [N2 E1]]]]. up.
    cbv zeta. set (r := x :: r0). set (d' := d ++ [bfalse]).
    assert (LD : length d' = length r) by (unfold d', r; rewrite app_length; cbn [length]; lia).
    assert (VD : val d' = val d) by (unfold d'; rewrite val_app; cbn [vval bfalse beval Z.b2z];
        lia).
    assert (WR : forall m', wfs m' r0 -> wf m' x -> wfs m' r) by (intros; apply wfs_cons; auto).
    assert (WD : forall m', wfs m' d -> wfs m' d').
    { intros m' H'. apply wfs_app; [exact H'|]. apply wfs_cons.
      split; [exact I | constructor]. }
    clearbody d'.
    eapply bspec_bind;
      [apply (vless_spec d'); [exact I | apply WD; assumption | apply WR; assumption
        | congruence]|].
    intros m2 q X2 [W3 E2]. up.
    eapply bspec_bind; [apply vsub_spec; [apply WR; assumption | apply WD; assumption | exact LD]|].
    intros m3 s X3 [W4 [N3 E3]]. up.
    eapply bspec_bind;
      [apply vmux_spec; [assumption | exact W4 | apply WR; assumption | congruence]|].
    intros m4 t X4 [W5 [N4 E4]]. up. apply bspec_ret.
    cbn [fst snd].
    assert (LT : length t = S (length d)) by (rewrite N4, N3; unfold r; cbn [length]; congruence).
    split; [apply wfs_cons; auto|]. split; [apply wfs_firstn; exact W5|].
    split; [cbn [length]; congruence|].
    split; [rewrite firstn_length; lia|]. intros P. destruct (E1 P) as [Q1 Q2].
    rewrite val_firstn by lia. cbn [btrue beval Z.b2z] in E2. rewrite VD in E2.
    rewrite VD in E3.
    pose proof (val_range d) as RD. pose proof (val_range r0) as RR.
    pose proof (b2z_range (ev x)) as RX.
    assert (VR : val r = Z.b2z (ev x) + 2 * val r0) by reflexivity.
    assert (LR : pow2 (length r) = 2 * pow2 (length d))
      by (unfold r; cbn [length pow2]; congruence).
    rewrite LR in E3. cbn [vval]. rewrite E4, E2 in *.
    destruct (Z.ltb_spec (val d) (val r + 1)) as [C|C].
    + (* the bit of the quotient is 1 *)
      cbn [Z.b2z]. rewrite (Z.mod_small (val r - val d)) in E3 by lia.
      rewrite E3, Z.mod_small by lia. nia.
    + (* the bit of the quotient is 0 *) cbn [Z.b2z]. rewrite Z.mod_small by lia. nia.
Qed.

(** Moving by [n] places is multiplication *)
Lemma left_by_spec n a :
  length (left_by n a) = length a /\ val (left_by n a) = (val a * pow2 n) mod pow2 (length a).
Proof.
  unfold left_by. assert (L : (length a <= length (vzero n ++ a))%nat) by (rewrite app_length; lia).
  split; [rewrite firstn_length; lia|]. rewrite val_firstn by exact L.
  rewrite val_app, val_zero, length_zero. f_equal. ring.
Qed.
(** and division by 2^n. *)
Lemma right_by_spec n a : length (right_by n a) = length a /\ val (right_by n a) = val a / pow2 n.
Proof.
  unfold right_by.
  assert (L : (n <= length (a ++ vzero n))%nat) by (rewrite app_length, length_zero; lia).
  split; [rewrite skipn_length, app_length, length_zero; lia|]. rewrite val_skipn by exact L.
  rewrite val_app, val_zero. f_equal. ring.
Qed.

Lemma vshift_left_spec by_ : forall m n a, wfs m by_ -> wfs m a ->
  bspec m (vshift left_by n by_ a)
    (is_vec (length a) ((val a * 2 ^ (Z.of_nat n * val by_)) mod pow2 (length a))).
Proof.
  induction by_ as [|y b IH]; intros m n a C A; cbn [vshift].
  - (* [] *) apply bspec_ret. split; [exact A|]. split; [reflexivity|].
    cbn [vval].
    rewrite Z.mul_0_r, Z.pow_0_r, Z.mul_1_r. symmetry. apply Z.mod_small, val_range.
  - (* y :: b *) up. destruct (left_by_spec n a) as [LL LV].
    eapply bspec_bind;
      [apply vmux_spec; [assumption | apply wfs_firstn, wfs_app; [apply wfs_zero | assumption]
        | assumption | congruence]|].
    intros m1 t X1 [W1 [N1 E1]]. up.
    eapply bspec_weaken; [|apply (IH m1 (n + n)%nat t); assumption].
    intros m2 r _ [W2 [N2 E2]]. split; [exact W2|]. split; [congruence|].
    rewrite E2, N1, LL, E1, LV. cbn [vval]. pose proof (val_range b) as RB.
    destruct (ev y); cbn [Z.b2z].
    + (* ev y = true *)
      rewrite Zmult_mod_idemp_l. f_equal. rewrite pow2_eq, <- Z.mul_assoc, <- Z.pow_add_r by lia.
      f_equal. f_equal. lia.
    + (* ev y = false *) f_equal. f_equal. f_equal. lia.
Qed.
Lemma vshift_right_spec by_ : forall m n a, wfs m by_ -> wfs m a ->
  bspec m (vshift right_by n by_ a) (is_vec (length a) (val a / 2 ^ (Z.of_nat n * val by_))).
Proof.
  induction by_ as [|y b IH]; intros m n a C A; cbn [vshift].
  - (* [] *) apply bspec_ret. split; [exact A|]. split; [reflexivity|].
    cbn [vval].
    rewrite Z.mul_0_r, Z.pow_0_r, Z.div_1_r. reflexivity.
  - (* y :: b *) up. destruct (right_by_spec n a) as [LL LV].
    eapply bspec_bind;
      [apply vmux_spec; [assumption | apply wfs_skipn, wfs_app; [assumption | apply wfs_zero]
        | assumption | congruence]|].
    intros m1 t X1 [W1 [N1 E1]]. up.
    eapply bspec_weaken; [|apply (IH m1 (n + n)%nat t); assumption].
    intros m2 r _ [W2 [N2 E2]]. split; [exact W2|]. split; [congruence|].
    rewrite E2, E1, LV. cbn [vval]. pose proof (val_range b) as RB.
    destruct (ev y); cbn [Z.b2z].
    + (* val t = val (right_by n a) *)
      rewrite pow2_eq, Z.div_div by (try apply Z.pow_pos_nonneg; try apply Z.pow_nonzero; lia).
      rewrite <- Z.pow_add_r by lia. f_equal. f_equal. lia.
    + (* val t = val a *) f_equal. f_equal. lia.
Qed.

(** Equal numbers, equal vectors. *)
Lemma vsame_eq m a : forall b, inv m -> wfs m a -> wfs m b -> vsame a b = true -> a = b.
Proof.
  induction a as [|x a IH]; intros b V A C S; destruct b as [|y b]; try discriminate S;
    [reflexivity|].
  cbn [vsame] in S. apply andb_true_iff in S as [S1 S2]. up.
  f_equal; [eapply wf_same; eassumption | apply IH; assumption].
Qed.
End AtOneAssignment.
