# SPDX-License-Identifier: GPL-3.0-or-later
# Builds, checks and installs Sandyq. `make check` and `make demo` need nothing installed but git
# and make.

PREFIX  ?= /usr/local
DESTDIR ?=
BUILD   ?= build
VERSION := 0.1
CC      := gcc
WARN    := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
           -Wcast-qual -Wwrite-strings -Wformat=2 -Wvla -Wundef -Wold-style-definition \
           -Wnull-dereference -Wno-unused-parameter -Wno-missing-field-initializers
OPT     ?= -O2 -g -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection
CET     := $(if $(filter x86_64,$(shell uname -m)),-fcf-protection=full)
SAN     ?=
SANFLAG := $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)
CFLAGS  ?=
LDFLAGS ?=
LOCALEDIR := $(PREFIX)/share/locale
DEFINES = -DSANDYQ_VERSION='"$(VERSION)"'
ALL_CFLAGS  = -std=gnu11 -D_GNU_SOURCE -I. $(DEFINES) $(WARN) $(OPT) $(CET) \
              -fPIE -ffunction-sections -pthread $(SANFLAG) $(CFLAGS)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--gc-sections -pthread $(SANFLAG) $(LDFLAGS)

# `make V=1` shows whole commands.
V       ?=
say      = $(if $(V),,@echo '  $(1)';)

# The rooms of each program, and all of them. Order is the link order: a room needs only rooms to
# its right.
ROOMS_all     := protocol sandbox complaint tui store crypto base
ROOMS_kiosk   := kiosk session device $(ROOMS_all)
ROOMS_desk    := desk office $(ROOMS_all)
ROOMS_courier := courier device $(ROOMS_all)
ROOMS         := kiosk desk courier session office device $(ROOMS_all)
PROGRAMS := sandyq-kiosk sandyq-desk sandyq-courier
# What each program links, and no more (the session's attack surface is what it is linked with).
# Asked when it links, not before: a fresh machine gets pkg-config from deps.
PKG          = $(shell pkg-config --libs $(1))
LIBS_kiosk   = $(call PKG,libgcrypt sqlite3 ncursesw libqrencode libseccomp libcbor) -lunistring
LIBS_desk    = $(call PKG,libgcrypt sqlite3 ncursesw libcbor jansson libseccomp) -lunistring
LIBS_courier = $(call PKG,libgcrypt sqlite3 libseccomp)
LIBS_test    = $(LIBS_kiosk) $(call PKG,jansson cmocka vterm zbar libsodium) -lutil

DEPS_BUILD := gcc libc6-dev gettext libcbor-dev libgcrypt20-dev libjansson-dev libncurses-dev \
              libqrencode-dev libseccomp-dev libsqlite3-dev libunistring-dev pkg-config
# valgrind does not start without the symbols of the dynamic linker, libc6-dbg.
DEPS_TEST  := libc6-dbg libcmocka-dev libsodium-dev libvterm-dev libxkbcommon-dev libzbar-dev \
              python3-argon2 python3-cryptography strace valgrind xkb-data
DEPS_LINT  := clang-format mandoc systemd
DEPS_FUZZ  := clang libclang-rt-dev $(DEPS_TEST)
DEPS_BENCH := age gnupg notmuch strace

