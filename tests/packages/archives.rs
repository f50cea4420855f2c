//! The archives of the platforms, and who finds them by their names: `cargo binstall`, Homebrew and krew.

use crate::release::{
    COMMITTED, Copy, PLATFORMS, VERSION, archive_name, change_a_byte, executable, names, refused, sha256, succeeded,
};
use crate::support::tools::{Need, Tool, gated};
use crate::support::{Outcome, command, contract, copy_folder, fail, project, shown};
use libtest_mimic::Trial;
use std::path::{Path, PathBuf};
use std::process::Command;

const PAGES: [&str; 4] = [
    "man/man1/istio-alb.1",
    "bash-completion/completions/istio-alb",
    "zsh/site-functions/_istio-alb",
    "fish/vendor_completions.d/istio-alb.fish",
];

pub fn trials() -> Vec<Trial> {
    let packing = || ["python3", "unzip"].map(Need::OnPath).to_vec();
    let with = |need: Need| [packing(), vec![need]].concat();
    vec![
        gated("each archive holds program, licences and pages", packing(), archives_are_whole),
        gated("the same files give the same archives", packing(), archives_are_the_same),
        gated("an archive runs where it was unpacked", packing(), smoke),
        gated("cargo binstall finds the archives by Cargo.toml", packing(), binstall),
        gated("formula and krew manifest name the archives and their checksums", packing(), manifests),
        gated("the formula installs program, man pages and completions", with(Need::OnPath("ruby")), formula_installs),
        gated("krew installs the program by the manifest", with(Need::Tool(Tool::Krew)), krew_installs),
    ]
}

fn packed() -> Result<Copy, libtest_mimic::Failed> {
    let copy = Copy::new();
    copy.pack_archives()?;
    Ok(copy)
}

/// Unpacks an archive; returns the folder that it has inside.
fn unpack(archive: &Path, to: &Path) -> PathBuf {
    std::fs::create_dir_all(to).unwrap();
    let name = archive.file_name().unwrap().to_str().unwrap().to_owned();
    let is_zip = name.ends_with(".zip");
    let mut unpack = if is_zip { Command::new("unzip") } else { Command::new("tar") };
    if is_zip {
        unpack.env("TZ", "UTC").arg("-q").arg(archive).arg("-d").arg(to);
    } else {
        unpack.arg("-xzf").arg(archive).arg("-C").arg(to);
    }
    let done = unpack.output().unwrap();
    assert!(done.status.success(), "{}", shown(&done));
    to.join(name.trim_end_matches(".zip").trim_end_matches(".tar.gz"))
}

fn archives_are_whole() -> Outcome {
    let copy = packed()?;
    let mut expected: Vec<String> = PLATFORMS.map(|(_, target)| archive_name(VERSION, target)).to_vec();
    expected.sort();
    if names(&copy.path("dist")) != expected {
        return fail(format!("{:?}", names(&copy.path("dist"))));
    }
    for (platform, target) in PLATFORMS {
        let folder = unpack(&copy.dist(&archive_name(VERSION, target)), &copy.path("unpacked"));
        let program = if target.contains("windows") { "istio-alb.exe" } else { "istio-alb" };
        if names(&folder) != ["LICENSE", "README.md", "THIRD-PARTY-LICENSES", program, "share"] {
            return fail(format!("{target}: {:?}", names(&folder)));
        }
        let same = |packed: &Path, source: &Path| {
            let mode = |file: &Path| std::os::unix::fs::PermissionsExt::mode(&file.metadata().unwrap().permissions());
            std::fs::read(packed).unwrap() == std::fs::read(source).unwrap()
                && mode(packed) & 0o777 == mode(source) & 0o777
        };
        let mut pairs = vec![(folder.join(program), copy.path("platforms").join(platform).join(program))];
        pairs.extend(PAGES.map(|page| (folder.join("share").join(page), copy.path("share").join(page))));
        pairs.push((folder.join("LICENSE"), copy.path("LICENSE")));
        pairs.push((folder.join("THIRD-PARTY-LICENSES"), copy.path("licences")));
        if let Some((packed, _)) = pairs.iter().find(|(packed, source)| !same(packed, source)) {
            return fail(format!("{} is another file", packed.display()));
        }
        let time = folder.join(program).metadata().unwrap().modified().unwrap();
        if time != std::time::UNIX_EPOCH + std::time::Duration::from_secs(COMMITTED.0) {
            return fail(format!("{target}: {time:?} is not the time of the commit"));
        }
    }
    std::fs::remove_file(copy.path("platforms/windows-amd64/istio-alb.exe")).unwrap();
    let arguments = ["--from", "platforms", "--share", "share", "--licenses", "licences", "--to", "again"];
    refused(&copy.run("archives.sh", &arguments), "platforms/windows-amd64/istio-alb.exe is missing")
}

