#!/usr/bin/env bash
# Pushes the signed package of the plugin to a registry, from which `helm plugin install oci://REPOSITORY:VERSION` of Helm 4
# takes and verifies it, and prints its digest.
#
#   deploy/push-plugin.sh [--from dist] [--plain-http] REPOSITORY
#
# The last part of REPOSITORY is the name of the plugin: ghcr.io/istio-alb/plugins/istio-alb. It gets the tag of the version,
# and `latest` where that is no pre-release. Needs oras: tests/tools/install.sh has it.
set -euo pipefail
cd "$(dirname "$0")/.."
. deploy/pack.sh
. deploy/commit.sh
. deploy/oras.sh

from=dist to='' flags=()
while [ $# -gt 0 ]; do
  case $1 in
    --from) from=$2; shift 2 ;;
    --plain-http) flags+=(--plain-http); shift ;;
    -*) echo "push-plugin: unknown argument $1; see the top of $0" >&2; exit 2 ;;
    *) to=$1; shift ;;
  esac
done
case $to in
  */istio-alb) ;;
  *) echo 'push-plugin: Helm takes the last part of the repository for the name of the plugin: it must be istio-alb' >&2; exit 2 ;;
esac
package=istio-alb-$version.tgz
for file in "$package" "$package.prov"; do
  [ -f "$from/$file" ] || { echo "push-plugin: $from/$file is missing; deploy/release.sh --key makes it" >&2; exit 1; }
done

# Helm finds the layers by their titles, which are the names of the files, and pulls only those of these types.
cd "$from"
digest=$("$oras" push "${flags[@]}" --format go-template --template '{{.digest}}' \
  --artifact-type application/vnd.helm.plugin.v1+json \
  --annotation "$(created)" \
  --annotation "org.opencontainers.image.version=$version" \
  --annotation "org.opencontainers.image.source=$project" \
  "$(tagged "$to" "$version")" \
  "$package:application/vnd.oci.image.layer.v1.tar+gzip" \
  "$package.prov:application/vnd.oci.image.layer.v1.tar")
pushed "$to" "$digest"
