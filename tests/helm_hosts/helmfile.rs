//! Helmfile 1.8.0. `helmfile diff` and `apply` want helm-diff: a stand-in says what they hand to it.

use crate::page::{self, EASTWEST, Named, behind_an_alb, run, typed, untouched, with_both, world, write_changed};
use crate::release::{Release, Way};
use crate::support::tools::Tool;
use crate::support::{Outcome, shown};
use libtest_mimic::Trial;
use std::os::unix::fs::PermissionsExt;

/// A plugin in the form that both Helms read. It does what helm-diff does with a post-renderer: it hands it on to
/// `helm template`. What differs it leaves to the test; with 2 it says that something does.
const PLUGIN: &str = "\
name: diff
version: 3.15.11
usage: stands in for helm-diff
description: stands in for helm-diff
command: $HELM_PLUGIN_DIR/diff
";
const DIFF: &str = "\
#!/usr/bin/env bash
set -euo pipefail
[ \"$1\" != version ] || { echo 3.15.11; exit; }
printf '%s\\n' \"$@\" > asked
renderer=()
for word in \"$@\"; do
  case $word in
    upgrade) ;;
    istio-ingressgateway | */gateway) renderer+=(\"$word\") ;;
    --post-renderer-args=*) renderer+=(\"$word\") ;;
    --post-renderer) renderer+=(--post-renderer istio-alb) ;;
  esac
done
\"$HELM_BIN\" template \"${renderer[@]}\" > compared
exit 2
";

pub fn trials() -> Vec<Trial> {
    let trials: &[Named] = &[
        ("what the page says", as_the_page_says),
        ("a refused run deploys nothing", refused_at_first),
        ("a refused run leaves what is there", refused_later),
        ("variables, and the file beside helmfile.yaml", without_arguments),
        ("arguments for all releases, with templates", defaults),
        ("helm-diff is asked about the same", asks_helm_diff),
    ];
    with_both("helmfile", Some(Tool::Helmfile), trials)
}

fn as_the_page_says(way: Way) -> Outcome {
    let release = world(way, "helmfile", &[Tool::Helmfile]);
    for block in page::blocks("helmfile") {
        typed(&release, &block)?;
    }
    behind_an_alb(&release, "internal");
    Ok(())
}

/// The page's helmfile.yaml, with something else changed.
fn helmfile(release: &Release, changes: &[(&str, &str)]) -> Outcome {
    write_changed(release, "helmfile", "helmfile.yaml", changes)
}

fn refused_at_first(way: Way) -> Outcome {
    let release = world(way, "helmfile-refused", &[Tool::Helmfile]);
    helmfile(&release, &[])?;
    release.write("values.yaml", EASTWEST);
    page::refused(&run(&release, "helmfile template"));
    page::refused(&run(&release, "helmfile sync"));
    untouched(&release);
    Ok(())
}

fn refused_later(way: Way) -> Outcome {
    let release = world(way, "helmfile-later", &[Tool::Helmfile]);
    helmfile(&release, &[])?;
    let done = run(&release, "helmfile sync");
    assert!(done.status.success(), "{}", shown(&done));
    let before = release.objects();
    release.write("values.yaml", EASTWEST);
    page::refused(&run(&release, "helmfile sync"));
    assert_eq!(release.objects(), before);
    assert_eq!(release.revisions(), ["1 deployed"]);
    Ok(())
}

/// Run from elsewhere: the folder of helmfile.yaml counts.
fn without_arguments(way: Way) -> Outcome {
    let release = world(way, "helmfile-file", &[Tool::Helmfile]);
    helmfile(&release, &[("  postRendererArgs: [--scheme, internal]\n", "")])?;
    release.configure("{ingress: {scheme: internal}}");
    let sync = "folder=$PWD; mkdir elsewhere; cd elsewhere; helmfile -f \"$folder/helmfile.yaml\" sync";
    let done = run(&release, sync);
    assert!(done.status.success(), "{}", shown(&done));
    behind_an_alb(&release, "internal");
    let done = run(&release, "ISTIO_ALB_SCHEME=internet-facing helmfile sync");
    assert!(done.status.success(), "{}", shown(&done));
    behind_an_alb(&release, "internet-facing");
    Ok(())
}

fn defaults(way: Way) -> Outcome {
    let release = world(way, "helmfile-defaults", &[Tool::Helmfile]);
    let ours = "  postRenderer: istio-alb\n  postRendererArgs: [--scheme, internal]\n";
    let all = "\
helmDefaults:
  postRenderer: istio-alb
  postRendererArgs: ['--load-balancer-name={{ .Release.Name }}-alb', --scheme, internal]
releases:";
    helmfile(&release, &[(ours, ""), ("releases:", all)])?;
    let done = run(&release, "helmfile sync");
    assert!(done.status.success(), "{}", shown(&done));
    behind_an_alb(&release, "internal");
    let ingress = release.state().ingress.unwrap();
    let name = &ingress["metadata"]["annotations"]["alb.ingress.kubernetes.io/load-balancer-name"];
    assert_eq!(name, "istio-ingressgateway-alb");
    Ok(())
}

fn asks_helm_diff(way: Way) -> Outcome {
    let release = world(way, "helmfile-diff", &[Tool::Helmfile]);
    let plugin = release.folder().join("data/plugins/diff");
    std::fs::create_dir_all(&plugin)?;
    std::fs::write(plugin.join("plugin.yaml"), PLUGIN)?;
    std::fs::write(plugin.join("diff"), DIFF)?;
    std::fs::set_permissions(plugin.join("diff"), std::fs::Permissions::from_mode(0o755))?;
    helmfile(&release, &[])?;
    let asked = run(&release, "helmfile diff; cat asked");
    let text = String::from_utf8_lossy(&asked.stdout);
    let flags = "\n--post-renderer\nistio-alb\n--post-renderer-args=--scheme\n--post-renderer-args=internal\n";
    assert!(asked.status.success() && text.contains(flags), "{}", shown(&asked));
    let compared = std::fs::read_to_string(release.folder().join("compared"))?;
    assert!(compared.contains("alb.ingress.kubernetes.io/scheme: internal"), "{compared}");
    untouched(&release);

    // helm-diff finds a difference, and so there is something to apply.
    let done = run(&release, "helmfile apply");
    assert!(done.status.success(), "{}", shown(&done));
    behind_an_alb(&release, "internal");
    Ok(())
}
