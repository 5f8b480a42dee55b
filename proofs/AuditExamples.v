(** Audits that are evaluated here: one that decides everything, and one whose arithmetic is beyond
    its limit. *)
From Checker Require Import Audit.
From Proofs Require Import AuditP.

(** x86-64 only; getpid is allowed, and personality when the low half of its argument is below 4;
    errno 1 for the rest. *)
Definition small_filter : cprog := classic_decode
  [(32, 0, 0, 4); (21, 1, 0, 3221225534); (6, 0, 0, 2147483648);
   (32, 0, 0, 0); (21, 3, 0, 39); (21, 0, 3, 135);
   (32, 0, 0, 16); (53, 1, 0, 4); (6, 0, 0, 2147418112); (6, 0, 0, 327681)].
Example small_audit :
  match audit 10000 small_filter with
  | Some t => map row_outcome (t_rows t) = [327681; 2147418112; 2147483648] /\
    t_undecided t = bfalse
  | None => False
  end.
Proof. vm_compute. split; reflexivity. Qed.

(** The product of two arguments decides getpid alone, and only getpid stays undecided. *)
Definition product_filter : cprog := classic_decode
  [(32, 0, 0, 0); (21, 0, 5, 39); (32, 0, 0, 16); (7, 0, 0, 0); (32, 0, 0, 24); (44, 0, 0, 0);
   (21, 1, 0, 12345); (6, 0, 0, 327681); (6, 0, 0, 2147418112)].
Definition nr_env (nr : Z) : cenv := bytes_env [nr].
Example product_audit :
  match audit 500 product_filter with
  | Some t => map row_outcome (t_rows t) = [327681] /\
      holds_for (t_order t) (t_undecided t) (nr_env 39) = true /\
      holds_for (t_order t) (t_undecided t) (nr_env 40) = false
  | None => False
  end.
Proof. vm_compute. split; [reflexivity|]. split; reflexivity. Qed.

(** The same decision written twice, and one that differs for a single value. *)
Definition at_most (op k jt jf : Z) : cprog := classic_decode
  [(32, 0, 0, 16); (op, jt, jf, k); (6, 0, 0, 2147418112); (6, 0, 0, 327681)].
(* >= 4, > 3 *)
Example same_twice : equivalent 10000 (at_most 53 4 1 0) (at_most 37 3 1 0) = true.
Proof. vm_compute. reflexivity. Qed.
Example not_the_same : equivalent 10000 (at_most 53 4 1 0) (at_most 37 4 1 0) = false.
Proof. vm_compute. reflexivity. Qed.

(** Arguments that are compared with each other are decided, since their bits take turns; not so in
    the order of the words. *)
Definition same_halves : cprog := classic_decode
  [(32, 0, 0, 16); (7, 0, 0, 0); (32, 0, 0, 24); (29, 0, 1, 0); (6, 0, 0, 2147418112);
   (6, 0, 0, 327681)].
Example same_halves_order : order_of [same_halves] =
  [[4]; [0]; [20]; [16; 24]; [28]; [36]; [32]; [44]; [40]; [52]; [48]; [60]; [56]; [12]; [8]].
Proof. vm_compute. reflexivity. Qed.
Example same_halves_audit :
  match audit 10000 same_halves with
  | Some t => map row_outcome (t_rows t) = [327681; 2147418112] /\ t_undecided t = bfalse
  | None => False
  end.
Proof. vm_compute. split; reflexivity. Qed.
Example same_halves_plain :
  match audit_in plain_order 10000 same_halves with
  | Some t => t_rows t = [] /\ t_undecided t = btrue
  | None => False
  end.
Proof. vm_compute. split; reflexivity. Qed.
Example same_halves_equivalent : equivalent 10000 same_halves same_halves = true.
Proof. vm_compute. reflexivity. Qed.
(** Filters without such comparisons keep the order of the words; one that leaves a word out is no
    order. *)
Example plain_filters : order_of [small_filter; at_most 53 4 1 0] = plain_order.
Proof. vm_compute. reflexivity. Qed.
Example no_order : audit_in [[4; 0]] 1000 small_filter = None.
Proof. vm_compute. reflexivity. Qed.
