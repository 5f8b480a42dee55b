(** Records and sockets: accepted programs and refused twins, evaluated; and what a run of the twins
    comes to. *)
From Checker Require Import Cert.
From Proofs Require Import Nonvacuous Examples.

Definition ring : map_def := MapDef 27 0 0 4096 false None.
Definition tx_ring : target := Target xdp [ring] root.

(** ** Reserve, test, write, submit.  r6 keeps the record, and a spill of it works as well. *)
Definition reserve (n : Z) : list insn := [ LdMap R1 0; movi R2 n; movi R3 0; Call 131; mov R6 R0 ].
Definition record (test write last : insn) : prog := at_pcs (reserve 16 ++
  [ test; Stx S8 R10 (-8) R6; write; Ldx S8 false R1 R10 (-8); movi R2 0; last; movi R0 0; Exit ]).
Definition test_null : insn := Jmp A64 Jeq R0 (Imm 0) 5.
Definition record_cert : cert := tree (steps 5 (DBranch (steps 1 DExit) (steps 6 DExit))).
Definition straight_cert : cert := line 12.
Example record_accepted : validate tx_ring (record test_null (St S8 R6 8 7) (Call 132)) record_cert
  = true.
Proof. vm_compute. reflexivity. Qed.
Example record_discarded : validate tx_ring (record test_null (St S8 R6 8 7) (Call 133)) record_cert
  = true.
Proof. vm_compute. reflexivity. Qed.
(** no test *)
Example record_without_test : validate tx_ring (record (movi R7 0) (St S8 R6 8 7) (Call 132))
  straight_cert = false.
Proof. vm_compute. reflexivity. Qed.
(** a byte too far, before the start *)
Example record_past_end : validate tx_ring (record test_null (St S8 R6 9 7) (Call 132)) record_cert
  = false.
Proof. vm_compute. reflexivity. Qed.
Example record_before_start : validate tx_ring (record test_null (St S8 R6 (-1) 7) (Call 132))
  record_cert = false.
Proof. vm_compute. reflexivity. Qed.
(** never released; released as what it is not; from elsewhere than its start *)
Example record_leaked : validate tx_ring (record test_null (St S8 R6 8 7) (Call 5)) record_cert =
  false.
Proof. vm_compute. reflexivity. Qed.
Example record_is_no_socket : validate tx_ring (record test_null (St S8 R6 8 7) (Call 86))
  record_cert = false.
Proof. vm_compute. reflexivity. Qed.
Definition from_inside : prog :=
  at_pcs (reserve 16 ++ [ test_null; mov R1 R6; addi R1 8; movi R2 0; Call 132; movi R0 0;
  movi R0 0; Exit ]).
Example record_from_inside : validate tx_ring from_inside
  (tree (steps 5 (DBranch (steps 1 DExit) (steps 6 DExit)))) = false.
Proof. vm_compute. reflexivity. Qed.
(** the size is one constant *)
Definition sized (n : insn) : prog := at_pcs
  [ LdMap R1 0; n; movi R3 0; Call 131; Jmp A64 Jeq R0 (Imm 0) 4; St S1 R0 0 1; mov R1 R0;
    movi R2 0; Call 132; movi R0 0; Exit ].
Example size_must_be_known : validate tx_ring (sized (movi R2 8))
  (tree (steps 4 (DBranch (steps 1 DExit) (steps 5 DExit)))) = true.
Proof. vm_compute. reflexivity. Qed.
Definition size_of_packet : prog := at_pcs
  [ Ldx S4 false R2 R1 12; LdMap R1 0; movi R3 0; Call 131; Jmp A64 Jeq R0 (Imm 0) 3; mov R1 R0;
    movi R2 0; Call 132; movi R0 0; Exit ].
Example size_not_known : validate tx_ring size_of_packet
  (tree (steps 4 (DBranch (steps 1 DExit) (steps 4 DExit)))) = false.
Proof. vm_compute. reflexivity. Qed.

(** ** After it was released, no copy can be used: not the register, not the spill *)
Definition afterwards (use : insn) : prog := at_pcs (reserve 16 ++
  [ Jmp A64 Jeq R0 (Imm 0) 8; Stx S8 R10 (-8) R6; mov R1 R6; movi R2 0; Call 132;
    Ldx S8 false R7 R10 (-8);
    mov R1 R6; movi R2 0; use; movi R0 0; Exit ]).
