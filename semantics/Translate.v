(** Classic BPF as eBPF, instruction by instruction as Linux does it when a filter is attached. A is
    r0, X is r7, the context is in r6, and M[k] is the stack slot at r10 - 4 * k - 4; r2 is free.
    Linux's own result is not for its verifier, and reads kernel structures.  So here A and X are
    cleared by moves (a register that is undefined may not be read), metadata comes from the context
    as eBPF programs see it, and packet loads are the legacy loads of eBPF, which Linux expands to
    the very code that it makes of classic ones. *)
From Semantics Require Export Classic Encode Env.

Definition target_type (d : dialect) : prog_type :=
  match d with LinuxSeccomp => seccomp | _ => socket_filter end.

(** ** Ancillary loads *)
(** Those of a field of the context: its offset, and whether it is kept in network byte order. *)
Definition context_field (n : Z) : option (Z * bool) :=
  if n =? 0 then Some (16, true)           (* protocol *)
  else if n =? 4 then Some (4, false)      (* pkt_type *)
  else if n =? 20 then Some (8, false)     (* mark *)
  else if n =? 24 then Some (12, false)    (* queue_mapping *)
  else if n =? 32 then Some (68, false)    (* hash *)
  else if n =? 44 then Some (24, false)    (* vlan_tci *)
  else if n =? 48 then Some (20, false)    (* vlan_present *)
  else if n =? 60 then Some (28, true)     (* vlan_proto *)
  else None.
Definition ifindex_field : Z := 40.
Definition get_smp_processor_id : Z := 8.
(** The others have no counterpart in eBPF: netlink attributes (12, 16), the device's hardware type
    (28) and the payload's offset (52) are read from kernel structures.  Random numbers (56) are
    left out too: a metadata word is one here, not many. *)
Definition ancillary_block (n : Z) : option (list insn) :=
  match context_field n with
  | Some (off, be) => Some (Ldx S4 false R0 R6 off :: if be : bool then [End ToBe S2 R0] else [])
  | None =>
    if n =? 8 then Some [Ldx S4 false R2 R6 ifindex_field; Jmp A64 Jne R2 (Imm 0) 1; Exit;
      Alu A64 Mov R0 (Reg R2)]
    else if n =? 36 then Some [Call get_smp_processor_id]
    else if n =? 40 then Some [Alu A32 Xor R0 (Reg R7)]
    else None
  end.

(** ** One instruction *)
Definition access_size (z : csize) : size := match z with CW => S4 | CH => S2 | CB => S1 end.
Definition scratch_slot (k : Z) : Z := - 4 * k - 4.
Definition alu_of (o : calu) : aluop :=
  match o with
  | CAdd => Add | CSub => Sub | CMul => Mul | CDiv => Div | CMod => Mod | COr => Or | CAnd => And
    | CXor => Xor | CLsh => Lsh | CRsh => Rsh
  end.
Definition cmp_of (c : ccond) : cmp :=
  match c with CJeq => Jeq | CJgt => Jgt | CJge => Jge | CJset => Jset end.
Definition inverse (c : ccond) : option cmp :=
  match c with CJeq => Some Jne | CJgt => Some Jle | CJge => Some Jlt | CJset => None end.
Definition constant (d : reg) (k : Z) : insn := Alu A32 Mov d (Imm (sgn32 k)).
(** An immediate is extended with its sign to 64 bits, so a constant from 2^31 on is put in r2
    first. *)
Definition compared (s : csrc) (k : Z) : list insn * operand :=
  match s with
  | CX => ([], Reg R7)
  | CK => if k <? sign32 then ([], Imm k) else ([constant R2 k], Reg R2)
  end.
Definition length_block (d : dialect) (r : reg) : list insn :=
  match d with LinuxSeccomp => [Alu A32 Mov r (Imm seccomp_size)] | _ => [Ldx S4 false r R6 0] end.
