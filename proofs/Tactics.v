(** The few tactics that all proofs share. *)
From Semantics Require Export Word.

(** Splits boolean conjunctions, and turns boolean tests into propositions that [lia] reads. *)
Ltac all_bools := repeat match goal with
  | H : _ && _ = true |- _ => apply andb_true_iff in H; destruct H
  | H : negb _ = true |- _ => apply negb_true_iff in H
  | H : negb _ = false |- _ => apply negb_false_iff in H
  | H : (_ <=? _) = true |- _ => apply Z.leb_le in H
  | H : (_ <? _) = true |- _ => apply Z.ltb_lt in H
  | H : (_ =? _) = true |- _ => apply Z.eqb_eq in H
  | H : (_ <=? _) = false |- _ => apply Z.leb_gt in H
  | H : (_ <? _) = false |- _ => apply Z.ltb_ge in H
  | H : (_ =? _) = false |- _ => apply Z.eqb_neq in H
  end.

Tactic Notation "bools" := all_bools.
(** [bools H as A B] splits the one conjunction [H : a && b = true]; with a pattern instead of two
    names it splits all those in it. *)
Tactic Notation "bools" hyp(H) "as" simple_intropattern(p) := rewrite !andb_true_iff in H;
  destruct H as p.
Tactic Notation "bools" hyp(H) "as" simple_intropattern(a) simple_intropattern(b) :=
  apply andb_true_iff in H; destruct H as [a b].

(* [injection] would compute the results. *)
Lemma some_inj {A} (x y : A) : Some x = Some y -> x = y.
Proof. intros H. exact (f_equal (fun o => match o with Some z => z | None => x end) H). Qed.

Lemma obind_some {A B} (x : option A) (f : A -> option B) b :
  obind x f = Some b -> exists a, x = Some a /\ f a = Some b.
Proof. destruct x as [a|]; cbn [obind]; intros H; [exists a; auto | discriminate H]. Qed.

(** [binds H as a E]: from [obind x f = Some b], [E : x = Some a] and [H : f a = Some b]. *)
Tactic Notation "binds" hyp(H) "as" ident(a) ident(E) :=
  apply obind_some in H; destruct H as [a [E H]].
