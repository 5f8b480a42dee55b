(** Kernel objects: accepted programs and refused twins, evaluated, and what runs come to. *)
From Coq Require Import String.
From Checker Require Import Cert.
From Proofs Require Import Nonvacuous Examples.

(** Two types as a kernel's BTF might have them: a task with its leader at 16 and its memory's
    description at 24. *)
Definition task : type_def := TypeDef "task_struct"%string 64 [(16, 0); (24, 1)].
Definition memory_of_task : type_def := TypeDef "mm_struct"%string 32 [].
(** A function of a number and a task that gives something back, once it has returned. *)
Definition at_exit : prog_type :=
  with_arguments fexit [Number; Pointer 0; Hidden; Number] UsualResult.
Definition typed : target := TargetOf at_exit [flow_map] [task; memory_of_task] root.

(** ** A walk: argument -> leader -> mm, and a number in that *)
Definition walk (offset : Z) : prog := at_pcs
  [ Ldx S8 false R1 R1 8; Ldx S8 false R1 R1 16; Ldx S8 false R1 R1 24; Ldx S4 false R1 R1 offset;
    movi R0 0; Exit ].
Example walk_accepted : validate typed (walk 28) (line 5) = true. Proof. vm_compute. reflexivity.
Qed.
(** a byte past the object, before it *)
Example walk_past_end : validate typed (walk 29) (line 5) = false. Proof. vm_compute. reflexivity.
Qed.
Example walk_before : validate typed (walk (-4)) (line 5) = false. Proof. vm_compute. reflexivity.
Qed.
(** A pointer with a constant is one into the object: what [&task->member] is. *)
Definition member (k : Z) : prog := at_pcs
  [ Ldx S8 false R1 R1 8; addi R1 k; Ldx S8 false R1 R1 0; Ldx S4 false R1 R1 0; movi R0 0; Exit ].
Example member_accepted : validate typed (member 16) (line 5) = true. Proof. vm_compute.
reflexivity. Qed.
(** What is no pointer leads nowhere: another member, half a pointer, a pointer that is not loaded
    as a whole. *)
Example no_pointer : validate typed (member 32) (line 5) = false. Proof. vm_compute. reflexivity.
Qed.
Example between_pointers : validate typed (member 20) (line 5) = false. Proof. vm_compute.
reflexivity. Qed.
Definition half_of (z : size) : prog := at_pcs
  [ Ldx S8 false R1 R1 8; Ldx z false R1 R1 16; Ldx S4 false R1 R1 0; movi R0 0; Exit ].
Example whole_pointer : validate typed (half_of S8) (line 4) = true. Proof. vm_compute. reflexivity.
Qed.
Example half_a_pointer : validate typed (half_of S4) (line 4) = false. Proof. vm_compute.
reflexivity. Qed.
(** An offset that is not known, even a small one *)
Definition any_member : prog := at_pcs
  [ Ldx S8 false R2 R1 8; Ldx S8 false R3 R1 0; Alu A64 And R3 (Imm 8); Alu A64 Add R2 (Reg R3);
    Ldx S8 false R2 R2 0; movi R0 0; Exit ].
Example unknown_member : validate typed any_member (line 6) = false. Proof. vm_compute. reflexivity.
Qed.

(** ** Objects are read, and not written; helpers do not get them as memory *)
Definition use (i : insn) : prog := at_pcs [ Ldx S8 false R1 R1 8; i; movi R0 0; Exit ].
Example read_object : validate typed (use (Ldx S1 false R2 R1 63)) (line 3) = true. Proof.
vm_compute. reflexivity. Qed.
Example write_object : validate typed (use (St S1 R1 63 0)) (line 3) = false. Proof. vm_compute.
reflexivity. Qed.
Example count_in_object : validate typed (use (Atomic S8 AtAdd false R1 32 R1)) (line 3) = false.
Proof. vm_compute. reflexivity. Qed.
Definition pass (f : reg) : prog := at_pcs
  [ Ldx S8 false R3 R1 8; St S8 R10 (-8) 0; LdMap R1 0; mov R2 f;
    Alu A64 Add R2 (Imm (if is_r10 f then -8 else 0)); Call 3; movi R0 0; Exit ].
Example key_on_stack : validate typed (pass R10) (line 7) = true. Proof. vm_compute. reflexivity.
Qed.
Example key_in_object : validate typed (pass R3) (line 7) = false. Proof. vm_compute. reflexivity.
Qed.

