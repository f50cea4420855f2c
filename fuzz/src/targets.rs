//! The targets: what is run on an input, and what must hold of it. A run that breaks a promise panics.

use super::memory::{self, Bound};
use super::mutation::{self, Mutate};
use super::random_yaml::contract::check_thrown;
use super::seeds::{self, Seeds};
use alb_controller::annotation::{
    Action, Cognito, Condition, Jwt, MutualAuthentication, Oidc, Payload, Transform, listen_ports, newer_keys,
};
use alb_controller::catalogue::{CURRENT, Version};
use alb_controller::go::json::{self, Json};
use istio_alb::cli::commands::{How, check as check_command, show};
use istio_alb::cli::{CheckFormat, ShowFormat};
use istio_alb::config::{self, Settings};
use istio_alb::error::Kind;
use istio_alb::output::sources::Sources;
use istio_alb::rewrite::{Rewritten, rewrite};
use manifest_yaml::stream::{Stream, has_content};
use manifest_yaml::{Finder, Newline, Style, Tree, apply, emit, pointer};
use serde_json::Value;
use std::sync::LazyLock;

/// Something to fuzz.
pub struct Target {
    /// As `fuzz_targets/` has it.
    pub name: &'static str,
    /// Runs it; what must hold is asserted.
    run: fn(&str),
    /// What it may allocate.
    pub memory: Bound,
    /// Inputs from the fixtures.
    pub seeds: Seeds,
    /// Another input from an input.
    pub mutate: Mutate,
}

impl Target {
    /// Runs the target, and holds it to its memory. Returns how many bytes it took at its peak.
    pub fn run(&self, input: &str) -> usize {
        let took = memory::peak(|| (self.run)(input));
        let allowed = self.memory.of(input.len());
        assert!(took <= allowed, "{took} bytes were allocated for {} bytes of input, not {allowed}", input.len());
        took
    }
}

const fn bound(fixed: usize, factor: usize) -> Bound {
    Bound { fixed, factor }
}

const MEGABYTE: usize = 1 << 20;

/// All of them.
#[rustfmt::skip]
pub static TARGETS: [Target; 8] = [
    Target { name: "stream", run: stream, memory: bound(MEGABYTE, 4), seeds: seeds::manifests, mutate: mutation::manifests },
    Target { name: "reader", run: reader, memory: bound(MEGABYTE, 250), seeds: seeds::manifests, mutate: mutation::manifests },
    Target { name: "editor", run: editor, memory: bound(MEGABYTE, 300), seeds: seeds::edits, mutate: mutation::edits },
    Target { name: "editor_styles", run: editor_styles, memory: bound(MEGABYTE, 250), seeds: seeds::dice, mutate: mutation::dice },
    Target { name: "configuration", run: configuration, memory: bound(4 * MEGABYTE, 200), seeds: seeds::configurations, mutate: mutation::configurations },
    Target { name: "go_json", run: go_json, memory: bound(MEGABYTE, 50), seeds: seeds::json, mutate: mutation::json },
    Target { name: "filter", run: filter, memory: bound(4 * MEGABYTE, 350), seeds: seeds::manifests, mutate: mutation::manifests },
    Target { name: "check", run: check, memory: bound(4 * MEGABYTE, 500), seeds: seeds::manifests, mutate: mutation::manifests },
];

/// The target with this name.
pub fn target(name: &str) -> &'static Target {
    TARGETS.iter().find(|target| target.name == name).unwrap_or_else(|| panic!("no target {name}"))
}

