//! From start to end, as Helm runs the program: against `cat` on the same bytes, against a static program that reads all and writes
//! all, against kustomize doing the same job, and against itself on twice as much. Prints a table of ratios and asserts nothing about
//! time: machines differ, and so do their quiet hours. The spread is that of the middle half of the runs.
//!
//! `cargo bench --bench start_to_end` (the release build; `ISTIO_ALB_BENCH=/path/to/istio-alb` measures another one,
//! such as the static build that is shipped). The runs of the programs alternate, so that a noisy moment hits them all.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const RENDER_RUNS: usize = 200;
const KUSTOMIZE_RUNS: usize = 10;
const HUGE_RUNS: usize = 7;
const HUGE_BYTES: usize = 100_000_000;
const GROWTH_RUNS: usize = 5;

fn main() {
    // `cargo test --benches` runs this too; there it only has to build.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let program = std::env::var_os("ISTIO_ALB_BENCH").unwrap_or_else(|| env!("CARGO_BIN_EXE_istio-alb").into());
    let program = PathBuf::from(program);
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("chart-fixtures/cases");
    let render = std::fs::read(cases.join("helm3-nlb-external/input.yaml")).unwrap();

    println!("{:<44} {:>10} {:>16} {:>10} {:>12}", "", "median ms", "spread ms", "least ms", "times of cat");
    let us = Job::new("istio-alb", &program, &[], folder.path());
    let cat = Job::new("cat", Path::new("cat"), &[], folder.path());
    let copy = copying_program(folder.path()).map(|program| Job::new("copy, static", &program, &[], folder.path()));
    let measures: Vec<&Job> = std::iter::once(&cat).chain(&copy).chain([&us]).collect();
    report(&format!("one render ({} bytes)", render.len()), &measures, &render, RENDER_RUNS);

    stage_kustomization(folder.path(), &render);
    let kustomizers = [
        Job::new("kustomize build", &kustomize(), &["build", "kustomize"], folder.path()),
        Job::new("kubectl kustomize", Path::new("kubectl"), &["kustomize", "kustomize"], folder.path()),
    ];
    let there: Vec<&Job> = kustomizers.iter().filter(|job| job.runs()).collect();
    if there.is_empty() {
        println!("kustomize: not here; tests/tools/install.sh kustomize-5.8.1 brings it");
    } else {
        report("the same job", &[&[&cat, &us], &there[..]].concat(), &render, KUSTOMIZE_RUNS);
    }

    let huge = huge_stream(&render);
    report(&format!("{} MB, gateway in the middle", huge.len() / 1_000_000), &measures, &huge, HUGE_RUNS);
    match us.run(&huge).peak {
        Some(peak) => {
            println!("{:<44} {:.3} times the input", "  peak memory of istio-alb", peak as f64 / huge.len() as f64)
        }
        None => println!("  peak memory: only told on Linux"),
    }

    let check = Job::new("check", &program, &["check", "--as-is"], folder.path());
    println!("\n{:<44} {:>10} {:>10} {:>12}", "growth, 2 is linear", "ms", "ms, twice", "times");
    let with = |more: &dyn Fn(usize) -> String, many: usize| -> Vec<u8> {
        let more: String = (0..many).map(more).collect();
        [&render[..], more.as_bytes()].concat()
    };
    grow("documents", 100_000, &us, |many| with(&config_map, many));
    grow("Services", 4_000, &us, |many| with(&service, many));
    grow("annotations of the gateway", 8_000, &us, annotated);
    grow("annotations of an Ingress, check", 4_000, &check, |many| [&render[..], ingress(0, many).as_bytes()].concat());
    grow("Ingresses of one group, check", 1_000, &check, |many| with(&|number| ingress(number, 0), many));
}

/// Runs a job on `many` things and on twice as many, and prints the least times.
fn grow(what: &str, many: usize, job: &Job, input: impl Fn(usize) -> Vec<u8>) {
    let inputs = [input(many), input(2 * many)];
    let mut least = [Duration::MAX; 2];
    for _ in 0..GROWTH_RUNS {
        for (input, least) in inputs.iter().zip(&mut least) {
            *least = job.run(input).time.min(*least);
        }
    }
    let [once, twice] = least.map(|time| time.as_secs_f64() * 1e3);
    println!("  {:<42} {once:>10.1} {twice:>10.1} {:>12.2}", format!("{many} {what}"), twice / once);
}

fn config_map(number: usize) -> String {
    format!("---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c{number}\ndata:\n  a: b\n")
}

fn service(number: usize) -> String {
    format!(
        "---\napiVersion: v1\nkind: Service\nmetadata:\n  name: s{number}\nspec:\n  selector:\n    app: s{number}\n  ports:\n  \
         - name: http\n    port: 80\n"
    )
}

/// A gateway with so many annotations that go with its old load balancer.
fn annotated(many: usize) -> Vec<u8> {
    let annotations: String =
        (0..many).map(|number| format!("    service.beta.kubernetes.io/aws-load-balancer-x{number}: v\n")).collect();
    format!(
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: gateway\n  annotations:\n{annotations}spec:\n  type: LoadBalancer\n  \
         ports:\n  - name: status-port\n    port: 15021\n"
    )
    .into_bytes()
}

/// An Ingress of a group, with so many annotations that no controller knows.
fn ingress(number: usize, annotations: usize) -> String {
    let more: String = (0..annotations).map(|number| format!("    alb.ingress.kubernetes.io/x{number}: v\n")).collect();
    format!(
        "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: i{number}\n  namespace: istio-system\n  \
         annotations:\n    kubernetes.io/ingress.class: alb\n    alb.ingress.kubernetes.io/group.name: edge\n{more}spec:\n  rules:\n  \
         - host: h{number}.example.com\n    http:\n      paths:\n      - path: /\n        pathType: Prefix\n        backend: \
         {{service: {{name: istio-ingressgateway, port: {{number: 443}}}}}}\n"
    )
}

