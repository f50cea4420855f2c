//! What users read: findings of one kind as one, settings in the words of who runs the program, rules by their names.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::process::Output;

use support::{command, give, project};

fn case(name: &str) -> Vec<u8> {
    std::fs::read(project().join("chart-fixtures/cases").join(name).join("input.yaml")).unwrap()
}

fn run(arguments: &[&str], env: &[(&str, &str)], input: &[u8]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let mut program = command(env!("CARGO_BIN_EXE_istio-alb"), folder.path());
    program.args(arguments).envs(env.iter().copied());
    give(program, input)
}

fn stdout(arguments: &[&str], input: &[u8]) -> String {
    String::from_utf8(run(arguments, &[], input).stdout).unwrap()
}

fn stderr(arguments: &[&str], env: &[(&str, &str)], input: &[u8]) -> String {
    String::from_utf8(run(arguments, env, input).stderr).unwrap()
}

/// Eleven settings are carried over: one heading, a line each, one help.
#[test]
fn findings_of_one_kind_on_one_object_are_told_as_one() {
    let input = case("helm4-nlb-internal-allowlist");
    let said = stdout(&["check"], &input);
    assert_eq!(said.matches("[ALB095]").count(), 1, "{said}");
    assert_eq!(said.matches("`istio-alb init` writes").count(), 1, "{said}");
    let lines: Vec<usize> = said
        .lines()
        .skip_while(|line| !line.contains("[ALB095]"))
        .skip(1)
        .map_while(|line| line.strip_prefix("  line ")?.split(':').next()?.parse().ok())
        .collect();
    assert!(lines.len() > 9 && lines.is_sorted(), "{said}");
    // Programs get one for each place.
    let report: serde_json::Value = serde_json::from_str(&stdout(&["check", "--format", "json"], &input)).unwrap();
    let all = report["findings"].as_array().unwrap();
    assert_eq!(all.iter().filter(|finding| finding["id"] == "ALB095").count(), lines.len());
}

#[test]
fn a_setting_is_named_as_its_reader_types_it() {
    let input = case("helm3-default");
    let said = stderr(&[], &[], &input);
    assert!(said.contains("  help: set `--scheme=internal` or `--scheme=internet-facing`; if"), "{said}");
    for helm in [("HELM_PLUGIN_NAME", "istio-alb"), ("HELM_BIN", "helm")] {
        let said = stderr(&["--strict"], &[helm, ("ISTIO_ALB_TTY", "never")], &input);
        assert!(said.contains("`ingress.scheme: internal` (`--post-renderer-args=--scheme=internal`)"), "{said}");
        assert!(
            said.contains("by its id: `findings.allow: [ALB006, ALB024]` (`--post-renderer-args=--allow="),
            "{said}"
        );
        let said = stderr(&["--scheme internal"], &[helm], &input);
        assert!(said.contains("write `ingress.scheme: internal` (`--post-renderer-args=--scheme=internal`)"), "{said}");
    }
}

#[test]
fn rules_are_known_by_id_and_by_name() {
    let input = case("helm3-default");
    let (by_id, by_name) = ("ALB006,ALB024", "clear-text-on-http-listener,Scheme-Not-Said");
    for how in ["--allow", "--deny"] {
        let (one, other) = (run(&[how, by_id], &[], &input), run(&[how, by_name], &[], &input));
        assert_eq!((one.status.code(), &one.stdout, &one.stderr), (other.status.code(), &other.stdout, &other.stderr));
        assert_eq!(one.status.code(), Some(i32::from(how == "--deny")));
    }
    // A higher layer moves the rule, whatever the lower one calls it.
    let env = [("ISTIO_ALB_ALLOW", by_name)];
    assert_eq!(run(&["--deny", "ALB024"], &env, &input).status.code(), Some(1));
    assert_eq!(stdout(&["explain", "scheme-not-said"], b""), stdout(&["explain", "alb024"], b""));
    let said = stderr(&["explain", "scheme-not-sad"], &[], b"");
    assert!(said.contains("did you mean ALB024 (scheme-not-said)?"), "{said}");
}

