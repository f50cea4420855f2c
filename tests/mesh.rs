//! A request goes through: what the program prints and shows, with a real API server, istiod, Istio's agent and Envoy behind
//! it. Played are the ALB (from `show --format json`), the pod's object, and what controllers would write.
//!
//! What comes of each case is kept in `mesh/answers.json`; `ISTIO_ALB_BLESS=1` writes it. `tests/mesh_answers.rs` compares what
//! the program says with it, where none of this can run.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::exit)]
#![cfg(target_os = "linux")]

#[macro_use]
#[path = "mesh/stream.rs"]
mod stream;
#[path = "mesh/alb.rs"]
mod alb;
#[path = "mesh/backend.rs"]
mod backend;
#[path = "mesh/cases.rs"]
mod cases;
#[path = "mesh/certificate.rs"]
mod certificate;
#[path = "mesh/gateway.rs"]
mod gateway;
#[path = "mesh/http.rs"]
mod http;
#[path = "mesh/istiod.rs"]
mod istiod;
#[path = "mesh/process.rs"]
mod process;
#[path = "mesh/random.rs"]
mod random;
#[path = "mesh/routes.rs"]
mod routes;
#[path = "mesh/sandbox.rs"]
mod sandbox;
#[path = "mesh/settled.rs"]
mod settled;
mod support;
#[path = "mesh/trial.rs"]
mod trial;

use certificate::Certificate;
use istiod::{Istiod, NEWEST};
use libtest_mimic::{Arguments, Trial};
use sandbox::Sandbox;
use serde_json::Value;
use std::sync::{Mutex, PoisonError};
use stream::Case;
use support::tools::{Need, Tool, gated};
use support::{Outcome, cluster, fail};

/// What all trials share, for as long as they run.
struct World {
    istiod: Istiod,
    certificate: Certificate,
}

static WORLD: Mutex<Option<World>> = Mutex::new(None);

impl World {
    fn start() -> World {
        let certificate = Certificate::new();
        let istiod = Istiod::start(cluster::get(), NEWEST);
        istiod::apply(istiod.cluster, backend::entries().as_bytes());
        backend::start(&certificate);
        World { istiod, certificate }
    }
}

fn main() {
    let mut arguments = Arguments::from_args();
    // There is one address for a pod, and all of its ports belong to one gateway.
    arguments.test_threads = Some(1);
    let mut needs = NEWEST.needs();
    needs.extend([Tool::PilotAgent, Tool::Envoy].map(Need::Tool));
    match Sandbox::find() {
        Sandbox::Inside => sandbox::end_with_the_outside(),
        Sandbox::Outside(command) => std::process::exit(sandbox::enter(command)),
        Sandbox::Closed(why) => needs.push(Need::Namespace(why)),
    }
    let mut trials: Vec<Trial> = cases::all().map(|case| gated(case.name, needs.clone(), move || run(case))).collect();
    for seed in random::wanted().into_iter().flatten() {
        trials.push(gated(format!("random {seed}"), needs.clone(), move || run_random(seed)));
    }
    let done = libtest_mimic::run(&arguments, trials);
    drop(WORLD.lock().unwrap_or_else(PoisonError::into_inner).take());
    cluster::stop();
    done.exit();
}

fn run(case: &'static Case) -> Outcome {
    let mut world = WORLD.lock().unwrap_or_else(PoisonError::into_inner);
    let world = world.get_or_insert_with(World::start);
    let answers = trial::play(case, &world.istiod, &world.certificate)?.json();
    if std::env::var_os("ISTIO_ALB_BLESS").is_some() {
        cases::keep(case.name, &answers);
    }
    match cases::kept().get(case.name) {
        Some(kept) if *kept == answers => Ok(()),
        kept => fail(format!("expected: {:#}\nfound: {answers:#}", kept.unwrap_or(&Value::Null))),
    }
}

fn run_random(seed: u64) -> Outcome {
    let mut world = WORLD.lock().unwrap_or_else(PoisonError::into_inner);
    let world = world.get_or_insert_with(World::start);
    let case = random::case(seed);
    let Ok(found) = case.judged() else {
        return Ok(()); // The configuration does not go with the stream, and nothing is made of it.
    };
    let answers = trial::play(&case, &world.istiod, &world.certificate)?;
    let goes_through = answers.https.as_ref().is_some_and(|answer| answer.status == 200) && answers.health == "healthy";
    let is_refused = found.iter().any(|(severity, _)| severity == "error");
    let is_said_to_work = Case::is_said_to_work(found.iter().map(|(_, id)| id.as_str()));
    // A warning may be about another server.
    if if goes_through { !is_refused } else { !is_said_to_work } {
        return Ok(());
    }
    fail(format!("the program finds {found:?}, and the gateway answers {:#}\n{}", answers.json(), case.stream()))
}
