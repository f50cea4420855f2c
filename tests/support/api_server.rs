//! Stands in for a Kubernetes API server where Helm wants one although nothing is to be changed
//! (`install --dry-run=client` of Helm 3, `upgrade --dry-run=client` of both). It knows the resources that the charts
//! here render, and holds no object.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};

/// Group, version, and the kinds with their plural names.
type Resources = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

const RESOURCES: [Resources; 6] = [
    (
        "",
        "v1",
        &[
            ("Service", "services"),
            ("ServiceAccount", "serviceaccounts"),
            ("Secret", "secrets"),
            ("ConfigMap", "configmaps"),
        ],
    ),
    ("apps", "v1", &[("Deployment", "deployments"), ("DaemonSet", "daemonsets")]),
    ("autoscaling", "v2", &[("HorizontalPodAutoscaler", "horizontalpodautoscalers")]),
    ("networking.k8s.io", "v1", &[("Ingress", "ingresses"), ("NetworkPolicy", "networkpolicies")]),
    ("policy", "v1", &[("PodDisruptionBudget", "poddisruptionbudgets")]),
    ("rbac.authorization.k8s.io", "v1", &[("Role", "roles"), ("RoleBinding", "rolebindings")]),
];

/// Starts the server for the rest of the process; returns its address as an URL.
pub fn start() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            std::thread::spawn(move || answer(connection));
        }
    });
    format!("http://{address}")
}

fn answer(mut connection: TcpStream) {
    let mut lines = BufReader::new(connection.try_clone().unwrap()).lines().map_while(Result::ok);
    let request = lines.next().unwrap_or_default();
    lines.take_while(|line| !line.is_empty()).for_each(drop);
    let path = request.split(' ').nth(1).unwrap_or("/").split('?').next().unwrap_or("/");
    let (status, body) = respond(path);
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    // Helm may have gone already; that is its business.
    let _ = connection.write_all(head.as_bytes()).and_then(|()| connection.write_all(body.as_bytes()));
}

fn respond(path: &str) -> (&'static str, String) {
    let found = match path.trim_matches('/').split('/').collect::<Vec<_>>()[..] {
        ["version"] => Some(r#"{"major":"1","minor":"34","gitVersion":"v1.34.2","platform":"linux/amd64"}"#.into()),
        ["api"] => Some(r#"{"kind":"APIVersions","versions":["v1"]}"#.into()),
        ["apis"] => Some(groups()),
        ["api", version] => resources("", version),
        ["apis", group, version] => resources(group, version),
        ["api", "v1", "namespaces", _, "secrets"] => {
            Some(r#"{"kind":"SecretList","apiVersion":"v1","metadata":{},"items":[]}"#.into())
        }
        _ => None,
    };
    match found {
        Some(body) => ("200 OK", body),
        None => (
            "404 Not Found",
            r#"{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"NotFound","message":"not found","code":404}"#
                .into(),
        ),
    }
}

fn groups() -> String {
    let groups: Vec<String> = RESOURCES
        .iter()
        .filter(|(group, _, _)| !group.is_empty())
        .map(|(group, version, _)| {
            let version = format!(r#"{{"groupVersion":"{group}/{version}","version":"{version}"}}"#);
            format!(r#"{{"name":"{group}","versions":[{version}],"preferredVersion":{version}}}"#)
        })
        .collect();
    format!(r#"{{"kind":"APIGroupList","apiVersion":"v1","groups":[{}]}}"#, groups.join(","))
}

fn resources(group: &str, version: &str) -> Option<String> {
    let (_, _, kinds) = RESOURCES.iter().find(|(name, v, _)| *name == group && *v == version)?;
    let kinds: Vec<String> = kinds
        .iter()
        .map(|(kind, plural)| {
            format!(
                r#"{{"name":"{plural}","singularName":"","namespaced":true,"kind":"{kind}","verbs":["create","get"]}}"#
            )
        })
        .collect();
    let name = if group.is_empty() { version.to_string() } else { format!("{group}/{version}") };
    Some(format!(
        r#"{{"kind":"APIResourceList","apiVersion":"v1","groupVersion":"{name}","resources":[{}]}}"#,
        kinds.join(",")
    ))
}
