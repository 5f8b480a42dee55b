(** What helpers may be given, what they write and what they answer: accepted programs and refused
    twins, evaluated; and runs in which the twins fault. *)
From Checker Require Import Cert.
From Proofs Require Import Nonvacuous Examples.

(** ** What is written: a string helper writes nothing behind the string's end *)

(** 16 bytes of the stack, written by helper [h], and their last eight read. *)
Definition reads_the_tail (h : Z) : prog := at_pcs
  [ mov R1 R10; addi R1 (-16); movi R2 16; movi R3 0; Call h; Ldx S8 false R0 R10 (-8); Exit ].
Definition kprobe_strict : target := Target kprobe [] strict.
Definition kprobe_root : target := Target kprobe [] root.
Example whole_buffer : validate kprobe_strict (reads_the_tail 113) (line 6) = true.
Proof. vm_compute. reflexivity. Qed.
Example behind_a_string : validate kprobe_strict (reads_the_tail 115) (line 6) = false.
Proof. vm_compute. reflexivity. Qed.
Example behind_a_string_root : validate kprobe_root (reads_the_tail 115) (line 6) = true.
Proof. vm_compute. reflexivity. Qed.
(** Eight bytes written, the rest not; and all of them. *)
Definition string_env (n : nat) : env :=
  Env absent_layout (fun _ => 0) (fun _ => Answer 1 [] (repeat 0 n) None).
Example string_env_well_formed n : well_formed kprobe_strict (string_env n).
Proof. apply well_formedb_sound. vm_compute. reflexivity. Qed.
Example tail_not_written :
  run kprobe_strict (reads_the_tail 115) (string_env 8) 20 = Faulted UndefinedStack 5.
Proof. vm_compute. reflexivity. Qed.
Example tail_written : run kprobe_strict (reads_the_tail 115) (string_env 16) 20 = Ended 0.
Proof. vm_compute. reflexivity. Qed.
(** What was written before stays written. *)
Definition cleared_first (h : Z) : prog := at_pcs
  [ St S8 R10 (-16) 0; St S8 R10 (-8) 0; mov R1 R10; addi R1 (-16); movi R2 16; movi R3 0; Call h;
    Ldx S8 false R0 R10 (-8); Exit ].
Example cleared_before : validate kprobe_strict (cleared_first 115) (line 8) = true.
Proof. vm_compute. reflexivity. Qed.

(** *** Others write all of it, or nothing: their result tells *)

(** Eight bytes written by helper 189 (or another that takes the same), a test of the result, and
    the eight bytes read if the test fails. *)
Definition loads_and (test : insn) (h : Z) : prog := at_pcs
  [ movi R2 0; mov R3 R10; addi R3 (-8); movi R4 8; Call h; test; Ldx S8 false R0 R10 (-8);
    movi R0 0; Exit ].
Definition not_zero : insn := Jmp A64 Jne R0 (Imm 0) 1.
Definition tested_cert : cert := tree (steps 5 (DBranch (steps 1 DExit) (steps 2 DExit))).
Definition xdp_strict : target := Target xdp [] strict.
Example tested : validate xdp_strict (loads_and not_zero 189) tested_cert = true.
Proof. vm_compute. reflexivity. Qed.
(** The low half of the result says as much, and so does that it is no error. *)
Example tested_low :
  validate xdp_strict (loads_and (Jmp A32 Jne R0 (Imm 0) 1) 189) tested_cert = true.
Proof. vm_compute. reflexivity. Qed.
Example tested_error :
  validate xdp_strict (loads_and (Jmp A64 Jslt R0 (Imm 0) 1) 189) tested_cert = true.
Proof. vm_compute. reflexivity. Qed.
(** The wrong way round; another number; and not at all. *)
Example tested_wrong :
  validate xdp_strict (loads_and (Jmp A64 Jeq R0 (Imm 0) 1) 189) tested_cert = false.
Proof. vm_compute. reflexivity. Qed.
Example tested_another :
  validate xdp_strict (loads_and (Jmp A64 Jne R0 (Imm (-14)) 1) 189) tested_cert = false.
Proof. vm_compute. reflexivity. Qed.
Definition untested : insn := mov R7 R0.
Example not_tested : validate xdp_strict (loads_and untested 189) (line 8) = false.
Proof. vm_compute. reflexivity. Qed.
Example not_tested_root : validate (Target xdp [] root) (loads_and untested 189) (line 8) = true.
Proof. vm_compute. reflexivity. Qed.
(** Runs in which the helper succeeds, and fails. *)
Definition load_env (answer : Z) (bytes : list Z) : env :=
  Env absent_layout (fun _ => 0) (fun _ => Answer answer [] bytes None).
Example load_env_well_formed answer bytes : well_formed xdp_strict (load_env answer bytes).
Proof. apply well_formedb_sound. vm_compute. reflexivity. Qed.
Example untested_success : run xdp_strict (loads_and untested 189) (load_env 0 []) 20 = Ended 0.
Proof. vm_compute. reflexivity. Qed.
Example untested_failure :
  run xdp_strict (loads_and untested 189) (load_env (-14) []) 20 = Faulted UndefinedStack 6.
Proof. vm_compute. reflexivity. Qed.
Example wrong_test_failure :
  run xdp_strict (loads_and (Jmp A64 Jeq R0 (Imm 0) 1) 189) (load_env (-14) []) 20
    = Faulted UndefinedStack 6.
Proof. vm_compute. reflexivity. Qed.
(** A string is not all of the memory, whatever the result is. *)
Definition string_and (test : insn) (h : Z) : prog := at_pcs
  [ mov R1 R10; addi R1 (-8); movi R2 8; movi R3 0; Call h; test; Ldx S8 false R0 R10 (-8);
    movi R0 0; Exit ].
Example tested_string : validate kprobe_strict (string_and not_zero 115) tested_cert = false.
Proof. vm_compute. reflexivity. Qed.
Example tested_string_run :
  run kprobe_strict (string_and not_zero 115) (load_env 0 [0]) 20 = Faulted UndefinedStack 6.
Proof. vm_compute. reflexivity. Qed.
(** A test in between of something else changes nothing; nor does a function that is called and
    comes back, which tests are in. *)
Example tested_later : validate xdp_strict (at_pcs
  [ movi R2 0; mov R3 R10; addi R3 (-8); movi R4 8; Call 189; mov R6 R0; Call 7;
    Jmp A64 Jeq R0 (Imm 0) 0; Jmp A64 Jne R6 (Imm 0) 1; Ldx S8 false R0 R10 (-8); movi R0 0; Exit ])
  (let after := DBranch (steps 1 DExit) (steps 2 DExit) in tree (steps 7 (DBranch after after)))
  = true.
Proof. vm_compute. reflexivity. Qed.
(** The result comes back from the function that called the helper. *)
Example tested_by_the_caller : validate xdp_strict (at_pcs
  [ mov R2 R10; addi R2 (-8); CallLocal 4; Jmp A64 Jne R0 (Imm 0) 1; Ldx S8 false R0 R10 (-8);
    movi R0 0; Exit; mov R3 R2; movi R2 0; movi R4 8; Call 189; Exit ])
  (tree (steps 8 (DBranch (steps 1 DExit) (steps 2 DExit)))) = true.
Proof. vm_compute. reflexivity. Qed.
(** Bytes of a frame that is entered anew are not written: where they are read, they are the bytes
    of another call. *)
Definition frame_again : prog := at_pcs
  [ CallLocal 4; mov R2 R0; CallLocal 8; movi R0 0; Exit;
    (* the first function loads, and gives the result *)
    movi R2 0; mov R3 R10; addi R3 (-8); movi R4 8; Call 189; Exit;
    (* the second reads if that was 0 *)
    movi R0 0; Jmp A64 Jne R2 (Imm 0) 1; Ldx S8 false R0 R10 (-8); Exit ].
Definition again_cert : cert := tree (steps 10 (DBranch (steps 2 DExit) (steps 3 DExit))).
Example frame_again_root : validate (Target xdp [] root) frame_again again_cert = true.
Proof. vm_compute. reflexivity. Qed.
Example frame_again_strict : validate xdp_strict frame_again again_cert = false.
Proof. vm_compute. reflexivity. Qed.

(** ** What is answered: at most the size given *)

(** A string of at most 8 bytes; its length is an index into 9 bytes. *)
Definition length_as_index (size : Z) : prog := at_pcs
  [ St S8 R10 (-16) 0; St S8 R10 (-8) 0; mov R1 R10; addi R1 (-16); movi R2 size; movi R3 0;
    Call 115; Jmp A64 Jslt R0 (Imm 0) 3; mov R1 R10; Alu A64 Add R1 (Reg R0);
    Ldx S1 false R0 R1 (-9); movi R0 0; Exit ].
Definition length_cert : cert := tree (steps 7 (DBranch (steps 1 DExit) (steps 4 DExit))).
Example length_accepted : validate kprobe_root (length_as_index 8) length_cert = true.
Proof. vm_compute. reflexivity. Qed.
Example length_too_long : validate kprobe_root (length_as_index 9) length_cert = false.
Proof. vm_compute. reflexivity. Qed.
(** Others answer any number. *)
Definition answer_as_index (h : Z) : prog := at_pcs
  [ movi R2 0; movi R3 0; Call h; Jmp A64 Jsgt R0 (Imm 0) 2; movi R0 0; Exit; Ldx S1 false R0 R10 0;
    movi R0 0; Exit ].
Definition answer_cert : cert := tree (steps 3 (DBranch (steps 2 DExit) (steps 1 DExit))).
Example redirected_clone :
  validate (Target sched_cls [] root) (answer_as_index 13) answer_cert = false.
Proof. vm_compute. reflexivity. Qed.
Definition clone_env (answer : Z) : env := Env some_layout (fun _ => 0) (fun _ => quiet answer).
Example clone_answers_one :
  run (Target sched_cls two_maps root) (answer_as_index 13) (clone_env 1) 20
    = Faulted OutOfBounds 6.
Proof. vm_compute. reflexivity. Qed.

(** ** What helpers may be given: a map that programs may not write *)

Definition frozen : map_def := MapDef map_array 4 8 1 true (Some 7).
Definition open_map : map_def := MapDef map_array 4 8 1 false None.
Definition updates : prog := at_pcs
  [ St S4 R10 (-4) 0; St S8 R10 (-16) 9; LdMap R1 0; mov R2 R10; addi R2 (-4); mov R3 R10;
    addi R3 (-16); movi R4 0; Call 2; movi R0 0; Exit ].
Example update_accepted : validate (Target xdp [open_map] root) updates (line 10) = true.
Proof. vm_compute. reflexivity. Qed.
Example update_of_a_constant : validate (Target xdp [frozen] root) updates (line 10) = false.
Proof. vm_compute. reflexivity. Qed.
Definition frozen_env : env := Env (Layout some_frames 65536 131072 64 0
  [Object frozen 1048576 [2097152]] (fun _ => 7) []) (fun _ => 0) (fun _ => quiet 0).
Example frozen_well_formed : well_formed (Target xdp [frozen] root) frozen_env.
Proof. apply well_formedb_sound. vm_compute. reflexivity. Qed.
Example update_of_a_constant_faults :
  run (Target xdp [frozen] root) updates frozen_env 20 = Faulted BadHelperArgument 9.
Proof. vm_compute. reflexivity. Qed.

(** ** What helpers may be given: the packet, to those that take it *)

(** The first 8 bytes of the packet in r6; then one helper, and the end. *)
Definition with_packet (call : list insn) : prog := at_pcs ([ mov R9 R1; Ldx S4 false R6 R9 76;
  Ldx S4 false R7 R9 80; mov R8 R6; addi R8 8; Jmp A64 Jgt R8 (Reg R7) (Z.of_nat (length call)) ]
  ++ call ++ [ movi R0 0; Exit ]).
Definition packet_ok (call : list insn) : bool := validate (Target sched_cls [] root)
  (with_packet call) (tree (steps 5 (DBranch (steps 1 DExit) (steps (S (length call)) DExit)))).
Definition stores_packet_bytes : list insn :=
  [ mov R1 R9; movi R2 0; mov R3 R6; movi R4 8; movi R5 0; Call 9 ].
Definition sums_packet_bytes : list insn :=
  [ mov R1 R6; movi R2 8; movi R3 0; movi R4 0; movi R5 0; Call 28 ].
Example sum_accepted : packet_ok sums_packet_bytes = true. Proof. vm_compute. reflexivity. Qed.
Example store_refused : packet_ok stores_packet_bytes = false. Proof. vm_compute. reflexivity. Qed.
(** No packet is written by a helper. *)
Example load_into_the_packet : packet_ok
  [ mov R1 R9; movi R2 0; mov R3 R6; movi R4 8; movi R5 0; Call 26 ] = false.
Proof. vm_compute. reflexivity. Qed.
(** Nor by an atomic; a value is. *)
Example atomic_on_the_packet :
  packet_ok [ movi R1 1; Atomic S4 AtAdd false R6 0 R1 ] = false.
Proof. vm_compute. reflexivity. Qed.

(** ** What is given: helper 17 takes a packet's context in some types of programs, and in others
    nothing *)
Definition asks_the_class : prog := at_pcs [ movi R1 0; Call 17; movi R0 0; Exit ].
Example class_of_the_task : validate xdp_strict asks_the_class (line 3) = true.
Proof. vm_compute. reflexivity. Qed.
Example class_of_no_packet : validate (Target sched_cls [] strict) asks_the_class (line 3) = false.
Proof. vm_compute. reflexivity. Qed.

(** ** Atomics are at multiples of their size *)

(** One added to a number of the frame, at a place that is known, or at one of several. *)
Definition adds_at (z : size) (off : Z) : prog := at_pcs
  [ St S8 R10 (-16) 0; St S8 R10 (-8) 0; movi R2 1; Atomic z AtAdd false R10 off R2; movi R0 0;
    Exit ].
Definition adds_at_some (z : size) (mask : Z) : prog := at_pcs
  [ St S8 R10 (-16) 0; St S8 R10 (-8) 0; Ldx S4 false R2 R1 16; Alu A64 And R2 (Imm mask);
    mov R3 R10; addi R3 (-16); Alu A64 Add R3 (Reg R2); Atomic z AtAdd false R3 0 R2; movi R0 0;
    Exit ].
Definition xdp_root : target := Target xdp [] root.
Example aligned_at : validate xdp_root (adds_at S8 (-8)) (line 5) = true.
Proof. vm_compute. reflexivity. Qed.
Example misaligned_at : validate xdp_root (adds_at S8 (-12)) (line 5) = false.
Proof. vm_compute. reflexivity. Qed.
Example half_aligned_at : validate xdp_root (adds_at S4 (-12)) (line 5) = true.
Proof. vm_compute. reflexivity. Qed.
Example aligned_at_some : validate xdp_root (adds_at_some S8 8) (line 9) = true.
Proof. vm_compute. reflexivity. Qed.
Example misaligned_at_some : validate xdp_root (adds_at_some S8 4) (line 9) = false.
Proof. vm_compute. reflexivity. Qed.
Example half_aligned_at_some : validate xdp_root (adds_at_some S4 12) (line 9) = true.
Proof. vm_compute. reflexivity. Qed.
Definition plain_env : env := Env absent_layout (fun _ => 0) (fun _ => quiet 0).
Example plain_env_well_formed : well_formed xdp_root plain_env.
Proof. apply well_formedb_sound. vm_compute. reflexivity. Qed.
Example misaligned_faults : run xdp_root (adds_at S8 (-12)) plain_env 20 = Faulted Misaligned 3.
Proof. vm_compute. reflexivity. Qed.
Example aligned_runs : run xdp_root (adds_at S8 (-8)) plain_env 20 = Ended 0.
Proof. vm_compute. reflexivity. Qed.
(** Values of a trie follow its key: of 8 bytes, the first 4 a length, so a value is at 4 past a
    multiple of 8.  Its own bytes from 4 on are aligned to 8. *)
Definition trie : map_def := MapDef map_lpm_trie 8 16 4 false None.
Definition adds_to_a_value (z : size) (off : Z) : prog := at_pcs
  [ St S8 R10 (-8) 0; LdMap R1 0; mov R2 R10; addi R2 (-8); Call 1; Jmp A64 Jeq R0 (Imm 0) 2;
    movi R1 1; Atomic z AtAdd false R0 off R1; movi R0 0; Exit ].
Definition trie_cert : cert := tree (steps 5 (DBranch (steps 1 DExit) (steps 3 DExit))).
Example trie_accepted :
  validate (Target xdp [trie] root) (adds_to_a_value S8 4) trie_cert = true.
Proof. vm_compute. reflexivity. Qed.
Example trie_half : validate (Target xdp [trie] root) (adds_to_a_value S4 0) trie_cert = true.
Proof. vm_compute. reflexivity. Qed.
Example trie_refused :
  validate (Target xdp [trie] root) (adds_to_a_value S4 2) trie_cert = false.
Proof. vm_compute. reflexivity. Qed.
