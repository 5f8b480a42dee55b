(** The extracted side: the proved checkers, the reference interpreter, the tables, and what the differential tests compare. *)
From Semantics Require Import Encode Concrete Classic.
From Checker Require Import Cert ClassicCheck.
From Extract Require Import Mapping.

Extraction "build/ocaml/core.ml"
  validate
  slot_of_word decode_from decode encode
  concrete_init concrete_step written_by
  helpers prog_types prog_type_of raw root strict
  classic_decode classic_verdict creason_number classic_code classic_init classic_step cfault_number
  alu neg sext byte_order compare
  sc_alu sc_neg sc_sext sc_byte_order sc_refine sc_le sc_join sc_meet sc_const sc_range sc_srange sc_trunc sc_trunc_bytes sc_of_bytes
  a_alu a_load a_store refine a_init a_exec a_branch astate_le.
