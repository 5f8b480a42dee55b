(* Reads a program image (docs/formats.md). *)
open Bytes_in

type kind = Ebpf | Socket | Seccomp
type map = { def : Core.map_def; flags : int; initial : string }

type t = {
  kind : kind;
  program_type : int;
  attach_type : int;
  context_size : int;
  arguments : Core.argument list;
  result : Core.hook_result;
  types : Core.type_def list;
  profile : Core.profile;
  maps : map list;
  words : Z.t list; (* each instruction slot as a little-endian number *)
}

let most_maps = 65536
let most_arguments = 12

(* They are searched one by one, and each has an address of its own to run in. *)
let most_types = 4096
let most_pointers = 65536
let most_parts = 4096
let most_bytes_of_type = 16_777_216
let most_instructions = 1_000_000

let list n f = List.rev (repeat n (fun acc -> f () :: acc) [])

(* This bit of an argument says that it may be null. *)
let or_null = 1 lsl 31

let argument r () =
  match u32 r with 0 -> Core.Number | 1 -> Core.Hidden | 2 -> Core.Result
  | n when n land or_null <> 0 && n - or_null >= 3 -> Core.PointerOrNull (Z.of_int (n - or_null - 3))
  | n -> Core.Pointer (Z.of_int (n - 3))

let kernel_type r () =
  let size = u32 r in
  if size > most_bytes_of_type then bad "a type of %d bytes is too large" size;
  let ty_name = string r (u32 r) in
  let n = u32 r in
  if n > most_pointers then bad "a type has %d pointers, and %d are allowed" n most_pointers;
  let at () =
    let offset = u32 r in
    (Z.of_int offset, Z.of_int (u32 r))
  in
  let ty_pointers = list n at in
  let n = u32 r in
  if n > most_parts then bad "a type has %d parts, and %d are allowed" n most_parts;
  { Core.ty_name; ty_size = Z.of_int size; ty_pointers; ty_parts = list n at }

let map r () =
  let kind = u32 r in
  let key = u32 r in
  let value = u32 r in
  let entries = u32 r in
  let flags = u32 r in
  let read_only = match u8 r with 0 -> false | 1 -> true | n -> bad "%d is no read-only flag" n in
  let inner = u32 r in
  let initial = string r (u32 r) in
  let z = Z.of_int in
  if (inner <> 0) <> List.mem (z kind) Core.outer_maps then bad "a map of type %d holds maps or not, and says otherwise" kind;
  if List.mem (z kind) Core.redirect_maps && not read_only then bad "programs may not write a map of type %d" kind;
  { def = { Core.m_type = z kind; m_key = z key; m_value = z value; m_max = z entries; m_ro = read_only;
            m_data = (if read_only && initial <> "" then Some (Z.of_bits initial) else None);
            m_inner = (if inner = 0 then None else Some (z (inner - 1))) };
    flags; initial }

let read bytes =
  let r = make bytes in
  magic r "a program image" "WIMG";
  (match u8 r with 4 -> () | v -> bad "version %d is not known" v);
  let kind = match u8 r with 0 -> Ebpf | 1 -> Socket | 2 -> Seccomp | k -> bad "kind %d is not known" k in
  let profile = match u8 r with 0 -> Core.root | 1 -> Core.strict | p -> bad "profile %d is not known" p in
  if u8 r <> 0 then bad "byte 7 is not 0";
  let program_type = u32 r in
  let attach_type = u32 r in
  let context_size = u32 r in
  let n = u32 r in
  if n > most_arguments then bad "it has %d arguments, and %d are allowed" n most_arguments;
  let arguments = list n (argument r) in
  let result = match u8 r with 0 -> Core.UsualResult | 1 -> Core.NoResult | 2 -> Core.BooleanResult | n -> bad "%d does not say whether there is a result" n in
  let n = u32 r in
  if n > most_types then bad "it has %d types, and %d are allowed" n most_types;
  let types = list n (kernel_type r) in
  let maps = u32 r in
  if maps > most_maps then bad "it has %d maps, and %d are allowed" maps most_maps;
  let maps = list maps (map r) in
  let instructions = u32 r in
  if instructions > most_instructions then bad "it has %d instructions, and %d are allowed" instructions most_instructions;
  let words = list instructions (fun () -> u64 r) in
  finish r;
  { kind; program_type; attach_type; context_size; arguments; result; types; profile; maps; words }

(* {1 For eBPF} *)

let target image =
  match Core.prog_type_of (Z.of_int image.program_type) (Z.of_int image.attach_type) (Z.of_int image.context_size) with
  | None -> bad "program type %d, attached as %d, has no model here" image.program_type image.attach_type
  | Some t ->
    let t_type = if Core.needs_arguments t then Core.with_arguments t image.arguments image.result else t in
    if t_type == t && (image.arguments <> [] || image.result <> Core.UsualResult) then bad "programs of type %s get no arguments" t.pt_name;
    { Core.t_type; t_maps = List.map (fun m -> m.def) image.maps; t_types = image.types; t_profile = image.profile }

let program image =
  match Core.decode_from Z.zero (List.rev (List.rev_map Core.slot_of_word image.words)) Core.zempty with
  | Core.Inl p -> p
  | Core.Inr pc -> bad "the instruction at %s has no meaning here" (Z.to_string pc)

(* {1 For the classic kinds} *)

let classic_program image =
  let bits w from n = Z.extract w from n in
  let word w = (((bits w 0 16, bits w 16 8), bits w 24 8), bits w 32 32) in
  Core.classic_decode (List.rev (List.rev_map word image.words))
