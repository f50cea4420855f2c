//! The configurations that we show to people: those in `examples/` and in the documentation load, and what the JSON Schema
//! says about them agrees with what the program says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use istio_alb::cli::ShowFormat;
use istio_alb::cli::commands;
use istio_alb::config::{self, Files, Options, Settings};
use istio_alb::error::Error;
use istio_alb::lint::REGISTRY;
use istio_alb::output::sources::Sources;
use manifest_yaml::Tree;
use serde_json::Value;
use std::io;
use std::path::{Path, PathBuf};

/// A file system with one file; without any where that is empty.
struct One<'t>(&'t str);

impl Files for One<'_> {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        assert_eq!(path, Path::new(config::DEFAULT_FILE));
        if self.0.is_empty() {
            return Err(io::ErrorKind::NotFound.into());
        }
        Ok(self.0.as_bytes().to_vec())
    }

    fn follow(&self, path: &Path) -> io::Result<PathBuf> {
        Ok(path.to_owned())
    }
}

fn resolve(text: &str) -> Result<Vec<Settings>, Error> {
    config::resolve(&Options::default(), &[], &One(text), None, REGISTRY)
}

fn file(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The documents of a configuration as JSON.
fn documents(text: &str) -> Vec<serde_json::Value> {
    let parts = text.split("\n---\n");
    parts.map(|part| Tree::parse(part).unwrap().value().unwrap()).collect()
}

fn examples() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            found.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
        }
    }
    assert!(found.len() >= 2);
    found
}

/// The fenced blocks of YAML in the documentation.
fn blocks() -> Vec<String> {
    let page = file("docs/configuration.md");
    let blocks = page.split("```yaml\n").skip(1);
    let found: Vec<_> = blocks.map(|rest| rest.split("```").next().unwrap().to_owned()).collect();
    assert!(found.len() >= 3);
    found
}

#[test]
fn what_we_show_loads() {
    for text in examples().into_iter().map(|(_, text)| text).chain(blocks()) {
        if let Err(error) = resolve(&text) {
            panic!("{error}\n{text}");
        }
    }
}

#[test]
fn examples_name_their_schema_for_editors() {
    for (path, text) in examples() {
        let modeline = "# yaml-language-server: $schema=../docs/istio-alb.schema.json\n";
        assert!(text.starts_with(modeline), "{path}");
    }
}

#[test]
fn the_schema_accepts_what_we_show() {
    let schema = jsonschema::draft7::new(&config::schema::schema()).unwrap();
    for text in examples().into_iter().map(|(_, text)| text).chain(blocks()) {
        for document in documents(&text) {
            if document["kind"] == "AlbGateway" {
                let errors: Vec<_> = schema.iter_errors(&document).map(|error| error.to_string()).collect();
                assert_eq!(errors, [""; 0], "{text}");
            }
        }
    }
}

/// What a type decides, the schema decides alike: an editor marks what the program would refuse, and nothing else.
#[test]
fn the_schema_and_the_program_agree_about_types() {
    let schema = jsonschema::draft7::new(&config::schema::schema()).unwrap();
    let specs = [
        ("phase: attach", true),
        ("phase: detach", false),
        ("phase: null", true),
        ("gateway:", true),
        ("gateway: {selector: {a: 1}}", true),
        ("gateway: {selector: {a: null}}", false),
        ("service: {type: ClusterIP}\n  ingress: {targetType: ip}", true),
        ("service: {nodePorts: {https: 30443}}", true),
        ("service: {nodePorts: {https: high}}", false),
        ("ingress: null", true),
        ("ingress: {scheme: null}", true),
        ("ingress: {scheme: public}", false),
        ("ingress: {subnets: [a, b]}", true),
        ("ingress: {subnets: a}", false),
        ("ingress: {subnets: [1]}", false),
        ("ingress: {healthCheck: null, group: null, labels: null}", true),
        ("ingress: {healthCheck: {port: 30021, successCodes: 200}}", true),
        ("ingress: {healthCheck: {interval: 15}}", false),
        ("ingress: {healthCheck: {intervalSeconds: '15'}}", false),
        ("ingress: {listenPorts: [{HTTP: 80}, {HTTPS: 443}]}", true),
        ("ingress: {listenPorts: [{HTTP: 80, HTTPS: 443}]}", false),
        ("ingress: {listenPorts: [{}]}", false),
        ("ingress: {listenPorts: [{TCP: 80}]}", false),
        ("ingress: {redirectToHttps: true}", true),
        ("ingress: {redirectToHttps: {via: action}}", true),
        ("ingress: {redirectToHttps: {via: rule}}", false),
        ("ingress: {redirectToHttps: yes please}", false),
        ("ingress: {backendPort: https}", true),
        ("ingress: {backendPort: 1.5}", false),
        ("ingress: {paths: [{path: /}]}", true),
        ("ingress: {paths: [{pathType: Exact}]}", false),
        ("ingress: {tags: {a: b, c: 1, d: true, e: null}}", true),
        ("ingress: {tags: [a]}", false),
        ("ingress: {annotations: {example.com/a: [1]}}", false),
        ("findings: {allow: [ALB006]}", true),
        ("findings: {ignore: [ALB006]}", false),
        ("controllerVersion: 3.5", true),
        ("eksAutoMode: 1", false),
        ("placeholders: flux\n  ingress: {scheme: '${SCHEME}', group: {order: '${ORDER}'}}", true),
        ("colour: red", false),
    ];
    for (spec, right) in specs {
        let text = format!("apiVersion: istio-alb.dev/v1alpha1\nkind: AlbGateway\nspec:\n  {spec}\n");
        let document = Tree::parse(&text).unwrap().value().unwrap();
        assert_eq!(resolve(&text).is_ok(), right, "the program: {spec}");
        assert_eq!(schema.is_valid(&document), right, "the schema: {spec}");
    }
}

