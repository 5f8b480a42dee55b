(** What a seccomp filter decides, for every input at once: a table with one row for each outcome,
    its exact condition as a diagram over the 512 bits of [struct seccomp_data], and an input that
    shows it.  The filter is executed once, in program order, on diagrams: for each instruction the
    inputs that may reach it, for each register its 32 bits; or, where it allows that, by halves,
    which grows less. What is too large to compute becomes
    unknown for the inputs concerned, and these end up undecided, never guessed. *)
From Checker Require Export ClassicCheck Bdd.

(** * Inputs *)
(** The words of [struct seccomp_data] by their offsets: architecture, number, each argument with
    its high half first, instruction pointer. *)
Definition word_order : list Z := [4; 0; 20; 16; 28; 24; 36; 32; 44; 40; 52; 48; 60; 56; 12; 8].
Fixpoint index_of (k : Z) (l : list Z) : Z :=
  match l with [] => 0 | x :: l' => if x =? k then 0 else 1 + index_of k l' end.

(** An order of the input's bits: groups of words, in each of which the words' bits take turns, the
    highest ones first.  Words that are compared with each other belong in one group: whether two
    words of 32 bits are equal takes a hundred nodes so, and 2^32 where one comes after the
    other. *)
Definition order : Type := list (list Z).
Definition plain_order : order := map (fun k => [k]) word_order.
Definition zlen {A} (l : list A) : Z := Z.of_nat (length l).
Definition among (k : Z) (l : list Z) : bool := existsb (Z.eqb k) l.
(** the variable of bit j of word k *)
Fixpoint bit_var (o : order) (k j : Z) : Z :=
  match o with
  | [] => 0
  | g :: o' =>
      if among k g then zlen g * (31 - j) + index_of k g else 32 * zlen g + bit_var o' k j
  end.
(** and the word and bit of a variable *)
Fixpoint place_of (o : order) (v : Z) : Z * Z :=
  match o with
  | [] => (0, 0)
  | g :: o' =>
      if v <? 32 * zlen g then (nth (Z.to_nat (v mod zlen g)) g 0, 31 - v / zlen g)
      else place_of o' (v - 32 * zlen g)
  end.
(** Each word is in some group. *)
Definition order_ok (o : order) : bool := forallb (fun k => among k (concat o)) word_order.

Definition input_bit (o : order) (e : cenv) (v : Z) : bool :=
  let '(k, j) := place_of o v in Z.testbit (read_le32 e k) j.
Definition holds_for (o : order) (f : bdd) (e : cenv) : bool := beval f (input_bit o e).

(** * The order for some programs *)
(** Which words meet: in an operation with X, or by way of scratch memory.  A set of words is a
    number with bit r for word r of [word_order].  Architecture and number stay by themselves, so
    that they come first. *)
Definition reg_a : Z := 16.
Definition reg_x : Z := 17.
Definition reg_keys : list Z :=
  [0; 1; 2; 3; 4; 5; 6; 7; 8; 9; 10; 11; 12; 13; 14; 15; reg_a; reg_x].
Definition word_set (k : Z) : Z :=
  let r := index_of k word_order in if r <? 2 then 0 else Z.shiftl 1 r.
