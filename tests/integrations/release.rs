//! A release as `deploy/release.sh` makes it, of the program under test: archives and their checksums, in a folder and on
//! loopback.

use crate::support::{binary, http};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The files of a release.
pub struct Release {
    folder: tempfile::TempDir,
    /// Where the server has them, with `/releases`, as `/releases/vVERSION/FILE`.
    pub url: String,
}

impl Release {
    /// Where the files of this version lie.
    pub fn folder(&self) -> PathBuf {
        self.folder.path().join(format!("v{VERSION}"))
    }

    /// Where the server has the files of this version.
    pub fn files(&self) -> String {
        format!("{}/v{VERSION}", self.url)
    }

    /// The same release with checksums that are not its own, by a name that is put behind the URL.
    pub fn with_sums(&self, name: &str, sums: &str) -> String {
        let folder = self.folder.path().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        for entry in std::fs::read_dir(self.folder()).unwrap() {
            let entry = entry.unwrap();
            let _ = std::os::unix::fs::symlink(entry.path(), folder.join(entry.file_name()));
        }
        let own = folder.join("SHA256SUMS");
        std::fs::remove_file(&own).unwrap();
        std::fs::write(own, sums).unwrap();
        format!("{}/{name}", self.url)
    }

    /// Its checksums, each of another file.
    pub fn wrong_sums(&self) -> String {
        self.sums().lines().map(|line| format!("{}{}\n", "0".repeat(64), &line[64..])).collect()
    }

    /// Its checksums.
    pub fn sums(&self) -> String {
        std::fs::read_to_string(self.folder().join("SHA256SUMS")).unwrap()
    }
}

/// The release, made once.
pub fn release() -> &'static Release {
    static RELEASE: OnceLock<Release> = OnceLock::new();
    RELEASE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let release = folder.path().join(format!("v{VERSION}"));
        std::fs::create_dir(&release).unwrap();
        let work = tempfile::tempdir().unwrap();
        for (target, program) in [
            ("x86_64-unknown-linux-musl", "istio-alb"),
            ("aarch64-unknown-linux-musl", "istio-alb"),
            ("x86_64-apple-darwin", "istio-alb"),
            ("aarch64-apple-darwin", "istio-alb"),
            ("x86_64-pc-windows-gnu", "istio-alb.exe"),
        ] {
            pack(work.path(), target, program, &release);
        }
        run(Command::new("sh").current_dir(&release).args(["-c", "sha256sum istio-alb-* > SHA256SUMS"]));
        let url = http::serve(folder.path(), "/releases");
        Release { folder, url }
    })
}

/// An archive of one target: a folder of its own name with the program in it, and more. What stands for the programs of other
/// machines is a script that runs this one's.
fn pack(work: &Path, target: &str, program: &str, to: &Path) {
    let name = format!("istio-alb-{VERSION}-{target}");
    let folder = work.join(&name);
    std::fs::create_dir_all(folder.join("share/man")).unwrap();
    for file in ["LICENSE", "THIRD-PARTY-LICENSES", "README.md", "share/man/page"] {
        std::fs::write(folder.join(file), "text\n").unwrap();
    }
    let path = folder.join(program);
    if target == format!("{}-unknown-linux-musl", std::env::consts::ARCH) {
        std::fs::copy(binary(), &path).unwrap();
    } else {
        let script = format!("#!/bin/sh\necho 'of {target}' >&2\nexec '{}' \"$@\"\n", binary().display());
        std::fs::write(&path, script).unwrap();
    }
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut pack = if target.contains("windows") {
        let mut zip = Command::new("python3");
        // Python's own packs no permissions, as a zip made on Windows.
        zip.args(["-m", "zipfile", "-c"]).arg(to.join(format!("{name}.zip")));
        zip
    } else {
        let mut tar = Command::new("tar");
        tar.args(["--use-compress-program", "gzip -1", "-cf"]).arg(to.join(format!("{name}.tar.gz")));
        tar
    };
    run(pack.current_dir(work).arg(&name));
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}\n{}", crate::support::shown(&output));
}
