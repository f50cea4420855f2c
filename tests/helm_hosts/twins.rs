//! Hosts that pass no arguments: for every option there is a variable that does the same, to the byte.

use crate::support::{Outcome, binary, command, fail, filter, give, project, shown};
use istio_alb::config::fields::{FIELDS, Field, Shape};
use libtest_mimic::Trial;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Output;

/// Flag, or path of a field that has none; its variable; a value that changes what is printed; what must be said beside it.
type Twin = (&'static str, &'static str, &'static str, &'static [&'static str]);

const TLS: &[&str] = &["--certificate-arn", "arn:aws:acm:eu-central-1:111122223333:certificate/0f1e2d3c"];
const GROUP: &[&str] = &["--group-name", "edge"];

const TWINS: [Twin; 59] = [
    ("--phase", "PHASE", "attach", &[]),
    ("--no-carry-over", "NO_CARRY_OVER", "true", &[]),
    ("--controller-version", "CONTROLLER_VERSION", "2.2", &["--ip-address-type", "dualstack-without-public-ipv4"]),
    ("--eks-auto-mode", "EKS_AUTO_MODE", "true", &[]),
    ("--placeholders", "PLACEHOLDERS", "flux", &["--ingress-name", "${NAME}"]),
    ("--gateway", "GATEWAY", "another", &[]),
    ("--gateway-namespace", "GATEWAY_NAMESPACE", "another", &[]),
    ("gateway.selector", "GATEWAY_SELECTOR", "{istio: another}", &[]),
    ("--if-missing", "IF_MISSING", "pass", &["--gateway", "another"]),
    ("--service-type", "SERVICE_TYPE", "ClusterIP", &["--target-type", "ip"]),
    ("service.nodePorts", "SERVICE_NODE_PORTS", "{https: 30443}", &[]),
    ("--extra-ports", "EXTRA_PORTS", "drop", &[]),
    ("--target-ports", "TARGET_PORTS", "keep", &[]),
    ("service.keepAnnotations", "SERVICE_KEEP_ANNOTATIONS", "[service.beta.kubernetes.io/aws-load-balancer-type]", &[]),
    ("--ingress-name", "INGRESS_NAME", "edge", &[]),
    ("ingress.labels", "INGRESS_LABELS", "{team: edge}", &[]),
    ("--class-name", "CLASS_NAME", "edge", &[]),
    ("--class-as", "CLASS_AS", "field", &[]),
    ("--hosts", "HOSTS", "a.example.com,b.example.com", &[]),
    ("ingress.paths", "INGRESS_PATHS", "[{path: /shop, pathType: Exact}]", &[]),
    ("ingress.tlsHosts", "INGRESS_TLS_HOSTS", "[a.example.com]", &[]),
    ("--backend-port", "BACKEND_PORT", "http2", &[]),
    ("--load-balancer-name", "LOAD_BALANCER_NAME", "edge", &[]),
    ("--scheme", "SCHEME", "internet-facing", &[]),
    ("--target-type", "TARGET_TYPE", "ip", &[]),
    ("--subnets", "SUBNETS", "subnet-0aaaaaaa,subnet-0bbbbbbb", &[]),
    ("--listen-ports", "LISTEN_PORTS", "[{HTTP: 8080}]", &[]),
    ("--redirect-to-https", "REDIRECT_TO_HTTPS", "{via: action}", TLS),
    ("--certificate-arn", "CERTIFICATE_ARN", TLS[1], &[]),
    ("--ssl-policy", "SSL_POLICY", "ELBSecurityPolicy-TLS13-1-3-2021-06", TLS),
    ("--backend-protocol", "BACKEND_PROTOCOL", "HTTPS", &["--backend-port", "443", "--allow", "ALB002"]),
    ("--wafv2-acl-arn", "WAFV2_ACL_ARN", "none", &[]),
    ("--shield-advanced-protection", "SHIELD_ADVANCED_PROTECTION", "true", &[]),
    (
        "ingress.loadBalancerAttributes",
        "INGRESS_LOAD_BALANCER_ATTRIBUTES",
        "{idle_timeout.timeout_seconds: '120'}",
        &[],
    ),
    (
        "ingress.targetGroupAttributes",
        "INGRESS_TARGET_GROUP_ATTRIBUTES",
        "{deregistration_delay.timeout_seconds: '30'}",
        &[],
    ),
    ("--tags", "TAGS", "Team=edge,Stage=test", &[]),
    ("--security-groups", "SECURITY_GROUPS", "sg-0aaaaaaa", &["--no-carry-over"]),
    ("--inbound-cidrs", "INBOUND_CIDRS", "10.0.0.0/8,192.0.2.0/24", &[]),
    ("--ip-address-type", "IP_ADDRESS_TYPE", "dualstack", &[]),
    ("--customer-owned-ipv4-pool", "CUSTOMER_OWNED_IPV4_POOL", "ipv4pool-coip-0a1b2c3d", &[]),
    ("ingress.annotations", "INGRESS_ANNOTATIONS", "{example.com/owner: '007'}", &[]),
    ("ingress.healthCheck.port", "INGRESS_HEALTH_CHECK_PORT", "traffic-port", &[]),
    ("ingress.healthCheck.protocol", "INGRESS_HEALTH_CHECK_PROTOCOL", "HTTPS", &[]),
    ("ingress.healthCheck.path", "INGRESS_HEALTH_CHECK_PATH", "/ready", &[]),
    ("ingress.healthCheck.intervalSeconds", "INGRESS_HEALTH_CHECK_INTERVAL_SECONDS", "30", &[]),
    ("ingress.healthCheck.timeoutSeconds", "INGRESS_HEALTH_CHECK_TIMEOUT_SECONDS", "4", &[]),
    ("ingress.healthCheck.healthyThresholdCount", "INGRESS_HEALTH_CHECK_HEALTHY_THRESHOLD_COUNT", "3", &[]),
    ("ingress.healthCheck.unhealthyThresholdCount", "INGRESS_HEALTH_CHECK_UNHEALTHY_THRESHOLD_COUNT", "3", &[]),
    ("ingress.healthCheck.successCodes", "INGRESS_HEALTH_CHECK_SUCCESS_CODES", "200-299", &[]),
    ("--group-name", "GROUP_NAME", "edge", &[]),
    ("--group-order", "GROUP_ORDER", "-7", GROUP),
    ("--allow", "ALLOW", "ALB047", &[]),
    ("--warn", "WARN", "ALB023", &["--subnets", "subnet-0aaaaaaa"]),
    ("--deny", "DENY", "ALB047", &[]),
    ("--strict", "STRICT", "true", &[]),
    ("--annotate-findings", "ANNOTATE_FINDINGS", "true", &[]),
    ("--set", "SET", "ingress.scheme=internet-facing", &[]),
    ("--config", "CONFIG", "other.yaml", &[]),
    ("--report", "REPORT", "report.json", &[]),
];

/// Those of [`TWINS`], and each field that is not among them by its row, with the example that the documentation gives.
fn twins() -> Vec<Twin> {
    let by_row =
        FIELDS.iter().filter(|field| TWINS.iter().all(|twin| twin.1 != field.variable())).map(|field| -> Twin {
            let option = field.flag.map_or(field.path, |flag| format!("--{flag}").leak());
            (option, field.variable().leak(), field.example, &[])
        });
    TWINS.into_iter().chain(by_row).collect()
}

pub fn trials() -> Vec<Trial> {
    let mut trials: Vec<Trial> = twins()
        .into_iter()
        .map(|twin| Trial::test(format!("{} and its variable", twin.0), move || same(twin)))
        .collect();
    trials.push(Trial::test("every option has its variable tried", complete));
    trials
}

/// A gateway behind an internal NLB with an allow-list, a port too many, and a target port of its own.
fn input() -> Vec<u8> {
    let case = "chart-fixtures/cases/helm3-nlb-internal-allowlist/input.yaml";
    let text = std::fs::read_to_string(project().join(case)).unwrap();
    let changed = text.replacen(
        "    - name: https\n",
        "    - {name: tls, port: 9443, protocol: TCP, targetPort: 9443}\n    - name: https\n",
        1,
    );
    let changed = changed.replacen("      targetPort: 80\n", "      targetPort: 8080\n", 1);
    assert_ne!(text, changed);
    changed.into_bytes()
}

/// What a run printed and left behind.
fn ended(folder: &Path, output: &Output) -> (Option<i32>, String, String, Option<String>) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let report = std::fs::read_to_string(folder.join("report.json")).ok();
    (output.status.code(), text(&output.stdout), text(&output.stderr), report)
}

fn same((option, variable, value, beside): Twin) -> Outcome {
    let folder = || {
        let folder = tempfile::tempdir().unwrap();
        let file = "apiVersion: istio-alb.dev/v1alpha1\nkind: AlbGateway\nspec: {ingress: {name: other}}\n";
        std::fs::write(folder.path().join("other.yaml"), file).unwrap();
        folder
    };
    let input = input();
    let plain = folder();
    let without = filter(plain.path(), beside, &input);

    let is_switch = |field: &Field| matches!(field.shape, Shape::Switch | Shape::InverseSwitch);
    let is_it = |field: &&Field| field.flag.is_some_and(|flag| option == format!("--{flag}"));
    let flags: Vec<String> = if FIELDS.iter().find(is_it).is_some_and(is_switch) {
        vec![option.into()] // a switch
    } else if option.starts_with("--") {
        vec![format!("{option}={value}")]
    } else {
        vec![format!("--set={option}={value}")]
    };
    let by_flag = folder();
    let arguments: Vec<&str> = beside.iter().copied().chain(flags.iter().map(String::as_str)).collect();
    let flagged = filter(by_flag.path(), &arguments, &input);

    let by_variable = folder();
    let mut program = command(binary(), by_variable.path());
    program.args(beside).env(format!("ISTIO_ALB_{variable}"), value);
    let told = give(program, &input);

    let expected = ended(by_flag.path(), &flagged);
    if expected == ended(plain.path(), &without) {
        return fail(format!("{value} changes nothing\n{}", shown(&without)));
    }
    if expected != ended(by_variable.path(), &told) {
        return fail(format!("{}\nby its variable\n{}", shown(&flagged), shown(&told)));
    }
    Ok(())
}

/// What docs/configuration.md lists, which is generated from the code, and three flags that are no fields.
fn complete() -> Outcome {
    let page = std::fs::read_to_string(project().join("docs/configuration.md"))?;
    let listed = page.lines().filter_map(|line| line.rsplit_once(" · `ISTIO_ALB_"));
    let mut listed: BTreeSet<&str> = listed.map(|(_, name)| name.trim_end_matches('`')).collect();
    listed.extend(["SET", "CONFIG", "REPORT"]);
    let tried: BTreeSet<&str> = twins().iter().map(|twin| twin.1).collect();
    assert_eq!(tried, listed);
    Ok(())
}
