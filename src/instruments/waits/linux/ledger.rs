//! The accounts of all windows as one ledger: threads named and put together, calls by name.

use std::collections::{BTreeMap, HashMap};

use super::books::{Account, ThreadAccount};
use super::census::Census;
use super::proc::Place;
use crate::record::{BlockedIn, SCHEMA, Sampling, ThreadWaits, Timeline, WaitParts, WaitsLedger};

/// Above this many threads, those of one name share a row, also when they all stay.
const ROWS_A_THREAD: usize = 16;
/// Rows kept; the rest is put together.
const ROWS: usize = 32;
/// The part of the wall time by which the parts may miss it.
const UNACCOUNTED: f64 = 0.02;
const UNNAMED: &str = "unnamed thread";
const UNSEEN: &str = "threads too short to be seen";
const OTHERS: &str = "other threads";

/// What threads are called.
pub(super) struct Names {
    names: HashMap<u32, String>,
    own: u32,
    /// The program's own name, which threads without one inherit.
    program: Option<String>,
}

impl Names {
    pub(super) fn new<'a>(sources: impl IntoIterator<Item = &'a HashMap<u32, String>>, own: u32) -> Self {
        let mut names = HashMap::new();
        for source in sources {
            names.extend(source.iter().map(|(thread, name)| (*thread, name.clone())));
        }
        let program = names.get(&own).cloned();
        Self { names, own, program }
    }

    /// The name of a thread, `numbered` where it is to be told from others of the same name.
    pub(super) fn of(&self, thread: u32, numbered: bool) -> String {
        if thread == self.own {
            return ThreadWaits::MEASURING.to_owned();
        }
        if thread == 0 {
            return UNSEEN.to_owned();
        }
        let name =
            self.names.get(&thread).filter(|name| !name.is_empty() && Some(*name) != self.program.as_ref());
        let name = name.map_or(UNNAMED, String::as_str);
        if numbered { format!("{name} ({thread})") } else { name.to_owned() }
    }
}

/// What is in a ledger beside its accounts.
pub(super) struct Measured<'a> {
    pub(super) census: Census,
    pub(super) cores: usize,
    pub(super) names: &'a Names,
    pub(super) timeline: Timeline,
    pub(super) missing: Vec<String>,
    pub(super) others_cpu_ns: Option<u64>,
}

/// One ledger over `accounts`.
pub(super) fn ledger(accounts: &[Account], measured: Measured<'_>) -> WaitsLedger {
    let Measured { census, cores, names, timeline, mut missing, others_cpu_ns } = measured;
    let sum = |of: fn(&Account) -> u64| accounts.iter().map(of).sum::<u64>();
    let most_threads = accounts.iter().map(|account| account.most_threads).fold(census.threads, usize::max);
    let threads = rows(accounts, names, most_threads);
    let mut total = WaitParts::default();
    threads.iter().for_each(|thread| total.add(&thread.parts));
    let own: f64 = accounts.iter().map(|account| account.own_share * runqueue_ns(account) as f64).sum();
    let (elapsed_ns, busy_ns, starved_ns) =
        (sum(|a| a.elapsed_ns), sum(|a| a.busy_ns), sum(|a| a.starved_ns));
    let passes = sum(|account| account.passes);
    missing.extend(unaccounted(&total, elapsed_ns, accounts.len()));
    WaitsLedger {
        schema: SCHEMA,
        iterations: sum(|account| account.iterations),
        cores,
        elapsed_ns,
        busy_ns,
        starved_ns,
        idle_ns: elapsed_ns.saturating_sub(busy_ns + starved_ns),
        total,
        runqueue_own_ns: own.round() as u64,
        stolen_ns: sum(|account| account.stolen_ns),
        others_cpu_ns,
        births: census.births.map(|births| births as f64),
        windows: accounts.len() as u64,
        slices: sum(|account| account.slices),
        most_threads,
        children: census.children.map(|children| children as f64),
        children_cpu_ns: sum(|account| account.children_cpu_ns),
        threads,
        timeline,
        sampling: Sampling {
            passes,
            rate_hz: passes as f64 * 1e9 / elapsed_ns.max(1) as f64,
            cpu_ns: sum(|account| account.sampler_cpu_ns),
        },
        missing,
    }
}

/// That the parts do not add up, where they miss the wall time by more than they may.
fn unaccounted(total: &WaitParts, elapsed_ns: u64, windows: usize) -> Option<String> {
    let part = total.residual_ns.unsigned_abs() as f64 / total.wall_ns.max(1) as f64;
    let window_us = elapsed_ns as f64 / 1e3 / windows.max(1) as f64;
    (part > UNACCOUNTED).then(|| {
        format!(
            "the parts miss the wall time by {:.1} %: over {windows} windows of {window_us:.0} µs, at whose edges clocks are read \
             one after the other",
            part * 100.0
        )
    })
}

fn runqueue_ns(account: &Account) -> u64 {
    account.threads.iter().map(|thread| thread.parts.runqueue_ns).sum()
}

/// Several threads, or one.
#[derive(Default)]
struct Row {
    threads: Vec<u32>,
    parts: WaitParts,
    blocked: BTreeMap<Place, u64>,
}

