//! Helm 4 discards the stderr of a post-renderer, also when it fails: users would see `exited with error` and nothing else. But
//! it refuses a document on stdout that is no mapping, and shows it in that error. So a failing run under Helm 4 prints its
//! message as a block scalar and ends with 0.
//!
//! Skaffold takes the place of the post-renderer itself, and runs the one that its user names inside of it. It does not look how that
//! one ends, so an empty output is an empty release to it, and Helm deletes the gateway. It gets such a document, too. It ends at the
//! first line, as it takes nothing behind a `---`, and shows that line; so the message stands there.
//!
//! A future Helm may accept that document. Helm deletes what a post-renderer leaves out, so the unchanged input follows, and
//! nothing is lost. Helm 3 and all other callers get the message on stderr and an exit code.

use crate::error::visible;
use manifest_yaml::scalar;
use manifest_yaml::stream::{HELM4_FILENAME, has_content};

/// The name of our plugin.
pub const PLUGIN: &str = "istio-alb";

/// Whether Helm runs us as its plugin.
#[must_use]
pub fn is_plugin(plugin: Option<&str>) -> bool {
    plugin == Some(PLUGIN)
}

/// Whether Helm 4 runs us as its plugin. `plugin` is `HELM_PLUGIN_NAME`: under another plugin (helm-diff) it has that one's name.
/// Helm 3 never marks its documents.
#[must_use]
pub fn is_helm4(plugin: Option<&str>, input: &[u8]) -> bool {
    is_plugin(plugin) && memchr::memmem::find(input, HELM4_FILENAME.as_bytes()).is_some()
}

/// Whether Skaffold runs us. `command_line` is `SKAFFOLD_CMDLINE`: what it has Helm run in place of the user's post-renderer, as in
/// `filter --kube-context kind --post-renderer istio-alb`
/// (skaffold v2.16.1 pkg/skaffold/helm/bin.go PrepareSkaffoldFilter, cmd/skaffold/app/cmd/filter.go runFilter).
#[must_use]
pub fn is_in_skaffold(command_line: Option<&str>) -> bool {
    command_line.is_some_and(|line| line.starts_with("filter ") && line.contains("--post-renderer"))
}

/// Whether Helm runs us. Helm 4 and plugins that run Helm set variables, Helm 3 none, so there the name of the program that
/// started us counts. `variable` gives one of the environment.
#[must_use]
pub fn runs_us<'e>(variable: impl Fn(&str) -> Option<&'e str>, started_by: impl Fn() -> Option<String>) -> bool {
    let by_helm =
        ["HELM_PLUGIN_NAME", "HELM_BIN"].iter().any(|name| variable(name).is_some_and(|value| !value.is_empty()));
    by_helm || started_by().as_deref().is_some_and(is_helm)
}

/// Whether Helm itself started us, and takes what we print for manifests. A script of a plugin that calls us does not.
#[must_use]
pub fn awaits_manifests(plugin: Option<&str>, started_by: impl Fn() -> Option<String>) -> bool {
    is_plugin(plugin) || started_by().as_deref().is_some_and(is_helm)
}

/// Whether a program is Helm by its name, which has its version where several are installed: `helm`, `helm3`, `helm-4.2.4`.
fn is_helm(name: &str) -> bool {
    let Some(version) = name.strip_prefix("helm") else { return false };
    let number = version.trim_start_matches(['-', '_']).trim_start_matches('v');
    version.is_empty() || number.starts_with(|letter: char| letter.is_ascii_digit())
}

/// Whether the warnings of a good run go to the terminal, too, where Helm runs us: it shows them nowhere.
#[must_use]
pub fn warns_on_the_terminal(setting: Option<&str>) -> bool {
    setting != Some("never")
}

/// A message as a block scalar, and after it the unchanged input.
#[must_use]
pub fn refuse(message: &str, input: &[u8]) -> Vec<u8> {
    let lines = message.lines().map(|line| format!("  {}\n", visible(line)));
    before(format!("--- |\n{}", lines.collect::<String>()), input)
}

/// A message as a scalar behind the first marker, and after it the unchanged input.
#[must_use]
pub fn refuse_in_skaffold(message: &str, input: &[u8]) -> Vec<u8> {
    let lines: Vec<String> = message.lines().map(|line| visible(line.trim_start())).collect();
    before(format!("--- {}\n", scalar(&lines.join("; "))), input)
}

fn before(document: String, input: &[u8]) -> Vec<u8> {
    let mut out = document.into_bytes();
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
        let out = refuse_in_skaffold("istio-alb: error: x\n  help: \u{1b}y\n", b"kind: A\n");
        let document = "--- \"istio-alb: error: x; help: \\\\u{1b}y\"\n---\nkind: A\n";
        assert_eq!(String::from_utf8(out).unwrap(), document);
        // What YAML does not have would hide the message.
        let out = refuse("x\u{fffe}\u{ffff}", b"---\nkind: A");
        assert_eq!(String::from_utf8(out).unwrap(), "--- |\n  x\\u{fffe}\\u{ffff}\n---\nkind: A");
        let out = refuse("x", b"---\nkind: A");
        assert_eq!(String::from_utf8(out).unwrap(), "--- |\n  x\n---\nkind: A");
    }

    #[test]
    fn helm_is_known_by_its_variables_or_its_name() {
        let runs = |env: &[(&str, &'static str)], started_by: Option<&str>| {
            runs_us(
                |name| env.iter().find(|(known, _)| *known == name).map(|(_, value)| *value),
                || started_by.map(str::to_owned),
            )
        };
        assert!(runs(&[("HELM_PLUGIN_NAME", "istio-alb")], None));
        assert!(runs(&[("HELM_BIN", "/usr/bin/helm")], Some("bash")));
        assert!(runs(&[], Some("helm")));
        assert!(!runs(&[], Some("bash")));
        assert!(!runs(&[("HELM_BIN", "")], None));
    }

    #[test]
    fn helm_awaits_manifests_of_whom_it_starts_itself() {
        let started_by = |name: &'static str| move || Some(name.to_owned());
        assert!(awaits_manifests(Some("istio-alb"), started_by("anything")));
        assert!(awaits_manifests(None, started_by("helm")));
        for name in ["helm3", "helm-4.2.4", "helm_v3", "helmv3"] {
            assert!(awaits_manifests(None, started_by(name)), "{name}");
        }
        for name in ["helmfile", "helm-diff", "helmsman", "myhelm"] {
            assert!(!awaits_manifests(None, started_by(name)), "{name}");
        }
        assert!(!awaits_manifests(Some("diff"), started_by("bash")));
        assert!(!awaits_manifests(None, started_by("bash")));
    }

    #[test]
    fn skaffold_is_known_by_its_command_line() {
        for post_renderer in ["--post-renderer istio-alb", "--post-renderer=./istio-alb"] {
            assert!(is_in_skaffold(Some(&format!("filter --kube-context kind {post_renderer} --kubeconfig k"))));
        }
        for other in [None, Some(""), Some("dev"), Some("filter --kube-context kind"), Some("render --post-renderer x")]
        {
            assert!(!is_in_skaffold(other), "{other:?}");
        }
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
