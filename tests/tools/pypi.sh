# Sourced by scripts that bring packages from PyPI. Each file is compared with a hash, nothing is compiled, and what Python packages
# the user has does not matter. `$python`, if set, is the Python that is asked; else the one on PATH.

recent_python() { # what needs it: sets $python
  python=$(python3 -c 'import sys; assert sys.version_info >= (3, 11); print(sys.executable)' 2> /dev/null) ||
    { echo "tools: $1 needs Python 3.11 or later" >&2; return 1; }
}

from_pypi() { # install or download, and what pip takes
  local more=()
  [ "$1" != install ] || more=(--root-user-action=ignore --no-compile)
  "${python:-python3}" -m pip --isolated --quiet --disable-pip-version-check --no-cache-dir "$@" ${more[@]+"${more[@]}"} \
    --require-hashes --no-deps --only-binary :all:
}

# A program that is a Python module. What runs it is the last to come, so that another run never sees half of it. Needs `$cache`, and
# the packages in the folder `$scratch/FOLDER`.
keep_module() { # folder program module and its first arguments
  rm -rf "${cache:?}/$1"
  mv "$scratch/$1" "$cache/$1"
  cat > "$scratch/run" << RUN
#!/bin/sh
PYTHONPATH='$cache/$1' PYTHONDONTWRITEBYTECODE=1 exec '$python' -m ${*:3} "\$@"
RUN
  chmod +x "$scratch/run"
  mv "$scratch/run" "$cache/bin/$2"
}
