//! What must be true of the images.

use crate::image::{Bundle, COMMIT, DATE, Image, LICENSES, is_root, on_path, skopeo};
use crate::support::argocd::{Request, make_executable, same};
use crate::support::tools::{self, Need, Tool, gated};
use crate::support::{Outcome, command, contract, copy_folder, fail, first_difference, give, project, shown};
use libtest_mimic::Trial;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the sidecar's image is made of beside the program; `ingredients_are_named` compares it with the script's word.
const INGREDIENTS: &str = "argocd-image/helm-4.2.4-certifi-2026.10.19.post1";
const ARM: &str = "qemu-aarch64-static";

pub fn trials() -> Vec<Trial> {
    let mut trials = vec![
        Trial::test("the sidecar's ingredients are those of the script", ingredients_are_named),
        Trial::test("an image without what its Dockerfile says is not made", refused),
        Trial::test("a build with Docker has the files that it copies and compiles", docker_has_its_files),
    ];
    for image in Image::ALL {
        let mut add = |name: &str, more: Vec<Need>, test: fn(Image) -> Outcome| {
            let name = format!("{}: {name}", image.name());
            trials.push(gated(name, [needs(image), more].concat(), move || test(image)));
        };
        let unpack = || ["skopeo", "umoci", "unshare"].map(Need::OnPath).to_vec();
        add("every blob is what its descriptor says", Vec::new(), blobs);
        add("skopeo reads platform, user and labels", unpack(), labels);
        add("it holds what is listed, and nobody can write it", unpack(), files);
    }
    let all = |image, more: &[Need]| {
        [needs(image), ["skopeo", "umoci", "unshare"].map(Need::OnPath).to_vec(), more.to_vec()].concat()
    };
    let (tool, argocd, arm) = (Image::Tool, Image::Argocd, Need::OnPath(ARM));
    let kustomize = Need::Tool(Tool::Kustomize);
    trials.push(gated("istio-alb: the same bytes another time", needs(tool), same_bytes));
    trials.push(gated("istio-alb: filters, in a root without anything else", all(tool, &[]), || filters("amd64")));
    trials.push(gated("istio-alb: filters, on arm64", all(tool, std::slice::from_ref(&arm)), || filters("arm64")));
    trials.push(gated("istio-alb: kustomize runs it as a function in a container", all(tool, &[kustomize]), function));
    trials.push(gated("istio-alb-argocd: Helm runs", all(argocd, &[]), || helm_runs("amd64")));
    trials.push(gated("istio-alb-argocd: Helm runs, on arm64", all(argocd, &[arm]), || helm_runs("arm64")));
    trials.push(gated("istio-alb-argocd: renders a chart", all(argocd, &[Need::Tool(Tool::Helm4)]), renders));
    trials
}

/// What it takes to make the image.
fn needs(image: Image) -> Vec<Need> {
    let mut needs = vec![Need::Platforms];
    if image == Image::Argocd {
        needs.push(Need::Cached(INGREDIENTS, "deploy/argocd/ingredients.sh"));
    }
    needs
}

fn ingredients_are_named() -> Outcome {
    let mut script = command(project().join("deploy/argocd/ingredients.sh"), project());
    let output = script.arg("where").env("ISTIO_ALB_TOOLS", "/cache").output()?;
    same(String::from_utf8_lossy(&output.stdout).trim(), &format!("/cache/{INGREDIENTS}"))
}

/// Runs `deploy/oci.py` over a Dockerfile, with a shell script in the program's place.
fn oci(dockerfile: &str, program: &[u8]) -> std::process::Output {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("Dockerfile"), dockerfile).unwrap();
    std::fs::write(folder.path().join("program"), program).unwrap();
    let mut script = command("python3", folder.path());
    script.arg(project().join("deploy/oci.py")).args(["--dockerfile", "Dockerfile", "--arch", "amd64"]);
    script.args(["--source", "made:/program=program{arch}", "--name", "example.com/it:1", "--to", "it.tar"]);
    std::fs::rename(folder.path().join("program"), folder.path().join("programamd64")).unwrap();
    let output = script.env("SOURCE_DATE_EPOCH", "1").output().unwrap();
    assert!(!output.status.success() && !folder.path().join("it.tar").exists(), "{}", shown(&output));
    output
}

