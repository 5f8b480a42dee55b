(** Addresses, loads and stores: an access that the checker lets pass does not fault, and what is said of the result holds. *)
From Checker Require Import Access.
From Proofs Require Export ArithP.
From Proofs Require Import ScalarP.

(** The [n] bytes at address [x] are in a region that is neither the stack nor the context, and that may be written if [w]. *)
Definition in_plain (t : target) (L : layout) (x n : Z) (w : bool) : Prop :=
  exists r, In r (plain_regions t L) /\ inside r x n = true /\ (w = true -> r_write r = true).
(** The [n] bytes at address [x] are in the place [pl], and may be written if [w]. *)
Definition at_place (t : target) (L : layout) (pl : place) (x n : Z) (w : bool) : Prop :=
  match pl with
  | PStack k => x = l_stack L + stack_size + k /\ - stack_size <= k /\ k + n <= 0
  | PCtx k => x = l_ctx L + k /\ 0 <= k /\ k + n <= pt_ctx_size (t_type t)
  | PPkt | PVal => in_plain t L x n w
  end.
Lemma at_place_read t L pl x n w : at_place t L pl x n w -> at_place t L pl x n false.
Proof.
  destruct pl; cbn [at_place]; intros H; try exact H;
    destruct H as [r [I [Ins _]]]; exists r; (split; [exact I | split; [exact Ins | discriminate]]).
Qed.
Lemma at_place_less t L pl x n n' w : at_place t L pl x n w -> n' <= n -> at_place t L pl x n' w.
Proof.
  intros H Le. destruct pl; cbn [at_place] in *; try lia;
    destruct H as [r [I [Ins Wr]]]; exists r; (split; [exact I | split; [| exact Wr]]);
    apply inside_spec in Ins; apply inside_spec; lia.
Qed.

(** * Addresses *)

Lemma a_addr_sound t L F vs a x off n w pl : wf_layout t L -> facts_hold t L F vs -> relv vs a x -> 0 < n ->
  a_addr t F a off n w = Some pl -> at_place t L pl (wrap (x + off)) n w.
Proof.
  unfold a_addr. intros WL FH R N E. destruct (fact_of F a) as [f |] eqn:EF; [| discriminate E].
  destruct (fact_of_sound t L F vs FH a x f R EF) as [u [_ [[B P] ->]]]. rewrite wrap_add_l, <- Z.add_assoc.
  assert (RS := stack_range WL). assert (RC := ctx_range WL). assert (RP := packet_range WL).
  destruct f; try discriminate E.
  - destruct (_ && _) eqn:C; [| discriminate E]. injection E as <-. bools. unfold stack_size in *.
    rewrite wrap_small by lia. cbn [at_place]. unfold stack_size. lia.
  - destruct (_ && _) eqn:C; [| discriminate E]. injection E as <-. bools.
    rewrite wrap_small by lia. cbn [at_place]. lia.
  - lazymatch type of EF with _ = Some (FPkt _ ?av) => destruct av as [v |]; [| discriminate E] end.
    destruct (_ && _) eqn:C; [| discriminate E]. injection E as <-. bools.
    destruct P as [P1 P2]. rewrite wrap_small by lia. exists (packet_region L).
    split; [apply packet_in |]. split; [| reflexivity]. apply inside_spec. cbn [packet_region r_base r_size]. lia.
  - destruct (map_of t _) as [m |] eqn:Em; [| discriminate E]. destruct (_ && _ && _) eqn:C; [| discriminate E].
    injection E as <-. destruct P as [bs [b [Hv [Hb P]]]]. assert (RV := value_range WL _ m bs b Em Hv Hb).
    destruct (value_in t L _ m bs b Em Hv Hb) as [j J]. apply andb_true_iff in C. destruct C as [C Wr]. bools.
    rewrite wrap_small by lia. eexists. split; [exact J |]. split.
    + apply inside_spec. cbn [value_region r_base r_size]. lia.
    + intros Hw. rewrite Hw in Wr. exact Wr.
Qed.

(** * Which frame bytes were written *)

Lemma frame_bits_spec k n i : - stack_size <= k -> 0 <= n -> 0 <= i ->
  Z.testbit (frame_bits k n) i = (k + stack_size <=? i) && (i <? k + stack_size + n).
