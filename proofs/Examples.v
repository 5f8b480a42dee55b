(** Accepted programs and refused twins, evaluated. A twin differs in the one thing that its name says. *)
From Checker Require Import Cert.
From Proofs Require Import Nonvacuous.

Fixpoint steps (n : nat) (d : deriv) : deriv := match n with O => d | S k => DStep (steps k d) end.
Definition line (n : nat) : cert := Cert 100 (steps n DExit) zempty.      (* n steps, then exit *)
Definition tree (d : deriv) : cert := Cert 100 d zempty.
Definition tx : target := Target xdp two_maps root.
Definition tx_strict : target := Target xdp two_maps strict.
Definition mov d s := Alu A64 Mov d (Reg s).
Definition movi d i := Alu A64 Mov d (Imm i).
Definition addi d i := Alu A64 Add d (Imm i).

(** ** Packet: compare with data_end, then read *)
Definition packet (room : Z) : prog := at_pcs
  [ Ldx S4 false R2 R1 0; Ldx S4 false R3 R1 4; mov R4 R2; addi R4 room; Jmp A64 Jgt R4 (Reg R3) 2;
    Ldx S2 false R0 R2 12; Exit; movi R0 0; Exit ].
Definition packet_cert := tree (steps 4 (DBranch (steps 1 DExit) (steps 1 DExit))).
Example packet_accepted : validate tx (packet 14) packet_cert = true. Proof. vm_compute. reflexivity. Qed.
Example packet_off_by_one : validate tx (packet 13) packet_cert = false. Proof. vm_compute. reflexivity. Qed.
Definition packet_unchecked : prog := at_pcs [ Ldx S4 false R2 R1 0; Ldx S2 false R0 R2 12; Exit ].
Example packet_refused_unchecked : validate tx packet_unchecked (line 2) = false. Proof. vm_compute. reflexivity. Qed.
Example packet_needs_a_packet_type : validate (Target socket_filter [] root) (packet 14) packet_cert = false.
Proof. vm_compute. reflexivity. Qed.

(** a header length from the packet: masked, added, and compared again *)
Definition variable (mask last : Z) : prog := at_pcs
  [ Ldx S4 false R2 R1 0; Ldx S4 false R3 R1 4; mov R4 R2; addi R4 14; Jmp A64 Jgt R4 (Reg R3) 6;
    Ldx S1 false R5 R2 13; Alu A64 And R5 (Imm mask); Alu A64 Add R2 (Reg R5); mov R4 R2; addi R4 20;
    Jmp A64 Jle R4 (Reg R3) 2; movi R0 0; Exit; Ldx S1 false R0 R2 last; Exit ].
