(** The abstract state, and the concrete states it stands for. *)
From Checker Require Export Ref.

(** One numbering of the stack's bytes, from -4096 up to -1: the byte at offset [k] < 0 from the top
    of frame [j] is [k - 512 * j]. It names bytes, and says nothing of where frames lie. *)
Definition frame_at (o : Z) : Z := Z.shiftr (- o - 1) 9.
Definition stack_addr (L : layout) (o : Z) : Z :=
  frame_top L (frame_at o) + (o + stack_size * frame_at o).
(** The [n] bytes from [o] on are all in frame [j]. *)
Definition in_frame (j o n : Z) : Prop := - stack_size * (j + 1) <= o /\ o + n <= - stack_size * j.
Definition one_frame (o n : Z) : Prop := exists j, 0 <= j < max_frames /\ in_frame j o n.

(** A spill: the [size] bytes at this offset hold the value. *)
Record aframe := AFrame { af_pc : Z; af_regs : rf (option aval) }.
Record astate := AState {
  a_pc : Z;
  a_regs : rf (option aval);
  a_slots : zmap (size * aval);
  a_written : Z;                              (* bit i: the byte at offset i - 4096 has been written
                                                 *)
  a_frames : list aframe;                     (* the callers, innermost first *)
  a_facts : facts;
  a_next : Z }.                               (* the next free symbol *)

Record memrel (L : layout) (sl : zmap (size * aval)) (ini : Z) (vs : list Z) (m : memory) : Prop :=
  {
  m_slots : forall o z v, zfind o sl = Some (z, v) ->
    one_frame o (zbytes z) /\ all_written m (stack_addr L o) (bytes z) = true
      /\ relv vs v (load m (stack_addr L o) (bytes z));
  m_written : forall i, 0 <= i < stack_total -> Z.testbit ini i = true ->
    written m (stack_addr L (i - stack_total)) = true }.

Definition framerel (vs : list Z) (af : aframe) (f : frame) : Prop :=
  fr_pc f = af_pc af /\ forall r, relo vs (get r (af_regs af)) (get r (fr_regs f)).

Record gamma (t : target) (a : astate) (vs : list Z) (s : state) : Prop := {
  g_wf : wf_layout t (lay s);
  g_frames : Forall2 (framerel vs) (a_frames a) (frames s);
  g_depth : Z.of_nat (length (frames s)) < max_frames;
  g_live : live s = regions t (lay s) (length (frames s));
  g_pc : pc s = a_pc a;
  g_next : a_next a = Z.of_nat (length vs);
  g_facts : facts_hold t (lay s) (a_facts a) vs;
  g_regs : forall r, relo vs (get r (a_regs a)) (get r (regs s));
  g_mem : memrel (lay s) (a_slots a) (a_written a) vs (mem s);
  g_refs : refrel (a_facts a) vs (l_refs (lay s)) }.

(** How many calls are under way. *)
Definition a_depth (a : astate) : Z := Z.of_nat (length (a_frames a)).

Definition a_goto (a : astate) (t : Z) : astate :=
  AState t (a_regs a) (a_slots a) (a_written a) (a_frames a) (a_facts a) (a_next a).
(** [n] slots on, register [d] holds the result [r]. *)
Definition a_put (a : astate) (n : Z) (d : reg) (r : ares) : astate :=
  match r with
  | Old v => AState (a_pc a + n) (set d (Some v) (a_regs a)) (a_slots a) (a_written a) (a_frames a)
    (a_facts a) (a_next a)
  | New f c => AState (a_pc a + n) (set d (Some (a_next a, c)) (a_regs a)) (a_slots a) (a_written a)
    (a_frames a)
                      (zset (a_next a) f (a_facts a)) (a_next a + 1)
  end.