fn refused() -> Outcome {
    let copy = "FROM scratch\nCOPY --chmod=555 --from=made /program /program\n";
    for (dockerfile, program, reason) in [
        ("FROM debian\n", "", "is not `FROM scratch`"),
        ("FROM scratch\nRUN true\n", "", "says RUN in its last stage"),
        ("FROM scratch\nCOPY --chmod=444 nothing /\n", "", "there is no nothing"),
        ("FROM scratch\nCOPY Dockerfile /\n", "", "takes --chmod"),
        (
            "FROM scratch\nCOPY --chmod=555 --from=other /program /program\n",
            "",
            "no --source says where other:/program is",
        ),
        (copy, "#!/bin/sh\n", "is no program for linux/amd64"),
    ] {
        let output = oci(dockerfile, program.as_bytes());
        if !String::from_utf8_lossy(&output.stderr).contains(reason) {
            return fail(format!("{reason}? {}", shown(&output)));
        }
    }
    // The test itself is a program that the dynamic loader starts.
    let output = oci(copy, &std::fs::read(std::env::current_exe()?)?);
    let reason = if cfg!(all(target_arch = "x86_64", target_os = "linux")) { "is not static" } else { "is no program" };
    match String::from_utf8_lossy(&output.stderr).contains(reason) {
        true => Ok(()),
        false => fail(shown(&output)),
    }
}

/// Docker sends what `Dockerfile.dockerignore` lets through: what Cargo wants to be there, what the sources include, and what
/// the Dockerfile copies.
fn docker_has_its_files() -> Outcome {
    for dockerfile in ["deploy/Dockerfile", "deploy/argocd/Dockerfile"] {
        let folder = tempfile::tempdir()?;
        let sent = std::fs::read_to_string(project().join(format!("{dockerfile}.dockerignore")))?;
        same(sent.lines().next(), Some("*"))?;
        for path in sent.lines().skip(1) {
            let path = path.strip_prefix('!').unwrap();
            let (from, to) = (project().join(path), folder.path().join(path));
            std::fs::create_dir_all(to.parent().unwrap())?;
            if from.is_dir() {
                copy_folder(&from, &to);
            } else if from.exists() {
                std::fs::copy(from, to)?;
            }
        }
        let mut cargo = command(env!("CARGO"), folder.path());
        let read = cargo.args(["metadata", "--no-deps", "--offline", "--locked", "--format-version=1"]).output()?;
        if !read.status.success() {
            return fail(format!("{dockerfile}: {}", shown(&read)));
        }
        let text = std::fs::read_to_string(project().join(dockerfile))?;
        let copies = text.lines().filter_map(|line| line.strip_prefix("COPY ")).filter(|copy| !copy.contains("--from"));
        for copy in copies {
            let words: Vec<&str> = copy.split(' ').filter(|word| !word.starts_with("--")).collect();
            for source in words.iter().take(words.len() - 1).filter(|source| !source.ends_with('*')) {
                if !folder.path().join(source).exists() {
                    return fail(format!("{dockerfile} copies {source}, which its .dockerignore keeps away"));
                }
            }
        }
        let mut folders = ["src", "crates"].map(|name| folder.path().join(name)).to_vec();
        while let Some(at) = folders.pop() {
            for entry in std::fs::read_dir(&at)? {
                let path = entry?.path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "rs") {
                    let text = std::fs::read_to_string(&path)?;
                    // Tests are not compiled there.
                    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
                    for name in text.split("include_str!(\"").skip(1).filter_map(|rest| rest.split('"').next()) {
                        if !path.parent().unwrap().join(name).exists()
                            && !path.components().any(|part| part.as_os_str() == "tests")
                        {
                            return fail(format!(
                                "{} includes {name}, which {dockerfile}.dockerignore keeps away",
                                path.display()
                            ));
                        }
                    }
                }
            }
        }
    }
    Ok(())
}

