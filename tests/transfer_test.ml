(* Each abstract operation on numbers, done by the C verifier and by the extracted checker: the results have to be equal. *)

external call : int array -> Bytes.t -> bool = "transfer_call"

(* {1 Scalars as bytes} *)

let put_bounds bytes at (s : Core.bounds) =
  let number i z = Bytes.set_int64_ne bytes (at + (8 * i)) (Z.to_int64 (Z.signed_extract z 0 64)) in
  List.iteri number [ s.b_tnum.t_val; s.b_tnum.t_mask; s.b_umin; s.b_umax; s.b_smin; s.b_smax ]

let take_bounds bytes at =
  let signed i = Z.of_int64 (Bytes.get_int64_ne bytes (at + (8 * i))) in
  let unsigned i = Z.extract (signed i) 0 64 in
  {
    Core.b_tnum = { t_val = unsigned 0; t_mask = unsigned 1 };
    b_umin = unsigned 2;
    b_umax = unsigned 3;
    b_smin = signed 4;
    b_smax = signed 5;
  }

let scalar_size = 104

let put bytes at (s : Core.scalar) =
  put_bounds bytes at s.s_all;
  Bytes.set_int64_ne bytes (at + 48) (if s.s_low = None then 0L else 1L);
  Option.iter (put_bounds bytes (at + 56)) s.s_low

let take bytes at =
  let s_low = if Bytes.get_int64_ne bytes (at + 48) = 0L then None else Some (take_bounds bytes (at + 56)) in
  { Core.s_all = take_bounds bytes at; s_low }

(* C has no numbers outside of these. *)
let bounds_fit (s : Core.bounds) =
  let u z = Z.sign z >= 0 && Z.numbits z <= 64 in
  u s.b_tnum.t_val && u s.b_tnum.t_mask && u s.b_umin && u s.b_umax && Z.fits_int64 s.b_smin && Z.fits_int64 s.b_smax

let fits (s : Core.scalar) = bounds_fit s.s_all && Option.fold ~none:true ~some:bounds_fit s.s_low

let show_bounds (s : Core.bounds) =
  Printf.sprintf "{val %s mask %s u %s..%s s %s..%s}" (Z.format "%#x" s.b_tnum.t_val) (Z.format "%#x" s.b_tnum.t_mask)
    (Z.to_string s.b_umin) (Z.to_string s.b_umax) (Z.to_string s.b_smin) (Z.to_string s.b_smax)

let show (s : Core.scalar) =
  show_bounds s.s_all ^ match s.s_low with None -> "" | Some l -> " low, moved up " ^ show_bounds l

(* {1 Scalars to try: near the edges of words, of every size, with known bits, and what operations make of them} *)

let power n = Z.shift_left Z.one n
let word z = Z.extract z 0 64

let edges =
  let near n = List.map (fun d -> word (Z.add (power n) (Z.of_int d))) [ -2; -1; 0; 1; 2 ] in
  let some = List.concat_map near [ 0; 3; 7; 8; 15; 16; 31; 32; 33; 62; 63; 64 ] in
  Array.of_list (some @ List.map (fun z -> word (Z.neg z)) some)

let pick a = a.(Random.int (Array.length a))
let random_word () = Z.extract (Z.of_bits (String.init 8 (fun _ -> Char.chr (Random.int 256)))) 0 (1 + Random.int 64)

let number () =
  match Random.int 4 with 0 | 1 -> pick edges | 2 -> random_word () | _ -> Z.of_int (Random.int 70)

let ordered f =
  let a = f (number ()) and b = f (number ()) in
  (Z.min a b, Z.max a b)

let signed z = Z.signed_extract z 0 64

(* Bits that are not set in a mask, on either side of it. *)
let bits () = match Random.int 3 with 0 -> Z.zero | 1 -> number () | _ -> Z.logand (random_word ()) (random_word ())

let between (b : Core.bounds) =
  let room = Z.succ (Z.sub b.b_umax b.b_umin) in
  if Z.sign room <= 0 then b.b_umin else Z.add b.b_umin (Z.rem (random_word ()) room)

