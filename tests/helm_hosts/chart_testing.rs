//! chart-testing 3.14.0. It waits until pods are ready, and here no node runs any: the chart is tested without those of
//! its templates that ask for pods.

use crate::page::{self, Named, REFUSAL, behind_an_alb, run, typed, untouched, with_both, world};
use crate::release::{Release, Way};
use crate::support::tools::Tool;
use crate::support::{Outcome, copy_folder, project, shown};
use libtest_mimic::Trial;

pub fn trials() -> Vec<Trial> {
    let trials: &[Named] = &[
        ("what the page says", as_the_page_says),
        ("a refused run deploys nothing", refused),
        ("the file where it is run", file),
    ];
    with_both("chart-testing", Some(Tool::ChartTesting), trials)
}

fn ready(way: Way, name: &str) -> Release {
    let release = world(way, name, &[Tool::ChartTesting]);
    let chart = release.folder().join("istio/gateway");
    std::fs::remove_file(&chart).unwrap(); // a link
    copy_folder(&project().join("chart-fixtures/gateway"), &chart);
    for template in ["deployment", "hpa", "poddisruptionbudget"] {
        std::fs::remove_file(chart.join(format!("templates/{template}.yaml"))).unwrap();
    }
    release
}

fn as_the_page_says(way: Way) -> Outcome {
    let release = ready(way, "ct");
    for block in page::blocks("chart-testing") {
        typed(&release, &block)?;
    }
    behind_an_alb(&release, "internal");
    Ok(())
}

fn refused(way: Way) -> Outcome {
    let release = ready(way, "ct-refused");
    let line = page::blocks("chart-testing")[0].text.replace("istio-system", &release.namespace.name);
    let changed =
        line.trim_end().replace("--post-renderer istio-alb", "--set networkGateway=network1 --post-renderer istio-alb");
    assert_ne!(changed, line.trim_end());
    // It may end before it has printed what Helm said (its pkg/exec/exec.go waits for the process, not for the output).
    let failed = run(&release, &format!("ISTIO_ALB_REPORT=report.json {changed}"));
    assert!(!failed.status.success(), "{}", shown(&failed));
    let report = std::fs::read_to_string(release.folder().join("report.json"))?;
    assert!(report.contains(REFUSAL), "{report}");
    untouched(&release);
    Ok(())
}

fn file(way: Way) -> Outcome {
    let release = ready(way, "ct-file");
    release.configure("{ingress: {scheme: internal}}");
    let block = &mut page::blocks("chart-testing")[0];
    block.text = block.text.replace(" --post-renderer-args=--scheme=internal", "");
    assert!(!block.text.contains("internal"));
    typed(&release, block)?;
    behind_an_alb(&release, "internal");
    Ok(())
}
