//! What is refused of new texts, if the editor should ever make one like that.

use super::super::draft::Draft;
use super::verify;
use crate::Tree;
use serde_json::json;

const OLD: &str = "# top\na: 0x1 # a\nb:\n  - x # x\n  - v # v\nc: 'z' # c\n";

/// `new` in the place of `OLD`, of which the first item of `b` was to be removed, and `c` to be replaced by `w`.
fn judge(new: &str) -> Result<(), String> {
    let tree = Tree::parse(OLD).unwrap();
    let patch = json!([{"op": "remove", "path": "/b/0"}, {"op": "replace", "path": "/c", "value": "w"}]);
    let patch: json_patch::Patch = serde_json::from_value(patch).unwrap();
    let mut draft = Draft::new(&tree);
    for operation in &patch.0 {
        draft.apply(operation).unwrap();
    }
    let target = json!({"a": 1, "b": ["v"], "c": "w"});
    let value = verify(&draft, &target, new, &[]).map_err(|error| {
        assert!(error.internal, "{error}");
        error.message
    })?;
    assert_eq!(value, target);
    Ok(())
}

#[test]
fn only_what_the_patch_asks_for_passes() {
    let right = "# top\na: 0x1 # a\nb:\n  - v # v\nc: w # c\n";
    assert_eq!(judge(right), Ok(()));
    let lost = "a comment would be lost";
    for (from, to, message) in [
        ("c: w", "c: u", "the new text has another value than the patch asks for"),
        ("c: w", "c: [w", "the new text is no YAML: "),
        ("0x1", "1", "a value that was to stay is written differently"),
        ("a:", "'a':", "a value that was to stay is written differently"),
        ("- v", "- 'v'", "a value that was to stay is written differently"),
        ("# top\n", "", lost),
        (" # a", "", lost),
        (" # v", "", lost),
        ("# a", "# another", lost),
        ("# top\na: 0x1 # a", "# a\na: 0x1 # top", lost),
        ("# c\n", "# c\n# more\n", lost),
    ] {
        assert_eq!(right.matches(from).count(), 1, "{from}");
        let refused = judge(&right.replace(from, to)).unwrap_err();
        assert!(refused.starts_with(message) && refused.ends_with(" (nothing was changed)"), "{to}: {refused}");
    }
}

#[test]
fn comments_of_what_goes_may_go_or_stay() {
    for new in [
        "# top\na: 0x1 # a\nb:\n  # x\n  - v # v\nc: w # c\n",
        "# top\na: 0x1 # a\nb:\n  - v # v\nc: w\n",
        "# top\na: 0x1 # a\nb:\n  # x\n  - v # v\nc: w\n",
    ] {
        assert_eq!(judge(new), Ok(()), "{new}");
    }
}
