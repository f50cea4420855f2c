//! Every way in which a run can fail, with the exit code of each on one screen.
//!
//! A message says what was being done, where, and what to do about it: lower case, one `help:` line.

use std::borrow::Cow;
use std::fmt;

use serde_json::Value;

use crate::help::Help;

pub use manifest_yaml::Place;

/// What kind of failure it is. The kind alone decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Findings at error level.
    Findings,
    /// What the user typed, or put into the configuration.
    Usage,
    /// What came in on stdin.
    Input,
    /// Reading or writing failed.
    Io,
    /// A program that we ran failed (Helm).
    Program,
    /// A promise of ours does not hold: nothing was printed, please report it.
    Internal,
}

impl Kind {
    /// The exit code of the program.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Kind::Findings => 1,
            Kind::Usage | Kind::Input | Kind::Io => 2,
            Kind::Program => 3,
            Kind::Internal => 70,
        }
    }
}

/// A failed run: message, place and help, as they are printed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Error {
    /// Decides the exit code.
    pub kind: Kind,
    /// What was being done and what is wrong. May have several lines.
    pub message: String,
    /// Objects that the message is about, a line for each, with their places.
    pub listed: Vec<(String, Place)>,
    /// Where.
    pub place: Option<Place>,
    /// What to do about it.
    pub help: Option<Help>,
}

impl Error {
    /// An error of `kind` that says `message`.
    #[must_use]
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Error { kind, message: message.into(), listed: Vec::new(), place: None, help: None }
    }

    /// An error of what came in on stdin.
    #[must_use]
    pub fn input(message: impl Into<String>) -> Self {
        Error::new(Kind::Input, message)
    }

    /// An error of the command line, the environment or the configuration.
    #[must_use]
    pub fn usage(message: impl Into<String>) -> Self {
        Error::new(Kind::Usage, message)
    }

    /// A broken promise of ours.
    #[must_use]
    pub fn internal(message: impl Into<String>) -> Self {
        Error::new(Kind::Internal, message).help(
            "this is a bug of istio-alb; nothing was changed. Please report it with the version, the stream \
             (without secrets) and the configuration",
        )
    }

    /// Lists objects below the message.
    #[must_use]
    pub fn listing(mut self, listed: impl IntoIterator<Item = (String, Place)>) -> Self {
        self.listed.extend(listed);
        self
    }

    /// The message with the objects below it.
    #[must_use]
    pub fn message_and_list(&self) -> String {
        let listed = self.listed.iter().map(|(object, place)| format!("\n  {object}, {place}"));
        std::iter::once(self.message.clone()).chain(listed).collect()
    }

    /// Says where.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<Help>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// A text in a message: in backticks, control characters made visible, and cut where it is long. For what somebody else
/// wrote: it may hold anything.
#[must_use]
pub fn quoted(text: &str) -> String {
    format!("`{}`", visible(&cut(text, 80)))
}

/// A value in a message: a text as it stands, anything else as JSON.
#[must_use]
pub fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The first letters of a text, with `…` for those that are left out.
#[must_use]
pub fn cut(text: &str, letters: usize) -> Cow<'_, str> {
    match text.char_indices().nth(letters) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

/// A text as it can be shown on one line, with its control characters escaped, and those that reorder a line.
#[must_use]
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        match is_invisible(letter) {
            true => shown.extend(letter.escape_default()),
            false => shown.push(letter),
        }
    }
    shown
}

/// The same for a text of several lines.
#[must_use]
pub fn visible_lines(text: &str) -> String {
    text.split('\n').map(visible).collect::<Vec<_>>().join("\n")
}

/// Control characters, those that change the direction or the lines of a text, and those that YAML and XML do not have:
/// reports are XML, and under Helm 4 messages are YAML.
#[must_use]
pub fn is_invisible(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        || matches!(letter, '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        f.write_str(&self.message_and_list())?;
        if let Some(help) = &self.help {
            write!(f, "\n  help: {help}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quoted_text_is_one_short_line() {
        assert_eq!(quoted("a b"), "`a b`");
        assert_eq!(quoted("a\n\u{1b}[31mb"), r"`a\n\u{1b}[31mb`");
        assert_eq!(quoted(&"x".repeat(80)), format!("`{}`", "x".repeat(80)));
        assert_eq!(quoted(&"ä".repeat(81)), format!("`{}…`", "ä".repeat(80)));
    }
}
