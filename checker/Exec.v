(** One instruction, abstractly: dispatch only. *)
From Checker Require Export Callbacks.

Section Exec.
Variable t : target.

Definition a_oper (a : astate) (o : operand) : option aval :=
  match o with Imm i => aconst (a_facts a) i | Reg r => get r (a_regs a) end.
Definition a_unary_put (a : astate) (d r : reg) (f : scalar -> scalar) : option astate :=
  do x <- get r (a_regs a); Some (a_put a 1 d (a_unary (a_facts a) f x)).

(** Instructions with one successor. *)
Definition a_exec (i : insn) (a : astate) : option astate :=
  let F := a_facts a in
  if match target_reg i with Some d => is_r10 d | None => false end then None else
  match i with
  | Alu w Mov d o => do y <- a_oper a o; Some (a_put a 1 d (a_mov F w y))
  | Alu w op d o =>
    do x <- get d (a_regs a);
    do y <- a_oper a o;
    Some (a_put a 1 d (a_alu t F w op x y))
  | Neg w d => a_unary_put a d d (sc_neg w)
  | MovSx w z d r => a_unary_put a d r (sc_sext w z)
  | End k z d => a_unary_put a d d (sc_byte_order k z)
  | LdImm d v => do y <- aconst F v; Some (a_put a 2 d (Old y))
  | LdMap d i => do m <- map_of t i; Some (a_put a 2 d (New (FMap i) 0))
  | LdMapValue d i off =>
    do m <- map_of t i;
    if (m_type m =? map_array) && (0 <? m_max m) && (0 <=? off) && (off <=? m_value m)
    then Some (a_put a 2 d (New (FMapValue i 0 whole) off)) else None
  | LdVar d _ _ => Some (a_put a 2 d (New (FScalar true sc_top) 0))
  | LdCode d off => Some (a_put a 2 d (New (function_res (a_pc a + 1 + off)) 0))
  | Ldx z sx d r off =>
    do x <- get r (a_regs a);
    do pl <- a_addr t F (a_depth a) x off (zbytes z) false;
    do r <- a_load t a z sx pl;
    Some (a_put a 1 d r)
  | St z d off i =>
    do x <- get d (a_regs a);
    do v <- aconst F i;
    do pl <- a_addr t F (a_depth a) x off (zbytes z) true;
    a_store t a z pl v
  | Stx z d off r =>
    do x <- get d (a_regs a);
    do v <- get r (a_regs a);
    do pl <- a_addr t F (a_depth a) x off (zbytes z) true;
    a_store t a z pl v
  | LdAcq z d r off =>
    do x <- get r (a_regs a);
    do pl <- a_ordered t F (a_depth a) x off z false;
    do r <- a_load t a z false pl;
    Some (a_put a 1 d r)
  | StRel z d off r =>
    do x <- get d (a_regs a);
    do v <- get r (a_regs a);
    do pl <- a_ordered t F (a_depth a) x off z true;
    a_store t a z pl v
  | Atomic z op fetch d off r =>
    do x <- get d (a_regs a);
    do y <- get r (a_regs a);
    do pl <- a_ordered t F (a_depth a) x off z true;
    do b <- a_atomic t a z pl op y;
    let (a', old) := b in
    match op with
    | Cmpxchg => do e <- get R0 (a_regs a); Some (a_put a' 1 R0 old)
    | _ =>
      if fetch then if is_r10 r then None else Some (a_put a' 1 r old)
      else Some (a_goto a' (a_pc a' + 1))
    end
  | LdPkt z ind _ => a_load_packet t a z ind
  | Ja off => Some (a_goto a (a_pc a + 1 + off))
  | Call h => a_call t a (offered_helper (t_type t) h)
  | CallKernel f => a_call t a (offered_function (t_type t) f)
  | CallX r =>
    do x <- get r (a_regs a); do h <- const_of F x; a_call t a (offered_helper (t_type t) h)
  | CallLocal off => a_call_local a (a_pc a + 1 + off)
  | Exit => a_leave a
  | Jmp _ _ _ _ _ | MayGoto _ => None
  end.
(** Instructions that may end the program instead of going on. *)
Definition is_tail (r : ret) : bool := match r with RTail => true | _ => false end.
Definition may_end (i : insn) : bool :=
  match i with
  | LdPkt _ _ _ | CallX _ => true
  | Call h => match helper_of h with Some d => is_tail (h_ret d) | None => false end
  | CallKernel f =>
    match function_of f with Some k => is_tail (h_ret (kf_call k)) | None => false end
  | _ => false
  end.

(** The symbol that bytes wait for is 0 now: they are written. *)
Definition a_settle (a : astate) : astate :=
  match wb_pending (a_written a) with
  | None => a
  | Some (k, bits) =>
    match const_of (a_facts a) (k, 0) with
    | Some Z0 => a_with_stack a (a_slots a) (Written (Z.lor (wb_bits (a_written a)) bits) None)
    | _ => a
    end
  end.
(** Conditional jumps, and where a callback may run or not: the state of each successor that can
    be. *)
Definition a_assume (a : astate) (pc : Z) (F : option facts) : option astate :=
  do F <- F; Some (a_settle (a_goto (a_with_facts a F) pc)).
(** [MayGoto] goes on, and a round is spent. *)
Definition a_spend (a : astate) : option astate :=
  let to := a_pc a + 1 in
  match a_rounds a, aconst (a_facts a) 0 with
  | Some v, Some z =>
    let spent := a_with_rounds a (Some (fst v, soff (snd v - 1))) in
    a_assume spent to (refine t (a_facts a) A64 Jgt true v z)
  | _, _ => a_assume (a_with_rounds a None) to (Some (a_facts a))
  end.
Definition a_branch (i : insn) (a : astate) : option (option astate * option astate) :=
  match i with
  | Jmp w c d o off =>
    do x <- get d (a_regs a);
    do y <- a_oper a o;
    let F := a_facts a in
    Some (a_assume a (a_pc a + 1 + off) (refine t F w c true x y),
      a_assume a (a_pc a + 1) (refine t F w c false x y))
  | MayGoto off => Some (a_assume a (a_pc a + 1 + off) (Some (a_facts a)), a_spend a)
  | Call h => a_first_round t a (offered_helper (t_type t) h)
  | Exit => a_next_round a
  | _ => None
  end.

(** The end, with no reference left and a result that the program type allows. *)
Definition a_exit (i : insn) (a : astate) : bool :=
  match i, a_frames a, get R0 (a_regs a) with
  | Exit, [], Some v =>
    no_refs (a_facts a) &&
    match pt_ret (t_type t) with
    | None => true
    | Some (lo, hi) =>
      let s := snd (any_view (a_facts a) v) in
      if lo <? 0 then let b := sc_int s in (lo <=? b_smin b) && (b_smax b <=? hi)
      else let s := sc_trunc A32 s in (lo <=? s_umin s) && (s_umax s <=? hi)
    end
  | _, _, _ => false
  end.
End Exec.
