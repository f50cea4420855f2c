//! Real kustomize: the program as a KRM function, as one of kustomize's older plugins, and the exported component.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use libtest_mimic::{Arguments, Trial};
use serde_json::Value;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Output;
use support::hosts::{FUNCTIONS, build, building, fails, folder, good, one, same, transformer};
use support::tools::{Need, Tool, gated};
use support::{Outcome, binary, contract, copy_folder, fail, filter, project, shown};

const GATEWAY: &str = "istio-ingressgateway";
const INGRESS: &str = "common-external-ingress";

/// The configuration as functionConfig of our own kind, and of a ConfigMap.
const OWN_KIND: &str = "\
apiVersion: istio-alb.dev/v1alpha1
kind: AlbGateway
metadata:
  name: istio-alb
  annotations:
    config.kubernetes.io/function: |
      exec: {path: istio-alb}
spec:
  service: {nodePorts: {status-port: 30021}}
  ingress: {scheme: internal, healthCheck: {port: 30021}}
";
const CONFIG_MAP: &str = "\
apiVersion: v1
kind: ConfigMap
metadata:
  name: istio-alb
  annotations:
    config.kubernetes.io/function: |
      exec: {path: istio-alb}
data:
  service.nodePorts.status-port: \"30021\"
  ingress.scheme: internal
  ingress.healthCheck.port: \"30021\"
";
/// The same for the filter.
const SAME: [&str; 6] =
    ["--scheme", "internal", "--set", "service.nodePorts.status-port=30021", "--set", "ingress.healthCheck.port=30021"];

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    let mut add = |name: &str, needs: &[Tool], test: fn() -> Outcome| {
        let needs = needs.iter().copied().map(Need::Tool).collect();
        trials.push(gated(name, needs, test));
    };
    let kustomize = [Tool::Kustomize];
    add("a function of our own kind", &kustomize, || function(OWN_KIND));
    add("a function of a ConfigMap", &kustomize, || function(CONFIG_MAP));
    add("a function with helmCharts", &[Tool::Kustomize, Tool::Helm4], with_charts);
    add("a function twice", &kustomize, function_twice);
    add("a function beside transformers", &kustomize, beside_transformers);
    add("a function with a field that there is not", &kustomize, unknown_field);
    add("a function without a gateway", &kustomize, no_gateway);
    add("a function is refused", &kustomize, refused);
    add("what a function gets and gives", &kustomize, exchange);
    add("an older plugin", &kustomize, older_plugin);
    add("the component", &kustomize, component);
    add("the component with helmCharts", &[Tool::Kustomize, Tool::Helm4], component_with_charts);
    add("the component under transformers", &kustomize, component_under_transformers);
    for (name, change, expected) in VARIANTS {
        add_variant(&mut trials, name, change, expected);
    }
    libtest_mimic::run(&arguments, trials).exit_if_failed();
}

/// What Helm rendered of our own chart in a case.
fn render(case: &str) -> Vec<u8> {
    std::fs::read(project().join("chart-fixtures/cases").join(case).join("input.yaml")).unwrap()
}

/// Service and Ingress are those of the filter, everything else is what kustomize makes of it without us.
fn as_the_filter(render: &[u8], arguments: &[&str], found: &[Value]) -> Outcome {
    let empty = tempfile::tempdir().unwrap();
    let expected = good(filter(empty.path(), arguments, render))?;
    for (kind, name) in [("Service", GATEWAY), ("Ingress", INGRESS)] {
        same(one(&expected, kind, name)?, one(found, kind, name)?, kind)?;
    }
    let alone = good(build(folder(render, "resources: [render.yaml]\n").path(), &[]))?;
    let other = |objects: &[Value]| -> Vec<Value> {
        let others = objects.iter().filter(|object| !matches!(object["kind"].as_str(), Some("Service" | "Ingress")));
        others.cloned().collect()
    };
    if other(&alone) == other(found) {
        Ok(())
    } else {
        fail(format!("other objects differ: {:#?}\n{:#?}", other(&alone), other(found)))
    }
}

fn function(config: &str) -> Outcome {
    for case in ["helm3-nlb-external", "helm4-nlb-internal-allowlist", "helm3-default"] {
        let render = render(case);
        let built = good(build(folder(&render, &transformer(config)).path(), &FUNCTIONS))?;
        as_the_filter(&render, &SAME, &built)?;
    }
    Ok(())
}

