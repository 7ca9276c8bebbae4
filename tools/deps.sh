#!/bin/bash
# Installs what is needed and not there yet (Debian 12, as root). Does nothing when all is there.
#
#   tools/deps.sh          what building, testing and measuring need
#   tools/deps.sh build    what building needs
set -euo pipefail
cd "$(dirname "$0")/.."

# Program or file that shows that a package is there, then the package.
needs=(
  gcc:gcc make:make ar:binutils curl:curl
  /usr/include/stdlib.h:libc6-dev
  /etc/ssl/certs/ca-certificates.crt:ca-certificates
)
if [ "${1:-}" != build ]; then
  needs+=(
    g++:g++ clang:clang pkg-config:pkg-config git:git python3:python3 valgrind:valgrind
    strace:strace openssl:openssl clang-format:clang-format shellcheck:shellcheck nginx:nginx wrk:wrk
    chromium:chromium mosquitto:mosquitto mosquitto_pub:mosquitto-clients dnsmasq:dnsmasq-base
    ip:iproute2 chronyd:chrony node:nodejs npm:npm haproxy:haproxy slowhttptest:slowhttptest
    /usr/include/microhttpd.h:libmicrohttpd-dev llvm-cov-19:llvm-19
    lighttpd:lighttpd perf:linux-perf /usr/include/civetweb.h:libcivetweb-dev mbpoll:mbpoll
    /usr/share/doc/libclang-dev:libclang-dev /usr/share/doc/libclang-rt-dev:libclang-rt-dev
    cmake:cmake meson:meson autoconf:autoconf automake:automake patch:patch
    mandoc:mandoc xz:xz-utils dh:debhelper debootstrap:debootstrap
    /usr/share/doc/python3-venv:python3-venv
    /usr/share/doc/python3-markdown:python3-markdown
  )
fi

missing=()
for need in "${needs[@]}"; do
  sign=${need%%:*} package=${need##*:}
  case $sign in
    /*) [ -e "$sign" ] || missing+=("$package") ;;
    nginx | lighttpd | haproxy | mosquitto | dnsmasq | ip | chronyd | debootstrap)
      [ -x "/usr/sbin/$sign" ] || command -v "$sign" >/dev/null || missing+=("$package")
      ;;
    *) command -v "$sign" >/dev/null || missing+=("$package") ;;
  esac
done

export PATH="$PATH:$HOME/.cargo/bin"
rust_missing=
command -v cargo >/dev/null || rust_missing=yes

# Sanitizers need a nightly compiler, whichever is there.
install_nightly() {
  if [ "${1:-}" = build ] || ! command -v rustup >/dev/null; then return; fi
  if [[ $'\n'$(rustup toolchain list) == *$'\n'nightly* ]]; then return; fi
  echo "make deps: installing the nightly Rust toolchain, for make asan"
  rustup toolchain install nightly --profile minimal ||
    echo "make deps: no nightly toolchain to be had; make asan needs one" >&2
}

# PROFILE=size builds the standard library from its sources.
install_rust_src() {
  if [ "${1:-}" = build ] || ! command -v rustup >/dev/null; then return; fi
  if [ -d "$(rustc --print sysroot)/lib/rustlib/src/rust/library" ]; then return; fi
  echo "make deps: installing the sources of Rust's standard library, for make PROFILE=size"
  rustup component add rust-src ||
    echo "make deps: no sources of Rust's standard library to be had; make PROFILE=size needs them" >&2
}

# The check of licences, duplicates and sources of what the library is made of.
install_cargo_deny() {
  if [ "${1:-}" = build ] || command -v cargo-deny >/dev/null; then return; fi
  echo "make deps: installing cargo-deny"
  cargo install --quiet --locked --debug --version 0.20.2 cargo-deny
}

# Node modules that peers in compat/peers use, as the lock file has them.
install_node_modules() {
  if [ "${1:-}" = build ]; then return; fi
  if [ compat/node/node_modules/.package-lock.json -nt compat/node/package-lock.json ]; then return; fi
  echo "make deps: installing the Node modules of compat/node"
  npm ci --prefix compat/node --no-audit --no-fund
}

if [ ${#missing[@]} -eq 0 ] && [ -z "$rust_missing" ]; then
  install_nightly "$@"
  install_rust_src "$@"
  install_cargo_deny "$@"
  install_node_modules "$@"
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
  channel=$(sed -n 's/^channel = "\(.*\)"/\1/p' rust-toolchain.toml)
  echo "make deps: installing Rust $channel with rustup"
  if apt-cache show rustup >/dev/null 2>&1; then
    apt install --no-install-recommends rustup
    rustup toolchain install "$channel" --profile minimal --component rustfmt --component clippy
  elif installer=$(curl --proto '=https' --tlsv1.2 -fsS https://sh.rustup.rs); then
    # Debian 12 has no such package: rustup's own installer, for this user only.
    sh -s -- -y --no-modify-path --profile minimal --default-toolchain "$channel" \
      --component rustfmt --component clippy <<<"$installer"
  else
    echo "make deps: rustup can't be fetched. Install Rust $channel from https://rustup.rs and run" \
      "this again." >&2
    exit 1
  fi
fi
install_nightly "$@"
install_rust_src "$@"
install_cargo_deny "$@"
install_node_modules "$@"
