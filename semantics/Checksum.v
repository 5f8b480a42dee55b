(** Sums of the Internet's kind, as Linux computes them: a carry out of the top comes back in at
    the bottom (include/net/checksum.h, lib/checksum.c). *)
From Semantics Require Export Word.

Definition add_round (m x y : Z) : Z := let s := x + y in s mod m + s / m.
Definition add16 : Z -> Z -> Z := add_round 65536.
Definition add32 : Z -> Z -> Z := add_round 4294967296.
Definition not16 (x : Z) : Z := 65535 - x.
Definition not32 (x : Z) : Z := 4294967295 - x.
(** The two halves, added. *)
Definition fold16 (x : Z) : Z := add16 (x mod 65536) (x / 65536).
(** A sum in a header, when what it is of changes: by this difference, or in two or four bytes. *)
Definition by_difference (sum d : Z) : Z := not16 (fold16 (add32 d (not32 sum))).
Definition replace4 (sum old new : Z) : Z :=
  not16 (fold16 (add32 (add32 (not32 sum) (not32 old)) new)).
Definition replace2 (sum old new : Z) : Z := not16 (add16 (add16 (not16 sum) (not16 old)) new).
(** What a field of [size] bytes changes; none: [new] is the difference. *)
Definition replaced (size sum old new : Z) : option Z :=
  if size =? 0 then if old =? 0 then Some (by_difference sum (wrap32 new)) else None
  else if size =? 2 then Some (replace2 sum (old mod 65536) (new mod 65536))
  else if size =? 4 then Some (replace4 sum (wrap32 old) (wrap32 new))
  else None.
(** The sum of words of four bytes, little-endian, on top of [seed]; the last one is filled up with
    zeros. *)
Fixpoint sum_words (seed : Z) (bs : list Z) : Z :=
  match bs with
  | b0 :: b1 :: b2 :: b3 :: bs' =>
    sum_words (add32 seed (b0 + 256 * b1 + 65536 * b2 + 16777216 * b3)) bs'
  | [] => seed
  | b0 :: bs' => add32 seed (fold_right (fun b v => b + 256 * v) 0 (b0 :: bs'))
  end.
(** From one piece of memory to another, either of which may be empty. *)
Definition difference (from to : list Z) (seed : Z) : Z :=
  fold16 match from, to with
         | [], _ => sum_words seed to
         | _, [] => not32 (sum_words (not32 seed) from)
         | _, _ => add32 (sum_words seed to) (not32 (sum_words 0 from))
         end.
