(* Reads a certificate (docs/formats.md).  The bytes may be anyone's: whatever is read, the proved validator judges it;
   here it only matters to end, within bounded memory and without deep recursion. *)
open Bytes_in

(* Replaying recurses once for each branch that it is inside of. *)
let most_nested = 100_000

(* Steps are counted, not listed, so that a few bytes could ask for any number, and each may make a symbol.  What the
   verifier looks at by default, and more where the certificate is longer: it has 1 byte or more for 64 steps. *)
let most_steps bytes = 1_000_000 + (64 * String.length bytes)

(* Terms of potentials are worked through recursively. *)
let most_terms = 10_000

let value r =
  let symbol = uleb r in
  (symbol, sleb r)

let option r what read =
  match u8 r with 0 -> None | 1 -> Some (read r) | n -> bad "%d stands where %s is present or not" n what

let table r read = repeat (count r) (fun m -> let k, v = read r in Core.zset k v m) Core.zempty

let slot_size r =
  match u8 r with
  | 0 -> None (* bytes that wait for a symbol to be 0 *)
  | 1 -> Some Core.S1
  | 2 -> Some Core.S2
  | 4 -> Some Core.S4
  | 8 -> Some Core.S8
  | n -> bad "%d is no size of a stack slot" n

let bounds r =
  let t_val = uleb r in
  let t_mask = uleb r in
  let b_umin = uleb r in
  let b_umax = uleb r in
  let b_smin = sleb r in
  let b_smax = sleb r in
  { Core.b_tnum = { Core.t_val; t_mask }; b_umin; b_umax; b_smin; b_smax }

let step r = Z.of_int (u8 r)

let fact r =
  match u8 r with
  | 0 ->
    let tainted = match u8 r with 0 -> false | 1 -> true | n -> bad "%d is no taint" n in
    let s_all = bounds r in
    Core.FScalar (tainted, { Core.s_all; s_low = option r "bounds of a low half" bounds })
  | 1 ->
    let frame = uleb r in
    let most = uleb r in
    Core.FStack (frame, most, step r)
  | 2 -> Core.FCtx
  | 3 ->
    let area = match u8 r with 0 -> Core.Packet | 1 -> Core.Metadata | n -> bad "%d is no area" n in
    let most = uleb r in
    Core.FPkt (area, most, option r "a checked length" sleb)
  | 4 -> Core.FEnd
  | 5 -> Core.FMap (uleb r)
  | 6 ->
    let map = uleb r in
    let most = uleb r in
    Core.FMapValue (map, most, step r)
  | 7 -> Core.FMapValueOrNull (uleb r)
  | 8 -> Core.FMapOrNull (uleb r)
  | 9 ->
    let kind = match u8 r with 0 -> Core.RecordRef | 1 -> Core.SocketRef | 2 -> Core.SockCommonRef | n -> Core.ObjectRef (Z.of_int (n - 3)) in
    let size = uleb r in
    Core.FRef (kind, size, match u8 r with 0 -> false | 1 -> true | n -> bad "%d does not say whether it may be null" n)
  | 10 ->
    let size = uleb r in
    let most = uleb r in
    Core.FRecordAt (size, most, step r)
  | 11 -> Core.FObj (uleb r)
  | 12 -> Core.FObjOrNull (uleb r)
  | 13 -> Core.FFunc (uleb r)
  | n -> bad "%d is no kind of fact" n

let registers r =
  let reg () = option r "a register" value in
  let f0 = reg () in
  let f1 = reg () in
  let f2 = reg () in
  let f3 = reg () in
  let f4 = reg () in
  let f5 = reg () in
  let f6 = reg () in
  let f7 = reg () in
  let f8 = reg () in
  let f9 = reg () in
  let f10 = reg () in
  { Core.f0; f1; f2; f3; f4; f5; f6; f7; f8; f9; f10 }

