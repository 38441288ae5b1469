//! What threads cost each other: a lock that lets one work at a time, a cache line that goes from core to core.

use super::bottleneck::{Bottleneck, Gain, HeldUp, Seen};
use super::case::{Case, number};
use super::{Found, books, costs};
use crate::analysis::Estimate;
use crate::analysis::shares::Share;
use crate::record::{
    Anchor, BlockedIn, Evidence, FindingKind, InstrumentName, ListedCounts, Metric, ThreadWaits,
};

/// Blocked in futex for a third of their time, threads wait for each other and not now and then.
const BLOCKED: f64 = 1.0 / 3.0;
/// Threads that use no more than this of the CPUs that they could use are held up by something.
const USED: f64 = 0.75;
/// No gain from threads: nine tenths of one thread's time or more, with the whole interval. That nothing may be gained is no
/// proof that nothing is.
const NO_GAIN: f64 = 0.9;
/// A measuring thread that is blocked for this much of its time leaves the work to others.
const STANDS_BY: f64 = 2.0 / 3.0;
/// As many instructions: within a tenth. Locks and starts vary by less.
const SAME: std::ops::Range<f64> = 0.9..1.1;
/// Several times the time: twice, and half as much again with the whole interval.
const SEVERAL: f64 = 2.0;
const SEVERAL_AT_LEAST: f64 = 1.5;

/// On one CPU by so much faster, with the whole interval, that it names the case by itself.
const FASTER_ON_ONE: f64 = 1.5;
/// The same of a sibling without the lock.
const FASTER_WITHOUT: f64 = 1.5;

pub(super) fn find(case: &Case<'_>) -> Vec<Found> {
    if !case.workload.concurrency.threads {
        return Vec::new();
    }
    let lines = cache_line(case).or_else(|| cache_lines_alone(case));
    lock(case).or_else(|| spinning(case)).or_else(|| lock_by_sibling(case)).into_iter().chain(lines).collect()
}

/// What its threads do together, by the books.
struct Together {
    /// Workers' share of their wall time blocked in futex.
    blocked: f64,
    /// The same in any call that was seen, and in calls that nobody saw.
    waits: f64,
    unseen: f64,
    cpus_used: f64,
    /// CPUs that the threads which work could use.
    usable: usize,
    busy: f64,
    /// Whether more of the time on a CPU is the kernel's than the case's own.
    in_kernel: bool,
}

impl Together {
    fn of(case: &Case<'_>) -> Option<Self> {
        let ledger = &case.files.waits.as_ref()?.data;
        let verdict = case.waits.as_ref()?;
        let (measuring, workers): (Vec<_>, Vec<_>) =
            ledger.threads.iter().partition(|thread| thread.name == ThreadWaits::MEASURING);
        let stands_by = measuring
            .iter()
            .any(|thread| thread.parts.blocked_ns as f64 >= STANDS_BY * thread.parts.wall_ns.max(1) as f64);
        let wall: u64 = workers.iter().map(|thread| thread.parts.wall_ns).sum();
        let blocked_in = |is_wanted: fn(&str) -> bool| {
            let calls = workers.iter().flat_map(|thread| &thread.blocked);
            let ns: u64 = calls.filter(|blocked| is_wanted(&blocked.call)).map(|blocked| blocked.ns).sum();
            ns as f64 / wall.max(1) as f64
        };
        Some(Self {
            blocked: blocked_in(|call| call == "futex"),
            waits: blocked_in(|call| call != BlockedIn::NOT_SEEN),
            unseen: blocked_in(|call| call == BlockedIn::NOT_SEEN),
            cpus_used: verdict.cpus_used,
            usable: ledger.most_threads.saturating_sub(usize::from(stands_by)).min(ledger.cores),
            busy: verdict.busy,
            in_kernel: ledger.total.kernel_ns > ledger.total.user_ns,
        })
    }

    /// Whether threads keep the CPUs that they can use at work, in code of their own.
    fn work(&self) -> bool {
        self.usable >= 2 && self.cpus_used > USED * self.usable as f64 && !self.in_kernel
    }
}

/// Times as fast with the same threads on one CPU, as measured.
fn one_cpu(case: &Case<'_>) -> Option<Estimate> {
    case.number(Metric::CeilingOneCpu).filter(|times| times.low > 0.0)
}

/// The same as a gain, where it is shown to be one.
fn gain_on_one_cpu(case: &Case<'_>) -> Option<Gain> {
    let times = one_cpu(case).filter(|times| times.low > 1.0)?;
    Some(Gain { by: None, times, paired: true })
}

fn against_one_says(case: &Case<'_>, times: Estimate) -> Evidence {
    let ratio = format!("{:.2} times the time of one thread", times.value);
    let number = match case.family.counts {
        ListedCounts::Work => Metric::TimeRatio,
        ListedCounts::Workers => Metric::Speedup,
    };
    case.evidence(InstrumentName::Time, ratio, None).at(Anchor::Number(number))
}

