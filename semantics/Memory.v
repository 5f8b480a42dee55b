(** Memory: what the environment put there (any function; only the low byte counts), under what was
    written since. A written byte of 256 or more is undefined: its frame was entered anew, and its
    low byte is a leftover. *)
From Semantics Require Export ZMap Reference.

Record memory := Mem { m_base : Z -> Z; m_over : zmap Z }.

Definition read (m : memory) (b : Z) : Z :=
  Z.land (match zfind b (m_over m) with Some v => v | None => m_base m b end) 255.
Definition byte_size : Z := 256.
Definition write (m : memory) (b v : Z) : memory :=
  Mem (m_base m) (zset b (Z.land v 255) (m_over m)).
(** Has the program or a helper written this byte?  A stack byte that nobody wrote is undefined. *)
Definition written (m : memory) (b : Z) : bool := match zfind b (m_over m) with Some v =>
  v <? byte_size | None => false end.
(** An undefined byte may change at any time, and stays undefined. *)
Definition write_undefined (m : memory) (b v : Z) : memory :=
  if written m b then m else Mem (m_base m) (zset b (Z.lor byte_size (Z.land v 255)) (m_over m)).
(** The [n] bytes from [a] become undefined; they keep what was there. *)
Fixpoint forget (m : memory) (a : Z) (n : nat) : memory :=
  match n with
  | O => m
  | S k =>
    let m := match zfind a (m_over m) with Some v =>
      Mem (m_base m) (zset a (Z.lor byte_size v) (m_over m)) | None => m end in
    forget m (a + 1) k
  end.

(** Little-endian numbers of [n] bytes at address [a]. *)
Fixpoint load (m : memory) (a : Z) (n : nat) : Z :=
  match n with O => 0 | S k => read m a + 256 * load m (a + 1) k end.
Fixpoint store (m : memory) (a : Z) (n : nat) (v : Z) : memory :=
  match n with O => m | S k => write (store m (a + 1) k (Z.shiftr v 8)) a (Z.land v 255) end.
Fixpoint all_written (m : memory) (a : Z) (n : nat) : bool :=
  match n with O => true | S k => written m a && all_written m (a + 1) k end.
(** [n] bytes from [a], of a list that is continued with zeros. *)
Fixpoint fill (m : memory) (a : Z) (n : nat) (bs : list Z) : memory :=
  match n with
  | O => m
  | S k => match bs with
           | [] => fill (write m a 0) (a + 1) k []
           | b :: bs' => fill (write m a b) (a + 1) k bs'
           end
  end.

(** The same where the list has a byte; where it has a negative number, or ends, nothing is
    written. *)
Fixpoint fill_some (m : memory) (a : Z) (n : nat) (bs : list Z) : memory :=
  match n, bs with
  | S k, b :: bs' => fill_some (if b <? 0 then m else write m a b) (a + 1) k bs'
  | _, _ => m
  end.

(** A region: a range of live addresses.  [r_shared]: other processors may write it at any time. *)
Inductive kind := KStack (frame : Z) | KCtx | KPacket | KValue (map index : Z)
  | KRef (k : ref_kind) | KObject (type : Z).
Definition is_packet (k : kind) : bool := match k with KPacket => true | _ => false end.
Record region := Region { r_kind : kind; r_base : Z; r_size : Z; r_write : bool; r_shared : bool }.
Definition inside (r : region) (a n : Z) : bool := (r_base r <=? a)
  && (a + n <=? r_base r + r_size r).
(** The first live region that holds [n] bytes at [a], and that may be written if [w]. *)
Definition find_region (live : list region) (w : bool) (a n : Z) : option region :=
  find (fun r => inside r a n && (negb w || r_write r)) live.
Definition in_shared (live : list region) (b : Z) : bool :=
  existsb (fun r => r_shared r && inside r b 1) live.
Definition disjoint (r1 r2 : region) : Prop :=
  r_base r1 + r_size r1 <= r_base r2 \/ r_base r2 + r_size r2 <= r_base r1.
