//! All of stdin into memory, and pieces of memory to stdout, in few and large steps.
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
pub use linux::{read_all, write_all};
#[cfg(not(target_os = "linux"))]
pub use other::{read_all, write_all};
