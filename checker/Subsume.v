(** Inclusion by substitution: for each symbol of the target state, a value of the source state that
    meets its fact. *)
From Checker Require Export Exec.

Definition subst := zmap aval.
Definition opt_ge (have need : option Z) : bool :=
  match need, have with None, _ => true | Some x, Some y => x <=? y | Some _, None => false end.
Definition area_eqb (p q : area) : bool := match p, q with Packet, Packet | Metadata, Metadata =>
  true | _, _ => false end.
Definition fact_le (t : target) (F : facts) (a : aval) (f : fact) : bool :=
  let here := snd a =? 0 in
  match f with
  | FScalar ta s => let '(ta', s') := any_view F a in (ta || negb ta') && sc_le s' s
  | FStack j mx al => match fact_of F a with Some (FStack j' mx' al') => (j =? j') && (0 <=? snd a)
    && (mx' + snd a <=? mx) && multiple al' al && multiple (snd a) al | _ => false end
  | FCtx => here && match fact_of F a with Some FCtx => true | _ => false end
  | FEnd => here && match fact_of F a with Some FEnd => true | _ => false end
  | FMap i => here && match fact_of F a with Some (FMap i') => i =? i' | _ => false end
  | FMapOrNull i =>
    match fact_of F a with
    | Some (FMapOrNull i') | Some (FMap i') => here && (i =? i')
    | Some (FScalar _ _) => match const_of F a with Some Z0 => true | _ => false end
    | _ => false
    end
  | FPkt p mx av =>
    match fact_of F a with
    | Some (FPkt p' mx' av') =>
      let o := snd a in
      area_eqb p' p && (0 <=? o) && (mx' + o <=? mx) && (mx' + o <? reach) &&
      opt_ge (match av' with Some k => Some (k - o) | None => None end) av
    | _ => false
    end
  | FMapValue i mx al =>
    match fact_of F a, map_of t i with
    | Some (FMapValue i' mx' al'), Some m => (i =? i') && (0 <=? snd a) && (mx' + snd a <=? mx)
      && (mx' + snd a <=? m_value m) && multiple al' al && multiple (snd a) al
    | _, _ => false
    end
  | FMapValueOrNull i =>
    match fact_of F a with
    | Some (FMapValueOrNull i') => here && (i =? i')
    | Some (FMapValue i' mx _) => here && (i =? i') && (mx =? 0)
    | Some (FScalar _ _) => match const_of F a with Some Z0 => true | _ => false end
    | _ => false
    end
  | FRef k n nu =>
    match fact_of F a with
    | Some (FRef k' n' nu') => here && ref_kind_fits k k' && (n =? n') && (nu || negb nu')
    | Some (FScalar _ _) => nu && match const_of F a with Some Z0 => true | _ => false end
    | _ => false
    end
  | FRecordAt n mx al =>
    match fact_of F a with
    | Some (FRecordAt n' mx' al') => (n =? n') && (0 <=? snd a) && (mx' + snd a <=? mx)
      && (mx' + snd a <=? n) && multiple al' al && multiple (snd a) al
    | _ => false
    end
  | FObj i => here && match fact_of F a with Some (FObj i') => i =? i' | _ => false end
  | FObjOrNull i =>
    match fact_of F a with
    | Some (FObjOrNull i') | Some (FObj i') => here && (i =? i')
    | Some (FScalar _ _) =>
      match const_of F a, type_of t i with Some Z0, Some _ => true | _, _ => false end
    | _ => false
    end
  | FFunc pc => here && match fact_of F a with Some (FFunc pc') => pc =? pc' | _ => false end
  end.
Definition bound_in (next : Z) (a : aval) : bool := (0 <=? fst a) && (fst a <? next).
Definition facts_le (t : target) (a : astate) (sub : subst) (G : facts) : bool :=
  zall (fun k f => match zfind k sub with
                   | Some v => bound_in (a_next a) v && fact_le t (a_facts a) v f
                   | None => false
                   end) G.
(** the source value is the target value under the substitution *)
Definition aval_le (next : Z) (sub : subst) (a b : aval) : bool :=
  match zfind (fst b) sub with
  | Some v => bound_in next v && (fst a =? fst v) && (wrap (snd a) =? wrap (snd v + snd b))
  | None => false
  end.
Definition oval_le (next : Z) (sub : subst) (a b : option aval) : bool :=
  match b, a with None, _ => true | Some y, Some x => aval_le next sub x y | Some _, None =>
    false end.
Definition regs_le (next : Z) (sub : subst) (a b : rf (option aval)) : bool :=
  forallb (fun r => oval_le next sub (get r a) (get r b)) all_regs.
Definition after_le (next : Z) (sub : subst) (a b : aafter) : bool :=
  match a, b with
  | ABack, ABack => true
  | AAgain f rest ctx most, AAgain f' rest' ctx' most' =>
    (f =? f') && aval_le next sub rest rest' && aval_le next sub ctx ctx'
      && (most <=? most') && (most' <=? max_calls)
  | _, _ => false
  end.
Fixpoint frames_le (next : Z) (sub : subst) (a b : list aframe) : bool :=
  match a, b with
  | [], [] => true
  | f :: a', g :: b' => (af_pc f =? af_pc g) && regs_le next sub (af_regs f) (af_regs g)
    && oval_le next sub (af_rounds f) (af_rounds g)
    && after_le next sub (af_after f) (af_after g) && frames_le next sub a' b'
  | _, _ => false
  end.
(** Symbols of the target at or above its counter, or below 0, stand for nothing. *)
Definition oval_ok (next : Z) (x : option aval) : bool := match x with Some v => bound_in next v
  | None => true end.
Definition regs_ok (next : Z) (x : rf (option aval)) : bool :=
  forallb (fun r => oval_ok next (get r x)) all_regs.
Definition after_ok (next : Z) (x : aafter) : bool :=
  match x with ABack => true | AAgain _ rest ctx _ => bound_in next rest && bound_in next ctx end.
Definition frame_ok (next : Z) (f : aframe) : bool :=
  regs_ok next (af_regs f) && oval_ok next (af_rounds f) && after_ok next (af_after f).
Definition names_ok (b : astate) : bool :=
  (0 <=? a_next b) && zall (fun k _ => (0 <=? k) && (k <? a_next b)) (a_facts b)
  && regs_ok (a_next b) (a_regs b)
  && forallb (frame_ok (a_next b)) (a_frames b)
  && zall (fun _ sl => bound_in (a_next b) (snd sl)) (a_slots b) && oval_ok (a_next b) (a_rounds b).
(** Bytes that the target has written if its symbol is 0 are so in the source: they are written, or
    wait for the same symbol; or that is not 0. *)
Definition pending_le (F : facts) (next nb : Z) (sub : subst) (a b : written_bytes) : bool :=
  match wb_pending b with
  | None => true
  | Some (k, bits) =>
    bound_in nb (k, 0) &&
    match zfind k sub with
    | Some v =>
      let bits := Z.ldiff bits (wb_bits a) in
      bound_in next v &&
      match view F v with
      | Some (_, s) => (bits =? 0) || (0 <? s_umin s)
        || match wb_pending a with
           | Some (j, more) => (fst v =? j) && (snd v =? 0) && (Z.ldiff bits more =? 0)
           | None => false
           end
      | None => false
      end
    | None => false
    end
  end.
Definition written_le (a b : written_bytes) : bool := Z.land (wb_bits b) (wb_bits a) =? wb_bits b.
Definition astate_le (t : target) (sub : subst) (a b : astate) : bool :=
  (a_pc a =? a_pc b)
  && names_ok b
  && facts_le t a sub (a_facts b)
  && refs_le (a_facts a) sub (a_facts b)
  && regs_le (a_next a) sub (a_regs a) (a_regs b)
  && oval_le (a_next a) sub (a_rounds a) (a_rounds b)
  && frames_le (a_next a) sub (a_frames a) (a_frames b)
  && zall (fun o sl => match zfind o (a_slots a) with
                       | Some sl' => size_eqb (fst sl') (fst sl)
                         && aval_le (a_next a) sub (snd sl') (snd sl)
                       | None => false
                       end) (a_slots b)
  && written_le (a_written a) (a_written b)
  && pending_le (a_facts a) (a_next a) (a_next b) sub (a_written a) (a_written b).