/// Documents are slices that are the text together; each alone is one document; lines are counted right.
fn stream(text: &str) {
    let stream = Stream::split(text);
    let mut at = 0;
    for (index, document) in stream.documents.iter().enumerate() {
        assert_eq!((document.span.start, document.number), (at, index + 1));
        assert!(document.span.end > at, "an empty document");
        at = document.span.end;
        let alone = stream.text_of(document);
        // A byte order mark is one at the start of a text only.
        if index == 0 || !alone.starts_with('\u{feff}') {
            assert_eq!(Stream::split(alone).documents.len(), 1, "one document is several: {alone:?}");
        }
        let before = text[..document.span.start].bytes().filter(|&byte| byte == b'\n').count();
        assert_eq!(stream.line_of(document.span.start), before + 1);
        let first = stream.first_line_of(document);
        assert!(alone.is_char_boundary(first) && first <= alone.len());
        assert_eq!(stream.place(document, first), stream.place_of(document));
        if let Some(source) = stream.source_of(document) {
            assert!(alone.contains(source));
        }
    }
    assert_eq!(at, text.len(), "documents do not cover the text");
    for &glued in &stream.glued {
        assert!(text[glued..].starts_with("---"));
    }
    let _ = (stream.host(), stream.has_markers(), stream.is_crlf());
}

/// What is read lies within the text and is found there; printed, it reads the same; JSON reads as JSON.
fn reader(text: &str) {
    let within =
        |offset: usize| assert!(text.is_char_boundary(offset), "an offset within a character or outside: {offset}");
    let parsed = Tree::parse(text);
    assert_eq!(parsed, Tree::parse_any(text), "without the parser it reads otherwise");
    let tree = match parsed {
        Ok(tree) => tree,
        Err(error) => return within(error.offset),
    };
    let value = match tree.value() {
        Ok(value) => value,
        Err(error) => return within(error.offset),
    };
    let twice = tree.duplicate_keys();
    for (pointer, offset) in &twice {
        within(*offset);
        // Of a map that stands twice one is found, which need not be the one that has this key.
        let is_below_another = |(other, _): &(String, usize)| {
            pointer.strip_prefix(other.as_str()).is_some_and(|rest| rest.starts_with('/'))
        };
        assert!(
            tree.find(pointer).is_some() || twice.iter().any(is_below_another),
            "{pointer} stands twice and is not found"
        );
    }
    let mut finder = Finder::new(&tree);
    // Of nothing at all nothing is found.
    let mut left = if tree.root().is_some() { 300 } else { 0 };
    each_pointer(&value, &mut String::new(), &mut left, &mut |pointer| {
        let found = tree.find(pointer);
        assert_eq!(found, finder.find(pointer), "{pointer}");
        let found = found.unwrap_or_else(|| panic!("{pointer} is not found"));
        for range in found.key.into_iter().chain([found.value]) {
            assert!(text.get(range.clone()).is_some(), "{pointer} is outside of the text: {range:?}");
        }
    });
    let other = Style { newline: Newline::CrLf, indent: 1, indented_sequences: true };
    for style in [tree.style(), other] {
        let printed = emit(&value, &style);
        let again = Tree::parse(&printed).and_then(|tree| tree.value());
        assert_eq!(again.as_ref(), Ok(&value), "printed, it reads otherwise: {printed:?}");
    }
    // `<<` merges in YAML, and is a key like any other in JSON.
    if let Ok(json) = serde_json::from_str::<Value>(text)
        && !text.contains("<<")
    {
        assert!(is_same(&json, &value), "JSON is read as {value}");
    }
}

/// Whether two values are the same; numbers by what they are worth.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one == other || one.as_f64() == other.as_f64(),
        (Value::Array(ones), Value::Array(others)) => {
            ones.len() == others.len() && ones.iter().zip(others).all(|(one, other)| is_same(one, other))
        }
        (Value::Object(ones), Value::Object(others)) => {
            let same = |(key, one): (&String, &Value)| others.get(key).is_some_and(|other| is_same(one, other));
            ones.len() == others.len() && ones.iter().all(same)
        }
        _ => one == other,
    }
}

