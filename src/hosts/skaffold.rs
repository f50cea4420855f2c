//! Skaffold puts itself in the post-renderer's place (`skaffold filter`) and runs the one that it was given inside of that:
//! it throws away what that writes to stderr and does not look how it ends (Skaffold v2.16.1
//! cmd/skaffold/app/cmd/filter.go:74). A refused run would come to it as an empty stream, Helm would take that for the
//! release, and delete the gateway.
//!
//! It stops at a line that begins with `---` and goes on with anything, and shows that line. So a refused run prints its
//! message there. Should a Skaffold of the future let that pass nothing is lost: the unchanged input follows.

use super::helm::behind;
use serde_json::Value;

/// What Skaffold tells `skaffold filter`, and thereby us: the words of its command line.
pub const COMMAND_LINE: &str = "SKAFFOLD_CMDLINE";

/// Whether `skaffold filter` runs us. Every other command of Skaffold's may have set the variable, too.
#[must_use]
pub fn runs_us(command_line: Option<&str>) -> bool {
    let mut words = command_line.unwrap_or_default().split_whitespace();
    words.next() == Some("filter") && words.any(|word| word.starts_with("--post-renderer"))
}

/// A message as the line at which Skaffold stops, with the unchanged input behind it.
#[must_use]
pub fn refuse(message: &str, input: &[u8]) -> Vec<u8> {
    // A string of JSON is one of YAML.
    let mut out = format!("--- {}\n", Value::from(message.trim_end())).into_bytes();
    out.extend(behind(input));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_is_one_line_before_the_input() {
        let out = refuse("istio-alb: error: \"x\"\n  help: y\n", b"kind: A\n");
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "--- \"istio-alb: error: \\\"x\\\"\\n  help: y\"\n---\nkind: A\n"
        );
        let out = refuse("x", b"---\nkind: A");
        assert_eq!(String::from_utf8(out).unwrap(), "--- \"x\"\n---\nkind: A");
    }

    #[test]
    fn only_inside_skaffold_filter() {
        assert!(runs_us(Some(
            "filter --kube-context test --post-renderer istio-alb"
        )));
        assert!(runs_us(Some("filter --post-renderer=istio-alb")));
        assert!(!runs_us(Some("filter --kube-context test")));
        assert!(!runs_us(Some("deploy --post-renderer")));
        assert!(!runs_us(None));
    }
}
