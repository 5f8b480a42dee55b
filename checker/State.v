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

(** Which bytes of the stack have been written: bit [i] of [wb_bits] is the byte at offset
    [i - 4096].  And which more if the symbol [k] is 0, as it may turn out later. *)
Record written_bytes := Written { wb_bits : Z; wb_pending : option (Z * Z) }.
Definition nothing_written : written_bytes := Written 0 None.

(** Of a callback: the calls that are left, what the helper passes on, and that all calls together
    are at most [most]. *)
Inductive aafter := ABack | AAgain (callback : Z) (rest ctx : aval) (most : Z).
Record aframe := AFrame {
  af_pc : Z; af_regs : rf (option aval); af_rounds : option aval; af_after : aafter }.
(** A spill: the [size] bytes at this offset hold the value. *)
Record astate := AState {
  a_pc : Z;
  a_regs : rf (option aval);
  a_slots : zmap (size * aval);
  a_written : written_bytes;
  a_frames : list aframe;                     (* the callers, innermost first *)
  a_facts : facts;
  a_next : Z;                                 (* the next free symbol *)
  a_rounds : option aval }.
(** States that differ in some fields. *)
Definition a_goto (a : astate) (pc : Z) : astate :=
  AState pc (a_regs a) (a_slots a) (a_written a) (a_frames a) (a_facts a) (a_next a) (a_rounds a).
Definition a_with_regs (a : astate) (rs : rf (option aval)) : astate :=
  AState (a_pc a) rs (a_slots a) (a_written a) (a_frames a) (a_facts a) (a_next a) (a_rounds a).
Definition a_with_stack (a : astate) (sl : zmap (size * aval)) (ini : written_bytes) :
  astate :=
  AState (a_pc a) (a_regs a) sl ini (a_frames a) (a_facts a) (a_next a) (a_rounds a).
Definition a_with_frames (a : astate) (fs : list aframe) : astate :=
  AState (a_pc a) (a_regs a) (a_slots a) (a_written a) fs (a_facts a) (a_next a) (a_rounds a).
Definition a_with_facts (a : astate) (F : facts) : astate :=
  AState (a_pc a) (a_regs a) (a_slots a) (a_written a) (a_frames a) F (a_next a) (a_rounds a).
Definition a_with_rounds (a : astate) (n : option aval) : astate :=
  AState (a_pc a) (a_regs a) (a_slots a) (a_written a) (a_frames a) (a_facts a) (a_next a) n.
(** The next free symbol has this fact. *)
Definition a_fresh (a : astate) (f : fact) : astate :=
  AState (a_pc a) (a_regs a) (a_slots a) (a_written a) (a_frames a)
    (zset (a_next a) f (a_facts a)) (a_next a + 1) (a_rounds a).

(** The bytes that the bits name have been written. *)
Definition bits_written (L : layout) (bits : Z) (m : memory) : Prop :=
  forall i, 0 <= i < stack_total -> Z.testbit bits i = true ->
    written m (stack_addr L (i - stack_total)) = true.
Definition pending_written (L : layout) (ini : written_bytes) (vs : list Z) (m : memory) : Prop :=
  forall k bits, wb_pending ini = Some (k, bits) ->
    0 <= k < Z.of_nat (length vs) /\ (nth_z vs k = Some 0 -> bits_written L bits m).
Record memrel (L : layout) (sl : zmap (size * aval)) (ini : written_bytes) (vs : list Z)
  (m : memory) : Prop := {
  m_slots : forall o z v, zfind o sl = Some (z, v) ->
    one_frame o (zbytes z) /\ all_written m (stack_addr L o) (bytes z) = true
      /\ relv vs v (load m (stack_addr L o) (bytes z));
  m_written : bits_written L (wb_bits ini) m;
  m_pending : pending_written L ini vs m }.

Definition afterrel (vs : list Z) (a : aafter) (c : after) : Prop :=
  match a, c with
  | ABack, Back => True
  | AAgain callback rest ctx most, Again callback' rest' index ctx' =>
    callback' = callback /\ relv vs rest rest' /\ relv vs ctx ctx'
      /\ 0 <= rest' /\ 0 <= index /\ index + rest' < most <= max_calls
  | _, _ => False
  end.
Definition framerel (vs : list Z) (af : aframe) (f : frame) : Prop :=
  fr_pc f = af_pc af /\ (forall r, relo vs (get r (af_regs af)) (get r (fr_regs f)))
    /\ relo vs (af_rounds af) (Some (fr_rounds f)) /\ afterrel vs (af_after af) (fr_after f).

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
  g_refs : refrel (a_facts a) vs (l_refs (lay s));
  g_rounds : relo vs (a_rounds a) (Some (rounds s)) }.
Arguments m_slots {L sl ini vs m}.
Arguments m_written {L sl ini vs m}.
Arguments m_pending {L sl ini vs m}.
Arguments g_wf {t a vs s}.
Arguments g_frames {t a vs s}.
Arguments g_depth {t a vs s}.
Arguments g_live {t a vs s}.
Arguments g_pc {t a vs s}.
Arguments g_next {t a vs s}.
Arguments g_facts {t a vs s}.
Arguments g_regs {t a vs s}.
Arguments g_mem {t a vs s}.
Arguments g_refs {t a vs s}.
Arguments g_rounds {t a vs s}.

(** How many calls are under way. *)
Definition a_depth (a : astate) : Z := Z.of_nat (length (a_frames a)).

(** A result as a value: a new one gets a symbol. *)
Definition a_name (a : astate) (r : ares) : astate * aval :=
  match r with Old v => (a, v) | New f c => (a_fresh a f, (a_next a, c)) end.
(** [n] slots on, register [d] holds the result [r]. *)
Definition a_put (a : astate) (n : Z) (d : reg) (r : ares) : astate :=
  let write a v := a_goto (a_with_regs a (set d (Some v) (a_regs a))) (a_pc a + n) in
  match r with Old v => write a v | New f c => write (a_fresh a f) (a_next a, c) end.
