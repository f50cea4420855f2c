//! How runs fail: what users read, to the letter, and nothing on stdout.

use crate::fake::{GATEWAY, MISSING, rendering};
use crate::support::argocd::{FakeHelm, Request, refused, same};
use crate::support::{Outcome, fail, shown};
use libtest_mimic::Trial;
use std::path::Path;

pub fn trials() -> Vec<Trial> {
    let trial = |(name, test): &(&str, Test)| Trial::test(format!("fails with its message: {name}"), *test);
    FAILURES.iter().map(trial).collect()
}

const HELP: &str = "help: the same command on the chart, with the same values, shows it on your machine\n";

type Test = fn() -> Outcome;

/// How runs fail that nobody wanted to fail.
const FAILURES: &[(&str, Test)] = &[
    ("Helm's own error, once", || {
        let script = "echo 'level=ERROR msg=\"release name check failed\" error=\"x\"' >&2; echo 'level=WARN msg=secret' >&2; \
                      echo 'Error: release name check failed: x' >&2; exit 1";
        let helm = FakeHelm::new().answer(1, GATEWAY, script);
        let output = Request::empty().generate(&helm.path(), "null");
        refused(&output, 3, &format!("istio-alb: error: helm template failed: release name check failed: x\n  {HELP}"))
    }),
    ("Helm says nothing", || {
        let helm = FakeHelm::new().answer(1, GATEWAY, "exit 7");
        let output = Request::empty().generate(&helm.path(), "null");
        refused(
            &output,
            3,
            &format!("istio-alb: error: helm template failed with exit code 7 and said nothing\n  {HELP}"),
        )
    }),
    ("Helm is killed", || {
        let helm = FakeHelm::new().answer(1, GATEWAY, "kill -9 $$");
        let output = Request::empty().generate(&helm.path(), "null");
        let help = "help: it may have used more memory than the sidecar has: raise the limit\n";
        refused(&output, 3, &format!("istio-alb: error: helm template was killed\n  {help}"))
    }),
    ("no Helm", || {
        let output = Request::empty().generate(Path::new("/nowhere/helm"), "null");
        let help = "help: the sidecar's image needs Helm on PATH, or ISTIO_ALB_HELM with its place\n";
        refused(
            &output,
            3,
            &format!("istio-alb: error: cannot run `/nowhere/helm`: there is no such program\n  {help}"),
        )
    }),
    ("single values that are too long for a command line", || {
        let helm = rendering();
        let parameters = serde_json::json!([{ "name": "helm-parameters", "map": { "a": ",".repeat(100_000) } }]);
        let output = Request::empty().generate(&helm.path(), &parameters.to_string());
        let path = helm.path().display().to_string();
        let short: String = path.chars().take(80).collect();
        let program = if short == path { path } else { short + "…" };
        same(helm.calls(), 0)?;
        refused(
            &output,
            3,
            &format!(
                "istio-alb: error: cannot run `{program}`: single values are too long for a command line\n  \
                 help: move them from `helm-parameters` to the parameter `values` or to a values file\n"
            ),
        )
    }),
    ("a repository that cannot be reached", || {
        let script = "echo 'Error: looks like \"https://charts.example.com\" is not a valid chart repository or cannot be \
                      reached: x' >&2; exit 1";
        let helm = FakeHelm::new().answer(1, "", MISSING).answer(2, "", script);
        let request = Request::empty();
        request.write("app/Chart.yaml", "dependencies: [{name: gateway, repository: 'https://charts.example.com'}]\n");
        let output = request.generate(&helm.path(), "null");
        refused(
            &output,
            3,
            "istio-alb: error: helm repo add failed: looks like \"https://charts.example.com\" is not a valid chart \
             repository or cannot be reached: x\n  help: the sidecar must reach it; credentials that Argo CD has are not \
             passed on, so commit charts/, or mount a repositories.yaml and name it in HELM_REPOSITORY_CONFIG\n",
        )
    }),
    ("Helm renders nothing", || {
        let helm = FakeHelm::new();
        refused(&Request::empty().generate(&helm.path(), "null"), 2, &nothing("no manifests"))
    }),
    ("Helm renders hooks and nothing else", || {
        let hook =
            "---\napiVersion: batch/v1\nkind: Job\nmetadata:\n  name: a\n  annotations: {helm.sh/hook: pre-install}\n";
        let helm = FakeHelm::new().answer(1, hook, "");
        let output = Request::empty().generate(&helm.path(), r#"[{"name": "if-missing", "string": "pass"}]"#);
        refused(&output, 2, &nothing("hooks and nothing else"))
    }),
    ("no gateway", || {
        let other = "---\napiVersion: v1\nkind: Service\nmetadata: {name: db}\nspec: {ports: [{port: 5432}]}\n";
        let helm = FakeHelm::new().answer(1, other, "");
        let output = Request::empty().generate(&helm.path(), "null");
        refused(
            &output,
            2,
            "istio-alb: error: no gateway Service found; Services in the stream:\n  db (ClusterIP, ports 5432), document 1, \
             line 2\n  help: istio-alb finds the gateway by its port status-port (15021). To choose another Service: the parameter \
             `gateway: NAME`. If the stream is to have no gateway: the parameter `if-missing: pass`\n",
        )
    }),
    ("a finding at error level", || {
        let output = Request::empty().generate(&rendering().path(), r#"[{"name": "deny", "array": ["ALB024"]}]"#);
        let text = String::from_utf8_lossy(&output.stderr);
        let right = text.starts_with("istio-alb: error[ALB024]: ")
            && text.ends_with("what you accept you can allow by its id: the parameter `allow: ALB024`\n")
            && text.lines().count() == 4;
        if output.status.code() != Some(1) || !output.stdout.is_empty() || !right {
            return fail(shown(&output));
        }
        Ok(())
    }),
];

fn nothing(what: &str) -> String {
    format!(
        "istio-alb: error: helm template rendered {what}\n  help: Argo CD would then delete everything that the \
         Application has: look at the values that switch parts of the chart off\n"
    )
}
