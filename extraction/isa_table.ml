(* Prints the rows of Isa for people, docs/isa.md, or with the argument `rows` what tests/isa_test.c wants to know of each
   row that the C decoder has of it. *)
module Num = Z (* Coq's own Z is hidden in Core *)
open Core
open Isa

let p = Printf.printf

type group = Base32 | Base64 | Divmul32 | Divmul64 | Atomic32 | Atomic64 | Packet | Beyond

let groups =
  [ (Base32, "base32"); (Base64, "base64"); (Divmul32, "divmul32"); (Divmul64, "divmul64"); (Atomic32, "atomic32");
    (Atomic64, "atomic64"); (Packet, "packet"); (Beyond, "beyond") ]

(* The group that section 2.4 and the text of RFC 9669 give an instruction. *)
let group insn =
  let by_width w narrow wide = match w with A32 -> narrow | A64 -> wide in
  let by_size s = match s with S8 -> Base64 | S1 | S2 | S4 -> Base32 in
  match insn with
  | Alu (w, (Mul | Div | Sdiv | Mod | Smod), _, _) -> by_width w Divmul32 Divmul64
  | Alu (w, (Add | Sub | Or | And | Xor | Lsh | Rsh | Arsh | Mov), _, _) | Neg (w, _) | MovSx (w, _, _, _) -> by_width w Base32 Base64
  | End (_, s, _) -> by_size s
  | LdImm _ | LdMap _ | LdMapValue _ | LdVar _ | LdCode _ -> Base64
  | Ldx (s, _, _, _, _) | Stx (s, _, _, _) -> by_size s
  | LdAcq _ | StRel _ -> Beyond
  | St (s, _, _, _) -> by_size s
  | Atomic (s, _, _, _, _, _) -> (match s with S8 -> Atomic64 | S1 | S2 | S4 -> Atomic32)
  | LdPkt _ -> Packet
  | Jmp (w, _, _, _, _) -> by_width w Base32 Base64
  | Ja _ | Call _ | CallKernel _ | CallLocal _ | Exit -> Base32
  | MayGoto _ | CallX _ -> Beyond

(* How it is written, with the operands of [sample]; [src] tells a map by index from one by descriptor. *)
let text op src insn =
  let f = Printf.sprintf and n = Num.to_string in
  let r num w = f "%c%d" (match w with A32 -> 'w' | A64 -> 'r') (Num.to_int num) in
  let reg w x = r (reg_num x) w and wide x = r (reg_num x) A64 in
  let operand w = function Imm i -> n i | Reg x -> reg w x in
  let bits s = n (size_bits s) in
  let of_size s = match s with S8 -> A64 | S1 | S2 | S4 -> A32 in
  let place x off = f "%s %s %s" (wide x) (if Num.sign off < 0 then "-" else "+") (n (Num.abs off)) in
  let distance d = (if Num.sign d < 0 then "" else "+") ^ n d in
  match insn with
  | Alu (w, o, d, y) ->
    let symbol = match o with
      | Add -> "+=" | Sub -> "-=" | Mul -> "*=" | Div -> "/=" | Sdiv -> "s/=" | Mod -> "%=" | Smod -> "s%=" | Or -> "|="
      | And -> "&=" | Xor -> "^=" | Lsh -> "<<=" | Rsh -> ">>=" | Arsh -> "s>>=" | Mov -> "=" in
    f "%s %s %s" (reg w d) symbol (operand w y)
  | Neg (w, d) -> f "%s = -%s" (reg w d) (reg w d)
  | MovSx (w, s, d, x) -> f "%s = (s%s)%s" (reg w d) (bits s) (reg w x)
  | End (k, s, d) ->
    f "%s = %s%s %s" (wide d) (match k with ToLe -> "le" | ToBe -> "be" | Swap -> "bswap") (bits s) (wide d)
  | LdImm (d, v) -> f "%s = 0x%s ll" (wide d) (Num.format "%x" v)
  | LdMap (d, m) -> f "%s = %s%s] ll" (wide d) (if src = 5 then "map_idx[" else "map[#") (n m)
  | LdMapValue (d, m, off) -> f "%s = %s%s][0]+%s ll" (wide d) (if src = 6 then "map_idx[" else "map[#") (n m) (n off)
  | LdVar (d, v, m) -> f "%s = btf_id[%s%s] ll" (wide d) (n v) (if Num.sign m = 0 then "" else ":" ^ n m)
  | LdCode (d, off) -> f "%s = func[pc%s] ll" (wide d) (distance off)
  | Ldx (s, sx, d, x, off) ->
    f "%s = *(%c%s *)(%s)" (wide d) (if sx then 's' else 'u') (bits s) (place x off)
  | LdAcq (s, d, x, off) -> f "%s = load_acquire((u%s *)(%s))" (reg (of_size s) d) (bits s) (place x off)
  | St (s, d, off, i) -> f "*(u%s *)(%s) = %s" (bits s) (place d off) (n i)
  | Stx (s, d, off, x) -> f "*(u%s *)(%s) = %s" (bits s) (place d off) (wide x)
  | StRel (s, d, off, x) -> f "store_release((u%s *)(%s), %s)" (bits s) (place d off) (reg (of_size s) x)
  | Atomic (s, o, fetch, d, off, x) ->
    let w = of_size s in
    let suffix = match w with A64 -> "_64" | A32 -> "32_32" in
    let named symbol name =
      if fetch then f "%s = atomic_fetch_%s((u%s *)(%s), %s)" (reg w x) name (bits s) (place d off) (reg w x)
      else f "lock *(u%s *)(%s) %s %s" (bits s) (place d off) symbol (reg w x) in
    (match o with
     | AtAdd -> named "+=" "add" | AtOr -> named "|=" "or" | AtAnd -> named "&=" "and" | AtXor -> named "^=" "xor"
     | Xchg -> f "%s = xchg%s(%s, %s)" (reg w x) suffix (place d off) (reg w x)
     | Cmpxchg -> f "%s = cmpxchg%s(%s, %s, %s)" (reg w R0) suffix (place d off) (reg w R0) (reg w x))
  | LdPkt (s, None, k) -> f "r0 = *(u%s *)skb[%s]" (bits s) (n k)
  | LdPkt (s, Some x, k) -> f "r0 = *(u%s *)skb[%s + %s]" (bits s) (wide x) (n k)
  | Ja d -> if op = 6 then f "gotol %s" (distance d) else f "goto %s" (distance d)
  | Jmp (w, c, d, y, off) ->
    let symbol = match c with
      | Jeq -> "==" | Jne -> "!=" | Jgt -> ">" | Jge -> ">=" | Jlt -> "<" | Jle -> "<=" | Jset -> "&" | Jsgt -> "s>"
      | Jsge -> "s>=" | Jslt -> "s<" | Jsle -> "s<=" in
    f "if %s %s %s goto %s" (reg w d) symbol (operand w y) (distance off)
  | MayGoto off -> f "may_goto %s" (distance off)
  | Call h -> f "call %s" (n h)
  | CallKernel k -> f "call kernel-function#%s" (n k)
  | CallX x -> f "callx %s" (wide x)
  | CallLocal off -> f "call pc%s" (distance off)
  | Exit -> "exit"

let field = function Any -> "any" | Only v -> string_of_int v
let hex_field = function Any -> "any" | Only v -> Printf.sprintf "0x%02x" v
let text_of (op, fields, i) = text op (sample fields).src i

let print_rows () =
  p "/* Printed from semantics/Encode.v when the project is built. */\n";
  List.iter
    (fun ((op, _, i) as row) -> p "{\"%s\", \"%s\"},\n" (List.assoc (group i) groups) (text_of row))
    rows

let print_docs () =
  p "# Instructions\n\n";
  p "Printed by `extraction/isa_table.ml` from the extracted decoder: a row is what `semantics/Encode.v` decodes, found by\n";
  p "decoding every opcode of its table. Groups are the conformance groups of RFC 9669. Each row is a line that\n";
  p "`tests/isa_test.c` prints: it runs the row with boundary operands, in the C and the reference interpreter, against values\n";
  p "computed independently, and fails when the rows of the RFC and of this table differ. Examples have r1 as destination,\n";
  p "r2 as source, 3 as offset and 8 as constant where these are free; r0 to r10 are allowed, but r10 is never written.\n";
  List.iter
    (fun (g, name) ->
      let mine = List.filter (fun (op, _, i) -> group i = g) rows in
      p "\n## %s: %d\n\n| opcode | src | off | imm | example |\n|---|---|---|---|---|\n"
        (if g = Beyond then "Linux, beyond RFC 9669" else name) (List.length mine);
      let escape s = String.concat "\\|" (String.split_on_char '|' s) in
      List.iter
        (fun ((op, f, i) as row) ->
          p "| 0x%02x | %s | %s | %s | `%s` |\n" op (field f.src) (field f.off) (hex_field f.imm) (escape (text_of row)))
        mine)
    groups;
  p "\n## Not supported\n\nRefused by name (exit code 3), as the test \"named and not supported\" of `tests/isa_test.c` shows. Calls of\n";
  p "functions of modules are in the RFC's group base32, the others are not in it. The second slot of a 64-bit constant, which the\n";
  p "RFC lists as an instruction with opcode 0, is a part of the first.\n\n";
  p "| opcode | src | off | imm | what they are |\n|---|---|---|---|---|\n";
  List.iter
    (fun (op, f, name) -> p "| 0x%02x | %s | %s | %s | %s |\n" op (field f.src) (field f.off) (hex_field f.imm) name)
    unsupported

let () = if Array.length Sys.argv > 1 && Sys.argv.(1) = "rows" then print_rows () else print_docs ()
