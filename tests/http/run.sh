#!/usr/bin/env bash
# Sends a running server what its own description allows, and what it does not, made up by schemathesis: no answer may be
# a failure of the server, or another one than the description says.
# usage: tests/http/run.sh FOLDER-OF-PROGRAMS SCHEMATHESIS
set -euo pipefail
programs=$(realpath "$1")
schemathesis=$(realpath -s "$2")
work=$(mktemp -d)
server=
finish() {
  if [ -n "$server" ]; then
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  rm -rf "$work"
}
trap finish EXIT
export HOME=$work/home LOOKALIKE_KEYCHAIN=off LOOKALIKE_DATA_DIR=$work/data
unset XDG_DATA_HOME
mkdir -p "$HOME"
# It leaves notes where it runs.
cd "$work"
# That something is too large is as good a reason to refuse what breaks the description; the rest are the program's own.
cat >schemathesis.toml <<'END'
[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 428, 429, "5xx"]
END
"$programs/sample-library" "$work/photos" >/dev/null
"$programs/lookalike" index "$work/photos" --json >/dev/null
"$programs/lookalike" serve --bind 127.0.0.1:0 --token-file "$work/token" --allow-root "$work/photos" --rate-limit 100000 >"$work/out" 2>"$work/log" &
server=$!
for _ in $(seq 100); do
  address=$(sed -n 's/^Listening on //p' "$work/out")
  [ -n "$address" ] && break
  sleep 0.1
done
[ -n "$address" ] || { cat "$work/log"; exit 1; }

# Streams of events never end, and are tested apart. That data which fit the description are refused for what they mean (a
# folder that is not there, bytes that are no picture) is as it should be: positive_data_acceptance is left out.
# One worker: Python 3.11 counts the depth of what it parses for all threads together (CPython issue 106905), and hypothesis
# parses its own source to describe a failure or a case, so two threads now and then end with a SystemError.
check() {
  if ! "$schemathesis" run "http://$address/api/v1/openapi.json" \
    --header "Authorization: Bearer $(cat "$work/token")" \
    --checks all --exclude-checks positive_data_acceptance,use_after_free,ensure_resource_availability \
    --phases coverage,fuzzing --seed 20260101 --workers 1 --request-timeout 60 --generation-database none --warnings off \
    --continue-on-failure --output-truncate true "$@"; then
    echo "The server's log, errors:" >&2
    grep -v ' INFO ' "$work/log" | tail -20 >&2
    exit 1
  fi
}
# What empties the library comes last.
emptying=(--include-path /img/drop --include-path /api/v1/library)
check --max-examples "${EXAMPLES:-20}" --max-time "${SECONDS_AT_MOST:-120}" \
  --exclude-path /api/v1/events --exclude-path /api/v1/progress --exclude-path /img/drop --exclude-path /api/v1/library
check --max-examples 20 --max-time 20 "${emptying[@]}"
kill -0 "$server" || { echo "the server has ended" >&2; exit 1; }
