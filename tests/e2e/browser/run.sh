#!/usr/bin/env bash
# Runs the browser's tests: the real UI in Chromium against the real `lookalike serve`.
#
#   tests/e2e/browser/run.sh [TEST…]      TEST: journeys.test.mjs for example (default: every *.test.mjs)
#
# Needs: chromium (apt), node 20, `npm --prefix tests/e2e/browser ci`, and the built UI and command
# (`npm --prefix ui run build && cargo build -p lookalike-headless`).
# E2E_LOOKALIKE and E2E_CHROMIUM say where the command and the browser are, when not in the usual places.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)
export E2E_LOOKALIKE=${E2E_LOOKALIKE:-${CARGO_TARGET_DIR:-$root/target}/debug/lookalike}

fail() { echo "e2e: $*" >&2; exit 1; }
[ -x "$E2E_LOOKALIKE" ] || fail "$E2E_LOOKALIKE is missing: cargo build -p lookalike-headless"
[ -f "$root/ui/dist/index.html" ] || fail "the UI is not built: npm --prefix ui run build"
[ -d "$here/node_modules/playwright-core" ] || fail "playwright-core is missing: npm --prefix tests/e2e/browser ci"
[ -n "${E2E_CHROMIUM:-}" ] || command -v chromium chromium-browser google-chrome >/dev/null || fail "chromium is missing: apt-get install chromium"

tests=("$@")
# Nothing of the user's settings takes part.
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
cd "$here"
[ ${#tests[@]} -gt 0 ] || tests=(*.test.mjs)
# One file at a time: each starts a server and a browser.
env HOME="$home" XDG_RUNTIME_DIR="$home" LOOKALIKE_KEYCHAIN=off timeout 900 node --test --test-concurrency=1 --test-reporter=spec "${tests[@]}"
