(** One concrete environment, to run programs in: where regions lie, what maps hold, what helpers
    answer. The C interpreter implements the same.  Nothing here is assumed by a theorem: it only
    produces answers, which [step] interprets like any others. *)
From Semantics Require Export Env.

Record concrete := Concrete {
  (* where they lie; k_stack: all frames together *)
  k_stack : Z; k_ctx : Z; k_pkt : Z; k_maps : Z; k_vals : Z;
  (* of random numbers and of undefined stack bytes *)
  k_seed : Z;
  k_ctx_bytes : list Z;
  k_packet : list Z;
  (* for each map: key bytes, value bytes; a value of a map of maps is the number of a map *)
  k_entries : list (list (list Z * list Z)) }.

(* from one map's values to the next map's *)
Definition map_stride : Z := 4294967296.
(* from one map's own address to the next one's *)
Definition object_stride : Z := 256.
(* a hash map holds no more entries than this here *)
Definition hash_slots : Z := 256.
Definition value_stride (m : map_def) : Z := Z.land (m_value m + 15) (Z.lnot 7).
Definition is_outer (m : map_def) : bool := match m_inner m with Some _ => true | None => false end.
(** There is one processor, so a per-CPU map is like any other. *)
Definition is_array (m : map_def) : bool := (m_type m =? map_array) || (m_type m =? 6).
Definition slots_of (m : map_def) : Z :=
  if is_outer m then 0 else if is_array m then m_max m else Z.min (m_max m) hash_slots.
Definition value_addr (k : concrete) (i : Z) (m : map_def) (j : Z) : Z :=
  k_vals k + i * map_stride + j * value_stride m.

Fixpoint count_from (i : Z) (n : nat) : list Z :=
  match n with O => [] | S n' => i :: count_from (i + 1) n' end.
Definition upto (n : Z) : list Z := count_from 0 (Z.to_nat n).
Fixpoint map_i {A B} (f : Z -> A -> B) (i : Z) (l : list A) : list B :=
  match l with [] => [] | x :: l' => f i x :: map_i f (i + 1) l' end.
(** No region lies up there. *)
Definition symbol_addr (x : symbol) : Z :=
  match x with
  | CodeAt pc => 281474976710656 + 8 * pc
  | KernelVar id object => 562949953421312 + 68719476736 * wrap32 object + 8 * wrap32 id
  end.
(** Besides the program's own maps there are two of the kind that each map of maps holds; they are
    numbered after those. *)
Definition all_maps (t : target) : list map_def :=
  t_maps t
  ++ flat_map (fun m =>
       match obind (m_inner m) (map_of t) with Some d => [d; d] | None => [] end) (t_maps t).
(** A kernel object of each type, and before them where the dead ones are: it holds zeros, and
    nothing was mapped at 0. *)
