(** Callbacks: accepted programs and refused twins, evaluated; and what the machine makes of them.
    One node at the callback's first instruction is the invariant of all rounds. *)
From Checker Require Import Cert.
From Proofs Require Import Nonvacuous Examples LoopExamples.

(** [bpf_loop(rounds, callback, r10 - 8, 0)], behind one instruction that fills these 8 bytes; then
    they are the result.  The callback is at 11. *)
Definition calling (first : insn) (rounds : Z) (callback : list insn) : prog := at_pcs
  ([ first; movi R1 rounds; LdCode R2 8; Alu A64 Mov R3 (Reg R10); addi R3 (-8); movi R4 0;
     Call 181; Ldx S8 false R0 R10 (-8); Alu A64 And R0 (Imm 1); Exit ] ++ callback).
Definition clear : insn := St S8 R10 (-8) 0.
(** Symbol 1 is the caller's frame, 2 the own one, 3 the rounds that are left, 4 what is in the 8
    bytes, and 5 the index. *)
Definition round_state (rounds : Z) (content index : fact) : astate :=
  AState 11 (known [(R1, (5, 0)); (R2, (1, -8)); (R10, (2, 0))])
    (zset (-8) (S8, (4, 0)) zempty) nothing_written
    [AFrame 8 (known [(R10, (1, 0))]) None (AAgain 11 (3, 0) (1, -8) rounds)]
    (numbered 0 [ FScalar false (sc_const 0); FStack 0 0 whole; FStack 1 0 whole;
                  between 0 (rounds - 1); content; index ]) 6 None.
(** A round takes [n] steps, and the rest of the program four more.  What the 8 bytes hold after a
    round is [next]; the new frame and the index are [top] and [index]. *)
Definition calling_cert (rounds n bound : Z) (content : fact) (first : aval) (next : aval)
    (index : Z) : cert :=
  Cert bound (steps 6 (DBranch (into 0 [(2, 0); (6, 0); (4, 0); first; (5, 0)]) DExit)) (numbered 0
    [ Node (round_state rounds content (between 0 (rounds - 1))) (Pot (n + 3) [Term (- n) 3 0])
        (steps (Z.to_nat (n - 1)) (DBranch
          (into 0 [(1, 0); (index + 1, 0); (3, -1); next; (index, 0)])
          (steps 2 DExit))) ]).
Definition accepted (first : insn) (callback : list insn) (rounds n bound : Z) (content : fact)
    (start next : aval) (index : Z) : bool :=
  validate tx (calling first rounds callback)
    (calling_cert rounds n bound content start next index).

(** ** It counts the rounds in its caller's frame, through the pointer that is passed on: 5 steps a
    round *)
Definition any_number : fact := FScalar false sc_top.
Definition count_up (result : Z) : list insn :=
  [ Ldx S8 false R3 R2 0; addi R3 1; Stx S8 R2 0 R3; movi R0 result; Exit ].
Definition counts_up (rounds bound result : Z) : bool :=
  accepted clear (count_up result) rounds 5 bound any_number (0, 0) (4, 1) 6.
Example a_thousand_rounds : counts_up 1000 5010 0 = true. Proof. vm_compute. reflexivity. Qed.
Example one_step_less : counts_up 1000 5009 0 = false. Proof. vm_compute. reflexivity. Qed.
Example all_rounds : counts_up max_calls 41943050 0 = true. Proof. vm_compute. reflexivity. Qed.
(** More are not run at all: the helper's error is a side of its own, of which the certificate says
    nothing. *)
Example too_many_rounds : counts_up (max_calls + 1) 41943055 0 = false.
Proof. vm_compute. reflexivity. Qed.
(** A result of 1 ends the rounds, and more of it is accepted than happens; 2 is none. *)
Example ends_at_once : counts_up 1000 5010 1 = true. Proof. vm_compute. reflexivity. Qed.
Example no_such_result : counts_up 1000 5010 2 = false. Proof. vm_compute. reflexivity. Qed.
(** What is said of the 8 bytes has to be true after each round. *)
Example counts_too_far :
  accepted clear (count_up 0) 1000 5 5010 (between 0 999) (0, 0) (4, 1) 6 = false.
Proof. vm_compute. reflexivity. Qed.

(** ** It reads the context through a pointer in its caller's frame; the twin destroys that *)
Definition reads_through (last : insn) : bool :=
  accepted (Stx S8 R10 (-8) R1)
    [ Ldx S8 false R3 R2 0; Ldx S4 false R4 R3 12; last; movi R0 0; Exit ]
    1000 5 5010 FCtx (1, 0) (4, 0) 7.
Example pointer_stays : reads_through (movi R4 0) = true. Proof. vm_compute. reflexivity. Qed.
Example pointer_destroyed : reads_through (St S8 R2 0 0) = false. Proof. vm_compute. reflexivity.
Qed.
Example written_in_part : reads_through (St S1 R2 3 0) = false. Proof. vm_compute. reflexivity. Qed.

(** ** It writes the byte at its index, of 8: as many rounds are enough, and one is too many *)
Definition fill_bytes : list insn := [ Alu A64 Add R2 (Reg R1); Stx S1 R2 0 R1; movi R0 0; Exit ].
Definition fills (rounds bound : Z) : bool :=
  validate tx (calling clear rounds fill_bytes)
    (Cert bound (steps 6 (DBranch (into 0 [(2, 0); (6, 0); (4, 0); (5, 0)]) DExit)) (numbered 0
      [ Node (AState 11 (known [(R1, (4, 0)); (R2, (1, -8)); (R10, (2, 0))]) zempty nothing_written
               [AFrame 8 (known [(R10, (1, 0))]) None (AAgain 11 (3, 0) (1, -8) rounds)]
               (numbered 0 [ FScalar false (sc_const 0); FStack 0 0 whole; FStack 1 0 whole;
                             between 0 (rounds - 1); between 0 (rounds - 1) ]) 5 None)
          (Pot 7 [Term (-4) 3 0])
          (steps 3 (DBranch (into 0 [(1, 0); (7, 0); (3, -1); (6, 0)]) (steps 2 DExit))) ])).
Example eight_bytes : fills 8 42 = true. Proof. vm_compute. reflexivity. Qed.
Example nine_bytes : fills 9 46 = false. Proof. vm_compute. reflexivity. Qed.

(** ** The machine does so: the rounds are run, and the faults are real *)
Definition runs (first : insn) (rounds : Z) (callback : list insn) (n : nat) : result :=
  run tx (calling first rounds callback) some_env n.
Example seven_rounds : runs clear 7 (count_up 0) 50 = Ended 1. Proof. vm_compute. reflexivity. Qed.
Example eight_rounds : runs clear 8 (count_up 0) 50 = Ended 0. Proof. vm_compute. reflexivity. Qed.
Example eight_take_so_many : match runs clear 8 (count_up 0) 49 with Running _ => True
  | _ => False end.
Proof. vm_compute. exact Logic.I. Qed.
Example one_round : runs clear 8 (count_up 1) 20 = Ended 1. Proof. vm_compute. reflexivity. Qed.
Example no_rounds : runs clear 0 (count_up 0) 10 = Ended 0. Proof. vm_compute. reflexivity. Qed.
Example bad_result_faults : runs clear 8 (count_up 2) 20 = Faulted BadCallback 15.
Proof. vm_compute. reflexivity. Qed.
Example ninth_byte_faults : runs clear 10 fill_bytes 99 = Faulted OutOfBounds 12.
Proof. vm_compute. reflexivity. Qed.
(** Something else than a function's address *)
Definition no_function : prog := at_pcs
  [ movi R1 1; LdImm R2 4096; movi R3 0; movi R4 0; Call 181; Exit ].
Example no_function_faults : run tx no_function some_env 9 = Faulted BadHelperArgument 5.
Proof. vm_compute. reflexivity. Qed.
