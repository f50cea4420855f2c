//! A value as text in random styles, with a record of which lines and comments belong to what.

use super::dice::Dice;
use super::patch::{Touched, token};
use serde_json::Value;

/// A document and what is known about it.
#[derive(Debug, Default)]
pub struct Text {
    pub text: String,
    pub comments: Vec<Comment>,
    lines: Vec<Owner>,
    /// There is an alias, for which the editor may refuse.
    pub delicate: bool,
}

/// A comment that no other looks like, and when it may go.
#[derive(Debug)]
pub struct Comment {
    pub text: String,
    /// With this node, and with one that holds it.
    removed: Option<String>,
    /// With what this node holds: when it, or one that holds it, is removed or replaced.
    within: Option<String>,
    /// It may stand deeper than its column, and goes with what is removed before it: the end of these nodes.
    deeper: Vec<String>,
}

impl Comment {
    pub fn may_go(&self, touched: &Touched) -> bool {
        self.removed.iter().any(|pointer| touched.is_removed(pointer))
            || self.within.iter().any(|pointer| touched.is_gone(pointer))
            || self.deeper.iter().any(|pointer| touched.reaches(pointer) || touched.is_gone(pointer))
    }
}

#[derive(Debug)]
struct Owner {
    first: usize,
    last: usize,
    pointer: String,
    kind: Kind,
}

#[derive(PartialEq)]
enum Tail {
    /// With a block scalar.
    Block,
    /// With one that would take a blank line for its own.
    Keep,
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Leaf,
    /// The line of a key or dash, which a collection that becomes empty changes.
    Head,
    Flow,
}

impl Text {
    /// The lines that a patch must leave alone, in order.
    pub fn untouched_lines(&self, touched: &Touched) -> Vec<String> {
        let lines: Vec<&str> = self.text.trim_start_matches('\u{feff}').split('\n').collect();
        let mut untouched = vec![None; lines.len()];
        for owner in &self.lines {
            let hit = touched.is_gone(&owner.pointer)
                || match owner.kind {
                    Kind::Leaf => false,
                    Kind::Head => touched.changed.contains(&owner.pointer),
                    Kind::Flow => touched.reaches(&owner.pointer),
                };
            for line in &mut untouched[owner.first..=owner.last] {
                *line = Some(line.unwrap_or(true) && !hit);
            }
        }
        let lines = lines.into_iter().zip(untouched);
        lines.filter(|(_, untouched)| *untouched == Some(true)).map(|(line, _)| line.to_owned()).collect()
    }
}

/// Prints a value.
pub fn print(dice: &mut Dice, value: &Value) -> Text {
    let mut printer = Printer {
        indent: 2 + dice.below(2) * 2,
        indented: dice.below(2) > 0,
        busy: dice.below(3),
        dice,
        text: Text::default(),
        line: 0,
        anchored: Vec::new(),
        tail: Tail::Other,
    };
    printer.document(value);
    printer.text
}

pub struct Printer<'d, 'a> {
    pub dice: &'d mut Dice<'a>,
    text: Text,
    line: usize,
    indent: usize,
    indented: bool,
    /// How much is going on beside the values: 0, 1 or 2.
    pub busy: usize,
    /// Leaves with an anchor; its number is the index.
    anchored: Vec<Value>,
    /// How the text ends.
    tail: Tail,
}

impl Printer<'_, '_> {
    fn document(&mut self, value: &Value) {
        let bom = self.dice.once_in(12);
        let json = self.dice.once_in(8);
        if self.dice.once_in(6) {
            self.comment(0, None, None, Vec::new());
        }
        match self.dice.below(5) {
            3 => self.write("---\n"),
            4 if self.busy > 0 => {
                self.write("---");
                self.behind(Some("-"));
            }
            _ => {}
        }
        if json {
            let spread = self.dice.below(2) > 0;
            self.owned("", Kind::Flow, |printer| printer.flow(value, "", 0, spread, true));
            self.write("\n");
        } else {
            self.collection(value, 0, "", false);
            if self.dice.once_in(8) {
                self.comment(0, None, None, Vec::new());
            }
        }
        if self.dice.once_in(8) {
            self.write("...\n");
        } else if self.dice.once_in(5) && self.tail == Tail::Other {
            self.text.text.pop();
        }
        if self.dice.once_in(5) {
            self.text.text = self.text.text.replace('\n', "\r\n");
        }
        if bom {
            self.text.text.insert(0, '\u{feff}');
        }
    }

    pub fn write(&mut self, text: &str) {
        self.line += text.matches('\n').count();
        self.text.text.push_str(text);
    }

    pub fn pad(&mut self, column: usize) {
        self.write(&" ".repeat(column));
    }

