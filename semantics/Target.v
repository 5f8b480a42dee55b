(** What a program is checked for: its type (context layout, helpers, return values), its maps, and
    the profile. All data; the C tables are printed from here. *)
From Coq Require String.
From Semantics Require Export Reference Insn.

(** Context fields. [FPlain]: the bytes at that offset; [FData], [FDataEnd]: the packet's first byte
    and its end; [FDataMeta]: the first byte of the metadata that lies before the packet; [FTyped]:
    the address of a kernel object of this type, or null if [null]; [FResult]: bytes whose low 32
    bits, as a signed number, are in these bounds: what others returned before. *)
Inductive field_kind :=
  FPlain | FData | FDataEnd | FDataMeta | FTyped (null : bool) (type : Z)
  | FResult (lo hi : Z).
Record field := Field { f_name : String.string; f_off : Z; f_size : Z; f_kind : field_kind;
  f_narrow : bool; f_write : bool }.

(** Arguments of helpers.  A map has one of these types, and is none that programs may not write if
    the helper [changes] it; a key or value belongs to the map passed before it; [AMem] is read,
    [AOut] is written, and [AInOut] is read and written, with the size in the next register.  The
    size is not 0, except for [AMem0] and [AOut0]: then nothing is read or
    written.  [AMemN] to [AInOutN]: the same for memory of [n] bytes; [AValueOut]: a value of the
    map is written there; [ACtx0]: the context or null; [AValue0]: a value, or null; [AObject]: a
    kernel object of the type of this name; [AString]: text that is known and ends with 0.  A helper
    writes one argument at most. *)
Inductive arg :=
  AAny | AMap (types : list Z) (changes : bool)
  | AKey | AValue | AMem | AMem0 | AOut | AInOut | ASize | ACtx
  | AOut0 | AMemN (n : Z) | AOutN (n : Z) | AInOutN (n : Z) | AValueOut | ACtx0 | AValue0
  | AObject (type : String.string) | AString
  | AAlloc                                    (* how many bytes are asked for *)
  | ACallback                                 (* the address of a function of this program *)
  | ARef (k : ref_kind) (release : bool).     (* an acquired reference; it is released, if
                                                 [release]; if not, any other socket will do *)
Notation ARelease k := (ARef k true).
Notation ASocket := (ARef SockCommonRef false).
Inductive ret := RInt (lo hi : Z)             (* a number in these signed bounds *)
               | RSize                        (* from -4095 to the size of the memory written *)
               | RValue                       (* a value of the map passed, or null; a value of an
                                                 outer map is a map *)
               | RRounds                      (* the callback runs so many rounds as r1 says, with
                                                 r3; the number of those that it ran *)
               | RTail                        (* another program goes on and ends with the result;
                                                 or nothing happens *)
               | RAcquire (k : ref_kind)      (* acquires a reference of the size asked for; or
                                                 null *)
               (* the address of a kernel object of the type of this name; or null, if [null] *)
               | RTyped (null : bool) (type : String.string)
               | RVoid.                       (* nothing: r0 is undefined *)
(** [h_moves]: the packet may be elsewhere and of another length afterwards. *)
Record helper :=
  Helper { h_id : Z; h_name : String.string; h_args : list arg; h_ret : ret; h_moves : bool }.