Definition afterwards_cert : cert := tree (steps 5 (DBranch (steps 1 DExit) (steps 9 DExit))).
Example afterwards_accepted : validate tx_ring (afterwards (movi R8 0)) afterwards_cert = true.
Proof. vm_compute. reflexivity. Qed.
Example used_after_submit : validate tx_ring (afterwards (St S8 R6 0 7)) afterwards_cert = false.
Proof. vm_compute. reflexivity. Qed.
Example spill_used_after_submit : validate tx_ring (afterwards (Ldx S8 false R8 R7 0))
  afterwards_cert = false.
Proof. vm_compute. reflexivity. Qed.
Example submitted_twice : validate tx_ring (afterwards (Call 132)) afterwards_cert = false. Proof.
vm_compute. reflexivity. Qed.

(** ** A variable offset: from a number of the context, r7, which is masked.  r8 is the record of 16
    bytes + r7. *)
Definition inside (mask : Z) (use last : list insn) : prog :=
  at_pcs ([ Ldx S4 false R7 R1 12 ] ++ reserve 16 ++
  [ Alu A64 And R7 (Imm mask); Jmp A64 Jne R0 (Imm 0) 2; movi R0 0; Exit; mov R8 R6;
    Alu A64 Add R8 (Reg R7) ] ++ use ++
  [ mov R1 R6; movi R2 0; Call 132 ] ++ last ++ [ movi R0 0; Exit ]).
Definition inside_ok (mask : Z) (use last : list insn) : bool :=
  validate tx_ring (inside mask use last)
    (tree (steps 7 (DBranch (steps (6 + length use + length last) DExit) (steps 1 DExit)))).
