//! Where everything stands: a column for each kind of node, from left to right as the traffic goes. In a column each node is as
//! near as it can be to the height of what it is connected with.

use super::graph::{Edge, Kind, Mark, Node, Scene, Text};
use super::measure::{BODY, SMALL, TITLE, width, wrap};
use crate::finding::Severity;

/// Pixels between a box and its text.
pub const PADDING: usize = 10;
/// Between two boxes of a column.
const GAP: usize = 18;
/// Between two columns.
const BETWEEN: usize = 46;
/// The same, where the ways between them have labels.
const FOR_LABELS: usize = 84;
/// Between boxes inside a box.
const INSIDE: usize = 8;
/// So many lines of one text are shown.
const LINES: usize = 6;

/// A box with its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// The node.
    pub node: usize,
    /// Left.
    pub x: usize,
    /// Top.
    pub y: usize,
    /// Width.
    pub width: usize,
    /// Height, with all boxes inside.
    pub height: usize,
    /// Its lines.
    pub rows: Vec<Row>,
}

/// A line of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What is shown.
    pub text: String,
    /// All of the text that it is a part of, where not all is shown.
    pub full: Option<String>,
    /// How it is written.
    pub style: Style,
    /// Of its base line, from the top of the box.
    pub y: usize,
}

/// How a line is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// What kind of thing the box is.
    Kind,
    /// Its name.
    Title,
    /// What is known of it.
    Plain,
    /// The first line of a mark, and how bad that is.
    Mark(Severity),
    /// The lines after it.
    MarkGoesOn(Severity),
}

/// A scene with places.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layout {
    /// The boxes, those that stand in another one behind it.
    pub boxes: Vec<Placed>,
    /// What is written above the columns: left, width, text.
    pub headings: Vec<(usize, usize, &'static str)>,
    /// Width of all.
    pub width: usize,
    /// Height of all.
    pub height: usize,
}

/// A column.
struct Column {
    kinds: &'static [Kind],
    width: usize,
    heading: &'static str,
}

const COLUMNS: [Column; 6] = [
    Column { kinds: &[Kind::Clients], width: 166, heading: "Who connects" },
    Column {
        kinds: &[Kind::FrontendNlb, Kind::ClientsBeside],
        width: 190,
        heading: "Has fixed addresses, decides nothing",
    },
    Column {
        kinds: &[Kind::Alb, Kind::OldLoadBalancer, Kind::Ingress],
        width: 330,
        heading: "Takes requests: a listener for each port; of its rules the first that fits decides",
    },
    Column {
        kinds: &[Kind::TargetGroup, Kind::Missing],
        width: 206,
        heading: "Where requests are sent, and how the ALB finds out who is well",
    },
    Column { kinds: &[Kind::Service], width: 170, heading: "Takes them on a port of every node" },
    Column { kinds: &[Kind::Pods], width: 176, heading: "Answer them" },
];
/// The column from which the places of the others follow.
const MIDDLE: usize = 2;

/// Places everything that stands in a scene.
#[must_use]
pub fn layout(scene: &Scene) -> Layout {
    let columns: Vec<Vec<usize>> = COLUMNS
        .iter()
        .map(|column| (0..scene.nodes.len()).filter(|at| column.kinds.contains(&scene.nodes[*at].kind)).collect())
        .collect();
    let mut all = Layout::default();
    let (mut x, mut lefts) = (0, Vec::new());
    for (nodes, column) in columns.iter().zip(&COLUMNS) {
        lefts.push(x);
        if !nodes.is_empty() {
            if nodes.iter().any(|node| scene.nodes[*node].kind != Kind::Ingress) {
                all.headings.push((x, column.width, column.heading));
            }
            let has_label =
                |edge: &Edge| nodes.iter().any(|node| is_in(scene, edge.from, *node)) && !edge.label.is_empty();
            x += column.width + if scene.edges.iter().any(has_label) { FOR_LABELS } else { BETWEEN };
        }
    }
    for column in [MIDDLE, 3, 4, 5, 1, 0] {
        let centre_of = |node: &usize| (*node, centre(scene, &all.boxes, *node, column < MIDDLE));
        let mut wanted: Vec<(usize, Option<usize>)> = columns[column].iter().map(centre_of).collect();
        wanted.sort_by_key(|(node, centre)| (centre.unwrap_or(usize::MAX), *node));
        let mut top = 0;
        for (node, centre) in wanted {
            let mut placed = stack(scene, node, lefts[column], COLUMNS[column].width);
            let height = placed.first().map_or(0, |first| first.height);
            let y = centre.map_or(top, |centre| centre.saturating_sub(height / 2)).max(top);
            placed.iter_mut().for_each(|placed| placed.y += y);
            all.boxes.extend(placed);
            top = y + height + GAP;
        }
    }
    all.boxes.sort_by_key(|placed| placed.node);
    all.width = all.boxes.iter().map(|placed| placed.x + placed.width).max().unwrap_or_default();
    all.height = all.boxes.iter().map(|placed| placed.y + placed.height).max().unwrap_or_default();
    all
}

/// Whether a node is `outer`, or stands in it.
fn is_in(scene: &Scene, node: usize, outer: usize) -> bool {
    node == outer || scene.nodes[node].parent.is_some_and(|parent| is_in(scene, parent, outer))
}

