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
cache=${ISTIO_ALB_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/istio-alb}
core=$(sed -n 's/^ansible-core==\([^ ]*\).*/\1/p' "$here/ansible.txt")
package='ansible==14.5.0 --hash=sha256:245623ccc2d31d0f6f4bdb63168d550cad305fb032cc43d96e8f61ce8ab0ba84'
collection=ansible_collections/kubernetes/core

[ -x "$cache/bin/ansible-playbook-$core" ] && exit
python=$(python3 -c 'import sys; assert sys.version_info >= (3, 11); print(sys.executable)' 2> /dev/null) ||
  { echo 'tools: Ansible needs Python 3.11 or later' >&2; exit 1; }
echo "tools: fetching ansible $core" >&2
mkdir -p "$cache/bin"
scratch=$(mktemp -d "$cache/build.XXXXXX")
trap 'rm -rf "$scratch"' EXIT

pip() {
  "$python" -m pip --isolated --quiet --disable-pip-version-check --no-cache-dir "$@" --require-hashes --no-deps --only-binary :all:
}

pip install --root-user-action=ignore --no-compile --target "$scratch/ansible" --requirement "$here/ansible.txt"
rm -rf "$scratch/ansible/ansible_test" "$scratch/ansible/bin"
# The package itself asks for a newer Python than the collection does.
pip download --python-version 3.13 --dest "$scratch" --requirement <(echo "$package")
"$python" - "$scratch"/ansible-*.whl "$collection/" "$scratch/ansible" << 'PYTHON'
import sys, zipfile
archive, folder, target = sys.argv[1:]
with zipfile.ZipFile(archive) as wheel:
    wheel.extractall(target, [name for name in wheel.namelist() if name.startswith(folder)])
PYTHON

# What runs it is the last to come, so that another run never sees half of it.
rm -rf "$cache/ansible-$core"
mv "$scratch/ansible" "$cache/ansible-$core"
cat > "$scratch/run" << RUN
#!/bin/sh
PYTHONPATH='$cache/ansible-$core' PYTHONDONTWRITEBYTECODE=1 exec '$python' -m ansible playbook "\$@"
RUN
chmod +x "$scratch/run"
mv "$scratch/run" "$cache/bin/ansible-playbook-$core"
