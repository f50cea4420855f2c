//! The rules, the model and the pictures over any manifests as they stand: none of them panics.
#![no_main]

use istio_alb::cli::{CheckFormat, ShowFormat};
use istio_alb::cli::commands::{How, check, show};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| {
    let how = How {
        format: CheckFormat::Sarif,
        as_is: true,
        ..How::default()
    };
    let _ = check(input, &[], how);
    for format in [
        ShowFormat::Tree,
        ShowFormat::Mermaid,
        ShowFormat::Svg,
        ShowFormat::Json,
    ] {
        let _ = show(input, &[], format, true);
    }
});
