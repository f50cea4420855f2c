#!/bin/sh
# Prints the licences of a Go program: Go's, its own, and those of each other module in it, each behind a line that names module
# and version. Needs Go, which brings the modules; runs in the Dockerfile, too, and deploy/sbom.sh reads it.
#
#   deploy/argocd/helm-licenses.sh PROGRAM
set -eu

built=$(go version -m "$1")
# A `=>` line names the module that was taken in place of the one above it.
modules=$(printf '%s\n' "$built" | awk '
  $1 == "mod" || $1 == "dep" { if (module) print module; module = $2 "@" $3 }
  $1 == "=>" { module = $2 "@" $3 }
  END { print module }')

part() { # what, folder
  printf '%s\n\n' "======== $1 ========"
  found=
  for file in "$2"/[Ll][Ii][Cc][Ee][Nn][CcSs][Ee]* "$2"/COPYING* "$2"/NOTICE* "$2"/PATENTS*; do
    [ -f "$file" ] || continue
    found=yes
    cat "$file"
    echo
  done
  [ -n "$found" ] || { echo "helm-licenses: $1 has no licence" >&2; exit 1; }
}

version=$(go env GOVERSION)
part "std ${version#go}" "$(go env GOROOT)"
cd /
# shellcheck disable=SC2086 # a list of modules
downloaded=$(GOFLAGS='' go mod download -json $modules)
printf '%s\n' "$downloaded" | sed -n 's/^[[:space:]]*"\(Path\|Version\|Dir\)": "\(.*\)",*$/\1 \2/p' |
  while read -r key value; do
    case $key in
      Path) path=$value ;;
      Version) version=$value ;;
      Dir) part "$path $version" "$value" ;;
    esac
  done