#[test]
fn explain_tells_all_severities_and_lists_by_topic() {
    let said = stdout(&["explain", "ALB024"], b"");
    assert!(said.starts_with("ALB024: `scheme-not-said`, error, in milder cases warning or info: "), "{said}");
    let list = stdout(&["explain"], b"");
    assert!(list.contains("\nWho may connect\n  ALB024  error, warning, info  scheme-not-said: "), "{list}");
    assert_eq!(list.matches("\n  ALB").count(), istio_alb::lint::REGISTRY.rules().len());
}

/// What is carried over and what is not: the Ingress has the last word.
#[test]
fn a_setting_that_is_overruled_is_not_told_as_carried_over() {
    let input = case("helm4-nlb-internal-allowlist");
    let scheme = "aws-load-balancer-scheme: ";
    let said = stdout(&["check"], &input);
    assert!(said.contains(&format!("{scheme}carried over to scheme: internal\n")), "{said}");
    let said = stdout(&["check", "--scheme", "internet-facing", "--inbound-cidrs", "0.0.0.0/0"], &input);
    assert!(
        said.contains(&format!("{scheme}internal was not carried over: scheme is internet-facing (--scheme)\n")),
        "{said}"
    );
    let list = "was not carried over: inbound-cidrs is 0.0.0.0/0 (--inbound-cidrs)\n";
    assert!(said.contains(list) && !said.contains("carried over to inbound-cidrs"), "{said}");
    // Entries of the configuration stand beside those that are carried over.
    let said = stdout(&["check", "--tags", "Team=edge"], &input);
    assert!(!said.contains("was not carried over"), "{said}");
}

/// Nothing is said of the cutover while the old load balancer stays.
#[test]
fn with_attach_the_old_settings_stay() {
    let said = stdout(&["check", "--phase", "attach"], &case("helm4-nlb-internal-allowlist"));
    assert!(!said.contains("removed"), "{said}");
    assert!(!said.contains("always has node ports"), "{said}");
    assert!(said.contains("stays until the cutover"), "{said}");
}

#[test]
fn a_gateway_that_is_not_there_does_not_hide_another() {
    let input = case("helm3-default");
    let misspelt = ["--gateway", "istio-ingresgateway", "--if-missing", "pass"];
    let output = run(&misspelt, &[], &input);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), &output.stdout), (Some(0), &input));
    assert!(
        said.contains("warning[ALB135]") && said.contains("did you mean `--gateway=istio-ingressgateway`"),
        "{said}"
    );
    assert_eq!(run(&[&misspelt[..], &["--strict"]].concat(), &[], &input).status.code(), Some(1));
    // Without a gateway, or where the other one has a configuration of its own, there is nothing to say.
    assert_eq!(stderr(&["--if-missing", "pass"], &[], &case("no-gateway")), "");
}

#[test]
fn a_variable_does_not_open_in_silence_what_a_file_closes() {
    let folder = tempfile::tempdir().unwrap();
    let text = "apiVersion: istio-alb.dev/v1alpha1\nkind: AlbGateway\nspec:\n  ingress:\n    scheme: internal\n";
    std::fs::write(folder.path().join("f.yaml"), text).unwrap();
    let said = |arguments: &[&str], env: &[(&str, &str)]| {
        let mut program = command(env!("CARGO_BIN_EXE_istio-alb"), folder.path());
        program.args(["check", "--config", "f.yaml"]).args(arguments).envs(env.iter().copied());
        String::from_utf8(give(program, &case("helm3-default")).stdout).unwrap()
    };
    let by = |by: &str| format!("ingress.scheme is internet-facing ({by}), which counts over internal (f.yaml:5:13)\n");
    let env = [("ISTIO_ALB_SCHEME", "internet-facing")];
    assert!(said(&[], &env).contains(&by("ISTIO_ALB_SCHEME")), "{}", said(&[], &env));
    let annotation = ["--set", "ingress.annotations.alb.ingress.kubernetes.io/scheme=internet-facing"];
    assert!(said(&annotation, &[]).contains(&by("--set")), "{}", said(&annotation, &[]));
    assert!(!said(&["--scheme", "internal"], &[]).contains("ALB136"));
    // To attach is the careful way; a cutover that a file does not ask for takes its load balancer away.
    std::fs::write(folder.path().join("f.yaml"), text.replace("spec:", "spec:\n  phase: attach")).unwrap();
    let cutover = said(&["--phase=cutover"], &[]);
    assert!(cutover.contains("phase is cutover (--phase), which counts over attach (f.yaml:4:10)\n"), "{cutover}");
    std::fs::write(folder.path().join("f.yaml"), text).unwrap();
    assert!(!said(&["--phase=attach"], &[]).contains("ALB136"));
    // Who has a file is told what to write into it.
    let help = said(&[], &[]);
    assert!(help.contains("`ingress.certificateArns`") && !help.contains("--certificate-arn"), "{help}");
}

