//! The parameters: Helm's own, two for the configuration as a whole, and one for each of its fields.
//!
//! Argo CD has no command that sets a parameter, and its web page sets nothing else, so every option is both a parameter and
//! a variable. A parameter is named like the flag, and where there is none like the variable: `certificate-arn`,
//! `service-node-ports`.

use serde_json::{Value as Json, json};

use crate::config::fields::{self, FIELDS, Field, Shape};
use crate::config::reference;
use crate::error::{Error, quoted};
use crate::suggest::nearest;

/// The shapes that a parameter can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `string: a`
    Text,
    /// `array: [a, b]`
    List,
    /// `map: {a: b}`
    Map,
}

impl Kind {
    /// The field of the Application that holds it.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Text => "string",
            Kind::List => "array",
            Kind::Map => "map",
        }
    }

    pub fn example(self) -> &'static str {
        match self {
            Kind::Text => "string: \"…\"",
            Kind::List => "array: [\"…\"]",
            Kind::Map => "map: {\"…\": \"…\"}",
        }
    }
}

/// The parameters that are Helm's and not the configuration's.
#[rustfmt::skip]
pub(super) const HELM: &[(&str, Kind, &str)] = &[
    ("release-name", Kind::Text, "The name of the release (default: the name of the Application)"),
    ("namespace", Kind::Text, "The namespace of the release (default: that of the Application's destination)"),
    ("values-files", Kind::List, "Files with values in the repository, the last one wins; with / in front from the repository's root"),
    ("ignore-missing-values-files", Kind::Text, "Whether a values file may be missing (true, false; default: false)"),
    ("values", Kind::Text, "Values as YAML; they win over values files"),
    ("helm-parameters", Kind::Map, "Single values, as helm --set takes them; they win over all others"),
    ("helm-string-parameters", Kind::Map, "Single values that stay text, as helm --set-string takes them"),
    ("skip-crds", Kind::Text, "Whether to leave out what the chart has in crds/ (true, false; default: false)"),
    ("skip-schema-validation", Kind::Text, "Whether to leave the values unchecked; Istio's gateway chart 1.22 to 1.24 refuses its own (true, false; default: false)"),
];

/// A parameter.
pub(super) struct Known {
    pub name: String,
    pub kind: Kind,
    about: String,
}

fn kind_of(field: &Field) -> Kind {
    match field.shape {
        Shape::List => Kind::List,
        Shape::Map => Kind::Map,
        Shape::Text | Shape::Yaml | Shape::Items | Shape::Switch | Shape::InverseSwitch => Kind::Text,
    }
}

/// Every parameter; those of fields are without a description.
pub(super) fn known() -> Vec<Known> {
    let config = [
        (
            "config",
            Kind::Text,
            "The configuration file in the repository (default: istio-alb.yaml in the Application's folder)",
        ),
        ("set", Kind::List, "Fields of the configuration, each as path=value: ingress.healthCheck.path=/ready"),
    ];
    let fixed = HELM.iter().chain(&config).map(|(name, kind, about)| Known {
        name: (*name).to_owned(),
        kind: *kind,
        about: (*about).to_owned(),
    });
    let fields =
        FIELDS.iter().map(|field| Known { name: field.parameter(), kind: kind_of(field), about: String::new() });
    fixed.chain(fields).collect()
}

/// What `argocd parameters` prints: one JSON array, for the page with the details of an Application.
#[must_use]
pub fn announce() -> String {
    let hints = reference::hints();
    let mut known = known();
    let fields = known.len() - FIELDS.len();
    for (known, field) in known[fields..].iter_mut().zip(FIELDS) {
        let Some(hint) = hints.get(field.path) else {
            continue;
        };
        known.about = match (field.shape, field.default_in_words().replace('`', "")) {
            (Shape::InverseSwitch, _) => {
                format!("{} (the opposite of {}; true or false; default: false)", hint.flag, field.path)
            }
            (_, default) if default.is_empty() => format!("{} ({})", hint.sentence, field.path),
            (_, default) => format!("{} ({}; default: {default})", hint.sentence, field.path),
        };
    }
    let announced = known
        .iter()
        .map(|known| json!({ "name": known.name, "tooltip": known.about, "collectionType": known.kind.word() }));
    format!("{}\n", Json::Array(announced.collect()))
}

/// The error for a name that is none of these.
pub(super) fn unknown(name: &str, known: &[Known]) -> Error {
    let names: Vec<&str> = known.iter().map(|known| known.name.as_str()).collect();
    let by_path = fields::by_path_as_variable(&name.to_uppercase().replace('-', "_"));
    let hint = by_path
        .map(Field::parameter)
        .or_else(|| nearest(name, &names).map(str::to_owned))
        .map(|meant| format!("did you mean `{meant}`? "))
        .unwrap_or_default();
    Error::usage(format!("there is no parameter {}", quoted(name)))
        .help(format!("{hint}The parameters are {}", names.join(", ")))
}

#[cfg(test)]
mod tests;