MAIN_SRC := kiosk/main.c desk/main.c courier/main.c
SRC       = $(filter-out $(MAIN_SRC),$(wildcard $(1)/*.c))
OBJ       = $(patsubst %.c,$(BUILD)/%.o,$(1))
ROOM_LIB  = $(foreach r,$(1),$(BUILD)/$(r).a)
LANGS    := kk ru
MO       := $(foreach l,$(LANGS),$(BUILD)/locale/$(l)/LC_MESSAGES/sandyq.mo) $(BUILD)/locale/sandyq.utf8
TEXTS    := $(wildcard $(foreach l,$(LANGS) en,texts/$(l)/*.txt))
MAN      := $(wildcard man/*.[0-9])
UNITS    := $(filter-out %.sysusers,$(wildcard systemd/*.*))
UNITDIR  := $(PREFIX)/lib/systemd/system
TESTS    := $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/test_*.c))
# What tests share: the fake world around a session, a desk, a kiosk; folders, processes, terminals.
TEST_AID := $(wildcard tests/lib/*.c)

all: $(PROGRAMS:%=$(BUILD)/%) $(MO) $(BUILD)/texts

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC $<)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

define room
$(BUILD)/$(1).a: $(call OBJ,$(call SRC,$(1)))
	@rm -f $$@; mkdir -p $$(@D)
	$$(call say,AR $$@)ar rcs $$@ $$^
endef
$(foreach r,$(ROOMS),$(eval $(call room,$(r))))

define program
$(BUILD)/sandyq-$(1): $(BUILD)/$(1)/main.o $(call ROOM_LIB,$(ROOMS_$(1)))
	$$(call say,LD $$@)$$(CC) $$(ALL_LDFLAGS) -o $$@ $$^ -Wl,--as-needed $$(LIBS_$(1))
endef
$(foreach p,kiosk desk courier,$(eval $(call program,$(p))))

# Most tests, and the programs that they start, derive keys quickly (tests/quick/argon.c says how
# and why). These do the real work, or wrap it themselves.
QUICK    := -Xlinker --wrap=argon_derive
TRUE     := $(patsubst %,$(BUILD)/tests/test_%,casebook_made code corpus end_to_end keyring leak taint)
QUICK_T  := $(filter-out $(TRUE),$(TESTS)) $(BUILD)/tests/apart/apart
$(QUICK_T): private ALL_LDFLAGS += $(QUICK)
$(QUICK_T): $(BUILD)/tests/quick/argon.o | $(PROGRAMS:%=$(BUILD)/quick/%)
define quick
$(BUILD)/quick/sandyq-$(1): $(BUILD)/$(1)/main.o $(BUILD)/tests/quick/argon.o $(call ROOM_LIB,$(ROOMS_$(1)))
	@mkdir -p $$(@D)
	@ln -sfn ../locale ../texts $$(@D)
	$$(call say,LD $$@)$$(CC) $$(ALL_LDFLAGS) $(QUICK) -o $$@ $$^ -Wl,--as-needed $$(LIBS_$(1))
endef
$(foreach p,kiosk desk courier,$(eval $(call quick,$(p))))

$(BUILD)/tests/%: $(BUILD)/tests/%.o $(call OBJ,$(TEST_AID)) $(call ROOM_LIB,$(ROOMS))
	$(call say,LD $@)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(call ROOM_LIB,$(ROOMS)) \
		-Wl,--as-needed $(LIBS_test)
$(BUILD)/tests/test_leak: $(call OBJ,$(wildcard tests/leak/*.c))
$(BUILD)/tests/test_tamper: $(call OBJ,$(wildcard tests/tamper/*.c))
$(BUILD)/tests/test_carried: $(call OBJ,$(wildcard tests/carried/*.c) tests/tamper/tamper.c tests/tamper/insist.c tests/apart/learn.c)
$(BUILD)/tests/test_carried: private LIBS_test += -lm
# A clock that stands still, in the place of libc's: for these programs alone.
$(BUILD)/tests/test_printer_line $(BUILD)/tests/test_printer_process: \
	$(call OBJ,$(wildcard tests/printer/*.c))

# The keyboard tables, from what X knows; a test compares.
$(BUILD)/tests/layout/table: $(BUILD)/tests/layout/table.o
	$(call say,LD $@)$(CC) $(ALL_LDFLAGS) -o $@ $< $(call PKG,xkbcommon)
$(BUILD)/tests/test_layout: $(BUILD)/tests/layout/table
layouts: deps-test
	@$(MAKE) --no-print-directory $(BUILD)/tests/layout/table
	$(BUILD)/tests/layout/table >tui/layout_table.c

$(BUILD)/locale/%/LC_MESSAGES/sandyq.mo: po/%.po
	@mkdir -p $(@D)
	$(call say,MO $@)msgfmt --check --check-format -o $@ $<

# The locale of the messages under a name that gettext translates in (base/lang.c says why).
$(BUILD)/locale/sandyq.utf8:
	@mkdir -p $(@D)
	ln -sfn /usr/lib/locale/C.utf8 $@

# The rights library, beside the programs for a build run in place.
$(BUILD)/texts:
	@mkdir -p $(@D)
	ln -srfn texts $@

# A fresh machine has no compiler yet, so what needs one runs in a second make, after deps.
check: deps-test
	@$(MAKE) --no-print-directory check-built
check-built: all $(TESTS) $(BUILD)/tests/casebook/casebook $(BUILD)/tests/travel/travel
	@tests/run $(BUILD) $(TESTS) tests/test_stranger.sh tests/test_travel.sh

asan: deps-test
	@SANDYQ_KEYS=1000000 SANDYQ_KILLS=200 $(MAKE) --no-print-directory BUILD=$(BUILD)/asan SAN=address,undefined OPT='-O1 -g' \
		check-built

# What a list gives back is looked at as it is freed.
$(BUILD)/tests/test_grow: private ALL_LDFLAGS += -Xlinker --wrap=free

# One watch finds no room.
$(BUILD)/tests/test_watch: private ALL_LDFLAGS += -Xlinker --wrap=inotify_add_watch

# A moment can be made as long as a check of many signatures.
$(BUILD)/tests/test_view: private ALL_LDFLAGS += -Xlinker --wrap=clock_ms

# Each look over a segment is counted.
$(BUILD)/tests/test_session_looking: private ALL_LDFLAGS += -Xlinker --wrap=segment_find_tags -Xlinker --wrap=segment_find_answers

# Where secrets become public, and where libraries are left alone (tests/taint/doors.c).
TAINT_WRAP := $(shell sed -n 's/^WRAP.[^,]*, \([a-z0-9_]*\).*/-Xlinker --wrap=\1/p' tests/taint/doors.c)
$(BUILD)/tests/test_taint: private ALL_LDFLAGS += $(TAINT_WRAP)
$(BUILD)/tests/test_taint: $(call OBJ,$(wildcard tests/taint/*.c))
taint: deps-test
	@$(MAKE) --no-print-directory $(BUILD)/tests/test_taint
	@SANDYQ_TAINT_ROUNDS=100 $(BUILD)/tests/test_taint

# All places of a session and all its endings; needs root.
leak: deps-test
	@$(MAKE) --no-print-directory all $(BUILD)/tests/test_leak
	@tests/leak/run $(BUILD)

# Breaks each protection on purpose, in copies of the tree, and sees its test fail.
mutations: deps-test lint-broken
	@BUILD=$(BUILD) tests/mutations

demo: deps-test
	@$(MAKE) --no-print-directory all $(BUILD)/tests/demo
	@tests/demo.sh $(BUILD)

lint: deps-lint
	@$(MAKE) --no-print-directory BUILD=$(BUILD) lint-built
lint-built: all $(TESTS)
	@tests/lint $(BUILD)
# Breaks each law on purpose, in a copy of the tree, and sees lint notice.
lint-broken: deps-lint
	@$(MAKE) --no-print-directory lint-broken-built
lint-broken-built: all $(TESTS)
	@tests/lint_broken $(BUILD)

bench: deps-bench
	@$(MAKE) --no-print-directory bench-built
# CASES: the sizes of the casebooks for the desk, "1000 10000" unless said.
bench-built: all $(patsubst bench/%.c,$(BUILD)/bench/%,$(wildcard bench/bench_*.c)) $(BUILD)/tests/casebook/casebook
	@bench/run $(BUILD)
	@echo
	@bench/desk $(BUILD) $(CASES)
$(BUILD)/bench/%: $(BUILD)/bench/%.o $(call OBJ,$(TEST_AID)) $(call ROOM_LIB,$(ROOMS))
	$(call say,LD $@)$(CC) $(ALL_LDFLAGS) -o $@ $< $(call OBJ,$(TEST_AID)) $(call ROOM_LIB,$(ROOMS)) \
		-Wl,--as-needed $(LIBS_test) -lm

# A country's boards of two years; takes a quarter of an hour and 3 GB.
$(BUILD)/bench/bench_country: private ALL_LDFLAGS += -Xlinker --wrap=segment_encode -Xlinker --wrap=backup_publish
.PHONY: bench-country
bench-country: $(BUILD)/bench/bench_country
	@SANDYQ_BUILD=$(BUILD) $<

# An office of invented people: N of cases, the same for the same SEED, in the folder CASEBOOK.
N        ?= 3000
SEED     ?= 1
CASEBOOK ?= $(BUILD)/casebook-$(N)-$(SEED)
casebook: deps
	@$(MAKE) --no-print-directory all $(BUILD)/tests/casebook/casebook
	@$(BUILD)/tests/casebook/casebook $(CASEBOOK) $(N) $(SEED)
$(BUILD)/tests/casebook/casebook: $(call OBJ,$(wildcard tests/casebook/*.c)) $(call ROOM_LIB,$(ROOMS_desk))
	$(call say,LD $@)$(CC) $(ALL_LDFLAGS) -o $@ $^ -Wl,--as-needed $(LIBS_desk)
$(BUILD)/tests/test_casebook_made: | $(BUILD)/tests/casebook/casebook

# The engine stands before libc's file calls, so it is a program of its own.
TORTURE := $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/torture/*.c)) \
           $(patsubst %,$(BUILD)/%.o,kiosk/chain session/cover session/draft)
torture: deps-test
	@$(MAKE) --no-print-directory torture-built
torture-built: $(BUILD)/tests/torture/torture
	@$<
$(BUILD)/tests/torture/torture: $(TORTURE) $(call ROOM_LIB,$(ROOMS))
	$(call say,LD $@)$(CC) $(ALL_LDFLAGS) -o $@ $(TORTURE) $(call ROOM_LIB,$(ROOMS)) \
		-Wl,--wrap=signature_check,--wrap=signature_check_hashed -Wl,--as-needed $(LIBS_test)
$(BUILD)/tests/test_torture: $(BUILD)/tests/torture/torture

# The keeper under strace, and what can be learned from it; a program of its own, for it forks.
APART := $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/apart/*.c))
.PHONY: tell-apart tell-apart-built
tell-apart: deps-test
	@$(MAKE) --no-print-directory tell-apart-built
tell-apart-built: all $(BUILD)/tests/apart/apart $(BUILD)/tests/test_carried $(BUILD)/tests/counted/counted
	@SANDYQ_BUILD=$(BUILD) $(BUILD)/tests/apart/apart
	@SANDYQ_SESSIONS=$${SANDYQ_SESSIONS:-200} SANDYQ_BUILD=$(BUILD) $(BUILD)/tests/test_carried
	@SANDYQ_BUILD=$(BUILD) TMPDIR=/var/tmp $(BUILD)/tests/counted/counted
$(BUILD)/tests/apart/apart: $(APART) $(call OBJ,$(TEST_AID)) $(call ROOM_LIB,$(ROOMS))
	$(call say,LD $@)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(call ROOM_LIB,$(ROOMS)) \
		-Wl,--as-needed $(LIBS_test) -lm
$(BUILD)/tests/counted/counted: $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/counted/*.c)) $(BUILD)/tests/apart/learn.o \
	$(call OBJ,$(TEST_AID)) $(call ROOM_LIB,$(ROOMS)) | all
	$(call say,LD $@)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(call ROOM_LIB,$(ROOMS)) \
		-Wl,--as-needed $(LIBS_test) -lm
$(BUILD)/tests/test_apart: $(BUILD)/tests/apart/learn.o $(BUILD)/tests/apart/judge.o $(BUILD)/tests/apart/snap.o \
	$(BUILD)/tests/apart/trace.o $(BUILD)/tests/apart/visit.o | $(BUILD)/tests/apart/apart
$(BUILD)/tests/test_apart: private LIBS_test += -lm

FUZZ_SECONDS ?= 60
FUZZ_FLAGS   := -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all
# Everything that a target may reach: no program, and not what starts processes.
FUZZ_NOT     := $(patsubst %,kiosk/%.c,keeper visit helper worker spawn launcher)
FUZZ_SRC     := $(filter-out $(FUZZ_NOT),$(foreach r,$(ROOMS),$(call SRC,$(r)))) \
                $(wildcard tests/lib/fake_*.c) tests/lib/folder.c tests/lib/raw_db.c
FUZZERS      := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_AID     := $(filter-out tests/fuzz/fuzz_%.c,$(wildcard tests/fuzz/*.c))
# Calls that fail or are answered as an input says (tests/fuzz/fuzz.h).
FUZZ_WRAP    := $(shell sed -En 's/^(WRAP|CRYPTO).[^,]*, ([a-z0-9_]+).*/-Wl,--wrap=\2/p' $(FUZZ_AID))
fuzz: deps-fuzz
	@$(MAKE) --no-print-directory fuzz-built
fuzz-built: $(FUZZERS) $(MO) fuzz-cover
	@tests/fuzz/run $(BUILD) $(FUZZ_SECONDS) $(FUZZERS)
$(BUILD)/fuzz/obj/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC $@)clang -std=gnu11 -D_GNU_SOURCE -I. $(DEFINES) -g -O2 -MMD -MP \
		-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all $(FUZZ_COVER) -c -o $@ $<
# Half of the time would go into telling the fuzzer what cells and tags are compared with.
$(BUILD)/fuzz/obj/tui/%.o \
	$(BUILD)/fuzz/obj/protocol/segment.o $(BUILD)/fuzz/obj/tests/%.o: FUZZ_COVER := -fno-sanitize-coverage=trace-cmp
$(BUILD)/fuzz/rooms.a: $(patsubst %.c,$(BUILD)/fuzz/obj/%.o,$(FUZZ_SRC))
	@rm -f $@
	$(call say,AR $@)ar rcs $@ $^
$(BUILD)/fuzz/%: $(BUILD)/fuzz/obj/tests/fuzz/%.o $(FUZZ_AID:%.c=$(BUILD)/fuzz/obj/%.o) $(BUILD)/fuzz/rooms.a
	$(call say,LD $@)clang $(FUZZ_FLAGS) $(FUZZ_WRAP) -o $@ $^ $(LIBS_kiosk) $(call PKG,jansson cmocka)
# The same targets in one program without clang: it replays the corpus, and counts the lines
# reached.
$(BUILD)/tests/test_corpus: private ALL_LDFLAGS += $(FUZZ_WRAP)
$(BUILD)/tests/test_corpus: $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/fuzz/*.c))
$(BUILD)/tests/fuzz/fuzz_%.o: DEFINES += -DLLVMFuzzerTestOneInput=$(notdir $*)
fuzz-cover:
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/fuzz/cover OPT='-O0 -g' CFLAGS=--coverage LDFLAGS=--coverage \
		$(BUILD)/fuzz/cover/tests/test_corpus

install: all
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(PROGRAMS:%=$(BUILD)/%) $(DESTDIR)$(PREFIX)/bin
	for m in $(MAN); do install -D -m 644 $$m $(DESTDIR)$(PREFIX)/share/man/man$${m##*.}/$${m##*/}; done
	for l in $(LANGS); do install -D -m 644 $(BUILD)/locale/$$l/LC_MESSAGES/sandyq.mo \
		$(DESTDIR)$(LOCALEDIR)/$$l/LC_MESSAGES/sandyq.mo; done
	ln -sfn /usr/lib/locale/C.utf8 $(DESTDIR)$(LOCALEDIR)/sandyq.utf8
	for t in $(TEXTS); do install -D -m 644 $$t $(DESTDIR)$(PREFIX)/share/sandyq/$$t; done
	install -D -m 644 kiosk/kiosk.conf $(DESTDIR)$(PREFIX)/share/sandyq/kiosk.conf
	for u in $(UNITS); do install -d $(DESTDIR)$(UNITDIR); \
		sed 's|@PREFIX@|$(PREFIX)|' $$u >$(DESTDIR)$(UNITDIR)/$${u##*/}; done
	install -D -m 644 systemd/sandyq.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/sandyq.conf

uninstall:
	rm -f $(TEXTS:%=$(DESTDIR)$(PREFIX)/share/sandyq/%)
	rm -f $(DESTDIR)$(LOCALEDIR)/sandyq.utf8
	rm -f $(DESTDIR)$(PREFIX)/share/sandyq/kiosk.conf $(DESTDIR)$(PREFIX)/lib/sysusers.d/sandyq.conf
	rm -f $(UNITS:systemd/%=$(DESTDIR)$(UNITDIR)/%)
	rm -f $(PROGRAMS:%=$(DESTDIR)$(PREFIX)/bin/%)
	for m in $(MAN); do rm -f $(DESTDIR)$(PREFIX)/share/man/man$${m##*.}/$${m##*/}; done
	for l in $(LANGS); do rm -f $(DESTDIR)$(LOCALEDIR)/$$l/LC_MESSAGES/sandyq.mo; done

deps:
	@tests/deps $(DEPS_BUILD)
deps-test:
	@tests/deps $(DEPS_BUILD) $(DEPS_TEST)
deps-lint:
	@tests/deps $(DEPS_BUILD) $(DEPS_TEST) $(DEPS_LINT)
deps-fuzz:
	@tests/deps $(DEPS_BUILD) $(DEPS_FUZZ)
deps-bench:
	@tests/deps $(DEPS_BUILD) $(DEPS_TEST) $(DEPS_BENCH)

clean:
	rm -rf $(BUILD)

.PHONY: all demo casebook mutations check check-built asan taint leak lint lint-built lint-broken lint-broken-built torture torture-built bench bench-built fuzz fuzz-built fuzz-cover install uninstall \
	layouts deps deps-test deps-lint deps-fuzz deps-bench clean
.SECONDARY:

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