/// The pointers of a value, as many as are `left`.
fn each_pointer(value: &Value, at: &mut String, left: &mut usize, see: &mut impl FnMut(&str)) {
    if *left == 0 {
        return;
    }
    *left -= 1;
    see(at);
    let length = at.len();
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                pointer::push_index(at, index);
                each_pointer(item, at, left, see);
                at.truncate(length);
            }
        }
        Value::Object(map) => {
            for (key, value) in map {
                pointer::push_key(at, key);
                each_pointer(value, at, left, see);
                at.truncate(length);
            }
        }
        _ => {}
    }
}

/// What divides a document from the patch in an input of the editor.
pub const DIVIDER: &str = "\n=====\n";

/// A document and a patch: the result reads as the patched value, or the edit is refused, and never as a fault of ours.
fn editor(input: &str) {
    let Some((text, patch)) = input.rsplit_once(DIVIDER) else { return };
    let Ok(patch) = serde_json::from_str::<json_patch::Patch>(patch) else { return };
    let new = match apply(text, &patch) {
        Ok(new) => new,
        Err(error) => {
            assert!(!error.internal, "{error}");
            assert!(error.offset.is_none_or(|offset| text.is_char_boundary(offset)));
            return;
        }
    };
    let old = Tree::parse(text).and_then(|tree| tree.value()).expect("what was edited does not read");
    let mut target = old.clone();
    json_patch::patch(&mut target, &patch).expect("the patch was applied, and does not fit");
    let read = Tree::parse(&new).and_then(|tree| tree.value()).expect("the result does not read");
    assert!(is_same(&read, &target), "the result reads as {read}");
    if read == old {
        assert_eq!(new, text, "nothing was changed but the text");
    }
    assert_eq!(text.starts_with('\u{feff}'), new.starts_with('\u{feff}'), "another byte order mark");
    if !text.contains('\r') {
        assert!(!new.contains('\r'), "carriage returns were added");
    }
}

/// Bytes throw a Service, its text in some style, and a patch.
fn editor_styles(dice: &str) {
    if let Err(broken) = check_thrown(dice.as_bytes()) {
        panic!("{broken}");
    }
}

/// A small gateway, to see what a configuration makes of it.
const GATEWAY: &str = "\
apiVersion: v1
kind: Service
metadata:
  name: istio-ingressgateway
  namespace: istio-system
  labels: {istio: ingressgateway}
  annotations:
    service.beta.kubernetes.io/aws-load-balancer-type: external
spec:
  type: LoadBalancer
  selector: {istio: ingressgateway}
  ports:
  - {name: status-port, port: 15021, targetPort: 15021, protocol: TCP}
  - {name: http2, port: 80, targetPort: 80, protocol: TCP}
  - {name: https, port: 443, targetPort: 443, protocol: TCP}
";

/// A configuration is refused, with its place, or can be run.
fn configuration(text: &str) {
    match config::from_text(text, istio_alb::lint::REGISTRY) {
        Ok(settings) => keeps_its_promises(GATEWAY, &settings),
        Err(error) => {
            assert_eq!(error.kind, Kind::Usage, "{error}");
            assert!(!error.message.is_empty());
        }
    }
}

/// Go's JSON and serde_json agree about what is JSON and what it says; what the controller makes of it never fails.
fn go_json(text: &str) {
    let parsed = json::parse(text);
    match (&parsed, serde_json::from_str::<Value>(text)) {
        (Ok(parsed), Ok(value)) => assert!(is_same(&plain(parsed), &value), "{parsed:?} is not {value}"),
        (Err(error), Ok(value)) => panic!("{error}, though it is {value}"),
        // Go takes what only Rust has no value for.
        (Ok(_), Err(error)) => {
            let error = error.to_string();
            let known = ["recursion limit", "number out of range", "surrogate", "hex escape"];
            assert!(known.iter().any(|known| error.contains(known)), "{error}, though Go reads {parsed:?}");
        }
        (Err(error), Err(_)) => assert!(!error.is_empty()),
    }
    read_as::<Action>(text);
    read_as::<Vec<Condition>>(text);
    read_as::<Vec<Transform>>(text);
    read_as::<Oidc>(text);
    read_as::<Cognito>(text);
    read_as::<Jwt>(text);
    read_as::<Vec<MutualAuthentication>>(text);
    for release in RELEASES {
        let _ = listen_ports::read_by(text, release);
        if let Ok(action) = Action::read_by(text, release) {
            let _ = action.check(release);
        }
        for condition in Vec::<Condition>::read_by(text, release).unwrap_or_default() {
            let _ = condition.check(release);
        }
    }
    let _ = listen_ports::entries(text);
}

