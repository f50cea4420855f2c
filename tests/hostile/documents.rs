//! What becomes of documents.

use std::process::Output;

use libtest_mimic::Trial;

use crate::GATEWAY;
use crate::support::tools::{Need, gated};
use crate::support::{Outcome, binary, command, fail, filter, first_difference, give, shown};

pub fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for &(name, from, to, line, message) in REFUSED {
        trials.push(Trial::test(format!("refused: {name}"), move || {
            refused(&changed(from, to), &format!("document 1, line {line}: {message}"))
        }));
    }
    for &(name, from, to, finding) in FOUND {
        trials.push(Trial::test(format!("a finding: {name}"), move || found(&changed(from, to), 1, finding)));
    }
    for &(name, from, to, finding) in WARNED {
        trials.push(Trial::test(format!("a warning: {name}"), move || found(&changed(from, to), 0, finding)));
    }
    for &(name, from, to, before, after) in READ {
        trials.push(Trial::test(format!("read as Kubernetes reads it: {name}"), move || {
            rewritten(&changed(from, to), before, after)
        }));
    }
    for (name, document) in strangers() {
        trials.push(Trial::test(format!("passes: {name}"), move || passes(&document)));
    }
    for (name, opened, closed) in LEVELS {
        let nested = format!("{}{}", opened.repeat(100_000), closed.repeat(100_000));
        trials.push(Trial::test(format!("100,000 levels of {name}"), move || levels(&nested)));
    }
    trials.push(Trial::test("no encoding but UTF-8", encodings));
    trials.push(Trial::test("an alias bomb", alias_bomb));
    trials.push(Trial::test("10,000 ports", ten_thousand_ports));
    trials.push(gated("a line of 1 GB", vec![Need::Memory(6)], line_of_a_gigabyte));
    if cfg!(unix) {
        trials.push(gated("a stream without end", vec![Need::Memory(6)], without_end));
    }
    trials
}

/// The gateway with a part of it changed.
fn changed(from: &str, to: &str) -> String {
    assert_eq!(GATEWAY.matches(from).count(), 1, "{from}");
    GATEWAY.replace(from, to)
}

/// Runs the filter, configured so that it has nothing to say about the gateway as it is, with 700 MB to live in.
fn run(input: &[u8]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let quiet = ["--scheme=internal", "--allow=ALB006"];
    if !cfg!(target_os = "linux") {
        return filter(folder.path(), &quiet, input);
    }
    let mut limited = command("sh", folder.path());
    limited.args(["-c", "ulimit -v 700000 && exec \"$@\"", "sh"]).arg(binary()).args(quiet);
    give(limited, input)
}

/// What the filter makes of the gateway as it is.
fn output_for_the_gateway() -> String {
    let output = run(GATEWAY.as_bytes());
    assert!(output.status.success() && output.stderr.is_empty(), "{}", shown(&output));
    String::from_utf8(output.stdout).unwrap()
}

fn is_refused(output: &Output, said: &str) -> Outcome {
    let expected = format!("istio-alb: error: {said}\n");
    if output.status.code() == Some(2) && output.stdout.is_empty() && output.stderr == expected.as_bytes() {
        return Ok(());
    }
    fail(format!("expected\n{expected}\n{}", shown(output)))
}

fn refused(input: &str, said: &str) -> Outcome {
    is_refused(&run(input.as_bytes()), said)
}

/// Why a document can't be read, and why it can't be edited, each with its help.
macro_rules! unread {
    ($why:literal) => {
        concat!(
            "what looks like the gateway can't be read: ",
            $why,
            "\n  help: look at the line in `helm template`, and correct the template or the values that it comes from"
        )
    };
}

macro_rules! no_edit {
    ($why:literal) => {
        concat!(
            "the gateway's manifest can't be edited without changing more than its own fields: ",
            $why,
            "\n  help: write this part of the manifest plainly in the template or the values (no anchor, alias or merge key)"
        )
    };
}

