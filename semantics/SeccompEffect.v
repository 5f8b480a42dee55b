(** What Linux makes of what seccomp filters return (kernel/seccomp.c: [seccomp_run_filters] and
    [__seccomp_filter]).  A value is an action, its upper 16 bits, and data, the lower ones. *)
From Coq Require Import String.
From Semantics Require Export Classic.

(** * Actions *)
Record seccomp_action := SeccompAction {
  sa_name : string;
  sa_value : Z;           (**r SECCOMP_RET_*, without data *)
  sa_data : Z;            (**r the largest data that mean something, for which greater ones stand *)
  sa_runs : bool;         (**r the call is executed; *)
  sa_refuses : bool }.    (**r it is not.  Neither: others decide *)
Definition ret_kill_process : Z := 2147483648.                                  (* 0x80000000 *)
Definition ret_allow : Z := 2147418112.                                         (* 0x7fff0000 *)
Definition data_mask : Z := 65535.
Definition max_errno : Z := 4095.
(** The strictest one first. *)
Definition seccomp_actions : list seccomp_action :=
  [SeccompAction "KILL_PROCESS" ret_kill_process 0 false true;
   SeccompAction "KILL_THREAD" 0 0 false true;
   SeccompAction "TRAP" 196608 data_mask false true;                            (* 0x00030000 *)
   SeccompAction "ERRNO" 327680 max_errno false true;                           (* 0x00050000 *)
   SeccompAction "USER_NOTIF" 2143289344 0 false false;                         (* 0x7fc00000 *)
   SeccompAction "TRACE" 2146435072 data_mask false false;                      (* 0x7ff00000 *)
   SeccompAction "LOG" 2147221504 0 true false;                                 (* 0x7ffc0000 *)
   SeccompAction "ALLOW" ret_allow 0 true false].

Definition ret_action (v : Z) : Z := Z.ldiff (wrap32 v) data_mask.
Definition ret_data (v : Z) : Z := Z.land v data_mask.
Definition action_of (v : Z) : option seccomp_action :=
  find (fun a => sa_value a =? ret_action v) seccomp_actions.

(** * Effects *)
(** The value that stands for all those that Linux treats alike.  What is no action kills the
    process, in Linux 5.11 and later (the thread, before). *)
Definition effect (v : Z) : Z :=
  match action_of v with
  | Some a => sa_value a + Z.min (ret_data v) (sa_data a)
  | None => ret_kill_process
  end.

(** * Stacks *)
(** All filters of a process run, the newest one first.  The lowest action as a signed number
    counts, and of equal ones the first, with its data; it all begins with ALLOW. *)
Definition strictness (v : Z) : Z := sgn32 (ret_action v).
Definition stricter (newer older : Z) : Z :=
  if strictness older <? strictness newer then older else newer.
(** what filters returned, in the order of their installation *)
Definition stack_value (rs : list Z) : Z :=
  fold_right (fun older newer => stricter newer older) ret_allow rs.

(** What a system call meets, under filters in the order of their installation. *)
Definition returned (p : cprog) (e : cenv) : option Z :=
  match classic_run LinuxSeccomp p e (length p) with CDone r => Some r | _ => None end.
Fixpoint all_returned (ps : list cprog) (e : cenv) : option (list Z) :=
  match ps with
  | [] => Some []
  | p :: ps' =>
      obind (returned p e) (fun r => option_map (cons r) (all_returned ps' e))
  end.
Definition linux_effect (ps : list cprog) (e : cenv) : option Z :=
  option_map (fun rs => effect (stack_value rs)) (all_returned ps e).
