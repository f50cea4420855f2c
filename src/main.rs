//! Bytes in, bytes out, exit code. What happens in between is the library's.

#[cfg(target_env = "musl")]
use std::alloc::System;
use std::ffi::OsString;
use std::io::{self, ErrorKind, IoSlice, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use istio_alb::cli::commands::{self, How, Printed};
use istio_alb::cli::{self, Argocd, CheckFormat, Cli, Color, Command, CompareFormat, Parsed};
use istio_alb::config::{self, Files, Options, Settings};
use istio_alb::error::{Error, Kind, visible_lines};
use istio_alb::finding::{Finding, Severity};
use istio_alb::hosts::{argocd, helm, krm};
use istio_alb::lint;
use istio_alb::output::sources::{STDIN, Sources};
use istio_alb::output::words::Words;
use istio_alb::output::{json, text};
use istio_alb::rewrite::{Rewritten, rewrite};

mod pipes;

use pipes::Input;

#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: talc::TalcLock<spinning_top::RawSpinlock, talc::source::GlobalAllocSource<System>> =
    talc::TalcLock::new(talc::source::GlobalAllocSource::new(System));

fn main() -> ExitCode {
    let mut args: Vec<OsString> = std::env::args_os().collect();
    let env = environment();
    let function = krm::legacy(&args, variable(&env, "KUSTOMIZE_PLUGIN_CONFIG_STRING"));
    if function.is_some() {
        args.remove(1);
    }
    let code = match cli::parse(args) {
        Ok(Parsed::Print(text)) => end("", [text.as_bytes()], 0, Reader::Person),
        Ok(Parsed::Run(Cli { command, options })) => run(command.as_ref(), &options, &env, function),
        // Helm 4 shows of a failed run only stdout, so a wrong flag is refused as the filter refuses.
        Err(error) if helm::is_plugin(variable(&env, "HELM_PLUGIN_NAME")) => refuse_command_line(error, &env),
        Err(error) => {
            let code = error.kind.exit_code();
            write_messages(&error_text(&error.into(), words(&env, None)));
            code
        }
    };
    ExitCode::from(code)
}

/// Runs the filter or a command beside it. `function` is the configuration that kustomize passes to an exec function.
fn run(command: Option<&Command>, options: &Options, env: &[(String, String)], function: Option<&str>) -> u8 {
    let colored = |color: &Color| color.is_wanted(io::stdout().is_terminal(), |name| variable(env, name));
    let on =
        |read: anyhow::Result<Given>, as_is: bool, print: &dyn Fn(&Sources, &[Settings]) -> anyhow::Result<Printed>| {
            with_sources(read, as_is, options, env, &Disk, print)
        };
    let printed = match command {
        None | Some(Command::Krm) => return filter(options, env, function),
        Some(Command::Argocd { request: Argocd::Generate }) => return generate(options, env),
        // What it prints would be installed in place of the manifests.
        Some(_) if helm::awaits_manifests(variable(env, "HELM_PLUGIN_NAME"), started_by) => return no_filter(env),
        Some(Command::Argocd { request: Argocd::Parameters }) => Ok(Printed::output(argocd::parameters::announce())),
        Some(Command::Check { files, format, as_is, color }) => {
            let usual = if io::stdout().is_terminal() { CheckFormat::Full } else { CheckFormat::Text };
            let how = How { format: format.unwrap_or(usual), as_is: *as_is, colored: colored(color) };
            on(read_files(files), *as_is, &|sources, settings| Ok(commands::check(sources, settings, how)?))
                .or_else(|error| in_format(error, how.format))
        }
        Some(Command::Diff { files, color }) => {
            let colored = colored(color);
            on(read_files(files), false, &|sources, settings| {
                Ok(commands::diff(sources, settings, colored, io::stdout().is_terminal())?)
            })
        }
        Some(Command::Show { files, format, as_is }) => {
            on(read_files(files), *as_is, &|sources, settings| Ok(commands::show(sources, settings, *format, *as_is)?))
        }
        Some(Command::Init { files, output }) => {
            let is_alone = files.is_empty() && io::stdin().is_terminal();
            let read = if is_alone { Ok(Vec::new()) } else { read_files(files) };
            with_sources(read, false, options, env, &ToBeWritten, &|sources, settings| {
                let printed = commands::init((!is_alone).then(|| sources.text()), settings)?;
                match output {
                    Some(file) => write_new(file, &printed.output).map(|()| Printed::default()),
                    None => Ok(printed),
                }
            })
        }
        Some(Command::Compare { live, manifest, format }) => compare(live, manifest, *format),
        Some(Command::Export { host }) => {
            on(read_files(&[]), false, &|sources, settings| commands::export(sources.text(), settings, host))
        }
        Some(Command::Explain { id }) => commands::explain(id.as_deref()).map_err(Into::into),
        Some(Command::Schema) => Ok(Printed::output(config::schema::text())),
        Some(Command::Completions { shell }) => Ok(commands::completions(*shell)),
    };
    match printed {
        Ok(printed) => end(&printed.messages, [printed.output.as_bytes()], printed.code, Reader::Person),
        Err(error) => fail(&error),
    }
}

/// A run of `check` that failed, in a format that a program reads: it gets no empty file, which would look like an all-clear or like
/// a fault of its own.
fn in_format(error: anyhow::Error, format: CheckFormat) -> anyhow::Result<Printed> {
    let ours = error.downcast_ref().cloned().unwrap_or_else(|| Error::new(Kind::Io, format!("{error:#}")));
    match commands::failed(&ours, format) {
        Some(output) => {
            let messages = error_text(&error, Words::CommandLine);
            Ok(Printed { output, messages, code: exit_code(&error) })
        }
        None => Err(error),
    }
}

/// Compares two files, of which one may be stdin.
fn compare(live: &Path, manifest: &Path, format: CompareFormat) -> anyhow::Result<Printed> {
    let read = |path: &Path| -> anyhow::Result<Vec<u8>> {
        match path.as_os_str() == "-" {
            true => Ok(read_in()?.into_vec()),
            false => Ok(read_file(path)?.1),
        }
    };
    if live.as_os_str() == "-" && manifest.as_os_str() == "-" {
        return Err(twice());
    }
    let (live, manifest) = (read(live)?, read(manifest)?);
    Ok(commands::compare(commands::text_of(&live)?, commands::text_of(&manifest)?, format)?)
}

/// What a command was given: files, each with its name; stdin has none.
type Given = Vec<(Option<String>, Vec<u8>)>;

/// Runs a command on files or stdin, and writes the report that was asked for: what `check` says of them.
fn with_sources(
    read: anyhow::Result<Given>,
    as_is: bool,
    options: &Options,
    env: &[(String, String)],
    files: &dyn Files,
    print: &dyn Fn(&Sources, &[Settings]) -> anyhow::Result<Printed>,
) -> anyhow::Result<Printed> {
    let path = config::report(options, env)?;
    let write = |report: serde_json::Value| path.as_ref().map_or(Ok(()), |path| write_json(path, &report));
    let ready = read.and_then(|read| Ok(commands::sources(read)?)).and_then(|sources| {
        if as_is {
            commands::refuse_beside_as_is(options)?;
        }
        let settings = config::resolve(options, env, files, None, lint::REGISTRY)?;
        Ok((sources, settings))
    });
    let (sources, settings) = match ready {
        Ok(ready) => ready,
        Err(error) => {
            if let Some(error) = error.downcast_ref() {
                write(json::report_of_error(error))?;
            }
            return Err(error);
        }
    };
    if path.is_some() {
        write(commands::report(&sources, &settings, as_is))?;
    }
    print(&sources, &settings).map_err(|error| match error.downcast::<Error>() {
        Ok(error) => sources.named(error).into(),
        Err(other) => other,
    })
}

/// Reads files, or stdin where none is named; `-` is stdin, too.
fn read_files(files: &[PathBuf]) -> anyhow::Result<Given> {
    let is_stdin = |path: &Path| path == Path::new("-");
    if files.iter().all(|path| is_stdin(path)) && files.len() < 2 {
        return Ok(vec![(None, read_in()?.into_vec())]);
    }
    if files.iter().filter(|path| is_stdin(path)).count() > 1 {
        return Err(twice());
    }
    files
        .iter()
        .map(|path| if is_stdin(path) { Ok((Some(STDIN.to_owned()), read_in()?.into_vec())) } else { read_file(path) })
        .collect()
}

fn twice() -> anyhow::Error {
    Error::usage("`-` is named twice, and stdin can be read once").help("name it once").into()
}

fn read_file(path: &Path) -> anyhow::Result<(Option<String>, Vec<u8>)> {
    let name = path.display().to_string();
    match std::fs::read(path) {
        Ok(bytes) => Ok((Some(name), bytes)),
        Err(error) if error.kind() == ErrorKind::IsADirectory => {
            Err(Error::usage(format!("{name} is a folder, and manifests are read from files"))
                .help("name its files; of a chart give what `helm template` prints")
                .into())
        }
        Err(error) => {
            let meant = config::meant(path, &Disk).filter(|_| error.kind() == ErrorKind::NotFound);
            let error = Error::new(Kind::Io, format!("cannot read {name}: {error}"));
            Err(match meant {
                Some(meant) => error.help(format!("did you mean `{}`?", visible_lines(&meant))).into(),
                None => error.into(),
            })
        }
    }
}

/// What Helm runs: all of stdin is read, all of the output is ready, then it is written, and the write is checked.
fn filter(options: &Options, env: &[(String, String)], function: Option<&str>) -> u8 {
    let input = match read_in() {
        Ok(input) => input,
        Err(error) => return refuse(&error_text(&error, words(env, function)), exit_code(&error), &[], env),
    };
    match filtered(&input, options, env, function) {
        Ok(rewritten) if rewritten.is_refused() => {
            let words = words(env, function);
            let errors = text::findings(&rewritten.findings, Severity::Error, words);
            let warnings = text::findings(&warnings(&rewritten), Severity::Warning, words);
            write_messages(&warnings);
            refuse(&(errors + &text::refusal(&rewritten.findings, words)), Kind::Findings.exit_code(), &input, env)
        }
        Ok(rewritten) => {
            // Nothing is asked about Helm where there is nothing to say.
            let warns = rewritten.findings.iter().any(|finding| finding.severity >= Severity::Warning);
            let words = if warns { words(env, function) } else { Words::default() };
            let warnings = text::findings(&rewritten.findings, Severity::Warning, words);
            if words == Words::Helm
                && !io::stderr().is_terminal()
                && helm::warns_on_the_terminal(variable(env, "ISTIO_ALB_TTY"))
            {
                write_to_terminal(&visible_lines(&warnings));
            }
            let messages = warnings + &text::variables(&rewritten.variables);
            end(&messages, rewritten.pieces.iter().map(|piece| piece.as_bytes()), 0, Reader::Program)
        }
        Err(error) => {
            let code = exit_code(&error);
            refuse(&error_text(&error, words(env, function)), code, &input, env)
        }
    }
}

fn filtered<'i>(
    input: &'i [u8],
    options: &Options,
    env: &[(String, String)],
    function: Option<&str>,
) -> anyhow::Result<Rewritten<'i>> {
    let report = config::report(options, env)?;
    let settings = |function: Option<&str>| config::resolve(options, env, &Disk, function, lint::REGISTRY);
    let mut said = None;
    let result = commands::text_of(input).and_then(|text| match krm::read(text) {
        Some(list) => krm::rewrite(text, &settings(list.function_config.as_deref())?),
        None => {
            let settings = settings(function)?;
            said = report.as_ref().map(|_| commands::report(&Sources::stdin(text.to_owned()), &settings, false));
            rewrite(text, &settings)
        }
    });
    if let Some(path) = report {
        write_report(&path, &result, said)?;
    }
    Ok(result?)
}

