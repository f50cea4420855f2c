//! Real Helm 3 and Helm 4 with our own chart: the commands that people type, the plugin, and what they see when we fail.
//! Nothing leaves the machine: no cluster, no repository, a home of its own for each Helm.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg_attr(not(unix), allow(unused))]

mod support;

use libtest_mimic::{Arguments, Trial};
use std::path::Path;
use std::process::{Command, Output};
use support::helm::{Helm, platform, stage_plugin};
use support::tools::{Need, Tool, gated};
use support::{Outcome, api_server, contract, fail, project, shown};

const RELEASE: &str = "istio-ingressgateway";
const CHART: &str = "chart-fixtures/gateway";
const OURS: [&str; 4] = ["--namespace", "istio-system", "--post-renderer", "istio-alb"];

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = vec![Trial::test("plugin.yaml has the version of the crate", same_version)];
    for helm in Tool::HELMS {
        let mut add = |name: &str, test: fn(Tool) -> Outcome| trials.push(trial(helm, name, test));
        add("template", template);
        add("template of an upgrade", template_of_an_upgrade);
        add("install --dry-run=client", install_dry_run);
        add("upgrade --install --dry-run=client", upgrade_dry_run);
        add("--post-renderer-args reach the program", arguments_reach_the_program);
        add("--show-only of the Ingress", show_only);
        add("ISTIO_ALB_ variables reach the program", variables_reach_the_program);
        add("a configuration in the folder of the call", configuration_in_the_folder);
        add("a parent chart with hooks", parent_chart);
        add("a failing run shows its message", failure_is_shown);
        add("a failing install shows its message", failing_install_is_shown);
    }
    trials.push(trial(Tool::Helm3, "a host that does not look how we end deletes nothing", inside_skaffold));
    trials.push(trial(Tool::Helm4, "--output-dir holds the Ingress", output_dir));
    trials.push(trial(Tool::Helm3, "--output-dir gives us nothing and fails", output_dir_fails));
    for helm in Tool::PLUGIN_HELMS {
        trials.push(trial(helm, "plugin install of the repository's folder", plugin_from_folder));
        trials.push(trial(helm, "plugin of the repository loads without complaint", plugin_loads));
        trials.push(trial(helm, "plugin install of the package", plugin_from_package));
    }
    for helm in [Tool::Helm40, Tool::Helm41] {
        trials.push(trial(helm, "a failing run shows its message", failure_is_shown));
    }
    libtest_mimic::run(&arguments, trials).exit_if_failed();
}

fn trial(helm: Tool, name: &str, test: fn(Tool) -> Outcome) -> Trial {
    gated(format!("{}: {name}", helm.name()), vec![Need::Tool(helm)], move || test(helm))
}

fn output(mut command: Command) -> Output {
    command.output().unwrap()
}

/// The objects in what Helm printed, which may begin with its own report.
fn objects(printed: &[u8]) -> Vec<serde_json::Value> {
    let text = String::from_utf8_lossy(printed);
    let manifest = text.split_once("\n---\n").map_or(text.as_ref(), |(_, rest)| rest);
    contract::documents(manifest.as_bytes()).iter().filter_map(|document| contract::parse(document).ok()).collect()
}

/// The gateway turned and the Ingress came.
fn check(printed: &Output) -> Outcome {
    if !printed.status.success() {
        return fail(shown(printed));
    }
    let objects = objects(&printed.stdout);
    let kind = |kind: &str| objects.iter().filter(|object| object["kind"] == kind).collect::<Vec<_>>();
    let turned = kind("Service").iter().any(|service| service["spec"]["type"] == "NodePort");
    let [ingress] = kind("Ingress")[..] else {
        return fail(format!("not one Ingress\n{}", shown(printed)));
    };
    let backend = &ingress["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"];
    if !turned || backend["name"] != RELEASE || backend["port"]["number"] != 443 {
        return fail(format!("not the gateway behind an ALB\n{}", shown(printed)));
    }
    Ok(())
}

