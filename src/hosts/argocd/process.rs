//! Running Helm: with a list of arguments, never through a shell, and with an environment that is given and not inherited.

use std::io::{self, Write};
use std::process::{Command, Stdio};
use std::thread;

/// A program to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// A path, or a name to look for on PATH.
    pub program: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// The whole of its environment.
    pub env: Vec<(String, String)>,
    /// What it reads.
    pub stdin: Option<String>,
}

/// A program that has ended.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ended {
    /// The exit code; `None` where a signal ended it.
    pub code: Option<i32>,
    /// What it printed.
    pub stdout: Vec<u8>,
    /// Its messages.
    pub stderr: Vec<u8>,
}

/// Runs a program to its end.
///
/// # Errors
/// It cannot be started, or its output cannot be read.
pub fn run(invocation: &Invocation) -> io::Result<Ended> {
    let mut child = Command::new(&invocation.program)
        .args(&invocation.args)
        .env_clear()
        .envs(invocation.env.iter().map(|(name, value)| (name, value)))
        .stdin(if invocation.stdin.is_some() { Stdio::piped() } else { Stdio::null() })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let stdin = child.stdin.take().zip(invocation.stdin.as_ref());
    let output = thread::scope(|scope| {
        // In a thread of its own, or both sides could wait for each other. A program that ends before it has read everything
        // reports the reason itself.
        scope.spawn(|| stdin.map(|(mut pipe, text)| pipe.write_all(text.as_bytes())));
        child.wait_with_output()
    })?;
    Ok(Ended { code: output.status.code(), stdout: output.stdout, stderr: output.stderr })
}
