(* TEMPORARY: statements of ScalarP, until it is there. *)
From Checker Require Import Scalar.
Axiom sc_const_sound : forall z, in_scalar (sc_const z) (wrap z).
Axiom sc_is_const_sound : forall s x c, in_scalar s x -> sc_is_const s = Some c -> x = c.
Axiom sc_le_sound : forall a b x, sc_le a b = true -> in_scalar a x -> in_scalar b x.
Axiom sc_top_sound : forall x, 0 <= x < W -> in_scalar sc_top x.
Axiom in_scalar_range : forall s x, in_scalar s x -> 0 <= x < W.
Axiom sc_meet_sound : forall a b x, in_scalar a x -> in_scalar b x -> exists c, sc_meet a b = Some c /\ in_scalar c x.
Axiom sc_add_sound : forall a b x y, in_scalar a x -> in_scalar b y -> in_scalar (sc_add a b) (wrap (x + y)).
Axiom sc_sub_sound : forall a b x y, in_scalar a x -> in_scalar b y -> in_scalar (sc_sub a b) (wrap (x - y)).
Axiom sc_alu_sound : forall w op a b x y, in_scalar a x -> in_scalar b y -> in_scalar (sc_alu w op a b) (alu w op x y).
Axiom sc_trunc_sound : forall w s x, in_scalar s x -> in_scalar (sc_trunc w s) (trunc w x).
Axiom sc_refine_sound : forall w c r a b x y, in_scalar a x -> in_scalar b y -> compare w c x y = r ->
    exists a' b', sc_refine w c r a b = Some (a', b') /\ in_scalar a' x /\ in_scalar b' y.