/// The height at which a node should stand: that of what leads to it, or of what it leads to.
fn centre(scene: &Scene, placed: &[Placed], node: usize, is_left: bool) -> Option<usize> {
    let ends = scene.edges.iter().filter_map(|edge| match is_left {
        true => (edge.from == node).then_some(edge.to),
        false => (edge.to == node).then_some(edge.from),
    });
    let at = |end: usize| placed.iter().find(|placed| placed.node == end).map(anchor);
    let heights: Vec<usize> = ends.filter_map(at).collect();
    (!heights.is_empty()).then(|| heights.iter().sum::<usize>() / heights.len())
}

/// The height at which ways begin and end at a box: at its own lines, above what stands inside.
#[must_use]
pub fn anchor(placed: &Placed) -> usize {
    placed.y + own_height(&placed.rows) / 2
}

/// A node and all that stands in it, the node first, as if at the top.
fn stack(scene: &Scene, node: usize, x: usize, width: usize) -> Vec<Placed> {
    let rows = rows(&scene.nodes[node], width - 2 * PADDING);
    let mut height = own_height(&rows);
    let mut inside = Vec::new();
    for child in scene.inside(node) {
        let mut placed = stack(scene, child, x + INSIDE, width - 2 * INSIDE);
        placed.iter_mut().for_each(|placed| placed.y += height);
        height += placed.first().map_or(0, |first| first.height) + INSIDE;
        inside.extend(placed);
    }
    let mut all = vec![Placed { node, x, y: 0, width, height, rows }];
    all.extend(inside);
    all
}

fn own_height(rows: &[Row]) -> usize {
    rows.last().map_or(0, |last| last.y) + PADDING
}

/// The lines of a node.
fn rows(node: &Node, room: usize) -> Vec<Row> {
    let mut rows = Rows { rows: Vec::new(), y: PADDING - 3, room };
    if let Some(kind) = kind(node.kind) {
        rows.add(&Text::new(kind), Style::Kind);
    }
    rows.add(&node.title, Style::Title);
    for line in &node.lines {
        rows.add(line, Style::Plain);
    }
    for mark in &node.marks {
        rows.mark(mark);
    }
    rows.rows
}

/// Who runs it and what it is, above the name of a node.
#[must_use]
pub fn kind(kind: Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::Clients | Kind::ClientsBeside => "CLIENTS",
        Kind::FrontendNlb | Kind::Alb | Kind::OldLoadBalancer => "AWS LOAD BALANCER",
        Kind::TargetGroup => "AWS TARGET GROUP",
        Kind::Missing => "NOT IN THE MANIFESTS",
        Kind::Service => "KUBERNETES SERVICE",
        Kind::Pods => "KUBERNETES PODS",
        Kind::Ingress => "KUBERNETES INGRESS",
        Kind::Listener | Kind::Rule | Kind::LeftOut => return None,
    })
}

/// Lines one below the other.
struct Rows {
    rows: Vec<Row>,
    y: usize,
    room: usize,
}

/// The room that the sign of a mark takes.
pub const SIGN: usize = 18;

impl Rows {
    fn add(&mut self, text: &Text, style: Style) {
        let (size, step, room) = match style {
            Style::Kind => (SMALL, 13, self.room),
            // Bold letters are wider.
            Style::Title => (TITLE + 2, 17, self.room),
            Style::Plain => (BODY, 16, self.room),
            Style::Mark(_) | Style::MarkGoesOn(_) => (BODY, 16, self.room - SIGN),
        };
        let lines = wrap(&text.shown, size, room, LINES);
        let is_cut = lines.last().is_some_and(|last| last.ends_with('…')) && !text.shown.ends_with('…');
        let full = text.full.clone().or_else(|| is_cut.then(|| text.shown.clone()));
        for (at, text) in lines.into_iter().enumerate() {
            self.y += step;
            let style = match style {
                Style::Mark(severity) if at > 0 => Style::MarkGoesOn(severity),
                style => style,
            };
            self.rows.push(Row { text, full: full.clone(), style, y: self.y });
        }
    }

    fn mark(&mut self, mark: &Mark) {
        self.y += 4;
        self.add(&Text::new(mark.line()), Style::Mark(mark.severity));
    }
}

/// The width of a label of a way.
#[must_use]
pub fn label_width(label: &str) -> usize {
    width(label, SMALL + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::picture::graph::Way;

    #[test]
    fn no_two_boxes_of_a_column_overlap() {
        let mut scene = Scene::default();
        let alb = scene.add(Kind::Alb, None, "a", Vec::new());
        for number in 0..20 {
            let target =
                scene.add(Kind::TargetGroup, None, format!("t{number}"), vec![Text::new("x ".repeat(number * 20))]);
            scene.connect(alb, target, "", Way::Tls);
        }
        let layout = layout(&scene);
        let mut column: Vec<&Placed> = layout.boxes.iter().filter(|placed| placed.node != alb).collect();
        column.sort_by_key(|placed| placed.y);
        assert!(column.windows(2).all(|pair| pair[0].y + pair[0].height <= pair[1].y));
    }
}
