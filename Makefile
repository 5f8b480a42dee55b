# make          builds everything: programs in build/bin/, the library in build/lib/
# make run      checks the project's real input and prints the verdicts
# make test     runs the tests
# make bench    measures (SAMPLES="FOLDER..." and LIST=FILE: tests/bench.sh says more)
# make bench-seccomp        how the cost of a seccomp audit grows, beside OLD=REVISION and SECCOMP_TOOLS=PATH (tests/bench_seccomp.sh)
# make packages checks the BPF objects in Debian packages, which it downloads
# make contracts            asks unmodified kernels in QEMU whether contracts hold (KERNELS="6.1 6.12 6.18 7.3")
# make linux-agrees  compares `warrant check --linux` with this host's kernel (tests/linux_agrees.sh), or with
#                    others in QEMU (KERNELS="6.1 6.12 6.18 7.3": tests/guest/verdicts.sh)
# make samples  checks public samples beside known verdicts (SAMPLES=FOLDER LIST=FILE: tests/samples.sh says more)
# make selftests LINUX=DIR   checks the verifier's tests of a Linux source (tests/selftests.sh)
# make same-as-libbpf   compares the instructions that are certified with those that libbpf loads (SAMPLES=FOLDER: in those, too)
# make install  PREFIX=/usr/local DESTDIR=
# make clean    removes what was built
# make coq      the theories; this and everything in OCaml is built by dune, and `dune build` alone does it too
# make deps     installs the Debian packages of packages.txt; run and test do it first
# make doc      the theories to read in a browser, from build/doc/index.html
# make check-style           formatting of C, scripts and Coq; make test does it too
# make coqchk, make mangle   slow checks of the proofs
# make classic-million   a million random classic programs: directly, translated, in the kernel
# make real-filters          audits filters of browsers, containers, ..., which it installs
# make import-agrees         profiles as imported and as runc installs them, which it installs (PROFILES=FOLDER: those, too)
# make forms                 reads what other tools print of a filter; has those that are missing from Debian's archive
# make constants-agree       constants of each architecture and Linux's headers for it, which it downloads
# make languages-agree       LXC's lists and snapd's templates as imported and as LXC and snap-seccomp compile them (COUNT=, SEED=: random ones)
# make simulator             the audit and libseccomp's simulator on 100,000 inputs
# make calls LINUX=DIR       compares the table of calls with the source of a kernel
# make audit-million         the audits in C and in Coq on a million filters
# make transfer-ten-million, make states-thousand   slow runs of two tests
#
# JOBS=N builds that many things at a time.

PREFIX ?= /usr/local
JOBS ?= $(shell nproc 2>/dev/null || echo 1)
CFLAGS ?= -O2 -g
ALL_CFLAGS := -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror $(CFLAGS)
SUBMAKE := $(MAKE) --no-print-directory

say = @printf '  %-8s %s\n' $(1) $(2)
empty :=
space := $(empty) $(empty)

.DELETE_ON_ERROR:
.PHONY: all run test bench packages samples selftests same-as-libbpf linux-agrees audit-million classic-million real-filters import-agrees simulator transfer-ten-million states-thousand forms calls bench-seccomp constants-agree languages-agree install clean deps check-style
all: coq programs corpus
	@:

include mk/coq.mk
include mk/ocaml.mk
include mk/c.mk
include mk/corpus.mk
include mk/guest.mk

# Nothing may be read from packages that are not there yet, so these two start over after `deps`.
run: deps
	@$(SUBMAKE) -j$(JOBS) all
	@tests/run_real.sh

test: deps
	@$(SUBMAKE) -j$(JOBS) all tests
	@JOBS=$(JOBS) tests/run.sh

# Four processes that share a million filters; make test has 20,000.
audit-million: deps
	@$(SUBMAKE) -j$(JOBS) all tests
	@printf '%s\n' 1 26 51 76 | ASAN_OPTIONS=use_sigaltstack=0 xargs -P $(JOBS) -I{} build/tests/audit_table_test 250000 {}

# Filters of programs that are installed for it.
real-filters: deps
	@$(SUBMAKE) -j$(JOBS) all
	@tests/real_filters.sh

# Starts containers in a temporary folder, as root; installs runc.
import-agrees: deps
	@$(SUBMAKE) -j$(JOBS) programs
	@PROFILES='$(PROFILES)' tests/import_agrees.sh