/// On its own output, as components can have it.
fn function_twice() -> Outcome {
    let render = render("helm3-nlb-external");
    let first = build(folder(&render, &transformer(OWN_KIND)).path(), &FUNCTIONS);
    let second = build(folder(&first.stdout, &transformer(OWN_KIND)).path(), &FUNCTIONS);
    let config = OWN_KIND.replace("name: istio-alb\n", "name: once-more\n");
    let both = transformer(OWN_KIND) + transformer(&config).split_once("transformers:\n").unwrap().1;
    let both = build(folder(&render, &both).path(), &FUNCTIONS);
    for again in [second, both] {
        if !again.status.success() || again.stdout != first.stdout {
            return fail(format!("{}\n{}", shown(&first), shown(&again)));
        }
    }
    Ok(())
}

/// kustomize with Helm 4 as `helm`, and our chart in its folder of charts.
fn charts(kustomization: &str, more: impl Fn(&Path), flags: &[&str]) -> Output {
    let charts = format!(
        "helmCharts:\n- name: gateway\n  releaseName: {GATEWAY}\n  namespace: istio-system\n  valuesFile: values.yaml\n{kustomization}"
    );
    let folder = folder(b"", &charts);
    std::fs::remove_file(folder.path().join("render.yaml")).unwrap();
    copy_folder(&project().join("chart-fixtures/gateway"), &folder.path().join("charts/gateway"));
    std::fs::copy(
        project().join("chart-fixtures/cases/helm4-nlb-external/values.yaml"),
        folder.path().join("values.yaml"),
    )
    .unwrap();
    more(folder.path());
    let helm = Tool::Helm4.path();
    let flags = [flags, &["--enable-helm", "--helm-command", helm.to_str().unwrap()]].concat();
    build(folder.path(), &flags)
}

fn with_charts() -> Outcome {
    let transformers = transformer(OWN_KIND).replace("resources: [render.yaml]\n", "");
    let built = good(charts(&transformers, |_| {}, &FUNCTIONS))?;
    as_the_filter(&render("helm3-nlb-external"), &SAME, &built)
}

