use super::*;
use std::io;
use std::path::Path;

/// A repository with `values.yaml` and `dev, x.yaml` in the Application's folder, and a link out of it.
struct Repository;

impl Files for Repository {
    fn read(&self, _: &Path) -> io::Result<Vec<u8>> {
        Err(io::ErrorKind::NotFound.into())
    }

    fn follow(&self, path: &Path) -> io::Result<PathBuf> {
        let app = Path::new("/r/_cmp_server/1/app");
        let path = app.join(path);
        match path.strip_prefix(app).ok().and_then(Path::to_str) {
            Some("" | ".") => Ok(app.to_owned()),
            Some("values.yaml" | "dev, x.yaml") => Ok(path),
            Some("out.yaml") => Ok("/etc/passwd".into()),
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

fn render(pairs: &[(&str, &str)]) -> Result<Render, String> {
    let app = [("ARGOCD_APP_NAME", "gw")];
    let env: Vec<_> = pairs.iter().chain(&app).map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
    let sources = Sources::read(&env).map_err(|error| error.to_string())?;
    Render::read(&sources, &env, &Repository).map_err(|error| error.to_string())
}

fn parameters(json: &str) -> Result<Vec<String>, String> {
    render(&[("ARGOCD_APP_PARAMETERS", json)]).map(|render| render.arguments())
}

#[test]
fn an_application_that_says_nothing() {
    let arguments = parameters("null").unwrap();
    assert_eq!(arguments, ["template", ".", "--name-template=gw", "--include-crds"]);
    let empty = [("KUBE_VERSION", ""), ("KUBE_API_VERSIONS", ""), ("ARGOCD_APP_NAMESPACE", "")];
    assert_eq!(render(&empty).unwrap().arguments(), arguments);
}

#[test]
fn everything_said() {
    let json = r#"[{"name":"release-name","string":"edge.gw"},{"name":"namespace","string":"edge"},
        {"name":"values-files","array":["values.yaml","dev, x.yaml"]},{"name":"values","string":"a: 1"},
        {"name":"helm-parameters","map":{"b":"1,2","a\\.c":"{1,2}"}},{"name":"helm-string-parameters","map":{"d":"a\\,b,"}},
        {"name":"skip-crds","string":"true"},{"name":"skip-schema-validation","string":"true"}]"#;
    let all = [
        ("ARGOCD_APP_PARAMETERS", json),
        ("ARGOCD_APP_NAMESPACE", "istio-system"),
        ("KUBE_VERSION", "1.33.1"),
        ("KUBE_API_VERSIONS", "apps/v1,apps/v1/Deployment"),
    ];
    let render = render(&all).unwrap();
    assert_eq!(
        render.arguments(),
        [
            "template",
            ".",
            "--name-template=edge.gw",
            "--namespace=edge",
            "--kube-version=1.33.1",
            "--set=a\\.c={1,2}",
            "--set=b=1\\,2",
            "--set-string=d=a\\,b\\,",
            "--values=/r/_cmp_server/1/app/values.yaml",
            "--values=\"/r/_cmp_server/1/app/dev, x.yaml\"",
            "--values=-",
            "--api-versions=apps/v1",
            "--api-versions=apps/v1/Deployment",
            "--skip-schema-validation",
        ]
    );
    assert_eq!(render.values.as_deref(), Some("a: 1"));
}

#[test]
fn the_name_of_the_application_without_its_namespace() {
    let named = |name: &str| {
        let env = vec![("ARGOCD_APP_NAME".to_owned(), name.to_owned())];
        let render = Render::read(&Sources::read(&env).unwrap(), &env, &Repository);
        render.map(|render| render.release).map_err(|error| error.to_string())
    };
    assert_eq!(named("team-a_gw"), Ok("gw".to_owned()));
    assert_eq!(named("gw.edge-1"), Ok("gw.edge-1".to_owned()));
    let help = "\n  help: choose one with the parameter `release-name`: lower-case letters, digits, `-` and `.`, 53 \
                characters at most";
    for wrong in ["a_b_c", "gw-", "-gw", "Gw", "g..w", "--post-renderer=x", &"g".repeat(54)] {
        let name = wrong.split_once('_').map_or(wrong, |(_, name)| name);
        assert_eq!(named(wrong), Err(format!("ARGOCD_APP_NAME: `{name}` is no name for a release{help}")));
    }
    assert_eq!(
        named(""),
        Err("ARGOCD_APP_NAME is not set\n  help: this command is run by Argo CD, in the folder of a chart".to_owned())
    );
}

#[test]
fn what_would_be_a_flag_or_a_file_of_others_is_refused() {
    let told = |json: &str| parameters(json).unwrap_err();
    assert_eq!(
        told(r#"[{"name":"release-name","string":"a\n--post-renderer=/tmp/x"}]"#),
        "parameter `release-name`: `a\\n--post-renderer=/tmp/x` is no name for a release\n  help: choose one with the \
         parameter `release-name`: lower-case letters, digits, `-` and `.`, 53 characters at most"
    );
    assert_eq!(
        told(r#"[{"name":"namespace","string":"a b"}]"#),
        "parameter `namespace`: `a b` is no namespace\n  help: a namespace is lower-case letters, digits and `-`, 63 \
         characters at most"
    );
    let outside = "is not in the repository\n  help: name a file of the Application's own repository; with `/` in front the \
                   path counts from its root";
    for file in ["out.yaml", "../../2/values.yaml", "https://example.com/v.yaml", "/../../etc/passwd"] {
        assert_eq!(
            told(&format!(r#"[{{"name":"values-files","array":["values.yaml","{file}"]}}]"#)),
            format!("parameter `values-files`: `{file}` {outside}")
        );
    }
    assert_eq!(
        told(r#"[{"name":"values-files","array":["--post-renderer=/tmp/x"]}]"#),
        "parameter `values-files`: there is no file `--post-renderer=/tmp/x`\n  help: a path counts from the Application's \
         folder, and with `/` in front from the root of the repository"
    );
    let optional =
        r#"[{"name":"values-files","array":["gone.yaml"]},{"name":"ignore-missing-values-files","string":"true"}]"#;
    assert_eq!(parameters(optional), parameters("[]"));
    for name in ["", "a=b", "a,b", "a{", "a\\n"] {
        assert_eq!(
            told(&format!(r#"[{{"name":"helm-parameters","map":{{"{name}":"secret"}}}}]"#)),
            "parameter `helm-parameters`: a name is empty or holds `=`, `,`, a brace or a line break\n  help: a name is a \
             path in the values: `service.type`, `tolerations[0].key`, `labels.example\\.com/a`"
        );
    }
}

#[test]
fn a_value_stays_behind_its_flag() {
    let json =
        r#"[{"name":"helm-parameters","map":{"a":"--post-renderer=/tmp/x","b":"x\n--values=/etc/passwd","--c":"d"}}]"#;
    assert_eq!(
        parameters(json).unwrap(),
        [
            "template",
            ".",
            "--name-template=gw",
            "--set=--c=d",
            "--set=a=--post-renderer=/tmp/x",
            "--set=b=x\n--values=/etc/passwd",
            "--include-crds",
        ]
    );
}
