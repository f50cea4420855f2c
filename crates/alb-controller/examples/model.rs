//! Prints the model of manifests, in YAML or JSON, as JSON.
//!
//! ```text
//! cargo run -p alb-controller --example model < manifests.yaml
//! ```

use std::error::Error;
use std::io::{Read, Write};

use alb_controller::model::{self, Options};
use kubernetes_objects::object;
use manifest_yaml::stream::Stream;

fn main() -> Result<(), Box<dyn Error>> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    std::io::stdout().write_all(model(&text).as_bytes())?;
    Ok(())
}

fn model(text: &str) -> String {
    let read = object::read_all(&Stream::split(text));
    let model = model::build(read.objects.iter().map(|object| &object.value), &Options::default());
    format!("{:#}\n", model::show_json(&model))
}

#[cfg(test)]
mod tests {
    use super::model;

    #[test]
    fn the_verdict_comes_with_the_words_of_the_controller() {
        let ingress = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: web\n  annotations:\n    \
                       kubernetes.io/ingress.class: alb\n    alb.ingress.kubernetes.io/scheme: public\nspec: {}\n";
        let printed = model(ingress);
        assert!(printed.contains("\"verdict\": \"refused\""), "{printed}");
        assert!(printed.contains("\"message\": \"unknown scheme: public\""), "{printed}");
    }
}
