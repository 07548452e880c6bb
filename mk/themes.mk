# The themes as C strings, so that the program runs without its files.
THEMES := $(wildcard themes/*.theme)
$(BUILD)/tui/theme_builtin.inc: $(THEMES) mk/themes.mk
	@mkdir -p $(@D)
	$(Q)for f in $(THEMES); do n=$${f##*/}; printf '{"%s",\n' "$${n%.theme}"; \
	  sed -e 's/[\\"]/\\&/g' -e 's/^/ "/' -e 's/$$/\\n"/' $$f; printf '},\n'; done > $@.tmp && mv $@.tmp $@
$(BUILD)/tui/theme.o: $(BUILD)/tui/theme_builtin.inc
