(** Classic BPF by example: for each rule of the checker an accepted program and a refused twin, a
    run in an environment of each dialect, and proofs that what is refused can indeed fault. *)
From Checker Require Import ClassicCheck.

(** ** Programs as [struct sock_filter] words: code, jt, jf, k *)
Definition accepts (d : dialect) (l : list cword) : Prop :=
  classic_check d (classic_decode l) = true.
Definition refuses (d : dialect) (l : list cword) (pc : Z) (r : creason) : Prop :=
  classic_verdict d (classic_decode l) = CRefuse pc r.
Ltac by_vm := vm_compute; reflexivity.

Definition ret (k : Z) : cword := (6, 0, 0, k).
Definition ret_a : cword := (22, 0, 0, 0).
Definition ld_imm (k : Z) : cword := (0, 0, 0, k).
Definition ldx_imm (k : Z) : cword := (1, 0, 0, k).
Definition ld_word (k : Z) : cword := (32, 0, 0, k).
Definition ld_half (k : Z) : cword := (40, 0, 0, k).
Definition ld_mem (k : Z) : cword := (96, 0, 0, k).
Definition ldx_mem (k : Z) : cword := (97, 0, 0, k).
Definition st (k : Z) : cword := (2, 0, 0, k).
Definition stx (k : Z) : cword := (3, 0, 0, k).
Definition ja (k : Z) : cword := (5, 0, 0, k).
Definition jeq (k jt jf : Z) : cword := (21, jt, jf, k).

(** ** Environments *)
Definition bytes_from (l : list Z) (i : Z) : Z := nth (Z.to_nat i) l 0.
(** an Ethernet packet in one piece, seen from its link-layer header on, with every metadata word
    7 *)
Definition packet (l : list Z) : cenv :=
  let n := Z.of_nat (length l) in CEnv (bytes_from l) 0 n n 14 (Some 0) true true (fun _ _ => 7).
(** one system call: number, architecture, instruction pointer and arguments as bytes *)
Definition syscall (l : list Z) : cenv := packet l.
Definition arp : cenv := packet (repeat 255 12 ++ [8; 6; 0; 1; 8; 0; 6; 4; 0; 1]).
Definition ipv4 : cenv := packet (repeat 255 12 ++ [8; 0; 70; 0; 0; 40; 0; 0; 0; 0; 64; 6]).
Definition getpid_x64 : cenv := syscall ([39; 0; 0; 0; 62; 0; 0; 192] ++ repeat 0 56).

Definition result (d : dialect) (l : list cword) (e : cenv) : coutcome :=
  classic_run d (classic_decode l) e (length l).

(** ** Runs *)
(* [tcpdump ip] *)
Definition only_ip := [ld_half 12; jeq 2048 0 1; ret 262144; ret 0].
Example only_ip_accepted : accepts LinuxSocket only_ip /\ accepts Libpcap only_ip.
Proof. split; by_vm. Qed.
Example only_ip_not_seccomp : refuses LinuxSeccomp only_ip 0 CrSeccompInsn.
Proof. by_vm. Qed.
Example only_ip_runs : result LinuxSocket only_ip ipv4 = CDone 262144 /\
  result LinuxSocket only_ip arp = CDone 0.
Proof. split; by_vm. Qed.
(* the length of an IPv4 header with options *)
Example msh_runs : result LinuxSocket [(177, 0, 0, 14); (135, 0, 0, 0); ret_a] ipv4 = CDone 24.
Proof. by_vm. Qed.
(* the same byte from the network header: ld_byte [-0x100000] *)
Example net_offset_runs : result LinuxSocket [(48, 0, 0, W32 - 1048576); ret_a] ipv4 = CDone 70.
Proof. by_vm. Qed.
(* outside the packet the result is 0 *)
Example outside_runs : result LinuxSocket [ld_word 4096; ret 1] ipv4 = CDone 0.
Proof. by_vm. Qed.
(* an indirect offset wraps around in Linux, and not in libpcap *)
Definition wrapping := [ldx_imm 4294967295; (80, 0, 0, 1); ret 1].
Example wrapping_runs : result LinuxSocket wrapping ipv4 = CDone 1 /\
  result Libpcap wrapping ipv4 = CDone 0.
Proof. split; by_vm. Qed.
(* allow getpid on x86-64 only, kill otherwise *)
Definition only_getpid :=
  [ld_word 4; jeq 3221225534 0 3; ld_word 0; jeq 39 0 1; ret 2147418112; ret 0].
Example only_getpid_accepted : accepts LinuxSeccomp only_getpid.
Proof. by_vm. Qed.
Example only_getpid_runs :
  result LinuxSeccomp only_getpid getpid_x64 = CDone 2147418112 /\
  result LinuxSeccomp only_getpid (syscall (repeat 0 64)) = CDone 0.
