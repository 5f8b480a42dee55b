(** The hypotheses can be met, and the faults are real: well-formed environments for each kind of
    program, and a program that faults for one placement of regions alone. *)
From Semantics Require Import Env.
From Proofs Require Import RefP.

(** A decision procedure for well-formedness, so that examples are evaluated. *)
Definition disjointb (r1 r2 : region) : bool := (r_base r1 + r_size r1 <=? r_base r2)
  || (r_base r2 + r_size r2 <=? r_base r1).
Fixpoint nodupb (l : list Z) : bool := match l with [] => true | x :: l' =>
  negb (existsb (Z.eqb x) l') && nodupb l' end.
Fixpoint apartb (l : list region) : bool := match l with [] => true | r :: l' =>
  forallb (disjointb r) l' && apartb l' end.
Definition map_def_eq (d d' : map_def) : {d = d'} + {d <> d'}.
Proof. decide equality; try apply Z.eq_dec; try apply Bool.bool_dec.
all: decide equality; apply Z.eq_dec. Defined.
(** No region overlaps another one where [f] is true of one of them. *)
Fixpoint apart_if (f : region -> bool) (l : list region) : bool :=
  match l with [] => true | r :: l' => forallb (fun q => negb (f r || f q) || disjointb q r) l'
    && apart_if f l' end.
Definition wf_layoutb (t : target) (L : layout) : bool :=
  let rest := plain_regions t L in
  forallb (fun r => (lowest (r_kind r) <=? r_base r) && (0 <=? r_size r)
    && (r_base r + r_size r <? W)) (all_frames L ++ ctx_region t L :: rest)
  && (Nat.eqb (length (l_frames L)) (Z.to_nat max_frames) && apartb (all_frames L))
  && forallb (fun f => forallb (disjointb f) (ctx_region t L :: rest)) (all_frames L)
  && forallb (disjointb (ctx_region t L)) rest
  && ((0 <=? l_len L) && (-1 <=? l_meta L))
  && (l_pkt L + guard <=? W)
  && (if list_eq_dec map_def_eq (map o_def (firstn (length (t_maps t)) (l_maps L))) (t_maps t) then
    true else false)
  && (nodupb (map o_addr (l_maps L)) && forallb (fun o => (0 <? o_addr o)
    && (o_addr o <? W)) (l_maps L))
  && forallb (fun o => negb (m_type (o_def o) =? map_array)
    || Nat.eqb (length (o_vals o)) (Z.to_nat (m_max (o_def o)))) (l_maps L)
  && apart_if (alone L) rest
  && forallb (fun h => forallb (agreeb h) (l_refs L)) (l_refs L)
  && forallb (fun o => ((0 <=? r_base o) && (0 <=? r_size o) && (r_base o + r_size o <? W))
    && forallb (disjointb o) (all_frames L)
       && disjointb o (ctx_region t L) && forallb (fun r => negb (alone L r)
         || disjointb o r) rest) (object_regions t L).
Definition well_formedb (t : target) (e : env) : bool :=
  wf_layoutb t (e_layout e) && match l_refs (e_layout e) with [] => true | _ :: _ => false end.

Lemma disjointb_spec r1 r2 : disjointb r1 r2 = true -> disjoint r1 r2.
Proof. unfold disjointb, disjoint. rewrite orb_true_iff, !Z.leb_le. auto. Qed.
Lemma nodupb_spec l : nodupb l = true -> NoDup l.
Proof.
  induction l as [|x l IH]; cbn [nodupb]; intros E; constructor; bools E as E1 E2; auto.
  intros I. apply negb_true_iff in E1.
  assert (K : existsb (Z.eqb x) l = true) by (apply existsb_exists; exists x; split; auto;
    apply Z.eqb_refl).
  congruence.
Qed.
Lemma forallb_Forall {A} (f : A -> bool) (P : A -> Prop) l : (forall x, f x = true -> P x) ->
  forallb f l = true -> Forall P l.
Proof. intros H E. apply Forall_forall. intros x I. rewrite forallb_forall in E. auto. Qed.

Lemma apartb_spec l : apartb l = true -> ForallOrdPairs disjoint l.
Proof.
  induction l as [|r l IH]; cbn [apartb]; intros E; constructor; bools E as E1 E2; auto.
  eapply forallb_Forall; [|exact E1]. apply disjointb_spec.
Qed.
Lemma apart_if_spec f l : apart_if f l = true -> forall r q, In r l -> In q l -> f r = true -> q = r
  \/ disjoint q r.
Proof.
  induction l as [|x l IH]; cbn [apart_if]; intros E r q Ir Iq Fr; [destruct Ir|].
  bools E as E1 E2. rewrite forallb_forall in E1.
  destruct Ir as [Ir|Ir], Iq as [Iq|Iq].
  - (* both are first *) left. congruence.
  - (* r is first *) right. specialize (E1 q Iq). cbv beta in E1. rewrite Ir, Fr in E1.
    apply disjointb_spec.
    exact E1.
  - (* q is first *) right. specialize (E1 r Ir). cbv beta in E1. rewrite Iq, Fr, orb_true_r in E1.
    apply disjointb_spec in E1. unfold disjoint in *. lia.
  - (* both are later *) exact (IH E2 r q Ir Iq Fr).
Qed.

Theorem wf_layoutb_sound t L : wf_layoutb t L = true -> wf_layout t L.
Proof.
  unfold wf_layoutb. rewrite !andb_true_iff.
  intros [[[[[[[[[[[E1 [E9 E10]] E2] E3] [E12 E13]] E4] E5] [E6 E7]] E8] E11] E14] E15].
  constructor.
  - (* wl_range *) eapply forallb_Forall; [|exact E1]. intros r. unfold in_space.
    rewrite !andb_true_iff, Z.ltb_lt, !Z.leb_le. tauto.
  - (* wl_frames *) split; [apply Nat.eqb_eq; exact E9 | apply apartb_spec; exact E10].
  - (* wl_stack *) eapply forallb_Forall; [|exact E2]. intros f Ef.
    eapply forallb_Forall; [|exact Ef].
    apply disjointb_spec.
  - (* wl_ctx *) eapply forallb_Forall; [|exact E3]. apply disjointb_spec.
  - (* wl_packet *) rewrite Z.leb_le in E12, E13. exact (conj E12 E13).
  - (* wl_guard *) apply Z.leb_le. exact E4.
  - (* wl_maps *) lazymatch type of E5 with (if ?d then _ else _) = _ => destruct d as [E | E];
      [exact E | discriminate E5] end.
  - (* wl_addrs *) split; [apply nodupb_spec; exact E6|].
    eapply forallb_Forall; [|exact E7]. intros o. rewrite andb_true_iff, !Z.ltb_lt. tauto.
  - (* wl_vals *) eapply forallb_Forall; [|exact E8]. intros o K Em. cbv beta in K.
    rewrite Em, Z.eqb_refl in K.
    cbn [negb orb] in K.
    apply Nat.eqb_eq. exact K.
  - (* wl_refs *) intros h h' I I'. rewrite forallb_forall in E14. specialize (E14 h I).
    cbv beta in E14.
    rewrite forallb_forall in E14.
    exact (agreeb_spec _ _ (E14 h' I')).
  - (* wl_alone *) intros r q Ir Iq. exact (apart_if_spec _ _ E11 r q Ir Iq).
  - (* wl_objects *) eapply forallb_Forall; [|exact E15]. intros o.
    rewrite !andb_true_iff, !Z.leb_le, Z.ltb_lt.
    intros [[[[[O1 O2] O3] O4] O5] O6].
    split; [exact O1|]. split; [exact O2|]. split; [exact O3|]. split; [|split].
    + (* frames *) eapply forallb_Forall; [|exact O4]. intros f. apply disjointb_spec.
    + (* the context *) apply disjointb_spec. exact O5.
    + (* what is alone *) intros r Ir Cr. rewrite forallb_forall in O6. specialize (O6 r Ir).
      cbv beta in O6.
      rewrite Cr in O6. apply disjointb_spec. exact O6.
Qed.
Theorem well_formedb_sound t e : well_formedb t e = true -> well_formed t e.
Proof.
  unfold well_formedb. rewrite andb_true_iff. intros [E1 E2].
  split; [exact (wf_layoutb_sound _ _ E1) |].
  destruct (l_refs (e_layout e)); [reflexivity | discriminate E2].
Qed.

(** ** An environment for each kind of program: a hash map with two live values and an array of
    four *)
Definition flow_map := MapDef map_hash 8 16 1024 false None.
Definition count_map := MapDef map_array 4 8 4 false None.
Definition two_maps := [flow_map; count_map].
Definition some_frames := [4096; 8192; 12288; 16384; 20480; 24576; 28672; 32768].
Definition some_layout := Layout some_frames 65536 131072 64 0
  [Object flow_map 1048576 [2097152; 2097184]; Object count_map 1048832 [3145728; 3145744; 3145760;
    3145776]] (fun _ => 7) [].
Definition some_env := Env some_layout (fun a => a) (fun _ => quiet 0).

Example xdp_inhabited : well_formed (Target xdp two_maps root) some_env.
Proof. apply well_formedb_sound. vm_compute. reflexivity. Qed.
Example socket_inhabited : well_formed (Target socket_filter two_maps root) some_env.
Proof. apply well_formedb_sound. vm_compute. reflexivity. Qed.
Example tc_inhabited : well_formed (Target sched_cls two_maps strict) some_env.
Proof. apply well_formedb_sound. vm_compute. reflexivity. Qed.
Example raw_inhabited : well_formed (Target (raw 64) two_maps root) some_env.
Proof. apply well_formedb_sound. vm_compute. reflexivity. Qed.
(** and every other type in the tables *)
Example each_type_inhabited pt : In pt prog_types -> well_formed (Target pt two_maps root) some_env.
Proof.
  intros I. apply well_formedb_sound.
  assert (E : forallb (fun pt => well_formedb (Target pt two_maps root) some_env) prog_types = true)
    by (vm_compute; reflexivity).
  rewrite forallb_forall in E. exact (E pt I).
Qed.

(** A message's data may be absent: then their address is 0, and so is their end. *)
Definition absent_layout := Layout some_frames 65536 0 0 0 [] (fun _ => 7) [].
Example absent_inhabited : well_formed (Target sk_msg [] root) (Env absent_layout (fun a =>
  a) (fun _ => quiet 0)).
Proof. apply well_formedb_sound. vm_compute. reflexivity. Qed.

(** ** Maps of maps: a lookup may give any map like the inner one, the program's own one or another,
    each with values of its own *)
Definition at_pcs (l : list insn) : prog :=
  fst (fold_left (fun '(m, k) i => (zset k i m, k + slots i)) l (zempty, 0)).
Definition outer_map := MapOf 13 4 4 8 false None (Some 1).
Definition outer_target := Target xdp [outer_map; count_map] root.
Definition nested_lookup : prog := at_pcs
  [ St S4 R10 (-4) 0; LdMap R1 0; Alu A64 Mov R2 (Reg R10); Alu A64 Add R2 (Imm (-4)); Call 1;
    Jmp A64 Jeq R0 (Imm 0) 6;
    Alu A64 Mov R1 (Reg R0); Alu A64 Mov R2 (Reg R10); Alu A64 Add R2 (Imm (-4)); Call 1;
      Jmp A64 Jeq R0 (Imm 0) 1;
    Ldx S1 false R0 R0 0; Exit ].
Definition outer_env (choice : Z) := Env
  (Layout some_frames 65536 131072 64 0
     [Object outer_map 1048576 []; Object count_map 1048832 [3145728; 3145744; 3145760; 3145776];
      Object count_map 1049088 [4194304; 4194313; 4194322; 4194331];
        Object flow_map 1049344 [2097152]] (fun _ => 7) [])
  (fun a => a) (fun _ => quiet choice).
Example outer_inhabited : well_formed outer_target (outer_env 0).
Proof. apply well_formedb_sound. vm_compute. reflexivity. Qed.
Example own_inner_map : run outer_target nested_lookup (outer_env 1) 20 = Ended 16. Proof.
vm_compute. reflexivity. Qed.
Example other_inner_map : run outer_target nested_lookup (outer_env 2) 20 = Ended 18. Proof.
vm_compute. reflexivity. Qed.
Example no_map_of_another_kind : run outer_target nested_lookup (outer_env 3) 20 = Ended 0. Proof.
vm_compute. reflexivity. Qed.

(** ** A fault that one placement alone shows: the program reads past a map value, but only where
    that lies at one address, with which it compares all 64 bits of the pointer *)
Definition one_address : Z := 4294967296.
Definition one_place : prog := at_pcs
  [ St S4 R10 (-4) 0; LdMap R1 0; Alu A64 Mov R2 (Reg R10); Alu A64 Add R2 (Imm (-4)); Call 1;
    Jmp A64 Jne R0 (Imm 0) 2; Alu A64 Mov R0 (Imm 0); Exit;
    LdImm R1 one_address; Jmp A64 Jne R0 (Reg R1) (-5); Ldx S1 false R0 R0 4096; Exit ].
Definition one_place_map := MapDef map_hash 4 16 16 false None.
Definition one_place_target := Target xdp [one_place_map] root.
Definition one_place_env (value : Z) :=
  Env (Layout some_frames 65536 131072 64 0 [Object one_place_map 1048576 [value]] (fun _ =>
    7) []) (fun _ => 0) (fun _ => quiet 0).
Example one_place_elsewhere : well_formed one_place_target (one_place_env 2097152).
Proof. apply well_formedb_sound. vm_compute. reflexivity. Qed.
Example one_place_there : well_formed one_place_target (one_place_env one_address).
Proof. apply well_formedb_sound. vm_compute. reflexivity. Qed.
Example one_place_usually_ends : run one_place_target one_place (one_place_env 2097152) 20 = Ended
  0.
Proof. vm_compute. reflexivity. Qed.
Example one_place_can_fault : run one_place_target one_place (one_place_env one_address) 20 =
  Faulted OutOfBounds 12.
Proof. vm_compute. reflexivity. Qed.

(** ** A frame is gone when its function returns: where the next one of that depth is elsewhere, a
    store through a pointer to it faults.  The program calls a function that returns its frame
    pointer, then one that writes there. *)
Definition dangling : prog := at_pcs
  [ CallLocal 4; Alu A64 Mov R1 (Reg R0); CallLocal 4; Alu A64 Mov R0 (Imm 1); Exit;
    Alu A64 Mov R0 (Reg R10); Exit;
    St S8 R1 (-8) 1; Alu A64 Mov R0 (Imm 0); Exit ].
Definition dangling_target := Target xdp [] root.
(** The answer to the second call proposes a place for its frame; 0 is none, so that it lies where
    the first one lay. *)
Definition dangling_env (place : Z) :=
  Env absent_layout (fun _ => 0) (fun i => quiet (if Nat.eqb i 4 then place else 0)).
Example dangling_well_formed place : well_formed dangling_target (dangling_env place).
Proof. apply well_formedb_sound. vm_compute. reflexivity. Qed.
Example dangling_may_end : run dangling_target dangling (dangling_env 0) 20 = Ended 1. Proof.
vm_compute. reflexivity. Qed.
Example dangling_can_fault : run dangling_target dangling (dangling_env 1048576) 20 = Faulted
  OutOfBounds 7.
Proof. vm_compute. reflexivity. Qed.

(** ** What programs may not write, others may: two loads of a read-only map differ here, and two of
    a constant do not *)
Definition load_twice : prog := at_pcs
  [ LdMapValue R1 0 0; Ldx S1 false R2 R1 0; Ldx S1 false R0 R1 0; Alu A64 Sub R0 (Reg R2); Exit ].
Definition ro_target (data : option Z) := Target xdp [MapDef map_array 4 8 1 true data] root.
Definition ro_env (data : option Z) := Env
  (Layout some_frames 65536 131072 64 0 [Object (MapDef map_array 4 8 1 true data) 1048576
    [2097152]] (fun _ => 7) [])
  (fun _ => 0) (fun i => match i with 2%nat => Answer 0 [(2097152, 5)] [] None | _ => quiet 0 end).
Example ro_env_well_formed : well_formed (ro_target None) (ro_env None).
Proof. apply well_formedb_sound. vm_compute. reflexivity. Qed.
Example read_only_map_changes : run (ro_target None) load_twice (ro_env None) 20 = Ended 5. Proof.
vm_compute. reflexivity. Qed.
Example constant_stays : run (ro_target (Some 0)) load_twice (ro_env (Some 0)) 20 = Ended 0. Proof.
vm_compute. reflexivity. Qed.

(** ** Frames need not be neighbours: where they are, a store just above a callee's own frame hits
    its caller's; elsewhere it faults *)
Definition above_frame : prog := at_pcs
  [ CallLocal 2; Alu A64 Mov R0 (Imm 0); Exit; St S8 R10 0 1; Alu A64 Mov R0 (Imm 0); Exit ].
Definition neighbours := [7680; 7168; 6656; 6144; 5632; 5120; 4608; 4096].
Definition frames_env (fs : list Z) :=
  Env (Layout fs 65536 131072 64 0 [] (fun _ => 7) []) (fun _ => 0) (fun _ => quiet 0).
Example neighbours_well_formed : well_formed (Target xdp [] root) (frames_env neighbours).
Proof. apply well_formedb_sound. vm_compute. reflexivity. Qed.
Example apart_well_formed : well_formed (Target xdp [] root) (frames_env some_frames).
Proof. apply well_formedb_sound. vm_compute. reflexivity. Qed.
Example above_frame_may_end : run (Target xdp [] root) above_frame (frames_env neighbours) 20 =
  Ended 0.
Proof. vm_compute. reflexivity. Qed.
Example above_frame_can_fault : run (Target xdp [] root) above_frame (frames_env some_frames) 20 =
  Faulted OutOfBounds 3.
Proof. vm_compute. reflexivity. Qed.
