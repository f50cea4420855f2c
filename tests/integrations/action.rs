//! The GitHub Action: `action.yml` and its script, run as a runner runs a composite action.

use crate::page::{self, SCHEMAS, parsed, validates};
use crate::release::{VERSION, release};
use crate::support::helm::path_with;
use crate::support::tools::{Need, gated};
use crate::support::{Outcome, binary, command, project, shown};
use libtest_mimic::Trial;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Output;

pub fn trials() -> Vec<Trial> {
    let mut all: Vec<Trial> = Vec::new();
    let on_a_runner: [crate::Named; 18] = [
        ("findings at error level fail it, and are told in every way", errors_are_told),
        ("a gateway without a fault passes, and later steps have the program", a_good_one_passes),
        ("strict makes errors of warnings, and args are handed on", strict_and_arguments),
        ("files by globs are one stream, with the names in annotations", files_by_globs),
        ("the output of a command and files are one stream", a_command_and_files),
        ("a command that fails is told", a_failing_command),
        ("a wrong configuration is told as an annotation", a_wrong_configuration),
        ("text in the log in place of annotations", text_in_the_log),
        ("a pattern that matches nothing fails", nothing_matches),
        ("nothing to check fails, before anything is fetched", nothing_to_check),
        ("a wrong checksum is refused, and nothing is run", a_wrong_checksum),
        ("an archive without a checksum is refused", no_checksum),
        ("a release that there is not is told", a_missing_release),
        ("a folder in place of the release", from_a_folder),
        ("plain http from elsewhere is refused", plain_http),
        ("the release of its own version, from where the project lives, over TLS", from_the_project),
        ("macOS, which has no sha256sum", on_macos),
        ("a runner for which there is no program", no_program),
    ];
    for (name, test) in on_a_runner {
        all.push(gated(format!("the action: {name}"), ["bash", "curl"].map(Need::OnPath).into(), test));
    }
    let windows = ["bash", "curl", "unzip", "python3"].map(Need::OnPath).to_vec();
    all.push(gated("the action: Windows, whose archive is a .zip", windows, on_windows));
    let tools = || ["bash", "curl"].map(Need::OnPath).to_vec();
    all.push(gated("the action: what its steps name is there", tools(), its_steps));
    all.push(Trial::test("the action: the page names every input and output", the_page));
    all.push(gated("the action: it and the page's workflows are what GitHub reads", vec![SCHEMAS], github_reads_it));
    all.push(gated("the action: the page's workflows run", tools(), the_pages_workflows));
    all
}

fn action() -> Value {
    parsed(&std::fs::read_to_string(project().join("action.yml")).unwrap())
}

/// A runner in the middle of a job.
struct Runner {
    folder: tempfile::TempDir,
    system: (&'static str, &'static str),
    path: Option<PathBuf>,
}

/// What the action's first step left behind.
struct Step {
    output: Output,
    outputs: BTreeMap<String, String>,
    summary: String,
    paths: String,
}

impl Runner {
    fn new() -> Runner {
        let runner = Runner { folder: tempfile::tempdir().unwrap(), system: ("Linux", arch()), path: None };
        for folder in ["work space", "temp"] {
            std::fs::create_dir(runner.folder.path().join(folder)).unwrap();
        }
        runner
    }

    fn workspace(&self) -> PathBuf {
        self.folder.path().join("work space")
    }

    fn temp(&self) -> PathBuf {
        self.folder.path().join("temp")
    }

