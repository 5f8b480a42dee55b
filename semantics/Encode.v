(** The binary form of instructions (RFC 9669): slots of 8 bytes.  [encodings] says everything;
    [decode] guesses an instruction from the fields and accepts it when the slots are one of its
    encodings, so that no field goes unchecked. *)
From Semantics Require Export Machine.

(* off and imm are signed *)
Record slot := Slot { sl_op : Z; sl_dst : Z; sl_src : Z; sl_off : Z; sl_imm : Z }.
Definition within (lo z hi : Z) : bool := (lo <=? z) && (z <? hi).
Definition slot_ok (s : slot) : bool :=
  within 0 (sl_op s) 256 && within 0 (sl_dst s) 16 && within 0 (sl_src s) 16
  && within (-32768) (sl_off s) 32768 && within (-2147483648) (sl_imm s) 2147483648.
Definition slot_eqb (a b : slot) : bool :=
  (sl_op a =? sl_op b) && (sl_dst a =? sl_dst b) && (sl_src a =? sl_src b) && (sl_off a =? sl_off b)
    && (sl_imm a =? sl_imm b).

(** A slot as the little-endian number that its 8 bytes are. *)
Definition slot_of_word (w : Z) : slot :=
  Slot (Z.land w 255) (Z.land (Z.shiftr w 8) 15) (Z.land (Z.shiftr w 12) 15)
    (sgn_bits 16 (Z.shiftr w 16)) (sgn_bits 32 (Z.shiftr w 32)).
Definition word_of_slot (s : slot) : Z :=
  sl_op s + 256 * sl_dst s + 4096 * sl_src s + 65536 * (sl_off s mod 65536)
  + 4294967296 * (sl_imm s mod 4294967296).

(** * Opcodes: what the first byte alone tells *)
Inductive form :=
  | FAlu (w : width) (op : aluop) (x : bool)    (* x: the second operand is a register *)
  | FNeg (w : width) | FSwap (k : swap)
  | FLd | FLdx (z : size) (sx : bool) | FSt (z : size) | FStx (z : size)
  (* which one, or an acquiring load or releasing store, is in imm *)
  | FAtomic (z : size)
  | FLdPkt (z : size) (x : bool)
  | FJa | FJaLong | FJmp (w : width) (c : cmp) (x : bool) | FMayGoto | FCall | FCallX | FExit.

Definition alu_class (w : width) : Z := match w with A32 => 4 | A64 => 7 end.
Definition jmp_class (w : width) : Z := match w with A32 => 6 | A64 => 5 end.
Definition source_bit (x : bool) : Z := if x then 8 else 0.
Definition alu_code (op : aluop) : Z :=
  match op with
  | Add => 0 | Sub => 16 | Mul => 32 | Div | Sdiv => 48 | Or => 64 | And => 80
  | Lsh => 96 | Rsh => 112 | Mod | Smod => 144 | Xor => 160 | Mov => 176 | Arsh => 192
  end.
Definition cmp_code (c : cmp) : Z :=
  match c with
  | Jeq => 16 | Jgt => 32 | Jge => 48 | Jset => 64 | Jne => 80 | Jsgt => 96 | Jsge => 112
  | Jlt => 160 | Jle => 176 | Jslt => 192 | Jsle => 208
  end.
Definition size_code (z : size) : Z := match z with S4 => 0 | S2 => 8 | S1 => 16 | S8 => 24 end.
Definition form_code (f : form) : Z :=
  match f with
  | FAlu w op x => alu_class w + source_bit x + alu_code op
  | FNeg w => alu_class w + 128
  | FSwap k => match k with ToLe => 212 | ToBe => 220 | Swap => 215 end
  | FLd => 24
  | FLdx z sx => 1 + size_code z + (if sx then 128 else 96)
  | FSt z => 98 + size_code z
  | FStx z => 99 + size_code z
  | FAtomic z => 195 + size_code z
  | FLdPkt z x => (if x then 64 else 32) + size_code z
  | FJa => 5
  | FJaLong => 6
  | FJmp w c x => jmp_class w + source_bit x + cmp_code c
  | FMayGoto => 229
  | FCall => 133
  | FCallX => 141
  | FExit => 149
  end.

Definition all_sizes : list size := [S1; S2; S4; S8].
Definition all_forms : list form :=
  [FSwap ToLe; FSwap ToBe; FSwap Swap; FLd; FJa; FJaLong; FMayGoto; FCall; FCallX; FExit]
  ++ flat_map (fun z =>
       [FLdx z false; FLdx z true; FSt z; FStx z; FAtomic z; FLdPkt z false; FLdPkt z true])
       all_sizes
  ++ flat_map (fun w => FNeg w
       :: flat_map (fun op => [FAlu w op false; FAlu w op true]) [Add; Sub; Mul; Div; Mod; Or; And;
         Xor; Lsh; Rsh; Arsh; Mov]
       ++ flat_map (fun c => [FJmp w c false; FJmp w c true]) [Jeq; Jne; Jgt; Jge; Jlt; Jle; Jset;
         Jsgt; Jsge; Jslt; Jsle]) [A32; A64].
