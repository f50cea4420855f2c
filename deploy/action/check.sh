#!/usr/bin/env bash
# The GitHub Action of action.yml: installs a release of istio-alb, checks manifests with it, and tells what it found as
# annotations, as SARIF, in the summary of the job and in outputs.
#
# Its inputs are the variables INPUT_…; what it needs of the runner are GITHUB_… and RUNNER_…. It runs on Linux, on macOS (with
# bash 3.2) and on Windows (Git Bash), and needs curl and tar, on Windows unzip in its place.
#
# Ends as `istio-alb check` does: 0; 1 with findings at error level; 2 where nothing could be judged; 3 where the command
# of the input `command` failed.
set -euo pipefail
: "${GITHUB_STEP_SUMMARY:=/dev/null}" # not everything that runs actions has one

say() { # kind of annotation, text
  # What the runner takes for its own syntax is escaped.
  printf '%s\n' "$2" | awk -v kind="$1" '
    BEGIN { printf "::%s title=istio-alb::", kind }
    { gsub(/%/, "%25"); gsub(/\r/, ""); printf "%s%s", between, $0; between = "%0A" }
    END { print "" }'
}

stop() { # exit code, message, told: it is an annotation already
  [ "${3:-}" = told ] || say error "$2"
  echo "exit-code=$1" >> "$GITHUB_OUTPUT"
  printf '### istio-alb check: nothing could be judged\n\n~~~~text\n%s\n~~~~\n' "$2" >> "$GITHUB_STEP_SUMMARY"
  exit "$1"
}

is_on() { # name of an input, its value
  case $2 in
    true) ;;
    false | '') return 1 ;;
    *) stop 2 "the input $1 is \`$2\`; it takes true and false" ;;
  esac
}

# --- what is asked for, before anything is fetched

if is_on strict "$INPUT_STRICT"; then strict=--strict; else strict=; fi
if is_on as-is "$INPUT_AS_IS"; then as_is=--as-is; else as_is=; fi
if is_on annotations "$INPUT_ANNOTATIONS"; then format=github; else format=text; fi

