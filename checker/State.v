(** The abstract state, and the concrete states it stands for. *)
From Checker Require Export Fact.

(** A spill: the [size] bytes at this offset from the frame's top hold the value. *)
Record astate := AState {
  a_pc : Z;
  a_regs : rf (option aval);
  a_slots : zmap (size * aval);
  a_written : Z;                              (* bit i: byte i of the frame, from its lowest, has been written *)
  a_facts : facts;
  a_next : Z }.                               (* the next free symbol *)

Record memrel (L : layout) (sl : zmap (size * aval)) (ini : Z) (vs : list Z) (m : memory) : Prop := {
  m_slots : forall o z v, zfind o sl = Some (z, v) ->
    - stack_size <= o /\ o + zbytes z <= 0 /\ relv vs v (load m (l_stack L + stack_size + o) (bytes z));
  m_written : forall i, 0 <= i < stack_size -> Z.testbit ini i = true -> written m (l_stack L + i) = true }.

Record gamma (t : target) (a : astate) (vs : list Z) (s : state) : Prop := {
  g_wf : wf_layout t (lay s);
  g_live : live s = regions t (lay s);
  g_pc : pc s = a_pc a;
  g_next : a_next a = Z.of_nat (length vs);
  g_facts : facts_hold t (lay s) (a_facts a) vs;
  g_regs : forall r, relo vs (get r (a_regs a)) (get r (regs s));
  g_mem : memrel (lay s) (a_slots a) (a_written a) vs (mem s) }.

Definition a_goto (a : astate) (t : Z) : astate :=
  AState t (a_regs a) (a_slots a) (a_written a) (a_facts a) (a_next a).
(** [n] slots on, register [d] holds the result [r]. *)
Definition a_put (a : astate) (n : Z) (d : reg) (r : ares) : astate :=
  match r with
  | Old v => AState (a_pc a + n) (set d (Some v) (a_regs a)) (a_slots a) (a_written a) (a_facts a) (a_next a)
  | New f c => AState (a_pc a + n) (set d (Some (a_next a, c)) (a_regs a)) (a_slots a) (a_written a)
                      (zset (a_next a) f (a_facts a)) (a_next a + 1)
  end.
