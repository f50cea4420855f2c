//! external-dns with Istio's Gateways and VirtualServices as sources.

use crate::finding::{Finding, rules};
use crate::lint::context::{Context, about, namespace_of, pointer};
use crate::lint::facts::gateways::GatewayBehind;
use crate::migrate::{annotations_of, external_dns, is_external_dns};
use kubernetes_objects::object::Object;

rules! {
    ALB124 Warning "external-dns-without-an-address" {
        summary: "external-dns has no address, or the old one, for the hosts of a Gateway or VirtualService",
        explanation: "With the sources `istio-gateway` and `istio-virtualservice` external-dns takes the targets of its \
            records from the Gateway: the annotation `target`, else the Ingress that the annotation `ingress` names, else the \
            status of the Services with the selector of the Gateway. A NodePort or ClusterIP Service has no load balancer in \
            its status, so there is no target, and with `--policy=sync` the records are deleted. An Ingress that is not there \
            stops the whole source. The annotations of a VirtualService that name a target come first.\n\nThe prefix is \
            `external-dns.alpha.kubernetes.io/`, and `external-dns.kubernetes.io/` from external-dns v0.22 on.",
        help: "annotate the Gateway with `external-dns.alpha.kubernetes.io/ingress: <namespace>/<ingress>`, the Ingress of the ALB: its \
            status has the name of the ALB; remove an annotation `target`, which comes first",
        source: "external-dns v0.22.0 source/istio_gateway.go:204-230, source/istio_virtualservice.go:401-413, \
            source/endpoints.go:29-60; external-dns#1707, #888, #4473",
    }
}

/// Gateways and VirtualServices that external-dns reads and that had the address of the old load balancer.
pub(super) fn of(context: &Context<'_>, gateway: &GatewayBehind<'_>) -> Vec<Finding> {
    if gateway.has_an_address() {
        return Vec::new();
    }
    let mut findings: Vec<Finding> =
        gateway.gateways.iter().filter_map(|source| of_gateway(context, gateway, source)).collect();
    let services = context.of_kind("VirtualService").filter(|service| gateway.binds(service));
    findings.extend(services.filter_map(|service| of_target(gateway, service, external_dns(service, "target")?)));
    findings
}

fn of_gateway(context: &Context<'_>, gateway: &GatewayBehind<'_>, source: &Object) -> Option<Finding> {
    if let Some(target) = external_dns(source, "target") {
        return of_target(gateway, source, target);
    }
    if let Some((key, named)) = external_dns(source, "ingress") {
        let (namespace, name) = named.split_once('/').unwrap_or((namespace_of(source), named));
        let is_there = context.of_kind("Ingress").any(|it| namespace_of(it) == namespace && it.name() == name);
        let ours = ingress_of(gateway);
        return (!is_there && namespace_of(gateway.service) == namespace).then(|| {
            let message = format!("{key} names the Ingress {named}, which is not in the stream; the ALB's is {ours}");
            about(source, &ALB124, message).field(pointer(key)).help(format!("write `{key}: {ours}`"))
        });
    }
    let virtual_services = context.of_kind("VirtualService").filter(|service| gateway.binds(service));
    let mut readable = std::iter::once(source).chain(virtual_services);
    let (read, key) = readable.find_map(|object| Some((object, sign_of_external_dns(object)?)))?;
    let ours = ingress_of(gateway);
    let message = format!(
        "external-dns reads {} ({key}) and takes its target from the Service {}, which has no load balancer now",
        read.reference(),
        gateway.service.full_name()
    );
    let help = format!("annotate {} with `external-dns.alpha.kubernetes.io/ingress: {ours}`", source.reference());
    Some(about(source, &ALB124, message).field("/metadata/annotations").help(help))
}

/// A target that is the name of another load balancer of AWS.
fn of_target(gateway: &GatewayBehind<'_>, source: &Object, (key, target): (&str, &str)) -> Option<Finding> {
    let is_of_aws = |name: &str| name.trim_end_matches('.').ends_with(".amazonaws.com") && name.contains(".elb.");
    target.split(',').any(|name| is_of_aws(name.trim())).then(|| {
        let message = format!(
            "{key} is {target}, an old load balancer: the DNS record keeps that name after the load balancer is deleted"
        );
        let or = match source.kind() {
            "Gateway" => {
                format!("or remove it and write `external-dns.alpha.kubernetes.io/ingress: {}`", ingress_of(gateway))
            }
            _ => "or remove it: external-dns then takes the target of the Gateway".to_owned(),
        };
        let help = format!("set `{key}` to the DNS name of the ALB, {or}");
        about(source, &ALB124, message).field(pointer(key)).help(help)
    })
}

fn ingress_of(gateway: &GatewayBehind<'_>) -> String {
    let first = gateway.targets.first();
    first.map(|target| target.ingress.facts.key.to_string()).unwrap_or_default()
}

/// An annotation that shows that external-dns reads an object.
fn sign_of_external_dns(object: &Object) -> Option<&str> {
    let keys = annotations_of(&object.value).into_keys();
    keys.filter(|key| is_external_dns(key)).find(|key| !key.ends_with("/controller"))
}
