(* Each abstract operation on numbers, done by the C verifier and by the extracted checker: the results have to be equal. *)

external call : int array -> Bytes.t -> bool = "transfer_call"

(* {1 Scalars as bytes} *)

let put bytes at (s : Core.scalar) =
  let number i z = Bytes.set_int64_ne bytes (at + (8 * i)) (Z.to_int64 (Z.signed_extract z 0 64)) in
  List.iteri number [ s.s_tnum.t_val; s.s_tnum.t_mask; s.s_umin; s.s_umax; s.s_smin; s.s_smax ]

let take bytes at =
  let signed i = Z.of_int64 (Bytes.get_int64_ne bytes (at + (8 * i))) in
  let unsigned i = Z.extract (signed i) 0 64 in
  {
    Core.s_tnum = { t_val = unsigned 0; t_mask = unsigned 1 };
    s_umin = unsigned 2;
    s_umax = unsigned 3;
    s_smin = signed 4;
    s_smax = signed 5;
  }

(* C has no numbers outside of these. *)
let fits (s : Core.scalar) =
  let u z = Z.sign z >= 0 && Z.numbits z <= 64 in
  u s.s_tnum.t_val && u s.s_tnum.t_mask && u s.s_umin && u s.s_umax && Z.fits_int64 s.s_smin && Z.fits_int64 s.s_smax

let show (s : Core.scalar) =
  Printf.sprintf "{val %s mask %s u %s..%s s %s..%s}" (Z.format "%#x" s.s_tnum.t_val) (Z.format "%#x" s.s_tnum.t_mask)
    (Z.to_string s.s_umin) (Z.to_string s.s_umax) (Z.to_string s.s_smin) (Z.to_string s.s_smax)

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

let rec any depth =
  match Random.int (if depth > 0 then 9 else 6) with
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
    Core.sc_sync { (Core.sc_range Z.zero (word Z.minus_one)) with s_tnum = { t_val; t_mask } }
  | 4 -> Core.sc_of_bytes (pick Core.[| S1; S2; S4; S8 |])
  | 5 ->
    (* everything at once; often empty, and then not tried *)
    let t_mask = bits () in
    let t_val = Z.logand (number ()) (Z.lognot t_mask) in
    let s_umin, s_umax = ordered Fun.id in
    let s_smin, s_smax = ordered signed in
    Core.sc_sync { s_tnum = { t_val; t_mask }; s_umin; s_umax; s_smin; s_smax }
  | 6 -> Core.sc_join (live (depth - 1)) (live (depth - 1))
  | 7 -> ( match Core.sc_meet (live (depth - 1)) (live (depth - 1)) with Some s -> s | None -> any (depth - 1))
  | _ -> Core.sc_alu (pick Core.[| A32; A64 |]) (pick alus) (live (depth - 1)) (live (depth - 1))

and alus = Core.[| Add; Sub; Mul; Div; Sdiv; Mod; Smod; Or; And; Xor; Lsh; Rsh; Arsh; Mov |]

(* States hold no scalar that is known to be empty. *)
and live depth =
  let s = any depth in
  if Core.sc_is_empty s then live depth else s

(* {1 Tests} *)

let tries = 5000
let cases = ref 0
let failures = ref 0

(* [ours] is None when the operation says that nothing is left. *)
let compare_all ?(second = fun _ b -> b) name which ours =
  let buffer = Bytes.create 96 in
  let rec go n =
    if n = 0 then Printf.printf "ok transfer %s\n" name
    else begin
      incr cases;
      let a = live 2 in
      let b = second a (if Random.int 8 = 0 then a else live 2) in
      put buffer 0 a;
      put buffer 48 b;
      let answer = call which buffer in
      let theirs = if answer then Some (take buffer 0, take buffer 48) else None in
      let expected = ours a b in
      let representable = match expected with Some (x, y) -> fits x && fits y | None -> true in
      if fits a && fits b && representable && theirs = expected then go (n - 1)
      else begin
        incr failures;
        let text = function Some (x, y) -> show x ^ " " ^ show y | None -> "nothing" in
        Printf.printf "not ok transfer %s\n# of %s\n#   and %s\n# C:   %s\n# Coq: %s\n" name (show a) (show b) (text theirs)
          (text expected)
      end
    end
  in
  go tries

let unary name which f = compare_all name which (fun a b -> Some (f a, b))
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
          compare_all (name ^ wn) [| 0; w; op; 0 |] (fun a b -> Some (Core.sc_alu width alus.(op) a b, b)));
      unary ("neg" ^ wn) [| 1; w; 0; 0 |] (Core.sc_neg width);
      unary ("trunc" ^ wn) [| 4; w; 0; 0 |] (Core.sc_trunc width);
      each sizes (fun z (zn, size) ->
          unary (Printf.sprintf "sext%s from %s bytes" wn zn) [| 2; w; z; 0 |] (Core.sc_sext width size));
      each cmps (fun c (name, cmp) ->
          List.iter
            (fun outcome ->
              compare_all (Printf.sprintf "%s%s %b" name wn outcome)
                [| 6; w; c; Bool.to_int outcome |]
                (fun a b -> Core.sc_refine width cmp outcome a b))
            [ true; false ]));
  each sizes (fun z (zn, size) ->
      each Core.[ ("le", ToLe); ("be", ToBe); ("bswap", Swap) ] (fun k (name, swap) ->
          unary (Printf.sprintf "%s of %s bytes" name zn) [| 3; k; z; 0 |] (Core.sc_byte_order swap size));
      unary (Printf.sprintf "trunc to %s bytes" zn) [| 5; z; 0; 0 |] (Core.sc_trunc_bytes size);
      unary (Printf.sprintf "load of %s bytes" zn) [| 13; z; 0; 0 |] (fun _ -> Core.sc_of_bytes size));
  compare_all "inclusion" [| 7; 0; 0; 0 |] (fun a b -> if Core.sc_le a b then Some (a, b) else None);
  compare_all "inclusion in a join" ~second:Core.sc_join [| 7; 0; 0; 0 |] (fun a b -> if Core.sc_le a b then Some (a, b) else None);
  compare_all "meet" [| 8; 0; 0; 0 |] (fun a b -> Option.map (fun m -> (m, b)) (Core.sc_meet a b));
  compare_all "join" [| 9; 0; 0; 0 |] (fun a b -> Some (Core.sc_join a b, b));
  unary "const" [| 10; 0; 0; 0 |] (fun a -> Core.sc_const a.s_umin);
  unary "range" [| 11; 0; 0; 0 |] (fun a -> Core.sc_range a.s_umin a.s_umax);
  unary "signed range" [| 12; 0; 0; 0 |] (fun a -> Core.sc_srange a.s_smin a.s_smax);
  unary "sync" [| 14; 0; 0; 0 |] Core.sc_sync;
  unary "top" [| 15; 0; 0; 0 |] (fun _ -> Core.sc_top);
  Printf.printf "# %d cases\n" !cases;
  exit (if !failures = 0 then 0 else 1)
