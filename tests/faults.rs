//! What goes wrong around a run: streams that are full, closed, slow or non-blocking, signals, limits, and files that cannot be read.
//! What the program does not write completely it does not end with 0. A full disk and a reader that was gone from the start are in
//! `contract.rs`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(target_os = "linux")]

mod support;

use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};

use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::io::ioctl_fionread;
use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process, prlimit};
use support::{binary, command, filter, give, project, shown};

/// A stream with a gateway, as Helm 3 renders it.
fn stream() -> Vec<u8> {
    std::fs::read(project().join("chart-fixtures/cases/helm3-nlb-external/input.yaml")).unwrap()
}

/// The same with more behind it than a pipe holds.
fn long_stream() -> Vec<u8> {
    let more = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n".repeat(20_000);
    [&stream(), more.as_bytes()].concat()
}

/// What the filter prints for a stream if nothing goes wrong.
fn expected(input: &[u8]) -> Vec<u8> {
    let output = support::rewrite(input);
    assert!(output.status.success(), "{}", shown(&output));
    output.stdout
}

fn assert_refused(output: &Output, said: &str) {
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!((output.status.code(), output.stdout.len(), &*stderr), (Some(2), 0, said), "{}", shown(output));
}

/// The program in a folder without configuration.
fn program(folder: &Path) -> Command {
    let mut program = command(binary(), folder);
    program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    program
}

/// The program under a shell's limit, `-v 200000` for 200 MB of memory.
fn limited(folder: &Path, limit: &str) -> Command {
    let mut shell = command("sh", folder);
    shell.args(["-c", &format!("ulimit {limit} && exec \"$@\""), "sh"]).arg(binary());
    shell
}

fn set_nonblocking(end: impl AsFd) {
    let flags = fcntl_getfl(&end).unwrap();
    fcntl_setfl(&end, flags | OFlags::NONBLOCK).unwrap();
}

/// A pipe that takes nothing more, how much is in it, and whose writer does not block.
fn full_pipe() -> (PipeReader, PipeWriter, usize) {
    let (reader, mut writer) = io::pipe().unwrap();
    set_nonblocking(&writer);
    let mut filled = 0;
    loop {
        match writer.write(&[b'#'; 4096]) {
            Ok(written) => filled += written,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return (reader, writer, filled),
            Err(error) => panic!("{error}"),
        }
    }
}

/// Waits until a program sleeps, as one does that waits for a stream, or has ended.
fn wait_until_it_waits(child: &Child) {
    let stat = format!("/proc/{}/stat", child.id());
    loop {
        let told = std::fs::read_to_string(&stat).unwrap();
        let state = told.rsplit_once(") ").unwrap().1;
        if state.starts_with(['S', 'Z']) {
            return;
        }
        std::thread::yield_now();
    }
}

#[test]
fn a_non_blocking_stdout_that_is_full_gets_everything() {
    let folder = tempfile::tempdir().unwrap();
    let (mut reader, writer, filled) = full_pipe();
    let mut child = program(folder.path()).stdout(writer).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&long_stream()).unwrap();
    wait_until_it_waits(&child);
    let mut read = Vec::new();
    reader.read_to_end(&mut read).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", shown(&output));
    assert!(read[filled..] == expected(&long_stream()), "{} bytes", read.len() - filled);
}

#[test]
fn a_non_blocking_stderr_that_is_full_gets_every_message() {
    let folder = tempfile::tempdir().unwrap();
    let (mut reader, writer, filled) = full_pipe();
    let mut child = program(folder.path()).stderr(writer).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"").unwrap();
    wait_until_it_waits(&child);
    let mut read = Vec::new();
    reader.read_to_end(&mut read).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(2));
    assert!(
        read[filled..].starts_with(b"istio-alb: error: there are no manifests on stdin"),
        "{}",
        read.len() - filled
    );
}

/// Nothing is there when it begins to read, and more comes only when it waits for it.
#[test]
fn a_non_blocking_stdin_is_read_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let (reader, mut writer) = io::pipe().unwrap();
    set_nonblocking(&reader);
    let child = program(folder.path()).stdin(reader).spawn().unwrap();
    for part in stream().chunks(700) {
        wait_until_it_waits(&child);
        writer.write_all(part).unwrap();
    }
    drop(writer);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", shown(&output));
    assert_eq!(output.stdout, expected(&stream()));
}

#[test]
fn a_slow_stdin_is_read_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = program(folder.path()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    for byte in stream().chunks(97) {
        stdin.write_all(byte).unwrap();
        stdin.flush().unwrap();
    }
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.stdout, expected(&stream()), "{}", shown(&output));
}

