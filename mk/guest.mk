# Guests: unmodified Debian kernels in QEMU, which are asked what `make test` asks this host's.

# What kernels take, and what helpers answer there, against the contracts; downloads each kernel, 13 to 50 MB.
.PHONY: contracts
contracts: deps
	@mk/packages.sh tests/guest/packages.txt
	@$(SUBMAKE) -j$(JOBS) all build/guest/init build/tests/helpers_test build/tests/answers_test
	@JOBS=$(JOBS) KERNELS='$(KERNELS)' tests/guest/contracts.sh

# What `check --linux=RELEASE` says, against each; without KERNELS this host's kernel is asked (Makefile).
ifdef KERNELS
linux-agrees: deps
	@mk/packages.sh tests/guest/packages.txt
	@$(SUBMAKE) -j$(JOBS) all corpus build/guest/init
	@JOBS=$(JOBS) KERNELS='$(KERNELS)' tests/guest/verdicts.sh
endif

build/guest/init: tests/guest/init.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	@$(CC) $(ALL_CFLAGS) -static $< -o $@
