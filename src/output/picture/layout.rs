//! Where everything stands: three columns, so that the picture is readable in the width of a page. In the first stands who connects,
//! and below it the load balancers; in the second where requests are sent; in the third the Services, and below them their pods. A
//! node of the second and the third column is as near as it can be to the height of what leads to it.

use std::cmp::Reverse;

use super::graph::{Edge, Kind, Mark, Node, Scene, State, Text, Way};
use super::measure::{BODY, SMALL, TITLE, width, wrap};
use crate::finding::Severity;

/// Pixels between a box and its text.
pub const PADDING: usize = 10;
/// Between two boxes of a column.
const GAP: usize = 20;
/// The same, where a way leads down from one to the other.
const DOWN: usize = 36;
/// Between two columns.
const BETWEEN: usize = 50;
/// Between boxes inside a box.
const INSIDE: usize = 8;
/// Between two ways beside a column.
const LANE: usize = 14;
/// So many lines of one text are shown.
const LINES: usize = 8;

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
    /// The ways, in the order of the scene.
    pub routes: Vec<Route>,
    /// What is written above the columns: left, width, text.
    pub headings: Vec<(usize, usize, &'static str)>,
    /// Width of all.
    pub width: usize,
    /// Height of all.
    pub height: usize,
}

/// How a way is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// Not at all.
    Hidden,
    /// From the right side of a box, so far below its middle, to the left side of one in a column further right.
    Across(usize),
    /// Down to the next box, so far beside the middle.
    Down(isize),
    /// From a side, along a lane beside the column, to the same side: the height where it begins, the lane, the height where it ends.
    Beside {
        /// Where it begins.
        from: usize,
        /// The lane, from the left.
        lane: usize,
        /// Where it ends.
        to: usize,
        /// Whether on the left side.
        is_left: bool,
    },
}

/// A column.
struct Column {
    kinds: &'static [Kind],
    width: usize,
    heading: &'static str,
}

const COLUMNS: [Column; 3] = [
    Column {
        kinds: &[
            Kind::Clients,
            Kind::FrontendNlb,
            Kind::ClientsBeside,
            Kind::Alb,
            Kind::OldLoadBalancer,
            Kind::Ingress,
        ],
        width: 352,
        heading: "Who connects, and to what: a listener for each port; the first rule that fits decides",
    },
    Column { kinds: &[Kind::TargetGroup, Kind::Missing], width: 226, heading: "Where the ALB sends requests" },
    Column { kinds: &[Kind::Service, Kind::Pods], width: 236, heading: "Who answers them" },
];

/// Places everything that stands in a scene.
#[must_use]
pub fn layout(scene: &Scene) -> Layout {
    let columns: Vec<Vec<usize>> = COLUMNS
        .iter()
        .map(|column| (0..scene.nodes.len()).filter(|at| column.kinds.contains(&scene.nodes[*at].kind)).collect())
        .collect();
    let mut all = Layout::default();
    let (mut x, mut lefts) = (lanes(scene, &columns[0]).len() * LANE, Vec::new());
    for (nodes, column) in columns.iter().zip(&COLUMNS) {
        lefts.push(x);
        if !nodes.is_empty() {
            if nodes.iter().any(|node| scene.nodes[*node].kind != Kind::Ingress) {
                all.headings.push((x, column.width, column.heading));
            }
            x += column.width + BETWEEN;
        }
    }
    let place = |boxes: &mut Vec<Placed>, column: usize, order: &[usize], is_free: bool| {
        let (mut top, mut before) = (0, None);
        for node in order {
            if before.is_some_and(|before| leads_down(scene, before, *node)) {
                top += DOWN - GAP;
            }
            let mut placed = stack(scene, *node, lefts[column], COLUMNS[column].width);
            let height = placed.first().map_or(0, |first| first.height);
            let centre = centre(scene, boxes, *node).filter(|_| is_free);
            let y = centre.map_or(top, |centre| centre.saturating_sub(height / 2)).max(top);
            placed.iter_mut().for_each(|placed| placed.y += y);
            boxes.extend(placed);
            top = y + height + GAP;
            before = Some(*node);
        }
    };
    place(&mut all.boxes, 0, &columns[0], false);
    let order = by_centre(scene, &all.boxes, &columns[1]);
    place(&mut all.boxes, 1, &order, true);
    let order = with_pods_below(scene, &all.boxes, &columns[2]);
    place(&mut all.boxes, 2, &order, true);
    all.boxes.sort_by_key(|placed| placed.node);
    all.routes = routes(scene, &all.boxes, [&columns[0], &order]);
    let lane = |route: &Route| match route {
        Route::Beside { lane, .. } => *lane,
        _ => 0,
    };
    let right = all.boxes.iter().map(|placed| placed.x + placed.width);
    all.width = right.chain(all.routes.iter().map(lane)).max().unwrap_or_default();
    all.height = all.boxes.iter().map(|placed| placed.y + placed.height).max().unwrap_or_default();
    all
}

