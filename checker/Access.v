(** Loads and stores. *)
From Checker Require Export Address.

Definition size_eqb (a b : size) : bool := zbytes a =? zbytes b.

(** The address of a kernel object of type [i], or null, if [nu]; or nothing is known, if there is
    no such type. *)
Definition object_res (t : target) (nu : bool) (i : Z) : fact :=
  match type_of t i with
  | Some _ => if nu then FObjOrNull i else FObj i
  | None => FScalar true sc_top
  end.
(** The value that the low bytes of [v] are, if a symbol or constant says it. *)
Definition low_bytes (F : facts) (z : size) (v : aval) : option aval :=
  match z with
  | S8 => Some v
  | _ =>
    match view F v with
    | Some (_, s) =>
      match sc_is_const s with
      | Some c => aconst F (Z.land c (Z.ones (size_bits z)))
      | None => if s_umax s <? Z.shiftl 1 (size_bits z) then Some v else None
      end
    | None => None
    end
  end.
(** The spill that holds the [n] bytes from [k] on, of those that start [d] bytes before, or up to
    [j] more: how far in they are, its size and value. *)
Fixpoint spill_around (j : nat) (k n d : Z) (sl : zmap (size * aval)) : option (Z * size * aval) :=
  match j with
  | O => None
  | S j =>
    match zfind (k - d) sl with
    | Some (z, v) => if d + n <=? zbytes z then Some (d, z, v) else spill_around j k n (d + 1) sl
    | None => spill_around j k n (d + 1) sl
    end
  end.
(** The [zbytes z] bytes of [v] from byte [d] on. *)
Definition part_of (F : facts) (z : size) (d : Z) (v : aval) : ares :=
  match (if d =? 0 then low_bytes F z v else None) with
  | Some v => Old v
  | None =>
    let '(ta, s) := any_view F v in
    scalar_res F ta (sc_of (bd_trunc_bytes z (bd_shr (s_all s) (8 * d) (8 * d))))
  end.
(** The [n] bytes from [k] on, of several spills or of none: whether one of them is known, whether
    one is tainted, and the number they are. *)
