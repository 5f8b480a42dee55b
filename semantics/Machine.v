(** The machine: state, faults, and one step. *)
From Semantics Require Export Alu Layout KernelFunctions.

Definition prog := zmap insn.                 (* by slot *)

(** How often [MayGoto] goes on in one call of a function, at most; then it jumps.  Linux counts
    8388608 up to 6.14.  Later releases stop after a quarter of a second: this number is more than
    any processor does in that time. *)
Definition most_rounds : Z := 4294967296.
(** What a function's return leads to: its caller goes on; or, of a callback, it is called [rest]
    times more, and this is call number [index]. *)
Inductive after := Back | Again (callback rest index ctx : Z).
(** A caller, while a function that it called runs. *)
Record frame := Frame { fr_pc : Z; fr_regs : rf (option Z); fr_rounds : Z; fr_after : after }.
Record state := State {
  pc : Z;
  regs : rf (option Z);                       (* None: undefined *)
  mem : memory;
  lay : layout;
  frames : list frame;                        (* the innermost caller first *)
  live : list region;                         (* [regions t lay (length frames)], kept *)
  rounds : Z }.                               (* what is left of [most_rounds] *)
(** States that differ in some fields. *)
Definition goto (s : state) (t : Z) : state := State t (regs s) (mem s) (lay s) (frames s) (live s)
  (rounds s).
Definition set_regs (s : state) (rs : rf (option Z)) : state :=
  State (pc s) rs (mem s) (lay s) (frames s) (live s) (rounds s).
Definition set_mem (s : state) (m : memory) : state :=
  State (pc s) (regs s) m (lay s) (frames s) (live s) (rounds s).
Definition set_rounds (s : state) (n : Z) : state :=
  State (pc s) (regs s) (mem s) (lay s) (frames s) (live s) n.
(** Another layout, or other callers, and the regions that are live then. *)
Definition set_lay (s : state) (L : layout) (l : list region) : state :=
  State (pc s) (regs s) (mem s) L (frames s) l (rounds s).
Definition set_frames (s : state) (fs : list frame) (l : list region) : state :=
  State (pc s) (regs s) (mem s) (lay s) fs l (rounds s).

Inductive fault :=
  | BadPc | UndefinedRegister | FrameWrite | OutOfBounds | ReadOnly
  | BadContext                                (* no field of the context, or of a socket, is
                                                 accessed so *)
  | UndefinedStack
  | Misaligned                                (* an atomic at no multiple of its size *)
  | BadHelperArgument | UnknownHelper | BadMap | StackOverflow | BadInstruction
  | BadCallback                               (* a callback returns what it may not *)
  | Leak.                                     (* the program ends while it holds something *)
Inductive outcome := Next (s : state) | Done (r : Z) | Fault (k : fault) (at_pc : Z).

(** What the environment decides at a step: a choice; the bytes that others write, and what becomes
    of undefined bytes; the bytes that a helper writes; where the packet is after a helper that may
    move it, its length and that of the metadata.  All of it is interpreted, so that no answer is
    illegal. *)
Record answer := Answer { an_choice : Z; an_writes : list (Z * Z); an_bytes : list Z;
  an_packet : option (Z * Z * Z) }.
Definition quiet (c : Z) : answer := Answer c [] [] None.

(** ** What others do before an instruction: they write shared memory, and undefined bytes of the
    stack hold anything *)
Definition interfere1 (s : state) (m : memory) (w : Z * Z) : memory :=
  if in_stack (lay s) (fst w) then write_undefined m (fst w) (snd w)
  else if in_shared (live s) (fst w) then write m (fst w) (snd w) else m.
Definition interfere (an : answer) (s : state) : state :=
  set_mem s (fold_left (interfere1 s) (an_writes an) (mem s)).

(** ** Pieces of a step *)
Definition value_of (s : state) (o : operand) : option Z :=
  match o with Imm i => Some (wrap i) | Reg r => get r (regs s) end.
Definition put (s : state) (n : Z) (d : reg) (v : Z) : state :=
  goto (set_regs s (set d (Some v) (regs s))) (pc s + n).
