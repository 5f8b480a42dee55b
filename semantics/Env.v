(** The environment answers what the program does not decide.  Every stream of answers is legal,
    since [step] interprets them; so well-formedness speaks of the layout alone. *)
From Semantics Require Export Machine.

Record env := Env { e_layout : layout; e_mem : Z -> Z; e_ans : nat -> answer }.
(** No reference is acquired at first. *)
Definition well_formed (t : target) (e : env) : Prop := wf_layout t (e_layout e)
  /\ l_refs (e_layout e) = [].

Definition init (t : target) (e : env) : state :=
  let N := @None Z in
  let L := e_layout e in
  State 0 (RF N (Some (l_ctx L)) N N N N N N N N (Some (frame_top L 0))) (Mem (e_mem e) zempty) L []
    (regions t L 0) most_rounds.

Inductive result := Ended (r : Z) | Faulted (k : fault) (at_pc : Z) | Running (s : state).
(** [n] steps from [s], which is the state after [i] steps. *)
Fixpoint run_from (t : target) (p : prog) (e : env) (n i : nat) (s : state) : result :=
  match n with
  | O => Running s
  | S n' => match step t p (e_ans e i) s with
            | Next s' => run_from t p e n' (S i) s'
            | Done r => Ended r
            | Fault k a => Faulted k a
            end
  end.
Definition run (t : target) (p : prog) (e : env) (n : nat) : result :=
  run_from t p e n 0 (init t e).

(** What the program type allows the low 32 bits of the result to be. *)
Definition allowed_result (t : target) (r : Z) : Prop :=
  0 <= r < W /\ match pt_ret (t_type t) with Some (lo, hi) => lo <= result_number lo r <= hi
    | None => True end.
