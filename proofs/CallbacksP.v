(** Callbacks: the first round, and what follows at the end of each. *)
From Checker Require Import Callbacks.
From Proofs Require Import ScalarP.
From Proofs Require Export CallsP RefineP.

(** One of two successors covers the state. *)
Definition one_of (t : target) (x y : option astate) (vs : list Z) (s : state) : Prop :=
  exists ws, (exists a, x = Some a /\ gamma t a (vs ++ ws) s)
    \/ (exists a, y = Some a /\ gamma t a (vs ++ ws) s).

Lemma max_calls_word x : 0 <= x <= max_calls -> 0 <= x < W.
Proof. unfold max_calls. lia. Qed.
Lemma number_holds t L lo hi x : 0 <= lo -> lo <= x <= hi -> hi <= max_calls ->
  fact_holds t L (FScalar false (sc_range lo hi)) x.
Proof.
  intros Lo B H. assert (X : 0 <= x < W) by (apply max_calls_word; lia). split; [exact X |].
  apply sc_range_sound; [exact X | exact B].
Qed.
Lemma new_symbol vs k w : nth_z vs k = Some w -> 0 <= w < W -> relv vs (k, 0) w.
Proof.
  intros N B. exists w. cbn [fst snd]. split; [exact N |].
  rewrite Z.add_0_r, wrap_small by exact B. reflexivity.
Qed.

