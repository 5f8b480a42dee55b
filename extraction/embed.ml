(* What C calls (cbridge/cmd/validator.c). *)

external line : string -> unit = "warrant_reference_line"

(* "" when accepted, otherwise the reason. *)
let validate image certificate =
  match Validator.validate_bytes image certificate with Ok () -> "" | Error "" -> "refused" | Error reason -> reason

(* The last line, which begins with a brace, or the reason why there is none. *)
let reference image environment trace =
  match Reference.run image environment (if trace then Some line else None) with Ok last -> last | Error reason -> reason

let () =
  Callback.register "warrant_validate" validate;
  Callback.register "warrant_reference" reference
