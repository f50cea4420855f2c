//! For a terminal.

use super::Branch;
use crate::error::visible;

/// The diagram as an indented tree.
#[must_use]
pub fn tree(root: &Branch) -> String {
    let mut text = format!("{}\n", visible(&root.text));
    draw(&root.branches, "", &mut text);
    text
}

fn draw(branches: &[Branch], indent: &str, text: &mut String) {
    for (index, branch) in branches.iter().enumerate() {
        let last = index + 1 == branches.len();
        let (fork, below) = if last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        text.push_str(&format!("{indent}{fork}{}\n", visible(&branch.text)));
        draw(&branch.branches, &format!("{indent}{below}"), text);
    }
}
