//! What an Ingress is made of.

use crate::config::Origin;
use crate::config::types::Spec;
use crate::istio::served::ServedPorts;
use crate::migrate::Carried;
use alb_controller::catalogue::Version;
use kubernetes_objects::Object;

/// What an Ingress is made of.
pub struct Sources<'s> {
    /// The configuration.
    pub spec: &'s Spec,
    /// The gateway's Service after the rewrite.
    pub service: &'s Object,
    /// What its ports speak.
    pub served: &'s ServedPorts,
    /// What was carried over from its old load balancer.
    pub carried: &'s Carried,
    /// Annotations of the Service that move to the Ingress.
    pub moved: &'s [(&'s str, &'s str)],
    /// The Ingress of ours that is in the stream already, its placeholders as they were meant.
    pub existing: Option<&'s Object>,
    /// Where the backend port is configured.
    pub backend_port_by: Option<&'s Origin>,
    /// The release of the controller that builds from it.
    pub controller: Version,
}