(** the words on which each register may depend; what is not there depends on none *)
Definition sources : Type := zmap Z.
Definition source (k : Z) (d : sources) : Z := match zfind k d with Some s => s | None => 0 end.
Definition join_sources (d d' : sources) : sources :=
  fold_right (fun k r => zset k (Z.lor (source k d) (source k d')) r) zempty reg_keys.
Definition reach_with (pc : Z) (d : sources) (pend : zmap sources) : zmap sources :=
  match zfind pc pend with
  | Some d' => zset pc (join_sources d d') pend
  | None => zset pc d pend
  end.
(** disjoint sets; those that have a word of [s] become one with it *)
Definition meet (s : Z) (gs : list Z) : list Z :=
  fold_right Z.lor s (filter (fun g => negb (Z.land g s =? 0)) gs)
    :: filter (fun g => Z.land g s =? 0) gs.
Definition meet_in (a x : Z) (gs : list Z) : list Z :=
  if (a =? 0) || (x =? 0) then gs else meet (Z.lor a x) gs.
Definition sources_step (pc : Z) (i : cinsn) (d : sources) (w : zmap sources * list Z) :
  zmap sources * list Z :=
  let '(pend, gs) := w in
  let k := ci_k i in
  let a := source reg_a d in
  let x := source reg_x d in
  let put r s := (reach_with (pc + 1) (zset r s d) pend, gs) in
  match ci_op i with
  | CLdAbs _ => put reg_a (word_set k)
  | CLdLen | CLdImm => put reg_a 0
  | CLdMem => put reg_a (source k d)
  | CLdxLen | CLdxImm => put reg_x 0
  | CLdxMem => put reg_x (source k d)
  | CSt => put k a
  | CStx => put k x
  | CAlu _ CX => (reach_with (pc + 1) (zset reg_a (Z.lor a x) d) pend, meet_in a x gs)
  | CAlu _ CK | CNeg => put reg_a a
  | CJa => (reach_with (pc + 1 + k) d pend, gs)
  | CJmp _ src =>
      (reach_with (pc + 1 + ci_jt i) d (reach_with (pc + 1 + ci_jf i) d pend),
       match src with CX => meet_in a x gs | CK => gs end)
  | CTax => put reg_x a
  | CTxa => put reg_a x
  | CRetK | CRetA | CLdInd _ | CLdxMsh => (pend, gs)
  end.
Fixpoint meetings (pc : Z) (p : cprog) (w : zmap sources * list Z) : list Z :=
  match p with
  | [] => snd w
  | o :: p' =>
      match o, zfind pc (fst w) with
      | Some i, Some d => let '(pend, gs) := sources_step pc i d w in
          meetings (pc + 1) p' (zdel pc pend, gs)
      | _, _ => meetings (pc + 1) p' w
      end
  end.

(** Each group stands where its first word would. *)
Definition group_of (r : Z) (gs : list Z) : Z :=
  fold_right Z.lor (Z.shiftl 1 r) (filter (fun g => Z.testbit g r) gs).
Definition order_with (gs : list Z) : order :=
  flat_map (fun k =>
      let r := index_of k word_order in
      let g := group_of r gs in
      if Z.land g (Z.ones r) =? 0
      then [filter (fun k' => Z.testbit g (index_of k' word_order)) word_order] else [])
    word_order.
Definition order_of (ps : list cprog) : order :=
  let o := order_with
    (fold_left (fun gs p => meetings 0 p (zset 0 zempty zempty, gs)) ps []) in
  if order_ok o then o else plain_order.

(** * Values and states *)
(** 32 bits, and the inputs for which they mean nothing *)
Record sval := SVal { sv_vec : vec; sv_unknown : bdd }.
Definition word_bits : nat := 32.
Definition unknown : sval := SVal (vzero word_bits) btrue.
Definition known (v : vec) : sval := SVal v bfalse.
Definition sconst (k : Z) : sval := known (vconst word_bits k).

(** registers by number: scratch words 0 to 15, A, X; what is not there is unknown *)
Definition sget (k : Z) (rs : zmap sval) : sval :=
  match zfind k rs with Some v => v | None => unknown end.
Record sstate := SState { ss_guard : bdd; ss_regs : zmap sval }.
Definition sym_init : sstate := SState btrue (zset reg_a (sconst 0) (zset reg_x (sconst 0) zempty)).

(** the inputs that may end with each outcome, and those of which nothing is known *)
Record sinks := Sinks { k_outs : zmap bdd; k_lost : bdd }.

(** * Operations *)
Definition lift2 (f : vec -> vec -> B vec) (a y : sval) : T sval :=
  if is_true (sv_unknown a) || is_true (sv_unknown y) then tret unknown
  else attempt (v <- f (sv_vec a) (sv_vec y) ;; u <- bor (sv_unknown a) (sv_unknown y) ;;
    bret (SVal v u)) unknown.
(** shifts count by the lowest five bits *)
Definition shift_bits : nat := 5.
Definition salu (o : calu) (a y : vec) : B vec :=
  match o with
  | CAdd => vadd bfalse a y
  | CSub => vsub a y
  | CMul => vmul a y
  | CDiv => qr <- vdivide a y ;; bret (fst qr)
  | CMod => qr <- vdivide a y ;; bret (snd qr)
  | COr => vmap2 bor a y
  | CAnd => vmap2 band a y
  | CXor => vmap2 bxor a y
  | CLsh => vshift left_by 1 (firstn shift_bits y) a
  | CRsh => vshift right_by 1 (firstn shift_bits y) a
  end.
Definition scond (c : ccond) (a y : vec) : B bdd :=
  match c with
  | CJeq => vequal btrue a y
  | CJgt => vless bfalse y a
  | CJge => vless btrue y a
  | CJset => vmeets bfalse a y
  end.
Definition soperand (s : csrc) (k : Z) (rs : zmap sval) : sval :=
  match s with CK => sconst k | CX => sget reg_x rs end.

(** the inputs of [g] for which a test holds, and those for which it does not; both where it is
    unknown *)
Definition sbranch (g : bdd) (test : vec -> vec -> B bdd) (a y : sval) : T (bdd * bdd) :=
  if is_true (sv_unknown a) || is_true (sv_unknown y) then tret (g, g)
  else attempt
    (c <- test (sv_vec a) (sv_vec y) ;;
     u <- bor (sv_unknown a) (sv_unknown y) ;;
     ct <- bor c u ;; gt <- band g ct ;;
     n <- bnot c ;; cf <- bor n u ;; gf <- band g cf ;;
     bret (gt, gf)) (g, g).

(** * Ends *)
Definition add_out (r : Z) (g : bdd) (s : sinks) : T sinks :=
  let '(Sinks outs lost) := s in
  if is_false g then tret s
  else match zfind r outs with
       | None => tret (Sinks (zset r g outs) lost)
       | Some d => d' <-- attempt (bor d g) btrue ;; tret (Sinks (zset r d' outs) lost)
       end.
