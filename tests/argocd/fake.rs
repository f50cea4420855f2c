//! With a stand-in for Helm.

use crate::support::argocd::{FakeHelm, Request};
use crate::support::{Outcome, binary, command, fail, shown};
use libtest_mimic::Trial;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Output;

pub fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    let mut add = |name: &'static str, test: fn() -> Outcome| trials.push(Trial::test(name, test));
    add(
        "what is said reaches Helm as arguments and on stdin",
        everything_said,
    );
    add("an Application that says nothing", nothing_said);
    add("Helm's environment", environment);
    add("variables of the Application and of the sidecar", variables);
    add("flags of the plugin's command count most", flags);
    add("values of any length", long_values);
    add("missing dependencies are brought", dependencies);
    add("warnings go to stderr", warnings);
    add(
        "the announced parameters are one JSON array, whatever the environment",
        announced,
    );
    for (name, test) in FAILURES {
        trials.push(Trial::test(
            format!("fails with its message: {name}"),
            *test,
        ));
    }
    for (name, parameters, message) in HOSTILE {
        trials.push(Trial::test(format!("refused: {name}"), move || {
            hostile(parameters, message)
        }));
    }
    trials
}

/// A gateway as Helm renders it.
const GATEWAY: &str = "---\n# Source: gateway/templates/service.yaml\napiVersion: v1\nkind: Service\nmetadata:\n  name: gw\n  \
                       namespace: istio-system\nspec:\n  type: LoadBalancer\n  ports:\n  - name: status-port\n    port: 15021\n  \
                       - name: http2\n    port: 80\n  - name: https\n    port: 443\n";

fn rendering() -> FakeHelm {
    FakeHelm::new().answer(1, GATEWAY, "")
}

/// The run succeeded and holds these lines.
fn holds(output: &Output, lines: &[&str]) -> Outcome {
    let text = String::from_utf8_lossy(&output.stdout);
    let missing = lines
        .iter()
        .find(|line| !text.lines().any(|other| other.trim() == **line));
    match missing {
        Some(line) => fail(format!("no line {line}\n{}", shown(output))),
        None if !output.status.success() => fail(shown(output)),
        None => Ok(()),
    }
}

/// The run failed with this exit code and this on stderr, and printed nothing.
fn refused(output: &Output, code: i32, stderr: &str) -> Outcome {
    let same = output.stderr == stderr.as_bytes();
    if output.status.code() != Some(code) || !output.stdout.is_empty() || !same {
        return fail(format!(
            "expected {code} and\n{stderr}\nnot {}",
            shown(output)
        ));
    }
    Ok(())
}

fn same<T: PartialEq + std::fmt::Debug>(found: T, expected: T) -> Outcome {
    match found == expected {
        true => Ok(()),
        false => fail(format!("expected {expected:#?}\nfound {found:#?}")),
    }
}

