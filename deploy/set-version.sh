#!/usr/bin/env bash
# Writes a version into every file of the project that names one, and heads CHANGELOG.md with it.
#
#   deploy/set-version.sh 0.2.0
#
# A version is replaced where it is the one of now and the name of the program or of one of the crates stands on the same
# line; or up to three lines above or on the next line, where the line is a `version`, `newTag`, `rev` or the like. Other lines are
# left alone: a module of somebody else may have the same version. In CHANGELOG.md a heading with the version and the date is put below
# `[Unreleased]`, so that what stood there is what the version brings.
#
# With the version of now it writes nothing but the date of the newest heading: today's, or that of SOURCE_DATE_EPOCH.
# `cargo test --test versions` is what must pass afterwards. Needs git and awk.
set -euo pipefail
cd "$(dirname "$0")/.."

die() { echo "set-version: $1" >&2; exit 2; }

[ $# = 1 ] || die "one argument, the version; see the top of $0"
new=$1
[[ $new =~ ^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(-[0-9A-Za-z]+(\.[0-9A-Za-z]+)*)?$ ]] ||
  die "$new is no version: three numbers, and perhaps a part like -rc.1 behind them"
old=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml)
[ -n "$old" ] || die 'Cargo.toml has no version'
newest=$(sed -n 's/^## \[\([0-9].*\)\].*/\1/p' CHANGELOG.md | head -1)
if [ "$new" != "$newest" ] && grep -qF "## [$new]" CHANGELOG.md; then
  die "CHANGELOG.md has a version $new already, below $newest"
fi
TZ=UTC printf -v today '%(%Y-%m-%d)T' "${SOURCE_DATE_EPOCH:--1}"
address=$(sed -n 's/^repository = "\(.*\)"$/\1/p' Cargo.toml)

scratch=$(mktemp)
trap 'rm -f "$scratch"' EXIT
rewrite() { # file, then what awk takes; the file keeps its mode, and is named where it changes
  local file=$1
  shift
  awk -v "old=$old" -v "new=$new" -v "newest=$newest" -v "today=$today" -v "address=$address" "$@" "$file" > "$scratch"
  cmp -s "$scratch" "$file" || { cat "$scratch" > "$file"; echo "$file"; }
}

# shellcheck disable=SC2016 # awk, not bash
in_lines='
  function replaced(line,    out, at, before, after) {
    out = ""
    while ((at = index(line, old)) > 0) {
      before = at > 1 ? substr(line, at - 1, 1) : substr(out, length(out), 1)
      after = substr(line, at + length(old), 1)
      out = out substr(line, 1, at - 1) (before ~ /[0-9.]/ || after ~ /[0-9]/ ? old : new)
      line = substr(line, at + length(old))
    }
    return out line
  }
  { lines[NR] = $0; named[NR] = /istio-alb|alb-controller|kubernetes-objects|manifest-yaml/ }
  END {
    for (i = 1; i <= NR; i++) {
      near = named[i] ? 4 : lines[i] ~ /^[ \t]*$/ ? 0 : near - 1
      key = lines[i] ~ /^[ \t-]*"?(version|VERSION|semanticVersion|appVersion|newTag|tag|rev|ref|default)"?[ \t]*[:=]/
      print named[i] || key && (near > 0 || named[i + 1]) ? replaced(lines[i]) : lines[i]
    }
  }'
# shellcheck disable=SC2016
in_changelog='
  index($0, "## [" new "]") == 1 { $0 = "## [" new "] - " today }
  index($0, "[Unreleased]: ") == 1 && new != newest {
    print "[Unreleased]: " address "/compare/v" new "...HEAD"
    $0 = "[" new "]: " address "/compare/v" newest "...v" new
  }
  { print }
  $0 == "## [Unreleased]" && new != newest { print "\n## [" new "] - " today }'

if [ "$new" != "$old" ]; then
  while IFS= read -r -d '' file; do
    rewrite "$file" "$in_lines"
  done < <(git grep -zlIF --untracked --exclude-standard -e "$old" -- . ':!CHANGELOG.md' ':!*/go.sum' ':!*/go.mod')
fi
rewrite CHANGELOG.md "$in_changelog"
