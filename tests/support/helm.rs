//! Real Helm, shut off from the user's own: no plugins but ours, no repositories, no cluster.

use super::tools::Tool;
use super::{binary, command, project};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

const RECORDING_PLUGIN: &str = "\
apiVersion: v1
type: postrenderer/v1
name: istio-alb
version: 0.0.0
runtime: subprocess
runtimeConfig:
  platformCommand:
  - command: istio-alb
";

/// One Helm with a home of its own.
pub struct Helm {
    tool: Tool,
    home: tempfile::TempDir,
}

impl Helm {
    /// A Helm that knows no plugin.
    pub fn bare(tool: Tool) -> Helm {
        Helm { tool, home: tempfile::tempdir().unwrap() }
    }

    /// A Helm for which `--post-renderer istio-alb` runs the built program: from PATH under Helm 3, as the plugin that
    /// the project's `plugin.yaml` describes under Helm 4.
    pub fn ready(tool: Tool) -> Helm {
        let helm = Helm::bare(tool);
        if tool != Tool::Helm3 {
            stage_plugin(&helm.data().join("plugins/istio-alb"));
        }
        helm
    }

    /// The same, but the built program is run by `tests/tools/record.sh`, which keeps what came in and what went out.
    pub fn recording(tool: Tool) -> Helm {
        let helm = Helm::bare(tool);
        let programs = helm.path().join("bin");
        std::fs::create_dir_all(&programs).unwrap();
        std::os::unix::fs::symlink(project().join("tests/tools/record.sh"), programs.join("istio-alb")).unwrap();
        if tool != Tool::Helm3 {
            let plugin = helm.data().join("plugins/istio-alb");
            std::fs::create_dir_all(&plugin).unwrap();
            std::fs::write(plugin.join("plugin.yaml"), RECORDING_PLUGIN).unwrap();
        }
        helm
    }

    /// What the recording script kept: stdin, stdout and stderr of the program.
    pub fn kept(&self, which: &str) -> Vec<u8> {
        std::fs::read(self.path().join(which)).unwrap_or_default()
    }

    /// A folder that goes away with this Helm.
    pub fn path(&self) -> &Path {
        self.home.path()
    }

    /// Helm with `arguments`, in the project's folder.
    pub fn run(&self, arguments: &[&str]) -> Command {
        let mut helm = self.command(self.tool.path());
        helm.args(arguments);
        helm
    }

    /// Another program, which finds this Helm's world when it runs Helm.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = command(program, project());
        for (name, folder) in [("HELM_CACHE_HOME", "cache"), ("HELM_CONFIG_HOME", "config"), ("HELM_DATA_HOME", "data")]
        {
            command.env(name, self.path().join(folder));
        }
        command.env("HOME", self.path()).env("KUBECONFIG", self.path().join("none"));
        command.env("RECORD_FOLDER", self.path()).env("RECORDED_PROGRAM", binary());
        command.env("PATH", path_with(&[&self.path().join("bin"), binary().parent().unwrap()]));
        command
    }

    fn data(&self) -> PathBuf {
        self.path().join("data")
    }
}

/// Makes a folder with `plugin.yaml` and the built program in the place where it is looked for.
pub fn stage_plugin(folder: &Path) {
    let place = folder.join("bin").join(platform());
    std::fs::create_dir_all(&place).unwrap();
    std::fs::copy(project().join("plugin.yaml"), folder.join("plugin.yaml")).unwrap();
    let name = binary().file_name().unwrap();
    if std::fs::hard_link(binary(), place.join(name)).is_err() {
        std::fs::copy(binary(), place.join(name)).unwrap();
    }
}

/// This machine as Go names it, and so Helm: `linux-amd64`.
pub fn platform() -> String {
    let system = match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    };
    let machine = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    format!("{system}-{machine}")
}

/// PATH with `folders` before all others.
pub fn path_with(folders: &[&Path]) -> OsString {
    let rest = std::env::var_os("PATH").unwrap_or_default();
    let all = folders.iter().map(|folder| folder.to_path_buf()).chain(std::env::split_paths(&rest));
    std::env::join_paths(all).unwrap()
}