(** ** The context: a number as a whole or its first bytes, a pointer as a whole; not what has no
    type here, nor past the last *)
Definition load_ctx (z : size) (off : Z) : prog :=
  at_pcs [ Ldx z false R1 R1 off; movi R0 0; Exit ].
Example number : map (fun z => validate typed (load_ctx z 0) (line 2)) [S1; S2; S4; S8] = [true;
  true; true; true].
Proof. vm_compute. reflexivity. Qed.
Example inside_number : validate typed (load_ctx S4 4) (line 2) = false. Proof. vm_compute.
reflexivity. Qed.
Example pointer : map (fun z => validate typed (load_ctx z 8) (line 2)) [S1; S2; S4; S8] = [false;
  false; false; true].
Proof. vm_compute. reflexivity. Qed.
Example hidden : validate typed (load_ctx S8 16) (line 2) = false. Proof. vm_compute. reflexivity.
Qed.
Example result : validate typed (load_ctx S8 24) (line 2) = true. Proof. vm_compute. reflexivity.
Qed.
Example past_arguments : validate typed (load_ctx S8 32) (line 2) = false. Proof. vm_compute.
reflexivity. Qed.
Example write_argument : validate typed (at_pcs [ St S8 R1 0 0; movi R0 0; Exit ]) (line 2) = false.
Proof. vm_compute. reflexivity. Qed.

(** ** Null: nothing needs a test, since there may be an object at 0; and a test tells nothing.  But
    a null pointer that a map lookup gives leads nowhere, though an object of every type may be
    there: other layouts have them elsewhere. *)
Definition tested : prog := at_pcs
  [ Ldx S8 false R1 R1 8; Jmp A64 Jeq R1 (Imm 0) 1; Ldx S8 false R1 R1 16; Ldx S8 false R1 R1 0;
    movi R0 0; Exit ].
Definition tested_cert : cert := tree (steps 1 (DBranch (steps 2 DExit) (steps 3 DExit))).
Example null_is_an_object : validate typed tested tested_cert = true. Proof. vm_compute.
reflexivity. Qed.
Definition lookup (test : insn) : prog := at_pcs
  [ St S8 R10 (-8) 0; LdMap R1 0; mov R2 R10; addi R2 (-8); Call 1; test; Ldx S8 false R1 R0 0;
    movi R0 0; Exit ].
Example value_tested : validate typed (lookup (Jmp A64 Jeq R0 (Imm 0) 1))
  (tree (steps 5 (DBranch (steps 1 DExit) (steps 2 DExit)))) = true.
Proof. vm_compute. reflexivity. Qed.
Example value_untested : validate typed (lookup (movi R3 0)) (line 8) = false. Proof. vm_compute.
reflexivity. Qed.

(** ** A helper that gives one, where the target has its type *)
Definition current : prog := at_pcs [ Call 158; Ldx S8 false R1 R0 16; Ldx S4 false R1 R1 60;
  movi R0 0; Exit ].
Example current_task : validate typed current (line 4) = true. Proof. vm_compute. reflexivity. Qed.
Example no_task_type : validate (TargetOf at_exit [] [memory_of_task] root) current (line 4) =
  false.
Proof. vm_compute. reflexivity. Qed.
(** ... and with numbers that lead to no type, hostile as they may be *)
Example type_that_is_not : validate (TargetOf (with_arguments fexit [Pointer 0] UsualResult) []
  [TypeDef "task_struct"%string 64 [(16, 7)]] root)
  (half_of S8) (line 4) = false.
Proof. vm_compute. reflexivity. Qed.

(** ** Helpers that take one: of its type, or one that begins with such, or has such a part; and its
    start, no other byte *)
Definition wrapped : type_def := TypeOf "wrapped"%string 96 [] [(0, 0); (32, 0)].
Definition storage : map_def := MapDef 29 4 8 0 false None.
Definition keeping : target :=
  TargetOf (with_arguments fentry [Pointer 0; Pointer 1; Pointer 2; Number] UsualResult)
    [storage] [task; memory_of_task; wrapped] root.
(** A value for argument number [n] and [k] bytes past its start *)
Definition kept (n k : Z) (use : list insn) : prog := at_pcs
  ([ Ldx S8 false R2 R1 (8 * n); addi R2 k; LdMap R1 0; movi R3 0; movi R4 1; Call 156 ]
   ++ use ++ [ movi R0 0; Exit ]).
