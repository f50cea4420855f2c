//! The reader of plain documents against the parser for all of YAML.

use crate::Tree;
use crate::plain::read;
use proptest::prelude::*;

#[test]
fn what_templates_render_is_read_without_the_parser() {
    for text in [
        "a: 1",
        "a: 1\n",
        "a:\n",
        "a:\nb: # c\n",
        "\n# c\n---\n# d\na: b # c\n  # e\nc-d/e.f:  g h\n\n",
        "a:\n  b:\n    c: d\n  e: f\ng: h\n",
        "a:\n- b\n-   c d # e\nf:\n  - g: h\n    i: -j\n  - k:\n",
        "a:\n- b:\n  - c: d\n    e:\n    - f\n  g: h\n",
        "a: 'b: #c'\nd: \"e  'f'\" # g\nh: ''\n",
        "a: {}\nb: [] # c\nc: {d: e, f: \"g\"}\nh: [ i , 'j' ]\n",
        "- a\n- b: c\n",
        "a: http://b:80/c#d?e\n",
        "a: b, [c] {d} e:f\n",
        "a: 1\na: 2\n",
        "\"a/b c\": d\n'e': 'f'\ng:\n  h\ni:\n    {}\nj: # k\n\n  \"l\" # m\n",
        "a: {\"b\": c}\n",
        "- \"d\": e\n  f: g\n- \"h\"\n",
        "a: -1\nb: y\nc: 0x1F\nd: null\n",
    ] {
        let plain = read(text).unwrap_or_else(|| panic!("not read: {text:?}"));
        assert_eq!(Ok(plain), Tree::parse_any(text), "{text:?}");
    }
}

#[test]
fn everything_else_is_left_to_the_parser() {
    for text in [
        "",
        "# c\n",
        "---\n",
        "a",
        "a\u{e9}: b\n",
        "a: b\r\n",
        "a:\tb\n",
        "a: b\n...\n",
        "--- \na: b\n",
        "---\na: b\n---\nc: d\n",
        "%YAML 1.1\n---\na: b\n",
        " a: b\n",
        "a: b\n c: d\n",
        "a: b\n  c\n",
        "a:\n  b: c\n d: e\n",
        "a: &b c\n",
        "a: *b\n",
        "a: !!str b\n",
        "a: |\n  b\n",
        "a: >-\n  b\n",
        "<<: {a: b}\n",
        "? a\n: b\n",
        "a b: c\n",
        "'a''b': c\n",
        "\"a\\\"\": c\n",
        "'a':b\n",
        "a:\n  b\n  c\n",
        "a:\n  {}\n  b: c\n",
        "a:\n  {}\n b\n",
        "a: b: c\n",
        "a: b:\n",
        "a:b\n",
        "a: \"b\\n\"\n",
        "a: 'b''c'\n",
        "a: 'b\n  c'\n",
        "a: 'b' c\n",
        "a: 'b'# c\n",
        "a: {b: c,}\n",
        "a: {b: {c: d}}\n",
        "a: {b}\n",
        "a: {b: c\n  }\n",
        "a: [b: c]\n",
        "a: []b\n",
        "a: @b\n",
        "a: ~\n",
        "a:\n-\n",
        "a:\n- - b\n",
        "a:\n- b\n  c\n",
        "a:\n- # b\n  c: d\n",
        "a:\n- b\n - c\n",
        "- a\nb: c\n",
    ] {
        assert_eq!(read(text), None, "{text:?}");
    }
    let deep = |levels: usize| (0..levels).map(|at| format!("{}a:\n", "  ".repeat(at))).collect::<String>();
    assert!(read(&deep(60)).is_some() && read(&deep(61)).is_none());
    let long = |length: usize| format!("{}: b\n", "a".repeat(length));
    assert!(read(&long(1000)).is_some() && read(&long(1001)).is_none());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Pieces of documents in any order: where the plain reader reads at all, it reads what the parser does.
    #[test]
    fn both_readers_read_the_same(
        pieces in prop::collection::vec(
            prop::sample::select(vec![
                "a", "b: ", "c:", ": ", "\n", "\n", "\n  ", "\n    ", "\n- ", "\n  - ", "- ", "-", " ", "#", " # d", "'", "\"", "\\",
                "{", "}", "[", "]", ", ", ",", "---\n", "...", "1", ".", "/", "?", "&a ", "*a", "!", "|", ">", "%", "@", "~", "<<: ",
                "a: b\n", "k: {a: b}\n", "- c: d\n", "'e': ", "\"f\":", "{}",
            ]),
            0..14,
        ),
    ) {
        let text = pieces.concat();
        if let Some(tree) = read(&text) {
            prop_assert_eq!(Ok(tree), Tree::parse_any(&text), "{:?}", text);
        }
    }
}
