//! Inputs from inputs. What coverage-guided fuzzing does to bytes comes beside this.

use super::dictionary;
use super::objects::{Object, annotation, inside, json_text};
use super::random_yaml::dice::Dice;
use super::random_yaml::{patch, text};
use super::targets::{DIVIDER, Target};
use arbitrary::{Result, Unstructured};
use istio_alb::config::fields::FIELDS;
use manifest_yaml::stream::Stream;
use manifest_yaml::{Newline, Style, Tree, apply, emit, pointer};
use serde_json::{Value, json};

/// Another input, made of one by the choices of the bytes.
pub type Mutate = fn(&str, &mut Unstructured<'_>) -> Result<String>;

/// Another input for a target; the same for the same seed.
pub fn mutated(target: &Target, input: &str, seed: u64) -> String {
    let bytes = random(seed);
    // Bytes that have run out are zeros, never an error.
    (target.mutate)(input, &mut Unstructured::new(&bytes)).unwrap_or_default()
}

/// Bytes that look random (SplitMix64).
fn random(seed: u64) -> Vec<u8> {
    let mut state = seed;
    let next = move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = state;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    };
    std::iter::repeat_with(next).take(128).flat_map(u64::to_le_bytes).collect()
}

/// For libFuzzer: every other time `bytes`, which changes bytes, and otherwise the target's own way. Returns the new length.
pub fn in_place(
    target: &Target,
    data: &mut [u8],
    size: usize,
    max_size: usize,
    seed: u32,
    bytes: impl FnOnce(&mut [u8], usize, usize) -> usize,
) -> usize {
    if seed.is_multiple_of(2) {
        return bytes(data, size, max_size);
    }
    let new = mutated(target, &String::from_utf8_lossy(&data[..size]), u64::from(seed));
    if new.is_empty() || new.len() > max_size {
        return bytes(data, size, max_size);
    }
    data[..new.len()].copy_from_slice(new.as_bytes());
    new.len()
}

/// Streams of manifests.
pub fn manifests(input: &str, u: &mut Unstructured<'_>) -> Result<String> {
    match u.int_in_range(0..=9)? {
        0 => {
            let count = u.int_in_range(1..=4)?;
            (0..count).map(|_| document(u)).collect()
        }
        1 => Ok(format!("{input}{}", document(u)?)),
        2 | 3 => in_document(input, u, annotated),
        4 => in_document(input, u, patched),
        5 => in_document(input, u, printed_anew),
        6 => in_document(input, u, with_another_word),
        _ => lines(input, u),
    }
}

/// A document with an object, with its marker.
fn document(u: &mut Unstructured<'_>) -> Result<String> {
    let value = u.arbitrary::<Object>()?.value();
    Ok(format!("---\n{}", printed(&value, u)?))
}

/// A value as text in some style.
fn printed(value: &Value, u: &mut Unstructured<'_>) -> Result<String> {
    let newline = if u.ratio(1, 5)? { Newline::CrLf } else { Newline::Lf };
    Ok(match u.int_in_range(0..=4)? {
        0 => format!("{value}\n"),
        1 => format!("{value:#}\n"),
        2 | 3 if text::is_filled(value) => {
            let bytes = u.bytes(u.len().min(200))?;
            text::print(&mut Dice::new(bytes), value).text
        }
        _ => emit(value, &Style { newline, indent: u.int_in_range(1..=4)?, indented_sequences: u.arbitrary()? }),
    })
}

