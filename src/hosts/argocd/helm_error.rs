//! Helm's error, as users read it at an Application: Argo CD shows all of stderr to everybody who may see the Application, and
//! keeps it.
//!
//! - Helm 4 prints an error twice: as a log line, and after `Error:`. Log lines and warnings are left out; some print whole
//!   trees of values.
//! - The folder of the request is left out. It has another name each time, and without it the condition stays the same from one
//!   attempt to the next.
//! - What to do is added, where it is known.

use std::path::Path;

use super::process::Ended;
use crate::error::{Error, Kind, cut};

/// Lines of a condition.
const LINES: usize = 12;
/// Characters of a line.
const LETTERS: usize = 600;

/// A part of an error of Helm's, and what to do about it.
#[rustfmt::skip]
const ADVICE: &[(&str, &str)] = &[
    ("failed to parse -:", "`-` is the parameter `values`: it must be a YAML map, as in a values file"),
    ("don't meet the specifications of the schema",
     "mend the values; some releases of Istio's gateway chart (1.22 to 1.24) refuse their own, and need the parameter `skip-schema-validation: \"true\"`"),
    ("Chart.yaml file is missing", "spec.source.path must name the folder with Chart.yaml in it"),
    ("unable to detect chart", "spec.source.path must name the folder with Chart.yaml in it"),
    ("is out of sync with", "run `helm dependency update` and commit Chart.lock"),
    ("can't get a valid version", "the version that Chart.yaml asks for is not in that repository"),
    ("is not a valid chart repository or cannot be reached",
     "the sidecar must reach it; credentials that Argo CD has are not passed on, so commit charts/, or mount a repositories.yaml and name it in HELM_REPOSITORY_CONFIG"),
    ("no cached repository for", "name the repository of the dependency by its URL, or mount a repositories.yaml and name it in HELM_REPOSITORY_CONFIG"),
    ("no repository definition for", "add it to the repositories.yaml that HELM_REPOSITORY_CONFIG names in the sidecar"),
    ("unauthorized", "the sidecar needs credentials of its own: mount a registry configuration and name it in HELM_REGISTRY_CONFIG"),
    ("missing in charts", "`helm dependency build` brought no such chart: compare the names in Chart.yaml with charts/"),
];

/// Whether Helm failed since the chart's dependencies were not committed (Helm 3 and 4; argo-cd v3.5.7 util/helm/helm.go:67).
#[must_use]
pub fn is_missing_dependency(ended: &Ended) -> bool {
    let text = String::from_utf8_lossy(&ended.stderr);
    [
        "found in Chart.yaml, but missing in charts/ directory",
        "found in requirements.yaml, but missing in charts/ directory",
    ]
    .iter()
    .any(|part| text.contains(part))
}

/// The error for a run of Helm that failed; `what` is what was run, `root` the repository.
#[must_use]
pub fn error(what: &str, ended: &Ended, root: &Path) -> Error {
    let text = String::from_utf8_lossy(&ended.stderr);
    let message = message(&text, root);
    let failed = match ended.code {
        None => {
            return Error::new(Kind::Program, format!("{what} was killed"))
                .help("it may have used more memory than the sidecar has: raise the limit");
        }
        Some(code) if message.is_empty() => {
            Error::new(Kind::Program, format!("{what} failed with exit code {code} and said nothing"))
        }
        Some(_) => Error::new(Kind::Program, format!("{what} failed: {message}")),
    };
    let advice = ADVICE.iter().find(|(part, _)| message.contains(part)).map(|(_, advice)| *advice);
    failed.help(advice.unwrap_or("the same command on the chart, with the same values, shows it on your machine"))
}

