(** Which references are acquired: those whose symbol's fact says so.  A reference has one symbol
    until it is released, so that the release, which changes that symbol's fact, ends the use of
    every copy. *)
From Checker Require Export Fact.
From Coq Require Export Permutation.

(** Symbol [k] stands for [h], which may be more than is known of it. *)
Definition claims (F : facts) (vs : list Z) (k : Z) (h : reference) : Prop :=
  re_base h <> 0 /\ nth_z vs k = Some (re_base h) /\
  exists kd nu, zfind k F = Some (FRef kd (re_size h) nu) /\ ref_kind_fits kd (re_kind h) = true.
(** The symbols that are not null and the acquired references are one to one. *)
Definition refrel (F : facts) (vs : list Z) (hs : list reference) : Prop :=
  exists l : list (Z * reference), NoDup (map fst l) /\ (forall k h, In (k, h) l -> claims F vs k h)
    /\ (forall k h, claims F vs k h -> exists h', In (k, h') l) /\ Permutation (map snd l) hs.

Definition no_refs (F : facts) : bool := zall (fun _ f => not_ref f) F.

(** Inclusion: under the substitution, the references of the target are those of the source, each
    once; one that is null in the source is none. *)
Definition claimants (F : facts) : list Z :=
  map fst (filter (fun e => negb (not_ref (snd e))) (zlist F)).
Definition ref_in (F : facts) (k : Z) : bool := match zfind k F with Some f => negb (not_ref f)
  | None => false end.
Fixpoint distinct (l : list Z) : bool :=
  match l with [] => true | x :: l' => negb (existsb (Z.eqb x) l') && distinct l' end.
Definition image (sub : zmap aval) (k : Z) : Z := match zfind k sub with Some v => fst v | None =>
  0 end.
Definition refs_le (F : facts) (sub : zmap aval) (G : facts) : bool :=
  let images := filter (ref_in F) (map (image sub) (claimants G)) in
  distinct images && forallb (fun k => existsb (Z.eqb k) images) (claimants F).
