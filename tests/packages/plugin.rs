//! The package of the plugin with its provenance, from a file, over HTTP and from a registry, with Helm 4 that verifies it.

use crate::gpg::{Key, processes_of};
use crate::registry::Registry;
use crate::release::{COMMITTED, Copy, PLATFORMS, VERSION, change_a_byte, names, refused, sha256, succeeded};
use crate::support::helm::Helm;
use crate::support::tools::{Need, Tool, gated};
use crate::support::{Outcome, contract, fail, http, shown};
use libtest_mimic::Trial;
use std::path::Path;
use std::process::Output;

pub fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for helm in Tool::PLUGIN_HELMS {
        trials.push(trial(helm, "a signed package is verified, run, replaced and uninstalled", life_of_a_package));
        trials.push(trial(helm, "a changed byte is refused", changed_byte_is_refused));
        trials.push(trial(helm, "a foreign key is refused", foreign_key_is_refused));
        trials.push(trial(helm, "a signed package is taken from an URL", package_from_url));
    }
    // Earlier releases warn and go on.
    trials.push(trial(Tool::Helm4, "a package without provenance is refused", unsigned_is_refused));
    trials.push(trial(Tool::Helm4, "a renamed package is refused", renamed_is_refused));
    let gpg = || vec![Need::OnPath("gpg")];
    trials.push(gated("signing leaves no agent, no file and the user's keys alone", gpg(), signing_leaves_nothing));
    trials.push(gated("a key with a passphrase signs", gpg(), passphrase));
    trials.push(gated("a key of the user's own signs", gpg(), own_key));
    trials.push(Trial::test("the package holds every platform and is the same each time", package_is_whole));
    trials.push(registry_trial("a package in a registry is verified and run", life_in_a_registry));
    trials.push(registry_trial("a package that a registry changed is refused", registry_that_changes));
    trials.push(registry_trial("a pre-release does not become latest", pre_release));
    trials
}

fn trial(helm: Tool, name: &str, test: fn(Tool) -> Outcome) -> Trial {
    gated(format!("{}: {name}", helm.name()), vec![Need::Tool(helm), Need::OnPath("gpg")], move || test(helm))
}

fn registry_trial(name: &str, test: fn() -> Outcome) -> Trial {
    let tools = [Tool::Helm4, Tool::Oras, Tool::Registry].map(Need::Tool);
    gated(name, [&tools[..], &[Need::OnPath("gpg")]].concat(), test)
}

fn helm(helm: &Helm, arguments: &[&str]) -> Output {
    helm.run(arguments).output().unwrap()
}

fn install(bare: &Helm, source: &str, keys: &str) -> Output {
    helm(bare, &["plugin", "install", source, "--keyring", keys])
}

fn text(file: &Path) -> &str {
    file.to_str().unwrap()
}

fn template(ready: &Helm) -> Output {
    let chart = ["template", "istio-ingressgateway", "chart-fixtures/gateway", "--namespace", "istio-system"];
    helm(ready, &[&chart[..], &["--post-renderer", "istio-alb"]].concat())
}

/// The plugin turned the gateway.
fn runs(ready: &Helm) -> Outcome {
    let done = template(ready);
    succeeded(&done)?;
    if contract::holds(&done.stdout, "Ingress") { Ok(()) } else { fail(shown(&done)) }
}

/// Installed, after Helm said whose signature it saw and of which file.
fn verified(done: &Output, package: &Path) -> Outcome {
    succeeded(done)?;
    let said = String::from_utf8_lossy(&done.stdout);
    let hash = format!("Plugin Hash Verified: sha256:{}\n", sha256(package));
    for line in ["Signed by: Release <release@example.com>\n", &hash, "Installed plugin: istio-alb\n"] {
        if !said.contains(line) {
            return fail(format!("expected: {line}\n{}", shown(done)));
        }
    }
    Ok(())
}

fn listed(bare: &Helm) -> String {
    String::from_utf8(helm(bare, &["plugin", "list"]).stdout).unwrap()
}