/// The report of a run of the filter: what `check` `said` of the same manifests, where it was asked; or the error.
fn write_report(
    path: &Path,
    result: &Result<Rewritten<'_>, Error>,
    said: Option<serde_json::Value>,
) -> anyhow::Result<()> {
    if let (Ok(_), Some(said)) = (result, said) {
        return write_json(path, &said);
    }
    let run = result.as_ref().map(|run| (run.findings.as_slice(), run.not_judged.as_slice()));
    write_json(path, &json::report_of_run(run))
}

/// Writes a file that must not be there yet: what somebody wrote into it would be lost.
fn write_new(path: &Path, text: &str) -> anyhow::Result<()> {
    let name = path.display();
    match std::fs::File::create_new(path) {
        Ok(mut file) => file.write_all(text.as_bytes()).with_context(|| format!("cannot write {name}")),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            Err(Error::usage(format!("{name} is there already, and is not written over"))
                .help("name another file, compare the two, and keep what you want")
                .into())
        }
        Err(error) => Err(Error::new(Kind::Io, format!("cannot write {name}: {error}")).into()),
    }
}

fn write_json(path: &Path, report: &serde_json::Value) -> anyhow::Result<()> {
    std::fs::write(path, json::text(report)).with_context(|| format!("cannot write the report {}", path.display()))
}

