//! What is written: texts that Go (sigs.k8s.io/yaml v1.6.0) and PyYAML 6.0.3 read back as the same strings.

use crate::{Newline, Style, Tree, emit, scalar, style_of};
use serde_json::json;

/// Strings that stay plain, as values in block style.
const PLAIN: &[&str] = &[
    "x",
    "NodePort",
    "istio-ingressgateway",
    "/healthz/ready",
    "a_b.c",
    "internet-facing",
    "HTTPS",
    "nan",
    "inf",
    "Infinity",
    "e5",
    "xFF",
    "yesterday",
    "nothing",
    "onx",
];

/// Strings that stay plain as values in block style only.
const PLAIN_IN_BLOCK: &[&str] =
    &["arn:aws:acm:eu-west-1:1:certificate/x", "subnet-a,subnet-b", "a::b", "idle_timeout.timeout_seconds=60,x=y"];

/// Strings that some reader takes for something else if they are plain.
const QUOTED: &[&str] = &[
    "",
    " ",
    "~",
    "null",
    "Null",
    "NULL",
    "nUll",
    "true",
    "tRue",
    "FALSE",
    "yes",
    "Yes",
    "no",
    "on",
    "ON",
    "off",
    "y",
    "Y",
    "n",
    "N",
    "0",
    "7",
    "-1",
    "+1",
    "012",
    "0o7",
    "0x1F",
    "0b1",
    "1_000",
    "1e3",
    ".5",
    "5.",
    ".inf",
    "-.inf",
    ".nan",
    "12:30",
    "12:30:45",
    "2001-01-01",
    "=",
    "<<",
    "-",
    "- x",
    "--",
    "---",
    "...",
    "?",
    "? x",
    ":",
    "a:",
    "a: b",
    "a #b",
    "#x",
    " lead",
    "trail ",
    "a b",
    "*x",
    "&x",
    "!x",
    "|",
    ">",
    "%x",
    "@x",
    "`x",
    "'x'",
    "\"x\"",
    "{x}",
    "[x]",
    "{{x}}",
    "${VAR}",
    "a,",
    ",",
    "x\ny",
    "x\n",
    "\nx",
    "\tx",
    "x\t",
    "x\r\ny",
    "\u{0}",
    "\u{7f}",
    "\u{85}",
    "\u{a0}",
    "\u{2028}",
    "\u{2029}",
    "\u{feff}",
    "\u{fffe}",
    "\u{ffff}",
    "é",
    "😀",
    "a\u{1b}b",
    "\\",
    "a\\nb",
    "_x",
    ".x",
    "$x",
    "\u{1fffe}",
];

fn everything() -> impl Iterator<Item = &'static str> {
    [PLAIN, PLAIN_IN_BLOCK, QUOTED].concat().into_iter()
}

#[test]
fn strings_are_plain_only_where_every_reader_sees_a_string() {
    for text in PLAIN {
        assert_eq!(scalar(text), *text);
        assert_eq!(emit(&json!({"k": text}), &Style::default()), format!("k: {text}\n"));
    }
    for text in PLAIN_IN_BLOCK {
        let quoted = if text.contains([':', ',']) { format!("\"{text}\"") } else { (*text).to_owned() };
        assert_eq!(scalar(text), quoted);
        assert_eq!(emit(&json!([text]), &Style::default()), format!("- {text}\n"));
    }
    // Flux puts a number in for a lone variable, so in block style it has no quotes; every reader sees a string.
    assert_eq!(emit(&json!(["${VAR}"]), &Style::default()), "- ${VAR}\n");
    for text in QUOTED.iter().filter(|text| !["a,", "${VAR}"].contains(text)) {
        assert!(scalar(text).starts_with('"'), "{text:?}");
        assert_eq!(emit(&json!(text), &Style::default()), format!("{}\n", scalar(text)));
    }
}

