//! Namespaces of the kernel in which the trials run: a network of our own, so that every port is free and nothing leaves the
//! machine, and processes and temporary files of our own, of which none is left when we end, however we end.
//!
//! The test program starts itself again inside, as the first process there. It ends when our end of its stdin closes.

use std::ffi::OsString;
use std::io::Read;
use std::net::Ipv4Addr;
use std::process::{Command, Stdio};

/// The address of the gateway's pod. istiod and Envoy treat loopback addresses as something else.
pub const POD: Ipv4Addr = Ipv4Addr::new(10, 9, 0, 1);
/// The address of what is behind the gateway.
pub const BACKEND: Ipv4Addr = Ipv4Addr::new(10, 9, 0, 2);
/// The address of the ALB.
pub const ALB: Ipv4Addr = Ipv4Addr::new(10, 9, 0, 3);

const INSIDE: &str = "ISTIO_ALB_MESH_INSIDE";
/// Without root a namespace of users is the way to the others. The first process there must not see our `/proc`.
const WAYS: [&[&str]; 2] = [
    &["--user", "--map-root-user", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"],
    &["--net", "--pid", "--fork", "--kill-child", "--mount-proc"],
];

/// Where we are, or can go.
pub enum Sandbox {
    /// Inside.
    Inside,
    /// Outside, and this leads in.
    Outside(Command),
    /// Outside, and nothing leads in.
    Closed(String),
}

impl Sandbox {
    pub fn find() -> Sandbox {
        if std::env::var_os(INSIDE).is_some() {
            return Sandbox::Inside;
        }
        let addresses = [POD, BACKEND, ALB].map(|address| format!("ip address add {address}/32 dev lo"));
        // What goes to the pod comes from the ALB.
        let route = format!("ip route replace local {POD} dev lo table local src {ALB}");
        let files = "mount -t tmpfs -o mode=700 tmpfs \"$TMPDIR\"";
        let script = format!("{files} && ip link set lo up && {} && {route} && exec \"$@\"", addresses.join(" && "));
        let enter = |way: &[&str], command: Vec<OsString>| {
            let mut unshare = Command::new("unshare");
            unshare.args(way).args(["sh", "-ec", &script, "sh"]).args(command);
            unshare
        };
        let folder = tempfile::tempdir().unwrap();
        for way in WAYS {
            let mut probe = enter(way, vec!["true".into()]);
            probe.env("TMPDIR", folder.path());
            probe.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            if probe.status().is_ok_and(|status| status.success()) {
                let ours = std::env::current_exe().map(|program| program.into_os_string());
                let command = ours.into_iter().chain(std::env::args_os().skip(1));
                return Sandbox::Outside(enter(way, command.collect()));
            }
        }
        Sandbox::Closed(
            "no network namespace can be had: `unshare`, `mount` and `ip` are needed, and root or user namespaces"
                .into(),
        )
    }
}

/// Runs ourselves inside; the exit code.
pub fn enter(mut command: Command) -> i32 {
    let folder = tempfile::tempdir().unwrap();
    let mut inside = command.env(INSIDE, "yes").env("TMPDIR", folder.path()).stdin(Stdio::piped()).spawn().unwrap();
    // Our end stays open until here; `wait` alone would close it first.
    let _held = inside.stdin.take();
    inside.wait().unwrap().code().unwrap_or(1)
}

/// Ends this process as soon as the one outside has ended.
pub fn end_with_the_outside() {
    std::thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(1);
    });
}