fn template(tool: Tool) -> Outcome {
    let helm = Helm::ready(tool);
    let printed = output(helm.run(&[&["template", RELEASE, CHART], &OURS[..]].concat()));
    check(&printed)?;
    let text = String::from_utf8_lossy(&printed.stdout).into_owned();
    if !text.contains("# Source: gateway/templates/istio-alb-ingress.yaml\n") {
        return fail(format!("the Ingress has no Source\n{text}"));
    }
    // Comment-only documents are Helm's own; of ours nothing may remain that Helm 4 uses among itself.
    if text.contains("postrenderer.helm.sh") { fail(text) } else { Ok(()) }
}

fn template_of_an_upgrade(tool: Tool) -> Outcome {
    let helm = Helm::ready(tool);
    check(&output(helm.run(&[&["template", RELEASE, CHART, "--is-upgrade"], &OURS[..]].concat())))
}

fn dry_run(tool: Tool, words: &[&str]) -> Outcome {
    let helm = Helm::ready(tool);
    let server = api_server::start();
    let flags = ["--dry-run=client", "--disable-openapi-validation", "--kube-apiserver", &server];
    check(&output(helm.run(&[words, &[RELEASE, CHART], &flags, &OURS].concat())))
}

fn install_dry_run(tool: Tool) -> Outcome {
    dry_run(tool, &["install"])
}

fn upgrade_dry_run(tool: Tool) -> Outcome {
    dry_run(tool, &["upgrade", "--install"])
}

fn arguments_reach_the_program(tool: Tool) -> Outcome {
    let helm = Helm::ready(tool);
    let more = [
        "--post-renderer-args",
        "--ingress-name",
        "--post-renderer-args=edge",
        "--post-renderer-args",
        "--scheme=internal",
    ];
    let printed = output(helm.run(&[&["template", RELEASE, CHART], &OURS[..], &more].concat()));
    check(&printed)?;
    ingress_has(&printed, "edge", "internal")
}

fn ingress_has(printed: &Output, name: &str, scheme: &str) -> Outcome {
    let objects = objects(&printed.stdout);
    let ingress = objects.iter().find(|object| object["kind"] == "Ingress").unwrap();
    let found = &ingress["metadata"]["annotations"]["alb.ingress.kubernetes.io/scheme"];
    if ingress["metadata"]["name"] != name || found != scheme { fail(shown(printed)) } else { Ok(()) }
}

fn show_only(tool: Tool) -> Outcome {
    let helm = Helm::ready(tool);
    let only = ["--show-only", "templates/istio-alb-ingress.yaml"];
    let printed = output(helm.run(&[&["template", RELEASE, CHART], &OURS[..], &only].concat()));
    if !printed.status.success() || !contract::holds(&printed.stdout, "Ingress") {
        return fail(shown(&printed));
    }
    if contract::holds(&printed.stdout, "Deployment") { fail(shown(&printed)) } else { Ok(()) }
}

fn variables_reach_the_program(tool: Tool) -> Outcome {
    let helm = Helm::ready(tool);
    let mut command = helm.run(&[&["template", RELEASE, CHART], &OURS[..]].concat());
    command.env("ISTIO_ALB_INGRESS_NAME", "edge").env("ISTIO_ALB_SCHEME", "internal");
    let printed = output(command);
    check(&printed)?;
    ingress_has(&printed, "edge", "internal")
}

fn configuration_in_the_folder(tool: Tool) -> Outcome {
    let helm = Helm::ready(tool);
    let folder = tempfile::tempdir().unwrap();
    let configuration = "apiVersion: istio-alb.dev/v1alpha1\nkind: AlbGateway\nmetadata: {name: edge}\nspec:\n  ingress: {name: \
                         edge, scheme: internal}\n";
    std::fs::write(folder.path().join("istio-alb.yaml"), configuration).unwrap();
    let chart = project().join(CHART);
    let mut command = helm.run(&[&["template", RELEASE, chart.to_str().unwrap()], &OURS[..]].concat());
    command.current_dir(folder.path());
    let printed = output(command);
    check(&printed)?;
    ingress_has(&printed, "edge", "internal")
}

