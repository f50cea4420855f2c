#!/usr/bin/env bash
# Brings Ansible with the collection `kubernetes.core` into the cache of install.sh. Needs Python 3.11 or later, and pip.
#
#   tests/tools/ansible.sh
#
# Both come from PyPI, and each file is compared with the hash in ansible.txt or below. Collections come from elsewhere as a
# rule, but PyPI's package `ansible` holds 90 of them; the one that is tested is taken out (1 of 200 MB). Nothing is
# compiled, and Ansible lies in a folder of its own: what Python packages the user has does not matter.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd -P)
. "$here/pypi.sh"
cache=${ISTIO_ALB_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/istio-alb}
core=$(sed -n 's/^ansible-core==\([^ ]*\).*/\1/p' "$here/ansible.txt")
package='ansible==14.5.0 --hash=sha256:245623ccc2d31d0f6f4bdb63168d550cad305fb032cc43d96e8f61ce8ab0ba84'
collection=ansible_collections/kubernetes/core

[ -x "$cache/bin/ansible-playbook-$core" ] && exit
recent_python Ansible
echo "tools: fetching ansible $core" >&2
mkdir -p "$cache/bin"
scratch=$(mktemp -d "$cache/build.XXXXXX")
trap 'rm -rf "$scratch"' EXIT

from_pypi install --target "$scratch/ansible-$core" --requirement "$here/ansible.txt"
rm -rf "$scratch/ansible-$core/ansible_test" "$scratch/ansible-$core/bin"
# The package itself asks for a newer Python than the collection does.
from_pypi download --python-version 3.13 --dest "$scratch" --requirement <(echo "$package")
"$python" - "$scratch"/ansible-*.whl "$collection/" "$scratch/ansible-$core" << 'PYTHON'
import sys, zipfile
archive, folder, target = sys.argv[1:]
with zipfile.ZipFile(archive) as wheel:
    wheel.extractall(target, [name for name in wheel.namelist() if name.startswith(folder)])
PYTHON

keep_module "ansible-$core" "ansible-playbook-$core" ansible playbook
