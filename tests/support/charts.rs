//! Istio's own gateway chart, rendered.

use super::helm::Helm;
use super::project;
use super::tools::{cache, chart};
use std::process::Output;

/// What `tests/tools/charts.sh` brings, newest last. Other charts that lie there take part too.
const RELEASES: [&str; 8] = ["1.13.4", "1.16.5", "1.18.7", "1.22.1", "1.24.2", "1.27.9", "1.29.1", "main"];

/// The releases whose charts are tested.
pub fn releases() -> Vec<String> {
    let mut releases: Vec<String> = RELEASES.iter().map(ToString::to_string).collect();
    for entry in std::fs::read_dir(cache().join("charts")).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if let Some(release) = name.strip_prefix("gateway-")
            && !RELEASES.contains(&release)
        {
            releases.push(release.into());
        }
    }
    releases
}

/// `helm template` of a release with the values of a case, through the program.
pub fn template(helm: &Helm, release: &str, values: &str) -> std::io::Result<Output> {
    let values = project().join(format!("chart-fixtures/cases/helm3-{values}/values.yaml"));
    let chart = chart(release);
    // The source trees of 1.21 to 1.26 hold a schema that refuses their own values.
    helm.run(&["template", "istio-ingressgateway", chart.to_str().unwrap(), "--namespace", "istio-system"])
        .args(["--post-renderer", "istio-alb", "--skip-schema-validation", "--values"])
        .arg(values)
        .output()
}
