# What dune makes of the extracted code and the thin OCaml around it: the files that C is linked with, and tests.
#   embed.exe.o             the proved side, for programs in C
#   tables.c                the tables that C shares with Coq
#   isa.md, isa_rows.h      the instructions, for docs/isa.md and tests/isa_test.c

EXTRACTED := _build/default/extraction
OCAML_TESTS := $(patsubst tests/%.ml,build/tests/%,$(wildcard tests/*_test.ml))
# A test that compares with the C library has its C part in a file beside it: X_test.ml and X_stubs.c.
LINKED_TESTS := $(patsubst tests/%_stubs.c,build/tests/%_test,$(wildcard tests/*_stubs.c))
WHOLE_TESTS := $(filter-out $(LINKED_TESTS),$(OCAML_TESTS))
FROM_DUNE := $(addprefix $(EXTRACTED)/,embed.exe.o tables.c isa.md isa_rows.h) \
  $(LINKED_TESTS:build/%=_build/default/%.exe.o) $(WHOLE_TESTS:build/%=_build/default/%.exe)

# Dune knows what is out of date, and leaves alone what comes out the same.
.PHONY: extracted
extracted:
	+@$(DUNE) $(FROM_DUNE)
$(FROM_DUNE): extracted ; +@:

$(WHOLE_TESTS): build/tests/%: _build/default/tests/%.exe
	@mkdir -p $(@D) && cp -f $< $@

build/ocaml/%_stubs.o: tests/%_stubs.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	@$(CC) $(ALL_CFLAGS) -Icbridge -Itests -isystem $$(ocamlc -where) -MMD -MP -c $< -o $@
-include $(wildcard build/ocaml/*.d)

# OCaml's runtime library has the main function.
$(LINKED_TESTS): build/tests/%_test: _build/default/tests/%_test.exe.o build/ocaml/%_stubs.o build/lib/libwarrant.a
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	@$(CC) $(filter-out %.a,$^) build/lib/libwarrant.a $(LIBRARY_LIBS) -Wl,-u,main $$(ocamlc -where)/libasmrun.a -lm -ldl -o $@

# Random programs for this one, and the corpus.
build/tests/states_test: build/obj/gen.o | corpus

# What is in the repository is compared with what is printed by tests/isa_test.c.
.PHONY: docs/isa.md
docs/isa.md: $(EXTRACTED)/isa.md
	@cp $< $@