/// Another YAML reader, and serde's own way from text to types, see the same in a configuration without ambiguities.
#[test]
fn another_reader_sees_the_same() {
    let text = "\
phase: attach
carryOver: false
gateway: {name: gw, namespace: istio-system, selector: {istio: ingressgateway}, ifMissing: pass}
service: {type: NodePort, nodePorts: {status-port: 30021}, extraPorts: drop, keepAnnotations: [example.com/a]}
ingress:
  name: a
  labels: {app: b}
  className: alb
  classAs: annotation
  hosts: [shop.example.com]
  paths: [{path: /, pathType: Prefix}, {path: /a}]
  tlsHosts: [shop.example.com]
  backendPort: 443
  loadBalancerName: my-alb
  scheme: internal
  targetType: ip
  subnets: [subnet-a, subnet-b]
  listenPorts: [{HTTP: 80}, {HTTPS: 443}]
  redirectToHttps: {via: action}
  certificateArns: ['arn:aws:acm:eu-central-1:111122223333:certificate/1']
  sslPolicy: null
  backendProtocol: HTTPS
  healthCheck: {port: status-port, protocol: HTTP, path: /healthz/ready, intervalSeconds: 15, successCodes: '200'}
  shieldAdvancedProtection: true
  loadBalancerAttributes: {idle_timeout.timeout_seconds: '120', access_logs.s3.enabled: null}
  tags: null
  securityGroups: [sg-1]
  ipAddressType: dualstack
  group: {name: edge, order: 900}
  annotations: {example.com/a: b}
findings: {allow: [ALB006], warn: [ALB001], deny: [ALB024]}
controllerVersion: '3.5'
eksAutoMode: true
placeholders: none
";
    let indented = text.lines().map(|line| format!("  {line}\n")).collect::<String>();
    let file = format!("apiVersion: istio-alb.dev/v1alpha1\nkind: AlbGateway\nspec:\n{indented}");
    // By way of JSON, since serde_yaml writes `{HTTP: 80}` as a tag.
    let value: serde_json::Value = serde_yaml::from_str(text).unwrap();
    let theirs: config::Spec = serde_json::from_value(value).unwrap();
    assert_eq!(resolve(&file).unwrap()[0].spec, theirs);
}

/// What `show` tells of a render.
/// What the controller builds; what is found of it differs, since settings stand elsewhere.
fn shown(render: &str, settings: &[Settings]) -> Value {
    let printed = commands::show(&Sources::stdin(render.to_owned()), settings, ShowFormat::Json, false);
    let mut shown: Value = serde_json::from_str(&printed.unwrap().output).unwrap();
    shown.as_object_mut().unwrap().remove("findings");
    shown
}

#[test]
fn init_writes_down_what_is_built_without_it() {
    let mut with_values = 0;
    for case in [
        "annotation-block-scalar",
        "annotation-wrapped",
        "alb-annotations-on-the-service",
        "helm3-default",
        "helm3-two-gateways",
        "helm4-nlb-external",
        "helm4-nlb-internal-allowlist",
        "helm3-gateway-api",
    ] {
        let render = file(&format!("chart-fixtures/cases/{case}/input.yaml"));
        // What several gateways have of their own is in no render.
        let settings = match case {
            "helm3-two-gateways" => resolve(&file(&format!("chart-fixtures/cases/{case}/istio-alb.yaml"))).unwrap(),
            _ => resolve("").unwrap(),
        };
        let written = commands::init(Some(&render), &settings).unwrap().output;
        // Else it would be carried over whether it is written down or not.
        let written = written.replace("#carryOver: true", "carryOver: false");
        let read = resolve(&written).unwrap_or_else(|error| panic!("{case}: {error}\n{written}"));
        assert_eq!(shown(&render, &read), shown(&render, &settings), "{case}");
        with_values += usize::from(written.contains("\n    scheme: "));
    }
    assert!(with_values > 3);
}

/// The text of `init` for a case, without a configuration.
fn init_of(case: &str) -> String {
    let render = (!case.is_empty()).then(|| file(&format!("chart-fixtures/cases/{case}/input.yaml")));
    commands::init(render.as_deref(), &resolve("").unwrap()).unwrap().output
}

