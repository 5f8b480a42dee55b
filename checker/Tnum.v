(** Known bits of a word: a bit of [t_mask] that is set is unknown, the other bits are those of
    [t_val]. A certificate may hold any two numbers here; a pair that no word satisfies is
    harmless. *)
From Semantics Require Export Alu.

Record tnum := Tnum { t_val : Z; t_mask : Z }.
Definition in_tnum (t : tnum) (x : Z) : Prop := Z.ldiff x (t_mask t) = t_val t.

Definition zero : Z := 0.
Definition one : Z := 1.
Definition tn_top : tnum := Tnum 0 mask64.
Definition tn_const (c : Z) : tnum := Tnum c zero.

(** The bits that may be set. *)
Definition tn_may (t : tnum) : Z := wrap (Z.lor (t_val t) (t_mask t)).

Definition tn_le (a b : tnum) : bool :=
  (Z.ldiff (t_mask a) (t_mask b) =? zero) && (Z.ldiff (t_val a) (t_mask b) =? t_val b).
Definition tn_meet (a b : tnum) : option tnum :=
  if Z.ldiff (Z.lxor (t_val a) (t_val b)) (Z.lor (t_mask a) (t_mask b)) =? zero
  then Some (Tnum (Z.lor (t_val a) (t_val b)) (Z.land (t_mask a) (t_mask b))) else None.
Definition tn_join (a b : tnum) : tnum :=
  let m := Z.lor (Z.lor (t_mask a) (t_mask b)) (Z.lxor (t_val a) (t_val b)) in
  Tnum (Z.ldiff (t_val a) m) m.
(** The high bits that all of [lo .. hi] share; 0 <= lo. *)
Definition tn_range (lo hi : Z) : tnum :=
  let d := Z.lxor lo hi in
  if d =? zero then Tnum lo zero else let m := Z.ones (Z.succ (Z.log2 d)) in Tnum (Z.ldiff lo m) m.

Definition tn_and (a b : tnum) : tnum :=
  let v := Z.land (t_val a) (t_val b) in
  Tnum v (Z.ldiff (Z.land (Z.lor (t_val a) (t_mask a)) (Z.lor (t_val b) (t_mask b))) v).
Definition tn_or (a b : tnum) : tnum :=
  let v := Z.lor (t_val a) (t_val b) in Tnum v (Z.ldiff (Z.lor (t_mask a) (t_mask b)) v).
Definition tn_xor (a b : tnum) : tnum :=
  let m := Z.lor (t_mask a) (t_mask b) in Tnum (Z.ldiff (Z.lxor (t_val a) (t_val b)) m) m.

(** A bit of a sum is known when it is known in both operands and the carry into it is the same in
    the least and the greatest sum. *)
Definition tn_add (a b : tnum) : tnum :=
  let v := wrap (t_val a + t_val b) in
  let top := wrap (v + (t_mask a + t_mask b)) in
  let m := wrap (Z.lor (Z.lxor top v) (Z.lor (t_mask a) (t_mask b))) in
  Tnum (Z.ldiff v m) m.
Definition tn_sub (a b : tnum) : tnum :=
  let v := wrap (t_val a - t_val b) in
  let top := wrap (v + t_mask a) in
  let bot := wrap (v - t_mask b) in
  let m := wrap (Z.lor (Z.lxor top bot) (Z.lor (t_mask a) (t_mask b))) in
  Tnum (Z.ldiff v m) m.

(** Constant shifts, 0 <= c. *)
Definition tn_shl (t : tnum) (c : Z) : tnum :=
  Tnum (wrap (Z.shiftl (t_val t) c)) (wrap (Z.shiftl (t_mask t) c)).
Definition tn_shr (t : tnum) (c : Z) : tnum := Tnum (Z.shiftr (t_val t) c) (Z.shiftr (t_mask t) c).
Definition tn_sar (t : tnum) (c : Z) : tnum :=
  Tnum (wrap (Z.shiftr (sgn64 (t_val t)) c)) (wrap (Z.shiftr (sgn64 (wrap (t_mask t))) c)).

(** Long multiplication over the bits of [v, m]: a bit known to be 1 adds the unknown part of [b]
    (the known part is in the first [acc]), an unknown bit adds [b] or nothing. *)
Fixpoint tn_mul_loop (n : nat) (v m : Z) (b acc : tnum) : tnum :=
  match n with
  | O => acc
  | S k =>
    if Z.lor v m =? zero then acc else
    let acc :=
      if Z.odd v then tn_add acc (Tnum zero (t_mask b))
      else if Z.odd m then tn_add acc (Tnum zero (Z.lor (t_val b) (t_mask b)))
      else acc in
    tn_mul_loop k (Z.shiftr v one) (Z.shiftr m one) (tn_shl b one) acc
  end.
Definition mul_fuel : nat := 64%nat.
(** The loop runs over the operand that is constant, if one is. *)
Definition tn_mul (a b : tnum) : tnum :=
  let acc := tn_const (wrap (t_val a * t_val b)) in
  if t_mask b =? zero then tn_mul_loop mul_fuel (t_val b) (t_mask b) a acc
  else tn_mul_loop mul_fuel (t_val a) (t_mask a) b acc.

(** The low bits that [ones] covers. *)
Definition tn_low (t : tnum) (ones : Z) : tnum :=
  Tnum (Z.land (t_val t) ones) (Z.land (t_mask t) ones).
(** [t] speaks of the low half only. *)
Definition high32 : Z := 18446744069414584320.
Definition tn_half (t : tnum) : tnum := Tnum (t_val t) (Z.lor (t_mask t) high32).
(** What it is a multiple of: 1, 2, 4 or 8. *)
Definition tn_step (t : tnum) : Z :=
  let may := Z.lor (t_val t) (t_mask t) in
  if Z.land may 7 =? zero then 8 else if Z.land may 3 =? zero then 4
  else if Z.land may 1 =? zero then 2 else one.
(** Some bits clear, or set; [bits] within a word. *)
Definition tn_clear (bits : Z) : tnum := Tnum zero (Z.ldiff mask64 bits).
Definition tn_set (bits : Z) : tnum := Tnum bits (Z.ldiff mask64 bits).
