//! `show`: the same load balancer as tree, Mermaid, SVG and HTML, to the byte. `ISTIO_ALB_BLESS=1 cargo test --test show` writes
//! what is expected, for somebody to look at.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use support::{assert_golden, project};

/// A picture: its name in `chart-fixtures/show`, the stream, the arguments.
type Case = (&'static str, &'static str, &'static [&'static str]);

const CASES: [Case; 12] = [
    ("helm3-default", "cases/helm3-default/input.yaml", &["--scheme", "internet-facing"]),
    ("helm3-nlb-internal-allowlist", "cases/helm3-nlb-internal-allowlist/input.yaml", &[]),
    ("how-to-full", "cases/how-to-full/input.yaml", &["--config", "examples/how-to-full.yaml"]),
    ("attach", "cases/helm3-attach/input.yaml", &["--phase", "attach"]),
    (
        "two-gateways",
        "cases/helm3-two-gateways/input.yaml",
        &["--config", "chart-fixtures/cases/helm3-two-gateways/istio-alb.yaml"],
    ),
    (
        "ip-targets",
        "cases/clusterip-with-ip-targets/input.yaml",
        &["--config", "chart-fixtures/cases/clusterip-with-ip-targets/istio-alb.yaml"],
    ),
    ("gateway-api", "cases/helm3-gateway-api/input.yaml", &["--scheme", "internal"]),
    ("certificate", "cases/helm3-default/input.yaml", &["--config", "chart-fixtures/show/alb.yaml"]),
    ("group", "show/group.yaml", &["--as-is"]),
    ("migration", "show/migration.yaml", &["--as-is"]),
    ("rule-never-fires", "findings/ALB007-rule-never-fires.yaml", &["--as-is"]),
    ("refused", "findings/ALB043-backend-not-found.yaml", &["--as-is"]),
];

const FORMATS: [(&str, &str); 4] = [("tree", "txt"), ("mermaid", "mmd"), ("svg", "svg"), ("html", "html")];

/// The reports that are compared to the byte; the texts of the rules are in them, so these are few.
const REPORTS: [&str; 3] = ["how-to-full", "attach", "refused"];

fn show(manifests: impl Into<Vec<u8>>, format: &str, arguments: &[&str]) -> String {
    let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_istio-alb"))
        .current_dir(project())
        .env_clear()
        .args(["show", "--format", format])
        .args(arguments)
        .write_stdin(manifests)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn manifests(path: &str) -> Vec<u8> {
    std::fs::read(project().join("chart-fixtures").join(path)).unwrap()
}

#[test]
fn every_format_of_every_picture() {
    for (case, stream, arguments) in CASES {
        for (format, ending) in FORMATS.into_iter().filter(|(format, _)| *format != "html" || REPORTS.contains(&case)) {
            let shown = show(manifests(stream), format, arguments);
            assert_golden(&project().join(format!("chart-fixtures/show/{case}.{ending}")), shown.as_bytes());
        }
    }
}

/// README.md shows it.
#[test]
fn the_picture_of_the_documentation_is_that_of_its_configuration() {
    let readme = std::fs::read_to_string(project().join("README.md")).unwrap();
    let configuration = std::fs::read_to_string(project().join("chart-fixtures/show/alb.yaml")).unwrap();
    let (_, configuration) = configuration.split_once('\n').unwrap();
    assert!(readme.contains(configuration), "README.md has another configuration than chart-fixtures/show/alb.yaml");
    let shown = show(manifests("cases/helm3-default/input.yaml"), "svg", &["--config", "chart-fixtures/show/alb.yaml"]);
    assert_golden(&project().join("docs/alb.svg"), shown.as_bytes());
}

/// An SVG, and a report with one in it: XML without a script, and nothing is fetched from elsewhere.
fn assert_harmless(markup: &str) {
    let options = roxmltree::ParsingOptions { allow_dtd: true, ..roxmltree::ParsingOptions::default() };
    let document = roxmltree::Document::parse_with_options(markup, options).unwrap();
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        let name = node.tag_name().name();
        assert!(
            !["script", "iframe", "object", "embed", "image", "img", "link", "use", "a", "foreignObject"]
                .contains(&name),
            "{name}"
        );
        for attribute in node.attributes() {
            let (name, value) = (attribute.name(), attribute.value());
            assert!(!name.starts_with("on") && !["href", "src", "style"].contains(&name), "{name}={value}");
            assert!(!value.contains("url("), "{name}={value}");
        }
    }
    let styles = document.descendants().filter(|node| node.has_tag_name("style") || node.tag_name().name() == "style");
    assert!(styles.filter_map(|node| node.text()).all(|text| !text.contains("url(") && !text.contains("@import")));
    let picture = document.descendants().find(|node| node.tag_name().name() == "svg").unwrap();
    assert_eq!(picture.attribute("role"), Some("img"));
    for part in ["title", "desc"] {
        let text = picture.children().find(|node| node.tag_name().name() == part).and_then(|node| node.text()).unwrap();
        assert!(text.len() > 10, "{part}");
    }
}

