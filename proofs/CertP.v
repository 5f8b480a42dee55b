(** The certificate's replay is sound.  The domain is seen only through four lemmas: instruction,
    branch, exit, subsume. *)
From Checker Require Import Cert.
From Proofs Require Import ScalarP.
From Proofs Require Export ExecP PotP.

Section Cert.
Variable t : target.
Variable p : prog.
Variable e : env.

(** Every run from here ends well within [B] steps. *)
Definition ends (i : nat) (s : state) (B : Z) : Prop :=
  exists m r, Z.of_nat m <= B /\ run_from t p e m i s = Ended r /\ allowed_result t r.
Lemma ends_step i s s' B : step t p (e_ans e i) s = Next s' -> ends (S i) s' (B - 1) -> ends i s B.
Proof. intros E [m [r [H [R A]]]]. exists (S m), r. split; [lia|]. split; auto. cbn [run_from].
rewrite E. auto. Qed.
Lemma ends_done i s r B : step t p (e_ans e i) s = Done r -> allowed_result t r -> 1 <= B ->
  ends i s B.
Proof. intros E A H. exists 1%nat, r. split; [lia|]. split; auto. cbn [run_from]. rewrite E. auto.
Qed.
Lemma ends_mono i s B B' : B <= B' -> ends i s B -> ends i s B'.
Proof. intros L [m [r [H R]]]. exists m, r. split; auto. lia. Qed.

Variable nodes : zmap node.
Hypothesis nodes_ok : forall j nd, zfind j nodes = Some nd ->
  pot_ok (a_facts (n_state nd)) (n_pot nd) = true.

Lemma can_end_sound src a vs s n X :
  can_end src a n = true -> gamma t a vs s -> pot_val src vs X -> 1 <= X - n.
Proof.
  unfold can_end. intros E G PX.
  destruct (pot_floor (a_facts a) src) as [fl|] eqn:EF; [|discriminate E]. bools.
  pose proof (pot_floor_sound _ _ _ (g_facts G) PX EF). lia.
Qed.
Lemma replay_sound src X
  (IH : forall j nd vs s i Y, zfind j nodes = Some nd -> gamma t (n_state nd) vs s ->
    pot_val (n_pot nd) vs Y -> 0 <= Y < X ->
        ends i s Y) :
  forall d n a vs s i, replay t p nodes src d n a = true -> 0 <= n -> gamma t a vs s ->
    pot_val src vs X -> ends i s (X - n).
Proof.
  intros d. induction d as [d IHd|d1 IH1 d2 IH2| |j sub]; intros n a vs s i E Hn G PX;
    cbn [replay] in E;
    destruct (zfind (a_pc a) p) as [ins|] eqn:Ei; try discriminate; bools E as Co E;
    pose proof (interfere_sound (e_ans e i) G) as GI;
    assert (ST : step t p (e_ans e i) s = exec t (e_ans e i) ins (interfere (e_ans e i) s))
      by (unfold step; rewrite (g_pc G), Ei, Co; reflexivity).
  - (* DStep *) destruct (a_exec t ins a) as [a'|] eqn:Ea; try discriminate. bools E as Em E.
    destruct (a_exec_sound (e_ans e i) GI Ea) as [[s' [ws [N G']]]|[r [N [A M]]]].
    + (* it goes on *) eapply ends_step; [rewrite ST; exact N|].
      replace (X - n - 1) with (X - (n + 1)) by lia.
      eapply IHd; eauto; [lia|]. apply pot_val_ext; auto.
    + (* it ends *) rewrite M in Em. eapply ends_done; [rewrite ST; exact N|exact A|].
      apply can_end_sound with src a vs s; assumption.
  - (* DBranch *) destruct (a_branch t ins a) as [[x y]|] eqn:Ea; try discriminate. bools.
    destruct (a_branch_sound (e_ans e i) GI Ea) as [s' [N B]].
    eapply ends_step; [rewrite ST; exact N|]. replace (X - n - 1) with (X - (n + 1)) by lia.
    destruct B as [ws [[a' [-> G']]|[a' [-> G']]]]; [eapply IH1|eapply IH2]; eauto;
      (lia || apply pot_val_ext; auto).
  - (* DExit *) bools E as Ex Ef.
    destruct (a_exit_sound (e_ans e i) GI Ex) as [r [N A]].
    eapply ends_done; [rewrite ST; exact N|exact A|].
    apply can_end_sound with src a vs s; assumption.
  - (* DSub *) destruct (zfind j nodes) as [nd|] eqn:En; try discriminate.
    bools E as [[En1 El] Ed]. bools.
    pose proof (astate_le_sound G El) as GN.
    destruct (pot_ok_sound _ (g_facts GN) (nodes_ok _ _ En)) as [Y [PY Y0]].
    assert (YX : Y <= X - n).
    { refine (pot_drop_sound n src (n_pot nd) X Y (g_facts G) Ed PX PY). }
    eapply ends_mono; [exact YX|]. eapply IH; eauto. lia.
Qed.

