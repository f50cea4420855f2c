#!/usr/bin/env bash
# Packs one archive with the programs of all platforms, man pages and completions, as `helm plugin install URL` of Helm 4 wants it: the folder
# inside has the name of the file without its version, and holds only folders and plain files. The same input gives
# the same bytes.
#
#   deploy/package-plugin.sh                    bin/ of this folder into dist/istio-alb-VERSION.tgz
#   --from DIR  --share DIR  --to DIR           other folders than bin/, share/ and dist/
#   --licenses FILE                             the licences of what the programs have in them, packed as THIRD-PARTY-LICENSES
#   --partial                                   neither every platform nor share/ nor licences need be there
#
# deploy/sign.sh signs it afterwards. The signature names the file: do not rename it then.
set -euo pipefail
cd "$(dirname "$0")/.."
. deploy/pack.sh

from=bin share=share to=dist licenses='' partial=no
while [ $# -gt 0 ]; do
  case $1 in
    --from) from=$2; shift 2 ;;
    --share) share=$2; shift 2 ;;
    --to) to=$2; shift 2 ;;
    --licenses) licenses=$2; shift 2 ;;
    --partial) partial=yes; shift ;;
    *) echo "package-plugin: unknown argument $1; see the top of $0" >&2; exit 2 ;;
  esac
done

if ! grep -q "^version: $version$" plugin.yaml; then
  echo "package-plugin: Cargo.toml says $version, plugin.yaml another version" >&2
  exit 1
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/istio-alb"
cp plugin.yaml LICENSE "$work/istio-alb/"
[ ! -f README.md ] || cp README.md "$work/istio-alb/"

found=0
while read -r program; do # as plugin.yaml names them
  if [ -f "$from/$program" ]; then
    mkdir -p "$work/istio-alb/bin/${program%/*}"
    cp "$from/$program" "$work/istio-alb/bin/$program"
    chmod 755 "$work/istio-alb/bin/$program"
    found=$((found + 1))
  elif [ "$partial" = no ]; then
    echo "package-plugin: $from/$program is missing; build it, or say --partial" >&2
    exit 1
  fi
done < <(sed -n 's|^ *command: \${HELM_PLUGIN_DIR}/bin/||p' plugin.yaml)
[ "$found" -gt 0 ] || { echo "package-plugin: $from holds no program" >&2; exit 1; }
if [ -d "$share" ]; then
  cp -R "$share" "$work/istio-alb/share"
elif [ "$partial" = no ]; then
  echo "package-plugin: $share is missing; deploy/build-plugin.sh writes it" >&2
  exit 1
fi
if [ -n "$licenses" ]; then
  cp "$licenses" "$work/istio-alb/THIRD-PARTY-LICENSES"
elif [ "$partial" = no ]; then
  echo 'package-plugin: --licenses is missing; deploy/licenses.sh writes the file' >&2
  exit 1
fi

mkdir -p "$to"
pack "$work/istio-alb" "$to/istio-alb-$version.tgz"
