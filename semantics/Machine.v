(** The machine: state, faults, and one step. *)
From Semantics Require Export Alu Layout.

Definition prog := zmap insn.                 (* by slot *)

Record state := State {
  pc : Z;
  regs : rf (option Z);                       (* None: undefined *)
  mem : memory;
  lay : layout;
  live : list region }.                       (* [regions t lay], kept *)

Inductive fault :=
  | BadPc | UndefinedRegister | FrameWrite | OutOfBounds | ReadOnly | BadContext | UndefinedStack
  | BadHelperArgument | UnknownHelper | BadMap.
Inductive outcome := Next (s : state) | Done (r : Z) | Fault (k : fault) (at_pc : Z).

(** What the environment decides at a step: a choice (interpreted, so that no choice is illegal), and the bytes that helpers
    and other processors write to shared memory. *)
Record answer := Answer { an_choice : Z; an_writes : list (Z * Z) }.
Definition interfere (an : answer) (s : state) : state :=
  State (pc s) (regs s) (write_all (mem s) (filter (fun w => in_shared (live s) (fst w)) (an_writes an))) (lay s) (live s).

(** ** Pieces of a step *)
Definition value_of (s : state) (o : operand) : option Z :=
  match o with Imm i => Some (wrap i) | Reg r => get r (regs s) end.
Definition goto (s : state) (t : Z) : state := State t (regs s) (mem s) (lay s) (live s).
Definition put (s : state) (n : Z) (d : reg) (v : Z) : state :=
  State (pc s + n) (set d (Some v) (regs s)) (mem s) (lay s) (live s).
Definition with_mem (s : state) (m : memory) : state := State (pc s + 1) (regs s) m (lay s) (live s).
Definition with_result (s : state) (v : Z) : state :=    (* after a call r0 holds the result and r1 to r5 are undefined *)
  State (pc s + 1)
        (set R0 (Some v) (set R1 None (set R2 None (set R3 None (set R4 None (set R5 None (regs s))))))) (mem s) (lay s) (live s).

Section Step.
Variable t : target.

(** Undefined stack bytes are a fault under the strict profile, and any number under the others. *)
Definition undefined_stack (s : state) (r : region) (a : Z) (n : nat) : bool :=
  match r_kind r with KStack => pf_strict_stack (t_profile t) && negb (all_written (mem s) a n) | _ => false end.

Definition load_at (s : state) (a : Z) (n : nat) : Z + fault :=
  match find_region (live s) false a (Z.of_nat n) with
  | None => inr OutOfBounds
  | Some r =>
    match r_kind r with
    | KCtx => match ctx_readable (t_type t) (a - r_base r) (Z.of_nat n) with
              | Some FPlain => inl (load (mem s) a n)
              | Some FData => inl (l_pkt (lay s))
              | Some FDataEnd => inl (l_pkt (lay s) + l_len (lay s))
              | None => inr BadContext
              end
    | _ => if undefined_stack s r a n then inr UndefinedStack else inl (load (mem s) a n)
    end
  end.
Definition store_at (s : state) (a : Z) (n : nat) (v : Z) : memory + fault :=
  match find_region (live s) true a (Z.of_nat n) with
  | None => inr (match find_region (live s) false a (Z.of_nat n) with Some _ => ReadOnly | None => OutOfBounds end)
  | Some r =>
    match r_kind r with
    | KCtx => if ctx_writable (t_type t) (a - r_base r) (Z.of_nat n) then inl (store (mem s) a n v) else inr BadContext
    | _ => inl (store (mem s) a n v)
    end
  end.

(** Memory that a helper reads: any live region but the context. *)
Definition helper_reads (s : state) (a n : Z) : option fault :=
  match find_region (live s) false a n with
  | None => Some BadHelperArgument
  | Some r => match r_kind r with
              | KCtx => Some BadHelperArgument
              | _ => if undefined_stack s r a (Z.to_nat n) then Some UndefinedStack else None
              end
  end.

Fixpoint index_of (x i : Z) (l : list Z) : option Z :=
  match l with [] => None | y :: l' => if x =? y then Some i else index_of x (i + 1) l' end.
