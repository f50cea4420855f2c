#!/usr/bin/env bash
# Pushes a container image of a release, which lies in an archive of an OCI layout, to a registry, and prints its digest.
#
#   deploy/push-image.sh [--plain-http] ARCHIVE REPOSITORY [SBOM]
#
#   deploy/push-image.sh dist/istio-alb-0.1.0-image.tar ghcr.io/istio-alb/istio-alb dist/istio-alb-0.1.0.cdx.json
#
# It gets the tag of the version, and `latest` where that is no pre-release. What is pushed has the digest that the layout names.
# The bill of materials becomes a referrer of the image: there scanners look for it. Needs oras: tests/tools/install.sh has it.
set -euo pipefail
cd "$(dirname "$0")/.."
. deploy/pack.sh
. deploy/commit.sh
. deploy/oras.sh

plain=()
if [ "${1:-}" = --plain-http ]; then
  plain=(--plain-http)
  shift
fi
if [ $# -lt 2 ] || [ $# -gt 3 ]; then
  echo "push-image: an archive and a repository are needed; see the top of $0" >&2
  exit 2
fi
archive=$1 to=$2 sbom=${3:-}
for file in "$archive" ${sbom:+"$sbom"}; do
  [ -f "$file" ] || { echo "push-image: $file is missing; deploy/release.sh makes it" >&2; exit 1; }
done

digest=$(tar -xOf "$archive" index.json | python3 -c '
import json, sys
[only] = json.load(sys.stdin)["manifests"]
print(only["digest"])')
"$oras" cp "${plain[@]/#--/--to-}" --no-tty --from-oci-layout "$archive@$digest" "$(tagged "$to" "$version")" >&2
if [ -n "$sbom" ]; then
  cd "$(dirname "$sbom")" # it is called what the argument is called
  type=application/vnd.cyclonedx+json
  "$oras" attach "${plain[@]}" --no-tty --artifact-type $type --annotation "$(created)" \
    "$to@$digest" "$(basename "$sbom"):$type" >&2
fi
pushed "$to" "$digest"