fn everything_said() -> Outcome {
    let (helm, request) = (rendering(), Request::empty());
    request.write("app/values.yaml", "");
    request.write("base, all.yaml", "");
    let parameters = r#"[
        {"name": "release-name", "string": "edge"},
        {"name": "namespace", "string": "edge-system"},
        {"name": "values-files", "array": ["values.yaml", "/base, all.yaml", "../app/values.yaml"]},
        {"name": "values", "string": "service:\n  externalTrafficPolicy: Local\n"},
        {"name": "helm-parameters", "map": {"replicaCount": "3", "a\\.b": "x,y"}},
        {"name": "helm-string-parameters", "map": {"podAnnotations.n": "007"}},
        {"name": "scheme", "string": "internal"},
        {"name": "subnets", "array": ["subnet-a", "subnet-b"]},
        {"name": "service-node-ports", "map": {"https": "30443"}},
        {"name": "tags", "map": {"Team": "on", "Cost": "007"}},
        {"name": "set", "array": ["ingress.healthCheck.path=/ready"]}
    ]"#;
    let output = request.generate(&helm.path(), parameters);
    let root = request.root().display().to_string();
    same(
        helm.arguments(1),
        [
            "template",
            ".",
            "--name-template=edge",
            "--namespace=edge-system",
            "--kube-version=1.34.2",
            "--set=a\\.b=x\\,y",
            "--set=replicaCount=3",
            "--set-string=podAnnotations.n=007",
            &format!("--values={root}/app/values.yaml"),
            &format!("--values=\"{root}/base, all.yaml\""),
            &format!("--values={root}/app/values.yaml"),
            "--values=-",
            "--api-versions=apps/v1",
            "--api-versions=v1",
            "--include-crds",
        ]
        .map(str::to_owned)
        .to_vec(),
    )?;
    same(
        helm.stdin(1).as_str(),
        "service:\n  externalTrafficPolicy: Local\n",
    )?;
    holds(
        &output,
        &[
            "type: NodePort",
            "nodePort: 30443",
            "alb.ingress.kubernetes.io/scheme: internal",
            "alb.ingress.kubernetes.io/subnets: subnet-a,subnet-b",
            "alb.ingress.kubernetes.io/tags: Cost=007,Team=on",
            "alb.ingress.kubernetes.io/healthcheck-path: /ready",
        ],
    )
}

fn nothing_said() -> Outcome {
    for parameters in [Some("null"), Some("[]"), Some(""), None] {
        let (helm, request) = (rendering(), Request::empty());
        let mut plugin = request.plugin(&helm.path());
        for name in [
            "ARGOCD_APP_PARAMETERS",
            "ARGOCD_APP_NAMESPACE",
            "KUBE_VERSION",
            "KUBE_API_VERSIONS",
        ] {
            plugin.env(name, "");
        }
        match parameters {
            Some(text) => plugin.env("ARGOCD_APP_PARAMETERS", text),
            None => plugin.env_remove("ARGOCD_APP_PARAMETERS"),
        };
        plugin.env("ARGOCD_APP_NAME", "team-a_gw");
        holds(
            &plugin.output().unwrap(),
            &["type: NodePort", "kind: Ingress"],
        )?;
        let expected = ["template", ".", "--name-template=gw", "--include-crds"];
        same(helm.arguments(1), expected.map(str::to_owned).to_vec())?;
        same(helm.stdin(1).as_str(), "")?;
    }
    Ok(())
}

fn environment() -> Outcome {
    let (helm, request) = (rendering(), Request::empty());
    let mut plugin = request.plugin(&helm.path());
    plugin
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap());
    for name in [
        "HOME",
        "HELM_CACHE_HOME",
        "HELM_REGISTRY_CONFIG",
        "HELM_DEBUG",
        "HTTPS_PROXY",
        "no_proxy",
        "SSL_CERT_FILE",
        "ARGOCD_APP_NAMESPACE",
        "ARGOCD_ENV_PATH",
        "ARGOCD_ENV_HELM_PLUGINS",
        "PARAM_VALUES",
        "GIT_ASKPASS",
        "LD_PRELOAD",
        "KUBECONFIG",
        "AWS_SECRET_ACCESS_KEY",
    ] {
        plugin.env(name, "x");
    }
    plugin
        .env("ISTIO_ALB_HELM", helm.path())
        .env("ARGOCD_APP_NAME", "gw");
    plugin.env("LD_PRELOAD", "");
    let output = plugin.output().unwrap();
    holds(&output, &["kind: Ingress"])?;
    let expected = [
        "HELM_CACHE_HOME",
        "HELM_REGISTRY_CONFIG",
        "HOME",
        "HTTPS_PROXY",
        "PATH",
        "SSL_CERT_FILE",
        "no_proxy",
    ];
    same(helm.environment(1), expected.map(str::to_owned).to_vec())
}

