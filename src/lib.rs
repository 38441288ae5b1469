//! perflab: declare a hot loop once, measure the same machine code with every instrument, read one report.
//!
//! # The map
//!
//! | room | what it holds | imports |
//! |---|---|---|
//! | `fnv` | the digest that answers, files' names and seeds share | nothing of ours |
//! | [`workload`] | what a workload is; the loop that erases its type | `fnv` |
//! | `system` | safe doors to what the operating system has and std has not | nothing of ours |
//! | `workloads` | what is measured | `workload`, `system` |
//! | [`catalogue`] | the one list of families | `workloads`, `workload` |
//! | [`record`] | what instruments write and pages read | `fnv` |
//! | [`instruments`] | how it is measured, one room an instrument | `catalogue`, `workload`, `record`, `system` |
//! | [`analysis`] | records into rankings and findings | `record` |
//! | [`report`] | records and findings into pages | `record`, `analysis` |
//! | [`cli`] | the `perflab` command | all; nobody imports it |

/// What unit tests and integration tests share names the library from outside.
#[cfg(test)]
extern crate self as perflab;

pub mod analysis;
pub mod catalogue;
pub mod cli;
mod fnv;
pub mod instruments;
pub mod record;
pub mod report;
mod system;
pub mod workload;
mod workloads;

/// The example of the docs, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../docs/adding-a-workload.md")]
pub struct AddingAWorkload;