Proof.
  intros K N I. unfold frame_bits. rewrite Z.shiftl_spec by exact I.
  destruct (Z.leb_spec (k + stack_size) i) as [A | A]; cbn [andb].
  - rewrite Z.testbit_ones_nonneg by lia.
    destruct (Z.ltb_spec (i - (k + stack_size)) n) as [B | B], (Z.ltb_spec i (k + stack_size + n)) as [C | C];
      lia || reflexivity.
  - apply Z.testbit_neg_r. lia.
Qed.
Lemma all_init_bit ini k n i : - stack_size <= k -> 0 <= n -> all_init ini k n = true ->
  k + stack_size <= i < k + stack_size + n -> Z.testbit ini i = true.
Proof.
  unfold all_init. intros K N H I. apply Z.eqb_eq in H.
  assert (T : Z.testbit (Z.land ini (frame_bits k n)) i = Z.testbit (frame_bits k n) i) by (rewrite H; reflexivity).
  rewrite Z.land_spec, frame_bits_spec in T by lia.
  replace (k + stack_size <=? i) with true in T by (symmetry; apply Z.leb_le; lia).
  replace (i <? k + stack_size + n) with true in T by (symmetry; apply Z.ltb_lt; lia).
  cbn [andb] in T. rewrite andb_true_r in T. exact T.
