//! Istio's own gateway chart, in every release that `tests/tools/charts.sh` brought, rendered by both Helms through the
//! program: the contract on what went in and what came out.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use libtest_mimic::{Arguments, Trial};
use support::charts::{self, releases};
use support::contract::{self, Pods, check_ingress, check_service};
use support::helm::Helm;
use support::tools::{Need, Tool, gated};
use support::{Outcome, fail, first_difference, shown};

/// Values, by the case that holds them, and what becomes of the render.
const VALUES: [(&str, Expected); 7] = [
    ("default", Expected::Rewritten),
    ("nlb-external", Expected::Rewritten),
    ("nlb-internal-allowlist", Expected::Rewritten),
    ("extra-ports", Expected::Rewritten),
    ("clusterip", Expected::Rewritten),
    ("eastwest", Expected::Refused("east-west")),
    ("none", Expected::Refused("None")),
];

#[derive(Clone, Copy)]
enum Expected {
    Rewritten,
    Refused(&'static str),
}

fn main() {
    let arguments = Arguments::from_args();
    let mut trials: Vec<Trial> = Vec::new();
    for release in releases() {
        for tool in Tool::HELMS {
            for (values, expected) in VALUES {
                let name = format!("{release}: {values} with {}", tool.name());
                let needs = vec![Need::Tool(tool), Need::Chart(release.clone())];
                let release = release.clone();
                trials.push(gated(name, needs, move || render(&release, tool, values, expected)));
            }
        }
    }
    libtest_mimic::run(&arguments, trials).exit_if_failed();
}

fn render(release: &str, tool: Tool, values: &str, expected: Expected) -> Outcome {
    let helm = Helm::recording(tool);
    let printed = charts::template(&helm, release, values)?;
    let (input, output) = (helm.kept("in"), helm.kept("out"));
    if input.is_empty() {
        return fail(format!("Helm did not get as far as the post-renderer\n{}", shown(&printed)));
    }
    match expected {
        Expected::Rewritten if printed.status.success() => kept(&input, &output),
        Expected::Refused(reason) if !printed.status.success() => {
            let message = String::from_utf8_lossy(&printed.stderr);
            if message.contains("istio-alb: error: ") && message.contains(reason) {
                Ok(())
            } else {
                fail(shown(&printed))
            }
        }
        _ => fail(shown(&printed)),
    }
}

/// One Service turns, one Ingress comes, all other bytes stay, and a second run changes nothing.
fn kept(input: &[u8], output: &[u8]) -> Outcome {
    let rewrite = contract::compare(input, output)?;
    let [(before, after)] = rewrite.services[..] else {
        return fail(format!("{} Services changed, not one", rewrite.services.len()));
    };
    let [ingress] = rewrite.ingresses[..] else {
        return fail(format!("{} Ingresses came, not one", rewrite.ingresses.len()));
    };
    check_service(before, after, Pods::of(input))?;
    check_ingress(ingress, before)?;
    let again = support::rewrite(output);
    if again.stdout == output {
        return Ok(());
    }
    fail(format!(
        "a second run changes the first one's output: {}\n{}",
        first_difference(output, &again.stdout),
        shown(&again)
    ))
}
