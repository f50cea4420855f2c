use super::*;
use kubernetes_objects::object;
use manifest_yaml::stream::Stream;

/// A gateway's Service with these ports, and the rest of the stream.
fn stream(ports: &str, rest: &str) -> Vec<Object> {
    let text = format!(
        "apiVersion: v1\nkind: Service\nmetadata: {{name: gw, namespace: edge}}\nspec: {{selector: {{app: gw, istio: public}}, \
         ports: [{{name: status-port, port: 15021}}, {ports}]}}\n---\n{rest}"
    );
    object::read_all(&Stream::split(&text)).objects
}

fn gateway(spec: &str) -> String {
    format!(
        "apiVersion: networking.istio.io/v1beta1\nkind: Gateway\nmetadata: {{name: g, namespace: apps}}\nspec: {{{spec}}}\n---\n"
    )
}

/// A Gateway for these pods with such servers: `80 HTTP`, `443 HTTPS SIMPLE`.
fn servers(servers: &[&str]) -> String {
    let server = |text: &&str| {
        let mut words = text.split(' ');
        let (number, protocol) = (words.next().unwrap(), words.next().unwrap());
        let tls = match words.next() {
            Some("redirect") => "tls: {httpsRedirect: true}".to_owned(),
            Some(mode) => format!("tls: {{mode: {mode}}}"),
            None => String::new(),
        };
        format!("{{hosts: ['*'], port: {{name: p, number: {number}, protocol: {protocol}}}, {tls}}}")
    };
    let servers: Vec<String> = servers.iter().map(server).collect();
    gateway(&format!("selector: {{istio: public}}, servers: [{}]", servers.join(", ")))
}

fn speaks(ports: &str, rest: &str, number: u64) -> String {
    let objects = stream(ports, rest);
    let served = Mesh::of(&objects).served(&objects[0], |_| None);
    let served = served.port(number).unwrap();
    let by = match served.evidence {
        Evidence::Gateway(_) => "gateway",
        Evidence::OldLoadBalancer(_) => "before",
        Evidence::EarlierRun => "earlier",
        Evidence::Name(_) => "name",
        Evidence::Number => "number",
        Evidence::PassedOn(_) => "passed on",
    };
    format!("{:?} {by}", served.speaks)
}

const BOTH: &str = "{name: http2, port: 80}, {name: https, port: 443}";
const HIGH: &str = "{name: http2, port: 80, targetPort: 8080}, {name: https, port: 443, targetPort: 8443}";

