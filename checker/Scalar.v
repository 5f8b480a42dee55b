(** What is known of a number: its bits, its unsigned range and its signed range.
    Nothing here relies on a record being well formed: a certificate may hold any numbers. *)
From Checker Require Export Tnum.

Record scalar := Scalar {
  s_tnum : tnum;
  s_umin : Z; s_umax : Z;   (* unsigned, inclusive *)
  s_smin : Z; s_smax : Z    (* of the two's complement reading, inclusive *)
}.
Definition in_scalar (s : scalar) (x : Z) : Prop :=
  0 <= x < W /\ in_tnum (s_tnum s) x /\ s_umin s <= x <= s_umax s /\ s_smin s <= sgn64 x <= s_smax s.

Definition smin64 : Z := -9223372036854775808.
Definition smax64 : Z := 9223372036854775807.
Definition smin32 : Z := -2147483648.
Definition smax32 : Z := 2147483647.
Definition num31 : Z := 31.
Definition num32 : Z := 32.
Definition num63 : Z := 63.
Definition num64 : Z := 64.

Definition sc_top : scalar := Scalar tn_top 0 mask64 smin64 smax64.
(** What an operation on records without any member comes to. *)
Definition sc_empty : scalar := Scalar (Tnum 0 0) 1 0 1 0.
Definition sc_is_empty (s : scalar) : bool := s_umax s <? s_umin s.

Definition sc_const (z : Z) : scalar :=
  let c := wrap z in let g := sgn64 c in Scalar (tn_const c) c c g g.
Definition sc_is_const (s : scalar) : option Z := if s_umin s =? s_umax s then Some (s_umin s) else None.

(** * Reduction: each of the three parts tightens the others. *)

Definition sc_finish (t : tnum) (umin umax smin smax : Z) : scalar :=
  match tn_meet t (tn_range umin umax) with
  | Some t => Scalar t umin umax smin smax
  | None => sc_empty
  end.
(** The word is in [lo1 .. hi1], where both readings agree, or in [lo2 .. hi2], the negative half. *)
Definition sc_sync1 (s : scalar) : scalar :=
  let t := s_tnum s in
  let v := t_val t in
  let m := t_mask t in
  let umin := Z.max (s_umin s) v in
  let umax := Z.min (s_umax s) (tn_may t) in
  let smin := Z.max (s_smin s) (sgn64 (wrap (Z.lor v (Z.land m sign64)))) in
  let smax := Z.min (s_smax s) (sgn64 (wrap (Z.lor v (Z.land m smax64)))) in
  let lo1 := Z.max umin (Z.max smin zero) in
  let hi1 := Z.min umax (Z.min smax smax64) in
  let lo2 := Z.max umin (Z.max (smin + word_size) sign64) in
  let hi2 := Z.min umax (Z.min (smax + word_size) mask64) in
  if lo1 <=? hi1 then
    if lo2 <=? hi2 then sc_finish t lo1 hi2 (lo2 - word_size) hi1 else sc_finish t lo1 hi1 lo1 hi1
  else
    if lo2 <=? hi2 then sc_finish t lo2 hi2 (lo2 - word_size) (hi2 - word_size) else sc_empty.
Definition sc_sync (s : scalar) : scalar := sc_sync1 (sc_sync1 s).
Definition sc_check (s : scalar) : option scalar :=
  let s := sc_sync s in if sc_is_empty s then None else Some s.

(** * Making and comparing *)

Definition sc_range (lo hi : Z) : scalar := sc_sync (Scalar tn_top lo hi smin64 smax64).
Definition sc_srange (lo hi : Z) : scalar := sc_sync (Scalar tn_top zero mask64 lo hi).
Definition sc_byte : scalar := sc_range 0 255.
Definition sc_2bytes : scalar := sc_range 0 65535.
Definition sc_4bytes : scalar := sc_range 0 4294967295.
Definition sc_of_bytes (z : size) : scalar :=
  match z with S1 => sc_byte | S2 => sc_2bytes | S4 => sc_4bytes | S8 => sc_top end.

Definition sc_le (a b : scalar) : bool :=
  tn_le (s_tnum a) (s_tnum b) && (s_umin b <=? s_umin a) && (s_umax a <=? s_umax b)
  && (s_smin b <=? s_smin a) && (s_smax a <=? s_smax b).
(** [s], with bits known from elsewhere too. *)
Definition sc_meet_tnum (s : scalar) (t : tnum) : option scalar :=
  match tn_meet (s_tnum s) t with
  | Some t => sc_check (Scalar t (s_umin s) (s_umax s) (s_smin s) (s_smax s))
  | None => None
  end.
Definition sc_meet (a b : scalar) : option scalar :=
  match tn_meet (s_tnum a) (s_tnum b) with
  | Some t => sc_check (Scalar t (Z.max (s_umin a) (s_umin b)) (Z.min (s_umax a) (s_umax b))
                                 (Z.max (s_smin a) (s_smin b)) (Z.min (s_smax a) (s_smax b)))
  | None => None
  end.
Definition sc_join (a b : scalar) : scalar :=
  sc_sync (Scalar (tn_join (s_tnum a) (s_tnum b)) (Z.min (s_umin a) (s_umin b)) (Z.max (s_umax a) (s_umax b))
                  (Z.min (s_smin a) (s_smin b)) (Z.max (s_smax a) (s_smax b))).

(** * Low bits *)

Definition sc_low (bits : Z) (s : scalar) : scalar :=
  let ones := Z.ones bits in
  if s_umax s <=? ones then s else
  let same := Z.shiftr (s_umin s) bits =? Z.shiftr (s_umax s) bits in
  sc_sync (Scalar (tn_low (s_tnum s) ones) (if same then Z.land (s_umin s) ones else zero)
                  (if same then Z.land (s_umax s) ones else ones) smin64 smax64).
Definition sc_trunc (w : width) (s : scalar) : scalar := match w with A32 => sc_low num32 s | A64 => s end.
Definition sc_trunc_bytes (z : size) (s : scalar) : scalar := match z with S8 => s | _ => sc_low (size_bits z) s end.

(** * 64-bit arithmetic *)

(** The range of [wrap z], and of its signed reading, for z in [lo .. hi]: exact unless the end points wrap differently. *)
Definition umin_of (lo hi : Z) : Z := if Z.shiftr lo num64 =? Z.shiftr hi num64 then wrap lo else zero.
Definition umax_of (lo hi : Z) : Z := if Z.shiftr lo num64 =? Z.shiftr hi num64 then wrap hi else mask64.
Definition no_swrap (lo hi : Z) : bool := Z.shiftr (lo + sign64) num64 =? Z.shiftr (hi + sign64) num64.
Definition smin_of (lo hi : Z) : Z := if no_swrap lo hi then sgn64 (wrap lo) else smin64.
Definition smax_of (lo hi : Z) : Z := if no_swrap lo hi then sgn64 (wrap hi) else smax64.
Definition sc_make (t : tnum) (ulo uhi slo shi : Z) : scalar :=
  sc_sync (Scalar t (umin_of ulo uhi) (umax_of ulo uhi) (smin_of slo shi) (smax_of slo shi)).

Definition sc_add (a b : scalar) : scalar :=
  sc_make (tn_add (s_tnum a) (s_tnum b)) (s_umin a + s_umin b) (s_umax a + s_umax b) (s_smin a + s_smin b) (s_smax a + s_smax b).
Definition sc_sub (a b : scalar) : scalar :=
  sc_make (tn_sub (s_tnum a) (s_tnum b)) (s_umin a - s_umax b) (s_umax a - s_umin b) (s_smin a - s_smax b) (s_smax a - s_smin b).

Definition sc_mul (a b : scalar) : scalar :=
  let uhi := s_umax a * s_umax b in
  let ok := uhi <=? mask64 in
  let p := s_smin a * s_smin b in
  let q := s_smin a * s_smax b in
  let r := s_smax a * s_smin b in
  let s := s_smax a * s_smax b in
  let slo := Z.min (Z.min p q) (Z.min r s) in
  let shi := Z.max (Z.max p q) (Z.max r s) in
  let sok := (smin64 <=? slo) && (shi <=? smax64) in
  sc_sync (Scalar (tn_mul (s_tnum a) (s_tnum b))
    (if ok then Z.max zero (s_umin a) * Z.max zero (s_umin b) else zero) (if ok then uhi else mask64)
    (if sok then slo else smin64) (if sok then shi else smax64)).

(** The divisor may be 0: the quotient is then 0 and the remainder the dividend. *)
Definition sc_div (a b : scalar) : scalar :=
  if zero <? s_umin b then sc_range (s_umin a / s_umax b) (s_umax a / s_umin b) else sc_range zero (s_umax a).

Definition sc_and (a b : scalar) : scalar :=
  sc_sync (Scalar (tn_and (s_tnum a) (s_tnum b)) zero (Z.min (s_umax a) (s_umax b)) smin64 smax64).
Definition sc_or (a b : scalar) : scalar :=
  sc_sync (Scalar (tn_or (s_tnum a) (s_tnum b)) (Z.max (s_umin a) (s_umin b)) mask64 smin64 smax64).
Definition sc_xor (a b : scalar) : scalar :=
  sc_sync (Scalar (tn_xor (s_tnum a) (s_tnum b)) zero mask64 smin64 smax64).

(** The one bit of a constant, if it is a power of two. *)
Definition one_bit (c : Z) : bool := (zero <? c) && (c =? Z.shiftl one (Z.log2 c)).
Definition sc_mod (a b : scalar) : scalar :=
  if zero <? s_umin b then
    if s_umax a <? s_umin b then a
    else if (s_umin b =? s_umax b) && one_bit (s_umin b) then sc_and a (sc_const (s_umin b - one))
    else sc_range zero (Z.min (s_umax a) (s_umax b - one))
  else sc_range zero (s_umax a).

Definition both_nonneg (a b : scalar) : bool := (zero <=? s_smin a) && (zero <=? s_smin b).
Definition sc_sdiv (a b : scalar) : scalar :=
  if both_nonneg a b then sc_div a b
  else if (zero <? s_smin b) && (s_smin b =? s_smax b)
  then sc_srange (Z.quot (s_smin a) (s_smin b)) (Z.quot (s_smax a) (s_smin b))
  else sc_top.
Definition sc_smod (a b : scalar) : scalar :=
  if both_nonneg a b then sc_mod a b
  else if zero <? s_smin b
  then sc_srange (Z.max (Z.min (s_smin a) zero) (one - s_smax b)) (Z.min (Z.max (s_smax a) zero) (s_smax b - one))
  else sc_top.

(** Shifts by an amount in [c1 .. c2], 0 <= c1. *)
Definition sc_shl (s : scalar) (c1 c2 : Z) : scalar :=
  sc_make (if c1 =? c2 then tn_shl (s_tnum s) c1 else tn_top)
    (Z.shiftl (s_umin s) c1) (Z.shiftl (s_umax s) c2)
    (Z.shiftl (s_smin s) (if s_smin s <? zero then c2 else c1)) (Z.shiftl (s_smax s) (if s_smax s <? zero then c1 else c2)).
Definition sc_shr (s : scalar) (c1 c2 : Z) : scalar :=
  sc_sync (Scalar (if c1 =? c2 then tn_shr (s_tnum s) c1 else tn_top)
    (Z.shiftr (s_umin s) c2) (Z.shiftr (s_umax s) c1) smin64 smax64).
Definition sc_sar (s : scalar) (c1 c2 : Z) : scalar :=
  sc_sync (Scalar (if c1 =? c2 then tn_sar (s_tnum s) c1 else tn_top) zero mask64
    (Z.shiftr (s_smin s) (if s_smin s <? zero then c1 else c2)) (Z.shiftr (s_smax s) (if s_smax s <? zero then c2 else c1))).
Definition sc_63 : scalar := sc_const num63.
Definition sc_31 : scalar := sc_const num31.

Definition sc_alu64 (op : aluop) (a b : scalar) : scalar :=
  match op with
  | Add => sc_add a b
  | Sub => sc_sub a b
  | Mul => sc_mul a b
  | Div => sc_div a b
  | Sdiv => sc_sdiv a b
  | Mod => sc_mod a b
  | Smod => sc_smod a b
  | Or => sc_or a b
  | And => sc_and a b
  | Xor => sc_xor a b
  | Lsh => let c := sc_and b sc_63 in sc_shl a (s_umin c) (s_umax c)
  | Rsh => let c := sc_and b sc_63 in sc_shr a (s_umin c) (s_umax c)
  | Arsh => let c := sc_and b sc_63 in sc_sar a (s_umin c) (s_umax c)
  | Mov => b
  end.

(** The low bytes, sign-extended: shifted up, then down again. *)
Definition sc_sext (w : width) (z : size) (s : scalar) : scalar :=
  let c := num64 - size_bits z in sc_trunc w (sc_sar (sc_shl s c c) c c).

(** * Both widths: a 32-bit operation is the 64-bit one on extended operands, truncated. *)

Definition sc_left32 (op : aluop) (s : scalar) : scalar :=
  match op with Sdiv | Smod | Arsh => sc_sext A64 S4 s | _ => sc_trunc A32 s end.
Definition sc_right32 (op : aluop) (s : scalar) : scalar :=
  match op with Sdiv | Smod => sc_sext A64 S4 s | Lsh | Rsh | Arsh => sc_and s sc_31 | _ => sc_trunc A32 s end.
Definition sc_alu (w : width) (op : aluop) (a b : scalar) : scalar :=
  match w with
  | A64 => sc_alu64 op a b
  | A32 => sc_trunc A32 (sc_alu64 op (sc_left32 op a) (sc_right32 op b))
  end.
Definition sc_0 : scalar := sc_const 0.
Definition sc_neg (w : width) (s : scalar) : scalar := sc_trunc w (sc_sub sc_0 (sc_trunc w s)).

Definition sc_byte_order (k : swap) (z : size) (s : scalar) : scalar :=
  match k with
  | ToLe => sc_trunc_bytes z s
  | ToBe | Swap =>
    sc_sync (Scalar (Tnum (rev_bytes (bytes z) (t_val (s_tnum s))) (rev_bytes (bytes z) (t_mask (s_tnum s)))) zero mask64 smin64 smax64)
  end.

(** * What a comparison's outcome says of its operands; [None] when it can't be. *)

Definition both (a b : option scalar) : option (scalar * scalar) :=
  match a, b with Some a, Some b => Some (a, b) | _, _ => None end.
Definition flip (p : option (scalar * scalar)) : option (scalar * scalar) :=
  match p with Some (a, b) => Some (b, a) | None => None end.

(** x + k <= y, in each reading. *)
Definition sc_ule (k : Z) (a b : scalar) : option (scalar * scalar) :=
  both (sc_check (Scalar (s_tnum a) (s_umin a) (Z.min (s_umax a) (s_umax b - k)) (s_smin a) (s_smax a)))
       (sc_check (Scalar (s_tnum b) (Z.max (s_umin b) (s_umin a + k)) (s_umax b) (s_smin b) (s_smax b))).
Definition sc_sle (k : Z) (a b : scalar) : option (scalar * scalar) :=
  both (sc_check (Scalar (s_tnum a) (s_umin a) (s_umax a) (s_smin a) (Z.min (s_smax a) (s_smax b - k))))
       (sc_check (Scalar (s_tnum b) (s_umin b) (s_umax b) (Z.max (s_smin b) (s_smin a + k)) (s_smax b))).
(** Not equal to a constant: it is no end point. *)
Definition sc_trim (s : scalar) (c : option Z) : option scalar :=
  match c with
  | None => Some s
  | Some c =>
    let g := sgn64 c in
    sc_check (Scalar (s_tnum s) (if s_umin s =? c then c + one else s_umin s) (if s_umax s =? c then c - one else s_umax s)
                                (if s_smin s =? g then g + one else s_smin s) (if s_smax s =? g then g - one else s_smax s))
  end.
Definition sc_eq (a b : scalar) : option (scalar * scalar) :=
  match sc_meet a b with Some m => Some (m, m) | None => None end.
Definition sc_ne (a b : scalar) : option (scalar * scalar) :=
  both (sc_trim a (sc_is_const b)) (sc_trim b (sc_is_const a)).
(** Some bit is set in both: which, only when a single one may be. *)
Definition sc_bits (a b : scalar) : option (scalar * scalar) :=
  let p := Z.land (tn_may (s_tnum a)) (tn_may (s_tnum b)) in
  if p =? zero then None
  else if one_bit p then both (sc_meet_tnum a (tn_set p)) (sc_meet_tnum b (tn_set p))
  else Some (a, b).
(** No bit is set in both. *)
Definition sc_no_bits (a b : scalar) : option (scalar * scalar) :=
  both (sc_meet_tnum a (tn_clear (t_val (s_tnum b)))) (sc_meet_tnum b (tn_clear (t_val (s_tnum a)))).

Definition sc_refine64 (c : cmp) (r : bool) (a b : scalar) : option (scalar * scalar) :=
  match c with
  | Jeq => if r then sc_eq a b else sc_ne a b
  | Jne => if r then sc_ne a b else sc_eq a b
  | Jgt => if r then flip (sc_ule one b a) else sc_ule zero a b
  | Jge => if r then flip (sc_ule zero b a) else sc_ule one a b
  | Jlt => if r then sc_ule one a b else flip (sc_ule zero b a)
  | Jle => if r then sc_ule zero a b else flip (sc_ule one b a)
  | Jset => if r then sc_bits a b else sc_no_bits a b
  | Jsgt => if r then flip (sc_sle one b a) else sc_sle zero a b
  | Jsge => if r then flip (sc_sle zero b a) else sc_sle one a b
  | Jslt => if r then sc_sle one a b else flip (sc_sle zero b a)
  | Jsle => if r then sc_sle zero a b else flip (sc_sle one b a)
  end.

(** [s], when its low half is known to be in [r]. *)
Definition sc_with_low (s r : scalar) : option scalar :=
  let h := Z.shiftr (s_umin s) num32 in
  match tn_meet (s_tnum s) (tn_half (s_tnum r)) with
  | None => None
  | Some t =>
    if h =? Z.shiftr (s_umax s) num32 then
      let base := Z.shiftl h num32 in
      sc_check (Scalar t (Z.max (s_umin s) (base + s_umin r)) (Z.min (s_umax s) (base + s_umax r)) (s_smin s) (s_smax s))
    else sc_check (Scalar t (s_umin s) (s_umax s) (s_smin s) (s_smax s))
  end.
(** The same, when [r] holds the low half sign-extended. *)
Definition sc_with_slow (s r : scalar) : option scalar :=
  if (smin32 <=? s_smin s) && (s_smax s <=? smax32) then sc_meet s r else sc_with_low s (sc_trunc A32 r).

Definition signed_cmp (c : cmp) : bool := match c with Jsgt | Jsge | Jslt | Jsle => true | _ => false end.
Definition sc_refine (w : width) (c : cmp) (r : bool) (a b : scalar) : option (scalar * scalar) :=
  match w with
  | A64 => sc_refine64 c r a b
  | A32 =>
    if signed_cmp c then
      match sc_refine64 c r (sc_sext A64 S4 a) (sc_sext A64 S4 b) with
      | Some (x, y) => both (sc_with_slow a x) (sc_with_slow b y)
      | None => None
      end
    else
      match sc_refine64 c r (sc_trunc A32 a) (sc_trunc A32 b) with
      | Some (x, y) => both (sc_with_low a x) (sc_with_low b y)
      | None => None
      end
  end.
