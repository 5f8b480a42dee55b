(** Functions of the kernel: accepted programs and refused twins, evaluated; and runs. *)
From Coq Require Import String.
From Checker Require Import Cert.
From Proofs Require Import Nonvacuous Examples ContractExamples.

(** ** What is written: a packet's timestamp, if the function answers 0 *)
Definition timestamp : Z := 1048577.
Definition reads_timestamp (call test : insn) : prog := at_pcs
  [ mov R2 R10; addi R2 (-8); call; test; Ldx S8 false R0 R10 (-8); movi R0 0; Exit ].
Definition timestamp_cert : cert := tree (steps 3 (DBranch (steps 1 DExit) (steps 2 DExit))).
Example timestamp_tested :
  validate xdp_strict (reads_timestamp (CallKernel timestamp) not_zero) timestamp_cert = true.
Proof. vm_compute. reflexivity. Qed.
Example timestamp_untested :
  validate xdp_strict (reads_timestamp (CallKernel timestamp) untested) (line 6) = false.
Proof. vm_compute. reflexivity. Qed.
(** A run in which it succeeds, and one in which it fails. *)
Example timestamp_ends :
  run xdp_strict (reads_timestamp (CallKernel timestamp) not_zero) (load_env 0 []) 20 = Ended 0.
Proof. vm_compute. reflexivity. Qed.
Example timestamp_faults :
  run xdp_strict (reads_timestamp (CallKernel timestamp) untested) (load_env (-95) []) 20
    = Faulted UndefinedStack 4.
Proof. vm_compute. reflexivity. Qed.
(** No helper has this number, called by number or by register; and other programs may not call the
    function. *)
Example function_is_no_helper :
  validate xdp_strict (reads_timestamp (Call timestamp) not_zero) timestamp_cert = false.
Proof. vm_compute. reflexivity. Qed.
Example function_by_register :
  validate xdp_strict (at_pcs [ mov R2 R10; addi R2 (-8); movi R3 timestamp; CallX R3; Exit ])
    (line 4) = false.
Proof. vm_compute. reflexivity. Qed.
Example helper_is_no_function :
  validate xdp_strict (at_pcs [ CallKernel 7; Exit ]) (line 1) = false.
Proof. vm_compute. reflexivity. Qed.
Example timestamp_elsewhere :
  validate (Target sched_cls [] root) (reads_timestamp (CallKernel timestamp) not_zero)
    timestamp_cert = false.
Proof. vm_compute. reflexivity. Qed.
(** Memory that is too short, and a context that is none. *)
Example timestamp_too_short :
  validate xdp_strict (at_pcs [ mov R2 R10; addi R2 (-4); CallKernel timestamp; movi R0 0; Exit ])
    (line 4) = false.
Proof. vm_compute. reflexivity. Qed.
Example timestamp_of_nothing :
  validate xdp_strict (at_pcs [ mov R2 R10; addi R2 (-8); movi R1 0; CallKernel timestamp;
    movi R0 0; Exit ]) (line 5) = false.
Proof. vm_compute. reflexivity. Qed.

(** ** What moves: the packet is elsewhere after its data were pulled *)
Definition pulled (after : insn) : prog := at_pcs
  [ mov R6 R1; Ldx S4 false R7 R1 0; movi R2 14; CallKernel 1048579; after;
    Ldx S4 false R3 R6 4; mov R4 R7; addi R4 14; Jmp A64 Jgt R4 (Reg R3) 2; Ldx S2 false R0 R7 12;
    Exit; movi R0 0; Exit ].
Example pull_accepted : validate tx (pulled (Ldx S4 false R7 R6 0)) adjusted_cert = true.
Proof. vm_compute. reflexivity. Qed.
Example pull_refused_old_pointer : validate tx (pulled (movi R0 0)) adjusted_cert = false.
Proof. vm_compute. reflexivity. Qed.

(** ** What is answered: a kernel object *)
Definition cache_type : type_def := TypeDef "kmem_cache"%string 64 [].
Definition cache_target : target := TargetOf xdp [] [cache_type] root.
Definition cache_field (off : Z) : prog := at_pcs
  [ movi R1 0; CallKernel 1048584; Ldx S4 false R0 R0 off; Exit ].
Example cache_inside : validate cache_target (cache_field 60) (line 3) = true.
Proof. vm_compute. reflexivity. Qed.
Example cache_past : validate cache_target (cache_field 61) (line 3) = false.
Proof. vm_compute. reflexivity. Qed.

(** ** What is acquired: a task, which is released on every path where it is not null *)
Definition from_pid : Z := 1048598.
Definition task_release : Z := 1048600.
Definition group_release : Z := 1048603.
Definition finds_task (use : list insn) : prog := at_pcs
  ([ movi R1 1; CallKernel from_pid; mov R6 R0; Jmp A64 Jeq R6 (Imm 0) (Z.of_nat (length use)) ]
    ++ use ++ [ movi R0 0; Exit ]).
Definition task_cert (n : nat) : cert := tree (steps 3 (DBranch (steps 1 DExit) (steps n DExit))).
Definition give_back (release : Z) : list insn := [ mov R1 R6; CallKernel release ].
Example task_accepted : validate tx (finds_task (give_back task_release)) (task_cert 3) = true.
Proof. vm_compute. reflexivity. Qed.
Example task_leaked : validate tx (finds_task [ movi R1 0 ]) (task_cert 2) = false.
Proof. vm_compute. reflexivity. Qed.
Example task_released_twice :
  validate tx (finds_task (give_back task_release ++ give_back task_release)) (task_cert 5) = false.
Proof. vm_compute. reflexivity. Qed.
Example task_is_no_group : validate tx (finds_task (give_back group_release)) (task_cert 3) = false.
Proof. vm_compute. reflexivity. Qed.
Example task_untested :
  validate tx (at_pcs [ movi R1 1; CallKernel from_pid; mov R1 R0; CallKernel task_release;
    movi R0 0; Exit ]) (line 5) = false.
Proof. vm_compute. reflexivity. Qed.
(** Runs: a task is found, and is released, or is not; none is found. *)
Definition task_env (task : Z) : env := load_env task [].
Example task_ends :
  run tx (finds_task (give_back task_release)) (task_env 2097152) 20 = Ended 0.
Proof. vm_compute. reflexivity. Qed.
Example task_leak_faults :
  run tx (finds_task [ movi R1 0 ]) (task_env 2097152) 20 = Faulted Leak 6.
Proof. vm_compute. reflexivity. Qed.
Example task_second_release_faults :
  run tx (finds_task (give_back task_release ++ give_back task_release)) (task_env 2097152) 20
    = Faulted BadHelperArgument 7.
Proof. vm_compute. reflexivity. Qed.
Example no_task_ends : run tx (finds_task [ movi R1 0 ]) (task_env 0) 20 = Ended 0.
Proof. vm_compute. reflexivity. Qed.

(** No two functions have one number, and none has a helper's. *)
Example functions_apart :
  nodupb (List.map (fun k => h_id (kf_call k)) kernel_functions)
  && forallb (fun k => first_function <? h_id (kf_call k)) kernel_functions
  && forallb (fun d => h_id d <? first_function) helpers = true.
Proof. vm_compute. reflexivity. Qed.
