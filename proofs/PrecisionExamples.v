(** What is known more precisely than one instruction after the other says: accepted programs, and
    refused twins that differ in one thing. *)
From Checker Require Import Cert.
From Proofs Require Import Nonvacuous Examples.

(** ** Comparisons of pointers *)

(** From packet + [from] on up to packet + 2, by steps of [by_]: two bytes are there. *)
Definition until (c : cmp) (from by_ : Z) : prog := at_pcs
  [ Ldx S4 false R2 R1 0; Ldx S4 false R3 R1 4; mov R5 R2; addi R5 2; Jmp A64 Jgt R5 (Reg R3) 4;
    addi R2 from; Ldx S1 false R0 R2 0; addi R2 by_; Jmp A64 c R2 (Reg R5) (-3);
    movi R0 2; Exit ].
(** [n] rounds after the first; each comparison has one outcome. *)
Fixpoint rounds (n : nat) (d : deriv) : deriv :=
  match n with O => d | S k => steps 2 (DBranch (rounds k d) d) end.
Definition until_cert (n : nat) : cert :=
  tree (steps 4 (DBranch (steps 1 DExit) (steps 1 (rounds n (steps 1 DExit))))).
Example until_equal_accepted : validate tx (until Jne 0 1) (until_cert 2) = true.
Proof. vm_compute. reflexivity. Qed.
Example until_equal_stepped_over : validate tx (until Jne 1 2) (until_cert 3) = false.
Proof. vm_compute. reflexivity. Qed.
Example until_below_accepted : validate tx (until Jlt 0 1) (until_cert 2) = true.
Proof. vm_compute. reflexivity. Qed.
Example until_below_once_more : validate tx (until Jle 0 1) (until_cert 3) = false.
Proof. vm_compute. reflexivity. Qed.

(** Two bytes are there; then a comparison of packet + [k] with the end, and a byte is read. *)
Definition again (k : Z) (c : cmp) (byte : Z) : prog := at_pcs
  [ Ldx S4 false R2 R1 0; Ldx S4 false R3 R1 4; mov R5 R2; addi R5 2; Jmp A64 Jgt R5 (Reg R3) 3;
    addi R5 (k - 2); Jmp A64 c R5 (Reg R3) 1; Ldx S1 false R0 R2 byte; movi R0 2; Exit ].
Definition again_cert : cert := tree (steps 4 (DBranch (steps 1 DExit)
  (steps 1 (DBranch (steps 1 DExit) (steps 2 DExit))))).
Example checked_again : validate tx (again 2 Jle 9) again_cert = true.
Proof. vm_compute. reflexivity. Qed.
Example checked_one_more : validate tx (again 3 Jle 9) again_cert = false.
Proof. vm_compute. reflexivity. Qed.
Example not_the_end : validate tx (again 2 Jeq 2) again_cert = true.
Proof. vm_compute. reflexivity. Qed.
Example not_the_end_one_more : validate tx (again 2 Jeq 3) again_cert = false.
Proof. vm_compute. reflexivity. Qed.
Example the_end : validate tx (again 2 Jne 2) again_cert = false.
Proof. vm_compute. reflexivity. Qed.
Example not_the_end_but_beyond : validate tx (again 3 Jeq 2) again_cert = false.
Proof. vm_compute. reflexivity. Qed.

(** r0 is a value or null, r6 a value: read through r0 where the comparison falls through. *)
Definition two_values (c : cmp) (x y : reg) : prog := at_pcs
  [ St S8 R10 (-8) 0; mov R2 R10; addi R2 (-8); LdMap R1 0; Call 1; Jmp A64 Jeq R0 (Imm 0) 8;
    mov R6 R0; mov R2 R10; addi R2 (-8); LdMap R1 0; Call 1; Jmp A64 c x (Reg y) 1;
    Ldx S1 false R0 R0 0; movi R0 2; Exit ].
Definition two_values_cert : cert := tree (steps 5 (DBranch (steps 1 DExit)
  (steps 5 (DBranch (steps 1 DExit) (steps 2 DExit))))).
Example equals_a_value : validate tx (two_values Jne R0 R6) two_values_cert = true.
Proof. vm_compute. reflexivity. Qed.
Example equals_a_value_swapped : validate tx (two_values Jne R6 R0) two_values_cert = true.
Proof. vm_compute. reflexivity. Qed.
Example differs_from_a_value : validate tx (two_values Jeq R0 R6) two_values_cert = false.
Proof. vm_compute. reflexivity. Qed.
Example above_a_value : validate tx (two_values Jge R6 R0) two_values_cert = true.
Proof. vm_compute. reflexivity. Qed.
Example below_a_value : validate tx (two_values Jlt R6 R0) two_values_cert = false.
Proof. vm_compute. reflexivity. Qed.

