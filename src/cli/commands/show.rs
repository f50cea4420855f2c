//! `show`: the load balancer that the controller will build, without asking AWS.

use crate::cli::ShowFormat;
use crate::config::Settings;
use crate::config::types::{Phase, Spec};
use crate::error::Error;
use crate::finding::groups::groups;
use crate::finding::{Finding, Severity};
use crate::istio::is_gateway;
use crate::istio::served::Mesh;
use crate::lint::{self, Checked, context};
use crate::output::diagram;
use crate::output::html::{Report, html};
use crate::output::picture::{self, Facts, picture};
use crate::output::sources::Sources;
use crate::output::text::Paint;
use crate::output::words::Words;
use crate::output::{json, text};
use crate::rewrite::{Rewritten, RewrittenGateway, rewrite_reading};
use alb_controller::model::{TargetGroup, Verdict};
use kubernetes_objects::Object;
use manifest_yaml::stream::Stream;

use super::{Printed, tables};

/// Shows the load balancer of a rewritten stream, or with `as_is` that of the manifests as they stand.
///
/// # Errors
///
/// As the filter.
pub fn show(sources: &Sources, settings: &[Settings], format: ShowFormat, as_is: bool) -> Result<Printed, Error> {
    let text = sources.text();
    let mut shown = if as_is { Shown::as_is(text, settings)? } else { Shown::rewritten(text, settings)? };
    sources.name_all(&mut shown.checked);
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
    // The controller's class is its flag's; by default some are those of others.
    let class = &context::options(&spec).ingress_class;
    let other = lint::other_controller(class).filter(|_| model.verdict == Verdict::Built);
    let picture = || {
        let Checked { findings, allowed, .. } = &shown.checked;
        let mut picture =
            picture(&Facts { model: &model, objects: &shown.objects, serves: &serves, findings, allowed });
        if let Some(other) = other {
            picture.title = format!(
                "How requests reach the pods if the AWS Load Balancer Controller was started with --ingress-class={class}, by default \
                 the class of {other}"
            );
        }
        picture
    };
    Ok(Printed::output(match format {
        ShowFormat::Tree => {
            let mut diagram = diagram::diagram(&model, &serves);
            if let Some(other) = other {
                let condition =
                    format!(" if it was started with --ingress-class={class}: by default that is the class of {other}");
                diagram.text.push_str(&condition);
            }
            diagram::tree(&diagram)
                + &errors(&shown.checked.findings, if as_is { Words::AsIs } else { Words::CommandLine })
        }
        ShowFormat::Mermaid => picture::mermaid(&picture()),
        ShowFormat::Svg => picture::svg(&picture()),
        ShowFormat::Json => {
            let mut report = diagram::json(&model, &serves);
            report["findings"] = json::report(&shown.checked, Words::of_report(as_is))["findings"].take();
            json::text(&report)
        }
        ShowFormat::Html => html(&Report {
            about: &about(sources, settings, &spec, as_is),
            picture: &picture(),
            findings: &shown.checked.findings,
            allowed: &shown.checked.allowed.iter().map(|one| (one, allowed_by(one, settings))).collect::<Vec<_>>(),
            effects: &shown.gateways.iter().flat_map(effects).collect::<Vec<_>>(),
            not_judged: &shown.checked.not_judged,
            settings: &match as_is {
                true => tables::settings_as_is(&model),
                false => tables::settings(text, settings, &shown.gateways),
            },
            changes: &tables::changes(&shown.gateways),
        }),
    }))
}

/// The errors, which the filter would refuse the manifests for: no picture of a load balancer goes without them.
fn errors(findings: &[Finding], words: Words) -> String {
    let errors = groups(findings.iter().filter(|finding| finding.severity == Severity::Error));
    let said: String = errors.iter().map(|one| text::group(one, words, Paint::default()) + "\n").collect();
    if said.is_empty() { said } else { format!("\n{said}") }
}

