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
  let powers = List.concat_map (fun n -> List.map (fun d -> Z.add (Z.shift_left Z.one n) (Z.of_int d)) [ -1; 0; 1 ])
      [ 0; 1; 2; 7; 8; 15; 16; 30; 31; 32; 61; 62; 63; 64; 65; 127; 128 ] in
  powers @ List.map Z.neg powers

let any st =
  let open QCheck.Gen in
  if int_bound 2 st = 0 then oneofl edges st
  else
    let bits = int_bound 140 st in
    let z = Z.of_bits (string_size ~gen:char (return ((bits + 7) / 8)) st) in
    let z = Z.logand z (Z.pred (Z.shift_left Z.one bits)) in
    if bool st then z else Z.neg z

let small st = Z.of_int (QCheck.Gen.int_range (-70) 130 st)
let tiny st = Z.of_int (QCheck.Gen.int_range (-3) 9 st)
let natural st = QCheck.Gen.int_bound 60 st

(* {1 Tests} *)

let failed = ref false

let run name gen print f =
  let test = QCheck2.Test.make ~name ~count:4000 ~print gen f in
  match QCheck2.Test.check_exn ~rand:(Random.State.make [| 7 |]) test with
  | () -> Printf.printf "ok mapping %s\n%!" name
  | exception e ->
    failed := true;
    Printf.printf "not ok mapping %s\n%!" name;
    List.iter (fun l -> Printf.printf "# %s\n" l) (String.split_on_char '\n' (Printexc.to_string e))

let make g = QCheck2.Gen.make_primitive ~gen:g ~shrink:(fun _ -> Seq.empty)
let one_z name ?(gen = any) same ours theirs = run name (make gen) Z.to_string (fun x -> same (ours x) (theirs (plain x)))

let two_z name ?(first = any) ?(second = any) same ours theirs =
  run name
    (make (fun st ->
         let x = first st in
         (x, if QCheck.Gen.int_bound 9 st = 0 then x else second st)))
    (fun (x, y) -> Z.to_string x ^ " " ^ Z.to_string y)
    (fun (x, y) -> same (ours x y) (theirs (plain x) (plain y)))

let number x y = Z.equal x (back y)
let truth (x : bool) y = x = y
let pair (a, b) (c, d) = number a c && number b d

let order c d = match d with Plain.Eq -> c = 0 | Lt -> c < 0 | Gt -> c > 0

let two_nat name same ours theirs =
  run name
    (make (fun st ->
         let x = natural st in
         (x, natural st)))
    (fun (x, y) -> Printf.sprintf "%d %d" x y)
    (fun (x, y) -> same (ours (Z.of_int x) (Z.of_int y)) (theirs (nat x) (nat y)))

let natural_number x y = Z.equal x (Z.of_int (of_nat y))

(* Matches give back the constructor and its parts. *)
let () =
  one_z "match on Z" number
    (Zops.match_z (fun () -> Z.of_int 5) (fun p -> Zops.xi p) (fun p -> Zops.neg (Zops.xo p)))
    (function Plain.Z0 -> plain (Z.of_int 5) | Zpos p -> Plain.Zpos (XI p) | Zneg p -> Plain.Zneg (XO p));
  one_z "match on positive" ~gen:(fun st -> Z.succ (Z.abs (any st))) number
    (Zops.match_positive (fun p -> Z.add p (Z.of_int 2)) (fun p -> Z.neg p) (fun () -> Z.zero))
    (function
      | Plain.Zpos (XI p) -> Plain.Z.add (Zpos p) (plain (Z.of_int 2))
      | Zpos (XO p) -> Plain.Zneg p
      | _ -> Plain.Z0);
  run "match on nat" (make natural) string_of_int (fun n ->
      natural_number (Zops.match_nat (fun () -> Z.of_int 9) (fun p -> p) (Z.of_int n)) (match nat n with O -> nat 9 | S p -> p));
  run "match on N" (make natural) string_of_int (fun n ->
      Z.equal
        (Zops.match_n (fun () -> Z.of_int 9) (fun p -> Zops.xo p) (Z.of_int n))
        (match plain (Z.of_int n) with Zpos p -> of_positive (XO p) | _ -> Z.of_int 9));
  run "constructors" (make natural) string_of_int (fun n ->
      let p = Z.of_int (n + 1) in
      Z.equal (Zops.xi p) (of_positive (XI (positive p)))
      && Z.equal (Zops.xo p) (of_positive (XO (positive p)))
      && Z.equal Zops.one (of_positive XH) && Z.equal Zops.zero (back Z0)
      && Z.equal (Zops.neg p) (back (Zneg (positive p)))
      && natural_number (Zops.succ p) (S (nat (n + 1))))