/// Releases of the controller that read annotations differently.
const RELEASES: [Version; 4] = [CURRENT, Version(2, 13, 0), Version(2, 4, 0), Version(2, 1, 0)];

/// What does not fit its type is an error, and nothing else is.
fn read_as<T: Payload>(text: &str) {
    let (value, mismatch) = (json::unmarshal(text, &T::TYPE), json::mismatch(text, &T::TYPE));
    assert_eq!(value.is_err(), json::parse(text).is_err() || mismatch.is_some());
    assert!(value.is_err() || T::read(text).is_ok(), "{:?} fits its type in Go, not here", value);
    let _ = (json::unknown_keys(text, &T::TYPE), newer_keys::<T>(text, RELEASES[2]));
}

/// As serde_json has it. What is deeper than it reads is not there to compare.
fn plain(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(on) => Value::Bool(*on),
        Json::Number(digits) => serde_json::from_str(digits).unwrap_or(Value::Null),
        Json::String(text) => Value::String(text.clone()),
        Json::Array(items) => items.iter().map(plain).collect(),
        Json::Object(entries) => {
            Value::Object(entries.iter().map(|(key, value)| (key.clone(), plain(value))).collect())
        }
    }
}

/// Configurations that do different things to a stream. The length of the input chooses.
static SETTINGS: LazyLock<Vec<Vec<Settings>>> = LazyLock::new(|| {
    let specs = [
        "{}",
        "{ingress: {scheme: internal}}",
        "{phase: attach, ingress: {scheme: internet-facing}}",
        "{placeholders: flux, gateway: {ifMissing: pass}}",
        "{carryOver: false, service: {type: ClusterIP, extraPorts: drop}, ingress: {targetType: ip}}",
        "{findings: {annotate: true, allow: [ALB006, ALB024]}}",
        "{eksAutoMode: true, ingress: {redirectToHttps: {via: action}, hosts: [www.example.com], group: {name: edge}}}",
    ];
    let settings = |spec| format!("{{apiVersion: istio-alb.dev/v1alpha1, kind: AlbGateway, spec: {spec}}}");
    specs.into_iter().map(|spec| config::from_text(&settings(spec), istio_alb::lint::REGISTRY).unwrap()).collect()
});

/// The filter over any text.
fn filter(text: &str) {
    keeps_its_promises(text, &SETTINGS[text.len() % SETTINGS.len()]);
}

/// No internal error; documents of others stay; a second run changes nothing.
fn keeps_its_promises(input: &str, settings: &[Settings]) {
    let Some(first) = rewritten(input, settings) else { return };
    let output = first.text();
    others_stay(&first, input, &output);
    // A second run takes as long as the first. And where a gateway's name stands twice, in the stream and perhaps without a
    // namespace, nobody can say what type `ClusterIP` has made of the first one.
    if !input.len().is_multiple_of(3)
        || first.gateways.iter().any(|gateway| stands_twice(&first, gateway.service.name()))
    {
        return;
    }
    match rewrite(&output, settings) {
        Ok(second) => {
            assert!(!second.is_refused(), "a second run is refused:\n{output}");
            assert_eq!(second.text(), output, "a second run changes it");
        }
        // `ClusterIP` takes away what the gateway was told by; an Ingress of ours in the stream need not lead to it.
        Err(error) => {
            let asks = error.message.starts_with("several Services could be the gateway");
            assert!(asks, "a second run is refused: {error}\n{output}");
        }
    }
}

