//! Writes the man pages and the completions of the shells into a folder, as packages install them below `share`:
//!
//! ```text
//! cargo run --locked --example pages -- share
//! ```

use std::error::Error;
use std::fs;
use std::path::Path;

use clap_complete::Shell;
use istio_alb::cli::described;

const NAME: &str = "istio-alb";

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os().nth(1).ok_or("usage: pages FOLDER")?;
    write(Path::new(&folder))
}

/// Writes all pages below a folder.
pub fn write(share: &Path) -> Result<(), Box<dyn Error>> {
    let man = share.join("man/man1");
    fs::create_dir_all(&man)?;
    clap_mangen::generate_to(described(), &man)?;
    for (shell, path) in [
        (Shell::Bash, "bash-completion/completions/istio-alb"),
        (Shell::Zsh, "zsh/site-functions/_istio-alb"),
        (Shell::Fish, "fish/vendor_completions.d/istio-alb.fish"),
    ] {
        let path = share.join(path);
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut described(), NAME, &mut script);
        fs::write(path, script)?;
    }
    Ok(())
}
