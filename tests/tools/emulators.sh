#!/usr/bin/env bash
# Brings what runs the programs of other platforms: QEMU's user mode, Wine, and a folder for Wine in the cache of install.sh.
# QEMU and Wine come from Debian's packages where they are not on PATH (debian.sh); the folder needs what deploy/zig.sh needs.
#
#   tests/tools/emulators.sh
#
# Rust's programs take random numbers from bcryptprimitives.dll, which Windows has, and Wine since 8.13. For an older Wine a
# stand-in is built from the lines below.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd -P)
cache=${ISTIO_ALB_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/istio-alb}
case $(uname -m) in
  x86_64) other=qemu-aarch64-static ;;
  *) other=qemu-x86_64-static ;;
esac

missing=()
command -v $other > /dev/null || missing+=(qemu-user-static)
command -v wine > /dev/null || missing+=(wine wine64)
[ ${#missing[@]} -eq 0 ] || "$here/debian.sh" "${missing[@]}"

library=drive_c/windows/system32/bcryptprimitives.dll
[ ! -e "$cache/wine/$library" ] || exit 0
echo 'tools: preparing a folder for Wine' >&2
mkdir -p "$cache"
scratch=$(mktemp -d "$cache/build.XXXXXX")
trap 'rm -rf "$scratch"' EXIT

prepare() {
  # Neither .NET nor a browser, which it would offer to fetch, and no display.
  env -u DISPLAY WINEPREFIX="$scratch/wine" WINEDEBUG=-all WINEDLLOVERRIDES='mscoree,mshtml=' wine wineboot --init
  WINEPREFIX=$scratch/wine wineserver --wait
}
prepare < /dev/null > "$scratch/log" 2>&1 || { cat "$scratch/log" >&2; exit 1; }
if [ ! -e "$scratch/wine/$library" ]; then
  cat > "$scratch/library.c" << 'C'
/* RtlGenRandom of advapi32 */
unsigned char __stdcall SystemFunction036(void *bytes, unsigned long length);

__declspec(dllexport) int __stdcall ProcessPrng(void *bytes, unsigned long long length)
{
    return SystemFunction036(bytes, (unsigned long)length);
}
C
  zig=$("$here/../../deploy/zig.sh")
  # As cargo-zigbuild calls it for a program, so that what Zig builds of MinGW serves both.
  (cd "$scratch" && "$zig" zig cc -- -g -fno-sanitize=all -target x86_64-windows-gnu -shared library.c -ladvapi32 -o "wine/$library")
fi
rm -rf "$cache/wine"
mv "$scratch/wine" "$cache/wine" # one rename: another run never sees half of it
