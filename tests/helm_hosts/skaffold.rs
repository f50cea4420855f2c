//! Skaffold (not run here) ignores how a post-renderer ends. What it stops at, so that nothing is deleted: a line that
//! begins with `---` and goes on with anything but blanks.

use crate::support::{Outcome, binary, command, give, project};
use libtest_mimic::Trial;
use std::process::Output;

const FILTER: &str =
    "filter --kube-context test --label=skaffold.dev/run-id=0 --post-renderer istio-alb";

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("Skaffold stops at a refused run", stops),
        Trial::test("inside of Skaffold a run is like any other", like_any_other),
    ]
}

fn input(case: &str) -> Vec<u8> {
    std::fs::read(
        project()
            .join("chart-fixtures/cases")
            .join(case)
            .join("input.yaml"),
    )
    .unwrap()
}

fn run(command_line: Option<&str>, variable: Option<(&str, &str)>, input: &[u8]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let mut program = command(binary(), folder.path());
    program.env_remove("SKAFFOLD_CMDLINE");
    for (name, value) in command_line
        .map(|line| ("SKAFFOLD_CMDLINE", line))
        .into_iter()
        .chain(variable)
    {
        program.env(name, value);
    }
    give(program, input)
}

fn stops() -> Outcome {
    let wrong_input = (input("helm3-eastwest"), None, 2);
    let finding = (
        input("helm3-default"),
        Some(("ISTIO_ALB_DENY", "ALB006")),
        1,
    );
    let wrong_variable = (
        input("helm3-default"),
        Some(("ISTIO_ALB_SCHEEM", "internal")),
        2,
    );
    for (input, variable, code) in [wrong_input, finding, wrong_variable] {
        let plain = run(Some("deploy"), variable, &input);
        assert_eq!((plain.status.code(), plain.stdout.len()), (Some(code), 0));

        let refused = run(Some(FILTER), variable, &input);
        assert_eq!(
            (refused.status.code(), &refused.stderr),
            (Some(code), &plain.stderr)
        );
        let text = String::from_utf8(refused.stdout)?;
        let (first, rest) = text.split_once('\n').unwrap();
        assert!(first.starts_with("--- \"istio-alb: "), "{first}");
        let said: String = serde_json::from_str(&first[4..])?;
        assert!(String::from_utf8(plain.stderr)?.contains(&said), "{said}");
        assert_eq!(rest.as_bytes(), input);
    }
    Ok(())
}

fn like_any_other() -> Outcome {
    let input = input("helm3-default");
    let (plain, inside) = (run(None, None, &input), run(Some(FILTER), None, &input));
    assert!(plain.status.success());
    assert_eq!(plain, inside);
    Ok(())
}
