#!/usr/bin/env bash
# Whether a tag is the one of this release: a v and the version that the crate, the plugin and the newest section of
# CHANGELOG.md have. The first step of the workflow that releases.
#
#   deploy/check-tag.sh v0.1.0
set -euo pipefail
cd "$(dirname "$0")/.."
. deploy/pack.sh

tag=${1:?the tag is missing}
bad() {
  echo "check-tag: $1" >&2
  exit 1
}
[ "$tag" = "v$version" ] || bad "the tag is $tag, but Cargo.toml says $version"
grep -q "^version: $version$" plugin.yaml || bad "plugin.yaml has another version than $version"
newest=$(sed -n 's/^## \[\([0-9][^]]*\)\].*/\1/p' CHANGELOG.md | head -n 1)
[ "$newest" = "$version" ] || bad "the newest section of CHANGELOG.md is ${newest:-missing}, not $version"
