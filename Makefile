# Two commands: `make run` and `make test`. Both install what is missing, or say what to install.
#
#   make run                 build and open the application; without a display, index and search instead
#   make run PHOTOS=~/Pics   the same, headless run on these photos
#   make test                everything that the project checks
#   make bench               speed, memory and recall, each beside a named peer
#   make package             installable packages of the window and the command, into target/release/bundle
#   make licences            write anew the list of the parts by others, and their licence texts

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# HEIC and AVIF where this machine has libheif.
HEIF = $(shell pkg-config --exists 'libheif >= 1.15' 2>/dev/null && echo lookalike-engine/heif,)
# Always the whole workspace, narrowed to the programs that are wanted: the features of shared dependencies, and with them
# what is already built, then stay the same whatever is asked for.
TARGET := $(or $(CARGO_TARGET_DIR),target)
RELEASE := cargo build --release --locked --workspace
# Tools that tests need but that are no part of the project; shared by all checkouts.
TOOLS := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/lookalike-tools
export PATH := $(TOOLS)/bin:$(PATH)

help:
	@sed -n 's/^#   //p' $(MAKEFILE_LIST)

.PHONY: help run test bench package licences ui servers check-rust check-types check-licences test-rust test-http test-ui test-train test-window test-browser

run:
	@scripts/setup.sh run
	@if [ -n "$${DISPLAY:-}$${WAYLAND_DISPLAY:-}" ] || [ "$$(uname -s)" != Linux ]; then \
	  $(MAKE) --no-print-directory ui && \
	  $(RELEASE) --features "$(HEIF)lookalike-desktop/custom-protocol" --bin lookalike-desktop --bin lookalike && \
	  $(TARGET)/release/lookalike-desktop; \
	else \
	  $(RELEASE) --features "$(HEIF)lookalike-desktop/custom-protocol" --bin lookalike --bin sample-library && \
	  scripts/headless-run.sh $(TARGET)/release "$(PHOTOS)"; \
	fi

ui: ui/node_modules/.package-lock.json
	npm --prefix ui run build --silent

ui/node_modules/.package-lock.json: ui/package-lock.json
	npm --prefix ui ci --silent --no-audit --no-fund

# BENCH="--quick --only indexing" narrows it; the whole takes about 40 minutes and 2 GB of disk.
bench:
	@scripts/setup.sh run
	$(RELEASE) --features "$(HEIF)lookalike-desktop/custom-protocol" --bin lookalike --bin bench
	$(TARGET)/release/bench $(BENCH)

# BUNDLES="appimage" on Linux, "dmg" on macOS and "msi" on Windows make the others, each on its own system.
BUNDLES ?= deb,rpm
COMMAND := "files":{"/usr/bin/lookalike":"$(abspath $(TARGET))/release/lookalike","/usr/share/doc/lookalike/LICENSE-APACHE":"$(CURDIR)/LICENSE-APACHE","/usr/share/doc/lookalike/LICENSE-MIT":"$(CURDIR)/LICENSE-MIT","/usr/share/doc/lookalike/README.md":"$(CURDIR)/README.md"}
package: ui packaging/node_modules/.package-lock.json
	@scripts/setup.sh run
	$(RELEASE) --features "$(HEIF)lookalike-desktop/custom-protocol" --bin lookalike-desktop --bin lookalike
	cd src-tauri && ../packaging/node_modules/.bin/tauri bundle --bundles $(BUNDLES) --config '{"bundle":{"linux":{"deb":{$(COMMAND)},"rpm":{$(COMMAND)}}}}'

packaging/node_modules/.package-lock.json: packaging/package-lock.json
	npm --prefix packaging ci --silent --no-audit --no-fund

licences: ui/node_modules/.package-lock.json
	scripts/licences.py

# Tests build everything once, with all features, so that the steps share one set of artefacts.
ALL := --workspace --all-features --locked

# The user's own library has no part in the tests.
test:
	@scripts/setup.sh test
	$(MAKE) --no-print-directory ui
	env -u LOOKALIKE_DATA_DIR $(MAKE) --no-print-directory test-rust test-http check-types test-ui test-window test-browser test-train check-licences
	@echo "all checks passed"