fn variables() -> Outcome {
    let (helm, request) = (rendering(), Request::empty());
    request.write("app/dev.yaml", "");
    let mut plugin = request.plugin(&helm.path());
    plugin
        .env("ISTIO_ALB_SCHEME", "internet-facing")
        .env("ISTIO_ALB_INGRESS_NAME", "sidecar")
        .env("ISTIO_ALB_HELM_PARAMETERS", "hub=example.com/istio")
        .env("ARGOCD_ENV_ISTIO_ALB_SCHEME", "internal")
        .env("ARGOCD_ENV_ISTIO_ALB_VALUES_FILES", "dev.yaml")
        .env("ARGOCD_ENV_ISTIO_ALB_HELM_PARAMETERS", "replicaCount=2")
        .env("ARGOCD_ENV_ISTIO_ALB_RELEASE_NAME", "app")
        .env(
            "ARGOCD_APP_PARAMETERS",
            r#"[{"name": "release-name", "string": "parameter"}]"#,
        );
    let output = plugin.output().unwrap();
    holds(
        &output,
        &[
            "name: sidecar",
            "alb.ingress.kubernetes.io/scheme: internal",
        ],
    )?;
    let arguments = helm.arguments(1);
    same(arguments[2].as_str(), "--name-template=parameter")?;
    same(
        arguments[5..7].to_vec(),
        ["--set=hub=example.com/istio", "--set=replicaCount=2"]
            .map(str::to_owned)
            .to_vec(),
    )?;
    same(arguments[7].ends_with("/app/dev.yaml"), true)
}

fn flags() -> Outcome {
    let (helm, request) = (rendering(), Request::empty());
    let mut plugin = request.plugin(&helm.path());
    plugin.args(["--scheme", "internal"]);
    plugin.env(
        "ARGOCD_APP_PARAMETERS",
        r#"[{"name": "scheme", "string": "internet-facing"}]"#,
    );
    holds(
        &plugin.output().unwrap(),
        &["alb.ingress.kubernetes.io/scheme: internal"],
    )
}

/// More than a pipe holds, in both directions at once.
fn long_values() -> Outcome {
    let values = format!("a: {}\n", "x".repeat(120_000));
    let render = format!(
        "{GATEWAY}---\nkind: ConfigMap\napiVersion: v1\ndata: {{a: {}}}\n",
        "y".repeat(1_000_000)
    );
    let (helm, request) = (FakeHelm::new().answer(1, &render, ""), Request::empty());
    let parameters = serde_json::json!([{ "name": "values", "string": values }]).to_string();
    let output = request.generate(&helm.path(), &parameters);
    holds(&output, &["kind: Ingress"])?;
    same(helm.stdin(1).len(), values.len())
}

const MISSING: &str = "echo 'Error: an error occurred while checking for chart dependencies. You may need to run `helm dependency \
                       build` to fetch missing dependencies: found in Chart.yaml, but missing in charts/ directory: gateway' >&2; \
                       exit 1";

fn dependencies() -> Outcome {
    let helm = FakeHelm::new()
        .answer(1, "half: a\n", MISSING)
        .answer(4, GATEWAY, "");
    let request = Request::empty();
    let chart = "dependencies:\n- {name: gateway, repository: \"https://charts.example.com\"}\n- {name: a, repository: oci://x}\n";
    request.write("app/Chart.yaml", chart);
    let output = request.generate(&helm.path(), r#"[{"name": "values", "string": "a: 1"}]"#);
    holds(&output, &["kind: Ingress"])?;
    let words = |call| helm.arguments(call).join(" ");
    same(
        words(2).as_str(),
        "repo add dependency-0 https://charts.example.com",
    )?;
    same(words(3).as_str(), "dependency build . --skip-refresh")?;
    same(words(4), words(1))?;
    same(
        [helm.stdin(2), helm.stdin(4)],
        [String::new(), "a: 1".to_owned()],
    )
}

fn warnings() -> Outcome {
    let helm = FakeHelm::new().answer(1, GATEWAY, "echo 'WARNING: a value: secret' >&2");
    let output = Request::empty().generate(&helm.path(), "null");
    holds(&output, &["kind: Ingress"])?;
    let text = String::from_utf8_lossy(&output.stderr);
    if !text.contains("istio-alb: warning[ALB024]: ") || text.contains("secret") {
        return fail(shown(&output));
    }
    Ok(())
}

fn announced() -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("istio-alb.yaml"), "no: configuration\n").unwrap();
    let mut plugin = command(binary(), folder.path());
    plugin.args(["argocd", "parameters"]);
    plugin
        .env("ARGOCD_APP_PARAMETERS", "no JSON")
        .env("ARGOCD_ENV_ISTIO_ALB_HELM", "x")
        .env("ISTIO_ALB_SCHEMA", "x");
    let output = plugin.output().unwrap();
    let announced: Vec<serde_json::Value> = serde_json::from_slice(&output.stdout)?;
    let names = |name: &str| {
        announced
            .iter()
            .filter(|entry| entry["name"] == name)
            .count()
    };
    if !output.status.success()
        || !output.stderr.is_empty()
        || names("values") + names("scheme") != 2
    {
        return fail(shown(&output));
    }
    Ok(())
}