    fn owned(&mut self, pointer: &str, kind: Kind, print: impl FnOnce(&mut Self)) {
        let first = self.line;
        print(self);
        let last = self.line - usize::from(self.text.text.ends_with('\n'));
        self.text.lines.push(Owner { first, last, pointer: pointer.to_owned(), kind });
    }

    /// A comment on a line of its own.
    pub fn comment(&mut self, column: usize, removed: Option<&str>, within: Option<&str>, deeper: Vec<String>) {
        self.pad(column);
        self.note(removed, within, deeper);
        self.write("\n");
        self.tail = Tail::Other;
    }

    pub fn note(&mut self, removed: Option<&str>, within: Option<&str>, deeper: Vec<String>) {
        let text = format!("# {}: '[{{\"", self.text.comments.len());
        self.write(&text);
        let (removed, within) = (removed.map(str::to_owned), within.map(str::to_owned));
        self.text.comments.push(Comment { text, removed, within, deeper });
    }

    /// The end of a line, perhaps with a comment.
    fn behind(&mut self, pointer: Option<&str>) {
        if self.busy > 0 && self.dice.once_in(4) {
            let gap = self.dice.pick(&[" ", "  ", "\t"]);
            self.write(if self.text.text.ends_with('-') { " " } else { gap });
            self.note(pointer, None, Vec::new());
        } else if self.busy > 1 && self.dice.once_in(12) {
            self.write(" ");
        }
        self.write("\n");
    }

    /// What stands before an entry: comments and blank lines.
    fn above(&mut self, column: usize, parent: &str, before: Option<&str>) {
        while self.busy > 0 && self.dice.once_in(6) {
            match self.dice.below(4) {
                0 if self.tail != Tail::Keep => self.write("\n"),
                1 if before.is_some() && self.busy > 1 && self.tail == Tail::Other => {
                    let deeper = before.map(str::to_owned).into_iter().collect();
                    let extra = 1 + self.dice.below(5);
                    self.comment(column + extra, None, Some(parent), deeper);
                }
                _ => self.comment(column, None, Some(parent), Vec::new()),
            }
        }
    }

    /// A block collection that is not empty, at `column`; the first line continues one that is begun if `inline`.
    fn collection(&mut self, value: &Value, column: usize, pointer: &str, inline: bool) {
        let mut before: Option<String> = None;
        let children = children(value);
        for (index, (key, child)) in children.iter().enumerate() {
            let at = format!("{pointer}/{}", key.as_deref().map_or(index.to_string(), token));
            if !(inline && index == 0) {
                self.above(column, pointer, before.as_deref());
                self.pad(column);
            }
            match key {
                Some(key) => self.entry(key, child, column, &at),
                None => self.item(child, column, &at),
            }
            before = Some(at);
        }
        if self.busy > 0 && self.dice.once_in(8) {
            let outer = pointer.rsplit_once('/').map(|(outer, _)| outer);
            self.comment(column, None, outer, before.into_iter().collect());
        }
    }

    fn entry(&mut self, key: &str, value: &Value, column: usize, at: &str) {
        let first = self.line;
        let explicit = self.busy > 1 && self.dice.once_in(15);
        let key = self.key(key);
        if explicit {
            self.write(&format!("? {key}\n"));
            self.pad(column);
            self.write(":");
        } else {
            self.write(&format!("{key}:"));
        }
        self.value(value, column, at, first, !explicit);
    }

    fn item(&mut self, value: &Value, column: usize, at: &str) {
        self.write("-");
        self.value(value, column, at, self.line, false);
    }

