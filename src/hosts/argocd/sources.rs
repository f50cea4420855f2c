//! The sources of a setting: the parameters of an Application, its variables, the variables of the sidecar. The first that has
//! the setting counts; maps are merged by key.
//!
//! `ARGOCD_APP_PARAMETERS` is the JSON of a Go slice: `null` where the Application has none (argo-cd v3.5.7
//! pkg/apis/application/v1alpha1/types.go:1106). The variables `PARAM_*` beside it are no use: two names can become one. An
//! unknown name, or a value of another shape, is an error: a misspelt one would silently deploy a default.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::parameters::{HELM, Kind, known, unknown};
use crate::config::fields::FIELDS;
use crate::config::{self, ARGOCD_PREFIX, PREFIX};
use crate::error::Error;

/// The variable in which Argo CD passes parameters.
const VARIABLE: &str = "ARGOCD_APP_PARAMETERS";

/// The variable of the sidecar that names the Helm program, without its prefix. No Application may choose what is run.
pub(super) const PROGRAM: &str = "HELM";

/// A value in one of the three shapes.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Value {
    Text(String),
    List(Vec<String>),
    Map(BTreeMap<String, String>),
}

/// A parameter as Argo CD passes it on; what is not set is left out.
#[derive(Deserialize)]
struct Given {
    #[serde(default)]
    name: String,
    string: Option<String>,
    array: Option<Vec<String>>,
    map: Option<BTreeMap<String, String>>,
}

fn parse(text: &str) -> Result<BTreeMap<String, Value>, Error> {
    if text.trim().is_empty() {
        return Ok(BTreeMap::new());
    }
    let given: Option<Vec<Given>> = serde_json::from_str(text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        Error::usage(format!(
            "{VARIABLE} is not what Argo CD writes: no list of parameters at line {line}, column {column}"
        ))
        .help("this command is run by Argo CD; by hand, leave the variable out")
    })?;
    let known = known();
    let mut parameters = BTreeMap::new();
    for parameter in given.into_iter().flatten() {
        let Some(found) = known.iter().find(|known| known.name == parameter.name) else {
            return Err(unknown(&parameter.name, &known));
        };
        let name = &found.name;
        let wrong = |what: String| {
            let help = format!("write {{name: {name}, {}}}", found.kind.example());
            Error::usage(format!("parameter `{name}` {what}")).help(help)
        };
        let value = match (found.kind, parameter.string, parameter.array, parameter.map) {
            (Kind::Text, Some(text), None, None) => Value::Text(text),
            (Kind::List, None, Some(items), None) => Value::List(items),
            (Kind::Map, None, None, Some(entries)) => Value::Map(entries),
            (_, None, None, None) => return Err(wrong("has no value".to_owned())),
            (kind, ..) => return Err(wrong(format!("takes {} and nothing else", article(kind)))),
        };
        if parameters.insert(found.name.clone(), value).is_some() {
            return Err(Error::usage(format!("parameter `{name}` is set twice")));
        }
    }
    Ok(parameters)
}

fn article(kind: Kind) -> String {
    format!("{} {}", if kind == Kind::List { "an" } else { "a" }, kind.word())
}

/// A value and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sourced<T> {
    pub origin: String,
    pub value: T,
}

/// The sources, parameters first.
#[derive(Debug)]
pub(super) struct Sources<'e> {
    parameters: BTreeMap<String, Value>,
    env: &'e [(String, String)],
}

impl<'e> Sources<'e> {
    /// Reads the parameters; the variables are read when they are asked for.
    pub fn read(env: &'e [(String, String)]) -> Result<Self, Error> {
        let forbidden = format!("{ARGOCD_PREFIX}{PROGRAM}");
        if env.iter().any(|(name, _)| *name == forbidden) {
            return Err(Error::usage(format!("{forbidden}: an Application cannot choose the program that is run"))
                .help(format!("{PREFIX}{PROGRAM} in the sidecar names the Helm to use")));
        }
        let parameters = parse(variable(env, VARIABLE).unwrap_or_default())?;
        Ok(Sources { parameters, env })
    }

    /// The values of all sources that have the setting, the one that counts first.
    fn values_of(&self, name: &str, kind: Kind) -> Result<Vec<Sourced<Value>>, Error> {
        let mut found = Vec::new();
        if let Some(value) = self.parameters.get(name) {
            found.push(Sourced { origin: format!("parameter `{name}`"), value: value.clone() });
        }
        for prefix in [ARGOCD_PREFIX, PREFIX] {
            let origin = format!("{prefix}{}", name.to_uppercase().replace('-', "_"));
            let Some(text) = variable(self.env, &origin) else {
                continue;
            };
            let value = match kind {
                Kind::Text => Value::Text(text.to_owned()),
                Kind::List => Value::List(items(text).map(str::to_owned).collect()),
                Kind::Map => Value::Map(entries(text, &origin)?),
            };
            found.push(Sourced { origin, value });
        }
        match found.iter().find(|found| matches!(&found.value, Value::Text(text) if text.trim().is_empty())) {
            Some(empty) => {
                Err(Error::usage(format!("{}: the value is empty", empty.origin)).help("leave it out to say nothing"))
            }
            None => Ok(found),
        }
    }

