//! For a browser, a page and a print: one SVG without a script and without anything from elsewhere.
//!
//! Colours are attributes, so that every program that knows SVG shows them, and classes, so that a dark page gets dark ones.

use std::fmt::Write;

use super::graph::{Edge, Kind, Mark, Picture, Scene, State, Way};
use super::layout::{Layout, PADDING, Placed, Route, Row, SIGN, STEP, Style, anchor, label_width, layout};
use super::measure::{BODY, SMALL, TITLE, width, wrap};
use super::words;
use crate::finding::Severity;
use crate::output::markup::escape;

const MARGIN: usize = 20;
/// The longest way from one column to the next.
const FAR: usize = 84;
/// Between a box and a way below it.
const BELOW: usize = 10;
/// Between two scenes.
const APART: usize = 40;

/// The least width, for texts.
const LEAST: usize = 760;
/// Lines of a finding.
const MOST: usize = 30;

/// Class, colours on light (fill, line) and on dark.
type Paint = (&'static str, [&'static str; 2], [&'static str; 2]);

const BOXES: [Paint; 8] = [
    ("people", ["#eef1f6", "#5b6b82"], ["#1f2733", "#8fa1bb"]),
    ("aws", ["#fff1de", "#c9741a"], ["#2e2214", "#e0a05a"]),
    ("listener", ["#ffffff", "#d9a566"], ["#17130d", "#a67f4e"]),
    ("rule", ["#fff8ee", "#e6c79c"], ["#241c12", "#7a6142"]),
    ("out", ["#f6f6f6", "#a3a3a3"], ["#1c1c1c", "#6f6f6f"]),
    ("old", ["#ececec", "#757575"], ["#262626", "#a3a3a3"]),
    ("cluster", ["#e6eefc", "#326ce5"], ["#152139", "#6f9bf0"]),
    ("missing", ["#fdeeee", "#b42318"], ["#331513", "#f0776c"]),
];
const WAYS: [(&str, &str, &str); 3] =
    [("tls", "#147a45", "#4cc38a"), ("clear", "#c2410c", "#f59a5f"), ("passed", "#5f6b7a", "#9aa7b5")];
const MARKS: [Paint; 3] = [
    ("error", ["#fbdcdc", "#9b1c1c"], ["#4a1717", "#ffb4ad"]),
    ("warning", ["#fdeeb5", "#6b4300"], ["#453406", "#f5d67b"]),
    ("info", ["#dfe9f8", "#1f4b8f"], ["#1a2b47", "#a9c8f7"]),
];
const INK: [&str; 2] = ["#17202c", "#e6edf3"];
const FAINT: [&str; 2] = ["#4d5866", "#a5b1bf"];
const PAPER: [&str; 2] = ["#ffffff", "#0d1117"];
const FACE: &str = "system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif";

/// The picture as SVG.
#[must_use]
pub fn svg(picture: &Picture) -> String {
    let layouts: Vec<Layout> = picture.scenes.iter().map(layout).collect();
    let room = layouts.iter().map(|layout| layout.width).max().unwrap_or_default().max(LEAST);
    let mut page = Page { text: String::new(), y: MARGIN, room };
    page.heading(&picture.title, 18, "ink");
    for (at, (scene, layout)) in picture.scenes.iter().zip(&layouts).enumerate() {
        page.y += if at > 0 { APART } else { 0 };
        page.scene(scene, layout);
    }
    if !picture.beside.is_empty() {
        page.findings("Findings about none of them", picture.beside.iter().collect());
    }
    if !picture.scenes.is_empty() {
        page.legend(picture);
    }
    let (width, height) = (room + 2 * MARGIN, page.y + MARGIN);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-labelledby=\"picture-title picture-words\" \
         width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" font-family=\"{FACE}\" font-size=\"{BODY}\">\n\
         <title id=\"picture-title\">{}</title>\n<desc id=\"picture-words\">{}</desc>\n{}\
         <rect class=\"paper\" width=\"{width}\" height=\"{height}\" fill=\"{}\"/>\n{}</svg>\n",
        escape(&picture.title),
        escape(&words(picture)),
        dark(),
        PAPER[0],
        page.text
    )
}

