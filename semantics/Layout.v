(** Where everything lies.  Addresses are numbers; the layout is the environment's choice, and theorems hold for every
    well-formed one. *)
From Semantics Require Export Memory Target.

Definition stack_size : Z := 512.             (* of one frame *)
Definition max_frames : Z := 8.
Definition stack_total : Z := 4096.           (* of all frames together *)
Record layout := Layout {
  l_frames : list Z;                          (* the lowest byte of each frame, in any places; the first function's is first *)
  l_ctx : Z;
  l_pkt : Z;                                  (* the packet's first byte, and its length *)
  l_len : Z;
  l_maps : list Z;                            (* the address that stands for each map *)
  l_vals : list (list Z);                     (* for each map, the addresses of its values *)
  l_held : list held }.                       (* what is held now *)

Definition frame_base (L : layout) (k : Z) : Z := nth (Z.to_nat k) (l_frames L) 0.
(** The top of frame [k]: what r10 holds in it. *)
Definition frame_top (L : layout) (k : Z) : Z := frame_base L k + stack_size.
Definition frame_region (L : layout) (k : Z) := Region (KStack k) (frame_base L k) stack_size true false.
(** Frames [n - 1], ..., 1, 0: the innermost first. *)
Fixpoint frame_regions (L : layout) (n : nat) : list region :=
  match n with O => [] | S k => frame_region L (Z.of_nat k) :: frame_regions L k end.
(** Frames have their places whether they are live or not. *)
Definition all_frames (L : layout) : list region := frame_regions L (Z.to_nat max_frames).
Definition in_stack (L : layout) (b : Z) : bool := existsb (fun f => inside f b 1) (all_frames L).
Definition ctx_region (t : target) (L : layout) := Region KCtx (l_ctx L) (pt_ctx_size (t_type t)) true false.
(** Helpers write packets too, so they count as shared. *)
Definition packet_region (L : layout) := Region KPacket (l_pkt L) (l_len L) true true.
Definition value_region (m : map_def) (i j b : Z) := Region (KValue i j) b (m_value m) (negb (m_ro m)) (negb (m_ro m)).
Fixpoint values_from (m : map_def) (i j : Z) (bs : list Z) : list region :=
  match bs with [] => [] | b :: t => value_region m i j b :: values_from m i (j + 1) t end.
Fixpoint maps_from (i : Z) (ms : list map_def) (vs : list (list Z)) : list region :=
  match ms, vs with m :: ms', bs :: vs' => values_from m i 0 bs ++ maps_from (i + 1) ms' vs' | _, _ => [] end.
(** Nothing is known of what a record holds: others may write it, for all that matters here. *)
Definition held_region (h : held) :=
  Region (KHeld (hd_kind h)) (hd_base h) (hd_size h) (match hd_kind h with HRecord => true | HSocket => false end) true.
Definition plain_regions (t : target) (L : layout) : list region :=
  packet_region L :: maps_from 0 (t_maps t) (l_vals L) ++ map held_region (l_held L).
(** The live regions when [n] calls are under way. *)
Definition regions (t : target) (L : layout) (n : nat) : list region :=
  frame_regions L (S n) ++ ctx_region t L :: plain_regions t L.

(** What a region holds for ever, if that is known. *)
Definition constant_region (t : target) (r : region) : option Z := match r_kind r with KValue i _ => constant_map t i | _ => None end.

(** Room above the packet.  Without it [data + k] could wrap, and the usual comparison with [data_end] would prove nothing. *)
Definition guard : Z := 131072.
Definition in_space (r : region) : Prop := 0 < r_base r /\ 0 <= r_size r /\ r_base r + r_size r < W.

Record wf_layout (t : target) (L : layout) : Prop := {
  wl_range : Forall in_space (all_frames L ++ ctx_region t L :: plain_regions t L);
  wl_frames : List.length (l_frames L) = Z.to_nat max_frames /\ ForallOrdPairs disjoint (all_frames L);
  wl_stack : Forall (fun f => Forall (disjoint f) (ctx_region t L :: plain_regions t L)) (all_frames L);
  wl_ctx : Forall (disjoint (ctx_region t L)) (plain_regions t L);
  wl_guard : l_pkt L + guard <= W;
  wl_maps : List.length (l_maps L) = List.length (t_maps t) /\ NoDup (l_maps L) /\ Forall (fun a => 0 < a < W) (l_maps L);
  wl_vals : Forall2 (fun m bs => m_type m = map_array -> List.length bs = Z.to_nat (m_max m)) (t_maps t) (l_vals L);
  wl_held : ForallPairs agree (l_held L);
  wl_constant : forall r q, In r (plain_regions t L) -> In q (plain_regions t L) ->
    constant_region t r <> None -> q = r \/ disjoint q r }.

(** A packet may move to another place where it leaves the layout well formed. *)
Definition packet_fits (t : target) (L : layout) (base len : Z) : bool :=
  let apart r := (r_base r + r_size r <=? base) || (base + len <=? r_base r) in
  (0 <? base) && (0 <=? len) && (base + len <? word_size) && (base + guard <=? word_size)
  && forallb apart (all_frames L) && apart (ctx_region t L)
  && forallb (fun r => match constant_region t r with Some _ => apart r | None => true end) (plain_regions t L).
Definition move_packet (L : layout) (base len : Z) : layout :=
  Layout (l_frames L) (l_ctx L) base len (l_maps L) (l_vals L) (l_held L).

(** A resource may be handed out where nothing else is. *)
Definition held_fits (t : target) (L : layout) (h : held) : bool :=
  let apart r := (r_base r + r_size r <=? hd_base h) || (hd_base h + hd_size h <=? r_base r) in
  (0 <? hd_base h) && (0 <=? hd_size h) && (hd_base h + hd_size h <? word_size)
  && forallb apart (all_frames L ++ ctx_region t L :: plain_regions t L) && forallb (agreeb h) (l_held L).
Definition with_held (L : layout) (hs : list held) : layout :=
  Layout (l_frames L) (l_ctx L) (l_pkt L) (l_len L) (l_maps L) (l_vals L) hs.
