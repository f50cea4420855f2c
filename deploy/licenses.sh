#!/usr/bin/env bash
# Writes the licences of all that the programs hold beside the code of this repository, as packages carry them: the crates, Rust's
# standard library, and the C libraries that Zig links into them. The same sources give the same bytes.
#
#   deploy/licenses.sh --to THIRD-PARTY-LICENSES
#
# The crates are those of `cargo tree` for all targets, so that one file holds for all packages. Each text is in it once, with the
# names of those that have it. A crate without a text is an error. Needs cargo, rustc as rustup brings it (Debian's has no list of
# what is in the standard library), Python 3, and what deploy/zig.sh needs.
set -euo pipefail
cd "$(dirname "$0")/.."

to=
while [ $# -gt 0 ]; do
  case $1 in
    --to) to=$2; shift 2 ;;
    *) echo "licenses: unknown argument $1; see the top of $0" >&2; exit 2 ;;
  esac
done
[ -n "$to" ] || { echo "licenses: --to FILE; see the top of $0" >&2; exit 2; }

zig=$(deploy/zig.sh)
zig=$(dirname "$(dirname "$zig")")/$(basename "$zig")/ziglang
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cargo metadata --locked --format-version 1 > "$scratch/metadata"
cargo tree --locked --package istio-alb --edges normal --target all --prefix none --no-dedupe --format '{p}' > "$scratch/tree"
mkdir -p "$(dirname "$to")"
python3 - "$scratch" "$(rustc --print sysroot)/share/doc/rust" "$(rustc --version)" "$zig" > "$scratch/text" << 'PYTHON'
import html, json, pathlib, re, sys

scratch, rust, rust_version, zig = sys.argv[1:]
rust, zig = pathlib.Path(rust), pathlib.Path(zig)
NAMES = re.compile(r'(un)?licen[sc]e|copying|copyright|notice', re.IGNORECASE)

texts = {}  # by their words: the text, and who has it
order = []

def keep(owner, text):
    """The number of a text, which is known by its words: lines are broken in many ways."""
    text = text.replace('\r\n', '\n').replace('\ufeff', '')
    key = ' '.join(text.split())
    if key not in texts:
        lines = [line.rstrip() for line in text.split('\n')]
        texts[key] = ('\n'.join(lines).strip('\n'), [])
        order.append(key)
    if owner not in texts[key][1]:
        texts[key][1].append(owner)
    return order.index(key) + 1

def numbers(found):
    return ' '.join(f'[{number}]' for number in sorted(set(found)))

def read(path):
    if not path.is_file():
        sys.exit(f'licenses: {path} is not there')
    return path.read_text(encoding='utf-8')

out = []

# The crates.
packages = {(package['name'], package['version']): package for package in json.load(open(f'{scratch}/metadata'))['packages']}
crates = sorted({tuple(line.split()[:2]) for line in open(f'{scratch}/tree')})
version = packages['istio-alb', dict(crates)['istio-alb'].lstrip('v')]['version']
title = f'Third-party software in istio-alb {version}'
out += [title, '=' * len(title), '']
out += ['istio-alb itself is under the Apache License, Version 2.0: the file LICENSE. What else is in the program stands here, each with',
        'its licence as its authors name it and the numbers of the texts below. Where they leave a choice (OR), all texts are given.', '']
out += ['Crates', '------', '']
for name, number in crates:
    package = packages[name, number.lstrip('v')]
    if package['source'] is None:
        continue
    folder = pathlib.Path(package['manifest_path']).parent
    files = sorted(path for path in folder.iterdir() if path.is_file() and NAMES.match(path.name))
    if not files or not package['license']:
        sys.exit(f'licenses: {name} {number} has no text of a licence')
    found = [keep(f'{name} {package["version"]}', read(path)) for path in files]
    out += [f'{name} {package["version"]}: {package["license"]} {numbers(found)}']
    out += [f'  {package["repository"]}'] if package['repository'] else []

# The standard library, as its own list says.
page = read(rust / 'COPYRIGHT-library.html')
def plain(text):
    return html.unescape(re.sub(r'<[^>]*>', '', text)).strip()
in_tree, out_of_tree = page.split('<h2 id="out-of-tree-dependencies">')
in_tree = in_tree.split('<h2 id="in-tree-files">')[1]
release = rust_version.split()[1]
title = f"Rust's standard library {release}"
out += ['', title, '-' * len(title), '', 'https://www.rust-lang.org', '']
for part in in_tree.split('<b>File/Directory:</b>')[1:]:
    path = plain(re.search(r'<code>(.*?)</code>', part)[1])
    licence = plain(re.search(r'<b>License:</b>(.*?)</p>', part)[1])
    holders = [plain(holder) for holder in re.findall(r'<b>Copyright:</b>(.*?)</p>', part)]
    ids = sorted(set(re.findall(r'[A-Za-z][\w.-]*', licence)) - {'AND', 'OR', 'WITH'})
    found = [keep(f"Rust's standard library {release}", read(rust / 'licenses' / f'{name}.txt')) for name in ids]
    out += [f'{"the library" if path == "." else path}: {licence} {numbers(found)}'] + [f'  Copyright {holder}' for holder in holders]
out += ['', 'with these crates, of which a program holds those for its platform: the list is that of Rust, for all platforms that it knows.', '']
for part in re.split(r'<h3>', out_of_tree)[1:]:
    name = plain(part.split('</h3>')[0]).lstrip('\U0001f4e6 ')
    name = re.sub(r'-(?=\d)', ' ', name, count=1)
    licence = plain(re.search(r'<b>License:</b>(.*?)</p>', part)[1])
    notices = re.findall(r'<summary><code>(.*?)</code></summary>\s*<pre>\n?(.*?)</pre>', part, re.DOTALL)
    found = [keep(f'{name} (in the standard library)', html.unescape(text)) for _, text in notices]
    out += [f'{name}: {licence} {numbers(found)}'.rstrip()]

# What Zig links.
title = 'C libraries'
out += ['', title, '-' * len(title), '']
for name, where, licence, file in [
    ('Zig and its compiler runtime', 'all programs', 'MIT', 'LICENSE'),
    ("LLVM's libunwind", 'the programs for Linux and Windows', 'Apache-2.0 WITH LLVM-exception', 'lib/libunwind/LICENSE.TXT'),
    ('musl', 'the programs for Linux', 'MIT', 'lib/libc/musl/COPYRIGHT'),
    ('mingw-w64', 'the program for Windows', 'ZPL-2.1 and others', 'lib/libc/mingw/COPYING'),
]:
    out += [f'{name}, in {where}: {licence} {numbers([keep(name, read(zig / file))])}']

out += ['', 'Texts', '-----']
for number, key in enumerate(order, 1):
    text, owners = texts[key]
    heading = f'[{number}] '
    line = heading
    out += ['', '=' * 100]
    for owner in owners:
        if len(line) + len(owner) > 120:
            out += [line.rstrip()]
            line = '    '
        line += owner + (', ' if owner != owners[-1] else '')
    out += [line, '=' * 100, '', text]
print('\n'.join(out))
PYTHON
mv "$scratch/text" "$to"
echo "$to"
