//! The books of one window: from clocks at its edges and what the sampler saw between them, to where the time of each
//! thread went. Pure: reads no clock.

use std::collections::BTreeMap;

use super::edge::Window;
use super::lives::{Life, Lives, Unseen, lives};
use super::proc::{Activity, Place};
use super::watch::Pass;
use crate::record::WaitParts;

/// Where one thread's time went.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct ThreadAccount {
    /// Its number; 0 for what ran in threads that no pass saw.
    pub(super) thread: u32,
    pub(super) cpu_ns: u64,
    pub(super) parts: WaitParts,
    /// Adds up to the blocked part.
    pub(super) blocked: BTreeMap<Place, u64>,
}

/// Where a window's time went.
#[derive(Debug, Clone, Default)]
pub(super) struct Account {
    pub(super) iterations: u64,
    pub(super) elapsed_ns: u64,
    pub(super) busy_ns: u64,
    pub(super) starved_ns: u64,
    /// Share of the run queue's time that the case itself causes.
    pub(super) own_share: f64,
    pub(super) slices: u64,
    pub(super) most_threads: usize,
    pub(super) children_cpu_ns: u64,
    pub(super) passes: u64,
    pub(super) sampler_cpu_ns: u64,
    /// What the hypervisor took from threads that were ready to run; within their run queue's time.
    pub(super) stolen_ns: u64,
    pub(super) threads: Vec<ThreadAccount>,
}

/// Who measured, on how much machine.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setting {
    /// The measuring thread.
    pub(super) own: u32,
    pub(super) cores: usize,
    /// The sampler's share of user code in its CPU time.
    pub(super) sampler_user_share: f64,
    /// What the hypervisor took of the machine's CPUs so far, and no earlier window has accounted for.
    pub(super) stolen_ns: u64,
}

/// Closes the books of `window`. `passes` are those of the sampler that lie within it, in order.
pub(super) fn account(window: &Window, passes: &[Pass], setting: Setting) -> Account {
    let Lives { seen: lives, unseen } = lives(window, passes, setting.own);
    let (open, close) = (&window.open, &window.close);
    let sampler_cpu_ns = close.sampler_cpu_ns.saturating_sub(open.sampler_cpu_ns);
    let mut threads: Vec<ThreadAccount> = lives.iter().map(of_life).collect();
    let stolen_ns = give_stolen(&lives, &mut threads, setting.stolen_ns);
    for (life, thread) in lives.iter().zip(&mut threads) {
        thread.blocked = spread(thread.parts.blocked_ns, &life.blocked_weights());
    }
    lives.iter().zip(&mut threads).for_each(|(life, thread)| close_gap(life, thread));
    threads.extend(of_unseen(unseen));
    split_cpu(window, &mut threads, sampler_cpu_ns, setting);
    let own = lives.iter().find(|life| life.thread == setting.own);
    let elapsed_ns = own.map_or(0, Life::watched_ns);
    let children_cpu_ns = close.children_cpu_ns.saturating_sub(open.children_cpu_ns);
    let cores = (setting.cores as f64 - children_cpu_ns as f64 / elapsed_ns.max(1) as f64).max(0.0);
    let runqueue_ns = threads.iter().map(|thread| thread.parts.runqueue_ns).sum();
    let shares = shares(&lives, passes.len() + 2, runqueue_ns, cores);
    let alive = passes.iter().chain([&open.pass, &close.pass]).map(|pass| pass.seen.len());
    Account {
        iterations: window.iterations,
        elapsed_ns,
        busy_ns: shares.busy_ns.min(elapsed_ns),
        starved_ns: shares.starved_ns.min(elapsed_ns.saturating_sub(shares.busy_ns)),
        own_share: shares.own_share,
        slices: lives.iter().map(|life| life.slices).sum(),
        most_threads: alive.max().unwrap_or(1).max(1),
        children_cpu_ns,
        passes: passes.len() as u64,
        sampler_cpu_ns,
        stolen_ns,
        threads,
    }
}

