//! Edits of block style, to the byte.

use super::{edit, refuse};
use serde_json::json;

/// As the gateway chart renders it, with comments of a user.
const SERVICE: &str = "\
---
# Source: gateway/templates/service.yaml
kind: Service
metadata:
  annotations:   # about annotations
    # about a
    a: \"1\"  # behind a
    # about b
    b: 'long
      value'   # behind b
    # tail
  labels:
    x: y
spec:
  type: LoadBalancer # why
  ports:
    # first
    - name: http
      port: 80 # eighty
    # second
    - name: https   # secure
      # inside
      port: 443
";

/// The Service with some text replaced: what an edit is to make of it.
fn service(changes: &[(&str, &str)]) -> String {
    let mut text = SERVICE.to_owned();
    for (from, to) in changes {
        assert_eq!(text.matches(from).count(), 1, "{from}");
        text = text.replace(from, to);
    }
    text
}

#[test]
fn nothing_to_do_changes_no_byte() {
    assert_eq!(edit(SERVICE, json!([])), SERVICE);
    let same = json!([{"op": "replace", "path": "/metadata/annotations/b", "value": "long value"},
        {"op": "test", "path": "/spec/type", "value": "LoadBalancer"},
        {"op": "add", "path": "/spec/ports/0/port", "value": 80.0}]);
    assert_eq!(edit(SERVICE, same), SERVICE);
}

#[test]
fn an_entry_goes_with_its_lines_and_the_comment_behind_its_value() {
    let patch = json!([{"op": "remove", "path": "/metadata/annotations/a"}]);
    assert_eq!(edit(SERVICE, patch), service(&[("    a: \"1\"  # behind a\n", "")]));
    let patch = json!([{"op": "remove", "path": "/metadata/annotations/b"}]);
    assert_eq!(edit(SERVICE, patch), service(&[("    b: 'long\n      value'   # behind b\n", "")]));
    let patch = json!([{"op": "remove", "path": "/metadata/labels"}]);
    assert_eq!(edit(SERVICE, patch), service(&[("  labels:\n    x: y\n", "")]));
}

#[test]
fn the_last_entry_leaves_empty_braces_behind_the_key() {
    let patch = json!([{"op": "remove", "path": "/metadata/annotations/a"}, {"op": "remove", "path": "/metadata/annotations/b"}]);
    let expected = service(&[
        ("annotations:   #", "annotations: {}   #"),
        ("    a: \"1\"  # behind a\n", ""),
        ("    b: 'long\n      value'   # behind b\n", ""),
    ]);
    assert_eq!(edit(SERVICE, patch), expected);
    let patch = json!([{"op": "remove", "path": "/spec/ports/0"}, {"op": "remove", "path": "/spec/ports/0"}]);
    let expected = service(&[
        ("  ports:\n", "  ports: []\n"),
        ("    - name: http\n      port: 80 # eighty\n", ""),
        ("    - name: https   # secure\n      # inside\n      port: 443\n", ""),
    ]);
    assert_eq!(edit(SERVICE, patch), expected);
}

#[test]
fn an_entry_is_added_behind_the_last_in_the_layout_around_it() {
    let patch = json!([
        {"op": "add", "path": "/metadata/annotations/c", "value": "yes"},
        {"op": "add", "path": "/metadata/name", "value": "istio-ingressgateway"},
        {"op": "add", "path": "/spec/x", "value": {"a": [], "b": [1, {"c": null, "d": ["e"]}]}},
        {"op": "add", "path": "/spec/ports/0/nodePort", "value": 30080},
    ]);
    let expected = service(&[
        ("value'   # behind b\n", "value'   # behind b\n    c: \"yes\"\n"),
        ("    x: y\n", "    x: y\n  name: istio-ingressgateway\n"),
        ("port: 80 # eighty\n", "port: 80 # eighty\n      nodePort: 30080\n"),
        ("port: 443\n", "port: 443\n  x:\n    a: []\n    b:\n      - 1\n      - c: null\n        d:\n          - e\n"),
    ]);
    assert_eq!(edit(SERVICE, patch), expected);
}

#[test]
fn a_missing_parent_can_be_added_with_what_goes_into_it() {
    let patch = json!([{"op": "add", "path": "/metadata", "value": {}}, {"op": "add", "path": "/metadata/annotations", "value": {}},
        {"op": "add", "path": "/metadata/annotations/a.io~1b", "value": "x"}]);
    assert_eq!(edit("kind: Service", patch), "kind: Service\nmetadata:\n  annotations:\n    a.io/b: x");
}

