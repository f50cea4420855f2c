//! What the program is made of: `cargo deny` with deny.toml, the oldest Rust, the licences that packages carry, and
//! docs/dependencies.md.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Command, Output};

use libtest_mimic::{Arguments, Trial};
use serde_json::Value;
use support::tools::{Need, cache, gated};
use support::{Outcome, fail, project, shown};

const DENY: &str = "bin/cargo-deny-0.20.2";
const OLDEST_CARGO: &str = concat!("bin/cargo-", env!("CARGO_PKG_RUST_VERSION"), ".0");

fn main() {
    let arguments = Arguments::from_args();
    let deny = || vec![Need::Cached(DENY, "tests/tools/cargo.sh")];
    let trials = vec![
        Trial::test("docs/dependencies.md says of each crate why it is there", dependencies_page),
        gated("licences, sources and duplicates are as deny.toml says", deny(), denied),
        gated("deny.toml is in force", deny(), in_force),
        gated("advisories: none, one, and no database", deny(), advisories),
        gated(
            format!("Rust {} compiles it", env!("CARGO_PKG_RUST_VERSION")),
            vec![Need::Cached(OLDEST_CARGO, "tests/tools/rust.sh")],
            oldest_rust,
        ),
        gated("THIRD-PARTY-LICENSES has a text of each crate", vec![zig()], licences),
    ];
    libtest_mimic::run(&arguments, trials).exit_if_failed();
}

/// Zig brings the texts of what it links.
fn zig() -> Need {
    let pins = std::fs::read_to_string(project().join("deploy/zig.txt")).unwrap_or_default();
    let version = |package: &str| {
        let rest = pins.lines().find_map(|line| line.strip_prefix(package)?.strip_prefix("=="));
        rest.and_then(|rest| rest.split_whitespace().next()).unwrap_or("?").to_owned()
    };
    let file = format!("bin/cargo-zigbuild-{}-zig-{}", version("cargo-zigbuild"), version("ziglang"));
    Need::Cached(file.leak(), "deploy/zig.sh")
}

fn run(program: impl AsRef<Path>, arguments: &[&str]) -> Output {
    let mut command = support::command(program.as_ref(), project());
    // The scripts look into the same cache.
    command.env("ISTIO_ALB_TOOLS", cache());
    command.args(arguments).output().unwrap()
}

fn succeeds(output: &Output) -> Outcome {
    if output.status.success() { Ok(()) } else { fail(shown(output)) }
}

fn denied() -> Outcome {
    succeeds(&run(cache().join(DENY), &["--locked", "check", "licenses", "bans", "sources"]))
}

/// A licence, a crate, a second version (which the tests have) and a source that are not allowed are refused.
fn in_force() -> Outcome {
    let text = std::fs::read_to_string(project().join("deny.toml"))?;
    for (what, with, refused) in [
        ("\"Zlib\"", "\"ISC\"", "licenses FAILED"),
        ("  \"tokio\",", "  \"memchr\",", "bans FAILED"),
        ("[sources]", "multiple-versions-include-dev = true\n\n[sources]", "bans FAILED"),
        ("\"https://github.com/rust-lang/crates.io-index\"", "", "sources FAILED"),
    ] {
        let changed = text.replacen(what, with, 1);
        if changed == text {
            return fail(format!("deny.toml has no {what}"));
        }
        let file = tempfile::NamedTempFile::new()?;
        std::fs::write(file.path(), changed)?;
        let path = file.path().to_str().unwrap();
        let arguments =
            ["--locked", "--config", path, "check", "--hide-inclusion-graph", "licenses", "bans", "sources"];
        let output = run(cache().join(DENY), &arguments);
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        if output.status.success() || !said.contains(refused) {
            return fail(format!("{what} as {with}\n{said}"));
        }
    }
    Ok(())
}

/// With databases of our own, since that of RustSec need not be in reach and would change the outcome of the same test.
fn advisories() -> Outcome {
    let folder = tempfile::tempdir()?;
    let script = project().join("deploy/advisories.sh");
    let check = |database: &Path| {
        let output = run(&script, &["--database", database.to_str().unwrap()]);
        (output.status.code(), shown(&output))
    };
    let (code, said) = check(&folder.path().join("nowhere"));
    if code != Some(75) || !said.contains("cannot be reached; nothing was checked") {
        return fail(said);
    }
    let database = folder.path().join("database");
    let about = |package: &str, id: &str| {
        let crates = database.join("crates").join(package);
        std::fs::create_dir_all(&crates).unwrap();
        let advisory = format!(
            "```toml\n[advisory]\nid = \"{id}\"\npackage = \"{package}\"\ndate = \"2020-01-01\"\n\n\
             [versions]\npatched = []\n```\n\n# Made up\n\nFor a test.\n"
        );
        std::fs::write(crates.join(format!("{id}.md")), advisory).unwrap();
        let git = |arguments: &[&str]| {
            let who = ["-c", "user.name=test", "-c", "user.email=test@example.com"];
            let output = Command::new("git").current_dir(&database).args(who).args(arguments).output().unwrap();
            assert!(output.status.success(), "{}", shown(&output));
        };
        git(&["init", "--quiet", "--initial-branch=main"]);
        git(&["add", "--all"]);
        git(&["commit", "--quiet", "--message", "An advisory"]);
    };
    about("a-crate-that-is-not-used", "RUSTSEC-2020-0001");
    let (code, said) = check(&database);
    if code != Some(0) || !said.contains("advisories ok") {
        return fail(said);
    }
    about("memchr", "RUSTSEC-2020-0002");
    let (code, said) = check(&database);
    if code != Some(1) || !said.contains("RUSTSEC-2020-0002") { fail(said) } else { Ok(()) }
}

