(** Classic BPF: the encoding is exact, and what the checker accepts ends, within its length,
    without a fault. *)
From Checker Require Import ClassicCheck.
From Proofs Require Import Tactics.

(** * Encoding *)
(** The opcode table holds each instruction under its own code, and nothing else. *)
Lemma cop_table_complete o : zfind (cop_code o) cop_table = Some o.
Proof.
  destruct o;
    repeat match goal with
    | z : csize |- _ => destruct z
    | s : csrc |- _ => destruct s
    | a : calu |- _ => destruct a
    | c : ccond |- _ => destruct c
    end; vm_compute; reflexivity.
Qed.

Lemma cop_table_sound c o : zfind c cop_table = Some o -> cop_code o = c.
Proof.
  unfold cop_table. generalize all_cops as l. intros l.
  induction l as [|o1 l IH]; cbn [fold_right].
  - (* [] *) rewrite zfind_empty. discriminate.
  - (* o1 :: l *)
    rewrite zfind_set. destruct (Z.eqb_spec c (cop_code o1)) as [->|N]; [congruence | exact IH].
Qed.

Theorem decode_encode_cinsn i : cinsn_ok i = true -> decode_cinsn (encode_cinsn i) = Some i.
Proof.
  intros K. destruct i as [o jt jf k]. unfold decode_cinsn, encode_cinsn.
  cbn [ci_op ci_jt ci_jf ci_k].
  rewrite cop_table_complete. cbn [obind]. rewrite K. reflexivity.
Qed.

Theorem encode_decode_cinsn w i : decode_cinsn w = Some i ->
  encode_cinsn i = w /\ cinsn_ok i = true.
Proof.
  destruct w as [[[c jt] jf] k]. unfold decode_cinsn. intros D.
  destruct (zfind c cop_table) as [o|] eqn:T; cbn [obind] in D; [|discriminate].
  destruct (cinsn_ok (CInsn o jt jf k)) eqn:K; [|discriminate].
  injection D as <-. split; [|exact K].
  apply cop_table_sound in T. unfold encode_cinsn. cbn [ci_op ci_jt ci_jf ci_k]. congruence.
Qed.

(** * Words *)
Definition word32 (x : Z) : Prop := 0 <= x < W32.

Lemma wrap32_word x : word32 (wrap32 x).
Proof.
  unfold word32, wrap32, mask32. change 4294967295 with (Z.ones 32).
  rewrite Z.land_ones by lia. change (2 ^ 32) with W32. apply Z.mod_pos_bound. lia.
Qed.
Lemma small_word x : 0 <= x < W32 -> word32 x.
Proof. exact (fun H => H). Qed.

(** Words, by their highest bit. *)
Lemma below_log2 x : 0 <= x -> (x < W32 <-> x = 0 \/ Z.log2 x < 32).
Proof.
  intros P. change W32 with (2 ^ 32). destruct (Z.eq_dec x 0) as [->|N]; [lia|].
  rewrite Z.log2_lt_pow2 by lia. lia.
Qed.
Lemma land_word x y : word32 x -> 0 <= y -> word32 (Z.land x y).
Proof.
  unfold word32. intros [X1 X2] Y.
  assert (P : 0 <= Z.land x y) by (apply Z.land_nonneg; lia). split; [exact P|].
  apply below_log2; [exact P|]. apply below_log2 in X2; [|exact X1].
  destruct X2 as [->|X2]; [left; apply Z.land_0_l|].
  right. pose proof (Z.log2_land x y X1 Y). lia.
Qed.
Lemma lor_word x y : word32 x -> word32 y -> word32 (Z.lor x y).
Proof.
  unfold word32. intros [X1 X2] [Y1 Y2].
  assert (P : 0 <= Z.lor x y) by (apply Z.lor_nonneg; lia). split; [exact P|].
  destruct (Z.eq_dec x 0) as [->|NX]; [rewrite Z.lor_0_l; exact Y2|].
  destruct (Z.eq_dec y 0) as [->|NY]; [rewrite Z.lor_0_r; exact X2|].
  apply below_log2; [exact P|]. right. rewrite Z.log2_lor by lia.
  apply below_log2 in X2; [|exact X1]. apply below_log2 in Y2; [|exact Y1]. lia.
Qed.
Lemma lxor_word x y : word32 x -> word32 y -> word32 (Z.lxor x y).
Proof.
  unfold word32. intros [X1 X2] [Y1 Y2].
  assert (P : 0 <= Z.lxor x y) by (apply Z.lxor_nonneg; lia). split; [exact P|].
  destruct (Z.eq_dec x 0) as [->|NX]; [rewrite Z.lxor_0_l; exact Y2|].
  destruct (Z.eq_dec y 0) as [->|NY]; [rewrite Z.lxor_0_r; exact X2|].
  apply below_log2; [exact P|]. right. pose proof (Z.log2_lxor x y X1 Y1).
  apply below_log2 in X2; [|exact X1]. apply below_log2 in Y2; [|exact Y1]. lia.
