# The C product: the library, the programs, and both once more with sanitizers for the tests.

# A room a folder; cbridge/cmd/, the command line and the call into the proved side, is outside of the library.
LIBRARY_SOURCES := $(filter-out cbridge/cmd/%,$(wildcard cbridge/*/*.c cbridge/*/*/*.c))
COMMAND_SOURCES := $(filter-out %/validator.c %_main.c,$(wildcard cbridge/cmd/*.c))
VERSION := $(shell sed -n 's/^\#define WARRANT_VERSION "\(.*\)"/\1/p' cbridge/cmd/cmd.h)
SONAME := libwarrant.so.0

LIBRARY_LIBS := -lelf -lbpf -lz
PROGRAM_LIBS := $(LIBRARY_LIBS) -lcjson -lnettle -lm -ldl -lpthread -lseccomp
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

# The calls of every architecture, from the one table of them.
build/generated/calls_table.c: cbridge/audit/calls.txt mk/calls.sh
	$(call say,PRINT,$@)
	@mkdir -p $(@D)
	@mk/calls.sh $< > $@

# Everything in one variant: $(1) is where it goes, $(2) its extra flags.
define c_variant
$(1)_OBJECTS := $$(LIBRARY_SOURCES:cbridge/%.c=$(1)/obj/%.o) $(1)/obj/tables.o $(1)/obj/audit/calls_table.o
# What a program that asks the proved side is linked with.
$(1)_LINKED := $(1)/obj/cmd/validator.o $$(EXTRACTED)/embed.exe.o $(1)/lib/libwarrant.a

$(1)/obj/%.o: cbridge/%.c
	$$(call say,CC,$$@)
	@mkdir -p $$(@D)
	@$$(CC) $$(ALL_CFLAGS) $(2) -fPIC -fvisibility=hidden -fno-semantic-interposition -Icbridge -MMD -MP -c $$< -o $$@

$(1)/obj/tables.o: $$(EXTRACTED)/tables.c cbridge/isa/tables.h cbridge/isa/decode.h cbridge/warrant.h
	$$(call say,CC,$$@)
	@mkdir -p $$(@D)
	@$$(CC) $$(ALL_CFLAGS) $(2) -fPIC -fvisibility=hidden -Icbridge -c $$< -o $$@

$(1)/obj/audit/calls_table.o: build/generated/calls_table.c cbridge/audit/calls.h
	$$(call say,CC,$$@)
	@mkdir -p $$(@D)
	@$$(CC) $$(ALL_CFLAGS) $(2) -fPIC -fvisibility=hidden -Icbridge -c $$< -o $$@

# The assembler reads it.
$(1)/obj/cmd/schema.o: cbridge/cmd/schema.json
$(1)/obj/cmd/cmd_corpus.o: corpus/selftests/harness.c

# OCaml's headers come with its compiler.
$(1)/obj/cmd/validator.o: cbridge/cmd/validator.c
	$$(call say,CC,$$@)
	@mkdir -p $$(@D)
	@$$(CC) $$(ALL_CFLAGS) $(2) -Icbridge -isystem $$$$(ocamlc -where) -MMD -MP -c $$< -o $$@

$(1)/lib/libwarrant.a: $$($(1)_OBJECTS)
	$$(call say,AR,$$@)
	@mkdir -p $$(@D)
	@rm -f $$@ && $$(AR) rcs $$@ $$^

$(1)/bin/warrant: $$(COMMAND_SOURCES:cbridge/%.c=$(1)/obj/%.o) $$($(1)_LINKED)
	$$(call say,LINK,$$@)
	@mkdir -p $$(@D)
	@$$(CC) $$(ALL_CFLAGS) $(2) $$^ $$(PROGRAM_LIBS) -o $$@

# Headers that an earlier build has found to matter are prerequisites too, but nothing to compile.
$(1)/bin/warrant-%: extraction/%_main.c $$($(1)_LINKED)
	$$(call say,LINK,$$@)
	@mkdir -p $$(@D)
	@$$(CC) $$(ALL_CFLAGS) $(2) -Icbridge -MMD -MP -MF $(1)/obj/$$*_main.d $$(filter-out %.h,$$^) $$(PROGRAM_LIBS) -o $$@

$(1)/bin/warrant-plugin: $(1)/obj/cmd/plugin_main.o $$($(1)_LINKED)
	$$(call say,LINK,$$@)
	@mkdir -p $$(@D)
	@$$(CC) $$(ALL_CFLAGS) $(2) $$^ $$(PROGRAM_LIBS) -o $$@

# A test in C is one file that prints its own lines.
$(1)/tests/%: tests/%.c $$($(1)_LINKED)
	$$(call say,LINK,$$@)
	@mkdir -p $$(@D)
	@$$(CC) $$(ALL_CFLAGS) $(2) -Icbridge -MMD -MP -MF $(1)/obj/$$*.d \
	  $$(filter-out %.h %.a,$$^) $$(filter %.a,$$^) $$(PROGRAM_LIBS) -o $$@

$(1)/tests/isa_test: $$(EXTRACTED)/isa_rows.h | $$(EXTRACTED)/isa.md
$(1)/tests/trace_test $(1)/tests/isa_test $(1)/tests/fast_test $(1)/tests/kernel_test $(1)/tests/engines_test \
  $(1)/tests/asm_test $(1)/tests/validator_test: $(1)/obj/gen.o $(1)/obj/both.o
$(1)/tests/translate_test: $(1)/obj/both.o
$(1)/tests/linux_random: $(1)/obj/gen.o
$(1)/tests/answers_test: $(1)/obj/probe.o $(1)/obj/fire.o
$(1)/obj/gen.o $(1)/obj/both.o $(1)/obj/probe.o $(1)/obj/fire.o: $(1)/obj/%.o: tests/%.c
	$$(call say,CC,$$@)
	@mkdir -p $$(@D)
	@$$(CC) $$(ALL_CFLAGS) $(2) -Icbridge -MMD -MP -c $$< -o $$@

$(1)/tests/bench: $(1)/obj/peers.o
$(1)/tests/as_libbpf: $(1)/obj/fake_bpf.o
$(1)/tests/apart_test: $(1)/obj/cmd/isolated.o $(1)/obj/cmd/cmd_judge.o
$(1)/obj/peers.o $(1)/obj/fake_bpf.o: $(1)/obj/%.o: tests/%.c
	$$(call say,CC,$$@)
	@mkdir -p $$(@D)
	@$$(CC) $$(ALL_CFLAGS) $(2) -Icbridge -MMD -MP -c $$< -o $$@

-include $$(wildcard $(1)/obj/*.d $(1)/obj/*/*.d $(1)/obj/*/*/*.d)
endef
$(eval $(call c_variant,build,))
$(eval $(call c_variant,build/asan,$(SANITIZE)))

build/lib/$(SONAME): $(build_OBJECTS)
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	@$(CC) $(ALL_CFLAGS) -shared -Wl,-soname,$(SONAME) -Wl,-z,defs $^ $(LIBRARY_LIBS) -o $@
	@ln -sf $(SONAME) build/lib/libwarrant.so

C_TESTS := $(patsubst tests/%.c,build/asan/tests/%,$(wildcard tests/*_test.c))

.PHONY: programs tests
programs: build/bin/warrant build/bin/warrant-validate build/bin/warrant-reference build/bin/warrant-plugin \
  build/lib/libwarrant.a build/lib/$(SONAME)
tests: build/asan/bin/warrant build/asan/bin/warrant-plugin build/tests/as_libbpf $(C_TESTS) $(OCAML_TESTS)

install: coq programs
	install -d "$(DESTDIR)$(PREFIX)/bin" "$(DESTDIR)$(PREFIX)/lib/pkgconfig" "$(DESTDIR)$(PREFIX)/include"
	install build/bin/warrant build/bin/warrant-validate build/bin/warrant-reference build/bin/warrant-plugin "$(DESTDIR)$(PREFIX)/bin"
	install -m 644 build/lib/libwarrant.a "$(DESTDIR)$(PREFIX)/lib"
	install build/lib/$(SONAME) "$(DESTDIR)$(PREFIX)/lib"
	ln -sf $(SONAME) "$(DESTDIR)$(PREFIX)/lib/libwarrant.so"
	install -d "$(DESTDIR)$(PREFIX)/share/man/man1"
	install -m 644 docs/man/*.1 "$(DESTDIR)$(PREFIX)/share/man/man1"
	install -m 644 cbridge/warrant.h "$(DESTDIR)$(PREFIX)/include"
	sed -e 's#@PREFIX@#$(PREFIX)#' -e 's#@VERSION@#$(VERSION)#' mk/warrant.pc.in \
	  > "$(DESTDIR)$(PREFIX)/lib/pkgconfig/warrant.pc"
