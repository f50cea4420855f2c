//! How much memory a run takes at its peak, beside what was allocated before.

use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// What a run may take: so many bytes, and so many more for each byte of its input.
#[derive(Debug, Clone, Copy)]
pub struct Bound {
    /// For an input of no bytes: tables that are made once among it.
    pub fixed: usize,
    /// For each byte of the input.
    pub factor: usize,
}

impl Bound {
    /// What is allowed for an input of this length.
    pub fn of(self, length: usize) -> usize {
        self.fixed + self.factor * length
    }
}

/// Runs something and says how many bytes it took at its peak. Other threads count as well: there must be none.
pub fn peak(run: impl FnOnce()) -> usize {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    run();
    MEMORY.peak_usage().saturating_sub(before)
}
