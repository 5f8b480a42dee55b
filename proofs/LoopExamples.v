(** Loops: accepted programs and refused twins, evaluated.  A loop is one node, whatever the number
    of its rounds, and its potential is exact. *)
From Checker Require Import Cert.
From Proofs Require Import Nonvacuous Examples.

(** ** Certificates *)
Fixpoint numbered {A} (n : Z) (l : list A) : zmap A :=
  match l with [] => zempty | x :: l' => zset n x (numbered (n + 1) l') end.
Fixpoint known (l : list (reg * aval)) : rf (option aval) :=
  match l with
  | [] => let N := @None aval in RF N N N N N N N N N N N
  | (r, v) :: l' => set r (Some v) (known l')
  end.
(** The state at the head of a loop: symbol 0 is zero, the facts are of the symbols from 1 on. *)
Definition head (pc : Z) (regs : list (reg * aval)) (l : list fact) : astate :=
  let fs := FScalar false (sc_const 0) :: l in
  AState pc (known regs) zempty nothing_written [] (numbered 0 fs) (Z.of_nat (length fs))
    None.
(** Into node [n], where its symbols from 1 on stand for [vs]. *)
Definition into (n : Z) (vs : list aval) : deriv := DSub n (numbered 0 ((0, 0) :: vs)).
Definition between (lo hi : Z) : fact := FScalar false (sc_range lo hi).

(** ** One counter: [r1 = from; do r1 += by while (r1 c to)], 2 steps a round *)
Definition counter (w : width) (from by_ : Z) (c : cmp) (to : Z) : prog := at_pcs
  [ Alu w Mov R1 (Imm from); Alu w Add R1 (Imm by_); Jmp w c R1 (Imm to) (-2); movi R0 0; Exit ].
Definition counter_cert (from by_ : Z) (inv : fact) (k N bound : Z) : cert :=
  Cert bound (steps 1 (into 0 [(0, from)])) (numbered 0
    [ Node (head 1 [(R1, (1, 0))] [inv]) (Pot 4 [Term k 1 N])
        (steps 1 (DBranch (into 0 [(1, by_)]) (steps 1 DExit))) ]).
Definition counts (w : width) (from by_ : Z) (c : cmp) (to : Z)
    (inv : fact) (k N bound : Z) : bool :=
  validate tx (counter w from by_ c to) (counter_cert from by_ inv k N bound).

Definition million_rounds (inv : fact) (k N bound : Z) : bool :=
  counts A64 0 1 Jlt 10000000 inv k N bound.
Example ten_million_rounds : million_rounds (between 0 9999999) 2 9999999 20000003 = true.
Proof. vm_compute. reflexivity. Qed.
Example one_step_less : million_rounds (between 0 9999999) 2 9999999 20000002 = false.
Proof. vm_compute. reflexivity. Qed.
(** An invariant that is wider than need be costs steps, and nothing else. *)
Example wider_invariant : million_rounds (between 0 10000000) 2 10000000 20000005 = true.
Proof. vm_compute. reflexivity. Qed.
Example wider_invariant_same_bound :
  million_rounds (between 0 10000000) 2 10000000 20000003 = false.
Proof. vm_compute. reflexivity. Qed.
(** Not true in the last round; not true in the first. *)
Example invariant_too_low : million_rounds (between 0 9999998) 2 9999998 20000003 = false.
Proof. vm_compute. reflexivity. Qed.
Example invariant_too_high : million_rounds (between 1 9999999) 2 9999999 20000003 = false.
Proof. vm_compute. reflexivity. Qed.
(** The potential has to fall by the steps of a round, and not below what the exit takes. *)
Example falls_too_slowly : million_rounds (between 0 9999999) 1 9999999 20000003 = false.
Proof. vm_compute. reflexivity. Qed.
Example falls_below_zero : million_rounds (between 0 9999999) 2 9999998 20000003 = false.
Proof. vm_compute. reflexivity. Qed.

