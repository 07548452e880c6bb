# Tests: each tests/GROUP/test_*.c has a main() of its own and is linked with everything but cli/main.c and with tests/lib;
# scripts are tests/GROUP/test_*.sh. A name that ends in _slow is left out of `make quick`.
TEST_GROUPS := unit import screen cli pty fault findings
TEST_SRC := $(sort $(wildcard $(TEST_GROUPS:%=tests/%/test_*.c)))
TEST_BIN := $(TEST_SRC:%.c=$(BUILD)/%)
TEST_SH := $(sort $(wildcard $(TEST_GROUPS:%=tests/%/test_*.sh)))
ARCH_SH := $(sort $(wildcard tests/arch/*.sh))
TESTLIB_SRC := $(wildcard tests/lib/*.c)
TESTLIB_OBJ := $(TESTLIB_SRC:%.c=$(BUILD)/%.o)
TEST_LIBS = $(shell $(PKG_CONFIG) --libs vterm 2>/dev/null || echo -lvterm) -lutil

QUICK_SRC := $(filter-out %_slow.c,$(filter tests/unit/% tests/import/% tests/findings/%,$(TEST_SRC)))
QUICK_SH := $(filter-out %_slow.sh,$(filter tests/cli/%,$(TEST_SH)))

# A test takes from the archives what it uses; without link-time optimisation, which would be done anew for every test.
$(BUILD)/libtests.a: $(TESTLIB_OBJ)
	@rm -f $@
	$(Q)ar rcsT $@ $^

$(TEST_BIN): $(BUILD)/%: $(BUILD)/%.o $(BUILD)/libtests.a $(BUILD)/libctxscope.a
	$(call say,LD,$@)
	$(Q)$(CC) $(LDMODE) -fno-lto $(LDHARDEN) $(LDFLAGS) -o $@ $< $(BUILD)/libtests.a $(BUILD)/libctxscope.a $(LDLIBS_ALL) $(TEST_LIBS)

# Programs that are no tests: measuring, pictures.
TOOL_BIN := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/perf/*.c tests/tools/*.c))
$(TOOL_BIN): $(BUILD)/%: $(BUILD)/%.o $(BUILD)/libtests.a $(BUILD)/libctxscope.a
	$(call say,LD,$@)
	$(Q)$(CC) $(LDMODE) -fno-lto $(LDHARDEN) $(LDFLAGS) -o $@ $^ $(LDLIBS_ALL) $(TEST_LIBS)

.SECONDARY: $(TEST_BIN:%=%.o) $(TOOL_BIN:%=%.o)

tests: $(BIN) $(TEST_BIN)

# All tests in one way of building; `make check` runs this for several.
test: $(BIN) $(TEST_BIN) ## all tests in one way of building (DEBUG=1, SANITIZE=…)
	@BUILD=$(BUILD) tests/run $(if $(RESULTS),-r $(RESULTS)) -n $(or $(NAME),$(notdir $(BUILD))) $(TEST_BIN) $(TEST_SH)

# What is run before every commit that lands: under a minute.
quick: format-check $(BIN) $(QUICK_SRC:%.c=$(BUILD)/%) ## tests of less than a minute: unit, import, command line, layout
	@BUILD=$(BUILD) tests/run -q -t 60 -n quick $(QUICK_SRC:%.c=$(BUILD)/%) $(QUICK_SH) $(ARCH_SH)

arch: $(BIN) ## what holds for the sources as a whole
	@BUILD=$(BUILD) tests/run $(if $(RESULTS),-r $(RESULTS)) -n arch $(ARCH_SH)

bench: $(BIN) $(TOOL_BIN) ## figures, with Go's own reader beside where Go is found
	@BUILD=$(BUILD) tests/perf/bench.sh

# From the program as it is, on the sample: the same bytes from each run.
picture: $(BIN) $(TOOL_BIN) ## make the picture in the README anew: docs/timeline.svg
	@CTXSCOPE=$(BIN) $(BUILD)/tests/tools/shot 120x34 "$(PICTURE_KEYS)" --no-cache --goto $(PICTURE_PLACE) $(SAMPLE) > $(BUILD)/timeline.svg
	@mv $(BUILD)/timeline.svg docs/timeline.svg
PICTURE_PLACE ?= t=1.4680s,g=2431
PICTURE_KEYS ?= 2 S + + + + w w w

check: ## install what tests need (saying so first), build in several ways, run all tests
	@mk/deps.sh build tests
	@mk/check.sh

asan: ## all tests under AddressSanitizer and UBSan
	@$(MAKE) --no-print-directory SANITIZE=address,undefined NAME=asan test

# Under ThreadSanitizer: what has threads, which is the whole line from file to answer. Forks and ptys add nothing there.
TSAN_SRC := $(filter-out %_slow.c,$(filter tests/unit/% tests/import/% tests/screen/%,$(TEST_SRC)))
tsan: ## tests of what has threads, under ThreadSanitizer
	@$(MAKE) --no-print-directory SANITIZE=thread NAME=tsan tsan-run
tsan-run: $(BIN) $(TSAN_SRC:%.c=$(BUILD)/%)
	@BUILD=$(BUILD) TSAN_OPTIONS=halt_on_error=1 tests/run -t 300 $(if $(RESULTS),-r $(RESULTS)) -n $(or $(NAME),tsan) $(TSAN_SRC:%.c=$(BUILD)/%)

# Valgrind sees uninitialised memory, which the sanitizers of gcc do not. It is slow: the small tests only.
VALGRIND_SRC := $(wildcard tests/unit/test_grid.c tests/unit/test_filter.c tests/unit/test_source.c tests/unit/test_keymap.c tests/unit/test_json.c tests/unit/test_theme.c tests/unit/test_chunk_quick.c)
valgrind: ## some small tests under valgrind
	@$(MAKE) --no-print-directory DEBUG=1 NAME=valgrind valgrind-run
valgrind-run: $(VALGRIND_SRC:%.c=$(BUILD)/%)
	@BUILD=$(BUILD) RUN_UNDER="valgrind -q --suppressions=tests/lib/valgrind.supp --error-exitcode=9 --leak-check=full --show-leak-kinds=definite" tests/run -t 300 $(if $(RESULTS),-r $(RESULTS)) -n $(or $(NAME),valgrind) $(VALGRIND_SRC:%.c=$(BUILD)/%)

-include $(TEST_BIN:%=%.d) $(TOOL_BIN:%=%.d) $(TESTLIB_OBJ:.o=.d)
.PHONY: tests test quick arch asan tsan tsan-run valgrind valgrind-run bench picture check
