//! Tools and charts that `tests/tools/*.sh` bring into a cache, and trials that need them.

use super::{Outcome, fail};
use libtest_mimic::Trial;
use std::path::PathBuf;

/// A pinned program, by the name that `tests/tools/install.sh` gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    Helm3,
    Helm4,
    Helm41,
    Helm40,
    Kustomize,
    ApiServer,
    Etcd,
    Kubectl,
    Helmfile,
    HelmUnittest,
    ChartTesting,
    Ansible,
    Istiod,
    Istiod129,
    PilotAgent,
    Envoy,
    Oras,
    Registry,
    Actionlint,
    Krew,
}

impl Tool {
    const ALL: [Tool; 20] = [
        Tool::Helm3,
        Tool::Helm4,
        Tool::Helm41,
        Tool::Helm40,
        Tool::Kustomize,
        Tool::ApiServer,
        Tool::Etcd,
        Tool::Kubectl,
        Tool::Helmfile,
        Tool::HelmUnittest,
        Tool::ChartTesting,
        Tool::Ansible,
        Tool::Istiod,
        Tool::Istiod129,
        Tool::PilotAgent,
        Tool::Envoy,
        Tool::Oras,
        Tool::Registry,
        Tool::Actionlint,
        Tool::Krew,
    ];
    /// What an API server takes, and what asks it.
    pub const CLUSTER: [Tool; 3] = [Tool::ApiServer, Tool::Etcd, Tool::Kubectl];
    /// The two Helms that everything is tested with.
    pub const HELMS: [Tool; 2] = [Tool::Helm3, Tool::Helm4];
    /// Every Helm that loads plugins of kind `postrenderer/v1`.
    pub const PLUGIN_HELMS: [Tool; 3] = [Tool::Helm40, Tool::Helm41, Tool::Helm4];

    pub fn name(self) -> &'static str {
        match self {
            Tool::Helm3 => "helm-3.21.4",
            Tool::Helm4 => "helm-4.2.4",
            Tool::Helm41 => "helm-4.1.4",
            Tool::Helm40 => "helm-4.0.0",
            Tool::Kustomize => "kustomize-5.8.1",
            Tool::ApiServer => "kube-apiserver-1.34.2",
            Tool::Etcd => "etcd-3.6.4",
            Tool::Kubectl => "kubectl-1.34.2",
            Tool::Helmfile => "helmfile-1.8.0",
            Tool::HelmUnittest => "helm-unittest-1.1.2",
            Tool::ChartTesting => "ct-3.14.0",
            Tool::Ansible => "ansible-playbook-2.19.14",
            Tool::Istiod => "pilot-discovery-20260827",
            Tool::Istiod129 => "pilot-discovery-1.29.1",
            Tool::PilotAgent => "pilot-agent-20260827",
            Tool::Envoy => "envoy-1.40.0",
            Tool::Oras => "oras-1.3.6",
            Tool::Registry => "registry-3.1.2",
            Tool::Actionlint => "actionlint-1.7.12",
            Tool::Krew => "krew-0.4.3",
        }
    }

    /// Its name without the version, by which people call it.
    pub fn plain(self) -> &'static str {
        self.name().rsplit_once('-').map_or("", |(plain, _)| plain)
    }

    pub fn named(name: &str) -> Option<Tool> {
        Tool::ALL.into_iter().find(|tool| tool.name() == name)
    }

    /// The script that brings it.
    fn script(self) -> &'static str {
        if Tool::CLUSTER.contains(&self) {
            "tests/cluster/cluster.sh build"
        } else if self == Tool::Ansible {
            "tests/tools/ansible.sh"
        } else if self == Tool::Envoy {
            "tests/tools/mesh.sh"
        } else {
            "tests/tools/install.sh"
        }
    }

    pub fn path(self) -> PathBuf {
        cache().join("bin").join(self.name())
    }
}

/// The releases of Istio's chart that `tests/run` brings without `--all`.
pub const QUICK_CHARTS: [&str; 2] = ["1.24.2", "1.29.1"];

