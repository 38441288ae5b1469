//! Records into rankings and findings: who is fastest at a size, what limits it, what is missing, what is stale. Imports `record` alone; runs
//! nothing, draws nothing, and knows the catalogue only as a [`Listing`](crate::record::Listing).

mod beside;
mod break_even;
mod coverage;
mod estimate;
pub mod findings;
mod floor;
mod gain;
pub mod growth;
mod history;
#[cfg(test)]
#[path = "../tests/known/books.rs"]
mod planted;
pub mod predictions;
mod ranking;
mod scaling;
pub mod shares;
mod standing;
pub mod symbols;
mod twins;
mod unpaired;
mod waits;

pub use beside::{Beside, GAIN, Help, NOTES_SIZE, Numbers, Speedups, beside};
pub use break_even::{BreakEven, Pays, break_even};
pub use coverage::{Coverage, current_revision};
pub use estimate::{Estimate, Ratio};
pub use floor::{Distance, LeastTime, Part, distances, least_time};
pub use gain::{Gain, gain};
pub use history::{CaseHistory, Change, FEWEST, HistoryPoint, HistoryRow};
pub use ranking::{Ranked, RankedBy, Ranking, rank};
pub use scaling::{Laws, Refusal, ScalingCurve, ScalingPoint, scaling};
pub use standing::{Since, Standing, instrument_of, standing};
pub use twins::{Twins, twins};
pub use unpaired::{differences, unpaired, without_times};
pub use waits::{WaitVerdict, WaitWord, judge};
