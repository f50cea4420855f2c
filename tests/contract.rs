//! Promises about the process itself: what is written where, and with which exit code, when something is out of order.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::io::Write;
use std::process::{Output, Stdio};
use support::{binary, command, filter, project, rewrite, shown};

/// A stream with a gateway, as Helm 3 renders it.
fn stream() -> Vec<u8> {
    std::fs::read(project().join("chart-fixtures/cases/helm3-nlb-external/input.yaml")).unwrap()
}

/// Adds a document of about 8 KB that is not ours.
fn filler(input: &mut Vec<u8>, number: usize) {
    let text = format!("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a{number}}}\ndata:\n  text: |\n");
    input.extend_from_slice(text.as_bytes());
    for _ in 0..100 {
        input.extend_from_slice(b"    --- kind: Service, and text that goes on and on and on and on and on and on\n");
    }
}

/// Fails with `code`, printing nothing, with a message in our form.
fn assert_refused(output: &Output, code: i32) {
    assert_eq!(output.status.code(), Some(code), "{}", shown(output));
    assert_eq!(output.stdout, b"", "{}", shown(output));
    assert!(output.stderr.starts_with(b"istio-alb: error: "), "{}", shown(output));
}

#[test]
fn a_gateway_is_rewritten() {
    let output = rewrite(&stream());
    assert!(output.status.success(), "{}", shown(&output));
    support::contract::compare(&stream(), &output.stdout).unwrap();
}

#[test]
fn empty_input_is_refused() {
    assert_refused(&rewrite(b""), 2);
    assert_refused(&rewrite(b" \n\n"), 2);
}

#[test]
fn input_without_an_object_is_refused() {
    assert_refused(&rewrite(b"---\n# nothing\n---\nnull\n"), 2);
}

#[test]
fn invalid_utf8_is_refused() {
    let mut input = stream();
    let at = input.windows(13).position(|part| part == b"kind: Service").unwrap();
    input.splice(at..at, *b"# \xff\n");
    assert_refused(&rewrite(&input), 2);
}

#[test]
fn text_that_is_no_yaml_is_refused() {
    assert_refused(&rewrite(b"Error: this is what a failing program may print\n"), 2);
    assert_refused(&rewrite(&[0; 64]), 2);
}

#[test]
fn nonsense_on_the_command_line_is_refused() {
    for nonsense in [&["--no-such-flag"][..], &["no-such-command"], &["--if-missing", "perhaps"], &["--scheme"]] {
        let folder = tempfile::tempdir().unwrap();
        let output = filter(folder.path(), nonsense, &stream());
        assert_eq!(output.status.code(), Some(2), "{nonsense:?} {}", shown(&output));
        assert_eq!(output.stdout, b"", "{nonsense:?} {}", shown(&output));
        assert!(!output.stderr.is_empty(), "{nonsense:?} {}", shown(&output));
    }
}

#[test]
fn help_and_version_are_no_errors() {
    let folder = tempfile::tempdir().unwrap();
    for flag in ["--help", "-h", "--version"] {
        let output = filter(folder.path(), &[flag], b"");
        assert!(output.status.success(), "{flag} {}", shown(&output));
        assert!(String::from_utf8_lossy(&output.stdout).contains("istio-alb"), "{flag} {}", shown(&output));
    }
}

#[test]
fn hooks_alone_pass() {
    let hooks = std::fs::read(project().join("chart-fixtures/cases/hooks-only/input.yaml")).unwrap();
    let output = rewrite(&hooks);
    assert!(output.status.success(), "{}", shown(&output));
    assert_eq!(output.stdout, hooks);
    assert_eq!(output.stderr, b"");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut child =
        command(binary(), folder.path()).stdin(Stdio::piped()).stdout(full).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&stream()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", shown(&output));
    assert!(
        output.stderr.ends_with(b"istio-alb: error: cannot write to stdout: No space left on device (os error 28)\n"),
        "{}",
        shown(&output)
    );
}

/// Whoever reads our output has gone: that is not worth a message, but neither is it success.
#[cfg(unix)]
#[test]
fn a_closed_pipe_is_quiet_and_no_success() {
    let mut input = stream();
    for number in 0..4_000 {
        input.extend_from_slice(
            format!("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a{number}}}\n").as_bytes(),
        );
    }
    let folder = tempfile::tempdir().unwrap();
    let mut child = command(binary(), folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    child.stdin.take().unwrap().write_all(&input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(!output.status.success(), "{}", shown(&output));
    // The findings of the run itself may stand there; nothing about the pipe.
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(!message.contains("error"), "{message}");
    assert!(!message.to_lowercase().contains("pipe"), "{message}");
}

/// What comes last decides: all that was read before it is not printed either.
#[test]
fn an_error_at_the_very_end_leaves_nothing_printed() {
    let mut input = Vec::new();
    (0..2_000).for_each(|number| filler(&mut input, number));
    let gateway = stream();
    let cut = gateway.windows(16).position(|part| part == b"  selector:\n    ").unwrap();
    input.extend_from_slice(&gateway[..cut]);
    input.extend_from_slice(b"  selector: {istio: \"ingress");
    assert_refused(&rewrite(&input), 2);
}

/// The gateway stands in the middle of many documents, some of them long.
#[test]
fn a_huge_stream_keeps_every_byte() {
    let mut input = Vec::new();
    (0..1_000).for_each(|number| filler(&mut input, number));
    input.extend_from_slice(&stream());
    (1_000..2_000).for_each(|number| filler(&mut input, number));
    let output = rewrite(&input);
    assert!(output.status.success(), "{}", output.status);
    let rewrite = support::contract::compare(&input, &output.stdout).unwrap();
    assert_eq!((rewrite.services.len(), rewrite.ingresses.len()), (1, 1));
}

/// The result does not depend on where and when the program runs.
#[test]
fn the_environment_of_the_user_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut elsewhere = command(binary(), folder.path());
    elsewhere.env_clear().env("LANG", "tr_TR.UTF-8").env("TZ", "Asia/Seoul").env("COLUMNS", "20").env("TERM", "xterm");
    let elsewhere = support::give(elsewhere, &stream());
    let here = rewrite(&stream());
    assert_eq!(elsewhere.stdout, here.stdout);
    assert_eq!(elsewhere.stderr, here.stderr);
}