/// The reader has seen the beginning, and goes.
#[test]
fn a_reader_that_stops_is_no_success() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = program(folder.path()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&long_stream()).unwrap();
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut [0; 1000]).unwrap();
    drop(stdout);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", shown(&output));
    assert!(!String::from_utf8_lossy(&output.stderr).contains("error"), "{}", shown(&output));
}

/// What is opened first gets the number of a stream that is closed: manifests must not run into the report.
#[test]
fn a_report_is_not_taken_for_a_closed_stdout() {
    let folder = tempfile::tempdir().unwrap();
    for closed in ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"] {
        let mut shell = command("sh", folder.path());
        shell.args(["-c", &format!("exec \"$@\" {closed}"), "sh"]).arg(binary()).arg("--report=r.json");
        give(shell, &stream());
        let report: serde_json::Value =
            serde_json::from_slice(&std::fs::read(folder.path().join("r.json")).unwrap()).unwrap();
        assert_eq!(report["version"], 1, "{closed}");
    }
}

#[test]
fn a_closed_stdin_holds_no_manifests() {
    let folder = tempfile::tempdir().unwrap();
    let mut shell = command("sh", folder.path());
    shell.args(["-c", "exec \"$@\" <&-", "sh"]).arg(binary());
    let output = give(shell, &stream());
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{}", shown(&output));
    assert!(output.stderr.starts_with(b"istio-alb: error: there are no manifests on stdin\n"), "{}", shown(&output));
}

#[test]
fn stdin_that_cannot_be_read_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let mut program = program(folder.path());
    program.stdin(std::fs::File::open(folder.path()).unwrap());
    assert_refused(&program.output().unwrap(), "istio-alb: error: cannot read stdin: Is a directory (os error 21)\n");
}

/// Messages are lost where nobody can have them, and manifests are not.
#[test]
fn a_full_stderr_does_not_spoil_the_manifests() {
    let folder = tempfile::tempdir().unwrap();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut child = program(folder.path()).stderr(full).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&stream()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", shown(&output));
    assert_eq!(output.stdout, expected(&stream()));
}

/// Whoever asked for a report and does not get it is not told that all is well.
#[test]
fn a_report_that_cannot_be_written_stops_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let output = filter(folder.path(), &["--report=/dev/full"], &stream());
    assert_refused(
        &output,
        "istio-alb: error: cannot write the report /dev/full: No space left on device (os error 28)\n",
    );
}

fn killed_by(status: ExitStatus, signal: Signal) -> bool {
    status.signal() == Some(signal.as_raw())
}

fn send(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

/// In the middle of what it writes: some of it is out, and the run has no exit code.
#[test]
fn a_signal_ends_it_and_is_no_success() {
    for signal in [Signal::TERM, Signal::INT, Signal::HUP, Signal::QUIT] {
        let folder = tempfile::tempdir().unwrap();
        // Who runs the tests in the background has it pass over some of them.
        let mut env = command("env", folder.path());
        env.arg("--default-signal").arg(binary()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = env.spawn().unwrap();
        child.stdin.take().unwrap().write_all(&long_stream()).unwrap();
        child.stdout.as_mut().unwrap().read_exact(&mut [0; 1000]).unwrap();
        send(&child, signal);
        let status = child.wait().unwrap();
        assert!(killed_by(status, signal), "{status}");
    }
}

#[test]
fn a_run_that_is_stopped_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = program(folder.path()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    for part in stream().chunks(1000) {
        send(&child, Signal::STOP);
        stdin.write_all(part).unwrap();
        send(&child, Signal::CONT);
    }
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.stdout, expected(&stream()), "{}", shown(&output));
}

const NO_MEMORY: &str = "istio-alb: error: the manifests on stdin need more memory than there is\n  help: they are read to their end before \
                         anything is printed: allow more memory, or render less at once\n";

#[test]
fn more_than_fits_into_memory_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut input = stream();
    input.resize(300 << 20, b'#');
    assert_refused(&give(limited(folder.path(), "-v 200000"), &input), NO_MEMORY);
}

/// As behind `yes |`.
#[test]
fn a_stdin_without_end_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut limited = limited(folder.path(), "-v 200000");
    limited.stdin(std::fs::File::open("/dev/zero").unwrap());
    assert_refused(&limited.output().unwrap(), NO_MEMORY);
}

