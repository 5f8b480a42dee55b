# What is extracted from Coq, and the thin OCaml around it.
#   build/ocaml/core.cmxa        the extracted code and the modules that the programs share
#   build/ocaml/validator.o      the validator for linking into C programs
#   build/bin/warrant-validate   the validator alone
#   build/bin/warrant-reference  the reference interpreter

OCAML := build/ocaml
OCAMLOPT := ocamlfind ocamlopt -package zarith -w +a-4-9-26-27-32..70 -O3 -unboxed-types
