//! What to do about a finding or an error. A help line may name settings of ours; who prints it names them in the words of the
//! host that runs us: a flag, `--post-renderer-args`, a line of the configuration, a parameter of an Argo CD Application.

use std::borrow::Cow;
use std::fmt;

/// A help line: text, and settings between it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Help(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(Cow<'static, str>),
    Setting(Setting),
}

/// A setting that a help line names: a field of the configuration, and perhaps its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Its path below `spec`.
    pub path: Cow<'static, str>,
    /// The value to give it; a list has commas.
    pub value: Option<String>,
    /// What else is to be said of it: its annotation.
    pub remark: Option<Cow<'static, str>>,
}

impl Help {
    /// Goes on with text.
    #[must_use]
    pub fn then(mut self, text: impl Into<Help>) -> Self {
        self.0.extend(text.into().0);
        self
    }

    /// Goes on with a setting and its value.
    #[must_use]
    pub fn set(mut self, path: &'static str, value: impl Into<String>) -> Self {
        self.0.push(Piece::Setting(Setting { path: path.into(), value: Some(value.into()), remark: None }));
        self
    }

    /// Goes on with a setting, whatever its value.
    #[must_use]
    pub fn name(mut self, path: &'static str) -> Self {
        self.0.push(Piece::Setting(Setting { path: path.into(), value: None, remark: None }));
        self
    }

    /// Remarks something on the setting that was named last.
    #[must_use]
    pub fn remark(mut self, remark: impl Into<Cow<'static, str>>) -> Self {
        if let Some(Piece::Setting(setting)) = self.0.last_mut() {
            setting.remark = Some(remark.into());
        }
        self
    }

    /// The settings that are named.
    pub fn settings(&self) -> impl Iterator<Item = &Setting> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Setting(setting) => Some(setting),
            Piece::Text(_) => None,
        })
    }

    /// The line, with the settings as `name` calls them.
    #[must_use]
    pub fn naming(&self, name: impl Fn(&Setting) -> String) -> String {
        let mut line = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => line.push_str(text),
                Piece::Setting(setting) => line.push_str(&name(setting)),
            }
        }
        line
    }
}

/// A text of the program's own: `[[ingress.scheme: internal]]` in it is a setting with a value, `[[ingress.scheme]]` one without, and
/// ``[[ingress.scheme; the annotation `scheme`]]`` one with a remark.
impl From<&'static str> for Help {
    fn from(text: &'static str) -> Self {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, (inside, behind))) =
            rest.split_once("[[").and_then(|(before, behind)| Some((before, behind.split_once("]]")?)))
        {
            let (inside, remark) =
                inside.split_once("; ").map_or((inside, None), |(inside, remark)| (inside, Some(remark.into())));
            let (path, value) = inside.split_once(": ").map_or((inside, None), |(path, value)| (path, Some(value)));
            pieces.push(Piece::Text(before.into()));
            pieces.push(Piece::Setting(Setting { path: path.into(), value: value.map(str::to_owned), remark }));
            rest = behind;
        }
        pieces.push(Piece::Text(rest.into()));
        Help(pieces)
    }
}

/// Text that may hold words of others, and so no settings.
impl From<String> for Help {
    fn from(text: String) -> Self {
        Help(vec![Piece::Text(text.into())])
    }
}

/// With settings as lines of the configuration.
impl fmt::Display for Help {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.naming(|setting| setting.with_remark(setting.line())))
    }
}

impl Setting {
    /// As a line of the configuration: `` `ingress.scheme: internal` ``.
    #[must_use]
    pub fn line(&self) -> String {
        match &self.value {
            Some(value) => format!("`{}: {value}`", self.path),
            None => format!("`{}`", self.path),
        }
    }

    /// What it is called, with the remark: in the parentheses behind it, or in its own.
    #[must_use]
    pub fn with_remark(&self, called: String) -> String {
        match (&self.remark, called.strip_suffix(')')) {
            (None, _) => called,
            (Some(remark), Some(open)) => format!("{open}; {remark})"),
            (Some(remark), None) => format!("{called} ({remark})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_from_our_own_texts_only() {
        let help = Help::from("say [[ingress.scheme: internal]], or leave [[phase]] out");
        assert_eq!(help.to_string(), "say `ingress.scheme: internal`, or leave `phase` out");
        assert_eq!(help.settings().count(), 2);
        assert_eq!(Help::from("[[a]]".to_owned()).to_string(), "[[a]]");
        assert_eq!(Help::from("a [[ b").to_string(), "a [[ b");
        assert_eq!(Help::from("take ").set("gateway.name", "x").then("; so").to_string(), "take `gateway.name: x`; so");
    }
}
