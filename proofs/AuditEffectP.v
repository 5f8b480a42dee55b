(** The table of effects is exact: for every input, what a row says is what Linux makes of the
    filters. *)
From Coq Require Import String.
From Checker Require Import AuditEffect.
From Proofs Require Import WordP BddP ClassicP AuditP.

(** * Values *)
Lemma ret_action_high v : exists k, 0 <= k < 65536 /\ ret_action v = k * 65536.
Proof.
  exists (wrap32 v / 65536). pose proof (wrap32_range v). split.
  - (* 16 bits *) split; [apply Z.div_pos; lia | apply Z.div_lt_upper_bound; lia].
  - (* the data are gone *) unfold ret_action, data_mask. change 65535 with (Z.ones 16).
    rewrite Z.ldiff_ones_r, Z.shiftl_mul_pow2, Z.shiftr_div_pow2 by lia. reflexivity.
Qed.
(** ALLOW is the least strict action, *)
Lemma strictness_allow v : strictness v <= strictness ret_allow /\
  (strictness v = strictness ret_allow -> ret_action v = ret_allow).
Proof.
  change (strictness ret_allow) with ret_allow. unfold strictness, ret_allow.
  destruct (ret_action_high v) as [k [K ->]]. unfold sgn32. rewrite wrap32_small by lia.
  unfold sign32, half_size. destruct (Z.ltb_spec (k * 65536) S32); lia.
Qed.
(** and its data mean nothing; *)
Lemma effect_allow v : ret_action v = ret_allow -> effect v = ret_allow.
Proof.
  intros A. unfold effect.
  assert (F : action_of v = Some (SeccompAction "ALLOW" ret_allow 0 true false))
    by (unfold action_of; rewrite A; reflexivity).
  rewrite F. cbn [sa_value sa_data]. rewrite Z.min_r; [reflexivity|].
  unfold ret_data. apply Z.land_nonneg. right. discriminate.
Qed.
(** so what Linux makes of one filter is the effect of what that returns. *)
Lemma effect_one r : effect (stack_value [r]) = effect r.
Proof.
  cbn [stack_value fold_right]. unfold stricter.
  destruct (Z.ltb_spec (strictness r) (strictness ret_allow)) as [L|L]; [reflexivity|].
  destruct (strictness_allow r) as [M A]. rewrite (effect_allow r) by (apply A; lia). reflexivity.
Qed.
Lemma all_returned_spec e ps : forall rs,
  all_returned ps e = Some rs <-> Forall2 (fun p r => runs_to p e r) ps rs.
