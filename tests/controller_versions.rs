//! docs/controller-versions.md is the table of releases. `ISTIO_ALB_BLESS=1 cargo test --test controller_versions` writes it.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use istio_alb::output::release_docs;

#[test]
fn the_page_is_made_from_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/controller-versions.md");
    let expected = release_docs::page();
    if std::env::var_os("ISTIO_ALB_BLESS").is_some() {
        std::fs::write(&path, &expected).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap(), expected);
}
