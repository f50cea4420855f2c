//! A configuration is resolved as the program does it, with files and environment of the test's own.

mod layers;

use super::*;
use crate::cli::{self, Parsed};
use crate::lint::REGISTRY;
use alb_controller::catalogue::Version;
use std::collections::BTreeMap;
use std::ffi::OsString;

/// Files by their path. A value `-> PATH` is a symbolic link.
#[derive(Default)]
pub(super) struct Memory(BTreeMap<PathBuf, String>);

impl Files for Memory {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.0
            .get(path.strip_prefix("/app").unwrap_or(path))
            .map(|text| text.clone().into_bytes())
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn follow(&self, path: &Path) -> io::Result<PathBuf> {
        let path = path.strip_prefix("/app").unwrap_or(path);
        match self.0.get(path) {
            Some(text) if text.starts_with("-> ") => Ok(PathBuf::from(&text[3..])),
            Some(_) => Ok(Path::new("/app").join(path)),
            None if path == Path::new(".") => Ok(PathBuf::from("/app")),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

impl Memory {
    fn with(path: &str, text: &str) -> Self {
        Memory([(PathBuf::from(path), text.to_owned())].into())
    }
}

/// `--scheme internal --set 'a=b c'` as a shell splits it.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() {
        let (mut word, mut quoted) = (String::new(), false);
        let mut end = rest.len();
        for (at, letter) in rest.char_indices() {
            match letter {
                '\'' => quoted = !quoted,
                ' ' if !quoted => {
                    end = at;
                    break;
                }
                _ => word.push(letter),
            }
        }
        words.push(word);
        rest = rest[end..].trim_start();
    }
    words
}

pub(super) fn options(line: &str) -> Result<Options, Error> {
    let args = std::iter::once("istio-alb".to_owned()).chain(words(line)).map(OsString::from);
    match cli::parse(args)? {
        Parsed::Run(cli) => Ok(cli.options),
        Parsed::Print(text) => Err(Error::internal(text)),
    }
}

/// Resolves a command line, variables (`NAME=value`) and the text of `istio-alb.yaml`, which is not there if that is empty.
pub(super) fn resolved(line: &str, env: &[&str], file: &str) -> Result<Vec<Settings>, Error> {
    let env: Vec<_> = env.iter().filter_map(|pair| pair.split_once('=')).collect();
    let env: Vec<_> = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let files = if file.is_empty() { Memory::default() } else { Memory::with(DEFAULT_FILE, file) };
    resolve(&options(line)?, &env, &files, None, REGISTRY)
}

pub(super) fn one(line: &str, env: &[&str], spec: &str) -> Settings {
    let file = format!("apiVersion: istio-alb.dev/v1alpha1\nkind: AlbGateway\n{spec}");
    match resolved(line, env, &file) {
        Ok(all) => all.into_iter().next().unwrap(),
        Err(error) => panic!("{error}"),
    }
}

fn release(spec: &Spec) -> Option<Version> {
    Version::parse(spec.controller_version.as_ref()?.as_str())
}

fn refused(line: &str, env: &[&str], file: &str) -> String {
    match resolved(line, env, file) {
        Ok(_) => "(accepted)".to_owned(),
        Err(error) => {
            assert_eq!(error.kind, crate::error::Kind::Usage);
            error.to_string()
        }
    }
}

/// `bad.txt` holds configurations that are refused, each with what is said about it. A case is
///
/// ```text
/// ### what it is about
/// $ arguments, if any
/// $ NAME=value, a variable, if any
/// the file
/// >>>
/// the message
/// ```
///
/// `apiVersion` and `kind` are added behind the file, so that its lines count from 1. `ISTIO_ALB_BLESS=1` writes the
/// messages as they are now: read the difference.
#[test]
fn bad_configurations_are_refused_with_these_words() {
    let cases = include_str!("bad.txt");
    let mut now = String::new();
    for case in cases.split_inclusive("\n\n") {
        let case = case.trim_end_matches('\n');
        let (input, _) = case.split_once("\n>>>").unwrap_or_else(|| panic!("a case without >>>:\n{case}"));
        let (mut line, mut env, mut file) = (String::new(), Vec::new(), String::new());
        for text in input.lines().skip(1) {
            match text.strip_prefix("$ ") {
                Some(pair) if pair.starts_with(|first: char| first.is_ascii_uppercase()) => env.push(pair),
                Some(args) => line = args.to_owned(),
                None => {
                    file.push_str(text);
                    file.push('\n');
                }
            }
        }
        if !file.is_empty() && !file.contains("apiVersion") && !file.contains("kind:") {
            file.push_str("apiVersion: istio-alb.dev/v1alpha1\nkind: AlbGateway\n");
        }
        now.push_str(&format!("{input}\n>>>\n{}\n\n", refused(&line, &env, &file)));
    }
    now.pop();
    crate::golden::compare("src/config/tests/bad.txt", &now);
}

#[test]
fn nothing_at_all_is_one_gateway_of_which_nothing_is_said() {
    let all = resolve(&Options::default(), &[], &Memory::default(), None, REGISTRY).unwrap();
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].spec, Spec::default());
    assert_eq!(all[0].name, None);
    // A file in which nothing is said was meant to say something.
    for file in ["\n", "# only a comment\n", "---\n---\n# nothing\n", "null\n"] {
        let error = resolved("", &[], file).unwrap_err();
        assert_eq!(error.message, "`istio-alb.yaml` holds no configuration", "{file:?}");
        let files = Memory::with("empty.yaml", file);
        let error = resolve(&options("--config empty.yaml").unwrap(), &[], &files, None, REGISTRY).unwrap_err();
        assert_eq!(error.message, "--config: `empty.yaml` holds no configuration", "{file:?}");
        assert!(error.help.unwrap().to_string().ends_with(", or leave --config out"));
    }
}

