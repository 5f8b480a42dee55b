(** The translation of a classic program to eBPF has the same result: a relation between states that
    each block keeps. *)
From Semantics Require Import Translate.
From Checker Require Import ClassicCheck.
From Proofs Require Import Tactics WordP MemoryP LayoutP.
From Proofs Require ClassicP EncodeP AuditP.
From Checker Require Audit.

(** * Where blocks lie *)
Lemma inline_length d at_ pc i b : block d at_ pc i = Some b ->
  block_size d (Some i) = Z.of_nat (length b).
Proof.
  unfold block_size. cbn [obind]. unfold block.
  destruct (negb (in_dialect d (ci_op i))); [discriminate|].
  destruct (ci_op i) as [z|z| | | | | | | | | |o s| | |c s| | | |];
    try (intros [= <-]; reflexivity).
  - (* CLdAbs *)
    destruct d; try (intros [= <-]; reflexivity); destruct (ci_k i <? skf_ad); intros B; rewrite ?B;
      try reflexivity;
      injection B as <-; reflexivity.
  - (* CAlu *) destruct o, s; intros [= <-]; reflexivity.
  - (* CJmp *) destruct (compared s (ci_k i)) as [first o]. intros [= <-].
    rewrite !app_length. f_equal. f_equal.
    destruct (ci_jf i =? 0); [reflexivity|].
    destruct (ci_jt i =? 0); [|reflexivity]. destruct (inverse c); reflexivity.
Qed.
Arguments inline_length {d at_ pc i b}.

(** the slots of the first [j] blocks *)
Fixpoint sizes (d : dialect) (p : cprog) (j : nat) : Z :=
  match j, p with S j', o :: p' => block_size d o + sizes d p' j' | _, _ => 0 end.
Lemma block_size_nonneg d o : 0 <= block_size d o.
Proof. unfold block_size. destruct (obind o (block d (fun _ => 0) 0)); lia. Qed.

(** Blocks from [pc] on say nothing of instructions before it. *)
Lemma starts_keeps d p : forall pc slot m k, k < pc ->
  zfind k (starts_from d pc slot p m) = zfind k m.
Proof.
  induction p as [|o p IH]; intros pc slot m k L; cbn [starts_from]; [apply zfind_other; lia|].
  rewrite IH by lia. apply zfind_other. lia.
Qed.
Lemma starts_spec d p : forall pc slot m j, (j <= length p)%nat ->
  zfind (pc + Z.of_nat j) (starts_from d pc slot p m) = Some (slot + sizes d p j).
Proof.
  induction p as [|o p IH]; intros pc slot m j J; cbn [starts_from length] in *.
  - (* [] *) destruct j; [|lia]. cbn [sizes]. rewrite !Z.add_0_r.
    apply zfind_same.
  - (* o :: p *) destruct j as [|j].
    + (* O *) cbn [sizes]. rewrite !Z.add_0_r, starts_keeps by lia. apply zfind_same.
    + (* S j *) replace (pc + Z.of_nat (S j)) with (pc + 1 + Z.of_nat j) by lia. rewrite IH by lia.
      cbn [sizes]. f_equal. lia.
Qed.
Lemma sizes_next d p : forall j o, nth_error p j = Some o ->
  sizes d p (S j) = sizes d p j + block_size d o.
Proof.
  induction p as [|o1 p IH]; intros j o N; [destruct j; discriminate|].
  destruct j as [|j]; cbn [nth_error] in N.
  - (* O *) injection N as ->. destruct p; cbn [sizes]; lia.
  - (* S j *) change (sizes d (o1 :: p) (S (S j))) with (block_size d o1 + sizes d p (S j)).
    change (sizes d (o1 :: p) (S j)) with (block_size d o1 + sizes d p j). rewrite (IH j o N). lia.
Qed.
Lemma sizes_nonneg d p : forall j, 0 <= sizes d p j.
Proof.
  induction p as [|o p IH]; intros [|j]; cbn [sizes]; try lia.
  pose proof (block_size_nonneg d o). specialize (IH j). lia.
Qed.

Lemma blocks_spec d at_ p : forall pc l, blocks d at_ pc p = Some l ->
  forall j o, nth_error p j = Some o ->
    exists i b, o = Some i /\ block d at_ (pc + Z.of_nat j) i = Some b /\
    forall n ins, nth_error b n = Some ins -> nth_error l (Z.to_nat (sizes d p j) + n) = Some ins.
Proof.
  induction p as [|o1 p IH]; intros pc l B j o N; [destruct j; discriminate|]. cbn [blocks] in B.
  destruct o1 as [i1|]; [|discriminate]. binds B as b1 B1.
  binds B as l1 L1. injection B as <-.
  destruct j as [|j]; cbn [nth_error] in N.
  - (* O *) injection N as <-. exists i1, b1. rewrite Z.add_0_r.
    split; [reflexivity|]. split; [exact B1|].
    intros n ins H. cbn [sizes Z.to_nat Nat.add]. rewrite nth_error_app1; [exact H|].
    apply nth_error_Some. rewrite H. discriminate.
  - (* S j *)
    destruct (IH (pc + 1) l1 L1 j o N) as [i [b [E [B2 H2]]]]. exists i, b. split; [exact E|].
    split.
    + (* the block *) replace (pc + Z.of_nat (S j)) with (pc + 1 + Z.of_nat j) by lia. exact B2.
    + (* its place *) intros n ins H. cbn [sizes]. rewrite (inline_length B1).
      pose proof (sizes_nonneg d p j). rewrite nth_error_app2 by lia.
      replace (Z.to_nat (Z.of_nat (length b1) + sizes d p j) + n - length b1)%nat with
        (Z.to_nat (sizes d p j) + n)%nat by lia.
      apply H2. exact H.
Qed.
Arguments blocks_spec {d at_ p pc l}.

(** Every instruction of a translation takes one slot. *)
Lemma ancillary_slots n b : ancillary_block n = Some b -> Forall (fun i => slots i = 1) b.
Proof.
  unfold ancillary_block. destruct (context_field n) as [[off be]|].
  - (* Some (off, be) *)
    intros [= <-]. constructor; [reflexivity|]. destruct be; repeat constructor.
  - (* None *) destruct (n =? 8); [intros [= <-]; repeat constructor|].
    destruct (n =? 36); [intros [= <-]; repeat constructor|].
    destruct (n =? 40); [intros [= <-]; repeat constructor | discriminate].
Qed.
Lemma block_slots d at_ pc i b : block d at_ pc i = Some b -> Forall (fun ins => slots ins = 1) b.
Proof.
  unfold block. destruct (negb (in_dialect d (ci_op i))); [discriminate|].
  destruct (ci_op i) as [z|z| | | | | | | | | |o s| | |c s| | | |];
    try (intros [= <-]; repeat constructor).
  - (* CLdAbs *) destruct d; try (intros [= <-]; repeat constructor); destruct (ci_k i <? skf_ad);
      solve [apply ancillary_slots | intros [= <-]; repeat constructor].
  - (* CLdLen *) destruct d; repeat constructor.
  - (* CLdxLen *) destruct d; repeat constructor.
  - (* CAlu *) destruct o, s; intros [= <-]; repeat constructor.
  - (* CJmp *) destruct (compared s (ci_k i)) as [first o] eqn:C. intros [= <-]. apply Forall_app.
    split.
    + (* the second operand *) unfold compared in C.
      destruct s; [destruct (ci_k i <? sign32)|]; injection C as <- <-; repeat constructor.
    + (* the jumps *) destruct (ci_jf i =? 0); [repeat constructor|].
      destruct (ci_jt i =? 0); [|repeat constructor].
      destruct (inverse c); repeat constructor.
Qed.
Arguments block_slots {d at_ pc i b}.
Lemma blocks_slots d at_ p : forall pc l, blocks d at_ pc p = Some l ->
  Forall (fun i => slots i = 1) l.
Proof.
  induction p as [|o p IH]; intros pc l B; cbn [blocks] in B; [injection B as <-; constructor|].
  destruct o as [i|]; [|discriminate]. binds B as b B1.
  binds B as l1 L1. injection B as <-.
  apply Forall_app. split; [exact (block_slots B1) | exact (IH _ _ L1)].
Qed.
Arguments blocks_slots {d at_ p pc l}.
(** Instructions from [k] on say nothing of slots before it. *)
Lemma place_keeps l : forall k p j, Forall (fun i => slots i = 1) l -> j < k ->
  zfind j (place k l p) = zfind j p.
Proof.
  induction l as [|i l IH]; intros k p j F L; cbn [place]; [reflexivity|].
  apply Forall_cons_iff in F as [F1 F2]. rewrite IH; [apply zfind_other; lia | exact F2 | lia].
Qed.
Lemma place_nth l : forall k p n i, Forall (fun i => slots i = 1) l -> nth_error l n = Some i ->
  zfind (k + Z.of_nat n) (place k l p) = Some i.
Proof.
  induction l as [|i1 l IH]; intros k p n i F N; [destruct n; discriminate|]. cbn [place].
  apply Forall_cons_iff in F as [F1 F2]. destruct n as [|n]; cbn [nth_error] in N.
  - (* O *)
    injection N as ->. rewrite Z.add_0_r, place_keeps by (exact F2 || lia). apply zfind_same.
  - (* S n *)
    rewrite F1. replace (k + Z.of_nat (S n)) with (k + 1 + Z.of_nat n) by lia. apply IH; assumption.
Qed.

(** the classic program as a map *)
Lemma code_from_find p : forall pc m k o, zfind k (code_from pc p m) = Some o ->
  zfind k m = Some o \/ exists j, k = pc + Z.of_nat j /\ nth_error p j = Some o.
Proof.
  induction p as [|o1 p IH]; intros pc m k o F; cbn [code_from] in F; [left; exact F|].
  apply IH in F as [F | [j [-> N]]].
  - (* set before the rest *) rewrite zfind_set in F. destruct (Z.eqb_spec k pc) as [->|NE].
    + (* k = pc *) right. exists 0%nat. split; [lia|]. exact F.
    + (* k <> pc *) left. exact F.
  - (* in the rest *) right. exists (S j). split; [lia|]. exact N.
Qed.

Definition block_at (q : prog) (a : Z) (b : list insn) : Prop :=
  forall n i, nth_error b n = Some i -> zfind (a + Z.of_nat n) q = Some i.
Lemma block_at_cons q a i b : block_at q a (i :: b) -> zfind a q = Some i /\ block_at q (a + 1) b.
Proof.
  intros H. split.
  - (* the first instruction *)
    specialize (H 0%nat i eq_refl). replace (a + Z.of_nat 0) with a in H by lia. exact H.
  - (* the others *) intros n i' N. specialize (H (S n) i' N).
    replace (a + 1 + Z.of_nat n) with (a + Z.of_nat (S n)) by lia. exact H.
Qed.

(** All that the simulation needs of a translation. *)
Definition starts (d : dialect) (p : cprog) : Z -> Z := start_in (starts_from d 0 3 p zempty).
Lemma translate_blocks d p q : translate d p = Some q ->
  d <> Libpcap /\ block_at (translated q) 0 prologue /\ starts d p 0 = 3 /\
  forall pc o, zfind pc (classic_code p) = Some o ->
    exists i b, o = Some i /\ block d (starts d p) pc i = Some b /\
    block_at (translated q) (starts d p pc) b /\
      starts d p (pc + 1) = starts d p pc + Z.of_nat (length b).
