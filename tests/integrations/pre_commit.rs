//! The hooks for pre-commit, run by it.

use crate::page;
use crate::release::VERSION;
use crate::support::helm::path_with;
use crate::support::tools::{Need, cache, gated};
use crate::support::{Outcome, binary, command, project, shown};
use libtest_mimic::Trial;
use std::path::Path;
use std::process::{Command, Output};

const PRE_COMMIT: Need = Need::Cached("bin/pre-commit-4.7.0", "tests/tools/pre-commit.sh");

/// With it the chart's own gateway has no finding of a warning or worse.
pub const GOOD: &str = "\
apiVersion: istio-alb.dev/v1alpha1
kind: AlbGateway
spec:
  ingress:
    scheme: internet-facing
    certificateArns: [arn:aws:acm:eu-central-1:111122223333:certificate/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0]
";

/// It makes an error of a warning that the chart's own gateway has.
const BAD: &str = "apiVersion: istio-alb.dev/v1alpha1\nkind: AlbGateway\nspec: {findings: {deny: [ALB006]}}\n";

pub fn trials() -> Vec<Trial> {
    let trials: [crate::Named; 4] = [
        ("the hooks and the page's file are what it reads", valid),
        ("the page's hook refuses a gateway with an error, and takes one without", the_pages_hook),
        ("a change of other files runs nothing", other_files),
        ("a hook with the names of files gets all of them at once", with_names),
    ];
    trials.map(|(name, test)| gated(format!("pre-commit: {name}"), vec![PRE_COMMIT], test)).into()
}

/// Two repositories: that of the hooks, where the address of this project leads, and the user's.
struct World {
    folder: tempfile::TempDir,
}

impl World {
    fn new(config: &str) -> World {
        let world = World { folder: tempfile::tempdir().unwrap() };
        std::fs::create_dir_all(world.user().join("gateway")).unwrap();
        std::fs::create_dir_all(world.hooks()).unwrap();
        let redirect =
            format!("[url \"{}\"]\n\tinsteadOf = https://github.com/istio-alb/istio-alb\n", world.hooks().display());
        std::fs::write(world.folder.path().join(".gitconfig"), redirect).unwrap();
        std::fs::copy(project().join(".pre-commit-hooks.yaml"), world.hooks().join(".pre-commit-hooks.yaml")).unwrap();
        world.git(&world.hooks(), &["init", "--quiet"]);
        world.commit(&world.hooks());
        world.git(&world.hooks(), &["tag", &format!("v{VERSION}")]);
        world.git(&world.user(), &["init", "--quiet"]);
        // What there is of the program here is not the release.
        let config = config.replace("id: istio-alb-check\n", "id: istio-alb-check-system\n");
        world.write(".pre-commit-config.yaml", &config);
        world
    }

    fn hooks(&self) -> std::path::PathBuf {
        self.folder.path().join("hooks")
    }

    fn user(&self) -> std::path::PathBuf {
        self.folder.path().join("user")
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.user().join(name), text).unwrap();
    }

    /// A program in a home of its own.
    fn command(&self, program: impl AsRef<std::ffi::OsStr>, folder: &Path) -> Command {
        let mut command = command(program, folder);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("GIT_") {
                command.env_remove(name);
            }
        }
        command.env("HOME", self.folder.path()).env("PRE_COMMIT_HOME", self.folder.path().join("cache"));
        command.env("PATH", path_with(&[binary().parent().unwrap()]));
        command
    }

    fn git(&self, folder: &Path, arguments: &[&str]) {
        let identity = ["-c", "user.name=test", "-c", "user.email=test@example.com"];
        let output = self.command("git", folder).args(identity).args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}\n{}", shown(&output));
    }

    fn commit(&self, folder: &Path) {
        self.git(folder, &["add", "--all"]);
        self.git(folder, &["commit", "--quiet", "--message", "test"]);
    }

    /// pre-commit over what is staged.
    fn staged(&self) -> Output {
        self.git(&self.user(), &["add", "--all"]);
        self.pre_commit(&["run"])
    }

    fn pre_commit(&self, arguments: &[&str]) -> Output {
        self.command(cache().join("bin/pre-commit-4.7.0"), &self.user()).args(arguments).output().unwrap()
    }
}

fn rendered() -> String {
    std::fs::read_to_string(project().join("chart-fixtures/cases/helm3-default/input.yaml")).unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn valid() -> Outcome {
    let world = World::new(&page::file(".pre-commit-config.yaml"));
    for arguments in
        [["validate-manifest", "../hooks/.pre-commit-hooks.yaml"], ["validate-config", ".pre-commit-config.yaml"]]
    {
        let output = world.pre_commit(&arguments);
        // It warns of a key that it doesn't know.
        assert!(output.status.success() && said(&output).is_empty() && output.stderr.is_empty(), "{}", shown(&output));
    }
    std::fs::write(world.hooks().join(".pre-commit-hooks.yaml"), "- id: a\n  entry: b\n").unwrap();
    assert!(!world.pre_commit(&["validate-manifest", "../hooks/.pre-commit-hooks.yaml"]).status.success());
    Ok(())
}

fn the_pages_hook() -> Outcome {
    let world = World::new(&page::file(".pre-commit-config.yaml"));
    world.write("gateway/rendered.yaml", &rendered());
    world.write("gateway/istio-alb.yaml", BAD);
    let refused = world.staged();
    assert_eq!(refused.status.code(), Some(1), "{}", shown(&refused));
    assert!(said(&refused).contains("Failed\n"), "{}", shown(&refused));
    assert!(
        said(&refused).contains("error[ALB006]: Ingress istio-system/common-external-ingress"),
        "{}",
        shown(&refused)
    );
    world.write("gateway/istio-alb.yaml", GOOD);
    let taken = world.staged();
    assert_eq!(taken.status.code(), Some(0), "{}", shown(&taken));
    assert!(said(&taken).contains("Passed\n"), "{}", shown(&taken));
    // The configuration alone may be what breaks the gateway.
    world.commit(&world.user());
    world.write("gateway/istio-alb.yaml", &GOOD.replace("scheme:", "schema:"));
    let misspelt = world.staged();
    assert_eq!(misspelt.status.code(), Some(1), "{}", shown(&misspelt));
    assert!(said(&misspelt).contains("exit code: 2"), "{}", shown(&misspelt));
    Ok(())
}

fn other_files() -> Outcome {
    let world = World::new(&page::file(".pre-commit-config.yaml"));
    world.write("README.md", "text\n");
    let output = world.staged();
    assert!(output.status.success() && said(&output).contains("Skipped\n"), "{}", shown(&output));
    Ok(())
}

/// A gateway in two files: the Service alone would be another gateway than both.
fn with_names() -> Outcome {
    let config = format!(
        "repos:\n- repo: https://github.com/istio-alb/istio-alb\n  rev: v{VERSION}\n  hooks:\n  \
         - id: istio-alb-check\n    files: ^gateway/\n    verbose: true\n    args: [--format=concise]\n"
    );
    let world = World::new(&config);
    let whole = rendered();
    let parts: Vec<&str> = whole.split("---\n").filter(|part| !part.trim().is_empty()).collect();
    assert!(parts.len() > 3);
    for (number, part) in parts.iter().enumerate() {
        world.write(&format!("gateway/{number}.yaml"), part);
    }
    world.write("gateway/NOTES.txt", "no manifest\n");
    let output = world.staged();
    assert!(output.status.success(), "{}", shown(&output));
    // One run over all: in several, those without the Service would have ended with 2.
    assert_eq!(said(&output).matches("warning[ALB006]").count(), 1, "{}", shown(&output));
    Ok(())
}
