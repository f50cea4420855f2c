//! What the user typed, and nothing more: no value is judged here.
//!
//! Without a subcommand the program is the filter that Helm runs. The subcommands are plain derives. The options of the
//! filter are made from the table of fields instead ([`crate::config::fields`]), so that a flag, its variable, its
//! description and its place in the configuration cannot differ; their values go on as text and are read with those of the
//! variables and files. Every option is understood before and behind a subcommand, and both count.
//!
//! The descriptions come out of the schema of the configuration and are put in only where somebody reads them.

use crate::config::fields::{FIELDS, Field, Shape};
use crate::config::reference;
use crate::error::Error;
use clap::error::ErrorKind;
use clap::{Arg, ArgAction, ArgMatches, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;

/// The command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cli {
    /// What holds for every command.
    pub options: Options,
    /// `None`: the filter.
    pub command: Option<Command>,
}

/// What the options say about the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Options {
    /// `--config FILE`
    pub config: Option<PathBuf>,
    /// `--report FILE`
    pub report: Option<PathBuf>,
    /// `--set PATH=VALUE`, in order.
    pub set: Vec<String>,
    /// The flags of fields that were given, each with its values; a switch has none.
    pub fields: Vec<(&'static Field, Vec<String>)>,
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
/// added: `helm install … --post-renderer istio-alb`. Every other byte stays as it is.
#[derive(Parser)]
#[command(name = "istio-alb", version, disable_help_subcommand = true, color = clap::ColorChoice::Never)]
struct Root {
    #[command(subcommand)]
    command: Option<Command>,
}

/// Beside the filter.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Say what is wrong with the stream on stdin; exit 1 if something is
    Check {
        /// How to print the findings
        #[arg(long, value_enum, default_value_t)]
        format: CheckFormat,
        /// Take warnings for errors
        #[arg(long)]
        strict: bool,
        /// Look at the manifests as they stand, without the rewrite
        #[arg(long)]
        as_is: bool,
    },
    /// Show what the filter would change in the stream on stdin
    Diff {
        /// Whether to colour the lines
        #[arg(long, value_enum, default_value_t)]
        color: Color,
    },
    /// Tell what a finding means, why it matters and how to mend it
    Explain {
        /// The finding: ALB006
        id: String,
    },
    /// Show the load balancer that the controller will build from the stream on stdin
    Show {
        /// How to draw it
        #[arg(long, value_enum, default_value_t)]
        format: ShowFormat,
        /// Look at the manifests as they stand, without the rewrite
        #[arg(long)]
        as_is: bool,
    },
    /// Print a commented configuration file, filled from the stream on stdin if there is one
    Init,
    /// Print the same rewrite for a host that runs no program
    Export {
        /// The host
        #[command(subcommand)]
        host: Export,
    },
    /// Be Argo CD's config management plugin
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Subcommand)]
pub enum Export {
    /// Post-renderers for a HelmRelease, and the Ingress
    Flux,
    /// A kustomize component
    Kustomize,
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
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
    /// For code scanning.
    Sarif,
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
    /// For programs.
    Json,
}

/// When `diff` colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Color {
    /// On a terminal.
    #[default]
    Auto,
    /// In any case.
    Always,
    /// Not at all.
    Never,
}

/// Reads the command line; `args` begins with the program's name.
///
/// # Errors
/// A flag or command that there is not, a value that is missing: of kind [`crate::error::Kind::Usage`].
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Parsed, Error> {
    let args: Vec<OsString> = args.into_iter().collect();
    let is_help = |arg: &OsString| arg == "-h" || arg == "--help";
    let command = if args.iter().any(is_help) { described() } else { command() };
    let matches = match command.try_get_matches_from(args) {
        Ok(matches) => matches,
        Err(error) => return told(&error),
    };
    let root = match Root::from_arg_matches(&matches) {
        Ok(root) => root,
        Err(error) => return told(&error),
    };
    Ok(Parsed::Run(Cli { options: options(&matches), command: root.command }))
}

/// The command line as clap knows it, without descriptions of the options.
#[must_use]
pub fn command() -> clap::Command {
    with_options(Root::command(), &|_| String::new())
}

/// The command line with descriptions, for help and completions.
#[must_use]
pub fn described() -> clap::Command {
    let docs = reference::sentences();
    with_options(Root::command(), &|path| docs.get(path).cloned().unwrap_or_default())
}

/// Adds the options to a command and to all below it.
fn with_options(command: clap::Command, doc: &dyn Fn(&str) -> String) -> clap::Command {
    let name = command.get_name().to_owned();
    let heading = "Options of the configuration";
    let is_root = name == "istio-alb";
    let own = [
        file("config", "Read the configuration from FILE [default: istio-alb.yaml, if it is there]"),
        Arg::new("set")
            .long("set")
            .value_name("PATH=VALUE")
            .action(ArgAction::Append)
            .help("Set a field below `spec`; VALUE is YAML: --set ingress.healthCheck.path=/ready"),
        file("report", "Write all findings to FILE, as JSON"),
    ];
    let flags = FIELDS.iter().filter_map(|field| {
        let flag = field.flag?;
        let arg = Arg::new(flag).long(flag).help(doc(field.path));
        Some(match field.shape {
            Shape::Switch | Shape::NoSwitch => arg.action(ArgAction::SetTrue),
            Shape::List => arg.value_name("LIST").action(ArgAction::Append),
            Shape::Text => arg.value_name("VALUE"),
            Shape::Yaml | Shape::Items | Shape::Map => arg.value_name("YAML").allow_negative_numbers(true),
        })
    });
    let mut command = command.mut_subcommands(|sub| with_options(sub, doc));
    for arg in own.into_iter().chain(flags) {
        command = command.arg(arg.help_heading(heading).hide_short_help(!is_root));
    }
    command
}

fn file(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name("FILE").value_parser(clap::value_parser!(PathBuf)).help(help)
}

/// What the options say, at any level of the command line.
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
            match field.shape {
                Shape::Switch | Shape::NoSwitch if matches.get_flag(flag) => options.fields.push((field, Vec::new())),
                Shape::Switch | Shape::NoSwitch => {}
                _ if matches.contains_id(flag) => options.fields.push((field, values(flag))),
                _ => {}
            }
        }
        level = matches.subcommand().map(|(_, below)| below);
    }
    options
}

/// What clap has to say: help and version to print, anything else in our own form.
fn told(error: &clap::Error) -> Result<Parsed, Error> {
    let text = error.render().to_string();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => return Ok(Parsed::Print(text)),
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => {
            return Err(Error::usage("a subcommand is missing").help("see --help"));
        }
        _ => {}
    }
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let message = lines.next().unwrap_or_default();
    let message = message.strip_prefix("error: ").unwrap_or(message).to_owned();
    let help = lines.find_map(|line| line.strip_prefix("tip: ").or(line.strip_prefix("[possible values: ")));
    let error = Error::usage(message);
    Err(match help {
        Some(values) if values.ends_with(']') => error.help(format!("possible values: {}", &values[..values.len() - 1])),
        Some(tip) => error.help(tip),
        None => error.help("see --help"),
    })
}
