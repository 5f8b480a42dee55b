(** The instruction syntax of eBPF (RFC 9669), as decoded.  Immediates are kept signed; jump offsets
    count from the next slot. *)
From Semantics Require Export Word.

Inductive width := A32 | A64.
Inductive size := S1 | S2 | S4 | S8.
Definition bytes (z : size) : nat := match z with S1 => 1 | S2 => 2 | S4 => 4 | S8 => 8 end.
Definition zbytes (z : size) : Z := match z with S1 => 1 | S2 => 2 | S4 => 4 | S8 => 8 end.
Definition size_bits (z : size) : Z := match z with S1 => 8 | S2 => 16 | S4 => 32 | S8 => 64 end.

Inductive operand := Imm (i : Z) | Reg (r : reg).
Inductive aluop :=
  Add | Sub | Mul | Div | Sdiv | Mod | Smod | Or | And | Xor | Lsh | Rsh | Arsh | Mov.
(** [to little endian], [to big endian], [swap always]; the model is of a little-endian machine *)
Inductive swap := ToLe | ToBe | Swap.
Inductive cmp := Jeq | Jne | Jgt | Jge | Jlt | Jle | Jset | Jsgt | Jsge | Jslt | Jsle.

Inductive atomic := AtAdd | AtOr | AtAnd | AtXor | Xchg | Cmpxchg.

Inductive insn :=
  | Alu (w : width) (op : aluop) (d : reg) (o : operand)
  | Neg (w : width) (d : reg)
  | MovSx (w : width) (from : size) (d s : reg)        (* sign-extending move of 1, 2 or 4 bytes *)
  | End (k : swap) (z : size) (d : reg)                (* byte order; 2, 4 or 8 bytes *)
  | LdImm (d : reg) (v : Z)                            (* 64-bit constant; two slots *)
  | LdMap (d : reg) (i : Z)                            (* address of map number i; two slots *)
  | LdMapValue (d : reg) (i off : Z)                   (* address in the first value of map i; two
                                                          slots *)
  | LdVar (d : reg) (id object : Z)                    (* address of a variable of the kernel, or of
                                                          a module; two slots *)
  | LdCode (d : reg) (off : Z)                         (* address of a function of this program; two
                                                          slots *)
  | Ldx (z : size) (sx : bool) (d s : reg) (off : Z)   (* sx: sign-extending *)
  | St (z : size) (d : reg) (off : Z) (i : Z)
  | Stx (z : size) (d : reg) (off : Z) (s : reg)
  (* a load that acquires, a store that releases *)
  | LdAcq (z : size) (d s : reg) (off : Z)
  | StRel (z : size) (d : reg) (off : Z) (s : reg)
  | Atomic (z : size) (op : atomic) (fetch : bool) (d : reg) (off : Z) (s : reg)   (* S4 or S8 *)
  (* the legacy packet loads: ABS, or IND with a register; 1, 2 or 4 bytes *)
  | LdPkt (z : size) (ind : option reg) (k : Z)
  | Ja (off : Z)
  | Jmp (w : width) (c : cmp) (d : reg) (o : operand) (off : Z)
  | MayGoto (off : Z)                                  (* jumps when a hidden budget is used up *)
  | Call (h : Z)                                       (* a helper, by number *)
  | CallKernel (f : Z)                                 (* a function of the kernel, by number *)
  | CallX (r : reg)                                    (* a helper, by the number in a register *)
  | CallLocal (off : Z)                                (* a function of this program *)
  | Exit.

(** Slots an instruction takes: pc counts slots, as in the kernel. *)
Definition slots (i : insn) : Z :=
  match i with
  | LdImm _ _ | LdMap _ _ | LdMapValue _ _ _ | LdVar _ _ _ | LdCode _ _ => 2
  | _ => 1
  end.
(** The register an instruction writes by name. *)
Definition target_reg (i : insn) : option reg :=
  match i with
  | Alu _ _ d _ | Neg _ d | MovSx _ _ d _ | End _ _ d | LdImm d _ | LdMap d _ | LdMapValue d _ _
    | LdVar d _ _ | LdCode d _
  | Ldx _ _ d _ _ | LdAcq _ d _ _ => Some d
  | _ => None
  end.
