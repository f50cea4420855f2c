#!/usr/bin/env bash
# Renders the inputs that come from Helm again: what a post-renderer gets on stdin, recorded by a post-renderer that
# hands everything on unchanged.
#
#   chart-fixtures/render.sh                    every case that has a file `render`
#   chart-fixtures/render.sh --to DIR [CASE..]  into DIR/CASE.yaml instead of the cases' input.yaml
#
# A case's `render` is one line: the Helm, the chart, and more arguments for `helm template`. Its values.yaml is used.
# Needs the pinned Helms of tests/tools/install.sh.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
tools=${ISTIO_ALB_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/istio-alb}/bin
target=
if [ "${1:-}" = --to ]; then
  target=$2
  shift 2
  mkdir -p "$target"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Helm 3 runs a program, Helm 4 a plugin: here the one is the other's command.
mkdir -p "$work/plugins/record"
cat > "$work/record" << 'RECORD'
#!/bin/sh
exec tee "$RECORDED"
RECORD
chmod +x "$work/record"
cat > "$work/plugins/record/plugin.yaml" << PLUGIN
apiVersion: v1
type: postrenderer/v1
name: record
version: 1.0.0
runtime: subprocess
runtimeConfig:
  platformCommand:
  - command: $work/record
PLUGIN

# Nothing of the user's own Helm: no plugins, no repositories, no cluster.
for name in $(compgen -e HELM_ || true); do unset "$name"; done
export HELM_CACHE_HOME=$work/cache HELM_CONFIG_HOME=$work/config HELM_DATA_HOME=$work/data KUBECONFIG=$work/none

# The parent charts' dependency lies beside them.
cp -R "$here/gateway" "$here/gateway-api" "$here/umbrella" "$here/two-gateways" "$work/"
for parent in umbrella two-gateways; do
  mkdir -p "$work/$parent/charts"
  cp -R "$here/gateway" "$work/$parent/charts/gateway"
done

render() { # case
  local helm chart arguments record=$work/record
  read -r helm chart arguments < "$here/cases/$1/render"
  if [ ! -x "$tools/$helm" ]; then
    echo "render: $helm is not in $tools; run tests/tools/install.sh" >&2
    return 1
  fi
  case $helm in
    helm-3.*) unset HELM_PLUGINS ;;
    *) export HELM_PLUGINS=$work/plugins; record=record ;;
  esac
  # shellcheck disable=SC2086 # several arguments in one string
  RECORDED=${target:+$target/$1.yaml} RECORDED=${RECORDED:-$here/cases/$1/input.yaml} \
    "$tools/$helm" template istio-ingressgateway "$work/$chart" --namespace istio-system \
    --values "$here/cases/$1/values.yaml" $arguments --post-renderer "$record" > "$work/printed"
}

if [ $# -eq 0 ]; then
  set -- "$here"/cases/*/render
  set -- "${@%/render}"
  set -- "${@##*/}"
fi
for name in "$@"; do render "$name"; done
