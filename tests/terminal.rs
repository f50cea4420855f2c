//! What a person sees on the terminal when Helm runs the filter: the warnings that Helm hides. The terminal is made by `script` of
//! util-linux.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::path::Path;
use std::process::Command;

use libtest_mimic::{Arguments, Trial};

const WARNING: &str = "istio-alb: warning[ALB024]: ";

fn main() {
    let arguments = Arguments::from_args();
    let has_script = Command::new("script").arg("--version").output().is_ok_and(|output| output.status.success());
    let is_ignored = !has_script && std::env::var_os("CI").is_none();
    let trials = [
        ("warnings are on the terminal when Helm 4 runs us", "HELM_PLUGIN_NAME=istio-alb", "2> err", "", true),
        ("warnings are on the terminal when a plugin runs Helm", "HELM_BIN=/usr/bin/helm", "2> err", "", true),
        ("nothing is on the terminal without Helm", "HELM_BIN=", "2> err", "", false),
        ("nothing is on the terminal if so asked", "HELM_BIN=helm ISTIO_ALB_TTY=never", "2> err", "", false),
        ("nothing is there without warnings", "HELM_BIN=helm", "2> err", "--allow ALB006,ALB024", false),
        ("warnings are there once where stderr is the terminal", "HELM_BIN=helm", "", "", true),
        ("a background job writes nothing", "HELM_BIN=helm", "2> err", "& wait", false),
    ];
    let trials = trials.map(|(name, env, stderr, rest, shown)| {
        let test = move || {
            let folder = tempfile::tempdir().unwrap();
            let seen = on_a_terminal(folder.path(), env, stderr, rest);
            let times = seen.matches(WARNING).count();
            assert_eq!(times, usize::from(shown), "{seen:?}");
            // Whatever the terminal shows, the output is complete.
            assert!(std::fs::read_to_string(folder.path().join("out")).unwrap().contains("kind: Ingress"));
            Ok(())
        };
        Trial::test(name, test).with_ignored_flag(is_ignored)
    });
    let mut trials = Vec::from(trials);
    trials.push(Trial::test("no command lets a name move the cursor", hostile).with_ignored_flag(is_ignored));
    libtest_mimic::run(&arguments, trials).exit_if_failed();
}

/// Raw in a comment beside what changes, and as an escape in a name. `diff` without colours is no patch there.
fn hostile() -> Result<(), libtest_mimic::Failed> {
    let folder = tempfile::tempdir().unwrap();
    let stream = "apiVersion: v1\nkind: Service\nmetadata: {name: gw}\nspec:\n  # \u{202e}a\u{2060}b\n  type: LoadBalancer\n  ports:\n  \
                  - {name: status-port, port: 15021}\n  - {name: \"x\\e[2J\\x9b2J\\u202e\", port: 9000}\n";
    std::fs::write(folder.path().join("in.yaml"), stream).unwrap();
    for command in ["diff", "diff --color=never", "check", "check --format=json", "show", "init"] {
        let program = support::binary().display();
        let mut script = support::command("script", folder.path());
        script.args(["--quiet", "--command", &format!("{program} {command} in.yaml"), "/dev/null"]);
        let seen = String::from_utf8(support::give(script, b"").stdout).unwrap();
        // The carriage returns are the terminal's, the colours the program's.
        let mut rest = seen.replace("\r\n", "\n");
        while let Some((before, code)) =
            rest.split_once("\u{1b}[").map(|(before, code)| (before.to_owned(), code.to_owned()))
        {
            let (figures, behind) = code.split_once('m').unwrap_or_default();
            let is_colour =
                !figures.is_empty() && figures.chars().all(|letter| letter.is_ascii_digit() || letter == ';');
            assert!(is_colour, "{command}: {seen:?}");
            rest = before + behind;
        }
        let is_shown = |letter: char| !istio_alb::error::is_invisible(letter) || letter == '\n';
        assert!(rest.chars().all(is_shown), "{command}: {rest:?}");
        assert!(seen.contains("gw"), "{command}: {seen:?}");
    }
    Ok(())
}

/// What a terminal shows of a run in a folder.
fn on_a_terminal(folder: &Path, env: &str, stderr: &str, rest: &str) -> String {
    let input = support::project().join("chart-fixtures/cases/helm3-default/input.yaml");
    let run = format!("env {env} {} < {} > out {stderr} {rest}", support::binary().display(), input.display());
    // `set -m` gives a background job a process group of its own, as an interactive shell does.
    let shell = format!("bash -c 'set -m; {run}'");
    let mut script = support::command("script", folder);
    script.args(["--quiet", "--return", "--command", &shell, "/dev/null"]);
    let output = support::give(script, b"");
    assert!(output.status.success(), "{}", support::shown(&output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}
