(** Fields of contexts that Linux has and the model has not: pointers to sockets, or null, and to
    the keys that a flow dissector fills in.  A program that reads one is not at fault, but not
    supported. *)
From Coq Require Import List.
From Coq Require String.
From Semantics Require Import Target.
Import ListNotations String.StringSyntax.
Local Open Scope Z_scope.
Local Open Scope string_scope.

(** By the number of the program type: where the 8 bytes are, what they are called, and to what
    they point ([include/uapi/linux/bpf.h]; which types may read them: the functions named
    [*_is_valid_access] in net/core/filter.c and kernel/bpf/cgroup.c). *)
Definition unsupported_fields : list (Z * Z * String.string * String.string) :=
  map (fun type => (type, 168, "sk", "a socket")) [1; 3; 4; 8; 10; 11; 12; 14; 19]
  ++ [ (13, 184, "sk", "a socket"); (16, 72, "sk", "a socket"); (18, 64, "sk", "a socket");
       (21, 40, "sk", "a socket"); (21, 48, "migrating_sk", "a socket");
       (22, 144, "flow_keys", "the keys of a flow"); (25, 0, "sk", "a socket");
       (30, 0, "sk", "a socket") ].
