//! Whether output is coloured.

use clap::ValueEnum;

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Color {
    /// On a terminal that has colours, unless NO_COLOR is set; elsewhere where CLICOLOR_FORCE is
    #[default]
    Auto,
    /// In any case
    Always,
    /// Not at all
    Never,
}

impl Color {
    /// Whether to colour what goes to a terminal or elsewhere. `variable` gives one of the environment; an empty one counts as
    /// not set (<https://no-color.org>, <https://bixense.com/clicolors>).
    #[must_use]
    pub fn is_wanted<'e>(self, is_terminal: bool, variable: impl Fn(&str) -> Option<&'e str>) -> bool {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        match self {
            Color::Always => true,
            Color::Never => false,
            Color::Auto if set("NO_COLOR").is_some() => false,
            Color::Auto if set("CLICOLOR_FORCE").is_some_and(|value| value != "0") => true,
            Color::Auto => is_terminal && set("TERM") != Some("dumb") && set("CLICOLOR") != Some("0"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_counts_then_the_variables_then_the_terminal() {
        let wanted = |color: Color, is_terminal, env: &[(&str, &'static str)]| {
            color.is_wanted(is_terminal, |name| env.iter().find(|(known, _)| *known == name).map(|(_, value)| *value))
        };
        assert!(wanted(Color::Always, false, &[("NO_COLOR", "1")]));
        assert!(!wanted(Color::Never, true, &[("CLICOLOR_FORCE", "1")]));
        assert!(wanted(Color::Auto, true, &[("NO_COLOR", ""), ("TERM", "xterm")]));
        assert!(!wanted(Color::Auto, false, &[]));
        assert!(!wanted(Color::Auto, true, &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")]));
        assert!(wanted(Color::Auto, false, &[("CLICOLOR_FORCE", "1"), ("TERM", "dumb")]));
        assert!(!wanted(Color::Auto, true, &[("TERM", "dumb"), ("CLICOLOR_FORCE", "0")]));
        assert!(!wanted(Color::Auto, true, &[("CLICOLOR", "0")]));
    }
}