const TYPE: &str = "  type: LoadBalancer\n";
const NAME: &str = "  name: gw\n";
const END: &str = "targetPort: 443, protocol: TCP}\n";

/// Name, what stands in the gateway and what in its place, and the line and the message with which that is refused. Kubernetes and
/// Helm refuse most of it as well; the rest they read in one way, and other readers in another.
const REFUSED: &[(&str, &str, &str, u32, &str)] = &[
    (
        "an anchor inside itself",
        END,
        "targetPort: 443, protocol: TCP}\nx: &a [*a]\n",
        13,
        unread!("the anchor's value contains itself"),
    ),
    (
        "an alias of another document's anchor",
        "LoadBalancer",
        "*t",
        7,
        unread!("while parsing node, found unknown anchor"),
    ),
    ("null as a key", TYPE, "  ~: LoadBalancer\n", 7, unread!("a key cannot be null")),
    ("a list as a key", TYPE, "  [type]: LoadBalancer\n", 7, unread!("a list or mapping cannot be a key")),
    ("bytes", "LoadBalancer", "!!binary TG9hZEJhbGFuY2Vy", 7, unread!("!!binary is not supported: JSON has no bytes")),
    ("a tag that does not fit", "port: 443,", "port: !!int https,", 12, unread!("`https` is no !!int")),
    ("NUL", "gw", "g\0w", 4, unread!("unexpected character: `\\u{0}'")),
    ("NUL in a comment", TYPE, "  type: LoadBalancer # \0\n", 7, unread!("unexpected character: `\\u{0}'")),
    ("ESC", "gw", "g\u{1b}[31mw", 4, unread!("unexpected character: `\\u{1b}'")),
    (
        "half of a surrogate pair",
        "gw",
        "\"g\\ud800w\"",
        4,
        unread!("while parsing a quoted scalar, found high surrogate without following low surrogate"),
    ),
    (
        "a line break of Unicode",
        "gw",
        "g\u{2028}w",
        4,
        unread!(
            "U+0085, U+2028 or U+2029: a line break for some YAML readers, a letter for others; write it as an escape in double quotes"
        ),
    ),
    ("a byte order mark in the middle", "  type", "\u{feff}  type", 7, unread!("a byte order mark within the text")),
    ("a tab as indentation", "  type", "\ttype", 7, unread!("tabs disallowed within this context (block indentation)")),
    (
        "a comment glued to a text",
        "gw",
        "\"gw\"#c",
        4,
        unread!("comments must be separated from other tokens by whitespace"),
    ),
    (
        "a type that stands twice",
        TYPE,
        "  type: NodePort\n  type: LoadBalancer\n",
        7,
        no_edit!("the key `type` stands twice here"),
    ),
    (
        "a type by a merge key",
        "spec:\n  type: LoadBalancer\n",
        "x: &x {type: LoadBalancer}\nspec:\n  <<: *x\n",
        8,
        no_edit!("the key `type` comes through `<<`: write it out where it is wanted, without the merge key"),
    ),
    (
        "ports by a merge key",
        "spec:\n",
        "x: &x {ports: [{name: status-port, port: 15021}]}\nspec:\n  <<: *x\nnone:\n",
        8,
        no_edit!("the key `ports` comes through `<<`: write it out where it is wanted, without the merge key"),
    ),
    (
        // YAML 1.2 and PyYAML take the explicit one, Go the one that comes last.
        "a type beside a merge key that has one, too",
        "spec:\n  type: LoadBalancer\n",
        "x: &x {type: ClusterIP}\nspec:\n  type: LoadBalancer\n  <<: *x\n",
        9,
        no_edit!("the key `type` comes through `<<`: write it out where it is wanted, without the merge key"),
    ),
    (
        "a type that others use again",
        "LoadBalancer",
        "&t LoadBalancer\n  externalName: *t",
        7,
        no_edit!(
            "`&t` is used again by `*t`, so that an edit here would change both: write the value out in both places"
        ),
    ),
];

