(** What Linux makes of returned values, and tables of effects that are evaluated here: values of
    one effect, close ones of another, and stacks. *)
From Checker Require Import AuditEffect.
From Proofs Require Import AuditExamples.

(** * Values *)
Definition ret (action data : Z) : Z := action + data.
Definition trap := 196608.
Definition errno := 327680.
Definition notif := 2143289344.
Definition trace := 2146435072.
Definition log := 2147221504.
(** An error number above 4095 is 4095; the one below is another. *)
Example errno_5000 : effect (ret errno 5000) = ret errno 4095 /\
  effect (ret errno 4095) = ret errno 4095 /\ effect (ret errno 4094) = ret errno 4094.
Proof. vm_compute. split; [|split]; reflexivity. Qed.
(** Of these the data mean nothing, *)
Example no_data : map effect [ret ret_allow 7; ret log 1; ret notif 65535; 9;
    ret ret_kill_process 3] = [ret_allow; log; notif; 0; ret_kill_process].
Proof. vm_compute. reflexivity. Qed.
(** and of these all 16 bits. *)
Example all_data : map effect [ret trap 65535; ret trace 4096] = [ret trap 65535; ret trace 4096].
Proof. vm_compute. reflexivity. Qed.
(** What is no action kills the process, whatever its data. *)
Example no_action : map effect [305397760; 65535 + 65536; 4294967295; 2147352576] =
  [ret_kill_process; ret_kill_process; ret_kill_process; ret_kill_process].
Proof. vm_compute. reflexivity. Qed.

(** * Stacks *)
(** Of equal actions the newest one's data count: the errors 5000 and 4, the last one newest. *)
Example newest_data : stack_value [ret errno 5000; ret errno 4] = ret errno 4 /\
  stack_value [ret errno 4; ret errno 5000] = ret errno 5000.
Proof. vm_compute. split; reflexivity. Qed.
(** The strictest action counts wherever it is. What is no action counts by its number, and
    kills. *)
Example strictest : stack_value [ret trap 1; ret errno 2; ret_allow] = ret trap 1 /\
  stack_value [0; ret_kill_process; log] = ret_kill_process /\
  effect (stack_value [305397760; 0]) = 0 /\
  effect (stack_value [305397760; ret ret_allow 1]) = ret_kill_process.
Proof. vm_compute. repeat split; reflexivity. Qed.

(** * Tables *)
Definition outcomes (limit : Z) (ps : list cprog) : option (list Z * bool) :=
  option_map (fun t => (map row_outcome (t_rows t), is_false (t_undecided t)))
    (audit_effects limit ps).
(** [a] for call 39, [b] for call 40, and [c] for the rest *)
Definition three (a b c : Z) : cprog := classic_decode
  [(32, 0, 0, 0); (21, 2, 0, 39); (21, 2, 0, 40); (6, 0, 0, c); (6, 0, 0, a); (6, 0, 0, b)].
(** Two values of one effect are one row, which holds for both calls; *)
Example one_row : match audit_effects 10000 [three (ret errno 5000) (ret errno 4095) ret_allow] with
  | Some t => map row_outcome (t_rows t) = [ret errno 4095; ret_allow] /\
      t_undecided t = bfalse /\
      map (fun w => map (fun nr => holds_for (t_order t) (row_cond w) (nr_env nr)) [39; 40; 41])
        (t_rows t) = [[true; true; false]; [false; false; true]]
  | None => False
  end.
Proof. vm_compute. split; [|split]; reflexivity. Qed.
(** in a twin that differs by 1 they are two. *)
Example two_rows : outcomes 10000 [three (ret errno 5000) (ret errno 4094) ret_allow] =
  Some ([ret errno 4094; ret errno 4095; ret_allow], true).
Proof. vm_compute. reflexivity. Qed.
(** The audit of returned values tells all three apart. *)
Example three_values :
  match audit 10000 (three (ret errno 5000) (ret errno 4095) ret_allow) with
  | Some t => map row_outcome (t_rows t) = [ret errno 4095; ret errno 5000; ret_allow]
  | None => False
  end.
Proof. vm_compute. reflexivity. Qed.
(** ALLOW with data is ALLOW, and what is no action is KILL_PROCESS. *)
Example allow_data : outcomes 10000 [three (ret ret_allow 7) 305397760 ret_allow] =
  Some ([ret_allow; ret_kill_process], true).
Proof. vm_compute. reflexivity. Qed.

(** A stack: the older filter refuses 39 with error 5000, the newer one with error 4, and 40. *)
Example a_stack : outcomes 10000 [three (ret errno 5000) ret_allow ret_allow;
    three (ret errno 4) (ret trap 1) (ret ret_allow 2)] =
  Some ([ret trap 1; ret errno 4; ret_allow], true).
Proof. vm_compute. reflexivity. Qed.
(** The other way round the error is the other one's. *)
Example the_other_way : outcomes 10000 [three (ret errno 4) (ret trap 1) (ret ret_allow 2);
    three (ret errno 5000) ret_allow ret_allow] =
  Some ([ret trap 1; ret errno 4095; ret_allow], true).
Proof. vm_compute. reflexivity. Qed.
(** What one filter leaves undecided stays so in the stack. *)
Example undecided_stack : match audit_effects 500 [product_filter; three ret_allow 0 ret_allow] with
  | Some t => holds_for (t_order t) (t_undecided t) (nr_env 39) = true
  | None => False
  end.
Proof. vm_compute. reflexivity. Qed.
(** No filters have no table, nor has one that Linux does not accept. *)
Example no_table : outcomes 10000 [] = None /\
  outcomes 10000 [three 0 0 0; classic_decode [(32, 0, 0, 0)]] = None.
Proof. vm_compute. split; reflexivity. Qed.
