#!/usr/bin/env bash
# Installs packages of Debian (or of a distribution made from it) that have no other source here. Needs root; whoever is not
# root is told what to type. The distribution checks what it fetches; its release pins the versions.
#
#   tests/tools/debian.sh qemu-user-static wine64
set -euo pipefail

[ $# -gt 0 ] || { echo "usage: $0 PACKAGE..." >&2; exit 2; }
missing=()
for package in "$@"; do
  [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2> /dev/null || true) == installed ]] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

command -v apt-get > /dev/null ||
  { echo "tools: this is no Debian; install what its packages ${missing[*]} hold" >&2; exit 1; }
[ "$(id -u)" = 0 ] || { echo "tools: type: sudo apt-get install --no-install-recommends ${missing[*]}" >&2; exit 1; }

echo "tools: installing ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
install() { apt-get install --option DPkg::Lock::Timeout=600 --yes --no-install-recommends "${missing[@]}" < /dev/null > "$log" 2>&1; }
# A machine's list of packages may be missing or old.
if ! install && ! { apt-get update > "$log" 2>&1 && install; }; then
  cat "$log" >&2
  exit 1
fi
