//! What is known of the controller.

use crate::catalogue;
use crate::catalogue::{CURRENT, Version};

/// Settings of the controller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// `--ingress-class`: the class annotation that is the controller's.
    pub ingress_class: String,
    /// EKS Auto Mode's own load balancing in place of the controller.
    pub eks_auto_mode: bool,
    /// Release of the controller. That of EKS Auto Mode's own controller is not known: see [`Options::release`].
    pub controller_version: Version,
}

impl Default for Options {
    fn default() -> Self {
        Options { ingress_class: "alb".to_owned(), eks_auto_mode: false, controller_version: CURRENT }
    }
}

impl Options {
    pub(crate) fn controller(&self) -> &'static str {
        if self.eks_auto_mode { "eks.amazonaws.com/alb" } else { "ingress.k8s.aws/alb" }
    }

    pub(crate) fn params_group(&self) -> &'static str {
        if self.eks_auto_mode { "eks.amazonaws.com" } else { "elbv2.k8s.aws" }
    }

    /// The release whose behaviour counts: annotations that are newer are not read. EKS Auto Mode is AWS's to update, and is taken
    /// for the newest.
    #[must_use]
    pub fn release(&self) -> Version {
        if self.eks_auto_mode { CURRENT } else { self.controller_version }
    }

    /// The target type where nothing sets one.
    #[must_use]
    pub fn target_type(&self) -> &'static str {
        if self.eks_auto_mode { catalogue::IP } else { catalogue::INSTANCE }
    }
}
