//! Edits of flow style and JSON, to the byte.

use super::edit;
use crate::{Newline, emit_flow, emit_json};
use serde_json::json;

const PRETTY: &str = r#"{
  "kind": "Service",
  "metadata": {
    "annotations": {
      "a": "1",
      "b": "2"
    },
    "empty": {}
  },
  "ports": [
    {
      "port": 80
    },
    {"port": 443, "name": "x"}
  ]
}
"#;

#[test]
fn pretty_json() {
    let patch = json!([{"op": "remove", "path": "/metadata/annotations/b"}, {"op": "add", "path": "/ports/0/nodePort", "value": 3},
        {"op": "add", "path": "/ports/1/nodePort", "value": 4}, {"op": "add", "path": "/ports/-", "value": {"port": 5, "l": ["y"]}},
        {"op": "add", "path": "/metadata/empty/x", "value": "y"}, {"op": "replace", "path": "/kind", "value": "List"}]);
    let expected = r#"{
  "kind": "List",
  "metadata": {
    "annotations": {
      "a": "1"
    },
    "empty": {"x": "y"}
  },
  "ports": [
    {
      "port": 80,
      "nodePort": 3
    },
    {"port": 443, "name": "x", "nodePort": 4},
    {
      "port": 5,
      "l": [
        "y"
      ]
    }
  ]
}
"#;
    assert_eq!(edit(PRETTY, patch), expected);
    let patch = json!([{"op": "remove", "path": "/metadata/annotations/a"}, {"op": "remove", "path": "/metadata/annotations/b"},
        {"op": "remove", "path": "/kind"}, {"op": "replace", "path": "/ports/0", "value": "on"}, {"op": "remove", "path": "/ports/1"},
        {"op": "add", "path": "/ports/0", "value": "\u{e9}\n\u{7f}"}]);
    let expected = r#"{
  "metadata": {
    "annotations": {},
    "empty": {}
  },
  "ports": [
    "é\n\u007f",
    "on"
  ]
}
"#;
    assert_eq!(edit(PRETTY, patch), expected);
}

