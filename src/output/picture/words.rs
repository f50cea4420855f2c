//! The picture in words, for people who can't see it: `<desc>` of the SVG, the description of the flowchart.

use std::fmt::Write;

use super::graph::{Kind, Node, Picture, Scene, Way};

/// The way of the traffic, in sentences.
#[must_use]
pub fn words(picture: &Picture) -> String {
    let mut text = format!("{}.", picture.title);
    for scene in &picture.scenes {
        let _ = write!(text, " {}.", scene.title);
        for note in &scene.notes {
            let _ = write!(text, " {}.", note.line());
        }
        scene_in_words(scene, &mut text);
    }
    text
}

fn scene_in_words(scene: &Scene, text: &mut String) {
    for (at, node) in scene.nodes.iter().enumerate().filter(|(_, node)| node.parent.is_none()) {
        let _ = write!(text, " {}.", in_words(node));
        let ways: Vec<String> = ways(scene, at);
        if !ways.is_empty() {
            let _ = write!(text, " From there to {}.", ways.join(", and to "));
        }
        for listener in scene.inside(at) {
            let _ = write!(text, " {}:", in_words(&scene.nodes[listener]));
            let rules: Vec<String> = scene.inside(listener).map(|rule| rule_in_words(scene, rule)).collect();
            let _ = write!(text, " {}.", rules.join("; "));
        }
    }
}

fn rule_in_words(scene: &Scene, at: usize) -> String {
    let text = in_words(&scene.nodes[at]);
    let ways = ways(scene, at);
    if ways.is_empty() { text } else { format!("{text} to {}", ways.join(" and to ")) }
}

/// Where the ways from a node lead.
fn ways(scene: &Scene, from: usize) -> Vec<String> {
    let edges = scene.edges.iter().filter(|edge| edge.from == from);
    edges
        .map(|edge| {
            let how = match edge.way {
                Way::Tls => " by TLS",
                Way::ClearText => " in clear text",
                Way::PassedOn => "",
            };
            let weight = if edge.label.starts_with("weight") { format!(" ({})", edge.label) } else { String::new() };
            format!("{}{how}{weight}", scene.nodes[edge.to].title.shown)
        })
        .collect()
}

fn in_words(node: &Node) -> String {
    let mut text = node.title.whole().to_owned();
    let lines: Vec<&str> = node.lines.iter().map(|line| line.whole().trim_start_matches("→ ")).collect();
    if !lines.is_empty() {
        let between = if matches!(node.kind, Kind::Rule | Kind::LeftOut) { ", " } else { ": " };
        let _ = write!(text, "{between}{}", lines.join("; ").replace(":; ", ": "));
    }
    for mark in &node.marks {
        let _ = write!(text, " ({}: {})", mark.severity, mark.line());
    }
    text
}