Proof.
  assert (ONE : forall p r, returned p e = Some r <-> runs_to p e r).
  { intros p r. unfold returned, runs_to.
    destruct (classic_run LinuxSeccomp p e (length p)); split; intros H;
      first [congruence | discriminate H | injection H as ->; reflexivity]. }
  induction ps as [|p ps IH]; intros rs; cbn [all_returned].
  - (* [] *) split; intros H; [injection H as <-; constructor | inversion H; reflexivity].
  - (* p :: ps *) split; intros H.
    + (* they return, so they run *)
      destruct (returned p e) as [r|] eqn:R; [|discriminate H]. cbn [obind] in H.
      destruct (all_returned ps e) as [rs'|]; [|discriminate H]. injection H as <-.
      constructor; [apply ONE; exact R | apply IH; reflexivity].
    + (* they run, so they return *)
      inversion H as [|p' r ps' rs' P PS]; subst. apply ONE in P. apply IH in PS.
      rewrite P, PS. reflexivity.
Qed.
Lemma linux_effect_spec ps e v : linux_effect ps e = Some v <->
  exists rs, Forall2 (fun p r => runs_to p e r) ps rs /\ effect (stack_value rs) = v.
Proof.
  unfold linux_effect. split.
  - (* an effect *) intros H. destruct (all_returned ps e) as [rs|] eqn:R; [|discriminate H].
    injection H as <-. exists rs. split; [apply all_returned_spec; exact R | reflexivity].
  - (* values *) intros [rs [R <-]]. apply all_returned_spec in R. rewrite R. reflexivity.
Qed.
(** One filter *)
Theorem one_effect p e v : linux_effect [p] e = Some v <-> exists r, runs_to p e r /\ effect r = v.
Proof.
  rewrite linux_effect_spec. split.
  - (* of the stack *) intros [rs [R Q]]. inversion R as [|p' r ps rs' P PS]; subst.
    inversion PS; subst. rewrite effect_one. eauto.
  - (* of the filter *) intros [r [R <-]]. exists [r]. split; [auto | apply effect_one].
Qed.

Section OneInput.
Variable ORD : order.
Hypothesis ORD_OK : order_ok ORD = true.
Variable E : cenv.
Notation e := (input_bit ORD E).
Notation ev f := (beval f e).
Notation is s r := (sinks_is ORD E s r).
Notation grow s s' := (sinks_grow ORD E s s').
Notation runs := (fun p r => runs_to p E r).

(** * Stacks *)
(** What a filter returns is undecided or has a row. *)
Definition has_all (d : decision) (p : cprog) : Prop :=
  forall r, runs_to p E r -> ev (snd d) = true \/ exists c, In (r, c) (fst d) /\ ev c = true.
Definition decision_wf (m : mgr) (d : decision) : Prop := all_wf m (fst d) /\ wf m (snd d).
Definition all_decision_wf (m : mgr) (ds : list decision) : Prop :=
  forall d, In d ds -> decision_wf m d.
Lemma all_decision_wf_ext m m' ds : ext m m' -> all_decision_wf m ds -> all_decision_wf m' ds.
Proof.
  intros X H d IN. destruct (H d IN) as [H1 H2].
  split; [exact (all_wf_ext _ _ _ X H1) | exact (wf_ext _ _ _ X H2)].
Qed.

Lemma decide_all_spec ps : forall m, (forall p, In p ps -> classic_check LinuxSeccomp p = true) ->
  tspec e m (decide_all ORD ps) (fun m' ds => all_decision_wf m' ds /\ Forall2 has_all ds ps).
Proof.
  induction ps as [|p ps IH]; intros m C; cbn [decide_all].
  - (* [] *) apply tspec_ret. split; [intros d [] | constructor].
  - (* p :: ps *)
    eapply tspec_bind; [exact (decide_spec ORD ORD_OK E p m (C p (or_introl eq_refl)))|].
    intros m1 d X1 [W1 [W2 [_ K]]].
    eapply tspec_bind; [apply (IH m1); intros q IN; exact (C q (or_intror IN))|].
    intros m2 ds X2 [W H]. apply tspec_ret. split; [|constructor; [exact K | exact H]].
    intros d' [<-|IN]; [|exact (W d' IN)].
    split; [exact (all_wf_ext _ _ _ X2 W1) | exact (wf_ext _ _ _ X2 W2)].
Qed.

