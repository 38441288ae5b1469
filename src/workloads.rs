//! What is measured: pure code that knows no instrument. Imports [`crate::workload`] and nothing else of ours.

pub(crate) mod collections;
pub(crate) mod concurrency;
pub(crate) mod ruler;
mod seeded;