impl Row {
    fn add(&mut self, account: &ThreadAccount) {
        if account.thread != 0 && !self.threads.contains(&account.thread) {
            self.threads.push(account.thread);
        }
        self.parts.add(&account.parts);
        for (place, ns) in &account.blocked {
            *self.blocked.entry(*place).or_default() += ns;
        }
    }
}

/// The rows, most wall time first. Threads that come and go share a row by name: each ran in some iterations only.
fn rows(accounts: &[Account], names: &Names, most_threads: usize) -> Vec<ThreadWaits> {
    let threads = || accounts.iter().flat_map(|account| &account.threads);
    let distinct: std::collections::BTreeSet<u32> = threads().map(|account| account.thread).collect();
    let numbered = distinct.len() <= ROWS_A_THREAD.min(most_threads);
    let mut rows = BTreeMap::<String, Row>::new();
    for account in threads() {
        rows.entry(names.of(account.thread, numbered)).or_default().add(account);
    }
    let mut rows: Vec<ThreadWaits> = rows.into_iter().map(|(name, row)| told(name, row)).collect();
    rows.sort_by(|a, b| b.parts.wall_ns.cmp(&a.parts.wall_ns).then_with(|| a.name.cmp(&b.name)));
    if rows.len() > ROWS {
        let rest = rows.split_off(ROWS - 1);
        rows.push(together(rest));
    }
    rows
}

fn told(name: String, row: Row) -> ThreadWaits {
    let mut calls = BTreeMap::<String, u64>::new();
    for (place, ns) in row.blocked {
        *calls.entry(place.name()).or_default() += ns;
    }
    ThreadWaits { name, count: row.threads.len(), parts: row.parts, blocked: most_first(calls) }
}

fn most_first(calls: BTreeMap<String, u64>) -> Vec<BlockedIn> {
    let mut blocked: Vec<BlockedIn> = calls.into_iter().map(|(call, ns)| BlockedIn { call, ns }).collect();
    blocked.sort_by(|a, b| b.ns.cmp(&a.ns).then_with(|| a.call.cmp(&b.call)));
    blocked
}

fn together(rest: Vec<ThreadWaits>) -> ThreadWaits {
    let mut all =
        ThreadWaits { name: OTHERS.to_owned(), count: 0, parts: WaitParts::default(), blocked: Vec::new() };
    let mut calls = BTreeMap::<String, u64>::new();
    for row in rest {
        all.count += row.count;
        all.parts.add(&row.parts);
        for blocked in row.blocked {
            *calls.entry(blocked.call).or_default() += blocked.ns;
        }
    }
    all.blocked = most_first(calls);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(thread: u32, wall_ns: u64) -> ThreadAccount {
        let parts = WaitParts { wall_ns, blocked_ns: wall_ns, ..WaitParts::default() };
        ThreadAccount { thread, cpu_ns: 0, parts, blocked: BTreeMap::from([(Place::Page, wall_ns)]) }
    }

    fn names(named: impl Fn(u32) -> String) -> Names {
        let names: HashMap<u32, String> = (1..=100).map(|thread| (thread, named(thread))).collect();
        Names::new([&names], 1)
    }

    #[test]
    fn threads_of_one_name_share_a_row_once_there_are_many() {
        let names = names(|thread| if thread > 50 { "pool".to_owned() } else { "program".to_owned() });
        let of = |threads: std::ops::RangeInclusive<u32>| {
            let threads = threads.map(|thread| account(thread, 10)).collect();
            rows(&[Account { threads, ..Account::default() }], &names, 2)
        };
        let told = |rows: Vec<ThreadWaits>| -> Vec<(String, usize, u64)> {
            rows.into_iter().map(|row| (row.name, row.count, row.parts.wall_ns)).collect()
        };
        let few = told(of(1..=2));
        assert_eq!(few, [("measuring thread".into(), 1, 10), ("unnamed thread (2)".into(), 1, 10)]);
        let many = told(of(0..=100));
        let expected =
            [("pool", 50, 500), ("unnamed thread", 49, 490), ("measuring thread", 1, 10), (UNSEEN, 0, 10)];
        assert_eq!(many, expected.map(|(name, count, wall)| (name.to_owned(), count, wall)));
    }

    #[test]
    fn rows_are_bounded_and_lose_nothing() {
        let names = names(|thread| format!("name-{thread}"));
        let threads = (1..=100).map(|thread| account(thread, u64::from(thread))).collect();
        let rows = rows(&[Account { threads, ..Account::default() }], &names, 100);
        assert_eq!((rows.len(), rows[ROWS - 1].name.as_str()), (ROWS, OTHERS));
        assert_eq!(rows.iter().map(|row| row.count).sum::<usize>(), 100);
        assert_eq!(rows.iter().map(|row| row.parts.wall_ns).sum::<u64>(), 5_050);
        assert_eq!(rows.iter().flat_map(|row| &row.blocked).map(|blocked| blocked.ns).sum::<u64>(), 5_050);
    }

    #[test]
    fn parts_that_miss_the_wall_time_are_told() {
        let total = |residual_ns| WaitParts { wall_ns: 1_000, residual_ns, ..WaitParts::default() };
        assert_eq!(unaccounted(&total(-19), 1_000, 10), None);
        let told = unaccounted(&total(-450), 55_000, 10).expect("nearly half is missing");
        assert!(
            told.starts_with("the parts miss the wall time by 45.0 %: over 10 windows of 6 µs"),
            "{told}"
        );
    }
}
