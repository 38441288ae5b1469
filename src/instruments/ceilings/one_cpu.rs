//! On one CPU: the same threads, the same machine code, in blocks that alternate between one CPU and all of them. What
//! threads cost each other by running at once is gone, and so is what they gain by it.

use super::super::compare::Pair;
use super::super::compare::statistics::Estimate;
use super::super::process::myself;
use super::super::session::known;
use super::super::{Effort, Instrument, Job, NoNumber, Reading};
use super::{ONE_START_NS, SEED, is_switched, settled, survey, takes_long, try_out};
use crate::catalogue::{CaseRef, Counts, cores};
use crate::record::{InstrumentName, InstrumentState, Metric, Run};

/// A case whose threads together are on a CPU for less than this share of its time waits for something else (two thirds
/// of the time blocked are wait-bound by the verdicts on waits).
const WORKS: f64 = 1.0 / 3.0;

/// The step that takes all CPUs but one away.
#[derive(Debug, Clone, Copy, Default)]
pub struct OnOneCpu;

impl Instrument for OnOneCpu {
    fn name(&self) -> InstrumentName {
        InstrumentName::Ceilings
    }

    fn survey(&self) -> InstrumentState {
        survey(is_switched())
    }

    fn takes(&self) -> Option<Metric> {
        Some(Metric::CeilingOneCpu)
    }

    /// Cases with several threads that work, where there are several CPUs. Of all others there is nothing to say.
    fn groups(&self, cases: &[CaseRef], _run: &Run) -> Vec<Vec<CaseRef>> {
        let has_several = |case: &&CaseRef| {
            let one_works = case.family.axis.counts == Counts::Workers && case.size == 1;
            cores() > 1 && case.entry.concurrency.threads && !one_works
        };
        cases.iter().filter(has_several).map(|case| vec![*case]).collect()
    }

    fn leaves_out(&self, case: &CaseRef, effort: Effort, run: &Run) -> Option<String> {
        if case.entry.concurrency.processes {
            return Some("its other processes stay on the CPUs that they were started on".to_owned());
        }
        let known = |metric| known(run, case, metric);
        let time_ns = known(Metric::TimeNs)?;
        if let (Some(user), Some(kernel)) = (known(Metric::CpuUserNs), known(Metric::CpuKernelNs))
            && user + kernel < WORKS * time_ns
        {
            let share = (user + kernel) / time_ns * 100.0;
            return Some(format!(
                "its threads are on a CPU for {share:.0} % of its time: they wait for something else"
            ));
        }
        takes_long(time_ns, ONE_START_NS, effort)
    }

    fn measure(&self, job: &Job) -> Result<Vec<Reading>, NoNumber> {
        try_out(job, ONE_START_NS)?;
        let mut pair = Pair::on_one_cpu(myself()?, job.id().clone(), SEED);
        let Estimate { ratio, interval, .. } = settled(&mut pair, job.effort)?;
        Ok(vec![job.reading(Metric::CeilingOneCpu, ratio, interval.low, interval.high)])
    }
}
