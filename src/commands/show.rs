//! `show`: the load balancer that the controller will build, told without AWS.

use crate::cli::ShowFormat;
use crate::config::Settings;
use crate::error::Error;
use crate::lint::{self, context};
use crate::rewrite::rewrite_reading;
use crate::show::{self, picture};
use crate::stream::Stream;
use alb_controller::model::Model;

use super::Printed;

/// Shows what comes of a stream: of the rewritten one, or with `as_is` of the manifests as they stand.
///
/// # Errors
///
/// As the filter.
pub fn show(text: &str, settings: &[Settings], format: ShowFormat, as_is: bool) -> Result<Printed, Error> {
    let model = modelled(text, settings, as_is)?;
    let picture = || picture(&model);
    Ok(Printed::output(match format {
        ShowFormat::Tree => show::tree(&picture()),
        ShowFormat::Mermaid => show::mermaid(&picture()),
        ShowFormat::Svg => show::svg(&picture()),
        ShowFormat::Json => show::json(&model),
    }))
}

fn modelled(text: &str, settings: &[Settings], as_is: bool) -> Result<Model, Error> {
    let objects = if as_is {
        lint::as_is(&Stream::split(text))?.objects
    } else {
        let rewritten = rewrite_reading(text, settings, &lint::ALL_KINDS)?;
        rewritten.objects.into_iter().filter(|object| !object.is_hook()).collect()
    };
    let spec = settings.first().map(|settings| settings.spec.clone()).unwrap_or_default();
    Ok(context::model_of(&objects, &context::options(&spec)))
}
