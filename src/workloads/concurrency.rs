//! Threads, processes, pools, waiting, sharing.

pub(crate) mod channels;
pub(crate) mod children;
pub(crate) mod gcd;
mod schedule;
pub(crate) mod shared_counter;
pub(crate) mod stop_flag;
mod system;
mod threads;
pub(crate) mod wait;
pub(crate) mod worker;