Definition type_stride : Z := 4294967296.
Definition dead_addr : Z := 844424930131968.
Definition object_addr (i : Z) : Z := dead_addr + (i + 1) * type_stride.
(** Here the frames are neighbours, the first function's topmost. *)
Definition concrete_layout (t : target) (k : concrete) : layout :=
  LayoutOf (map (fun j => k_stack k + stack_total - stack_size * (j + 1)) (upto max_frames))
         (k_ctx k) (k_pkt k) (Z.of_nat (length (k_packet k))) 0
         (map_i (fun i m =>
           Object m (k_maps k + i * object_stride) (map (value_addr k i m) (upto (slots_of m)))) 0
           (all_maps t))
         symbol_addr [] dead_addr (map_i (fun i _ => (i, object_addr i)) 0 (t_types t)).

(** ** Map contents: values are in memory; a hash map's keys are here, with the slot of each *)
Definition number (bs : list Z) : Z :=
  fold_right (fun b n => Z.lor (Z.land b 255) (Z.shiftl n 8)) 0 bs.
Definition keys := list (Z * Z).
(* w_rings: bytes used of each ring buffer *)
Record world := World { w_keys : zmap keys; w_random : Z; w_time : Z; w_rings : zmap Z }.
Definition find_key (ks : keys) (x : Z) : option Z :=
  match find (fun e => fst e =? x) ks with Some e => Some (snd e) | None => None end.
Definition free_slot (m : map_def) (ks : keys) : option Z :=
  find (fun j => negb (existsb (fun e => snd e =? j) ks)) (upto (slots_of m)).
Definition keys_of (w : world) (i : Z) : keys :=
  match zfind i (w_keys w) with Some ks => ks | None => [] end.
Definition with_keys (w : world) (i : Z) (ks : keys) : world :=
  World (zset i ks (w_keys w)) (w_random w) (w_time w) (w_rings w).

(** ** Initial memory *)
Definition bytes_at (a : Z) (bs : list Z) : list (Z * Z) := map_i (fun i b => (a + i, b)) 0 bs.
(** The slot for each initial entry: an array's key is its index.  What a map of maps holds under a
    key is a map's number. *)
Definition place_entry (m : map_def) (st : keys * list (Z * list Z)) (e : list Z * list Z) :
  keys * list (Z * list Z) :=
  let '(ks, out) := st in
  let x := number (fst e) in
  if is_outer m then ((x, number (snd e)) :: ks, out)
  else if is_array m then if x <? m_max m then (ks, (x, snd e) :: out) else st
  else match find_key ks x with
       | Some j => (ks, (j, snd e) :: out)
       | None =>
         match free_slot m ks with Some j => ((x, j) :: ks, (j, snd e) :: out) | None => st end
       end.
Definition place_map (m : map_def) (es : list (list Z * list Z)) : keys * list (Z * list Z) :=
  fold_left (place_entry m) es ([], []).
Definition placed (t : target) (k : concrete) : list (keys * list (Z * list Z)) :=
  map (fun q => place_map (fst q) (snd q)) (combine (t_maps t) (k_entries k)).
Definition initial_bytes (t : target) (k : concrete) : list (Z * Z) :=
  bytes_at (k_ctx k) (k_ctx_bytes k) ++ bytes_at (k_pkt k) (k_packet k) ++
  concat (map_i (fun i q =>
      concat (map (fun e =>
          bytes_at (value_addr k i (fst q) (fst e)) (firstn (Z.to_nat (m_value (fst q))) (snd e)))
        (rev (snd (snd q))))) 0 (combine (t_maps t) (placed t k))).
Definition initial_table (t : target) (k : concrete) : zmap Z :=
  fold_left (fun m e => zset (fst e) (snd e) m) (initial_bytes t k) zempty.
Definition fill_mul : Z := 2654435761.
(** Undefined stack bytes and those of kernel objects follow from the seed; all else that was not
    given is 0. *)
Definition background (k : concrete) (a : Z) : Z :=
  let noise start := Z.land (Z.shiftr ((a - start + 1) * fill_mul + k_seed k) 13) 255 in
  if (k_stack k <=? a) && (a <? k_stack k + stack_total) then noise (k_stack k)
  else if (object_addr 0 <=? a) && (a <? 2 * dead_addr) then noise dead_addr else 0.
Definition concrete_mem (k : concrete) (table : zmap Z) : Z -> Z :=
  fun a => match zfind a table with Some b => b | None => background k a end.

Definition concrete_init (t : target) (k : concrete) : state * world :=
  let table := initial_table t k in
  (init t (Env (concrete_layout t k) (concrete_mem k table) (fun _ => quiet 0)),
   World (fold_left (fun m e => zset (fst e) (snd e) m) (map_i (fun i q =>
     (i, fst q)) 0 (placed t k)) zempty) (k_seed k) 0 zempty).

(** ** Helpers *)
Definition eperm : Z := -1.   Definition enoent : Z := -2.   Definition e2big : Z := -7.
Definition eacces : Z := -13.
Definition eexist : Z := -17. Definition einval : Z := -22.
(* no such slot: the lookup gives null *)
Definition missing : Z := -1.
Definition rand_mul : Z := 6364136223846793005.
Definition rand_add : Z := 1442695040888963407.
Definition tick : Z := 1000.

Definition reg_or_0 (s : state) (r : reg) : Z :=
  match get r (regs s) with Some x => x | None => 0 end.
Definition update (k : concrete) (s : state) (w : world) (i : Z) (m : map_def) (key : Z) :
  answer * world :=
  let flags := reg_or_0 s R4 in
  let put j :=
    map (fun d => (value_addr k i m j + d, read (mem s) (wrap (reg_or_0 s R3 + d))))
    (upto (m_value m)) in
  let no e := (quiet e, w) in
  let yes ws := Answer 0 ws [] None in
  if m_ro m then no eperm else
  if 2 <? flags then no einval else
  if is_array m then
    if m_max m <=? key then no e2big else if flags =? 1 then no eexist else (yes (put key), w)
  else
    match find_key (keys_of w i) key with
    | Some j => if flags =? 1 then no eexist else (yes (put j), w)
    | None =>
      if flags =? 2 then no enoent else
      match free_slot m (keys_of w i) with
      | Some j => (yes (put j), with_keys w i ((key, j) :: keys_of w i))
      | None => no e2big
      end
    end.
Definition delete (w : world) (i : Z) (m : map_def) (key : Z) : answer * world :=
  if is_array m then (quiet einval, w) else
  match find_key (keys_of w i) key with
  | Some _ => (quiet 0, with_keys w i (filter (fun e => negb (fst e =? key)) (keys_of w i)))
  | None => (quiet enoent, w)
  end.
Definition lookup (w : world) (i : Z) (m : map_def) (key : Z) : answer * world :=
  if is_array m && negb (is_outer m) then (quiet (if key <? m_max m then key else missing), w)
  else (quiet (match find_key (keys_of w i) key with Some j => j | None => missing end), w).
Definition map_helper (t : target) (s : state) (w : world) (f : Z -> map_def -> Z ->
  answer * world) : answer * world :=
  match find (fun q => reg_or_0 s R1 =? o_addr (snd q)) (map_i pair 0 (l_maps (lay s))) with
  | None => (quiet 0, w)
  | Some (i, o) => f i (o_def o) (load (mem s) (reg_or_0 s R2) (Z.to_nat (m_key (o_def o))))
  end.
(** The packet, by offset and length in registers: bytes, or an error. *)
Definition span (s : state) (off n : Z) : option (list Z) :=
  let off := wrap32 off in
  if off + n <=? l_len (lay s)
  then Some (map (fun d => read (mem s) (l_pkt (lay s) + off + d)) (upto n)) else None.
Definition efault : Z := -14.
(** What XDP's two helpers say of bytes that are not there. *)
Definition xdp_error (off n : Z) : Z := if (65535 <? off) || (65535 <? n) then efault else einval.
Definition load_bytes (s : state) (w : world) (xdp : bool) : answer * world :=
  let off := wrap32 (reg_or_0 s R2) in
  let n := wrap32 (reg_or_0 s R4) in
  match span s off n with
  | Some bs => (Answer 0 [] bs None, w)
  (* XDP leaves the memory as it is, the other one clears it *)
  | None => (quiet (if xdp then xdp_error off n else efault), w)  (* XDP leaves the memory as it is,
                                                                     the other one clears it *)
  end.
Definition store_bytes (s : state) (w : world) (xdp : bool) : answer * world :=
  let off := wrap32 (reg_or_0 s R2) in
  let n := wrap32 (reg_or_0 s R4) in
  (* unknown flags *)
  if negb xdp && negb (Z.land (reg_or_0 s R5) (Z.lnot 3) =? 0) then (quiet einval, w) else
  match span s off n with
  | Some _ =>
    (Answer 0
       (map (fun d => (l_pkt (lay s) + off + d, read (mem s) (wrap (reg_or_0 s R3 + d)))) (upto n))
       [] None, w)
  | None => (quiet (if xdp then xdp_error off n else efault), w)
  end.
(** Where a packet goes: to the device, or nowhere with flags that are not known. *)
Definition redirect (t : target) (s : state) : Z :=
  let flags := reg_or_0 s R2 in
  if pt_id (t_type t) =? 6 then if flags =? 0 then 4 else 0
  else if Z.land flags (Z.lnot 1) =? 0 then 7 else 2.
(** No map has a device here, so the flags decide: what to do then, or that all devices get it. *)
Definition redirect_map (s : state) (w : world) (_ : Z) (m : map_def) (_ : Z) : answer * world :=
  let flags := reg_or_0 s R3 in
  let all := if (m_type m =? 14) || (m_type m =? 25) then 24 else 0 in
  (quiet (if negb (Z.land flags (Z.lnot (3 + all)) =? 0) then 0
          else if Z.land flags (Z.land all 8) =? 0 then Z.land flags 3 else 4), w).
(** Reading the address that r3 holds: what lives there, or zeros and an error. *)
Definition probe (s : state) (w : world) : answer * world :=
  let n := reg_or_0 s R2 in
  if n =? 0 then (quiet 0, w) else
  match find_region (live s) false (reg_or_0 s R3) n with
  | Some _ => (Answer 0 [] (map (fun d => read (mem s) (reg_or_0 s R3 + d)) (upto n)) None, w)
  | None => (quiet efault, w)
  end.
(** There are 256 bytes of headroom before the packet as it was given, and as much after it. *)
Definition room : Z := 256.
Definition max_packet : Z := 65535.
Definition adjust_head (k : concrete) (s : state) (w : world) : answer * world :=
  let d := sgn32 (reg_or_0 s R2) in
  let b := l_pkt (lay s) + d in
  let n := l_len (lay s) - d in
  if (14 <=? n) && (n <=? max_packet) && (k_pkt k - room <=? b - l_meta (lay s))
  then (Answer 0 [] [] (Some (b, n, l_meta (lay s))), w) else (quiet einval, w).
Definition adjust_tail (k : concrete) (s : state) (w : world) : answer * world :=
  let d := sgn32 (reg_or_0 s R2) in
  let n := l_len (lay s) + d in
  if (14 <=? n) && (n <=? max_packet)
    && (l_pkt (lay s) + n <=? k_pkt k + Z.of_nat (length (k_packet k)) + room)
    then (Answer 0 [] [] (Some (l_pkt (lay s), n, l_meta (lay s))), w) else (quiet einval, w).
(** Metadata: up to 252 bytes, four by four. *)
Definition max_meta : Z := 252.
Definition adjust_meta (k : concrete) (s : state) (w : world) : answer * world :=
  let n := l_meta (lay s) - sgn32 (reg_or_0 s R2) in
  if (0 <=? n) && (k_pkt k - room <=? l_pkt (lay s) - n) then
    if (n <=? max_meta) && (Z.land n 3 =? 0)
    then (Answer 0 [] [] (Some (l_pkt (lay s), l_len (lay s), n)), w) else (quiet eacces, w)
  else (quiet einval, w).
(** Records follow each other, each with eight bytes before it, in the upper half of what the map
    has; nobody consumes them. *)
Definition ring_start : Z := 2147483648.
Definition max_record : Z := 1073741823.
Definition ring_used (w : world) (i : Z) : Z :=
  match zfind i (w_rings w) with Some n => n | None => 0 end.
Definition reserve (k : concrete) (s : state) (w : world) : answer * world :=
  let n := reg_or_0 s R2 in
  match find (fun q => reg_or_0 s R1 =? o_addr (snd q)) (map_i pair 0 (l_maps (lay s))) with
  | None => (quiet missing, w)
  | Some (i, o) =>
    let used := ring_used w i in
    let after := used + Z.land (n + 15) (Z.lnot 7) in
    if (reg_or_0 s R3 =? 0) && (n <=? max_record) && (after <? Z.min (m_max (o_def o)) ring_start)
    then (quiet (k_vals k + i * map_stride + ring_start + used + 8),
      World (w_keys w) (w_random w) (w_time w) (zset i after (w_rings w)))
    else (quiet missing, w)
  end.
(** There are a full socket, found where the first byte of what is looked for is odd, and one that
    is not full, which skc_lookup_tcp finds instead where the second byte is odd, too. *)
Definition find_socket (k : concrete) (s : state) (w : world) (full : bool) : answer * world :=
  let odd d := (d <? reg_or_0 s R3) && Z.odd (read (mem s) (reg_or_0 s R2 + d)) in
  let x := k_maps k - object_stride in
  (quiet (if odd 0 && (object_stride <? x) then if full then x else if odd 1 then x - object_stride
    else - x else 0), w).
(** Legacy loads read the packet, big endian; negative offsets are outside. *)
Definition packet_word (z : size) (bs : list Z) : Z := fold_left (fun v b => v * 256 + b) bs 0.
Definition answer_load (s : state) (w : world) (z : size) (ind : option reg) (k : Z) :
  answer * world :=
  let off := sgn32 (k + match ind with Some r => reg_or_0 s r | None => 0 end) in
  if off <? 0 then (quiet missing, w) else
  match span s off (zbytes z) with
  | Some bs => (quiet (packet_word z bs), w)
  | None => (quiet missing, w)
  end.
(** A typed pointer leads to the one object of its type, or to the dead one where the bytes of
    memory are 0. *)
Definition leads_to (s : state) (a i : Z) : Z :=
  if load (mem s) a 8 =? 0 then dead_addr else object_addr i.
Definition answer_typed (t : target) (s : state) (a n : Z) : answer :=
  quiet match t_types t, find_region (live s) false a n with
        | _ :: _, Some r =>
          match r_kind r, ctx_readable (t_type t) (a - r_base r) n with
          | KCtx, Some (FTyped i) => leads_to s a i
          | _, _ => match pointed t (lay s) a n with i :: _ => leads_to s a i | [] => 0 end
          end
        | _, _ => 0
        end.
Definition new_typed (t : target) (h : Z) : Z :=
  match helper_of h with
  | Some d =>
    match h_ret d with
    | RTyped name => match type_named t name with Some i => object_addr i | None => 0 end
    | _ => 0
    end
  | None => 0
  end.
(** Those that need not write all of their memory clear all of it here. *)
Definition blank (s : state) (h : Z) : list Z :=
  let '(r, n) := if (h =? 101) || (h =? 119) then (R2, reg_or_0 s R3)
    else if h =? 183 then (R3, 8) else if h =? 184 then (R2, 8) else (R1, reg_or_0 s R2) in
  match find_region (live s) true (reg_or_0 s r) n with
  | Some _ => map (fun _ => 0) (upto n)
  | None => []                                (* a fault, whatever is answered *)
  end.
Definition answer_call (t : target) (k : concrete) (s : state) (w : world) (h : Z) :
  answer * world :=
  if h =? 1 then map_helper t s w (lookup w)
  else if h =? 2 then map_helper t s w (update k s w)
  else if h =? 3 then map_helper t s w (delete w)
  else if (h =? 5) || (h =? 125) then
    (quiet (w_time w + tick), World (w_keys w) (w_random w) (w_time w + tick) (w_rings w))
  else if h =? 6 then (quiet (reg_or_0 s R2), w)
  else if h =? 7 then
    let r := wrap (w_random w * rand_mul + rand_add) in
    (quiet (Z.shiftr r 32), World (w_keys w) r (w_time w) (w_rings w))
  else if h =? 23 then (quiet (redirect t s), w)
  else if (h =? 26) || (h =? 189) then load_bytes s w (h =? 189)
  else if (h =? 9) || (h =? 190) then store_bytes s w (h =? 190)
  else if h =? 4 then probe s w
  else if h =? 44 then adjust_head k s w
  else if h =? 65 then adjust_tail k s w
  else if h =? 54 then adjust_meta k s w
  else if h =? 12 then (quiet missing, w)
  else if h =? 131 then reserve k s w
  else if (h =? 84) || (h =? 85) || (h =? 99) then find_socket k s w (negb (h =? 99))
  else if h =? 195 then
    if wrap32 (reg_or_0 s R3) =? 0 then map_helper t s w (lookup w) else (quiet missing, w)
  else if h =? 51 then map_helper t s w (redirect_map s w)
  else if existsb (Z.eqb h) partly_helpers then (Answer 0 [] (blank s h) None, w)
  else (quiet (new_typed t h), w).
Definition concrete_step (t : target) (p : prog) (k : concrete) (s : state) (w : world) :
  outcome * world :=
  match zfind (pc s) p with
  | Some (Call h) => let '(an, w') := answer_call t k s w h in (step t p an s, w')
  | Some (CallX r) => let '(an, w') := answer_call t k s w (reg_or_0 s r) in (step t p an s, w')
  | Some (Ldx z _ _ r off | LdAcq z _ r off) =>
    (step t p (answer_typed t s (wrap (reg_or_0 s r + off)) (zbytes z)) s, w)
  | Some (LdPkt z ind off) => let '(an, w') := answer_load s w z ind off in (step t p an s, w')
  | _ => (step t p (quiet 0) s, w)
  end.

(** ** Traces: what an instruction that is about to run writes, named by region.  A frame's offsets
    count from its top, the packet's from its first byte: metadata are below 0. *)
Definition written_by (s : state) (i : insn) : option (kind * Z * list Z) :=
  let at_ d off (z : size) v :=
    match get d (regs s) with
    | None => None
    | Some x =>
      let a := wrap (x + off) in
      match find_region (live s) true a (zbytes z) with
      | Some r =>
        Some (r_kind r,
              a - r_base r - match r_kind r with
                             | KStack _ => stack_size
                             | KPacket => meta_size (lay s)
                             | _ => 0
                             end,
              map (fun d => Z.land (Z.shiftr v (8 * d)) 255) (upto (zbytes z)))
      | None => None
      end
    end in
  match i with
  | St z d off i => at_ d off z (wrap i)
  | Stx z d off r | StRel z d off r => obind (get r (regs s)) (at_ d off z)
  | Atomic z op _ d off r =>
    obind (get d (regs s)) (fun x =>
    obind (get r (regs s)) (fun v =>
      let old := load (mem s) (wrap (x + off)) (bytes z) in
      at_ d off z (atomic_value op old v (low z (reg_or_0 s R0)))))
  | _ => None
  end.