#[test]
fn pictures_and_reports_are_xml_without_scripts_and_have_a_text_for_those_who_cannot_see_them() {
    for (_, stream, arguments) in CASES {
        for format in ["svg", "html"] {
            let shown = show(manifests(stream), format, arguments);
            assert_harmless(&shown);
            assert_eq!(shown, show(manifests(stream), format, arguments), "the same twice");
        }
    }
}

/// Names and values that are markup in HTML, SVG and Mermaid, end their texts, or turn the direction of a line.
const HOSTILE: [&str; 9] = [
    "</text><script>alert(1)</script>",
    "\"]:::error; click n0 href \"javascript:alert(1)\"",
    "]]>--><!--",
    "'\"><img src=x onerror=alert(1)>",
    "%%{init: {\"securityLevel\": \"loose\"}}%%",
    "a\\nb\\u0000\\u0007c",
    "\\u202Egnp.exe\\uFFFF",
    "#quot;&quot;&#34;`**b**`",
    "1. end\\nsubgraph x",
];

#[test]
fn what_somebody_wrote_into_a_manifest_is_text_in_every_format() {
    for hostile in HOSTILE {
        let quoted = format!("\"{}\"", hostile.replace('"', "\\\""));
        let manifests = format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: gw, namespace: ns}}\nspec:\n  type: NodePort\n  selector: {{app: {quoted}}}\n  \
             ports: [{{name: {quoted}, port: 443, targetPort: {quoted}, nodePort: 30443}}]\n---\napiVersion: networking.k8s.io/v1\n\
             kind: Ingress\nmetadata:\n  name: {quoted}\n  namespace: ns\n  annotations:\n    kubernetes.io/ingress.class: alb\n    \
             alb.ingress.kubernetes.io/load-balancer-name: {quoted}\n    alb.ingress.kubernetes.io/wafv2-acl-arn: {quoted}\n    \
             alb.ingress.kubernetes.io/security-groups: {quoted}\n    alb.ingress.kubernetes.io/healthcheck-path: {quoted}\n    \
             {quoted}: {quoted}\nspec:\n  rules:\n  - http:\n      paths:\n      - path: /x\n        pathType: Prefix\n        \
             backend: {{service: {{name: gw, port: {{number: 443}}}}}}\n      - path: /y\n        pathType: Prefix\n        \
             backend: {{service: {{name: {quoted}, port: {{number: 443}}}}}}\n"
        );
        for format in ["svg", "html"] {
            assert_harmless(&show(manifests.as_str(), format, &["--as-is"]));
        }
        let flowchart = show(manifests.as_str(), "mermaid", &["--as-is"]);
        for line in flowchart.lines().skip(3) {
            // Every line is one of ours, with no more than its own quotes.
            let quotes = line.matches('"').count();
            assert!(quotes == 0 || quotes == 2, "{line}");
            let outside: String = line.split('"').step_by(2).collect();
            assert!(!outside.contains("click") && !outside.contains("%%"), "{line}");
            assert!(line.chars().all(|letter| !letter.is_control() && letter != '\u{202e}'), "{line}");
        }
        assert!(
            flowchart.lines().take(3).all(|line| !line.contains("%%") && !line.contains(['<', '{', '"', ';'])),
            "{flowchart}"
        );
    }
}