/// What Argo CD runs: Helm's output, rewritten. Users read all of stderr if it fails, and nothing of it otherwise.
fn generate(options: &Options, env: &[(String, String)]) -> u8 {
    let refuse = |error: &Error| {
        write_messages(&argocd::error_text(error));
        error.kind.exit_code()
    };
    let report = match config::report(options, env) {
        Ok(report) => report,
        Err(error) => return refuse(&error),
    };
    let rendered = argocd::Request::read(options, env, &Disk)
        .and_then(|request| Ok((request.rendered(&Disk, &mut argocd::process::run)?, request)));
    let mut said = None;
    let result = match &rendered {
        Ok((output, request)) => commands::text_of(output).and_then(|text| {
            said =
                report.as_ref().map(|_| commands::report(&Sources::stdin(text.to_owned()), &request.settings, false));
            argocd::rewrite(text, &request.settings)
        }),
        Err(error) => Err(error.clone()),
    };
    if let Some(Err(error)) = report.map(|path| write_report(&path, &result, said)) {
        return fail(&error);
    }
    match result {
        Ok(rewritten) if rewritten.is_refused() => {
            write_messages(&argocd::refusal_text(&rewritten));
            Kind::Findings.exit_code()
        }
        Ok(rewritten) => {
            let messages = text::findings(&rewritten.findings, Severity::Warning, Words::ArgoCd);
            end(&messages, rewritten.pieces.iter().map(|piece| piece.as_bytes()), 0, Reader::Program)
        }
        Err(error) => refuse(&error),
    }
}

