(** Coq's own definitions of what extraction/Mapping.v replaces, for the test that compares them:
    numbers stay lists of bits. *)
From Coq Require Import Extraction ZArith ExtrOcamlBasic.

Extraction Language OCaml.
Extraction Blacklist List String.
Extraction "plain.ml"
  Z.add Z.sub Z.mul Z.opp Z.succ Z.pred Z.abs Z.min Z.max Z.compare Z.eqb Z.eq_dec Z.ltb Z.leb Z.gtb
    Z.geb
  Z.div_eucl Z.div Z.modulo Z.quot Z.rem Z.pow Z.log2 Z.even Z.odd
  Z.land Z.lor Z.lxor Z.ldiff Z.lnot Z.testbit Z.shiftl Z.shiftr
  Z.of_nat Z.to_nat Nat.add Nat.mul Nat.sub Nat.pred Nat.eqb Nat.leb Nat.ltb Z.of_N N.succ.