#[test]
fn a_replaced_scalar_keeps_its_quotes_and_the_comment_behind_it() {
    let patch = json!([{"op": "replace", "path": "/spec/type", "value": "NodePort"},
        {"op": "replace", "path": "/metadata/annotations/a", "value": "2"},
        {"op": "replace", "path": "/metadata/annotations/b", "value": "it's"}]);
    let expected = service(&[("LoadBalancer", "NodePort"), ("\"1\"", "\"2\""), ("'long\n      value'", "'it''s'")]);
    assert_eq!(edit(SERVICE, patch), expected);
    let patch = json!([{"op": "replace", "path": "/spec/type", "value": 7}, {"op": "replace", "path": "/metadata/annotations/a", "value": true},
        {"op": "replace", "path": "/metadata/annotations/b", "value": "a\tb\n"}]);
    let expected = service(&[("LoadBalancer", "7"), ("\"1\"", "true"), ("'long\n      value'", r#""a\tb\n""#)]);
    assert_eq!(edit(SERVICE, patch), expected);
}

#[test]
fn items_are_edited_one_by_one() {
    let patch = json!([{"op": "replace", "path": "/spec/ports/0/name", "value": "http2"}, {"op": "remove", "path": "/spec/ports/1/name"}]);
    let expected = service(&[
        ("- name: http\n", "- name: http2\n"),
        ("- name: https   # secure\n      # inside\n", "-\n      # inside\n"),
    ]);
    assert_eq!(edit(SERVICE, patch), expected);
    let patch = json!([{"op": "remove", "path": "/spec/ports/0"}, {"op": "add", "path": "/spec/ports/-", "value": {"name": "x", "port": 1}}]);
    let expected = service(&[
        ("    - name: http\n      port: 80 # eighty\n", ""),
        ("      port: 443\n", "      port: 443\n    - name: x\n      port: 1\n"),
    ]);
    assert_eq!(edit(SERVICE, patch), expected);
    let patch = json!([{"op": "add", "path": "/spec/ports/0", "value": "first"}, {"op": "add", "path": "/spec/ports/2", "value": "between"}]);
    let expected = service(&[
        ("  ports:\n", "  ports:\n    - first\n"),
        ("port: 80 # eighty\n", "port: 80 # eighty\n    - between\n"),
    ]);
    assert_eq!(edit(SERVICE, patch), expected);
}

#[test]
fn the_first_entry_behind_a_dash_gives_its_place_to_the_next() {
    let text = "ports:\n- name: a\n\n  port: 1\n- - x\n  - y\n";
    let patch = json!([{"op": "remove", "path": "/ports/0/name"}, {"op": "remove", "path": "/ports/1/0"}]);
    assert_eq!(edit(text, patch), "ports:\n- port: 1\n- - y\n");
    let patch = json!([{"op": "remove", "path": "/ports/0/name"}, {"op": "remove", "path": "/ports/0/port"},
        {"op": "remove", "path": "/ports/1/0"}, {"op": "remove", "path": "/ports/1/0"}]);
    assert_eq!(edit(text, patch), "ports:\n- {}\n\n- []\n");
    let patch = json!([{"op": "remove", "path": "/ports/0/name"}, {"op": "remove", "path": "/ports/0/port"},
        {"op": "add", "path": "/ports/0/c", "value": {"d": [1]}}, {"op": "add", "path": "/ports/0/e", "value": 5},
        {"op": "add", "path": "/ports/1/0", "value": "w"}]);
    assert_eq!(edit(text, patch), "ports:\n- c:\n    d:\n    - 1\n  e: 5\n\n- - w\n  - x\n  - y\n");
}

#[test]
fn a_service_in_a_list_is_edited() {
    let text = "kind: List\nitems:\n- kind: Service\n  spec:\n    type: LoadBalancer\n- kind: Secret\n";
    let patch = json!([{"op": "remove", "path": "/items/0/kind"}, {"op": "replace", "path": "/items/0/spec/type", "value": "NodePort"}]);
    assert_eq!(edit(text, patch), "kind: List\nitems:\n- spec:\n    type: NodePort\n- kind: Secret\n");
}

#[test]
fn a_whole_list_is_replaced_in_its_layout() {
    let new = json!([{"name": "x", "port": 1}, ["y"]]);
    let patch = json!([{"op": "replace", "path": "/a", "value": new}, {"op": "replace", "path": "/b", "value": new}]);
    let text = "a:\n# first\n- 1 # one\n# second\n- 2 # two\n# end\nb:\n    - x\nc: d\n";
    let expected =
        "a:\n# first\n- name: x\n  port: 1\n- - \"y\"\n# end\nb:\n    - name: x\n      port: 1\n    - - \"y\"\nc: d\n";
    assert_eq!(edit(text, patch), expected);
}

#[test]
fn scalars_and_collections_replace_each_other() {
    let text = "a: x # a\nb:\n- 1\n- 2 # two\nc: # c\n  # above\n  d: e\nf:\n  \"long\n  text\" # f\ng:\nh: {}\n";
    let patch = json!([{"op": "replace", "path": "/a", "value": {"k": 1}}, {"op": "replace", "path": "/b", "value": "s"},
        {"op": "replace", "path": "/c", "value": 7}, {"op": "replace", "path": "/f", "value": [1]},
        {"op": "replace", "path": "/g", "value": {"k": {"l": 2}}}, {"op": "replace", "path": "/h", "value": null}]);
    let expected = "a: # a\n  k: 1\nb: s\nc: 7 # c\n  # above\nf:\n  # f\n- 1\ng:\n  k:\n    l: 2\nh: null\n";
    assert_eq!(edit(text, patch), expected);
    let text = "- x # x\n-   # nothing\n- a: 1\n  b: 2\n- |-\n  text\n";
    let patch = json!([{"op": "replace", "path": "/0", "value": {"k": 1, "l": 2}}, {"op": "replace", "path": "/1", "value": ["m", "n"]},
        {"op": "replace", "path": "/2", "value": ["o"]}, {"op": "replace", "path": "/3", "value": {"p": {}, "q": {"r": []}}}]);
    let expected = "- k: 1 # x\n  l: 2\n- - m   # nothing\n  - \"n\"\n- - o\n- p: {}\n  q:\n    r: []\n";
    assert_eq!(edit(text, patch), expected);
}

#[test]
fn empty_braces_take_the_style_of_the_block_around_them() {
    // What the gateway chart renders without annotations, and what other charts do.
    for text in ["metadata:\n  annotations:\n    {}\nspec: x\n", "metadata:\n  annotations: {}\nspec: x\n"] {
        let patch = json!([{"op": "add", "path": "/metadata/annotations/a", "value": "b"}]);
        assert_eq!(edit(text, patch), "metadata:\n  annotations:\n    a: b\nspec: x\n");
    }
    let patch = json!([{"op": "add", "path": "/a/-", "value": {"b": 1}}, {"op": "add", "path": "/c/d", "value": 2}]);
    assert_eq!(edit("a: [] # a\nc:\n  {} # c\n", patch), "a: # a\n- b: 1\nc:\n  # c\n  d: 2\n");
}

#[test]
fn block_scalars_are_edited_whole() {
    let text = "a: >-  # header\n  one\n  two\n\nb: |2 # b\n    z\nc: |+\n  kept\n\nd: e\n";
    let patch = json!([{"op": "replace", "path": "/a", "value": "x"}, {"op": "replace", "path": "/b", "value": [1]}]);
    assert_eq!(edit(text, patch), "a: x  # header\n\nb: # b\n- 1\nc: |+\n  kept\n\nd: e\n");
    let patch = json!([{"op": "remove", "path": "/a"}, {"op": "remove", "path": "/c"}, {"op": "add", "path": "/b2", "value": 1}]);
    assert_eq!(edit(text, patch), "\nb: |2 # b\n    z\nd: e\nb2: 1\n");
}

#[test]
fn a_literal_block_scalar_stays_one() {
    let text = "data:\n    # of the edge team\n    service: | # merged\n      spec:\n        type: X\n\n    other: 1\n";
    let edited =
        edit(text, json!([{"op": "replace", "path": "/data/service", "value": "spec:\n  type: Y\n\n  a: 1\n"}]));
    let expected = text.replace("        type: X\n", "        type: Y\n\n        a: 1\n");
    assert_eq!(edited, expected);
    for (header, value) in [("|-", "a: 1\n"), ("|", "a: 1"), (">", "a: 1\n"), ("|", " a\nb\n"), ("|", "a\nb \n")] {
        let text = format!("data:\n  service: {header}\n    x: 1\n  other: 1\n");
        let edited = edit(&text, json!([{"op": "replace", "path": "/data/service", "value": value}]));
        assert!(edited.ends_with("\n  other: 1\n") && edited.lines().count() == 3, "{edited}");
    }
    let added = edit("data: {}\n", json!([{"op": "add", "path": "/data/service", "value": "a:\n\n  b: 1\n"}]));
    assert_eq!(added, "data:\n  service: |\n    a:\n\n      b: 1\n");
}

#[test]
fn nothing_becomes_text_of_a_block_scalar() {
    let patch = || json!([{"op": "remove", "path": "/b"}]);
    let text = "a: |\n  text\n  # text\nb: 1\n    # deeper\n\n  # deep\n# level\nc: 2\n";
    assert_eq!(edit(text, patch()), "a: |\n  text\n  # text\n\n# level\nc: 2\n");
    let text = "a: |\n  text\n # ends it\nb: 1\n    # deeper\nc: 2\n";
    assert_eq!(edit(text, patch()), "a: |\n  text\n # ends it\n    # deeper\nc: 2\n");
    let text = "a: |+\n  text\n\nb: 1\n\n\n# level\nc: 2\n";
    assert_eq!(edit(text, patch()), "a: |+\n  text\n\n# level\nc: 2\n");
    let text = "a: |\nb: 1\n   # deep\nc: 2\n";
    assert_eq!(edit(text, patch()), "a: |\nc: 2\n");
    // What is removed need not be in one collection.
    let text = "a:\n  b: |\n    text\n  c: 1\nd:\n  e: 2\n    # deep\n  # less\nf: 3\n";
    let both = json!([{"op": "remove", "path": "/a/c"}, {"op": "remove", "path": "/d"}]);
    assert_eq!(edit(text, both), "a:\n  b: |\n    text\n  # less\nf: 3\n");
    // Something new between them keeps the comment.
    let both = json!([{"op": "remove", "path": "/b"}, {"op": "add", "path": "/d", "value": 3}]);
    assert_eq!(edit("a: |\n  text\nb: 1\n  # deep\n", both), "a: |\n  text\nd: 3\n  # deep\n");
    let text = "- a: |\n    text\n  b: 1\n     # deep\n- b\n";
    assert_eq!(edit(text, json!([{"op": "remove", "path": "/0/b"}])), "- a: |\n    text\n- b\n");
    let two = || json!([{"op": "remove", "path": "/b"}, {"op": "remove", "path": "/d"}]);
    let elsewhere = json!([{"op": "replace", "path": "/x", "value": 2}, {"op": "remove", "path": "/b"}]);
    for (patch, text, expected) in [
        // As many blanks as its text has, and one more, which would be text.
        (patch(), "a: |\n  text\nb: 1\n  \n# level\nc: 2\n", "a: |\n  text\n  \n# level\nc: 2\n"),
        (patch(), "a: |\n  text\nb: 1\n   \n# level\nc: 2\n", "a: |\n  text\n# level\nc: 2\n"),
        (two(), "a: |\n  text\nb: 1\n    # b\nd: 2\n   # d\ne: 3\n", "a: |\n  text\ne: 3\n"),
        (two(), "a: |\n  text\nb: 1\nc: 2\nd: 3\n    # deep\ne: 4\n", "a: |\n  text\nc: 2\n    # deep\ne: 4\n"),
        (elsewhere, "x: 1\na: |\n  text\nb: 1\n    # deeper\nc: 2\n", "x: 2\na: |\n  text\nc: 2\n"),
    ] {
        assert_eq!(edit(text, patch), expected, "{text}");
    }
    // Behind one without text, a comment as deep as its key is none of it.
    let text = "m:\n  a: |\n  b: 1\n  # level\n  c: 2\n";
    assert_eq!(edit(text, json!([{"op": "remove", "path": "/m/b"}])), "m:\n  a: |\n  # level\n  c: 2\n");
    let text = "m:\n  a: |\n  b: 1\n   # deep\n  c: 2\n";
    assert_eq!(edit(text, json!([{"op": "remove", "path": "/m/b"}])), "m:\n  a: |\n  c: 2\n");
    // What goes within a line leaves what stands behind that line.
    let text = "a: |\n  text\nb: {x: 1, y: 2}\n    # deep\nc: 2\n";
    assert_eq!(edit(text, json!([{"op": "remove", "path": "/b/x"}])), text.replace("x: 1, ", ""));
    let new = json!([{"op": "replace", "path": "/b", "value": {"k": 1}}]);
    assert_eq!(edit("a: |\n  text\nb: x    # c\n", new), "a: |\n  text\nb:    # c\n  k: 1\n");
}

#[test]
fn a_text_without_final_line_break() {
    let patch = json!([{"op": "remove", "path": "/b"}, {"op": "add", "path": "/c", "value": {"x": 1}}]);
    assert_eq!(edit("a: 1\nb: 2", patch), "a: 1\nc:\n  x: 1");
    assert_eq!(edit("a: 1 # c", json!([{"op": "add", "path": "/b", "value": 2}])), "a: 1 # c\nb: 2");
    // The line break before what goes is not of what goes.
    assert_eq!(edit("a: |\n  x\nb: 2", json!([{"op": "remove", "path": "/b"}])), "a: |\n  x\n");
    assert_eq!(edit("a: |-\n  x", json!([{"op": "add", "path": "/b", "value": 2}])), "a: |-\n  x\nb: 2");
    // The last line break of a literal block scalar is part of its value.
    let lines = json!([{"op": "add", "path": "/b", "value": "two\nlines|\n"}]);
    assert_eq!(edit("a: {}", lines.clone()), "a: {}\nb: \"two\\nlines|\\n\"");
    assert_eq!(edit("a: {}\r\nc: 1", lines), "a: {}\r\nc: 1\r\nb: \"two\\nlines|\\n\"");
    assert_eq!(edit("a: {}", json!([{"op": "add", "path": "/b", "value": "c|"}])), "a: {}\nb: \"c|\"");
    let replaced = json!([{"op": "replace", "path": "/0", "value": {"b": "two\nlines\n"}}]);
    assert_eq!(edit("- a", replaced), "- b: \"two\\nlines\\n\"");
    let message =
        "nothing can be added behind a block scalar that lacks its final line break: the scalar would gain it";
    for (text, at) in [("a: |\n  x", 3), ("a:\n  c: |\n    x", 8), ("a:\n- |\n  x", 5), ("a:\n- c: |\n    x", 8)] {
        let added = json!([{"op": "add", "path": "/b", "value": 2}]);
        assert_eq!(refuse(text, added), (message.to_owned(), Some(at)), "{text:?}");
    }
}

#[test]
fn a_literal_block_scalar_takes_nothing_that_stands_behind_it() {
    let (literal, quoted) = ("new: |\n  two\n  lines\n", "new: \"two\\nlines\\n\"\n");
    for (behind, new) in [
        ("# c\n", literal),
        (" # c", literal),
        ("  # c\n", quoted),
        ("  # c", quoted),
        ("\n\n    # c\n", quoted),
        ("\n  \n", literal),
        ("   \n", quoted),
        ("   ", quoted),
    ] {
        let patch = json!([{"op": "add", "path": "/new", "value": "two\nlines\n"}]);
        assert_eq!(edit(&format!("a:\n  b: 1\n{behind}"), patch), format!("a:\n  b: 1\n{new}{behind}"), "{behind:?}");
    }
    // Also where what stood between goes, and within a value.
    let patch = json!([{"op": "remove", "path": "/a"}, {"op": "add", "path": "/new", "value": "two\nlines\n"}]);
    assert_eq!(edit("a: 1\n   # c\n", patch), format!("{quoted}   # c\n"));
    let patch = json!([{"op": "replace", "path": "/a", "value": {"new": "two\nlines\n", "more": "two\nlines\n"}}]);
    let expected = "a:\n  new: |\n    two\n    lines\n  more: \"two\\nlines\\n\"\n    # c\nb: 2\n";
    assert_eq!(edit("a: 1\n    # c\nb: 2\n", patch), expected);
    let patch = json!([{"op": "replace", "path": "/0", "value": {"new": "two\nlines\n"}}]);
    assert_eq!(edit("- - a\n    # c\n- b\n", patch), "- new: \"two\\nlines\\n\"\n    # c\n- b\n");
}

#[test]
fn line_ends_and_marks_of_the_document_stay() {
    let crlf = SERVICE.replace('\n', "\r\n");
    let patch = json!([{"op": "remove", "path": "/metadata/annotations/b"}, {"op": "add", "path": "/spec/x", "value": [{"a": 1, "b": 2}]},
        {"op": "remove", "path": "/spec/ports/0/name"}]);
    assert_eq!(edit(&crlf, patch.clone()), edit(SERVICE, patch).replace('\n', "\r\n"));
    let table = [
        ("\u{feff}a: 1\nb: 2\n", "\u{feff}b: 2\nc: 3\n"),
        ("\u{feff}a: 1", "\u{feff}c: 3"),
        ("%YAML 1.1\n--- # c\na: 1\n...\n# end\n", "%YAML 1.1\n--- # c\nc: 3\n...\n# end\n"),
        ("---\n\n# c\na: 1\n\n# d\n", "---\n\n# c\nc: 3\n\n# d\n"),
        ("--- !!map\na: 1\n", "--- !!map\nc: 3\n"),
        ("a: 1\rb: 2\r", "b: 2\rc: 3\n"),
    ];
    for (text, expected) in table {
        let patch = json!([{"op": "remove", "path": "/a"}, {"op": "add", "path": "/c", "value": 3}]);
        assert_eq!(edit(text, patch), expected, "{text:?}");
    }
    let patch = || json!([{"op": "remove", "path": "/a"}]);
    for (text, expected) in [
        ("\u{feff}a: 1\n", "\u{feff}{}\n"),
        ("--- # c\na: 1\n...\n", "--- # c\n{}\n...\n"),
        ("--- !!map # c\na: 1\n", "--- !!map {} # c\n"),
    ] {
        assert_eq!(edit(text, patch()), expected, "{text:?}");
    }
}

#[test]
fn odd_layouts() {
    let text = "a:\tb\t# a\nc:\t# c\n  d: 1\n\"e f\" : 'g'\n";
    let patch = json!([{"op": "replace", "path": "/a", "value": "z"}, {"op": "remove", "path": "/c/d"}, {"op": "replace", "path": "/e f", "value": "h"}]);
    assert_eq!(edit(text, patch), "a:\tz\t# a\nc: {}\t# c\n\"e f\" : 'h'\n");
    let text = "? a\n: b\n? c\n? d\n: - e\n  - f # f\n";
    let patch = json!([{"op": "replace", "path": "/a", "value": 1}, {"op": "replace", "path": "/c", "value": {"x": 2}}, {"op": "remove", "path": "/d/0"},
        {"op": "add", "path": "/n", "value": 3}]);
    assert_eq!(edit(text, patch), "? a\n: 1\n? c\n:\n  x: 2\n? d\n: - f # f\n\"n\": 3\n");
    let patch = json!([{"op": "remove", "path": "/a"}, {"op": "replace", "path": "/d", "value": "x"}]);
    assert_eq!(edit(text, patch), "? c\n? d\n: x\n");
    let text = "? a\n:\n- b\n? c\n:\n - d\n- e\n? f\n: - g\n";
    let patch = json!([{"op": "replace", "path": "/a", "value": {"x": 1}}, {"op": "replace", "path": "/c", "value": {"v": 2}},
        {"op": "replace", "path": "/f", "value": {"z": 3, "w": 4}}]);
    assert_eq!(
        edit(&text.replace(" - d\n- e\n", " - d\n"), patch),
        "? a\n:\n  x: 1\n? c\n:\n v: 2\n? f\n: z: 3\n  w: 4\n"
    );
    let text = "a:   1\nb:\n   c:   2\n   d:\n     -   e: 3\n         f: 4\n";
    let patch = json!([{"op": "remove", "path": "/b/d/0/e"}, {"op": "add", "path": "/b/d/0/g", "value": 5}, {"op": "add", "path": "/b/h", "value": {"i": 6}}]);
    assert_eq!(edit(text, patch), "a:   1\nb:\n   c:   2\n   d:\n     -   f: 4\n         g: 5\n   h:\n      i: 6\n");
    let text = "\"a\": 1\n'b': 2\n";
    assert_eq!(edit(text, json!([{"op": "add", "path": "/c", "value": "d"}])), "\"a\": 1\n'b': 2\nc: d\n");
    assert_eq!(edit("\"a\": 1\n", json!([{"op": "add", "path": "/c", "value": "d"}])), "\"a\": 1\n\"c\": d\n");
    let text = "-   a # x\n-\n  c: 1\n-\n  - d\n-\n  e: 1\n";
    let patch = json!([{"op": "replace", "path": "/0", "value": {"k": 1, "l": 2}}, {"op": "replace", "path": "/1", "value": "m"},
        {"op": "replace", "path": "/2", "value": "n o"}, {"op": "remove", "path": "/3/e"}]);
    assert_eq!(edit(text, patch), "-   k: 1 # x\n    l: 2\n- m\n- \"n o\"\n- {}\n");
    let text = "? a\n:\n  b: 1\n? c\n:\n  d: 2\n";
    let patch = json!([{"op": "replace", "path": "/a", "value": "x"}, {"op": "remove", "path": "/c/d"}]);
    assert_eq!(edit(text, patch), "? a\n: x\n? c\n: {}\n");
    let text = "80: x\nyes: z\n1.5: z\n";
    let patch = json!([{"op": "remove", "path": "/80"}, {"op": "replace", "path": "/true", "value": 1}]);
    assert_eq!(edit(text, patch), "yes: 1\n1.5: z\n");
}

#[test]
fn the_whole_document_can_be_replaced() {
    let patch = |value| json!([{"op": "replace", "path": "", "value": value}]);
    assert_eq!(edit("# c\na: 1 # a\n", patch(json!({"b": [1]}))), "# c\nb:\n- 1\n");
    assert_eq!(edit("--- x # c\n", patch(json!({"b": [1]}))), "--- # c\nb:\n- 1\n");
    assert_eq!(edit("# c", patch(json!({"b": [1]}))), "# c\nb:\n- 1");
    assert_eq!(edit("a: 1\n", patch(json!("x: y"))), "\"x: y\"\n");
}

/// A float without a fraction is what its text reads as, also within a list or a map that is added.
#[test]
fn numbers_in_what_is_added_are_those_that_are_read() {
    let added = json!([{"op": "add", "path": "/b", "value": [2.0, {"c": 3.0}, 1.5, 7, 9_007_199_254_740_993_u64]}]);
    assert_eq!(edit("a: 1\n", added), "a: 1\nb:\n- 2\n- c: 3\n- 1.5\n- 7\n- 9007199254740993\n");
}

/// Operations go on inside of what an earlier one has added.
#[test]
fn what_was_added_is_patched_further() {
    let patch = json!([
        {"op": "add", "path": "/b", "value": {"c": 1, "d": [1]}},
        {"op": "replace", "path": "/b/c", "value": 2},
        {"op": "add", "path": "/b/d/-", "value": 3},
        {"op": "remove", "path": "/b/d/0"},
    ]);
    assert_eq!(edit("a: 1\n", patch), "a: 1\nb:\n  c: 2\n  d:\n  - 3\n");
}

/// A value that is there already keeps its form.
#[test]
fn an_equal_value_is_not_written_anew() {
    let patch =
        json!([{"op": "replace", "path": "/a", "value": [1, 2]}, {"op": "replace", "path": "/b", "value": "x"}]);
    let text = "a: [ 1,   0x2 ] # odd\nb: 'x'\n";
    assert_eq!(edit(text, patch.clone()), text);
    // Also where something else changes.
    assert_eq!(edit(&text.replace("'x'", "'y'"), patch), text);
}

#[test]
fn an_error_of_editing_prints_its_message() {
    let tree = crate::Tree::parse("a: 1\n").unwrap();
    let patch = serde_json::from_value(json!([{"op": "remove", "path": "/none"}])).unwrap();
    let error = tree.apply(&patch).unwrap_err();
    assert!(!error.message.is_empty());
    assert_eq!(error.to_string(), error.message);
}

/// Who edits a parsed document gets text and value at once.
#[test]
fn a_patched_document_comes_with_its_value() {
    let tree = crate::Tree::parse("a: 0x1\nb: 2\n").unwrap();
    for (patch, text, value) in [
        (json!([{"op": "remove", "path": "/b"}]), "a: 0x1\n", json!({"a": 1})),
        (json!([]), "a: 0x1\nb: 2\n", json!({"a": 1, "b": 2})),
    ] {
        let patched = tree.apply(&serde_json::from_value(patch).unwrap()).unwrap();
        assert_eq!((&*patched.text, patched.value), (text, value));
    }
}
