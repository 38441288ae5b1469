//! What the books of threads tell: waiting, neighbours, the kernel, threads and processes that are started.

use super::bottleneck::{Bottleneck, Large, Seen};
use super::case::Case;
use super::{Found, LEAST_GAIN, LEAST_SHARE, NAMES_THE_CASE, costs, frames};
use crate::analysis::WaitWord;
use crate::analysis::shares::Share;
use crate::analysis::symbols::Group;
use crate::record::{
    Anchor, BlockedIn, CallSite, Evidence, FindingKind, InstrumentName, Metric, Speed, WaitsLedger,
};

/// Blocks above this are mapped anew each time: where glibc stops to move its threshold for that (`M_MMAP_THRESHOLD`,
/// mallopt(3)), to which measuring processes set it from the start (docs/method.md, the measured loop).
const MAPPED_ANEW: u64 = 32 << 20;
/// Blocks that one collection takes at most until it holds whatever it may: each doubles the one before, and a length has 64
/// bits. A site of more holds several collections, of which none need be large.
const DOUBLINGS: u64 = 64;
/// Threads or children started in an iteration from which an iteration is said to start some.
const STARTS: f64 = 0.5;

pub(super) fn find(case: &Case<'_>) -> Vec<Found> {
    let spawning = spawning(case);
    let (Some(kept), Some(verdict)) = (&case.files.waits, &case.waits) else {
        return spawning.into_iter().collect();
    };
    let mut found = Vec::new();
    let ledger = &kept.data;
    let proof = |says: String, anchor: Option<Anchor>| vec![case.stacks_say(Seen::Books, says).at(anchor)];
    let part = |metric: Metric| Some(Anchor::Number(metric));
    // A third of the time: to take it away could make the case 1.5 times as fast.
    let idle = case.idle();
    if idle >= 1.0 - 1.0 / NAMES_THE_CASE {
        let gain = costs::gain(case, FindingKind::Waiting);
        let call = verdict.blocked_in.as_ref().map(|(call, _)| Anchor::Call(call.clone()));
        let mut evidence = proof(verdict.to_string(), call);
        evidence.extend(gain.as_ref().map(|gain| case.gain_says(gain)));
        let waiting = Bottleneck::Waiting {
            share: case.on_cpu().rest(),
            call: verdict.blocked_in.clone(),
            children: ledger.children.unwrap_or(0.0),
            gain,
        };
        found.push(Found::new(waiting, evidence));
    }
    if verdict.word == WaitWord::Starved {
        let share = Share::exact(verdict.neighbours);
        let starved = Bottleneck::Starved { share, mean_wait_ns: verdict.mean_wait_ns };
        found.push(Found::new(starved, proof(verdict.to_string(), part(Metric::RunqueueNs))));
    }
    let kernel = kernel(case, ledger).map(|(bottleneck, shown)| {
        let parts = &ledger.total;
        let says = format!("{} ns of {} ns on a CPU are the kernel's", parts.kernel_ns, parts.cpu_ns());
        let mut evidence = proof(says, part(Metric::CpuKernelNs));
        evidence.extend(shown);
        Found::new(bottleneck, evidence)
    });
    found.extend(claimed_once(spawning, kernel));
    found
}

/// What starting takes by the books is the kernel's share too: it has one name. A block that is mapped anew is a better one than
/// that something was started as well, and calls are a worse one.
fn claimed_once(spawning: Option<Found>, kernel: Option<Found>) -> Vec<Found> {
    let by_books = |found: &Found| {
        matches!(found.bottleneck, Bottleneck::Spawning { share: (_, Seen::Books | Seen::Sibling), .. })
    };
    let is_shown = |found: &Found| matches!(found.bottleneck, Bottleneck::PageFaults { large: Some(_), .. });
    let one_share = spawning.as_ref().is_some_and(by_books) && kernel.is_some();
    let are_faults = kernel.as_ref().is_some_and(is_shown);
    let spawning = spawning.filter(|_| !(one_share && are_faults));
    let kernel = kernel.filter(|_| !one_share || are_faults);
    spawning.into_iter().chain(kernel).collect()
}

/// The kernel's share of the time.
fn kernel_share(case: &Case<'_>, ledger: &WaitsLedger) -> Share {
    let parts = &ledger.total;
    Share::exact(parts.kernel_ns as f64 / parts.cpu_ns().max(1) as f64).of_part(case.on_cpu())
}

