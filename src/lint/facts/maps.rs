//! Texts that are to be maps, `key=value` with commas between.

use alb_controller::go::strconv::trim;

/// Why a text is no map: what is wrong with its first part that is no `key=value`.
pub fn why_no_map(text: &str) -> String {
    if trim(text).is_empty() {
        return "there is nothing but blanks".to_owned();
    }
    let parts = text.split(',').map(trim);
    for part in parts {
        match part.split_once('=') {
            None if part.is_empty() => return "an item before a comma is empty".to_owned(),
            None => return format!("{part:?} has no `=`"),
            Some((key, _)) if trim(key).is_empty() => return format!("{part:?} has no key"),
            Some(_) => {}
        }
    }
    format!("{text:?} is no list of `key=value`")
}
