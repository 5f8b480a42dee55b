(** References are acquired by one helper and released by another; a program may not end while it
    has one. *)
From Semantics Require Export Word.

(** A ring buffer's record; a counted reference to a socket: a full one, or one of which that is not
    said, such as a request's; a counted reference to a kernel object, by the number of its type.
    None of the object's bytes are there for the program, which gives it to functions alone. *)
Inductive ref_kind := RecordRef | SocketRef | SockCommonRef | ObjectRef (type : Z).
(** One that is acquired: where it is, and how many of its bytes there are for the program. *)
Record reference := Reference { re_kind : ref_kind; re_base : Z; re_size : Z }.
Definition ref_kind_eqb (a b : ref_kind) : bool :=
  match a, b with RecordRef, RecordRef | SocketRef, SocketRef | SockCommonRef, SockCommonRef => true
    | ObjectRef i, ObjectRef j => i =? j
    | _, _ => false end.
Definition reference_eqb (h h' : reference) : bool :=
  ref_kind_eqb (re_kind h) (re_kind h') && (re_base h =? re_base h') && (re_size h =? re_size h').
Definition is_socket (k : ref_kind) : bool := match k with RecordRef => false
  | SocketRef | SockCommonRef | ObjectRef _ => true end.
(** Where one is asked for, any socket will do that the program has a pointer to. *)
Definition of_socket (k : ref_kind) : bool :=
  match k with SocketRef | SockCommonRef => true | _ => false end.
(** A [k'] will do where a [k] is asked for: a full socket is a socket. *)
Definition ref_kind_fits (k k' : ref_kind) : bool := ref_kind_eqb k k'
  || match k, k' with SockCommonRef, SocketRef => true | _, _ => false end.
Definition socket_size : Z := 80.
(* of struct bpf_sock, as which programs see a socket *)
Definition ref_size (k : ref_kind) (n : Z) : Z :=
  match k with RecordRef => n | ObjectRef _ => 0 | _ => socket_size end.

Definition is_ref (k : ref_kind) (x : Z) (h : reference) : bool := ref_kind_fits k (re_kind h)
  && (re_base h =? x).
(** Without the first one of this kind at address [x]. A socket can be acquired more than once, and
    is released as often. *)
Fixpoint release (k : ref_kind) (x : Z) (hs : list reference) : list reference :=
  match hs with [] => [] | h :: hs' => if is_ref k x h then hs' else h :: release k x hs' end.
(** At one place there is one record, or one socket. *)
Definition agree (h h' : reference) : Prop := is_socket (re_kind h) = is_socket (re_kind h') ->
  re_base h = re_base h' -> h = h'.
Definition agreeb (h h' : reference) : bool :=
  negb (Bool.eqb (is_socket (re_kind h)) (is_socket (re_kind h')) && (re_base h =? re_base h'))
    || reference_eqb h h'.
