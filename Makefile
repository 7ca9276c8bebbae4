# Meerkat: libmongoose.a, libmongoose.so and mongoose.h. `make help` lists the targets.

CC ?= cc
CXX ?= c++
CARGO ?= cargo
export PATH := $(PATH):$(HOME)/.cargo/bin
CFLAGS ?= -O2 -g
CXXFLAGS ?= $(CFLAGS)
PROFILE ?= release
PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
MANDIR ?= $(PREFIX)/share/man
DESTDIR ?=
# Neither make nor pkg-config tells a blank in a name from one between names. (DESTDIR may have some.)
$(foreach name,CURDIR PREFIX LIBDIR INCLUDEDIR MANDIR,$(if $(word 2,$($(name))), \
  $(error $(name) has blanks, which make can not handle: $($(name)))))
# Of the interface, which is Mongoose's; the library's own is in Cargo.toml (docs/versioning.md).
VERSION := 7.22.0
SONAME := libmongoose.so.7
MEERKAT_VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml)

# Build options (README): `make MG_MAX_HTTP_HEADERS=7` reaches build.rs through the environment.
# Every set of options has its own target directory, so that switching costs no rebuild.
OPTION_NAMES := MG_DATA_SIZE MG_MAX_HTTP_HEADERS MG_DASH_MAX_USER_NAME MG_IO_SIZE MG_MAX_RECV_SIZE \
	MG_SOCK_LISTEN_BACKLOG_SIZE MG_MAX_SSI_DEPTH MG_MAX_CONNECTIONS MG_IO_TIMEOUT MG_ENABLE_DIRLIST \
	MG_ENABLE_SSI MG_ENABLE_EPOLL MG_ENABLE_ENV_OPTIONS MG_IPV6_V6ONLY MG_HTTP_INDEX
OPTIONS := $(strip $(foreach name,$(OPTION_NAMES),$(if $($(name)),$(name)=$($(name)))))
export $(OPTION_NAMES)
unexport $(foreach name,$(OPTION_NAMES),$(if $($(name)),,$(name)))
# TLS=0 leaves TLS out; TLS_PROVIDER=aws-lc-rs takes another cryptography library than ring.
TLS ?= 1
TLS_PROVIDER ?= ring
HAS_TLS := $(filter-out 0,$(TLS))
ifeq ($(TLS),0)
FEATURES := --no-default-features
else ifneq ($(TLS_PROVIDER),ring)
FEATURES := --no-default-features --features tls,$(TLS_PROVIDER)
endif
OPTIONS := $(strip $(OPTIONS) $(FEATURES))
OPTION_SET := $(if $(OPTIONS),options-$(shell printf '%s' '$(OPTIONS)' | cksum | cut -d' ' -f1))
SIZE := $(filter size,$(PROFILE))
B ?= build$(if $(SIZE),/size)$(if $(OPTION_SET),/$(OPTION_SET))
CARGO_DIR ?= target$(if $(OPTION_SET),/$(OPTION_SET))
PROFILE_DIR := $(if $(filter dev,$(PROFILE)),debug,$(PROFILE))

# PROFILE=size: the crates are optimised together, which cargo does only if nothing but the archive is
# asked for. Rust's standard library is built from its sources (`rustup component add rust-src`),
# because the prebuilt one brings 170 KB of code that prints backtraces. That is not stable yet:
# RUSTC_BOOTSTRAP lets the pinned compiler do it.
ifneq ($(SIZE),)
TARGET := $(shell PATH="$(PATH)" rustc -vV | sed -n 's/^host: //p')
SYSROOT := $(shell PATH="$(PATH)" rustc --print sysroot)
CARGO_LIB := RUSTC_BOOTSTRAP=1 $(CARGO) rustc --lib --crate-type staticlib --target $(TARGET) \
  -Zbuild-std=std,panic_unwind -Zbuild-std-features=panic-unwind,optimize_for_size \
  --config 'profile.size.package.compiler_builtins.codegen-units=10000'
SIZE_FLAGS := --cfg sha2_backend_soft=\"compact\" --remap-path-prefix=$(SYSROOT)/lib/rustlib/src=rust
else
CARGO_LIB := $(CARGO) build --lib
SIZE_FLAGS :=
endif
ARCHIVE := $(CARGO_DIR)/$(if $(SIZE),$(TARGET)/)$(PROFILE_DIR)/libmongoose.a