(** ** Differences *)

(** r0 is a value of 16 bytes, r1 any number in it: [l], then the byte at r0 + [off] is read. *)
Definition in_value (l : list insn) (off : Z) : prog := at_pcs
  ([ St S8 R10 (-8) 0; mov R2 R10; addi R2 (-8); LdMap R1 0; Call 1; Jmp A64 Jeq R0 (Imm 0)
      (Z.of_nat (length l) + 2); Ldx S8 false R1 R0 0 ] ++ l
    ++ [ Ldx S1 false R0 R0 off; movi R0 2; Exit ]).
Definition reads (l : list insn) (off : Z) : bool := validate tx (in_value l off) (tree (steps 5
  (DBranch (steps 1 DExit) (steps (Nat.add 3 (length l)) DExit)))).
Definition andi (d : reg) (i : Z) : insn := Alu A64 And d (Imm i).
Definition sub_ (d s : reg) : insn := Alu A64 Sub d (Reg s).
(** 8 more, and at most 7 less *)
Definition more_and_less : list insn := [ andi R1 7; addi R0 8; sub_ R0 R1 ].
Example less_in_value : reads more_and_less 7 = true. Proof. vm_compute. reflexivity. Qed.
Example less_past_value : reads more_and_less 8 = false. Proof. vm_compute. reflexivity. Qed.
Example less_at_the_start : reads more_and_less (-1) = true. Proof. vm_compute. reflexivity. Qed.
Example less_before_value : reads more_and_less (-2) = false. Proof. vm_compute. reflexivity. Qed.
(** The difference of two addresses of one value is a constant. *)
Definition as_offset (k : Z) : list insn :=
  [ andi R1 7; mov R2 R0; Alu A64 Add R2 (Reg R1); mov R3 R2; addi R3 k; sub_ R3 R2;
    Alu A64 Add R0 (Reg R3) ].
Example difference_in_value : reads (as_offset 15) 0 = true. Proof. vm_compute. reflexivity. Qed.
Example difference_past_value : reads (as_offset 16) 0 = false. Proof. vm_compute. reflexivity.
Qed.

(** ** Quotients and remainders *)
Definition of_number (op : aluop) (c : Z) (before after : list insn) : list insn :=
  before ++ [ Alu A64 op R1 (Imm c) ] ++ after ++ [ Alu A64 Add R0 (Reg R1) ].
(** Constants: 93 mod 13 is 2, -7 mod 4 is -3, -17 / -6 is 2. *)
Example constant_modulo : reads (of_number Mod 13 [ movi R1 93 ] []) 13 = true.
Proof. vm_compute. reflexivity. Qed.
Example constant_modulo_past : reads (of_number Mod 13 [ movi R1 93 ] []) 14 = false.
Proof. vm_compute. reflexivity. Qed.
Example signed_modulo : reads (of_number Smod 4 [ movi R1 (-7) ] [ addi R1 3 ]) 15 = true.
Proof. vm_compute. reflexivity. Qed.
Example signed_modulo_before : reads (of_number Smod 4 [ movi R1 (-7) ] [ addi R1 2 ]) 0 = false.
Proof. vm_compute. reflexivity. Qed.
Example signed_quotient : reads (of_number Sdiv (-6) [ movi R1 (-17) ] []) 13 = true.
Proof. vm_compute. reflexivity. Qed.
Example signed_quotient_past : reads (of_number Sdiv (-6) [ movi R1 (-17) ] []) 14 = false.
Proof. vm_compute. reflexivity. Qed.
(** 0 to 15, by -4: 0 down to -3; any number modulo -4: -3 to 3; 32 to 39 modulo 10: 2 to 9. *)
Example quotient_of_some : reads (of_number Sdiv (-4) [ andi R1 15 ] [ addi R1 3 ]) 0 = true.
Proof. vm_compute. reflexivity. Qed.
Example quotient_of_more : reads (of_number Sdiv (-4) [ andi R1 31 ] [ addi R1 3 ]) 0 = false.
Proof. vm_compute. reflexivity. Qed.
Example modulo_below_zero : reads (of_number Smod (-4) [] [ addi R1 3 ]) 9 = true.
Proof. vm_compute. reflexivity. Qed.
Example modulo_further_below : reads (of_number Smod (-5) [] [ addi R1 3 ]) 9 = false.
Proof. vm_compute. reflexivity. Qed.
Example modulo_of_one_quotient : reads (of_number Mod 10 [ andi R1 7; addi R1 32 ] []) 6 = true.
Proof. vm_compute. reflexivity. Qed.
Example modulo_of_two_quotients : reads (of_number Mod 10 [ andi R1 15; addi R1 32 ] []) 7 = false.
Proof. vm_compute. reflexivity. Qed.

