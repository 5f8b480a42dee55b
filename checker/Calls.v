(** Helper calls by contract, and calls of local functions. *)
From Checker Require Export Refine.

(** Memory that a helper may read, or write; packets only to read, if it takes them ([pk]). *)
Definition a_reads (pk : bool) (t : target) (a : astate) (x : aval) (n : Z) : bool :=
  (0 <? n) &&
  match a_addr t (a_facts a) (a_depth a) x 0 n false with
  | Some (PStack k m) => init_ok t (wb_bits (a_written a)) k (m + n)
  | Some (PCtx _ | PSock _ _ | PObj _ _) | None => false
  | Some PPkt => pk
  | Some (PVal _) => true
  end.
Definition a_writes (t : target) (a : astate) (x : aval) (n : Z) : option place :=
  if 0 <? n then
    match a_addr t (a_facts a) (a_depth a) x 0 n true with
    | Some (PStack _ _ | PVal _) as pl => pl
    | Some (PPkt | PCtx _ | PSock _ _ | PObj _ _) | None => None
    end
  else None.

(** Text that never changes begins there, and its end is within reach. *)
Definition a_text (t : target) (a : astate) (x : aval) : bool :=
  let at_ n := a_addr t (a_facts a) (a_depth a) x 0 n false in
  let size pl := match pl with Some (PVal (Some (c, k))) => text_size c k | _ => None end in
  match size (at_ 1) with
  | Some n => (0 <? n) && match size (at_ n) with Some m => m =? n | None => false end
  | None => false
  end.

