#!/usr/bin/env bash
# Brings what the sidecar's image holds beside istio-alb into the cache of tests/tools/install.sh, and prints the folder:
#
#   helm-amd64, helm-arm64            the Helm that the Dockerfile names, built from its sources as static programs; Go's
#                                     checksum database vouches for them
#   helm-licenses                     the licences of all that is in them
#   ca-certificates.crt               Mozilla's root certificates, from PyPI's package certifi, compared with the hash below
#
#   deploy/argocd/ingredients.sh            brings what is not there yet: about four minutes on two cores
#   deploy/argocd/ingredients.sh where      only prints the folder
#
# Needs Go, and Python 3.11 or later with pip.
set -euo pipefail
cd "$(dirname "$0")/../.."

certifi=2026.10.19.post1
hash=sha256:1324c476b4811eff41a8bc2122cd0bbd4d9c7234c725446d99ab1612b3a7fdd2
helm=$(sed -n 's/^ARG HELM=//p' deploy/argocd/Dockerfile)
cache=${ISTIO_ALB_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/istio-alb}
folder=$cache/argocd-image/helm-$helm-certifi-$certifi

if [ "${1:-}" = where ]; then
  echo "$folder"
  exit
fi
command -v go > /dev/null || { echo 'ingredients: go is not on PATH; see https://go.dev/dl' >&2; exit 1; }
# Another Go builds another program.
if [ "$(go version "$folder/helm-arm64" 2> /dev/null)" = "$folder/helm-arm64: $(go env GOVERSION)" ]; then
  echo "$folder"
  exit
fi

echo "ingredients: building helm $helm, fetching certifi $certifi" >&2
mkdir -p "$(dirname "$folder")"
scratch=$(mktemp -d "$cache/argocd-image/build.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/made"

modules=$(go env GOMODCACHE)
for arch in amd64 arm64; do
  # In a GOPATH of its own: `go install` refuses to put a program for another machine where GOBIN says.
  GOPATH=$scratch/$arch GOMODCACHE=$modules GOBIN='' GOFLAGS='' CGO_ENABLED=0 GOOS=linux GOARCH=$arch \
    go install -trimpath -ldflags '-s -w' "helm.sh/helm/v${helm%%.*}/cmd/helm@v$helm"
  mv "$(find "$scratch/$arch/bin" -name helm -type f)" "$scratch/made/helm-$arch"
done
sh deploy/argocd/helm-licenses.sh "$scratch/made/helm-amd64" > "$scratch/made/helm-licenses"

python3 -m pip --isolated --quiet --disable-pip-version-check --no-cache-dir download --no-deps --only-binary :all: \
  --require-hashes --dest "$scratch" --requirement <(echo "certifi==$certifi --hash=$hash") >&2
python3 -m zipfile --extract "$scratch/certifi-$certifi-py3-none-any.whl" "$scratch/certifi"
cp "$scratch/certifi/certifi/cacert.pem" "$scratch/made/ca-certificates.crt"

# One rename: another run never sees half of it.
rm -rf "$folder"
mv "$scratch/made" "$folder"
echo "$folder"
