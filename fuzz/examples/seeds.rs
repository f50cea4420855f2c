//! Writes the seeds of a target into a folder: `cargo run --example seeds -- filter fuzz/corpus/filter`.
#![allow(clippy::unwrap_used)]

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (target, folder) = (arguments.next().unwrap(), arguments.next().unwrap());
    fuzzing::seeds::write(fuzzing::targets::target(&target).seeds, folder.as_ref())
}
