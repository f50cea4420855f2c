//! What was read of stdin.

use std::ops::Deref;

/// What was read.
pub enum Input {
    Heap(Vec<u8>),
    #[cfg(target_os = "linux")]
    Mapped {
        map: memmap2::MmapMut,
        length: usize,
    },
}

/// Nothing.
impl Default for Input {
    fn default() -> Self {
        Input::Heap(Vec::new())
    }
}

impl Deref for Input {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Input::Heap(bytes) => bytes,
            #[cfg(target_os = "linux")]
            Input::Mapped { map, length } => &map[..*length],
        }
    }
}

impl Input {
    /// For what keeps it.
    pub fn into_vec(self) -> Vec<u8> {
        match self {
            Input::Heap(bytes) => bytes,
            #[cfg(target_os = "linux")]
            Input::Mapped { .. } => self.to_vec(),
        }
    }
}
