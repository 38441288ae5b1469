//! Safe doors to what the operating system has and std has not. Imports nothing of ours, and knows no kernel.

mod calls;
mod parent;
mod shared_memory;
mod this_program;

pub(crate) use calls::{
    forked, linux_only, return_code, terminate, unix_only, wait_for, wait_for_all, wait_on_process_file,
    without_process_files,
};
pub(crate) use parent::{end_with_parent, say_parent};
pub(crate) use shared_memory::SharedMemory;
pub(crate) use this_program::this_program;
