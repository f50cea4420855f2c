//! Everything that we print for others to read: outputs of the filter, exports, `init`, refusals under Helm 4.

use crate::others::{Documents, Program, difference, ours};
use crate::support::tools::gated;
use crate::support::{Outcome, cases, command, fail, filter, give, project, recorded, rewrite, shown, styles};
use libtest_mimic::Trial;
use manifest_yaml::stream::{HELM4_FILENAME, Stream};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::OnceLock;

/// Strings that some reader takes for something else where they stand plain, or loses a part of.
#[rustfmt::skip]
const STRINGS: [&str; 75] = [
    "yes", "on", "y", "N", "Off", "TRUE", "null", "~", "", "012", "08", "0o7", "0x1F", "0b11", "1_000", "1e3", "1.5",
    ".5", "5.", "-1", "+1", "7", "12345678901234567890", ".inf", ".NaN", "12:30:45", "1:2", "2001-01-01",
    "2001-12-14t21:59:43.10-05:00", "<<", "=", "!", "!!str", "&a", "*a", "- a", "? a", ": a", "a:", "a: b", "a #b",
    "#a", "{a}", "[a]", "a, b", "%a", "@a", "`a`", "|", ">-", "'", "\"", "\\", "---", "...", " lead", "trail ",
    "tab\t", "a\tb", "${V}", "$V", "{{ .a }}", "é", "한국어", "😀", "a\u{a0}b", "a\u{200b}b", "a\u{85}b", "a\u{2028}b",
    "a\u{2029}b", "\u{feff}a", "a\u{7f}b", "a\u{fffe}b", "\u{1b}[0m", "\0",
];

/// The same, of several lines.
#[rustfmt::skip]
const LINES: [&str; 20] = [
    "a\nb", "a\nb\n", "a\nb\n\n", "a\n\n\nb\n", "a\n", "\n", "\na\n", " a\nb\n", "a\n b\n", "\ta\nb\n", "a\n\tb\n",
    "a \nb\n", "a\t\nb\n", "a\n \nb\n", "a\r\nb\r\n", "a\rb", "#a\n#b\n", "---\n---\n", "%a\n...\n", "a: |\n  b\n",
];

/// Words that may be the name of an object, a host, a port, the key of a label.
const WORDS: [&str; 16] = [
    "yes",
    "no",
    "on",
    "off",
    "y",
    "n",
    "true",
    "null",
    "012",
    "0o7",
    "0x1f",
    "1e3",
    "0b1",
    "2001-01-01",
    "nan",
    "1-0",
];

/// Streams with a gateway, in styles that what we write must follow.
const STYLES: [&str; 13] = [
    "helm3-default",
    "helm4-default",
    "bom",
    "crlf",
    "flow-style",
    "json",
    "json-pretty",
    "list",
    "list-json",
    "no-final-newline-crlf",
    "quoted-keys",
    "wide-indentation",
    "helm4-gateway-api",
];

/// What we printed.
struct Printed {
    name: String,
    text: String,
    /// What our own reader has of it.
    documents: Documents,
    /// JSON pointers into the Ingress that is in it, with the strings that must stand there.
    strings: Vec<(String, String)>,
}

impl Printed {
    fn new(name: impl Into<String>, text: impl AsRef<[u8]>) -> Self {
        let text = String::from_utf8(text.as_ref().to_vec()).unwrap();
        Printed { name: name.into(), documents: ours(&text), text, strings: Vec::new() }
    }

    fn ingress(&self) -> Option<&Value> {
        self.documents.iter().flatten().find_map(ingress)
    }
}

/// All readers but apimachinery's decoder, which has JSON values one after another.
const NOT_JSON: [&str; 5] = ["sigs.k8s.io/yaml", "kyaml", "PyYAML", "yaml 1.1", "yaml 1.2"];
const STRICT: [&str; 2] = ["sigs.k8s.io/yaml", "kyaml"];
const SPLITTERS: [&str; 3] = ["sigs.k8s.io/yaml", "apimachinery", "kyaml"];

