//! What is shown of names and values. What the filter and `diff` print to be read by programs has them as they are.

use std::process::Output;

use libtest_mimic::Trial;

use crate::support::{Outcome, binary, command, fail, give, shown};

pub fn trials() -> Vec<Trial> {
    let mut trials = vec![
        Trial::test("the letters are there to be escaped", letters),
        Trial::test("a patch has them as they are, and a coloured one does not", patches),
        Trial::test("Helm's error", helms_error),
        Trial::test("what was typed", typed),
        Trial::test("compare", compared),
    ];
    for (name, stream) in streams() {
        trials.push(Trial::test(format!("every command: {name}"), move || every_command(&stream)));
    }
    trials
}

/// Colours and OSC 8, 8-bit CSI and OSC, bell, backspace and delete, line ends of all sorts, marks that turn a line, and letters
/// without a width: as escapes of YAML, and those that YAML allows raw.
const ESCAPES: &str = r"a\e[31mb\e]8;;http://c\ad\x9b2Je\x9df\bg\x7fh\0i\r\nj\Nk\Ll\Pm\u202En\u2066o\u200Bp\u200Fq\u2060r\uFEFFs\u061Ct\xADu\u180Ev\uFFF9w\tx";
const RAW: &str = "a\u{202e}b\u{2066}c\u{200b}d\u{200f}e\u{2060}f\u{61c}g\u{ad}h\u{180e}i\u{fff9}j\u{e0041}k";

/// Whether a letter is one that no output may have, but for line breaks. That all of them are of Unicode's categories Cc, Cf, Zl and
/// Zp is what `letters` says.
fn is_hostile(letter: char) -> bool {
    letter != '\n' && istio_alb::error::is_invisible(letter)
}

/// The program's own list holds all that is tried here, and nothing that people read.
fn letters() -> Outcome {
    let tried = "\u{1b}\u{9b}\u{9d}\u{7}\u{8}\u{7f}\0\r\u{85}\u{2028}\u{2029}\u{202a}\u{202e}\u{2066}\u{2069}\u{200b}\u{200e}\u{200f}\u{2060}\u{feff}\
                 \u{61c}\u{ad}\u{180e}\u{fff9}\u{e0041}\t";
    let missed: String = tried.chars().filter(|letter| !is_hostile(*letter)).collect();
    let read: String = "aé東京😀한국어עברית".chars().filter(|letter| is_hostile(*letter)).collect();
    if missed.is_empty() && read.is_empty() { Ok(()) } else { fail(format!("{missed:?} {read:?}")) }
}

fn streams() -> Vec<(&'static str, String)> {
    let mut streams = Vec::new();
    for (how, text) in [("escapes", ESCAPES), ("raw", RAW)] {
        let text = format!("\"{text}\"");
        let name = |of: &str| -> &'static str { Box::leak(format!("{of}, {how}").into_boxed_str()) };
        streams.push((name("annotations of the old load balancer"), service("gw", &annotations(NLB, &text), &text)));
        streams.push((name("annotations of the ALB"), service("gw", &annotations(ALB, &text), &text)));
        streams.push((name("a name"), service(&text, "", &text)));
        streams.push((name("keys"), service("gw", &format!("    {text}: {text}\n    {}: x\n", key(&text)), &text)));
        streams.push((
            name("an Ingress"),
            format!("{}---\n{}", service("gw", "", "x"), ingress(&annotations(ALB, &text), &text)),
        ));
        streams.push((name("a mesh"), format!("{}---\n{}", service("gw", "", "x"), mesh(&text))));
        streams.push((name("a Gateway of the Gateway API"), gateway_api(&text)));
        streams.push((name("several gateways"), format!("{}---\n{}", service("gw", "", "x"), service(&text, "", "x"))));
        streams.push((name("no gateway"), service(&text, "", "x").replace("status-port, port: 15021", "x, port: 1")));
    }
    streams.push(("no manifest", format!("{RAW} \u{1b}[2J\n")));
    streams.push(("what does not parse", format!("{}x: [\u{1b}\n", service("gw", "", "x"))));
    streams
}

const NLB: &str = "service.beta.kubernetes.io/aws-load-balancer-";
const ALB: &str = "alb.ingress.kubernetes.io/";

fn key(text: &str) -> String {
    format!("\"{NLB}{}", &text[1..])
}

/// Annotations of a controller, each with the same value.
fn annotations(prefix: &str, value: &str) -> String {
    let names = match prefix {
        NLB => {
            "scheme internal type nlb-target-type name subnets security-groups ssl-cert ssl-ports backend-protocol attributes \
                additional-resource-tags target-group-attributes healthcheck-path healthcheck-port eip-allocations source-ranges invented"
        }
        _ => {
            "scheme target-type load-balancer-name subnets listen-ports certificate-arn ssl-policy backend-protocol healthcheck-port \
              healthcheck-path success-codes wafv2-acl-arn load-balancer-attributes tags security-groups inbound-cidrs group.name actions.x \
              conditions.x auth-type auth-idp-oidc mutual-authentication invented"
        }
    };
    names.split_whitespace().map(|name| format!("    {prefix}{name}: {value}\n")).collect()
}

