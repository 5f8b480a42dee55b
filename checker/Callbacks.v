(** Callbacks: a helper that calls a function of this program, any number of rounds.  The callback
    is judged in its caller's context, as loops are: a node at its first instruction is the
    invariant of all rounds, and its potential counts those that are left. *)
From Checker Require Export Calls.

(** The address of the function at a slot. *)
Definition function_res (pc : Z) : fact :=
  if (0 <=? pc) && (pc <? code_slots) then FFunc pc else FScalar true sc_top.

(** A round begins: its index is any number below [most]. *)
Definition a_round (a : astate) (f : aframe) (fs : list aframe)
  (callback : Z) (rest ctx : aval) (most : Z) : option astate :=
  let index := (a_next a, 0) in
  let N := @None aval in
  a_begin (a_fresh a (FScalar false (sc_range 0 (most - 1))))
    (AFrame (af_pc f) (af_regs f) (af_rounds f) (AAgain callback rest ctx most) :: fs)
    (arguments (Some index) (Some ctx) N N N) callback.

(** A side that can be, if it is safe. *)
Definition side (o : option astate) : option (option astate) := do a <- o; Some (Some a).

(** The helper's call: the first round of a callback; or there is none, since no rounds are asked
    for or the arguments are wrong. *)
Definition a_first_round (t : target) (a : astate) (callee : option helper) :
  option (option astate * option astate) :=
  do d <- callee;
  do q <- a_args (packet_arg (t_type t) d) t a (args_in (t_type t) d) arg_regs a_nothing_seen;
  match h_ret d with
  | RRounds =>
    do callback <- as_callback q;
    do n <- get R1 (a_regs a);
    do ctx <- get R3 (a_regs a);
    do flags <- get R4 (a_regs a);
    let s := snd (any_view (a_facts a) n) in
    let most := Z.min (s_umax s) max_calls in
    let right := (s_umax s <=? max_calls)
      && match const_of (a_facts a) flags with Some Z0 => true | _ => false end in
    do enter <-
      (if 0 <? most then
         side (a_round (a_fresh a (FScalar false (sc_range 0 (most - 1))))
           (AFrame (a_pc a + 1) (a_regs a) (a_rounds a) ABack) (a_frames a) callback (a_next a, 0)
           ctx most)
       else Some None);
    let r := if right then sc_const 0 else sc_top in
    Some (enter, if right && (0 <? s_umin s) then None
                 else Some (a_finish (a_clobber a) (Some (New (FScalar false r) 0))))
  | _ => None
  end.

(** The callback's end: one more round, or back to the caller, where r0 is how many there were. *)
Definition a_next_round (a : astate) : option (option astate * option astate) :=
  match a_frames a with
  | AFrame pc rs n (AAgain callback rest ctx most) :: fs =>
    let f := AFrame pc rs n ABack in
    do r <- get R0 (a_regs a);
    do v <- view (a_facts a) r;
    let s := snd v in
    if s_umax s <=? 1 then
      do again <-
        (if s_umin s <=? 0 then
           match narrow (a_facts a) rest (sc_range 1 most) with
           | Some F =>
             side (a_round (a_with_facts a F) f fs callback (fst rest, snd rest - 1) ctx most)
           | None => Some None
           end
         else Some None);
      let more :=
        match view (a_facts a) rest with Some (_, l) => 0 <? s_umin l | None => false end in
      Some (again, if (s_umax s <=? 0) && more then None
                   else Some (a_put (a_go_back a f fs None) 0 R0
                     (New (FScalar false (sc_range 1 most)) 0)))
    else None
  | _ => None
  end.