/// One thread, from its first sight to its last; its uncertain ends as far as they are known.
fn of_life(life: &Life) -> ThreadAccount {
    let mut parts = WaitParts {
        wall_ns: life.head_ns + life.watched_ns(),
        runqueue_ns: life.runqueue_ns,
        ..WaitParts::default()
    };
    // Before the first sight: what its clocks hold is known; the rest is blocked only if it was seen blocked.
    let left =
        |span_ns: u64, cpu_ns: u64, runqueue_ns: u64| span_ns as i64 - cpu_ns as i64 - runqueue_ns as i64;
    let head_left = left(life.head_ns, life.head_cpu_ns, life.head_runqueue_ns);
    let head_blocked = if life.first_place().is_some() { head_left.max(0) } else { 0 };
    let watched_left = left(
        life.watched_ns(),
        life.cpu_ns.saturating_sub(life.head_cpu_ns),
        life.runqueue_ns.saturating_sub(life.head_runqueue_ns),
    );
    let pending = (life.pending_wait_ns() as i64).min(watched_left.max(0));
    // A thread that was ready when last seen and then off the CPU until its end was as it had been off it before.
    let open = (life.open_tail_ns() as i64).min(watched_left.max(0) - pending);
    let waited = parts.runqueue_ns as i64 + pending;
    let off_cpu = waited + head_blocked + watched_left.max(0) - pending - open;
    let open_wait = (i128::from(open) * i128::from(waited) / i128::from(off_cpu.max(1))) as i64;
    parts.runqueue_ns += (pending + open_wait) as u64;
    parts.blocked_ns = (head_blocked + watched_left.max(0) - pending - open_wait) as u64;
    parts.residual_ns = head_left - head_blocked + watched_left.min(0);
    ThreadAccount { thread: life.thread, cpu_ns: life.cpu_ns, parts, ..ThreadAccount::default() }
}

/// A hypervisor that takes a CPU away stops a thread's clocks: the time is neither on the CPU nor in the run queue.
/// Where a thread was seen ready at both ends of a step and its clocks do not say where it was, up to what the
/// hypervisor took is time waiting for a CPU, and not blocked.
fn give_stolen(lives: &[Life], threads: &mut [ThreadAccount], stolen_ns: u64) -> u64 {
    let open = |life: &Life, thread: &ThreadAccount| {
        let ready =
            life.steps.iter().filter(|step| step.place.is_none()).map(|step| step.off_cpu_ns()).sum::<u64>();
        ready.saturating_sub(thread.parts.runqueue_ns).min(thread.parts.blocked_ns)
    };
    let opens: Vec<u64> = lives.iter().zip(&*threads).map(|(life, thread)| open(life, thread)).collect();
    let all: u64 = opens.iter().sum();
    let given = all.min(stolen_ns);
    let mut used = 0;
    for (open, thread) in opens.iter().zip(threads) {
        let ns = (u128::from(given) * u128::from(*open) / u128::from(all.max(1))) as u64;
        thread.parts.blocked_ns -= ns;
        thread.parts.runqueue_ns += ns;
        used += ns;
    }
    used
}

/// `total` by weight, adding up exactly.
fn spread(total: u64, weights: &BTreeMap<Place, u64>) -> BTreeMap<Place, u64> {
    if total == 0 {
        return BTreeMap::new();
    }
    let sum: u64 = weights.values().sum();
    if sum == 0 {
        return BTreeMap::from([(Place::Unknown, total)]);
    }
    let mut left = total;
    let mut spread: BTreeMap<Place, u64> = weights
        .iter()
        .map(|(place, weight)| {
            let part = (u128::from(total) * u128::from(*weight) / u128::from(sum)) as u64;
            left -= part;
            (*place, part)
        })
        .collect();
    if let Some(last) = spread.values_mut().next_back() {
        *last += left;
    }
    spread.retain(|_, ns| *ns > 0);
    spread
}

/// The time after the last sight of a thread that ended, nobody knows when.
fn close_gap(life: &Life, account: &mut ThreadAccount) {
    if life.tail_gap_ns == 0 {
        return;
    }
    let cpu = life.gap_cpu_ns;
    account.cpu_ns += cpu;
    // It ended at any moment until the next pass. One that was ready when last seen is taken to have run until
    // then; one that was blocked may have been for any time: half way on average, unless its CPU time says later.
    let blocked = life.last_place().map(|place| (place, (life.tail_gap_ns / 2).saturating_sub(cpu)));
    account.parts.wall_ns += cpu;
    if let Some((place, ns)) = blocked {
        account.parts.wall_ns += ns;
        account.parts.blocked_ns += ns;
        *account.blocked.entry(place).or_default() += ns;
    }
}

