#!/usr/bin/env bash
# Brings what deploy/sbom.sh and its test need into the cache of install.sh. Needs Rust, and Python 3.11 or later with pip.
#
#   tests/tools/sbom.sh
#
#   bin/cargo-cyclonedx-VERSION       from crates.io, built as its own Cargo.lock says
#   cyclonedx-schema-VERSION/         CycloneDX' JSON schemas, out of PyPI's package cyclonedx-python-lib of that version, which
#                                     is compared with the hash below
set -euo pipefail

. "$(dirname "$0")/pypi.sh"
cache=${ISTIO_ALB_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/istio-alb}
cyclonedx=0.5.9
schema=11.12.0
hash=sha256:0e807521a921a5c3cb8ce1153f8a61d29eedfe76a46aac2796b7c6b573391a54

mkdir -p "$cache/bin"
scratch=$(mktemp -d "$cache/build.XXXXXX")
trap 'rm -rf "$scratch"' EXIT

if [ ! -x "$cache/bin/cargo-cyclonedx-$cyclonedx" ]; then
  echo "tools: building cargo-cyclonedx $cyclonedx" >&2
  # Not optimized: it runs for a second, and is built in a third of the time.
  (cd / && cargo install --quiet --locked --debug --version "=$cyclonedx" --root "$scratch" --target-dir "$scratch/target" cargo-cyclonedx)
  mv "$scratch/bin/cargo-cyclonedx" "$cache/bin/cargo-cyclonedx-$cyclonedx"
fi

if [ ! -d "$cache/cyclonedx-schema-$schema" ]; then
  echo "tools: fetching the schemas of CycloneDX" >&2
  from_pypi download --dest "$scratch" --requirement <(echo "cyclonedx-python-lib==$schema --hash=$hash")
  python3 -m zipfile --extract "$scratch/cyclonedx_python_lib-$schema-py3-none-any.whl" "$scratch/wheel"
  mkdir "$scratch/schema"
  for name in bom-1.5 spdx jsf-0.82; do
    cp "$scratch/wheel/cyclonedx/schema/_res/$name.SNAPSHOT.schema.json" "$scratch/schema/$name.schema.json"
  done
  mv "$scratch/schema" "$cache/cyclonedx-schema-$schema"
fi
