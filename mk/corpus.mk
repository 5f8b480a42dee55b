# The corpus: objects and filters made from their sources by the compilers that users have.

CORPUS := build/corpus
CLANG := clang
# The BPF target has no headers of its own; the machine's <asm/types.h> is good enough for <linux/bpf.h>.
BPF_CFLAGS := -target bpf -mcpu=v3 -O2 -g -Wall -Wextra -Werror -fdebug-compilation-dir=. \
  -idirafter /usr/include/$(shell gcc -print-multiarch 2>/dev/null)

# The flow filter and its faulty twins: one source, one macro each.
TWINS := no_bounds_check no_null_check off_by_one past_value undefined_key
FLOW_OBJECTS := $(CORPUS)/xdp_flow/xdp_flow.o $(CORPUS)/xdp_calls/xdp_calls.o $(TWINS:%=$(CORPUS)/xdp_flow/%.o)
SMALL_OBJECTS := $(patsubst corpus/small/%.c,$(CORPUS)/small/%.o,$(wildcard corpus/small/*.c))
RUN_OBJECTS := $(CORPUS)/runs/runs.o
SOCKET_FILTERS := $(patsubst %:,$(CORPUS)/socket/%.ddd,\
  $(shell sed -n 's/^\([a-z0-9-]*:\).*/\1/p' corpus/socket/expressions.txt))
SECCOMP_FILTERS := $(CORPUS)/seccomp/worker.bpf
FAULTS := $(CORPUS)/faults/faults.o
OBJECTS := $(patsubst corpus/objects/%.c,$(CORPUS)/objects/%.o,$(wildcard corpus/objects/*.c)) $(CORPUS)/other/as_libbpf.o
TYPED := $(CORPUS)/typed/typed.o $(CORPUS)/typed/objects.o $(CORPUS)/typed/kernel.o
KFUNCS := $(patsubst corpus/%.c,$(CORPUS)/%.o,$(wildcard corpus/kfuncs/*.c))
HOSTILE_FILES := $(CORPUS)/hostile/damaged.stamp $(CORPUS)/hostile/big_endian.o \
  $(CORPUS)/hostile/machine_code.o $(CORPUS)/hostile/mutate

.PHONY: corpus
corpus: $(FLOW_OBJECTS) $(SMALL_OBJECTS) $(OBJECTS) $(TYPED) $(KFUNCS) $(FAULTS) $(RUN_OBJECTS) $(SOCKET_FILTERS) $(SECCOMP_FILTERS) \
  $(HOSTILE_FILES) $(CORPUS)/uapi/uapi.o

$(CORPUS)/xdp_calls/xdp_calls.o $(CORPUS)/runs/runs.o $(CORPUS)/uapi/uapi.o: $(CORPUS)/%.o: corpus/%.c
	$(call say,CLANG,$@)
	@mkdir -p $(@D)
	@$(CLANG) $(BPF_CFLAGS) -c $< -o $@

$(CORPUS)/xdp_flow/xdp_flow.o: corpus/xdp_flow/xdp_flow.c
	$(call say,CLANG,$@)
	@mkdir -p $(@D)
	@$(CLANG) $(BPF_CFLAGS) -c $< -o $@

$(TWINS:%=$(CORPUS)/xdp_flow/%.o): $(CORPUS)/xdp_flow/%.o: corpus/xdp_flow/xdp_flow.c
	$(call say,CLANG,$@)
	@mkdir -p $(@D)
	@$(CLANG) $(BPF_CFLAGS) -D$$(echo $* | tr a-z A-Z) -c $< -o $@

$(CORPUS)/small/%.o: corpus/small/%.c corpus/small/small.h
	$(call say,CLANG,$@)
	@mkdir -p $(@D)
	@$(CLANG) $(BPF_CFLAGS) -c $< -o $@

$(CORPUS)/faults/%.o: corpus/faults/%.c
	$(call say,CLANG,$@)
	@mkdir -p $(@D)
	@$(CLANG) $(BPF_CFLAGS) -c $< -o $@

$(CORPUS)/objects/%.o: corpus/objects/%.c $(wildcard corpus/objects/*.h) corpus/objects/kernel_a.c
	$(call say,CLANG,$@)
	@mkdir -p $(@D)
	@$(CLANG) $(BPF_CFLAGS) -c $< -o $@

$(CORPUS)/other/as_libbpf.o: corpus/objects/as_libbpf.c
	$(call say,CLANG,$@)
	@mkdir -p $(@D)
	@$(CLANG) $(BPF_CFLAGS) -DOTHER -c $< -o $@

$(CORPUS)/kfuncs/%.o: corpus/kfuncs/%.c
	$(call say,CLANG,$@)
	@mkdir -p $(@D)
	@$(CLANG) $(BPF_CFLAGS) -Wno-unused-parameter -c $< -o $@

# The contexts are arrays, and some programs do not look at theirs.
$(CORPUS)/typed/%.o: corpus/typed/%.c corpus/typed/shape.h
	$(call say,CLANG,$@)
	@mkdir -p $(@D)
	@$(CLANG) $(BPF_CFLAGS) -Wno-unused-parameter -c $< -o $@

$(CORPUS)/seccomp/make_filter: corpus/seccomp/make_filter.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	@$(CC) $(ALL_CFLAGS) $< -o $@ -lseccomp

$(CORPUS)/seccomp/worker.bpf: $(CORPUS)/seccomp/make_filter
	$(call say,FILTER,$@)
	@$< $@

$(CORPUS)/socket/%.ddd: corpus/socket/expressions.txt
	$(call say,FILTER,$@)
	@mkdir -p $(@D)
	@tcpdump -ddd -y EN10MB "$$(sed -n 's/^$*://p' $<)" > $@.tmp 2> $@.err || { cat $@.err >&2; exit 1; }
	@mv $@.tmp $@ && rm -f $@.err

$(CORPUS)/hostile/make_hostile $(CORPUS)/hostile/mutate: $(CORPUS)/hostile/%: corpus/hostile/%.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	@$(CC) $(ALL_CFLAGS) $< -o $@

$(CORPUS)/hostile/damaged.stamp: $(CORPUS)/hostile/make_hostile $(CORPUS)/xdp_flow/xdp_flow.o $(CORPUS)/objects/legacy.o \
  $(CORPUS)/objects/core.o
	$(call say,DAMAGE,$(@D)/damaged)
	@rm -rf $(@D)/damaged $(@D)/core $(@D)/old && mkdir -p $(@D)/damaged $(@D)/core $(@D)/old
	@$< lies $(CORPUS)/xdp_flow/xdp_flow.o $(@D)/damaged
	@$< old-lies $(CORPUS)/objects/legacy.o $(@D)/damaged
	@$< core-lies $(CORPUS)/objects/core.o $(@D)/core
	@$< old $(CORPUS)/objects/legacy.o $(@D)/old
	@touch $@

$(CORPUS)/hostile/big_endian.o: corpus/xdp_flow/xdp_flow.c
	$(call say,CLANG,$@)
	@mkdir -p $(@D)
	@$(CLANG) $(BPF_CFLAGS:bpf=bpfeb) -c $< -o $@

$(CORPUS)/hostile/machine_code.o: corpus/hostile/make_hostile.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	@$(CC) $(ALL_CFLAGS) -c $< -o $@
