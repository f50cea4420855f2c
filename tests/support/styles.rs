//! Gateways in whatever style a chart may render them. A text is made from a tape of small numbers, each a decision; zeros give the
//! plain style.

struct Tape {
    numbers: std::vec::IntoIter<u8>,
}

impl Tape {
    /// The next decision among `count`; the first one when the tape has ended.
    fn choose(&mut self, count: usize) -> usize {
        usize::from(self.numbers.next().unwrap_or(0)) % count
    }

    fn pick<'a, T: ?Sized>(&mut self, choices: &[&'a T]) -> &'a T {
        choices[self.choose(choices.len())]
    }

    fn odd(&mut self) -> bool {
        self.choose(4) == 1
    }
}

/// A stream: the gateway with documents of others before and after it. The tape is 0 to 120 numbers below 24.
pub fn stream(tape: Vec<u8>) -> Vec<u8> {
    let tape = &mut Tape { numbers: tape.into_iter() };
    let others = [
        "",
        "---\n# Source: a/templates/a.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  a: |\n    ---\n    kind: Service\n",
        "---\n# only a comment\n",
        "--- # why\nnull\n",
        "---\n{}\n...\n",
        "---\nlabels: {a: 1, a: 1}\n",
        "---\nnot: [closed\n",
        "---\napiVersion: v1\nkind: Service\nmetadata: {name: other}\nspec: {ports: [{port: 80}], type: ClusterIP}\n",
        "---\nkind: Ingress\napiVersion: networking.k8s.io/v1\nmetadata: {name: other}\nspec: {ingressClassName: nginx}\n",
    ];
    let mut text = String::new();
    if tape.odd() {
        text.push('\u{feff}');
    }
    text.push_str(tape.pick(&others));
    text.push_str(tape.pick(&[
        "---\n# Source: gateway/templates/service.yaml\n",
        "---\n",
        "--- # the gateway\n",
        "---\n#### file: templates/service.yaml\n",
        "---   \n\n# stays 0\n",
    ]));
    text.push_str(&service(tape));
    text.push_str(tape.pick(&others));
    text.push_str(tape.pick(&others));
    // A block scalar would gain the line break that the Ingress needs: that is refused.
    let ends_in_text = ["    kind: Service\n", "--- no separator\n"].iter().any(|end| text.ends_with(end));
    if tape.odd() && !ends_in_text {
        text.truncate(text.trim_end_matches('\n').len());
    }
    if tape.odd() {
        text = text.replace('\n', "\r\n");
    }
    text.into_bytes()
}

/// Sorts by decisions of the tape.
fn shuffle<T>(tape: &mut Tape, items: Vec<T>) -> Vec<T> {
    let mut shuffled = Vec::new();
    for item in items {
        let at = shuffled.len() - tape.choose(shuffled.len() + 1);
        shuffled.insert(at, item);
    }
    shuffled
}

struct Style {
    step: usize,
    quote: usize,
    comments: usize,
}

impl Style {
    fn key(&self, key: &str) -> String {
        match self.quote {
            1 => format!("\"{key}\":"),
            2 => format!("'{key}':"),
            _ => format!("{key}:"),
        }
    }

    /// A line of its own before an entry, or nothing.
    fn before(&mut self, tape: &mut Tape, column: usize) -> String {
        match tape.choose(6) {
            1 => {
                self.comments += 1;
                format!("{}# stays {}\n", " ".repeat(column), self.comments)
            }
            2 => "\n".into(),
            _ => String::new(),
        }
    }

    fn end(&mut self, tape: &mut Tape) -> String {
        match tape.choose(6) {
            1 => " \n".into(),
            2 => "  # behind\n".into(),
            _ => "\n".into(),
        }
    }
}

fn service(tape: &mut Tape) -> String {
    let mut style = Style { step: 2 + tape.choose(3), quote: tape.choose(3), comments: 0 };
    let (metadata, spec) = (metadata(tape, &mut style), spec(tape, &mut style));
    let parts = vec![
        format!("{} v1{}", style.key("apiVersion"), style.end(tape)),
        format!("{} Service{}", style.key("kind"), style.end(tape)),
        format!("{}\n{metadata}", style.key("metadata")),
        format!("{}\n{spec}", style.key("spec")),
    ];
    let mut text = String::new();
    for part in shuffle(tape, parts) {
        text.push_str(&style.before(tape, 0));
        text.push_str(&part);
    }
    text
}

fn metadata(tape: &mut Tape, style: &mut Style) -> String {
    let pad = " ".repeat(style.step);
    let mut entries = vec![
        format!("{pad}{} istio-ingressgateway{}", style.key("name"), style.end(tape)),
        format!("{pad}{} istio-system{}", style.key("namespace"), style.end(tape)),
        format!("{pad}{} {{app: gateway}}{}", style.key("labels"), style.end(tape)),
    ];
    if let Some(annotations) = annotations(tape, style) {
        entries.push(annotations);
    }
    let mut text = String::new();
    for entry in shuffle(tape, entries) {
        text.push_str(&style.before(tape, style.step));
        text.push_str(&entry);
    }
    text
}

