(** Arithmetic and comparison on words: total functions, 32-bit results zero-extended. *)
From Semantics Require Export Insn.

Definition width_bits (w : width) : Z := match w with A32 => 32 | A64 => 64 end.
Definition trunc (w : width) (x : Z) : Z := match w with A32 => wrap32 x | A64 => wrap x end.
Definition signed (w : width) (x : Z) : Z := match w with A32 => sgn32 x | A64 => sgn64 x end.
Definition count_mask (w : width) : Z := match w with A32 => 31 | A64 => 63 end.

(** Operands are words; only their low half counts at width [A32]. Division by zero gives 0, modulo
    by zero the dividend. *)
Definition alu (w : width) (op : aluop) (x y : Z) : Z :=
  let x := trunc w x in
  let y := trunc w y in
  match op with
  | Add => trunc w (x + y)
  | Sub => trunc w (x - y)
  | Mul => trunc w (x * y)
  | Div => if y =? 0 then 0 else x / y
  | Sdiv => if y =? 0 then 0 else trunc w (Z.quot (signed w x) (signed w y))
  | Mod => if y =? 0 then x else x mod y
  | Smod => if y =? 0 then x else trunc w (Z.rem (signed w x) (signed w y))
  | Or => Z.lor x y
  | And => Z.land x y
  | Xor => Z.lxor x y
  | Lsh => trunc w (Z.shiftl x (Z.land y (count_mask w)))
  | Rsh => Z.shiftr x (Z.land y (count_mask w))
  | Arsh => trunc w (Z.shiftr (signed w x) (Z.land y (count_mask w)))
  | Mov => y
  end.
Definition neg (w : width) (x : Z) : Z := trunc w (- x).
Definition sext (w : width) (z : size) (x : Z) : Z := trunc w (sgn_bits (size_bits z) x).

(** The [n] low bytes of [x] in opposite order. *)
Fixpoint rev_bytes (n : nat) (x : Z) : Z :=
  match n with
  | O => 0
  | S k => Z.lor (Z.shiftl (Z.land x 255) (8 * Z.of_nat k)) (rev_bytes k (Z.shiftr x 8))
  end.
Definition byte_order (k : swap) (z : size) (x : Z) : Z :=
  match k with ToLe => Z.land x (Z.ones (size_bits z)) | ToBe | Swap => rev_bytes (bytes z) x end.

Definition compare (w : width) (c : cmp) (x y : Z) : bool :=
  let x := trunc w x in
  let y := trunc w y in
  match c with
  | Jeq => x =? y
  | Jne => negb (x =? y)
  | Jgt => y <? x
  | Jge => y <=? x
  | Jlt => x <? y
  | Jle => x <=? y
  | Jset => negb (Z.land x y =? 0)
  | Jsgt => signed w y <? signed w x
  | Jsge => signed w y <=? signed w x
  | Jslt => signed w x <? signed w y
  | Jsle => signed w x <=? signed w y
  end.
