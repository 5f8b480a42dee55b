(** Variable offsets into the stack: accepted programs and refused twins, evaluated. *)
From Checker Require Import Cert.
From Proofs Require Import Nonvacuous Examples.

(** ** A buffer of 16 bytes, cleared, and an index into it.  r3 is the buffer + the index. *)
Definition clear_high : insn := St S8 R10 (-8) 0.
Definition clear_low : insn := St S8 R10 (-16) 0.
Definition any_number : insn := Ldx S4 false R2 R1 12.
Definition masked (mask : Z) : insn := Alu A64 And R2 (Imm mask).
Definition indexed (i j : insn) (mask : Z) (use : list insn) : prog := at_pcs
  ([ any_number; masked mask; i; j; mov R3 R10; addi R3 (-16); Alu A64 Add R3 (Reg R2) ] ++ use
    ++ [ movi R0 0; Exit ]).
Definition indexed_ok (t : target) (i j : insn) (mask : Z) (use : list insn) : bool :=
  validate t (indexed i j mask use) (line (Nat.add 8 (length use))).
Definition cleared (t : target) : Z -> list insn -> bool := indexed_ok t clear_low clear_high.
Example read_accepted : cleared tx_strict 15 [ Ldx S1 false R4 R3 0 ] = true. Proof. vm_compute.
reflexivity. Qed.
Example write_accepted : cleared tx_strict 15 [ Stx S1 R3 0 R2 ] = true. Proof. vm_compute.
reflexivity. Qed.
Example read_one_past : cleared tx 15 [ Ldx S1 false R4 R3 1 ] = false. Proof. vm_compute.
reflexivity. Qed.
Example write_one_past : cleared tx 15 [ Stx S1 R3 1 R2 ] = false. Proof. vm_compute. reflexivity.
Qed.
Example wider_one_past : cleared tx 15 [ Ldx S2 false R4 R3 0 ] = false. Proof. vm_compute.
reflexivity. Qed.
Example wider_accepted : cleared tx 14 [ Ldx S2 false R4 R3 0 ] = true. Proof. vm_compute.
reflexivity. Qed.
Example mask_too_wide : cleared tx 31 [ Ldx S1 false R4 R3 0 ] = false. Proof. vm_compute.
reflexivity. Qed.
Example lowest_byte : cleared tx 15 [ Ldx S1 false R4 R3 (-496) ] = true. Proof. vm_compute.
reflexivity. Qed.
Example below_the_frame : cleared tx 15 [ Ldx S1 false R4 R3 (-497) ] = false. Proof. vm_compute.
reflexivity. Qed.
(** no bound that is small enough *)
Example no_bound : indexed_ok tx clear_low (movi R4 0) (-1) [ Ldx S1 false R4 R3 0 ] = false. Proof.
vm_compute. reflexivity. Qed.

(** What is read is any number: also where a pointer may be read. *)
Definition address_at : insn := Stx S8 R10 (-16) R1.
Example read_no_pointer : indexed_ok tx address_at clear_high 8 [ Ldx S8 false R4 R3 0;
  Ldx S4 false R5 R4 0 ] = false.
Proof. vm_compute. reflexivity. Qed.
Example read_the_pointer : indexed_ok tx address_at clear_high 8 [ Ldx S8 false R4 R10 (-16);
  Ldx S4 false R5 R4 0 ] = true.
Proof. vm_compute. reflexivity. Qed.

(** Bytes of the range that nobody wrote: policy. *)
Example half_written_root : indexed_ok tx clear_low (movi R4 0) 15 [ Ldx S1 false R4 R3 0 ] = true.
Proof. vm_compute. reflexivity. Qed.
Example half_written_strict : indexed_ok tx_strict clear_low (movi R4 0) 15 [ Ldx S1 false R4 R3 0 ]
  = false.
Proof. vm_compute. reflexivity. Qed.
Example lower_half_strict : indexed_ok tx_strict clear_low (movi R4 0) 7 [ Ldx S1 false R4 R3 0 ] =
  true. Proof. vm_compute. reflexivity. Qed.

