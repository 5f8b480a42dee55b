(** Soundness of the scalar domain.  To come, under these names:
  in_scalar_range : in_scalar s x -> 0 <= x < W
  sc_top_sound : 0 <= x < W -> in_scalar sc_top x
  sc_const_sound : in_scalar (sc_const z) (wrap z)
  sc_range_sound : 0 <= x < W -> lo <= x <= hi -> in_scalar (sc_range lo hi) x
  sc_srange_sound : 0 <= x < W -> lo <= sgn64 x <= hi -> in_scalar (sc_srange lo hi) x
  sc_of_bytes_sound : 0 <= x < 256 ^ zbytes z -> in_scalar (sc_of_bytes z) x
  sc_is_const_sound : in_scalar s x -> sc_is_const s = Some c -> x = c
  sc_le_sound : sc_le a b = true -> in_scalar a x -> in_scalar b x
  sc_meet_sound : in_scalar a x -> in_scalar b x -> exists c, sc_meet a b = Some c /\ in_scalar c x
  sc_join_sound : in_scalar a x \/ in_scalar b x -> in_scalar (sc_join a b) x
  sc_sync_sound : in_scalar s x -> in_scalar (sc_sync s) x
  sc_check_sound : in_scalar s x -> exists t, sc_check s = Some t /\ in_scalar t x
  sc_add_sound : in_scalar a x -> in_scalar b y -> in_scalar (sc_add a b) (wrap (x + y))
  sc_sub_sound : in_scalar a x -> in_scalar b y -> in_scalar (sc_sub a b) (wrap (x - y))
  sc_alu_sound : in_scalar a x -> in_scalar b y -> in_scalar (sc_alu w op a b) (alu w op x y)
  sc_neg_sound : in_scalar s x -> in_scalar (sc_neg w s) (neg w x)
  sc_sext_sound : in_scalar s x -> in_scalar (sc_sext w z s) (sext w z x)
  sc_byte_order_sound : in_scalar s x -> in_scalar (sc_byte_order k z s) (byte_order k z x)
  sc_trunc_sound : in_scalar s x -> in_scalar (sc_trunc w s) (trunc w x)
  sc_trunc_bytes_sound : in_scalar s x -> in_scalar (sc_trunc_bytes z s) (Z.land x (Z.ones (size_bits z)))
  sc_refine_sound : in_scalar a x -> in_scalar b y -> compare w c x y = r ->
    exists a' b', sc_refine w c r a b = Some (a', b') /\ in_scalar a' x /\ in_scalar b' y *)
From Checker Require Import Scalar.
From Proofs Require Import WordP.
