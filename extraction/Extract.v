(** The extracted side: the proved checkers, the reference interpreter, the tables, and what the
    differential tests compare. *)
From Semantics Require Import Encode Concrete Classic Translate Linux SeccompEffect Unmodelled.
From Checker Require Import Cert ClassicCheck Audit AuditEffect.
From Extract Require Import Mapping.

Extraction "core.ml"
  (* what certificates are, and the validator; its parts serve to explain a refusal *)
  validate a_exec a_branch a_exit names_ok facts_le refs_le no_refs oval_le astate_le pot_ok
    pot_floor pot_drop
  zempty zfind zset zall all_regs get
  (* programs and targets *)
  slot_of_word word_of_slot decode_from encode helpers unsupported_helpers
    unsupported_fields prog_types prog_type_of outer_maps redirect_maps raw root strict
  with_arguments needs_arguments boolean_hooks is_object
  gpl_helpers not_gpl_in gpl_types plain_contexts own_stacks errno_helpers any_errno_in
  new_types most_rounds usual_rounds
    kernel_functions unsupported_functions first_function counted_types
    max_calls
    packet_helpers h_partly h_on_success args_elsewhere socket_type of_socket longest_text
  (* the reference interpreter *)
  concrete_init concrete_step written_by slots_of all_maps
  (* classic programs *)
  classic_decode classic_verdict classic_run audit audit_effects effect seccomp_actions
    all_cops cop_code csize_bytes translate context_field
  (* for the differential tests *)
  sc_alu sc_neg sc_sext sc_byte_order sc_refine sc_le sc_join sc_meet sc_const sc_range sc_srange
    sc_trunc sc_of_bytes
  sc_with sc_up bd_is_empty bd_sync up alu neg sext byte_order compare trunc
  a_init Subsume.fact_le frame_top stack_addr load all_written written nth_z zlist soff wrap.