/// The colours on a dark page.
fn dark() -> String {
    let mut rules =
        format!(".paper {{ fill: {}; }} .ink {{ fill: {}; }} .faint {{ fill: {}; }}", PAPER[1], INK[1], FAINT[1]);
    for (class, _, [fill, line]) in BOXES {
        let _ = write!(rules, " .{class} {{ fill: {fill}; stroke: {line}; }}");
    }
    for (class, _, line) in WAYS {
        let _ = write!(rules, " .{class} {{ stroke: {line}; }} .{class}-head {{ fill: {line}; }}");
    }
    for (class, _, [fill, ink]) in MARKS {
        let _ = write!(
            rules,
            " .{class} {{ fill: {fill}; }} .{class}-ink {{ fill: {ink}; }} .{class}-way {{ stroke: {ink}; }}"
        );
    }
    format!("<style>@media (prefers-color-scheme: dark) {{ {rules} }}</style>\n")
}

/// What was drawn so far, from above.
struct Page {
    text: String,
    y: usize,
    room: usize,
}

impl Page {
    fn heading(&mut self, text: &str, size: usize, class: &str) {
        for line in wrap(text, size + 2, self.room, 4) {
            self.y += size + 4;
            self.write(
                MARGIN,
                self.y,
                &line,
                &format!("class=\"{class}\" fill=\"{}\" font-size=\"{size}\" font-weight=\"bold\"", INK[0]),
            );
        }
    }

    /// A line of text, with attributes.
    fn write(&mut self, x: usize, y: usize, text: &str, attributes: &str) {
        let _ = writeln!(self.text, "<text x=\"{x}\" y=\"{y}\" {attributes}>{}</text>", escape(text));
    }

    fn faint(&mut self, x: usize, y: usize, text: &str, size: usize) {
        self.write(x, y, text, &format!("class=\"faint\" fill=\"{}\" font-size=\"{size}\"", FAINT[0]));
    }

    fn scene(&mut self, scene: &Scene, layout: &Layout) {
        self.y += APART / 2;
        self.heading(&scene.title, 16, "ink");
        for note in &scene.notes {
            self.note(note);
        }
        self.y += 12;
        let top = self.y;
        let mut below = top;
        for (x, width, heading) in &layout.headings {
            for (at, line) in wrap(heading, SMALL + 1, *width, 4).into_iter().enumerate() {
                let y = top + (at + 1) * 15;
                below = below.max(y);
                self.faint(MARGIN + x, y, &line, SMALL + 1);
            }
        }
        self.y = below + 10;
        let holds =
            |placed: &&Placed| scene.inside(placed.node).next().is_some() && scene.nodes[placed.node].parent.is_none();
        let (outer, inner): (Vec<&Placed>, Vec<&Placed>) = layout.boxes.iter().partition(holds);
        for placed in outer {
            self.draw_box(scene, placed);
        }
        for (edge, route) in scene.edges.iter().zip(&layout.routes) {
            self.draw_edge(edge, *route, layout);
        }
        for placed in inner {
            self.draw_box(scene, placed);
        }
        for (edge, route) in scene.edges.iter().zip(&layout.routes) {
            self.draw_break(edge, *route, layout);
        }
        self.y += layout.height;
        self.findings("Findings", scene.findings());
    }

    /// The findings that boxes are marked with, in full.
    fn findings(&mut self, title: &str, findings: Vec<&Mark>) {
        if findings.is_empty() {
            return;
        }
        self.y += APART / 2;
        self.heading(title, BODY, "ink");
        findings.into_iter().for_each(|finding| self.note(finding));
    }

    fn note(&mut self, note: &Mark) {
        let (class, [fill, ink], _) = mark_paint(note.severity);
        for (at, line) in wrap(&note.line(), BODY, self.room - SIGN - 2 * PADDING, MOST).into_iter().enumerate() {
            self.y += if at == 0 { STEP + 5 } else { STEP };
            let (y, width) = (self.y, width(&line, BODY) + SIGN + 8);
            let _ = writeln!(
                self.text,
                "<rect class=\"{class}\" x=\"{MARGIN}\" y=\"{}\" width=\"{width}\" height=\"{STEP}\" fill=\"{fill}\"/>",
                y - 14
            );
            if at == 0 {
                self.sign(MARGIN + 4, y, note.severity);
            }
            self.write(MARGIN + SIGN + 2, y, &line, &format!("class=\"{class}-ink\" fill=\"{ink}\""));
        }
    }

