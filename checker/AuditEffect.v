(** The audit by what Linux makes of returned values: rows of one effect are one, and a stack of
    filters has one table.  Each filter is audited apart; their decisions are composed as Linux
    composes values, from the newest filter on. *)
From Semantics Require Export SeccompEffect.
From Checker Require Export Audit.

(** What a filter decides: values, each with its inputs, and what is left undecided *)
Definition decision : Type := list (Z * bdd) * bdd.

Section Ordered.
Variable ord : order.

(** * Stacks *)
(** in the order of installation *)
Fixpoint decide_all (ps : list cprog) : T (list decision) :=
  match ps with
  | [] => tret []
  | p :: ps' => d <-- decide ord p ;; ds <-- decide_all ps' ;; tret (d :: ds)
  end.
(** a value of the newer filters, with each of an older one *)
Fixpoint over (newer : Z) (c : bdd) (rows : list (Z * bdd)) (s : sinks) : T sinks :=
  match rows with
  | [] => tret s
  | (older, d) :: rows' =>
      both <-- attempt (band c d) btrue ;;
      s' <-- add_out (stricter newer older) both s ;;
      over newer c rows' s'
  end.
Fixpoint all_over (l rows : list (Z * bdd)) (s : sinks) : T sinks :=
  match l with
  | [] => tret s
  | (newer, c) :: l' => s' <-- over newer c rows s ;; all_over l' rows s'
  end.
Fixpoint compose (ds : list decision) : T sinks :=
  match ds with
  | [] => tret (Sinks (zset ret_allow btrue zempty) bfalse)
  | d :: ds' =>
      s <-- compose ds' ;;
      s' <-- all_over (zlist (k_outs s)) (fst d) (Sinks zempty (k_lost s)) ;;
      add_lost (snd d) s'
  end.
Definition decide_stack (ps : list cprog) : T decision :=
  match ps with
  | [p] => decide ord p
  | _ => ds <-- decide_all ps ;; s <-- compose ds ;; settle s
  end.

(** * Effects *)
Fixpoint join (l : list (Z * bdd)) (outs : zmap bdd) : B (zmap bdd) :=
  match l with
  | [] => bret outs
  | (r, d) :: l' =>
      let v := effect r in
      match zfind v outs with
      | None => join l' (zset v d outs)
      | Some d0 => d' <- bor d0 d ;; join l' (zset v d' outs)
      end
  end.
(** All nodes that there may be are for this. *)
Definition whole {A} (c : B A) : B A := fun m =>
  let '(Mgr n u r next _ total allow) := m in c (Mgr n u r next total total allow).

(** The witness is run through all filters. *)
Definition shows_effect (ps : list cprog) (v : Z) (c : bdd) (bytes : list Z) : bool :=
  holds_for ord c (bytes_env bytes) &&
  match linux_effect ps (bytes_env bytes) with Some v' => v' =? v | None => false end.
Fixpoint effect_rows (ps : list cprog) (l : list (Z * bdd)) : option (list row) :=
  match l with
  | [] => Some []
  | (v, c) :: l' =>
      let bytes := path_bytes ord c in
      if shows_effect ps v c bytes
      then option_map (cons (Row v c bytes)) (effect_rows ps l')
      else None
  end.

(** [None]: no filters, one that Linux does not accept, or no room to join rows. *)
Definition is_nil {A} (l : list A) : bool := match l with [] => true | _ => false end.
Definition audit_effects_in (limit : Z) (ps : list cprog) : option table :=
  if order_ok ord && negb (is_nil ps) && forallb (classic_check LinuxSeccomp) ps then
    let '(m, (l, rest)) := decide_stack ps (mgr_empty limit) in
    match whole (join l zempty) m with
    | Some (_, outs) =>
        option_map (fun rows => Table ord rows rest) (effect_rows ps (zlist outs))
    | None => None
    end
  else None.
End Ordered.

(** The filters choose the order. *)
Definition audit_effects (limit : Z) (ps : list cprog) : option table :=
  audit_effects_in (order_of ps) limit ps.
