(* What extraction maps (extraction/Mapping.v, extraction/zops.ml) against Coq's own definitions, extracted as they are. *)

(* {1 Between zarith's numbers and Coq's} *)

let rec positive z =
  if Z.equal z Z.one then Plain.XH
  else
    let q = positive (Z.shift_right z 1) in
    if Z.is_odd z then Plain.XI q else Plain.XO q

let plain z = if Z.sign z = 0 then Plain.Z0 else if Z.sign z > 0 then Plain.Zpos (positive z) else Plain.Zneg (positive (Z.neg z))

let rec of_positive = function
  | Plain.XH -> Z.one
  | XO p -> Z.shift_left (of_positive p) 1
  | XI p -> Z.succ (Z.shift_left (of_positive p) 1)

let back = function Plain.Z0 -> Z.zero | Zpos p -> of_positive p | Zneg p -> Z.neg (of_positive p)
let rec nat n = if n = 0 then Plain.O else Plain.S (nat (n - 1))
let rec of_nat = function Plain.O -> 0 | S n -> 1 + of_nat n

(* {1 Numbers to try: those near the edges of words and ranges, and random ones of every length} *)

let edges =
  let near n = List.map (fun d -> Z.add (Z.shift_left Z.one n) (Z.of_int d)) [ -1; 0; 1 ] in
  let some = List.concat_map near [ 0; 1; 2; 7; 8; 15; 16; 30; 31; 32; 61; 62; 63; 64; 65; 127; 128 ] in
  Array.of_list (some @ List.map Z.neg some)

let any () =
  if Random.bool () then edges.(Random.int (Array.length edges))
  else
    let bits = 1 + Random.int 140 in
    let z = Z.extract (Z.of_bits (String.init 18 (fun _ -> Char.chr (Random.int 256)))) 0 bits in
    if Random.bool () then z else Z.neg z

let between lo hi () = Z.of_int (lo + Random.int (hi - lo + 1))
let small = between (-70) 130
let tiny = between (-3) 9
let natural () = Random.int 60

(* {1 Tests} *)

let tries = 4000
let failures = ref 0

let run name gen print holds =
  let rec go n =
    if n = 0 then Printf.printf "ok mapping %s\n" name
    else
      let x = gen () in
      match holds x with
      | true -> go (n - 1)
      | false | (exception _) ->
        incr failures;
        Printf.printf "not ok mapping %s\n# differs for %s\n" name (print x)
  in
  go tries

let one name ?(gen = any) same ours theirs = run name gen Z.to_string (fun x -> same (ours x) (theirs (plain x)))

(* Every tenth pair is of equal numbers, unless the second has its own range. *)
let two name ?(first = any) ?second same ours theirs =
  let gen () =
    let x = first () in
    match second with Some g -> (x, g ()) | None -> (x, if Random.int 10 = 0 then x else any ())
  in
  run name gen (fun (x, y) -> Z.to_string x ^ " " ^ Z.to_string y) (fun (x, y) -> same (ours x y) (theirs (plain x) (plain y)))

let two_nat name same ours theirs =
  run name
    (fun () -> (natural (), natural ()))
    (fun (x, y) -> Printf.sprintf "%d %d" x y)
    (fun (x, y) -> same (ours (Z.of_int x) (Z.of_int y)) (theirs (nat x) (nat y)))

let number x y = Z.equal x (back y)
let truth (x : bool) y = x = y
let pair (a, b) (c, d) = number a c && number b d
let order c d = match d with Plain.Eq -> c = 0 | Lt -> c < 0 | Gt -> c > 0
let natural_number x y = Z.equal x (Z.of_int (of_nat y))

(* Matches give back the constructor and its parts. *)
let types () =
  one "match on Z" number
    (Zops.match_z (fun () -> Z.of_int 5) Zops.xi (fun p -> Zops.neg (Zops.xo p)))
    (function Plain.Z0 -> plain (Z.of_int 5) | Zpos p -> Zpos (XI p) | Zneg p -> Zneg (XO p));
  one "match on positive"
    ~gen:(fun () -> Z.succ (Z.abs (any ())))
    number
    (Zops.match_positive Zops.xo Z.neg (fun () -> Z.zero))
    (function Plain.Zpos (XI p) -> Zpos (XO p) | Zpos (XO p) -> Zneg p | _ -> Z0);
  run "match on N" natural string_of_int (fun n ->
      Z.equal
        (Zops.match_n (fun () -> Z.of_int 9) Zops.xo (Z.of_int n))
        (match plain (Z.of_int n) with Zpos p -> of_positive (XO p) | _ -> Z.of_int 9));
  run "match on nat" natural string_of_int (fun n ->
      natural_number
        (Zops.match_nat (fun () -> Z.of_int 9) (fun p -> p) (Z.of_int n))
        (match nat n with O -> nat 9 | S p -> p));
  run "constructors" natural string_of_int (fun n ->
      let p = Z.of_int (n + 1) in
      Z.equal (Zops.xi p) (of_positive (XI (positive p)))
      && Z.equal (Zops.xo p) (of_positive (XO (positive p)))
      && Z.equal Zops.one (of_positive XH)
      && Z.equal Zops.zero (back Z0)
      && Z.equal (Zops.neg p) (back (Zneg (positive p)))
      && natural_number (Zops.succ p) (S (nat (n + 1))))

let integers () =
  let module C = Plain.Z in
  two "Z.add" number Zops.add C.add;
  two "Z.sub" number Zops.sub C.sub;
  two "Z.mul" number Zops.mul C.mul;
  one "Z.opp" number Zops.neg C.opp;
  one "Z.succ" number Zops.succ C.succ;
  one "Z.pred" number Zops.pred C.pred;
  one "Z.abs" number Zops.abs C.abs;
  two "Z.min" number Zops.min C.min;
  two "Z.max" number Zops.max C.max;
  two "Z.compare" order Zops.compare C.compare;
  two "Z.eqb" truth Zops.eqb C.eqb;
  two "Z.eq_dec" truth Zops.eqb C.eq_dec;
  two "Z.ltb" truth Zops.ltb C.ltb;
  two "Z.leb" truth Zops.leb C.leb;
  two "Z.gtb" truth Zops.gtb C.gtb;
  two "Z.geb" truth Zops.geb C.geb;
  List.iter
    (fun (kind, second) ->
      two ("Z.div_eucl" ^ kind) ?second pair Zops.div_eucl C.div_eucl;
      two ("Z.div" ^ kind) ?second number Zops.div C.div;
      two ("Z.modulo" ^ kind) ?second number Zops.modulo C.modulo;
      two ("Z.quot" ^ kind) ?second number Zops.quot C.quot;
      two ("Z.rem" ^ kind) ?second number Zops.rem C.rem)
    [ ("", None); (", small divisor", Some tiny) ];
  two "Z.pow" ~first:small ~second:tiny number Zops.pow C.pow;
  two "Z.pow, small base" ~first:tiny ~second:small number Zops.pow C.pow;
  one "Z.log2" number Zops.log2 C.log2;
  one "Z.even" truth Zops.even C.even;
  one "Z.odd" truth Zops.odd C.odd

let bits () =
  let module C = Plain.Z in
  two "Z.land" number Zops.logand C.coq_land;
  two "Z.lor" number Zops.logor C.coq_lor;
  two "Z.lxor" number Zops.logxor C.coq_lxor;
  two "Z.ldiff" number Zops.ldiff C.ldiff;
  one "Z.lnot" number Zops.lognot C.lnot;
  two "Z.testbit" truth Zops.testbit C.testbit;
  two "Z.testbit, small index" ~second:small truth Zops.testbit C.testbit;
  two "Z.shiftl" ~second:small number Zops.shiftl C.shiftl;
  two "Z.shiftr" ~second:small number Zops.shiftr C.shiftr

let naturals () =
  let module C = Plain.Nat in
  run "Z.of_nat" natural string_of_int (fun n -> number (Z.of_int n) (Plain.Z.of_nat (nat n)));
  one "Z.to_nat" ~gen:small natural_number Zops.to_nat Plain.Z.to_nat;
  two_nat "Nat.add" natural_number Zops.add C.add;
  two_nat "Nat.mul" natural_number Zops.mul C.mul;
  two_nat "Nat.sub" natural_number Zops.nat_sub C.sub;
  run "Nat.pred" natural string_of_int (fun n -> natural_number (Zops.nat_pred (Z.of_int n)) (C.pred (nat n)));
  two_nat "Nat.eqb" truth Zops.eqb C.eqb;
  two_nat "Nat.leb" truth Zops.leb C.leb;
  two_nat "Nat.ltb" truth Zops.ltb C.ltb

(* Counts that no honest input has give an exception, and never a wrong number. *)
let limits () =
  let raises f = match f () with (_ : Z.t) -> false | exception Zops.Too_large -> true in
  let huge = Z.shift_left Z.one 70 in
  run "a shift too far" any Z.to_string (fun x ->
      Z.sign x = 0
      || raises (fun () -> Zops.shiftl x huge)
         && raises (fun () -> Zops.shiftr x (Z.neg huge))
         && Z.equal (Zops.shiftr x huge) (if Z.sign x < 0 then Z.minus_one else Z.zero)
         && Zops.testbit x huge = (Z.sign x < 0));
  run "a power too large" any Z.to_string (fun x -> Z.leq (Z.abs x) Z.one || raises (fun () -> Zops.pow x huge))

let () =
  Random.init 7;
  types ();
  integers ();
  bits ();
  naturals ();
  limits ();
  exit (if !failures = 0 then 0 else 1)