#[test]
fn scalars_that_nobody_can_misread_are_taken_for_text() {
    let file = "spec: {controllerVersion: 3.10, ingress: {healthCheck: {successCodes: 200}, annotations: {a: 15, b: true, c: 1.10}}}";
    let spec = one("", &[], file).spec;
    assert_eq!(release(&spec), Some(Version(3, 10, 0)));
    assert_eq!(spec.ingress.health_check.success_codes, Override::Set(Text("200".to_owned())));
    let annotations = spec.ingress.annotations.unwrap();
    let values: Vec<_> = annotations.iter().map(|(_, value)| value.as_ref().unwrap().as_str()).collect();
    assert_eq!(values, ["15", "true", "1.10"]);
}

#[test]
fn with_flux_values_may_be_placeholders() {
    let file = "spec:
  placeholders: flux
  service: {nodePorts: {https: '${PORT}', http2: 30080}}
  ingress:
    scheme: ${SCHEME}
    certificateArns: ['${ARN}']
    inboundCidrs: ['${RANGES:-10.0.0.0/8}']
    listenPorts: [{HTTPS: '${PORT}'}]
    shieldAdvancedProtection: ${SHIELD}
    group: {name: '${TEAM}', order: '${ORDER}'}
    healthCheck: {intervalSeconds: '${SECONDS}', port: '${PORT}'}
";
    let ingress = one("", &[], file).spec.ingress;
    let var = |text: &str| Var::Placeholder(text.to_owned());
    assert_eq!(ingress.scheme, Override::Set(Var::Placeholder("${SCHEME}".to_owned())));
    assert_eq!(ingress.group.order, Override::Set(var("${ORDER}")));
    assert_eq!(ingress.health_check.interval_seconds, Override::Set(var("${SECONDS}")));
    assert_eq!(ingress.health_check.port, Override::Set(PortRef::Name("${PORT}".to_owned())));
    assert_eq!(ingress.shield_advanced_protection, Override::Set(Var::Placeholder("${SHIELD}".to_owned())));
    let flag = one("--placeholders flux --scheme ${SCHEME}", &[], "spec: {}").spec.ingress.scheme;
    assert_eq!(flag.set().unwrap().to_string(), "${SCHEME}");
}

#[test]
fn a_config_map_says_the_same_by_paths() {
    let config_map = "apiVersion: v1
kind: ConfigMap
metadata: {name: istio-alb, annotations: {config.kubernetes.io/local-config: 'true'}}
data:
  ingress.scheme: internal
  ingress.subnets: '[a, b]'
  ingress.healthCheck: |
    path: /a
    intervalSeconds: 20
  ingress.loadBalancerAttributes.idle_timeout.timeout_seconds: '120'
  service.nodePorts.https: 30443
";
    let file = "spec:
  service: {nodePorts: {https: 30443}}
  ingress:
    scheme: internal
    subnets: [a, b]
    healthCheck: {path: /a, intervalSeconds: 20}
    loadBalancerAttributes: {idle_timeout.timeout_seconds: '120'}
";
    let all = resolve(&Options::default(), &[], &Memory::default(), Some(config_map), REGISTRY).unwrap();
    assert_eq!(all[0].spec, one("", &[], file).spec);
    assert_eq!(all[0].name.as_deref(), Some("istio-alb"));
}

#[test]
fn a_function_configuration_stands_in_for_the_file() {
    let ours = "apiVersion: istio-alb.dev/v1alpha1\nkind: AlbGateway\nspec: {ingress: {name: a}}\n";
    let files = Memory::with(DEFAULT_FILE, "no configuration at all");
    let all = resolve(&Options::default(), &[], &files, Some(ours), REGISTRY).unwrap();
    assert_eq!(all[0].spec.ingress.name.as_deref(), Some("a"));
}