fn stands_twice(rewritten: &Rewritten<'_>, name: &str) -> bool {
    let services = rewritten.objects.iter().filter(|object| object.kind() == "Service");
    services.filter(|service| service.name() == name).count() > 1
}

fn rewritten<'t>(input: &'t str, settings: &[Settings]) -> Option<Rewritten<'t>> {
    match rewrite(input, settings) {
        Ok(rewritten) => (!rewritten.is_refused()).then_some(rewritten),
        Err(error) => {
            assert!(error.kind != Kind::Internal, "{error}");
            None
        }
    }
}

/// Documents are the same in the same order, but for those of the gateways, their Ingresses and parameters.
fn others_stay(rewritten: &Rewritten<'_>, before: &str, after: &str) {
    let (before, after) = (Stream::split(before), Stream::split(after));
    let texts = |stream: &Stream<'_>| -> Vec<String> {
        stream.documents.iter().map(|document| stream.text_of(document).to_owned()).collect()
    };
    let mut changed: Vec<usize> = Vec::new();
    for gateway in &rewritten.gateways {
        changed.push(gateway.written().place.document);
        changed.extend(gateway.existing.iter().map(|place| place.document));
        changed.extend(gateway.made.iter().flat_map(|made| made.changes()).map(|change| change.object.place.document));
    }
    let is_added = |text: &str| text.contains("Ingress") || text.contains("ConfigMap");
    let newline_added =
        |old: &str, new: &str| !old.ends_with('\n') && matches!(new.strip_prefix(old), Some("\n" | "\r\n"));
    // What stands behind `...` belongs to what follows it, where anything does.
    let left_behind = |old: &str, new: &str| {
        let ends = new.lines().next_back().is_some_and(|line| line.starts_with("..."));
        ends && old.strip_prefix(new).is_some_and(|rest| !has_content(rest))
    };
    let is_same = |old: &str, new: &str| new == old || newline_added(old, new) || left_behind(old, new);
    let after = texts(&after);
    let mut next = after.iter().peekable();
    for (number, old) in (1..).zip(texts(&before)) {
        while let Some(new) = next.peek() {
            if is_same(&old, new) || changed.contains(&number) {
                break;
            }
            assert!(is_added(new), "document {number} is gone or changed:\n{old}---\n{new}");
            next.next();
        }
        assert!(next.next().is_some(), "document {number} is gone:\n{old}");
    }
    for new in next {
        assert!(is_added(new), "a document was added:\n{new}");
    }
}

/// Rules, model, formats and pictures over manifests as they stand. The length of the input chooses the formats.
fn check(text: &str) {
    let sources = Sources::stdin(text.to_owned());
    let checks = [
        CheckFormat::Json,
        CheckFormat::Sarif,
        CheckFormat::Full,
        CheckFormat::Concise,
        CheckFormat::Github,
        CheckFormat::Text,
    ];
    let shows = [ShowFormat::Svg, ShowFormat::Html, ShowFormat::Json, ShowFormat::Tree, ShowFormat::Mermaid];
    let format = checks[text.len() % checks.len()];
    let how = How { format, as_is: true, ..How::default() };
    match check_command(&sources, &[], how) {
        Ok(printed) => {
            assert!(printed.code <= 1);
            if matches!(format, CheckFormat::Json | CheckFormat::Sarif) {
                serde_json::from_str::<Value>(&printed.output).expect("the report is no JSON");
            }
        }
        Err(error) => assert!(error.kind != Kind::Internal, "{error}"),
    }
    let format = shows[text.len() % shows.len()];
    match show(&sources, &[], format, true) {
        Ok(printed) => match format {
            ShowFormat::Json => drop(serde_json::from_str::<Value>(&printed.output).expect("the model is no JSON")),
            ShowFormat::Svg => drop(roxmltree::Document::parse(&printed.output).expect("the picture is no XML")),
            _ => {}
        },
        Err(error) => assert!(error.kind != Kind::Internal, "{error}"),
    }
}
