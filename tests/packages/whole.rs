//! One command makes every file of a release, another verifies them.

use crate::gpg::{Key, processes_of};
use crate::release::{Copy, PLATFORMS, VERSION, archive_name, change_a_byte, executable, names, refused, succeeded};
use crate::support::tools::{Need, gated};
use crate::support::{Outcome, command, fail, project, shown};
use libtest_mimic::Trial;
use std::process::Output;

pub fn trials() -> Vec<Trial> {
    let packing = || vec![Need::OnPath("python3")];
    let gpg = || ["gpg", "gpgv", "python3"].map(Need::OnPath).to_vec();
    vec![
        gated("one command makes every file, another verifies them", gpg(), made_and_verified),
        gated("a release can be signed later", gpg(), signed_later),
        gated("one changed byte in any file is found", gpg(), changed_bytes_are_found),
        gated("a file that is missing or more is found", gpg(), other_files_are_found),
        gated("a foreign key verifies nothing", gpg(), foreign_key),
        gated("a provenance for another archive is found", gpg(), foreign_provenance),
        gated("without a key nothing is signed, which is said", packing(), unsigned),
        gated("a release does not take what lies there already", packing(), not_empty),
        gated("a release that breaks off leaves nothing", packing(), nothing_by_halves),
        Trial::test("the tag must be that of the version", tags),
        gated("the release on GitHub has all files and the section of the changelog", packing(), github),
    ]
}

fn verify(copy: &Copy, keys: &str) -> Output {
    copy.run("verify.sh", &["dist", "--keyring", keys])
}

fn released() -> Result<(Copy, Key), libtest_mimic::Failed> {
    let (copy, key) = (Copy::new(), Key::new());
    succeeded(&copy.release(&["--keyring", key.secret()]))?;
    Ok((copy, key))
}

/// The files of a release.
pub fn expected() -> Vec<String> {
    let mut names: Vec<String> = PLATFORMS.map(|(_, target)| archive_name(VERSION, target)).to_vec();
    names.extend(["SHA256SUMS", "SHA256SUMS.asc", "THIRD-PARTY-LICENSES", "istio-alb.gpg"].map(str::to_owned));
    names.extend(["istio-alb.krew.yaml", "istio-alb.rb"].map(str::to_owned));
    names.extend(["tgz", "tgz.prov"].map(|ending| format!("istio-alb-{VERSION}.{ending}")));
    for image in ["istio-alb", "istio-alb-argocd"] {
        names.extend([format!("{image}-{VERSION}-image.tar"), format!("{image}-{VERSION}.cdx.json")]);
    }
    names.sort();
    names
}

fn made_and_verified() -> Outcome {
    let (copy, key) = (Copy::new(), Key::new());
    let done = copy.release(&["--key", "release@example.com", "--keyring", key.secret()]);
    succeeded(&done)?;
    let made = names(&copy.path("dist"));
    if made != expected() {
        return fail(format!("{made:?}\n{:?}", expected()));
    }
    let said = String::from_utf8(done.stdout).unwrap();
    if said.lines().collect::<Vec<_>>() != made.iter().map(|name| format!("dist/{name}")).collect::<Vec<_>>() {
        return fail(said);
    }
    let verified = verify(&copy, key.public());
    succeeded(&verified)?;
    let said = String::from_utf8(verified.stdout).unwrap();
    let unsaid = made.iter().filter(|name| *name != "SHA256SUMS.asc" && !said.contains(&format!("{name}: ")));
    if let Some(name) = unsaid.into_iter().next() {
        return fail(format!("{name} was not verified\n{said}"));
    }
    // An armoured key, as keyservers and web pages have it, will do as well.
    let mut armour = command("gpg", &copy.path(""));
    armour.args(["--homedir", ".", "--quiet", "--enarmor"]).stdin(std::fs::File::open(key.public()).unwrap());
    let armoured = armour.output().unwrap();
    let text = String::from_utf8(armoured.stdout).unwrap().replace("ARMORED FILE", "PUBLIC KEY BLOCK");
    std::fs::write(copy.path("armoured"), text).unwrap();
    let path = copy.path("armoured");
    succeeded(&verify(&copy, path.to_str().unwrap()))?;
    let left = names(&copy.path("")).into_iter().find(|name| name.starts_with("dist."));
    if left.is_some() || !processes_of(&copy.path("dist.")).is_empty() {
        fail(format!("{left:?} was left"))
    } else {
        Ok(())
    }
}

/// As the workflow does it, where the key comes on standard input.
fn signed_later() -> Outcome {
    let (copy, key) = (Copy::new(), Key::new());
    succeeded(&copy.release(&[]))?;
    let mut sign = copy.script("sign-release.sh");
    sign.args(["--keyring", "-", "dist"]).stdin(std::fs::File::open(key.secret()).unwrap());
    succeeded(&sign.output().unwrap())?;
    if names(&copy.path("dist")) != expected() {
        return fail(format!("{:?}", names(&copy.path("dist"))));
    }
    succeeded(&verify(&copy, key.public()))
}

fn changed_bytes_are_found() -> Outcome {
    let (copy, key) = released()?;
    for name in names(&copy.path("dist")) {
        let file = copy.dist(&name);
        change_a_byte(&file);
        // Who changes the signature of the checksums changes what is said of them.
        refused(&verify(&copy, key.public()), &format!("verify: {}", name.trim_end_matches(".asc")))?;
        change_a_byte(&file);
    }
    succeeded(&verify(&copy, key.public()))
}

