# shellcheck shell=bash disable=SC2034 # who sources it uses the variables
# Sourced in the root of the project by the scripts of a release: what it is called and where it goes, which platforms there
# are, and archives that are the same bytes for the same files, whoever packs them and when. Files in them have the time
# SOURCE_DATE_EPOCH, or the first that all archives can hold. Needs tar and gzip, for .zip Python 3.

# As plugin.yaml names them, and as Rust does.
platforms='
linux-amd64   x86_64-unknown-linux-musl
linux-arm64   aarch64-unknown-linux-musl
darwin-amd64  x86_64-apple-darwin
darwin-arm64  aarch64-apple-darwin
windows-amd64 x86_64-pc-windows-gnu
'

version=$(sed -n '/^\[package\]/,/^\[/s/^version = "\(.*\)"$/\1/p' Cargo.toml)
project=$(sed -n 's/^repository = "\(.*\)"$/\1/p' Cargo.toml)

target_of() { # platform: as Rust names it; fails where there is none
  local name target
  while read -r name target; do
    [ "$name" != "$1" ] || { echo "$target"; return; }
  done <<< "$platforms"
  return 1
}

archive_of() { # platform
  local target
  target=$(target_of "$1")
  case $1 in
    windows-*) echo "istio-alb-$version-$target.zip" ;;
    *) echo "istio-alb-$version-$target.tar.gz" ;;
  esac
}

folder_of() { # platform: what its archive has inside
  local archive
  archive=$(archive_of "$1")
  archive=${archive%.zip}
  echo "${archive%.tar.gz}"
}

program_of() { # platform
  case $1 in windows-*) echo istio-alb.exe ;; *) echo istio-alb ;; esac
}

write_sums() { # folder: the checksums of all files in it
  rm -f "$1/SHA256SUMS"
  (cd "$1" && LC_ALL=C && sha256sum -- * > .sums && mv .sums SHA256SUMS)
}

pack() { # folder archive: the folder with all that is in it; .tgz, .tar.gz or .zip
  local folder=$1 archive=$2
  case $archive in
    *.zip) zipped "$folder" > "$archive.new" ;;
    *) tarred "$folder" | gzip -n -9 > "$archive.new" ;;
  esac
  mv "$archive.new" "$archive"
  echo "$archive"
}

tarred() { # folder
  # GNU tar can leave out who packed it and when; others cannot, and their archives differ from run to run.
  local same=()
  if tar --version 2> /dev/null | grep -q GNU; then
    same=(--format=ustar --owner=0 --group=0 --numeric-owner --mtime="@${SOURCE_DATE_EPOCH:-315532800}" --mode='u=rwX,go=rX')
  fi
  (cd "${1%/*}" && find "${1##*/}" | LC_ALL=C sort) |
    tar -C "${1%/*}" --no-recursion -cf - ${same[@]+"${same[@]}"} -T -
}

zipped() { # folder
  python3 - "$1" << 'PYTHON'
import os, sys, time, zipfile

top = sys.argv[1]
when = time.gmtime(int(os.environ.get("SOURCE_DATE_EPOCH", 315532800)))[:6]
paths = [os.path.join(folder, name) for folder, _, names in os.walk(top) for name in names]
with zipfile.ZipFile(sys.stdout.buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
    for path in sorted(paths):
        entry = zipfile.ZipInfo(os.path.relpath(path, os.path.dirname(top)).replace(os.sep, "/"), when)
        entry.create_system = 3  # Unix, so that the mode counts
        entry.external_attr = (0o100755 if os.access(path, os.X_OK) else 0o100644) << 16
        entry.compress_type = zipfile.ZIP_DEFLATED
        with open(path, "rb") as file:
            archive.writestr(entry, file.read(), compresslevel=9)
PYTHON
}
