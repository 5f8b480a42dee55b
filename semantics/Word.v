(** Machine words: a 64-bit word is a [Z], at least 0 and below 2^64.  [W] is a notation, so that
    [lia] sees the number. *)
From Coq Require Export ZArith List Lia Bool.
Export ListNotations.
Global Open Scope Z_scope.

Notation W := 18446744073709551616.                   (* 2^64 *)
Notation W32 := 4294967296.                           (* 2^32 *)
Notation S64 := 9223372036854775808.                  (* 2^63 *)
Notation S32 := 2147483648.                           (* 2^31 *)

(* Named literals: extraction rebuilds a literal in a body at each call. *)
Definition mask64 : Z := 18446744073709551615.
Definition mask32 : Z := 4294967295.
Definition word_size : Z := W.
Definition half_size : Z := W32.
Definition sign64 : Z := S64.
Definition sign32 : Z := S32.

(** Truncation ([Z.land], because extracted code runs it far faster than [mod]; see [wrap_mod]). *)
Definition wrap (z : Z) : Z := Z.land z mask64.
Definition wrap32 (z : Z) : Z := Z.land z mask32.

(** The two's complement reading of a word, and of its low half. *)
Definition sgn64 (x : Z) : Z := if x <? sign64 then x else x - word_size.
Definition sgn32 (x : Z) : Z := let y := wrap32 x in if y <? sign32 then y else y - half_size.
(** The signed reading of the low [n] bits, 0 < n. *)
Definition sgn_bits (n x : Z) : Z :=
  let y := Z.land x (Z.ones n) in if Z.testbit y (n - 1) then y - Z.shiftl 1 n else y.

(** Registers, and one record of eleven fields that the concrete and the abstract machine share. *)
Inductive reg := R0 | R1 | R2 | R3 | R4 | R5 | R6 | R7 | R8 | R9 | R10.
Record rf (A : Type) := RF { f0:A; f1:A; f2:A; f3:A; f4:A; f5:A; f6:A; f7:A; f8:A; f9:A; f10:A }.
Arguments RF {A}. Arguments f0 {A}. Arguments f1 {A}. Arguments f2 {A}. Arguments f3 {A}.
Arguments f4 {A}. Arguments f5 {A}. Arguments f6 {A}. Arguments f7 {A}. Arguments f8 {A}.
Arguments f9 {A}. Arguments f10 {A}.
Definition get {A} (r : reg) (x : rf A) : A :=
  match r with
  | R0 => f0 x | R1 => f1 x | R2 => f2 x | R3 => f3 x | R4 => f4 x | R5 => f5 x
  | R6 => f6 x | R7 => f7 x | R8 => f8 x | R9 => f9 x | R10 => f10 x
  end.
Definition set {A} (r : reg) (v : A) (x : rf A) : rf A :=
  let 'RF a0 a1 a2 a3 a4 a5 a6 a7 a8 a9 a10 := x in
  match r with
  | R0 => RF v a1 a2 a3 a4 a5 a6 a7 a8 a9 a10 | R1 => RF a0 v a2 a3 a4 a5 a6 a7 a8 a9 a10
  | R2 => RF a0 a1 v a3 a4 a5 a6 a7 a8 a9 a10 | R3 => RF a0 a1 a2 v a4 a5 a6 a7 a8 a9 a10
  | R4 => RF a0 a1 a2 a3 v a5 a6 a7 a8 a9 a10 | R5 => RF a0 a1 a2 a3 a4 v a6 a7 a8 a9 a10
  | R6 => RF a0 a1 a2 a3 a4 a5 v a7 a8 a9 a10 | R7 => RF a0 a1 a2 a3 a4 a5 a6 v a8 a9 a10
  | R8 => RF a0 a1 a2 a3 a4 a5 a6 a7 v a9 a10 | R9 => RF a0 a1 a2 a3 a4 a5 a6 a7 a8 v a10
  | R10 => RF a0 a1 a2 a3 a4 a5 a6 a7 a8 a9 v
  end.
Definition all_regs : list reg := [R0; R1; R2; R3; R4; R5; R6; R7; R8; R9; R10].
Definition is_r10 (r : reg) : bool := match r with R10 => true | _ => false end.

Definition obind {A B} (x : option A) (f : A -> option B) : option B :=
  match x with Some a => f a | None => None end.
