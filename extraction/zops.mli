(** Coq's numbers as zarith integers: what extraction/Mapping.v names.  Trusted; docs/trusted.md has the list. *)

type t = Z.t

(** {1 Constructors and matching} *)

val zero : t
val one : t

(** [xi p] is 2p + 1 and [xo p] is 2p: the constructors of [positive]. *)
val xi : t -> t

val xo : t -> t
val match_positive : (t -> 'a) -> (t -> 'a) -> (unit -> 'a) -> t -> 'a
val match_n : (unit -> 'a) -> (t -> 'a) -> t -> 'a
val match_z : (unit -> 'a) -> (t -> 'a) -> (t -> 'a) -> t -> 'a
val match_nat : (unit -> 'a) -> (t -> 'a) -> t -> 'a

(** {1 Integers} *)

val add : t -> t -> t
val sub : t -> t -> t
val mul : t -> t -> t
val neg : t -> t
val succ : t -> t
val pred : t -> t
val abs : t -> t
val min : t -> t -> t
val max : t -> t -> t
val compare : t -> t -> int
val eqb : t -> t -> bool
val ltb : t -> t -> bool
val leb : t -> t -> bool
val gtb : t -> t -> bool
val geb : t -> t -> bool

(** Rounds down; by zero, the quotient is 0 and the remainder the dividend. *)
val div : t -> t -> t

val modulo : t -> t -> t
val div_eucl : t -> t -> t * t

(** Rounds towards zero; by zero as above. *)
val quot : t -> t -> t

val rem : t -> t -> t

(** A negative exponent gives 0. *)
val pow : t -> t -> t

(** 0 for what is not positive. *)
val log2 : t -> t

val even : t -> bool
val odd : t -> bool

(** {1 Bits} *)

val logand : t -> t -> t
val logor : t -> t -> t
val logxor : t -> t -> t
val ldiff : t -> t -> t
val lognot : t -> t

(** No bit has a negative number. *)
val testbit : t -> t -> bool

(** A negative count shifts the other way. *)
val shiftl : t -> t -> t

val shiftr : t -> t -> t

(** {1 Natural numbers} *)

val to_nat : t -> t
val nat_sub : t -> t -> t
val nat_pred : t -> t

exception Too_large
(** A result of more than [most_bits] bits was asked for: no honest input needs it, and it would fill the memory. *)

val most_bits : int