const HELP: &str =
    "help: the same command on the chart, with the same values, shows it on your machine\n";

type Test = fn() -> Outcome;

/// How runs fail that nobody wanted to fail.
const FAILURES: &[(&str, Test)] = &[
    ("Helm's own error, once", || {
        let script = "echo 'level=ERROR msg=\"release name check failed\" error=\"x\"' >&2; echo 'level=WARN msg=secret' >&2; \
                      echo 'Error: release name check failed: x' >&2; exit 1";
        let helm = FakeHelm::new().answer(1, GATEWAY, script);
        let output = Request::empty().generate(&helm.path(), "null");
        refused(
            &output,
            3,
            &format!(
                "istio-alb: error: helm template failed: release name check failed: x\n  {HELP}"
            ),
        )
    }),
    ("Helm says nothing", || {
        let helm = FakeHelm::new().answer(1, GATEWAY, "exit 7");
        let output = Request::empty().generate(&helm.path(), "null");
        refused(
            &output,
            3,
            &format!(
                "istio-alb: error: helm template failed with exit code 7 and said nothing\n  {HELP}"
            ),
        )
    }),
    ("Helm is killed", || {
        let helm = FakeHelm::new().answer(1, GATEWAY, "kill -9 $$");
        let output = Request::empty().generate(&helm.path(), "null");
        let help = "help: it may have used more memory than the sidecar has: raise the limit\n";
        refused(
            &output,
            3,
            &format!("istio-alb: error: helm template was killed\n  {help}"),
        )
    }),
    ("no Helm", || {
        let output = Request::empty().generate(Path::new("/nowhere/helm"), "null");
        let help =
            "help: the sidecar's image needs Helm on PATH, or ISTIO_ALB_HELM with its place\n";
        refused(
            &output,
            3,
            &format!(
                "istio-alb: error: cannot run `/nowhere/helm`: there is no such program\n  {help}"
            ),
        )
    }),
    ("single values that are too long for a command line", || {
        let helm = rendering();
        let parameters =
            serde_json::json!([{ "name": "helm-parameters", "map": { "a": ",".repeat(100_000) } }]);
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
        request.write(
            "app/Chart.yaml",
            "dependencies: [{name: gateway, repository: 'https://charts.example.com'}]\n",
        );
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
        refused(
            &Request::empty().generate(&helm.path(), "null"),
            2,
            &nothing("no manifests"),
        )
    }),
    ("Helm renders hooks and nothing else", || {
        let hook = "---\napiVersion: batch/v1\nkind: Job\nmetadata:\n  name: a\n  annotations: {helm.sh/hook: pre-install}\n";
        let helm = FakeHelm::new().answer(1, hook, "");
        let output = Request::empty().generate(
            &helm.path(),
            r#"[{"name": "if-missing", "string": "pass"}]"#,
        );
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
             line 2\n  help: a gateway is told by its port status-port (15021): choose another Service with the parameter \
             `gateway: NAME`; a stream that rightly has no gateway passes with the parameter `if-missing: pass`\n",
        )
    }),
    ("a finding at error level", || {
        let output = Request::empty().generate(
            &rendering().path(),
            r#"[{"name": "deny", "array": ["ALB024"]}]"#,
        );
        let text = String::from_utf8_lossy(&output.stderr);
        let right = text.starts_with("istio-alb: error[ALB024]: ")
            && text.ends_with(
                "what you accept you can allow by its id: the parameter `allow: ALB024`\n",
            )
            && text.lines().count() == 4;
        if output.status.code() != Some(1) || !output.stdout.is_empty() || !right {
            return fail(shown(&output));
        }
        Ok(())
    }),
];

