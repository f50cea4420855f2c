//! What is read. The expectations of the tables are what Go printed: sigs.k8s.io/yaml v1.6.0 (`YAMLToJSON`, on
//! go.yaml.in/yaml/v2 v2.4.2).

use crate::{Detour, ParseError, Tree};
use serde_json::{Value, json};

fn read(text: &str) -> Result<Value, ParseError> {
    Tree::parse(text)?.value()
}

fn json_text(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// Plain scalars, and the JSON that Go makes of them.
const PLAIN: &[(&str, &str)] = &[
    ("on", "true"),
    ("off", "false"),
    ("yes", "true"),
    ("no", "false"),
    ("y", "true"),
    ("n", "false"),
    ("Y", "true"),
    ("N", "false"),
    ("On", "true"),
    ("ON", "true"),
    ("oN", r#""oN""#),
    ("tRue", r#""tRue""#),
    ("true", "true"),
    ("TRUE", "true"),
    ("True", "true"),
    ("false", "false"),
    ("Off", "false"),
    ("NO", "false"),
    ("null", "null"),
    ("Null", "null"),
    ("NULL", "null"),
    ("nUll", r#""nUll""#),
    ("~", "null"),
    ("012", "10"),
    ("-012", "-10"),
    ("+012", "10"),
    ("00", "0"),
    ("08", "8"),
    ("09", "9"),
    ("0o12", "10"),
    ("0O12", "10"),
    ("0x1F", "31"),
    ("0X1f", "31"),
    ("0b11", "3"),
    ("0B11", "3"),
    ("-0b11", "-3"),
    ("+0b11", "3"),
    ("0b", r#""0b""#),
    ("0x", r#""0x""#),
    ("0o", r#""0o""#),
    ("0b-11", "-3"),
    ("0b+11", "3"),
    ("0b2", r#""0b2""#),
    (".5", "0.5"),
    ("5.", "5"),
    ("+1", "1"),
    ("-1", "-1"),
    ("+.5", "0.5"),
    ("1_000", "1000"),
    ("0_1", "1"),
    ("_1", r#""_1""#),
    ("1_", "1"),
    ("1__0", "10"),
    ("0x_1", "1"),
    ("._5", r#""._5""#),
    (".5_0", "0.5"),
    (".5_", r#"".5_""#),
    (".1e1", "1"),
    (".e1", r#"".e1""#),
    (".", r#"".""#),
    ("..", r#""..""#),
    ("1e3", "1000"),
    ("1E3", "1000"),
    ("1e+3", "1000"),
    ("1e-3", "0.001"),
    ("1e", r#""1e""#),
    ("1e400", r#""1e400""#),
    ("1e-400", "0"),
    ("1.5e3", "1500"),
    ("1.e3", "1000"),
    ("12:30", r#""12:30""#),
    ("12:30:45", r#""12:30:45""#),
    ("2001-01-01", r#""2001-01-01""#),
    ("2001-12-14t21:59:43.10-05:00", r#""2001-12-14t21:59:43.10-05:00""#),
    ("=", r#""=""#),
    ("<<", r#""<<""#),
    ("--", r#""--""#),
    ("+", r#""+""#),
    ("++1", r#""++1""#),
    ("18446744073709551616", "1.8446744073709552e19"),
    ("18446744073709551615", "18446744073709551615"),
    ("9223372036854775808", "9223372036854775808"),
    ("-9223372036854775808", "-9223372036854775808"),
    ("0xFFFFFFFFFFFFFFFF", "18446744073709551615"),
    ("-0", "0"),
    ("0.0", "0"),
    ("-0.0", "-0"),
    ("1.0", "1"),
    ("1e20", "1e20"),
    ("1e21", "1e+21"),
    ("123456789012345678901234567890", "1.2345678901234568e+29"),
    ("3.14159265358979", "3.14159265358979"),
    ("1e15", "1000000000000000"),
    ("9007199254740993.0", "9007199254740992"),
    ("685_230.15", "685230.15"),
    ("685.230_15e+03", "685230.15"),
    ("0777", "511"),
    ("0888", "888"),
    ("1,000", r#""1,000""#),
    ("0x1p3", r#""0x1p3""#),
    ("Infinity", r#""Infinity""#),
    ("NaN", r#""NaN""#),
    ("inf", r#""inf""#),
    ("-inf", r#""-inf""#),
];

#[test]
fn plain_scalars_are_what_go_reads() {
    for (scalar, expected) in PLAIN {
        let expected = json_text(expected);
        for text in [format!("a: {scalar}\n"), format!("a:\n- {scalar}"), format!("a: [{scalar}]")] {
            if scalar.contains(',') && text.contains('[') {
                continue;
            }
            let value = read(&text).map(|mut value| match value["a"].take() {
                Value::Array(mut items) => items.remove(0),
                value => value,
            });
            assert_eq!(value, Ok(expected.clone()), "{text:?}");
        }
    }
}

/// Keys that are no strings, and the strings that sigs.k8s.io/yaml makes of them.
const KEYS: &[(&str, &str)] = &[
    ("on", "true"),
    ("y", "true"),
    ("012", "10"),
    ("0x1F", "31"),
    ("1.5", "1.5"),
    ("1e6", "1e+06"),
    ("1234567.0", "1.234567e+06"),
    ("123456.0", "123456"),
    ("0.1", "0.1"),
    ("0.0001", "0.0001"),
    ("0.00001", "1e-05"),
    ("1e21", "1e+21"),
    ("3.14159265358979", "3.1415927"),
    ("1e38", "1e+38"),
    ("1e39", ".inf"),
    ("100000.5", "100000.5"),
    ("16777217.0", "1.6777216e+07"),
    ("1_000", "1000"),
    (".inf", ".inf"),
    ("-.inf", "-.inf"),
    (".nan", ".nan"),
    ("true", "true"),
    ("80", "80"),
    ("18446744073709551616", "1.8446744e+19"),
    ("2001-01-01", "2001-01-01"),
    ("'on'", "on"),
];

#[test]
fn keys_become_strings_as_in_go() {
    for (key, expected) in KEYS {
        assert_eq!(read(&format!("{key}: v")), Ok(json!({ *expected: "v" })), "{key}");
    }
}

#[test]
fn tags_decide_the_type() {
    let table = [
        ("!!str 1", "\"1\""),
        ("!!str", "\"\""),
        ("!!int 0x10", "16"),
        ("!!int \"7\"", "7"),
        ("!!float 1", "1"),
        ("!!bool yes", "true"),
        ("!!null ~", "null"),
        ("!foo 1", "\"1\""),
        ("! 1", "\"1\""),
        ("!!seq x", "\"x\""),
        ("!<tag:yaml.org,2002:str> 1", "\"1\""),
        ("!!map {b: 1}", "{\"b\": 1}"),
    ];
    for (scalar, expected) in table {
        assert_eq!(read(&format!("a: {scalar}")), Ok(json!({"a": json_text(expected)})), "{scalar}");
    }
    for scalar in ["!!int 1.5", "!!float x", "!!bool 1", "!!null x"] {
        let error = read(&format!("a: {scalar}")).unwrap_err();
        let (tag, text) = scalar.split_once(' ').unwrap();
        assert_eq!((error.message, error.offset), (format!("`{text}` is no {tag}"), 4 + tag.len()), "{scalar}");
    }
}

/// Documents, and the JSON that Go makes of them.
const DOCUMENTS: &[(&str, &str)] = &[
    ("a: |\n  x", r#"{"a":"x"}"#),
    ("a: |+\n  x", r#"{"a":"x"}"#),
    ("a: >\n  x", r#"{"a":"x"}"#),
    ("a: |\n  x\n ", r#"{"a":"x\n"}"#),
    ("a: |\n  x\n   ", r#"{"a":"x\n "}"#),
    ("a: |+\n  x\n\n", r#"{"a":"x\n\n"}"#),
    ("a: |+\n\nb: 1\n", r#"{"a":"\n","b":1}"#),
    ("a: |\nb: 1\n", r#"{"a":"","b":1}"#),
    ("a: |\n\n  x\n", r#"{"a":"\nx\n"}"#),
    ("a: |2\n   x\n  y\n", r#"{"a":" x\ny\n"}"#),
    ("a: >\n x\n y\n\n z\n  w\n x\n", r#"{"a":"x y\nz\n w\nx\n"}"#),
    ("a: x\n  y\n\n  z\n", r#"{"a":"x y\nz"}"#),
    ("a: 'x\n\n  y'\n", r#"{"a":"x\ny"}"#),
    ("a: \"x \\\n  y\"\n", r#"{"a":"x y"}"#),
    ("a: |\r\n  x\r\n  y\r\nb: 1\r\n", r#"{"a":"x\ny\n","b":1}"#),
    ("a: 1\rb: 2\r", r#"{"a":1,"b":2}"#),
    ("a: {b, c: , \"d\"}\n", r#"{"a":{"b":null,"c":null,"d":null}}"#),
    ("a: [x: y, z]\n", r#"{"a":[{"x":true},"z"]}"#),
    ("? a\n: b\n? c\n", r#"{"a":"b","c":null}"#),
    (
        "a: &x {k: 1}\nb: {<<: *x, l: 2}\nc: {l: 2, <<: *x, k: 3}\nd: {k: 3, <<: *x}\n",
        r#"{"a":{"k":1},"b":{"k":1,"l":2},"c":{"k":3,"l":2},"d":{"k":1}}"#,
    ),
    (
        "x: &x {k: 1, l: 2}\ny: &y {k: 3}\na: {<<: [*x, *y]}\nb: {<<: [*y, *x]}\n",
        r#"{"a":{"k":1,"l":2},"b":{"k":3,"l":2},"true":{"k":3},"x":{"k":1,"l":2}}"#,
    ),
    ("a: {'<<': {b: 1}}\n", r#"{"a":{"<<":{"b":1}}}"#),
    ("a: &a 1\nb: &a 2\nc: *a\n", r#"{"a":1,"b":2,"c":2}"#),
    ("k: &k foo\n*k : 1\n", r#"{"foo":1,"k":"foo"}"#),
    ("a: 1\na: 2\n", r#"{"a":2}"#),
    ("\u{feff}a: 1\n", r#"{"a":1}"#),
    ("--- {a: 1}\n", r#"{"a":1}"#),
    ("--- |\n x\n", r#""x\n""#),
    ("%YAML 1.1\n---\na: 1\n...\n", r#"{"a":1}"#),
    ("a:\t1\n", r#"{"a":1}"#),
    ("a: {\n}\n", r#"{"a":{}}"#),
    ("a: [\n1\n]\n", r#"{"a":[1]}"#),
    ("\"a\" : 1\n", r#"{"a":1}"#),
    ("a: !!set {b, c}\n", r#"{"a":{"b":null,"c":null}}"#),
    ("- a\n- - b\n  - c\n-\n", r#"["a",["b","c"],null]"#),
    ("a:\n- b\nc: d\n", r#"{"a":["b"],"c":"d"}"#),
    ("a: b#c\n", r#"{"a":"b#c"}"#),
    ("a: 'it''s'\n", r#"{"a":"it's"}"#),
    ("a: {b:c}\n", r#"{"a":{"b:c":null}}"#),
    ("a: {\"b\":c}\n", r#"{"a":{"b":"c"}}"#),
];

#[test]
fn documents_are_what_go_reads() {
    for (text, expected) in DOCUMENTS {
        assert_eq!(read(text), Ok(json_text(expected)), "{text:?}");
    }
}

#[test]
fn keys_keep_their_order() {
    let value = read("z: 1\na: 2\nm: 3\nz: 4\n").unwrap();
    assert_eq!(value.to_string(), r#"{"z":4,"a":2,"m":3}"#);
}

#[test]
fn what_has_no_json_form_is_an_error() {
    let table = [
        ("a: .inf", "JSON has no such number", 3),
        ("a: .nan", "JSON has no such number", 3),
        ("a: !!binary aGk=", "!!binary is not supported: JSON has no bytes", 12),
        ("a: !!timestamp 2001-01-01", "!!timestamp is not supported: JSON has no dates", 15),
        ("~: 1", "a key cannot be null", 0),
        (": 1", "a key cannot be null", 0),
        ("18446744073709551615: 1", "a key cannot be as great as 18446744073709551615", 0),
        ("? [a]\n: 1", "a list or mapping cannot be a key", 2),
        ("a: {<<: 1}", "`<<` takes a mapping, or a list of mappings", 8),
        ("a: &a [*a]", "the anchor's value contains itself", 7),
        ("a: &a {<<: *a}", "the anchor's value contains itself", 11),
    ];
    for (text, message, offset) in table {
        assert_eq!(read(text), Err(ParseError { message: message.to_owned(), offset }), "{text:?}");
    }
}

#[test]
fn a_document_may_have_no_content() {
    for text in ["", "\n", "# c\n", "---\n", "---\n# c\n...\n", "\u{feff}# c"] {
        assert_eq!(read(text), Ok(json!(null)), "{text:?}");
    }
}

#[test]
fn what_is_not_one_document_is_refused() {
    let table = [
        ("a: 1\n---\nb: 2\n", "more than one document", 5),
        ("a: \"b\"#c", "comments must be separated from other tokens by whitespace", 6),
        ("a: *x", "while parsing node, found unknown anchor", 3),
    ];
    for (text, message, offset) in table {
        assert_eq!(read(text), Err(ParseError { message: message.to_owned(), offset }), "{text:?}");
    }
}

#[test]
fn what_go_reads_differently_is_refused() {
    let colon = "a colon without a blank behind it: some YAML readers take it for part of the key";
    let table = [
        ("{a:}", colon, 2),
        ("{a:, b: 1}", colon, 2),
        ("{a :, b}", colon, 3),
        ("[a:]", colon, 2),
        ("{:a}", "a scalar that starts with `:` or `?`: an indicator for some YAML readers", 1),
        ("[!!str, a]", "a tag without a blank behind it: some YAML readers take more for part of it", 1),
        ("|\nx", "a block scalar whose text is not indented: empty for some YAML readers", 0),
        ("a: |2\n    \n", "a block scalar of nothing but blanks", 3),
        ("a: |+\n  ", "a block scalar of nothing but blanks", 3),
    ];
    for (text, message, offset) in table {
        assert_eq!(read(text), Err(ParseError { message: message.to_owned(), offset }), "{text:?}");
    }
    assert_eq!(read("{'a':, \"b\":[c]}"), Ok(json!({"a": null, "b": ["c"]})));
}

#[test]
fn line_breaks_that_readers_disagree_about_are_refused() {
    for letter in ['\u{85}', '\u{2028}', '\u{2029}'] {
        let error = read(&format!("a: 1 # {letter} c")).unwrap_err();
        assert_eq!(error.offset, 7);
    }
    assert_eq!(read(r#"a: "\u2028" # â"#), Ok(json!({"a": "\u{2028}"})));
}

#[test]
fn nesting_is_limited() {
    for (open, levels) in [("[", 200), ("{a: ", 200), ("- ", 200), ("? ", 200)] {
        assert!(Tree::parse(&open.repeat(100_000)).is_err(), "{open}");
        let closed = match open {
            "[" => "[".repeat(levels) + &"]".repeat(levels),
            "{a: " => "{a: ".repeat(levels) + &"}".repeat(levels),
            _ => open.repeat(levels),
        };
        assert!(Tree::parse(&closed).is_ok(), "{open}");
    }
    let level = |name: usize| format!("a{name}: &a{name} {}[*a{}]{}\n", "[".repeat(150), name - 1, "]".repeat(150));
    let chain: String = (1..10).map(level).collect();
    let error = read(&format!("a0: &a0 x\n{chain}")).unwrap_err();
    assert_eq!(error.message, "nested too deeply");
}

#[test]
fn aliases_have_a_budget() {
    let laugh = |name: usize| format!("a{name}: &a{name} [{}]\n", vec![format!("*a{}", name - 1); 9].join(","));
    let bomb: String = (1..11).map(laugh).collect();
    assert_eq!(read(&format!("a0: &a0 lol\n{bomb}")).unwrap_err().message, "excessive aliasing");

    let long = format!("a: &a {}\nb: [{}]\n", "x".repeat(1 << 20), vec!["*a"; 80].join(","));
    assert_eq!(read(&long).unwrap_err().message, "excessive aliasing");
}

#[test]
fn duplicate_keys_are_listed() {
    let text = "a: 1\nb/c: {d: 1, 'd': 2}\na: 2\nl:\n- {1: x, \"1\": y}\ne: {<<: {x: 1}, x: 2}\n";
    let duplicates = Tree::parse(text).unwrap().duplicate_keys();
    let pointers: Vec<(&str, &str)> =
        duplicates.iter().map(|(pointer, offset)| (pointer.as_str(), &text[*offset..offset + 3])).collect();
    assert_eq!(pointers, [("/b~1c/d", "'d'"), ("/a", "a: "), ("/l/0/1", "\"1\"")]);
}

/// Pointer, key and value as written.
fn found(text: &str, pointer: &str) -> (Option<String>, String, Option<Detour>) {
    let found = Tree::parse(text).unwrap().find(pointer).unwrap_or_else(|| panic!("{pointer} is not found"));
    (found.key.map(|key| text[key].to_owned()), text[found.value].to_owned(), found.detour)
}

#[test]
fn values_are_located() {
    let text = "\u{feff}# é\r\n---\r\n'k é': &x !!str \"v é\" # c\r\nlist:\r\n- a: 1\r\n  b:\r\n  - {c: , d}\r\ntext: >- # c\r\n  x\r\n  y\r\n\r\n# c\r\n";
    let table = [
        ("/k é", Some("'k é'"), "\"v é\""),
        ("/list", Some("list"), "- a: 1\r\n  b:\r\n  - {c: , d}"),
        ("/list/0", None, "a: 1\r\n  b:\r\n  - {c: , d}"),
        ("/list/0/a", Some("a"), "1"),
        ("/list/0/b/0", None, "{c: , d}"),
        ("/list/0/b/0/c", Some("c"), ""),
        ("/list/0/b/0/d", Some("d"), ""),
        ("/text", Some("text"), ">- # c\r\n  x\r\n  y"),
    ];
    for (pointer, key, value) in table {
        assert_eq!(found(text, pointer), (key.map(str::to_owned), value.to_owned(), None), "{pointer}");
    }
    let tree = Tree::parse(text).unwrap();
    for pointer in ["/none", "/list/1", "/list/-", "/list/00", "/text/0", "list", "/list/0/a/"] {
        assert_eq!(tree.find(pointer), None, "{pointer}");
    }
    assert_eq!(tree.find("").map(|root| root.value.start), Some(text.find('\'').unwrap()));
}

#[test]
fn detours_are_told() {
    let text = "a: &x\n  b: 1\nc: *x\nd:\n  <<: *x\n  e: 2\nf: {b: 0, <<: [{g: 1}, *x]}\n";
    let some = |text: &str| text.to_owned();
    assert_eq!(found(text, "/a/b").2, None);
    assert_eq!(found(text, "/c"), (Some(some("c")), some("*x"), Some(Detour::Alias(16))));
    assert_eq!(found(text, "/c/b"), (Some(some("b")), some("1"), Some(Detour::Alias(16))));
    assert_eq!(found(text, "/d/b"), (Some(some("b")), some("1"), Some(Detour::Merge(24))));
    assert_eq!(found(text, "/d/e").2, None);
    assert_eq!(found(text, "/f/g"), (Some(some("g")), some("1"), Some(Detour::Merge(48))));
    // The last one wins, as for Go.
    assert_eq!(found(text, "/f/b"), (Some(some("b")), some("1"), Some(Detour::Merge(48))));
}
