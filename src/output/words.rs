//! What the settings in a help line are called where it is read.

use crate::config::fields::{self, Shape};
use crate::error::{Error, visible_lines};
use crate::finding::Finding;
use crate::help::{Help, Setting};

/// Whose words they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Words {
    /// For documents and reports that are read anywhere: the line of the configuration and the flag.
    #[default]
    Anywhere,
    /// Of the command line: the flag; the line of the configuration where there is none.
    CommandLine,
    /// Of Helm: the line of the configuration, and the flag as Helm passes it on.
    Helm,
    /// Of an Argo CD Application: the parameter.
    ArgoCd,
    /// Of the configuration alone.
    Configuration,
    /// Of manifests that are checked as they stand: the annotation; the field where there is none.
    AsIs,
}

impl Words {
    /// The words of a report that is read anywhere.
    #[must_use]
    pub fn of_report(as_is: bool) -> Words {
        if as_is { Words::AsIs } else { Words::Anywhere }
    }

    /// A help line in these words.
    #[must_use]
    pub fn of(self, help: &Help) -> String {
        help.naming(|setting| match self {
            // The setting is called by its annotation there.
            Words::AsIs => self.setting(setting),
            _ => setting.with_remark(self.setting(setting)),
        })
    }

    /// What to do about a finding.
    #[must_use]
    pub fn of_finding(self, finding: &Finding) -> String {
        match &finding.help {
            Some(help) => self.of(help),
            None => self.of(&Help::from(finding.rule.help)),
        }
    }

    /// An error with its place and help.
    #[must_use]
    pub fn of_error(self, error: &Error) -> String {
        let place = error.place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
        let help = error.help.as_ref().map(|help| format!("\n  help: {}", self.of(help))).unwrap_or_default();
        visible_lines(&format!("{place}{}{help}", error.message_and_list()))
    }

    fn setting(self, setting: &Setting) -> String {
        if let ("config", Some(file)) = (&*setting.path, &setting.value) {
            return match self {
                Words::Helm => format!("`--post-renderer-args=--config={file}`"),
                Words::ArgoCd => format!("the parameter `config: {file}`"),
                _ => format!("`--config={file}`"),
            };
        }
        let Some(field) = fields::field(&setting.path) else { return setting.line() };
        if self == Words::AsIs
            && let Some(annotation) = annotation(field, setting.value.as_deref())
        {
            return annotation;
        }
        let value = setting.value.as_deref();
        let line = match value {
            Some(value) if field.shape == Shape::List => format!("`{}: [{}]`", field.path, value.replace(',', ", ")),
            _ => setting.line(),
        };
        // A switch has no value: its flag says one of the two.
        let flag = match (field.shape, value) {
            (Shape::Switch, Some("false")) | (Shape::InverseSwitch, Some("true")) => None,
            (Shape::Switch | Shape::InverseSwitch, _) | (_, None) => field.flag.map(|flag| format!("--{flag}")),
            (_, Some(value)) => field.flag.map(|flag| format!("--{flag}={value}")),
        };
        let parameter = match (field.shape, value) {
            (Shape::InverseSwitch, Some("false")) => ": true".to_owned(),
            (Shape::InverseSwitch, Some("true")) => ": false".to_owned(),
            (_, value) => value.map(|value| format!(": {value}")).unwrap_or_default(),
        };
        match self {
            Words::Configuration => line,
            Words::Anywhere => flag.map_or_else(|| line.clone(), |flag| format!("{line} (`{flag}`)")),
            Words::CommandLine | Words::AsIs => flag.map_or_else(|| line.clone(), |flag| format!("`{flag}`")),
            Words::Helm => {
                // Without a value it could not be typed.
                let is_switch = matches!(field.shape, Shape::Switch | Shape::InverseSwitch);
                let more = if value.is_none() && !is_switch { "=…" } else { "" };
                flag.map_or_else(|| line.clone(), |flag| format!("{line} (`--post-renderer-args={flag}{more}`)"))
            }
            Words::ArgoCd => format!("the parameter `{}{parameter}`", field.parameter()),
        }
    }
}

