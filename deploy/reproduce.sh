#!/usr/bin/env bash
# Builds once more from the same sources, in another folder and with Cargo's own files in another folder, and compares the
# programs with those that are there, byte for byte.
#
#   deploy/reproduce.sh                               every platform, with target/platforms
#   deploy/reproduce.sh linux-amd64                   only the platforms named
#   deploy/reproduce.sh --against DIR [PLATFORM...]   with DIR/PLATFORM/istio-alb, for example of a release; check out its
#                                                     commit, and take its version of Rust
#
# Needs what build-all.sh needs. Exit 1 says that a program differs.
set -euo pipefail
cd "$(dirname "$0")/.."

against=target/platforms platforms=()
while [ $# -gt 0 ]; do
  case $1 in
    --against) against=${2:?reproduce: --against needs a folder}; shift ;;
    *) platforms+=("$1") ;;
  esac
  shift
done
against=$(cd "$against" && pwd)

. deploy/commit.sh
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/sources" "$scratch/cargo"
tar --exclude=./.git --exclude=./target --exclude=./fuzz/target -cf - . | tar -C "$scratch/sources" -xf -
# What Cargo has fetched already need not be fetched again.
home=${CARGO_HOME:-$HOME/.cargo}
for part in registry git config.toml; do
  [ ! -e "$home/$part" ] || ln -s "$(cd "$home" && pwd)/$part" "$scratch/cargo/$part"
done
CARGO_HOME=$scratch/cargo CARGO_TARGET_DIR=$scratch/target \
  "$scratch/sources/deploy/build-all.sh" --to "$scratch/programs" ${platforms[@]+"${platforms[@]}"} > "$scratch/list"

differ=0
while read -r _ _ program; do
  name=${program#"$scratch/programs/"}
  if cmp "$against/$name" "$program" >&2; then
    echo "same  $(sha256sum < "$program" | cut -c 1-64)  $name"
  else
    echo "differs  $name"
    differ=1
  fi
done < "$scratch/list"
exit $differ
