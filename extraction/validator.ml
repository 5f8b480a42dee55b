(* The proved checkers on bytes: for eBPF the validator of certificates, for the classic kinds the checker, which needs none. *)

let reason = function
  | Core.CrEmpty -> "the program is empty"
  | CrTooLong -> "the program has more than 4096 instructions"
  | CrInsn -> "there is no such instruction"
  | CrDivZero -> "it divides by zero"
  | CrShift -> "it shifts by 32 or more"
  | CrScratchIndex -> "there is no such scratch memory"
  | CrJump -> "it jumps out of the program"
  | CrAncillary -> "there is no such ancillary data"
  | CrNoReturn -> "the last instruction does not return"
  | CrScratchUndef -> "it reads scratch memory that was not written"
  | CrSeccompInsn -> "seccomp does not allow the instruction"
  | CrSeccompLoad -> "it loads from outside the system call's data"

let validate_ebpf image certificate =
  match
    let target = Image.target image in
    (target, Image.program image)
  with
  | exception Bytes_in.Bad s -> Error ("unusable program: " ^ s)
  | target, program -> (
    match Certfile.read certificate with
    | exception Bytes_in.Bad s -> Error ("unusable certificate: " ^ s)
    | c -> if Core.validate target program c then Ok () else Error (Explain.why target program c))

let check_classic dialect image certificate =
  if certificate <> "" then Error "unusable certificate: a classic program has none"
  else
    match Core.classic_verdict dialect (Image.classic_program image) with
    | Core.CAccept -> Ok ()
    | Core.CRefuse (pc, r) -> Error (Printf.sprintf "at instruction %s %s" (Z.to_string pc) (reason r))

(* Accepts only what was proved safe; the reason otherwise. *)
let validate_bytes image certificate =
  match Image.read image with
  | exception Bytes_in.Bad s -> Error ("unusable image: " ^ s)
  | image -> (
    match image.Image.kind with
    | Image.Ebpf -> validate_ebpf image certificate
    | Image.Socket -> check_classic Core.LinuxSocket image certificate
    | Image.Seccomp -> check_classic Core.LinuxSeccomp image certificate)