Definition add_lost (g : bdd) (s : sinks) : T sinks :=
  let '(Sinks outs lost) := s in
  lost' <-- attempt (bor lost g) btrue ;; tret (Sinks outs lost').

(** The values that bits can have for the inputs of [g], each with its inputs; the bits come highest
    first. *)
Definition max_values : Z := 1024.
Fixpoint split (bits : list bdd) (g : bdd) (v : Z) (acc : Z * list (Z * bdd)) :
  B (Z * list (Z * bdd)) :=
  if is_false g then bret acc
  else match bits with
       | [] => fun m =>
           if fst acc <? max_values then Some (m, (fst acc + 1, (v, g) :: snd acc)) else None
       | b :: bits' =>
           n <- bnot b ;; g0 <- band g n ;; g1 <- band g b ;;
           acc' <- split bits' g0 (2 * v) acc ;; split bits' g1 (2 * v + 1) acc'
       end.
Fixpoint add_outs (l : list (Z * bdd)) (s : sinks) : T sinks :=
  match l with [] => tret s | (r, g) :: l' => s' <-- add_out r g s ;; add_outs l' s' end.
Definition ret_a (g : bdd) (a : sval) (s : sinks) : T sinks :=
  if is_true (sv_unknown a) then add_lost g s
  else
    x <-- attempt
      (gu <- band g (sv_unknown a) ;; n <- bnot (sv_unknown a) ;; gk <- band g n ;;
       l <- split (rev (sv_vec a)) gk 0 (0, []) ;; bret (Some (gu, snd l))) None ;;
    match x with
    | None => add_lost g s
    | Some (gu, l) => s' <-- add_lost gu s ;; add_outs l s'
    end.

(** * Joins *)
(** [g1] and [g0] overlap only where a branch was unknown. *)
Definition merge_val (g0 g1 : bdd) (a b : sval) : T sval :=
  if is_true (sv_unknown a) && is_true (sv_unknown b) then tret unknown
  else if vsame (sv_vec a) (sv_vec b)
  then attempt (u <- bor (sv_unknown a) (sv_unknown b) ;; bret (SVal (sv_vec a) u)) unknown
  else attempt
    (v <- vmux g1 (sv_vec b) (sv_vec a) ;;
     o <- bor (sv_unknown b) g0 ;; u <- ite g1 o (sv_unknown a) ;; bret (SVal v u)) unknown.