type Rewrite = fn(&str, &Value, &mut Unstructured<'_>) -> Result<Option<String>>;

/// Changes one document of a stream that reads as a collection; where there is none, makes one.
fn in_document(input: &str, u: &mut Unstructured<'_>, rewrite: Rewrite) -> Result<String> {
    let stream = Stream::split(input);
    if stream.documents.is_empty() {
        return document(u);
    }
    let chosen = &stream.documents[u.choose_index(stream.documents.len())?];
    let old = stream.text_of(chosen);
    let value = Tree::parse(old).and_then(|tree| tree.value()).ok().filter(text::is_filled);
    let new = match value {
        Some(value) => rewrite(old, &value, u)?,
        None => None,
    };
    match new {
        Some(new) => Ok(format!("{}{new}{}", &input[..chosen.span.start], &input[chosen.span.end..])),
        None => lines(input, u),
    }
}

/// With an annotation more.
fn annotated(text: &str, value: &Value, u: &mut Unstructured<'_>) -> Result<Option<String>> {
    let (key, annotation) = annotation(u)?;
    let add = |path: &str, value: Value| json!([{"op": "add", "path": path, "value": value}]);
    let patch = match (&value["metadata"], &value["metadata"]["annotations"]) {
        (Value::Object(_), Value::Object(_)) => {
            add(&pointer::of(["metadata", "annotations", key.as_str()]), annotation)
        }
        (Value::Object(_), _) => add("/metadata/annotations", json!({ key: annotation })),
        _ => return Ok(None),
    };
    Ok(edited(text, patch))
}

/// The editor is the program's own, so what it does here must be right as well.
fn edited(text: &str, patch: Value) -> Option<String> {
    match apply(text, &serde_json::from_value(patch).unwrap()) {
        Ok(new) => Some(new),
        Err(error) => {
            assert!(!error.internal, "{error}\n{text}");
            None
        }
    }
}

/// With nodes added, removed and replaced.
fn patched(text: &str, value: &Value, u: &mut Unstructured<'_>) -> Result<Option<String>> {
    let (patch, _) = patch::patch(&mut Dice::new(u.bytes(u.len().min(100))?), value);
    Ok(edited(text, serde_json::to_value(patch).unwrap()))
}

/// In another style.
fn printed_anew(_: &str, value: &Value, u: &mut Unstructured<'_>) -> Result<Option<String>> {
    Ok(Some(format!("---\n{}", printed(value, u)?)))
}

/// With another value somewhere.
fn with_another_word(_: &str, value: &Value, u: &mut Unstructured<'_>) -> Result<Option<String>> {
    let mut value = value.clone();
    let word = match u.int_in_range(0..=5)? {
        0 => json!(u.arbitrary::<i32>()?),
        1 => u.choose(&[json!(null), json!([]), json!({}), json!(true), json!(1.5), json!(u64::MAX)])?.clone(),
        2 => json_text(u)?.into(),
        _ => u.choose(&dictionary::ALL)?.as_str().into(),
    };
    *inside(&mut value, u)? = word;
    printed_anew("", &value, u)
}

/// Lines moved, doubled, cut, indented and commented, and what ends them changed.
fn lines(input: &str, u: &mut Unstructured<'_>) -> Result<String> {
    let mut lines: Vec<String> = input.split_inclusive('\n').map(str::to_owned).collect();
    if lines.is_empty() {
        lines.push("a: b\n".to_owned());
    }
    for _ in 0..u.int_in_range(1..=3)? {
        let at = u.choose_index(lines.len())?;
        let other = u.choose_index(lines.len())?;
        let column = u.int_in_range(0..=8)?;
        match u.int_in_range(0..=12)? {
            0 if lines.len() > 1 => drop(lines.remove(at)),
            1 => lines.insert(other, lines[at].clone()),
            2 => lines.swap(at, other),
            3 => lines[at].insert_str(0, "  "),
            4 => lines[at] = lines[at].strip_prefix("  ").unwrap_or(&lines[at]).to_owned(),
            5 => lines.insert(at, format!("{:column$}# c\n", "")),
            6 => lines.insert(at, format!("{:column$}\n", "")),
            7 => {
                lines[at] = lines[at].trim_end().to_owned() + *u.choose(&["", " # c\n", " \n", "\r\n", "\r", "\t\n"])?
            }
            8 => {
                let word = u.choose(&dictionary::ALL)?;
                let head = lines[at].find(": ").map_or(0, |colon| colon + 2);
                lines[at] = format!("{}{word}\n", &lines[at][..head]);
            }
            9 => lines.iter_mut().for_each(|line| *line = line.replace("\r\n", "\n").replace('\n', "\r\n")),
            10 => lines.truncate(at + 1),
            11 => lines[0].insert(0, '\u{feff}'),
            _ => lines.insert(
                at,
                (*u.choose(&["---\n", "...\n", "--- # c\n", "---a\n", "{}\n", "- a\n", "? a\n"])?).to_owned(),
            ),
        }
        if u.ratio(1, 6)? {
            let last = lines.len() - 1;
            lines[last] = lines[last].trim_end_matches(['\n', '\r']).to_owned();
        }
    }
    Ok(lines.concat())
}

/// Documents with a patch.
pub fn edits(input: &str, u: &mut Unstructured<'_>) -> Result<String> {
    let (text, patch) = input.rsplit_once(DIVIDER).unwrap_or((input, "[]"));
    let text = match u.int_in_range(0..=4)? {
        0 => document(u)?,
        1 => in_document(text, u, printed_anew)?,
        2 => lines(text, u)?,
        _ => text.to_owned(),
    };
    let value = Tree::parse(&text).and_then(|tree| tree.value()).ok().filter(text::is_filled);
    let patch = match value {
        Some(value) => {
            let (patch, _) = patch::patch(&mut Dice::new(u.bytes(u.len().min(100))?), &value);
            serde_json::to_string(&patch).unwrap()
        }
        None => patch.to_owned(),
    };
    Ok(format!("{text}{DIVIDER}{patch}"))
}

/// What a random Service, its style and its patch are thrown with.
pub fn dice(input: &str, u: &mut Unstructured<'_>) -> Result<String> {
    let mut bytes = input.as_bytes().to_vec();
    let fresh: Vec<u8> = (0..u.int_in_range(1..=400)?).map(|_| u.int_in_range(0..=127)).collect::<Result<_>>()?;
    let at = u.int_in_range(0..=bytes.len())?;
    if u.arbitrary()? {
        bytes.truncate(at);
    }
    bytes.extend(fresh);
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Configurations.
pub fn configurations(input: &str, u: &mut Unstructured<'_>) -> Result<String> {
    match u.int_in_range(0..=5)? {
        0 | 1 => configuration(u),
        2 => in_document(input, u, printed_anew),
        3 => in_document(input, u, with_another_word),
        4 => in_document(input, u, patched),
        _ => lines(input, u),
    }
}

/// A configuration of fields from the table, with their examples or those of others.
fn configuration(u: &mut Unstructured<'_>) -> Result<String> {
    let example = |u: &mut Unstructured<'_>, which: usize| -> Result<Value> {
        let which = if u.ratio(1, 4)? { u.choose_index(FIELDS.len())? } else { which };
        Ok(Tree::parse(FIELDS[which].example).and_then(|tree| tree.value()).unwrap())
    };
    let mut fields = Vec::new();
    for _ in 0..u.int_in_range(0..=6)? {
        let which = u.choose_index(FIELDS.len())?;
        fields.push((FIELDS[which].path, example(u, which)?));
    }
    let value = if u.ratio(1, 5)? {
        let data = fields.into_iter().map(|(path, value)| (path.to_owned(), value.to_string().into()));
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": Value::Object(data.collect())})
    } else {
        let mut spec = json!({});
        for (path, value) in fields {
            let mut at = &mut spec;
            for key in path.split('.') {
                if !at.is_object() {
                    *at = json!({});
                }
                at = &mut at[key];
            }
            *at = value;
        }
        json!({"apiVersion": "istio-alb.dev/v1alpha1", "kind": "AlbGateway", "metadata": {"name": "a"}, "spec": spec})
    };
    printed(&value, u)
}

/// JSON of annotations.
pub fn json(input: &str, u: &mut Unstructured<'_>) -> Result<String> {
    let value = serde_json::from_str::<Value>(input);
    match (value, u.int_in_range(0..=3)?) {
        (Ok(mut value), 1) => {
            let part = serde_json::from_str(&json_text(u)?).unwrap_or(Value::Null);
            *inside(&mut value, u)? = part;
            Ok(value.to_string())
        }
        (_, 2) => {
            let characters: Vec<(usize, char)> = input.char_indices().collect();
            let at = if characters.is_empty() { 0 } else { u.choose(&characters)?.0 };
            let marks = [
                "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "\\ud800", "null", "1e9", "-0", "\u{0}", " ",
                "1.5E+3", "😀",
            ];
            let mut text = input.to_owned();
            text.insert_str(at, u.choose(&marks)?);
            Ok(text)
        }
        (_, 3) => {
            // A key twice, and lists in lists.
            Ok(format!("{{\"a\":{input},\"type\":{},\"type\":null}}", json_text(u)?))
        }
        _ => json_text(u),
    }
}
