//! What is configured, and counts otherwise than somebody may think.

use crate::config::Overruled;
use crate::finding::{Finding, rules};

rules! {
    ALB135 Warning "another-gateway-passed" {
        summary: "the gateway that is configured is not in the stream, which has another one, and `ifMissing` is `pass`",
        explanation: "With `gateway.ifMissing: pass` manifests without the gateway pass unchanged. A misspelt `gateway.name`, \
            `gateway.namespace` or `gateway.selector` then does nothing at each run, and the gateway stays behind its old load \
            balancer.",
        help: "correct [[gateway.name]], [[gateway.namespace]] or `gateway.selector`; if the gateway in the stream is to stay as it is, \
            allow this finding by its id",
        source: "docs/configuration.md",
    }
    ALB136 Warning "security-setting-overruled" {
        summary: "a flag, a variable or a parameter counts over the file for a setting that decides who may connect, for the phase, or for `strict`",
        explanation: "A flag counts over a variable, and a variable over the file; a parameter of an Argo CD Application stands between \
            the two. So a variable of a pipeline can open a gateway that its file closes, or take away the old load balancer that \
            `phase: attach` of the file keeps: for `scheme`, `inboundCidrs`, `securityGroups`, `wafv2AclArn` and `phase` this is \
            reported, whichever of the two values is the closed one; for `findings.strict` where it no longer holds.",
        help: "remove one of the two; if the higher one is meant, allow this finding by its id",
        source: "docs/configuration.md",
    }
}

/// A setting of a lower layer that a higher one has otherwise.
pub fn overruled(layers: &Overruled) -> Finding {
    let Overruled { path, value, by, lower, below } = layers;
    Finding::new(&ALB136, format!("{path} is {value} ({by}), which counts over {lower} ({below})"))
}

/// That the configured gateway is not there, and another one is.
pub fn passed(message: String) -> Finding {
    Finding::new(&ALB135, message)
}
