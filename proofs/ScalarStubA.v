(* TEMPORARY: statements of ScalarP that AccessP and CallsP use, until it is there. *)
From Checker Require Import Scalar.
Axiom sc_of_bytes_sound : forall z x, 0 <= x < 256 ^ zbytes z -> in_scalar (sc_of_bytes z) x.
Axiom sc_sext_sound : forall w z s x, in_scalar s x -> in_scalar (sc_sext w z s) (sext w z x).
Axiom sc_srange_sound : forall lo hi x, 0 <= x < W -> lo <= sgn64 x <= hi -> in_scalar (sc_srange lo hi) x.
Axiom sc_is_const_sound : forall s x c, in_scalar s x -> sc_is_const s = Some c -> x = c.
Axiom sc_top_sound : forall x, 0 <= x < W -> in_scalar sc_top x.
