//! What `--version` prints below the line that scripts read.

use alb_controller::catalogue::CURRENT;
use alb_controller::releases::OLDEST;

/// The version of the program, and of what it was made. The first line is what `-V` prints, and stays so.
#[must_use]
pub fn text() -> String {
    let [version, commit, target] =
        [env!("CARGO_PKG_VERSION"), env!("ISTIO_ALB_BUILT_FROM"), env!("ISTIO_ALB_BUILT_FOR")];
    format!(
        "{version}\n\
         commit: {commit}\n\
         target: {target}\n\
         controller: AWS Load Balancer Controller {CURRENT}; back to {OLDEST} with --controller-version"
    )
}
