//! Keys that exist for one test.

use crate::support::{self, shown};
use std::path::Path;
use std::process::Command;

/// A key in a GnuPG home of its own, with the two files that the scripts and Helm are given.
pub struct Key {
    home: tempfile::TempDir,
    secret: String,
    public: String,
}

impl Key {
    pub fn new() -> Key {
        Key::with_passphrase("")
    }

    pub fn with_passphrase(passphrase: &str) -> Key {
        let home = tempfile::tempdir().unwrap();
        let file = |name: &str| home.path().join(name).to_str().unwrap().to_owned();
        let (secret, public) = (file("secret"), file("public"));
        let key = Key { home, secret, public };
        let unlock = ["--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", passphrase];
        let make = ["--quick-generate-key", "Release <release@example.com>", "ed25519", "sign", "1d"];
        key.gpg(&[&unlock[..], &make].concat());
        key.gpg(&[&unlock[..], &["--output", &key.secret, "--armor", "--export-secret-keys"]].concat());
        key.gpg(&["--batch", "--output", &key.public, "--export"]);
        key
    }

    /// The secret key, armoured.
    pub fn secret(&self) -> &str {
        &self.secret
    }

    /// The public key as Helm takes it.
    pub fn public(&self) -> &str {
        &self.public
    }

    /// The home itself, for who signs with a key of his own.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    fn gpg(&self, arguments: &[&str]) {
        let mut gpg = support::command("gpg", self.home.path());
        let done = gpg.env("GNUPGHOME", self.home.path()).args(arguments).output().unwrap();
        assert!(done.status.success(), "{}", shown(&done));
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        let _ = Command::new("gpgconf").arg("--homedir").arg(self.home.path()).args(["--kill", "all"]).output();
    }
}

/// Processes that were told of a folder, zombies left out.
pub fn processes_of(folder: &Path) -> Vec<String> {
    let folder = folder.to_str().unwrap();
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let lines = processes.filter_map(|process| std::fs::read(process.path().join("cmdline")).ok());
    lines.map(|line| String::from_utf8_lossy(&line).replace('\0', " ")).filter(|line| line.contains(folder)).collect()
}