(** A pair of values has the inputs of both. *)
Lemma over_spec newer c rows : forall m s, wf m c -> all_wf m rows -> sinks_wf m s ->
  tspec e m (over newer c rows s) (fun m' s' => sinks_wf m' s' /\ grow s s' /\
    (ev c = true -> forall older d, In (older, d) rows -> ev d = true ->
      is s' (stricter newer older))).
Proof.
  induction rows as [|[older d] rows IH]; intros m s C A S; cbn [over].
  - (* [] *) apply tspec_ret. split; [exact S|]. split; [apply sinks_grow_refl|].
    intros _ older d [].
  - (* (older, d) :: rows *) assert (D : wf m d) by exact (A (older, d) (or_introl eq_refl)).
    assert (L : all_wf m rows) by (intros x IN; exact (A x (or_intror IN))).
    eapply (tspec_bind e m _ _ (fun m' b => wf m' b /\
        (ev c = true -> ev d = true -> ev b = true))).
    { apply attempt_spec; [|intros m1 _; split; [exact I | reflexivity]]. intros m1 X1. up.
      eapply bspec_weaken; [|apply band_spec; assumption]. intros m2 b X2 [W Q].
      split; [exact W|]. rewrite Q. intros -> ->. reflexivity. }
    intros m1 b X1 [WB QB].
    eapply tspec_bind;
      [apply (add_out_spec ORD ORD_OK E m1 _ b s WB); exact (sinks_wf_ext _ _ _ X1 S)|].
    intros m2 s2 X2 [S2 [G2 Q2]].
    assert (X12 : ext m m2) by eauto using ext_trans.
    eapply tspec_weaken; [|apply (IH m2 s2);
      [exact (wf_ext _ _ _ X12 C) | exact (all_wf_ext _ _ _ X12 L) | exact S2]].
    intros m3 s3 X3 [S3 [G3 Q3]]. split; [exact S3|].
    split; [eapply sinks_grow_trans; eauto|].
    intros QC older' d' [P|IN] QD; [injection P as <- <-; apply G3; auto | eauto].
Qed.
Lemma all_over_spec l rows : forall m s, all_wf m l -> all_wf m rows -> sinks_wf m s ->
  tspec e m (all_over l rows s) (fun m' s' => sinks_wf m' s' /\ grow s s' /\
    forall newer c older d, In (newer, c) l -> ev c = true -> In (older, d) rows -> ev d = true ->
      is s' (stricter newer older)).
Proof.
  induction l as [|[newer c] l IH]; intros m s A R S; cbn [all_over].
  - (* [] *) apply tspec_ret. split; [exact S|]. split; [apply sinks_grow_refl|].
    intros newer c older d [].
  - (* (newer, c) :: l *) assert (C : wf m c) by exact (A (newer, c) (or_introl eq_refl)).
    assert (L : all_wf m l) by (intros x IN; exact (A x (or_intror IN))).
    eapply tspec_bind; [apply (over_spec newer c rows m s C R S)|]. intros m1 s1 X1 [S1 [G1 Q1]].
    eapply tspec_weaken; [|apply (IH m1 s1);
      [exact (all_wf_ext _ _ _ X1 L) | exact (all_wf_ext _ _ _ X1 R) | exact S1]].
    intros m2 s2 X2 [S2 [G2 Q2]]. split; [exact S2|]. split; [eapply sinks_grow_trans; eauto|].
    intros newer' c' older d [P|IN] QC IR QD; [injection P as <- <-; apply G2; eauto | eauto].
Qed.

(** Whatever the filters return, what Linux makes of it is among the sinks. *)
Lemma compose_spec ds : forall m ps, all_decision_wf m ds -> Forall2 has_all ds ps ->
  tspec e m (compose ds) (fun m' s => sinks_wf m' s /\
    forall rs, Forall2 runs ps rs -> is s (stack_value rs)).
Proof.
  induction ds as [|d ds IH]; intros m ps W H; cbn [compose].
  - (* [] *) apply tspec_ret. split.
    + (* in the tables *) apply zset_wf; [|exact I]. split; [|exact I].
      intros r d F. cbn [k_outs] in F. rewrite zfind_empty in F. discriminate F.
    + (* ALLOW *) inversion H; subst. intros rs R. inversion R; subst. right. exists btrue.
      split; [apply zfind_same | reflexivity].
  - (* d :: ds *) inversion H as [|d' p ds' ps' HD HDS]; subst.
    destruct (W d (or_introl eq_refl)) as [WD WU].
    assert (WDS : all_decision_wf m ds) by (intros x IN; exact (W x (or_intror IN))).
    eapply tspec_bind; [apply (IH m ps' WDS HDS)|]. intros m1 s X1 [[SW SL] Q1].
    assert (ALL : all_wf m1 (zlist (k_outs s))).
    { intros [r c] IN. apply zlist_in in IN. exact (SW r c IN). }
    eapply tspec_bind; [apply (all_over_spec _ (fst d) m1 (Sinks zempty (k_lost s)));
      [exact ALL | exact (all_wf_ext _ _ _ X1 WD) |]|].
    { split; [|exact SL]. intros r c F. cbn [k_outs] in F. rewrite zfind_empty in F.
      discriminate F. }
    intros m2 s2 X2 [S2 [G2 Q2]].
    eapply tspec_weaken; [|apply (add_lost_spec ORD E m2 (snd d) s2); [|exact S2];
      apply (wf_ext m); [eauto using ext_trans | exact WU]].
    intros m3 s3 X3 [S3 [G3 Q3]]. split; [exact S3|]. intros rs R.
    inversion R as [|p' r ps'' rs' RP RPS]; subst. cbn [stack_value fold_right].
    fold (stack_value rs').
    destruct (HD r RP) as [U|[c [IC QC]]]; [exact (Q3 U _)|]. apply G3.
    destruct (Q1 rs' RPS) as [LO|[c' [F QC']]]; [apply G2; left; exact LO|].
    apply (Q2 _ c' _ c); [apply zlist_in; exact F | exact QC' | exact IC | exact QC].
Qed.

Definition stack_runs (ps : list cprog) (v : Z) : Prop :=
  exists rs, Forall2 runs ps rs /\ effect (stack_value rs) = effect v.
Lemma decide_stack_spec ps m : (forall p, In p ps -> classic_check LinuxSeccomp p = true) ->
  tspec e m (decide_stack ORD ps) (fun m' lr => all_wf m' (fst lr) /\ wf m' (snd lr) /\
    (forall v c, In (v, c) (fst lr) -> ev c = true -> stack_runs ps v) /\
    (forall rs, Forall2 runs ps rs -> ev (snd lr) = true \/
      exists v c, In (v, c) (fst lr) /\ ev c = true /\ effect v = effect (stack_value rs))).
Proof.
  intros C.
  assert (SEVERAL : tspec e m (ds <-- decide_all ORD ps ;; s <-- compose ds ;; settle s)
    (fun m' lr => all_wf m' (fst lr) /\ wf m' (snd lr) /\
      (forall v c, In (v, c) (fst lr) -> ev c = true -> stack_runs ps v) /\
      (forall rs, Forall2 runs ps rs -> ev (snd lr) = true \/
        exists v c, In (v, c) (fst lr) /\ ev c = true /\ effect v = effect (stack_value rs)))).
  { eapply tspec_bind; [exact (decide_all_spec ps m C)|]. intros m1 ds X1 [W H].
    eapply tspec_bind; [exact (compose_spec ds m1 ps W H)|]. intros m2 s X2 [S Q].
    assert (RS : exists rs, Forall2 runs ps rs).
    { clear - C. induction ps as [|p ps IH]; [exists []; constructor|].
      destruct IH as [rs R]; [intros q IN; exact (C q (or_intror IN))|].
      destruct (classic_check_run LinuxSeccomp p (C p (or_introl eq_refl)) E) as [r [P _]].
      exists (r :: rs). constructor; [exact P | exact R]. }
    destruct RS as [rs0 R0].
    eapply tspec_weaken; [|apply (settle_spec ORD E
      (fun v => exists rs, Forall2 runs ps rs /\ v = stack_value rs) (stack_value rs0) s m2 S)].
    - (* what was left to the values *) intros m3 lr X3 [W1 [W2 [SOUND K]]].
      split; [exact W1|]. split; [exact W2|]. split.
      + (* a row *) intros v c IN QC. destruct (SOUND v c IN QC) as [rs [R ->]].
        exists rs. auto.
      + (* a value *) intros rs R. destruct (K (stack_value rs)) as [U|[c [IN QC]]]; eauto 6.
    - (* there is a value *) eauto.
    - (* all are there *) intros v [rs [R ->]]. exact (Q rs R). }
  destruct ps as [|p [|q ps]]; [exact SEVERAL | | exact SEVERAL]. clear SEVERAL.
  cbn [decide_stack].
  eapply tspec_weaken; [|exact (decide_spec ORD ORD_OK E p m (C p (or_introl eq_refl)))].
  intros m1 lr X1 [W1 [W2 [SOUND K]]]. split; [exact W1|]. split; [exact W2|]. split.
  - (* a row *) intros v c IN QC. exists [v].
    split; [constructor; [exact (SOUND v c IN QC) | constructor] | apply effect_one].
  - (* a value *) intros rs R. inversion R as [|p' r ps rs' P PS]; subst.
    inversion PS; subst. destruct (K r P) as [U|[c [IN QC]]]; [left; exact U|].
    right. exists r, c. rewrite effect_one. auto.
Qed.

(** * Effects *)
(** A row of effects has the inputs of all values with that effect. *)
Definition has_row (outs : zmap bdd) (v : Z) : Prop :=
  exists d, zfind v outs = Some d /\ ev d = true.
Lemma join_spec l : forall m outs, all_wf m l -> (forall v d, zfind v outs = Some d -> wf m d) ->
  bspec e m (join l outs) (fun m' outs' => forall v, has_row outs' v <->
    has_row outs v \/ exists r d, In (r, d) l /\ ev d = true /\ effect r = v).
Proof.
  induction l as [|[r d] l IH]; intros m outs A W; cbn [join].
  - (* [] *) apply bspec_ret. intros v. split; [auto | intros [H|[r [d [[] _]]]]; exact H].
  - (* (r, d) :: l *) assert (D : wf m d) by exact (A (r, d) (or_introl eq_refl)).
    assert (L : all_wf m l) by (intros x IN; exact (A x (or_intror IN))).
    assert (STEP : forall m1 d', ext m m1 -> wf m1 d' ->
      (ev d' = true <-> has_row outs (effect r) \/ ev d = true) ->
      bspec e m1 (join l (zset (effect r) d' outs)) (fun m' outs' => forall v, has_row outs' v <->
        has_row outs v \/ exists r0 d0, In (r0, d0) ((r, d) :: l) /\ ev d0 = true /\
          effect r0 = v)).
    { intros m1 d' X1 W' Q'.
      eapply bspec_weaken; [|apply (IH m1); [exact (all_wf_ext _ _ _ X1 L)|]].
      - (* the rows after this one *) intros m2 outs' X2 H v. rewrite (H v). unfold has_row at 1.
        rewrite zfind_set. split.
        + (* from the new rows *) intros [[d1 [F Q]]|[r1 [d1 [IN [Q <-]]]]].
          * (* joined here *) destruct (Z.eqb_spec v (effect r)) as [->|N];
              [injection F as <-; apply Q' in Q as [K|K]; [auto|]; right; exists r, d |
               left; exists d1; auto]. split; [left; reflexivity | auto].
          * (* later *) right. exists r1, d1. split; [right; exact IN | auto].
        + (* from the old ones *) intros [[d1 [F Q]]|[r1 [d1 [[P|IN] [Q <-]]]]].
          * (* in an earlier row *) left. destruct (Z.eqb_spec v (effect r)) as [->|N]; [|eauto].
            exists d'. split; [reflexivity|]. apply Q'. left. exists d1. auto.
          * (* this row *) injection P as <- <-. left. rewrite Z.eqb_refl. exists d'.
            split; [reflexivity | apply Q'; auto].
          * (* a later one *) right. eauto 6.
      - (* all are in the tables *) intros v d1 F. rewrite zfind_set in F.
        destruct (v =? effect r);
          [injection F as <-; exact W' | exact (wf_ext _ _ _ X1 (W v d1 F))]. }
    destruct (zfind (effect r) outs) as [d0|] eqn:F.
    + (* an effect that has a row *)
      eapply bspec_bind; [apply bor_spec; [exact (W _ _ F) | exact D]|]. intros m1 d' X1 [W1 Q1].
      apply (STEP m1 d' X1 W1). rewrite Q1, orb_true_iff. unfold has_row. rewrite F. split.
      * (* either *) intros [Q|Q]; eauto.
      * (* so the row *) intros [[d1 [P Q]]|Q]; [injection P as ->|]; auto.
    + (* a new one *) apply (STEP m d (ext_refl m) D). unfold has_row. rewrite F.
      split; [auto | intros [[d1 [P _]]|Q]; [discriminate P | exact Q]].
Qed.
Lemma whole_spec {A} m (c : B A) (Q : mgr -> A -> Prop) :
  (forall m1, ext m m1 -> bspec e m1 c Q) -> bspec e m (whole c) Q.
Proof.
  intros H V. destruct m as [n u r next l total allow]. unfold whole.
  refine (H (Mgr n u r next total total allow) _ _);
    [intros i f K; exact K | eapply inv_limits; exact V].
Qed.
End OneInput.

(** * The table *)
Lemma effect_rows_spec o ps l : forall rows, effect_rows o ps l = Some rows ->
  (forall w, In w rows -> In (row_outcome w, row_cond w) l /\
    shows_effect o ps (row_outcome w) (row_cond w) (row_witness w) = true) /\
  (forall v c, In (v, c) l -> exists w, In w rows /\ row_outcome w = v /\ row_cond w = c).
Proof.
  induction l as [|[v c] l IH]; intros rows R; cbn [effect_rows] in R.
  - (* [] *) injection R as <-. split; [intros w [] | intros v c []].
  - (* (v, c) :: l *)
    destruct (shows_effect o ps v c (path_bytes o c)) eqn:S; [|discriminate R].
    destruct (effect_rows o ps l) as [rows'|]; cbn [option_map] in R; [|discriminate R].
    injection R as <-. destruct (IH rows' eq_refl) as [H1 H2]. split.
    + (* each row is of the list *)
      intros w [<-|IN]; cbn [row_outcome row_cond row_witness];
        [split; [left; reflexivity | exact S]|].
      destruct (H1 w IN) as [K1 K2]. split; [right; exact K1 | exact K2].
    + (* all of the list are rows *) intros v' c' [P|IN].
      * (* the first one *) injection P as <- <-. exists (Row v c (path_bytes o c)).
        split; [left; reflexivity | auto].
      * (* another *) destruct (H2 v' c' IN) as [w [K1 K2]]. exists w.
        split; [right; exact K1 | exact K2].
Qed.

(** For every order of variables and every input: where a row's condition holds, Linux does what the
    row says; and what Linux does has a row whose condition holds, or the input is among those that
    the table leaves undecided. *)
Theorem audit_effects_in_exact o limit ps t : audit_effects_in o limit ps = Some t -> forall e,
  (forall w, In w (t_rows t) -> holds_for (t_order t) (row_cond w) e = true ->
     linux_effect ps e = Some (row_outcome w)) /\
  (forall v, linux_effect ps e = Some v ->
     holds_for (t_order t) (t_undecided t) e = true \/
     exists w, In w (t_rows t) /\ row_outcome w = v /\
       holds_for (t_order t) (row_cond w) e = true).
Proof.
  unfold audit_effects_in. destruct (order_ok o) eqn:OK; [|discriminate].
  destruct (is_nil ps); [discriminate|]. cbn [negb andb].
  destruct (forallb (classic_check LinuxSeccomp) ps) eqn:C; [|discriminate].
  rewrite forallb_forall in C.
  destruct (decide_stack o ps (mgr_empty limit)) as [m [l rest]] eqn:D.
  destruct (whole (join l zempty) m) as [[m' outs]|] eqn:J; [|discriminate].
  destruct (effect_rows o ps (zlist outs)) as [rows|] eqn:R; [|discriminate].
  cbn [option_map]. intros A e. injection A as <-. cbn [t_order t_rows t_undecided].
  destruct (effect_rows_spec o ps _ rows R) as [R1 R2].
  destruct (decide_stack_spec o OK e ps (mgr_empty limit) C (inv_empty _ _)) as [V [_ Q]].
  rewrite D in V, Q. cbn [fst snd] in V, Q. destruct Q as [WL [_ [S K]]].
  assert (JOIN : bspec (input_bit o e) m (whole (join l zempty)) (fun _ outs' => forall v,
    has_row o e outs' v <-> has_row o e zempty v \/ exists r d, In (r, d) l /\
      beval d (input_bit o e) = true /\ effect r = v)).
  { apply whole_spec. intros m1 X1. apply join_spec; [exact (all_wf_ext _ _ _ X1 WL)|].
    intros v d F. rewrite zfind_empty in F. discriminate F. }
  specialize (JOIN V). rewrite J in JOIN. destruct JOIN as [_ [_ JOIN]]. split.
  - (* a row is what Linux does *) intros w IN H. destruct (R1 w IN) as [IZ _].
    apply zlist_in in IZ.
    destruct (proj1 (JOIN (row_outcome w))) as [[d [F _]]|[r [d [IL [Q Ev]]]]].
    + (* it holds *) exists (row_cond w). auto.
    + (* not from the start *) rewrite zfind_empty in F. discriminate F.
    + (* a row of a value *) destruct (S r d IL Q) as [rs [RR ER]]. apply linux_effect_spec.
      exists rs. split; [exact RR | congruence].
  - (* what Linux does has a row *) intros v LE. apply linux_effect_spec in LE as [rs [RR <-]].
    destruct (K rs RR) as [U|[v [c [IN [Q Ev]]]]]; [left; exact U|]. right.
    destruct (proj2 (JOIN (effect (stack_value rs)))) as [d [F Q']]; [right; eauto|].
    apply zlist_in in F. destruct (R2 _ d F) as [w [W1 [W2 W3]]].
    exists w. split; [exact W1|]. split; [exact W2|]. unfold holds_for. rewrite W3. exact Q'.
Qed.

(** Each row has an input that shows it, and no two rows say the same. *)
Theorem audit_effects_in_witness o limit ps t : audit_effects_in o limit ps = Some t ->
  NoDup (map row_outcome (t_rows t)) /\ forall w, In w (t_rows t) ->
    linux_effect ps (bytes_env (row_witness w)) = Some (row_outcome w) /\
      holds_for (t_order t) (row_cond w) (bytes_env (row_witness w)) = true.
Proof.
  unfold audit_effects_in.
  destruct (order_ok o && negb (is_nil ps) && forallb (classic_check LinuxSeccomp) ps);
    [|discriminate].
  destruct (decide_stack o ps (mgr_empty limit)) as [m [l rest]].
  destruct (whole (join l zempty) m) as [[m' outs]|]; [|discriminate].
  destruct (effect_rows o ps (zlist outs)) as [rows|] eqn:R; [|discriminate].
  cbn [option_map]. intros A. injection A as <-. cbn [t_order t_rows]. split.
  - (* apart *) replace (map row_outcome rows) with (map fst (zlist outs)); [apply zlist_nodup|].
    clear - R. revert rows R. induction (zlist outs) as [|[v c] l IH]; intros rows R;
      cbn [effect_rows] in R; [injection R as <-; reflexivity|].
    destruct (shows_effect o ps v c (path_bytes o c)); [|discriminate R].
    destruct (effect_rows o ps l) as [rows'|]; [|discriminate R]. injection R as <-.
    cbn [map fst row_outcome]. f_equal. apply IH. reflexivity.
  - (* witnesses *) intros w IN. destruct (proj1 (effect_rows_spec o ps _ rows R) w IN) as [_ S].
    unfold shows_effect in S. apply andb_true_iff in S as [S1 S2]. split; [|exact S1].
    destruct (linux_effect ps (bytes_env (row_witness w))) as [v|]; [|discriminate S2].
    apply Z.eqb_eq in S2. congruence.
Qed.

(** Where the table is decided, a row's condition holds for those inputs alone that end so. *)
Theorem audit_effects_in_iff o limit ps t : audit_effects_in o limit ps = Some t -> forall e w,
  In w (t_rows t) -> holds_for (t_order t) (t_undecided t) e = false ->
  holds_for (t_order t) (row_cond w) e = true <-> linux_effect ps e = Some (row_outcome w).
Proof.
  intros A e w IN U. destruct (audit_effects_in_exact o limit ps t A e) as [S K].
  destruct (audit_effects_in_witness o limit ps t A) as [N _].
  split; [exact (S w IN)|]. intros L.
  destruct (K _ L) as [H|[w' [IN' [Q H]]]]; [congruence|].
  assert (SAME : w' = w); [|subst w'; exact H].
  clear - N IN IN' Q. induction (t_rows t) as [|x rows IH]; [destruct IN|].
  cbn [map] in N. inversion N as [|y l NI ND]; subst.
  destruct IN as [->|IN], IN' as [->|IN'].
  - (* the same *) reflexivity.
  - (* w first *) exfalso. apply NI. rewrite <- Q. apply in_map. exact IN'.
  - (* w' first *) exfalso. apply NI. rewrite Q. apply in_map. exact IN.
  - (* both later *) exact (IH IN ND IN').
Qed.

(** The same in the order that the filters choose. *)
Theorem effects_exact limit ps t : audit_effects limit ps = Some t -> forall e,
  (forall w, In w (t_rows t) -> holds_for (t_order t) (row_cond w) e = true ->
     linux_effect ps e = Some (row_outcome w)) /\
  (forall v, linux_effect ps e = Some v ->
     holds_for (t_order t) (t_undecided t) e = true \/
     exists w, In w (t_rows t) /\ row_outcome w = v /\
       holds_for (t_order t) (row_cond w) e = true).
Proof. apply audit_effects_in_exact. Qed.
Theorem effects_iff limit ps t : audit_effects limit ps = Some t -> forall e w,
  In w (t_rows t) -> holds_for (t_order t) (t_undecided t) e = false ->
  holds_for (t_order t) (row_cond w) e = true <-> linux_effect ps e = Some (row_outcome w).
Proof. apply audit_effects_in_iff. Qed.
Theorem effects_witness limit ps t : audit_effects limit ps = Some t ->
  NoDup (map row_outcome (t_rows t)) /\ forall w, In w (t_rows t) ->
    linux_effect ps (bytes_env (row_witness w)) = Some (row_outcome w) /\
      holds_for (t_order t) (row_cond w) (bytes_env (row_witness w)) = true.
Proof. apply audit_effects_in_witness. Qed.
