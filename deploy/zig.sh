#!/usr/bin/env bash
# Brings Zig and cargo-zigbuild, which link the programs of all platforms, into the cache of tests/tools/install.sh, and
# prints where the program lies that runs both. Needs Linux, and Python 3 with pip.
#
#   deploy/zig.sh
#
# Both come from PyPI, and each file is compared with the hash in zig.txt. They lie in a folder of their own: what Python
# packages the user has does not matter. What Zig builds of the C libraries is kept in that folder too.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd -P)
. "$here/../tests/tools/pypi.sh"
cache=${ISTIO_ALB_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/istio-alb}
version() { sed -n "s/^$1==\([^ ]*\).*/\1/p" "$here/zig.txt"; } # package
# The first for Apple silicon, and what Rust's standard library is built for there.
macos=11.0
name=cargo-zigbuild-$(version cargo-zigbuild)-zig-$(version ziglang)

if [ -x "$cache/bin/$name" ]; then
  echo "$cache/bin/$name"
  exit
fi
[ "$(uname -s)" = Linux ] || { echo 'zig: zig.txt has the hashes for Linux only' >&2; exit 1; }
python3 -m pip --version > /dev/null 2>&1 ||
  { echo 'zig: Zig comes from PyPI, and python3 with pip is not on PATH (Debian: python3-pip)' >&2; exit 1; }
echo "zig: fetching $name" >&2
mkdir -p "$cache/bin"
scratch=$(mktemp -d "$cache/build.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
from_pypi install --target "$scratch/$name" --requirement "$here/zig.txt" >&2

mkdir "$scratch/$name/path"
program() { # name command...: a program of the folder `path` that is a command of those in the cache
  local path=$scratch/$name/path/$1
  printf '#!/bin/sh\nexec %s "$@"\n' "'$cache/$name'/${*:2}" > "$path"
  chmod +x "$path"
}
# Import libraries are made by Zig as well, also where the machine has a MinGW: rustc calls the tool by this name.
program x86_64-w64-mingw32-dlltool ziglang/zig dlltool
# As cargo-zigbuild's own, with the oldest macOS, for which Zig would take a newer one.
program zig-x86_64-apple-darwin bin/cargo-zigbuild zig cc -- -g -fno-sanitize=all -target "x86_64-macos.$macos-none"
program zig-aarch64-apple-darwin bin/cargo-zigbuild zig cc -- -g -fno-sanitize=all -target "aarch64-macos.$macos-none"

# What runs both is the last to come, so that another run never sees half of it.
cat > "$scratch/run" << RUN
#!/bin/sh
PATH='$cache/$name/path':\$PATH
CARGO_TARGET_X86_64_APPLE_DARWIN_LINKER='$cache/$name/path/zig-x86_64-apple-darwin'
CARGO_TARGET_AARCH64_APPLE_DARWIN_LINKER='$cache/$name/path/zig-aarch64-apple-darwin'
CARGO_ZIGBUILD_ZIG_PATH='$cache/$name/ziglang/zig'
CARGO_ZIGBUILD_CACHE_DIR='$cache/$name/cache'
ZIG_GLOBAL_CACHE_DIR='$cache/$name/cache/zig'
export PATH CARGO_TARGET_X86_64_APPLE_DARWIN_LINKER CARGO_TARGET_AARCH64_APPLE_DARWIN_LINKER
export CARGO_ZIGBUILD_ZIG_PATH CARGO_ZIGBUILD_CACHE_DIR ZIG_GLOBAL_CACHE_DIR
exec '$cache/$name/bin/cargo-zigbuild' "\$@"
RUN
chmod +x "$scratch/run"
rm -rf "${cache:?}/$name"
mv "$scratch/$name" "$cache/$name"
mv "$scratch/run" "$cache/bin/$name"
echo "$cache/bin/$name"
