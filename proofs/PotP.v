(** Potentials: their value under a valuation, its floor, and how far it drops from one node to the
    next. *)
From Proofs Require Export SubsumeP.
From Checker Require Export Pot.

Definition term_val (q : term) (vs : list Z) (x : Z) : Prop :=
  exists w, nth_z vs (tm_s q) = Some w /\ x = tm_k q * (tm_N q - w).
Fixpoint terms_val (l : list term) (vs : list Z) (x : Z) : Prop :=
  match l with [] => x = 0 | q :: l' => exists y z, term_val q vs y /\ terms_val l' vs z
    /\ x = y + z end.
Definition pot_val (q : pot) (vs : list Z) (x : Z) : Prop := terms_val (p_terms q) vs (x - p_c q).
Lemma far_end_least k lo hi N w : lo <= w <= hi -> k * (N - far_end k lo hi) <= k * (N - w).
Proof. unfold far_end. intros B. destruct (Z.leb_spec 0 k); nia. Qed.
Lemma far_end_most k lo hi N w : lo <= w <= hi -> k * (N - w) <= k * (N - far_end (- k) lo hi).
Proof. intros B. pose proof (far_end_least (- k) lo hi N w B). lia. Qed.

Lemma term_val_ext q vs ws x : term_val q vs x -> term_val q (vs ++ ws) x.
Proof. intros [w [N E]]. exists w. split; [apply nth_z_app; exact N | exact E]. Qed.
Lemma terms_val_ext vs ws l : forall x, terms_val l vs x -> terms_val l (vs ++ ws) x.
Proof.
  induction l as [|q l IH]; cbn [terms_val]; intros x; [auto|]. intros [y [z [A [B C]]]].
  exists y, z. split; [apply term_val_ext; exact A|]. split; [apply IH; exact B | exact C].