Hypothesis nodes_replay : forall j nd, zfind j nodes = Some nd ->
  replay t p nodes (n_pot nd) (n_deriv nd) 0 (n_state nd) = true.
Lemma node_sound : forall X, 0 <= X -> forall j nd vs s i, zfind j nodes = Some nd ->
  gamma t (n_state nd) vs s ->
  pot_val (n_pot nd) vs X -> ends i s X.
Proof.
  intros X HX. pattern X. apply Zlt_0_ind; auto. clear X HX. intros X IH HX j nd vs s i En G PX.
  replace X with (X - 0) by lia.
  refine (replay_sound (n_pot nd) X _ (n_deriv nd) 0 _ vs s i (nodes_replay _ _ En) _ G PX); [|lia].
  intros j' nd' vs' s' i' Y En' G' PY HY. eapply IH; eauto.
Qed.
End Cert.

(** A run has one end. *)
Lemma ends_or_faults {t p e n m i s r k a} : run_from t p e n i s = Ended r ->
  run_from t p e m i s = Faulted k a -> False.
Proof.
  revert m i s. induction n as [|n IH]; intros m i s E F; cbn [run_from] in E; [discriminate E|].
  destruct m as [|m]; cbn [run_from] in F; [discriminate F|].
  destruct (step t p (e_ans e i) s); [eapply IH; eauto|discriminate F|discriminate E].
Qed.

Lemma init_sound t e : well_formed t e ->
  gamma t a_init [0; l_ctx (e_layout e); frame_top (e_layout e) 0] (init t e).
Proof.
  intros [WE Hn]. assert (RC := ctx_range WE).
  assert (RS : 0 <= frame_top (e_layout e) 0 < W).
  { assert (FR := frame_range WE 0 (conj (Z.le_refl 0) (eq_refl : 0 < max_frames))). unfold
      stack_size in FR. lia. }
  constructor; cbn [init lay live pc regs mem frames a_init a_pc a_regs a_slots a_written a_frames
    a_facts a_next]; auto.
  - (* g_depth *) reflexivity.
  - (* g_facts *) intros k f E. rewrite !zfind_set, zfind_empty in E.
    destruct (k =? 0) eqn:K0; [|destruct (k =? 1) eqn:K1;
      [|destruct (k =? 2) eqn:K2; [|discriminate E]]]; bools; subst k;
      injection E as <-; eexists; (split; [reflexivity|]); (split; [lia|]).
    + (* zero *) apply (sc_const_sound 0).
    + (* the context *) reflexivity.
    + (* the frame's top *) exists 0. rewrite Z.add_0_r, wrap_small by exact RS.
      split; [lia |]. split; [apply Z.divide_0_r | reflexivity].
  - (* g_regs *) intros r. destruct r; cbn [get f0 f1 f2 f3 f4 f5 f6 f7 f8 f9 f10 relo]; auto;
      (eexists; split; [reflexivity|]; eexists; split; [reflexivity|]; cbn [snd]; rewrite Z.add_0_r,
        wrap_small; [reflexivity|lia]).
  - (* g_mem *) constructor.
    + (* m_slots *) intros o z v E. rewrite zfind_empty in E. discriminate E.
    + (* m_written *) intros i B E. cbn [wb_bits] in E. rewrite Z.testbit_0_l in E. discriminate E.
    + (* m_pending *) discriminate.
  - (* g_refs *) rewrite Hn. apply refrel_init. intros k f E. rewrite !zfind_set, zfind_empty in E.
    destruct (k =? 0); [injection E as <-; reflexivity|].
    destruct (k =? 1); [injection E as <-; reflexivity|].
    destruct (k =? 2); [injection E as <-; reflexivity | discriminate E].
  - (* g_rounds *) exists most_rounds. split; [reflexivity|]. exists 0. split; reflexivity.
Qed.

Lemma validate_ends t p c e : validate t p c = true -> well_formed t e ->
  ends t p e 0 (init t e) (c_bound c).
Proof.
  unfold validate. intros V WE. bools V as [[B Root] Nodes]. bools.
  assert (NO : forall j nd, zfind j (c_nodes c) = Some nd ->
    pot_ok (a_facts (n_state nd)) (n_pot nd) = true
     /\ replay t p (c_nodes c) (n_pot nd) (n_deriv nd) 0 (n_state nd) = true).
  { intros j nd E. pose proof (zall_find _ _ _ _ Nodes E) as K. apply andb_true_iff in K. exact K. }
  replace (c_bound c) with (c_bound c - 0) by lia.
  eapply (replay_sound t p e (c_nodes c)) with (src := Pot (c_bound c) []); eauto.
  - (* the nodes' potentials *) intros j nd E. eapply NO; eauto.
  - (* the nodes *) intros j nd vs s i Y E G PY HY.
    eapply (node_sound t p e (c_nodes c)); eauto; try (intros; eapply NO; eauto). lia.
  - (* no steps yet *) lia.
  - (* the first state *) apply init_sound; auto.
  - (* its potential *) apply pot_val_const.
Qed.
