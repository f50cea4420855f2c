//! From a located value to a typed one.
//!
//! A serde deserializer over [`Node`]: the types need nothing but their derives, and each mismatch is reported with its place
//! and in the terms of YAML (`expected a list, found …`).

use super::decode_error::{DecodeError, alternatives, suggest};
use super::node::{Entry, Node, Value};
use super::value;
use serde::de::{self, DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};

impl Node {
    fn expected(&self, what: &str) -> DecodeError {
        let error = DecodeError::new(format!("expected {what}, found {}", self.describe())).at(&self.origin);
        match self.value {
            Value::Empty => error.help("leave the key out, or say `null` to switch it off"),
            _ => error,
        }
    }

    fn expected_text(&self) -> DecodeError {
        let error = self.expected("text");
        match &self.value {
            Value::Bool(_, text) | Value::Integer(_, text) | Value::Float(text) => {
                error.help(format!("put it in quotes: \"{text}\""))
            }
            _ => error,
        }
    }

    fn expected_list(&self) -> DecodeError {
        let error = self.expected("a list");
        if let Some(text) = self.text().filter(|text| text.starts_with('[')) {
            return error.help(format!("write it without quotes: {text}"));
        }
        let error = error.no_list();
        match (&self.value, self.unambiguous()) {
            (Value::Text(text), _) => {
                let items: Vec<_> = text.split(',').map(str::trim).filter(|item| !item.is_empty()).collect();
                error.help(format!("write it in brackets: [{}]", items.join(", ")))
            }
            (_, Some(text)) => error.help(format!("write it in brackets: [\"{text}\"]")),
            _ => error,
        }
    }

    fn expected_number(&self) -> DecodeError {
        let error = self.expected("a whole number");
        match self.text().map(str::parse::<i64>) {
            Some(Ok(number)) => error.help(format!("write it without quotes: {number}")),
            _ => error,
        }
    }

    fn expected_bool(&self) -> DecodeError {
        let error = self.expected("true or false");
        match self.text() {
            Some(text @ ("true" | "false")) => error.help(format!("write it without quotes: {text}")),
            _ => error,
        }
    }
}

impl<'de> Deserializer<'de> for &'de Node {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match &self.value {
            Value::Null | Value::Empty => visitor.visit_unit(),
            Value::Bool(value, _) => visitor.visit_bool(*value),
            Value::Integer(number, _) => visitor.visit_i64(*number),
            Value::Float(text) => visitor.visit_f64(text.parse().unwrap_or(f64::NAN)),
            Value::Text(text) => visitor.visit_borrowed_str(text),
            Value::List(items) => visitor.visit_seq(Items { items, index: 0 }),
            Value::Map(entries) => visitor.visit_map(Entries { entries, index: 0 }),
        }
        .map_err(|error| error.at(&self.origin))
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match &self.value {
            Value::Bool(value, _) => visitor.visit_bool(*value),
            _ => Err(self.expected_bool()),
        }
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match &self.value {
            Value::Integer(number, _) => {
                visitor.visit_i64(*number).map_err(|error: DecodeError| error.at(&self.origin))
            }
            _ => Err(self.expected_number()),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match &self.value {
            Value::Text(text) => visitor.visit_borrowed_str(text).map_err(|error: DecodeError| error.at(&self.origin)),
            _ => Err(self.expected_text()),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match self.value {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match &self.value {
            Value::List(items) => visitor.visit_seq(Items { items, index: 0 }),
            _ => Err(self.expected_list()),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match &self.value {
            Value::Map(entries) => {
                visitor.visit_map(Entries { entries, index: 0 }).map_err(|error| error.at(&self.origin))
            }
            _ => Err(self.expected("a map")),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        match self.value {
            Value::Null | Value::Empty => {
                visitor.visit_map(Entries { entries: &[], index: 0 }).map_err(|error| error.at(&self.origin))
            }
            _ => self.deserialize_map(visitor),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        match (name, self.unambiguous()) {
            (value::VAR, Some(text)) if text.contains("${") => visitor.visit_str(text),
            (value::TEXT, Some(text)) => visitor.visit_str(text),
            (value::TEXT, None) => Err(match &self.value {
                Value::Bool(value, text) => {
                    self.expected("text").help(format!("write {value}, or put it in quotes: \"{text}\""))
                }
                _ => self.expected_text(),
            }),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        words: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        let (variant, content, origin) = match &self.value {
            Value::Text(text) => (text.as_str(), None, &self.origin),
            Value::Map(entries) => match entries.as_slice() {
                [entry] if words.contains(&entry.key.as_str()) => {
                    (entry.key.as_str(), Some(&entry.node), &entry.origin)
                }
                [entry] => {
                    let error =
                        DecodeError::new(format!("expected {}, found the key `{}`", alternatives(words), entry.key));
                    return Err(suggest(error, &entry.key, words).at(&entry.origin));
                }
                _ => return Err(self.expected(&format!("one entry, {}", alternatives(words)))),
            },
            _ => return Err(self.expected(&alternatives(words))),
        };
        visitor.visit_enum(Variant { variant, content }).map_err(|error| error.at(origin))
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i32 u8 u16 u32 u64 i128 u128 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct identifier ignored_any
    }
}

struct Items<'de> {
    items: &'de [Node],
    index: usize,
}

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = DecodeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, DecodeError> {
        let Some(item) = self.items.get(self.index) else {
            return Ok(None);
        };
        let index = self.index;
        self.index += 1;
        seed.deserialize(item).map(Some).map_err(|error| error.at(&item.origin).below(index.to_string()))
    }
}

struct Entries<'de> {
    entries: &'de [Entry],
    index: usize,
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = DecodeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, DecodeError> {
        let Some(entry) = self.entries.get(self.index) else {
            return Ok(None);
        };
        let key = de::value::BorrowedStrDeserializer::new(&entry.key);
        seed.deserialize(key).map(Some).map_err(|error: DecodeError| error.at(&entry.origin))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, DecodeError> {
        let Some(entry) = self.entries.get(self.index) else {
            return Err(de::Error::custom("a value was asked for before its key"));
        };
        self.index += 1;
        seed.deserialize(&entry.node).map_err(|error| error.at(&entry.node.origin).below(entry.key.as_str()))
    }
}

struct Variant<'de> {
    variant: &'de str,
    content: Option<&'de Node>,
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = DecodeError;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), DecodeError> {
        let name = seed.deserialize(de::value::BorrowedStrDeserializer::<DecodeError>::new(self.variant))?;
        Ok((name, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'de> {
    type Error = DecodeError;

    fn unit_variant(self) -> Result<(), DecodeError> {
        match self.content {
            None => Ok(()),
            Some(node) => Err(node.expected("a word").below(self.variant)),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, DecodeError> {
        match self.content {
            Some(node) => seed.deserialize(node).map_err(|error| error.at(&node.origin).below(self.variant)),
            None => Err(DecodeError::new(format!("`{0}` needs a value: {{{0}: …}}", self.variant))),
        }
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, DecodeError> {
        Err(de::Error::custom("no field has such a value"))
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], _: V) -> Result<V::Value, DecodeError> {
        Err(de::Error::custom("no field has such a value"))
    }
}
