//! Is A faster than B, by how much, and what can this machine tell apart today: interleaved pairs.
//!
//! Two sides run in short blocks in turn, in processes of their own that are started anew again and again, each time
//! with another environment, heap and, for two builds, another placement of the code. What a neighbour disturbed is set
//! aside by its cause. The estimate is over the starts, because what the placement does to a case does not average out
//! within one. docs/method.md, "How two are compared".

mod addresses;
mod baton;
mod bench;
mod block;
pub mod builds;
mod canary;
mod causes;
mod chosen;
mod counters;
mod counts;
mod dealing;
mod engine;
mod extent;
mod full_core;
mod modes;
mod pinning;
mod quads;
mod self_check;
mod server;
mod serving;
mod settle;
#[cfg(test)]
mod simulated;
mod start;
pub mod statistics;
mod taking;
mod wire;

pub use addresses::can_be_undrawn;
pub use block::Block;
pub use causes::{Cause, Causes};
pub use chosen::{PlacementRatio, Slowness};
pub(super) use counters::stolen_ns;
pub use counts::{can_count, count};
pub use engine::{Pair, Side};
pub use extent::TooLong;
pub(super) use full_core::{fastest_ns, hear_of};
pub use modes::Modes;
pub use self_check::{note_what_is_told_apart, told_apart};
pub use server::serves;
pub use serving::serve;
pub use settle::{Begun, FEWEST_PLACEMENTS, Outcome, settle};
pub use start::{Budget, StartError, Taken};

/// The middle value; NaN of none.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let n = values.len();
    match n {
        0 => f64::NAN,
        _ if n % 2 == 1 => values[n / 2],
        _ => (values[n / 2 - 1] + values[n / 2]) / 2.0,
    }
}
