//! What is said of the evidence itself: instruments that disagree, too little of it, nothing in it.

use super::bottleneck::{Bottleneck, Seen};
use super::case::Case;
use super::costs::{groups, share_by};
use super::{Found, frames};
use crate::analysis::symbols::Group;
use crate::analysis::{Standing, standing};
use crate::record::{Anchor, FunctionCost, InstrumentName, Metric};

/// Points of share by which instructions and samples may differ beyond the samples' interval. Instructions are not
/// time: code that waits for memory or divides takes three times as long an instruction as other code, by which a share
/// of 40 % is seen as 18 or 67 %.
const MARGIN: f64 = 0.3;
/// Factor by which two clocks may differ, from end to end of their intervals. Each was read in minutes of its own, and a neighbour on
/// the core makes a case take up to twice its time, another mode of the host 1.6 times (docs/method.md, time).
const CLOCKS: f64 = 3.0;
/// Windows of the books that are shorter than this are their own reading of clocks in good part, nanoseconds: it takes some
/// 5 µs where only one output can be kept (`build-and-drop/vec-drop@1000000`, 184 ns by criterion and 5.5 µs by the books).
const SHORT_WINDOW_NS: u64 = 50_000;
/// The functions of the C library by which a block is taken: one call each.
const TAKES_A_BLOCK: [&str; 5] = ["malloc", "calloc", "realloc", "posix_memalign", "aligned_alloc"];
/// Blocks by which dhat's count and Callgrind's may differ, and the share of them: a hasher's seed moves both, in runs of their own.
const BLOCKS_APART: f64 = 1.0;
const BLOCKS_APART_SHARE: f64 = 0.05;
/// Why copies are seen by samples and not by instructions.
const COPIES_MUCH: &str = "one instruction may copy much (`rep movs`)";

pub(super) fn disagreements(case: &Case<'_>) -> Vec<Found> {
    shares(case).into_iter().chain(clocks(case)).chain(blocks(case)).collect()
}

/// The cost that leads by instructions and the one that leads by samples, each held against the other instrument; the one that
/// lies further apart.
fn shares(case: &Case<'_>) -> Option<Found> {
    // Callgrind runs threads one at a time: what they do to each other is not in it.
    if case.workload.concurrency.threads {
        return None;
    }
    let leads = |seen| {
        let shares = groups().filter_map(|group| Some((group, share_by(case, group, seen)?.value)));
        shares.max_by(|a, b| a.1.total_cmp(&b.1)).map(|(group, _)| group)
    };
    let leading = [leads(Seen::Instructions), leads(Seen::Samples)].into_iter().flatten();
    let differing = leading.filter_map(|group| {
        let counted = share_by(case, group, Seen::Instructions)?.value;
        let sampled = share_by(case, group, Seen::Samples)?;
        let beyond = (sampled.low - counted).max(counted - sampled.high) - MARGIN;
        (beyond > 0.0).then_some((beyond, group, counted, sampled))
    });
    let (_, group, counted, sampled) = differing.max_by(|a, b| a.0.total_cmp(&b.0))?;
    let is_quiet = group == Group::Copying && counted < sampled.value;
    let bottleneck = Bottleneck::InstrumentsDisagree {
        question: format!("the share of {group}"),
        one: (InstrumentName::Instructions, format!("{:.1} %", counted * 100.0)),
        other: (
            InstrumentName::Flamegraph,
            format!(
                "{:.0} % [{:.0}, {:.0}]",
                sampled.value * 100.0,
                sampled.low * 100.0,
                sampled.high * 100.0
            ),
        ),
        why: is_quiet.then_some(COPIES_MUCH),
    };
    let evidence = [Seen::Instructions, Seen::Samples].map(|seen| {
        let says = format!("the stacks that hold a function of {group}");
        case.stacks_say(seen, says).at(frames::of_group(case, seen, group))
    });
    Some(Found::new(bottleneck, evidence.into()))
}

