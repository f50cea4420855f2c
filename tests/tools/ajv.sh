#!/usr/bin/env bash
# Brings ajv into the cache of install.sh: the JSON Schema validator with which SchemaStore checks schemas. Needs Node.js with npm.
#
#   tests/tools/ajv.sh
#
# It comes from npm, and each package is compared with its hash in ajv/package-lock.json. No script of a package is run.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd -P)
cache=${ISTIO_ALB_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/istio-alb}
version=$(sed -n 's/.*"ajv": "\(.*\)".*/\1/p' "$here/ajv/package.json")

[ -d "$cache/ajv-$version" ] && exit
command -v npm > /dev/null || { echo 'tools: ajv needs Node.js with npm' >&2; exit 1; }
echo "tools: fetching ajv $version" >&2
mkdir -p "$cache"
scratch=$(mktemp -d "$cache/build.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
cp "$here/ajv/package.json" "$here/ajv/package-lock.json" "$scratch"
npm ci --prefix "$scratch" --ignore-scripts --no-audit --no-fund --loglevel=error > /dev/null
mv "$scratch" "$cache/ajv-$version" # one rename: another run never sees half of it
