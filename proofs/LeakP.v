(** A program ends only where it holds nothing. *)
From Semantics Require Import Env.
From Proofs Require Import Tactics.

Section Leak.
Variable t : target.

Lemma all_released_none s : all_released s = true -> l_refs (lay s) = [].
Proof. unfold all_released. destruct (l_refs (lay s)); [reflexivity | discriminate]. Qed.
Lemma begin_done {an s fs args pc r} : begin t an s fs args pc = Done r -> False.
Proof. unfold begin. destruct (_ <? _); discriminate. Qed.
Lemma leave_done an s r : leave t an s = Done r -> l_refs (lay s) = [].
Proof.
  unfold leave. destruct (frames s) as [| f fs].
  2: { destruct (fr_after f); [discriminate |]. destruct (get R0 (regs s)); [| discriminate].
       destruct (1 <? _); [discriminate |]. destruct (_ && _); [| discriminate].
       intros E. destruct (begin_done E). }
  destruct (get R0 (regs s)); [| discriminate].
  destruct (all_released s) eqn:E; [| discriminate].
  intros _. exact (all_released_none s E).
Qed.
Lemma load_packet_done an z ind s r : load_packet t an z ind s = Done r -> l_refs (lay s) = [].
Proof.
  unfold load_packet. destruct (negb _); [discriminate |].
  destruct (get R6 (regs s)); [| discriminate].
  destruct (match ind with Some r0 => get r0 (regs s) | None => Some 0 end); [| discriminate].
  destruct (_ =? _); [| discriminate].
  destruct (all_released s) eqn:E; cbn [negb]; [| discriminate].
  intros _. exact (all_released_none s E).
Qed.
Lemma call_done an callee s r : call t an callee s = Done r -> l_refs (lay s) = [].
Proof.
  unfold call. destruct callee as [d |]; [| discriminate].
  destruct (check_args t (packet_arg (t_type t) d) s (args_in (t_type t) d) arg_regs nothing_seen)
    as [q | k]; [| discriminate].
  destruct (h_ret d); try discriminate.
  { (* RRounds *) unfold first_round. destruct (sn_callback q); [| discriminate].
    destruct (get R1 (regs s)); [| discriminate]. destruct (get R3 (regs s)); [| discriminate].
    destruct (get R4 (regs s)); [| discriminate]. destruct (_ || _); [discriminate |].
    destruct (_ =? 0); [discriminate |]. intros E. destruct (begin_done E). }
  destruct (negb (in_main s)); [discriminate |].
  destruct (all_released s) eqn:E; cbn [negb]; [| discriminate]. intros _.
  exact (all_released_none s E).
Qed.
Lemma atomic_done {s z op fetch d off x r} : exec_atomic t s z op fetch d off x = Done r -> False.
Proof.
  unfold exec_atomic.
  destruct op, fetch, (is_r10 x), (get d (regs s)), (get x (regs s)), (get R0 (regs s));
    repeat match goal with |- context [atomic_at ?a ?b ?c ?e ?f] => destruct (atomic_at a b c e f)
      as [[old m] | k] end; discriminate.
Qed.
Lemma exec_done an i s r : exec t an i s = Done r -> l_refs (lay s) = [].
Proof.
  unfold exec. destruct (match target_reg i with Some d => is_r10 d | None => false end);
    [discriminate |]. destruct i; try discriminate.
  all: try (intros E; destruct (atomic_done E)).
  all: try apply load_packet_done. all: try apply call_done.
  all: repeat match goal with
    | |- context [match get ?a ?b with _ => _ end] => destruct (get a b)
    | |- context [match value_of ?a ?b with _ => _ end] => destruct (value_of a b)
    | |- context [match load_at ?a ?b ?c ?e ?f with _ => _ end] => destruct (load_at a b c e f)
    | |- context [match store_at ?a ?b ?c ?e ?f with _ => _ end] => destruct (store_at a b c e f)
    | |- context [match unordered ?a ?b ?c ?e with _ => _ end] => destruct (unordered a b c e)
    | |- context [match own_map ?a ?b ?c with _ => _ end] => destruct (own_map a b c)
    | |- context [match obind ?a ?b with _ => _ end] => destruct (obind a b)
    | |- context [match ?o with Mov => _ | _ => _ end] => destruct o
    end; try discriminate.
  all: try apply call_done. all: try apply leave_done.
  intros E. destruct (begin_done E).
Qed.
Lemma step_done p an s r : step t p an s = Done r -> l_refs (lay s) = [].
Proof.
  unfold step. destruct (zfind (pc s) p) as [i |]; [| discriminate].
  destruct (code_ok p (pc s) i); [| discriminate].
  exact (exec_done an i (interfere an s) r).
Qed.

(** The last step of a run that ended *)
Lemma run_ended p e : forall n i s r, run_from t p e n i s = Ended r ->
  exists m s', (m < n)%nat /\ run_from t p e m i s = Running s'
    /\ step t p (e_ans e (i + m)) s' = Done r.
Proof.
  intros n. induction n as [| n IH]; intros i s r E; cbn [run_from] in E; [discriminate E |].
  destruct (step t p (e_ans e i) s) as [s1 | x | k a] eqn:St; try discriminate E.
  - (* Next *) destruct (IH _ _ _ E) as [m [s' [L [R D]]]]. exists (S m), s'. split; [lia |]. split.
    + (* the run *) cbn [run_from]. rewrite St. exact R.
    + (* the last step *) rewrite <- plus_n_Sm. exact D.
  - (* Done *) injection E as <-. exists O, s. split; [lia |]. split; [reflexivity |].
    rewrite <- plus_n_O.
    exact St.
Qed.
End Leak.