fn life_of_a_package(tool: Tool) -> Outcome {
    let key = Key::new();
    let [old, new] = [Copy::new(), Copy::of_version("97.5.3")];
    old.sign_plugin(&key)?;
    new.sign_plugin(&key)?;
    let bare = Helm::bare(tool);
    succeeded(&helm(&bare, &["plugin", "verify", text(&old.package()), "--keyring", key.public()]))?;
    verified(&install(&bare, text(&old.package()), key.public()), &old.package())?;
    runs(&bare)?;
    // Helm updates only what it cloned: a new version is an uninstall and an install.
    refused(&helm(&bare, &["plugin", "update", "istio-alb"]), "failed to update plugin istio-alb")?;
    refused(&install(&bare, text(&new.package()), key.public()), "plugin already exists")?;
    runs(&bare)?;
    succeeded(&helm(&bare, &["plugin", "uninstall", "istio-alb"]))?;
    verified(&install(&bare, text(&new.package()), key.public()), &new.package())?;
    if !listed(&bare).contains("97.5.3") {
        return fail(listed(&bare));
    }
    runs(&bare)?;
    succeeded(&helm(&bare, &["plugin", "uninstall", "istio-alb"]))?;
    let left = names(&bare.path().join("data/plugins"));
    if left.iter().any(|name| name == "istio-alb") || listed(&bare).contains("istio-alb") {
        return fail(format!("{left:?}"));
    }
    refused(&template(&bare), "istio-alb")
}

/// Refused, and nothing was installed.
fn not_installed(bare: &Helm, done: &Output, why: &str) -> Outcome {
    refused(done, why)?;
    if listed(bare).contains("istio-alb") { fail(listed(bare)) } else { Ok(()) }
}

fn changed_byte_is_refused(tool: Tool) -> Outcome {
    let key = Key::new();
    let copy = Copy::new();
    copy.sign_plugin(&key)?;
    let bare = Helm::bare(tool);
    let package = copy.package();
    let provenance = copy.dist(&format!("istio-alb-{VERSION}.tgz.prov"));
    let whole = std::fs::read(&package).unwrap();
    // The operating system in the head of the file: every part of it unpacks as before.
    let mut other = whole.clone();
    other[9] ^= 1;
    std::fs::write(&package, other).unwrap();
    not_installed(&bare, &install(&bare, text(&package), key.public()), "sha256 sum does not match")?;
    std::fs::write(&package, whole).unwrap();
    change_a_byte(&provenance);
    not_installed(&bare, &install(&bare, text(&package), key.public()), "verification failed")?;
    change_a_byte(&provenance); // back
    succeeded(&install(&bare, text(&package), key.public()))
}

fn foreign_key_is_refused(tool: Tool) -> Outcome {
    let [key, other] = [Key::new(), Key::new()];
    let copy = Copy::new();
    copy.sign_plugin(&key)?;
    let bare = Helm::bare(tool);
    not_installed(&bare, &install(&bare, text(&copy.package()), other.public()), "signature made by unknown entity")
}

fn unsigned_is_refused(tool: Tool) -> Outcome {
    let copy = Copy::new();
    copy.pack_plugin()?;
    let bare = Helm::bare(tool);
    not_installed(
        &bare,
        &install(&bare, text(&copy.package()), Key::new().public()),
        "no provenance file (.prov) found",
    )
}

fn renamed_is_refused(tool: Tool) -> Outcome {
    let key = Key::new();
    let copy = Copy::new();
    copy.sign_plugin(&key)?;
    let other = copy.dist("istio-alb-1.tgz");
    std::fs::copy(copy.package(), &other).unwrap();
    std::fs::copy(copy.dist(&format!("istio-alb-{VERSION}.tgz.prov")), copy.dist("istio-alb-1.tgz.prov")).unwrap();
    let bare = Helm::bare(tool);
    not_installed(&bare, &install(&bare, text(&other), key.public()), "does not contain a SHA")
}

