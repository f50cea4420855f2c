//! The dependencies of a chart that are not committed with it.
//!
//! `helm dependency build` wants every repository to be known by name. They are added from Chart.yaml, into a configuration
//! and caches of this request alone: the next tenant does not see them. All of it is in a folder below
//! `templates/` whose name begins with a dot, which Helm leaves out of every chart by a rule that cannot be switched off
//! (helm v3.21.4 pkg/ignore/rules.go:39, `templates/.?*`), so it neither counts into the chart's size nor shows in `.Files`,
//! and it ends with the request.
//!
//! A sidecar with a `HELM_REPOSITORY_CONFIG` of its own, for example with credentials, uses that and nothing else.

use std::path::Path;

use crate::config::{Files, sandbox};
use crate::error::{Error, quoted};
use manifest_yaml::Tree;

/// The folder, in that of the chart.
const PRIVATE: &str = "templates/.istio-alb";

/// The variable by which a sidecar names repositories of its own.
pub(super) const REPOSITORIES: &str = "HELM_REPOSITORY_CONFIG";

/// The variables of the private folder; `own` is whether the sidecar has repositories of its own.
#[must_use]
pub fn variables(own: bool) -> Vec<(String, String)> {
    let variable = |name: &str, path: &str| (name.to_owned(), format!("{PRIVATE}/{path}"));
    let mut variables = vec![variable("HELM_REPOSITORY_CACHE", "cache"), variable("HELM_CONTENT_CACHE", "content")];
    if !own {
        variables.push(variable(REPOSITORIES, "repositories.yaml"));
    }
    variables
}

/// The Helm commands that build the dependencies, each with its arguments.
///
/// # Errors
/// A dependency is a folder outside the repository.
pub fn commands(files: &dyn Files, own: bool) -> Result<Vec<Vec<String>>, Error> {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let mut urls: Vec<String> = Vec::new();
    for repository in repositories(files) {
        if let Some(path) = repository.strip_prefix("file://") {
            check_folder(path, &repository, files)?;
        } else if is_http(&repository) && !urls.contains(&repository) {
            urls.push(repository);
        }
    }
    if own {
        return Ok(vec![words(&["dependency", "build", "."])]);
    }
    let mut commands: Vec<Vec<String>> = urls
        .iter()
        .enumerate()
        .map(|(number, url)| words(&["repo", "add", &format!("dependency-{number}"), url]))
        .collect();
    // Each index was fetched when its repository was added.
    commands.push(words(&["dependency", "build", ".", "--skip-refresh"]));
    Ok(commands)
}

/// The repositories of the chart's dependencies. A file that cannot be read is reported by Helm.
fn repositories(files: &dyn Files) -> Vec<String> {
    let mut found = Vec::new();
    for file in ["Chart.yaml", "requirements.yaml"] {
        let text = files.read(Path::new(file)).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let value = text.as_deref().and_then(|text| Tree::parse(text).and_then(|tree| tree.value()).ok());
        let dependencies = value.as_ref().and_then(|value| value["dependencies"].as_array());
        let names = dependencies.into_iter().flatten().filter_map(|dependency| dependency["repository"].as_str());
        found.extend(names.map(str::to_owned));
    }
    found
}

fn is_http(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

/// Refuses a folder that is not in the repository. Helm takes `file:///a` for `/a`, which is no path of the repository.
fn check_folder(path: &str, repository: &str, files: &dyn Files) -> Result<(), Error> {
    let outside = || {
        Error::usage(format!("Chart.yaml: the dependency {} is not in the repository", quoted(repository)))
            .help("a chart of the same repository is named by a path from this one: file://../other")
    };
    if path.starts_with('/') {
        return Err(outside());
    }
    sandbox::locate(path, "Chart.yaml", files).map(|_| ()).map_err(|_| outside())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;
    use std::path::PathBuf;

    /// A chart in `/r/_cmp_server/1/app`.
    struct Chart<'t>(&'t str);

    impl Files for Chart<'_> {
        fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
            match path.to_str() {
                Some("Chart.yaml") => Ok(self.0.into()),
                _ => Err(io::ErrorKind::NotFound.into()),
            }
        }

        fn follow(&self, path: &Path) -> io::Result<PathBuf> {
            match path.to_str() {
                Some(".") => Ok("/r/_cmp_server/1/app".into()),
                Some("/r/_cmp_server/1/app/../other") => Ok("/r/_cmp_server/1/other".into()),
                _ => Err(io::ErrorKind::NotFound.into()),
            }
        }
    }

    fn commands_of(dependencies: &str, own: bool) -> Result<Vec<String>, String> {
        let chart = format!("name: a\ndependencies:\n{dependencies}");
        let commands = commands(&Chart(&chart), own).map_err(|error| error.message)?;
        Ok(commands.iter().map(|words| words.join(" ")).collect())
    }

    #[test]
    fn each_http_repository_is_added_once() {
        let chart = "- {name: a, repository: https://a.example.com}\n- {name: b, repository: http://b.example.com/x}\n\
                     - {name: c, repository: https://a.example.com}\n- {name: d, repository: oci://c.example.com}\n\
                     - {name: e}\n- {name: f, repository: file://../other}\n- {name: g, repository: --post-renderer=x}\n";
        assert_eq!(
            commands_of(chart, false).unwrap(),
            [
                "repo add dependency-0 https://a.example.com",
                "repo add dependency-1 http://b.example.com/x",
                "dependency build . --skip-refresh"
            ]
        );
        assert_eq!(commands_of(chart, true).unwrap(), ["dependency build ."]);
        assert_eq!(commands_of("[1", false).unwrap(), ["dependency build . --skip-refresh"]);
    }

    #[test]
    fn a_folder_outside_is_refused() {
        for folder in ["file://../../../2/app", "file:///r/_cmp_server/1/other", "file:///etc"] {
            assert_eq!(
                commands_of(&format!("- {{name: a, repository: \"{folder}\"}}\n"), false),
                Err(format!("Chart.yaml: the dependency `{folder}` is not in the repository"))
            );
        }
    }
}
