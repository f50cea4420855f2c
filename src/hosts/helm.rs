//! Helm 4 throws away what a post-renderer writes to stderr, also when it fails: people would see `exited with error` and
//! nothing else. It shows one thing: a document on stdout that is no mapping, in the error with which it refuses it. So a
//! failing run under Helm 4 prints its message as a block scalar and ends with 0.
//!
//! Should a Helm of the future let that pass nothing may be lost, since Helm deletes what is left out: the unchanged input
//! follows. Helm 3 and everything else get the message on stderr and an exit code.

use crate::stream::{HELM4_FILENAME, has_content};

/// The name of our plugin.
pub const PLUGIN: &str = "istio-alb";

/// Whether some Helm runs us as its plugin.
#[must_use]
pub fn is_plugin(plugin: Option<&str>) -> bool {
    plugin == Some(PLUGIN)
}

/// Whether the run was started by Helm 4 as our plugin. `plugin` is `HELM_PLUGIN_NAME`: under another plugin (helm-diff)
/// it is that one's, and Helm 3 never marks its documents.
#[must_use]
pub fn is_helm4(plugin: Option<&str>, input: &[u8]) -> bool {
    is_plugin(plugin) && memchr::memmem::find(input, HELM4_FILENAME.as_bytes()).is_some()
}

/// A message as a block scalar, with the unchanged input behind it.
#[must_use]
pub fn refuse(message: &str, input: &[u8]) -> Vec<u8> {
    let mut out = b"--- |\n".to_vec();
    for line in message.lines() {
        out.extend_from_slice(b"  ");
        // Control characters may not stand in YAML.
        out.extend(
            line.chars()
                .flat_map(|c| if c.is_control() { c.escape_default().to_string() } else { c.to_string() }.into_bytes()),
        );
        out.push(b'\n');
    }
    let marked = std::str::from_utf8(input).is_ok_and(|text| text.trim_start_matches('\u{feff}').starts_with("---"));
    if !marked && std::str::from_utf8(input).is_ok_and(has_content) {
        out.extend_from_slice(b"---\n");
    }
    out.extend_from_slice(input);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_is_a_document_before_the_input() {
        let out = refuse("istio-alb: error: x\n  help: \u{1b}y", b"kind: A\n");
        assert_eq!(String::from_utf8(out).unwrap(), "--- |\n  istio-alb: error: x\n    help: \\u{1b}y\n---\nkind: A\n");
        let out = refuse("x", b"---\nkind: A");
        assert_eq!(String::from_utf8(out).unwrap(), "--- |\n  x\n---\nkind: A");
    }

    #[test]
    fn only_our_plugin_in_helm_4() {
        let helm4 = b"postrenderer.helm.sh/postrender-filename: 'a'";
        assert!(is_helm4(Some("istio-alb"), helm4));
        assert!(!is_helm4(Some("diff"), helm4));
        assert!(!is_helm4(None, helm4));
        assert!(!is_helm4(Some("istio-alb"), b"# Source: a"));
    }
}
