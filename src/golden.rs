//! Generated files that are checked in: tests compare them, or write them again.

/// Compares a generated file with the one that is checked in; with `ISTIO_ALB_BLESS=1` writes it.
pub fn compare(file: &str, generated: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    if std::env::var_os("ISTIO_ALB_BLESS").is_some() {
        std::fs::write(&path, generated).unwrap();
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(there == generated, "{file} is not what the code says; ISTIO_ALB_BLESS=1 cargo test writes it");
}

/// The same for the parts of a page between `<!-- begin NAME -->` and `<!-- end NAME -->`.
pub fn compare_parts(file: &str, parts: &[(&str, String)]) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let mut text = std::fs::read_to_string(path).unwrap();
    for (name, generated) in parts {
        let begin = format!("<!-- begin {name} -->\n");
        let from = text.find(&begin).unwrap() + begin.len();
        let to = text.find(&format!("<!-- end {name} -->")).unwrap();
        text.replace_range(from..to, generated);
    }
    compare(file, &text);
}
