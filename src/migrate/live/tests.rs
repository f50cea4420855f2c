use super::*;
use kubernetes_objects::object;
use manifest_yaml::stream::Stream;

const CHANGED: &str = "changed in the cluster: the ALB gets what the manifest says, not what is there now";
const TAKEN_AWAY: &str = "taken away in the cluster: the next run goes by the manifest, as if it were still there";
const ALONE: &str = "set in the cluster alone: the filter and Helm do not see it, and a merge leaves it there";

fn object(text: &str) -> Object {
    object::read_all(&Stream::split(text)).objects.remove(0)
}

/// The differences of two objects: which matter, where, and what they mean.
fn said(live: &str, manifest: &str) -> Vec<String> {
    let found = differences(&object(live), &object(manifest));
    let line = |found: &Difference| {
        format!("{} {}: {}", if found.matters { "differs" } else { "note" }, found.path, found.meaning)
    };
    found.iter().map(line).collect()
}

/// The same of two objects of a kind that have nothing but a `spec`.
fn said_of(kind: &str, live: &str, manifest: &str) -> Vec<String> {
    let with = |spec: &str| format!("kind: {kind}\nmetadata: {{name: gateway}}\nspec: {{{spec}}}\n");
    said(&with(live), &with(manifest))
}

fn of_services(live: &str, manifest: &str) -> Vec<String> {
    said_of("Service", live, manifest)
}

#[test]
fn what_the_api_server_fills_in_is_no_difference() {
    for (live, manifest) in [
        ("clusterIP: 10.0.0.1", ""),
        ("clusterIPs: [10.0.0.1]", ""),
        ("ipFamilies: [IPv4]", ""),
        ("healthCheckNodePort: 30000", ""),
        ("ipFamilyPolicy: SingleStack", ""),
        ("internalTrafficPolicy: Cluster", ""),
        ("externalTrafficPolicy: Cluster", ""),
        ("sessionAffinity: None", ""),
        ("sessionAffinityConfig: {clientIP: {timeoutSeconds: 10800}}", ""),
        ("allocateLoadBalancerNodePorts: true", ""),
        ("publishNotReadyAddresses: false", ""),
        ("type: ClusterIP", ""),
        ("ports: [{port: 80, protocol: TCP, targetPort: 80}]", "ports: [{port: 80}]"),
        ("ports: [{port: 80, protocol: TCP}]", "ports: [{port: 80, protocol: TCP}]"),
        ("ports: [{port: 53, protocol: UDP, targetPort: 53}]", "ports: [{port: 53, protocol: UDP}]"),
    ] {
        assert_eq!(of_services(live, manifest), [""; 0], "{live}");
    }
}

#[test]
fn another_value_than_the_default_is_a_difference() {
    for (live, path) in [
        ("ipFamilyPolicy: RequireDualStack", "ipFamilyPolicy"),
        ("internalTrafficPolicy: Local", "internalTrafficPolicy"),
        ("externalTrafficPolicy: Local", "externalTrafficPolicy"),
        ("sessionAffinity: ClientIP", "sessionAffinity"),
        ("sessionAffinityConfig: {clientIP: {timeoutSeconds: 60}}", "sessionAffinityConfig"),
        ("allocateLoadBalancerNodePorts: false", "allocateLoadBalancerNodePorts"),
        ("publishNotReadyAddresses: true", "publishNotReadyAddresses"),
        ("externalName: www.example.com", "externalName"),
    ] {
        assert_eq!(of_services(live, ""), [format!("differs spec.{path}: {ALONE}")]);
    }
    let target = |target: &str| of_services(&format!("ports: [{{port: 80, {target}}}]"), "ports: [{port: 80}]");
    for other in ["targetPort: 8080", "targetPort: http"] {
        assert_eq!(target(other), [format!("differs spec.ports[80].targetPort: {ALONE}")]);
    }
}

