//! The bills of materials of `deploy/sbom.sh`: valid, and complete by the word of others than what wrote them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use libtest_mimic::{Arguments, Trial};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Command, Output};
use support::tools::{self, Need, gated};
use support::{Outcome, command, fail, project, shown};

const TARGETS: [&str; 5] = [
    "aarch64-apple-darwin",
    "aarch64-unknown-linux-musl",
    "x86_64-apple-darwin",
    "x86_64-pc-windows-gnu",
    "x86_64-unknown-linux-musl",
];
const SCHEMA: &str = "cyclonedx-schema-11.12.0";

fn main() {
    let arguments = Arguments::from_args();
    let tools = ["bin/cargo-cyclonedx-0.5.9", SCHEMA];
    let tools = tools.map(|file| Need::Cached(file, "tests/tools/sbom.sh")).to_vec();
    let mut trials: Vec<Trial> = Vec::new();
    trials.push(gated("the program's has the crates that Cargo names", tools.clone(), program));
    let ingredients = Need::Cached("argocd-image", "deploy/argocd/ingredients.sh");
    trials.push(gated("the sidecar's has the modules that Go names", [tools, vec![ingredients]].concat(), sidecar));
    libtest_mimic::run(&arguments, trials).exit_if_failed();
}

/// Writes one, and again in another time zone: the same must come out. Returns it.
fn made(arguments: &[&str]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, zone: &str| {
        let mut script = command(project().join("deploy/sbom.sh"), folder.path());
        script.args(arguments).arg("--to").arg(folder.path().join(name));
        script.env("ISTIO_ALB_TOOLS", tools::cache()).env("SOURCE_DATE_EPOCH", "1767225600").env("TZ", zone);
        good(script.output().unwrap());
        std::fs::read_to_string(folder.path().join(name)).unwrap()
    };
    let (text, again) = (write("one", "UTC"), write("two", "Asia/Seoul"));
    assert!(text == again, "{}", support::first_difference(text.as_bytes(), again.as_bytes()));
    for place in [project().to_str().unwrap(), "file:", "/tmp", &std::env::var("HOME").unwrap()] {
        assert!(!text.contains(place), "it names {place}");
    }
    let bom: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(bom["metadata"]["timestamp"], "2026-01-01T00:00:00Z");
    is_valid(&bom);
    is_connected(&bom);
    bom
}

fn good(output: Output) -> String {
    assert!(output.status.success(), "{}", shown(&output));
    String::from_utf8(output.stdout).unwrap()
}

