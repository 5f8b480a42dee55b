(** Certificates, and the validator that replays them. *)
From Checker Require Export Pot.

(** A derivation takes a step, splits at a branch, ends, or, after at least one step, subsumes into
    a node. *)
Inductive deriv := DStep (d : deriv) | DBranch (taken fall : deriv) | DExit
  | DSub (node : Z) (sub : subst).
Record node := Node { n_state : astate; n_pot : pot; n_deriv : deriv }.
Record cert := Cert { c_bound : Z; c_root : deriv; c_nodes : zmap node }.

Section Replay.
Variable t : target.
Variable p : prog.
Variable nodes : zmap node.
Variable src : pot.                           (* of the node that this derivation starts from *)

(** [n]: steps taken since that node. One more step, and the program may end. *)
Definition can_end (a : astate) (n : Z) : bool := match pot_floor (a_facts a) src with Some fl =>
  n + 1 <=? fl | None => false end.
Fixpoint replay (d : deriv) (n : Z) (a : astate) : bool :=
  match zfind (a_pc a) p with
  | None => false
  | Some i =>
    code_ok p (a_pc a) i &&
    match d with
    | DStep d' =>
      match a_exec t i a with
      | Some a' => (negb (may_end i) || can_end a n) && replay d' (n + 1) a'
      | None => false
      end
    | DBranch d1 d2 =>
      match a_branch t i a with
      | Some (x, y) =>
        match x with Some a1 => replay d1 (n + 1) a1 | None => true end
        && match y with Some a2 => replay d2 (n + 1) a2 | None => true end
      | None => false
      end
    | DExit => a_exit t i a && can_end a n
    | DSub j sub =>
      match zfind j nodes with
      | Some nd => (1 <=? n) && astate_le t sub a (n_state nd)
        && pot_drop (a_facts a) n src sub (n_pot nd)
      | None => false
      end
    end
  end.
End Replay.

(** Symbols at the start: 0 is zero, 1 the context, 2 the first frame's top. *)
Definition a_init : astate :=
  let N := @None aval in
  AState 0 (RF N (Some (1, 0)) N N N N N N N N (Some (2, 0))) zempty nothing_written []
         (zset 0 (FScalar false (sc_const 0)) (zset 1 FCtx (zset 2 (FStack 0 0 whole) zempty))) 3
         (Some (0, most_rounds)).
Definition validate (t : target) (p : prog) (c : cert) : bool :=
  (0 <=? c_bound c)
  && replay t p (c_nodes c) (Pot (c_bound c) []) (c_root c) 0 a_init
  && zall (fun _ nd => pot_ok (a_facts (n_state nd)) (n_pot nd)
                    && replay t p (c_nodes c) (n_pot nd) (n_deriv nd) 0 (n_state nd)) (c_nodes c).