/// A program that reads stdin and writes stdout.
struct Job {
    name: String,
    program: PathBuf,
    arguments: Vec<String>,
    folder: PathBuf,
}

struct Run {
    time: Duration,
    peak: Option<u64>,
    success: bool,
}

impl Job {
    fn new(name: &str, program: &Path, arguments: &[&str], folder: &Path) -> Job {
        let arguments = arguments.iter().map(ToString::to_string).collect();
        Job { name: name.into(), program: program.into(), arguments, folder: folder.into() }
    }

    fn runs(&self) -> bool {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).current_dir(&self.folder).stdin(Stdio::null());
        command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
    }

    /// One run through pipes on both sides, as Helm does it.
    fn run(&self, input: &[u8]) -> Run {
        let mut command = Command::new(&self.program);
        // Variables of the tests and of this bench are no settings of the program.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("ISTIO_ALB_") {
                command.env_remove(name);
            }
        }
        let start = Instant::now();
        let mut child = command
            .args(&self.arguments)
            .current_dir(&self.folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (mut stdin, mut stdout, id) = (child.stdin.take().unwrap(), child.stdout.take().unwrap(), child.id());
        let peak = std::thread::scope(|scope| {
            // A program that does not read its stdin closes it early: no error of ours.
            scope.spawn(move || drop(stdin.write_all(input)));
            let mut buffer = vec![0; 1 << 16];
            let mut peak = None;
            while let Ok(read) = stdout.read(&mut buffer) {
                if read == 0 {
                    break;
                }
                // Output is written when all of it is ready: with its first bytes the peak is behind us.
                if peak.is_none() {
                    peak = peak_memory(id);
                }
            }
            peak
        });
        let success = child.wait().unwrap().success();
        Run { time: start.elapsed(), peak, success }
    }
}

/// The most memory that a running process has held, in bytes.
fn peak_memory(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

/// Runs the jobs in turn and prints a line for each; the first one is the measure.
fn report(title: &str, jobs: &[&Job], input: &[u8], runs: usize) {
    println!("{title}");
    let mut times = vec![Vec::new(); jobs.len()];
    for _ in 0..runs {
        for (job, times) in jobs.iter().zip(&mut times) {
            let run = job.run(input);
            assert!(run.success, "{} failed", job.name);
            times.push(run.time);
        }
    }
    let mut measure = None;
    for (job, times) in jobs.iter().zip(&mut times) {
        times.sort();
        let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
        let (median, least) = (milliseconds(times[times.len() / 2]), milliseconds(times[0]));
        let [from, to] = [1, 3].map(|quarters| milliseconds(times[times.len() * quarters / 4]));
        let measure = *measure.get_or_insert(median);
        let spread = format!("{from:.2}–{to:.2}");
        println!("  {:<42} {median:>10.2} {spread:>16} {least:>10.2} {:>12.2}", job.name, median / measure);
    }
}

/// A program that copies, linked statically where Rust has what that takes.
fn copying_program(folder: &Path) -> Option<PathBuf> {
    let program = folder.join("copy");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/copy/copy.rs");
    let compile = |target: &[&str]| {
        let mut rustc = Command::new("rustc");
        rustc.args(["--edition=2024", "-Copt-level=3", "-Cpanic=abort", "-Cstrip=symbols"]).args(target);
        rustc.arg(&source).arg("-o").arg(&program).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
    };
    let musl = ["--target=x86_64-unknown-linux-musl", "-Clinker=rust-lld"];
    (compile(&musl) || compile(&["-Ctarget-feature=+crt-static"])).then_some(program)
}

/// Documents of others around one gateway: ConfigMaps, Deployments, Services, as a large umbrella chart has them.
fn huge_stream(gateway: &[u8]) -> Vec<u8> {
    let mut stream = Vec::with_capacity(HUGE_BYTES + (1 << 20));
    let mut number = 0;
    let mut fill = |stream: &mut Vec<u8>, until: usize| {
        while stream.len() < until {
            number += 1;
            write!(
                stream,
                "---\n# Source: umbrella/templates/app-{number}.yaml\napiVersion: v1\nkind: Service\nmetadata:\n  name: \
                 app-{number}\nspec:\n  selector: {{app: app-{number}}}\n  ports:\n  - port: 80\n---\n# Source: \
                 umbrella/templates/app-{number}.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: app-{number}\ndata:\n  \
                 text: |\n"
            )
            .unwrap();
            for line in 0..400 {
                writeln!(stream, "    setting-{line}: a value --- with text behind it, as settings have it").unwrap();
            }
        }
    };
    fill(&mut stream, HUGE_BYTES / 2);
    stream.extend_from_slice(gateway);
    fill(&mut stream, HUGE_BYTES);
    stream
}

fn stage_kustomization(folder: &Path, render: &[u8]) {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/kustomize");
    let to = folder.join("kustomize");
    std::fs::create_dir_all(&to).unwrap();
    for file in ["kustomization.yaml", "ingress.yaml"] {
        std::fs::copy(from.join(file), to.join(file)).unwrap();
    }
    std::fs::write(to.join("gateway.yaml"), render).unwrap();
}

/// The pinned kustomize, else the one on PATH.
fn kustomize() -> PathBuf {
    let cache = std::env::var_os("ISTIO_ALB_TOOLS").map(PathBuf::from).unwrap_or_else(|| {
        let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
        let home = || PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cache");
        cache.unwrap_or_else(home).join("istio-alb")
    });
    let pinned = cache.join("bin/kustomize-5.8.1");
    if pinned.exists() { pinned } else { "kustomize".into() }
}