(** What the arguments show: the map passed; the memory written, at least and at most so many bytes
    of it; the size asked for; the symbol released; the callback's slot. *)
Record a_seen := ASeen { as_map : option Z; as_out : option (place * Z * Z); as_size : option Z;
  as_released : option (ref_kind * Z); as_callback : option Z }.
Definition a_nothing_seen := ASeen None None None None None.
Definition a_seen_map (q : a_seen) (i : Z) : a_seen :=
  ASeen (Some i) (as_out q) (as_size q) (as_released q) (as_callback q).
Definition a_seen_out (q : a_seen) (out : option (place * Z * Z)) : a_seen :=
  ASeen (as_map q) out (as_size q) (as_released q) (as_callback q).
Definition a_seen_size (q : a_seen) (n : Z) : a_seen :=
  ASeen (as_map q) (as_out q) (Some n) (as_released q) (as_callback q).
Definition a_seen_released (q : a_seen) (h : ref_kind * Z) : a_seen :=
  ASeen (as_map q) (as_out q) (as_size q) (Some h) (as_callback q).
Definition a_seen_callback (q : a_seen) (pc : Z) : a_seen :=
  ASeen (as_map q) (as_out q) (as_size q) (as_released q) (Some pc).
Fixpoint a_args (pk : bool) (t : target) (a : astate) (args : list arg) (rs : list reg)
  (q : a_seen) : option a_seen :=
  match args, rs with
  | [], _ => Some q
  | _ :: _, [] => None
  | g :: args', r :: rs' =>
    match get r (a_regs a) with
    | None => None
    | Some x =>
      let next q := a_args pk t a args' rs' q in
      let reads n := if a_reads pk t a x n then next q else None in
      let writes lo hi :=
        match a_writes t a x hi with
        | Some pl => next (a_seen_out q (Some (pl, lo, hi)))
        | None => None
        end in
      let of_map f :=
        match obind (as_map q) (map_of t) with Some d => reads (f d) | None => None end in
      let sized (zero : bool) (k : Z -> Z -> option a_seen) :=
        match rs' with
        | r2 :: _ =>
          match obind (get r2 (a_regs a)) (view (a_facts a)) with
          | Some (_, s) => if zero || (0 <? s_umin s) then k (s_umin s) (s_umax s) else None
          | None => None
          end
        | [] => None
        end in
      match g with
      | AAny | ASize => next q
      | AMap types changes =>
        match fact_of (a_facts a) x with
        | Some (FMap i) =>
          if (snd x =? 0)
            && match map_of t i with Some d => takes_map types changes d | None => false end
          then next (a_seen_map q i) else None
        | _ => None
        end
      | AKey => of_map m_key
      | AValue => of_map m_value
      | AMem => sized false (fun _ hi => reads hi)
      | AMem0 => sized true (fun _ hi => if hi =? 0 then next q else reads hi)
      | AOut => sized false writes
      | AInOut => sized false (fun lo hi => if a_reads pk t a x hi then writes lo hi else None)
      | ACtx =>
        match fact_of (a_facts a) x with
        | Some FCtx => if snd x =? 0 then next q else None
        | _ => None
        end
      | AOut0 =>
        sized true (fun lo hi =>
          if hi =? 0 then next (a_seen_out q None) else if 0 <=? lo then writes lo hi else None)
      | AMemN n => reads n
      | AOutN n => writes n n
      | AInOutN n => if a_reads pk t a x n then writes n n else None
      | AValueOut =>
        match obind (as_map q) (map_of t) with
        | Some d => writes (m_value d) (m_value d)
        | None => None
        end
      | ACtx0 =>
        match fact_of (a_facts a) x with
        | Some FCtx => if snd x =? 0 then next q else None
        | Some (FScalar _ _) => match const_of (a_facts a) x with Some Z0 => next q | _ => None end
        | _ => None
        end
      | AValue0 => match const_of (a_facts a) x with Some Z0 => next q | _ => of_map m_value end
      | AString => if a_text t a x then next q else None
      | AObject name =>
        match fact_of (a_facts a) x, type_named t name with
        | Some (FObj i), Some j => if has_part t i (snd x) j then next q else None
        | _, _ => None
        end
      | AAlloc =>
        match const_of (a_facts a) x with
        | Some n => next (a_seen_size q n)
        | None => None
        end
      | ACallback =>
        match fact_of (a_facts a) x with
        | Some (FFunc pc) => if snd x =? 0 then next (a_seen_callback q pc) else None
        | _ => None
        end
      | ARef k release =>
        match fact_of (a_facts a) x with
        | Some (FRef k' _ false) =>
          if (snd x =? 0) && ref_kind_fits k k'
          then next (if release then a_seen_released q (k, fst x) else q) else None
        | Some (FObj i) =>
          match type_named t socket_type with
          | Some j =>
            if negb release && of_socket k && has_part t i (snd x) j then next q else None
          | None => None
          end
        | _ => None
        end
      end
    end
  end.
(** Whether the program type allows a result of [0], or has any result to allow. *)
Definition zero_allowed (t : target) : bool :=
  match pt_ret (t_type t) with None => true | Some (lo, hi) => (lo <=? 0) && (0 <=? hi) end.
Definition some_allowed (t : target) : bool :=
  match pt_ret (t_type t) with None => true | Some (lo, hi) =>
    (- sign32 <=? lo) && (lo <=? hi) && (hi <? if lo <? 0 then sign32 else half_size) end.
(** The result register after the call, if it is defined. *)
Definition a_ret (t : target) (r : ret) (q : a_seen) : option (option ares) :=
  let number lo hi :=
    if (- sign64 <=? lo) && (lo <=? hi) && (hi <? sign64)
    then Some (Some (New (FScalar false (sc_srange lo hi)) 0)) else None in
  match r with
  | RInt lo hi => number lo hi
  | RSize => number (- 4095) (match as_out q with Some (_, _, hi) => hi | None => 0 end)
  | RValue =>
    do i <- as_map q;
    do d <- map_of t i;
    let f := match m_inner d with Some k => FMapOrNull k | None => FMapValueOrNull i end in
    Some (Some (New f 0))
  | RTail => if some_allowed t then Some None else None
  | RAcquire RecordRef => do n <- as_size q; Some (Some (New (FRef RecordRef n true) 0))
  | RAcquire k => Some (Some (New (FRef k (ref_size k 0) true) 0))
  | RTyped nu name => do i <- type_named t name; Some (Some (New (object_res t nu i) 0))
  | RVoid => Some None
  | RRounds => None                           (* no step with one successor: Callbacks.v *)
  end.
Definition a_clobber (a : astate) : astate :=
  a_with_regs a (set R0 None (clobber (a_regs a))).
(** The packet may have moved: what pointed into it is a number that tells an address. *)
Definition unpacket (f : fact) : fact := match f with FPkt _ _ _ | FEnd => FScalar true sc_top
  | _ => f end.
Definition a_moved (a : astate) : astate :=
  a_with_facts a (zmap_map unpacket (a_facts a)).
(** What was released is no pointer any more: a number that tells an address.  So is what may point
    into it: which record that is its size alone tells. *)
Definition unrecord (released : option fact) (f : fact) : fact :=
  match f, released with FRecordAt n _ _, Some (FRef RecordRef n' _) =>
    if n =? n' then FScalar true sc_top else f | _, _ => f end.
Definition a_released (a : astate) (k : Z) : astate :=
  a_with_facts a
    (zset k (FScalar true sc_top) (zmap_map (unrecord (zfind k (a_facts a))) (a_facts a))).
Definition a_finish (a : astate) (r : option ares) : astate :=
  match r with Some r => a_put a 1 R0 r | None => a_goto a (a_pc a + 1) end.
(** The memory was written if the result, in r0, is 0. *)
Definition a_await (a : astate) (out : option (place * Z * Z)) : astate :=
  match out, get R0 (a_regs a) with
  | Some (PStack k d, n, _), Some (j, Z0) =>
    a_with_stack a (a_slots a) (Written (wb_bits (a_written a)) (Some (j, sure_bits k d n)))
  | _, _ => a
  end.
(** No call is under way: what ends this function ends the program. *)
Definition a_in_main (a : astate) : bool := match a_frames a with [] => true | _ :: _ => false end.
Definition a_call (t : target) (a : astate) (callee : option helper) : option astate :=
  do d <- callee;
  do q <- a_args (packet_arg (t_type t) d) t a (args_in (t_type t) d) arg_regs a_nothing_seen;
  do r <- a_ret t (h_ret d) q;
  if match h_ret d with RTail => negb (a_in_main a && no_refs (a_facts a)) | _ => false end
  then None else
  let a := a_clobber a in
  let a := match as_out q with
           | Some (pl, lo, hi) => a_scribble a pl (if h_partly d then 0 else lo) hi
           | None => a
           end in
  let a := if h_moves d then a_moved a else a in
  let a := match as_released q with Some (_, k) => a_released a k | None => a end in
  let a := a_finish a r in
  Some (if h_on_success d then a_await a (as_out q) else a).

(** A local function: a frame of its own, nothing in it written, and its top is a new symbol.  It
    may be elsewhere than the last one of this depth: what pointed into that is a number that tells
    an address. *)
Definition unframe (n : Z) (f : fact) : fact :=
  match f with FStack j _ _ => if j =? n then FScalar true sc_top else f | _ => f end.
Definition a_begin (a : astate) (fs : list aframe) (args : rf (option aval)) (target : Z) :
  option astate :=
  let n := Z.of_nat (length fs) in
  if n <? max_frames then
    let k := - stack_size * (n + 1) in
    let top := (a_next a, 0) in
    let a := a_with_rounds (a_with_frames a fs) (aconst (a_facts a) most_rounds) in
    let a := a_with_regs a (set R10 (Some top) args) in
    let a := a_with_stack a (kill k stack_size (a_slots a))
      (not_written (a_written a) k stack_size) in
    let a := a_fresh (a_with_facts a (zmap_map (unframe n) (a_facts a))) (FStack n 0 whole) in
    Some (a_goto a target)
  else None.
Definition a_call_local (a : astate) (target : Z) : option astate :=
  let r := a_regs a in
  a_begin a (AFrame (a_pc a + 1) r (a_rounds a) ABack :: a_frames a)
    (arguments (f1 r) (f2 r) (f3 r) (f4 r) (f5 r)) target.
Definition a_go_back (a : astate) (f : aframe) (fs : list aframe) (r : option aval) : astate :=
  let rs := clobber (set R0 r (af_regs f)) in
  a_goto (a_with_rounds (a_with_frames (a_with_regs a rs) fs) (af_rounds f)) (af_pc f).
Definition a_leave (a : astate) : option astate :=
  match a_frames a with
  | f :: fs =>
    match af_after f with
    | ABack => Some (a_go_back a f fs (get R0 (a_regs a)))
    | AAgain _ _ _ _ => None                  (* two successors: Callbacks.v *)
    end
  | [] => None
  end.
(** Legacy packet loads. *)
Definition a_load_packet (t : target) (a : astate) (z : size) (ind : option reg) : option astate :=
  if pt_legacy (t_type t) && a_in_main a && zero_allowed t && no_refs (a_facts a) then
    match get R6 (a_regs a), match ind with Some r => get r (a_regs a) | None =>
      Some (0, 0) end with
    | Some c, Some _ =>
      match fact_of (a_facts a) c with
      | Some FCtx => if snd c =? 0 then Some
        (a_put (a_clobber a) 1 R0 (New (FScalar false (sc_of_bytes z)) 0)) else None
      | _ => None
      end
    | _, _ => None
    end
  else None.
