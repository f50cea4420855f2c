//! A registry of OCI artifacts on loopback.

use crate::support::tools::Tool;
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A registry that goes away with its files.
pub struct Registry {
    process: Child,
    folder: tempfile::TempDir,
    address: String,
}

impl Registry {
    pub fn start() -> Registry {
        let folder = tempfile::tempdir().unwrap();
        // It cannot tell which port it took; between this line and its start another process may take the port.
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        let configuration = folder.path().join("registry.yaml");
        let store = folder.path().join("store");
        let text = format!(
            "version: 0.1\nlog: {{level: error, accesslog: {{disabled: true}}}}\nstorage: {{filesystem: {{rootdirectory: \
             {}}}}}\nhttp: {{addr: '{address}'}}\n",
            store.display()
        );
        std::fs::write(&configuration, text).unwrap();
        let mut program = Command::new(Tool::Registry.path());
        program.args(["serve".as_ref(), configuration.as_os_str()]).stdin(Stdio::null());
        program.env("OTEL_TRACES_EXPORTER", "none");
        let said = std::fs::File::create(folder.path().join("said")).unwrap();
        program.stdout(Stdio::null()).stderr(said);
        let mut registry = Registry { process: program.spawn().unwrap(), folder, address };
        let start = Instant::now();
        while TcpStream::connect(&registry.address).is_err() {
            let ended = registry.process.try_wait().unwrap();
            let said = std::fs::read_to_string(registry.folder.path().join("said")).unwrap_or_default();
            assert!(ended.is_none() && start.elapsed() < Duration::from_secs(20), "{ended:?} {said}");
            std::thread::sleep(Duration::from_millis(20));
        }
        registry
    }

    /// Host and port, as references name them.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// A blob of the registry, in its own files.
    pub fn blob(&self, digest: &str) -> PathBuf {
        let hash = digest.trim_start_matches("sha256:");
        self.store().join(format!("blobs/sha256/{}/{hash}/data", &hash[..2]))
    }

    /// The digest that a tag stands for.
    pub fn tagged(&self, repository: &str, tag: &str) -> Option<String> {
        let link = format!("repositories/{repository}/_manifests/tags/{tag}/current/link");
        std::fs::read_to_string(self.store().join(link)).ok()
    }

    fn store(&self) -> PathBuf {
        self.folder.path().join("store/docker/registry/v2")
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
