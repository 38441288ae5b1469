//! How fast a machine does one of the few things that every program is made of.

use serde::{Deserialize, Serialize};

use super::Unit;

/// One speed of a machine: the middle of several takes, with their range.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Speed {
    /// What was timed, such as `write-l2` or `thread-start`.
    pub name: String,
    /// The middle of the takes.
    pub value: f64,
    /// The lower end of the middle's 95 % interval, by the sign test.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// Nanoseconds for a thing that is done, bytes a second for memory.
    pub unit: Unit,
    /// Of a level of memory, the bytes that it holds; absent for main memory, and for what is no level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holds_bytes: Option<u64>,
}

impl Speed {
    /// The name of writing to memory, before the level's own: `write-l1`.
    pub const WRITE: &str = "write-";
    /// Writing to the second level of cache, which is the largest of a core's own on the machines of today.
    pub const OWN_CACHE: &str = "write-l2";
    /// The name of copying within memory, before the level's own.
    pub const COPY: &str = "copy-";
    /// Writing to pages that nobody has touched before.
    pub const FRESH: &str = "write-fresh-pages";
    /// Taking a block of 64 bytes from the heap and giving it back.
    pub const ALLOCATION: &str = "allocation";
    /// A division of 64 bits that the next one waits for.
    pub const DIVISION_CHAINED: &str = "division-chained";
    /// A division of 64 bits that no other one waits for.
    pub const DIVISION: &str = "division";
    /// From one thread's call until another one that slept runs.
    pub const THREAD_WAKE: &str = "thread-wake";
    /// A thread made and joined.
    pub const THREAD_START: &str = "thread-start";
    /// A process that does nothing, started and awaited.
    pub const PROCESS_START: &str = "process-start";

    /// What one thing of this name takes among `speeds`, in nanoseconds; `None` where it was not taken, or is no time.
    pub fn time_of<'a>(name: &str, speeds: &'a [Speed]) -> Option<&'a Speed> {
        speeds.iter().find(|speed| speed.name == name && speed.unit == Unit::Ns)
    }
}
