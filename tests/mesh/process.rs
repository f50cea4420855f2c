//! Programs that run beside the trials.

use rustix::process::{Pid, Signal, WaitOptions, kill_process_group, waitpgid};
use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long anything may take that takes a second as a rule.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running program and what it starts, ended when this is dropped.
pub struct Process {
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts it in `folder`, with what it prints in `folder/log`.
    pub fn start(mut command: Command, folder: &Path) -> Process {
        let log = folder.join("log");
        let printed = File::create(&log).unwrap();
        command.current_dir(folder).process_group(0).stdin(Stdio::null());
        command.stderr(printed.try_clone().unwrap()).stdout(printed);
        Process { child: command.spawn().unwrap(), log }
    }

    /// Where what it prints goes.
    pub fn log_file(&self) -> PathBuf {
        self.log.clone()
    }

    /// The last lines of it, each that follows itself only once.
    fn last(&self) -> String {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let mut lines: Vec<&str> = log.lines().collect();
        // The time comes first.
        lines.dedup_by_key(|line| line.split_once('\t').map_or(*line, |(_, text)| text));
        lines[lines.len().saturating_sub(40)..].join("\n")
    }

    /// Waits until something is there; with what the program has printed if that never comes.
    pub fn until<T>(&mut self, what: &str, mut found: impl FnMut() -> Option<T>) -> Result<T, String> {
        let start = Instant::now();
        loop {
            if let Some(found) = found() {
                return Ok(found);
            }
            let ended = self.child.try_wait().unwrap();
            if ended.is_some() || start.elapsed() > PATIENCE {
                let state = ended.map_or("it still runs".to_owned(), |status| format!("it has ended: {status}"));
                return Err(format!("{what}: waited in vain; {state}\n{}", self.last()));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let group = Pid::from_child(&self.child);
        let _ = kill_process_group(group, Signal::KILL);
        let _ = self.child.wait();
        // What it had started is ours now, since we are the first process here. Its ports are free when it is gone.
        while waitpgid(group, WaitOptions::empty()).is_ok() {}
    }
}
