//! Flux's own code: exported post-renderers on every release of Istio's chart, the exported component as Flux builds it, and
//! placeholders through its substitution, which types every value anew.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use libtest_mimic::{Arguments, Trial};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Output;
use support::charts::{self, releases};
use support::flux::{apply, export, post_build, post_render};
use support::helm::Helm;
use support::hosts::{fails, good, objects, one, same, write};
use support::tools::{Need, Tool, gated};
use support::{Outcome, fail, filter, project, shown};

const GATEWAY: &str = "istio-ingressgateway";
const INGRESS: &str = "common-external-ingress";

/// Values, by the case that holds them, with which a render has a gateway.
const VALUES: [&str; 5] = ["default", "nlb-external", "nlb-internal-allowlist", "extra-ports", "clusterip"];

/// A HelmRelease as a person writes it.
const RELEASE: &str = "\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: istio-ingressgateway, namespace: istio-system}
spec:
  interval: 10m
  chart:
    spec: {chart: gateway, sourceRef: {kind: HelmRepository, name: istio}}
";

/// Every kind of field that may hold a placeholder.
const PLACEHOLDERS: &str = "\
apiVersion: istio-alb.dev/v1alpha1
kind: AlbGateway
spec:
  placeholders: flux
  service:
    nodePorts: {status-port: \"${STATUS}\", http2: \"${HTTP2:=30080}\", https: 30443}
  ingress:
    labels: {team: \"${V}\", stage: \"${STAGE:=007}\"}
    className: ${V}
    hosts: [\"${HOST}\", \"www.${DOMAIN}\"]
    tlsHosts: [\"${HOST}\"]
    paths: [{path: \"/${V}\"}]
    loadBalancerName: ${V}
    scheme: ${SCHEME:=internal}
    targetType: ${V}
    subnets: [subnet-0a1b2c3d4e5f60001, \"${V}\"]
    listenPorts: [{HTTP: 80}, {HTTPS: \"${PORT}\"}]
    certificateArns: [\"arn:aws:acm:${REGION}:${ACCOUNT}:certificate/${V}\"]
    healthCheck: {port: \"${STATUS}\", intervalSeconds: \"${V}\", successCodes: \"${V}\"}
    shieldAdvancedProtection: ${SHIELD}
    loadBalancerAttributes: {idle_timeout.timeout_seconds: \"${V}\"}
    group: {name: \"${V}\", order: \"${V}\"}
    annotations: {example.com/any: \"${V}\", example.com/other: \"it's ${OTHER:=x}\"}
";

fn main() {
    let arguments = Arguments::from_args();
    let mut trials: Vec<Trial> = Vec::new();
    for release in releases() {
        for tool in Tool::HELMS {
            for values in VALUES {
                let release = release.clone();
                let name = format!("{release}: {values} with {}", tool.name());
                let needs = vec![Need::Tool(tool), Need::Chart(release.clone()), Need::Host("flux")];
                trials.push(gated(name, needs, move || exported(&release, tool, values)));
            }
        }
    }
    let mut add = |name: &str, test: fn() -> Outcome| {
        trials.push(gated(name, vec![Need::Host("flux")], test));
    };
    add("the component beside a HelmRelease", component);
    add("the component with the Ingress in the release", component_single);
    add("a HelmRelease with post-renderers of its own", own_post_renderers);
    add("a HelmRelease of another name", other_name);
    add("a Service that is not as it was", other_service);
    add("variables that are not defined", undefined);
    add("objects that Flux would stumble over", foreign_objects);
    for value in ["30021", "true", "on", "007", "1e3", "1.10", "0x10", "null", "a: b", "a #b", "x\"y", "x\\y", "-", ""]
    {
        let test = move || filtered(value);
        let name = format!("placeholders: {value:?} through the filter");
        trials.push(gated(name, vec![Need::Host("flux")], test));
    }
    for value in ["30021", "true", "on", "007", "1e3", "1.10", "0x10", "null", "a: b", "a #b", "it's", "-", ""] {
        let test = move || in_the_release(value);
        let name = format!("placeholders: {value:?} in a release of one object");
        trials.push(gated(name, vec![Need::Host("flux")], test));
    }
    libtest_mimic::run(&arguments, trials).exit_if_failed();
}

/// What Helm rendered of our own chart in a case.
fn rendered(case: &str) -> Vec<u8> {
    std::fs::read(project().join(format!("chart-fixtures/cases/{case}/input.yaml"))).unwrap()
}

/// Service and Ingress are those of the filter.
fn as_the_filter(expected: &[u8], found: &[Value]) -> Outcome {
    let expected = objects(expected);
    for (kind, name) in [("Service", GATEWAY), ("Ingress", INGRESS)] {
        same(one(&expected, kind, name)?, one(found, kind, name)?, kind)?;
    }
    Ok(())
}

/// An export from a render, on that render, after helm-controller.
fn exported(release: &str, tool: Tool, values: &str) -> Outcome {
    let helm = Helm::recording(tool);
    charts::template(&helm, release, values)?;
    let (render, filtered) = (helm.kept("in"), helm.kept("out"));
    for how in [&[][..], &["--single"]] {
        let folder = tempfile::tempdir().unwrap();
        export(folder.path(), how, &render)?;
        let (applied, beside) = apply(folder.path(), &render);
        let mut found = good(applied)?;
        let alone = good(post_render(RELEASE.as_bytes(), &render))?;
        // The origin that Flux notes is that of the HelmRelease, which has the same name in both.
        for object in alone.iter().filter(|object| object["kind"] != "Service") {
            let (kind, name) = (&object["kind"], &object["metadata"]["name"]);
            let other = one(&found, kind.as_str().unwrap(), name.as_str().unwrap())?;
            same(object, other, "another object")?;
        }
        found.extend(objects(&beside));
        as_the_filter(&filtered, &found)?;
    }
    Ok(())
}

/// A folder as Flux finds it in a repository: the HelmRelease, and the exported component beside it.
fn repository(release: &str, render: &[u8], arguments: &[&str]) -> Result<tempfile::TempDir, String> {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "release.yaml", release);
    let text = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [release.yaml]\ncomponents: [alb]\n";
    write(folder.path(), "kustomization.yaml", text);
    export(folder.path(), arguments, render)?;
    Ok(folder)
}

/// What lies in the cluster in the end: the objects of the folder but for the HelmRelease, and those of its release.
fn cluster(built: Output, render: &[u8]) -> Result<Vec<Value>, String> {
    let mut found = good(built)?;
    let at = found.iter().position(|object| object["kind"] == "HelmRelease");
    let release = found.remove(at.ok_or("no HelmRelease")?);
    assert_eq!(release["spec"]["interval"], "10m");
    found.extend(good(post_render(release.to_string().as_bytes(), render))?);
    Ok(found)
}

const NODE_PORTS: [&str; 6] = [
    "--placeholders",
    "flux",
    "--set",
    "service.nodePorts={status-port: \"${STATUS}\", http2: 30080}",
    "--set",
    "ingress.healthCheck.port=${STATUS}",
];
const NUMBERS: [&str; 4] =
    ["--set", "service.nodePorts={status-port: 30021, http2: 30080}", "--set", "ingress.healthCheck.port=30021"];

fn component() -> Outcome {
    let render = rendered("helm4-nlb-internal-allowlist");
    let expected = filter(Path::new("/"), &NUMBERS, &render).stdout;
    let folder = repository(RELEASE, &render, &NODE_PORTS)?;
    let found = cluster(post_build(folder.path(), &[("STATUS", "30021")]), &render)?;
    as_the_filter(&expected, &found)?;
    // A second export goes over the first one.
    let before = std::fs::read(folder.path().join("alb/post-renderers.yaml")).unwrap();
    export(folder.path(), &NODE_PORTS, &render)?;
    assert_eq!(std::fs::read(folder.path().join("alb/post-renderers.yaml")).unwrap(), before);
    // Over nothing else.
    let arguments = [&["export", "flux", "--output", "."], &NODE_PORTS[..]].concat();
    let output = filter(folder.path(), &arguments, &render);
    assert_eq!(output.status.code(), Some(2));
    fails(&output, "kustomization.yaml was not exported, and is not written over")
}

fn component_single() -> Outcome {
    let render = rendered("helm3-nlb-external");
    let expected = filter(Path::new("/"), &NUMBERS, &render).stdout;
    let folder = repository(RELEASE, &render, &[&["--single"], &NODE_PORTS[..]].concat())?;
    let found = cluster(post_build(folder.path(), &[("STATUS", "30021")]), &render)?;
    as_the_filter(&expected, &found)
}

fn own_post_renderers() -> Outcome {
    let release = RELEASE.to_owned() + "  postRenderers: [{kustomize: {images: [{name: a, newTag: b}]}}]\n";
    let folder = repository(&release, &rendered("helm3-default"), &[])?;
    fails(&post_build(folder.path(), &[]), "testing value /spec/postRenderers failed")
}

fn other_name() -> Outcome {
    let release =
        RELEASE.replace("name: istio-ingressgateway, namespace: istio-system", "name: gateway, namespace: flux-system");
    let render = rendered("helm3-default");
    let folder = repository(&release, &render, &[])?;
    fails(&post_build(folder.path(), &[]), "no resource matches strategic merge patch")?;
    let folder = repository(&release, &render, &["--release", "flux-system/gateway"])?;
    let found = cluster(post_build(folder.path(), &[("ANY", "")]), &render)?;
    as_the_filter(&filter::<&str>(Path::new("/"), &[], &render).stdout, &found)?;
    let folder = repository(&release.replace(", namespace: flux-system", ""), &render, &["--release", "gateway"])?;
    good(post_build(folder.path(), &[])).map(|_| ()).map_err(Into::into)
}

fn other_service() -> Outcome {
    let render = String::from_utf8(rendered("helm3-default")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    export(folder.path(), &[], render.as_bytes())?;
    for (other, message) in [
        (render.replace("      port: 80\n", "      port: 8080\n"), "testing value /spec/ports/1/port failed"),
        (render.replace("namespace: istio-system", "namespace: edge"), "no resource matches strategic merge patch"),
        (
            annotated(&render, "service.beta.kubernetes.io/aws-load-balancer-scheme: internal"),
            "beta.kubernetes.io~1aws-load-balancer-scheme failed",
        ),
        (
            annotated(&render, "alb.ingress.kubernetes.io/inbound-cidrs: 10.0.0.0/8"),
            "alb.ingress.kubernetes.io~1inbound-cidrs failed",
        ),
        (allowing(&render, "10.0.0.0/8"), "testing value /spec/loadBalancerSourceRanges failed"),
    ] {
        assert_ne!(other, render);
        fails(&apply(folder.path(), other.as_bytes()).0, message)?;
    }
    // Also while both load balancers serve, and where there was another allow-list.
    let (before, after) = (allowing(&render, "10.0.0.0/8"), allowing(&render, "10.9.0.0/16"));
    export(folder.path(), &["--phase", "attach", "--scheme", "internet-facing"], before.as_bytes())?;
    good(apply(folder.path(), before.as_bytes()).0)?;
    fails(&apply(folder.path(), after.as_bytes()).0, "testing value /spec/loadBalancerSourceRanges failed")?;
    // What the configuration says is not asked of the Service.
    let said = ["--scheme", "internal", "--inbound-cidrs", "10.0.0.0/8"];
    export(folder.path(), &said, render.as_bytes())?;
    let internal = "service.beta.kubernetes.io/aws-load-balancer-scheme: internal";
    for other in [annotated(&render, internal), after] {
        good(apply(folder.path(), other.as_bytes()).0)?;
    }
    Ok(())
}

/// A render whose Service has this annotation.
fn annotated(render: &str, annotation: &str) -> String {
    render.replace(
        "  annotations:\n    {}\nspec:\n  type: LoadBalancer",
        &format!("  annotations:\n    {annotation}\nspec:\n  type: LoadBalancer"),
    )
}

/// A render with an allow-list.
fn allowing(render: &str, range: &str) -> String {
    let field = format!("  type: LoadBalancer\n  loadBalancerSourceRanges: [{range}]\n");
    render.replace("  type: LoadBalancer\n", &field)
}

fn undefined() -> Outcome {
    let render = rendered("helm3-default");
    let folder = repository(RELEASE, &render, &NODE_PORTS)?;
    fails(&post_build(folder.path(), &[("OTHER", "")]), "variable not set (strict mode): \"STATUS\"")
}

/// The filter tells beforehand what Flux would fail on, and which variables it wants.
fn foreign_objects() -> Outcome {
    let script = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: script}\ndata: {run: 'echo ${HOME} ${a.b}'}\n";
    let render = [&rendered("helm3-default")[..], script.as_bytes()].concat();
    let empty = tempfile::tempdir().unwrap();
    let output = filter(empty.path(), &["--placeholders", "flux"], &render);
    assert_eq!(output.status.code(), Some(1));
    fails(&output, "error[ALB110]: document 9, line")?;
    let allowed = filter(empty.path(), &["--placeholders", "flux", "--allow", "ALB110"], &render);
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "all.yaml", &allowed.stdout);
    fails(&post_build(folder.path(), &[("HOME", "x")]), "missing closing brace")?;

    let render = String::from_utf8(render).unwrap().replace("${a.b}", "${B:=b}");
    let output = filter(empty.path(), &["--placeholders", "flux", "--scheme", "${SCHEME}"], render.as_bytes());
    let said = String::from_utf8(output.stderr.clone()).unwrap();
    let notes = "istio-alb: note: Flux fills in HOME, SCHEME\n  help: define them below spec.postBuild of the Kustomization\n\
                 istio-alb: note: Flux fills in B\n  help: they have a default, and may be left undefined\n";
    if said.ends_with(notes) { Ok(()) } else { fail(shown(&output)) }
}

/// The variables of [`PLACEHOLDERS`], with this value for those that can be anything.
fn variables(value: &str) -> Vec<(&'static str, &str)> {
    vec![
        ("V", value),
        ("STATUS", "30021"),
        ("HOST", "a.example.com"),
        ("DOMAIN", "example.com"),
        ("PORT", "8443"),
        ("REGION", "eu-central-1"),
        ("ACCOUNT", "111122223333"),
        ("SHIELD", "true"),
    ]
}

/// What the Ingress must be with these variables.
fn expected(value: &str) -> Value {
    let backend = json!({"service": {"name": GATEWAY, "port": {"number": 443}}});
    let rule = |host: &str| json!({"host": host, "http": {"paths": [{"path": format!("/{value}"), "pathType": "Prefix", "backend": backend}]}});
    json!({
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {
            "name": INGRESS,
            "namespace": "istio-system",
            "labels": {"app": INGRESS, "team": value, "stage": "007"},
            "annotations": {
                "kubernetes.io/ingress.class": value,
                "alb.ingress.kubernetes.io/load-balancer-name": value,
                "alb.ingress.kubernetes.io/target-type": value,
                "alb.ingress.kubernetes.io/subnets": format!("subnet-0a1b2c3d4e5f60001,{value}"),
                "alb.ingress.kubernetes.io/scheme": "internal",
                "alb.ingress.kubernetes.io/group.name": value,
                "alb.ingress.kubernetes.io/group.order": value,
                "alb.ingress.kubernetes.io/listen-ports": "[{\"HTTP\": 80}, {\"HTTPS\": 8443}]",
                "alb.ingress.kubernetes.io/ssl-redirect": "8443",
                "alb.ingress.kubernetes.io/certificate-arn": format!("arn:aws:acm:eu-central-1:111122223333:certificate/{value}"),
                "alb.ingress.kubernetes.io/ssl-policy": "ELBSecurityPolicy-TLS13-1-2-2021-06",
                "alb.ingress.kubernetes.io/backend-protocol": "HTTPS",
                "alb.ingress.kubernetes.io/healthcheck-protocol": "HTTP",
                "alb.ingress.kubernetes.io/healthcheck-path": "/healthz/ready",
                "alb.ingress.kubernetes.io/healthcheck-port": "30021",
                "alb.ingress.kubernetes.io/healthcheck-interval-seconds": value,
                "alb.ingress.kubernetes.io/success-codes": value,
                "alb.ingress.kubernetes.io/shield-advanced-protection": "true",
                "alb.ingress.kubernetes.io/load-balancer-attributes": format!("idle_timeout.timeout_seconds={value}"),
                "example.com/any": value,
                "example.com/other": "it's x",
            },
        },
        "spec": {"tls": [{"hosts": ["a.example.com"]}], "rules": [rule("a.example.com"), rule("www.example.com")]},
    })
}

fn check(found: &[Value], value: &str) -> Outcome {
    same(&expected(value), one(found, "Ingress", INGRESS)?, "the Ingress")?;
    let ports = one(found, "Service", GATEWAY)?["spec"]["ports"].clone();
    let node_ports: Vec<&Value> = ports.as_array().unwrap().iter().map(|port| &port["nodePort"]).collect();
    assert_eq!(node_ports, [30021, 30080, 30443]);
    Ok(())
}

/// Rendered, filtered, committed, built by Flux. Before that: filtered once more, with and without the configuration.
fn filtered(value: &str) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "istio-alb.yaml", PLACEHOLDERS);
    for case in ["helm3-default", "helm4-nlb-external", "list-json", "crlf"] {
        let render = rendered(case);
        let once = filter::<&str>(folder.path(), &[], &render);
        if !once.status.success() {
            return fail(shown(&once));
        }
        let empty = tempfile::tempdir().unwrap();
        let twice = [
            filter::<&str>(folder.path(), &[], &once.stdout),
            filter(empty.path(), &["--placeholders", "flux"], &once.stdout),
        ];
        for again in twice {
            assert_eq!(String::from_utf8(again.stdout).unwrap(), String::from_utf8(once.stdout.clone()).unwrap());
        }
        let deployed = tempfile::tempdir().unwrap();
        write(deployed.path(), "gateway.yaml", &once.stdout);
        check(&good(post_build(deployed.path(), &variables(value)))?, value)?;
    }
    Ok(())
}

/// In the text of a patch, quotes stay where they are.
fn in_the_release(value: &str) -> Outcome {
    let render = rendered("helm4-default");
    let outside = tempfile::tempdir().unwrap();
    write(outside.path(), "placeholders.yaml", PLACEHOLDERS);
    let config = outside.path().join("placeholders.yaml");
    let config = ["--config", config.to_str().unwrap()];
    for how in [&["--single"][..], &[]] {
        let folder = repository(RELEASE, &render, &[how, &config].concat())?;
        let value = if how.is_empty() { value.trim_matches('\'').split('\'').next().unwrap() } else { value };
        let found = cluster(post_build(folder.path(), &variables(value)), &render)?;
        check(&found, value)?;
    }
    Ok(())
}
