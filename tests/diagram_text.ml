(* What tests print of audits in C and in Coq, for comparison; tests/diagram_text.h writes diagrams in C. *)

(* Parents before children, numbered as they are met. *)
let text diagram =
  let seen = Hashtbl.create 64 and b = Buffer.create 256 in
  let rec go = function
    | Core.Const v -> Buffer.add_string b (if v then " T" else " F")
    | Core.Test (id, var, lo, hi) -> (
        match Hashtbl.find_opt seen (Z.to_int id) with
        | Some i -> Buffer.add_string b (Printf.sprintf " %d" i)
        | None ->
            let i = Hashtbl.length seen in
            Hashtbl.add seen (Z.to_int id) i;
            Buffer.add_string b (Printf.sprintf " %d:%s" i (Z.to_string var));
            go lo;
            go hi)
  in
  go diagram;
  Buffer.contents b

(* The instructions of a line. *)
let rec words = function
  | code :: jt :: jf :: k :: rest -> (((code, jt), jf), k) :: words rest
  | _ -> []