Definition with_mem (s : state) (m : memory) : state := goto (set_mem s m) (pc s + 1).
(** After a call r1 to r5 are undefined. *)
Definition clobber {A} (x : rf (option A)) : rf (option A) :=
  set R1 None (set R2 None (set R3 None (set R4 None (set R5 None x)))).

Section Step.
Variable t : target.

(** Undefined stack bytes are a fault under the strict profile, and any number under the others. *)
Definition undefined_stack (s : state) (r : region) (a : Z) (n : nat) : bool :=
  match r_kind r with KStack _ => pf_strict_stack (t_profile t) && negb (all_written (mem s) a n)
    | _ => false end.

(** [n] bytes from offset [k] of the number [c], little-endian. *)
Definition constant_at (c k n : Z) : Z := Z.land (Z.shiftr c (8 * k)) (Z.ones (8 * n)).
(** Where a typed pointer leads: to an object of each of these types, which the environment
    chooses. *)
Definition some_object (an : answer) (L : layout) (types : list Z) : Z :=
  wrap (if forallb (is_object L (an_choice an)) types then an_choice an else l_invalid L).
(** ... or null, where that can be. *)
Definition object_or_null (an : answer) (L : layout) (null : bool) (type : Z) : Z :=
  if null && (an_choice an =? 0) then 0 else some_object an L [type].
(** Bytes of memory, or a typed pointer where a kernel object has one. *)
Definition load_shared (an : answer) (s : state) (a : Z) (n : nat) : Z :=
  match pointed t (lay s) a (Z.of_nat n) with [] => load (mem s) a n | types =>
    some_object an (lay s) types end.
(** [x], whose low half becomes a number in these bounds. *)
Definition with_result (lo hi x : Z) : Z := x - wrap32 x + wrap32 (Z.max lo (Z.min hi (sgn32 x))).
(** Memory that is never written holds what the target says, so that a load from it needs no
    memory. *)
Definition load_at (an : answer) (s : state) (a : Z) (n : nat) : Z + fault :=
  match find_region (live s) false a (Z.of_nat n) with
  | None => inr OutOfBounds
  | Some r =>
    match r_kind r with
    | KCtx => match ctx_readable (t_type t) (a - r_base r) (Z.of_nat n) with
              | Some FPlain => inl (load (mem s) a n)
              | Some FData => inl (l_pkt (lay s))
              | Some FDataEnd => inl (l_pkt (lay s) + l_len (lay s))
              | Some FDataMeta => inl (l_pkt (lay s) - l_meta (lay s))
              | Some (FTyped nu i) => inl (object_or_null an (lay s) nu i)
              | Some (FResult lo hi) => inl (with_result lo hi (load (mem s) a n))
              | None => inr BadContext
              end
    | KValue _ _ =>
      match constant_region (lay s) r with
      | Some c => inl (constant_at c (a - r_base r) (Z.of_nat n))
      | None => inl (load_shared an s a n)
      end
    | KRef k => if ref_readable k (a - r_base r) (Z.of_nat n) then inl (load_shared an s a n) else
      inr BadContext
    | KStack _ => if undefined_stack s r a n then inr UndefinedStack else inl (load (mem s) a n)
    | _ => inl (load_shared an s a n)
    end
  end.
Definition store_at (s : state) (a : Z) (n : nat) (v : Z) : memory + fault :=
  match find_region (live s) true a (Z.of_nat n) with
  | None => inr (match find_region (live s) false a (Z.of_nat n) with Some _ => ReadOnly | None =>
    OutOfBounds end)
  | Some r =>
    match r_kind r with
    | KCtx => if ctx_writable (t_type t) (a - r_base r) (Z.of_nat n) then inl (store (mem s) a n v)
      else inr BadContext
    | _ => inl (store (mem s) a n v)
    end
  end.

(** Are the bytes in a live region other than the packet? *)
Definition off_packet (s : state) (w : bool) (a n : Z) : bool :=
  existsb (fun r => negb (is_packet (r_kind r)) && inside r a n && (negb w || r_write r)) (live s).

