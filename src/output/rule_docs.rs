//! The rules as documentation: the same text for `explain` and for the page of all findings.

use std::fmt::Write;

use crate::finding::Rule;
use crate::lint::REGISTRY;
use crate::output::words::Words;

/// The section about one rule, in Markdown.
#[must_use]
pub fn section(rule: &Rule) -> String {
    format!(
        "`{}`, {}: {}.\n\n{}\n\nWhat to do: {}\n\nSource: {}\n",
        rule.name,
        rule.severities(),
        rule.summary,
        rule.explanation,
        Words::Anywhere.of(&rule.help.into()),
        rule.source
    )
}

/// All rules on one line each, by topic: what `explain` prints without an id.
#[must_use]
pub fn list() -> String {
    let mut list = String::new();
    for (topic, rules) in REGISTRY.by_topic() {
        let _ = writeln!(list, "{topic}");
        for rule in rules {
            let severities = rule.all_severities();
            let _ = writeln!(list, "  {}  {severities:<20}  {}: {}", rule.id, rule.name, rule.summary);
        }
        list.push('\n');
    }
    list + "`istio-alb explain ID` says more about one of them; a name will do, too.\n"
}

/// All rules, one section each, under the ids that `explain` takes.
#[must_use]
pub fn page() -> String {
    let mut page = String::from(
        "# Findings\n\nWhat `check` reports and the filter warns of or refuses. `istio-alb explain` lists them by topic, and \
         `istio-alb explain ID` prints\na section of this page. `--allow`, `--warn` and `--deny` change what a finding does; they \
         take ids and names. A finding has\nthe severity that stands first, and in some cases another. An error in an Ingress \
         without any class is a warning, since\nperhaps the controller leaves it alone.\n",
    );
    for (topic, rules) in REGISTRY.by_topic() {
        let _ = write!(page, "\n## {topic}\n\n| id | severity | |\n|---|---|---|\n");
        for rule in rules {
            let (link, summary) = (rule.id.to_lowercase(), rule.summary.replace('|', "\\|"));
            let _ = writeln!(page, "| [{}](#{link}) | {} | {summary} |", rule.id, rule.all_severities());
        }
    }
    for rule in REGISTRY.rules() {
        let _ = write!(page, "\n## {}\n\n{}", rule.id, section(rule));
    }
    page.push_str(OUT_OF_REACH);
    page
}

/// What no rule can know; `show` calls it unknown.
const OUT_OF_REACH: &str = "
## Out of reach

Whether it works may also depend on what is not in the stream. No rule guesses it, and `show` says `it depends on the cluster` or
`it depends on AWS` where it decides:

| what | why it can't be told |
|---|---|
| subnets: whether they exist, their zones and IPv6 ranges, which ones are found by tags; one subnet alone, which is right in a \
Local Zone or on an Outpost only | they are in the VPC |
| what the security groups of the nodes let through, from the ALB and from node to node | they are in the VPC: [operations.md](operations.md#node-security-groups) |
| security groups, trust stores, web ACLs and target groups by name | AWS looks them up |
| HTTPS with a host and without `certificate-arn` | whether ACM has a certificate for the host |
| the Secret of an OIDC client, an IngressClass or its IngressClassParams that the stream names and does not hold, a default \
IngressClass | they are in the cluster |
| the controller's flags: its class, its default scheme and target type, what it forbids, its feature gates | they are in its \
Deployment; `className` and `controllerVersion` in the configuration set two of them |
| members of an IngressGroup outside the stream | they are in the cluster |
| names that are taken, quotas, a Shield subscription | they are in the account |
| Gateways and VirtualServices that are applied apart from the chart, `meshConfig` | they are in the cluster |
";
