//! For Markdown: a Mermaid flowchart.

use super::Branch;

/// The diagram as a flowchart from left to right.
#[must_use]
pub fn mermaid(root: &Branch) -> String {
    let mut text = "flowchart LR\n".to_owned();
    let mut count = 0;
    node(root, None, &mut count, &mut text);
    text
}

fn node(branch: &Branch, parent: Option<usize>, count: &mut usize, text: &mut String) {
    let id = *count;
    *count += 1;
    // Mermaid reads entities, and `"` ends the text.
    let label = branch.text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;");
    text.push_str(&format!("  n{id}[\"{label}\"]\n"));
    if let Some(parent) = parent {
        text.push_str(&format!("  n{parent} --> n{id}\n"));
    }
    for below in &branch.branches {
        node(below, Some(id), count, text);
    }
}