/// What ends a run that such a finding stops.
const REFUSAL: &str = "\
istio-alb: error: a finding at error level (ALB103), so no manifest was printed
  help: `istio-alb explain ALB103` says more; what you accept you can allow by its id: `--allow=ALB103`
";

macro_rules! wrong_type {
    ($line:literal, $found:literal, $field:literal) => {
        concat!(
            "istio-alb: error[ALB103]: document 1, line ",
            $line,
            ": Service istio-system/gw: json: cannot unmarshal ",
            $found,
            " into Go struct field ",
            $field,
            "\n  help: correct the field that the message names, in the chart's values\n"
        )
    };
}

macro_rules! other_letters {
    ($line:literal, $field:literal, $meant:literal) => {
        concat!(
            "istio-alb: error[ALB103]: document 1, line ",
            $line,
            ": Service istio-system/gw: ",
            $field,
            ": Kubernetes has no such field: it tells capital letters from small ones\n  help: write `",
            $meant,
            "`\n"
        )
    };
}

macro_rules! twice {
    ($line:literal, $field:literal) => {
        concat!(
            "istio-alb: warning[ALB103]: document 1, line ",
            $line,
            ": Service istio-system/gw: ",
            $field,
            " stands here for the second time: kustomize, Flux and strict decoding refuse that\n  help: take out one of the two; the \
             last one counts as it is\n"
        )
    };
}

/// Name, change, and all that is said. The API server refuses each; the rewrite writes over some of it, and would carry over less
/// than was meant.
const FOUND: &[(&str, &str, &str, &str)] = &[
    (
        "`type` is a list",
        "LoadBalancer",
        "[LoadBalancer]",
        wrong_type!(7, "array", "ServiceSpec.spec.type of type v1.ServiceType"),
    ),
    (
        "`type` is a map",
        "LoadBalancer",
        "{a: b}",
        wrong_type!(7, "object", "ServiceSpec.spec.type of type v1.ServiceType"),
    ),
    (
        "`type` is a boolean",
        "LoadBalancer",
        "on",
        wrong_type!(7, "bool", "ServiceSpec.spec.type of type v1.ServiceType"),
    ),
    (
        "`type` is no type",
        "LoadBalancer",
        "loadbalancer",
        "istio-alb: error[ALB103]: document 1, line 7: Service istio-system/gw: spec.type: \"loadbalancer\" is none of ClusterIP, \
         NodePort, LoadBalancer, ExternalName\n  help: write `type: LoadBalancer`\n",
    ),
    ("`Type`", "  type", "  Type", other_letters!(7, "spec.Type", "type")),
    ("`Type` beside `type`", TYPE, "  type: LoadBalancer\n  Type: NodePort\n", other_letters!(8, "spec.Type", "type")),
    (
        "an allow-list in other letters",
        "spec:\n",
        "spec:\n  loadbalancerSourceRanges: [10.0.0.0/8]\n",
        other_letters!(7, "spec.loadbalancerSourceRanges", "loadBalancerSourceRanges"),
    ),
    (
        "annotations in other letters",
        NAME,
        "  name: gw\n  Annotations: {service.beta.kubernetes.io/aws-load-balancer-internal: \"true\"}\n",
        other_letters!(5, "metadata.Annotations", "annotations"),
    ),
    (
        "a field of a port in other letters",
        "protocol: TCP}\n  - {name: http2",
        "Protocol: TCP}\n  - {name: http2",
        other_letters!(10, "spec.ports[0].Protocol", "protocol"),
    ),
    // Minutes and seconds for PyYAML (443), a text for Kubernetes.
    ("a port in base 60", "port: 443,", "port: 7:23,", PORT_IS_TEXT),
    ("a port in quotes", "port: 443,", "port: \"443\",", PORT_IS_TEXT),
    ("a port with the tag of a text", "port: 443,", "port: !!str 443,", PORT_IS_TEXT),
];

