//! Input that was made to break a reader, or that readers understand differently. A document that may be the gateway is read as
//! Kubernetes reads it, or refused with its line and what to do; every other document passes, whatever it holds. And whatever
//! somebody wrote into a name or a value, no output moves a cursor, hides a letter, or turns the direction of a line.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "hostile/documents.rs"]
mod documents;
#[path = "hostile/escapes.rs"]
mod escapes;
mod support;

use libtest_mimic::Arguments;

fn main() {
    let arguments = Arguments::from_args();
    let trials = [documents::trials(), escapes::trials()];
    libtest_mimic::run(&arguments, trials.into_iter().flatten().collect()).exit_if_failed();
}

/// A gateway, of which each test changes a part. Its type stands on line 7.
const GATEWAY: &str = "\
apiVersion: v1
kind: Service
metadata:
  name: gw
  namespace: istio-system
spec:
  type: LoadBalancer
  selector: {istio: ingressgateway}
  ports:
  - {name: status-port, port: 15021, targetPort: 15021, protocol: TCP}
  - {name: http2, port: 80, targetPort: 80, protocol: TCP}
  - {name: https, port: 443, targetPort: 443, protocol: TCP}
";
