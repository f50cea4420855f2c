//! `show`: the load balancer that the controller will build, without asking AWS.

use crate::cli::ShowFormat;
use crate::config::Settings;
use crate::error::Error;
use crate::istio::is_gateway;
use crate::istio::served::{Mesh, ServedPorts};
use crate::lint::{self, context};
use crate::output::diagram;
use crate::rewrite::rewrite_reading;
use alb_controller::model::TargetGroup;
use kubernetes_objects::{Object, ObjectRef};
use manifest_yaml::stream::Stream;

use super::Printed;

/// Shows the load balancer of a rewritten stream, or with `as_is` that of the manifests as they stand.
///
/// # Errors
///
/// As the filter.
pub fn show(text: &str, settings: &[Settings], format: ShowFormat, as_is: bool) -> Result<Printed, Error> {
    let (objects, known) = objects_of(text, settings, as_is)?;
    let spec = settings.first().map(|settings| settings.spec.clone()).unwrap_or_default();
    let model = context::model_of(&objects, &context::options(&spec));
    let mesh = Mesh::of(&objects);
    let serves = |group: &TargetGroup| {
        let is_it = |object: &&Object| {
            let (namespace, name) = (&group.service.namespace, &group.service.name);
            object.kind() == "Service" && context::namespace_of(object) == namespace && object.name() == name
        };
        let service = objects.iter().rev().find(is_it).filter(|service| is_gateway(service))?;
        let of_the_filter = known.iter().find(|(reference, _)| *reference == service.reference());
        let served = of_the_filter.map_or_else(|| context::served_as_is(&mesh, service), |(_, served)| served.clone());
        served.port(u64::try_from(group.backend_port.port).ok()?).cloned()
    };
    let diagram = || diagram::diagram(&model, &serves);
    Ok(Printed::output(match format {
        ShowFormat::Tree => diagram::tree(&diagram()),
        ShowFormat::Mermaid => diagram::mermaid(&diagram()),
        ShowFormat::Svg => diagram::svg(&diagram()),
        ShowFormat::Json => diagram::json(&model, &serves),
    }))
}

/// Services with what their ports speak.
type Known = Vec<(ObjectRef, ServedPorts)>;

/// The objects of the load balancer, and what the filter found out about the ports of its gateways.
fn objects_of(text: &str, settings: &[Settings], as_is: bool) -> Result<(Vec<Object>, Known), Error> {
    if as_is {
        return Ok((lint::as_is(&Stream::split(text))?.objects, Vec::new()));
    }
    let rewritten = rewrite_reading(text, settings, &lint::ALL_KINDS)?;
    let known = rewritten.gateways.into_iter().map(|gateway| (gateway.service.reference(), gateway.served)).collect();
    Ok((rewritten.objects.into_iter().filter(|object| !object.is_hook()).collect(), known))
}
