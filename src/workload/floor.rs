//! The least work that an answer needs, counted and not timed. A machine's speeds turn it into the least time.

/// What no way to the answer can do without; what is 0 is needed by none, or nobody can say how much of it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Floor {
    /// Bytes that the answer consists of: each has to be written once.
    pub bytes_written: u64,
    /// Heap blocks that hold it.
    pub allocations: u64,
    /// Divisions of 64 bits.
    pub divisions: u64,
    /// Processes started and awaited.
    pub processes: u64,
    /// Nanoseconds that were asked to be waited.
    pub waited_ns: u64,
}
