#!/usr/bin/env bash
# Signs files of a release with GnuPG.
#
#   deploy/sign.sh [--key NAME] [--keyring FILE] [--export FILE] FILE ...
#
# Beside a package of the plugin (.tgz) comes FILE.prov, Helm's provenance: its plugin.yaml and the checksum of the archive,
# clearsigned. Beside any other file comes FILE.asc, a signature apart.
#
#   --key NAME       which key; can be left out where there is one only
#   --keyring FILE   the secret key as `gpg --export-secret-keys` writes it, - for standard input. It is read into a GnuPG
#                    home of its own, which goes away with its agent when the script ends. Without it the key is looked for
#                    in your own GnuPG home.
#   --export FILE    writes the public key there, as --keyring of Helm and of deploy/verify.sh takes it
#
# ISTIO_ALB_SIGNING_PASSPHRASE opens a key that has a passphrase; without it GnuPG asks, or fails where it cannot.
set -euo pipefail

key='' keyring='' export=''
while [ $# -gt 0 ]; do
  case $1 in
    --key) key=$2; shift 2 ;;
    --keyring) keyring=$2; shift 2 ;;
    --export) export=$2; shift 2 ;;
    -*) echo "sign: unknown argument $1; see the top of $0" >&2; exit 2 ;;
    *) break ;;
  esac
done

work=$(mktemp -d)
clean_up() {
  if [ -d "$work/home" ]; then gpgconf --homedir "$work/home" --kill all; fi
  rm -rf "$work"
}
trap clean_up EXIT

if [ -n "$keyring" ]; then
  mkdir -m 700 "$work/home"
  export GNUPGHOME=$work/home
  if ! gpg --batch --quiet --import "$keyring" 2> "$work/said"; then
    echo "sign: GnuPG cannot read the key in $keyring: $(cat "$work/said")" >&2
    exit 1
  fi
fi
options=(--quiet --yes --digest-algo SHA512)
[ -z "$keyring" ] || options+=(--batch)
[ -z "$key" ] || options+=(--local-user "$key")

signed() { # what gpg shall do
  if [ -n "${ISTIO_ALB_SIGNING_PASSPHRASE:-}" ]; then
    gpg "${options[@]}" --batch --pinentry-mode loopback --passphrase-fd 3 "$@" 3<<< "$ISTIO_ALB_SIGNING_PASSPHRASE"
  else
    gpg "${options[@]}" "$@"
  fi
}

for file in "$@"; do
  case $file in
    *.tgz)
      name=$(basename "$file")
      sum=$(sha256sum < "$file")
      {
        tar -xzOf "$file" istio-alb/plugin.yaml
        printf '\n...\nfiles:\n  %s: sha256:%s\n' "$name" "${sum%% *}"
      } > "$work/message"
      signed --output "$work/signed" --clearsign "$work/message"
      mv "$work/signed" "$file.prov"
      echo "$file.prov"
      ;;
    *)
      signed --output "$work/signed" --armor --detach-sign "$file"
      mv "$work/signed" "$file.asc"
      echo "$file.asc"
      ;;
  esac
done

if [ -n "$export" ]; then
  gpg --batch --quiet --yes --output "$work/public" --export ${key:+"$key"}
  mv "$work/public" "$export"
  echo "$export"
fi
