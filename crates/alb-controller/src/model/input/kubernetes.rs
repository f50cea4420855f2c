//! Go types of the objects that the API server decodes, as far as the controller reads them: what an object that does not fit
//! is refused with.
//!
//! Source: k8s.io/api core/v1, networking/v1; apimachinery meta/v1.

use crate::go::json::{STRING, Struct, Type};
use serde_json::Value;

const STRINGS: Type = Type::List(&STRING);
const STRING_MAP: Type = Type::Map(&STRING);

const METADATA: Type = Type::Struct(&Struct {
    name: "v1.ObjectMeta",
    fields: &[("name", STRING), ("namespace", STRING), ("labels", STRING_MAP), ("annotations", STRING_MAP)],
});

const SERVICE_BACKEND_PORT: Type =
    Type::Struct(&Struct { name: "v1.ServiceBackendPort", fields: &[("name", STRING), ("number", Type::Int32)] });

const INGRESS_SERVICE_BACKEND: Type = Type::Struct(&Struct {
    name: "v1.IngressServiceBackend",
    fields: &[("name", STRING), ("port", SERVICE_BACKEND_PORT)],
});

const INGRESS_BACKEND: Type = Type::Struct(&Struct {
    name: "v1.IngressBackend",
    fields: &[("service", INGRESS_SERVICE_BACKEND), ("resource", OBJECT_REFERENCE)],
});

const OBJECT_REFERENCE: Type = Type::Struct(&Struct {
    name: "v1.TypedLocalObjectReference",
    fields: &[("apiGroup", STRING), ("kind", STRING), ("name", STRING)],
});

const HTTP_INGRESS_PATH: Type = Type::Struct(&Struct {
    name: "v1.HTTPIngressPath",
    fields: &[("path", STRING), ("pathType", Type::Text("v1.PathType")), ("backend", INGRESS_BACKEND)],
});

const HTTP_INGRESS_RULE_VALUE: Type =
    Type::Struct(&Struct { name: "v1.HTTPIngressRuleValue", fields: &[("paths", Type::List(&HTTP_INGRESS_PATH))] });

const INGRESS_RULE: Type = Type::Struct(&Struct {
    name: "v1.IngressRule",
    fields: &[("host", STRING), ("http", Type::Embedded("IngressRuleValue", &HTTP_INGRESS_RULE_VALUE))],
});

const INGRESS_TLS: Type =
    Type::Struct(&Struct { name: "v1.IngressTLS", fields: &[("hosts", STRINGS), ("secretName", STRING)] });

const INGRESS_SPEC: Type = Type::Struct(&Struct {
    name: "v1.IngressSpec",
    fields: &[
        ("ingressClassName", STRING),
        ("defaultBackend", INGRESS_BACKEND),
        ("tls", Type::List(&INGRESS_TLS)),
        ("rules", Type::List(&INGRESS_RULE)),
    ],
});

const INGRESS_CLASS_SPEC: Type = Type::Struct(&Struct {
    name: "v1.IngressClassSpec",
    fields: &[("controller", STRING), ("parameters", CLASS_PARAMETERS)],
});

const CLASS_PARAMETERS: Type = Type::Struct(&Struct {
    name: "v1.IngressClassParametersReference",
    fields: &[("apiGroup", STRING), ("kind", STRING), ("name", STRING), ("scope", STRING), ("namespace", STRING)],
});

const SERVICE_PORT: Type = Type::Struct(&Struct {
    name: "v1.ServicePort",
    fields: &[
        ("name", STRING),
        ("protocol", Type::Text("v1.Protocol")),
        ("appProtocol", STRING),
        ("port", Type::Int32),
        ("targetPort", Type::IntOrString),
        ("nodePort", Type::Int32),
    ],
});

const SERVICE_SPEC: Type = Type::Struct(&Struct {
    name: "v1.ServiceSpec",
    fields: &[
        ("ports", Type::List(&SERVICE_PORT)),
        ("selector", STRING_MAP),
        ("clusterIP", STRING),
        ("clusterIPs", STRINGS),
        ("type", Type::Text("v1.ServiceType")),
        ("externalIPs", STRINGS),
        ("sessionAffinity", Type::Text("v1.ServiceAffinity")),
        ("loadBalancerIP", STRING),
        ("loadBalancerSourceRanges", STRINGS),
        ("externalName", STRING),
        ("externalTrafficPolicy", Type::Text("v1.ServiceExternalTrafficPolicy")),
        ("healthCheckNodePort", Type::Int32),
        ("publishNotReadyAddresses", Type::Bool),
        ("ipFamilies", Type::List(&Type::Text("v1.IPFamily"))),
        ("ipFamilyPolicy", Type::Text("v1.IPFamilyPolicy")),
        ("allocateLoadBalancerNodePorts", Type::Bool),
        ("loadBalancerClass", STRING),
        ("internalTrafficPolicy", Type::Text("v1.ServiceInternalTrafficPolicy")),
    ],
});

/// The Go type of a kind.
pub(crate) fn type_of(kind: &str) -> Option<Type> {
    Some(match kind {
        "Ingress" => {
            Type::Struct(&Struct { name: "v1.Ingress", fields: &[("metadata", METADATA), ("spec", INGRESS_SPEC)] })
        }
        "IngressClass" => Type::Struct(&Struct {
            name: "v1.IngressClass",
            fields: &[("metadata", METADATA), ("spec", INGRESS_CLASS_SPEC)],
        }),
        "Service" => {
            Type::Struct(&Struct { name: "v1.Service", fields: &[("metadata", METADATA), ("spec", SERVICE_SPEC)] })
        }
        "Namespace" => Type::Struct(&Struct { name: "v1.Namespace", fields: &[("metadata", METADATA)] }),
        _ => return None,
    })
}

/// Keys of an object that are fields in other letters (`Type` for `type`), as JSON pointers, each with the field's own name. The API
/// server tells capital letters from small ones: such a key is unknown to it, and is refused or dropped.
#[must_use]
pub fn keys_in_other_letters(object: &Value) -> Vec<(String, &'static str)> {
    let mut found = Vec::new();
    if let Some(ty) = object["kind"].as_str().and_then(type_of) {
        add_keys_in_other_letters(object, &ty, &mut String::new(), &mut found);
    }
    found
}

fn add_keys_in_other_letters(value: &Value, ty: &Type, path: &mut String, found: &mut Vec<(String, &'static str)>) {
    let length = path.len();
    match (value, ty) {
        (_, Type::Pointer(inner) | Type::Embedded(_, inner)) => add_keys_in_other_letters(value, inner, path, found),
        (Value::Array(items), Type::List(item)) => {
            for (index, value) in items.iter().enumerate() {
                path.push_str(&format!("/{index}"));
                add_keys_in_other_letters(value, item, path, found);
                path.truncate(length);
            }
        }
        (Value::Object(entries), Type::Struct(fields)) => {
            for (key, value) in entries {
                let Some((name, ty)) = fields.fields.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)) else {
                    continue;
                };
                // Nothing in the name of a field would have to be escaped in a pointer.
                path.push('/');
                path.push_str(key);
                if name == key {
                    add_keys_in_other_letters(value, ty, path, found);
                } else {
                    found.push((path.clone(), name));
                }
                path.truncate(length);
            }
        }
        _ => {}
    }
}
