(** What a well-formed layout gives: where the regions are, and which of them [find_region]
    finds. *)
From Semantics Require Export Machine.
From Proofs Require Export Tactics MemoryP RefP.

(** The kinds of region that programs read, but for the stack and the context: of a socket they read
    its fields. *)
Definition read_kind (k : kind) : Prop :=
  match k with KStack _ | KCtx => False | KRef k => is_socket k = false | _ => True end.
(** Those whose bytes are there to be read in any way: not the kernel's objects either. *)
Definition plain_kind (k : kind) : Prop := match k with KObject _ => False | _ => read_kind k end.

Lemma nth_z_spec {A} (l : list A) i x : nth_z l i = Some x <-> 0 <= i
  /\ nth_error l (Z.to_nat i) = Some x.
Proof.
  unfold nth_z. destruct (Z.ltb_spec i 0) as [N | N]; [| tauto]. split; [discriminate | lia].
Qed.

(** * Value regions *)

Lemma values_from_in m i bs : forall j r, In r (values_from m i j bs) ->
  exists k b, r = value_region m i k b /\ In b bs.
Proof.
  induction bs as [| b bs IH]; intros j r I; cbn [values_from] in I; [destruct I |].
  destruct I as [<- | I]; [exists j, b; split; [reflexivity | left; reflexivity] |].
  destruct (IH _ _ I) as [k [c [E J]]]. exists k, c. split; [exact E | right; exact J].
Qed.
Lemma in_values_from m i b bs : forall j, In b bs ->
  exists k, In (value_region m i k b) (values_from m i j bs).
Proof.
  induction bs as [| c bs IH]; intros j I; [destruct I |]. cbn [values_from].
  destruct I as [<- | I]; [exists j; left; reflexivity |]. destruct (IH (j + 1) I) as [k J].
  exists k. right. exact J.
Qed.
Lemma maps_from_in os : forall i r, In r (maps_from i os) ->
  exists m k j b, r = value_region m k j b.
Proof.
  induction os as [| o os IH]; intros i r I; [destruct I |].
  cbn [maps_from] in I. apply in_app_or in I. destruct I as [I | I]; [| exact (IH _ _ I)].
  destruct (values_from_in _ _ _ _ _ I) as [k [b [E _]]]. exists (o_def o), i, k, b. exact E.
Qed.
Lemma in_maps_from o b os : forall i, In o os -> In b (o_vals o) ->
  exists n j, In (value_region (o_def o) (i + Z.of_nat n) j b) (maps_from i os)
    /\ nth_error os n = Some o.
Proof.
  induction os as [| o0 os IH]; intros i I B; [destruct I |]. cbn [maps_from].
  destruct I as [E | I].
  - (* the first *) rewrite E. destruct (in_values_from (o_def o) i b (o_vals o) 0 B) as [j J].
    exists 0%nat, j. rewrite Z.add_0_r. split; [apply in_or_app; left; exact J | reflexivity].
  - (* a later one *) destruct (IH (i + 1) I B) as [n [j [J N]]]. exists (S n), j.
    replace (i + Z.of_nat (S n)) with (i + 1 + Z.of_nat n) by lia.
    split; [apply in_or_app; right; exact J | exact N].
Qed.
(** A value of a map is a region. *)
Lemma value_in t L o b : In o (l_maps L) -> In b (o_vals o) ->
  exists n j, In (value_region (o_def o) n j b) (plain_regions t L) /\ nth_z (l_maps L) n = Some o.
Proof.
  intros Ho Hb. destruct (in_maps_from o b (l_maps L) 0 Ho Hb) as [n [j [J N]]].
  exists (Z.of_nat n), j.
  split; [right; apply in_or_app; left; exact J |]. apply nth_z_spec. rewrite Nat2Z.id.
  split; [lia | exact N].
Qed.
Lemma same_number_eq x y : same_number x y = true -> x = y.
Proof. unfold same_number.
destruct x, y; intros H; try discriminate H; [apply Z.eqb_eq in H; congruence | reflexivity]. Qed.
Lemma same_number_refl x : same_number x x = true.
Proof. unfold same_number. destruct x; [apply Z.eqb_refl | reflexivity]. Qed.
Lemma alike_fields d d' : alike d d' = true ->
  m_type d = m_type d' /\ m_key d = m_key d' /\ m_value d = m_value d' /\ m_ro d = m_ro d'
    /\ m_inner d = m_inner d' /\
  constant_of d = constant_of d'.
Proof.
  unfold alike. intros H. bools H as H C. bools H as H I.
  bools H as H R. apply Bool.eqb_prop in R.
  apply same_number_eq in C, I. bools.
  repeat split; assumption.
Qed.
Lemma alike_refl d : alike d d = true.
Proof. unfold alike. rewrite !Z.eqb_refl, Bool.eqb_reflx, !same_number_refl. reflexivity. Qed.
Lemma plain_regions_kind t L r : In r (plain_regions t L) -> alone L r = false ->
  plain_kind (r_kind r).
Proof.
  intros [<- | I] A; [exact Logic.I |]. apply in_app_or in I. destruct I as [I | I].
  - (* a value *) destruct (maps_from_in _ _ _ I) as [m [k [j [b ->]]]]. exact Logic.I.
  - (* a reference *) apply in_map_iff in I. destruct I as [h [<- _]]. exact A.
Qed.
Lemma packet_in t L : In (packet_region t L) (plain_regions t L).
Proof. left. reflexivity. Qed.

(** Addresses differ, so an address tells its map. *)
Lemma map_at_in l o : NoDup (map o_addr l) -> In o l -> map_at (o_addr o) l = Some o.
Proof.
  unfold map_at. induction l as [| o0 l IH]; intros N I; [destruct I |]. cbn [map] in N. cbn [find].
  apply NoDup_cons_iff in N. destruct N as [N1 N2].
  destruct (Z.eqb_spec (o_addr o) (o_addr o0)) as [E | E].
  - (* the first *) destruct I as [I | I]; [rewrite I; reflexivity |]. contradiction N1.
    rewrite <- E.
    exact (in_map o_addr l o I).
  - (* a later one *) destruct I as [I | I]; [rewrite I in E; contradiction E;
      reflexivity | exact (IH N2 I)].
Qed.

(** * Kernel objects *)

Lemma object_regions_in t L r : In r (object_regions t L) ->
  exists i b d, r = Region (KObject i) b (ty_size d) false true /\ In (i, b) (objects t L)
    /\ type_of t i = Some d.
Proof.
  intros I. apply in_flat_map in I. destruct I as [[i b] [Io I]]. unfold object_region in I.
  cbn [fst snd] in I.
  destruct (type_of t i) as [d |] eqn:E; [| destruct I]. destruct I as [<- | []]. exists i, b, d.
  auto.
Qed.
Lemma in_object_regions t L i b d : In (i, b) (objects t L) -> type_of t i = Some d ->
  In (Region (KObject i) b (ty_size d) false true) (object_regions t L).
Proof.
  intros I E. apply in_flat_map. exists (i, b). split; [exact I |]. unfold object_region.
  cbn [fst snd]. rewrite E. left. reflexivity.
Qed.
(** There is one of each type at [l_invalid]. *)
Lemma dead_object t L i d : type_of t i = Some d -> In (i, l_invalid L) (objects t L).
Proof.
  unfold type_of. intros E. apply nth_z_spec in E. destruct E as [B E]. apply in_or_app. left.
  apply in_map_iff.
  exists (Z.to_nat i). split; [rewrite Z2Nat.id by exact B; reflexivity |]. apply in_seq.
  split; [lia |].
  apply nth_error_Some. rewrite E. discriminate.
Qed.
Lemma is_object_in t L x i d : type_of t i = Some d -> is_object L x i = true ->
  In (i, x) (objects t L).
Proof.
  unfold is_object. intros E H. apply orb_true_iff in H. destruct H as [H | H].
  - (* l_invalid *) apply Z.eqb_eq in H. rewrite H. exact (dead_object t L i d E).
  - (* l_objects *) apply existsb_exists in H. destruct H as [[j b] [I H]]. cbn [fst snd] in H.
    bools. subst j b.
    apply in_or_app. right. exact I.
Qed.
(** A pointer in an object is one of those at its address. *)
Lemma in_pointed t L i b d k j a : In (i, b) (objects t L) -> type_of t i = Some d ->
  pointer_at d k = Some j -> a = b + k ->
  In j (pointed t L a 8).
Proof.
  intros I E P ->. unfold pointed. rewrite Z.eqb_refl. apply in_flat_map. exists (i, b).
  split; [exact I |]. cbn [fst snd].
  rewrite E. cbn [obind]. replace (b + k - b) with k by lia. rewrite P. left. reflexivity.
Qed.
Lemma pointed_size t L a n : pointed t L a n <> [] -> n = 8.
Proof. unfold pointed.
destruct (Z.eqb_spec n 8) as [E | E]; intros N; [exact E | contradiction N; reflexivity]. Qed.
Lemma some_object_word an L js : 0 <= some_object an L js < W.
Proof. apply wrap_range. Qed.
(** An acquired reference is a region. *)
Lemma ref_in_plain t L h : In h (l_refs L) -> In (ref_region h) (plain_regions t L).
Proof. intros I. right. apply in_or_app. right. exact (in_map ref_region _ _ I). Qed.

(** * Frames *)

Lemma frame_regions_in L r n : In r (frame_regions L n) -> exists j, r = frame_region L j
  /\ 0 <= j < Z.of_nat n.
Proof.
  induction n as [| n IH]; intros I; [destruct I |]. cbn [frame_regions] in I.
  destruct I as [<- | I].
  - (* the first *) exists (Z.of_nat n). split; [reflexivity | lia].
  - (* a later one *) destruct (IH I) as [j [E B]]. exists j. split; [exact E | lia].
Qed.
Lemma regions_in t L n r : In r (regions t L n) ->
  (exists j, r = frame_region L j) \/ r = ctx_region t L
    \/ In r (plain_regions t L ++ object_regions t L).
Proof.
  intros I. apply in_app_or in I. destruct I as [I | [I | I]].
  - (* a frame *) left. destruct (frame_regions_in L r _ I) as [j [E _]]. exists j. exact E.
  - (* the context *) right. left. symmetry. exact I.
  - (* another *) right. right. exact I.
Qed.
Lemma in_frame_regions L j n : 0 <= j < Z.of_nat n -> In (frame_region L j) (frame_regions L n).
Proof.
  induction n as [| n IH]; intros J; [lia |]. cbn [frame_regions].
  destruct (Z.eqb_spec j (Z.of_nat n)) as [E | E];
    [left; rewrite E; reflexivity | right; apply IH; lia].
Qed.
Lemma all_frames_in L r : In r (all_frames L) -> exists j, r = frame_region L j
  /\ 0 <= j < max_frames.
Proof. intros I. exact (frame_regions_in L r _ I). Qed.
Lemma in_all_frames L j : 0 <= j < max_frames -> In (frame_region L j) (all_frames L).
Proof. intros J. apply in_frame_regions. exact J. Qed.
Lemma in_stack_spec L b : in_stack L b = true <->
  exists j, 0 <= j < max_frames /\ frame_top L j - stack_size <= b < frame_top L j.
Proof.
  unfold in_stack. rewrite existsb_exists. unfold frame_top. split.
  - (* -> *) intros [r [I Ins]]. destruct (all_frames_in L r I) as [j [E J]].
    apply inside_spec in Ins.
    rewrite E in Ins.
    cbn [frame_region r_base r_size] in Ins. exists j. lia.
  - (* <- *) intros [j [J B]]. exists (frame_region L j). split; [exact (in_all_frames L j J) |].
    apply inside_spec.
    cbn [frame_region r_base r_size]. lia.
Qed.
Lemma find_app {A} (f : A -> bool) l m : find f (l ++ m) = match find f l with Some x => Some x
  | None => find f m end.
Proof. induction l as [| x l IH]; cbn [app find]; [reflexivity |].
destruct (f x); [reflexivity | exact IH]. Qed.
(** An access that is in no frame finds none of them. *)
Lemma find_off_frames L w a k rest : (forall f, In f (all_frames L) -> inside f a k = false) ->
  forall n, Z.of_nat n <= max_frames ->
    find_region (frame_regions L n ++ rest) w a k = find_region rest w a k.
Proof.
  unfold find_region. intros D n. induction n as [| n IH]; intros N; [reflexivity |].
  cbn [frame_regions app find].
  rewrite (D (frame_region L (Z.of_nat n))) by (apply in_all_frames; lia). cbn [andb]. apply IH.
  lia.
Qed.

Section Layout.
Context {t : target} {L : layout} (WL : wf_layout t L).

(** * Ranges *)

Lemma region_range r : In r (all_frames L ++ ctx_region t L :: plain_regions t L) -> in_space r.
Proof. intros I. assert (H := wl_range WL). rewrite Forall_forall in H. exact (H r I). Qed.
Lemma other_range r : In r (ctx_region t L :: plain_regions t L) -> in_space r.
Proof. intros I. apply region_range, in_or_app. right. exact I. Qed.
Lemma frame_range j : 0 <= j < max_frames -> 0 < frame_top L j - stack_size /\ frame_top L j < W.
Proof.
  intros J. assert (H := region_range _ (in_or_app _ _ _ (or_introl (in_all_frames L j J)))).
  unfold in_space in H. cbn [frame_region r_kind lowest r_base r_size] in H. unfold frame_top. lia.
Qed.
Lemma ctx_range : 0 < l_ctx L /\ 0 <= pt_ctx_size (t_type t)
  /\ l_ctx L + pt_ctx_size (t_type t) < W.
Proof.
  assert (H := other_range (ctx_region t L) (or_introl eq_refl)). unfold in_space in H.
  cbn [ctx_region r_kind lowest r_base r_size] in H. lia.
Qed.
Lemma packet_range :
  0 <= l_pkt L - Z.max 0 (l_meta L) /\ 0 <= l_len L /\ -1 <= l_meta L /\ l_pkt L + l_len L < W
    /\ l_pkt L + guard <= W.
Proof.
  assert (H := other_range (packet_region t L) (or_intror (packet_in t L))).
  unfold in_space in H. cbn [packet_region r_kind lowest r_base r_size] in H. unfold meta_size in H.
  assert (G := wl_guard WL). destruct (wl_packet WL) as [P M]. lia.
Qed.
Lemma value_range o b : In o (l_maps L) -> In b (o_vals o) -> 0 < b /\ 0 <= m_value (o_def o)
  /\ b + m_value (o_def o) < W.
Proof.
  intros Ho Hb. destruct (value_in t L o b Ho Hb) as [n [j [I _]]].
  assert (H := other_range _ (or_intror I)).
  unfold in_space in H. cbn [value_region r_kind lowest r_base r_size] in H. lia.
Qed.
Lemma map_addr_word o : In o (l_maps L) -> 0 < o_addr o < W.
Proof. intros I. destruct (wl_addrs WL) as [_ F]. rewrite Forall_forall in F. exact (F o I).
Qed.
(** The program's own maps. *)
Lemma own_map_is i m : map_of t i = Some m -> exists o, own_map t L i = Some o /\ In o (l_maps L)
  /\ o_def o = m.
Proof.
  intros E. unfold own_map. rewrite E. cbn [obind]. apply nth_z_spec in E. destruct E as [I E].
  assert (Wm := wl_maps WL). rewrite <- Wm in E. rewrite nth_error_map in E.
  destruct (nth_error (firstn (List.length (t_maps t)) (l_maps L)) (Z.to_nat i)) as [o |] eqn:Eo;
    [| discriminate E].
  cbn [option_map] in E. exists o. assert (Io := nth_error_In _ _ Eo).
  assert (N : nth_error (l_maps L) (Z.to_nat i) = Some o).
  { rewrite <- (firstn_skipn (List.length (t_maps t)) (l_maps L)), nth_error_app1; [exact Eo |].
    apply nth_error_Some. rewrite Eo. discriminate. }
  split; [apply nth_z_spec; split; [exact I | exact N] |]. split; [exact (nth_error_In _ _ N) |].
  congruence.
Qed.
Lemma own_map_like i m : map_of t i = Some m ->
  exists o, own_map t L i = Some o /\ In o (l_maps L) /\ o_def o = m /\ alike m (o_def o) = true.
Proof.
  intros E. destruct (own_map_is i m E) as [o [Eo [Io Do]]]. exists o. rewrite Do.
  split; [exact Eo |]. split; [exact Io |]. split; [reflexivity | apply alike_refl].
Qed.

(** * Disjointness *)

Lemma frames_apart i j : 0 <= i < max_frames -> 0 <= j < max_frames -> i <> j ->
  disjoint (frame_region L i) (frame_region L j).
Proof.
  intros Hi Hj N. destruct (wl_frames WL) as [_ D].
  destruct (ForallOrdPairs_In D _ _ (in_all_frames L i Hi) (in_all_frames L j Hj)) as [E
    | [D' | D']].
  - (* the same *) contradiction N. assert (K := f_equal r_kind E). cbn [frame_region r_kind] in K.
    injection K as K. exact K.
  - (* in order *) exact D'.
  - (* the other way round *) apply disjoint_sym. exact D'.
Qed.
Lemma frame_other f r : In f (all_frames L) -> In r (ctx_region t L :: plain_regions t L) ->
  disjoint f r.
Proof.
  intros If Ir. assert (H := wl_stack WL). rewrite Forall_forall in H. specialize (H f If).
  rewrite Forall_forall in H. exact (H r Ir).
Qed.
(** Bytes within another region are in no frame. *)
Lemma other_off_frames r a n : In r (ctx_region t L :: plain_regions t L) -> 0 < n ->
  inside r a n = true ->
  forall f, In f (all_frames L) -> inside f a n = false.
Proof. intros Ir N Ins f If.
exact (inside_disjoint r f a n (disjoint_sym _ _ (frame_other f r If Ir)) N Ins). Qed.
Lemma ctx_plain r : In r (plain_regions t L) -> disjoint (ctx_region t L) r.
Proof. intros I. assert (H := wl_ctx WL). rewrite Forall_forall in H. apply H. exact I. Qed.
(** Kernel objects are neither on the stack nor in the context, nor where nothing else is. *)
Lemma object_place r : In r (object_regions t L) ->
  0 <= r_base r /\ 0 <= r_size r /\ r_base r + r_size r < W /\ (forall f, In f (all_frames L) ->
    disjoint f r) /\
  disjoint (ctx_region t L) r /\ forall q, In q (plain_regions t L) -> alone L q = true ->
    disjoint q r.
Proof.
  intros I. assert (H := wl_objects WL). rewrite Forall_forall in H.
  destruct (H r I) as [H1 [H2 [H3 [H4 [H5 H6]]]]].
  split; [exact H1 |]. split; [exact H2 |]. split; [exact H3 |]. split; [| split].
  - (* frames *) intros f If. rewrite Forall_forall in H4. exact (disjoint_sym _ _ (H4 f If)).
  - (* the context *) exact (disjoint_sym _ _ H5).
  - (* what is alone *) intros q Iq Cq. exact (disjoint_sym _ _ (H6 q Iq Cq)).
Qed.
Lemma object_word i d x : type_of t i = Some d -> is_object L x i = true -> 0 <= x < W.
Proof.
  intros E O. destruct (object_place _ (in_object_regions t L i x d (is_object_in t L x i d E O) E))
    as [P1 [P2 [P3 _]]].
  cbn [r_base r_size] in *. lia.
Qed.
(** A typed pointer leads to an object of each type. *)
Lemma some_object_sound an js j d : type_of t j = Some d -> In j js ->
  is_object L (some_object an L js) j = true.
Proof.
  intros E J. assert (R := fun x => object_word j d x E). unfold some_object.
  destruct (forallb (is_object L (an_choice an)) js) eqn:A.
  - (* the choice *) rewrite forallb_forall in A. rewrite wrap_small by exact (R _ (A j J)).
    exact (A j J).
  - (* l_invalid *) assert (D : is_object L (l_invalid L) j = true) by (unfold is_object;
      rewrite Z.eqb_refl;
      reflexivity).
    rewrite wrap_small by exact (R _ D). exact D.
Qed.
Lemma shared_off_frames r a n : In r (plain_regions t L ++ object_regions t L) -> 0 < n ->
  inside r a n = true ->
  forall f, In f (all_frames L) -> inside f a n = false.
Proof.
  intros Ir N Ins f If. apply in_app_or in Ir. destruct Ir as [Ir | Ir].
  - (* plain *) exact (other_off_frames r a n (or_intror Ir) N Ins f If).
  - (* an object *) destruct (object_place r Ir) as [_ [_ [_ [D _]]]].
    exact (inside_disjoint r f a n (disjoint_sym _ _ (D f If)) N Ins).
Qed.
Lemma off_all_frames b : (forall f, In f (all_frames L) -> inside f b 1 = false) ->
  in_stack L b = false.
Proof.
  intros H. destruct (in_stack L b) eqn:S; [| reflexivity]. unfold in_stack in S.
  apply existsb_exists in S.
  destruct S as [f [If Insf]]. rewrite (H f If) in Insf. discriminate Insf.
Qed.
Lemma other_off_stack r b : In r (ctx_region t L :: plain_regions t L) -> inside r b 1 = true ->
  in_stack L b = false.
Proof. intros Ir Ins. apply off_all_frames. exact (other_off_frames r b 1 Ir Z.lt_0_1 Ins). Qed.
Lemma shared_others n r : In r (regions t L n) -> r_shared r = true ->
  In r (plain_regions t L ++ object_regions t L).
Proof.
  intros I S. apply regions_in in I.
  destruct I as [[j ->] | [-> | I]]; [discriminate S | discriminate S | exact I].
Qed.
Lemma ctx_other r : In r (plain_regions t L ++ object_regions t L) -> disjoint (ctx_region t L) r.
Proof.
  intros I. apply in_app_or in I. destruct I as [I | I]; [exact (ctx_plain r I) |].
  destruct (object_place r I) as [_ [_ [_ [_ [D _]]]]]. exact D.
Qed.
(** Shared bytes are not on the stack, nor in the context. *)
Lemma shared_off_stack n b : in_shared (regions t L n) b = true -> in_stack L b = false.
Proof.
  intros S. unfold in_shared in S. apply existsb_exists in S. destruct S as [r [I S]].
  bools S as S1 S2. apply off_all_frames.
  exact (shared_off_frames r b 1 (shared_others n r I S1) Z.lt_0_1 S2).
Qed.

(** What others write: never a written byte of the stack, and they make no byte undefined. *)
Lemma interfere1_keeps s n m w b : lay s = L -> live s = regions t L n -> written m b = true ->
  written (interfere1 s m w) b = true
    /\ (in_stack L b = true -> read (interfere1 s m w) b = read m b).
Proof.
  intros El Li Wr. unfold interfere1. rewrite El, Li. destruct (in_stack L (fst w)).
  - (* on the stack *) rewrite written_write_undefined. split; [exact Wr |]. intros _.
    exact (write_undefined_keeps _ _ _ _ Wr).
  - (* off the stack *) destruct (in_shared (regions t L n) (fst w)) eqn:Sh; [| split;
      [exact Wr | reflexivity]]. split.
    + (* written *) rewrite written_write, Wr. apply orb_true_r.
    + (* the value *) intros B. rewrite read_write.
      destruct (Z.eqb_spec b (fst w)) as [E | E]; [| reflexivity].
      rewrite E, (shared_off_stack n _ Sh) in B. discriminate B.
Qed.

(** * Finding the region of an access, when [d] calls are under way *)

(** One within one frame finds that frame. *)
Lemma find_frame d j w a n : Z.of_nat d < max_frames -> 0 < n -> 0 <= j <= Z.of_nat d ->
  frame_top L j - stack_size <= a -> a + n <= frame_top L j ->
    find_region (regions t L d) w a n = Some (frame_region L j).
Proof.
  intros Dp N J A B. assert (Ins : inside (frame_region L j) a n = true).
  { apply inside_spec. cbn [frame_region r_base r_size]. unfold frame_top in *. lia. }
  assert (Hd : j < Z.of_nat (S d)) by lia. assert (Dm : Z.of_nat (S d) <= max_frames) by lia.
  unfold regions. clear Dp.
  revert Hd Dm. generalize (S d). intros m. unfold find_region.
  induction m as [| m IH]; intros Hd Dm; [lia |]. cbn [frame_regions app find].
  destruct (Z.eqb_spec j (Z.of_nat m)) as [E | E].
  - (* this frame *) rewrite <- E, Ins. cbn [andb frame_region r_write]. rewrite orb_true_r.
    reflexivity.
  - (* one below *) rewrite (inside_disjoint (frame_region L j) _ a n) by (assumption || (apply
      frames_apart; lia)).
    cbn [andb]. apply IH; lia.
Qed.
Lemma find_ctx d w a n : Z.of_nat d < max_frames -> 0 < n -> l_ctx L <= a ->
  a + n <= l_ctx L + pt_ctx_size (t_type t) ->
  find_region (regions t L d) w a n = Some (ctx_region t L).
Proof.
  intros Dp N A B. assert (I : inside (ctx_region t L) a n = true) by (apply inside_spec; split;
    assumption).
  unfold regions. rewrite find_off_frames;
    [| exact (other_off_frames _ a n (or_introl eq_refl) N I) | lia].
  unfold find_region. cbn [find]. rewrite I. cbn [andb ctx_region r_write]. rewrite orb_true_r.
  reflexivity.
Qed.
(** A region that is alone is found; else one that is not. *)
Lemma find_plain d w a n r : Z.of_nat d < max_frames -> 0 < n -> In r (plain_regions t L) ->
  inside r a n = true ->
  (w = true -> r_write r = true) ->
  exists r', find_region (regions t L d) w a n = Some r' /\ In r' (plain_regions t L) /\
    (r' = r \/ (alone L r = false /\ plain_kind (r_kind r'))).
Proof.
  intros Dp N I Ins Wr.
  assert (K := inside_disjoint _ _ a n (disjoint_sym _ _ (ctx_plain r I)) N Ins).
  assert (E : find_region (regions t L d) w a n = find_region (plain_regions t L
    ++ object_regions t L) w a n).
  { unfold regions. rewrite find_off_frames; [| exact (other_off_frames r a n (or_intror I) N Ins)
      | lia].
    unfold find_region. cbn [find]. rewrite K. reflexivity. }
  rewrite E. unfold find_region. rewrite find_app.
  destruct (find (fun r0 => inside r0 a n && (negb w || r_write r0)) (plain_regions t L)) as [r' |]
    eqn:F.
  - (* Some *) apply find_some in F. destruct F as [F Ins']. cbv beta in Ins'. bools Ins' as Ins' _.
    exists r'. split; [reflexivity |]. split; [exact F |].
    assert (Same : forall q q', In q (plain_regions t L) -> In q' (plain_regions t L) ->
      inside q a n = true -> inside q' a n = true ->
      alone L q = true -> q' = q).
    { intros q q' Iq Iq' Jq Jq' A. destruct (wl_alone WL q q' Iq Iq' A) as [S | D]; [exact S |].
      rewrite (inside_disjoint q' q a n D N Jq') in Jq. discriminate Jq. }
    destruct (alone L r) eqn:Ar; [left; exact (Same r r' I F Ins Ins' Ar) |].
    destruct (alone L r') eqn:Ar'; [left; symmetry; exact (Same r' r F I Ins' Ins Ar') | right].
    split; [reflexivity | exact (plain_regions_kind t L r' F Ar')].
  - (* None *) assert (G := find_none _ _ F r I). cbn beta in G. rewrite Ins in G.
    destruct w; [| discriminate G].
    rewrite (Wr eq_refl) in G. discriminate G.
Qed.
(** Bytes of a kernel object: that one, or a region that is not alone. *)
Lemma find_object d a n r : Z.of_nat d < max_frames -> 0 < n -> In r (object_regions t L) ->
  inside r a n = true ->
  exists q, find_region (regions t L d) false a n = Some q /\ constant_region L q = None
    /\ read_kind (r_kind q).
Proof.
  intros Dp N I Ins. destruct (object_place r I) as [_ [_ [_ [_ [Dc Dk]]]]].
  assert (K := inside_disjoint _ _ a n (disjoint_sym _ _ Dc) N Ins).
  assert (E : find_region (regions t L d) false a n = find_region (plain_regions t L
    ++ object_regions t L) false a n).
  { assert (Io : In r (plain_regions t L ++ object_regions t L)) by (apply in_or_app; right;
      exact I).
    unfold regions. rewrite find_off_frames; [| exact (shared_off_frames r a n Io N Ins) | lia].
    unfold find_region. cbn [find]. rewrite K. reflexivity. }
  rewrite E. unfold find_region. rewrite find_app.
  destruct (find (fun r0 => inside r0 a n && (negb false || r_write r0)) (plain_regions t L))
    as [q |] eqn:F.
  - (* Some *) apply find_some in F. destruct F as [Iq Insq]. bools Insq as Insq _. exists q.
    split; [reflexivity |].
    assert (Aq : alone L q = false).
    { destruct (alone L q) eqn:Aq; [| reflexivity].
      rewrite (inside_disjoint _ _ a n (Dk q Iq Aq) N Insq) in Ins. discriminate Ins. }
    assert (Kq := plain_regions_kind t L q Iq Aq).
    split; [| destruct (r_kind q); exact Kq || exact Logic.I].
    unfold alone in Aq. destruct (constant_region L q); [discriminate Aq | reflexivity].
  - (* None *) destruct (find (fun r0 => inside r0 a n && (negb false || r_write r0))
      (object_regions t L))
      as [q |] eqn:G.
    + (* Some *) apply find_some in G. destruct G as [Iq _]. exists q. split; [reflexivity |].
      destruct (object_regions_in t L q Iq) as [i [b [dd [-> _]]]].
      split; [reflexivity | exact Logic.I].
    + (* None *) assert (X := find_none _ _ G r I). cbv beta in X. rewrite Ins in X. discriminate X.
Qed.
(** Bytes within a plain region are off the stack. *)
Lemma plain_off_stack r a n b : In r (plain_regions t L) -> inside r a n = true -> a <= b < a + n ->
  in_stack L b = false.
Proof.
  intros I Ins B. apply (other_off_stack r b (or_intror I)). apply inside_spec in Ins.
  apply inside_spec. lia.
Qed.
Lemma ctx_off_stack b : l_ctx L <= b < l_ctx L + pt_ctx_size (t_type t) -> in_stack L b = false.
Proof.
  intros C. apply (other_off_stack (ctx_region t L) b (or_introl eq_refl)). apply inside_spec.
  cbn [ctx_region r_base r_size]. lia.
Qed.

(** * A packet that moves *)

Lemma move_wf base len meta : packet_fits t L base len meta = true ->
  wf_layout t (move_packet L base len meta).
Proof.
  unfold packet_fits. cbv zeta. cbn [packet_region move_packet r_base r_size l_pkt l_len l_meta].
  unfold meta_size.
  cbn [move_packet l_meta]. intros H. rewrite !andb_true_iff, orb_true_iff in H.
  destruct H as [[[[[[[H1 H2] H3] H4] H5] H6] H7] H8]. bools. rewrite !Z.leb_le in H7.
  cbn [ctx_region r_base r_size] in H7. unfold word_size in *.
  assert (Fr : forall f, In f (all_frames L) ->
    disjoint f (packet_region t (move_packet L base len meta))).
  { intros f If. rewrite forallb_forall in H6. specialize (H6 f If). cbv beta in H6.
    rewrite orb_true_iff, !Z.leb_le in H6. exact H6. }
  clear H6. destruct WL as [W1 W2 W3 W4 W5 W6 W7 W8 W9 Wh W10 Wo].
  assert (Ap : forall r, In r (maps_from 0 (l_maps L) ++ map ref_region (l_refs L)) ->
    alone L r = true ->
    disjoint (packet_region t (move_packet L base len meta)) r).
  { intros r Ir Cr. rewrite forallb_forall in H8. specialize (H8 r (or_intror Ir)). cbv beta in H8.
    rewrite Cr in H8. cbn [negb orb] in H8. rewrite orb_true_iff, !Z.leb_le in H8.
    apply disjoint_sym. exact H8. }
  clear H8.
  constructor; change (all_frames (move_packet L base len meta)) with (all_frames L);
    unfold plain_regions, ctx_region in *;
    cbn [move_packet l_frames l_ctx l_pkt l_len l_meta l_maps l_refs] in *; try assumption.
  - (* wl_range *) apply Forall_app in W1. destruct W1 as [Ws W1]. apply Forall_app.
    split; [exact Ws |].
    apply Forall_cons_iff in W1. destruct W1 as [Wc W1]. apply Forall_cons_iff in W1.
    destruct W1 as [_ W1].
    apply Forall_cons; [exact Wc |].
    apply Forall_cons; [| exact W1]. unfold in_space.
    cbn [packet_region move_packet r_kind lowest r_base r_size l_pkt l_len].
    unfold meta_size. cbn [move_packet l_meta]. lia.
  - (* wl_stack *) rewrite Forall_forall in W3. apply Forall_forall. intros f If.
    specialize (W3 f If).
    apply Forall_cons_iff in W3. destruct W3 as [Wc W3]. apply Forall_cons_iff in W3.
    destruct W3 as [_ W3].
    apply Forall_cons; [exact Wc |]. apply Forall_cons; [exact (Fr f If) | exact W3].
  - (* wl_ctx *) apply Forall_cons_iff in W4. destruct W4 as [_ W4].
    apply Forall_cons; [| exact W4].
    unfold disjoint. cbn [packet_region move_packet r_base r_size l_pkt l_len]. unfold meta_size.
    cbn [move_packet l_meta]. lia.
  - (* wl_packet *) lia.
  - (* wl_alone *) intros r q [<- | Ir] Iq Cr; [discriminate Cr |].
    destruct Iq as [<- | Iq]; [right; exact (Ap r Ir Cr)
      | exact (W10 r q (or_intror Ir) (or_intror Iq) Cr)].
  - (* wl_objects *) change (object_regions t (move_packet L base len meta)) with (object_regions t
      L).
    refine (Forall_impl _ _ Wo). intros o [O1 [O2 [O3 [O4 [O5 O6]]]]]. split; [exact O1 |].
    split; [exact O2 |]. split; [exact O3 |].
    split; [exact O4 |]. split; [exact O5 |]. intros r [<- | Ir] Cr; [discriminate Cr |].
    exact (O6 r (or_intror Ir) Cr).
Qed.
(** * A frame is entered at another place *)

Lemma set_place_length k b l : length (set_place k b l) = length l.
Proof. revert k. induction l as [| x l IH]; intros [| k]; cbn [set_place length]; try reflexivity.
rewrite IH. reflexivity. Qed.
Lemma set_place_nth k b l j : (k < length l)%nat ->
  nth j (set_place k b l) 0 = if Nat.eqb j k then b else nth j l 0.
Proof.
  revert k j. induction l as [| x l IH]; intros [| k] [| j] H;
    cbn [set_place length nth Nat.eqb] in *; try lia; try reflexivity.
  apply IH. lia.
Qed.
Lemma pairs_of_frames M : (forall i j, 0 <= j < i -> i < max_frames ->
  disjoint (frame_region M i) (frame_region M j)) ->
  forall n, Z.of_nat n <= max_frames -> ForallOrdPairs disjoint (frame_regions M n).
Proof.
  intros H n. induction n as [| n IH]; intros N; [constructor |]. cbn [frame_regions].
  constructor; [| apply IH; lia].
  apply Forall_forall. intros r I. destruct (frame_regions_in _ _ _ I) as [j [-> J]]. apply H; lia.
Qed.
Lemma with_frame_base n b j : 0 < n < max_frames ->
  frame_base (with_frame L n b) j = if j =? n then b else frame_base L j.
Proof.
  intros N. unfold frame_base. cbn [with_frame with_frames l_frames]. rewrite set_place_nth.
  - (* the base *) destruct (Z.eqb_spec j n) as [-> | E]; [rewrite Nat.eqb_refl; reflexivity |].
    destruct (Nat.eqb_spec (Z.to_nat j) (Z.to_nat n)) as [E' | _]; [lia | reflexivity].
  - (* there is one *) destruct (wl_frames WL) as [-> _]. lia.
Qed.
Lemma frame_wf n b : 0 < n < max_frames -> frame_fits t L n b = true ->
  wf_layout t (with_frame L n b).
Proof.
  unfold frame_fits. cbv zeta. intros N H. bools H as [[[H1 H2] H3] H4]. bools.
  unfold word_size in *. rewrite forallb_forall in H3, H4.
  set (f := frame_region (with_frame L n b) n).
  assert (Fb : r_base f = b) by (unfold f; cbn [frame_region r_base]; rewrite with_frame_base,
    Z.eqb_refl by lia; reflexivity).
  assert (Fs : r_size f = stack_size) by reflexivity.
  assert (Ap : forall r, (r_base r + r_size r <=? b) || (b + stack_size <=? r_base r) = true ->
    disjoint f r).
  { intros r E. rewrite orb_true_iff, !Z.leb_le in E. unfold disjoint. lia. }
  assert (Other : forall j, j <> n -> frame_region (with_frame L n b) j = frame_region L j).
  { intros j E. unfold frame_region. rewrite with_frame_base by lia. destruct (Z.eqb_spec j n);
      [lia | reflexivity]. }
  assert (Each : forall r, In r (all_frames (with_frame L n b)) -> r = f
    \/ exists j, r = frame_region L j /\ 0 <= j < max_frames /\ j <> n).
  { intros r I. destruct (all_frames_in _ _ I) as [j [-> J]]. destruct (Z.eq_dec j n) as [-> | E];
      [left; reflexivity |].
    right. exists j. split; [apply Other; lia | split; [exact J | exact E]]. }
  assert (Frames : forall j, 0 <= j < max_frames -> j <> n -> disjoint f (frame_region L j)).
  { intros j J E. apply Ap. specialize (H3 _ (in_all_frames L j J)). cbn [frame_region r_kind]
      in H3.
    destruct (Z.eqb_spec j n); [lia | exact H3]. }
  assert (Apart : forall r, In r (ctx_region t L :: plain_regions t L ++ object_regions t L) ->
    disjoint f r)
    by (intros r I; exact (Ap r (H4 r I))).
  destruct WL as [W1 W2 W3 W4 W5 W6 W7 W8 W9 Wh W10 Wo]. constructor; try assumption.
  - (* wl_range *) apply Forall_app in W1. destruct W1 as [Ws W1]. apply Forall_app.
    split; [| exact W1].
    rewrite Forall_forall in *.
    intros r I. destruct (Each r I) as [-> | [j [-> [J _]]]];
      [| exact (Ws _ (in_all_frames L j J))].
    unfold in_space. rewrite Fb, Fs. unfold f. cbn [frame_region r_kind lowest].
    unfold stack_size in *. lia.
  - (* wl_frames *) split; [cbn [with_frame with_frames l_frames]; rewrite set_place_length;
      exact (proj1 W2)|].
    apply pairs_of_frames; [| unfold max_frames; lia]. intros i j J I.
    destruct (Z.eq_dec i n) as [-> | Ei].
    + (* i = n *) rewrite (Other j) by lia. apply Frames; lia.
    + (* i <> n *) rewrite (Other i) by lia.
      destruct (Z.eq_dec j n) as [-> | Ej]; [apply disjoint_sym, Frames; lia |].
      rewrite (Other j) by lia. apply (frames_apart i j); lia.
  - (* wl_stack *) rewrite Forall_forall in *. intros r I.
    destruct (Each r I) as [-> | [j [-> [J _]]]]; [| exact (W3 _ (in_all_frames L j J))].
    apply Forall_forall. intros q Iq. apply Apart.
    destruct Iq as [<- | Iq]; [left; reflexivity | right; apply in_or_app; left; exact Iq].
  - (* wl_objects *) rewrite Forall_forall in *. intros o Io.
    destruct (Wo o Io) as [O1 [O2 [O3 [O4 O5]]]].
    split; [exact O1 |]. split; [exact O2 |]. split; [exact O3 |].
    split; [| exact O5]. apply Forall_forall. intros r I. rewrite Forall_forall in O4.
    destruct (Each r I) as [-> | [j [-> [J _]]]]; [| exact (O4 _ (in_all_frames L j J))].
    apply disjoint_sym, Apart. right. apply in_or_app. right. exact Io.
Qed.

(** * References change *)

(** Where what a reference is to may be. *)
Definition ref_place (h : reference) : Prop :=
  in_space (ref_region h) /\ Forall (fun f => disjoint f (ref_region h)) (all_frames L)
    /\ disjoint (ctx_region t L) (ref_region h)
  /\ (forall r, In r (plain_regions t L) -> alone L r || alone L (ref_region h) = true ->
    ref_region h = r \/ disjoint (ref_region h) r)
  /\ (alone L (ref_region h) = true -> forall o, In o (object_regions t L) ->
    disjoint o (ref_region h)).
(** The references before, and those now *)
Lemma ref_wf hs : (forall h, In h hs -> ref_place h) -> ForallPairs agree hs ->
  (forall h h', In h hs -> In h' hs -> alone L (ref_region h) = true ->
     ref_region h' = ref_region h \/ disjoint (ref_region h') (ref_region h)) ->
  wf_layout t (with_refs L hs).
Proof.
  intros Hp A Ap. destruct WL as [W1 W2 W3 W4 W5 W6 W7 W8 W9 Wh W10 Wo].
  assert (Sub : forall P : region -> Prop, (forall h, In h hs -> P (ref_region h)) ->
    Forall P (plain_regions t L) ->
    Forall P (plain_regions t (with_refs L hs))).
  { intros P Ph F. unfold plain_regions in *. cbn [with_refs l_maps l_refs]
      in *. apply Forall_cons_iff in F.
    destruct F as [F1 F2]. apply Forall_app in F2. destruct F2 as [F2 _].
    apply Forall_cons; [exact F1 |].
    apply Forall_app. split; [exact F2 |]. apply Forall_map, Forall_forall. exact Ph. }
  assert (Split : forall r, In r (plain_regions t (with_refs L hs)) -> In r (plain_regions t L)
    \/ exists h, In h hs /\ r = ref_region h).
  { intros r [<- | I]; [left; exact (packet_in t L) |]. apply in_app_or in I. destruct I as [I | I].
    - (* a value *) left. right. apply in_or_app. left. exact I.
    - (* a reference *) right. apply in_map_iff in I. destruct I as [h [<- I]]. exists h.
      split; [exact I | reflexivity]. }
  constructor; change (all_frames (with_refs L hs)) with (all_frames L);
    change (ctx_region t (with_refs L hs)) with (ctx_region t L); try assumption.
  - (* wl_range *) apply Forall_app in W1. destruct W1 as [Ws W1]. apply Forall_app.
    split; [exact Ws |].
    apply Forall_cons_iff in W1. destruct W1 as [Wc W1]. apply Forall_cons; [exact Wc |].
    apply Sub; [intros h I; exact (proj1 (Hp h I)) | exact W1].
  - (* wl_stack *) rewrite Forall_forall in W3. apply Forall_forall. intros f If.
    specialize (W3 f If).
    apply Forall_cons_iff in W3. destruct W3 as [Wc W3]. apply Forall_cons; [exact Wc |].
    apply Sub; [| exact W3]. intros h I. destruct (Hp h I) as [_ [F _]]. rewrite Forall_forall in F.
    exact (F f If).
  - (* wl_ctx *) apply Sub; [intros h I; exact (proj1 (proj2 (proj2 (Hp h I)))) | exact W4].
  - (* wl_alone *) intros r q Ir Iq Cr. change (alone (with_refs L hs) r) with (alone L r) in Cr.
    destruct (Split r Ir) as [Jr | [h [Ih ->]]], (Split q Iq) as [Jq | [h' [Ih' ->]]].
    + (* both in L *) exact (W10 r q Jr Jq Cr).
    + (* q of hs *) apply (proj1 (proj2 (proj2 (proj2 (Hp h' Ih')))) r Jr). rewrite Cr.
      reflexivity.
    + (* r of hs *) destruct (proj1 (proj2 (proj2 (proj2 (Hp h Ih)))) q Jq) as [S | D];
        [rewrite Cr; apply orb_true_r | left; symmetry; exact S |].
      right. apply disjoint_sym. exact D.
    + (* both of hs *) exact (Ap h h' Ih Ih' Cr).
  - (* wl_objects *) change (object_regions t (with_refs L hs)) with (object_regions t L).
    rewrite Forall_forall in Wo. apply Forall_forall. intros o Io.
    destruct (Wo o Io) as [O1 [O2 [O3 [O4 [O5 O6]]]]]. split; [exact O1 |]. split; [exact O2 |].
    split; [exact O3 |].
    split; [exact O4 |]. split; [exact O5 |]. intros r Ir Cr.
    change (alone (with_refs L hs) r) with (alone L r) in Cr.
    destruct (Split r Ir) as [Jr | [h [Ih ->]]]; [exact (O6 r Jr Cr) |].
    exact (proj2 (proj2 (proj2 (proj2 (Hp h Ih)))) Cr o Io).
Qed.
Lemma ref_placed h : In h (l_refs L) -> ref_place h.
Proof.
  intros I. assert (P := ref_in_plain t L h I). unfold ref_place.
  split; [exact (other_range _ (or_intror P)) |]. split; [| split; [exact (ctx_plain _ P) | split]].
  - (* frames *) apply Forall_forall. intros f If. exact (frame_other f _ If (or_intror P)).
  - (* plain regions *) intros r Ir Cr. apply orb_true_iff in Cr.
    destruct Cr as [Cr | Cr]; [exact (wl_alone WL r _ Ir P Cr) |].
    destruct (wl_alone WL _ r P Ir Cr) as [E | D];
      [left; symmetry; exact E | right; apply disjoint_sym; exact D].
  - (* objects *) intros Al o Io. destruct (object_place o Io) as [_ [_ [_ [_ [_ D]]]]].
    exact (disjoint_sym _ _ (D _ P Al)).
Qed.
Lemma ref_apart h h' : In h (l_refs L) -> In h' (l_refs L) -> alone L (ref_region h) = true ->
  ref_region h' = ref_region h \/ disjoint (ref_region h') (ref_region h).
Proof. intros I I'. exact (wl_alone WL _ _ (ref_in_plain t L h I) (ref_in_plain t L h' I')).
Qed.
Lemma back_wf k x : wf_layout t (with_refs L (release k x (l_refs L))).
Proof.
  apply ref_wf.
  - (* places *) intros h I. exact (ref_placed h (release_in _ _ _ _ I)).
  - (* agree *) intros h h' I I'. exact (wl_refs WL h h' (release_in _ _ _ _ I) (release_in _ _ _ _
      I')).
  - (* apart *) intros h h' I I'. exact (ref_apart h h' (release_in _ _ _ _ I) (release_in _ _ _ _
      I')).
Qed.
Lemma fits_wf h : ref_fits t L h = true -> wf_layout t (with_refs L (h :: l_refs L))
  /\ 0 < re_base h < W.
Proof.
  unfold ref_fits. intros E. apply orb_true_iff in E. destruct E as [E | E].
  { (* acquired already *)
    bools E as _ E. apply existsb_exists in E.
    destruct E as [g [I E]]. apply reference_eqb_eq in E. subst g.
    assert (Sub : forall g, In g (h :: l_refs L) -> In g (l_refs L)) by (intros g [<- | J];
      assumption).
    split.
    - (* well formed *) apply ref_wf.
      + (* places *) intros g J. exact (ref_placed g (Sub g J)).
      + (* agree *) intros g g' J J'. exact (wl_refs WL g g' (Sub g J) (Sub g' J')).
      + (* apart *) intros g g' J J'. exact (ref_apart g g' (Sub g J) (Sub g' J')).
    - (* its address *) destruct (ref_placed h I) as [S _]. unfold in_space in S.
      cbn [ref_region r_kind lowest r_base r_size] in S. lia. }
  bools E as [[[[E1 E2] E3] E4] E5]. bools.
  unfold word_size in E3. rewrite forallb_app in E4. bools E4 as Ef Ec. cbn [forallb] in Ec.
  bools Ec as Ec Ep. rewrite forallb_app in Ep.
  bools Ep as Ep Eo.
  rewrite forallb_forall in Ef, Ep, Eo, E5.
  assert (Ap : forall r, (r_base r + r_size r <=? re_base h)
    || (re_base h + re_size h <=? r_base r) = true -> disjoint r (ref_region h)).
  { intros r H. rewrite orb_true_iff, !Z.leb_le in H. exact H. }
  assert (A : forall h', In h' (l_refs L) -> agree h h')
    by (intros h' I; exact (agreeb_spec h h' (E5 h' I))).
  assert (Ah : forall h', In h' (l_refs L) -> disjoint (ref_region h') (ref_region h))
    by (intros h' I; exact (Ap _ (Ep _ (ref_in_plain t L h' I)))).
  split; [| lia]. apply ref_wf.
  - (* places *) intros h' [<- | I]; [| exact (ref_placed h' I)].
    split; [| split; [| split; [| split]]].
    + (* its range *) unfold in_space. cbn [ref_region r_kind lowest r_base r_size]. lia.
    + (* frames *) apply Forall_forall. intros f If. exact (Ap f (Ef f If)).
    + (* the context *) exact (Ap _ Ec).
    + (* plain regions *) intros r Ir _. right. apply disjoint_sym. exact (Ap _ (Ep r Ir)).
    + (* objects *) intros _ o Io. exact (Ap _ (Eo o Io)).
  - (* agree *) intros g g' [<- | I] [<- | I'];
      [intros _ _; reflexivity | exact (A g' I') | exact (agree_sym _ _ (A g I)) |].
    exact (wl_refs WL g g' I I').
  - (* apart *) intros g g' [<- | I] [<- | I'] Al;
      [left; reflexivity | right; exact (Ah g' I') | right; apply disjoint_sym; exact (Ah g I) |].
    exact (ref_apart g g' I I' Al).
Qed.
End Layout.