fn one_cpu_says(case: &Case<'_>) -> Option<Evidence> {
    let Estimate { value, low, high } = one_cpu(case)?;
    let says = format!(
        "with all its threads on one CPU it is {value:.2} times as fast [{low:.2}, {high:.2}], in interleaved blocks"
    );
    Some(case.evidence(InstrumentName::Ceilings, says, None).at(Anchor::Number(Metric::CeilingOneCpu)))
}

/// The evidence of what a sibling gains; what one CPU gains has its own.
fn sibling_says(case: &Case<'_>, gain: Option<&Gain>) -> Option<Evidence> {
    gain.filter(|gain| gain.by.is_some()).map(|gain| case.gain_says(gain))
}

/// What the books tell of workers that wait for each other.
fn futex_says(case: &Case<'_>, says: String) -> Evidence {
    case.stacks_say(Seen::Books, says).at(Anchor::Call("futex".to_owned()))
}

fn lock(case: &Case<'_>) -> Option<Found> {
    let together = Together::of(case)?;
    let Together { blocked, cpus_used, usable, busy, .. } = together;
    // Where nobody works for most of the time, threads wait for something else than each other.
    let is_serial = busy >= 2.0 / 3.0 && cpus_used <= USED * usable as f64;
    let against_one = case.against_one();
    // Where nothing of the family runs on one thread, the same threads on one CPU tell whether they gain anything.
    let gains_nothing = against_one.or_else(|| one_cpu(case)).is_some_and(|times| times.low >= NO_GAIN);
    let holds = usable >= 2 && blocked >= BLOCKED && is_serial && gains_nothing;
    // What hands work out in parts waits in futex as well, and holds no lock that anybody could leave.
    let may_be = case.family.offers_alternatives() || case.family.counts == ListedCounts::Workers;
    if !holds || !may_be {
        return None;
    }
    let declared = costs::gain(case, FindingKind::LockContention);
    let gain =
        declared.or_else(|| gain_on_one_cpu(case)).or_else(|| fastest(case, |gain| gain.times.low > 1.0));
    let says = format!("workers are blocked in futex for {:.0} % of their wall time", blocked * 100.0);
    let mut evidence = vec![futex_says(case, says)];
    evidence.extend(against_one.map(|times| against_one_says(case, times)));
    evidence.extend(one_cpu_says(case));
    evidence.extend(sibling_says(case, gain.as_ref()));
    let bottleneck = Bottleneck::LockContention {
        share: case.by_looks(blocked),
        shown: HeldUp::InFutex { cpus_used, usable },
        against_one: against_one.map(|times| times.value),
        one_cpu: one_cpu(case),
        gain,
    };
    Some(Found::new(bottleneck, evidence))
}

/// Whether threads of the case may wait on their CPUs: it is declared to spin, or to hold a lock that a sibling spares.
/// Locks spin before they block.
fn may_spin(case: &Case<'_>) -> bool {
    case.workload.concurrency.spins || costs::spared(case, FindingKind::LockContention).next().is_some()
}

/// Threads that keep the CPUs at work, in code of their own, and are faster on one.
struct OnOneCpu {
    gain: Gain,
    blocked: f64,
    cpus_used: f64,
    usable: usize,
    evidence: Vec<Evidence>,
}

fn held_up(case: &Case<'_>) -> Option<OnOneCpu> {
    let gain = gain_on_one_cpu(case).filter(|gain| gain.times.low >= FASTER_ON_ONE)?;
    let Together { blocked, cpus_used, usable, .. } = Together::of(case).filter(Together::work)?;
    let says = format!(
        "{cpus_used:.2} of {usable} CPUs are used, and workers are blocked in futex for {:.0} % of their wall time",
        blocked * 100.0
    );
    let mut evidence = vec![futex_says(case, says)];
    evidence.extend(one_cpu_says(case));
    Some(OnOneCpu { gain, blocked, cpus_used, usable, evidence })
}

/// Threads that may wait by spinning, keep the CPUs at work in code of their own, and are faster on one CPU.
fn spinning(case: &Case<'_>) -> Option<Found> {
    let OnOneCpu { gain, cpus_used, usable, mut evidence, .. } = held_up(case).filter(|_| may_spin(case))?;
    let declared = costs::gain(case, FindingKind::LockContention);
    evidence.extend(sibling_says(case, declared.as_ref()));
    let bottleneck = Bottleneck::LockContention {
        share: Share::saved(gain.times),
        shown: HeldUp::Spinning { cpus_used, usable },
        against_one: case.against_one().map(|times| times.value),
        one_cpu: one_cpu(case),
        gain: declared.or(Some(gain)),
    };
    Some(Found::new(bottleneck, evidence))
}