(** A store with a variable offset: written is for sure what it writes wherever it begins. *)
Definition unwritten (t : target) : Z -> list insn -> bool := indexed_ok t (movi R4 0) (movi R4 0).
Example no_byte_is_sure : unwritten tx_strict 15 [ St S1 R3 0 1;
  Ldx S1 false R4 R10 (-16) ] = false. Proof. vm_compute. reflexivity. Qed.
Example middle_bytes_are_sure : unwritten tx_strict 3 [ St S8 R3 0 1;
  Ldx S4 false R4 R10 (-13) ] = true. Proof. vm_compute. reflexivity. Qed.
Example the_one_before_is_not : unwritten tx_strict 3 [ St S8 R3 0 1;
  Ldx S1 false R4 R10 (-14) ] = false. Proof. vm_compute. reflexivity. Qed.
Example the_one_behind_is_not : unwritten tx_strict 3 [ St S8 R3 0 1;
  Ldx S1 false R4 R10 (-8) ] = false. Proof. vm_compute. reflexivity. Qed.

(** It ends every spill where it may write, and no other. *)
Definition spilled (at_ : Z) : insn := Stx S8 R10 at_ R1.
Definition after_store (at_ mask : Z) : bool :=
  indexed_ok tx (spilled at_) clear_low mask [ Stx S1 R3 0 R2; Ldx S8 false R4 R10 at_;
    Ldx S4 false R5 R4 0 ].
Example spill_survives_above : after_store (-8) 7 = true. Proof. vm_compute. reflexivity. Qed.
Example spill_survives_below : after_store (-24) 15 = true. Proof. vm_compute. reflexivity. Qed.
Example spill_overwritten_above : after_store (-8) 8 = false. Proof. vm_compute. reflexivity. Qed.
Example spill_overwritten_below : after_store (-23) 7 = false. Proof. vm_compute. reflexivity. Qed.
(** and what it stores is no spill *)
Example no_spill_is_made : cleared tx 8 [ Stx S8 R3 0 R1; Ldx S8 false R4 R3 0;
  Ldx S4 false R5 R4 0 ] = false.
Proof. vm_compute. reflexivity. Qed.

(** ** Numbers below zero *)
Definition moved (l : list insn) (use : insn) : bool :=
  validate tx (at_pcs ([ any_number; masked 15; mov R3 R10 ] ++ l
    ++ [ use; movi R0 0; Exit ])) (line (Nat.add 5 (length l))).
Definition use (off : Z) : insn := Ldx S1 false R4 R3 off.
Definition from_top : list insn := [ addi R2 (-16); Alu A64 Add R3 (Reg R2) ].
Example negative_accepted : moved from_top (use 0) = true. Proof. vm_compute. reflexivity. Qed.
Example negative_one_past : moved from_top (use 1) = false. Proof. vm_compute. reflexivity. Qed.
Example negative_lowest : moved from_top (use (-496)) = true. Proof. vm_compute. reflexivity. Qed.
Example negative_below : moved from_top (use (-497)) = false. Proof. vm_compute. reflexivity. Qed.
(** and a number taken away *)
Definition less : list insn := [ Alu A64 Sub R3 (Reg R2) ].
Example less_accepted : moved less (use (-1)) = true. Proof. vm_compute. reflexivity. Qed.
Example less_one_past : moved less (use 0) = false. Proof. vm_compute. reflexivity. Qed.
Example less_lowest : moved less (use (-497)) = true. Proof. vm_compute. reflexivity. Qed.
Example less_below : moved less (use (-498)) = false. Proof. vm_compute. reflexivity. Qed.

(** ** Helpers and atomics *)
Definition lookup_there : list insn := [ LdMap R1 0; mov R2 R3; Call 1 ].
Example key_past_end : cleared tx_strict 12 lookup_there = false. Proof. vm_compute. reflexivity.
Qed.
Example key_accepted : cleared tx_strict 8 lookup_there = true. Proof. vm_compute. reflexivity. Qed.
Example key_half_written : indexed_ok tx_strict clear_low (movi R4 0) 8 lookup_there = false. Proof.
vm_compute. reflexivity. Qed.
Definition add_there : insn := Atomic S8 AtAdd true R3 0 R2.
Example atomic_accepted : cleared tx_strict 8 [ add_there ] = true. Proof. vm_compute. reflexivity.
Qed.
Example atomic_one_past : cleared tx 9 [ add_there ] = false. Proof. vm_compute. reflexivity. Qed.
Example atomic_half_written : indexed_ok tx_strict clear_low (movi R4 0) 8 [ add_there ] = false.
Proof. vm_compute. reflexivity. Qed.
Example atomic_ends_spills : indexed_ok tx address_at clear_high 8
  [ add_there; Ldx S8 false R4 R10 (-16); Ldx S4 false R5 R4 0 ] = false. Proof. vm_compute.
  reflexivity. Qed.

