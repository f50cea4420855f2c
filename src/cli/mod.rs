//! The command line: what the user typed. Values are checked by the configuration, not here.
//!
//! Without a subcommand the program is the filter that Helm runs. The subcommands are plain derives. The options of the
//! filter are made from the table of fields instead ([`crate::config::fields`]), so that a flag, its variable, its
//! description and its place in the configuration cannot differ; their values go on as text and are read with those of the
//! variables and files. Every option is understood before and behind a subcommand, and both count.
//!
//! The descriptions come from the schema of the configuration. They are added only for help and completions.

pub mod color;
pub mod commands;
mod version;

pub use color::Color;

use crate::config::arguments::{Given, Options};
use crate::config::fields::{FIELDS, Field, STRICT, Shape};
use crate::config::reference::{self, Hint};
use crate::error::{Error, visible};
use crate::help::Help;
use crate::suggest::nearest;
use clap::builder::PossibleValuesParser;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, ArgMatches, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

const NAME: &str = "istio-alb";

/// Commands that no option of the configuration changes.
const UNCONFIGURED: &[&str] = &["compare", "explain", "parameters", "schema", "completions", "help"];

/// The command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cli {
    /// What holds for every command.
    pub options: Options,
    /// `None`: the filter.
    pub command: Option<Command>,
}

impl Cli {
    /// The error for an option that the command does not read: it would be passed over in silence.
    fn without_effect(&self, command: Option<&str>) -> Option<Error> {
        let command = command.filter(|command| UNCONFIGURED.contains(command))?;
        let Options { config, report, set, fields } = &self.options;
        let flag = fields.first().map(|given| given.by.as_str());
        let flag = flag.or((!set.is_empty()).then_some("--set")).or(config.is_some().then_some("--config"));
        let flag = flag.or(report.is_some().then_some("--report"))?;
        Some(Error::usage(format!("{flag} has no effect on `{command}`")).help("leave it out"))
    }

    /// The error for a level of findings where none are printed and none stop the run.
    fn without_findings(&self) -> Option<Error> {
        let Some(Command::Show { format, .. }) = &self.command else { return None };
        let given = self.options.fields.iter().find(|given| given.field.path.starts_with("findings."))?;
        (*format != ShowFormat::Html && self.options.report.is_none()).then(|| {
            Error::usage(format!("{} has no effect on `show`, which judges nothing", given.by)).help(format!(
                "`istio-alb check {}` does; `show --format html` has the findings beside the picture",
                given.by
            ))
        })
    }
}

/// What the command line asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parsed {
    /// To run.
    Run(Cli),
    /// To print this: help or version.
    Print(String),
}

/// Put Istio's ingress gateway behind an AWS Application Load Balancer.
///
/// Reads what Helm rendered on stdin and prints it with the gateway's Service turned to NodePort and the Ingress for the ALB
/// added: `helm install … --post-renderer istio-alb --post-renderer-args=--config=istio-alb.yaml`. Every other byte stays as it is.
#[derive(Parser)]
#[command(name = NAME, bin_name = NAME, version, max_term_width = 100)]
struct Root {
    #[command(subcommand)]
    command: Option<Command>,
}

