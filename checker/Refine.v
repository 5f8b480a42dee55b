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
(** a pointer into an area below its end *)
Definition refine_packet (F : facts) (r : rel) (x y : aval) : facts :=
  match fact_of F x with
  | Some (FPkt p mx av) =>
    if is_end F p y && (0 <=? snd x) && (mx + snd x <? reach) then
      match r with
      | RLe | REq => zset (fst x) (FPkt p mx (Some (omax av (snd x)))) F
      | RLt => zset (fst x) (FPkt p mx (Some (omax av (snd x + 1)))) F
      | RNe => F
      end
    else F
  | _ => F
  end.
(** a map value, a map, or a reference, or null, against 0 *)
Definition refine_null (F : facts) (r : rel) (x y : aval) : option facts :=
  match fact_of F x, const_of F y with
  | Some (FMapValueOrNull i), Some Z0 =>
    if snd x =? 0 then
      match r with
      | REq => Some (zset (fst x) (FScalar false (sc_const 0)) F)
      | RNe => Some (zset (fst x) (FMapValue i 0 whole) F)
      | _ => Some F
      end
    else Some F
  | Some (FMapOrNull i), Some Z0 =>
    if snd x =? 0 then
      match r with
      | REq => Some (zset (fst x) (FScalar false (sc_const 0)) F)
      | RNe => Some (zset (fst x) (FMap i) F)
      | _ => Some F
      end
    else Some F
  | Some (FMapValue _ _ _), Some Z0 | Some (FMap _), Some Z0 => if snd x =? 0 then match r with
    REq =>
    None | _ => Some F end else Some F
  | Some (FRef k n nu), Some Z0 =>
    if snd x =? 0 then
      match r with
      | REq => if nu then Some (zset (fst x) (FScalar false (sc_const 0)) F) else None
      | RNe => Some (zset (fst x) (FRef k n false) F)
      | _ => Some F
      end
    else Some F
  | _, _ => Some F
  end.
Definition refine (F : facts) (w : width) (c : cmp) (b : bool) (x y : aval) : option facts :=
  do F1 <- refine_scalar F w c b x y;
  match w, rel_of c b x y with
  | A64, Some (r, u, v) => refine_null (refine_packet F1 r u v) r u v
  | _, _ => Some F1
  end.