#[test]
fn a_value_that_both_have_is_changed_whatever_it_is() {
    for (live, manifest, path) in [
        ("clusterIP: 10.0.0.1", "clusterIP: None", "clusterIP"),
        ("clusterIPs: [10.0.0.1]", "clusterIPs: [None]", "clusterIPs"),
        ("ipFamilies: [IPv4]", "ipFamilies: [IPv6]", "ipFamilies"),
        ("healthCheckNodePort: 30000", "healthCheckNodePort: 30001", "healthCheckNodePort"),
        ("ipFamilyPolicy: SingleStack", "ipFamilyPolicy: PreferDualStack", "ipFamilyPolicy"),
        ("internalTrafficPolicy: Cluster", "internalTrafficPolicy: Local", "internalTrafficPolicy"),
        ("externalTrafficPolicy: Cluster", "externalTrafficPolicy: Local", "externalTrafficPolicy"),
        ("sessionAffinity: None", "sessionAffinity: ClientIP", "sessionAffinity"),
        (
            "sessionAffinityConfig: {clientIP: {timeoutSeconds: 10800}}",
            "sessionAffinityConfig: {clientIP: {timeoutSeconds: 60}}",
            "sessionAffinityConfig.clientIP.timeoutSeconds",
        ),
        (
            "allocateLoadBalancerNodePorts: true",
            "allocateLoadBalancerNodePorts: false",
            "allocateLoadBalancerNodePorts",
        ),
        ("publishNotReadyAddresses: false", "publishNotReadyAddresses: true", "publishNotReadyAddresses"),
        ("loadBalancerClass: a", "loadBalancerClass: b", "loadBalancerClass"),
        (
            "loadBalancerSourceRanges: [10.0.0.0/8]",
            "loadBalancerSourceRanges: [192.0.2.0/24]",
            "loadBalancerSourceRanges",
        ),
        ("externalIPs: [192.0.2.1]", "externalIPs: [192.0.2.2]", "externalIPs"),
        ("ports: [{port: 80, targetPort: 80}]", "ports: [{port: 80, targetPort: 8080}]", "ports[80].targetPort"),
        ("ports: [{port: 80, targetPort: 8080}]", "ports: [{port: 80, targetPort: 80}]", "ports[80].targetPort"),
        ("ports: [{port: 80, nodePort: 30080}]", "ports: [{port: 80, nodePort: 30081}]", "ports[80].nodePort"),
    ] {
        assert_eq!(of_services(live, manifest), [format!("differs spec.{path}: {CHANGED}")]);
    }
}

#[test]
fn a_value_that_the_manifest_alone_has_was_taken_away() {
    for (live, manifest, path) in [
        ("", "healthCheckNodePort: 30000", "healthCheckNodePort"),
        ("", "externalTrafficPolicy: Cluster", "externalTrafficPolicy"),
        ("", "sessionAffinityConfig: {clientIP: {timeoutSeconds: 10800}}", "sessionAffinityConfig"),
        ("", "loadBalancerClass: a", "loadBalancerClass"),
        ("", "loadBalancerSourceRanges: [10.0.0.0/8]", "loadBalancerSourceRanges"),
        ("", "externalIPs: [192.0.2.1]", "externalIPs"),
        ("", "ports: [{port: 80}]", "ports"),
        ("ports: [{port: 443}]", "ports: [{port: 443}, {port: 80}]", "ports[80]"),
        ("ports: [{port: 80}]", "ports: [{port: 80, nodePort: 30080}]", "ports[80].nodePort"),
        ("ports: [{port: 80}]", "ports: [{port: 80, targetPort: 80}]", "ports[80].targetPort"),
    ] {
        assert_eq!(of_services(live, manifest), [format!("differs spec.{path}: {TAKEN_AWAY}")]);
    }
}

