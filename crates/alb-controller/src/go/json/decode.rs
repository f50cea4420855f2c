//! Decoding into a Go type, with what Go leaves in place where a key comes twice (decode.go of encoding/json).

use super::scanner::Json;
use super::types::{Mismatch, Struct, Type, field};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The value, and the first thing in it that does not fit.
pub(super) fn decode(json: &Json, ty: &Type) -> (Value, Option<Mismatch>) {
    let mut decoder = Decoder { path: Vec::new(), structs: Vec::new(), error: None, aborted: false };
    let mut variable = Variable::Zero;
    decoder.decode(json, ty, &mut variable);
    (variable.value(ty), decoder.error)
}

/// A Go variable while it is decoded into.
enum Variable {
    /// As Go makes it: `nil`, `""`, a struct without fields.
    Zero,
    Scalar(Value),
    /// Elements that have been decoded, and how many of them the list has now. Those behind the end are still in memory.
    List(Vec<Variable>, usize),
    Map(Map<String, Value>),
    Struct(BTreeMap<&'static str, Variable>),
}

impl Variable {
    /// `null` for a zero value; in a list or a map it is spelt out, since there it counts.
    fn value(self, ty: &Type) -> Value {
        match (self, ty) {
            (variable, Type::Pointer(ty) | Type::Embedded(_, ty)) => variable.value(ty),
            (Variable::Scalar(value), _) => value,
            (Variable::Map(map), _) => Value::Object(map),
            (Variable::List(items, length), Type::List(item)) => {
                items.into_iter().take(length).map(|variable| zero(variable.value(item), item)).collect()
            }
            (Variable::Struct(mut variables), Type::Struct(of)) => {
                let mut map = Map::new();
                for (name, ty) in of.fields {
                    let value = variables.remove(name).map_or(Value::Null, |variable| variable.value(ty));
                    if !value.is_null() {
                        map.insert((*name).to_owned(), value);
                    }
                }
                Value::Object(map)
            }
            _ => Value::Null,
        }
    }
}

/// What Go has where a list or a map holds `null`: the zero value.
fn zero(value: Value, ty: &Type) -> Value {
    match (value, ty) {
        (Value::Null, Type::Text(_)) => Value::String(String::new()),
        (Value::Null, Type::Int32) => Value::from(0),
        (Value::Null, Type::Bool) => Value::Bool(false),
        (Value::Null, Type::Struct(_)) => Value::Object(Map::new()),
        (value, _) => value,
    }
}

struct Decoder {
    path: Vec<&'static str>,
    structs: Vec<&'static str>,
    error: Option<Mismatch>,
    /// A type that reads itself (`IntOrString`) has failed: that ends it, and its error counts before all others.
    aborted: bool,
}

impl Decoder {
    fn mismatch(&mut self, found: &str, ty: &Type) {
        let field = self.structs.last().map(|name| format!("{name}.{}", self.path.join(".")));
        let mismatch = Mismatch { found: found.to_owned(), wanted: ty.go_name(), field };
        if matches!(ty, Type::IntOrString) {
            self.error = Some(mismatch);
            self.aborted = true;
        } else {
            self.error.get_or_insert(mismatch);
        }
    }

    fn decode(&mut self, json: &Json, ty: &Type, variable: &mut Variable) {
        if self.aborted {
            return;
        }
        match (json, ty) {
            (Json::Null, Type::Pointer(_) | Type::List(_) | Type::Map(_)) => *variable = Variable::Zero,
            (Json::Null, _) => {}
            (_, Type::Pointer(ty) | Type::Embedded(_, ty)) => self.decode(json, ty, variable),
            (Json::Bool(b), Type::Bool) => *variable = Variable::Scalar(Value::Bool(*b)),
            (Json::String(s), Type::Text(_) | Type::IntOrString) => {
                *variable = Variable::Scalar(Value::String(s.clone()));
            }
            (Json::Number(n), Type::Int32 | Type::IntOrString) => match n.parse::<i32>() {
                Ok(n) => *variable = Variable::Scalar(Value::from(n)),
                Err(_) => self.mismatch(&format!("number {n}"), ty),
            },
            (Json::Array(array), Type::List(item)) => self.list(array, item, variable),
            (Json::Object(entries), Type::Map(value)) => self.map(entries, value, variable),
            (Json::Object(entries), Type::Struct(of)) => self.structure(entries, of, variable),
            (Json::Bool(_), _) => self.mismatch("bool", ty),
            (Json::Number(_), _) => self.mismatch("number", ty),
            (Json::String(_), _) => self.mismatch("string", ty),
            (Json::Array(_), _) => self.mismatch("array", ty),
            (Json::Object(_), _) => self.mismatch("object", ty),
        }
    }

    fn list(&mut self, array: &[Json], item: &Type, variable: &mut Variable) {
        let mut items = match std::mem::replace(variable, Variable::Zero) {
            Variable::List(items, _) if !array.is_empty() => items,
            _ => Vec::new(),
        };
        for (at, json) in array.iter().enumerate() {
            if items.len() == at {
                items.push(Variable::Zero);
            }
            self.decode(json, item, &mut items[at]);
        }
        *variable = Variable::List(items, array.len());
    }

    fn map(&mut self, entries: &[(String, Json)], ty: &Type, variable: &mut Variable) {
        let mut map = match std::mem::replace(variable, Variable::Zero) {
            Variable::Map(map) => map,
            _ => Map::new(),
        };
        for (key, json) in entries {
            let mut entry = Variable::Zero;
            self.decode(json, ty, &mut entry);
            map.insert(key.clone(), zero(entry.value(ty), ty));
        }
        *variable = Variable::Map(map);
    }

    fn structure(&mut self, entries: &[(String, Json)], of: &'static Struct, variable: &mut Variable) {
        let mut variables = match std::mem::replace(variable, Variable::Zero) {
            Variable::Struct(variables) => variables,
            _ => BTreeMap::new(),
        };
        for (key, json) in entries {
            let Some((name, ty)) = field(of, key) else {
                continue;
            };
            let depth = self.path.len();
            if let Type::Embedded(embedded, _) = ty {
                self.path.push(embedded);
            }
            self.path.push(name);
            self.structs.push(of.bare_name());
            self.decode(json, ty, variables.entry(name).or_insert(Variable::Zero));
            self.path.truncate(depth);
            self.structs.pop();
        }
        *variable = Variable::Struct(variables);
    }
}
