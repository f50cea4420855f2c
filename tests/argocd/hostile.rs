//! What somebody might try who may edit an Application and nothing else. Helm is not even called.

use crate::fake::rendering;
use crate::support::Outcome;
use crate::support::argocd::{Request, refused, same};
use libtest_mimic::Trial;
use std::os::unix::fs::symlink;

pub fn trials() -> Vec<Trial> {
    let trial = |&(name, parameters, message): &(&str, &'static str, &'static [&str])| {
        Trial::test(format!("refused: {name}"), move || hostile(parameters, message))
    };
    HOSTILE.iter().map(trial).collect()
}

const OUTSIDE: &str = "is not in the repository\n  help: name a file of the Application's own repository; with `/` in front the \
                       path counts from its root\n";
const ABSENT: &str =
    "\n  help: a path counts from the Application's folder, and with `/` in front from the root of the repository\n";
const RELEASE: &str = "is no name for a release\n  help: choose one with the parameter `release-name`: lower-case letters, digits, \
                       `-` and `.`, 53 characters at most\n";
const NAMES: &str = "parameter `helm-parameters`: a name is empty or holds `=`, `,`, a brace or a line break\n  help: a name is a \
                     path in the values: `service.type`, `tolerations[0].key`, `labels.example\\.com/a`\n";

/// Name, parameters, what is said. `OUTSIDE` and the like are filled in; Helm is never called.
const HOSTILE: &[(&str, &str, &[&str])] = &[
    (
        "a flag as the name of the release",
        r#"[{"name": "release-name", "string": "--post-renderer=/tmp/x"}]"#,
        &["parameter `release-name`: `--post-renderer=/tmp/x` ", RELEASE],
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
        &["parameter `values-files`: there is no file `--post-renderer=/tmp/x`", ABSENT],
    ),
    (
        "a values file of another tenant",
        r#"[{"name": "values-files", "array": ["../../3c4d/values.yaml"]}]"#,
        &["parameter `values-files`: `../../3c4d/values.yaml` ", OUTSIDE],
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
        &["parameter `values-files`: there is no file `/etc/passwd`", ABSENT],
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
        &["parameter `values-files`: `https://example.com/values.yaml` ", OUTSIDE],
    ),
    (
        "a values file of another scheme",
        r#"[{"name": "values-files", "array": ["file:///etc/passwd"]}]"#,
        &["parameter `values-files`: `file:///etc/passwd` ", OUTSIDE],
    ),
    (
        "a NUL in a path",
        r#"[{"name": "values-files", "array": ["a\u0000b"]}]"#,
        &["parameter `values-files`: there is no file `a\\u{0}b`", ABSENT],
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
    ("a name with `=`", r#"[{"name": "helm-parameters", "map": {"a=secret": "x"}}]"#, &[NAMES]),
    ("a name with a comma", r#"[{"name": "helm-parameters", "map": {"a,b": "secret"}}]"#, &[NAMES]),
    ("a name with a line break", r#"[{"name": "helm-parameters", "map": {"a\nb": "secret"}}]"#, &[NAMES]),
    ("no name", r#"[{"name": "helm-parameters", "map": {"": "secret"}}]"#, &[NAMES]),
    (
        "a value of another shape",
        r#"[{"name": "values", "map": {"a": "secret"}}]"#,
        &["parameter `values` takes a string and nothing else\n  help: write {name: values, string: \"…\"}\n"],
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
    refused(&output, 2, &format!("istio-alb: error: {}", message.concat()))
}