fn archives_are_the_same() -> Outcome {
    let one = packed()?;
    let two = Copy::new();
    let mut pack = command("bash", &two.path(""));
    pack.args([
        "-c",
        "umask 077; TZ=Asia/Seoul; export TZ; touch -d 2001-01-01 README.md; exec deploy/archives.sh \"$@\"",
        "bash",
    ]);
    pack.args(["--from", "platforms", "--share", "share", "--licenses", "licences", "--to", "dist"]);
    succeeded(&pack.env("SOURCE_DATE_EPOCH", COMMITTED.0.to_string()).output().unwrap())?;
    for (_, target) in PLATFORMS {
        let name = archive_name(VERSION, target);
        if std::fs::read(one.dist(&name)).unwrap() != std::fs::read(two.dist(&name)).unwrap() {
            return fail(name);
        }
    }
    Ok(())
}

/// What the workflow runs on each system that is not here.
fn smoke() -> Outcome {
    let copy = packed()?;
    copy_folder(
        &project().join("chart-fixtures/cases/helm3-default"),
        &copy.path("chart-fixtures/cases/helm3-default"),
    );
    copy_folder(
        &project().join("chart-fixtures/cases/helm3-eastwest"),
        &copy.path("chart-fixtures/cases/helm3-eastwest"),
    );
    let ours = PLATFORMS.into_iter().find(|(platform, _)| *platform == crate::support::helm::platform()).unwrap();
    let archive = |target| copy.dist(&archive_name(VERSION, target)).to_str().unwrap().to_owned();
    let run = |target| copy.run("smoke.sh", &[&archive(target)]);
    succeeded(&run(ours.1))?;
    let foreign = PLATFORMS.into_iter().filter(|platform| *platform != ours);
    for (_, target) in foreign {
        refused(&run(target), "smoke: ")?;
    }
    // A program that does something else.
    executable(&copy.path("platforms").join(ours.0).join("istio-alb"), "#!/bin/sh\necho istio-alb 0.1.0\n");
    copy.pack_archives()?;
    refused(&run(ours.1), "smoke: ")
}

/// The templates of `Cargo.toml`, expanded as `cargo binstall` does, lead to the archives and into them.
fn binstall() -> Outcome {
    let copy = packed()?;
    let manifest = std::fs::read_to_string(project().join("Cargo.toml")).unwrap();
    let table = |name: &str| {
        let (_, rest) = manifest.split_once(&format!("\n[{name}]\n")).unwrap_or_default();
        rest.split("\n[").next().unwrap_or_default().to_owned()
    };
    let value = |table: &str, key: &str| {
        let line = table.lines().find_map(|line| line.strip_prefix(&format!("{key} = \""))).unwrap_or_default();
        line.trim_end_matches('"').to_owned()
    };
    let common = table("package.metadata.binstall");
    let repository = value(&manifest, "repository");
    let releases = format!("{repository}/releases/download/v{VERSION}/");
    for (_, target) in PLATFORMS {
        let own = table(&format!("package.metadata.binstall.overrides.{target}"));
        let format =
            Some(value(&own, "pkg-fmt")).filter(|own| !own.is_empty()).unwrap_or_else(|| value(&common, "pkg-fmt"));
        let suffix = match format.as_str() {
            // What binstall tries for `tgz`, in this order: one of them must be there.
            "tgz" => ".tar.gz",
            "zip" => ".zip",
            other => return fail(format!("{target}: a format {other:?}")),
        };
        let is_windows = target.contains("windows");
        let known = [
            ("name", "istio-alb"),
            ("version", VERSION),
            ("repo", repository.as_str()),
            ("bin", "istio-alb"),
            ("target", target),
            ("archive-suffix", suffix),
            ("binary-ext", if is_windows { ".exe" } else { "" }),
        ];
        let expand = |key: &str| {
            let template = value(&common, key);
            known.iter().fold(template, |text, (name, value)| text.replace(&format!("{{ {name} }}"), value))
        };
        let (url, path) = (expand("pkg-url"), expand("bin-dir"));
        let Some(name) = url.strip_prefix(&releases) else {
            return fail(format!("{target}: {url} is not below {releases}"));
        };
        if !copy.dist(name).is_file() || name != archive_name(VERSION, target) {
            return fail(format!("{target}: no archive {name}"));
        }
        unpack(&copy.dist(name), &copy.path("unpacked"));
        if !copy.path("unpacked").join(&path).is_file() {
            return fail(format!("{target}: no program {path}"));
        }
    }
    Ok(())
}

