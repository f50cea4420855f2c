//! One field of the configuration: what a row of the table of fields has, and the functions that build a row.

use super::constraint::Constraint;
use super::types::Ingress;
use super::value::{Override, Printed};

/// How a value is written where there is no YAML around it: on the command line and in a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Text, as it is.
    Text,
    /// Items with commas between them; a flag may also be repeated.
    List,
    /// A YAML value: a number, `true`, `{via: action}`.
    Yaml,
    /// A YAML list: `[{HTTP: 80}]`.
    Items,
    /// `key=value` with commas between, or a YAML map. In a path everything behind its name is the key, dots and slashes
    /// included.
    Map,
    /// A flag without a value; `true` or `false` in a variable.
    Switch,
    /// A switch that stands for `false`.
    InverseSwitch,
}

/// One field of the configuration.
#[derive(Debug)]
pub struct Field {
    /// Its path below `spec`.
    pub path: &'static str,
    /// How its value is written in a flag or a variable.
    pub shape: Shape,
    /// Its flag, without the hyphens.
    pub flag: Option<&'static str>,
    /// Whether `-h` shows its flag; `--help` shows all.
    pub common: bool,
    /// Whether it chooses a gateway or names its Ingress, so that several documents cannot share one value.
    pub one_gateway: bool,
    /// The annotations of the Ingress that it becomes.
    pub annotations: &'static [&'static str],
    /// The place of its annotations among those of the Ingress. Annotations of one place are in the order of their names.
    pub order: u8,
    /// The value of its annotation. None where more than this field decides about that.
    pub value: Option<fn(&Ingress) -> Override<Printed<'_>>>,
    /// The value that holds if the field is left out.
    pub default: Option<&'static str>,
    /// A remark about the default, in Markdown.
    pub remark: &'static str,
    /// A value as `init` shows it.
    pub example: &'static str,
    /// What its value must be, beyond its type.
    pub(super) constraint: Constraint,
}

/// The place of annotations that no field gives another one: behind those that have one.
pub const UNORDERED: u8 = 250;

impl PartialEq for Field {
    fn eq(&self, other: &Self) -> bool {
        self.path == other.path
    }
}

impl Eq for Field {}

impl Field {
    /// A field without anything but these.
    pub(super) const fn new(path: &'static str, shape: Shape, example: &'static str) -> Field {
        Field {
            path,
            shape,
            flag: None,
            common: false,
            one_gateway: false,
            annotations: &[],
            order: UNORDERED,
            value: None,
            default: None,
            remark: "",
            example,
            constraint: Constraint::None,
        }
    }

    pub(super) const fn flag(mut self, flag: &'static str) -> Self {
        self.flag = Some(flag);
        self
    }

    /// As [`Field::flag`], for a flag that `-h` shows.
    pub(super) const fn common_flag(mut self, flag: &'static str) -> Self {
        self.common = true;
        self.flag(flag)
    }

    pub(super) const fn default(mut self, value: &'static str) -> Self {
        self.default = Some(value);
        self
    }

    pub(super) const fn remark(mut self, remark: &'static str) -> Self {
        self.remark = remark;
        self
    }

    pub(super) const fn must(mut self, constraint: Constraint) -> Self {
        self.constraint = constraint;
        self
    }

    pub(super) const fn annotation(
        mut self,
        keys: &'static [&'static str],
        value: fn(&Ingress) -> Override<Printed<'_>>,
    ) -> Self {
        self.annotations = keys;
        self.value = Some(value);
        self
    }

    /// Annotations whose values are decided elsewhere.
    pub(super) const fn annotations(mut self, keys: &'static [&'static str]) -> Self {
        self.annotations = keys;
        self
    }

    pub(super) const fn order(mut self, order: u8) -> Self {
        self.order = order;
        self
    }

    /// A field that several gateways cannot share.
    pub(super) const fn one_gateway(mut self) -> Self {
        self.one_gateway = true;
        self
    }

    /// Its variable, without the prefix `ISTIO_ALB_`: named after the flag if there is one (`SCHEME` for `--scheme`), else
    /// after the path (`INGRESS_HEALTH_CHECK_PATH` for `ingress.healthCheck.path`).
    pub fn variable(&self) -> String {
        variable_of(self.flag.unwrap_or(self.path))
    }

    /// Its parameter of an Argo CD Application: `scheme`, `ingress-health-check-path`.
    pub fn parameter(&self) -> String {
        self.variable().to_lowercase().replace('_', "-")
    }

    /// What holds if the field is left out, in Markdown; empty: nothing.
    pub fn default_in_words(&self) -> String {
        match self.default {
            Some(value) => format!("`{value}`{}", self.remark),
            None => self.remark.to_owned(),
        }
    }

    /// The last segment of the path.
    pub fn name(&self) -> &'static str {
        self.path.rsplit('.').next().unwrap_or(self.path)
    }

    /// The path of the part that it belongs to; empty at the top.
    pub fn parent(&self) -> &'static str {
        self.path.rsplit_once('.').map_or("", |(parent, _)| parent)
    }
}

/// `INGRESS_HEALTH_CHECK_PATH` for `ingress.healthCheck.path`, `SCHEME` for `scheme`.
pub(super) fn variable_of(name: &str) -> String {
    let mut variable = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            variable.push('_');
        }
        variable.push(if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' });
    }
    variable
}
