#!/usr/bin/env bash
# Builds the program and puts it where plugin.yaml looks for it, so that Helm 4 can take this folder as a plugin:
#
#   deploy/build-plugin.sh && helm plugin install .
#
#   deploy/build-plugin.sh                      for this machine
#   deploy/build-plugin.sh TARGET ...           for other targets that rustup and a linker here can build for
#
# Man pages and completions go to share/.
#
# On Linux the program is built static (musl) where that target is installed (`rustup target add`).
set -euo pipefail
cd "$(dirname "$0")/.."

platform() { # target
  local machine
  case $1 in
    x86_64-*) machine=amd64 ;;
    aarch64-*) machine=arm64 ;;
    *) echo "build-plugin: plugin.yaml has no entry for $1" >&2; return 1 ;;
  esac
  case $1 in
    *-linux-*) echo "linux-$machine" ;;
    *-apple-darwin) echo "darwin-$machine" ;;
    *-windows-*) echo "windows-$machine" ;;
    *) echo "build-plugin: plugin.yaml has no entry for $1" >&2; return 1 ;;
  esac
}

native() { # the target of this machine, static where it can be
  local host static
  host=$(rustc -vV | sed -n 's/^host: //p')
  static=${host/-linux-gnu/-linux-musl}
  if [ -d "$(rustc --print sysroot)/lib/rustlib/$static/lib" ]; then echo "$static"; else echo "$host"; fi
}

[ $# -gt 0 ] || set -- "$(native)"
for target in "$@"; do
  folder=bin/$(platform "$target")
  name=istio-alb
  case $target in *-windows-*) name=istio-alb.exe ;; esac
  cargo build --release --locked --bin istio-alb --target "$target"
  mkdir -p "$folder"
  # A new file and one rename: a Helm that runs the old one is not disturbed.
  cp "${CARGO_TARGET_DIR:-target}/$target/release/$name" "$folder/$name.new"
  mv "$folder/$name.new" "$folder/$name"
  echo "$folder/$name"
done
cargo run --quiet --locked --example pages -- share
echo share
