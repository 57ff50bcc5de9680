#!/usr/bin/env bash
# The main job without a display: index a folder, show the look-alikes of one of its photos.
# usage: scripts/headless-run.sh LOOKALIKE [PHOTOS]
set -euo pipefail
lookalike=$1
photos=${2:-}
if [ -z "$photos" ]; then
  photos=target/sample-library
  [ -d "$photos" ] || cargo run --quiet --release -p lookalike-tests --bin sample-library -- "$photos"
  echo "No PHOTOS=… given: using a small sample library, $photos"
fi
"$lookalike" index "$photos" --data-dir target/sample-data
# The first picture that is not one of the files that nobody opens (hidden, or in a hidden folder).
photo=$(find "$photos" -type f -not -path '*/.*' \( -iname '*.jpg' -o -iname '*.jpeg' -o -iname '*.png' -o -iname '*.webp' -o -iname '*.heic' \) | sort | head -n 1)
if [ -z "$photo" ]; then
  echo "There is no photo in $photos" >&2
  exit 1
fi
"$lookalike" search "$photo" --page-size 10 --data-dir target/sample-data