/// In which streams readers differ, which of them, and why that is the matter of who wrote the input.
const KNOWN: [(&[&str], &[&str], &str); 7] = [
    (
        &["helm3-umbrella", "helm4-umbrella"],
        &NOT_JSON,
        "another's Secret has `yes` and `on` as keys, `0o17`, `0123` and `12:30:45`: what these are depends on the version of YAML",
    ),
    (
        &["capture umbrella-hooks-crds-list of helm3", "capture umbrella-hooks-crds-list of helm4"],
        &["kyaml", "PyYAML", "yaml 1.1", "yaml 1.2"],
        "the same with `yes` and `n`",
    ),
    (
        &[
            "duplicate-keys-in-the-service",
            "duplicate-keys-in-the-service, document 1",
            "helm3-network-policy-duplicate-keys",
            "helm4-network-policy-duplicate-keys",
            "network-policy-duplicate-keys",
        ],
        &STRICT,
        "labels that stand twice",
    ),
    (
        &["glued-separator-elsewhere", "separators-with-content"],
        &SPLITTERS,
        "Go's splitters take no text behind a separator",
    ),
    (
        &["yaml-directive", "yaml-directive, document 1"],
        &SPLITTERS,
        "Go's splitters part a directive from its document",
    ),
    (
        &["separators-with-comments", "trailing-blanks", "trailing-blanks, document 1"],
        &["PyYAML"],
        "PyYAML takes no tab at the end of a line",
    ),
    (
        &[
            "json-crlf",
            "json-pretty",
            "json-with-line-separators",
            "strange strings, added, json-pretty",
            "strange strings, updated, json-pretty",
        ],
        &NOT_JSON,
        "JSON values one after another are a stream for kubectl and jq, and no YAML",
    ),
];

pub fn trials() -> Vec<Trial> {
    let mut trials: Vec<Trial> = Vec::new();
    for program in Program::ALL {
        trials.push(gated(format!("{program:?} reads what is printed"), vec![program.need()], move || agrees(program)));
        let refusals = format!("{program:?} reads refusals under Helm 4");
        trials.push(gated(refusals, vec![program.need()], move || refusals_are_read(program)));
    }
    trials.push(Trial::test("every string is printed as it was given", strings_are_kept));
    trials
}

fn agrees(program: Program) -> Outcome {
    let printed: BTreeMap<&str, &Printed> = printed().iter().map(|printed| (printed.name.as_str(), printed)).collect();
    let streams = printed.iter().map(|(name, printed)| (*name, printed.text.as_str())).collect();
    let mut wrong = String::new();
    for (reader, found) in program.read(&streams)? {
        assert_eq!(found.len(), printed.len());
        for (name, found) in &found {
            let known = KNOWN
                .iter()
                .any(|(known, readers, _)| known.contains(&name.as_str()) && readers.contains(&reader.as_str()));
            match difference(&printed[name.as_str()].documents, found) {
                Some(difference) if !known => writeln!(wrong, "{reader}: {name} {difference}").unwrap(),
                None if known => writeln!(wrong, "{reader}: {name} is no known difference").unwrap(),
                _ => {}
            }
        }
    }
    if wrong.is_empty() { Ok(()) } else { fail(wrong) }
}

fn strings_are_kept() -> Outcome {
    let mut compared = 0;
    for printed in printed() {
        for (pointer, string) in &printed.strings {
            let found = printed.ingress().and_then(|ingress| ingress.pointer(pointer));
            if found.and_then(Value::as_str) != Some(string) {
                return fail(format!("{}: {pointer} is {found:?}, not {string:?}\n{}", printed.name, printed.text));
            }
            compared += 1;
        }
    }
    if compared > 1000 { Ok(()) } else { fail(format!("{compared} strings")) }
}

/// The Ingress in a value: an object, or an item of a list or of a patch.
fn ingress(value: &Value) -> Option<&Value> {
    match value {
        Value::Object(map) if value["kind"] == "Ingress" => (!map.is_empty()).then_some(value),
        Value::Object(map) => map.values().find_map(ingress),
        Value::Array(items) => items.iter().find_map(ingress),
        _ => None,
    }
}

