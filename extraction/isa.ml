(* The instructions that semantics/Encode.v decodes, as rows: an opcode, the values that its other fields may have, and what
   this is. Rows are found by decoding, from the opcodes of [all_forms]. *)
module Num = Z (* Coq's own Z is hidden in Core *)
open Core

(* Of the first slot, and the constant of the second. *)
type 'a fields = { dst : 'a; src : 'a; off : 'a; imm : 'a; next : 'a }
type field = Any | Only of int (* Any: an operand *)

let offsets = [ 0; 1; 3; 8; 16; 32; 64; -1; 32767; -32768 ]
let constants =
  [ 0; 1; 2; 3; 8; 16; 32; 64; -1; 0x7fffffff; -0x80000000; 100000; Num.to_int load_acquire; Num.to_int store_release ]
  @ List.map (fun (o, fetch) -> Num.to_int (atomic_code o fetch)) all_atomics
  |> List.sort_uniq compare
let sources = [ 0; 1; 2; 3; 4; 5; 6; 7; 8; 9; 10; 11; 15 ]
let registers = [ 0; 1; 2; 3; 4; 5; 6; 7; 8; 9; 10 ]

let decode_fields op f =
  let z = Num.of_int in
  let slot op dst src off imm = { sl_op = z op; sl_dst = z dst; sl_src = z src; sl_off = z off; sl_imm = z imm } in
  decode [ slot op f.dst f.src f.off f.imm; slot 0 0 0 0 f.next ]

(* One of a row's instructions: its operands differ from each other. *)
let sample fields =
  let pick field v = match field with Any -> v | Only v -> v in
  { dst = pick fields.dst 1; src = pick fields.src 2; off = pick fields.off 3; imm = pick fields.imm 8; next = pick fields.next 9 }

(* What an instruction is without its operands: the same kind is one row. *)
let kind op src = function
  | Alu (_, o, _, _) -> (0, Obj.repr o)
  | Atomic (_, o, fetch, _, _, _) -> (1, Obj.repr (o, fetch))
  | MovSx (_, s, _, _) -> (2, Obj.repr s)
  | End (_, s, _) -> (3, Obj.repr s)
  | i when op = 0x18 -> (4, Obj.repr (Obj.tag (Obj.repr i), src))
  | i -> (5 + (if op = 0x85 || op land 0xe7 = 0xc3 then Obj.tag (Obj.repr i) else 0), Obj.repr 0)

(* The table has every size of every access: there are no packet loads and no signed loads of 8 bytes. *)
let nothing = [ 0x38; 0x58; 0x99 ]

let rows_of form =
  let op = Num.to_int (form_code form) in
  let long = op = 0x18 in
  let seen = Hashtbl.create 8 in
  let each dst src off imm next =
    let f = { dst; src; off; imm; next } in
    match decode_fields op f with
    | None -> ()
    | Some i ->
      let k = kind op src i in
      Hashtbl.replace seen k (f :: (try Hashtbl.find seen k with Not_found -> []))
  in
  List.iter (fun src -> List.iter (fun off -> List.iter (fun imm ->
    List.iter (fun dst -> List.iter (each dst src off imm) (if long then [ 0; 9 ] else [ 0 ])) [ 0; 1; 10 ])
    constants) offsets) sources;
  let row _ found rows =
    let field name get all =
      match List.sort_uniq compare (List.map get found) with
      | [ v ] -> Only v
      | l when l = List.sort_uniq compare all -> Any
      | _ -> failwith (Printf.sprintf "opcode 0x%02x takes some values of its %s and not others" op name)
    in
    let dst = field "destination" (fun f -> f.dst) [ 0; 1; 10 ] and src = field "source" (fun f -> f.src) registers in
    let off = field "offset" (fun f -> f.off) offsets and imm = field "constant" (fun f -> f.imm) constants in
    let next = if long then field "second constant" (fun f -> f.next) [ 0; 9 ] else Only 0 in
    let fields = { dst; src; off; imm; next } in
    match decode_fields op (sample fields) with
    | None -> failwith (Printf.sprintf "opcode 0x%02x: the fields of a row depend on each other" op)
    | Some i -> (op, fields, i) :: rows
  in
  match Hashtbl.fold row seen [] with
  | [] when List.mem op nothing -> []
  | [] -> failwith (Printf.sprintf "opcode 0x%02x is in the table and nothing decodes" op)
  | rows -> rows

let rows =
  let order (a, f, _) (b, g, _) = compare (a, f.src, f.off, f.imm) (b, g.src, g.off, g.imm) in
  List.sort order (List.concat_map rows_of all_forms)

(* Instructions of Linux that are refused by name, since an instruction of [Insn.insn] has no such meaning. *)
let unsupported =
  let cast = "casts between address spaces" in
  let rows =
    [ (0x0d, { dst = Any; src = Only 0; off = Only 0; imm = Only 0; next = Only 0 }, "jumps through a register (gotox)");
      (0x85, { dst = Only 0; src = Only 2; off = Any; imm = Any; next = Only 0 }, "calls of functions of kernel modules");
      (0xbf, { dst = Any; src = Any; off = Only 1; imm = Only 1; next = Only 0 }, cast);
      (0xbf, { dst = Any; src = Any; off = Only 1; imm = Only 0x10000; next = Only 0 }, cast) ] in
  List.iter (fun (op, f, name) -> if decode_fields op (sample f) <> None then failwith (name ^ " are not supported and decode")) rows;
  rows