fn parsed(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

/// The sha256 of a file, or of what gzip makes of it.
fn sha256(file: &Path, unpacked: bool) -> String {
    let reader = if unpacked { "gzip -dc" } else { "cat" };
    let output = Command::new("bash")
        .args(["-c", &format!("set -o pipefail; {reader} < \"$0\" | sha256sum")])
        .arg(file)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", shown(&output));
    format!("sha256:{}", String::from_utf8(output.stdout).unwrap().split(' ').next().unwrap())
}

/// From the layout's index down: each blob is there with the size and the digest by which it is named, and no other file is.
fn blobs(image: Image) -> Outcome {
    let folder = tempfile::tempdir()?;
    let untar = Command::new("tar").arg("-xf").arg(image.file()).arg("-C").arg(folder.path()).output()?;
    assert!(untar.status.success(), "{}", shown(&untar));
    let read = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
    same(parsed(&read("oci-layout")), json!({ "imageLayoutVersion": "1.0.0" }))?;
    let mut seen = BTreeSet::new();
    let mut blob = |descriptor: &Value| -> (PathBuf, Vec<u8>) {
        let digest = descriptor["digest"].as_str().unwrap();
        let file = folder.path().join("blobs").join(digest.replace(':', "/"));
        let bytes = std::fs::read(&file).unwrap();
        assert_eq!(json!(bytes.len()), descriptor["size"], "{descriptor}");
        assert_eq!(sha256(&file, false), digest);
        seen.insert(file.clone());
        (file, bytes)
    };
    let kind = |name: &str| json!(format!("application/vnd.oci.image.{name}"));
    let top = parsed(&read("index.json"));
    same(top["manifests"].as_array().unwrap().len(), 1)?;
    same(&top["manifests"][0]["mediaType"], &kind("index.v1+json"))?;
    let version = env!("CARGO_PKG_VERSION");
    same(
        &top["manifests"][0]["annotations"],
        &json!({
            "org.opencontainers.image.ref.name": version,
            "io.containerd.image.name": format!("ghcr.io/istio-alb/{}:{version}", image.name()),
        }),
    )?;
    let index = parsed(&blob(&top["manifests"][0]).1);
    let mut platforms = Vec::new();
    for descriptor in index["manifests"].as_array().unwrap() {
        same(&descriptor["mediaType"], &kind("manifest.v1+json"))?;
        let manifest = parsed(&blob(descriptor).1);
        same(&manifest["mediaType"], &descriptor["mediaType"])?;
        same(&manifest["config"]["mediaType"], &kind("config.v1+json"))?;
        same(&manifest["annotations"], &index["annotations"])?;
        let config = parsed(&blob(&manifest["config"]).1);
        platforms.push(format!("{}/{}", config["os"].as_str().unwrap(), config["architecture"].as_str().unwrap()));
        same(&descriptor["platform"], &json!({ "os": config["os"], "architecture": config["architecture"] }))?;
        same(&config["config"]["Labels"], &manifest["annotations"])?;
        let mut plain = Vec::new();
        for layer in manifest["layers"].as_array().unwrap() {
            same(&layer["mediaType"], &kind("layer.v1.tar+gzip"))?;
            plain.push(sha256(&blob(layer).0, true));
        }
        same(&config["rootfs"], &json!({ "type": "layers", "diff_ids": plain }))?;
        same(config["history"].as_array().unwrap().len(), plain.len())?;
    }
    same(platforms, vec!["linux/amd64".into(), "linux/arm64".into()])?;
    let there: BTreeSet<PathBuf> =
        std::fs::read_dir(folder.path().join("blobs/sha256"))?.map(|entry| entry.unwrap().path()).collect();
    same(seen, there)?;
    same(std::fs::read_dir(folder.path())?.count(), 3)
}

fn labels(image: Image) -> Outcome {
    let (title, description) = match image {
        Image::Tool => (
            "istio-alb",
            "Helm post-renderer and KRM function that puts Istio's ingress gateway behind an AWS Application Load Balancer",
        ),
        Image::Argocd => {
            ("istio-alb-argocd", "Sidecar of Argo CD's repo-server: the config management plugin istio-alb, with Helm")
        }
    };
    let labels = json!({
        "org.opencontainers.image.title": title,
        "org.opencontainers.image.description": description,
        "org.opencontainers.image.version": env!("CARGO_PKG_VERSION"),
        "org.opencontainers.image.revision": COMMIT,
        "org.opencontainers.image.source": "https://github.com/istio-alb/istio-alb",
        "org.opencontainers.image.licenses": "Apache-2.0",
        "org.opencontainers.image.created": DATE.1,
    });
    let archive = format!("oci-archive:{}", image.file().display());
    for arch in ["amd64", "arm64"] {
        let inspect = ["--override-os", "linux", "--override-arch", arch, "inspect"];
        let seen = parsed(&skopeo(&[&inspect[..], &[&archive]].concat()));
        same(&seen["Labels"], &labels)?;
        same([&seen["Os"], &seen["Architecture"], &seen["Created"]], [&json!("linux"), &json!(arch), &json!(DATE.1)])?;
        let config = parsed(&skopeo(&[&inspect[..], &["--config", &archive]].concat()));
        let mut expected = json!({ "Labels": labels, "Env": ["PATH=/usr/local/bin"], "User": "999:999" });
        if image == Image::Tool {
            expected["User"] = json!("65532:65532");
            expected["Entrypoint"] = json!(["/usr/local/bin/istio-alb"]);
        }
        same(&config["config"], &expected)?;
    }
    Ok(())
}

/// All below a folder, as mode and path; what is a file with its bytes.
fn tree(root: &Path) -> BTreeMap<String, (u32, Option<Vec<u8>>)> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let about = std::fs::symlink_metadata(&path).unwrap();
            if is_root() {
                assert_eq!((about.uid(), about.gid()), (0, 0), "{}", path.display());
            }
            assert_eq!(about.mtime().to_string(), DATE.0, "{}", path.display());
            assert!(about.is_dir() || about.is_file(), "{}", path.display());
            let bytes = about.is_file().then(|| std::fs::read(&path).unwrap());
            if about.is_dir() {
                folders.push(path.clone());
            }
            let name = path.strip_prefix(root).unwrap().display().to_string();
            found.insert(name, (about.permissions().mode() & 0o7777, bytes));
        }
    }
    found
}

