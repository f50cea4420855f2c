//! The layers of the code: every import leads down, and no two files import each other.
//!
//! The order of the layers stands in [`LAYERS`], and is drawn in CONTRIBUTING.md. The crates below `crates/` are held apart by
//! the compiler; inside of each the same holds for its files.
//!
//! What a file imports is read from its `use` items and its paths. A name that a module only passes on (`pub use`) counts for
//! the file that defines it. Code for tests does not count.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};
use syn::{Attribute, Item, UseTree};

/// The modules of the program, the highest first. A module imports those below its line, never one on it or above.
const LAYERS: &[&[&str]] = &[
    &["main"],
    &["cli", "pipes"],
    &["hosts"],
    &["rewrite", "output"],
    &["lint"],
    &["migrate"],
    &["config"],
    &["finding", "istio", "flux"],
    &["error", "suggest"],
    &["help"],
];

#[test]
fn every_import_leads_down() {
    let imports = Imports::of(&project().join("src"));
    let rank = |module: &str| LAYERS.iter().position(|layer| layer.contains(&module));
    let mut wrong = Vec::new();
    for (from, to) in imports.arrows() {
        let (above, below) = (top(&from), top(&to));
        // lib.rs names the modules, and is imported by none.
        if above == below || from == "lib" || from == "main" {
            continue;
        }
        match (rank(&above), rank(&below)) {
            (Some(high), Some(low)) if high < low => {}
            (None, _) => wrong.push(format!("{above} has no layer")),
            (_, None) => wrong.push(format!("{below} has no layer")),
            _ => wrong.push(format!("{from} imports {to}")),
        }
    }
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "arrows that do not lead down:\n  {}", wrong.join("\n  "));
}

/// What the libraries of the tests turn on in those of the program is on without them, too. Otherwise `cargo test` would compile
/// the program a second time, and try another one than is shipped.
#[test]
fn tests_run_what_is_shipped() {
    let features = |edges: &str| -> BTreeSet<String> {
        let mut tree = std::process::Command::new(env!("CARGO"));
        tree.args(["tree", "--locked", "--workspace", "--prefix=none", "--format={p}|{f}", "--edges", edges]);
        let printed = tree.current_dir(project()).output().unwrap();
        assert!(printed.status.success(), "{}", String::from_utf8_lossy(&printed.stderr));
        let lines = String::from_utf8(printed.stdout).unwrap();
        lines.lines().map(|line| line.trim_end_matches(" (*)").to_owned()).collect()
    };
    let (shipped, tried) = (features("normal,build"), features("normal,build,dev"));
    let others: Vec<_> = shipped.difference(&tried).collect();
    assert!(shipped.len() > 20 && others.is_empty(), "other features in the tests: {others:#?}");
}

#[test]
fn no_two_files_import_each_other() {
    let crates = std::fs::read_dir(project().join("crates")).into_iter().flatten().flatten();
    let sources = crates.map(|entry| entry.path().join("src")).chain([project().join("src")]);
    let mut circles = Vec::new();
    for source in sources {
        let imports = Imports::of(&source);
        for circle in imports.circles() {
            circles.push(format!("{}: {}", source.strip_prefix(project()).unwrap().display(), circle.join(" -> ")));
        }
    }
    assert!(circles.is_empty(), "files that import each other:\n  {}", circles.join("\n  "));
}

/// Rules ask facts; only the registry knows the rules.
#[test]
fn no_rule_imports_a_rule() {
    let imports = Imports::of(&project().join("src"));
    let rule = |path: &str| path.strip_prefix("lint::rules::").map(|rest| rest.to_owned());
    let wrong: Vec<String> = imports
        .arrows()
        .into_iter()
        .filter(|(from, to)| match (rule(from), rule(to)) {
            // A rule may be split into files of its own: `conditions` and `conditions::limits`.
            (Some(from), Some(to)) => !from.starts_with(&format!("{to}::")) && !to.starts_with(&format!("{from}::")),
            (None, Some(_)) => from != "lint::registry" && !from.starts_with("lint::rules"),
            _ => false,
        })
        .map(|(from, to)| format!("{from} imports {to}"))
        .collect();
    assert!(wrong.is_empty(), "rules are imported by the registry only:\n  {}", wrong.join("\n  "));
}

