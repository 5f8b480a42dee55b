(* The reference interpreter: the proved-about [step], run in the concrete environment of semantics/Concrete.v. *)
open Bytes_in

type environment = { concrete : Core.concrete; fuel : Z.t }

(* Regions are searched one by one, so that more map values than this would take too long. *)
let most_values = 1_000_000

(* Bytes of context, packet and maps become lists. *)
let most_bytes = 4 lsl 20

let byte_list s = List.init (String.length s) (fun i -> Z.of_int (Char.code s.[i]))

let read_environment maps bytes =
  let initial = List.fold_left (fun n m -> n + String.length m.Image.initial) 0 maps in
  if String.length bytes + initial > most_bytes then bad "it has more than %d bytes" most_bytes;
  let r = make bytes in
  magic r "an environment" "WENV";
  (match u8 r with 1 -> () | v -> bad "version %d is not known" v);
  let k_stack = u64 r in
  let k_ctx = u64 r in
  let k_pkt = u64 r in
  let k_maps = u64 r in
  let k_vals = u64 r in
  let k_seed = u64 r in
  let fuel = u64 r in
  let k_ctx_bytes = byte_list (string r (u32 r)) in
  let k_packet = byte_list (string r (u32 r)) in
  let n = u32 r in
  if n <> List.length maps then bad "it has entries for %d maps, and the program has %d" n (List.length maps);
  let entries map =
    let key = Z.to_int map.Image.def.Core.m_key in
    let value = Z.to_int map.Image.def.Core.m_value in
    let entry l =
      let k = byte_list (string r key) in
      (k, byte_list (string r value)) :: l
    in
    let n = u32 r in
    if key + value = 0 && n > 0 then bad "it has entries of no bytes";
    let given = List.rev (repeat n entry []) in
    if map.def.Core.m_data <> None && given <> [] then bad "it has entries for a map that holds constants";
    if map.initial = "" then given else (byte_list (String.make key '\000'), byte_list map.initial) :: given
  in
  let k_entries = List.rev (List.rev_map entries maps) in
  finish r;
  { concrete = { Core.k_stack; k_ctx; k_pkt; k_maps; k_vals; k_seed; k_ctx_bytes; k_packet; k_entries }; fuel }

let fault_name = function
  | Core.BadPc -> "bad-pc"
  | UndefinedRegister -> "undefined-register"
  | FrameWrite -> "frame-pointer-write"
  | OutOfBounds -> "out-of-bounds"
  | ReadOnly -> "read-only"
  | BadContext -> "bad-context-access"
  | UndefinedStack -> "undefined-stack"
  | Misaligned -> "misaligned"
  | BadHelperArgument -> "bad-helper-argument"
  | UnknownHelper -> "unknown-helper"
  | BadMap -> "bad-map"
  | StackOverflow -> "stack-overflow"
  | BadInstruction -> "bad-instruction"
  | BadCallback -> "bad-callback-result"
  | Leak -> "leaked-reference"

(* {1 Lines of text} *)

let hex z = "\"0x" ^ Z.format "%x" z ^ "\""

let region_name = function
  | Core.KStack k -> if Z.equal k Z.zero then "stack" else "stack" ^ Z.to_string k
  | KCtx -> "ctx"
  | KPacket -> "packet"
  | KValue (m, j) -> Printf.sprintf "map%s[%s]" (Z.to_string m) (Z.to_string j)
  | KRef RecordRef -> "record"
  | KRef (SocketRef | SockCommonRef) -> "socket"
  | KRef (ObjectRef _) -> "object"
  | KObject i -> "object" ^ Z.to_string i

let trace_line program (s : Core.state) =
  let reg r = match Core.get r s.regs with Some x -> hex x | None -> "null" in
  let write =
    match Option.bind (Core.zfind s.pc program) (Core.written_by s) with
    | None -> "null"
    | Some ((kind, offset), bytes) ->
      let bytes = String.concat "" (List.map (fun b -> Printf.sprintf "%02x" (Z.to_int b)) bytes) in
      Printf.sprintf "{\"region\":\"%s\",\"off\":%s,\"bytes\":\"%s\"}" (region_name kind) (Z.to_string offset) bytes
  in
  Printf.sprintf "{\"pc\":%s,\"regs\":[%s],\"write\":%s}" (Z.to_string s.pc)
    (String.concat "," (List.map reg Core.all_regs))
    write

let ended r steps = Printf.sprintf "{\"result\":%s,\"steps\":%s,\"fault\":null}" (hex r) (Z.to_string steps)

let faulted kind pc steps =
  Printf.sprintf "{\"result\":null,\"steps\":%s,\"fault\":{\"kind\":\"%s\",\"pc\":%s}}" (Z.to_string steps) kind (Z.to_string pc)

(* {1 Running} *)

