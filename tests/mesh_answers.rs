//! What the program says of the streams of `mesh/cases.rs`, against what came of them when they were played with a real
//! gateway (`tests/mesh.rs`). Needs nothing beside the program.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[macro_use]
#[path = "mesh/stream.rs"]
mod stream;
#[path = "mesh/cases.rs"]
mod cases;
mod support;

use cases::kept;
use serde_json::Value;
use stream::Case;

#[test]
fn the_program_says_what_the_table_says() {
    let mut wrong = Vec::new();
    for case in cases::all() {
        let found = case.findings();
        let found: Vec<(&str, &str)> = found.iter().map(|(severity, id)| (severity.as_str(), id.as_str())).collect();
        if found != case.finds {
            wrong.push(format!("{}: the program finds {found:?}, the table says {:?}", case.name, case.finds));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_gateway_answers_what_the_table_says() {
    let kept = kept();
    let mut wrong = Vec::new();
    for case in cases::all() {
        let answers = kept.get(case.name).unwrap_or(&Value::Null);
        let found =
            (in_short(&answers["443"]), in_short(&answers["80"]), answers["health"].as_str().unwrap_or_default());
        let expected = (case.https.to_owned(), case.http.to_owned(), case.health);
        if found != expected {
            wrong.push(format!("{}: the gateway answered {found:?}, the table says {expected:?}", case.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let stale: Vec<&String> = kept.keys().filter(|name| cases::all().all(|case| case.name != **name)).collect();
    assert!(stale.is_empty(), "answers without a case: {stale:?}");
}

/// What the program is for: without a warning a request goes through, with one it does not.
#[test]
fn what_is_said_to_work_works_and_nothing_else() {
    let works = |case: &Case| case.https == "200" && case.health == "healthy";
    let says = |case: &Case| Case::is_said_to_work(case.finds.iter().map(|(_, id)| *id));
    let wrong: Vec<&str> = cases::all()
        .filter(|case| (works(case) != says(case)) != case.differs.is_some())
        .map(|case| case.name)
        .collect();
    assert!(wrong.is_empty(), "the program and the gateway disagree, or the table says so and they don't: {wrong:?}");
}

/// `301 to https://…`, `502: connection refused`.
fn in_short(answer: &Value) -> String {
    let Some(status) = answer["status"].as_u64() else {
        return "no listener".to_owned();
    };
    match (answer["location"].as_str(), answer["because"].as_str()) {
        (Some(location), _) => format!("{status} to {location}"),
        (None, Some(why)) => format!("{status}: {why}"),
        (None, None) => status.to_string(),
    }
}
