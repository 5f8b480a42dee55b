(* What C makes of the values that filters return, against the extracted side, which is proved exact: the effects of values, and
   the tables of effects of generated filters and stacks, diagram by diagram.  C prints both; an argument is how many stacks. *)
open Diagram_text

let stacks = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 1_500
let program = "build/asan/tests/effect_test"
let failed = ref false

let report good name why =
  if good then print_endline ("ok " ^ name)
  else (
    failed := true;
    Printf.printf "not ok %s: %s\n" name why)

(* The lines that C prints, one a call, and whether it ended well. *)
let lines_of arguments use =
  let file = Filename.temp_file "effect" ".lines" in
  let ended = Sys.command (Printf.sprintf "%s %s > %s" program arguments (Filename.quote file)) = 0 in
  let input = open_in file in
  use (fun () -> try Some (input_line input) with End_of_file -> None);
  close_in input;
  Sys.remove file;
  ended

(* {1 Values} *)

let values () =
  let seen = ref 0 and kept = ref 0 and different = ref 0 and first = ref "" in
  let rec go next =
    match next () with
    | None -> ()
    | Some line ->
        (match String.split_on_char ' ' line with
        | [ value; effect ] ->
            incr seen;
            let proved = Z.to_string (Core.effect (Z.of_string value)) in
            if effect = value then incr kept;
            if proved <> effect then (
              if !different = 0 then first := Printf.sprintf "%s is %s in C and %s in Coq" value effect proved;
              incr different)
        | _ -> incr different);
        go next
  in
  let ended = lines_of "--values" go in
  Printf.printf "# %d values, %d of them their own effects\n" !seen !kept;
  report (ended && !different = 0 && !seen > 100_000 && !kept > 0 && !kept < !seen) "effects of values" !first

(* {1 Tables} *)

let proved limit filters =
  match Core.audit_effects limit (List.map (fun words -> Core.classic_decode words) filters) with
  | None -> [ "refused" ]
  | Some t ->
      List.map (fun r -> "row " ^ Z.to_string r.Core.row_outcome ^ text r.Core.row_cond) t.Core.t_rows
      @ [ "undecided" ^ text t.Core.t_undecided ]

let tables () =
  let seen = ref 0 and several = ref 0 and refused = ref 0 and undecided = ref 0 and different = ref 0 in
  let joined = ref 0 in
  let rec rows next acc =
    match next () with
    | Some line when String.length line > 3 && String.sub line 0 4 = "row " -> rows next (line :: acc)
    | Some line -> List.rev (line :: acc)
    | None -> List.rev acc
  in
  let filter next =
    match next () with Some line -> words (List.map Z.of_string (String.split_on_char ' ' line)) | None -> []
  in
  let rec go next =
    match next () with
    | None -> ()
    | Some line ->
        (match String.split_on_char ' ' line with
        | [ "filters"; limit; count ] ->
            let count = int_of_string count and limit = Z.of_string limit in
            let filters = List.map (fun _ -> filter next) (List.init count Fun.id) in
            let c = rows next [] in
            incr seen;
            if count > 1 then incr several;
            if c = [ "refused" ] then incr refused
            else if not (List.mem "undecided F" c) then incr undecided;
            (match (filters, Core.audit limit (Core.classic_decode (List.hd filters))) with
            | [ _ ], Some t when List.length t.Core.t_rows > List.length c - 1 -> incr joined
            | _ -> ());
            let expected = proved limit filters in
            if expected <> c then (
              incr different;
              if !different <= 3 then (
                Printf.printf "# differs: stack %d\n" !seen;
                List.iter (fun l -> Printf.printf "#   C      %.150s\n" l) c;
                List.iter (fun l -> Printf.printf "#   proved %.150s\n" l) expected))
        | _ -> incr different);
        go next
  in
  let ended = lines_of (Printf.sprintf "--tables %d" stacks) go in
  Printf.printf "# %d tables, %d of several filters; %d with something undecided, %d without room; %d filters with rows joined\n" !seen
    !several !undecided !refused !joined;
  report (!several > 0 && !several < !seen && !undecided > 0 && !joined > 0) "every kind of table was met" "see the counts above";
  report (ended && !different = 0 && !seen = stacks) "tables of effects: C and the proved audit agree"
    (Printf.sprintf "%d of %d differ" !different !seen)

let () =
  values ();
  tables ();
  exit (if !failed then 1 else 0)