# What tools print of a filter today, read back; those that are missing come from Debian's archive, for the run alone.
forms: deps
	@$(SUBMAKE) -j$(JOBS) all
	@tests/forms_real.sh

# Debian's headers for cross-compiling, unpacked into build/cross.
constants-agree: deps
	@$(SUBMAKE) -j$(JOBS) coq build/tests/constants_dump
	@tests/constants_agree.sh

# Unpacks Debian's LXC and snapd into a temporary folder, as root.
languages-agree: deps
	@$(SUBMAKE) -j$(JOBS) programs
	@COUNT='$(or $(COUNT),120)' SEED='$(or $(SEED),1)' tests/languages_agree.sh

# The audit against libseccomp's simulator on 100,000 inputs; its source is fetched for it.
simulator: deps
	@$(SUBMAKE) -j$(JOBS) all tests
	@tests/simulator.sh

# The kernel's tables and definitions in DIR against the one table here. A newer release: write the table anew,
# `tests/seccomp_calls.pl DIR > cbridge/audit/calls.txt`, and read what changed.
calls:
	@[ -n '$(LINUX)' ] || { echo 'make calls LINUX=DIR: which folder has the source of a kernel?' >&2; exit 2; }
	@perl tests/seccomp_calls.pl '$(LINUX)' > build/generated/calls.txt
	@diff -u cbridge/audit/calls.txt build/generated/calls.txt && echo 'the table of calls is the source'"'"'s'

# Ten million cases of C's abstract operations against the extracted ones, numbers and whole states.
transfer-ten-million: deps
	@$(SUBMAKE) -j$(JOBS) all build/tests/transfer_test build/tests/states_test
	@build/tests/transfer_test 7000000
	@build/tests/states_test --inputs 0 --cases 3000000

# Every accepted program of the corpus on a thousand inputs, step by step inside its certificate.
states-thousand: deps
	@$(SUBMAKE) -j$(JOBS) all build/tests/states_test
	@build/tests/states_test --inputs 1000 --cases 0

bench: deps
	@$(SUBMAKE) -j$(JOBS) all
	@SAMPLES='$(SAMPLES)' LIST='$(LIST)' tests/bench.sh

# OLD and SECCOMP_TOOLS reach the script, as all that is set on the command line does.
bench-seccomp: deps
	@$(SUBMAKE) -j$(JOBS) programs $(CORPUS)/seccomp/worker.bpf build/tests/bench_seccomp
	@JOBS=$(JOBS) tests/bench_seccomp.sh

# The BPF objects in Debian packages; downloads about 200 MB.
packages: deps
	@$(SUBMAKE) -j$(JOBS) all build/tests/carve
	@JOBS=$(JOBS) tests/packages.sh

# Needs bpf(2); the first time it downloads what `make packages` does.
ifndef KERNELS
linux-agrees: deps
	@$(SUBMAKE) -j$(JOBS) all build/tests/carve build/tests/linux_random
	@[ -e build/packages/complete ] || JOBS=$(JOBS) tests/packages.sh
	@tests/linux_agrees.sh
endif

# The verifier's tests of a Linux source, LINUX=DIR (tests/selftests.sh); needs bpf(2).
selftests: deps
	@$(SUBMAKE) -j$(JOBS) programs
	@LINUX='$(LINUX)' JOBS=$(JOBS) tests/selftests.sh

samples: deps
	@$(SUBMAKE) -j$(JOBS) all
	@SAMPLES='$(SAMPLES)' LIST='$(LIST)' JOBS=$(JOBS) tests/samples.sh

same-as-libbpf: deps
	@$(SUBMAKE) -j$(JOBS) all build/tests/as_libbpf
	@SAMPLES='$(SAMPLES)' JOBS=$(JOBS) tests/same_as_libbpf.sh

classic-million: deps
	@$(SUBMAKE) -j$(JOBS) all build/tests/translate_test
	@build/tests/translate_test --programs 1000000

check-style:
	@tests/style_test.sh

deps:
	@mk/packages.sh packages.txt

# What editors leave beside the theories would stand in dune's way.
clean:
	@rm -rf build _build
	@find semantics checker proofs extraction \( -name '*.vo' -o -name '*.vos' -o -name '*.vok' \
	  -o -name '*.glob' -o -name '.*.aux' \) -delete
	@rm -f .lia.cache .nia.cache