const PORT_IS_TEXT: &str = wrong_type!(9, "string", "ServicePort.spec.ports.port of type int32");

/// Name, change, and all that is said of a run that goes well: Helm, kubectl and Argo CD take the last of two values, and so is what
/// is printed.
const WARNED: &[(&str, &str, &str, &str)] = &[
    ("`type` twice", TYPE, "  type: LoadBalancer\n  type: NodePort\n", twice!(8, "spec.type")),
    ("`kind` twice", "metadata:\n", "kind: Service\nmetadata:\n", twice!(3, "kind")),
    ("a selector twice", "spec:\n", "spec:\n  selector: {a: b}\n", twice!(9, "spec.selector")),
    ("a name of a port twice", "name: http2,", "name: http2, name: http2,", twice!(11, "spec.ports[1].name")),
    (
        "an annotation twice",
        NAME,
        "  name: gw\n  annotations:\n    a: b\n    a: c\n",
        twice!(7, "metadata.annotations"),
    ),
];

fn found(input: &str, code: i32, said: &str) -> Outcome {
    let output = run(input.as_bytes());
    let expected = if code == 1 { said.to_owned() + REFUSAL } else { said.to_owned() };
    if output.status.code() == Some(code)
        && output.stdout.is_empty() == (code == 1)
        && output.stderr == expected.as_bytes()
    {
        return Ok(());
    }
    fail(format!("expected {code}\n{expected}\n{}", shown(&output)))
}

const NODE_PORT: &str = "  type: NodePort\n";

/// Name, change, and what of the changed text becomes what.
const READ: &[(&str, &str, &str, &str, &str)] = &[
    ("a key behind `?`", TYPE, "  ? type\n  : LoadBalancer\n", "  : LoadBalancer\n", "  : NodePort\n"),
    ("a type by the tag of texts", "LoadBalancer", "!!str LoadBalancer", "  type: !!str LoadBalancer\n", NODE_PORT),
    ("a tag of nobody's", "LoadBalancer", "!ours LoadBalancer", "  type: !ours LoadBalancer\n", NODE_PORT),
    ("a tag of nobody's on a map", "spec:", "spec: !ours", TYPE, NODE_PORT),
    ("no type by `~`", "LoadBalancer", "~", "  type: ~\n", NODE_PORT),
    (
        "a type by an alias",
        "spec:\n  type: LoadBalancer",
        "x: &x LoadBalancer\nspec:\n  type: *x",
        "  type: *x\n",
        NODE_PORT,
    ),
    (
        "a merge key that brings in something else",
        "spec:\n",
        "x: &x {sessionAffinity: None}\nspec:\n  <<: *x\n",
        TYPE,
        NODE_PORT,
    ),
    ("keys that are no texts", "spec:\n", "spec:\n  1: a\n  on: b\n", TYPE, NODE_PORT),
    ("an octal number", "port: 443,", "port: 0673,", TYPE, NODE_PORT),
    ("a hexadecimal number", "port: 443,", "port: 0x1bb,", TYPE, NODE_PORT),
    ("a number with `_`", "port: 443,", "port: 4_43,", TYPE, NODE_PORT),
    ("a whole number with a point", "port: 443,", "port: 443.0,", TYPE, NODE_PORT),
    ("a tab behind a colon", "type: ", "type:\t", "type:\tLoadBalancer", "type:\tNodePort"),
    (
        "a carriage return as a line break",
        TYPE,
        "  type: LoadBalancer\r  sessionAffinity: None\n",
        "LoadBalancer\r",
        "NodePort\r",
    ),
    ("a surrogate pair", NAME, "  name: gw\n  annotations: {a: \"\\ud83d\\ude00\"}\n", TYPE, NODE_PORT),
    ("NUL as an escape", NAME, "  name: gw\n  annotations: {a: \"\\0\"}\n", TYPE, NODE_PORT),
    // A date for PyYAML.
    ("a date", NAME, "  name: gw\n  annotations: {a: 2001-01-01}\n", TYPE, NODE_PORT),
];