let execute target program env trace =
  let rec go (s : Core.state) world steps =
    if Z.geq steps env.fuel then faulted "out-of-fuel" s.pc steps
    else begin
      let steps = Z.succ steps in
      Option.iter (fun line -> if Core.zfind s.pc program <> None then line (trace_line program s)) trace;
      match Core.concrete_step target program env.concrete s world with
      | Core.Next s, world -> go s world steps
      | Core.Done r, _ -> ended r steps
      | Core.Fault (k, pc), _ -> faulted (fault_name k) pc steps
    end
  in
  let s, world = Core.concrete_init target env.concrete in
  go s world Z.zero

(* {1 Classic programs} *)

(* A packet with its metadata, or the data of a system call (docs/formats.md), and the most steps. *)
let read_packet bytes =
  let r = make bytes in
  magic r "a packet" "WPKT";
  (match u8 r with 2 -> () | v -> bad "version %d is not known" v);
  let fuel = u64 r in
  let flags = u8 r in
  let meta = Array.init 16 (fun _ -> Z.of_int (u32 r)) in
  let signed () = Z.signed_extract (Z.of_int (u32 r)) 0 32 in
  let ce_net = signed () in
  let link = signed () in
  let data = string r (u32 r) in
  finish r;
  let length = Z.of_int (String.length data) in
  let byte i = if Z.sign i < 0 || Z.geq i length then Z.zero else Z.of_int (Char.code data.[Z.to_int i]) in
  ( { Core.ce_byte = byte; ce_head = Z.zero; ce_len = length; ce_wire = length; ce_net;
      ce_link = (if flags land 2 <> 0 then Some link else None); ce_linear = true; ce_device = flags land 1 <> 0;
      ce_meta = (fun n _ -> meta.(Z.to_int n / 4)) },
    fuel )

let classic_fault_name = function
  | Core.CfPc -> "bad-pc"
  | CfInsn -> "unknown-instruction"
  | CfScratchIndex -> "scratch-index"
  | CfScratchUndef -> "scratch-undefined"
  | CfDivZero -> "division-by-zero"
  | CfShift -> "bad-shift"
  | CfLoad -> "bad-load"

let classic_trace_line insn (s : Core.cstate) =
  let store k v =
    let bytes = List.init 4 (fun i -> Printf.sprintf "%02x" (Z.to_int (Z.extract v (8 * i) 8))) in
    if Z.geq k Core.scratch_size then "null"
    else Printf.sprintf "{\"region\":\"scratch\",\"off\":%d,\"bytes\":\"%s\"}" (4 * Z.to_int k) (String.concat "" bytes)
  in
  let write =
    match insn with
    | Some { Core.ci_op = CSt; ci_k; _ } -> store ci_k s.cs_a
    | Some { Core.ci_op = CStx; ci_k; _ } -> store ci_k s.cs_x
    | _ -> "null"
  in
  Printf.sprintf "{\"pc\":%s,\"a\":%s,\"x\":%s,\"write\":%s}" (Z.to_string s.cs_pc) (hex s.cs_a) (hex s.cs_x) write

let run_classic dialect program environment trace =
  match read_packet environment with
  | exception Bad s -> Error ("unusable packet: " ^ s)
  | env, fuel ->
    let code = Core.classic_code program in
    let rec go (s : Core.cstate) steps =
      if Z.geq steps fuel then faulted "out-of-fuel" s.cs_pc steps
      else begin
        let steps = Z.succ steps in
        Option.iter (fun line -> Option.iter (fun insn -> line (classic_trace_line insn s)) (Core.zfind s.cs_pc code)) trace;
        match Core.classic_step dialect code env s with
        | Core.CNext s -> go s steps
        | Core.CEnd r -> ended r steps
        | Core.CBad f -> faulted (classic_fault_name f) s.cs_pc steps
      end
    in
    Ok (go Core.classic_init Z.zero)

(* {1 Any program} *)

(* The last line; [trace] gets a line a step.  Otherwise why it cannot be run. *)
let run_ebpf image environment trace =
  match
    let target = Image.target image in
    let values = List.fold_left (fun n m -> Z.add n (Core.slots_of m)) Z.zero (Core.all_maps target) in
    if Z.gt values (Z.of_int most_values) then bad "its maps have %s values, and %d are allowed" (Z.to_string values) most_values;
    (target, Image.program image, image.maps)
  with
  | exception Bad s -> Error ("unusable program: " ^ s)
  | target, program, maps -> (
    match read_environment maps environment with
    | exception Bad s -> Error ("unusable environment: " ^ s)
    | env -> Ok (execute target program env trace))

let run image environment trace =
  match Image.read image with
  | exception Bad s -> Error ("unusable program: " ^ s)
  | image -> (
    match image.Image.kind with
    | Image.Ebpf -> run_ebpf image environment trace
    | Image.Socket -> run_classic Core.LinuxSocket (Image.classic_program image) environment trace
    | Image.Seccomp -> run_classic Core.LinuxSeccomp (Image.classic_program image) environment trace)