    fn write(&self, name: &str, text: &str) -> &Runner {
        let path = self.workspace().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    /// A program of the runner, before all others.
    fn program(&self, name: &str, script: &str) -> &Runner {
        let path = self.folder.path().join("programs").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
        self
    }

    /// The first step, with the release on loopback unless `with` says otherwise.
    fn run(&self, with: &[(&str, &str)]) -> Step {
        let from = ("from", &*release().files());
        let is_said = with.iter().any(|(name, _)| *name == "from");
        let with: Vec<_> = with.iter().copied().chain((!is_said).then_some(from)).collect();
        self.step(&with)
    }

    /// The same with nothing but what `with` says.
    fn step(&self, with: &[(&str, &str)]) -> Step {
        let action = action();
        let inputs = inputs(&action, with);
        let step = &action["runs"]["steps"][0];
        let file = |name: &str| self.folder.path().join(name);
        let mut bash = command("bash", &self.workspace());
        bash.env_clear();
        for name in ["output", "summary", "path"] {
            std::fs::write(file(name), "").unwrap();
        }
        let path = self.path.clone().map_or_else(|| path_with(&[&file("programs")]), PathBuf::into_os_string);
        bash.env("PATH", path).env("HOME", self.folder.path());
        bash.env("GITHUB_ACTION_PATH", project()).env("GITHUB_WORKSPACE", self.workspace());
        bash.env("GITHUB_OUTPUT", file("output")).env("GITHUB_STEP_SUMMARY", file("summary"));
        bash.env("GITHUB_PATH", file("path")).env("RUNNER_TEMP", self.temp());
        bash.env("RUNNER_OS", self.system.0).env("RUNNER_ARCH", self.system.1);
        for (name, value) in step["env"].as_object().unwrap() {
            let value = value.as_str().unwrap();
            let input = value.strip_prefix("${{ inputs.").and_then(|rest| rest.strip_suffix(" }}"));
            bash.env(name, &inputs[input.unwrap_or_else(|| panic!("{value} is no input"))]);
        }
        assert_eq!(step["shell"], "bash");
        // As the runner starts it.
        bash.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"].as_str().unwrap()]);
        let output = bash.output().unwrap();
        let read = |name: &str| std::fs::read_to_string(file(name)).unwrap();
        let lines = read("output");
        let outputs = lines.lines().map(|line| line.split_once('=').unwrap());
        let outputs = outputs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Step { output, outputs, summary: read("summary"), paths: read("path") }
    }
}

fn arch() -> &'static str {
    if cfg!(target_arch = "aarch64") { "ARM64" } else { "X64" }
}

/// The action's inputs with their defaults.
fn inputs(action: &Value, with: &[(&str, &str)]) -> BTreeMap<String, String> {
    let mut inputs: BTreeMap<String, String> = BTreeMap::new();
    for (name, input) in action["inputs"].as_object().unwrap() {
        inputs.insert(name.clone(), input["default"].as_str().unwrap().to_owned());
    }
    for (name, value) in with {
        let there = inputs.insert((*name).to_owned(), (*value).to_owned());
        assert!(there.is_some(), "the action has no input {name}");
    }
    inputs
}

impl Step {
    fn code(&self) -> i32 {
        self.output.status.code().unwrap()
    }

    fn log(&self) -> String {
        String::from_utf8_lossy(&self.output.stdout).into_owned()
    }

    /// The workflow commands of a kind.
    fn annotations(&self, kind: &str) -> Vec<String> {
        let begin = format!("::{kind} ");
        self.log().lines().filter(|line| line.starts_with(&begin)).map(str::to_owned).collect()
    }

    /// The one error for which nothing was judged, which is also in the summary.
    fn refusal(&self) -> String {
        let errors = self.annotations("error");
        let [error] = &errors[..] else { panic!("{errors:?}\n{}", shown(&self.output)) };
        let text = error.strip_prefix("::error title=istio-alb::").unwrap().replace("%0A", "\n").replace("%25", "%");
        let first = text.lines().next().unwrap();
        assert!(self.summary.contains(first), "{}\n{text}", self.summary);
        assert!(self.outputs.get("sarif-file").is_none_or(String::is_empty));
        assert!(self.outputs.get("errors").is_none_or(String::is_empty));
        assert_eq!(self.outputs["exit-code"], self.code().to_string());
        text
    }

    fn sarif(&self) -> Value {
        serde_json::from_slice(&std::fs::read(&self.outputs["sarif-file"]).unwrap()).unwrap()
    }
}

