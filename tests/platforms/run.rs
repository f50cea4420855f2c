//! The programs that can be run here say and do to the byte what this machine's own does.

use super::{WINDOWS, program};
use crate::support::tools::{Need, cache, gated};
use crate::support::{Outcome, command, fail, first_difference, give, project, shown};
use libtest_mimic::Trial;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What runs the program of a platform.
#[derive(Clone, Copy)]
struct Runner {
    platform: &'static str,
    /// The program that stands in for the processor or the system, where this machine has not got it.
    emulator: Option<&'static str>,
}

impl Runner {
    fn all() -> [Runner; 3] {
        let other = |platform, processor, emulator| Runner {
            platform,
            emulator: (std::env::consts::ARCH != processor).then_some(emulator),
        };
        [
            other("linux-amd64", "x86_64", "qemu-x86_64-static"),
            other("linux-arm64", "aarch64", "qemu-aarch64-static"),
            Runner { platform: WINDOWS, emulator: Some("wine") },
        ]
    }

    fn needs(self) -> Vec<Need> {
        let mut needs = vec![Need::Platforms];
        needs.extend(self.emulator.map(Need::OnPath));
        if self.platform == WINDOWS {
            needs.push(Need::Cached(WINE, "tests/tools/emulators.sh"));
        }
        needs
    }

    /// The program, to be run in `folder`.
    fn program(self, folder: &Path) -> Command {
        let Some(emulator) = self.emulator else { return command(program(self.platform), folder) };
        let mut run = command(emulator, folder);
        run.arg(program(self.platform));
        if self.platform == WINDOWS {
            run.env("WINEPREFIX", cache().join("wine")).env("WINEDEBUG", "-all").env_remove("DISPLAY");
        }
        run
    }

    fn run(self, folder: &Path, arguments: &[&str], input: &[u8]) -> Output {
        self.run_with(folder, arguments, &[], input)
    }

    fn run_with(self, folder: &Path, arguments: &[&str], env: &[(&str, &str)], input: &[u8]) -> Output {
        let once = || {
            let mut program = self.program(folder);
            program.args(arguments).envs(env.iter().copied());
            give(program, input)
        };
        let output = once();
        // On a busy machine Wine itself falls over now and then, in a library of its own (2 of 330 starts); a fault of the program
        // comes again.
        let is_of_wine = self.platform == WINDOWS && output.stderr.starts_with(b"wine: Unhandled page fault");
        if is_of_wine { once() } else { output }
    }
}

/// What this machine's system says of a file that is not there, as the platform's says it.
fn in_the_words_of(runner: Runner, stderr: &[u8]) -> Vec<u8> {
    const HERE: &str = "No such file or directory (os error 2)";
    const UNDER_WINE: &str = "File not found. (os error 2)";
    match runner.platform {
        WINDOWS => String::from_utf8_lossy(stderr).replace(HERE, UNDER_WINE).into_bytes(),
        _ => stderr.to_vec(),
    }
}

/// The last file of the folder in which Wine keeps what it takes for drive C.
const WINE: &str = "wine/drive_c/windows/system32/bcryptprimitives.dll";

type Test = fn(Runner) -> Outcome;

pub fn trials() -> Vec<Trial> {
    let tests: [(&str, Test); 4] =
        [("every case", cases), ("check in every format", check), ("files", files), ("exit codes", exit_codes)];
    let mut trials = Vec::new();
    for runner in Runner::all() {
        for (name, test) in tests {
            trials.push(gated(format!("{}: {name}", runner.platform), runner.needs(), move || test(runner)));
        }
        if runner.platform == WINDOWS {
            trials.push(gated(format!("{WINDOWS}: paths"), runner.needs(), move || windows_paths(runner)));
        }
    }
    trials
}

fn fixtures() -> PathBuf {
    project().join("chart-fixtures")
}

fn read(path: &str) -> Vec<u8> {
    std::fs::read(fixtures().join(path)).unwrap()
}

/// `chart-fixtures/cases`: among them streams with CRLF, with a byte order mark, and those that are refused.
fn cases(runner: Runner) -> Outcome {
    let mut differences = Vec::new();
    for entry in std::fs::read_dir(fixtures().join("cases"))? {
        let folder = entry?.path();
        let lines = |file: &str| std::fs::read_to_string(folder.join(file)).unwrap_or_default();
        let (arguments, env) = (lines("args"), lines("env"));
        let arguments: Vec<&str> = arguments.lines().collect();
        let env: Vec<_> = env.lines().filter_map(|line| line.split_once('=')).collect();
        let found = runner.run_with(&folder, &arguments, &env, &std::fs::read(folder.join("input.yaml"))?);
        let code = format!("{}\n", found.status.code().unwrap_or(-1)).into_bytes();
        for (file, found) in [("code", &code), ("output.yaml", &found.stdout), ("stderr", &found.stderr)] {
            // A run that is refused prints nothing, and has no file for it.
            let expected = std::fs::read(folder.join(file)).unwrap_or_default();
            let expected = if file == "stderr" { in_the_words_of(runner, &expected) } else { expected };
            if &expected != found {
                differences.push(format!("{}: {}", folder.join(file).display(), first_difference(&expected, found)));
            }
        }
    }
    if differences.is_empty() { Ok(()) } else { fail(differences.join("\n")) }
}