#[test]
fn one_line() {
    let text = r#"{"a":1,"b":{"c":"d"},"e":[1,2,3]}"#;
    let patch = json!([{"op": "remove", "path": "/a"}, {"op": "remove", "path": "/e/1"}, {"op": "add", "path": "/b/x", "value": [1, {"y": 2}]},
        {"op": "add", "path": "/e/-", "value": "z"}, {"op": "add", "path": "/e/0", "value": 0}]);
    assert_eq!(edit(text, patch), r#"{"b":{"c":"d","x":[1,{"y":2}]},"e":[0,1,3,"z"]}"#);
    let patch =
        json!([{"op": "remove", "path": "/e"}, {"op": "remove", "path": "/a"}, {"op": "remove", "path": "/b/c"}]);
    assert_eq!(edit(text, patch), r#"{"b":{}}"#);

    let table = [
        ("{a: 1, b: 2}", "{b: 2, m: 3}"),
        ("{a: 1}", "{m: 3}"),
        ("{ a: 1 } # c", "{ m: 3 } # c"),
        ("--- {\"a\": 1, \"b\" : 2}\n", "--- {\"b\" : 2, \"m\": 3}\n"),
        ("{a: 1,}", "{m: 3,}"),
        ("{b: 2, a: 1,}", "{b: 2, m: 3,}"),
        ("{b: 2, a: 1}", "{b: 2, m: 3}"),
        ("{a: 1,\n b: 2}", "{b: 2,\n m: 3}"),
        ("{b: 2,\n a: 1}", "{b: 2, m: 3}"),
        ("{a, b}", "{b, m: 3}"),
        ("{b: 1\n, a: 2\n, c: 3\n}", "{b: 1\n, c: 3, m: 3\n}"),
    ];
    for (text, expected) in table {
        let patch = json!([{"op": "remove", "path": "/a"}, {"op": "add", "path": "/m", "value": 3}]);
        assert_eq!(edit(text, patch), expected, "{text:?}");
    }
    let table = [("{}\n", "{\"m\": 3}\n"), ("{ }", "{\"m\": 3}"), ("{ # c\n}", "{\"m\": 3 # c\n}")];
    for (text, expected) in table {
        assert_eq!(edit(text, json!([{"op": "add", "path": "/m", "value": 3}])), expected, "{text:?}");
    }
}

#[test]
fn commas_and_comments_of_spread_braces() {
    let text = "a: {\n  b: 1, # b\n  # above c\n  c: 2 # c\n  # tail\n} # a\n";
    let remove = |paths: &[&str]| {
        let patch = paths.iter().map(|path| json!({"op": "remove", "path": path}));
        edit(text, patch.collect())
    };
    assert_eq!(remove(&["/a/b"]), "a: {\n  # above c\n  c: 2 # c\n  # tail\n} # a\n");
    assert_eq!(remove(&["/a/c"]), "a: {\n  b: 1 # b\n  # above c\n  # tail\n} # a\n");
    assert_eq!(remove(&["/a/b", "/a/c"]), "a: {\n  # above c\n  # tail\n} # a\n");
    let add = json!([{"op": "add", "path": "/a/d", "value": {"e": "f g"}}]);
    let expected = "a: {\n  b: 1, # b\n  # above c\n  c: 2, # c\n  d: {\n    e: \"f g\"\n  }\n  # tail\n} # a\n";
    assert_eq!(edit(text, add), expected);
    let both = json!([{"op": "remove", "path": "/a/c"}, {"op": "add", "path": "/a/d", "value": 3}]);
    assert_eq!(edit(text, both), "a: {\n  b: 1, # b\n  d: 3\n  # above c\n  # tail\n} # a\n");
}

#[test]
fn commas_in_front() {
    let text = "a: { b: 1\n   , c: 2\n   , d: 3\n   }\n";
    let remove = |path: &str| edit(text, json!([{"op": "remove", "path": path}]));
    assert_eq!(remove("/a/b"), "a: { c: 2\n   , d: 3\n   }\n");
    assert_eq!(remove("/a/c"), "a: { b: 1\n   , d: 3\n   }\n");
    assert_eq!(remove("/a/d"), "a: { b: 1\n   , c: 2\n   }\n");
}

#[test]
fn values_without_text() {
    let patch = json!([{"op": "replace", "path": "/a/b", "value": 1}, {"op": "replace", "path": "/a/c", "value": [2]},
        {"op": "replace", "path": "/a/d", "value": "on"}]);
    assert_eq!(edit("a: {b, c: , 'd'}\n", patch), "a: {b: 1, c: [2] , 'd': \"on\"}\n");
    // A comment needs a blank before it.
    let patch = json!([{"op": "replace", "path": "/a/b", "value": 2}]);
    assert_eq!(edit("a: {\"b\":# c\n  }\n", patch), "a: {\"b\": 2 # c\n  }\n");
}

#[test]
fn a_replaced_value_stays_in_flow_style() {
    let text = "a: {b: 'c', \"d\": [1, 2]} # a\ne:\n- {f: g}\n";
    let patch = json!([{"op": "replace", "path": "/a/b", "value": "x: y"}, {"op": "replace", "path": "/a/d", "value": {"k": ["yes"]}},
        {"op": "replace", "path": "/e/0", "value": {"h": {"i": "j"}}}]);
    assert_eq!(edit(text, patch), "a: {b: 'x: y', \"d\": {k: [\"yes\"]}} # a\ne:\n- {h: {i: j}}\n");
    let patch =
        json!([{"op": "replace", "path": "/a", "value": ["x"]}, {"op": "replace", "path": "/e/0", "value": []}]);
    assert_eq!(edit(text, patch), "a: [x] # a\ne:\n- []\n");
}

/// YAML 1.2 wants it deeper than the key; at column 0 npm's `yaml` refuses it.
#[test]
fn a_closing_bracket_does_not_fall_to_column_0() {
    let text = "m:\n  a: {b: 1,\n    c: 2,\n    d: 3}\n";
    let both = json!([{"op": "remove", "path": "/m/a/c"}, {"op": "remove", "path": "/m/a/d"}]);
    assert_eq!(edit(text, both), "m:\n  a: {b: 1\n    }\n");
    assert_eq!(edit(text, json!([{"op": "remove", "path": "/m/a/d"}])), "m:\n  a: {b: 1,\n    c: 2}\n");
}

/// One entry goes, with one comma, and each comment stays at what it is about.
#[test]
fn one_entry_of_several_goes() {
    let remove = |text: &str, path: &str| edit(text, json!([{"op": "remove", "path": path}]));
    for (text, path, expected) in [
        ("a: {x: 1, w: 2, z: 3}\n", "/a/x", "a: {w: 2, z: 3}\n"),
        ("a: {x: 1, w: 2, z: 3}\n", "/a/w", "a: {x: 1, z: 3}\n"),
        ("a: {x: 1, w: 2, z: 3}\n", "/a/z", "a: {x: 1, w: 2}\n"),
        ("a: {x: 1, # one\n  w: 2}\n", "/a/w", "a: {x: 1 # one\n  }\n"),
        ("a: {x: 1, # one\n  w: 2}\n", "/a/x", "a: { # one\n  w: 2}\n"),
        ("a: {x: 1 # one\n  , w: 2}\n", "/a/w", "a: {x: 1 # one\n   }\n"),
        ("a: {x: 1 # one\n  , w: 2}\n", "/a/x", "a: { # one\n   w: 2}\n"),
        ("a: [1, # one\n  2, # two\n  3]\n", "/a/0", "a: [ # one\n  2, # two\n  3]\n"),
        ("a: [1, # one\n  2, # two\n  3]\n", "/a/1", "a: [1, # one\n  3]\n"),
        ("a: [1, # one\n  2, # two\n  3]\n", "/a/2", "a: [1, # one\n  2 # two\n  ]\n"),
        ("a: [1, 2, 3,]\n", "/a/2", "a: [1, 2,]\n"),
        ("a: [1, 2, 3,]\n", "/a/0", "a: [2, 3,]\n"),
        ("# c\na: {x: 1, w: 2, z: 3}\n", "/a/w", "# c\na: {x: 1, z: 3}\n"),
        ("a: {x: 1, # one\n  }\n", "/a/x", "a: { # one\n  }\n"),
        ("a: {x: , w: 2}\n", "/a/w", "a: {x: }\n"),
        ("a: {x, w: 2}\n", "/a/w", "a: {x}\n"),
        ("a: [\n  1,\n  2,\n  3\n]\n", "/a/1", "a: [\n  1,\n  3\n]\n"),
        ("a: [\n  1,\n  2,\n  3\n]\n", "/a/2", "a: [\n  1,\n  2\n]\n"),
        ("a: [\n  1,\n  2,\n  3,\n]\n", "/a/2", "a: [\n  1,\n  2,\n]\n"),
        ("a: [\n  1\n  , 2\n  , 3\n]\n", "/a/2", "a: [\n  1\n  , 2\n]\n"),
        ("a: [\n  1\n  , 2\n  , 3\n]\n", "/a/0", "a: [\n   2\n  , 3\n]\n"),
    ] {
        assert_eq!(remove(text, path), expected, "{text} {path}");
    }
}

/// What is put into braces or brackets is written as what stands there already.
#[test]
fn what_is_new_in_flow_style_is_written_as_its_neighbours() {
    let add = |value| json!([{"op": "add", "path": "/a/-", "value": value}]);
    let replace = |value| json!([{"op": "replace", "path": "/a", "value": value}]);
    for (text, patch, expected) in [
        ("a: [x]\n", add(json!("z")), "a: [x, z]\n"),
        ("a: [\"x\", \"y\"]\n", add(json!("z")), "a: [\"x\", \"y\", \"z\"]\n"),
        ("a: [{x: 1}]\n", add(json!({"m": "z"})), "a: [{x: 1}, {m: z}]\n"),
        ("a: [{\"x\": 1}]\n", add(json!({"m": "z"})), "a: [{\"x\": 1}, {\"m\": \"z\"}]\n"),
        ("a: [1, {\"x\": 1}]\n", add(json!({"m": "z"})), "a: [1, {\"x\": 1}, {\"m\": \"z\"}]\n"),
        ("a: [{}, {\"x\": 1}]\n", add(json!({"m": "z"})), "a: [{}, {\"x\": 1}, {\"m\": \"z\"}]\n"),
        ("{\"a\": [{\n  \"x\": 1\n}]}\n", add(json!({"m": 2})), "{\"a\": [{\n  \"x\": 1\n}, {\"m\": 2}]}\n"),
        ("{\n  \"a\": 'x'\n}\n", replace(json!("m")), "{\n  \"a\": \"m\"\n}\n"),
        ("{\n  \"a\": 'x'\n}\n", replace(json!({"m": 2})), "{\n  \"a\": {\"m\": 2}\n}\n"),
        ("b: 1\na: \"x\"\n", replace(json!("m")), "b: 1\na: \"m\"\n"),
        ("b: 1\na: [1, 2] # a\n", replace(json!({"k": "l"})), "b: 1\na: {k: l} # a\n"),
    ] {
        assert_eq!(edit(text, patch), expected, "{text:?}");
    }
}

/// Values alone, without a document around them.
#[test]
fn values_in_flow_style_and_as_json() {
    let value = json!({"a": [1, "yes", null], "b c": {}, "d": [], "e": {"f": "g\n"}});
    assert_eq!(emit_flow(&value), "{a: [1, \"yes\", null], \"b c\": {}, d: [], e: {f: \"g\\n\"}}");
    assert_eq!(emit_json(&value, None), r#"{"a":[1,"yes",null],"b c":{},"d":[],"e":{"f":"g\n"}}"#);
    let lines = r#"{
  "a": [
    1,
    "yes",
    null
  ],
  "b c": {},
  "d": [],
  "e": {
    "f": "g\n"
  }
}"#;
    assert_eq!(emit_json(&value, Some(Newline::Lf)), lines);
    // YAML allows 1,024 characters for a key before its colon, JSON any number.
    let (short, long) = ("k".repeat(1000), "k".repeat(1001));
    assert_eq!(emit_flow(&json!({&*short: 1})), format!("{{{short}: 1}}"));
    assert_eq!(emit_flow(&json!({&*long: 1})), format!("{{? {long}: 1}}"));
    assert_eq!(emit_json(&json!({&*long: 1}), None), format!("{{\"{long}\":1}}"));
}
