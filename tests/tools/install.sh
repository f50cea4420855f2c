#!/usr/bin/env bash
# Brings the pinned tools that the tests run, as Go modules, into a cache. Needs nothing but Go.
#
#   tests/tools/install.sh                      all of them
#   tests/tools/install.sh helm-4.2.4 ...       only those named
#
# Helmfile takes the most: five minutes on two cores that have nothing else to do, and 2.2 GB of modules. istiod
# (pilot-discovery) takes as long, each further release and pilot-agent a part of it. Ansible and Envoy, which are no Go
# modules, are brought by ansible.sh and mesh.sh.
#
# Cache: $ISTIO_ALB_TOOLS, else $XDG_CACHE_HOME/istio-alb, else ~/.cache/istio-alb. What is there already is not built
# again; a new version gets a new name, so that several checkouts can share one cache. Go's module proxy and checksum
# database see to it that a version is the same everywhere.
set -euo pipefail

. "$(dirname "$0")/module.sh"
cache=${ISTIO_ALB_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/istio-alb}

# A module that `go install` refuses (it replaces some of what it needs, the proxy has no list of its versions, or the
# checksum database does not know all that it needs, but its own go.sum does) is built in its own folder, which gives the
# same: the third column is then a folder in it.
#
# name, package or module with its version, program or ./folder, minutes on two cores that have nothing else to do
pins='
helm-3.21.4              helm.sh/helm/v3/cmd/helm@v3.21.4                                            helm                        2
helm-4.2.4               helm.sh/helm/v4/cmd/helm@v4.2.4                                             helm                        2
helm-4.1.4               helm.sh/helm/v4/cmd/helm@v4.1.4                                             helm                        2
helm-4.0.0               helm.sh/helm/v4/cmd/helm@v4.0.0                                             helm                        2
kustomize-5.8.1          sigs.k8s.io/kustomize/kustomize/v5@v5.8.1                                   kustomize                   1
helmfile-1.8.0           github.com/helmfile/helmfile@v1.8.0                                         ./.                         5
helm-unittest-1.1.2      github.com/helm-unittest/helm-unittest@v1.1.2                               ./cmd/helm-unittest         1
ct-3.14.0                github.com/helm/chart-testing/v3@v3.14.0                                    ./ct                        1
pilot-discovery-20260827 istio.io/istio/pilot/cmd/pilot-discovery@v0.0.0-20260827124520-eed52ebb66ad pilot-discovery             5
pilot-agent-20260827     istio.io/istio/pilot/cmd/pilot-agent@v0.0.0-20260827124520-eed52ebb66ad     pilot-agent                 1
pilot-discovery-1.29.1   istio.io/istio@v0.0.0-20260306174214-6991a379e1fc                           ./pilot/cmd/pilot-discovery 4
oras-1.3.6               oras.land/oras/cmd/oras@v1.3.6                                              oras                        1
registry-3.1.2           github.com/distribution/distribution/v3/cmd/registry@v3.1.2                 registry                    2
actionlint-1.7.12        github.com/rhysd/actionlint/cmd/actionlint@v1.7.12                          actionlint                  1
krew-0.4.3               sigs.k8s.io/krew/cmd/krew@v0.4.3                                            krew                        1
'

scratch=
trap '[ -z "$scratch" ] || rm -rf "$scratch"' EXIT

build() { # name module program
  [ -x "$cache/bin/$1" ] && return
  echo "tools: building $1" >&2
  local source
  scratch=$(mktemp -d "$cache/build.XXXXXX")
  case $3 in
    ./*)
      source=$(source_of "$2")
      (cd "$source" && go build -ldflags '-s -w' -o "$scratch/program" "$3")
      ;;
    *)
      GOBIN=$scratch go install -ldflags '-s -w' "$2"
      mv "$scratch/$3" "$scratch/program"
      ;;
  esac
  mv "$scratch/program" "$cache/bin/$1" # one rename: another run never sees half a program
  rm -rf "$scratch"
  scratch=
}

known() { # name
  while read -r name _; do [ "$name" = "$1" ] && return; done <<< "$pins"
  echo "tools: no tool is called $1; see the list in $0" >&2
  return 1
}

for want in "$@"; do known "$want"; done
command -v go > /dev/null || { echo 'tools: go is not on PATH; see https://go.dev/dl' >&2; exit 1; }
mkdir -p "$cache/bin"

while read -r name module program _; do
  [ -n "$name" ] || continue
  [ $# -eq 0 ] || [[ " $* " == *" $name "* ]] || continue
  build "$name" "$module" "$program"
done <<< "$pins"
