#!/usr/bin/env bash
# Writes the bill of materials (SBOM) of what is released, as CycloneDX JSON: each part with version, licence, package URL and
# what it depends on. The same sources give the same bytes.
#
#   deploy/sbom.sh --to FILE                    the program: the crates in it, for any of the released platforms, and those
#                                               (`scope: excluded`) that only help to compile it
#   deploy/sbom.sh --argocd --to FILE           the sidecar's image: the program, Helm with the Go modules in it, certificates
#
# cargo-cyclonedx, which tests/tools/sbom.sh brings into the cache, reads the crates; the modules are those that Go names in Helm.
# Needs what that script and, for the sidecar, deploy/argocd/ingredients.sh need.
set -euo pipefail
cd "$(dirname "$0")/.."

to='' argocd=no
while [ $# -gt 0 ]; do
  case $1 in
    --to) to=$2; shift 2 ;;
    --argocd) argocd=yes; shift ;;
    *) echo "sbom: unknown argument $1; see the top of $0" >&2; exit 2 ;;
  esac
done
[ -n "$to" ] || { echo "sbom: --to is missing; see the top of $0" >&2; exit 2; }

. deploy/pack.sh
targets=$(awk 'NF { print $2 }' <<< "$platforms" | paste -s -d ' ' -)
cache=${ISTIO_ALB_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/istio-alb}
tests/tools/sbom.sh
. deploy/commit.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# It writes beside each Cargo.toml: a copy, in which the sources are links.
mkdir "$work/copy"
cp Cargo.toml Cargo.lock "$work/copy"
cp -R crates "$work/copy"
for name in benches build.rs examples src tests; do
  [ ! -e "$name" ] || ln -s "$PWD/$name" "$work/copy/$name"
done
cyclonedx=$cache/bin/cargo-cyclonedx-$(sed -n 's/^cyclonedx=//p' tests/tools/sbom.sh)
cargo fetch --locked --quiet
for target in $targets; do
  "$cyclonedx" cyclonedx --quiet --manifest-path "$work/copy/Cargo.toml" --format json --spec-version 1.5 --no-build-deps \
    --target "$target" --override-filename "$target"
  mv "$work/copy/$target.json" "$work/"
  for edges in normal normal,no-proc-macro; do
    cargo tree --locked --offline --package istio-alb --edges $edges --target "$target" --prefix none --format '{p}' > "$work/$target.$edges"
  done
done

helm=()
if [ $argocd = yes ]; then
  helm=("$(deploy/argocd/ingredients.sh)/helm-licenses" "$(sed -n 's/^certifi=//p' deploy/argocd/ingredients.sh)")
fi

mkdir -p "$(dirname "$to")"
python3 deploy/sbom.py "$work" "$targets" ${helm[@]+"${helm[@]}"} > "$to.new"
mv "$to.new" "$to"
echo "$to"