Qed.

(** * What an instruction puts in a register is a word, whatever the environment answers *)
Lemma cbyte_range e i : 0 <= cbyte e i < 256.
Proof.
  unfold cbyte. change 255 with (Z.ones 8). rewrite Z.land_ones by lia.
  change (2 ^ 8) with 256.
  apply Z.mod_pos_bound. lia.
Qed.
Lemma read_be_word e z i : word32 (read_be e z i).
Proof.
  unfold word32, read_be.
  pose proof (cbyte_range e i). pose proof (cbyte_range e (i + 1)).
  pose proof (cbyte_range e (i + 2)). pose proof (cbyte_range e (i + 3)).
  destruct z; lia.
Qed.
Lemma read_le32_word e i : word32 (read_le32 e i).
Proof.
  unfold word32, read_le32, read_le16.
  pose proof (cbyte_range e i). pose proof (cbyte_range e (i + 1)).
  pose proof (cbyte_range e (i + 2)). pose proof (cbyte_range e (i + 2 + 1)). lia.
Qed.
Lemma packet_load_word d e z i v : packet_load d e z i = Some v -> word32 v.
Proof.
  unfold packet_load. intros L.
  assert (Linux :
    obind (linux_place e i) (fun p =>
      if (- ce_head e <=? p) && (p + csize_bytes z <=? ce_len e) then Some (read_be e z p)
      else None) = Some v -> word32 v).
  { destruct (linux_place e i) as [p|]; cbn [obind]; [|discriminate].
    destruct ((- ce_head e <=? p) && (p + csize_bytes z <=? ce_len e)); [|discriminate].
    intros [= <-]. apply read_be_word. }
  destruct d; auto.
  destruct (i + csize_bytes z <=? ce_len e); [|discriminate]. injection L as <-. apply read_be_word.
Qed.
Arguments packet_load_word {d e z i v}.
Lemma zero_word : word32 0.
Proof. unfold word32. lia. Qed.
Lemma nla_offset_word e i rem t : word32 (nla_offset e i rem t).
Proof.
  unfold nla_offset. destruct (nla_find _ e i rem t); [apply wrap32_word | apply zero_word].
Qed.
Lemma nlattr_word e a x : word32 (nlattr e a x).
Proof.
  unfold nlattr. destruct (negb (ce_linear e) || (ce_len e <? 4) || (ce_len e - 4 <? a));
    [apply zero_word | apply nla_offset_word].
Qed.
Lemma nlattr_nest_word e a x : word32 (nlattr_nest e a x).
Proof.
  unfold nlattr_nest.
  destruct (negb (ce_linear e) || (ce_len e <? 4) || (ce_len e - 4 <? a)); [apply zero_word|].
  cbv zeta. destruct (ce_len e - a <? read_le16 e a); [apply zero_word | apply nla_offset_word].
Qed.
Lemma ancillary_load_word e pc a x n v :
  word32 a -> word32 x -> ancillary_load e pc a x n = Some v -> word32 v.
Proof.
  unfold ancillary_load. intros A X L.
  destruct (n =? 40); [injection L as <-; apply lxor_word; assumption|].
  destruct (n =? 12); [injection L as <-; apply nlattr_word|].
  destruct (n =? 16); [injection L as <-; apply nlattr_nest_word|].
  destruct (((n =? 8) || (n =? 28)) && negb (ce_device e)); [discriminate|].
  injection L as <-. apply wrap32_word.
Qed.
Arguments ancillary_load_word {e pc a x n v}.

Lemma calu_value_word o a y :
  word32 a -> word32 y -> (match o with CDiv | CMod => y <> 0 | _ => True end) ->
    word32 (calu_value o a y).
Proof.
  intros A Y N. destruct o; cbn [calu_value];
    auto using wrap32_word, lor_word, lxor_word.
  - (* CDiv *) unfold word32 in *. assert (0 <= a / y) by (apply Z.div_pos; lia).
    pose proof (Z.div_le_upper_bound a y a). nia.
  - (* CMod *) unfold word32 in *. pose proof (Z.mod_pos_bound a y). lia.
  - (* CAnd *) apply land_word; [exact A | unfold word32 in Y; lia].
  - (* CRsh *) unfold word32 in *. rewrite Z.shiftr_div_pow2 by lia.
    assert (P : 0 < 2 ^ y) by (apply Z.pow_pos_nonneg; lia).
    assert (0 <= a / 2 ^ y) by (apply Z.div_pos; lia).
    pose proof (Z.div_le_upper_bound a (2 ^ y) a). nia.
Qed.
(** [injection] would compute the values. *)
Lemma cvalue_inj v w : CValue v = CValue w -> v = w.
Proof. congruence. Qed.
Lemma calu_exec_word d o s a y v :
  word32 a -> word32 y -> calu_exec d o s a y = CValue v -> word32 v.