Lemma a_round_sound {t} an {a vs s f c afs fs callback rest ctx most rest' index ctx' a'} :
  gamma t a vs s -> fr_pc c = af_pc f ->
  (forall r, relo vs (get r (af_regs f)) (get r (fr_regs c))) ->
  relo vs (af_rounds f) (Some (fr_rounds c)) -> Forall2 (framerel vs) afs fs ->
  afterrel vs (AAgain callback rest ctx most) (Again callback rest' index ctx') ->
  a_round a f afs callback rest ctx most = Some a' ->
  exists s' ws, round t an s c fs callback rest' index ctx' = Next s' /\ gamma t a' (vs ++ ws) s'.
Proof.
  intros G Ep Er En Fs [Ec [Rr [Rc [Z0 [I0 [Sum M]]]]]] E. unfold a_round in E. unfold round.
  destruct (gamma_fresh (f := FScalar false (sc_range 0 (most - 1))) (w := index) G eq_refl)
    as [Gf N]; [apply number_holds; lia |].
  pose proof (fun F1 F2 F3 => a_begin_sound
    (xs := arguments (Some index) (Some ctx') None None None)
    (fs := Frame (fr_pc c) (fr_regs c) (fr_rounds c) (Again callback rest' index ctx') :: fs)
    an Gf F1 F2 F3 E) as K.
  destruct K as [s' [ws [B Gw]]].
  4: { exists s', (index :: ws). split; [exact B |].
       replace (vs ++ index :: ws) with ((vs ++ [index]) ++ ws)
         by (rewrite <- app_assoc; reflexivity).
       exact Gw. }
  - (* the callers *) constructor; [| apply frames_ext; exact Fs].
    split; [exact Ep |]. split; [apply regs_ext; exact Er |].
    split; [apply relo_ext; exact En |]. apply after_ext.
    split; [exact Ec |]. split; [exact Rr |]. split; [exact Rc | lia].
  - (* the arguments *) apply arguments_sound; try exact Logic.I.
    + (* the index *) exists index. split; [reflexivity |].
      apply new_symbol; [exact N | apply max_calls_word; lia].
    + (* the context *) exists ctx'. split; [reflexivity | apply relv_ext; exact Rc].
  - (* there is a caller *) discriminate.
Qed.

(** The helper's result, in r0. *)
Lemma rounds_result {t a vs s sc x} : gamma t a vs s -> 0 <= x < W -> in_scalar sc x ->
  exists ws, gamma t (a_finish (a_clobber a) (Some (New (FScalar false sc) 0))) (vs ++ ws)
    (goto (set_regs s (set R0 (Some x) (clobber (regs s)))) (pc s + 1)).
Proof.
  intros G B S. apply (finish_sound t _ vs _ _ (clobber_sound t a vs s (Some x) G)). fields.
  rewrite get_set_same. exists x. split; [reflexivity |]. split; [reflexivity |]. exists x.
  rewrite Z.add_0_r, wrap_small by exact B. split; [split; [exact B | exact S] | reflexivity].
Qed.

Lemma side_some {o x} : side o = Some x -> exists a, o = Some a /\ x = Some a.
Proof. destruct o as [a |]; [| discriminate]. intros E. apply some_inj in E. exists a. auto. Qed.

Lemma a_first_round_sound {t} an {a vs s callee x y} : gamma t a vs s ->
  a_first_round t a callee = Some (x, y) ->
  exists s', call t an callee s = Next s' /\ one_of t x y vs s'.
Proof.
  unfold a_first_round, call. intros G E.
  binds E as d Ed. binds E as q Eq. rewrite Ed.
  destruct (a_args_sound (packet_arg (t_type t) d) t a vs s (args_in (t_type t) d) arg_regs
    a_nothing_seen nothing_seen q G) as [c [-> Q]];
    [constructor; (reflexivity || exact Logic.I) | exact Eq |].
  destruct (h_ret d); try discriminate E.
  binds E as callback Ec. binds E as n En. binds E as ctx Ex. binds E as flags Ef.
  unfold first_round. rewrite <- (sr_callback Q), Ec.
  assert (R1s := g_regs G R1). rewrite En in R1s. destruct R1s as [u [-> Ru]].
  assert (R3s := g_regs G R3). rewrite Ex in R3s. destruct R3s as [v [-> Rv]].
  assert (R4s := g_regs G R4). rewrite Ef in R4s. destruct R4s as [w [-> Rw]].
  assert (Bu := relv_range _ _ _ Ru).
  assert (Su := in_scalar_between _ _ (any_view_sound _ _ _ _ (g_facts G) _ _ Ru)).
  set (sc := snd (any_view (a_facts a) n)) in *. cbv zeta in E.
  set (most := Z.min (s_umax sc) max_calls) in *.
  set (right := (s_umax sc <=? max_calls)
    && match const_of (a_facts a) flags with Some Z0 => true | _ => false end) in *.
  binds E as enter Ee. injection E as <- <-.
  assert (Low : 0 <= wrap32 u <= u).
  { rewrite wrap32_mod. split; [apply Z.mod_pos_bound; lia | apply Z.mod_le; lia]. }
  assert (Right : right = true -> wrap32 u = u /\ w = 0 /\ u <= max_calls).
  { unfold right. intros T. bools T as T1 T2. apply Z.leb_le in T1.
    destruct (const_of (a_facts a) flags) as [k |] eqn:K; [| discriminate T2].
    destruct k; try discriminate T2.
    split; [apply wrap32_small; unfold max_calls in *; lia |].
    split; [exact (const_of_sound _ _ _ _ (g_facts G) _ _ _ Rw K) | lia]. }
  (* no round: a result *)
  assert (None_ : forall r, 0 <= r < W -> (right = true -> r = 0 /\ u = 0) ->
    exists s', Next (goto (set_regs s (set R0 (Some r) (clobber (regs s)))) (pc s + 1)) = Next s' /\
      one_of t enter (if right && (0 <? s_umin sc) then None else
        Some (a_finish (a_clobber a)
          (Some (New (FScalar false (if right then sc_const 0 else sc_top)) 0)))) vs s').
  { intros r Br Tr. eexists. split; [reflexivity |].
    edestruct (rounds_result (sc := if right then sc_const 0 else sc_top) G Br) as [ws Gw].
    { destruct right; [| apply sc_top_sound; exact Br]. destruct (Tr eq_refl) as [-> _].
      apply (sc_const_sound 0). }
    exists ws. right. eexists. split; [| exact Gw].
    destruct right; [| reflexivity]. cbn [andb]. destruct (Tr eq_refl) as [_ U0].
    replace (0 <? s_umin sc) with false by (symmetry; apply Z.ltb_ge; lia). reflexivity. }
  destruct (negb (w =? 0) || (max_calls <? wrap32 u) || ((wrap32 u <? u) && (an_choice an <? 0)))
    eqn:Bad.
  - (* wrong arguments *) apply None_; [apply wrap_range |]. intros T. exfalso.
    destruct (Right T) as [Eu [-> Um]]. rewrite Eu, Z.ltb_irrefl in Bad. cbn in Bad.
    rewrite orb_false_r in Bad. apply Z.ltb_lt in Bad. lia.
  - (* right ones *) apply orb_false_iff in Bad. destruct Bad as [Bad _].
    apply orb_false_iff in Bad. destruct Bad as [_ Fit]. apply Z.ltb_ge in Fit.
    destruct (Z.eqb_spec (wrap32 u) 0) as [U0 | U0].
    + (* no rounds *) apply None_; [lia |]. intros T. destruct (Right T) as [Eu _]. lia.
    + (* some *) assert (Most : wrap32 u <= most) by (unfold most; lia).
      replace (0 <? most) with true in Ee by (symmetry; apply Z.ltb_lt; lia).
      destruct (side_some Ee) as [a' [Er ->]].
      destruct (gamma_fresh (f := FScalar false (sc_range 0 (most - 1))) (w := wrap32 u - 1) G
        eq_refl) as [Gf N]; [apply number_holds; unfold most; lia |].
      pose proof (fun F1 F2 F3 F4 F5 => a_round_sound
        (c := Frame (pc s + 1) (regs s) (rounds s) Back) (fs := frames s) (rest' := wrap32 u - 1)
        (index := 0) (ctx' := v) an Gf F1 F2 F3 F4 F5 Er) as K.
      destruct K as [s' [ws [B Gw]]].
      6: { exists s'. split; [exact B |]. exists ((wrap32 u - 1) :: ws). left. exists a'.
           split; [reflexivity |]. rewrite <- app_assoc in Gw. exact Gw. }
      * (* where it goes on *) cbn [fr_pc af_pc]. rewrite (g_pc G). reflexivity.
      * (* the caller's registers *) apply regs_ext. exact (g_regs G).
      * (* its rounds *) exact (relo_ext _ _ _ _ (g_rounds G)).
      * (* its callers *) apply frames_ext. exact (g_frames G).
      * (* the rounds *) split; [reflexivity |]. split.
        -- (* that are left *) apply new_symbol; [exact N | apply max_calls_word; lia].
        -- (* the context *) split; [apply relv_ext; exact Rv |]. unfold most in *. lia.
Qed.

Lemma a_next_round_sound {t} an {a vs s x y} : gamma t a vs s ->
  a_next_round a = Some (x, y) ->
  exists s', leave t an s = Next s' /\ one_of t x y vs s'.
Proof.
  unfold a_next_round, leave. intros G E. assert (Gframes := g_frames G).
  destruct (a_frames a) as [| [p rs n after] afs] eqn:Ea; [discriminate E |].
  destruct after as [| callback rest ctx most]; [discriminate E |].
  inversion Gframes as [| af f afs' fs Fr Fs Eaf Ec]. subst af afs'.
  destruct f as [p' rs' n' after']. destruct Fr as [Ep [Er [En Af]]].
  cbn [fr_pc fr_regs fr_rounds fr_after af_pc af_regs af_rounds af_after] in *.
  destruct after' as [| callback' rest' index ctx']; [contradiction Af |].
  destruct Af as [-> [Rr [Rc [Z0 [I0 [Sum M]]]]]].
  binds E as r E0. binds E as v Ev. destruct v as [ta sc]. cbn [snd] in E.
  destruct (Z.leb_spec (s_umax sc) 1) as [Hi | Hi]; [| discriminate E].
  binds E as again Eg. apply some_inj in E. injection E as <- <-.
  assert (R0s := g_regs G R0). rewrite E0 in R0s. destruct R0s as [u [-> Ru]].
  assert (Su := in_scalar_between _ _ (view_sound _ _ _ _ (g_facts G) _ _ _ _ Ru Ev)).
  replace (1 <? u) with false by (symmetry; apply Z.ltb_ge; lia).
  assert (Br := relv_range _ _ _ Rr).
  destruct ((u =? 0) && (0 <? rest')) eqn:More.
  - (* one more round *) bools More as U0 More. apply Z.eqb_eq in U0. apply Z.ltb_lt in More.
    replace (s_umin sc <=? 0) with true in Eg by (symmetry; apply Z.leb_le; lia).
    destruct (narrow_sound t (lay s) vs (l_refs (lay s)) (a_facts a) rest (sc_range 1 most) rest'
      (conj (g_facts G) (g_refs G)) Rr) as [F [EF [HF RF]]].
    { apply sc_range_sound; [exact Br | lia]. }
    rewrite EF in Eg. destruct (side_some Eg) as [a' [Ea' ->]].
    assert (Gn := gamma_facts t a vs s F G HF RF).
    pose proof (fun F1 F2 F3 F4 F5 => a_round_sound
      (c := Frame p' rs' n' (Again callback rest' index ctx')) (fs := fs) (rest' := rest' - 1)
      (index := index + 1) (ctx' := ctx') an Gn F1 F2 F3 F4 F5 Ea') as K.
    destruct K as [s' [ws [B Gw]]].
    6: { exists s'. split; [exact B |]. exists ws. left. exists a'. auto. }
    + (* where it goes on *) exact Ep.
    + (* the caller's registers *) exact Er.
    + (* its rounds *) exact En.
    + (* its callers *) exact Fs.
    + (* the rounds *) split; [reflexivity |]. split; [| split; [exact Rc | lia]].
      destruct Rr as [w [N Ew]]. exists w. cbn [fst snd]. split; [exact N |].
      replace (w + (snd rest - 1)) with (w + snd rest + (-1)) by lia.
      rewrite <- wrap_add_l, <- Ew. symmetry. apply wrap_small. lia.
  - (* back *) destruct (a_go_back_sound (f := AFrame p rs n ABack)
      (c := Frame p' rs' n' (Again callback rest' index ctx')) (r := None) (x := Some (index + 1))
      G Ep Er En Fs (callers_fewer G (eq_sym Ec)) Logic.I) as [s' [B Gb]].
    exists s'. split; [exact B |].
    edestruct (put_sound 0 R0 (r := New (FScalar false (sc_range 1 most)) 0) (x := index + 1) Gb)
      as [ws Gw].
    { split; [reflexivity |]. exists (index + 1).
      rewrite Z.add_0_r, wrap_small by (apply max_calls_word; lia).
      split; [| reflexivity]. apply number_holds; lia. }
    exists ws. right. eexists. split.
    + (* it can be *) destruct ((s_umax sc <=? 0) && _) eqn:Never; [exfalso | reflexivity].
      bools Never as N1 N2. apply Z.leb_le in N1. assert (Bu := relv_range _ _ _ Ru).
      assert (u = 0) by lia. subst u.
      cbn [Z.eqb andb] in More. apply Z.ltb_ge in More.
      destruct (view (a_facts a) rest) as [[tr sr] |] eqn:Vr; [| discriminate N2].
      apply Z.ltb_lt in N2.
      assert (Sr := in_scalar_between _ _ (view_sound _ _ _ _ (g_facts G) _ _ _ _ Rr Vr)). lia.
    + (* the result is there already *) injection B as B. rewrite <- B in *. clear B.
      unfold put in Gw. fields in Gw. rewrite Z.add_0_r in Gw.
      lazymatch type of Gw with gamma _ _ _ ?s1 => lazymatch goal with |- gamma _ _ _ ?s2 =>
        replace s2 with s1; [exact Gw |] end end.
      unfold set_frames, set_regs, goto. fields. f_equal. apply set_get.
      destruct rs'. reflexivity.
Qed.