# Releases are the same whatever folder they are built in: no path of this machine is left in them.
# Debug builds keep the paths, for debuggers.
CARGO_HOME ?= $(HOME)/.cargo
REPRODUCIBLE := $(if $(filter release size,$(PROFILE)), \
  RUSTFLAGS="$$RUSTFLAGS $(SIZE_FLAGS) --remap-path-prefix=$(CURDIR)=. \
    --remap-path-prefix=$(CARGO_HOME)=cargo" \
  CFLAGS="$$CFLAGS -ffile-prefix-map=$(CURDIR)=. -ffile-prefix-map=$(CARGO_HOME)=cargo")

# For the shared library: no lazy binding, so that its tables are read-only; no executable stack; and
# every symbol it needs is there.
HARDENED := -Wl,-z,relro,-z,now,-z,noexecstack,-z,defs

# What libmongoose.a needs from the system.
SYSTEM_LIBS := -lgcc_s -lpthread -ldl -lm

.PHONY: options-doc all lib run test c-test c-test-poll compat examples fmt lint check header header-check \
	symbols asan lib-asan lib-failpoints panics deny reproducible tsan valgrind \
	bench bench-codecs instructions code-size attack soak fuzz fuzz-coverage \
	doc docs release-docs history config-files install vendored-files uninstall deb dist release-check \
	deps clean help

all: lib

# Cargo knows what is out of date; files in $(B) are touched only when their content changes.
lib:
	@mkdir -p $(B)/lib/pkgconfig $(B)/include
	$(REPRODUCIBLE) MEERKAT_HEADER_OUT=$(abspath $(B))/include/mongoose.h \
	  $(CARGO_LIB) --profile $(PROFILE) $(FEATURES) --target-dir $(CARGO_DIR)
	@cp include/mongoose_guard.h $(B)/include/
	@$(if $(HAS_TLS),cp include/rustls.h $(B)/include/)
	@cmp -s $(ARCHIVE) $(B)/lib/libmongoose.a || cp $(ARCHIVE) $(B)/lib/libmongoose.a
	@$(MAKE) --no-print-directory $(B)/lib/libmongoose.so
	@$(MAKE) --no-print-directory -s config-files PREFIX=$(abspath $(B)) LIBDIR=$(abspath $(B))/lib \
	  INCLUDEDIR=$(abspath $(B))/include DESTDIR=

# Linked from the archive, because cargo's own shared library would not export the C shim.
$(B)/lib/libmongoose.so: $(B)/lib/libmongoose.a tools/exports.map
	$(CC) -shared -o $(B)/lib/libmongoose.so.$(VERSION) -Wl,-soname,$(SONAME) \
	  -Wl,--version-script=tools/exports.map -Wl,--gc-sections $(HARDENED) \
	  -Wl,--whole-archive $(B)/lib/libmongoose.a -Wl,--no-whole-archive $(SYSTEM_LIBS)
	ln -sf libmongoose.so.$(VERSION) $(B)/lib/libmongoose.so.7
	ln -sf libmongoose.so.7 $@

# What pkg-config and CMake read, with the folders of an installation; in the build tree they point there.
FILL_IN = sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' -e 's|@INCLUDEDIR@|$(INCLUDEDIR)|' \
  -e 's|@INCLUDE_FROM_LIB@|$(shell realpath -m --relative-to=$(LIBDIR) $(INCLUDEDIR))|' \
  -e 's|@VERSION@|$(VERSION)|' -e 's|@SONAME@|$(SONAME)|' -e 's|@MEERKAT_VERSION@|$(MEERKAT_VERSION)|' \
  -e 's|@CMAKE_SYSTEM_LIBS@|$(subst $() ,;,$(SYSTEM_LIBS))|' -e 's|@SYSTEM_LIBS@|$(SYSTEM_LIBS)|'
config-files:
	install -d "$(DESTDIR)$(LIBDIR)/pkgconfig" "$(DESTDIR)$(LIBDIR)/cmake/mongoose"
	$(FILL_IN) packaging/mongoose.pc.in >"$(DESTDIR)$(LIBDIR)/pkgconfig/mongoose.pc"
	$(FILL_IN) packaging/mongoose-config.cmake.in \
	  >"$(DESTDIR)$(LIBDIR)/cmake/mongoose/mongoose-config.cmake"
	$(FILL_IN) packaging/mongoose-config-version.cmake.in \
	  >"$(DESTDIR)$(LIBDIR)/cmake/mongoose/mongoose-config-version.cmake"