/// Whatever is to be had: it prints everything, or it fails.
#[test]
fn no_limit_of_memory_makes_half_of_an_output() {
    let folder = tempfile::tempdir().unwrap();
    let (input, whole) = (long_stream(), expected(&long_stream()));
    let mut ended = std::collections::BTreeSet::new();
    for kilobytes in (20_000..120_000).step_by(4_000) {
        let output = give(limited(folder.path(), &format!("-v {kilobytes}")), &input);
        let all = output.status.success() && output.stdout == whole;
        assert!(all || (!output.status.success() && output.stdout.is_empty()), "{kilobytes}: {}", output.status);
        ended.insert(all);
    }
    assert_eq!(ended.len(), 2, "limits at which it fails, and some at which it does not");
}

/// A file may not become as long as the output.
#[test]
fn a_limit_of_the_file_is_no_success() {
    let folder = tempfile::tempdir().unwrap();
    let mut limited = limited(folder.path(), "-f 1");
    limited.stdout(std::fs::File::create(folder.path().join("out.yaml")).unwrap()).stderr(Stdio::piped());
    let mut child = limited.stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&long_stream()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(killed_by(output.status, Signal::XFSZ), "{}", shown(&output));
}

#[test]
fn without_a_file_left_to_open_nothing_is_printed() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("istio-alb.yaml"), CONFIGURATION).unwrap();
    let (reader, mut writer) = io::pipe().unwrap();
    let child = program(folder.path()).stdin(reader.try_clone().unwrap()).spawn().unwrap();
    let input = stream();
    let (first, rest) = input.split_at(1000);
    writer.write_all(first).unwrap();
    while ioctl_fionread(&reader).unwrap() > 0 {
        std::thread::yield_now();
    }
    // It reads stdin, and the configuration behind it.
    let limit = Rlimit { current: Some(3), maximum: Some(3) };
    prlimit(Some(Pid::from_child(&child)), Resource::Nofile, limit).unwrap();
    writer.write_all(rest).unwrap();
    drop(writer);
    assert_refused(
        &child.wait_with_output().unwrap(),
        "istio-alb: error: cannot read `istio-alb.yaml`: Too many open files (os error 24)\n  help: it has to be a file, and whoever runs \
         istio-alb must be allowed to read it\n",
    );
}

const CONFIGURATION: &str =
    "{apiVersion: istio-alb.dev/v1alpha1, kind: AlbGateway, spec: {ingress: {scheme: internal}}}\n";

/// Both the file that was named and the one that is read by default.
fn refused_configuration(make: impl Fn(&Path), run: impl Fn(&Path) -> Command, said: &str) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    make(&folder.path().join("istio-alb.yaml"));
    for (arguments, by) in [(&[][..], ""), (&["--config=istio-alb.yaml"], "--config: ")] {
        let mut run = run(folder.path());
        run.args(arguments);
        let said = format!(
            "istio-alb: error: {by}cannot read `istio-alb.yaml`: {said}\n  help: it has to be a file, and whoever runs istio-alb must be \
             allowed to read it\n"
        );
        assert_refused(&give(run, &stream()), &said);
    }
}

#[test]
fn a_configuration_that_is_a_folder() {
    refused_configuration(
        |path| std::fs::create_dir(path).unwrap(),
        |folder| command(binary(), folder),
        "Is a directory (os error 21)",
    );
}

/// Root can read everything, and so the program is run without that.
#[test]
fn a_configuration_that_nobody_may_read() {
    let make = |path: &Path| {
        std::fs::write(path, CONFIGURATION).unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o000)).unwrap();
    };
    let run = |folder: &Path| match rustix::process::geteuid().is_root() {
        true => {
            let mut without = command("setpriv", folder);
            without.args(["--bounding-set=-dac_override,-dac_read_search", "--"]).arg(binary());
            without
        }
        false => command(binary(), folder),
    };
    refused_configuration(make, run, "Permission denied (os error 13)");
}

/// What it leads to is gone, and it is still there: without it the gateway would be open to the internet.
#[test]
fn a_configuration_that_vanishes() {
    refused_configuration(
        |path| std::os::unix::fs::symlink("/gone/istio-alb.yaml", path).unwrap(),
        |folder| command(binary(), folder),
        "it is a link to /gone/istio-alb.yaml, which is not there",
    );
}

/// As `--config <(…)` gives it.
#[test]
fn a_configuration_out_of_a_pipe() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("c.yaml"), CONFIGURATION).unwrap();
    let of_the_file = filter(folder.path(), &["--config=c.yaml"], &stream());
    let mut bash = command("bash", folder.path());
    bash.args(["-c", "\"$0\" --config <(cat c.yaml)"]).arg(binary());
    let of_the_pipe = give(bash, &stream());
    assert!(of_the_file.status.success(), "{}", shown(&of_the_file));
    assert_eq!(of_the_pipe.stdout, of_the_file.stdout, "{}", shown(&of_the_pipe));
}