#[test]
fn escapes_are_those_of_json() {
    assert_eq!(
        scalar("\"\\\n\r\t\u{0}\u{7f}\u{85}\u{a0}\u{2028}\u{feff}é😀/"),
        "\"\\\"\\\\\\n\\r\\t\\u0000\\u007f\\u0085\u{a0}\\u2028\\ufeffé😀/\""
    );
    for text in everything() {
        let written = scalar(text);
        if written.starts_with('"') {
            assert_eq!(serde_json::from_str::<String>(&written).unwrap(), text);
        }
    }
}

#[test]
fn every_string_is_read_back() {
    for text in everything() {
        let value = json!({"value": text, text: "key", "list": [text, [text], {text: [text]}]});
        let written = emit(&value, &Style::default());
        assert_eq!(Tree::parse(&written).unwrap().value().unwrap(), value, "{written}");
        assert_eq!(serde_yaml::from_str::<serde_json::Value>(&written).unwrap(), value, "{written}");
        let flow = format!("{{{0}: [{0}, {{{0}: {0}}}]}}", scalar(text));
        assert_eq!(Tree::parse(&flow).unwrap().value().unwrap(), json!({text: [text, {text: text}]}), "{flow}");
    }
}

#[test]
fn collections_are_laid_out_in_the_style() {
    let value = json!({
        "kind": "Ingress", "n": null, "e": [{}, [], {"f": {}}],
        "spec": {"rules": [{"http": {"paths": [{"path": "/", "n": 1.5}]}}, [1, [2, 3]]]},
    });
    let compact = "\
kind: Ingress
\"n\": null
e:
- {}
- []
- f: {}
spec:
  rules:
  - http:
      paths:
      - path: /
        \"n\": 1.5
  - - 1
    - - 2
      - 3
";
    assert_eq!(emit(&value, &Style::default()), compact);
    let style = Style { newline: Newline::CrLf, indent: 4, indented_sequences: true };
    let wide = "\
kind: Ingress
\"n\": null
e:
    - {}
    - []
    - f: {}
spec:
    rules:
        - http:
              paths:
                  - path: /
                    \"n\": 1.5
        - - 1
          - - 2
            - 3
";
    assert_eq!(emit(&value, &style), wide.replace('\n', "\r\n"));
    assert_eq!(emit(&json!([{"a": 1, "b": 2}]), &Style::default()), "- a: 1\n  b: 2\n");
    assert_eq!(emit(&json!({}), &Style::default()), "{}\n");
    assert_eq!(emit(&json!([]), &Style::default()), "[]\n");
}

#[test]
fn a_key_too_long_for_its_line_gets_a_question_mark() {
    let key = "k".repeat(1001);
    let value = json!({&key: {"a": [1]}, "b": {&key: "c"}});
    let written = emit(&value, &Style::default());
    assert_eq!(written, format!("? {key}\n:\n  a:\n  - 1\nb:\n  ? {key}\n  : c\n"));
    assert_eq!(Tree::parse(&written).unwrap().value().unwrap(), value);
}

#[test]
fn the_style_of_a_document_is_what_is_most_frequent() {
    let style = |newline, indent, indented_sequences| Style { newline, indent, indented_sequences };
    let table = [
        ("", Style::default()),
        ("a: [", Style::default()),
        ("a: [\r\n", style(Newline::CrLf, 2, false)),
        ("a: 1\r\nb: 2\n", style(Newline::CrLf, 2, false)),
        ("a:\n    b: 1\n", style(Newline::Lf, 4, false)),
        ("a:\n  - b: 1\n", style(Newline::Lf, 2, true)),
        ("a:\n- b:\n     c: 1\nd:\n- e\nf:\n  - g\n", style(Newline::Lf, 3, false)),
        ("a:\n  b: 1\nc:\n    d: 1\ne:\n    f:\n        g: 1\n", style(Newline::Lf, 4, false)),
        ("{\n    \"a\": {\n        \"b\": 1\n    }\n}\n", style(Newline::Lf, 2, false)),
    ];
    for (text, expected) in table {
        assert_eq!(style_of(text), expected, "{text:?}");
    }
}
