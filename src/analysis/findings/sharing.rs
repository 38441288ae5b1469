//! What threads cost each other: a lock that lets one work at a time, a cache line that goes from core to core.

use super::bottleneck::{Bottleneck, Gain, Seen};
use super::case::{Case, number};
use super::{Found, costs};
use crate::analysis::shares::Share;
use crate::record::{FindingKind, InstrumentName, Metric};

/// Blocked in futex for a third of their time, threads wait for each other and not now and then.
const BLOCKED: f64 = 1.0 / 3.0;
/// Threads that use no more than this of the CPUs that they could use are held up by something.
const USED: f64 = 0.75;
/// No gain from threads: nine tenths of one thread's time or more.
const NO_GAIN: f64 = 0.9;
/// As many instructions: within a tenth. Locks and starts vary by less.
const SAME: std::ops::Range<f64> = 0.9..1.1;
/// Several times the time: twice, with the whole interval.
const SEVERAL: f64 = 2.0;

pub(super) fn find(case: &Case<'_>) -> Vec<Found> {
    if !case.workload.concurrency.threads {
        return Vec::new();
    }
    lock(case).into_iter().chain(cache_line(case)).collect()
}

fn lock(case: &Case<'_>) -> Option<Found> {
    let ledger = &case.files.waits.as_ref()?.data;
    let verdict = case.waits.as_ref()?;
    let workers = ledger.threads.iter().filter(|thread| thread.name != "measuring thread");
    let (wall, futex) = workers.fold((0, 0), |(wall, futex), thread| {
        let blocked = thread.blocked.iter().filter(|blocked| blocked.call == "futex");
        (wall + thread.parts.wall_ns, futex + blocked.map(|blocked| blocked.ns).sum::<u64>())
    });
    let blocked = futex as f64 / wall.max(1) as f64;
    let usable = ledger.most_threads.min(ledger.cores);
    // Where nobody works for most of the time, threads wait for something else than each other.
    let is_serial = verdict.busy >= 2.0 / 3.0 && verdict.cpus_used <= USED * usable as f64;
    let against_one = case.against_one()?;
    let holds = usable >= 2 && blocked >= BLOCKED && is_serial && against_one.high >= NO_GAIN;
    if !holds || !case.family.offers_alternatives() {
        return None;
    }
    let declared = costs::gain(case, FindingKind::LockContention);
    let gain = declared.or_else(|| fastest(case, |gain| gain.times.low > 1.0));
    let says = format!("workers are blocked in futex for {:.0} % of their wall time", blocked * 100.0);
    let mut evidence = vec![case.stacks_say(Seen::Books, says)];
    let ratio = format!("{:.2} times the time of one thread", against_one.value);
    evidence.push(case.evidence(InstrumentName::Time, ratio, None));
    let bottleneck = Bottleneck::LockContention {
        share: Share::exact(blocked),
        cpus_used: verdict.cpus_used,
        usable,
        against_one: against_one.value,
        gain,
    };
    Some(Found::new(bottleneck, evidence))
}

/// The fastest sibling that shares its work among threads.
fn fastest(case: &Case<'_>, is_wanted: impl Fn(&Gain) -> bool) -> Option<Gain> {
    let threaded = case.siblings().filter(|(sibling, _)| sibling.concurrency.threads);
    let gains = threaded.filter_map(|(_, record)| case.gain_of(record)).filter(is_wanted);
    gains.max_by(|a, b| a.times.value.total_cmp(&b.times.value))
}

fn cache_line(case: &Case<'_>) -> Option<Found> {
    let own = case.number(Metric::Instructions).filter(|count| count.value > 0.0)?.value;
    let alike = case.siblings().filter_map(|(sibling, record)| {
        let instructions =
            own / number(record, Metric::Instructions).filter(|count| count.value > 0.0)?.value;
        let gain = case.gain_of(record)?;
        let holds = sibling.concurrency.threads && SAME.contains(&instructions) && gain.times.low >= SEVERAL;
        holds.then(|| (sibling.name.clone(), instructions, gain))
    });
    let (sibling, instructions, gain) = alike.max_by(|a, b| a.2.times.value.total_cmp(&b.2.times.value))?;
    let says = format!("{own:.0} instructions, {:.0} of {sibling}", own / instructions);
    let evidence = vec![case.evidence(InstrumentName::Instructions, says, None), case.gain_says(&gain)];
    Some(Found::new(Bottleneck::FalseSharing { sibling, instructions, gain }, evidence))
}
