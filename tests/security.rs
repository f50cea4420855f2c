//! What SECURITY.md says that the program does and never does: the commands are run under `strace`, and each thing that they ask the
//! kernel for must be one that the page names.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use libtest_mimic::{Arguments, Trial};
use support::tools::{Need, gated};
use support::{Outcome, binary, fail, filter, give, project, shown};

/// Folders from which the system's loader takes the libraries of a program that is not static.
const LOADER: [&str; 6] = ["/etc/ld.so.", "/lib/", "/lib64/", "/usr/lib/", "/usr/lib64/", "/proc/self/maps"];

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = vec![
        Trial::test("no source opens a socket, and one starts a program", sources),
        Trial::test("messages, reports and pictures hold nothing of a Secret", secrets),
    ];
    let strace = || vec![Need::OnPath("strace")];
    for run in runs() {
        trials.push(gated(format!("what it asks the kernel for: {}", run.name), strace(), move || run.check()));
    }
    trials.push(gated("what it asks the kernel for: argocd generate", strace(), argocd));
    for (name, wrong) in wrong_runs() {
        trials.push(gated(format!("the harness notices {name}"), strace(), move || {
            if wrong.check().is_err() { Ok(()) } else { fail("nothing was noticed") }
        }));
    }
    libtest_mimic::run(&arguments, trials).exit_if_failed();
}

/// A run, and what SECURITY.md lets it open beside what its arguments name.
struct Asked {
    name: &'static str,
    program: PathBuf,
    arguments: &'static [&'static str],
    env: &'static [(&'static str, &'static str)],
    /// Files that it may read or look for, by their names in the working directory or from the root.
    reads: &'static [&'static str],
    /// The same for files that it may write, and folders that it may make.
    writes: &'static [&'static str],
}

