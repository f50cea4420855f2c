//! The picture in words, for people who can't see it: `<desc>` of the SVG, the description of the flowchart.

use std::fmt::Write;

use super::graph::{FORWARD, Mark, Node, Picture, Scene, State, Text, Way};

/// The way of the traffic in one text.
#[must_use]
pub fn words(picture: &Picture) -> String {
    paragraphs(picture).join(" ")
}

/// The way of the traffic, a paragraph for each thing that it passes.
#[must_use]
pub fn paragraphs(picture: &Picture) -> Vec<String> {
    let mut all = vec![format!("{}.", picture.title)];
    for scene in &picture.scenes {
        let notes = scene.notes.iter().map(|note| format!(" {}.", note.line()));
        all.push(format!("{}.{}", scene.title, notes.collect::<String>()));
        for (at, node) in scene.nodes.iter().enumerate().filter(|(_, node)| node.parent.is_none()) {
            let mut text = format!("{}.", in_words(node));
            let ways: Vec<String> = ways(scene, at);
            if !ways.is_empty() {
                let _ = write!(text, " From there to {}.", ways.join(", and to "));
            }
            all.push(text);
            all.extend(scene.inside(at).map(|listener| {
                let rules: Vec<String> = scene.inside(listener).map(|rule| rule_in_words(scene, rule)).collect();
                format!("{}: {}.", in_words(&scene.nodes[listener]), rules.join("; "))
            }));
        }
    }
    all.extend(picture.beside.iter().map(|mark| format!("{}: {}.", mark.severity, mark.line())));
    all
}

fn rule_in_words(scene: &Scene, at: usize) -> String {
    let (node, ways) = (&scene.nodes[at], ways(scene, at));
    let is_told = |line: &&str| ways.is_empty() || !line.starts_with(FORWARD);
    let mut parts = vec![node.title.whole().to_owned()];
    parts.extend(lines(node).into_iter().filter(is_told).map(|line| line.trim_start_matches("→ ").to_owned()));
    if !ways.is_empty() {
        parts.push(format!("forward to {}", ways.join(" and to ")));
    }
    format!("{}{}", parts.join(", "), marks(&node.marks))
}

/// Where the ways from a node lead.
fn ways(scene: &Scene, from: usize) -> Vec<String> {
    let edges = scene.edges.iter().filter(|edge| edge.from == from && edge.state != State::Unused);
    edges
        .map(|edge| {
            let how = match edge.way {
                Way::Tls => " by TLS",
                Way::ClearText => " in clear text",
                Way::PassedOn => "",
            };
            let weight = if edge.label.starts_with("weight") { format!(" ({})", edge.label) } else { String::new() };
            let broken = if edge.state == State::Broken { ", where it breaks" } else { "" };
            format!("{}{how}{weight}{broken}", scene.nodes[edge.to].title.shown)
        })
        .collect()
}

fn lines(node: &Node) -> Vec<&str> {
    node.lines.iter().map(Text::whole).collect()
}

fn in_words(node: &Node) -> String {
    let mut text = node.title.whole().to_owned();
    let lines = lines(node);
    if !lines.is_empty() {
        let _ = write!(text, ": {}", lines.join("; ").replace(":; ", ": "));
    }
    text.push_str(&marks(&node.marks));
    text
}

fn marks(marks: &[Mark]) -> String {
    marks.iter().map(|mark| format!(" ({}: {})", mark.severity, mark.line())).collect()
}
