(* Each abstract operation on numbers, twice: the C verifier's and the extracted one have to give equal results. *)
open Core
module Num = Stdlib.Int64

external call : int array -> Bytes.t -> bool = "transfer_call"

(* {1 Scalars as bytes} *)

let z_to_int64 z = Zarith.to_int64 (Zarith.signed_extract z 0 64)
let to_bytes b at s =
  List.iteri
    (fun i z -> Bytes.set_int64_ne b (at + (8 * i)) (z_to_int64 z))
    [ s.s_tnum.t_val; s.s_tnum.t_mask; s.s_umin; s.s_umax; s.s_smin; s.s_smax ]

let of_bytes b at =
  let signed i = Zarith.of_int64 (Bytes.get_int64_ne b (at + (8 * i))) in
  let unsigned i = Zarith.extract (signed i) 0 64 in
  { s_tnum = { t_val = unsigned 0; t_mask = unsigned 1 }; s_umin = unsigned 2; s_umax = unsigned 3; s_smin = signed 4; s_smax = signed 5 }
