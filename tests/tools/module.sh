# Sourced by the scripts beside it: source_of MODULE@VERSION has Go bring the source of a module, and prints its folder.

source_of() { # module
  local answer
  if ! answer=$(cd / && GOFLAGS='' go mod download -json "$1"); then
    echo "tools: the module proxy has no $1: $answer" >&2
    return 1
  fi
  sed -n 's/^[[:space:]]*"Dir": "\(.*\)",*$/\1/p' <<< "$answer"
}
