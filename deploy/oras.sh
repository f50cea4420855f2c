# shellcheck shell=bash
# Sourced in the root of the project by the scripts that push to a registry. `$oras` is the program of that name on PATH, else
# the one that tests/tools/install.sh brings. It takes the credentials that `docker login` or `oras login` keep.

oras=$(type -P oras || true)
if [ -z "$oras" ]; then
  pinned=$(sed -n 's/^\(oras-[^ ]*\) .*/\1/p' tests/tools/install.sh)
  oras=${ISTIO_ALB_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/istio-alb}/bin/$pinned
  [ -x "$oras" ] || { echo "oras is not there; tests/tools/install.sh $pinned brings it" >&2; exit 1; }
fi

tagged() { # repository version: with the tag of the version, and latest where it is no pre-release
  case $2 in *-*) echo "$1:$2" ;; *) echo "$1:$2,latest" ;; esac
}

created() { # the time of the commit; without an annotation oras writes that of now
  echo "org.opencontainers.image.created=$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)"
}

# For whoever runs the script, and for a later step of a workflow of GitHub.
pushed() { # repository digest
  echo "$1@$2"
  [ -z "${GITHUB_OUTPUT:-}" ] || printf 'repository=%s\ndigest=%s\n' "$1" "$2" >> "$GITHUB_OUTPUT"
}
