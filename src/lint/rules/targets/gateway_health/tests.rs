use super::*;
use crate::lint::testing::{hold, working};

const PORTS: &str = "type: NodePort\nports: [{name: status-port, port: 15021, nodePort: 30021}, {name: https, port: 443, nodePort: 30443}]";
const NO_GATEWAY: &str = "type: NodePort\nports: [{name: health, port: 8080}, {name: https, port: 443}]";

#[test]
fn status_port_check_fails() {
    let of = |suffix: &str| format!("error Ingress mesh/alb @{suffix}");
    let by_name = "type: NodePort\nports: [{name: status, port: 15021}, {name: https, port: 443}]";
    hold(
        &ALB016,
        &[
            ("HTTPS", working().set("healthcheck-protocol", "HTTPS"), &[&of("healthcheck-protocol")]),
            ("HTTPS by default", working().unset(&["healthcheck-protocol"]), &[&of("healthcheck-port")]),
            ("another path", working().set("healthcheck-path", "/healthz"), &[&of("healthcheck-path")]),
            ("the root by default", working().unset(&["healthcheck-path"]), &[&of("healthcheck-port")]),
            (
                "gRPC's path by default",
                working().unset(&["healthcheck-path"]).set("backend-protocol-version", "GRPC"),
                &[&of("healthcheck-port")],
            ),
            (
                "on the Service",
                working().on_service("healthcheck-path", "/ready"),
                &["error Service mesh/gateway @healthcheck-path"],
            ),
            (
                "under another name",
                working().service(by_name).set("healthcheck-port", "status").set("healthcheck-path", "/"),
                &[&of("healthcheck-path")],
            ),
            (
                "by its node port",
                working().service(PORTS).set("healthcheck-port", "30021").set("healthcheck-path", "/"),
                &[&of("healthcheck-path")],
            ),
            (
                "by the port of the pod",
                working().set("target-type", "ip").set("healthcheck-port", "15021").set("healthcheck-path", "/"),
                &[&of("healthcheck-path")],
            ),
            ("empty has another rule", working().set("healthcheck-path", ""), &[]),
            ("in order", working(), &[]),
            (
                "the port of the traffic",
                working().set("healthcheck-port", "traffic-port").set("healthcheck-path", "/healthz"),
                &[],
            ),
            (
                "no gateway",
                working().service(NO_GATEWAY).set("healthcheck-port", "health").set("healthcheck-path", "/"),
                &[],
            ),
        ],
    );
}

#[test]
fn health_check_on_the_traffic_port() {
    let root = || working().set("healthcheck-path", "/");
    let here = "warning Ingress mesh/alb /spec/rules/0/http/paths/0/backend";
    let said: &[&str] = &["warning Ingress mesh/alb @healthcheck-port"];
    hold(
        &ALB017,
        &[
            ("by default", root().unset(&["healthcheck-port"]), &[here]),
            ("said", root().set("healthcheck-port", "traffic-port"), said),
            ("by name", root().set("healthcheck-port", "https"), said),
            ("by its node port", root().service(PORTS).set("healthcheck-port", "30443"), said),
            (
                "every answer will do",
                root().set("healthcheck-port", "traffic-port").set("success-codes", "200-499"),
                &["info Ingress mesh/alb @healthcheck-port"],
            ),
            ("other codes", root().set("healthcheck-port", "traffic-port").set("success-codes", "200-399,405"), said),
            ("the agent's path has another rule", working().unset(&["healthcheck-port"]), &[]),
            ("the status port", working(), &[]),
            ("no gateway", root().unset(&["healthcheck-port"]).service(NO_GATEWAY), &[]),
        ],
    );
}

#[test]
fn ready_path_on_the_traffic_port() {
    hold(
        &ALB018,
        &[
            ("by default", working().unset(&["healthcheck-port"]), &["warning Ingress mesh/alb @healthcheck-path"]),
            (
                "said",
                working().set("healthcheck-port", "traffic-port"),
                &["warning Ingress mesh/alb @healthcheck-port"],
            ),
            ("the status port", working(), &[]),
            ("another path", working().unset(&["healthcheck-port"]).set("healthcheck-path", "/"), &[]),
        ],
    );
}