#[test]
fn a_name_in_a_file_is_told_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let text = "apiVersion: istio-alb.dev/v1alpha1\nkind: AlbGateway\nspec:\n  gateway: {name: istio-ingresgateway}\n";
    std::fs::write(folder.path().join("g.yaml"), text).unwrap();
    let mut program = command(env!("CARGO_BIN_EXE_istio-alb"), folder.path());
    program.args(["check", "--config", "g.yaml"]);
    let said = String::from_utf8(give(program, &case("helm3-default")).stderr).unwrap();
    assert!(
        said.starts_with("istio-alb: error: g.yaml:4:19: spec.gateway.name: no Service istio-ingresgateway"),
        "{said}"
    );
    assert!(said.contains("help: did you mean `gateway.name: istio-ingressgateway`?"), "{said}");
}

#[test]
fn what_is_no_configuration_is_refused() {
    for (name, text, code) in [
        ("empty.yaml", "", 2),
        ("empty.yaml", "# nothing\n", 2),
        ("istio-alb.yaml", "", 2),
        ("istio-alb-prod.yaml", "apiVersion: istio-alb.dev/v1alpha1\nkind: AlbGateway\n", 2),
        ("istio-alb", "apiVersion: istio-alb.dev/v1alpha1\nkind: AlbGateway\n", 2),
        ("istio-alb-values.yaml", "service: {type: NodePort}\n", 0),
    ] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(name), text).unwrap();
        let mut program = command(env!("CARGO_BIN_EXE_istio-alb"), folder.path());
        if name == "empty.yaml" {
            program.args(["--config", name]);
        }
        let output = give(program, &case("helm3-default"));
        assert_eq!(output.status.code(), Some(code), "{name} {text}: {}", support::shown(&output));
        assert_eq!(output.stdout.is_empty(), code == 2, "{name}");
    }
}

