//! What types cannot say: whether a port, a range, a name, an ARN is one, and whether fields fit each other.
//!
//! All that is wrong is reported in one run, each problem with the place of its value. What is only unwise is a finding, not
//! an error. Free annotations are verbatim: of them only what the API server would refuse.

use super::checker::{Checker, all};
use super::constraint::Constraint;
use super::fields::{self, Field};
use super::node::{Node, Origin, join};
use super::settings::INGRESS_NAME;
use super::types::{ClassAs, HealthCheck, Ingress, Placeholders, ServiceType, Spec, TargetType};
use super::value::{Entries, Override, Var};
use crate::error::Error;
use crate::finding::Registry;
use crate::flux::variables::{self, Malformed};
use alb_controller::catalogue;
use alb_controller::catalogue::CLASS_ANNOTATION;
use kubernetes_objects::validation::{self as kubernetes, Validation, Violation, violation};
use std::collections::BTreeMap;

/// Bytes of all annotations of an object together (k8s.io/apimachinery pkg/api/validation/objectmeta.go).
const ANNOTATION_BYTES: usize = 256 * 1024;

/// The parts of `spec` in the order in which their fields are checked; those that belong to no part come last.
const PARTS: &[&str] =
    &["gateway", "service", "ingress", "ingress.authentication", "ingress.group", "ingress.healthCheck"];

/// Checks the configuration of one gateway; its findings are those of `rules`.
pub(super) fn one(spec: &Spec, tree: &Node, rules: Registry) -> Result<(), Error> {
    if tree.entries().is_empty() {
        return Ok(());
    }
    let mut checker = Checker { tree, flux: spec.placeholders() == Placeholders::Flux, problems: Vec::new() };
    checker.all_texts(tree, "", None);
    for part in PARTS {
        checker.part(part, spec);
    }
    checker.annotations(&spec.ingress);
    checker.fit(spec);
    checker.findings(spec, rules);
    checker.part("", spec);
    all(checker.problems)
}