#[test]
fn the_page_for_contributors_draws_these_layers_and_names_files_that_are_there() {
    let page = std::fs::read_to_string(project().join("CONTRIBUTING.md")).unwrap();
    let layers: Vec<String> = LAYERS.iter().map(|layer| layer.join(", ")).collect();
    let drawn = layers.join(" → ");
    assert!(page.contains(&drawn), "CONTRIBUTING.md does not draw {drawn}");
    let quoted = page.split('`').skip(1).step_by(2);
    let is_path = |text: &&str| text.contains('/') && !text.contains(['{', ' ', '<']);
    let missing: Vec<&str> = quoted.filter(is_path).filter(|path| !project().join(path).exists()).collect();
    assert!(missing.is_empty(), "CONTRIBUTING.md names what is not there: {missing:?}");
}

fn project() -> PathBuf {
    std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap()
}

fn top(module: &str) -> String {
    module.split("::").next().unwrap_or_default().to_owned()
}

/// What each file of a crate imports of the others. Files go by the path of their module, the root by `lib` or `main`.
struct Imports {
    modules: BTreeSet<String>,
    /// By module: the names that it passes on, and the paths that they stand for; `*` for all of a module.
    passed_on: BTreeMap<String, Vec<(String, String)>>,
    /// By module: the paths that it names, from the root of the crate.
    named: BTreeMap<String, BTreeSet<String>>,
}

impl Imports {
    fn of(source: &Path) -> Self {
        let mut imports = Imports { modules: BTreeSet::new(), passed_on: BTreeMap::new(), named: BTreeMap::new() };
        let files: Vec<(String, syn::File)> = files(source)
            .into_iter()
            .map(|path| {
                let text = std::fs::read_to_string(&path).unwrap();
                let file = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                (module_of(path.strip_prefix(source).unwrap()), file)
            })
            .filter(|(module, file)| !is_for_tests(&file.attrs) && !module.split("::").any(is_test_module))
            .collect();
        imports.modules.extend(files.iter().map(|(module, _)| module.clone()));
        for (module, file) in &files {
            let mut reader = Reader::new(module);
            reader.visit_file(file);
            imports.passed_on.insert(module.clone(), reader.passed_on);
            imports.named.insert(module.clone(), reader.named);
        }
        imports
    }

    /// From each file to those that it imports.
    fn arrows(&self) -> BTreeSet<(String, String)> {
        let mut arrows = BTreeSet::new();
        for (from, paths) in &self.named {
            for to in paths.iter().filter_map(|path| self.file_of(path, 0)) {
                if to != *from {
                    arrows.insert((from.clone(), to));
                }
            }
        }
        arrows
    }

    /// The file that defines what a path names; `None` for what is not of this crate.
    fn file_of(&self, path: &str, depth: usize) -> Option<String> {
        let segments: Vec<&str> = path.split("::").collect();
        let deepest = (1..=segments.len()).rev().find(|end| self.modules.contains(&segments[..*end].join("::")));
        let (module, rest) = match deepest {
            Some(end) => (segments[..end].join("::"), &segments[end..]),
            None => ("lib".to_owned(), segments.as_slice()),
        };
        let name = rest.first().copied().unwrap_or_default();
        let passed_on = self.passed_on.get(&module).filter(|_| depth < 8).into_iter().flatten();
        let target = passed_on.clone().find(|(known, _)| known == name && !name.is_empty());
        if let Some((_, target)) = target {
            let path = [&[target.as_str()], &rest[1..]].concat().join("::");
            return self.file_of(&path, depth + 1);
        }
        self.modules.contains(&module).then_some(module)
    }

    /// Groups of files in which each can be reached from each.
    fn circles(&self) -> Vec<Vec<String>> {
        let mut below: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (from, to) in self.arrows() {
            below.entry(from).or_default().insert(to);
        }
        let reach = |start: &String| {
            let mut seen = BTreeSet::new();
            let mut open = vec![start.clone()];
            while let Some(at) = open.pop() {
                for next in below.get(&at).into_iter().flatten() {
                    if seen.insert(next.clone()) {
                        open.push(next.clone());
                    }
                }
            }
            seen
        };
        let reached: BTreeMap<&String, BTreeSet<String>> = below.keys().map(|from| (from, reach(from))).collect();
        let mut circles = BTreeSet::new();
        for (from, to) in &reached {
            let circle: Vec<String> = to
                .iter()
                .filter(|other| reached.get(other).is_some_and(|back| back.contains(*from)))
                .cloned()
                .collect();
            if circle.len() > 1 && circle.contains(from) {
                circles.insert(circle);
            }
        }
        circles.into_iter().collect()
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// `config/mod.rs` is the module `config`, `config/load.rs` is `config::load`.
fn module_of(path: &Path) -> String {
    let path = path.with_extension("").display().to_string().replace(std::path::MAIN_SEPARATOR, "::");
    path.strip_suffix("::mod").unwrap_or(&path).to_owned()
}

fn is_test_module(name: &str) -> bool {
    name == "tests" || name == "testing"
}

fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        syn::Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        _ => false,
    })
}