fn rewritten(input: &str, before: &str, after: &str) -> Outcome {
    assert_eq!(input.matches(before).count(), 1, "{before}");
    let output = run(input.as_bytes());
    let plain = output_for_the_gateway();
    let (_, ingress) = plain.split_once("---\n").unwrap();
    let expected = format!("{}---\n{ingress}", input.replace(before, after));
    if !output.status.success() || !output.stderr.is_empty() {
        return fail(shown(&output));
    }
    match output.stdout == expected.as_bytes() {
        true => Ok(()),
        false => fail(first_difference(expected.as_bytes(), &output.stdout)),
    }
}

/// What may stand in a document that is not the gateway. Some of it looks as if it were a Service.
fn strangers() -> Vec<(&'static str, Vec<u8>)> {
    let of = |text: &str| text.as_bytes().to_vec();
    let service =
        |rest: &str| format!("apiVersion: v1\nkind: Service\nmetadata: {{name: other}}\n{rest}\n").into_bytes();
    vec![
        ("an alias bomb", [&b"kind: ConfigMap\n"[..], &bomb()].concat()),
        ("an alias bomb in a Service", service(&String::from_utf8(bomb()).unwrap())),
        ("an anchor inside itself", service("a: &a [*a]")),
        ("100,000 levels", of(&format!("kind: ConfigMap\na: {}{}\n", "[".repeat(100_000), "]".repeat(100_000)))),
        ("100,000 levels in a Service", service(&format!("a: {}", "{a: ".repeat(100_000)))),
        ("NUL", of("kind: ConfigMap\na: \0\n")),
        ("ESC", of("kind: ConfigMap\na: \u{1b}[2J\n")),
        ("a byte order mark in the middle", of("kind: ConfigMap\n\u{feff}a: b\n")),
        ("half of a surrogate pair", service("a: \"\\ud800\"")),
        ("tabs", of("kind: ConfigMap\na:\n\tb: c\n")),
        ("keys that stand twice", of("kind: ConfigMap\nkinds: a\na: b\na: c\n")),
        ("keys in other letters", of("Kind: Service\nSpec: {Type: LoadBalancer}\n")),
        ("a list as a key", service("? [a]\n: b")),
        (
            "bytes and objects of Python",
            of("kind: ConfigMap\na: !!binary aGk=\nb: !!python/object/apply:os.system [id]\n"),
        ),
        ("`type` is a list", service("spec: {type: [LoadBalancer], ports: []}")),
        ("no YAML", of("a: [b\nc }\n")),
        ("templates that were not rendered", of("{{ if .Values.a }}\nkind: {{ .Values.kind }}\n{{ end }}\n")),
        ("a long line", of(&format!("kind: ConfigMap\na: {}\n", "x".repeat(1 << 20)))),
        ("a million comments", of(&format!("kind: ConfigMap\n{}", "# c\n".repeat(1_000_000)))),
    ]
}

/// Nine times nine … of nine texts.
fn bomb() -> Vec<u8> {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..10 {
        let before = format!("*a{}", level - 1);
        text.push_str(&format!("a{level}: &a{level} [{}]\n", [before.as_str(); 9].join(", ")));
    }
    text.into_bytes()
}

fn passes(document: &[u8]) -> Outcome {
    let input = [document, b"---\n", GATEWAY.as_bytes()].concat();
    let output = run(&input);
    let expected = [document, b"---\n", output_for_the_gateway().as_bytes()].concat();
    match output.status.success() && output.stderr.is_empty() && output.stdout == expected {
        true => Ok(()),
        false => fail(format!(
            "{}\n{}",
            first_difference(&expected, &output.stdout),
            shown(&Output { stdout: Vec::new(), ..output })
        )),
    }
}

