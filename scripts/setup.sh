#!/usr/bin/env bash
# Installs what is missing to build, run or test Lookalike, or says exactly what to install.
# usage: scripts/setup.sh run|test
set -euo pipefail
purpose=${1:?run or test}

# C toolchain; WebKitGTK for the window; libheif for HEIC and AVIF.
packages=(build-essential pkg-config libwebkit2gtk-4.1-dev libgtk-3-dev libheif-dev)
if [ "$purpose" = test ]; then
  # A screen, a session bus and a driver for the real window; a browser; Python for the training recipe's tests and for unpacking Milvus;
  # openssl for an authority that nobody trusts.
  packages+=(xvfb xauth dbus dbus-x11 webkit2gtk-driver fonts-dejavu-core procps python3-venv openssl chromium)
fi

if command -v apt-get >/dev/null; then
  missing=()
  for package in "${packages[@]}"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  if [ ${#missing[@]} -gt 0 ]; then
    as_root=()
    if [ "$(id -u)" != 0 ]; then
      if ! command -v sudo >/dev/null; then
        echo "Install these packages as root, then try again: apt-get install ${missing[*]}" >&2
        exit 1
      fi
      as_root=(sudo)
    fi
    echo "installing ${missing[*]}"
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  fi
else
  case "$(uname -s)" in
    Darwin) command -v pkg-config >/dev/null || echo "For HEIC and AVIF: brew install pkg-config libheif" >&2 ;;
    Linux) echo "Not a Debian or Ubuntu system: install the counterparts of ${packages[*]} if the build asks for them." >&2 ;;
    *) echo "On Windows: install the Visual Studio Build Tools (C++) and WebView2 (part of Windows 11); build in Git Bash." >&2 ;;
  esac
fi

if ! command -v cargo >/dev/null; then
  echo "Rust is missing: install it from https://rustup.rs (1.91 or newer), then try again." >&2
  exit 1
fi
# sort -V puts the older version first.
rust=$(rustc --version | cut -d' ' -f2)
if [ "$(printf '%s\n1.91.0\n' "$rust" | sort -V | head -n1)" != 1.91.0 ]; then
  echo "Rust $rust is too old: run \`rustup update stable\` (1.91 or newer is needed)." >&2
  exit 1
fi
if ! command -v npm >/dev/null || [ "$(node --version | tr -d v | cut -d. -f1)" -lt 20 ]; then
  echo "Node.js 20 or newer is missing: install it from https://nodejs.org, then try again." >&2
  exit 1
fi
