#!/usr/bin/env bash
# From the data to the published model: trains (or goes on), fits the last layers, weighs looks and parts, exports, calibrates the bands, exports with them.
# usage: recipe.sh DATA RUN VERSION [further options of train.py]       PYTHON names the interpreter that has requirements.lock
set -euo pipefail
data=$(realpath "${1:?folder of the data}") run=$(realpath -m "${2:?folder for checkpoints}") version=${3:?number of the version}
shift 3
cd "$(dirname "$0")"
python=${PYTHON:-python} to=../lookalike-s

"$python" train.py --data "$data" --out "$run" "$@"
"$python" readout.py --checkpoint "$run/last.pt" --data "$data" --cache "$run/cache" --to "$run/fitted.pt"
# Each of these prints a table and ends with the option that says its outcome.
shares=$("$python" combine.py --checkpoint "$run/fitted.pt" --data "$data" --cache "$run/cache" | tee /dev/stderr | sed -n 's/^--shares //p')
"$python" export.py --checkpoint "$run/fitted.pt" --to "$to" --version "$version" --shares "$shares"
bands=$("$python" calibrate.py --onnx "$to/lookalike-s.onnx" --data "$data" --cache "$run/cache" | tee /dev/stderr | sed -n 's/^--bands //p')
"$python" export.py --checkpoint "$run/fitted.pt" --to "$to" --version "$version" --shares "$shares" --bands "$bands"