fn package_from_url(tool: Tool) -> Outcome {
    let [key, other] = [Key::new(), Key::new()];
    let copy = Copy::new();
    copy.sign_plugin(&key)?;
    let url = format!("{}/istio-alb-{VERSION}.tgz", http::serve(&copy.path("dist"), ""));
    let bare = Helm::bare(tool);
    not_installed(&bare, &install(&bare, &url, other.public()), "signature made by unknown entity")?;
    verified(&install(&bare, &url, key.public()), &copy.package())?;
    runs(&bare)
}

fn signing_leaves_nothing() -> Outcome {
    let key = Key::new();
    let copy = Copy::new();
    copy.pack_plugin()?;
    let [scratch, home] = [copy.path("scratch"), copy.path("home")];
    std::fs::create_dir_all(&scratch).unwrap();
    std::fs::create_dir_all(&home).unwrap();
    let mut sign = copy.script("sign.sh");
    sign.args(["--keyring", key.secret()]).arg(copy.package()).env("TMPDIR", &scratch).env("HOME", &home);
    succeeded(&sign.output().unwrap())?;
    let processes = processes_of(&scratch);
    if !processes.is_empty() || !names(&scratch).is_empty() || !names(&home).is_empty() {
        return fail(format!("{processes:?} {:?} {:?}", names(&scratch), names(&home)));
    }
    Ok(())
}

fn passphrase() -> Outcome {
    let key = Key::with_passphrase("open sesame");
    let copy = Copy::new();
    copy.pack_plugin()?;
    let sign = |passphrase: &str| {
        let mut sign = copy.script("sign.sh");
        sign.args(["--keyring", key.secret()]).arg(copy.package()).env("ISTIO_ALB_SIGNING_PASSPHRASE", passphrase);
        sign.output().unwrap()
    };
    refused(&sign("close sesame"), "Bad passphrase")?;
    if copy.dist(&format!("istio-alb-{VERSION}.tgz.prov")).exists() {
        return fail("a provenance without a signature");
    }
    succeeded(&sign("open sesame"))
}

/// Without `--keyring` it is the GnuPG home of whoever runs the script, whose agent is left alone.
fn own_key() -> Outcome {
    let key = Key::new();
    let copy = Copy::new();
    copy.pack_plugin()?;
    let mut sign = copy.script("sign.sh");
    let exported = copy.path("exported");
    sign.args(["--key", "release@example.com", "--export"]).arg(&exported).arg(copy.package());
    succeeded(&sign.env("GNUPGHOME", key.home()).output().unwrap())?;
    if processes_of(key.home()).is_empty() {
        return fail("the agent of the user is gone");
    }
    if std::fs::read(exported).unwrap() == std::fs::read(key.public()).unwrap() { Ok(()) } else { fail("another key") }
}

fn package_is_whole() -> Outcome {
    let [one, two] = [Copy::new(), Copy::new()];
    one.pack_plugin()?;
    // Other rights and another time of the files, and nothing else.
    let mut pack = support_umask(&two);
    succeeded(&pack.output().unwrap())?;
    if std::fs::read(one.package()).unwrap() != std::fs::read(two.package()).unwrap() {
        return fail("the same files gave two packages");
    }
    let listed = std::process::Command::new("tar").arg("-tvzf").arg(one.package()).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    let programs = PLATFORMS.map(|(platform, _)| {
        let name = if platform.starts_with("windows") { "istio-alb.exe" } else { "istio-alb" };
        format!("istio-alb/bin/{platform}/{name}")
    });
    for name in programs {
        if !listed.lines().any(|line| line.starts_with("-rwxr-xr-x") && line.ends_with(&name)) {
            return fail(format!("{name} is not there to be run\n{listed}"));
        }
    }
    for name in ["plugin.yaml", "LICENSE", "THIRD-PARTY-LICENSES", "README.md", "share/man/man1/istio-alb.1"] {
        if !listed.lines().any(|line| line.starts_with("-rw-r--r--") && line.ends_with(&format!(" istio-alb/{name}"))) {
            return fail(format!("{name} is missing\n{listed}"));
        }
    }
    std::fs::remove_file(one.path("platforms/darwin-arm64/istio-alb")).unwrap();
    let arguments = ["--from", "platforms", "--share", "share", "--licenses", "licences", "--to", "dist"];
    refused(&one.run("package-plugin.sh", &arguments), "platforms/darwin-arm64/istio-alb is missing")
}