/// The message in Helm's stderr: what follows the last `Error:`, or all of it where there is none.
fn message(stderr: &str, root: &Path) -> String {
    let root = format!("{}/", root.display());
    let is_log =
        |line: &str| line.starts_with("level=") || line.contains(": warning: ") || line.starts_with("WARNING:");
    let lines: Vec<&str> = stderr.lines().filter(|line| !is_log(line)).collect();
    let begin = lines.iter().rposition(|line| line.starts_with("Error: ")).unwrap_or(0);
    let lines: Vec<String> = lines[begin..]
        .iter()
        .map(|line| line.strip_prefix("Error: ").unwrap_or(line).trim_end().replace(&root, ""))
        .filter(|line| !line.is_empty() && !line.starts_with("Use --debug flag"))
        .map(|line| without_values(&line))
        .collect();
    let mut message = lines[..lines.len().min(LINES)].join("\n  ");
    if lines.len() > LINES {
        message.push_str(&format!("\n  … and {} more lines", lines.len() - LINES));
    }
    message
}

/// A line, cut where it is long, and where Helm prints the values themselves (helm v3.21.4 pkg/chartutil/dependencies.go,
/// `type mismatch on %s: %t`).
fn without_values(line: &str) -> String {
    let line = match line
        .split_once("type mismatch on ")
        .and_then(|(before, rest)| Some((before, rest.split_once(": ")?.0)))
    {
        Some((before, name)) => format!("{before}type mismatch on {name}: it is no map"),
        None => line.to_owned(),
    };
    cut(&line, LETTERS).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(stderr: &str) -> String {
        message(stderr, Path::new("/tmp/_cmp_server/1a2b"))
    }

    #[test]
    fn helm_4_says_it_once() {
        let twice = "level=ERROR msg=\"release name check failed\" error=\"release name \\\"a_b\\\": invalid\"\n\
                     Error: release name check failed: release name \"a_b\": invalid\n";
        assert_eq!(said(twice), "release name check failed: release name \"a_b\": invalid");
    }

    #[test]
    fn warnings_and_values_are_not_repeated() {
        let text = "coalesce.go:316: warning: cannot overwrite table with non table for a.b (map[password:x])\n\
                    level=INFO msg=\"warning: cannot overwrite table (map[password:x])\"\n\
                    WARNING: This chart is deprecated\n\
                    Error: type mismatch on gateway: [%!t(float64=7) %!t(string=secret)]\n";
        assert_eq!(said(text), "type mismatch on gateway: it is no map");
    }

    #[test]
    fn several_lines_stay_and_the_folder_goes() {
        let text = "Error: gateway/templates/service.yaml:2:18\n  executing \"x\" at <$service.type>:\n    can't evaluate\n\n\
                    Use --debug flag to render out invalid YAML\n";
        assert_eq!(
            said(text),
            "gateway/templates/service.yaml:2:18\n    executing \"x\" at <$service.type>:\n      can't evaluate"
        );
        assert_eq!(
            said("Error: open /tmp/_cmp_server/1a2b/app/v.yaml: is a directory\n"),
            "open app/v.yaml: is a directory"
        );
    }

    #[test]
    fn long_messages_are_cut() {
        let line = format!("Error: {}", "x".repeat(700));
        assert_eq!(said(&line), format!("{}…", "x".repeat(600)));
        let lines: String = (0..20).map(|number| format!("{number}\n")).collect();
        assert!(said(&lines).ends_with("\n  11\n  … and 8 more lines"), "{}", said(&lines));
    }

    #[test]
    fn a_failure_is_told_with_what_to_do() {
        let ended = |code, stderr: &str| Ended { code, stderr: stderr.into(), ..Ended::default() };
        let told = |ended: Ended| {
            let error = error("helm template", &ended, Path::new("/r"));
            assert_eq!(error.kind.exit_code(), 3);
            error.to_string()
        };
        assert_eq!(
            told(ended(Some(1), "Error: failed to parse -: error converting YAML to JSON: yaml: line 1: x")),
            "helm template failed: failed to parse -: error converting YAML to JSON: yaml: line 1: x\n  \
             help: `-` is the parameter `values`: it must be a YAML map, as in a values file"
        );
        assert_eq!(
            told(ended(Some(2), "")),
            "helm template failed with exit code 2 and said nothing\n  \
             help: the same command on the chart, with the same values, shows it on your machine"
        );
        assert_eq!(
            told(ended(None, "")),
            "helm template was killed\n  help: it may have used more memory than the sidecar has: raise the limit"
        );
    }
}
