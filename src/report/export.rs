//! Recorded profiles in the formats of other tools. Knows the formats, and nothing of where files lie.

mod csv;
mod firefox;
mod gzip;
mod pprof;
mod protobuf;
mod speedscope;
mod stacks;

pub use csv::csv;
pub use firefox::firefox;
pub use pprof::pprof;
pub use speedscope::speedscope;

use crate::record::{CaseId, Folded};

/// What the weights of a profile count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Weighs {
    /// CPU samples, and how many were taken a second of CPU time: as measured, not as asked for. `None` where that was
    /// not recorded; samples are then no time.
    Samples(Option<f64>),
    /// Instructions.
    Instructions,
    /// Bytes from the heap.
    HeapBytes,
    /// Microseconds of wall time, thread by thread.
    WallMicroseconds,
}

/// The stacks of a case, of one instrument.
#[derive(Debug, Clone, Copy)]
pub struct Profile<'a> {
    /// Which case.
    pub id: &'a CaseId,
    /// Its stacks.
    pub folded: &'a Folded,
    /// What their weights count.
    pub weighs: Weighs,
}

/// Why a profile cannot be told in a format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExportError {
    /// More than the format counts exactly.
    #[error(
        "`{id}` weighs {total} in all, and {format} counts up to {most} exactly: `--format folded` has it"
    )]
    TooMuch {
        /// Which case.
        id: String,
        /// The weight of all stacks.
        total: u128,
        /// The format.
        format: &'static str,
        /// What it can count to.
        most: u64,
    },
}

/// JSON is read by programs whose numbers are exact up to here.
const MOST_IN_JSON: u64 = 1 << 53;

impl Profile<'_> {
    /// The weight of all stacks, if `format` can tell it.
    fn total(&self, format: &'static str, most: u64) -> Result<u64, ExportError> {
        let total = self.folded.total();
        let fits = u64::try_from(total).ok().filter(|total| *total <= most);
        fits.ok_or_else(|| ExportError::TooMuch { id: self.id.to_string(), total, format, most })
    }

    /// CPU time of all samples in nanoseconds, by the measured rate; `None` for other profiles, and where no rate was
    /// recorded or the time is beyond what `most` allows.
    fn cpu_ns(&self, samples: u64, most: u64) -> Option<u64> {
        let Weighs::Samples(Some(rate_hz)) = self.weighs else { return None };
        let ns = samples as f64 / rate_hz * 1e9;
        (rate_hz > 0.0 && ns <= most as f64).then(|| ns.round() as u64)
    }
}

/// The program that wrote a file, as formats ask for it.
const EXPORTER: &str = concat!("perflab@", env!("CARGO_PKG_VERSION"));