fn with_manifests() -> Result<Copy, libtest_mimic::Failed> {
    let copy = packed()?;
    succeeded(&copy.run("manifests.sh", &["--from", "dist"]))?;
    Ok(copy)
}

fn manifests() -> Outcome {
    let copy = with_manifests()?;
    let formula = std::fs::read_to_string(copy.dist("istio-alb.rb")).unwrap();
    let krew = contract::parse(&std::fs::read(copy.dist("istio-alb.krew.yaml")).unwrap())?;
    let lines = |start: &str| {
        let lines = formula.lines().map(str::trim).filter_map(|line| line.strip_prefix(start));
        lines.map(|line| line.trim_matches('"').to_owned()).collect::<Vec<String>>()
    };
    // In the formula an address and the checksum of what lies there follow one another.
    let brewed: Vec<(String, String)> = lines("url ").into_iter().zip(lines("sha256 ")).collect();
    let platforms = krew["spec"]["platforms"].as_array().unwrap();
    let taken = platforms.iter().map(|platform| {
        let text = |key: &str| platform[key].as_str().unwrap().to_owned();
        (text("uri"), text("sha256"))
    });
    let taken: Vec<(String, String)> = taken.collect();
    if brewed.len() != 4 || taken.len() != PLATFORMS.len() || krew["spec"]["version"] != format!("v{VERSION}") {
        return fail(format!("{formula}\n{krew}"));
    }
    for (address, sum) in brewed.iter().chain(&taken) {
        let (place, name) = address.rsplit_once('/').unwrap();
        let right = place == format!("https://github.com/istio-alb/istio-alb/releases/download/v{VERSION}");
        if !right || !copy.dist(name).is_file() || sha256(&copy.dist(name)) != *sum {
            return fail(format!("{address} {sum}"));
        }
    }
    // Which machine gets which.
    for (platform, (address, _)) in platforms.iter().zip(&taken) {
        let labels = &platform["selector"]["matchLabels"];
        let [system, machine] = ["os", "arch"].map(|label| labels[label].as_str().unwrap());
        let (_, target) = PLATFORMS.into_iter().find(|(name, _)| *name == format!("{system}-{machine}")).unwrap();
        if !address.ends_with(&archive_name(VERSION, target)) {
            return fail(platform);
        }
    }
    std::fs::remove_file(copy.dist(&archive_name(VERSION, PLATFORMS[3].1))).unwrap();
    refused(&copy.run("manifests.sh", &["--from", "dist"]), "is missing")
}

/// Enough of Homebrew to run a formula: it picks the archive of a system, unpacks it, and `install` runs in its folder.
const HOMEBREW: &str = r##"
require "pathname"
require "fileutils"
class Place < Pathname
  def install(*files)
    files.flatten.each { |file| mkpath; FileUtils.cp(file, self) }
  end
