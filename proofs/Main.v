(** The main theorems. Each name is one step away:
    [decode], [encodings]                          semantics/Encode.v
    [classic_check]                                checker/ClassicCheck.v
    [classic_run]                                  semantics/Classic.v
    [validate], [cert]                             checker/Cert.v
    [well_formed], [run], [allowed_result]         semantics/Env.v
    [step], [fault]                                semantics/Machine.v
    [wf_layout]                                    semantics/Layout.v
    [audit], [runs_to]                             checker/Audit.v, proofs/AuditP.v
    [audit_effects]                                checker/AuditEffect.v
    [effect], [stack_value], [linux_effect]        semantics/SeccompEffect.v
    [translate], [translatable], [carries]         semantics/Translate.v
    docs/theorems.md says the same in English.  The numbers are those of docs/architecture.md: 4, a
    reference analyzer, and 5, that no address leaks, are not stated yet. *)
From Semantics Require Import Encode Classic.
From Semantics Require Translate.
From Proofs Require TranslateP.
From Semantics Require SeccompEffect.
From Checker Require Audit AuditEffect.
From Proofs Require AuditP AuditEffectP LeakP.
From Checker Require Import Cert ClassicCheck.
From Proofs Require Import CertP EncodeP ClassicP Nonvacuous.

(** 1. Encoding: slots decode to an instruction exactly when they begin with one of its encodings,
    and each instruction that has an encoding comes back from it. *)
Theorem encoding : forall l i, decode l = Some i <-> exists e rest, In e (encodings i) /\ l = e
  ++ rest.
Proof. exact decode_iff. Qed.
Theorem encoding_inverse : forall i rest, insn_ok i = true -> decode (encode i ++ rest) = Some i.
Proof. exact decode_encode. Qed.

(** 2. Classic BPF: what the classic checker accepts ends without a fault for every input, in at
    most [len] steps. *)
Theorem classic_soundness : forall d p, classic_check d p = true ->
  forall e, exists n r, Z.of_nat n <= clength p /\ classic_run d p e n = CDone r /\ 0 <= r < W32.
Proof. exact classic_check_sound. Qed.
(** And its translation to eBPF, the one that Linux makes, has the same result in every well-formed
    environment that gives it that input: all of seccomp, and of socket filters all but five
    ancillary loads. *)
Theorem classic_translation : forall d p, classic_check d p = true ->
  Translate.translatable d p = true ->
  exists q, Translate.translate d p = Some q
    /\ decode_program (concat (map encode q)) = Some (Translate.translated q) /\
    forall maps pf e ce, let t := Translate.translated_target d maps pf in
      well_formed t e -> Translate.carries d t (Translate.translated q) e ce ->
      exists n r, Z.of_nat n <= 7 * clength p + 3 /\ run t (Translate.translated q) e n = Ended r /\
        classic_run d p ce (length p) = CDone r.
Proof. exact TranslateP.translation. Qed.

(** 3. Soundness of the validator: a program with a valid certificate ends without a fault, within
    the bound and with a result that its type allows, in every well-formed environment: any layout,
    any input, any answers of helpers, any writes by others to shared memory.  Nothing is assumed
    about where the certificate came from. *)
Theorem validator_soundness : forall t p c, validate t p c = true ->
  forall e, well_formed t e ->
    exists n r, Z.of_nat n <= c_bound c /\ run t p e n = Ended r /\ allowed_result t r.
Proof. intros t p c V e WE. exact (validate_ends t p c e V WE). Qed.

(** A program that ended had no acquired reference left when it did: no record or socket is leaked.
    Together with 3: a program with a valid certificate releases whatever it acquires. *)
Theorem nothing_is_leaked : forall t p e n r, run t p e n = Ended r ->
  exists m s, (m < n)%nat /\ run t p e m = Running s /\ step t p (e_ans e m) s = Done r
    /\ l_refs (lay s) = [].
Proof.
  intros t p e n r E. destruct (LeakP.run_ended t p e n 0 _ r E) as [m [s [L [R D]]]]. exists m, s.
  split; [exact L|]. split; [exact R|]. split; [exact D|]. exact (LeakP.step_done t p _ s r D).
Qed.

(** So a program that can fault has no certificate; for instance the one of proofs/Nonvacuous.v,
    which faults for one placement of regions alone. *)
Theorem faulty_has_no_certificate : forall t p e n k a, well_formed t e ->
  run t p e n = Faulted k a ->
  forall c, validate t p c = false.
Proof.
  intros t p e n k a WE F c. destruct (validate t p c) eqn:V; auto.
  destruct (validator_soundness _ _ _ V e WE) as [m [r [_ [R _]]]]. exfalso.
  exact (ends_or_faults R F).
Qed.
Theorem one_place_is_refused : forall c, validate one_place_target one_place c = false.
Proof. eapply faulty_has_no_certificate; [exact one_place_there | exact one_place_can_fault]. Qed.

(** 6. The seccomp audit is exact.  A row's outcome is what every input that meets its condition
    gets; an input that meets none is undecided, and is named so; each row has a witness that
    reaches it.  Two filters found equivalent have the same outcome on every input. *)