Fixpoint merge_regs (live : Z) (g0 g1 : bdd) (r0 r1 : zmap sval) (keys : list Z) : T (zmap sval) :=
  match keys with
  | [] => tret zempty
  | k :: keys' =>
      rs <-- merge_regs live g0 g1 r0 r1 keys' ;;
      match zfind k r0, zfind k r1 with
      | Some a, Some b =>
          if Z.testbit live k then v <-- merge_val g0 g1 a b ;; tret (zset k v rs) else tret rs
      | _, _ => tret rs
      end
  end.
Definition merge (live : Z) (pc : Z) (s : sstate) (pend : zmap sstate) : T (zmap sstate) :=
  if is_false (ss_guard s) then tret pend
  else match zfind pc pend with
       | None => tret (zset pc s pend)
       | Some s0 =>
           g <-- attempt (bor (ss_guard s0) (ss_guard s)) btrue ;;
           rs <-- merge_regs live (ss_guard s0) (ss_guard s) (ss_regs s0) (ss_regs s) reg_keys ;;
           tret (zset pc (SState g rs) pend)
       end.

(** Which registers may still be read at each instruction, one bit each.  This only saves work: a
    register that a join leaves out is unknown. *)
Definition live_at (live : zmap Z) (pc : Z) : Z :=
  match zfind pc live with Some m => m | None => 0 end.
Definition one_reg (k : Z) : Z := Z.shiftl 1 k.
Definition uses (i : cinsn) : Z :=
  match ci_op i with
  | CLdMem | CLdxMem => one_reg (ci_k i)
  | CSt | CNeg | CRetA | CTax => one_reg reg_a
  | CStx | CTxa => one_reg reg_x
  | CAlu _ CK | CJmp _ CK => one_reg reg_a
  | CAlu _ CX | CJmp _ CX => Z.lor (one_reg reg_a) (one_reg reg_x)
  | _ => 0
  end.
Definition defines (i : cinsn) : Z :=
  match ci_op i with
  | CLdAbs _ | CLdInd _ | CLdLen | CLdImm | CLdMem | CAlu _ _ | CNeg | CTxa => one_reg reg_a
  | CLdxLen | CLdxMsh | CLdxImm | CLdxMem | CTax => one_reg reg_x
  | CSt | CStx => one_reg (ci_k i)
  | _ => 0
  end.
Definition live_before (live : zmap Z) (pc : Z) (i : cinsn) : Z :=
  let after :=
    match ci_op i with
    | CJa => live_at live (pc + 1 + ci_k i)
    | CJmp _ _ => Z.lor (live_at live (pc + 1 + ci_jt i)) (live_at live (pc + 1 + ci_jf i))
    | CRetK | CRetA => 0
    | _ => live_at live (pc + 1)
    end in
  Z.lor (Z.ldiff after (defines i)) (uses i).
Fixpoint liveness (pc : Z) (p : cprog) : zmap Z :=
  match p with
  | [] => zempty
  | o :: p' =>
      let live := liveness (pc + 1) p' in
      match o with Some i => zset pc (live_before live pc i) live | None => live end
  end.

(** * One instruction *)
(** Rows and what is left undecided are diagrams in the table's order. *)
Record row := Row { row_outcome : Z; row_cond : bdd; row_witness : list Z (**r the 64 bytes *) }.
Record table := Table { t_order : order; t_rows : list row; t_undecided : bdd }.

Section Ordered.
Variable ord : order.

(** the [n] highest bits of word [k], the lowest of them first *)
Fixpoint vload (k : Z) (n : nat) : B vec :=
  match n with
  | O => bret []
  | S n' => b <- bvar (bit_var ord k (31 - Z.of_nat n')) ;; l <- vload k n' ;; bret (b :: l)
  end.

Definition pending : Type := zmap sstate * sinks.
Definition sym_goto (live : zmap Z) (pc : Z) (s : sstate) (w : pending) : T pending :=
  pend <-- merge (live_at live pc) pc s (fst w) ;; tret (pend, snd w).
