# The C product: the library, the command line, and both once more with sanitizers for the tests.

C_SOURCES := $(wildcard cbridge/*.c)
PROGRAM_SOURCES := $(filter cbridge/main.c cbridge/validator.c cbridge/cmd_%.c,$(C_SOURCES))
LIBRARY_SOURCES := $(filter-out $(PROGRAM_SOURCES),$(C_SOURCES))
VERSION := $(shell sed -n 's/^\#define WARRANT_VERSION "\(.*\)"/\1/p' cbridge/cmd.h)
SONAME := libwarrant.so.0

LIBRARY_LIBS := -lelf -lbpf -lz
PROGRAM_LIBS := -lcjson -lseccomp -lgmp -lm -ldl -lpthread
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

# One rule set a variant: $(1) is where it goes, $(2) its extra flags.
define c_variant
$(1)/obj/%.o: cbridge/%.c
	$$(call say,CC,$$@)
	@mkdir -p $$(@D)
	@$$(CC) $$(ALL_CFLAGS) $(2) -fPIC -MMD -MP -c $$< -o $$@

$(1)/obj/tables.o: build/generated/tables.c cbridge/tables.h
	$$(call say,CC,$$@)
	@mkdir -p $$(@D)
	@$$(CC) $$(ALL_CFLAGS) $(2) -fPIC -Icbridge -c $$< -o $$@

$(1)/lib/libwarrant.a: $$(LIBRARY_SOURCES:cbridge/%.c=$(1)/obj/%.o) $(1)/obj/tables.o
	$$(call say,AR,$$@)
	@mkdir -p $$(@D)
	@rm -f $$@ && $$(AR) rcs $$@ $$^

$(1)/bin/warrant: $$(PROGRAM_SOURCES:cbridge/%.c=$(1)/obj/%.o) build/ocaml/validator.o $(1)/lib/libwarrant.a
	$$(call say,LINK,$$@)
	@mkdir -p $$(@D)
	@$$(CC) $$(ALL_CFLAGS) $(2) $$^ $$(LIBRARY_LIBS) $$(PROGRAM_LIBS) -o $$@

# A test in C is one file; it prints its own lines and links the whole library.
$(1)/tests/%: tests/%.c $(1)/lib/libwarrant.a
	$$(call say,CC,$$@)
	@mkdir -p $$(@D)
	@$$(CC) $$(ALL_CFLAGS) $(2) -Icbridge -MMD -MP $$^ $$(LIBRARY_LIBS) $$(PROGRAM_LIBS) -o $$@

-include $$(C_SOURCES:cbridge/%.c=$(1)/obj/%.d) $$(wildcard $(1)/tests/*.d)
endef
$(eval $(call c_variant,build,))
$(eval $(call c_variant,build/asan,$(SANITIZE)))

build/lib/$(SONAME): $(LIBRARY_SOURCES:cbridge/%.c=build/obj/%.o) build/obj/tables.o
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	@$(CC) $(ALL_CFLAGS) -shared -Wl,-soname,$(SONAME) -Wl,-z,defs $^ $(LIBRARY_LIBS) -o $@
	@ln -sf $(SONAME) build/lib/libwarrant.so

C_TESTS := $(patsubst tests/%.c,build/asan/tests/%,$(wildcard tests/*_test.c))

.PHONY: programs tests
programs: build/bin/warrant build/bin/warrant-validate build/bin/warrant-reference \
  build/lib/libwarrant.a build/lib/$(SONAME)
tests: build/asan/bin/warrant $(C_TESTS)

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/pkgconfig $(DESTDIR)$(PREFIX)/include
	install build/bin/warrant build/bin/warrant-validate build/bin/warrant-reference $(DESTDIR)$(PREFIX)/bin
	install -m 644 build/lib/libwarrant.a $(DESTDIR)$(PREFIX)/lib
	install -m 755 build/lib/$(SONAME) $(DESTDIR)$(PREFIX)/lib
	ln -sf $(SONAME) $(DESTDIR)$(PREFIX)/lib/libwarrant.so
	install -m 644 cbridge/warrant.h $(DESTDIR)$(PREFIX)/include
	sed -e 's#@PREFIX@#$(PREFIX)#' -e 's#@VERSION@#$(VERSION)#' mk/warrant.pc.in > $(DESTDIR)$(PREFIX)/lib/pkgconfig/warrant.pc
