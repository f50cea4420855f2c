use super::*;
use std::collections::BTreeMap;

const CHART: &str = "name: a\ndependencies:\n- {name: gateway, repository: https://charts.example.com}\n";

const GATEWAY: &str = "---\n# Source: gateway/templates/service.yaml\napiVersion: v1\nkind: Service\nmetadata:\n  name: gw\n  \
                       namespace: istio-system\nspec:\n  type: LoadBalancer\n  ports:\n  - {name: status-port, port: 15021}\n  \
                       - {name: https, port: 443}\n";

/// The files of the Application's folder.
struct Folder(BTreeMap<&'static str, String>);

impl Files for Folder {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let name = path.strip_prefix("/r/_cmp_server/1/app").unwrap_or(path);
        let text = name.to_str().and_then(|name| self.0.get(name));
        text.map(|text| text.clone().into_bytes()).ok_or_else(|| ErrorKind::NotFound.into())
    }

    fn follow(&self, path: &Path) -> io::Result<PathBuf> {
        let app = Path::new("/r/_cmp_server/1/app");
        let path = app.join(path);
        match path.strip_prefix(app).ok().and_then(Path::to_str) {
            Some("" | ".") => Ok(app.to_owned()),
            Some(name) if self.0.contains_key(name) => Ok(path),
            _ => Err(ErrorKind::NotFound.into()),
        }
    }
}