Proof. split; by_vm. Qed.
Example seccomp_len_runs : result LinuxSeccomp [(128, 0, 0, 0); ret_a] getpid_x64 = CDone 64.
Proof. by_vm. Qed.
(* metadata; without a device, reading the interface index ends the program with A *)
Definition ifindex := [ld_imm 5; ld_word (skf_ad + 8); ret_a].
Example ifindex_runs :
  accepts LinuxSocket ifindex /\ result LinuxSocket ifindex arp = CDone 7 /\
  result LinuxSocket ifindex (CEnv (fun _ => 0) 0 0 0 0 None true false (fun _ _ => 7)) = CDone 5.
Proof. split; [|split]; by_vm. Qed.
(* netlink attributes: the second of two, of type 9, found from offset 0; and inside an attribute
   that nests both *)
Definition attributes := packet [5; 0; 3; 0; 1; 0; 0; 0; 4; 0; 9; 0].
Definition nested := packet [16; 0; 1; 128; 5; 0; 3; 0; 1; 0; 0; 0; 4; 0; 9; 0].
Example nlattr_runs :
  result LinuxSocket [ldx_imm 9; ld_word (skf_ad + 12); ret_a] attributes = CDone 8 /\
  result LinuxSocket [ldx_imm 9; ld_word (skf_ad + 16); ret_a] nested = CDone 12.
Proof. split; by_vm. Qed.
(* shifts by X: masked in Linux, 0 in libpcap *)
Definition shift_x := [ld_imm 1; ldx_imm 33; (108, 0, 0, 0); ret_a].
Example shift_x_runs : result LinuxSocket shift_x arp = CDone 2 /\
  result Libpcap shift_x arp = CDone 0.
Proof. split; by_vm. Qed.
(* division by X = 0 ends with 0 *)
Definition div_x := [ld_imm 6; (60, 0, 0, 0); ret 1].
Example div_x_runs : accepts LinuxSeccomp div_x /\ result LinuxSeccomp div_x getpid_x64 = CDone 0.
Proof. split; by_vm. Qed.

(** ** Each rule: accepted, and refused *)
Example length_rule :
  refuses LinuxSocket [] 0 CrEmpty /\ accepts LinuxSocket [ret 0] /\
  accepts LinuxSocket (repeat (ret 0) 4096) /\
    refuses LinuxSocket (repeat (ret 0) 4097) 4096 CrTooLong /\
  accepts Libpcap (repeat (ret 0) 4097).
Proof. repeat (split; [by_vm|]); by_vm. Qed.
(* LD|W|MSH, RET X and a code above all opcodes do not exist *)
Example opcode_rule :
  accepts LinuxSocket [(177, 0, 0, 0); ret 0] /\
    refuses LinuxSocket [(161, 0, 0, 0); ret 0] 0 CrInsn /\
  refuses LinuxSocket [(14, 0, 0, 0)] 0 CrInsn /\
    refuses LinuxSocket [ret 0; (65535, 0, 0, 0); ret 0] 1 CrInsn.
Proof. repeat (split; [by_vm|]); by_vm. Qed.
(* fields that an instruction does not use may hold anything *)
Example unused_fields_rule : accepts LinuxSocket [(7, 255, 255, 4294967295); (22, 1, 2, 3)].
Proof. by_vm. Qed.
Example division_rule :
  accepts LinuxSocket [(52, 0, 0, 1); (148, 0, 0, 1); ret 0] /\
  refuses LinuxSocket [(52, 0, 0, 0); ret 0] 0 CrDivZero /\
    refuses LinuxSocket [(148, 0, 0, 0); ret 0] 0 CrDivZero.
Proof. repeat (split; [by_vm|]); by_vm. Qed.
Example shift_rule :
  accepts LinuxSocket [(100, 0, 0, 31); (116, 0, 0, 31); ret 0] /\
  refuses LinuxSocket [(100, 0, 0, 32); ret 0] 0 CrShift /\
    refuses LinuxSocket [(116, 0, 0, 32); ret 0] 0 CrShift.
Proof. repeat (split; [by_vm|]); by_vm. Qed.
Example scratch_index_rule :
  accepts LinuxSocket [st 15; stx 15; ld_mem 15; ldx_mem 15; ret 0] /\
  refuses LinuxSocket [st 16; ret 0] 0 CrScratchIndex /\
    refuses LinuxSocket [ldx_mem 4294967295; ret 0] 0 CrScratchIndex.
Proof. repeat (split; [by_vm|]); by_vm. Qed.
Example jump_rule :
  accepts LinuxSocket [ja 0; ret 0] /\ refuses LinuxSocket [ja 1; ret 0] 0 CrJump /\
  accepts LinuxSocket [jeq 0 0 0; ret 0] /\
  refuses LinuxSocket [jeq 0 1 0; ret 0] 0 CrJump /\
    refuses LinuxSocket [jeq 0 0 1; ret 0] 0 CrJump /\
  refuses LinuxSocket [ja 4294967295; ret 0] 0 CrJump /\
    refuses Libpcap [ja 4294967295; ret 0] 0 CrJump.
