(** Which resources are held: those whose symbol's fact says so.  A resource has one symbol for as long as it is held, so that
    giving it back, which changes that symbol's fact, ends the use of every copy. *)
From Checker Require Export Fact.
From Coq Require Export Permutation.

(** Symbol [k] stands for [h], which may be more than is known of it. *)
Definition claims (F : facts) (vs : list Z) (k : Z) (h : held) : Prop :=
  hd_base h <> 0 /\ nth_z vs k = Some (hd_base h) /\ 
  exists kd nu, zfind k F = Some (FHeld kd (hd_size h) nu) /\ kind_fits kd (hd_kind h) = true.
(** The symbols that are not null and what is held are one to one. *)
Definition heldrel (F : facts) (vs : list Z) (hs : list held) : Prop :=
  exists l : list (Z * held), NoDup (map fst l) /\ (forall k h, In (k, h) l -> claims F vs k h)
    /\ (forall k h, claims F vs k h -> exists h', In (k, h') l) /\ Permutation (map snd l) hs.

Definition holds_none (F : facts) : bool := zall (fun _ f => unheld f) F.

(** Inclusion: under the substitution, the held symbols of the target are those of the source, each once; one that is null in the
    source holds nothing. *)
Definition claimants (F : facts) : list Z := map fst (filter (fun e => negb (unheld (snd e))) (zlist F)).
Definition held_in (F : facts) (k : Z) : bool := match zfind k F with Some f => negb (unheld f) | None => false end.
Fixpoint distinct (l : list Z) : bool :=
  match l with [] => true | x :: l' => negb (existsb (Z.eqb x) l') && distinct l' end.
Definition image (sub : zmap aval) (k : Z) : Z := match zfind k sub with Some v => fst v | None => 0 end.
Definition held_le (F : facts) (sub : zmap aval) (G : facts) : bool :=
  let images := filter (held_in F) (map (image sub) (claimants G)) in
  distinct images && forallb (fun k => existsb (Z.eqb k) images) (claimants F).