Definition form_table : zmap form :=
  fold_right (fun f m => zset (form_code f) f m) zempty all_forms.

Definition reg_num (r : reg) : Z :=
  match r with
  | R0 => 0 | R1 => 1 | R2 => 2 | R3 => 3 | R4 => 4 | R5 => 5
  | R6 => 6 | R7 => 7 | R8 => 8 | R9 => 9 | R10 => 10
  end.
Definition reg_table : zmap reg := fold_right (fun r m => zset (reg_num r) r m) zempty all_regs.
Definition reg_of (n : Z) : option reg := zfind n reg_table.

(** * Encodings *)
(** Signed division and modulo are told from unsigned by the offset field. *)
Definition alu_variant (op : aluop) : Z := match op with Sdiv | Smod => 1 | _ => 0 end.
(** Atomics: imm tells the operation, and whether the old value is fetched; exchanges always
    fetch. *)
Definition atomic_code (op : Insn.atomic) (fetch : bool) : Z :=
  match op with
  | AtAdd => 0 | AtOr => 64 | AtAnd => 80 | AtXor => 160 | Xchg => 224 | Cmpxchg => 240
  end + if fetch then 1 else 0.
Definition load_acquire : Z := 256.
Definition store_release : Z := 272.
Definition fields (f : form) (d s off imm : Z) : slot := Slot (form_code f) d s off imm.
Definition second (imm : Z) : slot := Slot 0 0 0 0 imm.
(** what the fields would hold, whether they can or not *)
Definition layouts (i : insn) : list (list slot) :=
  match i with
  | Alu w op d (Imm k) => [[fields (FAlu w op false) (reg_num d) 0 (alu_variant op) k]]
  | Alu w op d (Reg s) => [[fields (FAlu w op true) (reg_num d) (reg_num s) (alu_variant op) 0]]
  | Neg w d => [[fields (FNeg w) (reg_num d) 0 0 0]]
  | MovSx _ S8 _ _ | MovSx A32 S4 _ _ => []
  | MovSx w z d s => [[fields (FAlu w Mov true) (reg_num d) (reg_num s) (size_bits z) 0]]
  | End _ S1 _ => []
  | End k z d => [[fields (FSwap k) (reg_num d) 0 0 (size_bits z)]]
  | LdImm d v => [[fields FLd (reg_num d) 0 0 (sgn32 v); second (Z.shiftr v 32)]]
  (* a map by descriptor, or by its index in a list of descriptors: in either form a number here *)
  | LdMap d m => [[fields FLd (reg_num d) 1 0 m; second 0];
    [fields FLd (reg_num d) 5 0 m; second 0]]
  | LdMapValue d m off => [[fields FLd (reg_num d) 2 0 m; second off];
    [fields FLd (reg_num d) 6 0 m; second off]]
  | LdVar d id object => [[fields FLd (reg_num d) 3 0 id; second object]]
  | LdCode d off => [[fields FLd (reg_num d) 4 0 off; second 0]]
  | Ldx z false d s off => [[fields (FLdx z false) (reg_num d) (reg_num s) off 0]]
  | Ldx S8 true _ _ _ => []
  | Ldx z true d s off => [[fields (FLdx z true) (reg_num d) (reg_num s) off 0]]
  | St z d off k => [[fields (FSt z) (reg_num d) 0 off k]]
  | Stx z d off s => [[fields (FStx z) (reg_num d) (reg_num s) off 0]]
  | LdAcq z d s off => [[fields (FAtomic z) (reg_num d) (reg_num s) off load_acquire]]
  | StRel z d off s => [[fields (FAtomic z) (reg_num d) (reg_num s) off store_release]]
  | Atomic S1 _ _ _ _ _ | Atomic S2 _ _ _ _ _ | Atomic _ Xchg false _ _ _
    | Atomic _ Cmpxchg false _ _ _ => []
  | Atomic z op fetch d off s =>
    [[fields (FAtomic z) (reg_num d) (reg_num s) off (atomic_code op fetch)]]
  | LdPkt S8 _ _ => []
  | LdPkt z None k => [[fields (FLdPkt z false) 0 0 0 k]]
  | LdPkt z (Some r) k => [[fields (FLdPkt z true) 0 (reg_num r) 0 k]]
  (* the offset in off, or in imm *)
  | Ja off => [[fields FJa 0 0 off 0]; [fields FJaLong 0 0 0 off]]
  | Jmp w c d (Imm k) off => [[fields (FJmp w c false) (reg_num d) 0 off k]]
  | Jmp w c d (Reg s) off => [[fields (FJmp w c true) (reg_num d) (reg_num s) off 0]]
  | MayGoto off => [[fields FMayGoto 0 0 off 0]]
  | Call h => [[fields FCall 0 0 0 h]]
  | CallKernel f => [[fields FCall 0 2 0 f]]
  | CallX r => [[fields FCallX (reg_num r) 0 0 0]]
  | CallLocal off => [[fields FCall 0 1 0 off]]
  | Exit => [[fields FExit 0 0 0 0]]
  end.
