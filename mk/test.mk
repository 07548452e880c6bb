# Tests: each tests/GROUP/test_*.c has a main() of its own and is linked with everything but cli/main.c and with tests/lib;
# scripts are tests/GROUP/test_*.sh. A name that ends in _slow is left out of `make quick`.
TEST_GROUPS := unit import screen cli pty fault
TEST_SRC := $(sort $(wildcard $(TEST_GROUPS:%=tests/%/test_*.c)))
TEST_BIN := $(TEST_SRC:%.c=$(BUILD)/%)
TEST_SH := $(sort $(wildcard $(TEST_GROUPS:%=tests/%/test_*.sh)))
ARCH_SH := $(sort $(wildcard tests/arch/*.sh))
TESTLIB_SRC := $(wildcard tests/lib/*.c)
TESTLIB_OBJ := $(TESTLIB_SRC:%.c=$(BUILD)/%.o)
TEST_LIBS = $(shell $(PKG_CONFIG) --libs vterm 2>/dev/null || echo -lvterm) -lutil

QUICK_SRC := $(filter-out %_slow.c,$(filter tests/unit/% tests/import/%,$(TEST_SRC)))
QUICK_SH := $(filter-out %_slow.sh,$(filter tests/cli/%,$(TEST_SH)))

# A test takes from the archives what it uses; without link-time optimisation, which would be done anew for every test.
$(BUILD)/libtests.a: $(TESTLIB_OBJ)
	@rm -f $@
	$(Q)ar rcsT $@ $^

$(TEST_BIN): $(BUILD)/%: $(BUILD)/%.o $(BUILD)/libtests.a $(BUILD)/libctxscope.a
	$(call say,LD,$@)
	$(Q)$(CC) $(LDMODE) -fno-lto $(LDHARDEN) $(LDFLAGS) -o $@ $< $(BUILD)/libtests.a $(BUILD)/libctxscope.a $(LDLIBS_ALL) $(TEST_LIBS)

.SECONDARY: $(TEST_BIN:%=%.o)

tests: $(BIN) $(TEST_BIN)

# All tests in one way of building; `make check` runs this for several.
test: $(BIN) $(TEST_BIN) ## all tests in one way of building (DEBUG=1, SANITIZE=…)
	@BUILD=$(BUILD) tests/run $(if $(RESULTS),-r $(RESULTS)) -n $(or $(NAME),$(notdir $(BUILD))) $(TEST_BIN) $(TEST_SH)

# What is run before every commit that lands: under a minute.
quick: format-check $(BIN) $(QUICK_SRC:%.c=$(BUILD)/%) ## tests of less than a minute: unit, import, command line, layout
	@BUILD=$(BUILD) tests/run -q -t 30 -n quick $(QUICK_SRC:%.c=$(BUILD)/%) $(QUICK_SH) $(ARCH_SH)

arch: $(BIN) ## what holds for the sources as a whole
	@BUILD=$(BUILD) tests/run $(if $(RESULTS),-r $(RESULTS)) -n arch $(ARCH_SH)

check: ## install what tests need (saying so first), build in several ways, run all tests
	@mk/deps.sh build tests
	@mk/check.sh

asan: ## all tests under AddressSanitizer and UBSan
	@$(MAKE) --no-print-directory SANITIZE=address,undefined NAME=asan test

-include $(TEST_BIN:%=%.d) $(TESTLIB_OBJ:.o=.d)
.PHONY: tests test quick arch asan check
