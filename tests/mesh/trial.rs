//! One case, played: what the program prints goes to the API server, istiod and Envoy make a gateway of it, and a request
//! goes through the ALB that `show` shows.

use super::alb::{Alb, Answer};
use super::certificate::Certificate;
use super::gateway::{Gateway, Pod};
use super::istiod::{Istiod, apply, ask};
use super::routes::Routes;
use super::settled;
use super::stream::Case;
use crate::support::{filter, shown};
use serde_json::{Value, json};

/// The host and the path that the client asks for.
pub const HOST: &str = "shop.example.com";
const PATH: &str = "/cart";

/// What a client sees, and AWS.
pub struct Answers {
    pub https: Option<Answer>,
    pub http: Option<Answer>,
    /// Of the one target group.
    pub health: String,
}

impl Answers {
    pub fn json(&self) -> Value {
        let answer = |answer: &Option<Answer>| answer.as_ref().map_or(Value::Null, Answer::json);
        json!({"443": answer(&self.https), "80": answer(&self.http), "health": self.health})
    }
}

/// Plays a case in a namespace of its name.
pub fn play(case: &Case, istiod: &Istiod, certificate: &Certificate) -> Result<Answers, String> {
    let (cluster, namespace) = (istiod.cluster, case.name);
    cluster.has_namespace(namespace);
    let secrets = ["shop-cert", "shop-mutual"].map(|name| certificate.secret(namespace, name).to_string());
    apply(cluster, secrets.join("\n---\n").as_bytes());
    apply(cluster, case.output()?.as_bytes());
    apply(cluster, case.beside().as_bytes());

    let live = |kinds: &str| -> Vec<Value> {
        let answer = ask(cluster, &["get", kinds, "--namespace", namespace, "--output", "json"]);
        let list: Value = serde_json::from_str(&answer).unwrap();
        list["items"].as_array().unwrap().clone()
    };
    let (services, ingresses) = (live("services"), live("ingresses"));
    let pod = Pod::of(&live("deployments")[0]);
    pod.create(istiod);
    let slices: Vec<String> = services.iter().map(|service| pod.endpoints(service).to_string()).collect();
    apply(cluster, slices.join("\n---\n").as_bytes());
    settled::write(istiod, &pod, certificate);

    let mut gateway = Gateway::start(istiod, &pod)?;
    settled::wait(&mut gateway, &pod)?;
    let objects: Vec<Value> = services.iter().chain(&ingresses).cloned().collect();
    let alb = Alb::of(&show(&objects), Routes::new(services, pod, gateway.is_ready()));
    let health = alb.health();
    let [(_, health)] = health.as_slice() else {
        return Err(format!("one target group: {health:?}"));
    };
    let get = |port| alb.get(port, HOST, PATH);
    let answers = Answers { https: get(443), http: get(80), health: health.clone() };
    // A Gateway may be for the pods of every namespace.
    let gateways = ["delete", "gateways.networking.istio.io", "--all", "--all-namespaces", "--wait=false"];
    ask(cluster, &gateways);
    Ok(answers)
}

/// The load balancer that the controller builds from objects as the API server has them.
fn show(objects: &[Value]) -> Value {
    let list = json!({"apiVersion": "v1", "kind": "List", "items": objects}).to_string();
    let folder = tempfile::tempdir().unwrap();
    let output = filter(folder.path(), &["show", "--as-is", "--format", "json"], list.as_bytes());
    assert!(output.status.success(), "{}", shown(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}
