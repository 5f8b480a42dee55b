(** One concrete environment, to run programs in: where regions lie, what maps hold, what helpers
    answer. The C interpreter implements the same, and docs/run.md says how near it is to a test run
    of Linux 6.18.  Nothing here is assumed by a theorem: it only produces answers, which [step]
    interprets like any others. *)
From Semantics Require Export Env Checksum Numeral.

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
Definition is_trie (m : map_def) : bool := m_type m =? 11.
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
         symbol_addr usual_code [] dead_addr (map_i (fun i _ => (i, object_addr i)) 0 (t_types t)).

(** ** Map contents: values are in memory; a hash map's keys are here, with the slot of each *)
Definition number (bs : list Z) : Z :=
  fold_right (fun b n => Z.lor (Z.land b 255) (Z.shiftl n 8)) 0 bs.
Definition keys := list (Z * Z).
Record world := World {
  w_keys : zmap keys; w_random : Z; w_time : Z;
  w_rings : zmap Z;                           (* bytes used of each ring buffer *)
  w_queues : zmap (list (list Z));            (* what is in queues and stacks, the oldest first *)
  w_level : Z;                                (* how many of the packet's checksums are known to be
                                                 right, without the first; below 0: none *)
  w_hash : Z;                                 (* the packet's, where the program has set it *)
  w_headed : bool;                            (* the packet has got a header in front *)
  (* bytes of the packet that a helper moves or clears: they are written before the next
     instruction, when the packet is there *)
  w_late : list (Z * Z) }.
Definition with_random (w : world) (x : Z) : world :=
  World (w_keys w) x (w_time w) (w_rings w) (w_queues w) (w_level w) (w_hash w) (w_headed w)
    (w_late w).
Definition with_time (w : world) (x : Z) : world :=
  World (w_keys w) (w_random w) x (w_rings w) (w_queues w) (w_level w) (w_hash w) (w_headed w)
    (w_late w).
Definition with_ring (w : world) (i x : Z) : world :=
  World (w_keys w) (w_random w) (w_time w) (zset i x (w_rings w)) (w_queues w) (w_level w)
    (w_hash w) (w_headed w) (w_late w).
Definition with_queue (w : world) (i : Z) (x : list (list Z)) : world :=
  World (w_keys w) (w_random w) (w_time w) (w_rings w) (zset i x (w_queues w)) (w_level w)
    (w_hash w) (w_headed w) (w_late w).
Definition with_level (w : world) (x : Z) : world :=
  World (w_keys w) (w_random w) (w_time w) (w_rings w) (w_queues w) x (w_hash w) (w_headed w)
    (w_late w).
Definition with_hash (w : world) (x : Z) : world :=
  World (w_keys w) (w_random w) (w_time w) (w_rings w) (w_queues w) (w_level w) x (w_headed w)
    (w_late w).
Definition with_head (w : world) : world :=
  World (w_keys w) (w_random w) (w_time w) (w_rings w) (w_queues w) (w_level w) (w_hash w) true
    (w_late w).
Definition with_late (w : world) (x : list (Z * Z)) : world :=
  World (w_keys w) (w_random w) (w_time w) (w_rings w) (w_queues w) (w_level w) (w_hash w)
    (w_headed w) x.
Definition find_key (ks : keys) (x : Z) : option Z :=
  match find (fun e => fst e =? x) ks with Some e => Some (snd e) | None => None end.
(** A trie's key: how many bits count, in four bytes, and then these bits.  It is kept without those
    that do not count. *)
Definition prefix_bits (x : Z) : Z := wrap32 x.
Definition most_bits (m : map_def) : Z := 8 * (m_key m - 4).
Definition shortened (m : map_def) (x n : Z) : Z :=
  let byte i :=
    let kept := Z.max 0 (Z.min 8 (n - 8 * i)) in
    Z.shiftl (Z.land (Z.shiftr x (32 + 8 * i)) (Z.land 255 (Z.shiftl 255 (8 - kept)))) (32 + 8 * i)
  in fold_left (fun y i => y + byte i) (upto (m_key m - 4)) n.
Definition kept_key (m : map_def) (x : Z) : Z :=
  if is_trie m then shortened m x (prefix_bits x) else x.
Definition bad_key (m : map_def) (x : Z) : bool := is_trie m && (most_bits m <? prefix_bits x).
(** The longest prefix of [x] that is there. *)
Definition longest_prefix (m : map_def) (ks : keys) (x : Z) : option Z :=
  let fits e := (prefix_bits (fst e) <=? prefix_bits x)
    && (shortened m x (prefix_bits (fst e)) =? fst e) in
  let longer best e :=
    match best with
    | Some b => if prefix_bits (fst b) <? prefix_bits (fst e) then Some e else best
    | None => Some e
    end in
  match fold_left longer (filter fits ks) None with Some e => Some (snd e) | None => None end.
Definition free_slot (m : map_def) (ks : keys) : option Z :=
  find (fun j => negb (existsb (fun e => snd e =? j) ks)) (upto (slots_of m)).
Definition keys_of (w : world) (i : Z) : keys :=
  match zfind i (w_keys w) with Some ks => ks | None => [] end.
Definition with_keys (w : world) (i : Z) (ks : keys) : world :=
  World (zset i ks (w_keys w)) (w_random w) (w_time w) (w_rings w) (w_queues w) (w_level w)
    (w_hash w) (w_headed w) (w_late w).

(** ** Initial memory *)
Definition bytes_at (a : Z) (bs : list Z) : list (Z * Z) := map_i (fun i b => (a + i, b)) 0 bs.
(** The slot for each initial entry: an array's key is its index.  What a map of maps holds under a
    key is a map's number. *)
Definition place_entry (m : map_def) (st : keys * list (Z * list Z)) (e : list Z * list Z) :
  keys * list (Z * list Z) :=
  let '(ks, out) := st in
  let x := kept_key m (number (fst e)) in
  if bad_key m x then st
  else if is_outer m then ((x, number (snd e)) :: ks, out)
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
Definition seed_mul : Z := 11400714819323198485.
(** Undefined stack bytes and those of kernel objects follow from the seed, of which every bit
    matters; all else that was not given is 0. *)
Definition background (k : concrete) (a : Z) : Z :=
  let noise start :=
    Z.shiftr (wrap (((a - start + 1) * fill_mul + k_seed k) * seed_mul)) 56 in
  if (k_stack k <=? a) && (a <? k_stack k + stack_total) then noise (k_stack k)
  else if (object_addr 0 <=? a) && (a <? 2 * dead_addr) then noise dead_addr else 0.
Definition concrete_mem (k : concrete) (table : zmap Z) : Z -> Z :=
  fun a => match zfind a table with Some b => b | None => background k a end.

Definition concrete_init (t : target) (k : concrete) : state * world :=
  let table := initial_table t k in
  (init t (Env (concrete_layout t k) (concrete_mem k table) (fun _ => quiet 0)),
   World (fold_left (fun m e => zset (fst e) (snd e) m) (map_i (fun i q =>
     (i, fst q)) 0 (placed t k)) zempty) (k_seed k) 0 zempty zempty (- 1) 0 false []).

(** ** Helpers *)
Definition eperm : Z := -1.   Definition enoent : Z := -2.   Definition e2big : Z := -7.
Definition eagain : Z := -11. Definition enomem : Z := -12. Definition eacces : Z := -13.
Definition efault : Z := -14. Definition enospc : Z := -28. Definition eopnotsupp : Z := -95.
Definition enotsupp : Z := -524.
Definition eexist : Z := -17. Definition einval : Z := -22.
(* no such slot: the lookup gives null *)
Definition missing : Z := -1.
Definition rand_mul : Z := 6364136223846793005.
Definition rand_add : Z := 1442695040888963407.
Definition tick : Z := 1000.

Definition reg_or_0 (s : state) (r : reg) : Z :=
  match get r (regs s) with Some x => x | None => 0 end.
(** [n] bytes from an address on, if they are in a live region; else the call is a fault, whatever
    is answered. *)
Definition bytes_from (s : state) (a n : Z) : list Z :=
  match find_region (live s) false a n with
  | Some _ => map (fun d => read (mem s) (a + d)) (upto n)
  | None => []
  end.
(** Flags: 1, only a new key; 2, only one that is there; 4, with the lock in the value, and there is
    none. *)
Definition update (k : concrete) (s : state) (w : world) (i : Z) (m : map_def) (key : Z) :
  answer * world :=
  let flags := reg_or_0 s R4 in
  let put j := bytes_at (value_addr k i m j) (bytes_from s (reg_or_0 s R3) (m_value m)) in
  let no e := (quiet e, w) in
  let yes ws := Answer 0 ws [] None in
  let lock := if is_array m then 4 else 0 in
  if m_ro m then no eperm else
  if 2 <? Z.land flags (Z.lnot lock) then no einval else
  if is_array m then
    if m_max m <=? key then no e2big else
    if Z.odd flags then no eexist else
    if 2 <? flags then no einval else (yes (put key), w)
  else if bad_key m key then no einval else
    let key := kept_key m key in
    match find_key (keys_of w i) key with
    | Some j => if flags =? 1 then no eexist else (yes (put j), w)
    | None =>
      if flags =? 2 then no enoent else
      match free_slot m (keys_of w i) with
      | Some j => (yes (put j), with_keys w i ((key, j) :: keys_of w i))
      | None => no (if is_trie m then enospc else e2big)
      end
    end.
Definition delete (w : world) (i : Z) (m : map_def) (key : Z) : answer * world :=
  if is_array m || bad_key m key then (quiet einval, w) else
  let key := kept_key m key in
  match find_key (keys_of w i) key with
  | Some _ => (quiet 0, with_keys w i (filter (fun e => negb (fst e =? key)) (keys_of w i)))
  | None => (quiet enoent, w)
  end.
Definition lookup (w : world) (i : Z) (m : map_def) (key : Z) : answer * world :=
  let or_none o := quiet (match o with Some j => j | None => missing end) in
  if is_array m && negb (is_outer m) then (quiet (if key <? m_max m then key else missing), w)
  else if bad_key m key then (quiet missing, w)
  else if is_trie m then (or_none (longest_prefix m (keys_of w i) key), w)
  else (or_none (find_key (keys_of w i) key), w).
(** With the map whose address a register holds. *)
Definition with_map (s : state) (w : world) (r : reg) (f : Z -> map_def -> answer * world) :
  answer * world :=
  match find (fun q => reg_or_0 s r =? o_addr (snd q)) (map_i pair 0 (l_maps (lay s))) with
  | None => (quiet 0, w)
  | Some (i, o) => f i (o_def o)
  end.
Definition map_helper (s : state) (w : world) (f : Z -> map_def -> Z -> answer * world) :
  answer * world :=
  with_map s w R1 (fun i m => f i m (load (mem s) (reg_or_0 s R2) (Z.to_nat (m_key m)))).
(** Queues, stacks, and Bloom filters, of which nothing is asked but whether they take it. *)
Definition queue_of (w : world) (i : Z) : list (list Z) :=
  match zfind i (w_queues w) with Some q => q | None => [] end.
Definition push (s : state) (w : world) (i : Z) (m : map_def) : answer * world :=
  let flags := reg_or_0 s R3 in
  let q := queue_of w i in
  let full := m_max m <=? Z.of_nat (length q) in
  if m_type m =? 30 then (quiet (if flags =? 0 then 0 else einval), w)
  else if negb ((flags =? 0) || (flags =? 2)) then (quiet einval, w)
  else if full && (flags =? 0) then (quiet e2big, w)
  else (quiet 0, with_queue w i ((if full then tl q else q)
                                 ++ [bytes_from s (reg_or_0 s R2) (m_value m)])).
Definition pop (w : world) (taken : bool) (i : Z) (m : map_def) : answer * world :=
  let q := queue_of w i in
  let '(first, rest) := if m_type m =? 23 then (last q [], removelast q) else (hd [] q, tl q) in
  match q with
  | [] => (quiet enoent, w)
  | _ :: _ => (Answer 0 [] first None, if taken then with_queue w i rest else w)
  end.
(** The packet, by offset and length in registers: bytes, or an error. *)
Definition span (s : state) (off n : Z) : option (list Z) :=
  let off := wrap32 off in
  if off + n <=? l_len (lay s)
  then Some (map (fun d => read (mem s) (l_pkt (lay s) + off + d)) (upto n)) else None.
(** What XDP's two helpers say of bytes that are not there. *)
Definition xdp_error (off n : Z) : Z := if (65535 <? off) || (65535 <? n) then efault else einval.
Definition load_bytes (s : state) (w : world) (xdp : bool) : answer * world :=
  let off := wrap32 (reg_or_0 s R2) in
  let n := wrap32 (reg_or_0 s R4) in
  match span s off n with
  | Some bs => (Answer 0 [] bs None, w)
  (* XDP leaves the memory as it is, the other one clears it *)
  | None => (quiet (if xdp then xdp_error off n else efault), w)
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
       [] None, if negb xdp && Z.testbit (reg_or_0 s R5) 1 then with_hash w 0 else w)
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
Definition in_live (s : state) (a : Z) : bool :=
  match find_region (live s) false a 1 with Some _ => true | None => false end.
(** Reading the address that r3 holds: what lives there, or zeros and an error. *)
Definition probe (s : state) (w : world) : answer * world :=
  let n := reg_or_0 s R2 in
  if n =? 0 then (quiet 0, w) else
  match find_region (live s) false (reg_or_0 s R3) n with
  | Some _ => (Answer 0 [] (map (fun d => read (mem s) (reg_or_0 s R3 + d)) (upto n)) None, w)
  | None => (quiet efault, w)
  end.
(** ** Packets that move.  Linux's test run has an XDP packet in a page: there are 256 bytes before
    it, of which the first 40 are the frame's own, and 320 are kept behind it. *)
Definition headroom : Z := 216.
Definition page_room : Z := 3520.
Definition header_size : Z := 14.             (* Ethernet's *)
(** There, with these bytes written afterwards, if that leaves the layout well formed. *)
Definition place (t : target) (s : state) (w : world) (b n meta : Z) (late : list (Z * Z)) :
  answer * world :=
  if packet_fits t (lay s) b n meta
  then (Answer 0 [] [] (Some (b, n, meta)), with_late w late) else (quiet 0, w).
Definition zeros (a n : Z) : list (Z * Z) := map (fun d => (a + d, 0)) (upto n).
(** Metadata go with the packet's first byte. *)
Definition adjust_head (t : target) (k : concrete) (s : state) (w : world) : answer * world :=
  let d := sgn32 (reg_or_0 s R2) in
  let L := lay s in
  let b := l_pkt L + d in
  let from := l_pkt L - l_meta L in
  if (header_size <=? l_len L - d) && (k_pkt k - headroom <=? b - l_meta L)
  then place t s w b (l_len L - d) (l_meta L) (bytes_at (from + d) (bytes_from s from (l_meta L)))
  else (quiet einval, w).
Definition adjust_tail (t : target) (k : concrete) (s : state) (w : world) : answer * world :=
  let d := sgn32 (reg_or_0 s R2) in
  let L := lay s in
  let n := l_len L + d in
  let room := Z.max page_room (Z.of_nat (length (k_packet k))) in
  if (header_size <=? n) && (l_pkt L + n <=? k_pkt k + room)
  then place t s w (l_pkt L) n (l_meta L) (zeros (l_pkt L + l_len L) d) else (quiet einval, w).
(** Metadata: up to 252 bytes, four by four. *)
Definition max_meta : Z := 252.
Definition adjust_meta (t : target) (k : concrete) (s : state) (w : world) : answer * world :=
  let n := l_meta (lay s) - sgn32 (reg_or_0 s R2) in
  if (0 <=? n) && (k_pkt k - headroom <=? l_pkt (lay s) - n) then
    if (n <=? max_meta) && (Z.land n 3 =? 0)
    then place t s w (l_pkt (lay s)) (l_len (lay s)) n [] else (quiet eacces, w)
  else (quiet einval, w).
(** Socket buffers.  Some types of programs see the packet with its Ethernet header, and others what
    follows; then the header has nothing but the protocol, which is the context's. *)
Definition is_frame (t : target) : bool := (pt_id (t_type t) =? 3) || (pt_id (t_type t) =? 4).
Definition network (t : target) (k : concrete) : Z :=
  k_pkt k + if is_frame t then header_size else 0.
Definition max_buffer : Z := 16064.
Definition change_tail (t : target) (k : concrete) (s : state) (w : world) : answer * world :=
  let L := lay s in
  let n := wrap32 (reg_or_0 s R2) in
  if (reg_or_0 s R3 =? 0) && (n <=? max_buffer) && (network t k - l_pkt L <=? n)
  then place t s w (l_pkt L) n (l_meta L) (zeros (l_pkt L + l_len L) (n - l_len L))
  else (quiet einval, w).
Definition change_head (t : target) (s : state) (w : world) : answer * world :=
  let L := lay s in
  let n := wrap32 (reg_or_0 s R2) in
  if (reg_or_0 s R3 =? 0) && (l_len L + n <=? max_buffer)
  then place t s (with_head w) (l_pkt L - n) (l_len L + n) (l_meta L) (zeros (l_pkt L - n) n)
  else (quiet einval, w).
Definition pull_data (s : state) (w : world) : answer * world :=
  (quiet (if wrap32 (reg_or_0 s R2) <=? l_len (lay s) then 0 else enomem), w).
(** Numbers in the context: the protocol is at 16, the packet's type at 4. *)
Definition ctx_at (s : state) (off : Z) : Z := l_ctx (lay s) + off.
Definition load_relative (t : target) (k : concrete) (s : state) (w : world) : answer * world :=
  let off := wrap32 (reg_or_0 s R2) in
  let n := wrap32 (reg_or_0 s R4) in
  let from := wrap32 (reg_or_0 s R5) in
  let p := l_pkt (lay s) in
  let hidden := negb (is_frame t || w_headed w) in
  let mac := if hidden then p - header_size else p in
  let a := (if from =? 0 then mac else network t k) + off in
  let byte d :=
    let x := a + d in
    if p <=? x then read (mem s) x
    else if x <? p - 2 then 0 else read (mem s) (ctx_at s 16 + (x - (p - 2))) in
  if (from <=? 1) && (off <=? 65535) && (a + n <=? p + l_len (lay s))
  then (Answer 0 [] (map byte (upto n)) None, w) else (quiet efault, w).
(** A checksum in the packet follows a field of it, or the difference that others made. *)
Definition csum_replace (s : state) (w : world) (transport : bool) : answer * world :=
  let off := wrap32 (reg_or_0 s R2) in
  let flags := reg_or_0 s R5 in
  let known := if transport then 255 else 15 in
  let no_zero := transport && Z.testbit flags 5 in
  if negb (Z.land flags (Z.lnot known) =? 0) then (quiet einval, w) else
  if (65535 <? off) || Z.odd off then (quiet efault, w) else
  match span s off 2 with
  | None => (quiet efault, w)
  | Some bs =>
    let sum := number bs in
    if no_zero && negb (Z.testbit flags 6) && (sum =? 0) then (quiet 0, w) else
    match replaced (Z.land flags 15) sum (reg_or_0 s R3) (reg_or_0 s R4) with
    | None => (quiet einval, w)
    | Some x =>
      let x := if no_zero && (x =? 0) then 65535 else x in
      (Answer 0 (bytes_at (l_pkt (lay s) + off) [Z.land x 255; Z.shiftr x 8]) [] None, w)
    end
  end.
Definition csum_diff (s : state) (w : world) : answer * world :=
  (quiet (difference (bytes_from s (reg_or_0 s R1) (reg_or_0 s R2))
            (bytes_from s (reg_or_0 s R3) (reg_or_0 s R4)) (wrap32 (reg_or_0 s R5))), w).
(** How many checksums are right: asked for, one more, one less, none. *)
Definition csum_level (s : state) (w : world) : answer * world :=
  let level := w_level w in
  let what := reg_or_0 s R2 in
  if what =? 0 then (quiet (if level <? 0 then eacces else level), w)
  else if what =? 1 then (quiet 0, with_level w (Z.min 3 (level + 1)))
  else if what =? 2 then (quiet 0, with_level w (Z.max (- 1) (level - 1)))
  else if what =? 3 then (quiet 0, with_level w (- 1))
  else (quiet einval, w).
(** A time of arrival, for IPv4 and IPv6. *)
Definition set_tstamp (s : state) (w : world) : answer * world :=
  let protocol := load (mem s) (ctx_at s 16) 2 in
  let type := wrap32 (reg_or_0 s R3) in
  (quiet (if negb ((protocol =? 8) || (protocol =? 56710)) then eopnotsupp
          else if type =? 0 then 0
          else if (type <=? 2) && negb (reg_or_0 s R2 =? 0) then 0 else einval), w).
Definition change_type (s : state) (w : world) : answer * world :=
  (quiet (if (load (mem s) (ctx_at s 4) 4 <=? 3) && (wrap32 (reg_or_0 s R2) <=? 3) then 0
          else einval), w).
(** To a neighbour, or to the peer of a device: nowhere with flags, or with part of an address. *)
Definition redirect_other (s : state) (w : world) (neighbour : bool) : answer * world :=
  let n := if neighbour then wrap32 (reg_or_0 s R3) else 0 in
  let flags := reg_or_0 s (if neighbour then R4 else R2) in
  (quiet (if negb (flags =? 0) || ((0 <? n) && (n <? 20)) then 2 else 7), w).
(** ** Maps of events and of control groups, in which nothing is *)
Definition this_processor : Z := mask32.
Definition no_event (m : map_def) (index : Z) : Z :=
  if m_max m <=? (if index =? this_processor then 0 else index) then e2big else enoent.
(* XDP, and what has a socket buffer: part of the packet may follow what is put out *)
Definition packet_events : list Z := [1; 3; 4; 6; 8; 10; 11; 12; 14; 19].
Definition event_output (t : target) (s : state) (w : world) (_ : Z) (m : map_def) :
  answer * world :=
  let flags := reg_or_0 s R3 in
  let known := if existsb (Z.eqb (pt_id (t_type t))) packet_events then 52 else 32 in
  (quiet (if negb (Z.shiftr flags known =? 0) then einval
          else if l_len (lay s) <? Z.shiftr flags 32 then efault
          else no_event m (wrap32 flags)), w).
Definition event_read (s : state) (w : world) (size : Z) (_ : Z) (m : map_def) : answer * world :=
  let flags := reg_or_0 s R2 in
  (quiet (if negb (size =? 24) || negb (Z.shiftr flags 32 =? 0) then einval
          else no_event m flags), w).
Definition under_cgroup (s : state) (w : world) (r : reg) (_ : Z) (m : map_def) : answer * world :=
  (quiet (if m_max m <=? wrap32 (reg_or_0 s r) then e2big else eagain), w).
(** Records follow each other, each with eight bytes before it, in the upper half of what the map
    has; nobody consumes them. *)
Definition ring_start : Z := 2147483648.
Definition max_record : Z := 1073741823.
Definition ring_used (w : world) (i : Z) : Z :=
  match zfind i (w_rings w) with Some n => n | None => 0 end.
(** Where a record of [n] bytes would be, and how much is used then. *)
Definition room_for (w : world) (i : Z) (m : map_def) (n : Z) : option (Z * Z) :=
  let used := ring_used w i in
  let after := used + Z.land (n + 15) (Z.lnot 7) in
  if (n <=? max_record) && (after <? Z.min (m_max m) ring_start)
  then Some (used + 8, after) else None.
Definition reserve (k : concrete) (s : state) (w : world) (i : Z) (m : map_def) : answer * world :=
  let room := if reg_or_0 s R3 =? 0 then room_for w i m (reg_or_0 s R2) else None in
  match room with
  | Some (off, after) =>
    (quiet (k_vals k + i * map_stride + ring_start + off), with_ring w i after)
  | None => (quiet missing, w)
  end.
Definition ring_output (s : state) (w : world) (i : Z) (m : map_def) : answer * world :=
  if negb (Z.land (reg_or_0 s R4) (Z.lnot 3) =? 0) then (quiet einval, w) else
  match room_for w i m (reg_or_0 s R3) with
  | Some (_, after) => (quiet 0, with_ring w i after)
  | None => (quiet eagain, w)
  end.
(** What is not consumed, the size, where the consumer is, and the producer. *)
Definition ring_query (s : state) (w : world) (i : Z) (m : map_def) : answer * world :=
  let what := reg_or_0 s R2 in
  (quiet (if (what =? 0) || (what =? 3) then ring_used w i
          else if what =? 1 then m_max m else 0), w).
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
          | KCtx, Some (FTyped nu i) =>
            if nu && (load (mem s) a 8 =? 0) then 0 else leads_to s a i
          | _, _ => match pointed t (lay s) a n with i :: _ => leads_to s a i | [] => 0 end
          end
        | _, _ => 0
        end.
Definition given (t : target) (d : helper) : Z :=
  match h_ret d with
  | RTyped _ name => match type_named t name with Some i => object_addr i | None => 0 end
  | _ => 0
  end.
Definition new_typed (t : target) (h : Z) : Z :=
  match helper_of h with Some d => given t d | None => 0 end.
(** Those that need not write all of their memory clear all of it here. *)
Definition blank (s : state) (h : Z) : list Z :=
  let '(r, n) := if existsb (Z.eqb h) [101; 119; 141; 147] then (R2, reg_or_0 s R3)
    else if h =? 183 then (R3, 8) else if h =? 184 then (R2, 8) else (R1, reg_or_0 s R2) in
  match find_region (live s) true (reg_or_0 s r) n with
  | Some _ => map (fun _ => 0) (upto n)
  | None => []                                (* a fault, whatever is answered *)
  end.
(** The name of the task that asks for a test run: as much of it as fits before a zero. *)
Definition task_name : list Z := [119; 97; 114; 114; 97; 110; 116].
Definition comm (s : state) (w : world) : answer * world :=
  let room := blank s 16 in
  let name := firstn (length room - 1) task_name in
  (Answer 0 [] (name ++ skipn (length name) room) None, w).
(** A string of the kernel's, or an error.  Its end is put there where the room ends before. *)
Fixpoint string_at (s : state) (a : Z) (room : list Z) : option (list Z) :=
  match room with
  | [] => Some []
  | [_] => if in_live s a then Some [0] else None
  | _ :: room' =>
    if negb (in_live s a) then None else
    let b := read (mem s) a in
    if b =? 0 then Some [0]
    else match string_at s (a + 1) room' with Some bs => Some (b :: bs) | None => None end
  end.
Definition probe_string (s : state) (w : world) : answer * world :=
  let room := blank s 45 in
  match string_at s (reg_or_0 s R3) room with
  | Some bs => (Answer (Z.of_nat (length bs)) [] bs None, w)
  | None => (Answer efault [] room None, w)
  end.
(** There is no memory of a user's. *)
Definition probe_user (s : state) (w : world) : answer * world :=
  let room := blank s 112 in
  (Answer (match room with [] => 0 | _ :: _ => efault end) [] room None, w).
Definition strtox (s : state) (w : world) (f : list Z -> Z -> Z * Z) : answer * world :=
  let '(x, v) := f (bytes_from s (reg_or_0 s R1) (reg_or_0 s R2)) (reg_or_0 s R3) in
  (Answer x [] (map (fun d => Z.land (Z.shiftr v (8 * d)) 255) (upto 8)) None, w).
(** Why bpf_loop runs no round; 0: it does, if it is to run any. *)
Definition loop_error (s : state) : Z :=
  if negb (reg_or_0 s R4 =? 0) then einval
  else if max_calls <? wrap32 (reg_or_0 s R1) then e2big else 0.
(** With a map in r1, or in r2 behind the context. *)
Definition answer_map (t : target) (k : concrete) (s : state) (w : world) (h : Z) :
  option (answer * world) :=
  if h =? 1 then Some (map_helper s w (lookup w))
  else if h =? 2 then Some (map_helper s w (update k s w))
  else if h =? 3 then Some (map_helper s w (delete w))
  else if h =? 22 then Some (with_map s w R1 (event_read s w 24))
  else if h =? 25 then Some (with_map s w R2 (event_output t s w))
  else if h =? 33 then Some (with_map s w R2 (under_cgroup s w R3))
  else if h =? 37 then Some (with_map s w R1 (under_cgroup s w R2))
  else if h =? 51 then Some (map_helper s w (redirect_map s w))
  else if h =? 55 then Some (with_map s w R1 (event_read s w (reg_or_0 s R4)))
  else if h =? 87 then Some (with_map s w R1 (push s w))
  else if h =? 88 then Some (with_map s w R1 (pop w true))
  else if h =? 89 then Some (with_map s w R1 (pop w false))
  else if h =? 130 then Some (with_map s w R1 (ring_output s w))
  else if h =? 131 then Some (with_map s w R1 (reserve k s w))
  else if h =? 134 then Some (with_map s w R1 (ring_query s w))
  (* nothing is kept for an object *)
  else if existsb (Z.eqb h) [107; 145; 156; 210] then Some (quiet missing, w)
  else if existsb (Z.eqb h) [108; 146; 157; 211] then Some (quiet enoent, w)
  else if h =? 195 then
    Some (if wrap32 (reg_or_0 s R3) =? 0 then map_helper s w (lookup w) else (quiet missing, w))
  else None.
(** With the packet, or of it. *)
Definition answer_packet (t : target) (k : concrete) (s : state) (w : world) (h : Z) :
  option (answer * world) :=
  if (h =? 9) || (h =? 190) then Some (store_bytes s w (h =? 190))
  else if (h =? 10) || (h =? 11) then Some (csum_replace s w (h =? 11))
  else if h =? 23 then Some (quiet (redirect t s), w)
  else if (h =? 26) || (h =? 189) then Some (load_bytes s w (h =? 189))
  else if h =? 28 then Some (csum_diff s w)
  else if h =? 32 then Some (change_type s w)
  else if h =? 34 then Some (quiet (w_hash w), w)
  else if h =? 38 then Some (change_tail t k s w)
  else if h =? 39 then Some (pull_data s w)
  else if h =? 40 then Some (quiet enotsupp, w)
  else if h =? 41 then Some (quiet 0, with_hash w 0)
  else if h =? 43 then Some (change_head t s w)
  else if h =? 44 then Some (adjust_head t k s w)
  else if h =? 48 then Some (quiet 0, with_hash w (wrap32 (reg_or_0 s R2)))
  else if h =? 54 then Some (adjust_meta t k s w)
  else if h =? 65 then Some (adjust_tail t k s w)
  else if h =? 68 then Some (load_relative t k s w)
  else if h =? 135 then Some (csum_level s w)
  else if (h =? 152) || (h =? 155) then Some (redirect_other s w (h =? 152))
  else if (h =? 188) && (pt_id (t_type t) =? 6) then Some (quiet (l_len (lay s)), w)
  else if h =? 192 then Some (set_tstamp s w)
  else None.
Definition answer_other (t : target) (k : concrete) (s : state) (w : world) (h : Z) :
  answer * world :=
  if (h =? 5) || (h =? 125) then (quiet (w_time w + tick), with_time w (w_time w + tick))
  else if h =? 6 then (quiet (reg_or_0 s R2), w)
  else if h =? 7 then
    let r := wrap (w_random w * rand_mul + rand_add) in (quiet (Z.shiftr r 32), with_random w r)
  else if (h =? 4) || (h =? 113) then probe s w
  else if h =? 12 then (quiet missing, w)
  else if h =? 16 then comm s w
  else if (h =? 45) || (h =? 115) then probe_string s w
  else if (h =? 84) || (h =? 85) || (h =? 99) then find_socket k s w (negb (h =? 99))
  else if h =? 105 then strtox s w signed_numeral
  else if h =? 106 then strtox s w unsigned_numeral
  else if (h =? 112) || (h =? 114) then probe_user s w
  else if h =? 181 then (quiet (loop_error s), w)
  (* the packet came through no tunnel, of IPsec's or others, and there is no other name space *)
  else if (h =? 20) || (h =? 30) || (h =? 66) || (h =? 120) then (quiet einval, w)
  else if h =? 29 then (quiet enoent, w)
  else if existsb (Z.eqb h) partly_helpers then (Answer 0 [] (blank s h) None, w)
  else (quiet (new_typed t h), w).
Definition answer_call (t : target) (k : concrete) (s : state) (w : world) (h : Z) :
  answer * world :=
  match answer_map t k s w h with
  | Some an => an
  | None =>
    match answer_packet t k s w h with Some an => an | None => answer_other t k s w h end
  end.
(** Functions of the kernel answer 0, or with the one object of their type. *)
Definition answer_function (t : target) (f : Z) : answer :=
  match function_of f with Some k => quiet (given t (kf_call k)) | None => quiet 0 end.
(** In a run [MayGoto] goes on as often as Linux up to 6.14 lets it. *)
Definition usual_rounds : Z := 8388608.
Definition answer_may (s : state) : answer :=
  quiet (if rounds s <=? most_rounds - usual_rounds then -1 else 0).
(** Whatever is answered sees what was written late. *)
Definition concrete_step (t : target) (p : prog) (k : concrete) (before : state) (w : world) :
  outcome * world :=
  let late := w_late w in
  let s := interfere (Answer 0 late [] None) before in
  let w := with_late w [] in
  let go an := step t p (Answer (an_choice an) (late ++ an_writes an) (an_bytes an) (an_packet an))
    before in
  match zfind (pc before) p with
  | Some (Call h) => let '(an, w') := answer_call t k s w h in (go an, w')
  | Some (CallKernel f) => (go (answer_function t f), w)
  | Some (CallX r) => let '(an, w') := answer_call t k s w (reg_or_0 s r) in (go an, w')
  | Some (Ldx z _ _ r off | LdAcq z _ r off) =>
    (go (answer_typed t s (wrap (reg_or_0 s r + off)) (zbytes z)), w)
  | Some (LdPkt z ind off) => let '(an, w') := answer_load s w z ind off in (go an, w')
  | Some (MayGoto _) => (go (answer_may s), w)
  | _ => (go (quiet 0), w)
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