fn files(image: Image) -> Outcome {
    let ingredients = tools::cache().join(INGREDIENTS);
    let of_project = |name: &str| std::fs::read(project().join(name)).unwrap();
    for arch in ["amd64", "arm64"] {
        let program = std::fs::read(tools::platforms().join(format!("linux-{arch}/istio-alb")))?;
        let mut expected = vec![
            ("usr/local/bin/istio-alb", 0o555, program),
            ("licenses/LICENSE", 0o444, of_project("LICENSE")),
            ("licenses/THIRD-PARTY-LICENSES", 0o444, LICENSES.into()),
        ];
        match image {
            Image::Tool => expected.push(("etc/passwd", 0o444, of_project("deploy/passwd"))),
            Image::Argocd => {
                let made = |name: &str| std::fs::read(ingredients.join(name)).unwrap();
                expected.extend([
                    ("usr/local/bin/helm", 0o555, made(&format!("helm-{arch}"))),
                    ("licenses/helm", 0o444, made("helm-licenses")),
                    ("licenses/ca-certificates", 0o444, of_project("deploy/argocd/ca-certificates.txt")),
                    ("etc/ssl/certs/ca-certificates.crt", 0o444, made("ca-certificates.crt")),
                    ("home/argocd/cmp-server/config/plugin.yaml", 0o444, of_project("deploy/argocd/plugin.yaml")),
                ]);
            }
        }
        let mut found = tree(&Bundle::unpack(image, arch).root());
        for (name, mode, bytes) in expected {
            let Some((found_mode, Some(found_bytes))) = found.remove(name) else {
                return fail(format!("there is no {name}"));
            };
            same(format!("{name} {found_mode:o}"), format!("{name} {mode:o}"))?;
            if found_bytes != bytes {
                return fail(format!("{name} has other bytes than what it was made from"));
            }
        }
        // What is left are folders, which root alone can write.
        for (name, (mode, bytes)) in found {
            same((name.as_str(), mode, bytes), (name.as_str(), 0o755, None))?;
        }
    }
    if image == Image::Argocd {
        let certificates = std::fs::read_to_string(ingredients.join("ca-certificates.crt"))?;
        assert!(certificates.matches("-----BEGIN CERTIFICATE-----").count() > 100);
        // The module itself, one that it needs, and Go's library.
        let licenses = std::fs::read_to_string(ingredients.join("helm-licenses"))?;
        let titles: Vec<&str> = licenses.lines().filter(|line| line.starts_with("======== ")).collect();
        for part in ["helm.sh/helm/v4 v4.2.4", "k8s.io/client-go v", "std 1."] {
            assert!(titles.iter().any(|title| title.contains(&format!(" {part}"))), "{part}: {titles:?}");
        }
    }
    Ok(())
}

