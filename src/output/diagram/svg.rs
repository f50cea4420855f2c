//! For a browser: a self-contained SVG, the tree with a box for each line.

use super::Branch;

const ROW: usize = 34;
const INDENT: usize = 28;
const MARGIN: usize = 16;
const BOX: usize = 26;
/// Width of a letter of the monospaced face, in tenths of a pixel.
const LETTER: usize = 73;

/// The diagram as SVG.
#[must_use]
pub fn svg(root: &Branch) -> String {
    let mut rows = Vec::new();
    flatten(root, 0, None, &mut rows);
    let width = rows.iter().map(|row| left(row.depth) + box_width(row.text)).max().unwrap_or_default() + MARGIN;
    let height = rows.len() * ROW + MARGIN;
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" font-family=\"ui-monospace, monospace\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
    );
    for (index, row) in rows.iter().enumerate() {
        let (x, y) = (left(row.depth), top(index));
        if let Some(parent) = row.parent {
            let (from, down) = (left(row.depth - 1) + INDENT / 2, y + BOX / 2);
            let start = top(parent) + BOX;
            text.push_str(&format!("<path d=\"M{from} {start}V{down}H{x}\" fill=\"none\" stroke=\"#8a94a6\"/>\n"));
        }
        let fill = ["#e8eef9", "#eef6ee", "#fdf3e3"][row.depth % 3];
        text.push_str(&format!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"{}\" height=\"{BOX}\" rx=\"4\" fill=\"{fill}\" stroke=\"#8a94a6\"/>\n\
             <text x=\"{}\" y=\"{}\" fill=\"#1b2430\">{}</text>\n",
            box_width(row.text),
            x + 8,
            y + 17,
            escape(row.text)
        ));
    }
    text.push_str("</svg>\n");
    text
}

struct Row<'b> {
    text: &'b str,
    depth: usize,
    parent: Option<usize>,
}

fn flatten<'b>(branch: &'b Branch, depth: usize, parent: Option<usize>, rows: &mut Vec<Row<'b>>) {
    let here = rows.len();
    rows.push(Row { text: &branch.text, depth, parent });
    for below in &branch.branches {
        flatten(below, depth + 1, Some(here), rows);
    }
}

fn left(depth: usize) -> usize {
    MARGIN + depth * INDENT
}

fn top(row: usize) -> usize {
    MARGIN / 2 + row * ROW
}

fn box_width(text: &str) -> usize {
    text.chars().count() * LETTER / 10 + 16
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