/// A gateway of this name, with annotations, and a text in all places that take one.
fn service(name: &str, annotations: &str, text: &str) -> String {
    format!(
        "# Source: gateway/{RAW}.yaml\napiVersion: v1\nkind: Service\nmetadata:\n  name: {name}\n  namespace: istio-system\n  annotations:\n    \
         a: b\n{annotations}spec:\n  type: LoadBalancer\n  loadBalancerIP: {text}\n  selector: {{istio: {text}}}\n  ports:\n  \
         - {{name: status-port, port: 15021}}\n  - {{name: http2, port: 80, targetPort: {text}}}\n  - {{name: https, port: 443}}\n  \
         - {{name: {text}, port: 9000, protocol: {text}}}\n"
    )
}

fn ingress(annotations: &str, text: &str) -> String {
    format!(
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: {text}\n  namespace: istio-system\n  annotations:\n    \
         kubernetes.io/ingress.class: alb\n{annotations}spec:\n  ingressClassName: {text}\n  rules:\n  - host: {text}\n    http:\n      paths:\n      \
         - {{path: {text}, pathType: {text}, backend: {{service: {{name: {text}, port: {{name: {text}}}}}}}}}\n      \
         - {{path: /, pathType: Prefix, backend: {{service: {{name: gw, port: {{number: 443}}}}}}}}\n"
    )
}

fn mesh(text: &str) -> String {
    format!(
        "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {{name: {text}, namespace: istio-system}}\nspec:\n  selector: {{istio: x}}\n  \
         servers:\n  - {{port: {{number: 443, name: {text}, protocol: {text}}}, hosts: [{text}], tls: {{mode: {text}, credentialName: {text}}}}}\n\
         ---\napiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {{name: {text}, namespace: istio-system}}\nspec:\n  \
         rules: [{{from: [{{source: {{ipBlocks: [{text}]}}}}]}}]\n"
    )
}

fn gateway_api(text: &str) -> String {
    format!(
        "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata:\n  name: {text}\n  namespace: istio-system\n  \
         annotations: {{{text}: {text}}}\nspec:\n  gatewayClassName: istio\n  infrastructure: {{annotations: {{{}: {text}}}}}\n  listeners:\n  \
         - {{name: {text}, port: 443, protocol: HTTPS, hostname: {text}, tls: {{certificateRefs: [{{name: {text}}}]}}}}\n",
        key(text)
    )
}

/// What is run, and whether its output is manifests.
const COMMANDS: &[(&[&str], bool)] = &[
    (&[], true),
    (&["--strict"], true),
    (&["--phase=attach"], true),
    (&["check"], false),
    (&["check", "--color=always"], false),
    (&["check", "--format=full"], false),
    (&["check", "--format=full", "--color=always"], false),
    (&["check", "--format=concise"], false),
    (&["check", "--format=github"], false),
    (&["check", "--format=json"], false),
    (&["check", "--format=sarif"], false),
    (&["check", "--as-is"], false),
    (&["check", "--as-is", "--format=full"], false),
    (&["check", "--as-is", "--format=concise"], false),
    (&["check", "--as-is", "--format=github"], false),
    (&["check", "--as-is", "--format=json"], false),
    (&["check", "--as-is", "--format=sarif"], false),
    (&["show"], false),
    (&["show", "--format=mermaid"], false),
    (&["show", "--format=svg"], false),
    (&["show", "--format=html"], false),
    (&["show", "--format=json"], false),
    (&["show", "--as-is"], false),
    (&["show", "--as-is", "--format=mermaid"], false),
    (&["show", "--as-is", "--format=svg"], false),
    (&["show", "--as-is", "--format=html"], false),
    (&["show", "--as-is", "--format=json"], false),
    (&["init"], false),
    (&["export", "flux"], true),
    (&["diff"], true),
    (&["diff", "--color=always"], false),
];

fn every_command(stream: &str) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, prints_manifests) in COMMANDS {
        let mut program = command(binary(), folder.path());
        program.args(*arguments).args(["--report", "r.json"]);
        let output = give(program, stream.as_bytes());
        if !matches!(output.status.code(), Some(0..=2)) {
            return fail(format!("{arguments:?}\n{}", shown(&output)));
        }
        let report = std::fs::read(folder.path().join("r.json")).unwrap();
        let is_colored = arguments.contains(&"--color=always");
        let printed = if *prints_manifests { &[] } else { output.stdout.as_slice() };
        for shown in [printed, &output.stderr, &report] {
            harmless(shown, is_colored).map_err(|why| format!("{arguments:?}: {why}"))?;
        }
    }
    Ok(())
}