/// The nodes of a column in the order of the heights of what leads to them.
fn by_centre(scene: &Scene, placed: &[Placed], nodes: &[usize]) -> Vec<usize> {
    let mut nodes = nodes.to_vec();
    nodes.sort_by_key(|node| (centre(scene, placed, *node).unwrap_or(usize::MAX), *node));
    nodes
}

/// The Services in the order of what leads to them, and below those of some pods the pods.
fn with_pods_below(scene: &Scene, placed: &[Placed], nodes: &[usize]) -> Vec<usize> {
    let (pods, services): (Vec<usize>, Vec<usize>) =
        nodes.iter().partition(|node| scene.nodes[**node].kind == Kind::Pods);
    let is_behind =
        |service: usize, pods: usize| scene.edges.iter().any(|edge| edge.from == service && edge.to == pods);
    let clusters = pods.into_iter().map(|pods| {
        let of_them: Vec<usize> = services.iter().copied().filter(|service| is_behind(*service, pods)).collect();
        let mut cluster = by_centre(scene, placed, &of_them);
        cluster.push(pods);
        cluster
    });
    let mut clusters: Vec<Vec<usize>> = clusters.collect();
    let first = |cluster: &Vec<usize>| cluster.iter().filter_map(|node| centre(scene, placed, *node)).min();
    clusters.sort_by_key(|cluster| first(cluster).unwrap_or(usize::MAX));
    clusters.concat()
}

/// Whether a way leads from a node to one that stands next below it.
fn leads_down(scene: &Scene, above: usize, below: usize) -> bool {
    scene.edges.iter().any(|edge| edge.from == above && edge.to == below)
}

/// The node itself, or the outermost that it stands in.
fn outermost(scene: &Scene, node: usize) -> usize {
    scene.nodes[node].parent.map_or(node, |parent| outermost(scene, parent))
}

/// The lanes beside a column, the innermost first: ways of one node that are encrypted alike share one. Those that end further away
/// are further outside, so that they cross no other one.
fn lanes(scene: &Scene, column: &[usize]) -> Vec<(usize, Way)> {
    let at = |node: usize| column.iter().position(|other| *other == outermost(scene, node));
    let mut lanes: Vec<((usize, Way), usize)> = Vec::new();
    for edge in &scene.edges {
        let (Some(from), Some(to)) = (at(edge.from), at(edge.to)) else { continue };
        if to == from + 1 && scene.nodes[edge.to].parent.is_none() {
            continue;
        }
        let lane = (edge.from, edge.way);
        match lanes.iter_mut().find(|(known, _)| *known == lane) {
            Some((_, furthest)) => *furthest = edge.to.max(*furthest),
            None => lanes.push((lane, edge.to)),
        }
    }
    lanes.sort_by_key(|((from, _), furthest)| (Reverse(*from), *furthest));
    lanes.into_iter().map(|(lane, _)| lane).collect()
}

