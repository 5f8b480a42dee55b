(* The C audit of seccomp filters against the extracted one, which is proved exact: the same tables, diagram by diagram,
   for real and generated filters.  The C side prints them: a filter, its rows, and what it leaves undecided.
   First 300 generated ones of some size, then small ones, 20,000 unless an argument says how many; a second argument is the
   part to begin with, for several processes that share the work. *)

open Diagram_text

let generated = 300
let argument n default = if Array.length Sys.argv > n then int_of_string Sys.argv.(n) else default
let small = argument 1 20_000
let first_part = argument 2 1
let of_a_part = 10_000
let program = "build/asan/tests/audit_test"
let real = List.filter Sys.file_exists [ "build/corpus/seccomp/worker.bpf" ]

let table limit words =
  match Core.audit limit (Core.classic_decode words) with
  | None -> [ "refused" ]
  | Some t ->
      List.map (fun r -> "row " ^ Z.to_string r.Core.row_outcome ^ text r.Core.row_cond) t.Core.t_rows
      @ [ "undecided" ^ text t.Core.t_undecided ]

let different = ref 0 and compared = ref 0 and undecided = ref 0
let by_halves = ref 0 and halves_undecided = ref 0

let compare_tables kind limit insns c line =
  incr compared;
  let open_ = not (List.mem "undecided F" c) in
  if open_ then incr undecided;
  if kind = "halves" then incr by_halves;
  if kind = "halves" && open_ then incr halves_undecided;
  let proved = table limit (words insns) in
  if proved <> c then (
    incr different;
    if !different <= 3 then (
      Printf.printf "# differs: %s\n" line;
      List.iter (fun l -> Printf.printf "#   C      %.150s\n" l) c;
      List.iter (fun l -> Printf.printf "#   proved %.150s\n" l) proved))

(* What the C side prints for so many generated filters of a part, and for files; whether all of them were compared. *)
let run_part count part files =
  let before = !compared in
  let file = Filename.temp_file "audit" ".tables" in
  let command = Printf.sprintf "%s --tables %d %d %s > %s" program count part (String.concat " " files) (Filename.quote file) in
  let ran = Sys.command command = 0 in
  let input = open_in file in
  let next () = try Some (input_line input) with End_of_file -> None in
  let rec rows acc =
    match next () with
    | Some line when String.length line > 9 && String.sub line 0 9 = "undecided" -> List.rev (line :: acc)
    | Some line -> rows (line :: acc)
    | None -> List.rev acc
  in
  let rec go () =
    match next () with
    | None -> ()
    | Some line ->
        let c = rows [] in
        (match String.split_on_char ' ' line with
        | (("filter" | "halves") as kind) :: limit :: insns -> compare_tables kind (Z.of_string limit) (List.map Z.of_string insns) c line
        | _ -> incr different);
        go ()
  in
  go ();
  close_in input;
  Sys.remove file;
  ran && !compared - before = count + List.length files

let () =
  let rec parts left part = left <= 0 || (run_part (min left of_a_part) part [] && parts (left - of_a_part) (part + 1)) in
  let complete = run_part generated 0 real && parts small first_part in
  Printf.printf "# %d filters compared, %d of them with something undecided\n" !compared !undecided;
  Printf.printf "# %d of them by halves, %d of these with something undecided\n" !by_halves !halves_undecided;
  let complete = complete && !by_halves > 0 && !halves_undecided > 0 in
  if !different = 0 && complete then print_endline "ok tables: C and the proved audit agree"
  else (
    Printf.printf "not ok tables: %d of %d differ%s\n" !different !compared (if complete then "" else ", and some are missing");
    exit 1)
