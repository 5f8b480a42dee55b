(** What a well-formed layout gives: where the regions are, and which of them [find_region] finds. *)
From Semantics Require Export Machine.
From Proofs Require Export MemoryP.

(** The kinds of region that hold plain, shared or packet bytes: neither the stack nor the context. *)
Definition plain_kind (k : kind) : Prop := match k with KStack | KCtx => False | _ => True end.
(** The regions but the stack and the context. *)
Definition plain_regions (t : target) (L : layout) : list region := tl (tl (regions t L)).

Lemma nth_z_spec {A} (l : list A) i x : nth_z l i = Some x <-> 0 <= i /\ nth_error l (Z.to_nat i) = Some x.
Proof.
  unfold nth_z. destruct (Z.ltb_spec i 0) as [N | N]; [| tauto]. split; [discriminate | lia].
Qed.

(** * Value regions *)

Lemma values_from_in m i bs : forall j r, In r (values_from m i j bs) -> exists k b, r = value_region m i k b /\ In b bs.
Proof.
  induction bs as [| b bs IH]; intros j r I; cbn [values_from] in I; [destruct I |].
  destruct I as [<- | I]; [exists j, b; split; [reflexivity | left; reflexivity] |].
  destruct (IH _ _ I) as [k [c [E J]]]. exists k, c. split; [exact E | right; exact J].
Qed.
Lemma in_values_from m i b bs : forall j, In b bs -> exists k, In (value_region m i k b) (values_from m i j bs).
Proof.
  induction bs as [| c bs IH]; intros j I; [destruct I |]. cbn [values_from].
  destruct I as [<- | I]; [exists j; left; reflexivity |]. destruct (IH (j + 1) I) as [k J]. exists k. right. exact J.
Qed.
Lemma maps_from_in ms : forall i vs r, In r (maps_from i ms vs) -> exists m k j b, r = value_region m k j b.
Proof.
  induction ms as [| m ms IH]; intros i vs r I; [destruct I |]. destruct vs as [| bs vs]; [destruct I |].
  cbn [maps_from] in I. apply in_app_or in I. destruct I as [I | I]; [| exact (IH _ _ _ I)].
  destruct (values_from_in _ _ _ _ _ I) as [k [b [E _]]]. exists m, i, k, b. exact E.
Qed.
Lemma in_maps_from ms : forall i vs n m bs b, nth_error ms n = Some m -> nth_error vs n = Some bs -> In b bs ->
  exists j, In (value_region m (i + Z.of_nat n) j b) (maps_from i ms vs).
Proof.
  induction ms as [| m0 ms IH]; intros i vs n m bs b Hm Hv Hb; destruct n as [| n]; try discriminate Hm;
    destruct vs as [| bs0 vs]; try discriminate Hv; cbn [nth_error] in Hm, Hv; cbn [maps_from].
  - injection Hm as ->. injection Hv as ->. destruct (in_values_from m i b bs 0 Hb) as [j J].
    exists j. apply in_or_app. left. replace (i + Z.of_nat 0) with i by lia. exact J.
  - destruct (IH (i + 1) vs n m bs b Hm Hv Hb) as [j J]. exists j. apply in_or_app. right.
    replace (i + Z.of_nat (S n)) with (i + 1 + Z.of_nat n) by lia. exact J.
Qed.
(** A value of map [i] is a region. *)
Lemma value_in t L i m bs b : map_of t i = Some m -> nth_z (l_vals L) i = Some bs -> In b bs ->
  exists j, In (value_region m i j b) (plain_regions t L).
Proof.
  intros Hm Hv Hb. apply nth_z_spec in Hm, Hv. destruct Hm as [I Hm]. destruct Hv as [_ Hv].
  destruct (in_maps_from (t_maps t) 0 (l_vals L) _ _ _ _ Hm Hv Hb) as [j J]. exists j. right.
  replace (0 + Z.of_nat (Z.to_nat i)) with i in J by lia. exact J.