shopt -s nullglob
files=()
while IFS= read -r pattern; do
  pattern=$(printf '%s\n' "$pattern" | sed 's/^[[:space:]]*//; s/[[:space:]]*$//')
  [ -n "$pattern" ] || continue
  case $pattern in
    *'**'*)
      shopt -s globstar 2> /dev/null ||
        stop 2 "\`$pattern\`: the bash of this runner ($BASH_VERSION) knows no \`**\`; write out the folders" ;;
  esac
  before=${#files[@]}
  IFS='' # a name with blanks stays one
  for file in $pattern; do
    if [ -f "$file" ]; then files+=("$file"); fi
  done
  unset IFS
  [ ${#files[@]} -gt "$before" ] || stop 2 "no file of the workspace matches \`$pattern\` (input \`files\`, a path or glob a line)"
done <<< "$INPUT_FILES"
[ ${#files[@]} -gt 0 ] || [ -n "$INPUT_COMMAND" ] ||
  stop 2 'nothing to check: give the input files, or command'

# --- the program

action=${GITHUB_ACTION_PATH//\\//}
temp=${RUNNER_TEMP//\\//}
of_project() { sed -n "s/^$1 = \"\\(.*\\)\"\$/\\1/p" "$action/Cargo.toml" | head -n 1; }

version=${INPUT_VERSION#v}
[ -n "$version" ] || version=$(of_project version)
case $version in '' | *[!0-9A-Za-z.+-]*) stop 2 "the input version is \`$version\`; it takes a release as 1.2.3" ;; esac
repository=$(of_project repository)
from=${INPUT_FROM:-${repository:-https://github.com/istio-alb/istio-alb}/releases/download/v$version}

packed=tar.gz suffix=
case ${RUNNER_OS:-}-${RUNNER_ARCH:-} in
  Linux-X64) target=x86_64-unknown-linux-musl ;;
  Linux-ARM64) target=aarch64-unknown-linux-musl ;;
  macOS-X64) target=x86_64-apple-darwin ;;
  macOS-ARM64) target=aarch64-apple-darwin ;;
  # Windows for ARM runs the other's programs.
  Windows-X64 | Windows-ARM64) target=x86_64-pc-windows-gnu packed=zip suffix=.exe ;;
  *) stop 2 "there is no program for runners of ${RUNNER_OS:-?} ${RUNNER_ARCH:-?}; \`cargo install\` builds one" ;;
esac
folder=istio-alb-$version-$target

work=$(mktemp -d "$temp/istio-alb.XXXXXX")

fetch() { # file of the release
  case $from in
    https://*) get "$1" --proto '=https' --proto-redir '=https' ;;
    http://127.0.0.1:* | http://localhost:*) get "$1" ;;
    http://*) stop 2 "$from: what is fetched without TLS may be anybody's; give https, or a folder" ;;
    *) cp "$from/$1" "$work/$1" ;;
  esac || stop 2 "cannot get $from/$1; is there a release $version with a program for $target?"
}

get() { # file, more arguments of curl
  local file=$1
  shift
  curl --fail --silent --show-error --location --retry 3 --max-time 300 "$@" --output "$work/$file" "${from%/}/$file"
}

# Of stdin, since both programs escape names with backslashes.
sha256() { if command -v sha256sum > /dev/null; then sha256sum; else shasum -a 256; fi | awk '{ print $1 }'; }

fetch SHA256SUMS
fetch "$folder.$packed"
expected=$(awk -v name="$folder.$packed" '{ sub(/\r$/, ""); sub(/^[*]?([.]\/)?/, "", $2) } $2 == name { print $1; exit }' "$work/SHA256SUMS")
[ -n "$expected" ] || stop 2 "SHA256SUMS of $from has no line for $folder.$packed"
found=$(sha256 < "$work/$folder.$packed")
[ "$found" = "$expected" ] ||
  stop 2 "$folder.$packed of $from is not what SHA256SUMS says: its hash is $found, and should be $expected"
# Names without a drive: tar takes what is before a colon for a host.
(
  cd "$work"
  if [ $packed = zip ]; then unzip -q "$folder.zip"; else tar -xzf "$folder.tar.gz"; fi
)
program=$work/$folder/istio-alb$suffix
"$program" --version
echo "$work/$folder" >> "$GITHUB_PATH"

# --- the check

stdin=/dev/null
if [ -n "$INPUT_COMMAND" ]; then
  stdin=$work/stdin.yaml
  bash -euo pipefail -c "$INPUT_COMMAND" > "$stdin" || stop 3 "the command ended with $?: $INPUT_COMMAND"
  if [ ${#files[@]} -gt 0 ]; then files+=(-); fi
fi
words=()
read -r -d '' -a words <<< "$INPUT_ARGS" || true # it ends where the text does

check() { # format
  # Git Bash would make Windows paths of values such as `/healthz/ready`.
  MSYS_NO_PATHCONV=1 "$program" check --format "$1" ${strict:+"$strict"} ${as_is:+"$as_is"} \
    ${INPUT_CONFIG:+--config="$INPUT_CONFIG"} ${words[@]+"${words[@]}"} -- ${files[@]+"${files[@]}"} < "$stdin"
}

code=0
check "$format" > "$work/stdout" 2> "$work/stderr" || code=$?
cat "$work/stdout"
# What is wrong with the configuration or the input is an annotation already, but not what is wrong with the arguments.
told=
! grep -q '^::error' "$work/stdout" || told=told
[ "$code" -lt 2 ] || stop "$code" "$(cat "$work/stderr")" "$told"
cat "$work/stderr" >&2

sarif=$INPUT_SARIF_FILE
[ -n "$sarif" ] || sarif=$work/istio-alb.sarif
mkdir -p "$(dirname "$sarif")"
again() { check "$1" 2> /dev/null || [ $? -eq "$code" ]; } # the same findings, told otherwise
again json > "$work/check.json"
again sarif > "$sarif"
again text > "$work/text"

count() { grep -c "\"severity\": \"$1\"" "$work/check.json" || true; }
{
  echo "errors=$(count error)"
  echo "warnings=$(count warning)"
  echo "infos=$(count info)"
  echo "exit-code=$code"
  echo "sarif-file=$sarif"
} >> "$GITHUB_OUTPUT"

{
  if [ "$code" -eq 0 ]; then echo '### istio-alb check: passed'; else echo '### istio-alb check: refused'; fi
  # GitHub takes 1 MiB.
  printf '\n~~~~text\n%s\n~~~~\n\n' "$(head -c 900000 "$work/text")"
  echo "What a finding means: \`istio-alb explain ID\`, or [all of them](${repository:-https://github.com/istio-alb/istio-alb}/blob/v$version/docs/findings.md)."
} >> "$GITHUB_STEP_SUMMARY"
exit "$code"