    fn draw_box(&mut self, scene: &Scene, placed: &Placed) {
        let node = &scene.nodes[placed.node];
        let (class, [fill, line], _) = box_paint(node.kind);
        let dashes = dashes(node.kind);
        let (x, y) = (MARGIN + placed.x, self.y + placed.y);
        let _ = writeln!(
            self.text,
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{}\" height=\"{}\" rx=\"6\" fill=\"{fill}\" stroke=\"{line}\"{dashes}/>",
            placed.width, placed.height
        );
        for row in &placed.rows {
            self.row(x, y, placed.width, row);
        }
    }

    fn row(&mut self, x: usize, top: usize, room: usize, row: &Row) {
        let y = top + row.y;
        let (left, attributes) = match row.style {
            Style::Kind => (
                x + PADDING,
                format!("class=\"faint\" fill=\"{}\" font-size=\"{SMALL}\" letter-spacing=\"0.4\"", FAINT[0]),
            ),
            Style::Title => {
                (x + PADDING, format!("class=\"ink\" fill=\"{}\" font-size=\"{TITLE}\" font-weight=\"bold\"", INK[0]))
            }
            Style::Plain => (x + PADDING, format!("class=\"ink\" fill=\"{}\"", INK[0])),
            Style::Mark(severity) | Style::MarkGoesOn(severity) => {
                let (class, [fill, ink], _) = mark_paint(severity);
                let _ = writeln!(
                    self.text,
                    "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{STEP}\" fill=\"{fill}\"/>",
                    x + PADDING / 2,
                    y - 14,
                    room - PADDING
                );
                if matches!(row.style, Style::Mark(_)) {
                    self.sign(x + PADDING - 2, y, severity);
                }
                (x + PADDING + SIGN - 4, format!("class=\"{class}-ink\" fill=\"{ink}\""))
            }
        };
        let full = row.full.as_deref().map(|full| format!("<title>{}</title>", escape(full))).unwrap_or_default();
        let _ = writeln!(self.text, "<text x=\"{left}\" y=\"{y}\" {attributes}>{full}{}</text>", escape(&row.text));
    }

    /// The sign of a mark: a cross, a triangle, a dot.
    fn sign(&mut self, x: usize, y: usize, severity: Severity) {
        let (class, [_, ink], _) = mark_paint(severity);
        let (top, middle) = (y - 10, y - 5);
        let shape = match severity {
            Severity::Error => {
                format!("M{x} {top}l2 -2l3 3l3 -3l2 2l-3 3l3 3l-2 2l-3 -3l-3 3l-2 -2l3 -3z", top = top + 2)
            }
            Severity::Warning => format!("M{} {top}l6 10h-12z", x + 5),
            Severity::Info => format!("M{x} {middle}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z"),
        };
        let _ = writeln!(self.text, "<path class=\"{class}-ink\" d=\"{shape}\" fill=\"{ink}\"/>");
    }

    fn draw_edge(&mut self, edge: &Edge, route: Route, layout: &Layout) {
        match route {
            Route::Hidden => {}
            Route::Across(offset) => self.across(edge, offset, layout),
            Route::Down(offset) => {
                let Some(([x, y], [_, to_y])) = down(edge, offset, layout, self.y) else { return };
                let end = to_y - 7;
                self.line(&format!("M{x} {y}V{end}"), &format!("M{x} {to_y}l-5 -9h10z"), edge.way);
            }
            Route::Beside { from, lane, to, is_left } => {
                let find = |node| layout.boxes.iter().find(|placed| placed.node == node);
                let (Some(start), Some(end)) = (find(edge.from), find(edge.to)) else { return };
                let side = |placed: &Placed| MARGIN + placed.x + if is_left { 0 } else { placed.width };
                let (x, to_x, lane) = (side(start), side(end), MARGIN + lane);
                let (y, to_y) = (self.y + from, self.y + to);
                let (head, tip) = if is_left { ("l-9 -5v10z", to_x - 7) } else { ("l9 -5v10z", to_x + 7) };
                let line = format!("M{x} {y}H{lane}V{to_y}H{tip}");
                self.line(&line, &format!("M{to_x} {to_y}{head}"), edge.way);
            }
        }
    }

