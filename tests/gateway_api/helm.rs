//! A chart of ours with a Gateway, deployed by Helm with the post-renderer, and istiod beside it.

use super::live::{becomes, said};
use super::release::{ATTACH, OURS, Release, Way, done};
use crate::support::cluster::{INGRESS, SERVICE};
use crate::support::{Outcome, fail, project};
use serde_json::Value;

const VALUES: &str = "\
annotations:
  service.beta.kubernetes.io/aws-load-balancer-type: external
  service.beta.kubernetes.io/aws-load-balancer-scheme: internal
  service.beta.kubernetes.io/load-balancer-source-ranges: 192.0.2.0/24
";
const MADE: &str = "istio-ingressgateway-istio";

pub fn run(way: Way) -> Outcome {
    let name = format!("gateway-api-{}", way.name.replace(' ', "-"));
    let release = Release::new(way, &name, VALUES).of_chart(project().join("chart-fixtures/gateway-api"));
    let namespace = &release.namespace;
    let is_there = |expected: &[&str]| -> Result<Value, String> {
        let mut written =
            namespace.ask(&["get", "gateways.gateway.networking.k8s.io", "istio-ingressgateway", "--output", "yaml"]);
        for map in expected {
            written += &format!("---\n{}", namespace.ask(&["get", "configmap", map, "--output", "yaml"]));
        }
        let found = said(&written);
        becomes(namespace, found.first().ok_or("no Gateway")?)
    };
    let kind = |service: &Value| service["spec"]["type"].as_str().unwrap_or_default().to_owned();
    let annotations = |service: &Value| service["metadata"]["annotations"].to_string();
    let has_nlb = |service: &Value| annotations(service).contains("service.beta.kubernetes.io");

    done(release.install(&[]));
    let service = is_there(&[])?;
    if kind(&service) != "LoadBalancer" || !has_nlb(&service) {
        return fail(format!("before: {service:#}"));
    }
    done(release.upgrade(&[&OURS[..], &ATTACH].concat()));
    let service = is_there(&[])?;
    let ingress = namespace.object(INGRESS, "common-external-ingress").ok_or("attach: no Ingress")?;
    let backend = ingress.pointer("/spec/rules/0/http/paths/0/backend/service").unwrap();
    if kind(&service) != "LoadBalancer" || !has_nlb(&service) || backend["name"] != MADE {
        return fail(format!("attach: {service:#} {backend:#}"));
    }
    release.configure("{service: {nodePorts: {https: 30443}}}");
    done(release.upgrade(&OURS));
    let service = is_there(&["istio-ingressgateway-istio-alb"])?;
    let port = service["spec"]["ports"].as_array().unwrap().iter().find(|port| port["port"] == 443).unwrap();
    if kind(&service) != "NodePort" || has_nlb(&service) || port["nodePort"] != 30443 {
        return fail(format!("cutover: {service:#}"));
    }
    let ingress = namespace.object(INGRESS, "common-external-ingress").ok_or("cutover: no Ingress")?;
    let access = &ingress["metadata"]["annotations"]["alb.ingress.kubernetes.io/inbound-cidrs"];
    if ingress.pointer("/spec/rules/0/http/paths/0/backend/service/port/number") != Some(&port["port"])
        || access != "192.0.2.0/24"
    {
        return fail(format!("cutover: {ingress:#}"));
    }
    done(release.roll_back("1"));
    let service = is_there(&[])?;
    if kind(&service) != "LoadBalancer"
        || !has_nlb(&service)
        || namespace.object(INGRESS, "common-external-ingress").is_some()
    {
        return fail(format!("rolled back: {service:#}"));
    }
    done(release.cut_over());
    is_there(&["istio-ingressgateway-istio-alb"])?;
    done(release.uninstall());
    // What istiod made belongs to the Gateway, and goes with it: the controller that does that does not run here.
    let service = namespace.object(SERVICE, MADE).ok_or("the Service is gone by itself")?;
    let owner = &service["metadata"]["ownerReferences"][0];
    if owner["kind"] != "Gateway" || owner["name"] != "istio-ingressgateway" {
        return fail(format!("uninstalled: {service:#}"));
    }
    namespace.ask(&["delete", "service", MADE]);
    let left = namespace.ask(&[
        "get",
        "gateways.gateway.networking.k8s.io,httproutes.gateway.networking.k8s.io,ingresses",
        "--output",
        "name",
    ]);
    let maps = namespace.ask(&["get", "configmaps", "--output", "name"]);
    if !left.is_empty() || maps.contains("istio-alb") {
        return fail(format!("uninstalled, and there are still {left} {maps}"));
    }
    Ok(())
}
