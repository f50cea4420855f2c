#!/usr/bin/env bash
# Looks whether anything is known against what the program is made of, in RustSec's database of advisories.
#
#   deploy/advisories.sh                    the database of github.com, fetched anew
#   deploy/advisories.sh --database URL     another one: a mirror, or a clone as file:///…
#
# Exit code: 0 nothing is known, 1 something is, 75 the database cannot be reached, so that nobody takes silence for an answer. A
# release is to be stopped by both; a test of a change by neither, since neither is of its making. Needs git, cargo and what
# tests/tools/cargo.sh needs.
set -euo pipefail
cd "$(dirname "$0")/.."

usual=https://github.com/RustSec/advisory-db
database=$usual
while [ $# -gt 0 ]; do
  case $1 in
    --database) database=$2; shift 2 ;;
    *) echo "advisories: unknown argument $1; see the top of $0" >&2; exit 2 ;;
  esac
done
deny=$(tests/tools/cargo.sh cargo-deny)

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# The last table of deny.toml is the one about advisories.
{ cat deny.toml; echo "db-path = '$scratch/databases'"; } > "$scratch/deny.toml"
if [ "$database" != $usual ]; then
  # cargo-deny takes no address of a file, but git clones what it is told to clone in place of another.
  export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=url.$database.insteadOf GIT_CONFIG_VALUE_0=$usual
fi
if ! "$deny" --locked --config "$scratch/deny.toml" fetch db 2> "$scratch/messages"; then
  cat "$scratch/messages" >&2
  echo "advisories: $database cannot be reached; nothing was checked" >&2
  exit 75
fi
"$deny" --locked --offline --config "$scratch/deny.toml" check advisories
