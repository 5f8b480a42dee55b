(** What a program is checked for: its type (context layout, helpers, return values), its maps, and the profile. All data;
    the C tables are printed from here. *)
From Coq Require String.
From Semantics Require Export Insn.

(** Context fields. [FPlain]: the bytes at that offset; [FData], [FDataEnd]: the packet's first byte and its end. *)
Inductive field_kind := FPlain | FData | FDataEnd.
Record field := Field { f_name : String.string; f_off : Z; f_size : Z; f_kind : field_kind; f_narrow : bool; f_write : bool }.

(** Arguments of helpers.  A map has one of these types; a key or value belongs to the map passed before it; [AMem] is read and [AOut] is written, with
    the size in the next register. *)
Inductive arg := AAny | AMap (types : list Z) | AKey | AValue | AMem | AOut | ASize | ACtx.
Inductive ret := RInt (lo hi : Z)             (* a number in these signed bounds *)
               | RValue                       (* a value of the map passed, or null *)
               | RTail.                       (* another program goes on and ends with the result; or nothing happens *)
(** [h_moves]: the packet may be elsewhere and of another length afterwards. *)
Record helper := Helper { h_id : Z; h_name : String.string; h_args : list arg; h_ret : ret; h_moves : bool }.

Record map_def := MapDef { m_type : Z; m_key : Z; m_value : Z; m_max : Z; m_ro : bool }.
Definition map_array : Z := 2.                (* BPF_MAP_TYPE_ARRAY: key is an index *)
Definition map_hash : Z := 1.

Record prog_type := ProgType {
  pt_id : Z;                                  (* BPF_PROG_TYPE_*; 0: raw memory in r1, as the conformance suite has it *)
  pt_name : String.string;
  pt_ctx_size : Z;
  pt_fields : list field;
  pt_raw : bool;                              (* the context is plain memory *)
  pt_legacy : bool;                           (* has the legacy packet loads *)
  pt_helpers : list Z;
  pt_ret : option (Z * Z) }.                  (* what the low 32 bits of r0 may be at exit *)

(** Policy, rather than safety. *)
Record profile := Profile { pf_strict_stack : bool }.   (* reading an undefined stack byte is a fault *)
Definition root := Profile false.
Definition strict := Profile true.

Record target := Target { t_type : prog_type; t_maps : list map_def; t_profile : profile }.

Definition nth_z {A} (l : list A) (i : Z) : option A := if i <? 0 then None else nth_error l (Z.to_nat i).
Definition map_of (t : target) (i : Z) : option map_def := nth_z (t_maps t) i.
Definition map_allowed (t : target) (types : list Z) (i : Z) : bool :=
  match map_of t i with Some d => existsb (Z.eqb (m_type d)) types | None => false end.

(** The field that an access of [n] bytes at [off] touches: the whole of it, or, where it says so, an aligned part. *)
Definition field_at (pt : prog_type) (off n : Z) : option field :=
  find (fun f => ((f_off f =? off) && (f_size f =? n))
              || (f_narrow f && (f_off f <=? off) && (off + n <=? f_off f + f_size f) && (off mod n =? 0)))
       (pt_fields pt).
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
(** Maps whose values are plain memory: hash, array, their per-CPU and LRU forms, and the LPM trie. *)
Definition plain_maps : list Z := [1; 2; 5; 6; 9; 10; 11].
Definition int_any := RInt (- 9223372036854775808) 9223372036854775807.
Definition int_err := RInt (- 4095) 0.
Definition helpers : list helper :=
  [ Helper 1 "map_lookup_elem" [AMap plain_maps; AKey] RValue false;
    Helper 2 "map_update_elem" [AMap plain_maps; AKey; AValue; AAny] int_err false;
    Helper 3 "map_delete_elem" [AMap plain_maps; AKey] int_err false;
    Helper 4 "probe_read" [AOut; ASize; AAny] int_err false;
    Helper 5 "ktime_get_ns" [] int_any false;
    Helper 6 "trace_printk" [AMem; ASize; AAny; AAny; AAny] (RInt (- 4095) 2147483647) false;
    Helper 7 "get_prandom_u32" [] (RInt 0 4294967295) false;
    Helper 8 "get_smp_processor_id" [] (RInt 0 4294967295) false;
    Helper 9 "skb_store_bytes" [ACtx; AAny; AMem; ASize; AAny] int_err true;
    Helper 10 "l3_csum_replace" [ACtx; AAny; AAny; AAny; AAny] int_err true;
    Helper 11 "l4_csum_replace" [ACtx; AAny; AAny; AAny; AAny] int_err true;
    Helper 12 "tail_call" [ACtx; AMap [3]; AAny] RTail false;
    Helper 13 "clone_redirect" [ACtx; AAny; AAny] int_err true;
    Helper 23 "redirect" [AAny; AAny] (RInt 0 4294967295) false;
    Helper 25 "perf_event_output" [ACtx; AMap [4]; AAny; AMem; ASize] int_err false;
    Helper 26 "skb_load_bytes" [ACtx; AAny; AOut; ASize] int_err false;
    Helper 39 "skb_pull_data" [ACtx; AAny] int_err true;
    Helper 42 "get_numa_node_id" [] (RInt (- 2147483648) 2147483647) false;
    Helper 44 "xdp_adjust_head" [ACtx; AAny] int_err true;
    Helper 51 "redirect_map" [AMap [14; 16; 17; 25]; AAny; AAny] (RInt 0 4294967295) false;
    Helper 65 "xdp_adjust_tail" [ACtx; AAny] int_err true;
    Helper 125 "ktime_get_boot_ns" [] int_any false;
    Helper 130 "ringbuf_output" [AMap [27]; AMem; ASize; AAny] int_err false;
    Helper 189 "xdp_load_bytes" [ACtx; AAny; AOut; ASize] int_err false;
    Helper 190 "xdp_store_bytes" [ACtx; AAny; AMem; ASize] int_err false ].
Definition helper_of (h : Z) : option helper := find (fun x => h_id x =? h)%Z helpers.

Definition base_helpers : list Z := [1; 2; 3; 5; 6; 7; 8; 12; 42; 125; 130].
Definition xdp_helpers : list Z := [23; 25; 44; 51; 65; 189; 190].
Definition tc_helpers : list Z := [9; 10; 11; 13; 23; 25; 26; 39].
Definition plain name off size := Field name off size FPlain true false.
Definition whole name off size := Field name off size FPlain false false.      (* read as a whole or not at all *)
Definition writable name off size := Field name off size FPlain true true.

Definition xdp : prog_type := ProgType 6 "xdp" 24
  [ Field "data" 0 4 FData false false; Field "data_end" 4 4 FDataEnd false false;
    whole "ingress_ifindex" 12 4; whole "rx_queue_index" 16 4; whole "egress_ifindex" 20 4 ]
  false false (xdp_helpers ++ base_helpers) None.

(** struct __sk_buff: the fields that need no socket pointer *)
Definition skb_fields (packet : list field) : list field :=
  packet ++
  [ plain "len" 0 4; plain "pkt_type" 4 4; plain "queue_mapping" 12 4; plain "protocol" 16 4;
    plain "vlan_present" 20 4; plain "vlan_tci" 24 4; plain "vlan_proto" 28 4; plain "ingress_ifindex" 36 4;
    plain "ifindex" 40 4; plain "hash" 68 4 ].
Definition cb_fields : list field :=
  [ writable "cb0" 48 4; writable "cb1" 52 4; writable "cb2" 56 4; writable "cb3" 60 4; writable "cb4" 64 4 ].
Definition skb_data : list field :=
  [ Field "data" 76 4 FData false false; Field "data_end" 80 4 FDataEnd false false ].
Definition socket_filter : prog_type := ProgType 1 "socket" 192
  (skb_fields [] ++ [ plain "mark" 8 4; plain "priority" 32 4 ] ++ cb_fields) false true (25 :: 26 :: base_helpers) None.
Definition sched_cls : prog_type := ProgType 3 "tc" 192
  (skb_fields skb_data ++
   [ writable "mark" 8 4; writable "priority" 32 4; writable "tc_index" 44 4; writable "tc_classid" 72 4 ] ++ cb_fields)
  false true (tc_helpers ++ base_helpers) None.
Definition raw (size : Z) : prog_type := ProgType 0 "raw" size [] true false [5; 6; 7; 8; 42; 125] None.
Definition prog_types : list prog_type := [xdp; socket_filter; sched_cls].
Definition prog_type_of (id ctx_size : Z) : option prog_type :=
  (if id =? 0 then Some (raw ctx_size) else find (fun pt => pt_id pt =? id) prog_types)%Z.