Qed.
Lemma plain_regions_kind t L r : In r (plain_regions t L) -> plain_kind (r_kind r).
Proof.
  intros [<- | I]; [exact Logic.I |]. destruct (maps_from_in _ _ _ _ I) as [m [k [j [b ->]]]]. exact Logic.I.
Qed.
Lemma plain_regions_in t L r : In r (plain_regions t L) -> In r (regions t L).
Proof. intros I. right. right. exact I. Qed.
Lemma packet_in t L : In (packet_region L) (plain_regions t L).
Proof. left. reflexivity. Qed.

Lemma index_of_nth l : forall x i k, NoDup l -> nth_error l k = Some x -> index_of x i l = Some (i + Z.of_nat k).
Proof.
  induction l as [| y l IH]; intros x i k N H; [destruct k; discriminate H |]. cbn [index_of].
  apply NoDup_cons_iff in N. destruct N as [N1 N2]. destruct k as [| k]; cbn [nth_error] in H.
  - injection H as ->. rewrite Z.eqb_refl. f_equal. lia.
  - destruct (Z.eqb_spec x y) as [E | E].
    + exfalso. apply N1. rewrite <- E. exact (nth_error_In _ _ H).
    + rewrite (IH _ (i + 1) k N2 H). f_equal. lia.
Qed.

Section Layout.
Context {t : target} {L : layout} (WL : wf_layout t L).

(** * Ranges *)

Lemma region_range r : In r (regions t L) -> 0 < r_base r /\ 0 <= r_size r /\ r_base r + r_size r < W.
Proof. intros I. assert (H := wl_range t L WL). rewrite Forall_forall in H. exact (H r I). Qed.
Lemma stack_range : 0 < l_stack L /\ l_stack L + stack_size < W.
Proof. assert (H := region_range (stack_region L) (or_introl eq_refl)). cbn [stack_region r_base r_size] in H. lia. Qed.
Lemma ctx_range : 0 < l_ctx L /\ 0 <= pt_ctx_size (t_type t) /\ l_ctx L + pt_ctx_size (t_type t) < W.
Proof. exact (region_range (ctx_region t L) (or_intror (or_introl eq_refl))). Qed.
Lemma packet_range : 0 < l_pkt L /\ 0 <= l_len L /\ l_pkt L + l_len L < W /\ l_pkt L + guard <= W.
Proof.
  assert (H := region_range (packet_region L) (plain_regions_in _ _ _ (packet_in t L))).
  cbn [packet_region r_base r_size] in H. assert (G := wl_guard t L WL). lia.
Qed.
Lemma value_range i m bs b : map_of t i = Some m -> nth_z (l_vals L) i = Some bs -> In b bs ->
  0 < b /\ 0 <= m_value m /\ b + m_value m < W.
Proof.
  intros Hm Hv Hb. destruct (value_in t L i m bs b Hm Hv Hb) as [j I].
  exact (region_range _ (plain_regions_in _ _ _ I)).
Qed.
Lemma vals_length : List.length (t_maps t) = List.length (l_vals L).
Proof. induction (wl_vals t L WL) as [| m bs ms vs E F IH]; [reflexivity |]. cbn [List.length]. rewrite IH. reflexivity. Qed.
Lemma vals_map i bs : nth_z (l_vals L) i = Some bs -> exists m, map_of t i = Some m.
Proof.
  intros H. apply nth_z_spec in H. destruct H as [I H].
  assert (P : (Z.to_nat i < List.length (t_maps t))%nat).
  { rewrite vals_length. apply nth_error_Some. rewrite H. discriminate. }
  apply nth_error_Some in P. destruct (nth_error (t_maps t) (Z.to_nat i)) as [m |] eqn:E; [| contradiction].
  exists m. apply nth_z_spec. split; [exact I | exact E].
Qed.
Lemma map_vals i m : map_of t i = Some m -> exists bs, nth_z (l_vals L) i = Some bs /\
  (m_type m = map_array -> List.length bs = Z.to_nat (m_max m)).
