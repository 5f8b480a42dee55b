# Definitions and proofs.  The compiled files lie beside their sources, where Coq and editors look for them.

COQFLAGS := $(shell cat _CoqProject) $(COQEXTRA)
THEORIES := $(sort $(wildcard semantics/*.v checker/*.v proofs/*.v))
COQ_FILES := $(THEORIES) $(sort $(wildcard extraction/*.v))

.PHONY: coq coqchk mangle
coq: $(THEORIES:.v=.vo)

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
	@cp -r --parents Makefile _CoqProject mk cbridge/cmd/cmd.h corpus/socket/expressions.txt build/mangle
	@for d in semantics checker proofs extraction; do mkdir build/mangle/$$d && cp $$d/*.v build/mangle/$$d; done
	@$(SUBMAKE) -C build/mangle coq COQEXTRA='-mangle-names mangled_'
