//! The least that a filter in a pipe costs: all of stdin, then all of it to stdout. `start_to_end.rs` builds it, static as the program
//! that is shipped.

use std::io::{Read, Write};

fn main() -> std::io::Result<()> {
    let mut all = Vec::new();
    std::io::stdin().lock().read_to_end(&mut all)?;
    std::io::stdout().lock().write_all(&all)
}
