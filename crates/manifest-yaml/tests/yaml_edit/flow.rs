//! Values in flow style: on one line, spread over lines, with the commas in front, as JSON.

use super::patch::token;
use super::text::{Printer, children, is_filled};
use serde_json::Value;

impl Printer<'_, '_> {
    pub fn flow(&mut self, value: &Value, at: &str, column: usize, spread: bool, json: bool) {
        if !is_filled(value) {
            let leaf = self.flow_leaf(value, json);
            self.write(&leaf);
            return;
        }
        let (open, close) = if value.is_object() { ("{", "}") } else { ("[", "]") };
        let tight = self.dice.once_in(3);
        let commas_first = !json && self.dice.once_in(6);
        self.write(open);
        let children = children(value);
        for (index, (key, child)) in children.iter().enumerate() {
            let pointer = format!("{at}/{}", key.as_deref().map_or(index.to_string(), token));
            let last = index + 1 == children.len();
            if spread {
                let before = index.checked_sub(1).map(|_| at);
                self.line_break(before.filter(|_| !json), column + 2, None);
                self.write(if commas_first && index > 0 { ", " } else { "" });
            } else if index > 0 {
                self.write(if commas_first { "," } else { "" });
                self.write(if tight { "" } else { " " });
            }
            if let Some(key) = key {
                let key = if json { Value::from(key.as_str()).to_string() } else { self.key(key) };
                self.write(&key);
                if child.is_null() && !json && self.dice.below(2) > 0 {
                    let colon = self.dice.pick(&["", ": "]);
                    self.write(colon);
                    self.write(if last || commas_first { " " } else { " ," });
                    continue;
                }
                self.write(if tight && json { ":" } else { ": " });
            }
            let spread_child = spread && self.dice.below(3) > 0;
            self.flow(child, &pointer, column + 2, spread_child, json);
            if !commas_first && (!last || (!json && self.dice.once_in(6))) {
                self.write(",");
            }
            if spread && !json && self.busy > 0 && self.dice.once_in(6) {
                self.write(" ");
                self.note(Some(&pointer), None, Vec::new());
            }
        }
        if spread {
            self.line_break(Some(at).filter(|_| !json), column, Some(at));
        }
        self.write(close);
    }

    /// A line break, perhaps with a comment on a line of its own, and the indentation of the next line.
    fn line_break(&mut self, parent: Option<&str>, column: usize, last: Option<&str>) {
        self.write("\n");
        if parent.is_some() && self.busy > 0 && self.dice.once_in(8) {
            let deeper = last.map(str::to_owned).into_iter().collect();
            self.comment(column, None, parent, deeper);
        }
        self.pad(column);
    }

    fn flow_leaf(&mut self, value: &Value, json: bool) -> String {
        let Value::String(text) = value else {
            return value.to_string();
        };
        let quoted = Value::from(text.as_str()).to_string();
        let quoted = quoted.replace('\u{2028}', "\\u2028").replace('\u{7f}', "\\u007f");
        match self.dice.below(4) {
            1 if !json && text == "a b c d" => text.clone(),
            2 if !json && !text.contains(['\n', '\t']) => format!("'{}'", text.replace('\'', "''")),
            _ => quoted,
        }
    }
}