let () =
  let open Plain in
  two_z "Z.add" number Zops.add Z.add;
  two_z "Z.sub" number Zops.sub Z.sub;
  two_z "Z.mul" number Zops.mul Z.mul;
  one_z "Z.opp" number Zops.neg Z.opp;
  one_z "Z.succ" number Zops.succ Z.succ;
  one_z "Z.pred" number Zops.pred Z.pred;
  one_z "Z.abs" number Zops.abs Z.abs;
  two_z "Z.min" number Zops.min Z.min;
  two_z "Z.max" number Zops.max Z.max;
  two_z "Z.compare" order Zops.compare Z.compare;
  two_z "Z.eqb" truth Zops.eqb Z.eqb;
  two_z "Z.eq_dec" truth Zops.eqb Z.eq_dec;
  two_z "Z.ltb" truth Zops.ltb Z.ltb;
  two_z "Z.leb" truth Zops.leb Z.leb;
  two_z "Z.gtb" truth Zops.gtb Z.gtb;
  two_z "Z.geb" truth Zops.geb Z.geb;
  two_z "Z.div_eucl" pair Zops.div_eucl Z.div_eucl;
  two_z "Z.div" number Zops.div Z.div;
  two_z "Z.modulo" number Zops.modulo Z.modulo;
  two_z "Z.quot" number Zops.quot Z.quot;
  two_z "Z.rem" number Zops.rem Z.rem;
  two_z "Z.div, small divisor" ~second:tiny number Zops.div Z.div;
  two_z "Z.modulo, small divisor" ~second:tiny number Zops.modulo Z.modulo;
  two_z "Z.quot, small divisor" ~second:tiny number Zops.quot Z.quot;
  two_z "Z.rem, small divisor" ~second:tiny number Zops.rem Z.rem;
  two_z "Z.pow" ~first:tiny ~second:tiny number Zops.pow Z.pow;
  two_z "Z.pow, any base" ~first:small ~second:small number Zops.pow Z.pow;
  one_z "Z.log2" number Zops.log2 Z.log2;
  one_z "Z.even" truth Zops.even Z.even;
  one_z "Z.odd" truth Zops.odd Z.odd;
  two_z "Z.land" number Zops.logand Z.coq_land;
  two_z "Z.lor" number Zops.logor Z.coq_lor;
  two_z "Z.lxor" number Zops.logxor Z.coq_lxor;
  two_z "Z.ldiff" number Zops.ldiff Z.ldiff;
  one_z "Z.lnot" number Zops.lognot Z.lnot;
  two_z "Z.testbit" truth ~second:any Zops.testbit Z.testbit;
  two_z "Z.testbit, small index" truth ~second:small Zops.testbit Z.testbit;
  let no_same f = fun st -> f st in
  two_z "Z.shiftl" ~first:small ~second:(no_same small) number Zops.shiftl Z.shiftl;
  two_z "Z.shiftr" ~first:small ~second:(no_same small) number Zops.shiftr Z.shiftr;
  two_z "Z.shiftl, any number" ~first:any ~second:small number
    (fun x y -> Zops.shiftl x (Zops.logand y (Zarith.of_int 127)))
    (fun x y -> Z.shiftl x (Z.coq_land y (plain (Zarith.of_int 127))));
  two_z "Z.shiftr, any number" ~first:any ~second:small number
    (fun x y -> Zops.shiftr x (Zops.logand y (Zarith.of_int 127)))
    (fun x y -> Z.shiftr x (Z.coq_land y (plain (Zarith.of_int 127))))
