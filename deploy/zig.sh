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
cache=${ISTIO_ALB_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/istio-alb}
version() { sed -n "s/^$1==\([^ ]*\).*/\1/p" "$here/zig.txt"; } # package
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
python3 -m pip --isolated --quiet --disable-pip-version-check --no-cache-dir install --root-user-action=ignore --no-compile \
  --no-deps --only-binary :all: --require-hashes --target "$scratch/$name" --requirement "$here/zig.txt" >&2

# Import libraries are made by Zig as well, also where the machine has a MinGW: rustc calls the tool by this name.
mkdir "$scratch/$name/path"
cat > "$scratch/$name/path/x86_64-w64-mingw32-dlltool" << RUN
#!/bin/sh
exec '$cache/$name/ziglang/zig' dlltool "\$@"
RUN
# What runs both is the last to come, so that another run never sees half of it.
cat > "$scratch/run" << RUN
#!/bin/sh
PATH='$cache/$name/path':\$PATH
CARGO_ZIGBUILD_ZIG_PATH='$cache/$name/ziglang/zig'
CARGO_ZIGBUILD_CACHE_DIR='$cache/$name/cache'
ZIG_GLOBAL_CACHE_DIR='$cache/$name/cache/zig'
export PATH CARGO_ZIGBUILD_ZIG_PATH CARGO_ZIGBUILD_CACHE_DIR ZIG_GLOBAL_CACHE_DIR
exec '$cache/$name/bin/cargo-zigbuild' "\$@"
RUN
chmod +x "$scratch/run" "$scratch/$name/path/x86_64-w64-mingw32-dlltool"
rm -rf "${cache:?}/$name"
mv "$scratch/$name" "$cache/$name"
mv "$scratch/run" "$cache/bin/$name"
echo "$cache/bin/$name"
