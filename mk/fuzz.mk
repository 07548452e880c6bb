# Fuzzing: each tests/fuzz/fuzz_*.c is a libFuzzer target, built with clang in a folder of its own. What it finds is kept below
# build/fuzz/NAME; its corpus begins with tests/fuzz/seeds/NAME and what its source names.
FUZZ_CC ?= clang-14
FUZZ_SECONDS ?= 60
FUZZ_SRC := $(sort $(wildcard tests/fuzz/fuzz_*.c))
FUZZ_NAMES := $(FUZZ_SRC:tests/fuzz/fuzz_%.c=%)
FUZZ_BUILD := build/fuzz
FUZZ_OBJ := $(LIBSRC:%.c=$(FUZZ_BUILD)/%.o) $(patsubst %.c,$(FUZZ_BUILD)/%.o,$(wildcard tests/lib/*.c))
FUZZ_CFLAGS = $(filter-out -flto% -ffat% -D_FORTIFY_SOURCE=2 -O% -fPIE,$(CFLAGS_ALL)) -O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined

$(FUZZ_BUILD)/%.o: %.c $(BUILD)/flags
	$(call say,FUZZ,$<)
	@mkdir -p $(@D)
	$(Q)$(FUZZ_CC) $(FUZZ_CFLAGS) $(NAMES) -MMD -MP -c -o $@ $<

$(FUZZ_BUILD)/lib.a: $(FUZZ_OBJ)
	@rm -f $@
	$(Q)ar rcsT $@ $^

$(FUZZ_BUILD)/fuzz_%: $(FUZZ_BUILD)/tests/fuzz/fuzz_%.o $(FUZZ_BUILD)/lib.a
	$(call say,LD,$@)
	$(Q)$(FUZZ_CC) -fsanitize=fuzzer,address,undefined -o $@ $^ $(LDLIBS_ALL) $(TEST_LIBS)

.SECONDARY: $(FUZZ_SRC:%.c=$(FUZZ_BUILD)/%.o)

$(FUZZ_BUILD)/tui/theme.o: $(BUILD)/tui/theme_builtin.inc

fuzz-build: $(FUZZ_NAMES:%=$(FUZZ_BUILD)/fuzz_%)

fuzz: fuzz-build ## fuzz each target for FUZZ_SECONDS (60); stops at the first finding
	@for name in $(FUZZ_NAMES); do tests/fuzz/run.sh $(FUZZ_BUILD) $$name $(FUZZ_SECONDS) || exit 1; done

fuzz-quick: fuzz-build ## the same, 20 seconds each, as make check does
	@FUZZ_SECONDS=$(if $(filter 60,$(FUZZ_SECONDS)),20,$(FUZZ_SECONDS)) BUILD=$(FUZZ_BUILD) tests/run -j $(shell nproc) -t 180 $(if $(RESULTS),-r $(RESULTS)) -n fuzz $(FUZZ_NAMES:%=$(FUZZ_BUILD)/run_%.sh)

$(FUZZ_NAMES:%=$(FUZZ_BUILD)/run_%.sh): $(FUZZ_BUILD)/run_%.sh: mk/fuzz.mk
	@mkdir -p $(@D)
	@echo 'exec tests/fuzz/run.sh $(FUZZ_BUILD) $* "$$FUZZ_SECONDS"' > $@
fuzz-build: $(FUZZ_NAMES:%=$(FUZZ_BUILD)/run_%.sh)

-include $(FUZZ_OBJ:.o=.d) $(FUZZ_SRC:%.c=$(FUZZ_BUILD)/%.d)
.PHONY: fuzz fuzz-build fuzz-quick
