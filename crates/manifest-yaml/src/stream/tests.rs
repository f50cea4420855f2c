//! Tests of the module above.

use super::*;

fn split(text: &str) -> Vec<&str> {
    let stream = Stream::split(text);
    let spans: Vec<&str> = stream.documents.iter().map(|document| stream.text_of(document)).collect();
    assert_eq!(spans.concat(), text, "the spans are the input");
    spans
}

#[test]
fn markers() {
    assert_eq!(split(""), Vec::<&str>::new());
    assert_eq!(split("a: 1"), ["a: 1"]);
    assert_eq!(split("---\na: 1\n---\nb: 2\n"), ["---\na: 1\n", "---\nb: 2\n"]);
    assert_eq!(split("a: 1\n--- # c\nb: 2\n---\t\n---"), ["a: 1\n", "--- # c\nb: 2\n", "---\t\n", "---"]);
    assert_eq!(split("--- {a: b}\n--- |\n x\n"), ["--- {a: b}\n", "--- |\n x\n"]);
    assert_eq!(split("---\r\na: 1\r\n---\r\nb: 2"), ["---\r\na: 1\r\n", "---\r\nb: 2"]);
}

#[test]
fn what_only_looks_like_a_marker() {
    assert_eq!(split("a: |\n  ---\n  b\n ---\n"), ["a: |\n  ---\n  b\n ---\n"]);
    assert_eq!(split("a: \"x\n  ---\n  y\"\n"), ["a: \"x\n  ---\n  y\"\n"]);
    assert_eq!(split("----\n-----BEGIN\n"), ["----\n-----BEGIN\n"]);
    let glued = Stream::split("a: 1\n---apiVersion: v1\n---\n---b");
    assert_eq!((glued.documents.len(), glued.glued), (2, vec![5, 27]));
}

#[test]
fn prefixes_and_suffixes() {
    assert_eq!(split("# c\n\n%YAML 1.2\n---\na: 1\n"), ["# c\n\n%YAML 1.2\n---\na: 1\n"]);
    assert_eq!(split("\u{feff}---\na: 1\n"), ["\u{feff}---\na: 1\n"]);
    assert_eq!(split("\u{feff}a: 1\n---\nb"), ["\u{feff}a: 1\n", "---\nb"]);
    assert_eq!(split("a: 1\n...\n"), ["a: 1\n...\n"]);
    assert_eq!(split("a: 1\n...\n# end\n"), ["a: 1\n...\n# end\n"]);
    assert_eq!(split("a: 1\n...\n# next\n---\nb: 2\n..."), ["a: 1\n...\n", "# next\n---\nb: 2\n..."]);
    assert_eq!(split("a: 1\n...\nb: 2\n"), ["a: 1\n...\n", "b: 2\n"]);
    assert_eq!(split("# only\n"), ["# only\n"]);
    assert_eq!(split("---\n# only\n---\nnull\n"), ["---\n# only\n", "---\nnull\n"]);
}

#[test]
fn json_streams() {
    assert_eq!(split("{\"a\": 1}\n{\"b\": \"}{\"}\n"), ["{\"a\": 1}\n", "{\"b\": \"}{\"}\n"]);
    assert_eq!(split("---\n{\"a\":1}{\"b\":2}"), ["---\n{\"a\":1}", "{\"b\":2}"]);
    assert_eq!(split("{\"a\": \"} {\"}\n"), ["{\"a\": \"} {\"}\n"]);
    assert_eq!(split("{a: 1}\n{b: 2}\n"), ["{a: 1}\n{b: 2}\n"]);
}

#[test]
fn hosts_and_sources() {
    let stream = Stream::split("---\n# Source: g/templates/a.yaml\n# c\n---\n#### file: x\na: 1\n");
    assert_eq!(stream.host(), Host::Helm3);
    assert_eq!(stream.source_of(&stream.documents[0]), Some("g/templates/a.yaml"));
    assert_eq!(stream.source_of(&stream.documents[1]), Some("x"));
    let text = "metadata:\n  annotations:\n    postrenderer.helm.sh/postrender-filename: 'g/templates/b.yaml'\n";
    let stream = Stream::split(text);
    assert_eq!(stream.host(), Host::Helm4);
    assert_eq!(stream.source_of(&stream.documents[0]), Some("g/templates/b.yaml"));
    assert_eq!(Stream::split("---\n# c\n---\n#### file: x\n").host(), Host::HelmUnittest);
    assert_eq!(Stream::split("a: 1\n---\n# Source: late\nb: 1\n").host(), Host::Plain);
}

#[test]
fn places_count_lines_of_the_whole_stream() {
    let stream = Stream::split("---\n# Source: a\na: 1\n---\n\n# c\nb: 2\n");
    assert_eq!(stream.place_of(&stream.documents[1]).to_string(), "document 2, line 7");
    assert_eq!(stream.place_of(&stream.documents[0]).to_string(), "document 1 (a), line 3");
}
