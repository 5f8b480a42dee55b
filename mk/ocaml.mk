# What is extracted from Coq, and the thin OCaml around it.
#   build/ocaml/core.cmxa        the extracted code, and what turns bytes into its arguments
#   build/ocaml/validator.o      the proved side for linking into C programs
#   build/generated/tables.c     the tables that C shares with Coq
#   build/generated/isa.md, isa_rows.h   the instructions, for docs/isa.md and tests/isa_test.c
#   build/tests/*_test           tests in OCaml

OCAML := build/ocaml
# These modules do their work when they are linked; all others are shared.
OCAML_MAINS := embed tables isa_table
OCAML_SHARED := $(filter-out $(OCAML_MAINS:%=extraction/%.ml),$(wildcard extraction/*.ml extraction/*.mli))
OCAMLOPT := ocamlfind ocamlopt -package zarith -I $(OCAML) -g
OCAML_TESTS := $(patsubst tests/%.ml,build/tests/%,$(wildcard tests/*_test.ml))

# Compiling these two files writes the extracted code besides: core.ml, and Coq's own numbers for the tests.
extraction/Extract.vo extraction/ExtractPlain.vo: %.vo: %.v
	$(call say,EXTRACT,$<)
	@mkdir -p $(OCAML)
	@coqc $(COQFLAGS) -w -extraction $<
$(OCAML)/core.ml: extraction/Extract.vo
	@[ -f $@ ] || coqc $(COQFLAGS) -w -extraction extraction/Extract.v
	@touch $@
$(OCAML)/plain.ml: extraction/ExtractPlain.vo
	@[ -f $@ ] || coqc $(COQFLAGS) -w -extraction extraction/ExtractPlain.v
	@touch $@

# The extracted interfaces hide nothing, and warnings are for what people wrote.
$(OCAML)/core.cmxa: $(OCAML)/core.ml $(OCAML_SHARED)
	$(call say,OCAMLOPT,$@)
	@rm -f $(OCAML)/core.mli && cp $(OCAML_SHARED) $(OCAML)
	@cd $(OCAML) && ocamlfind ocamlopt -package zarith -g -w -a -a -o core.cmxa \
	  $$(ocamlfind ocamldep -sort core.ml $(notdir $(OCAML_SHARED)))

$(OCAML)/plain.cmx: $(OCAML)/plain.ml
	@rm -f $(OCAML)/plain.mli && $(OCAMLOPT) -w -a -c $<

# The linker that joins objects looks for libgmp.a in OCaml's include directories only.
$(OCAML)/validator.o: extraction/embed.ml $(OCAML)/core.cmxa
	$(call say,OCAMLOPT,$@)
	@cp $< $(OCAML)
	@$(OCAMLOPT) -linkpkg -output-complete-obj -I /usr/lib/$$(gcc -print-multiarch) \
	  $(OCAML)/core.cmxa $(OCAML)/embed.ml -o $@

build/generated/tables.c: extraction/tables.ml $(OCAML)/core.cmxa
	$(call say,TABLES,$@)
	@mkdir -p $(@D) && cp $< $(OCAML)
	@$(OCAMLOPT) -linkpkg $(OCAML)/core.cmxa $(OCAML)/tables.ml -o $(OCAML)/print_tables
	@$(OCAML)/print_tables > $@

# A test that compares with the C library has its C part in a file beside it: X_test.ml and X_stubs.c.
OCAML_STUBS := $(patsubst tests/%.c,$(OCAML)/tests/%.o,$(wildcard tests/*_stubs.c))
$(OCAML_STUBS): $(OCAML)/tests/%.o: tests/%.c $(OCAML)/core.cmxa
	@mkdir -p $(@D)
	@$(CC) $(ALL_CFLAGS) -Icbridge -Itests -isystem $$(ocamlfind ocamlc -where) -MMD -MP -c $< -o $@
-include $(wildcard $(OCAML)/tests/*.d)

$(OCAML_TESTS): build/tests/%_test: tests/%_test.ml $(OCAML)/core.cmxa $(OCAML)/plain.cmx \
  $(OCAML_STUBS) build/lib/libwarrant.a
	$(call say,OCAMLOPT,$@)
	@mkdir -p $(@D) $(OCAML)/tests && cp $< $(OCAML)/tests
	@$(OCAMLOPT) -linkpkg $(OCAML)/core.cmxa $(OCAML)/plain.cmx $(OCAML)/tests/$*_test.ml \
	  $(filter %/$*_stubs.o %/gen.o,$^) build/lib/libwarrant.a $(addprefix -cclib ,$(LIBRARY_LIBS)) -o $@

# Random programs for this one, and the corpus.
build/tests/states_test: build/obj/gen.o | corpus

build/generated/isa.md build/generated/isa_rows.h &: extraction/isa_table.ml $(OCAML)/core.cmxa
	$(call say,TABLES,build/generated/isa.md)
	@mkdir -p build/generated && cp $< $(OCAML)
	@$(OCAMLOPT) -linkpkg $(OCAML)/core.cmxa $(OCAML)/isa_table.ml -o $(OCAML)/print_isa
	@$(OCAML)/print_isa > build/generated/isa.md
	@$(OCAML)/print_isa rows > build/generated/isa_rows.h

# What is in the repository is compared with what is printed by tests/isa_test.c.
.PHONY: docs/isa.md
docs/isa.md: build/generated/isa.md
	@cp $< $@
