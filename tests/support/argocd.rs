//! What Argo CD does before it runs its plugin, and a stand-in for the Helm that the plugin runs.

use super::{Outcome, binary, command, copy_folder, fail, project, shown};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A request's folder as Argo CD makes it: the repository below `_cmp_server`, and in it the Application's folder `app`.
pub struct Request {
    temporary: tempfile::TempDir,
}

impl Request {
    /// An Application without files.
    pub fn empty() -> Request {
        let request = Request { temporary: tempfile::tempdir().unwrap() };
        std::fs::create_dir_all(request.app()).unwrap();
        request
    }

    /// An Application whose folder is this chart.
    pub fn of_chart(chart: &Path) -> Request {
        let request = Request::empty();
        copy_folder(chart, &request.app());
        request
    }

    /// An Application whose folder is the chart of our own.
    pub fn of_gateway() -> Request {
        Request::of_chart(&project().join("chart-fixtures/gateway"))
    }

    /// The folder in which the folders of all requests are.
    pub fn outside(&self) -> PathBuf {
        std::fs::canonicalize(self.temporary.path()).unwrap()
    }

    /// The repository.
    pub fn root(&self) -> PathBuf {
        self.outside().join("_cmp_server/1a2b")
    }

    /// The Application's folder.
    pub fn app(&self) -> PathBuf {
        self.temporary.path().join("_cmp_server/1a2b/app")
    }

    /// Writes a file of the repository.
    pub fn write(&self, name: &str, text: &str) {
        let path = self.root().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// The plugin, not yet run: in the Application's folder, with a home of its own and what Argo CD always passes on.
    pub fn plugin(&self, helm: &Path) -> Command {
        let mut plugin = command(binary(), &self.app());
        let home = self.outside().join("home");
        std::fs::create_dir_all(&home).unwrap();
        plugin.args(["argocd", "generate"]);
        for (name, folder) in
            [("HOME", "."), ("HELM_CACHE_HOME", "cache"), ("HELM_CONFIG_HOME", "config"), ("HELM_DATA_HOME", "data")]
        {
            plugin.env(name, home.join(folder));
        }
        plugin
            .env("ISTIO_ALB_HELM", helm)
            .env("ARGOCD_APP_NAME", "istio-ingressgateway")
            .env("ARGOCD_APP_NAMESPACE", "istio-system")
            .env("ARGOCD_APP_PARAMETERS", "null")
            .env("KUBE_VERSION", "1.34.2")
            .env("KUBE_API_VERSIONS", "apps/v1,v1");
        plugin
    }

    /// Runs the plugin with parameters.
    pub fn generate(&self, helm: &Path, parameters: &str) -> Output {
        let mut plugin = self.plugin(helm);
        plugin.env("ARGOCD_APP_PARAMETERS", parameters);
        plugin.output().unwrap()
    }
}

/// A program in Helm's place that keeps what it is called with, and answers call by call as it is told.
pub struct FakeHelm {
    folder: tempfile::TempDir,
}

const SCRIPT: &str = r#"#!/bin/sh
here=${0%/*}
call=$(($(cat "$here/calls") + 1))
echo $call > "$here/calls"
printf '%s\0' "$@" > "$here/$call.args"
env > "$here/$call.env"
if [ -e "$here/$call.stdout" ]; then cat "$here/$call.stdout"; fi
cat > "$here/$call.stdin"
if [ -e "$here/$call.sh" ]; then . "$here/$call.sh"; fi
"#;

impl FakeHelm {
    pub fn new() -> FakeHelm {
        let helm = FakeHelm { folder: tempfile::tempdir().unwrap() };
        helm.write("calls", "0\n");
        helm.write("helm", SCRIPT);
        make_executable(&helm.path());
        helm
    }

    /// What the call prints, and then does: a piece of shell.
    pub fn answer(self, call: usize, stdout: &str, script: &str) -> FakeHelm {
        self.write(&format!("{call}.stdout"), stdout);
        self.write(&format!("{call}.sh"), script);
        self
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join("helm")
    }

    pub fn calls(&self) -> usize {
        self.read("calls").trim().parse().unwrap()
    }

    pub fn arguments(&self, call: usize) -> Vec<String> {
        let text = self.read(&format!("{call}.args"));
        text.split_terminator('\0').map(str::to_owned).collect()
    }

    /// The names of the variables, without those that the shell makes up.
    pub fn environment(&self, call: usize) -> Vec<String> {
        let text = self.read(&format!("{call}.env"));
        let names = text.lines().filter_map(|line| line.split_once('='));
        let mut names: Vec<_> = names
            .map(|(name, _)| name.to_owned())
            .filter(|name| !["PWD", "OLDPWD", "SHLVL", "_"].contains(&name.as_str()))
            .collect();
        names.sort();
        names
    }

    pub fn stdin(&self, call: usize) -> String {
        self.read(&format!("{call}.stdin"))
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(name)).unwrap()
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).unwrap();
    }
}

#[cfg(unix)]
pub fn make_executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// The run failed with this exit code and this on stderr, and printed nothing.
pub fn refused(output: &Output, code: i32, stderr: &str) -> Outcome {
    let same = output.stderr == stderr.as_bytes();
    if output.status.code() != Some(code) || !output.stdout.is_empty() || !same {
        return fail(format!("expected {code} and\n{stderr}\nnot {}", shown(output)));
    }
    Ok(())
}

/// Two values are the same.
pub fn same<T: PartialEq + std::fmt::Debug>(found: T, expected: T) -> Outcome {
    match found == expected {
        true => Ok(()),
        false => fail(format!("expected {expected:#?}\nfound {found:#?}")),
    }
}

/// Serves the files of a folder for the rest of the process; returns its address as an URL.
pub fn serve(folder: &Path) -> String {
    let folder = folder.to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            let mut lines = BufReader::new(connection.try_clone().unwrap()).lines();
            let request = lines.next().unwrap().unwrap();
            while lines.next().is_some_and(|line| !line.unwrap().is_empty()) {}
            let name = request.split(' ').nth(1).unwrap().trim_start_matches('/');
            let (status, body) = match std::fs::read(folder.join(name)) {
                Ok(body) => ("200 OK", body),
                Err(_) => ("404 Not Found", Vec::new()),
            };
            let length = body.len();
            let head = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
            connection.write_all(head.as_bytes()).unwrap();
            connection.write_all(&body).unwrap();
        }
    });
    format!("http://{address}")
}
