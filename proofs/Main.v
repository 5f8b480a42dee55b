(** The main theorems, each a screenful away from its definitions:
    - [decode], [encodings]                     semantics/Encode.v
    - [classic_check], [classic_run]            checker/ClassicCheck.v, semantics/Classic.v
    - [validate], [cert]                        checker/Cert.v
    - [well_formed], [run], [allowed_result]    semantics/Env.v
    - [step], [fault]                           semantics/Machine.v; [wf_layout] semantics/Layout.v
    docs/theorems.md says the same in English. *)
From Proofs Require Import CertP Nonvacuous.

(** 3. Soundness of the validator: a program with a valid certificate ends without a fault, within the bound and with a
    result that its type allows, in every well-formed environment: any layout, any input, any answers of helpers, any
    writes by others to shared memory.  Nothing is assumed about where the certificate came from. *)
Theorem validate_sound : forall t p c, validate t p c = true ->
  forall e, well_formed t e ->
    exists n r, Z.of_nat n <= c_bound c /\ run t p e n = Ended r /\ allowed_result t r.
Proof. intros t p c V e WE. exact (validate_ends t p c e V WE). Qed.

(** So a program that can fault has no certificate, however many bytes are tried. *)
Corollary faulty_has_no_certificate : forall t p e n k a, well_formed t e -> run t p e n = Faulted k a ->
  forall c, validate t p c = false.
Proof.
  intros t p e n k a WE F c. destruct (validate t p c) eqn:V; auto.
  destruct (validate_sound _ _ _ V e WE) as [m [r [_ [R _]]]]. exfalso. exact (ends_or_faults _ _ _ _ _ _ _ _ _ _ R F).
Qed.
Corollary half_test_is_refused : forall c, validate half_target half_test c = false.
Proof. exact (faulty_has_no_certificate _ _ _ _ _ _ half_env_high half_test_can_fault). Qed.

Print Assumptions validate_sound.
