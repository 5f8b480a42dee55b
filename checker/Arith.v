(** Arithmetic on abstract values: pointers keep their symbol under constants, scalars follow
    [sc_alu], and anything else is a tainted number. *)
From Checker Require Export State.

(** A scalar result; an untainted constant needs no symbol of its own. *)
Definition scalar_res (F : facts) (ta : bool) (s : scalar) : ares :=
  match ta, sc_is_const s with
  | false, Some c => match aconst F c with Some v => Old v | None => New (FScalar ta s) 0 end
  | _, _ => New (FScalar ta s) 0
  end.
Definition shift (a : aval) (c : Z) : ares := Old (fst a, soff (snd a + c)).

(** pointer + scalar of unknown value: the bound grows, what was checked is forgotten.  To a stack
    address the signed least is added as a constant: indices from a frame's top are below zero. *)
Definition add_ptr (t : target) (F : facts) (p x : aval) : option ares :=
  match view F x with
  | None => None
  | Some (_, s) =>
    match fact_of F p with
    | Some (FStack j mx al) =>
      let lo := b_smin (s_all s) in
      let m := mx + (b_smax (s_all s) - lo) in
      if m <=? stack_size
      then Some (New (FStack j m (Z.gcd al (Z.gcd (sc_step s) lo))) (soff (snd p + lo))) else None
    | Some (FPkt q mx _) =>
      if (0 <=? s_umin s) && (0 <=? s_umax s)
        && (mx + s_umax s <? reach) then Some (New (FPkt q (mx + s_umax s) None) (snd p)) else None
    | Some (FMapValue i mx al) =>
      match map_of t i with
      | Some m => if (0 <=? s_umin s) && (0 <=? s_umax s)
        && (mx + s_umax s <=? m_value m)
        then Some (New (FMapValue i (mx + s_umax s) (Z.gcd al (sc_step s))) (snd p)) else None
      | None => None
      end
    | Some (FRef RecordRef n false) =>
      if (0 <=? s_umin s) && (0 <=? s_umax s)
        && (s_umax s <=? n) then Some (New (FRecordAt n (s_umax s) (sc_step s)) (snd p)) else None
    | Some (FRecordAt n mx al) =>
      if (0 <=? s_umin s) && (0 <=? s_umax s) && (mx + s_umax s <=? n)
      then Some (New (FRecordAt n (mx + s_umax s) (Z.gcd al (sc_step s))) (snd p)) else None
    | _ => None
    end
  end.

Definition a_scalar_alu (F : facts) (w : width) (op : aluop) (a b : aval) : ares :=
  let '(ta, sa) := any_view F a in
  let '(tb, sb) := any_view F b in
  scalar_res F (ta || tb) (sc_alu w op sa sb).
Definition a_add (t : target) (F : facts) (a b : aval) : ares :=
  match const_of F b with
  | Some c => shift a c
  | None =>
    match const_of F a with
    | Some c => shift b c
    | None =>
      match add_ptr t F a b with
      | Some r => r
      | None => match add_ptr t F b a with Some r => r | None => a_scalar_alu F A64 Add a b end
      end
    end
  end.
Definition a_sub (F : facts) (a b : aval) : ares :=
  match const_of F b with Some c => shift a (- c) | None => a_scalar_alu F A64 Sub a b end.
(** A sum or difference of 32 bits, of a number and a constant: where it does not wrap it is that of
    64 bits. *)
Definition a_add32 (F : facts) (a : aval) (c : Z) : option ares :=
  match view F a with
  | Some (_, s) =>
    if (s_umax s <? half_size) && (0 <=? s_umin s + c)
      && (s_umax s + c <? half_size) then Some (shift a c) else None
  | None => None
  end.
Definition a_alu32 (F : facts) (op : aluop) (a b : aval) : option ares :=
  match const_of F b, op with
  | Some c, Add => a_add32 F a (sgn32 c)
  | Some c, Sub => a_add32 F a (- sgn32 c)
  | _, _ => None
  end.
Definition a_alu (t : target) (F : facts) (w : width) (op : aluop) (a b : aval) : ares :=
  match w, op with
  | A64, Add => a_add t F a b
  | A64, Sub => a_sub F a b
  | A32, _ => match a_alu32 F op a b with Some r => r | None => a_scalar_alu F w op a b end
  | _, _ => a_scalar_alu F w op a b
  end.
(** A 32-bit move keeps the symbol when the value fits. *)
Definition a_mov (F : facts) (w : width) (b : aval) : ares :=
  match w with
  | A64 => Old b
  | A32 => let '(ta, s) := any_view F b
    in if s_umax s <? half_size then Old b else scalar_res F ta (sc_trunc A32 s)
  end.
Definition a_unary (F : facts) (f : scalar -> scalar) (a : aval) : ares := let '(ta, s) :=
  any_view F a in scalar_res F ta (f s).
