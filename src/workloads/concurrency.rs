//! Threads, processes, pools, waiting, sharing.

pub(crate) mod gcd;
mod schedule;
pub(crate) mod worker;
