//! The images as they are made here, and what the OCI's own tools make of them.

use crate::support::{command, project, shown, tools};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Image {
    Tool,
    Argocd,
}

/// What stands in the images for the licences of the program's parts.
pub const LICENSES: &str = "the licences of the parts\n";

impl Image {
    pub const ALL: [Image; 2] = [Image::Tool, Image::Argocd];

    pub fn name(self) -> &'static str {
        match self {
            Image::Tool => "istio-alb",
            Image::Argocd => "istio-alb-argocd",
        }
    }

    /// What `deploy/image.sh` calls it.
    fn argument(self) -> &'static str {
        match self {
            Image::Tool => "tool",
            Image::Argocd => "argocd",
        }
    }

    /// The tar file, made once for all trials.
    pub fn file(self) -> &'static Path {
        static MADE: [OnceLock<PathBuf>; 2] = [OnceLock::new(), OnceLock::new()];
        MADE[self as usize].get_or_init(|| {
            let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(self.argument());
            let _ = std::fs::remove_dir_all(&folder);
            self.make(&tools::platforms(), &folder, &[]);
            folder.join(self.file_name())
        })
    }

    pub fn file_name(self) -> String {
        format!("{}-{}-image.tar", self.name(), env!("CARGO_PKG_VERSION"))
    }

    /// Makes it from the programs in one folder, in another, and returns what was printed.
    pub fn make(self, from: &Path, to: &Path, environment: &[(&str, &str)]) -> String {
        std::fs::create_dir_all(to).unwrap();
        let licenses = to.join("THIRD-PARTY-LICENSES");
        std::fs::write(&licenses, LICENSES).unwrap();
        let mut script = command("bash", project());
        script.args(["-c", r#"umask "${UMASK:-022}"; exec deploy/image.sh "$@""#, "bash", self.argument()]);
        script.arg("--from").arg(from).arg("--to").arg(to).arg("--licenses").arg(licenses);
        script.env("ISTIO_ALB_TOOLS", tools::cache()).env("SOURCE_DATE_EPOCH", DATE.0).env("ISTIO_ALB_COMMIT", COMMIT);
        script.envs(environment.iter().copied());
        let made = script.output().unwrap();
        assert!(made.status.success(), "{}", shown(&made));
        String::from_utf8(made.stdout).unwrap()
    }
}

pub const DATE: (&str, &str) = ("1767225600", "2026-01-01T00:00:00Z");
pub const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// An image, unpacked for one architecture as a container runtime wants it.
pub struct Bundle {
    folder: tempfile::TempDir,
}

impl Bundle {
    pub fn unpack(image: Image, arch: &str) -> Bundle {
        let folder = tempfile::tempdir().unwrap();
        let archive = format!("oci-archive:{}", image.file().display());
        let layout = folder.path().join("layout");
        skopeo(&[
            "--override-os",
            "linux",
            "--override-arch",
            arch,
            "copy",
            &archive,
            &format!("oci:{}:one", layout.display()),
        ]);
        let mut umoci = Command::new("umoci");
        umoci.args(["unpack", "--image", &format!("{}:one", layout.display())]);
        if !is_root() {
            umoci.arg("--rootless");
        }
        let unpacked = umoci.arg(folder.path().join("bundle")).output().unwrap();
        assert!(unpacked.status.success(), "{}", shown(&unpacked));
        Bundle { folder }
    }

    pub fn root(&self) -> PathBuf {
        self.folder.path().join("bundle/rootfs")
    }

    /// What umoci says is to be run, by whom and with which environment: `process` of the runtime's configuration.
    pub fn process(&self) -> Value {
        let text = std::fs::read_to_string(self.folder.path().join("bundle/config.json")).unwrap();
        serde_json::from_str::<Value>(&text).unwrap()["process"].clone()
    }

    /// A program in the image's root, as the image's user and with the image's environment and nothing else.
    pub fn command(&self, folder: &str, arguments: &[&str]) -> Command {
        let process = self.process();
        let [user, group] = ["uid", "gid"].map(|id| process["user"][id].to_string());
        // The image's PATH does not lead to it.
        let mut command = Command::new(on_path("unshare"));
        command.args(enter(&user, &group)).arg("--root").arg(self.root()).arg("--wd").arg(folder).args(arguments);
        command.env_clear();
        for variable in process["env"].as_array().unwrap() {
            let (name, value) = variable.as_str().unwrap().split_once('=').unwrap();
            // umoci's own additions.
            if !["TERM", "HOME"].contains(&name) {
                command.env(name, value);
            }
        }
        command
    }
}

/// Where a program of this machine lies.
pub fn on_path(program: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap();
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file()).unwrap()
}

/// Arguments of `unshare` with which it becomes this user; who is not root can be one in a namespace.
fn enter(user: &str, group: &str) -> [String; 2] {
    if is_root() {
        [format!("--setgid={group}"), format!("--setuid={user}")]
    } else {
        [format!("--map-user={user}"), format!("--map-group={group}")]
    }
}

pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

pub fn skopeo(arguments: &[&str]) -> Vec<u8> {
    let output = Command::new("skopeo").arg("--insecure-policy").args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", shown(&output));
    output.stdout
}
