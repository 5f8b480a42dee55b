(** Facts hold for longer valuations too, reading them is sound, and so is putting a result into a
    register. *)
From Checker Require Export State Calls.
From Proofs Require Export Tactics WordP ScalarP RefP.

(** [parts E as x y] names the arguments of the fact in [E : _ = Some fact] or [E : _ = fact], so
    that no pattern counts the kinds of fact; and likewise those of an instruction. *)
Tactic Notation "parts" hyp(E) "as" ident(a) :=
  match type of E with _ = Some (_ ?x) => rename x into a | _ = _ ?x => rename x into a end.
Tactic Notation "parts" hyp(E) "as" ident(a) ident(b) :=
  match type of E with
  | _ = Some (_ ?x ?y) => rename x into a; rename y into b
  | _ = _ ?x ?y => rename x into a; rename y into b
  end.
Tactic Notation "parts" hyp(E) "as" ident(a) ident(b) ident(c) :=
  match type of E with
  | _ = Some (_ ?x ?y ?z) => rename x into a; rename y into b; rename z into c
  | _ = _ ?x ?y ?z => rename x into a; rename y into b; rename z into c
  end.
Tactic Notation "parts" hyp(E) "as" ident(a) ident(b) ident(c) ident(d) :=
  match type of E with _ = _ ?w ?x ?y ?z => rename w into a; rename x into b; rename y into c;
    rename z into d end.
Tactic Notation "parts" hyp(E) "as" ident(a) ident(b) ident(c) ident(d) ident(e) :=
  match type of E with
  | _ = _ ?v ?w ?x ?y ?z => rename v into a; rename w into b; rename x into c; rename y into d;
    rename z into e
  end.

(** ** Multiples *)
Lemma multiple_divides x n : multiple x n = true -> (n | x).
Proof. unfold multiple. intros H. bools. apply Z.mod_divide; [lia | assumption]. Qed.
Lemma divides_multiple x n : 0 < n -> (n | x) -> multiple x n = true.
Proof.
  unfold multiple. intros N D. apply andb_true_iff. split; [apply Z.ltb_lt; exact N |].
  apply Z.eqb_eq, Z.mod_divide; [lia | exact D].
Qed.

(** ** Lists by [Z] index *)
Lemma nth_z_bounds {A} (l : list A) k w : nth_z l k = Some w -> 0 <= k < Z.of_nat (length l).
Proof.
  unfold nth_z. destruct (k <? 0) eqn:K; intros H; [discriminate H|]. bools.
  assert (N : nth_error l (Z.to_nat k) <> None) by congruence. apply nth_error_Some in N. lia.
Qed.
Lemma nth_z_some {A} (l : list A) k : 0 <= k < Z.of_nat (length l) -> exists w, nth_z l k = Some w.
Proof.
  unfold nth_z. intros H. destruct (k <? 0) eqn:K; bools; [lia|].
  destruct (nth_error l (Z.to_nat k)) as [w|] eqn:E; [exists w; reflexivity|].
  apply nth_error_None in E. lia.
Qed.
Lemma nth_z_in {A} (l : list A) k w : nth_z l k = Some w -> In w l.
Proof. unfold nth_z. destruct (k <? 0); intros H; [discriminate H|]. eapply nth_error_In. exact H.
Qed.
Lemma nth_z_app {A} (l m : list A) k w : nth_z l k = Some w -> nth_z (l ++ m) k = Some w.
Proof.
  unfold nth_z. destruct (k <? 0); [auto|]. intros H. rewrite nth_error_app1; [exact H|].
  apply nth_error_Some. congruence.
Qed.
Lemma nth_z_last {A} (l : list A) w : nth_z (l ++ [w]) (Z.of_nat (length l)) = Some w.
Proof.
  unfold nth_z. destruct (_ <? 0) eqn:K; bools; [lia|].
  rewrite Nat2Z.id, nth_error_app2, Nat.sub_diag by lia. reflexivity.
Qed.
Lemma nth_z_map {A B} (f : A -> B) l k w : nth_z l k = Some w -> nth_z (map f l) k = Some (f w).
Proof. unfold nth_z. destruct (k <? 0); intros H; [discriminate H|]. apply map_nth_error. exact H.
Qed.