ARGS ?= -l http://localhost:8000 -d examples-c/http-server/web_root -u $(B)/uploads
run:
	@tools/deps.sh build
	@$(MAKE) --no-print-directory $(B)/examples/http-server
	@mkdir -p $(B)/uploads
	$(if $(filter file,$(origin ARGS)),@echo 'Open http://localhost:8000 in a browser; Ctrl-C stops it.')
	$(B)/examples/http-server $(ARGS)

# Every examples-c/NAME/main.c, or main.cc, is a program of its own; files in NAME/packed are packed into it.
EXAMPLES := $(patsubst examples-c/%/,%,$(dir $(wildcard examples-c/*/main.c examples-c/*/main.cc)))
examples: $(addprefix $(B)/examples/,$(filter-out $(if $(HAS_TLS),,tls-info),$(EXAMPLES)))

$(B)/examples/%: examples-c/%/main.c lib
	@mkdir -p $(B)/examples
	@if [ -d examples-c/$*/packed ]; then tools/pack examples-c/$*/packed >$@-packed.c; fi
	$(CC) $(CFLAGS) -Wall -Wextra -I$(B)/include -o $@ $< \
	  $(if $(wildcard examples-c/$*/packed),$@-packed.c) $(B)/lib/libmongoose.a $(SYSTEM_LIBS)

$(B)/examples/%: examples-c/%/main.cc lib
	@mkdir -p $(B)/examples
	$(CXX) -std=c++11 $(CXXFLAGS) -Wall -Wextra -I$(B)/include -o $@ $< $(B)/lib/libmongoose.a $(SYSTEM_LIBS)

test: deps
	tools/test-all

c-test: lib
	c-tests/run --build $(B)

# The same with poll() instead of epoll.
c-test-poll:
	tools/test-poll

compat: lib
	compat/run --build $(B)

fmt:
	$(CARGO) fmt
	clang-format -i $$(tools/c-files)

lint:
	$(CARGO) fmt --check
	$(CARGO) clippy --all-targets -- -D warnings
	clang-format --dry-run --Werror $$(tools/c-files)
	tools/test-shell

check: test

header:
	@mkdir -p include
	MEERKAT_HEADER_OUT=$(abspath include/mongoose.h) $(CARGO) check --lib

# Writes docs/options.md and the list in the README from the table in the code.
options-doc:
	UPDATE_DOCS=1 $(CARGO) test --test options_doc

header-check:
	@mkdir -p build/header-check
	MEERKAT_HEADER_OUT=$(abspath build/header-check/mongoose.h) $(CARGO) check --lib
	diff -u include/mongoose.h build/header-check/mongoose.h
	tools/rustls-header

symbols: lib
	compat/symbols --build $(B)

# The Rust side needs the nightly toolchain, the C side clang.
lib-asan:
	@mkdir -p build/asan/lib build/asan/include
	@cp include/mongoose_guard.h build/asan/include/
	MEERKAT_HEADER_OUT=$(abspath build/asan/include/mongoose.h) tools/sanitized address library build/asan/lib

asan: lib-asan
	c-tests/run --build build/asan --mode asan

# With panics on demand, for attacks/.
lib-failpoints:
	@mkdir -p build/failpoints/lib build/failpoints/include
	@cp include/mongoose_guard.h build/failpoints/include/
	MEERKAT_HEADER_OUT=$(abspath build/failpoints/include/mongoose.h) \
	  $(CARGO) build --lib --features failpoints --target-dir target/failpoints
	@cp target/failpoints/debug/libmongoose.a build/failpoints/lib/

# Every exported function panics once.
panics: lib-failpoints
	c-tests/panics/run --build build/failpoints

# Licences, sources, duplicates and known vulnerabilities of the crates in the library.
deny:
	tools/test-dependencies

# A second build in another folder is the same to the byte.
reproducible: lib
	tools/test-reproducible