Proof.
  intros T. assert (D : d <> Libpcap) by (intros ->; discriminate T). split; [exact D|].
  assert (T' : obind (blocks d (starts d p) 0 p) (fun l => Some (prologue ++ l)) = Some q)
    by (destruct d; [exact T | exact T | congruence]).
  clear T. binds T' as l B. injection T' as <-.
  assert (F : Forall (fun i => slots i = 1) (prologue ++ l)).
  { apply Forall_app. split; [repeat constructor | exact (blocks_slots B)]. }
  assert (START : forall j, (j <= length p)%nat -> starts d p (Z.of_nat j) = 3 + sizes d p j).
  { intros j J. pose proof (starts_spec d p 0 3 zempty j J) as SP. rewrite Z.add_0_l in SP.
    unfold starts, start_in. rewrite SP. reflexivity. }
  split; [|split].
  - (* the prologue *)
    intros n i N. apply (place_nth (prologue ++ l)); [exact F|]. rewrite nth_error_app1; [exact N|].
    apply nth_error_Some. rewrite N. discriminate.
  - (* where the first block starts *)
    change 0 with (Z.of_nat 0) at 1. rewrite START by lia. destruct p; reflexivity.
  - (* the blocks *) intros pc o Z1. apply code_from_find in Z1.
    destruct Z1 as [Z1 | [j [-> N]]]; [rewrite zfind_empty in Z1; discriminate Z1|].
    destruct (blocks_spec B j o N) as [i [b [E [B1 H1]]]]. exists i, b. split; [exact E|].
    assert (J : (j < length p)%nat) by (apply nth_error_Some; rewrite N; discriminate).
    rewrite Z.add_0_l. rewrite Z.add_0_l in B1. split; [exact B1|].
    split.
    + (* where the block lies *)
      intros n i' N'. rewrite START by lia. pose proof (sizes_nonneg d p j).
      replace (3 + sizes d p j + Z.of_nat n) with (0 + Z.of_nat (3 + (Z.to_nat (sizes d p j) + n)))
        by lia.
      apply (place_nth (prologue ++ l)); [exact F|].
      change (3 + (Z.to_nat (sizes d p j) + n))%nat with
        (length prologue + (Z.to_nat (sizes d p j) + n))%nat.
      rewrite nth_error_app2 by lia. rewrite Nat.add_comm, Nat.add_sub. apply H1. exact N'.
    + (* where the next one starts *)
      replace (Z.of_nat j + 1) with (Z.of_nat (S j)) by lia. rewrite !START by lia.
      rewrite (sizes_next d p j o N), E, (inline_length B1). lia.
Qed.

(** * Words: classic arithmetic is eBPF's at 32 bits *)
Notation word32 := ClassicP.word32.
Lemma constant_value k : word32 k -> wrap32 (wrap (sgn32 k)) = k.
Proof. intros K. rewrite wrap32_wrap, wrap32_sgn32. apply wrap32_small. exact K. Qed.
Lemma word32_wrap x : word32 x -> wrap x = x.
Proof. unfold ClassicP.word32. intros X. apply wrap_small. lia. Qed.
Lemma count_small y : 0 <= y < 32 -> Z.land y 31 = y.
Proof.
  intros Y. change 31 with (Z.ones 5). rewrite Z.land_ones by lia.
  apply Z.mod_small. exact Y.
Qed.
Lemma alu_equal d o s a y y' v : d <> Libpcap -> word32 a -> word32 y -> wrap32 y' = y ->
  calu_exec d o s a y = CValue v ->
  alu A32 (alu_of o) a y' = v.
Proof.
  intros D A Y EY. unfold alu. cbn [trunc].
  rewrite EY, (wrap32_small a A).
  assert (SH : forall v',
    (if y <? 32 then CValue (calu_value CLsh a y)
     else match s with
          | CK => CFail CfShift
          | CX =>
            match d with Libpcap => CValue 0 | _ => CValue (calu_value CLsh a (Z.land y 31)) end
          end) = CValue v' -> wrap32 (Z.shiftl a (Z.land y 31)) = v').
  { intros v'. destruct (Z.ltb_spec y 32) as [B|B].
    - (* y < 32 *)
      intros [= <-]. rewrite count_small by (unfold ClassicP.word32 in Y; lia). reflexivity.
    - (* 32 <= y *)
      destruct s; [discriminate|]. destruct d; try congruence; intros [= <-]; reflexivity. }
  destruct o; cbn [alu_of calu_exec calu_value]; try (intros [= <-]; reflexivity).
  - (* CDiv *) destruct (y =? 0); [destruct s; discriminate | intros [= <-]; reflexivity].
  - (* CMod *) destruct (y =? 0); [destruct s; discriminate | intros [= <-]; reflexivity].
  - (* CLsh *) apply SH.
  - (* CRsh *) clear SH. destruct (Z.ltb_spec y 32) as [B|B].
    + (* y < 32 *)
      intros [= <-]. cbn [count_mask]. rewrite count_small by (unfold ClassicP.word32 in Y; lia).
      reflexivity.
    + (* 32 <= y *)
      destruct s; [discriminate|]. destruct d; try congruence; intros [= <-]; reflexivity.
Qed.
Lemma compare_equal c a y : word32 a -> word32 y -> compare A64 (cmp_of c) a y = ccond_holds c a y.
Proof.
  intros A Y. unfold compare. cbn [trunc].
  rewrite (word32_wrap a A), (word32_wrap y Y). destruct c; reflexivity.
Qed.
Lemma inverse_compare c c' a y : word32 a -> word32 y -> inverse c = Some c' ->
  compare A64 c' a y = negb (ccond_holds c a y).
Proof.
  intros A Y I. unfold compare. cbn [trunc].
  rewrite (word32_wrap a A), (word32_wrap y Y).
  destruct c; cbn [inverse] in I; try discriminate; injection I as <-; cbn [ccond_holds];
    [reflexivity | |].
  - (* CJgt *) apply Z.leb_antisym.
  - (* CJge *) apply Z.ltb_antisym.
Qed.
(** What [ldxb] makes of a byte: its low four bits, four times. *)
Lemma four_times v : 0 <= v < 256 -> alu A32 Lsh (alu A32 And v 15) 2 = 4 * Z.land v 15.
Proof.
  intros V. unfold alu. cbn [trunc count_mask].
  change (wrap32 15) with 15. change (wrap32 2) with 2. change (Z.land 2 31) with 2.
  assert (B : 0 <= Z.land v 15 < 16).
  { change 15 with (Z.ones 4). rewrite Z.land_ones by lia. change (2 ^ 4) with 16.
    apply Z.mod_pos_bound. lia. }
  rewrite (wrap32_small v) by lia. rewrite (wrap32_small (Z.land v 15)) by lia.
  rewrite Z.shiftl_mul_pow2 by lia. change (2 ^ 2) with 4. rewrite wrap32_small by lia. lia.
Qed.
Lemma self_xor a : alu A32 Xor a a = 0.
Proof. unfold alu. apply Z.lxor_nilpotent. Qed.
(** What a classic step leaves in registers and scratch words are words of 32 bits. *)
Lemma exec_values d ce i s s' : cinsn_ok i = true -> ClassicP.values_ok s ->
  classic_exec d ce i s = CNext s' -> ClassicP.values_ok s'.
Proof.
  intros OK V E. apply ClassicP.cinsn_ok_spec in OK as [KT [KF KK]].
  destruct s as [pc a x m]. pose proof V as [VA [VX VM]]. cbn [cs_a cs_x cs_mem] in VA, VX, VM.
  assert (MK : forall pc' a' x', word32 a' -> word32 x' ->
    CNext (CState pc' a' x' m) = CNext s' -> ClassicP.values_ok s').
  { intros pc' a' x' A' X' [= <-]. split; [exact A'|]. split; [exact X' | exact VM]. }
  assert (ST : forall v, word32 v ->
    (if in_bits scratch_size (ci_k i) then CNext (CState (pc + 1) a x (zset (ci_k i) v m))
     else CBad CfScratchIndex) = CNext s' -> ClassicP.values_ok s').
  { intros v V1. destruct (in_bits scratch_size (ci_k i)); [|discriminate]. intros [= <-].
    split; [exact VA|]. split; [exact VX|].
    cbn [cs_mem]. intros j w. rewrite zfind_set.
    destruct (j =? ci_k i); [congruence | apply VM]. }
  assert (PL : forall z at_,
    match packet_load d ce z at_ with
    | Some v => CNext (CState (pc + 1) v x m)
    | None => CEnd 0
    end = CNext s' -> ClassicP.values_ok s').
  { intros z at_. destruct (packet_load d ce z at_) as [v|] eqn:P; [|discriminate].
    apply MK; [|exact VX].
    exact (ClassicP.packet_load_word P). }
  assert (RD : forall k v, scratch_read m k = inr v -> word32 v).
  { intros k v. unfold scratch_read. destruct (in_bits scratch_size k); [|discriminate].
    destruct (zfind k m) as [w|] eqn:F; [|discriminate]. intros [= <-]. exact (VM _ _ F). }
  assert (LEN : word32 (match d with
                        | LinuxSocket => wrap32 (ce_len ce)
                        | LinuxSeccomp => seccomp_size
                        | Libpcap => wrap32 (ce_wire ce)
                        end)).
  { destruct d; try apply wrap32_range. unfold ClassicP.word32, seccomp_size. lia. }
  unfold classic_exec in E. destruct (negb (in_dialect d (ci_op i))); [discriminate|].
  cbv zeta in E.
  destruct (ci_op i) as [z|z| | | | | | | | | |o src| | |c src| | | |].
  - (* CLdAbs *) destruct d.
    + (* LinuxSocket *) destruct (ci_k i <? skf_ad); [exact (PL _ _ E)|].
      destruct (ancillary (ci_k i)); [|discriminate].
      destruct (ancillary_load ce pc a x (ci_k i - skf_ad)) as [v|] eqn:AL; [|discriminate].
      exact (MK _ _ _ (ClassicP.ancillary_load_word VA VX AL) VX E).
    + (* LinuxSeccomp *) destruct (seccomp_word (ci_k i)); [|discriminate].
      exact (MK _ _ _ (ClassicP.read_le32_word ce (ci_k i)) VX E).
    + (* Libpcap *) exact (PL _ _ E).
  - (* CLdInd *) exact (PL _ _ E).
  - (* CLdLen *) exact (MK _ _ _ LEN VX E).
  - (* CLdImm *) exact (MK _ _ _ KK VX E).
  - (* CLdMem *) destruct (scratch_read m (ci_k i)) as [f|v] eqn:R; [discriminate|].
    exact (MK _ _ _ (RD _ _ R) VX E).
  - (* CLdxLen *) exact (MK _ _ _ VA LEN E).
  - (* CLdxMsh *) destruct (packet_load d ce CB (ci_k i)) as [v|] eqn:P; [|discriminate].
    refine (MK _ _ _ VA _ E).
    change 15 with (Z.ones 4). rewrite Z.land_ones by lia. unfold ClassicP.word32.
    change (2 ^ 4) with 16.
    pose proof (Z.mod_pos_bound v 16). lia.
  - (* CLdxImm *) exact (MK _ _ _ VA KK E).
  - (* CLdxMem *) destruct (scratch_read m (ci_k i)) as [f|v] eqn:R; [discriminate|].
    exact (MK _ _ _ VA (RD _ _ R) E).
  - (* CSt *) exact (ST _ VA E).
  - (* CStx *) exact (ST _ VX E).
  - (* CAlu *)
    assert (Y : word32 (match src with CK => ci_k i | CX => x end)) by (destruct src; assumption).
    destruct (calu_exec d o src a (match src with CK => ci_k i | CX => x end)) as [v| |f] eqn:X;
      try discriminate.
    exact (MK _ _ _ (ClassicP.calu_exec_word VA Y X) VX E).
  - (* CNeg *) exact (MK _ _ _ (wrap32_range _) VX E).
  - (* CJa *) destruct d; exact (MK _ _ _ VA VX E).
  - (* CJmp *)
    destruct (ccond_holds c a match src with CK => ci_k i | CX => x end); exact (MK _ _ _ VA VX E).
  - (* CRetK *) discriminate.
  - (* CRetA *) discriminate.
  - (* CTax *) exact (MK _ _ _ VA VA E).
  - (* CTxa *) exact (MK _ _ _ VX VX E).
Qed.
Arguments exec_values {d ce i s s'}.

(** * What the context holds *)
Lemma call_word e ce k : carries_call e ce -> 0 <= k -> k + 4 <= seccomp_size ->
  context_word e k = read_le32 ce k.
Proof.
  intros C K1 K2. unfold context_word. cbn [load].
  assert (B : forall i, 0 <= i < seccomp_size ->
      read (Mem (e_mem e) zempty) (l_ctx (e_layout e) + i) = cbyte ce i).
  { intros i I. unfold read. cbn [m_over m_base].
    rewrite zfind_empty. exact (C i I). }
  replace (l_ctx (e_layout e) + k + 1 + 1 + 1) with (l_ctx (e_layout e) + (k + 2 + 1)) by lia.
  replace (l_ctx (e_layout e) + k + 1 + 1) with (l_ctx (e_layout e) + (k + 2)) by lia.
  replace (l_ctx (e_layout e) + k + 1) with (l_ctx (e_layout e) + (k + 1)) by lia.
  rewrite !B by lia. unfold read_le32, read_le16. lia.
Qed.
Lemma seccomp_word_readable k : seccomp_word k = true ->
  0 <= k /\ k + 4 <= seccomp_size /\ ctx_readable seccomp k 4 = Some FPlain.
Proof.
  unfold seccomp_word. rewrite andb_true_iff, ClassicP.in_bits_spec, Z.eqb_eq. intros [K A].
  change 3 with (Z.ones 2) in A. rewrite Z.land_ones in A by lia. change (2 ^ 2) with 4 in A.
  unfold seccomp_size in *.
  assert (E : k = 4 * (k / 4)) by (pose proof (Z.div_mod k 4 ltac:(lia)); lia).
  assert (I : In k (map (fun j => 4 * Z.of_nat j) (seq 0 16))).
  { apply in_map_iff. exists (Z.to_nat (k / 4)).
    assert (0 <= k / 4 < 16) by lia. split; [lia|]. apply in_seq. lia. }
  assert (T : forallb (fun k =>
      match ctx_readable seccomp k 4 with Some FPlain => true | _ => false end)
    (map (fun j => 4 * Z.of_nat j) (seq 0 16)) = true) by (vm_compute; reflexivity).
  rewrite forallb_forall in T. specialize (T k I). split; [lia|].
  split; [lia|].
  destruct (ctx_readable seccomp k 4) as [f|];
    [destruct f; try discriminate T; reflexivity | discriminate T].
Qed.
Lemma context_field_readable n off be : context_field n = Some (off, be) ->
  0 <= off /\ off + 4 <= pt_ctx_size socket_filter /\
    ctx_readable socket_filter off 4 = Some FPlain.
Proof.
  unfold context_field. intros C.
  repeat match type of C with (if ?b then _ else _) = _ => destruct b;
      [injection C as <- <-; vm_compute; repeat split; discriminate|] end.
  discriminate C.
Qed.
Lemma context_field_number n off be : context_field n = Some (off, be) ->
  (n =? 40) = false /\ (n =? 12) = false /\ (n =? 16) = false /\ (n =? 8) = false /\
    (n =? 28) = false /\ n <> random_number.
Proof.
  unfold context_field, random_number. intros C.
  repeat match type of C with (if ?n =? ?k then _ else _) = _ =>
    destruct (Z.eqb_spec n k) as [->|_]; [clear C; repeat split; discriminate|] end.
  discriminate C.
Qed.

(** Linux takes a load's offset as signed, so any number that is the same modulo 2^32 will do. *)
Lemma packet_same ce z i j : wrap32 i = wrap32 j ->
  packet_load LinuxSocket ce z i = packet_load LinuxSocket ce z j.
Proof. intros E. unfold packet_load, linux_place, sgn32. rewrite E. reflexivity. Qed.
Lemma wrap32_sgn32_add k y : wrap32 (sgn32 k + y) = wrap32 (y + k).
Proof.
  pose proof (wrap32_sgn32 k) as E. rewrite !wrap32_mod in *. rewrite Z.add_mod by lia.
  rewrite E. rewrite <- Z.add_mod by lia.
  f_equal. lia.
Qed.
(** A load of one byte is a byte. *)
Lemma byte_loaded ce i v : packet_load LinuxSocket ce CB i = Some v -> 0 <= v < 256.
Proof.
  unfold packet_load. intros P.
  binds P as j J.
  destruct ((- ce_head ce <=? j) && (j + csize_bytes CB <=? ce_len ce)); [|discriminate].
  injection P as <-. apply ClassicP.cbyte_range.
Qed.
(** With a constant operand nothing stops: a division by zero is a fault there. *)
Lemma no_stop d o a y : calu_exec d o CK a y <> CStop.
Proof.
  destruct o; cbn [calu_exec]; try discriminate; try (destruct (y =? 0); discriminate);
    destruct (y <? 32); discriminate.
Qed.
Lemma only_division_stops d o a y : calu_exec d o CX a y = CStop -> o = CDiv \/ o = CMod.
Proof.
  destruct o; cbn [calu_exec]; auto; try discriminate; destruct (y <? 32); try discriminate;
    destruct d; discriminate.
Qed.

(** * The state of the eBPF machine, seen from a classic one *)
Section Simulation.
Variables (d : dialect) (maps : list map_def) (pf : profile) (e : env) (ce : cenv) (q : prog).
Notation t := (translated_target d maps pf).
Notation L := (e_layout e).
Hypothesis WL : wf_layout t L.
Hypothesis NH : l_refs L = [].
Notation top := (frame_top L 0).
Notation ctx_size := (pt_ctx_size (target_type d)).

Definition used (r : reg) : bool := match r with R0 | R2 | R6 | R7 | R10 => true | _ => false end.
Definition upd (rs : reg -> option Z) (r : reg) (v : option Z) : reg -> option Z :=
  fun r' => if reg_num r' =? reg_num r then v else rs r'.
Definition slot_addr (k : Z) : Z := top + scratch_slot k.
Record st (S : state) (p : Z) (rs : reg -> option Z) (m : zmap Z) : Prop := {
  st_pc : pc S = p;
  st_lay : lay S = L;
  st_frames : frames S = [];
  st_live : live S = regions t L 0;
  st_regs : forall r, used r = true -> get r (regs S) = rs r;
  st_ctx : forall b, l_ctx L <= b < l_ctx L + ctx_size -> read (mem S) b = Z.land (e_mem e b) 255;
  st_mem : forall k v, 0 <= k < 16 -> zfind k m = Some v ->
    all_written (mem S) (slot_addr k) 4 = true /\ load (mem S) (slot_addr k) 4 = v }.

(** Others change neither the context nor a stack byte that was written. *)
Lemma ctx_not_shared b : l_ctx L <= b < l_ctx L + ctx_size -> in_shared (regions t L 0) b = false.
Proof.
  intros B. destruct (in_shared (regions t L 0) b) eqn:Sh; [|reflexivity].
  unfold in_shared in Sh. apply existsb_exists in Sh as [r [I Sh]].
  apply andb_true_iff in Sh as [Sh Ins].
  pose proof (shared_others 0 r I Sh) as P. pose proof (ctx_other WL r P) as D.
  apply inside_spec in Ins. unfold disjoint in D.
  cbn [ctx_region r_base r_size translated_target Target t_type] in D. lia.
Qed.
(** A write of others leaves the context as it is. *)
Lemma interfere1_ctx S m w b : lay S = L -> live S = regions t L 0 ->
  l_ctx L <= b < l_ctx L + ctx_size ->
  read (interfere1 S m w) b = read m b.
Proof.
  intros El Li B. unfold interfere1. rewrite El, Li.
  destruct (in_stack L (fst w)) eqn:Sk.
  - (* in_stack L (fst w) = true *)
    rewrite read_write_undefined. destruct (Z.eqb_spec b (fst w)) as [E|NE]; [|reflexivity].
    pose proof (ctx_off_stack WL b B) as O. rewrite E, Sk in O. discriminate O.
  - (* in_stack L (fst w) = false *)
    destruct (in_shared (regions t L 0) (fst w)) eqn:Sh; [|reflexivity].
    rewrite read_write. destruct (Z.eqb_spec b (fst w)) as [E|NE]; [|reflexivity].
    pose proof (ctx_not_shared b B) as O. rewrite E, Sh in O. discriminate O.
Qed.
Lemma slot_in_frame k : 0 <= k < 16 -> top - stack_size <= slot_addr k /\ slot_addr k + 4 <= top /\
  0 < slot_addr k < W.
Proof.
  intros K. destruct (frame_range WL 0) as [F1 F2]; [unfold max_frames; lia|].
  unfold slot_addr, scratch_slot, stack_size in *. lia.
Qed.
Lemma slot_on_stack k b : 0 <= k < 16 -> slot_addr k <= b < slot_addr k + 4 -> in_stack L b = true.
Proof.
  intros K B. destruct (slot_in_frame k K) as [K1 [K2 K3]]. unfold in_stack.
  apply existsb_exists. exists (frame_region L 0). split.
  - (* the frame *) apply in_all_frames. unfold max_frames. lia.
  - (* the slot lies inside it *)
    apply inside_spec. cbn [frame_region r_base r_size]. unfold frame_top in *. lia.
Qed.
Lemma st_interfere an S p rs m : st S p rs m -> st (interfere an S) p rs m.
Proof.
  intros H. unfold interfere.
  assert (G : forall l mm,
    (forall b, l_ctx L <= b < l_ctx L + ctx_size -> read mm b = Z.land (e_mem e b) 255) ->
    (forall k v, 0 <= k < 16 -> zfind k m = Some v -> all_written mm (slot_addr k) 4 = true /\
        load mm (slot_addr k) 4 = v) ->
    let mm' := fold_left (interfere1 S) l mm in
    (forall b, l_ctx L <= b < l_ctx L + ctx_size -> read mm' b = Z.land (e_mem e b) 255) /\
    (forall k v, 0 <= k < 16 -> zfind k m = Some v -> all_written mm' (slot_addr k) 4 = true /\
        load mm' (slot_addr k) 4 = v)).
  { intros l. induction l as [|w l IH]; intros mm C M; cbn [fold_left]; [split; assumption|].
    apply IH.
    - (* the context is as before *)
      intros b B. rewrite (interfere1_ctx S mm w b (st_lay _ _ _ _ H) (st_live _ _ _ _ H) B).
      apply C. exact B.
    - (* scratch memory is as before *)
      intros k v K F. destruct (M k v K F) as [W1 W2]. rewrite all_written_spec in W1.
      assert (KEEP : forall b, slot_addr k <= b < slot_addr k + Z.of_nat 4 ->
        written (interfere1 S mm w) b = true /\ read (interfere1 S mm w) b = read mm b).
      { intros b B.
        destruct (interfere1_keeps WL S 0 mm w b (st_lay _ _ _ _ H) (st_live _ _ _ _ H) (W1 b B))
          as [K1 K2].
        split; [exact K1|]. apply K2. exact (slot_on_stack k b K B). }
      split.
      + (* it is written *) apply all_written_spec. intros b B. apply KEEP. exact B.
      + (* its value *) rewrite <- W2. apply load_frame. intros b B.
        apply KEEP. exact B. }
  destruct (G (an_writes an) (mem S) (st_ctx _ _ _ _ H) (st_mem _ _ _ _ H)) as [G1 G2].
  destruct H as [H1 H2 H3 H4 H5 H6 H7]. constructor; cbn [set_mem pc lay frames live regs mem];
    assumption.
Qed.
Lemma get_set_used {A} (r r' : reg) (v : A) x :
  get r (set r' v x) = if reg_num r =? reg_num r' then v else get r x.
Proof. destruct x, r, r'; reflexivity. Qed.
(** The relation between states goes on through jumps, *)
Lemma st_goto S p p' rs m : st S p rs m -> st (goto S p') p' rs m.
Proof.
  intros [H1 H2 H3 H4 H5 H6 H7]. constructor; cbn [goto pc lay frames live regs mem]; auto.
Qed.
(** and results put in registers. *)
Lemma st_put S p rs m n r v : st S p rs m -> st (put S n r v) (p + n) (upd rs r (Some v)) m.
Proof.
  intros [H1 H2 H3 H4 H5 H6 H7]. constructor; cbn [put goto set_regs pc lay frames live regs mem];
    auto; [lia|].
  intros r' U. rewrite get_set_used. unfold upd.
  destruct (reg_num r' =? reg_num r); auto.
Qed.

(** * One instruction of eBPF *)
(** From any state so related, the instruction goes on to one related so. *)
Definition does (i : insn) (p : Z) (rs : reg -> option Z) (m : zmap Z)
  (p' : Z) (rs' : reg -> option Z) (m' : zmap Z) : Prop :=
  forall an S, st S p rs m -> exists S', exec t an i S = Next S' /\ st S' p' rs' m'.
Definition operand_value (rs : reg -> option Z) (o : operand) : option Z :=
  match o with Imm i => Some (wrap i) | Reg r => if used r then rs r else None end.
(** An operand has the value that the registers say. *)
Lemma value_of_st S p rs m o y : st S p rs m -> operand_value rs o = Some y ->
  value_of S o = Some y.
Proof.
  intros H V. destruct o as [i|r]; cbn [operand_value value_of] in *; [exact V|].
  destruct (used r) eqn:U; [|discriminate]. rewrite (st_regs _ _ _ _ H r U). exact V.
Qed.
Arguments value_of_st {S p rs m o y}.
(** Registers that a translation may write. *)
Definition free (r : reg) : bool := match r with R0 | R2 | R7 => true | _ => false end.
Lemma free_used r : free r = true -> used r = true /\ is_r10 r = false.
Proof. destruct r; cbn; auto. Qed.

Lemma does_mov w r o p rs m y : free r = true -> operand_value rs o = Some y ->
  does (Alu w Mov r o) p rs m (p + 1) (upd rs r (Some (trunc w y))) m.
Proof.
  intros F V an S H. destruct (free_used r F) as [U T]. exists (put S 1 r (trunc w y)).
  split; [|apply st_put; exact H].
  unfold exec. cbn [target_reg]. rewrite T, (value_of_st H V). reflexivity.
Qed.
Lemma does_alu w op r o p rs m x y : op <> Mov -> free r = true -> rs r = Some x ->
  operand_value rs o = Some y ->
  does (Alu w op r o) p rs m (p + 1) (upd rs r (Some (alu w op x y))) m.
Proof.
  intros N F X V an S H. destruct (free_used r F) as [U T]. exists (put S 1 r (alu w op x y)).
  split; [|apply st_put; exact H].
  unfold exec. cbn [target_reg]. rewrite T.
  pose proof (value_of_st H V) as V'.
  pose proof (st_regs _ _ _ _ H r U) as R'.
  rewrite X in R'. destruct op; try congruence; rewrite V', R'; reflexivity.
Qed.
Lemma does_neg w r p rs m x : free r = true -> rs r = Some x ->
  does (Neg w r) p rs m (p + 1) (upd rs r (Some (neg w x))) m.
Proof.
  intros F X an S H. destruct (free_used r F) as [U T]. exists (put S 1 r (neg w x)).
  split; [|apply st_put; exact H].
  unfold exec. cbn [target_reg]. rewrite T, (st_regs _ _ _ _ H r U), X. reflexivity.
Qed.
Lemma does_end k z r p rs m x : free r = true -> rs r = Some x ->
  does (End k z r) p rs m (p + 1) (upd rs r (Some (byte_order k z x))) m.
Proof.
  intros F X an S H. destruct (free_used r F) as [U T]. exists (put S 1 r (byte_order k z x)).
  split; [|apply st_put; exact H].
  unfold exec. cbn [target_reg]. rewrite T, (st_regs _ _ _ _ H r U), X. reflexivity.
Qed.
Lemma does_ja off p rs m : does (Ja off) p rs m (p + 1 + off) rs m.
Proof.
  intros an S H. exists (goto S (p + 1 + off)). split; [|apply st_goto with (p := p); exact H].
  unfold exec. cbn [target_reg]. rewrite (st_pc _ _ _ _ H). reflexivity.
Qed.
Lemma does_jmp w c r o off p rs m x y : used r = true -> rs r = Some x ->
  operand_value rs o = Some y ->
  does (Jmp w c r o off) p rs m (if compare w c x y then p + 1 + off else p + 1) rs m.
Proof.
  intros U X V an S H. eexists. split; [|eapply st_goto; exact H].
  unfold exec. cbn [target_reg].
  rewrite (st_regs _ _ _ _ H r U), X, (value_of_st H V), (st_pc _ _ _ _ H). reflexivity.
Qed.

(** Loads of four bytes, from the context and from a scratch slot. *)
Lemma load_ctx S p rs m off : st S p rs m -> 0 <= off -> off + 4 <= ctx_size ->
  load (mem S) (l_ctx L + off) 4 = context_word e off.
Proof.
  intros H O1 O2. unfold context_word.
  assert (E : forall n a, l_ctx L <= a -> a + Z.of_nat n <= l_ctx L + ctx_size ->
    load (mem S) a n = load (Mem (e_mem e) zempty) a n).
  { intros n. induction n as [|n IH]; intros a A1 A2; cbn [load]; [reflexivity|].
    rewrite (st_ctx _ _ _ _ H a) by lia. rewrite IH by lia. unfold read.
    cbn [m_over m_base]. rewrite zfind_empty. reflexivity. }
  apply E; lia.
Qed.
Lemma does_ldx_ctx r off p rs m : free r = true -> rs R6 = Some (l_ctx L) -> 0 <= off ->
  off + 4 <= ctx_size ->
  ctx_readable (target_type d) off 4 = Some FPlain ->
  does (Ldx S4 false r R6 off) p rs m (p + 1) (upd rs r (Some (context_word e off))) m.
Proof.
  intros F R O1 O2 C an S H. destruct (free_used r F) as [U T].
  exists (put S 1 r (context_word e off)). split; [|apply st_put; exact H].
  unfold exec. cbn [target_reg]. rewrite T, (st_regs _ _ _ _ H R6 eq_refl), R.
  assert (CR := ctx_range WL). cbn [translated_target Target t_type] in CR.
  replace (wrap (l_ctx L + off)) with (l_ctx L + off) by (symmetry; apply wrap_small; lia).
  unfold load_at. rewrite (st_live _ _ _ _ H). change (Z.of_nat (bytes S4)) with 4.
  rewrite (find_ctx WL) by (cbn [translated_target Target t_type]; unfold max_frames; lia).
  cbn [ctx_region r_kind r_base translated_target Target t_type].
  replace (l_ctx L + off - l_ctx L) with off by lia. rewrite C.
  cbn [bytes]. rewrite (load_ctx S p rs m off H O1 O2). reflexivity.
Qed.
Lemma does_ldx_scratch r k p rs m v : free r = true -> rs R10 = Some top -> 0 <= k < 16 ->
  zfind k m = Some v ->
  does (Ldx S4 false r R10 (scratch_slot k)) p rs m (p + 1) (upd rs r (Some v)) m.
Proof.
  intros F R K Z1 an S H. destruct (free_used r F) as [U T]. exists (put S 1 r v).
  split; [|apply st_put; exact H].
  unfold exec. cbn [target_reg]. rewrite T, (st_regs _ _ _ _ H R10 eq_refl), R.
  change (top + scratch_slot k) with (slot_addr k).
  destruct (slot_in_frame k K) as [K1 [K2 K3]]. rewrite wrap_small by lia.
  unfold load_at. rewrite (st_live _ _ _ _ H). change (Z.of_nat (bytes S4)) with 4.
  rewrite (find_frame WL 0 0) by (unfold max_frames; lia). cbn [frame_region r_kind].
  destruct (st_mem _ _ _ _ H k v K Z1) as [W1 W2]. unfold undefined_stack.
  cbn [frame_region r_kind bytes]. rewrite W1, W2.
  cbn [negb]. rewrite andb_false_r. reflexivity.
Qed.
(** Two scratch slots share no byte. *)
Lemma slots_apart j k b : 0 <= j < 16 -> 0 <= k < 16 -> j <> k ->
  slot_addr j <= b < slot_addr j + 4 ->
  ~ slot_addr k <= b < slot_addr k + Z.of_nat 4.
Proof. unfold slot_addr, scratch_slot. intros J K N B. lia. Qed.
Lemma does_stx r k p rs m v : used r = true -> rs r = Some v -> rs R10 = Some top -> 0 <= k < 16 ->
  0 <= v < W32 ->
  does (Stx S4 R10 (scratch_slot k) r) p rs m (p + 1) rs (zset k v m).
Proof.
  intros U X R K V an S H. eexists. split.
  - (* the step *) unfold exec. cbn [target_reg].
    rewrite (st_regs _ _ _ _ H R10 eq_refl), R, (st_regs _ _ _ _ H r U), X.
    change (top + scratch_slot k) with (slot_addr k). destruct (slot_in_frame k K) as [K1 [K2 K3]].
    rewrite wrap_small by lia.
    unfold store_at. rewrite (st_live _ _ _ _ H). change (Z.of_nat (bytes S4)) with 4.
    rewrite (find_frame WL 0 0) by (unfold max_frames; lia). cbn [frame_region r_kind bytes].
    reflexivity.
  - (* the state after it *)
    destruct (slot_in_frame k K) as [K1 [K2 K3]]. pose proof H as [H1 H2 H3 H4 H5 H6 H7].
    constructor; cbn [with_mem goto set_mem pc lay frames live regs mem]; auto; [lia| |].
    + (* the context is as before *) intros b B. rewrite store_other; [auto|]. intros B2.
      pose proof (ctx_off_stack WL b B) as O. rewrite (slot_on_stack k b K) in O by lia.
      discriminate O.
    + (* scratch memory *) intros j v' J. rewrite zfind_set. destruct (Z.eqb_spec j k) as [->|N].
      * (* j = k *) intros [= <-]. split.
        -- (* it is written *) apply all_written_spec. intros b B. apply written_store_new. exact B.
        -- (* its value *) rewrite load_store. apply Z.mod_small. exact V.
      * (* j <> k *) intros Z1. destruct (H7 j v' J Z1) as [W1 W2]. split.
        -- (* it is written *) rewrite all_written_spec in *. intros b B. apply written_store_keeps.
           apply W1. exact B.
        -- (* its value *) rewrite <- W2. apply load_frame. intros b B.
           apply store_other. apply (slots_apart j k b J K N). lia.
Qed.

(** * Runs *)
(** The run from state [S], the [i]th, ends with [r] in at most [k] steps. *)
Definition ends (k : Z) (i : nat) (S : state) (r : Z) : Prop :=
  exists n, Z.of_nat n <= k /\ run_from t q e n i S = Ended r.
(** from any such state that the run gets to, it ends in at most [k] steps *)
Definition reach (k p : Z) (rs : reg -> option Z) (m : zmap Z) (r : Z) : Prop :=
  forall i S, run t q e i = Running S -> st S p rs m -> ends k i S r.

(** One step more at the end of a run. *)
Lemma run_from_next n : forall i S S1 S2, run_from t q e n i S = Running S1 ->
  step t q (e_ans e (i + n)) S1 = Next S2 ->
  run_from t q e (1 + n) i S = Running S2.
Proof.
  induction n as [|n IH]; intros i S S1 S2 R N.
  - (* O *) cbn [run_from] in R. injection R as ->. rewrite Nat.add_0_r in N.
    cbn [Nat.add run_from]. rewrite N. reflexivity.
  - (* S n *)
    cbn [run_from] in R. change (1 + Datatypes.S n)%nat with (Datatypes.S (1 + n)). cbn [run_from].
    destruct (step t q (e_ans e i) S) as [S'|r|f a]; try discriminate.
    apply (IH (Datatypes.S i) S' S1 S2 R). rewrite <- N. do 2 f_equal. lia.
Qed.
Lemma reach_le k k' p rs m r : reach k p rs m r -> k <= k' -> reach k' p rs m r.
Proof. intros H K i S R A. destruct (H i S R A) as [n [N E]]. exists n. split; [lia | exact E]. Qed.
(** A step, and then the run from there. *)
Lemma reach_step k i S S' r : run t q e i = Running S -> step t q (e_ans e i) S = Next S' ->
  (run t q e (Datatypes.S i) = Running S' -> ends (k - 1) (Datatypes.S i) S' r) -> ends k i S r.
Proof.
  intros R N H. destruct H as [n [K E]].
  - (* the state after the step *) unfold run in *. apply (run_from_next i 0 _ S S' R). exact N.
  - (* the run from there *) exists (Datatypes.S n). split; [lia|]. cbn [run_from].
    rewrite N. exact E.
Qed.
(** An instruction in the program, and then the run from there. *)
Lemma then_ ins k p rs m p' rs' m' r : does ins p rs m p' rs' m' -> zfind p q = Some ins ->
  code_ok q p ins = true ->
  reach (k - 1) p' rs' m' r -> reach k p rs m r.
Proof.
  intros D Z1 C H i S R A.
  destruct (D (e_ans e i) _ (st_interfere (e_ans e i) S p rs m A)) as [S' [X A']].
  apply (reach_step k i S S' r R).
  - (* the step *) unfold step. rewrite (st_pc _ _ _ _ A), Z1, C. exact X.
  - (* the run from there *) intros R'. apply (H _ S' R' A').
Qed.
(** The run ends at an exit. *)
Lemma exits k p rs m r : zfind p q = Some Exit -> rs R0 = Some r -> 1 <= k -> reach k p rs m r.
Proof.
  intros Z1 X K i S R A. exists 1%nat. split; [lia|].
  cbn [run_from]. unfold step. rewrite (st_pc _ _ _ _ A), Z1.
  pose proof (st_interfere (e_ans e i) S p rs m A) as A'. unfold exec. cbn [target_reg].
  unfold leave, all_released.
  rewrite (st_regs _ _ _ _ A' R0 eq_refl), X, (st_frames _ _ _ _ A'), (st_lay _ _ _ _ A'), NH.
  reflexivity.
Qed.

(** After a call r2 is undefined and r0 is the result; a legacy load may end the program instead. *)
Definition after_call (rs : reg -> option Z) (v : Z) : reg -> option Z :=
  upd (upd rs R2 None) R0 (Some v).
(** The state after a call is so related. *)
Lemma st_call S p rs m v l : st S p rs m -> l = live S ->
  st (State (pc S + 1) (set R0 (Some v) (clobber (regs S))) (mem S) (lay S) (frames S) l
    (rounds S)) (p + 1) (after_call rs v) m.
Proof.
  intros [H1 H2 H3 H4 H5 H6 H7] ->. constructor; cbn [pc lay frames live regs mem]; auto; [lia|].
  intros r U. unfold after_call, upd, clobber. rewrite !get_set_used.
  destruct r; try discriminate U; cbv [reg_num Z.eqb Pos.eqb];
    first [reflexivity | apply H5; reflexivity].
Qed.
Definition index_value (rs : reg -> option Z) (ind : option reg) (y : Z) : Prop :=
  match ind with Some r => used r = true /\ rs r = Some y | None => y = 0 end.
(** A packet load, and then the run from there; or the program ends with 0. *)
Lemma packet_then z ind k j p rs m y r : d = LinuxSocket -> carries_answers t q e ce -> z <> S8 ->
  zfind p q = Some (LdPkt z ind k) -> rs R6 = Some (l_ctx L) -> index_value rs ind y -> 1 <= j ->
  match packet_load LinuxSocket ce (classic_size z) (k + y) with
  | Some v => reach (j - 1) (p + 1) (after_call rs v) m r
  | None => r = 0
  end -> reach j p rs m r.
Proof.
  intros D AN NZ Z1 X Y K H i S R A. pose proof (st_interfere (e_ans e i) S p rs m A) as A'.
  assert (Yv :
    match ind with Some r => get r (regs S) | None => Some 0 end = Some y /\
    match ind with Some r => get r (regs (interfere (e_ans e i) S)) | None => Some 0 end = Some y).
  { destruct ind as [x|]; cbn [index_value] in Y; [|subst y; auto]. destruct Y as [U Y].
    rewrite (st_regs _ _ _ _ A x U), (st_regs _ _ _ _ A' x U), Y. auto. }
  destruct Yv as [Y1 Y2].
  assert (AN' : an_choice (e_ans e i) =
      match packet_load LinuxSocket ce (classic_size z) (k + y) with Some v => v | None => -1 end).
  { rewrite <- (st_pc _ _ _ _ A) in Z1. apply (AN i S _ _ R Z1). unfold packet_answer.
    do 2 f_equal.
    destruct ind as [x|]; [rewrite Y1; reflexivity | injection Y1 as <-; reflexivity]. }
  assert (STEP : step t q (e_ans e i) S =
      load_packet t (e_ans e i) z ind (interfere (e_ans e i) S)).
  { unfold step. rewrite (st_pc _ _ _ _ A), Z1. reflexivity. }
  assert (LP : load_packet t (e_ans e i) z ind (interfere (e_ans e i) S) =
    if an_choice (e_ans e i) <? 0 then Done 0
    else let S1 := interfere (e_ans e i) S in
         Next (put (set_regs S1 (clobber (regs S1))) 1 R0 (low z (an_choice (e_ans e i))))).
  { unfold load_packet, in_main, all_released.
    rewrite (st_frames _ _ _ _ A'), (st_regs _ _ _ _ A' R6 eq_refl), X, Y2, (st_lay _ _ _ _ A'),
      Z.eqb_refl, NH.
    unfold translated_target. rewrite D. reflexivity. }
  rewrite LP in STEP. rewrite AN' in STEP.
  destruct (packet_load LinuxSocket ce (classic_size z) (k + y)) as [v|] eqn:PL.
  - (* Some v *) assert (V : 0 <= v < 2 ^ size_bits z).
    { clear - PL NZ. unfold packet_load in PL. binds PL as i1 P1.
      destruct ((- ce_head ce <=? i1) && (i1 + csize_bytes (classic_size z) <=? ce_len ce));
        [|discriminate].
      injection PL as <-.
      pose proof (ClassicP.cbyte_range ce i1).
      pose proof (ClassicP.cbyte_range ce (i1 + 1)).
      pose proof (ClassicP.cbyte_range ce (i1 + 2)).
      pose proof (ClassicP.cbyte_range ce (i1 + 3)).
      destruct z; cbn [classic_size read_be size_bits]; try congruence;
        [change (2 ^ 8) with 256 | change (2 ^ 16) with 65536 | change (2 ^ 32) with 4294967296];
        lia. }
    replace (v <? 0) with false in STEP by (symmetry; apply Z.ltb_ge; lia).
    replace (low z v) with v in STEP.
    2: { unfold low. rewrite Z.land_ones by (destruct z; cbn; lia). symmetry.
         apply Z.mod_small. exact V. }
    cbv zeta in STEP. apply (reach_step j i S _ r R STEP). intros R'.
    apply (H _ _ R'). exact (st_call _ _ _ _ v _ A' eq_refl).
  - (* None *) exists 1%nat. split; [lia|]. cbn [run_from].
    rewrite STEP. change (-1 <? 0) with true. cbv iota.
    rewrite H. reflexivity.
Qed.
(** The call for the processor's number, and then the run from there. *)
Lemma processor_then j p rs m r : d = LinuxSocket -> carries_answers t q e ce ->
  zfind p q = Some (Call get_smp_processor_id) ->
    reach (j - 1) (p + 1) (after_call rs (metadata ce 36)) m r -> reach j p rs m r.
Proof.
  intros D AN Z1 H i S R A. pose proof (st_interfere (e_ans e i) S p rs m A) as A'.
  assert (AN' : an_choice (e_ans e i) = metadata ce 36).
  { rewrite <- (st_pc _ _ _ _ A) in Z1. apply (AN i S _ _ R Z1). reflexivity. }
  assert (M : 0 <= metadata ce 36 < W32) by apply wrap32_range.
  assert (STEP : step t q (e_ans e i) S =
      call t (e_ans e i) (offered_helper (t_type t) get_smp_processor_id)
        (interfere (e_ans e i) S)).
  { unfold step. rewrite (st_pc _ _ _ _ A), Z1. reflexivity. }
  assert (HD : exists name, helper_of get_smp_processor_id = Some (Helper 8 name [] u32_any false))
    by (eexists; reflexivity).
  destruct HD as [name HD].
  unfold call, offered_helper in STEP. rewrite HD in STEP.
  change u32_any with (RInt 0 4294967295) in STEP.
  replace (existsb (Z.eqb get_smp_processor_id) (pt_helpers (t_type t))) with true in STEP
    by (unfold translated_target; rewrite D; vm_compute; reflexivity).
  change (args_in (t_type t) (Helper 8 name [] u32_any false)) with (@nil arg) in STEP.
  cbn [negb check_args h_ret u32_any] in STEP. cbv zeta iota in STEP.
  unfold interpret, moved, filled in STEP. cbn [h_moves sn_map sn_out] in STEP. cbv iota in STEP.
  rewrite AN' in STEP.
  rewrite Z.min_r, Z.max_r, wrap_small in STEP by lia.
  apply (reach_step j i S _ r R STEP). intros R'. apply (H _ _ R').
  exact (st_call _ _ _ _ _ _ A' eq_refl).
Qed.

(** * One classic instruction *)
Hypothesis CARRY : carries d t q e ce.
Variable at_ : Z -> Z.
(** A is in r0, X in r7, the context in r6 and the frame's top in r10. *)
Definition regs_hold (rs : reg -> option Z) (a x : Z) : Prop :=
  rs R0 = Some a /\ rs R7 = Some x /\ rs R6 = Some (l_ctx L) /\ rs R10 = Some top.
(** From the block of this classic state on, the run ends with [r] in at most [k] steps. *)
Definition good (k : Z) (s : cstate) (r : Z) : Prop :=
  forall rs, regs_hold rs (cs_a s) (cs_x s) -> reach k (at_ (cs_pc s)) rs (cs_mem s) r.

(** What a socket filter's environment carries. *)
Lemma packet_parts : d = LinuxSocket -> carries_metadata e ce /\ carries_answers t q e ce.
Proof.
  intros D. pose proof CARRY as C. unfold carries in C.
  rewrite D in C. rewrite D. exact C.
Qed.

(** how a step of the classic machine has to be matched *)
Definition matched (n : Z) (o : cnext) (r : Z) : Prop :=
  match o with CNext s' => ClassicP.values_ok s' /\ good n s' r | CEnd r' => r' = r
    | CBad _ => False end.

(** Takes the first instruction off a block, *)
Ltac split_block := match goal with B : block_at q _ (_ :: _) |- _ =>
  let F := fresh "FETCH" in apply block_at_cons in B; destruct B as [F B] end.
(** and runs it, by its lemma. *)
Ltac by_insn lem := split_block; match goal with F : zfind _ q = Some _ |- reach _ _ _ _ _ =>
  eapply then_; [| exact F | reflexivity |];
    [eapply lem; try eassumption; try reflexivity | clear F] end.

(** A block does what its classic instruction does, within seven steps. *)
Lemma block_simulated i b a x m pc n r :
  block d at_ pc i = Some b -> block_at q (at_ pc) b ->
    at_ (pc + 1) = at_ pc + Z.of_nat (length b) ->
  cinsn_ok i = true -> ClassicP.values_ok (CState pc a x m) -> d <> Libpcap -> 0 <= n ->
  matched n (classic_exec d ce i (CState pc a x m)) r -> good (n + 7) (CState pc a x m) r.
Proof.
  intros BL BA NX OK V D N M rs RS. cbn [cs_pc cs_a cs_x cs_mem] in *.
  pose proof (ClassicP.cinsn_ok_spec _ OK) as [KT [KF KK]].
  pose proof V as [VA [VX VM]]. cbn [cs_pc cs_a cs_x cs_mem] in VA, VX, VM.
  pose proof RS as [RA [RX [RC RT]]].
  (* going on after a block of [c] instructions, with these registers *)
  assert (ON : forall c rs' a' x' m' k', at_ pc + c = at_ (pc + 1) -> regs_hold rs' a' x' ->
    good n (CState (pc + 1) a' x' m') r -> n <= k' ->
    forall p', p' = at_ pc + c -> reach k' p' rs' m' r).
  { intros c rs' a' x' m' k' C H G K p' ->. rewrite C.
    apply (reach_le n); [exact (G rs' H) | exact K]. }
  unfold block in BL. unfold classic_exec in M. cbv zeta in BL, M.
  destruct (negb (in_dialect d (ci_op i))) eqn:IN; [discriminate|].
  assert (KV := constant_value (ci_k i) KK).
  assert (DD : d = LinuxSocket \/ d = LinuxSeccomp)
    by (destruct d; [left; reflexivity | right; reflexivity | congruence]).
  assert (LOAD : forall z ind y j, d = LinuxSocket ->
    b = [LdPkt (access_size z) ind (sgn32 (ci_k i))] -> index_value rs ind y ->
    wrap32 j = wrap32 (sgn32 (ci_k i) + y) ->
    matched n (match packet_load LinuxSocket ce z j with
               | Some v => CNext (CState (pc + 1) v x m)
               | None => CEnd 0
               end) r ->
    reach (n + 7) (at_ pc) rs m r).
  { intros z ind y j DS EB IV EJ ML. destruct (packet_parts DS) as [_ CA]. rewrite EB in BA, NX.
    cbn [length] in NX. split_block.
    eapply (packet_then (access_size z) ind (sgn32 (ci_k i)) (n + 7) _ rs m y r DS CA);
      [destruct z; discriminate | eassumption | exact RC | exact IV | lia |].
    replace (classic_size (access_size z)) with z by (destruct z; reflexivity).
    rewrite <- (packet_same ce z _ _ EJ).
    destruct (packet_load LinuxSocket ce z j) as [v|]; cbn [matched] in ML; [|symmetry; exact ML].
    destruct ML as [_ G].
    apply (ON 1 _ v x m); [lia | repeat split; assumption | exact G | lia | lia]. }
  destruct (ci_op i) as [z|z| | | | | | | | | |o src| | |c src| | | |].
  - (* CLdAbs: absolute load *)
    destruct DD as [DD|DD]; rewrite DD in BL, M.
    + (* LinuxSocket *) destruct (packet_parts DD) as [CM CA]. destruct (ci_k i <? skf_ad).
      * (* a load from the packet *)
        injection BL as <-. apply (LOAD z None 0 (ci_k i) DD eq_refl eq_refl); [|exact M].
        rewrite wrap32_sgn32_add. reflexivity.
      * (* an ancillary load *) destruct (ancillary (ci_k i)); [|contradiction].
        remember (ci_k i - skf_ad) as num eqn:NUM. clear NUM.
        destruct CM as [CM1 [CM2 [CM3 CM4]]]. unfold ancillary_block in BL.
        unfold ancillary_load in M.
        destruct (context_field num) as [[off be]|] eqn:CF.
        -- (* Some (off, be) *)
           destruct (context_field_number _ _ _ CF) as [N40 [N12 [N16 [N8 [N28 NR]]]]].
           rewrite N40, N12, N16, N8, N28 in M.
           cbn [orb andb matched] in M. destruct M as [_ G].
           rewrite (CM1 num pc NR), <- (CM3 num off be CF) in G.
           destruct (context_field_readable _ _ _ CF) as [O1 [O2 O3]]. injection BL as <-.
           by_insn does_ldx_ctx; [rewrite DD; exact O2 | rewrite DD; exact O3 |]. destruct be.
           ++ (* be = true *) by_insn does_end.
              apply (ON 2 _ (byte_order ToBe S2 (context_word e off)) x m);
                [cbn [length] in NX; lia | repeat split; assumption | exact G | lia | lia].
           ++ (* be = false *)
              apply (ON 1 _ (context_word e off) x m);
                [cbn [length] in NX; lia | repeat split; assumption | exact G | lia | lia].
        -- (* None *) destruct (Z.eqb_spec num 8) as [E8|N8].
           ++ (* num = 8 *) rewrite E8 in M. cbn [Z.eqb Pos.eqb orb andb] in M. injection BL as <-.
              by_insn does_ldx_ctx;
                [discriminate | rewrite DD; vm_compute; discriminate | rewrite DD; reflexivity |].
              by_insn does_jmp.
              destruct (ce_device ce); cbn [negb matched] in M.
              ** (* there is a device *) destruct CM4 as [CM4 CM5]. destruct M as [_ G].
                 rewrite (CM1 8 pc ltac:(discriminate)) in G.
                 assert (MR : word32 (metadata ce 8)) by apply wrap32_range.
                 replace (compare A64 Jne (context_word e ifindex_field) (wrap 0)) with true.
                 2: { rewrite CM4. unfold compare. cbn [trunc].
                      change (wrap (wrap 0)) with 0. rewrite (word32_wrap _ MR).
                      symmetry. apply negb_true_iff, Z.eqb_neq. exact CM5. }
                 split_block. by_insn does_mov. rewrite CM4.
                 cbn [trunc]. rewrite (word32_wrap _ MR).
                 apply (ON 4 _ (metadata ce 8) x m);
                   [cbn [length] in NX; lia | repeat split; assumption | exact G | lia | lia].
              ** (* there is none *)
                 rewrite CM4. change (compare A64 Jne 0 (wrap 0)) with false. cbv iota.
                 rewrite <- M.
                 split_block. eapply exits; [eassumption | assumption | lia].
           ++ (* num <> 8 *) apply Z.eqb_neq in N8. destruct (Z.eqb_spec num 36) as [E36|N36].
              ** (* num = 36 *)
                 rewrite E36 in M. cbn [Z.eqb Pos.eqb orb andb matched] in M. destruct M as [_ G].
                 rewrite (CM1 36 pc ltac:(discriminate)) in G. injection BL as <-. split_block.
                 eapply (processor_then (n + 7) _ rs m r DD CA); [eassumption|].
                 apply (ON 1 _ (metadata ce 36) x m);
                   [cbn [length] in NX; lia | repeat split; assumption | exact G | lia | lia].
              ** (* num = 40 *) destruct (num =? 40); [|discriminate]. cbn [matched] in M.
                 destruct M as [_ G]. injection BL as <-.
                 by_insn does_alu; [discriminate|]. unfold alu. cbn [trunc].
                 rewrite (wrap32_small a VA), (wrap32_small x VX).
                 apply (ON 1 _ (Z.lxor a x) x m);
                   [cbn [length] in NX; lia | repeat split; assumption | exact G | lia | lia].
    + (* LinuxSeccomp *)
      injection BL as <-. destruct (seccomp_word (ci_k i)) eqn:SW; [|contradiction].
      destruct M as [_ G].
      destruct (seccomp_word_readable _ SW) as [K1 [K2 K3]].
      pose proof CARRY as C. unfold carries in C. rewrite DD in C.
      rewrite <- (call_word e ce (ci_k i) C K1 K2) in G.
      by_insn does_ldx_ctx; [rewrite DD; exact K2 | rewrite DD; exact K3 |].
      apply (ON 1 _ (context_word e (ci_k i)) x m);
        [cbn [length] in NX; lia | repeat split; assumption | exact G | lia | lia].
  - (* CLdInd: indirect load *)
    destruct DD as [DD|DD]; [|rewrite DD in IN; discriminate IN].
    injection BL as <-. rewrite DD in M.
    apply (LOAD z (Some R7) x (x + ci_k i) DD eq_refl (conj eq_refl RX)); [|exact M].
    rewrite wrap32_sgn32_add. reflexivity.
  - (* CLdLen: ld len *)
    destruct DD as [DD|DD]; rewrite DD in BL, M; injection BL as <-; destruct M as [_ G].
    + (* LinuxSocket *) destruct (packet_parts DD) as [[_ [CL _]] _]. rewrite <- CL in G.
      by_insn does_ldx_ctx; [rewrite DD; vm_compute; discriminate | rewrite DD; reflexivity |].
      apply (ON 1 _ (context_word e 0) x m);
        [cbn [length] in NX; lia | repeat split; assumption | exact G | lia | lia].
    + (* LinuxSeccomp *) by_insn does_mov. change (trunc A32 (wrap seccomp_size)) with seccomp_size.
      apply (ON 1 _ seccomp_size x m);
        [cbn [length] in NX; lia | repeat split; assumption | exact G | lia | lia].
  - (* CLdImm: ld #k *)
    injection BL as <-. destruct M as [_ G].
    by_insn does_mov. cbn [trunc]. rewrite KV.
    apply (ON 1 _ (ci_k i) x m);
      [cbn [length] in NX; lia | repeat split; assumption | exact G | lia | lia].
  - (* CLdMem: ld M[k] *)
    injection BL as <-. unfold scratch_read in M.
    destruct (in_bits scratch_size (ci_k i)) eqn:IB; [|contradiction].
    apply ClassicP.in_bits_spec in IB. unfold scratch_size in IB.
    destruct (zfind (ci_k i) m) as [v|] eqn:F; [|contradiction]. destruct M as [_ G].
    by_insn does_ldx_scratch.
    apply (ON 1 _ v x m);
      [cbn [length] in NX; lia | repeat split; assumption | exact G | lia | lia].
  - (* CLdxLen: ldx len *)
    destruct DD as [DD|DD]; rewrite DD in BL, M; injection BL as <-; destruct M as [_ G].
    + (* LinuxSocket *) destruct (packet_parts DD) as [[_ [CL _]] _]. rewrite <- CL in G.
      by_insn does_ldx_ctx; [rewrite DD; vm_compute; discriminate | rewrite DD; reflexivity |].
      apply (ON 1 _ a (context_word e 0) m);
        [cbn [length] in NX; lia | repeat split; assumption | exact G | lia | lia].
    + (* LinuxSeccomp *) by_insn does_mov. change (trunc A32 (wrap seccomp_size)) with seccomp_size.
      apply (ON 1 _ a seccomp_size m);
        [cbn [length] in NX; lia | repeat split; assumption | exact G | lia | lia].
  - (* CLdxMsh: ldxb 4*([k]&0xf) *)
    destruct DD as [DD|DD]; [|rewrite DD in IN; discriminate IN]. rewrite DD in M.
    destruct (packet_parts DD) as [_ CA]. injection BL as <-.
    by_insn does_mov. cbn [trunc]. rewrite (word32_wrap a VA).
    split_block.
    eapply (packet_then S1 None (sgn32 (ci_k i)) _ _ _ m 0 r DD CA);
      [discriminate | eassumption | exact RC | reflexivity | lia |].
    cbn [classic_size].
    rewrite (packet_same ce CB _ (ci_k i)) by (rewrite wrap32_sgn32_add; reflexivity).
    destruct (packet_load LinuxSocket ce CB (ci_k i)) as [v|] eqn:P; cbn [matched] in M;
      [|symmetry; exact M].
    destruct M as [_ G]. pose proof (byte_loaded _ _ _ P) as VR. rewrite <- (four_times v VR) in G.
    pose proof (alu_range A32 Lsh (alu A32 And v 15) 2) as AR.
    by_insn does_alu; [discriminate|]. by_insn does_alu; [discriminate|]. change (wrap 15) with 15.
    change (wrap 2) with 2.
    by_insn does_mov. by_insn does_mov. by_insn does_mov.
    cbn [trunc].
    rewrite !(word32_wrap a VA), (wrap_small (alu A32 Lsh (alu A32 And v 15) 2) AR).
    apply (ON 7 _ a (alu A32 Lsh (alu A32 And v 15) 2) m);
      [cbn [length] in NX; lia | repeat split; assumption | exact G | lia | lia].
  - (* CLdxImm: ldx #k *)
    injection BL as <-. destruct M as [_ G].
    by_insn does_mov. cbn [trunc]. rewrite KV.
    apply (ON 1 _ a (ci_k i) m);
      [cbn [length] in NX; lia | repeat split; assumption | exact G | lia | lia].
  - (* CLdxMem: ldx M[k] *)
    injection BL as <-. unfold scratch_read in M.
    destruct (in_bits scratch_size (ci_k i)) eqn:IB; [|contradiction].
    apply ClassicP.in_bits_spec in IB. unfold scratch_size in IB.
    destruct (zfind (ci_k i) m) as [v|] eqn:F; [|contradiction]. destruct M as [_ G].
    by_insn does_ldx_scratch.
    apply (ON 1 _ a v m);
      [cbn [length] in NX; lia | repeat split; assumption | exact G | lia | lia].
  - (* CSt: st *)
    injection BL as <-. destruct (in_bits scratch_size (ci_k i)) eqn:IB; [|contradiction].
    apply ClassicP.in_bits_spec in IB. unfold scratch_size in IB. destruct M as [_ G].
    by_insn does_stx.
    apply (ON 1 _ a x (zset (ci_k i) a m));
      [cbn [length] in NX; lia | repeat split; assumption | exact G | lia | lia].
  - (* CStx: stx *)
    injection BL as <-. destruct (in_bits scratch_size (ci_k i)) eqn:IB; [|contradiction].
    apply ClassicP.in_bits_spec in IB. unfold scratch_size in IB. destruct M as [_ G].
    by_insn does_stx.
    apply (ON 1 _ a x (zset (ci_k i) x m));
      [cbn [length] in NX; lia | repeat split; assumption | exact G | lia | lia].
  - (* CAlu: arithmetic *)
    assert (NM : alu_of o <> Mov) by (destruct o; discriminate).
    destruct src.
    + (* CK *)
      assert (EB : b = [Alu A32 (alu_of o) R0 (Imm (sgn32 (ci_k i)))])
        by (destruct o; injection BL as <-; reflexivity).
      rewrite EB in *.
      destruct (calu_exec d o CK a (ci_k i)) as [v| |f] eqn:X; cbn [matched] in M;
        [| |contradiction].
      2: { exfalso. exact (no_stop _ _ _ _ X). }
      destruct M as [_ G]. by_insn does_alu. rewrite (alu_equal d o CK a (ci_k i) _ v D VA KK KV X).
      apply (ON 1 _ v x m);
        [cbn [length] in NX; lia | repeat split; assumption | exact G | lia | lia].
    + (* CX *)
      assert (DV : (o = CDiv \/ o = CMod) /\ b = divide_by_x (alu_of o) \/
          (o <> CDiv /\ o <> CMod) /\ b = [Alu A32 (alu_of o) R0 (Reg R7)]).
      { destruct o; injection BL as <-; auto; right; (split; [split; discriminate | reflexivity]). }
      destruct DV as [[DV EB] | [DV EB]]; rewrite EB in *.
      * (* CDiv, CMod *) unfold divide_by_x in *. by_insn does_mov. cbn [trunc].
        rewrite (wrap32_small x VX). by_insn does_jmp.
        assert (CE : compare A64 Jne x (wrap 0) = negb (x =? 0)).
        { unfold compare. cbn [trunc]. rewrite (word32_wrap x VX). reflexivity. }
        rewrite CE.
        assert (XE : calu_exec d o CX a x = if x =? 0 then CStop else CValue (calu_value o a x)).
        { destruct DV as [-> | ->]; reflexivity. }
        destruct (x =? 0) eqn:XZ; cbn [negb].
        -- (* x = 0 *) rewrite XE in M. cbn [matched] in M. by_insn does_alu; [discriminate|].
           rewrite self_xor. rewrite <- M.
           split_block. eapply exits; [eassumption | reflexivity | lia].
        -- (* x <> 0 *) rewrite XE in M. cbn [matched] in M.
           destruct M as [_ G]. split_block. split_block.
           replace (at_ pc + 1 + 1 + 2) with (at_ pc + 1 + 1 + 1 + 1) by lia.
           by_insn does_alu. rewrite (alu_equal d o CX a x _ _ D VA VX (wrap32_small x VX) XE).
           apply (ON 5 _ (calu_value o a x) x m);
             [cbn [length divide_by_x] in NX; lia | repeat split; assumption | exact G | lia | lia].
      * (* the other operations *)
        destruct (calu_exec d o CX a x) as [v| |f] eqn:X; cbn [matched] in M; [| |contradiction].
        2: { exfalso.
             destruct (only_division_stops _ _ _ _ X) as [E1|E1];
                 [exact (proj1 DV E1) | exact (proj2 DV E1)]. }
        destruct M as [_ G]. by_insn does_alu.
        rewrite (alu_equal d o CX a x _ v D VA VX (wrap32_small x VX) X).
        apply (ON 1 _ v x m);
          [cbn [length] in NX; lia | repeat split; assumption | exact G | lia | lia].
  - (* CNeg: neg *)
    injection BL as <-. destruct M as [_ G].
    by_insn does_neg.
    apply (ON 1 _ (wrap32 (- a)) x m);
      [cbn [length] in NX; lia | repeat split; assumption | exact G | lia | lia].
  - (* CJa: ja *)
    injection BL as <-.
    assert (G : good n (CState (pc + 1 + ci_k i) a x m) r)
      by (destruct d; [exact (proj2 M) | exact (proj2 M) | congruence]).
    by_insn does_ja. cbn [Z.of_nat].
    apply (reach_le n); [|lia].
    replace (at_ pc + 1 + (at_ (pc + 1 + ci_k i) - at_ pc - 1 - 0)) with (at_ (pc + 1 + ci_k i))
      by lia.
    exact (G rs RS).
  - (* CJmp: conditional jump *)
    destruct (compared src (ci_k i)) as [first o] eqn:CP. injection BL as EB.
    remember (match src with CK => ci_k i | CX => x end) as y eqn:EY.
    assert (VY : word32 y) by (rewrite EY; destruct src; assumption).
    (* the jump itself, in registers where the operand is [y] *)
    assert (JUMP : forall rs' k', regs_hold rs' a x -> operand_value rs' o = Some y ->
      n + 2 <= k' ->
      block_at q (at_ pc + Z.of_nat (length first))
        (if ci_jf i =? 0
         then [Jmp A64 (cmp_of c) R0 o
                 (at_ (pc + 1 + ci_jt i) - at_ pc - 1 - Z.of_nat (length first))]
         else if ci_jt i =? 0 then
           match inverse c with
           | Some c' =>
             [Jmp A64 c' R0 o (at_ (pc + 1 + ci_jf i) - at_ pc - 1 - Z.of_nat (length first))]
           | None =>
             [Jmp A64 (cmp_of c) R0 o
                (at_ (pc + 1 + ci_jt i) - at_ pc - 1 - Z.of_nat (length first));
              Ja (at_ (pc + 1 + ci_jf i) - at_ pc - 1 - Z.of_nat (Datatypes.S (length first)))]
           end
         else
           [Jmp A64 (cmp_of c) R0 o
              (at_ (pc + 1 + ci_jt i) - at_ pc - 1 - Z.of_nat (length first));
            Ja (at_ (pc + 1 + ci_jf i) - at_ pc - 1 - Z.of_nat (Datatypes.S (length first)))]) ->
      reach k' (at_ pc + Z.of_nat (length first)) rs' m r).
    { clear CP.
      assert (GOTO : forall j rs' k' p', good n (CState (pc + 1 + j) a x m) r ->
        regs_hold rs' a x -> n <= k' -> p' = at_ (pc + 1 + j) -> reach k' p' rs' m r).
      { intros j rs' k' p' G H K ->. apply (reach_le n); [exact (G rs' H) | exact K]. }
      assert (TWO : forall rs' k', regs_hold rs' a x -> operand_value rs' o = Some y ->
        n + 2 <= k' ->
        block_at q (at_ pc + Z.of_nat (length first))
          [Jmp A64 (cmp_of c) R0 o
             (at_ (pc + 1 + ci_jt i) - at_ pc - 1 - Z.of_nat (length first));
           Ja (at_ (pc + 1 + ci_jf i) - at_ pc - 1 - Z.of_nat (Datatypes.S (length first)))] ->
        reach k' (at_ pc + Z.of_nat (length first)) rs' m r).
      { intros rs' k' H OV K B. clear BA. pose proof H as [HA _].
        by_insn does_jmp. rewrite (compare_equal c a y VA VY).
        destruct (ccond_holds c a y); cbn [matched] in M; destruct M as [_ G].
        - (* the condition holds *) apply (GOTO (ci_jt i)); [exact G | exact H | lia | lia].
        - (* the condition does not hold *)
          by_insn does_ja. apply (GOTO (ci_jf i)); [exact G | exact H | lia | lia]. }
      intros rs' k' H OV K B. pose proof H as [HA _]. rewrite <- EB, app_length in NX.
      destruct (Z.eqb_spec (ci_jf i) 0) as [F0|F0].
      - (* ci_jf i = 0 *) clear BA. by_insn does_jmp. rewrite (compare_equal c a y VA VY).
        cbn [length] in NX.
        destruct (ccond_holds c a y); cbn [matched] in M; destruct M as [_ G].
        + (* the condition holds *) apply (GOTO (ci_jt i)); [exact G | exact H | lia | lia].
        + (* the condition does not hold *)
          apply (GOTO (ci_jf i)); [exact G | exact H | lia | rewrite F0, Z.add_0_r; lia].
      - (* ci_jf i <> 0 *)
        destruct (Z.eqb_spec (ci_jt i) 0) as [T0|T0]; [|exact (TWO rs' k' H OV K B)].
        destruct (inverse c) as [c'|] eqn:IC; [|exact (TWO rs' k' H OV K B)].
        clear BA. by_insn does_jmp. rewrite (inverse_compare c c' a y VA VY IC).
        cbn [length] in NX.
        destruct (ccond_holds c a y); cbn [negb matched] in M |- *; destruct M as [_ G].
        + (* the condition holds *)
          apply (GOTO (ci_jt i)); [exact G | exact H | lia | rewrite T0, Z.add_0_r; lia].
        + (* the condition does not hold *)
          apply (GOTO (ci_jf i)); [exact G | exact H | lia | lia]. }
    rewrite <- EB in BA. clear EB.
    assert (OWN : first = [] -> operand_value rs o = Some y -> reach (n + 7) (at_ pc) rs m r).
    { intros -> OV. rewrite <- (Z.add_0_r (at_ pc)). apply JUMP; [exact RS | exact OV | lia |].
      cbn [length Z.of_nat app] in *. rewrite Z.add_0_r. exact BA. }
    unfold compared in CP. destruct src.
    + (* CK *) destruct (ci_k i <? sign32).
      * (* ci_k i < sign32 *) injection CP as <- <-. apply OWN; [reflexivity|]. cbn [operand_value].
        rewrite EY, (word32_wrap _ KK). reflexivity.
      * (* sign32 <= ci_k i *) injection CP as <- <-. cbn [app] in BA. by_insn does_mov.
        cbn [trunc]. rewrite KV.
        apply (JUMP (upd rs R2 (Some (ci_k i))));
          [repeat split; assumption | rewrite EY; reflexivity | lia | exact BA].
    + (* CX *) injection CP as <- <-. apply OWN; [reflexivity|]. rewrite EY. exact RX.
  - (* CRetK: ret #k *)
    injection BL as <-. rewrite <- M.
    by_insn does_mov. cbn [trunc]. rewrite KV.
    split_block. eapply exits; [eassumption | reflexivity | lia].
  - (* CRetA: ret a *)
    injection BL as <-. rewrite <- M. split_block.
    eapply exits; [eassumption | assumption | lia].
  - (* CTax: tax *)
    injection BL as <-. destruct M as [_ G].
    by_insn does_mov. cbn [trunc]. rewrite (word32_wrap a VA).
    apply (ON 1 _ a a m);
      [cbn [length] in NX; lia | repeat split; assumption | exact G | lia | lia].
  - (* CTxa: txa *)
    injection BL as <-. destruct M as [_ G].
    by_insn does_mov. cbn [trunc]. rewrite (word32_wrap x VX).
    apply (ON 1 _ x x m);
      [cbn [length] in NX; lia | repeat split; assumption | exact G | lia | lia].
Qed.

(** * The whole program *)
Lemma program_simulated p : (forall pc o, zfind pc (classic_code p) = Some o ->
  exists i b, o = Some i /\ block d at_ pc i = Some b /\
    block_at q (at_ pc) b /\ at_ (pc + 1) = at_ pc + Z.of_nat (length b)) ->
  (forall pc i, zfind pc (classic_code p) = Some (Some i) -> cinsn_ok i = true) -> d <> Libpcap ->
  forall n s r, ClassicP.values_ok s -> classic_steps d (classic_code p) ce n s = CDone r ->
    good (7 * Z.of_nat n) s r.
Proof.
  intros B OK D n.
  induction n as [|n IH]; intros s r V C; cbn [classic_steps] in C; [discriminate|].
  unfold classic_step in C.
  destruct (zfind (cs_pc s) (classic_code p)) as [o|] eqn:F; [|discriminate].
  destruct (B _ _ F) as [i [b [E [B1 [B2 B3]]]]]. rewrite E in C, F. specialize (OK _ _ F).
  destruct s as [pc a x m]. cbn [cs_pc] in *.
  replace (7 * Z.of_nat (Datatypes.S n)) with (7 * Z.of_nat n + 7) by lia.
  apply (block_simulated i b a x m pc (7 * Z.of_nat n) r B1 B2 B3 OK V D); [lia|].
  destruct (classic_exec d ce i (CState pc a x m)) as [s'|r'|f] eqn:X; cbn [matched].
  - (* CNext *)
    pose proof (exec_values OK V X) as V'. split; [exact V'|]. exact (IH s' r V' C).
  - (* CEnd *) injection C as ->. reflexivity.
  - (* CBad *) discriminate C.
Qed.

(** The prologue clears A and X and saves the context's address. *)
Lemma prologue_runs k r : block_at q 0 prologue -> at_ 0 = 3 -> good k classic_init r ->
  ends (k + 3) 0 (init t e) r.
Proof.
  intros B A0 G. unfold prologue in B.
  apply block_at_cons in B as [F0 B]. apply block_at_cons in B as [F1 B].
  apply block_at_cons in B as [F2 B].
  pose (rs0 := fun r => match r with R1 => Some (l_ctx L) | R10 => Some top | _ => None end).
  assert (S0 : st (init t e) 0 rs0 zempty).
  { constructor; cbn [init pc lay frames live regs mem].
    - (* st_pc *) reflexivity.
    - (* st_lay *) reflexivity.
    - (* st_frames *) reflexivity.
    - (* st_live *) reflexivity.
    - (* st_regs *) intros r' U. destruct r'; reflexivity.
    - (* st_ctx *) intros b0 _. unfold read. cbn [m_over m_base].
      rewrite zfind_empty. reflexivity.
    - (* st_mem *) intros j v _. rewrite zfind_empty. discriminate. }
  set (a0 := e_ans e 0%nat). set (a1 := e_ans e 1%nat). set (a2 := e_ans e 2%nat).
  set (s1 := put (interfere a0 (init t e)) 1 R0 0). set (s2 := put (interfere a1 s1) 1 R7 0).
  set (s3 := put (interfere a2 s2) 1 R6 (l_ctx L)).
  assert (S1 : st s1 (0 + 1) (upd rs0 R0 (Some 0)) zempty)
    by (apply st_put, st_interfere; exact S0).
  assert (S2 : st s2 (0 + 1 + 1) (upd (upd rs0 R0 (Some 0)) R7 (Some 0)) zempty)
    by (apply st_put, st_interfere; exact S1).
  assert (S3 :
      st s3 (0 + 1 + 1 + 1) (upd (upd (upd rs0 R0 (Some 0)) R7 (Some 0)) R6 (Some (l_ctx L)))
    zempty)
    by (apply st_put, st_interfere; exact S2).
  assert (CR := ctx_range WL). cbn [translated_target Target t_type] in CR.
  apply (reach_step (k + 3) 0 (init t e) s1 r eq_refl).
  { unfold step. rewrite (st_pc _ _ _ _ S0), F0. reflexivity. }
  intros R1'. apply (reach_step _ 1 s1 s2 r R1').
  { unfold step. rewrite (st_pc _ _ _ _ S1), F1. reflexivity. }
  intros R2'. apply (reach_step _ 2 s2 s3 r R2').
  { unfold step. rewrite (st_pc _ _ _ _ S2), F2.
    transitivity (Next (put (interfere a2 s2) 1 R6 (trunc A64 (l_ctx L)))); [reflexivity|].
    cbn [trunc]. rewrite wrap_small by lia. reflexivity. }
  intros R3'. replace (k + 3 - 1 - 1 - 1) with k by lia.
  refine (G _ _ 3%nat s3 R3' _); [|cbn [classic_init cs_pc cs_mem]; rewrite A0; exact S3].
  repeat split.
Qed.
End Simulation.

(** What is accepted has fields that fit. *)
Lemma accepted_ok d p pc i : classic_check d p = true ->
  zfind pc (classic_code p) = Some (Some i) -> cinsn_ok i = true.
Proof.
  intros C F. unfold classic_check in C. destruct (classic_verdict d p) eqn:V; [|discriminate].
  apply ClassicP.verdict_parts in V as [_ [_ [C1 _]]].
  apply code_from_find in F.
  destruct F as [F | [j [-> N]]]; [rewrite zfind_empty in F; discriminate F|].
  revert C1 N. generalize (clength p) as len.
  generalize 0 as start. revert j.
  induction p as [|o p IH]; intros j start len C1 N; [destruct j; discriminate|].
  apply ClassicP.first_refusal_cons in C1 as [C1 C2]. destruct j as [|j]; cbn [nth_error] in N.
  - (* O *) injection N as ->. exact (ClassicP.check_insn_ok _ _ _ _ C1).
  - (* S j *) exact (IH j _ _ C2 N).
Qed.

Theorem translation_correct d p q maps pf e ce : classic_check d p = true ->
  translate d p = Some q ->
  well_formed (translated_target d maps pf) e ->
    carries d (translated_target d maps pf) (translated q) e ce ->
  exists n r, Z.of_nat n <= 7 * clength p + 3 /\
    run (translated_target d maps pf) (translated q) e n = Ended r /\
    classic_run d p ce (length p) = CDone r.
Proof.
  intros C T WF CA. destruct (translate_blocks d p q T) as [D [B0 [A0 BS]]].
  destruct (ClassicP.classic_check_run d p C ce) as [r [R _]].
  assert (V0 : ClassicP.values_ok classic_init).
  { split; [apply ClassicP.zero_word|]. split; [apply ClassicP.zero_word|]. intros j v.
    cbn [classic_init cs_mem]. rewrite zfind_empty. discriminate. }
  assert (OK : forall pc i, zfind pc (classic_code p) = Some (Some i) -> cinsn_ok i = true)
    by (intros pc i F; exact (accepted_ok d p pc i C F)).
  pose proof (program_simulated d maps pf e ce (translated q) (proj1 WF) (proj2 WF) CA (starts d p)
      p BS OK D (length p) classic_init r V0 R) as G.
  destruct (prologue_runs d maps pf e (translated q) (proj1 WF) (starts d p) _ r B0 A0 G)
    as [n [N E]].
  exists n, r. split; [unfold clength; lia|]. split; [exact E | exact R].
Qed.

(** * There is a translation *)
Lemma block_exists d at_ pc i : in_dialect d (ci_op i) = true ->
  (d = LinuxSeccomp \/ d = LinuxSocket /\ has_counterpart (Some i) = true) ->
    exists b, block d at_ pc i = Some b.
Proof.
  intros ID C. unfold block. rewrite ID.
  cbn [negb]. destruct i as [o jt jf k]. cbn [ci_op ci_k ci_jt ci_jf] in *.
  destruct o as [z|z| | | | | | | | | |o src| | |c src| | | |]; try (eexists; reflexivity).
  - (* CLdAbs *) destruct C as [-> | [-> C]]; [eexists; reflexivity|]. cbn [has_counterpart] in C.
    destruct (k <? skf_ad); [eexists; reflexivity|]. cbn [orb] in C.
    destruct (ancillary_block (k - skf_ad)) as [b|]; [exists b; reflexivity | discriminate C].
  - (* CAlu *) destruct o, src; eexists; reflexivity.
  - (* CJmp *) destruct (compared src k) as [first o]. eexists; reflexivity.
Qed.
Lemma blocks_exist d at_ len p :
  (d = LinuxSeccomp \/ d = LinuxSocket /\ forallb has_counterpart p = true) -> forall pc k,
  first_refusal (check_slot d len) pc p = CAccept ->
    first_refusal (check_seccomp d len) pc p = CAccept ->
  exists l, blocks d at_ k p = Some l.
Proof.
  induction p as [|o p IH]; intros C pc k C1 C2; cbn [blocks]; [eexists; reflexivity|].
  apply ClassicP.first_refusal_cons in C1 as [C1 C1'].
  apply ClassicP.first_refusal_cons in C2 as [C2 C2'].
  destruct o as [i|]; [|discriminate C1].
  pose proof (ClassicP.check_seccomp_dialect _ _ _ _ C2) as ID.
  assert (CI : d = LinuxSeccomp \/ d = LinuxSocket /\ has_counterpart (Some i) = true).
  { destruct C as [-> | [-> C]]; [left; reflexivity | right; split; [reflexivity|]].
    cbn [forallb] in C. apply andb_true_iff in C. exact (proj1 C). }
  assert (CP : d = LinuxSeccomp \/ d = LinuxSocket /\ forallb has_counterpart p = true).
  { destruct C as [-> | [-> C]]; [left; reflexivity | right; split; [reflexivity|]].
    cbn [forallb] in C. apply andb_true_iff in C. exact (proj2 C). }
  destruct (block_exists d at_ k i ID CI) as [b B].
  destruct (IH CP (pc + 1) (k + 1) C1' C2') as [l L].
  rewrite B, L. eexists; reflexivity.
Qed.
Theorem translation_exists d p : classic_check d p = true -> translatable d p = true ->
  exists q, translate d p = Some q.
Proof.
  unfold classic_check, translatable. destruct (classic_verdict d p) eqn:V; [|discriminate].
  intros _ T.
  apply ClassicP.verdict_parts in V as [_ [_ [C1 [_ [_ C2]]]]].
  assert (C : d = LinuxSeccomp \/ d = LinuxSocket /\ forallb has_counterpart p = true)
    by (destruct d; [right; split; [reflexivity | exact T] | left; reflexivity | discriminate T]).
  assert (E : translate d p = obind (blocks d (starts d p) 0 p) (fun l => Some (prologue ++ l)))
    by (destruct d; [reflexivity | reflexivity | discriminate T]).
  destruct (blocks_exist d (starts d p) (clength p) p C 0 0 C1 C2) as [l L]. rewrite E, L.
  eexists; reflexivity.
Qed.

(** * Environments that carry an input *)
(** For a system call, any layout will do; *)
Theorem call_carried t q L ce : exists e, e_layout e = L /\ carries LinuxSeccomp t q e ce.
Proof.
  exists (Env L (fun a => ce_byte ce (a - l_ctx L)) (fun _ => quiet 0)). split; [reflexivity|].
  intros i _. cbn [e_mem e_layout].
  replace (l_ctx L + i - l_ctx L) with i by lia. reflexivity.
Qed.
(** and legacy loads can be answered from any packet: the answers follow the run. *)
Section Answered.
Variables (t : target) (q : prog) (ce : cenv) (L : layout) (contents : Z -> Z).
Definition packet_choice (s : state) : answer :=
  quiet match obind (zfind (pc s) q) (packet_answer ce s) with Some c => c | None => 0 end.
(** The state after [n] steps, each answered with what the classic environment says. *)
Fixpoint answered_state (n : nat) : option state :=
  match n with
  | O => Some (init t (Env L contents (fun _ => quiet 0)))
  | S n' =>
    obind (answered_state n') (fun s => match step t q (packet_choice s) s with Next s' => Some s'
    | _ => None end)
  end.
Definition answering : env :=
  Env L contents (fun n => match answered_state n with Some s => packet_choice s
    | None => quiet 0 end).
(** The last step of a run. *)
Lemma run_from_last e n : forall i s s2, run_from t q e (S n) i s = Running s2 ->
  exists s1, run_from t q e n i s = Running s1 /\ step t q (e_ans e (i + n)) s1 = Next s2.
Proof.
  induction n as [|n IH]; intros i s s2 R.
  - (* O *) cbn [run_from] in R. exists s. rewrite Nat.add_0_r.
    split; [reflexivity|].
    destruct (step t q (e_ans e i) s) as [s'|r|f a]; try discriminate. injection R as ->.
    reflexivity.
  - (* S n *)
    change (match step t q (e_ans e i) s with
            | Next s' => run_from t q e (S n) (S i) s'
            | Done r => Ended r
            | Fault k a => Faulted k a
            end = Running s2) in R.
    cbn [run_from]. destruct (step t q (e_ans e i) s) as [s'|r|f a]; try discriminate.
    destruct (IH (S i) s' s2 R) as [s1 [R1 N1]]. exists s1. split; [exact R1|].
    rewrite <- N1. do 2 f_equal. lia.
Qed.
Arguments run_from_last {e n i s s2}.
(** The run has just these states. *)
Lemma answering_state n : forall s, run t q answering n = Running s -> answered_state n = Some s.
Proof.
  unfold run. induction n as [|n IH]; intros s R.
  - (* O *) cbn [run_from] in R. injection R as <-. reflexivity.
  - (* S n *) destruct (run_from_last R) as [s1 [R1 N1]].
    specialize (IH s1 R1). cbn [Nat.add] in N1.
    cbn [answered_state]. rewrite IH. cbn [obind].
    unfold answering in N1. cbn [e_ans] in N1. rewrite IH in N1.
    rewrite N1. reflexivity.
Qed.
Theorem answers_exist : exists e, e_layout e = L /\ e_mem e = contents /\ carries_answers t q e ce.
Proof.
  exists answering. split; [reflexivity|]. split; [reflexivity|].
  intros n s i c R F A.
  pose proof (answering_state n s R) as AS. unfold answering. cbn [e_ans].
  rewrite AS. unfold packet_choice, quiet. cbn [an_choice].
  rewrite F. cbn [obind]. rewrite A. reflexivity.
Qed.
End Answered.
Arguments answering_state {t q ce L contents n s}.

(** * A translation can be encoded: every operand fits its field *)
Definition s16 (z : Z) : Prop := -32768 <= z < 32768.
Definition s32 (z : Z) : Prop := -2147483648 <= z < 2147483648.
Definition fits (i : insn) : Prop :=
  match i with
  | Alu _ _ _ (Imm k) => s32 k
  | Alu _ _ _ (Reg _) | Neg _ _ | End ToBe S2 _ | Exit => True
  | Ldx S4 false _ _ off | Stx S4 _ off _ | Ja off | Jmp _ _ _ (Reg _) off => s16 off
  | Jmp _ _ _ (Imm k) off => s32 k /\ s16 off
  | LdPkt z _ k => z <> S8 /\ s32 k
  | Call h => s32 h
  | _ => False
  end.
Lemma form_code_range f : 0 <= form_code f < 256.
Proof.
  destruct f as [w op x|w|k| |z sx|z|z|z|z x| | |w c x| | | |]; try destruct w; try destruct op;
    try destruct x; try destruct k;
    try destruct z; try destruct sx; try destruct c; vm_compute; split; congruence.
Qed.
Lemma reg_num_range r : 0 <= reg_num r < 16.
Proof. destruct r; cbn; lia. Qed.
(** Fields that fit make a slot that fits. *)
Lemma fields_ok f d s off k : 0 <= d < 16 -> 0 <= s < 16 -> s16 off -> s32 k ->
  slot_ok (fields f d s off k) = true.
Proof.
  intros D S O K. pose proof (form_code_range f) as F.
  unfold slot_ok, fields, within, s16, s32 in *. cbn [sl_op sl_dst sl_src sl_off sl_imm].
  rewrite !andb_true_iff, !Z.leb_le, !Z.ltb_lt. lia.
Qed.
(** An instruction is encoded when the first of its layouts fits. *)
Lemma first_ok i s rest : layouts i = [s] :: rest -> slot_ok s = true -> insn_ok i = true.
Proof.
  intros E O. unfold insn_ok, encodings. rewrite E.
  cbn [filter forallb]. rewrite O. reflexivity.
Qed.
(** An instruction whose fields fit can be encoded. *)
Lemma fits_ok i : fits i -> insn_ok i = true.
Proof.
  assert (Z0 : s16 0 /\ s32 0 /\ 0 <= 0 < 16) by (unfold s16, s32; lia).
  destruct Z0 as [O0 [K0 R0']].
  assert (V : forall op, s16 (alu_variant op)) by (intros op; destruct op; unfold s16; cbn; lia).
  destruct i
    as [w op r o|w r|w z r s|k z r|r v|r m|r m off|r v1 v2|r off|z sx r s off|z r off k|
      z r off s|z r s off|z r off s|z op fetch r off s|z ind k|off|w c r o off|off|h|f|r|off|];
    cbn [fits]; try contradiction.
  - (* Alu *)
    destruct o as [k|s]; intros F; (eapply first_ok; [reflexivity|]); apply fields_ok;
      auto using reg_num_range.
  - (* Neg *) intros _. eapply first_ok; [reflexivity|]. apply fields_ok; auto using reg_num_range.
  - (* End *) destruct k, z; try contradiction. intros _. eapply first_ok; [reflexivity|].
    apply fields_ok; auto using reg_num_range; unfold s32; cbn; lia.
  - (* Ldx *) destruct z; try contradiction. destruct sx; [contradiction|]. intros F.
    eapply first_ok; [reflexivity|].
    apply fields_ok; auto using reg_num_range.
  - (* Stx *) destruct z; try contradiction. intros F.
    eapply first_ok; [reflexivity|]. apply fields_ok; auto using reg_num_range.
  - (* LdPkt *) intros [NZ F].
    destruct z; try congruence; destruct ind as [x|]; (eapply first_ok; [reflexivity|]);
      apply fields_ok; auto using reg_num_range.
  - (* Ja *) intros F. eapply first_ok; [reflexivity|]. apply fields_ok; auto.
  - (* Jmp *)
    destruct o as [k|s]; intros F; (eapply first_ok; [reflexivity|]); apply fields_ok; try tauto;
      auto using reg_num_range.
  - (* Call *) intros F. eapply first_ok; [reflexivity|]. apply fields_ok; auto.
  - (* Exit *) intros _. eapply first_ok; [reflexivity|]. apply fields_ok; auto.
Qed.

Lemma block_size_most d o : block_size d o <= 7.
Proof.
  unfold block_size. destruct o as [i|]; cbn [obind]; [|lia].
  destruct (block d (fun _ => 0) 0 i) as [b|] eqn:B; [|lia].
  unfold block in B. destruct (negb (in_dialect d (ci_op i))); [discriminate|].
  destruct (ci_op i) as [z|z| | | | | | | | | |o s| | |c s| | | |];
    try (injection B as <-; cbn [length]; lia).
  - (* CLdAbs *) destruct d; try (injection B as <-; cbn [length]; lia);
      (destruct (ci_k i <? skf_ad); [injection B as <-; cbn [length]; lia|]);
        unfold ancillary_block in B;
      (destruct (context_field (ci_k i - skf_ad)) as [[off be]|];
          [destruct be; injection B as <-; cbn [length]; lia|]);
      repeat (match type of B with (if ?c then _ else _) = _ => destruct c end;
          try (injection B as <-; cbn [length]; lia)); discriminate.
  - (* CLdLen *) injection B as <-. unfold length_block. destruct d; cbn [length]; lia.
  - (* CLdxLen *) injection B as <-. unfold length_block. destruct d; cbn [length]; lia.
  - (* CAlu *) destruct o, s; injection B as <-; cbn [length divide_by_x]; lia.
  - (* CJmp *)
    destruct (compared s (ci_k i)) as [first o] eqn:C. injection B as <-. rewrite app_length.
    assert (LF : (length first <= 1)%nat).
    { unfold compared in C.
      destruct s; [destruct (ci_k i <? sign32)|]; injection C as <- <-; cbn [length]; lia. }
    destruct (ci_jf i =? 0); [cbn [length]; lia|].
    destruct (ci_jt i =? 0); [|cbn [length]; lia].
    destruct (inverse c); cbn [length]; lia.
Qed.
(** Blocks take at most seven slots each. *)
Lemma sizes_between d p : forall j n, 0 <= sizes d p (j + n) - sizes d p j <= 7 * Z.of_nat n.
Proof.
  induction p as [|o p IH]; intros j n.
  - (* [] *)
    assert (E : forall k, sizes d [] k = 0) by (intros k; destruct k; reflexivity). rewrite !E. lia.
  - (* o :: p *) destruct j as [|j].
    + (* O *) cbn [Nat.add]. replace (sizes d (o :: p) 0) with 0 by reflexivity.
      destruct n as [|n]; [cbn [sizes]; lia|].
      cbn [sizes]. pose proof (block_size_nonneg d o). pose proof (block_size_most d o).
      specialize (IH 0%nat n). cbn [Nat.add] in IH.
      replace (sizes d p 0) with 0 in IH by (destruct p; reflexivity). lia.
    + (* S j *) cbn [Nat.add sizes]. specialize (IH j n). lia.
Qed.

Lemma sgn32_s32 k : s32 (sgn32 k).
Proof. pose proof (sgn32_range k). unfold s32. lia. Qed.
(** Every instruction of a block can be encoded. *)
Lemma block_fits d at_ len pc i b : d <> Libpcap -> check_insn d len pc i = None ->
  check_seccomp d len pc (Some i) = None ->
  (forall target n, 0 <= target -> pc + 1 + target < len -> (n <= 2)%nat ->
    s16 (at_ (pc + 1 + target) - at_ pc - 1 - Z.of_nat n)) ->
  block d at_ pc i = Some b -> Forall fits b.
Proof.
  intros D C CS J B. pose proof (ClassicP.check_insn_ok _ _ _ _ C) as OK.
  pose proof (ClassicP.cinsn_ok_spec _ OK) as [KT [KF KK]].
  unfold check_insn in C. rewrite OK in C. cbn [negb] in C.
  assert (SC : 0 <= ci_k i < 16 -> s16 (scratch_slot (ci_k i))) by (unfold s16, scratch_slot; lia).
  pose proof (sgn32_s32 (ci_k i)) as SK. unfold ClassicP.word32 in KK.
  assert (S0 : s16 0 /\ s32 0 /\ s32 15 /\ s32 2 /\ s16 2 /\ s16 1 /\ s32 64 /\ s32 8)
    by (unfold s16, s32; lia).
  unfold block in B. destruct (negb (in_dialect d (ci_op i))); [discriminate|].
  destruct (ci_op i) as [z|z| | | | | | | | | |o s| | |c s| | | |] eqn:O.
  - (* CLdAbs *)
    assert (AN : forall b', ancillary_block (ci_k i - skf_ad) = Some b' -> Forall fits b').
    { intros b' A. unfold ancillary_block in A.
      destruct (context_field (ci_k i - skf_ad)) as [[off be]|] eqn:CF.
      - (* Some (off, be) *) apply context_field_readable in CF as [F1 [F2 _]].
        vm_compute (pt_ctx_size socket_filter) in F2.
        injection A as <-. constructor; [cbn [fits]; unfold s16; lia|].
        destruct be; repeat constructor.
      - (* None *)
        destruct (ci_k i - skf_ad =? 8);
          [injection A as <-; repeat constructor; cbn [fits]; unfold s16, s32, ifindex_field; lia|].
        destruct (ci_k i - skf_ad =? 36);
          [injection A as <-; repeat constructor; cbn [fits]; unfold s32, get_smp_processor_id;
            lia|].
        destruct (ci_k i - skf_ad =? 40); [injection A as <-; repeat constructor | discriminate]. }
    assert (LD : Forall fits [LdPkt (access_size z) None (sgn32 (ci_k i))]).
    { repeat constructor; [destruct z; discriminate | apply SK | apply SK]. }
    destruct d; [|clear AN LD|congruence].
    + (* LinuxSocket *) destruct (ci_k i <? skf_ad); [injection B as <-; exact LD | exact (AN b B)].
    + (* LinuxSeccomp *) cbn [check_seccomp] in CS. rewrite O in CS.
      destruct (negb (in_dialect LinuxSeccomp (CLdAbs z))); [discriminate|].
      apply ClassicP.refuse_if_none in CS. apply negb_false_iff in CS.
      apply seccomp_word_readable in CS. unfold seccomp_size in CS.
      injection B as <-. repeat constructor; cbn [fits]; lia.
  - (* CLdInd *)
    injection B as <-. repeat constructor; [destruct z; discriminate | apply SK | apply SK].
  - (* CLdLen *) injection B as <-.
    destruct d; repeat constructor; cbn [fits]; unfold s16, s32, seccomp_size; lia.
  - (* CLdImm *) injection B as <-. repeat constructor; apply SK.
  - (* CLdMem *) injection B as <-. apply ClassicP.refuse_if_none in C. apply Z.leb_gt in C.
    unfold scratch_size in C. repeat constructor; apply SC; lia.
  - (* CLdxLen *) injection B as <-.
    destruct d; repeat constructor; cbn [fits]; unfold s16, s32, seccomp_size; lia.
  - (* CLdxMsh *) injection B as <-.
    repeat constructor; cbn [fits access_size]; try tauto; try discriminate; apply SK.
  - (* CLdxImm *) injection B as <-. repeat constructor; apply SK.
  - (* CLdxMem *) injection B as <-. apply ClassicP.refuse_if_none in C. apply Z.leb_gt in C.
    unfold scratch_size in C. repeat constructor; apply SC; lia.
  - (* CSt *) injection B as <-. apply ClassicP.refuse_if_none in C. apply Z.leb_gt in C.
    unfold scratch_size in C. repeat constructor; apply SC; lia.
  - (* CStx *) injection B as <-. apply ClassicP.refuse_if_none in C. apply Z.leb_gt in C.
    unfold scratch_size in C. repeat constructor; apply SC; lia.
  - (* CAlu *)
    destruct o, s; injection B as <-; unfold divide_by_x;
      repeat first [apply Forall_nil | apply Forall_cons]; cbn [fits]; try exact I; try exact SK;
      unfold s16, s32; lia.
  - (* CNeg *) injection B as <-. repeat constructor.
  - (* CJa *) injection B as <-. apply ClassicP.refuse_if_none in C. apply Z.leb_gt in C.
    constructor; [|constructor]. cbn [fits]. apply (J (ci_k i) 0%nat); lia.
  - (* CJmp *) apply ClassicP.refuse_if_none in C. apply orb_false_iff in C as [C1 C2].
    apply Z.leb_gt in C1, C2.
    destruct (compared s (ci_k i)) as [first o] eqn:CP. injection B as <-.
    assert (FI : (length first <= 1)%nat /\ Forall fits first /\
        match o with Imm k => s32 k | Reg _ => True end).
    { unfold compared in CP.
      destruct s; [destruct (Z.ltb_spec (ci_k i) sign32) as [L|L]|]; injection CP as <- <-;
        cbn [length];
        (split; [lia|]); (split; [repeat constructor; apply SK|]); try exact I. unfold s32.
        change sign32 with 2147483648 in L. lia. }
    destruct FI as [F1 [F2 F3]]. apply Forall_app. split; [exact F2|].
    assert (JF : forall w c' target n, 0 <= target -> pc + 1 + target < len -> (n <= 2)%nat ->
      fits (Jmp w c' R0 o (at_ (pc + 1 + target) - at_ pc - 1 - Z.of_nat n))).
    { intros w c' target n T1 T2 N.
      destruct o as [k|r]; cbn [fits]; [split; [exact F3|]|]; apply J; assumption. }
    assert (JA : forall target n, 0 <= target -> pc + 1 + target < len -> (n <= 2)%nat ->
      fits (Ja (at_ (pc + 1 + target) - at_ pc - 1 - Z.of_nat n))).
    { intros target n T1 T2 N. cbn [fits]. apply J; assumption. }
    destruct (ci_jf i =? 0); [|destruct (ci_jt i =? 0); [destruct (inverse c)|]];
      repeat first [apply Forall_nil | apply Forall_cons];
      (apply JF || apply (JA _ (S (length first)))); lia.
  - (* CRetK *) injection B as <-. repeat constructor; apply SK.
  - (* CRetA *) injection B as <-. repeat constructor.
  - (* CTax *) injection B as <-. repeat constructor.
  - (* CTxa *) injection B as <-. repeat constructor.
Qed.

(** Each instruction of what is accepted is accepted. *)
Lemma refusals_nth (f : Z -> option cinsn -> option creason) p :
  forall pc j o, first_refusal f pc p = CAccept ->
  nth_error p j = Some o -> f (pc + Z.of_nat j) o = None.
Proof.
  induction p as [|o1 p IH]; intros pc j o F N; [destruct j; discriminate|].
  apply ClassicP.first_refusal_cons in F as [F1 F2]. destruct j as [|j]; cbn [nth_error] in N.
  - (* O *) injection N as <-. rewrite Z.add_0_r. exact F1.
  - (* S j *)
    replace (pc + Z.of_nat (S j)) with (pc + 1 + Z.of_nat j) by lia. exact (IH _ _ _ F2 N).
Qed.
Arguments refusals_nth {f p pc j o}.
Lemma firstn_S_nth {A} (l : list A) : forall n x, nth_error l n = Some x ->
  firstn (S n) l = firstn n l ++ [x].
Proof.
  induction l as [|y l IH]; intros n x N; [destruct n; discriminate|].
  destruct n as [|n]; cbn [nth_error] in N.
  - (* O *) injection N as ->. reflexivity.
  - (* S n *) cbn [firstn app]. f_equal. exact (IH n x N).
Qed.
Theorem translation_fits d p q : classic_check d p = true -> translate d p = Some q ->
  Forall fits q.
Proof.
  intros C T. unfold classic_check in C. destruct (classic_verdict d p) eqn:V; [|discriminate].
  apply ClassicP.verdict_parts in V as [_ [LM [C1 [_ [_ C2]]]]].
  assert (D : d <> Libpcap) by (intros ->; discriminate T).
  assert (LE : clength p <= 4096) by (destruct d; [exact LM | exact LM | congruence]). clear LM.
  assert (T' : obind (blocks d (starts d p) 0 p) (fun l => Some (prologue ++ l)) = Some q)
    by (destruct d; [exact T | exact T | congruence]).
  clear T. binds T' as l B. injection T' as <-.
  apply (proj2 (Forall_app fits prologue l)). split.
  { repeat constructor; unfold s32; change (sgn32 0) with 0; lia. }
  assert (START : forall j, (j <= length p)%nat -> starts d p (Z.of_nat j) = 3 + sizes d p j).
  { intros j J. pose proof (starts_spec d p 0 3 zempty j J) as SP. rewrite Z.add_0_l in SP.
    unfold starts, start_in. rewrite SP. reflexivity. }
  assert (G : forall n p' l' m, p = firstn n p ++ p' -> (n + length p' = length p)%nat ->
    m = Z.of_nat n -> blocks d (starts d p) m p' = Some l' -> Forall fits l').
  { intros n p'. revert n.
    induction p' as [|o p' IH]; intros n l' m E LN M B'; cbn [blocks] in B';
      [injection B' as <-; constructor|].
    destruct o as [i|]; [|discriminate]. binds B' as b Bb.
    binds B' as l2 Bl. injection B' as <-. cbn [length] in LN.
    assert (N : nth_error p n = Some (Some i)).
    { rewrite E.
      rewrite nth_error_app2; rewrite firstn_length_le by lia;
          [rewrite Nat.sub_diag; reflexivity | lia]. }
    apply Forall_app. split.
    - (* this block *) pose proof (refusals_nth C1 N) as K1.
      pose proof (refusals_nth C2 N) as K2. rewrite Z.add_0_l, <- M in K1, K2.
      cbn [check_slot] in K1. refine (block_fits d (starts d p) (clength p) m i b D K1 K2 _ Bb).
      intros target k T1 T2 KN. unfold clength in *. subst m.
      replace (Z.of_nat n + 1 + target) with (Z.of_nat (n + (1 + Z.to_nat target))) by lia.
      rewrite !START by lia. pose proof (sizes_between d p n (1 + Z.to_nat target)) as SB.
      unfold s16. lia.
    - (* the other blocks *) apply (IH (S n) l2 (m + 1)); [| lia | lia | exact Bl].
      rewrite E at 1. rewrite (firstn_S_nth p n (Some i) N), <- app_assoc. reflexivity. }
  apply (G 0%nat p l 0); [reflexivity | reflexivity | reflexivity | exact B].
Qed.
Theorem translation_decodes d p q : classic_check d p = true -> translate d p = Some q ->
  decode_program (concat (map encode q)) = Some (translated q).
Proof.
  intros C T. apply EncodeP.decode_program_iff. exists (map encode q), q.
  split; [|split; reflexivity].
  pose proof (translation_fits d p q C T) as F. clear T.
  induction F as [|i q Fi F IH]; cbn [map]; constructor; [|exact IH].
  apply fits_ok in Fi. unfold EncodeP.encodes. unfold insn_ok in Fi.
  unfold encode. destruct (encodings i); [discriminate | left; reflexivity].
Qed.

(** * The theorem of Main *)
Theorem translation d p : classic_check d p = true -> translatable d p = true ->
  exists q, translate d p = Some q /\ decode_program (concat (map encode q)) =
    Some (translated q) /\
    forall maps pf e ce, let t := translated_target d maps pf in
      well_formed t e -> carries d t (translated q) e ce ->
      exists n r, Z.of_nat n <= 7 * clength p + 3 /\ run t (translated q) e n = Ended r /\
        classic_run d p ce (length p) = CDone r.
Proof.
  intros C TR. destruct (translation_exists d p C TR) as [q T]. exists q.
  split; [exact T|]. split; [exact (translation_decodes d p q C T)|].
  intros maps pf e ce t WF CA. exact (translation_correct d p q maps pf e ce C T WF CA).
Qed.

(** The audit speaks of the classic program, and so of its translation. *)
Theorem translation_audit limit p tb q : Audit.audit limit p = Some tb ->
  translate LinuxSeccomp p = Some q ->
  forall maps pf e ce, let t := translated_target LinuxSeccomp maps pf in
    well_formed t e -> carries LinuxSeccomp t (translated q) e ce ->
    exists n r, run t (translated q) e n = Ended r /\
      (forall w, In w (Audit.t_rows tb) ->
        Audit.holds_for (Audit.t_order tb) (Audit.row_cond w) ce = true ->
        Audit.row_outcome w = r) /\
      (Audit.holds_for (Audit.t_order tb) (Audit.t_undecided tb) ce = true \/
       exists w, In w (Audit.t_rows tb) /\ Audit.row_outcome w = r /\
         Audit.holds_for (Audit.t_order tb) (Audit.row_cond w) ce = true).
Proof.
  intros A T maps pf e ce t WF CA.
  assert (C : classic_check LinuxSeccomp p = true).
  { unfold Audit.audit, Audit.audit_in in A.
    destruct (classic_check LinuxSeccomp p); [reflexivity|]. rewrite andb_false_r in A.
    discriminate A. }
  destruct (translation_correct LinuxSeccomp p q maps pf e ce C T WF CA) as [n [r [_ [R CR]]]].
  destruct (AuditP.audit_exact limit p tb A ce) as [A1 A2]. exists n, r. split; [exact R|].
  split; [|exact (A2 r CR)].
  intros w I H. specialize (A1 w I H). unfold AuditP.runs_to in A1.
  rewrite A1 in CR. injection CR as E. exact E.
Qed.
