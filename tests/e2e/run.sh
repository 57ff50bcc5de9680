#!/usr/bin/env bash
# Runs a script of this folder against the real window on a display of its own.
#
#   tests/e2e/run.sh [SCRIPT…]     SCRIPT: window.mjs, native.mjs (default: both), or measure.mjs
#
# Needs: xvfb dbus webkit2gtk-driver (apt), tauri-driver 2.1.0 (cargo), node 20, and the built window
# (`npm --prefix ui run build && cargo build -p lookalike-desktop --features custom-protocol`).
# TAURI_DRIVER and E2E_APPLICATION say where the last two are, when not in the usual places.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
scripts=("$@")
[ ${#scripts[@]} -gt 0 ] || scripts=(window.mjs native.mjs)
export E2E_APPLICATION=${E2E_APPLICATION:-${CARGO_TARGET_DIR:-$root/target}/debug/lookalike-desktop}
export E2E_ROOT=$root

fail() { echo "e2e: $*" >&2; exit 1; }
driver=${TAURI_DRIVER:-$(PATH="$PATH:${CARGO_HOME:-$HOME/.cargo}/bin" command -v tauri-driver || true)}
[ -x "${driver:-/none}" ] || fail "tauri-driver is missing: cargo install tauri-driver --version 2.1.0 --locked"
[ -x "$E2E_APPLICATION" ] || fail "$E2E_APPLICATION is missing: cargo build -p lookalike-desktop --features custom-protocol"
for tool in Xvfb dbus-run-session WebKitWebDriver node; do
  command -v "$tool" >/dev/null || fail "$tool is missing: apt-get install xvfb dbus dbus-x11 webkit2gtk-driver, and Node 20"
done

free_port() { node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'; }

work=$(mktemp -d)
started=()
cleanup() {
  # tauri-driver ends WebKitWebDriver, and that the window; the session bus ends with tauri-driver.
  for ((i = ${#started[@]} - 1; i >= 0; i--)); do kill "${started[i]}" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT

# Xvfb picks a free display and writes its number once it is ready.
mkfifo "$work/display"
Xvfb -displayfd 3 -screen 0 1440x960x24 -nolisten tcp 3>"$work/display" 2>"$work/xvfb.log" &
started+=($!)
read -r -t 20 display <"$work/display" || { cat "$work/xvfb.log" >&2; fail "Xvfb did not start"; }

port=$(free_port)
native=$(free_port)
# The session's own bus and home: nothing of the user's desktop or settings takes part.
mkdir -m 700 "$work/runtime" "$work/home"
env -u WAYLAND_DISPLAY DISPLAY=":$display" HOME="$work/home" XDG_RUNTIME_DIR="$work/runtime" GDK_BACKEND=x11 LANG=C.UTF-8 LANGUAGE=en \
  dbus-run-session -- sh -c 'echo $$ >"$1"; shift; exec "$@"' sh "$work/driver.pid" \
  "$driver" --port "$port" --native-port "$native" >"$work/driver.log" 2>&1 &
started+=($!)
for _ in $(seq 100); do [ -s "$work/driver.pid" ] && break; sleep 0.1; done
[ -s "$work/driver.pid" ] || { cat "$work/driver.log" >&2; fail "tauri-driver did not start"; }
started+=("$(cat "$work/driver.pid")")

export E2E_DRIVER="http://127.0.0.1:$port"
# For what acts on the window from outside: a second start of the program finds the first one by the bus.
export DISPLAY=":$display"
DBUS_SESSION_BUS_ADDRESS=$(tr '\0' '\n' <"/proc/$(cat "$work/driver.pid")/environ" | sed -n 's/^DBUS_SESSION_BUS_ADDRESS=//p')
export DBUS_SESSION_BUS_ADDRESS
for script in "${scripts[@]}"; do
  if ! timeout 300 node "$here/$script"; then
    echo "--- driver and window said:" >&2
    tail -n 40 "$work/driver.log" >&2
    fail "$script failed"
  fi
done
