# Definitions and proofs.  The compiled files lie beside their sources, where Coq and editors look for them.

COQFLAGS := $(shell cat _CoqProject) $(COQEXTRA)
COQ_FILES := $(sort $(wildcard semantics/*.v checker/*.v proofs/*.v))

.PHONY: coq coqchk mangle
coq: $(COQ_FILES:.v=.vo)

%.vo: %.v
	$(call say,COQC,$<)
	@coqc $(COQFLAGS) $<

build/coq.d: _CoqProject $(COQ_FILES)
	@mkdir -p $(@D)
	@coqdep -f _CoqProject $(COQ_FILES) > $@.tmp && mv $@.tmp $@

# Every theory once more, by Coq's independent checker.
coqchk: coq
	$(call say,COQCHK,Proofs.Main)
	@coqchk -silent -o $(COQFLAGS) Proofs.Main

# Every proof once more with generated names changed, which no proof may depend on.
mangle:
	@rm -rf build/mangle && mkdir -p build/mangle
	@cp -r Makefile _CoqProject mk build/mangle
	@for d in semantics checker proofs; do mkdir build/mangle/$$d && cp $$d/*.v build/mangle/$$d; done
	@$(MAKE) --no-print-directory -C build/mangle coq COQEXTRA='-mangle-names mangled_'