/// What the kernel's share is, and what shows that beside the share itself.
fn kernel(case: &Case<'_>, ledger: &WaitsLedger) -> Option<(Bottleneck, Vec<Evidence>)> {
    let share = kernel_share(case, ledger);
    if share.low < LEAST_SHARE {
        return None;
    }
    let large = large(case);
    let blocked = ledger.blocked();
    let faults = blocked.first().filter(|most| most.call == BlockedIn::PAGE_FAULT);
    let sampled = costs::share_by(case, Group::PageFaults, Seen::Samples);
    let sampled = sampled.filter(|share| share.low >= LEAST_SHARE);
    if large.is_some() || faults.is_some() || sampled.is_some() {
        let block = large.as_ref().and_then(|(_, site)| site_says(case, *site));
        let waited = faults.map(|most| {
            let says = format!("{} ns blocked in a {}, more than in anything else", most.ns, most.call);
            case.stacks_say(Seen::Books, says).at(Some(Anchor::Call(most.call.clone())))
        });
        let held = sampled.map(|share| samples_say(case, share, Group::PageFaults, None));
        let shown = block.into_iter().chain(waited).chain(held).collect();
        return Some((Bottleneck::PageFaults { share, large: large.map(|(large, _)| large) }, shown));
    }
    let sampled = case.samples.as_ref().and_then(|shares| shares.leading_call());
    // Whom the kernel works for most tells by what it was blocked in; what others wait in, such as a pool's idle threads, is
    // nothing that the kernel works for.
    let busiest = ledger.threads.iter().max_by_key(|thread| thread.parts.kernel_ns);
    let most_blocked = busiest.and_then(|thread| {
        let known = thread.blocked.iter().filter(|blocked| blocked.call != BlockedIn::NOT_SEEN);
        known.max_by_key(|blocked| blocked.ns).map(|most| most.call.clone())
    });
    let mut shown = Vec::new();
    match (sampled, &most_blocked) {
        (Some(call), _) => {
            let calls = case.samples.as_ref().map(|shares| shares.group(Group::SystemCalls));
            shown.extend(calls.map(|share| samples_say(case, share, Group::SystemCalls, Some(call))));
        }
        (None, Some(call)) => {
            let says = format!("the thread that the kernel works for most is blocked in {call} most");
            shown.push(case.stacks_say(Seen::Books, says).at(Some(Anchor::Call(call.clone()))));
        }
        (None, None) => {}
    }
    let handed_over = case.samples.as_ref().filter(|_| case.workload.concurrency.processes);
    let serialisation = handed_over.map(|shares| shares.group(Group::Serialisation));
    shown.extend(serialisation.map(|share| samples_say(case, share, Group::Serialisation, None)));
    let call = sampled.map(str::to_owned).or(most_blocked);
    Some((Bottleneck::SystemCalls { share, call, serialisation }, shown))
}

/// What samples hold of `group`, most often `call` where one leads.
fn samples_say(case: &Case<'_>, share: Share, group: Group, call: Option<&str>) -> Evidence {
    let mut says = format!("{:.0} % of the CPU samples hold a function of {group}", share.value * 100.0);
    if let Some(call) = call {
        says.push_str(&format!(", most often {call}"));
    }
    case.stacks_say(Seen::Samples, says).at(frames::of_group(case, Seen::Samples, group))
}

/// The row of the heap table that has the block.
fn site_says(case: &Case<'_>, site: usize) -> Option<Evidence> {
    let kept = case.files.heap.as_ref()?;
    let CallSite { blocks, bytes, .. } = kept.data.sites.get(site)?;
    let says = format!("{blocks} blocks of {bytes} bytes in all are taken there");
    Some(case.evidence(InstrumentName::Heap, says, Some(kept.file.clone())).at(Some(Anchor::HeapSite(site))))
}

/// What of the heap is mapped anew each time, and the row of the heap table that takes it. The record sums up a site's blocks: it
/// gives their mean, and the bytes that were alive at the peak. A mean above the bound proves a block above it. Of a collection
/// that grows the last block is several times the mean, and at most what is alive at the peak; that it is above the bound is taken
/// from there, unless samples show the kernel to be called.
fn large(case: &Case<'_>) -> Option<(Large, usize)> {
    let sites = || case.files.heap.iter().flat_map(|kept| kept.data.sites.iter().enumerate());
    let mean = |site: &CallSite| site.bytes / site.blocks.max(1);
    let largest = sites().max_by_key(|(_, site)| mean(site));
    if let Some((place, site)) = largest.filter(|(_, site)| mean(site) > MAPPED_ANEW) {
        return Some((Large { bytes: mean(site), blocks: site.blocks, grows: false }, place));
    }
    let calls = costs::share_by(case, Group::SystemCalls, Seen::Samples);
    if calls.is_some_and(|share| share.low >= LEAST_SHARE) {
        return None;
    }
    let grows = |(_, site): &(usize, &CallSite)| {
        site.blocks <= DOUBLINGS
            && site.frames.iter().any(|frame| case.symbols.of(frame).groups.holds(Group::Growth))
    };
    let growing = sites().filter(grows).max_by_key(|(_, site)| site.peak_bytes);
    let (place, growing) = growing.filter(|(_, site)| site.peak_bytes > MAPPED_ANEW)?;
    Some((Large { bytes: growing.peak_bytes, blocks: growing.blocks, grows: true }, place))
}

