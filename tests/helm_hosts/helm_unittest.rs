//! helm-unittest 1.1.2. It marks what it rendered with `#### file:` comments, and finds its way back by them.

use crate::page::{self, Named, run, typed, with_both, world, write_changed};
use crate::release::{Release, Way};
use crate::support::tools::Tool;
use crate::support::{Outcome, contract, copy_folder, fail, first_difference, project, shown};
use libtest_mimic::Trial;

/// A plugin in the form that both Helms read.
const PLUGIN: &str = "\
name: unittest
version: 1.1.2
usage: unit tests for charts
description: unit tests for charts
command: helm-unittest
";
const SUITE: &str = "istio/gateway/tests/alb_test.yaml";

pub fn trials() -> Vec<Trial> {
    let trials: &[Named] = &[
        ("what the page says", as_the_page_says),
        ("the suite fails without the post-renderer", notices),
        ("a refused run fails with our message", refused),
        ("variables, and the file where it is run", without_arguments),
        ("its comments stay, and the Ingress gets one", stream),
    ];
    with_both("helm-unittest", Some(Tool::HelmUnittest), trials)
}

/// With a chart that can be written to.
fn ready(way: Way, name: &str) -> Release {
    let release = world(way, name, &[Tool::HelmUnittest]);
    let chart = release.folder().join("istio/gateway");
    std::fs::remove_file(&chart).unwrap(); // a link
    copy_folder(&project().join("chart-fixtures/gateway"), &chart);
    let plugin = release.folder().join("data/plugins/unittest");
    std::fs::create_dir_all(&plugin).unwrap();
    std::fs::write(plugin.join("plugin.yaml"), PLUGIN).unwrap();
    release
}

fn suite(release: &Release, changes: &[(&str, &str)]) -> Outcome {
    write_changed(release, "helm-unittest", SUITE, changes)
}

fn as_the_page_says(way: Way) -> Outcome {
    let release = ready(way, "unittest");
    for block in page::blocks("helm-unittest") {
        typed(&release, &block)?;
    }
    Ok(())
}

fn notices(way: Way) -> Outcome {
    let release = ready(way, "unittest-without");
    let ours = "postRenderer:\n  cmd: istio-alb\n  args: [--scheme, internal]\n";
    suite(&release, &[(ours, "")])?;
    let done = run(&release, "helm unittest istio/gateway");
    let text = String::from_utf8_lossy(&done.stdout);
    if done.status.success() || !text.contains("Tests:       2 failed") || text.contains("istio-alb: ") {
        return fail(shown(&done));
    }
    Ok(())
}

fn refused(way: Way) -> Outcome {
    let release = ready(way, "unittest-refused");
    suite(&release, &[("tests:\n", "set: {networkGateway: network1}\ntests:\n")])?;
    page::refused(&run(&release, "helm unittest istio/gateway"));
    Ok(())
}

fn without_arguments(way: Way) -> Outcome {
    let release = ready(way, "unittest-variables");
    suite(&release, &[("  args: [--scheme, internal]\n", "")])?;
    let variable = run(&release, "ISTIO_ALB_SCHEME=internal helm unittest istio/gateway");
    release.configure("{ingress: {scheme: internal}}");
    let file = run(&release, "helm unittest istio/gateway");
    for done in [variable, file] {
        assert!(done.status.success(), "{}", shown(&done));
    }
    // In the chart the file is looked for by nobody.
    let moved = run(&release, "mv istio-alb.yaml istio/gateway; helm unittest istio/gateway");
    assert!(!moved.status.success(), "{}", shown(&moved));
    Ok(())
}

/// What it gives us and what it gets back: each of its comments in its place behind a bare `---`, every document but the
/// Service as it was, and one more at the end.
fn stream(way: Way) -> Outcome {
    let release = ready(way, "unittest-stream");
    let programs = release.folder().join("bin");
    std::os::unix::fs::symlink(project().join("tests/tools/record.sh"), programs.join("istio-alb"))?;
    suite(&release, &[])?;
    let done = run(&release, "helm unittest istio/gateway");
    let kept = |which: &str| std::fs::read(release.folder().join(which)).unwrap();
    let (input, output) = (kept("in"), kept("out"));
    if !done.status.success() || !output.ends_with(b"\n") {
        return fail(shown(&done));
    }
    let rewrite = contract::compare(&input, &output)?;
    let [(before, after)] = rewrite.services[..] else {
        return fail("not one Service");
    };
    contract::check_service(before, after, contract::Pods::of(&input))?;
    let marks = |stream: &[u8]| {
        let text = String::from_utf8(stream.to_vec()).unwrap();
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let marked = lines.windows(2).filter(|two| two[1].starts_with("#### file: "));
        marked.flatten().fold(String::new(), |all, line| all + line + "\n")
    };
    let ours = "---\n#### file: gateway/templates/istio-alb-ingress.yaml\n";
    let expected = marks(&input) + ours;
    if expected.matches("---\n").count() < 5 || expected != marks(&output) {
        return fail(first_difference(expected.as_bytes(), marks(&output).as_bytes()));
    }
    Ok(())
}