Proof.
  intros A Y E.
  assert (Y31 : word32 (Z.land y 31)) by (apply land_word; [exact Y | lia]).
  destruct o; cbn [calu_exec] in E;
    first [ apply cvalue_inj in E; rewrite <- E; apply calu_value_word;
        [exact A | exact Y | exact I]
          | destruct (Z.eqb_spec y 0) as [Q|Q]; [destruct s; discriminate|];
            apply cvalue_inj in E; rewrite <- E; apply calu_value_word;
              [exact A | exact Y | exact Q]
          | destruct (y <? 32);
              [apply cvalue_inj in E; rewrite <- E; apply calu_value_word;
                  [exact A | exact Y | exact I]|];
            destruct s; [discriminate|]; destruct d; apply cvalue_inj in E; rewrite <- E;
            first [apply zero_word | apply calu_value_word; [exact A | exact Y31 | exact I]] ].
Qed.
Arguments calu_exec_word {d o s a y v}.

(** * One instruction that the checker accepts *)
Definition values_ok (s : cstate) : Prop :=
  word32 (cs_a s) /\ word32 (cs_x s) /\ (forall j v, zfind j (cs_mem s) = Some v -> word32 v).

(** the scratch word that an instruction reads, and the one it writes *)
Definition scratch_in (i : cinsn) : option Z :=
  match ci_op i with CLdMem | CLdxMem => Some (ci_k i) | _ => None end.
Definition scratch_out (i : cinsn) : option Z :=
  match ci_op i with CSt | CStx => Some (ci_k i) | _ => None end.
Definition written (m : zmap Z) (j : Z) : Prop := zfind j m <> None.

