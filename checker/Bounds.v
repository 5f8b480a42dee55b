(** What is known of a number: its bits, its unsigned range and its signed range.
    Nothing here relies on a record being well formed: a certificate may hold any numbers. *)
From Checker Require Export Tnum.

Record bounds := Bounds {
  b_tnum : tnum;
  b_umin : Z; b_umax : Z;   (* unsigned, inclusive *)
  b_smin : Z; b_smax : Z    (* of the two's complement reading, inclusive *)
}.
Definition in_bounds (s : bounds) (x : Z) : Prop :=
  0 <= x < W /\ in_tnum (b_tnum s) x /\
  b_umin s <= x <= b_umax s /\ b_smin s <= sgn64 x <= b_smax s.

Definition smin64 : Z := -9223372036854775808.
Definition smax64 : Z := 9223372036854775807.
Definition smin32 : Z := -2147483648.
Definition smax32 : Z := 2147483647.
Definition num31 : Z := 31.
Definition num32 : Z := 32.
Definition num63 : Z := 63.
Definition num64 : Z := 64.

Definition bd_top : bounds := Bounds tn_top 0 mask64 smin64 smax64.
(** What an operation on records without any member comes to. *)
Definition bd_empty : bounds := Bounds (Tnum 0 0) 1 0 1 0.
Definition bd_is_empty (s : bounds) : bool := b_umax s <? b_umin s.

Definition bd_const (z : Z) : bounds :=
  let c := wrap z in let g := sgn64 c in Bounds (tn_const c) c c g g.
Definition bd_is_const (s : bounds) : option Z :=
  if b_umin s =? b_umax s then Some (b_umin s) else None.

(** * Reduction: each of the three parts tightens the others. *)

Definition bd_finish (t : tnum) (umin umax smin smax : Z) : bounds :=
  match tn_meet t (tn_range umin umax) with
  | Some t => Bounds t umin umax smin smax
  | None => bd_empty
  end.
(** The word is in [lo1 .. hi1], where both readings agree, or in [lo2 .. hi2], the negative
    half. *)
Definition bd_sync1 (s : bounds) : bounds :=
  let t := b_tnum s in
  let v := t_val t in
  let m := t_mask t in
  let umin := Z.max (b_umin s) v in
  let umax := Z.min (b_umax s) (tn_may t) in
  let smin := Z.max (b_smin s) (sgn64 (wrap (Z.lor v (Z.land m sign64)))) in
  let smax := Z.min (b_smax s) (sgn64 (wrap (Z.lor v (Z.land m smax64)))) in
  let lo1 := Z.max umin (Z.max smin zero) in
  let hi1 := Z.min umax (Z.min smax smax64) in
  let lo2 := Z.max umin (Z.max (smin + word_size) sign64) in
  let hi2 := Z.min umax (Z.min (smax + word_size) mask64) in
  if lo1 <=? hi1 then
    if lo2 <=? hi2 then bd_finish t lo1 hi2 (lo2 - word_size) hi1 else bd_finish t lo1 hi1 lo1 hi1
  else
    if lo2 <=? hi2 then bd_finish t lo2 hi2 (lo2 - word_size) (hi2 - word_size) else bd_empty.
Definition bd_sync (s : bounds) : bounds := bd_sync1 (bd_sync1 s).
Definition bd_check (s : bounds) : option bounds :=
  let s := bd_sync s in if bd_is_empty s then None else Some s.

(** * Making and comparing *)

Definition bd_range (lo hi : Z) : bounds := bd_sync (Bounds tn_top lo hi smin64 smax64).
Definition bd_srange (lo hi : Z) : bounds := bd_sync (Bounds tn_top zero mask64 lo hi).
Definition bd_byte : bounds := bd_range 0 255.
Definition bd_2bytes : bounds := bd_range 0 65535.
Definition bd_4bytes : bounds := bd_range 0 4294967295.
Definition bd_of_bytes (z : size) : bounds :=
  match z with S1 => bd_byte | S2 => bd_2bytes | S4 => bd_4bytes | S8 => bd_top end.

Definition bd_le (a b : bounds) : bool :=
  tn_le (b_tnum a) (b_tnum b) && (b_umin b <=? b_umin a) && (b_umax a <=? b_umax b)
  && (b_smin b <=? b_smin a) && (b_smax a <=? b_smax b).
(** [s], with bits known from elsewhere too. *)
Definition bd_meet_tnum (s : bounds) (t : tnum) : option bounds :=
  match tn_meet (b_tnum s) t with
  | Some t => bd_check (Bounds t (b_umin s) (b_umax s) (b_smin s) (b_smax s))
  | None => None
  end.
Definition bd_meet (a b : bounds) : option bounds :=
  match tn_meet (b_tnum a) (b_tnum b) with
  | Some t => bd_check (Bounds t (Z.max (b_umin a) (b_umin b)) (Z.min (b_umax a) (b_umax b))
                                 (Z.max (b_smin a) (b_smin b)) (Z.min (b_smax a) (b_smax b)))
  | None => None
  end.
Definition bd_join (a b : bounds) : bounds :=
  bd_sync (Bounds (tn_join (b_tnum a) (b_tnum b)) (Z.min (b_umin a) (b_umin b))
    (Z.max (b_umax a) (b_umax b))
                  (Z.min (b_smin a) (b_smin b)) (Z.max (b_smax a) (b_smax b))).

(** * Low bits *)

Definition bd_low (bits : Z) (s : bounds) : bounds :=
  let ones := Z.ones bits in
  if b_umax s <=? ones then s else
  let same := Z.shiftr (b_umin s) bits =? Z.shiftr (b_umax s) bits in
  bd_sync (Bounds (tn_low (b_tnum s) ones) (if same then Z.land (b_umin s) ones else zero)
                  (if same then Z.land (b_umax s) ones else ones) smin64 smax64).
Definition bd_trunc (w : width) (s : bounds) : bounds :=
  match w with A32 => bd_low num32 s | A64 => s end.
Definition bd_trunc_bytes (z : size) (s : bounds) : bounds :=
  match z with S8 => s | _ => bd_low (size_bits z) s end.

(** * 64-bit arithmetic *)

(** The range of [wrap z], and of its signed reading, for z in [lo .. hi]: exact unless the end
    points wrap differently. *)
Definition umin_of (lo hi : Z) : Z :=
  if Z.shiftr lo num64 =? Z.shiftr hi num64 then wrap lo else zero.
Definition umax_of (lo hi : Z) : Z :=
  if Z.shiftr lo num64 =? Z.shiftr hi num64 then wrap hi else mask64.
Definition no_swrap (lo hi : Z) : bool :=
  Z.shiftr (lo + sign64) num64 =? Z.shiftr (hi + sign64) num64.
Definition smin_of (lo hi : Z) : Z := if no_swrap lo hi then sgn64 (wrap lo) else smin64.
Definition smax_of (lo hi : Z) : Z := if no_swrap lo hi then sgn64 (wrap hi) else smax64.
Definition bd_make (t : tnum) (ulo uhi slo shi : Z) : bounds :=
  bd_sync (Bounds t (umin_of ulo uhi) (umax_of ulo uhi) (smin_of slo shi) (smax_of slo shi)).

Definition bd_add (a b : bounds) : bounds :=
  bd_make (tn_add (b_tnum a) (b_tnum b))
    (b_umin a + b_umin b) (b_umax a + b_umax b) (b_smin a + b_smin b) (b_smax a + b_smax b).
Definition bd_sub (a b : bounds) : bounds :=
  bd_make (tn_sub (b_tnum a) (b_tnum b))
    (b_umin a - b_umax b) (b_umax a - b_umin b) (b_smin a - b_smax b) (b_smax a - b_smin b).

Definition bd_mul (a b : bounds) : bounds :=
  let uhi := b_umax a * b_umax b in
  let ok := uhi <=? mask64 in
  let p := b_smin a * b_smin b in
  let q := b_smin a * b_smax b in
  let r := b_smax a * b_smin b in
  let s := b_smax a * b_smax b in
  let slo := Z.min (Z.min p q) (Z.min r s) in
  let shi := Z.max (Z.max p q) (Z.max r s) in
  let sok := (smin64 <=? slo) && (shi <=? smax64) in
  bd_sync (Bounds (tn_mul (b_tnum a) (b_tnum b))
    (if ok then Z.max zero (b_umin a) * Z.max zero (b_umin b) else zero)
    (if ok then uhi else mask64)
    (if sok then slo else smin64) (if sok then shi else smax64)).

(** The divisor may be 0: the quotient is then 0 and the remainder the dividend. *)
Definition bd_div (a b : bounds) : bounds :=
  if zero <? b_umin b then bd_range (b_umin a / b_umax b) (b_umax a / b_umin b)
  else bd_range zero (b_umax a).

Definition bd_and (a b : bounds) : bounds :=
  bd_sync (Bounds (tn_and (b_tnum a) (b_tnum b)) zero (Z.min (b_umax a) (b_umax b)) smin64 smax64).
Definition bd_or (a b : bounds) : bounds :=
  bd_sync (Bounds (tn_or (b_tnum a) (b_tnum b)) (Z.max (b_umin a) (b_umin b)) mask64 smin64 smax64).
Definition bd_xor (a b : bounds) : bounds :=
  bd_sync (Bounds (tn_xor (b_tnum a) (b_tnum b)) zero mask64 smin64 smax64).

(** The one bit of a constant, if it is a power of two. *)
Definition one_bit (c : Z) : bool := (zero <? c) && (c =? Z.shiftl one (Z.log2 c)).
Definition bd_mod (a b : bounds) : bounds :=
  if zero <? b_umin b then
    if b_umax a <? b_umin b then a
    else if (b_umin b =? b_umax b) && one_bit (b_umin b) then bd_and a (bd_const (b_umin b - one))
    else if (b_umin b =? b_umax b) && (b_umin a / b_umin b =? b_umax a / b_umin b)
    then bd_range (b_umin a mod b_umin b) (b_umax a mod b_umin b)
    else bd_range zero (Z.min (b_umax a) (b_umax b - one))
  else bd_range zero (b_umax a).

Definition both_nonneg (a b : bounds) : bool := (zero <=? b_smin a) && (zero <=? b_smin b).
(** A quotient is no farther from 0 than the dividend; but that of the least number and -1 is the
    least number. *)
Definition bd_sdiv (a b : bounds) : bounds :=
  let c := b_smin b in
  let small := smin64 <? b_smin a in
  if both_nonneg a b then bd_div a b
  else if (c =? b_smax b) && (zero <? c) then bd_srange (Z.quot (b_smin a) c) (Z.quot (b_smax a) c)
  else if (c =? b_smax b) && (c <? zero) && small
  then bd_srange (Z.quot (b_smax a) c) (Z.quot (b_smin a) c)
  else if small then let m := Z.max (- b_smin a) (b_smax a) in bd_srange (- m) m
  else bd_top.
(** A remainder has the dividend's sign, is no farther from 0, and nearer than the divisor, if that
    is not 0. *)
Definition bd_smod (a b : bounds) : bounds :=
  let c := b_smin b in
  if both_nonneg a b then bd_mod a b
  else if (c =? b_smax b) && negb (c =? zero) && (Z.quot (b_smin a) c =? Z.quot (b_smax a) c)
  then bd_srange (Z.rem (b_smin a) c) (Z.rem (b_smax a) c)
  else
    let lo := Z.min (b_smin a) zero in
    let hi := Z.max (b_smax a) zero in
    if (zero <? b_smin b) || (b_smax b <? zero)
    then let m := Z.max (Z.abs (b_smin b)) (Z.abs (b_smax b)) - one in
      bd_srange (Z.max lo (- m)) (Z.min hi m)
    else bd_srange lo hi.

(** Shifts by an amount in [c1 .. c2], 0 <= c1. *)
Definition bd_shl (s : bounds) (c1 c2 : Z) : bounds :=
  bd_make (if c1 =? c2 then tn_shl (b_tnum s) c1 else tn_top)
    (Z.shiftl (b_umin s) c1) (Z.shiftl (b_umax s) c2)
    (Z.shiftl (b_smin s) (if b_smin s <? zero then c2 else c1))
    (Z.shiftl (b_smax s) (if b_smax s <? zero then c1 else c2)).
Definition bd_shr (s : bounds) (c1 c2 : Z) : bounds :=
  bd_sync (Bounds (if c1 =? c2 then tn_shr (b_tnum s) c1 else tn_top)
    (Z.shiftr (b_umin s) c2) (Z.shiftr (b_umax s) c1) smin64 smax64).
Definition bd_sar (s : bounds) (c1 c2 : Z) : bounds :=
  bd_sync (Bounds (if c1 =? c2 then tn_sar (b_tnum s) c1 else tn_top) zero mask64
    (Z.shiftr (b_smin s) (if b_smin s <? zero then c1 else c2))
    (Z.shiftr (b_smax s) (if b_smax s <? zero then c2 else c1))).
Definition bd_63 : bounds := bd_const num63.
Definition bd_31 : bounds := bd_const num31.

Definition bd_alu64 (op : aluop) (a b : bounds) : bounds :=
  match op with
  | Add => bd_add a b
  | Sub => bd_sub a b
  | Mul => bd_mul a b
  | Div => bd_div a b
  | Sdiv => bd_sdiv a b
  | Mod => bd_mod a b
  | Smod => bd_smod a b
  | Or => bd_or a b
  | And => bd_and a b
  | Xor => bd_xor a b
  | Lsh => let c := bd_and b bd_63 in bd_shl a (b_umin c) (b_umax c)
  | Rsh => let c := bd_and b bd_63 in bd_shr a (b_umin c) (b_umax c)
  | Arsh => let c := bd_and b bd_63 in bd_sar a (b_umin c) (b_umax c)
  | Mov => b
  end.

(** The low bytes, sign-extended: shifted up, then down again. *)
Definition bd_sext (w : width) (z : size) (s : bounds) : bounds :=
  let c := num64 - size_bits z in bd_trunc w (bd_sar (bd_shl s c c) c c).

Definition bd_byte_order (k : swap) (z : size) (s : bounds) : bounds :=
  match k with
  | ToLe => bd_trunc_bytes z s
  | ToBe | Swap =>
    bd_sync (Bounds (Tnum (rev_bytes (bytes z) (t_val (b_tnum s)))
      (rev_bytes (bytes z) (t_mask (b_tnum s)))) zero mask64 smin64 smax64)
  end.

(** * What a comparison's outcome says of its operands; [None] when it can't be. *)

Definition both {A} (a b : option A) : option (A * A) :=
  match a, b with Some a, Some b => Some (a, b) | _, _ => None end.
Definition flip (p : option (bounds * bounds)) : option (bounds * bounds) :=
  match p with Some (a, b) => Some (b, a) | None => None end.

(** x + k <= y, in each reading. *)
Definition bd_ule (k : Z) (a b : bounds) : option (bounds * bounds) :=
  both (bd_check (Bounds (b_tnum a) (b_umin a) (Z.min (b_umax a) (b_umax b - k)) (b_smin a)
    (b_smax a)))
       (bd_check (Bounds (b_tnum b) (Z.max (b_umin b) (b_umin a + k)) (b_umax b) (b_smin b)
         (b_smax b))).
Definition bd_sle (k : Z) (a b : bounds) : option (bounds * bounds) :=
  both (bd_check (Bounds (b_tnum a) (b_umin a) (b_umax a) (b_smin a)
    (Z.min (b_smax a) (b_smax b - k))))
       (bd_check (Bounds (b_tnum b) (b_umin b) (b_umax b) (Z.max (b_smin b) (b_smin a + k))
         (b_smax b))).
(** The members and [c] are alike below this bit, so that they differ by a multiple of it. *)
Definition bd_step (t : tnum) (c : Z) : Z :=
  let m := Z.ones (Z.log2 (Z.land (t_mask t) (- t_mask t))) in
  if (Z.land (t_mask t) m =? zero) && (Z.land c m =? Z.land (t_val t) m) && (m <? sign64)
  then m + one else one.
(** Not equal to a constant: it is no end point. *)
Definition bd_trim (s : bounds) (c : option Z) : option bounds :=
  match c with
  | None => Some s
  | Some c =>
    let g := sgn64 c in
    let d := bd_step (b_tnum s) c in
    bd_check (Bounds (b_tnum s)
      (if b_umin s =? c then c + d else b_umin s) (if b_umax s =? c then c - d else b_umax s)
      (if b_smin s =? g then g + d else b_smin s) (if b_smax s =? g then g - d else b_smax s))
  end.
Definition bd_eq (a b : bounds) : option (bounds * bounds) :=
  match bd_meet a b with Some m => Some (m, m) | None => None end.
Definition bd_ne (a b : bounds) : option (bounds * bounds) :=
  both (bd_trim a (bd_is_const b)) (bd_trim b (bd_is_const a)).
(** Some bit is set in both: which, only when a single one may be. *)
Definition bd_bits (a b : bounds) : option (bounds * bounds) :=
  let p := Z.land (tn_may (b_tnum a)) (tn_may (b_tnum b)) in
  if p =? zero then None
  else if one_bit p then both (bd_meet_tnum a (tn_set p)) (bd_meet_tnum b (tn_set p))
  else Some (a, b).
(** No bit is set in both. *)
Definition bd_no_bits (a b : bounds) : option (bounds * bounds) :=
  both (bd_meet_tnum a (tn_clear (t_val (b_tnum b))))
    (bd_meet_tnum b (tn_clear (t_val (b_tnum a)))).

Definition bd_refine64 (c : cmp) (r : bool) (a b : bounds) : option (bounds * bounds) :=
  match c with
  | Jeq => if r then bd_eq a b else bd_ne a b
  | Jne => if r then bd_ne a b else bd_eq a b
  | Jgt => if r then flip (bd_ule one b a) else bd_ule zero a b
  | Jge => if r then flip (bd_ule zero b a) else bd_ule one a b
  | Jlt => if r then bd_ule one a b else flip (bd_ule zero b a)
  | Jle => if r then bd_ule zero a b else flip (bd_ule one b a)
  | Jset => if r then bd_bits a b else bd_no_bits a b
  | Jsgt => if r then flip (bd_sle one b a) else bd_sle zero a b
  | Jsge => if r then flip (bd_sle zero b a) else bd_sle one a b
  | Jslt => if r then bd_sle one a b else flip (bd_sle zero b a)
  | Jsle => if r then bd_sle zero a b else flip (bd_sle one b a)
  end.
