#!/usr/bin/env bash
# Signs a release that deploy/release.sh made without a key: the package of the plugin, and the checksums of all files anew.
#
#   deploy/sign-release.sh [--key NAME] [--keyring FILE] DIR
#
# The flags are those of deploy/sign.sh. Nothing else than GnuPG runs while the key is there.
set -euo pipefail
cd "$(dirname "$0")/.."
. deploy/pack.sh

key=() keyring='' folder=''
while [ $# -gt 0 ]; do
  case $1 in
    --key) key=(--key "$2"); shift 2 ;;
    --keyring) keyring=$2; shift 2 ;;
    -*) echo "sign-release: unknown argument $1; see the top of $0" >&2; exit 2 ;;
    *) folder=$1; shift ;;
  esac
done
package=$folder/istio-alb-$version.tgz
[ -f "$package" ] || { echo "sign-release: $package is missing; deploy/release.sh makes it" >&2; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ -n "$keyring" ]; then
  (umask 077 && cat "$keyring" > "$work/key") # standard input can be read only once
  key+=(--keyring "$work/key")
fi
rm -f "$folder/SHA256SUMS.asc"
deploy/sign.sh "${key[@]}" --export "$folder/istio-alb.gpg" "$package"
write_sums "$folder"
deploy/sign.sh "${key[@]}" "$folder/SHA256SUMS"