/// Beside the filter.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Say what is wrong with manifests; exit 1 if something is an error
    Check {
        /// The files, which are one stream together [default: stdin, which is `-`, too]
        #[arg(value_name = "FILE")]
        files: Vec<PathBuf>,
        /// How to print the findings [default: full on a terminal, text elsewhere]
        #[arg(long, value_enum)]
        format: Option<CheckFormat>,
        /// Look at the manifests as they stand, without the rewrite
        #[arg(long)]
        as_is: bool,
        /// Whether to use colours
        #[arg(long, value_enum, default_value_t)]
        color: Color,
    },
    /// Show what the filter would change in manifests
    Diff {
        /// The files, which are one stream together [default: stdin, which is `-`, too]
        #[arg(value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Whether to use colours
        #[arg(long, value_enum, default_value_t)]
        color: Color,
    },
    /// Tell what a finding means and how to mend it; list all without an ID
    Explain {
        /// The id or name of the finding: ALB006
        id: Option<String>,
    },
    /// Show the load balancer that the controller will build from manifests
    Show {
        /// The files, which are one stream together [default: stdin, which is `-`, too]
        #[arg(value_name = "FILE")]
        files: Vec<PathBuf>,
        /// How to draw it
        #[arg(long, value_enum, default_value_t)]
        format: ShowFormat,
        /// Look at the manifests as they stand, without the rewrite
        #[arg(long)]
        as_is: bool,
    },
    /// Compare what the cluster has with the manifests; exit 1 if something that matters differs
    ///
    /// LIVE is what `kubectl get service,ingress,gateway -o yaml` prints, MANIFEST what `helm get manifest` does; one of them may be
    /// `-`. What somebody set by hand is in no render, and is not carried over.
    Compare {
        /// The objects of the cluster
        live: PathBuf,
        /// The manifests that made them
        manifest: PathBuf,
        /// How to print the differences
        #[arg(long, value_enum, default_value_t)]
        format: CompareFormat,
    },
    /// Print a commented configuration file, filled from manifests if there are any
    ///
    /// What the Service's annotations and fields say of the load balancer is filled in, for each gateway, and over it what is
    /// configured already: by a file, variables and flags.
    Init {
        /// The files, which are one stream together [default: stdin, which is `-`, too]
        #[arg(value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Write it to NEW, a file that is not there yet [default: stdout]
        #[arg(long, value_name = "NEW")]
        output: Option<PathBuf>,
    },
    /// Print the same rewrite as patches, for a host that runs no program
    #[command(arg_required_else_help = false)]
    Export {
        /// The host
        #[command(subcommand)]
        host: Export,
    },
    /// Be a KRM function; the filter is one by itself when it reads a ResourceList
    #[command(hide = true)]
    Krm,
    /// Be Argo CD's config management plugin
    #[command(arg_required_else_help = false)]
    Argocd {
        /// What Argo CD asks for
        #[command(subcommand)]
        request: Argocd,
    },
    /// Print the JSON Schema of the configuration file
    Schema,
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// Hosts that get the rewrite as data.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum Export {
    /// Post-renderers for a HelmRelease, and the Ingress
    Flux {
        /// Make the Ingress part of the release
        #[arg(long)]
        single: bool,
        /// The HelmRelease as its manifest names it [default: as the Service]
        #[arg(long, value_name = "[NAMESPACE/]NAME")]
        release: Option<String>,
        /// Write the files into FOLDER instead of one stream
        #[arg(long, value_name = "FOLDER")]
        output: Option<PathBuf>,
    },
    /// A kustomize component
    Kustomize {
        /// Write the files into FOLDER instead of one stream
        #[arg(long, value_name = "FOLDER")]
        output: Option<PathBuf>,
    },
}

/// The plugin's requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Subcommand)]
pub enum Argocd {
    /// Render the chart in the working directory and rewrite it
    Generate,
    /// Announce the parameters
    Parameters,
}

/// How `check` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum CheckFormat {
    /// Each kind of finding on an object with its places and one help
    #[default]
    Text,
    /// The same with the lines of the manifests
    Full,
    /// A line for each finding: `file:line:column: severity[ID] message`
    Concise,
    /// Annotations of a pull request, as workflow commands of GitHub Actions
    Github,
    /// For programs: docs/check.schema.json
    Json,
    /// For code scanning
    Sarif,
}

/// How `compare` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum CompareFormat {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

/// How `show` draws.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ShowFormat {
    /// For a terminal.
    #[default]
    Tree,
    /// For Markdown.
    Mermaid,
    /// For a browser.
    Svg,
    /// A report for a change request: the picture, the findings, the settings and where each comes from.
    Html,
    /// For programs.
    Json,
}

