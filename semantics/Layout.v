(** Where everything lies.  Addresses are numbers; the layout is the environment's choice, and
    theorems hold for every well-formed one. *)
From Semantics Require Export Memory Target.

Definition stack_size : Z := 512.             (* of one frame *)
Definition max_frames : Z := 8.
Definition stack_total : Z := 4096.           (* of all frames together *)
(** What else has an address: a variable of the kernel, by its number and its module's. *)
Inductive symbol := KernelVar (id object : Z).
(** Functions of the program have addresses, too: any words, but no two the same, so there is a way
    back from an address to the slot.  It is asked of slots that a jump can reach. *)
Definition code_slots : Z := W32.
Record code := CodeOf {
  c_address : Z -> Z;                         (* of the function at this slot *)
  c_slot : Z -> Z;
  c_back : forall pc, 0 <= pc < code_slots -> 0 <= c_address pc < W /\ c_slot (c_address pc) = pc }.
Lemma code_places_back base : 0 <= base <= S64 -> forall pc, 0 <= pc < code_slots ->
  0 <= base + 8 * pc < W /\ (base + 8 * pc - base) / 8 = pc.
Proof.
  unfold code_slots. intros B pc P. split; [lia|].
  replace (base + 8 * pc - base) with (pc * 8) by lia. apply Z.div_mul. discriminate.
Qed.
(** One function after the other. *)
Definition code_places (base : Z) (ok : 0 <= base <= S64) : code :=
  CodeOf (fun pc => base + 8 * pc) (fun x => (x - base) / 8) (code_places_back base ok).
Definition code_base : Z := 281474976710656.  (* no region lies up there *)
Lemma code_base_ok : 0 <= code_base <= S64.
Proof. unfold code_base. lia. Qed.
Definition usual_code : code := code_places code_base code_base_ok.
(** A map that exists: its shape, the address that stands for it, and those of its values. *)
Record object := Object { o_def : map_def; o_addr : Z; o_vals : list Z }.
Record layout := LayoutOf {
  l_frames : list Z;                          (* the lowest byte of each frame, in any places; the
                                                 first function's is first *)
  l_ctx : Z;
  l_pkt : Z;                                  (* the packet's first byte, and its length *)
  l_len : Z;
  (* Bytes of metadata right before the packet; -1: its address is past the packet's first byte, as
     Linux has it where there can be none. *)
  l_meta : Z;
  l_maps : list object;                       (* the program's own maps, then others, which may be
                                                 met inside maps of maps *)
  l_symbols : symbol -> Z;                    (* any words: nothing is accessed there *)
  l_code : code;
  l_refs : list reference;                    (* the acquired references *)
  (* Where a typed pointer leads that is null, or whose object is gone: an object of every type is
     there.  In Linux a load through it gives 0 where nothing is mapped; 0 is one such address, but
     the model has layouts with any other too, so nothing can be loaded through a null pointer for
     this reason. *)
  l_invalid : Z;
  (* The other kernel objects, by type and address.  They may overlap, as structures do in
     structures, and packets and values too. *)
  l_objects : list (Z * Z) }.
(** Layouts that differ in some fields. *)
Definition with_frames (L : layout) (bases : list Z) : layout :=
  LayoutOf bases (l_ctx L) (l_pkt L) (l_len L) (l_meta L) (l_maps L) (l_symbols L) (l_code L)
    (l_refs L) (l_invalid L) (l_objects L).
Definition move_packet (L : layout) (base len meta : Z) : layout :=
  LayoutOf (l_frames L) (l_ctx L) base len meta (l_maps L) (l_symbols L) (l_code L) (l_refs L)
    (l_invalid L) (l_objects L).
Definition with_refs (L : layout) (hs : list reference) : layout :=
  LayoutOf (l_frames L) (l_ctx L) (l_pkt L) (l_len L) (l_meta L) (l_maps L) (l_symbols L)
    (l_code L) hs (l_invalid L) (l_objects L).
Definition Layout frames ctx pkt len meta maps symbols refs : layout :=
  LayoutOf frames ctx pkt len meta maps symbols usual_code refs 0 [].

Definition frame_base (L : layout) (k : Z) : Z := nth (Z.to_nat k) (l_frames L) 0.
(** The top of frame [k]: what r10 holds in it. *)
Definition frame_top (L : layout) (k : Z) : Z := frame_base L k + stack_size.
Definition frame_region (L : layout) (k : Z) :=
  Region (KStack k) (frame_base L k) stack_size true false.
(** Frames [n - 1], ..., 1, 0: the innermost first. *)
Fixpoint frame_regions (L : layout) (n : nat) : list region :=
  match n with O => [] | S k => frame_region L (Z.of_nat k) :: frame_regions L k end.
(** Frames have their places whether they are live or not. *)
Definition all_frames (L : layout) : list region := frame_regions L (Z.to_nat max_frames).
Definition in_stack (L : layout) (b : Z) : bool := existsb (fun f => inside f b 1) (all_frames L).
Definition ctx_region (t : target) (L : layout) :=
  Region KCtx (l_ctx L) (pt_ctx_size (t_type t)) true false.
(** The packet, with its metadata.  Helpers write packets too, so they count as shared. *)
Definition meta_size (L : layout) : Z := Z.max 0 (l_meta L).
Definition packet_region (t : target) (L : layout) :=
  Region KPacket (l_pkt L - meta_size L) (meta_size L + l_len L) (pt_writes (t_type t)) true.
(** Programs of user space may write what programs may not; not, though, what is known once and for
    all. *)
Definition value_region (m : map_def) (i j b : Z) :=
  Region (KValue i j) b (m_value m) (negb (m_ro m)) (match constant_of m with Some _ => false
    | None => true end).
Fixpoint values_from (m : map_def) (i j : Z) (bs : list Z) : list region :=
  match bs with [] => [] | b :: t => value_region m i j b :: values_from m i (j + 1) t end.
Fixpoint maps_from (i : Z) (os : list object) : list region :=
  match os with [] => [] | o :: os' => values_from (o_def o) i 0 (o_vals o)
    ++ maps_from (i + 1) os' end.
(** Nothing is known of what a record holds: others may write it, for all that matters here.
    Sockets change indeed. *)
Definition ref_region (h : reference) :=
  Region (KRef (re_kind h)) (re_base h) (re_size h) (negb (is_socket (re_kind h))) true.
Definition plain_regions (t : target) (L : layout) : list region :=
  packet_region t L :: maps_from 0 (l_maps L) ++ map ref_region (l_refs L).
(** Kernel objects: programs only read them. *)
Definition objects (t : target) (L : layout) : list (Z * Z) :=
  map (fun i => (Z.of_nat i, l_invalid L)) (seq 0 (List.length (t_types t))) ++ l_objects L.
Definition object_region (t : target) (o : Z * Z) : list region :=
  match type_of t (fst o) with Some d => [Region (KObject (fst o)) (snd o) (ty_size d) false true]
    | None => [] end.
Definition object_regions (t : target) (L : layout) : list region :=
  flat_map (object_region t) (objects t L).
(** The live regions when [n] calls are under way. *)
Definition regions (t : target) (L : layout) (n : nat) : list region :=
  frame_regions L (S n) ++ ctx_region t L :: plain_regions t L ++ object_regions t L.

(** Is there an object of type [i] at [x]? *)
Definition is_object (L : layout) (x i : Z) : bool :=
  (x =? l_invalid L) || existsb (fun o => (fst o =? i) && (snd o =? x)) (l_objects L).
(** Is there one of the type of this name, or is it a part of another one? *)
Definition is_named (t : target) (L : layout) (x : Z) (name : String.string) : bool :=
  match type_named t name with
  | Some j => existsb (fun o => has_part t (fst o) (x - snd o) j) (objects t L)
  | None => false
  end.
(** The types of what is pointed to from the [n] bytes at [a]: one for each object that has its
    pointer there. *)
Definition pointed (t : target) (L : layout) (a n : Z) : list Z :=
  if n =? 8 then
    flat_map (fun o => match obind (type_of t (fst o)) (fun d =>
      pointer_at d (a - snd o)) with Some j => [j] | None => [] end) (objects t L)
  else [].

(** What a region holds for ever, if that is known. *)
Definition constant_region (L : layout) (r : region) : option Z :=
  match r_kind r with KValue n _ => obind (nth_z (l_maps L) n) (fun o => constant_of (o_def o))
    | _ => None end.

(** How far the region starts past a multiple of 8.  Linux places frames, values and records at
    multiples of 8, so that is where an address is aligned; the model has layouts that place them
    anywhere, and counts from the region's start in all of them. *)
Definition skew (L : layout) (r : region) : Z :=
  match r_kind r with
  | KValue n _ => match nth_z (l_maps L) n with Some o => value_skew (o_def o) | None => 0 end
  | _ => 0
  end.

(** Whether nothing else is where it is: constants and sockets. *)
Definition alone (L : layout) (r : region) : bool :=
  match constant_region L r, r_kind r with Some _, _ => true | None, KRef k => is_socket k
    | None, _ => false end.

(** Room above the packet.  Without it [data + k] could wrap, and the usual comparison with
    [data_end] would prove nothing. *)
Definition guard : Z := 131072.
(** Nothing is at 0, but for packets: the data of a message or a socket operation may be absent, and
    then its address is 0. *)
Definition lowest (k : kind) : Z := match k with KPacket => 0 | _ => 1 end.
Definition in_space (r : region) : Prop := lowest (r_kind r) <= r_base r /\ 0 <= r_size r
  /\ r_base r + r_size r < W.

Record wf_layout (t : target) (L : layout) : Prop := {
  wl_range : Forall in_space (all_frames L ++ ctx_region t L :: plain_regions t L);
  wl_frames : List.length (l_frames L) = Z.to_nat max_frames
    /\ ForallOrdPairs disjoint (all_frames L);
  wl_stack : Forall (fun f => Forall (disjoint f) (ctx_region t L :: plain_regions t L))
    (all_frames L);
  wl_ctx : Forall (disjoint (ctx_region t L)) (plain_regions t L);
  wl_packet : 0 <= l_len L /\ -1 <= l_meta L;
  wl_guard : l_pkt L + guard <= W;
  wl_maps : map o_def (firstn (List.length (t_maps t)) (l_maps L)) = t_maps t;
  wl_addrs : NoDup (map o_addr (l_maps L)) /\ Forall (fun o => 0 < o_addr o < W) (l_maps L);
  wl_vals : Forall (fun o => m_type (o_def o) = map_array ->
    List.length (o_vals o) = Z.to_nat (m_max (o_def o))) (l_maps L);
  wl_refs : ForallPairs agree (l_refs L);
  wl_alone : forall r q, In r (plain_regions t L) -> In q (plain_regions t L) -> alone L r = true ->
    q = r \/ disjoint q r;
  wl_objects : Forall (fun o => 0 <= r_base o /\ 0 <= r_size o /\ r_base o + r_size o < W
    /\ Forall (disjoint o) (all_frames L) /\ disjoint o (ctx_region t L)
    /\ forall r, In r (plain_regions t L) -> alone L r = true ->
      disjoint o r) (object_regions t L) }.
Arguments wl_range {t L}.
Arguments wl_frames {t L}.
Arguments wl_stack {t L}.
Arguments wl_ctx {t L}.
Arguments wl_packet {t L}.
Arguments wl_guard {t L}.
Arguments wl_maps {t L}.
Arguments wl_addrs {t L}.
Arguments wl_vals {t L}.
Arguments wl_refs {t L}.
Arguments wl_alone {t L}.
Arguments wl_objects {t L}.
(** The program's own map number [i]. *)
Definition own_map (t : target) (L : layout) (i : Z) : option object :=
  obind (map_of t i) (fun _ => nth_z (l_maps L) i).

(** A packet may move to another place where it leaves the layout well formed. *)
Definition packet_fits (t : target) (L : layout) (base len meta : Z) : bool :=
  let p := packet_region t (move_packet L base len meta) in
  let apart r := (r_base r + r_size r <=? r_base p) || (r_base p + r_size p <=? r_base r) in
  (0 <=? r_base p) && (0 <=? len) && (-1 <=? meta) && (base + len <? word_size)
    && (base + guard <=? word_size)
  && forallb apart (all_frames L) && apart (ctx_region t L)
  && forallb (fun r => negb (alone L r) || apart r) (plain_regions t L).

(** A frame may be entered at another place where it leaves the layout well formed: apart from all
    places of other frames, and from all else.  A layout's other places are the environment's choice
    too, and nothing lives there. *)
Fixpoint set_place (k : nat) (b : Z) (l : list Z) : list Z :=
  match l, k with [], _ => [] | _ :: l', O => b :: l' | x :: l', S k' => x :: set_place k' b l' end.
Definition with_frame (L : layout) (n b : Z) : layout :=
  with_frames L (set_place (Z.to_nat n) b (l_frames L)).
Definition frame_fits (t : target) (L : layout) (n b : Z) : bool :=
  let apart r := (r_base r + r_size r <=? b) || (b + stack_size <=? r_base r) in
  (0 <? b) && (b + stack_size <? word_size)
  && forallb (fun f => match r_kind f with KStack k => k =? n | _ => false end
    || apart f) (all_frames L)
  && forallb apart (ctx_region t L :: plain_regions t L ++ object_regions t L).

(** A reference may be acquired where nothing else is; and to a socket that is acquired already,
    once more. *)
Definition ref_fits (t : target) (L : layout) (h : reference) : bool :=
  let apart r := (r_base r + r_size r <=? re_base h) || (re_base h + re_size h <=? r_base r) in
  is_socket (re_kind h) && existsb (reference_eqb h) (l_refs L)
  || (0 <? re_base h) && (0 <=? re_size h) && (re_base h + re_size h <? word_size)
     && forallb apart (all_frames L ++ ctx_region t L :: plain_regions t L ++ object_regions t L)
       && forallb (agreeb h) (l_refs L).