/// All that is printed, each text once.
fn printed() -> &'static [Printed] {
    static PRINTED: OnceLock<Vec<Printed>> = OnceLock::new();
    PRINTED.get_or_init(|| {
        let mut printed = Collection::default();
        for folder in cases::folders() {
            let name = folder.file_name().unwrap().to_string_lossy().into_owned();
            let input = std::fs::read(folder.join("input.yaml")).unwrap();
            printed.add_all(&name, &input, |subcommand| cases::run(&folder, subcommand, &input));
        }
        for path in captures() {
            let parts = [&path, path.parent().unwrap()].map(|path| path.file_stem().unwrap().to_string_lossy());
            let input = std::fs::read(&path).unwrap();
            let folder = tempfile::tempdir().unwrap();
            let name = format!("capture {} of {}", parts[0], parts[1]);
            printed.add_all(&name, &input, |subcommand| filter(folder.path(), subcommand, &input));
        }
        for style in STYLES {
            strange_strings(style, &mut printed);
        }
        for word in WORDS {
            strange_words(word, &mut printed);
        }
        for number in 0..STYLED {
            styled(number, &mut printed);
        }
        printed.texts
    })
}

fn captures() -> Vec<PathBuf> {
    let folders = recorded().map(|data| ["helm3", "helm4"].map(|helm| data.join("captures").join(helm)));
    let entries = folders.into_iter().flatten().flat_map(|folder| std::fs::read_dir(folder).unwrap());
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

const COMMANDS: [&[&str]; 5] =
    [&[], &["export", "flux"], &["export", "flux", "--single"], &["export", "kustomize"], &["init"]];

#[derive(Default)]
struct Collection {
    texts: Vec<Printed>,
    seen: HashSet<String>,
}

impl Collection {
    /// What every command that prints YAML makes of a stream, less those that refuse it.
    fn add_all(&mut self, name: &str, input: &[u8], run: impl Fn(&[&str]) -> Output) {
        for subcommand in COMMANDS {
            let output = run(subcommand);
            if output.status.success() {
                let printed = Printed::new([&[name], subcommand].concat().join(" "), output.stdout);
                self.add(printed, subcommand.is_empty().then_some(input));
            }
        }
    }

    /// Adds what was printed as it is, and alone what is ours in it.
    fn add(&mut self, whole: Printed, input: Option<&[u8]>) {
        self.add_own(&whole, input);
        if self.seen.insert(whole.text.clone()) {
            self.texts.push(whole);
        }
    }

    /// Adds the documents of an output that the input does not have, and patches, which are YAML in YAML.
    fn add_own(&mut self, whole: &Printed, input: Option<&[u8]>) {
        let name = &whole.name;
        // A number that Flux will put into a patch is no YAML before.
        let patches = whole.documents.iter().flatten().flat_map(patches).filter(|patch| !patch.contains("value: ${"));
        let patches = patches.enumerate();
        let mut own: Vec<_> = patches.map(|(at, patch)| (format!("{name}, patch {at}"), patch.to_owned())).collect();
        if let Some(input) = input {
            let input = Stream::split(std::str::from_utf8(input).unwrap());
            let there: HashSet<&str> = input.documents.iter().map(|document| input.text_of(document)).collect();
            let stream = Stream::split(&whole.text);
            for document in &stream.documents {
                let text = stream.text_of(document);
                // The last document may have got its line break.
                if !there.contains(text) && !there.contains(text.trim_end()) {
                    own.push((format!("{name}, document {}", document.number), text.to_owned()));
                }
            }
        }
        for (name, text) in own {
            if self.seen.insert(text.clone()) {
                let printed = Printed::new(name, text);
                assert!(printed.documents.is_ok(), "{}: {:?}", printed.name, printed.documents);
                self.texts.push(printed);
            }
        }
    }
}

/// The texts of patches in a value.
fn patches(value: &Value) -> Vec<&str> {
    match value {
        Value::Object(map) => {
            let below = map.values().flat_map(patches);
            map.get("patch").and_then(Value::as_str).into_iter().chain(below).collect()
        }
        Value::Array(items) => items.iter().flat_map(patches).collect(),
        _ => Vec::new(),
    }
}

/// Every strange string as an annotation: of an Ingress that is added, then of one that is there.
fn strange_strings(style: &str, printed: &mut Collection) {
    let input = std::fs::read(project().join("chart-fixtures/cases").join(style).join("input.yaml")).unwrap();
    let keys = (0..).map(|at| format!("example.com/s-{at}"));
    let strings: Vec<(String, &str)> = keys.zip(STRINGS.into_iter().chain(LINES)).collect();
    let spec = json!({ "ingress": {
        "scheme": "internal",
        "annotations": strings.iter().cloned().collect::<BTreeMap<_, _>>(),
    }});
    let folder = configured(&spec);
    let before = filter(tempfile::tempdir().unwrap().path(), &["--scheme", "internal"], &input);
    assert!(before.status.success(), "{}", shown(&before));
    let expected: Vec<_> = strings
        .iter()
        .map(|(key, string)| (format!("/metadata/annotations/{}", key.replace('/', "~1")), (*string).to_owned()))
        .collect();
    for (way, input, subcommand) in [
        ("added", &input, &[][..]),
        ("updated", &before.stdout, &[]),
        ("exported for Flux", &input, &["export", "flux", "--single"]),
        ("exported for kustomize", &input, &["export", "kustomize"]),
    ] {
        let output = filter(folder.path(), subcommand, input);
        assert!(output.status.success(), "{style}: {}", shown(&output));
        let from = printed.texts.len();
        let whole = Printed::new(format!("strange strings, {way}, {style}"), output.stdout);
        printed.add(whole, subcommand.is_empty().then_some(input));
        for printed in printed.texts[from..].iter_mut().filter(|printed| printed.ingress().is_some()) {
            printed.strings.clone_from(&expected);
        }
    }
}

/// One word in every place of Service and Ingress that may hold it.
fn strange_words(word: &str, printed: &mut Collection) {
    let starts_with_letter = word.starts_with(|first: char| first.is_ascii_alphabetic());
    let service = if starts_with_letter { word } else { "gateway" };
    let port = if word.contains(|letter: char| letter.is_ascii_alphabetic()) { word } else { "https" };
    let input = json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": service,
            "namespace": word,
            "annotations": { "external-dns.alpha.kubernetes.io/hostname": word },
        },
        "spec": { "type": "LoadBalancer", "selector": { word: word }, "ports": [
            { "name": "status-port", "port": 15021 },
            { "name": port, "port": 443 },
        ]},
    });
    let spec = json!({ "ingress": {
        "name": word,
        "labels": { word: word },
        "hosts": [word],
        "backendPort": port,
        "scheme": "internal",
        "loadBalancerName": word,
        "group": { "name": word },
        "tags": { word: word },
        "annotations": { word: word },
    }});
    let folder = configured(&spec);
    let annotation = |key: &str| format!("/metadata/annotations/{}", key.replace('/', "~1"));
    let expected = [
        ("/metadata/name".into(), word),
        ("/metadata/namespace".into(), word),
        (format!("/metadata/labels/{word}"), word),
        (annotation(word), word),
        (annotation("external-dns.alpha.kubernetes.io/hostname"), word),
        (annotation("alb.ingress.kubernetes.io/load-balancer-name"), word),
        (annotation("alb.ingress.kubernetes.io/group.name"), word),
        ("/spec/rules/0/host".into(), word),
        ("/spec/rules/0/http/paths/0/backend/service/name".into(), service),
        ("/spec/rules/0/http/paths/0/backend/service/port/name".into(), port),
    ];
    // In JSON with a marker: what is added is YAML in block style.
    let input = format!("---\n{input}\n");
    for subcommand in &COMMANDS[..4] {
        let output = filter(folder.path(), subcommand, input.as_bytes());
        assert!(output.status.success(), "{word}: {}", shown(&output));
        let mut whole = Printed::new([&["the word", word], *subcommand].concat().join(" "), output.stdout);
        if subcommand.is_empty() {
            whole.strings = expected.iter().map(|(pointer, string)| (pointer.clone(), (*string).to_owned())).collect();
        }
        printed.add(whole, None);
    }
}

