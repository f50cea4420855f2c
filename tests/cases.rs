//! One trial for each folder of `chart-fixtures/cases`: a stream, perhaps a configuration, and to the byte what comes of
//! it. `chart-fixtures/README.md` says what the files of a folder mean.
//!
//! `ISTIO_ALB_BLESS=1` writes what the program does now into the folders, for a human to review with `git diff`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use libtest_mimic::{Arguments, Trial};
use std::path::Path;
use std::process::Output;
use support::cases;
use support::contract::{self, Pods};
use support::tools::{Need, Tool, gated};
use support::{Outcome, fail, first_difference, shown};

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    for folder in cases::folders() {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        trials.push(Trial::test(name, move || run(&folder)));
    }
    let helms = Tool::HELMS.map(Need::Tool).to_vec();
    trials.push(gated("render.sh renders the same inputs again", helms, render_again));
    libtest_mimic::run(&arguments, trials).exit_if_failed();
}

fn run(folder: &Path) -> Outcome {
    let input = std::fs::read(folder.join("input.yaml")).unwrap();
    let output = cases::run(folder, &[], &input);
    if output.status.success() {
        let rewrite = contract::compare(&input, &output.stdout)?;
        if !["istio-alb.yaml", "args", "env"].iter().any(|file| folder.join(file).exists()) {
            for (before, after) in rewrite.services {
                contract::check_values(before, after, Pods::of(&input))?;
            }
        }
        let again = cases::run(folder, &[], &output.stdout);
        if again.stdout != output.stdout {
            return fail(format!(
                "a second run changes the first one's output: {}\n{}",
                first_difference(&output.stdout, &again.stdout),
                shown(&again)
            ));
        }
    } else if !output.stdout.is_empty() {
        return fail(format!("it failed, and printed something\n{}", shown(&output)));
    }
    if std::env::var_os("ISTIO_ALB_BLESS").is_some() {
        bless(folder, &output);
        return Ok(());
    }
    compare(folder, &output)
}

/// The three expectations of a case. No output is expected of a run that fails.
fn expectations(output: &Output) -> [(&'static str, Option<Vec<u8>>); 3] {
    [
        ("code", Some(format!("{}\n", output.status.code().unwrap_or(-1)).into_bytes())),
        ("stderr", Some(output.stderr.clone())),
        ("output.yaml", output.status.success().then(|| output.stdout.clone())),
    ]
}

fn compare(folder: &Path, output: &Output) -> Outcome {
    for (file, found) in expectations(output) {
        let expected = std::fs::read(folder.join(file)).ok();
        if expected == found {
            continue;
        }
        let difference = match (&expected, &found) {
            (Some(expected), Some(found)) => first_difference(expected, found),
            (None, _) => "nobody has said yet what is expected (ISTIO_ALB_BLESS=1 writes what happens)".into(),
            (Some(_), None) => "an output is expected, and the run failed".into(),
        };
        return fail(format!("{file}: {difference}\n{}", shown(output)));
    }
    Ok(())
}

fn bless(folder: &Path, output: &Output) {
    for (file, found) in expectations(output) {
        let path = folder.join(file);
        match found {
            Some(found) if std::fs::read(&path).ok().as_ref() != Some(&found) => std::fs::write(path, found).unwrap(),
            None if path.exists() => std::fs::remove_file(path).unwrap(),
            _ => {}
        }
    }
}

/// The inputs that come from Helm are what Helm makes of the charts that are there now.
fn render_again() -> Outcome {
    let rendered = tempfile::tempdir().unwrap();
    let mut script = support::command(support::project().join("chart-fixtures/render.sh"), support::project());
    let output = script.arg("--to").arg(rendered.path()).env("ISTIO_ALB_TOOLS", support::tools::cache()).output()?;
    if !output.status.success() {
        return fail(shown(&output));
    }
    let mut compared = 0;
    for folder in cases::folders() {
        if !folder.join("render").exists() {
            continue;
        }
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let kept = std::fs::read(folder.join("input.yaml")).unwrap();
        let fresh = std::fs::read(rendered.path().join(format!("{name}.yaml"))).unwrap();
        if kept != fresh {
            return fail(format!("{name}: {}", first_difference(&kept, &fresh)));
        }
        compared += 1;
    }
    if compared == 0 { fail("no case comes from Helm") } else { Ok(()) }
}