# Programs with threads, under ThreadSanitizer on both sides.
tsan:
	@mkdir -p build/tsan/lib build/tsan/include
	@cp include/mongoose_guard.h build/tsan/include/
	MEERKAT_HEADER_OUT=$(abspath build/tsan/include/mongoose.h) \
	  tools/sanitized thread library build/tsan/lib
	c-tests/run --build build/tsan --mode tsan wakeup_stress wakeup_threads queue_threads log_threads

valgrind: lib
	c-tests/run --build $(B) --mode valgrind

# PLOTS=1 draws docs/plots too, UPDATE=1 writes the tables to docs/speed.md; ROUNDS=5 of EACH=2 seconds
# if nothing else is said; ONLY=WORD takes the scenarios that have it in their title.
bench: lib
	benches/run --build $(B) $(if $(PLOTS),--plots) $(if $(UPDATE),--update) \
	  $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(EACH),--seconds $(EACH)) \
	  $(if $(ONLY),--only '$(ONLY)')

bench-codecs:
	$(CARGO) build --release --manifest-path benches/codecs/Cargo.toml --target-dir target/codecs
	benches/codecs/report target/codecs/release/codecs

# UPDATE=1 takes what is measured for the new standard.
instructions: lib
	benches/instructions --build $(B) $(if $(UPDATE),--update)

# Bytes that the library adds to a program, with and without TLS; PARTS=1 says where they are.
code-size:
	benches/code-size $(if $(UPDATE),--update) $(if $(PARTS),--parts)

# QUICK=1 shortens what lasts long; ATTACKS="NAME ..." runs some.
attack: lib lib-failpoints
	attacks/run --build $(B) $(if $(QUICK),--quick) $(ATTACKS)

# Mixed load for MINUTES, with SEED=N the same one again; under AddressSanitizer with BUILD=asan, under
# valgrind with BUILD=valgrind.
soak: $(if $(filter asan,$(BUILD)),lib-asan,lib)
	soak/run --minutes $(or $(MINUTES),30) $(if $(SEED),--seed $(SEED)) \
	  $(if $(filter asan,$(BUILD)),--build build/asan --sanitize,--build $(B)) \
	  $(if $(filter valgrind,$(BUILD)),--valgrind)

# TIME=60 seconds for each target; TARGETS="NAME ..." runs some (docs/fuzzing.md).
fuzz:
	tools/fuzz --seconds $(or $(TIME),60) $(TARGETS)

# Lines of src/proto and src/text that the committed corpus reaches.
fuzz-coverage:
	tools/fuzz-coverage

doc:
	RUSTDOCFLAGS="-D warnings -A rustdoc::private_intra_doc_links" $(CARGO) doc --no-deps --document-private-items

# The web site build/docs of docs/*.md, and its API reference, docs/api, from the headers.
docs:
	tools/docs/api-reference
	tools/docs/build

# What a release has beside the library: the bill of materials, and an answer to scanners' hits.
release-docs:
	@mkdir -p $(B)/release
	tools/sbom $(FEATURES) > $(B)/release/libmongoose.cdx.json
	cp docs/vex.cdx.json $(B)/release/libmongoose.vex.cdx.json

# The two files for build systems that insist on compiling a mongoose.c (compat/vendored).
vendored-files: lib
	@mkdir -p $(B)/vendored
	cp compat/vendored/files/mongoose.c $(B)/include/mongoose.h $(B)/vendored/

# Writes docs/security-history.md and what else comes from the tests' annotations.
history:
	tools/security-history

install: lib
	install -d "$(DESTDIR)$(INCLUDEDIR)" "$(DESTDIR)$(LIBDIR)" "$(DESTDIR)$(MANDIR)/man3"
	install -m 644 $(addprefix $(B)/include/,mongoose.h mongoose_guard.h $(if $(HAS_TLS),rustls.h)) \
	  "$(DESTDIR)$(INCLUDEDIR)"
	install -m 644 $(B)/lib/libmongoose.a "$(DESTDIR)$(LIBDIR)"
	install -m 755 $(B)/lib/libmongoose.so.$(VERSION) "$(DESTDIR)$(LIBDIR)"
	ln -sf libmongoose.so.$(VERSION) "$(DESTDIR)$(LIBDIR)/$(SONAME)"
	ln -sf $(SONAME) "$(DESTDIR)$(LIBDIR)/libmongoose.so"
	@$(MAKE) --no-print-directory config-files
	$(FILL_IN) packaging/mongoose.3.in >"$(DESTDIR)$(MANDIR)/man3/mongoose.3"
	@if [ -z "$(DESTDIR)" ] && [ "$$(id -u)" -eq 0 ]; then ldconfig; fi