fn other_files_are_found() -> Outcome {
    let (copy, key) = released()?;
    for name in names(&copy.path("dist")) {
        std::fs::rename(copy.dist(&name), copy.path("aside")).unwrap();
        refused(&verify(&copy, key.public()), &format!("verify: {name} is missing"))?;
        std::fs::rename(copy.path("aside"), copy.dist(&name)).unwrap();
    }
    std::fs::write(copy.dist("istio-alb-setup.exe"), "mine").unwrap();
    refused(&verify(&copy, key.public()), "verify: istio-alb-setup.exe is not in SHA256SUMS")
}

fn foreign_key() -> Outcome {
    let (copy, _) = released()?;
    refused(&verify(&copy, Key::new().public()), "SHA256SUMS is not signed by a key of")
}

/// All checksums fit, all signatures are good, but the provenance is that of an earlier package.
fn foreign_provenance() -> Outcome {
    let (copy, key) = released()?;
    let mut other = std::fs::read(copy.package()).unwrap();
    other[9] ^= 1;
    std::fs::write(copy.package(), other).unwrap();
    let mut sum = command("bash", &copy.path("dist"));
    sum.args(["-c", "rm SHA256SUMS*; sha256sum -- * > ../sums; mv ../sums SHA256SUMS"]);
    succeeded(&sum.output().unwrap())?;
    succeeded(&copy.run("sign.sh", &["--keyring", key.secret(), "dist/SHA256SUMS"]))?;
    refused(&verify(&copy, key.public()), &format!("istio-alb-{VERSION}.tgz.prov is for another file"))
}

fn unsigned() -> Outcome {
    let copy = Copy::new();
    let done = copy.release(&[]);
    succeeded(&done)?;
    let made = names(&copy.path("dist"));
    let signed = made.iter().any(|name| name.ends_with(".asc") || name.ends_with(".prov") || name.ends_with(".gpg"));
    let said = String::from_utf8_lossy(&done.stderr).contains("nothing is signed yet");
    if signed || !said {
        return fail(shown(&done));
    }
    refused(&verify(&copy, project().join("LICENSE").to_str().unwrap()), "SHA256SUMS.asc is missing")
}

fn not_empty() -> Outcome {
    let copy = Copy::new();
    std::fs::create_dir_all(copy.path("dist")).unwrap();
    std::fs::write(copy.dist("of-last-year.tgz"), "old").unwrap();
    refused(&copy.release(&[]), "dist is not empty")
}

fn nothing_by_halves() -> Outcome {
    let copy = Copy::new();
    executable(&copy.path("deploy/sbom.sh"), "#!/bin/sh\nexit 1\n");
    let done = copy.release(&[]);
    let left: Vec<String> = names(&copy.path("")).into_iter().filter(|name| name.starts_with("dist.")).collect();
    if done.status.success() || !names(&copy.path("dist")).is_empty() || !left.is_empty() {
        return fail(format!("{left:?}\n{}", shown(&done)));
    }
    Ok(())
}

fn tags() -> Outcome {
    let copy = Copy::of_version("2.3.4");
    succeeded(&copy.run("check-tag.sh", &["v2.3.4"]))?;
    for tag in ["v2.3.5", "2.3.4", "v2.3.4-rc.1", "v2.3.40"] {
        refused(&copy.run("check-tag.sh", &[tag]), "Cargo.toml says 2.3.4")?;
    }
    let changelog = std::fs::read_to_string(copy.path("CHANGELOG.md")).unwrap();
    std::fs::write(copy.path("CHANGELOG.md"), changelog.replace("## [2.3.4]", "## [2.3.3]")).unwrap();
    refused(&copy.run("check-tag.sh", &["v2.3.4"]), "CHANGELOG.md is 2.3.3")
}

/// With a `gh` that keeps what it is told.
fn github() -> Outcome {
    let copy = Copy::new();
    succeeded(&copy.release(&[]))?;
    let gh = "#!/bin/sh\nprintf '%s\\n' \"$@\" END >> told\nwhile [ $# -gt 0 ]; do [ \"$1\" != --notes-file ] || cp \"$2\" notes; \
              shift; done\n";
    executable(&copy.path("path/gh"), gh);
    let run = |copy: &Copy| {
        let mut script = copy.script("github-release.sh");
        script.env("PATH", crate::support::helm::path_with(&[&copy.path("path")]));
        script.output().unwrap()
    };
    succeeded(&run(&copy))?;
    let read = |name: &str| std::fs::read_to_string(copy.path(name)).unwrap();
    if read("notes") != "\n### Added\n\n- All of it.\n\n" {
        return fail(read("notes"));
    }
    let told = read("told");
    let (create, edit) = told.split_once("END\n").unwrap();
    let files = names(&copy.path("dist"));
    let all = files.iter().all(|name| create.contains(&format!("\ndist/{name}\n")));
    let start = format!("release\ncreate\nv{VERSION}\n--draft\n--verify-tag\n");
    if !all || !create.starts_with(&start) || edit != format!("release\nedit\nv{VERSION}\n--draft=false\nEND\n") {
        return fail(told);
    }
    std::fs::write(copy.path("CHANGELOG.md"), "# Changelog\n").unwrap();
    refused(&run(&copy), &format!("CHANGELOG.md says nothing of {VERSION}"))
}
