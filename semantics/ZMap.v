(** Finite maps from [Z], with the few laws that anything here uses.  Programs, memory and abstract
    states are such maps. *)
From Coq Require Import FMapAVL OrderedTypeEx.
From Semantics Require Export Word.

Module M := FMapAVL.Make Z_as_OT.

Definition zmap := M.t.
Definition zempty {A} : zmap A := M.empty A.
Definition zfind {A} (k : Z) (m : zmap A) : option A := M.find k m.
Definition zset {A} (k : Z) (v : A) (m : zmap A) : zmap A := M.add k v m.
Definition zdel {A} (k : Z) (m : zmap A) : zmap A := M.remove k m.
Definition zlist {A} (m : zmap A) : list (Z * A) := M.elements m.
Definition zall {A} (f : Z -> A -> bool) (m : zmap A) : bool :=
  forallb (fun '(k, v) => f k v) (zlist m).
(** every value changed by [f] *)
Definition zmap_map {A B} (f : A -> B) (m : zmap A) : zmap B := M.map f m.
(** of the [n] keys from [k] on, removes those whose value meets [f] *)
Fixpoint zdel_from {A} (f : Z -> A -> bool) (k : Z) (n : nat) (m : zmap A) : zmap A :=
  match n with
  | O => m
  | S n' =>
    zdel_from f (k + 1) n'
      (match zfind k m with Some v => if f k v then zdel k m else m | None => m end)
  end.

Section Laws.
Context {A : Type}.
Implicit Types m : zmap A.

Lemma zfind_empty k : zfind k (@zempty A) = None.
Proof.
  reflexivity.
Qed.
Lemma zfind_same k v m : zfind k (zset k v m) = Some v.
Proof. apply M.find_1, M.add_1. reflexivity. Qed.
Lemma zfind_other k k' v m : k <> k' -> zfind k' (zset k v m) = zfind k' m.
Proof.
  unfold zfind, zset. intros N. destruct (M.find k' m) eqn:E.
  - (* Some a *) apply M.find_1, M.add_2, M.find_2; assumption.
  - (* None *) destruct (M.find k' (M.add k v m)) eqn:E'; auto.
    apply M.find_2, M.add_3 in E'; auto. apply M.find_1 in E'. congruence.
Qed.
Lemma zfind_set k k' v m : zfind k' (zset k v m) = if k' =? k then Some v else zfind k' m.
Proof. destruct (Z.eqb_spec k' k); subst; auto using zfind_same, zfind_other. Qed.
Lemma zfind_del k k' m : zfind k' (zdel k m) = if k' =? k then None else zfind k' m.
Proof.
  unfold zfind, zdel. destruct (Z.eqb_spec k' k) as [->|N].
  - (* k' = k *) destruct (M.find k (M.remove k m)) eqn:E; auto.
    exfalso. apply M.find_2 in E.
    eapply M.remove_1; eauto. eexists; eauto.
  - (* k' <> k *) destruct (M.find k' m) eqn:E.
    + (* Some a *) apply M.find_1, M.remove_2, M.find_2; auto.
    + (* None *) destruct (M.find k' (M.remove k m)) eqn:E'; auto.
      apply M.find_2, M.remove_3 in E'. apply M.find_1 in E'. congruence.
Qed.
Lemma zfind_del_from f k' n : forall k m,
  zfind k' (zdel_from f k n m) =
  match zfind k' m with
  | Some v => if (k <=? k') && (k' <? k + Z.of_nat n) && f k' v then None else Some v
  | None => None
  end.
Proof.
  induction n as [|n IH]; intros k m; cbn [zdel_from].
  - (* O *) destruct (zfind k' m); auto.
    destruct (Z.leb_spec k k'), (Z.ltb_spec k' (k + Z.of_nat 0)); cbn [andb]; auto; lia.
  - (* S n *) rewrite IH.
    replace (zfind k' (match zfind k m with
                       | Some v => if f k v then zdel k m else m
                       | None => m
                       end))
      with (match zfind k' m with
            | Some v => if (k' =? k) && f k' v then None else Some v
            | None => None
            end).
    + (* the deletions after it *) destruct (zfind k' m) as [v|]; auto.
      destruct (Z.eqb_spec k' k), (Z.leb_spec (k + 1) k'), (Z.ltb_spec k' (k + 1 + Z.of_nat n)),
        (Z.leb_spec k k'), (Z.ltb_spec k' (k + Z.of_nat (S n))); destruct (f k' v) eqn:Ef;
          cbn [andb];
        rewrite ?Ef; auto; exfalso; lia.
    + (* the first deletion *) destruct (Z.eqb_spec k' k) as [->|N].
      * (* k' = k *) destruct (zfind k m) as [v|] eqn:E; auto. cbn [andb].
        destruct (f k v); auto. rewrite zfind_del, Z.eqb_refl; auto.
      * (* k' <> k *)
        cbn [andb]. destruct (zfind k m) as [v|] eqn:E; [|destruct (zfind k' m); auto].
        destruct (f k v); [rewrite zfind_del; destruct (Z.eqb_spec k' k); [contradiction|]|];
          destruct (zfind k' m); auto.
Qed.
Lemma zfind_map {B} (f : A -> B) m k : zfind k (zmap_map f m) = option_map f (zfind k m).
Proof.
  unfold zfind, zmap_map. destruct (M.find k m) eqn:E; cbn [option_map].
  - (* Some a *) apply M.find_1, M.map_1, M.find_2, E.
  - (* None *) destruct (M.find k (M.map f m)) eqn:E'; auto.
    assert (I : M.In k m) by (apply M.map_2 with (f := f); eexists; apply M.find_2, E').
    destruct I as [v I]. apply M.find_1 in I. congruence.
Qed.
Lemma zall_find f m k v : zall f m = true -> zfind k m = Some v -> f k v = true.
Proof.
  unfold zall, zfind, zlist. intros E F. rewrite forallb_forall in E.
  apply M.find_2, M.elements_1, SetoidList.InA_alt in F.
  destruct F as [[k1 v1] [[Ek Ev] I]]. cbn in Ek, Ev.
  specialize (E _ I). cbn in E.
  unfold Z_as_OT.eq in Ek. subst. exact E.
Qed.
Lemma zlist_in m k v : In (k, v) (zlist m) <-> zfind k m = Some v.
Proof.
  unfold zlist, zfind. split; intros H.
  - (* in the list, so found *) apply M.find_1, M.elements_2, SetoidList.InA_alt. exists (k, v).
    split; [split; reflexivity | exact H].
  - (* found, so in the list *)
    apply M.find_2, M.elements_1, SetoidList.InA_alt in H. destruct H as [[k1 v1] [[Ek Ev] I]].
    cbn in Ek, Ev.
    unfold Z_as_OT.eq in Ek. subst. exact I.
Qed.
Lemma zlist_nodup m : NoDup (map fst (zlist m)).
Proof.
  unfold zlist. assert (N := M.elements_3w m).
  induction N as [| [k v] l I N IH]; cbn [map fst]; constructor; [| exact IH].
  intros J. apply I. apply in_map_iff in J.
  destruct J as [[k' v'] [E J]]. cbn [fst] in E. subst k'.
  apply SetoidList.InA_alt. exists (k, v'). split; [reflexivity | exact J].
Qed.
End Laws.