Definition thousand : fact := between 0 999.
Example until_equal : counts A64 0 1 Jne 1000 thousand 2 999 2003 = true.
Proof. vm_compute. reflexivity. Qed.
Example with_sign : counts A64 0 1 Jslt 1000 thousand 2 999 2003 = true.
Proof. vm_compute. reflexivity. Qed.
Example in_32_bits : counts A32 0 1 Jlt 1000 thousand 2 999 2003 = true.
Proof. vm_compute. reflexivity. Qed.
Example in_32_bits_one_less : counts A32 0 1 Jlt 1000 thousand 2 999 2002 = false.
Proof. vm_compute. reflexivity. Qed.
(** A number of 32 bits that may wrap is another number, not one more. *)
Example in_32_bits_wraps :
  counts A32 0 1 Jne 0 (between 0 mask32) 2 mask32 (2 * mask32 + 5) = false.
Proof. vm_compute. reflexivity. Qed.
(** It stands still: the twin of [until_equal] that never ends. *)
Example stands_still : counts A64 0 0 Jne 1000 thousand 2 999 2003 = false.
Proof. vm_compute. reflexivity. Qed.

Definition falling : fact := between 1 1000.
Example down_to_zero : counts A64 1000 (-1) Jne 0 falling (-2) 1 2003 = true.
Proof. vm_compute. reflexivity. Qed.
Example down_while_above : counts A64 1000 (-1) Jgt 0 falling (-2) 1 2003 = true.
Proof. vm_compute. reflexivity. Qed.
Example down_one_less : counts A64 1000 (-1) Jne 0 falling (-2) 1 2002 = false.
Proof. vm_compute. reflexivity. Qed.
(** Past zero: a number that is not below zero is never below it. *)
Example down_below_zero : counts A64 1000 (-1) Jge 0 falling (-2) 1 2003 = false.
Proof. vm_compute. reflexivity. Qed.

(** By 4: a multiple of 4 that is not 1000 and not above is 996 at most.  k is whole, so a round
    of 2 steps is counted as 4. *)
Definition multiple (mask last : Z) : fact :=
  FScalar false (Scalar (Bounds (Tnum 0 mask) 0 last 0 last) None).
Example by_four : counts A64 0 4 Jne 1000 (multiple 1020 996) 1 996 1001 = true.
Proof. vm_compute. reflexivity. Qed.
Example by_four_one_less : counts A64 0 4 Jne 1000 (multiple 1020 996) 1 996 1000 = false.
Proof. vm_compute. reflexivity. Qed.
Example by_four_of_any_number : counts A64 0 4 Jne 1000 (multiple 1023 996) 1 996 1001 = false.
Proof. vm_compute. reflexivity. Qed.
(** By 8, the multiples of 8 include 1000 as well; by 3, none of the numbers is met. *)
Example by_eight : counts A64 0 8 Jne 1000 (multiple 1016 992) 1 992 997 = true.
Proof. vm_compute. reflexivity. Qed.
Example by_three : counts A64 0 3 Jne 1000 (multiple 1023 999) 1 999 1004 = false.
Proof. vm_compute. reflexivity. Qed.

(** ** A loop in a loop, 10 times 20: a round of the outer one takes 43 steps *)
Definition nested : prog := at_pcs
  [ movi R1 0; movi R2 0; addi R2 1; Jmp A64 Jlt R2 (Imm 20) (-2); addi R1 1;
    Jmp A64 Jlt R1 (Imm 10) (-5); movi R0 0; Exit ].
Definition nested_cert (outer bound : Z) : cert :=
  Cert bound (steps 1 (into 0 [(0, 0)])) (numbered 0
    [ Node (head 1 [(R1, (1, 0))] [between 0 9]) (Pot 45 [Term outer 1 9])
        (steps 1 (into 1 [(1, 0); (0, 0)]));
      Node (head 2 [(R1, (1, 0)); (R2, (2, 0))] [between 0 9; between 0 19])
        (Pot 6 [Term outer 1 9; Term 2 2 19])
        (steps 1 (DBranch (into 1 [(1, 0); (2, 1)])
           (steps 1 (DBranch (into 0 [(1, 1)]) (steps 1 DExit))))) ]).
Example nested_accepted : validate tx nested (nested_cert 43 433) = true.
Proof. vm_compute. reflexivity. Qed.
Example nested_one_less : validate tx nested (nested_cert 43 432) = false.
Proof. vm_compute. reflexivity. Qed.
Example nested_round_too_short : validate tx nested (nested_cert 42 433) = false.
Proof. vm_compute. reflexivity. Qed.

