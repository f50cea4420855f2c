# Sourced by the scripts that build the tests' programs with Go.

# Without inlining and debugging information, which no test asks for, and with less frequent garbage collection, Go takes three
# fifths of the processor.
export CGO_ENABLED=0 GOWORK=off GOFLAGS='-trimpath "-gcflags=all=-l -dwarf=false"' GOGC=400

# Has Go bring the source of a module, and prints its folder.
source_of() { # module
  local answer
  if ! answer=$(cd / && GOFLAGS='' go mod download -json "$1"); then
    echo "tools: the module proxy has no $1: $answer" >&2
    return 1
  fi
  sed -n 's/^[[:space:]]*"Dir": "\(.*\)",*$/\1/p' <<< "$answer"
}