fn check(runner: Runner) -> Outcome {
    let folder = fixtures().join("check");
    for format in ["text", "full", "concise", "github", "json"] {
        let stream = runner.run(&folder, &["check", "--format", format], &read("check/service.yaml"));
        expect(&stream, 0, &read(&format!("check/stdin.{format}")))?;
        let arguments = ["check", "--as-is", "--format", format, "service.yaml", "ingress.yaml"];
        expect(&runner.run(&folder, &arguments, b""), 1, &read(&format!("check/two-files.{format}")))?;
    }
    Ok(())
}

/// Files that are read and written: a configuration, a report, and a big stream, which no pipe holds at once.
fn files(runner: Runner) -> Outcome {
    let folder = tempfile::tempdir()?;
    std::fs::create_dir(folder.path().join("deep folder"))?;
    std::fs::copy(fixtures().join("cases/every-field/istio-alb.yaml"), folder.path().join("deep folder/edge.yaml"))?;
    let arguments = ["--config", "deep folder/edge.yaml", "--report", "deep folder/report.json"];
    let input = read("cases/every-field/input.yaml");
    expect(&runner.run(folder.path(), &arguments, &input), 0, &read("cases/every-field/output.yaml"))?;
    let report: serde_json::Value =
        serde_json::from_slice(&std::fs::read(folder.path().join("deep folder/report.json"))?)?;
    assert!(report["findings"].is_array(), "{report}");

    let foreign = "---\r\n# Source: a/b.yaml\r\nkind: ConfigMap\r\nmetadata: {name: a}\r\n".repeat(20_000);
    let big = [foreign.as_bytes(), &read("cases/crlf/input.yaml")].concat();
    let found = runner.run(folder.path(), &[], &big);
    assert!(found.status.success() && found.stdout.starts_with(foreign.as_bytes()), "{}", found.status);
    let rest = &found.stdout[foreign.len()..];
    let expected = read("cases/crlf/output.yaml");
    if rest == expected { Ok(()) } else { fail(first_difference(&expected, rest)) }
}

/// Each of README.md that a run here can have.
fn exit_codes(runner: Runner) -> Outcome {
    let folder = tempfile::tempdir()?;
    let version = format!("istio-alb {}", env!("CARGO_PKG_VERSION"));
    let said = runner.run(folder.path(), &["--version"], b"");
    assert!(said.status.success() && said.stdout.starts_with(version.as_bytes()), "{}", shown(&said));
    // Findings at error level; nothing may be printed, or Helm would apply it.
    let denied = runner.run(folder.path(), &["--deny", "ALB024"], &read("cases/helm3-default/input.yaml"));
    expect(&denied, 1, b"")?;
    for (arguments, input) in [
        (&["--no-such-flag"][..], "cases/helm3-default/input.yaml"),
        (&["--config", "no-such-file.yaml"], "cases/helm3-default/input.yaml"),
        (&[], "cases/helm3-eastwest/input.yaml"),
        (&[], "cases/truncated-stream/input.yaml"),
    ] {
        expect(&runner.run(folder.path(), arguments, &read(input)), 2, b"")?;
    }
    // A program that `argocd generate` runs, and that is not there.
    let without_helm = runner.run(folder.path(), &["argocd", "generate"], b"");
    assert!(without_helm.stdout.is_empty() && !without_helm.status.success(), "{}", shown(&without_helm));
    Ok(())
}

/// Paths as people on Windows type them: with backslashes, with a drive, of a share, and with letters of any alphabet.
fn windows_paths(runner: Runner) -> Outcome {
    let folder = tempfile::tempdir()?;
    let deep = folder.path().join("어딘가").join("deep folder");
    std::fs::create_dir_all(&deep)?;
    std::fs::copy(fixtures().join("cases/every-field/istio-alb.yaml"), deep.join("edge.yaml"))?;
    let (input, expected) = (read("cases/every-field/input.yaml"), read("cases/every-field/output.yaml"));
    // Wine shows the root of this machine as drive Z.
    let drive = format!(r"Z:{}\어딘가\deep folder\", folder.path().display()).replace('/', r"\");
    for path in [r"어딘가\deep folder\", r".\어딘가\deep folder\", &drive] {
        let config = format!("--config={path}edge.yaml");
        let report = format!("--report={path}report.json");
        expect(&runner.run(folder.path(), &[&config, &report], &input), 0, &expected)?;
        std::fs::remove_file(deep.join("report.json"))?;
    }
    // What is not there is named as it was typed.
    let config = format!("--config={drive}none.yaml");
    let refused = runner.run(folder.path(), &[&config], &input);
    assert!(String::from_utf8_lossy(&refused.stderr).contains(&format!("{drive}none.yaml")), "{}", shown(&refused));
    expect(&refused, 2, b"")
}

fn expect(found: &Output, code: i32, stdout: &[u8]) -> Outcome {
    if found.status.code() == Some(code) && found.stdout == stdout {
        return Ok(());
    }
    fail(format!(
        "{}, and {code} is expected: {}\n{}",
        found.status,
        first_difference(stdout, &found.stdout),
        shown(found)
    ))
}
