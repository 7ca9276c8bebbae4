#!/bin/bash
# Can this program be relinked with Meerkat? Reads object files, archives, executables, shared objects.
#
# Usage: compat/check-program.sh [--library FILE] FILE...
#
# Give it all object files of the program. It prints what they need of the library and what they were
# compiled with, and ends with one sentence. The library is FILE, or the one in build/lib, or the one
# that pkg-config knows; if there is none, one with default options is assumed.
#
# Exit status: 0 it can be relinked (or started with the shared library), 1 it can after the library was
# built with other options, 2 it can't, or that can't be told.
#
# Needs readelf (binutils) and awk.
set -uo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
parts=$root/compat/check-program

usage() {
  sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p;}' "$0" >&2
  exit 2
}

# elf, archive, bitcode or other, by the first bytes.
kind_of() {
  case $(od -An -tx1 -N8 "$1" 2>/dev/null | tr -d ' \n') in
    7f454c46*) echo elf ;;
    213c617263683e0a | 213c7468696e3e0a) echo archive ;;
    4243c0de* | dec0170b*) echo bitcode ;;
    *) echo other ;;
  esac
}

# Facts about a file, one per line, in fields separated by tabs: see the awk scripts.
facts_of() {
  case $(kind_of "$1") in
    elf | archive)
      LC_ALL=C readelf -W -h -S -s -d "$1" 2>/dev/null | awk -v file="$1" -f "$parts/symbols.awk"
      LC_ALL=C readelf --debug-dump=info "$1" 2>/dev/null | awk -v file="$1" -f "$parts/layouts.awk"
      ;;
    bitcode) printf 'intermediate\t%s\n' "$1" ;;
    other) printf 'unreadable\t%s\n' "$1" ;;
  esac
}

# The library to compare with; nothing if there is none.
find_library() {
  local folder name
  for folder in "$root/build/lib" "$(pkg-config --variable=libdir mongoose 2>/dev/null)"; do
    for name in libmongoose.so libmongoose.a; do
      if [ -n "$folder" ] && [ -e "$folder/$name" ]; then
        echo "${folder#"$PWD"/}/$name"
        return
      fi
    done
  done
}

# What matters of the library: the machine it is for, and the symbol that names its layout.
facts_of_library() {
  LC_ALL=C readelf -W -h -s "$1" 2>/dev/null | awk -v file="$1" -f "$parts/symbols.awk" |
    awk -F '\t' -v OFS='\t' '
      $1 == "machine" && !n++ { print "library", $2, $3 }
      $1 == "defines" && $3 ~ /^mg_needs_library_built_with/ { print "built", $3; exit }'
}

library=
if [ "${1:-}" = --library ]; then
  [ $# -gt 1 ] || usage
  library=$2
  shift 2
fi
[ $# -gt 0 ] || usage
case $1 in -*) usage ;; esac
command -v readelf >/dev/null || {
  echo "check-program: readelf is needed (package binutils)" >&2
  exit 2
}
if [ -z "$library" ]; then library=$(find_library); fi
case $(kind_of "${library:-/dev/null}") in
  elf | archive) ;;
  *)
    [ -z "$library" ] || {
      echo "check-program: $library is not a library" >&2
      exit 2
    }
    ;;
esac

{
  cat "$parts/library.txt"
  if [ -n "$library" ]; then facts_of_library "$library"; fi
  for file; do facts_of "$file"; done
} | awk -f "$parts/report.awk"