    /// What stands behind a colon or dash, to the end of its line or lines.
    fn value(&mut self, value: &Value, column: usize, at: &str, first: usize, below: bool) {
        let properties = self.properties(value);
        let space = self.dice.pick(&[" ", " ", " ", "  ", " ", "\t"]);
        // Go takes no tab behind a dash.
        let space = if self.busy > 1 && below { space } else { " " };
        self.write(&properties);
        let own = |kind| move |last| Owner { first, last, pointer: at.to_owned(), kind };
        if !is_filled(value) {
            let own_line = self.busy > 1 && self.dice.once_in(10);
            if own_line {
                self.behind(Some(at));
                self.pad(column + self.indent);
            }
            let alias = self.anchored.iter().position(|anchored| !value.is_null() && anchored == value);
            let leaf = if let Some(anchor) = alias.filter(|_| properties.is_empty() && self.dice.below(3) > 0) {
                self.text.delicate = true;
                format!("*a{anchor}")
            } else if value.is_object() || value.is_array() {
                value.to_string()
            } else {
                self.leaf(value, column)
            };
            if !leaf.is_empty() && !own_line {
                self.write(space);
            }
            let is_block = leaf.starts_with(['|', '>']);
            self.tail = match leaf.split('\n').next() {
                Some(header) if is_block && header.contains('+') => Tail::Keep,
                _ if is_block => Tail::Block,
                _ => Tail::Other,
            };
            match leaf.split_once('\n') {
                Some((header, body)) if is_block => {
                    self.write(header);
                    self.behind(Some(at));
                    self.write(body);
                }
                _ => {
                    self.write(&leaf);
                    self.behind(Some(at));
                }
            }
            let kind = if value.is_object() || value.is_array() { Kind::Head } else { Kind::Leaf };
            self.text.lines.push(own(kind)(self.line - 1));
            return;
        }
        if self.dice.once_in(6) {
            let spread = self.busy > 0 && self.dice.below(2) > 0;
            let json = self.dice.below(2) > 0;
            self.write(" ");
            self.tail = Tail::Other;
            self.owned(at, Kind::Flow, |printer| printer.flow(value, at, column + printer.indent, spread, json));
            self.behind(Some(at));
            self.text.lines.push(own(Kind::Flow)(self.line - 1));
            return;
        }
        if !below && properties.is_empty() && self.dice.below(5) < 4 {
            let blanks = if self.busy > 1 { 1 + self.dice.below(3) } else { 1 };
            self.pad(blanks);
            self.text.lines.push(own(Kind::Head)(self.line));
            self.collection(value, column + 1 + blanks, at, true);
            return;
        }
        self.behind(Some(at));
        self.text.lines.push(own(Kind::Head)(self.line - 1));
        let deeper = if value.is_array() && below && !self.indented { 0 } else { self.indent };
        self.collection(value, column + deeper, at, false);
    }

    fn properties(&mut self, value: &Value) -> String {
        if self.busy < 2 {
            return String::new();
        }
        let tag = match value {
            Value::Object(_) => " !!map",
            Value::Array(_) => " !!seq",
            Value::String(_) => " !!str",
            _ => " ",
        };
        match self.dice.below(30) {
            28 if tag != " " => tag.to_owned(),
            29 => {
                self.anchored.push(if is_filled(value) { Value::Null } else { value.clone() });
                format!(" &a{}", self.anchored.len() - 1)
            }
            _ => String::new(),
        }
    }

    pub fn key(&mut self, key: &str) -> String {
        let plain = key.starts_with(|first: char| first.is_ascii_alphabetic()) && key != "on" && !key.contains('"');
        match self.dice.below(8) {
            6 => format!("'{key}'"),
            7 => Value::from(key).to_string(),
            _ if plain => key.to_owned(),
            _ => Value::from(key).to_string(),
        }
    }

    fn leaf(&mut self, value: &Value, column: usize) -> String {
        let Value::String(text) = value else {
            return match value {
                Value::Null => self.dice.pick(&["null", "~", ""]).to_owned(),
                other => other.to_string(),
            };
        };
        let printable = !text.contains(['\u{2028}', '\t']);
        let quoted = Value::from(text.as_str()).to_string().replace('\u{2028}', "\\u2028").replace('\u{7f}', "\\u007f");
        let one_line = printable && !text.contains('\n');
        let simple = one_line && text.starts_with(|first: char| first.is_ascii_alphabetic()) && text != "yes";
        let pad = " ".repeat(column + self.indent + self.dice.below(2));
        match self.dice.below(6) {
            1 if one_line => format!("'{}'", text.replace('\'', "''")),
            2 if printable && !text.starts_with(' ') && !text.trim().is_empty() => block(text, &pad, self.dice),
            3 if one_line && !text.starts_with(' ') => {
                format!("'{}'", text.replace('\'', "''").replacen(' ', &format!("\n{pad}"), 1))
            }
            4 if simple => text.replacen(' ', &format!("\n{pad}"), 1),
            _ if simple => text.clone(),
            _ => quoted,
        }
    }
}

fn block(text: &str, pad: &str, dice: &mut Dice) -> String {
    let body = text.trim_end_matches('\n');
    let breaks = text.len() - body.len();
    let chomp = match breaks {
        0 => "-",
        1 => dice.pick(&["", "+"]),
        _ => "+",
    };
    let lines: Vec<String> =
        body.split('\n').map(|line| if line.is_empty() { String::new() } else { format!("{pad}{line}") }).collect();
    format!("|{chomp}\n{}{}", lines.join("\n"), "\n".repeat(breaks.max(1)))
}

pub fn children(value: &Value) -> Vec<(Option<String>, &Value)> {
    match value {
        Value::Object(map) => map.iter().map(|(key, value)| (Some(key.clone()), value)).collect(),
        Value::Array(items) => items.iter().map(|value| (None, value)).collect(),
        _ => Vec::new(),
    }
}

/// A collection with something in it.
pub fn is_filled(value: &Value) -> bool {
    !children(value).is_empty()
}