/// What the report was made from: no dates, so that the same input gives the same report.
fn about(sources: &Sources, settings: &[Settings], spec: &Spec, as_is: bool) -> Vec<String> {
    let mut parts = vec![format!("{} {}", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))];
    match (as_is, spec.phase()) {
        (true, _) => parts.push("the manifests as they stand".to_owned()),
        (false, Phase::Attach) => parts.push("phase attach".to_owned()),
        (false, Phase::Cutover) => parts.push("phase cutover".to_owned()),
    }
    let release = match &spec.controller_version {
        _ if spec.eks_auto_mode() => "EKS Auto Mode".to_owned(),
        Some(version) => format!("AWS Load Balancer Controller {version}"),
        None => format!("AWS Load Balancer Controller {} assumed", context::options(spec).controller_version),
    };
    parts.push(release);
    parts.push(format!("input: {}", sources.title().unwrap_or_else(|| "stdin".to_owned())));
    let names: Vec<&str> = settings.iter().filter_map(|settings| settings.name.as_deref()).collect();
    if !names.is_empty() {
        parts.push(format!("configuration: {}", names.join(", ")));
    }
    parts
}

/// Where the configuration allows a finding.
fn allowed_by(finding: &Finding, settings: &[Settings]) -> String {
    let by = settings.iter().find_map(|settings| {
        let ids = settings.spec.findings.allow.as_deref().unwrap_or_default();
        let at = ids.iter().position(|id| id == finding.rule.id)?;
        settings.origin(&format!("findings.allow[{at}]"))
    });
    by.map(ToString::to_string).unwrap_or_default()
}

/// What happens when the change is applied, a sentence each.
fn effects(gateway: &RewrittenGateway) -> Vec<String> {
    let (service, ingress) = (gateway.service.reference(), gateway.ingress.reference());
    let mut all = vec![match &gateway.existing {
        Some(_) => format!("{ingress} is changed: the controller changes its ALB."),
        None => format!("{ingress} is created: the controller builds an ALB for it, which takes some minutes."),
    }];
    let is_live = gateway.service.value["spec"]["type"] == "LoadBalancer";
    all.push(match (gateway.spec.phase(), is_live) {
        (Phase::Attach, true) => format!(
            "{service} stays of type LoadBalancer, and its load balancer stays and goes on serving. Nothing is deleted, and there is \
             no outage. Clients come to the ALB when DNS leads there."
        ),
        (Phase::Cutover, true) => format!(
            "{service} is no longer of type LoadBalancer. Where it serves already, its old load balancer is deleted: an outage for the \
             clients that still come that way. On such a gateway attach the ALB first (phase attach), and move DNS."
        ),
        (_, false) if gateway.patch.is_empty() => format!("{service} stays as it is. Nothing is deleted."),
        (_, false) => format!("{service} is changed. It has no load balancer of its own, so none is deleted."),
    });
    all
}

/// What is looked at.
struct Shown {
    /// The objects of the load balancer.
    objects: Vec<Object>,
    /// The gateways that the filter put behind their ALB.
    gateways: Vec<RewrittenGateway>,
    checked: Checked,
}

impl Shown {
    fn as_is(text: &str, settings: &[Settings]) -> Result<Self, Error> {
        let checked = lint::check_stream(text, settings)?;
        let objects = lint::as_is(&Stream::split(text))?.objects;
        Ok(Shown { objects, gateways: Vec::new(), checked })
    }

    fn rewritten(text: &str, settings: &[Settings]) -> Result<Self, Error> {
        let Rewritten { objects, gateways, findings, allowed, not_judged, .. } =
            rewrite_reading(text, settings, &lint::all_kinds())?;
        let objects = objects.into_iter().filter(|object| !object.is_hook()).collect();
        Ok(Shown { objects, gateways, checked: Checked { findings, allowed, not_judged, ..Checked::default() } })
    }
}
