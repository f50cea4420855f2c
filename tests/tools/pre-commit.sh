#!/usr/bin/env bash
# Brings pre-commit into the cache of install.sh, and the schemas of the files that GitHub and GitLab read. Needs Python 3.11 or
# later, and pip.
#
#   tests/tools/pre-commit.sh
#
# Both come from PyPI, and each file is compared with the hash in pre-commit.txt or below. The schemas are those that
# check-jsonschema carries, which has them from SchemaStore and GitLab; of that package nothing else is kept. pre-commit lies
# in a folder of its own: what Python packages the user has does not matter.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd -P)
. "$here/pypi.sh"
cache=${ISTIO_ALB_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/istio-alb}
version=$(sed -n 's/^pre-commit==\([^ ]*\).*/\1/p' "$here/pre-commit.txt")
schemas=0.39.0
package="check-jsonschema==$schemas --hash=sha256:14ce5c94871c551268ea948ffe21e9f1464dc48fb20bf9a4c13deeaaf756cf9b"

[ -x "$cache/bin/pre-commit-$version" ] && [ -d "$cache/ci-schemas-$schemas" ] && exit
recent_python pre-commit
echo "tools: fetching pre-commit $version" >&2
mkdir -p "$cache/bin"
scratch=$(mktemp -d "$cache/build.XXXXXX")
trap 'rm -rf "$scratch"' EXIT

from_pypi download --dest "$scratch" --requirement <(echo "$package")
"$python" - "$scratch"/check_jsonschema-*.whl "$scratch/schemas" << 'PYTHON'
import pathlib, sys, zipfile
archive, target = sys.argv[1], pathlib.Path(sys.argv[2])
target.mkdir()
with zipfile.ZipFile(archive) as wheel:
    for name in ("github-actions", "github-workflows", "gitlab-ci"):
        text = wheel.read(f"check_jsonschema/builtin_schemas/vendor/{name}.json")
        (target / f"{name}.json").write_bytes(text)
PYTHON
rm -rf "$cache/ci-schemas-$schemas"
mv "$scratch/schemas" "$cache/ci-schemas-$schemas"

from_pypi install --target "$scratch/pre-commit-$version" --requirement "$here/pre-commit.txt"
keep_module "pre-commit-$version" "pre-commit-$version" pre_commit
