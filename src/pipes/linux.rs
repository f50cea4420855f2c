//! With huge pages and large pipes.

use std::io::{self, IoSlice};

use memmap2::{Advice, MmapMut, MmapOptions};
use rustix::buffer::spare_capacity;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::fd::{AsFd, BorrowedFd};
use rustix::io::Errno;
use rustix::pipe::fcntl_setpipe_size;

use super::MOST;
use super::input::Input;

/// What a pipe holds by default: no more can be there when we begin.
const FIRST: usize = 1 << 16;
/// The most that anybody may make a pipe hold (`/proc/sys/fs/pipe-max-size`).
const PIPE: usize = 1 << 20;
/// Addresses that are taken for a large stream; memory is used as it is written to.
const ROOM: usize = 1 << 30;

/// Reads stdin to its end, or past [`MOST`].
pub fn read_all() -> io::Result<Input> {
    let stdin = io::stdin();
    let stdin = stdin.as_fd();
    let mut first = Vec::with_capacity(FIRST);
    while first.len() < first.capacity() {
        if again(stdin, PollFlags::IN, || rustix::io::read(stdin, spare_capacity(&mut first)))? == 0 {
            return Ok(Input::Heap(first));
        }
    }
    let _ = fcntl_setpipe_size(stdin, PIPE);
    let mut length = first.len();
    let Some(mut map) = reserve(ROOM) else { return heap(stdin, first) };
    map[..length].copy_from_slice(&first);
    drop(first);
    loop {
        if length == map.len() {
            let Some(mut larger) = length.checked_mul(4).and_then(reserve) else {
                return heap(stdin, map.to_vec());
            };
            larger[..length].copy_from_slice(&map);
            map = larger;
        }
        match again(stdin, PollFlags::IN, || rustix::io::read(stdin, &mut map[length..]))? {
            0 => return Ok(Input::Mapped { map, length }),
            read => length += read,
        }
        if length > MOST {
            return Ok(Input::Mapped { map, length });
        }
    }
}

/// Goes on without a map.
fn heap(stdin: BorrowedFd<'_>, mut bytes: Vec<u8>) -> io::Result<Input> {
    loop {
        // As much again, so that nothing is copied often.
        if bytes.len() == bytes.capacity() {
            bytes.try_reserve(bytes.len())?;
        }
        let read = again(stdin, PollFlags::IN, || rustix::io::read(stdin, spare_capacity(&mut bytes)))?;
        if read == 0 || bytes.len() > MOST {
            return Ok(Input::Heap(bytes));
        }
    }
}

fn reserve(length: usize) -> Option<MmapMut> {
    let map = MmapOptions::new().len(length).no_reserve_swap().map_anon().ok()?;
    let _ = map.advise(Advice::HugePage);
    Some(map)
}

/// Writes all pieces to stdout.
pub fn write_all(pieces: &mut [IoSlice<'_>]) -> io::Result<()> {
    let stdout = io::stdout();
    if pieces.iter().map(|piece| piece.len()).sum::<usize>() > FIRST {
        let _ = fcntl_setpipe_size(&stdout, PIPE);
    }
    write_to(stdout.as_fd(), pieces)
}

/// Writes messages to stderr.
pub fn write_messages(messages: &[u8]) -> io::Result<()> {
    write_to(io::stderr().as_fd(), &mut [IoSlice::new(messages)])
}

fn write_to(out: BorrowedFd<'_>, mut pieces: &mut [IoSlice<'_>]) -> io::Result<()> {
    /// `IOV_MAX`.
    const AT_ONCE: usize = 1024;
    IoSlice::advance_slices(&mut pieces, 0);
    while !pieces.is_empty() {
        let now = &pieces[..pieces.len().min(AT_ONCE)];
        match again(out, PollFlags::OUT, || rustix::io::writev(out, now))? {
            0 => return Err(io::ErrorKind::WriteZero.into()),
            written => IoSlice::advance_slices(&mut pieces, written),
        }
    }
    Ok(())
}

/// Calls until the kernel has an answer: a signal may come between, and whoever shares the pipe may have said that nobody waits.
fn again<T>(pipe: BorrowedFd<'_>, what: PollFlags, mut call: impl FnMut() -> Result<T, Errno>) -> io::Result<T> {
    loop {
        match call() {
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => match poll(&mut [PollFd::from_borrowed_fd(pipe, what)], None) {
                Ok(_) | Err(Errno::INTR) => {}
                Err(other) => return Err(other.into()),
            },
            other => return Ok(other?),
        }
    }
}