fn warnings(rewritten: &Rewritten<'_>) -> Vec<Finding> {
    rewritten.findings.iter().filter(|finding| finding.severity == Severity::Warning).cloned().collect()
}

/// Refuses a command where Helm runs us as a post-renderer.
fn no_filter(env: &[(String, String)]) -> u8 {
    let error = Error::usage("Helm installs what its post-renderer prints, and this command prints no manifests").help(
        "take the command out of --post-renderer-args; run it behind a pipe: `helm template … | istio-alb check`",
    );
    refuse_command_line(error, env)
}

/// Refuses what Helm passes on, before the manifests are looked at.
fn refuse_command_line(error: Error, env: &[(String, String)]) -> u8 {
    let code = error.kind.exit_code();
    refuse(&error_text(&error.into(), Words::Helm), code, &read_in().unwrap_or_default(), env)
}

/// A refused run: the message on stderr and the exit code, or both through Helm 4's one open channel.
fn refuse(message: &str, code: u8, input: &[u8], env: &[(String, String)]) -> u8 {
    write_messages(message);
    if helm::is_helm4(variable(env, "HELM_PLUGIN_NAME"), input) {
        match write_out([helm::refuse(message, input).as_slice()]) {
            Ok(()) => 0,
            Err(_) => code,
        }
    } else {
        if helm::is_in_skaffold(variable(env, "SKAFFOLD_CMDLINE")) {
            let _ = write_out([helm::refuse_in_skaffold(message, input).as_slice()]);
        }
        code
    }
}

fn fail(error: &anyhow::Error) -> u8 {
    write_messages(&error_text(error, Words::CommandLine));
    exit_code(error)
}

/// An error as it is printed.
fn error_text(error: &anyhow::Error, words: Words) -> String {
    match error.downcast_ref::<Error>() {
        Some(error) => format!("istio-alb: error: {}\n", words.of_error(error)),
        None => format!("istio-alb: error: {}\n", visible_lines(&format!("{error:#}"))),
    }
}

/// The words of the host that runs the filter.
fn words(env: &[(String, String)], function: Option<&str>) -> Words {
    match function {
        Some(_) => Words::Configuration,
        // It passes on no arguments.
        None if helm::is_in_skaffold(variable(env, "SKAFFOLD_CMDLINE")) => Words::Configuration,
        None if helm::runs_us(|name| variable(env, name), started_by) => Words::Helm,
        None => Words::CommandLine,
    }
}

fn exit_code(error: &anyhow::Error) -> u8 {
    error.downcast_ref::<Error>().map_or(Kind::Io, |error| error.kind).exit_code()
}

/// Who reads our stdout.
#[derive(PartialEq)]
enum Reader {
    /// A user, who may stop paging.
    Person,
    /// A program that must get everything.
    Program,
}

