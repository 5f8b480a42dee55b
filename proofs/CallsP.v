(** Helper calls: arguments that the checker lets pass are legal, and the result is what the contract says. *)
From Checker Require Import Calls.
From Proofs Require Export AccessP.
From Proofs Require Import ScalarP.

(** Memory that a helper reads: [n] bytes of those checked. *)
Lemma a_reads_sound t a vs s v x n k : gamma t a vs s -> relv vs v x -> a_reads t a v k = true -> 0 < n <= k ->
  helper_reads t s x n = None.
Proof.
  unfold a_reads. intros G R E N. assert (WL := g_wf _ _ _ _ G). apply andb_true_iff in E. destruct E as [K E].
  apply Z.ltb_lt in K. destruct (a_addr t (a_facts a) v 0 k false) as [pl |] eqn:A; [| discriminate E].
  assert (P := a_addr_sound t (lay s) (a_facts a) vs v x 0 k false pl WL (g_facts _ _ _ _ G) R K A).
  rewrite Z.add_0_r, wrap_small in P by exact (relv_range _ _ _ R).
  apply (at_place_less _ _ _ _ _ n) in P; [| lia]. unfold helper_reads. rewrite (g_live _ _ _ _ G).
  assert (Pl : in_plain t (lay s) x n false ->
    exists q, find_region (regions t (lay s)) false x n = Some q /\ plain_kind (r_kind q)).
  { intros [q [I [Ins Wr]]].
    destruct (find_plain WL false x n q) as [q' [Eq [_ Kq]]]; [lia | exact I | exact Ins | exact Wr |].
    exists q'. split; [exact Eq | exact Kq]. }
  destruct pl; cbn [at_place] in P; try discriminate E.
  - lazymatch type of E with init_ok _ _ ?k _ = _ => set (o := k) in * end. destruct P as [-> [P1 P2]].
    rewrite find_stack by (unfold stack_size in *; lia). cbn [stack_region r_kind].
    apply (init_ok_less t (a_written a) o k n) in E; [| exact P1 | lia].
    rewrite (init_ok_sound t (lay s) (a_slots a) vs s (a_written a) o (Z.to_nat n));
      [reflexivity | exact (g_mem _ _ _ _ G) | exact P1 | lia |]. replace (Z.of_nat (Z.to_nat n)) with n by lia. exact E.
  - destruct (Pl P) as [q [Eq Kq]]. rewrite Eq. unfold undefined_stack. destruct (r_kind q); (contradiction || reflexivity).
  - destruct (Pl P) as [q [Eq Kq]]. rewrite Eq. unfold undefined_stack. destruct (r_kind q); (contradiction || reflexivity).
Qed.

Lemma a_args_sound t a vs s args : forall rs m m', gamma t a vs s -> a_args t a args rs m = Some m' ->
  check_args t s args rs m = inl m'.
Proof.
  induction args as [| g args IH]; intros rs m m' G E; [destruct rs; injection E as ->; reflexivity |].
  destruct rs as [| r rs]; [discriminate E |]. cbn [a_args] in E. cbn [check_args].
  assert (Rr := g_regs _ _ _ _ G r). destruct (get r (a_regs a)) as [v |]; [| discriminate E].
  destruct Rr as [x [-> R]].
  assert (Reads : forall n k, 0 < k <= n -> (if a_reads t a v n then a_args t a args rs m else None) = Some m' ->
    match helper_reads t s x k with Some f => inr f | None => check_args t s args rs m end = inl m').
  { intros n k K H. destruct (a_reads t a v n) eqn:Ar; [| discriminate H].
    rewrite (a_reads_sound t a vs s v x k n G R Ar K). exact (IH _ _ _ G H). }
  assert (Sized : forall n, (if a_reads t a v n then a_args t a args rs m else None) = Some m' ->
    match helper_reads t s x n with Some f => inr f | None => check_args t s args rs m end = inl m').
  { intros n H. apply (Reads n n); [| exact H]. destruct (a_reads t a v n) eqn:Ar; [| discriminate H].
    unfold a_reads in Ar. bools. lia. }
  destruct g.
  - exact (IH _ _ _ G E).
  - destruct (fact_of (a_facts a) v) as [f |] eqn:Ef; [| discriminate E].
    destruct f; try discriminate E.
    destruct (Z.eqb_spec (snd v) 0) as [C | C]; [| discriminate E].
    destruct (fact_of_sound t (lay s) (a_facts a) vs (g_facts _ _ _ _ G) v x _ R Ef) as [w [_ [[B P] ->]]].
    rewrite C, Z.add_0_r, wrap_small by exact B. rewrite (index_of_map (g_wf _ _ _ _ G) _ w P). exact (IH _ _ _ G E).
  - destruct (obind m (map_of t)) as [d |]; [| discriminate E]. exact (Sized _ E).
  - destruct (obind m (map_of t)) as [d |]; [| discriminate E]. exact (Sized _ E).
  - destruct rs as [| r2 rs]; [discriminate E |]. assert (R2 := g_regs _ _ _ _ G r2).
    destruct (get r2 (a_regs a)) as [v2 |]; cbn [obind] in E; [| discriminate E]. destruct R2 as [y [-> R2]].
    destruct (view (a_facts a) v2) as [[ta sc] |] eqn:V; [| discriminate E].
    destruct (Z.ltb_spec 0 (s_umin sc)) as [Lo | Lo]; [| discriminate E].
    assert (I := view_sound t (lay s) (a_facts a) vs (g_facts _ _ _ _ G) v2 y ta sc R2 V). destruct I as [_ [_ [U _]]].
    replace (0 <? y) with true by (symmetry; apply Z.ltb_lt; lia). apply (Reads (s_umax sc) y); [lia | exact E].
  - exact (IH _ _ _ G E).
  - destruct (fact_of (a_facts a) v) as [f |] eqn:Ef; [| discriminate E].
    destruct f; try discriminate E.
    destruct (Z.eqb_spec (snd v) 0) as [C | C]; [| discriminate E].
    destruct (fact_of_sound t (lay s) (a_facts a) vs (g_facts _ _ _ _ G) v x _ R Ef) as [w [_ [[B P] ->]]].
    rewrite C, Z.add_0_r, wrap_small by exact B. rewrite P, Z.eqb_refl. exact (IH _ _ _ G E).
Qed.

Lemma a_ret_sound t L vs an s r m v : wf_layout t L -> lay s = L -> a_ret r m = Some v ->
  yields t L vs v (interpret an s r m).
Proof.
  intros WL EL E. destruct r; cbn [a_ret interpret] in *.
  - destruct (_ && _ && _) eqn:C; [| discriminate E]. apply some_inj in E. rewrite <- E. bools. unfold sign64 in *.
    apply new_yields. split; [apply wrap_range |]. apply sc_srange_sound; [apply wrap_range |].
    rewrite sgn64_wrap; lia.
  - destruct m as [i |]; [| discriminate E]. injection E as <-. apply new_yields. cbn [obind]. rewrite EL.
    destruct (nth_z (l_vals L) i) as [bs |] eqn:Eb; [| split; [lia | left; reflexivity]].
    destruct (nth_z bs (an_choice an)) as [b |] eqn:En; [| split; [lia | left; reflexivity]].
    apply nth_z_in in En. assert (Bw := value_word WL i bs b Eb En).
    split; [lia |]. right. exists bs. split; [exact Eb | exact En].
Qed.

Lemma a_call_sound t an a vs s h a' : gamma t a vs s -> a_call t a h = Some a' ->
  exists s' ws, call t an h s = Next s' /\ gamma t a' (vs ++ ws) s'.
Proof.
  unfold a_call, call. intros G E. destruct (existsb (Z.eqb h) (pt_helpers (t_type t))); [| discriminate E].
  binds E as d Ed. binds E as m Em. binds E as r Er. apply some_inj in E. rewrite <- E.
  cbn [negb]. rewrite Ed, (a_args_sound t a vs s (h_args d) arg_regs None m G Em).
  assert (Y := a_ret_sound t (lay s) vs an s (h_ret d) m r (g_wf _ _ _ _ G) eq_refl Er).
  destruct (result_sound t a vs s r (interpret an s (h_ret d) m) G Y) as [ws Gw].
  exists (with_result s (interpret an s (h_ret d) m)), ws. split; [reflexivity | exact Gw].
Qed.