    pub fn text(&self, name: &str) -> Result<Option<Sourced<String>>, Error> {
        Ok(self.values_of(name, Kind::Text)?.into_iter().find_map(|found| match found.value {
            Value::Text(value) => Some(Sourced { origin: found.origin, value }),
            _ => None,
        }))
    }

    pub fn list(&self, name: &str) -> Result<Option<Sourced<Vec<String>>>, Error> {
        Ok(self.values_of(name, Kind::List)?.into_iter().find_map(|found| match found.value {
            Value::List(value) => Some(Sourced { origin: found.origin, value }),
            _ => None,
        }))
    }

    /// The entries of a map, each with its source.
    pub fn map(&self, name: &str) -> Result<BTreeMap<String, Sourced<String>>, Error> {
        let mut merged = BTreeMap::new();
        for found in self.values_of(name, Kind::Map)?.into_iter().rev() {
            let Value::Map(map) = found.value else {
                continue;
            };
            let entries = map.into_iter().map(|(key, value)| (key, Sourced { origin: found.origin.clone(), value }));
            merged.extend(entries);
        }
        Ok(merged)
    }

    pub fn is(&self, name: &str) -> Result<bool, Error> {
        match self.text(name)? {
            None => Ok(false),
            Some(found) => found.value.parse().map_err(|_| {
                Error::usage(format!("{}: the value is neither true nor false", found.origin))
                    .help("write \"true\" or \"false\"")
            }),
        }
    }

    /// The parameters that are the configuration's.
    pub fn parameters(&self) -> config::Parameters {
        let field = |name: &String| FIELDS.iter().find(|field| field.parameter() == *name);
        let mut parameters = config::Parameters::default();
        for (name, value) in &self.parameters {
            match (name.as_str(), value) {
                ("config", Value::Text(path)) => parameters.config = Some(path.clone()),
                ("set", Value::List(assignments)) => parameters.set.clone_from(assignments),
                _ => parameters.fields.extend(field(name).map(|field| (field, as_written(value)))),
            }
        }
        parameters
    }

    /// The environment without the variables that are Helm's and not the configuration's.
    pub fn env_of_configuration(&self) -> Vec<(String, String)> {
        let is_helms = |name: &str| {
            let name = name.strip_prefix(ARGOCD_PREFIX).or_else(|| name.strip_prefix(PREFIX));
            let parameter = name.unwrap_or_default().to_lowercase().replace('_', "-");
            name == Some(PROGRAM) || HELM.iter().any(|(helms, ..)| *helms == parameter)
        };
        self.env.iter().filter(|(name, _)| !is_helms(name)).cloned().collect()
    }
}

/// A value as the configuration reads it from a flag. Numbers in a map are numbers, since Argo CD knows text only; where a
/// field wants text, a number is taken as it is written. `null` removes a key, as everywhere.
fn as_written(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::List(items) => json!(items).to_string(),
        Value::Map(entries) => {
            let value = |text: &String| match text.parse::<i64>() {
                Ok(number) if number.to_string() == *text => json!(number),
                _ if text == "null" => Json::Null,
                _ => json!(text),
            };
            let entries: serde_json::Map<_, _> = entries.iter().map(|(key, text)| (key.clone(), value(text))).collect();
            Json::Object(entries).to_string()
        }
    }
}

/// The items of a variable: one a line, or with commas between.
fn items(text: &str) -> impl Iterator<Item = &str> {
    let separator = if text.trim().contains('\n') { '\n' } else { ',' };
    text.split(separator).map(str::trim).filter(|item| !item.is_empty())
}

fn entries(text: &str, origin: &str) -> Result<BTreeMap<String, String>, Error> {
    let pair = |item: &str| item.split_once('=').map(|(key, value)| (key.to_owned(), value.to_owned()));
    let pairs: Option<BTreeMap<_, _>> = items(text).map(pair).collect();
    pairs.ok_or_else(|| {
        Error::usage(format!("{origin}: an entry has no `=`"))
            .help("write key=value, one a line; without commas in the values also key=value,key=value")
    })
}

/// The value of a variable.
pub(super) fn variable<'e>(env: &'e [(String, String)], name: &str) -> Option<&'e str> {
    env.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

#[cfg(test)]
mod tests;