#[test]
fn what_is_refused_is_shown_with_the_controllers_words() {
    let manifest = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: a<b\n  namespace: ns\n  annotations:\n    \
                    kubernetes.io/ingress.class: alb\n    alb.ingress.kubernetes.io/scheme: public\nspec:\n  defaultBackend: \
                    {service: {name: s, port: {number: 80}}}\n";
    for (format, expected) in [
        ("tree", "the controller refuses it: unknown scheme: public\n"),
        ("mermaid", "<b>Ingress ns/a#60;b</b>"),
        ("svg", "Ingress ns/a&lt;b</text>"),
    ] {
        let text = show(manifest, format, &["--as-is"]);
        assert!(text.contains(expected), "{text}");
    }
}

/// What each picture has to say.
#[test]
fn that_subnets_have_to_be_found_by_their_names_is_said_first() {
    let zones = String::from_utf8(manifests("findings/ALB106-subnets-by-zone-name.yaml")).unwrap();
    let first = |text: &str| show(text, "tree", &["--as-is"]).lines().next().unwrap_or_default().to_owned();
    assert_eq!(
        first(&zones),
        "the controller builds it if it finds subnets with the Name tags eu-central-1a, eu-central-1b"
    );
    let ids = zones.replace("eu-central-1a,eu-central-1b", "subnet-1,subnet-2");
    assert_eq!(first(&ids), "the controller builds it");
}

#[test]
fn the_text_of_a_picture_tells_the_way_and_what_to_look_at() {
    let words = |case: &str| {
        let finding = (case, case, &["--as-is"] as &[&str]);
        let (_, stream, arguments) = CASES.into_iter().find(|(name, ..)| *name == case).unwrap_or(finding);
        let shown = show(manifests(stream), "svg", arguments);
        let (_, words) = shown.split_once("<desc id=\"picture-words\">").unwrap();
        words.split_once("</desc>").unwrap().0.to_owned()
    };
    for (case, expected) in [
        ("certificate", "From there to Listener HTTP 80 in clear text, and to Listener HTTPS 443 by TLS."),
        ("certificate", "Rule 1: every path (/*), forward to Target group: nodes by TLS."),
        ("certificate", "arn:aws:acm:eu-central-1:111122223333:certificate/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"),
        ("attach", "Old load balancer: NLB: internet-facing; ports 15021, 80, 443: passed on as it comes"),
        ("attach", "From there to Gateway pods (Istio)."),
        ("migration", "(warning: open door: on the internet, and the old load balancer is internal)"),
        ("migration", "(warning: open door: open to everybody, and the old load balancer has an allow-list)"),
        ("rule-never-fires", "(error: ALB007: this redirect never fires: path 1 of rule 1"),
        ("migration", "(error: ALB002: istio-ingressgateway:80 speaks plain HTTP"),
        ("migration", "Service legacy (warning: not in these manifests"),
        ("group", "Ingresses of this group that are not in these manifests share the load balancer"),
        ("group", "From there to Network Load Balancer in front."),
        (
            "group",
            "to Target group A: pods in clear text (weight 90) and to Target group B: pods in clear text (weight 10)",
        ),
        ("group", "log in first, with OpenID Connect at https://id.example.com"),
        ("ip-targets", "From there to Gateway pods (Istio) by TLS."),
        ("how-to-full", "(error: ALB001 (allowed in the configuration): istio-ingressgateway:443 speaks TLS"),
        (
            "findings/ALB063-gateway-not-for-an-alb.yaml",
            "(HTTPS, SIMPLE) (warning: ALB063: the server on port 443 has no host",
        ),
        (
            "findings/ALB079-group-members-disagree.yaml",
            "internet-facing:{}]) (error: ALB079: scheme is internal here and internet-facing in Ingress",
        ),
        ("gateway-api", "made by istiod from the Gateway"),
        ("refused", "Nothing is built: the controller refuses it"),
    ] {
        let words = words(case);
        assert!(words.contains(expected), "{case}: {expected}\n{words}");
    }
    assert_eq!(words("two-gateways").matches("Application Load Balancer").count(), 2);
}