Definition sym_step (live : zmap Z) (pc : Z) (i : cinsn) (s : sstate) (w : pending) : T pending :=
  let '(SState g rs) := s in
  let k := ci_k i in
  let a := sget reg_a rs in
  let x := sget reg_x rs in
  let put r v := sym_goto live (pc + 1) (SState g (zset r v rs)) w in
  let end_ s' := tret (fst w, s') in
  match ci_op i with
  | CLdAbs _ => v <-- attempt (l <- vload k word_bits ;; bret (known l)) unknown ;;
    put reg_a v
  | CLdLen => put reg_a (sconst seccomp_size)
  | CLdImm => put reg_a (sconst k)
  | CLdMem => put reg_a (sget k rs)
  | CLdxLen => put reg_x (sconst seccomp_size)
  | CLdxImm => put reg_x (sconst k)
  | CLdxMem => put reg_x (sget k rs)
  | CSt => put k a
  | CStx => put k x
  | CAlu (CDiv as o) CX | CAlu (CMod as o) CX =>
      z <-- sbranch g (vequal btrue) x (sconst 0) ;;
      s' <-- add_out 0 (fst z) (snd w) ;;
      v <-- lift2 (salu o) a x ;;
      sym_goto live (pc + 1) (SState (snd z) (zset reg_a v rs)) (fst w, s')
  | CAlu o src => v <-- lift2 (salu o) a (soperand src k rs) ;; put reg_a v
  | CNeg => v <-- lift2 vsub (sconst 0) a ;; put reg_a v
  | CJa => sym_goto live (pc + 1 + k) s w
  | CJmp c src =>
      b <-- sbranch g (scond c) a (soperand src k rs) ;;
      w' <-- sym_goto live (pc + 1 + ci_jt i) (SState (fst b) rs) w ;;
      sym_goto live (pc + 1 + ci_jf i) (SState (snd b) rs) w'
  | CRetK => s' <-- add_out k g (snd w) ;; end_ s'
  | CRetA => s' <-- ret_a g a (snd w) ;; end_ s'
  | CTax => put reg_x a
  | CTxa => put reg_a x
  | CLdInd _ | CLdxMsh => tret w                                    (* not in this dialect *)
  end.

Fixpoint sym_from (live : zmap Z) (pc : Z) (p : cprog) (w : pending) : T sinks :=
  match p with
  | [] => tret (snd w)
  | o :: p' =>
      match o, zfind pc (fst w) with
      | Some i, Some s => w' <-- sym_step live pc i s w ;;
        sym_from live (pc + 1) p' (zdel pc (fst w'), snd w')
      | _, _ => sym_from live (pc + 1) p' w
      end
  end.

(** * By halves *)
(** Executing forward, every condition has all those before it within it, and a filter of n rules
    costs n squared. Most filters can be had for less: where A alone is used, and at each
    instruction that reads it is the same function of the input whatever way led there, jumps have
    conditions of their own, and so has each interval of the filter: which ways lead out of it, from
    one of its instructions, and for which inputs. An interval's ways are those through its halves,
    with the conjunction; no condition has what leads to the interval within it, and what is asked
    twice is remembered. *)
Definition plain (i : cinsn) : bool :=
  match ci_op i with
  | CLdAbs _ | CLdLen | CLdImm | CAlu _ CK | CNeg | CJa | CJmp _ CK | CRetK => true
  | _ => false
  end.
Definition reads_a (i : cinsn) : bool :=
  match ci_op i with CAlu _ _ | CNeg | CJmp _ _ => true | _ => false end.

(** ** The conditions of jumps *)
(** What A is at each instruction that may be reached: [None] when that depends on the way. *)
Definition avals : Type := zmap (option sval).
Definition same_val (a b : sval) : bool :=
  vsame (sv_vec a) (sv_vec b) && bsame (sv_unknown a) (sv_unknown b).
Definition aflow (pc : Z) (v : option sval) (l : avals) : avals :=
  match zfind pc l with
  | None => zset pc v l
  | Some None => l
  | Some (Some w) =>
      match v with
      | Some v' => if same_val w v' then l else zset pc None l
      | None => zset pc None l
      end
  end.
