//! The words that the program knows, for `fuzz/dictionary` and for values that are made up.

use alb_controller::catalogue::{self, Kind};
use istio_alb::config::fields::FIELDS;
use istio_alb::migrate::annotations;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Kinds, fields and marks that no table of the program lists.
const WORDS: &[&str] = &[
    "apiVersion: v1",
    "apiVersion: networking.k8s.io/v1",
    "apiVersion: gateway.networking.k8s.io/v1",
    "apiVersion: elbv2.k8s.aws/v1beta1",
    "apiVersion: istio-alb.dev/v1alpha1",
    "kind: AlbGateway",
    "kind: ConfigMap",
    "kind: Deployment",
    "kind: Gateway",
    "kind: Ingress",
    "kind: IngressClass",
    "kind: List",
    "kind: Secret",
    "kind: Service",
    "type: LoadBalancer",
    "metadata:",
    "annotations:",
    "loadBalancerClass: ",
    "loadBalancerSourceRanges: ",
    "externalTrafficPolicy: Local",
    "targetPort: ",
    "nodePort: ",
    "status-port",
    "http2",
    "istio: ingressgateway",
    "helm.sh/hook: pre-install",
    "postrenderer.helm.sh/postrender-filename",
    "# Source: a/templates/b.yaml\n",
    "\n---\n",
    "\n...\n",
    "%YAML 1.1\n",
    "\u{feff}",
    "\r\n",
    "<<: *a",
    "&a ",
    "*a",
    "!!str ",
    "|2-\n",
    ">+\n",
    "? ",
    "${VAR}",
    "${VAR:=default}",
    " # c",
    "{\"op\":\"add\",\"path\":\"/",
    "{\"op\":\"remove\",\"path\":\"/",
    "{\"op\":\"replace\",\"path\":\"/",
    "\\u0000",
    "\\ud83d\\ude00",
    "1e999",
    "0.0.0.0/0",
];

/// All words, in order and each once.
pub static ALL: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut all: BTreeSet<String> = WORDS.iter().map(|word| (*word).to_owned()).collect();
    for annotation in catalogue::annotations() {
        all.insert(annotation.key());
        if let Kind::Enum(values) | Kind::AwsEnum(values) = annotation.kind {
            all.extend(values.iter().map(|value| (*value).to_owned()));
        }
    }
    all.extend(annotations::keys());
    for field in FIELDS {
        all.extend(field.path.split('.').map(|part| format!("{part}: ")));
        all.insert(field.example.to_owned());
    }
    all.into_iter().collect()
});

/// As libFuzzer reads it: a word in quotes on each line.
pub fn file() -> String {
    let mut file = "# Written by tests/fuzz.rs from the tables of the program.\n".to_owned();
    for word in ALL.iter() {
        let quoted = word.bytes().map(|byte| match byte {
            b'"' | b'\\' => format!("\\{}", char::from(byte)),
            b' '..=b'~' => char::from(byte).to_string(),
            _ => format!("\\x{byte:02X}"),
        });
        file.push_str(&format!("\"{}\"\n", quoted.collect::<String>()));
    }
    file
}
