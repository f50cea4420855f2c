#!/usr/bin/env bash
# Whether the program of an archive works on this machine: unpacked, it must rewrite a manifest to the byte, refuse another
# with its exit code and its reason, and say its version.
#
#   deploy/smoke.sh dist/istio-alb-0.1.0-x86_64-unknown-linux-musl.tar.gz
set -euo pipefail
cd "$(dirname "$0")/.."
. deploy/pack.sh

archive=${1:?smoke: the archive is missing}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad() {
  echo "smoke: $archive: $1" >&2
  exit 1
}

case $archive in
  *.zip) unzip -q "$archive" -d "$work" ;;
  *) tar -xzf "$archive" -C "$work" ;;
esac
program=$(find "$work" -mindepth 2 -maxdepth 2 -type f '(' -name istio-alb -o -name istio-alb.exe ')')
[ -n "$program" ] || bad 'there is no program in it'

unset "${!ISTIO_ALB_@}" # they would configure it
case=chart-fixtures/cases/helm3-default
"$program" < $case/input.yaml > "$work/out" || bad "the program failed with exit code $?"
cmp "$case/output.yaml" "$work/out" || bad 'the manifest is another one'
code=0
"$program" < chart-fixtures/cases/helm3-eastwest/input.yaml > "$work/out" 2> "$work/said" || code=$?
if [ "$code" != 2 ] || [ -s "$work/out" ] || ! grep -q 'is an east-west gateway' "$work/said"; then
  bad 'a run that must be refused was not'
fi
said=$("$program" --version)
case $said in
  "istio-alb $version"*) echo "$archive: $said" ;;
  *) bad "it says that it is $said" ;;
esac