/// A parent chart as its users have it: the dependency built, hooks, a List, odd documents and an Ingress of others.
fn parent_chart(tool: Tool) -> Outcome {
    let helm = Helm::ready(tool);
    let charts = helm.path().join("charts");
    support::copy_folder(&project().join("chart-fixtures/gateway"), &charts.join("gateway"));
    support::copy_folder(&project().join("chart-fixtures/umbrella"), &charts.join("umbrella"));
    let parent = charts.join("umbrella");
    let built = output(helm.run(&["dependency", "build", parent.to_str().unwrap()]));
    if !built.status.success() {
        return fail(shown(&built));
    }
    let printed = output(helm.run(&[&["template", RELEASE, parent.to_str().unwrap()], &OURS[..]].concat()));
    if !printed.status.success() {
        return fail(shown(&printed));
    }
    let objects = objects(&printed.stdout);
    for (kind, name) in
        [("Ingress", "shop"), ("Ingress", "common-external-ingress"), ("Job", "migrate"), ("Secret", "odd")]
    {
        if !objects.iter().any(|object| object["kind"] == kind && object["metadata"]["name"] == name) {
            return fail(format!("no {kind} {name}\n{}", shown(&printed)));
        }
    }
    // A List that stands in a file of its own, Helm 4 takes apart; the hook is a Service too.
    let hook = objects.iter().find(|object| object["metadata"]["name"] == "warm-up").unwrap();
    let text = String::from_utf8_lossy(&printed.stdout);
    if hook["spec"]["type"] != "LoadBalancer" || !text.contains("templates/istio-alb-ingress.yaml\n") {
        return fail(shown(&printed));
    }
    Ok(())
}

const EASTWEST: [&str; 2] = ["--set", "networkGateway=network1"];

/// Helm fails, and its own error says why in our words.
fn assert_reason(printed: &Output) -> Outcome {
    let message = String::from_utf8_lossy(&printed.stderr);
    let seen = message.contains("istio-alb: error: ") && message.contains("east-west");
    if printed.status.success() || !seen || contract::holds(&printed.stdout, "Service") {
        return fail(shown(printed));
    }
    Ok(())
}

fn failure_is_shown(tool: Tool) -> Outcome {
    let helm = Helm::ready(tool);
    assert_reason(&output(helm.run(&[&["template", RELEASE, CHART], &OURS[..], &EASTWEST].concat())))
}

fn failing_install_is_shown(tool: Tool) -> Outcome {
    let helm = Helm::ready(tool);
    let server = api_server::start();
    let flags = ["--disable-openapi-validation", "--kube-apiserver", &server];
    assert_reason(&output(helm.run(&[&["install", RELEASE, CHART], &flags[..], &OURS, &EASTWEST].concat())))
}

fn output_dir(tool: Tool) -> Outcome {
    let helm = Helm::ready(tool);
    let folder = helm.path().join("rendered");
    std::fs::create_dir_all(&folder).unwrap();
    let more = ["--output-dir", folder.to_str().unwrap()];
    let printed = output(helm.run(&[&["template", RELEASE, CHART], &OURS[..], &more].concat()));
    let ingress = std::fs::read(folder.join("gateway/templates/istio-alb-ingress.yaml")).unwrap_or_default();
    if !printed.status.success() || !contract::holds(&ingress, "Ingress") { fail(shown(&printed)) } else { Ok(()) }
}

/// Helm 3 writes the files before it calls us and then gives us nothing: that must not look like success.
fn output_dir_fails(tool: Tool) -> Outcome {
    let helm = Helm::ready(tool);
    let folder = helm.path().join("rendered");
    std::fs::create_dir_all(&folder).unwrap();
    let more = ["--output-dir", folder.to_str().unwrap()];
    let printed = output(helm.run(&[&["template", RELEASE, CHART], &OURS[..], &more].concat()));
    let message = String::from_utf8_lossy(&printed.stderr);
    if printed.status.success() || !message.contains("--output-dir") { fail(shown(&printed)) } else { Ok(()) }
}

