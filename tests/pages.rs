//! The man pages and completions that packages carry, as `examples/pages.rs` writes them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, dead_code)]

#[path = "../examples/pages.rs"]
mod pages;

mod support;

use std::process::Command;

#[test]
fn the_package_carries_man_pages_and_completions() {
    let folder = tempfile::tempdir().unwrap();
    let share = folder.path().join("made");
    pages::write(&share).unwrap();
    let page = std::fs::read_to_string(share.join("man/man1/istio-alb.1")).unwrap();
    for part in [".TH istio-alb", r"\-\-scheme", "Exit codes:", "docs/migration.md"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    for command in ["check", "diff", "show", "init", "explain", "export-flux", "argocd-generate"] {
        assert!(share.join(format!("man/man1/istio-alb-{command}.1")).is_file(), "{command}");
    }
    let binaries = folder.path().join("bin/linux-amd64");
    std::fs::create_dir_all(&binaries).unwrap();
    std::fs::copy(support::binary(), binaries.join("istio-alb")).unwrap();
    let mut pack = support::command(support::project().join("deploy/package-plugin.sh"), support::project());
    pack.args(["--partial", "--from"]).arg(folder.path().join("bin"));
    pack.arg("--share").arg(&share).arg("--to").arg(folder.path());
    let packed = pack.output().unwrap();
    assert!(packed.status.success(), "{}", support::shown(&packed));
    let archive = folder.path().join(format!("istio-alb-{}.tgz", env!("CARGO_PKG_VERSION")));
    let listed = Command::new("tar").arg("-tzf").arg(archive).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    for file in ["man/man1/istio-alb.1", "bash-completion/completions/istio-alb", "zsh/site-functions/_istio-alb"] {
        assert!(listed.contains(&format!("istio-alb/share/{file}\n")), "{listed}");
    }
}