fn annotations(tape: &mut Tape, style: &mut Style) -> Option<String> {
    let pad = " ".repeat(style.step);
    let key = style.key("annotations");
    match tape.choose(6) {
        1 => return None,
        2 => return Some(format!("{pad}{key} {{}}{}", style.end(tape))),
        3 => return Some(format!("{pad}{key}\n{pad}{pad}{{}}\n")),
        _ => {}
    }
    // Key, value in block style, value in flow style.
    let all = [
        ("service.beta.kubernetes.io/aws-load-balancer-type", "external", "external"),
        ("example.com/owner", "\"007\"", "\"007\""),
        ("service.beta.kubernetes.io/aws-load-balancer-scheme", "internal", "'internal'"),
        ("example.com/note", "'it''s: # no comment'", "'it''s: # no comment'"),
        ("service.beta.kubernetes.io/aws-load-balancer-nlb-target-type", ">-\n@ip", "ip"),
        ("example.com/text", "|\n@# no comment\n@--- no separator", "\"a\\nb\""),
        (
            "service.beta.kubernetes.io/aws-load-balancer-additional-resource-tags",
            "'Team=edge,Note=a\n@long one'",
            "\"Team=edge\"",
        ),
        ("example.com/empty", "\"\"", "\"\""),
        (
            "service.beta.kubernetes.io/aws-load-balancer-subnets",
            "subnet-0aaa,\n@subnet-0bbb",
            "\"subnet-0aaa,subnet-0bbb\"",
        ),
    ];
    let count = 1 + tape.choose(all.len());
    let chosen: Vec<_> = all.into_iter().take(count).collect();
    let chosen = shuffle(tape, chosen);
    if tape.odd() {
        let separator = tape.pick(&[", ", ",", " , ", ",\n        "]);
        let entries: Vec<String> = chosen.iter().map(|(key, _, flow)| format!("{} {flow}", style.key(key))).collect();
        return Some(format!("{pad}{key} {{{}}}{}", entries.join(separator), style.end(tape)));
    }
    let inner = pad.repeat(2);
    let mut text = format!("{pad}{key}{}", style.end(tape));
    for (key, block, _) in chosen {
        if key.starts_with("example") {
            text.push_str(&style.before(tape, inner.len()));
        }
        let value = block.replace('@', &format!("{inner}  "));
        text.push_str(&format!("{inner}{} {value}\n", style.key(key)));
    }
    Some(text)
}

fn spec(tape: &mut Tape, style: &mut Style) -> String {
    let pad = " ".repeat(style.step);
    let ports = ports(tape, style);
    let mut entries = vec![
        (false, format!("{pad}{} LoadBalancer{}", style.key("type"), style.end(tape))),
        (false, ports),
        (true, format!("{pad}{}\n{pad}{pad}{} ingressgateway\n", style.key("selector"), style.key("istio"))),
    ];
    let fields = [
        ("loadBalancerClass", "service.k8s.aws/nlb"),
        ("loadBalancerIP", "\"10.0.0.10\""),
        ("allocateLoadBalancerNodePorts", "false"),
        ("loadBalancerSourceRanges", "[10.0.0.0/8, 203.0.113.0/24]"),
    ];
    for (key, value) in fields.into_iter().take(tape.choose(5)) {
        entries.push((false, format!("{pad}{} {value}{}", style.key(key), style.end(tape))));
    }
    if tape.odd() {
        entries.push((true, format!("{pad}{} Cluster{}", style.key("internalTrafficPolicy"), style.end(tape))));
    }
    let mut text = String::new();
    for (stays, entry) in shuffle(tape, entries) {
        if stays {
            text.push_str(&style.before(tape, style.step));
        }
        text.push_str(&entry);
    }
    text
}

fn ports(tape: &mut Tape, style: &mut Style) -> String {
    let pad = " ".repeat(style.step);
    let target = tape.pick(&["", "443", "8443", "https"]);
    let mut all = vec![("status-port", "15021", "15021"), ("http2", "80", "80"), ("https", "443", target)];
    if tape.odd() {
        all.remove(1);
    }
    if tape.odd() {
        all.push(("tcp-mqtt", "8883", "8883"));
    }
    let all = shuffle(tape, all);
    let fields = |style: &Style, (name, port, target): (&str, &str, &str)| {
        let mut fields = vec![format!("{} {name}", style.key("name")), format!("{} {port}", style.key("port"))];
        if !target.is_empty() {
            fields.push(format!("{} {target}", style.key("targetPort")));
        }
        fields
    };
    if tape.odd() {
        let items: Vec<String> = all.iter().map(|port| format!("{{{}}}", fields(style, *port).join(", "))).collect();
        let separator = tape.pick(&[", ", ",", ",\n        "]);
        return format!("{pad}{} [{}]{}", style.key("ports"), items.join(separator), style.end(tape));
    }
    let column = " ".repeat(style.step + tape.choose(3) * 2);
    let gap = " ".repeat(1 + tape.choose(3));
    let mut text = format!("{pad}{}{}", style.key("ports"), style.end(tape));
    for port in all {
        let items = shuffle(tape, fields(style, port));
        if tape.odd() {
            text.push_str(&format!("{column}- {{{}}}\n", items.join(", ")));
            continue;
        }
        for (number, field) in items.into_iter().enumerate() {
            let lead = if number == 0 { format!("{column}-{gap}") } else { format!("{column} {gap}") };
            text.push_str(&format!("{lead}{field}{}", style.end(tape)));
        }
    }
    text
}
