//! The closed sets of values that fields take.

use alb_controller::catalogue;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, VariantAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

/// Enums, each variant with the value that is written for it. The schema has the values; what each means is described with
/// the field.
macro_rules! enums {
    ($($(#[$doc:meta])* $name:ident { $($(#[$note:meta])* $variant:ident = $value:expr,)+ })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub enum $name {
            $($(#[$note])* $variant,)+
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let visitor = EnumVisitor { values: &[$($value),+], variants: &[$($name::$variant),+] };
                deserializer.deserialize_enum(stringify!($name), visitor.values, visitor)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $($name::$variant => $value,)+ })
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "enum": [$($value),+] })
            }
        }
    )+};
}

/// Finds a variant by the value that is written for it.
struct EnumVisitor<T: 'static> {
    values: &'static [&'static str],
    variants: &'static [T],
}

impl<'de, T: Copy> Visitor<'de> for EnumVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "one of {}", self.values.join(", "))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        let found = self.values.iter().zip(self.variants).find(|(value, _)| **value == text);
        found.map(|(_, variant)| *variant).ok_or_else(|| E::unknown_variant(text, self.values))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<T, A::Error> {
        let (variant, content) = data.variant_seed(self)?;
        content.unit_variant()?;
        Ok(variant)
    }
}

impl<'de, T: Copy> DeserializeSeed<'de> for EnumVisitor<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

enums! {
    /// The version of this format.
    ApiVersion {
        /// The first one.
        #[default]
        V1Alpha1 = "istio-alb.dev/v1alpha1",
    }
    /// The kind of this format.
    Kind {
        /// The configuration for one gateway.
        #[default]
        AlbGateway = "AlbGateway",
    }
    /// How much of the change is made.
    Phase {
        /// The Service becomes NodePort and the Ingress is added.
        #[default]
        Cutover = "cutover",
        /// The Service stays as it is; the Ingress is added beside it.
        Attach = "attach",
    }
    /// What happens when there is no gateway.
    IfMissing {
        /// The run fails.
        #[default]
        Error = "error",
        /// The stream passes unchanged.
        Pass = "pass",
    }
    /// The type that the Service gets.
    ServiceType {
        /// Each port is open on every node.
        #[default]
        NodePort = "NodePort",
        /// Reachable by pod address only: with target type `ip`.
        ClusterIp = "ClusterIP",
    }
    /// What happens to ports of the Service beside `status-port`, `http2` and `https`.
    ExtraPorts {
        /// They stay; a finding names them, since the ALB does not serve them.
        #[default]
        Keep = "keep",
        /// They are removed.
        Drop = "drop",
        /// The run fails.
        Deny = "deny",
    }
    /// What happens to the target ports of the gateway's ports.
    TargetPorts {
        /// They stay unless the pods of the stream can listen on the pinned ones.
        #[default]
        Auto = "auto",
        /// They stay as rendered.
        Keep = "keep",
        /// They become the numbers of the ports.
        Pin = "pin",
    }
    /// Whether values may be filled in later.
    Placeholders {
        /// Every value is final.
        #[default]
        None = "none",
        /// Values may hold `${VAR}`, which Flux substitutes.
        Flux = "flux",
    }
    /// How the Ingress names its class.
    ClassAs {
        /// The annotation `kubernetes.io/ingress.class`.
        #[default]
        Annotation = "annotation",
        /// `spec.ingressClassName`.
        Field = "field",
    }
    /// How a path is compared.
    PathType {
        /// By path elements: `/` covers everything.
        #[default]
        Prefix = "Prefix",
        /// The path and nothing else.
        Exact = "Exact",
        /// As the controller does it: `/` is the root only, `/*` covers everything.
        ImplementationSpecific = "ImplementationSpecific",
    }
    /// From where the ALB can be reached.
    Scheme {
        /// From inside the VPC and what is connected to it.
        #[default]
        Internal = catalogue::INTERNAL,
        /// From the internet.
        InternetFacing = catalogue::INTERNET_FACING,
    }
    /// What the ALB sends requests to.
    TargetType {
        /// Node address and node port.
        #[default]
        Instance = catalogue::INSTANCE,
        /// The address of the pod; the CNI must give pods addresses of the VPC.
        Ip = catalogue::IP,
    }
    /// What is spoken.
    Protocol {
        /// Clear text.
        #[default]
        Http = catalogue::HTTP,
        /// TLS.
        Https = catalogue::HTTPS,
    }
    /// Which HTTP is spoken to the targets.
    ProtocolVersion {
        /// HTTP/1.1.
        #[default]
        Http1 = "HTTP1",
        /// HTTP/2.
        Http2 = "HTTP2",
        /// gRPC.
        Grpc = "GRPC",
    }
    /// Who logs users in.
    AuthenticationType {
        /// Nobody.
        #[default]
        None = "none",
        /// An identity provider that speaks OpenID Connect.
        Oidc = "oidc",
        /// A user pool of Amazon Cognito.
        Cognito = "cognito",
    }
    /// What becomes of a request without a session.
    Unauthenticated {
        /// The user logs in.
        #[default]
        Authenticate = "authenticate",
        /// It passes.
        Allow = "allow",
        /// It is refused with 401.
        Deny = "deny",
    }
    /// The kinds of addresses that the ALB has.
    IpAddressType {
        /// IPv4 only.
        #[default]
        Ipv4 = catalogue::IPV4,
        /// IPv4 and IPv6.
        Dualstack = catalogue::DUALSTACK,
        /// IPv6 to the internet, IPv4 inside the VPC. AWS Load Balancer Controller v2.8.0 or later.
        DualstackWithoutPublicIpv4 = catalogue::DUALSTACK_WITHOUT_PUBLIC_IPV4,
    }
    /// The one other way of redirecting.
    Via {
        /// The annotation `actions.ssl-redirect` with a rule of its own.
        #[default]
        Action = "action",
    }
}

