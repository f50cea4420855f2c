//! The files that an Argo CD Application may name: those of its repository.
//!
//! Whoever may edit an Application must not read other tenants' sources through it, which lie beside its own and belong to
//! the same user, nor the sidecar's own files by way of an error message. So a path is followed to where it leads, and that
//! must be inside. It is also compared as it is written: whether something exists outside is nobody's business either.
//!
//! The repository is the folder that Argo CD makes for one request, directly below `_cmp_server` (argo-cd v3.5.7
//! cmpserver/plugin/plugin.go:226, common/common.go:434); for a chart without a repository it is the chart. It is found from
//! the working directory upwards and not from `ARGOCD_APP_SOURCE_PATH`, which may be a link and then is no part of it.

use super::settings::Files;
use crate::error::{Error, quoted};
use std::ffi::OsStr;
use std::io;
use std::path::{Component, Path, PathBuf};

/// The folder below which Argo CD makes one folder for each request.
const REQUESTS: &str = "_cmp_server";

/// The repository that a physical working directory is in; the directory itself where Argo CD did not make it.
#[must_use]
pub fn root(working_directory: &Path) -> &Path {
    let is_request = |folder: &&Path| folder.parent().and_then(Path::file_name) == Some(OsStr::new(REQUESTS));
    working_directory.ancestors().find(is_request).unwrap_or(working_directory)
}

/// Where a file of the repository is: an absolute path without links. `None` where there is no such file. A path counts from
/// the working directory, and with `/` in front from the root of the repository, as in Argo CD's own Helm sources.
///
/// # Errors
/// The path leads out of the repository. `origin` is who names it, for the message.
pub fn locate(name: &str, origin: &str, files: &dyn Files) -> Result<Option<PathBuf>, Error> {
    let outside = || {
        Error::usage(format!("{origin}: {} is not in the repository", quoted(name)))
            .help("name a file of the Application's own repository; with `/` in front the path counts from its root")
    };
    if name.contains("://") {
        return Err(outside());
    }
    let here = files
        .follow(Path::new("."))
        .map_err(|error| Error::usage(format!("cannot find the working directory: {error}")))?;
    let root = root(&here);
    let path = match name.strip_prefix('/') {
        Some(rest) => root.join(rest.trim_start_matches('/')),
        None => here.join(name),
    };
    if !written(&path).starts_with(root) {
        return Err(outside());
    }
    match files.follow(&path) {
        Ok(there) if there.starts_with(root) => Ok(Some(there)),
        Err(error) if is_absent(&error) => Ok(None),
        _ => Err(outside()),
    }
}

/// The error for a file that is not there.
#[must_use]
pub fn absent(name: &str, origin: &str) -> Error {
    Error::usage(format!("{origin}: there is no file {}", quoted(name)))
        .help("a path counts from the Application's folder, and with `/` in front from the root of the repository")
}

/// An absolute path without `.` and `..`, links not followed.
fn written(path: &Path) -> PathBuf {
    let mut written = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                written.pop();
            }
            Component::CurDir => {}
            other => written.push(other),
        }
    }
    written
}

fn is_absent(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidFilename, InvalidInput, NotADirectory, NotFound};
    matches!(error.kind(), NotFound | NotADirectory | InvalidInput | InvalidFilename)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_is_the_folder_of_the_request() {
        let root = |path: &str| root(Path::new(path)).to_str().unwrap().to_owned();
        assert_eq!(root("/tmp/_cmp_server/1a2b/apps/gw"), "/tmp/_cmp_server/1a2b");
        assert_eq!(root("/tmp/_cmp_server/1a2b"), "/tmp/_cmp_server/1a2b");
        assert_eq!(root("/home/me/charts/gw"), "/home/me/charts/gw");
        // A folder of that name in the repository makes it smaller, never larger.
        let inner = "/tmp/_cmp_server/1a2b/_cmp_server/x";
        assert_eq!(root(&format!("{inner}/gw")), inner);
        assert_eq!(root("/tmp/_cmp_server"), "/tmp/_cmp_server");
    }

    /// A disk with three files, in the repository `/r/_cmp_server/1` and outside.
    struct Disk;

    impl Files for Disk {
        fn read(&self, _: &Path) -> io::Result<Vec<u8>> {
            Err(io::ErrorKind::NotFound.into())
        }

        fn follow(&self, path: &Path) -> io::Result<PathBuf> {
            match written(&Path::new("/r/_cmp_server/1/app").join(path)).to_str() {
                Some("/r/_cmp_server/1/app/link") => Ok("/etc/passwd".into()),
                Some("/r/_cmp_server/1/app/gone") => Err(io::ErrorKind::NotFound.into()),
                Some(path) => Ok(path.into()),
                None => Err(io::ErrorKind::InvalidInput.into()),
            }
        }
    }

    #[test]
    fn a_path_leads_to_a_file_of_the_repository_or_nowhere() {
        let located = |name| {
            locate(name, "here", &Disk)
                .map(|path| path.unwrap_or_default().to_str().unwrap().to_owned())
                .map_err(|error| error.message)
        };
        for (name, path) in [
            ("a.yaml", "/r/_cmp_server/1/app/a.yaml"),
            ("./b/../a.yaml", "/r/_cmp_server/1/app/a.yaml"),
            ("../other/a.yaml", "/r/_cmp_server/1/other/a.yaml"),
            ("/a.yaml", "/r/_cmp_server/1/a.yaml"),
            ("//etc/passwd", "/r/_cmp_server/1/etc/passwd"),
            ("gone", ""),
        ] {
            assert_eq!(located(name), Ok(path.to_owned()));
        }
        for name in [
            "../../2/app/a.yaml",
            "/../2/a.yaml",
            "../../10/a.yaml",
            "../../2/gone",
            "../../../../etc/passwd",
            "link",
            "https://example.com/values.yaml",
            "file:///etc/passwd",
        ] {
            assert_eq!(located(name), Err(format!("here: `{name}` is not in the repository")));
        }
    }
}
