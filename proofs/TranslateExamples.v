(** Translations by example: what comes out, what it does, what has no translation, and that the
    hypotheses can be met. *)
From Semantics Require Import Translate.
From Proofs Require Import Nonvacuous TranslateP.
From Proofs Require Import ClassicExamples.

Definition translation (d : dialect) (l : list cword) : option (list insn) :=
  translate d (classic_decode l).
Definition seccomp_target := translated_target LinuxSeccomp [] strict.
Definition socket_target := translated_target LinuxSocket [] strict.
Definition outcome_of (d : dialect) (l : list cword) (e : env) : option Env.result :=
  option_map (fun q => run (translated_target d [] strict) (translated q) e 100) (translation d l).

Definition plain_layout := Layout some_frames 65536 131072 64 0 [] (fun _ => 7) [].

(** ** Seccomp *)
Definition only_getpid :=
  [ld_word 4; jeq 3221225534 1 0; ret 0; ld_word 0; jeq 39 0 1; ret 2147418112; ret 2147483648].
Example only_getpid_translated : translation LinuxSeccomp only_getpid = Some
  [ Alu A32 Mov R0 (Imm 0); Alu A32 Mov R7 (Imm 0); Alu A64 Mov R6 (Reg R1);
    Ldx S4 false R0 R6 4;
    Alu A32 Mov R2 (Imm (-1073741762)); Jmp A64 Jeq R0 (Reg R2) 2;
    Alu A32 Mov R0 (Imm 0); Exit;
    Ldx S4 false R0 R6 0;
    Jmp A64 Jne R0 (Imm 39) 2;
    Alu A32 Mov R0 (Imm 2147418112); Exit;
    Alu A32 Mov R0 (Imm (-2147483648)); Exit ].
Proof. vm_compute. reflexivity. Qed.
Definition call_env (ce : cenv) : env :=
  Env plain_layout (fun a => ce_byte ce (a - l_ctx plain_layout)) (fun _ => quiet 0).
Definition other_call : cenv := syscall ([40; 0; 0; 0; 62; 0; 0; 192] ++ repeat 0 56).
Example only_getpid_runs :
  outcome_of LinuxSeccomp only_getpid (call_env getpid_x64) = Some (Ended 2147418112)
  /\ outcome_of LinuxSeccomp only_getpid (call_env other_call) = Some (Ended 2147483648).
Proof. split; vm_compute; reflexivity. Qed.
(* scratch memory, and a division by X that ends the program *)
Definition divides := [ld_imm 84; st 3; ldx_imm 2; ld_mem 3; (60, 0, 0, 0); ret_a].
Example divides_runs : outcome_of LinuxSeccomp divides (call_env getpid_x64) = Some (Ended 42)
  /\ outcome_of LinuxSeccomp [ld_imm 84; (60, 0, 0, 0); ret 7] (call_env getpid_x64) =
    Some (Ended 0).
Proof. split; vm_compute; reflexivity. Qed.

(** ** Sockets: a packet, its metadata in the context *)
Definition packet_context (ce : cenv) (a : Z) : Z :=
  let i := a - l_ctx plain_layout in
  let byte v k := Z.land (Z.shiftr v (8 * k)) 255 in
  if i <? 4 then byte (ce_len ce) i
  else match find (fun n => match context_field n with
                            | Some (off, _) => (off <=? i) && (i <? off + 4)
                            | None => false
                            end) [0; 4; 20; 24; 32; 44; 48; 60] with
       | Some n => match context_field n with
                   | Some (off, true) =>
                     if i <? off + 2 then byte (metadata ce n) (1 - (i - off)) else 0
                   | Some (off, false) => byte (metadata ce n) (i - off)
                   | None => 0
                   end
       | None => if (40 <=? i) && (i <? 44) then byte (metadata ce 8) (i - 40) else 0
       end.
Definition packet_env (l : list cword) (ce : cenv) : env :=
  answering socket_target
    (match translation LinuxSocket l with Some q => translated q | None => zempty end)
    ce plain_layout (packet_context ce).
Example packet_context_holds l : carries_metadata (packet_env l ipv4) ipv4.
Proof.
  split; [reflexivity|]. split; [vm_compute; reflexivity|]. split.
  - (* the context's fields *) intros n off be C. unfold context_field in C.
    repeat match type of C with (if ?n =? ?k then _ else _) = _ =>
      destruct (Z.eqb_spec n k) as [->|_]; [injection C as <- <-; vm_compute; reflexivity|] end.
    discriminate C.
  - (* the device *) vm_compute. split; [reflexivity | discriminate].
Qed.
(** So the theorem says something of every socket filter and this packet. *)
Example packet_carried l q : translation LinuxSocket l = Some q ->
  well_formed socket_target (packet_env l ipv4) /\
    carries LinuxSocket socket_target (translated q) (packet_env l ipv4) ipv4.
Proof.
  intros T. split; [apply well_formedb_sound; vm_compute; reflexivity|].
  split; [apply packet_context_holds|].
  unfold packet_env. rewrite T. intros n s i c R F A.
  pose proof (answering_state R) as AS.
  unfold answering. cbn [e_ans]. rewrite AS.
  unfold packet_choice, quiet. cbn [an_choice]. rewrite F.
  cbn [obind]. rewrite A. reflexivity.
Qed.
Example only_ip_as_ebpf :
  outcome_of LinuxSocket only_ip (packet_env only_ip ipv4) = Some (Ended 262144)
  /\ outcome_of LinuxSocket only_ip (packet_env only_ip arp) = Some (Ended 0).
Proof. split; vm_compute; reflexivity. Qed.
Definition header_length := [(177, 0, 0, 14); (135, 0, 0, 0); ret_a].
Definition outside := [ld_word 4096; ret 1].
Example header_length_as_ebpf :
  outcome_of LinuxSocket header_length (packet_env header_length ipv4) = Some (Ended 24)
  /\ outcome_of LinuxSocket outside (packet_env outside ipv4) = Some (Ended 0).
Proof. split; vm_compute; reflexivity. Qed.
(** Metadata: the protocol is turned from network order; and an environment whose context says
    otherwise gives something else. *)
Definition protocol := [ld_word skf_ad; ret_a].
Example protocol_as_ebpf :
  outcome_of LinuxSocket protocol (packet_env protocol ipv4) = Some (Ended 7)
  /\ outcome_of LinuxSocket protocol (Env plain_layout (fun _ => 1) (fun _ => quiet 0)) =
    Some (Ended 257).
Proof. split; vm_compute; reflexivity. Qed.

(** ** What has no translation: five ancillary loads, and libpcap's dialect *)
Example no_counterpart :
  map (fun n => translatable LinuxSocket (classic_decode [ld_word (skf_ad + n); ret_a]))
    [0; 4; 8; 12; 16; 20; 24; 28; 32; 36; 40; 44; 48; 52; 56; 60]
  = [true; true; true; false; false; true; true; false; true; true; true; true; true; false; false;
    true].
Proof. vm_compute. reflexivity. Qed.
Example not_translated : translation LinuxSocket [ld_word (skf_ad + 12); ret_a] = None /\
  translation Libpcap only_ip = None.
Proof. split; vm_compute; reflexivity. Qed.
