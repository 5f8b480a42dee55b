(** Numbers in text, as [bpf_strtol] and [bpf_strtoul] read them (kernel/bpf/helpers.c,
    lib/kstrtox.c). *)
From Semantics Require Export Word.

Definition is_space (c : Z) : bool := ((9 <=? c) && (c <=? 13)) || (c =? 32) || (c =? 160).
Definition lower (c : Z) : Z := Z.lor c 32.
(** The value of a digit, or one that no base has. *)
Definition digit (c : Z) : Z :=
  if (48 <=? c) && (c <=? 57) then c - 48
  else if (97 <=? lower c) && (lower c <=? 102) then lower c - 87 else 255.
Fixpoint skip_spaces (bs : list Z) : list Z :=
  match bs with c :: bs' => if is_space c then skip_spaces bs' else bs | [] => [] end.
(** How many digits there are, and the number. *)
Fixpoint digits (base n v : Z) (bs : list Z) : Z * Z :=
  match bs with
  | c :: bs' => if digit c <? base then digits base (n + 1) (v * base + digit c) bs' else (n, v)
  | [] => (n, v)
  end.
Definition has_hex (bs : list Z) : bool :=
  match bs with c :: x :: _ => (c =? 48) && (lower x =? 120) | _ => false end.
(** The base that text without one has: a number after 0x, one that begins with 0, or another. *)
Definition base_of (base : Z) (bs : list Z) : Z :=
  if negb (base =? 0) then base else
  match bs with
  | c :: rest =>
    if negb (c =? 48) then 10
    else if has_hex bs && match rest with _ :: d :: _ => digit d <? 16 | _ => false end then 16
    else 8
  | [] => 10
  end.
Definition length_z (bs : list Z) : Z := Z.of_nat (length bs).
Definition longest_numeral : Z := 63.
(** An error; or how many bytes were read, whether there was a minus, and the number behind it. *)
Definition numeral (text : list Z) (flags : Z) : Z + Z * bool * Z :=
  if negb (existsb (Z.eqb flags) [0; 8; 10; 16]) then inl (- 22) else
  let t := skip_spaces text in
  let '(minus, t) := match t with c :: t' => if c =? 45 then (true, t') else (false, t)
    | [] => (false, t) end in
  let before := length_z text - length_z t in
  let t := firstn (Z.to_nat longest_numeral) t in
  let base := base_of flags t in
  let prefix := if (base =? 16) && has_hex t then 2 else 0 in
  let '(n, v) := digits base 0 0 (skipn (Z.to_nat prefix) t) in
  if word_size <=? v then inl (- 34) else if n =? 0 then inl (- 22)
  else inr (before + prefix + n, minus, v).
(** What the helpers answer, and the number that they write. *)
Definition signed_numeral (text : list Z) (flags : Z) : Z * Z :=
  match numeral text flags with
  | inl e => (e, 0)
  | inr (n, true, v) => if sign64 <? v then (- 34, 0) else (n, wrap (- v))
  | inr (n, false, v) => if sign64 <=? v then (- 34, 0) else (n, v)
  end.
Definition unsigned_numeral (text : list Z) (flags : Z) : Z * Z :=
  match numeral text flags with
  | inl e => (e, 0)
  | inr (_, true, _) => (- 22, 0)
  | inr (n, false, v) => (n, v)
  end.