/// What is configured is in the file, over what is carried over, so that the file asks for the same load balancer.
#[test]
fn init_keeps_what_is_configured() {
    let render = file("chart-fixtures/cases/helm4-nlb-internal-allowlist/input.yaml");
    let spec = "\
phase: attach
findings: {strict: true, allow: [ALB006]}
ingress:
  scheme: internet-facing
  inboundCidrs: [192.0.2.0/24]
  healthCheck: {path: /up, port: traffic-port}
  tags: {Team: edge}
  annotations: {alb.ingress.kubernetes.io/subnets: 'subnet-1,subnet-2', example.com/a: b}
";
    let indented = spec.lines().map(|line| format!("  {line}\n")).collect::<String>();
    let settings =
        resolve(&format!("apiVersion: istio-alb.dev/v1alpha1\nkind: AlbGateway\nspec:\n{indented}")).unwrap();
    for render in [Some(render.as_str()), None] {
        let written = commands::init(render, &settings).unwrap().output;
        for line in [
            "\n  phase: attach\n",
            "\n    scheme: internet-facing\n",
            "\n    inboundCidrs: [\"192.0.2.0/24\"]\n",
            "\n      path: /up\n",
            "\n    strict: true\n",
        ] {
            assert!(written.contains(line), "{line}{written}");
        }
        assert!(written.contains("Team: edge") && written.contains("example.com/a: b"), "{written}");
        let read = resolve(&written).unwrap_or_else(|error| panic!("{error}\n{written}"));
        let Some(render) = render else { continue };
        let read = resolve(&written.replace("#carryOver: true", "carryOver: false")).unwrap_or(read);
        assert_eq!(shown(render, &read), shown(render, &settings));
    }
}

#[test]
fn init_of_nothing_is_an_error() {
    let error = commands::init(Some("# nothing\n"), &resolve("").unwrap()).unwrap_err();
    assert_eq!(error.message, "there are no manifests on stdin");
}

#[test]
fn init_writes_a_document_for_each_gateway() {
    for (case, names) in [
        ("helm3-two-gateways", &["istio-internalgateway", "istio-ingressgateway"][..]),
        ("one-name-in-two-namespaces", &["istio-ingressgateway", "istio-ingressgateway"]),
        ("gateway-api-beside-a-chart", &["istio-ingressgateway", "public"]),
        ("helm3-gateway-api", &["istio-ingressgateway"]),
    ] {
        let written = init_of(case);
        let found: Vec<String> = documents(&written)
            .iter()
            .map(|document| document["spec"]["gateway"]["name"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(found, names, "{case}");
        let render = file(&format!("chart-fixtures/cases/{case}/input.yaml"));
        let read = resolve(&written).unwrap_or_else(|error| panic!("{case}: {error}"));
        assert_eq!(istio_alb::rewrite::rewrite(&render, &read).unwrap().gateways.len(), names.len(), "{case}");
    }
}

/// Each example that `init` has as a comment is right by itself, and so is its place.
#[test]
fn each_comment_of_init_can_be_uncommented_alone() {
    let schema = jsonschema::draft7::new(&config::schema::schema()).unwrap();
    for case in ["", "helm3-default", "helm4-nlb-external", "helm3-two-gateways", "helm3-gateway-api"] {
        let written = init_of(case);
        let mut uncommented = 0;
        for (start, line) in written.match_indices('#').map(|(at, _)| (at, &written[at + 1..])) {
            if !line.starts_with(|first: char| first.is_ascii_lowercase()) {
                continue;
            }
            let text = format!("{}{line}", &written[..start]);
            let label = line.lines().next().unwrap();
            let read = resolve(&text).unwrap_or_else(|error| panic!("{case}: {label}: {error}"));
            let key = label.split(':').next().unwrap();
            let says_it = |path: &&config::fields::Field| path.path.split('.').any(|part| part == key);
            let said = config::fields::FIELDS
                .iter()
                .filter(says_it)
                .any(|field| read.iter().any(|settings| settings.origin(field.path).is_some()));
            // An empty list says nothing.
            assert!(said || label.ends_with("[]"), "{case}: {label}");
            for document in documents(&text) {
                let errors: Vec<_> = schema.iter_errors(&document).map(|error| error.to_string()).collect();
                assert_eq!(errors, [""; 0], "{case}: {label}");
            }
            uncommented += 1;
        }
        assert!(uncommented > 40, "{case}: {uncommented}");
    }
}

/// kustomize hands a configuration on with `null` for a key without a value, and `healthCheck: null` switches the check off.
#[test]
fn what_init_writes_means_the_same_behind_kustomize() {
    for case in ["", "helm3-default", "helm4-nlb-internal-allowlist"] {
        let written = init_of(case);
        let [document] = &documents(&written)[..] else { panic!("{case}") };
        let handed_on = document.to_string();
        assert_eq!(resolve(&handed_on).unwrap()[0].spec, resolve(&written).unwrap()[0].spec, "{case}");
    }
}
