(** Classic BPF: instructions, their encoding, and a machine that either ends with a 32-bit result
    or faults. Three dialects differ in what they allow and in corner cases; the dialect is a
    parameter of everything here. The host is little-endian, as for eBPF. *)
From Semantics Require Export Word ZMap.

(** [Libpcap] is libpcap's own interpreter reading a capture file: no kernel metadata. *)
Inductive dialect := LinuxSocket | LinuxSeccomp | Libpcap.

(** * Instructions *)
Inductive csize := CW | CH | CB.                                  (* 4, 2, 1 bytes *)
(* second operand: the constant, the register X *)
Inductive csrc := CK | CX.
Inductive calu := CAdd | CSub | CMul | CDiv | CMod | COr | CAnd | CXor | CLsh | CRsh.
Inductive ccond := CJeq | CJgt | CJge | CJset.
Inductive cop :=
  | CLdAbs (z : csize) | CLdInd (z : csize) | CLdLen | CLdImm | CLdMem    (* into A *)
  (* into X; Msh is 4 * (P[k] & 15) *)
  | CLdxLen | CLdxMsh | CLdxImm | CLdxMem
  | CSt | CStx                                                            (* A, X into M[k] *)
  | CAlu (o : calu) (s : csrc) | CNeg
  | CJa | CJmp (c : ccond) (s : csrc)
  | CRetK | CRetA | CTax | CTxa.

(** All four fields are kept: an instruction that ignores one may hold anything there, and Linux
    accepts it. *)
Record cinsn := CInsn { ci_op : cop; ci_jt : Z; ci_jf : Z; ci_k : Z }.

Definition csrc_code (s : csrc) : Z := match s with CK => 0 | CX => 8 end.
Definition csize_code (z : csize) : Z := match z with CW => 0 | CH => 8 | CB => 16 end.
Definition calu_code (o : calu) : Z :=
  match o with
  | CAdd => 0 | CSub => 16 | CMul => 32 | CDiv => 48 | COr => 64 | CAnd => 80
  | CLsh => 96 | CRsh => 112 | CMod => 144 | CXor => 160
  end.
Definition ccond_code (c : ccond) : Z :=
  match c with CJeq => 16 | CJgt => 32 | CJge => 48 | CJset => 64 end.
Definition cop_code (o : cop) : Z :=
  match o with
  | CLdImm => 0 | CLdAbs z => 32 + csize_code z | CLdInd z => 64 + csize_code z | CLdMem => 96
    | CLdLen => 128
  | CLdxImm => 1 | CLdxMem => 97 | CLdxLen => 129 | CLdxMsh => 177
  | CSt => 2 | CStx => 3
  | CAlu o s => 4 + calu_code o + csrc_code s | CNeg => 132
  | CJa => 5 | CJmp c s => 5 + ccond_code c + csrc_code s
  | CRetK => 6 | CRetA => 22
  | CTax => 7 | CTxa => 135
  end.

Definition all_csizes := [CW; CH; CB].
Definition all_csrcs := [CK; CX].
Definition all_calus := [CAdd; CSub; CMul; CDiv; CMod; COr; CAnd; CXor; CLsh; CRsh].
Definition all_cconds := [CJeq; CJgt; CJge; CJset].
Definition all_cops : list cop :=
  [CLdLen; CLdImm; CLdMem; CLdxLen; CLdxMsh; CLdxImm; CLdxMem; CSt; CStx; CNeg; CJa; CRetK; CRetA;
    CTax; CTxa]
  ++ map CLdAbs all_csizes ++ map CLdInd all_csizes
  ++ flat_map (fun o => map (CAlu o) all_csrcs) all_calus
  ++ flat_map (fun c => map (CJmp c) all_csrcs) all_cconds.
(** the opcode table, once for all decoding *)
Definition cop_table : zmap cop := fold_right (fun o m => zset (cop_code o) o m) zempty all_cops.

(** * Encoding: code (16 bits), jt and jf (8 bits each), k (32 bits), as in [struct sock_filter] *)
Definition cword : Type := Z * Z * Z * Z.
Definition in_bits (n z : Z) : bool := (0 <=? z) && (z <? n).
Definition byte_size : Z := 256.
Definition cinsn_ok (i : cinsn) : bool :=
  in_bits byte_size (ci_jt i) && in_bits byte_size (ci_jf i) && in_bits half_size (ci_k i).
Definition encode_cinsn (i : cinsn) : cword := (cop_code (ci_op i), ci_jt i, ci_jf i, ci_k i).
Definition decode_cinsn (w : cword) : option cinsn :=
  let '(code, jt, jf, k) := w in
  obind (zfind code cop_table) (fun o =>
    let i := CInsn o jt jf k in if cinsn_ok i then Some i else None).

(** A program keeps the place of what is no instruction as [None], so that every input has a verdict
    and a run. *)
Definition cprog : Type := list (option cinsn).
Definition classic_decode : list cword -> cprog := map decode_cinsn.
Definition clength (p : cprog) : Z := Z.of_nat (length p).

(** * Environment: one packet with its metadata, or one system call *)
Record cenv := CEnv {
  ce_byte : Z -> Z;        (**r byte at an offset from the start of the data, below 0 in the
                                headroom; its low 8 bits count *)
  ce_head : Z;             (**r bytes of headroom before the data *)
  ce_len : Z;              (**r bytes of data *)
  ce_wire : Z;             (**r length of the packet on the wire, for [Libpcap]: a capture may hold
                                less *)
  ce_net : Z;              (**r offset of the network header from the start of the data; may be
                                negative *)
  ce_link : option Z;      (**r the same for the link-layer header, where it is known *)
  ce_linear : bool;        (**r the data is in one piece: otherwise Linux finds no netlink
                                attribute *)
  ce_device : bool;        (**r the packet has a device *)
  ce_meta : Z -> Z -> Z }. (**r metadata by ancillary number and pc (random numbers differ by pc);
                                its low 32 bits count *)

Definition cbyte (e : cenv) (i : Z) : Z := Z.land (ce_byte e i) 255.
Definition csize_bytes (z : csize) : Z := match z with CW => 4 | CH => 2 | CB => 1 end.
(** network byte order for packets; the machine's own for system calls and netlink attributes *)
Definition read_be (e : cenv) (z : csize) (i : Z) : Z :=
  match z with
  | CB => cbyte e i
  | CH => cbyte e i * 256 + cbyte e (i + 1)
  | CW => ((cbyte e i * 256 + cbyte e (i + 1)) * 256 + cbyte e (i + 2)) * 256 + cbyte e (i + 3)
  end.
Definition read_le16 (e : cenv) (i : Z) : Z := cbyte e i + 256 * cbyte e (i + 1).
Definition read_le32 (e : cenv) (i : Z) : Z := read_le16 e i + 65536 * read_le16 e (i + 2).

(** ** Packet loads: [None] is a load outside the packet, which ends the program with result 0 *)
Definition skf_net_off : Z := -1048576.
Definition skf_ll_off : Z := -2097152.
(** Linux reads an offset as signed: a negative one counts from the network or the link-layer
    header. It has done so up to the packet's end, and not only in its first piece, since 6.16. *)
Definition linux_place (e : cenv) (i : Z) : option Z :=
  let i := sgn32 i in
  if 0 <=? i then Some i
  else if skf_net_off <=? i then Some (i - skf_net_off + ce_net e)
  else if skf_ll_off <=? i then option_map (fun l => i - skf_ll_off + l) (ce_link e)
  else None.
Definition packet_load (d : dialect) (e : cenv) (z : csize) (i : Z) : option Z :=
  match d with
  | Libpcap => if i + csize_bytes z <=? ce_len e then Some (read_be e z i) else None
  | _ => obind (linux_place e i) (fun p =>
           if (- ce_head e <=? p) && (p + csize_bytes z <=? ce_len e)
           then Some (read_be e z p) else None)
  end.

(** ** Seccomp reads the 64 bytes of [struct seccomp_data] by aligned words *)
Definition seccomp_size : Z := 64.
Definition seccomp_word (k : Z) : bool := in_bits seccomp_size k && (Z.land k 3 =? 0).

(** ** Ancillary loads: Linux gives packet offsets from 2^32 - 4096 on another meaning *)
Definition skf_ad : Z := 4294963200.
Definition ancillary (k : Z) : bool := in_bits 64 (k - skf_ad) && (Z.land k 3 =? 0).

(** the first netlink attribute of a type among those in [rem] bytes from [i] on *)
Fixpoint nla_find (fuel : nat) (e : cenv) (i rem type : Z) : option Z :=
  match fuel with
  | O => None
  | S fuel' =>
      let l := read_le16 e i in
      if (rem <? 4) || (l <? 4) || (rem <? l) then None
      else if Z.land (read_le16 e (i + 2)) 16383 =? type then Some i
      else let step := Z.land (l + 3) 131068 in nla_find fuel' e (i + step) (rem - step) type
  end.
(** its offset in the packet, or 0; each attribute takes at least 4 bytes *)
Definition nla_offset (e : cenv) (i rem type : Z) : Z :=
  match nla_find (Z.to_nat (rem / 4)) e i rem type with Some r => wrap32 r | None => 0 end.
Definition nlattr (e : cenv) (a x : Z) : Z :=
  if negb (ce_linear e) || (ce_len e <? 4) || (ce_len e - 4 <? a) then 0
  else nla_offset e a (ce_len e - a) x.
Definition nlattr_nest (e : cenv) (a x : Z) : Z :=
  if negb (ce_linear e) || (ce_len e <? 4) || (ce_len e - 4 <? a) then 0
  else let l := read_le16 e a in if ce_len e - a <? l then 0 else nla_offset e (a + 4) (l - 4) x.

(** New A, or [None]: without a device Linux ends the program at once, and the result is A as it
    stands. *)
Definition ancillary_load (e : cenv) (pc a x n : Z) : option Z :=
  if n =? 40 then Some (Z.lxor a x)
  else if n =? 12 then Some (nlattr e a x)
  else if n =? 16 then Some (nlattr_nest e a x)
  else if ((n =? 8) || (n =? 28)) && negb (ce_device e) then None
  else Some (wrap32 (ce_meta e n pc)).

(** * The machine *)
Definition scratch_size : Z := 16.
(* no entry: never written *)
Record cstate := CState { cs_pc : Z; cs_a : Z; cs_x : Z; cs_mem : zmap Z }.
Definition classic_init : cstate := CState 0 0 0 zempty.

Inductive cfault :=
  | CfPc               (* no instruction there *)
  | CfInsn             (* unknown, or not of the dialect *)
  | CfScratchIndex | CfScratchUndef
  | CfDivZero          (* by a constant; division by X = 0 ends the program with result 0 *)
  | CfShift            (* by a constant of 32 or more *)
  | CfLoad.            (* unknown ancillary; misaligned or outside [struct seccomp_data] *)
Inductive cnext := CNext (s : cstate) | CEnd (r : Z) | CBad (f : cfault).

Definition in_dialect (d : dialect) (o : cop) : bool :=
  match d with
  | LinuxSeccomp =>
      match o with CLdAbs CH | CLdAbs CB | CLdInd _ | CLdxMsh | CAlu CMod _ => false | _ => true end
  | _ => true
  end.

(** [y] is below 32 for a shift, and not 0 for a division. *)
Definition calu_value (o : calu) (a y : Z) : Z :=
  match o with
  | CAdd => wrap32 (a + y) | CSub => wrap32 (a - y) | CMul => wrap32 (a * y)
  | CDiv => a / y | CMod => a mod y
  | COr => Z.lor a y | CAnd => Z.land a y | CXor => Z.lxor a y
  | CLsh => wrap32 (Z.shiftl a y) | CRsh => Z.shiftr a y
  end.
Inductive calu_result := CValue (a : Z) | CStop | CFail (f : cfault).
Definition calu_exec (d : dialect) (o : calu) (s : csrc) (a y : Z) : calu_result :=
  match o with
  | CDiv | CMod =>
      if y =? 0 then match s with CK => CFail CfDivZero | CX => CStop end
      else CValue (calu_value o a y)
  | CLsh | CRsh =>
      if y <? 32 then CValue (calu_value o a y)
      else match s, d with
           | CK, _ => CFail CfShift
           | CX, Libpcap => CValue 0
           | CX, _ => CValue (calu_value o a (Z.land y 31))
           end
  | _ => CValue (calu_value o a y)
  end.
Definition ccond_holds (c : ccond) (a y : Z) : bool :=
  match c with
  | CJeq => a =? y | CJgt => y <? a | CJge => y <=? a | CJset => negb (Z.land a y =? 0)
  end.

(** A word that was never written holds whatever it held before: libpcap's interpreter does not
    clear its scratch memory. *)
Definition scratch_read (m : zmap Z) (k : Z) : cfault + Z :=
  if in_bits scratch_size k
  then match zfind k m with Some v => inr v | None => inl CfScratchUndef end
  else inl CfScratchIndex.

Definition classic_exec (d : dialect) (e : cenv) (i : cinsn) (s : cstate) : cnext :=
  let '(CState pc a x m) := s in
  let k := ci_k i in
  let to_a v := CNext (CState (pc + 1) v x m) in
  let to_x v := CNext (CState (pc + 1) a v m) in
  let load z at_ := match packet_load d e z at_ with Some v => to_a v | None => CEnd 0 end in
  let store v :=
    if in_bits scratch_size k
    then CNext (CState (pc + 1) a x (zset k v m))
    else CBad CfScratchIndex in
  let jump n := CNext (CState (pc + 1 + n) a x m) in
  let len := match d with
             | LinuxSocket => wrap32 (ce_len e)
             | LinuxSeccomp => seccomp_size
             | Libpcap => wrap32 (ce_wire e)
             end in
  if negb (in_dialect d (ci_op i)) then CBad CfInsn else
  match ci_op i with
  | CLdAbs z =>
      match d with
      | LinuxSeccomp => if seccomp_word k then to_a (read_le32 e k) else CBad CfLoad
      | LinuxSocket =>
          if k <? skf_ad then load z k
          else if ancillary k then
            match ancillary_load e pc a x (k - skf_ad) with Some v => to_a v | None => CEnd a end
          else CBad CfLoad
      | Libpcap => load z k
      end
  | CLdInd z => load z (x + k)
  | CLdLen => to_a len
  | CLdImm => to_a k
  | CLdMem => match scratch_read m k with inr v => to_a v | inl f => CBad f end
  | CLdxLen => to_x len
  | CLdxMsh => match packet_load d e CB k with Some v => to_x (4 * Z.land v 15) | None => CEnd 0 end
  | CLdxImm => to_x k
  | CLdxMem => match scratch_read m k with inr v => to_x v | inl f => CBad f end
  | CSt => store a
  | CStx => store x
  | CAlu o src =>
      match calu_exec d o src a (match src with CK => k | CX => x end) with
      | CValue v => to_a v
      | CStop => CEnd 0
      | CFail f => CBad f
      end
  | CNeg => to_a (wrap32 (- a))
  | CJa =>
      (* libpcap's pc wraps around, which makes loops; Linux computes the same sum but refuses such
         a jump *)
      match d with Libpcap => CNext (CState (wrap32 (pc + 1 + k)) a x m) | _ => jump k end
  | CJmp c src =>
    if ccond_holds c a (match src with CK => k | CX => x end)
    then jump (ci_jt i) else jump (ci_jf i)
  | CRetK => CEnd k
  | CRetA => CEnd a
  | CTax => to_x a
  | CTxa => to_a x
  end.

(** The program as a map, so that a step costs the same anywhere in it. *)
Definition ccode : Type := zmap (option cinsn).
Fixpoint code_from (pc : Z) (p : cprog) (m : ccode) : ccode :=
  match p with [] => m | i :: p' => code_from (pc + 1) p' (zset pc i m) end.
Definition classic_code (p : cprog) : ccode := code_from 0 p zempty.

Definition classic_step (d : dialect) (c : ccode) (e : cenv) (s : cstate) : cnext :=
  match zfind (cs_pc s) c with
  | Some (Some i) => classic_exec d e i s
  | Some None => CBad CfInsn
  | None => CBad CfPc
  end.

(* COut: out of fuel *)
Inductive coutcome := CDone (r : Z) | CFault (f : cfault) (pc : Z) | COut (s : cstate).
Fixpoint classic_steps (d : dialect) (c : ccode) (e : cenv) (n : nat) (s : cstate) : coutcome :=
  match n with
  | O => COut s
  | S n' =>
      match classic_step d c e s with
      | CNext s' => classic_steps d c e n' s'
      | CEnd r => CDone r
      | CBad f => CFault f (cs_pc s)
      end
  end.
Definition classic_run (d : dialect) (p : cprog) (e : cenv) (n : nat) : coutcome :=
  classic_steps d (classic_code p) e n classic_init.

(** Numbers for faults, for printing. *)
Definition cfault_number (f : cfault) : Z :=
  match f with
  | CfPc => 0 | CfInsn => 1 | CfScratchIndex => 2 | CfScratchUndef => 3 | CfDivZero => 4
    | CfShift => 5 | CfLoad => 6
  end.
