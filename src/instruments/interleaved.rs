//! Rounds in which every member runs once, in shuffled order, and what may be said of their ratios.
//!
//! Within a round the members meet the same mood of the machine; the ratio of a round cancels it. The estimate is
//! the median over rounds; its interval is the sign test's, which assumes nothing of the noise but that a round is
//! as likely to err up as down. A round in which the hypervisor took a CPU away is set aside for that, never for what it
//! measured. Knows neither criterion nor CPython.

use std::time::{Duration, Instant};

/// Runs so many iterations and says how long the measured part took.
pub(super) type Member<'a, E> = Box<dyn FnMut(u64) -> Result<Duration, E> + 'a>;

/// What rounds may cost.
pub(super) struct Budget {
    /// Most rounds.
    pub(super) rounds: usize,
    /// Fewest, whatever they cost; so many undisturbed ones of each member are waited for a while.
    pub(super) fewest: usize,
    /// Members behind so many are not waited for: whoever reads them reads disturbed rounds too.
    pub(super) waited_for: usize,
    /// Time after which rounds end early, nanoseconds a member.
    pub(super) member_ns: u64,
}

/// What a member took in a round.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Timed {
    /// Nanoseconds an iteration.
    pub(super) ns: f64,
    /// Whether the hypervisor took a CPU away meanwhile.
    pub(super) stolen: bool,
}

/// How many times what rounds may cost is waited for undisturbed ones.
const PATIENCE: u32 = 2;

