(** Dispatch: each instruction's abstract step covers its concrete one. *)
From Checker Require Import Cert.
From Proofs Require Import ScalarP.
From Proofs Require Export SubsumeP ArithP RefineP AccessP CallsP.

Section Exec.
Variable t : target.

Lemma zbytes_pos z : 0 < zbytes z.
Proof. pose proof (zbytes_range z). lia. Qed.
Lemma map_object L i m : wf_layout t L -> map_of t i = Some m -> exists w, nth_z (l_maps L) i = Some w /\ 0 <= w < W.
Proof.
  intros WL E. destruct (map_addr WL i m E) as [w Ew]. exists w. split; auto. pose proof (map_addr_word WL i w Ew). lia.
Qed.
Lemma first_value L i m : wf_layout t L -> map_of t i = Some m -> m_type m = map_array -> 0 < m_max m ->
  exists bs b, nth_z (l_vals L) i = Some bs /\ nth_z bs 0 = Some b /\ 0 <= b < W.
Proof.
  intros WL E Ty Mx. destruct (map_vals WL i m E) as [bs [Ebs Len]]. specialize (Len Ty).
  destruct bs as [|b bs]; [cbn [length] in Len; lia|]. exists (b :: bs), b. split; auto. split; [reflexivity|].
  pose proof (value_word WL i _ b Ebs (or_introl eq_refl)). lia.
Qed.

Lemma reg_sound a vs s r v : gamma t a vs s -> get r (a_regs a) = Some v -> exists x, get r (regs s) = Some x /\ relv vs v x.
Proof. intros G E. pose proof (g_regs _ _ _ _ G r) as R. rewrite E in R. exact R. Qed.
Lemma oper_sound a vs s o v : gamma t a vs s -> a_oper a o = Some v -> exists x, value_of s o = Some x /\ relv vs v x.
Proof.
  intros G E. destruct o as [i|r]; cbn [a_oper value_of] in *.
  - exists (wrap i). split; auto. eapply aconst_sound; eauto. apply (g_facts _ _ _ _ G).
  - eapply reg_sound; eauto.
Qed.

(** The state after the instruction, and the new symbols' words. *)
Definition covers (a' : astate) (vs : list Z) (o : outcome) : Prop := exists s' ws, o = Next s' /\ gamma t a' (vs ++ ws) s'.
Lemma covers_put a vs s n d r x : gamma t a vs s -> yields t (lay s) vs r x -> covers (a_put a n d r) vs (Next (put s n d x)).
Proof. intros G Y. destruct (put_sound _ _ _ _ n d _ _ G Y) as [ws Gw]. exists (put s n d x), ws. auto. Qed.
Lemma covers_same a vs s : gamma t a vs s -> covers a vs (Next s).
Proof. intros G. exists s, []. rewrite app_nil_r. auto. Qed.

Lemma unary_sound a vs s d r f g a' :
  gamma t a vs s -> a_unary_put a d r f = Some a' -> (forall sc z, in_scalar sc z -> in_scalar (f sc) (g z)) ->
  exists x, get r (regs s) = Some x /\ covers a' vs (Next (put s 1 d (g x))).
Proof.
  unfold a_unary_put. intros G E H. binds E as v Er. apply some_inj in E; subst a'.
  destruct (reg_sound _ _ _ _ _ G Er) as [x [Ex Rx]]. exists x. split; auto.
  apply covers_put; auto. eapply a_unary_sound; eauto. apply (g_facts _ _ _ _ G).
Qed.

Lemma binary_sound a vs s w op d o a' : gamma t a vs s ->
  obind (get d (a_regs a)) (fun x => obind (a_oper a o) (fun y => Some (a_put a 1 d (a_alu t (a_facts a) w op x y)))) = Some a' ->
  covers a' vs (match get d (regs s), value_of s o with
                | Some x, Some y => Next (put s 1 d (alu w op x y))
                | _, _ => Fault UndefinedRegister (pc s)
                end).
Proof.
  intros G E. binds E as u Eu. binds E as v Ev. apply some_inj in E; subst a'.
  destruct (reg_sound _ _ _ _ _ G Eu) as [x [-> Rx]]. destruct (oper_sound _ _ _ _ _ G Ev) as [y [-> Ry]].
  apply covers_put; auto. eapply a_alu_sound; eauto; apply G.
Qed.

Lemma a_exec_sound an i a a' vs s : gamma t a vs s -> a_exec t i a = Some a' ->
  exists s' ws, exec t an i s = Next s' /\ gamma t a' (vs ++ ws) s'.
Proof.
  intros G E. change (covers a' vs (exec t an i s)).
  pose proof (g_facts _ _ _ _ G) as GF. pose proof (g_wf _ _ _ _ G) as GW.
  unfold a_exec in E. unfold exec.
  destruct (match target_reg i with Some d => is_r10 d | None => false end); [discriminate E|].
  destruct i.
  - (* Alu *) destruct op; try (eapply binary_sound; eassumption).
    binds E as v Ev. apply some_inj in E; subst a'. destruct (oper_sound _ _ _ _ _ G Ev) as [y [-> Ry]].
    apply covers_put; auto. eapply a_mov_sound; eauto.
  - (* Neg *) destruct (unary_sound _ _ _ _ _ _ (neg w) _ G E (fun sc z => sc_neg_sound w sc z)) as [x [-> C]]. exact C.
  - (* MovSx *) destruct (unary_sound _ _ _ _ _ _ (sext w from) _ G E (fun sc z => sc_sext_sound w from sc z)) as [x [-> C]]. exact C.
  - (* End *) destruct (unary_sound _ _ _ _ _ _ (byte_order k z) _ G E (fun sc x => sc_byte_order_sound k z sc x)) as [x [-> C]]. exact C.
  - (* LdImm *) binds E as y Ey. apply some_inj in E; subst a'. apply covers_put; auto. cbn [yields]. eapply aconst_sound; eauto.
  - (* LdMap *) binds E as m Em. apply some_inj in E; subst a'.
    destruct (map_object _ _ _ GW Em) as [w [Ew Bw]]. rewrite Ew. apply covers_put; auto. cbn [yields].
    exists w. rewrite Z.add_0_r, wrap_small by exact Bw. split; [|reflexivity]. split; [exact Bw|exact Ew].
  - (* LdMapValue *) binds E as m Em. destruct (_ && _) eqn:C; [|discriminate E]. apply some_inj in E; subst a'. bools.
    destruct (first_value _ _ _ GW Em) as [bs [b [Ebs [Eb Bb]]]]; try assumption.
    rewrite Ebs. cbn [obind]. rewrite Eb. apply covers_put; auto. cbn [yields].
    exists b. split; [|reflexivity]. split; [exact Bb|]. exists bs, b.
    split; [exact Ebs|]. split; [eapply nth_z_in; exact Eb|lia].
  - (* Ldx *) binds E as v Ev. binds E as pl Ep. binds E as res Er. apply some_inj in E; subst a'.
    destruct (reg_sound _ _ _ _ _ G Ev) as [x [-> Rx]].
    pose proof (a_addr_sound _ _ _ _ _ _ off (zbytes z) false _ GW GF Rx (zbytes_pos z) Ep) as P.
    destruct (a_load_sound _ _ _ _ _ sx _ _ _ G P Er) as [y [-> Y]].
    apply covers_put; auto.
  - (* St *) binds E as v Ev. binds E as c Ec. binds E as pl Ep.
    destruct (reg_sound _ _ _ _ _ G Ev) as [x [-> Rx]].
    pose proof (a_addr_sound _ _ _ _ _ _ off (zbytes z) true _ GW GF Rx (zbytes_pos z) Ep) as P.
    destruct (a_store_sound _ _ _ _ _ _ _ _ _ _ G (aconst_sound _ _ _ _ GF _ _ Ec) P E) as [m [-> Gm]].
    apply covers_same. exact Gm.
  - (* Stx *) binds E as v Ev. binds E as u Eu. binds E as pl Ep.
    destruct (reg_sound _ _ _ _ _ G Ev) as [x [-> Rx]]. destruct (reg_sound _ _ _ _ _ G Eu) as [y [-> Ry]].
    pose proof (a_addr_sound _ _ _ _ _ _ off (zbytes z) true _ GW GF Rx (zbytes_pos z) Ep) as P.
    destruct (a_store_sound _ _ _ _ _ _ _ _ _ _ G Ry P E) as [m [-> Gm]].
    apply covers_same. exact Gm.
  - (* Ja *) apply some_inj in E; subst a'. rewrite (g_pc _ _ _ _ G). apply covers_same, goto_sound. exact G.
  - (* Jmp *) discriminate E.
  - (* Call *) eapply a_call_sound; eauto.
  - (* Exit *) discriminate E.
Qed.

Lemma assume_sound a vs s k F : gamma t a vs s -> (exists F', F = Some F' /\ facts_hold t (lay s) F' vs) ->
  exists a', a_assume a k F = Some a' /\ gamma t a' vs (goto s k).
Proof.
  intros [G1 G2 G3 G4 G5 G6 G7] [F' [-> H]]. unfold a_assume. cbn [obind]. eexists; split; [reflexivity|]. constructor; auto.
Qed.
Lemma a_branch_sound an i a vs s x y : gamma t a vs s -> a_branch i a = Some (x, y) ->
  exists s', exec t an i s = Next s' /\
    ((exists a', x = Some a' /\ gamma t a' vs s') \/ (exists a', y = Some a' /\ gamma t a' vs s')).
Proof.
  intros G E. destruct i as [| | | | | | | | | | |w c d o off| |]; try discriminate E.
  unfold a_branch in E. binds E as u Eu. binds E as v Ev. injection E as <- <-.
  unfold exec. cbn [target_reg].
  destruct (reg_sound _ _ _ _ _ G Eu) as [p [-> Rp]]. destruct (oper_sound _ _ _ _ _ G Ev) as [q [-> Rq]].
  eexists; split; [reflexivity|]. rewrite (g_pc _ _ _ _ G).
  destruct (compare w c p q) eqn:C; [left|right]; apply assume_sound; auto;
    eapply refine_sound; eauto; apply G.
Qed.

Lemma a_exit_sound an i a vs s : gamma t a vs s -> a_exit t i a = true ->
  exists r, exec t an i s = Done r /\ allowed_result t r.
Proof.
  unfold a_exit. intros G E. destruct i; try discriminate E.
  destruct (get R0 (a_regs a)) as [v|] eqn:E0; [|discriminate E].
  destruct (reg_sound _ _ _ _ _ G E0) as [x [Ex Rx]]. exists x. split.
  - unfold exec. cbn [target_reg]. rewrite Ex. reflexivity.
  - split; [exact (relv_range _ _ _ Rx)|]. destruct (pt_ret (t_type t)) as [[lo hi]|]; [|exact I]. bools.
    pose proof (any_view_sound _ _ _ _ (g_facts _ _ _ _ G) _ _ Rx) as V.
    destruct (sc_trunc_sound A32 _ _ V) as [_ [_ [U _]]]. unfold trunc in U. lia.
Qed.
End Exec.