#[test]
fn several_documents_are_several_gateways() {
    let document = |name: &str| {
        format!(
            "apiVersion: istio-alb.dev/v1alpha1\nkind: AlbGateway\nmetadata: {{name: {name}}}\nspec: {{ingress: {{name: {name}}}}}\n"
        )
    };
    let file = format!("# two\n---\n{}--- # second\n{}...\n", document("a"), document("b"));
    let all = resolved("--controller-version 3.4 --subnets x,y", &[], &file).unwrap();
    let names: Vec<_> = all.iter().map(|settings| settings.name.as_deref().unwrap()).collect();
    assert_eq!(names, ["a", "b"]);
    assert!(all.iter().all(|settings| release(&settings.spec) == Some(Version(3, 4, 0))));
    assert!(all.iter().all(|settings| settings.spec.ingress.subnets.set().is_some()));
    // In two namespaces two Ingresses may have one name.
    let apart = |name: &str| {
        format!("apiVersion: istio-alb.dev/v1alpha1\nkind: AlbGateway\nspec: {{gateway: {{namespace: {name}}}}}\n")
    };
    assert_eq!(resolved("", &[], &format!("{}---\n{}", apart("a"), apart("b"))).unwrap().len(), 2);
    assert!(resolved("", &[], &format!("{}---\n{}", apart("a"), apart("a"))).is_err());
}

#[test]
fn it_is_known_where_a_value_was_said() {
    let settings = one(
        "--ssl-policy x --set ingress.tags[a.b]=c",
        &["ISTIO_ALB_SUBNETS=a,b"],
        "spec:\n  ingress:\n    scheme: internal",
    );
    let origin = |path: &str| settings.origin(path).map(Origin::to_string);
    assert_eq!(origin("ingress.scheme").as_deref(), Some("istio-alb.yaml:5:13"));
    assert_eq!(origin("ingress.sslPolicy").as_deref(), Some("--ssl-policy"));
    assert_eq!(origin("ingress.subnets[1]").as_deref(), Some("ISTIO_ALB_SUBNETS"));
    assert_eq!(origin("ingress.tags[a.b]").as_deref(), Some("--set"));
    assert_eq!(origin("ingress.name"), None);
}

#[test]
fn an_application_reads_no_file_of_others() {
    let ours = "apiVersion: istio-alb.dev/v1alpha1\nkind: AlbGateway\nspec: {}\n";
    let with = |env: &[(&str, &str)], path: &str, text: &str| {
        let env: Vec<_> = env.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        resolve(&Options::default(), &env, &Memory::with(path, text), None, REGISTRY).map_err(|error| error.to_string())
    };
    let config = "ARGOCD_ENV_ISTIO_ALB_CONFIG";
    assert!(with(&[(config, "alb/gateway.yaml")], "alb/gateway.yaml", ours).is_ok());
    let outside = "ARGOCD_ENV_ISTIO_ALB_CONFIG: `alb.yaml` is not in the repository\n  help: name a file of the Application's own repository; with `/` in front the path counts from its root";
    assert_eq!(with(&[(config, "alb.yaml")], "alb.yaml", "-> /etc/passwd").unwrap_err(), outside);
    assert_eq!(with(&[(config, "alb.yaml")], "alb.yaml", "-> /app2/alb.yaml").unwrap_err(), outside);
    // Nor does a link of the default name lead out; elsewhere the user may link as they like.
    let default = with(&[("ARGOCD_APP_NAME", "gw")], DEFAULT_FILE, "-> /etc/passwd").unwrap_err();
    assert!(default.starts_with("istio-alb.yaml: `istio-alb.yaml` is not in the repository"), "{default}");
    // The sidecar's own variable may name any file.
    assert!(with(&[("ISTIO_ALB_CONFIG", "/etc/alb.yaml")], "/etc/alb.yaml", ours).is_ok());
}

#[test]
fn a_report_is_named_by_flag_or_variable_but_not_by_an_application() {
    let env = |name: &str| vec![(name.to_owned(), "r.json".to_owned())];
    let flag = options("--report f.json").unwrap();
    assert_eq!(report(&Options::default(), &[]), Ok(None));
    assert_eq!(report(&flag, &env("ISTIO_ALB_REPORT")), Ok(Some("f.json".into())));
    assert_eq!(report(&Options::default(), &env("ISTIO_ALB_REPORT")), Ok(Some("r.json".into())));
    let refused = report(&flag, &env("ARGOCD_ENV_ISTIO_ALB_REPORT")).unwrap_err().to_string();
    assert!(
        refused.starts_with("ARGOCD_ENV_ISTIO_ALB_REPORT: an Application cannot have a report written"),
        "{refused}"
    );
}
