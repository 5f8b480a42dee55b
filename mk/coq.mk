# Definitions and proofs, which dune builds: `dune build` alone does, too.  Its files lie in _build/default/.

DUNE := dune build -j $(JOBS) --display=short
COQFLAGS := $(shell cat _CoqProject)

# Everything that dune builds; what C needs is first, so that C does not wait for the proofs.
.PHONY: coq coqchk mangle doc
coq: extracted
	+@$(DUNE)

# Every theory once more, by Coq's independent checker.
coqchk: coq
	$(call say,COQCHK,Proofs.Main)
	@coqchk -silent -o $(COQFLAGS) Proofs.Main

# Every proof once more with generated names changed, which no proof may depend on.
mangle:
	@$(DUNE) --profile mangle --build-dir $(CURDIR)/build/mangle semantics checker proofs

# The theories to read in a browser: names lead to their definitions.
doc: coq
	$(call say,COQDOC,build/doc/index.html)
	@rm -rf build/doc && mkdir -p build/doc
	@coqdoc --quiet --html --utf8 -d build/doc $(COQFLAGS) \
	  $(addprefix _build/default/,$(wildcard semantics/*.v checker/*.v proofs/*.v))
