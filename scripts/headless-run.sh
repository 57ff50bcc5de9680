#!/usr/bin/env bash
# The main job without a display: index a folder, show the look-alikes of one of its photos.
# usage: scripts/headless-run.sh DIRECTORY_OF_PROGRAMS [PHOTOS]
set -euo pipefail
programs=$1
photos=${2:-}
data=target/run-data
if [ -z "$photos" ]; then
  photos=target/sample-library
  data=target/sample-data
  [ -d "$photos" ] || "$programs/sample-library" "$photos"
  echo "No PHOTOS=… given: using a small sample library, $photos"
fi
"$programs/lookalike" index "$photos" --data-dir "$data"
# The first picture that is not one of the files that nobody opens (hidden, or in a hidden folder).
photo=$(find "$photos" -type f -not -path '*/.*' \( -iname '*.jpg' -o -iname '*.jpeg' -o -iname '*.png' -o -iname '*.webp' -o -iname '*.heic' \) | sort | sed -n 1p)
if [ -z "$photo" ]; then
  echo "There is no photo in $photos" >&2
  exit 1
fi
"$programs/lookalike" search "$photo" --page-size 10 --data-dir "$data"
