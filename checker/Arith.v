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

(** pointer + scalar of unknown value: the signed least is added as a constant, so that an index
    that is not 0 may be counted down again; the bound grows by what the number varies, and what was
    checked is forgotten. *)
Definition add_ptr (t : target) (F : facts) (p : aval) (x : option (bool * scalar)) :
  option ares :=
  match x with
  | None => None
  | Some (_, s) =>
    let lo := b_smin (s_all s) in
    let d := b_smax (s_all s) - lo in
    let step al := Z.gcd al (Z.gcd (sc_step s) lo) in
    let sum f := Some (New f (soff (snd p + lo))) in
    match fact_of F p with
    | Some (FStack j mx al) =>
      if mx + d <=? stack_size then sum (FStack j (mx + d) (step al)) else None
    | Some (FPkt q mx _) => if mx + d <? reach then sum (FPkt q (mx + d) None) else None
    | Some (FMapValue i mx al) =>
      match map_of t i with
      | Some m => if mx + d <=? m_value m then sum (FMapValue i (mx + d) (step al)) else None
      | None => None
      end
    | Some (FRef RecordRef n false) => if d <=? n then sum (FRecordAt n d (step whole)) else None
    | Some (FRecordAt n mx al) =>
      if mx + d <=? n then sum (FRecordAt n (mx + d) (step al)) else None
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
      match add_ptr t F a (view F b) with
      | Some r => r
      | None =>
        match add_ptr t F b (view F a) with Some r => r | None => a_scalar_alu F A64 Add a b end
      end
    end
  end.
(** Of one symbol and two constants the difference is that of the constants. *)
Definition a_sub (t : target) (F : facts) (a b : aval) : ares :=
  match const_of F b with
  | Some c => shift a (- c)
  | None =>
    if fst a =? fst b then scalar_res F false (sc_const (snd a - snd b))
    else
      let less := match view F b with Some (ta, s) => Some (ta, sc_neg A64 s) | None => None end in
      match add_ptr t F a less with Some r => r | None => a_scalar_alu F A64 Sub a b end
  end.
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
  | A64, Sub => a_sub t F a b
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