#[test]
fn gateways_decide_what_a_port_speaks() {
    for (ports, rest, number, expected) in [
        (BOTH, servers(&["443 HTTP"]), 443, "ClearText gateway"),
        (BOTH, servers(&["443 http2"]), 443, "ClearText gateway"),
        (BOTH, servers(&["443 GRPC"]), 443, "ClearText gateway"),
        (BOTH, servers(&["443 HTTPS SIMPLE"]), 443, "Tls gateway"),
        (BOTH, servers(&["443 TCP"]), 443, "Tls passed on"),
        (BOTH, servers(&["443 TCP", "80 HTTP"]), 80, "ClearText gateway"),
        (BOTH, servers(&["443 TCP", "80 HTTP"]), 443, "Tls passed on"),
        ("{name: https, port: 8443}", servers(&["443 HTTPS SIMPLE"]), 8443, "Nothing gateway"),
        (BOTH, servers(&["443 HTTPS MUTUAL"]), 443, "Tls gateway"),
        (BOTH, servers(&["443 HTTPS OPTIONAL_MUTUAL"]), 443, "Tls gateway"),
        (BOTH, servers(&["443 TLS PASSTHROUGH"]), 443, "Tls gateway"),
        (BOTH, servers(&["80 HTTPS SIMPLE"]), 80, "Tls gateway"),
        // The server's number is the Service's port; the listener is on its target port.
        (HIGH, servers(&["443 HTTP"]), 443, "ClearText gateway"),
        (HIGH, servers(&["8443 HTTP"]), 443, "ClearText gateway"),
        (
            "{port: 80, targetPort: 8080}, {port: 443, targetPort: 8080}",
            servers(&["80 HTTP"]),
            443,
            "ClearText gateway",
        ),
        ("{port: 9443, targetPort: 9443}", servers(&["9443 HTTP"]), 9443, "ClearText gateway"),
        // Nothing listens where no server is.
        (BOTH, servers(&["80 HTTP"]), 443, "Nothing gateway"),
        (BOTH, servers(&["8080 HTTP"]), 443, "Nothing gateway"),
        (BOTH, servers(&["443 HTTPS SIMPLE"]), 80, "Nothing gateway"),
        // A redirect shows that somebody else serves HTTPS; other traffic shows nothing.
        (BOTH, servers(&["80 HTTP redirect"]), 443, "Tls number"),
        (BOTH, servers(&["15443 TLS AUTO_PASSTHROUGH"]), 443, "Tls number"),
        (BOTH, servers(&["31400 TCP"]), 443, "Tls number"),
        ("{name: mqtt, port: 1883}", servers(&["80 HTTP"]), 1883, "Unknown number"),
        // Which pods a Gateway selects.
        (BOTH, servers(&["443 HTTP"]).replace("istio: public", "istio: other"), 443, "Tls number"),
        (BOTH, servers(&["443 HTTP"]).replace("selector: {istio: public}, ", ""), 443, "ClearText gateway"),
        (BOTH, servers(&["443 HTTP"]).replace("istio.io/v1beta1", "istio.io/v1alpha3"), 443, "ClearText gateway"),
        (BOTH, servers(&["443 HTTP"]).replace("networking.istio.io", "gateway.networking.k8s.io"), 443, "Tls number"),
        (
            BOTH,
            servers(&["443 HTTP"]).replace("istio: public", "team: web")
                + "kind: Deployment\nmetadata: {name: gw, namespace: edge}\nspec: {template: {metadata: {labels: {app: gw, istio: \
                   public, team: web}}}}\n",
            443,
            "ClearText gateway",
        ),
        // Without Gateways: names, then numbers.
        ("{name: https, port: 443, appProtocol: http}", String::new(), 443, "ClearText name"),
        ("{name: web, port: 8000, appProtocol: HTTPS}", String::new(), 8000, "Tls name"),
        ("{name: https, port: 443, targetPort: http}", String::new(), 443, "ClearText name"),
        ("{name: web, port: 80, targetPort: https}", String::new(), 80, "Tls name"),
        ("{name: https, port: 443, targetPort: 8080}", String::new(), 443, "ClearText name"),
        ("{name: http2, port: 80}, {name: https, port: 443, targetPort: 80}", String::new(), 443, "ClearText name"),
        ("{name: https, port: 443, targetPort: 9443}", String::new(), 443, "Tls number"),
        ("{name: web, port: 443, appProtocol: tcp}", String::new(), 443, "Tls number"),
        (BOTH, String::new(), 80, "ClearText number"),
        (BOTH, servers(&["443 HTTP"]), 15021, "Status number"),
    ] {
        assert_eq!(speaks(ports, &rest, number), expected, "{ports} {number}\n{rest}");
    }
}

#[test]
fn ports_are_not_translated_where_the_service_opts_out() {
    let mut objects = stream(HIGH, &servers(&["443 HTTP"]));
    objects[0].value["metadata"]["labels"] =
        serde_json::json!({"experimental.istio.io/disable-gateway-port-translation": "true"});
    let served = Mesh::of(&objects).served(&objects[0], |_| None);
    assert_eq!(served.port(443).map(|served| served.speaks), Some(Speaks::Nothing));
}

#[test]
fn of_two_servers_on_a_port_the_older_gateway_counts() {
    let named = |name: &str, server: &str| servers(&[server]).replace("name: g,", &format!("name: {name},"));
    let text = named("b", "443 HTTPS SIMPLE") + &named("a", "443 HTTP");
    assert_eq!(speaks(BOTH, &text, 443), "ClearText gateway");
    let aged = text.replace("name: b,", "name: b, creationTimestamp: \"2024-01-01T00:00:00Z\",");
    let aged = aged.replace("name: a,", "name: a, creationTimestamp: \"2025-01-01T00:00:00Z\",");
    assert_eq!(speaks(BOTH, &aged, 443), "Tls gateway");
}

#[test]
fn a_port_leads_to_a_server_that_listens_on_its_target_port() {
    for (ports, number, expected) in [
        (BOTH, 443, 443),
        (BOTH, 8443, 8443),
        (HIGH, 443, 443),
        (HIGH, 8443, 443),
        ("{name: https, port: 443, targetPort: 8443}, {name: other, port: 8443, targetPort: 9443}", 8443, 8443),
    ] {
        let objects = stream(ports, "");
        let pods = Mesh::of(&objects).pods(&objects[0]);
        assert_eq!(service_port(number, &objects[0], &pods), expected, "{ports} {number}");
    }
}
