//! From log ratios to a verdict: what may be said of B against A, and when enough has been measured to say it.
//!
//! Pure arithmetic: knows no clock, no process, no file, and not how a ratio was taken. The method, its sources and
//! its limits stand in docs/method.md, "How two are compared".

mod decision;
mod estimate;
#[cfg(test)]
mod hanging_together;
mod interval;
mod layout;
mod over_placements;
mod over_starts;
#[cfg(test)]
mod recorded;
mod signed_rank;
#[cfg(test)]
mod simulated;
#[cfg(test)]
mod simulations;
mod start;
mod student;
mod suite;

pub use decision::{Decision, FIRST_LOOK, Rule, Unknown, Verdict, conclude, decide};
pub use estimate::Estimate;
pub use interval::Interval;
pub use layout::Layout;
pub use over_placements::placements_differ;
pub use over_starts::{OverStarts, over_starts};
pub use start::{FEWEST_QUADS, Start};
pub use suite::{benjamini_hochberg, holm};