/// Threads that no pass saw. What they were off the CPU was blocked as far as anybody knows.
fn of_unseen(unseen: Unseen) -> Option<ThreadAccount> {
    let Unseen { wall_ns, cpu_ns, unknown_cpu_ns } = unseen;
    let blocked_ns = wall_ns - cpu_ns;
    let parts = WaitParts { wall_ns: wall_ns + unknown_cpu_ns, blocked_ns, ..WaitParts::default() };
    let blocked = spread(blocked_ns, &BTreeMap::new());
    let cpu_ns = cpu_ns + unknown_cpu_ns;
    (parts.wall_ns > 0).then_some(ThreadAccount { thread: 0, cpu_ns, parts, blocked })
}

/// Splits CPU time into user code and kernel: the measuring thread by its own rusage, the others by what the
/// process's leaves once that and the sampler are taken out.
fn split_cpu(window: &Window, threads: &mut [ThreadAccount], sampler_cpu_ns: u64, setting: Setting) {
    let own = window.close.thread_usage.since(window.open.thread_usage);
    let all = window.close.process_usage.since(window.open.process_usage);
    let sampler_user = sampler_cpu_ns as f64 * setting.sampler_user_share;
    let others_user = all.user_ns as f64 - own.user_ns as f64 - sampler_user;
    let others_kernel = all.kernel_ns as f64 - own.kernel_ns as f64 - (sampler_cpu_ns as f64 - sampler_user);
    let share = |user: f64, kernel: f64| {
        let (user, kernel) = (user.max(0.0), kernel.max(0.0));
        if user + kernel > 0.0 { user / (user + kernel) } else { 1.0 }
    };
    for account in threads {
        let user_share = if account.thread == setting.own {
            share(own.user_ns as f64, own.kernel_ns as f64)
        } else {
            share(others_user, others_kernel)
        };
        account.parts.user_ns = ((account.cpu_ns as f64 * user_share).round() as u64).min(account.cpu_ns);
        account.parts.kernel_ns = account.cpu_ns - account.parts.user_ns;
    }
}

/// How the window's own time divides.
struct Shares {
    busy_ns: u64,
    starved_ns: u64,
    own_share: f64,
}

/// Pass by pass: while some thread was on a CPU, none was and one waited for it, all were blocked; and how much of the
/// waiting comes of there being more threads that want a CPU than `cores`.
fn shares(lives: &[Life], passes: usize, runqueue_ns: u64, cores: f64) -> Shares {
    let (mut cpu, mut waiting, mut length) = (vec![0_u64; passes], vec![0_u64; passes], vec![0_u64; passes]);
    for step in lives.iter().flat_map(|life| &life.steps) {
        cpu[step.pass] += step.cpu_ns;
        length[step.pass] = length[step.pass].max(step.to_ns - step.from_ns);
        if step.place.is_none() {
            waiting[step.pass] += step.off_cpu_ns();
        }
    }
    let (mut busy_ns, mut starved_ns, mut own, mut all) = (0, 0, 0.0, 0_u64);
    for pass in 0..passes {
        let busy = cpu[pass].min(length[pass]);
        busy_ns += busy;
        starved_ns += waiting[pass].min(length[pass] - busy);
        let wanted = (cpu[pass] + waiting[pass]) as f64;
        own += (wanted - cores * length[pass] as f64).clamp(0.0, waiting[pass] as f64);
        all += waiting[pass];
    }
    // What no thread's clock knows as waiting was not: between two looks a thread may also have been blocked.
    let starved_ns = starved_ns.min(runqueue_ns);
    Shares { busy_ns, starved_ns, own_share: if all > 0 { own / all as f64 } else { 0.0 } }
}

impl Life {
    fn first_place(&self) -> Option<Place> {
        place(self.first_activity)
    }

    fn last_place(&self) -> Option<Place> {
        place(self.last_activity)
    }
}

fn place(activity: Activity) -> Option<Place> {
    match activity {
        Activity::Runnable => None,
        Activity::Blocked(place) => Some(place),
    }
}

#[cfg(test)]
mod tests;
