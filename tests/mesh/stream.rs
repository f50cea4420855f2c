//! What a case is: a stream as Istio's gateway chart renders it, with Gateways of Istio, and what the program makes of it.

#![allow(dead_code)] // each test file uses its own part

use crate::support::{filter, shown};
use serde_json::Value;

/// One case.
pub struct Case {
    /// Also its namespace, and what selects its pods.
    pub name: &'static str,
    /// What differs from the chart.
    pub gateway: Rendered,
    /// More of the stream. `NAME` stands for the name.
    pub stream: &'static str,
    /// The VirtualServices of the stream.
    pub routes: &'static str,
    /// What is in the cluster, and not in the stream.
    pub beside: &'static str,
    /// How the program runs.
    pub run: Run,
    /// Its warnings and errors: severity and id.
    pub finds: &'static [(&'static str, &'static str)],
    /// What a client gets on port 443 of the ALB.
    pub https: &'static str,
    /// What a client gets on port 80 of the ALB.
    pub http: &'static str,
    /// What AWS sees of the targets.
    pub health: &'static str,
    /// Why the program says otherwise, where it does.
    pub differs: Option<&'static str>,
}

/// How the program runs.
pub enum Run {
    /// As the filter, with more flags.
    Filter(&'static [&'static str]),
    /// Not as the filter: the stream has an Ingress of its own, which is judged as it stands.
    AsIs,
}

/// What differs from the chart in the gateway's own objects.
#[derive(Clone, Copy)]
pub struct Rendered {
    pub service: &'static str,
    pub service_annotations: &'static str,
    pub labels: &'static str,
    pub ports: &'static str,
    pub pod: &'static str,
    pub container: &'static str,
    pub annotations: &'static str,
}

/// The chart.
pub const CHART: Rendered = Rendered {
    service: "type: LoadBalancer",
    service_annotations: " {}",
    labels: "",
    ports: "{name: status-port, port: 15021, targetPort: 15021, protocol: TCP}, \
            {name: http2, port: 80, targetPort: 80, protocol: TCP}, {name: https, port: 443, targetPort: 443, protocol: TCP}",
    pod: "securityContext: {sysctls: [{name: net.ipv4.ip_unprivileged_port_start, value: '0'}]}",
    container: "ports: [{containerPort: 15090, name: http-envoy-prom, protocol: TCP}]",
    annotations: "inject.istio.io/templates: gateway",
};
/// A Gateway with servers.
macro_rules! gateway {
    ($name:literal: $($server:expr),+) => {
        concat!(
            "---\napiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: ", $name, ", namespace: NAME}\nspec:\n  \
             selector: {istio: NAME}\n  servers:\n",
            $("  - {", $server, "}\n"),+
        )
    };
}

/// A server for HTTPS and any host.
macro_rules! any_host {
    () => {
        "port: {number: 443, name: https, protocol: HTTPS}, hosts: ['*'], tls: {mode: SIMPLE, credentialName: shop-cert}"
    };
}

/// A server for clear text and any host.
macro_rules! clear_text {
    ($number:literal) => {
        concat!("port: {number: ", $number, ", name: http-", $number, ", protocol: HTTP}, hosts: ['*']")
    };
}

/// A server that only redirects.
macro_rules! redirect {
    () => {
        "port: {number: 80, name: http, protocol: HTTP}, hosts: ['*'], tls: {httpsRedirect: true}"
    };
}

/// Every request of a Gateway to the backend.
macro_rules! route {
    () => {
        route!("public")
    };
    ($gateway:literal) => {
        concat!(
            "---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: of-",
            $gateway,
            ", namespace: NAME}\nspec:\n  hosts: ['*']\n  gateways: [",
            $gateway,
            "]\n  http: [{route: [{destination: {host: backend.test, port: {number: 9080}}}]}]\n"
        )
    };
}

/// TLS for some names to the backend.
macro_rules! tls_route {
    ($names:literal) => {
        concat!(
            "---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: shop, namespace: NAME}\nspec:\n  \
             hosts: [", $names, "]\n  gateways: [public]\n  tls: [{match: [{port: 443, sniHosts: [", $names,
            "]}], route: [{destination: {host: tls.test, port: {number: 9443}}}]}]\n"
        )
    };
}

/// Every connection to a backend.
macro_rules! tcp_route {
    ($host:literal, $port:literal) => {
        concat!(
            "---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: shop, namespace: NAME}\nspec:\n  \
             hosts: ['*']\n  gateways: [public]\n  tcp: [{route: [{destination: {host: ", $host, ", port: {number: ", $port, "}}}]}]\n"
        )
    };
}

/// Who may come in through the gateway.
macro_rules! policy {
    ($field:literal) => {
        policy!("ALLOW", $field)
    };
    ($action:literal, $field:literal) => {
        concat!(
            "---\napiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: office, namespace: NAME}\nspec:\n  \
             selector: {matchLabels: {istio: NAME}}\n  action: ", $action, "\n  rules: [{from: [{source: {", $field,
            ": [203.0.113.0/24]}}]}]\n"
        )
    };
}

