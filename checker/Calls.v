(** Helper calls by contract. *)
From Checker Require Export Refine.

(** Memory that a helper may read. *)
Definition a_reads (t : target) (a : astate) (x : aval) (n : Z) : bool :=
  (0 <? n) &&
  match a_addr t (a_facts a) x 0 n false with
  | Some (PStack k) => init_ok t (a_written a) k n
  | Some (PCtx _) | None => false
  | Some PPkt | Some PVal => true
  end.
Fixpoint a_args (t : target) (a : astate) (args : list arg) (rs : list reg) (m : option Z) : option (option Z) :=
  match args, rs with
  | [], _ => Some m
  | _ :: _, [] => None
  | g :: args', r :: rs' =>
    match get r (a_regs a) with
    | None => None
    | Some x =>
      let reads n := if a_reads t a x n then a_args t a args' rs' m else None in
      let of_map f := match obind m (map_of t) with Some d => reads (f d) | None => None end in
      match g with
      | AAny => a_args t a args' rs' m
      | AMap => match fact_of (a_facts a) x with
                | Some (FMap i) => if snd x =? 0 then a_args t a args' rs' (Some i) else None
                | _ => None
                end
      | AKey => of_map m_key
      | AValue => of_map m_value
      | AMem => match rs' with
                | r2 :: _ => match obind (get r2 (a_regs a)) (view (a_facts a)) with
                             | Some (_, s) => if 0 <? s_umin s then reads (s_umax s) else None
                             | None => None
                             end
                | [] => None
                end
      | ASize => a_args t a args' rs' m
      | ACtx => match fact_of (a_facts a) x with
                | Some FCtx => if snd x =? 0 then a_args t a args' rs' m else None
                | _ => None
                end
      end
    end
  end.
Definition a_ret (r : ret) (m : option Z) : option ares :=
  match r with
  | RInt lo hi => if (- sign64 <=? lo) && (lo <=? hi) && (hi <? sign64) then Some (New (FScalar false (sc_srange lo hi)) 0) else None
  | RValue => match m with Some i => Some (New (FNull i) 0) | None => None end
  end.
Definition a_clobber (a : astate) : astate :=
  AState (a_pc a) (set R1 None (set R2 None (set R3 None (set R4 None (set R5 None (a_regs a))))))
         (a_slots a) (a_written a) (a_facts a) (a_next a).
Definition a_call (t : target) (a : astate) (h : Z) : option astate :=
  if existsb (Z.eqb h) (pt_helpers (t_type t)) then
    obind (helper_of h) (fun d =>
    obind (a_args t a (h_args d) arg_regs None) (fun m =>
    obind (a_ret (h_ret d) m) (fun r => Some (a_put (a_clobber a) 1 R0 r))))
  else None.