/// By a sibling that is declared to be the case without its lock, where more threads are slower than one. Whether threads meet at a
/// lock hangs on who was there first, and may be one way while books are kept and another while time is taken.
fn lock_by_sibling(case: &Case<'_>) -> Option<Found> {
    let gain = costs::gain(case, FindingKind::LockContention);
    let gain = gain.filter(|gain| gain.times.low >= FASTER_WITHOUT)?;
    let against_one = case.against_one().filter(|times| times.low > 1.0)?;
    let evidence = vec![case.gain_says(&gain), against_one_says(case, against_one)];
    let bottleneck = Bottleneck::LockContention {
        share: Share::saved(gain.times),
        shown: HeldUp::BySibling,
        against_one: Some(against_one.value),
        one_cpu: one_cpu(case),
        gain: Some(gain),
    };
    Some(Found::new(bottleneck, evidence))
}

/// The fastest sibling that shares its work among threads.
fn fastest(case: &Case<'_>, is_wanted: impl Fn(&Gain) -> bool) -> Option<Gain> {
    let threaded = case.siblings().filter(|(sibling, _)| sibling.concurrency.threads);
    let gains = threaded.filter_map(|(_, record)| case.gain_of(record)).filter(is_wanted);
    gains.max_by(|a, b| a.times.value.total_cmp(&b.times.value))
}

/// Whether the same threads on one CPU show that they share no line. There no line goes from core to core, so that the case takes what
/// its sibling would take, which on one CPU is at most as many times as long as there are CPUs that its threads can use.
fn one_cpu_refutes(case: &Case<'_>, together: Option<&Together>, gain: &Gain) -> bool {
    let all = || case.recorded.environment.as_ref().map_or(1, |environment| environment.cores);
    let usable = together.map_or_else(all, |together| together.usable).max(1);
    one_cpu(case).is_some_and(|times| times.high < gain.times.low / usable as f64)
}

/// By a sibling that is faster with as many instructions. Who sleeps or waits for a lock takes longer than a sibling too, with as
/// many: threads that the books show to wait, or in the kernel, share no line. Where nobody saw whether they wait, because they
/// live too short or no books were kept, they must be faster on one CPU, if they were run there.
fn cache_line(case: &Case<'_>) -> Option<Found> {
    let together = Together::of(case);
    let is_seen = match &together {
        Some(Together { waits, in_kernel, usable, .. }) if *waits >= BLOCKED || *in_kernel || *usable < 2 => {
            return None;
        }
        Some(Together { waits, unseen, .. }) => waits + unseen < BLOCKED,
        None => false,
    };
    if !is_seen && one_cpu(case).is_some_and(|times| times.low < FASTER_ON_ONE) {
        return None;
    }
    let own = case.number(Metric::Instructions).filter(|count| count.value > 0.0)?.value;
    let alike = case.siblings().filter_map(|(sibling, record)| {
        let instructions =
            own / number(record, Metric::Instructions).filter(|count| count.value > 0.0)?.value;
        let gain = case.gain_of(record)?;
        let is_several = gain.times.value >= SEVERAL && gain.times.low >= SEVERAL_AT_LEAST;
        let holds = sibling.concurrency.threads && SAME.contains(&instructions) && is_several;
        holds.then(|| (sibling.name.clone(), instructions, gain))
    });
    let alike = alike.filter(|(_, _, gain)| !one_cpu_refutes(case, together.as_ref(), gain));
    let (sibling, instructions, gain) = alike.max_by(|a, b| a.2.times.value.total_cmp(&b.2.times.value))?;
    let says = format!("{own:.0} instructions, {:.0} of {sibling}", own / instructions);
    let counted = case.evidence(InstrumentName::Instructions, says, None);
    let alike = case.id_of(&sibling, case.record.size);
    let mut evidence = vec![counted.of(alike).at(Anchor::Ranking), case.gain_says(&gain)];
    evidence.extend(one_cpu_says(case));
    let cpus = together.filter(|_| is_seen).map(|together| (together.cpus_used, together.usable));
    if let Some((used, usable)) = cpus {
        let says = format!("{used:.2} of {usable} CPUs are used");
        evidence.push(case.stacks_say(Seen::Books, says));
    }
    let like = Some((sibling, instructions));
    Some(Found::new(Bottleneck::FalseSharing { like, one_cpu: one_cpu(case), cpus, gain }, evidence))
}

/// Without a sibling to compare with: threads that keep the CPUs at work, in code of their own, and wait neither in futex
/// nor by spinning, and yet are faster on one. What is left for them to hold each other up by are cache lines; but not where
/// an iteration starts its threads: that is dear on a CPU which has to be woken, and cheap on one that runs already.
fn cache_lines_alone(case: &Case<'_>) -> Option<Found> {
    let OnOneCpu { gain, blocked, cpus_used, usable, evidence } = held_up(case)?;
    if blocked >= BLOCKED || may_spin(case) || books::starting_tells(case) {
        return None;
    }
    let (one_cpu, cpus) = (one_cpu(case), Some((cpus_used, usable)));
    Some(Found::new(Bottleneck::FalseSharing { like: None, one_cpu, cpus, gain }, evidence))
}
