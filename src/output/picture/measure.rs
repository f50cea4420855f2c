//! How wide a text is, and where it breaks. The face is not known, so letters count as wide as those of a wide one.

use crate::output::markup::printable;

/// Sizes of letters in the picture, in pixels.
pub const BODY: usize = 14;
/// Of the name of a node.
pub const TITLE: usize = 15;
/// Of what a node is.
pub const SMALL: usize = 11;

/// The width of a text in pixels.
#[must_use]
pub fn width(text: &str, size: usize) -> usize {
    (text.chars().map(percent).sum::<usize>() * size).div_ceil(100)
}

/// The width of a letter, in percent of the size of the face (DejaVu Sans, which is among the widest).
fn percent(letter: char) -> usize {
    match letter {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | ' ' | '\'' | '|' | '!' | '/' | '\\' | '-' => 35,
        'f' | 'r' | 't' | '(' | ')' | '[' | ']' | '"' => 42,
        'c' | 'k' | 's' | 'v' | 'x' | 'y' | 'z' | '*' | '_' => 57,
        'm' | 'M' | 'W' | '@' | '%' | '…' | '→' => 100,
        'w' | '#' | '=' | '+' | '&' | '<' | '>' | '~' => 84,
        letter if letter.is_ascii_uppercase() => 74,
        // Letters of East Asia, and pictures, are as wide as high.
        letter if letter >= '\u{1100}' => 110,
        _ => 64,
    }
}

/// A text in lines that are no wider than this; a text of more lines ends with `…`.
#[must_use]
pub fn wrap(text: &str, size: usize, room: usize, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = vec![String::new()];
    for piece in pieces(&printable(text), size, room) {
        let fits = |line: &String| width(&format!("{line}{}", piece.trim_end()), size) <= room;
        match lines.last_mut() {
            Some(line) if line.is_empty() || fits(line) => line.push_str(&piece),
            _ => lines.push(piece),
        }
    }
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            while width(&format!("{last}…"), size) > room && last.pop().is_some() {}
            *last = format!("{}…", last.trim_end());
        }
    }
    lines.into_iter().map(|line| line.trim_end().to_owned()).collect()
}

/// The pieces between which a text may break: behind blanks; in a word that is wider than a line behind signs, else anywhere.
fn pieces(text: &str, size: usize, room: usize) -> Vec<String> {
    let mut pieces = Vec::new();
    for word in text.split_inclusive(' ') {
        if width(word.trim_end(), size) <= room {
            pieces.push(word.to_owned());
            continue;
        }
        for part in word.split_inclusive(['/', ':', '-', '.', ',', '=', '&', '_']) {
            for hump in humps(part) {
                if width(hump, size) <= room {
                    pieces.push(hump.to_owned());
                } else {
                    pieces.extend(hump.chars().map(String::from));
                }
            }
        }
    }
    pieces
}

/// The parts of a word like `externalTrafficPolicy`.
fn humps(word: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut was_lower) = (0, false);
    for (at, letter) in word.char_indices() {
        if was_lower && letter.is_uppercase() {
            parts.push(&word[start..at]);
            start = at;
        }
        was_lower = letter.is_lowercase();
    }
    parts.push(&word[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_no_wider_than_their_room_and_lose_nothing() {
        for text in [
            "a b c",
            "one two three four five six",
            &"x".repeat(100),
            "arn:aws:acm:eu:1:certificate/0f1e2d3c-4b5a-6978",
        ] {
            let lines = wrap(text, BODY, 90, 50);
            assert!(lines.iter().all(|line| width(line, BODY) <= 90), "{lines:?}");
            let joined: String = lines.concat();
            assert_eq!(joined.replace(' ', ""), text.replace(' ', ""));
        }
    }

    #[test]
    fn a_name_of_several_words_breaks_between_them() {
        assert_eq!(wrap("externalTrafficPolicy", BODY, 110, 9), ["external", "TrafficPolicy"]);
    }

    #[test]
    fn a_long_text_is_cut() {
        let lines = wrap(&"word ".repeat(100), BODY, 90, 3);
        assert_eq!(lines.len(), 3);
        assert!(lines[2].ends_with('…'), "{lines:?}");
    }
}
