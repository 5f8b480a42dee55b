(** Symbols and facts.  An abstract value is [symbol + constant]; what is known is a fact about the
    symbol, so what a branch learns reaches every copy at once. *)
From Semantics Require Export Machine Env.
From Checker Require Export Scalar.

(** [do x <- e; k]: [k] with the value of [e], if it has one. *)
Notation "'do' x <- e ; k" := (obind e (fun x => k))
  (at level 200, x name, e at level 100, k at level 200, right associativity).

Definition aval := (Z * Z)%type.              (* symbol, constant; the constant is kept signed *)
(** The signed word congruent to [z]. *)
Definition soff (z : Z) : Z := sgn64 (wrap z).

(** Bytes in a row whose end is known by comparison: the packet up to its end, and its metadata up
    to the packet. *)
Inductive area := Packet | Metadata.
Definition area_start (L : layout) (p : area) : Z := match p with Packet => l_pkt L | Metadata =>
  l_pkt L - l_meta L end.
Definition area_end (L : layout) (p : area) : Z := match p with Packet => l_pkt L + l_len L
  | Metadata => l_pkt L end.
(** So far past an area's start sums do not wrap. *)
Definition reach : Z := guard - 1.

(** Past the start of a frame, value or record: where it is exactly, 0 is a multiple of this. *)
Definition whole : Z := 8.
Definition multiple (x n : Z) : bool := (0 <? n) && (x mod n =? 0).

Inductive fact :=
  | FScalar (tainted : bool) (s : scalar)     (* a number; tainted: it may tell an address *)
  | FStack (j mx al : Z)                      (* at most mx past the top of frame j, modulo 2^64,
                                                 and a multiple of al past it; constants lead back
                                                 down *)
  | FCtx                                      (* the context *)
  | FPkt (p : area) (mx : Z) (av : option Z)  (* at most mx past the area's start; av: so many bytes
                                                 from here are in it *)
  | FEnd                                      (* the packet's end *)
  | FMap (i : Z)                              (* the address that stands for map i, or for another
                                                 like it *)
  | FMapOrNull (i : Z)                          (* such an address, or null *)
  | FMapValue (i mx al : Z)                   (* at most mx past the start of a value of map i, and
                                                 a multiple of al *)
  | FMapValueOrNull (i : Z)                             (* the start of a value of map i, or null *)
  | FRef (k : ref_kind) (n : Z) (null : bool)    (* an acquired reference to n bytes (Ref.v); or
                                                    null, if [null] *)
  | FRecordAt (n mx al : Z)                   (* at most mx past the start of an acquired record of
                                                 n bytes, and a multiple of al *)
  | FObj (i : Z)                              (* the start of a kernel object of type i *)
  | FObjOrNull (i : Z)                        (* the same, or null *)
  | FFunc (pc : Z).                           (* the address of the function at slot pc *)
Definition facts := zmap fact.

(** [o] is map [i], or one like it: what is known of a map inside a map of maps is its shape. *)
Definition map_like (t : target) (L : layout) (i : Z) (o : object) : Prop :=
  In o (l_maps L) /\ exists m, map_of t i = Some m /\ alike m (o_def o) = true.
(** ** What a fact means: the word [w] in layout [L] *)
Definition fact_holds (t : target) (L : layout) (f : fact) (w : Z) : Prop :=
  0 <= w < W /\
  match f with
  | FScalar _ s => in_scalar s w
  | FStack j mx al => exists d, 0 <= d <= mx /\ (al | d) /\ w = wrap (frame_top L j + d)
  | FCtx => w = l_ctx L
  | FPkt p mx av =>
    area_start L p <= w <= area_start L p + mx /\ match av with Some k => w + k <= area_end L p
      | None => True end
  | FEnd => w = l_pkt L + l_len L
  | FMap i => exists o, map_like t L i o /\ w = o_addr o
  | FMapOrNull i => w = 0 \/ exists o, map_like t L i o /\ w = o_addr o
  | FMapValue i mx al => exists o b, map_like t L i o /\ In b (o_vals o) /\ b <= w <= b + mx
    /\ (al | w - b)
  | FMapValueOrNull i => w = 0 \/ exists o, map_like t L i o /\ In w (o_vals o)
  | FRef _ _ nu => nu = false -> w <> 0
  | FRecordAt n mx al => exists h, In h (l_refs L) /\ re_kind h = RecordRef /\ re_size h = n
    /\ re_base h <= w <= re_base h + mx /\ (al | w - re_base h)
  | FObj i => type_of t i <> None /\ is_object L w i = true
  | FObjOrNull i => type_of t i <> None /\ (w = 0 \/ is_object L w i = true)
  | FFunc pc => 0 <= pc < code_slots /\ w = c_address (l_code L) pc
  end.
(** A valuation is a list that only grows: symbol number k is its k-th element. *)
Definition facts_hold (t : target) (L : layout) (F : facts) (vs : list Z) : Prop :=
  forall k f, zfind k F = Some f -> exists w, nth_z vs k = Some w /\ fact_holds t L f w.
Definition relv (vs : list Z) (a : aval) (x : Z) : Prop := exists w, nth_z vs (fst a) = Some w
  /\ x = wrap (w + snd a).
Definition relo (vs : list Z) (a : option aval) (x : option Z) : Prop :=
  match a with None => True | Some v => exists y, x = Some y /\ relv vs v y end.

(** All but the fact of which there can be only one for each reference (Ref.v). *)
Definition not_ref (f : fact) : bool := match f with FRef _ _ _ => false | _ => true end.
(** An operation gives an old value, or a new symbol with a fact, plus a constant. *)
Inductive ares := Old (v : aval) | New (f : fact) (c : Z).
Definition yields (t : target) (L : layout) (vs : list Z) (r : ares) (x : Z) : Prop :=
  match r with Old v => relv vs v x | New f c => not_ref f = true /\ exists w, fact_holds t L f w
    /\ x = wrap (w + c) end.

(** ** Reading facts *)
Definition fact_of (F : facts) (a : aval) : option fact := zfind (fst a) F.
(** The scalar that [symbol + constant] is, and whether it is tainted. *)
Definition view (F : facts) (a : aval) : option (bool * scalar) :=
  match fact_of F a with
  | Some (FScalar ta s) => Some (ta, if snd a =? 0 then s else sc_add s (sc_const (snd a)))
  | _ => None
  end.
Definition any_view (F : facts) (a : aval) : bool * scalar := match view F a with Some v => v
  | None => (true, sc_top) end.
Definition const_of (F : facts) (a : aval) : option Z :=
  match view F a with Some (_, s) => sc_is_const s | None => None end.
(** Constants are symbol 0, whose value is 0, plus the constant; this is checked where it is
    used. *)
Definition aconst (F : facts) (z : Z) : option aval :=
  match zfind 0 F with
  | Some (FScalar false s) => match sc_is_const s with Some Z0 => Some (0, soff z) | _ => None end
  | _ => None
  end.
(** The unsigned range of a scalar [symbol + constant], and the shift d with value = symbol + d
    exactly. *)
Definition range (F : facts) (a : aval) : option (Z * Z * Z) :=
  match fact_of F a with
  | Some (FScalar _ s) =>
    let q := (s_umin s + snd a) / word_size in
    if q =? (s_umax s + snd a) / word_size
    then let d := snd a - q * word_size in Some (s_umin s + d, s_umax s + d, d)
    else None
  | _ => None
  end.
