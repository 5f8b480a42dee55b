(** Inclusion by substitution is sound: the target's valuation is the source's, through the
    substitution. *)
From Proofs Require Export RefineP.
From Checker Require Export Subsume.

Definition subst_val (vs : list Z) (a : aval) : Z :=
  match nth_z vs (fst a) with Some w => wrap (w + snd a) | None => 0 end.
Definition subst_at (vs : list Z) (sub : subst) (k : nat) : Z :=
  match zfind (Z.of_nat k) sub with Some a => subst_val vs a | None => 0 end.
Definition subst_vals (vs : list Z) (sub : subst) (next : Z) : list Z :=
  map (subst_at vs sub) (seq 0 (Z.to_nat next)).

Lemma subst_vals_length vs sub next : length (subst_vals vs sub next) = Z.to_nat next.
Proof. unfold subst_vals. rewrite map_length. apply seq_length. Qed.
Lemma nth_error_seq n : forall k j, (j < n)%nat -> nth_error (seq k n) j = Some (k + j)%nat.
Proof.
  induction n as [|n IH]; intros k j J; [lia|]. cbn [seq]. destruct j as [|j]; cbn [nth_error].
  - (* O *) f_equal. lia.
  - (* S *) rewrite IH by lia. f_equal. lia.
Qed.
Lemma nth_z_seq n k : 0 <= k < Z.of_nat n -> nth_z (seq 0 n) k = Some (Z.to_nat k).
Proof.
  intros H. unfold nth_z. destruct (k <? 0) eqn:K; bools; [lia|]. rewrite nth_error_seq by lia.
  reflexivity.
Qed.
(** A key below 0 or at the counter or above stands for nothing. *)
Lemma subst_vals_at vs sub next k a : 0 <= k < next -> zfind k sub = Some a ->
  nth_z (subst_vals vs sub next) k = Some (subst_val vs a).
Proof.
  intros K E. unfold subst_vals. rewrite (nth_z_map _ _ _ (Z.to_nat k)) by (apply nth_z_seq; lia).
  unfold subst_at. rewrite Z2Nat.id, E by lia. reflexivity.
Qed.
Lemma subst_vals_inv {vs sub next k a w} : nth_z (subst_vals vs sub next) k = Some w ->
  zfind k sub = Some a ->
  w = subst_val vs a.
Proof.
  intros N E. pose proof (nth_z_bounds _ _ _ N) as B. rewrite subst_vals_length in B.
  rewrite (subst_vals_at vs sub next k a) in N; [congruence | lia | exact E].
Qed.
Lemma subst_rel vs a w : nth_z vs (fst a) = Some w -> relv vs a (subst_val vs a).
Proof. intros N. unfold subst_val. exists w. rewrite N. auto. Qed.
Lemma bound_in_rel vs a : bound_in (Z.of_nat (length vs)) a = true -> relv vs a (subst_val vs a).
Proof.
  unfold bound_in. intros B. bools. destruct (nth_z_some vs (fst a)) as [w N]; [lia|].
  exact (subst_rel _ _ _ N).
Qed.

Lemma area_eqb_eq p q : area_eqb p q = true -> p = q.
Proof. destruct p; destruct q; intros E; try reflexivity; discriminate E. Qed.
(** A multiple of [d], and a constant on: of what divides both. *)
Lemma multiple_further d c al x : multiple d al = true -> multiple c al = true -> (d | x) ->
  (al | x + c).
Proof.
  intros D C X. apply Z.divide_add_r; [| exact (multiple_divides _ _ C)].
  exact (Z.divide_trans _ _ _ (multiple_divides _ _ D) X).
Qed.
Lemma fact_le_sound t L F vs a x f : wf_layout t L -> facts_hold t L F vs -> relv vs a x ->
  fact_le t F a f = true ->
  fact_holds t L f x.
