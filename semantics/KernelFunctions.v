(** Functions of the kernel that programs call by name (kfuncs).  All data; the C tables are printed
    from here. *)
From Semantics Require Export Target.
Import String.StringSyntax.
Local Open Scope string_scope.

(** [kf_call]: the contract, a helper's.  Its number is this project's, and stays: Linux numbers
    functions anew in each kernel, and the loader finds them by name and signature. [kf_types]: the
    program types (BPF_PROG_TYPE_* ) that may call it. *)
Record kernel_function := KernelFunction { kf_call : helper; kf_types : list Z }.

(** The sets of program types that Linux offers functions to ([bpf_prog_type_to_kfunc_hook] in
    kernel/bpf/btf.c); raw memory, 0, is of no kernel's. *)
Definition everyone : list Z :=
  [0; 1; 2; 3; 4; 5; 6; 7; 8; 9; 10; 11; 12; 13; 14; 15; 16; 17; 18; 19; 20; 21; 22; 23; 24; 25; 26;
   29; 30; 31; 32].
Definition xdp_alone : list Z := [6].
Definition task_types : list Z := [3; 5; 6; 7; 8; 9; 13; 15; 18; 23; 25; 26; 29; 31].
Definition tracing_types : list Z := [5; 7; 26; 29; 31].

(** The types of counted kernel objects, by the number that [ObjectRef] has of them. *)
Definition counted_types : list String.string :=
  ["task_struct"; "cgroup"; "bpf_cpumask"; "bpf_key"; "xfrm_state"].
Definition task_ref : ref_kind := ObjectRef 0.
Definition cgroup_ref : ref_kind := ObjectRef 1.
Definition mask_ref : ref_kind := ObjectRef 2.
Definition key_ref : ref_kind := ObjectRef 3.
Definition xfrm_ref : ref_kind := ObjectRef 4.

(** The bits above those of a C type that is narrower than 64 bits are not said, so results are any
    number. *)
Definition plain_function number name args types : kernel_function :=
  KernelFunction (Helper number name args int_any false) types.
Definition masks (n : nat) : list arg := List.repeat (ARef mask_ref false) n.
Definition acquires number name args k types : kernel_function :=
  KernelFunction (Helper number name args (RAcquire k) false) types.
Definition gives_nothing number name args types : kernel_function :=
  KernelFunction (Helper number name args RVoid false) types.
Definition kernel_functions : list kernel_function :=
  [ plain_function 1048577 "bpf_xdp_metadata_rx_timestamp" [ACtx; AOutN 8] xdp_alone;
    KernelFunction (Helper 1048578 "bpf_xdp_flow_lookup"
      [ACtx; AMemN 64; AInOutN 4; AAny] (RTyped true "flow_offload_tuple_rhash") false) xdp_alone;
    KernelFunction (Helper 1048579 "bpf_xdp_pull_data" [ACtx; AAny] int_any true) xdp_alone;
    plain_function 1048580 "bpf_skb_set_fou_encap" [ACtx; AMemN 4; AAny] [3];
    plain_function 1048581 "bpf_skb_get_fou_encap" [ACtx; AOutN 4] [3];
    plain_function 1048582 "bpf_skb_set_xfrm_info" [ACtx; AMemN 8] [3];
    plain_function 1048583 "bpf_skb_get_xfrm_info" [ACtx; AOutN 8] [3];
    KernelFunction (Helper 1048584 "bpf_get_kmem_cache" [AAny] (RTyped false "kmem_cache") false)
      everyone;
    plain_function 1048585 "bpf_map_sum_elem_count"
      [AMap (plain_maps ++ outer_maps) false] everyone;
    plain_function 1048586 "bpf_strcmp" [AAny; AAny] everyone;
    plain_function 1048587 "bpf_strcasecmp" [AAny; AAny] everyone;
    plain_function 1048588 "bpf_strchr" [AAny; AAny] everyone;
    plain_function 1048589 "bpf_strchrnul" [AAny; AAny] everyone;
    plain_function 1048590 "bpf_strrchr" [AAny; AAny] everyone;
    plain_function 1048591 "bpf_strnchr" [AAny; AAny; AAny] everyone;
    plain_function 1048592 "bpf_strlen" [AAny] everyone;
    plain_function 1048593 "bpf_strnlen" [AAny; AAny] everyone;
    plain_function 1048594 "bpf_strspn" [AAny; AAny] everyone;
    plain_function 1048595 "bpf_strcspn" [AAny; AAny] everyone;
    plain_function 1048596 "bpf_strstr" [AAny; AAny] everyone;
    plain_function 1048597 "bpf_strnstr" [AAny; AAny; AAny] everyone;
    acquires 1048598 "bpf_task_from_pid" [AAny] task_ref task_types;
    acquires 1048599 "bpf_task_from_vpid" [AAny] task_ref task_types;
    gives_nothing 1048600 "bpf_task_release" [ARelease task_ref] task_types;
    acquires 1048601 "bpf_cgroup_from_id" [AAny] cgroup_ref task_types;
    acquires 1048602 "bpf_cgroup_ancestor" [ARef cgroup_ref false; AAny] cgroup_ref task_types;
    gives_nothing 1048603 "bpf_cgroup_release" [ARelease cgroup_ref] task_types;
    acquires 1048604 "bpf_lookup_system_key" [AAny] key_ref task_types;
    gives_nothing 1048605 "bpf_key_put" [ARelease key_ref] task_types;
    acquires 1048606 "bpf_xdp_get_xfrm_state" [ACtx; AInOut; ASize] xfrm_ref xdp_alone;
    gives_nothing 1048607 "bpf_xdp_xfrm_state_release" [ARelease xfrm_ref] xdp_alone;
    acquires 1048608 "bpf_cpumask_create" [] mask_ref tracing_types;
    acquires 1048609 "bpf_cpumask_acquire" [ARef mask_ref false] mask_ref tracing_types;
    gives_nothing 1048610 "bpf_cpumask_release" [ARelease mask_ref] tracing_types;
    plain_function 1048611 "bpf_cpumask_first" [ARef mask_ref false] tracing_types;
    plain_function 1048612 "bpf_cpumask_first_zero" [ARef mask_ref false] tracing_types;
    gives_nothing 1048613 "bpf_cpumask_set_cpu" [AAny; ARef mask_ref false] tracing_types;
    gives_nothing 1048614 "bpf_cpumask_clear_cpu" [AAny; ARef mask_ref false] tracing_types;
    plain_function 1048615 "bpf_cpumask_test_cpu" [AAny; ARef mask_ref false] tracing_types;
    plain_function 1048616 "bpf_cpumask_test_and_set_cpu" [AAny; ARef mask_ref false]
      tracing_types;
    plain_function 1048617 "bpf_cpumask_test_and_clear_cpu" [AAny; ARef mask_ref false]
      tracing_types;
    gives_nothing 1048618 "bpf_cpumask_setall" [ARef mask_ref false] tracing_types;
    gives_nothing 1048619 "bpf_cpumask_clear" [ARef mask_ref false] tracing_types;
    plain_function 1048620 "bpf_cpumask_and" (masks 3) tracing_types;
    gives_nothing 1048621 "bpf_cpumask_or" (masks 3) tracing_types;
    gives_nothing 1048622 "bpf_cpumask_xor" (masks 3) tracing_types;
    plain_function 1048623 "bpf_cpumask_equal" (masks 2) tracing_types;
    plain_function 1048624 "bpf_cpumask_intersects" (masks 2) tracing_types;
    plain_function 1048625 "bpf_cpumask_subset" (masks 2) tracing_types;
    plain_function 1048626 "bpf_cpumask_empty" (masks 1) tracing_types;
    plain_function 1048627 "bpf_cpumask_full" (masks 1) tracing_types;
    gives_nothing 1048628 "bpf_cpumask_copy" (masks 2) tracing_types;
    plain_function 1048629 "bpf_cpumask_any_distribute" (masks 1) tracing_types;
    plain_function 1048630 "bpf_cpumask_any_and_distribute" (masks 2) tracing_types;
    plain_function 1048631 "bpf_cpumask_first_and" (masks 2) tracing_types;
    plain_function 1048632 "bpf_cpumask_weight" (masks 1) tracing_types ].

(** Others, and what they need that is not modelled here. *)
Definition lacking (what : String.string) (names : list String.string) :=
  List.map (fun name => (name, what)) names.
Definition unsupported_functions : list (String.string * String.string) :=
  lacking "RCU sections"
    ["bpf_rcu_read_lock"; "bpf_rcu_read_unlock"]
  ++ lacking "a kernel that is built for its own tests"
    ["bpf_fentry_test1"; "bpf_iter_testmod_seq_destroy"; "bpf_iter_testmod_seq_new";
     "bpf_iter_testmod_seq_next"; "bpf_iter_testmod_seq_value"; "bpf_kfunc_call_memb_release";
     "bpf_kfunc_call_test1"; "bpf_kfunc_call_test2"; "bpf_kfunc_call_test3";
     "bpf_kfunc_call_test4"; "bpf_kfunc_call_test_acquire"; "bpf_kfunc_call_test_offset";
     "bpf_kfunc_call_test_release"; "bpf_kfunc_common_test"; "bpf_modify_return_test";
     "bpf_modify_return_test2"; "bpf_modify_return_test_tp"; "bpf_testmod_test_mod_kfunc"]
  ++ lacking "behaviour that is defined, where a compiler found none"
    ["__bpf_trap"]
  ++ lacking "arenas"
    ["bpf_arena_alloc_pages"; "bpf_arena_free_pages"; "bpf_arena_reserve_pages"]
  ++ lacking "callbacks"
    ["bpf_rbtree_add_impl"; "bpf_task_work_schedule_resume";
     "bpf_task_work_schedule_resume_impl"; "bpf_task_work_schedule_signal";
     "bpf_task_work_schedule_signal_impl"]
  ++ lacking "casts to types of the kernel"
    ["bpf_cast_to_kern_ctx"; "bpf_rdonly_cast"; "bpf_sock_addr_set_sun_path";
     "bpf_sock_ops_enable_tx_tstamp"]
  ++ lacking "constant strings"
    ["bpf_cgroup_read_xattr"; "bpf_get_dentry_xattr"; "bpf_get_file_xattr";
     "bpf_kernfs_read_xattr"; "bpf_remove_dentry_xattr"; "bpf_set_dentry_xattr";
     "bpf_set_file_xattr"; "bpf_stream_vprintk"; "bpf_stream_vprintk_impl"]
  ++ lacking "trusted pointers, or counted objects of other kinds"
    ["bpf_cgroup_acquire"; "bpf_cpumask_populate"; "bpf_crypto_ctx_acquire";
     "bpf_crypto_ctx_create"; "bpf_crypto_ctx_release"; "bpf_ct_change_status";
     "bpf_ct_change_timeout"; "bpf_ct_insert_entry"; "bpf_ct_release"; "bpf_ct_set_nat_info";
     "bpf_ct_set_status"; "bpf_ct_set_timeout"; "bpf_get_task_exe_file";
     "bpf_lookup_user_key"; "bpf_put_file"; "bpf_skb_ct_alloc"; "bpf_skb_ct_lookup";
     "bpf_task_acquire"; "bpf_task_get_cgroup1"; "bpf_xdp_ct_alloc"; "bpf_xdp_ct_lookup"]
  ++ lacking "dynptrs"
    ["bpf_copy_from_user_dynptr"; "bpf_copy_from_user_str_dynptr";
     "bpf_copy_from_user_task_dynptr"; "bpf_copy_from_user_task_str_dynptr";
     "bpf_crypto_decrypt"; "bpf_crypto_encrypt"; "bpf_dynptr_adjust"; "bpf_dynptr_clone";
     "bpf_dynptr_copy"; "bpf_dynptr_from_file"; "bpf_dynptr_from_skb";
     "bpf_dynptr_from_skb_meta"; "bpf_dynptr_from_xdp"; "bpf_dynptr_is_null";
     "bpf_dynptr_is_rdonly"; "bpf_dynptr_memset"; "bpf_dynptr_size"; "bpf_dynptr_slice";
     "bpf_dynptr_slice_rdwr"; "bpf_get_fsverity_digest"; "bpf_probe_read_kernel_dynptr";
     "bpf_probe_read_kernel_str_dynptr"; "bpf_probe_read_user_dynptr";
     "bpf_probe_read_user_str_dynptr"; "bpf_verify_pkcs7_signature"]
  ++ lacking "exceptions"
    ["bpf_throw"]
  ++ lacking "iterators"
    ["bpf_iter_bits_destroy"; "bpf_iter_bits_new"; "bpf_iter_bits_next"; "bpf_iter_cgroup_new";
     "bpf_iter_css_destroy"; "bpf_iter_css_new"; "bpf_iter_css_next";
     "bpf_iter_css_task_destroy"; "bpf_iter_css_task_new"; "bpf_iter_css_task_next";
     "bpf_iter_dmabuf_destroy"; "bpf_iter_dmabuf_new"; "bpf_iter_dmabuf_next";
     "bpf_iter_kmem_cache_destroy"; "bpf_iter_kmem_cache_new"; "bpf_iter_kmem_cache_next";
     "bpf_iter_num_destroy"; "bpf_iter_num_new"; "bpf_iter_num_next"; "bpf_iter_task_destroy";
     "bpf_iter_task_new"; "bpf_iter_task_next"; "bpf_iter_task_vma_destroy";
     "bpf_iter_task_vma_new"; "bpf_iter_task_vma_next"]
  ++ lacking "lists and trees of the program's own objects"
    ["bpf_list_back"; "bpf_list_front"; "bpf_list_pop_back"; "bpf_list_pop_front";
     "bpf_list_push_back_impl"; "bpf_list_push_front_impl"; "bpf_rbtree_first";
     "bpf_rbtree_left"; "bpf_rbtree_remove"; "bpf_rbtree_right"; "bpf_rbtree_root"]
  ++ lacking "objects of the program's own types"
    ["bpf_obj_drop_impl"; "bpf_obj_new_impl"; "bpf_percpu_obj_drop_impl";
     "bpf_percpu_obj_new_impl"; "bpf_refcount_acquire_impl"]
  ++ lacking "programs for HID devices"
    ["hid_bpf_allocate_context"; "hid_bpf_attach_prog"; "hid_bpf_get_data";
     "hid_bpf_hw_output_report"; "hid_bpf_hw_request"; "hid_bpf_input_report";
     "hid_bpf_release_context"; "hid_bpf_try_input_report"]
  ++ lacking "programs of sessions that keep a word"
    ["bpf_session_cookie"; "bpf_session_is_return"]
  ++ lacking "sections without interrupts"
    ["bpf_local_irq_restore"; "bpf_local_irq_save"]
  ++ lacking "sections without preemption"
    ["bpf_preempt_disable"; "bpf_preempt_enable"]
  ++ lacking "several arguments that are written"
    ["bpf_xdp_metadata_rx_hash"; "bpf_xdp_metadata_rx_vlan_tag"]
  ++ lacking "sleepable programs"
    ["bpf_copy_from_user_str"; "bpf_copy_from_user_task_str"]
  ++ lacking "spin locks"
    ["bpf_res_spin_lock"; "bpf_res_spin_lock_irqsave"; "bpf_res_spin_unlock";
     "bpf_res_spin_unlock_irqrestore"]
  ++ lacking "struct_ops programs"
    ["bbr_cwnd_event"; "bbr_init"; "bbr_main"; "bbr_min_tso_segs"; "bbr_set_state";
     "bbr_sndbuf_expand"; "bbr_ssthresh"; "bbr_undo_cwnd"; "bpf_iter_scx_dsq_destroy";
     "bpf_iter_scx_dsq_new"; "bpf_iter_scx_dsq_next"; "bpf_kfree_skb";
     "bpf_qdisc_bstats_update"; "bpf_qdisc_init_prologue"; "bpf_qdisc_reset_destroy_epilogue";
     "bpf_qdisc_skb_drop"; "bpf_qdisc_watchdog_schedule"; "bpf_skb_get_hash"; "cubictcp_acked";
     "cubictcp_cong_avoid"; "cubictcp_cwnd_event"; "cubictcp_init"; "cubictcp_recalc_ssthresh";
     "cubictcp_state"; "dctcp_cwnd_event"; "dctcp_cwnd_undo"; "dctcp_init"; "dctcp_ssthresh";
     "dctcp_state"; "dctcp_update_alpha"; "tcp_cong_avoid_ai"; "tcp_reno_cong_avoid";
     "tcp_reno_ssthresh"; "tcp_reno_undo_cwnd"; "tcp_slow_start"]
  ++ lacking "typed kernel pointers"
    ["bpf_path_d_path"; "bpf_real_data_inode"; "bpf_real_inode"; "bpf_send_signal_task";
     "bpf_sk_assign_tcp_reqsk"; "bpf_sock_destroy"; "bpf_task_under_cgroup"; "css_rstat_flush";
     "css_rstat_updated"]
  ++ lacking "workqueues"
    ["bpf_wq_init"; "bpf_wq_set_callback"; "bpf_wq_set_callback_impl"; "bpf_wq_start"].

Definition function_of (f : Z) : option kernel_function :=
  find (fun k => h_id (kf_call k) =? f)%Z kernel_functions.
(** The helper, or function, of a number, if programs of a type may call it. *)
Definition offered_helper (pt : prog_type) (h : Z) : option helper :=
  if existsb (Z.eqb h) (pt_helpers pt) then helper_of h else None.
Definition offered_function (pt : prog_type) (f : Z) : option helper :=
  match function_of f with
  | Some k => if existsb (Z.eqb (pt_id pt)) (kf_types k) then Some (kf_call k) else None
  | None => None
  end.
