#!/usr/bin/env bash
# Verifies every file of a release that lies in a folder: signatures and checksums.
#
#   deploy/verify.sh DIR --keyring FILE
#
# FILE holds the public key as `gpg --export` writes it. Get it, or its fingerprint, from elsewhere than the release: who can
# change the files can change the key beside them.
#
# SHA256SUMS must be signed by that key, each file that it lists must be there unchanged, no other may be, and the
# provenance of the plugin must be signed by that key for that archive. Exit 0 if so, 1 if not. Needs gpgv.
set -euo pipefail

folder='' keyring=''
while [ $# -gt 0 ]; do
  case $1 in
    --keyring) keyring=$2; shift 2 ;;
    -*) echo "verify: unknown argument $1; see the top of $0" >&2; exit 2 ;;
    *) folder=$1; shift ;;
  esac
done
if [ -z "$folder" ] || [ -z "$keyring" ]; then
  echo "verify: a folder and --keyring are needed; see the top of $0" >&2
  exit 2
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if grep -q -a '^-----BEGIN PGP PUBLIC KEY BLOCK' "$keyring"; then
  gpg --homedir "$work" --batch --quiet --dearmor < "$keyring" > "$work/keys"
else
  cp "$keyring" "$work/keys"
fi
cd "$folder"

bad() {
  echo "verify: $1" >&2
  exit 1
}

sum_of() { # file
  if command -v sha256sum > /dev/null; then sha256sum < "$1"; else shasum -a 256 < "$1"; fi | cut -d ' ' -f 1
}

signed() { # file, and what gpgv shall do: a good signature by a key of the ring, or none of the rest counts
  local file=$1
  shift
  if ! gpgv --keyring "$work/keys" --status-fd 3 "$@" 3> "$work/status" 2> "$work/said" ||
    ! grep -q '^\[GNUPG:\] VALIDSIG ' "$work/status"; then
    bad "$file is not signed by a key of $keyring, or was changed: $(sed -n 's/^gpgv: //p' "$work/said" | tail -n 1)"
  fi
  echo "$file: signed by $(sed -n 's/^\[GNUPG:\] VALIDSIG \([^ ]*\) .*/\1/p' "$work/status")"
}

for file in SHA256SUMS SHA256SUMS.asc; do [ -f "$file" ] || bad "$file is missing"; done
signed SHA256SUMS SHA256SUMS.asc SHA256SUMS

while read -r sum file; do
  [ -f "$file" ] || bad "$file is missing; SHA256SUMS lists it"
  found=$(sum_of "$file")
  [ "$found" = "$sum" ] || bad "$file was changed: its checksum is $found, SHA256SUMS says $sum"
  echo "$file: $sum"
done < SHA256SUMS

for file in *; do
  case $file in SHA256SUMS | SHA256SUMS.asc) continue ;; esac
  cut -d ' ' -f 3- SHA256SUMS | grep -q -x -F -e "$file" || bad "$file is not in SHA256SUMS"
done

for file in *.tgz; do
  [ -f "$file.prov" ] || bad "$file.prov is missing"
  signed "$file.prov" --output "$work/message" "$file.prov"
  sed '1,/^\.\.\.$/d' "$work/message" | grep -q -x -F "  $file: sha256:$(sum_of "$file")" ||
    bad "$file.prov is for another file than $file"
  rm "$work/message"
done