(** ** A caller's frame: the callee indexes the buffer that it is given *)
Definition given (bytes : Z) : prog := at_pcs
  [ any_number; masked 15; mov R1 R10; addi R1 (- bytes); CallLocal 2; movi R0 0; Exit;
    Alu A64 Add R1 (Reg R2); St S1 R1 0 7; movi R0 0; Exit ].
Example callee_accepted : validate tx (given 16) (line 10) = true. Proof. vm_compute. reflexivity.
Qed.
Example callee_one_past : validate tx (given 15) (line 10) = false. Proof. vm_compute. reflexivity.
Qed.

(** ** Two paths that leave different addresses meet in one state *)
Definition meeting : prog := at_pcs
  [ any_number; mov R3 R10; addi R3 (-16); Jmp A64 Jeq R2 (Imm 0) 1; addi R3 8; St S8 R3 0 7;
    movi R0 0; Exit ].
Definition either (mx : Z) : astate :=
  let N := @None aval in
  AState 5 (RF N N N (Some (1, -16)) N N N N N N N) zempty nothing_written []
         (zset 0 (FScalar false (sc_const 0)) (zset 1 (FStack 0 mx 1) zempty)) 2 None.
Definition meeting_cert (mx more : Z) : cert :=
  let sub c := DSub 0 (zset 0 (0, 0) (zset 1 (2, c) zempty)) in
  Cert 20 (steps 3 (DBranch (sub 0) (steps 1 (sub more))))
    (zset 0 (Node (either mx) (Pot 3 []) (steps 2 DExit)) zempty).
Example meeting_accepted : validate tx meeting (meeting_cert 8 8) = true. Proof. vm_compute.
reflexivity. Qed.
Example meeting_claims_less : validate tx meeting (meeting_cert 7 8) = false. Proof. vm_compute.
reflexivity. Qed.
Example meeting_claims_more : validate tx meeting (meeting_cert 9 8) = false. Proof. vm_compute.
reflexivity. Qed.
Example meeting_elsewhere : validate tx meeting (meeting_cert 8 0) = false. Proof. vm_compute.
reflexivity. Qed.

(** ** Frames that are gone: a function may return its frame pointer, which is a number then; no
    store goes through it. *)
From Proofs Require Import Main.

Definition returns_its_frame (use : insn) : prog := at_pcs
  [ CallLocal 4; mov R1 R0; CallLocal 4; movi R0 1; Exit; mov R0 R10; Exit; use; movi R0 0; Exit ].
Definition frame_cert : cert := Cert 100 (steps 9 DExit) zempty.
Example frame_as_a_number : validate tx (returns_its_frame (mov R2 R1)) frame_cert = true. Proof.
vm_compute. reflexivity. Qed.
Example store_into_a_frame_that_is_gone : validate tx (returns_its_frame (St S8 R1 (-8) 1))
  frame_cert = false.
Proof. vm_compute. reflexivity. Qed.
(** No certificate does better. *)
Example dangling_is_refused c : validate dangling_target dangling c = false.
Proof. revert c. eapply faulty_has_no_certificate;
  [exact (dangling_well_formed 1048576) | exact dangling_can_fault]. Qed.
(** What a caller lends stays: the callee writes the caller's frame. *)
Definition lends_its_frame : prog := at_pcs [ mov R1 R10; CallLocal 2; Ldx S8 false R0 R10 (-8);
  Exit; St S8 R1 (-8) 1; movi R0 0; Exit ].
Example lent_frame_is_written : validate tx_strict lends_its_frame (Cert 100 (steps 6 DExit) zempty)
  = true.
Proof. vm_compute. reflexivity. Qed.
