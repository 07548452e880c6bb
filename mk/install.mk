# Demo, installation, and the extension for the sqlite3 shell.
SAMPLE := tests/data/demo/payd-ctx.trace.zst
INSTALL ?= install
bindir = $(DESTDIR)$(PREFIX)/bin
datadir = $(DESTDIR)$(PREFIX)/share
libdir = $(DESTDIR)$(PREFIX)/lib/ctxscope

# The loadable extension holds base and model once more, position-independent, with SQLite reached through its host's table.
EXT_SRC := $(wildcard base/*.c model/*.c model/*/*.c)
EXT_OBJ := $(EXT_SRC:%.c=$(BUILD)/ext/%.o)
EXT := $(if $(wildcard model/store/extension.c),$(BUILD)/ctxscope.so)

$(BUILD)/ext/%.o: %.c $(BUILD)/flags
	$(call say,CC,$< (extension))
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_ALL) $(NAMES) -DCTXSCOPE_EXTENSION -fno-lto -fPIC -fvisibility=hidden -ffunction-sections -fdata-sections -MMD -MP -c -o $@ $<

$(BUILD)/ctxscope.so: $(EXT_OBJ)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDMODE) -fno-lto -shared -Wl,-z,relro,-z,now,-z,noexecstack,--gc-sections $(LDFLAGS) -o $@ $^ $(filter-out -lsqlite3,$(LDLIBS_ALL))

-include $(EXT_OBJ:.o=.d)

extension: $(EXT) ## build the extension with which the sqlite3 shell reads a store

demo: ## install what is missing (saying so first), build, open the sample trace
	@mk/deps.sh build
	@$(MAKE) --no-print-directory all
	@$(BIN) $(SAMPLE)

# The texts come out of the program itself, so that they say what it does.
$(BUILD)/share/%: $(BIN)
	@mkdir -p $(@D)
	$(Q)$(BIN) --generate $(GENERATE) > $@.new && mv $@.new $@
$(BUILD)/share/ctxscope.scd: GENERATE = man
# scdoc makes the manual page; without it the rest is installed all the same.
SCDOC := $(shell command -v scdoc)
$(BUILD)/share/ctxscope.1: $(BUILD)/share/ctxscope.scd
	$(Q)scdoc < $< > $@.new && mv $@.new $@
$(BUILD)/share/ctxscope.bash: GENERATE = bash
$(BUILD)/share/_ctxscope: GENERATE = zsh
$(BUILD)/share/ctxscope.fish: GENERATE = fish
GENERATED := $(addprefix $(BUILD)/share/,$(if $(SCDOC),ctxscope.1) ctxscope.bash _ctxscope ctxscope.fish)

# FILES,FOLDER,MODE: installs files into a folder
put = $(if $(strip $(1)),$(INSTALL) -d $(2) && $(INSTALL) -m $(3) $(1) $(2)/)

install: all $(GENERATED) $(EXT) ## install below DESTDIR and PREFIX (/usr/local)
	$(call put,$(BIN),$(bindir),755)
	$(call put,$(EXT),$(libdir),644)
	$(call put,$(wildcard themes/*.theme),$(datadir)/ctxscope/themes,644)
	$(call put,$(wildcard themes/terminfo/*/*),$(datadir)/ctxscope/terminfo/c,644)
	$(call put,$(SAMPLE),$(datadir)/ctxscope,644)
	$(if $(SCDOC),$(call put,$(BUILD)/share/ctxscope.1,$(datadir)/man/man1,644),@echo 'scdoc is not installed: no manual page')
	$(call put,$(BUILD)/share/_ctxscope,$(datadir)/zsh/site-functions,644)
	$(call put,$(BUILD)/share/ctxscope.fish,$(datadir)/fish/vendor_completions.d,644)
	$(INSTALL) -d $(datadir)/bash-completion/completions
	$(INSTALL) -m 644 $(BUILD)/share/ctxscope.bash $(datadir)/bash-completion/completions/ctxscope
	$(call put,LICENSE README.md,$(datadir)/doc/ctxscope,644)

uninstall: ## take away what install put there
	rm -f $(bindir)/ctxscope $(datadir)/man/man1/ctxscope.1 $(datadir)/zsh/site-functions/_ctxscope
	rm -f $(datadir)/fish/vendor_completions.d/ctxscope.fish $(datadir)/bash-completion/completions/ctxscope
	rm -rf $(libdir) $(datadir)/ctxscope $(datadir)/doc/ctxscope

help: ## this list
	@printf 'make, and then:\n'
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/  \1\t\2/p' $(MAKEFILE_LIST) | LC_ALL=C sort -u | awk -F'\t' '{ printf "%-16s %s\n", $$1, $$2 }'
	@printf 'Variables: V=1 shows commands, DEBUG=1, SANITIZE=address,undefined or thread, CC=clang-14, PREFIX= and DESTDIR=, FUZZ_SECONDS=\n'

.PHONY: extension demo install uninstall help
