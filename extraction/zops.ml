type t = Z.t

exception Too_large

let most_bits = 1 lsl 20
let zero = Z.zero
let one = Z.one
let xo p = Z.add p p
let xi p = Z.succ (Z.add p p)

let match_positive f2p1 f2p f1 p =
  if Z.leq p Z.one then f1 ()
  else
    let q = Z.shift_right p 1 in
    if Z.is_odd p then f2p1 q else f2p q

let match_n f0 fp n = if Z.sign n <= 0 then f0 () else fp n

let match_z f0 fp fn z =
  let s = Z.sign z in
  if s = 0 then f0 () else if s > 0 then fp z else fn (Z.neg z)

let match_nat f0 fs n = if Z.sign n <= 0 then f0 () else fs (Z.pred n)
let add = Z.add
let sub = Z.sub
let mul = Z.mul
let neg = Z.neg
let succ = Z.succ
let pred = Z.pred
let abs = Z.abs
let min = Z.min
let max = Z.max
let compare = Z.compare
let eqb = Z.equal
let ltb = Z.lt
let leb = Z.leq
let gtb = Z.gt
let geb = Z.geq

(* zarith's [ediv] leaves a remainder that is never negative, which is rounding down for a positive divisor only. *)
let div x y =
  let s = Z.sign y in
  if s = 0 then Z.zero else if s > 0 then Z.ediv x y else Z.fdiv x y

let modulo x y =
  let s = Z.sign y in
  if s = 0 then x else if s > 0 then Z.erem x y else Z.sub x (Z.mul y (Z.fdiv x y))

let div_eucl x y = (div x y, modulo x y)
let quot x y = if Z.sign y = 0 then Z.zero else Z.div x y
let rem x y = if Z.sign y = 0 then x else Z.rem x y

(* A count that zarith can take; large ones would make huge numbers. *)
let count n = if Z.fits_int n && Z.to_int n <= most_bits then Z.to_int n else raise Too_large

let pow x y =
  if Z.sign y < 0 then Z.zero
  else if Z.sign y = 0 || Z.equal x Z.one then Z.one
  else if Z.sign x = 0 then Z.zero
  else
    let n = count y in
    if Z.numbits x * n > most_bits then raise Too_large else Z.pow x n

let log2 x = if Z.sign x <= 0 then Z.zero else Z.of_int (Z.numbits x - 1)
let even = Z.is_even
let odd = Z.is_odd
let logand = Z.logand
let logor = Z.logor
let logxor = Z.logxor
let lognot = Z.lognot
let ldiff x y = Z.logand x (Z.lognot y)

let left x n = if Z.sign x = 0 then x else Z.shift_left x (count n)

let right x n =
  if Z.fits_int n then Z.shift_right x (Z.to_int n) else if Z.sign x < 0 then Z.minus_one else Z.zero

let shiftl x n = if Z.sign n >= 0 then left x n else right x (Z.neg n)
let shiftr x n = if Z.sign n >= 0 then right x n else left x (Z.neg n)

let testbit x n =
  if Z.sign n < 0 then false else if Z.fits_int n then Z.testbit x (Z.to_int n) else Z.sign x < 0

let to_nat z = if Z.sign z < 0 then Z.zero else z
let nat_sub x y = to_nat (Z.sub x y)
let nat_pred x = to_nat (Z.pred x)