    fn across(&mut self, edge: &Edge, offset: usize, layout: &Layout) {
        let Some([from, to]) = ends(edge, offset, layout, self.y) else { return };
        // A way past a column runs level until it is there, below what stands in its way.
        let right = |placed: &&Placed| MARGIN + placed.x + placed.width;
        let passed = || layout.boxes.iter().filter(|placed| MARGIN + placed.x > from.0 && right(placed) < to.0);
        let bend =
            passed().map(|placed| right(&placed)).max().unwrap_or_default().max(to.0.saturating_sub(FAR)).max(from.0);
        let is_in_the_way =
            |placed: &&Placed| (placed.y..placed.y + placed.height + BELOW).contains(&(from.1 - self.y));
        let below = passed().filter(is_in_the_way).map(|placed| self.y + placed.y + placed.height + BELOW).max();
        let start = match below {
            Some(level) => format!("C{} {} {} {level} {} {level}", from.0 + 24, from.1, from.0 + 8, from.0 + 36),
            None => String::new(),
        };
        self.way(from, (&start, bend, below.unwrap_or(from.1)), to, edge.way);
    }

    /// A cross where a way breaks.
    fn draw_break(&mut self, edge: &Edge, route: Route, layout: &Layout) {
        if edge.state != State::Broken {
            return;
        }
        let middle = match route {
            Route::Across(offset) => ends(edge, offset, layout, self.y)
                .map(|[from, to]| (usize::midpoint(from.0, to.0), usize::midpoint(from.1, to.1))),
            _ => None,
        };
        let Some((x, y)) = middle else { return };
        let [fill, line] = MARKS[0].1;
        let _ = writeln!(
            self.text,
            "<circle class=\"error\" cx=\"{x}\" cy=\"{y}\" r=\"11\" fill=\"{fill}\"/>\n<path class=\"error-way\" d=\"M{} {}l10 10m0 -10l-10 10\" \
             fill=\"none\" stroke=\"{line}\" stroke-width=\"3\"/>",
            x - 5,
            y - 5
        );
    }

    /// A line with its head: by `start` and on that level as far as `bend`, then to the end.
    fn way(&mut self, (x, y): (usize, usize), level: (&str, usize, usize), (to_x, to_y): (usize, usize), way: Way) {
        let (start, bend, level) = level;
        let reach = ((to_x - bend) / 2).clamp(10, 80);
        let end = to_x - 7;
        let line = format!(
            "M{x} {y}{start}H{bend}C{} {level} {} {to_y} {end} {to_y}",
            bend + reach,
            end.saturating_sub(reach)
        );
        self.line(&line, &format!("M{to_x} {to_y}l-9 -5v10z"), way);
    }

    fn line(&mut self, line: &str, head: &str, way: Way) {
        let (class, colour, _) = way_paint(way);
        let dashes = match way {
            Way::Tls => "",
            Way::ClearText => " stroke-dasharray=\"7 4\"",
            Way::PassedOn => " stroke-dasharray=\"2 3\"",
        };
        let _ = writeln!(
            self.text,
            "<path class=\"{class}\" d=\"{line}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"{dashes}/>\n\
             <path class=\"{class}-head\" d=\"{head}\" fill=\"{colour}\"/>"
        );
    }

