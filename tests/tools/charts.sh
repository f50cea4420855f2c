#!/usr/bin/env bash
# Brings Istio's own `gateway` chart, in the releases that the tests render, into the cache of install.sh. Istio's
# repository is a Go module, so Go's module proxy has it and Go's checksum database vouches for it. Needs nothing but Go.
# Nothing of the chart becomes part of this project.
#
#   tests/tools/charts.sh                       the eight releases below
#   tests/tools/charts.sh 1.24.2 1.29.1         those of them
#   tests/tools/charts.sh RELEASE=VERSION ...   others too, VERSION being Go's name for the commit. In a clone of
#                                               github.com/istio/istio, for the tag 1.28.0:
#     TZ=UTC git log -1 --abbrev=12 --date=format-local:%Y%m%d%H%M%S --format=1.28.0=v0.0.0-%cd-%h 1.28.0
#
# Each one becomes $cache/charts/gateway-RELEASE, and the tests render every folder of that name. So a chart that comes
# from elsewhere, such as a Helm repository, takes part as soon as it lies there:
#
#   helm pull gateway --repo https://istio-release.storage.googleapis.com/charts --version 1.28.0 \
#     --untar --untardir /tmp/istio && mv /tmp/istio/gateway "$cache/charts/gateway-1.28.0"
#
# Cache: $ISTIO_ALB_TOOLS, else $XDG_CACHE_HOME/istio-alb, else ~/.cache/istio-alb.
set -euo pipefail

. "$(dirname "$0")/module.sh"
cache=${ISTIO_ALB_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/istio-alb}

# release    Go's name for it
pins='
1.13.4       v0.0.0-20220516185659-202e88863858
1.16.5       v0.0.0-20230519000352-ae8d5164776c
1.18.7       v0.0.0-20231227034429-2afa2f36166a
1.22.1       v0.0.0-20240601204907-a1a76b8e75f8
1.24.2       v0.0.0-20241214032803-7754674f65d3
1.27.9       v0.0.0-20260403063052-b9159ca3e5d5
1.29.1       v0.0.0-20260306174214-6991a379e1fc
main         v0.0.0-20260827124520-eed52ebb66ad
'

scratch=
trap '[ -z "$scratch" ] || rm -rf "$scratch"' EXIT

bring() { # release version
  local folder=$cache/charts/gateway-$1 source
  [ -d "$folder" ] && return
  echo "charts: fetching istio.io/istio $1" >&2
  source=$(source_of "istio.io/istio@$2")/manifests/charts/gateway
  if [ ! -f "$source/Chart.yaml" ]; then
    echo "charts: istio.io/istio@$2 holds no manifests/charts/gateway" >&2
    return 1
  fi
  scratch=$(mktemp -d "$cache/chart.XXXXXX")
  cp -R "$source" "$scratch/gateway"
  chmod -R u+w "$scratch/gateway" # Go's module cache is read-only
  mkdir -p "$cache/charts"
  mv "$scratch/gateway" "$folder"
  rm -rf "$scratch"
  scratch=
}

command -v go > /dev/null || { echo 'charts: go is not on PATH; see https://go.dev/dl' >&2; exit 1; }
mkdir -p "$cache"

only=
for other in "$@"; do
  [[ $other == *=* ]] || only+=" $other"
done
while read -r release version; do
  [ -n "$release" ] || continue
  [ -z "$only" ] || [[ "$only " == *" $release "* ]] || continue
  bring "$release" "$version"
done <<< "$pins"

for other in "$@"; do
  if [[ $other == *=* ]]; then
    bring "${other%%=*}" "${other#*=}"
  elif [ ! -d "$cache/charts/gateway-$other" ]; then
    echo "charts: $other is no release that is pinned, and not RELEASE=VERSION; see the top of $0" >&2
    exit 1
  fi
done
