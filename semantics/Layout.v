(** Where everything lies.  Addresses are numbers; the layout is the environment's choice, and theorems hold for every
    well-formed one. *)
From Semantics Require Export Memory Target.

Definition stack_size : Z := 512.
Record layout := Layout {
  l_stack : Z;                                (* the frame's lowest byte; r10 starts at l_stack + 512 *)
  l_ctx : Z;
  l_pkt : Z;                                  (* the packet's first byte, and its length *)
  l_len : Z;
  l_maps : list Z;                            (* the address that stands for each map *)
  l_vals : list (list Z) }.                   (* for each map, the addresses of its values *)

Definition stack_region (L : layout) := Region KStack (l_stack L) stack_size true false.
Definition ctx_region (t : target) (L : layout) := Region KCtx (l_ctx L) (pt_ctx_size (t_type t)) true false.
Definition packet_region (L : layout) := Region KPacket (l_pkt L) (l_len L) true false.
Definition value_region (m : map_def) (i j b : Z) := Region (KValue i j) b (m_value m) (negb (m_ro m)) (negb (m_ro m)).
Fixpoint values_from (m : map_def) (i j : Z) (bs : list Z) : list region :=
  match bs with [] => [] | b :: t => value_region m i j b :: values_from m i (j + 1) t end.
Fixpoint maps_from (i : Z) (ms : list map_def) (vs : list (list Z)) : list region :=
  match ms, vs with m :: ms', bs :: vs' => values_from m i 0 bs ++ maps_from (i + 1) ms' vs' | _, _ => [] end.
(** The live regions, private ones first. *)
Definition regions (t : target) (L : layout) : list region :=
  stack_region L :: ctx_region t L :: packet_region L :: maps_from 0 (t_maps t) (l_vals L).

(** Room above the packet.  Without it [data + k] could wrap, and the usual comparison with [data_end] would prove nothing. *)
Definition guard : Z := 131072.

Record wf_layout (t : target) (L : layout) : Prop := {
  wl_range : Forall (fun r => 0 < r_base r /\ 0 <= r_size r /\ r_base r + r_size r < W) (regions t L);
  wl_stack : Forall (disjoint (stack_region L)) (tl (regions t L));
  wl_ctx : Forall (disjoint (ctx_region t L)) (tl (tl (regions t L)));
  wl_guard : l_pkt L + guard <= W;
  wl_maps : List.length (l_maps L) = List.length (t_maps t) /\ NoDup (l_maps L) /\ Forall (fun a => 0 < a < W) (l_maps L);
  wl_vals : Forall2 (fun m bs => m_type m = map_array -> List.length bs = Z.to_nat (m_max m)) (t_maps t) (l_vals L) }.
