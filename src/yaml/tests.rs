use super::*;
use serde_json::json;

#[test]
fn a_service_is_read_and_located() {
    let text = "# Source: x\n---\nkind: Service\nspec:\n  type: \"LoadBalancer\" # c\n  ports:\n    - port: 0x50\n";
    let tree = Tree::parse(text).unwrap();
    let value =
        json!({"kind": "Service", "spec": {"type": "LoadBalancer", "ports": [{"port": 80}]}});
    assert_eq!(tree.value().unwrap(), value);
    let found = tree.find("/spec/type").unwrap();
    assert_eq!(&text[found.value], "\"LoadBalancer\"");
    assert_eq!(&text[found.key.unwrap()], "type");
    let ports = tree.find("/spec/ports").unwrap();
    assert_eq!(&text[ports.value], "- port: 0x50");
    assert_eq!(tree.find("/spec/ports/1"), None);
}

#[test]
fn comments_alone_are_null() {
    for text in ["", "\n", "# c\n", "---\n", "---\n# c\n...\n", "\u{feff}# c"] {
        let tree = Tree::parse(text).unwrap();
        assert_eq!(tree.value().unwrap(), json!(null), "{text:?}");
    }
}

#[test]
fn a_second_document_is_refused() {
    let error = Tree::parse("a: 1\n---\nb: 2\n").unwrap_err();
    assert_eq!(
        (error.to_string().as_str(), error.offset),
        ("more than one document", 5)
    );
}

#[test]
fn detours_are_told() {
    let text = "a: &x\n  b: 1\nc: *x\nd:\n  <<: *x\n  e: 2\n";
    let tree = Tree::parse(text).unwrap();
    assert_eq!(tree.find("/a/b").unwrap().detour, None);
    assert_eq!(tree.find("/c/b").unwrap().detour, Some(Detour::Alias(16)));
    assert_eq!(tree.find("/d/b").unwrap().detour, Some(Detour::Merge(24)));
    assert_eq!(tree.find("/d/e").unwrap().detour, None);
}
