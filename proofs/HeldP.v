(** What is held: how it changes when facts and symbols do. *)
From Checker Require Export Held.
From Proofs Require Export Tactics WordP.

Lemma kind_eqb_eq a b : kind_eqb a b = true <-> a = b.
Proof. destruct a; destruct b; cbn [kind_eqb]; split; intros H; (reflexivity || discriminate H). Qed.
Lemma is_held_spec k x h : is_held k x h = true <-> hd_kind h = k /\ hd_base h = x.
Proof. unfold is_held. rewrite andb_true_iff, kind_eqb_eq, Z.eqb_eq. reflexivity. Qed.
Lemma agreeb_spec h h' : agreeb h h' = true -> agree h h'.
Proof.
  unfold agreeb, agree. intros E Ek Eb. apply orb_true_iff in E. destruct E as [E | E]; bools; [| congruence].
  assert (T : is_held (hd_kind h) (hd_base h) h' = true) by (apply is_held_spec; split; congruence). congruence.
Qed.
Lemma agree_sym h h' : agree h h' -> agree h' h.
Proof. unfold agree. intros A Ek Eb. symmetry. apply A; congruence. Qed.

(** * Giving back *)

Lemma give_back_in k x hs h : In h (give_back k x hs) -> In h hs.
Proof.
  induction hs as [| g hs IH]; cbn [give_back]; intros I; [exact I |].
  destruct (is_held k x g); [right; exact I |]. destruct I as [-> | I]; [left; reflexivity | right; exact (IH I)].
Qed.
Lemma give_back_keeps k x hs h : In h hs -> (hd_kind h = k -> hd_base h = x -> False) -> In h (give_back k x hs).
Proof.
  induction hs as [| g hs IH]; cbn [give_back]; intros I N; [exact I |]. destruct (is_held k x g) eqn:Hg.
  - apply is_held_spec in Hg. destruct I as [-> | I]; [exfalso; exact (N (proj1 Hg) (proj2 Hg)) | exact I].
  - destruct I as [-> | I]; [left; reflexivity | right; exact (IH I N)].
Qed.
Lemma give_back_perm h hs : In h hs -> ForallPairs agree hs ->
  Permutation hs (h :: give_back (hd_kind h) (hd_base h) hs).
Proof.
  intros I A. assert (E : forall g, In g hs -> is_held (hd_kind h) (hd_base h) g = true -> g = h).
  { intros g Ig Hg. apply is_held_spec in Hg. destruct Hg as [Hk Hb]. assert (Hs := A g h Ig I Hk Hb).
    destruct g as [gk gb gn]. destruct h as [hk hb hn]. cbn [hd_kind hd_base hd_size] in *. congruence. }
  clear A. revert I E. induction hs as [| g hs IH]; intros I E; [destruct I |]. cbn [give_back].
  destruct (is_held (hd_kind h) (hd_base h) g) eqn:Hg.
  - rewrite (E g (or_introl eq_refl) Hg). apply Permutation_refl.
  - destruct I as [-> | I]; [exfalso; assert (T := proj2 (is_held_spec _ _ h) (conj eq_refl eq_refl)); congruence |].
    eapply perm_trans; [apply perm_skip, IH; [exact I |] | apply perm_swap].
    intros g' Ig. apply E. right. exact Ig.
Qed.

(** * The symbols of what is held *)

Lemma heldrel_same F vs F' vs' hs : (forall k h, claims F vs k h <-> claims F' vs' k h) -> heldrel F vs hs -> heldrel F' vs' hs.
Proof.
  intros E [l [N [C P]]]. exists l. split; [exact N |]. split; [| exact P]. intros k h. rewrite C. apply E.
Qed.
Lemma heldrel_in F vs hs k h : heldrel F vs hs -> claims F vs k h -> In h hs.
Proof.
  intros [l [_ [C P]]] K. apply C in K. apply (Permutation_in _ P). exact (in_map snd _ _ K).
Qed.
Lemma heldrel_init F vs : (forall k f, zfind k F = Some f -> unheld f = true) -> heldrel F vs [].
Proof.
  intros U. exists []. split; [constructor |]. split; [| constructor]. intros k h. split; [intros [] |].
  intros [_ [_ [nu E]]]. discriminate (U _ _ E).
Qed.
Lemma holds_none_sound F vs hs : heldrel F vs hs -> holds_none F = true -> hs = [].
Proof.
  intros [l [_ [C P]]] E. destruct l as [| [k h] l]; [exact (Permutation_nil P) |].
  destruct (proj1 (C k h) (or_introl eq_refl)) as [_ [_ [nu K]]].
  assert (U := zall_find _ _ _ _ E K). discriminate U.
Qed.

(** A fact that changes, of a symbol that held nothing and holds nothing *)
Lemma claims_set F vs k f h k' : claims (zset k f F) vs k' h <->
  if k' =? k then hd_base h <> 0 /\ nth_z vs k = Some (hd_base h) /\ exists nu, f = FHeld (hd_kind h) (hd_size h) nu else claims F vs k' h.
Proof.
  unfold claims. rewrite zfind_set. destruct (Z.eqb_spec k' k) as [-> | N]; [| reflexivity].
  split; intros [Nz [Nt [nu E]]]; (split; [exact Nz |]); (split; [exact Nt |]); exists nu; congruence.
Qed.
Lemma unheld_not k n nu f : unheld f = true -> f = FHeld k n nu -> False.
Proof. intros U E. rewrite E in U. discriminate U. Qed.
Lemma heldrel_plain F vs k f hs : (forall f0, zfind k F = Some f0 -> unheld f0 = true) -> unheld f = true ->
  heldrel F vs hs -> heldrel (zset k f F) vs hs.
Proof.
  intros U0 U. apply heldrel_same. intros k' h. rewrite claims_set. destruct (Z.eqb_spec k' k) as [-> | N]; [| reflexivity].
  split; intros [_ [_ [nu E]]]; exfalso; [exact (unheld_not _ _ _ _ (U0 _ E) eq_refl) | exact (unheld_not _ _ _ _ U E)].
Qed.
(** or that turns out to be null *)
Lemma heldrel_null F vs k f hs : nth_z vs k = Some 0 -> unheld f = true -> heldrel F vs hs -> heldrel (zset k f F) vs hs.
Proof.
  intros Nt U. apply heldrel_same. intros k' h. rewrite claims_set. destruct (Z.eqb_spec k' k) as [-> | N]; [| reflexivity].
  split; [intros [Nz [Nt' _]]; exfalso; congruence |]. intros [_ [_ [nu E]]]. exfalso. exact (unheld_not _ _ _ _ U E).
Qed.
(** or not to be *)
Lemma heldrel_mark F vs k kd n nu nu' hs : zfind k F = Some (FHeld kd n nu) -> heldrel F vs hs ->
  heldrel (zset k (FHeld kd n nu') F) vs hs.
Proof.
  intros E0. apply heldrel_same. intros k' h. rewrite claims_set. destruct (Z.eqb_spec k' k) as [-> | N]; [| reflexivity].
  unfold claims. rewrite E0. split; intros [Nz [Nt [mu E]]]; (split; [exact Nz |]); (split; [exact Nt |]);
    [exists nu' | exists nu]; congruence.
Qed.
Lemma heldrel_map F vs g hs : (forall f, unheld f = true -> unheld (g f) = true) -> (forall k n nu, g (FHeld k n nu) = FHeld k n nu) ->
  heldrel F vs hs -> heldrel (zmap_map g F) vs hs.
Proof.
  intros U K. apply heldrel_same. intros k h. unfold claims. rewrite zfind_map.
  split; intros [Nz [Nt [nu E]]]; (split; [exact Nz |]); (split; [exact Nt |]); exists nu.
  - rewrite E. cbn [option_map]. rewrite K. reflexivity.
  - destruct (zfind k F) as [f |]; cbn [option_map] in E; [| discriminate E].
    destruct f; try (exfalso; injection E as E; eapply unheld_not; [| exact E]; apply U; reflexivity).
    rewrite K in E. exact E.
Qed.

(** * Handing out and taking back *)

Lemma heldrel_more F vs vs' k hs h nu : (forall j, claims F vs k j -> False) -> (forall k' j, claims F vs k' j <-> claims F vs' k' j) ->
  nth_z vs' k = Some (hd_base h) -> hd_base h <> 0 ->
  heldrel F vs hs -> heldrel (zset k (FHeld (hd_kind h) (hd_size h) nu) F) vs' (h :: hs).
Proof.
  intros Fr Ext Nt Nz [l [N [C P]]]. exists ((k, h) :: l). split; [| split].
  - cbn [map fst]. constructor; [| exact N]. intros I. apply in_map_iff in I. destruct I as [[k' j] [E I]].
    cbn [fst] in E. subst k'. exact (Fr j (proj1 (C k j) I)).
  - intros k' j. rewrite claims_set. cbn [In]. destruct (Z.eqb_spec k' k) as [-> | Nk].
    + split.
      * intros [E | I]; [| exfalso; exact (Fr j (proj1 (C k j) I))]. injection E as <-. split; [exact Nz |]. split; [exact Nt |].
        exists nu. reflexivity.
      * intros [_ [Nt' [mu E]]]. left. f_equal. injection E as Ek En _. destruct h as [hk hb hn]. destruct j as [jk jb jn].
        cbn [hd_kind hd_base hd_size] in *. congruence.
    + rewrite <- Ext, <- C. split; [intros [E | I]; [exfalso; congruence | exact I] | intros I; right; exact I].
  - cbn [map snd]. apply perm_skip. exact P.
Qed.
Lemma heldrel_less F vs k f hs h : claims F vs k h -> unheld f = true -> ForallPairs agree hs ->
  heldrel F vs hs -> heldrel (zset k f F) vs (give_back (hd_kind h) (hd_base h) hs).
Proof.
  intros K U A R. assert (I := heldrel_in _ _ _ _ _ R K). destruct R as [l [N [C P]]].
  apply C in K. destruct (in_split _ _ K) as [l1 [l2 El]]. subst l.
  rewrite map_app in N, P. cbn [map fst snd] in N, P. assert (N' := NoDup_remove_1 _ _ _ N). apply NoDup_remove_2 in N.
  rewrite <- map_app in N, N'. exists (l1 ++ l2). split; [exact N' |]. split.
  - intros k' j. rewrite claims_set. destruct (Z.eqb_spec k' k) as [-> | Nk].
    + split; [intros J; exfalso; apply N; exact (in_map fst _ _ J) |]. intros [_ [_ [nu E]]]. exfalso.
      exact (unheld_not _ _ _ _ U E).
    + rewrite <- C. rewrite !in_app_iff. cbn [In]. split; [tauto |].
      intros [J | [J | J]]; [left; exact J | exfalso; congruence | right; exact J].
  - rewrite map_app. apply (Permutation_cons_inv (a := h)). eapply perm_trans; [| exact (give_back_perm h hs I A)].
    eapply perm_trans; [apply Permutation_middle | exact P].
Qed.

(** * Inclusion *)

Lemma claimants_in F k : In k (claimants F) <-> exists f, zfind k F = Some f /\ unheld f = false.
Proof.
  unfold claimants. rewrite in_map_iff. split.
  - intros [[k' f] [E I]]. cbn [fst] in E. subst k'. apply filter_In in I. destruct I as [I U]. cbn [snd] in U.
    exists f. split; [apply zlist_in; exact I | apply negb_true_iff; exact U].
  - intros [f [E U]]. exists (k, f). split; [reflexivity |]. apply filter_In. split; [apply zlist_in; exact E |].
    cbn [snd]. rewrite U. reflexivity.
Qed.
Lemma nodup_map_filter {A B} (g : A -> B) (p q : A -> bool) l : (forall x, In x l -> q x = true -> p x = true) ->
  NoDup (map g (filter p l)) -> NoDup (map g (filter q l)).
Proof.
  induction l as [| x l IH]; intros S N; [constructor |]. cbn [filter] in *.
  assert (S' : forall y, In y l -> q y = true -> p y = true) by (intros y I; apply S; right; exact I).
  destruct (q x) eqn:Q.
  - rewrite (S x (or_introl eq_refl) Q) in N. cbn [map] in *. apply NoDup_cons_iff in N. destruct N as [N1 N2].
    constructor; [| exact (IH S' N2)]. intros I. apply N1. apply in_map_iff in I. destruct I as [y [E I]].
    apply filter_In in I. destruct I as [I Qy]. rewrite <- E. apply in_map. apply filter_In. split; [exact I | exact (S' y I Qy)].
  - apply IH; [exact S' |]. destruct (p x); [| exact N]. cbn [map] in N. apply NoDup_cons_iff in N. exact (proj2 N).
Qed.
Lemma nodup_fst_filter {A B} (p : A * B -> bool) (l : list (A * B)) : NoDup (map fst l) -> NoDup (map fst (filter p l)).
Proof.
  intros N. apply (nodup_map_filter fst (fun _ => true) p); [reflexivity |].
  replace (filter (fun _ => true) l) with l; [exact N |]. clear N.
  induction l as [| x l IH]; [reflexivity |]. cbn [filter]. rewrite <- IH. reflexivity.
Qed.
Lemma claimants_nodup F : NoDup (claimants F).
Proof. apply nodup_fst_filter. apply zlist_nodup. Qed.
Lemma map_filter {A B} (g : A -> B) (p : B -> bool) l : filter p (map g l) = map g (filter (fun x => p (g x)) l).
Proof. induction l as [| x l IH]; [reflexivity |]. cbn [map filter]. destruct (p (g x)); cbn [map]; rewrite IH; reflexivity. Qed.
Lemma distinct_nodup l : distinct l = true -> NoDup l.
Proof.
  induction l as [| x l IH]; cbn [distinct]; intros E; constructor; apply andb_true_iff in E; destruct E as [E1 E2]; [| exact (IH E2)].
  intros I. apply negb_true_iff in E1. assert (T : existsb (Z.eqb x) l = true) by (apply existsb_exists; exists x; split; [exact I | apply Z.eqb_refl]).
  congruence.
Qed.

(** The target's claims are the source's, through the images of its symbols. *)
Definition claim_of (G : facts) (ws : list Z) (k : Z) : option held :=
  match zfind k G, nth_z ws k with
  | Some (FHeld kd n _), Some w => if w =? 0 then None else Some (Held kd w n)
  | _, _ => None
  end.
Lemma claim_of_spec G ws k h : claim_of G ws k = Some h <-> claims G ws k h.
Proof.
  unfold claim_of, claims. split.
  - destruct (zfind k G) as [f |] eqn:E; [| discriminate]. destruct f; try discriminate.
    destruct (nth_z ws k) as [w |]; [| discriminate]. destruct (Z.eqb_spec w 0) as [Z0 | Z0]; [discriminate |].
    intros H. injection H as <-. cbn [hd_base hd_kind hd_size]. split; [exact Z0 |]. split; [reflexivity |]. eexists. reflexivity.
  - intros [Nz [N [nu E]]]. rewrite E, N. destruct (Z.eqb_spec (hd_base h) 0) as [Z0 | Z0]; [contradiction |]. destruct h. reflexivity.
Qed.
Lemma held_le_sound F vs sub G ws hs : held_le F sub G = true ->
  (forall k h, claims G ws k h -> claims F vs (image sub k) h) ->
  (forall k h, (exists f, zfind k G = Some f /\ unheld f = false) -> claims F vs (image sub k) h -> claims G ws k h) ->
  heldrel F vs hs -> heldrel G ws hs.
Proof.
  intros E Into Onto [l [N [C P]]]. unfold held_le in E. apply andb_true_iff in E. destruct E as [D S].
  apply distinct_nodup in D. rewrite map_filter in D. rewrite forallb_forall in S.
  set (some k := match claim_of G ws k with Some _ => true | None => false end).
  set (pair k := (k, match claim_of G ws k with Some h => h | None => Held HRecord 0 0 end)).
  exists (map pair (filter some (claimants G))).
  assert (M : forall k h, In (k, h) (map pair (filter some (claimants G))) <-> claims G ws k h).
  { intros k h. rewrite in_map_iff. split.
    - intros [k' [E I]]. unfold pair in E. injection E as -> E. apply filter_In in I. destruct I as [_ I]. unfold some in I.
      apply claim_of_spec. destruct (claim_of G ws k) as [h' |]; [congruence | discriminate I].
    - intros K. exists k. assert (K' := proj2 (claim_of_spec _ _ _ _) K). unfold pair. rewrite K'. split; [reflexivity |].
      apply filter_In. split; [| unfold some; rewrite K'; reflexivity].
      destruct K as [_ [_ [nu E]]]. apply claimants_in. eexists. split; [exact E | reflexivity]. }
  split; [| split; [exact M |]].
  - rewrite map_map. cbn [pair fst]. rewrite map_id. apply NoDup_filter, claimants_nodup.
  - assert (Q : Permutation (map (fun e => (image sub (fst e), snd e)) (map pair (filter some (claimants G)))) l).
    { apply NoDup_Permutation.
      - apply (NoDup_map_inv fst). rewrite !map_map. cbn [fst pair].
        refine (nodup_map_filter _ _ some _ _ D). intros k _ K. unfold some in K.
        destruct (claim_of G ws k) as [h |] eqn:Ec; [| discriminate K]. apply claim_of_spec, Into in Ec.
        destruct Ec as [_ [_ [nu E]]]. unfold held_in. rewrite E. reflexivity.
      - apply (NoDup_map_inv fst). exact N.
      - intros [s h]. rewrite C, in_map_iff. split.
        + intros [[k h'] [E I]]. cbn [fst snd] in E. injection E as <- <-. apply Into, M. exact I.
        + intros K. assert (I : In s (claimants F)).
          { destruct K as [_ [_ [nu E]]]. apply claimants_in. eexists. split; [exact E | reflexivity]. }
          specialize (S s I). cbv beta in S. apply existsb_exists in S. destruct S as [s' [J E]]. apply Z.eqb_eq in E. subst s'.
          rewrite map_filter in J. apply in_map_iff in J. destruct J as [k [Ek J]]. apply filter_In in J. destruct J as [J _].
          exists (k, h). cbn [fst snd]. rewrite Ek. split; [reflexivity |]. apply M. apply Onto; [| rewrite Ek; exact K].
          apply claimants_in. exact J. }
    apply (Permutation_map snd) in Q. rewrite map_map in Q. cbn [snd] in Q. eapply perm_trans; [exact Q | exact P].
Qed.