/// A program that reads a format gets it from a run that fails, too.
#[test]
fn a_run_of_check_that_fails_is_told_in_its_format() {
    let input = case("helm3-default");
    let failed = |format: &str| {
        let output = run(&["check", "--gateway", "x", "--format", format], &[], &input);
        assert_eq!(output.status.code(), Some(2));
        assert!(output.stderr.starts_with(b"istio-alb: error: no Service x found"));
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(failed("github").starts_with("::error title=istio-alb::no Service x found"), "{}", failed("github"));
    let json: serde_json::Value = serde_json::from_str(&failed("json")).unwrap();
    assert_eq!(json["error"]["exitCode"], 2);
    let sarif: serde_json::Value = serde_json::from_str(&failed("sarif")).unwrap();
    let invocation = &sarif["runs"][0]["invocations"][0];
    assert_eq!((&invocation["executionSuccessful"], &invocation["exitCode"]), (&false.into(), &2.into()));
    assert_eq!(failed("text"), "");
}

#[test]
fn what_is_no_manifest_is_told_with_its_line() {
    let said = stderr(&[], &[], b"hello world\n");
    assert!(said.starts_with("istio-alb: error: line 1 is no manifest: `hello world`\n"), "{said}");
    let said = stderr(&[], &[], b"Error: INSTALLATION FAILED: chart \"x\" not found\n");
    assert!(said.contains("an error message, and no manifests: `Error: INSTALLATION FAILED"), "{said}");
    assert_eq!(run(&["init"], &[], b"").status.code(), Some(2));
}

/// The shell makes the file before `init` runs.
#[test]
fn init_may_write_the_file_that_is_read_by_default() {
    let folder = tempfile::tempdir().unwrap();
    let init = || {
        let mut program = command(env!("CARGO_BIN_EXE_istio-alb"), folder.path());
        program.arg("init");
        give(program, &case("helm3-default"))
    };
    std::fs::write(folder.path().join("istio-alb.yaml"), "").unwrap();
    let written = init();
    assert_eq!(written.status.code(), Some(0), "{}", support::shown(&written));
    std::fs::write(folder.path().join("istio-alb.yaml"), &written.stdout).unwrap();
    assert_eq!(init().stdout, written.stdout);
}

/// The program lies beside manifests, and a script that calls it: neither is a configuration that somebody misnamed.
#[test]
fn the_program_itself_is_no_misnamed_configuration() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(env!("CARGO_BIN_EXE_istio-alb"), folder.path().join("istio-alb")).unwrap();
    let script = "#!/bin/sh\n# kind: AlbGateway, apiVersion: istio-alb.dev/v1alpha1\nexec istio-alb\n";
    std::fs::write(folder.path().join("run-istio-alb"), script).unwrap();
    let ran = give(command(env!("CARGO_BIN_EXE_istio-alb"), folder.path()), &case("helm3-default"));
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    std::fs::write(folder.path().join("istio-alb-prod"), "apiVersion: istio-alb.dev/v1alpha1\nkind: AlbGateway\n")
        .unwrap();
    let ran = give(command(env!("CARGO_BIN_EXE_istio-alb"), folder.path()), &case("helm3-default"));
    assert_eq!(ran.status.code(), Some(2));
}

/// What somebody wrote into a file is not lost, as it is behind `>`.
#[test]
fn init_writes_a_new_file_only() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("istio-alb.yaml");
    let run = || {
        let mut program = command(env!("CARGO_BIN_EXE_istio-alb"), folder.path());
        program.args(["init", "--output", "istio-alb.yaml"]);
        give(program, &case("helm4-nlb-internal-allowlist"))
    };
    let first = run();
    assert_eq!((first.status.code(), first.stdout.len(), first.stderr.len()), (Some(0), 0, 0), "{first:?}");
    let written = std::fs::read(&file).unwrap();
    assert_eq!(written, stdout(&["init"], &case("helm4-nlb-internal-allowlist")).as_bytes());
    let second = run();
    assert_eq!(second.status.code(), Some(2));
    assert_eq!(
        String::from_utf8(second.stderr).unwrap(),
        "istio-alb: error: istio-alb.yaml is there already, and is not written over\n  help: name another file, compare the two, \
         and keep what you want\n"
    );
    assert_eq!(std::fs::read(&file).unwrap(), written);
}

/// Helm would install the findings in place of the gateway.
#[test]
fn a_command_is_no_post_renderer() {
    let said = "istio-alb: error: Helm installs what its post-renderer prints, and this command prints no manifests\n  help: take the \
                command out of --post-renderer-args; run it behind a pipe: `helm template … | istio-alb check`\n";
    let plugin = [("HELM_PLUGIN_NAME", "istio-alb")];
    for helm in ["helm3-default", "helm4-default"] {
        for arguments in [&["check"][..], &["show", "--format=json"], &["schema"], &["explain"]] {
            let printed = run(arguments, &plugin, &case(helm));
            assert_eq!(String::from_utf8_lossy(&printed.stderr), said, "{helm}: {arguments:?}");
            match helm {
                "helm3-default" => assert_eq!((printed.status.code(), printed.stdout.len()), (Some(2), 0)),
                // Helm 4 refuses the first document, and shows it.
                _ => assert!(printed.stdout.starts_with(b"--- |\n  istio-alb: error: Helm installs "), "{arguments:?}"),
            }
        }
    }
    assert_eq!(run(&["check"], &[("HELM_PLUGIN_NAME", "diff")], &case("helm4-default")).status.code(), Some(0));
}

