# What is extracted from Coq, and the thin OCaml around it.  A main module does its work when it is linked;
# the others are shared.
#   build/ocaml/validator.o       for linking into C programs
#   build/bin/warrant-validate    the proved validator alone
#   build/bin/warrant-reference   the reference interpreter and analyzer
#   build/generated/tables.h      the tables that C shares with Coq

OCAML := build/ocaml
OCAML_MAINS := embed validate reference tables
OCAML_SHARED := $(filter-out $(OCAML_MAINS:%=extraction/%.ml),$(wildcard extraction/*.ml))
OCAMLOPT := ocamlfind ocamlopt -package zarith -I $(OCAML) -g -O3

# Extraction writes into the directory it runs in.  Its warnings are about names, not meaning.
$(OCAML)/extracted.stamp: extraction/Extract.v $(COQ_FILES:.v=.vo)
	$(call say,EXTRACT,$<)
	@rm -rf $(OCAML) && mkdir -p $(OCAML)
	@cd $(OCAML) && coqc $(subst -R ,-R ../../,$(COQFLAGS)) -w -extraction ../../$< > extract.log \
	  || { cat extract.log >&2; exit 1; }
	@touch $@

$(OCAML)/core.cmxa: $(OCAML)/extracted.stamp $(OCAML_SHARED)
	$(call say,OCAMLOPT,$@)
	@cp $(OCAML_SHARED) $(OCAML)
	@cd $(OCAML) && ocamlfind ocamlopt -package zarith -g -O3 -w -a -a -o core.cmxa \
	  $$(ocamlfind ocamldep -sort $$(ls *.ml *.mli 2>/dev/null | grep -vxE '($(subst $(space),|,$(OCAML_MAINS))).ml'))

$(OCAML)/%.cmx: extraction/%.ml $(OCAML)/core.cmxa
	@cp $< $(OCAML)
	@$(OCAMLOPT) -c $(OCAML)/$*.ml

build/bin/warrant-%: $(OCAML)/%.cmx
	$(call say,OCAMLOPT,$@)
	@mkdir -p $(@D)
	@$(OCAMLOPT) -linkpkg $(OCAML)/core.cmxa $< -o $@

$(OCAML)/validator.o: $(OCAML)/embed.cmx
	$(call say,OCAMLOPT,$@)
	@$(OCAMLOPT) -linkpkg -output-complete-obj $(OCAML)/core.cmxa $< -o $@