/// Reads the command line; `args` begins with the program's name.
///
/// # Errors
/// A flag or command that there is not, a value that is missing: of kind [`crate::error::Kind::Usage`].
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Parsed, Error> {
    let args: Vec<OsString> = args.into_iter().collect();
    // Helm's usual call; making a command line to find nothing in it would be a good part of the run.
    if args.len() <= 1 {
        return Ok(Parsed::Run(Cli { options: Options::default(), command: None }));
    }
    let is_help = |arg: &OsString| arg == "-h" || arg == "--help" || arg == "help";
    let command = if args.iter().any(is_help) { described() } else { command() };
    // Where a package was built is no business of its man pages, so only who asks for it gets it.
    let command = match args.iter().any(|arg| arg == "--version") {
        true => command.long_version(&*version::text().leak()), // the program ends behind it
        false => command,
    };
    let matches = match command.try_get_matches_from(args) {
        Ok(matches) => matches,
        Err(error) => return usage_error(&error),
    };
    let root = match Root::from_arg_matches(&matches) {
        Ok(root) => root,
        Err(error) => return usage_error(&error),
    };
    let cli = Cli { options: options(&matches), command: root.command };
    match cli.without_effect(matches.subcommand_name()).or_else(|| cli.without_findings()) {
        Some(error) => Err(error),
        None => Ok(Parsed::Run(cli)),
    }
}

/// The command line as clap knows it, without descriptions of the options.
#[must_use]
pub fn command() -> clap::Command {
    bare(Root::command())
}

/// The command line with descriptions, for help and completions.
#[must_use]
pub fn described() -> clap::Command {
    explained(Root::command())
}

fn bare(command: clap::Command) -> clap::Command {
    with_options(command, &BTreeMap::new(), bare)
}

fn explained(command: clap::Command) -> clap::Command {
    with_options(command, &reference::hints(), explained)
}

/// Adds the options to a command, and lazily to the commands below it: most runs ask for none of those, and to make all options
/// for all commands took longer than the rest of the program.
fn with_options(
    command: clap::Command,
    hints: &BTreeMap<&str, Hint>,
    below: fn(clap::Command) -> clap::Command,
) -> clap::Command {
    let is_root = command.get_name() == NAME;
    let own = [
        file("config", "Read the configuration from FILE [default: istio-alb.yaml]").help_heading(CONFIGURATION),
        Arg::new("set")
            .long("set")
            .value_name("PATH=VALUE")
            .action(ArgAction::Append)
            .help("Set any field: --set ingress.healthCheck.path=/ready")
            .help_heading(CONFIGURATION),
        file("report", "Write to FILE what `check` says, as JSON").help_heading(FINDINGS),
    ];
    let flags = FIELDS.iter().filter_map(|field| {
        let flag = field.flag?;
        let hint = hints.get(field.path).cloned().unwrap_or_default();
        let arg = Arg::new(flag).long(flag).help(hint.flag).hide_short_help(!field.common);
        let arg = arg.help_heading(topic(field));
        Some(match field.shape {
            Shape::Switch | Shape::InverseSwitch => arg.action(ArgAction::SetTrue),
            Shape::List => arg.value_name("LIST").action(ArgAction::Append),
            Shape::Map => arg.value_name("KEY=VALUE").action(ArgAction::Append),
            Shape::Text if hint.values.is_empty() => arg.value_name("VALUE"),
            // For help and completions only: a flag takes `null`, too, and perhaps `${VAR}`. The program ends behind them.
            Shape::Text => {
                let words = hint.values.into_iter().map(|word| &*word.leak());
                arg.value_name("VALUE").value_parser(PossibleValuesParser::new(words)).hide_possible_values(true)
            }
            Shape::Yaml | Shape::Items => arg.value_name("YAML").allow_negative_numbers(true),
        })
    });
    let is_check = command.get_name() == "check";
    let args = own.into_iter().chain(flags).map(|arg| {
        if is_check && arg.get_id() == STRICT {
            return arg.hide_short_help(false);
        }
        let hidden = !is_root || arg.is_hide_short_help_set();
        arg.hide_short_help(hidden).hide_long_help(!is_root)
    });
    let heeds_them = !UNCONFIGURED.contains(&command.get_name());
    let command = command.args(args).mut_subcommands(|sub| sub.defer(below));
    match is_root {
        true => command.after_help(AFTER_SHORT).after_long_help(AFTER_LONG),
        false if heeds_them => {
            command.after_help("The options of the configuration (`istio-alb --help`) hold here, too.")
        }
        false => command,
    }
}

const CONFIGURATION: &str = "Configuration";
const FINDINGS: &str = "Findings";

