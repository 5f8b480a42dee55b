(* Abstract states against concrete ones, and C's against the extracted ones.
   states_test [--inputs N] [--cases N]
   1. Every step of the corpus' accepted programs lies inside the state that the certificate claims there: the validator's
      derivation is replayed along a run, N runs a program.
   2. Random programs, N instructions: the C verifier's state after each is the extracted one, whatever the state before,
      and a run stays inside. *)
module Num = Z (* Coq's own Z is hidden in Core *)
open Core

external seed : int -> unit = "states_seed"
external random_program : int -> string = "states_program"
external accepted : string -> bool -> (int * int * string * string * string) list = "states_object"
external environment : int -> int -> string = "states_environment"
external c_state : unit -> string = "states_state"
external c_here : unit -> bool = "states_here"
external c_exec : unit -> bool = "states_exec"
external c_exit : unit -> bool = "states_exit"
external c_branch : unit -> string * string = "states_branch"
external c_forks : unit -> bool = "states_forks"
external c_fork : unit -> string * string = "states_fork"
external c_take : int -> unit = "states_take"
external c_fact_le : int -> int -> int -> bool = "states_fact_le"
external c_weaken : unit -> unit = "states_weaken"

exception Outside of string

let outside format = Printf.ksprintf (fun s -> raise (Outside s)) format
let name = Num.to_string

(* {1 What a state stands for} (gamma in checker/State.v) *)

let in_bounds (b : bounds) x =
  let within lo v hi = Num.leq lo v && Num.leq v hi in
  Num.equal (Num.logand x (Num.lognot b.b_tnum.t_mask)) b.b_tnum.t_val
  && within b.b_umin x b.b_umax
  && within b.b_smin (Num.signed_extract x 0 64) b.b_smax

(* fact_holds *)
let holds l f w =
  (* the maps like number i *)
  let like i = match nth_z l.l_maps i with Some m -> List.filter (fun o -> alike m.o_def o.o_def) l.l_maps | None -> [] in
  let values i = List.concat_map (fun o -> o.o_vals) (like i) in
  let a_map i = List.exists (fun o -> Num.equal w o.o_addr) (like i) in
  let between lo w hi = Num.leq lo w && Num.leq w hi in
  (* at most [most] past [start], and a multiple of [step] *)
  let past start most step =
    let d = wrap (Num.sub w start) in
    Num.leq d most && multiple d step
  in
  match f with
  | FScalar (_, s) -> in_bounds s.s_all w && Option.fold ~none:true ~some:(fun b -> in_bounds b (up w)) s.s_low
  | FStack (j, mx, step) -> past (frame_top l j) mx step
  | FCtx -> Num.equal w l.l_ctx
  | FPkt (area, mx, av) ->
    let start, stop =
      match area with Packet -> (l.l_pkt, Num.add l.l_pkt l.l_len) | Metadata -> (Num.sub l.l_pkt l.l_meta, l.l_pkt)
    in
    between start w (Num.add start mx) && Option.fold ~none:true ~some:(fun k -> Num.leq (Num.add w k) stop) av
  | FEnd -> Num.equal w (Num.add l.l_pkt l.l_len)
  | FMap i -> a_map i
  | FMapOrNull i -> Num.sign w = 0 || a_map i
  | FMapValue (i, mx, step) -> List.exists (fun b -> past b mx step) (values i)
  | FMapValueOrNull i -> Num.sign w = 0 || List.exists (Num.equal w) (values i)
  | FRef (_, _, null) -> null || Num.sign w <> 0
  | FRecordAt (n, mx, step) ->
    let inside h = h.re_kind = RecordRef && Num.equal h.re_size n && past h.re_base mx step in
    List.exists inside l.l_refs
  | FObj i -> is_object l w i
  | FObjOrNull i -> Num.sign w = 0 || is_object l w i
  | FFunc pc -> Num.equal w (l.l_code.c_address pc)

(* refrel: what the symbols claim, and the references, of the same kinds or better ones *)
let same_refs l vs facts =
  let claim (k, f) =
    match f with FRef (kind, n, _) when Num.sign (vs k) <> 0 -> Some { re_kind = kind; re_base = vs k; re_size = n } | _ -> None
  in
  let place h = (name h.re_base, name h.re_size) in
  let sorted = List.sort (fun h h' -> compare (place h) (place h')) in
  let claimed = sorted (List.filter_map claim (zlist facts)) and refs = sorted l.l_refs in
  List.compare_lengths claimed refs = 0
  && List.for_all2 (fun h h' -> place h = place h' && ref_kind_fits h.re_kind h'.re_kind) claimed refs

(* [vs k] is the value of symbol k. *)
let value vs (s, c) = wrap (Num.add (vs s) c)

let check_regs what vs (a : (Num.t * Num.t) option rf) (b : Num.t option rf) =
  List.iteri
    (fun n r ->
      match (get r a, get r b) with
      | None, _ -> ()
      | Some _, None -> outside "%sr%d is undefined" what n
      | Some v, Some x -> if not (Num.equal (value vs v) x) then outside "%sr%d is %s, not %s" what n (name x) (name (value vs v)))
    all_regs

(* afterrel *)
let same_after vs a c =
  match (a, c) with
  | ABack, Back -> true
  | AAgain (f, rest, ctx, most), Again (g, rest', index, ctx') ->
    Num.equal f g && Num.equal (value vs rest) rest' && Num.equal (value vs ctx) ctx' && Num.sign index >= 0
    && Num.lt (Num.add index rest') most && Num.leq most max_calls
  | _ -> false
let check_rounds what vs a left =
  match a with
  | Some v when not (Num.equal (value vs v) left) -> outside "%s%s rounds are left, not %s" what (name left) (name (value vs v))
  | _ -> ()

let total = Num.of_int 4096
let width = function S1 -> 1 | S2 -> 2 | S4 -> 4 | S8 -> 8

let inside vs a (s : state) =
  let l = s.lay in
  if not (Num.equal a.a_pc s.pc) then outside "the state is for %s" (name a.a_pc);
  List.iter (fun (k, f) -> if not (holds l f (vs k)) then outside "symbol %s is %s, and its fact does not hold" (name k) (name (vs k))) (zlist a.a_facts);
  if not (same_refs l vs a.a_facts) then outside "the references are not what the facts say";
  check_regs "" vs a.a_regs s.regs;
  check_rounds "" vs a.a_rounds s.rounds;
  if List.compare_lengths a.a_frames s.frames <> 0 then outside "another number of frames";
  List.iter2
    (fun f g ->
      if not (Num.equal f.af_pc g.fr_pc) then outside "a caller goes on elsewhere";
      if not (same_after vs f.af_after g.fr_after) then outside "a caller waits for other calls";
      check_regs "the caller's " vs f.af_regs g.fr_regs;
      check_rounds "the caller's " vs f.af_rounds g.fr_rounds)
    a.a_frames s.frames;
  List.iter
    (fun (o, (z, v)) ->
      let n = width z in
      let at = stack_addr l o in
      if not (all_written s.mem0 at (Num.of_int n)) then outside "the slot at %s was never written" (name o);
      if not (Num.equal (load s.mem0 at (Num.of_int n)) (value vs v)) then outside "the slot at %s holds %s" (name o) (name (load s.mem0 at (Num.of_int n))))
    (zlist a.a_slots);
  let rec each_bit m =
    if Num.sign m <> 0 then begin
      let i = Num.trailing_zeros m in
      if not (written s.mem0 (stack_addr l (Num.sub (Num.of_int i) total))) then
        outside "the stack byte at %d was never written" (i - 4096);
      each_bit (Num.logand m (Num.pred m))
    end
  in
  each_bit a.a_written.wb_bits

(* The symbols that instruction [i] made new, from [next] on, are what the registers or stack slots hold that were given them, the
   rounds that are left, or of those that nothing holds what an atomic operation has read or written. *)
let rec extend i (before : state) next vs a (s : state) =
  if Num.geq next a.a_next then vs
  else
    let holder r = match get r a.a_regs with Some (k, c) when Num.equal k next -> Option.map (fun x -> wrap (Num.sub x c)) (get r s.regs) | _ -> None in
    let rounds =
      match (a.a_frames, s.frames) with
      | { af_after = AAgain (_, (k, c), _, _); _ } :: _, { fr_after = Again (_, rest, _, _); _ } :: _ when Num.equal k next ->
        Some (wrap (Num.sub rest c))
      | _ -> None
    in
    let slot (o, (z, (k, c))) =
      if Num.equal k next then Some (wrap (Num.sub (load s.mem0 (stack_addr s.lay o) (Num.of_int (width z))) c)) else None
    in
    let read () =
      match i with
      | Atomic (z, _, _, d, off, _) ->
        let at x m = load m (wrap (Num.add x off)) (Num.of_int (width z)) in
        let fits w = match zfind next a.a_facts with Some f -> holds s.lay f w | None -> true in
        Option.bind (get d before.regs) (fun x -> List.find_opt fits [ at x before.mem0; at x s.mem0 ])
      | _ -> None
    in
    let first l = List.find_map (fun f -> f ()) l in
    let vs =
      match first [ (fun () -> List.find_map holder all_regs); (fun () -> List.find_map slot (zlist a.a_slots)); (fun () -> rounds); read ] with
      | Some w -> fun k -> if Num.equal k next then w else vs k
      | None -> vs
    in
    extend i before (Num.succ next) vs a s

let initial l k = if Num.sign k = 0 then Num.zero else if Num.equal k Num.one then l.l_ctx else frame_top l Num.zero

(* {1 1: runs inside certificates} *)

type program = { label : string; target : target; prog : insn zmap; maps : Image.map list; ours : int * int }

let steps = ref 0

(* One run along the certificate, or the first [most] steps of it: loops may take millions; [seen] gets each pc. *)
let most = 1000
let follow p (cert : cert) env seen =
  let left = ref most in
  let rec go d a vs (s : state) world =
    match d with
    | DSub (j, sub) ->
      let node = match zfind j cert.c_nodes with Some n -> n | None -> outside "there is no node %s" (name j) in
      (* A word is found once, lest it be followed through all rounds of a loop. A symbol of the node that nothing uses need not
         be in the substitution. *)
      let words = List.fold_left (fun m (k, v) -> zset k (lazy (value vs v)) m) zempty (zlist sub) in
      let vs' k = match zfind k words with Some w -> Lazy.force w | None -> outside "symbol %s of the node stands for nothing" (name k) in
      inside vs' node.n_state s;
      go node.n_deriv node.n_state vs' s world
    | _ when !left = 0 -> ()
    | _ -> (
      incr steps;
      decr left;
      seen (Num.to_int s.pc);
      let i = match zfind s.pc p.prog with Some i -> i | None -> outside "no instruction" in
      match (concrete_step p.target p.prog env.Reference.concrete s world, d) with
      | (Fault _, _), _ -> outside "it faults"
      | (Done _, _), _ -> ()
      | (Next s', world), DStep d -> (
        match a_exec p.target i a with
        | None -> outside "the validator refuses the step"
        | Some a' ->
          let vs = extend i s a.a_next vs a' s' in
          inside vs a' s';
          go d a' vs s' world)
      | (Next s', world), DBranch (taken, fall) -> (
        let on d a' =
          let vs = extend i s a.a_next vs a' s' in
          inside vs a' s';
          fun () -> go d a' vs s' world
        in
        match a_branch p.target i a with
        | None -> outside "the validator refuses the branch"
        | Some (x, y) ->
          let side d = function
            | Some a when Num.equal a.a_pc s'.pc -> ( match on d a with k -> Some (Ok k) | exception Outside why -> Some (Error why))
            | _ -> None
          in
          (match List.filter_map Fun.id [ side taken x; side fall y ] with
          | [] -> outside "this side of the branch is said to be impossible"
          | sides -> (
            match List.find_map Result.to_option sides with
            | Some k -> k ()
            | None -> outside "%s" (match sides with Error why :: _ -> why | _ -> ""))))
      | (Next _, _), DExit -> outside "the derivation ends, and the run does not"
      | _, DSub _ -> assert false)
  in
  let s, world = concrete_init p.target env.concrete in
  let vs = initial s.lay in
  inside vs a_init s;
  go cert.c_root a_init vs s world

let replay p (cert : cert) inputs seen =
  let rec go n =
    if n = 0 then None
    else
      let env = Reference.read_environment p.maps (environment (fst p.ours) (snd p.ours)) in
      let at = ref 0 in
      match follow p cert env (fun pc -> at := pc; seen pc) with
      | () -> go (n - 1)
      | exception Outside why -> Some (Printf.sprintf "at %d: %s" !at why)
  in
  go inputs

let program_of label ours image =
  let image = Image.read image in
  { label; target = Image.target image; prog = Image.program image; maps = image.Image.maps; ours }

(* The objects of the corpus, but for those that are damaged on purpose, and those that are no programs by themselves. *)
let objects =
  let files dir = List.map (Filename.concat dir) (List.sort compare (Array.to_list (Sys.readdir dir))) in
  let folders = List.filter (fun d -> Sys.is_directory d && not (List.mem (Filename.basename d) [ "hostile"; "objects"; "uapi" ])) (files "build/corpus") in
  List.filter (fun f -> Filename.check_suffix f ".o" && Filename.basename f <> "kernel.o") (List.concat_map files folders)

(* Certificates in which every node's state claims a little too much: that has to be found. *)
let narrowed (cert : cert) =
  let narrow f =
    match f with
    | FScalar (t, s) when not (Num.equal s.s_all.b_umin s.s_all.b_umax) ->
      FScalar (t, { s with s_all = { s.s_all with b_umax = Num.pred s.s_all.b_umin } })
    | FPkt (area, mx, Some av) -> FPkt (area, mx, Some (Num.add av (Num.of_int 1000)))
    | FMapValue (i, mx, step) -> FMapValue (Num.succ i, mx, step)
    | f -> f
  in
  let node n =
    let s = n.n_state in
    { n with n_state = { s with a_facts = List.fold_left (fun m (k, f) -> zset k (narrow f) m) zempty (zlist s.a_facts) } }
  in
  let nodes = List.fold_left (fun m (k, n) -> zset k (node n) m) zempty (zlist cert.c_nodes) in
  if List.exists (fun (k, n) -> zfind k nodes <> Some n) (zlist cert.c_nodes) then Some { cert with c_nodes = nodes } else None

let failures = ref 0

let corpus inputs =
  let programs = ref 0 and reached = ref 0 and of_all = ref 0 and runs = ref 0 and faults = ref 0 and found = ref 0 in
  List.iter
    (fun (path, strict) ->
      List.iter
        (fun (o, k, label, image, bytes) ->
          let p = program_of label (o, k) image in
          let cert = Certfile.read bytes in
          let pcs = Hashtbl.create 64 in
          incr programs;
          runs := !runs + inputs;
          (match replay p cert inputs (fun pc -> Hashtbl.replace pcs pc ()) with
          | None -> ()
          | Some why ->
            incr failures;
            Printf.printf "not ok inside the certificate: %s, %s\n# %s\n" path label why);
          reached := !reached + Hashtbl.length pcs;
          of_all := !of_all + List.length (zlist p.prog);
          match narrowed cert with
          | Some cert when Hashtbl.length pcs > 0 ->
            incr faults;
            if replay p cert (max 200 inputs) ignore <> None then incr found
          | _ -> ())
        (accepted path strict))
    (List.concat_map (fun o -> [ (o, false); (o, true) ]) objects);
  Printf.printf "# %d accepted programs of the corpus, %d runs, %d steps, %d of %d instructions reached\n" !programs !runs !steps
    !reached !of_all;
  Printf.printf "# %d certificates with a narrowed state, %d found\n" !faults !found;
  if !programs > 50 then print_endline "ok every step lies inside the certificate's state" else (incr failures; print_endline "not ok corpus programs were accepted");
  if !faults > 0 && 10 * !found >= 9 * !faults then print_endline "ok narrowed states are found"
  else (
    incr failures;
    print_endline "not ok narrowed states are found")

(* {1 2: C's states and the extracted ones} *)

(* Nothing is known in C of a caller's r0 to r5, nor of frames that are not live; and a jump to before the program is written as
   a word. *)
let normal (a : astate) =
  let live = Num.shift_left (Num.of_int (-1)) (4096 - (512 * (1 + List.length a.a_frames))) in
  let caller f = { f with af_regs = { f.af_regs with f0 = None; f1 = None; f2 = None; f3 = None; f4 = None; f5 = None } } in
  let pending =
    match a.a_written.wb_pending with
    | Some (k, bits) when Num.sign (Num.logand bits live) <> 0 -> Some (k, Num.logand bits live)
    | _ -> None
  in
  (wrap a.a_pc, a.a_regs, zlist a.a_slots, (Num.logand a.a_written.wb_bits live, pending), List.map caller a.a_frames, zlist a.a_facts, a.a_next, a.a_rounds)

let read_state bytes =
  let r = Bytes_in.make bytes in
  let a = Certfile.state r in
  Bytes_in.finish r;
  a

let same a b = normal a = normal b
let cases = ref 0
let refused = ref 0
let contained = ref 0
let ended = ref 0
let settled = ref 0
let forks = ref 0

let differ pc what = outside "%s at %s differs" what (name pc)

(* One random program, from its start to an end or a refusal; each instruction is a case. A state grows with each, so a loop is
   left after a while. *)
let longest = 200

let walk p env =
  let most = !cases + longest in
  let rec go a vs s world =
    if !cases >= most then ()
    else if Random.int 4 = 0 then begin
      c_weaken ();
      let a = read_state (c_state ()) in
      (* the bytes of frames that are not live, which C forgets, are no loss *)
      step a vs s world
    end
    else step a vs s world
  and step a vs (s : state) world =
    let pc = a.a_pc in
    match zfind pc p.prog with
    | None -> if c_here () then differ pc "the instruction"
    | Some i -> (
      if not (c_here ()) then differ pc "the instruction";
      incr cases;
      inclusion a;
      let next = concrete_step p.target p.prog env.Reference.concrete s world in
      match i with
      | _ when (match i with Jmp _ | MayGoto _ -> true | _ -> c_forks ()) -> (
        let taken, fall = match i with Jmp _ | MayGoto _ -> c_branch () | _ -> c_fork () in
        if c_forks () then incr forks;
        let side text = if text = "" then None else Some (read_state text) in
        let equal x y = match (x, y) with None, None -> true | Some x, Some y -> same x y | _ -> false in
        match a_branch p.target i a with
        | None -> if taken <> "" || fall <> "" then differ pc "a refused branch" else incr refused
        | Some (x, y) -> (
          if not (equal x (side taken)) then differ pc "the branch taken";
          if not (equal y (side fall)) then differ pc "the branch not taken";
          let settles = function Some b -> a.a_written.wb_pending <> None && b.a_written.wb_pending = None | None -> false in
          if settles x || settles y then incr settled;
          match next with
          | Next s', world ->
            let try_side n = function
              | Some a' when Num.equal a'.a_pc s'.pc -> (
                let vs = extend i s a.a_next vs a' s' in
                match inside vs a' s' with () -> Some (n, vs, a') | exception Outside _ -> None)
              | _ -> None
            in
            (match List.find_map Fun.id [ try_side 0 x; try_side 1 y ] with
            | None -> outside "the side taken at %s is not the run's" (name pc)
            | Some (n, vs, a) ->
              incr contained;
              c_take n;
              go a vs s' world)
          | _ -> outside "the run ends at a branch"))
      | _ -> (
        if a_exit p.target i a <> c_exit () then differ pc "the exit";
        if a_exit p.target i a then incr ended
        else if i = Exit && a.a_frames = [] then incr refused
        else
          match (a_exec p.target i a, c_exec ()) with
          | None, false -> incr refused
          | None, true -> differ pc "a refusal"
          (* the sum of two pointers, which nobody means *)
          | Some _, false -> ( match i with Alu (A64, Add, _, Reg _) -> incr refused | _ -> differ pc "an acceptance")
          | Some a', true -> (
            if not (same a' (read_state (c_state ()))) then differ pc "the state after the instruction";
            match next with
            | Next s', world ->
              let vs = extend i s a.a_next vs a' s' in
              inside vs a' s';
              incr contained;
              go a' vs s' world
            | Done _, _ -> if not (may_end i) then outside "the run ends at %s" (name pc)
            (* that a function is there is looked up beside the state (Cert.v) *)
            | Fault _, _ -> ( match i with LdCode _ -> incr refused | _ -> outside "the run faults at %s" (name pc)))))
  (* inclusion of some value of this state in the fact of some symbol of it *)
  and inclusion a =
    let facts = zlist a.a_facts in
    let n = List.length facts in
    let of_, f = List.nth facts (Random.int n) and symbol, _ = List.nth facts (Random.int n) in
    let c = if Random.bool () then 0 else Random.int 9 - 2 in
    let ours = fact_le p.target a.a_facts (symbol, Num.of_int c) f in
    if ours <> c_fact_le (Num.to_int symbol) c (Num.to_int of_) then differ a.a_pc "an inclusion"
  in
  let s, world = concrete_init p.target env.Reference.concrete in
  let vs = initial s.lay in
  inside vs a_init s;
  if not (same a_init (read_state (c_state ()))) then differ Num.zero "the first state";
  go a_init vs s world

let random many =
  let programs = ref 0 and broken = ref false in
  while !cases < many && not !broken do
    let style = match Random.int 10 with 0 -> 2 | 1 | 2 | 3 -> 1 | _ -> 0 in
    incr programs;
    seed (!programs + 1000);
    match random_program style with
    | "" -> ()
    | image -> (
      try
        let p = program_of "" (-1, 0) image in
        walk p (Reference.read_environment p.maps (environment (-1) 0))
      with
      | Outside why ->
        broken := true;
        incr failures;
        Printf.printf "not ok random programs\n# program %d: %s\n" !programs why)
  done;
  Printf.printf "# %d random programs, %d instructions, %d of them with a run inside, %d refused, %d ended\n" !programs !cases !contained
    !refused !ended;
  Printf.printf "# %d branches after which bytes are written that were pending\n" !settled;
  Printf.printf "# %d rounds of callbacks\n" !forks;
  if !forks > 0 then print_endline "ok callbacks ran"
  else (
    incr failures;
    print_endline "not ok callbacks ran");
  if !settled = 0 then (
    incr failures;
    print_endline "not ok random programs test whether a helper wrote");
  if not !broken then print_endline "ok C's states are the extracted ones"

(* The comparison does see a difference. *)
let sees_differences () =
  let a = a_init in
  let others =
    [
      { a with a_next = Num.succ a.a_next }; { a with a_written = { wb_bits = Num.shift_left Num.one 4095; wb_pending = None } };
      { a with a_written = { a.a_written with wb_pending = Some (Num.one, Num.shift_left Num.one 4095) } };
      { a with a_facts = zset Num.one FEnd a.a_facts }; { a with a_regs = { a.a_regs with f1 = None } }; { a with a_rounds = None };
      { a with a_slots = zset (Num.of_int (-8)) (S8, (Num.zero, Num.zero)) a.a_slots };
    ]
  in
  if List.exists (same a) others then (
    incr failures;
    print_endline "not ok different states differ")
  else print_endline "ok different states differ"

let () =
  let inputs = ref 20 and many = ref 100_000 in
  Arg.parse [ ("--inputs", Arg.Set_int inputs, ""); ("--cases", Arg.Set_int many, "") ] (fun s -> raise (Arg.Bad s)) "states_test";
  Random.init 7;
  seed 1;
  sees_differences ();
  if !inputs > 0 then corpus !inputs;
  random !many;
  exit (if !failures = 0 then 0 else 1)
