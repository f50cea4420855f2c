//! Lists the Services of a stream with their places, types and ports.
//!
//! ```text
//! cargo run -p kubernetes-objects --example objects < manifests.yaml
//! ```

use std::error::Error;
use std::io::{Read, Write};

use kubernetes_objects::object;
use kubernetes_objects::service::{NodePort, node_port, ports, type_of};
use manifest_yaml::stream::Stream;

fn main() -> Result<(), Box<dyn Error>> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    std::io::stdout().write_all(list(&text).as_bytes())?;
    Ok(())
}

/// One line for each Service and each of its ports.
fn list(text: &str) -> String {
    let mut lines = String::new();
    for service in object::read(&Stream::split(text), &["Service"]).objects {
        let kind = type_of(&service.value);
        lines += &format!("{} ({kind}), {}\n", service.reference(), service.place);
        for port in ports(&service.value) {
            let on_the_nodes = match node_port(&service.value, port) {
                NodePort::Pinned(number) => format!("node port {number}"),
                NodePort::Chosen => "a node port that Kubernetes chooses".to_owned(),
                NodePort::No => "no node port".to_owned(),
            };
            lines += &format!("  {}: {on_the_nodes}\n", port["port"]);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::list;

    #[test]
    fn services_of_a_list_are_found() {
        let text = "kind: List\nitems:\n- {kind: Service, metadata: {name: a}, spec: {ports: [{port: 80, nodePort: 30080}]}}\n";
        assert_eq!(list(text), "Service a (ClusterIP), document 1, line 3\n  80: node port 30080\n");
    }
}