(** ** Registers *)
Lemma get_set_same {A} r (v : A) x : get r (set r v x) = v.
Proof. destruct x; destruct r; reflexivity. Qed.
Lemma get_set_other {A} r d (v : A) x : r <> d -> get r (set d v x) = get r x.
Proof. intros N. destruct x; destruct d; destruct r; try reflexivity; contradiction N; reflexivity.
Qed.
Lemma reg_dec (r d : reg) : {r = d} + {r <> d}.
Proof. decide equality. Qed.
Lemma all_regs_in r : In r all_regs.
Proof. destruct r; cbn [In all_regs]; tauto. Qed.

(** ** Values *)
Lemma soff_wrap w o : wrap (w + soff o) = wrap (w + o).
Proof. unfold soff. rewrite <- wrap_add_r, wrap_sgn64, wrap_add_r by apply wrap_range. reflexivity.
Qed.
Lemma relv_range vs a x : relv vs a x -> 0 <= x < W.
Proof. intros [w [H ->]]. apply wrap_range. Qed.
Lemma relv_ext vs ws a x : relv vs a x -> relv (vs ++ ws) a x.
Proof. intros [w [H E]]. exists w. split; [apply nth_z_app; exact H | exact E]. Qed.
Lemma relo_ext vs ws a x : relo vs a x -> relo (vs ++ ws) a x.
Proof.
  destruct a as [v|]; cbn [relo]; [|auto]. intros [y [E H]]. exists y.
  split; [exact E | apply relv_ext; exact H].
Qed.
Lemma facts_ext t L F vs ws : facts_hold t L F vs -> facts_hold t L F (vs ++ ws).
Proof.
  intros H k f E. destruct (H k f E) as [w [N P]]. exists w.
  split; [apply nth_z_app; exact N | exact P].
Qed.
Lemma facts_set {t L F vs k f} w : facts_hold t L F vs -> nth_z vs k = Some w -> fact_holds t L f w
  ->
  facts_hold t L (zset k f F) vs.
