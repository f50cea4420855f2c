//! `show`: the load balancer that the controller will build, without asking AWS.

use crate::cli::ShowFormat;
use crate::config::Settings;
use crate::error::Error;
use crate::lint::{self, context};
use crate::output::diagram;
use crate::rewrite::rewrite_reading;
use alb_controller::model::Model;
use manifest_yaml::stream::Stream;

use super::Printed;

/// Shows the load balancer of a rewritten stream, or with `as_is` that of the manifests as they stand.
///
/// # Errors
///
/// As the filter.
pub fn show(text: &str, settings: &[Settings], format: ShowFormat, as_is: bool) -> Result<Printed, Error> {
    let model = model_of(text, settings, as_is)?;
    let diagram = || diagram::diagram(&model);
    Ok(Printed::output(match format {
        ShowFormat::Tree => diagram::tree(&diagram()),
        ShowFormat::Mermaid => diagram::mermaid(&diagram()),
        ShowFormat::Svg => diagram::svg(&diagram()),
        ShowFormat::Json => diagram::json(&model),
    }))
}

fn model_of(text: &str, settings: &[Settings], as_is: bool) -> Result<Model, Error> {
    let objects = if as_is {
        lint::as_is(&Stream::split(text))?.objects
    } else {
        let rewritten = rewrite_reading(text, settings, &lint::ALL_KINDS)?;
        rewritten.objects.into_iter().filter(|object| !object.is_hook()).collect()
    };
    let spec = settings.first().map(|settings| settings.spec.clone()).unwrap_or_default();
    Ok(context::model_of(&objects, &context::options(&spec)))
}
