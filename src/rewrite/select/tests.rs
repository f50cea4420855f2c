//! Tests of the module above.

use super::*;
use kubernetes_objects::object;
use manifest_yaml::stream::Stream;

fn objects(text: &str) -> Vec<Object> {
    object::read(&Stream::split(text), &["Service"]).objects
}

fn service(name: &str, more: &str, spec: &str) -> String {
    format!("---\napiVersion: v1\nkind: Service\nmetadata: {{name: {name}, namespace: ns{more}}}\nspec: {{{spec}}}\n")
}

const STATUS: &str = "ports: [{name: status-port, port: 15021}]";

fn found(text: &str, selector: &Selector) -> Result<Option<String>, String> {
    let objects = objects(text);
    find(&objects, selector, &[])
        .map(|index| index.map(|index| objects[index].name().to_owned()))
        .map_err(|error| error.to_string())
}

fn named(name: &str) -> Selector {
    Selector { name: Some(name.to_owned()), ..Selector::default() }
}

#[test]
fn the_status_port_tells_it() {
    let by_name = service("a", "", "ports: [{name: x, port: 1}]") + &service("b", "", STATUS);
    assert_eq!(found(&by_name, &Selector::default()), Ok(Some("b".to_owned())));
    let by_number = service("c", "", "ports: [{port: 15021}]");
    assert_eq!(found(&by_number, &Selector::default()), Ok(Some("c".to_owned())));
    let hook = service("h", ", annotations: {helm.sh/hook: pre-install}", STATUS);
    assert_eq!(found(&hook, &Selector::default()), Ok(None));
    let foreign = by_name.replace("apiVersion: v1", "apiVersion: serving.knative.dev/v1");
    assert_eq!(found(&foreign, &Selector::default()), Ok(None));
}

#[test]
fn of_several_the_exposed_one() {
    let inner = service("inner", "", &format!("type: ClusterIP, {STATUS}"));
    let outer = service("outer", "", &format!("type: LoadBalancer, {STATUS}"));
    assert_eq!(found(&(inner.clone() + &outer), &Selector::default()), Ok(Some("outer".to_owned())));
    let two = outer.clone() + &outer.replace("outer", "other");
    assert_eq!(
        found(&two, &Selector::default()).unwrap_err(),
        "document 1, line 2: several Services could be the gateway:\n  \
         ns/outer (LoadBalancer, ports status-port 15021), document 1, line 2\n  \
         ns/other (LoadBalancer, ports status-port 15021), document 2, line 7\n  \
         help: choose one with `gateway.name: other` or `gateway.name: outer`, or write one configuration document for each gateway"
    );
    assert_eq!(found(&two, &named("other")), Ok(Some("other".to_owned())));
    assert_eq!(found(&inner, &Selector::default()), Ok(Some("inner".to_owned())));
}

/// The Service, and the line at which it stands, that our Ingress in a namespace (or in none) leads to.
#[test]
fn of_several_that_are_not_exposed_the_one_that_our_ingress_leads_to() {
    let of = |name: &str, namespace: &str| service(name, "", STATUS).replace("namespace: ns", namespace);
    let (a, b) = (of("a", "namespace: ns"), of("b", "namespace: ns"));
    let (elsewhere, nowhere) = (of("a", "namespace: other"), of("a", ""));
    for (ingress, services, chosen) in [
        ("namespace: ns", [&b, &a], Some(7)),
        ("", [&b, &a], Some(7)),
        ("namespace: ns", [&nowhere, &a], Some(7)),
        ("", [&nowhere, &a], Some(2)),
        ("namespace: ns", [&nowhere, &b], Some(2)),
        ("namespace: other", [&elsewhere, &a], Some(2)),
        ("namespace: third", [&b, &a], None),
        ("", [&elsewhere, &a], None),
    ] {
        let text = format!(
            "{}{}---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: ours, {ingress}}}\n\
             spec: {{defaultBackend: {{service: {{name: a, port: {{number: 443}}}}}}}}\n",
            services[0], services[1]
        );
        let objects = object::read(&Stream::split(&text), &["Service", "Ingress"]).objects;
        let selector = Selector { ingress: Some("ours".to_owned()), ..Selector::default() };
        let found = find(&objects, &selector, &[]).ok().flatten().map(|index| objects[index].place.line);
        assert_eq!(found, chosen, "{text}");
    }
}

