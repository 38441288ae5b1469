//! perflab's verdict: the paired engine, as `perflab compare` asks it of two builds.

use std::time::Duration;

use perflab::instruments::compare::statistics::{self, Rule};
use perflab::instruments::compare::{Budget, Pair, Side, settle};

use super::functions::{WHOLE, id};
use super::side::{Builds, TIME_OUT};
use super::verdict::{Verdict, Word};

/// As `perflab compare` has them by default: equal within ±0.5 %, 160 process starts or four seconds at most.
const PRECISION: f64 = 0.005;
const MOST_STARTS: usize = 160;
const BUDGET: Duration = Duration::from_secs(4);

/// Compares `function` with itself, `after` doing `share` thousandths of its work.
pub(crate) fn compare(builds: &Builds, function: &str, share: usize, seed: u64) -> Result<Verdict, String> {
    let side = |build: &std::path::PathBuf, share: usize| Side {
        executables: vec![build.clone()],
        case: id(function, share),
        planted: 0,
    };
    let mut pair = Pair::apart([side(&builds.before, WHOLE), side(&builds.after, share)], seed);
    let rule = Rule::with_precision(PRECISION, MOST_STARTS);
    let outcome = settle(&mut pair, &rule, &Budget::ordinary(TIME_OUT), BUDGET);
    let verdict = outcome.map_err(|error| error.to_string())?.verdict;
    let word = match verdict {
        statistics::Verdict::Slower(_) => Word::Slower,
        statistics::Verdict::Faster(_) => Word::Faster,
        statistics::Verdict::Equal { .. } | statistics::Verdict::CannotTell(_) => Word::NoDifference,
    };
    Ok(Verdict { word, effect: verdict.estimate().map(|estimate| estimate.ratio - 1.0) })
}