/// The heading of a field's flag in the help.
fn topic(field: &Field) -> &'static str {
    match field.path.split('.').next() {
        Some("gateway") => "Which gateway",
        Some("service") => "Its Service",
        Some("ingress") => "The load balancer and its Ingress",
        Some("findings") => FINDINGS,
        Some("phase" | "carryOver") => CONFIGURATION,
        _ => "The cluster",
    }
}

const AFTER_SHORT: &str = "`istio-alb --help` has all options, examples and exit codes.";

const AFTER_LONG: &str = "\
Examples:
  helm upgrade gateway istio/gateway --post-renderer istio-alb \\
    --post-renderer-args=--config=istio-alb.yaml
  helm template gateway istio/gateway | istio-alb check --strict
  istio-alb check --as-is --format github rendered/*.yaml
  istio-alb diff --config istio-alb.yaml rendered/gateway.yaml
  istio-alb show --format svg rendered/gateway.yaml > gateway.svg
  istio-alb explain ALB006

Variables:
  Every option has one, for hosts that pass no arguments: ISTIO_ALB_SCHEME for --scheme,
  ISTIO_ALB_SET with one PATH=VALUE a line. A flag wins over a variable, a variable over the file.

Exit codes:
  0   done
  1   findings at error level; the filter has printed no manifest
  2   usage, configuration or input
  3   a program that istio-alb ran (Helm) failed
  70  a fault of istio-alb itself

Under Helm a flag is passed on as --post-renderer-args=--scheme=internal.

Documents, in the project's folder:
  docs/helm.md, docs/argocd.md, docs/hosts.md: how each host runs it
  docs/configuration.md: every field; docs/findings.md: every finding (also: istio-alb explain)
  docs/migration.md: from an NLB or Classic ELB to the ALB without downtime";

fn file(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name("FILE").value_parser(clap::value_parser!(PathBuf)).help(help)
}

/// The options of all levels of the command line.
fn options(matches: &ArgMatches) -> Options {
    let mut options = Options::default();
    let mut level = Some(matches);
    while let Some(matches) = level {
        let path = |name: &str| matches.get_one::<PathBuf>(name).cloned();
        let values = |name: &str| -> Vec<String> { matches.get_many(name).into_iter().flatten().cloned().collect() };
        options.config = path("config").or(options.config);
        options.report = path("report").or(options.report);
        options.set.extend(values("set"));
        for field in FIELDS {
            let Some(flag) = field.flag else { continue };
            let is_switch = matches!(field.shape, Shape::Switch | Shape::InverseSwitch);
            let given = if is_switch { matches.get_flag(flag) } else { matches.contains_id(flag) };
            if !given {
                continue;
            }
            let more = if is_switch { Vec::new() } else { values(flag) };
            match options.fields.iter_mut().find(|given| given.field == field) {
                Some(given) => given.values.extend(more),
                None => options.fields.push(Given { field, values: more, by: format!("--{flag}") }),
            }
        }
        level = matches.subcommand().map(|(_, below)| below);
    }
    options
}

/// An error of clap's: help and version are text to print, anything else is a usage error in our own form.
fn usage_error(error: &clap::Error) -> Result<Parsed, Error> {
    let text = error.render().to_string();
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        return Ok(Parsed::Print(text));
    }
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut message =
        lines.next().map(|line| line.strip_prefix("error: ").unwrap_or(line).to_owned()).unwrap_or_default();
    if message.ends_with(':') {
        message = format!("{message} {}", lines.next().unwrap_or_default());
    }
    let list = |line: &str| line.strip_prefix('[')?.strip_suffix(']').map(str::to_owned);
    let help = lines.find_map(|line| line.strip_prefix("tip: ").map(str::to_owned).or_else(|| list(line)));
    let help = flag_with_value(error).or_else(|| meant(error)).or(help.map(Help::from)).unwrap_or_else(|| match error
        .kind()
    {
        ErrorKind::TooManyValues => "it takes no value: leave that out".into(),
        ErrorKind::ArgumentConflict if message.contains("'--config") => {
            "name one file; it can have a document for each gateway".into()
        }
        ErrorKind::ArgumentConflict if message.contains("multiple times") => "say it once".into(),
        _ => "see --help".into(),
    });
    Err(Error::usage(message).help(help))
}

/// A flag and its value in one argument, as when `--post-renderer-args` was given both.
fn flag_with_value(error: &clap::Error) -> Option<Help> {
    let word = match (error.kind(), error.get(ContextKind::InvalidArg)) {
        (ErrorKind::UnknownArgument, Some(ContextValue::String(word))) => word,
        _ => return None,
    };
    let (flag, value) = word.strip_prefix("--")?.split_once(' ')?;
    let what = "this is one argument: write ";
    Some(match FIELDS.iter().find(|field| field.flag == Some(flag)) {
        Some(field) => Help::from(what).set(field.path, value),
        None => Help::from(format!("{what}`--{flag}={value}`")),
    })
}

/// Commands in the order in which they are meant by a word that is none.
const COMMANDS: [&str; 9] = ["check", "diff", "show", "init", "explain", "compare", "export", "argocd", "completions"];

/// Flags of other programs, and what is meant by them here.
const OTHER_FLAGS: &[(&[&str], &str)] = &[
    (&["-n", "--namespace"], "the gateway's namespace is chosen with [[gateway.namespace]]"),
    (&["-f", "--file", "--values"], "values are Helm's; the configuration of istio-alb is named with [[config: FILE]]"),
    (&["-c"], "the configuration is named with [[config: FILE]]"),
    (
        &["--allow-list", "--allowlist", "--whitelist", "--cidr", "--cidrs", "--source-ranges"],
        "who may connect is said with [[ingress.inboundCidrs]]",
    ),
    (&["--class", "--ingress-class", "--ingress-class-name"], "the class of the Ingress is [[ingress.className]]"),
    (
        &["--cert", "--certificate", "--certificates", "--acm"],
        "certificates are named with [[ingress.certificateArns]]",
    ),
    (&["--waf", "--waf-arn", "--acl", "--web-acl"], "a web ACL is named with [[ingress.wafv2AclArn]]"),
    (
        &["--health-check-path", "--healthcheck-path", "--health-path"],
        "the path of the health check is `--set=ingress.healthCheck.path=/ready`",
    ),
    (&["--idle-timeout"], "say `--set=ingress.loadBalancerAttributes={idle_timeout.timeout_seconds: 300}`"),
    (&["--port"], "the port of the Service is [[ingress.backendPort]], those of the ALB are [[ingress.listenPorts]]"),
    (&["--node-port", "--node-ports"], "node ports are pinned by name: `--set=service.nodePorts={https: 30443}`"),
    (&["--protocol"], "what the targets speak is [[ingress.backendProtocol]]"),
    (
        &["--name"],
        "the Ingress is named with [[ingress.name]], the ALB with [[ingress.loadBalancerName]], the gateway is chosen with [[gateway.name]]",
    ),
    (&["--domain", "--host"], "hosts are named with [[ingress.hosts]]"),
    (
        &["--region", "--cluster", "--profile", "--kubeconfig", "--context"],
        "istio-alb asks neither AWS nor a cluster, so there is nothing to choose",
    ),
    (&["--as-is"], "`check` and `show` take it: `istio-alb check --as-is`"),
    (&["--format"], "`check`, `show` and `compare` take it: `istio-alb check --format json`"),
    (&["--color", "--colour"], "`check` and `diff` take it: `istio-alb check --color always`"),
    (
        &["-o", "--output", "--out"],
        "what is printed goes to stdout: `> FILE`; `check`, `show` and `compare` have `--format`",
    ),
    (
        &["--json", "--yaml", "--sarif", "--html", "--svg"],
        "`check`, `show` and `compare` print in the form of `--format`",
    ),
    (&["--attach"], "say [[phase: attach]]"),
    (&["--cutover"], "say [[phase: cutover]]"),
    (&["--internal", "--private"], "say [[ingress.scheme: internal]]"),
    (&["--public", "--internet-facing"], "say [[ingress.scheme: internet-facing]]"),
    (&["--dry-run"], "nothing is ever applied: `istio-alb diff` shows what the filter would change"),
    (&["-v", "--verbose", "--debug"], "`istio-alb check` prints all that there is to say; the version is `--version`"),
    (
        &["-q", "--quiet", "--silent"],
        "the filter prints warnings and errors only; a warning is allowed with [[findings.allow]]",
    ),
    (
        &["--fix", "--apply", "--write", "-i", "--in-place"],
        "no file is ever changed: what `istio-alb < FILE` prints is the result",
    ),
];

/// Commands of other programs, and what is meant by them here.
const OTHER_COMMANDS: &[(&[&str], &str)] = &[
    (&["lint", "validate", "verify", "test", "audit", "scan", "analyze", "doctor"], "did you mean `check`?"),
    (&["draw", "graph", "picture", "plan", "describe"], "did you mean `show`?"),
    (&["config", "configure", "new", "create", "generate"], "did you mean `init`?"),
    (
        &["attach"],
        "the ALB is attached beside the old load balancer with [[phase: attach]]; docs/migration.md leads through it",
    ),
    (
        &["cutover", "migrate", "rollback"],
        "docs/migration.md leads through it: [[phase: attach]], then [[phase: cutover]]",
    ),
    (&["list", "rules"], "did you mean `explain`? Without an id it lists all findings"),
    (&["version"], "the version is `istio-alb --version`"),
    (
        &["render", "filter", "run", "convert", "apply", "patch", "transform"],
        "without a command istio-alb is the filter: `helm template … | istio-alb`",
    ),
    (
        &["install", "upgrade", "template"],
        "Helm runs istio-alb, not the other way round: `helm install … --post-renderer istio-alb`",
    ),
    (&["kustomize", "flux"], "did you mean `export kustomize` or `export flux`?"),
];

/// Hosts that run istio-alb themselves, so that there is nothing to export for them.
const RUNS_US: [&str; 6] = ["argocd", "argo-cd", "argo", "helm", "helmfile", "terraform"];

/// Flags that are no fields.
const OWN_FLAGS: [&str; 9] = ["config", "set", "report", "help", "version", "as-is", "format", "output", "color"];

fn of_others(word: &str, known: &[(&[&str], &'static str)]) -> Option<Help> {
    known.iter().find(|(words, _)| words.contains(&word)).map(|(_, help)| Help::from(*help))
}

/// What was meant by a flag or command that there is not.
fn meant(error: &clap::Error) -> Option<Help> {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        Some(ContextValue::Strings(texts)) => texts.first().map(String::as_str),
        _ => None,
    };
    match error.kind() {
        ErrorKind::UnknownArgument => {
            let flag = text(ContextKind::InvalidArg)?;
            let flag = flag.split_once('=').map_or(flag, |(flag, _)| flag);
            if let Some(help) = of_others(flag, OTHER_FLAGS) {
                return Some(help);
            }
            // What clap takes for similar is too far away: `--region` for `--version`.
            let flags: Vec<&str> = FIELDS.iter().filter_map(|field| field.flag).chain(OWN_FLAGS).collect();
            let Some(near) = flag.strip_prefix("--").and_then(|flag| nearest(flag, &flags)) else {
                return Some("see --help".into());
            };
            match FIELDS.iter().find(|field| field.flag == Some(near)) {
                Some(field) => Some(Help::from("did you mean ").name(field.path).then("?")),
                None => Some(format!("did you mean `--{near}`?").into()),
            }
        }
        ErrorKind::InvalidSubcommand => {
            let word = text(ContextKind::InvalidSubcommand)?;
            if word.contains('/') || [".yaml", ".yml", ".json"].iter().any(|end| word.ends_with(end)) {
                let word = visible(word);
                return Some(Help::from(format!(
                    "the filter reads stdin: `istio-alb < {word}`; `check`, `diff`, `show` and `init` take files"
                )));
            }
            let is_export = matches!(error.get(ContextKind::Usage), Some(ContextValue::StyledStr(usage)) if usage.to_string().contains("istio-alb export"));
            if is_export {
                return Some(match RUNS_US.contains(&word) {
                    true => {
                        let page = match word {
                            "argocd" | "argo-cd" | "argo" => "docs/argocd.md",
                            "helm" => "docs/helm.md",
                            _ => "docs/hosts.md",
                        };
                        format!("{word} runs istio-alb itself, and needs no patches: see {page}").into()
                    }
                    false => format!("did you mean `{}`?", nearest(word, &["flux", "kustomize"])?).into(),
                });
            }
            of_others(word, OTHER_COMMANDS)
                .or_else(|| Some(Help::from(format!("did you mean `{}`?", nearest(word, &COMMANDS)?))))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