    /// What colours, lines and signs mean, those that are in the picture.
    fn legend(&mut self, picture: &Picture) {
        self.y += APART / 2;
        let nodes = || picture.scenes.iter().flat_map(|scene| &scene.nodes);
        let edges = || picture.scenes.iter().flat_map(|scene| &scene.edges);
        let kinds = [
            (Kind::Clients, "people and programs"),
            (Kind::Alb, "run by AWS"),
            (Kind::Service, "in the Kubernetes cluster"),
            (Kind::OldLoadBalancer, "old load balancer"),
            (Kind::LeftOut, "not built"),
            (Kind::Missing, "not in the manifests"),
        ];
        let ways = [
            (Way::Tls, "encrypted (TLS)"),
            (Way::ClearText, "not encrypted"),
            (Way::PassedOn, "passed on as it comes, or not known"),
        ];
        let signs =
            [(Severity::Error, "will not work"), (Severity::Warning, "look at this"), (Severity::Info, "good to know")];
        let is_usual = |kind: Kind| matches!(kind, Kind::Clients | Kind::Alb | Kind::Service);
        let mut items: Vec<(Sample, &str)> = Vec::new();
        items.extend(
            kinds
                .into_iter()
                .filter(|(kind, _)| is_usual(*kind) || nodes().any(|node| node.kind == *kind))
                .map(|(kind, text)| (Sample::Box(kind), text)),
        );
        let ways = ways.into_iter().filter(|(way, _)| edges().any(|edge| edge.way == *way));
        items.extend(ways.map(|(way, text)| (Sample::Way(way), text)));
        items.extend(signs.map(|(severity, text)| (Sample::Sign(severity), text)));
        if edges().any(|edge| edge.state == State::Broken) {
            items.push((Sample::Text, "✖ on an arrow: breaks here"));
        }
        if nodes().any(|node| node.kind == Kind::Rule) {
            items.push((Sample::Text, "→ what the ALB does with the request"));
        }
        items.push((Sample::Text, "ALB043 and the like: istio-alb explain ALB043"));
        items.push((Sample::Text, "findings of level info: istio-alb check"));
        let mut x = self.room;
        for (sample, text) in items {
            let before = match sample {
                Sample::Box(_) => 30,
                Sample::Way(_) => 46,
                Sample::Sign(_) => 16,
                Sample::Text => 0,
            };
            if x + before + label_width(text) > MARGIN + self.room {
                self.y += 22;
                x = MARGIN;
            }
            match sample {
                Sample::Box(kind) => self.legend_box(x, kind),
                Sample::Way(way) => self.way((x, self.y - 4), ("", x, self.y - 4), (x + 40, self.y - 4), way),
                Sample::Sign(severity) => self.sign(x, self.y, severity),
                Sample::Text => {}
            }
            self.faint(x + before, self.y, text, SMALL + 1);
            x += before + label_width(text) + 20;
        }
    }

    fn legend_box(&mut self, x: usize, kind: Kind) {
        let (class, [fill, line], _) = box_paint(kind);
        let _ = writeln!(
            self.text,
            "<rect class=\"{class}\" x=\"{x}\" y=\"{}\" width=\"24\" height=\"14\" rx=\"3\" fill=\"{fill}\" stroke=\"{line}\"{}/>",
            self.y - 11,
            dashes(kind)
        );
    }
}

/// What stands before a text of the legend.
enum Sample {
    Box(Kind),
    Way(Way),
    Sign(Severity),
    Text,
}

/// The line around a box of something that is not built by this, or not for long.
fn dashes(kind: Kind) -> &'static str {
    match kind {
        Kind::LeftOut | Kind::Missing | Kind::OldLoadBalancer => " stroke-dasharray=\"5 3\"",
        _ => "",
    }
}

/// Where a way down begins and where it ends.
fn down(edge: &Edge, offset: isize, layout: &Layout, top: usize) -> Option<([usize; 2], [usize; 2])> {
    let find = |node| layout.boxes.iter().find(|placed| placed.node == node);
    let (from, to) = (find(edge.from)?, find(edge.to)?);
    let x = (MARGIN + from.x + from.width / 4).checked_add_signed(offset)?;
    Some(([x, top + from.y + from.height], [x, top + to.y]))
}

/// Where a way begins and where it ends.
fn ends(edge: &Edge, offset: usize, layout: &Layout, top: usize) -> Option<[(usize, usize); 2]> {
    let find = |node| layout.boxes.iter().find(|placed| placed.node == node);
    let (from, to) = (find(edge.from)?, find(edge.to)?);
    let start = (MARGIN + from.x + from.width, top + anchor(from) + offset);
    Some([start, (MARGIN + to.x, top + anchor(to))])
}

fn box_paint(kind: Kind) -> Paint {
    BOXES[match kind {
        Kind::Clients | Kind::ClientsBeside => 0,
        Kind::FrontendNlb | Kind::Alb | Kind::TargetGroup => 1,
        Kind::Listener => 2,
        Kind::Rule => 3,
        Kind::LeftOut => 4,
        Kind::OldLoadBalancer => 5,
        Kind::Service | Kind::Pods | Kind::Ingress => 6,
        Kind::Missing => 7,
    }]
}

fn way_paint(way: Way) -> (&'static str, &'static str, &'static str) {
    WAYS[match way {
        Way::Tls => 0,
        Way::ClearText => 1,
        Way::PassedOn => 2,
    }]
}

fn mark_paint(severity: Severity) -> Paint {
    MARKS[match severity {
        Severity::Error => 0,
        Severity::Warning => 1,
        Severity::Info => 2,
    }]
}