Qed.
Lemma pot_val_ext q vs ws x : pot_val q vs x -> pot_val q (vs ++ ws) x.
Proof. apply terms_val_ext. Qed.
(** The root's potential has no terms. *)
Lemma pot_val_const c vs : pot_val (Pot c []) vs c.
Proof. unfold pot_val. cbn [p_terms p_c terms_val]. lia. Qed.

Section Pot.
Context {t : target} {L : layout} {F : facts} {vs : list Z}.

Lemma end_sound k s x : facts_hold t L F vs -> end_of F k s = Some x ->
  exists w, nth_z vs s = Some w /\ forall N, k * (N - x) <= k * (N - w).
Proof.
  unfold end_of. intros H E. destruct (zfind s F) as [f|] eqn:EF; [|discriminate E].
  destruct (H _ _ EF) as [w [N [B P]]]. destruct f; try discriminate E. injection E as <-.
  assert (U := in_scalar_between _ _ P). exists w. split; [exact N|]. intros M. apply far_end_least.
  exact U.
Qed.
Lemma term_floor_sound q x fl : facts_hold t L F vs -> term_val q vs x ->
  term_floor F q = Some fl -> fl <= x.
Proof.
  unfold term_floor. intros H [w [N ->]] E.
  destruct (end_of F (tm_k q) (tm_s q)) as [hi|] eqn:U; [|discriminate E].
  injection E as <-. destruct (end_sound _ _ _ H U) as [v [N' V]]. assert (v = w) by congruence.
  subst v. apply V.
Qed.
Lemma terms_floor_sound l : facts_hold t L F vs -> forall x fl, terms_val l vs x ->
  terms_floor F l = Some fl -> fl <= x.
Proof.
  intros H. induction l as [|q l IH]; intros x fl V E; cbn [terms_val terms_floor] in V, E.
  - (* [] *) injection E as <-. lia.
  - (* :: *) binds E as f1 E1. binds E as f2 E2. injection E as <-.
    destruct V as [y [z [A [B ->]]]].
    pose proof (term_floor_sound _ _ _ H A E1) as X. pose proof (IH _ _ B E2) as Y. lia.
Qed.
Lemma pot_floor_sound q x fl : facts_hold t L F vs -> pot_val q vs x ->
  pot_floor F q = Some fl -> fl <= x.
Proof.
  unfold pot_floor, pot_val. intros H V E. binds E as f1 E1. injection E as <-.
  pose proof (terms_floor_sound _ H _ _ V E1) as X. lia.
Qed.
Lemma terms_ok_sound l : facts_hold t L F vs -> forallb (term_ok F) l = true ->
  exists x, terms_val l vs x /\ 0 <= x.
Proof.
  intros H. induction l as [|q l IH]; cbn [forallb]; intros E.
  - (* [] *) exists 0. cbn [terms_val]. split; [reflexivity | lia].
  - (* :: *) bools E as Q E. destruct (IH E) as [x [V X]].
    unfold term_ok in Q. destruct (term_floor F q) as [fl|] eqn:Fl; [|discriminate Q]. bools.
    assert (T : exists y, term_val q vs y).
    { unfold term_floor in Fl. destruct (end_of F (tm_k q) (tm_s q)) as [hi|] eqn:U;
        [|discriminate Fl].
      destruct (end_sound _ _ _ H U) as [w [N _]]. exists (tm_k q * (tm_N q - w)), w. auto. }
    destruct T as [y Y]. pose proof (term_floor_sound _ _ _ H Y Fl) as B. exists (y + x).
    split; [|lia].
    cbn [terms_val]. exists y, x. auto.
Qed.
Lemma pot_ok_sound q : facts_hold t L F vs -> pot_ok F q = true -> exists x, pot_val q vs x
  /\ 0 <= x.
Proof.
  unfold pot_ok, pot_val. intros H E. bools E as C E. bools.
  destruct (terms_ok_sound _ H E) as [x [V X]]. exists (x + p_c q).
  replace (x + p_c q - p_c q) with x by lia. split; [exact V | lia].
Qed.

Context {sub : subst} {next : Z}.
Notation us := (subst_vals vs sub next).

(** A target symbol has the value of what stands for it. *)
Lemma subst_range {s v w l h d} : facts_hold t L F vs -> zfind s sub = Some v ->
  nth_z us s = Some w ->
  range F v = Some (l, h, d) ->
  l <= w <= h /\ exists u, nth_z vs (fst v) = Some u /\ w = u + d.
Proof.
  intros H Z N R. rewrite (subst_vals_inv N Z).
  assert (E : exists f, fact_of F v = Some f).
  { unfold range in R. destruct (fact_of F v) as [f|]; [exists f; reflexivity | discriminate R]. }
  destruct E as [f E]. destruct (H _ _ E) as [u [Nu P]].
  destruct (range_sound _ _ _ _ H _ _ _ _ _ (subst_rel _ _ _ Nu) R) as [B [u' [Nu' [X Y]]]].
  split; [lia|]. exists u'. auto.
Qed.
Lemma term_drop_sound {p q x y dr} : facts_hold t L F vs ->
  term_drop F p sub q = Some dr ->
  term_val p vs x -> term_val q us y -> dr <= x - y.
Proof.
  unfold term_drop. intros H E PX [w [N ->]]. binds E as v Ev. binds E as r Er.
  destruct r as [[l h] d].
  destruct (subst_range H Ev N Er) as [B [u [Nu X]]]. destruct (_ && _) eqn:C.
  - (* the same symbol *) injection E as <-. destruct PX as [w' [N' ->]]. bools C as C1 C2.
    bools.
    rewrite C1 in Nu. assert (w' = u) by congruence. subst w' w. rewrite <- C2. lia.
  - (* another *) binds E as fl Ef. injection E as <-.
    pose proof (term_floor_sound _ _ _ H PX Ef) as Fl.
    pose proof (far_end_most (tm_k q) l h (tm_N q) w B) as M. lia.
Qed.
Lemma term_fresh_sound q y dr : facts_hold t L F vs -> term_fresh F sub q = Some dr ->
  term_val q us y -> dr <= - y.
Proof.
  unfold term_fresh. intros H E [w [N ->]]. binds E as v Ev. binds E as r Er.
  destruct r as [[l h] d].
  injection E as <-.
  destruct (subst_range H Ev N Er) as [B [u [Nu X]]].
  pose proof (far_end_most (tm_k q) l h (tm_N q) w B) as M. lia.
Qed.
Lemma terms_fresh_sound lq : facts_hold t L F vs -> forall y dr, terms_fresh F sub lq = Some dr ->
  terms_val lq us y -> dr <= - y.
Proof.
  intros H. induction lq as [|q lq IH]; intros y dr E V; cbn [terms_fresh terms_val] in E, V.
  - (* [] *) injection E as <-. lia.
  - (* :: *) binds E as f1 E1. binds E as f2 E2. injection E as <-.
    destruct V as [y1 [y2 [A [B ->]]]].
    pose proof (term_fresh_sound _ _ _ H E1 A) as X. pose proof (IH _ _ E2 B) as Y. lia.
Qed.
Lemma terms_drop_sound lp : facts_hold t L F vs -> forall lq x y dr,
  terms_drop F lp sub lq = Some dr -> terms_val lp vs x -> terms_val lq us y -> dr <= x - y.
Proof.
  intros H. induction lp as [|p lp IH]; intros lq x y dr E VX VY;
    cbn [terms_drop terms_val] in E, VX.
  - (* [] *) pose proof (terms_fresh_sound _ H _ _ E VY) as X. lia.
  - (* :: *) destruct VX as [x1 [x2 [A [B ->]]]]. destruct lq as [|q lq].
    + (* [] *) binds E as f1 E1. binds E as f2 E2. injection E as <-.
      pose proof (term_floor_sound _ _ _ H A E1) as X. pose proof (IH [] _ _ _ E2 B VY) as Y. lia.
    + (* :: *) binds E as f1 E1. binds E as f2 E2. injection E as <-. cbn [terms_val] in VY.
      destruct VY as [y1 [y2 [C [D ->]]]].
      pose proof (term_drop_sound H E1 A C) as X. pose proof (IH _ _ _ _ E2 B D) as Y.
      lia.
Qed.
Lemma pot_drop_sound n p q x y : facts_hold t L F vs ->
  pot_drop F n p sub q = true -> pot_val p vs x -> pot_val q us y -> y <= x - n.
Proof.
  unfold pot_drop, pot_val. intros H E PX PY.
  destruct (terms_drop F (p_terms p) sub (p_terms q)) as [dr|] eqn:D; [|discriminate E].
  bools. pose proof (terms_drop_sound _ H _ _ _ _ D PX PY) as X. lia.
Qed.
End Pot.
