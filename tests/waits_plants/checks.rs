//! The checks: a ledger against the truth of the same iterations.

use perflab::record::{BlockedIn, ThreadWaits, WaitsLedger};

use super::plants::Truth;

pub(crate) type Check = fn(&WaitsLedger, &[Truth]) -> Result<(), String>;

fn measuring(ledger: &WaitsLedger) -> &ThreadWaits {
    ledger.threads.iter().find(|thread| thread.name == "measuring thread").expect("it is in every ledger")
}

/// The parts give the wall time within 2 %. That one of them was put where another belongs is for [`parts`] to see.
pub(crate) fn adds_up(ledger: &WaitsLedger) -> Result<(), String> {
    let parts = &ledger.total;
    let sum = parts.cpu_ns() + parts.runqueue_ns + parts.blocked_ns;
    let off = 100.0 * (sum as f64 - parts.wall_ns as f64).abs() / parts.wall_ns as f64;
    if off <= 2.0 { Ok(()) } else { Err(format!("the parts are {off:.1} % off the wall time: {parts:?}")) }
}

/// Every part of the measuring thread is as long as another clock says, within `points` of a hundred of its wall time: on
/// a CPU by the thread's clock; blocked for no longer than it waited, and no shorter than the `asked_ns` of each iteration,
/// because no sleep is; waiting for a CPU for no longer than is then left.
pub(crate) fn parts(ledger: &WaitsLedger, truth: &[Truth], asked_ns: u64, points: f64) -> Result<(), String> {
    let books = measuring(ledger).parts;
    let sum = |of: fn(&Truth) -> u64| truth.iter().map(|one| of(one) as f64).sum::<f64>();
    let (wall, waited, on_cpu) = (sum(|one| one.wall_ns), sum(|one| one.waited_ns), sum(|one| one.cpu_ns));
    let asked = asked_ns as f64 * truth.len() as f64;
    let allowed = points / 100.0 * wall;
    let (cpu, blocked, ready) = (books.cpu_ns() as f64, books.blocked_ns as f64, books.runqueue_ns as f64);
    let told = format!(
        "by the books {cpu} ns on a CPU, {blocked} blocked, {ready} waiting for one; by other clocks {on_cpu}, {asked} to \
         {waited}, of {wall}"
    );
    eprintln!("{told}");
    let holds = (cpu - on_cpu).abs() <= allowed
        && (asked - allowed..=waited + allowed).contains(&blocked)
        && ready <= wall - on_cpu - asked + allowed;
    if holds { Ok(()) } else { Err(told) }
}

/// The measuring thread was on a CPU in user code for longer than in the kernel.
pub(crate) fn runs_in_user_code(ledger: &WaitsLedger) -> Result<(), String> {
    let books = measuring(ledger).parts;
    let told = format!("{} ns on a CPU in user code, {} in the kernel", books.user_ns, books.kernel_ns);
    if books.user_ns > books.kernel_ns { Ok(()) } else { Err(told) }
}

/// The measuring thread was blocked in one of `calls` for as long as its own clock says, within `points` of a hundred
/// of its wall time; what it then waited for a CPU is in its own clock too.
pub(crate) fn blocked_in(
    ledger: &WaitsLedger,
    truth: &[Truth],
    calls: &[&str],
    points: f64,
) -> Result<(), String> {
    let calls_wanted = |blocked: &&BlockedIn| calls.contains(&blocked.call.as_str());
    let ns = measuring(ledger).blocked.iter().filter(calls_wanted).map(|blocked| blocked.ns).sum();
    as_long_as(ledger, truth, (ns, &format!("in {calls:?}")), points)
}

/// The same of all calls together.
pub(crate) fn blocked(ledger: &WaitsLedger, truth: &[Truth], points: f64) -> Result<(), String> {
    as_long_as(ledger, truth, (measuring(ledger).parts.blocked_ns, "in all calls"), points)
}

