//! What the settings in a help line are called where it is read.

use crate::config::fields::{self, Shape};
use crate::error::Error;
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
}

impl Words {
    /// A help line in these words.
    #[must_use]
    pub fn of(self, help: &Help) -> String {
        help.naming(|setting| self.setting(setting))
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
        format!("{place}{}{help}", error.message)
    }

    fn setting(self, setting: &Setting) -> String {
        let Some(field) = fields::field(&setting.path) else { return setting.line() };
        let value = setting.value.as_deref();
        let line = match value {
            Some(value) if field.shape == Shape::List => format!("`{}: [{}]`", field.path, value.replace(',', ", ")),
            _ => setting.line(),
        };
        let is_switch = matches!(field.shape, Shape::Switch | Shape::InverseSwitch);
        let value = value.filter(|_| !is_switch);
        let flag = || {
            let flag = field.flag?;
            Some(value.map_or_else(|| format!("--{flag}"), |value| format!("--{flag}={value}")))
        };
        match self {
            Words::Configuration => line,
            Words::Anywhere => flag().map_or_else(|| line.clone(), |flag| format!("{line} (`{flag}`)")),
            Words::CommandLine => flag().map_or_else(|| line.clone(), |flag| format!("`{flag}`")),
            Words::Helm => {
                flag().map_or_else(|| line.clone(), |flag| format!("{line} (`--post-renderer-args={flag}`)"))
            }
            Words::ArgoCd => {
                let value = value.map(|value| format!(": {value}")).unwrap_or_default();
                format!("the parameter `{}{value}`", field.parameter())
            }
        }
    }
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
        ] {
            assert_eq!(words.of(&help), told);
        }
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