fn run(name: &'static str, arguments: &'static [&'static str], reads: &'static [&'static str]) -> Asked {
    Asked { name, program: binary().into(), arguments, env: &[], reads, writes: &[] }
}

/// The configuration that nobody named, and where there is none the names of the files beside it, for a hint.
const UNCONFIGURED: &[&str] = &["istio-alb.yaml", "."];
/// The same of a command, which asks whether Helm started it.
const COMMAND: &[&str] = &["istio-alb.yaml", ".", PARENT];
const PARENT: &str = "/proc/PARENT/comm";

fn runs() -> Vec<Asked> {
    const HELM: (&str, &str) = ("HELM_PLUGIN_NAME", "istio-alb");
    let writing = |run: Asked, writes| Asked { writes, ..run };
    let under_helm = |run: Asked, env| Asked { env, ..run };
    vec![
        run("the filter", &["--scheme", "internal"], &["istio-alb.yaml", ".", PARENT]),
        writing(
            run("the filter, configured, with a report", &["--config=c.yaml", "--report=r.json"], &["c.yaml", PARENT]),
            &["r.json"],
        ),
        under_helm(run("the filter under Helm", &[], &["istio-alb.yaml", ".", "/dev/tty"]), &[HELM]),
        under_helm(
            run("the filter under Helm, without the terminal", &[], UNCONFIGURED),
            &[HELM, ("ISTIO_ALB_TTY", "never")],
        ),
        run(
            "check",
            &["check", "--as-is", "--format=sarif", "in.yaml", "more.yaml"],
            &["istio-alb.yaml", ".", "in.yaml", "more.yaml", PARENT],
        ),
        run("diff", &["diff", "in.yaml"], &["istio-alb.yaml", ".", "in.yaml", PARENT]),
        run("show", &["show", "--format=html"], COMMAND),
        run("init", &["init"], COMMAND),
        writing(run("init, into a file", &["init", "--output=new.yaml"], COMMAND), &["new.yaml"]),
        run("compare", &["compare", "in.yaml", "-"], &["in.yaml", PARENT]),
        run("export flux", &["export", "flux"], COMMAND),
        writing(
            run(
                "export kustomize",
                &["export", "kustomize", "--output=made"],
                &["istio-alb.yaml", ".", "made/", PARENT],
            ),
            &["made"],
        ),
        run("explain", &["explain", "ALB006"], &[PARENT]),
        run("schema", &["schema"], &[PARENT]),
        run("completions", &["completions", "bash"], &[PARENT]),
        run("argocd parameters", &["argocd", "parameters"], &[PARENT]),
        run("--version", &["--version"], &[]),
        run("--help", &["--help"], &[]),
    ]
}

/// What must be noticed, or the trials above say nothing.
fn wrong_runs() -> Vec<(&'static str, Asked)> {
    let bash = |script: &'static [&'static str]| Asked { program: "bash".into(), ..run("", script, UNCONFIGURED) };
    vec![
        ("a file that was not named", run("", &["check", "in.yaml"], UNCONFIGURED)),
        ("a file that is written", run("", &["--report=r.json"], &["istio-alb.yaml", ".", "r.json", PARENT])),
        ("a program that is started", bash(&["-c", "true; /bin/true; true"])),
        ("a socket", bash(&["-c", "true < /dev/tcp/127.0.0.1/9"])),
    ]
}

impl Asked {
    fn check(&self) -> Outcome {
        let folder = tempfile::tempdir().unwrap();
        let input = std::fs::read(project().join("chart-fixtures/cases/helm3-default/input.yaml")).unwrap();
        std::fs::write(folder.path().join("in.yaml"), &input).unwrap();
        std::fs::write(folder.path().join("more.yaml"), "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n")
            .unwrap();
        let configuration = "{apiVersion: istio-alb.dev/v1alpha1, kind: AlbGateway, spec: {}}\n";
        std::fs::write(folder.path().join("c.yaml"), configuration).unwrap();
        let (output, calls) = traced(folder.path(), &self.program, self.arguments, self.env, &input)?;
        if !matches!(output.status.code(), Some(0 | 1)) {
            return fail(shown(&output));
        }
        let strange: Vec<&String> = calls.iter().skip(1).filter(|call| !self.may(call)).collect();
        if strange.is_empty() { Ok(()) } else { fail(format!("SECURITY.md does not name this:\n{strange:#?}")) }
    }

    /// Whether a call of the system, as `strace` prints it, is one that the page names.
    fn may(&self, call: &str) -> bool {
        let name = call.split('(').next().unwrap_or_default();
        let path = call.split('"').nth(1).unwrap_or_default();
        let named = |list: &[&str]| {
            list.iter().any(|known| match (known.split_once("PARENT"), known.strip_suffix('/')) {
                (Some((before, after)), _) => path.starts_with(before) && path.ends_with(after),
                (_, Some(folder)) => Path::new(path).starts_with(folder),
                _ => *known == path,
            })
        };
        let loads = LOADER.iter().any(|start| path.starts_with(start));
        // An open file is asked for its size, and what is in a folder for whether it is a file.
        let of_open_file = path.is_empty() && call.contains("AT_EMPTY_PATH");
        let in_folder = path.starts_with("./") && name.contains("stat") && self.reads.contains(&".");
        match name {
            "exit" | "exit_group" | "arch_prctl" => true,
            "open" | "openat" if ["O_WRONLY", "O_RDWR", "O_CREAT"].iter().any(|mode| call.contains(mode)) => {
                let below = self.writes.iter().any(|folder| Path::new(path).starts_with(folder));
                below || (path == "/dev/tty" && named(self.reads))
            }
            "open" | "openat" | "access" | "faccessat" | "faccessat2" | "readlink" | "readlinkat" | "stat"
            | "statx" | "newfstatat" | "lstat" => {
                of_open_file || in_folder || loads || named(self.reads) || named(self.writes)
            }
            "mkdir" | "mkdirat" => named(self.writes),
            _ => false,
        }
    }
}

/// Runs a program and all that it starts under `strace`; gives what it asked the kernel for that is about files, programs, the network or other
/// processes, each line without the number of the process.
fn traced(
    folder: &Path,
    program: &Path,
    arguments: &[&str],
    env: &[(&str, &str)],
    input: &[u8],
) -> Result<(Output, Vec<String>), libtest_mimic::Failed> {
    let calls = tempfile::NamedTempFile::new()?;
    let mut strace = Command::new("strace");
    strace.current_dir(folder).env_clear().args(["-f", "-qq", "-s", "4096", "-e", "signal=none"]);
    strace.args(["-e", "trace=%network,%process,%file,%ipc,io_uring_setup,ptrace,kill"]);
    // A variable of ours is for the program and not for `strace`, which is in its way of telling who started it.
    for (name, value) in env {
        strace.args(["-E", &format!("{name}={value}")]);
    }
    strace.arg("-o").arg(calls.path()).arg("--").arg(program).args(arguments);
    strace.env("PATH", std::env::var_os("PATH").unwrap_or_else(|| OsString::from("/usr/bin:/bin")));
    let output = give(strace, input);
    let text = std::fs::read_to_string(calls.path())?;
    let lines = text.lines().filter_map(|line| line.split_once(' ').map(|(_, call)| call.trim_start().to_owned()));
    let calls: Vec<String> = lines.filter(|call| !call.starts_with(['<', '+'])).collect();
    match calls.first() {
        Some(first) if first.starts_with("execve(") => Ok((output, calls)),
        _ => Err(format!("strace traced nothing\n{text}\n{}", shown(&output)).into()),
    }
}

/// The one program that is started is the Helm that was named, by its path and with no shell between.
fn argocd() -> Outcome {
    let folder = tempfile::tempdir()?;
    let chart = folder.path().join("repository/app");
    support::copy_folder(&project().join("chart-fixtures/gateway"), &chart);
    let env = [
        ("ISTIO_ALB_HELM", "/bin/false"),
        ("ARGOCD_APP_NAME", "gw"),
        ("ARGOCD_APP_NAMESPACE", "istio-system"),
        ("KUBE_VERSION", "1.34.2"),
        ("PATH", "/usr/bin:/bin"),
    ];
    let (output, calls) = traced(&chart, binary(), &["argocd", "generate"], &env, b"")?;
    if output.status.code() != Some(3) {
        return fail(shown(&output));
    }
    let names = |call: &&String| call.split('(').next().unwrap_or_default().to_owned();
    let started: Vec<&String> = calls.iter().skip(1).filter(|call| names(call).starts_with("exec")).collect();
    if started.len() != 1 || !started[0].starts_with("execve(\"/bin/false\", [\"/bin/false\", \"template\"") {
        return fail(format!("{started:#?}"));
    }
    let network = ["socket", "connect", "bind", "listen", "sendto"];
    let strange: Vec<&String> = calls.iter().filter(|call| network.contains(&names(call).as_str())).collect();
    if !strange.is_empty() {
        return fail(format!("{strange:#?}"));
    }
    let writes: Vec<&String> =
        calls.iter().filter(|call| call.contains("O_CREAT") || names(call).starts_with("mkdir")).collect();
    if writes.is_empty() { Ok(()) } else { fail(format!("{writes:#?}")) }
}

/// On every platform, also where there is no `strace`.
fn sources() -> Outcome {
    let network =
        ["TcpStream", "TcpListener", "UdpSocket", "ToSocketAddrs", "UnixStream", "UnixListener", "UnixDatagram"];
    let mut folders = vec![project().join("src")];
    folders.extend(std::fs::read_dir(project().join("crates"))?.map(|entry| entry.unwrap().path().join("src")));
    let (mut strange, mut starting) = (Vec::new(), Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(project())?.display().to_string();
            let text = std::fs::read_to_string(&path)?;
            strange.extend(network.iter().filter(|word| text.contains(**word)).map(|word| format!("{name}: {word}")));
            if text.contains("process::Command") || text.contains("Command::new(") || text.contains("process::{Command")
            {
                starting.push(name);
            }
        }
    }
    if starting != ["src/hosts/argocd/process.rs"] {
        return fail(format!("these start programs: {starting:?}"));
    }
    if strange.is_empty() { Ok(()) } else { fail(strange.join("\n")) }
}

