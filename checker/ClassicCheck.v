(** The checker of classic programs, by Linux's rules and in Linux's order: every instruction by
    itself, then the last one, then scratch memory, then what seccomp adds.  The verdict names the
    first refusal in that order. For [Libpcap] it is stricter than libpcap, which accepts programs
    that loop, abort, shift too far or read what was never written. *)
From Semantics Require Export Classic.

Inductive creason :=
  | CrEmpty | CrTooLong
  | CrInsn               (* unknown instruction *)
  | CrDivZero | CrShift  (* by a constant *)
  | CrScratchIndex
  | CrJump               (* to a place outside the program, or backward *)
  | CrAncillary          (* unknown *)
  | CrNoReturn           (* the last instruction does not return *)
  | CrScratchUndef       (* scratch memory read before it is written on some path *)
  | CrSeccompInsn        (* not allowed in seccomp *)
  | CrSeccompLoad.       (* misaligned or outside seccomp_data *)
Inductive cverdict := CAccept | CRefuse (pc : Z) (r : creason).

(** libpcap has no limit of its own; its instruction count is an unsigned int *)
Definition linux_max_insns : Z := 4096.
Definition max_insns (d : dialect) : Z := match d with Libpcap => mask32 | _ => linux_max_insns end.
Definition refuse_if (b : bool) (r : creason) : option creason := if b then Some r else None.

(** ** One instruction by itself *)
Definition check_insn (d : dialect) (len pc : Z) (i : cinsn) : option creason :=
  let k := ci_k i in
  if negb (cinsn_ok i) then Some CrInsn else
  match ci_op i with
  | CAlu (CDiv | CMod) CK => refuse_if (k =? 0) CrDivZero
  | CAlu (CLsh | CRsh) CK => refuse_if (32 <=? k) CrShift
  | CLdMem | CLdxMem | CSt | CStx => refuse_if (scratch_size <=? k) CrScratchIndex
  | CJa => refuse_if (len <=? pc + 1 + k) CrJump
  | CJmp _ _ => refuse_if ((len <=? pc + 1 + ci_jt i) || (len <=? pc + 1 + ci_jf i)) CrJump
  | CLdAbs _ =>
      match d with
      | Libpcap => None
      | _ => refuse_if ((skf_ad <=? k) && negb (ancillary k)) CrAncillary
      end
  | _ => None
  end.
Definition check_slot (d : dialect) (len pc : Z) (o : option cinsn) : option creason :=
  match o with Some i => check_insn d len pc i | None => Some CrInsn end.

(** ** What seccomp adds *)
Definition check_seccomp (d : dialect) (len pc : Z) (o : option cinsn) : option creason :=
  match d, o with
  | LinuxSeccomp, Some i =>
      if negb (in_dialect d (ci_op i)) then Some CrSeccompInsn
      else match ci_op i with
           | CLdAbs _ => refuse_if (negb (seccomp_word (ci_k i))) CrSeccompLoad
           | _ => None
           end
  | _, _ => None
  end.

Fixpoint first_refusal (f : Z -> option cinsn -> option creason) (pc : Z) (p : cprog) : cverdict :=
  match p with
  | [] => CAccept
  | o :: p' => match f pc o with Some r => CRefuse pc r | None => first_refusal f (pc + 1) p' end
  end.

(** ** The last instruction *)
Definition is_ret (o : option cinsn) : bool :=
  match o with
  | Some i => match ci_op i with CRetK | CRetA => true | _ => false end
  | None => false
  end.

(** ** Scratch memory: bit k of a mask says that M[k] is written on every path to here. [masks]
    holds what jumps brought to places further on.  Like Linux, it lets what precedes a return flow
    into what follows it. *)
Definition all_written : Z := 65535.
Definition mask_at (masks : zmap Z) (pc : Z) : Z :=
  match zfind pc masks with Some m => m | None => all_written end.
Definition meet_at (masks : zmap Z) (pc m : Z) : zmap Z :=
  zset pc (Z.land (mask_at masks pc) m) masks.

Fixpoint check_scratch (pc valid : Z) (masks : zmap Z) (p : cprog) : cverdict :=
  match p with
  | [] => CAccept
  | None :: p' => CRefuse pc CrInsn
  | Some i :: p' =>
      let v := Z.land valid (mask_at masks pc) in
      match ci_op i with
      | CSt | CStx => check_scratch (pc + 1) (Z.lor v (Z.shiftl 1 (ci_k i))) masks p'
      | CLdMem | CLdxMem =>
          if Z.testbit v (ci_k i) then check_scratch (pc + 1) v masks p'
          else CRefuse pc CrScratchUndef
      | CJa => check_scratch (pc + 1) all_written (meet_at masks (pc + 1 + ci_k i) v) p'
      | CJmp _ _ =>
          check_scratch (pc + 1) all_written
            (meet_at (meet_at masks (pc + 1 + ci_jt i) v) (pc + 1 + ci_jf i) v) p'
      | _ => check_scratch (pc + 1) v masks p'
      end
  end.

(* A match and not a function: extracted code must not run a pass before those it relies on. *)
Local Notation "v 'then_' w" := (match v with CAccept => w | CRefuse pc r => CRefuse pc r end)
  (at level 60, right associativity).
Definition classic_verdict (d : dialect) (p : cprog) : cverdict :=
  let len := clength p in
  if len =? 0 then CRefuse 0 CrEmpty
  else if max_insns d <? len then CRefuse (max_insns d) CrTooLong
  else first_refusal (check_slot d len) 0 p
       then_ (if is_ret (last p None) then CAccept else CRefuse (len - 1) CrNoReturn)
       then_ check_scratch 0 0 zempty p
       then_ first_refusal (check_seccomp d len) 0 p.

Definition classic_check (d : dialect) (p : cprog) : bool :=
  match classic_verdict d p with CAccept => true | CRefuse _ _ => false end.

(** Numbers for reasons, for printing. *)
Definition creason_number (r : creason) : Z :=
  match r with
  | CrEmpty => 0 | CrTooLong => 1 | CrInsn => 2 | CrDivZero => 3 | CrShift => 4
    | CrScratchIndex => 5 | CrJump => 6
  | CrAncillary => 7 | CrNoReturn => 8 | CrScratchUndef => 9 | CrSeccompInsn => 10
    | CrSeccompLoad => 11
  end.