(** [m_data]: what the values of a map that is never written are, if that is known, as one
    little-endian number. [m_inner]: the map's values are maps, each like map number so. *)
Record map_def := MapOf { m_type : Z; m_key : Z; m_value : Z; m_max : Z; m_ro : bool;
  m_data : option Z; m_inner : option Z }.
Definition MapDef (type key value max : Z) (ro : bool) (data : option Z) : map_def :=
  MapOf type key value max ro data None.
Definition map_array : Z := 2.                (* BPF_MAP_TYPE_ARRAY: key is an index *)
Definition map_lpm_trie : Z := 11.            (* BPF_MAP_TYPE_LPM_TRIE *)
Definition map_hash : Z := 1.
(** A type of kernel objects, as the kernel's BTF has it: where in such an object is a pointer, and
    to what type (by its number); and where in it lies an object of what other type. *)
Record type_def := TypeOf { ty_name : String.string; ty_size : Z; ty_pointers : list (Z * Z);
  ty_parts : list (Z * Z) }.
Definition TypeDef (name : String.string) (size : Z) (pointers : list (Z * Z)) : type_def :=
  TypeOf name size pointers [].

Record prog_type := ProgType {
  pt_id : Z;                                  (* BPF_PROG_TYPE_*; 0: raw memory in r1, as the
                                                 conformance suite has it *)
  pt_attach : list Z;                         (* BPF_PROG_LOAD's expected_attach_type, where that
                                                 says more; []: any *)
  pt_name : String.string;
  pt_ctx_size : Z;
  pt_fields : list field;
  pt_raw : bool;                              (* the context is plain memory *)
  pt_legacy : bool;                           (* has the legacy packet loads *)
  pt_writes : bool;                           (* may write the packet, and not only read it *)
  pt_helpers : list Z;
  (* what the low 32 bits of r0 may be at exit: a signed number if the first is *)
  pt_ret : option (Z * Z) }.

(** The low 32 bits of a result, as a number that can be compared with such bounds. *)
Definition result_number (lo r : Z) : Z := if lo <? 0 then sgn32 r else wrap32 r.

(** Policy, rather than safety. *)
(* reading an undefined stack byte is a fault *)
Record profile := Profile { pf_strict_stack : bool }.
Definition root := Profile false.
Definition strict := Profile true.

(** [t_types]: the types of the kernel objects that the program can meet. *)
Record target := TargetOf { t_type : prog_type; t_maps : list map_def; t_types : list type_def;
  t_profile : profile }.
Definition Target (type : prog_type) (maps : list map_def) (pf : profile) : target :=
  TargetOf type maps [] pf.

Definition nth_z {A} (l : list A) (i : Z) : option A :=
  if i <? 0 then None else nth_error l (Z.to_nat i).
Definition map_of (t : target) (i : Z) : option map_def := nth_z (t_maps t) i.
Definition type_of (t : target) (i : Z) : option type_def := nth_z (t_types t) i.
Fixpoint type_from (i : Z) (l : list type_def) (name : String.string) : option Z :=
  match l with
  | [] => None
  | d :: l' => if String.eqb (ty_name d) name then Some i else type_from (i + 1) l' name
  end.
Definition type_named (t : target) (name : String.string) : option Z :=
  type_from 0 (t_types t) name.
(** The type that the pointer at offset [k] leads to. *)
Definition pointer_at (d : type_def) (k : Z) : option Z :=
  match find (fun p => fst p =? k) (ty_pointers d) with Some p => Some (snd p) | None => None end.
(** An object of type [j] lies [k] bytes from the start of one of type [i]: it is the same, or a
    part. *)
Definition has_part (t : target) (i k j : Z) : bool :=
  match type_of t i with
  | Some d => (0 <=? k) && (k <=? ty_size d)
    && (((k =? 0) && (i =? j)) || existsb (fun p => (fst p =? k) && (snd p =? j)) (ty_parts d))
  | None => false
  end.
(** So many bytes, with the 0 at its end, has the text that begins at byte [k] of the number [c]; at
    most so many are looked at. *)
Definition longest_text : Z := 4096.
Fixpoint text_length (fuel : nat) (c : Z) : option Z :=
  match fuel with
  | O => None
  | S n =>
    if Z.land c 255 =? 0 then Some 1
    else match text_length n (Z.shiftr c 8) with Some k => Some (k + 1) | None => None end
  end.
Definition text_size (c k : Z) : option Z :=
  text_length (Z.to_nat longest_text)
    (Z.land (Z.shiftr c (8 * k)) (Z.ones (8 * longest_text))).
Definition takes_map (types : list Z) (changes : bool) (d : map_def) : bool :=
  existsb (Z.eqb (m_type d)) types && negb (changes && m_ro d).
(** The contents of a map, when it is an array of one value that nobody writes, and they are known:
    what clang makes of constants. *)
Definition constant_of (d : map_def) : option Z :=
  if m_ro d && (m_type d =? map_array) && (m_max d =? 1) then m_data d else None.
Definition constant_map (t : target) (i : Z) : option Z := obind (map_of t i) constant_of.
Definition same_number (x y : option Z) : bool :=
  match x, y with None, None => true | Some i, Some j => i =? j | _, _ => false end.
(** One can stand in the other's place inside a map of maps: all is the same but the number of
    entries. *)
Definition alike (d d' : map_def) : bool :=
  (m_type d =? m_type d') && (m_key d =? m_key d') && (m_value d =? m_value d')
    && Bool.eqb (m_ro d) (m_ro d')
  && same_number (m_inner d) (m_inner d') && same_number (constant_of d) (constant_of d').

(** How far values lie past a multiple of 8: not at all, but in tries, where they follow the bytes
    of the key (those without the length before them) with no gap. *)
Definition value_skew (d : map_def) : Z := if m_type d =? map_lpm_trie then m_key d - 4 else 0.

(** The field that an access of [n] bytes at [off] touches: the whole of it, or, where it says so,
    an aligned part. *)
Definition field_in (fields : list field) (off n : Z) : option field :=
  find (fun f => ((f_off f =? off) && (f_size f =? n))
              || (f_narrow f && (f_off f <=? off) && (off + n <=? f_off f + f_size f)
                && (off mod n =? 0))) fields.
Definition field_at (pt : prog_type) (off n : Z) : option field := field_in (pt_fields pt) off n.
Definition ctx_readable (pt : prog_type) (off n : Z) : option field_kind :=
  if pt_raw pt then if (0 <=? off) && (off + n <=? pt_ctx_size pt) then Some FPlain else None
  else match field_at pt off n with Some f => Some (f_kind f) | None => None end.
Definition ctx_writable (pt : prog_type) (off n : Z) : bool :=
  if pt_raw pt then (0 <=? off) && (off + n <=? pt_ctx_size pt)
  else match field_at pt off n with
       | Some f => f_write f && match f_kind f with FPlain => true | _ => false end
       | None => false
       end.

(** ** Tables *)
Import String.StringSyntax.
Local Open Scope string_scope.
(** What every socket of the kernel begins with *)
Definition socket_type : String.string := "sock_common".
(** Maps whose values are plain memory: hash, array, their per-CPU and LRU forms, and the LPM trie;
    and maps whose values are maps. *)
Definition plain_maps : list Z := [1; 2; 5; 6; 9; 10; 11].
Definition outer_maps : list Z := [12; 13].
Definition percpu_maps : list Z := [5; 6; 10].
(** Devices and AF_XDP sockets, by index or by key: programs read which, and never write it,
    whatever the map's flags say. *)
Definition redirect_maps : list Z := [14; 17; 25].
(** What helpers answer.  A result is any 64-bit number, since Linux promises no more:
    [bpf_clone_redirect] answers what a device does, and failing map helpers of Linux 6.1 leave
    0x00000000ffffffef.  It is bounded only where the kernel's source bounds it, alike in every
    release from 6.1 to 7.3:
    - 7: [u32 res] in [bpf_user_rnd_u32] (kernel/bpf/core.c);
    - 8: [smp_processor_id()] (kernel/bpf/helpers.c);
    - 17, 24, 34, 151: [task_get_classid], [dst_tclassid], [skb_get_hash], [sock_cgroup_classid],
      each a u32 (net/core/filter.c);
    - 23, 52, 60, 71, 72, 152, 155: a constant TC_ACT_*, XDP_* or SK_* (net/core/filter.c and
      sock_map.c);
    - 42, 186: [numa_node_id()] and [run_ctx->retval], each an int (kernel/bpf/helpers.c, cgroup.c);
    - 45, 67, 114, 115, 141: at most the size given; Linux's verifier builds on it, too
      ([do_refine_retval_range] in kernel/bpf/verifier.c);
    - 183, 184, 189: 0, [-EINVAL], [-EOPNOTSUPP] or [-EFAULT] ([get_func_arg], [get_func_ret] in
      kernel/trace/bpf_trace.c, [bpf_xdp_load_bytes] in net/core/filter.c). *)
Definition int_any := RInt (- 9223372036854775808) 9223372036854775807.
Definition u32_any := RInt 0 4294967295.
Definition zero_or_error := RInt (- 4095) 0.
Definition s32_any := RInt (- 2147483648) 2147483647.
Definition helpers : list helper :=
  [ Helper 1 "map_lookup_elem"
      [AMap (redirect_maps ++ outer_maps ++ plain_maps) false; AKey] RValue false;
    Helper 2 "map_update_elem" [AMap plain_maps true; AKey; AValue; AAny] int_any false;
    Helper 3 "map_delete_elem" [AMap plain_maps true; AKey] int_any false;
    Helper 4 "probe_read" [AOut0; ASize; AAny] int_any false;
    Helper 5 "ktime_get_ns" [] int_any false;
    (* and numbers, if the text asks for them *)
    Helper 6 "trace_printk" [AMem; ASize] int_any false;
    Helper 7 "get_prandom_u32" [] u32_any false;
    Helper 8 "get_smp_processor_id" [] u32_any false;
    Helper 9 "skb_store_bytes" [ACtx; AAny; AMem; ASize; AAny] int_any true;
    Helper 10 "l3_csum_replace" [ACtx; AAny; AAny; AAny; AAny] int_any true;
    Helper 11 "l4_csum_replace" [ACtx; AAny; AAny; AAny; AAny] int_any true;
    Helper 12 "tail_call" [ACtx; AMap [3] false; AAny] RTail false;
    Helper 13 "clone_redirect" [ACtx; AAny; AAny] int_any true;
    Helper 14 "get_current_pid_tgid" [] int_any false;
    Helper 15 "get_current_uid_gid" [] int_any false;
    Helper 16 "get_current_comm" [AOut; ASize] int_any false;
    Helper 17 "get_cgroup_classid" [] u32_any false;
    Helper 18 "skb_vlan_push" [ACtx; AAny; AAny] int_any true;
    Helper 19 "skb_vlan_pop" [ACtx] int_any true;
    Helper 20 "skb_get_tunnel_key" [ACtx; AOut; ASize; AAny] int_any false;
    Helper 21 "skb_set_tunnel_key" [ACtx; AMem; ASize; AAny] int_any false;
    Helper 22 "perf_event_read" [AMap [4] false; AAny] int_any false;
    Helper 23 "redirect" [AAny; AAny] u32_any false;
    Helper 24 "get_route_realm" [ACtx] u32_any false;
    Helper 25 "perf_event_output" [ACtx; AMap [4] false; AAny; AMem0; ASize] int_any false;
    Helper 26 "skb_load_bytes" [ACtx; AAny; AOut; ASize] int_any false;
    Helper 27 "get_stackid" [ACtx; AMap [7] false; AAny] int_any false;
    Helper 28 "csum_diff" [AMem0; ASize; AMem0; ASize; AAny] int_any false;
    Helper 29 "skb_get_tunnel_opt" [ACtx; AOut; ASize] int_any false;
    Helper 30 "skb_set_tunnel_opt" [ACtx; AMem; ASize] int_any false;
    Helper 31 "skb_change_proto" [ACtx; AAny; AAny] int_any true;
    Helper 32 "skb_change_type" [ACtx; AAny] int_any false;
    Helper 33 "skb_under_cgroup" [ACtx; AMap [8] false; AAny] int_any false;
    Helper 34 "get_hash_recalc" [ACtx] u32_any false;
    Helper 35 "get_current_task" [] int_any false;
    Helper 37 "current_task_under_cgroup" [AMap [8] false; AAny] int_any false;
    Helper 38 "skb_change_tail" [ACtx; AAny; AAny] int_any true;
    Helper 39 "skb_pull_data" [ACtx; AAny] int_any true;
    Helper 40 "csum_update" [ACtx; AAny] int_any false;
    Helper 41 "set_hash_invalid" [ACtx] int_any false;
    Helper 42 "get_numa_node_id" [] s32_any false;
    Helper 43 "skb_change_head" [ACtx; AAny; AAny] int_any true;
    Helper 44 "xdp_adjust_head" [ACtx; AAny] int_any true;
    Helper 45 "probe_read_str" [AOut0; ASize; AAny] RSize false;
    Helper 46 "get_socket_cookie" [ACtx] int_any false;
    Helper 47 "get_socket_uid" [ACtx] int_any false;
    Helper 48 "set_hash" [ACtx; AAny] int_any false;
    Helper 49 "setsockopt" [ACtx; AAny; AAny; AMem; ASize] int_any false;
    Helper 50 "skb_adjust_room" [ACtx; AAny; AAny; AAny] int_any true;
    Helper 51 "redirect_map" [AMap [14; 16; 17; 25] false; AAny; AAny] int_any false;
    Helper 52 "sk_redirect_map" [ACtx; AMap [15] false; AAny; AAny] u32_any false;
    Helper 53 "sock_map_update" [ACtx; AMap [15] true; AKey; AAny] int_any false;
    Helper 54 "xdp_adjust_meta" [ACtx; AAny] int_any true;
    Helper 55 "perf_event_read_value" [AMap [4] false; AAny; AOut; ASize] int_any false;
    Helper 56 "perf_prog_read_value" [ACtx; AOut; ASize] int_any false;
    Helper 57 "getsockopt" [ACtx; AAny; AAny; AOut; ASize] int_any false;
    Helper 59 "sock_ops_cb_flags_set" [ACtx; AAny] int_any false;
    Helper 60 "msg_redirect_map" [ACtx; AMap [15] false; AAny; AAny] u32_any false;
    Helper 61 "msg_apply_bytes" [ACtx; AAny] int_any false;
    Helper 62 "msg_cork_bytes" [ACtx; AAny] int_any false;
    Helper 63 "msg_pull_data" [ACtx; AAny; AAny; AAny] int_any true;
    Helper 64 "bind" [ACtx; AMem; ASize] int_any false;
    Helper 65 "xdp_adjust_tail" [ACtx; AAny] int_any true;
    Helper 66 "skb_get_xfrm_state" [ACtx; AAny; AOut; ASize; AAny] int_any false;
    Helper 67 "get_stack" [ACtx; AOut0; ASize; AAny] RSize false;
    Helper 68 "skb_load_bytes_relative" [ACtx; AAny; AOut; ASize; AAny] int_any false;
    Helper 69 "fib_lookup" [ACtx; AInOut; ASize; AAny] int_any false;
    Helper 70 "sock_hash_update" [ACtx; AMap [18] true; AKey; AAny] int_any false;
    Helper 71 "msg_redirect_hash" [ACtx; AMap [18] false; AKey; AAny] u32_any false;
    Helper 72 "sk_redirect_hash" [ACtx; AMap [18] false; AKey; AAny] u32_any false;
    Helper 73 "lwt_push_encap" [ACtx; AAny; AMem; ASize] int_any true;
    Helper 74 "lwt_seg6_store_bytes" [ACtx; AAny; AMem; ASize] int_any true;
    Helper 75 "lwt_seg6_adjust_srh" [ACtx; AAny; AAny] int_any true;
    Helper 76 "lwt_seg6_action" [ACtx; AAny; AMem; ASize] int_any true;
    Helper 77 "rc_repeat" [ACtx] int_any false;
    Helper 78 "rc_keydown" [ACtx; AAny; AAny; AAny] int_any false;
    Helper 79 "skb_cgroup_id" [ACtx] int_any false;
    Helper 80 "get_current_cgroup_id" [] int_any false;
    Helper 82 "sk_select_reuseport" [ACtx; AMap [15; 18; 20] false; AKey; AAny] int_any false;
    Helper 83 "skb_ancestor_cgroup_id" [ACtx; AAny] int_any false;
    Helper 84 "sk_lookup_tcp" [ACtx; AMem; ASize; AAny; AAny] (RAcquire SocketRef) false;
    Helper 85 "sk_lookup_udp" [ACtx; AMem; ASize; AAny; AAny] (RAcquire SocketRef) false;
    Helper 86 "sk_release" [ARelease SockCommonRef] int_any false;
    Helper 87 "map_push_elem" [AMap [22; 23; 30] true; AValue; AAny] int_any false;
    Helper 88 "map_pop_elem" [AMap [22; 23] true; AValueOut] int_any false;
    Helper 89 "map_peek_elem" [AMap [22; 23] false; AValueOut] int_any false;
    Helper 90 "msg_push_data" [ACtx; AAny; AAny; AAny] int_any true;
    Helper 91 "msg_pop_data" [ACtx; AAny; AAny; AAny] int_any true;
    Helper 92 "rc_pointer_rel" [ACtx; AAny; AAny] int_any false;
    Helper 97 "skb_ecn_set_ce" [ACtx] int_any false;
    Helper 99 "skc_lookup_tcp" [ACtx; AMem; ASize; AAny; AAny] (RAcquire SockCommonRef) false;
    Helper 100 "tcp_check_syncookie"
      [ASocket; AMem; ASize; AMem; ASize] int_any false;
    Helper 101 "sysctl_get_name" [ACtx; AOut; ASize; AAny] int_any false;
    Helper 102 "sysctl_get_current_value" [ACtx; AOut; ASize] int_any false;
    Helper 103 "sysctl_get_new_value" [ACtx; AOut; ASize] int_any false;
    Helper 104 "sysctl_set_new_value" [ACtx; AMem; ASize] int_any false;
    Helper 105 "strtol" [AMem; ASize; AAny; AOutN 8] int_any false;
    Helper 106 "strtoul" [AMem; ASize; AAny; AOutN 8] int_any false;
    Helper 107 "sk_storage_get" [AMap [24] false; ASocket; AValue0; AAny] RValue false;
    Helper 108 "sk_storage_delete" [AMap [24] false; ASocket] int_any false;
    Helper 109 "send_signal" [AAny] int_any false;
    Helper 110 "tcp_gen_syncookie"
      [ASocket; AMem; ASize; AMem; ASize] int_any false;
    Helper 111 "skb_output"
      [AObject "sk_buff"; AMap [4] false; AAny; AMem0; ASize] int_any false;
    Helper 112 "probe_read_user" [AOut0; ASize; AAny] int_any false;
    Helper 113 "probe_read_kernel" [AOut0; ASize; AAny] int_any false;
    Helper 114 "probe_read_user_str" [AOut0; ASize; AAny] RSize false;
    Helper 115 "probe_read_kernel_str" [AOut0; ASize; AAny] RSize false;
    Helper 117 "send_signal_thread" [AAny] int_any false;
    Helper 118 "jiffies64" [] int_any false;
    Helper 119 "read_branch_records" [ACtx; AOut0; ASize; AAny] int_any false;
    Helper 120 "get_ns_current_pid_tgid" [AAny; AAny; AOut; ASize] int_any false;
    Helper 121 "xdp_output"
      [AObject "xdp_buff"; AMap [4] false; AAny; AMem0; ASize] int_any false;
    Helper 122 "get_netns_cookie" [ACtx0] int_any false;
    Helper 123 "get_current_ancestor_cgroup_id" [AAny] int_any false;
    Helper 124 "sk_assign" [ACtx; ASocket; AAny] int_any false;
    Helper 125 "ktime_get_boot_ns" [] int_any false;
    Helper 126 "seq_printf" [AObject "seq_file"; AMem; ASize; AMem0; ASize] int_any false;
    Helper 127 "seq_write" [AObject "seq_file"; AMem0; ASize] int_any false;
    Helper 128 "sk_cgroup_id" [ASocket] int_any false;
    Helper 129 "sk_ancestor_cgroup_id" [ASocket; AAny] int_any false;
    Helper 130 "ringbuf_output" [AMap [27] false; AMem0; ASize; AAny] int_any false;
    Helper 131 "ringbuf_reserve" [AMap [27] false; AAlloc; AAny] (RAcquire RecordRef) false;
    Helper 132 "ringbuf_submit" [ARelease RecordRef; AAny] RVoid false;
    Helper 133 "ringbuf_discard" [ARelease RecordRef; AAny] RVoid false;
    Helper 134 "ringbuf_query" [AMap [27] false; AAny] int_any false;
    Helper 135 "csum_level" [ACtx; AAny] int_any false;
    Helper 136 "skc_to_tcp6_sock" [AObject "sock_common"] (RTyped true "tcp6_sock") false;
    Helper 137 "skc_to_tcp_sock" [AObject "sock_common"] (RTyped true "tcp_sock") false;
    Helper 138 "skc_to_tcp_timewait_sock" [AObject "sock_common"]
      (RTyped true "tcp_timewait_sock") false;
    Helper 139 "skc_to_tcp_request_sock" [AObject "sock_common"]
      (RTyped true "tcp_request_sock") false;
    Helper 140 "skc_to_udp6_sock" [AObject "sock_common"] (RTyped true "udp6_sock") false;
    Helper 141 "get_task_stack" [AObject "task_struct"; AOut0; ASize; AAny] RSize false;
    Helper 142 "load_hdr_opt" [ACtx; AInOut; ASize; AAny] int_any false;
    Helper 143 "store_hdr_opt" [ACtx; AMem; ASize; AAny] int_any true;
    Helper 144 "reserve_hdr_opt" [ACtx; AAny; AAny] int_any false;
    Helper 145 "inode_storage_get" [AMap [28] false; AObject "inode"; AValue0; AAny] RValue false;
    Helper 146 "inode_storage_delete" [AMap [28] false; AObject "inode"] int_any false;
    Helper 147 "d_path" [AObject "path"; AOut0; ASize] int_any false;
    Helper 149 "snprintf_btf" [AInOut; ASize; AMem; ASize; AAny] int_any false;
    Helper 150 "seq_printf_btf" [AObject "seq_file"; AMem0; ASize; AAny] int_any false;
    Helper 151 "skb_cgroup_classid" [ACtx] int_any false;
    Helper 152 "redirect_neigh" [AAny; AMem0; ASize; AAny] u32_any false;
    Helper 155 "redirect_peer" [AAny; AAny] u32_any false;
    Helper 156 "task_storage_get" [AMap [29] false; AObject "task_struct"; AValue0; AAny] RValue
      false;
    Helper 157 "task_storage_delete" [AMap [29] false; AObject "task_struct"] int_any false;
    Helper 158 "get_current_task_btf" [] (RTyped false "task_struct") false;
    Helper 159 "bprm_opts_set" [AObject "linux_binprm"; AAny] int_any false;
    Helper 160 "ktime_get_coarse_ns" [] int_any false;
    Helper 162 "sock_from_file" [AObject "file"] (RTyped true "socket") false;
    Helper 163 "check_mtu" [ACtx; AAny; AInOutN 4; AAny; AAny] int_any false;
    Helper 165 "snprintf" [AOut0; ASize; AString; AMem0; ASize] int_any false;
    Helper 173 "get_func_ip" [ACtx] int_any false;
    Helper 174 "get_attach_cookie" [ACtx] int_any false;
    Helper 175 "task_pt_regs" [AObject "task_struct"] (RTyped false "pt_regs") false;
    Helper 176 "get_branch_snapshot" [AOut0; ASize] int_any false;
    Helper 177 "trace_vprintk" [AMem; ASize; AMem0; ASize] int_any false;
    Helper 178 "skc_to_unix_sock" [AObject "sock_common"] (RTyped true "unix_sock") false;
    Helper 181 "loop" [AAny; ACallback; AAny; AAny] RRounds false;
    Helper 182 "strncmp" [AMem; ASize; AString] int_any false;
    Helper 183 "get_func_arg" [ACtx; AAny; AOutN 8] zero_or_error false;
    Helper 184 "get_func_ret" [ACtx; AOutN 8] zero_or_error false;
    Helper 185 "get_func_arg_cnt" [ACtx] int_any false;
    Helper 186 "get_retval" [] s32_any false;
    Helper 187 "set_retval" [AAny] int_any false;
    Helper 188 "xdp_get_buff_len" [ACtx] int_any false;
    Helper 189 "xdp_load_bytes" [ACtx; AAny; AOut; ASize] zero_or_error false;
    Helper 190 "xdp_store_bytes" [ACtx; AAny; AMem; ASize] int_any false;
    Helper 192 "skb_set_tstamp" [ACtx; AAny; AAny] int_any false;
    Helper 195 "map_lookup_percpu_elem" [AMap percpu_maps false; AKey; AAny] RValue false;
    Helper 196 "skc_to_mptcp_sock" [AObject "sock_common"] (RTyped true "mptcp_sock") false;
    Helper 204 "tcp_raw_gen_syncookie_ipv4" [AMemN 20; AMem0; ASize] int_any false;
    Helper 205 "tcp_raw_gen_syncookie_ipv6" [AMemN 40; AMem0; ASize] int_any false;
    Helper 206 "tcp_raw_check_syncookie_ipv4" [AMemN 20; AMemN 20] int_any false;
    Helper 207 "tcp_raw_check_syncookie_ipv6" [AMemN 40; AMemN 20] int_any false;
    Helper 208 "ktime_get_tai_ns" [] int_any false;
    Helper 210 "cgrp_storage_get" [AMap [32] false; AObject "cgroup"; AValue0; AAny] RValue false;
    Helper 211 "cgrp_storage_delete" [AMap [32] false; AObject "cgroup"] int_any false ].
(** The other helpers of Linux 6.18, and what they need that is not modelled here. *)
Definition needing (what : String.string) (l : list (Z * String.string)) :
  list (Z * String.string * String.string) :=
  List.map (fun h => (h, what)) l.
Definition unsupported_helpers : list (Z * String.string * String.string) :=
  needing "a kernel that is configured for it" [(36, "probe_write_user"); (58, "override_return")]
  ++ needing "storage that is never null" [(81, "get_local_storage")]
  ++ needing "other views of a socket"
    [(95, "sk_fullsock"); (96, "tcp_sock"); (98, "get_listener_sock")]
  ++ needing "spin locks" [(93, "spin_lock"); (94, "spin_unlock")]
  ++ needing "struct_ops programs" [(116, "tcp_send_ack")]
  ++ needing "sleepable programs"
    [(148, "copy_from_user"); (166, "sys_bpf"); (167, "btf_find_by_name_kind"); (168, "sys_close");
     (179, "kallsyms_lookup_name"); (161, "ima_inode_hash"); (191, "copy_from_user_task");
     (193, "ima_file_hash")]
  ++ needing "per-CPU kernel variables" [(153, "per_cpu_ptr"); (154, "this_cpu_ptr")]
  ++ needing "callbacks"
    [(164, "for_each_map_elem"); (180, "find_vma"); (209, "user_ringbuf_drain")]
  ++ needing "timers"
    [(169, "timer_init"); (170, "timer_set_callback"); (171, "timer_start"); (172, "timer_cancel")]
  ++ needing "kernel pointers kept in maps" [(194, "kptr_xchg")]
  ++ needing "dynptrs"
    [(197, "dynptr_from_mem"); (198, "ringbuf_reserve_dynptr"); (199, "ringbuf_submit_dynptr");
     (200, "ringbuf_discard_dynptr"); (201, "dynptr_read"); (202, "dynptr_write");
     (203, "dynptr_data")].
(** Helpers that take packet memory where they read memory: [pkt_access] in their
    [bpf_func_proto], alike from 6.1 to 7.3.  None of them may move the packet or writes memory. *)
Definition packet_helpers : list Z :=
  [1; 2; 3; 28; 53; 70; 84; 85; 87; 99; 100; 110; 195; 204; 205; 206; 207].
(** Helpers that need not write all of the memory that they are given to write:
    - 16, 45, 101, 114, 115: nothing behind a string's end ([strscpy] on 6.1, which 7.3 pads for 16,
      and [strncpy_from_*_nofault]);
    - 141: nothing where the task has no stack any more ([bpf_get_task_stack] in
      kernel/bpf/stackmap.c); 147, 165: nothing behind the end of the text ([bpf_d_path] in
      kernel/trace/bpf_trace.c, [bpf_snprintf] in kernel/bpf/helpers.c);
    - 119, 176: as many branch records as there are, and none on failure;
    - those that write all of it if they answer 0, and nothing if not: 183, 184
      ([get_func_arg], [get_func_ret] in kernel/trace/bpf_trace.c) and 189 ([bpf_xdp_load_bytes] in
      net/core/filter.c), and the functions of the kernel that tell a packet's timestamp, or its
      tunnel's (semantics/KernelFunctions.v). *)
Definition on_success_helpers : list Z := [183; 184; 189; 1048577; 1048581; 1048583].
Definition partly_helpers : list Z :=
  [16; 45; 101; 114; 115; 119; 141; 147; 165; 176] ++ on_success_helpers.
(** In some types of programs what they have for a packet goes to every helper that takes memory, or
    to none ([may_access_direct_pkt_data] in kernel/bpf/verifier.c): the values of socket options,
    and the headers of socket operations. *)
Definition packet_arg (pt : prog_type) (d : helper) : bool :=
  (pt_id pt =? 25) || (negb (pt_id pt =? 13) && existsb (Z.eqb (h_id d)) packet_helpers).
(** Helpers whose arguments are others in these types of programs.  17 tells the class of the
    packet's socket there, and elsewhere the current task's ([bpf_get_cgroup_classid_curr_proto] in
    net/core/filter.c).  46 and 188 take kernel objects where the context is none
    ([bpf_get_socket_ptr_cookie_proto], [bpf_xdp_get_buff_len_trace_proto] there); for a socket's
    own program the context is the socket (107: [bpf_sk_storage_get_cg_sock_proto]). *)
Definition args_elsewhere : list (Z * list Z * list arg) :=
  [ (17, [3; 4; 10; 11; 12; 19], [ACtx]);
    (46, [26; 29; 31], [AObject "sock_common"]);
    (107, [9], [AMap [24] false; ACtx; AValue0; AAny]);
    (188, [26; 29; 31], [AObject "xdp_buff"]) ].
Definition args_in (pt : prog_type) (d : helper) : list arg :=
  match find (fun p => (fst (fst p) =? h_id d) && existsb (Z.eqb (pt_id pt)) (snd (fst p)))
    args_elsewhere with
  | Some p => snd p
  | None => h_args d
  end.
(** From here on functions of the kernel are numbered (semantics/KernelFunctions.v): above all
    helpers, and above all numbers that BTF gives.  They need not write what they are given to
    write. *)
Definition first_function : Z := 1048576.
Definition h_partly (d : helper) : bool :=
  existsb (Z.eqb (h_id d)) partly_helpers || (first_function <=? h_id d).
Definition h_on_success (d : helper) : bool := existsb (Z.eqb (h_id d)) on_success_helpers.
Definition helper_of (h : Z) : option helper := find (fun x => h_id x =? h)%Z helpers.

(** Who may call what, as Linux 6.18 has it for programs that are loaded with privilege. *)
Definition base_helpers : list Z :=
  [1; 2; 3; 5; 6; 7; 8; 12; 14; 15; 16; 17; 22; 35; 37; 42; 55; 80; 87; 88; 89; 93; 94; 105; 106;
   109; 112; 113; 114; 115; 117; 118; 120; 123; 125; 130; 131; 132; 133; 134; 141; 148; 149; 153;
   154; 156; 157; 158; 164; 165; 169; 170; 171; 172; 175; 176; 177; 180; 181; 182; 191; 194; 195;
   197; 198; 199; 200; 201; 202; 203; 208; 209; 210; 211].
Definition event_helpers : list Z := [25] ++ base_helpers.
Definition net_helpers : list Z := [160] ++ event_helpers.
Definition socket_casts : list Z := [136; 137; 138; 139; 140; 178; 196].
Definition skb_helpers : list Z := [26] ++ socket_casts ++ net_helpers.
Definition socket_helpers : list Z := [46; 47; 68; 122] ++ skb_helpers.
Definition xdp_helpers : list Z :=
  [23; 28; 44; 51; 54; 65; 69; 84; 85; 86; 99; 100; 110; 163; 188; 189; 190; 204; 205; 206; 207]
  ++ socket_casts ++ net_helpers.
Definition tc_helpers : list Z :=
  [9; 10; 11; 13; 18; 19; 20; 21; 23; 24; 28; 29; 30; 31; 32; 33; 34; 38; 39; 40; 41; 43; 48; 50;
   66; 69; 79; 83; 84; 85; 86; 95; 96; 97; 98; 99; 100; 107; 108; 110; 124; 135; 151; 152; 155; 163;
   192; 204; 205; 206; 207] ++ socket_helpers.
Definition cgroup_skb_helpers : list Z :=
  [79; 81; 83; 84; 85; 86; 95; 96; 97; 98; 99; 107; 108; 128; 129] ++ socket_helpers.
Definition cgroup_sock_helpers : list Z := [46; 81; 107; 122; 186; 187] ++ net_helpers.
Definition lwt_helpers : list Z := [24; 28; 33; 34; 39] ++ skb_helpers.
Definition lwt_in_helpers : list Z := [73] ++ lwt_helpers.
Definition lwt_xmit_helpers : list Z :=
  [9; 10; 11; 13; 20; 21; 23; 29; 30; 38; 40; 41; 43; 135] ++ lwt_in_helpers.
Definition sock_ops_helpers : list Z :=
  [46; 49; 53; 57; 59; 70; 81; 96; 107; 108; 122; 142; 143; 144] ++ socket_casts ++ net_helpers.
Definition cgroup_device_helpers : list Z := [81; 186; 187] ++ event_helpers.
Definition read_helpers : list Z := [4; 27; 36; 45; 67] ++ event_helpers.
Definition trace_helpers : list Z := [174] ++ read_helpers.
Definition kprobe_helpers : list Z := [58; 173] ++ trace_helpers.
Definition perf_event_helpers : list Z := [56; 119] ++ trace_helpers.
Definition typed_helpers : list Z :=
  [46; 107; 108; 111; 121; 147; 162; 188] ++ socket_casts ++ read_helpers.
Definition tracing_helpers : list Z := [174] ++ typed_helpers.
Definition trampoline_helpers : list Z := [173; 183; 184; 185] ++ tracing_helpers.
Definition iter_helpers : list Z := [126; 127; 150] ++ typed_helpers.
Definition lsm_helpers : list Z :=
  [145; 146; 159; 161; 183; 184; 185; 193] ++ tracing_helpers.
(** Without 39, which Linux 6.12.117 and 7.3 refuse to them. *)
Definition seg6local_helpers : list Z := [24; 28; 33; 34; 74; 75; 76] ++ skb_helpers.
Definition sk_skb_helpers : list Z :=
  [9; 38; 39; 43; 46; 47; 50; 52; 72; 84; 85; 86; 99] ++ skb_helpers.
Definition flow_dissector_helpers : list Z := [26; 160] ++ socket_casts ++ base_helpers.
(** Left out: what takes a socket there, though elsewhere it takes the context: 46 for sk_reuseport,
    49 and 57 for setsockopt. *)
Definition reuseport_helpers : list Z := [26; 68; 82; 160] ++ base_helpers.
Definition sk_msg_helpers : list Z :=
  [60; 61; 62; 63; 71; 90; 91; 107; 108; 122] ++ socket_casts ++ net_helpers.
Definition sock_addr_helpers : list Z :=
  [46; 49; 57; 81; 84; 85; 86; 99; 107; 108; 122] ++ socket_casts ++ net_helpers.
(* to bind, too *)
Definition sendmsg_helpers : list Z := [186; 187] ++ sock_addr_helpers.
Definition connect_helpers : list Z := [64] ++ sendmsg_helpers.
Definition sysctl_helpers : list Z := [81; 101; 102; 103; 104; 186; 187] ++ net_helpers.
Definition getsockopt_helpers : list Z := [81; 96; 107; 108; 122; 186; 187] ++ event_helpers.
Definition sk_lookup_helpers : list Z := [86; 124] ++ socket_casts ++ net_helpers.
Definition syscall_helpers : list Z :=
  [4; 27; 45; 46; 67; 107; 108; 111; 121; 147; 162; 166; 167; 168; 179; 188] ++ socket_casts
  ++ event_helpers.
Definition plain name off size := Field name off size FPlain true false.
(* read as a whole or not at all *)
Definition whole name off size := Field name off size FPlain false false.
Definition stored name off size := Field name off size FPlain false true.      (* and written *)
(** Written as a whole, and read in parts too: the first field that fits counts. *)
Definition writable name off size := [ stored name off size; plain name off size ].
Definition words name off (n : nat) :=
  List.map (fun k => whole name (off + 4 * Z.of_nat k)%Z 4) (seq 0 n).
Definition plain_words name off (n : nat) :=
  List.map (fun k => plain name (off + 4 * Z.of_nat k)%Z 4) (seq 0 n).
Definition stored_words name off (n : nat) :=
  List.map (fun k => stored name (off + 4 * Z.of_nat k)%Z 4) (seq 0 n).
(** Read from its first byte on, as 1, 2 or 4 bytes. *)
Definition leading name off := [ whole name off 4; whole name off 2; whole name off 1 ].
Definition data_at off size := Field "data" off size FData false false.
Definition data_end_at off size := Field "data_end" off size FDataEnd false false.

Definition xdp_fields : list field :=
  [ data_at 0 4; data_end_at 4 4; Field "data_meta" 8 4 FDataMeta false false;
    whole "ingress_ifindex" 12 4; whole "rx_queue_index" 16 4 ].
Definition xdp : prog_type :=
  ProgType 6 [0; 37; 35] "xdp" 24 xdp_fields false false true xdp_helpers None.
Definition xdp_devmap : prog_type :=
  ProgType 6 [33] "xdp_devmap" 24 (whole "egress_ifindex" 20 4 :: xdp_fields)
  false false true xdp_helpers None.

(** struct __sk_buff: the fields that need no socket pointer, for all types that have it *)
Definition skb_fields : list field :=
  [ plain "len" 0 4; plain "pkt_type" 4 4; plain "queue_mapping" 12 4; plain "protocol" 16 4;
    plain "vlan_present" 20 4; plain "vlan_tci" 24 4; plain "vlan_proto" 28 4;
    plain "ingress_ifindex" 36 4; plain "ifindex" 40 4; plain "tc_index" 44 4; plain "hash" 68 4;
    plain "napi_id" 84 4; plain "gso_segs" 164 4; plain "gso_size" 176 4 ].
Definition cb : field := Field "cb" 48 20 FPlain true true.
Definition skb_data : list field := [ data_at 76 4; data_end_at 80 4 ].
Definition skb_socket : list field :=
  plain "family" 88 4 :: words "remote_ip4" 92 1 ++ words "local_ip4" 96 1
  ++ words "remote_ip6" 100 4 ++ words "local_ip6" 116 4
  ++ [ plain "remote_port" 132 4; plain "local_port" 136 4 ].
Definition mark_and_priority : list field := writable "mark" 8 4 ++ writable "priority" 32 4.
Definition tstamp : field := stored "tstamp" 152 8.
Definition hwtstamp : field := whole "hwtstamp" 184 8.
Definition skb_size : Z := 192.
Definition socket_filter : prog_type := ProgType 1 [] "socket" skb_size
  (plain "mark" 8 4 :: plain "priority" 32 4 :: cb :: skb_fields)
  false true false socket_helpers None.
Definition tc_fields : list field :=
  mark_and_priority ++ [ cb; tstamp; hwtstamp; plain "wire_len" 160 4; whole "tstamp_type" 180 1;
    Field "data_meta" 140 4 FDataMeta false false ]
  ++ skb_data
  ++ writable "tc_index" 44 4 ++ writable "tc_classid" 72 4
  ++ stored "queue_mapping" 12 4 :: skb_fields.
Definition sched_cls : prog_type :=
  ProgType 3 [] "tc" skb_size tc_fields false true true tc_helpers None.
Definition sched_act : prog_type :=
  ProgType 4 [] "sched_act" skb_size tc_fields false true true tc_helpers None.
Definition cgroup_skb_fields : list field :=
  mark_and_priority ++ [ cb; tstamp; hwtstamp ] ++ skb_data ++ skb_socket ++ skb_fields.
Definition cgroup_skb : prog_type :=
  ProgType 8 [0] "cgroup_skb" skb_size cgroup_skb_fields false false false
  cgroup_skb_helpers (Some (0, 1)%Z).
Definition cgroup_skb_egress : prog_type :=
  ProgType 8 [1] "cgroup_skb_egress" skb_size cgroup_skb_fields false false false
  cgroup_skb_helpers (Some (0, 3)%Z).
Definition lwt_fields : list field := mark_and_priority ++ cb :: skb_data ++ skb_fields.
Definition lwt_in : prog_type :=
  ProgType 10 [] "lwt_in" skb_size lwt_fields false false false lwt_in_helpers None.
Definition lwt_out : prog_type :=
  ProgType 11 [] "lwt_out" skb_size lwt_fields false false false lwt_helpers None.
Definition lwt_xmit : prog_type :=
  ProgType 12 [] "lwt_xmit" skb_size lwt_fields false false true lwt_xmit_helpers None.
Definition lwt_seg6local : prog_type :=
  ProgType 19 [] "lwt_seg6local" skb_size lwt_fields false false false seg6local_helpers None.
(** Streams of sockets: what a message is, and where it goes. *)
Definition sk_skb : prog_type := ProgType 14 [] "sk_skb" skb_size
  (writable "priority" 32 4 ++ writable "tc_index" 44 4
   ++ plain "cb" 48 20 :: skb_data ++ skb_socket ++ skb_fields)
  false false true sk_skb_helpers None.
(** The headers of a packet are found here; the keys that are to be filled in are not in the
    model. *)
Definition flow_dissector : prog_type :=
  ProgType 22 [] "flow_dissector" skb_size skb_data false false false
  flow_dissector_helpers None.
Definition sk_reuseport : prog_type := ProgType 21 [] "sk_reuseport" 56
  [ data_at 0 8; data_end_at 8 8; plain "len" 16 4; whole "eth_protocol" 20 4;
    whole "eth_protocol" 20 2; whole "eth_protocol" 22 2; plain "ip_protocol" 24 4;
    plain "bind_inany" 28 4; whole "hash" 32 4 ]
  false false false reuseport_helpers None.
Definition sk_msg : prog_type := ProgType 16 [] "sk_msg" 80
  (data_at 0 8 :: data_end_at 8 8 :: words "family" 16 1
   ++ words "remote_ip4" 20 1 ++ words "local_ip4" 24 1
   ++ words "remote_ip6" 28 4 ++ words "local_ip6" 44 4
   ++ [ whole "remote_port" 60 4; whole "local_port" 64 4; whole "size" 68 4 ])
  false false true sk_msg_helpers None.

(** Tracing: the context is numbers, to be read alone. *)
Definition pt_regs_size : Z := 168.           (* of x86-64 *)
Definition kprobe : prog_type :=
  ProgType 2 [] "kprobe" pt_regs_size [ plain "regs" 0 pt_regs_size ] false false false
  kprobe_helpers None.
(** Programs that run at a function's entry and return: their result is 0, or 1 to skip the return
    ([check_return_code] in kernel/bpf/verifier.c, from Linux 6.10 on). *)
Definition kprobe_session : prog_type :=
  ProgType 2 [56; 57] "kprobe_session" pt_regs_size [ plain "regs" 0 pt_regs_size ]
  false false false kprobe_helpers (Some (0, 1)%Z).
Definition tracepoint_size : Z := 8192.
Definition tracepoint : prog_type := ProgType 5 [] "tracepoint" tracepoint_size
  [ plain "record" 8 (tracepoint_size - 8)%Z ] false false false trace_helpers None.
Definition perf_event : prog_type := ProgType 7 [] "perf_event" 184
  (List.map (fun k => whole "regs" (8 * Z.of_nat k)%Z 8) (seq 0 21)
    ++ [ plain "sample_period" 168 8; plain "addr" 176 8 ])
  false false false perf_event_helpers None.
Definition raw_tracepoint : prog_type :=
  ProgType 17 [] "raw_tracepoint" 96 [ plain "args" 0 96 ] false false false
  trace_helpers None.
(** The first argument is a buffer, which is not in the model. *)
Definition raw_tracepoint_writable : prog_type :=
  ProgType 24 [] "raw_tracepoint_writable" 96 [ plain "args" 8 88 ] false false false
  trace_helpers None.
(** The caller gives any context; Linux runs none that is shorter than what the program accesses. *)
Definition syscall : prog_type :=
  ProgType 31 [] "syscall" 65535 [ Field "ctx" 0 65535 FPlain true true ] false false false
  syscall_helpers None.
Definition lirc_mode2 : prog_type :=
  ProgType 20 [] "lirc_mode2" 4 [ whole "sample" 0 4 ] false false false
  [1; 2; 3; 5; 6; 7; 12; 77; 78; 87; 88; 89; 92; 125] None.

(** struct bpf_sock: what every socket has, and what a full one has besides *)
Definition peer_fields : list field :=
  leading "family" 4 ++ whole "dst_port" 48 4 :: plain "dst_port" 48 2 :: plain_words "dst_ip4" 52 1
    ++ plain_words "dst_ip6" 56 4
  ++ leading "state" 72 ++ leading "rx_queue_mapping" 76.
Definition common_fields : list field :=
  whole "bound_dev_if" 0 4 :: plain_words "src_ip4" 24 1 ++ plain_words "src_ip6" 28 4
    ++ leading "src_port" 44 ++ peer_fields.
Definition full_fields : list field :=
  leading "type" 8 ++ leading "protocol" 12 ++ [ whole "mark" 16 4; whole "priority" 20 4 ]
    ++ common_fields.
(** The fields behind a reference; a record has none, and all its bytes can be read. *)
Definition ref_fields (k : ref_kind) : list field :=
  match k with
  | RecordRef | ObjectRef _ => []
  | SocketRef => full_fields
  | SockCommonRef => common_fields
  end.
Definition ref_readable (k : ref_kind) (off n : Z) : bool :=
  negb (is_socket k) || match field_in (ref_fields k) off n with Some _ => true | None => false end.
(** Programs at functions of the kernel, tracepoints and hooks: the context is an array of the
    arguments, eight bytes each, so its fields are those of a single program: [with_arguments]. *)
Definition hooked id attach name helpers ret : prog_type :=
  ProgType id [attach] name 0 [] false false false helpers ret.
Definition tp_btf : prog_type := hooked 26 23 "tp_btf" tracing_helpers None.
Definition fentry : prog_type := hooked 26 24 "fentry" trampoline_helpers (Some (0, 0)%Z).
Definition fexit : prog_type := hooked 26 25 "fexit" trampoline_helpers (Some (0, 0)%Z).
Definition fmod_ret : prog_type := hooked 26 26 "fmod_ret" trampoline_helpers None.
Definition iter : prog_type := hooked 26 28 "iter" iter_helpers (Some (0, 1)%Z).
Definition lsm : prog_type := hooked 29 27 "lsm" lsm_helpers (Some (- 4095, 0)%Z).
(** Those of the LSM hooks whose result is 0 or 1, from Linux 6.12 on ([bool_lsm_hooks] in
    kernel/bpf/bpf_lsm.c); before, any result was taken. *)
Definition boolean_hooks : list String.string :=
  ["xfrm_state_pol_flow_match"; "audit_rule_known"; "inode_xattr_skipcap"].
Definition netfilter : prog_type := hooked 32 45 "netfilter" base_helpers (Some (0, 1)%Z).
(** An argument: a number, or its first bytes; a pointer to a kernel object, or to one or null; one
    that programs cannot read; or the result of those that came before, which is one of those that
    the type allows. *)
Inductive argument :=
  Number | Pointer (type : Z) | PointerOrNull (type : Z) | Hidden | Result.
Definition argument_fields (ret : option (Z * Z)) (k : Z) (a : argument) : list field :=
  match a with
  | Number => whole "argument" k 8 :: leading "argument" k
  | Pointer i => [ Field "argument" k 8 (FTyped false i) false false ]
  | PointerOrNull i => [ Field "argument" k 8 (FTyped true i) false false ]
  | Hidden => []
  | Result =>
    let kind := match ret with Some (lo, hi) => FResult lo hi | None => FPlain end in
    [ Field "result" k 8 kind false false; Field "result" k 4 kind false false ]
  end.
Fixpoint fields_of (ret : option (Z * Z)) (k : Z) (l : list argument) : list field :=
  match l with [] => [] | a :: l' => argument_fields ret k a ++ fields_of ret (k + 8) l' end.
(** What the program is attached to has such a result as its type, or has none, so that the
    program's counts for nothing, or, of LSM hooks, 0 or 1. *)
Inductive hook_result := UsualResult | NoResult | BooleanResult.
Definition with_arguments (pt : prog_type) (l : list argument) (r : hook_result) : prog_type :=
  let ret :=
    match r with UsualResult => pt_ret pt | NoResult => None | BooleanResult => Some (0, 1)%Z end in
  ProgType (pt_id pt) (pt_attach pt) (pt_name pt) (8 * Z.of_nat (List.length l)) (fields_of ret 0 l)
    false false false (pt_helpers pt) ret.
(** Such a type, before it has its arguments *)
Definition needs_arguments (pt : prog_type) : bool := (pt_ctx_size pt =? 0)%Z && negb (pt_raw pt).

(** Sockets and devices of control groups.  Of struct bpf_sock, what the hooks for new sockets, and
    for bound ones, may see. *)
Definition cgroup_sock_ret : option (Z * Z) := Some (0, 1)%Z.
Definition socket_fields : list field := leading "type" 8 ++ leading "protocol" 12 ++ peer_fields.
Definition cgroup_sock : prog_type := ProgType 9 [0; 2; 34] "cgroup_sock" 80
  ([ stored "bound_dev_if" 0 4; stored "mark" 16 4; stored "priority" 20 4 ] ++ socket_fields)
  false false false cgroup_sock_helpers cgroup_sock_ret.
Definition cgroup_post_bind4 : prog_type := ProgType 9 [12] "cgroup_post_bind4" 80
  (plain "src_ip4" 24 4 :: leading "src_port" 44
    ++ socket_fields) false false false cgroup_sock_helpers cgroup_sock_ret.
Definition cgroup_post_bind6 : prog_type := ProgType 9 [13] "cgroup_post_bind6" 80
  (plain_words "src_ip6" 28 4 ++ leading "src_port" 44
    ++ socket_fields) false false false cgroup_sock_helpers cgroup_sock_ret.

(** struct bpf_sock_addr, by the family of the address and by what is done with it *)
Definition sock_addr_fields : list field :=
  whole "user_family" 0 4 :: writable "user_port" 24 4
    ++ [ whole "family" 28 4; whole "type" 32 4; whole "protocol" 36 4 ].
Definition user_ip4 : list field := writable "user_ip4" 4 4.
Definition user_ip6 : list field :=
  [ stored "user_ip6" 8 8; stored "user_ip6" 16 8 ] ++ stored_words "user_ip6" 8 4
    ++ [ plain "user_ip6" 8 16 ].
Definition msg_src_ip4 : list field := writable "msg_src_ip4" 40 4.
Definition msg_src_ip6 : list field :=
  stored "msg_src_ip6" 48 8 :: stored_words "msg_src_ip6" 44 4 ++ [ plain "msg_src_ip6" 44 16 ].
Definition sock_addr attach name fields helpers ret : prog_type :=
  ProgType 18 attach name 72 (fields ++ sock_addr_fields)
  false false false helpers (Some ret).
Definition sock_addrs : list prog_type :=
  [ sock_addr [8] "cgroup_bind4" user_ip4 sendmsg_helpers (0, 3)%Z;
    sock_addr [9] "cgroup_bind6" user_ip6 sendmsg_helpers (0, 3)%Z;
    sock_addr [10] "cgroup_connect4" user_ip4 connect_helpers (0, 1)%Z;
    sock_addr [11] "cgroup_connect6" user_ip6 connect_helpers (0, 1)%Z;
    sock_addr [14] "cgroup_sendmsg4" (user_ip4 ++ msg_src_ip4) sendmsg_helpers (0, 1)%Z;
    sock_addr [15] "cgroup_sendmsg6" (user_ip6 ++ msg_src_ip6) sendmsg_helpers (0, 1)%Z;
    sock_addr [19] "cgroup_recvmsg4" user_ip4 sock_addr_helpers (1, 1)%Z;
    sock_addr [20] "cgroup_recvmsg6" user_ip6 sock_addr_helpers (1, 1)%Z;
    (* getpeername, getsockname *)
    sock_addr [29; 31] "cgroup_name4" user_ip4 sock_addr_helpers (1, 1)%Z;
    sock_addr [30; 32] "cgroup_name6" user_ip6 sock_addr_helpers (1, 1)%Z;
    (* connect, sendmsg *)
    sock_addr [49; 50] "cgroup_unix" [] sendmsg_helpers (0, 1)%Z;
    (* recvmsg, getpeername, getsockname *)
    sock_addr [51; 52; 53] "cgroup_unix_name" [] sock_addr_helpers (1, 1)%Z ].
Definition cgroup_sysctl : prog_type :=
  ProgType 23 [] "cgroup_sysctl" 8 (plain "write" 0 4 :: writable "file_pos" 4 4)
  false false false sysctl_helpers (Some (0, 1)%Z).
(** The option's value is in the packet's place. *)
Definition option_value : list field :=
  [ Field "optval" 8 8 FData false false; Field "optval_end" 16 8 FDataEnd false false ].
Definition getsockopt : prog_type := ProgType 25 [21] "cgroup_getsockopt" 40
  (option_value ++ [ whole "level" 24 4; whole "optname" 28 4; stored "optlen" 32 4;
    stored "retval" 36 4 ])
  false false true getsockopt_helpers (Some (0, 1)%Z).
Definition setsockopt : prog_type := ProgType 25 [22] "cgroup_setsockopt" 40
  (option_value ++ [ stored "level" 24 4; stored "optname" 28 4; stored "optlen" 32 4 ])
  false false true getsockopt_helpers (Some (0, 1)%Z).
Definition sk_lookup : prog_type := ProgType 30 [] "sk_lookup" 72
  (plain_words "family" 8 1 ++ plain_words "protocol" 12 1
   ++ plain_words "remote_ip4" 16 1 ++ plain_words "remote_ip6" 20 4
   ++ plain_words "remote_port" 36 1
   ++ plain_words "local_ip4" 40 1 ++ plain_words "local_ip6" 44 4
   ++ plain_words "local_port" 60 1 ++ plain_words "ingress_ifindex" 64 1)
  false false false sk_lookup_helpers (Some (0, 1)%Z).
Definition sock_ops : prog_type := ProgType 13 [] "sock_ops" 224
  (Field "skb_data" 192 8 FData false false :: Field "skb_data_end" 200 8 FDataEnd false false
   :: stored "reply" 4 4 :: stored "sk_txhash" 164 4
   :: words "op" 0 1 ++ words "args" 8 3 ++ words "family" 20 1
   ++ words "remote_ip4" 24 1 ++ words "local_ip4" 28 1
   ++ words "remote_ip6" 32 4 ++ words "local_ip6" 48 4
   ++ [ whole "remote_port" 64 4; whole "local_port" 68 4; whole "is_fullsock" 72 4;
       whole "snd_cwnd" 76 4; whole "srtt_us" 80 4; whole "bpf_sock_ops_cb_flags" 84 4;
       whole "state" 88 4; whole "rtt_min" 92 4; whole "snd_ssthresh" 96 4; whole "rcv_nxt" 100 4;
       whole "snd_nxt" 104 4; whole "snd_una" 108 4; whole "mss_cache" 112 4;
       whole "ecn_flags" 116 4; whole "rate_delivered" 120 4; whole "rate_interval_us" 124 4;
       whole "packets_out" 128 4; whole "retrans_out" 132 4; whole "total_retrans" 136 4;
       whole "segs_in" 140 4; whole "data_segs_in" 144 4; whole "segs_out" 148 4;
       whole "data_segs_out" 152 4; whole "lost_out" 156 4; whole "sacked_out" 160 4;
       whole "bytes_received" 168 8; whole "bytes_acked" 176 8; whole "skb_len" 208 4;
       whole "skb_hwtstamp" 216 8 ]
   ++ leading "skb_tcp_flags" 212)
  false false false sock_ops_helpers (Some (0, 1)%Z).
Definition cgroup_device : prog_type := ProgType 15 [] "cgroup_device" 12
  [ plain "access_type" 0 4; whole "major" 4 4; whole "minor" 8 4 ]
  false false false cgroup_device_helpers (Some (0, 1)%Z).

(** struct seccomp_data.  Linux gives its classic filters no program type of eBPF's, so the number
    is this project's. *)
Definition seccomp_id : Z := 255.
Definition seccomp : prog_type := ProgType seccomp_id [] "seccomp" 64
  (plain "nr" 0 4 :: plain "arch" 4 4 :: plain "instruction_pointer" 8 8
   :: List.map (fun k => plain "args" (16 + 8 * Z.of_nat k)%Z 8) (seq 0 6))
  false false false [] None.

Definition raw (size : Z) : prog_type :=
  ProgType 0 [] "raw" size [] true false true [5; 6; 7; 8; 42; 125] None.
Definition prog_types : list prog_type :=
  [xdp; xdp_devmap; socket_filter; sched_cls; sched_act; kprobe_session; kprobe;
   tracepoint; perf_event; cgroup_skb;
   cgroup_skb_egress; cgroup_sock; cgroup_post_bind4; cgroup_post_bind6; lwt_in; lwt_out; lwt_xmit;
   lwt_seg6local; sock_ops; sk_skb; cgroup_device; sk_msg; raw_tracepoint; raw_tracepoint_writable;
   lirc_mode2; sk_reuseport; flow_dissector; cgroup_sysctl; getsockopt; setsockopt; sk_lookup;
   syscall; tp_btf; fentry; fexit; fmod_ret; iter; lsm; netfilter; seccomp]
  ++ sock_addrs.
Definition prog_type_of (id attach ctx_size : Z) : option prog_type :=
  (if id =? 0 then Some (raw ctx_size)
   else find (fun pt => (pt_id pt =? id)
                        && match pt_attach pt with [] => true | l => existsb (Z.eqb attach) l end)
             prog_types)%Z.