(* Of a function: its registers, and what is left of its may_goto's rounds. *)
let function_values r =
  let regs = registers r in
  (regs, option r "a number of rounds" value)

let stack_bytes = 512 (* of bits *)

let written r =
  let n = count r in
  if n > stack_bytes then bad "%d bytes are more than the stack has" n;
  Z.shift_left (Z.of_bits (string r n)) (8 * (stack_bytes - n))

(* What a function's return leads to. *)
let afterwards r =
  match u8 r with
  | 0 -> Core.ABack
  | 1 ->
    let callback = uleb r in
    let rest = value r in
    let ctx = value r in
    Core.AAgain (callback, rest, ctx, uleb r)
  | n -> bad "%d does not say where a return leads" n

let state r =
  let a_pc = uleb r in
  let a_regs, a_rounds = function_values r in
  let slot (slots, pending) =
    let offset = sleb r in
    match slot_size r with
    | Some z -> (Core.zset offset (z, value r) slots, pending)
    | None ->
      let n = count r in
      if n > 8 * stack_bytes || Z.sign offset >= 0 || Z.lt offset (Z.of_int (-8 * stack_bytes)) then
        bad "%d bytes wait that are not of the stack" n;
      let bits = Z.shift_left (Z.pred (Z.shift_left Z.one n)) ((8 * stack_bytes) + Z.to_int offset) in
      (slots, Some (uleb r, bits))
  in
  let a_slots, wb_pending = repeat (count r) slot (Core.zempty, None) in
  let a_written = { Core.wb_bits = written r; wb_pending } in
  let caller l =
    let af_pc = uleb r in
    let af_regs, af_rounds = function_values r in
    { Core.af_pc; af_regs; af_rounds; af_after = afterwards r } :: l
  in
  let a_frames = List.rev (repeat (count r) caller []) in
  let a_facts =
    table r (fun r ->
        let symbol = uleb r in
        (symbol, fact r))
  in
  let a_next = uleb r in
  { Core.a_pc; a_regs; a_slots; a_written; a_frames; a_facts; a_next; a_rounds }

let potential r =
  let p_c = sleb r in
  let n = count r in
  if n > most_terms then bad "a potential has %d terms, and %d are allowed" n most_terms;
  let term () =
    let tm_k = sleb r in
    let tm_s = uleb r in
    { Core.tm_k; tm_s; tm_N = uleb r }
  in
  { Core.p_c; p_terms = List.rev (repeat n (fun l -> term () :: l) []) }

(* What is still to be done with the derivation being read. *)
type pending = Steps of int | Taken | Fall of Core.deriv

let derivation r budget =
  let rec read stack depth =
    match u8 r with
    | 0 -> give Core.DExit stack depth
    | 1 ->
      let n = uleb r in
      if Z.sign n = 0 then bad "a run of 0 steps ends at byte %d" r.pos;
      if Z.gt n (Z.of_int !budget) then bad "it has more than %d steps" (most_steps r.bytes);
      let n = Z.to_int n in
      budget := !budget - n;
      read (Steps n :: stack) depth
    | 2 ->
      if depth >= most_nested then bad "it has more than %d nested branches" most_nested;
      read (Taken :: stack) (depth + 1)
    | 3 ->
      let node = uleb r in
      let sub =
        table r (fun r ->
            let symbol = uleb r in
            (symbol, value r))
      in
      give (Core.DSub (node, sub)) stack depth
    | n -> bad "%d is no kind of derivation" n
  and give d stack depth =
    match stack with
    | [] -> d
    | Steps n :: rest -> give (repeat n (fun d -> Core.DStep d) d) rest depth
    | Taken :: rest -> read (Fall d :: rest) depth
    | Fall taken :: rest -> give (Core.DBranch (taken, d)) rest (depth - 1)
  in
  read [] 0

let read bytes =
  let r = make bytes in
  magic r "a certificate" "WCRT";
  (match u8 r with 5 -> () | v -> bad "version %d is not known" v);
  let budget = ref (most_steps bytes) in
  let c_bound = uleb r in
  let nodes = count r in
  let c_root = derivation r budget in
  let node (number, m) =
    let n_state = state r in
    let n_pot = potential r in
    (number + 1, Core.zset (Z.of_int number) { Core.n_state; n_pot; n_deriv = derivation r budget } m)
  in
  let _, c_nodes = repeat nodes node (0, Core.zempty) in
  finish r;
  { Core.c_bound; c_root; c_nodes }
