//! What a workload is in a comparison of doing work here with handing it over.

/// From the two, analysis finds from how much work on handing over pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Does the work where it is called.
    Direct,
    /// Has the same work done elsewhere, one item at a time, and brings the result back.
    HandedOver,
}