(** of each jump, the inputs that take it and those that do not *)
Definition jumps : Type := zmap (bdd * bdd).
Definition only_a (v : sval) : sstate := SState btrue (zset reg_a v zempty).
Definition a_after (pc : Z) (i : cinsn) (v : sval) : T (option sval) :=
  w <-- sym_step zempty pc i (only_a v) (zempty, Sinks zempty bfalse) ;;
  tret (option_map (fun s => sget reg_a (ss_regs s)) (zfind (pc + 1) (fst w))).
Definition jumps_step (pc : Z) (i : cinsn) (v : option sval) (l : avals) (js : jumps) :
  T (option (avals * jumps)) :=
  let a := match v with Some a => a | None => unknown end in
  match v, reads_a i with
  | None, true => tret None
  | _, _ =>
      match ci_op i with
      | CRetK => tret (Some (l, js))
      | CJa => tret (Some (aflow (pc + 1 + ci_k i) v l, js))
      | CJmp c _ =>
          b <-- sbranch btrue (scond c) a (sconst (ci_k i)) ;;
          tret (Some (aflow (pc + 1 + ci_jf i) v (aflow (pc + 1 + ci_jt i) v l), zset pc b js))
      | _ => v' <-- a_after pc i a ;; tret (Some (aflow (pc + 1) v' l, js))
      end
  end.
Fixpoint jumps_from (pc : Z) (p : cprog) (l : avals) (js : jumps) : T (option jumps) :=
  match p with
  | [] => tret (Some js)
  | o :: p' =>
      match o, zfind pc l with
      | Some i, Some v =>
          x <-- jumps_step pc i v l js ;;
          match x with Some (l', js') => jumps_from (pc + 1) p' l' js' | None => tret None end
      | _, _ => jumps_from (pc + 1) p' l js
      end
  end.

(** ** The ways out of an interval *)
(** A jump to a return returns. *)
Inductive exit := XTo (pc : Z) | XRet (r : Z).
Definition exit_eqb (x y : exit) : bool :=
  match x, y with XTo a, XTo b => a =? b | XRet a, XRet b => a =? b | _, _ => false end.
Definition exits : Type := list (exit * bdd).
Fixpoint exit_add (x : exit) (g : bdd) (l : exits) : T exits :=
  if is_false g then tret l
  else match l with
       | [] => tret [(x, g)]
       | (y, d) :: l' =>
           if exit_eqb y x
           then d' <-- attempt (bor d g) btrue ;; tret ((y, d') :: l')
           else l'' <-- exit_add x g l' ;; tret ((y, d) :: l'')
       end.
Definition code_at (code : ccode) (pc : Z) : option cinsn :=
  match zfind pc code with Some (Some i) => Some i | _ => None end.
Definition target (code : ccode) (pc : Z) : exit :=
  match code_at code pc with
  | Some i => match ci_op i with CRetK => XRet (ci_k i) | _ => XTo pc end
  | None => XTo pc
  end.
Definition jump_at (js : jumps) (pc : Z) : bdd * bdd :=
  match zfind pc js with Some b => b | None => (btrue, btrue) end.
Definition one_exits (code : ccode) (js : jumps) (pc : Z) : T exits :=
  match code_at code pc with
  | None => tret []
  | Some i =>
      match ci_op i with
      | CRetK => tret [(XRet (ci_k i), btrue)]
      | CJa => tret [(target code (pc + 1 + ci_k i), btrue)]
      | CJmp _ _ =>
          l <-- exit_add (target code (pc + 1 + ci_jt i)) (fst (jump_at js pc)) [] ;;
          exit_add (target code (pc + 1 + ci_jf i)) (snd (jump_at js pc)) l
      | _ => tret [(target code (pc + 1), btrue)]
      end
  end.

(** What is known already: of the interval of 2^k instructions from [from] on, entered at [entry].
    As in the tables of diagrams, what is found is compared with what was looked for. *)