/// The time of an iteration by criterion, and by the books.
fn clocks(case: &Case<'_>) -> Option<Found> {
    let ledger = &case.files.waits.as_ref()?.data;
    let time = case.number(Metric::TimeNs).filter(|time| time.value > 0.0)?;
    let an_iteration = |ns: u64| ns as f64 / ledger.iterations.max(1) as f64;
    let books = an_iteration(ledger.elapsed_ns);
    // What neighbours had the CPU for is no disagreement, whichever of the two they met: it has a finding of its own.
    let undisturbed = an_iteration(ledger.elapsed_ns.saturating_sub(ledger.starved_ns));
    let agree = undisturbed <= time.high * CLOCKS && books >= time.low / CLOCKS;
    let are_short = ledger.elapsed_ns < ledger.windows.saturating_mul(SHORT_WINDOW_NS);
    if are_short || agree {
        return None;
    }
    let bottleneck = Bottleneck::InstrumentsDisagree {
        question: "the time of an iteration".to_owned(),
        one: (InstrumentName::Time, format!("{:.0} ns", time.value)),
        other: (InstrumentName::Waits, format!("{books:.0} ns")),
        why: None,
    };
    let evidence = vec![
        case.evidence(InstrumentName::Time, format!("{:.0} ns, the median", time.value), None)
            .at(Anchor::Number(Metric::TimeNs)),
        case.stacks_say(Seen::Books, format!("{} iterations in {} ns", ledger.iterations, ledger.elapsed_ns)),
    ];
    Some(Found::new(bottleneck, evidence))
}

/// Heap blocks of an iteration as dhat counts them, and the calls by which Callgrind saw them taken. Of one thread alone: what the C
/// library takes for itself to start another is no block of the program's. Where an allocator of its own serves the program, none of
/// the calls tells of it.
fn blocks(case: &Case<'_>) -> Option<Found> {
    if case.workload.concurrency.threads || case.workload.concurrency.processes {
        return None;
    }
    let counted = case.number(Metric::HeapBlocks)?;
    let costs = &case.files.costs.as_ref()?.data;
    if costs.functions.iter().any(|function| function.name.contains("__rg_")) {
        return None;
    }
    let takes = |function: &&FunctionCost| TAKES_A_BLOCK.contains(&function.name.as_str());
    let taking = || costs.functions.iter().filter(takes);
    let most = taking().max_by_key(|function| function.calls)?;
    let calls =
        taking().filter_map(|function| function.calls).sum::<u64>() as f64 / costs.iterations.max(1) as f64;
    let apart = BLOCKS_APART.max(BLOCKS_APART_SHARE * counted.value);
    if (counted.low - apart..=counted.high + apart).contains(&calls) {
        return None;
    }
    let bottleneck = Bottleneck::InstrumentsDisagree {
        question: "how many heap blocks an iteration takes".to_owned(),
        one: (InstrumentName::Heap, format!("{:.0}", counted.value)),
        other: (InstrumentName::Instructions, format!("{calls:.1}")),
        why: None,
    };
    let counted = format!("{:.0} blocks an iteration", counted.value);
    let called = format!("{calls:.1} calls an iteration that take a block, most of {}", most.name);
    let evidence = vec![
        case.evidence(InstrumentName::Heap, counted, None).at(Anchor::Number(Metric::HeapBlocks)),
        case.stacks_say(Seen::Instructions, called).at(Anchor::Function(most.name.clone())),
    ];
    Some(Found::new(bottleneck, evidence))
}

