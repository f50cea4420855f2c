#!/usr/bin/env bash
# What the targets reach: for each folder of the sources, how many of its lines each target runs in so many executions, and all
# of them together: fuzz/coverage.sh 20000
# Needs `rustup component add llvm-tools`, and Python 3.
set -euo pipefail
cd "$(dirname "$0")/.."
executions=${1:-5000}
build=${CARGO_TARGET_DIR:-target}/coverage
tools=$(rustc --print sysroot)/lib/rustlib/$(rustc -vV | sed -n 's/^host: //p')/bin
[ -x "$tools/llvm-cov" ] || { echo "coverage: rustup component add llvm-tools brings llvm-cov" >&2; exit 1; }

RUSTFLAGS=-Cinstrument-coverage CARGO_PROFILE_DEV_OPT_LEVEL=1 LLVM_PROFILE_FILE=/dev/null \
  cargo build --quiet --manifest-path fuzz/Cargo.toml --example run --target-dir "$build"
program=$build/debug/examples/run
mapfile -t targets < <(sed -n 's/.*Target { name: "\([a-z_]*\)".*/\1/p' fuzz/src/targets.rs)
of() { # name of the column, then the profiles
  local name=$1
  shift
  "$tools/llvm-profdata" merge -sparse "$@" -o "$build/$name.profdata"
  "$tools/llvm-cov" export -summary-only -instr-profile "$build/$name.profdata" "$program" > "$build/$name.json"
}
for target in "${targets[@]}"; do
  LLVM_PROFILE_FILE=$build/$target.profraw "$program" "$target" "$executions" 1 > /dev/null
  of "$target" "$build/$target.profraw"
done
profiles=()
for target in "${targets[@]}"; do profiles+=("$build/$target.profraw"); done
of all "${profiles[@]}"

python3 - "$PWD" "$build" "${targets[@]}" all <<'PY'
import collections, json, os, sys
root, build, columns = sys.argv[1], sys.argv[2], sys.argv[3:]
lines = collections.defaultdict(dict)
for column in columns:
    for file in json.load(open(f"{build}/{column}.json"))["data"][0]["files"]:
        name = os.path.relpath(file["filename"], root)
        parts = name.split("/")
        if name.startswith(("src/", "crates/")) and "tests" not in name:
            folder = "/".join(parts[:-1] if parts[0] == "crates" else parts[:2])
            done, of = lines[folder].get(column, (0, 0))
            summary = file["summary"]["lines"]
            lines[folder][column] = (done + summary["covered"], of + summary["count"])
print("| folder | lines |", " | ".join(columns), "|")
print("|---" * (len(columns) + 2) + "|")
for folder, found in sorted(lines.items()):
    shares = [f"{100 * found[column][0] // max(1, found[column][1])} %" for column in columns]
    print(f"| `{folder}` | {found['all'][1]} |", " | ".join(shares), "|")
PY
