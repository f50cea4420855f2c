//! Services that Ingresses name.

use crate::model::build::Builder;
use crate::model::input::annotations::Annotations;
use crate::model::reference::{Key, Object};
use k8s_openapi::api::core::v1::Service;

/// A Service, as far as it can be known from the stream.
pub(crate) enum Found<'a> {
    /// In the stream.
    Service(&'a Service),
    /// In another namespace of the stream, so not in this one.
    Missing,
    /// Not in the stream; the cluster may have it.
    Unknown,
}

impl<'a> Builder<'a> {
    /// A Service of the Ingress's namespace.
    pub fn find_service(&self, key: &Key) -> Found<'a> {
        match self.objects.services.get(key) {
            Some(service) => Found::Service(service),
            None if self.objects.service_is_elsewhere(key) => Found::Missing,
            None => Found::Unknown,
        }
    }

    /// The annotations of a Service.
    pub fn service_annotations(&self, key: &Key, service: &'a Service) -> Annotations<'a> {
        let map = service.metadata.annotations.as_ref();
        Annotations::of(Object::service(key), map, self.options.release())
    }
}