#[test]
fn what_a_field_of_a_service_means() {
    let pods = "differs spec.selector: the Service leads to other pods than the manifest says";
    let pod = "differs spec.selector.app: the Service leads to other pods than the manifest says";
    let kind = "differs spec.type: the Service is of another type than the manifest says: look whether these two belong together";
    let node_port =
        "note spec.ports[80].nodePort: chosen by Kubernetes or by hand: it stays the same through the cutover";
    let class = "note spec.loadBalancerClass: set by the controller's webhook as it seems: without `aws-load-balancer-scheme` \
                 the NLB is internal; it leaves with the type";
    let ranges = format!("differs spec.loadBalancerSourceRanges: source ranges of the old load balancer: {OPEN}");
    let port = "a port that the render does not have: it stays on the Service, and no finding speaks of it";
    let (tcp, udp) = (format!("differs spec.ports[443]: {port}"), format!("differs spec.ports[443/UDP]: {port}"));
    let addresses = "differs spec.externalIPs: they stay on the Service, and nothing of them comes to the ALB";
    for (live, manifest, expected) in [
        ("selector: {app: a}", "", pods),
        ("", "selector: {app: a}", pods),
        ("selector: {app: a}", "selector: {app: b}", pod),
        ("selector: {app: a, x: y}", "selector: {x: y}", pod),
        ("type: NodePort", "", kind),
        ("type: ClusterIP", "type: LoadBalancer", kind),
        ("ports: [{port: 80, nodePort: 30080}]", "ports: [{port: 80}]", node_port),
        ("loadBalancerClass: service.k8s.aws/nlb", "", class),
        ("loadBalancerSourceRanges: [10.0.0.0/8]", "", ranges.as_str()),
        ("ports: [{port: 80}, {port: 443}]", "ports: [{port: 80}]", tcp.as_str()),
        ("ports: [{port: 443}, {port: 443, protocol: UDP}]", "ports: [{port: 443}]", udp.as_str()),
        ("externalIPs: [192.0.2.1]", "", addresses),
    ] {
        assert_eq!(of_services(live, manifest), [expected], "{live}");
    }
    // They mean that on a Service only.
    assert_eq!(
        said_of("Gateway", "selector: {app: a}", "selector: {app: b}"),
        [format!("differs spec.selector.app: {CHANGED}")]
    );
}

#[test]
fn what_is_empty_says_nothing() {
    let some = "externalIPs: [192.0.2.1]";
    for nothing in ["externalIPs: {}", "externalIPs: []", "externalIPs: ''", "externalIPs: null"] {
        assert_eq!(of_services(nothing, ""), [""; 0], "{nothing}");
        assert_eq!(of_services("", nothing), [""; 0], "{nothing}");
        assert_eq!(of_services(nothing, some), of_services("", some), "{nothing}");
        assert_eq!(of_services(some, nothing), of_services(some, ""), "{nothing}");
    }
    assert_eq!(of_services("externalName: 0", ""), [format!("differs spec.externalName: {ALONE}")]);
}

#[test]
fn listeners_of_a_gateway() {
    let listener = |more: &str| format!("listeners: [{{name: https, port: 443, protocol: HTTPS{more}}}]");
    let of_listeners = |live: &str, manifest: &str| said_of("Gateway", &listener(live), &listener(manifest));
    for (live, manifest) in [
        (", allowedRoutes: {namespaces: {from: Same}}", ""),
        (
            ", allowedRoutes: {kinds: [{kind: HTTPRoute}], namespaces: {from: Same}}",
            ", allowedRoutes: {kinds: [{kind: HTTPRoute}]}",
        ),
        (
            ", tls: {mode: Terminate, certificateRefs: [{group: '', kind: Secret, name: edge}]}",
            ", tls: {certificateRefs: [{name: edge}]}",
        ),
    ] {
        assert_eq!(of_listeners(live, manifest), [""; 0], "{live}");
    }
    for (live, manifest, path, meaning) in [
        (", allowedRoutes: {namespaces: {from: All}}", "", "allowedRoutes", ALONE),
        (
            ", allowedRoutes: {kinds: [{kind: HTTPRoute}], namespaces: {from: All}}",
            ", allowedRoutes: {kinds: [{kind: HTTPRoute}]}",
            "allowedRoutes.namespaces",
            ALONE,
        ),
        (
            ", allowedRoutes: {namespaces: {from: Same}}",
            ", allowedRoutes: {namespaces: {from: All}}",
            "allowedRoutes.namespaces.from",
            CHANGED,
        ),
        ("", ", allowedRoutes: {namespaces: {from: Same}}", "allowedRoutes", TAKEN_AWAY),
        (", tls: {mode: Passthrough, options: {a: b}}", ", tls: {options: {a: b}}", "tls.mode", ALONE),
        (", tls: {mode: Terminate}", ", tls: {mode: Passthrough}", "tls.mode", CHANGED),
        (
            ", tls: {certificateRefs: [{kind: Secret, name: edge}]}",
            ", tls: {certificateRefs: [{kind: ConfigMap, name: edge}]}",
            "tls.certificateRefs[edge].kind",
            CHANGED,
        ),
    ] {
        assert_eq!(
            of_listeners(live, manifest),
            [format!("differs spec.listeners[https].{path}: {meaning}")],
            "{live} {manifest}"
        );
    }
}