/// The Secret stands right before the Service and right behind it, once as YAML that is none.
fn secrets() -> Outcome {
    let service = std::fs::read_to_string(project().join("chart-fixtures/cases/helm3-default/input.yaml"))?;
    let secret = |more: &str| {
        format!(
            "---\napiVersion: v1\nkind: Secret\nmetadata: {{name: s}}\nstringData:\n  a: MARKED\n  b: MARKED{more}\n"
        )
    };
    let streams = [secret("") + &service + &secret(""), secret(": [") + &service, service.clone() + &secret("\n b: ]")];
    let runs: [&[&str]; 9] = [
        &["check", "--strict"],
        &["check", "--format=full"],
        &["check", "--format=json"],
        &["check", "--format=sarif"],
        &["show"],
        &["show", "--format=html"],
        &["show", "--format=json"],
        &["init"],
        &["export", "flux"],
    ];
    for stream in &streams {
        let folder = tempfile::tempdir()?;
        for arguments in runs {
            let arguments = [&["--report=r.json"], arguments].concat();
            let output = filter(folder.path(), &arguments, stream.as_bytes());
            let report = std::fs::read(folder.path().join("r.json"))?;
            for text in [&output.stdout, &output.stderr, &report] {
                if String::from_utf8_lossy(text).contains("MARKED") {
                    return fail(format!("{arguments:?}\n{}", shown(&output)));
                }
            }
        }
        let filtered = filter(folder.path(), &["--if-missing=error"], stream.as_bytes());
        if String::from_utf8_lossy(&filtered.stderr).contains("MARKED") {
            return fail(shown(&filtered));
        }
    }
    Ok(())
}