/// A row a round, a column a member. `iterations` are a member's in each round; `stolen_ns` tells what the hypervisor has
/// taken so far.
pub(super) fn take_rounds<E>(
    members: &mut [Member<'_, E>],
    iterations: &[u64],
    budget: &Budget,
    stolen_ns: impl Fn() -> u64,
) -> Result<Vec<Vec<Timed>>, E> {
    let allowed = Duration::from_nanos(budget.member_ns) * u32::try_from(members.len()).unwrap_or(1);
    let mut order: Vec<usize> = (0..members.len()).collect();
    let mut shuffle = Shuffle(0x5eed);
    let mut rounds: Vec<Vec<Timed>> = Vec::new();
    let began = Instant::now();
    let count = members.len();
    let is_wanting = |rounds: &[Vec<Timed>]| {
        let undisturbed = |member: usize| rounds.iter().filter(|round| !round[member].stolen).count();
        let wanting = (0..count.min(budget.waited_for)).any(|member| undisturbed(member) < budget.fewest);
        let elapsed = began.elapsed();
        rounds.len() < budget.fewest || elapsed < allowed || (wanting && elapsed < allowed * PATIENCE)
    };
    while rounds.len() < budget.rounds && is_wanting(&rounds) {
        shuffle.shuffle(&mut order);
        let mut round = vec![Timed { ns: 0.0, stolen: false }; members.len()];
        for &index in &order {
            let before = stolen_ns();
            let elapsed = members[index](iterations[index])?;
            let ns = elapsed.as_nanos() as f64 / iterations[index] as f64;
            round[index] = Timed { ns, stolen: stolen_ns() > before };
        }
        rounds.push(round);
    }
    Ok(rounds)
}

/// What `of` makes of the times of `members`, round by round: of the rounds in which no CPU was taken away from any of
/// them; of all rounds where fewer than `fewest` are left.
pub(super) fn undisturbed<const N: usize>(
    rounds: &[Vec<Timed>],
    members: [usize; N],
    fewest: usize,
    of: impl Fn([f64; N]) -> f64,
) -> Vec<f64> {
    let of_round = |round: &Vec<Timed>| of(members.map(|member| round[member].ns));
    let kept: Vec<f64> = rounds
        .iter()
        .filter(|round| members.iter().all(|member| !round[*member].stolen))
        .map(of_round)
        .collect();
    if kept.len() >= fewest { kept } else { rounds.iter().map(of_round).collect() }
}

/// A block that takes this many times `block_ns` with its staging is long enough, however little of it is measured.
const STAGING: u32 = 20;

/// Iterations that fill a block of `block_ns`, found by doubling; this is the warm-up too. One long block proves
/// nothing, a neighbour may have held it up: it must be long twice.
pub(super) fn block_size<E>(member: &mut Member<'_, E>, block_ns: u64) -> Result<u64, E> {
    let longest = Duration::from_nanos(block_ns) * STAGING;
    let mut iterations = 1;
    loop {
        let began = Instant::now();
        let elapsed = member(iterations)?.as_nanos() as u64;
        if began.elapsed() > longest || iterations > u64::MAX / 4 {
            return Ok(iterations);
        }
        let elapsed = match elapsed {
            long if long >= block_ns => member(iterations)?.as_nanos() as u64,
            short => short,
        };
        if elapsed >= block_ns / 2 {
            return Ok(iterations);
        }
        iterations = match elapsed {
            0 => iterations * 2,
            _ => (iterations * block_ns / elapsed + 1).clamp(iterations + 1, iterations * 2),
        };
    }
}

/// A median and its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MedianInterval {
    /// The middle value, or the middle of the two.
    pub median: f64,
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

/// The median and its 95 % interval by the sign test: the order statistics k and n + 1 − k, where k is the
/// largest for which Binomial(n, ½) puts at most 2.5 % below k. (Conover, Practical Nonparametric Statistics,
/// 3rd ed., § 3.2.) Of six rounds or more: fewer have no 95 % interval at all.
pub fn median_interval(values: &[f64]) -> MedianInterval {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let n = sorted.len();
    let median = if n % 2 == 1 { sorted[n / 2] } else { (sorted[n / 2 - 1] + sorted[n / 2]) / 2.0 };
    let k = lower_rank(n);
    MedianInterval { median, low: sorted[k - 1], high: sorted[n - k] }
}

/// The rank of the lower end, from 1; 1 where even the extremes do not reach 95 %.
fn lower_rank(n: usize) -> usize {
    let mut probability = 0.5_f64.powi(i32::try_from(n).unwrap_or(i32::MAX));
    let mut below = 0.0;
    let mut k = 0;
    while below + probability <= 0.025 {
        below += probability;
        probability *= (n - k) as f64 / (k + 1) as f64;
        k += 1;
    }
    k.max(1)
}

/// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014), and Fisher and Yates by it: the same order in every run.
pub(super) struct Shuffle(u64);

impl Shuffle {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(super) fn shuffle(&mut self, order: &mut [usize]) {
        for last in (1..order.len()).rev() {
            order.swap(last, (self.next() % (last as u64 + 1)) as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sign_tests_ranks_are_the_tables() {
        // Conover's table A3 for p = 0.5: n = 11 leaves 1 below, 17 leaves 4, 25 leaves 7, 41 leaves 13.
        for (n, rank) in [(6, 1), (11, 2), (17, 5), (25, 8), (41, 14)] {
            assert_eq!(lower_rank(n), rank, "n = {n}");
        }
    }

    #[test]
    fn one_wild_round_moves_neither_median_nor_interval_far() {
        let mut ratios = vec![2.0; 40];
        ratios.push(1e9);
        assert_eq!(median_interval(&ratios), MedianInterval { median: 2.0, low: 2.0, high: 2.0 });
    }

    #[test]
    fn every_order_holds_every_member_once() {
        let mut order: Vec<usize> = (0..9).collect();
        Shuffle(1).shuffle(&mut order);
        assert_ne!(order, (0..9).collect::<Vec<_>>());
        order.sort_unstable();
        assert_eq!(order, (0..9).collect::<Vec<_>>());
    }

    /// A member whose clock is its own: so many nanoseconds an iteration.
    fn made_up<'a>(ns: u64) -> Member<'a, String> {
        Box::new(move |iterations| Ok(Duration::from_nanos(ns * iterations)))
    }

    #[test]
    fn every_round_has_a_time_of_each_member() {
        let budget = Budget { rounds: 9, fewest: 6, waited_for: 2, member_ns: u64::MAX / 1_000_000_000 };
        let rounds =
            take_rounds(&mut [made_up(3), made_up(6)], &[10, 5], &budget, || 0).expect("no member fails");
        assert_eq!(rounds, vec![[3.0, 6.0].map(|ns| Timed { ns, stolen: false }).to_vec(); 9]);
    }

    #[test]
    fn a_spent_budget_leaves_the_fewest_rounds() {
        let budget = Budget { rounds: 41, fewest: 6, waited_for: 2, member_ns: 0 };
        let rounds = take_rounds(&mut [made_up(1)], &[1], &budget, || 0).expect("no member fails");
        assert_eq!(rounds.len(), 6);
    }

    #[test]
    fn a_member_that_fails_ends_the_rounds() {
        let budget = Budget { rounds: 41, fewest: 6, waited_for: 2, member_ns: 0 };
        let fails: Member<'_, String> = Box::new(|_| Err("gone".to_owned()));
        assert_eq!(take_rounds(&mut [made_up(1), fails], &[1, 1], &budget, || 0), Err("gone".to_owned()));
    }

    #[test]
    fn a_round_in_which_a_cpu_was_taken_away_is_told() {
        let budget = Budget { rounds: 9, fewest: 9, waited_for: 2, member_ns: 0 };
        // Read before and after each block; a tick has come between the third and the fourth time.
        let (reads, tick) = (std::cell::Cell::new(0), 10_000_000);
        let stolen_ns = || {
            reads.set(reads.get() + 1);
            if reads.get() > 3 { tick } else { 0 }
        };
        let rounds = take_rounds(&mut [made_up(1)], &[1], &budget, stolen_ns).expect("no member fails");
        let stolen: Vec<bool> = rounds.iter().map(|round| round[0].stolen).collect();
        assert_eq!(stolen, [false, true, false, false, false, false, false, false, false]);
    }

    #[test]
    fn disturbed_rounds_are_left_out_where_enough_others_are_left() {
        let round = |ns: f64, stolen: [bool; 2]| {
            vec![Timed { ns, stolen: stolen[0] }, Timed { ns: 2.0, stolen: stolen[1] }]
        };
        let rounds = [
            round(4.0, [false, false]),
            round(8.0, [true, false]),
            round(6.0, [false, false]),
            round(2.0, [false, true]),
        ];
        let ratio = |[one, other]: [f64; 2]| one / other;
        assert_eq!(undisturbed(&rounds, [0, 1], 2, ratio), [2.0, 3.0]);
        assert_eq!(undisturbed(&rounds, [0, 1], 3, ratio), [2.0, 4.0, 3.0, 1.0]);
        assert_eq!(undisturbed(&rounds, [0], 3, |[ns]| ns), [4.0, 6.0, 2.0]);
    }

    #[test]
    fn a_block_is_filled_and_not_by_twice_as_much() {
        let iterations = block_size(&mut made_up(1_000), 1_000_000).expect("it does not fail");
        assert!((500..=1_001).contains(&iterations), "{iterations}");
    }
}