Theorem audit_exact : forall limit p t, Audit.audit limit p = Some t ->
  (forall e w, In w (Audit.t_rows t) ->
    Audit.holds_for (Audit.t_order t) (Audit.row_cond w) e = true ->
    AuditP.runs_to p e (Audit.row_outcome w)) /\
  (forall e r, AuditP.runs_to p e r ->
     Audit.holds_for (Audit.t_order t) (Audit.t_undecided t) e = true \/
     exists w, In w (Audit.t_rows t) /\ Audit.row_outcome w = r
       /\ Audit.holds_for (Audit.t_order t) (Audit.row_cond w) e = true) /\
  (forall w, In w (Audit.t_rows t) ->
    AuditP.runs_to p (Audit.bytes_env (Audit.row_witness w)) (Audit.row_outcome w)).
Proof.
  intros limit p t A. split; [|split].
  - (* rows *) intros e. exact (proj1 (AuditP.audit_exact limit p t A e)).
  - (* undecided *) intros e. exact (proj2 (AuditP.audit_exact limit p t A e)).
  - (* witnesses *) intros w I. exact (proj1 (AuditP.audit_witness limit p t A w I)).
Qed.
(** And so is the table of effects, of a stack of filters in the order of their installation: what
    Linux makes of the values that they return ([linux_effect]: the strictest action, the newest
    filter's data, errors up to 4095).  Where nothing is undecided, a row holds for exactly the
    inputs that end as it says. *)
Corollary effects_exact : forall limit ps t, AuditEffect.audit_effects limit ps = Some t ->
  (forall e w, In w (Audit.t_rows t) ->
    Audit.holds_for (Audit.t_order t) (Audit.row_cond w) e = true ->
    SeccompEffect.linux_effect ps e = Some (Audit.row_outcome w)) /\
  (forall e w, In w (Audit.t_rows t) ->
    Audit.holds_for (Audit.t_order t) (Audit.t_undecided t) e = false ->
    (Audit.holds_for (Audit.t_order t) (Audit.row_cond w) e = true <->
     SeccompEffect.linux_effect ps e = Some (Audit.row_outcome w))) /\
  (forall e v, SeccompEffect.linux_effect ps e = Some v ->
     Audit.holds_for (Audit.t_order t) (Audit.t_undecided t) e = true \/
     exists w, In w (Audit.t_rows t) /\ Audit.row_outcome w = v
       /\ Audit.holds_for (Audit.t_order t) (Audit.row_cond w) e = true) /\
  (forall w, In w (Audit.t_rows t) ->
    SeccompEffect.linux_effect ps (Audit.bytes_env (Audit.row_witness w))
      = Some (Audit.row_outcome w)).
Proof.
  intros limit ps t A. split; [|split; [|split]].
  - (* rows *) intros e. exact (proj1 (AuditEffectP.effects_exact limit ps t A e)).
  - (* exactly *) intros e w I U. exact (AuditEffectP.effects_iff limit ps t A e w I U).
  - (* undecided *) intros e. exact (proj2 (AuditEffectP.effects_exact limit ps t A e)).
  - (* witnesses *) intros w I.
    exact (proj1 (proj2 (AuditEffectP.effects_witness limit ps t A) w I)).
Qed.
(** Of one filter it is the effect of the value that it returns. *)
Corollary one_filter_effect : forall p e v, SeccompEffect.linux_effect [p] e = Some v <->
  exists r, AuditP.runs_to p e r /\ SeccompEffect.effect r = v.
Proof. exact AuditEffectP.one_effect. Qed.
Theorem equivalent_filters : forall limit p q, Audit.equivalent limit p q = true ->
  forall e r, AuditP.runs_to p e r <-> AuditP.runs_to q e r.
Proof. exact AuditP.equivalent_sound. Qed.
(** The audit of a filter is that of its translation: for each input the program ends with the
    outcome of the row that holds. *)
Theorem translation_audit : forall limit p t q, Audit.audit limit p = Some t ->
  Translate.translate LinuxSeccomp p = Some q ->
  forall maps pf e ce, let tg := Translate.translated_target LinuxSeccomp maps pf in
    well_formed tg e -> Translate.carries LinuxSeccomp tg (Translate.translated q) e ce ->
    exists n r, run tg (Translate.translated q) e n = Ended r /\
      (forall w, In w (Audit.t_rows t) ->
        Audit.holds_for (Audit.t_order t) (Audit.row_cond w) ce = true ->
        Audit.row_outcome w = r) /\
      (Audit.holds_for (Audit.t_order t) (Audit.t_undecided t) ce = true \/
       exists w, In w (Audit.t_rows t) /\ Audit.row_outcome w = r
         /\ Audit.holds_for (Audit.t_order t) (Audit.row_cond w) ce = true).
Proof. exact TranslateP.translation_audit. Qed.

Print Assumptions encoding.
Print Assumptions encoding_inverse.
Print Assumptions classic_soundness.
Print Assumptions classic_translation.
Print Assumptions validator_soundness.
Print Assumptions nothing_is_leaked.
Print Assumptions faulty_has_no_certificate.
Print Assumptions one_place_is_refused.
Print Assumptions audit_exact.
Print Assumptions effects_exact.
Print Assumptions one_filter_effect.
Print Assumptions equivalent_filters.
Print Assumptions translation_audit.
