//! The narrow waist: what instruments write and what analysis and report read. A versioned JSON schema: runs, their history
//! and what commands print are described in docs/schema; the costs, heap sites and wait ledgers beside each case carry the
//! same version. Measures nothing, draws nothing.

mod canary;
mod case_files;
mod case_id;
mod comparison;
mod costs;
mod environment;
mod finding;
mod fingerprint;
mod folded;
mod heap_sites;
mod history;
mod layout;
mod listing;
mod merge;
mod metric;
mod recorded;
mod run;
mod speed;
mod store;
mod waits_ledger;

pub use canary::FULL_CORE;
pub(crate) use case_files::read_kept;
pub use case_files::{CaseFiles, Kept};
pub use case_id::{CaseId, CaseIdError};
pub use comparison::{
    ComparedBuild, ComparedCase, ComparedCount, Comparison, SelfCheck, SelfComparison, SetAside, VerdictWord,
};
pub use costs::{Branches, Costs, FunctionCost};
pub use environment::Environment;
pub use finding::{Anchor, Evidence, Finding, FindingKind};
pub use fingerprint::{Difference, NumberKind, told};
pub use folded::{Folded, NO_LINE, Parsed};
pub(crate) use folded::{clean as clean_frame, shared_frames};
pub use heap_sites::{CallSite, HeapSites};
pub use history::{BriefCase, BriefNumber, BriefRun, History};
pub use layout::Layout;
pub use listing::{
    ListedConcurrency, ListedCounts, ListedFamily, ListedFloor, ListedRole, ListedWorkload, Listing, Spare,
    SpeedupBound,
};
pub use merge::{MergeError, Merged, merge};
pub use metric::{InstrumentName, Metric, Unit};
pub use recorded::{Recorded, RecordedCase, RecordedInstrument};
pub use run::{CaseRecord, Failure, InstrumentState, LeftOut, Measurement, Run, State};
pub use speed::Speed;
pub(crate) use store::write_atomically;
pub use store::{Loaded, Lock, RecordError, Recorder, load, load_run};
pub use waits_ledger::{
    BlockedIn, Doing, Interval, Lane, Sampling, ThreadWaits, Timeline, WaitParts, WaitsLedger,
};

/// The version of every JSON that perflab writes. It changes only by addition; a reader refuses a newer one.
pub const SCHEMA: u32 = 1;