Definition takes (n k : Z) : bool := validate keeping (kept n k []) (line 7).
Example of_the_type : takes 0 0 = true. Proof. vm_compute. reflexivity. Qed.
Example past_its_start : takes 0 8 = false. Proof. vm_compute. reflexivity. Qed.
Example of_another_type : takes 1 0 = false. Proof. vm_compute. reflexivity. Qed.
Example parts_of_one : map (takes 2) [0; 8; 32; 40; 96] = [true; false; true; false; false].
Proof. vm_compute. reflexivity. Qed.
Example no_object : takes 3 0 = false. Proof. vm_compute. reflexivity. Qed.
(** The value that is kept may be null. *)
Example kept_untested :
  validate keeping (kept 0 0 [ Ldx S8 false R1 R0 0 ]) (line 8) = false.
Proof. vm_compute. reflexivity. Qed.
Example kept_tested :
  validate keeping (kept 0 0 [ Jmp A64 Jeq R0 (Imm 0) 1; Ldx S8 false R1 R0 0 ])
    (tree (steps 6 (DBranch (steps 1 DExit) (steps 2 DExit)))) = true.
Proof. vm_compute. reflexivity. Qed.
(** A first value is a whole one, or null. *)
Definition first_value (k : Z) : prog := at_pcs
  [ Ldx S8 false R2 R1 0; St S8 R10 (-8) 7; LdMap R1 0; mov R3 R10; addi R3 k; movi R4 1; Call 156;
    movi R0 0; Exit ].
Example whole_value : validate keeping (first_value (-8)) (line 8) = true. Proof. vm_compute.
reflexivity. Qed.
Example part_of_value : validate keeping (first_value (-7)) (line 8) = false. Proof. vm_compute.
reflexivity. Qed.
(** Where a target has no type of that name no object is of it. *)
Example no_such_type :
  validate (TargetOf (t_type keeping) [storage] [memory_of_task; memory_of_task; wrapped] root)
    (kept 0 0 []) (line 7) = false.
Proof. vm_compute. reflexivity. Qed.

(** ** An object or null: it needs a test *)
Definition perhaps : target :=
  TargetOf (with_arguments Target.iter [Pointer 0; PointerOrNull 1] UsualResult) []
    [task; memory_of_task]
    root.
Definition reads_perhaps (test : list insn) : prog := at_pcs
  ([ Ldx S8 false R1 R1 8 ] ++ test ++ [ Ldx S4 false R1 R1 28; movi R0 0; Exit ]).
Example untested_object : validate perhaps (reads_perhaps []) (line 3) = false. Proof. vm_compute.
reflexivity. Qed.
Definition skips (c : cmp) (off : Z) : prog := at_pcs
  [ Ldx S8 false R1 R1 8; Jmp A64 c R1 (Imm 0) off; Ldx S4 false R1 R1 28; movi R0 0; Exit ].
Example tested_object : validate perhaps (skips Jeq 1)
  (tree (steps 1 (DBranch (steps 1 DExit) (steps 2 DExit)))) = true.
Proof. vm_compute. reflexivity. Qed.
Example tested_the_other_way : validate perhaps (skips Jne 1)
  (tree (steps 1 (DBranch (steps 1 DExit) (steps 2 DExit)))) = false.
Proof. vm_compute. reflexivity. Qed.
(** a result of a helper: a socket that is perhaps none of TCP *)
Definition socket_of_any : type_def := TypeDef "sock_common"%string 16 [].
Definition socket_of_tcp : type_def := TypeDef "tcp_sock"%string 64 [].
Definition sockets : target :=
  TargetOf (with_arguments fentry [Pointer 0] UsualResult) [] [socket_of_any; socket_of_tcp] root.
Definition cast (test : insn) : prog := at_pcs
  [ Ldx S8 false R1 R1 0; Call 137; test; Ldx S4 false R1 R0 60; movi R0 0; Exit ].
Example cast_tested : validate sockets (cast (Jmp A64 Jeq R0 (Imm 0) 1))
  (tree (steps 2 (DBranch (steps 1 DExit) (steps 2 DExit)))) = true.
