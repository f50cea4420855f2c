//! The filter over any text: it never panics, every document that is not ours stays, and a second run changes nothing.
#![no_main]

use istio_alb::config::{self, Settings};
use istio_alb::error::Kind;
use istio_alb::rewrite::{Rewritten, rewrite};
use manifest_yaml::stream::Stream;
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static SETTINGS: LazyLock<Vec<Settings>> = LazyLock::new(|| {
    let nothing_said = "{apiVersion: istio-alb.dev/v1alpha1, kind: AlbGateway}";
    config::from_text(nothing_said, istio_alb::lint::REGISTRY).unwrap()
});

fuzz_target!(|input: &str| {
    let Some(first) = run(input) else {
        return;
    };
    let output = first.text();
    others_stay(input, &output);
    let second = run(&output).expect("a second run is refused");
    assert_eq!(second.text(), output, "a second run changes it");
});

fn run(input: &str) -> Option<Rewritten<'_>> {
    match rewrite(input, &SETTINGS) {
        Ok(rewritten) => (!rewritten.is_refused()).then_some(rewritten),
        Err(error) => {
            assert!(error.kind != Kind::Internal, "{error}");
            None
        }
    }
}

/// All documents but the Service's and the Ingress's are the same, in the same order.
fn others_stay(before: &str, after: &str) {
    let texts = |text| -> Vec<&str> {
        let stream = Stream::split(text);
        let texts = stream.documents.iter();
        texts.map(|document| stream.text_of(document)).collect()
    };
    let (before, after) = (texts(before), texts(after));
    assert!((before.len()..=before.len() + 1).contains(&after.len()));
    let changed = before
        .iter()
        .zip(&after)
        .filter(|(before, after)| before != after);
    // The Service, an Ingress of ours that was there, and the last document where it lacked its newline.
    assert!(changed.count() <= 3, "documents of others changed");
}
