(** What a comparison that came out as [b] tells.  [None]: it cannot come out so. *)
From Checker Require Export Access.

Definition narrow (F : facts) (a : aval) (s : scalar) : option facts :=
  match fact_of F a with
  | Some (FScalar ta s0) =>
    match sc_meet s0 (if snd a =? 0 then s else sc_sub s (sc_const (snd a))) with
    | Some s1 => Some (zset (fst a) (FScalar ta s1) F)
    | None => None
    end
  | _ => Some F
  end.
Definition refine_scalar (F : facts) (w : width) (c : cmp) (b : bool) (x y : aval) : option facts :=
  match view F x, view F y with
  | Some (_, sx), Some (_, sy) =>
    match sc_refine w c b sx sy with
    | Some (sx', sy') => do F1 <- narrow F x sx'; narrow F1 y sy'
    | None => None
    end
  | _, _ => Some F
  end.

(** Pointers are refined at 64 bits alone. Four relations cover the comparisons that matter. *)
Inductive rel := REq | RNe | RLt | RLe.
Definition rel_of (c : cmp) (b : bool) (x y : aval) : option (rel * aval * aval) :=
  match c, b with
  | Jeq, true | Jne, false => Some (REq, x, y)
  | Jeq, false | Jne, true => Some (RNe, x, y)
  | Jgt, true | Jle, false => Some (RLt, y, x)
  | Jgt, false | Jle, true => Some (RLe, x, y)
  | Jlt, true | Jge, false => Some (RLt, x, y)
  | Jlt, false | Jge, true => Some (RLe, y, x)
  | _, _ => None
  end.
Definition omax (o : option Z) (k : Z) : Z := match o with Some x => Z.max x k | None => k end.
(** The end of an area: of metadata it is the packet's first byte. *)
Definition is_end (F : facts) (p : area) (y : aval) : bool :=
  (snd y =? 0) &&
  match p, fact_of F y with
  | Packet, Some FEnd => true
  | Metadata, Some (FPkt Packet mx _) => mx =? 0
  | _, _ => false
  end.
(** How a pointer into an area lies to its end.  [p + c <= end] where so many bytes were checked, so
    that another outcome can't be. *)
Definition opt_le (k : Z) (o : option Z) : bool :=
  match o with Some x => k <=? x | None => false end.
Definition refine_packet (F : facts) (r : rel) (x y : aval) : option facts :=
  match fact_of F x with
  | Some (FPkt p mx av) =>
    let c := snd x in
    if is_end F p y && (0 <=? c) && (mx + c <? reach) then
      let checked k := Some (zset (fst x) (FPkt p mx (Some (omax av k))) F) in
      match r with
      | RLe => checked c
      | RLt => checked (c + 1)
      | REq => if opt_le (c + 1) av then None else checked c
      | RNe => if opt_le c av then checked (c + 1) else Some F
      end
    else Some F
  | _ => Some F
  end.
(** The end below a pointer, or where it is *)
Definition refine_end (F : facts) (r : rel) (x y : aval) : option facts :=
  match r with
  | REq | RNe => refine_packet F r y x
  | RLt | RLe =>
    match fact_of F y with
    | Some (FPkt p mx av) =>
      if is_end F p x && (0 <=? snd y) && (mx + snd y <? reach)
        && opt_le (match r with RLt => snd y | _ => snd y + 1 end) av then None else Some F
    | _ => Some F
    end
  end.

(** Words that don't wrap: what has fact [f] is the same number plus [c], for each such [c]. *)
Definition unwrapped (t : target) (f : fact) (c : Z) : bool :=
  match f with
  | FScalar _ s => (0 <=? s_umin s + c) && (s_umax s + c <? word_size)
  | FStack j mx _ => (0 <=? j) && (j <? max_frames) && (- stack_size <=? c) && (mx + c <=? 0)
  | FPkt _ mx _ => (0 <=? c) && (mx + c <? reach)
  | FMapValue i mx _ => (0 <=? c)
    && match map_of t i with Some m => mx + c <=? m_value m | None => false end
  | FRecordAt n mx _ => (0 <=? c) && (mx + c <=? n)
  | _ => false
  end.
(** A word compared with itself *)
Definition with_itself (c : cmp) : option bool :=
  match c with
  | Jeq | Jge | Jle | Jsge | Jsle => Some true
  | Jne | Jgt | Jlt | Jsgt | Jslt => Some false
  | Jset => None
  end.
(** Whether the outcome can be, where both are one symbol and a constant. *)
Definition same_symbol (t : target) (F : facts) (w : width) (c : cmp) (b : bool) (x y : aval) :
  bool :=
  if fst x =? fst y then
    if wrap (snd x) =? wrap (snd y)
    then match with_itself c with Some b' => Bool.eqb b b' | None => true end
    else
      match w, rel_of c b x y with
      | A64, Some (REq, _, _) => false
      | A64, Some (RLt, u, v) | A64, Some (RLe, u, v) =>
        match fact_of F u with
        | Some f => negb (unwrapped t f (snd u) && unwrapped t f (snd v)) || (snd u <? snd v)
        | None => true
        end
      | _, _ => true
      end
  else true.

(** Null, and what can't be. *)
Definition is_null (F : facts) (a : aval) : bool :=
  match const_of F a with Some Z0 => true | _ => false end.
Definition not_null (t : target) (F : facts) (a : aval) : bool :=
  match fact_of F a with
  | Some (FScalar _ _) => 0 <? s_umin (snd (any_view F a))
  | Some (FStack _ _ _ as f) | Some (FMapValue _ _ _ as f) | Some (FRecordAt _ _ _ as f) =>
    unwrapped t f (snd a)
  | Some FCtx | Some (FMap _) | Some (FRef _ _ false) => snd a =? 0
  | _ => false
  end.
(** [x] is null ([b]), or it is not. *)
Definition set_null (t : target) (F : facts) (x : aval) (b : bool) : option facts :=
  if b && not_null t F x then None
  else if negb (snd x =? 0) then Some F
  else
    let now f := Some (zset (fst x) (if b then FScalar false (sc_const 0) else f) F) in
    match fact_of F x with
    | Some (FMapValueOrNull i) => now (FMapValue i 0 whole)
    | Some (FMapOrNull i) => now (FMap i)
    | Some (FObjOrNull i) => now (FObj i)
    | Some (FRef k n true) => now (FRef k n false)
    | _ => Some F
    end.
(** Whether [x] is null when [x r y]; and when [y r x]. *)
Definition left_null (t : target) (F : facts) (r : rel) (y : aval) : option bool :=
  match r with
  | REq => if is_null F y then Some true else if not_null t F y then Some false else None
  | RNe => if is_null F y then Some false else None
  | RLe => if is_null F y then Some true else None
  | RLt => None
  end.
Definition right_null (t : target) (F : facts) (r : rel) (y : aval) : option bool :=
  match r with
  | RLt => Some false
  | RLe => if not_null t F y then Some false else None
  | _ => left_null t F r y
  end.
Definition refine_null (t : target) (F : facts) (x : aval) (o : option bool) : option facts :=
  match o with Some b => set_null t F x b | None => Some F end.

Definition refine (t : target) (F : facts) (w : width) (c : cmp) (b : bool) (x y : aval) :
  option facts :=
  if same_symbol t F w c b x y then
    do F <- refine_scalar F w c b x y;
    match w, rel_of c b x y with
    | A64, Some (r, u, v) =>
      do F <- refine_packet F r u v;
      do F <- refine_end F r u v;
      do F <- refine_null t F u (left_null t F r v);
      refine_null t F v (right_null t F r u)
    | _, _ => Some F
    end
  else None.
