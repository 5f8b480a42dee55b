(** What a comparison tells is so: the same valuation meets the refined facts. *)
From Checker Require Import Refine.
From Proofs Require Export ArithP.

Section Refine.
Variable t : target.
Variable L : layout.
Variable vs : list Z.
Hypothesis WL : wf_layout t L.
Variable hs : list reference.

(** The facts hold, and the references are the same. *)
Definition good (F : facts) : Prop := facts_hold t L F vs /\ refrel F vs hs.
Definition refines (F : option facts) : Prop := exists F', F = Some F' /\ good F'.
Lemma refines_same F : good F -> refines (Some F).
Proof. intros H. exists F. auto. Qed.
Lemma refines_bind o k : refines o -> (forall F, good F -> refines (k F)) -> refines (obind o k).
Proof. intros [F [-> H]] K. cbn [obind]. apply K. exact H. Qed.
(** A new fact of a symbol that holds nothing before or after *)
Lemma good_set F k f f0 w : good F -> zfind k F = Some f0 -> not_ref f0 = true ->
  not_ref f = true ->
  nth_z vs k = Some w -> fact_holds t L f w -> good (zset k f F).
Proof.
  intros [H R] E U0 U N P. split; [exact (facts_set _ H N P)|].
  apply refrel_plain; [|exact U | exact R].
  intros f1 E1. congruence.
Qed.