(** ** Several spills, and atomic operations on them *)

(** r1 is put together in the eight bytes below the frame's top, loaded, and added to r0. *)
Definition stored (l : list insn) (z : size) (at_ : Z) : list insn :=
  l ++ [ Ldx z false R1 R10 at_; Alu A64 Add R0 (Reg R1) ].
Definition halves (low high : Z) : list insn := [ St S4 R10 (-16) low; St S4 R10 (-12) high ].
Example two_zeros : reads (stored (halves 0 0) S8 (-16)) 15 = true.
Proof. vm_compute. reflexivity. Qed.
Example a_high_half : reads (stored (halves 0 1) S8 (-16)) 15 = false.
Proof. vm_compute. reflexivity. Qed.
(** Byte 3 of the first and bytes 0 to 2 of the second. *)
Example across_two : reads (stored (halves 0 0) S4 (-13)) 15 = true.
Proof. vm_compute. reflexivity. Qed.
Example across_two_moved : reads (stored (halves 0 1) S4 (-13)) 0 = false.
Proof. vm_compute. reflexivity. Qed.
Example before_two : reads (stored (halves 0 0) S4 (-17)) 0 = false.
Proof. vm_compute. reflexivity. Qed.
Example low_of_two : reads (stored (halves 15 0) S4 (-16)) 0 = true.
Proof. vm_compute. reflexivity. Qed.
Example some_and_zero : reads (stored [ andi R1 15; Stx S4 R10 (-16) R1; St S4 R10 (-12) 0 ]
  S8 (-16)) 0 = true.
Proof. vm_compute. reflexivity. Qed.
Example some_and_unknown : reads (stored [ andi R1 15; Stx S4 R10 (-16) R1 ] S8 (-16)) 0 = false.
Proof. vm_compute. reflexivity. Qed.
Example more_and_zero : reads (stored [ andi R1 31; Stx S4 R10 (-16) R1; St S4 R10 (-12) 0 ]
  S8 (-16)) 0 = false.
Proof. vm_compute. reflexivity. Qed.

(** The old value, in r1; and the new one, loaded afterwards. *)
Definition atomically (op : atomic) (old new : Z) (after : list insn) : list insn :=
  [ St S8 R10 (-16) old; movi R1 new; Atomic S8 op true R10 (-16) R1 ] ++ after
    ++ [ Alu A64 Add R0 (Reg R1) ].
Definition again_ : list insn := [ Ldx S8 false R1 R10 (-16) ].
Example old_value : reads (atomically AtAdd 7 9 []) 8 = true. Proof. vm_compute. reflexivity. Qed.
Example old_value_past : reads (atomically AtAdd 7 9 []) 9 = false.
Proof. vm_compute. reflexivity. Qed.
Example new_sum : reads (atomically AtAdd 7 8 again_) 0 = true. Proof. vm_compute. reflexivity. Qed.
Example new_sum_past : reads (atomically AtAdd 7 9 again_) 0 = false.
Proof. vm_compute. reflexivity. Qed.
Example new_bits : reads (atomically AtAnd 31 15 again_) 0 = true.
Proof. vm_compute. reflexivity. Qed.
Example new_bits_past : reads (atomically AtOr 31 15 again_) 0 = false.
Proof. vm_compute. reflexivity. Qed.
Example exchanged : reads (atomically Xchg 16 15 again_) 0 = true. Proof. vm_compute. reflexivity.
Qed.
Example exchanged_past : reads (atomically Xchg 15 16 again_) 0 = false.
Proof. vm_compute. reflexivity. Qed.
(** What a compare-and-exchange leaves is one of two; nothing is said of it. *)
Example compared : reads ([ movi R3 5; St S8 R10 (-16) 5; mov R6 R0; mov R0 R3; movi R1 15;
  Atomic S8 Cmpxchg true R10 (-16) R1; mov R1 R0; mov R0 R6; Alu A64 Add R0 (Reg R1) ]) 10 = true.
Proof. vm_compute. reflexivity. Qed.
Example compared_left : reads ([ movi R3 5; St S8 R10 (-16) 5; mov R6 R0; mov R0 R3; movi R1 15;
  Atomic S8 Cmpxchg true R10 (-16) R1; mov R0 R6; Ldx S8 false R1 R10 (-16);
  Alu A64 Add R0 (Reg R1) ]) 0 = false.
Proof. vm_compute. reflexivity. Qed.
