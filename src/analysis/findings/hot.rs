//! Hot functions: where the cost is that no other name explains.

use super::bottleneck::{Bottleneck, Gain};
use super::case::{Case, number};
use super::{Found, frames};
use crate::analysis::Estimate;
use crate::analysis::symbols::Groups;
use crate::record::{CaseId, Metric};

/// A function that holds less than a quarter of the cost is one of many: without it the case would be 1.33 times as
/// fast at most.
const HOT: f64 = 0.25;
/// Hot functions that are told of a case: there is no room for a fourth quarter.
const MOST: usize = 3;

pub(super) fn find(case: &Case<'_>, named: Groups) -> Vec<Found> {
    let Some((shares, seen)) = case.stacks() else { return Vec::new() };
    let algorithm = algorithm(case);
    let on_cpu = case.on_cpu();
    let functions = shares.functions(named).into_iter();
    let functions = functions.map(|(name, of_stacks)| (name, of_stacks, of_stacks.of_part(on_cpu)));
    let hot = functions.filter(|(_, _, share)| share.low >= HOT).take(MOST);
    let found = hot.map(|(function, of_stacks, share)| {
        let says = format!("{:.1} % of the stacks end in {function}", of_stacks.value * 100.0);
        let mut evidence = vec![case.stacks_say(seen, says).at(frames::of_path(case, seen, function))];
        evidence.extend(algorithm.as_ref().map(|gain| case.gain_says(gain)));
        let (function, algorithm) = (function.to_owned(), algorithm.clone());
        let on_cpu = on_cpu.value;
        Found::new(Bottleneck::HotFunction { function, share, seen, on_cpu, algorithm }, evidence)
    });
    found.collect()
}

/// The fastest of the algorithms for this family's question, where the catalogue asks for them: in the family of the
/// same name with `-algorithm` behind it.
fn algorithm(case: &Case<'_>) -> Option<Gain> {
    let family = case.listing.family(&format!("{}-algorithm", case.family.name))?;
    let gains = family.workloads.iter().filter_map(|workload| {
        let id =
            CaseId { family: family.name.clone(), workload: workload.name.clone(), size: case.record.size };
        let ratio = number(case.recorded.case(&id)?, Metric::TimeRatio)?;
        let times = Estimate::exact(1.0).over(&ratio)?;
        Some(Gain { by: Some(format!("{}/{}", family.name, workload.name)), times, paired: true })
    });
    gains.filter(|gain| gain.times.low > 1.0).max_by(|a, b| a.times.value.total_cmp(&b.times.value))
}
