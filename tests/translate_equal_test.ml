(* The C translation of classic programs to eBPF against the extracted one, which is proved: the same slots, for the corpus
   and for generated programs.  The C side prints a program and then what it makes of it. *)

let generated = 5000
let program = "build/asan/tests/translate_test"

let corpus =
  let sockets = "build/corpus/socket" in
  let ddd = if Sys.file_exists sockets then Array.to_list (Sys.readdir sockets) else [] in
  List.filter Sys.file_exists
    ("build/corpus/seccomp/worker.bpf"
    :: List.map (Filename.concat sockets) (List.filter (fun f -> Filename.check_suffix f ".ddd") ddd))

let rec words = function
  | code :: jt :: jf :: k :: rest -> (((code, jt), jf), k) :: words rest
  | _ -> []

let slot_word i = List.map Core.word_of_slot (Core.encode i)

let translation dialect numbers =
  match Core.translate dialect (Core.classic_decode (words numbers)) with
  | None -> "ebpf none"
  | Some is -> String.concat " " ("ebpf" :: List.map Z.to_string (List.concat_map slot_word is))

let () =
  let file = Filename.temp_file "translate" ".lines" in
  if
    Sys.command
      (Printf.sprintf "%s --print %d %s > %s" program generated (String.concat " " corpus) (Filename.quote file))
    <> 0
  then (
    print_endline ("not ok translation: " ^ program ^ " failed");
    exit 1);
  let input = open_in file in
  let compared = ref 0 and none = ref 0 and different = ref 0 in
  (try
     while true do
       let source = String.split_on_char ' ' (input_line input) in
       let c = input_line input in
       let dialect = match List.hd source with "seccomp" -> Core.LinuxSeccomp | _ -> Core.LinuxSocket in
       let proved = translation dialect (List.map Z.of_string (List.tl source)) in
       incr compared;
       if proved = "ebpf none" then incr none;
       if proved <> c then (
         incr different;
         if !different <= 3 then (
           Printf.printf "# %s\n" (String.concat " " source);
           Printf.printf "#   C      %.300s\n#   proved %.300s\n" c proved))
     done
   with End_of_file -> ());
  close_in input;
  Sys.remove file;
  Printf.printf "# %d programs compared, %d of the corpus; %d have no translation\n" !compared (List.length corpus) !none;
  if !different = 0 && !compared > generated * 9 / 10 && List.length corpus > 5 && !none > 20 then
    print_endline "ok translation: C and the proved one give the same slots"
  else (
    Printf.printf "not ok translation: %d of %d differ\n" !different !compared;
    exit 1)