Lemma narrow_sound F a s x : good F -> relv vs a x -> in_scalar s x -> refines (narrow F a s).
Proof.
  intros H R S. unfold narrow. destruct (fact_of F a) as [f|] eqn:E; [|apply refines_same; exact H].
  destruct f; try (apply refines_same; exact H). parts E as ta sc.
  destruct (fact_of_sound _ _ _ _ (proj1 H) _ _ _ R E) as [w [N [[B P] X]]].
  assert (S1 : in_scalar (if snd a =? 0 then s else sc_sub s (sc_const (snd a))) w).
  { destruct (snd a =? 0) eqn:Z0; bools.
    - (* no constant *) rewrite Z0, Z.add_0_r, wrap_small in X by exact B. subst x. exact S.
    - (* a constant *) replace w with (wrap (x - wrap (snd a)));
        [apply sc_sub_sound; [exact S | apply sc_const_sound]|].
      rewrite X, wrap_sub. replace (w + snd a - snd a) with w by lia. apply wrap_small. exact B. }
  edestruct sc_meet_sound as [c [E' C]]; [exact P | exact S1 |]. rewrite E'.
  exists (zset (fst a) (FScalar ta c) F).
  split; [reflexivity|]. apply good_set with (FScalar ta sc) w; try assumption; try reflexivity.
  split; [exact B | exact C].
Qed.
Lemma refine_scalar_sound F w c r a b x y : good F -> relv vs a x -> relv vs b y ->
  compare w c x y = r ->
  refines (refine_scalar F w c r a b).
Proof.
  intros H A B C. unfold refine_scalar.
  destruct (view F a) as [[ta sa]|] eqn:VA; [|apply refines_same; exact H].
  destruct (view F b) as [[tb sb]|] eqn:VB; [|apply refines_same; exact H].
  pose proof (view_sound _ _ _ _ (proj1 H) _ _ _ _ A VA) as SA.
  pose proof (view_sound _ _ _ _ (proj1 H) _ _ _ _ B VB) as SB.
  edestruct sc_refine_sound as [sa' [sb' [E' [SA' SB']]]]; [exact SA | exact SB | exact C |].
  rewrite E'.
  apply refines_bind; [exact (narrow_sound _ _ _ _ H A SA')|]. intros F1 H1.
  exact (narrow_sound _ _ _ _ H1 B SB').
Qed.

Definition rel_holds (r : rel) (x y : Z) : Prop :=
  match r with REq => x = y | RNe => x <> y | RLt => x < y | RLe => x <= y end.
Lemma rel_of_sound c b a1 a2 r u v x y : relv vs a1 x -> relv vs a2 y -> compare A64 c x y = b ->
  rel_of c b a1 a2 = Some (r, u, v) -> exists x' y', relv vs u x' /\ relv vs v y'
    /\ rel_holds r x' y'.
Proof.
  intros A B C E. pose proof (relv_range _ _ _ A) as RA. pose proof (relv_range _ _ _ B) as RB.
  unfold compare in C. cbn [trunc] in C. rewrite !wrap_small in C by assumption.
  destruct c; destruct b; cbn [rel_of] in E; try discriminate E; injection E as <- <- <-; bools;
    (exists x, y; split; [assumption|]; split; [assumption|]; cbn [rel_holds]; lia) ||
    (exists y, x; split; [assumption|]; split; [assumption|]; cbn [rel_holds]; lia).
Qed.

Lemma packet_set F (a : aval) w p mx av k : good F -> fact_of F a = Some (FPkt p mx av) ->
  nth_z vs (fst a) = Some w ->
  fact_holds t L (FPkt p mx av) w ->
  w + k <= area_end L p -> good (zset (fst a) (FPkt p mx (Some (omax av k))) F).
Proof.
  intros H E N [B [P1 P2]] K.
  apply good_set with (FPkt p mx av) w; [exact H | exact E | reflexivity | reflexivity | exact N|].
  split; [exact B|]. split; [exact P1|].
  unfold omax. destruct av as [k'|]; lia.
Qed.
Lemma is_end_sound F p b y : facts_hold t L F vs -> relv vs b y -> is_end F p b = true ->
  y = area_end L p.
Proof.
  unfold is_end. intros H B E. bools E as Z0 E. bools.
  destruct (fact_of F b) as [f|] eqn:EB; [|destruct p; discriminate E].
  destruct (fact_of_sound _ _ _ _ H _ _ _ B EB) as [w [N [[Rw P] X]]].
  rewrite Z0, Z.add_0_r, wrap_small in X by exact Rw. subst y.
  destruct p; destruct f; try discriminate E; [exact P|]. parts EB as q m0 av0.
  destruct q; [|discriminate E]. bools. destruct P as [P1 P2]. cbn [area_start area_end] in *. lia.
Qed.
Lemma opt_le_some k o : opt_le k o = true -> exists v, o = Some v /\ k <= v.
Proof.
  destruct o as [v|]; cbn [opt_le]; intros H; [|discriminate H]. bools. exists v. auto.
Qed.
(** A pointer into an area, where sums do not wrap. *)
Lemma packet_word F a p mx av x : good F -> relv vs a x -> fact_of F a = Some (FPkt p mx av) ->
  0 <= snd a -> mx + snd a < reach ->
  exists w, nth_z vs (fst a) = Some w /\ fact_holds t L (FPkt p mx av) w /\ x = w + snd a.
Proof.
  intros H A E C T. destruct (fact_of_sound _ _ _ _ (proj1 H) _ _ _ A E) as [w [N [P X]]].
  exists w. split; [exact N|]. split; [exact P|]. rewrite X. apply wrap_small.
  pose proof (area_range t L p WL) as G. unfold reach, guard in *.
  destruct P as [P0 [P1 P2]]. lia.
Qed.
Lemma refine_packet_sound F r a b x y : good F -> relv vs a x -> relv vs b y -> rel_holds r x y ->
  refines (refine_packet F r a b).
Proof.
  intros H A B C. pose proof (refines_same F H) as Same. unfold refine_packet.
  destruct (fact_of F a) as [f|] eqn:EA; [|exact Same].
  destruct f; try exact Same. parts EA as p0 m0 av0.
  destruct (_ && _) eqn:T; [|exact Same]. bools T as T T2. bools T as T T1. bools.
  pose proof (is_end_sound F p0 b y (proj1 H) B T) as Y.
  destruct (packet_word F a p0 m0 av0 x H A EA T1 T2) as [w [N [P X]]].
  assert (Set_ : forall k, w + k <= area_end L p0 ->
    refines (Some (zset (fst a) (FPkt p0 m0 (Some (omax av0 k))) F))).
  { intros k K. apply refines_same. exact (packet_set F a w p0 m0 av0 k H EA N P K). }
  destruct P as [P0 [P1 P2]]. destruct r; cbn [rel_holds] in C.
  - (* REq *) destruct (opt_le _ _) eqn:O; [|apply Set_; lia].
    apply opt_le_some in O. destruct O as [v [-> O]]. lia.
  - (* RNe *) destruct (opt_le _ _) eqn:O; [|exact Same].
    apply opt_le_some in O. destruct O as [v [-> O]]. apply Set_. lia.
  - (* RLt *) apply Set_. lia.
  - (* RLe *) apply Set_. lia.
Qed.
Lemma refine_end_sound F r a b x y : good F -> relv vs a x -> relv vs b y -> rel_holds r x y ->
  refines (refine_end F r a b).
Proof.
  intros H A B C. pose proof (refines_same F H) as Same.
  assert (Sym : r = REq \/ r = RNe -> refines (refine_packet F r b a)).
  { intros R. apply refine_packet_sound with y x; try assumption.
    destruct R as [-> | ->]; cbn [rel_holds] in *; congruence. }
  unfold refine_end. destruct r; [apply Sym; auto | apply Sym; auto | |];
    (destruct (fact_of F b) as [f|] eqn:EB; [|exact Same]; destruct f; try exact Same;
     parts EB as p0 m0 av0; destruct (_ && _) eqn:T; [|exact Same]; exfalso;
     bools T as T O; bools T as T T2; bools T as T T1; bools;
     pose proof (is_end_sound F p0 a x (proj1 H) A T) as Y;
     destruct (packet_word F b p0 m0 av0 y H B EB T1 T2) as [w [N [P X]]];
     destruct P as [P0 [P1 P2]]; apply opt_le_some in O; destruct O as [v [-> O]];
     cbn [rel_holds] in C; lia).
Qed.

(** ** Words that do not wrap *)
Lemma unwrapped_sound f w : fact_holds t L f w ->
  exists z, forall c, unwrapped t f c = true -> wrap (w + c) = z + c
    /\ (match f with FStack _ _ _ | FMapValue _ _ _ | FRecordAt _ _ _ => 0 < z + c | _ => True end).
Proof.
  intros [B P]. destruct f; try (exists w; intros c U; discriminate U); cbn [unwrapped].
  - (* FScalar *) exists w. intros c U. split; [|exact I].
    assert (S := in_scalar_between _ _ P). bools. unfold word_size in *. apply wrap_small. lia.
  - (* FStack *) destruct P as [d [D [_ Ew]]]. exists (frame_top L j + d). intros c U. bools.
    assert (R := frame_range WL j). unfold stack_size in *. subst w.
    rewrite wrap_add_l, wrap_small by lia. lia.
  - (* FPkt *) exists w. intros c U. split; [|exact I]. bools.
    pose proof (area_range t L p WL) as G. unfold reach, guard in *. apply wrap_small. lia.
  - (* FMapValue *) exists w. intros c U. bools. destruct (map_of t i) as [m|] eqn:M;
      [|discriminate]. bools.
    destruct P as [o [b [V [Ib [P _]]]]]. pose proof (like_range t L WL _ _ _ _ V M Ib) as Room.
    rewrite wrap_small by lia. lia.
  - (* FRecordAt *) exists w. intros c U. bools. destruct P as [h [Ih [_ [Sh [P _]]]]].
    pose proof (ref_range t L WL h Ih) as Room. rewrite wrap_small by lia. lia.
Qed.
Lemma with_itself_sound w c b x r : with_itself c = Some b -> compare w c x x = r -> r = b.
Proof.
  intros E <-. unfold compare.
  destruct c; try discriminate E; injection E as <-; destruct w; cbn [trunc];
    first [apply Z.eqb_refl | apply Z.leb_refl | apply Z.ltb_irrefl
          | rewrite Z.eqb_refl; reflexivity
          | unfold Z.geb; rewrite Z.compare_refl; reflexivity
          | unfold Z.gtb; rewrite Z.compare_refl; reflexivity].
Qed.
Lemma wrap_same w c d : wrap (w + c) = wrap (w + d) -> wrap c = wrap d.
Proof.
  intros E. assert (H : wrap (wrap (w + c) - w) = wrap (wrap (w + d) - w)) by congruence.
  rewrite !wrap_sub_l in H.
  replace (w + c - w) with c in H by lia. replace (w + d - w) with d in H by lia. exact H.
Qed.
Lemma same_symbol_sound F w c r a b x y : good F -> relv vs a x -> relv vs b y ->
  compare w c x y = r -> same_symbol t F w c r a b = true.
Proof.
  intros H A B C. unfold same_symbol. destruct (fst a =? fst b) eqn:S; [|reflexivity]. bools.
  destruct (wrap (snd a) =? wrap (snd b)) eqn:K; bools.
  - (* one value *) destruct (with_itself c) as [b'|] eqn:I; [|reflexivity].
    assert (x = y).
    { destruct A as [u [N ->]]. destruct B as [v [M ->]]. rewrite S in N.
      assert (u = v) by congruence. subst v. rewrite <- (wrap_add_r u), K. apply wrap_add_r. }
    subst y. rewrite (with_itself_sound _ _ _ _ _ I C). apply Bool.eqb_reflx.
  - (* two constants *) destruct w; [reflexivity|].
    destruct (rel_of c r a b) as [[[k u] v]|] eqn:E; [|reflexivity].
    destruct (rel_of_sound c r a b k u v x y A B C E) as [x' [y' [U [V R]]]].
    assert (Suv : fst u = fst v /\ wrap (snd u) <> wrap (snd v)).
    { destruct c; destruct r; cbn [rel_of] in E; try discriminate E; injection E as <- <- <-;
        split; congruence. }
    destruct Suv as [Suv Nuv]. destruct V as [m [N Ey]].
    assert (Ex : x' = wrap (m + snd u)).
    { destruct U as [m' [N' ->]]. rewrite Suv in N'. congruence. }
    assert (Ordered : forall f, fact_of F u = Some f ->
      unwrapped t f (snd u) && unwrapped t f (snd v) = true ->
      exists z, x' = z + snd u /\ y' = z + snd v).
    { intros f EF Uw. bools Uw as Uu Uv. destruct (fact_of_sound _ _ _ _ (proj1 H) _ _ _ U EF)
        as [m' [N' [P _]]]. rewrite Suv in N'. assert (m' = m) by congruence. subst m'.
      destruct (unwrapped_sound f m P) as [z Z0]. exists z. destruct (Z0 _ Uu) as [Zu _].
      destruct (Z0 _ Uv) as [Zv _]. split; congruence. }
    destruct k; cbn [rel_holds] in R; try reflexivity.
    + (* REq *) exfalso. apply Nuv. apply wrap_same with m. congruence.
    + (* RLt *) destruct (fact_of F u) as [f|] eqn:EF; [|reflexivity].
      destruct (_ && _) eqn:Uw; [|reflexivity]. destruct (Ordered f eq_refl Uw) as [z [-> ->]].
      cbn [negb orb]. apply Z.ltb_lt. lia.
    + (* RLe *) destruct (fact_of F u) as [f|] eqn:EF; [|reflexivity].
      destruct (_ && _) eqn:Uw; [|reflexivity]. destruct (Ordered f eq_refl Uw) as [z [-> ->]].
      cbn [negb orb]. apply Z.ltb_lt.
      destruct (Z.eq_dec (snd u) (snd v)) as [Q|Q]; [|lia]. contradiction Nuv. congruence.
Qed.

(** ** Null *)
Lemma is_null_sound F a x : good F -> relv vs a x -> is_null F a = true -> x = 0.
Proof.
  unfold is_null. intros H A E. destruct (const_of F a) as [c|] eqn:C; [|discriminate E].
  destruct c; try discriminate E. exact (const_of_sound _ _ _ _ (proj1 H) _ _ _ A C).
Qed.
Lemma not_null_sound F a x : good F -> relv vs a x -> not_null t F a = true -> 0 < x.
Proof.
  unfold not_null. intros H A E. destruct (fact_of F a) as [f|] eqn:EA; [|discriminate E].
  destruct (fact_of_sound _ _ _ _ (proj1 H) _ _ _ A EA) as [w [N [P X]]].
  destruct (unwrapped_sound f w P) as [z Z0]. destruct P as [Rw P].
  assert (Same : snd a =? 0 = true -> x = w).
  { intros Z1. bools. rewrite X, Z1, Z.add_0_r. apply wrap_small. exact Rw. }
  destruct f; try discriminate E; try (destruct (Z0 _ E) as [Zc P0]; lia).
  - (* FScalar *) bools. pose proof (any_view_sound _ _ _ _ (proj1 H) _ _ A) as V.
    assert (S := in_scalar_between _ _ V). lia.
  - (* FCtx *) rewrite (Same E), P. exact (proj1 (ctx_range WL)).
  - (* FMap *) rewrite (Same E). destruct P as [o [V ->]].
    pose proof (map_addr_word WL o (proj1 V)). lia.
  - (* FRef *) parts EA as kd n nu. destruct nu; [discriminate E|]. rewrite (Same E).
    pose proof (P eq_refl). lia.
Qed.
Lemma set_null_sound F a b x : good F -> relv vs a x -> (b = true <-> x = 0) ->
  refines (set_null t F a b).
Proof.
  intros H A B. pose proof (refines_same F H) as Same. unfold set_null.
  destruct (b && not_null t F a) eqn:Nn.
  { exfalso. bools Nn as Eb Nn. pose proof (not_null_sound F a x H A Nn). rewrite (proj1 B Eb) in *.
    lia. }
  clear Nn. destruct (negb (snd a =? 0)) eqn:Z0; [exact Same|]. bools.
  destruct (fact_of F a) as [f|] eqn:EA; [|exact Same].
  destruct (fact_of_sound _ _ _ _ (proj1 H) _ _ _ A EA) as [w [N [[Rw P] X]]].
  rewrite Z0, Z.add_0_r, wrap_small in X by exact Rw. subst x.
  assert (Zero : fact_holds t L (FScalar false (sc_const 0)) 0).
  { split; [lia|]. apply (sc_const_sound 0). }
  assert (Now : forall g, not_ref f = true -> not_ref g = true ->
    (b = false -> fact_holds t L g w) ->
    refines (Some (zset (fst a) (if b then FScalar false (sc_const 0) else g) F))).
  { intros g Nf Ng Pg. apply refines_same.
    apply good_set with f w; [exact H | exact EA | exact Nf | destruct b; [reflexivity | exact Ng]
      | exact N |].
    destruct b; [|exact (Pg eq_refl)]. rewrite (proj1 B eq_refl). exact Zero. }
  assert (Nz : b = false -> w <> 0) by (intros Eb Q; rewrite (proj2 B Q) in Eb; discriminate Eb).
  destruct f; try exact Same.
  - (* FMapOrNull *) apply Now; try reflexivity. intros Eb. split; [exact Rw|].
    destruct P as [P|P]; [contradiction (Nz Eb P) | exact P].
  - (* FMapValueOrNull *) apply Now; try reflexivity. intros Eb. split; [exact Rw|].
    destruct P as [P|[o [V I]]]; [contradiction (Nz Eb P)|]. exists o, w. split; [exact V|].
    split; [exact I|]. split; [lia|]. rewrite Z.sub_diag. apply Z.divide_0_r.
  - (* FRef *) parts EA as kd n nu. destruct nu; [|exact Same]. apply refines_same. destruct b.
    + (* null *) rewrite (proj1 B eq_refl) in *. split.
      * (* facts *) exact (facts_set 0 (proj1 H) N Zero).
      * (* references *) apply refrel_null; [exact N | reflexivity | exact (proj2 H)].
    + (* not null *) split.
      * (* facts *) apply (facts_set w (proj1 H) N). split; [exact Rw|]. intros _.
        exact (Nz eq_refl).
      * (* references *) exact (refrel_mark EA (proj2 H)).
  - (* FObjOrNull *) apply Now; try reflexivity. intros Eb. split; [exact Rw|].
    destruct P as [D [P|P]]; [contradiction (Nz Eb P) | exact (conj D P)].
Qed.
Lemma refine_null_sound F a o x : good F -> relv vs a x ->
  (forall b, o = Some b -> (b = true <-> x = 0)) -> refines (refine_null t F a o).
Proof.
  intros H A O. destruct o as [b|]; [|exact (refines_same F H)].
  exact (set_null_sound F a b x H A (O b eq_refl)).
Qed.
Lemma left_null_sound F r x b y q : good F -> relv vs b y -> 0 <= x -> rel_holds r x y ->
  left_null t F r b = Some q -> (q = true <-> x = 0).
Proof.
  intros H B R C E. destruct r; cbn [left_null rel_holds] in *; try discriminate E;
    (destruct (is_null F b) eqn:Z0; [pose proof (is_null_sound F b y H B Z0)|]);
    try discriminate E; try (injection E as <-; split; intros; try discriminate; lia).
  - (* REq *) destruct (not_null t F b) eqn:Nn; [|discriminate E]. injection E as <-.
    pose proof (not_null_sound F b y H B Nn). split; intros; [discriminate | lia].
Qed.
Lemma right_null_sound F r x b y q : good F -> relv vs b y -> 0 <= y -> rel_holds r y x ->
  right_null t F r b = Some q -> (q = true <-> x = 0).
Proof.
  intros H B R C E. destruct r; cbn [right_null] in E; cbn [rel_holds] in C.
  - (* REq *) exact (left_null_sound F REq x b y q H B ltac:(lia) (eq_sym C) E).
  - (* RNe *) unfold left_null in E. destruct (is_null F b) eqn:Z0; [|discriminate E].
    injection E as <-. pose proof (is_null_sound F b y H B Z0).
    split; intros; [discriminate | congruence].
  - (* RLt *) injection E as <-. split; intros; [discriminate | lia].
  - (* RLe *) destruct (not_null t F b) eqn:Nn; [|discriminate E]. injection E as <-.
    pose proof (not_null_sound F b y H B Nn). split; intros; [discriminate | lia].
Qed.
End Refine.

Lemma refine_sound t L F vs hs w c r a b x y :
  wf_layout t L -> facts_hold t L F vs -> refrel F vs hs -> relv vs a x -> relv vs b y ->
    compare w c x y = r ->
  exists F', refine t F w c r a b = Some F' /\ facts_hold t L F' vs /\ refrel F' vs hs.
Proof.
  intros WL FH HR A B C. assert (H : good t L vs hs F) by (split; assumption).
  change (refines t L vs hs (refine t F w c r a b)). unfold refine.
  rewrite (same_symbol_sound t L vs WL hs F w c r a b x y H A B C). apply refines_bind.
  { exact (refine_scalar_sound t L vs hs F w c r a b x y H A B C). }
  intros F1 H1. destruct w; [apply refines_same; exact H1|].
  destruct (rel_of c r a b) as [[[k u] v]|] eqn:E; [|apply refines_same; exact H1].
  destruct (rel_of_sound vs c r a b k u v x y A B C E) as [x' [y' [U [V K]]]].
  apply refines_bind; [exact (refine_packet_sound t L vs WL hs F1 k u v x' y' H1 U V K)|].
  intros F2 H2.
  apply refines_bind; [exact (refine_end_sound t L vs WL hs F2 k u v x' y' H2 U V K)|].
  intros F3 H3.
  assert (U0 := proj1 (relv_range _ _ _ U)). assert (V0 := proj1 (relv_range _ _ _ V)).
  apply refines_bind.
  { apply (refine_null_sound t L vs WL hs F3 u _ x' H3 U). intros q Q.
    exact (left_null_sound t L vs WL hs F3 k x' v y' q H3 V U0 K Q). }
  intros F4 H4. apply (refine_null_sound t L vs WL hs F4 v _ y' H4 V). intros q Q.
  exact (right_null_sound t L vs WL hs F4 k y' u x' q H4 U U0 K Q).
Qed.