fn read(name: &str) -> String {
    std::fs::read_to_string(project().join(name)).unwrap()
}

fn rendered() -> String {
    read("chart-fixtures/cases/helm3-default/input.yaml")
}

/// An Ingress and a Service with errors and warnings, as they stand.
fn faulty(runner: &Runner) -> &Runner {
    for name in ["ingress.yaml", "service.yaml"] {
        runner.write(&format!("manifests/{name}"), &read(&format!("chart-fixtures/check/{name}")));
    }
    runner
}

const FAULTY: &str = "manifests/service.yaml\nmanifests/ingress.yaml";

fn errors_are_told() -> Outcome {
    let runner = Runner::new();
    let step = faulty(&runner).run(&[("files", FAULTY), ("as-is", "true")]);
    assert_eq!(step.code(), 1, "{}", shown(&step.output));
    // What the program itself says in that format.
    let golden = read("chart-fixtures/check/two-files.github").replace("file=", "file=manifests/");
    let found: String =
        step.log().lines().filter(|line| line.starts_with("::")).map(|line| format!("{line}\n")).collect();
    assert_eq!(found, golden);
    let counts = ["errors", "warnings", "infos", "exit-code"].map(|name| step.outputs[name].as_str());
    assert_eq!(counts, ["5", "2", "0", "1"]);
    let results = step.sarif()["runs"][0]["results"].as_array().unwrap().clone();
    assert_eq!(results.len(), 7);
    assert_eq!(results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "manifests/ingress.yaml");
    assert!(Path::new(&step.outputs["sarif-file"]).starts_with(runner.temp()));
    assert!(step.summary.starts_with("### istio-alb check: refused\n"), "{}", step.summary);
    for text in ["error[ALB019]: manifests/ingress.yaml, document 1, line 10", "  help: ", "docs/findings.md"] {
        assert!(step.summary.contains(text), "{text}: {}", step.summary);
    }
    Ok(())
}

fn a_good_one_passes() -> Outcome {
    let runner = Runner::new();
    runner.write("gateway.yaml", &rendered()).write("conf/alb.yaml", crate::pre_commit::GOOD);
    let step = runner.run(&[
        ("files", "gateway.yaml"),
        ("config", "conf/alb.yaml"),
        ("strict", "true"),
        ("sarif-file", "reports/findings.sarif"),
    ]);
    assert_eq!(step.code(), 0, "{}", shown(&step.output));
    let counts = ["errors", "warnings", "exit-code", "sarif-file"].map(|name| step.outputs[name].as_str());
    assert_eq!(counts, ["0", "0", "0", "reports/findings.sarif"]);
    assert!(runner.workspace().join("reports/findings.sarif").is_file());
    assert!(step.summary.starts_with("### istio-alb check: passed\n"), "{}", step.summary);
    assert!(step.log().contains(&format!("istio-alb {VERSION}\n")), "{}", shown(&step.output));
    // Later steps find the program that was packed, not another.
    let folder = PathBuf::from(step.paths.trim_end());
    assert!(folder.starts_with(runner.temp()), "{}", step.paths);
    assert_eq!(std::fs::read(folder.join("istio-alb")).unwrap(), std::fs::read(binary()).unwrap());
    Ok(())
}

fn strict_and_arguments() -> Outcome {
    let runner = Runner::new();
    runner.write("gateway.yaml", &rendered());
    let warned = runner.run(&[("files", "gateway.yaml")]);
    assert_eq!((warned.code(), &*warned.outputs["errors"]), (0, "0"), "{}", shown(&warned.output));
    let refused = runner.run(&[("files", "gateway.yaml"), ("strict", "true")]);
    assert_eq!(refused.code(), 1, "{}", shown(&refused.output));
    assert_eq!(refused.outputs["errors"], warned.outputs["warnings"]);
    // Each in a word of its own, on one line or on several.
    let arguments = "--scheme internal\n  --set ingress.healthCheck.path=/healthz/ready --allow=ALB006";
    let allowed = runner.run(&[("files", "gateway.yaml"), ("strict", "true"), ("args", arguments)]);
    assert_eq!(allowed.code(), 0, "{}", shown(&allowed.output));
    let neither = runner.run(&[("files", "gateway.yaml"), ("strict", "yes")]);
    assert_eq!(neither.code(), 2);
    assert_eq!(neither.refusal(), "the input strict is `yes`; it takes true and false");
    Ok(())
}

