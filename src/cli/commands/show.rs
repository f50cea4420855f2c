//! `show`: the load balancer that the controller will build, without asking AWS.

use crate::cli::ShowFormat;
use crate::config::Settings;
use crate::error::Error;
use crate::finding::Finding;
use crate::istio::is_gateway;
use crate::istio::served::Mesh;
use crate::lint::{self, AsItStands, NotJudged, context};
use crate::output::diagram;
use crate::output::html::{Report, html};
use crate::output::picture::{self, Facts, picture};
use crate::rewrite::{RewrittenGateway, rewrite_reading};
use alb_controller::model::TargetGroup;
use kubernetes_objects::Object;
use manifest_yaml::stream::Stream;

use super::{Printed, tables};

/// Shows the load balancer of a rewritten stream, or with `as_is` that of the manifests as they stand.
///
/// # Errors
///
/// As the filter.
pub fn show(text: &str, settings: &[Settings], format: ShowFormat, as_is: bool) -> Result<Printed, Error> {
    let shown = if as_is { Shown::as_is(text, settings)? } else { Shown::rewritten(text, settings)? };
    let spec = settings.first().map(|settings| settings.spec.clone()).unwrap_or_default();
    let model = context::model_of(&shown.objects, &context::options(&spec));
    let mesh = Mesh::of(&shown.objects);
    let serves = |group: &TargetGroup| {
        let is_it = |object: &&Object| {
            let (namespace, name) = (&group.service.namespace, &group.service.name);
            object.kind() == "Service" && context::namespace_of(object) == namespace && object.name() == name
        };
        let service = shown.objects.iter().rev().find(is_it).filter(|service| is_gateway(service))?;
        let is_gateway = |gateway: &&RewrittenGateway| gateway.service.reference() == service.reference();
        let of_the_filter = shown.gateways.iter().find(is_gateway);
        let served =
            of_the_filter.map_or_else(|| context::served_as_is(&mesh, service), |gateway| gateway.served.clone());
        served.port(u64::try_from(group.backend_port.port).ok()?).cloned()
    };
    let picture = || {
        let facts = Facts { model: &model, objects: &shown.objects, serves: &serves, findings: &shown.findings };
        picture(&facts)
    };
    Ok(Printed::output(match format {
        ShowFormat::Tree => diagram::tree(&diagram::diagram(&model, &serves)),
        ShowFormat::Mermaid => picture::mermaid(&picture()),
        ShowFormat::Svg => picture::svg(&picture()),
        ShowFormat::Json => diagram::json(&model, &serves),
        ShowFormat::Html => html(&Report {
            picture: &picture(),
            findings: &shown.findings,
            not_judged: &shown.not_judged,
            settings: &match as_is {
                true => tables::settings_as_is(&model),
                false => tables::settings(text, settings, &shown.gateways),
            },
            changes: &tables::changes(&shown.gateways),
        }),
    }))
}

/// What is looked at.
struct Shown {
    /// The objects of the load balancer.
    objects: Vec<Object>,
    /// The gateways that the filter put behind their ALB.
    gateways: Vec<RewrittenGateway>,
    findings: Vec<Finding>,
    not_judged: Vec<NotJudged>,
}

impl Shown {
    fn as_is(text: &str, settings: &[Settings]) -> Result<Self, Error> {
        let AsItStands { findings, not_judged, .. } = lint::check_stream(text, settings)?;
        let objects = lint::as_is(&Stream::split(text))?.objects;
        Ok(Shown { objects, gateways: Vec::new(), findings, not_judged })
    }

    fn rewritten(text: &str, settings: &[Settings]) -> Result<Self, Error> {
        let rewritten = rewrite_reading(text, settings, &lint::all_kinds())?;
        Ok(Shown {
            objects: rewritten.objects.into_iter().filter(|object| !object.is_hook()).collect(),
            gateways: rewritten.gateways,
            findings: rewritten.findings,
            not_judged: rewritten.not_judged,
        })
    }
}
