(* Prints the C tables of cbridge/isa/tables.h and decode.h from the data of semantics/Target.v, KernelFunctions.v, Encode.v, Classic.v, Translate.v and SeccompEffect.v. *)
module Num = Z (* Coq's own Z is hidden in Core *)
open Core

let p = Printf.printf
let n = Num.to_string
let yes b = if b then "true" else "false"

let field f =
  let kind = match f.f_kind with FPlain -> "PLAIN" | FData -> "DATA" | FDataEnd -> "DATA_END" | FDataMeta -> "DATA_META" | FTyped _ -> "TYPED" | FResult _ -> "RESULT" in
  p "  {\"%s\", %s, %s, W_FIELD_%s, %s, %s, 0, false},\n" f.f_name (n f.f_off) (n f.f_size) kind (yes f.f_narrow) (yes f.f_write)

let argument = function
  | AAny -> "W_ARG_ANY"
  | AMap _ -> "W_ARG_MAP"
  | AKey -> "W_ARG_KEY"
  | AValue -> "W_ARG_VALUE"
  | AMem -> "W_ARG_MEM"
  | AMem0 -> "W_ARG_MEM0"
  | AOut -> "W_ARG_OUT"
  | AInOut -> "W_ARG_INOUT"
  | ASize -> "W_ARG_SIZE"
  | ACtx -> "W_ARG_CTX"
  | AOut0 -> "W_ARG_OUT0"
  | AMemN _ -> "W_ARG_MEMN"
  | AOutN _ -> "W_ARG_OUTN"
  | AInOutN _ -> "W_ARG_INOUTN"
  | AValueOut -> "W_ARG_VALUE_OUT"
  | ACtx0 -> "W_ARG_CTX0"
  | AValue0 -> "W_ARG_VALUE0"
  | AObject _ -> "W_ARG_OBJECT"
  | AString -> "W_ARG_STRING"
  | AAlloc -> "W_ARG_ALLOC"
  | ACallback -> "W_ARG_CALLBACK"
  | ARef (_, release) -> if release then "W_ARG_RELEASE" else "W_ARG_REF"

(* C has no literal for the least 64-bit number. *)
let signed z = if Num.equal z (Num.neg (Num.shift_left Num.one 63)) then "INT64_MIN" else "INT64_C(" ^ n z ^ ")"

let fixed_size = function AMemN n | AOutN n | AInOutN n -> n | _ -> Num.zero

let map_types h = List.concat_map (function AMap (l, _) -> l | _ -> []) h.h_args

(* What its argument is, in quotes, if it takes a kernel object. *)
let taken h =
  let object_ = function AObject name -> [ "\"" ^ name ^ "\"" ] | ARef (k, false) when of_socket k -> [ "\"" ^ socket_type ^ "\"" ] | _ -> [] in
  match List.concat_map object_ h.h_args with [] -> "NULL" | name :: _ -> name

let changes h = List.exists (function AMap (_, changes) -> changes | _ -> false) h.h_args

(* The kind of reference that it acquires, takes or releases. *)
let ref_kind h =
  let kinds = List.concat_map (function ARef (k, _) -> [ k ] | _ -> []) h.h_args @ match h.h_ret with RAcquire k -> [ k ] | _ -> [] in
  match kinds with [] | RecordRef :: _ -> "W_RECORD" | SocketRef :: _ -> "W_SOCKET" | SockCommonRef :: _ -> "W_SOCK_COMMON"
  | ObjectRef i :: _ -> "W_OBJECT_REF + " ^ n i

let contract types h =
  let ret, lo, hi = match h.h_ret with RInt (lo, hi) -> ("INT", lo, hi) | RValue -> ("VALUE", Num.zero, Num.zero)
    | RSize -> ("SIZE", Num.zero, Num.zero)
    | RRounds -> ("ROUNDS", Num.zero, max_calls)
    | RTail -> ("TAIL", Num.zero, Num.zero)
    | RAcquire _ -> ("ACQUIRE", Num.zero, Num.zero)
    | RTyped _ -> ("TYPED", Num.zero, Num.zero)
    | RVoid -> ("VOID", Num.zero, Num.zero)
  in
  let args = match h.h_args with [] -> "0" | l -> String.concat ", " (List.map argument l) in
  Printf.sprintf "{%s, \"%s\", %d, {%s}, W_RET_%s, %s, %s, %s, %s, %s, %s, %s, %s, {%s}, {%s}, %s, %s, %s, {%s}}" (n h.h_id) h.h_name (List.length h.h_args) args ret (signed lo) (signed hi)
    (yes h.h_moves) (yes (List.exists (Num.equal h.h_id) packet_helpers)) (yes (h_partly h)) (yes (h_on_success h))
    (yes (changes h)) (ref_kind h)
    (match map_types h with [] -> "0" | l -> String.concat ", " (List.map n l))
    (match h.h_args with [] -> "0" | l -> String.concat ", " (List.map (fun a -> n (fixed_size a)) l))
    (match h.h_ret with RTyped (_, name) -> "\"" ^ name ^ "\"" | _ -> "NULL")
    (match h.h_ret with RTyped (null, _) -> yes null | _ -> "false")
    (taken h)
    (match types with [] -> "0" | l -> String.concat ", " (List.map n l))

let helper types h = p "  %s,\n" (contract types h)

(* With other arguments, in some types of programs. *)
let elsewhere ((id, types), args) =
  List.iter (fun h -> if Num.equal h.h_id id then helper types { h with h_args = args }) helpers

(* The program types as bits. *)
let kernel_function k =
  let types = List.fold_left (fun bits t -> Num.logor bits (Num.shift_left Num.one (Num.to_int t))) Num.zero k.kf_types in
  p "  {%s, UINT64_C(%s)},\n" (contract [] k.kf_call) (n types)

let unsupported_function (name, needs) = p "  {\"%s\", \"%s\"},\n" name needs

let unsupported ((id, name), needs) = p "  {%s, \"%s\", \"%s\"},\n" (n id) name needs

let types = prog_types @ [ raw Num.zero ]

let lists t =
  if t.pt_fields <> [] then begin
    p "static const struct w_field %s_fields[] = {\n" t.pt_name;
    List.iter field t.pt_fields;
    p "};\n"
  end;
  if t.pt_helpers <> [] then p "static const int32_t %s_helpers[] = {%s};\n\n" t.pt_name (String.concat ", " (List.map n t.pt_helpers))

let prog_type t =
  let list l suffix = if l = [] then "NULL" else t.pt_name ^ suffix in
  let has_ret, lo, hi = match t.pt_ret with None -> (false, Num.zero, Num.zero) | Some (lo, hi) -> (true, lo, hi) in
  let attach = match t.pt_attach with [] -> "0" | l -> String.concat ", " (List.map n l) in
  p "  {%s, %d, {%s}, \"%s\", %s, %s, %d, %s, %s, %s, %s, %d, %s, %s, %s, %s},\n" (n t.pt_id) (List.length t.pt_attach) attach t.pt_name (n t.pt_ctx_size)
    (list t.pt_fields "_fields") (List.length t.pt_fields) (yes t.pt_raw) (yes t.pt_legacy) (yes t.pt_writes)
    (if t.pt_helpers = [] then "NULL" else t.pt_name ^ "_helpers")
    (List.length t.pt_helpers) (yes has_ret) (n lo) (n hi) (yes (needs_arguments t))

(* In the order of enum w_ref. *)
let ref_kinds () =
  let kinds = [ ("record", RecordRef); ("socket", SocketRef); ("sock_common", SockCommonRef) ] @ List.mapi (fun i name -> (name, ObjectRef (Num.of_int i))) counted_types in
  let fields (name, k) =
    if ref_fields k <> [] then begin
      p "static const struct w_field %s_ref_fields[] = {\n" name;
      List.iter field (ref_fields k);
      p "};\n"
    end
  in
  let kind (name, k) =
    let n_fields = List.length (ref_fields k) in
    p "  {\"%s\", %s, %d, %s},\n" name (if n_fields = 0 then "NULL" else name ^ "_ref_fields") n_fields (n (ref_size k Num.zero))
  in
  List.iter fields kinds;
  p "const struct w_ref_kind w_ref_kinds[] = {\n";
  List.iter kind kinds;
  p "};\nconst uint32_t w_ref_count = %d;\n\n" (List.length kinds)

(* An instruction as struct w_insn, but for operands: what semantics/Insn.v calls its offset and its constant, if it has them,
   are found among the fields of a row's sample. *)
let insn_parts =
  let wide w = match w with A32 -> ".width = W_A32" | A64 -> ".width = W_A64" in
  let of_size s = ".size = " ^ (match s with S1 -> "W_S1" | S2 -> "W_S2" | S4 -> "W_S4" | S8 -> "W_S8") in
  let reg x = ".reg = " ^ yes x in
  let operand o = match o with Imm k -> (reg false, Some k) | Reg _ -> (reg true, None) in
  let alu o = ".alu = W_" ^ (match o with
    | Add -> "ADD" | Sub -> "SUB" | Mul -> "MUL" | Div -> "DIV" | Sdiv -> "SDIV" | Mod -> "MOD" | Smod -> "SMOD" | Or -> "OR"
    | And -> "AND" | Xor -> "XOR" | Lsh -> "LSH" | Rsh -> "RSH" | Arsh -> "ARSH" | Mov -> "MOV") in
  let cmp c = ".cmp = W_" ^ (match c with
    | Jeq -> "JEQ" | Jne -> "JNE" | Jgt -> "JGT" | Jge -> "JGE" | Jlt -> "JLT" | Jle -> "JLE" | Jset -> "JSET" | Jsgt -> "JSGT"
    | Jsge -> "JSGE" | Jslt -> "JSLT" | Jsle -> "JSLE") in
  let swap k = ".swap = W_" ^ (match k with ToLe -> "TOLE" | ToBe -> "TOBE" | Swap -> "SWAP") in
  let atomic o = ".atomic = W_" ^ (match o with
    | AtAdd -> "ATADD" | AtOr -> "ATOR" | AtAnd -> "ATAND" | AtXor -> "ATXOR" | Xchg -> "XCHG" | Cmpxchg -> "CMPXCHG") in
  function
  | Alu (w, o, _, y) -> let x, k = operand y in ("ALU", [ wide w; alu o; x ], None, k)
  | Neg (w, _) -> ("NEG", [ wide w ], None, None)
  | MovSx (w, s, _, _) -> ("MOVSX", [ wide w; of_size s ], None, None)
  | End (k, s, _) -> ("END", [ swap k; of_size s ], None, None)
  | LdImm (_, v) -> ("LDIMM", [], None, Some v)
  | LdMap (_, m) -> ("LDMAP", [], None, Some m)
  | LdMapValue (_, m, off) -> ("LDMAPVALUE", [], Some off, Some m)
  | LdVar (_, id, m) -> ("LDVAR", [], Some m, Some id)
  | LdCode (_, off) -> ("LDCODE", [], Some off, None)
  | Ldx (s, sx, _, _, off) -> ("LDX", [ of_size s; ".sx = " ^ yes sx ], Some off, None)
  | LdAcq (s, _, _, off) -> ("LDX", [ of_size s; ".ordered = true" ], Some off, None)
  | St (s, _, off, k) -> ("ST", [ of_size s ], Some off, Some k)
  | Stx (s, _, off, _) -> ("STX", [ of_size s ], Some off, None)
  | StRel (s, _, off, _) -> ("STX", [ of_size s; ".ordered = true" ], Some off, None)
  | Atomic (s, o, fetch, _, off, _) -> ("ATOMIC", [ of_size s; atomic o; ".fetch = " ^ yes fetch ], Some off, None)
  | LdPkt (s, x, k) -> ("LDPKT", [ of_size s; reg (x <> None) ], None, Some k)
  | Ja off -> ("JA", [], Some off, None)
  | Jmp (w, c, _, y, off) -> let x, k = operand y in ("JMP", [ wide w; cmp c; x ], Some off, k)
  | MayGoto off -> ("MAYGOTO", [], Some off, None)
  | Call h -> ("CALL", [], None, Some h)
  | CallKernel f -> ("CALLKERNEL", [], None, Some f)
  | CallX _ -> ("CALLX", [], None, None)
  | CallLocal off -> ("CALLLOCAL", [], Some off, None)
  | Exit -> ("EXIT", [], None, None)

let place (f : int Isa.fields) = function
  | None -> "W_NOWHERE"
  | Some v when Num.equal v (Num.of_int f.off) -> "W_IN_OFF"
  | Some v when Num.equal v (Num.of_int f.imm) -> "W_IN_IMM"
  | Some v when Num.equal v (Num.of_int f.next) -> "W_IN_NEXT"
  | Some v when Num.equal v (Num.of_int (f.imm + (f.next lsl 32))) -> "W_IN_BOTH"
  | Some v -> failwith ("operand " ^ n v ^ " is in no field")

let encoding op (f : Isa.field Isa.fields) insn name =
  let open Isa in
  let free = List.concat_map (fun (field, bit) -> if field = Any then [ "W_FREE_" ^ bit ] else [])
    [ (f.dst, "DST"); (f.src, "SRC"); (f.off, "OFF"); (f.imm, "IMM"); (f.next, "NEXT") ] in
  let value = function Any -> 0 | Only v -> v in
  if value f.next <> 0 then failwith "a second constant that is neither 0 nor an operand";
  p "  {{0x%02x, %d, %d, %d, %d}, %s, %s, %s},\n" op (value f.dst) (value f.src) (value f.off) (value f.imm)
    (match free with [] -> "0" | l -> String.concat " | " l) insn name

let insn_encoding (op, f, i) =
  let kind, parts, off, imm = insn_parts i and sample = Isa.sample f in
  encoding op f
    (Printf.sprintf "%s, %s, {%s}" (place sample off) (place sample imm) (String.concat ", " ((".op = W_OP_" ^ kind) :: parts))) "NULL"

(* All in one order, and where those of each opcode begin; what is not supported comes after what is. *)
let encodings () =
  let key op rank (f : Isa.field Isa.fields) = (op, rank, f.src, f.off, f.imm) in
  let all =
    List.map (fun ((op, f, _) as row) -> (key op 0 f, fun () -> insn_encoding row)) Isa.rows
    @ List.map (fun (op, f, name) -> (key op 1 f, fun () -> encoding op f "W_NOWHERE, W_NOWHERE, {.op = W_OP_NONE}" ("\"" ^ name ^ "\"")))
        Isa.unsupported
    |> List.sort (fun (a, _) (b, _) -> compare a b) in
  p "const struct w_encoding w_encodings[] = {\n";
  List.iter (fun (_, print) -> print ()) all;
  p "};\nconst uint32_t w_encoding_count = %d;\nconst uint16_t w_encodings_of[257] = {" (List.length all);
  for op = 0 to 256 do
    p "%d, " (List.length (List.filter (fun ((o, _, _, _, _), _) -> o < op) all))
  done;
  p "};\n"

let classic_sub = function
  | CAdd -> "ADD" | CSub -> "SUB" | CMul -> "MUL" | CDiv -> "DIV" | CMod -> "MOD"
  | COr -> "OR" | CAnd -> "AND" | CXor -> "XOR" | CLsh -> "LSH" | CRsh -> "RSH"

let classic_condition = function CJeq -> "JEQ" | CJgt -> "JGT" | CJge -> "JGE" | CJset -> "JSET"

(* Kind, size, operation, and whether the second operand is X. *)
let classic_parts o =
  let plain kind = (kind, 0, "ADD", false) in
  let load kind z = (kind, Num.to_int (csize_bytes z), "ADD", false) in
  let with_x kind sub s = (kind, 0, sub, s = CX) in
  match o with
  | CLdAbs z -> load "LD_ABS" z
  | CLdInd z -> load "LD_IND" z
  | CLdxMsh -> load "LDX_MSH" CB
  | CAlu (o, s) -> with_x "ALU" (classic_sub o) s
  | CJmp (c, s) -> with_x "JMP" (classic_condition c) s
  | CLdLen -> plain "LD_LEN" | CLdImm -> plain "LD_IMM" | CLdMem -> plain "LD_MEM"
  | CLdxLen -> plain "LDX_LEN" | CLdxImm -> plain "LDX_IMM" | CLdxMem -> plain "LDX_MEM"
  | CSt -> plain "ST" | CStx -> plain "STX" | CNeg -> plain "NEG" | CJa -> plain "JA"
  | CRetK -> plain "RET_K" | CRetA -> plain "RET_A" | CTax -> plain "TAX" | CTxa -> plain "TXA"

let classic_code o =
  let kind, size, sub, x = classic_parts o in
  p "  [%s] = {W_CLASSIC_%s, %d, W_CLASSIC_%s, %s},\n" (n (cop_code o)) kind size sub (yes x)

let classic_fields () =
  List.concat_map
    (fun k -> match context_field (Num.of_int k) with Some (off, be) -> [ (k, off, be) ] | None -> [])
    (List.init 64 Fun.id)

let action a = p "  {\"%s\", %s, %s, %s, %s},\n" a.sa_name (n a.sa_value) (n a.sa_data) (yes a.sa_runs) (yes a.sa_refuses)

let () =
  p "/* Printed from semantics/ when the project is built. */\n#include \"isa/tables.h\"\n\n#include <stddef.h>\n\n#include \"isa/decode.h\"\n\n";
  p "const struct w_helper w_helpers[] = {\n";
  List.iter (helper []) helpers;
  p "};\nconst uint32_t w_helper_count = %d;\n\nconst struct w_helper w_helpers_elsewhere[] = {\n" (List.length helpers);
  List.iter elsewhere args_elsewhere;
  p "};\nconst uint32_t w_helper_elsewhere_count = %d;\n\n" (List.length args_elsewhere);
  p "const struct w_unsupported_helper w_unsupported_helpers[] = {\n";
  List.iter unsupported unsupported_helpers;
  p "};\nconst uint32_t w_unsupported_helper_count = %d;\n\n" (List.length unsupported_helpers);
  p "const struct w_unsupported_field w_unsupported_fields[] = {\n";
  List.iter (fun (((t, off), name), what) -> p "  {%s, %s, \"%s\", \"%s\"},\n" (n t) (n off) name what) unsupported_fields;
  p "};\nconst uint32_t w_unsupported_field_count = %d;\n\n" (List.length unsupported_fields);
  p "const struct w_function w_functions[] = {\n";
  List.iter kernel_function kernel_functions;
  p "};\nconst uint32_t w_function_count = %d;\n\n" (List.length kernel_functions);
  p "const struct w_unsupported_function w_unsupported_functions[] = {\n";
  List.iter unsupported_function unsupported_functions;
  p "};\nconst uint32_t w_unsupported_function_count = %d;\n\n" (List.length unsupported_functions);
  p "const int32_t w_first_function = %s;\n\n" (n first_function);
  ref_kinds ();
  List.iter lists types;
  p "const struct w_prog_type w_prog_types[] = {\n";
  List.iter prog_type types;
  p "};\nconst uint32_t w_prog_type_count = %d;\n" (List.length types);
  p "const uint64_t w_most_rounds = %s, w_usual_rounds = %s;\n" (n most_rounds) (n usual_rounds);
  p "const char *const w_boolean_hooks[] = {%s, NULL};\n" (String.concat ", " (List.map (Printf.sprintf "%S") boolean_hooks));
  p "const uint32_t w_redirect_maps[] = {%s, 0};\n" (String.concat ", " (List.map n redirect_maps));
  p "const uint32_t w_longest_text = %s;\n" (n longest_text);
  let numbers name l = p "const int32_t %s[] = {%s, -1};\n" name (String.concat ", " (List.map n l)) in
  numbers "w_gpl_helpers" gpl_helpers;
  numbers "w_not_gpl_in" (List.concat_map (fun ((h, t), a) -> [ h; t; a ]) not_gpl_in);
  numbers "w_gpl_types" gpl_types;
  numbers "w_plain_contexts" plain_contexts;
  numbers "w_own_stacks" own_stacks;
  numbers "w_errno_helpers" errno_helpers;
  numbers "w_any_errno_in" (List.concat_map (fun (t, a) -> [ t; a ]) any_errno_in);
  numbers "w_new_types" new_types;
  p "const struct w_classic_code w_classic_codes[W_CLASSIC_CODES] = {\n";
  List.iter classic_code all_cops;
  p "};\nconst struct w_classic_field w_classic_fields[] = {\n";
  List.iter (fun (k, off, be) -> p "  {%d, %s, %s},\n" k (n off) (yes be)) (classic_fields ());
  p "};\nconst uint32_t w_classic_field_count = %d;\n" (List.length (classic_fields ()));
  p "const struct w_seccomp_action w_seccomp_actions[] = {\n";
  List.iter action seccomp_actions;
  p "};\nconst uint32_t w_seccomp_action_count = %d;\n" (List.length seccomp_actions);
  encodings ()
