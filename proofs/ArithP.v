(** Arithmetic on abstract values is sound. *)
From Proofs Require Export LayoutP FactP.
From Checker Require Import Arith.

(** Where areas start and end; a sum that stays within [reach] of a start does not wrap. *)
Lemma area_range t L p : wf_layout t L ->
  0 <= area_start L p <= l_pkt L + 1 /\ area_end L p < W /\ l_pkt L + guard <= W.
Proof.
  intros WL. destruct (packet_range WL) as [P1 [P2 [P3 [P4 P5]]]]. unfold guard in *.
  destruct p; cbn [area_start area_end]; lia.
Qed.
(** A value of map [i], or of one like it, has its size. *)
Lemma like_range t L : wf_layout t L -> forall i o m b, map_like t L i o -> map_of t i = Some m ->
  In b (o_vals o) ->
  0 < b /\ 0 <= m_value m /\ b + m_value m < W.
Proof.
  intros WL i o m b [Io [m' [E A]]] M B. assert (m' = m) by congruence. subst m'.
  destruct (alike_fields _ _ A) as [_ [_ [-> _]]]. exact (value_range WL o b Io B).
Qed.
Lemma like_map t L i o : map_like t L i o -> exists m, map_of t i = Some m.
Proof. intros [_ [m [E _]]]. exists m. exact E. Qed.

Section Arith.
Variable t : target.
Variable L : layout.
Variable F : facts.
Variable vs : list Z.
Hypothesis FH : facts_hold t L F vs.

Lemma new_scalar ta s x : in_scalar s x -> yields t L vs (New (FScalar ta s) 0) x.
Proof.
  intros H. assert (R : 0 <= x < W) by (eapply in_scalar_range; exact H). split; [reflexivity|].
  exists x.
  rewrite Z.add_0_r, wrap_small by exact R.
  split; [split; [exact R | exact H] | reflexivity].
Qed.
Lemma scalar_res_sound ta s x : in_scalar s x -> yields t L vs (scalar_res F ta s) x.
Proof.
  intros H. unfold scalar_res. destruct ta; [apply new_scalar; exact H|].
  destruct (sc_is_const s) as [c|] eqn:C; [|apply new_scalar; exact H].
  destruct (aconst F c) as [v|] eqn:A; [|apply new_scalar; exact H].
  assert (R : 0 <= x < W) by (eapply in_scalar_range; exact H).
  assert (X : x = c) by (eapply sc_is_const_sound; [exact H | exact C]).
  subst c. cbn [yields]. rewrite <- (wrap_small x R). eapply aconst_sound; [exact FH | exact A].
Qed.
Lemma shift_sound a x c : relv vs a x -> yields t L vs (shift a c) (wrap (x + c)).
Proof.
  intros [w [N ->]]. cbn [shift yields]. exists w. cbn [fst snd]. split; [exact N|].
  rewrite soff_wrap, wrap_add_l, Z.add_assoc. reflexivity.
Qed.
Lemma a_scalar_alu_sound w op a b x y : relv vs a x -> relv vs b y ->
  yields t L vs (a_scalar_alu F w op a b) (alu w op x y).
Proof.
  intros A B. unfold a_scalar_alu.
  pose proof (any_view_sound _ _ _ _ FH _ _ A) as SA.
  pose proof (any_view_sound _ _ _ _ FH _ _ B) as SB.
  destruct (any_view F a) as [ta sa]. destruct (any_view F b) as [tb sb]. cbn [snd] in SA, SB.
  apply scalar_res_sound, sc_alu_sound; assumption.
Qed.
Lemma a_mov_sound w b y : relv vs b y -> yields t L vs (a_mov F w b) (trunc w y).
Proof.
  intros B. pose proof (relv_range _ _ _ B) as R. destruct w; cbn [a_mov].
  - (* A32 *) pose proof (any_view_sound _ _ _ _ FH _ _ B) as S. destruct (any_view F b) as [ta s].
    cbn [snd] in S.
    destruct (s_umax s <? half_size) eqn:U.
    + (* it fits *) bools. unfold half_size in *. assert (S3 := in_scalar_between s y S).
      cbn [trunc yields]. rewrite wrap32_small by lia. exact B.
    + (* it may not fit *) apply scalar_res_sound, sc_trunc_sound. exact S.
  - (* A64 *) cbn [trunc yields]. rewrite wrap_small by exact R. exact B.
Qed.
Lemma a_unary_sound (f : scalar -> scalar) (g : Z -> Z) a x :
  (forall s z, in_scalar s z -> in_scalar (f s) (g z)) -> relv vs a x ->
    yields t L vs (a_unary F f a) (g x).
Proof.
  intros FG A. unfold a_unary. pose proof (any_view_sound _ _ _ _ FH _ _ A) as S.
  destruct (any_view F a) as [ta s]. cbn [snd] in S. apply scalar_res_sound, FG. exact S.
Qed.

Hypothesis WL : wf_layout t L.
Hypothesis HR : refrel F vs (l_refs L).
(** An acquired record is in the layout; sums that stay within it do not wrap. *)
Lemma record_ref k w n : zfind k F = Some (FRef RecordRef n false) -> nth_z vs k = Some w ->
  w <> 0 ->
  In (Reference RecordRef w n) (l_refs L).
Proof.
  intros E N Nz. destruct (refrel_in HR E N Nz) as [h [I [Fi [Eb En]]]].
  destruct h as [hk hb hn]. cbn [re_kind re_base re_size] in *. destruct hk; try discriminate Fi.
  subst hb hn. exact I.
Qed.
Lemma ref_range h : In h (l_refs L) -> 0 < re_base h /\ 0 <= re_size h /\ re_base h + re_size h < W.
Proof. intros I. destruct (ref_placed WL h I) as [S _]. unfold in_space in S.
cbn [ref_region r_kind lowest r_base r_size] in S. lia. Qed.
(** A multiple of [al], and a number less its least on: of what divides all three. *)
Lemma step_further s y al x lo : in_scalar s y -> (al | x) ->
  (Z.gcd al (Z.gcd (sc_step s) lo) | x + (sgn64 y - lo)).
Proof.
  intros I Al. apply Z.divide_add_r.
  - (* before *) eapply Z.divide_trans; [apply Z.gcd_divide_l | exact Al].
  - (* the number *) eapply Z.divide_trans; [apply Z.gcd_divide_r |]. apply Z.divide_sub_r.
    + (* itself *) eapply Z.divide_trans; [apply Z.gcd_divide_l | exact (sc_step_signed s y I)].
    + (* its least *) apply Z.gcd_divide_r.
Qed.
Lemma add_ptr_sound {p n r x y} : relv vs p x ->
  match n with Some (_, s) => in_scalar s y | None => True end -> add_ptr t F p n = Some r ->
  yields t L vs r (wrap (x + y)).
Proof.
  unfold add_ptr. intros P I E. destruct n as [[ta s]|]; [|discriminate E]. assert (I' := I).
  destruct I' as [[R [_ [_ S]]] _].
  set (lo := b_smin (s_all s)) in *. set (d := b_smax (s_all s) - lo) in *.
  destruct (fact_of F p) as [f|] eqn:EF; [|discriminate E].
  destruct (fact_of_sound _ _ _ _ FH _ _ _ P EF) as [w [N [[B H] X]]].
  (* above the least, the number is [k] *)
  assert (St := fun al x => step_further s y al x lo I).
  remember (sgn64 y - lo) as k eqn:Ek. assert (K : 0 <= k <= d) by lia.
  assert (Sum : forall v, wrap v = wrap (w + k) ->
    wrap (x + y) = wrap (v + soff (snd p + lo))).
  { intros v Ev. rewrite soff_wrap, <- (wrap_add_l v), Ev, wrap_add_l.
    rewrite <- (wrap_sgn64 y R) at 1. rewrite X, wrap_add_l, wrap_add_r. f_equal. lia. }
  destruct f; try discriminate E.
  - (* FStack *) parts EF as j m0 al. destruct (_ <=? _); [|discriminate E]. apply some_inj in E.
    subst r. destruct H as [o [O [Al Ew]]].
    split; [reflexivity|]. exists (wrap (frame_top L j + (o + k))). split.
    + (* the fact *) split; [apply wrap_range|]. exists (o + k). split; [lia |].
      split; [exact (St _ _ Al) | reflexivity].
    + (* the sum *) apply Sum. rewrite Ew, wrap_add_l, wrap_wrap. f_equal. lia.
  - (* FPkt *) parts EF as q m0 av0. destruct (_ <? _) eqn:C; [|discriminate E].
    injection E as <-. bools.
    destruct H as [Q1 Q2]. pose proof (area_range t L q WL) as Room. unfold reach, guard in *.
    split; [reflexivity|]. exists (w + k). split; [|apply Sum; reflexivity]. split; [lia|].
    split; [lia | exact Logic.I].
  - (* FMapValue *) parts EF as j m0 al.
    destruct (map_of t j) as [m|] eqn:M; [|discriminate E].
    destruct (_ <=? _) eqn:C; [|discriminate E]. injection E as <-. bools.
    destruct H as [o [b [Q1 [Q2 [Q3 Al]]]]]. pose proof (like_range t L WL _ _ _ _ Q1 M Q2) as Room.
    split; [reflexivity|]. exists (w + k). split; [|apply Sum; reflexivity]. split; [lia|].
    exists o, b. split; [exact Q1|]. split; [exact Q2|]. split; [lia|].
    replace (w + k - b) with (w - b + k) by lia. exact (St _ _ Al).
  - (* FRef *) parts EF as kd n nu. destruct kd; try discriminate E. destruct nu; [discriminate E|].
    destruct (_ <=? _) eqn:C; [|discriminate E]. injection E as <-. bools.
    pose proof (record_ref _ _ _ EF N (H eq_refl)) as Ih. pose proof (ref_range _ Ih) as Room.
    cbn [re_base re_size] in Room.
    split; [reflexivity|]. exists (w + k). split; [|apply Sum; reflexivity]. split; [lia|].
    exists (Reference RecordRef w n).
    split; [exact Ih|]. split; [reflexivity|]. split; [reflexivity|]. cbn [re_base].
    split; [lia|]. replace (w + k - w) with (0 + k) by lia.
    exact (St whole 0 (Z.divide_0_r _)).
  - (* FRecordAt *) parts EF as n m0 al. destruct (_ <=? _) eqn:C; [|discriminate E].
    injection E as <-. bools.
    destruct H as [h [Ih [Kh [Sh [Q Al]]]]]. pose proof (ref_range h Ih) as Room.
    split; [reflexivity|]. exists (w + k). split; [|apply Sum; reflexivity]. split; [lia|].
    exists h. split; [exact Ih|]. split; [exact Kh|]. split; [exact Sh|]. split; [lia|].
    replace (w + k - re_base h) with (w - re_base h + k) by lia. exact (St _ _ Al).
Qed.
Lemma viewed {a x} : relv vs a x ->
  match view F a with Some (_, s) => in_scalar s x | None => True end.
Proof.
  intros A. destruct (view F a) as [[ta s]|] eqn:V; [exact (view_sound _ _ _ _ FH _ _ _ _ A V)|].
  exact I.
Qed.
Lemma a_add_sound a b x y : relv vs a x -> relv vs b y ->
  yields t L vs (a_add t F a b) (wrap (x + y)).
Proof.
  intros A B. unfold a_add. destruct (const_of F b) as [c|] eqn:CB.
  { assert (Y : y = c) by exact (const_of_sound _ _ _ _ FH _ _ _ B CB). subst c. apply shift_sound.
      exact A. }
  destruct (const_of F a) as [c|] eqn:CA.
  { assert (X : x = c) by exact (const_of_sound _ _ _ _ FH _ _ _ A CA). subst c. rewrite Z.add_comm.
    apply shift_sound. exact B. }
  destruct (add_ptr t F a _) as [r|] eqn:P1; [exact (add_ptr_sound A (viewed B) P1)|].
  destruct (add_ptr t F b _) as [r|] eqn:P2;
    [rewrite Z.add_comm; exact (add_ptr_sound B (viewed A) P2)|].
  replace (wrap (x + y)) with (alu A64 Add x y); [apply a_scalar_alu_sound; assumption|].
  cbn [alu trunc]. rewrite wrap_add. reflexivity.
Qed.
Lemma a_sub_sound a b x y : relv vs a x -> relv vs b y ->
  yields t L vs (a_sub t F a b) (wrap (x - y)).
Proof.
  intros A B. unfold a_sub. destruct (const_of F b) as [c|] eqn:CB.
  { assert (Y : y = c) by exact (const_of_sound _ _ _ _ FH _ _ _ B CB). subst c. apply shift_sound.
      exact A. }
  destruct (fst a =? fst b) eqn:S.
  { (* one symbol *) bools. apply scalar_res_sound. destruct A as [u [N ->]].
    destruct B as [v [M ->]]. rewrite S in N. assert (u = v) by congruence. subst v.
    rewrite wrap_sub. replace (u + snd a - (u + snd b)) with (snd a - snd b) by lia.
    apply sc_const_sound. }
  destruct (add_ptr t F a _) as [r|] eqn:P.
  { (* a pointer less a number *) replace (wrap (x - y)) with (wrap (x + neg A64 y)).
    - refine (add_ptr_sound A _ P). assert (V := viewed B).
      destruct (view F b) as [[tb s]|]; [apply sc_neg_sound; exact V | exact I].
    - cbn [neg trunc]. apply wrap_add_r. }
  replace (wrap (x - y)) with (alu A64 Sub x y); [apply a_scalar_alu_sound; assumption|].
  cbn [alu trunc]. rewrite wrap_sub. reflexivity.
Qed.
Lemma a_add32_sound a c x r : relv vs a x -> a_add32 F a c = Some r ->
  yields t L vs r (wrap32 (wrap32 x + c)).
Proof.
  unfold a_add32. intros A E. destruct (view F a) as [[ta s]|] eqn:V; [|discriminate E].
  assert (U := in_scalar_between _ _ (view_sound _ _ _ _ FH _ _ _ _ A V)).
  destruct (_ && _) eqn:C; [|discriminate E]. injection E as <-. bools. unfold half_size in *.
  assert (R := relv_range _ _ _ A).
  rewrite (wrap32_small x), wrap32_small, <- (wrap_small (x + c)) by lia.
  apply shift_sound. exact A.
Qed.
Lemma a_alu32_sound {op a b x y r} : relv vs a x -> relv vs b y -> a_alu32 F op a b = Some r ->
  yields t L vs r (alu A32 op x y).
Proof.
  unfold a_alu32. intros A B E. destruct (const_of F b) as [c|] eqn:CB; [|discriminate E].
  assert (Y : y = c) by exact (const_of_sound _ _ _ _ FH _ _ _ B CB). subst c.
  destruct op; try discriminate E; cbn [alu trunc].
  - (* Add *) replace (wrap32 (wrap32 x + wrap32 y)) with (wrap32 (wrap32 x + sgn32 y));
      [exact (a_add32_sound _ _ _ _ A E)|].
    rewrite <- (wrap32_sgn32 y). words.
  - (* Sub *) replace (wrap32 (wrap32 x - wrap32 y)) with (wrap32 (wrap32 x + - sgn32 y));
      [exact (a_add32_sound _ _ _ _ A E)|].
    rewrite <- (wrap32_sgn32 y). words.
Qed.
Lemma a_alu_sound w op a b x y : relv vs a x -> relv vs b y ->
  yields t L vs (a_alu t F w op a b) (alu w op x y).
Proof.
  intros A B.
  assert (D : yields t L vs (a_scalar_alu F w op a b) (alu w op x y)) by (apply a_scalar_alu_sound;
    assumption).
  unfold a_alu. destruct w; [destruct (a_alu32 F op a b) as [r|] eqn:E;
    [exact (a_alu32_sound A B E) | exact D]|]. destruct op; try exact D;
    cbn [alu trunc].
  - (* Add *) rewrite wrap_add. apply a_add_sound; assumption.
  - (* Sub *) rewrite wrap_sub. apply a_sub_sound; assumption.
Qed.
End Arith.