Proof.
  intros H. apply nth_z_spec in H. destruct H as [I H].
  assert (P : exists bs, nth_error (l_vals L) (Z.to_nat i) = Some bs /\
    (m_type m = map_array -> List.length bs = Z.to_nat (m_max m))).
  { generalize (wl_vals t L WL). revert H. generalize (Z.to_nat i). generalize (l_vals L). generalize (t_maps t).
    intros ms. induction ms as [| m0 ms IH]; intros vs n H F; [destruct n; discriminate H |].
    inversion F as [| m1 bs ms1 vs' Q F' E1 E2]. subst. destruct n as [| n]; cbn [nth_error] in *.
    - injection H as ->. exists bs. split; [reflexivity | exact Q].
    - exact (IH _ _ H F'). }
  destruct P as [bs [P Q]]. exists bs. split; [| exact Q]. apply nth_z_spec. split; [exact I | exact P].
Qed.
Lemma value_word i bs b : nth_z (l_vals L) i = Some bs -> In b bs -> 0 < b < W.
Proof.
  intros H I. destruct (vals_map i bs H) as [m Hm]. assert (R := value_range i m bs b Hm H I). lia.
Qed.
Lemma map_addr_word i w : nth_z (l_maps L) i = Some w -> 0 < w < W.
Proof.
  intros H. apply nth_z_spec in H. destruct H as [_ H]. apply nth_error_In in H.
  destruct (wl_maps t L WL) as [_ [_ F]]. rewrite Forall_forall in F. exact (F w H).
Qed.
Lemma map_addr i m : map_of t i = Some m -> exists w, nth_z (l_maps L) i = Some w.
Proof.
  intros H. apply nth_z_spec in H. destruct H as [I H]. destruct (wl_maps t L WL) as [E _].
  assert (P : (Z.to_nat i < List.length (l_maps L))%nat). { rewrite E. apply nth_error_Some. rewrite H. discriminate. }
  apply nth_error_Some in P. destruct (nth_error (l_maps L) (Z.to_nat i)) as [w |] eqn:F; [| contradiction].
  exists w. apply nth_z_spec. split; [exact I | exact F].
Qed.
(** Map addresses differ, so an address tells its map. *)
Lemma index_of_map i w : nth_z (l_maps L) i = Some w -> index_of w 0 (l_maps L) = Some i.
Proof.
  intros H. apply nth_z_spec in H. destruct H as [I H]. destruct (wl_maps t L WL) as [_ [N _]].
  rewrite (index_of_nth _ _ 0 _ N H). f_equal. lia.
Qed.

(** * Disjointness *)

Lemma stack_ctx : disjoint (stack_region L) (ctx_region t L).
Proof. assert (H := wl_stack t L WL). rewrite Forall_forall in H. apply H. left. reflexivity. Qed.
Lemma stack_plain r : In r (plain_regions t L) -> disjoint (stack_region L) r.
Proof. intros I. assert (H := wl_stack t L WL). rewrite Forall_forall in H. apply H. right. exact I. Qed.
Lemma ctx_plain r : In r (plain_regions t L) -> disjoint (ctx_region t L) r.
Proof. intros I. assert (H := wl_ctx t L WL). rewrite Forall_forall in H. apply H. exact I. Qed.
Lemma shared_plain r : In r (regions t L) -> r_shared r = true -> In r (plain_regions t L).
Proof. intros [<- | [<- | I]] S; [discriminate S | discriminate S | exact I]. Qed.
(** Shared bytes are not on the stack, nor in the context. *)
Lemma shared_off_stack b : in_shared (regions t L) b = true -> ~ l_stack L <= b < l_stack L + stack_size.
Proof.
  intros S B. unfold in_shared in S. apply existsb_exists in S. destruct S as [r [I S]].
  apply andb_true_iff in S. destruct S as [S1 S2]. apply inside_spec in S2.
  assert (D := stack_plain r (shared_plain r I S1)). unfold disjoint in D. cbn [stack_region r_base r_size] in D. lia.
Qed.
Lemma shared_off_ctx b : in_shared (regions t L) b = true -> ~ l_ctx L <= b < l_ctx L + pt_ctx_size (t_type t).
Proof.
  intros S B. unfold in_shared in S. apply existsb_exists in S. destruct S as [r [I S]].
  apply andb_true_iff in S. destruct S as [S1 S2]. apply inside_spec in S2.
  assert (D := ctx_plain r (shared_plain r I S1)). unfold disjoint in D. cbn [ctx_region r_base r_size] in D. lia.
Qed.

(** * Finding the region of an access *)

Lemma find_stack w a n : l_stack L <= a -> a + n <= l_stack L + stack_size ->
  find_region (regions t L) w a n = Some (stack_region L).
Proof.
  intros A B. assert (I : inside (stack_region L) a n = true) by (apply inside_spec; split; assumption).
  unfold find_region, regions. cbn [find]. rewrite I. cbn [andb stack_region r_write]. rewrite orb_true_r. reflexivity.
Qed.
Lemma find_ctx w a n : 0 < n -> l_ctx L <= a -> a + n <= l_ctx L + pt_ctx_size (t_type t) ->
  find_region (regions t L) w a n = Some (ctx_region t L).
Proof.
  intros N A B. assert (I : inside (ctx_region t L) a n = true) by (apply inside_spec; split; assumption).
  assert (J : inside (stack_region L) a n = false) by exact (inside_disjoint _ _ a n (disjoint_sym _ _ stack_ctx) N I).
  unfold find_region, regions. cbn [find]. rewrite I, J. cbn [andb ctx_region r_write]. rewrite orb_true_r. reflexivity.
Qed.
Lemma find_plain w a n r : 0 < n -> In r (plain_regions t L) -> inside r a n = true -> (w = true -> r_write r = true) ->
  exists r', find_region (regions t L) w a n = Some r' /\ In r' (plain_regions t L) /\ plain_kind (r_kind r').
Proof.
  intros N I Ins Wr.
  assert (J := inside_disjoint _ _ a n (disjoint_sym _ _ (stack_plain r I)) N Ins).
  assert (K := inside_disjoint _ _ a n (disjoint_sym _ _ (ctx_plain r I)) N Ins).
  assert (E : find_region (regions t L) w a n = find_region (plain_regions t L) w a n).
  { unfold find_region, plain_regions, regions. cbn [find tl]. rewrite J, K. reflexivity. }
  rewrite E. unfold find_region.
  destruct (find (fun r0 => inside r0 a n && (negb w || r_write r0)) (plain_regions t L)) as [r' |] eqn:F.
  - apply find_some in F. destruct F as [F _]. exists r'. split; [reflexivity |]. split; [exact F |].
    exact (plain_regions_kind t L r' F).
  - assert (G := find_none _ _ F r I). cbn beta in G. rewrite Ins in G. destruct w; [| discriminate G].
    rewrite (Wr eq_refl) in G. discriminate G.
Qed.
(** Bytes within a plain region are off the stack. *)
Lemma plain_off_stack r a n b : In r (plain_regions t L) -> inside r a n = true -> a <= b < a + n ->
  ~ l_stack L <= b < l_stack L + stack_size.
Proof.
  intros I Ins B S. apply inside_spec in Ins. assert (D := stack_plain r I).
  unfold disjoint in D. cbn [stack_region r_base r_size] in D. lia.
Qed.
Lemma ctx_off_stack b : l_ctx L <= b < l_ctx L + pt_ctx_size (t_type t) -> ~ l_stack L <= b < l_stack L + stack_size.
Proof. intros C S. assert (D := stack_ctx). unfold disjoint in D. cbn [stack_region ctx_region r_base r_size] in D. lia. Qed.
End Layout.