Proof. vm_compute. reflexivity. Qed.
Example cast_untested : validate sockets (cast (movi R1 0)) (line 5) = false. Proof. vm_compute.
reflexivity. Qed.
(** The arguments are others there: a socket's cookie is asked for by the socket. *)
Definition cookie (k : Z) : prog := at_pcs
  [ Ldx S8 false R1 R1 0; addi R1 k; Call 46; movi R0 0; Exit ].
Example cookie_of_a_socket : validate sockets (cookie 0) (line 4) = true. Proof. vm_compute.
reflexivity. Qed.
Example cookie_of_no_socket : validate sockets (cookie 4) (line 4) = false. Proof. vm_compute.
reflexivity. Qed.
Example cookie_of_the_context : validate sockets (at_pcs [ Call 46; movi R0 0; Exit ]) (line 2)
  = false.
Proof. vm_compute. reflexivity. Qed.

(** ** Text that is known: "ab" with its end in four bytes, "abcd" without one *)
Definition text (bytes : Z) : target :=
  Target xdp [MapDef 2 4 4 1 true (Some bytes); MapDef 2 4 4 1 false (Some bytes)] root.
Definition compares (m k : Z) : prog := at_pcs
  [ St S8 R10 (-8) 0; mov R1 R10; addi R1 (-8); movi R2 8; LdMapValue R3 m k; Call 182; movi R0 2;
    Exit ].
Definition compared (bytes m k : Z) : bool := validate (text bytes) (compares m k) (line 7).
Example texts : map (compared 25185 0) [0; 1; 2; 3; 4] = [true; true; true; true; false].
Proof. vm_compute. reflexivity. Qed.
Example text_without_an_end : map (compared 1684234849 0) [0; 3] = [false; false].
Proof. vm_compute. reflexivity. Qed.
Example text_that_changes : compared 25185 1 0 = false. Proof. vm_compute. reflexivity. Qed.
Example text_on_the_stack : validate (text 25185) (at_pcs
  [ St S8 R10 (-8) 0; mov R1 R10; addi R1 (-8); movi R2 8; mov R3 R1; Call 182; movi R0 2; Exit ])
  (line 7) = false.
Proof. vm_compute. reflexivity. Qed.

(** ** Results: those of a hook that returns an error are signed *)
Definition hook (r : hook_result) : target := Target (with_arguments lsm [] r) [] root.
Definition returns (i : insn) : prog := at_pcs [ i; Exit ].
Definition results_taken (t : target) : list bool :=
  map (fun k => validate t (returns (movi R0 k)) (line 1)) [0; 1; 2; -1; -4095; -4096].
Example error : results_taken (hook UsualResult) = [true; false; false; true; true; false].
Proof. vm_compute. reflexivity. Qed.
Example error_of_32_bits :
  validate (hook UsualResult) (returns (Alu A32 Mov R0 (Imm (-1)))) (line 1) = true.
Proof. vm_compute. reflexivity. Qed.
Example void_hook : results_taken (hook NoResult) = [true; true; true; true; true; true].
Proof. vm_compute. reflexivity. Qed.
(** Some answer yes or no, and so do programs at a function's entry and return. *)
Example boolean_hook : results_taken (hook BooleanResult)
  = [true; true; false; false; false; false].
Proof. vm_compute. reflexivity. Qed.
Example session : results_taken (Target kprobe_session [] root)
  = [true; true; false; false; false; false].
Proof. vm_compute. reflexivity. Qed.
Example no_session : results_taken (Target kprobe [] root) = [true; true; true; true; true; true].
Proof. vm_compute. reflexivity. Qed.

(** what another program of the hook returned before, of which the low half alone is known *)
Definition errors_before : target :=
  Target (with_arguments lsm [Number; Result] UsualResult) [] root.
Definition returns_before (z : size) (off : Z) : prog := returns (Ldx z false R0 R1 off).
Example before : map (fun z => validate errors_before (returns_before z 8) (line 1)) [S8; S4;
  S2] = [true; true; false].
Proof. vm_compute. reflexivity. Qed.
Example not_before : validate errors_before (returns_before S8 0) (line 1) = false. Proof.
vm_compute. reflexivity. Qed.
Definition not_zero : prog := at_pcs [ Ldx S8 false R0 R1 8; Jmp A64 Jeq R0 (Imm 0) 0;
  Alu A64 Rsh R0 (Imm 32); Exit ].
Example upper_half : validate errors_before not_zero
  (tree (steps 1 (DBranch (steps 1 DExit) (steps 1 DExit)))) = false.
Proof. vm_compute. reflexivity. Qed.

(** ** Environments: an object at 0, and none there; objects in objects *)
Definition typed_layout (dead : Z) (others : list (Z * Z)) : layout :=
  LayoutOf some_frames 65536 131072 64 0
  [Object flow_map 1048576 [2097152; 2097184]] (fun _ => 7) usual_code [] dead others.
Definition typed_env (dead choice : Z) : env :=
  Env (typed_layout dead [(0, 8388608); (1, 8388616); (1, 131080)]) (fun a => a) (fun _ =>
    quiet choice).
Example null_inhabited : well_formed typed (typed_env 0 0). Proof. apply well_formedb_sound.
vm_compute. reflexivity. Qed.
Example dead_inhabited : well_formed typed (typed_env 4194304 0). Proof. apply well_formedb_sound.
vm_compute. reflexivity. Qed.
(** no objects on the stack, in the context or where a constant is *)
Example on_stack : wf_layoutb typed (typed_layout 4090 []) = false. Proof. vm_compute. reflexivity.
Qed.
Example in_context : wf_layoutb typed (typed_layout 65530 []) = false. Proof. vm_compute.
reflexivity. Qed.

(** The environment's choice, where it is of the type that is asked for, and the dead object
    otherwise *)
Definition second : prog := at_pcs [ Ldx S8 false R0 R1 8; Ldx S8 false R0 R0 24; Exit ].
Example chosen : run typed second (typed_env 0 8388616) 5 = Ended 8388616. Proof. vm_compute.
reflexivity. Qed.
Example not_of_the_type : run typed second (typed_env 4194304 8388608) 5 = Ended 4194304. Proof.
vm_compute. reflexivity. Qed.
(** The program that does not test the value it looked up faults, or reads an object where that is
    at 0. *)
Example untested_faults : run typed (lookup (movi R3 0)) (typed_env 4194304 9) 20 = Faulted
  OutOfBounds 7.
Proof. vm_compute. reflexivity. Qed.
Example untested_may_end : run typed (lookup (movi R3 0)) (typed_env 0 9) 20 = Ended 0. Proof.
vm_compute. reflexivity. Qed.
(** What is not refused here faults: another object, a byte further on. *)
Definition keeping_env : env :=
  Env (LayoutOf some_frames 65536 131072 64 0 [Object storage 1048576 [2097152]] (fun _ => 7)
    usual_code [] 4194304 [(0, 8388608); (1, 8388736); (2, 8388864)])
    (fun a => a) (fun _ => quiet 0).
Example keeping_inhabited : well_formed keeping keeping_env. Proof. apply well_formedb_sound.
vm_compute. reflexivity. Qed.
Definition at_argument (x : Z) : env :=
  Env (e_layout keeping_env) (e_mem keeping_env) (fun n => quiet (if Nat.eqb n 0 then x else 0)).
Example keeps : run keeping (kept 0 0 []) (at_argument 8388608) 20 = Ended 0. Proof. vm_compute.
reflexivity. Qed.
Example keeps_a_part : run keeping (kept 2 32 []) (at_argument 8388864) 20 = Ended 0. Proof.
vm_compute. reflexivity. Qed.
Example keeps_no_other : run keeping (kept 1 0 []) (at_argument 8388736) 20 = Faulted
  BadHelperArgument 6.
Proof. vm_compute. reflexivity. Qed.
(** An object that is null is read nowhere, though one of every type may be at 0. *)
Example null_object_faults : run perhaps (reads_perhaps [])
  (Env (typed_layout 4194304 [(1, 8388608)]) (fun a => a) (fun _ => quiet 0)) 20
  = Faulted OutOfBounds 1.
Proof. vm_compute. reflexivity. Qed.
Example object_that_is_there : run perhaps (reads_perhaps [])
  (Env (typed_layout 4194304 [(1, 8388608)]) (fun a => a) (fun _ => quiet 8388608)) 20 = Ended 0.
Proof. vm_compute. reflexivity. Qed.
Example text_without_an_end_faults :
  let L data := LayoutOf some_frames 65536 131072 64 0
    [Object (MapDef 2 4 4 1 true (Some data)) 1048576 [2097152];
     Object (MapDef 2 4 4 1 false (Some data)) 1048832 [2097216]] (fun _ => 7) usual_code [] 0 [] in
  (fun data => run (text data) (compares 0 0) (Env (L data) (fun _ => 0) (fun _ => quiet 0)) 20)
    25185 = Ended 2
  /\ (fun data => run (text data) (compares 0 0) (Env (L data) (fun _ => 0) (fun _ => quiet 0)) 20)
    1684234849 = Faulted BadHelperArgument 6.
Proof. split; vm_compute; reflexivity. Qed.
Example stores_fault : run typed (use (St S1 R1 63 0)) (typed_env 4194304 0) 20 = Faulted ReadOnly
  1.
Proof. vm_compute. reflexivity. Qed.