(** Checks the arguments from register to register; [m]: the map passed so far. *)
Fixpoint check_args (s : state) (args : list arg) (rs : list reg) (m : option Z) : option Z + fault :=
  match args, rs with
  | [], _ => inl m
  | _ :: _, [] => inr BadHelperArgument
  | g :: args', r :: rs' =>
    match get r (regs s) with
    | None => inr UndefinedRegister
    | Some x =>
      let reads n := match helper_reads s x n with Some f => inr f | None => check_args s args' rs' m end in
      let of_map f := match obind m (map_of t) with Some d => reads (f d) | None => inr BadHelperArgument end in
      match g with
      | AAny => check_args s args' rs' m
      | AMap => match index_of x 0 (l_maps (lay s)) with
                | Some i => check_args s args' rs' (Some i)
                | None => inr BadHelperArgument
                end
      | AKey => of_map m_key
      | AValue => of_map m_value
      | AMem => match rs' with
                | r2 :: _ => match get r2 (regs s) with
                             | Some n => if 0 <? n then reads n else inr BadHelperArgument
                             | None => inr UndefinedRegister
                             end
                | [] => inr BadHelperArgument
                end
      | ASize => check_args s args' rs' m
      | ACtx => if x =? l_ctx (lay s) then check_args s args' rs' m else inr BadHelperArgument
      end
    end
  end.
Definition arg_regs : list reg := [R1; R2; R3; R4; R5].

(** The helper's answer, made legal. *)
Definition interpret (an : answer) (s : state) (r : ret) (m : option Z) : Z :=
  match r with
  | RInt lo hi => wrap (Z.max lo (Z.min hi (an_choice an)))
  | RValue =>
    match obind m (nth_z (l_vals (lay s))) with
    | Some bs => match nth_z bs (an_choice an) with Some b => b | None => 0 end
    | None => 0
    end
  end.
Definition call (an : answer) (h : Z) (s : state) : outcome :=
  if negb (existsb (Z.eqb h) (pt_helpers (t_type t))) then Fault UnknownHelper (pc s) else
  match helper_of h with
  | None => Fault UnknownHelper (pc s)
  | Some d => match check_args s (h_args d) arg_regs None with
              | inl m => Next (with_result s (interpret an s (h_ret d) m))
              | inr f => Fault f (pc s)
              end
  end.

Definition exec (an : answer) (i : insn) (s : state) : outcome :=
  let F k := Fault k (pc s) in
  if match target_reg i with Some d => is_r10 d | None => false end then F FrameWrite else
  match i with
  | Alu w Mov d o =>
    match value_of s o with Some y => Next (put s 1 d (trunc w y)) | None => F UndefinedRegister end
  | Alu w op d o =>
    match get d (regs s), value_of s o with
    | Some x, Some y => Next (put s 1 d (alu w op x y))
    | _, _ => F UndefinedRegister
    end
  | Neg w d => match get d (regs s) with Some x => Next (put s 1 d (neg w x)) | None => F UndefinedRegister end
  | MovSx w z d r => match get r (regs s) with Some x => Next (put s 1 d (sext w z x)) | None => F UndefinedRegister end
  | End k z d => match get d (regs s) with Some x => Next (put s 1 d (byte_order k z x)) | None => F UndefinedRegister end
  | LdImm d v => Next (put s 2 d (wrap v))
  | LdMap d i => match nth_z (l_maps (lay s)) i with Some a => Next (put s 2 d a) | None => F BadMap end
  | LdMapValue d i off =>
    match obind (nth_z (l_vals (lay s)) i) (fun bs => nth_z bs 0) with
    | Some b => Next (put s 2 d (wrap (b + off)))
    | None => F BadMap
    end
  | Ldx z sx d r off =>
    match get r (regs s) with
    | None => F UndefinedRegister
    | Some x => match load_at s (wrap (x + off)) (bytes z) with
                | inl v => Next (put s 1 d (if sx then sext A64 z v else v))
                | inr f => F f
                end
    end
  | St z d off i =>
    match get d (regs s) with
    | None => F UndefinedRegister
    | Some x => match store_at s (wrap (x + off)) (bytes z) (wrap i) with inl m => Next (with_mem s m) | inr f => F f end
    end
  | Stx z d off r =>
    match get d (regs s), get r (regs s) with
    | Some x, Some v => match store_at s (wrap (x + off)) (bytes z) v with inl m => Next (with_mem s m) | inr f => F f end
    | _, _ => F UndefinedRegister
    end
  | Ja off => Next (goto s (pc s + 1 + off))
  | Jmp w c d o off =>
    match get d (regs s), value_of s o with
    | Some x, Some y => Next (goto s (if compare w c x y then pc s + 1 + off else pc s + 1))
    | _, _ => F UndefinedRegister
    end
  | Call h => call an h s
  | Exit => match get R0 (regs s) with Some x => Done x | None => F UndefinedRegister end
  end.

(** Others may write first; then the instruction at pc. *)
Definition step (p : prog) (an : answer) (s : state) : outcome :=
  match zfind (pc s) p with
  | None => Fault BadPc (pc s)
  | Some i => exec an i (interfere an s)
  end.
End Step.
