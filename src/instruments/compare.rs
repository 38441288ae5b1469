//! The compare instrument: is B faster than A, by how much, and what can this machine tell apart today.

pub mod statistics;