end
class Formula
  class << self
    attr_reader :address, :sum
    def on(name) = (yield if $system.include?(name))
    def on_macos(&block) = on("macos", &block)
    def on_linux(&block) = on("linux", &block)
    def on_arm(&block) = on("arm", &block)
    def on_intel(&block) = on("intel", &block)
    def url(text) = @address = text
    def sha256(text) = @sum = text
    def version(text = nil) = text ? @version = text : @version
    def desc(text) = (raise "description of #{text.length} letters" if text.length > 80)
    def homepage(text) = nil
    def license(text) = nil
    def test(&block) = @test = block
    def tested = @test
  end
  def version = self.class.version
  def place(path) = Place.new(File.join($prefix, path))
  def bin = place("bin")
  def man1 = place("share/man/man1")
  def doc = place("share/doc/istio-alb")
  def bash_completion = place("etc/bash_completion.d")
  def zsh_completion = place("share/zsh/site-functions")
  def fish_completion = place("share/fish/vendor_completions.d")
  def shell_output(line) = `#{line}`
  def assert_match(expected, found) = (raise "#{found} has no #{expected}" unless found.include?(expected))
end
formula, folder, $prefix, *$system = ARGV
load formula
puts IstioAlb.address
Dir.chdir(folder) { IstioAlb.new.install }
IstioAlb.new.instance_eval(&IstioAlb.tested) if ENV["TESTED"]
"##;

fn formula_installs() -> Outcome {
    let copy = with_manifests()?;
    std::fs::write(copy.path("homebrew.rb"), HOMEBREW).unwrap();
    let systems = [
        ("linux-amd64", ["linux", "intel"]),
        ("linux-arm64", ["linux", "arm"]),
        ("darwin-amd64", ["macos", "intel"]),
        ("darwin-arm64", ["macos", "arm"]),
    ];
    for (platform, system) in systems {
        let (_, target) = PLATFORMS.into_iter().find(|(name, _)| *name == platform).unwrap();
        let folder = unpack(&copy.dist(&archive_name(VERSION, target)), &copy.path("unpacked"));
        let prefix = copy.path("prefix").join(platform);
        let mut ruby = command("ruby", &copy.path(""));
        ruby.args(["-W", "homebrew.rb", "dist/istio-alb.rb"]).arg(folder).arg(&prefix).args(system);
        if platform == crate::support::helm::platform() {
            ruby.env("TESTED", "yes");
        }
        let done = ruby.output().unwrap();
        succeeded(&done)?;
        if !String::from_utf8_lossy(&done.stdout).ends_with(&format!("{}\n", archive_name(VERSION, target))) {
            return fail(shown(&done));
        }
        let files = [
            ("bin/istio-alb", copy.path("platforms").join(platform).join("istio-alb")),
            ("share/man/man1/istio-alb-check.1", copy.path("share/man/man1/istio-alb-check.1")),
            ("etc/bash_completion.d/istio-alb", copy.path("share").join(PAGES[1])),
            ("share/zsh/site-functions/_istio-alb", copy.path("share").join(PAGES[2])),
            ("share/fish/vendor_completions.d/istio-alb.fish", copy.path("share").join(PAGES[3])),
        ];
        for (installed, source) in files {
            if std::fs::read(prefix.join(installed)).ok() != std::fs::read(source).ok() {
                return fail(format!("{platform}: {installed}"));
            }
        }
    }
    Ok(())
}

/// krew takes an archive from the disk instead of the address, and compares the checksum all the same.
fn krew_installs() -> Outcome {
    let copy = with_manifests()?;
    let ours = PLATFORMS.into_iter().find(|(platform, _)| *platform == crate::support::helm::platform()).unwrap();
    let archive = copy.dist(&archive_name(VERSION, ours.1));
    let krew = |root: &str| {
        let mut krew = command(Tool::Krew.path(), &copy.path(""));
        krew.env("KREW_ROOT", copy.path(root)).env("KREW_NO_UPGRADE_CHECK", "1").env("HOME", copy.path(""));
        krew.args(["install", "--manifest=dist/istio-alb.krew.yaml", "--archive"]).arg(&archive);
        krew.output().unwrap()
    };
    succeeded(&krew("one"))?;
    let program = copy.path("one/bin/kubectl-istio_alb");
    let done = Command::new(&program).arg("--version").output().unwrap();
    if !String::from_utf8_lossy(&done.stdout).starts_with(&format!("istio-alb {VERSION}")) {
        return fail(shown(&done));
    }
    change_a_byte(&archive);
    refused(&krew("two"), "checksum does not match")
}
