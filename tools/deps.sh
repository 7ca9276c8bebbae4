#!/bin/bash
# Installs what building, testing and measuring need and what is not there yet (Debian 12, as root).
# Does nothing when everything is there.
set -euo pipefail

# Program or file that shows that a package is there, then the package.
needs=(
  gcc:gcc g++:g++ clang:clang make:make ar:binutils pkg-config:pkg-config git:git curl:curl
  python3:python3 valgrind:valgrind strace:strace clang-format:clang-format shellcheck:shellcheck
  nginx:nginx wrk:wrk chromium:chromium
  /usr/include/stdlib.h:libc6-dev
  /usr/include/microhttpd.h:libmicrohttpd-dev
  /usr/share/doc/libclang-dev:libclang-dev
  /etc/ssl/certs/ca-certificates.crt:ca-certificates
)

missing=()
for need in "${needs[@]}"; do
  sign=${need%%:*} package=${need##*:}
  case $sign in
    /*) [ -e "$sign" ] || missing+=("$package") ;;
    nginx) [ -x /usr/sbin/nginx ] || command -v nginx >/dev/null || missing+=("$package") ;;
    *) command -v "$sign" >/dev/null || missing+=("$package") ;;
  esac
done

export PATH="$PATH:$HOME/.cargo/bin"
rust_missing=
command -v cargo >/dev/null || rust_missing=yes

if [ ${#missing[@]} -eq 0 ] && [ -z "$rust_missing" ]; then
  exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    as_root=(sudo -n)
  else
    echo "make deps: not root, please install: ${missing[*]} ${rust_missing:+rustup}" >&2
    exit 1
  fi
fi
if ! command -v apt-get >/dev/null; then
  echo "make deps: no apt-get here, please install: ${missing[*]} ${rust_missing:+rustup}" >&2
  exit 1
fi

apt() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=600 "$@" \
    </dev/null
}

echo "make deps: installing ${missing[*]} ${rust_missing:+and the Rust toolchain}"
apt update >/dev/null
if [ ${#missing[@]} -gt 0 ]; then
  apt install --no-install-recommends "${missing[@]}"
fi

if [ -n "$rust_missing" ]; then
  if apt-cache show rustup >/dev/null 2>&1; then
    apt install --no-install-recommends rustup
    cd "$(dirname "$0")/.."
    channel=$(sed -n 's/^channel = "\(.*\)"/\1/p' rust-toolchain.toml)
    rustup toolchain install "$channel" --profile minimal --component rustfmt --component clippy
  else
    echo "make deps: this Debian has no package rustup. Install Rust from https://rustup.rs" \
      "(rust-toolchain.toml chooses the version) and run this again." >&2
    exit 1
  fi
fi
