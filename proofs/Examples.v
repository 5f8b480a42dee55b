(** Accepted programs and refused twins, evaluated. A twin differs in the one thing that its name
    says. *)
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
Example packet_accepted : validate tx (packet 14) packet_cert = true. Proof. vm_compute.
reflexivity. Qed.
Example packet_off_by_one : validate tx (packet 13) packet_cert = false. Proof. vm_compute.
reflexivity. Qed.
Definition packet_unchecked : prog := at_pcs [ Ldx S4 false R2 R1 0; Ldx S2 false R0 R2 12; Exit ].
Example packet_refused_unchecked : validate tx packet_unchecked (line 2) = false. Proof. vm_compute.
reflexivity. Qed.
Example packet_needs_a_packet_type : validate (Target socket_filter [] root) (packet 14) packet_cert
  = false.
Proof. vm_compute. reflexivity. Qed.

(** a message's data may be absent: they are compared with their end, and null tells nothing *)
Definition message (j : insn) : prog := at_pcs
  [ Ldx S8 false R2 R1 0; Ldx S8 false R3 R1 8; mov R4 R2; addi R4 8; j; Ldx S8 false R5 R2 0;
    movi R0 1; Exit ].
Definition message_cert := tree (steps 4 (DBranch (steps 1 DExit) (steps 2 DExit))).
Example message_accepted : validate (Target sk_msg [] root) (message (Jmp A64 Jgt R4 (Reg R3) 1))
  message_cert = true.
Proof. vm_compute. reflexivity. Qed.
Example message_null_refused : validate (Target sk_msg [] root) (message (Jmp A64 Jeq R2 (Imm 0) 1))
  message_cert = false.
Proof. vm_compute. reflexivity. Qed.

(** a header length from the packet: masked, added, and compared again *)
Definition variable (mask last : Z) : prog := at_pcs
  [ Ldx S4 false R2 R1 0; Ldx S4 false R3 R1 4; mov R4 R2; addi R4 14; Jmp A64 Jgt R4 (Reg R3) 6;
    Ldx S1 false R5 R2 13; Alu A64 And R5 (Imm mask); Alu A64 Add R2 (Reg R5); mov R4 R2;
      addi R4 20;
    Jmp A64 Jle R4 (Reg R3) 2; movi R0 0; Exit; Ldx S1 false R0 R2 last; Exit ].
Definition variable_cert := tree
  (steps 4 (DBranch (steps 1 DExit) (steps 5 (DBranch (steps 1 DExit) (steps 1 DExit))))).
Example variable_accepted : validate tx (variable 60 19) variable_cert = true. Proof. vm_compute.
reflexivity. Qed.
Example variable_past_end : validate tx (variable 60 20) variable_cert = false. Proof. vm_compute.
reflexivity. Qed.
(* a mask that reaches a whole word's bits leaves an offset of one byte, and is fine; a scalar
   without bound is not added *)
Definition unbounded : prog := at_pcs
  [ Ldx S4 false R2 R1 0; Ldx S4 false R3 R1 4; Ldx S4 false R5 R1 12; Alu A64 Add R2 (Reg R5);
    mov R4 R2; addi R4 4;
    Jmp A64 Jle R4 (Reg R3) 2; movi R0 0; Exit; Ldx S4 false R0 R2 0; Exit ].
Example unbounded_refused : validate tx unbounded
  (tree (steps 6 (DBranch (steps 1 DExit) (steps 1 DExit)))) = false.
Proof. vm_compute. reflexivity. Qed.

(** ** Maps: key on the stack, null test on a copy, access through a spill *)
Definition lookup_prog (off : Z) (check : bool) : prog := at_pcs
  [ St S8 R10 (-8) 7; LdMap R1 0; mov R2 R10; addi R2 (-8); Call 1;
    mov R6 R0; Stx S8 R10 (-16) R0;
    (if check then Jmp A64 Jeq R6 (Imm 0) 3 else movi R7 0);
    Ldx S8 false R7 R10 (-16); Stx S8 R7 off R6; Ldx S8 false R1 R0 off; movi R0 1; Exit ].
Definition lookup_cert := tree (steps 7 (DBranch (steps 1 DExit) (steps 4 DExit))).
Example lookup_accepted : validate tx (lookup_prog 8 true) lookup_cert = true. Proof. vm_compute.
reflexivity. Qed.
Example lookup_refused_null : validate tx (lookup_prog 8 false) (line 12) = false. Proof.
vm_compute. reflexivity. Qed.
Example lookup_refused_past_end : validate tx (lookup_prog 9 true) lookup_cert = false. Proof.
vm_compute. reflexivity. Qed.

(** a key of which four bytes were never written: policy *)
Definition half_key : prog := at_pcs
  [ St S4 R10 (-8) 7; LdMap R1 0; mov R2 R10; addi R2 (-8); Call 1; movi R0 0; Exit ].
Example half_key_root : validate tx half_key (line 6) = true. Proof. vm_compute. reflexivity. Qed.
Example half_key_strict : validate tx_strict half_key (line 6) = false. Proof. vm_compute.
reflexivity. Qed.

(** a lookup is for maps whose values are plain memory *)
Example lookup_refused_in_programs : validate (Target xdp [MapDef 3 8 16 8 false None] root)
  (lookup_prog 8 true) lookup_cert = false.
Proof. vm_compute. reflexivity. Qed.

(** ** Maps of maps: what a lookup finds is a map or null; after the test it is a map like any
    other *)
Definition inner_cert := tree (steps 5 (DBranch DExit (steps 4 (DBranch DExit (steps 1 DExit))))).
Example inner_accepted : validate outer_target nested_lookup inner_cert = true. Proof. vm_compute.
reflexivity. Qed.
Definition after_outer_lookup (l : list insn) : prog := at_pcs
  ([ St S4 R10 (-4) 0; LdMap R1 0; mov R2 R10; addi R2 (-4); Call 1 ] ++ l ++ [ movi R0 1; Exit ]).
Definition inner_call (h : Z) := [ mov R1 R0; mov R2 R10; addi R2 (-4); mov R3 R2; movi R4 0;
  Call h ].
Definition tested_cert n := tree (steps 5 (DBranch (steps 1 DExit) (steps n DExit))).
Definition tested (l : list insn) :=
  after_outer_lookup (Jmp A64 Jeq R0 (Imm 0) (Z.of_nat (length l)) :: l).
Example inner_delete_accepted : validate (Target xdp [outer_map; MapDef 1 4 4 8 false None] root)
  (tested (inner_call 3)) (tested_cert 7) = true.
Proof. vm_compute. reflexivity. Qed.
Example inner_update_accepted : validate (Target xdp [outer_map; MapDef 1 4 4 8 false None] root)
  (tested (inner_call 2)) (tested_cert 7) = true.
Proof. vm_compute. reflexivity. Qed.
Example inner_update_past_value : validate (Target xdp [outer_map; MapDef 1 4 8 8 false None] root)
  (tested (inner_call 2)) (tested_cert 7) = false.
Proof. vm_compute. reflexivity. Qed.
Example inner_refused_null : validate outer_target (after_outer_lookup (inner_call 1)) (line 13) =
  false. Proof. vm_compute. reflexivity. Qed.
Example inner_lookup_accepted : validate outer_target (tested (inner_call 1)) (tested_cert 7) =
  true. Proof. vm_compute. reflexivity. Qed.
Example inner_refused_as_memory : validate outer_target (tested [ Ldx S4 false R0 R0 0 ])
  (tested_cert 2) = false.
Proof. vm_compute. reflexivity. Qed.
Example inner_refused_for_another_type : validate (Target xdp [outer_map;
  MapDef 3 4 4 8 false None] root) (tested (inner_call 1)) (tested_cert 7) = false.
Proof. vm_compute. reflexivity. Qed.
Example outer_update_refused : validate outer_target (at_pcs
  [ St S4 R10 (-4) 0; LdMap R1 0; mov R2 R10; addi R2 (-4); mov R3 R2; movi R4 0; Call 2; movi R0 0;
    Exit ]) (line 8) = false.
Proof. vm_compute. reflexivity. Qed.

(** ** Scalars: a masked index into a map value; known bits *)
Definition index (mask : Z) : prog := at_pcs
  [ St S4 R10 (-4) 0; LdMap R1 1; mov R2 R10; addi R2 (-4); Call 1; Jmp A64 Jne R0 (Imm 0) 2;
    movi R0 0; Exit;
    Ldx S8 false R6 R0 0; Alu A64 And R6 (Imm mask); Alu A64 Add R0 (Reg R6); Ldx S1 false R0 R0 0;
      Exit ].
Definition index_cert := tree (steps 5 (DBranch (steps 4 DExit) (steps 1 DExit))).
Example index_accepted : validate tx (index 7) index_cert = true. Proof. vm_compute. reflexivity.
Qed.
Example index_refused : validate tx (index 8) index_cert = false. Proof. vm_compute. reflexivity.
Qed.

(** signed bounds: both tests are needed *)
Definition signed_index (low : bool) : prog := at_pcs
  [ St S4 R10 (-4) 0; LdMap R1 1; mov R2 R10; addi R2 (-4); Call 1; Jmp A64 Jne R0 (Imm 0) 2;
    movi R0 0; Exit;
    Ldx S8 false R6 R0 0; Jmp A64 Jsgt R6 (Imm 7) (-4);
      (if low then Jmp A64 Jslt R6 (Imm 0) (-5) else movi R1 0);
    Alu A64 Add R0 (Reg R6); Ldx S1 false R0 R0 0; Exit ].
Definition signed_cert low := tree (steps 5 (DBranch
  (steps 1 (DBranch (steps 1 DExit) (if low : bool then DBranch (steps 1 DExit) (steps 2 DExit) else
    steps 3 DExit))) (steps 1 DExit))).
Example signed_accepted : validate tx (signed_index true) (signed_cert true) = true. Proof.
vm_compute. reflexivity. Qed.
Example signed_refused : validate tx (signed_index false) (signed_cert false) = false. Proof.
vm_compute. reflexivity. Qed.

(** ** A loop: r6 from 0 to 100. One node covers every round, and the bound is exact. *)
Definition loop (stride : Z) : prog := at_pcs
  [ movi R6 0; movi R0 0; Alu A64 Add R0 (Reg R6); addi R6 stride; Jmp A64 Jlt R6 (Imm 100) (-3);
    Exit ].
Definition loop_state : astate :=
  let N := @None aval in
  AState 2 (RF (Some (1, 0)) N N N N N (Some (2, 0)) N N N N) zempty nothing_written []
         (zset 0 (FScalar false (sc_const 0))
           (zset 1 (FScalar false sc_top) (zset 2 (FScalar false (sc_range 0 99)) zempty))) 3 None.
Definition sub3 a b : subst := zset 0 (0, 0) (zset 1 a (zset 2 b zempty)).
Definition loop_node (stride : Z) : node :=
  Node loop_state (Pot 4 [Term 3 2 99])
    (steps 2 (DBranch (DSub 0 (sub3 (3, 0) (2, stride))) DExit)).
Definition loop_cert (bound stride : Z) : cert :=
  Cert bound (steps 2 (DSub 0 (sub3 (0, 0) (0, 0)))) (zset 0 (loop_node stride) zempty).
Example loop_accepted : validate tx (loop 1) (loop_cert 303 1) = true. Proof. vm_compute.
reflexivity. Qed.
Example loop_bound_is_exact : validate tx (loop 1) (loop_cert 302 1) = false. Proof. vm_compute.
reflexivity. Qed.
Example loop_refused_without_progress : validate tx (loop 0) (loop_cert 303 0) = false. Proof.
vm_compute. reflexivity. Qed.

(** ** Local functions: the caller's spill survives the call, unless the callee writes there through
    its argument *)
Definition local_call (store : insn) : prog := at_pcs
  [ Ldx S4 false R6 R1 12; Alu A64 And R6 (Imm 7); Stx S8 R10 (-16) R6; mov R1 R10; addi R1 (-8);
    CallLocal 6;
    Ldx S8 false R7 R10 (-16); LdMapValue R3 1 0; Alu A64 Add R3 (Reg R7); Ldx S1 false R0 R3 0;
    Exit; store; movi R0 0; Exit ].
Example local_argument_accepted : validate tx (local_call (St S8 R1 0 1)) (line 13) = true. Proof.
vm_compute. reflexivity. Qed.
Example local_own_frame_accepted : validate tx (local_call (St S8 R10 (-16) 1)) (line 13) = true.
Proof. vm_compute. reflexivity. Qed.
Example local_new_value_accepted : validate tx (local_call (St S8 R1 (-8) 7)) (line 13) = true.
Proof. vm_compute. reflexivity. Qed.
Example local_new_value_refused : validate tx (local_call (St S8 R1 (-8) 8)) (line 13) = false.
Proof. vm_compute. reflexivity. Qed.
Example local_refused_partly_overwritten : validate tx (local_call (St S1 R1 (-1) 1)) (line 13) =
  false. Proof. vm_compute. reflexivity. Qed.
Example local_refused_crossing_frames : validate tx (local_call (St S8 R10 (-4) 1)) (line 13) =
  false. Proof. vm_compute. reflexivity. Qed.
Example local_frame_bottom_accepted : validate tx (local_call (St S8 R10 (-512) 1)) (line 13) =
  true. Proof. vm_compute. reflexivity. Qed.
Example local_refused_below_frame : validate tx (local_call (St S8 R10 (-520) 1)) (line 13) = false.
Proof. vm_compute. reflexivity. Qed.
(* the caller's frame is reached through an argument alone: frames need not be neighbours *)
Example local_refused_above_frame : validate tx (local_call (St S8 R10 0 1)) (line 13) = false.
Proof. vm_compute. reflexivity. Qed.
Example local_refused_caller_slot : validate tx (local_call (St S8 R10 504 1)) (line 13) = false.
Proof. vm_compute. reflexivity. Qed.
Example local_refused_above_caller : validate tx (local_call (St S8 R1 8 1)) (line 13) = false.
Proof. vm_compute. reflexivity. Qed.
Example local_refused_below_caller : validate tx (local_call (St S8 R1 (-512) 1)) (line 13) = false.
Proof. vm_compute. reflexivity. Qed.
Example local_refused_undefined_register : validate tx (local_call (St S8 R6 0 1)) (line 13) =
  false. Proof. vm_compute. reflexivity. Qed.

(** the same from two calls in, and the callee's own frame pointer spilled and read back *)
Definition two_calls (store : insn) : prog := at_pcs
  [ mov R1 R10; addi R1 (-8); CallLocal 2; Ldx S8 false R0 R10 (-8); Exit; CallLocal 2; movi R0 0;
    Exit;
    Stx S8 R10 (-8) R10; Ldx S8 false R2 R10 (-8); store; movi R0 0; Exit ].
Example two_calls_argument_accepted : validate tx_strict (two_calls (St S8 R1 0 1)) (line 12) =
  true. Proof. vm_compute. reflexivity. Qed.
Example two_calls_refused_own_frame : validate tx_strict (two_calls (St S8 R2 (-16) 1)) (line 12) =
  false. Proof. vm_compute. reflexivity. Qed.
Example two_calls_own_frame_accepted : validate tx (two_calls (St S8 R2 (-16) 1)) (line 12) = true.
Proof. vm_compute. reflexivity. Qed.
Example two_calls_refused_above_frame : validate tx (two_calls (St S8 R2 0 1)) (line 12) = false.
Proof. vm_compute. reflexivity. Qed.

(** a frame that is left, or not yet entered, is no memory *)
Definition returned (d : reg) : prog := at_pcs
  [ mov R1 R10; CallLocal 2; Ldx S8 false R0 R0 (-8); Exit; St S8 R10 (-8) 0; St S8 R1 (-8) 0;
    mov R0 d; Exit ].
Example own_frame_accepted : validate tx_strict (returned R1) (line 7) = true. Proof. vm_compute.
reflexivity. Qed.
Example dead_frame_refused : validate tx (returned R10) (line 7) = false. Proof. vm_compute.
reflexivity. Qed.
(** what one function wrote in its frame is undefined in the next function's *)
Definition entered (off : Z) : prog := at_pcs
  [ CallLocal 2; CallLocal 4; Exit; St S8 R10 (-8) 0; movi R0 0; Exit; St S8 R10 off 0;
    Ldx S8 false R0 R10 (-8); Exit ].
Example entered_accepted : validate tx_strict (entered (-8)) (line 8) = true. Proof. vm_compute.
reflexivity. Qed.
Example entered_refused : validate tx_strict (entered (-16)) (line 8) = false. Proof. vm_compute.
reflexivity. Qed.
Example entered_root : validate tx (entered (-16)) (line 8) = true. Proof. vm_compute. reflexivity.
Qed.
(** a function may return nothing, and then nobody may read it *)
Definition nothing_returned (i : insn) : prog := at_pcs [ CallLocal 2; i; Exit; St S8 R10 (-8) 0;
  Exit ].
Example nothing_accepted : validate tx (nothing_returned (movi R0 0)) (line 4) = true. Proof.
vm_compute. reflexivity. Qed.
Example nothing_read_refused : validate tx (nothing_returned (addi R0 0)) (line 4) = false. Proof.
vm_compute. reflexivity. Qed.

(** eight frames and no ninth *)
Fixpoint nested (n : nat) : list insn :=
  match n with O => [movi R0 0; Exit] | S k => CallLocal 1 :: Exit :: nested k end.
Definition nested_cert (n : nat) := line (n + 1 + n).
Example eight_frames : validate tx (at_pcs (nested 7)) (nested_cert 7) = true. Proof. vm_compute.
reflexivity. Qed.
Example nine_frames : validate tx (at_pcs (nested 8)) (nested_cert 8) = false. Proof. vm_compute.
reflexivity. Qed.
Example exit_is_not_the_end_in_a_callee : validate tx (at_pcs (nested 1)) (line 2) = false. Proof.
vm_compute. reflexivity. Qed.

(** ** Atomics: a map value may be added to; what was there before is any number *)
Definition fetched (base : insn) (use : insn) : prog := at_pcs
  [ base; movi R3 1; Atomic S8 AtAdd true R2 0 R3; LdMapValue R2 1 0; use; Alu A64 Add R2 (Reg R3);
    Ldx S1 false R0 R2 0; Exit ].
Definition to_value := LdMapValue R2 1 0.
Definition masked := Alu A64 And R3 (Imm 7).
Example atomic_accepted : validate tx (fetched to_value masked) (line 7) = true. Proof. vm_compute.
reflexivity. Qed.
Example atomic_refused_unmasked : validate tx (fetched to_value (movi R4 7)) (line 7) = false.
Proof. vm_compute. reflexivity. Qed.
Example atomic_refused_on_context : validate tx (fetched (mov R2 R1) masked) (line 7) = false.
Proof. vm_compute. reflexivity. Qed.
Example atomic_refused_past_end : validate tx (fetched (LdMapValue R2 1 1) masked) (line 7) = false.
Proof. vm_compute. reflexivity. Qed.
Definition swapped (first : insn) : prog := at_pcs
  [ first; movi R0 0; movi R3 1; Atomic S8 Cmpxchg true R10 (-8) R3; Ldx S8 false R1 R10 (-8);
    Exit ].
Example cmpxchg_accepted : validate tx_strict (swapped (St S8 R10 (-8) 0)) (line 5) = true. Proof.
vm_compute. reflexivity. Qed.
Example cmpxchg_refused_undefined : validate tx_strict (swapped (St S4 R10 (-8) 0)) (line 5) =
  false. Proof. vm_compute. reflexivity. Qed.
Example cmpxchg_needs_r0 :
  validate tx (at_pcs [movi R3 1; Atomic S8 Cmpxchg true R10 (-8) R3; movi R0 0;
    Exit]) (line 3) = false. Proof. vm_compute. reflexivity. Qed.

(** ** Helpers that move the packet, or write memory *)
Definition adjusted (after : insn) : prog := at_pcs
  [ mov R6 R1; Ldx S4 false R7 R1 0; movi R2 4; Call 44; after; Ldx S4 false R3 R6 4; mov R4 R7;
    addi R4 14;
    Jmp A64 Jgt R4 (Reg R3) 2; Ldx S2 false R0 R7 12; Exit; movi R0 0; Exit ].
Definition adjusted_cert := tree (steps 8 (DBranch (steps 1 DExit) (steps 1 DExit))).
Example adjust_head_accepted : validate tx (adjusted (Ldx S4 false R7 R6 0)) adjusted_cert = true.
Proof. vm_compute. reflexivity. Qed.
Example adjust_head_refused_old_pointer : validate tx (adjusted (movi R0 0)) adjusted_cert = false.
Proof. vm_compute. reflexivity. Qed.
Definition loaded (n : Z) : prog := at_pcs
  [ movi R2 0; mov R3 R10; addi R3 (-8); movi R4 n; Call 26; Ldx S8 false R0 R10 (-8); Exit ].
Definition tc_strict := Target sched_cls [] strict.
Example load_bytes_accepted : validate tc_strict (loaded 8) (line 6) = true. Proof. vm_compute.
reflexivity. Qed.
Example load_bytes_one_byte_more : validate tc_strict (loaded 7) (line 6) = false. Proof.
vm_compute. reflexivity. Qed.
Example load_bytes_off_the_stack : validate tc_strict (loaded 9) (line 6) = false. Proof.
vm_compute. reflexivity. Qed.
Example load_bytes_of_no_size : validate tc_strict (loaded 0) (line 6) = false. Proof. vm_compute.
reflexivity. Qed.

(** ** Instructions that may end the program *)
Definition legacy (save : insn) : prog := at_pcs [ save; LdPkt S2 None 12; Exit ].
Example legacy_accepted : validate (Target socket_filter [] strict) (legacy (mov R6 R1)) (line 2) =
  true. Proof. vm_compute. reflexivity. Qed.
Example legacy_refused_in_xdp : validate tx (legacy (mov R6 R1)) (line 2) = false. Proof.
vm_compute. reflexivity. Qed.
Example legacy_refused_without_context : validate (Target socket_filter [] root)
  (legacy (movi R6 0)) (line 2) = false. Proof. vm_compute. reflexivity. Qed.
Definition tx_programs : target := Target xdp [MapDef 3 4 4 8 false None] root.
Definition tail (after : insn) : prog := at_pcs [ LdMap R2 0; movi R3 0; Call 12; after; Exit ].
Example tail_call_accepted : validate tx_programs (tail (movi R0 2)) (line 4) = true. Proof.
vm_compute. reflexivity. Qed.
Example tail_call_needs_programs : validate tx (tail (movi R0 2)) (line 4) = false. Proof.
vm_compute. reflexivity. Qed.
Example tail_call_leaves_no_result : validate tx_programs (tail (movi R1 2)) (line 4) = false.
Proof. vm_compute. reflexivity. Qed.
Example tail_call_bound : validate tx_programs (tail (movi R0 2)) (Cert 5 (steps 4 DExit) zempty) =
  true. Proof. vm_compute. reflexivity. Qed.
(** in a function of the program they would not end the program *)
Definition legacy_inside : prog := at_pcs [ CallLocal 1; Exit; mov R6 R1; LdPkt S2 None 12; Exit ].
Example legacy_refused_inside : validate (Target socket_filter [] root) legacy_inside (line 4) =
  false. Proof. vm_compute. reflexivity. Qed.
Definition tail_inside (h : Z) : prog := at_pcs [ CallLocal 1; Exit; LdMap R2 0; movi R3 0; Call h;
  movi R0 2; Exit ].
Example tail_call_refused_inside : validate tx_programs (tail_inside 12) (line 6) = false. Proof.
vm_compute. reflexivity. Qed.
Example other_call_accepted_inside : validate tx_programs (tail_inside 7) (line 6) = true. Proof.
vm_compute. reflexivity. Qed.
Definition by_register (number : insn) : prog := at_pcs [ number; CallX R7; Exit ].
Example call_by_register_accepted : validate tx (by_register (movi R7 5)) (line 2) = true. Proof.
vm_compute. reflexivity. Qed.
Example call_by_register_refused : validate tx (by_register (Ldx S4 false R7 R1 12)) (line 2) =
  false. Proof. vm_compute. reflexivity. Qed.
Example call_by_register_not_of_this_type : validate tx (by_register (movi R7 26)) (line 2) = false.
Proof. vm_compute. reflexivity. Qed.

(** may_goto forward; a result is needed on both ways *)
Definition may (first : insn) : prog := at_pcs [ first; MayGoto 1; movi R0 1; Exit ].
Definition may_cert := tree (steps 1 (DBranch DExit (steps 1 DExit))).
Example may_goto_accepted : validate tx (may (movi R0 0)) may_cert = true. Proof. vm_compute.
reflexivity. Qed.
Example may_goto_refused : validate tx (may (movi R1 0)) may_cert = false. Proof. vm_compute.
reflexivity. Qed.

(** ** Metadata before the packet: bytes of it are there after a comparison with the packet's first
    byte *)
Definition metadata (room at_ : Z) (w : bool) : prog := at_pcs
  [ Ldx S4 false R2 R1 8; Ldx S4 false R3 R1 0; mov R4 R2; addi R4 room; Jmp A64 Jgt R4 (Reg R3) 2;
    (if w then St S1 R2 at_ 7 else Ldx S1 false R5 R2 at_); Ja 0; movi R0 2; Exit ].
Definition metadata_cert := tree (steps 4 (DBranch (steps 1 DExit) (steps 3 DExit))).
Example metadata_accepted : validate tx (metadata 4 3 false) metadata_cert = true. Proof.
vm_compute. reflexivity. Qed.
Example metadata_written : validate tx (metadata 4 3 true) metadata_cert = true. Proof. vm_compute.
reflexivity. Qed.
Example metadata_refused_beyond : validate tx (metadata 4 4 false) metadata_cert = false. Proof.
vm_compute. reflexivity. Qed.
Example metadata_refused_unchecked : validate tx (metadata 0 0 false) metadata_cert = false. Proof.
vm_compute. reflexivity. Qed.
Example metadata_refused_before : validate tx (metadata 4 (-1) false) metadata_cert = false. Proof.
vm_compute. reflexivity. Qed.
(** the other way round: data < meta + 4 *)
Definition metadata_turned (limit : insn) : prog := at_pcs
  [ Ldx S4 false R2 R1 8; limit; mov R4 R2; addi R4 4; Jmp A64 Jlt R3 (Reg R4) 1;
    Ldx S4 false R5 R2 0; movi R0 2; Exit ].
Definition metadata_turned_cert := tree (steps 4 (DBranch (steps 1 DExit) (steps 2 DExit))).
Example metadata_turned_accepted : validate tx (metadata_turned (Ldx S4 false R3 R1 0))
  metadata_turned_cert = true. Proof. vm_compute. reflexivity. Qed.
Example metadata_against_the_packets_end : validate tx (metadata_turned (Ldx S4 false R3 R1 4))
  metadata_turned_cert = false. Proof. vm_compute. reflexivity. Qed.
(** the packet's bytes are not shown by a comparison with its first byte, and metadata are not where
    the packet is *)
Definition data_against_data : prog := at_pcs
  [ Ldx S4 false R2 R1 0; Ldx S4 false R3 R1 0; mov R4 R2; addi R4 4; Jmp A64 Jgt R4 (Reg R3) 1;
    Ldx S4 false R5 R2 0; movi R0 2; Exit ].
Example data_against_data_refused : validate tx data_against_data metadata_turned_cert = false.
Proof. vm_compute. reflexivity. Qed.
(** the helper that moves metadata makes old pointers numbers *)
Definition metadata_moved (again : insn) : prog := at_pcs
  [ mov R6 R1; Ldx S4 false R7 R1 8; movi R2 (-4); Call 54; again; Ldx S4 false R3 R6 0; mov R4 R7;
    addi R4 4;
    Jmp A64 Jgt R4 (Reg R3) 2; Ldx S2 false R0 R7 2; Exit; movi R0 0; Exit ].
Example metadata_moved_accepted : validate tx (metadata_moved (Ldx S4 false R7 R6 8)) adjusted_cert
  = true. Proof. vm_compute. reflexivity. Qed.
Example metadata_moved_refused : validate tx (metadata_moved (movi R0 0)) adjusted_cert = false.
Proof. vm_compute. reflexivity. Qed.

(** ** Packets that a program type may read and not write *)
Definition packet_byte (w : bool) : prog := at_pcs
  [ Ldx S4 false R2 R1 76; Ldx S4 false R3 R1 80; mov R4 R2; addi R4 4; Jmp A64 Jgt R4 (Reg R3) 1;
    (if w then St S1 R2 3 7 else Ldx S1 false R5 R2 3); movi R0 1; Exit ].
Example cgroup_packet_read : validate (Target cgroup_skb [] root) (packet_byte false)
  metadata_turned_cert = true. Proof. vm_compute. reflexivity. Qed.
Example cgroup_packet_not_written : validate (Target cgroup_skb [] root) (packet_byte true)
  metadata_turned_cert = false. Proof. vm_compute. reflexivity. Qed.
Example tc_packet_written : validate (Target sched_cls [] root) (packet_byte true)
  metadata_turned_cert = true. Proof. vm_compute. reflexivity. Qed.
(** and that is a fault, not only a refusal *)
Example cgroup_packet_store_faults : run (Target cgroup_skb two_maps root) (packet_byte true)
  some_env 20 = Faulted ReadOnly 5.
Proof. vm_compute. reflexivity. Qed.

(** ** Fields by where the program is attached *)
Definition of_type (id attach : Z) : target := match prog_type_of id attach 0 with Some pt =>
  Target pt [] root | None => tx end.
Definition field_read (off : Z) : prog := at_pcs [ Ldx S4 false R2 R1 off; movi R0 1; Exit ].
Definition field_write (z : size) (off : Z) : prog := at_pcs [ St z R1 off 7; movi R0 1; Exit ].
Example connect4_has_ip4 : validate (of_type 18 10) (field_write S4 4) (line 2) = true. Proof.
vm_compute. reflexivity. Qed.
Example connect6_has_no_ip4 : validate (of_type 18 11) (field_write S4 4) (line 2) = false. Proof.
vm_compute. reflexivity. Qed.
Example connect6_has_ip6 : validate (of_type 18 11) (field_write S8 16) (line 2) = true. Proof.
vm_compute. reflexivity. Qed.
Example connect6_words_are_aligned : validate (of_type 18 11) (field_write S8 12) (line 2) = false.
Proof. vm_compute. reflexivity. Qed.
Example sendmsg4_has_source : validate (of_type 18 14) (field_read 40) (line 2) = true. Proof.
vm_compute. reflexivity. Qed.
Example connect4_has_no_source : validate (of_type 18 10) (field_read 40) (line 2) = false. Proof.
vm_compute. reflexivity. Qed.
Definition returning (r : Z) : prog := at_pcs [ movi R0 r; Exit ].
Example bind4_may_bypass : validate (of_type 18 8) (returning 3) (line 1) = true. Proof. vm_compute.
reflexivity. Qed.
Example connect4_may_not : validate (of_type 18 10) (returning 3) (line 1) = false. Proof.
vm_compute. reflexivity. Qed.
Example recvmsg4_must_allow : validate (of_type 18 19) (returning 0) (line 1) = false. Proof.
vm_compute. reflexivity. Qed.
Example post_bind4_has_source : validate (of_type 9 12) (field_read 24) (line 2) = true. Proof.
vm_compute. reflexivity. Qed.
Example sock_create_has_none : validate (of_type 9 2) (field_read 24) (line 2) = false. Proof.
vm_compute. reflexivity. Qed.
Example egress_may_warn : validate (of_type 8 1) (returning 3) (line 1) = true. Proof. vm_compute.
reflexivity. Qed.
Example ingress_may_not : validate (of_type 8 0) (returning 3) (line 1) = false. Proof. vm_compute.
reflexivity. Qed.
Example devmap_has_egress : validate (of_type 6 33) (field_read 20) (line 2) = true. Proof.
vm_compute. reflexivity. Qed.
Example xdp_has_none : validate (of_type 6 37) (field_read 20) (line 2) = false. Proof. vm_compute.
reflexivity. Qed.
(** an option's value is where other types have the packet *)
Definition option_byte (w : bool) : prog := at_pcs
  [ Ldx S8 false R2 R1 8; Ldx S8 false R3 R1 16; mov R4 R2; addi R4 4; Jmp A64 Jgt R4 (Reg R3) 1;
    (if w then St S4 R2 0 7 else Ldx S1 false R5 R2 4); movi R0 1; Exit ].
Example option_written : validate (of_type 25 21) (option_byte true) metadata_turned_cert = true.
Proof. vm_compute. reflexivity. Qed.
Example option_refused_beyond : validate (of_type 25 21) (option_byte false) metadata_turned_cert =
  false. Proof. vm_compute. reflexivity. Qed.
(** an argument that is the context or 0 *)
Definition netns (first : insn) : prog := at_pcs [ first; Call 122; movi R0 1; Exit ].
Example netns_of_context : validate (of_type 18 10) (netns (movi R2 0)) (line 3) = true. Proof.
vm_compute. reflexivity. Qed.
Example netns_of_nothing : validate (of_type 18 10) (netns (movi R1 0)) (line 3) = true. Proof.
vm_compute. reflexivity. Qed.
Example netns_of_something : validate (of_type 18 10) (netns (movi R1 1)) (line 3) = false. Proof.
vm_compute. reflexivity. Qed.
Example netns_of_the_frame : validate (of_type 18 10) (netns (mov R1 R10)) (line 3) = false. Proof.
vm_compute. reflexivity. Qed.

(** ** Addresses of kernel variables and of code: numbers that nothing is known of *)
Definition addressed (i : insn) (after : insn) : prog := at_pcs [ i; after; movi R0 2; Exit ].
Example kernel_variable_accepted : validate tx (addressed (LdVar R1 8 0) (mov R2 R1)) (line 3) =
  true. Proof. vm_compute. reflexivity. Qed.
Example kernel_variable_is_no_memory : validate tx (addressed (LdVar R1 8 0) (Ldx S1 false R2 R1 0))
  (line 3) = false. Proof. vm_compute. reflexivity. Qed.
Example kernel_variable_is_no_result : validate (Target cgroup_device [] root)
  (at_pcs [LdVar R0 8 0; Exit]) (line 1) = false. Proof. vm_compute. reflexivity. Qed.
Example code_accepted : validate tx (addressed (LdCode R1 1) (mov R2 R1)) (line 3) = true. Proof.
vm_compute. reflexivity. Qed.
Example code_is_no_memory : validate tx (addressed (LdCode R1 1) (Ldx S1 false R2 R1 0)) (line 3) =
  false. Proof. vm_compute. reflexivity. Qed.
Example code_starts_an_instruction : validate tx (addressed (LdCode R1 0) (mov R2 R1)) (line 3) =
  false. Proof. vm_compute. reflexivity. Qed.
Example code_is_in_the_program : validate tx (addressed (LdCode R1 4) (mov R2 R1)) (line 3) = false.
Proof. vm_compute. reflexivity. Qed.

(** ** Small refusals *)
Example undefined_register : validate tx (at_pcs [mov R0 R3; Exit]) (line 1) = false. Proof.
vm_compute. reflexivity. Qed.
Example no_result : validate tx (at_pcs [Exit]) (line 0) = false. Proof. vm_compute. reflexivity.
Qed.
Example past_the_end : validate tx (at_pcs [movi R0 0]) (line 1) = false. Proof. vm_compute.
reflexivity. Qed.
Example frame_pointer : validate tx (at_pcs [movi R10 0; movi R0 0; Exit]) (line 2) = false. Proof.
vm_compute. reflexivity. Qed.
Example context_is_read_only : validate tx (at_pcs [St S4 R1 12 0; movi R0 0;
  Exit]) (line 2) = false. Proof. vm_compute. reflexivity. Qed.
Example context_hole : validate tx (at_pcs [Ldx S8 false R0 R1 8; Exit]) (line 1) = false. Proof.
vm_compute. reflexivity. Qed.
Example stack_bottom : validate tx (at_pcs [St S8 R10 (-512) 0; movi R0 0; Exit]) (line 2) = true.
Proof. vm_compute. reflexivity. Qed.
Example below_the_stack : validate tx (at_pcs [St S8 R10 (-513) 0; movi R0 0;
  Exit]) (line 2) = false. Proof. vm_compute. reflexivity. Qed.

(** ** Helpers: the table *)
(** A helper writes one argument at most: the model keeps one. *)
Definition written_argument (g : arg) : bool :=
  match g with AOut | AOut0 | AInOut | AOutN _ | AInOutN _ | AValueOut => true | _ => false end.
Example one_output : forallb (fun d =>
  (length (filter written_argument (h_args d)) <=? 1)%nat) helpers = true.
Proof. vm_compute. reflexivity. Qed.
(** Every helper of Linux 6.18 is in one of the two tables, and in one alone. *)
Example all_helpers : forallb (fun h =>
  Nat.eqb (length (filter (Z.eqb h) (map h_id helpers
    ++ map (fun u => fst (fst u)) unsupported_helpers))) 1) (map Z.of_nat (seq 1 211)) = true.
Proof. vm_compute. reflexivity. Qed.

(** output that may be empty: what was there stays, and nothing more is defined *)
Definition trace_target := Target tracepoint [] root.
Definition trace_strict := Target tracepoint [] strict.
Definition probe (size : list insn) (from : Z) : prog := at_pcs
  (size ++ [ mov R1 R10; addi R1 (-16); movi R3 0; Call 113; Ldx S1 false R0 R10 from; movi R0 0;
    Exit ]).
Example probe_accepted : validate trace_strict (probe [movi R2 16] (-1)) (line 7) = true. Proof.
vm_compute. reflexivity. Qed.
Example probe_of_nothing : validate trace_strict (probe [movi R2 0] (-1)) (line 7) = false. Proof.
vm_compute. reflexivity. Qed.
Definition some_size (mask : Z) := [ Ldx S8 false R2 R1 8; Alu A64 And R2 (Imm mask) ].
Example probe_of_some : validate trace_target (probe (some_size 15) (-1)) (line 8) = true. Proof.
vm_compute. reflexivity. Qed.
Example probe_of_some_may_be_nothing : validate trace_strict (probe (some_size 15) (-16)) (line 8) =
  false. Proof. vm_compute. reflexivity. Qed.
Example probe_past_the_stack : validate trace_target (probe (some_size 31) (-1)) (line 8) = false.
Proof. vm_compute. reflexivity. Qed.
(** memory of a size that the helper fixes *)
Definition to_number (at_ : Z) : prog := at_pcs
  [ St S4 R10 (-4) 49; mov R1 R10; addi R1 (-4); movi R2 4; movi R3 0; mov R4 R10; addi R4 at_;
    Call 105; Ldx S8 false R1 R10 at_; movi R0 0; Exit ].
Example number_accepted : validate trace_strict (to_number (-16)) (line 10) = true. Proof.
vm_compute. reflexivity. Qed.
Example number_leaves_the_frame : validate trace_target (to_number (-7)) (line 10) = false. Proof.
vm_compute. reflexivity. Qed.
Definition check_mtu (init : insn) : prog := at_pcs
  [ init; movi R2 0; mov R3 R10; addi R3 (-4); movi R4 0; movi R5 0; Call 163; movi R0 1; Exit ].
Example mtu_accepted : validate tx_strict (check_mtu (St S4 R10 (-4) 0)) (line 8) = true. Proof.
vm_compute. reflexivity. Qed.
Example mtu_is_read : validate tx_strict (check_mtu (movi R0 0)) (line 8) = false. Proof.
vm_compute. reflexivity. Qed.
(** a queue gives a value of its size *)
Definition pop (type value : Z) : bool :=
  validate (Target xdp [MapDef type 0 value 4 false None] strict)
  (at_pcs [ LdMap R1 0; mov R2 R10; addi R2 (-16); Call 88; Ldx S8 false R3 R10 (-8); movi R0 1;
    Exit ]) (line 6).
Example pop_accepted : pop 22 16 = true. Proof. vm_compute. reflexivity. Qed.
Example pop_too_large : pop 22 17 = false. Proof. vm_compute. reflexivity. Qed.
Example pop_of_half : pop 22 8 = false. Proof. vm_compute. reflexivity. Qed.
Example pop_from_a_hash : pop 1 16 = false. Proof. vm_compute. reflexivity. Qed.
(** the context or null *)
Definition cookie (first : list insn) : prog := at_pcs (first ++ [ Call 122; movi R0 1; Exit ]).
Example cookie_of_null : validate (Target socket_filter [] root) (cookie [movi R1 0]) (line 3) =
  true. Proof. vm_compute. reflexivity. Qed.
Example cookie_of_context : validate (Target socket_filter [] root) (cookie []) (line 2) = true.
Proof. vm_compute. reflexivity. Qed.
Example cookie_of_a_number : validate (Target socket_filter [] root) (cookie [movi R1 1]) (line 3) =
  false. Proof. vm_compute. reflexivity. Qed.

(** ** Constants: a map of one value that nobody writes, with known contents *)
Definition constants_target (constant : bool) (entries data : Z) : target :=
  Target xdp [MapDef map_array 4 2 entries constant (Some data);
    MapDef map_array 4 16 1 false None] root.
(** Bytes 1 of the constants is an offset into the second map's value. *)
Definition constants : prog := at_pcs
  [ LdMapValue R1 0 0; Ldx S1 false R2 R1 1; LdMapValue R3 1 0; Alu A64 Add R3 (Reg R2);
    Ldx S8 false R0 R3 0; movi R0 1; Exit ].
Example constants_accepted : validate (constants_target true 1 2303) constants (line 6) = true.
Proof. vm_compute. reflexivity. Qed.
Example constants_too_large : validate (constants_target true 1 2559) constants (line 6) = false.
Proof. vm_compute. reflexivity. Qed.
Example constants_that_are_written : validate (constants_target false 1 2303) constants (line 6) =
  false. Proof. vm_compute. reflexivity. Qed.
Example constants_of_two_values : validate (constants_target true 2 2303) constants (line 6) =
  false. Proof. vm_compute. reflexivity. Qed.
(** Such targets have well-formed environments, and there the program does end. *)
Definition constants_layout (packet : Z) := Layout some_frames 65536 packet 64 0
  (map (fun q => Object (fst q) (fst (snd q)) [snd (snd q)])
     (combine (t_maps (constants_target true 1 2303)) [(1048576, 2097152); (1048832, 3145728)]))
       (fun _ => 7) [].
Definition constants_env := Env (constants_layout 131072) (fun _ => 0) (fun _ => quiet 0).
Example constants_inhabited : well_formed (constants_target true 1 2303) constants_env.
Proof. apply well_formedb_sound. vm_compute. reflexivity. Qed.
Example constants_end : run (constants_target true 1 2303) constants constants_env 20 = Ended 1.
Proof. vm_compute. reflexivity. Qed.
(** The packet may not lie over them: then a write to it would change a constant. *)
Example constants_under_the_packet :
  wf_layoutb (constants_target true 1 2303) (constants_layout 2097152) = false.
Proof. vm_compute. reflexivity. Qed.

(** ** A 32-bit comparison of a 64-bit number gives its low half a range *)
Definition half (last : Z) : prog := at_pcs
  [ LdMapValue R1 1 0; Ldx S8 false R2 R1 0; Jmp A32 Jgt R2 (Imm 8) 3; Alu A32 Mov R3 (Reg R2);
    Alu A64 Add R1 (Reg R3);
    Ldx S1 false R4 R1 last; movi R0 1; Exit ].
Definition half_cert := tree (steps 2 (DBranch (steps 1 DExit) (steps 4 DExit))).
Definition half_value : target := Target xdp [flow_map; MapDef map_array 4 16 1 false None] root.
Example half_accepted : validate half_value (half 7) half_cert = true. Proof. vm_compute.
reflexivity. Qed.
Example half_past_end : validate half_value (half 8) half_cert = false. Proof. vm_compute.
reflexivity. Qed.