/// A port for everybody beside an allow-list, of the same port and of another one.
#[test]
fn open_doors_are_marked() {
    let ingress = |name: &str, ports: &str, ranges: &str| {
        format!(
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: {name}\n  annotations:\n    kubernetes.io/ingress.class: \
             alb\n    alb.ingress.kubernetes.io/group.name: g\n    alb.ingress.kubernetes.io/listen-ports: '{ports}'\n    \
             alb.ingress.kubernetes.io/inbound-cidrs: {ranges}\nspec:\n  defaultBackend: {{service: {{name: s, port: {{number: 80}}}}}}\n---\n"
        )
    };
    let closed = ingress("a", r#"[{"HTTP": 80}]"#, "10.0.0.0/8");
    for (other, expected) in [
        (
            ingress("b", r#"[{"HTTP": 81}]"#, "0.0.0.0/0"),
            "open door: port 81 takes everybody, and port 80 has an allow-list",
        ),
        (
            ingress("b", r#"[{"HTTP": 81}]"#, "10.0.0.0/8,0.0.0.0/0"),
            "open door: port 81 takes everybody, whatever other ranges",
        ),
        (ingress("b", r#"[{"HTTP": 81}]"#, "10.0.0.0/8"), ""),
    ] {
        let shown = show(format!("{closed}{other}"), "svg", &["--as-is"]);
        let (_, words) = shown.split_once("<desc").unwrap();
        let words = words.split_once("</desc>").unwrap().0;
        assert!(words.contains(expected), "{words}");
        assert_eq!(words.contains("takes everybody"), !expected.is_empty(), "{words}");
    }
}

/// The words of the picture of manifests.
fn words_of(manifests: impl Into<Vec<u8>>, arguments: &[&str]) -> String {
    let shown = show(manifests, "svg", arguments);
    let (_, words) = shown.split_once("<desc").unwrap();
    words.split_once("</desc>").unwrap().0.to_owned()
}

#[test]
fn an_old_load_balancer_that_ends_tls_is_drawn_so() {
    let nlb = |more: &str| {
        format!(
            "apiVersion: v1\nkind: Service\nmetadata:\n  name: istio-ingressgateway\n  namespace: istio-system\n  annotations:\n    \
             service.beta.kubernetes.io/aws-load-balancer-type: external\n    \
             service.beta.kubernetes.io/aws-load-balancer-nlb-target-type: instance\n{more}spec:\n  type: LoadBalancer\n  \
             selector: {{istio: ingressgateway}}\n  ports:\n  - {{name: status-port, port: 15021}}\n  - {{name: http2, port: 80}}\n  \
             - {{name: https, port: 443}}\n"
        )
    };
    let tls = "    service.beta.kubernetes.io/aws-load-balancer-ssl-cert: arn:aws:acm:eu-central-1:111122223333:certificate/1\n    \
               service.beta.kubernetes.io/aws-load-balancer-ssl-ports: \"443\"\n";
    let again = format!("{tls}    service.beta.kubernetes.io/aws-load-balancer-backend-protocol: ssl\n");
    for (more, expected) in [
        ("", "ports 15021, 80, 443: passed on as it comes"),
        (
            tls,
            "port 443: TLS of the client ends here, arn:aws:acm:eu-central-1:111122223333:certificate/1; port 443: clear text towards",
        ),
        (again.as_str(), "port 443: TLS starts again towards the pods"),
        (tls, "ports 15021, 80: passed on as it comes"),
        (tls, "From there to Old load balancer: NLB, and to Old load balancer: NLB by TLS"),
    ] {
        let words = words_of(nlb(more), &["--phase", "attach", "--scheme", "internet-facing"]);
        assert!(words.contains(expected), "{expected}\n{words}");
        assert!(
            words.contains("Service istio-system/istio-ingressgateway: ports 15021, 80; the ALB does not lead here"),
            "{words}"
        );
    }
}

#[test]
fn who_may_connect_to_a_load_balancer_in_front_and_beside_it_is_said() {
    let group = String::from_utf8(manifests("show/group.yaml")).unwrap();
    let both = words_of(group.as_str(), &["--as-is"]);
    let ranges = both.matches("may connect to ports 80, 443 from: ").count();
    assert_eq!(ranges, 2, "{both}");
    let key = "    alb.ingress.kubernetes.io/enable-frontend-nlb";
    let own =
        group.replacen(key, &format!("    alb.ingress.kubernetes.io/frontend-nlb-security-groups: sg-0abc\n{key}"), 1);
    let words = words_of(own.as_str(), &["--as-is"]);
    assert!(words.contains("Clients on the internet: what security group sg-0abc lets in"), "{words}");
    assert!(words.contains("may also connect to the ALB itself; may connect to ports 80, 443 from: "), "{words}");
    let tree = show(own.as_str(), "tree", &["--as-is"]);
    assert!(tree.contains("open to: what sg-0abc lets in"), "{tree}");
}

#[test]
fn what_the_configuration_allows_is_shown_all_the_same() {
    let (_, stream, arguments) = CASES.into_iter().find(|(name, ..)| *name == "how-to-full").unwrap();
    let page = show(manifests(stream), "html", arguments);
    for expected in [
        "✖ on an arrow: breaks here",
        ">clear-text-to-tls-port",
        "ALB001 (allowed in the configuration): ",
        "<h2>Findings that were allowed</h2>",
        "allowed by examples/how-to-full.yaml:",
        "3 findings are allowed",
        "Look at the findings that were allowed: 1 error among them.",
        "<td>alb.ingress.kubernetes.io/backend-protocol</td><td>not written</td><td>configured: ingress.backendProtocol: null (examples/",
    ] {
        assert!(page.contains(expected), "{expected}\n{page}");
    }
}

/// Boxes have the ids of findings, and what they say stands below the picture in full.
#[test]
fn findings_stand_where_they_belong_and_below_the_picture_in_full() {
    let shown = show(manifests("findings/ALB007-rule-never-fires.yaml"), "svg", &["--as-is"]);
    let words = words_of(manifests("findings/ALB007-rule-never-fires.yaml"), &["--as-is"]);
    assert!(shown.contains(">ALB007 rule-never-fires</text>"), "{shown}");
    assert!(
        words.contains(
            "Rule 2: every path (/*), redirect to the same host by HTTPS, port 443 (HTTP_301) (error: ALB007:"
        ),
        "{words}"
    );
    let alb = words.split("Application Load Balancer: ").nth(1).and_then(|alb| alb.split("Listener").next()).unwrap();
    assert!(!alb.contains("ALB007"), "{alb}");
    // Two of one rule about one box: one mark, and both texts.
    let shown = show(manifests("cases/helm3-nlb-internal-allowlist/input.yaml"), "svg", &[]);
    assert_eq!(shown.matches(">ALB060<").count(), 1, "{shown}");
    assert_eq!(shown.matches(">ALB060: ").count(), 2, "{shown}");
}

#[test]
fn each_rule_says_to_which_target_group_it_leads() {
    let words = words_of(manifests("show/migration.yaml"), &["--as-is"]);
    assert!(words.contains("forward to Target group A: nodes by TLS"), "{words}");
    let shown = show(manifests("show/migration.yaml"), "svg", &["--as-is"]);
    for expected in [
        "→ forward to target group A<",
        "→ forward to target group B<",
        "→ forward to Service legacy<",
        ">Target group A: nodes<",
    ] {
        assert!(shown.contains(expected), "{expected}\n{shown}");
    }
    let chart = show(manifests("show/group.yaml"), "mermaid", &["--as-is"]);
    assert!(chart.contains("<b>HTTPS 443, rule 1: "), "{chart}");
    assert!(chart.contains("from Ingress shop/"), "{chart}");
    assert!(!chart.contains("l0 ==>"), "{chart}");
}

#[test]
fn many_hosts_with_one_answer_are_one_rule_of_the_picture() {
    let rules: String = (0..60)
        .map(|number| {
            format!("  - host: h{number}.example.com\n    http: {{paths: [{{path: /, pathType: Prefix, backend: {{service: {{name: gw, port: {{number: 80}}}}}}}}]}}\n")
        })
        .collect();
    let manifest = format!(
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: i, namespace: ns, annotations: {{kubernetes.io/ingress.class: alb}}}}\n\
         spec:\n  rules:\n{rules}"
    );
    let words = words_of(manifest, &["--as-is"]);
    assert!(
        words.contains("Rules 1–60: 60 hosts, path / or /*, each")
            || words.contains("Rules 1–60: 60 hosts, every path (/*), each"),
        "{words}"
    );
    assert!(words.contains("h59.example.com"), "{words}");
}

/// A page of documentation has room for so much; wider pictures are shown smaller, and their letters with them.
#[test]
fn pictures_are_readable_in_a_page() {
    for (case, stream, arguments) in CASES {
        let shown = show(manifests(stream), "svg", arguments);
        let (_, width) = shown.split_once(" width=\"").unwrap();
        let width: usize = width.split('"').next().unwrap().parse().unwrap();
        let letters = 14.0 * 838.0 / width as f64;
        assert!(letters > 11.0, "{case}: {width}");
    }
}

/// Ranges that are all addresses together are everybody.
#[test]
fn an_allow_list_of_everything_is_none() {
    let manifest = |scheme: &str| {
        format!(
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: a\n  annotations:\n    kubernetes.io/ingress.class: alb\n    \
             alb.ingress.kubernetes.io/scheme: {scheme}\n    alb.ingress.kubernetes.io/inbound-cidrs: 0.0.0.0/1,128.0.0.0/1\nspec:\n  \
             defaultBackend: {{service: {{name: s, port: {{number: 80}}}}}}\n"
        )
    };
    for (scheme, expected) in
        [("internet-facing", "open to everybody"), ("internal", "open to everybody with a way into the VPC")]
    {
        assert!(words_of(manifest(scheme), &["--as-is"]).contains(&format!("(info: {expected})")));
        assert!(show(manifest(scheme), "tree", &["--as-is"]).contains(&format!("{expected}\n")));
    }
}

/// Each origin that a setting can have.
#[test]
fn a_report_says_where_each_setting_comes_from() {
    let service = "apiVersion: v1\nkind: Service\nmetadata:\n  name: gw\n  namespace: ns\n  annotations:\n    \
                   service.beta.kubernetes.io/aws-load-balancer-type: external\n    \
                   service.beta.kubernetes.io/aws-load-balancer-scheme: internal\n    \
                   alb.ingress.kubernetes.io/group.name: edge\nspec:\n  type: LoadBalancer\n  loadBalancerSourceRanges: [10.0.0.0/8]\n  \
                   ports:\n  - {name: status-port, port: 15021}\n  - {name: http2, port: 80}\n  - {name: https, port: 443}\n---\n\
                   apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: common-external-ingress\n  namespace: ns\n  \
                   annotations:\n    alb.ingress.kubernetes.io/waf-acl-id: kept\nspec: {}\n";
    let report = show(
        service,
        "html",
        &["--target-type", "ip", "--set", "ingress.annotations.example=x", "--service-type", "ClusterIP"],
    );
    let alb = "alb.ingress.kubernetes.io/";
    for (name, value, origin) in [
        (
            format!("{alb}scheme"),
            "internal",
            "carried over from service.beta.kubernetes.io/aws-load-balancer-scheme of the Service",
        ),
        (format!("{alb}inbound-cidrs"), "10.0.0.0/8", "carried over from spec.loadBalancerSourceRanges of the Service"),
        (format!("{alb}group.name"), "edge", "moved: the Service had this annotation"),
        (format!("{alb}target-type"), "ip", "configured: ingress.targetType (--target-type)"),
        (format!("{alb}waf-acl-id"), "kept", "kept: the Ingress in the stream has it"),
        (format!("{alb}backend-protocol"), "HTTPS", "default"),
        ("example".to_owned(), "x", "configured: ingress.annotations[example] (--set)"),
        ("spec.type of the Service".to_owned(), "ClusterIP", "configured: service.type (--service-type)"),
    ] {
        let row = format!("<tr><td>{name}</td><td>{value}</td><td>{origin}</td></tr>");
        assert!(report.contains(&row), "{row}\n{report}");
    }
    assert!(report.contains("<tr><td>/spec/type</td><td>LoadBalancer</td><td>ClusterIP</td></tr>"), "{report}");
}

/// `show --as-is` of an Ingress that leads to port 80 of the Service `gw`, behind the Services before it.
fn tree_of(ingress: &str, namespace: &str, services: &[&str]) -> String {
    let mut manifest = String::new();
    for name in services {
        manifest.push_str(&format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: {name}{namespace}}}\nspec:\n  type: NodePort\n  ports:\n  \
             - {{name: of-{name}, port: 80, targetPort: 8080}}\n---\n"
        ));
    }
    manifest.push_str(&format!(
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: {ingress}{namespace}}}\nspec:\n  \
         ingressClassName: alb\n  defaultBackend: {{service: {{name: gw, port: {{number: 80}}}}}}\n---\napiVersion: \
         networking.k8s.io/v1\nkind: IngressClass\nmetadata: {{name: alb}}\nspec: {{controller: ingress.k8s.aws/alb}}\n"
    ));
    let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_istio-alb"))
        .env_clear()
        .args(["show", "--as-is"])
        .write_stdin(manifest)
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// `a-edge-gw` ends with the name of either Service.
#[test]
fn the_service_of_a_target_group_is_the_one_that_the_ingress_names() {
    let text = tree_of("a-edge", ", namespace: ns", &["edge-gw", "gw"]);
    assert!(text.contains("Service ns/gw, port 80 (of-gw), pods at 8080\n"), "{text}");
    assert!(!text.contains("edge-gw"), "{text}");
}

