(** Atomic operations: what is known of the old value and of the new one. *)
From Checker Require Import Access.
From Proofs Require Export AccessP.

Lemma any_number t L vs x : yields t L vs (New (FScalar true sc_top) 0) (wrap x).
Proof.
  assert (R := wrap_range x). apply new_yields; [reflexivity|].
  split; [exact R | apply sc_top_sound; exact R].
Qed.
Lemma atomic_new_sound t L F vs z op e old y o v : wf_layout t L -> facts_hold t L F vs ->
  refrel F vs (l_refs L) -> relv vs old o -> relv vs y v ->
  exists w, yields t L vs (atomic_new t F z op old y) w
    /\ forall i, 0 <= i < 8 * zbytes z -> Z.testbit w i = Z.testbit (atomic_value op o v e) i.
Proof.
  intros WL FH HR O Y. set (w := match z with S8 => A64 | _ => A32 end).
  assert (B := zbytes_range z).
  assert (Narrow : forall i, i < 8 * zbytes z -> i < width_bits w).
  { intros i. subst w. destruct z; cbn; lia. }
  assert (Bits : forall u i, 0 <= i -> i < width_bits w -> Z.testbit (trunc w u) i = Z.testbit u i).
  { intros u i I1 I2. destruct w; cbn [width_bits trunc] in *.
    - (* A32 *) rewrite testbit_wrap32 by exact I1. destruct (Z.ltb_spec i 32); [|lia].
      apply andb_true_r.
    - (* A64 *) rewrite testbit_wrap by exact I1. destruct (Z.ltb_spec i 64); [|lia].
      apply andb_true_r. }
  assert (Alu : forall p, yields t L vs (a_alu t F w p old y) (alu w p o v)).
  { intros p. exact (a_alu_sound t L F vs FH WL HR w p old y o v O Y). }
  destruct op; cbn [atomic_new atomic_value];
    [exists (alu w Add o v) | exists (alu w Or o v) | exists (alu w And o v)
      | exists (alu w Xor o v) | exists v | exists (wrap (if o =? e then v else o))];
    (split; [first [exact (Alu _) | exact Y | exact (any_number t L vs _)]|]); intros i [I1 I2].
  - (* AtAdd *) cbn [alu]. rewrite Bits by auto.
    assert (E : trunc w (trunc w o + trunc w v) = trunc w (o + v)).
    { destruct w; cbn [trunc]; [words | apply wrap_add]. }
    rewrite <- (Bits (trunc w o + trunc w v)), E by auto. apply Bits; auto.
  - (* AtOr *) cbn [alu]. rewrite !Z.lor_spec, !Bits by auto. reflexivity.
  - (* AtAnd *) cbn [alu]. rewrite !Z.land_spec, !Bits by auto. reflexivity.
  - (* AtXor *) cbn [alu]. rewrite !Z.lxor_spec, !Bits by auto. reflexivity.
  - (* Xchg *) reflexivity.
  - (* Cmpxchg *) rewrite testbit_wrap by exact I1. destruct (Z.ltb_spec i 64); [|lia].
    apply andb_true_r.
Qed.
Lemma a_atomic_sound {t} (an : answer) {a vs s z pl x} op e {y v r a'} : gamma t a vs s ->
  relv vs y v ->
  (forall r, find_region (live s) true x (zbytes z) = Some r ->
    in_order s r true x (zbytes z) = None) ->
  at_place t (lay s) (a_depth a) pl x (zbytes z) true ->
  a_atomic t a z pl op y = Some (a', r) ->
  exists old m ws, atomic_at t s x z (fun o => atomic_value op o v e) = inl (old, m)
    /\ gamma t a' (vs ++ ws) (set_mem s m) /\ yields t (lay s) (vs ++ ws) r old.
Proof.
  intros G Y Al P E. assert (N := zbytes_range z).
  destruct pl as [k d | k | | o | kd k | i k]; try discriminate E; unfold a_atomic in E.
  - (* PStack *) binds E as r0 El.
    destruct (load_stack_sound t an a vs s z k d r0 x G P El) as [o [Lo Yo]].
    destruct (gamma_frame true G P) as [j Ej]; [lia |].
    destruct (gamma_frame false G P) as [j' Ej']; [lia |].
    destruct (name_sound G Yo) as [ws1 [G1 R1]].
    destruct (a_name a r0) as [a1 old] eqn:E1. cbn [fst snd] in G1, R1.
    destruct (atomic_new_sound t (lay s) (a_facts a1) (vs ++ ws1) z op e old y o v (g_wf G1)
      (g_facts G1) (g_refs G1) R1 (relv_ext _ _ _ _ Y)) as [w [Yw Bits]].
    destruct (name_sound G1 Yw) as [ws2 [G2 R2]].
    destruct (a_name a1 _) as [a2 new] eqn:E2. cbn [fst snd] in G2, R2. binds E as a3 Es.
    apply some_inj in E. injection E as <- <-.
    assert (D : a_depth a2 = a_depth a).
    { destruct (gamma_depth G2) as [D2 _]. destruct (gamma_depth G) as [D0 _]. congruence. }
    rewrite <- D in P. destruct (a_store_sound G2 R2 P Es) as [m [St G3]].
    exists o, m, (ws1 ++ ws2). rewrite app_assoc. split; [|split].
    + (* the operation *) unfold store_at in St. rewrite zbytes_nat, Ej in St.
      unfold load_at in Lo. rewrite zbytes_nat, Ej' in Lo. unfold atomic_at. rewrite Ej, (Al _ Ej).
      unfold undefined_stack in *. cbn [frame_region r_kind] in *. injection St as <-.
      destruct (_ && _); [discriminate Lo |].
      injection Lo as <-. do 2 f_equal. apply store_low. rewrite zbytes_nat.
      intros i I. symmetry. exact (Bits i I).
    + (* the state *) assert (H := goto_sound (pc s) G3). rewrite <- (g_pc G).
      destruct s. exact H.
    + (* the old value *) exact (relv_ext _ _ _ _ R1).
  - (* PVal *) injection E as <- <-. exists (load (mem s) x (bytes z)).
    exists (store (mem s) x (bytes z) (atomic_value op (load (mem s) x (bytes z)) v e)), [].
    rewrite app_nil_r.
    assert (H := store_scribble t a vs s (PVal o) x z
      (atomic_value op (load (mem s) x (bytes z)) v e) true G P).
    split; [|split; [exact H |]].
    + (* the operation *) unfold atomic_at. apply at_val in P.
      destruct (gamma_plain G P) as [q [Eq K]]; [lia |].
      rewrite Eq, (Al _ Eq), plain_defined by exact K. reflexivity.
    + (* the old value *) apply new_yields; [reflexivity | apply loaded_scalar].
Qed.