fn files_by_globs() -> Outcome {
    let runner = Runner::new();
    faulty(&runner).write("manifests/a folder/more.yaml", "kind: ConfigMap\n").write("manifests/deep/er/x.yaml", "");
    let of = |files: &str| {
        let step = runner.run(&[("files", files), ("as-is", "true")]);
        assert_eq!(step.code(), 1, "{}", shown(&step.output));
        assert_eq!(step.outputs["errors"], "5");
    };
    of("manifests/*.yaml");
    of("  manifests/[is]*.yaml \r\n\n\tmanifests/a folder/*.yaml\n");
    of("**/*.yaml");
    Ok(())
}

fn a_command_and_files() -> Outcome {
    let runner = Runner::new();
    faulty(&runner).write("$rendered.yaml", &rendered());
    let render = "cat '$rendered.yaml' | cat";
    let alone = runner.run(&[("command", render)]);
    assert_eq!(alone.code(), 0, "{}", shown(&alone.output));
    // No line of a file of the change.
    assert!(alone.annotations("warning").iter().all(|line| !line.contains("file=")), "{}", alone.log());
    let both = runner.run(&[("command", render), ("files", FAULTY), ("as-is", "true")]);
    assert_eq!((both.code(), &*both.outputs["errors"]), (1, "5"), "{}", shown(&both.output));
    Ok(())
}

fn a_failing_command() -> Outcome {
    let runner = Runner::new();
    runner.write("rendered.yaml", &rendered());
    for (script, code) in [("cat rendered.yaml; exit 7", "7"), ("false | cat rendered.yaml", "1")] {
        let step = runner.run(&[("command", script)]);
        assert_eq!(step.code(), 3, "{}", shown(&step.output));
        assert_eq!(step.refusal(), format!("the command ended with {code}: {script}"));
    }
    Ok(())
}

fn a_wrong_configuration() -> Outcome {
    let runner = Runner::new();
    runner
        .write("gateway.yaml", &rendered())
        .write("istio-alb.yaml", &crate::pre_commit::GOOD.replace("scheme", "sch%me"));
    let step = runner.run(&[("files", "gateway.yaml")]);
    assert_eq!(step.code(), 2, "{}", shown(&step.output));
    let said = step.refusal();
    assert!(said.starts_with("istio-alb.yaml:") && said.contains("sch%me"), "{said}");
    assert!(step.log().contains("sch%25me"), "{}", step.log());
    // What is wrong with the arguments is found before the format is known.
    let step = runner.run(&[("files", "gateway.yaml"), ("args", "--schem=internal")]);
    assert_eq!(step.code(), 2, "{}", shown(&step.output));
    assert!(step.refusal().starts_with("istio-alb: error: unexpected argument"), "{}", step.log());
    Ok(())
}

fn text_in_the_log() -> Outcome {
    let runner = Runner::new();
    let step = faulty(&runner).run(&[("files", FAULTY), ("as-is", "true"), ("annotations", "false")]);
    assert_eq!((step.code(), &*step.outputs["errors"]), (1, "5"));
    assert!(!step.log().contains("::"), "{}", step.log());
    assert!(step.log().contains("error[ALB019]: manifests/ingress.yaml"), "{}", step.log());
    Ok(())
}

