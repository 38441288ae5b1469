//! What the books of threads tell: waiting, neighbours, the kernel, threads and processes that are started.

use super::bottleneck::{Bottleneck, Seen};
use super::case::Case;
use super::{Found, LEAST_SHARE, NAMES_THE_CASE, costs};
use crate::analysis::WaitWord;
use crate::analysis::shares::Share;
use crate::analysis::symbols::Group;
use crate::record::{BlockedIn, FindingKind, WaitsLedger};

/// Blocks above this are mapped anew each time: where glibc stops to move its threshold for that (`M_MMAP_THRESHOLD`,
/// mallopt(3)), to which measuring processes set it from the start (docs/method.md, the measured loop).
const MAPPED_ANEW: u64 = 32 << 20;
/// Threads or children started in an iteration from which an iteration is said to start some.
const STARTS: f64 = 0.5;

pub(super) fn find(case: &Case<'_>) -> Vec<Found> {
    let mut found: Vec<Found> = spawning(case).into_iter().collect();
    let (Some(kept), Some(verdict)) = (&case.files.waits, &case.waits) else { return found };
    let ledger = &kept.data;
    let proof = |says: String| vec![case.stacks_say(Seen::Books, says)];
    // A third of the time: to take it away could make the case 1.5 times as fast.
    let idle = case.idle();
    if idle >= 1.0 - 1.0 / NAMES_THE_CASE {
        let gain = costs::gain(case, FindingKind::Waiting);
        let mut evidence = proof(verdict.to_string());
        evidence.extend(gain.as_ref().map(|gain| case.gain_says(gain)));
        let waiting = Bottleneck::Waiting {
            share: Share::exact(idle),
            call: verdict.blocked_in.clone(),
            children: ledger.children.unwrap_or(0.0),
            gain,
        };
        found.push(Found::new(waiting, evidence));
    }
    if verdict.word == WaitWord::Starved {
        let share = Share::exact(verdict.neighbours);
        let starved = Bottleneck::Starved { share, mean_wait_ns: verdict.mean_wait_ns };
        found.push(Found::new(starved, proof(verdict.to_string())));
    }
    found.extend(kernel(case, ledger).map(|bottleneck| {
        let parts = &ledger.total;
        let says = format!("{} ns of {} ns on a CPU are the kernel's", parts.kernel_ns, parts.cpu_ns());
        Found::new(bottleneck, proof(says))
    }));
    found
}

/// The kernel's share of the time.
fn kernel_share(case: &Case<'_>, ledger: &WaitsLedger) -> f64 {
    ledger.total.kernel_ns as f64 / ledger.total.cpu_ns().max(1) as f64 * case.busy()
}

fn kernel(case: &Case<'_>, ledger: &WaitsLedger) -> Option<Bottleneck> {
    let share = kernel_share(case, ledger);
    if share < LEAST_SHARE {
        return None;
    }
    let share = Share::exact(share);
    let blocked = ledger.blocked();
    let sites = case.files.heap.iter().flat_map(|kept| &kept.data.sites);
    let block = sites.map(|site| site.bytes / site.blocks.max(1)).max().filter(|bytes| *bytes > MAPPED_ANEW);
    let faults = blocked.first().is_some_and(|most| most.call == "page fault")
        || costs::share_by(case, Group::PageFaults, Seen::Samples)
            .is_some_and(|share| share.low >= LEAST_SHARE);
    if block.is_some() || faults {
        return Some(Bottleneck::PageFaults { share, block });
    }
    let sampled = case.samples.as_ref().and_then(|shares| shares.leading_call());
    let most_blocked = blocked.into_iter().map(|most| most.call).find(|call| call != BlockedIn::NOT_SEEN);
    let call = sampled.map(str::to_owned).or(most_blocked);
    let handed_over = case.samples.as_ref().filter(|_| case.workload.concurrency.processes);
    let serialisation = handed_over.map(|shares| shares.group(Group::Serialisation));
    Some(Bottleneck::SystemCalls { share, call, serialisation })
}

fn spawning(case: &Case<'_>) -> Option<Found> {
    let ledger = case.files.waits.as_ref().map(|kept| &kept.data);
    let iterations = ledger.map_or(1, |ledger| ledger.iterations).max(1) as f64;
    let born = ledger.map_or(0, |ledger| ledger.threads.iter().map(|thread| thread.count).sum::<usize>());
    // The kernel counted one iteration's; else those that were seen, less the measuring one, which is always there.
    let seen = born.saturating_sub(1) as f64 / iterations;
    let threads = ledger.and_then(|ledger| ledger.births).unwrap_or(seen);
    let children = ledger.and_then(|ledger| ledger.children).unwrap_or(0.0);
    let stacks =
        case.stacks().map(|(shares, seen)| (shares.group(Group::Spawning).scaled(case.busy()), seen));
    let stacks = stacks.filter(|(share, _)| share.low >= LEAST_SHARE);
    let kernel = ledger.filter(|_| threads >= STARTS || children >= STARTS);
    let kernel = kernel.map(|ledger| (Share::exact(kernel_share(case, ledger)), Seen::Books));
    let kernel = kernel.filter(|(share, _)| share.value >= LEAST_SHARE);
    let larger = |a: &(Share, Seen), b: &(Share, Seen)| a.0.value.total_cmp(&b.0.value);
    let (share, seen) = stacks.into_iter().chain(kernel).max_by(larger)?;
    let says = match seen {
        Seen::Books => format!("{threads:.1} threads and {children:.1} children start in an iteration"),
        _ => format!("{:.1} % of the stacks hold a function that starts one", share.value * 100.0),
    };
    let gain = costs::gain(case, FindingKind::Spawning);
    let mut evidence = vec![case.stacks_say(seen, says)];
    evidence.extend(gain.as_ref().map(|gain| case.gain_says(gain)));
    Some(Found::new(Bottleneck::Spawning { share: (share, seen), threads, children, gain }, evidence))
}
