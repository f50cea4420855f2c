//! The model and the findings against what the controller's own code answered: every verdict that can be told from the
//! manifests, every model that it built, the finding that each refusal or dead end must have, and no error where all is well.
//!
//! The recorded answers are found through `ISTIO_ALB_TEST_DATA` (folder `controller`), since they are not part of the project.
//! Without it the tests are ignored.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use alb_controller::model::{Options, build, show_json};
use istio_alb::finding::{Finding, Severity};
use istio_alb::lint;
use kubernetes_objects::object;
use libtest_mimic::{Arguments, Failed, Trial};
use manifest_yaml::stream::Stream;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn main() {
    let arguments = Arguments::from_args();
    let trials = match std::env::var_os("ISTIO_ALB_TEST_DATA") {
        Some(folder) => cases(&PathBuf::from(folder).join("controller")),
        None => {
            let missing = || Err(Failed::from("ISTIO_ALB_TEST_DATA is not set"));
            vec![Trial::test("controller", missing).with_ignored_flag(true)]
        }
    };
    libtest_mimic::run(&arguments, trials).exit();
}

fn cases(folder: &Path) -> Vec<Trial> {
    let expected = std::fs::read_to_string(folder.join("expected.csv")).expect("expected.csv");
    let rows = expected.lines().skip(1).filter(|line| !line.is_empty());
    let recorded = rows.map(|row| {
        let mut fields = row.split(',');
        let mut next = || fields.next().unwrap_or_default().to_owned();
        let (case, outcome, decidable) = (next(), next(), next() == "yes");
        let rule = next().split_whitespace().next().map(str::to_owned);
        let folder = folder.join("cases").join(&case);
        Trial::test(case, move || {
            compare(&folder, &outcome, decidable)?;
            compare_findings(&folder, rule.as_deref())
        })
    });
    recorded.chain(found_at_random(&folder.join("random/found"))).collect()
}

/// Inputs that came up at random, where the controller had answered otherwise than the model.
fn found_at_random(folder: &Path) -> Vec<Trial> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    folders.sort();
    let name = |folder: &Path| format!("random/{}", folder.file_name().unwrap_or_default().to_string_lossy());
    folders.into_iter().map(|folder| Trial::test(name(&folder), move || compare_found(&folder))).collect()
}

fn compare_found(folder: &Path) -> Result<(), Failed> {
    let text = std::fs::read_to_string(folder.join("input.yaml"))?;
    let wanted: Value = serde_json::from_str(&std::fs::read_to_string(folder.join("expected.json"))?)?;
    let shown = show_json(&build(&objects(&text), &Options::default()));
    let got = json!({"verdict": shown["verdict"], "message": shown["message"],
        "groups": if wanted["verdict"] == "built" { pick(&wanted["groups"], shown["groups"].clone()) } else { json!([]) }});
    let wanted = pick(&got, wanted);
    if wanted != got {
        return Err(difference(&wanted, &got, "").into());
    }
    let found = lint::check_stream(&text, &[]).map_err(|error| error.to_string())?.findings;
    // An empty value is an error even where it does no harm.
    let is_error = |finding: &Finding| finding.severity == Severity::Error && finding.rule.id != "ALB029";
    let is_refused = found.iter().any(is_error);
    match is_refused == (wanted["verdict"] == "refused") {
        true => Ok(()),
        false => Err(format!("verdict {}, and errors: {is_refused}", wanted["verdict"]).into()),
    }
}

fn compare(folder: &Path, outcome: &str, decidable: bool) -> Result<(), Failed> {
    let text = std::fs::read_to_string(folder.join("input.yaml"))?;
    let result: Value = serde_json::from_str(&std::fs::read_to_string(folder.join("result.json"))?)?;
    let model = build(&objects(&text), &Options::default());
    let shown = show_json(&model);
    let verdict = shown["verdict"].as_str().unwrap_or_default();
    if !decidable || outcome == "nondeterministic" {
        return match verdict {
            "unknown" | "built" | "ignored" | "refused" => Ok(()),
            other => Err(format!("no verdict: {other}").into()),
        };
    }
    let wanted = match outcome {
        "built" | "ignored" => outcome,
        _ => "refused",
    };
    if verdict != wanted {
        let controller = error_of(&result);
        return Err(format!("verdict {verdict} ({}), controller {outcome}: {controller}", shown["message"]).into());
    }
    if wanted == "refused" && !shown["message"].as_str().unwrap_or_default().contains(&error_of(&result)) {
        return Err(format!("message {}, controller: {}", shown["message"], error_of(&result)).into());
    }
    if wanted == "built" {
        let Some(wanted) = expected(&result, &text) else {
            return Ok(());
        };
        let got = pick(&wanted, shown["groups"].clone());
        if wanted != got {
            return Err(difference(&wanted, &got, "groups").into());
        }
    }
    Ok(())
}