(** Are they in one, at a multiple of their number? *)
Definition aligned (s : state) (w : bool) (a n : Z) : bool :=
  existsb (fun r => negb (is_packet (r_kind r)) && inside r a n && (negb w || r_write r)
    && ((a - r_base r + skew (lay s) r) mod n =? 0)) (live s).
(** What is atomic or in an order, at bytes of region [r]: not on the context, a socket or the
    packet, and at a multiple of its size. *)
Definition in_order (s : state) (r : region) (w : bool) (a n : Z) : option fault :=
  match r_kind r with
  | KCtx | KRef (SocketRef | SockCommonRef | ObjectRef _) => Some BadContext
  | _ => if negb (off_packet s w a n) then Some OutOfBounds
         else if negb (aligned s w a n) then Some Misaligned else None
  end.

(** Atomics: the old value, and the new memory. *)
Definition atomic_value (op : atomic) (old x expected : Z) : Z :=
  match op with
  | AtAdd => old + x
  | AtOr => Z.lor old x
  | AtAnd => Z.land old x
  | AtXor => Z.lxor old x
  | Xchg => x
  | Cmpxchg => if old =? expected then x else old
  end.
Definition atomic_at (s : state) (a : Z) (z : size) (f : Z -> Z) : (Z * memory) + fault :=
  match find_region (live s) true a (zbytes z) with
  | None => inr (match find_region (live s) false a (zbytes z) with Some _ => ReadOnly | None =>
    OutOfBounds end)
  | Some r =>
    match in_order s r true a (zbytes z) with
    | Some k => inr k
    | None => if undefined_stack s r a (bytes z) then inr UndefinedStack
              else let old := load (mem s) a (bytes z) in
                inl (old, store (mem s) a (bytes z) (f old))
    end
  end.
(** What keeps a load from acquiring, or a store from releasing; where there is no region, they say
    so themselves. *)
Definition unordered (s : state) (w : bool) (a n : Z) : option fault :=
  obind (find_region (live s) w a n) (fun r => in_order s r w a n).
