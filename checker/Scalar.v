(** What is known of a number: the bounds of the whole word, and those of its low half where the
    word's do not imply them. *)
From Checker Require Export Bounds.

(** The low half, moved up: the two readings of this word are those of the half, 2^32 times, so
    bounds of it are an unsigned and a signed range of 32 bits, with everything that is known of
    bounds. *)
Definition up (x : Z) : Z := wrap (Z.shiftl x 32).
Record scalar := Scalar { s_all : bounds; s_low : option bounds }.
Definition in_scalar (s : scalar) (x : Z) : Prop :=
  in_bounds (s_all s) x /\ match s_low s with Some l => in_bounds l (up x) | None => True end.

Definition s_umin (s : scalar) : Z := b_umin (s_all s).
Definition s_umax (s : scalar) : Z := b_umax (s_all s).
(** What it is a multiple of. *)
Definition sc_step (s : scalar) : Z := tn_step (b_tnum (s_all s)).

(** * Reduction *)

Definition sc_of (b : bounds) : scalar := Scalar b None.
(** The low half of what [b] holds. *)
Definition bd_up (b : bounds) : bounds := bd_shl b num32 num32.
(** It fits the signed numbers of 32 bits. *)
Definition in_int (b : bounds) : bool := (smin32 <=? b_smin b) && (b_smax b <=? smax32).
(** The multiple of 2^32 below. *)
Definition base (z : Z) : Z := Z.ldiff z mask32.
(** [b], whose low half is in [l]: the end points move to where the half is in its range. *)
Definition bd_with_up (b l : bounds) : option bounds :=
  let r := bd_shr l num32 num32 in
  match tn_meet (b_tnum b) (tn_half (b_tnum r)) with
  | None => None
  | Some t =>
    let c := Bounds t
      (Z.max (b_umin b) (base (b_umin b) + b_umin r))
      (Z.min (b_umax b) (base (b_umax b) + b_umax r))
      (Z.max (b_smin b) (base (b_smin b) + b_umin r))
      (Z.min (b_smax b) (base (b_smax b) + b_umax r)) in
    if in_int b then bd_meet c (bd_sar l num32 num32) else bd_check c
  end.
(** Each part tightens the other; the low half stays only where it says more. *)
Definition sc_norm (b l : bounds) : option scalar :=
  match bd_with_up b l with
  | None => None
  | Some b => let u := bd_up b in
              match bd_meet u l with
              | None => None
              | Some l => Some (if bd_le u l then sc_of b else Scalar b (Some l))
              end
  end.
Definition sc_with (b l : bounds) : scalar :=
  match sc_norm b l with Some s => s | None => sc_of b end.
Definition sc_norm_low (b : bounds) (l : option bounds) : option scalar :=
  match l with None => Some (sc_of b) | Some l => sc_norm b l end.

(** * Readings of the low half: moved up, zero-extended, sign-extended *)

Definition sc_up (s : scalar) : bounds :=
  match s_low s with None => bd_up (s_all s) | Some l => l end.
Definition sc_zext (s : scalar) : bounds :=
  match s_low s with None => bd_trunc A32 (s_all s) | Some l => bd_shr l num32 num32 end.
Definition sc_int (s : scalar) : bounds :=
  match s_low s with None => bd_sext A64 S4 (s_all s) | Some l => bd_sar l num32 num32 end.
Definition has_low (s : scalar) : bool := match s_low s with None => false | Some _ => true end.
(** Something is known of the low half, cheaply found. *)
Definition knows_low (s : scalar) : bool :=
  has_low s || (zero <? b_umin (s_all s)) || (b_umax (s_all s) <? mask32) || in_int (s_all s).
(** Numbers of 32 bits on both sides of the sign: as a word this can be a wide range where the
    signed one is narrow. *)
Definition across (b : bounds) : bool := (b_umin b <=? smax32) && (smax32 <? b_umax b).

(** * Making and comparing *)

Definition sc_top : scalar := sc_of bd_top.
Definition sc_const (z : Z) : scalar := sc_of (bd_const z).
Definition sc_is_const (s : scalar) : option Z := bd_is_const (s_all s).
Definition sc_range (lo hi : Z) : scalar := sc_of (bd_range lo hi).
Definition sc_srange (lo hi : Z) : scalar := sc_of (bd_srange lo hi).
(** Words whose low half, as a signed number, is in these bounds *)
Definition sc_result (lo hi : Z) : scalar := sc_with bd_top (bd_up (bd_srange lo hi)).
Definition sc_of_bytes (z : size) : scalar := sc_of (bd_of_bytes z).
Definition sc_le (a b : scalar) : bool :=
  bd_le (s_all a) (s_all b) && match s_low b with None => true | Some l => bd_le (sc_up a) l end.
Definition sc_meet (a b : scalar) : option scalar :=
  match bd_meet (s_all a) (s_all b) with
  | None => None
  | Some m =>
    if has_low a || has_low b
    then match bd_meet (sc_up a) (sc_up b) with None => None | Some l => sc_norm m l end
    else Some (sc_of m)
  end.
Definition sc_join (a b : scalar) : scalar :=
  let j := bd_join (s_all a) (s_all b) in
  if has_low a || has_low b then sc_with j (bd_join (sc_up a) (sc_up b)) else sc_of j.

(** * Arithmetic *)

Definition sc_trunc (w : width) (s : scalar) : scalar :=
  match w with
  | A64 => s
  | A32 =>
    let r := sc_zext s in
    if has_low s || (in_int (s_all s) && across r) then sc_with r (sc_up s) else sc_of r
  end.
Definition sc_sext (w : width) (z : size) (s : scalar) : scalar :=
  let c := num64 - size_bits z in
  sc_trunc w (sc_of (match z, s_low s with
                     | S8, _ | _, None => bd_sext A64 z (s_all s)
                     | _, Some l => bd_sar (bd_shl l (c - num32) (c - num32)) c c
                     end)).

(** Operations whose result's low half follows from the operands' low halves. *)
Definition low_follows (op : aluop) : bool :=
  match op with Add | Sub | Mul | And | Or | Xor | Lsh => true | _ => false end.
(** Those that may fix the low half where the operands' words alone fix it. *)
Definition may_fix (op : aluop) (r : bounds) : bool :=
  match op with And | Or => negb (base (b_umin r) =? base (b_umax r)) | _ => false end.
Definition bd_both (a b : bounds) : bounds := match bd_meet a b with Some m => m | None => a end.
Definition sc_alu64 (op : aluop) (a b : scalar) : scalar :=
  match op with
  | Mov => b
  | _ =>
    let r := bd_alu64 op (s_all a) (s_all b) in
    if low_follows op && (has_low a || has_low b || may_fix op r) then
      let right x := match op with Lsh => s_all b | _ => x end in
      sc_with r (bd_both (bd_up (bd_alu64 op (sc_zext a) (right (sc_zext b))))
                         (bd_up (bd_alu64 op (sc_int a) (right (sc_int b)))))
    else sc_of r
  end.

(** A 32-bit operation is the 64-bit one on extended operands, truncated. *)
Definition sc_count32 (s : scalar) : bounds :=
  bd_and (if has_low s then sc_zext s else s_all s) bd_31.
Definition sc_left32 (op : aluop) (s : scalar) : bounds :=
  match op with Sdiv | Smod | Arsh => sc_int s | _ => sc_zext s end.
Definition sc_right32 (op : aluop) (s : scalar) : bounds :=
  match op with Sdiv | Smod => sc_int s | Lsh | Rsh | Arsh => sc_count32 s | _ => sc_zext s end.
(** Those that may as well be done on sign-extended operands. *)
Definition int_follows (op : aluop) : bool :=
  low_follows op || match op with Arsh | Sdiv | Smod => true | _ => false end.
Definition int_right (op : aluop) (s : scalar) : bounds :=
  match op with Lsh | Arsh => sc_count32 s | _ => sc_int s end.
Definition sc_alu32 (op : aluop) (a b : scalar) : scalar :=
  match op with
  | Mov => sc_trunc A32 b
  | _ =>
    let r := bd_trunc A32 (bd_alu64 op (sc_left32 op a) (sc_right32 op b)) in
    if int_follows op && across r && knows_low a && knows_low b
    then sc_with r (bd_up (bd_alu64 op (sc_int a) (int_right op b)))
    else sc_of r
  end.
Definition sc_alu (w : width) (op : aluop) (a b : scalar) : scalar :=
  match w with A64 => sc_alu64 op a b | A32 => sc_alu32 op a b end.
Definition sc_add (a b : scalar) : scalar := sc_alu64 Add a b.
Definition sc_sub (a b : scalar) : scalar := sc_alu64 Sub a b.
Definition sc_0 : scalar := sc_const 0.
Definition sc_neg (w : width) (s : scalar) : scalar := sc_alu w Sub sc_0 s.
Definition sc_byte_order (k : swap) (z : size) (s : scalar) : scalar :=
  sc_of (bd_byte_order k z (s_all s)).

(** * What a comparison's outcome says of its operands; [None] when it can't be. *)

(** The outcome says that they are equal; that one may be the other is no such outcome. *)
Definition says_equal (c : cmp) (r : bool) : bool :=
  match c with Jeq => r | Jne => negb r | _ => false end.
Definition sc_refine64 (c : cmp) (r : bool) (a b : scalar) : option (scalar * scalar) :=
  if says_equal c r then match sc_meet a b with Some m => Some (m, m) | None => None end
  else match bd_refine64 c r (s_all a) (s_all b) with
       | Some (p, q) => both (sc_norm_low p (s_low a)) (sc_norm_low q (s_low b))
       | None => None
       end.
(** [s], when its low half is what [l] says. *)
Definition sc_meet_low (s : scalar) (l : bounds) : option scalar :=
  match bd_meet (sc_up s) l with Some l => sc_norm (s_all s) l | None => None end.
Definition signed_cmp (c : cmp) : bool :=
  match c with Jsgt | Jsge | Jslt | Jsle => true | _ => false end.
Definition sc_refine32 (c : cmp) (r : bool) (a b : scalar) : option (scalar * scalar) :=
  if says_equal c r then both (sc_meet_low a (sc_up b)) (sc_meet_low b (sc_up a))
  else
    let reading := if signed_cmp c then sc_int else sc_zext in
    match bd_refine64 c r (reading a) (reading b) with
    | Some (p, q) => both (sc_meet_low a (bd_up p)) (sc_meet_low b (bd_up q))
    | None => None
    end.
(** The whole word is the half that the comparison reads. *)
Definition is_half (c : cmp) (s : scalar) : bool :=
  s_umax s <=? (if signed_cmp c then smax32 else mask32).
Definition sc_refine (w : width) (c : cmp) (r : bool) (a b : scalar) : option (scalar * scalar) :=
  match w with
  | A64 => sc_refine64 c r a b
  | A32 => if is_half c a && is_half c b then sc_refine64 c r a b else sc_refine32 c r a b
  end.
