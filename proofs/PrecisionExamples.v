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