/// Files that are no manifests, and manifests that are one by mistake.
#[test]
fn what_was_not_meant_to_be_a_manifest_is_told() {
    let configuration = "# ours\napiVersion: istio-alb.dev/v1alpha1\nkind: AlbGateway\nspec: {}\n";
    let values = "service:\n  type: NodePort\n";
    let glued = "apiVersion: v1\nkind: Service\nmetadata: {name: gw}\nspec: {ports: [{name: status-port, port: 15021}]}\n\
                 apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: gw}\n";
    for (input, said) in [
        (
            configuration,
            "document 1, line 2: an AlbGateway is the configuration of istio-alb, and no manifest\n  help: take it out of the \
             manifests, and name its file with `--config=FILE`\n",
        ),
        (
            values,
            "document 1, line 1: no document is a manifest: none has a `kind`\n  help: are these the values of a chart? What is read \
             here is what `helm template` prints\n",
        ),
        (
            glued,
            "document 1, line 6: `kind` is here for the second time in one document\n  help: are these two manifests? Put a line \
             `---` between them; as it is only the last value of each key counts\n",
        ),
    ] {
        for arguments in [&["check", "--as-is"][..], &["check"], &[]] {
            assert_eq!(stderr(arguments, &[], input.as_bytes()), format!("istio-alb: error: {said}"), "{arguments:?}");
        }
    }
}

/// The last line of a run that stops says why it does.
#[test]
fn strict_says_that_it_is_why_nothing_to_judge_is_an_error() {
    let service = b"{apiVersion: v1, kind: Service, metadata: {name: gw}, spec: {ports: [{port: 80}]}}\n";
    let printed = run(&["check", "--as-is", "--strict"], &[], service);
    let said = String::from_utf8(printed.stdout).unwrap();
    assert_eq!(printed.status.code(), Some(1));
    assert!(said.ends_with("the Ingress of the filter is judged; --strict makes an error of that\n"), "{said}");
    assert!(!stdout(&["check", "--as-is"], service).contains("--strict"));
}

/// A configured port that the Service does not have: where it is configured, and in the words of the file.
#[test]
fn a_backend_port_that_is_not_there_is_told_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let spec = "apiVersion: istio-alb.dev/v1alpha1\nkind: AlbGateway\nspec:\n  ingress:\n    scheme: internal\n    backendPort: foo\n";
    std::fs::write(folder.path().join("istio-alb.yaml"), spec).unwrap();
    let mut program = command(env!("CARGO_BIN_EXE_istio-alb"), folder.path());
    program.arg("check");
    let said = String::from_utf8(give(program, &case("helm3-default")).stderr).unwrap();
    assert!(said.contains(" has no port foo for the Ingress to lead to (istio-alb.yaml:6:18)\n"), "{said}");
    assert!(
        said.contains("\n  help: choose one of its ports as `ingress.backendPort`: http2 (80), https (443)\n"),
        "{said}"
    );
    let said = stderr(&["--backend-port", "foo"], &[], &case("helm3-default"));
    assert!(
        said.contains(" to lead to (--backend-port)\n  help: choose one of its ports with `--backend-port`: "),
        "{said}"
    );
}

/// A word leads to the rules about it; a number that is none leads nowhere.
#[test]
fn explain_knows_what_rules_are_about() {
    for (word, said) in [
        ("ALB999", "; `istio-alb explain` lists them by topic\n"),
        ("scheme-not-sad", "; did you mean ALB024 (scheme-not-said)?\n"),
        ("proxy-prot", "; did you mean ALB057 (proxy-protocol)?\n"),
        ("frontend", "; about that are ALB087 (frontend-nlb-addresses), ALB105 (frontend-nlb-check-fails)\n"),
    ] {
        let printed = stderr(&["explain", word], &[], b"");
        assert!(printed.contains(said), "{word}: {printed}");
    }
}
