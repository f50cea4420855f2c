#!/usr/bin/env bash
# Writes the manifests by which other installers take the archives of a release, with the archives' checksums:
#
#   deploy/manifests.sh [--from dist] [--to DIR]
#
#   istio-alb.rb          a formula of Homebrew, for a tap
#   istio-alb.krew.yaml   a manifest of krew, for an index of one's own: `kubectl istio-alb check`
set -euo pipefail
cd "$(dirname "$0")/.."
. deploy/pack.sh

from=dist to=''
while [ $# -gt 0 ]; do
  case $1 in
    --from) from=$2; shift 2 ;;
    --to) to=$2; shift 2 ;;
    *) echo "manifests: unknown argument $1; see the top of $0" >&2; exit 2 ;;
  esac
done
to=${to:-$from}
releases=$project/releases/download/v$version
while read -r platform _; do
  if [ -n "$platform" ] && [ ! -f "$from/$(archive_of "$platform")" ]; then
    echo "manifests: $from/$(archive_of "$platform") is missing; deploy/archives.sh packs it" >&2
    exit 1
  fi
done <<< "$platforms"

sum_of() { # platform: the checksum of its archive
  sha256sum < "$from/$(archive_of "$1")" | cut -d ' ' -f 1
}

download() { # platform: its lines in the formula
  echo "      url \"$releases/$(archive_of "$1")\""
  echo "      sha256 \"$(sum_of "$1")\""
}

formula() {
  cat << RUBY
class IstioAlb < Formula
  desc "Helm post-renderer that puts Istio's ingress gateway behind an AWS ALB"
  homepage "$project"
  version "$version"
  license "Apache-2.0"

  on_macos do
    on_arm do
$(download darwin-arm64)
    end
    on_intel do
$(download darwin-amd64)
    end
  end

  on_linux do
    on_arm do
$(download linux-arm64)
    end
    on_intel do
$(download linux-amd64)
    end
  end

  def install
    bin.install "istio-alb"
    man1.install Dir["share/man/man1/*.1"]
    bash_completion.install "share/bash-completion/completions/istio-alb"
    zsh_completion.install "share/zsh/site-functions/_istio-alb"
    fish_completion.install "share/fish/vendor_completions.d/istio-alb.fish"
    doc.install "README.md", "LICENSE", "THIRD-PARTY-LICENSES"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/istio-alb --version")
  end
end
RUBY
}

krew() {
  cat << YAML
apiVersion: krew.googlecontainertools.github.com/v1alpha2
kind: Plugin
metadata:
  name: istio-alb
spec:
  version: v$version
  homepage: $project
  shortDescription: Checks Istio gateways behind an AWS ALB
  description: |
    Turns Istio's ingress gateway from an NLB or Classic ELB to an AWS
    Application Load Balancer. As a plugin of kubectl it checks manifests,
    compares them with what the cluster has, and shows the load balancer that
    the AWS Load Balancer Controller will build.
  platforms:
YAML
  local platform folder
  while read -r platform _; do
    [ -n "$platform" ] || continue
    folder=$(folder_of "$platform")
    cat << YAML
  - selector:
      matchLabels:
        os: ${platform%-*}
        arch: ${platform#*-}
    uri: $releases/$(archive_of "$platform")
    sha256: $(sum_of "$platform")
    bin: $(program_of "$platform")
    files:
    - from: $folder/$(program_of "$platform")
      to: .
    - from: $folder/LICENSE
      to: .
    - from: $folder/THIRD-PARTY-LICENSES
      to: .
YAML
  done <<< "$platforms"
}

mkdir -p "$to"
formula > "$to/istio-alb.rb"
krew > "$to/istio-alb.krew.yaml"
echo "$to/istio-alb.rb"
echo "$to/istio-alb.krew.yaml"