(** where execution may go on *)
Definition successor (i : cinsn) (pc pc' : Z) : Prop :=
  match ci_op i with
  | CJa => pc' = pc + 1 + ci_k i
  | CJmp _ _ => pc' = pc + 1 + ci_jt i \/ pc' = pc + 1 + ci_jf i
  | CRetK | CRetA => False
  | _ => pc' = pc + 1
  end.

(** What has to hold of an instruction's outcome. *)
Definition next_ok (i : cinsn) (s : cstate) (o : cnext) : Prop :=
  match o with
  | CBad _ => False
  | CEnd r => word32 r
  | CNext s' =>
      values_ok s' /\ successor i (cs_pc s) (cs_pc s') /\
      (forall j, written (cs_mem s) j -> written (cs_mem s') j) /\
      (forall k, scratch_out i = Some k -> written (cs_mem s') k)
  end.

Lemma in_bits_spec n z : in_bits n z = true <-> 0 <= z < n.
Proof. unfold in_bits. rewrite andb_true_iff, Z.leb_le, Z.ltb_lt. reflexivity. Qed.

Lemma cinsn_ok_spec i : cinsn_ok i = true -> 0 <= ci_jt i < 256 /\ 0 <= ci_jf i < 256 /\
  word32 (ci_k i).
Proof.
  unfold cinsn_ok, word32. intros K. bools.
  repeat match goal with H : in_bits _ _ = true |- _ => apply in_bits_spec in H end.
  unfold byte_size, half_size in *. lia.
Qed.

Lemma refuse_if_none b r : refuse_if b r = None -> b = false.
Proof. destruct b; [discriminate | reflexivity]. Qed.

Lemma check_insn_ok d len pc i : check_insn d len pc i = None -> cinsn_ok i = true.
Proof. unfold check_insn. destruct (cinsn_ok i); [reflexivity | discriminate]. Qed.

Lemma check_seccomp_dialect d len pc i : check_seccomp d len pc (Some i) = None ->
  in_dialect d (ci_op i) = true.
Proof.
  destruct d; cbn [check_seccomp]; try reflexivity.
  destruct (in_dialect LinuxSeccomp (ci_op i)); [reflexivity | discriminate].
Qed.

(** A scratch word that is written can be read. *)
Lemma scratch_read_ok m k :
  0 <= k < 16 -> written m k -> exists v, scratch_read m k = inr v /\ zfind k m = Some v.
Proof.
  intros K D. unfold scratch_read. replace (in_bits scratch_size k) with true.
  2: { symmetry. apply in_bits_spec. exact K. }
  unfold written in D. destruct (zfind k m) as [v|] eqn:F; [eauto | congruence].
Qed.

(** An accepted instruction does not fault; it leaves words, and what was written stays so. *)
Lemma exec_ok d e len i s :
  check_insn d len (cs_pc s) i = None -> check_seccomp d len (cs_pc s) (Some i) = None ->
  values_ok s -> 0 <= cs_pc s -> len <= W32 ->
  (forall k, scratch_in i = Some k -> written (cs_mem s) k) ->
  next_ok i s (classic_exec d e i s).
Proof.
  intros C CS V P LW D.
  pose proof (check_insn_ok _ _ _ _ C) as OK. pose proof (check_seccomp_dialect _ _ _ _ CS) as ID.
  apply cinsn_ok_spec in OK as K. destruct K as [KT [KF KK]].
  unfold check_insn in C. rewrite OK in C. cbn [negb] in C.
  destruct s as [pc a x m]. destruct V as [VA [VX VM]]. cbn [cs_pc cs_a cs_x cs_mem] in *.
  unfold classic_exec. rewrite ID. cbn [negb].
  assert (KEEP : forall v w pc', word32 v -> word32 w -> successor i pc pc' ->
    scratch_out i = None -> next_ok i (CState pc a x m) (CNext (CState pc' v w m))).
  { intros v w pc' HV HW HS HO. unfold next_ok, values_ok. cbn [cs_pc cs_a cs_x cs_mem].
    split; [auto|]. split; [exact HS|]. split; [auto|].
    intros k HK. rewrite HO in HK. discriminate. }
  assert (STORE : forall v, word32 v -> scratch_out i = Some (ci_k i) ->
    successor i pc (pc + 1) -> 0 <= ci_k i < 16 ->
    next_ok i (CState pc a x m)
      (if in_bits scratch_size (ci_k i) then CNext (CState (pc + 1) a x (zset (ci_k i) v m))
       else CBad CfScratchIndex)).
  { intros v HV HO HS HK. replace (in_bits scratch_size (ci_k i)) with true.
    2: { symmetry. apply in_bits_spec. exact HK. }
    unfold next_ok, values_ok. cbn [cs_pc cs_a cs_x cs_mem]. split; [|split; [exact HS|split]].
    - (* values_ok *) split; [exact VA|]. split; [exact VX|]. intros j v'.
      rewrite zfind_set.
      destruct (j =? ci_k i); [congruence | apply VM].
    - (* what was written stays so *) intros j. unfold written. rewrite zfind_set.
      destruct (j =? ci_k i); [discriminate | auto].
    - (* k is written *) intros k HK'. rewrite HO in HK'. injection HK' as <-.
      unfold written. rewrite zfind_same. discriminate. }
  assert (LOAD : forall z at_, successor i pc (pc + 1) -> scratch_out i = None ->
    next_ok i (CState pc a x m)
      (match packet_load d e z at_ with
       | Some v => CNext (CState (pc + 1) v x m)
       | None => CEnd 0
       end)).
  { intros z at_ HS HO. destruct (packet_load d e z at_) as [v|] eqn:L; [|exact zero_word].
    apply KEEP; auto. apply packet_load_word in L. exact L. }
  assert (READ : 0 <= ci_k i < 16 -> scratch_in i = Some (ci_k i) ->
    exists v, scratch_read m (ci_k i) = inr v /\ word32 v).
  { intros HK HI. destruct (scratch_read_ok m (ci_k i) HK (D _ HI)) as [v [E F]]; eauto. }
  assert (LEN : word32 (match d with
                        | LinuxSocket => wrap32 (ce_len e)
                        | LinuxSeccomp => seccomp_size
                        | Libpcap => wrap32 (ce_wire e)
                        end)).
  { destruct d; auto using wrap32_word. unfold word32, seccomp_size. lia. }
  unfold scratch_in, scratch_out, successor in *.
  destruct (ci_op i) eqn:O.
  - (* CLdAbs: absolute load *)
    destruct d.
    + (* LinuxSocket *) apply refuse_if_none in C.
      destruct (Z.ltb_spec (ci_k i) skf_ad) as [B|B]; [apply LOAD; auto|].
      replace (skf_ad <=? ci_k i) with true in C by (symmetry; apply Z.leb_le; lia).
      cbn [andb] in C. bools. rewrite C.
      destruct (ancillary_load e pc a x (ci_k i - skf_ad)) as [v|] eqn:L; [|exact VA].
      apply KEEP; auto. exact (ancillary_load_word VA VX L).
    + (* LinuxSeccomp *) cbn [check_seccomp] in CS. rewrite O, ID in CS. cbn [negb] in CS.
      apply refuse_if_none in CS. bools. rewrite CS.
      apply KEEP; auto using read_le32_word.
    + (* Libpcap *) apply LOAD; auto.
  - (* CLdInd *) apply LOAD; auto.
  - (* CLdLen *) apply KEEP; auto.
  - (* CLdImm *) apply KEEP; auto.
  - (* CLdMem *) apply refuse_if_none in C. apply Z.leb_gt in C. unfold scratch_size, word32 in *.
    destruct READ as [v [E HV]]; [lia | reflexivity |]. rewrite E. apply KEEP; auto.
  - (* CLdxLen *) apply KEEP; auto.
  - (* CLdxMsh *) destruct (packet_load d e CB (ci_k i)) as [v|] eqn:L; [|exact zero_word].
    apply KEEP; auto. change 15 with (Z.ones 4). rewrite Z.land_ones by lia.
    unfold word32. change (2 ^ 4) with 16.
    pose proof (Z.mod_pos_bound v 16). lia.
  - (* CLdxImm *) apply KEEP; auto.
  - (* CLdxMem *) apply refuse_if_none in C. apply Z.leb_gt in C. unfold scratch_size, word32 in *.
    destruct READ as [v [E HV]]; [lia | reflexivity |]. rewrite E. apply KEEP; auto.
  - (* CSt *) apply refuse_if_none in C. apply Z.leb_gt in C. unfold scratch_size, word32 in KK, C.
    apply STORE; auto. lia.
  - (* CStx *) apply refuse_if_none in C. apply Z.leb_gt in C. unfold scratch_size, word32 in KK, C.
    apply STORE; auto. lia.
  - (* CAlu: arithmetic *)
    match goal with K : ci_op i = CAlu ?o1 ?s1 |- _ => rename o1 into o; rename s1 into src end.
    assert (Y : word32 (match src with CK => ci_k i | CX => x end)) by (destruct src; assumption).
    destruct (calu_exec d o src a (match src with CK => ci_k i | CX => x end)) as [v| |f] eqn:E.
    + (* CValue *) apply KEEP; auto. exact (calu_exec_word VA Y E).
    + (* CStop *) exact zero_word.
    + (* CFail *) exfalso.
      destruct o, src; cbn [calu_exec] in E; try discriminate; try apply refuse_if_none in C;
        try (rewrite C in E; discriminate);
        try (destruct (x =? 0); discriminate);
        try (destruct (x <? 32); destruct d; discriminate);
        apply Z.leb_gt in C; apply Z.ltb_lt in C; rewrite C in E; discriminate.
  - (* CNeg *) apply KEEP; auto using wrap32_word.
  - (* CJa: jump *)
    apply refuse_if_none in C. apply Z.leb_gt in C. unfold word32 in KK.
    replace (wrap32 (pc + 1 + ci_k i)) with (pc + 1 + ci_k i).
    2: { unfold wrap32, mask32. change 4294967295 with (Z.ones 32). rewrite Z.land_ones by lia.
         change (2 ^ 32) with W32. rewrite Z.mod_small; lia. }
    destruct d; apply KEEP; auto.
  - (* CJmp: conditional jump *)
    match goal with |- context [ccond_holds ?c1 ?a1 ?y1] => destruct (ccond_holds c1 a1 y1) end;
      apply KEEP; auto.
  - (* CRetK *) exact KK.
  - (* CRetA *) exact VA.
  - (* CTax *) apply KEEP; auto.
  - (* CTxa *) apply KEEP; auto.
Qed.

(** * The program as a map *)
(** what [c] holds from [pc] on *)
Definition holds (c : ccode) (pc : Z) (p : cprog) : Prop :=
  forall j o, nth_error p j = Some o -> zfind (pc + Z.of_nat j) c = Some o.

(** The first instruction *)
Lemma holds_head c pc o p : holds c pc (o :: p) -> zfind pc c = Some o.
Proof.
  intros H. specialize (H O o eq_refl).
  replace (pc + Z.of_nat 0) with pc in H by lia. exact H.
Qed.
(** and the others. *)
Lemma holds_tail c pc o p : holds c pc (o :: p) -> holds c (pc + 1) p.
Proof.
  intros H j o' N. specialize (H (S j) o' N).
  replace (pc + 1 + Z.of_nat j) with (pc + Z.of_nat (S j)) by lia. exact H.
Qed.
(** Instructions from [pc] on say nothing of those before it. *)
Lemma code_from_keeps p : forall pc m k, k < pc -> zfind k (code_from pc p m) = zfind k m.
Proof.
  induction p as [|o p IH]; intros pc m k L; cbn [code_from]; [reflexivity|].
  rewrite IH by lia. apply zfind_other. lia.
Qed.
Lemma code_from_holds p : forall pc m, holds (code_from pc p m) pc p.
Proof.
  induction p as [|o p IH]; intros pc m j o' N; [destruct j; discriminate|].
  cbn [code_from]. destruct j as [|j]; cbn [nth_error] in N.
  - (* O *)
    injection N as <-. replace (pc + Z.of_nat 0) with pc by lia. rewrite code_from_keeps by lia.
    apply zfind_same.
  - (* S j *) replace (pc + Z.of_nat (S j)) with (pc + 1 + Z.of_nat j) by lia. apply IH. exact N.
Qed.

(** * Masks: every bit of [m] is a scratch word that has been written *)
Definition covers (mem : zmap Z) (m : Z) : Prop :=
  forall j, 0 <= j < 16 -> Z.testbit m j = true -> written mem j.

(** Fewer bits are covered, too; *)
Lemma covers_land_l mem m m' : covers mem m -> covers mem (Z.land m m').
Proof. intros H j J T. rewrite Z.land_spec in T. bools. auto. Qed.
Lemma covers_land_r mem m m' : covers mem m' -> covers mem (Z.land m m').
Proof. intros H j J T. rewrite Z.land_spec in T. bools. auto. Qed.
(** and so are these when more is written. *)
Lemma covers_grow mem mem' m : covers mem m -> (forall j, written mem j -> written mem' j) ->
  covers mem' m.
Proof. intros H G j J T. auto. Qed.
(** A jump's mask counts where it goes, and nowhere else. *)
Lemma mask_at_meet masks pc m k :
  mask_at (meet_at masks pc m) k = if k =? pc then Z.land (mask_at masks pc) m else mask_at masks k.
Proof.
  unfold mask_at at 1, meet_at. rewrite zfind_set.
  destruct (Z.eqb_spec k pc) as [->|N]; [reflexivity|].
  reflexivity.
Qed.
(** a meet only clears bits *)
Lemma covers_meet mem masks pc m k : covers mem (mask_at masks k) ->
  covers mem (mask_at (meet_at masks pc m) k).
Proof.
  rewrite mask_at_meet.
  destruct (Z.eqb_spec k pc) as [->|N]; [apply covers_land_l | exact (fun H => H)].
Qed.
Lemma covers_met mem masks pc m : covers mem m -> covers mem (mask_at (meet_at masks pc m) pc).
Proof. rewrite mask_at_meet, Z.eqb_refl. apply covers_land_r. Qed.

(** * Theorem 2, first half *)
Lemma first_refusal_cons f pc o p :
  first_refusal f pc (o :: p) = CAccept -> f pc o = None /\ first_refusal f (pc + 1) p = CAccept.
Proof. cbn [first_refusal]. destruct (f pc o); [discriminate | auto]. Qed.

(** what [check_scratch] says of the next place, for each way on *)
Lemma check_scratch_cons pc valid masks i p mem mem' pc' :
  check_scratch pc valid masks (Some i :: p) = CAccept ->
  covers mem (Z.land valid (mask_at masks pc)) ->
  (forall j, written mem j -> written mem' j) ->
  (forall k, scratch_out i = Some k -> written mem' k) ->
  successor i pc pc' -> 0 <= ci_k i ->
  exists valid' masks',
    check_scratch (pc + 1) valid' masks' p = CAccept /\
    (forall q m, covers m (mask_at masks q) -> covers m (mask_at masks' q)) /\
    (if pc' =? pc + 1 then covers mem' (Z.land valid' (mask_at masks' pc'))
      else covers mem' (mask_at masks' pc')).
Proof.
  intros C V G W S K.
  set (v := Z.land valid (mask_at masks pc)) in *.
  assert (V' : covers mem' v) by (eapply covers_grow; eauto).
  assert (STRAIGHT : forall v', covers mem' v' -> pc' = pc + 1 ->
    if pc' =? pc + 1 then covers mem' (Z.land v' (mask_at masks pc'))
        else covers mem' (mask_at masks pc')).
  { intros v' H ->. rewrite Z.eqb_refl. apply covers_land_l. exact H. }
  assert (JUMP : forall masks', covers mem' (mask_at masks' pc') ->
    if pc' =? pc + 1 then covers mem' (Z.land all_written (mask_at masks' pc'))
        else covers mem' (mask_at masks' pc')).
  { intros masks' H. destruct (pc' =? pc + 1); [apply covers_land_r|]; exact H. }
  cbn [check_scratch] in C. fold v in C. unfold successor in S.
  unfold scratch_out in W.
  destruct (ci_op i) eqn:O; try contradiction;
    try (exists v, masks; split; [exact C | split; [auto | apply STRAIGHT; assumption]]; fail);
    try (destruct (Z.testbit v (ci_k i)); [|discriminate];
         exists v, masks; split; [exact C | split; [auto | apply STRAIGHT; assumption]]; fail);
    try (exists (Z.lor v (Z.shiftl 1 (ci_k i))), masks; split;
        [exact C | split; [auto | apply STRAIGHT; [|assumption]]];
         intros j J T; rewrite Z.lor_spec in T; apply orb_true_iff in T; destruct T as [T|T];
           [auto|];
         rewrite Z.shiftl_1_l, Z.pow2_bits_eqb in T by exact K; apply Z.eqb_eq in T; subst j; auto;
             fail).
  - (* CJa *) eexists _, _. split; [exact C|]. split; [intros q m' H; apply covers_meet; exact H|].
    apply JUMP. subst pc'. apply covers_met. exact V'.
  - (* CJmp *) eexists _, _. split; [exact C|].
    split; [intros q m' H; apply covers_meet, covers_meet; exact H|].
    apply JUMP.
    destruct S as [-> | ->]; [apply covers_meet, covers_met | apply covers_met]; exact V'.
Qed.
Arguments check_scratch_cons {pc valid masks i p}.

(** a read that [check_scratch] lets pass is of a written word *)
Lemma check_scratch_read pc valid masks i p mem k :
  check_scratch pc valid masks (Some i :: p) = CAccept ->
  covers mem (Z.land valid (mask_at masks pc)) ->
  scratch_in i = Some k -> 0 <= k < 16 -> written mem k.
Proof.
  intros C V I K. cbn [check_scratch] in C. unfold scratch_in in I.
  destruct (ci_op i); try discriminate; injection I as <-;
    (destruct (Z.testbit (Z.land valid (mask_at masks pc)) (ci_k i)) eqn:T; [auto | discriminate]).
Qed.

(** where an accepted instruction goes, there is an instruction *)
Lemma successor_inside d len pc i pc' :
  check_insn d len pc i = None -> successor i pc pc' -> pc < len ->
  pc' = pc + 1 \/ pc + 1 <= pc' < len.
Proof.
  intros C S L. pose proof (cinsn_ok_spec _ (check_insn_ok _ _ _ _ C)) as [KT [KF KK]].
  unfold word32 in KK.
  pose proof (check_insn_ok _ _ _ _ C) as OK. unfold check_insn in C. rewrite OK in C.
  cbn [negb] in C.
  unfold successor in S. destruct (ci_op i); try (left; assumption); try contradiction;
    apply refuse_if_none in C; try apply orb_false_iff in C as [C1 C2]; bools; right; lia.
Qed.
Arguments successor_inside {d len pc i pc'}.

(** Nothing follows a return. *)
Lemma ret_ends i pc pc' : is_ret (Some i) = true -> successor i pc pc' -> False.
Proof.
  cbn [is_ret]. unfold successor.
  destruct (ci_op i); intros R S; try discriminate; exact S.
Qed.

Lemma scratch_in_range d len pc i k : check_insn d len pc i = None -> scratch_in i = Some k ->
  0 <= k < 16.
Proof.
  intros C I. pose proof (check_insn_ok _ _ _ _ C) as OK.
  pose proof (cinsn_ok_spec _ OK) as [KT [KF KK]].
  unfold check_insn in C. rewrite OK in C. cbn [negb] in C.
  unfold scratch_in in I. unfold word32 in KK.
  destruct (ci_op i); try discriminate; injection I as <-; apply refuse_if_none in C;
    apply Z.leb_gt in C;
    unfold scratch_size in C; lia.
Qed.

(** The state may already be further on than [pc], where a jump brought it. *)
Lemma steps_ok d e c len : len <= W32 -> forall p pc valid masks s,
  pc + clength p = len -> 0 <= pc ->
  holds c pc p ->
  first_refusal (check_slot d len) pc p = CAccept ->
  first_refusal (check_seccomp d len) pc p = CAccept ->
  is_ret (last p None) = true ->
  check_scratch pc valid masks p = CAccept ->
  values_ok s -> pc <= cs_pc s < len ->
  (if cs_pc s =? pc then covers (cs_mem s) (Z.land valid (mask_at masks (cs_pc s)))
   else covers (cs_mem s) (mask_at masks (cs_pc s))) ->
  exists n r, Z.of_nat n <= clength p /\ classic_steps d c e n s = CDone r /\ word32 r.
Proof.
  intros LW p. unfold clength.
  induction p as [|o p IH]; intros pc valid masks s LEN P0 H C1 C2 R CS V PC COV.
  { cbn [length] in LEN. lia. }
  apply first_refusal_cons in C1 as [C1 C1']. apply first_refusal_cons in C2 as [C2 C2'].
  destruct o as [i|]; [|discriminate]. cbn [check_slot] in C1.
  cbn [length] in *. rewrite Nat2Z.inj_succ in *.
  assert (R' : p <> [] -> is_ret (last p None) = true)
    by (destruct p as [|o' p']; [congruence | intros _; exact R]).
  destruct (Z.eqb_spec (cs_pc s) pc) as [E|E].
  - (* cs_pc s = pc: one step, and then the rest of the program *)
    assert (X : next_ok i s (classic_exec d e i s)).
    { apply (exec_ok d e len); rewrite ?E; auto. intros k I. eapply check_scratch_read; eauto.
      - (* what is written *) rewrite <- E. exact COV.
      - (* the index is in range *) eapply scratch_in_range; eauto. }
    assert (STEP : classic_step d c e s = classic_exec d e i s).
    { unfold classic_step. rewrite E, (holds_head _ _ _ _ H). reflexivity. }
    destruct (classic_exec d e i s) as [s'|r|f] eqn:EX; cbn [next_ok] in X;
      [|exists 1%nat, r|contradiction].
    2: { split; [lia|]. cbn [classic_steps]. rewrite STEP. auto. }
    destruct X as [V' [SU [G WR1]]]. rewrite E in SU.
    destruct (check_scratch_cons (cs_mem s) (cs_mem s') (cs_pc s') CS)
      as [valid' [masks' [CS' [MONO COV']]]]; auto.
    { rewrite <- E. exact COV. }
    { pose proof (cinsn_ok_spec _ (check_insn_ok _ _ _ _ C1)) as [_ [_ K]]. unfold word32 in K.
      lia. }
    assert (NE : p <> []).
    { intros ->. cbn [last] in R. eapply ret_ends; eauto. }
    assert (LP : 0 < Z.of_nat (length p)) by (destruct p; [congruence | cbn [length]; lia]).
    assert (IN : pc + 1 <= cs_pc s' < len).
    { destruct (successor_inside C1 SU ltac:(lia)) as [->|IN]; lia. }
    destruct (IH (pc + 1) valid' masks' s') as [n [r [N [RUN WR]]]]; auto; try lia.
    { eapply holds_tail; eauto. }
    exists (S n), r. split; [lia|]. cbn [classic_steps].
    rewrite STEP. auto.
  - (* cs_pc s <> pc: the state is further on *)
    assert (NE : p <> []) by (intros ->; cbn [length] in *; lia).
    assert (TAIL : exists valid' masks', check_scratch (pc + 1) valid' masks' p = CAccept /\
      forall q m, covers m (mask_at masks q) -> covers m (mask_at masks' q)).
    { cbn [check_scratch] in CS. destruct (ci_op i);
        try (destruct (Z.testbit _ (ci_k i)); [|discriminate]);
        eexists _, _; (split; [exact CS|]); intros q m' HQ; repeat apply covers_meet; exact HQ. }
    destruct TAIL as [valid' [masks' [CS' MONO]]].
    destruct (IH (pc + 1) valid' masks' s) as [n [r [N [RUN WR]]]]; auto; try lia.
    { eapply holds_tail; eauto. }
    { destruct (cs_pc s =? pc + 1); [apply covers_land_r|]; apply MONO; exact COV. }
    exists n, r. split; [lia|]. auto.
Qed.

Lemma verdict_parts d p : classic_verdict d p = CAccept ->
  0 < clength p /\ clength p <= max_insns d /\
  first_refusal (check_slot d (clength p)) 0 p = CAccept /\ is_ret (last p None) = true /\
  check_scratch 0 0 zempty p = CAccept /\ first_refusal (check_seccomp d (clength p)) 0 p = CAccept.
Proof.
  unfold classic_verdict. cbv zeta. intros A.
  destruct (Z.eqb_spec (clength p) 0) as [Q|Q]; [discriminate|].
  destruct (Z.ltb_spec (max_insns d) (clength p)) as [L|L]; [discriminate|].
  destruct (first_refusal (check_slot d (clength p)) 0 p); [|discriminate].
  destruct (is_ret (last p None)); [|discriminate].
  destruct (check_scratch 0 0 zempty p); [|discriminate].
  split; [unfold clength in *; lia|]. auto.
Qed.

(** What the checker accepts ends without a fault, for every environment, in at most as many steps
    as it has instructions. *)
Theorem classic_check_sound d p : classic_check d p = true ->
  forall e, exists n r, Z.of_nat n <= clength p /\ classic_run d p e n = CDone r /\ 0 <= r < W32.
Proof.
  unfold classic_check. destruct (classic_verdict d p) eqn:A; [|discriminate]. intros _ e.
  apply verdict_parts in A as [POS [LIM [C1 [R [CS C2]]]]].
  unfold classic_run.
  apply (steps_ok d e (classic_code p) (clength p)) with (pc := 0) (valid := 0) (masks := zempty);
    auto; try lia.
  - (* the length is a word *)
    destruct d; cbn [max_insns] in LIM; unfold mask32, linux_max_insns in LIM; lia.
  - (* the code holds the program *) apply code_from_holds.
  - (* the initial values are words *)
    unfold values_ok, classic_init. cbn [cs_a cs_x cs_mem]. split; [apply zero_word|].
    split; [apply zero_word|].
    intros j v. rewrite zfind_empty. discriminate.
  - (* the initial pc is in the program *) cbn [classic_init cs_pc]. lia.
  - (* nothing has to be written yet *)
    cbn [classic_init cs_pc cs_mem]. rewrite Z.land_0_l. intros j J.
    rewrite Z.testbit_0_l. discriminate.
Qed.

(** More fuel changes nothing, so [n] may be the number of instructions, or any number above it. *)
Lemma classic_steps_more d c e n : forall s r k,
  classic_steps d c e n s = CDone r -> classic_steps d c e (n + k) s = CDone r.
Proof.
  induction n as [|n IH]; intros s r k D; cbn [classic_steps Nat.add] in *; [discriminate|].
  destruct (classic_step d c e s) as [s'|r'|f]; auto.
Qed.
Corollary classic_check_run d p : classic_check d p = true ->
  forall e, exists r, classic_run d p e (length p) = CDone r /\ 0 <= r < W32.
Proof.
  intros A e. destruct (classic_check_sound d p A e) as [n [r [N [D R]]]]. exists r.
  split; [|exact R].
  unfold clength in N. replace (length p) with (n + (length p - n))%nat by lia.
  apply classic_steps_more. exact D.
Qed.

(** A whole program comes back from its encoding. *)
Theorem classic_decode_encode l :
  forallb cinsn_ok l = true -> classic_decode (map encode_cinsn l) = map Some l.
Proof.
  intros K. rewrite forallb_forall in K. unfold classic_decode.
  rewrite map_map. apply map_ext_in.
  intros i I. apply decode_encode_cinsn. auto.
Qed.
