#!/usr/bin/env bash
# Publishes the crates of the workspace to the registry of Rust, each after those that it needs. What is there already is left
# out, so that a run that broke off can be repeated.
#
#   deploy/publish.sh                  needs CARGO_REGISTRY_TOKEN, or a `cargo login` before
#   deploy/publish.sh --dry-run        packs and compiles all of them as they would be published, and publishes nothing
set -euo pipefail
cd "$(dirname "$0")/.."
. deploy/pack.sh

case ${1:-} in
  --dry-run) exec cargo publish --locked --dry-run --workspace ;;
  '') ;;
  *) echo "publish: unknown argument $1; see the top of $0" >&2; exit 2 ;;
esac

# All have one version. Cargo waits after each until the registry has it.
for crate in manifest-yaml kubernetes-objects alb-controller istio-alb; do
  if cargo info --quiet --registry crates-io "$crate@$version" > /dev/null 2>&1; then
    echo "publish: $crate $version is there already" >&2
  else
    cargo publish --locked --package "$crate"
  fi
done
