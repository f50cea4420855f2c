//! As the standard library does it.

#[cfg(not(unix))]
use std::any::Any as AsFd;
use std::io::{self, ErrorKind, IoSlice, Read, Write};
#[cfg(unix)]
use std::os::fd::AsFd;

use super::MOST;
use super::input::Input;

/// Reads stdin to its end, or past [`MOST`].
pub fn read_all() -> io::Result<Input> {
    let mut input = Vec::new();
    let mut stdin = io::stdin().lock();
    // What came before there was nothing for the moment is in the buffer.
    patiently(&mut stdin, For::Input, |stdin| {
        let room = (MOST + 1 - input.len()) as u64;
        stdin.by_ref().take(room).read_to_end(&mut input)
    })?;
    Ok(Input::Heap(input))
}

/// Writes all pieces to stdout.
pub fn write_all(pieces: &mut [IoSlice<'_>]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for piece in pieces.iter() {
        write_to(&mut out, piece)?;
    }
    patiently(&mut out, For::Output, Write::flush)
}

/// Writes messages to stderr.
pub fn write_messages(messages: &[u8]) -> io::Result<()> {
    write_to(&mut io::stderr().lock(), messages)
}

fn write_to(out: &mut (impl Write + AsFd), mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match patiently(out, For::Output, |out| out.write(bytes))? {
            0 => return Err(ErrorKind::WriteZero.into()),
            written => bytes = &bytes[written..],
        }
    }
    Ok(())
}

/// For what is waited.
#[derive(Clone, Copy)]
enum For {
    Input,
    Output,
}

/// Calls until the system has an answer.
fn patiently<S: AsFd, T>(stream: &mut S, what: For, mut call: impl FnMut(&mut S) -> io::Result<T>) -> io::Result<T> {
    loop {
        match call(stream) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => wait(stream, what)?,
            done => return done,
        }
    }
}

#[cfg(unix)]
fn wait(stream: &impl AsFd, what: For) -> io::Result<()> {
    use rustix::event::{PollFd, PollFlags, poll};
    let flags = match what {
        For::Input => PollFlags::IN,
        For::Output => PollFlags::OUT,
    };
    match poll(&mut [PollFd::new(stream, flags)], None) {
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Streams of other systems are never in that state.
#[cfg(not(unix))]
fn wait(_: &impl AsFd, _: For) -> io::Result<()> {
    Err(ErrorKind::WouldBlock.into())
}