INSTALLED := $(addprefix $(INCLUDEDIR)/,mongoose.h mongoose_guard.h rustls.h) \
  $(addprefix $(LIBDIR)/,libmongoose.a libmongoose.so $(SONAME) libmongoose.so.$(VERSION)) \
  $(LIBDIR)/pkgconfig/mongoose.pc $(MANDIR)/man3/mongoose.3
uninstall:
	@for file in $(INSTALLED); do echo "rm -f $(DESTDIR)$$file"; rm -f "$(DESTDIR)$$file"; done
	rm -rf "$(DESTDIR)$(LIBDIR)/cmake/mongoose"

# Debian packages, into build/deb: the bytes of `make lib`.
deb: lib
	tools/deb

# One archive for all who don't build the library themselves, and its checksum, into build/dist.
dist: lib release-docs
	tools/dist

# Everything, at length: some four hours.
release-check: deps
	tools/test-all --release

deps:
	tools/deps.sh

clean:
	rm -rf build target compat/bindgen-check/target

help:
	@echo 'make              build the library: build/lib/libmongoose.{a,so}, build/include/mongoose.h'
	@echo 'make run          build and start examples-c/http-server (ARGS="-l URL -d DIR")'
	@echo 'make test         everything quick: lint, Rust and C tests, compat, header, docs'
	@echo 'make c-test       C test suite (V=1 shows what each program prints)'
	@echo 'make c-test-poll  C test suite with a library that uses poll() instead of epoll'
	@echo 'make compat       compatibility checks: symbols, layouts, bindgen, reference programs'
	@echo 'make symbols      exported symbols against the list only'
	@echo 'make asan         C test suite under AddressSanitizer and UBSan, both sides'
	@echo 'make tsan         C tests with threads under ThreadSanitizer, both sides'
	@echo 'make panics       every exported function panics once, and the program lives'
	@echo 'make deny         licences, sources and duplicates of what the library is made of'
	@echo 'make reproducible the library built twice, in different folders: the same bytes'
	@echo 'make valgrind     C test suite under valgrind'
	@echo 'make bench        speed, beside other servers (PLOTS=1: docs/plots; UPDATE=1: docs/speed.md)'
	@echo 'make bench-codecs speed of the codecs, beside other implementations'
	@echo 'make instructions instructions and system calls per request against the last standard'
	@echo 'make code-size    bytes that the library adds to a program (PARTS=1: of what)'
	@echo 'make attack       attacks on servers built with the library (QUICK=1: shorter ones)'
	@echo 'make soak         mixed load for MINUTES=30, then: flat memory, figures that add up'
	@echo 'make fuzz         all fuzz targets, TIME=60 seconds each (TARGETS="NAME ...": some)'
	@echo 'make fuzz-coverage  lines of the codecs that the fuzz corpus reaches'
	@echo 'make examples     compile the examples, to build/examples'
	@echo 'make fmt / lint   format / check format, clippy, shellcheck'
	@echo 'make check        the same as make test'
	@echo 'make header       write include/mongoose.h; header-check: fail if it is stale'
	@echo 'make docs         documentation as a web site: build/docs/index.html'
	@echo 'make doc          documentation of the Rust side'
	@echo 'make history      docs/security-history.md and VEX, from the annotations of the tests'
	@echo 'make release-docs SBOM and VEX, to build/release'
	@echo 'make install      PREFIX=/usr/local DESTDIR=; uninstall takes the files away again'
	@echo 'make deb          Debian packages, to build/deb; dist: an archive with all, to build/dist'
	@echo 'make release-check  everything that is run before a release, the long way'
	@echo 'make vendored-files  mongoose.c and mongoose.h to drop in, to build/vendored'
	@echo 'make deps         install what is missing (Debian, as root)'
	@echo 'make clean        remove everything built'
	@echo
	@echo 'Variables: CC CXX CFLAGS CXXFLAGS CARGO PROFILE=release|dev|size B=build TLS=0|1'
	@echo 'TLS_PROVIDER=ring|aws-lc-rs, and the options'
	@echo '$(OPTION_NAMES)'
