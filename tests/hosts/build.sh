#!/usr/bin/env bash
# Brings argohost and fluxhost into the cache of tests/tools/install.sh: the code by which Argo CD and Flux treat manifests,
# as programs that work on files; and yamlreaders, the code by which programs of Kubernetes read them (tests/readers). Needs Go; the
# first time it takes some minutes for Argo CD (1.1 GB of modules).
#
#   tests/hosts/build.sh                  builds what is not in the cache yet
#   tests/hosts/build.sh flux             builds that one: `argocd`, `flux` or `readers`
#   tests/hosts/build.sh where argocd     prints where it lies, or would lie
#   tests/hosts/build.sh test             runs the hosts' own tests
#
# The name in the cache ends in a number made of the sources, so that a change makes a new program, and checkouts with
# different sources can share the cache.
set -euo pipefail

cd "$(dirname "$0")"
programs=${ISTIO_ALB_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/istio-alb}/bin
. ../tools/module.sh

folder() { # name
  case $1 in
    readers) echo ../readers ;;
    *) echo "$1" ;;
  esac
}

where() { # name
  local program
  case $1 in
    argocd) program=argohost ;;
    flux) program=fluxhost ;;
    readers) program=yamlreaders ;;
  esac
  echo "$programs/$program-$(find "$(folder "$1")" -name '*.go' ! -name '*_test.go' -o -name 'go.*' | LC_ALL=C sort | xargs cat | cksum | tr ' ' -)"
}

build() { # name
  local program
  program=$(where "$1")
  [ -x "$program" ] && return
  echo "hosts: building $(basename "$program")" >&2
  mkdir -p "$programs"
  scratch=$(mktemp -d "$programs/build.XXXXXX")
  (cd "$(folder "$1")" && go build -ldflags '-s -w' -o "$scratch/program" .)
  mv "$scratch/program" "$program" # one rename: another run never sees half a program
  rmdir "$scratch"
  scratch=
}

scratch=
trap '[ -z "$scratch" ] || rm -rf "$scratch"' EXIT
case "$*" in
  '') build readers && build flux && build argocd ;;
  flux | argocd | readers) build "$1" ;;
  'where flux' | 'where argocd' | 'where readers') where "$2" ;;
  test)
    # `go vet`, which goes along with tests unless told not to, would look at all of Argo CD for minutes.
    (cd flux && go test -vet=off .)
    (cd argocd && go test -vet=off .)
    ;;
  *)
    echo "usage: $0 [[where] argocd|flux|readers | test]" >&2
    exit 2
    ;;
esac
