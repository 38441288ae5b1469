//! Whether A is faster than B, by how much, and what this machine can tell apart today.

pub mod builds;
