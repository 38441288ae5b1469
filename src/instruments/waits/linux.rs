//! Linux: everything that looks at threads. The rest of the crate knows it by what stands here.

mod births;
mod books;
mod census;
mod drawing;
mod edge;
mod ends;
mod instrument;
mod kernel_records;
mod ledger;
mod lives;
mod measure;
mod proc;
mod sampler;
mod sources;
mod syscalls;
mod timeline;
mod watch;

pub use drawing::fold;
pub(super) use instrument::{measure, survey};
pub use measure::{Plan, measure_case};
pub use proc::Proc;
pub use sources::Sources;
