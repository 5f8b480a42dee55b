(** Calls: arguments that the checker lets pass are legal, results are what the contract says, and a
    local function's frame is its own. *)
From Checker Require Import Calls.
From Proofs Require Export AccessP.
From Proofs Require Import ScalarP.

(** * Arguments *)

Lemma no_refusal {A} (q : region) (x y : A) : plain_kind (r_kind q) ->
  match r_kind q with KCtx | KRef (SocketRef | SockCommonRef | ObjectRef _) | KObject _ => x
    | _ => y end = y.
Proof.
  destruct (r_kind q); intros K; try contradiction; try reflexivity.
  lazymatch goal with k : ref_kind |- _ => destruct k end; (reflexivity || discriminate K).
Qed.
(** Memory that a helper reads: [n] bytes of those checked. *)
Lemma a_reads_sound pk t a vs s v x n k : gamma t a vs s -> relv vs v x ->
  a_reads pk t a v k = true -> 0 < n <= k -> helper_reads t pk s x n = None.
Proof.
  unfold a_reads. intros G R E N. bools E as K E.
  apply Z.ltb_lt in K.
  destruct (a_addr t (a_facts a) (a_depth a) v 0 k false) as [pl |] eqn:A; [| discriminate E].
  assert (P := gamma_addr G R K A).
  rewrite Z.add_0_r, wrap_small in P by exact (relv_range _ _ _ R).
  apply (at_place_less n) in P; [| lia]. unfold helper_reads.
  assert (Pl : in_plain t (lay s) x n false -> exists q, find_region (live s) false x n = Some q
    /\ plain_kind (r_kind q)).
  { intros I. apply (gamma_plain G I). lia. }
  assert (Off : has_order pl = true ->
    negb (pk || off_packet s false x n) = false).
  { intros Pl'. rewrite (gamma_off_packet false G P); [| lia | auto | exact Pl'].
    rewrite orb_true_r. reflexivity. }
  destruct pl as [k0 m0 | k0 | | o0 | kd0 k0 | i0 k0]; try discriminate E;
    try (rewrite (Off eq_refl)).
  - (* PStack *) destruct (gamma_frame false G P) as [j Ej]; [lia |]. rewrite Ej.
    cbn [frame_region r_kind].
    destruct (gamma_depth G) as [_ Dp]. apply at_stack in P; [| exact Dp].
    destruct P as [o [O [-> P1]]].
    apply (init_ok_less t (wb_bits (a_written a)) k0 (m0 + k) k0 (m0 + n)) in E;
      [| exact (proj1 (one_frame_range _ _ P1)) | lia ..].
    assert (En : Z.of_nat (Z.to_nat n) = n) by lia.
    rewrite (init_ok_part t (lay s) (a_slots a) vs s (a_written a) k0 m0 (Z.to_nat n) _ o);
      [reflexivity | exact (g_mem G) | exact O | rewrite En; exact P1
        | rewrite En; exact E].
  - (* PPkt *) rewrite E. cbn [orb negb]. destruct (Pl P) as [q [Eq Kq]].
    rewrite Eq, plain_defined by exact Kq. exact (no_refusal q _ _ Kq).
  - (* PVal *) destruct (Pl (at_val P)) as [q [Eq Kq]]. rewrite Eq, plain_defined by exact Kq.
    exact (no_refusal q _ _ Kq).
Qed.
(** Memory that a helper writes. *)
Lemma a_writes_sound t a vs s v x k pl : gamma t a vs s -> relv vs v x ->
  a_writes t a v k = Some pl ->
  at_place t (lay s) (a_depth a) pl x k true /\ forall n, 0 < n <= k -> helper_writes s x n = None.
