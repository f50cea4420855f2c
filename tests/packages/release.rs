//! A copy of what the scripts of a release need, in which versions and files can be others than the project's.

use crate::gpg::Key;
use crate::pages;
use crate::support::{self, Outcome, copy_folder, fail, project, shown};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// When the sources are said to have been committed: in seconds, and as people read it.
pub const COMMITTED: (u64, &str) = (1_700_000_000, "2023-11-14T22:13:20Z");

/// What `plugin.yaml` calls each platform, and Rust.
pub const PLATFORMS: [(&str, &str); 5] = [
    ("linux-amd64", "x86_64-unknown-linux-musl"),
    ("linux-arm64", "aarch64-unknown-linux-musl"),
    ("darwin-amd64", "x86_64-apple-darwin"),
    ("darwin-arm64", "aarch64-apple-darwin"),
    ("windows-amd64", "x86_64-pc-windows-gnu"),
];

pub fn archive_name(version: &str, target: &str) -> String {
    let ending = if target.contains("windows") { "zip" } else { "tar.gz" };
    format!("istio-alb-{version}-{target}.{ending}")
}

/// Parts of a release that take minutes to make, and are no matter of the scripts that call them.
const STAND_INS: [(&str, &str); 3] = [
    ("licenses.sh", "#!/bin/sh\n[ \"$1\" = --to ] && echo 'the licences of others' > \"$2\"\n"),
    ("sbom.sh", "#!/bin/sh\nwhat=$1\n[ \"$1\" != --argocd ] || shift\n[ \"$1\" = --to ] && echo \"$what\" > \"$2\"\n"),
    (
        "image.sh",
        r#"#!/bin/sh
[ "$1 $3 $5" = '--from --to --licenses' ] && [ -f "$2/linux-arm64/istio-alb" ] && [ -f "$6" ] || exit 1
version=$(sed -n 's/^version: //p' plugin.yaml)
for name in istio-alb istio-alb-argocd; do echo $name > "$4/$name-$version-image.tar"; done
"#,
    ),
];

/// The copy, its programs and its pages.
pub struct Copy {
    folder: tempfile::TempDir,
    pub version: String,
}

impl Copy {
    /// With the version of the project.
    pub fn new() -> Copy {
        Copy::of_version(VERSION)
    }

    pub fn of_version(version: &str) -> Copy {
        let copy = Copy { folder: tempfile::tempdir().unwrap(), version: version.to_owned() };
        copy_folder(&project().join("deploy"), &copy.path("deploy"));
        for (name, script) in STAND_INS {
            executable(&copy.path("deploy").join(name), script);
        }
        std::fs::create_dir_all(copy.path("tests/tools")).unwrap();
        for file in ["LICENSE", "README.md", "tests/tools/install.sh"] {
            std::fs::copy(project().join(file), copy.path(file)).unwrap();
        }
        let read = |name: &str| std::fs::read_to_string(project().join(name)).unwrap();
        let manifest = read("Cargo.toml")
            .replace(&format!("\nversion = \"{VERSION}\"\n"), &format!("\nversion = \"{version}\"\n"));
        std::fs::write(copy.path("Cargo.toml"), manifest).unwrap();
        let plugin =
            read("plugin.yaml").replace(&format!("\nversion: {VERSION}\n"), &format!("\nversion: {version}\n"));
        std::fs::write(copy.path("plugin.yaml"), plugin).unwrap();
        std::fs::write(copy.path("CHANGELOG.md"), changelog(version)).unwrap();
        // Where this machine looks, something that runs the built program; no program elsewhere.
        for (platform, target) in PLATFORMS {
            let name = if target.contains("windows") { "istio-alb.exe" } else { "istio-alb" };
            let text = if platform == support::helm::platform() {
                format!("#!/bin/sh\nexec '{}' \"$@\"\n", support::binary().display())
            } else {
                format!("#!/bin/sh\necho 'a program for {target}' >&2\nexit 1\n")
            };
            executable(&copy.path("platforms").join(platform).join(name), &text);
        }
        pages::write(&copy.path("share")).unwrap();
        std::fs::write(copy.path("licences"), "the licences of others\n").unwrap();
        copy
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A file of the release.
    pub fn dist(&self, name: &str) -> PathBuf {
        self.path("dist").join(name)
    }

    pub fn package(&self) -> PathBuf {
        self.dist(&format!("istio-alb-{}.tgz", self.version))
    }

    /// A script of the copy, ready to be run.
    pub fn script(&self, name: &str) -> Command {
        let mut command = support::command(self.path("deploy").join(name), self.folder.path());
        command.env("SOURCE_DATE_EPOCH", COMMITTED.0.to_string()).env("ISTIO_ALB_TOOLS", support::tools::cache());
        command
    }

    pub fn run(&self, name: &str, arguments: &[&str]) -> Output {
        self.script(name).args(arguments).output().unwrap()
    }

    /// The package of the plugin, without a signature.
    pub fn pack_plugin(&self) -> Outcome {
        let done = self.run(
            "package-plugin.sh",
            &["--from", "platforms", "--share", "share", "--licenses", "licences", "--to", "dist"],
        );
        succeeded(&done)
    }

    pub fn pack_archives(&self) -> Outcome {
        let done = self
            .run("archives.sh", &["--from", "platforms", "--share", "share", "--licenses", "licences", "--to", "dist"]);
        succeeded(&done)
    }

    /// The package with its provenance.
    pub fn sign_plugin(&self, key: &Key) -> Outcome {
        self.pack_plugin()?;
        let package = self.package();
        succeeded(&self.run("sign.sh", &["--keyring", key.secret(), package.to_str().unwrap()]))
    }

    /// Every file of a release, as the one command makes them.
    pub fn release(&self, more: &[&str]) -> Output {
        let common = ["--from", "platforms", "--share", "share"];
        self.run("release.sh", &[&common, more].concat())
    }
}

/// What CHANGELOG.md may look like.
fn changelog(version: &str) -> String {
    format!(
        "# Changelog\n\n## [Unreleased]\n\nNothing yet.\n\n## [{version}] - 2026-08-30\n\n### Added\n\n- All of it.\n\n## [0.0.1] - \
         2026-01-01\n\n- A beginning.\n\n[Unreleased]: https://example.com/compare\n"
    )
}

pub fn executable(file: &Path, text: &str) {
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, text).unwrap();
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o755)).unwrap();
}

pub fn succeeded(done: &Output) -> Outcome {
    if done.status.success() { Ok(()) } else { fail(shown(done)) }
}

/// The run failed, and said `why`.
pub fn refused(done: &Output, why: &str) -> Outcome {
    let said = String::from_utf8_lossy(&done.stderr);
    if done.status.success() || !said.contains(why) {
        fail(format!("expected: {why}\n{}", shown(done)))
    } else {
        Ok(())
    }
}

/// The checksum of a file, as `sha256sum` knows it.
pub fn sha256(file: &Path) -> String {
    let done = Command::new("sha256sum").arg(file).output().unwrap();
    let line = String::from_utf8(done.stdout).unwrap();
    line.trim_start_matches('\\').split(' ').next().unwrap().to_owned()
}

/// Turns one byte of a file into another.
pub fn change_a_byte(file: &Path) {
    let mut bytes = std::fs::read(file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(file, bytes).unwrap();
}

/// The names in a folder, sorted.
pub fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