# Clippy compiles what is ours: it is the compiler with more lints, and `cargo clippy` would first go through every dependency once
# more.
CLIPPY := RUSTC_WORKSPACE_WRAPPER=clippy-driver CLIPPY_ARGS=-Dwarnings

check-rust:
	cargo fmt --all --check
	$(CLIPPY) cargo build $(ALL) --all-targets

# Real servers for the suites on Milvus and S3.
servers: $(TOOLS)/milvus-2.3.5/ready $(TOOLS)/bin/garage $(TOOLS)/bin/s3s-fs

test-rust: check-rust servers
	$(CLIPPY) cargo test $(ALL)

# A real server, sent what its own description allows and what it does not.
test-http: $(TOOLS)/schemathesis-venv/ready
	$(CLIPPY) cargo build $(ALL) --bin lookalike --bin sample-library
	tests/http/run.sh $(TARGET)/debug $(TOOLS)/schemathesis-venv/bin/schemathesis

# test-rust has written ui/src/wire.ts from the engine's wire types, and i18n/engine.ts from its sentences; the committed files must
# be just that.
check-types:
	git diff --exit-code -- ui/src/wire.ts ui/src/i18n/engine.ts

test-ui: ui/node_modules/.package-lock.json
	npm --prefix ui run check
	npm --prefix ui run lint
	npm --prefix ui test

# The real window under Xvfb, driven by WebDriver.
test-window: $(TOOLS)/bin/tauri-driver
	TAURI_DRIVER=$(TOOLS)/bin/tauri-driver tests/e2e/run.sh

# The UI in Chromium against the real `lookalike serve`.
test-browser: tests/e2e/browser/node_modules/.package-lock.json
	tests/e2e/browser/run.sh

tests/e2e/browser/node_modules/.package-lock.json: tests/e2e/browser/package-lock.json
	npm --prefix tests/e2e/browser ci --silent --no-audit --no-fund

# The parts of the training recipe that need neither data nor hours.
test-train: $(TOOLS)/train-venv/ready
	cd models/train && $(TOOLS)/train-venv/bin/python -m pytest -q -p no:cacheprovider tests

check-licences: $(TOOLS)/bin/cargo-deny ui/node_modules/.package-lock.json
	scripts/licences.py --check
	cargo deny --all-features check licenses bans sources

$(TOOLS)/bin/cargo-deny:
	$(TOOL) cargo-deny --version 0.20.2

$(TOOLS)/bin/tauri-driver:
	$(TOOL) tauri-driver --version 2.1.0

# The Milvus server itself, from its PyPI package; there is one for Linux on x86-64 only, and elsewhere the suites say so.
$(TOOLS)/milvus-2.3.5/ready: tests/services/unpack_milvus.py
	mkdir -p $(@D)
	if [ "$$(uname -sm)" = "Linux x86_64" ]; then \
	  python3 -m venv $(@D)/venv && \
	  $(@D)/venv/bin/pip download -q --disable-pip-version-check --no-deps --only-binary :all: --dest $(@D) milvus==2.3.5 && \
	  rm -r $(@D)/venv && python3 tests/services/unpack_milvus.py $(@D) && touch $@; \
	else echo "There is no Milvus package for this system; its suites are skipped."; fi

# Unoptimised, or at opt-level 1 what serves pictures: both build in a fraction of the time and are fast enough for tests.
TOOL := CARGO_PROFILE_DEV_DEBUG=0 CARGO_INCREMENTAL=0 cargo install --debug --locked --root $(TOOLS)
SERVER := CARGO_PROFILE_DEV_OPT_LEVEL=1 $(TOOL)

$(TOOLS)/bin/garage:
	$(SERVER) garage --version 2.5.0 --no-default-features --features bundled-libs,sqlite

$(TOOLS)/bin/s3s-fs:
	$(SERVER) s3s-fs --version 0.14.1 --features binary

$(TOOLS)/train-venv/ready: models/train/requirements.lock
	python3 -m venv $(TOOLS)/train-venv
	$(TOOLS)/train-venv/bin/pip install -q -r models/train/requirements.lock
	touch $@

$(TOOLS)/schemathesis-venv/ready: tests/http/requirements.lock
	python3 -m venv $(TOOLS)/schemathesis-venv
	$(TOOLS)/schemathesis-venv/bin/pip install -q --disable-pip-version-check -r tests/http/requirements.lock
	touch $@