Proof.
  unfold a_writes. intros G R E. destruct (Z.ltb_spec 0 k) as [K | K]; [| discriminate E].
  destruct (a_addr t (a_facts a) (a_depth a) v 0 k true) as [pl' |] eqn:A; [| discriminate E].
  assert (P := gamma_addr G R K A).
  rewrite Z.add_0_r, wrap_small in P by exact (relv_range _ _ _ R).
  destruct pl' as [k0 m0 | k0 | | o0 | kd0 k0 | i0 k0]; try discriminate E; injection E as <-;
    (split; [exact P |]); intros n N; unfold helper_writes;
    apply (at_place_less n) in P; try lia;
    rewrite (gamma_off_packet true G P) by (exact eq_refl || lia || auto); cbn [negb].
  - (* PStack *) destruct (gamma_frame true G P) as [j Ej]; [lia |]. rewrite Ej. reflexivity.
  - (* PVal *) destruct (gamma_plain G (at_val P)) as [q [Eq Kq]]; [lia |].
    rewrite Eq. destruct (r_kind q); (contradiction || reflexivity).
Qed.

Lemma like_fields {t L i o d} : map_like t L i o -> map_of t i = Some d ->
  m_type d = m_type (o_def o) /\ m_key d = m_key (o_def o) /\ m_value d = m_value (o_def o)
    /\ m_inner d = m_inner (o_def o) /\ m_ro d = m_ro (o_def o).
Proof.
  intros [_ [m [E A]]] D. assert (m = d) by congruence. subst m.
  destruct (alike_fields _ _ A) as [A1 [A2 [A3 [A4 [A5 _]]]]].
  auto.
Qed.
(** The map passed is alike, and the size asked for the same; the memory written is within the
    place, at least and at most as long as it says; what is released is what the symbol stands
    for. *)
Definition outrel (t : target) (a : astate) (s : state) (q : option (place * Z * Z))
  (c : option (Z * Z)) : Prop :=
  match q, c with
  | None, None => True
  | Some (pl, lo, hi), Some (x, n) => at_place t (lay s) (a_depth a) pl x hi true /\ 0 <= lo <= n
    /\ n <= hi
  | Some (pl, lo, hi), None => lo = 0 /\ 0 < hi
    /\ exists x, at_place t (lay s) (a_depth a) pl x hi true
  | None, Some _ => False
  end.
Definition releasedrel (F : facts) (vs : list Z) (q c : option (ref_kind * Z)) : Prop :=
  match q, c with
  | None, None => True
  | Some (kd, k), Some (kd', x) => kd' = kd /\ x <> 0 /\ nth_z vs k = Some x /\
    exists kf n nu, zfind k F = Some (FRef kf n nu) /\ ref_kind_fits kd kf = true
  | _, _ => False
  end.
Definition maprel (t : target) (L : layout) (q : option Z) (c : option object) : Prop :=
  match q, c with Some i, Some o => map_like t L i o | None, None => True | _, _ => False end.
Definition sizerel (q : option Z) (c : Z) : Prop := match q with Some n => c = n | None => True end.
Record seenrel (t : target) (a : astate) (vs : list Z) (s : state) (q : a_seen) (c : args_seen) :
  Prop := {
  sr_map : maprel t (lay s) (as_map q) (sn_map c);
  sr_out : outrel t a s (as_out q) (sn_out c);
  sr_size : sizerel (as_size q) (sn_size c);
  sr_back : releasedrel (a_facts a) vs (as_released q) (sn_released c);
  sr_callback : as_callback q = sn_callback c }.
Arguments sr_map {t a vs s q c}.
Arguments sr_out {t a vs s q c}.
Arguments sr_size {t a vs s q c}.
Arguments sr_back {t a vs s q c}.
Arguments sr_callback {t a vs s q c}.
Lemma function_at_address L p : 0 <= p < code_slots ->
  function_at L (c_address (l_code L) p) = Some p.
Proof.
  intros P. unfold function_at. rewrite (proj2 (c_back (l_code L) p P)).
  replace (0 <=? p) with true by (symmetry; apply Z.leb_le; lia).
  replace (p <? code_slots) with true by (symmetry; apply Z.ltb_lt; lia).
  rewrite Z.eqb_refl. reflexivity.
Qed.
Lemma a_text_sound t a vs s v x : gamma t a vs s -> relv vs v x -> a_text t a v = true ->
  text_at s x = true.
Proof.
  unfold a_text. intros G R E.
  destruct (match a_addr t (a_facts a) (a_depth a) v 0 1 false with
            | Some (PVal (Some (c, k))) => text_size c k | _ => None end) as [n |];
    [| discriminate E].
  bools E as N E. apply Z.ltb_lt in N.
  destruct (a_addr t (a_facts a) (a_depth a) v 0 n false) as [pl |] eqn:A; [| discriminate E].
  destruct pl as [| | | [[c k] |] | |]; try discriminate E.
  destruct (text_size c k) as [m |] eqn:Tx; [| discriminate E]. apply Z.eqb_eq in E. subst m.
  assert (P := gamma_addr G R N A).
  rewrite Z.add_0_r, wrap_small in P by exact (relv_range _ _ _ R).
  assert (P1 := at_place_less 1 P ltac:(lia)).
  destruct P as [_ [r0 [I [Ins [C X]]]]]. destruct P1 as [P1 [r1 [I1 [Ins1 [C1 X1]]]]].
  destruct (gamma_found G (in_value_plain P1)) as [q [Eq [Iq _]]]; [lia |].
  unfold text_at. rewrite Eq.
  assert (Ins0 : inside r0 x 1 = true).
  { apply inside_spec. apply inside_spec in Ins. lia. }
  rewrite (found_constant G I Iq C Eq Ins0 ltac:(lia)), C. cbn [obind].
  replace (x - r_base r0) with k by lia. rewrite Tx. exact Ins.
Qed.
(** A part of an object that is known to be there is passed. *)
Lemma is_named_part {t L i k j w name} : wf_layout t L -> is_object L w i = true ->
  type_named t name = Some j -> has_part t i k j = true -> is_named t L (wrap (w + k)) name = true.
Proof.
  unfold is_named. intros WL O -> Hp. assert (H := Hp). unfold has_part in H.
  destruct (type_of t i) as [d |] eqn:Ed; [| discriminate H]. bools H as H _. bools.
  assert (Io := is_object_in t L w i d Ed O).
  destruct (object_place WL _ (in_object_regions t L i w d Io Ed)) as [P1 [P2 [P3 _]]].
  cbn [r_base r_size] in *. rewrite wrap_small by lia. apply existsb_exists. exists (i, w).
  split; [exact Io |]. cbn [fst snd]. replace (w + k - w) with k by lia. exact Hp.
Qed.
Lemma a_args_sound pk t a vs s args : forall rs q c q', gamma t a vs s -> seenrel t a vs s q c ->
  a_args pk t a args rs q = Some q' ->
  exists c', check_args t pk s args rs c = inl c' /\ seenrel t a vs s q' c'.
Proof.
  induction args as [| g args IH]; intros rs q c q' G Q E.
  { exists c. destruct rs; injection E as <-; (split; [reflexivity | exact Q]). }
  destruct rs as [| r rs]; [discriminate E |]. cbn [a_args] in E. cbn [check_args].
  assert (Rr := g_regs G r). destruct (get r (a_regs a)) as [v |]; [| discriminate E].
  destruct Rr as [x [-> R]].
  set (goal (o : args_seen + fault) := exists c', o = inl c' /\ seenrel t a vs s q' c').
  assert (Reads : forall n k, 0 < k <= n ->
    (if a_reads pk t a v n then a_args pk t a args rs q else None) = Some q' ->
    goal (match helper_reads t pk s x k with Some f => inr f | None =>
      check_args t pk s args rs c end)).
  { intros n k K H. destruct (a_reads pk t a v n) eqn:Ar; [| discriminate H].
    rewrite (a_reads_sound pk t a vs s v x k n G R Ar K). exact (IH _ _ _ _ G Q H). }
  assert (Whole : forall n,
    (if a_reads pk t a v n then a_args pk t a args rs q else None) = Some q' ->
    goal (match helper_reads t pk s x n with Some f => inr f | None =>
      check_args t pk s args rs c end)).
  { intros n H. apply (Reads n n); [| exact H]. destruct (a_reads pk t a v n) eqn:Ar;
      [| discriminate H].
    unfold a_reads in Ar. bools. lia. }
  assert (Sized : forall (zero : bool) (k : Z -> Z -> option a_seen) (k' : Z -> args_seen + fault),
    (forall lo n hi, 0 <= n /\ lo <= n -> n <= hi -> zero = true \/ 0 < lo -> k lo hi = Some q' ->
      goal (k' n)) ->
    match rs with
    | r2 :: _ => match obind (get r2 (a_regs a)) (view (a_facts a)) with
                 | Some (_, s) => if zero || (0 <? s_umin s) then k (s_umin s) (s_umax s) else None
                 | None => None
                 end
    | [] => None
    end = Some q' ->
    goal (match rs with
          | r2 :: _ => match get r2 (regs s) with
                       | Some n => if zero || (0 <? n) then k' n else inr BadHelperArgument
                       | None => inr UndefinedRegister
                       end
          | [] => inr BadHelperArgument
          end)).
  { clear E Reads Whole. intros zero k k' Hk H. destruct rs as [| r2 rs];
      [discriminate H |]. assert (R2 := g_regs G r2).
    destruct (get r2 (a_regs a)) as [v2 |]; cbn [obind] in H; [| discriminate H].
    destruct R2 as [y [-> R2]].
    destruct (view (a_facts a) v2) as [[ta sc] |] eqn:V; [| discriminate H].
    destruct (zero || (0 <? s_umin sc)) eqn:Lo; [| discriminate H].
    assert (I := view_sound t (lay s) (a_facts a) vs (g_facts G) v2 y ta sc R2 V).
    assert (B0 := in_scalar_range _ _ I). assert (U := in_scalar_between _ _ I). clear I.
    assert (Z0 : zero = true \/ 0 < s_umin sc).
    { apply orb_true_iff in Lo. destruct Lo as [Lo | Lo]; [left; exact Lo | right; apply Z.ltb_lt;
        exact Lo]. }
    replace (zero || (0 <? y)) with true
      by (symmetry; apply orb_true_iff; destruct Z0 as [Z0 | Z0];
        [left; exact Z0 | right; apply Z.ltb_lt; lia]).
    apply (Hk (s_umin sc) y (s_umax sc)); [lia | lia | exact Z0 | exact H]. }
  assert (Writes : forall lo n hi, 0 <= lo <= n -> 0 < n <= hi ->
    match a_writes t a v hi with
    | Some pl => a_args pk t a args rs (a_seen_out q (Some (pl, lo, hi)))
    | None => None
    end = Some q' ->
    goal (match helper_writes s x n with
          | Some f => inr f
          | None => check_args t pk s args rs (seen_out c (Some (x, n)))
          end)).
  { intros lo n hi Lo Hi H. destruct (a_writes t a v hi) as [pl |] eqn:Aw; [| discriminate H].
    destruct (a_writes_sound t a vs s v x hi pl G R Aw) as [P Wr]. rewrite Wr by lia.
    apply (IH _ (a_seen_out q (Some (pl, lo, hi))) _ _ G);
      [| exact H].
    destruct Q as [Qm Qo Qs Qb Qc].
    constructor; cbn [a_seen_out seen_out as_map as_out as_size as_released as_callback sn_map
      sn_out sn_size sn_released sn_callback]; try assumption.
    split; [exact P |]. split; [exact Lo | lia]. }
  assert (Fixed : forall lo n, match a_writes t a v n with
                               | Some pl => a_args pk t a args rs (a_seen_out q (Some (pl, lo, n)))
                               | None => None
                               end = Some q' -> 0 < n).
  { intros lo n H. destruct (a_writes t a v n) as [pl |] eqn:Aw; [| discriminate H]. unfold a_writes
      in Aw.
    destruct (Z.ltb_spec 0 n) as [N | N]; [exact N | discriminate Aw]. }
  assert (Q' := Q). destruct Q' as [Qm Qo Qs Qb Qc]. destruct g.
  - (* AAny *) exact (IH _ _ _ _ G Q E).
  - (* AMap *) destruct (fact_of (a_facts a) v) as [f |] eqn:Ef; [| discriminate E].
    destruct f; try discriminate E. parts Ef as i.
    destruct (Z.eqb_spec (snd v) 0) as [C | C]; cbn [andb] in E; [| discriminate E].
    destruct (map_of t i) as [d |] eqn:Ed; [| discriminate E].
    destruct (takes_map _ _ d) eqn:Al; [| discriminate E].
    destruct (fact_of_sound t (lay s) (a_facts a) vs (g_facts G) v x _ R Ef)
      as [w [_ [[B [o [Lo P]]] ->]]].
    rewrite C, Z.add_0_r, wrap_small by exact B. rewrite P.
    rewrite (map_at_in _ o (proj1 (wl_addrs (g_wf G))) (proj1 Lo)).
    destruct (like_fields Lo Ed) as [Et [_ [_ [_ Er]]]]. unfold takes_map in *.
    rewrite <- Et, <- Er, Al.
    apply (IH _ (a_seen_map q i) _ _ G); [| exact E].
    constructor; [exact Lo | exact Qo | exact Qs | exact Qb | exact Qc].
  - (* AKey *) destruct (as_map q) as [i |], (sn_map c) as [o |]; cbn [obind] in E;
      try contradiction;
      try discriminate E.
    destruct (map_of t i) as [d |] eqn:Ed; [| discriminate E].
    destruct (like_fields Qm Ed) as [_ [<- _]]. exact (Whole _ E).
  - (* AValue *) destruct (as_map q) as [i |], (sn_map c) as [o |]; cbn [obind] in E;
      try contradiction;
      try discriminate E.
    destruct (map_of t i) as [d |] eqn:Ed; [| discriminate E].
    destruct (like_fields Qm Ed) as [_ [_ [<- _]]]. exact (Whole _ E).
  - (* AMem *) refine (Sized false (fun _ hi =>
      if a_reads pk t a v hi then a_args pk t a args rs q else None) _ _ E).
    intros lo n hi Lo Hi [Z0 | Z0] H; [discriminate Z0 |]. apply (Reads hi n); [lia | exact H].
  - (* AMem0 *) refine (Sized true (fun _ hi =>
      if hi =? 0 then a_args pk t a args rs q else
      if a_reads pk t a v hi then a_args pk t a args rs q else None)
              _ _ E). intros lo n hi Lo Hi _ H. cbv beta in H |- *.
    destruct (Z.eqb_spec hi 0) as [H0 | H0].
    + (* no bytes *) replace (0 <? n) with false by (symmetry; apply Z.ltb_ge; lia).
      exact (IH _ _ _ _ G Q H).
    + (* some bytes *) destruct (Z.ltb_spec 0 n) as [N | N]; [apply (Reads hi n);
        [lia | exact H] |].
      destruct (a_reads pk t a v hi); [| discriminate H]. exact (IH _ _ _ _ G Q H).
  - (* AOut *) refine (Sized false (fun lo hi =>
      match a_writes t a v hi with
      | Some pl => a_args pk t a args rs (a_seen_out q (Some (pl, lo, hi)))
      | None => None
      end) _ _ E).
    intros lo n hi Lo Hi [Z0 | Z0] H; [discriminate Z0 |].
    apply (Writes lo n hi); [lia | lia | exact H].
  - (* AInOut *) refine (Sized false (fun lo hi =>
      if a_reads pk t a v hi then
        match a_writes t a v hi with
        | Some pl => a_args pk t a args rs (a_seen_out q (Some (pl, lo, hi)))
        | None => None
        end
      else None) _ _ E).
    intros lo n hi Lo Hi [Z0 | Z0] H; [discriminate Z0 |]. cbv beta in H |- *.
    destruct (a_reads pk t a v hi) eqn:Ar; [| discriminate H].
    rewrite (a_reads_sound pk t a vs s v x n hi G R Ar) by lia.
    apply (Writes lo n hi); [lia | lia | exact H].
  - (* ASize *) exact (IH _ _ _ _ G Q E).
  - (* ACtx *) destruct (fact_of (a_facts a) v) as [f |] eqn:Ef; [| discriminate E].
    destruct f; try discriminate E.
    destruct (Z.eqb_spec (snd v) 0) as [C | C]; [| discriminate E].
    destruct (fact_of_sound t (lay s) (a_facts a) vs (g_facts G) v x _ R Ef)
      as [w [_ [[B P] ->]]].
    rewrite C, Z.add_0_r, wrap_small by exact B. rewrite P, Z.eqb_refl. exact (IH _ _ _ _ G Q E).
  - (* AOut0 *) refine (Sized true (fun lo hi =>
      if hi =? 0 then a_args pk t a args rs (a_seen_out q None) else
      if 0 <=? lo then
        match a_writes t a v hi with
        | Some pl => a_args pk t a args rs (a_seen_out q (Some (pl, lo, hi)))
        | None => None
        end
      else None) _ _ E).
    intros lo n hi Lo Hi _ H. cbv beta in H |- *.
    destruct (Z.eqb_spec hi 0) as [H0 | H0].
    + (* no bytes *) replace (0 <? n) with false by (symmetry; apply Z.ltb_ge; lia).
      refine (IH _ (a_seen_out q None)
        (seen_out c None) _ G _ H).
      constructor; [exact Qm | exact Logic.I | exact Qs | exact Qb | exact Qc].
    + (* some bytes *) destruct (Z.leb_spec 0 lo) as [L0 | L0]; [| discriminate H].
      destruct (Z.ltb_spec 0 n) as [N | N]; [apply (Writes lo n hi); [lia | lia | exact H] |].
      destruct (a_writes t a v hi) as [pl |] eqn:Aw; [| discriminate H].
      assert (K : 0 < hi) by (apply (Fixed lo hi); rewrite Aw; exact H).
      apply (IH _ (a_seen_out q (Some (pl, lo, hi)))
        (seen_out c None) _ G); [| exact H].
      constructor; [exact Qm | | exact Qs | exact Qb | exact Qc].
      split; [lia |]. split; [exact K |]. exists x.
      exact (proj1 (a_writes_sound t a vs s v x hi pl G R Aw)).
  - (* AMemN *) exact (Whole _ E).
  - (* AOutN *) apply (Writes _ _ _ (conj (Z.lt_le_incl _ _ (Fixed _ _ E)) (Z.le_refl _))
      (conj (Fixed _ _ E) (Z.le_refl _)) E).
  - (* AInOutN *) destruct (a_reads pk t a v _) eqn:Ar; [| discriminate E].
    assert (N := Fixed _ _ E).
    lazymatch type of Ar with a_reads _ _ _ _ ?k = _ =>
      rewrite (a_reads_sound pk t a vs s v x k k G R Ar) by lia end.
    refine (Writes _ _ _ _ _ E); lia.
  - (* AValueOut *) destruct (as_map q) as [i |] eqn:Eq', (sn_map c) as [o |]; cbn [obind] in E;
      try contradiction;
      try discriminate E.
    destruct (map_of t i) as [d |] eqn:Ed; [| discriminate E].
    destruct (like_fields Qm Ed) as [_ [_ [<- _]]]. assert (N := Fixed _ _ E).
    refine (Writes _ _ _ _ _ E); lia.
  - (* ACtx0 *) destruct (fact_of (a_facts a) v) as [f |] eqn:Ef; [| discriminate E].
    destruct f; try discriminate E.
    + (* FScalar *) destruct (const_of (a_facts a) v) as [z |] eqn:Ec; [| discriminate E].
      destruct z; try discriminate E.
      rewrite (const_of_sound _ _ _ _ (g_facts G) _ _ _ R Ec), Z.eqb_refl.
      exact (IH _ _ _ _ G Q E).
    + (* FCtx *) destruct (Z.eqb_spec (snd v) 0) as [C | C]; [| discriminate E].
      destruct (fact_of_sound t (lay s) (a_facts a) vs (g_facts G) v x _ R Ef)
        as [w [_ [[B P] ->]]].
      rewrite C, Z.add_0_r, wrap_small by exact B. rewrite P, Z.eqb_refl, orb_true_r.
      exact (IH _ _ _ _ G Q E).
  - (* AValue0 *) assert (Val : match obind (as_map q) (map_of t) with
      | Some d => if a_reads pk t a v (m_value d) then a_args pk t a args rs q else None
      | None => None
      end = Some q' -> goal (if x =? 0 then check_args t pk s args rs c else
        match sn_map c with
        | Some o => match helper_reads t pk s x (m_value (o_def o)) with
                    | Some f => inr f
                    | None => check_args t pk s args rs c
                    end
        | None => inr BadHelperArgument
        end)).
    { intros H. destruct (x =? 0);
        [destruct (obind (as_map q) (map_of t)) as [d |]; [| discriminate H];
         destruct (a_reads pk t a v (m_value d)); [exact (IH _ _ _ _ G Q H) | discriminate H] |].
      destruct (as_map q) as [i |], (sn_map c) as [o |]; cbn [obind] in H; try contradiction;
        try discriminate H.
      destruct (map_of t i) as [d |] eqn:Ed; [| discriminate H].
      destruct (like_fields Qm Ed) as [_ [_ [<- _]]]. exact (Whole _ H). }
    destruct (const_of (a_facts a) v) as [[| z | z] |] eqn:Ec; try exact (Val E).
    rewrite (const_of_sound _ _ _ _ (g_facts G) _ _ _ R Ec). exact (IH _ _ _ _ G Q E).
  - (* AObject *) destruct (fact_of (a_facts a) v) as [f |] eqn:Ef; [| discriminate E].
    destruct f; try discriminate E. parts Ef as i.
    destruct (type_named t _) as [j |] eqn:En; [| discriminate E].
    destruct (has_part t i (snd v) j) eqn:Hp; [| discriminate E].
    destruct (fact_of_sound t (lay s) (a_facts a) vs (g_facts G) v x _ R Ef)
      as [w [_ [[B P] ->]]].
    rewrite (is_named_part (g_wf G) (proj2 P) En Hp). exact (IH _ _ _ _ G Q E).
  - (* AString *) destruct (a_text t a v) eqn:Tx; [| discriminate E].
    rewrite (a_text_sound t a vs s v x G R Tx). exact (IH _ _ _ _ G Q E).
  - (* AAlloc *) destruct (const_of (a_facts a) v) as [n |] eqn:Cv; [| discriminate E].
    assert (X := const_of_sound t (lay s) (a_facts a) vs (g_facts G) _ _ _ R Cv).
    apply (IH _ (a_seen_size q n) _ _ G); [| exact E].
    constructor; [exact Qm | exact Qo | exact X | exact Qb | exact Qc].
  - (* ACallback *) destruct (fact_of (a_facts a) v) as [f |] eqn:Ef; [| discriminate E].
    destruct f; try discriminate E. parts Ef as p.
    destruct (Z.eqb_spec (snd v) 0) as [C | C]; [| discriminate E].
    destruct (fact_of_sound t (lay s) (a_facts a) vs (g_facts G) v x _ R Ef)
      as [w [_ [[B [P X]] ->]]].
    rewrite C, Z.add_0_r, wrap_small by exact B. rewrite X, (function_at_address _ _ P).
    apply (IH _ (a_seen_callback q p) _ _ G); [| exact E].
    constructor; [exact Qm | exact Qo | exact Qs | exact Qb | reflexivity].
  - (* ARef *) destruct (fact_of (a_facts a) v) as [f |] eqn:Ef; [| discriminate E].
    destruct f as [| | | | | | | | | kd n nu | | i | |]; try discriminate E;
      [destruct nu; [discriminate E |] |].
    2: { (* another socket *) destruct (type_named t socket_type) as [j |] eqn:En;
        [| discriminate E].
      destruct (negb _ && _ && _) eqn:C; [| discriminate E]. bools C as C Hp. bools C as C1 C2.
      destruct (fact_of_sound t (lay s) (a_facts a) vs (g_facts G) v x _ R Ef)
        as [w [_ [[B P] ->]]].
      rewrite C1, C2, (is_named_part (g_wf G) (proj2 P) En Hp). cbn [andb].
      destruct (existsb _ _); [| exact (IH _ _ _ _ G Q E)].
      destruct release; [discriminate C1 | exact (IH _ _ _ _ G Q E)]. }
    destruct (Z.eqb_spec (snd v) 0) as [C | C]; cbn [andb] in E; [| discriminate E].
    lazymatch type of E with (if ref_kind_fits ?g _ then _ else _) = _ => rename g into kd0 end.
    destruct (ref_kind_fits kd0 kd) eqn:Ek; [| discriminate E].
    destruct (fact_of_sound t (lay s) (a_facts a) vs (g_facts G) v x _ R Ef)
      as [w [N [[B P] ->]]].
    rewrite C, Z.add_0_r, wrap_small by exact B.
    destruct (refrel_in (g_refs G) Ef N (P eq_refl)) as [h [I [Fi [Eb _]]]].
    replace (existsb (is_ref kd0 w) (l_refs (lay s))) with true
      by (symmetry; apply existsb_exists; exists h; split; [exact I | apply is_ref_spec; split;
            [exact (ref_kind_fits_trans _ _ _ Ek Fi) | exact Eb]]).
    lazymatch type of E with a_args _ _ _ _ _ (if ?b then _ else _) = _ => destruct b end;
      [| exact (IH _ _ _ _ G Q E)].
    apply (IH _ (a_seen_released q (kd0, fst v)) _ _ G); [| exact E].
    constructor; [exact Qm | exact Qo | exact Qs | | exact Qc]. split; [reflexivity |].
    split; [exact (P eq_refl) |]. split; [exact N |].
    exists kd, n, false. split; [exact Ef | exact Ek].
Qed.

(** * Results *)

(** A helper's result in r0, or nothing. *)
Definition yields_opt (t : target) (L : layout) (vs : list Z) (r : option ares) (x : option Z) :
  Prop :=
  match r with Some r => exists y, x = Some y /\ yields t L vs r y | None => True end.
Lemma found_sound t L vs an s i o d : wf_layout t (lay s) -> l_maps L = l_maps (lay s) ->
  map_of t i = Some d ->
  map_like t (lay s) i o ->
  yields t L vs (New (match m_inner d with Some k => FMapOrNull k | None =>
    FMapValueOrNull i end) 0) (found t an s o).
Proof.
  intros WL EL Ed Lo. destruct (like_fields Lo Ed) as [_ [_ [_ [Ei _]]]]. unfold found.
  rewrite <- Ei.
  destruct (m_inner d) as [k |].
  - (* Some *) assert (Null : yields t L vs (New (FMapOrNull k) 0) 0) by (apply new_yields;
      [reflexivity |];
      split; [lia | left; reflexivity]).
    destruct (map_of t k) as [dk |] eqn:Ek; [| exact Null].
    destruct (nth_z (l_maps (lay s)) (an_choice an)) as [o' |] eqn:Eo; [| exact Null].
    destruct (alike dk (o_def o')) eqn:Al; [| exact Null]. apply nth_z_in in Eo.
    assert (Bw := map_addr_word WL o' Eo).
    apply new_yields; [reflexivity |]. split; [lia |]. right. exists o'. split; [| reflexivity].
    unfold map_like. rewrite EL.
    split; [exact Eo |]. exists dk. split; [exact Ek | exact Al].
  - (* None *) destruct (nth_z (o_vals o) (an_choice an)) as [b |] eqn:En; (apply new_yields;
      [reflexivity |]);
      [| split; [lia | left; reflexivity]].
    apply nth_z_in in En. assert (Bw := like_range t _ WL i o d b Lo Ed En).
    split; [lia |]. right. exists o. unfold map_like in *. rewrite EL. split; [exact Lo | exact En].
Qed.
Lemma a_ret_sound t L vs an a s r q c v h : wf_layout t (lay s) -> l_maps L = l_maps (lay s) ->
  l_invalid L = l_invalid (lay s) /\ l_objects L = l_objects (lay s) -> a_ret t r q = Some v ->
  maprel t (lay s) (as_map q) (sn_map c) -> outrel t a s (as_out q) (sn_out c) ->
  match r with RAcquire _ => True | _ => yields_opt t L vs v (interpret t an s r c h) end.
Proof.
  unfold maprel. intros WL EL EO E Lo Out.
  destruct r; cbn [a_ret interpret] in *; try exact Logic.I.
  - (* RInt *) destruct (_ && _ && _) eqn:C; [| discriminate E]. apply some_inj in E. rewrite <- E.
    bools.
    unfold sign64 in *.
    eexists. split; [reflexivity |].
    apply new_yields; [reflexivity |]. split; [apply wrap_range |].
    apply sc_srange_sound; [apply wrap_range |].
    rewrite sgn64_wrap; lia.
  - (* RSize *) destruct (_ && _ && _) eqn:C; [| discriminate E]. apply some_inj in E. rewrite <- E.
    bools. unfold sign64 in *. eexists. split; [reflexivity |].
    apply new_yields; [reflexivity |]. split; [apply wrap_range |].
    apply sc_srange_sound; [apply wrap_range |]. unfold outrel in Out.
    destruct (as_out q) as [[[pl lo] hi] |], (sn_out c) as [[y n] |]; try contradiction;
      rewrite sgn64_wrap; lia.
  - (* RValue *) binds E as i Ei. binds E as d Ed. apply some_inj in E. rewrite <- E.
    rewrite Ei in Lo.
    destruct (sn_map c) as [o |]; [| contradiction]. eexists. split; [reflexivity |].
    exact (found_sound t L vs an s i o d WL EL Ed Lo).
  - (* RRounds *) discriminate E.
  - (* RTail *) destruct (some_allowed t); [| discriminate E]. injection E as <-. exact Logic.I.
  - (* RTyped *) binds E as i Ei. apply some_inj in E. rewrite <- E, Ei. eexists.
    split; [reflexivity |].
    lazymatch goal with |- context [object_or_null an (lay s) ?b i] => rename b into nu end.
    assert (Y := object_or_null_yields t (lay s) an vs nu i WL).
    destruct EO as [ED EO].
    destruct Y as [U [w [[B F] X]]]. split; [exact U |]. exists w. split; [| exact X].
    split; [exact B |].
    unfold object_res in *. destruct (type_of t i); [| exact F].
    destruct nu; destruct F as [F1 F2]; (split; [exact F1 |]);
      unfold is_object in *; rewrite ED, EO; exact F2.
  - (* RVoid *) injection E as <-. exact Logic.I.
Qed.
Lemma legal_result_sound t an : some_allowed t = true -> allowed_result t (legal_result t an).
Proof.
  unfold some_allowed, allowed_result, legal_result.
  destruct (pt_ret (t_type t)) as [[lo hi] |]; intros E.
  - (* Some *) split; [apply wrap_range |]. bools. unfold result_number, half_size, sign32 in *.
    destruct (Z.ltb_spec lo 0) as [N | N].
    + (* signed *) rewrite <- sgn32_wrap32, wrap32_wrap, sgn32_wrap32, sgn32_small; lia.
    + (* unsigned *) rewrite wrap32_wrap, wrap32_small; lia.
  - (* None *) split; [apply wrap_range | exact Logic.I].
Qed.
Lemma zero_allowed_sound t : zero_allowed t = true -> allowed_result t 0.
Proof.
  unfold zero_allowed, allowed_result.
  destruct (pt_ret (t_type t)) as [[lo hi] |]; intros E; (split; [lia |]).
  - (* Some *) bools. unfold result_number.
    destruct (lo <? 0); [rewrite sgn32_small | rewrite wrap32_small]; lia.
  - (* None *) exact Logic.I.
Qed.

(** * A packet that moves *)

Lemma frames_addr {L L' : layout} : l_frames L' = l_frames L -> stack_addr L' = stack_addr L.
Proof. unfold stack_addr, frame_top, frame_base. intros ->. reflexivity. Qed.
Lemma memrel_frames L L' sl ini vs m : l_frames L' = l_frames L -> memrel L sl ini vs m ->
  memrel L' sl ini vs m.
Proof.
  intros E [M1 M2 M3]. constructor.
  - (* m_slots *) intros o z v K. rewrite (frames_addr E). exact (M1 o z v K).
  - (* m_written *) intros i I T. rewrite (frames_addr E). exact (M2 i I T).
  - (* m_pending *) intros k bits K. destruct (M3 k bits K) as [K1 P]. split; [exact K1 |].
    intros N i I T. rewrite (frames_addr E). exact (P N i I T).
Qed.
(** Nothing but the packet is elsewhere. *)
Definition same_but_packet (L L' : layout) : Prop :=
  l_frames L' = l_frames L /\ l_ctx L' = l_ctx L /\ l_maps L' = l_maps L /\ l_refs L' = l_refs L /\
  l_invalid L' = l_invalid L /\ l_objects L' = l_objects L /\ l_code L' = l_code L.
Lemma unpacket_sound t L L' f w : same_but_packet L L' -> fact_holds t L f w ->
  fact_holds t L' (unpacket f) w.
Proof.
  intros [E1 [E2 [E3 [E4 [E5 [E6 E7]]]]]] [B P].
  destruct f; cbn [unpacket]; (split; [exact B |]); try (apply sc_top_sound; exact B);
    unfold frame_top, frame_base, map_like, is_object in *;
      rewrite ?E1, ?E2, ?E3, ?E4, ?E5, ?E6, ?E7; exact P.
Qed.
Lemma a_moved_sound t a vs s L : gamma t a vs s -> wf_layout t L -> same_but_packet (lay s) L ->
  gamma t (a_moved a) vs (at_layout t s L).
Proof.
  intros G WL Eq. open_gamma G. unfold a_moved.
  constructor; fields; try assumption.
  - (* g_live *) reflexivity.
  - (* g_facts *) intros k f E. rewrite zfind_map in E.
    destruct (zfind k (a_facts a)) as [f0 |] eqn:E0; [| discriminate E].
    cbn [option_map] in E. apply some_inj in E. rewrite <- E.
    destruct (Gfacts k f0 E0) as [w [N P]]. exists w. split; [exact N |].
    exact (unpacket_sound t _ L f0 w Eq P).
  - (* g_mem *) destruct Eq as [E1 _]. exact (memrel_frames _ _ _ _ _ _ E1 Gmem).
  - (* g_refs *) destruct Eq as [_ [_ [_ [-> _]]]].
    apply refrel_map; [intros f U; destruct f; (reflexivity || discriminate U) | reflexivity
      | exact Grefs].
Qed.
Lemma moved_layout t an s d : wf_layout t (lay s) ->
  wf_layout t (moved t an s d) /\ same_but_packet (lay s) (moved t an s d).
Proof.
  intros WL. assert (Same : wf_layout t (lay s) /\ same_but_packet (lay s) (lay s))
    by (split; [exact WL | repeat split; reflexivity]).
  unfold moved. destruct (h_moves d); [| exact Same].
  destruct (an_packet an) as [[[base len] meta] |]; [| exact Same].
  destruct (packet_fits t (lay s) base len meta) eqn:Fi; [| exact Same].
  split; [exact (move_wf WL base len meta Fi) | repeat split; reflexivity].
Qed.

(** * Helper calls *)

Lemma set_get {A} r (x : rf A) v : get r x = v -> set r v x = x.
Proof. intros <-. destruct x; destruct r; reflexivity. Qed.
(** The result is in r0 already. *)
Lemma finish_sound t a vs s r : gamma t a vs s -> yields_opt t (lay s) vs r (get R0 (regs s)) ->
  exists ws, gamma t (a_finish a r) (vs ++ ws) (goto s (pc s + 1)).
Proof.
  intros G Y. destruct r as [r |]; cbn [yields_opt a_finish] in *.
  - (* Some *) destruct Y as [y [E Y]]. destruct (put_sound 1 R0 G Y) as [ws Gw]. exists ws.
    unfold put in Gw. rewrite (set_get _ _ _ E) in Gw. exact Gw.
  - (* None *) exists []. rewrite app_nil_r, (g_pc G). exact (goto_sound _ G).
Qed.
(** The bytes that the helper wrote. *)
Lemma filled_sound t a vs an s s' d q c r : gamma t a vs s' -> outrel t a s (as_out q) (sn_out c) ->
  mem s' = mem s -> lay s' = lay s ->
  gamma t (match as_out q with
           | Some (pl, lo, hi) => a_scribble a pl (if h_partly d then 0 else lo) hi
           | None => a
           end) vs
    (set_mem s' (filled an s d c r)).
Proof.
  unfold outrel. intros G Q Em El. unfold filled.
  destruct (as_out q) as [[[pl lo] hi] |], (sn_out c) as [[x n] |]; try contradiction.
  - (* some bytes *) destruct Q as [P [N1 N2]]. rewrite <- Em. rewrite <- El in P.
    destruct (h_partly d) eqn:Pa.
    + (* perhaps not all *) destruct (writes_all d r).
      * (* all of them *) apply a_scribble_sound; [exact G | exact P | lia | exact N2].
      * (* some of them *) exact (a_scribble_some t a vs s' pl lo hi n x _ G P N1 N2).
    + (* all of them *) unfold writes_all. rewrite Pa. cbn [negb orb].
      apply a_scribble_sound; [exact G | exact P | lia | exact N2].
  - (* no bytes *) destruct Q as [-> [K [x P]]]. rewrite <- Em. rewrite <- El in P.
    replace (if h_partly d then 0 else 0) with 0 by (destruct (h_partly d); reflexivity).
    exact (a_scribble_sound t a vs s' pl 0 hi 0 x [] G P (conj (Z.le_refl 0) (Z.le_refl 0))
      (Z.lt_le_incl 0 hi K)).
  - (* None *) rewrite <- Em. apply gamma_same; [exact G | exact (g_mem G)].
Qed.
(** All bytes that are there for sure are written if the result, in r0, is 0. *)
Lemma await_sound t a0 a vs an s0 s d q c r : gamma t a vs s ->
  outrel t a0 s0 (as_out q) (sn_out c) -> a_depth a0 < max_frames -> h_on_success d = true ->
  get R0 (regs s) = r -> mem s = filled an s0 d c r -> l_frames (lay s) = l_frames (lay s0) ->
  gamma t (a_await a (as_out q)) vs s.
Proof.
  unfold a_await. intros G Q Dp Os Er Em El.
  destruct (as_out q) as [[[pl lo] hi] |]; [| exact G]. destruct pl as [k m | | | | |]; try exact G.
  assert (R0s := g_regs G R0). destruct (get R0 (a_regs a)) as [[j o] |]; [| exact G].
  destruct o as [| o | o]; try exact G. destruct R0s as [x [Ex [w [N X]]]]. cbn [fst snd] in N, X.
  assert (Es : set_mem s (mem s) = s) by (destruct s; reflexivity). rewrite <- Es. clear Es.
  apply gamma_mem; [exact G |]. destruct (g_mem G) as [M1 M2 _].
  constructor; [exact M1 | exact M2 |]. intros k0 bits E. cbn [wb_pending] in E.
  injection E as <- <-.
  split; [exact (nth_z_bounds _ _ _ N) |]. intros N0. assert (w = 0) by congruence. subst w.
  assert (Wa : writes_all d r = true).
  { unfold writes_all. rewrite Os, <- Er, Ex, X. apply orb_true_r. }
  intros i I T. rewrite Em, (frames_addr El). unfold filled. rewrite Wa.
  unfold outrel in Q. destruct (sn_out c) as [[y n] |].
  - (* some bytes *) destruct Q as [P [N1 N2]]. apply at_stack in P; [| exact Dp].
    destruct P as [p [O [-> P1]]]. destruct (one_frame_range _ _ P1) as [K1 K2].
    unfold sure_bits in T. rewrite frame_bits_spec in T by lia. bools.
    apply written_fill_new. assert (Ep := stack_addr_add (lay s0) k (m + hi) (p - k) P1).
    assert (Ei := stack_addr_add (lay s0) k (m + hi) (i - stack_total - k) P1).
    replace (k + (p - k)) with p in Ep by lia.
    replace (k + (i - stack_total - k)) with (i - stack_total) in Ei by lia. lia.
  - (* no bytes *) destruct Q as [-> [K [y P]]]. apply at_stack in P; [| exact Dp].
    destruct P as [p [O [_ P1]]]. destruct (one_frame_range _ _ P1) as [K1 K2].
    unfold sure_bits in T. rewrite frame_bits_spec in T by lia. bools. lia.
Qed.
(** * References change *)

Lemma ref_change t a vs s F hs : gamma t a vs s -> wf_layout t (with_refs (lay s) hs) ->
  facts_hold t (with_refs (lay s) hs) F vs ->
  refrel F vs hs -> gamma t (a_with_facts a F) vs (at_layout t s (with_refs (lay s) hs)).
Proof. intros G WL FH R. open_gamma G.
constructor; try assumption; try reflexivity.
refine (memrel_frames (lay s) _ _ _ _ _ _ Gmem). reflexivity. Qed.
(** What points into something else still does. *)
Lemma unrecord_sound t L F vs h kd kf n nu x : wf_layout t L -> In h (l_refs L) ->
  ref_kind_fits kd kf = true ->
  ref_kind_fits kf (re_kind h) = true -> re_base h = x -> re_size h = n -> facts_hold t L F vs ->
  facts_hold t (with_refs L (release kd x (l_refs L))) (zmap_map (unrecord (Some (FRef kf n nu))) F)
    vs.
Proof.
  intros WL Ih Fi Fh Eb En H k f E. rewrite zfind_map in E.
  destruct (zfind k F) as [f0 |] eqn:E0; [| discriminate E].
  cbn [option_map] in E. apply some_inj in E. rewrite <- E. destruct (H k f0 E0) as [w [N [B P]]].
  exists w. split; [exact N |].
  destruct f0; try (split; [exact B | exact P]). cbn [unrecord]. parts E0 as n0 mx al.
  assert (Kept : (kf = RecordRef -> n0 <> n) ->
    fact_holds t (with_refs L (release kd x (l_refs L))) (FRecordAt n0 mx al) w).
  { intros Other. split; [exact B |]. destruct P as [g [Ig [Kg [Sg Q]]]]. exists g. split;
      [| split; [exact Kg | split; [exact Sg | exact Q]]].
    apply release_keeps; [exact Ig |]. intros Kh Bh. assert (S := ref_kind_fits_socket _ _ Kh).
    rewrite Kg in S.
    assert (S' := ref_kind_fits_socket _ _ Fi). assert (S2 := ref_kind_fits_socket _ _ Fh).
    apply Other.
    - (* the kind *) destruct kf; (reflexivity || (rewrite S in S'; discriminate S')).
    - (* the size *) rewrite <- Sg, <- En. f_equal. apply (wl_refs WL g h Ig Ih); [| congruence].
      rewrite Kg, <- S2, <- S', S. reflexivity. }
  destruct kf; try (apply Kept; discriminate).
  destruct (Z.eqb_spec n0 n) as [Ez | Ez];
    [split; [exact B | exact (sc_top_sound _ B)] | apply Kept; intros _; exact Ez].
Qed.
(** Nothing is, or what was released. *)
Definition a_release (a : astate) (q : option (ref_kind * Z)) : astate :=
  match q with Some (_, k) => a_released a k | None => a end.
Lemma release_sound t a vs s q c : gamma t a vs s -> releasedrel (a_facts a) vs q (sn_released c) ->
  gamma t (a_release a q) vs (at_layout t s (released (lay s) c)).
Proof.
  unfold released. intros G B.
  destruct q as [[kd k] |], (sn_released c) as [[kd' x] |]; try contradiction B; cbn [a_release].
  - (* Some *) destruct B as [Ek [Nz [N [kf [n [nu [E Fi]]]]]]]. subst kd'.
    apply ref_change; [exact G | exact (back_wf (g_wf G) _ _) | |].
    + (* facts *) apply (facts_set x); [| exact N |].
      { rewrite E. destruct (refrel_in (g_refs G) E N Nz)
          as [h [I [Fh [Eb En]]]].
        exact (unrecord_sound t _ _ vs h kd kf n nu x (g_wf G) I Fi Fh Eb En
          (g_facts G)). }
      destruct (g_facts G _ _ E) as [w [N' [Bw _]]]. assert (X : x = w) by congruence.
      rewrite X. split; [exact Bw | exact (sc_top_sound _ Bw)].
    + (* references *) apply (refrel_less _ _ _ (FScalar true sc_top) _ kd kf n nu);
        [| exact Fi | exact N | exact Nz | reflexivity |
        exact (wl_refs (g_wf G)) |].
      * (* its fact *) rewrite zfind_map, E. reflexivity.
      * (* the others *) apply refrel_map; [| reflexivity | exact (g_refs G)].
        intros f U. destruct f; try discriminate U; try reflexivity. cbn [unrecord].
        repeat lazymatch goal with |- context [match ?b with _ => _ end] => destruct b end;
          reflexivity.
  - (* None *) open_gamma G. constructor; try assumption; reflexivity.
Qed.
(** With one more reference, what held still holds. *)
Lemma more_sound t L h f x : fact_holds t L f x -> fact_holds t (with_refs L (h :: l_refs L)) f x.
Proof.
  intros [B P]. split; [exact B |]. destruct f; try exact P. destruct P as [g [I P]]. exists g.
  split; [right; exact I | exact P].
Qed.
(** What is acquired, if anything, has a symbol that is new. *)
Lemma hold_sound t a vs s kd n o : gamma t a vs s ->
  get R0 (regs s) = Some (match o with Some h => re_base h | None => 0 end) ->
  (forall h, o = Some h -> ref_kind_fits kd (re_kind h) = true /\ re_size h = n
    /\ ref_fits t (lay s) h = true) ->
  exists ws, gamma t (a_put a 1 R0 (New (FRef kd n true) 0)) (vs ++ ws)
    (goto (at_layout t s (with_acquired (lay s) o)) (pc s + 1)).
Proof.
  intros G Er Ho. set (w := match o with Some h => re_base h | None => 0 end) in *. exists [w].
  assert (Bw : 0 <= w < W /\ wf_layout t (with_acquired (lay s) o)).
  { subst w. destruct o as [h |]; cbn [with_acquired]; [| split; [lia | exact (g_wf G)]].
    destruct (Ho h eq_refl) as [_ [_ Fi]]. destruct (fits_wf (g_wf G) h Fi) as [WL Bh].
    split; [lia | exact WL]. }
  destruct Bw as [Bw WL]. open_gamma G.
  assert (N : nth_z (vs ++ [w]) (a_next a) = Some w) by (rewrite Gnext; apply nth_z_last).
  assert (Fresh : forall h, claims (a_facts a) vs (a_next a) h -> False).
  { intros h [_ [_ [kd' [nu [E _]]]]]. rewrite Gnext in E. exact (facts_fresh Gfacts E). }
  assert (Same : l_frames (with_acquired (lay s) o) = l_frames (lay s))
    by (destruct o; reflexivity).
  assert (Eq : forall f x, fact_holds t (lay s) f x -> fact_holds t (with_acquired (lay s) o) f x)
    by (intros f x; destruct o; [apply more_sound | exact (fun H => H)]).
  constructor; cbn [a_put]; fields; try assumption.
  - (* g_frames *) apply frames_ext. exact Gframes.
  - (* g_live *) reflexivity.
  - (* g_pc *) congruence.
  - (* g_next *) rewrite app_length. cbn [length]. lia.
  - (* g_facts *) assert (H : facts_hold t (lay s) (zset (a_next a) (FRef kd n true) (a_facts a))
      (vs ++ [w])).
    { eapply facts_set; [apply facts_ext; exact Gfacts | exact N |].
    split; [exact Bw | discriminate]. }
    intros k f E. destruct (H k f E) as [x [Nx P]]. exists x. split; [exact Nx | exact (Eq f x P)].
  - (* g_regs *) intros r. destruct (reg_dec r R0) as [-> | Nr].
    + (* R0 *) rewrite get_set_same, Er. exists w. split; [reflexivity |]. exists w. cbn [fst snd].
      split; [exact N | rewrite Z.add_0_r, wrap_small by exact Bw; reflexivity].
    + (* another *) rewrite get_set_other by exact Nr. exact (regs_ext vs [w] _ _ Gregs r).
  - (* g_mem *) apply memrel_ext. exact (memrel_frames _ _ _ _ _ _ Same Gmem).
  - (* g_refs *) destruct o as [h |]; subst w; cbn [with_acquired with_refs l_refs].
    + (* Some *) destruct (Ho h eq_refl) as [Ek [<- Fi]]. destruct (fits_wf Gwf h Fi) as [_ Bh].
      apply refrel_more with vs; [exact Fresh | | exact N | lia | exact Ek | exact Grefs].
      intros k' j. exact (claims_ext Gfacts).
    + (* None *) refine (refrel_same _ Grefs). intros k h. rewrite claims_set.
      destruct (Z.eqb_spec k (a_next a)) as [-> | Nk].
      * (* the new symbol *) split; [intros K; destruct (Fresh h K) |]. intros [Nz [N' _]].
        exfalso. congruence.
      * (* another *) exact (claims_ext Gfacts).
  - (* g_rounds *) apply relo_ext. exact Grounds.
Qed.

(** What runs after the arguments were checked. *)
Lemma a_call_next t an a vs s d q c r : gamma t a vs s -> seenrel t a vs s q c ->
  a_ret t (h_ret d) q = Some r ->
  let L1 := released (moved t an s d) c in
  let o := acquired t an L1 d c in
  let L := with_acquired L1 o in
  let a1 := a_clobber a in
  let a2 := match as_out q with
            | Some (pl, lo, hi) => a_scribble a1 pl (if h_partly d then 0 else lo) hi
            | None => a1
            end in
  let a3 := if h_moves d then a_moved a2 else a2 in
  let a4 := match as_released q with Some (_, k) => a_released a3 k | None => a3 end in
  let same := negb (h_moves d) && match sn_released c, o with None, None => true | _, _ =>
    false end in
  let x := interpret t an s (h_ret d) c o in
  let rs := set R0 x (clobber (regs s)) in
  let s' := set_lay s L (if same then live s else regions t L (length (frames s))) in
  exists ws, gamma t (a_finish a4 r) (vs ++ ws)
    (goto (set_regs (set_mem s' (filled an s d c x)) rs) (pc s + 1)).
Proof.
  intros G Q Er L1 o L a1 a2 a3 a4 same x rs s'. subst rs s'.
  assert (G1 := clobber_sound t a vs s x G).
  assert (G2 := filled_sound t a1 vs an s _ d q c x G1 (sr_out Q) eq_refl eq_refl).
  fold a2 in G2.
  destruct (moved_layout t an s d (g_wf G)) as [WL Eq].
  set (s0 := set_mem (set_regs s (set R0 x (clobber (regs s)))) (filled an s d c x)) in *.
  assert (G3 : gamma t a3 vs (at_layout t s0 (moved t an s d))).
  { unfold a3, moved in *. destruct (h_moves d); [exact (a_moved_sound t a2 vs _ _ G2 WL Eq) |].
    unfold at_layout, s0, set_lay. fields. rewrite <- (g_live G). exact G2. }
  assert (B3 : releasedrel (a_facts a3) vs (as_released q) (sn_released c)).
  { assert (B := sr_back Q). unfold releasedrel in *.
    destruct (as_released q) as [[kd k] |], (sn_released c) as [[kd' y] |]; try exact B.
    destruct B as [Ek [Nz [N [kf [n [nu [E Fi]]]]]]]. split; [exact Ek |]. split; [exact Nz |].
    split; [exact N |].
    exists kf, n, nu. split; [| exact Fi]. unfold a3.
    assert (E2 : zfind k (a_facts a2) = Some (FRef kf n nu)).
    { unfold a2, a1. destruct (as_out q) as [[[pl lo] hi] |]; [destruct pl |]; exact E. }
    destruct (h_moves d); [| exact E2]. unfold a_moved. fields.
    rewrite zfind_map, E2. reflexivity. }
  assert (G4 := release_sound t a3 vs _ _ c G3 B3).
  change (at_layout t (at_layout t s0 (moved t an s d)) L1) with (at_layout t s0 L1) in G4.
  change (a_release a3 (as_released q)) with a4 in G4.
  assert (Lv : (if same then live s else regions t L (length (frames s))) = regions t L
    (length (frames s))).
  { unfold same. destruct (h_moves d) eqn:Mv; [reflexivity |]. cbn [negb andb].
    unfold L. destruct (sn_released c) as [b |] eqn:Bk; [reflexivity |].
    destruct o; [reflexivity |]. cbn [with_acquired].
    unfold L1, released, moved. rewrite Bk, Mv. exact (g_live G). }
  rewrite Lv. clear Lv same.
  assert (Plain : o = None -> yields_opt t L1 vs r x -> exists ws, gamma t (a_finish a4 r) (vs
    ++ ws)
    (goto (at_layout t s0 L) (pc s + 1))).
  { intros On Y. assert (EL : L = L1) by (unfold L; rewrite On; reflexivity). rewrite EL.
    apply (finish_sound t a4 vs _ r G4). unfold s0. fields. rewrite get_set_same. exact Y. }
  assert (EV : l_maps L1 = l_maps (lay s)).
  { unfold L1, released. destruct Eq as [_ [_ [EV _]]]. destruct (sn_released c) as [[kd y] |];
      exact EV. }
  assert (EO : l_invalid L1 = l_invalid (lay s) /\ l_objects L1 = l_objects (lay s)).
  { unfold L1, released. destruct Eq as [_ [_ [_ [_ [E5 [E6 _]]]]]].
    destruct (sn_released c) as [[kd y] |];
      exact (conj E5 E6). }
  assert (Ret := a_ret_sound t L1 vs an a s (h_ret d) q c r o
    (g_wf G) EV EO Er (sr_map Q) (sr_out Q)).
  fold x in Ret.
  destruct (h_ret d) as [lo hi | | | | | kd | ty |] eqn:Ed;
    try (apply Plain; [unfold o, acquired; rewrite Ed; reflexivity | exact Ret]).
  clear Plain Ret EV.
  (* acquired *)
  assert (Er' : r = Some (New (FRef kd (ref_size kd (sn_size c)) true) 0)).
  { destruct kd; cbn [a_ret] in Er; try (apply some_inj in Er; symmetry; exact Er).
    assert (Sz := sr_size Q). unfold sizerel in Sz.
    destruct (as_size q) as [n |]; [| discriminate Er].
    apply some_inj in Er. rewrite <- Er. unfold ref_size. rewrite Sz. reflexivity.
    }
  rewrite Er'. cbn [a_finish]. apply (hold_sound t a4 vs _ kd _ o G4).
  - (* r0 *) unfold s0. fields. rewrite get_set_same. reflexivity.
  - (* what is acquired *) intros h Eo. fields. unfold o, acquired in Eo. rewrite Ed in Eo.
    destruct (ref_fits t L1 _) eqn:Fi in Eo; [| discriminate Eo]. apply some_inj in Eo.
    rewrite <- Eo.
    split; [| split; [| exact Fi]]; destruct kd; cbn [offered];
      try (reflexivity || apply ref_kind_fits_refl);
      destruct (an_choice an <? 0); reflexivity.
Qed.
Lemma called_frames t an s d c o : wf_layout t (lay s) ->
  l_frames (with_acquired (released (moved t an s d) c) o) = l_frames (lay s).
Proof.
  intros WL. destruct (moved_layout t an s d WL) as [_ [E _]]. unfold released.
  destruct o, (sn_released c) as [[kd x] |]; exact E.
Qed.
Lemma in_main_sound {t a vs s} : gamma t a vs s -> in_main s = a_in_main a.
Proof.
  intros G. unfold in_main, a_in_main. assert (F := g_frames G).
  destruct (a_frames a) as [| b l], (frames s) as [| g k]; inversion F; reflexivity.
Qed.
Lemma all_released_sound {t a vs s} : gamma t a vs s -> no_refs (a_facts a) = true ->
  all_released s = true.
Proof. intros G E. unfold all_released. rewrite (no_refs_sound _ _ _ (g_refs G) E).
reflexivity. Qed.
Lemma a_call_sound {t} an {a vs s callee a'} : gamma t a vs s -> a_call t a callee = Some a' ->
  (exists s' ws, call t an callee s = Next s' /\ gamma t a' (vs ++ ws) s') \/
  (exists r, call t an callee s = Done r /\ allowed_result t r /\ exists d, callee = Some d
    /\ h_ret d = RTail).
Proof.
  unfold a_call, call. intros G E.
  binds E as d Ed. binds E as q Eq. binds E as r Er.
  rewrite <- (in_main_sound G) in E.
  destruct (match h_ret d with RTail => negb (in_main s && no_refs (a_facts a)) | _ => false end)
    eqn:Inner; [discriminate E |].
  assert (Ok : match h_ret d with RTail => negb (in_main s) | _ => false end = false /\
    match h_ret d with RTail => negb (all_released s) | _ => false end = false).
  { destruct (h_ret d); try (split; reflexivity). apply negb_false_iff, andb_true_iff
      in Inner. destruct Inner as [I1 I2].
    rewrite I1, (all_released_sound G I2). split; reflexivity. }
  destruct Ok as [Ok1 Ok2].
  apply some_inj in E. rewrite <- E. clear E a'. cbn [negb]. rewrite Ed.
  destruct (a_args_sound (packet_arg (t_type t) d) t a vs s (args_in (t_type t) d) arg_regs
    a_nothing_seen
      nothing_seen q G)
    as [c [-> Q]];
    [constructor; (reflexivity || exact Logic.I) | exact Eq |].
  replace (match h_ret d with RRounds => true | _ => false end) with false
    by (destruct (h_ret d); (reflexivity || discriminate Er)).
  rewrite Ok1, Ok2.
  assert (N := a_call_next t an a vs s d q c r G Q Er). cbv zeta in N. destruct N as [ws N].
  destruct (match h_ret d with RTail => 0 <=? an_choice an | _ => false end) eqn:Ends.
  - (* it ends *) right. exists (legal_result t an). split; [reflexivity |].
    destruct (h_ret d) eqn:Re; try discriminate Ends. cbn [a_ret] in Er.
    destruct (some_allowed t) eqn:Al; [| discriminate Er].
    split; [exact (legal_result_sound t an Al) |]. exists d. split; [reflexivity | exact Re].
  - (* it goes on *) left. eexists. exists ws. split; [reflexivity |].
    destruct (h_on_success d) eqn:Os; [| exact N].
    refine (await_sound t a _ _ an s _ d q c _ N (sr_out Q) (proj2 (gamma_depth G)) Os _ _ _);
      fields; [apply get_set_same | reflexivity | apply called_frames; exact (g_wf G)].
Qed.

(** * Local functions *)

(** Nothing but one frame is elsewhere. *)
Definition same_but_frame (n : Z) (L L' : layout) : Prop :=
  (forall j, j <> n -> frame_top L' j = frame_top L j) /\ l_ctx L' = l_ctx L /\ l_pkt L' = l_pkt L
    /\ l_len L' = l_len L /\
  l_meta L' = l_meta L /\ l_maps L' = l_maps L /\ l_refs L' = l_refs L /\ l_invalid L' = l_invalid L
    /\ l_objects L' = l_objects L /\ l_code L' = l_code L.
Lemma unframe_sound t n L L' f w : same_but_frame n L L' -> fact_holds t L f w ->
  fact_holds t L' (unframe n f) w.
Proof.
  intros [E0 [E1 [E2 [E3 [E4 [E5 [E6 [E7 [E8 E9]]]]]]]]] [B P].
  destruct f; cbn [unframe]; try (split; [exact B |];
    unfold area_start, area_end, map_like, is_object in *;
      rewrite ?E1, ?E2, ?E3, ?E4, ?E5, ?E6, ?E7, ?E8, ?E9; exact P).
  lazymatch goal with |- context [?j =? n] => destruct (Z.eqb_spec j n) as [E | E] end; split;
    try exact B; [apply sc_top_sound; exact B |].
  destruct P as [d [D [Al Q]]]. exists d. split; [exact D |]. split; [exact Al |].
  rewrite Q, (E0 _ E). reflexivity.
Qed.
Lemma entered_layout t an s n : wf_layout t (lay s) -> 0 < n < max_frames ->
  wf_layout t (entered t an s n) /\ same_but_frame n (lay s) (entered t an s n).
Proof.
  intros WL N. unfold entered. destruct (frame_fits t (lay s) n (an_choice an)) eqn:Fi.
  - (* it fits *) split; [exact (frame_wf WL n _ N Fi) |]. split; [| repeat split; reflexivity].
    intros j E. unfold frame_top. rewrite (with_frame_base WL n (an_choice an) j N).
    destruct (Z.eqb_spec j n) as [Q | _]; [exfalso; exact (E Q) | reflexivity].
  - (* it does not *) split; [exact WL |]. repeat split; reflexivity.
Qed.
Lemma a_begin_sound {t} an {a vs s afs fs args xs target a'} : gamma t a vs s ->
  Forall2 (framerel vs) afs fs -> (forall r, relo vs (get r args) (get r xs)) -> fs <> [] ->
  a_begin a afs args target = Some a' ->
  exists s' ws, begin t an s fs xs target = Next s' /\ gamma t a' (vs ++ ws) s'.
Proof.
  unfold a_begin, begin. intros G Fs R NE E. rewrite (frames_length _ _ _ Fs) in E.
  set (n := Z.of_nat (length fs)) in *.
  destruct (n <? max_frames) eqn:C; [| discriminate E]. apply some_inj in E. rewrite <- E.
  clear E a'. apply Z.ltb_lt in C.
  assert (Hp : 0 < n) by (unfold n; destruct fs; [destruct (NE eq_refl) | cbn [length]; lia]).
  assert (Hn : 0 <= n < max_frames) by lia.
  destruct (entered_layout t an s n (g_wf G) (conj Hp C)) as [WL Eq].
  set (L := entered t an s n) in *. set (top := frame_top L n).
  assert (B : 0 <= top < W).
  { assert (FR := frame_range WL n Hn). unfold top, stack_size in *. lia. }
  assert (Fr : in_frame n (- stack_size * (n + 1)) stack_size) by (unfold in_frame, stack_size;
    lia).
  eexists. exists [top]. split; [reflexivity |].
  open_gamma G.
  assert (Nw : nth_z (vs ++ [top]) (a_next a) = Some top) by (rewrite Gnext; apply nth_z_last).
  constructor; fields; try assumption.
  - (* g_frames *) apply frames_ext. exact Fs.
  - (* g_live *) reflexivity.
  - (* g_pc *) reflexivity.
  - (* g_next *) rewrite app_length. cbn [length]. lia.
  - (* g_facts *) eapply facts_set; [apply facts_ext | exact Nw |].
    { intros k f E. rewrite zfind_map in E. destruct (zfind k (a_facts a)) as [f0 |] eqn:E0;
        [| discriminate E].
      cbn [option_map] in E. apply some_inj in E. rewrite <- E.
      destruct (Gfacts k f0 E0) as [w [Nt P]].
      exists w. split; [exact Nt |].
      exact (unframe_sound t n _ L f0 w Eq P). } split; [exact B |].
    exists 0. rewrite Z.add_0_r, wrap_small by exact B. split; [lia |].
    split; [apply Z.divide_0_r | reflexivity].
  - (* g_regs *) apply regs_set; [exact (regs_ext vs [top] _ _ R) |].
    exists top. split; [reflexivity |]. exists top. cbn [fst snd].
    split; [exact Nw | rewrite Z.add_0_r, wrap_small by exact B; reflexivity].
  - (* g_mem *) apply memrel_ext.
    replace (top - stack_size) with (stack_addr L (- stack_size * (n + 1)))
      by (rewrite (stack_addr_in_frame L n _ _ Fr) by reflexivity; unfold top; lia).
    apply (memrel_enter t (lay s) L _ _ _ _ n _ (Z.to_nat stack_size));
      [exact WL | exact Gmem | exact Hn | exact Fr | reflexivity | intros i _; exact (proj1 Eq i)].
  - (* g_refs *) destruct Eq as [_ [_ [_ [_ [_ [_ [-> _]]]]]]].
    apply refrel_plain; [| reflexivity |].
    + (* the new symbol *) intros f0 E0. rewrite zfind_map in E0.
      destruct (zfind (a_next a) (a_facts a)) as [f1 |] eqn:E1; [| discriminate E0].
      rewrite Gnext in E1. exfalso. exact (facts_fresh Gfacts E1).
    + (* the others *) apply refrel_map; [intros f U; destruct f; try discriminate U;
        try reflexivity; cbn [unframe];
        destruct (_ =? _); reflexivity | reflexivity |].
      exact (refrel_ext Gfacts Grefs).
  - (* g_rounds *) destruct (aconst (a_facts a) most_rounds) as [v |] eqn:Ev; [| exact Logic.I].
    exists most_rounds. split; [reflexivity |]. apply relv_ext.
    exact (aconst_sound _ _ _ _ Gfacts _ _ Ev).
Qed.
Lemma arguments_sound vs a1 a2 a3 a4 a5 x1 x2 x3 x4 x5 : relo vs a1 x1 -> relo vs a2 x2 ->
  relo vs a3 x3 -> relo vs a4 x4 -> relo vs a5 x5 ->
  forall r, relo vs (get r (arguments a1 a2 a3 a4 a5)) (get r (arguments x1 x2 x3 x4 x5)).
Proof. intros R1' R2' R3' R4' R5' r. destruct r; try exact Logic.I; assumption. Qed.
Lemma a_call_local_sound {t} an {a vs s target a'} : gamma t a vs s ->
  a_call_local a target = Some a' ->
  exists s' ws, call_local t an s target = Next s' /\ gamma t a' (vs ++ ws) s'.
Proof.
  unfold a_call_local, call_local. intros G E. assert (R := g_regs G).
  refine (a_begin_sound an G _ _ _ E); [| | discriminate].
  - (* the callers *) constructor; [| exact (g_frames G)].
    split; [cbn [fr_pc af_pc]; rewrite (g_pc G); reflexivity |]. split; [exact R |].
    split; [exact (g_rounds G) | exact Logic.I].
  - (* the arguments *) exact (arguments_sound _ _ _ _ _ _ _ _ _ _ _ (R R1) (R R2) (R R3) (R R4)
      (R R5)).
Qed.
Lemma a_go_back_sound {t a vs s f c afs fs r x} : gamma t a vs s -> fr_pc c = af_pc f ->
  (forall r, relo vs (get r (af_regs f)) (get r (fr_regs c))) ->
  relo vs (af_rounds f) (Some (fr_rounds c)) -> Forall2 (framerel vs) afs fs ->
  Z.of_nat (length fs) < max_frames -> relo vs r x ->
  exists s', go_back t s c fs x = Next s' /\ gamma t (a_go_back a f afs r) vs s'.
Proof.
  intros G Fp Fr Fn Fs Dp R. eexists. split; [reflexivity |]. open_gamma G.
  constructor; fields; try assumption.
  - (* g_live *) reflexivity.
  - (* g_regs *) apply regs_clobber. apply regs_set; [exact Fr | exact R].
Qed.
Lemma callers_fewer {t a vs s f fs} : gamma t a vs s -> frames s = f :: fs ->
  Z.of_nat (length fs) < max_frames.
Proof. intros G E. assert (D := g_depth G). rewrite E in D. cbn [length] in D. lia. Qed.
Lemma a_leave_sound {t} an {a vs s a'} : gamma t a vs s -> a_leave a = Some a' ->
  exists s', leave t an s = Next s' /\ gamma t a' vs s'.
Proof.
  unfold a_leave, leave. intros G E. assert (Gframes := g_frames G).
  inversion Gframes as [Ea Ec | af f afs fs [Fp [Fr [Fn Fa]]] Fs Ea Ec];
    rewrite <- Ea in E; [discriminate E |].
  destruct (af_after af); [| discriminate E]. apply some_inj in E. rewrite <- E.
  destruct (fr_after f); [| contradiction Fa].
  exact (a_go_back_sound G Fp Fr Fn Fs (callers_fewer G (eq_sym Ec)) (g_regs G R0)).
Qed.

(** * Legacy packet loads *)

Lemma low_range z x : 0 <= low z x < 2 ^ size_bits z.
Proof.
  assert (N : 0 <= size_bits z) by (destruct z; discriminate). unfold low.
  rewrite Z.land_ones by exact N.
  apply Z.mod_pos_bound. apply Z.pow_pos_nonneg; [lia | exact N].
Qed.
Lemma low_scalar t L z x ta : fact_holds t L (FScalar ta (sc_of_bytes z)) (low z x).
Proof.
  assert (R := low_range z x). assert (P : 2 ^ size_bits z <= W) by (destruct z; discriminate).
  split; [lia |]. apply sc_of_bytes_sound.
  rewrite pow_256, <- size_bits_bytes by (assert (N := zbytes_range z); lia). exact R.
Qed.
Lemma a_load_packet_sound {t} an {a vs s z ind a'} : gamma t a vs s -> a_load_packet t a z ind =
  Some a'
  ->
  (exists s' ws, load_packet t an z ind s = Next s' /\ gamma t a' (vs ++ ws) s') \/
  (exists r, load_packet t an z ind s = Done r /\ allowed_result t r).
Proof.
  unfold a_load_packet, load_packet. intros G E. rewrite (in_main_sound G).
  destruct (pt_legacy (t_type t) && a_in_main a); [| discriminate E].
  cbn [andb negb] in *. destruct (zero_allowed t) eqn:Za; [| discriminate E].
  cbn [andb] in E. destruct (no_refs (a_facts a)) eqn:Hn; [| discriminate E].
  assert (R6s := g_regs G R6). destruct (get R6 (a_regs a)) as [v |]; [| discriminate E].
  destruct R6s as [x [-> Rx]].
  assert (Ind : exists y, match ind with Some r => get r (regs s) | None => Some 0 end = Some y).
  { destruct ind as [r |]; [| exists 0; reflexivity]. assert (Rr := g_regs G r).
    destruct (get r (a_regs a)) as [u |]; [| discriminate E]. destruct Rr as [y [Ey _]]. exists y.
    exact Ey. }
  destruct Ind as [y ->].
  destruct (match ind with Some r => get r (a_regs a) | None => Some (0, 0) end);
    [| discriminate E].
  destruct (fact_of (a_facts a) v) as [f |] eqn:Ef; [| discriminate E].
  destruct f; try discriminate E.
  destruct (Z.eqb_spec (snd v) 0) as [C | C]; [| discriminate E].
  destruct (fact_of_sound t (lay s) (a_facts a) vs (g_facts G) v x _ Rx Ef)
    as [w [_ [[B P] ->]]].
  rewrite C, Z.add_0_r, wrap_small by exact B.
  rewrite P, Z.eqb_refl, (all_released_sound G Hn). cbn [negb].
  apply some_inj in E. rewrite <- E. destruct (an_choice an <? 0).
  - (* outside the packet *) right. exists 0.
    split; [reflexivity | exact (zero_allowed_sound t Za)].
  - (* within it *) left. destruct (result_sound (New (FScalar false (sc_of_bytes z)) 0)
      (low z (an_choice an)) G) as [ws Gw];
      [apply new_yields; [reflexivity | apply low_scalar] |]. eexists. exists ws.
      split; [reflexivity | exact Gw].
Qed.