Example inside_write : inside_ok 15 [ St S1 R8 0 7 ] [] = true. Proof. vm_compute. reflexivity. Qed.
Example inside_read : inside_ok 8 [ Ldx S8 false R9 R8 0 ] [] = true. Proof. vm_compute.
reflexivity. Qed.
Example inside_atomic : inside_ok 8 [ Atomic S8 AtAdd true R8 0 R7 ] [] = true. Proof. vm_compute.
reflexivity. Qed.
Example inside_one_past : inside_ok 15 [ St S1 R8 1 7 ] [] = false. Proof. vm_compute. reflexivity.
Qed.
Example inside_wider : inside_ok 9 [ Ldx S8 false R9 R8 0 ] [] = false. Proof. vm_compute.
reflexivity. Qed.
Example inside_before_start : inside_ok 15 [ St S1 R8 (-1) 7 ] [] = false. Proof. vm_compute.
reflexivity. Qed.
Example inside_far : inside_ok 31 [ St S1 R8 0 7 ] [] = false. Proof. vm_compute. reflexivity. Qed.
Example inside_twice : inside_ok 7 [ Alu A64 Add R8 (Reg R7); St S2 R8 0 7 ] [] = true. Proof.
vm_compute. reflexivity. Qed.
Example inside_twice_past : inside_ok 7 [ Alu A64 Add R8 (Reg R7); St S4 R8 0 7 ] [] = false. Proof.
vm_compute. reflexivity. Qed.
(** it is not the record's start, so it does not release the record; and it ends with the record *)
Example inside_is_not_the_start : inside_ok 15 [ mov R6 R8 ] [] = false. Proof. vm_compute.
reflexivity. Qed.
Example inside_after_submit : inside_ok 15 [] [ St S1 R8 0 7 ] = false. Proof. vm_compute.
reflexivity. Qed.
Example inside_spilled_after_submit : inside_ok 15 [ Stx S8 R10 (-8) R8 ]
  [ Ldx S8 false R8 R10 (-8); Ldx S1 false R9 R8 0 ] = false.
Proof. vm_compute. reflexivity. Qed.
(** no test of the record *)
Definition inside_untested : prog := at_pcs ([ Ldx S4 false R7 R1 12 ] ++ reserve 16 ++
  [ Alu A64 And R7 (Imm 7); mov R8 R6; Alu A64 Add R8 (Reg R7); Jmp A64 Jeq R6 (Imm 0) 4;
    St S1 R8 0 7;
    mov R1 R6; movi R2 0; Call 132; movi R0 0; Exit ]).
Example inside_without_test : validate tx_ring inside_untested
  (tree (steps 9 (DBranch (steps 1 DExit) (steps 5 DExit)))) = false.
Proof. vm_compute. reflexivity. Qed.
(** another record of another size, released: of the same size, it might be this one *)
Definition beside (n : Z) : prog := at_pcs ([ Ldx S4 false R7 R1 12 ] ++ reserve 16 ++
  [ Alu A64 And R7 (Imm 15); Jmp A64 Jne R0 (Imm 0) 2; movi R0 0; Exit; mov R8 R6;
    Alu A64 Add R8 (Reg R7);
    LdMap R1 0; movi R2 n; movi R3 0; Call 131; Jmp A64 Jeq R0 (Imm 0) 3; mov R1 R0; movi R2 0;
      Call 132;
    St S1 R8 0 7; mov R1 R6; movi R2 0; Call 132; movi R0 0; Exit ]).
Definition beside_cert : cert :=
  tree (steps 7 (DBranch (steps 6 (DBranch (steps 5 DExit) (steps 8 DExit))) (steps 1 DExit))).
Example beside_accepted : validate tx_ring (beside 24) beside_cert = true. Proof. vm_compute.
reflexivity. Qed.
Example beside_of_the_same_size : validate tx_ring (beside 16) beside_cert = false. Proof.
vm_compute. reflexivity. Qed.
(** two paths meet: the fact holds for both *)
Definition inside_meeting : prog := at_pcs ([ Ldx S4 false R7 R1 12 ] ++ reserve 16 ++
  [ Alu A64 And R7 (Imm 7); Jmp A64 Jne R0 (Imm 0) 2; movi R0 0; Exit; Alu A64 Add R0 (Reg R7);
    Jmp A64 Jeq R7 (Imm 0) 1; addi R0 4;
    St S4 R0 0 7; mov R1 R6; movi R2 0; Call 132; movi R0 0; Exit ]).
Definition inside_state (n mx : Z) : astate :=
  let N := @None aval in
  AState 14 (RF (Some (2, 0)) N N N N N (Some (1, 0)) N N N N) zempty nothing_written []
         (zset 0 (FScalar false (sc_const 0))
           (zset 1 (FRef RecordRef 16 false) (zset 2 (FRecordAt n mx 1) zempty))) 3 None.
Definition inside_meeting_cert (n mx : Z) : cert :=
  let sub c := DSub 0 (zset 0 (0, 0) (zset 1 (5, 0) (zset 2 (7, c) zempty))) in
  Cert 30 (steps 7 (DBranch (steps 1 (DBranch (sub 0) (steps 1 (sub 4)))) (steps 1 DExit)))
       (zset 0 (Node (inside_state n mx) (Pot 6 []) (steps 5 DExit)) zempty).
Example inside_meeting_accepted : validate tx_ring inside_meeting (inside_meeting_cert 16 11) =
  true. Proof. vm_compute. reflexivity. Qed.
Example inside_meeting_wider : validate tx_ring inside_meeting (inside_meeting_cert 16 12) = true.
Proof. vm_compute. reflexivity. Qed.
Example inside_meeting_too_wide : validate tx_ring inside_meeting (inside_meeting_cert 16 13) =
  false. Proof. vm_compute. reflexivity. Qed.
Example inside_meeting_claims_less : validate tx_ring inside_meeting (inside_meeting_cert 16 10) =
  false. Proof. vm_compute. reflexivity. Qed.
Example inside_meeting_another_size : validate tx_ring inside_meeting (inside_meeting_cert 17 11) =
  false. Proof. vm_compute. reflexivity. Qed.

(** ** Two records: each has to be released *)
Definition two (first second : reg) : prog := at_pcs
  [ LdMap R1 0; movi R2 8; movi R3 0; Call 131; mov R6 R0; LdMap R1 0; movi R2 8; movi R3 0;
    Call 131; mov R7 R0;
    Jmp A64 Jeq R6 (Imm 0) 3; mov R1 (first); movi R2 0; Call 132;
    Jmp A64 Jeq R7 (Imm 0) 3; mov R1 (second); movi R2 0; Call 132; movi R0 0; Exit ].
Definition two_cert : cert :=
  let last := DBranch (steps 1 DExit) (steps 4 DExit)
    in tree (steps 10 (DBranch last (steps 3 last))).
Example two_accepted : validate tx_ring (two R6 R7) two_cert = true. Proof. vm_compute. reflexivity.
Qed.
Example first_twice : validate tx_ring (two R6 R6) two_cert = false. Proof. vm_compute. reflexivity.
Qed.
Example second_untested : validate tx_ring (two R7 R7) two_cert = false. Proof. vm_compute.
reflexivity. Qed.

(** ** A loop that hands a record from round to round: what the node says is acquired is acquired *)
Definition rounds (again : Z) : prog := at_pcs (reserve 8 ++
  [ Jmp A64 Jne R6 (Imm 0) 2; movi R0 0; Exit; movi R7 0; addi R7 1; Jmp A64 Jlt R7 (Imm 10) again;
    mov R1 R6; movi R2 0; Call 132; movi R0 0; Exit ]).
Definition round_state (f : fact) : astate :=
  let N := @None aval in
  AState 10 (RF N N N N N N (Some (1, 0)) (Some (2, 0)) N N N) zempty nothing_written []
         (zset 0 (FScalar false (sc_const 0))
           (zset 1 f (zset 2 (FScalar false (sc_range 0 9)) zempty))) 3 None.
Definition rounds_cert (f : fact) : cert :=
  let sub := zset 0 (0, 0) (zset 1 (4, 0) (zset 2 (0, 0) zempty)) in
  let again := zset 0 (0, 0) (zset 1 (1, 0) (zset 2 (2, 1) zempty)) in
  Cert 100 (steps 5 (DBranch (steps 1 (DSub 0 sub)) (steps 1 DExit)))
       (zset 0 (Node (round_state f) (Pot 7 [Term 2 2 9])
         (steps 1 (DBranch (DSub 0 again) (steps 4 DExit)))) zempty).
Example rounds_accepted : validate tx_ring (rounds (-2)) (rounds_cert (FRef RecordRef 8 false)) =
  true.
Proof. vm_compute. reflexivity. Qed.
(** a node that forgets a reference is refused, and so is one that claims more *)
Example rounds_forgotten : validate tx_ring (rounds (-2)) (rounds_cert (FScalar true sc_top)) =
  false.
Proof. vm_compute. reflexivity. Qed.
Example rounds_longer : validate tx_ring (rounds (-2)) (rounds_cert (FRef RecordRef 9 false)) =
  false.
Proof. vm_compute. reflexivity. Qed.

(** ** What ends the program early ends it with what it holds *)
Definition tx_both : target := Target sched_cls [ring; MapDef 3 4 4 8 false None] root.
Definition ends_early (test : insn) (what : list insn) : prog := at_pcs ([ mov R9 R1 ] ++ reserve 8
  ++ [ test ] ++ what ++
  [ mov R1 R6; movi R2 0; Call 132; movi R0 0; Exit ]).
Definition tail_insns : list insn := [ mov R1 R9; LdMap R2 1; movi R3 0; Call 12 ].
Definition early_cert (n : nat) : cert :=
  tree (steps 6 (DBranch (steps 1 DExit) (steps (n + 4) DExit))).
Example no_tail_call_while_held : validate tx_both (ends_early (Jmp A64 Jeq R0 (Imm 0) 8)
  tail_insns) (early_cert 4) = false.
Proof. vm_compute. reflexivity. Qed.
Example other_call_while_held :
  validate tx_both (ends_early (Jmp A64 Jeq R0 (Imm 0) 8) [ mov R1 R9; LdMap R2 1; movi R3 0;
    Call 5 ]) (early_cert 4) = true.
Proof. vm_compute. reflexivity. Qed.
Example no_legacy_load_while_held :
  validate tx_both (ends_early (Jmp A64 Jeq R0 (Imm 0) 5) [ mov R6 R9;
    LdPkt S1 None 0 ]) (early_cert 2) = false.
Proof. vm_compute. reflexivity. Qed.

(** ** Sockets: looked up by an address on the stack, and released.  They may be compared with
    null. *)
Definition look_up (h : Z) : list insn :=
  [ St S8 R10 (-16) 1; St S4 R10 (-8) 2; mov R1 R9; mov R2 R10; addi R2 (-16); movi R3 12;
    movi R4 (-1); movi R5 0; Call h; mov R6 R0 ].
Definition nothing : insn := movi R2 0.
Definition socket (look : Z) (use : insn) (release : Z) (after : insn) : prog :=
  at_pcs ([ mov R9 R1 ] ++ look_up look ++
  [ Jmp A64 Jeq R0 (Imm 0) 4; use; mov R1 R6; Call release; after; movi R0 0; Exit ]).
Definition socket_cert : cert := tree (steps 11 (DBranch (steps 1 DExit) (steps 5 DExit))).
Example socket_accepted : validate tx_ring (socket 85 nothing 86 nothing) socket_cert = true. Proof.
vm_compute. reflexivity. Qed.
Example socket_leaked : validate tx_ring (socket 85 nothing 5 nothing) socket_cert = false. Proof.
vm_compute. reflexivity. Qed.
Example socket_is_no_record : validate tx_ring (socket 85 nothing 132 nothing) socket_cert = false.
Proof. vm_compute. reflexivity. Qed.
(** Their fields are read, some of them in part; until they are released. *)
Definition reads_field (look : Z) (z : size) (off : Z) : bool :=
  validate tx_ring (socket look (Ldx z false R2 R6 off) 86 nothing) socket_cert.
Example field_read : reads_field 84 S4 4 = true. Proof. vm_compute. reflexivity. Qed.
Example field_part_read : reads_field 85 S2 48 = true. Proof. vm_compute. reflexivity. Qed.
Example last_field_read : reads_field 85 S1 76 = true. Proof. vm_compute. reflexivity. Qed.
Example no_such_part : reads_field 85 S2 50 = false. Proof. vm_compute. reflexivity. Qed.
Example two_fields_at_once : reads_field 85 S8 24 = false. Proof. vm_compute. reflexivity. Qed.
Example past_the_socket : reads_field 85 S4 80 = false. Proof. vm_compute. reflexivity. Qed.
Example before_the_socket : reads_field 85 S4 (-4) = false. Proof. vm_compute. reflexivity. Qed.
Example field_written : validate tx_ring (socket 85 (St S4 R6 16 7) 86 nothing) socket_cert = false.
Proof. vm_compute. reflexivity. Qed.
Example field_added_to : validate tx_ring (socket 85 (Atomic S4 AtAdd false R6 16 R6) 86 nothing)
  socket_cert = false.
Proof. vm_compute. reflexivity. Qed.
Example field_after_release : validate tx_ring (socket 85 nothing 86 (Ldx S4 false R2 R6 4))
  socket_cert = false.
Proof. vm_compute. reflexivity. Qed.
Example field_untested : validate tx_ring
  (at_pcs ([ mov R9 R1 ] ++ look_up 85 ++ [ Ldx S4 false R2 R6 4; mov R1 R6; Call 86; movi R0 0;
    Exit ])) (line 15) = false.
Proof. vm_compute. reflexivity. Qed.
(** What skc_lookup_tcp finds need not be a full socket, and has fewer fields. *)
Example common_field : reads_field 99 S4 4 = true. Proof. vm_compute. reflexivity. Qed.
Example full_field : reads_field 84 S4 16 = true. Proof. vm_compute. reflexivity. Qed.
Example no_common_field : reads_field 99 S4 16 = false. Proof. vm_compute. reflexivity. Qed.
(** Helpers take sockets, and do not read their memory. *)
Example socket_as_memory : validate tx_ring (at_pcs ([ mov R9 R1 ] ++ look_up 85 ++
  [ Jmp A64 Jeq R0 (Imm 0) 9; LdMap R1 0; mov R2 R6; movi R3 4; movi R4 0; Call 130; mov R1 R6;
    Call 86; movi R0 0; Exit ]))
  (tree (steps 11 (DBranch (steps 1 DExit) (steps 9 DExit)))) = false.
Proof. vm_compute. reflexivity. Qed.

(** Two that may be one and the same: the second is there after the first was released. *)
Definition pair (first second off : Z) : prog := at_pcs ([ mov R9 R1 ] ++ look_up first
  ++ [ mov R7 R6 ] ++ look_up second ++
  [ Jmp A64 Jeq R7 (Imm 0) 2; mov R1 R7; Call 86;
    Jmp A64 Jeq R6 (Imm 0) 5; Ldx S4 false R8 R6 off; mov R1 R6; Call 86; mov R0 R8; Exit;
      movi R0 0; Exit ]).
Definition pair_cert : cert :=
  let last := DBranch (steps 1 DExit) (steps 4 DExit)
    in tree (steps 22 (DBranch last (steps 2 last))).
Example pair_accepted : validate tx_ring (pair 99 84 16) pair_cert = true. Proof. vm_compute.
reflexivity. Qed.
Example other_pair_accepted : validate tx_ring (pair 84 99 4) pair_cert = true. Proof. vm_compute.
reflexivity. Qed.
Example other_pair_refused : validate tx_ring (pair 84 99 16) pair_cert = false. Proof. vm_compute.
reflexivity. Qed.

(** ** The faults are real *)
(** A socket at [x], which is a full one; -[x] is skc_lookup_tcp's way to say so. *)
Definition sock_env (x y : Z) : env :=
  Env (Layout some_frames 65536 131072 64 0 [Object ring 1048576 []] (fun _ => 7) [])
  (fun a => a - 2097152) (fun i => match i with 9%nat => quiet x | 20%nat => quiet y | _ =>
    quiet 0 end).
Example sock_env_well_formed x y : well_formed tx_ring (sock_env x y).
Proof. apply well_formedb_sound. vm_compute. reflexivity. Qed.
Definition mark_read : Z := 16 + 256 * (17 + 256 * (18 + 256 * 19)).
Example same_socket_twice : run tx_ring (pair 99 84 16) (sock_env (-2097152) 2097152) 40 = Ended
  mark_read.
Proof. vm_compute. reflexivity. Qed.
Example two_sockets : run tx_ring (pair 99 84 16) (sock_env 2097152 2097232) 40 = Ended
  (mark_read + 80 * 16843009).
Proof. vm_compute. reflexivity. Qed.
(** at the place of one that is not full there is no full one, and none within another *)
Example not_both : run tx_ring (pair 99 84 16) (sock_env 2097152 2097152) 40 = Ended 0. Proof.
vm_compute. reflexivity. Qed.
Example not_within : run tx_ring (pair 84 84 16) (sock_env 2097152 2097156) 40 = Ended 0. Proof.
vm_compute. reflexivity. Qed.
Example common_socket_faults : run tx_ring (pair 84 99 16) (sock_env 0 2097152) 40 = Faulted
  BadContext 26.
Proof. vm_compute. reflexivity. Qed.
Example full_socket_does_not : run tx_ring (pair 84 99 16) (sock_env 0 (-2097152)) 40 = Ended
  mark_read.
Proof. vm_compute. reflexivity. Qed.
Example released_socket_faults : run tx_ring (socket 85 nothing 86 (Ldx S4 false R2 R6 4))
  (sock_env 2097152 0) 40 = Faulted OutOfBounds 15.
Proof. vm_compute. reflexivity. Qed.
Example written_socket_faults : run tx_ring (socket 85 (St S4 R6 16 7) 86 nothing)
  (sock_env 2097152 0) 40 = Faulted ReadOnly 12.
Proof. vm_compute. reflexivity. Qed.

Definition ring_env (base : Z) : env :=
  Env (Layout some_frames 65536 131072 64 0 [Object ring 1048576 []] (fun _ => 7) []) (fun a =>
  a) (fun _ => quiet base).
Example ring_env_well_formed base : well_formed tx_ring (ring_env base).
Proof. apply well_formedb_sound. vm_compute. reflexivity. Qed.
Example record_ends : run tx_ring (record test_null (St S8 R6 8 7) (Call 132)) (ring_env 2097152) 20
  = Ended 0.
Proof. vm_compute. reflexivity. Qed.
(** the place proposed is the context: then nothing is acquired *)
Example record_refused_ends : run tx_ring (record test_null (St S8 R6 8 7) (Call 132))
  (ring_env 65536) 8 = Ended 0.
Proof. vm_compute. reflexivity. Qed.
Example record_leak_faults : run tx_ring (record test_null (St S8 R6 8 7) (Call 5))
  (ring_env 2097152) 20 = Faulted Leak 13.
Proof. vm_compute. reflexivity. Qed.
Example record_null_faults : run tx_ring (record (movi R7 0) (St S8 R6 8 7) (Call 132)) (ring_env 0)
  20 = Faulted OutOfBounds 8.
Proof. vm_compute. reflexivity. Qed.
Example use_after_submit_faults : run tx_ring (afterwards (St S8 R6 0 7)) (ring_env 2097152) 20 =
  Faulted OutOfBounds 14.
Proof. vm_compute. reflexivity. Qed.
Example double_submit_faults : run tx_ring (afterwards (Call 132)) (ring_env 2097152) 20 = Faulted
  BadHelperArgument 14.
Proof. vm_compute. reflexivity. Qed.
