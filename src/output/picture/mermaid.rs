//! For Markdown: a Mermaid flowchart, as GitHub and GitLab draw it.

use std::fmt::Write;

use super::graph::{Edge, Kind, Mark, Node, Picture, Scene, State, Way};
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
        legend(picture, &mut text);
    }
    for (at, scene) in picture.scenes.iter().enumerate() {
        let what = if scene.of_kind(Kind::Alb).next().is_some() { "How requests reach the pods: " } else { "" };
        let _ = writeln!(text, "  subgraph s{at}[\"{what}{}\"]\n    direction LR", label(&scene.title));
        for (node, _) in scene.nodes.iter().enumerate().filter(|(_, node)| node.parent.is_none()) {
            draw(scene, at, node, 2, &mut text);
        }
        for edge in scene.edges.iter().filter(|edge| edge.state != State::Unused) {
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
    let mut lines = vec![format!("<b>{}</b>", label(&title(scene, node)))];
    if let Some(kind) = layout::kind(node.kind) {
        lines.insert(0, label(kind));
    }
    lines.extend(node.lines.iter().map(|line| label(&line.shown)));
    // What is to know about the whole stands in the load balancer.
    let is_whole = scene.of_kind(Kind::Alb).next().unwrap_or_default() == number;
    let notes = scene.notes.iter().filter(|_| is_whole);
    lines.extend(notes.chain(&node.marks).map(marked));
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

/// The name of a node. What stands in a load balancer may be drawn in any order, so a rule says where it stands.
fn title(scene: &Scene, node: &Node) -> String {
    let listener = node.parent.filter(|_| node.kind == Kind::Rule).and_then(|parent| scene.nodes.get(parent));
    let title = &node.title.shown;
    match listener.and_then(|listener| listener.title.shown.strip_prefix("Listener ")) {
        Some(listener) => format!("{listener}, {}", title.replacen('R', "r", 1).replacen('E', "e", 1)),
        None => title.clone(),
    }
}

fn marked(mark: &Mark) -> String {
    format!("{} {}", sign(mark.severity), label(&mark.line()))
}

fn arrow(at: usize, edge: &Edge, text: &mut String) {
    let (from, to) = (edge.from, edge.to);
    let how = match edge.way {
        Way::Tls => "TLS",
        Way::ClearText => "clear text",
        Way::PassedOn => "",
    };
    let broken = if edge.state == State::Broken { "✖ breaks here" } else { "" };
    let words: Vec<String> =
        [edge.label.as_str(), how, broken].into_iter().filter(|words| !words.is_empty()).map(label).collect();
    let line = if edge.way == Way::Tls { "==>" } else { "-.->" };
    let label = if words.is_empty() { String::new() } else { format!("|\"{}\"|", words.join(", ")) };
    let _ = writeln!(text, "    s{at}n{from} {line}{label} s{at}n{to}");
}

/// What colours, lines and signs mean, and the findings about none of the load balancers.
fn legend(picture: &Picture, text: &mut String) {
    text.push_str("  subgraph legend[\"Legend\"]\n    direction LR\n");
    for (number, (class, words)) in [
        ("people", "people and programs"),
        ("aws", "run by AWS"),
        ("kube", "in the Kubernetes cluster"),
        ("out", "thick arrow: encrypted (TLS)<br/>dotted arrow: not encrypted, or passed on as it comes"),
        ("out", "✖ will not work<br/>⚠ look at this<br/>ℹ good to know"),
        ("out", "ALB043 and the like: istio-alb explain ALB043"),
    ]
    .into_iter()
    .enumerate()
    {
        let _ = writeln!(text, "    l{number}[\"{words}\"]:::{class}");
    }
    for (number, mark) in picture.beside.iter().enumerate() {
        let _ = writeln!(text, "    b{number}[\"{}\"]:::{}", marked(mark), class_of(mark.severity).unwrap_or("out"));
    }
    text.push_str("  end\n  class legend frame\n");
}

fn class(scene: &Scene, number: usize) -> &'static str {
    let node = &scene.nodes[number];
    if node.kind == Kind::Missing {
        return "missing";
    }
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
        '{' => '(',
        '}' => ')',
        '<' => '‹',
        '>' => '›',
        '"' | '`' => '\'',
        '\\' => ' ',
        letter => letter,
    };
    let text: String = printable(text).chars().map(as_text).collect();
    text.replace('%', "% ")
}