#[test]
fn names_namespaces_and_labels_choose() {
    let text = service("a", ", labels: {istio: public}", STATUS)
        + &service("a", ", labels: {istio: private}", STATUS).replace("namespace: ns", "namespace: other");
    assert!(found(&text, &named("a")).unwrap_err().contains("`gateway.namespace: ns` or `gateway.namespace: other`"));
    let selector = Selector { namespace: Some("other".to_owned()), ..named("a") };
    assert_eq!(found(&text, &selector), Ok(Some("a".to_owned())));
    let labels = [("istio".to_owned(), "private".to_owned())].into();
    assert_eq!(found(&text, &Selector { labels, ..Selector::default() }), Ok(Some("a".to_owned())));
    assert_eq!(found(&text, &named("b")), Ok(None));
}

#[test]
fn east_west_gateways_are_refused_unless_named() {
    for east_west in [
        service("ew", ", labels: {topology.istio.io/network: n1}", STATUS),
        service("ew", "", "ports: [{name: status-port, port: 15021}, {port: 15443}]"),
    ] {
        let error = found(&east_west, &Selector::default()).unwrap_err();
        assert!(error.contains("is an east-west gateway ("), "{error}");
        assert_eq!(found(&east_west, &named("ew")), Ok(Some("ew".to_owned())));
        let both = east_west + &service("gw", "", STATUS);
        assert_eq!(found(&both, &Selector::default()), Ok(Some("gw".to_owned())));
    }
}

#[test]
fn a_gateway_for_the_web_may_have_the_ports_of_east_west_traffic_beside() {
    for more in [
        "{port: 80}, {port: 15443}",
        "{port: 443}, {port: 15012}, {port: 15017}",
        "{name: https, port: 8443}, {port: 15443}",
    ] {
        let text = service("gw", "", &format!("ports: [{{name: status-port, port: 15021}}, {more}]"));
        assert_eq!(found(&text, &Selector::default()), Ok(Some("gw".to_owned())), "{more}");
    }
}

#[test]
fn a_missing_gateway_is_put_into_words() {
    let none = missing(&[], &Selector::default(), &[]).to_string();
    assert!(none.contains("the stream holds no Service") && none.contains("service.type: None"), "{none}");
    let other =
        missing(&objects(&service("web", "", "ports: [{name: http, port: 80}]")), &named("gw"), &[]).to_string();
    assert!(
        other.starts_with("no Service gw found; Services in the stream:\n  ns/web (ClusterIP, ports http 80)"),
        "{other}"
    );
}

#[test]
fn the_service_that_was_probably_meant() {
    let help = |text: &str, selector: &Selector, claimed: &[usize]| {
        missing(&objects(text), selector, claimed).help.map(|help| help.to_string()).unwrap_or_default()
    };
    let text = service("gw", "", STATUS) + &service("web", "", "type: LoadBalancer");
    let elsewhere = Selector { namespace: Some("other".to_owned()), ..Selector::default() };
    let another = "Service ns/gw is in another namespace: choose it with";
    assert!(help(&text, &elsewhere, &[]).starts_with(another), "{}", help(&text, &elsewhere, &[]));
    let named = Selector { name: Some("gw".to_owned()), ..elsewhere.clone() };
    assert!(help(&text, &named, &[]).starts_with(another), "{}", help(&text, &named, &[]));
    // One that another document claims is not meant.
    let load_balancer = "Service ns/web is a load balancer, but has no port status-port (15021)";
    assert!(help(&text, &elsewhere, &[0]).starts_with(load_balancer), "{}", help(&text, &elsewhere, &[0]));
    // In its own namespace, or without one, it is the labels that do not fit.
    let labels = [("istio".to_owned(), "private".to_owned())].into();
    let labelled = Selector { labels, namespace: Some("ns".to_owned()), ..Selector::default() };
    let lacks = " lacks the label istio=private of `gateway.selector`";
    assert_eq!(help(&text, &labelled, &[]), format!("Service ns/gw{lacks}"));
    assert_eq!(help(&text.replace(", namespace: ns", ""), &labelled, &[]), format!("Service gw{lacks}"));
}
