(** What Linux refuses though nothing here is a fault: data for warnings alone.  No definition of
    the machine and no theorem depends on it. *)
From Coq Require Import ZArith List.
Import ListNotations.
Open Scope Z_scope.

(** Helpers for programs under a licence compatible with the GPL ([gpl_only] in the kernel's
    [bpf_func_proto]), alike in Linux 6.1 and 7.3. *)
Definition gpl_helpers : list Z :=
  [4; 6; 22; 25; 27; 35; 45; 55; 56; 67; 69; 77; 78; 92; 100; 110; 112; 113; 114; 115; 119; 158;
   163; 173; 176; 177; 204; 205; 206; 207].
(** (helper, program type, attach type) where any licence has one of these: [get_stackid] of
    perf_event; [get_func_ip] of kprobe.multi and uprobe.multi. *)
Definition not_gpl_in : list (Z * Z * Z) := [(27, 7, 0); (173, 2, 42); (173, 2, 48)].
(** Program types that as a whole want such a licence: LSM. *)
Definition gpl_types : list Z := [29].

(** Program types whose context is read as it lies in memory: a constant may be added to a pointer
    to it, in Linux 7.3 though not in 6.18.  Raw memory, 0, is of no kernel's. *)
Definition plain_contexts : list Z := [0; 2; 5; 15; 17; 24; 26; 29; 31; 32].
(** Program types whose frames of at least 64 bytes are apart from the kernel's stack, each with 512
    bytes of its own: in Linux 6.13 (on x86-64), not in 6.12.  Iterators are not among them. *)
Definition own_stacks : list Z := [2; 5; 7; 17; 26].

(** Helpers whose first argument is an error, from -4095 to 0, in Linux 7.3, not in 6.18; and
    (program type, attach type) where it is any number. *)
Definition errno_helpers : list Z := [187].    (* set_retval *)
Definition any_errno_in : list (Z * Z) := [(25, 21)].                     (* cgroup_getsockopt *)
(** Program types of Linux 6.12 that 6.1 has not: netfilter. *)
Definition new_types : list Z := [32].