/// How many gateways are made at random.
const STYLED: u32 = 150;

/// A gateway in a style made at random, the same in each run: its document and the Ingress. Other documents around it may be wrong.
fn styled(number: u32, printed: &mut Collection) {
    let mut dice = number;
    let tape = (0..120).map(|_| {
        dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        u8::try_from((dice >> 16) % 24).unwrap()
    });
    let input = styles::stream(tape.collect());
    let output = rewrite(&input);
    assert!(output.status.success(), "{}", shown(&output));
    printed.add_own(&Printed::new(format!("style {number}"), output.stdout), Some(&input));
}

/// A folder with a configuration.
fn configured(spec: &Value) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let config = json!({ "apiVersion": "istio-alb.dev/v1alpha1", "kind": "AlbGateway", "metadata": { "name": "any" }, "spec": spec });
    // Escaped: what YAML would take for a line break, or not at all, is none of the matter here.
    let mut text = String::new();
    for letter in config.to_string().chars() {
        match letter {
            '\u{7f}'..='\u{ffff}' => write!(text, "\\u{:04x}", u32::from(letter)).unwrap(),
            _ => text.push(letter),
        }
    }
    std::fs::write(folder.path().join("istio-alb.yaml"), text).unwrap();
    folder
}

/// Under Helm 4 a message is a document before the unchanged input. Helm's readers refuse that, and so show the message; all others
/// have it as one string, and the input as it was.
fn refusals_are_read(program: Program) -> Outcome {
    let input = std::fs::read_to_string(project().join("chart-fixtures/cases/helm4-default/input.yaml")).unwrap();
    assert!(input.contains(HELM4_FILENAME));
    let folder = tempfile::tempdir().unwrap();
    let mut refusals: Vec<Printed> = Vec::new();
    for (at, string) in STRINGS.iter().chain(&LINES).filter(|string| !string.contains('\0')).enumerate() {
        refusals.push(Printed::new(format!("{at}"), refusal(folder.path(), string, &input)));
    }
    let streams = refusals.iter().map(|refusal| (refusal.name.as_str(), refusal.text.as_str())).collect();
    for (reader, found) in program.read(&streams)? {
        for (name, found) in found {
            let text = streams[name.as_str()];
            if matches!(program, Program::Go) {
                let errors = ["invalid Yaml document separator: |", "cannot unmarshal !!str `istio-a"];
                match found {
                    Err(error) if errors.iter().any(|expected| error.contains(expected)) => continue,
                    found => return fail(format!("{reader} has {found:?} of the refusal\n{text}")),
                }
            }
            let expected = ours(text);
            let message = expected.as_ref().unwrap()[0].as_str();
            assert!(message.is_some_and(|message| message.starts_with("istio-alb: error: ")), "{message:?}");
            assert_eq!(expected.as_ref().unwrap()[1..], ours(&input)?);
            if let Some(difference) = difference(&expected, &found) {
                return fail(format!("{reader}: a refusal {difference}\n{text}"));
            }
        }
    }
    Ok(())
}

/// What the plugin prints where it is asked for a gateway that is not there.
fn refusal(folder: &Path, gateway: &str, input: &str) -> Vec<u8> {
    let mut plugin = command(crate::support::binary(), folder);
    plugin.arg(format!("--gateway=no-{gateway}")).env("HELM_PLUGIN_NAME", "istio-alb");
    let output = give(plugin, input.as_bytes());
    assert!(output.status.success() && output.stdout.starts_with(b"--- |\n"), "{}", shown(&output));
    output.stdout
}
