//! Applies a JSON Patch to one document of a stream and prints the stream; no byte beside the edit changes.
//!
//! ```text
//! cargo run -p manifest-yaml --example patch -- PATCH [DOCUMENT] < manifests.yaml
//! cargo run -p manifest-yaml --example patch -- '[{"op": "replace", "path": "/spec/replicas", "value": 3}]' 2 < app.yaml
//! ```

use std::error::Error;
use std::io::{Read, Write};

use manifest_yaml::apply;
use manifest_yaml::stream::Stream;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let patch = arguments.next().ok_or("give a JSON Patch as the first argument")?;
    let number: usize = arguments.next().map_or(Ok(1), |number| number.parse())?;
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    std::io::stdout().write_all(patched(&text, &patch, number)?.as_bytes())?;
    Ok(())
}

/// The stream with the patch applied to the document of this number, counted from 1.
fn patched(text: &str, patch: &str, number: usize) -> Result<String, Box<dyn Error>> {
    let patch = serde_json::from_str(patch)?;
    let stream = Stream::split(text);
    let document = stream.documents.iter().find(|document| document.number == number).ok_or("no such document")?;
    let new = apply(stream.text_of(document), &patch).map_err(|error| {
        let place = error.offset.map_or(stream.place_of(document), |offset| stream.place(document, offset));
        format!("{place}: {error}")
    })?;
    Ok(format!("{}{new}{}", &text[..document.span.start], &text[document.span.end..]))
}

#[cfg(test)]
mod tests {
    use super::patched;

    #[test]
    fn only_the_value_changes() {
        let text = "a: 1\n---\nspec:\n  replicas:   2 # for now\n  on: \"yes\"\n";
        let patch = r#"[{"op": "replace", "path": "/spec/replicas", "value": 3}]"#;
        assert_eq!(patched(text, patch, 2).unwrap(), text.replace("  2 #", "  3 #"));
    }

    #[test]
    fn an_error_has_its_place() {
        let text = "a: 1\n---\nb: &x {c: 1}\nd: *x\n";
        let patch = r#"[{"op": "replace", "path": "/b/c", "value": 3}]"#;
        let error = patched(text, patch, 2).unwrap_err().to_string();
        assert!(error.starts_with("document 2, line 3: "), "{error}");
    }
}