fn as_long_as(
    ledger: &WaitsLedger,
    truth: &[Truth],
    (blocked_ns, calls): (u64, &str),
    points: f64,
) -> Result<(), String> {
    let (thread, blocked) = (measuring(ledger), blocked_ns as f64);
    let waited: f64 = truth.iter().map(|one| one.waited_ns as f64).sum();
    let wall: f64 = truth.iter().map(|one| one.wall_ns as f64).sum();
    let runqueue = thread.parts.runqueue_ns as f64;
    let allowed = points / 100.0 * wall;
    let told = format!(
        "blocked {:.1} % {calls}, by the other clock {:.1} %, of which up to {:.1} waiting for a CPU",
        100.0 * blocked / wall,
        100.0 * waited / wall,
        100.0 * runqueue / wall
    );
    eprintln!("{told}");
    if blocked <= waited + allowed && blocked + runqueue >= waited - allowed { Ok(()) } else { Err(told) }
}

/// All CPU time, by thread clocks, within `points` of a hundred.
pub(crate) fn cpu(ledger: &WaitsLedger, truth: &[Truth], points: f64) -> Result<(), String> {
    let clocks: f64 = truth.iter().map(|one| one.cpu_ns as f64).sum();
    let off = 100.0 * (ledger.total.cpu_ns() as f64 - clocks) / clocks;
    let told = format!("{} ns of CPU time, {clocks} by thread clocks: {off:.2} % off", ledger.total.cpu_ns());
    eprintln!("{told}");
    if off.abs() <= points { Ok(()) } else { Err(told) }
}

/// The wall time of all threads but the measuring one is that of their lives, within `points` of a hundred; starting and
/// joining them may count or not.
pub(crate) fn lived(ledger: &WaitsLedger, truth: &[Truth], points: f64) -> Result<(), String> {
    let others = (ledger.total.wall_ns - measuring(ledger).parts.wall_ns) as f64;
    let least: f64 = truth.iter().map(|one| one.lived_ns.0 as f64).sum();
    let most: f64 = truth.iter().map(|one| one.lived_ns.1 as f64).sum();
    let told = format!(
        "threads lived {:.1} ms by the books, {:.1} to {:.1} by their own clocks",
        others / 1e6,
        least / 1e6,
        most / 1e6
    );
    eprintln!("{told}");
    let allowed = points / 100.0;
    if others >= least * (1.0 - allowed) && others <= most * (1.0 + allowed) { Ok(()) } else { Err(told) }
}

/// A thread that never blocks waits for a CPU whenever it is not on one.
pub(crate) fn not_on_cpu(ledger: &WaitsLedger, truth: &[Truth], points: f64) -> Result<(), String> {
    let wall: f64 = truth.iter().map(|one| one.wall_ns as f64).sum();
    let off_cpu: f64 = truth.iter().map(|one| (one.wall_ns - one.cpu_ns) as f64).sum();
    let runqueue = ledger.total.runqueue_ns as f64;
    let told = format!(
        "{:.1} % waiting for a CPU, {:.1} % not on one by the other clocks",
        100.0 * runqueue / wall,
        100.0 * off_cpu / wall
    );
    eprintln!("{told}");
    if 100.0 * (runqueue - off_cpu).abs() / wall <= points { Ok(()) } else { Err(told) }
}

/// Children an iteration, and the CPU time of each: what it spun, and what starting it takes.
pub(crate) fn children(ledger: &WaitsLedger, count: f64, spun_ns: u64) -> Result<(), String> {
    let each = ledger.children_cpu_ns as f64 / ledger.iterations as f64 / count;
    let told = format!("{:?} children, {each} ns of CPU time each", ledger.children);
    eprintln!("{told}");
    let own = ledger.total.cpu_ns() as f64 / ledger.iterations as f64;
    let apart = own < spun_ns as f64 / 2.0;
    let right = (0.98..1.4).contains(&(each / spun_ns as f64));
    if ledger.children == Some(count) && right && apart {
        Ok(())
    } else {
        Err(format!("{told}, {own} ns of our own"))
    }
}