/// How each way is drawn. `sides`: the columns that have lanes on their left and on their right side, from above.
fn routes(scene: &Scene, boxes: &[Placed], sides: [&[usize]; 2]) -> Vec<Route> {
    let find = |node: usize| boxes.iter().find(|placed| placed.node == node);
    // Ways of one node that are encrypted differently begin apart, so that none lies upon another.
    let across = |edge: &Edge| {
        let mut ways: Vec<Way> = Vec::new();
        for other in scene.edges.iter().filter(|other| other.from == edge.from) {
            if !ways.contains(&other.way) {
                ways.push(other.way);
            }
        }
        Route::Across(ways.iter().position(|way| *way == edge.way).unwrap_or_default() * 12)
    };
    let mut routes: Vec<Route> = scene.edges.iter().map(across).collect();
    for (side, column) in sides.into_iter().enumerate() {
        let is_left = side == 0;
        let at = |node: usize| column.iter().position(|other| *other == outermost(scene, node));
        let lanes = lanes(scene, column);
        // Ways that end at one box end one below the other, a lane each.
        let mut ends: Vec<(usize, usize)> = Vec::new();
        for (number, edge) in scene.edges.iter().enumerate() {
            let (Some(from), Some(to)) = (at(edge.from), at(edge.to)) else { continue };
            let (Some(from_box), Some(to_box)) = (find(edge.from), find(edge.to)) else { continue };
            let Some(lane) = lanes
                .iter()
                .position(|lane| *lane == (edge.from, edge.way))
                .filter(|_| to != from + 1 || scene.nodes[edge.to].parent.is_some())
            else {
                let before =
                    scene.edges[..number].iter().filter(|other| (other.from, other.to) == (edge.from, edge.to));
                let offset = isize::try_from(before.count()).unwrap_or_default() * 28;
                routes[number] = Route::Down(offset);
                continue;
            };
            let of_node = |(from, _): &&(usize, Way)| *from == edge.from;
            let out = lanes[..lane].iter().filter(of_node).count();
            let before = ends.iter().filter(|end| **end != (edge.to, lane) && end.0 == edge.to).count();
            ends.push((edge.to, lane));
            let bottom = from_box.y + from_box.height;
            let outer = if is_left { from_box.x } else { from_box.x + from_box.width };
            let apart = (lane + 1) * LANE;
            routes[number] = Route::Beside {
                from: bottom.saturating_sub(PADDING + out * 12).max(from_box.y + PADDING),
                lane: if is_left { outer.saturating_sub(apart) } else { outer + apart },
                to: anchor(to_box) + before * 12,
                is_left,
            };
        }
    }
    for (route, edge) in routes.iter_mut().zip(&scene.edges) {
        if edge.state == State::Unused {
            *route = Route::Hidden;
        }
    }
    routes
}

/// The height at which a node should stand: that of what leads to it.
fn centre(scene: &Scene, placed: &[Placed], node: usize) -> Option<usize> {
    let ends = scene.edges.iter().filter(|edge| edge.to == node).map(|edge| edge.from);
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
    let mut seen: Vec<String> = Vec::new();
    for mark in &node.marks {
        // What is found several times is told once, and below the picture each time.
        if !seen.contains(&mark.short()) {
            seen.push(mark.short());
            rows.mark(mark);
        }
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

/// From one line to the next.
pub const STEP: usize = 18;
/// The room that the sign of a mark takes.
pub const SIGN: usize = 18;

impl Rows {
    fn add(&mut self, text: &Text, style: Style) {
        let (size, step, room) = match style {
            Style::Kind => (SMALL, 14, self.room),
            // Bold letters are wider.
            Style::Title => (TITLE + 2, 19, self.room),
            Style::Plain => (BODY, STEP, self.room),
            Style::Mark(_) | Style::MarkGoesOn(_) => (BODY, STEP, self.room - SIGN),
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
        self.add(&Text::new(mark.short()), Style::Mark(mark.severity));
    }
}

/// The width of a text of the legend.
#[must_use]
pub fn label_width(label: &str) -> usize {
    width(label, SMALL + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn ways_beside_a_column_have_a_lane_for_each_node_and_kind() {
        let mut scene = Scene::default();
        let clients = scene.add(Kind::Clients, None, "c", Vec::new());
        let alb = scene.add(Kind::Alb, None, "a", Vec::new());
        for (port, way) in [(80, Way::ClearText), (443, Way::Tls), (8443, Way::Tls)] {
            let listener = scene.add(Kind::Listener, Some(alb), port.to_string(), Vec::new());
            scene.connect(clients, listener, "", way);
        }
        let layout = layout(&scene);
        let lanes: Vec<usize> = layout
            .routes
            .iter()
            .map(|route| match route {
                Route::Beside { lane, is_left: true, .. } => *lane,
                other => panic!("{other:?}"),
            })
            .collect();
        assert!(lanes[0] > lanes[1] && lanes[1] == lanes[2], "{lanes:?}");
        assert!(layout.boxes.iter().all(|placed| placed.x > lanes[0]));
    }
}
