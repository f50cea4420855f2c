//! Edits that would change something else as well: refused, with the place.

use super::{edit, refuse};
use serde_json::json;

#[test]
fn what_an_alias_repeats_cannot_change() {
    let text = "a: &x\n  b: {c: 1}\nd: *x\n";
    let message =
        "`&x` is used again by `*x`, so that an edit here would change both: write the value out in both places";
    for patch in [
        json!([{"op": "replace", "path": "/a/b/c", "value": 2}]),
        json!([{"op": "add", "path": "/a/e", "value": 2}]),
        json!([{"op": "replace", "path": "/a", "value": 2}]),
        json!([{"op": "remove", "path": "/a"}]),
    ] {
        assert_eq!(refuse(text, patch.clone()), (message.to_owned(), Some(3)), "{patch}");
    }
    let message = "the path goes through the alias `*x`: an edit would change what it stands for as well";
    let patch = json!([{"op": "replace", "path": "/d/b/c", "value": 2}]);
    assert_eq!(refuse(text, patch), (message.to_owned(), Some(21)));
}

#[test]
fn anchors_that_nothing_repeats_do_not_matter() {
    let patch = json!([{"op": "remove", "path": "/d"}, {"op": "replace", "path": "/a/b", "value": 2}]);
    assert_eq!(edit("a: &x\n  b: 1\nd: *x\n", patch), "a: &x\n  b: 2\n");
    let patch = json!([{"op": "replace", "path": "/d", "value": 2}]);
    assert_eq!(edit("a: &x 1\nd: *x # d\n", patch), "a: &x 1\nd: 2 # d\n");
    let text = "a: &x !!map # a\n  b: 1\nc: !!str 5\nd: &y\n  - 1\ne: !!str # e\n  text\n";
    let patch = json!([{"op": "remove", "path": "/a/b"}, {"op": "replace", "path": "/c", "value": 6}, {"op": "remove", "path": "/d/0"},
        {"op": "replace", "path": "/e", "value": "x"}]);
    assert_eq!(edit(text, patch), "a: &x !!map {} # a\nc: 6\nd: &y []\ne: x # e\n");
    let patch = json!([{"op": "replace", "path": "/a", "value": "s"}, {"op": "replace", "path": "/c", "value": {"k": 1}},
        {"op": "replace", "path": "/d", "value": {"k": 2}}, {"op": "replace", "path": "/e", "value": [3]}]);
    assert_eq!(edit(text, patch), "a: s # a\nc:\n  k: 1\nd:\n  k: 2\ne: # e\n  - 3\n");
}

#[test]
fn what_comes_through_a_merge_key_cannot_change() {
    let text = "a: &x {b: 1}\nc:\n  <<: *x\n  d: 2\n";
    let message = "the key `b` comes through `<<`: write it out where it is wanted, without the merge key";
    for patch in [json!([{"op": "replace", "path": "/c/b", "value": 2}]), json!([{"op": "remove", "path": "/c/b"}])] {
        assert_eq!(refuse(text, patch.clone()), (message.to_owned(), Some(18)), "{patch}");
    }
    let patch = json!([{"op": "remove", "path": "/c/d"}, {"op": "add", "path": "/c/e", "value": 3}]);
    assert_eq!(edit(text, patch), "a: &x {b: 1}\nc:\n  <<: *x\n  e: 3\n");
}

#[test]
fn a_key_that_stands_twice_cannot_change() {
    let text = "a:\n  b: 1\n  c: 2\n  b: 3\n";
    let message = "the key `b` stands twice here".to_owned();
    assert_eq!(refuse(text, json!([{"op": "replace", "path": "/a/b", "value": 2}])), (message, Some(5)));
    assert_eq!(edit(text, json!([{"op": "remove", "path": "/a/c"}])), "a:\n  b: 1\n  b: 3\n");
}

#[test]
fn a_patch_must_fit() {
    let table = [
        (json!([{"op": "remove", "path": "/b"}]), "operation '/0' failed at path '/b': path is invalid"),
        (json!([{"op": "test", "path": "/a", "value": 2}]), "operation '/0' failed at path '/a': value did not match"),
        (json!([{"op": "copy", "from": "/a", "path": "/b"}]), "a patch of text cannot do `copy` (at `/b`)"),
        (json!([{"op": "move", "from": "/a", "path": "/b"}]), "a patch of text cannot do `move` (at `/b`)"),
    ];
    for (patch, message) in table {
        assert_eq!(refuse("a: 1\n", patch), (message.to_owned(), None));
    }
    assert_eq!(refuse("a: [", json!([])).1, Some(3));
}

#[test]
fn an_entry_without_braces_changes_only_its_value() {
    let message = "a mapping without braces in a list in brackets can only change its value".to_owned();
    for patch in [json!([{"op": "remove", "path": "/a/0/b"}]), json!([{"op": "add", "path": "/a/0/d", "value": 1}])] {
        assert_eq!(refuse("a: [b: c]\n", patch), (message.clone(), Some(4)));
    }
    assert_eq!(edit("a: [b: c]\n", json!([{"op": "replace", "path": "/a/0/b", "value": 1}])), "a: [b: 1]\n");
    assert_eq!(edit("a: [b: c]\n", json!([{"op": "replace", "path": "/a/0", "value": 1}])), "a: [1]\n");
}
