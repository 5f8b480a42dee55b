(** One instruction, abstractly: dispatch only. *)
From Checker Require Export Calls.

Section Exec.
Variable t : target.

Definition a_oper (a : astate) (o : operand) : option aval :=
  match o with Imm i => aconst (a_facts a) i | Reg r => get r (a_regs a) end.
Definition a_unary_put (a : astate) (d r : reg) (f : scalar -> scalar) : option astate :=
  obind (get r (a_regs a)) (fun x => Some (a_put a 1 d (a_unary (a_facts a) f x))).

(** Instructions with one successor. *)
Definition a_exec (i : insn) (a : astate) : option astate :=
  let F := a_facts a in
  if match target_reg i with Some d => is_r10 d | None => false end then None else
  match i with
  | Alu w Mov d o => obind (a_oper a o) (fun y => Some (a_put a 1 d (a_mov F w y)))
  | Alu w op d o =>
    obind (get d (a_regs a)) (fun x =>
      obind (a_oper a o) (fun y => Some (a_put a 1 d (a_alu t F w op x y))))
  | Neg w d => a_unary_put a d d (sc_neg w)
  | MovSx w z d r => a_unary_put a d r (sc_sext w z)
  | End k z d => a_unary_put a d d (sc_byte_order k z)
  | LdImm d v => obind (aconst F v) (fun y => Some (a_put a 2 d (Old y)))
  | LdMap d i => obind (map_of t i) (fun _ => Some (a_put a 2 d (New (FMap i) 0)))
  | LdMapValue d i off =>
    obind (map_of t i) (fun m =>
      if (m_type m =? map_array) && (0 <? m_max m) && (0 <=? off) && (off <=? m_value m)
      then Some (a_put a 2 d (New (FMapValue i 0) off)) else None)
  | LdVar d _ _ | LdCode d _ => Some (a_put a 2 d (New (FScalar true sc_top) 0))
  | Ldx z sx d r off =>
    obind (get r (a_regs a)) (fun x =>
    obind (a_addr t F (a_depth a) x off (zbytes z) false) (fun pl =>
    obind (a_load t a z sx pl) (fun r => Some (a_put a 1 d r))))
  | St z d off i =>
    obind (get d (a_regs a)) (fun x =>
    obind (aconst F i) (fun v =>
    obind (a_addr t F (a_depth a) x off (zbytes z) true) (fun pl => a_store t a z pl v)))
  | Stx z d off r =>
    obind (get d (a_regs a)) (fun x =>
    obind (get r (a_regs a)) (fun v =>
    obind (a_addr t F (a_depth a) x off (zbytes z) true) (fun pl => a_store t a z pl v)))
  | Atomic z op fetch d off r =>
    obind (get d (a_regs a)) (fun x =>
    obind (get r (a_regs a)) (fun _ =>
    obind (a_addr t F (a_depth a) x off (zbytes z) true) (fun pl =>
    obind (a_atomic t a z pl) (fun a' =>
      let old := New (FScalar (is_stack pl) (sc_of_bytes z)) 0 in
      match op with
      | Cmpxchg => match get R0 (a_regs a) with Some _ => Some (a_put a' 1 R0 old) | None =>
        None end
      | _ => if fetch then if is_r10 r then None else Some (a_put a' 1 r old) else Some
        (a_goto a' (a_pc a' + 1))
      end))))
  | LdPkt z ind _ => a_load_packet t a z ind
  | Ja off => Some (a_goto a (a_pc a + 1 + off))
  | Call h => a_call t a h
  | CallX r => obind (get r (a_regs a)) (fun x => obind (const_of F x) (fun h => a_call t a h))
  | CallLocal off => a_call_local a (a_pc a + 1 + off)
  | Exit => a_leave a
  | Jmp _ _ _ _ _ | MayGoto _ => None
  end.
(** Instructions that may end the program instead of going on. *)
Definition may_end (i : insn) : bool :=
  match i with
  | LdPkt _ _ _ | CallX _ => true
  | Call h => match helper_of h with Some d => match h_ret d with RTail => true | _ => false end
    | None => false end
  | _ => false
  end.

(** Conditional jumps: the state of each successor that can be. *)
Definition a_assume (a : astate) (pc : Z) (F : option facts) : option astate :=
  obind F (fun F => Some (a_goto (a_with_facts a F) pc)).
Definition a_branch (i : insn) (a : astate) : option (option astate * option astate) :=
  match i with
  | Jmp w c d o off =>
    obind (get d (a_regs a)) (fun x => obind (a_oper a o) (fun y =>
      let F := a_facts a in
      Some (a_assume a (a_pc a + 1 + off) (refine F w c true x y),
        a_assume a (a_pc a + 1) (refine F w c false x y))))
  | MayGoto off => Some (Some (a_goto a (a_pc a + 1 + off)), Some (a_goto a (a_pc a + 1)))
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