let rec any depth =
  match Random.int (if depth > 0 then 12 else 6) with
  | 0 -> Core.sc_const (number ())
  | 1 ->
    let lo, hi = ordered Fun.id in
    Core.sc_range lo hi
  | 2 ->
    let lo, hi = ordered signed in
    Core.sc_srange lo hi
  | 3 ->
    let t_mask = bits () in
    let t_val = Z.logand (number ()) (Z.lognot t_mask) in
    Core.sc_of (Core.bd_sync { (Core.bd_range Z.zero (word Z.minus_one)) with b_tnum = { t_val; t_mask } })
  | 4 -> Core.sc_of_bytes (pick Core.[| S1; S2; S4; S8 |])
  | 5 ->
    (* everything at once; often empty, and then not tried *)
    let t_mask = bits () in
    let t_val = Z.logand (number ()) (Z.lognot t_mask) in
    let b_umin, b_umax = ordered Fun.id in
    let b_smin, b_smax = ordered signed in
    Core.sc_of (Core.bd_sync { b_tnum = { t_val; t_mask }; b_umin; b_umax; b_smin; b_smax })
  | 6 -> Core.sc_join (live (depth - 1)) (live (depth - 1))
  | 7 -> ( match Core.sc_meet (live (depth - 1)) (live (depth - 1)) with Some s -> s | None -> any (depth - 1))
  | 8 | 9 -> (
    (* where low halves come from *)
    let r = Core.sc_refine Core.A32 (pick comparisons) (Random.bool ()) (live (depth - 1)) (live (depth - 1)) in
    match r with Some (s, _) -> s | None -> any (depth - 1))
  | 10 -> Core.sc_with (live (depth - 1)).s_all (Core.sc_up (live (depth - 1)))
  | _ -> Core.sc_alu (pick Core.[| A32; A64 |]) (pick alus) (live (depth - 1)) (live (depth - 1))

and comparisons = Core.[| Jeq; Jne; Jgt; Jge; Jlt; Jle; Jset; Jsgt; Jsge; Jslt; Jsle |]
and alus = Core.[| Add; Sub; Mul; Div; Sdiv; Mod; Smod; Or; And; Xor; Lsh; Rsh; Arsh; Mov |]

(* States hold no scalar that is known to be empty. *)
and live depth =
  let s = any depth in
  if Core.bd_is_empty s.s_all then live depth else s

(* {1 Members} *)

let in_bounds (b : Core.bounds) x =
  let within lo v hi = Z.leq lo v && Z.leq v hi in
  Z.equal (Z.logand x (Z.lognot b.b_tnum.t_mask)) b.b_tnum.t_val
  && within b.b_umin x b.b_umax
  && within b.b_smin (signed x) b.b_smax

let is_in (s : Core.scalar) x =
  in_bounds s.s_all x && Option.fold ~none:true ~some:(fun l -> in_bounds l (Core.up x)) s.s_low

(* A word that [s] holds, if one is found: an end point, or a number between them, with the bits that are known. *)
let member (s : Core.scalar) =
  let b = s.s_all in
  let low () = match s.s_low with None -> number () | Some l -> Z.shift_right (pick [| l.b_umin; l.b_umax; between l |]) 32
  and known x = Z.logor b.b_tnum.t_val (Z.logand x b.b_tnum.t_mask) in
  let rec go n =
    if n = 0 then None
    else
      let x = match Random.int 5 with 0 -> b.b_umin | 1 -> b.b_umax | 2 -> word b.b_smin | 3 -> word b.b_smax | _ -> between b in
      let x = if s.s_low = None then x else Z.logor (Z.shift_left (Z.shift_right x 32) 32) (Z.extract (low ()) 0 32) in
      if is_in s x then Some x else if is_in s (known x) then Some (known x) else go (n - 1)
  in
  go 8

(* {1 Tests} *)

(* Cases of each of the operations; the argument is how many there are in all. *)
let operations = 108
let tries = match Sys.argv with [| _; n |] -> (int_of_string n + operations - 1) / operations | _ -> 2000
let members = ref 0
let cases = ref 0
let failures = ref 0

(* [ours] is None when the operation says that nothing is left. [concrete] says, of a member of each operand, what must be in
   each result; it gives None where the operation says nothing of these members. *)
let compare_all ?(second = fun _ b -> b) ?(concrete = fun _ _ -> None) name which ours =
  let buffer = Bytes.create (2 * scalar_size) in
  let fail a b lines =
    incr failures;
    Printf.printf "not ok transfer %s\n# of %s\n#   and %s\n%s\n" name (show a) (show b) lines
  in
  let rec go n =
    if n = 0 then Printf.printf "ok transfer %s\n" name
    else begin
      incr cases;
      let a = live 2 in
      let b = second a (if Random.int 8 = 0 then a else live 2) in
      put buffer 0 a;
      put buffer scalar_size b;
      let answer = call which buffer in
      let theirs = if answer then Some (take buffer 0, take buffer scalar_size) else None in
      let expected = ours a b in
      let representable = match expected with Some (x, y) -> fits x && fits y | None -> true in
      let text = function Some (x, y) -> show x ^ " " ^ show y | None -> "nothing" in
      if not (fits a && fits b && representable && theirs = expected) then
        fail a b (Printf.sprintf "# C:   %s\n# Coq: %s" (text theirs) (text expected))
      else
        match (member a, member b) with
        | Some x, Some y -> (
          match concrete x y with
          | None -> go (n - 1)
          | Some (u, v) ->
            incr members;
            if match theirs with Some (p, q) -> is_in p u && is_in q v | None -> false then go (n - 1)
            else
              fail a b
                (Printf.sprintf "# %s and %s give %s and %s, not in %s" (Z.to_string x) (Z.to_string y) (Z.to_string u)
                   (Z.to_string v) (text theirs)))
        | _ -> go (n - 1)
    end
  in
  go tries