(** ** Two numbers, of which one rises or the other falls until they meet: 126 rounds at most *)
Definition meeting_counters (back : Z) : prog := at_pcs
  [ Ldx S4 false R2 R1 12; Alu A64 And R2 (Imm 63); movi R1 0; Ja 4;
    Jmp A64 Jset R2 (Imm 1) 2; addi R2 (-1); Ja 1; addi R1 back;
    Jmp A64 Jlt R1 (Reg R2) (-5); movi R0 0; Exit ].
Definition meeting_counters_cert (bound : Z) : cert :=
  Cert bound (steps 4 (into 0 [(0, 0); (4, 0)])) (numbered 0
    [ Node (head 8 [(R1, (1, 0)); (R2, (2, 0))] [between 0 63; between 0 63])
        (Pot 3 [Term 4 1 63; Term (-4) 2 0])
        (DBranch (DBranch (steps 1 (into 0 [(1, 1); (2, 0)])) (steps 2 (into 0 [(1, 0); (2, -1)])))
           (steps 1 DExit)) ]).
Example two_counters : validate tx (meeting_counters 1) (meeting_counters_cert 511) = true.
Proof. vm_compute. reflexivity. Qed.
Example two_counters_one_less :
  validate tx (meeting_counters 1) (meeting_counters_cert 510) = false.
Proof. vm_compute. reflexivity. Qed.
Example one_stands_still : validate tx (meeting_counters 0) (meeting_counters_cert 511) = false.
Proof. vm_compute. reflexivity. Qed.

(** ** A bound is met: ten rounds take 23 steps, no fewer *)
Example ten_rounds : counts A64 0 1 Jlt 10 (between 0 9) 2 9 23 = true.
Proof. vm_compute. reflexivity. Qed.
Definition run_of (p : prog) (n : nat) : option Z :=
  match run tx p some_env n with Ended r => Some r | _ => None end.
Example ten_rounds_end : run_of (counter A64 0 1 Jlt 10) 23 = Some 0.
Proof. vm_compute. reflexivity. Qed.
Example ten_rounds_take_so_many : run_of (counter A64 0 1 Jlt 10) 22 = None.
Proof. vm_compute. reflexivity. Qed.
Example nested_ends : run_of nested 433 = Some 0.
Proof. vm_compute. reflexivity. Qed.
Example nested_takes_so_many : run_of nested 432 = None.
Proof. vm_compute. reflexivity. Qed.

(** ** [may_goto]: the loop ends by the rounds that are left, and nothing else counts *)
Definition may_loop (out : insn) : prog := at_pcs [ MayGoto 1; Ja (-2); out; Exit ].
Definition may_head (inv : fact) : astate := a_with_rounds (head 0 [] [inv]) (Some (1, 0)).
Definition may_loop_cert (inv : fact) (k bound : Z) : cert :=
  Cert bound (DBranch (steps 1 DExit) (steps 1 (into 0 [(0, most_rounds - 1)]))) (numbered 0
    [ Node (may_head inv) (Pot 3 [Term (- k) 1 0])
        (DBranch (steps 1 DExit) (steps 1 (into 0 [(1, -1)]))) ]).
Definition may_loop_ends (inv : fact) (k bound : Z) : bool :=
  validate tx (may_loop (movi R0 0)) (may_loop_cert inv k bound).
Example may_loop_accepted : may_loop_ends (between 0 most_rounds) 2 8589934595 = true.
Proof. vm_compute. reflexivity. Qed.
Example may_loop_one_step_less : may_loop_ends (between 0 most_rounds) 2 8589934594 = false.
Proof. vm_compute. reflexivity. Qed.
(** A round takes two steps. *)
Example may_loop_falls_too_slowly : may_loop_ends (between 0 most_rounds) 1 8589934595 = false.
Proof. vm_compute. reflexivity. Qed.
(** Fewer rounds than there may be. *)
Example may_loop_fewer : may_loop_ends (between 0 8388608) 2 8589934595 = false.
Proof. vm_compute. reflexivity. Qed.
(** It leaves the loop with no result. *)
Example may_loop_no_result :
  validate tx (may_loop (movi R1 0)) (may_loop_cert (between 0 most_rounds) 2 8589934595) = false.
Proof. vm_compute. reflexivity. Qed.