/// The first rule of the row is an error; without one nothing is.
fn compare_findings(folder: &Path, rule: Option<&str>) -> Result<(), Failed> {
    let text = std::fs::read_to_string(folder.join("input.yaml"))?;
    let errors: Vec<&str> = lint::check_stream(&text, &[])
        .map_err(|error| error.to_string())?
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .map(|finding| finding.rule.id)
        .collect();
    match rule {
        Some(rule) if !errors.contains(&rule) => Err(format!("{rule} is not an error; errors are {errors:?}").into()),
        None if !errors.is_empty() => Err(format!("no error is expected, and there are {errors:?}").into()),
        _ => Ok(()),
    }
}

/// What the controller said, where its words are its own: a panic and the decoder's prefix are worded by us.
fn error_of(result: &Value) -> String {
    let of_group =
        |key: &str| result["groups"].as_array().and_then(|groups| groups.iter().find_map(|g| g[key].as_str()));
    let of_ingress =
        || result["ingresses"].as_array().and_then(|all| all.iter().find_map(|i| i["group_id_error"].as_str()));
    let decode = || result["decode_errors"][0].as_str().and_then(|error| Some(error.split_once("): ")?.1));
    let error = result["webhook_error"].as_str();
    let error = error.or_else(of_ingress).or_else(|| of_group("group_load_error")).or_else(|| of_group("build_error"));
    let error = error.or_else(decode).unwrap_or_default();
    if error.starts_with("PANIC") { "panics".to_owned() } else { error.to_owned() }
}

fn objects(text: &str) -> Vec<Value> {
    let read = object::read_all(&Stream::split(text));
    assert_eq!(read.unreadable, []);
    read.objects.into_iter().map(|object| object.value).collect()
}