/// Writes messages and output. The result is `code` where all of it was written.
fn end<'p>(messages: &str, output: impl IntoIterator<Item = &'p [u8]>, code: u8, reader: Reader) -> u8 {
    write_messages(messages);
    match write_out(output) {
        Ok(()) => code,
        Err(error) if error.kind() == ErrorKind::BrokenPipe && reader == Reader::Person => 0,
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Kind::Io.exit_code(),
        Err(error) => fail(&anyhow::Error::new(error).context("cannot write to stdout")),
    }
}

fn write_out<'p>(pieces: impl IntoIterator<Item = &'p [u8]>) -> io::Result<()> {
    pipes::write_all(&mut pieces.into_iter().map(IoSlice::new).collect::<Vec<_>>())
}

/// Writes messages to stderr; a failed write is no reason to fail.
fn write_messages(messages: &str) {
    let _ = pipes::write_messages(messages.as_bytes());
}

/// Writes to the terminal of the person who started all this, if there is one. It never waits: what the terminal does not take at
/// once is left out, and in the background, where the kernel may stop whoever writes, nothing is written.
#[cfg(unix)]
fn write_to_terminal(text: &str) {
    use rustix::fs::{Mode, OFlags, open};
    let flags = OFlags::WRONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let Ok(terminal) = open("/dev/tty", flags, Mode::empty()) else { return };
    if rustix::termios::tcgetpgrp(&terminal).ok() == Some(rustix::process::getpgrp()) {
        let _ = std::fs::File::from(terminal).write_all(text.as_bytes());
    }
}

#[cfg(not(unix))]
fn write_to_terminal(_: &str) {}

/// The name of the program that started us, where the kernel tells it.
#[cfg(unix)]
fn started_by() -> Option<String> {
    let parent = rustix::process::getppid()?.as_raw_nonzero();
    Some(std::fs::read_to_string(format!("/proc/{parent}/comm")).ok()?.trim_end().to_owned())
}

#[cfg(not(unix))]
fn started_by() -> Option<String> {
    None
}

fn read_in() -> anyhow::Result<Input> {
    if io::stdin().is_terminal() {
        return Err(Error::usage("stdin is a terminal, and manifests are read from it")
            .help("pipe them in: helm template … | istio-alb; see --help")
            .into());
    }
    match pipes::read_all() {
        Ok(input) if input.len() > pipes::MOST => Err(Error::input("stdin has more than 2 GiB, and no end was seen")
            .help("look at the command before the pipe: the manifests of a release have some hundred KiB")
            .into()),
        Err(error) if error.kind() == ErrorKind::OutOfMemory => {
            Err(Error::new(Kind::Io, "the manifests on stdin need more memory than there is")
                .help(
                    "they are read to their end before anything is printed: allow more memory, or render less at once",
                )
                .into())
        }
        read => read.context("cannot read stdin"),
    }
}

/// The environment, without variables that are not UTF-8.
fn environment() -> Vec<(String, String)> {
    std::env::vars_os().filter_map(|(key, value)| Some((key.into_string().ok()?, value.into_string().ok()?))).collect()
}

fn variable<'e>(env: &'e [(String, String)], name: &str) -> Option<&'e str> {
    env.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// The file system.
struct Disk;

impl Files for Disk {
    /// A link that leads nowhere is no file that is missing: somebody has put a configuration there.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        std::fs::read(path).map_err(|error| match std::fs::read_link(path) {
            Ok(target) if error.kind() == ErrorKind::NotFound => {
                io::Error::other(format!("it is a link to {}, which is not there", target.display()))
            }
            _ => error,
        })
    }

    fn follow(&self, path: &Path) -> io::Result<PathBuf> {
        std::fs::canonicalize(path)
    }

    fn names(&self, folder: &Path) -> Vec<String> {
        let files = std::fs::read_dir(folder).into_iter().flatten().flatten().filter(|entry| entry.path().is_file());
        let mut names: Vec<String> = files.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        names
    }
}

/// The file system as `init > istio-alb.yaml` finds it: the shell has made the file that is to be written, and nothing is in it yet.
struct ToBeWritten;

impl Files for ToBeWritten {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let bytes = Disk.read(path)?;
        let is_it = bytes.is_empty() && path.file_name().is_some_and(|name| name == config::DEFAULT_FILE);
        if is_it { Err(ErrorKind::NotFound.into()) } else { Ok(bytes) }
    }

    fn follow(&self, path: &Path) -> io::Result<PathBuf> {
        Disk.follow(path)
    }

    fn names(&self, folder: &Path) -> Vec<String> {
        let mut names = Disk.names(folder);
        names.retain(|name| name != config::DEFAULT_FILE);
        names
    }
}
