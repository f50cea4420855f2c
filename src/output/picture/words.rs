//! The picture in words, for people who can't see it: `<desc>` of the SVG, the description of the flowchart.

use std::fmt::Write;

use super::graph::{Kind, Node, Picture, Scene, Way};

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
    all
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