/// The library and the program of each package, as somebody has them who installs from crates.io; tests may want a newer one.
fn oldest_rust() -> Outcome {
    let mut cargo = support::command(cache().join(OLDEST_CARGO), project());
    // What the Cargo that runs this test has said to its own compiler.
    for name in ["CARGO", "RUSTC", "RUSTDOC", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "RUSTUP_TOOLCHAIN"] {
        cargo.env_remove(name);
    }
    cargo.args(["check", "--quiet", "--locked", "--workspace", "--lib", "--bins", "--target-dir", "target/oldest"]);
    succeeds(&cargo.output()?)
}

fn licences() -> Outcome {
    let folder = tempfile::tempdir()?;
    let [first, second] = ["first", "second"].map(|name| folder.path().join(name));
    for file in [&first, &second] {
        succeeds(&run(project().join("deploy/licenses.sh"), &["--to", file.to_str().unwrap()]))?;
    }
    let text = std::fs::read_to_string(&first)?;
    if text != std::fs::read_to_string(&second)? {
        return fail("two runs give two texts");
    }
    let tree =
        ["tree", "--locked", "--package=istio-alb", "--edges=normal", "--target=all", "--prefix=none", "--no-dedupe"];
    let tree = run(env!("CARGO"), &tree);
    succeeds(&tree)?;
    let tree = String::from_utf8(tree.stdout)?;
    let crates: BTreeSet<String> = tree
        .lines()
        .filter(|line| !line.contains(" (/"))
        .map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" ").replace(" v", " "))
        .collect();
    // More than a handful, or nothing was listed.
    if crates.len() < 40 {
        return fail(tree);
    }
    let texts = texts(&text);
    let others =
        ["the library", "musl, in the programs for Linux", "LLVM's libunwind, in", "mingw-w64, in", "Zig and its"];
    let wanted = crates.iter().map(String::as_str).chain(others);
    let missing: Vec<&str> = wanted
        .filter(|name| {
            let line = text.lines().find(|line| line.starts_with(name) && line.contains(": ")).unwrap_or_default();
            let numbers: Vec<&str> = line.split('[').skip(1).filter_map(|rest| rest.split(']').next()).collect();
            let lengths: Vec<usize> =
                numbers.iter().map(|number| texts.get(number).copied().unwrap_or_default()).collect();
            // A short one only says where the others are.
            lengths.iter().any(|length| *length < 50) || !lengths.iter().any(|length| *length > 500)
        })
        .collect();
    if missing.is_empty() { Ok(()) } else { fail(format!("no text of {missing:?}\n{}", &text[..8000])) }
}

/// The length of each text, by its number.
fn texts(page: &str) -> BTreeMap<&str, usize> {
    fn number(heading: &str) -> Option<&str> {
        Some(heading.strip_prefix('[')?.split_once(']')?.0)
    }
    let bar = format!("\n{}\n", "=".repeat(100));
    let parts: Vec<&str> = page.split(&bar).collect();
    parts[1..].chunks(2).map(|part| (number(part[0]).unwrap(), part[1].trim().len())).collect()
}

fn dependencies_page() -> Outcome {
    let page = std::fs::read_to_string(project().join("docs/dependencies.md"))?;
    let mut listed = BTreeSet::new();
    let mut section = "";
    for line in page.lines() {
        section = line.strip_prefix("## ").unwrap_or(section);
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        if let ["", name, by, why, ""] = cells[..]
            && name.starts_with('`')
        {
            if why.len() < 5 {
                return fail(format!("no reason: {line}"));
            }
            let plain = |text: &str| text.trim_matches('`').to_owned();
            listed.extend(by.split(", ").map(|by| (section.to_owned(), plain(name), plain(by))));
        }
    }
    let metadata = run(env!("CARGO"), &["metadata", "--locked", "--no-deps", "--format-version=1"]);
    succeeds(&metadata)?;
    let metadata: Value = serde_json::from_slice(&metadata.stdout)?;
    let mut there = BTreeSet::new();
    for package in metadata["packages"].as_array().unwrap() {
        for dependency in package["dependencies"].as_array().unwrap() {
            let section = match dependency["kind"].as_str() {
                None => "In the program",
                Some("dev") => "To test it",
                Some("build") => "To build it",
                Some(other) => other,
            };
            let [name, by] = [&dependency["name"], &package["name"]].map(|name| name.as_str().unwrap().to_owned());
            there.insert((section.to_owned(), name, by));
        }
    }
    let [missing, gone] = [there.difference(&listed), listed.difference(&there)].map(Iterator::collect::<Vec<_>>);
    if missing.is_empty() && gone.is_empty() {
        return Ok(());
    }
    fail(format!("docs/dependencies.md does not list {missing:#?}\nand lists what is not used: {gone:#?}"))
}
