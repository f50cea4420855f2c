#!/usr/bin/env bash
# Pushes a container image of a release, which lies in an archive of an OCI layout, to a registry, and prints its digest.
#
#   deploy/push-image.sh [--plain-http] ARCHIVE REPOSITORY
#
#   deploy/push-image.sh dist/istio-alb-0.1.0-image.tar ghcr.io/istio-alb/istio-alb
#
# It gets the tag of the version, and `latest` where that is no pre-release. What is pushed has the digest that the layout names.
# Needs oras: tests/tools/install.sh has it.
set -euo pipefail
cd "$(dirname "$0")/.."
. deploy/pack.sh
. deploy/oras.sh

archive='' to='' flags=()
while [ $# -gt 0 ]; do
  case $1 in
    --plain-http) flags+=(--to-plain-http); shift ;;
    -*) echo "push-image: unknown argument $1; see the top of $0" >&2; exit 2 ;;
    *) if [ -z "$archive" ]; then archive=$1; else to=$1; fi; shift ;;
  esac
done
if [ -z "$to" ]; then
  echo "push-image: an archive and a repository are needed; see the top of $0" >&2
  exit 2
fi
[ -f "$archive" ] || { echo "push-image: $archive is missing; deploy/image.sh makes it" >&2; exit 1; }

digest=$(tar -xOf "$archive" index.json | python3 -c '
import json, sys
[only] = json.load(sys.stdin)["manifests"]
print(only["digest"])')
"$oras" cp "${flags[@]}" --no-tty --from-oci-layout "$archive@$digest" "$(tagged "$to" "$version")" >&2
pushed "$to" "$digest"