/// No output has a letter that no output may have; in colours are those of the program itself.
fn harmless(shown: &[u8], is_colored: bool) -> Result<(), String> {
    let text = std::str::from_utf8(shown).map_err(|error| error.to_string())?;
    let line_of = |text: &str| text.lines().find(|line| line.contains(is_hostile)).map(|line| format!("{line:?}"));
    // The 0 and the codes with a `;` or of one figure are the program's; the streams have 31.
    let plain = if is_colored { without_colours(text) } else { text.to_owned() };
    line_of(&plain).map_or(Ok(()), Err)
}

fn without_colours(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|letter: char| !letter.is_ascii_digit() && letter != ';').unwrap_or(part.len());
        // What is no colour stays, and is found.
        match part[end..].strip_prefix('m') {
            Some(rest) => plain.push_str(rest),
            None => plain.push_str(&format!("\u{1b}[{part}")),
        }
    }
    plain
}

fn run(arguments: &[&str], env: &[(&str, &str)], input: &str) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let mut program = command(binary(), folder.path());
    program.args(arguments).envs(env.iter().copied());
    give(program, input.as_bytes())
}

/// A comment right beside what changes, so that it is in the context of the patch.
fn patches() -> Outcome {
    let line = format!("  # {RAW}\n");
    let stream = service("gw", "", "x").replace("  type:", &format!("{line}  type:"));
    let patch = String::from_utf8(run(&["diff"], &[], &stream).stdout)?;
    if !patch.contains(&format!("\n {line}")) {
        return fail(format!("the patch can't be applied:\n{patch:?}"));
    }
    let colored = String::from_utf8(run(&["diff", "--color=always"], &[], &stream).stdout)?;
    let escaped: String =
        RAW.chars().map(|c| if is_hostile(c) { c.escape_default().to_string() } else { c.into() }).collect();
    if without_colours(&colored) == patch.replace(RAW, &escaped) { Ok(()) } else { fail(format!("{colored:?}")) }
}

/// Under Helm 4 the message stands on stdout before the unchanged input, and Helm shows it on its stderr; under Skaffold it does
/// likewise.
fn helms_error() -> Outcome {
    for text in [ESCAPES, RAW] {
        let marked = "    postrenderer.helm.sh/postrender-filename: 'gateway/templates/service.yaml'\n";
        let stream = service("gw", marked, "x") + "---\n" + &service(&format!("\"{text}\""), marked, "x");
        for env in [("HELM_PLUGIN_NAME", "istio-alb"), ("SKAFFOLD_CMDLINE", "filter --post-renderer istio-alb")] {
            let output = run(&[], &[env], &stream);
            let Some(message) = output.stdout.strip_suffix(stream.as_bytes()) else { return fail(shown(&output)) };
            if !message.starts_with(b"--- ") || message.len() < 100 {
                return fail(shown(&output));
            }
            harmless(message, false)?;
        }
    }
    Ok(())
}

/// Flags and configuration are somebody's, too.
fn typed() -> Outcome {
    let stream = service("gw", "", "x");
    let bare: String = RAW.to_owned() + "\u{1b}[2J\u{9b}2J\r\n\u{7}";
    let set = format!("ingress.hosts=[\"{ESCAPES}\"]");
    let runs: &[&[&str]] = &[
        &["--gateway", &bare],
        &["--scheme", &bare],
        &["--certificate-arn", &bare],
        &["--set", &set],
        &["--config", &bare],
        &["--allow", &bare],
        &[&bare],
        &[&format!("--{bare}")],
        &["check", &bare],
        &["explain", &bare],
        &["--report", &format!("no/{bare}"), "check"],
    ];
    for arguments in runs {
        let output = run(arguments, &[], &stream);
        if !matches!(output.status.code(), Some(1 | 2)) {
            return fail(format!("{arguments:?}: {}", shown(&output)));
        }
        harmless(&output.stderr, false).map_err(|why| format!("{arguments:?}: {why}"))?;
    }
    let folder = tempfile::tempdir().unwrap();
    for text in [ESCAPES, RAW] {
        let configuration = format!(
            "apiVersion: istio-alb.dev/v1alpha1\nkind: AlbGateway\nmetadata: {{name: \"{text}\"}}\nspec:\n  \"{text}\": \"{text}\"\n  ingress: \
             {{scheme: \"{text}\"}}\n"
        );
        std::fs::write(folder.path().join("istio-alb.yaml"), configuration).unwrap();
        let output = give(command(binary(), folder.path()), stream.as_bytes());
        if output.status.code() != Some(2) {
            return fail(shown(&output));
        }
        harmless(&output.stderr, false)?;
    }
    Ok(())
}

fn compared() -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    for text in [ESCAPES, RAW] {
        let text = format!("\"{text}\"");
        let live = service("gw", &format!("    {text}: {text}\n{}", annotations(NLB, &text)), &text);
        std::fs::write(folder.path().join("live.yaml"), live).unwrap();
        for format in ["text", "json"] {
            let mut program = command(binary(), folder.path());
            program.args(["compare", "live.yaml", "-", "--format", format]);
            let output = give(program, service("gw", "", "x").as_bytes());
            if output.status.code() != Some(1) {
                return fail(shown(&output));
            }
            harmless(&output.stdout, false)?;
        }
    }
    Ok(())
}
