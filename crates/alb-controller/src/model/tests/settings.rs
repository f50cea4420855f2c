use super::*;

/// What becomes of an annotation, by the suffix or the whole key.
fn state(model: &Model, object: &str, key: &str) -> State {
    let settings = model.ingresses.iter().flat_map(|facts| &facts.settings);
    let found = settings.filter(|setting| setting.object.to_string() == object);
    let key = if key.contains('/') { key.to_owned() } else { format!("alb.ingress.kubernetes.io/{key}") };
    found.into_iter().find(|setting| setting.key == key).map(|setting| setting.state.clone()).unwrap()
}

const EDGE: &str = "Ingress edge-system/edge";

#[test]
fn annotations_that_something_must_name() {
    let model = model(&[
        ("actions.x", "{}"),
        ("conditions.gateway", "[]"),
        ("conditions.other", "[]"),
        ("listener-attributes.HTTP-80", ""),
        ("listener-attributes.HTTPS-443", ""),
        ("target-control-port.gateway.80", "1"),
        ("scheme", "internal"),
        ("Scheme", "internal"),
    ]);
    assert_eq!(state(&model, EDGE, "actions.x"), State::Unread(Unread::NoSuchBackend));
    assert_eq!(state(&model, EDGE, "conditions.gateway"), State::Read);
    assert_eq!(state(&model, EDGE, "conditions.other"), State::Unread(Unread::NoSuchBackend));
    assert_eq!(state(&model, EDGE, "listener-attributes.HTTP-80"), State::Read);
    assert_eq!(state(&model, EDGE, "listener-attributes.HTTPS-443"), State::Unread(Unread::NoSuchListener));
    assert_eq!(state(&model, EDGE, "target-control-port.gateway.80"), State::Unread(Unread::NoSuchBackend));
    assert_eq!(state(&model, EDGE, "scheme"), State::Read);
    assert_eq!(state(&model, EDGE, "Scheme"), State::Unread(Unread::UnknownKey));
}

#[test]
fn services_and_their_ingress() {
    let annotations =
        "    alb.ingress.kubernetes.io/scheme: internal\n    alb.ingress.kubernetes.io/backend-protocol: HTTPS\n";
    let yaml = Gateway { annotations, ..Gateway::default() }.yaml()
        + &Ing { annotations: &[("backend-protocol", "HTTP"), ("healthcheck-path", "/x")], ..Ing::default() }.yaml();
    let model = model_of(&yaml);
    let service = "Service edge-system/gateway";
    let by = Source::Service(Key::new("edge-system", "gateway"));
    assert_eq!(state(&model, service, "scheme"), State::Unread(Unread::IngressOnly));
    assert_eq!(state(&model, service, "backend-protocol"), State::Read);
    assert_eq!(state(&model, EDGE, "backend-protocol"), State::Overridden(by));
    assert_eq!(state(&model, EDGE, "healthcheck-path"), State::Read);
}

#[test]
fn a_misspelt_prefix_is_listed_as_unknown() {
    let class = "    kubernetes.io/ingress.class: alb\n    alb.ingress.kuberentes.io/backend-protocol: HTTPS\n    nginx.org/x: z\n";
    let model = model_of(&(Gateway::default().yaml() + &Ing { class, ..Ing::default() }.yaml()));
    let wrong = "alb.ingress.kuberentes.io/backend-protocol";
    assert_eq!(state(&model, EDGE, wrong), State::Unread(Unread::UnknownKey));
    assert_eq!(model.ingresses[0].settings.len(), 1);
}

#[test]
fn other_controllers_have_prefixes_of_their_own() {
    let class = "    kubernetes.io/ingress.class: alb
    abl.ingress.kubernetes.io/scheme: internal
    alb.kubernetes.io/subnets: a,b
    alb.example.com/owner: me
    nginx.ingress.kubernetes.io/ssl-redirect: 'true'
    elb.ingress.kubernetes.io/owner: me
    ingress.example.com/scheme: internal
    myalb.ingress.kubernets/scheme: internal
    scheme: internal
";
    let ingress = Ing { class, ..Ing::default() };
    let model = model_of(&(Gateway::default().yaml() + &ingress.yaml()));
    let settings = &model.ingresses[0].settings;
    let keys: Vec<&str> = settings.iter().map(|s| s.key.as_str()).collect();
    let ours = ["abl.ingress.kubernetes.io/scheme", "alb.kubernetes.io/subnets", "myalb.ingress.kubernets/scheme"];
    assert_eq!(keys, ours);
    assert!(settings.iter().all(|s| s.state == State::Unread(Unread::UnknownKey)));
}

#[test]
fn releases_and_auto_mode() {
    let yaml = Gateway::default().yaml()
        + &Ing { annotations: &[("transforms.gateway", "[]"), ("waf-acl-id", "x")], ..Ing::default() }.yaml();
    let old = build(&read(&yaml), &Options { controller_version: Version(2, 14, 0), ..Options::default() });
    assert_eq!(state(&old, EDGE, "transforms.gateway"), State::Unread(Unread::TooNew(Version(2, 14, 1))));
    let auto = build(&read(&yaml), &Options { eks_auto_mode: true, ..Options::default() });
    assert_eq!(state(&auto, EDGE, "waf-acl-id"), State::Unread(Unread::NotOurs));
    let other = yaml.replace("ingress.class: alb", "ingress.class: nginx");
    assert_eq!(state(&model_of(&other), EDGE, "waf-acl-id"), State::Unread(Unread::NotOurs));
}

#[test]
fn what_auto_mode_does_not_read() {
    let class = "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: auto}\nspec: {controller: \
                 eks.amazonaws.com/alb}\n---\n";
    let spec = format!("  ingressClassName: auto\n{TO_443}");
    let annotations = &[("group.name", "edge"), ("scheme", "internal"), ("transforms.gateway", "[]")];
    let yaml =
        Gateway::default().yaml() + class + &Ing { class: "", spec: &spec, annotations, ..Ing::default() }.yaml();
    let model = build(&read(&yaml), &Options { eks_auto_mode: true, ..Options::default() });
    assert_eq!(state(&model, EDGE, "group.name"), State::Unread(Unread::AutoMode));
    assert_eq!(state(&model, EDGE, "scheme"), State::Read);
    // The release that brought an annotation reads it.
    let yaml = Gateway::default().yaml() + &Ing { annotations, ..Ing::default() }.yaml();
    assert_eq!(state(&model_by(&yaml, Version(2, 14, 1)), EDGE, "transforms.gateway"), State::Read);
    let names: Vec<&str> = model.ingresses[0].settings.iter().map(Setting::name).collect();
    assert_eq!(names, ["group.name", "scheme", "transforms.gateway"]);
}