/// From copies of the programs that are newer, in another folder, by somebody with other habits.
fn same_bytes() -> Outcome {
    let folder = tempfile::tempdir()?;
    let (from, to) = (folder.path().join("from"), folder.path().join("to"));
    for platform in ["linux-amd64", "linux-arm64"] {
        copy_folder(&tools::platforms().join(platform), &from.join(platform));
    }
    let habits = [("UMASK", "077"), ("TZ", "Asia/Seoul"), ("LC_ALL", "C"), ("PYTHONHASHSEED", "7")];
    let printed = Image::Tool.make(&from, &to, &habits);
    let file = to.join(Image::Tool.file_name());
    if std::fs::read(&file)? != std::fs::read(Image::Tool.file())? {
        return fail("the second file has other bytes");
    }
    // What is printed is the digest by which a registry will know it.
    let index = Command::new("tar").arg("-xOf").arg(&file).arg("index.json").output()?;
    let digest = parsed(&index.stdout)["manifests"][0]["digest"].as_str().unwrap().to_owned();
    same(printed, format!("{} {digest}\n", file.display()))
}

/// A program of the image in its own root; one for arm64 with the emulator beside it.
fn program(bundle: &Bundle, arch: &str, arguments: &[&str]) -> Command {
    if arch == "amd64" {
        return bundle.command("/", arguments);
    }
    std::fs::copy(on_path(ARM), bundle.root().join(ARM)).unwrap();
    bundle.command("/", &[&["/qemu-aarch64-static"], arguments].concat())
}

fn filters(arch: &str) -> Outcome {
    let case = project().join("chart-fixtures/cases/helm3-default");
    let (input, expected) = (std::fs::read(case.join("input.yaml"))?, std::fs::read(case.join("output.yaml"))?);
    let bundle = Bundle::unpack(Image::Tool, arch);
    let process = bundle.process();
    same([&process["user"]["uid"], &process["user"]["gid"]], [&json!(65532), &json!(65532)])?;
    same(&process["args"], &json!(["/usr/local/bin/istio-alb"]))?;
    let output = give(program(&bundle, arch, &["/usr/local/bin/istio-alb"]), &input);
    if !output.status.success() || output.stdout != expected {
        return fail(format!("{}\n{}", first_difference(&expected, &output.stdout), shown(&output)));
    }
    let version = program(&bundle, arch, &["/usr/local/bin/istio-alb", "--version"]).output()?;
    let expected = format!("istio-alb {}", env!("CARGO_PKG_VERSION"));
    match version.status.success() && String::from_utf8_lossy(&version.stdout).starts_with(&expected) {
        true => Ok(()),
        false => fail(shown(&version)),
    }
}

/// Docker, as far as kustomize needs it: runs the unpacked image as the user whose name it finds in the image.
const DOCKER: &str = r#"#!/usr/bin/env bash
set -euo pipefail
echo "$@" >> "$LOG"
[ "$1" = run ]
while [ $# -gt 1 ]; do
  [ "$1" != --user ] || user=$2
  shift
done
[ "$1" = example.com/istio-alb:1 ] || { echo "no image $1" >&2; exit 125; }
if ! line=$(grep "^$user:" "$ROOT/etc/passwd"); then
  echo "docker: Error response from daemon: unable to find user $user: no matching entries in passwd file." >&2
  exit 125
fi
IFS=: read -r _ _ uid gid _ <<< "$line"
if [ "$(id -u)" = 0 ]; then
  set -- --setgid "$gid" --setuid "$uid"
else
  set -- --map-user="$uid" --map-group="$gid"
fi
exec unshare "$@" --root "$ROOT" --wd / $ENTRYPOINT
"#;

const KUSTOMIZATION: &str = "resources: [input.yaml]\ntransformers: [istio-alb.yaml]\n";
const CONFIGURATION: &str = "\
apiVersion: istio-alb.dev/v1alpha1
kind: AlbGateway
metadata:
  name: internal
  annotations:
    config.kubernetes.io/function: |
      RUN
spec:
  ingress:
    scheme: internal
";

/// Both ways of a function give the same: the program on PATH, and the image.
fn function() -> Outcome {
    let bundle = Bundle::unpack(Image::Tool, "amd64");
    let folder = tempfile::tempdir()?;
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    std::fs::copy(project().join("chart-fixtures/cases/helm3-default/input.yaml"), folder.path().join("input.yaml"))?;
    write("kustomization.yaml", KUSTOMIZATION);
    write("docker", DOCKER);
    make_executable(&folder.path().join("docker"));
    let entrypoint = bundle.process()["args"][0].as_str().unwrap().to_owned();
    let mut path = vec![folder.path().to_owned()];
    path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap()));
    let build = |run: &str, flags: &[&str]| {
        write("istio-alb.yaml", &CONFIGURATION.replace("RUN", run));
        let mut kustomize = command(Tool::Kustomize.path(), folder.path());
        kustomize.args(["build", "--enable-alpha-plugins"]).args(flags).arg(".");
        kustomize.env("PATH", std::env::join_paths(&path).unwrap());
        kustomize.env("ROOT", bundle.root()).env("ENTRYPOINT", &entrypoint).env("LOG", folder.path().join("log"));
        kustomize.output().unwrap()
    };
    let exec = build(&format!("exec: {{path: {}}}", crate::support::binary().display()), &["--enable-exec"]);
    let container = build("container: {image: 'example.com/istio-alb:1'}", &[]);
    if !exec.status.success() || !String::from_utf8_lossy(&exec.stdout).contains("kind: Ingress") {
        return fail(shown(&exec));
    }
    if !container.status.success() || container.stdout != exec.stdout {
        return fail(format!("{}\n{}", first_difference(&exec.stdout, &container.stdout), shown(&container)));
    }
    let log = std::fs::read_to_string(folder.path().join("log"))?;
    match log.contains("--network none --user nobody") {
        true => Ok(()),
        false => fail(log),
    }
}

