//! Target groups: one for each Ingress, Service and port of it. Most of the annotations are read from the Service first.
//!
//! Source: LBC v3.5.0 pkg/ingress/model_build_target_group.go; pkg/k8s/service_utils.go:10-26.

use crate::catalogue::{self, PROTOCOL_VERSIONS, TARGET_TYPES, known};
use crate::model::build::Builder;
use crate::model::build::service_port::{find_port, target_port};
use crate::model::input::annotations::Annotations;
use crate::model::output::{Protocol, TargetGroup};
use crate::model::reference::{Key, Reason};
use crate::model::select::group::Member;
use crate::releases::Behaviour;
use k8s_openapi::api::core::v1::Service;
use kubernetes_objects::PortRef;

impl<'a> Builder<'a> {
    /// The id of the target group, which is built at its first use.
    pub fn target_group(
        &mut self,
        member: &Member<'a>,
        key: &Key,
        service: &'a Service,
        port: &PortRef,
    ) -> Result<String, Reason> {
        let id = format!("{}-{}:{port}", member.key, key.name);
        if !self.target_groups.contains_key(&id) {
            let group = self.new_target_group(&id, member, key, service, port)?;
            self.target_groups.insert(id.clone(), group);
        }
        Ok(id)
    }

    /// model_build_target_group.go:155-229
    fn new_target_group(
        &mut self,
        id: &str,
        member: &Member<'a>,
        key: &Key,
        service: &'a Service,
        port: &PortRef,
    ) -> Result<TargetGroup, Reason> {
        let service_port = find_port(key, service, port)?;
        let of_service = self.service_annotations(key, service);
        let annotations = of_service.clone().before(&member.annotations);
        let target_type = self.target_type(member, &annotations)?;
        let protocol = protocol(&annotations)?;
        let protocol_version = protocol_version(&annotations)?;
        let health_check = crate::model::build::health_check::build(
            key,
            service,
            &annotations,
            target_type,
            protocol,
            protocol_version,
        )?;
        let attributes = annotations.map("target-group-attributes")?;
        let tags = self.backend_tags(member, &of_service)?;
        let ip_address_type = self.target_group_ip_address_type(member, key, service)?;
        let control_port = control_port(&annotations, key, port, target_type)?;
        let number = target_port(service, service_port, target_type, self.has(Behaviour::NodePortChecked))?;
        let node_labels = match target_type {
            "instance" => annotations.map("target-node-labels")?,
            _ => Default::default(),
        };
        let multi_cluster = multi_cluster(member, &of_service)?;
        let read_from = catalogue::annotations()
            .filter(|annotation| annotation.on_service())
            .filter_map(|annotation| Some((annotation.suffix, annotations.find(annotation.suffix)?.site)))
            .collect();
        Ok(TargetGroup {
            id: id.to_owned(),
            target_type,
            protocol,
            protocol_version,
            ip_address_type,
            port: number,
            health_check,
            attributes,
            tags,
            node_labels,
            multi_cluster,
            control_port,
            ingress: member.key.clone(),
            service: key.clone(),
            service_port: port.clone(),
            backend_port: service_port.clone(),
            read_from,
        })
    }

    /// model_build_target_group.go:255-272
    fn target_type(&self, member: &Member<'a>, annotations: &Annotations<'a>) -> Result<&'static str, Reason> {
        let suffix = "target-type";
        let of_class = member.class_text(suffix);
        let Some(text) = of_class.or_else(|| annotations.text(suffix)) else {
            return Ok(self.options.target_type());
        };
        known(TARGET_TYPES, text).ok_or_else(|| {
            let message = format!("unknown targetType: {text}");
            match member.params.filter(|_| of_class.is_some()) {
                Some(params) => Reason::new(message).at(params.site("targetType")),
                None => annotations.fault(suffix, message),
            }
        })
    }

    /// A Service with any IPv6 needs a dual-stack load balancer (model_build_target_group.go:274-289). `None` where the
    /// cluster chooses the families.
    fn target_group_ip_address_type(
        &mut self,
        member: &Member<'a>,
        key: &Key,
        service: &Service,
    ) -> Result<Option<&'static str>, Reason> {
        let spec = service.spec.as_ref();
        let families = spec.and_then(|spec| spec.ip_families.as_deref()).unwrap_or_default();
        let policy = spec.and_then(|spec| spec.ip_family_policy.as_deref()).unwrap_or_default();
        if !self.has(Behaviour::Ipv6TargetGroups) {
            return Ok(Some("ipv4"));
        }
        let dual_stack = self.ip_address_type != "ipv4";
        if families.iter().any(|family| family == "IPv6") {
            return match dual_stack {
                true => Ok(Some("ipv6")),
                false => Err(Reason::new("unsupported IPv6 configuration, lb not dual-stack")),
            };
        }
        if !families.is_empty() || !matches!(policy, "PreferDualStack" | "RequireDualStack") {
            return Ok(Some("ipv4"));
        }
        if !dual_stack {
            let what = format!("Service {key} has ipFamilyPolicy {policy} and no ipFamilies");
            self.unknown(Reason::new(format!("it depends on the cluster: {what}")).of(&member.key));
        }
        Ok(None)
    }
}

/// model_build_target_group.go:318-329
fn protocol(annotations: &Annotations<'_>) -> Result<Protocol, Reason> {
    let Some(text) = annotations.text("backend-protocol") else {
        return Ok(Protocol::Http);
    };
    let message = || format!("backend protocol must be within [HTTP, HTTPS]: {text}");
    Protocol::parse(text).ok_or_else(|| annotations.fault("backend-protocol", message()))
}

/// model_build_target_group.go:331-344
fn protocol_version(annotations: &Annotations<'_>) -> Result<&'static str, Reason> {
    let Some(text) = annotations.text("backend-protocol-version") else {
        return Ok("HTTP1");
    };
    let message = || format!("backend protocol version must be within [HTTP1, HTTP2, GRPC]: {text}");
    known(PROTOCOL_VERSIONS, text).ok_or_else(|| annotations.fault("backend-protocol-version", message()))
}

/// model_build_target_group.go:194-201, 307-316
fn control_port(
    annotations: &Annotations<'_>,
    key: &Key,
    port: &PortRef,
    target_type: &str,
) -> Result<Option<i32>, Reason> {
    let suffix = format!("target-control-port.{}.{port}", key.name);
    let number = annotations.int32(&suffix)?;
    if number.is_some() && target_type == "instance" {
        let message = "target control port is not supported for instance target target group";
        return Err(annotations.fault(&suffix, message));
    }
    Ok(number)
}

/// True on either wins (model_build_target_group.go:541-564).
fn multi_cluster(member: &Member<'_>, of_service: &Annotations<'_>) -> Result<bool, Reason> {
    let suffix = "multi-cluster-target-group";
    Ok(member.annotations.bool(suffix)? == Some(true) || of_service.bool(suffix)? == Some(true))
}