/// What a trial cannot do without.
#[derive(Debug, Clone)]
pub enum Need {
    Tool(Tool),
    /// A release of Istio's gateway chart.
    Chart(String),
    /// A host's own code as a program, `argocd` or `flux`; or Go's readers of YAML as one, `readers`.
    Host(&'static str),
    /// Files of a release of Istio, as `tests/tools/mesh.sh` brings them.
    Istio(&'static str),
    /// A namespace of the kernel, for what this says, which cannot be had.
    Namespace(String),
    /// Another file of the cache, and the script that brings it.
    Cached(&'static str, &'static str),
    /// A program of the machine's distribution, as `tests/tools/debian.sh` installs it.
    OnPath(&'static str),
    /// The release builds of every platform, as `deploy/build-all.sh` makes them.
    Platforms,
    /// So many GB of memory that nothing else uses, and the time to fill it: `tests/run --all` has it.
    Memory(u64),
}

impl Need {
    /// A tool or a host by its name.
    pub fn named(name: &str) -> Option<Need> {
        let host = ["argocd", "flux"].into_iter().find(|host| *host == name);
        host.map(Need::Host).or_else(|| Tool::named(name).map(Need::Tool))
    }

    pub fn name(&self) -> &str {
        match self {
            Need::Tool(tool) => tool.name(),
            Need::Chart(release) => release,
            Need::Host(name) | Need::Istio(name) => name,
            Need::Namespace(what) => what,
            Need::Cached(name, _) | Need::OnPath(name) => name,
            Need::Platforms => "platforms",
            Need::Memory(_) => "memory",
        }
    }

    /// Where it lies as a program, and the plain name by which people call it.
    pub fn program(&self) -> (PathBuf, String) {
        match self {
            Need::Tool(tool) => (tool.path(), tool.plain().to_owned()),
            Need::Host(name) => (host(name), format!("{name}host")),
            _ => panic!("{} is no program", self.name()),
        }
    }

    /// Whether `tests/run` brings it without `--all`.
    fn is_quick(&self) -> bool {
        match self {
            Need::Tool(tool) => Tool::HELMS.contains(tool),
            Need::Chart(release) => QUICK_CHARTS.contains(&release.as_str()),
            _ => false,
        }
    }

    /// Whether `tests/run` brings it with `--release` only.
    fn is_of_a_release(&self) -> bool {
        match self {
            Need::Platforms => true,
            Need::Cached(_, script) => {
                ["tests/tools/emulators.sh", "tests/tools/sbom.sh", "deploy/argocd/ingredients.sh"].contains(script)
            }
            Need::OnPath(program) => ["qemu-aarch64-static", "wine", "skopeo", "umoci", "ruby"].contains(program),
            _ => false,
        }
    }

    fn missing(&self) -> Option<String> {
        let (path, script) = match self {
            Need::Tool(tool) => (tool.path(), tool.script()),
            Need::Chart(release) => (chart(release), "tests/tools/charts.sh"),
            Need::Host(name) => (host(name), "tests/hosts/build.sh"),
            Need::Istio(release) => (istio(release), "tests/tools/mesh.sh"),
            Need::Cached(file, script) => (cache().join(file), *script),
            Need::OnPath(program) => (on_path(program)?, "tests/tools/debian.sh"),
            Need::Platforms => (platforms().join("windows-amd64/istio-alb.exe"), "deploy/build-all.sh"),
            Need::Namespace(what) => return Some(what.clone()),
            Need::Memory(wanted) => {
                let there = available_memory().unwrap_or(*wanted);
                return (there < *wanted).then(|| format!("{wanted} GB of memory are needed, and {there} are there"));
            }
        };
        (!path.exists()).then(|| format!("{} is not there; run {script}", path.display()))
    }
}

/// The cache that `tests/tools/install.sh` fills.
pub fn cache() -> PathBuf {
    if let Some(folder) = std::env::var_os("ISTIO_ALB_TOOLS") {
        return folder.into();
    }
    match std::env::var_os("XDG_CACHE_HOME") {
        Some(folder) => PathBuf::from(folder),
        None => PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cache"),
    }
    .join("istio-alb")
}

/// Where `deploy/build-all.sh` puts the programs: a folder for each platform, named as in `plugin.yaml`.
pub fn platforms() -> PathBuf {
    super::project().join("target/platforms")
}

/// GB of memory that programs can have, where the kernel tells it.
fn available_memory() -> Option<u64> {
    let told = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = told.lines().find(|line| line.starts_with("MemAvailable:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? / 1_000_000)
}

/// `program`, where no folder of `PATH` has it.
fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let is_there = std::env::split_paths(&path).any(|folder| folder.join(program).is_file());
    (!is_there).then(|| PathBuf::from(program))
}

/// Where a release of Istio's gateway chart lies.
pub fn chart(release: &str) -> PathBuf {
    cache().join("charts").join(format!("gateway-{release}"))
}

/// Where the files of a release of Istio lie.
pub fn istio(release: &str) -> PathBuf {
    cache().join("mesh").join(format!("istio-{release}"))
}

/// Where a host's own code lies as a program.
pub fn host(name: &str) -> PathBuf {
    let mut script = std::process::Command::new(super::project().join("tests/hosts/build.sh"));
    script.args(["where", name]).env("ISTIO_ALB_TOOLS", cache());
    let printed = script.output().map(|output| output.stdout).unwrap_or_default();
    PathBuf::from(String::from_utf8_lossy(&printed).trim())
}

/// A trial that needs tools: ignored without them, and failing without them where `tests/run` should have brought them, or where
/// `CI` is set.
pub fn gated(name: impl Into<String>, needs: Vec<Need>, test: impl FnOnce() -> Outcome + Send + 'static) -> Trial {
    let missing: Vec<String> = needs.iter().filter_map(Need::missing).collect();
    let ignored = match Tier::of_this_run() {
        Tier::Release => false,
        Tier::All => needs.iter().any(Need::is_of_a_release),
        Tier::Quick => !needs.iter().all(Need::is_quick),
        Tier::Whatever => !missing.is_empty() || needs.iter().any(|need| matches!(need, Need::Memory(_))),
    };
    Trial::test(name, move || if missing.is_empty() { test() } else { fail(missing.join("\n")) })
        .with_ignored_flag(ignored)
}

/// Which trials are to run.
enum Tier {
    /// All, whatever they need.
    Release,
    /// Those for which `tests/run --all` brings the tools.
    All,
    /// Those for which `tests/run` brings the tools without `--all`.
    Quick,
    /// Those whose tools happen to be there.
    Whatever,
}

impl Tier {
    fn of_this_run() -> Tier {
        let is_set = |value: &std::ffi::OsString| !value.is_empty() && value != "false";
        match std::env::var("ISTIO_ALB_TESTS").as_deref() {
            Ok("release") => Tier::Release,
            Ok("all") => Tier::All,
            Ok("quick") => Tier::Quick,
            _ if std::env::var_os("CI").as_ref().is_some_and(is_set) => Tier::All,
            _ => Tier::Whatever,
        }
    }
}