#[test]
fn listeners_of_one_port_are_told_apart_by_their_names() {
    let listeners = |hosts: [&str; 2]| {
        let [first, second] = hosts;
        let listener = |name, host| format!("{{name: {name}, port: 443, protocol: HTTPS, hostname: {host}}}");
        format!("listeners: [{}, {}]", listener("first", first), listener("second", second))
    };
    let manifest = listeners(["a.example.com", "b.example.com"]);
    assert_eq!(said_of("Gateway", &manifest, &manifest), [""; 0]);
    assert_eq!(
        said_of("Gateway", &listeners(["a.example.com", "c.example.com"]), &manifest),
        [format!("differs spec.listeners[second].hostname: {CHANGED}")]
    );
}

/// The differences of two objects that have one annotation or label.
fn of_entry(kind: &str, map: &str, key: &str, [live, manifest]: [Option<&str>; 2]) -> Vec<String> {
    let with = |value: Option<&str>| {
        let entry = value.map(|value| format!(", {map}: {{{key}: {value}}}")).unwrap_or_default();
        format!("kind: {kind}\nmetadata: {{name: gateway{entry}}}\n")
    };
    said(&with(live), &with(manifest))
}

#[test]
fn what_an_annotation_means() {
    let ranges = format!("source ranges of the old load balancer: {OPEN}");
    let keeps = "it stays on the Service after the cutover, and with it the controller keeps the NLB";
    let alb = "it stays on the Service, where the controller reads it before the Ingress's, and is not moved";
    let dns = "it stays on the Service after the cutover, and is not moved: the name would not lead to the ALB";
    let old = "a setting of the old load balancer: it is not carried over to the ALB, and stays on the Service";
    for (key, value, meaning) in [
        ("service.beta.kubernetes.io/load-balancer-source-ranges", "10.0.0.0/8", ranges.as_str()),
        ("service.beta.kubernetes.io/aws-load-balancer-type", "external", keeps),
        ("service.beta.kubernetes.io/aws-load-balancer-type", "nlb-ip", keeps),
        ("service.beta.kubernetes.io/aws-load-balancer-type", "nlb", old),
        ("service.beta.kubernetes.io/aws-load-balancer-name", "external", old),
        ("service.beta.kubernetes.io/something", "x", old),
        ("service.kubernetes.io/aws-load-balancer-type", "external", old),
        ("alb.ingress.kubernetes.io/scheme", "internal", alb),
        ("external-dns.alpha.kubernetes.io/hostname", "www.example.com", dns),
        ("external-dns.kubernetes.io/hostname", "www.example.com", dns),
    ] {
        let of = |kind: &str, values| of_entry(kind, "annotations", key, values);
        let differs = |meaning: &str| [format!("differs metadata.annotations[{key}]: {meaning}")];
        assert_eq!(of("Service", [Some(value), None]), differs(meaning), "{value}");
        assert_eq!(of("Service", [Some(value), Some("other")]), differs(CHANGED));
        assert_eq!(of("Service", [None, Some(value)]), differs(TAKEN_AWAY));
        let read = "the controller reads it now; a render has it no more, and a merge leaves it there";
        assert_eq!(of("Ingress", [Some(value), None]), differs(read));
    }
    let values = [[Some("x"), None], [Some("x"), Some("y")], [None, Some("x")]];
    for value in values {
        assert_eq!(
            of_entry("Service", "annotations", "example.com/owner", value),
            ["note metadata.annotations[example.com/owner]: not about a load balancer: it stays where it is"]
        );
        for key in ["kubectl.kubernetes.io/last-applied-configuration", "meta.helm.sh/release-name"] {
            assert_eq!(of_entry("Service", "annotations", key, value), [""; 0], "{key}");
        }
    }
}

#[test]
fn labels_of_somebody_else_are_a_note() {
    let of = |key: &str, values| of_entry("Service", "labels", key, values);
    assert_eq!(
        of("team", [Some("x"), None]),
        ["note metadata.labels.team: a label of somebody else: it stays where it is"]
    );
    assert_eq!(of("team", [Some("x"), Some("y")]), [""; 0]);
    assert_eq!(of("team", [None, Some("x")]), [""; 0]);
    assert_eq!(of("app.kubernetes.io/managed-by", [Some("Helm"), None]), [""; 0]);
}
