# make format: lays out all C sources as .clang-format says. make format-check: names those that are not so.
CLANG_FORMAT ?= $(firstword $(shell command -v clang-format-14) clang-format)
FORMATTED = $(wildcard $(shell git ls-files -co --exclude-standard '*.c' '*.h' 2>/dev/null || find base model importers tui cli tests -name '*.[ch]'))

# Three times: tables of macros settle only then.
format:
	@for pass in 1 2 3; do $(CLANG_FORMAT) -i $(FORMATTED); done

format-check:
	@$(CLANG_FORMAT) --dry-run -Werror $(FORMATTED) 2>&1 | awk -F: '/error:/ && !seen[$$1]++ { print $$1 ":" $$2 ": not laid out as .clang-format says; `make format` does it"; bad = 1 } \
	    !/error:/ && /command not found|No such file/ { print; bad = 1 } END { exit bad }'

.PHONY: format format-check
