(** Acquired references: how they change when facts and symbols do. *)
From Checker Require Export Ref.
From Proofs Require Export Tactics WordP.

Lemma ref_kind_eqb_eq a b : ref_kind_eqb a b = true <-> a = b.
Proof.
  destruct a; destruct b; unfold ref_kind_eqb; rewrite ?Z.eqb_eq; split; intros H;
    (reflexivity || discriminate H || congruence).
Qed.
Lemma reference_eqb_eq h h' : reference_eqb h h' = true <-> h = h'.
Proof.
  unfold reference_eqb. rewrite !andb_true_iff, ref_kind_eqb_eq, !Z.eqb_eq.
  destruct h as [hk hb hn]. destruct h' as [gk gb gn].
  cbn [re_kind re_base re_size].
  split; [intros [[E1 E2] E3]; congruence | intros E; injection E as -> -> ->; auto].
Qed.
Lemma ref_kind_fits_refl k : ref_kind_fits k k = true.
Proof. destruct k; unfold ref_kind_fits, ref_kind_eqb; rewrite ?Z.eqb_refl; reflexivity. Qed.
Lemma ref_kind_fits_trans a b c : ref_kind_fits a b = true -> ref_kind_fits b c = true ->
  ref_kind_fits a c = true.
Proof.
  destruct a; destruct b; destruct c; try reflexivity; try discriminate;
    unfold ref_kind_fits, ref_kind_eqb; rewrite ?orb_false_r, ?Z.eqb_eq; congruence.
Qed.
Lemma ref_kind_fits_socket a b : ref_kind_fits a b = true -> is_socket a = is_socket b.
Proof. destruct a; destruct b; (reflexivity || (intros H; discriminate H)). Qed.
Lemma is_ref_spec k x h : is_ref k x h = true <-> ref_kind_fits k (re_kind h) = true
  /\ re_base h = x.
Proof. unfold is_ref. rewrite andb_true_iff, Z.eqb_eq. reflexivity. Qed.
Lemma agreeb_spec h h' : agreeb h h' = true -> agree h h'.
Proof.
  unfold agreeb, agree. intros E Ek Eb. apply orb_true_iff in E.
  destruct E as [E | E]; [| apply reference_eqb_eq; exact E].
  rewrite Ek, Eb, Bool.eqb_reflx, Z.eqb_refl in E. discriminate E.
Qed.
Lemma agree_sym h h' : agree h h' -> agree h' h.
Proof. unfold agree. intros A Ek Eb. symmetry. apply A; congruence. Qed.

(** * Release *)

Lemma release_in k x hs h : In h (release k x hs) -> In h hs.
Proof.
  induction hs as [| g hs IH]; cbn [release]; intros I; [exact I |].
  destruct (is_ref k x g); [right; exact I |].
  destruct I as [-> | I]; [left; reflexivity | right; exact (IH I)].
Qed.
Lemma release_keeps k x hs h : In h hs -> (ref_kind_fits k (re_kind h) = true -> re_base h = x ->
  False) -> In h (release k x hs).
Proof.
  induction hs as [| g hs IH]; cbn [release]; intros I N; [exact I |].
  destruct (is_ref k x g) eqn:Hg.
  - (* released *) apply is_ref_spec in Hg.
    destruct I as [-> | I]; [exfalso; exact (N (proj1 Hg) (proj2 Hg)) | exact I].
  - (* kept *) destruct I as [-> | I]; [left; reflexivity | right; exact (IH I N)].
Qed.
Lemma release_perm k h hs : In h hs -> ref_kind_fits k (re_kind h) = true -> ForallPairs agree hs ->
  Permutation hs (h :: release k (re_base h) hs).
Proof.
  intros I Fi A. assert (E : forall g, In g hs -> is_ref k (re_base h) g = true -> g = h).
  { intros g Ig Hg. apply is_ref_spec in Hg. destruct Hg as [Hk Hb]. apply (A g h Ig I);
      [| exact Hb].
    rewrite <- (ref_kind_fits_socket _ _ Hk). exact (ref_kind_fits_socket _ _ Fi). }
  clear A. revert I E. induction hs as [| g hs IH]; intros I E; [destruct I |]. cbn [release].
  destruct (is_ref k (re_base h) g) eqn:Hg.
  - (* released *) rewrite (E g (or_introl eq_refl) Hg). apply Permutation_refl.
  - (* kept *) destruct I as [-> | I]; [exfalso;
      assert (T := proj2 (is_ref_spec _ _ h) (conj Fi eq_refl));
      congruence |].
    eapply perm_trans; [apply perm_skip, IH; [exact I |] | apply perm_swap].
    intros g' Ig. apply E. right. exact Ig.