Proof.
  intros WL H R E. split; [exact (relv_range _ _ _ R)|]. pose proof (wl_guard WL) as G.
  unfold guard in G.
  (* the facts that allow no constant *)
  assert (Here : forall g, fact_of F a = Some g -> snd a = 0 -> fact_holds t L g x).
  { intros g E' Z0. destruct (fact_of_sound _ _ _ _ H _ _ _ R E') as [w [N [P X]]].
    rewrite Z0, Z.add_0_r, wrap_small in X by (destruct P as [B P]; exact B). subst x. exact P. }
  destruct f eqn:Ef; cbn [fact_le] in E; cbv beta iota.
  - (* FScalar *) pose proof (any_view_sound _ _ _ _ H _ _ R) as S.
    destruct (any_view F a) as [tb sb].
    cbn [snd] in S.
    bools. eapply sc_le_sound; eassumption.
  - (* FStack *) parts Ef as j1 m1 al1. destruct (fact_of F a) as [g|] eqn:EF; [|discriminate E].
    destruct g; try discriminate E.
    parts EF as j0 m0 al0. bools E as E A2. bools E as E A1. bools. subst j0.
    destruct (fact_of_sound _ _ _ _ H _ _ _ R EF) as [w [N [[B [d [D [Al Ew]]]] X]]].
    exists (d + snd a). split; [lia|]. split; [exact (multiple_further _ _ _ _ A1 A2 Al)|].
    rewrite X, Ew, wrap_add_l. f_equal. lia.
  - (* FCtx *) bools E as Z0 E. bools.
    destruct (fact_of F a) as [g|]; [|discriminate E]. destruct g; try discriminate E.
    exact (proj2 (Here _ eq_refl Z0)).
  - (* FPkt *) parts Ef as p1 m1 av1. destruct (fact_of F a) as [g|] eqn:EF; [|discriminate E].
    destruct g; try discriminate E. parts EF as p0 m0 av0.
    bools E as E A. bools E as E E3.
    bools E as E E2. bools E as E E1.
    apply area_eqb_eq in E. subst p0. pose proof (area_range t L p1 WL) as Room.
    unfold reach, guard in *. bools.
    destruct (fact_of_sound _ _ _ _ H _ _ _ R EF) as [w [N [[B [P Q]] X]]].
    rewrite wrap_small in X by lia. subst x. split; [lia|].
    destruct av1 as [k|]; [|exact I]. destruct av0 as [k'|]; cbn [opt_ge] in A; [|discriminate A].
    bools. lia.
  - (* FEnd *) bools E as Z0 E. bools.
    destruct (fact_of F a) as [g|]; [|discriminate E]. destruct g; try discriminate E.
    exact (proj2 (Here _ eq_refl Z0)).
  - (* FMap *) parts Ef as j1. bools E as Z0 E. bools.
    destruct (fact_of F a) as [g|] eqn:EF; [|discriminate E]. destruct g; try discriminate E.
    parts EF as j0.
    bools. subst j0. exact (proj2 (Here _ eq_refl Z0)).
  - (* FMapOrNull *) parts Ef as j1. destruct (fact_of F a) as [g|] eqn:EF; [|discriminate E].
    destruct g; try discriminate E.
    + (* FScalar *) destruct (const_of F a) as [c|] eqn:C; [|discriminate E].
      destruct c; try discriminate E.
      left. exact (const_of_sound _ _ _ _ H _ _ _ R C).
    + (* FMap *) parts EF as j0. bools. subst j0. right.
      assert (Q : fact_holds t L (FMap j1) x) by (apply Here; [reflexivity | assumption]).
      exact (proj2 Q).
    + (* FMapOrNull *) parts EF as j0. bools. subst j0.
      assert (Q : fact_holds t L (FMapOrNull j1) x) by (apply Here; [reflexivity | assumption]).
      exact (proj2 Q).
  - (* FMapValue *) parts Ef as j1 m1 al1. destruct (fact_of F a) as [g|] eqn:EF; [|discriminate E].
    destruct g; try discriminate E. parts EF as j0 m0 al0.
    destruct (map_of t j1) as [m|] eqn:M; [|discriminate E]. bools E as E A2. bools E as E A1.
    bools. subst j0.
    destruct (fact_of_sound _ _ _ _ H _ _ _ R EF) as [w [N [[B [o [b [V [J [P Al]]]]]] X]]].
    pose proof (like_range t L WL _ _ _ _ V M J) as Room. rewrite wrap_small in X by lia. subst x.
    exists o, b. split; [exact V|]. split; [exact J|]. split; [lia|].
    replace (w + snd a - b) with (w - b + snd a) by lia. exact (multiple_further _ _ _ _ A1 A2 Al).
  - (* FMapValueOrNull *) parts Ef as j1. destruct (fact_of F a) as [g|] eqn:EF; [|discriminate E].
    destruct g; try discriminate E.
    + (* FScalar *) destruct (const_of F a) as [c|] eqn:C; [|discriminate E].
      destruct c; try discriminate E.
      left. exact (const_of_sound _ _ _ _ H _ _ _ R C).
    + (* FMapValue *) parts EF as j0 m0 al0. bools. subst j0 m0.
      assert (Q : fact_holds t L (FMapValue j1 0 al0) x)
        by (apply Here; [reflexivity | assumption]).
      destruct Q as [B [o [b [V [J [P _]]]]]]. right. exists o. split; [exact V|].
      replace x with b by lia. exact J.
    + (* FMapValueOrNull *) parts EF as j0. bools. subst j0.
      assert (Q : fact_holds t L (FMapValueOrNull j1) x)
        by (apply Here; [reflexivity | assumption]). exact (proj2 Q).
  - (* FRef *) parts Ef as kd n nu. destruct (fact_of F a) as [g|] eqn:EF; [|discriminate E].
    destruct g; try discriminate E.
    + (* FScalar *) bools E as Nu _. congruence.
    + (* FRef *) parts EF as kd' n' nu'. bools E as E Nu. bools.
      assert (Q := Here _ eq_refl ltac:(assumption)). destruct Q as [_ Q]. intros Nf. apply Q.
      rewrite Nf in Nu.
      apply orb_true_iff in Nu.
      destruct Nu as [Nu | Nu]; [discriminate Nu | apply negb_true_iff; exact Nu].
  - (* FRecordAt *) parts Ef as n1 m1 al1. destruct (fact_of F a) as [g|] eqn:EF; [|discriminate E].
    destruct g; try discriminate E.
    parts EF as n0 m0 al0. bools E as E A2. bools E as E A1. bools. subst n0.
    destruct (fact_of_sound _ _ _ _ H _ _ _ R EF) as [w [N [[B [h [Ih [Kh [Sh [Q Al]]]]]] X]]].
    pose proof (proj1 (ref_placed WL h Ih)) as Room. unfold in_space in Room.
    cbn [ref_region r_kind lowest r_base r_size] in Room.
    rewrite wrap_small in X by lia. subst x. exists h. split; [exact Ih|]. split; [exact Kh|].
    split; [exact Sh|]. split; [lia|].
    replace (w + snd a - re_base h) with (w - re_base h + snd a) by lia.
    exact (multiple_further _ _ _ _ A1 A2 Al).
  - (* FObj *) parts Ef as j1. bools E as Z0 E. bools.
    destruct (fact_of F a) as [g|] eqn:EF; [|discriminate E]. destruct g; try discriminate E.
    parts EF as j0.
    bools. subst j0. exact (proj2 (Here _ eq_refl Z0)).
  - (* FObjOrNull *) parts Ef as j1. destruct (fact_of F a) as [g|] eqn:EF; [|discriminate E].
    destruct g; try discriminate E.
    + (* FScalar *) destruct (const_of F a) as [c|] eqn:C; [|discriminate E].
      destruct c; try discriminate E. destruct (type_of t j1) eqn:D; [|discriminate E].
      split; [discriminate | left; exact (const_of_sound _ _ _ _ H _ _ _ R C)].
    + (* FObj *) parts EF as j0. bools. subst j0.
      assert (Q : fact_holds t L (FObj j1) x) by (apply Here; [reflexivity | assumption]).
      destruct Q as [_ [D O]]. exact (conj D (or_intror O)).
    + (* FObjOrNull *) parts EF as j0. bools. subst j0.
      assert (Q : fact_holds t L (FObjOrNull j1) x) by (apply Here; [reflexivity | assumption]).
      exact (proj2 Q).
  - (* FFunc *) parts Ef as pc1. bools E as Z0 E. bools.
    destruct (fact_of F a) as [g|] eqn:EF; [|discriminate E]. destruct g; try discriminate E.
    parts EF as pc0.
    bools. subst pc0. exact (proj2 (Here _ eq_refl Z0)).
Qed.

Lemma aval_le_sound vs next sub nb a b x : relv vs a x -> bound_in nb b = true ->
  aval_le next sub a b = true ->
  relv (subst_vals vs sub nb) b x.
Proof.
  unfold aval_le, bound_in. intros [w [N ->]] B E.
  destruct (zfind (fst b) sub) as [v|] eqn:V; [|discriminate E].
  bools E as E O. bools E as E S.
  bools.
  exists (subst_val vs v). split; [apply subst_vals_at; [lia | exact V]|].
  unfold subst_val.
  rewrite <- S, N, wrap_add_l, <- Z.add_assoc, <- (wrap_add_r w (snd v + snd b)), <- O, wrap_add_r.
  reflexivity.
Qed.

Lemma size_eqb_eq a b : size_eqb a b = true -> a = b.
Proof. unfold size_eqb. destruct a; destruct b; intros H; try reflexivity; discriminate H. Qed.

Lemma oval_le_sound vs next sub nb a b x : relo vs a x -> oval_ok nb b = true ->
  oval_le next sub a b = true -> relo (subst_vals vs sub nb) b x.
Proof.
  intros H K E. destruct b as [y|]; [|exact I]. destruct a as [v|]; cbn [oval_le] in E;
    [|discriminate E].
  destruct H as [w [X Q]]. exists w. split; [exact X|]. eapply aval_le_sound; eassumption.
Qed.
Lemma regs_le_sound vs next sub nb A B (R : rf (option Z)) : (forall r, relo vs (get r A) (get r R))
  ->
  regs_ok nb B = true -> regs_le next sub A B = true ->
    forall r, relo (subst_vals vs sub nb) (get r B) (get r R).
Proof.
  unfold regs_ok, regs_le. intros H K E r. rewrite forallb_forall in K, E.
  specialize (E r (all_regs_in r)). specialize (K r (all_regs_in r)). specialize (H r).
  eapply oval_le_sound; eassumption.
Qed.
Lemma after_le_sound vs next sub nb a b c : afterrel vs a c -> after_ok nb b = true ->
  after_le next sub a b = true -> afterrel (subst_vals vs sub nb) b c.
Proof.
  destruct a, b, c; cbn [afterrel after_ok after_le]; intros A K E; try contradiction;
    try discriminate E; auto.
  destruct A as [-> [R [C P]]]. bools.
  split; [assumption|]. split; [eapply aval_le_sound; eassumption|].
  split; [eapply aval_le_sound; eassumption | lia].
Qed.
Lemma frames_le_sound vs next sub nb fs : forall la lb, Forall2 (framerel vs) la fs ->
  forallb (frame_ok nb) lb = true -> frames_le next sub la lb = true ->
  Forall2 (framerel (subst_vals vs sub nb)) lb fs.
Proof.
  induction fs as [|f fs IH]; intros la lb H K E;
    inversion H as [|x y la' fs' [P [R [N A]]] H' E1 E2]; subst;
    destruct lb as [|g lb]; cbn [frames_le] in E; try discriminate E; constructor.
  - (* the first *) cbn [forallb] in K. unfold frame_ok in K. bools. split; [congruence|].
    split; [eapply regs_le_sound; eassumption|]. split; [eapply oval_le_sound; eassumption|].
    eapply after_le_sound; eassumption.
  - (* the rest *) cbn [forallb] in K. bools. eapply IH; eassumption.
Qed.

(** The references of the source are those of the target. *)
Lemma ref_sound t L F vs sub G nb hs : facts_hold t L F vs -> refrel F vs hs ->
  refs_le F sub G = true ->
  (forall k f, zfind k G = Some f -> 0 <= k < nb /\ exists v, zfind k sub = Some v /\
    bound_in (Z.of_nat (length vs)) v = true /\ fact_le t F v f = true) ->
  refrel G (subst_vals vs sub nb) hs.
Proof.
  intros H R E Each.
  (* a reference of the target: its image is one and not null, or it is null *)
  assert (Case : forall k kd n nu, zfind k G = Some (FRef kd n nu) -> exists v, zfind k sub = Some v
    /\
    nth_z (subst_vals vs sub nb) k = Some (subst_val vs v) /\
    ((exists w kd' nu', nth_z vs (fst v) = Some w /\ subst_val vs v = w
      /\ zfind (fst v) F = Some (FRef kd' n nu')
        /\ ref_kind_fits kd kd' = true)
     \/ (subst_val vs v = 0 /\ exists ta sc, zfind (fst v) F = Some (FScalar ta sc)))).
  { intros k kd n nu K. destruct (Each k _ K) as [B [v [V [Bv Q]]]]. exists v. split; [exact V|].
    split; [exact (subst_vals_at _ _ _ _ _ B V)|]. assert (Rv := bound_in_rel _ _ Bv).
    cbn [fact_le] in Q.
    destruct (fact_of F v) as [g|] eqn:EF; [|discriminate Q]. destruct g; try discriminate Q.
    - (* FScalar *) right. bools Q as _ Q.
      destruct (const_of F v) as [c|] eqn:Cv; [|discriminate Q]. destruct c; try discriminate Q.
      split; [exact (const_of_sound _ _ _ _ H _ _ _ Rv Cv)|]. eexists. eexists. exact EF.
    - (* FRef *) left. parts EF as kd' n' nu'. bools Q as [[[Z0 Q] N] _].
      bools.
      subst n'. destruct (fact_of_sound _ _ _ _ H _ _ _ Rv EF) as [w [Nw [[Bw _] X]]].
      exists w, kd', nu'.
      split; [exact Nw|]. split; [|split; [exact EF | exact Q]]. rewrite X, Z0, Z.add_0_r.
      apply wrap_small. exact Bw. }
  apply (refs_le_sound F vs sub G); [exact E | | | exact R].
  - (* into *) intros k h [Nz [N [kd [nu [K _]]]]]. destruct (Case k _ _ _ K) as [v [V [N' C]]].
    unfold image.
    rewrite V.
    assert (X : subst_val vs v = re_base h) by congruence.
    destruct C as [[w [kd' [nu' [Nw [Ew [Fw _]]]]]]|[Z0 _]]; [|exfalso; congruence].
    exists (Reference kd' (re_base h) (re_size h)). split; [exact Nz|].
    split; [cbn [re_base]; congruence|].
    exists kd', nu'. split; [exact Fw | apply ref_kind_fits_refl].
  - (* onto *) intros k h [f [K U]] [Nz [N [kd [nu [Fh Fi]]]]]. destruct f; try discriminate U.
    parts K as kd0 n nu0.
    destruct (Case k _ _ _ K) as [v [V [N' C]]]. unfold image in N, Fh. rewrite V in N, Fh.
    destruct C as [[w [kd' [nu' [Nw [Ew [Fw Fi']]]]]]|[_ [ta [sc Fw]]]]; [|exfalso; congruence].
    split; [exact Nz|]. split; [congruence|]. assert (kd' = kd) by congruence. subst kd'.
    exists kd0, nu0. split; [rewrite K; congruence | exact (ref_kind_fits_trans _ _ _ Fi' Fi)].
Qed.

(** Bits that are none of these are among those. *)
Lemma ldiff_bit x y i : Z.ldiff x y = 0 -> Z.testbit x i = true -> Z.testbit y i = true.
Proof.
  intros E T. destruct (Z.testbit y i) eqn:Y; [reflexivity|].
  assert (B : Z.testbit (Z.ldiff x y) i = true) by (rewrite Z.ldiff_spec, T, Y; reflexivity).
  rewrite E, Z.testbit_0_l in B. discriminate B.
Qed.
Lemma pending_le_sound {t L F vs m sub nb a b} : facts_hold t L F vs ->
  bits_written L (wb_bits a) m -> pending_written L a vs m ->
  pending_le F (Z.of_nat (length vs)) nb sub a b = true ->
  pending_written L b (subst_vals vs sub nb) m.
Proof.
  unfold pending_le. intros H Wr P E k bits K. rewrite K in E. bools E as Bk E.
  assert (Nk : 0 <= k < nb) by (unfold bound_in in Bk; cbn [fst] in Bk; bools; lia).
  destruct (zfind k sub) as [v|] eqn:V; [|discriminate E]. bools E as Bv E.
  split; [rewrite subst_vals_length; lia|].
  rewrite (subst_vals_at _ _ _ _ _ Nk V). intros Z0. apply some_inj in Z0.
  assert (Rv := bound_in_rel _ _ Bv). rewrite Z0 in Rv.
  intros i I T. destruct (Z.testbit (wb_bits a) i) eqn:Wi; [exact (Wr i I Wi)|].
  assert (Ti : Z.testbit (Z.ldiff bits (wb_bits a)) i = true)
    by (rewrite Z.ldiff_spec, T, Wi; reflexivity).
  destruct (view F v) as [[ta s]|] eqn:Vi; [|discriminate E].
  apply orb_true_iff in E. destruct E as [E|E]; [apply orb_true_iff in E; destruct E as [E|E]|].
  - (* all written *) bools. rewrite E, Z.testbit_0_l in Ti. discriminate Ti.
  - (* not 0 *) bools. pose proof (in_scalar_between _ _ (view_sound _ _ _ _ H _ _ _ _ Rv Vi)). lia.
  - (* the same symbol *) destruct (wb_pending a) as [[j more]|] eqn:Pa; [|discriminate E].
    bools E as E D. bools E as Ej Ec. bools. destruct (P j more Pa) as [_ Q].
    apply Q; [|exact I | exact (ldiff_bit _ _ _ D Ti)].
    unfold view in Vi. destruct (fact_of F v) as [f|] eqn:Ef; [|discriminate Vi].
    destruct (fact_of_sound _ _ _ _ H _ _ _ Rv Ef) as [w [N [[Rw _] X]]].
    rewrite Ec, Z.add_0_r, wrap_small in X by exact Rw. congruence.
Qed.

Lemma astate_le_sound {t sub a b vs s} : gamma t a vs s -> astate_le t sub a b = true ->
  gamma t b (subst_vals vs sub (a_next b)) s.
Proof.
  intros G E. open_gamma G. unfold astate_le, names_ok in E.
  bools E as E EP'. bools E as E EW. bools E as E ES.
  bools E as E EC. bools E as E EN. bools E as E ER.
  bools E as E EH. bools E as E EF.
  bools E as EP E.
  bools E as E NO. bools E as E NS. bools E as E NC.
  bools E as E NR. bools E as NN NF.
  bools. constructor.
  - (* g_wf *) exact Gwf.
  - (* g_frames *) eapply frames_le_sound; eassumption.
  - (* g_depth *) exact Gdepth.
  - (* g_live *) exact Glive.
  - (* g_pc *) congruence.
  - (* g_next *) rewrite subst_vals_length. lia.
  - (* g_facts *) intros k f K. pose proof (zall_find _ _ _ _ EF K) as Q.
    pose proof (zall_find _ _ _ _ NF K) as B.
    cbv beta in Q, B. destruct (zfind k sub) as [v|] eqn:V; [|discriminate Q].
    bools Q as Q1 Q2. rewrite Gnext in Q1. bools B as B1 B2. bools.
    exists (subst_val vs v). split; [apply subst_vals_at; [lia | exact V]|].
    eapply fact_le_sound; [exact Gwf | exact Gfacts | apply bound_in_rel; exact Q1 | exact Q2].
  - (* g_regs *) eapply regs_le_sound; eassumption.
  - (* g_mem *) unfold written_le in EW. apply Z.eqb_eq in EW.
    destruct Gmem as [M1 M2 M3]. constructor.
    + (* m_slots *) intros o z v K. pose proof (zall_find _ _ _ _ ES K) as Q.
      pose proof (zall_find _ _ _ _ NS K) as B.
      cbv beta in Q, B. cbn [snd] in B.
      destruct (zfind o (a_slots a)) as [[z' v']|] eqn:Sl; [|discriminate Q].
      cbn [fst snd] in Q. bools Q as Q1 Q2. apply size_eqb_eq in Q1.
      subst z'.
      destruct (M1 o z v' Sl) as [O1 [O2 R]]. split; [exact O1|]. split; [exact O2|].
      eapply aval_le_sound; eassumption.
    + (* m_written *) intros i I T. apply M2; [exact I|]. rewrite <- EW, Z.land_spec in T.
      apply andb_true_iff in T.
      exact (proj2 T).
    + (* m_pending *) rewrite Gnext in EP'. exact (pending_le_sound Gfacts M2 M3 EP').
  - (* g_refs *) apply (ref_sound t (lay s) (a_facts a) vs sub _ _ _ Gfacts Grefs EH). intros k f K.
    pose proof (zall_find _ _ _ _ EF K) as Q. pose proof (zall_find _ _ _ _ NF K) as B.
    cbv beta in Q, B.
    bools B as B1 B2. bools. split; [lia|].
    destruct (zfind k sub) as [v|]; [|discriminate Q]. exists v. bools Q as Q1 Q2.
    rewrite Gnext in Q1. split; [reflexivity|]. split; [exact Q1 | exact Q2].
  - (* g_rounds *) eapply oval_le_sound; eassumption.
Qed.