Definition low (z : size) (x : Z) : Z := Z.land x (Z.ones (size_bits z)).
Definition exec_atomic (s : state) (z : size) (op : atomic) (fetch : bool) (d : reg) (off : Z)
  (r : reg) : outcome :=
  let F k := Fault k (pc s) in
  let run expected :=
    match get d (regs s), get r (regs s) with
    | Some x, Some v =>
      match atomic_at s (wrap (x + off)) z (fun old => atomic_value op old v (low z expected)) with
      | inr k => F k
      | inl (old, m) =>
        let s' := set_mem s m in
        match op with
        | Cmpxchg => Next (put s' 1 R0 old)
        | _ => if fetch then if is_r10 r then F FrameWrite else Next (put s' 1 r old) else Next
          (goto s' (pc s + 1))
        end
      end
    | _, _ => F UndefinedRegister
    end in
  match op with
  | Cmpxchg => match get R0 (regs s) with Some x => run x | None => F UndefinedRegister end
  | _ => run 0
  end.

(** Memory that a helper reads, or writes: any live region but the context, sockets and kernel
    objects; the packet only where the helper takes it ([pk]), and never to write. *)
Definition helper_reads (pk : bool) (s : state) (a n : Z) : option fault :=
  if negb (pk || off_packet s false a n) then Some BadHelperArgument else
  match find_region (live s) false a n with
  | None => Some BadHelperArgument
  | Some r => match r_kind r with
              | KCtx | KRef (SocketRef | SockCommonRef | ObjectRef _) | KObject _ =>
                Some BadHelperArgument
              | _ => if undefined_stack s r a (Z.to_nat n) then Some UndefinedStack else None
              end
  end.
Definition helper_writes (s : state) (a n : Z) : option fault :=
  if negb (off_packet s true a n) then Some BadHelperArgument else
  match find_region (live s) true a n with
  | None => Some BadHelperArgument
  | Some r => match r_kind r with KCtx => Some BadHelperArgument | _ => None end
  end.

(** Does text begin there that never changes, and is its end in the same region? *)
Definition text_at (s : state) (x : Z) : bool :=
  match find_region (live s) false x 1 with
  | Some r =>
    match obind (constant_region (lay s) r) (fun c => text_size c (x - r_base r)) with
    | Some n => inside r x n
    | None => false
    end
  | None => false
  end.

(** The map that an address stands for. *)
Definition map_at (x : Z) (l : list object) : option object := find (fun o => x =? o_addr o) l.
(** The slot of the function that an address is of. *)
Definition function_at (L : layout) (x : Z) : option Z :=
  let pc := c_slot (l_code L) x in
  if (0 <=? pc) && (pc <? code_slots) && (c_address (l_code L) pc =? x) then Some pc else None.
(** Checks the arguments from register to register. *)
Record args_seen := Seen {
  sn_map : option object;                     (* the map that is passed *)
  sn_out : option (Z * Z);                    (* the memory that is written *)
  sn_size : Z;                                (* the size asked for *)
  sn_released : option (ref_kind * Z);        (* the reference released *)
  sn_callback : option Z }.                   (* the slot of the callback *)
Definition nothing_seen := Seen None None 0 None None.
Definition seen_map (q : args_seen) (o : object) : args_seen :=
  Seen (Some o) (sn_out q) (sn_size q) (sn_released q) (sn_callback q).
Definition seen_out (q : args_seen) (out : option (Z * Z)) : args_seen :=
  Seen (sn_map q) out (sn_size q) (sn_released q) (sn_callback q).
Definition seen_size (q : args_seen) (n : Z) : args_seen :=
  Seen (sn_map q) (sn_out q) n (sn_released q) (sn_callback q).
Definition seen_released (q : args_seen) (h : ref_kind * Z) : args_seen :=
  Seen (sn_map q) (sn_out q) (sn_size q) (Some h) (sn_callback q).
Definition seen_callback (q : args_seen) (pc : Z) : args_seen :=
  Seen (sn_map q) (sn_out q) (sn_size q) (sn_released q) (Some pc).
Fixpoint check_args (pk : bool) (s : state) (args : list arg) (rs : list reg) (q : args_seen) :
  args_seen + fault :=
  match args, rs with
  | [], _ => inl q
  | _ :: _, [] => inr BadHelperArgument
  | g :: args', r :: rs' =>
    match get r (regs s) with
    | None => inr UndefinedRegister
    | Some x =>
      let next q := check_args pk s args' rs' q in
      let reads n := match helper_reads pk s x n with Some f => inr f | None => next q end in
      let writes (before : Z -> option fault) n :=
        match before n, helper_writes s x n with
        | Some f, _ | None, Some f => inr f
        | None, None => next (seen_out q (Some (x, n)))
        end in
      let of_map f :=
        match sn_map q with Some o => reads (f (o_def o)) | None => inr BadHelperArgument end in
      let sized (zero : bool) (k : Z -> args_seen + fault) :=
        match rs' with
        | r2 :: _ => match get r2 (regs s) with
                     | Some n => if zero || (0 <? n) then k n else inr BadHelperArgument
                     | None => inr UndefinedRegister
                     end
        | [] => inr BadHelperArgument
        end in
      let free n := None in
      match g with
      | AAny | ASize => next q
      | AMap types changes =>
        match map_at x (l_maps (lay s)) with
        | Some o =>
          if takes_map types changes (o_def o) then next (seen_map q o) else inr BadHelperArgument
        | None => inr BadHelperArgument
        end
      | AKey => of_map m_key
      | AValue => of_map m_value
      | AMem => sized false reads
      | AMem0 => sized true (fun n => if 0 <? n then reads n else next q)
      | AOut => sized false (writes free)
      | AInOut => sized false (writes (helper_reads pk s x))
      | ACtx => if x =? l_ctx (lay s) then next q else inr BadHelperArgument
      | AOut0 => sized true (fun n => if 0 <? n then writes free n else next (seen_out q None))
      | AMemN n => reads n
      | AOutN n => writes free n
      | AInOutN n => writes (helper_reads pk s x) n
      | AValueOut =>
        match sn_map q with
        | Some o => writes free (m_value (o_def o))
        | None => inr BadHelperArgument
        end
      | ACtx0 => if (x =? 0) || (x =? l_ctx (lay s)) then next q else inr BadHelperArgument
      | AValue0 => if x =? 0 then next q else of_map m_value
      | AString => if text_at s x then next q else inr BadHelperArgument
      | AObject name => if is_named t (lay s) x name then next q else inr BadHelperArgument
      | AAlloc => next (seen_size q x)
      | ACallback =>
        match function_at (lay s) x with
        | Some pc => next (seen_callback q pc)
        | None => inr BadHelperArgument
        end
      | ARef k release =>
        if existsb (is_ref k x) (l_refs (lay s))
        then next (if release then seen_released q (k, x) else q)
        else if negb release && of_socket k && is_named t (lay s) x socket_type then next q
        else inr BadHelperArgument
      end
    end
  end.
Definition arg_regs : list reg := [R1; R2; R3; R4; R5].

(** What a lookup finds: any value of the map; in a map of maps, any map of the kind it holds; or
    null. *)
Definition found (an : answer) (s : state) (o : object) : Z :=
  match m_inner (o_def o) with
  | None => match nth_z (o_vals o) (an_choice an) with Some b => b | None => 0 end
  | Some k =>
    match map_of t k, nth_z (l_maps (lay s)) (an_choice an) with
    | Some d, Some o' => if alike d (o_def o') then o_addr o' else 0
    | _, _ => 0
    end
  end.
(** The helper's answer, made legal; [h] is the reference that it acquires. *)
Definition interpret (an : answer) (s : state) (r : ret) (q : args_seen) (h : option reference) :
  option Z :=
  match r with
  | RInt lo hi => Some (wrap (Z.max lo (Z.min hi (an_choice an))))
  | RSize =>
    let most := match sn_out q with Some (_, n) => n | None => 0 end in
    Some (wrap (Z.max (- 4095) (Z.min most (an_choice an))))
  | RValue => Some (match sn_map q with Some o => found an s o | None => 0 end)
  | RTyped nu name =>
    Some (match type_named t name with
          | Some i => object_or_null an (lay s) nu i
          | None => wrap (an_choice an)
          end)
  | RTail | RVoid | RRounds => None
  | RAcquire _ => Some (match h with Some h => re_base h | None => 0 end)
  end.
(** Some result that the program type allows. *)
Definition legal_result (an : answer) : Z :=
  match pt_ret (t_type t) with
  | None => wrap (an_choice an)
  | Some (lo, hi) => wrap (Z.max lo (Z.min hi (an_choice an)))
  end.
Definition moved (an : answer) (s : state) (d : helper) : layout :=
  if h_moves d then
    match an_packet an with
    | Some (base, len, meta) =>
      if packet_fits t (lay s) base len meta then move_packet (lay s) base len meta else lay s
    | None => lay s
    end
  else lay s.
(** The references afterwards: not what was released; and what was acquired, if anything. *)
Definition released (L : layout) (q : args_seen) : layout :=
  match sn_released q with Some (k, x) => with_refs L (release k x (l_refs L)) | None => L end.
(** What is there may be more than was asked for: a negative choice is a full socket. *)
Definition offered (k : ref_kind) (choice n : Z) : reference :=
  match k with
  | SockCommonRef =>
    if choice <? 0 then Reference SocketRef (- choice) socket_size
    else Reference SockCommonRef choice socket_size
  | _ => Reference k choice (ref_size k n)
  end.
Definition acquired (an : answer) (L : layout) (d : helper) (q : args_seen) : option reference :=
  match h_ret d with
  | RAcquire k =>
    let h := offered k (an_choice an) (sn_size q) in if ref_fits t L h then Some h else None
  | _ => None
  end.
Definition with_acquired (L : layout) (o : option reference) : layout :=
  match o with Some h => with_refs L (h :: l_refs L) | None => L end.
Definition all_released (s : state) : bool :=
  match l_refs (lay s) with [] => true | _ :: _ => false end.
(** Whether a helper with this result has written all of the memory that it was given. *)
Definition writes_all (d : helper) (x : option Z) : bool :=
  negb (h_partly d) || (h_on_success d && match x with Some Z0 => true | _ => false end).
(** The memory after a helper that answers [x]. *)
Definition filled (an : answer) (s : state) (d : helper) (q : args_seen) (x : option Z) : memory :=
  match sn_out q with
  | Some (a, n) =>
    (if writes_all d x then fill else fill_some) (mem s) a (Z.to_nat n) (an_bytes an)
  | None => mem s
  end.
(** A tail call, or a packet load that fails, ends the function it is in and not the callers.  The
    model has it in the main function alone, where that is the program; elsewhere it is a fault. *)
Definition in_main (s : state) : bool := match frames s with [] => true | _ :: _ => false end.

(** A function of this program gets a frame of its own, undefined, and its arguments; [fs] are its
    callers. *)
Definition entered (an : answer) (s : state) (n : Z) : layout :=
  if frame_fits t (lay s) n (an_choice an) then with_frame (lay s) n (an_choice an) else lay s.
Definition begin (an : answer) (s : state) (fs : list frame) (args : rf (option Z)) (target : Z) :
  outcome :=
  let n := Z.of_nat (length fs) in
  if n <? max_frames then
    let L := entered an s n in
    let top := frame_top L n in
    let s := set_frames (set_lay s L []) fs (regions t L (length fs)) in
    let s := set_mem s (forget (mem s) (top - stack_size) (Z.to_nat stack_size)) in
    let s := set_rounds s most_rounds in
    Next (goto (set_regs s (set R10 (Some top) args)) target)
  else Fault StackOverflow (pc s).
Definition arguments {A} (a1 a2 a3 a4 a5 : option A) : rf (option A) :=
  RF None a1 a2 a3 a4 a5 None None None None None.
(** r1 to r5 are the arguments. *)
Definition call_local (an : answer) (s : state) (target : Z) : outcome :=
  let r := regs s in
  begin an s (Frame (pc s + 1) r (rounds s) Back :: frames s)
    (arguments (f1 r) (f2 r) (f3 r) (f4 r) (f5 r)) target.

(** ** Callbacks: a helper calls a function of this program, round by round *)
(** The caller [f] waits, behind [fs], for [rest] more rounds of a callback after this one. *)
Definition round (an : answer) (s : state) (f : frame) (fs : list frame)
  (callback rest index ctx : Z) : outcome :=
  begin an s (Frame (fr_pc f) (fr_regs f) (fr_rounds f) (Again callback rest index ctx) :: fs)
    (arguments (Some index) (Some ctx) None None None) callback.
(** What bpf_loop allows ([BPF_MAX_LOOPS]). *)
Definition max_calls : Z := 8388608.
(** The number of rounds is the low half of r1.  Where a larger number stands in r1 it may be an
    error instead: as Linux's verifier writes the loop out it compares all of it. *)
Definition first_round (an : answer) (s : state) (q : args_seen) : outcome :=
  match sn_callback q, get R1 (regs s), get R3 (regs s), get R4 (regs s) with
  | Some callback, Some x, Some ctx, Some flags =>
    let n := wrap32 x in
    let result r := Next (goto (set_regs s (set R0 (Some r) (clobber (regs s)))) (pc s + 1)) in
    if negb (flags =? 0) || (max_calls <? n) || ((n <? x) && (an_choice an <? 0))
    then result (wrap (an_choice an))
    else if n =? 0 then result 0
    else round an s (Frame (pc s + 1) (regs s) (rounds s) Back) (frames s) callback (n - 1) 0 ctx
  | _, _, _, _ => Fault UndefinedRegister (pc s)
  end.

(** [callee]: a helper or a function of the kernel, if programs of this type may call it. *)
Definition call (an : answer) (callee : option helper) (s : state) : outcome :=
  match callee with
  | None => Fault UnknownHelper (pc s)
  | Some d =>
    match check_args (packet_arg (t_type t) d) s (args_in (t_type t) d) arg_regs nothing_seen with
    | inr f => Fault f (pc s)
    | inl q =>
      if match h_ret d with RRounds => true | _ => false end then first_round an s q else
      if match h_ret d with RTail => negb (in_main s) | _ => false end
      then Fault BadInstruction (pc s) else
      if match h_ret d with RTail => negb (all_released s) | _ => false end
      then Fault Leak (pc s) else
      let ends := match h_ret d with RTail => 0 <=? an_choice an | _ => false end in
      if ends then Done (legal_result an) else
      let L := released (moved an s d) q in
      let o := acquired an L d q in
      let L := with_acquired L o in
      let same :=
        negb (h_moves d) && match sn_released q, o with None, None => true | _, _ => false end in
      let x := interpret an s (h_ret d) q o in
      let rs := set R0 x (clobber (regs s)) in
      let s' := set_lay s L (if same then live s else regions t L (length (frames s))) in
      Next (goto (set_regs (set_mem s' (filled an s d q x)) rs) (pc s + 1))
    end
  end.

(** A program has a result; a function that returns nothing leaves r0 undefined.  A callback returns
    0 to go on, or 1 to end the rounds; the helper's result is how many there were. *)
Definition go_back (s : state) (f : frame) (fs : list frame) (r : option Z) : outcome :=
  let s' := set_rounds (set_frames s fs (regions t (lay s) (length fs))) (fr_rounds f) in
  Next (goto (set_regs s' (clobber (set R0 r (fr_regs f)))) (fr_pc f)).
Definition leave (an : answer) (s : state) : outcome :=
  match frames s, get R0 (regs s) with
  | [], None => Fault UndefinedRegister (pc s)
  | [], Some x => if all_released s then Done x else Fault Leak (pc s)
  | f :: fs, r =>
    match fr_after f, r with
    | Back, _ => go_back s f fs r
    | Again _ _ _ _, None => Fault UndefinedRegister (pc s)
    | Again callback rest index ctx, Some x =>
      if 1 <? x then Fault BadCallback (pc s)
      else if (x =? 0) && (0 <? rest)
      then round an s f fs callback (rest - 1) (index + 1) ctx
      else go_back s f fs (Some (index + 1))
    end
  end.

(** Legacy packet loads: r6 must be the context.  A load outside the packet ends the whole program
    with 0; which loads are is the environment's to say, since a packet need not lie in one
    piece. *)
Definition load_packet (an : answer) (z : size) (ind : option reg) (s : state) : outcome :=
  let F k := Fault k (pc s) in
  if negb (pt_legacy (t_type t) && in_main s) then F BadInstruction else
  match get R6 (regs s), match ind with Some r => get r (regs s) | None => Some 0 end with
  | Some c, Some _ =>
    if c =? l_ctx (lay s) then
      if negb (all_released s) then F Leak else
      if an_choice an <? 0 then Done 0
      else Next (put (set_regs s (clobber (regs s))) 1 R0 (low z (an_choice an)))
    else F BadHelperArgument
  | _, _ => F UndefinedRegister
  end.

Definition exec (an : answer) (i : insn) (s : state) : outcome :=
  let F k := Fault k (pc s) in
  if match target_reg i with Some d => is_r10 d | None => false end then F FrameWrite else
  match i with
  | Alu w Mov d o =>
    match value_of s o with Some y => Next (put s 1 d (trunc w y)) | None => F UndefinedRegister end
  | Alu w op d o =>
    match get d (regs s), value_of s o with
    | Some x, Some y => Next (put s 1 d (alu w op x y))
    | _, _ => F UndefinedRegister
    end
  | Neg w d => match get d (regs s) with Some x => Next (put s 1 d (neg w x)) | None =>
    F UndefinedRegister end
  | MovSx w z d r => match get r (regs s) with Some x => Next (put s 1 d (sext w z x)) | None =>
    F UndefinedRegister end
  | End k z d => match get d (regs s) with Some x => Next (put s 1 d (byte_order k z x)) | None =>
    F UndefinedRegister end
  | LdImm d v => Next (put s 2 d (wrap v))
  | LdMap d i => match own_map t (lay s) i with Some o => Next (put s 2 d (o_addr o)) | None =>
    F BadMap end
  | LdMapValue d i off =>
    match obind (own_map t (lay s) i) (fun o => nth_z (o_vals o) 0) with
    | Some b => Next (put s 2 d (wrap (b + off)))
    | None => F BadMap
    end
  | LdVar d id object => Next (put s 2 d (wrap (l_symbols (lay s) (KernelVar id object))))
  | LdCode d off => Next (put s 2 d (wrap (c_address (l_code (lay s)) (pc s + 1 + off))))
  | Ldx z sx d r off =>
    match get r (regs s) with
    | None => F UndefinedRegister
    | Some x => match load_at an s (wrap (x + off)) (bytes z) with
                | inl v => Next (put s 1 d (if sx then sext A64 z v else v))
                | inr f => F f
                end
    end
  | St z d off i =>
    match get d (regs s) with
    | None => F UndefinedRegister
    | Some x => match store_at s (wrap (x + off)) (bytes z) (wrap i) with inl m =>
      Next (with_mem s m) | inr f => F f end
    end
  | Stx z d off r =>
    match get d (regs s), get r (regs s) with
    | Some x, Some v => match store_at s (wrap (x + off)) (bytes z) v with inl m =>
      Next (with_mem s m) | inr f => F f end
    | _, _ => F UndefinedRegister
    end
  | LdAcq z d r off =>
    match get r (regs s) with
    | None => F UndefinedRegister
    | Some x =>
      let a := wrap (x + off) in
      match unordered s false a (zbytes z), load_at an s a (bytes z) with
      | Some f, _ | None, inr f => F f
      | None, inl v => Next (put s 1 d v)
      end
    end
  | StRel z d off r =>
    match get d (regs s), get r (regs s) with
    | Some x, Some v =>
      let a := wrap (x + off) in
      match unordered s true a (zbytes z), store_at s a (bytes z) v with
      | Some f, _ | None, inr f => F f
      | None, inl m => Next (with_mem s m)
      end
    | _, _ => F UndefinedRegister
    end
  | Atomic z op fetch d off r => exec_atomic s z op fetch d off r
  | LdPkt z ind _ => load_packet an z ind s
  | Ja off => Next (goto s (pc s + 1 + off))
  | Jmp w c d o off =>
    match get d (regs s), value_of s o with
    | Some x, Some y => Next (goto s (if compare w c x y then pc s + 1 + off else pc s + 1))
    | _, _ => F UndefinedRegister
    end
  | MayGoto off =>
    Next (if (an_choice an <? 0) || (rounds s <=? 0) then goto s (pc s + 1 + off)
          else goto (set_rounds s (rounds s - 1)) (pc s + 1))
  | Call h => call an (offered_helper (t_type t) h) s
  | CallKernel f => call an (offered_function (t_type t) f) s
  | CallX r =>
    match get r (regs s) with
    | Some h => call an (offered_helper (t_type t) h) s
    | None => F UndefinedRegister
    end
  | CallLocal off => call_local an s (pc s + 1 + off)
  | Exit => leave an s
  end.

(** The address of code is that of an instruction. *)
Definition code_ok (p : prog) (pc : Z) (i : insn) : bool :=
  match i with LdCode _ off => match zfind (pc + 1 + off) p with Some _ => true | None => false end
    | _ => true end.
(** Others first; then the instruction at pc. *)
Definition step (p : prog) (an : answer) (s : state) : outcome :=
  match zfind (pc s) p with
  | None => Fault BadPc (pc s)
  | Some i => if code_ok p (pc s) i then exec an i (interfere an s) else Fault BadInstruction (pc s)
  end.
End Step.
