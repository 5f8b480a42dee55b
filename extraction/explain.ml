(* Why a certificate does not validate: replays it once more, with the same checks, up to the first that fails.
   It only makes the message: the verdict is [Core.validate]'s. *)
module Num = Z (* Coq's own Z is hidden in Core *)
open Core

exception Because of string

let because format = Printf.ksprintf (fun s -> raise (Because s)) format
let check b format = Printf.ksprintf (fun s -> if not b then raise (Because s)) format
let name = Num.to_string

let rec replay t p nodes src d n a =
  let pc = name a.a_pc in
  match zfind a.a_pc p with
  | None -> because "there is no instruction at %s" pc
  | Some i -> (
    check (code_ok p a.a_pc i) "no instruction starts at the address of code that instruction %s takes" pc;
    match d with
    | DStep d -> (
      match a_exec t i a with
      | Some a -> replay t p nodes src d (Num.succ n) a
      | None -> because "a step at instruction %s is not shown to be safe" pc)
    | DBranch (taken, fall) -> (
      match a_branch t i a with
      | None -> because "instruction %s is not a branch on known values" pc
      | Some (x, y) ->
        let side d = function None -> () | Some a -> replay t p nodes src d (Num.succ n) a in
        side taken x;
        side fall y)
    | DExit -> (
      check (no_refs a.a_facts) "a reference is not released at the exit at %s" pc;
      check (a_exit t i a) "instruction %s is not an exit with an allowed result" pc;
      match pot_floor a.a_facts src with
      | Some floor when Num.leq (Num.succ n) floor -> ()
      | _ -> because "the bound on steps is not shown at the exit at %s" pc)
    | DSub (j, sub) -> (
      match zfind j nodes with
      | None -> because "there is no node %s" (name j)
      | Some node ->
        let b = node.n_state in
        check (Num.geq n Num.one) "no step precedes the subsumption into node %s" (name j);
        check (Num.equal a.a_pc b.a_pc) "node %s is at instruction %s, not at %s" (name j) (name b.a_pc) pc;
        check (names_ok b) "node %s uses a symbol that it does not have" (name j);
        (* one fact at a time, to name the one that is missing *)
        let _ : bool =
          zall (fun k f -> check (facts_le t a sub (zset k f zempty)) "at %s symbol %s of node %s is not shown" pc (name k) (name j); true)
            b.a_facts
        in
        List.iteri
          (fun number r ->
            check (oval_le a.a_next sub (get r a.a_regs) (get r b.a_regs)) "at %s r%d is not the one of node %s" pc number (name j))
          all_regs;
        check (oval_le a.a_next sub a.a_rounds b.a_rounds) "at %s the rounds left are not those of node %s" pc (name j);
        check (refs_le a.a_facts sub b.a_facts) "at %s the acquired references are not those of node %s" pc (name j);
        check (astate_le t sub a b) "at %s the frame is not the one of node %s" pc (name j);
        check (pot_drop a.a_facts n src sub node.n_pot) "at %s the bound on steps does not fall by %s into node %s" pc (name n) (name j)))

let why t p c =
  try
    check (Num.sign c.c_bound >= 0) "its bound is negative";
    replay t p c.c_nodes { p_c = c.c_bound; p_terms = [] } c.c_root Num.zero a_init;
    let _ : bool =
      zall
        (fun j node ->
          try
            check (pot_ok node.n_state.a_facts node.n_pot) "its bound on steps may be negative";
            replay t p c.c_nodes node.n_pot node.n_deriv Num.zero node.n_state;
            true
          with Because s -> because "in node %s, %s" (name j) s)
        c.c_nodes
    in
    "it does not validate"
  with Because s -> s