Qed.
Lemma init_ok_less t ini k n n' : - stack_size <= k -> 0 <= n' <= n -> init_ok t ini k n = true -> init_ok t ini k n' = true.
Proof.
  unfold init_ok. intros K N H. apply orb_true_iff in H. apply orb_true_iff. destruct H as [H | H]; [left; exact H | right].
  unfold all_init. apply Z.eqb_eq. apply Z.bits_inj'. intros i I. rewrite Z.land_spec.
  destruct (Z.testbit (frame_bits k n') i) eqn:T; [| apply andb_false_r].
  rewrite frame_bits_spec in T by lia. bools. rewrite (all_init_bit ini k n i) by (assumption || lia). reflexivity.
Qed.
Lemma init_ok_sound t L sl vs s ini k n r : memrel L sl ini vs (mem s) -> - stack_size <= k -> k + Z.of_nat n <= 0 ->
  init_ok t ini k (Z.of_nat n) = true -> undefined_stack t s r (l_stack L + stack_size + k) n = false.
Proof.
  unfold undefined_stack, init_ok. intros M K N H. destruct (r_kind r); try reflexivity.
  destruct (pf_strict_stack (t_profile t)); [| reflexivity]. cbn [negb orb andb] in *. apply negb_false_iff.
  apply all_written_spec. intros b B. replace b with (l_stack L + (b - l_stack L)) by lia.
  apply (m_written _ _ _ _ _ M); [lia |]. apply (all_init_bit ini k (Z.of_nat n)); (assumption || lia).
Qed.

(** * Memory that agrees on the frame *)

Lemma memrel_frame L sl ini vs m m' : memrel L sl ini vs m ->
  (forall b, l_stack L <= b < l_stack L + stack_size -> read m' b = read m b) ->
  (forall b, written m b = true -> written m' b = true) -> memrel L sl ini vs m'.
Proof.
  intros M Rd Wr. constructor.
  - intros o z v E. destruct (m_slots _ _ _ _ _ M o z v E) as [S1 [S2 S3]]. split; [exact S1 |]. split; [exact S2 |].
    rewrite (load_frame m m'); [exact S3 |].
    intros b B. rewrite zbytes_nat in B. apply Rd. lia.
  - intros i I T. apply Wr. exact (m_written _ _ _ _ _ M i I T).
Qed.
Lemma gamma_mem t a vs s m p : gamma t a vs s -> p = a_pc a ->
  memrel (lay s) (a_slots a) (a_written a) vs m -> gamma t a vs (State p (regs s) m (lay s) (live s)).
Proof. intros [G1 G2 G3 G4 G5 G6 G7] E M. constructor; cbn [pc regs mem lay live]; assumption. Qed.

(** Other processors and helpers write to shared memory alone: never to the frame. *)
Lemma interfere_sound t an a vs s : gamma t a vs s -> gamma t a vs (interfere an s).
Proof.
  intros G. unfold interfere. apply gamma_mem; [exact G | exact (g_pc _ _ _ _ G) |].
  apply (memrel_frame _ _ _ _ (mem s)); [exact (g_mem _ _ _ _ G) | |].
  - intros b B. apply read_write_all. intros w I. apply filter_In in I. destruct I as [_ I].
    rewrite (g_live _ _ _ _ G) in I. assert (N := shared_off_stack (g_wf _ _ _ _ G) _ I). intros <-. exact (N B).
  - intros b. apply written_write_all.
Qed.

(** * Loads *)

(* [injection] would compute the results. *)
Lemma some_inj {A} (x y : A) : Some x = Some y -> x = y.
Proof. intros H. exact (f_equal (fun o => match o with Some z => z | None => x end) H). Qed.

Lemma new_yields t L vs f x : fact_holds t L f x -> yields t L vs (New f 0) x.
Proof.
  intros H. exists x. split; [exact H |]. destruct H as [B _]. rewrite Z.add_0_r, wrap_small by exact B. reflexivity.
Qed.
Lemma res_view_sound t L F vs r x ta s : facts_hold t L F vs -> yields t L vs r x -> res_view F r = (ta, s) -> in_scalar s x.
Proof.
  intros FH Y E. destruct r as [v | f c]; cbn [res_view yields] in *.
  - assert (V := any_view_sound t L F vs FH v x Y). rewrite E in V. exact V.
  - destruct Y as [w [[B P] X]]. assert (Rx : 0 <= x < W) by (rewrite X; apply wrap_range).
    assert (Top : (true, sc_top) = (ta, s) -> in_scalar s x).
    { intros K. injection K as _ <-. apply sc_top_sound. exact Rx. }
    destruct f; try exact (Top E). destruct (Z.eqb_spec c 0) as [C | C]; [| exact (Top E)].
    injection E as _ <-. rewrite X, C, Z.add_0_r, wrap_small by exact B. exact P.
Qed.
Lemma loaded_scalar t L m x z ta : fact_holds t L (FScalar ta (sc_of_bytes z)) (load m x (bytes z)).
Proof. split; [apply load_word |]. apply sc_of_bytes_sound. rewrite <- zbytes_nat. apply load_range. Qed.
Lemma size_eqb_eq a b : size_eqb a b = true -> a = b.
Proof. unfold size_eqb. destruct a, b; (reflexivity || discriminate). Qed.

Lemma load_at_plain t s x n q : wf_layout t (lay s) -> live s = regions t (lay s) -> 0 < Z.of_nat n ->
  In q (plain_regions t (lay s)) -> inside q x (Z.of_nat n) = true -> load_at t s x n = inl (load (mem s) x n).
Proof.
  intros WL Li N I Ins. unfold load_at. rewrite Li.
  destruct (find_plain WL false x (Z.of_nat n) q N I Ins) as [q' [Eq [_ K]]]; [discriminate |].
  rewrite Eq. unfold undefined_stack. destruct (r_kind q'); (contradiction || reflexivity).
Qed.
Lemma load_stack_sound t a vs s z k r x : gamma t a vs s -> at_place t (lay s) (PStack k) x (zbytes z) false ->
  a_load_plain t a z (PStack k) = Some r -> exists v, load_at t s x (bytes z) = inl v /\ yields t (lay s) vs r v.
Proof.
  cbn [a_load_plain at_place]. intros G [-> [P1 P2]] E. unfold load_at. rewrite (g_live _ _ _ _ G), zbytes_nat.
  rewrite find_stack by (unfold stack_size in *; lia). cbn [stack_region r_kind].
  destruct (init_ok t (a_written a) k (zbytes z)) eqn:Ok; [| discriminate E].
  rewrite (init_ok_sound t (lay s) (a_slots a) vs s (a_written a) k (bytes z));
    [| exact (g_mem _ _ _ _ G) | exact P1 | rewrite zbytes_nat; exact P2 | rewrite zbytes_nat; exact Ok].
  eexists. split; [reflexivity |].
  destruct (zfind k (a_slots a)) as [[z' v] |] eqn:Es; [destruct (size_eqb z z') eqn:Ez |]; injection E as <-;
    try (apply new_yields, loaded_scalar).
  apply size_eqb_eq in Ez. rewrite Ez.
  destruct (m_slots _ _ _ _ _ (g_mem _ _ _ _ G) _ _ _ Es) as [_ [_ Rv]]. exact Rv.
Qed.
Lemma load_ctx_sound t a vs s z k r x : gamma t a vs s -> at_place t (lay s) (PCtx k) x (zbytes z) false ->
  a_load_plain t a z (PCtx k) = Some r -> exists v, load_at t s x (bytes z) = inl v /\ yields t (lay s) vs r v.
Proof.
  cbn [a_load_plain at_place]. intros G [-> [P1 P2]] E. assert (WL := g_wf _ _ _ _ G). assert (N := zbytes_range z).
  unfold load_at. rewrite (g_live _ _ _ _ G), zbytes_nat, (find_ctx WL) by lia. cbn [ctx_region r_kind r_base].
  replace (l_ctx (lay s) + k - l_ctx (lay s)) with k by lia. assert (RP := packet_range WL).
  destruct (ctx_readable (t_type t) k (zbytes z)) as [fk |]; [| discriminate E].
  destruct fk; injection E as <-; eexists; (split; [reflexivity |]); apply new_yields.
  - apply loaded_scalar.
  - split; lia.
  - split; [lia | reflexivity].
Qed.
Lemma a_load_plain_sound t a vs s z pl r x : gamma t a vs s -> at_place t (lay s) pl x (zbytes z) false ->
  a_load_plain t a z pl = Some r -> exists v, load_at t s x (bytes z) = inl v /\ yields t (lay s) vs r v.
Proof.
  intros G P E.
  assert (Pl : in_plain t (lay s) x (zbytes z) false ->
    Some (New (FScalar false (sc_of_bytes z)) 0) = Some r ->
    exists v, load_at t s x (bytes z) = inl v /\ yields t (lay s) vs r v).
  { intros [q [I [Ins _]]] X. injection X as <-. exists (load (mem s) x (bytes z)).
    split; [| apply new_yields, loaded_scalar]. assert (N := zbytes_range z).
    apply (load_at_plain t s x (bytes z) q (g_wf _ _ _ _ G) (g_live _ _ _ _ G)); rewrite ?zbytes_nat;
      [lia | exact I | exact Ins]. }
  destruct pl; [exact (load_stack_sound t a vs s z _ r x G P E) | exact (load_ctx_sound t a vs s z _ r x G P E) | ..];
    exact (Pl P E).
Qed.
Lemma a_load_sound t a vs s z sx pl r x : gamma t a vs s -> at_place t (lay s) pl x (zbytes z) false ->
  a_load t a z sx pl = Some r ->
  exists v, load_at t s x (bytes z) = inl v /\ yields t (lay s) vs r (if sx then sext A64 z v else v).
Proof.
  unfold a_load. intros G P E. binds E as q Eq.
  destruct (a_load_plain_sound t a vs s z pl q x G P Eq) as [v [Ev Y]]. exists v. split; [exact Ev |].
  destruct sx; [| injection E as <-; exact Y].
  destruct (res_view (a_facts a) q) as [ta sc] eqn:V. apply some_inj in E. rewrite <- E.
  apply (scalar_res_sound t (lay s) (a_facts a) vs (g_facts _ _ _ _ G)). apply sc_sext_sound.
  exact (res_view_sound t (lay s) (a_facts a) vs q v ta sc (g_facts _ _ _ _ G) Y V).
Qed.

(** * Stores *)

Lemma low_bytes_sound t L F vs z v y v' : facts_hold t L F vs -> relv vs v y -> low_bytes F z v = Some v' ->
  relv vs v' (Z.land y (Z.ones (size_bits z))).
Proof.
  intros FH R E. assert (Ry := relv_range _ _ _ R).
  assert (Small : forall b, 0 <= b -> y < 2 ^ b -> Z.land y (Z.ones b) = y).
  { intros b B S. rewrite Z.land_ones by exact B. apply Z.mod_small. lia. }
  assert (Num : (match view F v with
      | Some (_, s) => match sc_is_const s with
        | Some c => aconst F (Z.land c (Z.ones (size_bits z)))
        | None => if s_umax s <? Z.shiftl 1 (size_bits z) then Some v else None
        end
      | None => None
      end) = Some v' -> relv vs v' (Z.land y (Z.ones (size_bits z)))).
  { clear E. intros E. assert (Nb : 0 <= size_bits z) by (destruct z; discriminate).
    destruct (view F v) as [[ta s] |] eqn:V; [| discriminate E].
    assert (I := view_sound t L F vs FH v y ta s R V). destruct (sc_is_const s) as [c |] eqn:C.
    - assert (Ec : y = c) by (eapply sc_is_const_sound; [exact I | exact C]).
      rewrite <- Ec in E. apply (aconst_sound t L F vs FH) in E.
      rewrite wrap_small in E; [exact E |]. apply land_word; [lia |]. destruct z; (split; [discriminate | reflexivity]).
    - destruct (s_umax s <? Z.shiftl 1 (size_bits z)) eqn:S; [| discriminate E]. injection E as <-. bools.
      rewrite Z.shiftl_1_l in * by exact Nb. destruct I as [_ [_ [U _]]]. rewrite Small; [exact R | exact Nb | lia]. }
  destruct z; cbn [low_bytes] in E; try exact (Num E).
  injection E as <-. rewrite Small; [exact R | cbn [size_bits]; lia | cbn [size_bits]; lia].
Qed.
Lemma kill_find k n o sl z v : 0 <= n -> zfind o (kill k n sl) = Some (z, v) ->
  zfind o sl = Some (z, v) /\ (o + zbytes z <= k \/ k + n <= o).
Proof.
  unfold kill. intros N H. rewrite zfind_del_from in H. destruct (zfind o sl) as [[z0 v0] |]; [| discriminate H].
  destruct (_ && _ && _) eqn:C; [discriminate H |]. injection H as -> ->. split; [reflexivity |].
  assert (B := zbytes_range z). unfold overlaps in C. cbn [fst] in C.
  destruct (Z.leb_spec (k - 7) o) as [C1 | C1], (Z.ltb_spec o (k - 7 + Z.of_nat (Z.to_nat (n + 7)))) as [C2 | C2],
    (Z.ltb_spec o (k + n)) as [C3 | C3], (Z.ltb_spec k (o + zbytes z)) as [C4 | C4]; cbn [andb] in C;
    discriminate C || lia.
Qed.
Lemma store_at_plain t s x n y q : wf_layout t (lay s) -> live s = regions t (lay s) -> 0 < Z.of_nat n ->
  In q (plain_regions t (lay s)) -> inside q x (Z.of_nat n) = true -> r_write q = true ->
  store_at t s x n y = inl (store (mem s) x n y).
Proof.
  intros WL Li N I Ins Wr. unfold store_at. rewrite Li.
  destruct (find_plain WL true x (Z.of_nat n) q N I Ins) as [q' [Eq [_ K]]]; [intros _; exact Wr |].
  rewrite Eq. destruct (r_kind q'); (contradiction || reflexivity).
Qed.
(** A store off the frame. *)
Lemma store_off_frame t a vs s z y x : gamma t a vs s ->
  (forall b, x <= b < x + zbytes z -> ~ l_stack (lay s) <= b < l_stack (lay s) + stack_size) ->
  gamma t (a_goto a (a_pc a + 1)) vs (with_mem s (store (mem s) x (bytes z) y)).
Proof.
  intros [G1 G2 G3 G4 G5 G6 G7] D.
  constructor; cbn [with_mem a_goto a_pc a_regs a_slots a_written a_facts a_next pc regs mem lay live]; try assumption.
  - rewrite G3. reflexivity.
  - apply (memrel_frame _ _ _ _ (mem s)); [exact G7 | |].
    + intros b B. apply store_other. rewrite zbytes_nat. intros I. exact (D b I B).
    + intros b. apply written_store_keeps.
Qed.
Lemma store_stack_sound t a vs s z k v y x a' : gamma t a vs s -> relv vs v y ->
  at_place t (lay s) (PStack k) x (zbytes z) true -> a_store t a z (PStack k) v = Some a' ->
  exists m, store_at t s x (bytes z) y = inl m /\ gamma t a' vs (with_mem s m).
Proof.
  cbn [a_store at_place]. intros G R [-> [P1 P2]] E. assert (N := zbytes_range z). assert (M := g_mem _ _ _ _ G).
  unfold store_at. rewrite (g_live _ _ _ _ G), zbytes_nat.
  rewrite find_stack by (unfold stack_size in *; lia). cbn [stack_region r_kind].
  eexists. split; [reflexivity |]. injection E as <-. destruct G as [G1 G2 G3 G4 G5 G6 G7].
  constructor; cbn [with_mem a_pc a_regs a_slots a_written a_facts a_next pc regs mem lay live]; try assumption.
  { rewrite G3. reflexivity. }
  set (top := l_stack (lay s) + stack_size) in *.
  assert (Kept : forall o z' v', zfind o (kill k (zbytes z) (a_slots a)) = Some (z', v') ->
    - stack_size <= o /\ o + zbytes z' <= 0 /\
    relv vs v' (load (store (mem s) (top + k) (bytes z) y) (top + o) (bytes z'))).
  { intros o z' v' F. apply kill_find in F; [| lia]. destruct F as [F D].
    destruct (m_slots _ _ _ _ _ M o z' v' F) as [S1 [S2 S3]]. split; [exact S1 |]. split; [exact S2 |].
    rewrite load_store_other; [exact S3 |]. rewrite !zbytes_nat. lia. }
  constructor.
  - destruct (low_bytes (a_facts a) z v) as [v1 |] eqn:Lo; [| exact Kept].
    intros o z' v' F. rewrite zfind_set in F. destruct (Z.eqb_spec o k) as [Eo | Eo]; [| exact (Kept o z' v' F)].
    injection F as <- <-. rewrite Eo. split; [exact P1 |]. split; [exact P2 |].
    rewrite load_store_size. exact (low_bytes_sound t (lay s) (a_facts a) vs z v y v1 G5 R Lo).
  - intros i I T. rewrite Z.lor_spec in T. apply orb_true_iff in T. destruct T as [T | T].
    + apply written_store_keeps. exact (m_written _ _ _ _ _ M i I T).
    + rewrite frame_bits_spec in T by lia. bools. apply written_store_new. rewrite zbytes_nat. lia.
Qed.
Lemma store_ctx_sound t a vs s z k v y x a' : gamma t a vs s -> at_place t (lay s) (PCtx k) x (zbytes z) true ->
  a_store t a z (PCtx k) v = Some a' ->
  exists m, store_at t s x (bytes z) y = inl m /\ gamma t a' vs (with_mem s m).
Proof.
  cbn [a_store at_place]. intros G [-> [P1 P2]] E. assert (WL := g_wf _ _ _ _ G). assert (N := zbytes_range z).
  unfold store_at. rewrite (g_live _ _ _ _ G), zbytes_nat, (find_ctx WL) by lia. cbn [ctx_region r_kind r_base].
  replace (l_ctx (lay s) + k - l_ctx (lay s)) with k by lia.
  destruct (ctx_writable (t_type t) k (zbytes z)); [| discriminate E]. injection E as <-.
  eexists. split; [reflexivity |]. apply store_off_frame; [exact G |]. intros b B. apply (ctx_off_stack WL). lia.
Qed.
Lemma a_store_sound t a vs s z pl v y x a' : gamma t a vs s -> relv vs v y -> at_place t (lay s) pl x (zbytes z) true ->
  a_store t a z pl v = Some a' ->
  exists m, store_at t s x (bytes z) y = inl m /\ gamma t a' vs (with_mem s m).
Proof.
  intros G R P E.
  assert (Pl : in_plain t (lay s) x (zbytes z) true ->
    Some (a_goto a (a_pc a + 1)) = Some a' ->
    exists m, store_at t s x (bytes z) y = inl m /\ gamma t a' vs (with_mem s m)).
  { intros [q [I [Ins Wr]]] X. injection X as <-. exists (store (mem s) x (bytes z) y).
    assert (WL := g_wf _ _ _ _ G). assert (N := zbytes_range z). split.
    - apply (store_at_plain t s x (bytes z) y q WL (g_live _ _ _ _ G)); rewrite ?zbytes_nat;
        [lia | exact I | exact Ins | exact (Wr eq_refl)].
    - apply store_off_frame; [exact G |]. intros b B. exact (plain_off_stack WL q x (zbytes z) b I Ins B). }
  destruct pl;
    [exact (store_stack_sound t a vs s z _ v y x a' G R P E) | exact (store_ctx_sound t a vs s z _ v y x a' G P E) | ..];
    exact (Pl P E).
Qed.
