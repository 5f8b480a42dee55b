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
Lemma refine_packet_sound F r a b x y : good F -> relv vs a x -> relv vs b y -> rel_holds r x y ->
  good (refine_packet F r a b).
Proof.
  intros H A B C. unfold refine_packet. destruct (fact_of F a) as [f|] eqn:EA; [|exact H].
  destruct f; try exact H. parts EA as p0 m0 av0.
  destruct (_ && _) eqn:T; [|exact H]. bools T as T T2.
  bools T as T T1. unfold reach in T2. bools.
  pose proof (is_end_sound F p0 b y (proj1 H) B T) as Y.
  destruct (fact_of_sound _ _ _ _ (proj1 H) _ _ _ A EA) as [w [N [P X]]].
  pose proof (area_range t L p0 WL) as G. unfold guard in *.
  assert (X' : x = w + snd a).
  { rewrite X. apply wrap_small. destruct P as [P0 [P1 P2]]. lia. }
  clear X. destruct r; cbn [rel_holds] in C; try exact H;
    apply (packet_set F a w p0 m0 av0 _ H EA N P); lia.
Qed.
Lemma refine_null_sound F r a b x y : good F -> relv vs a x -> relv vs b y -> rel_holds r x y ->
  refines (refine_null F r a b).
Proof.
  intros H A B C. unfold refine_null. pose proof (refines_same F H) as Same.
  destruct (fact_of F a) as [f|] eqn:EA; [|exact Same]. destruct f; try exact Same.
  all: destruct (const_of F b) as [c|] eqn:CB; [|exact Same]; destruct c as [|c|c]; try exact Same.
  all: destruct (snd a =? 0) eqn:Z0; [|exact Same]; bools.
  all: assert (Y : y = 0) by exact (const_of_sound _ _ _ _ (proj1 H) _ _ _ B CB); subst y.
  all: destruct (fact_of_sound _ _ _ _ (proj1 H) _ _ _ A EA) as [w [N [[Rw P] X]]].
  all: rewrite Z0, Z.add_0_r, wrap_small in X by exact Rw; subst x.
  - (* FMap *) destruct r; try exact Same. exfalso. cbn [rel_holds] in C. subst w.
    destruct P as [o [V E]].
    pose proof (map_addr_word WL o (proj1 V)) as Room. lia.
  - (* FMapOrNull *) destruct r; cbn [rel_holds] in C; try exact Same.
    + (* REq *) subst w. eexists. split; [reflexivity|].
      eapply good_set; [exact H | exact EA | reflexivity | reflexivity | exact N|].
      split; [lia|]. apply (sc_const_sound 0).
    + (* RNe *) eexists. split; [reflexivity|].
      eapply good_set; [exact H | exact EA | reflexivity | reflexivity | exact N|].
      split; [exact Rw|].
      destruct P as [P|P]; [contradiction (C P) | exact P].
  - (* FMapValue *) destruct r; try exact Same. exfalso. cbn [rel_holds] in C. subst w.
    destruct P as [o [b0 [V [I [P _]]]]].
    destruct (like_map _ _ _ _ V) as [m M]. pose proof (like_range t L WL _ _ _ _ V M I) as Room.
    lia.
  - (* FMapValueOrNull *) destruct r; cbn [rel_holds] in C; try exact Same.
    + (* REq *) subst w. eexists. split; [reflexivity|].
      eapply good_set; [exact H | exact EA | reflexivity | reflexivity | exact N|].
      split; [lia|]. apply (sc_const_sound 0).
    + (* RNe *) eexists. split; [reflexivity|].
      eapply good_set; [exact H | exact EA | reflexivity | reflexivity | exact N|].
      split; [exact Rw|].
      destruct P as [P|[o [V I]]]; [contradiction (C P)|]. exists o, w. split; [exact V|].
      split; [exact I|]. split; [lia|]. rewrite Z.sub_diag. apply Z.divide_0_r.
  - (* FRef *) parts EA as kd n nu. destruct r; cbn [rel_holds] in C; try exact Same.
    + (* REq *) subst w. destruct nu; [|contradiction (P eq_refl eq_refl)]. eexists.
      split; [reflexivity|].
      split.
      * (* facts *) apply facts_set with 0; [exact (proj1 H) | exact N|]. split; [lia|].
        apply (sc_const_sound 0).
      * (* references *) apply refrel_null; [exact N | reflexivity | exact (proj2 H)].
    + (* RNe *) eexists. split; [reflexivity|]. split.
      * (* facts *) apply facts_set with w; [exact (proj1 H) | exact N|]. split; [exact Rw|].
        intros _. exact C.
      * (* references *) exact (refrel_mark EA (proj2 H)).
Qed.
End Refine.

Lemma refine_sound t L F vs hs w c r a b x y :
  wf_layout t L -> facts_hold t L F vs -> refrel F vs hs -> relv vs a x -> relv vs b y ->
    compare w c x y = r ->
  exists F', refine F w c r a b = Some F' /\ facts_hold t L F' vs /\ refrel F' vs hs.
Proof.
  intros WL FH HR A B C. assert (H : good t L vs hs F) by (split; assumption).
  change (refines t L vs hs (refine F w c r a b)). unfold refine. apply refines_bind.
  { exact (refine_scalar_sound t L vs hs F w c r a b x y H A B C). }
  intros F1 H1. destruct w; [apply refines_same; exact H1|].
  destruct (rel_of c r a b) as [[[k u] v]|] eqn:E; [|apply refines_same; exact H1].
  destruct (rel_of_sound vs c r a b k u v x y A B C E) as [x' [y' [U [V K]]]].
  apply refine_null_sound with x' y'; try assumption.
  apply refine_packet_sound with x' y'; assumption.
Qed.
