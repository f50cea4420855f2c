use super::*;

#[test]
fn every_field_is_a_parameter_of_its_own_and_announced() {
    let announced: Vec<Json> = serde_json::from_str(&announce()).unwrap();
    let mut names: Vec<_> = announced.iter().map(|entry| entry["name"].as_str().unwrap()).collect();
    for field in FIELDS {
        assert!(names.contains(&field.parameter().as_str()), "{}", field.path);
        let flag = field.flag.unwrap_or_default();
        assert!(flag.is_empty() || field.parameter() == flag, "{flag}");
    }
    let scheme = announced.iter().find(|entry| entry["name"] == "scheme").unwrap();
    assert_eq!(
        *scheme,
        json!({
            "name": "scheme",
            "tooltip": "From where the ALB can be reached: internal or internet-facing (ingress.scheme; default: internet-facing)",
            "collectionType": "string",
        })
    );
    let no_carry_over = announced.iter().find(|entry| entry["name"] == "no-carry-over").unwrap();
    assert_eq!(
        no_carry_over["tooltip"],
        "Do not keep on the Ingress what the removed annotations and fields of the Service meant (the opposite of carryOver; \
         true or false; default: false)"
    );
    assert!(announced.iter().all(|entry| { entry["tooltip"].as_str().is_some_and(|text| text.len() > 20) }));
    assert!(!announce().trim_end().contains('\n'));
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}

#[test]
fn the_tables_in_docs_are_these_parameters() {
    let known = known();
    let (fixed, fields) = known.split_at(known.len() - FIELDS.len());
    let mut helm = String::from("\n| parameter | shape | what it says |\n|---|---|---|\n");
    for known in fixed {
        let row = format!("| `{}` | {} | {} |\n", known.name, known.kind.word(), known.about);
        helm.push_str(&row);
    }
    let mut options = String::from("\n| parameter | shape | field |\n|---|---|---|\n");
    for (known, field) in fields.iter().zip(FIELDS) {
        let opposite = match field.shape {
            Shape::InverseSwitch => "the opposite of ",
            _ => "",
        };
        let row = format!("| `{}` | {} | {opposite}`{}` |\n", known.name, known.kind.word(), field.path);
        options.push_str(&row);
    }
    let parts = [("helm parameters", helm + "\n"), ("option parameters", options + "\n")];
    crate::golden::compare_parts("docs/argocd.md", &parts);
}
