#!/usr/bin/env bash
# Brings the oldest Rust that compiles the program (`rust-version` in Cargo.toml) into the cache of install.sh, as
# bin/cargo-VERSION. Needs rustup, whose own toolchains stay as they are.
#
#   tests/tools/rust.sh
set -euo pipefail

cache=${ISTIO_ALB_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/istio-alb}
version=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' "$(dirname "$0")/../../Cargo.toml").0
program=$cache/bin/cargo-$version

[ -x "$program" ] && exit
command -v rustup > /dev/null || { echo 'tools: rustup is not on PATH; see https://rustup.rs' >&2; exit 1; }
echo "tools: fetching rust $version" >&2
mkdir -p "$cache/bin"
RUSTUP_HOME=$cache/rustup rustup --quiet toolchain install "$version" --profile minimal --no-self-update >&2
folder=$(dirname "$(RUSTUP_HOME=$cache/rustup rustup which --toolchain "$version" cargo)")

# Cargo takes the compiler that it finds on PATH, which is another one.
scratch=$(mktemp "$cache/build.XXXXXX")
cat > "$scratch" << RUN
#!/bin/sh
RUSTC='$folder/rustc' RUSTDOC='$folder/rustdoc' exec '$folder/cargo' "\$@"
RUN
chmod 755 "$scratch"
mv "$scratch" "$program"