fn nothing_matches() -> Outcome {
    let runner = Runner::new();
    faulty(&runner);
    for pattern in ["manifests/*.yml", "manifest.yaml", "manifests", "manifests/ingress.yaml manifests/service.yaml"] {
        let step = runner.run(&[("files", &format!("manifests/*.yaml\n{pattern}"))]);
        assert_eq!(step.code(), 2, "{}", shown(&step.output));
        assert!(
            step.refusal().starts_with(&format!("no file of the workspace matches `{pattern}`")),
            "{}",
            step.refusal()
        );
    }
    Ok(())
}

fn nothing_to_check() -> Outcome {
    for files in ["", " \n\n"] {
        let step = Runner::new().run(&[("files", files), ("from", "http://127.0.0.1:1/nobody")]);
        assert_eq!(step.code(), 2, "{}", shown(&step.output));
        assert_eq!(step.refusal(), "nothing to check: give the input files, or command");
    }
    Ok(())
}

/// Nothing of an archive is left that a later step could run.
fn is_not_installed(runner: &Runner, step: &Step) {
    assert_eq!(step.paths, "");
    assert!(!step.log().contains(&format!("istio-alb {VERSION}")), "{}", step.log());
    for work in std::fs::read_dir(runner.temp()).unwrap() {
        for entry in std::fs::read_dir(work.unwrap().path()).unwrap() {
            assert!(!entry.unwrap().file_type().unwrap().is_dir());
        }
    }
}

fn a_wrong_checksum() -> Outcome {
    let runner = Runner::new();
    runner.write("gateway.yaml", &rendered());
    let from = release().with_sums("wrong", &release().wrong_sums());
    let step = runner.run(&[("files", "gateway.yaml"), ("from", &from)]);
    assert_eq!(step.code(), 2, "{}", shown(&step.output));
    assert!(step.refusal().contains("is not what SHA256SUMS says"), "{}", step.refusal());
    is_not_installed(&runner, &step);
    Ok(())
}

fn no_checksum() -> Outcome {
    let runner = Runner::new();
    runner.write("gateway.yaml", &rendered());
    // The right hash of a name that only begins like it.
    let sums = release().sums().replace(".tar.gz", ".tar.gz.sig");
    let step = runner.run(&[("files", "gateway.yaml"), ("from", &release().with_sums("other", &sums))]);
    assert_eq!(step.code(), 2, "{}", shown(&step.output));
    assert!(step.refusal().contains("has no line for istio-alb-"), "{}", step.refusal());
    is_not_installed(&runner, &step);
    // As other programs write them.
    let binary = release().sums().replace("  ", " *").replace('\n', "\r\n");
    let taken = runner.run(&[("files", "gateway.yaml"), ("from", &release().with_sums("binary", &binary))]);
    assert_eq!(taken.code(), 0, "{}", shown(&taken.output));
    Ok(())
}

fn a_missing_release() -> Outcome {
    let runner = Runner::new();
    runner.write("gateway.yaml", &rendered());
    let step = runner.run(&[("files", "gateway.yaml"), ("version", "v9.9.9")]);
    assert_eq!(step.code(), 2, "{}", shown(&step.output));
    assert!(step.refusal().contains("is there a release 9.9.9 with a program for "), "{}", step.refusal());
    let none = runner.run(&[("files", "gateway.yaml"), ("from", &format!("{}/v9.9.9", release().url))]);
    assert_eq!(none.code(), 2, "{}", shown(&none.output));
    assert!(none.refusal().contains("/v9.9.9/SHA256SUMS; is there a release"), "{}", none.refusal());
    let strange = runner.run(&[("files", "gateway.yaml"), ("version", "../9.9.9")]);
    assert_eq!(strange.code(), 2);
    assert!(strange.refusal().starts_with("the input version is `../9.9.9`"), "{}", strange.refusal());
    Ok(())
}

fn from_a_folder() -> Outcome {
    let runner = Runner::new();
    runner.write("gateway.yaml", &rendered());
    let folder = release().folder();
    let step = runner.run(&[("files", "gateway.yaml"), ("from", folder.to_str().unwrap())]);
    assert_eq!(step.code(), 0, "{}", shown(&step.output));
    Ok(())
}