/// By CycloneDX' own schema.
fn is_valid(bom: &Value) {
    let read = |name: &str| -> Value {
        let file = tools::cache().join(SCHEMA).join(format!("{name}.schema.json"));
        serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()
    };
    let mut registry = jsonschema::Registry::new();
    for name in ["spdx", "jsf-0.82"] {
        registry =
            registry.add(format!("http://cyclonedx.org/schema/{name}.SNAPSHOT.schema.json"), read(name)).unwrap();
    }
    let registry = registry.prepare().unwrap();
    let schema = jsonschema::options().with_registry(&registry).build(&read("bom-1.5")).unwrap();
    let errors: Vec<String> =
        schema.iter_errors(bom).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    // The schema is one that refuses something.
    assert!(
        !schema.is_valid(&json!({ "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "components": [{}] }))
    );
}

/// Each part is needed by another, down from what the document is about, and what is needed is a part.
fn is_connected(bom: &Value) {
    let needs: BTreeMap<&str, Vec<&str>> = list(&bom["dependencies"])
        .map(|entry| (text(&entry["ref"]), list(&entry["dependsOn"]).map(text).collect()))
        .collect();
    let mut reached = BTreeSet::new();
    let mut next = vec![text(&bom["metadata"]["component"]["bom-ref"])];
    while let Some(name) = next.pop() {
        if reached.insert(name) {
            next.extend(&needs[name]);
        }
    }
    let parts: BTreeSet<&str> =
        list(&bom["components"]).chain([&bom["metadata"]["component"]]).map(|part| text(&part["bom-ref"])).collect();
    assert_eq!(reached, parts);
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

/// Name, version and licence of each part whose package URL begins so.
fn parts(bom: &Value, kind: &str) -> BTreeSet<[String; 3]> {
    let of_kind = list(&bom["components"]).chain([&bom["metadata"]["component"]]);
    let of_kind = of_kind.filter(|part| text(&part["purl"]).starts_with(kind));
    let parts = of_kind.map(|part| {
        let licenses = list(&part["licenses"]).map(|entry| {
            let license = &entry["license"];
            [&entry["expression"], &license["id"], &license["name"]]
                .into_iter()
                .find_map(Value::as_str)
                .unwrap()
                .to_owned()
        });
        let licenses: Vec<String> = licenses.collect();
        let [name, version] = [&part["name"], &part["version"]].map(text);
        // Package URLs have Go's modules in small letters.
        let name = if kind == "pkg:golang/" { name.to_lowercase() } else { name.to_owned() };
        assert_eq!(text(&part["purl"]), format!("{kind}{name}@{}", version.replace('+', "%2B")));
        [text(&part["name"]).to_owned(), text(&part["version"]).to_owned(), licenses.join(" AND ")]
    });
    parts.collect()
}

/// What `cargo tree` names for a target, with its licence as an SPDX expression.
fn tree(target: &str, edges: &str) -> BTreeSet<[String; 3]> {
    let mut tree = command(env!("CARGO"), project());
    tree.args(["tree", "--locked", "--offline", "--package", "istio-alb", "--edges", edges, "--target", target]);
    let printed = good(tree.args(["--prefix", "none", "--format", "{p}|{l}"]).output().unwrap());
    let lines = printed.lines().filter(|line| !line.is_empty()).map(|line| {
        let (package, license) = line.trim_end_matches(" (*)").split_once('|').unwrap();
        let (name, version) = package.split_once(" v").unwrap();
        let version = version.split(' ').next().unwrap();
        [name.to_owned(), version.to_owned(), license.replace('/', " OR ")]
    });
    lines.collect()
}

fn program() -> Outcome {
    let bom = made(&[]);
    let root = &bom["metadata"]["component"];
    assert_eq!([text(&root["name"]), text(&root["version"])], ["istio-alb", env!("CARGO_PKG_VERSION")]);
    let trees = TARGETS.map(|target| tree(target, "normal"));
    let expected: BTreeSet<_> = trees.iter().flatten().cloned().collect();
    let found = parts(&bom, "pkg:cargo/");
    if found != expected {
        let (more, less): (Vec<_>, Vec<_>) =
            (found.difference(&expected).collect(), expected.difference(&found).collect());
        return fail(format!("it has {more:?}, and lacks {less:?}"));
    }
    let linked: BTreeSet<_> = TARGETS.iter().flat_map(|target| tree(target, "normal,no-proc-macro")).collect();
    for part in list(&bom["components"]) {
        let is = |one: &&[String; 3]| one[0] == text(&part["name"]) && one[1] == text(&part["version"]);
        let scope = if linked.iter().any(|one| is(&one)) { "required" } else { "excluded" };
        assert_eq!(part["scope"], scope, "{part}");
        let all = part
            .get("properties")
            .map(|properties| list(properties).map(|one| text(&one["value"])).collect::<BTreeSet<_>>());
        let here =
            TARGETS.iter().zip(&trees).filter(|(_, tree)| tree.iter().any(|one| is(&one))).map(|(target, _)| *target);
        assert_eq!(all.unwrap_or(TARGETS.into()), here.collect(), "{part}");
    }
    // Both kinds are there, and a crate of one platform.
    for (name, scope) in [("serde", "required"), ("serde_derive", "excluded"), ("talc", "required")] {
        let part = list(&bom["components"]).find(|part| part["name"] == name).unwrap();
        assert_eq!([text(&part["scope"]), text(&part["hashes"][0]["alg"])], [scope, "SHA-256"], "{part}");
    }
    Ok(())
}

/// What Go itself reads in a program: the program's own module, the others, and its library.
fn modules(program: &Path) -> BTreeSet<[String; 2]> {
    let printed = good(Command::new("go").args(["version", "-m"]).arg(program).output().unwrap());
    let go = printed.lines().next().unwrap().rsplit_once("go").unwrap().1;
    let mut modules = BTreeSet::from([["std".to_owned(), go.to_owned()]]);
    for line in printed.lines().skip(1) {
        let words: Vec<&str> = line.split_whitespace().collect();
        assert!(words[0] != "=>", "a replaced module, which this test does not expect: {line}");
        if ["mod", "dep"].contains(&words[0]) {
            modules.insert([words[1].to_owned(), words[2].to_owned()]);
        }
    }
    modules
}

fn sidecar() -> Outcome {
    let bom = made(&["--argocd"]);
    let root = &bom["metadata"]["component"];
    assert_eq!([text(&root["name"]), text(&root["type"])], ["istio-alb-argocd", "container"]);
    let mut place = command(project().join("deploy/argocd/ingredients.sh"), project());
    let place = good(place.arg("where").env("ISTIO_ALB_TOOLS", tools::cache()).output()?);
    let found = parts(&bom, "pkg:golang/");
    for arch in ["amd64", "arm64"] {
        let expected = modules(&Path::new(place.trim()).join(format!("helm-{arch}")));
        let named: BTreeSet<_> = found.iter().map(|[name, version, _]| [name.clone(), version.clone()]).collect();
        if named != expected {
            let (more, less): (Vec<_>, Vec<_>) =
                (named.difference(&expected).collect(), expected.difference(&named).collect());
            return fail(format!("it has {more:?}, and lacks {less:?}"));
        }
    }
    if let Some(part) = found.iter().find(|[_, _, license]| license.is_empty()) {
        return fail(format!("{part:?} has no licence"));
    }
    let crates: BTreeSet<_> = TARGETS.iter().flat_map(|target| tree(target, "normal")).collect();
    assert_eq!(parts(&bom, "pkg:cargo/"), crates);
    assert_eq!(parts(&bom, "pkg:pypi/").len(), 1);
    Ok(())
}
