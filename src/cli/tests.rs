use super::*;
use crate::output::words::Words;

fn run(line: &str) -> Cli {
    match parse(line.split(' ').map(OsString::from)) {
        Ok(Parsed::Run(cli)) => cli,
        other => panic!("{other:?}"),
    }
}

fn refused(line: &str) -> String {
    match parse(line.split(' ').map(OsString::from)) {
        Err(error) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

fn printed(line: &str) -> String {
    match parse(line.split(' ').map(OsString::from)) {
        Ok(Parsed::Print(text)) => text,
        other => panic!("{other:?}"),
    }
}

fn given(cli: &Cli) -> Vec<(&str, Vec<&str>)> {
    let fields = cli.options.fields.iter();
    fields.map(|given| (given.field.path, given.values.iter().map(String::as_str).collect())).collect()
}

#[test]
fn clap_finds_nothing_wrong_with_it() {
    described().debug_assert();
}

#[test]
fn nothing_is_the_filter() {
    assert_eq!(run("istio-alb"), Cli { options: Options::default(), command: None });
}

#[test]
fn options_count_before_and_behind_the_command() {
    let cli =
        run("istio-alb --scheme internal --subnets a,b --set x=1 check --subnets c --set y=2 --strict --no-carry-over");
    let command = Command::Check { files: Vec::new(), format: None, as_is: false, color: Color::Auto };
    assert_eq!(cli.command, Some(command));
    assert_eq!(cli.options.set, ["x=1", "y=2"]);
    assert_eq!(
        given(&cli),
        [
            ("ingress.scheme", vec!["internal"]),
            ("ingress.subnets", vec!["a,b", "c"]),
            ("carryOver", vec![]),
            ("findings.strict", vec![])
        ]
    );
    let cli = run("istio-alb --config a.yaml argocd --report r.json generate --group-order -5");
    assert_eq!(cli.command, Some(Command::Argocd { request: Argocd::Generate }));
    assert_eq!(cli.options.config, Some(PathBuf::from("a.yaml")));
    assert_eq!(cli.options.report, Some(PathBuf::from("r.json")));
    assert_eq!(given(&cli), [("ingress.group.order", vec!["-5"])]);
}

#[test]
fn every_command_is_understood() {
    let command = |line: &str| run(line).command.unwrap();
    assert_eq!(command("istio-alb diff --color always"), Command::Diff { files: Vec::new(), color: Color::Always });
    assert_eq!(command("istio-alb explain ALB006"), Command::Explain { id: Some("ALB006".to_owned()) });
    assert_eq!(
        command("istio-alb show --format svg --as-is"),
        Command::Show { files: Vec::new(), format: ShowFormat::Svg, as_is: true }
    );
    assert_eq!(
        command("istio-alb init a.yaml - --output new.yaml"),
        Command::Init { files: vec!["a.yaml".into(), "-".into()], output: Some("new.yaml".into()) }
    );
    assert_eq!(
        command("istio-alb export flux"),
        Command::Export { host: Export::Flux { single: false, release: None, output: None } }
    );
    assert_eq!(command("istio-alb export kustomize"), Command::Export { host: Export::Kustomize { output: None } });
    assert_eq!(command("istio-alb argocd parameters"), Command::Argocd { request: Argocd::Parameters });
    assert_eq!(command("istio-alb schema"), Command::Schema);
    let shell = clap_complete::Shell::Fish;
    assert_eq!(command("istio-alb completions fish"), Command::Completions { shell });
}

#[test]
fn a_slip_is_told_in_two_lines() {
    assert_eq!(
        refused("istio-alb --schem internal"),
        "unexpected argument '--schem' found\n  help: did you mean `ingress.scheme`?"
    );
    let helm = Words::Helm.of_error(&parse(["istio-alb", "--schem=internal"].map(OsString::from)).unwrap_err());
    assert!(helm.ends_with("did you mean `ingress.scheme` (`--post-renderer-args=--scheme=…`)?"), "{helm}");
    assert_eq!(refused("istio-alb chek"), "unrecognized subcommand 'chek'\n  help: did you mean `check`?");
    assert_eq!(
        refused("istio-alb r.yaml"),
        "unrecognized subcommand 'r.yaml'\n  help: the filter reads stdin: `istio-alb < r.yaml`; `check`, `diff`, `show` and \
         `init` take files"
    );
    assert_eq!(
        refused("istio-alb check -n istio-system"),
        "unexpected argument '-n' found\n  help: the gateway's namespace is chosen with `gateway.namespace`"
    );
    assert_eq!(
        refused("istio-alb compare a b --gateway x"),
        "--gateway has no effect on `compare`\n  help: leave it out"
    );
    let one_argument = ["istio-alb", "--scheme internal"].map(OsString::from);
    assert_eq!(
        Words::CommandLine.of_error(&parse(one_argument).unwrap_err()),
        "unexpected argument '--scheme internal' found\n  help: this is one argument: write `--scheme=internal`"
    );
    assert_eq!(
        refused("istio-alb check --as-si"),
        "unexpected argument '--as-si' found\n  help: did you mean `--as-is`?"
    );
    assert_eq!(refused("istio-alb foo"), "unrecognized subcommand 'foo'\n  help: see --help");
    assert_eq!(
        refused("istio-alb check --format xml"),
        "invalid value 'xml' for '--format <FORMAT>'\n  help: possible values: text, full, concise, github, json, sarif"
    );
    assert_eq!(
        refused("istio-alb export"),
        "'istio-alb export' requires a subcommand but one was not provided\n  help: subcommands: flux, kustomize, help"
    );
    assert_eq!(
        refused("istio-alb --scheme"),
        "a value is required for '--scheme <VALUE>' but none was supplied\n  help: see --help"
    );
    assert_eq!(
        refused("istio-alb --eks-auto-mode=true"),
        "unexpected value 'true' for '--eks-auto-mode' found; no more were expected\n  help: it takes no value: leave that out"
    );
    assert_eq!(
        refused("istio-alb --scheme internal --scheme internal"),
        "the argument '--scheme <VALUE>' cannot be used multiple times\n  help: say it once"
    );
    assert_eq!(
        refused("istio-alb --config a --config b"),
        "the argument '--config <FILE>' cannot be used multiple times\n  help: name one file; it can have a document for each gateway"
    );
}

#[test]
fn words_of_other_programs_lead_to_ours() {
    for (line, help) in [
        ("-f values.yaml", "values are Helm's; the configuration of istio-alb is named with `--config=FILE`"),
        ("--values=values.yaml", "values are Helm's; the configuration of istio-alb is named with `--config=FILE`"),
        ("check -o json", "what is printed goes to stdout: `> FILE`; `check`, `show` and `compare` have `--format`"),
        ("--attach", "say `--phase=attach`"),
        ("--allow-list 1", "who may connect is said with `--inbound-cidrs`"),
        ("--ingress-class alb", "the class of the Ingress is `--class-name`"),
        ("--as-is", "`check` and `show` take it: `istio-alb check --as-is`"),
        ("--cluster x", "istio-alb asks neither AWS nor a cluster, so there is nothing to choose"),
        ("--nonsense x", "see --help"),
        ("--internal", "say `--scheme=internal`"),
        ("lint", "did you mean `check`?"),
        ("version", "the version is `istio-alb --version`"),
        ("template", "Helm runs istio-alb, not the other way round: `helm install … --post-renderer istio-alb`"),
        ("export argocd", "argocd runs istio-alb itself, and needs no patches: see docs/argocd.md"),
        ("export kustomise", "did you mean `kustomize`?"),
    ] {
        let args = ["istio-alb"].into_iter().chain(line.split(' ')).map(OsString::from);
        let error = Words::CommandLine.of_error(&parse(args).unwrap_err());
        assert_eq!(error.split_once("\n  help: ").map(|(_, help)| help), Some(help), "{line}: {error}");
    }
}

#[test]
fn a_level_of_findings_is_refused_where_none_is_printed() {
    let said = "--strict has no effect on `show`, which judges nothing\n  help: `istio-alb check --strict` does; `show --format html` \
                has the findings beside the picture";
    assert_eq!(refused("istio-alb show --strict"), said);
    run("istio-alb show --strict --format html");
    run("istio-alb show --strict --report a.json");
}

#[test]
fn help_says_what_the_fields_say() {
    let help = printed("istio-alb --help");
    assert!(
        help.contains("--wafv2-acl-arn <VALUE>\n          The WAFv2 web ACL, a regional one; none detaches"),
        "{help}"
    );
    for field in FIELDS.iter().filter_map(|field| field.flag) {
        assert!(help.contains(&format!("--{field}")), "{field}");
    }
    assert!(
        help.contains("--no-carry-over\n          Do not keep on the Ingress what the removed annotations"),
        "{help}"
    );
    assert!(help.contains("--eks-auto-mode\n          EKS Auto Mode does the load balancing"), "{help}");
}

#[test]
fn the_first_line_of_the_version_is_for_scripts_and_the_others_say_what_was_built() {
    let line = format!("istio-alb {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(printed("istio-alb -V"), line);
    let long = printed("istio-alb --version");
    let more = long.strip_prefix(&line).unwrap();
    let keys: Vec<&str> = more.lines().map(|line| line.split_once(": ").unwrap().0).collect();
    assert_eq!(keys, ["commit", "target", "controller"]);
    assert!(more.contains(&format!("{}-", std::env::consts::ARCH)), "{more}");
    assert!(
        more.ends_with(&format!(" {}; back to v2.1.0 with --controller-version\n", alb_controller::catalogue::CURRENT))
    );
    // Pages are the same wherever they were made.
    assert_eq!(described().get_long_version(), None);
}

#[test]
fn the_help_of_a_command_is_about_that_command() {
    let help = printed("istio-alb check --help");
    assert!(help.starts_with("Say what is wrong with manifests"), "{help}");
    assert!(help.contains("--strict") && !help.contains("--scheme"), "{help}");
    assert!(help.contains("(`istio-alb --help`) hold here, too."), "{help}");
    assert_eq!(help, printed("istio-alb help check"));
    assert!(!printed("istio-alb explain --help").contains("hold here"));
}