#[test]
fn the_service_is_shown_without_a_namespace_too() {
    let text = tree_of("a", "", &["gw"]);
    assert!(text.contains("Service default/gw, port 80 (of-gw), pods at 8080\n"), "{text}");
}

#[test]
fn the_json_says_what_the_port_behind_a_target_group_speaks() {
    let input = std::fs::read_to_string(project().join("chart-fixtures/cases/helm3-default/input.yaml")).unwrap();
    let gateway = "---\napiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: web, namespace: istio-system}\n\
                   spec: {servers: [{port: {number: 443, protocol: HTTP, name: w}, hosts: ['*']}]}\n";
    for (more, speaks, from) in [("", "tls", "number"), (gateway, "clear-text", "gateway")] {
        let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_istio-alb"))
            .env_clear()
            .args(["show", "--format", "json", "--scheme", "internal"])
            .write_stdin(format!("{input}{more}"))
            .output()
            .unwrap();
        let shown: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let serves = &shown["groups"][0]["targetGroups"][0]["serves"];
        let told = (&serves["servicePort"], &serves["speaks"], &serves["from"]);
        assert_eq!(told, (&443.into(), &speaks.into(), &from.into()), "{shown:#}");
        let why = serves["why"].as_str().unwrap();
        assert_eq!(why.contains("Gateway istio-system/web has a server on port 443"), !more.is_empty(), "{why}");
    }
}

/// The filter would refuse these manifests; a tree that only says what the controller builds would hide that.
#[test]
fn errors_stand_below_the_tree_and_in_the_json() {
    let arguments = ["--class-name", "nginx"];
    let tree = show(manifests("cases/helm3-default/input.yaml"), "tree", &arguments);
    let title = "the controller builds it if it was started with --ingress-class=nginx: by default that is the class of ingress-nginx\n";
    assert!(tree.starts_with(title), "{tree}");
    assert!(
        tree.contains(
            "\nerror[ALB119]: Ingress istio-system/common-external-ingress: class nginx is that of ingress-nginx"
        ),
        "{tree}"
    );
    assert_eq!(tree.matches("[ALB").count(), 1, "errors alone: {tree}");
    let report: serde_json::Value =
        serde_json::from_str(&show(manifests("cases/helm3-default/input.yaml"), "json", &arguments)).unwrap();
    let found = report["findings"].as_array().unwrap();
    assert!(found.iter().any(|finding| finding["id"] == "ALB119" && finding["severity"] == "error"), "{report:#}");
    assert!(found.iter().any(|finding| finding["id"] == "ALB006"), "{report:#}");
}
