(** Which bytes an access touches, when it is safe. *)
From Checker Require Export Arith.

(** Offsets: as [stack_addr] numbers them, from the context's start, from a socket's.  [PStack]: the
    bytes start at [k], or at most [m] further on.  [PVal]: a value's bytes, or a record's; [known]:
    contents that never change, and the offset in them. [PObj]: a kernel object of type [i], at an
    offset. *)
Inductive place := PStack (k m : Z) | PCtx (k : Z) | PPkt | PVal (known : option (Z * Z))
  | PSock (kd : ref_kind) (k : Z) | PObj (i k : Z).

(** The place of [n] > 0 bytes at [a + off], if that is within a live region that may be written
    when [w]. *)
Definition a_addr (t : target) (F : facts) (depth : Z) (a : aval) (off n : Z) (w : bool) : option
  place :=
  let k := snd a + off in
  match fact_of F a with
  | Some (FStack j mx _) =>  (* within this frame, and it is live *)
    if (0 <=? j) && (j <=? depth) && (- stack_size <=? k)
      && (mx + k + n <=? 0) then Some (PStack (k - stack_size * j) mx) else None
  | Some FCtx => if (0 <=? k) && (k + n <=? pt_ctx_size (t_type t)) then Some (PCtx k) else None
  | Some (FPkt _ _ (Some v)) => if (0 <=? k) && (k + n <=? v)
    && (negb w || pt_writes (t_type t)) then Some PPkt else None
  | Some (FMapValue i mx _) =>
    match map_of t i with
    | Some m => if (0 <=? k) && (mx + k + n <=? m_value m) && (negb w || negb (m_ro m))
              then Some (PVal (match constant_map t i with Some c =>
                if mx =? 0 then Some (c, k) else None | None => None end)) else None
    | None => None
    end
  | Some (FRef kd size false) =>
    if (0 <=? k) && (k + n <=? size)
      && negb (w && is_socket kd) then Some (if is_socket kd then PSock kd k else PVal None) else
      None
  | Some (FRecordAt size mx _) => if (0 <=? k)
    && (mx + k + n <=? size) then Some (PVal None) else None
  | Some (FObj i) =>
    match type_of t i with
    | Some d => if (0 <=? k) && (k + n <=? ty_size d) && negb w then Some (PObj i k) else None
    | None => None
    end
  | _ => None
  end.

(** Is it a multiple of [n], as the machine counts? *)
Definition a_aligned (t : target) (F : facts) (a : aval) (off n : Z) : bool :=
  let k := snd a + off in
  match fact_of F a with
  | Some (FStack _ _ al) | Some (FRecordAt _ _ al) => multiple al n && multiple k n
  | Some (FMapValue i _ al) =>
    multiple al n
      && match map_of t i with Some m => multiple (k + value_skew m) n | None => false end
  | Some (FRef _ _ _) | Some (FObj _) => multiple k n
  | _ => false
  end.

(** The [n] bytes of the stack from [k] on as a set of bits; and whether all were written. *)
Definition frame_bits (k n : Z) : Z := Z.shiftl (Z.ones n) (k + stack_total).
Definition all_init (ini k n : Z) : bool := Z.land ini (frame_bits k n) =? frame_bits k n.
(** Undefined stack bytes may be read under this profile, or there are none here. *)
Definition init_ok (t : target) (ini k n : Z) : bool := negb (pf_strict_stack (t_profile t))
  || all_init ini k n.