Definition variable_cert := tree (steps 4 (DBranch (steps 1 DExit) (steps 5 (DBranch (steps 1 DExit) (steps 1 DExit))))).
Example variable_accepted : validate tx (variable 60 19) variable_cert = true. Proof. vm_compute. reflexivity. Qed.
Example variable_past_end : validate tx (variable 60 20) variable_cert = false. Proof. vm_compute. reflexivity. Qed.
(* a mask that reaches a whole word's bits leaves an offset of one byte, and is fine; a scalar without bound is not added *)
Definition unbounded : prog := at_pcs
  [ Ldx S4 false R2 R1 0; Ldx S4 false R3 R1 4; Ldx S4 false R5 R1 12; Alu A64 Add R2 (Reg R5); mov R4 R2; addi R4 4;
    Jmp A64 Jle R4 (Reg R3) 2; movi R0 0; Exit; Ldx S4 false R0 R2 0; Exit ].
Example unbounded_refused : validate tx unbounded (tree (steps 6 (DBranch (steps 1 DExit) (steps 1 DExit)))) = false.
Proof. vm_compute. reflexivity. Qed.

(** ** Maps: key on the stack, null test on a copy, access through a spill *)
Definition lookup_prog (off : Z) (check : bool) : prog := at_pcs
  [ St S8 R10 (-8) 7; LdMap R1 0; mov R2 R10; addi R2 (-8); Call 1;
    mov R6 R0; Stx S8 R10 (-16) R0;
    (if check then Jmp A64 Jeq R6 (Imm 0) 3 else movi R7 0);
    Ldx S8 false R7 R10 (-16); Stx S8 R7 off R6; Ldx S8 false R1 R0 off; movi R0 1; Exit ].
Definition lookup_cert := tree (steps 7 (DBranch (steps 1 DExit) (steps 4 DExit))).
Example lookup_accepted : validate tx (lookup_prog 8 true) lookup_cert = true. Proof. vm_compute. reflexivity. Qed.
Example lookup_refused_null : validate tx (lookup_prog 8 false) (line 12) = false. Proof. vm_compute. reflexivity. Qed.
Example lookup_refused_past_end : validate tx (lookup_prog 9 true) lookup_cert = false. Proof. vm_compute. reflexivity. Qed.

(** a key of which four bytes were never written: policy *)
Definition half_key : prog := at_pcs
  [ St S4 R10 (-8) 7; LdMap R1 0; mov R2 R10; addi R2 (-8); Call 1; movi R0 0; Exit ].
Example half_key_root : validate tx half_key (line 6) = true. Proof. vm_compute. reflexivity. Qed.
Example half_key_strict : validate tx_strict half_key (line 6) = false. Proof. vm_compute. reflexivity. Qed.

(** ** Scalars: a masked index into a map value; known bits *)
Definition index (mask : Z) : prog := at_pcs
  [ St S4 R10 (-4) 0; LdMap R1 1; mov R2 R10; addi R2 (-4); Call 1; Jmp A64 Jne R0 (Imm 0) 2; movi R0 0; Exit;
    Ldx S8 false R6 R0 0; Alu A64 And R6 (Imm mask); Alu A64 Add R0 (Reg R6); Ldx S1 false R0 R0 0; Exit ].
Definition index_cert := tree (steps 5 (DBranch (steps 4 DExit) (steps 1 DExit))).
Example index_accepted : validate tx (index 7) index_cert = true. Proof. vm_compute. reflexivity. Qed.
Example index_refused : validate tx (index 8) index_cert = false. Proof. vm_compute. reflexivity. Qed.

(** signed bounds: both tests are needed *)
Definition signed_index (low : bool) : prog := at_pcs
  [ St S4 R10 (-4) 0; LdMap R1 1; mov R2 R10; addi R2 (-4); Call 1; Jmp A64 Jne R0 (Imm 0) 2; movi R0 0; Exit;
    Ldx S8 false R6 R0 0; Jmp A64 Jsgt R6 (Imm 7) (-4); (if low then Jmp A64 Jslt R6 (Imm 0) (-5) else movi R1 0);
    Alu A64 Add R0 (Reg R6); Ldx S1 false R0 R0 0; Exit ].
Definition signed_cert low := tree (steps 5 (DBranch
  (steps 1 (DBranch (steps 1 DExit) (if low : bool then DBranch (steps 1 DExit) (steps 2 DExit) else steps 3 DExit))) (steps 1 DExit))).
Example signed_accepted : validate tx (signed_index true) (signed_cert true) = true. Proof. vm_compute. reflexivity. Qed.
Example signed_refused : validate tx (signed_index false) (signed_cert false) = false. Proof. vm_compute. reflexivity. Qed.

(** ** A loop: r6 from 0 to 100. One node covers every round, and the bound is exact. *)
Definition loop (stride : Z) : prog := at_pcs
  [ movi R6 0; movi R0 0; Alu A64 Add R0 (Reg R6); addi R6 stride; Jmp A64 Jlt R6 (Imm 100) (-3); Exit ].
Definition loop_state : astate :=
  let N := @None aval in
  AState 2 (RF (Some (1, 0)) N N N N N (Some (2, 0)) N N N N) zempty 0
         (zset 0 (FScalar false (sc_const 0)) (zset 1 (FScalar false sc_top) (zset 2 (FScalar false (sc_range 0 99)) zempty))) 3.
Definition sub3 a b : subst := zset 0 (0, 0) (zset 1 a (zset 2 b zempty)).
Definition loop_node (stride : Z) : node :=
  Node loop_state (Pot 4 [Term 3 2 99]) (steps 2 (DBranch (DSub 0 (sub3 (3, 0) (2, stride))) DExit)).
Definition loop_cert (bound stride : Z) : cert :=
  Cert bound (steps 2 (DSub 0 (sub3 (0, 0) (0, 0)))) (zset 0 (loop_node stride) zempty).
Example loop_accepted : validate tx (loop 1) (loop_cert 303 1) = true. Proof. vm_compute. reflexivity. Qed.
Example loop_bound_is_exact : validate tx (loop 1) (loop_cert 302 1) = false. Proof. vm_compute. reflexivity. Qed.
Example loop_refused_without_progress : validate tx (loop 0) (loop_cert 303 0) = false. Proof. vm_compute. reflexivity. Qed.

(** ** Small refusals *)
Example undefined_register : validate tx (at_pcs [mov R0 R3; Exit]) (line 1) = false. Proof. vm_compute. reflexivity. Qed.
Example no_result : validate tx (at_pcs [Exit]) (line 0) = false. Proof. vm_compute. reflexivity. Qed.
Example past_the_end : validate tx (at_pcs [movi R0 0]) (line 1) = false. Proof. vm_compute. reflexivity. Qed.
Example frame_pointer : validate tx (at_pcs [movi R10 0; movi R0 0; Exit]) (line 2) = false. Proof. vm_compute. reflexivity. Qed.
Example context_is_read_only : validate tx (at_pcs [St S4 R1 12 0; movi R0 0; Exit]) (line 2) = false. Proof. vm_compute. reflexivity. Qed.
Example context_hole : validate tx (at_pcs [Ldx S8 false R0 R1 8; Exit]) (line 1) = false. Proof. vm_compute. reflexivity. Qed.
Example stack_bottom : validate tx (at_pcs [St S8 R10 (-512) 0; movi R0 0; Exit]) (line 2) = true. Proof. vm_compute. reflexivity. Qed.
Example below_the_stack : validate tx (at_pcs [St S8 R10 (-513) 0; movi R0 0; Exit]) (line 2) = false. Proof. vm_compute. reflexivity. Qed.
