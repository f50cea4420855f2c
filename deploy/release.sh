#!/usr/bin/env bash
# Makes every file that a user downloads, from the programs that deploy/build-all.sh built:
#
#   deploy/release.sh --key NAME                target/platforms into dist/, signed with a key of your GnuPG home
#   --from DIR  --to DIR                        other folders than target/platforms and dist; the second must be empty
#   --keyring FILE                              the secret key is in this file (see deploy/sign.sh)
#   --share DIR                                 man pages and completions, where they are made already
#
# Without a key nothing is signed: deploy/sign-release.sh does it then. The files:
#
#   istio-alb-VERSION.tgz, .prov                the plugin for Helm 4 with the programs of all platforms, its provenance
#   istio-alb-VERSION-TARGET.tar.gz, .zip       the program of one platform, for Helm 3 and for whoever runs it himself
#   istio-alb-VERSION-image.tar                 the container image; istio-alb-argocd-VERSION-image.tar that of Argo CD's sidecar
#   istio-alb-VERSION.cdx.json                  what is in the program (CycloneDX); istio-alb-argocd-… what is in the sidecar
#   THIRD-PARTY-LICENSES                        under which licences
#   istio-alb.rb, istio-alb.krew.yaml           how Homebrew and krew get it
#   SHA256SUMS, .asc                            the checksums of all these, signed
#   istio-alb.gpg                               the public key
#
# The same programs and the same commit give the same bytes, but for the signatures. deploy/verify.sh verifies all of it.
set -euo pipefail
cd "$(dirname "$0")/.."
. deploy/pack.sh
. deploy/commit.sh

from=target/platforms to=dist share='' key='' keyring=''
while [ $# -gt 0 ]; do
  case $1 in
    --from) from=$2; shift 2 ;;
    --to) to=$2; shift 2 ;;
    --share) share=$2; shift 2 ;;
    --key) key=$2; shift 2 ;;
    --keyring) keyring=$2; shift 2 ;;
    *) echo "release: unknown argument $1; see the top of $0" >&2; exit 2 ;;
  esac
done
if [ -n "$(ls -A "$to" 2> /dev/null)" ]; then
  echo "release: $to is not empty, and what is in it would be part of the release" >&2
  exit 1
fi

mkdir -p "$to"
work=$(mktemp -d "$to.XXXXXX") # beside it, so that the files can be moved there at once
trap 'rm -rf "$work"' EXIT
umask 022
new=$work/new
mkdir "$new"
[ -z "$keyring" ] || (umask 077 && cat "$keyring" > "$work/key")
say() { echo "release: $1" >&2; }

if [ -z "$share" ]; then
  say 'man pages and completions'
  share=$work/share
  cargo run --quiet --locked --example pages -- "$share" >&2
fi
say 'licences'
deploy/licenses.sh --to "$new/THIRD-PARTY-LICENSES" >&2
say 'the plugin'
common=(--share "$share" --licenses "$new/THIRD-PARTY-LICENSES" --to "$new")
deploy/package-plugin.sh --from "$from" "${common[@]}" >&2
say 'archives'
deploy/archives.sh --from "$from" "${common[@]}" >&2
say 'images'
deploy/image.sh --from "$from" --to "$new" --licenses "$new/THIRD-PARTY-LICENSES" >&2
say 'bills of materials'
deploy/sbom.sh --to "$new/istio-alb-$version.cdx.json" >&2
deploy/sbom.sh --argocd --to "$new/istio-alb-argocd-$version.cdx.json" >&2
say 'manifests of other installers'
deploy/manifests.sh --from "$new" >&2

write_sums "$new"
if [ -n "$key$keyring" ]; then
  say 'signatures'
  deploy/sign-release.sh ${key:+--key "$key"} ${keyring:+--keyring "$work/key"} "$new" >&2
else
  say 'nothing is signed yet; deploy/sign-release.sh does it'
fi
mv "$new"/* "$to/"
for file in "$to"/*; do echo "$file"; done
