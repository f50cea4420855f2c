//! Listeners: ports, certificates, redirects, authentication.

pub mod authentication;
pub mod certificates;
pub mod ports;
pub mod redirects;