fn plain_http() -> Outcome {
    let runner = Runner::new();
    runner.write("gateway.yaml", &rendered()).program("curl", "echo called >&2; exit 1");
    let step = runner.run(&[("files", "gateway.yaml"), ("from", "http://127.0.0.1.example.com/releases")]);
    assert_eq!(step.code(), 2, "{}", shown(&step.output));
    assert!(step.refusal().contains("without TLS"), "{}", step.refusal());
    assert!(!String::from_utf8_lossy(&step.output.stderr).contains("called"));
    Ok(())
}

fn from_the_project() -> Outcome {
    let runner = Runner::new();
    runner.write("gateway.yaml", &rendered()).program("curl", "echo \"$@\" >> \"$HOME/asked\"; exit 22");
    let step = runner.step(&[("files", "gateway.yaml")]);
    assert_eq!(step.code(), 2, "{}", shown(&step.output));
    let asked = std::fs::read_to_string(runner.folder.path().join("asked")).unwrap();
    let repository = match env!("CARGO_PKG_REPOSITORY") {
        "" => "https://github.com/istio-alb/istio-alb",
        named => named,
    };
    let end = format!("/SHA256SUMS {repository}/releases/download/v{VERSION}/SHA256SUMS\n");
    assert!(asked.ends_with(&end), "{asked}");
    assert!(asked.contains("--fail ") && asked.contains("--proto =https --proto-redir =https "), "{asked}");
    Ok(())
}

/// Nothing but the programs that the script names, and `shasum` in place of `sha256sum`.
fn on_macos() -> Outcome {
    for (arch, target) in [("ARM64", "aarch64-apple-darwin"), ("X64", "x86_64-apple-darwin")] {
        let mut runner = Runner::new();
        runner.write("gateway.yaml", &rendered());
        let tools = runner.folder.path().join("tools");
        std::fs::create_dir(&tools).unwrap();
        let all = [
            "bash", "sh", "awk", "sed", "head", "mktemp", "curl", "tar", "gzip", "cat", "cp", "mkdir", "dirname",
            "grep",
        ];
        let of_system = |name: &str| {
            let folders = std::env::var_os("PATH").unwrap();
            std::env::split_paths(&folders).map(|folder| folder.join(name)).find(|path| path.is_file()).unwrap()
        };
        for name in all {
            std::os::unix::fs::symlink(of_system(name), tools.join(name)).unwrap();
        }
        let shasum = format!("[ \"$*\" = '-a 256' ] || exit 9\nexec {}", of_system("sha256sum").display());
        runner.program("shasum", &shasum);
        let programs = runner.folder.path().join("programs");
        runner.path = Some(std::env::join_paths([programs, tools]).unwrap().into());
        runner.system = ("macOS", arch);
        let step = runner.run(&[("files", "gateway.yaml")]);
        assert_eq!(step.code(), 0, "{}", shown(&step.output));
        assert!(
            String::from_utf8_lossy(&step.output.stderr).contains(&format!("of {target}\n")),
            "{}",
            shown(&step.output)
        );
    }
    Ok(())
}

fn on_windows() -> Outcome {
    let mut runner = Runner::new();
    runner.write("gateway.yaml", &rendered());
    // The archive has no permissions, and Windows asks for none.
    let unzip = "folder=${2%.zip}; $UNZIP \"$@\" && chmod +x \"$folder/istio-alb.exe\"";
    let found = std::process::Command::new("sh").args(["-c", "command -v unzip"]).output().unwrap();
    let found = String::from_utf8(found.stdout).unwrap();
    runner.program("unzip", &unzip.replace("$UNZIP", found.trim()));
    runner.system = ("Windows", "X64");
    let step = runner.run(&[("files", "gateway.yaml"), ("args", "--set ingress.healthCheck.path=/healthz/ready")]);
    assert_eq!(step.code(), 0, "{}", shown(&step.output));
    let said = String::from_utf8_lossy(&step.output.stderr).into_owned();
    assert!(said.contains("of x86_64-pc-windows-gnu\n"), "{said}");
    Ok(())
}

