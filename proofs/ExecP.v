(** Dispatch: each instruction's abstract step covers its concrete one. *)
From Checker Require Import Cert.
From Proofs Require Import ScalarP.
From Proofs Require Export SubsumeP ArithP RefineP AtomicP CallsP CallbacksP.

Section Exec.
Context {t : target}.

Lemma zbytes_pos z : 0 < zbytes z.
Proof. pose proof (zbytes_range z). lia. Qed.
Lemma first_value L i m : wf_layout t L -> map_of t i = Some m -> m_type m = map_array ->
  0 < m_max m ->
  exists o b, own_map t L i = Some o /\ map_like t L i o /\ nth_z (o_vals o) 0 = Some b
    /\ 0 <= b < W.
Proof.
  intros WL E Ty Mx. destruct (own_map_like WL i m E) as [o [Eo [Io [Do Al]]]].
  assert (V := wl_vals WL). rewrite Forall_forall in V. specialize (V o Io). rewrite Do in V.
  specialize (V Ty).
  destruct (o_vals o) as [|b bs] eqn:Eb; [cbn [length] in V; lia|]. exists o, b. split; [exact Eo|].
  split; [split; [exact Io | exists m; auto]|]. rewrite Eb. split; [reflexivity|].
  assert (B : In b (o_vals o)) by (rewrite Eb; left; reflexivity).
  pose proof (value_range WL o b Io B). rewrite Do in *. lia.
Qed.

Lemma reg_sound {a vs s r v} : gamma t a vs s -> get r (a_regs a) = Some v ->
  exists x, get r (regs s) = Some x /\ relv vs v x.
Proof. intros G E. pose proof (g_regs G r) as R. rewrite E in R. exact R. Qed.
(** Any word is a tainted number. *)
Lemma any_word L vs x : 0 <= x < W -> yields t L vs (New (FScalar true sc_top) 0) x.
Proof.
  intros B. split; [reflexivity|]. exists x. rewrite Z.add_0_r, wrap_small by exact B.
  split; [|reflexivity].
  split; [exact B | apply sc_top_sound; exact B].
Qed.
Lemma function_yields L vs p :
  yields t L vs (New (function_res p) 0) (wrap (c_address (l_code L) p)).
Proof.
  unfold function_res. destruct (_ && _) eqn:P; [|apply any_word, wrap_range]. bools.
  destruct (c_back (l_code L) p ltac:(lia)) as [B _].
  split; [reflexivity|]. exists (c_address (l_code L) p).
  rewrite Z.add_0_r. split; [|reflexivity]. split; [exact B|]. split; [lia | reflexivity].
Qed.
Lemma oper_sound {a vs s o v} : gamma t a vs s -> a_oper a o = Some v ->
  exists x, value_of s o = Some x /\ relv vs v x.
Proof.
  intros G E. destruct o as [i|r]; cbn [a_oper value_of] in *.
  - (* Imm *) exists (wrap i). split; auto. eapply aconst_sound; eauto. apply (g_facts G).
  - (* Reg *) eapply reg_sound; eauto.
Qed.

(** The state after the instruction, and the new symbols' words; or the end, where the instruction
    may be that. *)
Definition covers (i : insn) (a' : astate) (vs : list Z) (o : outcome) : Prop :=
  (exists s' ws, o = Next s' /\ gamma t a' (vs ++ ws) s')
  \/ (exists r, o = Done r /\ allowed_result t r /\ may_end i = true).
Lemma covers_put i a vs s n d r x : gamma t a vs s -> yields t (lay s) vs r x ->
  covers i (a_put a n d r) vs (Next (put s n d x)).
Proof. intros G Y. destruct (put_sound n d G Y) as [ws Gw]. left.
exists (put s n d x), ws. auto. Qed.
Lemma covers_same i a vs s : gamma t a vs s -> covers i a vs (Next s).
Proof. intros G. left. exists s, []. rewrite app_nil_r. auto. Qed.
Lemma covers_call {i} an {a a' vs s callee} : gamma t a vs s ->
  a_call t a callee = Some a' ->
  (forall d, callee = Some d -> h_ret d = RTail -> may_end i = true) ->
    covers i a' vs (call t an callee s).
Proof.
  intros G E M. destruct (a_call_sound an G E) as [C|[r [C [A [d [D T]]]]]];
    [left; exact C|].
  right. exists r. split; [exact C|]. split; [exact A|]. exact (M d D T).
Qed.

Lemma unary_sound i {a vs s d r f} g {a'} :
  gamma t a vs s -> a_unary_put a d r f = Some a' ->
    (forall sc z, in_scalar sc z -> in_scalar (f sc) (g z)) ->
  exists x, get r (regs s) = Some x /\ covers i a' vs (Next (put s 1 d (g x))).
Proof.
  unfold a_unary_put. intros G E H. binds E as v Er. apply some_inj in E; subst a'.
  destruct (reg_sound G Er) as [x [Ex Rx]]. exists x. split; auto.
  apply covers_put; auto. eapply a_unary_sound; eauto. apply (g_facts G).
Qed.

Lemma binary_sound i a vs s w op d o a' : gamma t a vs s ->
  obind (get d (a_regs a)) (fun x =>
    obind (a_oper a o) (fun y => Some (a_put a 1 d (a_alu t (a_facts a) w op x y)))) = Some a' ->
  covers i a' vs (match get d (regs s), value_of s o with
                  | Some x, Some y => Next (put s 1 d (alu w op x y))
                  | _, _ => Fault UndefinedRegister (pc s)
                  end).
Proof.
  intros G E. binds E as u Eu. binds E as v Ev. apply some_inj in E; subst a'.
  destruct (reg_sound G Eu) as [x [-> Rx]].
  destruct (oper_sound G Ev) as [y [-> Ry]].
  apply covers_put; auto. eapply a_alu_sound; eauto; apply G.
Qed.

Lemma ordered_addr {F d v off z w pl} : a_ordered t F d v off z w = Some pl ->
  a_addr t F d v off (zbytes z) w = Some pl.
Proof.
  unfold a_ordered. intros E. binds E as q Ea. destruct (_ && _); [| discriminate E].
  apply some_inj in E. subst q. exact Ea.
Qed.
Lemma ordered_none {a vs s v x off z w pl} : gamma t a vs s -> relv vs v x ->
  a_ordered t (a_facts a) (a_depth a) v off z w = Some pl ->
  unordered s w (wrap (x + off)) (zbytes z) = None.
Proof.
  intros G R E. unfold unordered. destruct (find_region _ _ _ _) as [r |] eqn:Fr; [| reflexivity].
  exact (in_order_sound G R E Fr).
Qed.
Lemma atomic_sound {i} (an : answer) {a vs s z op fetch d off r a'} : gamma t a vs s ->
  a_exec t (Atomic z op fetch d off r) a = Some a' ->
    covers i a' vs (exec_atomic t s z op fetch d off r).
Proof.
  intros G E. unfold a_exec in E. cbn [target_reg] in E.
  binds E as v Ev. binds E as u Eu. binds E as pl Ep. binds E as b Eb. destruct b as [b o].
  destruct (reg_sound G Ev) as [x [Ex Rx]].
  destruct (reg_sound G Eu) as [y [Ey Ry]].
  assert (Al := fun r0 Fr => in_order_sound (r := r0) G Rx Ep Fr).
  apply ordered_addr in Ep.
  pose proof (gamma_addr G Rx (zbytes_pos z) Ep) as P.
  assert (At := fun e => a_atomic_sound an op e G Ry Al P Eb).
  (* the result in a register *)
  assert (Put : forall m old k ws, gamma t b (vs ++ ws) (set_mem s m) ->
    yields t (lay s) (vs ++ ws) o old ->
    covers i (a_put b 1 k o) vs (Next (put (set_mem s m) 1 k old))).
  { intros m old k ws Gb Y. destruct (put_sound 1 k Gb Y) as [ws' Gp]. left.
    exists (put (set_mem s m) 1 k old), (ws ++ ws'). rewrite app_assoc. auto. }
  assert (Rest : op <> Cmpxchg ->
    (if fetch then if is_r10 r then None else Some (a_put b 1 r o)
      else Some (a_goto b (a_pc b + 1))) = Some a' ->
    covers i a' vs match atomic_at t s (wrap (x + off)) z
        (fun old => atomic_value op old y (low z 0)) with
      | inl (old, m) =>
        let s' := set_mem s m in
        if fetch then if is_r10 r then Fault FrameWrite (pc s) else Next (put s' 1 r old) else Next
          (goto s' (pc s + 1))
      | inr k => Fault k (pc s)
      end).
  { intros _ Er. destruct (At (low z 0)) as [old [m [ws [-> [Gb Y]]]]]. cbv zeta. destruct fetch.
    - (* fetch *) destruct (is_r10 r); [discriminate Er|]. injection Er as <-.
      exact (Put m old r ws Gb Y).
    - (* no fetch *) injection Er as <-. left. exists (goto (set_mem s m) (pc s + 1)), ws.
      split; [reflexivity|]. replace (pc s) with (a_pc b) by (symmetry; exact (g_pc Gb)).
      exact (goto_sound _ Gb). }
  unfold exec_atomic. rewrite Ex, Ey. destruct op; try (apply Rest; [discriminate | exact E]).
  (* compare and exchange *)
  destruct (get R0 (a_regs a)) as [c|] eqn:E0; [|discriminate E]. injection E as <-.
  destruct (reg_sound G E0) as [x0 [-> R0']].
  destruct (At (low z x0)) as [old [m [ws [-> [Gb Y]]]]]. exact (Put m old R0 ws Gb Y).
Qed.

Lemma a_exec_sound an {i a a' vs s} : gamma t a vs s -> a_exec t i a = Some a' ->
  (exists s' ws, exec t an i s = Next s' /\ gamma t a' (vs ++ ws) s')
  \/ (exists r, exec t an i s = Done r /\ allowed_result t r /\ may_end i = true).
Proof.
  intros G E. change (covers i a' vs (exec t an i s)). pose proof E as E'.
  pose proof (g_facts G) as GF. pose proof (g_wf G) as GW.
  unfold a_exec in E. unfold exec.
  destruct (match target_reg i with Some d => is_r10 d | None => false end); [discriminate E|].
  destruct i eqn:Ei.
  - (* Alu *) parts Ei as w op d o. destruct op; try (eapply binary_sound; eassumption).
    binds E as v Ev. apply some_inj in E; subst a'.
    destruct (oper_sound G Ev) as [y [-> Ry]].
    apply covers_put; auto. eapply a_mov_sound; eauto.
  - (* Neg *) parts Ei as w d.
    destruct (unary_sound (Neg w d) (neg w) G E (fun sc z => sc_neg_sound w sc z))
      as [x [-> C]]. exact C.
  - (* MovSx *) parts Ei as w from d r.
    destruct (unary_sound (MovSx w from d r) (sext w from) G E (fun sc z =>
      sc_sext_sound w from sc z)) as [x [-> C]]. exact C.
  - (* End *) parts Ei as k z d.
    destruct (unary_sound (End k z d) (byte_order k z) G E (fun sc x =>
      sc_byte_order_sound k z sc x)) as [x [-> C]]. exact C.
  - (* LdImm *) parts Ei as d v. binds E as y Ey. apply some_inj in E; subst a'.
    apply covers_put; auto. cbn [yields]. eapply aconst_sound; eauto.
  - (* LdMap *) parts Ei as d k. binds E as m Em. apply some_inj in E; subst a'.
    destruct (own_map_like GW k m Em) as [o [Eo [Io [Do Al]]]]. rewrite Eo. apply covers_put; auto.
    split; [reflexivity|].
    pose proof (map_addr_word GW o Io) as Bw. exists (o_addr o).
    rewrite Z.add_0_r, wrap_small by lia.
    split; [|reflexivity]. split; [lia|]. exists o. split; [|reflexivity]. split; [exact Io|].
    exists m. auto.
  - (* LdMapValue *) parts Ei as d k off. binds E as m Em.
    destruct (_ && _) eqn:C; [|discriminate E]. apply some_inj in E; subst a'. bools.
    destruct (first_value _ _ _ GW Em) as [o [b [Eo [Lo [Eb Bb]]]]]; try assumption.
    rewrite Eo. cbn [obind]. rewrite Eb. apply covers_put; auto. split; [reflexivity|].
    exists b. split; [|reflexivity]. split; [exact Bb|]. exists o, b.
    split; [exact Lo|]. split; [eapply nth_z_in; exact Eb|]. split; [lia|].
    rewrite Z.sub_diag. apply Z.divide_0_r.
  - (* LdVar *) apply some_inj in E; subst a'. apply covers_put; auto. apply any_word, wrap_range.
  - (* LdCode *) parts Ei as d off. apply some_inj in E; subst a'. rewrite (g_pc G).
    apply covers_put; auto. apply function_yields.
  - (* Ldx *) parts Ei as z sx d r off. binds E as v Ev. binds E as pl Ep. binds E as res Er.
    apply some_inj in E; subst a'.
    destruct (reg_sound G Ev) as [x [-> Rx]].
    pose proof (gamma_addr G Rx (zbytes_pos z) Ep) as P.
    destruct (a_load_sound an G P Er) as [y [-> Y]].
    apply covers_put; auto.
  - (* St *) parts Ei as z d off k. binds E as v Ev. binds E as c Ec. binds E as pl Ep.
    destruct (reg_sound G Ev) as [x [-> Rx]].
    pose proof (gamma_addr G Rx (zbytes_pos z) Ep) as P.
    destruct (a_store_sound G (aconst_sound _ _ _ _ GF _ _ Ec) P E)
      as [m [-> Gm]].
    apply covers_same. exact Gm.
  - (* Stx *) parts Ei as z d off r. binds E as v Ev. binds E as u Eu. binds E as pl Ep.
    destruct (reg_sound G Ev) as [x [-> Rx]].
    destruct (reg_sound G Eu) as [y [-> Ry]].
    pose proof (gamma_addr G Rx (zbytes_pos z) Ep) as P.
    destruct (a_store_sound G Ry P E) as [m [-> Gm]].
    apply covers_same. exact Gm.
  - (* LdAcq *) parts Ei as z d r off. binds E as v Ev. binds E as pl Ep. binds E as res Er.
    apply some_inj in E; subst a'.
    destruct (reg_sound G Ev) as [x [-> Rx]]. rewrite (ordered_none G Rx Ep).
    apply ordered_addr in Ep. pose proof (gamma_addr G Rx (zbytes_pos z) Ep) as P.
    destruct (a_load_sound an G P Er) as [y [-> Y]].
    apply covers_put; auto.
  - (* StRel *) parts Ei as z d off r. binds E as v Ev. binds E as u Eu. binds E as pl Ep.
    destruct (reg_sound G Ev) as [x [-> Rx]].
    destruct (reg_sound G Eu) as [y [-> Ry]]. rewrite (ordered_none G Rx Ep).
    apply ordered_addr in Ep. pose proof (gamma_addr G Rx (zbytes_pos z) Ep) as P.
    destruct (a_store_sound G Ry P E) as [m [-> Gm]].
    apply covers_same. exact Gm.
  - (* Atomic *) exact (atomic_sound an G E').
  - (* LdPkt *) destruct (a_load_packet_sound an G E) as [C|[r [C A]]];
      [left; exact C|].
    right. exists r. auto.
  - (* Ja *) parts Ei as off. apply some_inj in E; subst a'. rewrite (g_pc G).
    apply covers_same, goto_sound. exact G.
  - (* Jmp *) discriminate E.
  - (* MayGoto *) discriminate E.
  - (* Call *) parts Ei as h. apply (covers_call an G E). intros d D T. cbn [may_end].
    unfold offered_helper in D. destruct (existsb _ _); [| discriminate D].
    rewrite D, T. reflexivity.
  - (* CallKernel *) parts Ei as f. apply (covers_call an G E). intros d D T. cbn [may_end].
    unfold offered_function in D. destruct (function_of f) as [k |]; [| discriminate D].
    destruct (existsb _ _); [| discriminate D]. apply some_inj in D. rewrite D, T. reflexivity.
  - (* CallX *) parts Ei as r. binds E as v Ev. binds E as h Eh.
    destruct (reg_sound G Ev) as [x [-> Rx]].
    assert (X : x = h) by exact (const_of_sound _ _ _ _ GF _ _ _ Rx Eh). subst h.
    apply (covers_call an G E). intros d D T. reflexivity.
  - (* CallLocal *) parts Ei as off. rewrite (g_pc G).
    destruct (a_call_local_sound an G E) as [s' [ws [-> G']]].
    left. exists s', ws. split; [reflexivity | exact G'].
  - (* Exit *) destruct (a_leave_sound an G E) as [s' [-> G']]. apply covers_same. exact G'.
Qed.

Lemma settle_sound a vs s : gamma t a vs s -> gamma t (a_settle a) vs s.
Proof.
  intros G. unfold a_settle. destruct (wb_pending (a_written a)) as [[k bits]|] eqn:P; [|exact G].
  destruct (const_of (a_facts a) (k, 0)) as [c|] eqn:C; [|exact G].
  destruct c as [|c|c]; try exact G. destruct (g_mem G) as [M1 M2 M3].
  destruct (M3 k bits P) as [K B]. destruct (nth_z_some vs k) as [w N]; [exact K|].
  assert (R : relv vs (k, 0) (wrap w)) by (exists w; rewrite Z.add_0_r; auto).
  assert (Z0 := const_of_sound _ _ _ _ (g_facts G) _ _ _ R C).
  assert (W0 : w = 0).
  { unfold const_of, view in C. destruct (fact_of (a_facts a) (k, 0)) as [f|] eqn:F;
      [|discriminate C].
    destruct (g_facts G _ _ F) as [w' [N' [Bw _]]]. cbn [fst] in N'.
    assert (w' = w) by congruence. subst w'. rewrite wrap_small in Z0 by exact Bw. exact Z0. }
  assert (Es : set_mem s (mem s) = s) by (destruct s; reflexivity). rewrite <- Es. clear Es.
  apply gamma_mem; [exact G|]. constructor.
  - (* m_slots *) exact M1.
  - (* m_written *) intros i I T. cbn [wb_bits] in T. rewrite Z.lor_spec in T.
    apply orb_true_iff in T. destruct T as [T|T].
    + (* before *) exact (M2 i I T).
    + (* pending *) apply B; [congruence | exact I | exact T].
  - (* m_pending *) discriminate.
Qed.
Lemma assume_sound a vs s k F : gamma t a vs s ->
  (exists F', F = Some F' /\ facts_hold t (lay s) F' vs /\ refrel F' vs (l_refs (lay s))) ->
  exists a', a_assume a k F = Some a' /\ gamma t a' vs (goto s k).
Proof.
  intros G [F' [-> [H R]]]. open_gamma G. unfold a_assume. cbn [obind].
  eexists; split; [reflexivity|]. apply settle_sound. constructor; auto.
Qed.
Lemma one_of_same {x y vs s} :
  (exists a, x = Some a /\ gamma t a vs s) \/ (exists a, y = Some a /\ gamma t a vs s) ->
  one_of t x y vs s.
Proof. intros C. exists []. rewrite app_nil_r. exact C. Qed.
Lemma rounds_sound {a vs s n m} : gamma t a vs s -> relo vs n (Some m) ->
  gamma t (a_with_rounds a n) vs (set_rounds s m).
Proof. intros G R. open_gamma G. constructor; assumption. Qed.
Lemma spend_sound {a vs s} : gamma t a vs s -> 0 < rounds s ->
  exists a', a_spend t a = Some a' /\
    gamma t a' vs (goto (set_rounds s (rounds s - 1)) (a_pc a + 1)).
Proof.
  intros G Hr. assert (R := g_rounds G). unfold a_spend.
  destruct (a_rounds a) as [v|] eqn:Ea;
    [destruct (aconst (a_facts a) 0) as [z|] eqn:Ez|]; cbv zeta beta.
  - (* known *) destruct R as [x [X Rv]]. injection X as <-. pose proof (relv_range _ _ _ Rv) as B.
    apply (assume_sound (a_with_rounds a _)).
    + (* one less *) apply (rounds_sound G). exists (rounds s - 1). split; [reflexivity|].
      pose proof (shift_sound t (lay s) vs v _ (-1) Rv) as Y. cbn [shift yields] in Y.
      rewrite wrap_small in Y by lia. exact Y.
    + (* it was not 0 *) apply (refine_sound t (lay s) _ vs _ _ _ _ _ _ (rounds s) (wrap 0));
        [apply G | apply G | apply G | exact Rv
        | exact (aconst_sound _ _ _ _ (g_facts G) _ _ Ez) |].
      unfold compare. rewrite (trunc_word _ B), (trunc_word _ (wrap_range 0)).
      apply Z.ltb_lt. exact Hr.
  - (* no number *) apply (assume_sound (a_with_rounds a None)); [apply (rounds_sound G); exact I|].
    eexists. split; [reflexivity|]. split; apply G.
  - (* unknown *) apply (assume_sound (a_with_rounds a None)); [apply (rounds_sound G); exact I|].
    eexists. split; [reflexivity|]. split; apply G.
Qed.
Lemma a_branch_sound an {i a vs s x y} : gamma t a vs s -> a_branch t i a = Some (x, y) ->
  exists s', exec t an i s = Next s' /\ one_of t x y vs s'.
Proof.
  intros G E. destruct i eqn:Ei; try discriminate E; unfold a_branch in E; unfold exec;
    cbn [target_reg].
  - (* Jmp *) parts Ei as w c d o off. binds E as u Eu. binds E as v Ev. injection E as <- <-.
    destruct (reg_sound G Eu) as [p [-> Rp]].
    destruct (oper_sound G Ev) as [q [-> Rq]].
    eexists; split; [reflexivity|]. rewrite (g_pc G). apply one_of_same.
    destruct (compare w c p q) eqn:C; [left|right]; apply assume_sound; auto;
      eapply refine_sound; eauto; apply G.
  - (* MayGoto *) injection E as <- <-. eexists; split; [reflexivity|]. rewrite (g_pc G).
    apply one_of_same. destruct ((an_choice an <? 0) || (rounds s <=? 0)) eqn:C; [left|right].
    + (* it jumps *) apply (assume_sound a vs s _ (Some (a_facts a))); [exact G|].
      eexists. split; [reflexivity|].
      split; apply G.
    + (* it goes on *) apply spend_sound; [exact G|]. apply orb_false_iff in C. destruct C. bools.
      assumption.
  - (* Call *) exact (a_first_round_sound an G E).
  - (* Exit *) exact (a_next_round_sound an G E).
Qed.

Lemma a_exit_sound an {i a vs s} : gamma t a vs s -> a_exit t i a = true ->
  exists r, exec t an i s = Done r /\ allowed_result t r.
Proof.
  unfold a_exit. intros G E. destruct i; try discriminate E.
  destruct (a_frames a) as [|f fs] eqn:EF; [|discriminate E].
  assert (NF : frames s = []).
  { pose proof (g_frames G) as H. rewrite EF in H. inversion H. reflexivity. }
  destruct (get R0 (a_regs a)) as [v|] eqn:E0; [|discriminate E].
  bools E as Hn E.
  destruct (reg_sound G E0) as [x [Ex Rx]]. exists x. split.
  - (* it ends *) unfold exec, leave. cbn [target_reg]. rewrite Ex, NF, (all_released_sound G Hn).
    reflexivity.
  - (* its result *) split; [exact (relv_range _ _ _ Rx)|].
    destruct (pt_ret (t_type t)) as [[lo hi]|]; [|exact I].
    pose proof (any_view_sound _ _ _ _ (g_facts G) _ _ Rx) as V. unfold result_number.
    destruct (lo <? 0).
    + (* signed *) bools. destruct (sc_int_sound _ _ V) as [_ [_ [_ U]]].
      assert (R := sgn32_range x). rewrite sgn64_wrap in U by lia. lia.
    + (* unsigned *) bools. assert (U := in_scalar_between _ _ (sc_trunc_sound A32 _ _ V)).
      unfold trunc in U. lia.
Qed.
End Exec.
