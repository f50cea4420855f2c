#!/usr/bin/env bash
# Packs an archive for each platform, for those who put the program on PATH: program, man pages, completions, licences. The
# same input gives the same bytes.
#
#   deploy/archives.sh --licenses FILE          target/platforms, share/ and FILE into dist/istio-alb-VERSION-TARGET.tar.gz
#   --from DIR  --share DIR  --to DIR           other folders than target/platforms, share/ and dist/
#
# The archive of Windows is a .zip. Each has one folder with its own name inside: Cargo.toml tells `cargo binstall` so.
set -euo pipefail
cd "$(dirname "$0")/.."
. deploy/pack.sh

from=target/platforms share=share to=dist licenses=''
while [ $# -gt 0 ]; do
  case $1 in
    --from) from=$2; shift 2 ;;
    --share) share=$2; shift 2 ;;
    --to) to=$2; shift 2 ;;
    --licenses) licenses=$2; shift 2 ;;
    *) echo "archives: unknown argument $1; see the top of $0" >&2; exit 2 ;;
  esac
done
[ -n "$licenses" ] || { echo 'archives: --licenses is missing; deploy/licenses.sh writes the file' >&2; exit 2; }
[ -d "$share" ] || { echo "archives: $share is missing; deploy/build-plugin.sh writes it" >&2; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$to"
while read -r platform _; do
  [ -n "$platform" ] || continue
  folder=$work/$(folder_of "$platform") program=$(program_of "$platform")
  if [ ! -f "$from/$platform/$program" ]; then
    echo "archives: $from/$platform/$program is missing; deploy/build-all.sh builds it" >&2
    exit 1
  fi
  mkdir "$folder"
  cp "$from/$platform/$program" LICENSE README.md "$folder/"
  chmod 755 "$folder/$program"
  cp "$licenses" "$folder/THIRD-PARTY-LICENSES"
  cp -R "$share" "$folder/share"
  pack "$folder" "$to/$(archive_of "$platform")"
done <<< "$platforms"