/// What Skaffold makes of a post-renderer: its variables, and what it prints is handed on whatever its exit code. Its own reader refuses
/// what we print then; the stand-in hands it on, and Helm refuses it, too.
fn inside_skaffold(tool: Tool) -> Outcome {
    let helm = Helm::ready(tool);
    let (server, skaffold) = (api_server::start(), helm.path().join("skaffold"));
    let script = "#!/bin/sh\nistio-alb 2> /dev/null || true\n";
    std::fs::write(&skaffold, script).unwrap();
    std::fs::set_permissions(&skaffold, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let server = ["--disable-openapi-validation", "--kube-apiserver", &server];
    let rendered_by = ["--namespace", "istio-system", "--post-renderer", skaffold.to_str().unwrap()];
    let install = |line: &str| {
        let mut helm = helm.run(&[&["install", RELEASE, CHART], &server[..], &rendered_by, &EASTWEST].concat());
        helm.env("SKAFFOLD_CMDLINE", line);
        output(helm)
    };
    // Without the variable nothing comes out, and Helm is content with that.
    let empty = install("");
    if !empty.status.success() {
        return fail(format!("the stand-in shows nothing\n{}", shown(&empty)));
    }
    let refused = install("filter --kube-context kind --post-renderer istio-alb");
    let message = String::from_utf8_lossy(&refused.stderr);
    if refused.status.success() || !message.contains("istio-alb: error: ") { fail(shown(&refused)) } else { Ok(()) }
}

fn install_plugin(helm: &Helm, source: &Path, more: &[&str]) -> Outcome {
    let done = output(helm.run(&[&["plugin", "install", source.to_str().unwrap()], more].concat()));
    if done.status.success() { Ok(()) } else { fail(shown(&done)) }
}

fn plugin_from_folder(tool: Tool) -> Outcome {
    let helm = Helm::bare(tool);
    let folder = helm.path().join("istio alb"); // any name, even with a blank
    stage_plugin(&folder);
    install_plugin(&helm, &folder, &[])?;
    check(&output(helm.run(&[&["template", RELEASE, CHART], &OURS[..]].concat())))
}

/// The repository itself, as `helm plugin install .` takes it; its binary need not be there to be listed.
fn plugin_loads(tool: Tool) -> Outcome {
    let helm = Helm::bare(tool);
    install_plugin(&helm, project(), &[])?;
    let listed = output(helm.run(&["plugin", "list"]));
    let text = String::from_utf8_lossy(&listed.stdout);
    let line = text.lines().find(|line| line.starts_with("istio-alb")).unwrap_or_default();
    let complaint = !listed.stderr.is_empty();
    if !line.contains(env!("CARGO_PKG_VERSION")) || !line.contains("postrenderer/v1") || complaint {
        return fail(shown(&listed));
    }
    Ok(())
}

/// The package that a release ships, here with this machine's binary only.
fn plugin_from_package(tool: Tool) -> Outcome {
    let helm = Helm::bare(tool);
    let place = helm.path().join("binaries").join(platform());
    std::fs::create_dir_all(&place).unwrap();
    std::fs::copy(support::binary(), place.join("istio-alb")).unwrap();
    let mut pack = support::command(project().join("deploy/package-plugin.sh"), project());
    pack.args(["--partial", "--from"]).arg(helm.path().join("binaries")).arg("--to").arg(helm.path());
    let packed = output(pack);
    if !packed.status.success() {
        return fail(shown(&packed));
    }
    let package = helm.path().join(format!("istio-alb-{}.tgz", env!("CARGO_PKG_VERSION")));
    install_plugin(&helm, &package, &["--verify=false"])?;
    check(&output(helm.run(&[&["template", RELEASE, CHART], &OURS[..]].concat())))
}

fn same_version() -> Outcome {
    let plugin = contract::parse(&std::fs::read(project().join("plugin.yaml")).unwrap())?;
    if plugin["version"] != env!("CARGO_PKG_VERSION") {
        return fail(format!("plugin.yaml says {}, Cargo.toml {}", plugin["version"], env!("CARGO_PKG_VERSION")));
    }
    Ok(())
}
