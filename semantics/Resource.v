(** Resources come and go: one helper hands them out, another takes them back, and a program may not end while it holds one. *)
From Semantics Require Export Word.

Inductive held_kind := HRecord | HSocket.     (* a ring buffer's record; a counted reference to a socket *)
(** One that is held: where it is, and how many of its bytes the program may use. A socket's are its own: none. *)
Record held := Held { hd_kind : held_kind; hd_base : Z; hd_size : Z }.
Definition kind_eqb (a b : held_kind) : bool := match a, b with HRecord, HRecord | HSocket, HSocket => true | _, _ => false end.
Definition held_size (k : held_kind) (n : Z) : Z := match k with HRecord => n | HSocket => 0 end.

Definition is_held (k : held_kind) (x : Z) (h : held) : bool := kind_eqb (hd_kind h) k && (hd_base h =? x).
(** Without the first one of this kind at address [x]. A socket can be held more than once, and is given back as often. *)
Fixpoint give_back (k : held_kind) (x : Z) (hs : list held) : list held :=
  match hs with [] => [] | h :: hs' => if is_held k x h then hs' else h :: give_back k x hs' end.
(** Kind and place tell the size. *)
Definition agree (h h' : held) : Prop := hd_kind h = hd_kind h' -> hd_base h = hd_base h' -> hd_size h = hd_size h'.
Definition agreeb (h h' : held) : bool := negb (is_held (hd_kind h) (hd_base h) h') || (hd_size h' =? hd_size h).
