(* Reading numbers from bytes of unknown origin. *)

exception Bad of string

type t = { bytes : string; mutable pos : int }

let bad format = Printf.ksprintf (fun s -> raise (Bad s)) format
let make bytes = { bytes; pos = 0 }
let left r = String.length r.bytes - r.pos

let take r n =
  if n < 0 || n > left r then bad "it ends at byte %d, within a field" (String.length r.bytes);
  r.pos <- r.pos + n;
  r.pos - n

let u8 r = Char.code r.bytes.[take r 1]
let u16 r = String.get_uint16_le r.bytes (take r 2)

let u32 r =
  let at = take r 4 in
  String.get_uint16_le r.bytes at lor (String.get_uint16_le r.bytes (at + 2) lsl 16)

let u64 r =
  let low = u32 r in
  Z.add (Z.of_int low) (Z.shift_left (Z.of_int (u32 r)) 32)

let string r n =
  let at = take r n in
  String.sub r.bytes at n

let magic r what text =
  if left r < String.length text || string r (String.length text) <> text then bad "it does not begin as %s does" what

let finish r = if left r > 0 then bad "%d bytes are left over at byte %d" (left r) r.pos

(* {1 LEB128, below 2^64} *)

let uleb r =
  (* the first eight bytes fit an int *)
  let rec small acc shift =
    let b = u8 r in
    let acc = acc lor ((b land 127) lsl shift) in
    if b < 128 then Z.of_int acc else if shift = 49 then large (Z.of_int acc) 56 else small acc (shift + 7)
  and large acc shift =
    let b = u8 r in
    if shift = 63 && b > 1 then bad "the number before byte %d is not below 2^64" r.pos;
    let acc = Z.logor acc (Z.shift_left (Z.of_int (b land 127)) shift) in
    if b < 128 then acc else large acc (shift + 7)
  in
  small 0 0

let sleb r =
  let u = uleb r in
  let half = Z.shift_right u 1 in
  if Z.is_odd u then Z.lognot half else half

(* A number of things that each take at least one byte, so that no count outlives the input. *)
let count r =
  let n = uleb r in
  if Z.gt n (Z.of_int (left r)) then bad "a count before byte %d is larger than what follows" r.pos;
  Z.to_int n

let rec repeat n f acc = if n = 0 then acc else repeat (n - 1) f (f acc)
