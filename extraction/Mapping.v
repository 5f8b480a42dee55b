(** What extracted code uses in place of Coq's numbers: every line here is trusted.  The OCaml side
    is extraction/zops.ml; tests/mapping_test.ml compares each operation with Coq's own definition,
    and docs/trusted.md lists them. *)
From Coq Require Export Extraction ZArith.
From Coq Require Export ExtrOcamlBasic ExtrOcamlNativeString.

Extraction Language OCaml.
Extraction Blacklist Z Big_int_Z Zops List String.

(** * Types: integers of any size for all four *)
Extract Inductive positive => "Zops.t" ["Zops.xi" "Zops.xo" "Zops.one"] "Zops.match_positive".
Extract Inductive N => "Zops.t" ["Zops.zero" ""] "Zops.match_n".
Extract Inductive Z => "Zops.t" ["Zops.zero" "" "Zops.neg"] "Zops.match_z".
Extract Inductive nat => "Zops.t" ["Zops.zero" "Zops.succ"] "Zops.match_nat".

(** * Integers *)
Extract Inlined Constant Z.add => "Zops.add".
Extract Inlined Constant Z.sub => "Zops.sub".
Extract Inlined Constant Z.mul => "Zops.mul".
Extract Inlined Constant Z.opp => "Zops.neg".
Extract Inlined Constant Z.succ => "Zops.succ".
Extract Inlined Constant Z.pred => "Zops.pred".
Extract Inlined Constant Z.abs => "Zops.abs".
Extract Inlined Constant Z.min => "Zops.min".
Extract Inlined Constant Z.max => "Zops.max".
Extract Constant Z.compare =>
  "(fun x y -> let c = Zops.compare x y in if c = 0 then Eq else if c < 0 then Lt else Gt)".
Extract Inlined Constant Z.eqb => "Zops.eqb".
Extract Inlined Constant Z.eq_dec => "Zops.eqb".
Extract Inlined Constant Z.ltb => "Zops.ltb".
Extract Inlined Constant Z.leb => "Zops.leb".
Extract Inlined Constant Z.gtb => "Zops.gtb".
Extract Inlined Constant Z.geb => "Zops.geb".
Extract Constant Z.div_eucl => "Zops.div_eucl".
Extract Inlined Constant Z.div => "Zops.div".
Extract Inlined Constant Z.modulo => "Zops.modulo".
Extract Inlined Constant Z.quot => "Zops.quot".
Extract Inlined Constant Z.rem => "Zops.rem".
Extract Inlined Constant Z.pow => "Zops.pow".
Extract Inlined Constant Z.log2 => "Zops.log2".
Extract Inlined Constant Z.even => "Zops.even".
Extract Inlined Constant Z.odd => "Zops.odd".

(** * Bits of the two's complement, without end *)
Extract Inlined Constant Z.land => "Zops.logand".
Extract Inlined Constant Z.lor => "Zops.logor".
Extract Inlined Constant Z.lxor => "Zops.logxor".
Extract Inlined Constant Z.ldiff => "Zops.ldiff".
Extract Inlined Constant Z.lnot => "Zops.lognot".
Extract Inlined Constant Z.testbit => "Zops.testbit".
Extract Inlined Constant Z.shiftl => "Zops.shiftl".
Extract Inlined Constant Z.shiftr => "Zops.shiftr".

(** * Natural numbers *)
Extract Inlined Constant Z.of_nat => "".
Extract Inlined Constant Z.to_nat => "Zops.to_nat".
Extract Inlined Constant Nat.add => "Zops.add".
Extract Inlined Constant Nat.mul => "Zops.mul".
Extract Inlined Constant Nat.sub => "Zops.nat_sub".
Extract Inlined Constant Nat.pred => "Zops.nat_pred".
Extract Inlined Constant Nat.eqb => "Zops.eqb".
Extract Inlined Constant Nat.leb => "Zops.leb".
Extract Inlined Constant Nat.ltb => "Zops.ltb".
