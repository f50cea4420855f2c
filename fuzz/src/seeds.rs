//! The fixtures as inputs: short ones, since what is long is slow and shows nothing more.

use super::targets::DIVIDER;
use manifest_yaml::Tree;
use manifest_yaml::stream::Stream;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The inputs that a target begins with, in order.
pub type Seeds = fn() -> Vec<String>;

/// Longer files are left out: the time of an execution goes with its input, and what is longer has more of the same.
const LONGEST: u64 = 2_500;

/// Streams of manifests: inputs of the cases, and what rules find fault with.
pub fn manifests() -> Vec<String> {
    let all = files();
    let is_stream = |path: &&PathBuf| path.ends_with("input.yaml") || path.starts_with(fixtures().join("findings"));
    texts(all.iter().filter(is_stream))
}

/// Configurations of the cases, and the examples.
pub fn configurations() -> Vec<String> {
    let all = files();
    let is_configuration =
        |path: &&PathBuf| path.ends_with("istio-alb.yaml") || path.starts_with(project().join("examples"));
    texts(all.iter().filter(is_configuration))
}

/// The documents of the streams, with a patch that removes something and adds something.
pub fn edits() -> Vec<String> {
    let mut all = BTreeSet::new();
    for text in manifests() {
        let stream = Stream::split(&text);
        for document in &stream.documents {
            let patch = r#"[{"op":"add","path":"/new","value":{"a":"two\nlines\n"}},{"op":"remove","path":"/kind"}]"#;
            all.insert(format!("{}{DIVIDER}{patch}", stream.text_of(document)));
        }
    }
    all.into_iter().collect()
}

/// The values of annotations that are JSON.
pub fn json() -> Vec<String> {
    let mut all = BTreeSet::new();
    for text in manifests() {
        let stream = Stream::split(&text);
        for document in &stream.documents {
            if let Ok(value) = Tree::parse(stream.text_of(document)).and_then(|tree| tree.value()) {
                let annotations = value.pointer("/metadata/annotations").and_then(Value::as_object);
                let texts = annotations.into_iter().flat_map(|all| all.values()).filter_map(Value::as_str);
                all.extend(texts.filter(|text| text.starts_with(['{', '['])).map(str::to_owned));
            }
        }
    }
    all.into_iter().collect()
}

/// Throws: the plainest Service, and some others.
pub fn dice() -> Vec<String> {
    let throw = |step: usize| (0..300).map(|at| char::from((at * step * 7 % 128) as u8)).collect();
    (0..20).map(throw).collect()
}

/// Writes the seeds of a target into a folder, for libFuzzer.
pub fn write(seeds: Seeds, folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for (at, text) in seeds().iter().enumerate() {
        std::fs::write(folder.join(format!("seed-{at}")), text)?;
    }
    Ok(())
}

/// The project's folder: that of the package which this is compiled into, or the one above.
pub fn project() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let is_project = package.join("chart-fixtures").is_dir();
    if is_project { package.to_owned() } else { package.parent().unwrap().to_owned() }
}

fn fixtures() -> PathBuf {
    project().join("chart-fixtures")
}

/// All short files of the fixtures and examples, in order.
fn files() -> Vec<PathBuf> {
    let mut folders = vec![fixtures(), project().join("examples")];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            if entry.path().is_dir() {
                folders.push(entry.path());
            } else if entry.metadata().unwrap().len() <= LONGEST {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    files
}

/// The texts of files, each once.
fn texts<'p>(paths: impl Iterator<Item = &'p PathBuf>) -> Vec<String> {
    let all: BTreeSet<String> = paths.filter_map(|path| std::fs::read_to_string(path).ok()).collect();
    all.into_iter().collect()
}