Definition known_exits : Type := zmap (nat * Z * Z * exits).
Definition exits_key (k : nat) (from entry : Z) : Z := key3 (Z.of_nat k) from entry.
Definition exits_find (k : nat) (from entry : Z) (h : known_exits) : option exits :=
  match zfind (exits_key k from entry) h with
  | Some (k', from', entry', l) =>
      if Nat.eqb k' k && (from' =? from) && (entry' =? entry) then Some l else None
  | None => None
  end.

(** [l] leads out of the first half; what stays below [high] goes on by [next]. *)
Fixpoint beyond (c : bdd) (r l : exits) : T exits :=
  match r with
  | [] => tret l
  | (x, d) :: r' => g <-- attempt (band c d) c ;; l' <-- exit_add x g l ;; beyond c r' l'
  end.
Fixpoint go_on (next : Z -> known_exits -> T (exits * known_exits)) (high : Z) (l acc : exits)
    (h : known_exits) : T (exits * known_exits) :=
  match l with
  | [] => tret (acc, h)
  | (x, c) :: l' =>
      let out := acc' <-- exit_add x c acc ;; go_on next high l' acc' h in
      match x with
      | XRet _ => out
      | XTo pc =>
          if pc <? high
          then r <-- next pc h ;; acc' <-- beyond c (fst r) acc ;; go_on next high l' acc' (snd r)
          else out
      end
  end.
Fixpoint exits_of (code : ccode) (js : jumps) (k : nat) (from entry : Z) (h : known_exits) :
  T (exits * known_exits) :=
  match k with
  | O => l <-- one_exits code js from ;; tret (l, h)
  | S k' =>
      match exits_find k from entry h with
      | Some l => tret (l, h)
      | None =>
          let middle := from + 2 ^ Z.of_nat k' in
          x <-- (if middle <=? entry then exits_of code js k' middle entry h
                 else
                   l <-- exits_of code js k' from entry h ;;
                   go_on (fun pc h' => exits_of code js k' middle pc h')
                     (middle + 2 ^ Z.of_nat k') (fst l) [] (snd l)) ;;
          tret (fst x, zset (exits_key k from entry) (k, from, entry, fst x) (snd x))
      end
  end.

(** Ways that do not return lead nowhere: there are none, but then nothing is known. *)
Fixpoint ends_of (l : exits) (s : sinks) : T sinks :=
  match l with
  | [] => tret s
  | (XRet r, g) :: l' => s' <-- add_out r g s ;; ends_of l' s'
  | (XTo _, g) :: l' => s' <-- add_lost g s ;; ends_of l' s'
  end.
Fixpoint doublings (k : nat) (n : Z) : nat :=
  match k with O => O | S k' => if n <=? 1 then O else S (doublings k' ((n + 1) / 2)) end.
Definition max_doublings : nat := 12.
Definition by_halves (p : cprog) : T (option sinks) :=
  if forallb (fun o => match o with Some i => plain i | None => false end) p then
    js <-- jumps_from 0 p (zset 0 (Some (sconst 0)) zempty) zempty ;;
    match js with
    | None => tret None
    | Some js =>
        x <-- exits_of (classic_code p) js (doublings max_doublings (clength p)) 0 0 zempty ;;
        s <-- ends_of (fst x) (Sinks zempty bfalse) ;;
        tret (Some s)
    end
  else tret None.

(** The inputs that may end with each outcome. *)
Definition ends (p : cprog) : T sinks :=
  x <-- by_halves p ;;
  match x with
  | Some s => tret s
  | None => sym_from (liveness 0 p) 0 p (zset 0 sym_init zempty, Sinks zempty bfalse)
  end.

(** * The table *)
(** the inputs that may end in more than one way *)
Fixpoint overlap (l : list (Z * bdd)) (any twice : bdd) : T bdd :=
  match l with
  | [] => tret twice
  | (_, d) :: l' =>
      twice' <-- attempt (b <- band any d ;; bor twice b) btrue ;;
      any' <-- attempt (bor any d) btrue ;;
      overlap l' any' twice'
  end.
Fixpoint exact (bad : bdd) (l : list (Z * bdd)) : T (list (Z * bdd)) :=
  match l with
  | [] => tret []
  | (r, d) :: l' =>
      c <-- attempt (n <- bnot bad ;; band d n) bfalse ;;
      rest <-- exact bad l' ;;
      tret (if is_false c then rest else (r, c) :: rest)
  end.
Fixpoint uncovered (l : list (Z * bdd)) (rest : bdd) : T bdd :=
  match l with
  | [] => tret rest
  | (_, d) :: l' =>
      rest' <-- attempt (n <- bnot d ;; band rest n) btrue ;;
      uncovered l' rest'
  end.

(** An input of a diagram: the variables that one of its paths needs, all others 0. *)
Fixpoint true_path (f : bdd) : list Z :=
  match f with
  | Const _ => []
  | Test _ v lo hi => if is_false lo then v :: true_path hi else true_path lo
  end.
Definition path_byte (vs : list Z) (i : Z) : Z :=
  fold_right (fun j b =>
      if existsb (Z.eqb (bit_var ord (Z.land i 60) (8 * Z.land i 3 + j))) vs
      then Z.lor b (Z.shiftl 1 j) else b)
    0 [0; 1; 2; 3; 4; 5; 6; 7].
Fixpoint numbers_from (k : Z) (n : nat) : list Z :=
  match n with O => [] | S n' => k :: numbers_from (k + 1) n' end.
Definition byte_offsets : list Z := numbers_from 0 64.
Definition path_bytes (f : bdd) : list Z := map (path_byte (true_path f)) byte_offsets.
Definition bytes_env (l : list Z) : cenv :=
  CEnv (fun i => if i <? 0 then 0 else nth (Z.to_nat i) l 0)
    0 seccomp_size seccomp_size 0 None true false (fun _ _ => 0).

(** The witness is run, and believed only then. *)
Definition shows (p : cprog) (r : Z) (c : bdd) (bytes : list Z) : bool :=
  holds_for ord c (bytes_env bytes) &&
  match classic_run LinuxSeccomp p (bytes_env bytes) (length p) with
  | CDone r' => r' =? r
  | _ => false
  end.
Fixpoint rows_of (p : cprog) (l : list (Z * bdd)) : option (list row) :=
  match l with
  | [] => Some []
  | (r, c) :: l' =>
      let bytes := path_bytes c in
      if shows p r c bytes then option_map (cons (Row r c bytes)) (rows_of p l') else None
  end.

(** Leaves each outcome the inputs that may end in no other way; and the rest. *)
Definition settle (s : sinks) : T (list (Z * bdd) * bdd) :=
  bad <-- overlap (zlist (k_outs s)) bfalse (k_lost s) ;;
  l <-- exact bad (zlist (k_outs s)) ;;
  rest <-- uncovered l btrue ;;
  tret (l, rest).
Definition decide (p : cprog) : T (list (Z * bdd) * bdd) := s <-- ends p ;; settle s.

(** [limit] bounds the nodes of all diagrams together.  [None]: not a filter that Linux accepts. *)
Definition audit_in (limit : Z) (p : cprog) : option table :=
  if order_ok ord && classic_check LinuxSeccomp p then
    let '(_, (l, rest)) := decide p (mgr_empty limit) in
    option_map (fun rows => Table ord rows rest) (rows_of p l)
  else None.

(** * Two filters: no input ends differently *)
Fixpoint apart_from (r : Z) (c : bdd) (l : list (Z * bdd)) : T bool :=
  match l with
  | [] => tret true
  | (r', c') :: l' =>
      if r' =? r then apart_from r c l'
      else b <-- attempt (x <- band c c' ;; bret (is_false x)) false ;;
           if b then apart_from r c l' else tret false
  end.
Fixpoint all_apart (l l' : list (Z * bdd)) : T bool :=
  match l with
  | [] => tret true
  | (r, c) :: l1 => b <-- apart_from r c l' ;; if b then all_apart l1 l' else tret false
  end.
Definition same_decisions (p q : cprog) : T bool :=
  x <-- decide p ;;
  y <-- decide q ;;
  if is_false (snd x) && is_false (snd y) then all_apart (fst x) (fst y) else tret false.
Definition equivalent_in (limit : Z) (p q : cprog) : bool :=
  order_ok ord && classic_check LinuxSeccomp p && classic_check LinuxSeccomp q
    && snd (same_decisions p q (mgr_empty limit)).
End Ordered.

(** The programs choose the order. *)
Definition audit (limit : Z) (p : cprog) : option table := audit_in (order_of [p]) limit p.
Definition equivalent (limit : Z) (p q : cprog) : bool := equivalent_in (order_of [p; q]) limit p q.