Definition encodings (i : insn) : list (list slot) := filter (forallb slot_ok) (layouts i).
(** The first encoding; an instruction that has none (an offset too far, say) is not well formed. *)
Definition insn_ok (i : insn) : bool := match encodings i with [] => false | _ :: _ => true end.
Definition encode (i : insn) : list slot := match encodings i with [] => [] | e :: _ => e end.

(** * Decoding *)
Definition all_atomics : list (Insn.atomic * bool) :=
  flat_map (fun op => [(op, false); (op, true)]) [AtAdd; AtOr; AtAnd; AtXor; Xchg; Cmpxchg].
Definition atomic_of (imm : Z) : option (Insn.atomic * bool) :=
  find (fun q => atomic_code (fst q) (snd q) =? imm) all_atomics.
Definition size_of_bits (n : Z) : option size := find (fun z => size_bits z =? n) all_sizes.
(** [hi]: imm of the slot after *)
Definition guess (s : slot) (hi : Z) : option insn :=
  obind (zfind (sl_op s) form_table) (fun f =>
  obind (reg_of (sl_dst s)) (fun d =>
  obind (reg_of (sl_src s)) (fun r =>
    let off := sl_off s in
    let imm := sl_imm s in
    let operand (x : bool) := if x then Reg r else Imm imm in
    match f with
    | FAlu w Div x => Some (Alu w (if off =? 0 then Div else Sdiv) d (operand x))
    | FAlu w Mod x => Some (Alu w (if off =? 0 then Mod else Smod) d (operand x))
    | FAlu w Mov x =>
      if x && negb (off =? 0)
      then obind (size_of_bits off) (fun z => Some (MovSx w z d r))
      else Some (Alu w Mov d (operand x))
    | FAlu w op x => Some (Alu w op d (operand x))
    | FNeg w => Some (Neg w d)
    | FSwap k => obind (size_of_bits imm) (fun z => Some (End k z d))
    | FLd =>
      let src := sl_src s in
      Some (if src =? 0 then LdImm d (wrap32 imm + Z.shiftl hi 32)
            else if (src =? 1) || (src =? 5) then LdMap d imm
            else if src =? 3 then LdVar d imm hi
            else if src =? 4 then LdCode d imm
            else LdMapValue d imm hi)
    | FLdx z sx => Some (Ldx z sx d r off)
    | FSt z => Some (St z d off imm)
    | FStx z => Some (Stx z d off r)
    | FAtomic z =>
      if imm =? load_acquire then Some (LdAcq z d r off)
      else if imm =? store_release then Some (StRel z d off r)
      else obind (atomic_of imm) (fun q => Some (Atomic z (fst q) (snd q) d off r))
    | FLdPkt z x => Some (LdPkt z (if x then Some r else None) imm)
    | FJa => Some (Ja off)
    | FJaLong => Some (Ja imm)
    | FJmp w c x => Some (Jmp w c d (operand x) off)
    | FMayGoto => Some (MayGoto off)
    | FCall =>
      let src := sl_src s in
      Some (if src =? 0 then Call imm else if src =? 1 then CallLocal imm else CallKernel imm)
    | FCallX => Some (CallX d)
    | FExit => Some Exit
    end))).

Fixpoint starts_with (e l : list slot) : bool :=
  match e, l with
  | [], _ => true
  | a :: e', b :: l' => slot_eqb a b && starts_with e' l'
  | _ :: _, [] => false
  end.
(** The instruction at the head of [l]. *)
Definition decode (l : list slot) : option insn :=
  match l with
  | [] => None
  | s :: rest =>
    obind (guess s (match rest with n :: _ => sl_imm n | [] => 0 end)) (fun i =>
      if existsb (fun e => starts_with e l) (encodings i) then Some i else None)
  end.

(** A program by slot; the second slot of a long instruction has no entry.  Otherwise the slot that
    cannot be decoded. *)
Fixpoint decode_from (k : Z) (l : list slot) (p : prog) : prog + Z :=
  match l with
  | [] => inl p
  | _ :: rest =>
    match decode l with
    | None => inr k
    | Some i =>
      match rest with
      | _ :: rest' =>
        if slots i =? 2 then decode_from (k + 2) rest' (zset k i p)
        else decode_from (k + 1) rest (zset k i p)
      | [] => inl (zset k i p)
      end
    end
  end.
Definition decode_program (l : list slot) : option prog :=
  match decode_from 0 l zempty with inl p => Some p | inr _ => None end.
(** The program that instructions one after the other are. *)
Fixpoint place (k : Z) (is : list insn) (p : prog) : prog :=
  match is with [] => p | i :: is' => place (k + slots i) is' (zset k i p) end.
