//! Safe doors to what the operating system has and std has not. Imports nothing of ours, and knows no kernel.

mod shared_memory;

pub(crate) use shared_memory::SharedMemory;