/// The verdict when no rule named a bottleneck.
pub(super) fn when_nothing_is_found(case: &Case<'_>, found: &[Found]) -> Option<Found> {
    let names = |found: &Found| !matches!(found.bottleneck, Bottleneck::InstrumentsDisagree { .. });
    let was_tried = !case.record.measurements.is_empty() || !case.record.failures.is_empty();
    if found.iter().any(names) || !was_tried {
        return None;
    }
    let (seen, unseen): (Vec<Sight>, Vec<Sight>) =
        Sight::ALL.into_iter().partition(|sight| sight.is_there(case));
    let looked: Vec<Seen> = seen.into_iter().filter_map(Sight::stacks).collect();
    if looked.is_empty() {
        let missing = unseen.into_iter().map(|sight| sight.missing(case)).collect();
        return Some(Found::new(Bottleneck::NotEnoughEvidence { missing }, Vec::new()));
    }
    let says = || "nothing in it reaches a rule's threshold".to_owned();
    let evidence = looked.iter().map(|seen| case.stacks_say(*seen, says())).collect();
    let looked = looked.into_iter().map(Seen::instrument).collect();
    let missing = unseen.into_iter().map(|sight| sight.not_looked_at(case)).collect();
    Some(Found::new(Bottleneck::NoBottleneck { looked, missing }, evidence))
}

/// What rules look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sight {
    Instructions,
    Samples,
    Books,
    Heap,
}

impl Sight {
    const ALL: [Self; 4] = [Self::Instructions, Self::Samples, Self::Books, Self::Heap];

    fn is_there(self, case: &Case<'_>) -> bool {
        match self {
            Self::Instructions => case.counts.is_some(),
            Self::Samples => case.enough_samples().is_some(),
            Self::Books => case.waits.is_some(),
            Self::Heap => case.number(Metric::HeapBlocks).is_some(),
        }
    }

    /// By what stacks or books it names a bottleneck; heap blocks alone name none.
    fn stacks(self) -> Option<Seen> {
        match self {
            Self::Instructions => Some(Seen::Instructions),
            Self::Samples => Some(Seen::Samples),
            Self::Books => Some(Seen::Books),
            Self::Heap => None,
        }
    }

    fn metric(self) -> Metric {
        match self {
            Self::Instructions => Metric::Instructions,
            Self::Samples => Metric::Samples,
            Self::Books => Metric::WallNs,
            Self::Heap => Metric::HeapBlocks,
        }
    }

    /// What it is without.
    fn absence(self) -> &'static str {
        match self {
            Self::Instructions => "no instructions were counted",
            Self::Samples => "too few CPU samples were taken",
            Self::Books => "nobody looked where threads wait",
            Self::Heap => "no heap blocks were counted",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Instructions => "instructions by function",
            Self::Samples => "CPU samples",
            Self::Books => "where threads wait",
            Self::Heap => "heap blocks",
        }
    }

    /// What can be told by it alone.
    fn tells(self) -> &'static str {
        match self {
            Self::Instructions => "exact shares, branching, caches",
            Self::Samples => "functions whose few instructions take long",
            Self::Books => "waiting, neighbours, the kernel",
            Self::Heap => "how many blocks and bytes it takes",
        }
    }

    fn not_looked_at(self, case: &Case<'_>) -> String {
        format!("{} ({}: {})", self.tells(), self.absence(), self.why(case))
    }

    fn missing(self, case: &Case<'_>) -> String {
        format!("{}: {} (no word on {})", self.name(), self.why(case), self.tells())
    }

    /// Why it is not there.
    fn why(self, case: &Case<'_>) -> String {
        match standing(case.recorded, Some(case.record), self.metric(), None) {
            Standing::Measured { measurement, .. } if self == Self::Samples => {
                format!("only {:.0}", measurement.value)
            }
            Standing::Measured { .. } => "no file holds them".to_owned(),
            Standing::Failed(reason) => format!("failed, {reason}"),
            Standing::LeftOut(reason) => format!("left out, {reason}"),
            Standing::Unavailable(reason) => format!("unavailable, {reason}"),
            Standing::NotGiven => "not given".to_owned(),
            Standing::NotMeasured => "not measured yet".to_owned(),
        }
    }
}