/// Reads what one file names.
struct Reader {
    module: String,
    /// Modules that it declares.
    children: BTreeSet<String>,
    passed_on: Vec<(String, String)>,
    named: BTreeSet<String>,
}

impl Reader {
    fn new(module: &str) -> Self {
        Reader { module: module.to_owned(), children: BTreeSet::new(), passed_on: Vec::new(), named: BTreeSet::new() }
    }

    /// A path from the root of the crate; `None` for one that begins with the name of another crate or of a local thing.
    fn absolute(&self, segments: &[String]) -> Option<String> {
        let mut here: Vec<&str> = match self.module.as_str() {
            "lib" | "main" => Vec::new(),
            module => module.split("::").collect(),
        };
        let mut rest = segments;
        match rest.first()?.as_str() {
            "crate" => here.clear(),
            "self" => {}
            "super" => {
                here.pop();
            }
            _ => return None,
        }
        rest = &rest[1..];
        while rest.first().is_some_and(|segment| segment == "super") {
            here.pop();
            rest = &rest[1..];
        }
        let path: Vec<&str> = here.into_iter().chain(rest.iter().map(String::as_str)).collect();
        Some(path.join("::"))
    }

    fn flatten(tree: &UseTree, before: &[String], found: &mut Vec<(String, Vec<String>)>) {
        let with = |name: &syn::Ident| [before, &[name.to_string()]].concat();
        match tree {
            UseTree::Path(path) => Self::flatten(&path.tree, &with(&path.ident), found),
            UseTree::Name(name) if name.ident == "self" => {
                found.push((before.last().cloned().unwrap_or_default(), before.to_vec()));
            }
            UseTree::Name(name) => found.push((name.ident.to_string(), with(&name.ident))),
            UseTree::Rename(rename) => found.push((rename.rename.to_string(), with(&rename.ident))),
            UseTree::Glob(_) => found.push(("*".to_owned(), before.to_vec())),
            UseTree::Group(group) => group.items.iter().for_each(|item| Self::flatten(item, before, found)),
        }
    }
}

impl<'a> Visit<'a> for Reader {
    fn visit_file(&mut self, file: &'a syn::File) {
        // `use load::Document` beside `mod load;` and `pub use layers::PREFIX` name children of this module.
        self.children = (file.items.iter())
            .filter_map(|item| match item {
                Item::Mod(module) if module.content.is_none() => Some(module.ident.to_string()),
                _ => None,
            })
            .collect();
        visit::visit_file(self, file);
    }

    fn visit_item_use(&mut self, import: &'a syn::ItemUse) {
        if is_for_tests(&import.attrs) {
            return;
        }
        let mut found = Vec::new();
        Self::flatten(&import.tree, &[], &mut found);
        for (name, mut segments) in found {
            if segments.first().is_some_and(|first| self.children.contains(first)) {
                segments.insert(0, "self".to_owned());
            }
            match self.absolute(&segments) {
                Some(path) if matches!(import.vis, syn::Visibility::Inherited) => {
                    self.named.insert(path);
                }
                Some(path) => self.passed_on.push((name, path)),
                None => {}
            }
        }
    }

    fn visit_item_mod(&mut self, module: &'a syn::ItemMod) {
        if !is_for_tests(&module.attrs) {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_fn(&mut self, function: &'a syn::ItemFn) {
        if !is_for_tests(&function.attrs) {
            visit::visit_item_fn(self, function);
        }
    }

    fn visit_path(&mut self, path: &'a syn::Path) {
        let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if segments.len() > 1
            && let Some(path) = self.absolute(&segments)
        {
            self.named.insert(path);
        }
        visit::visit_path(self, path);
    }
}
