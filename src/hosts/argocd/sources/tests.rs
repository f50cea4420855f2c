use super::*;

fn read(json: &str) -> Result<BTreeMap<String, Value>, String> {
    parse(json).map_err(|error| error.to_string())
}

fn env(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[test]
fn nothing_null_and_an_empty_list_are_alike() {
    for json in ["", " \n", "null", "[]"] {
        assert_eq!(read(json), Ok(BTreeMap::new()), "{json:?}");
    }
    let all = env(&[("OTHER", "x")]);
    assert_eq!(Sources::read(&all).unwrap().parameters, BTreeMap::new());
}

#[test]
fn each_shape_is_read() {
    let json = r#"[{"name":"release-name","string":"gw"},{"name":"values-files","array":["a.yaml","b.yaml"]},
        {"name":"helm-parameters","map":{"a.b":"1"}},{"name":"hosts","array":null,"array":[]}]"#;
    // A key twice is none of Go's doing.
    assert!(read(json).is_err());
    let json = json.replace(r#""array":null,"#, "");
    let read = read(&json).unwrap();
    assert_eq!(read["release-name"], Value::Text("gw".to_owned()));
    assert_eq!(read["values-files"], Value::List(vec!["a.yaml".to_owned(), "b.yaml".to_owned()]));
    let map = [("a.b".to_owned(), "1".to_owned())].into();
    assert_eq!(read["helm-parameters"], Value::Map(map));
    assert_eq!(read["hosts"], Value::List(Vec::new()));
}

#[test]
fn what_is_wrong_is_told_without_the_value() {
    let told = |json| read(json).unwrap_err();
    let list = "The parameters are release-name, namespace, values-files, ";
    let typo = told(r#"[{"name":"certificate-arns","array":["x"]}]"#);
    assert!(typo.starts_with(&format!(
        "there is no parameter `certificate-arns`\n  help: did you mean `certificate-arn`? {list}"
    )));
    let by_path = told(r#"[{"name":"ingress-certificate-arns","array":["x"]}]"#);
    assert!(
        by_path
            .starts_with("there is no parameter `ingress-certificate-arns`\n  help: did you mean `certificate-arn`? ")
    );
    let hostile = told(r#"[{"name":"--post-renderer=/tmp/x\n\u001b[31m","string":"x"}]"#);
    assert!(
        hostile.starts_with(&format!("there is no parameter `--post-renderer=/tmp/x\\n\\u{{1b}}[31m`\n  help: {list}")),
        "{hostile}"
    );
    assert_eq!(
        told(r#"[{"name":"subnets","string":"secret"}]"#),
        "parameter `subnets` takes an array and nothing else\n  help: write {name: subnets, array: [\"…\"]}"
    );
    assert_eq!(
        told(r#"[{"name":"tags","map":{"a":"secret"},"string":"secret"}]"#),
        "parameter `tags` takes a map and nothing else\n  help: write {name: tags, map: {\"…\": \"…\"}}"
    );
    assert_eq!(
        told(r#"[{"name":"scheme"}]"#),
        "parameter `scheme` has no value\n  help: write {name: scheme, string: \"…\"}"
    );
    assert_eq!(
        told(r#"[{"name":"scheme","string":"internal"},{"name":"scheme","string":"internal"}]"#),
        "parameter `scheme` is set twice"
    );
    for json in [r#"[{"name":"scheme","string":7}]"#, r#"{"name":"scheme"}"#, r#"["secret"]"#, "secret", "["] {
        let told = told(json);
        assert!(
            told.starts_with(
                "ARGOCD_APP_PARAMETERS is not what Argo CD writes: no list of parameters at line 1, column "
            ) && !told.contains("secret"),
            "{told}"
        );
    }
}

#[test]
fn a_parameter_wins_over_the_application_s_variable_and_that_over_the_sidecar_s() {
    let mut all = env(&[("ISTIO_ALB_RELEASE_NAME", "sidecar")]);
    let release = |env: &[(String, String)]| {
        let said = Sources::read(env).unwrap().text("release-name").unwrap().unwrap();
        (said.origin, said.value)
    };
    let said = |origin: &str, value: &str| (origin.to_owned(), value.to_owned());
    assert_eq!(release(&all), said("ISTIO_ALB_RELEASE_NAME", "sidecar"));
    all.extend(env(&[("ARGOCD_ENV_ISTIO_ALB_RELEASE_NAME", "app")]));
    assert_eq!(release(&all), said("ARGOCD_ENV_ISTIO_ALB_RELEASE_NAME", "app"));
    let json = r#"[{"name":"release-name","string":"parameter"}]"#;
    all.extend(env(&[("ARGOCD_APP_PARAMETERS", json)]));
    assert_eq!(release(&all), said("parameter `release-name`", "parameter"));
}

#[test]
fn maps_are_merged_and_lists_are_not() {
    let all = env(&[
        ("ISTIO_ALB_HELM_PARAMETERS", "a=sidecar,b=sidecar"),
        ("ARGOCD_ENV_ISTIO_ALB_HELM_PARAMETERS", "b=app\nc=x,y=z\n"),
        ("ISTIO_ALB_VALUES_FILES", "base.yaml, more.yaml"),
        ("ARGOCD_ENV_ISTIO_ALB_VALUES_FILES", "app.yaml"),
        ("ARGOCD_APP_PARAMETERS", r#"[{"name":"helm-parameters","map":{"d":"p"}}]"#),
    ]);
    let sources = Sources::read(&all).unwrap();
    let map = sources.map("helm-parameters").unwrap();
    let map: Vec<_> = map.iter().map(|(key, said)| (key.as_str(), said.value.as_str())).collect();
    assert_eq!(map, [("a", "sidecar"), ("b", "app"), ("c", "x,y=z"), ("d", "p")]);
    assert_eq!(sources.list("values-files").unwrap().unwrap().value, ["app.yaml"]);
}

#[test]
fn variables_that_say_nothing_right_are_refused() {
    let told = |name: &str, value: &str| {
        let all = env(&[(name, value)]);
        let sources = Sources::read(&all).map_err(|error| error.to_string())?;
        sources.map("helm-parameters").map_err(|error| error.to_string())?;
        sources.is("skip-crds").map_err(|error| error.to_string())?;
        sources.text("values").map(|_| ()).map_err(|error| error.to_string())
    };
    assert_eq!(
        told("ARGOCD_ENV_ISTIO_ALB_HELM_PARAMETERS", "a=1,secret").unwrap_err(),
        "ARGOCD_ENV_ISTIO_ALB_HELM_PARAMETERS: an entry has no `=`\n  \
         help: write key=value, one a line; without commas in the values also key=value,key=value"
    );
    assert_eq!(
        told("ARGOCD_ENV_ISTIO_ALB_SKIP_CRDS", "yes").unwrap_err(),
        "ARGOCD_ENV_ISTIO_ALB_SKIP_CRDS: the value is neither true nor false\n  help: write \"true\" or \"false\""
    );
    assert_eq!(
        told("ISTIO_ALB_VALUES", " ").unwrap_err(),
        "ISTIO_ALB_VALUES: the value is empty\n  help: leave it out to say nothing"
    );
    assert_eq!(
        told("ARGOCD_ENV_ISTIO_ALB_HELM", "/tmp/evil").unwrap_err(),
        "ARGOCD_ENV_ISTIO_ALB_HELM: an Application cannot choose the program that is run\n  \
         help: ISTIO_ALB_HELM in the sidecar names the Helm to use"
    );
}

#[test]
fn fields_go_on_as_flags_have_them() {
    let json = r#"[{"name":"scheme","string":"internal"},{"name":"subnets","array":["subnet-a","b,c"]},
        {"name":"service-node-ports","map":{"http2":"30080","https":"${PORT}"}},
        {"name":"tags","map":{"a":"007","b":"null","c":"x: y"}},{"name":"no-carry-over","string":"true"},
        {"name":"config","string":"alb.yaml"},{"name":"set","array":["phase=attach"]},{"name":"values","string":"a: 1"}]"#;
    let all = env(&[("ARGOCD_APP_PARAMETERS", json)]);
    let parameters = Sources::read(&all).unwrap().parameters();
    let fields: Vec<_> = parameters.fields.iter().map(|(field, value)| (field.path, value.as_str())).collect();
    assert_eq!(
        fields,
        [
            ("carryOver", "true"),
            ("ingress.scheme", "internal"),
            ("service.nodePorts", r#"{"http2":30080,"https":"${PORT}"}"#),
            ("ingress.subnets", r#"["subnet-a","b,c"]"#),
            ("ingress.tags", r#"{"a":"007","b":null,"c":"x: y"}"#),
        ]
    );
    assert_eq!(parameters.config.as_deref(), Some("alb.yaml"));
    assert_eq!(parameters.set, ["phase=attach"]);
}

#[test]
fn the_configuration_does_not_see_what_is_helm_s() {
    let all = env(&[
        ("ISTIO_ALB_HELM", "/bin/helm"),
        ("ISTIO_ALB_VALUES", "a: 1"),
        ("ARGOCD_ENV_ISTIO_ALB_SKIP_CRDS", "true"),
        ("ISTIO_ALB_SCHEME", "internal"),
        ("RELEASE_NAME", "x"),
    ]);
    let rest = Sources::read(&all).unwrap().env_of_configuration();
    let rest: Vec<_> = rest.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(rest, ["ISTIO_ALB_SCHEME", "RELEASE_NAME"]);
}
