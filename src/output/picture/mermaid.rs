//! For Markdown: a Mermaid flowchart, as GitHub and GitLab draw it.

use std::fmt::Write;

use super::graph::{Edge, Kind, Picture, Scene, Way};
use super::{layout, words};
use crate::finding::Severity;
use crate::output::markup::printable;

/// Classes with their colours; dark text on light boxes is readable on a dark page, too.
const CLASSES: [(&str, &str); 10] = [
    ("people", "fill:#eef1f6,stroke:#5b6b82,color:#17202c"),
    ("aws", "fill:#fff1de,stroke:#c9741a,color:#17202c"),
    ("rule", "fill:#fff8ee,stroke:#d9a566,color:#17202c"),
    ("out", "fill:#f6f6f6,stroke:#a3a3a3,color:#4d5866,stroke-dasharray:5 3"),
    ("old", "fill:#ececec,stroke:#757575,color:#17202c,stroke-dasharray:5 3"),
    ("kube", "fill:#e6eefc,stroke:#326ce5,color:#17202c"),
    ("missing", "fill:#fdeeee,stroke:#b42318,color:#17202c,stroke-dasharray:5 3"),
    ("warning", "fill:#fdeeb5,stroke:#6b4300,color:#17202c,stroke-width:3px"),
    ("error", "fill:#fbdcdc,stroke:#9b1c1c,color:#17202c,stroke-width:3px"),
    ("frame", "fill:none,stroke:#8a94a6"),
];

/// The picture as a flowchart from left to right.
#[must_use]
pub fn mermaid(picture: &Picture) -> String {
    let mut text =
        format!("flowchart LR\n  accTitle: {}\n  accDescr: {}\n", plain(&picture.title), plain(&words(picture)));
    if !picture.scenes.is_empty() {
        legend(&mut text);
    }
    for (at, scene) in picture.scenes.iter().enumerate() {
        let _ = writeln!(text, "  subgraph s{at}[\"{}\"]\n    direction LR", label(&scene.title));
        for (number, note) in scene.notes.iter().enumerate() {
            let line = format!("{} {}", sign(note.severity), label(&note.line()));
            let _ = writeln!(text, "    s{at}note{number}[\"{line}\"]:::{}", class_of(note.severity).unwrap_or("out"));
        }
        for (node, _) in scene.nodes.iter().enumerate().filter(|(_, node)| node.parent.is_none()) {
            draw(scene, at, node, 2, &mut text);
        }
        for edge in &scene.edges {
            arrow(at, edge, &mut text);
        }
        let _ = writeln!(text, "  end\n  class s{at} frame");
    }
    for (class, style) in CLASSES {
        let _ = writeln!(text, "  classDef {class} {style}");
    }
    text
}

/// A node, or a subgraph with what stands in it.
fn draw(scene: &Scene, at: usize, number: usize, depth: usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    let node = &scene.nodes[number];
    let mut lines = vec![format!("<b>{}</b>", label(&node.title.shown))];
    if let Some(kind) = layout::kind(node.kind) {
        lines.insert(0, label(kind));
    }
    lines.extend(node.lines.iter().map(|line| label(&line.shown)));
    lines.extend(node.marks.iter().map(|mark| format!("{} {}", sign(mark.severity), label(&mark.line()))));
    let content = lines.join("<br/>");
    let inside: Vec<usize> = scene.inside(number).collect();
    if inside.is_empty() {
        let _ = writeln!(text, "{indent}s{at}n{number}[\"{content}\"]:::{}", class(scene, number));
        return;
    }
    // A subgraph has a title of one line: what is known of it is a node in it, in front of what stands inside.
    let is_outer = node.parent.is_none();
    if is_outer {
        let _ = writeln!(
            text,
            "{indent}subgraph s{at}in{number}[\"{}\"]\n{indent}  direction LR",
            label(&node.title.shown)
        );
    }
    let _ = writeln!(text, "{indent}s{at}n{number}[\"{content}\"]:::{}", class(scene, number));
    for child in inside {
        draw(scene, at, child, depth + usize::from(is_outer), text);
        if !is_outer {
            let line = if scene.nodes[child].kind == Kind::LeftOut { "-.-" } else { "---" };
            let _ = writeln!(text, "{indent}s{at}n{number} {line} s{at}n{child}");
        }
    }
    if is_outer {
        let _ = writeln!(text, "{indent}end\n{indent}class s{at}in{number} frame");
    }
}

fn arrow(at: usize, edge: &Edge, text: &mut String) {
    let (from, to) = (edge.from, edge.to);
    let how = match edge.way {
        Way::Tls => "TLS",
        Way::ClearText => "clear text",
        Way::PassedOn => "",
    };
    let words: Vec<String> =
        [edge.label.as_str(), how].into_iter().filter(|words| !words.is_empty()).map(label).collect();
    let line = if edge.way == Way::Tls { "==>" } else { "-.->" };
    let label = if words.is_empty() { String::new() } else { format!("|\"{}\"|", words.join(", ")) };
    let _ = writeln!(text, "    s{at}n{from} {line}{label} s{at}n{to}");
}

/// What colours and lines mean.
fn legend(text: &mut String) {
    text.push_str("  subgraph legend[\"Legend\"]\n    direction LR\n");
    for (number, (class, words)) in
        [("people", "people and programs"), ("aws", "run by AWS"), ("kube", "in the Kubernetes cluster")]
            .into_iter()
            .enumerate()
    {
        let _ = writeln!(text, "    l{number}[\"{words}\"]:::{class}");
    }
    text.push_str("    l0 ==>|\"encrypted\"| l1\n    l1 -.->|\"not encrypted, or as it comes\"| l2\n  end\n  class legend frame\n");
}

fn class(scene: &Scene, number: usize) -> &'static str {
    let node = &scene.nodes[number];
    if let Some(class) = node.marks.iter().map(|mark| mark.severity).max().and_then(class_of) {
        return class;
    }
    match node.kind {
        Kind::Clients | Kind::ClientsBeside => "people",
        Kind::FrontendNlb | Kind::Alb | Kind::TargetGroup | Kind::Listener => "aws",
        Kind::Rule => "rule",
        Kind::LeftOut => "out",
        Kind::OldLoadBalancer => "old",
        Kind::Service | Kind::Pods | Kind::Ingress => "kube",
        Kind::Missing => "missing",
    }
}

fn class_of(severity: Severity) -> Option<&'static str> {
    match severity {
        Severity::Error => Some("error"),
        Severity::Warning => Some("warning"),
        Severity::Info => None,
    }
}

fn sign(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "✖",
        Severity::Warning => "⚠",
        Severity::Info => "ℹ",
    }
}

/// A text in quotes: Mermaid reads entities (`#34;`) there, and in newer releases Markdown.
fn label(text: &str) -> String {
    let mut label = String::with_capacity(text.len());
    for letter in printable(text).chars() {
        match letter {
            '"' | '\'' | '<' | '>' | '&' | '#' | '*' | '_' | '`' | '~' | '\\' | '[' | ']' | '{' | '}' | '|' | '$'
            | '!' | ';' | '@' | '%' => {
                let _ = write!(label, "#{};", u32::from(letter));
            }
            letter => label.push(letter),
        }
    }
    label
}

/// A text of its own line, in which Mermaid reads no entities.
fn plain(text: &str) -> String {
    let as_text = |letter: char| match letter {
        ';' => ',',
        '{' | '}' | '#' | '%' | '<' | '>' | '"' | '`' | '\\' => ' ',
        letter => letter,
    };
    printable(text).chars().map(as_text).collect()
}