Definition divide_by_x (op : aluop) : list insn :=
  [Alu A32 Mov R7 (Reg R7); Jmp A64 Jne R7 (Imm 0) 2; Alu A32 Xor R0 (Reg R0); Exit;
    Alu A32 op R0 (Reg R7)].

(** [at_] is the slot where an instruction's block begins. *)
Definition block (d : dialect) (at_ : Z -> Z) (pc : Z) (i : cinsn) : option (list insn) :=
  let k := ci_k i in
  let load z ind := LdPkt (access_size z) ind (sgn32 k) in
  (* from the block's instruction number n *)
  let off n target := at_ (pc + 1 + target) - at_ pc - 1 - Z.of_nat n in
  if negb (in_dialect d (ci_op i)) then None else
  match ci_op i with
  | CLdAbs z =>
    match d with
    | LinuxSeccomp => Some [Ldx S4 false R0 R6 k]
    | _ => if k <? skf_ad then Some [load z None] else ancillary_block (k - skf_ad)
    end
  | CLdInd z => Some [load z (Some R7)]
  | CLdLen => Some (length_block d R0)
  | CLdxLen => Some (length_block d R7)
  | CLdImm => Some [constant R0 k]
  | CLdxImm => Some [constant R7 k]
  | CLdMem => Some [Ldx S4 false R0 R10 (scratch_slot k)]
  | CLdxMem => Some [Ldx S4 false R7 R10 (scratch_slot k)]
  | CSt => Some [Stx S4 R10 (scratch_slot k) R0]
  | CStx => Some [Stx S4 R10 (scratch_slot k) R7]
  | CLdxMsh =>
    Some [Alu A64 Mov R7 (Reg R0); load CB None; Alu A32 And R0 (Imm 15); Alu A32 Lsh R0 (Imm 2);
          Alu A64 Mov R2 (Reg R7); Alu A64 Mov R7 (Reg R0); Alu A64 Mov R0 (Reg R2)]
  | CAlu o CK => Some [Alu A32 (alu_of o) R0 (Imm (sgn32 k))]
  | CAlu CDiv CX => Some (divide_by_x Div)
  | CAlu CMod CX => Some (divide_by_x Mod)
  | CAlu o CX => Some [Alu A32 (alu_of o) R0 (Reg R7)]
  | CNeg => Some [Neg A32 R0]
  | CJa => Some [Ja (off 0%nat k)]
  | CJmp c s =>
    let '(first, o) := compared s k in
    let n := length first in
    let both := [Jmp A64 (cmp_of c) R0 o (off n (ci_jt i)); Ja (off (S n) (ci_jf i))] in
    Some (first ++ if ci_jf i =? 0 then [Jmp A64 (cmp_of c) R0 o (off n (ci_jt i))]
                   else if ci_jt i =? 0 then match inverse c with
                                             | Some c' => [Jmp A64 c' R0 o (off n (ci_jf i))]
                                             | None => both
                                             end
                   else both)
  | CRetK => Some [constant R0 k; Exit]
  | CRetA => Some [Exit]
  | CTax => Some [Alu A64 Mov R7 (Reg R0)]
  | CTxa => Some [Alu A64 Mov R0 (Reg R7)]
  end.

(** ** The program *)
Definition prologue : list insn := [constant R0 0; constant R7 0; Alu A64 Mov R6 (Reg R1)].
Definition block_size (d : dialect) (o : option cinsn) : Z :=
  match obind o (block d (fun _ => 0) 0) with Some b => Z.of_nat (length b) | None => 0 end.
(** where each block begins, and the end of the last one *)
Fixpoint starts_from (d : dialect) (pc slot : Z) (p : cprog) (m : zmap Z) : zmap Z :=
  let m := zset pc slot m in
  match p with [] => m | o :: p' => starts_from d (pc + 1) (slot + block_size d o) p' m end.
Definition start_in (m : zmap Z) (pc : Z) : Z := match zfind pc m with Some a => a | None => 0 end.
Fixpoint blocks (d : dialect) (at_ : Z -> Z) (pc : Z) (p : cprog) : option (list insn) :=
  match p with
  | [] => Some []
  | None :: _ => None
  | Some i :: p' =>
    obind (block d at_ pc i) (fun b =>
    obind (blocks d at_ (pc + 1) p') (fun l => Some (b ++ l)))
  end.
(** [None] for libpcap's dialect, which Linux does not run; and for what has no counterpart. *)
Definition translate (d : dialect) (p : cprog) : option (list insn) :=
  match d with
  | Libpcap => None
  | _ => let m := starts_from d 0 (Z.of_nat (length prologue)) p zempty in
         obind (blocks d (start_in m) 0 p) (fun l => Some (prologue ++ l))
  end.
(** What is translated: all of seccomp; of socket filters all but five ancillary loads (see
    [ancillary_block]). *)
Definition has_counterpart (o : option cinsn) : bool :=
  match o with
  | Some (CInsn (CLdAbs _) _ _ k) =>
    (k <? skf_ad) || match ancillary_block (k - skf_ad) with Some _ => true | None => false end
  | _ => true
  end.
Definition translatable (d : dialect) (p : cprog) : bool :=
  match d with
  | LinuxSeccomp => true
  | LinuxSocket => forallb has_counterpart p
  | Libpcap => false
  end.

(** * What the translation runs on *)
Definition translated_target (d : dialect) (maps : list map_def) (pf : profile) : target :=
  Target (target_type d) maps pf.
Definition translated (q : list insn) : prog := place 0 q zempty.

(** A system call: the context holds its 64 bytes. *)
Definition carries_call (e : env) (ce : cenv) : Prop :=
  forall i, 0 <= i < seccomp_size -> Z.land (e_mem e (l_ctx (e_layout e) + i)) 255 = cbyte ce i.

(** A packet: the context has its length and metadata, each of which is the same throughout (random
    numbers aside); *)
Definition random_number : Z := 56.
Definition context_word (e : env) (off : Z) : Z :=
  load (Mem (e_mem e) zempty) (l_ctx (e_layout e) + off) 4.
Definition metadata (ce : cenv) (n : Z) : Z := wrap32 (ce_meta ce n 0).
Definition carries_metadata (e : env) (ce : cenv) : Prop :=
  (forall n pc, n <> random_number -> wrap32 (ce_meta ce n pc) = metadata ce n) /\
  context_word e 0 = wrap32 (ce_len ce) /\
  (forall n off be, context_field n = Some (off, be) ->
     (if be : bool then byte_order ToBe S2 (context_word e off) else context_word e off)
     = metadata ce n) /\
  (if ce_device ce
   then context_word e ifindex_field = metadata ce 8 /\ metadata ce 8 <> 0
   else context_word e ifindex_field = 0).
(** and legacy loads are answered with the packet's bytes, and calls for the processor's number with
    it. *)
Definition classic_size (z : size) : csize := match z with S4 => CW | S2 => CH | _ => CB end.
Definition packet_answer (ce : cenv) (s : state) (i : insn) : option Z :=
  match i with
  | LdPkt z ind k =>
    let off := k + match ind with Some r => match get r (regs s) with Some x => x | None => 0 end
      | None => 0 end in
    Some match packet_load LinuxSocket ce (classic_size z) off with Some v => v | None => -1 end
  | Call h => if h =? get_smp_processor_id then Some (metadata ce 36) else None
  | _ => None
  end.
Definition carries_answers (t : target) (q : prog) (e : env) (ce : cenv) : Prop :=
  forall n s i c, run t q e n = Running s -> zfind (pc s) q = Some i ->
    packet_answer ce s i = Some c -> an_choice (e_ans e n) = c.

Definition carries (d : dialect) (t : target) (q : prog) (e : env) (ce : cenv) : Prop :=
  match d with
  | LinuxSeccomp => carries_call e ce
  | _ => carries_metadata e ce /\ carries_answers t q e ce
  end.
