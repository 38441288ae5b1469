//! What is measured: pure code that knows no instrument. Imports [`crate::workload`], and [`crate::system`] where the
//! operating system is what is measured.

pub(crate) mod collections;
pub(crate) mod concurrency;
pub(crate) mod ruler;
mod seeded;
mod text;

/// Worker processes are this program started again, and so are the processes that measure.
pub(crate) use crate::system::this_program;