fn folder(files: &[(&'static str, &str)]) -> Folder {
    Folder(files.iter().map(|&(name, text)| (name, text.to_owned())).collect())
}

fn env(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let app = [("ARGOCD_APP_NAME", "gw"), ("PATH", "/bin")];
    let all = app.iter().chain(pairs);
    all.map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Runs a request; `answers` are what Helm does, call by call. Gives the calls and what comes out.
fn generated(
    pairs: &[(&str, &str)],
    files: &Folder,
    answers: Vec<io::Result<Ended>>,
) -> (Vec<Invocation>, Result<String, String>) {
    let mut calls = Vec::new();
    let mut answers = answers.into_iter();
    let mut run = |invocation: &Invocation| {
        calls.push(invocation.clone());
        answers.next().unwrap()
    };
    let text = Request::read(&Options::default(), &env(pairs), files).and_then(|request| {
        let output = String::from_utf8(request.rendered(files, &mut run)?).unwrap();
        Ok(rewrite(&output, &request.settings)?.text())
    });
    assert!(answers.next().is_none(), "Helm was to be called once more");
    (calls, text.map_err(|error| error_text(&error)))
}

fn prints(stdout: &str) -> io::Result<Ended> {
    Ok(Ended { code: Some(0), stdout: stdout.into(), stderr: b"WARNING: deprecated\n".to_vec() })
}

fn fails(stderr: &str) -> io::Result<Ended> {
    Ok(Ended { code: Some(1), stdout: b"kind: A\n".to_vec(), stderr: stderr.into() })
}

const MISSING: &str = "Error: an error occurred while checking for chart dependencies. You may need to run `helm dependency \
                       build` to fetch missing dependencies: found in Chart.yaml, but missing in charts/ directory: gateway\n";

#[test]
fn what_helm_renders_is_rewritten() {
    let (calls, text) = generated(&[], &folder(&[]), vec![prints(GATEWAY)]);
    let text = text.unwrap();
    assert!(text.contains("  type: NodePort\n") && text.contains("kind: Ingress\n"), "{text}");
    let [call] = calls.as_slice() else { panic!("{calls:?}") };
    assert_eq!(call.program, "helm");
    assert_eq!(call.args, ["template", ".", "--name-template=gw", "--include-crds"]);
    assert_eq!(call.env, [("PATH".to_owned(), "/bin".to_owned())]);
    assert_eq!(call.stdin, None);
}

#[test]
fn helm_gets_what_tells_it_where_things_are_and_nothing_else() {
    let pairs = [
        ("HOME", "/tmp"),
        ("HELM_CACHE_HOME", "/tmp/helm"),
        ("https_proxy", "http://proxy"),
        ("HELM_DEBUG", "true"),
        ("KUBECONFIG", "/root/.kube/config"),
        ("ARGOCD_ENV_HOME", "/evil"),
        ("PARAM_VALUES", "secret"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("ISTIO_ALB_HELM", "/opt/helm"),
        ("ARGOCD_APP_PARAMETERS", r#"[{"name":"values","string":"a: secret"}]"#),
    ];
    let (calls, _) = generated(&pairs, &folder(&[]), vec![prints(GATEWAY)]);
    let names: Vec<_> = calls[0].env.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["PATH", "HOME", "HELM_CACHE_HOME", "https_proxy"]);
    assert_eq!(calls[0].program, "/opt/helm");
    assert_eq!(calls[0].stdin.as_deref(), Some("a: secret"));
    assert!(!calls[0].args.join(" ").contains("secret"));
}

#[test]
fn missing_dependencies_are_brought_once() {
    let files = folder(&[("Chart.yaml", CHART)]);
    let (calls, text) = generated(&[], &files, vec![fails(MISSING), prints(""), prints(""), prints(GATEWAY)]);
    assert!(text.is_ok());
    let words: Vec<_> = calls.iter().map(|call| call.args.join(" ")).collect();
    assert_eq!(words[1..3], ["repo add dependency-0 https://charts.example.com", "dependency build . --skip-refresh"]);
    assert_eq!(calls[0], calls[3]);
    for call in &calls[1..3] {
        let own: Vec<_> = call.env.iter().filter(|(_, value)| value.starts_with("templates/.istio-alb/")).collect();
        assert_eq!(own.len(), 3, "{:?}", call.env);
    }
    // The second failure is the end.
    let (_, text) = generated(&[], &files, vec![fails(MISSING), prints(""), prints(""), fails(MISSING)]);
    assert!(text.unwrap_err().starts_with("istio-alb: error: helm template failed: an error occurred while checking"));
    let down =
        "Error: looks like \"https://charts.example.com\" is not a valid chart repository or cannot be reached: x";
    let (_, text) = generated(&[], &files, vec![fails(MISSING), fails(down)]);
    assert_eq!(
        text.unwrap_err(),
        "istio-alb: error: helm repo add failed: looks like \"https://charts.example.com\" is not a valid chart repository or \
         cannot be reached: x\n  help: the sidecar must reach it; credentials that Argo CD has are not passed on, so commit \
         charts/, or mount a repositories.yaml and name it in HELM_REPOSITORY_CONFIG\n"
    );
}

#[test]
fn repositories_of_the_sidecar_are_used_as_they_are() {
    let files = folder(&[("Chart.yaml", CHART)]);
    let own = [("HELM_REPOSITORY_CONFIG", "/etc/helm/repositories.yaml")];
    let (calls, _) = generated(&own, &files, vec![fails(MISSING), prints(""), prints(GATEWAY)]);
    assert_eq!(calls[1].args, ["dependency", "build", "."]);
    assert!(calls[1].env.contains(&("HELM_REPOSITORY_CONFIG".to_owned(), "/etc/helm/repositories.yaml".to_owned())));
    assert!(calls[1].env.contains(&("HELM_REPOSITORY_CACHE".to_owned(), "templates/.istio-alb/cache".to_owned())));
}

#[test]
fn nothing_to_apply_is_an_error() {
    let help = "\n  help: Argo CD would then delete everything that the Application has: look at the values that \
                switch parts of the chart off\n";
    let hook = "---\napiVersion: batch/v1\nkind: Job\nmetadata: {name: a, annotations: {helm.sh/hook: test}}\n";
    let list = "---\napiVersion: v1\nkind: List\nitems: []\n";
    for pass in ["error", "pass"] {
        let pairs = [("ISTIO_ALB_IF_MISSING", pass)];
        for (output, what) in [
            ("", "no manifests"),
            ("---\n# Source: a\n# only\n", "no manifests"),
            ("---\nnull\n---\n", "no manifests"),
            (list, "no manifests"),
            (hook, "hooks and nothing else"),
            (&format!("{list}{hook}"), "hooks and nothing else"),
        ] {
            let (_, text) = generated(&pairs, &folder(&[]), vec![prints(output)]);
            assert_eq!(text, Err(format!("istio-alb: error: helm template rendered {what}{help}")), "{output}");
        }
    }
    let other = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
    let (_, text) = generated(&[("ISTIO_ALB_IF_MISSING", "pass")], &folder(&[]), vec![prints(other)]);
    assert_eq!(text.as_deref(), Ok(other));
    let (_, text) = generated(&[], &folder(&[]), vec![prints(other)]);
    assert_eq!(
        text.unwrap_err(),
        "istio-alb: error: no gateway Service found: the stream holds no Service\n  help: with `service.type: None` the \
         gateway chart renders none: set it to NodePort or LoadBalancer. If the stream is to have no gateway: \
         the parameter `if-missing: pass`\n"
    );
}

#[test]
fn a_helm_that_cannot_be_run() {
    let told = |kind: ErrorKind| generated(&[], &folder(&[]), vec![Err(kind.into())]).1.unwrap_err();
    assert_eq!(
        told(ErrorKind::NotFound),
        "istio-alb: error: cannot run `helm`: there is no such program\n  help: the sidecar's image needs Helm on PATH, or \
         ISTIO_ALB_HELM with its place\n"
    );
    assert_eq!(
        told(ErrorKind::ArgumentListTooLong),
        "istio-alb: error: cannot run `helm`: single values are too long for a command line\n  help: move them from \
         `helm-parameters` to the parameter `values` or to a values file\n"
    );
}

#[test]
fn the_configuration_is_a_file_of_the_repository() {
    let alb = "apiVersion: istio-alb.dev/v1alpha1\nkind: AlbGateway\nspec: {ingress: {scheme: internal}}\n";
    let scheme = |pairs: &[(&str, &str)], files: &[(&'static str, &str)]| {
        let text = generated(pairs, &folder(files), vec![prints(GATEWAY)]).1?;
        let line = text.lines().find(|line| line.contains("/scheme:")).unwrap_or_default();
        Ok::<_, String>(line.trim().trim_start_matches("alb.ingress.kubernetes.io/scheme: ").to_owned())
    };
    let internal = Ok("internal".to_owned());
    assert_eq!(scheme(&[], &[("istio-alb.yaml", alb)]), internal);
    let config = ("ARGOCD_APP_PARAMETERS", r#"[{"name":"config","string":"edge.yaml"}]"#);
    assert_eq!(scheme(&[config], &[("edge.yaml", alb)]), internal);
    let both = r#"[{"name":"config","string":"edge.yaml"},{"name":"scheme","string":"internet-facing"}]"#;
    assert_eq!(scheme(&[("ARGOCD_APP_PARAMETERS", both)], &[("edge.yaml", alb)]), Ok("internet-facing".to_owned()));
    let refused = |json| Request::read(&Options::default(), &env(&[("ARGOCD_APP_PARAMETERS", json)]), &folder(&[]));
    assert_eq!(
        error_text(&refused(r#"[{"name":"config","string":"/../../etc/passwd"}]"#).unwrap_err()),
        "istio-alb: error: parameter `config`: `/../../etc/passwd` is not in the repository\n  help: name a file of the \
         Application's own repository; with `/` in front the path counts from its root\n"
    );
    assert_eq!(
        error_text(&refused(r#"[{"name":"config","string":"gone.yaml"}]"#).unwrap_err()),
        "istio-alb: error: parameter `config`: there is no file `gone.yaml`\n  help: a path counts from the Application's \
         folder, and with `/` in front from the root of the repository\n"
    );
}

#[test]
fn messages_are_short_and_show_what_is_invisible() {
    let long = "x".repeat(100_000);
    assert_eq!(brief(&format!("found `{long}`, and\n")), format!("found `{}…`, and\n", "x".repeat(80)));
    assert_eq!(brief(&long), format!("{}…\n", "x".repeat(1500)));
    let named = error_text(&Error::usage("x").help("see [[ingress.scheme]]"));
    assert_eq!(named, "istio-alb: error: x\n  help: see the parameter `scheme`\n");
    assert_eq!(brief("a\u{1b}[31m\tb\r\n"), "a\\u{1b}[31m\\tb\n");
    let lines = brief(&"a\n".repeat(50));
    assert_eq!(lines.lines().count(), 41);
    assert!(lines.ends_with("\n  … and 10 more lines\n"));
}
