# shellcheck shell=bash
# What the sources are, for scripts that build something from them; read with `.` in the root of the project. What is set
# already stays.
#
#   ISTIO_ALB_COMMIT      the commit, with ` (changed)` where the sources differ from it; not set where this is no clone
#   SOURCE_DATE_EPOCH     its time, which every file and archive gets; without a clone the first that all archives can hold

if [ -e .git ] && command -v git > /dev/null; then
  if [ -z "${ISTIO_ALB_COMMIT:-}" ]; then
    ISTIO_ALB_COMMIT=$(git rev-parse HEAD)
    [ -z "$(git status --porcelain -- Cargo.toml Cargo.lock build.rs src crates)" ] || ISTIO_ALB_COMMIT+=' (changed)'
    export ISTIO_ALB_COMMIT
  fi
  export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
fi
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-315532800}