fn support_umask(copy: &Copy) -> std::process::Command {
    let mut bash = crate::support::command("bash", &copy.path(""));
    bash.args(["-c", "umask 077; touch -d 2001-01-01 README.md; exec deploy/package-plugin.sh \"$@\"", "bash"]);
    bash.args(["--from", "platforms", "--share", "share", "--licenses", "licences", "--to", "dist"]);
    bash.env("SOURCE_DATE_EPOCH", COMMITTED.0.to_string());
    bash
}

/// Pushes the package; returns its digest.
fn push(copy: &Copy, repository: &str) -> Result<String, libtest_mimic::Failed> {
    let done = copy.run("push-plugin.sh", &["--plain-http", repository]);
    succeeded(&done)?;
    let reference = String::from_utf8(done.stdout).unwrap();
    Ok(reference.trim().rsplit_once('@').unwrap().1.to_owned())
}

fn life_in_a_registry() -> Outcome {
    let [key, other] = [Key::new(), Key::new()];
    let copy = Copy::new();
    let registry = Registry::start();
    let repository = format!("{}/plugins/istio-alb", registry.address());
    copy.pack_plugin()?;
    refused(&copy.run("push-plugin.sh", &["--plain-http", &repository]), "tgz.prov is missing")?;
    copy.sign_plugin(&key)?;
    refused(&copy.run("push-plugin.sh", &["--plain-http", &format!("{}x", repository)]), "name of the plugin")?;
    let digest = push(&copy, &repository)?;
    if push(&copy, &repository)? != digest {
        return fail("the same package got two digests");
    }
    let bare = Helm::bare(Tool::Helm4);
    let pull = |tag: &str, keys: &str| {
        let source = format!("oci://{repository}{tag}");
        helm(&bare, &["plugin", "install", &source, "--plain-http", "--keyring", keys])
    };
    not_installed(&bare, &pull(&format!(":{VERSION}"), other.public()), "signature made by unknown entity")?;
    for tag in [format!(":{VERSION}"), ":latest".into(), format!("@{digest}")] {
        verified(&pull(&tag, key.public()), &copy.package())?;
        runs(&bare)?;
        succeeded(&helm(&bare, &["plugin", "uninstall", "istio-alb"]))?;
    }
    Ok(())
}

/// The layer is the archive with another byte, and all digests of the registry fit it; the signature does not.
fn registry_that_changes() -> Outcome {
    let key = Key::new();
    let copy = Copy::new();
    copy.sign_plugin(&key)?;
    let mut bytes = std::fs::read(copy.package()).unwrap();
    bytes[9] ^= 1;
    std::fs::write(copy.package(), bytes).unwrap();
    let registry = Registry::start();
    let repository = format!("{}/plugins/istio-alb", registry.address());
    push(&copy, &repository)?;
    let bare = Helm::bare(Tool::Helm4);
    let source = format!("oci://{repository}:{VERSION}");
    let done = helm(&bare, &["plugin", "install", &source, "--plain-http", "--keyring", key.public()]);
    not_installed(&bare, &done, "sha256 sum does not match")
}

fn pre_release() -> Outcome {
    let key = Key::new();
    let copy = Copy::of_version("1.0.0-rc.1");
    copy.sign_plugin(&key)?;
    let registry = Registry::start();
    let repository = format!("{}/istio-alb", registry.address());
    let digest = push(&copy, &repository)?;
    let manifest = std::fs::read(registry.blob(&digest)).unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    let created = &manifest["annotations"]["org.opencontainers.image.created"];
    if manifest["artifactType"] != "application/vnd.helm.plugin.v1+json" || created != COMMITTED.1 {
        return fail(manifest);
    }
    let bare = Helm::bare(Tool::Helm4);
    let pull = |tag: &str| {
        let source = format!("oci://{repository}:{tag}");
        helm(&bare, &["plugin", "install", &source, "--plain-http", "--keyring", key.public()])
    };
    refused(&pull("latest"), "not found")?;
    verified(&pull("1.0.0-rc.1"), &copy.package())
}