/// An Ingress as somebody writes it by hand.
macro_rules! ingress {
    ($port:literal, $protocol:literal) => {
        concat!(
            "---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: by-hand
  namespace: NAME
  annotations:
    kubernetes.io/ingress.class: alb
    alb.ingress.kubernetes.io/scheme: internal
    alb.ingress.kubernetes.io/target-type: instance
    alb.ingress.kubernetes.io/listen-ports: '[{\"HTTP\": 80}, {\"HTTPS\": 443}]'
    alb.ingress.kubernetes.io/ssl-redirect: '443'
    alb.ingress.kubernetes.io/ssl-policy: ELBSecurityPolicy-TLS13-1-2-2021-06
    alb.ingress.kubernetes.io/certificate-arn: arn:aws:acm:eu-central-1:111122223333:certificate/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0
    alb.ingress.kubernetes.io/backend-protocol: ", $protocol, "
    alb.ingress.kubernetes.io/healthcheck-port: status-port
    alb.ingress.kubernetes.io/healthcheck-protocol: HTTP
    alb.ingress.kubernetes.io/healthcheck-path: /healthz/ready
spec:
  rules:
  - http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: NAME, port: {number: ", $port, "}}}}]}
"
        )
    };
}

impl Case {
    /// The stream, as Helm hands it on.
    pub fn stream(&self) -> String {
        let Rendered { service, service_annotations, labels, ports, pod, container, annotations } = self.gateway;
        let stream = format!(
            "apiVersion: v1
kind: ServiceAccount
metadata: {{name: NAME, namespace: NAME}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {{name: NAME, namespace: NAME}}
rules: [{{apiGroups: [''], resources: [secrets], verbs: [get, watch, list]}}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {{name: NAME, namespace: NAME}}
roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: Role, name: NAME}}
subjects: [{{kind: ServiceAccount, name: NAME}}]
---
apiVersion: v1
kind: Service
metadata:
  name: NAME
  namespace: NAME
  labels: {{app: gateway, istio: NAME{labels}}}
  annotations:{service_annotations}
spec:
  {service}
  selector: {{app: gateway, istio: NAME}}
  ports: [{ports}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: NAME, namespace: NAME, labels: {{app: gateway, istio: NAME}}}}
spec:
  selector: {{matchLabels: {{app: gateway, istio: NAME}}}}
  template:
    metadata:
      labels: {{app: gateway, istio: NAME}}
      annotations:
        {annotations}
    spec:
      serviceAccountName: NAME
      containers:
      - {{name: istio-proxy, image: auto, {container}}}
      {pod}
{stream}{routes}",
            stream = self.stream,
            routes = self.routes,
        );
        stream.replace("NAME", self.name)
    }

    /// What is in the cluster beside it.
    pub fn beside(&self) -> String {
        self.beside.replace("NAME", self.name)
    }

    /// What the program prints, in spite of its errors.
    pub fn output(&self) -> Result<String, String> {
        let Run::Filter(flags) = self.run else {
            return Ok(self.stream());
        };
        let findings = self.findings();
        let errors = findings.iter().filter(|(severity, _)| severity == "error");
        let in_spite = errors.flat_map(|(_, id)| ["--warn", id]);
        let output = self.program(&flags.iter().copied().chain(in_spite).collect::<Vec<_>>());
        if !output.status.success() {
            return Err(shown(&output));
        }
        String::from_utf8(output.stdout).map_err(|error| error.to_string())
    }

    /// The warnings and errors of the program, by severity and id.
    pub fn findings(&self) -> Vec<(String, String)> {
        self.judged().unwrap_or_else(|refusal| panic!("{refusal}"))
    }

    /// The same, or why it does not judge.
    pub fn judged(&self) -> Result<Vec<(String, String)>, String> {
        let check: &[&str] = match self.run {
            Run::Filter(flags) => &[&["check", "--format", "json"], flags].concat(),
            Run::AsIs => &["check", "--as-is", "--format", "json"],
        };
        let output = self.program(check);
        let report: Value = serde_json::from_slice(&output.stdout).map_err(|_| shown(&output))?;
        if !report["error"].is_null() {
            return Err(shown(&output));
        }
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let findings = report["findings"].as_array().into_iter().flatten();
        let findings = findings.map(|finding| (text(&finding["severity"]), text(&finding["id"])));
        let mut findings: Vec<_> = findings.filter(|(severity, _)| severity != "info").collect();
        findings.sort();
        findings.dedup();
        Ok(findings)
    }

    /// Whether findings say that a request goes through. A port that was pinned is reported, whatever comes of it.
    pub fn is_said_to_work<'f>(ids: impl IntoIterator<Item = &'f str>) -> bool {
        ids.into_iter().all(|id| id == "ALB092")
    }

    fn program(&self, arguments: &[&str]) -> std::process::Output {
        let folder = tempfile::tempdir().unwrap();
        let mut all = arguments.to_vec();
        if matches!(self.run, Run::Filter(_)) {
            all.extend(["--scheme", "internal", "--certificate-arn"]);
            all.push("arn:aws:acm:eu-central-1:111122223333:certificate/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0");
        }
        filter(folder.path(), &all, self.stream().as_bytes())
    }
}
