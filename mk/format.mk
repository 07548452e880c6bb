# Layout and static analysis.
CLANG_FORMAT ?= $(firstword $(shell command -v clang-format-14) clang-format)
FORMATTED = $(wildcard $(shell git ls-files -co --exclude-standard '*.c' '*.h' 2>/dev/null || find base model importers tui cli tests -name '*.[ch]'))

# Three times: tables of macros settle only then.
format: ## lay out all C sources as .clang-format says
	@for pass in 1 2 3; do $(CLANG_FORMAT) -i $(FORMATTED); done

format-check: ## name the sources that are not laid out so
	@$(CLANG_FORMAT) --dry-run -Werror $(FORMATTED) 2>&1 | awk -F: '/error:/ && !seen[$$1]++ { print $$1 ":" $$2 ": not laid out as .clang-format says; `make format` does it"; bad = 1 } \
	    !/error:/ && /command not found|No such file/ { print; bad = 1 } END { exit bad }'

.PHONY: format format-check

# Findings are errors. Each file by itself, as many at a time as there are cores.
CLANG_TIDY ?= clang-tidy-14
TIDY_SRC := $(filter-out model/store/extension.c,$(SRC))
tidy: build/tidy/compile_flags.txt $(BUILD)/tui/theme_builtin.inc ## clang-tidy with the checks of .clang-tidy
	@printf '%s\n' $(TIDY_SRC) | xargs -P $(shell nproc) -n 4 $(CLANG_TIDY) --quiet --warnings-as-errors='*' -p build/tidy 2>build/tidy/log || { grep -v 'warnings generated' build/tidy/log | tail -n 20; exit 1; }

build/tidy/compile_flags.txt: $(BUILD)/flags
	@mkdir -p $(@D)
	@printf '%s\n' $(filter-out -flto% -ffat% -g% -O% -U_FORTIFY% -D_FORTIFY% -Werror -I. -I$(BUILD),$(CFLAGS_ALL) $(NAMES)) -I$(CURDIR) -I$(CURDIR)/$(BUILD) > $@

# Slower, and with false alarms in places: to read, not to pass.
analyze: ## gcc's -fanalyzer over all sources
	@$(MAKE) --no-print-directory DEBUG=1 BUILD=build/analyze CFLAGS='-fanalyzer -Wno-analyzer-malloc-leak' build/analyze/libctxscope.a

.PHONY: tidy analyze