Proof.
  intros H N P k' f' E. rewrite zfind_set in E.
  destruct (k' =? k) eqn:K; bools; [|apply H; exact E].
  injection E as <-. subst k'. exists w. auto.
Qed.

(** References have symbols that the valuation has already. *)
Lemma claims_ext {t L F vs ws k h} : facts_hold t L F vs -> claims F vs k h <->
  claims F (vs ++ ws) k h.
Proof.
  intros H. unfold claims.
  split; intros [Nz [N [kd [nu [E Fi]]]]]; (split; [exact Nz |]);
    (split; [| exists kd, nu; split; assumption]).
  - (* -> *) apply nth_z_app. exact N.
  - (* <- *) destruct (H k _ E) as [w [N' _]]. assert (X := nth_z_app _ ws _ _ N'). congruence.
Qed.
Lemma refrel_ext {t L F vs ws hs} : facts_hold t L F vs -> refrel F vs hs -> refrel F (vs ++ ws) hs.
Proof. intros H. apply refrel_same. intros k h. exact (claims_ext H). Qed.
(** The next symbol has no fact yet. *)
Lemma facts_fresh {t L F vs f} : facts_hold t L F vs -> zfind (Z.of_nat (length vs)) F = Some f ->
  False.
Proof. intros H E. destruct (H _ _ E) as [w [N _]]. apply nth_z_bounds in N. lia. Qed.

Section Reading.
Variable t : target.
Variable L : layout.
Variable F : facts.
Variable vs : list Z.
Hypothesis FH : facts_hold t L F vs.

Lemma fact_of_sound a x f : relv vs a x -> fact_of F a = Some f ->
  exists w, nth_z vs (fst a) = Some w /\ fact_holds t L f w /\ x = wrap (w + snd a).
Proof.
  intros [w [N ->]] E. destruct (FH _ _ E) as [v [N' P]]. assert (v = w) by congruence. subst v.
  exists w. auto.
Qed.
Lemma view_sound a x ta s : relv vs a x -> view F a = Some (ta, s) -> in_scalar s x.
Proof.
  unfold view. intros R E. destruct (fact_of F a) as [f|] eqn:EF; [|discriminate E].
  destruct (fact_of_sound _ _ _ R EF) as [w [N [[B P] ->]]].
  destruct f; try discriminate E. injection E as <- <-.
  destruct (snd a =? 0) eqn:Z0; bools.
  - (* no constant *) rewrite Z0, Z.add_0_r, wrap_small by exact B. exact P.
  - (* a constant *) rewrite <- wrap_add_r. apply sc_add_sound; [exact P | apply sc_const_sound].
Qed.
Lemma any_view_sound a x : relv vs a x -> in_scalar (snd (any_view F a)) x.
Proof.
  unfold any_view. intros R. destruct (view F a) as [[ta s]|] eqn:E; cbn [snd].
  - (* Some *) exact (view_sound _ _ _ _ R E).
  - (* None *) apply sc_top_sound. exact (relv_range _ _ _ R).
Qed.
Lemma const_of_sound a x c : relv vs a x -> const_of F a = Some c -> x = c.
Proof.
  unfold const_of. intros R E. destruct (view F a) as [[ta s]|] eqn:V; [|discriminate E].
  eapply sc_is_const_sound; [exact (view_sound _ _ _ _ R V) | exact E].
Qed.
Lemma aconst_sound z v : aconst F z = Some v -> relv vs v (wrap z).
Proof.
  unfold aconst. intros E. destruct (zfind 0 F) as [f|] eqn:EF; [|discriminate E].
  destruct (FH _ _ EF) as [w [N [B P]]].
  destruct f; try discriminate E. parts EF as ta sc. destruct ta; [discriminate E|].
  destruct (sc_is_const sc) as [c|] eqn:C; [|discriminate E].
  destruct c as [|c|c]; try discriminate E.
  injection E as <-. assert (Z0 : w = 0) by (eapply sc_is_const_sound; [exact P | exact C]).
  subst w.
  exists 0. cbn [fst snd]. split; [exact N|]. rewrite soff_wrap, Z.add_0_l. reflexivity.
Qed.
Lemma range_sound a x l h d : relv vs a x -> range F a = Some (l, h, d) ->
  l <= x <= h /\ exists w, nth_z vs (fst a) = Some w /\ x = w + d /\ 0 <= w < W.
Proof.
  unfold range. intros R E. destruct (fact_of F a) as [f|] eqn:EF; [|discriminate E].
  destruct (fact_of_sound _ _ _ R EF) as [w [N [[B P] ->]]].
  destruct f; try discriminate E. parts EF as ta sc. assert (U := in_scalar_between sc w P).
  set (q := (s_umin sc + snd a) / word_size) in *.
  destruct (q =? _) eqn:Q; [|discriminate E]. injection E as <- <- <-. bools.
  assert (X : wrap (w + snd a) = w + (snd a - q * word_size)).
  { rewrite wrap_mod. symmetry. unfold word_size in *. apply Z.mod_unique with q; [|lia]. left.
    subst q. Z.div_mod_to_equations; lia. }
  rewrite X. split; [lia|]. exists w. auto.
Qed.
End Reading.

(** ** Results in registers *)
Lemma memrel_ext L sl ini vs ws m : memrel L sl ini vs m -> memrel L sl ini (vs ++ ws) m.
Proof.
  intros [A B C]. constructor; [|exact B|].
  - (* m_slots *) intros o z v E. destruct (A o z v E) as [X [Wr R]].
    split; [exact X|]. split; [exact Wr | apply relv_ext; exact R].
  - (* m_pending *) intros k bits E. destruct (C k bits E) as [K P]. split.
    + (* the symbol *) rewrite app_length. lia.
    + (* the bytes *) intros N. apply P. destruct (nth_z_some vs k) as [w Nw]; [exact K|].
      rewrite <- N, Nw. symmetry. exact (nth_z_app vs ws k w Nw).
Qed.
Lemma regs_ext vs ws (A : rf (option aval)) (B : rf (option Z)) :
  (forall r, relo vs (get r A) (get r B)) -> forall r, relo (vs ++ ws) (get r A) (get r B).
Proof. intros H r. apply relo_ext, H. Qed.
Lemma regs_set vs (A : rf (option aval)) (B : rf (option Z)) d v x :
  (forall r, relo vs (get r A) (get r B)) -> relo vs v x ->
    forall r, relo vs (get r (set d v A)) (get r (set d x B)).
Proof.
  intros H R r. destruct (reg_dec r d) as [->|N].
  - (* d *) rewrite !get_set_same. exact R.
  - (* another *) rewrite !get_set_other by exact N. apply H.
Qed.

(** Callers' registers are words of the same valuation, and so is what their callbacks wait for. *)
Lemma after_ext vs ws a c : afterrel vs a c -> afterrel (vs ++ ws) a c.
Proof.
  destruct a, c; cbn [afterrel]; auto. intros [E [R [C P]]].
  split; [exact E|]. split; [apply relv_ext; exact R|]. split; [apply relv_ext; exact C | exact P].
Qed.
Lemma frames_ext vs ws l fs : Forall2 (framerel vs) l fs -> Forall2 (framerel (vs ++ ws)) l fs.
Proof.
  intros H. induction H as [|af f l fs [P [R [N A]]] H IH]; constructor; [|exact IH].
  split; [exact P|]. split; [apply regs_ext; exact R|].
  split; [apply relo_ext; exact N | apply after_ext; exact A].
Qed.

(** ** What a state says *)
(** [open_gamma G] names all that [G : gamma t a vs s] says. *)
Ltac open_gamma G :=
  assert (Gwf := g_wf G); assert (Gframes := g_frames G); assert (Gdepth := g_depth G);
  assert (Glive := g_live G); assert (Gpc := g_pc G); assert (Gnext := g_next G);
  assert (Gfacts := g_facts G); assert (Gregs := g_regs G); assert (Gmem := g_mem G);
  assert (Grefs := g_refs G); assert (Grounds := g_rounds G).
(** The same with another layout. *)
Definition at_layout (t : target) (s : state) (L : layout) : state :=
  set_lay s L (regions t L (length (frames s))).
(** The fields of states that were built from others. *)
Ltac fields :=
  cbn [pc regs mem lay frames live rounds goto put with_mem set_regs set_mem set_lay set_frames
       set_rounds at_layout
       a_pc a_regs a_slots a_written a_frames a_facts a_next a_rounds
       a_goto a_with_regs a_with_stack a_with_frames a_with_facts a_with_rounds a_fresh].
Tactic Notation "fields" "in" hyp(H) :=
  cbn [pc regs mem lay frames live rounds goto put with_mem set_regs set_mem set_lay set_frames
       set_rounds at_layout
       a_pc a_regs a_slots a_written a_frames a_facts a_next a_rounds
       a_goto a_with_regs a_with_stack a_with_frames a_with_facts a_with_rounds a_fresh] in H.

(** Registers change. *)
Lemma gamma_regs {t a vs s A B} : gamma t a vs s -> (forall r, relo vs (get r A) (get r B)) ->
  gamma t (a_with_regs a A) vs (set_regs s B).
Proof. intros G R. open_gamma G. constructor; assumption. Qed.
(** Memory changes, and what is said of the stack. *)
Lemma gamma_mem {t a vs s sl ini m} : gamma t a vs s -> memrel (lay s) sl ini vs m ->
  gamma t (a_with_stack a sl ini) vs (set_mem s m).
Proof. intros G M. open_gamma G. constructor; assumption. Qed.
Lemma gamma_same t a vs s m : gamma t a vs s -> memrel (lay s) (a_slots a) (a_written a) vs m ->
  gamma t a vs (set_mem s m).
Proof. intros G M. open_gamma G. constructor; assumption. Qed.
(** Facts change. *)
Lemma gamma_facts t a vs s F : gamma t a vs s -> facts_hold t (lay s) F vs ->
  refrel F vs (l_refs (lay s)) -> gamma t (a_with_facts a F) vs s.
Proof. intros G H R. open_gamma G. constructor; assumption. Qed.
(** There is a new symbol. *)
Lemma gamma_fresh {t a vs s f w} : gamma t a vs s -> not_ref f = true -> fact_holds t (lay s) f w ->
  gamma t (a_fresh a f) (vs ++ [w]) s /\ nth_z (vs ++ [w]) (a_next a) = Some w.
Proof.
  intros G U P. open_gamma G.
  assert (N : nth_z (vs ++ [w]) (a_next a) = Some w) by (rewrite Gnext; apply nth_z_last).
  split; [|exact N]. constructor; fields; try assumption.
  - (* g_frames *) apply frames_ext. exact Gframes.
  - (* g_next *) rewrite app_length. cbn [length]. lia.
  - (* g_facts *) eapply facts_set; [apply facts_ext; exact Gfacts | exact N | exact P].
  - (* g_regs *) apply regs_ext. exact Gregs.
  - (* g_mem *) apply memrel_ext. exact Gmem.
  - (* g_refs *) apply refrel_plain; [| exact U | exact (refrel_ext Gfacts Grefs)].
    intros f0 E0. rewrite Gnext in E0. exfalso. exact (facts_fresh Gfacts E0).
  - (* g_rounds *) apply relo_ext. exact Grounds.
Qed.

Lemma goto_sound {t a vs s} k : gamma t a vs s -> gamma t (a_goto a k) vs (goto s k).
Proof. intros G. open_gamma G. constructor; auto. Qed.

Lemma name_sound {t a vs s r x} : gamma t a vs s -> yields t (lay s) vs r x ->
  exists ws, gamma t (fst (a_name a r)) (vs ++ ws) s /\ relv (vs ++ ws) (snd (a_name a r)) x.
Proof.
  intros G Y. destruct r as [v|f c]; cbn [a_name fst snd]; cbn [yields] in Y.
  - (* Old *) exists []. rewrite app_nil_r. auto.
  - (* New *) destruct Y as [U [w [P ->]]]. exists [w]. destruct (gamma_fresh G U P) as [Gf N].
    split; [exact Gf|]. exists w. split; [exact N | reflexivity].
Qed.
Lemma put_sound {t a vs s} n d {r x} : gamma t a vs s -> yields t (lay s) vs r x ->
  exists ws, gamma t (a_put a n d r) (vs ++ ws) (put s n d x).
Proof.
  intros G Y. unfold put. rewrite (g_pc G).
  destruct r as [v|f c]; cbn [yields] in Y; cbn [a_put].
  - (* Old *) exists []. rewrite app_nil_r. apply goto_sound, gamma_regs; [exact G|].
    apply regs_set; [exact (g_regs G)|]. exists x. auto.
  - (* New *) destruct Y as [U [w [P ->]]]. exists [w]. destruct (gamma_fresh G U P) as [Gf N].
    apply (goto_sound (a := a_with_regs (a_fresh a f) _)), gamma_regs; [exact Gf|].
    apply regs_set; [exact (g_regs Gf)|]. exists (wrap (w + c)). split; [reflexivity|]. exists w.
    auto.
Qed.

(** After a call: r1 to r5 are undefined. *)
Lemma regs_clobber vs (A : rf (option aval)) (B : rf (option Z)) :
  (forall r, relo vs (get r A) (get r B)) ->
    forall r, relo vs (get r (clobber A)) (get r (clobber B)).
Proof. intros H. unfold clobber. do 5 (apply regs_set; [|exact I]). exact H. Qed.
(** Whatever the result register holds, nothing is said of it. *)
Lemma clobber_sound t a vs s x : gamma t a vs s ->
  gamma t (a_clobber a) vs (set_regs s (set R0 x (clobber (regs s)))).
Proof.
  intros G. unfold a_clobber. apply (gamma_regs G). apply regs_set; [|exact I].
  apply regs_clobber. exact (g_regs G).
Qed.
Lemma set_set {A} r (u v : A) x : set r u (set r v x) = set r u x.
Proof. destruct x; destruct r; reflexivity. Qed.
(** A result in r0 after a call. *)
Lemma result_sound {t a vs s} r x : gamma t a vs s -> yields t (lay s) vs r x ->
  exists ws, gamma t (a_put (a_clobber a) 1 R0 r) (vs ++ ws)
    (put (set_regs s (clobber (regs s))) 1 R0 x).
Proof.
  intros G Y. destruct (put_sound 1 R0 (clobber_sound t a vs s None G) Y) as [ws Gw].
  exists ws. unfold put in *. fields in Gw. rewrite set_set in Gw. exact Gw.
Qed.
