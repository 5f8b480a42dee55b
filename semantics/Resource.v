(** Resources come and go: one helper hands them out, another takes them back, and a program may not end while it holds one. *)
From Semantics Require Export Word.

(** A ring buffer's record; a counted reference to a socket: a full one, or one of which that is not said, such as a request's. *)
Inductive held_kind := HRecord | HSocket | HSockCommon.
(** One that is held: where it is, and how many of its bytes there are for the program. *)
Record held := Held { hd_kind : held_kind; hd_base : Z; hd_size : Z }.
Definition kind_eqb (a b : held_kind) : bool :=
  match a, b with HRecord, HRecord | HSocket, HSocket | HSockCommon, HSockCommon => true | _, _ => false end.
Definition held_eqb (h h' : held) : bool :=
  kind_eqb (hd_kind h) (hd_kind h') && (hd_base h =? hd_base h') && (hd_size h =? hd_size h').
Definition is_socket (k : held_kind) : bool := match k with HRecord => false | HSocket | HSockCommon => true end.
(** A [k'] will do where a [k] is asked for: a full socket is a socket. *)
Definition kind_fits (k k' : held_kind) : bool := kind_eqb k k' || match k, k' with HSockCommon, HSocket => true | _, _ => false end.
Definition socket_size : Z := 80.             (* of struct bpf_sock, as which programs see a socket *)
Definition held_size (k : held_kind) (n : Z) : Z := if is_socket k then socket_size else n.

Definition is_held (k : held_kind) (x : Z) (h : held) : bool := kind_fits k (hd_kind h) && (hd_base h =? x).
(** Without the first one of this kind at address [x]. A socket can be held more than once, and is given back as often. *)
Fixpoint give_back (k : held_kind) (x : Z) (hs : list held) : list held :=
  match hs with [] => [] | h :: hs' => if is_held k x h then hs' else h :: give_back k x hs' end.
(** At one place there is one record, or one socket. *)
Definition agree (h h' : held) : Prop := is_socket (hd_kind h) = is_socket (hd_kind h') -> hd_base h = hd_base h' -> h = h'.
Definition agreeb (h h' : held) : bool :=
  negb (Bool.eqb (is_socket (hd_kind h)) (is_socket (hd_kind h')) && (hd_base h =? hd_base h')) || held_eqb h h'.