/// Whether clients on the HTTP listener are sent to the HTTPS listener, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redirect {
    /// They are not.
    No,
    /// By the annotation `ssl-redirect`.
    Yes,
    /// By a redirect action and the rule that refers to it.
    Action,
}

/// By a redirect action and the rule that refers to it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RedirectVia {
    #[expect(dead_code, reason = "one allowed word; its presence is the information")]
    via: Via,
}

impl<'de> Deserialize<'de> for Redirect {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct RedirectVisitor;
        impl<'de> Visitor<'de> for RedirectVisitor {
            type Value = Redirect;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("true, false or {via: action}")
            }

            fn visit_bool<E: Error>(self, redirect: bool) -> Result<Redirect, E> {
                Ok(if redirect { Redirect::Yes } else { Redirect::No })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Redirect, A::Error> {
                RedirectVia::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Redirect::Action)
            }
        }
        deserializer.deserialize_any(RedirectVisitor)
    }
}

impl JsonSchema for Redirect {
    fn schema_name() -> Cow<'static, str> {
        "Redirect".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let via = RedirectVia::json_schema(generator);
        json_schema!({ "anyOf": [{ "type": "boolean" }, via] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alb_controller::catalogue::{ADDRESS_TYPES, PROTOCOLS, SCHEMES, TARGET_TYPES};

    /// The words that the schema of an enum has.
    fn words<T: JsonSchema>() -> Vec<String> {
        let schema = serde_json::to_value(T::json_schema(&mut SchemaGenerator::default())).unwrap();
        schema["enum"].as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn words_of_the_controller_are_those_of_the_catalogue() {
        assert_eq!(words::<Scheme>(), SCHEMES);
        assert_eq!(words::<IpAddressType>(), ADDRESS_TYPES);
        assert_eq!(words::<TargetType>(), TARGET_TYPES);
        assert_eq!(words::<Protocol>(), PROTOCOLS);
    }
}
