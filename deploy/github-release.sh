#!/usr/bin/env bash
# Makes the release on GitHub: the files of a folder, under the tag of the version, with its section of CHANGELOG.md. It is a
# draft until all files are there, so that nobody sees half of it.
#
#   deploy/github-release.sh [--from dist]
#
# Needs GitHub's program `gh`, and its token in GH_TOKEN.
set -euo pipefail
cd "$(dirname "$0")/.."
. deploy/pack.sh

from=dist
while [ $# -gt 0 ]; do
  case $1 in
    --from) from=$2; shift 2 ;;
    *) echo "github-release: unknown argument $1; see the top of $0" >&2; exit 2 ;;
  esac
done

notes=$(mktemp)
trap 'rm -f "$notes"' EXIT
awk -v "start=## [$version]" '
  /^## / || /^\[[^]]*\]: / { inside = 0 }
  inside { print }
  index($0, start) == 1 { inside = 1 }' CHANGELOG.md > "$notes"
grep -q '[^[:space:]]' "$notes" || { echo "github-release: CHANGELOG.md says nothing of $version" >&2; exit 1; }

flags=(--draft --verify-tag --title "istio-alb $version" --notes-file "$notes")
case $version in *-*) flags+=(--prerelease) ;; esac
gh release create "v$version" "${flags[@]}" "$from"/*
gh release edit "v$version" --draft=false
