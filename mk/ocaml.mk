# What is extracted from Coq, and the thin OCaml around it.
#   build/ocaml/validator.o       the proved checkers and the reference interpreter, for linking into C programs
#   build/bin/warrant-validate    the proved validator alone
#   build/bin/warrant-reference   the reference interpreter
#   build/generated/tables.c      the tables that C shares with Coq
#   build/bin/mapping-test        what extraction maps, against Coq's own definitions
#   build/bin/transfer-diff       the C verifier's scalar operations against the extracted ones

OCAML := build/ocaml
OCAMLOPT := ocamlfind ocamlopt -package zarith -I $(OCAML) -g -w +a-4-9-40..42-44-45-48-70
EXTRACTED_FROM := $(patsubst %.v,%.vo,$(wildcard semantics/*.v checker/*.v)) extraction/Mapping.vo

.PHONY: ocaml
ocaml: $(OCAML)/validator.o build/generated/tables.c build/bin/warrant-validate build/bin/warrant-reference

$(OCAML)/core.ml: extraction/Extract.v $(EXTRACTED_FROM)
	$(call say,EXTRACT,$@)
	@mkdir -p $(OCAML)
	@coqc $(COQFLAGS) -w -extraction $< > $(OCAML)/extract.log || { cat $(OCAML)/extract.log >&2; exit 1; }

$(OCAML)/plain.ml: extraction/ExtractPlain.v
	$(call say,EXTRACT,$@)
	@mkdir -p $(OCAML)
	@coqc $(COQFLAGS) -w -extraction $< > $(OCAML)/plain.log || { cat $(OCAML)/plain.log >&2; exit 1; }

# Modules in the order of their dependencies; objects go to build/ocaml alone.
OCAML_MODULES := bytes_in image certfile explain validator reference
$(OCAML)/zops.cmx: extraction/zops.ml extraction/zops.mli
	@mkdir -p $(OCAML)
	@$(OCAMLOPT) -c -o $(OCAML)/zops.cmi extraction/zops.mli
	@$(OCAMLOPT) -c -o $@ $<

$(OCAML)/core.cmx: $(OCAML)/core.ml $(OCAML)/zops.cmx
	$(call say,OCAMLOPT,$@)
	@$(OCAMLOPT) -w -a -c $(OCAML)/core.mli $<

$(OCAML)/warrant.cmxa: $(OCAML)/core.cmx $(OCAML_MODULES:%=extraction/%.ml)
	$(call say,OCAMLOPT,$@)
	@for m in $(OCAML_MODULES); do $(OCAMLOPT) -c -o $(OCAML)/$$m.cmx extraction/$$m.ml || exit 1; done
	@$(OCAMLOPT) -a -o $@ $(OCAML)/zops.cmx $(OCAML)/core.cmx $(OCAML_MODULES:%=$(OCAML)/%.cmx)

# All OCaml that C programs call, with zarith and the position-independent runtime; they add -lgmp -lm -ldl -lpthread.
$(OCAML)/validator.o: extraction/embed.ml $(OCAML)/warrant.cmxa
	$(call say,OCAMLOPT,$@)
	@$(OCAMLOPT) -c -o $(OCAML)/embed.cmx $<
	@$(OCAMLOPT) -linkpkg -output-obj $(OCAML)/warrant.cmxa $(OCAML)/embed.cmx -o $(OCAML)/caml.o
	@ld -r -o $@ $(OCAML)/caml.o $$(ocamlfind query zarith)/libzarith.a $$(ocamlfind ocamlopt -where)/libasmrun_pic.a

build/generated/tables.c: extraction/tables.ml $(OCAML)/warrant.cmxa
	$(call say,TABLES,$@)
	@mkdir -p $(@D)
	@$(OCAMLOPT) -c -o $(OCAML)/tables.cmx $<
	@$(OCAMLOPT) -linkpkg $(OCAML)/warrant.cmxa $(OCAML)/tables.cmx -o $(OCAML)/tables
	@$(OCAML)/tables > $@

# The C side of the runtime needs OCaml's headers, which are looked for when they are there.
build/obj/validator.o build/asan/obj/validator.o: ALL_CFLAGS += -I$$(ocamlfind ocamlopt -where)

build/bin/warrant-validate build/bin/warrant-reference: build/bin/warrant-%: extraction/%_main.c \
  build/obj/validator.o $(OCAML)/validator.o build/lib/libwarrant.a
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	@$(CC) $(ALL_CFLAGS) -Icbridge $^ $(LIBRARY_LIBS) -lgmp -lm -ldl -lpthread -o $@

build/bin/mapping-test: tests/mapping_test.ml $(OCAML)/plain.ml $(OCAML)/zops.cmx
	$(call say,OCAMLOPT,$@)
	@mkdir -p $(@D)
	@$(OCAMLOPT) -w -a -c $(OCAML)/plain.mli $(OCAML)/plain.ml
	@$(OCAMLOPT) -c -o $(OCAML)/mapping_test.cmx $<
	@$(OCAMLOPT) -linkpkg $(OCAML)/zops.cmx $(OCAML)/plain.cmx $(OCAML)/mapping_test.cmx -o $@
