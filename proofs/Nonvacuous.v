(** The hypotheses can be met, and the faults are real: well-formed environments for each kind of program, and a program
    that faults for one placement of regions alone. *)
From Semantics Require Import Env.

(** A decision procedure for well-formedness, so that examples are evaluated. *)
Definition disjointb (r1 r2 : region) : bool := (r_base r1 + r_size r1 <=? r_base r2) || (r_base r2 + r_size r2 <=? r_base r1).
Fixpoint nodupb (l : list Z) : bool := match l with [] => true | x :: l' => negb (existsb (Z.eqb x) l') && nodupb l' end.
Fixpoint all2 {A B} (f : A -> B -> bool) (l : list A) (l' : list B) : bool :=
  match l, l' with [], [] => true | x :: k, y :: k' => f x y && all2 f k k' | _, _ => false end.
Definition wf_layoutb (t : target) (L : layout) : bool :=
  forallb (fun r => (0 <? r_base r) && (0 <=? r_size r) && (r_base r + r_size r <? W)) (regions t L)
  && forallb (disjointb (stack_region L)) (tl (regions t L))
  && forallb (disjointb (ctx_region t L)) (tl (tl (regions t L)))
  && (l_pkt L + guard <=? W)
  && (Nat.eqb (length (l_maps L)) (length (t_maps t)) && nodupb (l_maps L) && forallb (fun a => (0 <? a) && (a <? W)) (l_maps L))
  && all2 (fun m bs => negb (m_type m =? map_array) || Nat.eqb (length bs) (Z.to_nat (m_max m))) (t_maps t) (l_vals L).

Lemma disjointb_spec r1 r2 : disjointb r1 r2 = true -> disjoint r1 r2.
Proof. unfold disjointb, disjoint. rewrite orb_true_iff, !Z.leb_le. auto. Qed.
Lemma nodupb_spec l : nodupb l = true -> NoDup l.
Proof.
  induction l as [|x l IH]; cbn [nodupb]; intros E; constructor; apply andb_true_iff in E; destruct E as [E1 E2]; auto.
  intros I. apply negb_true_iff in E1. assert (K : existsb (Z.eqb x) l = true) by (apply existsb_exists; exists x; split; auto; apply Z.eqb_refl).
  congruence.
Qed.
Lemma all2_spec {A B} (f : A -> B -> bool) (P : A -> B -> Prop) l : (forall x y, f x y = true -> P x y) ->
  forall l', all2 f l l' = true -> Forall2 P l l'.
Proof.
  intros H. induction l as [|x l IH]; intros [|y l'] E; cbn [all2] in E; try discriminate; constructor; apply andb_true_iff in E;
    destruct E as [E1 E2]; auto.
Qed.
Lemma forallb_Forall {A} (f : A -> bool) (P : A -> Prop) l : (forall x, f x = true -> P x) -> forallb f l = true -> Forall P l.
Proof. intros H E. apply Forall_forall. intros x I. rewrite forallb_forall in E. auto. Qed.

Theorem wf_layoutb_sound t L : wf_layoutb t L = true -> wf_layout t L.
Proof.
  unfold wf_layoutb. rewrite !andb_true_iff. intros [[[[[E1 E2] E3] E4] [[E5 E6] E7]] E8]. constructor.
  - eapply forallb_Forall; [|exact E1]. intros r. rewrite !andb_true_iff, !Z.ltb_lt, Z.leb_le. tauto.
  - eapply forallb_Forall; [|exact E2]. apply disjointb_spec.
  - eapply forallb_Forall; [|exact E3]. apply disjointb_spec.
  - apply Z.leb_le. exact E4.
  - split; [apply Nat.eqb_eq; exact E5|]. split; [apply nodupb_spec; exact E6|].
    eapply forallb_Forall; [|exact E7]. intros a. rewrite andb_true_iff, !Z.ltb_lt. tauto.
  - eapply all2_spec; [|exact E8]. intros m bs K Em. cbv beta in K. rewrite Em, Z.eqb_refl in K. cbn [negb orb] in K.
    apply Nat.eqb_eq. exact K.
Qed.

(** ** An environment for each kind of program: a hash map with two live values and an array of four *)
Definition flow_map := MapDef map_hash 8 16 1024 false.
Definition count_map := MapDef map_array 4 8 4 false.
Definition two_maps := [flow_map; count_map].
Definition some_layout := Layout 4096 65536 131072 64 [1048576; 1048832] [[2097152; 2097184]; [3145728; 3145744; 3145760; 3145776]].
Definition some_env := Env some_layout (fun a => a) (fun _ => Answer 0 []).

Example xdp_inhabited : well_formed (Target xdp two_maps root) some_env.
Proof. apply wf_layoutb_sound. vm_compute. reflexivity. Qed.
Example socket_inhabited : well_formed (Target socket_filter two_maps root) some_env.
Proof. apply wf_layoutb_sound. vm_compute. reflexivity. Qed.
Example tc_inhabited : well_formed (Target sched_cls two_maps strict) some_env.
Proof. apply wf_layoutb_sound. vm_compute. reflexivity. Qed.
Example raw_inhabited : well_formed (Target (raw 64) two_maps root) some_env.
Proof. apply wf_layoutb_sound. vm_compute. reflexivity. Qed.

(** ** A fault that one placement alone shows: the low half of a live pointer is zero at a multiple of 2^32 *)
Definition at_pcs (l : list insn) : prog :=
  fst (fold_left (fun '(m, k) i => (zset k i m, k + slots i)) l (zempty, 0)).
Definition half_test : prog := at_pcs
  [ St S4 R10 (-4) 0; LdMap R1 0; Alu A64 Mov R2 (Reg R10); Alu A64 Add R2 (Imm (-4)); Call 1;
    Jmp A64 Jne R0 (Imm 0) 2; Alu A64 Mov R0 (Imm 0); Exit;
    Jmp A32 Jne R0 (Imm 0) (-3); Ldx S1 false R0 R0 4096; Exit ].
Definition half_target := Target xdp [MapDef map_hash 4 16 16 false] root.
Definition half_env (value : Z) := Env (Layout 4096 65536 131072 64 [1048576] [[value]]) (fun _ => 0) (fun _ => Answer 0 []).
Example half_env_low : well_formed half_target (half_env 2097152).
Proof. apply wf_layoutb_sound. vm_compute. reflexivity. Qed.
Example half_env_high : well_formed half_target (half_env 4294967296).
Proof. apply wf_layoutb_sound. vm_compute. reflexivity. Qed.
Example half_test_usually_ends : run half_target half_test (half_env 2097152) 20 = Ended 0.
Proof. vm_compute. reflexivity. Qed.
Example half_test_can_fault : run half_target half_test (half_env 4294967296) 20 = Faulted OutOfBounds 10.
Proof. vm_compute. reflexivity. Qed.