/// The most of the time that so many threads an iteration can take to be made and joined, by what this machine takes for one:
/// what else the kernel does for a case that starts a thread or two is not starting. Of children nothing is known: programs
/// differ in what they take to start.
fn most_by_speed(case: &Case<'_>, ledger: &WaitsLedger, threads: f64) -> Option<f64> {
    let speeds = case.recorded.environment.as_ref()?.speeds.as_ref()?;
    let start = Speed::time_of(Speed::THREAD_START, speeds)?;
    let iteration_ns = ledger.elapsed_ns as f64 / ledger.iterations.max(1) as f64;
    (iteration_ns > 0.0).then(|| (threads * start.high / iteration_ns).min(1.0))
}

/// Threads that an iteration starts: the kernel counted one iteration's; else those that were seen, less the measuring one, which
/// is always there.
fn started(ledger: &WaitsLedger) -> f64 {
    let seen: usize = ledger.threads.iter().map(|thread| thread.count).sum();
    ledger.births.unwrap_or(seen.saturating_sub(1) as f64 / ledger.iterations.max(1) as f64)
}

/// Whether starting threads may take a part of an iteration that tells: it starts some, and this machine takes a tenth of the
/// iteration for as many, or nobody knows what it takes.
pub(super) fn starting_tells(case: &Case<'_>) -> bool {
    case.files.waits.as_ref().is_some_and(|kept| {
        let threads = started(&kept.data);
        let share = most_by_speed(case, &kept.data, threads);
        threads >= STARTS && share.is_none_or(|share| share >= LEAST_SHARE)
    })
}

fn spawning(case: &Case<'_>) -> Option<Found> {
    let ledger = case.files.waits.as_ref().map(|kept| &kept.data);
    let threads = ledger.map_or(0.0, started);
    let children = ledger.and_then(|ledger| ledger.children).unwrap_or(0.0);
    let on_cpu = case.on_cpu();
    let of_stacks = case.stacks().map(|(shares, seen)| (shares.group(Group::Spawning), seen));
    let stacks = of_stacks.map(|(share, seen)| (share.of_part(on_cpu), seen));
    let stacks = stacks.filter(|(share, _)| share.low >= LEAST_SHARE);
    let kernel = ledger.filter(|_| threads >= STARTS || children >= STARTS).map(|ledger| {
        let share = kernel_share(case, ledger);
        let most = most_by_speed(case, ledger, threads).filter(|_| children < STARTS).unwrap_or(1.0);
        (share.at_most(most), Seen::Books)
    });
    let kernel = kernel.filter(|(share, _)| share.low >= LEAST_SHARE);
    let gain = costs::gain(case, FindingKind::Spawning);
    // A parent that waits for its children to begin is not in the kernel. What a sibling gains whose children are there already
    // is what starting them takes.
    let spared = gain.as_ref().filter(|gain| children >= STARTS && gain.times.low >= LEAST_GAIN);
    let spared = spared.map(|gain| (Share::saved(gain.times), Seen::Sibling));
    let larger = |a: &(Share, Seen), b: &(Share, Seen)| a.0.value.total_cmp(&b.0.value);
    let (share, seen) = stacks.into_iter().chain(kernel).chain(spared).max_by(larger)?;
    let by_books = Anchor::Number(if children > threads { Metric::Children } else { Metric::Threads });
    let mut evidence = vec![match seen {
        Seen::Books | Seen::Sibling => {
            let says = format!("{threads:.1} threads and {children:.1} children start in an iteration");
            case.stacks_say(Seen::Books, says).at(Some(by_books))
        }
        _ => {
            let of_stacks = of_stacks.map_or(0.0, |(share, _)| share.value * 100.0);
            let says = format!("{of_stacks:.1} % of the stacks hold a function that starts one");
            case.stacks_say(seen, says).at(frames::of_group(case, seen, Group::Spawning))
        }
    }];
    evidence.extend(gain.as_ref().map(|gain| case.gain_says(gain)));
    let (share, on_cpu) = ((share, seen), on_cpu.value);
    Some(Found::new(Bottleneck::Spawning { share, on_cpu, threads, children, gain }, evidence))
}