fn alias_bomb() -> Outcome {
    let input = [GATEWAY.as_bytes(), &bomb()].concat();
    is_refused(&run(&input), &format!("document 1, line 16: {}", unread!("excessive aliasing")))
}

/// What is repeated without end in each style, and what closes it.
const LEVELS: [(&str, &str, &str); 4] = [("[", "[", "]"), ("{a: ", "{a: ", "}"), ("- ", "- ", ""), ("? ", "? ", "")];

fn levels(nested: &str) -> Outcome {
    let in_the_gateway = format!("{GATEWAY}x:\n  {nested}\n");
    is_refused(
        &run(in_the_gateway.as_bytes()),
        &format!("document 1, line 14: {}", unread!("recursion limit exceeded")),
    )?;
    let said = "document 1, line 1: no gateway Service found, and this document can't be read: recursion limit exceeded\n  help: the \
                gateway may be in it: correct it, or look whether its end is missing";
    is_refused(&run(nested.as_bytes()), said)
}

fn encodings() -> Outcome {
    let no_character = |line: u32| {
        format!(
            "the manifests are not UTF-8: line {line} has a byte that is no character\n  help: find the file of the chart that was saved in \
             another encoding, and save it as UTF-8"
        )
    };
    let latin1 = GATEWAY.replace("gw", "g?w").into_bytes();
    let latin1: Vec<u8> = latin1.into_iter().map(|byte| if byte == b'?' { 0xfc } else { byte }).collect();
    is_refused(&run(&latin1), &no_character(4))?;
    let (before, behind) = GATEWAY.split_once("gw").unwrap();
    // A surrogate as it is in UTF-8, which does not have them.
    is_refused(&run(&[before.as_bytes(), b"\xed\xa0\x80", behind.as_bytes()].concat()), &no_character(4))?;
    let utf16: Vec<u8> = "\u{feff}".encode_utf16().chain(GATEWAY.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    is_refused(&run(&utf16), &no_character(1))
}

/// Each port keeps its line. The API server has no limit below this one.
fn ten_thousand_ports() -> Outcome {
    let more: String = (0..10_000).map(|at| format!("  - {{name: p{at}, port: {}}}\n", 20_000 + at)).collect();
    let input = format!("{GATEWAY}{more}");
    let output = run(input.as_bytes());
    let plain = output_for_the_gateway();
    let (service, ingress) = plain.split_once("---\n").unwrap();
    let expected = format!("{service}{more}---\n{ingress}");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if !output.status.success() || output.stdout != expected.as_bytes() {
        return fail(first_difference(expected.as_bytes(), &output.stdout));
    }
    let lines =
        said.lines().filter(|line| line.ends_with("stays on the Service, but the ALB does not serve it")).count();
    if lines == 10_000 { Ok(()) } else { fail(said.chars().take(2_000).collect::<String>()) }
}

/// In memory it stands once, and no part of it is looked at.
fn line_of_a_gigabyte() -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let line = "x".repeat(1_000_000_000);
    let input = format!("kind: ConfigMap\na: {line}\n---\n{GATEWAY}");
    let output = filter(folder.path(), &["--scheme=internal", "--allow=ALB006"], input.as_bytes());
    let rest = output_for_the_gateway();
    let kept = output.stdout.strip_suffix(rest.as_bytes()).is_some_and(|start| input.as_bytes().starts_with(start));
    if !output.status.success() || !kept || output.stdout.len() != input.len() - GATEWAY.len() + rest.len() {
        return fail(format!("{} {}", output.status, String::from_utf8_lossy(&output.stderr)));
    }
    Ok(())
}

fn without_end() -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let mut program = command(binary(), folder.path());
    program.stdin(std::fs::File::open("/dev/zero")?);
    let said = "stdin has more than 2 GiB, and no end was seen\n  help: look at the command before the pipe: the manifests of a release have \
                some hundred KiB";
    is_refused(&program.output()?, said)
}
