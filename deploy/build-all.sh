#!/usr/bin/env bash
# Builds the program for every platform of plugin.yaml on one Linux machine, and prints how big each is and where it lies:
#
#   deploy/build-all.sh                              all, as target/platforms/PLATFORM/istio-alb (Windows: .exe)
#   deploy/build-all.sh linux-arm64 darwin-arm64     only those named
#   deploy/build-all.sh --to DIR                     another folder than target/platforms
#
# Needs Rust by rustup, which brings what Rust has for each platform. Programs for Linux are linked by Rust's own linker with
# its own musl, the others by Zig, which comes from PyPI (zig.sh) and needs Python 3 with pip. No SDK and no C compiler. It
# takes some minutes the first time.
#
# The same sources and the same Rust give the same bytes in every folder and for every user; reproduce.sh shows it. The names
# of folders and the time stay out of the programs, and so do the flags that the environment has for Cargo. The build sees
# ISTIO_ALB_COMMIT and SOURCE_DATE_EPOCH (commit.sh).
set -euo pipefail
cd "$(dirname "$0")/.."

say() { echo "build-all: $*" >&2; }

. deploy/pack.sh
mapfile -t known < <(sed -n 's/ .*//p' <<< "$platforms")
to=target/platforms wanted=()
while [ $# -gt 0 ]; do
  case $1 in
    --to) to=${2:?build-all: --to needs a folder}; shift ;;
    -*) say "unknown flag $1; see the top of $0"; exit 2 ;;
    *) wanted+=("$1") ;;
  esac
  shift
done
[ ${#wanted[@]} -gt 0 ] || wanted=("${known[@]}")

targets=()
for platform in "${wanted[@]}"; do
  target=$(target_of "$platform") || { say "there is no platform $platform; plugin.yaml has ${known[*]}"; exit 2; }
  targets+=("$target")
done

for program in cargo rustc; do
  command -v $program > /dev/null || { say "$program is not on PATH; https://rustup.rs installs Rust"; exit 1; }
done
sysroot=$(rustc --print sysroot)
missing=()
for target in "${targets[@]}"; do
  [ -d "$sysroot/lib/rustlib/$target/lib" ] || missing+=("$target")
done
if [ ${#missing[@]} -gt 0 ]; then
  command -v rustup > /dev/null ||
    { say "the Rust in $sysroot has no standard library for ${missing[*]}, and there is no rustup on PATH to add it"; exit 1; }
  rustup --quiet target add "${missing[@]}" >&2 || { say "rustup could not add ${missing[*]}"; exit 1; }
fi
cargo=(cargo build)
if grep -qv ^linux <(printf '%s\n' "${wanted[@]}"); then
  zigbuild=$(deploy/zig.sh)
  cargo=("$zigbuild" zigbuild)
fi

. deploy/commit.sh
unset CARGO_BUILD_RUSTFLAGS CARGO_INCREMENTAL MACOSX_DEPLOYMENT_TARGET RUSTFLAGS SDKROOT "${!CARGO_PROFILE_RELEASE_@}"
build=${CARGO_TARGET_DIR:-target}/build-all
mkdir -p "$build"
cargo fetch --locked --quiet

# rustc writes the place of a panic into the program; the last of two flags that fit is taken.
flags=
remap() { flags+=${flags:+$'\x1f'}--remap-path-prefix=$1=$2; } # folder name
remap "$PWD" /istio-alb
remap "$(cd "$build" && pwd -P)" /istio-alb/target
for sources in "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*/; do
  remap "${sources%/}" /cargo
done
remap "$sysroot/lib/rustlib/src/rust" "/rustc/$(rustc -vV | sed -n 's/^commit-hash: //p')"
export CARGO_ENCODED_RUSTFLAGS=$flags
export CARGO_TARGET_X86_64_UNKNOWN_LINUX_MUSL_LINKER=rust-lld CARGO_TARGET_AARCH64_UNKNOWN_LINUX_MUSL_LINKER=rust-lld
"${cargo[@]}" --release --locked --bin istio-alb --target-dir "$build" "${targets[@]/#/--target=}" >&2

for at in "${!wanted[@]}"; do
  program=${wanted[at]}/$(program_of "${wanted[at]}")
  mkdir -p "$to/${wanted[at]}"
  # A new file and one rename: whoever runs the old one is not disturbed.
  cp "$build/${targets[at]}/release/${program#*/}" "$to/$program.new"
  mv "$to/$program.new" "$to/$program"
  {
    echo "commit ${ISTIO_ALB_COMMIT:-unknown}"
    rustc -V
    [[ ${wanted[at]} == linux-* ]] || sed -n 's/==\([^ ]*\).*/ \1/p' deploy/zig.txt
  } > "$to/${wanted[at]}/built-with.txt"
  printf '%4d KiB  %s\n' $(($(wc -c < "$to/$program") / 1024)) "$to/$program"
done
