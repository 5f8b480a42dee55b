(** Addresses, loads and stores: an access that the checker lets pass does not fault, and what is
    said of the result holds. *)
From Checker Require Import Access.
From Proofs Require Export ArithP.

(** * The stack's bytes, by offset *)

Lemma frame_at_in j o n : in_frame j o n -> 0 < n -> frame_at o = j.
Proof.
  unfold in_frame, frame_at, stack_size. intros I N. rewrite Z.shiftr_div_pow2 by lia.
  change (2 ^ 9) with 512.
  Z.div_mod_to_equations. lia.
Qed.
Lemma stack_addr_in_frame L j o n : in_frame j o n -> 0 < n ->
  stack_addr L o = frame_top L j + (o + stack_size * j).
Proof. intros I N. unfold stack_addr. rewrite (frame_at_in j o n I N). reflexivity. Qed.
Lemma one_frame_range o n : one_frame o n -> - stack_total <= o /\ o + n <= 0.
Proof. unfold one_frame, in_frame, stack_total, stack_size, max_frames. intros [j [J I]]. lia. Qed.
Lemma one_frame_byte i : 0 <= i < stack_total -> one_frame (i - stack_total) 1.
Proof.
  unfold one_frame, in_frame, stack_total, stack_size, max_frames. intros I. exists (7 - i / 512).
  Z.div_mod_to_equations. lia.
Qed.
(** Within one frame, offsets are addresses. *)
Lemma stack_addr_add L o n d : one_frame o n -> 0 <= d < n ->
  stack_addr L (o + d) = stack_addr L o + d.
Proof.
  intros [j [_ I]] D. rewrite (stack_addr_in_frame L j o n I) by lia.
  rewrite (stack_addr_in_frame L j (o + d) 1);
    [lia | unfold in_frame in *; lia | lia].
Qed.
Lemma stack_addr_in L o n b : one_frame o n -> stack_addr L o <= b < stack_addr L o + n ->
  in_stack L b = true.
Proof.
  intros [j [J I]] B. rewrite (stack_addr_in_frame L j o n I) in B by lia. apply in_stack_spec.
  exists j.
  split; [exact J |]. unfold in_frame, stack_size in *. lia.
Qed.
(** Different offsets are different bytes. *)
Lemma stack_addr_apart t L o n k h b : wf_layout t L -> one_frame o n -> one_frame k h -> o + n <= k
  \/ k + h <= o ->
  stack_addr L o <= b < stack_addr L o + n -> ~ stack_addr L k <= b < stack_addr L k + h.
Proof.
  intros WL [j [J I]] [i [Hi K]] D B C. rewrite (stack_addr_in_frame L j o n I) in B by lia.
  rewrite (stack_addr_in_frame L i k h K) in C by lia. destruct (Z.eqb_spec j i) as [E | E].
  - (* one frame *) rewrite E in B. lia.
  - (* two frames *) assert (A := frames_apart WL j i J Hi E). unfold disjoint in A.
    cbn [frame_region r_base r_size] in A.
    unfold in_frame, frame_top, stack_size in *. lia.
Qed.

(** * Places *)

(** The [n] bytes at address [x] are in a region whose bytes are there to be read, and that may be
    written if [w]. *)
Definition in_plain (t : target) (L : layout) (x n : Z) (w : bool) : Prop :=
  exists r, In r (plain_regions t L) /\ plain_kind (r_kind r) /\ inside r x n = true
    /\ (w = true -> r_write r = true).
(** The same in a region that is not the packet. *)
Definition in_value (t : target) (L : layout) (x n : Z) (w : bool) : Prop :=
  exists r, In r (plain_regions t L) /\ plain_kind (r_kind r) /\ inside r x n = true
    /\ (w = true -> r_write r = true) /\ is_packet (r_kind r) = false.
Lemma in_value_plain {t L x n w} : in_value t L x n w -> in_plain t L x n w.
Proof.
  intros [r [I [K [Ins [Wr _]]]]]. exists r. split; [exact I |]. split; [exact K |].
  split; [exact Ins | exact Wr].
Qed.
(** They are in a region that holds [c] for ever, from offset [k] on. *)
Definition in_constant (t : target) (L : layout) (c k x n : Z) : Prop :=
  exists r, In r (plain_regions t L) /\ inside r x n = true /\ constant_region L r = Some c
    /\ x = r_base r + k.
(** The [n] bytes at address [x] are in the place [pl] when [d] calls are under way, and may be
    written if [w]. On the stack they are within one live frame, wherever they may start. *)
Definition at_place (t : target) (L : layout) (d : Z) (pl : place) (x n : Z) (w : bool) : Prop :=
  match pl with
  | PStack k m => exists o j, k <= o <= k + m /\ x = stack_addr L o /\ 0 <= j <= d
    /\ in_frame j k (m + n)
  | PCtx k => x = l_ctx L + k /\ 0 <= k /\ k + n <= pt_ctx_size (t_type t)
  | PPkt => in_plain t L x n w
  | PVal None => in_value t L x n w
  | PVal (Some (c, k)) => in_value t L x n w /\ in_constant t L c k x n
  | PSock kd k => is_socket kd = true /\ 0 <= k /\
    exists h, In h (l_refs L) /\ ref_kind_fits kd (re_kind h) = true /\ x = re_base h + k
      /\ k + n <= re_size h
  | PObj i k => w = false /\ is_object L (x - k) i = true /\ exists d, type_of t i = Some d
    /\ 0 <= k /\ k + n <= ty_size d
  end.
Lemma at_place_less {t L d pl x n} n' {w} : at_place t L d pl x n w -> n' <= n ->
  at_place t L d pl x n' w.
Proof.
  intros H Le. assert (Less : forall r, inside r x n = true -> inside r x n' = true).
  { intros r Ins. apply inside_spec in Ins. apply inside_spec. lia. }
  assert (Value : in_value t L x n w -> in_value t L x n' w).
  { intros [r [I [K [Ins [Wr Np]]]]]. exists r. split; [exact I |]. split; [exact K |].
    split; [exact (Less r Ins) |]. split; [exact Wr | exact Np]. }
  assert (Plain : in_plain t L x n w -> in_plain t L x n' w).
  { intros [r [I [K [Ins Wr]]]]. exists r. split;
      [exact I | split; [exact K | split; [exact (Less r Ins) | exact Wr]]]. }
  destruct pl as [k m | k | | [[c k] |] | kd k | i k]; cbn [at_place] in *; try lia;
    try exact (Plain H); try exact (Value H);
    try (destruct H as [H1 [H2 [d0 [H3 H4]]]]; split; [exact H1 |]; split; [exact H2 |]; exists d0;
      split; [exact H3 | lia]).
  - (* PStack *) destruct H as [o [j [O [E [J I]]]]]. exists o, j. unfold in_frame in *.
    split; [exact O |].
    split; [exact E | lia].
  - (* PVal *) destruct H as [H [r [I [Ins C]]]]. split; [exact (Value H) |].
    exists r. split; [exact I | split; [exact (Less r Ins) | exact C]].
  - (* PSock *) destruct H as [S [K [h [I [Fi [E B]]]]]]. split; [exact S |]. split; [exact K |].
    exists h.
    split; [exact I |]. split; [exact Fi |]. split; [exact E | lia].
Qed.
Lemma at_value {t L d o x n w} : at_place t L d (PVal o) x n w -> in_value t L x n w.
Proof. destruct o as [[c k] |]; cbn [at_place]; [intros [H _]; exact H | intros H; exact H]. Qed.
Lemma at_val {t L d o x n w} : at_place t L d (PVal o) x n w -> in_plain t L x n w.
Proof. intros H. exact (in_value_plain (at_value H)). Qed.
(** They are in an object that is a region. *)
Lemma at_object {t L d i k x n w} : at_place t L d (PObj i k) x n w ->
  exists d0, type_of t i = Some d0
    /\ In (Region (KObject i) (x - k) (ty_size d0) false true) (object_regions t L) /\
    inside (Region (KObject i) (x - k) (ty_size d0) false true) x n = true.
Proof.
  cbn [at_place]. intros [_ [O [d0 [E [K1 K2]]]]]. exists d0. split; [exact E |].
  split; [exact (in_object_regions t L i _ d0 (is_object_in t L _ i d0 E O) E) |].
  apply inside_spec. cbn [r_base r_size]. lia.
Qed.
(** An access to the stack is within one of its frames, and finds that. *)
Lemma at_stack t L d k m x n w : at_place t L d (PStack k m) x n w -> d < max_frames ->
  exists o, k <= o <= k + m /\ x = stack_addr L o /\ one_frame k (m + n).
Proof.
  cbn [at_place]. intros [o [j [O [E [J I]]]]] D. exists o. split; [exact O |]. split; [exact E |].
  exists j. split; [lia | exact I].
Qed.
Lemma one_frame_part o n k m : one_frame o n -> o <= k -> k + m <= o + n -> one_frame k m.
Proof. intros [j [J I]] A B. exists j. unfold in_frame in *. lia. Qed.
Lemma at_frame {t L} {d : nat} {k m x n w} w' : wf_layout t L -> Z.of_nat d < max_frames ->
  at_place t L (Z.of_nat d) (PStack k m) x n w -> 0 < n ->
    exists j, find_region (regions t L d) w' x n = Some (frame_region L j).
Proof.
  cbn [at_place]. intros WL D [o [j [O [-> [J I]]]]] N. exists j.
  assert (Io : in_frame j o n) by (unfold in_frame in *; lia).
  rewrite (stack_addr_in_frame L j o n Io N).
  unfold in_frame in Io. apply (find_frame WL); unfold stack_size in *; lia.
Qed.

(** * Addresses *)

Lemma a_addr_sound t L F vs d a x off n w pl : wf_layout t L -> facts_hold t L F vs ->
  refrel F vs (l_refs L) -> relv vs a x -> 0 < n ->
  d < max_frames -> a_addr t F d a off n w = Some pl -> at_place t L d pl (wrap (x + off)) n w.
Proof.
  unfold a_addr. intros WL FH HR R N Dp E.
  destruct (fact_of F a) as [f |] eqn:EF; [| discriminate E].
  destruct (fact_of_sound t L F vs FH a x f R EF) as [u [Nt [[B P] ->]]].
  rewrite wrap_add_l, <- Z.add_assoc.
  assert (RC := ctx_range WL). assert (RP := packet_range WL).
  destruct f; try discriminate E.
  - (* FStack *) parts EF as j mx al. destruct (_ && _) eqn:C; [| discriminate E].
    apply some_inj in E.
    rewrite <- E. bools.
    destruct P as [e [De [_ ->]]]. assert (J : 0 <= j < max_frames) by lia.
    assert (RF := frame_range WL j J).
    set (o := snd a + off + e - stack_size * j).
    assert (I : in_frame j o n) by (unfold o, in_frame, stack_size in *; lia).
    exists o, j. split; [unfold o; lia |]. split; [| unfold in_frame, stack_size in *; lia].
    rewrite (stack_addr_in_frame L j o n I N), wrap_add_l. unfold o, stack_size in *.
    rewrite wrap_small by lia. lia.
  - (* FCtx *) destruct (_ && _) eqn:C; [| discriminate E]. injection E as <-. bools.
    rewrite wrap_small by lia. cbn [at_place]. lia.
  - (* FPkt *) parts EF as q m0 av0. destruct av0 as [v |]; [| discriminate E].
    destruct (_ && _ && _) eqn:C; [| discriminate E]. injection E as <-.
    bools C as C Wr. bools.
    destruct P as [P1 P2]. pose proof (area_range t L q WL) as Room. rewrite wrap_small by lia.
    exists (packet_region t L).
    split; [apply packet_in |]. split; [exact Logic.I |]. split.
    + (* inside *) apply inside_spec. cbn [packet_region r_base r_size]. unfold meta_size.
      destruct q; cbn [area_start area_end] in *; lia.
    + (* writable *) intros Hw. rewrite Hw in Wr. exact Wr.
  - (* FMapValue *) parts EF as i mx al. destruct (map_of t i) as [m |] eqn:Em; [| discriminate E].
    destruct (_ && _ && _) eqn:C; [| discriminate E].
    apply some_inj in E. rewrite <- E. clear E.
    destruct P as [o [b [Hv [Hb [P _]]]]]. assert (RV := like_range t L WL i o m b Hv Em Hb).
    destruct Hv as [Io [m' [Em' Al]]]. assert (Dm : m' = m) by congruence. subst m'.
    destruct (alike_fields _ _ Al) as [_ [_ [Ev [Er [_ Ek]]]]].
    destruct (value_in t L o b Io Hb) as [n0 [j [J N0]]]. bools C as C Wr. bools.
    rewrite wrap_small by lia.
    assert (Ins : inside (value_region (o_def o) n0 j b) (u + (snd a + off)) n = true).
    { apply inside_spec. cbn [value_region r_base r_size]. lia. }
    assert (Pl : in_value t L (u + (snd a + off)) n w).
    { exists (value_region (o_def o) n0 j b). split; [exact J |]. split; [exact Logic.I |].
      split; [exact Ins |]. split; [| reflexivity].
      intros Hw. rewrite Hw in Wr. cbn [value_region r_write]. rewrite <- Er. exact Wr. }
    destruct (constant_map t i) as [c |] eqn:Ec; [| exact Pl].
    destruct (Z.eqb_spec mx 0) as [Mx | Mx]; [| exact Pl]. cbn [at_place]. split; [exact Pl |].
    exists (value_region (o_def o) n0 j b). split; [exact J | split; [exact Ins | split]].
    + (* the constant *) unfold constant_map in Ec. rewrite Em in Ec. cbn [obind] in Ec.
      unfold constant_region.
      cbn [value_region r_kind]. rewrite N0. cbn [obind]. rewrite <- Ek. exact Ec.
    + (* the offset *) cbn [value_region r_base]. lia.
  - (* FRef *) parts EF as kd size nu. destruct nu; [discriminate E |].
    destruct (_ && _ && _) eqn:C; [| discriminate E]. apply some_inj in E. rewrite <- E. clear E.
    bools C as C Wr. bools.
    destruct (refrel_in HR EF Nt (P eq_refl))
      as [h [I [Fi [Eb En]]]].
    destruct (ref_placed WL _ I) as [S _]. unfold in_space in S.
    cbn [ref_region r_kind lowest r_base r_size] in S.
    rewrite wrap_small by lia. assert (Ks := ref_kind_fits_socket _ _ Fi).
    destruct (is_socket kd) eqn:Sk.
    + (* a socket *) split; [exact Sk |]. split; [lia |]. exists h. split; [exact I |].
      split; [exact Fi |]. lia.
    + (* a record *) exists (ref_region h). split; [exact (ref_in_plain t L _ I) |].
      cbn [ref_region r_kind r_write plain_kind read_kind].
      rewrite <- Ks. split; [reflexivity |].
      split; [| split; reflexivity]. apply inside_spec. cbn [ref_region r_base r_size]. lia.
  - (* FRecordAt *) parts EF as size mx al. destruct (_ && _) eqn:C; [| discriminate E].
    injection E as <-. bools.
    destruct P as [h [I [Kh [Sh [Q _]]]]]. destruct (ref_placed WL h I) as [S _].
    unfold in_space in S.
    cbn [ref_region r_kind lowest r_base r_size] in S.
    rewrite wrap_small by lia. exists (ref_region h). split; [exact (ref_in_plain t L h I) |].
    split; [cbn [ref_region r_kind plain_kind read_kind]; rewrite Kh; reflexivity |].
    split; [apply inside_spec; cbn [ref_region r_base r_size]; lia |].
    split; [| reflexivity]. intros _. cbn [ref_region r_write]. rewrite Kh. reflexivity.
  - (* FObj *) parts EF as i. destruct (type_of t i) as [d0 |] eqn:Ed; [| discriminate E].
    destruct (_ && _ && _) eqn:C; [| discriminate E]. apply some_inj in E. rewrite <- E. bools.
    destruct P as [_ O].
    destruct (object_place WL _ (in_object_regions t L i u d0 (is_object_in t L u i d0 Ed O) Ed))
      as [P1 [P2 [P3 _]]].
    cbn [r_base r_size] in *. rewrite wrap_small by lia. cbn [at_place].
    split; [assumption |]. replace (u + (snd a + off) - (snd a + off)) with u by lia.
    split; [exact O |].
    exists d0. split; [exact Ed | lia].
Qed.

(** What a state says of its depth, and of an address. *)
Lemma frames_length vs l fs : Forall2 (framerel vs) l fs -> length l = length fs.
Proof. intros H. induction H as [| af f l fs _ _ IH]; [reflexivity |]. cbn [length]. rewrite IH.
reflexivity. Qed.
Lemma gamma_depth {t a vs s} : gamma t a vs s -> a_depth a = Z.of_nat (length (frames s))
  /\ a_depth a < max_frames.
Proof.
  intros G. assert (D := g_depth G). unfold a_depth.
  rewrite (frames_length _ _ _ (g_frames G)).
  split; [reflexivity | exact D].
Qed.
Lemma gamma_addr {t a vs s v x off n w pl} : gamma t a vs s -> relv vs v x -> 0 < n ->
  a_addr t (a_facts a) (a_depth a) v off n w = Some pl ->
    at_place t (lay s) (a_depth a) pl (wrap (x + off)) n w.
Proof.
  intros G R N E. destruct (gamma_depth G) as [_ D].
  exact (a_addr_sound t (lay s) (a_facts a) vs _ v x off n w pl (g_wf G) (g_facts G)
    (g_refs G) R N D E).
Qed.
(** The regions that accesses find. *)
Lemma gamma_frame {t a vs s k m x n w} w' : gamma t a vs s ->
  at_place t (lay s) (a_depth a) (PStack k m) x n w -> 0 < n ->
  exists j, find_region (live s) w' x n = Some (frame_region (lay s) j).
Proof.
  intros G P N. destruct (gamma_depth G) as [E _]. rewrite E in P.
  rewrite (g_live G).
  exact (at_frame w' (g_wf G) (g_depth G) P N).
Qed.
Lemma gamma_ctx {t a vs s k x n w} w' : gamma t a vs s ->
  at_place t (lay s) (a_depth a) (PCtx k) x n w -> 0 < n ->
  find_region (live s) w' x n = Some (ctx_region t (lay s)) /\ x - l_ctx (lay s) = k.
Proof.
  cbn [at_place]. intros G [-> [P1 P2]] N. rewrite (g_live G). split; [| lia].
  apply (find_ctx (g_wf G)); [exact (g_depth G) | lia ..].
Qed.
Lemma gamma_found {t a vs s x n w} : gamma t a vs s -> in_plain t (lay s) x n w -> 0 < n ->
  exists q, find_region (live s) w x n = Some q /\ In q (plain_regions t (lay s))
    /\ plain_kind (r_kind q).
Proof.
  intros G [q [I [K [Ins Wr]]]] N. rewrite (g_live G).
  destruct (find_plain (g_wf G) _ w x n q (g_depth G) N I Ins Wr)
    as [r' [E [Ir Or]]]. exists r'.
  split; [exact E |]. split; [exact Ir |]. destruct Or as [-> | [_ Or]]; [exact K | exact Or].
Qed.
Lemma gamma_sock {t a vs s kd k x n w} : gamma t a vs s ->
  at_place t (lay s) (a_depth a) (PSock kd k) x n w -> 0 < n ->
  exists h, find_region (live s) false x n = Some (ref_region h)
    /\ ref_kind_fits kd (re_kind h) = true /\ x - re_base h = k.
Proof.
  intros G [Sk [K [h [I [Fi [-> B]]]]]] N. exists h. split; [| split; [exact Fi | lia]].
  rewrite (g_live G).
  assert (Ins : inside (ref_region h) (re_base h + k) n = true) by (apply inside_spec;
    cbn [ref_region r_base r_size]; lia).
  destruct (find_plain (g_wf G) _ false (re_base h + k) n (ref_region h) (g_depth G)
    N
    (ref_in_plain t (lay s) h I) Ins) as [r' [E [_ [-> | [Al _]]]]]; [discriminate | exact E |].
  change (is_socket (re_kind h) = false) in Al. rewrite <- (ref_kind_fits_socket _ _ Fi), Sk in Al.
  discriminate Al.
Qed.
Lemma gamma_plain {t a vs s x n w} : gamma t a vs s -> in_plain t (lay s) x n w -> 0 < n ->
  exists q, find_region (live s) w x n = Some q /\ plain_kind (r_kind q).
Proof. intros G I N. destruct (gamma_found G I N) as [q [E [_ K]]]. exists q.
split; [exact E | exact K]. Qed.
(** What is in a frame, a value or an object is in a live region other than the packet. *)
Lemma gamma_off_packet {t a vs s pl x n w} w' : gamma t a vs s ->
  at_place t (lay s) (a_depth a) pl x n w -> 0 < n -> (w' = true -> w = true) ->
  has_order pl = true -> off_packet s w' x n = true.
Proof.
  intros G P N W' Pl. unfold off_packet. apply existsb_exists.
  destruct pl as [k m | k | | o | kd k | i k]; try discriminate Pl.
  - (* PStack *) destruct (gamma_frame w' G P N) as [j E]. unfold find_region in E.
    apply find_some in E. destruct E as [I E]. exists (frame_region (lay s) j).
    split; [exact I |]. cbn [frame_region r_kind is_packet negb andb] in *. exact E.
  - (* PVal *) destruct (at_value P) as [r [I [_ [Ins [Wr Np]]]]]. exists r. split.
    + (* it is live *) rewrite (g_live G). unfold regions. apply in_or_app. right. right.
      apply in_or_app. left. exact I.
    + (* the bytes are in it *) rewrite Np, Ins. cbn [negb andb]. destruct w'; [| reflexivity].
      rewrite (Wr (W' eq_refl)). reflexivity.
  - (* PObj *) destruct (at_object P) as [d0 [_ [I Ins]]]. destruct P as [-> _].
    destruct w'; [discriminate (W' eq_refl) |]. eexists. split.
    + (* it is live *) rewrite (g_live G). unfold regions. apply in_or_app. right. right.
      apply in_or_app. right. exact I.
    + (* the bytes are in it *) rewrite Ins. reflexivity.
Qed.
(** What counts as aligned: a multiple past the start of its region. *)
Lemma aligned_in {t a vs s r x n w} : gamma t a vs s ->
  In r (regions t (lay s) (length (frames s))) -> is_packet (r_kind r) = false ->
  inside r x n = true -> (w = true -> r_write r = true) -> 0 < n ->
  (n | x - r_base r + skew (lay s) r) -> aligned s w x n = true.
Proof.
  intros G I Np Ins Wr N D. unfold aligned. apply existsb_exists. exists r. split.
  - (* it is live *) rewrite (g_live G). exact I.
  - (* the address *) rewrite Np, Ins. apply Z.mod_divide in D; [| lia].
    apply Z.eqb_eq in D. rewrite D. destruct w; [rewrite (Wr eq_refl) |]; reflexivity.
Qed.
Lemma plain_live t L d r : In r (plain_regions t L) -> In r (regions t L d).
Proof. intros I. unfold regions. apply in_or_app. right. right. apply in_or_app. left. exact I. Qed.
Lemma object_live t L d r : In r (object_regions t L) -> In r (regions t L d).
Proof.
  intros I. unfold regions. apply in_or_app. right. right. apply in_or_app. right. exact I.
Qed.
Lemma zbytes_whole z : (zbytes z | stack_size).
Proof.
  destruct z; [exists 512 | exists 256 | exists 128 | exists 64]; reflexivity.
Qed.
Lemma a_aligned_sound {t a vs s v x off z w pl} : gamma t a vs s -> relv vs v x ->
  a_addr t (a_facts a) (a_depth a) v off (zbytes z) w = Some pl ->
  has_order pl = true ->
  a_aligned t (a_facts a) v off (zbytes z) = true -> aligned s w (wrap (x + off)) (zbytes z) = true.
Proof.
  unfold a_addr, a_aligned. intros G R E Pl A.
  assert (N : 0 < zbytes z) by (assert (Z := zbytes_range z); lia).
  assert (WL := g_wf G). destruct (gamma_depth G) as [Dp Dm]. set (L := lay s) in *.
  destruct (fact_of (a_facts a) v) as [f |] eqn:EF; [| discriminate E].
  destruct (fact_of_sound t L _ vs (g_facts G) v x f R EF) as [u [Nt [[B P] ->]]].
  rewrite wrap_add_l, <- Z.add_assoc.
  destruct f; try discriminate A.
  - (* FStack *) parts EF as j mx al. bools A as A1 A2. apply multiple_divides in A1, A2.
    destruct (_ && _) eqn:C in E; [| discriminate E]. clear E. bools.
    destruct P as [e [De [Al ->]]].
    assert (J : 0 <= j < max_frames) by lia. assert (RF := frame_range WL j J).
    assert (X : wrap (wrap (frame_top L j + e) + (snd v + off))
      = frame_top L j + (e + (snd v + off))).
    { rewrite wrap_add_l, wrap_small by (unfold frame_top, stack_size in *; lia). lia. }
    rewrite X. apply (aligned_in (r := frame_region L j) G);
      [apply in_or_app; left; apply in_frame_regions; lia | reflexivity | | reflexivity
        | exact N |].
    + (* inside *) apply inside_spec. cbn [frame_region r_base r_size].
      unfold frame_top, stack_size in *. lia.
    + (* a multiple *) cbn [skew frame_region r_base r_kind]. unfold frame_top.
      replace (frame_base L j + stack_size + (e + (snd v + off)) - frame_base L j + 0)
        with (stack_size + (e + (snd v + off))) by lia.
      apply Z.divide_add_r; [apply zbytes_whole |].
      apply Z.divide_add_r; [exact (Z.divide_trans _ _ _ A1 Al) | exact A2].
  - (* FMapValue *) parts EF as i mx al. bools A as A1 A2. apply multiple_divides in A1.
    destruct (map_of t i) as [m |] eqn:Em; [| discriminate E].
    apply multiple_divides in A2.
    destruct (_ && _ && _) eqn:C in E; [| discriminate E]. clear E.
    destruct P as [o [b [Hv [Hb [P Al]]]]]. assert (RV := like_range t L WL i o m b Hv Em Hb).
    destruct Hv as [Io [m' [Em' Lk]]]. assert (Dm' : m' = m) by congruence. subst m'.
    destruct (alike_fields _ _ Lk) as [Et [Ek [Ev [Er _]]]].
    destruct (value_in t L o b Io Hb) as [n0 [j [J N0]]]. bools C as C Wr. bools.
    rewrite wrap_small by lia.
    apply (aligned_in (r := value_region (o_def o) n0 j b) G);
      [exact (plain_live t L _ _ J) | reflexivity | | | exact N |].
    + (* inside *) apply inside_spec. cbn [value_region r_base r_size]. lia.
    + (* writable *) intros Hw. rewrite Hw in Wr. cbn [value_region r_write]. rewrite <- Er.
      exact Wr.
    + (* a multiple *) unfold skew. cbn [value_region r_base r_kind]. fold L. rewrite N0.
      replace (u + (snd v + off) - b + value_skew (o_def o))
        with (u - b + (snd v + off + value_skew (o_def o))) by lia.
      apply Z.divide_add_r; [exact (Z.divide_trans _ _ _ A1 Al) |].
      unfold value_skew in *. rewrite <- Et, <- Ek. exact A2.
  - (* FRef *) parts EF as kd size nu. destruct nu; [discriminate E |].
    destruct (_ && _ && _) eqn:C in E; [| discriminate E]. apply some_inj in E. rewrite <- E in Pl.
    clear E. bools C as C Wr. bools. apply multiple_divides in A.
    destruct (refrel_in (g_refs G) EF Nt (P eq_refl)) as [h [I [Fi [Eb En]]]].
    destruct (ref_placed WL _ I) as [S _]. unfold in_space in S.
    cbn [ref_region r_kind lowest r_base r_size] in S.
    rewrite wrap_small by lia. assert (Ks := ref_kind_fits_socket _ _ Fi).
    destruct (is_socket kd) eqn:Sk; [discriminate Pl |].
    apply (aligned_in (r := ref_region h) G);
      [exact (plain_live t L _ _ (ref_in_plain t L _ I)) | reflexivity | | | exact N |].
    + (* inside *) apply inside_spec. cbn [ref_region r_base r_size]. lia.
    + (* writable *) intros _. cbn [ref_region r_write]. rewrite <- Ks. reflexivity.
    + (* a multiple *) cbn [skew ref_region r_base r_kind]. rewrite Eb.
      replace (u + (snd v + off) - u + 0) with (snd v + off) by lia. exact A.
  - (* FRecordAt *) parts EF as size mx al. bools A as A1 A2.
    apply multiple_divides in A1, A2. destruct (_ && _) eqn:C in E; [| discriminate E]. clear E.
    bools.
    destruct P as [h [I [Kh [Sh [Q Al]]]]]. destruct (ref_placed WL h I) as [S _].
    unfold in_space in S. cbn [ref_region r_kind lowest r_base r_size] in S.
    rewrite wrap_small by lia.
    apply (aligned_in (r := ref_region h) G);
      [exact (plain_live t L _ _ (ref_in_plain t L h I)) | reflexivity | | | exact N |].
    + (* inside *) apply inside_spec. cbn [ref_region r_base r_size]. lia.
    + (* writable *) intros _. cbn [ref_region r_write]. rewrite Kh. reflexivity.
    + (* a multiple *) cbn [skew ref_region r_base r_kind].
      replace (u + (snd v + off) - re_base h + 0) with (u - re_base h + (snd v + off)) by lia.
      apply Z.divide_add_r; [exact (Z.divide_trans _ _ _ A1 Al) | exact A2].
  - (* FObj *) parts EF as i. destruct (type_of t i) as [d0 |] eqn:Ed; [| discriminate E].
    destruct (_ && _ && _) eqn:C in E; [| discriminate E]. clear E. bools C as C Wr. bools.
    apply multiple_divides in A. destruct P as [_ O].
    assert (I := in_object_regions t L i u d0 (is_object_in t L u i d0 Ed O) Ed).
    destruct (object_place WL _ I) as [P1 [P2 [P3 _]]]. cbn [r_base r_size] in *.
    rewrite wrap_small by lia.
    apply (aligned_in G (object_live t L _ _ I)); [reflexivity | | | exact N |].
    + (* inside *) apply inside_spec. cbn [r_base r_size]. lia.
    + (* writable *) intros Hw. rewrite Wr in Hw. discriminate Hw.
    + (* a multiple *) cbn [skew r_base r_kind].
      replace (u + (snd v + off) - u + 0) with (snd v + off) by lia. exact A.
Qed.
(** So nothing keeps what is atomic or in an order from it. *)
Lemma in_order_sound {t a vs s v x off z w pl r} : gamma t a vs s -> relv vs v x ->
  a_ordered t (a_facts a) (a_depth a) v off z w = Some pl ->
  find_region (live s) w (wrap (x + off)) (zbytes z) = Some r ->
  in_order s r w (wrap (x + off)) (zbytes z) = None.
Proof.
  unfold a_ordered. intros G R E Fr. binds E as q Ea.
  destruct (_ && _) eqn:C in E; [| discriminate E].
  apply some_inj in E. subst q. bools C as O Al.
  assert (N : 0 < zbytes z) by (assert (Z := zbytes_range z); lia).
  assert (P := gamma_addr G R N Ea).
  assert (Op := gamma_off_packet w G P N (fun H => H) O).
  assert (A := a_aligned_sound G R Ea O Al).
  assert (Rest : (if negb (off_packet s w (wrap (x + off)) (zbytes z)) then Some OutOfBounds
    else if negb (aligned s w (wrap (x + off)) (zbytes z)) then Some Misaligned else None) = None).
  { rewrite Op, A. reflexivity. }
  unfold in_order. destruct pl as [k m | k | | o | kd k | i k]; try discriminate O.
  - (* PStack *) destruct (gamma_frame w G P N) as [j Ej]. rewrite Ej in Fr. apply some_inj in Fr.
    rewrite <- Fr. exact Rest.
  - (* PVal *) apply at_val in P. destruct (gamma_plain G P N) as [q [Eq K]]. rewrite Eq in Fr.
    apply some_inj in Fr. rewrite <- Fr. destruct (r_kind q) as [ | | | | [] | ];
      (contradiction K || discriminate K || exact Rest).
  - (* PObj *) destruct (at_object P) as [d0 [_ [I Ins]]]. destruct P as [-> _].
    destruct (find_object (g_wf G) (length (frames s)) _ _ _ (g_depth G) N I Ins) as [q [Eq [_ K]]].
    rewrite <- (g_live G), Fr in Eq. apply some_inj in Eq. rewrite Eq.
    destruct (r_kind q) as [ | | | | [] | ]; (contradiction K || discriminate K || exact Rest).
Qed.
(** An access off the stack: its bytes are no stack bytes. *)
Lemma off_stack {t a vs s pl x n w b} : gamma t a vs s -> at_place t (lay s) (a_depth a) pl x n w ->
  is_stack pl = false ->
  x <= b < x + n -> in_stack (lay s) b = false.
Proof.
  intros G P S B. assert (WL := g_wf G).
  destruct pl as [k m | k | | o | kd k | i k]; try discriminate S.
  - (* PCtx *) cbn [at_place] in P. apply (ctx_off_stack WL). lia.
  - (* PPkt *) destruct P as [q [I [_ [Ins _]]]]. exact (plain_off_stack WL q x n b I Ins B).
  - (* PVal *) apply at_val in P. destruct P as [q [I [_ [Ins _]]]].
    exact (plain_off_stack WL q x n b I Ins B).
  - (* PSock *) destruct P as [_ [K [h [I [_ [-> E]]]]]].
    apply (plain_off_stack WL _ (re_base h + k) n b (ref_in_plain t (lay s) h I)); [| exact B].
    apply inside_spec. cbn [ref_region r_base r_size]. lia.
  - (* PObj *) destruct (at_object P) as [d0 [_ [I Ins]]]. apply inside_spec in Ins.
    apply off_all_frames.
    apply (shared_off_frames WL _ b 1 (in_or_app _ _ _ (or_intror I)) Z.lt_0_1). apply inside_spec.
    lia.
Qed.

(** * Which stack bytes were written *)

Lemma frame_bits_spec k n i : - stack_total <= k -> 0 <= n -> 0 <= i ->
  Z.testbit (frame_bits k n) i = (k + stack_total <=? i) && (i <? k + stack_total + n).
Proof.
  intros K N I. unfold frame_bits. rewrite Z.shiftl_spec by exact I.
  destruct (Z.leb_spec (k + stack_total) i) as [A | A]; cbn [andb].
  - (* from k on *) rewrite Z.testbit_ones_nonneg by lia.
    destruct (Z.ltb_spec (i - (k + stack_total)) n) as [B | B], (Z.ltb_spec i (k + stack_total + n))
      as [C | C];
      lia || reflexivity.
  - (* below k *) apply Z.testbit_neg_r. lia.
Qed.
Lemma all_init_bit ini k n i : - stack_total <= k -> 0 <= n -> all_init ini k n = true ->
  k + stack_total <= i < k + stack_total + n -> Z.testbit ini i = true.
Proof.
  unfold all_init. intros K N H I. apply Z.eqb_eq in H.
  assert (T : Z.testbit (Z.land ini (frame_bits k n)) i = Z.testbit (frame_bits k n) i)
    by (rewrite H; reflexivity).
  rewrite Z.land_spec, frame_bits_spec in T by lia.
  replace (k + stack_total <=? i) with true in T by (symmetry; apply Z.leb_le; lia).
  replace (i <? k + stack_total + n) with true in T by (symmetry; apply Z.ltb_lt; lia).
  cbn [andb] in T. rewrite andb_true_r in T. exact T.
Qed.
Lemma init_ok_less t ini k n k' n' : - stack_total <= k -> k <= k' -> 0 <= n' -> k' + n' <= k + n ->
  init_ok t ini k n = true -> init_ok t ini k' n' = true.
Proof.
  unfold init_ok. intros K K' N N' H. apply orb_true_iff in H. apply orb_true_iff.
  destruct H as [H | H]; [left; exact H | right].
  unfold all_init. apply Z.eqb_eq. apply Z.bits_inj'. intros i I. rewrite Z.land_spec.
  destruct (Z.testbit (frame_bits k' n') i) eqn:T; [| apply andb_false_r].
  rewrite frame_bits_spec in T by lia. bools.
  rewrite (all_init_bit ini k n i) by (assumption || lia). reflexivity.
Qed.
Lemma init_ok_sound t L sl vs s ini k n r : memrel L sl ini vs (mem s) ->
  one_frame k (Z.of_nat n) ->
  init_ok t (wb_bits ini) k (Z.of_nat n) = true -> undefined_stack t s r (stack_addr L k) n = false.
Proof.
  unfold undefined_stack, init_ok. intros M K H. destruct (r_kind r); try reflexivity.
  destruct (pf_strict_stack (t_profile t)); [| reflexivity]. cbn [negb orb andb] in *.
  apply negb_false_iff.
  apply all_written_spec. intros b B. destruct (one_frame_range _ _ K) as [K1 K2].
  replace b with (stack_addr L k + (b - stack_addr L k)) by lia.
  rewrite <- (stack_addr_add L k (Z.of_nat n) (b - stack_addr L k) K) by lia.
  replace (k + (b - stack_addr L k)) with (k + (b - stack_addr L k) + stack_total - stack_total)
    by lia.
  apply (m_written M); [lia |].
  apply (all_init_bit (wb_bits ini) k (Z.of_nat n)); (assumption || lia).
Qed.

(** The same for a part of the bytes. *)
Lemma init_ok_part t L sl vs s ini k m n r o : memrel L sl ini vs (mem s) -> k <= o <= k + m ->
  one_frame k (m + Z.of_nat n) ->
  init_ok t (wb_bits ini) k (m + Z.of_nat n) = true ->
  undefined_stack t s r (stack_addr L o) n = false.
Proof.
  intros M O K H. apply (init_ok_sound t L sl vs s ini);
    [exact M | apply (one_frame_part k (m + Z.of_nat n)); (exact K || lia) |].
  apply (init_ok_less t (wb_bits ini) k (m + Z.of_nat n));
    [exact (proj1 (one_frame_range _ _ K)) | lia | lia | lia | exact H].
Qed.

(** * What changes of memory do to what is said of the stack *)

(** What is written stays written, and so does what is if a symbol is 0. *)
Lemma pending_keeps L vs ini m m' : (forall b, written m b = true -> written m' b = true) ->
  pending_written L ini vs m -> pending_written L ini vs m'.
Proof.
  intros Wr P k bits E. destruct (P k bits E) as [K B]. split; [exact K |].
  intros N i I T. apply Wr. exact (B N i I T).
Qed.
Lemma memrel_frame L sl ini vs m m' : memrel L sl ini vs m ->
  (forall b, in_stack L b = true -> written m b = true -> read m' b = read m b) ->
  (forall b, written m b = true -> written m' b = true) -> memrel L sl ini vs m'.
Proof.
  intros M Rd Wr. constructor.
  - (* m_slots *) intros o z v E. destruct (m_slots M o z v E) as [S1 [S2 S3]]. split; [exact S1 |].
    assert (Ws := proj1 (all_written_spec m (bytes z) _) S2). rewrite zbytes_nat in Ws. split.
    + (* written *) apply all_written_spec. rewrite zbytes_nat. intros b B. apply Wr, Ws, B.
    + (* the value *) rewrite (load_frame m m'); [exact S3 |]. intros b B. rewrite zbytes_nat in B.
      apply Rd; [exact (stack_addr_in L o _ b S1 B) | apply Ws; exact B].
  - (* m_written *) intros i I T. apply Wr. exact (m_written M i I T).
  - (* m_pending *) exact (pending_keeps L _ _ _ _ Wr (m_pending M)).
Qed.
Lemma kill_find k n o sl z v : 0 <= n -> zfind o (kill k n sl) = Some (z, v) ->
  zfind o sl = Some (z, v) /\ (o + zbytes z <= k \/ k + n <= o).
Proof.
  unfold kill. intros N H. rewrite zfind_del_from in H.
  destruct (zfind o sl) as [[z0 v0] |]; [| discriminate H].
  destruct (_ && _ && _) eqn:C; [discriminate H |]. injection H as -> ->. split; [reflexivity |].
  assert (B := zbytes_range z). unfold overlaps in C. cbn [fst] in C.
  destruct (Z.leb_spec (k - 7) o) as [C1 | C1], (Z.ltb_spec o (k - 7 + Z.of_nat (Z.to_nat (n + 7))))
    as [C2 | C2],
    (Z.ltb_spec o (k + n)) as [C3 | C3], (Z.ltb_spec k (o + zbytes z)) as [C4 | C4];
      cbn [andb] in C;
    discriminate C || lia.
Qed.
(** At most [hi] bytes from offset [k] change; of them, the [lo] from offset [k'] are written
    afterwards. *)
Lemma memrel_scribble t L sl ini vs m m' k hi k' lo : wf_layout t L -> memrel L sl ini vs m ->
  one_frame k hi ->
  k <= k' -> 0 <= lo -> k' + lo <= k + hi ->
  (forall b, ~ stack_addr L k <= b < stack_addr L k + hi -> read m' b = read m b) ->
  (forall b, written m b = true -> written m' b = true) ->
  (forall o, k' <= o < k' + lo -> written m' (stack_addr L o) = true) ->
  memrel L (kill k hi sl) (also_written ini (frame_bits k' lo)) vs m'.
Proof.
  intros WL M K Le Lo Hi Rd Wr New. destruct (one_frame_range _ _ K) as [K1 K2]. constructor.
  - (* m_slots *) intros o z v E. apply kill_find in E; [| lia]. destruct E as [E D].
    destruct (m_slots M o z v E) as [S1 [S2 S3]]. split; [exact S1 |]. split.
    + (* written *) apply all_written_spec. intros b B. apply Wr.
      exact (proj1 (all_written_spec m (bytes z) _) S2 b B).
    + (* the value *) rewrite (load_frame m m'); [exact S3 |]. intros b B. rewrite zbytes_nat in B.
      apply Rd.
      exact (stack_addr_apart t L o _ k hi b WL S1 K D B).
  - (* m_written *) intros i I T. cbn [also_written wb_bits] in T. rewrite Z.lor_spec in T.
    apply orb_true_iff in T.
    destruct T as [T | T].
    + (* before *) apply Wr. exact (m_written M i I T).
    + (* new *) rewrite frame_bits_spec in T by lia. bools. apply New. lia.
  - (* m_pending *) exact (pending_keeps L _ _ _ _ Wr (m_pending M)).
Qed.
(** A spill. *)
Lemma memrel_slot L sl ini vs m k z v : memrel L sl ini vs m -> one_frame k (zbytes z) ->
  all_written m (stack_addr L k) (bytes z) = true ->
  relv vs v (load m (stack_addr L k) (bytes z)) -> memrel L (zset k (z, v) sl) ini vs m.
Proof.
  intros M K Wr R. constructor; [| exact (m_written M) | exact (m_pending M)].
  intros o z' v' E. rewrite zfind_set in E.
  destruct (Z.eqb_spec o k) as [Eo | Eo]; [| exact (m_slots M o z' v' E)].
  injection E as <- <-. rewrite Eo. split; [exact K |]. split; [exact Wr | exact R].
Qed.
(** A frame that is entered, and may be elsewhere than it was: nothing is said of its bytes. *)
Lemma memrel_enter t L L' sl ini vs m j k n : wf_layout t L' -> memrel L sl ini vs m ->
  0 <= j < max_frames -> in_frame j k (Z.of_nat n) ->
  Z.of_nat n = stack_size -> (forall i, 0 <= i -> i <> j -> frame_top L' i = frame_top L i) ->
  memrel L' (kill k (Z.of_nat n) sl) (not_written ini k (Z.of_nat n)) vs
    (forget m (stack_addr L' k) n).
Proof.
  intros WL M J Kj N Top. assert (K : one_frame k (Z.of_nat n)) by (exists j; split; assumption).
  destruct (one_frame_range _ _ K) as [K1 K2].
  assert (Same : forall o h, 0 < h -> one_frame o h -> o + h <= k \/ k + Z.of_nat n <= o ->
    stack_addr L' o = stack_addr L o).
  { intros o h H [i [I F]] D. rewrite !(stack_addr_in_frame _ i o h F H), Top;
      [reflexivity | lia |].
    intros ->. unfold in_frame, stack_size in *. lia. }
  constructor.
  - (* m_slots *) intros o z v E. apply kill_find in E; [| lia]. destruct E as [E D].
    destruct (m_slots M o z v E) as [S1 [S2 S3]]. assert (B0 := zbytes_range z).
    assert (A := Same o (zbytes z) ltac:(lia) S1 D). split; [exact S1 |]. split.
    + (* written *) apply all_written_spec. intros b B. rewrite forget_written.
      * (* before *) rewrite A in B. exact (proj1 (all_written_spec m (bytes z) _) S2 b B).
      * (* apart *) rewrite zbytes_nat in B. exact (stack_addr_apart t L' o _ k _ b WL S1 K D B).
    + (* the value *) rewrite A, (load_frame m); [exact S3 |]. intros b B. apply forget_read.
  - (* m_written *) intros i I T. cbn [not_written wb_bits] in T. rewrite Z.ldiff_spec in T.
    bools T as T1 T2. rewrite frame_bits_spec in T2 by lia.
    apply negb_true_iff, andb_false_iff in T2.
    rewrite Z.leb_gt, Z.ltb_ge in T2.
    assert (D : i - stack_total + 1 <= k \/ k + Z.of_nat n <= i - stack_total) by lia.
    rewrite forget_written.
    + (* before *) rewrite (Same _ 1 ltac:(lia) (one_frame_byte i I) D). exact (m_written M i I T1).
    + (* apart *) apply (stack_addr_apart t L' (i - stack_total) 1);
        [exact WL | exact (one_frame_byte i I) | exact K | exact D | lia].
  - (* m_pending *) discriminate.
Qed.

(** Others write shared memory, which is off the stack, and undefined bytes of the stack. *)
Lemma interfere1_sound t a vs s w : gamma t a vs s ->
  gamma t a vs (set_mem s (interfere1 s (mem s) w)).
Proof.
  intros G. assert (K := fun b =>
    interfere1_keeps (g_wf G) s _ (mem s) w b eq_refl (g_live G)).
  apply gamma_same; [exact G |].
  apply (memrel_frame _ _ _ _ (mem s)); [exact (g_mem G) | |].
  - (* values *) intros b B Wr. exact (proj2 (K b Wr) B).
  - (* written *) intros b Wr. exact (proj1 (K b Wr)).
Qed.
Lemma interfere_sound {t} an {a vs s} : gamma t a vs s -> gamma t a vs (interfere an s).
Proof.
  unfold interfere. generalize (an_writes an). intros ws. revert s.
  induction ws as [| w ws IH]; intros s G; cbn [fold_left].
  - (* [] *) apply gamma_same; [exact G | exact (g_mem G)].
  - (* :: *) exact (IH _ (interfere1_sound t a vs s w G)).
Qed.

(** * Loads *)

Lemma new_yields t L vs f x : not_ref f = true -> fact_holds t L f x -> yields t L vs (New f 0) x.
Proof.
  intros U H. split; [exact U |]. exists x. split; [exact H |]. destruct H as [B _].
  rewrite Z.add_0_r, wrap_small by exact B. reflexivity.
Qed.
Lemma res_view_sound t L F vs r x ta s : facts_hold t L F vs -> yields t L vs r x ->
  res_view F r = (ta, s) -> in_scalar s x.
Proof.
  intros FH Y E. destruct r as [v | f c]; cbn [res_view yields] in *.
  - (* Old *) assert (V := any_view_sound t L F vs FH v x Y). rewrite E in V. exact V.
  - (* New *) destruct Y as [_ [w [[B P] X]]].
    assert (Rx : 0 <= x < W) by (rewrite X; apply wrap_range).
    assert (Top : (true, sc_top) = (ta, s) -> in_scalar s x).
    { intros K. injection K as _ <-. apply sc_top_sound. exact Rx. }
    destruct f; try exact (Top E). destruct (Z.eqb_spec c 0) as [C | C]; [| exact (Top E)].
    injection E as _ <-. rewrite X, C, Z.add_0_r, wrap_small by exact B. exact P.
Qed.
Lemma loaded_scalar t L m x z ta : fact_holds t L (FScalar ta (sc_of_bytes z)) (load m x (bytes z)).
Proof. split; [apply load_word |]. apply sc_of_bytes_sound. rewrite <- zbytes_nat. apply load_range.
Qed.
Lemma size_eqb_eq a b : size_eqb a b = true -> a = b.
Proof. unfold size_eqb. destruct a, b; (reflexivity || discriminate). Qed.

Lemma plain_defined t s r a n : plain_kind (r_kind r) -> undefined_stack t s r a n = false.
Proof. unfold undefined_stack. destruct (r_kind r); intros K; (contradiction || reflexivity). Qed.
(** What a load from such a region gives. *)
Definition plain_load (t : target) (an : answer) (s : state) (q : region) (x : Z) (n : nat) : Z :=
  match constant_region (lay s) q with Some c => constant_at c (x - r_base q) (Z.of_nat n) | None =>
    load_shared t an s x n end.
Lemma load_at_plain t an s x n q : find_region (live s) false x (Z.of_nat n) = Some q ->
  read_kind (r_kind q) -> load_at t an s x n = inl (plain_load t an s q x n).
Proof.
  intros Eq K. unfold load_at, plain_load, constant_region. rewrite Eq.
  destruct (r_kind q) eqn:Eq'; try contradiction; try reflexivity.
  - (* KValue *) parts Eq' as i j. destruct (obind (nth_z (l_maps (lay s)) i) _) as [c |];
      reflexivity.
  - (* KRef *) unfold ref_readable. cbn [read_kind] in K. rewrite K. reflexivity.
Qed.
Lemma plain_other q : plain_kind (r_kind q) -> read_kind (r_kind q).
Proof. destruct (r_kind q); intros K; exact K || exact I. Qed.
Lemma constant_range c k z : 0 <= constant_at c k (zbytes z) < 256 ^ zbytes z
  /\ 0 <= constant_at c k (zbytes z) < W.
Proof.
  unfold constant_at.
  destruct z; (rewrite Z.land_ones; [| discriminate]); lazymatch goal with |- context [?x mod ?y] =>
    assert (B := Z.mod_pos_bound x y eq_refl); change (256 ^ _) with y; (split; [exact B |]);
    revert B; generalize (x mod y); intros v [B1 B2]; (split; [exact B1 |]);
      apply (Z.lt_le_trans _ y); [exact B2 | discriminate] end.
Qed.
Lemma load_shared_scalar t L an s x z ta : fact_holds t L (FScalar ta (sc_of_bytes z))
  (load_shared t an s x (bytes z)).
Proof.
  unfold load_shared. assert (N := pointed_size t (lay s) x (Z.of_nat (bytes z))).
  destruct (pointed t (lay s) x (Z.of_nat (bytes z))) as [| j js]; [apply loaded_scalar |].
  specialize (N (fun E => match eq_ind (j :: js) (fun l => match l with [] => False | _ :: _ =>
    True end) I [] E with end)).
  rewrite zbytes_nat in N. assert (B := some_object_word an (lay s) (j :: js)). split; [exact B |].
  apply sc_of_bytes_sound. rewrite N. exact B.
Qed.
Lemma plain_load_scalar t L an s q x z ta : fact_holds t L (FScalar ta (sc_of_bytes z))
  (plain_load t an s q x (bytes z)).
Proof.
  unfold plain_load. rewrite zbytes_nat.
  destruct (constant_region (lay s) q) as [c |]; [| apply load_shared_scalar].
  assert (R := constant_range c (x - r_base q) z). split; [lia |]. apply sc_of_bytes_sound.
  exact (proj1 R).
Qed.
Lemma low_bytes_sound t L F vs z v y v' : facts_hold t L F vs -> relv vs v y ->
  low_bytes F z v = Some v' ->
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
    - (* Some *) assert (Ec : y = c) by (eapply sc_is_const_sound; [exact I | exact C]).
      rewrite <- Ec in E. apply (aconst_sound t L F vs FH) in E.
      rewrite wrap_small in E; [exact E |]. apply land_word; [lia |].
      destruct z; (split; [discriminate | reflexivity]).
    - (* None *) destruct (s_umax s <? Z.shiftl 1 (size_bits z)) eqn:S; [| discriminate E].
      injection E as <-.
      bools.
      rewrite Z.shiftl_1_l in * by exact Nb. assert (U := in_scalar_between s y I).
      rewrite Small; [exact R | exact Nb | lia]. }
  destruct z; cbn [low_bytes] in E; try exact (Num E).
  injection E as <-. rewrite Small; [exact R | cbn [size_bits]; lia | cbn [size_bits]; lia].
Qed.
(** A spill that is read, or a part of it. *)
Lemma spill_around_sound {k n sl e z v} j : forall d, spill_around j k n d sl = Some (e, z, v) ->
  d <= e /\ zfind (k - e) sl = Some (z, v) /\ e + n <= zbytes z.
Proof.
  induction j as [| j IH]; intros d E; cbn [spill_around] in E; [discriminate E |].
  destruct (zfind (k - d) sl) as [[z' v'] |] eqn:Es; [destruct (d + n <=? zbytes z') eqn:Fit |].
  - (* here *) injection E as <- <- <-. bools. split; [lia |]. split; [exact Es | exact Fit].
  - (* too short *) destruct (IH _ E) as [D R]. split; [lia | exact R].
  - (* none *) destruct (IH _ E) as [D R]. split; [lia | exact R].
Qed.
Lemma part_of_sound t L F vs z d v y : facts_hold t L F vs -> relv vs v y -> 0 <= d ->
  yields t L vs (part_of F z d v) (Z.land (Z.shiftr y (8 * d)) (Z.ones (size_bits z))).
Proof.
  intros FH R D. unfold part_of.
  destruct (if d =? 0 then low_bytes F z v else None) as [v' |] eqn:Low.
  - (* its low bytes *) destruct (d =? 0) eqn:D0; [bools | discriminate Low]. subst d.
    rewrite Z.shiftr_0_r. exact (low_bytes_sound t L F vs z v y v' FH R Low).
  - (* others *) assert (S := any_view_sound _ _ _ _ FH _ _ R). destruct (any_view F v) as [ta s].
    cbn [snd] in S. apply (scalar_res_sound t L F vs FH), sc_of_sound, bd_trunc_bytes_sound.
    apply bd_shr_sound; [lia | lia | exact (proj1 S)].
Qed.
Lemma spill_byte_sound t L F vs sl ini m k d z v : facts_hold t L F vs -> memrel L sl ini vs m ->
  spill_around 8 k 1 0 sl = Some (d, z, v) ->
  in_bounds (bd_trunc_bytes S1 (bd_shr (s_all (snd (any_view F v))) (8 * d) (8 * d)))
    (read m (stack_addr L k)).
Proof.
  intros FH M Es. destruct (spill_around_sound _ _ Es) as [D [Fd Fit]].
  destruct (m_slots M _ _ _ Fd) as [O [_ Rv]]. assert (N := zbytes_range z).
  replace (read m (stack_addr L k)) with
    (Z.land (Z.shiftr (load m (stack_addr L (k - d)) (bytes z)) (8 * d)) (Z.ones (size_bits S1))).
  - (* a byte of the spill *) apply bd_trunc_bytes_sound, bd_shr_sound; [lia | lia |].
    exact (proj1 (any_view_sound _ _ _ _ FH _ _ Rv)).
  - (* it is there *) rewrite size_bits_bytes, <- zbytes_nat, <- load_part
      by (rewrite ?zbytes_nat; cbn; lia).
    rewrite <- (stack_addr_add L (k - d) (zbytes z) d O) by lia.
    replace (k - d + d) with k by lia. cbn [bytes load]. lia.
Qed.
Lemma gather_sound t L F vs sl ini m : facts_hold t L F vs -> memrel L sl ini vs m ->
  forall n k, (n <= 8)%nat -> n = O \/ one_frame k (Z.of_nat n) ->
    in_bounds (snd (gather F n k sl)) (load m (stack_addr L k) n).
Proof.
  intros FH M n. induction n as [| n IH]; intros k N Fr.
  - (* O *) exact (bd_const_sound 0).
  - (* S *) destruct Fr as [Fr | Fr]; [discriminate Fr |]. cbn [gather load].
    assert (Rest : in_bounds (snd (gather F n (k + 1) sl)) (load m (stack_addr L k + 1) n)).
    { destruct n as [| n]; [exact (bd_const_sound 0) |].
      rewrite <- (stack_addr_add L k _ 1 Fr) by lia. apply IH; [lia |]. right.
      apply (one_frame_part _ _ _ _ Fr); lia. }
    destruct (gather F n (k + 1) sl) as [[known ta] b]. cbn [snd] in Rest.
    assert (Rb := read_range m (stack_addr L k)).
    assert (Rl := load_range m n (stack_addr L k + 1)).
    assert (P8 : 256 ^ Z.of_nat n <= 256 ^ 7) by (apply Z.pow_le_mono_r; lia).
    change (256 ^ 7) with 72057594037927936 in P8.
    assert (Sum : forall c, in_bounds c (read m (stack_addr L k)) ->
      in_bounds (bd_add c (bd_shl b 8 8))
        (read m (stack_addr L k) + 256 * load m (stack_addr L k + 1) n)).
    { intros c C. assert (H := bd_add_sound _ _ _ _ C
        (bd_shl_sound b _ 8 8 8 ltac:(lia) ltac:(lia) Rest)).
      rewrite Z.shiftl_mul_pow2 in H by lia. change (2 ^ 8) with 256 in H.
      rewrite wrap_add_r, wrap_small in H by lia. rewrite Z.mul_comm. exact H. }
    destruct (spill_around 8 k 1 0 sl) as [[[d z] v] |] eqn:Es.
    + (* known *) assert (B := spill_byte_sound t L F vs sl ini m k d z v FH M Es).
      destruct (any_view F v) as [ta' s]. cbn [snd] in *. apply Sum. exact B.
    + (* any byte *) cbn [snd]. apply Sum. apply bd_range_sound; lia.
Qed.
Lemma load_spill_sound t L F vs sl ini m z k : facts_hold t L F vs -> memrel L sl ini vs m ->
  one_frame k (zbytes z) ->
  yields t L vs (load_spill F z k sl) (load m (stack_addr L k) (bytes z)).
Proof.
  intros FH M Fr. unfold load_spill.
  destruct (spill_around 8 k (zbytes z) 0 sl) as [[[d z'] v] |] eqn:Es.
  2: { (* of several *) assert (B := gather_sound t L F vs sl ini m FH M (bytes z) k).
    destruct (gather F (bytes z) k sl) as [[known ta] b]. cbn [snd] in B.
    destruct known; [| apply new_yields; [reflexivity | apply loaded_scalar]].
    apply (scalar_res_sound t L F vs FH), sc_of_sound, B.
    - destruct z; cbn; lia.
    - right. rewrite zbytes_nat. exact Fr. }
  destruct (spill_around_sound _ _ Es) as [D [Fd Fit]]. assert (N := zbytes_range z).
  destruct (m_slots M _ _ _ Fd) as [O [_ Rv]].
  destruct (size_eqb z z') eqn:Ez.
  - (* all of it *) apply size_eqb_eq in Ez. subst z'. replace (k - d) with k in Rv by lia.
    exact Rv.
  - (* a part *) replace (load m (stack_addr L k) (bytes z)) with
      (Z.land (Z.shiftr (load m (stack_addr L (k - d)) (bytes z')) (8 * d))
        (Z.ones (size_bits z))); [exact (part_of_sound t L F vs z d v _ FH Rv D) |].
    rewrite size_bits_bytes, <- zbytes_nat, <- load_part by (rewrite ?zbytes_nat; lia).
    rewrite <- (stack_addr_add L (k - d) (zbytes z') d O) by lia. do 2 f_equal. lia.
Qed.
Lemma load_stack_sound t an a vs s z k m r x : gamma t a vs s ->
  at_place t (lay s) (a_depth a) (PStack k m) x (zbytes z) false ->
  a_load_plain t a z (PStack k m) = Some r -> exists v, load_at t an s x (bytes z) = inl v
    /\ yields t (lay s) vs r v.
Proof.
  cbn [a_load_plain]. intros G P E. assert (N := zbytes_range z).
  destruct (gamma_depth G) as [_ Dp].
  destruct (gamma_frame false G P) as [j Ej]; [lia |].
  apply at_stack in P; [| exact Dp].
  destruct P as [o [O [-> P1]]]. unfold load_at. rewrite zbytes_nat, Ej. cbn [frame_region r_kind].
  destruct (init_ok t (wb_bits (a_written a)) k (m + zbytes z)) eqn:Ok; [| discriminate E].
  rewrite (init_ok_part t (lay s) (a_slots a) vs s (a_written a) k m (bytes z) _ o);
    [| exact (g_mem G) | exact O | rewrite zbytes_nat; exact P1 | rewrite zbytes_nat;
      exact Ok].
  eexists. split; [reflexivity |]. apply some_inj in E. rewrite <- E.
  destruct (Z.eqb_spec m 0) as [M0 | M0];
    [| apply new_yields; [reflexivity | apply loaded_scalar]].
  replace o with k by lia. subst m.
  exact (load_spill_sound _ _ _ _ _ _ _ z k (g_facts G) (g_mem G) P1).
Qed.
(** A typed pointer: one of the types that are pointed to there *)
Lemma object_yields t L vs an js j : wf_layout t L -> In j js ->
  yields t L vs (New (object_res t false j) 0) (some_object an L js).
Proof.
  intros WL J. unfold object_res. assert (B := some_object_word an L js).
  destruct (type_of t j) as [d0 |] eqn:E; (apply new_yields; [reflexivity |]); (split; [exact B |]).
  - (* Some *) split; [rewrite E; discriminate |]. exact (some_object_sound WL an js j d0 E J).
  - (* None *) apply sc_top_sound. exact B.
Qed.
Lemma object_or_null_yields t L an vs nu j : wf_layout t L ->
  yields t L vs (New (object_res t nu j) 0) (object_or_null an L nu j).
Proof.
  intros WL. assert (Y := object_yields t L vs an [j] j WL (or_introl eq_refl)).
  unfold object_or_null, object_res in *.
  destruct (type_of t j) as [d |] eqn:E.
  - (* there is such a type *) destruct nu; [| exact Y].
    assert (Ok : forall w, fact_holds t L (FObj j) w -> fact_holds t L (FObjOrNull j) w).
    { intros w [B [D O]]. split; [exact B |]. split; [exact D | right; exact O]. }
    cbn [andb]. destruct (an_choice an =? 0).
    + (* null *) apply new_yields; [reflexivity |]. split; [lia |].
      split; [rewrite E; discriminate | left; reflexivity].
    + (* an object *) destruct Y as [_ [w [H X]]]. split; [reflexivity |]. exists w.
      split; [exact (Ok w H) | exact X].
  - (* there is none *) destruct (nu && _); [| exact Y]. apply new_yields; [reflexivity |].
    split; [lia |]. apply sc_top_sound. lia.
Qed.
(** A result that others gave *)
Lemma with_result_sound lo hi x : 0 <= x < W -> - S32 <= lo -> lo <= hi -> hi < S32 ->
  0 <= with_result lo hi x < W /\ in_scalar (sc_result lo hi) (with_result lo hi x).
Proof.
  intros B L1 L2 L3. set (c := Z.max lo (Z.min hi (sgn32 x))).
  assert (C : lo <= c <= hi) by (unfold c; lia).
  assert (R := wrap32_range c). assert (R0 := wrap32_range x).
  assert (D : x - wrap32 x = W32 * (x / W32)) by (rewrite wrap32_mod; Z.div_mod_to_equations; lia).
  assert (V : 0 <= with_result lo hi x < W) by (unfold with_result; fold c; rewrite D;
    Z.div_mod_to_equations; lia).
  split; [exact V |]. unfold sc_result. apply sc_with_sound; [exact (proj1 (sc_top_sound _ V)) |].
  apply (bd_up_half _ _ (wrap c)).
  - (* the bounds *) apply (proj1 (sc_srange_sound lo hi (wrap c) (wrap_range c) ltac:(rewrite
      sgn64_wrap; lia))).
  - (* the low half *) rewrite wrap32_wrap. unfold with_result. fold c. rewrite D, !wrap32_mod.
    symmetry.
    rewrite Z.add_comm, Z.mul_comm, Z.mod_add by lia. apply Z.mod_mod. lia.
Qed.
Lemma load_ctx_sound t an a vs s z k r x : gamma t a vs s ->
  at_place t (lay s) (a_depth a) (PCtx k) x (zbytes z) false ->
  a_load_plain t a z (PCtx k) = Some r -> exists v, load_at t an s x (bytes z) = inl v
    /\ yields t (lay s) vs r v.
Proof.
  cbn [a_load_plain]. intros G P E. assert (WL := g_wf G). assert (N := zbytes_range z).
  destruct (gamma_ctx false G P) as [Eq Ek]; [lia |].
  unfold load_at. rewrite zbytes_nat, Eq. cbn [ctx_region r_kind r_base]. rewrite Ek.
  assert (RP := packet_range WL).
  destruct (ctx_readable (t_type t) k (zbytes z)) as [fk |]; [| discriminate E].
  destruct fk; try (injection E as <-; eexists; (split; [reflexivity |])).
  - (* FPlain *) apply new_yields; [reflexivity | apply loaded_scalar].
  - (* FData *) apply new_yields; [reflexivity |]. unfold fact_holds. cbn [area_start area_end].
    unfold guard in RP. lia.
  - (* FDataEnd *) apply new_yields; [reflexivity |]. split; [lia | reflexivity].
  - (* FDataMeta *) apply new_yields; [reflexivity |]. unfold fact_holds. cbn [area_start].
    unfold guard in RP. lia.
  - (* FTyped *) exact (object_or_null_yields t (lay s) an vs _ _ WL).
  - (* FResult *) destruct (_ && _ && _) eqn:C; [| discriminate E]. apply some_inj in E.
    rewrite <- E. bools.
    unfold sign32 in *.
    eexists. split; [reflexivity |].
    lazymatch goal with |- context [with_result ?l ?h ?v] => rename l into r1; rename h into r2;
      set (y := v) end.
    assert (B : 0 <= y < W) by apply load_word.
    destruct (with_result_sound r1 r2 y B) as [V S]; [lia | lia | lia |].
    apply new_yields; [reflexivity |]. split; [exact V |].
    assert (T : zbytes z <= 4 -> in_scalar (sc_trunc A32 (sc_result r1 r2)) (with_result r1 r2 y)).
    { intros Z4. assert (L := load_size (mem s) x z).
      assert (X : y < W32). { unfold y. destruct z; cbn [zbytes size_bits] in *; lia. }
      replace (with_result r1 r2 y) with (trunc A32 (with_result r1 r2 y));
        [apply sc_trunc_sound; exact S |].
      cbn [trunc]. apply wrap32_small. unfold with_result. rewrite (wrap32_small y) by lia.
      assert (R := wrap32_range (Z.max r1 (Z.min r2 (sgn32 y)))). lia. }
    destruct z; [apply T; discriminate | apply T; discriminate | apply T; discriminate | exact S].
Qed.
(** A field of any socket is one of a full socket. *)
Lemma field_in_app l m off n f : field_in m off n = Some f ->
  exists g, field_in (l ++ m) off n = Some g.
Proof.
  unfold field_in. intros E. induction l as [| g l IH]; cbn [app find]; [exists f; exact E |].
  lazymatch goal with |- exists _, (if ?b then _ else _) = _ => destruct b end;
    [exists g; reflexivity | exact IH].
Qed.
Lemma ref_readable_fits k k' off n : ref_kind_fits k k' = true -> ref_readable k off n = true ->
  ref_readable k' off n = true.
Proof.
  intros Fi. destruct k; destruct k'; try discriminate Fi;
    [exact (fun H => H) | exact (fun H => H) | | exact (fun H => H) | exact (fun H => H)].
  unfold ref_readable. cbn [is_socket negb orb ref_fields]. intros H.
  destruct (field_in common_fields off n) as [f |] eqn:E; [| discriminate H].
  unfold full_fields. lazymatch goal with |- context [field_in (?a ++ ?b ++ ?c ++ _) off n] =>
    destruct (field_in_app c _ off n f E) as [f1 E1];
      destruct (field_in_app b _ off n f1 E1) as [f2 E2];
    destruct (field_in_app a _ off n f2 E2) as [f3 E3] end.
  rewrite E3. reflexivity.
Qed.
Lemma load_sock_sound t an a vs s z kd k r x : gamma t a vs s ->
  at_place t (lay s) (a_depth a) (PSock kd k) x (zbytes z) false ->
  a_load_plain t a z (PSock kd k) = Some r -> exists v, load_at t an s x (bytes z) = inl v
    /\ yields t (lay s) vs r v.
Proof.
  cbn [a_load_plain]. intros G P E. assert (N := zbytes_range z).
  destruct (ref_readable kd k (zbytes z)) eqn:Rd; [| discriminate E]. injection E as <-.
  destruct (gamma_sock G P) as [h [Eq [Fi Ek]]]; [lia |].
  unfold load_at. rewrite zbytes_nat, Eq. cbn [ref_region r_kind r_base].
  rewrite Ek, (ref_readable_fits _ _ _ _ Fi Rd).
  eexists. split; [reflexivity |]. apply new_yields; [reflexivity | apply load_shared_scalar].
Qed.
Lemma load_object_sound t an a vs s z i k r x : gamma t a vs s ->
  at_place t (lay s) (a_depth a) (PObj i k) x (zbytes z) false ->
  a_load_plain t a z (PObj i k) = Some r -> exists v, load_at t an s x (bytes z) = inl v
    /\ yields t (lay s) vs r v.
Proof.
  cbn [a_load_plain]. intros G P E. assert (N := zbytes_range z). assert (WL := g_wf G).
  destruct (at_object P) as [d0 [Ed [I Ins]]].
  assert (N0 : 0 < zbytes z) by lia.
  destruct (find_object WL (length (frames s)) x (zbytes z) _ (g_depth G) N0 I Ins)
    as [q [Eq [Cq K]]].
  rewrite <- (g_live G) in Eq. exists (load_shared t an s x (bytes z)). split.
  { rewrite (load_at_plain t an s x (bytes z) q) by (rewrite ?zbytes_nat;
      assumption). unfold plain_load. rewrite Cq. reflexivity. }
  assert (Num : Some (New (FScalar false (sc_of_bytes z)) 0) = Some r ->
    yields t (lay s) vs r (load_shared t an s x (bytes z))).
  { intros X. injection X as <-. apply new_yields; [reflexivity | apply load_shared_scalar]. }
  rewrite Ed in E. cbn [obind] in E.
  destruct (Z.eqb_spec (zbytes z) 8) as [S | S]; [| exact (Num E)].
  destruct (pointer_at d0 k) as [j |] eqn:Pk; [| exact (Num E)]. apply some_inj in E. rewrite <- E.
  destruct P as [_ [O _]]. assert (J : In j (pointed t (lay s) x (Z.of_nat (bytes z)))).
  { rewrite zbytes_nat, S. apply (in_pointed t (lay s) i (x - k) d0 k);
      [exact (is_object_in t _ _ i d0 Ed O) | exact Ed | exact Pk | lia]. }
  unfold load_shared.
  destruct (pointed t (lay s) x (Z.of_nat (bytes z))) as [| j0 js]; [destruct J |].
  exact (object_yields t (lay s) vs an _ j WL J).
Qed.
(** What never changes is alone where it is. *)
Lemma found_constant {t a vs s r0 q c x n} : gamma t a vs s -> In r0 (plain_regions t (lay s)) ->
  In q (plain_regions t (lay s)) -> constant_region (lay s) r0 = Some c ->
  find_region (live s) false x n = Some q -> inside r0 x n = true -> 0 < n -> q = r0.
Proof.
  intros G I Iq C Eq Ins N. destruct (wl_alone (g_wf G) r0 q I Iq) as [S | D];
    [unfold alone; rewrite C; reflexivity | exact S |].
  assert (Insq : inside q x n = true).
  { unfold find_region in Eq. apply find_some in Eq. destruct Eq as [_ Eq]. cbv beta
      in Eq. rewrite andb_true_r in Eq. exact Eq. }
  rewrite (inside_disjoint q r0 x n D) in Ins by (lia || exact Insq). discriminate Ins.
Qed.
Lemma a_load_plain_sound t an a vs s z pl r x : gamma t a vs s ->
  at_place t (lay s) (a_depth a) pl x (zbytes z) false ->
  a_load_plain t a z pl = Some r -> exists v, load_at t an s x (bytes z) = inl v
    /\ yields t (lay s) vs r v.
Proof.
  intros G P E.
  assert (Pl : in_plain t (lay s) x (zbytes z) false ->
    Some (New (FScalar false (sc_of_bytes z)) 0) = Some r ->
    exists v, load_at t an s x (bytes z) = inl v /\ yields t (lay s) vs r v).
  { intros I X. injection X as <-.
    assert (N := zbytes_range z). destruct (gamma_plain G I) as [q [Eq K]]; [lia |].
    exists (plain_load t an s q x (bytes z)).
    split; [| apply new_yields; [reflexivity | apply plain_load_scalar]].
    apply (load_at_plain t an s x (bytes z) q);
      [rewrite zbytes_nat; exact Eq | exact (plain_other q K)]. }
  destruct pl as [k m | k | | [[c k] |] | kd k | i k];
    [exact (load_stack_sound t an a vs s z _ _ r x G P E) |
    exact (load_ctx_sound t an a vs s z _ r x G P E) | exact (Pl P E) |
    | exact (Pl (in_value_plain P) E) |
    exact (load_sock_sound t an a vs s z _ _ r x G P E)
      | exact (load_object_sound t an a vs s z i k r x G P E)].
  cbn [a_load_plain] in E. apply some_inj in E. rewrite <- E.
  destruct P as [P [r0 [I [Ins [C X]]]]].
  assert (N := zbytes_range z).
  destruct (gamma_found G (in_value_plain P)) as [q [Eq [Iq K]]]; [lia |].
  assert (Same := found_constant G I Iq C Eq Ins ltac:(lia)).
  exists (plain_load t an s q x (bytes z)).
  split; [apply load_at_plain; [rewrite zbytes_nat; exact Eq | exact (plain_other q K)] |].
  apply (scalar_res_sound t (lay s) (a_facts a) vs (g_facts G)).
  unfold plain_load. rewrite zbytes_nat, Same, C. replace (x - r_base r0) with k by lia.
  rewrite <- (wrap_small (constant_at c k (zbytes z))) at 2 by exact (proj2 (constant_range c k z)).
  apply sc_const_sound.
Qed.
Lemma a_load_sound {t} an {a vs s z sx pl r x} : gamma t a vs s ->
  at_place t (lay s) (a_depth a) pl x (zbytes z) false ->
  a_load t a z sx pl = Some r ->
  exists v, load_at t an s x (bytes z) = inl v
    /\ yields t (lay s) vs r (if sx then sext A64 z v else v).
Proof.
  unfold a_load. intros G P E. binds E as q Eq.
  destruct (a_load_plain_sound t an a vs s z pl q x G P Eq) as [v [Ev Y]]. exists v.
  split; [exact Ev |].
  destruct sx; [| injection E as <-; exact Y].
  destruct (res_view (a_facts a) q) as [ta sc] eqn:V. apply some_inj in E. rewrite <- E.
  apply (scalar_res_sound t (lay s) (a_facts a) vs (g_facts G)). apply sc_sext_sound.
  exact (res_view_sound t (lay s) (a_facts a) vs q v ta sc (g_facts G) Y V).
Qed.

(** * Stores *)

(** A write of any bytes off the stack. *)
Lemma off_stack_sound t a vs s pl x n w m : gamma t a vs s ->
  at_place t (lay s) (a_depth a) pl x n w ->
  is_stack pl = false ->
  (forall b, ~ x <= b < x + n -> read m b = read (mem s) b) ->
    (forall b, written (mem s) b = true -> written m b = true) ->
  gamma t a vs (set_mem s m).
Proof.
  intros G P S Rd Wr. apply gamma_same; [exact G |].
  apply (memrel_frame _ _ _ _ (mem s)); [exact (g_mem G) | | exact Wr].
  intros b B _. apply Rd. intros I. rewrite (off_stack G P S I) in B.
  discriminate B.
Qed.
(** Bytes that something wrote: of the [hi] from [x] on, at least [lo]. *)
Lemma scribble_sound t a vs s pl x lo hi w m : gamma t a vs s ->
  at_place t (lay s) (a_depth a) pl x hi w ->
  0 <= lo <= hi ->
  (forall b, ~ x <= b < x + hi -> read m b = read (mem s) b) ->
    (forall b, written (mem s) b = true -> written m b = true) ->
  (forall b, x <= b < x + lo -> written m b = true) ->
  gamma t (a_scribble a pl lo hi) vs (set_mem s m).
Proof.
  intros G P Le Rd Wr New. destruct (is_stack pl) eqn:S.
  - (* on the stack *) destruct pl as [k d | | | | |]; try discriminate S. cbn [a_scribble].
    destruct (gamma_depth G) as [_ Dp].
    apply at_stack in P; [| exact Dp]. destruct P as [o [O [-> P1]]]. apply gamma_mem; [exact G |].
    assert (Eo := stack_addr_add (lay s) k (d + hi)).
    apply (memrel_scribble t _ _ _ _ (mem s));
      [exact (g_wf G) | exact (g_mem G) | exact P1 | lia | lia | lia |
        | exact Wr |].
    + (* other bytes *) intros b B. apply Rd. destruct (Z.leb_spec hi 0) as [H0 | H0]; [lia |].
      specialize (Eo (o - k) P1).
      replace (k + (o - k)) with o in Eo by lia. lia.
    + (* new bytes *) intros i I. apply New. assert (E1 := Eo (o - k) P1).
      assert (E2 := Eo (i - k) P1).
      replace (k + (o - k)) with o in E1 by lia. replace (k + (i - k)) with i in E2 by lia. lia.
  - (* off the stack *) replace (a_scribble a pl lo hi) with a by (destruct pl;
      (reflexivity || discriminate S)).
    exact (off_stack_sound t a vs s pl x hi w m G P S Rd Wr).
Qed.
(** A helper wrote some of them. *)
Lemma a_scribble_some t a vs s pl lo hi n x bs : gamma t a vs s ->
  at_place t (lay s) (a_depth a) pl x hi true -> 0 <= lo <= n -> n <= hi ->
  gamma t (a_scribble a pl 0 hi) vs (set_mem s (fill_some (mem s) x (Z.to_nat n) bs)).
Proof.
  intros G P N1 N2. apply (scribble_sound t a vs s pl x 0 hi true); [exact G | exact P | lia | ..].
  - (* other bytes *) intros b B. apply fill_some_other. lia.
  - (* written before *) intros b. apply written_fill_some_keeps.
  - (* new bytes *) intros b B. lia.
Qed.
(** A helper wrote [n] of them. *)
Lemma a_scribble_sound t a vs s pl lo hi n x bs : gamma t a vs s ->
  at_place t (lay s) (a_depth a) pl x hi true ->
  0 <= lo <= n -> n <= hi ->
  gamma t (a_scribble a pl lo hi) vs (set_mem s (fill (mem s) x (Z.to_nat n) bs)).
Proof.
  intros G P N1 N2. apply (scribble_sound t a vs s pl x lo hi true); [exact G | exact P | lia | ..].
  - (* other bytes *) intros b B. apply fill_other. lia.
  - (* written before *) intros b. apply written_fill_keeps.
  - (* new bytes *) intros b B. apply written_fill_new. lia.
Qed.
(** A store wrote all of them. *)
Lemma store_scribble t a vs s pl x z y w : gamma t a vs s ->
  at_place t (lay s) (a_depth a) pl x (zbytes z) w ->
  gamma t (a_scribble a pl (zbytes z) (zbytes z)) vs
    (set_mem s (store (mem s) x (bytes z) y)).
Proof.
  intros G P. assert (N := zbytes_range z). apply (scribble_sound t a vs s pl x _ (zbytes z) w);
    [exact G | exact P | lia | ..].
  - (* other bytes *) intros b B. apply store_other. rewrite zbytes_nat. exact B.
  - (* written before *) intros b. apply written_store_keeps.
  - (* new bytes *) intros b B. apply written_store_new. rewrite zbytes_nat. exact B.
Qed.
Lemma store_at_plain t s x n y q : find_region (live s) true x (Z.of_nat n) = Some q ->
  plain_kind (r_kind q) ->
  store_at t s x n y = inl (store (mem s) x n y).
Proof. intros Eq K. unfold store_at. rewrite Eq.
destruct (r_kind q); (contradiction || reflexivity). Qed.
(** A store off the stack. *)
Lemma store_off_stack t a vs s z pl x y w : gamma t a vs s ->
  at_place t (lay s) (a_depth a) pl x (zbytes z) w ->
  is_stack pl = false -> gamma t (a_goto a (a_pc a + 1)) vs
    (with_mem s (store (mem s) x (bytes z) y)).
Proof.
  intros G P S. assert (H := store_scribble t a vs s pl x z y w G P).
  replace (a_scribble a pl (zbytes z) (zbytes z)) with a in H
    by (destruct pl; (reflexivity || discriminate S)).
  unfold with_mem. rewrite (g_pc G). exact (goto_sound (a_pc a + 1) H).
Qed.
Lemma store_stack_sound t a vs s z k d v y x a' : gamma t a vs s -> relv vs v y ->
  at_place t (lay s) (a_depth a) (PStack k d) x (zbytes z) true ->
    a_store t a z (PStack k d) v = Some a' ->
  exists m, store_at t s x (bytes z) y = inl m /\ gamma t a' vs (with_mem s m).
Proof.
  cbn [a_store]. intros G R P E. assert (N := zbytes_range z).
  destruct (gamma_depth G) as [_ Dp].
  destruct (gamma_frame true G P) as [j Ej]; [lia |].
  unfold store_at. rewrite zbytes_nat, Ej. cbn [frame_region r_kind].
  eexists. split; [reflexivity |]. apply some_inj in E. rewrite <- E. clear E a'.
  assert (H := store_scribble t a vs s (PStack k d) x z y true G P).
  apply at_stack in P; [| exact Dp].
  destruct P as [o [O [-> P1]]]. assert (M := g_mem H).
  apply (goto_sound (a_pc a + 1)) in H. unfold with_mem. rewrite (g_pc G).
  set (a1 := a_scribble a (PStack k d) (zbytes z) (zbytes z)) in *. fields in M.
  refine (gamma_mem H _). fields.
  destruct (Z.eqb_spec d 0) as [D0 | D0]; [| exact M].
  destruct (low_bytes (a_facts a) z v) as [v1 |] eqn:Lo; [| exact M].
  replace o with k in * by lia. replace (d + zbytes z) with (zbytes z) in P1 by lia.
  apply memrel_slot; [exact M | exact P1 | |].
  - (* written *) apply all_written_spec. intros b B. apply written_store_new. exact B.
  - (* the value *) rewrite load_store_size.
    exact (low_bytes_sound t (lay s) (a_facts a) vs z v y v1 (g_facts G) R Lo).
Qed.
Lemma store_ctx_sound t a vs s z k v y x a' : gamma t a vs s ->
  at_place t (lay s) (a_depth a) (PCtx k) x (zbytes z) true ->
  a_store t a z (PCtx k) v = Some a' ->
  exists m, store_at t s x (bytes z) y = inl m /\ gamma t a' vs (with_mem s m).
Proof.
  cbn [a_store]. intros G P E. assert (N := zbytes_range z).
  destruct (gamma_ctx true G P) as [Eq Ek]; [lia |].
  unfold store_at. rewrite zbytes_nat, Eq. cbn [ctx_region r_kind r_base]. rewrite Ek.
  destruct (ctx_writable (t_type t) k (zbytes z)); [| discriminate E]. injection E as <-.
  eexists. split; [reflexivity |]. exact (store_off_stack t a vs s z _ x y true G P eq_refl).
Qed.
Lemma a_store_sound {t a vs s z pl v y x a'} : gamma t a vs s -> relv vs v y ->
  at_place t (lay s) (a_depth a) pl x (zbytes z) true -> a_store t a z pl v = Some a' ->
  exists m, store_at t s x (bytes z) y = inl m /\ gamma t a' vs (with_mem s m).
Proof.
  intros G R P E.
  assert (Pl : in_plain t (lay s) x (zbytes z) true -> is_stack pl = false ->
    Some (a_goto a (a_pc a + 1)) = Some a' ->
    exists m, store_at t s x (bytes z) y = inl m /\ gamma t a' vs (with_mem s m)).
  { intros I S X. injection X as <-. exists (store (mem s) x (bytes z) y). assert (N :=
      zbytes_range z). split.
    - (* no fault *) destruct (gamma_plain G I) as [q [Eq K]]; [lia |].
      apply (store_at_plain t s x (bytes z) y q); [rewrite zbytes_nat; exact Eq | exact K].
    - (* the state after *) exact (store_off_stack t a vs s z pl x y true G P S). }
  destruct pl as [k d | k | | o | kd k | i k];
    [exact (store_stack_sound t a vs s z _ _ v y x a' G R P E)
      | exact (store_ctx_sound t a vs s z _ v y x a' G P E) |
     exact (Pl P eq_refl E) | exact (Pl (at_val P) eq_refl E) | discriminate E
       | discriminate E].
Qed.
