#!/usr/bin/env bash
# Makes the container images as OCI image layouts, each a tar file for linux/amd64 and linux/arm64, without a container daemon.
# Prints each file with the digest by which a registry will know the image. The same input gives the same bytes.
#
#   deploy/image.sh                             both images into dist/:
#     istio-alb-VERSION-image.tar               the tool, as deploy/Dockerfile says
#     istio-alb-argocd-VERSION-image.tar        the sidecar of Argo CD, as deploy/argocd/Dockerfile says
#   deploy/image.sh tool                        one of them; the other is `argocd`
#   --from DIR  --to DIR                        other folders than target/platforms (static programs: linux-amd64/istio-alb,
#                                               linux-arm64/istio-alb) and dist
#   --licenses FILE                             the licences of the program's parts, else deploy/licenses.sh collects them
#
# Date and commit are those of commit.sh. Needs Python 3.11 or later, gzip, Cargo (to read
# Cargo.toml), and for the sidecar what deploy/argocd/ingredients.sh needs.
set -euo pipefail
cd "$(dirname "$0")/.."

from=target/platforms to=dist licenses='' images=()
while [ $# -gt 0 ]; do
  case $1 in
    --from) from=$2; shift 2 ;;
    --to) to=$2; shift 2 ;;
    --licenses) licenses=$2; shift 2 ;;
    tool | argocd) images+=("$1"); shift ;;
    *) echo "image: unknown argument $1; see the top of $0" >&2; exit 2 ;;
  esac
done
[ ${#images[@]} -gt 0 ] || images=(tool argocd)

. deploy/commit.sh
field() { # of the package in Cargo.toml
  cargo metadata --no-deps --format-version 1 --offline | python3 -c 'import json, sys
package, = [p for p in json.load(sys.stdin)["packages"] if p["name"] == "istio-alb"]
print(package[sys.argv[1]] or "")' "$1"
}
version=$(field version) license=$(field license) repository=$(field repository)
repository=${repository:-https://github.com/istio-alb/istio-alb}
owner=${repository%/*}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ -n "$licenses" ]; then
  cp "$licenses" "$work/THIRD-PARTY-LICENSES"
else
  deploy/licenses.sh --to "$work/THIRD-PARTY-LICENSES"
fi
mkdir -p "$to"

write() { # name, Dockerfile, more sources
  local name=$1 dockerfile=$2
  shift 2
  python3 deploy/oci.py --dockerfile "$dockerfile" --arch amd64 --arch arm64 \
    --source "istio-alb:/src/target/release/istio-alb=$from/linux-{arch}/istio-alb" \
    --source "THIRD-PARTY-LICENSES*=$work/THIRD-PARTY-LICENSES" "$@" \
    --label "org.opencontainers.image.version=$version" --label "org.opencontainers.image.revision=${ISTIO_ALB_COMMIT:-unknown}" \
    --label "org.opencontainers.image.source=$repository" --label "org.opencontainers.image.licenses=$license" \
    --name "ghcr.io/${owner##*/}/$name:$version" --to "$to/$name-$version-image.tar"
}

for image in "${images[@]}"; do
  case $image in
    tool) write istio-alb deploy/Dockerfile ;;
    argocd)
      ingredients=$(deploy/argocd/ingredients.sh)
      write istio-alb-argocd deploy/argocd/Dockerfile \
        --source "helm:/go/bin/helm=$ingredients/helm-{arch}" \
        --source "helm:/helm-licenses=$ingredients/helm-licenses" \
        --source "helm:/etc/ssl/certs/ca-certificates.crt=$ingredients/ca-certificates.crt"
      ;;
  esac
done