fn no_program() -> Outcome {
    let mut runner = Runner::new();
    runner.write("gateway.yaml", &rendered());
    runner.system = ("Linux", "ARM");
    let step = runner.run(&[("files", "gateway.yaml")]);
    assert_eq!(step.code(), 2);
    assert!(step.refusal().starts_with("there is no program for runners of Linux ARM"), "{}", step.refusal());
    Ok(())
}

/// A runner takes a misspelt name in an expression for an empty text, and says nothing.
fn its_steps() -> Outcome {
    let text = std::fs::read_to_string(project().join("action.yml")).unwrap();
    let action = action();
    let runner = Runner::new();
    let told = faulty(&runner).run(&[("files", FAULTY), ("as-is", "true")]).outputs;
    let named = |prefix: &str| -> BTreeSet<String> {
        let word =
            |after: &str| after.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '-').collect();
        text.split(prefix).skip(1).map(word).collect()
    };
    let declared = |part: &str| -> BTreeSet<String> { action[part].as_object().unwrap().keys().cloned().collect() };
    assert_eq!(named(" inputs."), declared("inputs"));
    assert_eq!(named(" steps.check.outputs."), declared("outputs"));
    assert_eq!(told.into_keys().collect::<BTreeSet<_>>(), declared("outputs"));
    assert_eq!(action["runs"]["steps"][0]["id"], "check");
    Ok(())
}

fn the_page() -> Outcome {
    let page = read("docs/ci.md");
    let action = action();
    for (part, count) in [("inputs", 12), ("outputs", 5)] {
        let names: Vec<&String> = action[part].as_object().unwrap().keys().collect();
        assert_eq!(names.len(), count);
        for name in names {
            let is_row = |line: &str| line.starts_with("| `") && line.contains(&format!("`{name}`"));
            assert!(page.lines().any(is_row), "docs/ci.md has no row for {name}");
        }
    }
    Ok(())
}

const WORKFLOWS: [&str; 2] = [".github/workflows/gateway.yaml", ".github/workflows/gateway-files.yaml"];

fn github_reads_it() -> Outcome {
    let action = action();
    validates(&action, "github-actions")?;
    let mut wrong = action;
    wrong["runs"]["step"] = Value::from("x");
    assert!(validates(&wrong, "github-actions").is_err());
    for name in WORKFLOWS {
        validates(&parsed(&page::file(name)), "github-workflows")?;
    }
    Ok(())
}

/// With what they say, and the version that they name.
fn the_pages_workflows() -> Outcome {
    for (name, code) in [(WORKFLOWS[0], 0), (WORKFLOWS[1], 1)] {
        let workflow = parsed(&page::file(name));
        let steps = workflow["jobs"]["check"]["steps"].as_array().unwrap();
        let ours = format!("istio-alb/istio-alb@v{VERSION}");
        let step = steps.iter().find(|step| step["uses"] == ours.as_str()).unwrap();
        let runner = Runner::new();
        runner.write("chart.yaml", &rendered()).write("istio-alb.yaml", crate::pre_commit::GOOD);
        for name in ["clusters/a/gateway.yaml", "clusters/b/gateway.yaml"] {
            runner.write(name, "kind: ConfigMap\n");
        }
        runner.write("istio/ingress.yaml", &read("chart-fixtures/check/ingress.yaml"));
        runner.program("helm", "[ \"$1 $2 $3\" = 'template istio-ingressgateway gateway' ] && cat chart.yaml");
        let with: Vec<(String, String)> = step["with"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| (name.clone(), value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
            .collect();
        let with: Vec<(&str, &str)> = with.iter().map(|(name, value)| (&**name, &**value)).collect();
        let ran = runner.run(&with);
        assert_eq!(ran.code(), code, "{name}: {}", shown(&ran.output));
        assert!(!ran.outputs["sarif-file"].is_empty());
    }
    Ok(())
}
