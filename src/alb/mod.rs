//! What AWS and its Load Balancer Controller know: annotations, their values, and the load balancer that comes of them.
//! All of it is the crate `alb-controller`.

pub use alb_controller::annotation as payloads;
pub use alb_controller::annotation::listen_ports;
pub use alb_controller::go::{json, strconv as values};
pub use alb_controller::{catalogue, model, validation};
