//! What is measured: pure code that knows no instrument. Imports [`crate::workload`], and [`crate::system`] where the
//! operating system is what is measured.

pub(crate) mod collections;
pub(crate) mod concurrency;
pub(crate) mod ruler;
mod seeded;
mod text;
