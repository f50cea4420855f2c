//! All of stdin into memory, and pieces of memory to stdout and stderr, in few and large steps.
//!
//! Whoever shares a pipe or a terminal with us may have made it non-blocking: then it is waited for until it has or takes something.
//!
//! Of the time that a large stream takes most is the kernel's: a fault for each page of memory that is touched first, and a change of
//! process for each 64 KiB that a pipe holds. So on Linux more than a pipe holds at once is read into a map that may have huge pages,
//! and both pipes are made larger. What the kernel refuses of it (a limit, a file in place of a pipe) is done without.

mod input;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
mod other;

pub use input::Input;
#[cfg(target_os = "linux")]
pub use linux::{read_all, write_all, write_messages};
#[cfg(not(target_os = "linux"))]
pub use other::{read_all, write_all, write_messages};

/// Where nobody means what comes in: the API server takes 3 MiB at once, and Helm keeps 1 MiB of a release. Reading stops behind it.
pub const MOST: usize = 2 << 30;
