//! Where a text names a version of the program or of one of its crates.

/// The program and its crates.
const NAMES: [&str; 4] = ["istio-alb", "alb-controller", "kubernetes-objects", "manifest-yaml"];

/// Words that may stand between a name and its version.
const BETWEEN: [&str; 14] = [
    "v", "version", "releases", "release", "download", "tag", "tags", "refs", "archive", "image", "argocd", "newTag",
    "rev", "crate",
];

/// Keys whose value is a version, in a line by itself.
const KEYS: [&str; 9] =
    ["version", "VERSION", "semanticVersion", "appVersion", "newTag", "tag", "rev", "ref", "default"];

/// How far below its name a line with such a key may stand; above it, it must be the line before.
const NEAR: usize = 3;

/// Versions that nobody has: of the fuzz targets, and in tests.
const NOBODYS: [&str; 2] = ["0.0.0", "9.9.9"];

/// A place where a version is named.
pub struct Mention {
    pub file: String,
    pub line: usize,
    /// The version and what stands behind it without a blank: `0.1.0-x86_64-apple-darwin.tar.gz`.
    pub text: String,
}

/// The versions that a file names, without those that nobody has.
pub fn mentions(file: &str, text: &str) -> Vec<Mention> {
    let mut found = all(file, text);
    found.retain(|mention| !NOBODYS.iter().any(|version| mention.text.starts_with(version)));
    found
}

fn all(file: &str, text: &str) -> Vec<Mention> {
    let mut found = Vec::new();
    let mut near = 0;
    let mut lines = text.lines().enumerate().peekable();
    while let Some((number, line)) = lines.next() {
        let names_next = lines.peek().is_some_and(|(_, next)| NAMES.iter().any(|name| next.contains(name)));
        let ends: Vec<usize> =
            NAMES.iter().flat_map(|name| line.match_indices(name).map(|(at, _)| at + name.len())).collect();
        near = match () {
            () if !ends.is_empty() => NEAR + 1,
            () if line.trim().is_empty() => 0,
            () => near.saturating_sub(1),
        };
        let by_key = (near > 0 || names_next) && is_key(line);
        for (at, version) in versions(line) {
            let behind_name = ends.iter().any(|end| *end <= at && is_between(&line[*end..at]));
            if behind_name || by_key {
                found.push(Mention { file: file.into(), line: number + 1, text: version.into() });
            }
        }
    }
    found
}

/// Whether what was found is this version: `0.1.0.tgz` is `0.1.0`, `0.1.0-rc.1` is not.
pub fn is_version(found: &str, version: &str) -> bool {
    let before_release = ["-rc", "-alpha", "-beta", "-pre", "-dev"];
    found.strip_prefix(version).is_some_and(|rest| {
        !rest.starts_with(|letter: char| letter.is_ascii_digit())
            && !before_release.iter().any(|part| rest.starts_with(part))
    })
}

/// Three numbers with dots between them, and what follows without a blank.
fn versions(line: &str) -> Vec<(usize, &str)> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "._-+".contains(letter);
    let starts = line.char_indices().filter(|(at, letter)| {
        let before = line[..*at].chars().next_back();
        letter.is_ascii_digit() && !before.is_some_and(|letter| letter.is_ascii_digit() || letter == '.')
    });
    let ends = |at: usize| line[at..].find(|letter| !is_part(letter)).map_or(line.len(), |length| at + length);
    let found = starts.map(|(at, _)| (at, &line[at..ends(at)]));
    found.filter(|(_, text)| has_three_numbers(text)).collect()
}

fn has_three_numbers(text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(4, '.').collect();
    let digits = |part: &str| part.bytes().take_while(u8::is_ascii_digit).count();
    let is_number = |part: &&str| !part.is_empty() && digits(part) == part.len();
    match &parts[..] {
        [first, second, third, more @ ..] => {
            // Four numbers are an address.
            let is_address = is_number(third) && more.first().is_some_and(|part| digits(part) > 0);
            is_number(first) && is_number(second) && digits(third) > 0 && !is_address
        }
        _ => false,
    }
}

fn is_between(text: &str) -> bool {
    let words = text.split(|letter: char| !letter.is_ascii_alphabetic()).filter(|word| !word.is_empty());
    !text.contains(|letter: char| letter.is_ascii_digit()) && words.into_iter().all(|word| BETWEEN.contains(&word))
}

fn is_key(line: &str) -> bool {
    let line = line.trim_start_matches([' ', '\t', '-', '"']);
    let key = line.split(|letter: char| !letter.is_ascii_alphabetic()).next().unwrap_or_default();
    let rest = line[key.len()..].trim_start_matches(['"', ' ']);
    KEYS.contains(&key) && rest.starts_with([':', '='])
}

#[test]
fn what_names_a_version_is_found() {
    let found = |text: &str| all("", text).into_iter().map(|mention| mention.text).collect::<Vec<_>>();
    for text in [
        "istio-alb 9.9.9",
        "  image: istio-alb-argocd:9.9.9",
        "ghcr.io/istio-alb/istio-alb:9.9.9",
        "uses: istio-alb/istio-alb@v9.9.9",
        "istio-alb/istio-alb/releases/download/v9.9.9",
        "alb-controller = { path = \"crates/alb-controller\", version = \"9.9.9\" }",
        "[[package]]\nname = \"manifest-yaml\"\nversion = \"9.9.9\"",
        "- repo: https://github.com/istio-alb/istio-alb\n  rev: v9.9.9",
        "\"name\": \"istio-alb\",\n\"semanticVersion\": \"9.9.9\"",
        "VERSION: 9.9.9\nRELEASES: https://github.com/istio-alb/istio-alb/releases/download",
        "{name: istio-alb-argocd, newName: x}\nnewName: x\nnewTag: 9.9.9",
    ] {
        assert_eq!(found(text), ["9.9.9"], "{text}");
    }
    assert_eq!(found("istio-alb 9.9.9-rc.1"), ["9.9.9-rc.1"]);
    assert_eq!(found("istio-alb-9.9.9-x86_64-apple-darwin.tar.gz"), ["9.9.9-x86_64-apple-darwin.tar.gz"]);
    for text in [
        "istio-alb with Helm 4.2.4",
        "istio-alb --inbound-cidrs 19.9.9.0/8",
        "| `istio-alb` | Helm 3.21.4 |",
        "name = \"istio-alb\"\n\nversion = \"9.9.9\"",
        "version: 9.9.9",
        "istio-alb\n\n\nhelm.sh/helm v9.9.9",
    ] {
        assert_eq!(found(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn a_version_is_compared_to_its_end() {
    assert!(is_version("0.1.0", "0.1.0") && is_version("0.1.0.tgz", "0.1.0") && is_version("0.1.0-image.tar", "0.1.0"));
    assert!(!is_version("0.1.01", "0.1.0") && !is_version("0.1.0-rc.1", "0.1.0") && !is_version("0.2.0", "0.1.0"));
    assert!(is_version("0.1.0-rc.1.tgz", "0.1.0-rc.1"));
}