/// The annotation or the field of the manifest that a field becomes, with its value; a list and a map are written in an annotation
/// with commas.
fn annotation(field: &fields::Field, value: Option<&str>) -> Option<String> {
    let place = match field.path {
        "ingress.name" => Some("metadata.name"),
        "ingress.hosts" => Some("spec.rules[].host"),
        "ingress.tlsHosts" => Some("spec.tls[].hosts"),
        "ingress.backendPort" => Some("backend.service.port"),
        "service.type" => Some("spec.type"),
        _ => None,
    };
    if let Some(place) = place {
        return Some(value.map_or_else(|| format!("`{place}`"), |value| format!("`{place}: {value}`")));
    }
    // `ssl-redirect` has the port of HTTPS for a value.
    let (key, value) = match (field.annotations.first()?, value) {
        (key, Some("true")) if field.path == "ingress.redirectToHttps" => (key, Some("443")),
        (key, value) => (key, value),
    };
    Some(match value {
        Some("true" | "false") => format!("`{key}: '{}'`", value.unwrap_or_default()),
        Some(number) if number.bytes().all(|byte| byte.is_ascii_digit()) => format!("`{key}: '{number}'`"),
        Some(value) => format!("`{key}: {value}`"),
        None => format!("`{key}`"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::fields::FIELDS;
    use crate::lint::REGISTRY;

    #[test]
    fn a_setting_is_named_as_its_reader_types_it() {
        let help = Help::from(
            "choose with [[gateway.name: web]], [[findings.allow: ALB001,ALB002]] or [[ingress.healthCheck.path]]",
        );
        for (words, told) in [
            (
                Words::Anywhere,
                "choose with `gateway.name: web` (`--gateway=web`), `findings.allow: [ALB001, ALB002]` (`--allow=ALB001,ALB002`) \
                 or `ingress.healthCheck.path`",
            ),
            (Words::CommandLine, "choose with `--gateway=web`, `--allow=ALB001,ALB002` or `ingress.healthCheck.path`"),
            (
                Words::Helm,
                "choose with `gateway.name: web` (`--post-renderer-args=--gateway=web`), `findings.allow: [ALB001, ALB002]` \
                 (`--post-renderer-args=--allow=ALB001,ALB002`) or `ingress.healthCheck.path`",
            ),
            (
                Words::ArgoCd,
                "choose with the parameter `gateway: web`, the parameter `allow: ALB001,ALB002` or the parameter \
                 `ingress-health-check-path`",
            ),
            (
                Words::AsIs,
                "choose with `--gateway=web`, `--allow=ALB001,ALB002` or `alb.ingress.kubernetes.io/healthcheck-path`",
            ),
        ] {
            assert_eq!(words.of(&help), told);
        }
    }

    #[test]
    fn what_is_checked_as_it_stands_is_changed_by_annotations() {
        for (help, told) in [
            ("[[ingress.scheme: internal]]", "`alb.ingress.kubernetes.io/scheme: internal`"),
            (
                "[[ingress.inboundCidrs: 10.0.0.0/8,10.1.0.0/16]]",
                "`alb.ingress.kubernetes.io/inbound-cidrs: 10.0.0.0/8,10.1.0.0/16`",
            ),
            ("[[ingress.group.order: 900]]", "`alb.ingress.kubernetes.io/group.order: '900'`"),
            ("[[ingress.redirectToHttps: true]]", "`alb.ingress.kubernetes.io/ssl-redirect: '443'`"),
            ("[[controllerVersion]]", "`--controller-version`"),
            (
                "set [[ingress.backendProtocol: HTTPS; the annotation `backend-protocol`]], or not",
                "set `alb.ingress.kubernetes.io/backend-protocol: HTTPS`, or not",
            ),
        ] {
            assert_eq!(Words::AsIs.of(&Help::from(help)), told);
        }
    }

    #[test]
    fn flag_and_annotation_stand_in_one_remark() {
        let help = Help::from("set [[ingress.targetType: ip; the annotation `target-type`]]");
        let told = "set `ingress.targetType: ip` (`--target-type=ip`; the annotation `target-type`)";
        assert_eq!(Words::Anywhere.of(&help), told);
        assert_eq!(Words::CommandLine.of(&help), "set `--target-type=ip` (the annotation `target-type`)");
    }

    #[test]
    fn the_words_of_helm_can_be_typed() {
        let help = Help::from("[[ingress.certificateArns]] or [[findings.strict]]");
        let told = "`ingress.certificateArns` (`--post-renderer-args=--certificate-arn=…`) or `findings.strict` \
                    (`--post-renderer-args=--strict`)";
        assert_eq!(Words::Helm.of(&help), told);
    }

    #[test]
    fn a_switch_is_on_or_off() {
        let help = Help::from("[[eksAutoMode: true]] [[eksAutoMode: false]] [[carryOver: false]]");
        let said = "`--eks-auto-mode` `eksAutoMode: false` `--no-carry-over`";
        assert_eq!(Words::CommandLine.of(&help), said);
        let said = "the parameter `eks-auto-mode: true` the parameter `eks-auto-mode: false` the parameter `no-carry-over: true`";
        assert_eq!(Words::ArgoCd.of(&help), said);
    }

    #[test]
    fn rules_name_settings_that_there_are_and_no_flags_of_ours() {
        for rule in REGISTRY.rules() {
            for setting in Help::from(rule.help).settings() {
                assert!(fields::field(&setting.path).is_some(), "{}: {}", rule.id, setting.path);
            }
            let names =
                |field: &&fields::Field| field.flag.is_some_and(|flag| rule.help.contains(&format!("--{flag}")));
            assert_eq!(FIELDS.iter().find(names).map(|field| field.path), None, "{}", rule.id);
        }
    }
}
