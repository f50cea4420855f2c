//! Services, and random patches of which is known what they touch.

use super::dice::Dice;
use serde_json::{Map, Value, json};

/// A Service, or a List with one in it.
pub fn service(dice: &mut Dice) -> Value {
    let mut metadata = json!({"name": "istio-ingressgateway"});
    if dice.below(4) > 0 {
        metadata["annotations"] = strings(dice, &["a.io/x", "a.io/b", "plain", "on", "with space", "80", "q\"q"]);
    }
    if dice.below(2) > 0 {
        metadata["labels"] = strings(dice, &["app", "istio", "helm.sh/chart"]);
    }
    let mut spec = json!({"type": "LoadBalancer"});
    let ports: Vec<Value> = (0..dice.below(4)).map(|_| port(dice)).collect();
    spec["ports"] = Value::Array(ports);
    for key in ["loadBalancerSourceRanges", "selector", "extra", "status"] {
        if dice.below(3) > 1 {
            spec[key] = value(dice, 0);
        }
    }
    let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec});
    if dice.once_in(6) { json!({"kind": "List", "items": [service, value(dice, 1)]}) } else { service }
}

fn port(dice: &mut Dice) -> Value {
    let mut port = json!({"name": dice.pick(&["http2", "https", "status-port"])});
    port["port"] = json!(dice.pick(&[80, 443, 15021]));
    if dice.below(2) > 0 {
        port["targetPort"] = dice.pick(&[json!(8080), json!("https"), json!({})]);
    }
    port
}

fn strings(dice: &mut Dice, keys: &[&str]) -> Value {
    let count = dice.below(keys.len());
    let entries = keys.iter().take(count).map(|key| ((*key).to_owned(), leaf(dice)));
    Value::Object(entries.collect())
}

pub fn leaf(dice: &mut Dice) -> Value {
    let leaves = [
        json!("x"),
        json!("NodePort"),
        json!(7),
        json!(true),
        json!(null),
        json!(""),
        json!("yes"),
        json!("007"),
        json!("a b c d"),
        json!("two\nlines\n"),
        json!("no\n\nend"),
        json!("  lead: # no comment"),
        json!("it's \"q\""),
        json!("é✓😀"),
        json!("arn:aws:acm:eu-west-1:1:certificate/x,y"),
        json!("kept\n\n\n"),
        json!("- x"),
        json!("\u{2028}\u{7f}\t"),
        json!(1.5),
        json!(-3),
    ];
    dice.pick(&leaves)
}

fn value(dice: &mut Dice, depth: usize) -> Value {
    match dice.below(if depth > 2 { 1 } else { 3 }) {
        1 => (0..dice.below(4)).map(|_| value(dice, depth + 1)).collect(),
        2 => {
            let keys = ["a", "b", "c"];
            let count = dice.below(4);
            let entries = keys.iter().take(count).map(|key| ((*key).to_owned(), value(dice, depth + 1)));
            Value::Object(entries.collect::<Map<_, _>>())
        }
        _ => leaf(dice),
    }
}

