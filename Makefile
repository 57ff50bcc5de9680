# Two commands: `make run` and `make test`. Both install what is missing, or say what to install.
#
#   make run                 build and open the application; without a display, index and search instead
#   make run PHOTOS=~/Pics   the same, headless run on these photos
#   make test                everything that the project checks
#   make bench               speed, memory and recall, each beside a named peer

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# C decoders that this machine has: HEIC/AVIF by libheif, scaled JPEG by libjpeg-turbo.
FEATURES = $(shell (pkg-config --exists 'libheif >= 1.15' && echo heif; pkg-config --exists libturbojpeg && echo turbojpeg) 2>/dev/null | paste -sd, -)
# mold links several times faster than the default linker.
export CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS ?= $(shell command -v mold >/dev/null && echo -Clink-arg=-fuse-ld=mold)
# Tools that tests need but that are no part of the project; shared by all checkouts.
TOOLS := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/lookalike-tools
export PATH := $(TOOLS)/bin:$(PATH)

help:
	@sed -n 's/^#   //p' $(MAKEFILE_LIST)

.PHONY: help run test bench ui check-rust check-types check-licences test-rust test-ui test-train test-window

run:
	@scripts/setup.sh run
	@if [ -n "$${DISPLAY:-}$${WAYLAND_DISPLAY:-}" ] || [ "$$(uname -s)" != Linux ]; then \
	  $(MAKE) --no-print-directory ui && \
	  cargo run --release -p lookalike-desktop --features "custom-protocol,$(FEATURES)"; \
	else \
	  cargo build --release -p lookalike --features "$(FEATURES)" && scripts/headless-run.sh target/release/lookalike "$(PHOTOS)"; \
	fi

ui: ui/node_modules/.package-lock.json
	npm --prefix ui run build --silent

ui/node_modules/.package-lock.json: ui/package-lock.json
	npm --prefix ui ci --silent --no-audit --no-fund

# Everything is built once, with all features, so that the steps share one set of artefacts.
CARGO_ALL := --workspace --all-features --locked

test: export LOOKALIKE_DATA_DIR :=
test:
	@scripts/setup.sh test
	$(MAKE) --no-print-directory ui
	$(MAKE) --no-print-directory check-rust test-rust check-types check-licences test-ui test-train test-window
	@echo "all checks passed"

check-rust:
	cargo fmt --all --check
	cargo clippy $(CARGO_ALL) --all-targets -- -D warnings

test-rust:
	cargo build $(CARGO_ALL) --all-targets
	cargo test $(CARGO_ALL)

# ui/src/wire.ts is generated from the engine's wire types; the committed file must be what they say.
check-types:
	TS_RS_EXPORT_DIR=$(CURDIR)/ui/src TS_RS_LARGE_INT=number cargo test $(CARGO_ALL) -p lookalike-engine --lib export_bindings
	git diff --exit-code -- ui/src/wire.ts

check-licences: $(TOOLS)/bin/cargo-deny
	cargo deny --all-features check licenses bans sources

$(TOOLS)/bin/cargo-deny:
	cargo install cargo-deny --version 0.20.2 --locked --root $(TOOLS)

test-ui: ui/node_modules/.package-lock.json
	npm --prefix ui run check
	npm --prefix ui run lint
	npm --prefix ui test