Proof. repeat (split; [by_vm|]); by_vm. Qed.
Example ancillary_rule :
  accepts LinuxSocket [ld_word (skf_ad + 60); ret 0] /\
    accepts LinuxSocket [ld_word (skf_ad - 1); ret 0] /\
  refuses LinuxSocket [ld_word (skf_ad + 64); ret 0] 0 CrAncillary /\
  refuses LinuxSocket [ld_word (skf_ad + 2); ret 0] 0 CrAncillary /\
    accepts Libpcap [ld_word (skf_ad + 64); ret 0].
Proof. repeat (split; [by_vm|]); by_vm. Qed.
Example last_rule :
  accepts LinuxSocket [ret_a] /\ refuses LinuxSocket [ret 0; ld_imm 0] 1 CrNoReturn.
Proof. split; by_vm. Qed.
(* written on one path only; on both; and after a return nothing is known to be written but what was
   before it *)
Example scratch_rule :
  refuses LinuxSocket [jeq 0 0 1; st 3; ld_mem 3; ret 0] 2 CrScratchUndef /\
  accepts LinuxSocket [jeq 0 0 2; st 3; ja 1; st 3; ld_mem 3; ret 0] /\
  accepts LinuxSocket [ja 1; ld_mem 3; ret 0] /\
  refuses LinuxSocket [ret 0; ld_mem 3; ret 0] 1 CrScratchUndef /\
  refuses Libpcap [ld_mem 3; ret 0] 0 CrScratchUndef.
Proof. repeat (split; [by_vm|]); by_vm. Qed.
Example seccomp_rule :
  accepts LinuxSeccomp [ld_word 60; ret 0] /\
    refuses LinuxSeccomp [ld_word 64; ret 0] 0 CrSeccompLoad /\
  refuses LinuxSeccomp [ld_word 2; ret 0] 0 CrSeccompLoad /\
    refuses LinuxSeccomp [ld_half 0; ret 0] 0 CrSeccompInsn /\
  refuses LinuxSeccomp [(148, 0, 0, 1); ret 0] 0 CrSeccompInsn /\
  refuses LinuxSeccomp [ld_word skf_ad; ret 0] 0 CrSeccompLoad /\
  (* Linux's common rules come first, wherever they fail *)
  refuses LinuxSeccomp [ld_half 0; (52, 0, 0, 0); ret 0] 1 CrDivZero.
Proof. repeat (split; [by_vm|]); by_vm. Qed.

(** ** What is refused can fault *)
Definition can_fault (d : dialect) (l : list cword) (f : cfault) (pc : Z) : Prop :=
  classic_check d (classic_decode l) = false /\
    exists e n, classic_run d (classic_decode l) e n = CFault f pc.
Ltac fault := split; [by_vm | exists arp, 4%nat; by_vm].
Example empty_faults : can_fault LinuxSocket [] CfPc 0. Proof. fault. Qed.
Example opcode_faults : can_fault LinuxSocket [(14, 0, 0, 0)] CfInsn 0. Proof. fault. Qed.
Example division_faults : can_fault LinuxSocket [(52, 0, 0, 0); ret 0] CfDivZero 0.
Proof. fault. Qed.
Example shift_faults : can_fault LinuxSocket [(100, 0, 0, 32); ret 0] CfShift 0. Proof. fault. Qed.
Example scratch_index_faults : can_fault LinuxSocket [st 16; ret 0] CfScratchIndex 0.
Proof. fault. Qed.
Example scratch_undef_faults :
  can_fault LinuxSocket [jeq 0 1 0; st 3; ld_mem 3; ret 0] CfScratchUndef 2.
Proof. fault. Qed.
Example jump_faults : can_fault LinuxSocket [ja 7; ret 0] CfPc 8. Proof. fault. Qed.
Example end_faults : can_fault LinuxSocket [ld_imm 0] CfPc 1. Proof. fault. Qed.
Example ancillary_faults : can_fault LinuxSocket [ld_word (skf_ad + 64); ret 0] CfLoad 0.
Proof. fault. Qed.
Example seccomp_load_faults : can_fault LinuxSeccomp [ld_word 64; ret 0] CfLoad 0.
Proof. fault. Qed.
Example seccomp_insn_faults : can_fault LinuxSeccomp [(148, 0, 0, 1); ret 0] CfInsn 0.
Proof. fault. Qed.

(** libpcap's own check accepts this one; it runs for ever. *)
Definition endless := [ja 4294967295; ret 0].
Example endless_runs e n : exists s, classic_run Libpcap (classic_decode endless) e n = COut s.
Proof.
  unfold classic_run.
  assert (STEP : classic_step Libpcap (classic_code (classic_decode endless)) e classic_init =
      CNext classic_init)
    by reflexivity.
  induction n as [|n IH]; cbn [classic_steps]; [eauto|]. rewrite STEP. exact IH.
Qed.
