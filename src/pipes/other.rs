//! As the standard library does it.

use std::io::{self, IoSlice, Read, Write};

use super::input::Input;

/// Reads stdin to its end.
pub fn read_all() -> io::Result<Input> {
    let mut input = Vec::new();
    io::stdin().lock().read_to_end(&mut input)?;
    Ok(Input::Heap(input))
}

/// Writes all pieces to stdout.
pub fn write_all(pieces: &mut [IoSlice<'_>]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for piece in pieces.iter() {
        out.write_all(piece)?;
    }
    out.flush()
}