Qed.

(** * The symbols of references *)

Lemma refrel_same {F vs F' vs' hs} : (forall k h, claims F vs k h <-> claims F' vs' k h) ->
  refrel F vs hs -> refrel F' vs' hs.
Proof.
  intros E [l [N [C [D P]]]]. exists l. split; [exact N |]. split; [| split; [| exact P]].
  - (* claims *) intros k h I. apply E, C. exact I.
  - (* each has one *) intros k h K. apply (D k h), E. exact K.
Qed.
(** What a symbol stands for is acquired, and of a kind that fits. *)
Lemma refrel_in {F vs hs k kd n nu x} : refrel F vs hs -> zfind k F = Some (FRef kd n nu) ->
  nth_z vs k = Some x -> x <> 0 ->
  exists h, In h hs /\ ref_kind_fits kd (re_kind h) = true /\ re_base h = x /\ re_size h = n.
Proof.
  intros [l [_ [C [D P]]]] E Nt Nz. destruct (D k (Reference kd x n)) as [h I].
  { split; [exact Nz |]. split; [exact Nt |]. exists kd, nu. split;
      [exact E | apply ref_kind_fits_refl]. }
  exists h. split; [exact (Permutation_in _ P (in_map snd _ _ I)) |].
  destruct (C k h I) as [_ [Nt' [kd' [nu' [E' Fi]]]]].
  assert (kd' = kd) by congruence. subst kd'. split; [exact Fi |]. split; congruence.
Qed.
Lemma refrel_init F vs : (forall k f, zfind k F = Some f -> not_ref f = true) -> refrel F vs [].
Proof.
  intros U. exists []. split; [constructor |]. split; [intros k h [] |]. split; [| constructor].
  intros k h [_ [_ [kd [nu [E _]]]]]. discriminate (U _ _ E).
Qed.
Lemma no_refs_sound F vs hs : refrel F vs hs -> no_refs F = true -> hs = [].
Proof.
  intros [l [_ [C [_ P]]]] E. destruct l as [| [k h] l]; [exact (Permutation_nil P) |].
  destruct (C k h (or_introl eq_refl)) as [_ [_ [kd [nu [K _]]]]].
  assert (U := zall_find _ _ _ _ E K). discriminate U.
Qed.

(** A fact that changes, of a symbol that was no reference and is none *)
Lemma claims_set F vs k f h k' : claims (zset k f F) vs k' h <->
  if k' =? k
  then re_base h <> 0 /\ nth_z vs k = Some (re_base h) /\ exists kd nu, f = FRef kd (re_size h) nu
    /\ ref_kind_fits kd (re_kind h) = true
  else claims F vs k' h.
Proof.
  unfold claims. rewrite zfind_set. destruct (Z.eqb_spec k' k) as [-> | N]; [| reflexivity].
  split; intros [Nz [Nt [kd [nu [E Fi]]]]]; (split; [exact Nz |]); (split; [exact Nt |]);
    exists kd, nu; (split; [congruence | exact Fi]).
Qed.
Lemma not_ref_ref k n nu f : not_ref f = true -> f = FRef k n nu -> False.
Proof. intros U E. rewrite E in U. discriminate U. Qed.
Lemma refrel_plain F vs k f hs : (forall f0, zfind k F = Some f0 -> not_ref f0 = true) ->
  not_ref f = true ->
  refrel F vs hs -> refrel (zset k f F) vs hs.
Proof.
  intros U0 U. apply refrel_same. intros k' h. rewrite claims_set.
  destruct (Z.eqb_spec k' k) as [-> | N]; [| reflexivity].
  split; intros [_ [_ [kd [nu [E _]]]]]; exfalso;
    [exact (not_ref_ref _ _ _ _ (U0 _ E) eq_refl) | exact (not_ref_ref _ _ _ _ U E)].
Qed.
(** or that turns out to be null *)
Lemma refrel_null F vs k f hs : nth_z vs k = Some 0 -> not_ref f = true -> refrel F vs hs ->
  refrel (zset k f F) vs hs.
Proof.
  intros Nt U. apply refrel_same. intros k' h. rewrite claims_set.
  destruct (Z.eqb_spec k' k) as [-> | N]; [| reflexivity].
  split; [intros [Nz [Nt' _]]; exfalso; congruence |]. intros [_ [_ [kd [nu [E _]]]]]. exfalso.
  exact (not_ref_ref _ _ _ _ U E).
Qed.
(** or not to be *)
Lemma refrel_mark {F vs k kd n nu nu' hs} : zfind k F = Some (FRef kd n nu) -> refrel F vs hs ->
  refrel (zset k (FRef kd n nu') F) vs hs.
Proof.
  intros E0. apply refrel_same. intros k' h. rewrite claims_set.
  destruct (Z.eqb_spec k' k) as [-> | N]; [| reflexivity].
  unfold claims. rewrite E0.
  split; intros [Nz [Nt [kd' [mu [E Fi]]]]]; (split; [exact Nz |]); (split; [exact Nt |]);
    exists kd';
    [exists nu' | exists nu]; (split; [congruence | exact Fi]).
Qed.
Lemma refrel_map F vs g hs : (forall f, not_ref f = true -> not_ref (g f) = true) ->
  (forall k n nu, g (FRef k n nu) = FRef k n nu) ->
  refrel F vs hs -> refrel (zmap_map g F) vs hs.
Proof.
  intros U K. apply refrel_same. intros k h. unfold claims. rewrite zfind_map.
  split; intros [Nz [Nt [kd [nu [E Fi]]]]]; (split; [exact Nz |]); (split; [exact Nt |]);
    exists kd, nu; (split; [| exact Fi]).
  - (* -> *) rewrite E. cbn [option_map]. rewrite K. reflexivity.
  - (* <- *) destruct (zfind k F) as [f |]; cbn [option_map] in E; [| discriminate E].
    destruct f; try (exfalso; injection E as E; eapply not_ref_ref; [| exact E]; apply U;
      reflexivity).
    rewrite K in E. exact E.
Qed.

(** * Acquire and release *)

Lemma refrel_more F vs vs' k hs h kd nu : (forall j, claims F vs k j -> False) ->
  (forall k' j, claims F vs k' j <-> claims F vs' k' j) ->
  nth_z vs' k = Some (re_base h) -> re_base h <> 0 -> ref_kind_fits kd (re_kind h) = true ->
  refrel F vs hs -> refrel (zset k (FRef kd (re_size h) nu) F) vs' (h :: hs).
Proof.
  intros Fr Ext Nt Nz Fi [l [N [C [D P]]]]. exists ((k, h) :: l). split; [| split; [| split]].
  - (* NoDup *) cbn [map fst]. constructor; [| exact N]. intros I. apply in_map_iff in I.
    destruct I as [[k' j] [E I]].
    cbn [fst] in E. subst k'. exact (Fr j (C k j I)).
  - (* claims *) intros k' j I. rewrite claims_set. destruct (Z.eqb_spec k' k) as [-> | Nk].
    + (* k *) destruct I as [E | I]; [| exfalso; exact (Fr j (C k j I))]. injection E as <-.
      split; [exact Nz |]. split; [exact Nt |].
      exists kd, nu. split; [reflexivity | exact Fi].
    + (* another *) destruct I as [E | I]; [exfalso; congruence | apply Ext, C; exact I].
  - (* each has one *) intros k' j K. rewrite claims_set in K.
    destruct (Z.eqb_spec k' k) as [-> | Nk]; [exists h; left; reflexivity |].
    destruct (D k' j (proj2 (Ext k' j) K)) as [h' I]. exists h'. right. exact I.
  - (* Permutation *) cbn [map snd]. apply perm_skip. exact P.
Qed.
(** [kd] is what the one that releases it asks for. *)
Lemma refrel_less F vs k f hs kd kd' n nu x : zfind k F = Some (FRef kd' n nu) ->
  ref_kind_fits kd kd' = true -> nth_z vs k = Some x ->
  x <> 0 -> not_ref f = true -> ForallPairs agree hs -> refrel F vs hs ->
    refrel (zset k f F) vs (release kd x hs).
Proof.
  intros E Fi Nt Nz U A [l [N [C [D P]]]].
  assert (K : exists h, In (k, h) l).
  { apply (D k (Reference kd' x n)). split; [exact Nz |]. split; [exact Nt |]. exists kd',
      nu. split; [exact E | apply ref_kind_fits_refl]. }
  destruct K as [h K]. destruct (C k h K) as [_ [Nt' [kd2 [nu2 [E2 Fi2]]]]].
  assert (kd2 = kd') by congruence. subst kd2.
  assert (Eb : re_base h = x) by congruence. rewrite <- Eb. clear E Nt Nz Nt' E2 Eb.
  assert (I := Permutation_in _ P (in_map snd _ _ K)). cbn [snd] in I.
  destruct (in_split _ _ K) as [l1 [l2 El]]. subst l.
  rewrite map_app in N, P. cbn [map fst snd] in N, P. assert (N' := NoDup_remove_1 _ _ _ N).
  apply NoDup_remove_2 in N.
  rewrite <- map_app in N, N'. exists (l1 ++ l2). split; [exact N' |]. split; [| split].
  - (* claims *) intros k' j J. rewrite claims_set. destruct (Z.eqb_spec k' k) as [-> | Nk].
    + (* k *) exfalso. apply N. exact (in_map fst _ _ J).
    + (* another *) apply C. rewrite in_app_iff in *. cbn [In]. tauto.
  - (* each has one *) intros k' j J. rewrite claims_set in J.
    destruct (Z.eqb_spec k' k) as [-> | Nk].
    + (* k *) destruct J as [_ [_ [kd3 [nu3 [E _]]]]]. exfalso. exact (not_ref_ref _ _ _ _ U E).
    + (* another *) destruct (D k' j J) as [h' J']. exists h'. rewrite in_app_iff in *.
      cbn [In] in J'.
      destruct J' as [J' | [J' | J']]; [left; exact J' | exfalso; congruence | right; exact J'].
  - (* Permutation *) rewrite map_app. apply (Permutation_cons_inv (a := h)).
    eapply perm_trans; [| exact (release_perm kd h hs I (ref_kind_fits_trans _ _ _ Fi Fi2) A)].
    eapply perm_trans; [apply Permutation_middle | exact P].
Qed.

(** * Inclusion *)

Lemma claimants_in F k : In k (claimants F) <-> exists f, zfind k F = Some f /\ not_ref f = false.
Proof.
  unfold claimants. rewrite in_map_iff. split.
  - (* -> *) intros [[k' f] [E I]]. cbn [fst] in E. subst k'. apply filter_In in I.
    destruct I as [I U].
    cbn [snd] in U.
    exists f. split; [apply zlist_in; exact I | apply negb_true_iff; exact U].
  - (* <- *) intros [f [E U]]. exists (k, f). split; [reflexivity |]. apply filter_In.
    split; [apply zlist_in; exact E |].
    cbn [snd]. rewrite U. reflexivity.
Qed.
Lemma nodup_map_filter {A B} (g : A -> B) (p q : A -> bool) l : (forall x, In x l -> q x = true ->
  p x = true) ->
  NoDup (map g (filter p l)) -> NoDup (map g (filter q l)).
Proof.
  induction l as [| x l IH]; intros S N; [constructor |]. cbn [filter] in *.
  assert (S' : forall y, In y l -> q y = true -> p y = true) by (intros y I; apply S; right;
    exact I).
  destruct (q x) eqn:Q.
  - (* kept *) rewrite (S x (or_introl eq_refl) Q) in N. cbn [map] in *. apply NoDup_cons_iff in N.
    destruct N as [N1 N2].
    constructor; [| exact (IH S' N2)]. intros I. apply N1. apply in_map_iff in I.
    destruct I as [y [E I]].
    apply filter_In in I. destruct I as [I Qy]. rewrite <- E. apply in_map. apply filter_In.
    split; [exact I | exact (S' y I Qy)].
  - (* left out *) apply IH; [exact S' |]. destruct (p x); [| exact N]. cbn [map] in N.
    apply NoDup_cons_iff in N.
    exact (proj2 N).
Qed.
Lemma nodup_fst_filter {A B} (p : A * B -> bool) (l : list (A * B)) : NoDup (map fst l) ->
  NoDup (map fst (filter p l)).
Proof.
  intros N. apply (nodup_map_filter fst (fun _ => true) p); [reflexivity |].
  replace (filter (fun _ => true) l) with l; [exact N |]. clear N.
  induction l as [| x l IH]; [reflexivity |]. cbn [filter]. rewrite <- IH. reflexivity.
Qed.
Lemma claimants_nodup F : NoDup (claimants F).
Proof. apply nodup_fst_filter. apply zlist_nodup. Qed.
Lemma map_filter {A B} (g : A -> B) (p : B -> bool) l : filter p (map g l) = map g (filter (fun x =>
  p (g x)) l).
Proof. induction l as [| x l IH]; [reflexivity |]. cbn [map filter].
destruct (p (g x)); cbn [map]; rewrite IH; reflexivity. Qed.
Lemma distinct_nodup l : distinct l = true -> NoDup l.
Proof.
  induction l as [| x l IH]; cbn [distinct]; intros E; constructor; bools E as E1 E2;
    [| exact (IH E2)].
  intros I. apply negb_true_iff in E1.
  assert (T : existsb (Z.eqb x) l = true) by (apply existsb_exists; exists x; split;
    [exact I | apply Z.eqb_refl]).
  congruence.
Qed.

(** The target's claims are the source's, through the images of its symbols. *)
Definition claim_of (G : facts) (ws : list Z) (k : Z) : option reference :=
  match zfind k G, nth_z ws k with
  | Some (FRef kd n _), Some w => if w =? 0 then None else Some (Reference kd w n)
  | _, _ => None
  end.
Lemma claim_of_some G ws k : (exists h, claim_of G ws k = Some h) <-> exists h, claims G ws k h.
Proof.
  unfold claim_of, claims. split.
  - (* -> *) intros [h Hc]. exists h. revert Hc.
    destruct (zfind k G) as [f |] eqn:E; [| discriminate].
    destruct f; try discriminate.
    destruct (nth_z ws k) as [w |]; [| discriminate].
    destruct (Z.eqb_spec w 0) as [Z0 | Z0]; [discriminate |].
    intros H. injection H as <-. cbn [re_base re_kind re_size]. split; [exact Z0 |].
    split; [reflexivity |].
    eexists. eexists. split; [reflexivity | apply ref_kind_fits_refl].
  - (* <- *) intros [h [Nz [N [kd [nu [E _]]]]]]. rewrite E, N.
    destruct (Z.eqb_spec (re_base h) 0) as [Z0 | Z0]; [contradiction |].
    eexists. reflexivity.
Qed.
(** The first entry under a key *)
Definition under (l : list (Z * reference)) (k : Z) : reference :=
  match find (fun e => fst e =? k) l with Some e => snd e | None => Reference RecordRef 0 0 end.
Lemma under_in l k h : In (k, h) l -> In (k, under l k) l.
Proof.
  intros I. unfold under. destruct (find (fun e => fst e =? k) l) as [[k' h'] |] eqn:E.
  - (* Some *) apply find_some in E. destruct E as [E1 E2]. cbn [fst snd] in *. bools. subst k'.
    exact E1.
  - (* None *) assert (T := find_none _ _ E _ I). cbn [fst] in T. rewrite Z.eqb_refl in T.
    discriminate T.
Qed.
Lemma under_is l k h : NoDup (map fst l) -> In (k, h) l -> under l k = h.
Proof.
  intros N I. assert (J := under_in l k h I). revert N I J. generalize (under l k). intros g.
  induction l as [| [k' h'] l IH]; intros N I J; [destruct I |]. cbn [map fst] in N.
  apply NoDup_cons_iff in N. destruct N as [N1 N2].
  destruct I as [I | I], J as [J | J]; [congruence | | | exact (IH N2 I J)]; exfalso; apply N1;
    [injection I as -> _; exact (in_map fst _ _ J) | injection J as -> _; exact (in_map fst _ _ I)].
Qed.
Lemma refs_le_sound F vs sub G ws hs : refs_le F sub G = true ->
  (forall k h, claims G ws k h -> exists h', claims F vs (image sub k) h') ->
  (forall k h, (exists f, zfind k G = Some f /\ not_ref f = false) -> claims F vs (image sub k) h ->
    claims G ws k h) ->
  refrel F vs hs -> refrel G ws hs.
Proof.
  intros E Into Onto [l [N [C [D P]]]]. unfold refs_le in E. bools E as Di S.
  apply distinct_nodup in Di. rewrite map_filter in Di. rewrite forallb_forall in S.
  set (some k := match claim_of G ws k with Some _ => true | None => false end).
  assert (Some_ : forall k, some k = true <-> exists h, claims G ws k h).
  { intros k. rewrite <- claim_of_some. unfold some. destruct (claim_of G ws k) as [h |].
    - (* Some *) split; [intros _; exists h; reflexivity | reflexivity].
    - (* None *) split; [discriminate | intros [h H]; discriminate H]. }
  assert (Claimant : forall k h, claims G ws k h -> In k (claimants G)).
  { intros k h [_ [_ [kd [nu [E _]]]]]. apply claimants_in. eexists. split;
      [exact E | reflexivity]. }
  assert (Image : forall k h, claims G ws k h -> In (image sub k, under l (image sub k)) l).
  { intros k h K. destruct (Into k h K) as [h1 K1]. destruct (D _ _ K1)
      as [h2 I]. exact (under_in l _ h2 I). }
  set (pair k := (k, under l (image sub k))).
  assert (M : forall k h, In (k, h) (map pair (filter some (claimants G))) -> claims G ws k h
    /\ In (image sub k, h) l).
  { intros k h I. apply in_map_iff in I. destruct I as [k' [E I]]. unfold pair in E. injection E as
      -> <-.
    apply filter_In in I. destruct I as [J I]. apply Some_ in I. destruct I as [h I].
    assert (Im := Image k h I).
    split; [| exact Im]. apply Onto; [apply claimants_in; exact J | exact (C _ _ Im)]. }
  exists (map pair (filter some (claimants G))). split; [| split; [| split]].
  - (* NoDup *) rewrite map_map. cbn [pair fst]. rewrite map_id.
    apply NoDup_filter, claimants_nodup.
  - (* claims *) intros k h I. exact (proj1 (M k h I)).
  - (* each has one *) intros k h K. exists (under l (image sub k)). apply in_map_iff. exists k.
    split; [reflexivity |]. apply filter_In.
    split; [exact (Claimant k h K) | apply Some_; exists h; exact K].
  - (* Permutation *) assert (Q : Permutation (map (fun e =>
      (image sub (fst e), snd e)) (map pair (filter some (claimants G)))) l).
    { apply NoDup_Permutation.
      - (* NoDup *) apply (NoDup_map_inv fst). rewrite !map_map. cbn [fst pair].
        refine (nodup_map_filter _ _ some _ _ Di). intros k _ K. apply Some_ in K.
        destruct K as [h K].
        destruct (Into k h K) as [h1 [_ [_ [kd [nu [E _]]]]]]. unfold ref_in. rewrite E.
        reflexivity.
      - (* NoDup *) apply (NoDup_map_inv fst). exact N.
      - (* the same elements *) intros [s h]. rewrite in_map_iff. split.
        + (* -> *) intros [[k h'] [E I]]. cbn [fst snd] in E. injection E as <- <-.
          exact (proj2 (M k h' I)).
        + (* <- *) intros J. assert (K := C s h J). assert (I : In s (claimants F)).
          { destruct K as [_ [_ [kd [nu [E _]]]]]. apply claimants_in. eexists. split;
              [exact E | reflexivity]. }
          specialize (S s I). cbv beta in S. apply existsb_exists in S. destruct S as [s' [Is E]].
          apply Z.eqb_eq in E. subst s'.
          rewrite map_filter in Is. apply in_map_iff in Is. destruct Is as [k [Ek Ik]].
          apply filter_In in Ik. destruct Ik as [Ik _].
          assert (Kg : claims G ws k h) by (apply Onto; [apply claimants_in; exact Ik
            | rewrite Ek; exact K]).
          exists (pair k). cbn [pair fst snd]. rewrite Ek, (under_is l s h N J).
          split; [reflexivity |].
          apply in_map. apply filter_In. split; [exact Ik | apply Some_; exists h; exact Kg]. }
    apply (Permutation_map snd) in Q. rewrite map_map in Q. cbn [snd] in Q.
    eapply perm_trans; [exact Q | exact P].
Qed.