fn nothing(what: &str) -> String {
    format!(
        "istio-alb: error: helm template rendered {what}\n  help: Argo CD would take that for the wish to delete what the \
         Application has: look at the values that switch parts of the chart off\n"
    )
}

const OUTSIDE: &str = "is not in the repository\n  help: name a file of the Application's own repository; with `/` in front the \
                       path counts from its root\n";
const ABSENT: &str = "\n  help: a path counts from the Application's folder, and with `/` in front from the root of the repository\n";
const RELEASE: &str = "is no name for a release\n  help: choose one with the parameter `release-name`: lower-case letters, digits, \
                       `-` and `.`, 53 characters at most\n";
const NAMES: &str = "parameter `helm-parameters`: a name is empty or holds `=`, `,`, a brace or a line break\n  help: a name is a \
                     path in the values: `service.type`, `tolerations[0].key`, `labels.example\\.com/a`\n";

/// Name, parameters, what is said. `OUTSIDE` and the like are filled in; Helm is never called.
const HOSTILE: &[(&str, &str, &[&str])] = &[
    (
        "a flag as the name of the release",
        r#"[{"name": "release-name", "string": "--post-renderer=/tmp/x"}]"#,
        &[
            "parameter `release-name`: `--post-renderer=/tmp/x` ",
            RELEASE,
        ],
    ),
    (
        "a line break in the name of the release",
        r#"[{"name": "release-name", "string": "a\nb"}]"#,
        &["parameter `release-name`: `a\\nb` ", RELEASE],
    ),
    (
        "a template as the name of the release",
        r#"[{"name": "release-name", "string": "{{env \"PATH\"}}"}]"#,
        &["parameter `release-name`: `{{env \"PATH\"}}` ", RELEASE],
    ),
    (
        "a flag as the namespace",
        r#"[{"name": "namespace", "string": "--kubeconfig=x"}]"#,
        &[
            "parameter `namespace`: `--kubeconfig=x` is no namespace\n  help: a namespace is lower-case letters, digits and `-`, 63 characters at most\n",
        ],
    ),
    (
        "a flag as a values file",
        r#"[{"name": "values-files", "array": ["--post-renderer=/tmp/x"]}]"#,
        &[
            "parameter `values-files`: there is no file `--post-renderer=/tmp/x`",
            ABSENT,
        ],
    ),
    (
        "a values file of another tenant",
        r#"[{"name": "values-files", "array": ["../../3c4d/values.yaml"]}]"#,
        &[
            "parameter `values-files`: `../../3c4d/values.yaml` ",
            OUTSIDE,
        ],
    ),
    (
        "a values file of another tenant that is not there",
        r#"[{"name": "values-files", "array": ["../../3c4d/none.yaml"]}]"#,
        &["parameter `values-files`: `../../3c4d/none.yaml` ", OUTSIDE],
    ),
    (
        "a values file of another tenant, from the root",
        r#"[{"name": "values-files", "array": ["/../3c4d/values.yaml"]}]"#,
        &["parameter `values-files`: `/../3c4d/values.yaml` ", OUTSIDE],
    ),
    (
        "an absolute values file",
        r#"[{"name": "values-files", "array": ["/etc/passwd"]}]"#,
        &[
            "parameter `values-files`: there is no file `/etc/passwd`",
            ABSENT,
        ],
    ),
    (
        "a link out of the repository",
        r#"[{"name": "values-files", "array": ["link.yaml"]}]"#,
        &["parameter `values-files`: `link.yaml` ", OUTSIDE],
    ),
    (
        "a folder that is a link out of the repository",
        r#"[{"name": "values-files", "array": ["folder/values.yaml"]}]"#,
        &["parameter `values-files`: `folder/values.yaml` ", OUTSIDE],
    ),
    (
        "an URL as a values file",
        r#"[{"name": "values-files", "array": ["https://example.com/values.yaml"]}]"#,
        &[
            "parameter `values-files`: `https://example.com/values.yaml` ",
            OUTSIDE,
        ],
    ),
    (
        "a values file of another scheme",
        r#"[{"name": "values-files", "array": ["file:///etc/passwd"]}]"#,
        &["parameter `values-files`: `file:///etc/passwd` ", OUTSIDE],
    ),
    (
        "a NUL in a path",
        r#"[{"name": "values-files", "array": ["a\u0000b"]}]"#,
        &[
            "parameter `values-files`: there is no file `a\\u{0}b`",
            ABSENT,
        ],
    ),
    (
        "a configuration of another tenant",
        r#"[{"name": "config", "string": "../../3c4d/values.yaml"}]"#,
        &["parameter `config`: `../../3c4d/values.yaml` ", OUTSIDE],
    ),
    (
        "a configuration through a link",
        r#"[{"name": "config", "string": "link.yaml"}]"#,
        &["parameter `config`: `link.yaml` ", OUTSIDE],
    ),
    (
        "a secret of the repository as the configuration",
        r#"[{"name": "config", "string": "token"}]"#,
        &["token:1:1: expected a map, found text\n"],
    ),
    (
        "a name with `=`",
        r#"[{"name": "helm-parameters", "map": {"a=secret": "x"}}]"#,
        &[NAMES],
    ),
    (
        "a name with a comma",
        r#"[{"name": "helm-parameters", "map": {"a,b": "secret"}}]"#,
        &[NAMES],
    ),
    (
        "a name with a line break",
        r#"[{"name": "helm-parameters", "map": {"a\nb": "secret"}}]"#,
        &[NAMES],
    ),
    (
        "no name",
        r#"[{"name": "helm-parameters", "map": {"": "secret"}}]"#,
        &[NAMES],
    ),
    (
        "a value of another shape",
        r#"[{"name": "values", "map": {"a": "secret"}}]"#,
        &[
            "parameter `values` takes a string and nothing else\n  help: write {name: values, string: \"…\"}\n",
        ],
    ),
    (
        "a long word where another one is wanted",
        r#"[{"name": "scheme", "string": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}]"#,
        &[
            "parameter `scheme`: spec.ingress.scheme: expected `internal` or `internet-facing`, found ",
            "`xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…`\n",
        ],
    ),
    (
        "no parameters of Argo CD",
        r#"{"values": "secret"}"#,
        &[
            "ARGOCD_APP_PARAMETERS is not what Argo CD writes: no list of parameters at line 1, column 0\n  help: this command is run by Argo CD; by hand, leave the variable out\n",
        ],
    ),
];

fn hostile(parameters: &str, message: &[&str]) -> Outcome {
    let (helm, request) = (rendering(), Request::empty());
    let tenant = request.outside().join("_cmp_server/3c4d");
    std::fs::create_dir_all(&tenant).unwrap();
    std::fs::write(tenant.join("values.yaml"), "secret: x\n").unwrap();
    request.write("app/token", "a-secret-token\n");
    symlink(tenant.join("values.yaml"), request.app().join("link.yaml")).unwrap();
    symlink(&tenant, request.app().join("folder")).unwrap();
    let output = request.generate(&helm.path(), parameters);
    same(helm.calls(), 0)?;
    refused(
        &output,
        2,
        &format!("istio-alb: error: {}", message.concat()),
    )
}