let unary ?(concrete = Fun.id) name which f =
  compare_all name which ~concrete:(fun x y -> Some (concrete x, y)) (fun a b -> Some (f a, b))
let each names f = List.iteri f names
let widths = [ ("32", Core.A32); ("64", Core.A64) ]
let sizes = [ ("1", Core.S1); ("2", Core.S2); ("4", Core.S4); ("8", Core.S8) ]

let alu_names =
  [ "add"; "sub"; "mul"; "div"; "sdiv"; "mod"; "smod"; "or"; "and"; "xor"; "lsh"; "rsh"; "arsh"; "mov" ]

let cmps =
  Core.
    [
      ("jeq", Jeq); ("jne", Jne); ("jgt", Jgt); ("jge", Jge); ("jlt", Jlt); ("jle", Jle); ("jset", Jset); ("jsgt", Jsgt);
      ("jsge", Jsge); ("jslt", Jslt); ("jsle", Jsle);
    ]

let () =
  Random.init 11;
  each widths (fun w (wn, width) ->
      each alu_names (fun op name ->
          compare_all (name ^ wn) [| 0; w; op; 0 |]
            ~concrete:(fun x y -> Some (Core.alu width alus.(op) x y, y))
            (fun a b -> Some (Core.sc_alu width alus.(op) a b, b)));
      unary ("neg" ^ wn) [| 1; w; 0; 0 |] ~concrete:(Core.neg width) (Core.sc_neg width);
      unary ("trunc" ^ wn) [| 4; w; 0; 0 |] ~concrete:(Core.trunc width) (Core.sc_trunc width);
      each sizes (fun z (zn, size) ->
          unary (Printf.sprintf "sext%s from %s bytes" wn zn) [| 2; w; z; 0 |]
            ~concrete:(Core.sext width size) (Core.sc_sext width size));
      each cmps (fun c (name, cmp) ->
          List.iter
            (fun outcome ->
              compare_all (Printf.sprintf "%s%s %b" name wn outcome)
                [| 6; w; c; Bool.to_int outcome |]
                ~concrete:(fun x y -> if Core.compare0 width cmp x y = outcome then Some (x, y) else None)
                (fun a b -> Core.sc_refine width cmp outcome a b))
            [ true; false ]));
  each sizes (fun z (zn, size) ->
      each Core.[ ("le", ToLe); ("be", ToBe); ("bswap", Swap) ] (fun k (name, swap) ->
          unary (Printf.sprintf "%s of %s bytes" name zn) [| 3; k; z; 0 |]
            ~concrete:(Core.byte_order swap size) (Core.sc_byte_order swap size));
      unary (Printf.sprintf "load of %s bytes" zn) [| 13; z; 0; 0 |] ~concrete:(fun x -> Z.extract x 0 (8 lsl z))
        (fun _ -> Core.sc_of_bytes size));
  compare_all "inclusion" [| 7; 0; 0; 0 |] (fun a b -> if Core.sc_le a b then Some (a, b) else None);
  compare_all "inclusion in a join" ~second:Core.sc_join [| 7; 0; 0; 0 |] (fun a b -> if Core.sc_le a b then Some (a, b) else None);
  compare_all "meet" [| 8; 0; 0; 0 |] (fun a b -> Option.map (fun m -> (m, b)) (Core.sc_meet a b));
  compare_all "join" [| 9; 0; 0; 0 |] ~concrete:(fun x y -> Some (x, y)) (fun a b -> Some (Core.sc_join a b, b));
  compare_all "const" [| 10; 0; 0; 0 |] (fun a b -> Some (Core.sc_const a.s_all.b_umin, b));
  unary "range" [| 11; 0; 0; 0 |] (fun a -> Core.sc_range a.s_all.b_umin a.s_all.b_umax);
  unary "signed range" [| 12; 0; 0; 0 |] (fun a -> Core.sc_srange a.s_all.b_smin a.s_all.b_smax);
  unary "top" [| 15; 0; 0; 0 |] (fun _ -> Core.sc_top);
  Printf.printf "# %d cases, %d with members\n" !cases !members;
  exit (if !failures = 0 then 0 else 1)