/// The function sees the Service as the transformers left it, and its Ingress follows.
fn beside_transformers() -> Outcome {
    let kustomization =
        transformer(OWN_KIND) + "namespace: edge\nnamePrefix: public-\nlabels: [{pairs: {team: net}}]\n";
    let built = good(build(folder(&render("helm3-default"), &kustomization).path(), &FUNCTIONS))?;
    let ingress = one(&built, "Ingress", INGRESS)?;
    let backend = &ingress["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]["name"];
    let service = one(&built, "Service", backend.as_str().unwrap())?;
    let namespace = |object: &Value| object["metadata"]["namespace"].clone();
    assert_eq!((backend.as_str(), namespace(ingress)), (Some("public-istio-ingressgateway"), "edge".into()));
    assert_eq!(namespace(service), "edge");
    Ok(())
}

fn unknown_field() -> Outcome {
    for config in [OWN_KIND.replace("scheme:", "sheme:"), CONFIG_MAP.replace("ingress.scheme:", "ingress.sheme:")] {
        let output = build(folder(&render("helm3-default"), &transformer(&config)).path(), &FUNCTIONS);
        fails(&output, "istio-alb: error: functionConfig")?;
        fails(&output, "sheme")?;
    }
    Ok(())
}

fn no_gateway() -> Outcome {
    let output = build(folder(&render("helm3-none"), &transformer(OWN_KIND)).path(), &FUNCTIONS);
    fails(&output, "istio-alb: error: no gateway Service found")
}

fn refused() -> Outcome {
    let config = OWN_KIND.replace("spec:\n", "spec:\n  findings: {deny: [ALB036]}\n");
    let output = build(folder(&render("helm3-default"), &transformer(&config)).path(), &FUNCTIONS);
    fails(&output, "istio-alb: error[ALB036]: ")
}

/// The lists themselves, recorded between kustomize and the program.
fn exchange() -> Outcome {
    let (sent, given) = recorded(OWN_KIND)?;
    let (sent_items, items) = (items(&sent), items(&given));
    assert_eq!((&sent["apiVersion"], &sent["kind"]), (&given["apiVersion"], &given["kind"]));
    assert_eq!(sent["functionConfig"], given["functionConfig"]);
    assert_eq!(items.len(), sent_items.len() + 1);
    for (before, after) in sent_items.iter().zip(items) {
        let (before, after) = (&before["metadata"], &after["metadata"]);
        let notes = |metadata: &Value| -> Vec<(String, Value)> {
            let annotations = metadata["annotations"].as_object().unwrap().clone();
            annotations.into_iter().filter(|(key, _)| key.contains("config.k")).collect()
        };
        assert_eq!(before["name"], after["name"]);
        assert!(notes(before).len() > 2);
        assert_eq!(notes(before), notes(after));
    }
    let ingress = items.last().unwrap();
    let own = ingress["metadata"]["annotations"].as_object().unwrap();
    assert_eq!(ingress["metadata"]["name"], INGRESS);
    assert!(own.keys().all(|key| key.starts_with("alb.") || key == "kubernetes.io/ingress.class"));
    let results = given["results"].as_array().unwrap();
    assert!(results.iter().any(|result| result["severity"] == "info"));
    for result in results {
        assert!(result["message"].as_str().unwrap().starts_with("ALB"));
        assert_eq!(result["resourceRef"]["namespace"], "istio-system");
    }

    Ok(())
}

fn items(list: &Value) -> &[Value] {
    list["items"].as_array().unwrap()
}

/// What kustomize sent and what it was given, while `record.sh` stood in for the program.
fn recorded(config: &str) -> Result<(Value, Value), String> {
    let folder =
        folder(&render("helm3-nlb-external"), &transformer(&config.replace("path: istio-alb", "path: ./recorder")));
    symlink(project().join("tests/tools/record.sh"), folder.path().join("recorder")).unwrap();
    let mut kustomize = building(folder.path(), &FUNCTIONS);
    kustomize.env("RECORD_FOLDER", folder.path()).env("RECORDED_PROGRAM", binary());
    kustomize.output().unwrap();
    let list = |name| contract::parse(&std::fs::read(folder.path().join(name)).unwrap());
    Ok((list("in")?, list("out")?))
}

/// With a path for its argument, a plain stream on stdin, and the only kind of plugin that `kubectl kustomize` runs.
fn older_plugin() -> Outcome {
    let render = render("helm3-nlb-external");
    let config =
        OWN_KIND.replace("  annotations:\n    config.kubernetes.io/function: |\n      exec: {path: istio-alb}\n", "");
    let place = |folder: &Path| {
        let plugin = folder.join(".config/kustomize/plugin/istio-alb.dev/v1alpha1/albgateway");
        std::fs::create_dir_all(&plugin).unwrap();
        symlink(binary(), plugin.join("AlbGateway")).unwrap();
    };
    let right = folder(&render, &transformer(&config));
    place(right.path());
    as_the_filter(&render, &SAME, &good(build(right.path(), &FUNCTIONS[..1]))?)?;
    let wrong = folder(&render, &transformer(&config.replace("scheme", "sheme")));
    place(wrong.path());
    fails(&build(wrong.path(), &FUNCTIONS[..1]), "sheme")
}

/// A kustomization that includes the exported component.
fn including(render: &[u8], exported_from: &[u8], more: &str) -> Result<tempfile::TempDir, String> {
    let folder = folder(render, &format!("resources: [render.yaml]\ncomponents: [alb]\n{more}"));
    export(folder.path(), exported_from)?;
    Ok(folder)
}

fn export(folder: &Path, render: &[u8]) -> Result<(), String> {
    let arguments = [&["export", "kustomize", "--output", "alb"], &SAME[..]].concat();
    let output = filter(folder, &arguments, render);
    if output.status.success() && output.stdout.is_empty() { Ok(()) } else { Err(shown(&output)) }
}

fn component() -> Outcome {
    for case in ["helm3-default", "helm4-nlb-external", "helm3-nlb-internal-allowlist", "helm4-extra-ports"] {
        let render = render(case);
        let built = good(build(including(&render, &render, "")?.path(), &[]))?;
        as_the_filter(&render, &SAME, &built)?;
    }
    Ok(())
}

fn component_with_charts() -> Outcome {
    let render = render("helm3-nlb-external");
    let built = good(charts("components: [alb]\n", |folder| export(folder, &render).unwrap(), &[]))?;
    as_the_filter(&render, &SAME, &built)
}

/// Unlike a function's, its Ingress gets what the including kustomization asks for.
fn component_under_transformers() -> Outcome {
    let render = render("helm3-default");
    let more = "namespace: edge\nnamePrefix: public-\nlabels: [{pairs: {team: net}}]\n";
    let built = good(build(including(&render, &render, more)?.path(), &[]))?;
    let ingress = one(&built, "Ingress", "public-common-external-ingress")?;
    let backend = &ingress["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]["name"];
    assert_eq!(backend, "public-istio-ingressgateway");
    assert_eq!(ingress["metadata"]["namespace"], "edge");
    assert_eq!(ingress["metadata"]["labels"]["team"], "net");
    Ok(())
}

/// What becomes of a component on another render than the one it was exported from.
enum Then {
    /// What the filter makes of that render.
    Same,
    /// A failure that says this.
    Fails(&'static str),
}

type Variant = (&'static str, fn(String) -> String, Then);

const VARIANTS: [Variant; 12] = [
    ("without an annotations map", |text| text.replacen("  annotations:\n    {}\n", "", 5), Then::Same),
    ("with annotations of an NLB", |text| nlb(&text), Then::Same),
    (
        "with annotations of a Classic ELB",
        |text| annotated(&text, "aws-load-balancer-connection-draining-enabled: \"true\""),
        Then::Same,
    ),
    (
        "with attributes of a port",
        |text| annotated(&text, "aws-load-balancer-target-group-attributes.443: a=b"),
        Then::Same,
    ),
    ("without protocols", |text| text.replace("      protocol: TCP\n      targetPort", "      targetPort"), Then::Same),
    (
        "with load balancer fields",
        |text| {
            text.replace(
                "  type: LoadBalancer\n",
                "  type: LoadBalancer\n  loadBalancerClass: x\n  allocateLoadBalancerNodePorts: false\n",
            )
        },
        Then::Same,
    ),
    (
        "with a renumbered port",
        |text| text.replace("      port: 80\n", "      port: 8080\n"),
        Then::Fails("testing value /spec/ports/1/port failed"),
    ),
    (
        "with a renamed port",
        |text| text.replace("name: https\n", "name: tls\n"),
        Then::Fails("testing value /spec/ports/2/name failed"),
    ),
    (
        "with an allow-list that it had not",
        |text| {
            text.replace("  type: LoadBalancer\n", "  type: LoadBalancer\n  loadBalancerSourceRanges: [10.0.0.0/8]\n")
        },
        Then::Fails("testing value /spec/loadBalancerSourceRanges failed"),
    ),
    (
        "with an allow-list as an annotation",
        |text| annotated(&text, "load-balancer-source-ranges: 10.0.0.0/8"),
        Then::Fails("beta.kubernetes.io~1load-balancer-source-ranges failed"),
    ),
    (
        "of another name",
        |text| text.replace("  name: istio-ingressgateway\n", "  name: other\n"),
        Then::Fails("no resource matches strategic merge patch"),
    ),
    (
        "in another namespace",
        |text| text.replace("namespace: istio-system", "namespace: other"),
        Then::Fails("no resource matches strategic merge patch"),
    ),
];

fn add_variant(trials: &mut Vec<Trial>, name: &str, change: fn(String) -> String, expected: Then) {
    let test = move || {
        let render = render("helm3-default");
        let other = change(String::from_utf8(render.clone()).unwrap()).into_bytes();
        if other == render {
            return fail("the variant is none");
        }
        let output = build(including(&other, &render, "")?.path(), &[]);
        match expected {
            Then::Same => as_the_filter(&other, &SAME, &good(output)?),
            Then::Fails(message) => fails(&output, message),
        }
    };
    trials.push(gated(format!("the component on a Service {name}"), vec![Need::Tool(Tool::Kustomize)], test));
}

fn annotated(text: &str, line: &str) -> String {
    text.replace(
        "  annotations:\n    {}\nspec:\n  type: LoadBalancer",
        &format!("  annotations:\n    service.beta.kubernetes.io/{line}\nspec:\n  type: LoadBalancer"),
    )
}

fn nlb(text: &str) -> String {
    annotated(
        text,
        "aws-load-balancer-type: external\n    service.beta.kubernetes.io/aws-load-balancer-scheme: internal\n    example.com/owner: \"007\"",
    )
}
