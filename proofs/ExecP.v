(** Dispatch: each instruction's abstract step covers its concrete one. *)
From Checker Require Import Cert.
From Proofs Require Export SubsumeP ArithP RefineP AccessP CallsP.

Section Exec.
Variable t : target.

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
  unfold a_unary_put. intros G E H. binds E. rename Ebind into Er. injection E as <-.
  destruct (reg_sound _ _ _ _ _ G Er) as [x [Ex Rx]]. exists x. split; auto.
  apply covers_put; auto. eapply a_unary_sound; eauto. apply (g_facts _ _ _ _ G).
Qed.
End Exec.