/// What the controller built, less what nobody can know from the manifests. `None` where there is no one load balancer.
fn expected(result: &Value, text: &str) -> Option<Value> {
    let allocated = allocated(result);
    let known_port = |port: &Value| match port.as_i64() {
        Some(number) if allocated.contains(&number) => Value::Null,
        _ => port.clone(),
    };
    let or = |value: &Value, default: Value| {
        if value.is_null() { default } else { value.clone() }
    };
    let mut groups = Vec::new();
    for group in result["groups"].as_array()? {
        let summary = group.get("summary")?;
        let load_balancers = summary["loadBalancers"].as_array()?;
        let other = summary.as_object()?.keys().any(|key| key.starts_with("other:"));
        let [lb] = load_balancers.as_slice() else {
            return None;
        };
        if other {
            return None;
        }
        let generated = lb["name"].as_str()?.starts_with("k8s-");
        let inbound: BTreeSet<String> = summary["managedSecurityGroups"]
            .as_array()
            .into_iter()
            .flatten()
            .flat_map(|sg| sg["inbound"].as_array().cloned().unwrap_or_default())
            .filter_map(|rule| rule.as_str().map(str::to_owned))
            .collect();
        let mut members: Vec<Value> = group["members"].as_array()?.clone();
        members.sort_by_key(|member| member.as_str().map(str::to_owned));
        let mut listeners = summary["listeners"].as_array().cloned().unwrap_or_default();
        listeners.sort_by_key(|listener| listener["port"].as_i64());
        let listeners: Vec<Value> = listeners
            .iter()
            .map(|l| {
                let rules: Vec<Value> = l["rules"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .map(|r| {
                        json!({
                            "priority": r["priority"], "conditions": r["conditions"], "actions": r["actions"],
                            "transforms": or(&r["transforms"], json!([])),
                        })
                    })
                    .collect();
                json!({
                    "port": l["port"], "protocol": l["protocol"], "sslPolicy": l["sslPolicy"],
                    "certificates": or(&l["certificates"], json!([])),
                    "mutualAuthentication": l["mutualAuthentication"],
                    "defaultActions": l["defaultActions"], "rules": rules,
                })
            })
            .collect();
        let mut targets = summary["targetGroups"].as_array().cloned().unwrap_or_default();
        targets.sort_by_key(|target| target["id"].as_str().map(str::to_owned));
        let targets: Vec<Value> = targets
            .iter()
            .map(|t| {
                let mut check = t["healthCheck"].clone();
                check["port"] = known_port(&check["port"]);
                json!({
                    "id": t["id"], "targetType": t["targetType"], "protocol": t["protocol"],
                    "protocolVersion": t["protocolVersion"], "ipAddressType": t["ipAddressType"],
                    "port": known_port(&t["port"]), "healthCheck": check, "attributes": or(&t["attributes"], json!({})),
                })
            })
            .collect();
        groups.push(known(
            json!({
                "group": group["group"], "members": members,
                "loadBalancer": {
                    "name": if generated { Value::Null } else { lb["name"].clone() },
                    "scheme": lb["scheme"], "ipAddressType": lb["ipAddressType"],
                    "attributes": or(&lb["attributes"], json!({})), "tags": or(&lb["tags"], json!({})),
                },
                "inbound": inbound, "listeners": listeners, "targetGroups": targets,
                "wafv2": summary["wafv2"]["webACLARN"], "shield": summary["shield"]["enabled"],
            }),
            text,
        ));
    }
    groups.sort_by_key(|group| group["group"].as_str().map(str::to_owned));
    (!groups.is_empty()).then_some(Value::Array(groups))
}

/// Node ports that the harness chose in the API server's place.
fn allocated(result: &Value) -> BTreeSet<i64> {
    let lines = result["assumed"].as_array().into_iter().flatten().filter_map(Value::as_str);
    lines.filter_map(|line| line.split_once("nodePort ")?.1.strip_suffix(", as if allocated")?.parse().ok()).collect()
}

fn known(value: Value, text: &str) -> Value {
    match value {
        Value::Object(map) => Value::Object(
            map.into_iter()
                .map(|(key, value)| match key.as_str() {
                    "clientID" | "clientSecret" => (key, Value::Null),
                    _ => (key, known(value, text)),
                })
                .collect(),
        ),
        Value::Array(items) => items.into_iter().map(|item| known(item, text)).collect(),
        Value::String(s) if s.starts_with("arn:") && !text.contains(&s) => Value::Null,
        other => other,
    }
}

/// `got`, cut down to the keys of `wanted`: more fields are no disagreement, another attribute or tag is.
fn pick(wanted: &Value, got: Value) -> Value {
    match (wanted, got) {
        (Value::Object(wanted), Value::Object(mut got)) => {
            let picked: Map<String, Value> = wanted
                .iter()
                .map(|(key, wanted)| {
                    let got = got.remove(key).unwrap_or_default();
                    let whole = matches!(key.as_str(), "attributes" | "tags");
                    (key.clone(), if whole { got } else { pick(wanted, got) })
                })
                .collect();
            Value::Object(picked)
        }
        (Value::Array(wanted), Value::Array(got)) if wanted.len() == got.len() => {
            wanted.iter().zip(got).map(|(wanted, got)| pick(wanted, got)).collect()
        }
        (_, got) => got,
    }
}

fn difference(wanted: &Value, got: &Value, path: &str) -> String {
    match (wanted, got) {
        (Value::Object(wanted), Value::Object(other)) => {
            let differs = wanted.iter().find(|(key, value)| other.get(*key) != Some(value));
            differs.map_or_else(String::new, |(key, value)| {
                difference(value, other.get(key).unwrap_or(&Value::Null), &format!("{path}.{key}"))
            })
        }
        (Value::Array(wanted), Value::Array(other)) if wanted.len() == other.len() => {
            let differs = wanted.iter().zip(other).enumerate().find(|(_, (a, b))| a != b);
            differs.map_or_else(String::new, |(at, (a, b))| difference(a, b, &format!("{path}[{at}]")))
        }
        _ => format!("{path}: controller {wanted}, model {got}"),
    }
}