impl Checker<'_> {
    /// Checks the fields right below `path` against their constraints.
    fn part(&mut self, path: &str, spec: &Spec) {
        for field in fields::below(path) {
            field.constraint.check(self, field.path, field.annotations, spec);
        }
    }

    /// What holds for all texts: they are not empty, have no blanks around them, and hold placeholders only where Flux
    /// fills them in. `field` is the field that the value at `path` belongs to.
    fn all_texts(&mut self, node: &Node, path: &str, field: Option<&'static Field>) {
        let field = field.or_else(|| fields::field(path));
        for entry in node.entries() {
            self.all_texts(&entry.node, &join(path, &entry.key), field);
        }
        for (index, item) in node.items().iter().enumerate() {
            self.all_texts(item, &format!("{path}[{index}]"), field);
        }
        let Some(text) = node.text() else { return };
        let constraint = field.map_or(Constraint::None, |field| field.constraint);
        let is_verbatim = matches!(constraint, Constraint::Verbatim);
        if text.is_empty() && !is_verbatim && !matches!(constraint, Constraint::Pairs(..)) {
            let can_be_off = field.is_some_and(|field| field.path == path && !field.annotations.is_empty());
            let help = match can_be_off {
                true => "leave it out for the default, or say `null` to switch that off",
                false => "leave it out",
            };
            self.fail(path, violation("the text is empty").help(help));
        } else if text.chars().any(char::is_control) && !is_verbatim {
            let shown = text.escape_debug();
            self.fail(path, violation(format!("`{shown}` holds a line break or another control character")));
        } else if text.trim() != text && !is_verbatim {
            self.fail(path, violation(format!("`{text}` has blanks around it")));
        } else if self.flux && variables::is_in(text) {
            let result = variables::check(text).map_err(|Malformed { what, help }| Violation { what, help });
            self.require(path, result);
        } else if variables::is_in(text) && !is_verbatim {
            let problem = violation(format!("`{text}` is a placeholder, which nobody fills in"));
            self.fail(path, problem.help("with Flux say `placeholders: flux`"));
        }
    }

    fn annotations(&mut self, ingress: &Ingress) {
        let mut bytes = 0;
        for (key, value) in ingress.annotations.iter().flat_map(Entries::iter) {
            self.require(&join("ingress.annotations", key), kubernetes::qualified_name(&key.to_lowercase()));
            bytes += key.len() + value.as_ref().map_or(0, |value| value.as_str().len());
        }
        if bytes > ANNOTATION_BYTES {
            let problem = violation(format!("{bytes} bytes of annotations; an object may have {ANNOTATION_BYTES}"));
            self.fail("ingress.annotations", problem);
        }
    }

    fn timeout(&mut self, check: &HealthCheck) {
        if let (Some(Var::Known(timeout)), Some(Var::Known(interval))) =
            (check.timeout_seconds.set(), check.interval_seconds.set())
            && timeout >= interval
        {
            let what = format!("a timeout of {timeout} seconds is not below the interval of {interval}");
            self.fail("ingress.healthCheck.timeoutSeconds", violation(what));
        }
    }

    /// Whether fields fit each other.
    fn fit(&mut self, spec: &Spec) {
        let ingress = &spec.ingress;
        self.timeout(&ingress.health_check);
        let annotations = ingress.annotations.clone().unwrap_or_default();
        let target_type = match annotations.get("alb.ingress.kubernetes.io/target-type") {
            Some(None) => Some(TargetType::Instance.to_string()),
            Some(Some(value)) => Some(value.to_string()),
            None => match ingress.target_type.set() {
                Some(Var::Known(value)) => Some(value.to_string()),
                Some(Var::Placeholder(_)) => None,
                None => Some(TargetType::Instance.to_string()),
            },
        };
        if spec.service.kind() == ServiceType::ClusterIp && target_type.as_deref() == Some(catalogue::INSTANCE) {
            let problem =
                violation("a ClusterIP Service has no node ports, which targets of type instance are reached by");
            let by_flag = |origin: &Origin| matches!(origin, Origin::Named(name) if name.starts_with("--"));
            let help = match self.tree.find("service.type").is_some_and(|node| by_flag(&node.origin)) {
                true => "add `--target-type=ip`, or leave `--service-type` out",
                false => "set `ingress.targetType: ip`, or leave `service.type` out",
            };
            self.fail("service.type", problem.help(help));
        }
        let name = ingress.name.as_deref().unwrap_or(INGRESS_NAME);
        let has_app = ingress.labels.set().is_some_and(|labels| labels.get("app").is_some());
        if name.len() > 63 && ingress.labels != Override::Off && !has_app {
            let problem =
                violation(format!("the label `app` would be `{name}`, and a label has at most 63 characters"));
            self.fail("ingress.name", problem.help("say `app` below `ingress.labels`"));
        }
        if ingress.class_as == Some(ClassAs::Field) && annotations.get(CLASS_ANNOTATION).is_some_and(Option::is_some) {
            let problem = violation(format!(
                "`ingress.annotations` sets {CLASS_ANNOTATION}, and `classAs` is `field`: an Ingress can have only one of them"
            ));
            self.fail("ingress.classAs", problem.help("remove the annotation, and set `className`"));
        }
    }

    fn findings(&mut self, spec: &Spec, rules: Registry) {
        let mut levels = BTreeMap::new();
        let lists = [("allow", &spec.findings.allow), ("warn", &spec.findings.warn), ("deny", &spec.findings.deny)];
        for (list, ids) in lists {
            for (index, id) in ids.iter().flatten().enumerate() {
                let path = format!("findings.{list}[{index}]");
                self.text(&path, id, |id| finding_id(id, rules));
                if let Some(other) = levels.insert(id, list).filter(|other| *other != list) {
                    self.fail(&path, violation(format!("`{id}` is in `{other}`, too")));
                }
            }
        }
    }
}

fn finding_id(text: &str, rules: Registry) -> Validation {
    match rules.find(text) {
        Some(_) => Ok(()),
        None => Err(violation(format!("`{text}` is no finding")).help(rules.nearest(text))),
    }
}