pub fn token(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// A value whose nodes know which pointer they had at first.
struct Tracked {
    was: Option<String>,
    node: Node,
}

enum Node {
    Leaf,
    Map(Vec<(String, Tracked)>),
    List(Vec<Tracked>),
}

/// What a patch touches, by the pointers that nodes had at first.
#[derive(Debug, Default)]
pub struct Touched {
    pub removed: Vec<String>,
    pub replaced: Vec<String>,
    /// Collections that gained or lost something.
    pub changed: Vec<String>,
}

impl Touched {
    /// Whether the node, or one that it is in, is removed or replaced.
    pub fn is_gone(&self, pointer: &str) -> bool {
        self.removed.iter().chain(&self.replaced).any(|gone| is_within(pointer, gone))
    }

    /// Whether the node, or one that it is in, is removed, or one that it is in replaced.
    pub fn is_removed(&self, pointer: &str) -> bool {
        self.removed.iter().any(|gone| is_within(pointer, gone))
            || self.replaced.iter().any(|gone| pointer != gone && is_within(pointer, gone))
    }

    /// Whether anything at or below the pointer is touched.
    pub fn reaches(&self, pointer: &str) -> bool {
        let all = self.removed.iter().chain(&self.replaced).chain(&self.changed);
        all.into_iter().any(|touched| is_within(touched, pointer))
    }
}

pub fn is_within(pointer: &str, outer: &str) -> bool {
    pointer.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn track(value: &Value, was: Option<&str>) -> Tracked {
    let child = |token: String| was.map(|was| format!("{was}/{token}"));
    let node = match value {
        Value::Object(map) => {
            let entries = map.iter().map(|(key, value)| (key.clone(), track(value, child(token(key)).as_deref())));
            Node::Map(entries.collect())
        }
        Value::Array(items) => {
            let items = items.iter().enumerate();
            Node::List(items.map(|(at, value)| track(value, child(at.to_string()).as_deref())).collect())
        }
        _ => Node::Leaf,
    };
    Tracked { was: was.map(str::to_owned), node }
}

/// Operations that fit the value, one after the other.
pub fn patch(dice: &mut Dice, value: &Value) -> (json_patch::Patch, Touched) {
    let mut tree = track(value, Some(""));
    let mut touched = Touched::default();
    let count = 1 + dice.below(6);
    let operations: Vec<Value> = (0..count).map(|_| operation(dice, &mut tree, &mut touched)).collect();
    (serde_json::from_value(Value::Array(operations)).unwrap(), touched)
}

fn operation(dice: &mut Dice, tree: &mut Tracked, touched: &mut Touched) -> Value {
    let mut path = String::new();
    let mut at = tree;
    // Goes down some way, and ends in a collection.
    loop {
        let stop = dice.once_in(4);
        let down = match &at.node {
            Node::Map(entries) => entries.iter().map(|(_, child)| &child.node).map(is_collection).collect(),
            Node::List(items) => items.iter().map(|item| &item.node).map(is_collection).collect(),
            Node::Leaf => Vec::new(),
        };
        let ways: Vec<usize> = (0..down.len()).filter(|&way| down[way]).collect();
        if stop || ways.is_empty() {
            break;
        }
        let way = dice.pick(&ways);
        at = match &mut at.node {
            Node::Map(entries) => {
                path += &format!("/{}", token(&entries[way].0));
                &mut entries[way].1
            }
            Node::List(items) => {
                path += &format!("/{way}");
                &mut items[way]
            }
            Node::Leaf => unreachable!(),
        };
    }
    let new = new_value(dice);
    let fresh = track(&new, None);
    let action = dice.below(3);
    let parent = at.was.clone();
    match &mut at.node {
        Node::Map(entries) if action == 0 || entries.is_empty() => {
            let key = dice.pick(&["new", "n e w", "no", "new/2", "b"]);
            touched.changed.extend(parent);
            match entries.iter().position(|(old, _)| old == key) {
                Some(old) => touched.replaced.extend(replace(&mut entries[old].1, fresh)),
                None => entries.push((key.to_owned(), fresh)),
            }
            json!({"op": "add", "path": format!("{path}/{}", token(key)), "value": new})
        }
        Node::Map(entries) => {
            let which = dice.below(entries.len());
            let path = format!("{path}/{}", token(&entries[which].0));
            if action == 1 {
                touched.changed.extend(parent);
                touched.removed.extend(entries.remove(which).1.was);
                json!({"op": "remove", "path": path})
            } else {
                touched.replaced.extend(replace(&mut entries[which].1, fresh));
                json!({"op": "replace", "path": path, "value": new})
            }
        }
        Node::List(items) if action == 0 || items.is_empty() => {
            touched.changed.extend(parent);
            let at = dice.below(items.len() + 2);
            let token = if at > items.len() { "-".to_owned() } else { at.to_string() };
            items.insert(at.min(items.len()), fresh);
            json!({"op": "add", "path": format!("{path}/{token}"), "value": new})
        }
        Node::List(items) => {
            let which = dice.below(items.len());
            let path = format!("{path}/{which}");
            if action == 1 {
                touched.changed.extend(parent);
                touched.removed.extend(items.remove(which).was);
                json!({"op": "remove", "path": path})
            } else {
                touched.replaced.extend(replace(&mut items[which], fresh));
                json!({"op": "replace", "path": path, "value": new})
            }
        }
        Node::Leaf => unreachable!("the root is a collection"),
    }
}

/// Puts a node in the place of another. Returns the pointer that the place had at first.
fn replace(old: &mut Tracked, mut new: Tracked) -> Option<String> {
    new.was = old.was.take();
    *old = new;
    old.was.clone()
}

fn is_collection(node: &Node) -> bool {
    !matches!(node, Node::Leaf)
}

fn new_value(dice: &mut Dice) -> Value {
    match dice.below(6) {
        1 => json!({}),
        2 => json!([]),
        3 => json!({"k": "v", "on": ["off", {"deep": null, "l": [1, [2]]}]}),
        4 => json!(["i", {"name": "x", "port": 1}, []]),
        _ => leaf(dice),
    }
}
