# ctxscope. `make demo` sets up, builds and opens the sample; `make check` runs all tests; `make help` lists the rest.
#   V=1 shows commands · DEBUG=1 quick to build, good to debug · SANITIZE=address,undefined or thread · CC=clang-14
PREFIX ?= /usr/local
DESTDIR ?=
PKG_CONFIG ?= pkg-config
VERSION := $(shell cat VERSION)
PKGS := ncursesw tinfo termkey libzstd sqlite3 libxxhash yajl inih libpcre2-8 zlib libutf8proc

# One build folder for each way of building, so that they never mix.
empty :=
comma := ,
ifdef SANITIZE
  BUILD := build/$(subst $(comma),-,$(SANITIZE))
  MODE := -O1 -g -DCTXSCOPE_FAULTS -fno-omit-frame-pointer -fsanitize=$(SANITIZE) -fno-sanitize-recover=all
  LDMODE := -fsanitize=$(SANITIZE)
else ifdef DEBUG
  BUILD := build/debug
  MODE := -Og -g3 -DCTXSCOPE_FAULTS
else
  BUILD := build/release
  MODE := -O2 -g -flto=auto -ffat-lto-objects -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
  LDMODE := -O2 -flto=auto
endif
ifneq ($(CC),cc)
  BUILD := $(BUILD)-$(notdir $(CC))
endif

WARN := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wcast-qual -Wwrite-strings -Wundef -Wvla -Wformat=2 -Wno-format-nonliteral -Wno-unknown-warning-option -Wno-format-truncation
ifneq ($(CI),)
  WARN += -Werror
endif
HARDEN := -fstack-protector-strong -fstack-clash-protection -fPIE -fno-strict-overflow
HARDEN += $(if $(findstring x86_64,$(shell $(CC) -dumpmachine 2>/dev/null)),-fcf-protection)
LDHARDEN := -pie -Wl,-z,relro,-z,now,-z,noexecstack
CFLAGS_ALL := -std=c17 -D_GNU_SOURCE $(WARN) $(MODE) $(HARDEN) -I. -I$(BUILD) -pthread $(shell $(PKG_CONFIG) --cflags $(PKGS) 2>/dev/null) $(CFLAGS)
# Seen by cli/ only, so that another PREFIX does not build everything anew.
NAMES := -DCTXSCOPE_VERSION='"$(VERSION)"' -DCTXSCOPE_PREFIX='"$(PREFIX)"'
LDLIBS_ALL := $(shell $(PKG_CONFIG) --libs $(PKGS) 2>/dev/null) -lm -ldl -pthread $(LDLIBS)

SRC := $(wildcard base/*.c model/*.c model/*/*.c importers/*.c importers/*/*.c tui/*.c tui/*/*.c cli/*.c cli/*/*.c)
LIBSRC := $(filter-out cli/main.c model/store/extension.c,$(SRC))
OBJ := $(SRC:%.c=$(BUILD)/%.o)
LIBOBJ := $(LIBSRC:%.c=$(BUILD)/%.o)
BIN := $(BUILD)/ctxscope

Q := $(if $(V),,@)
silent := $(findstring s,$(filter-out -%,$(firstword $(MAKEFLAGS))))
say = $(if $(V)$(silent),,@printf '  %-5s %s\n' $(1) $(2))

all: $(BIN) ## build the program: build/release/ctxscope

$(BIN): $(BUILD)/cli/main.o $(BUILD)/libctxscope.a
	$(call say,LD,$@)
	$(Q)$(CC) $(LDMODE) $(LDHARDEN) $(LDFLAGS) -o $@ $^ $(LDLIBS_ALL)

# Holds the paths of the objects, not copies.
$(BUILD)/libctxscope.a: $(LIBOBJ)
	@rm -f $@
	$(Q)ar rcsT $@ $^

# Writes a text into the target when it says something else.
keep = @echo '$(subst ','\'',$(1))' | cmp -s - $@ || echo '$(subst ','\'',$(1))' > $@

# Changes when the flags do (CI=1 makes warnings errors, say), and so has everything built anew.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	$(call keep,$(CC) $(CFLAGS_ALL))
$(BUILD)/names: FORCE
	@mkdir -p $(@D)
	$(call keep,$(NAMES))
$(filter $(BUILD)/cli/%,$(OBJ)): $(BUILD)/names

$(BUILD)/%.o: %.c $(BUILD)/flags
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_ALL) $(if $(filter cli/%,$<),$(NAMES)) -MMD -MP -c -o $@ $<

clean: ## remove build/
	rm -rf build

-include $(OBJ:.o=.d)
-include $(wildcard mk/*.mk)
.PHONY: all clean FORCE
.DEFAULT_GOAL := all
