#!/usr/bin/env bash
# Brings the pinned tools that the tests run, as Go modules, into a cache. Needs nothing but Go.
#
#   tests/tools/install.sh            all of them
#   tests/tools/install.sh helm3 ...  only those named
#
# Cache: $ISTIO_ALB_TOOLS, else $XDG_CACHE_HOME/istio-alb, else ~/.cache/istio-alb. What is there already is not
# built again; a new version gets a new name.
set -euo pipefail

cache=${ISTIO_ALB_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/istio-alb}
mkdir -p "$cache/bin"

# name              module and version                                  program it builds
pins='
helm-3.21.4         helm.sh/helm/v3/cmd/helm@v3.21.4                    helm
helm-4.2.4          helm.sh/helm/v4/cmd/helm@v4.2.4                     helm
helm-4.1.4          helm.sh/helm/v4/cmd/helm@v4.1.4                     helm
helm-4.0.0          helm.sh/helm/v4/cmd/helm@v4.0.0                     helm
kustomize-5.8.1     sigs.k8s.io/kustomize/kustomize/v5@v5.8.1           kustomize
'

build() { # name module program
  [ -x "$cache/bin/$1" ] && return
  echo "tools: building $1" >&2
  tmp=$(mktemp -d "$cache/build.XXXXXX")
  GOFLAGS='' GOBIN=$tmp go install -ldflags '-s -w' "$2"
  mv "$tmp/$3" "$cache/bin/$1"
  rmdir "$tmp"
}

while read -r name module program; do
  [ -n "$name" ] || continue
  if [ $# -gt 0 ]; then
    wanted=no
    for want in "$@"; do [ "$want" = "$name" ] && wanted=yes; done
    [ "$wanted" = yes ] || continue
  fi
  build "$name" "$module" "$program"
done <<< "$pins"
