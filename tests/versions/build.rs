//! What build.rs says of where the program comes from. It is compiled by itself and run in folders of all kinds.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::support::{project, shown};

struct BuildScript {
    folder: tempfile::TempDir,
}

impl BuildScript {
    fn compile() -> BuildScript {
        let folder = tempfile::tempdir().unwrap();
        let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
        rustc
            .args(["--edition=2024", "--crate-name=build", "-o"])
            .arg(folder.path().join("build"))
            .arg(project().join("build.rs"));
        let output = rustc.output().unwrap();
        assert!(output.status.success(), "{}", shown(&output));
        BuildScript { folder }
    }

    /// A new folder with the sources of a program.
    fn sources(&self, name: &str) -> PathBuf {
        let folder = self.folder.path().join(name);
        std::fs::create_dir_all(folder.join("src")).unwrap();
        std::fs::write(folder.join("src/main.rs"), "fn main() {}\n").unwrap();
        folder
    }

    /// The commit that it tells, and all that it prints.
    fn run(&self, folder: &Path, env: &[(&str, &str)]) -> (String, String) {
        let mut script = Command::new(self.folder.path().join("build"));
        // No repository above the folder for tests counts.
        script.current_dir(folder).env_remove("ISTIO_ALB_COMMIT").env("GIT_CEILING_DIRECTORIES", self.folder.path());
        script.envs([("TARGET", "x86_64-unknown-linux-musl"), ("PROFILE", "release")]).envs(env.iter().copied());
        let output = script.output().unwrap();
        assert!(output.status.success(), "{}", shown(&output));
        let printed = String::from_utf8(output.stdout).unwrap();
        assert!(printed.contains("cargo::rustc-env=ISTIO_ALB_BUILT_FOR=x86_64-unknown-linux-musl\n"), "{printed}");
        let commit = printed.lines().find_map(|line| line.strip_prefix("cargo::rustc-env=ISTIO_ALB_BUILT_FROM="));
        (commit.unwrap().to_owned(), printed)
    }
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    let who = ["-c", "user.name=test", "-c", "user.email=test@example.com"];
    let output = Command::new("git").current_dir(folder).args(who).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?} {}", shown(&output));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn commit(folder: &Path) -> String {
    git(folder, &["init", "--quiet"]);
    git(folder, &["add", "--all"]);
    git(folder, &["commit", "--quiet", "--message", "Sources"]);
    git(folder, &["rev-parse", "HEAD"])
}

#[test]
fn the_commit_is_told_by_who_builds_or_by_the_package_or_by_git() {
    let script = BuildScript::compile();
    let folder = script.sources("clone");
    assert_eq!(script.run(&folder, &[]).0, "unknown");
    let head = commit(&folder);
    let (told, printed) = script.run(&folder, &[]);
    assert_eq!(told, head);
    // After a commit without a change of the sources it is run again, too.
    assert!(printed.contains("cargo::rerun-if-changed=.git/logs/HEAD\n"), "{printed}");
    assert!(printed.contains("cargo::rerun-if-changed=src\n"), "{printed}");

    std::fs::write(folder.join("notes.txt"), "").unwrap();
    assert_eq!(script.run(&folder, &[]).0, head);
    std::fs::write(folder.join("src/main.rs"), "fn main() { todo!() }\n").unwrap();
    assert_eq!(script.run(&folder, &[]).0, format!("{head} (changed)"));
    // A debug build knows nothing that changes with a commit.
    let (told, printed) = script.run(&folder, &[("PROFILE", "debug")]);
    let again = printed.contains(".git") || printed.contains("=src");
    assert_eq!((told.as_str(), again), ("unknown", false), "{printed}");
    assert_eq!(script.run(&folder, &[("ISTIO_ALB_COMMIT", "")]).0, format!("{head} (changed)"));
    assert_eq!(script.run(&folder, &[("ISTIO_ALB_COMMIT", "abc")]).0, "abc");
    assert_eq!(script.run(&folder, &[("ISTIO_ALB_COMMIT", "abc"), ("PROFILE", "debug")]).0, "abc");
    assert_eq!(script.run(&folder, &[("PATH", "/nonexistent")]).0, "unknown");

    // A package that was unpacked into somebody's repository.
    let package = script.sources("clone/vendor/istio-alb");
    assert_eq!(script.run(&package, &[]).0, "unknown");
    let info = "{\n  \"git\": {\n    \"sha1\": \"0123456789\"\n  },\n  \"path_in_vcs\": \"\"\n}";
    std::fs::write(package.join(".cargo_vcs_info.json"), info).unwrap();
    assert_eq!(script.run(&package, &[("PROFILE", "debug")]).0, "0123456789");
    let dirty = info.replace("\"\n  }", "\",\n    \"dirty\": true\n  }");
    std::fs::write(package.join(".cargo_vcs_info.json"), dirty).unwrap();
    assert_eq!(script.run(&package, &[]).0, "0123456789 (changed)");
}
