(** Binary decision diagrams over numbered Boolean variables, and vectors of them as numbers.
    A diagram is a tree in which equal parts share a number, so that tables can be keyed by it. *)
From Semantics Require Export ZMap.

(** * Diagrams *)
Inductive bdd := Const (b : bool) | Test (id var : Z) (lo hi : bdd).

(** the value at an assignment: it walks one path *)
Fixpoint beval (f : bdd) (e : Z -> bool) : bool :=
  match f with Const b => b | Test _ v lo hi => if e v then beval hi e else beval lo e end.

Definition bfalse : bdd := Const false.
Definition btrue : bdd := Const true.
Definition bid (f : bdd) : Z :=
  match f with Const false => 0 | Const true => 1 | Test i _ _ _ => i end.
Definition bsame (f g : bdd) : bool := bid f =? bid g.
Definition is_false (f : bdd) : bool := match f with Const false => true | _ => false end.
Definition is_true (f : bdd) : bool := match f with Const true => true | _ => false end.

(** * The tables, and limits *)
Record mgr := Mgr {
  m_nodes : zmap bdd;                        (**r every node, by its number *)
  m_unique : zmap bdd;                       (**r every node, by a key of what it is made of *)
  m_memo : zmap (bdd * bdd * bdd * bdd);     (**r if-then-else: three operands and the result, by a
                                                  key of the operands *)
  m_next : Z;                                (**r the next node's number *)
  m_limit : Z;                               (**r no node gets this number *)
  m_total : Z;                               (**r the limit for everything *)
  m_allow : Z }.                             (**r nodes that the next operation may make *)
Definition mgr_empty (total : Z) : mgr := Mgr zempty zempty zempty 2 total total (total / 4).

(** Keys may collide: what is found is compared with what was looked for. *)
Definition key_base : Z := 1048576.
Definition key3 (a b c : Z) : Z := (a * key_base + b) * key_base + c.

(** A computation that may run into a limit, and one that has something to fall back on. *)
Definition B (A : Type) : Type := mgr -> option (mgr * A).
Definition T (A : Type) : Type := mgr -> mgr * A.
Definition bret {A} (a : A) : B A := fun m => Some (m, a).
Definition bbind {A C} (c : B A) (k : A -> B C) : B C :=
  fun m => match c m with Some (m', a) => k a m' | None => None end.
Definition tret {A} (a : A) : T A := fun m => (m, a).
Definition tbind {A C} (c : T A) (k : A -> T C) : T C := fun m => let '(m', a) := c m in k a m'.
Declare Scope bdd_scope.
Notation "x <- c ;; k" :=
  (bbind c (fun x => k)) (at level 61, c at next level, right associativity) : bdd_scope.
Notation "x <-- c ;; k" :=
  (tbind c (fun x => k)) (at level 61, c at next level, right associativity) : bdd_scope.
Global Open Scope bdd_scope.

(** After a failure the tables are as before, and the next attempt may make half as many nodes, down
    to a thousandth of the limit: so failures together cost little, and what is easy is still done
    after many of them. *)
Definition attempt {A} (c : B A) (otherwise : A) : T A := fun m =>
  let '(Mgr n u r next _ total allow) := m in
  match c (Mgr n u r next (Z.min total (next + allow)) total allow) with
  | Some r => r
  | None => (Mgr n u r next total total (Z.max (total / 1000) (allow / 2)), otherwise)
  end.

(** * Making nodes *)
Definition fresh (v : Z) (lo hi : bdd) : B bdd := fun m =>
  let '(Mgr n u r next limit total allow) := m in
  if limit <=? next then None
  else let f := Test next v lo hi in
       Some (Mgr (zset next f n) (zset (key3 v (bid lo) (bid hi)) f u) r (next + 1)
               limit total allow, f).
Definition mk (v : Z) (lo hi : bdd) : B bdd := fun m =>
  if bsame lo hi then Some (m, lo)
  else match zfind (key3 v (bid lo) (bid hi)) (m_unique m) with
       | Some (Test i v' lo' hi' as f) =>
           if (v' =? v) && bsame lo' lo && bsame hi' hi then Some (m, f) else fresh v lo hi m
       | _ => fresh v lo hi m
       end.
Definition bvar (v : Z) : B bdd := mk v bfalse btrue.

(** * If-then-else, the one operation *)
Definition memo_find (m : mgr) (f g h : bdd) : option bdd :=
  match zfind (key3 (bid f) (bid g) (bid h)) (m_memo m) with
  | Some (f', g', h', r) => if bsame f' f && bsame g' g && bsame h' h then Some r else None
  | None => None
  end.
Definition memo_set (f g h r : bdd) : B bdd := fun m =>
  let '(Mgr n u t next limit total allow) := m in
  Some (Mgr n u (zset (key3 (bid f) (bid g) (bid h)) (f, g, h, r) t) next limit total allow, r).

(** the cofactors for a variable that is not below the top one *)
Definition when0 (v : Z) (f : bdd) : bdd :=
  match f with Test _ v' lo _ => if v' =? v then lo else f | _ => f end.
Definition when1 (v : Z) (f : bdd) : bdd :=
  match f with Test _ v' _ hi => if v' =? v then hi else f | _ => f end.
Definition top (v : Z) (f : bdd) : Z := match f with Test _ v' _ _ => Z.min v v' | Const _ => v end.

Fixpoint ite_fuel (fuel : nat) (f g h : bdd) : B bdd := fun m =>
  match f with
  | Const true => Some (m, g)
  | Const false => Some (m, h)
  | Test _ fv _ _ =>
      if bsame g h then Some (m, g)
      else if is_true g && is_false h then Some (m, f)
      else match fuel with
           | O => None
           | S fuel' =>
               match memo_find m f g h with
               | Some r => Some (m, r)
               | None =>
                   let v := top (top fv g) h in
                   (r0 <- ite_fuel fuel' (when0 v f) (when0 v g) (when0 v h) ;;
                    r1 <- ite_fuel fuel' (when1 v f) (when1 v g) (when1 v h) ;;
                    r <- mk v r0 r1 ;; memo_set f g h r) m
               end
           end
  end.
(** one call for each variable on a path, and some to spare *)
Definition ite_depth : nat := 600.
Definition ite : bdd -> bdd -> bdd -> B bdd := ite_fuel ite_depth.

Definition bnot (f : bdd) : B bdd := ite f bfalse btrue.
Definition band (f g : bdd) : B bdd := ite f g bfalse.
Definition bor (f g : bdd) : B bdd := ite f btrue g.
Definition bxor (f g : bdd) : B bdd := n <- bnot g ;; ite f n g.

(** * Numbers: vectors of bits, the lowest first *)
Definition vec : Type := list bdd.
Fixpoint vval (e : Z -> bool) (v : vec) : Z :=
  match v with [] => 0 | b :: v' => Z.b2z (beval b e) + 2 * vval e v' end.

Fixpoint vconst (n : nat) (k : Z) : vec :=
  match n with O => [] | S n' => Const (Z.odd k) :: vconst n' (Z.div2 k) end.
Definition vzero (n : nat) : vec := repeat bfalse n.
Fixpoint vsame (a b : vec) : bool :=
  match a, b with
  | [], [] => true
  | x :: a', y :: b' => bsame x y && vsame a' b'
  | _, _ => false
  end.

Fixpoint vmap2 (f : bdd -> bdd -> B bdd) (a b : vec) : B vec :=
  match a, b with
  | x :: a', y :: b' => r <- f x y ;; l <- vmap2 f a' b' ;; bret (r :: l)
  | _, _ => bret []
  end.
(** [a] where [c] holds, and [b] elsewhere *)
Definition vmux (c : bdd) : vec -> vec -> B vec := vmap2 (ite c).

(** with a carry in; the carry out is dropped *)
Fixpoint vadd (c : bdd) (a b : vec) : B vec :=
  match a, b with
  | x :: a', y :: b' =>
      t <- bxor y c ;; s <- bxor x t ;;
      o <- bor y c ;; n <- band y c ;; c' <- ite x o n ;;
      l <- vadd c' a' b' ;; bret (s :: l)
  | _, _ => bret []
  end.
Fixpoint vnot (a : vec) : B vec :=
  match a with [] => bret [] | x :: a' => r <- bnot x ;; l <- vnot a' ;; bret (r :: l) end.
Definition vsub (a b : vec) : B vec := n <- vnot b ;; vadd btrue a n.

(** Horner's scheme, from the highest bit of [b] down *)
Fixpoint vmul (a b : vec) : B vec :=
  match b with
  | [] => bret (vzero (length a))
  | y :: b' =>
      r <- vmul a b' ;;
      t <- vmux y a (vzero (length a)) ;;
      vadd bfalse t (firstn (length a) (bfalse :: r))
  end.

(** [a < b], or they are equal and [acc] *)
Fixpoint vless (acc : bdd) (a b : vec) : B bdd :=
  match a, b with
  | x :: a', y :: b' => d <- bxor x y ;; acc' <- ite d y acc ;; vless acc' a' b'
  | _, _ => bret acc
  end.
(** they are equal, and [acc] *)
Fixpoint vequal (acc : bdd) (a b : vec) : B bdd :=
  match a, b with
  | x :: a', y :: b' => d <- bxor x y ;; acc' <- ite d bfalse acc ;; vequal acc' a' b'
  | _, _ => bret acc
  end.
(** they share a bit, or [acc] *)
Fixpoint vmeets (acc : bdd) (a b : vec) : B bdd :=
  match a, b with
  | x :: a', y :: b' => d <- band x y ;; acc' <- bor d acc ;; vmeets acc' a' b'
  | _, _ => bret acc
  end.

(** Division as on paper: quotient and remainder of the bits above, and then one bit more.  The
    divisor is not 0. *)
Fixpoint vdivide (a d : vec) : B (vec * vec) :=
  match a with
  | [] => bret ([], vzero (length d))
  | x :: a' =>
      qr <- vdivide a' d ;;
      let r := x :: snd qr in
      let d' := d ++ [bfalse] in
      q <- vless btrue d' r ;;
      s <- vsub r d' ;;
      t <- vmux q s r ;;
      bret (q :: fst qr, firstn (length d) t)
  end.

(** Shifts by the number whose bits are [by_], the lowest of which stands for [n] places. *)
Definition left_by (n : nat) (a : vec) : vec := firstn (length a) (vzero n ++ a).
Definition right_by (n : nat) (a : vec) : vec := skipn n (a ++ vzero n).
Fixpoint vshift (move : nat -> vec -> vec) (n : nat) (by_ : vec) (a : vec) : B vec :=
  match by_ with
  | [] => bret a
  | y :: by_' => t <- vmux y (move n a) a ;; vshift move (n + n)%nat by_' t
  end.
