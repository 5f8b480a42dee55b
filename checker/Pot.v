(** Potentials: an upper bound of the steps still to come, [c + sum of k * (N - symbol)].  A counter
    that falls has k < 0. *)
From Checker Require Export Subsume.

Record term := Term { tm_k : Z; tm_s : Z; tm_N : Z }.
Record pot := Pot { p_c : Z; p_terms : list term }.

(** The symbol's end that makes [k * (N - symbol)] least. *)
Definition far_end (k lo hi : Z) : Z := if 0 <=? k then hi else lo.
Definition end_of (F : facts) (k s : Z) : option Z :=
  match zfind s F with Some (FScalar _ x) => Some (far_end k (s_umin x) (s_umax x)) | _ => None end.
Definition term_floor (F : facts) (p : term) : option Z :=
  match end_of F (tm_k p) (tm_s p) with Some x => Some (tm_k p * (tm_N p - x)) | None => None end.
Fixpoint terms_floor (F : facts) (l : list term) : option Z :=
  match l with [] => Some 0 | p :: l' =>
    do x <- term_floor F p; do y <- terms_floor F l'; Some (x + y) end.
Definition pot_floor (F : facts) (p : pot) : option Z :=
  do x <- terms_floor F (p_terms p); Some (p_c p + x).
Definition term_ok (F : facts) (p : term) : bool :=
  match term_floor F p with Some x => 0 <=? x | None => false end.
Definition pot_ok (F : facts) (p : pot) : bool := (0 <=? p_c p) && forallb (term_ok F) (p_terms p).

(** Lower bounds of [p - q] after the substitution. *)
Definition term_drop (F : facts) (p : term) (sub : subst) (q : term) : option Z :=
  do v <- zfind (tm_s q) sub;
  do r <- range F v;
  let '(l, h, d) := r in
  if (fst v =? tm_s p) && (tm_k p =? tm_k q) then Some (tm_k p * (tm_N p - tm_N q + d))
  else do fl <- term_floor F p; Some (fl - tm_k q * (tm_N q - far_end (- tm_k q) l h)).
Definition term_fresh (F : facts) (sub : subst) (q : term) : option Z :=
  do v <- zfind (tm_s q) sub;
  do r <- range F v;
  let '(l, h, _) := r in Some (- (tm_k q * (tm_N q - far_end (- tm_k q) l h))).
Fixpoint terms_fresh (F : facts) (sub : subst) (lq : list term) : option Z :=
  match lq with
  | [] => Some 0
  | q :: lq' => do x <- term_fresh F sub q; do y <- terms_fresh F sub lq'; Some (x + y)
  end.
Fixpoint terms_drop (F : facts) (lp : list term) (sub : subst) (lq : list term) : option Z :=
  match lp, lq with
  | [], _ => terms_fresh F sub lq
  | p :: lp', [] => do x <- term_floor F p; do y <- terms_drop F lp' sub []; Some (x + y)
  | p :: lp', q :: lq' =>
    do x <- term_drop F p sub q; do y <- terms_drop F lp' sub lq'; Some (x + y)
  end.
(** [n] steps after potential [p], the potential [q] under [sub] is at least [n] lower *)
Definition pot_drop (F : facts) (n : Z) (p : pot) (sub : subst) (q : pot) : bool :=
  match terms_drop F (p_terms p) sub (p_terms q) with Some x => n <=? p_c p - p_c q + x | None =>
    false end.