fn helm_runs(arch: &str) -> Outcome {
    let bundle = Bundle::unpack(Image::Argocd, arch);
    let output =
        program(&bundle, arch, &["/usr/local/bin/helm", "version", "--template", "{{.Version}} {{.GoVersion}}"])
            .output()?;
    let found = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() || !found.starts_with("v4.2") {
        return fail(shown(&output));
    }
    let output = program(&bundle, arch, &["/usr/local/bin/istio-alb", "--version"]).output()?;
    match output.status.success() {
        true => Ok(()),
        false => fail(shown(&output)),
    }
}

/// As Argo CD's plugin server runs what `plugin.yaml` in the image says, in a pod as `deploy/argocd/component` has it: with a
/// `/tmp` that can be written, and its environment. The same comes out as on this machine.
fn renders() -> Outcome {
    let bundle = Bundle::unpack(Image::Argocd, "amd64");
    let process = bundle.process();
    same([&process["user"]["uid"], &process["user"]["gid"]], [&json!(999), &json!(999)])?;
    let tmp = bundle.root().join("tmp");
    copy_folder(&project().join("chart-fixtures/gateway"), &tmp.join("_cmp_server/1/app"));
    std::fs::set_permissions(&tmp, std::fs::Permissions::from_mode(0o1777))?;
    // Every runtime brings this one; an empty file does for a program that reads it.
    std::fs::create_dir(bundle.root().join("dev"))?;
    std::fs::write(bundle.root().join("dev/null"), "")?;

    let plugin = std::fs::read(bundle.root().join("home/argocd/cmp-server/config/plugin.yaml"))?;
    let plugin = contract::parse(&plugin)?;
    let words: Vec<&str> =
        plugin["spec"]["generate"]["command"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let found = bundle.root().join("usr/local/bin").join(words[0]);
    assert!(found.is_file(), "PATH has no {}", words[0]);
    let program = format!("/usr/local/bin/{}", words[0]);
    let mut generate = bundle.command("/tmp/_cmp_server/1/app", &[&[program.as_str()], &words[1..]].concat());
    let pod = contract::parse(&std::fs::read(project().join("deploy/argocd/component/repo-server.yaml"))?)?;
    for variable in pod["spec"]["template"]["spec"]["containers"][0]["env"].as_array().unwrap() {
        generate.env(variable["name"].as_str().unwrap(), variable["value"].as_str().unwrap());
    }
    let request = Request::of_gateway();
    let mut here = request.plugin(&Tool::Helm4.path());
    for run in [&mut generate, &mut here] {
        run.env("ARGOCD_APP_NAME", "istio-ingressgateway")
            .env("ARGOCD_APP_NAMESPACE", "istio-system")
            .env("ARGOCD_APP_PARAMETERS", r#"[{"name": "scheme", "string": "internal"}]"#)
            .env("KUBE_VERSION", "1.34.2")
            .env("KUBE_API_VERSIONS", "apps/v1,v1");
    }
    let (found, expected) = (generate.output()?, here.output()?);
    if !expected.status.success() || !String::from_utf8_lossy(&expected.stdout).contains("kind: Ingress") {
        return fail(shown(&expected));
    }
    match found.status.success() && found.stdout == expected.stdout {
        true => Ok(()),
        false => fail(format!("{}\n{}", first_difference(&expected.stdout, &found.stdout), shown(&found))),
    }
}