Fixpoint gather (F : facts) (n : nat) (k : Z) (sl : zmap (size * aval)) : bool * bool * bounds :=
  match n with
  | O => (false, false, bd_const 0)
  | S n =>
    let '(known, ta, b) := gather F n (k + 1) sl in
    let above := bd_shl b 8 8 in
    match spill_around 8 k 1 0 sl with
    | Some (d, _, v) =>
      let '(ta', s) := any_view F v in
      (true, ta' || ta, bd_add (bd_trunc_bytes S1 (bd_shr (s_all s) (8 * d) (8 * d))) above)
    | None => (known, true, bd_add bd_byte above)
    end
  end.
Definition load_spill (F : facts) (z : size) (k : Z) (sl : zmap (size * aval)) : ares :=
  match spill_around 8 k (zbytes z) 0 sl with
  | Some (d, z', v) => if size_eqb z z' then Old v else part_of F z d v
  | None =>
    let '(known, ta, b) := gather F (bytes z) k sl in
    if known then scalar_res F ta (sc_of b) else New (FScalar true (sc_of_bytes z)) 0
  end.
Definition a_load_plain (t : target) (a : astate) (z : size) (pl : place) : option ares :=
  match pl with
  | PStack k m =>
    if init_ok t (wb_bits (a_written a)) k (m + zbytes z) then
      Some (if m =? 0 then load_spill (a_facts a) z k (a_slots a)
        else New (FScalar true (sc_of_bytes z)) 0)
    else None
  | PCtx k =>
    match ctx_readable (t_type t) k (zbytes z) with
    | Some FPlain => Some (New (FScalar false (sc_of_bytes z)) 0)
    | Some FData => Some (New (FPkt Packet 0 (Some 0)) 0)
    | Some FDataMeta => Some (New (FPkt Metadata 0 None) 0)
    | Some FDataEnd => Some (New FEnd 0)
    | Some (FTyped nu i) => Some (New (object_res t nu i) 0)
    | Some (FResult lo hi) =>
      if (- sign32 <=? lo) && (lo <=? hi) && (hi <? sign32)
      then Some (New (FScalar false (match z with S8 => sc_result lo hi | _ =>
        sc_trunc A32 (sc_result lo hi) end)) 0) else None
    | None => None
    end
  | PVal (Some (c, k)) => Some (scalar_res (a_facts a) false
    (sc_const (constant_at c k (zbytes z))))
  | PObj i k =>
    match (if zbytes z =? 8 then obind (type_of t i) (fun d => pointer_at d k) else None) with
    | Some j => Some (New (object_res t false j) 0)
    | None => Some (New (FScalar false (sc_of_bytes z)) 0)
    end
  | PPkt | PVal None => Some (New (FScalar false (sc_of_bytes z)) 0)
  | PSock kd k => if ref_readable kd k (zbytes z) then Some (New (FScalar false (sc_of_bytes z)) 0)
    else None
  end.
(** What is known of a result as a number. *)
Definition res_view (F : facts) (r : ares) : bool * scalar :=
  match r with
  | Old v => any_view F v
  | New (FScalar ta s) c => if c =? 0 then (ta, s) else (true, sc_top)
  | New _ _ => (true, sc_top)
  end.
Definition a_load (t : target) (a : astate) (z : size) (sx : bool) (pl : place) : option ares :=
  do r <- a_load_plain t a z pl;
  if sx then
    let '(ta, s) := res_view (a_facts a) r in Some (scalar_res (a_facts a) ta (sc_sext A64 z s))
  else Some r.

(** A store to the frame ends every spill it overlaps. *)
Definition overlaps (k n o : Z) (sl : size * aval) : bool := (o <? k + n)
  && (k <? o + zbytes (fst sl)).
Definition kill (k n : Z) (sl : zmap (size * aval)) : zmap (size * aval) :=
  zdel_from (overlaps k n) (k - 7) (Z.to_nat (n + 7)) sl.
(** Of [n] bytes from somewhere between [k] and [k + d] on, those that are among them for sure. *)
Definition sure_bits (k d n : Z) : Z := frame_bits (k + d) (Z.max 0 (n - d)).
Definition also_written (w : written_bytes) (bits : Z) : written_bytes :=
  Written (Z.lor (wb_bits w) bits) (wb_pending w).
(** Of the [n] bytes from [k] on none is written any more, nor any that a symbol decides. *)
Definition not_written (w : written_bytes) (k n : Z) : written_bytes :=
  Written (Z.ldiff (wb_bits w) (frame_bits k n)) None.
(** Bytes that were written, at least [n] of the place and at most [m]: spills end that may lie
    among them, and those bytes are written for sure that are among the [n] wherever the place
    starts. *)
Definition a_scribble (a : astate) (pl : place) (n m : Z) : astate :=
  match pl with
  | PStack k d => a_with_stack a (kill k (d + m) (a_slots a))
      (also_written (a_written a) (sure_bits k d n))
  | _ => a
  end.
Definition a_store (t : target) (a : astate) (z : size) (pl : place) (v : aval) : option astate :=
  match pl with
  | PStack k m =>
    let a' := a_scribble a pl (zbytes z) (zbytes z) in
    let sl := match (if m =? 0 then low_bytes (a_facts a) z v else None) with Some v' =>
      zset k (z, v') (a_slots a') | None => a_slots a' end in
    Some (a_goto (a_with_stack a sl (a_written a')) (a_pc a + 1))
  | PCtx k => if ctx_writable (t_type t) k (zbytes z) then Some (a_goto a (a_pc a + 1)) else None
  | PPkt | PVal _ => Some (a_goto a (a_pc a + 1))
  | PSock _ _ | PObj _ _ => None
  end.

Definition is_stack (pl : place) : bool := match pl with PStack _ _ => true | _ => false end.
(** What is atomic or in an order, where that can be. *)
Definition has_order (pl : place) : bool := match pl with PStack _ _ | PVal _ | PObj _ _ => true
  | PCtx _ | PPkt | PSock _ _ => false end.
(** The place of what is atomic or in an order. *)
Definition a_ordered (t : target) (F : facts) (depth : Z) (x : aval) (off : Z) (z : size)
  (w : bool) : option place :=
  do pl <- a_addr t F depth x off (zbytes z) w;
  if has_order pl && a_aligned t F x off (zbytes z) then Some pl else None.
(** The new value, of the old one and the operand; what a compare-and-exchange leaves is any
    number. *)
Definition atomic_new (t : target) (F : facts) (z : size) (op : atomic) (old y : aval) : ares :=
  let compute o := a_alu t F (match z with S8 => A64 | _ => A32 end) o old y in
  match op with
  | AtAdd => compute Add
  | AtOr => compute Or
  | AtAnd => compute And
  | AtXor => compute Xor
  | Xchg => Old y
  | Cmpxchg => New (FScalar true sc_top) 0
  end.
(** Atomics: the state after the write, and the old value.  On the stack both values are known. *)
Definition a_atomic (t : target) (a : astate) (z : size) (pl : place) (op : atomic) (y : aval) :
  option (astate * ares) :=
  match pl with
  | PStack _ _ =>
    do r <- a_load_plain t a z pl;
    let (a1, old) := a_name a r in
    let (a2, new) := a_name a1 (atomic_new t (a_facts a1) z op old y) in
    do a3 <- a_store t a2 z pl new; Some (a_goto a3 (a_pc a), Old old)
  | PCtx _ | PPkt | PSock _ _ | PObj _ _ => None
  | PVal _ => Some (a, New (FScalar false (sc_of_bytes z)) 0)
  end.
