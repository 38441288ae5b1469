//! Whether a count changed between two builds: exactly where it is exact, by ranks where it varies from run to run. Knows
//! nothing of how it is counted.

use std::path::Path;

use super::rank_sum::rank_sum_p;
use crate::record::ComparedCount;

/// Runs of a side of one thread that all agree make its count exact: the one thing that varies there is std's hasher, and what
/// it does to the instructions of a whole run has many values.
pub(super) const ALIKE: usize = 2;
/// And of a side of several threads, where a count may have two values: that all of them agree side by side, and the sides do
/// not, then happens by chance in 2 · 2⁻¹² at most, one in 2,048.
pub(super) const ALIKE_WITH_THREADS: usize = 6;
/// Runs of a side after which a count that varies is given up as unchanged, unless it seems to have moved.
const GLANCE: usize = 4;
/// It seems to have moved below this p value. To give up early is never a false alarm.
const SEEMS: f64 = 0.2;
/// Runs of a side whose count varies: of as many as these a rank test reaches 2 / C(16, 8), 1.6 in 10,000.
const RUNS: usize = 8;
/// How often a count that varies may be called changed where it is not.
const FALSE_ALARM: f64 = 1e-3;

/// What one run counts, a number a metric; or why it counted nothing.
pub(super) type Counted = Result<Vec<f64>, String>;
/// Counts in one run of an executable.
pub(super) type Count<'a> = dyn Fn(&Path) -> Counted + Sync + 'a;

/// Both sides' ranges, and whether the counts changed: of one run where they agree; of `alike` a side where each side agrees
/// with itself, and then any change is one; else by ranks, of more. Sides are counted `at_once` where each has a CPU, and one
/// thread: a neighbour then does nothing to a count.
pub(super) fn compared(
    metrics: &[&str],
    executables: [&Path; 2],
    count: &Count<'_>,
    alike: usize,
    at_once: bool,
) -> Result<Vec<ComparedCount>, String> {
    let mut sides = [Vec::new(), Vec::new()];
    count_both(&mut sides, 1, executables, count, at_once)?;
    if sides[0] == sides[1] {
        return Ok(told(metrics, &sides, |_| false));
    }
    count_both(&mut sides, alike, executables, count, at_once)?;
    if sides.iter().all(|runs| runs.iter().all(|run| *run == runs[0])) {
        return Ok(told(metrics, &sides, |metric| sides[0][0][metric] != sides[1][0][metric]));
    }
    let p_values = |sides: &[Vec<Vec<f64>>; 2]| -> Vec<f64> {
        let of = |runs: &[Vec<f64>], metric| runs.iter().map(|run| run[metric]).collect::<Vec<f64>>();
        (0..metrics.len()).map(|metric| rank_sum_p(&of(&sides[0], metric), &of(&sides[1], metric))).collect()
    };
    count_both(&mut sides, GLANCE, executables, count, at_once)?;
    if p_values(&sides).iter().all(|p| *p > SEEMS) {
        return Ok(told(metrics, &sides, |_| false));
    }
    count_both(&mut sides, RUNS, executables, count, at_once)?;
    let p_values = p_values(&sides);
    Ok(told(metrics, &sides, |metric| p_values[metric] <= FALSE_ALARM))
}

/// Counts until either side has so many `runs`.
fn count_both(
    sides: &mut [Vec<Vec<f64>>; 2],
    runs: usize,
    executables: [&Path; 2],
    count: &Count<'_>,
    at_once: bool,
) -> Result<(), String> {
    let missing = runs.saturating_sub(sides[0].len());
    let count_side =
        |executable: &Path| (0..missing).map(|_| count(executable)).collect::<Result<Vec<_>, _>>();
    let [before, after] = if at_once && missing > 0 {
        std::thread::scope(|scope| {
            let sides = executables.map(|executable| scope.spawn(move || count_side(executable)));
            sides.map(|side| side.join().unwrap_or_else(|panicked| std::panic::resume_unwind(panicked)))
        })
    } else {
        executables.map(count_side)
    };
    sides[0].extend(before?);
    sides[1].extend(after?);
    Ok(())
}

/// The ranges of `sides`, and of which metrics the counts have `changed`.
fn told(metrics: &[&str], sides: &[Vec<Vec<f64>>; 2], changed: impl Fn(usize) -> bool) -> Vec<ComparedCount> {
    let range = |runs: &[Vec<f64>], metric: usize| {
        let values = || runs.iter().map(|run| run[metric]);
        (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max))
    };
    let told = |(index, metric): (usize, &&str)| ComparedCount {
        metric: (*metric).to_owned(),
        before: range(&sides[0], index),
        after: range(&sides[1], index),
        changed: changed(index),
    };
    metrics.iter().enumerate().map(told).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    /// What is told of counts that are drawn, each with the side that it is of, and how many runs that took.
    fn drawn(alike: usize, at_once: bool, draw: impl FnMut(usize) -> f64 + Send) -> (ComparedCount, usize) {
        let drawing = Mutex::new((draw, 0));
        let count = |executable: &Path| {
            let (draw, runs) = &mut *drawing.lock().expect("nobody panics");
            *runs += 1;
            Ok(vec![draw(usize::from(executable == Path::new("after")))])
        };
        let sides = [Path::new("before"), Path::new("after")];
        let told =
            compared(&["instructions"], sides, &count, alike, at_once).expect("nothing fails").remove(0);
        let runs = drawing.into_inner().expect("nobody panics").1;
        (told, runs)
    }

    #[test]
    fn what_agrees_at_once_is_not_counted_again() {
        let (count, runs) = drawn(ALIKE, true, |_| 2_339.0);
        assert_eq!((count.before, count.after), ((2_339.0, 2_339.0), (2_339.0, 2_339.0)));
        assert_eq!((count.changed, runs), (false, 2));
    }

    #[test]
    fn a_thousandth_more_of_an_exact_count_is_a_change_and_takes_two_runs_a_side() {
        for at_once in [false, true] {
            let (count, runs) = drawn(ALIKE, at_once, |side| 1_000.0 + side as f64);
            assert_eq!((count.before, count.after), ((1_000.0, 1_000.0), (1_001.0, 1_001.0)));
            assert_eq!((count.changed, runs), (true, 4));
        }
        assert_eq!(drawn(ALIKE_WITH_THREADS, false, |side| side as f64).1, 12);
    }

    /// How many of `trials` comparisons called a count changed, and how many runs each took on average. It is drawn from a
    /// uniform number and the side.
    fn changed(trials: usize, alike: usize, of: impl Fn(f64, usize) -> f64 + Send + Sync) -> (usize, f64) {
        let mut random = fastrand::Rng::with_seed(7);
        let (mut changed, mut runs) = (0, 0);
        for _ in 0..trials {
            let (count, taken) = drawn(alike, false, |side| of(random.f64(), side));
            changed += usize::from(count.changed);
            runs += taken;
        }
        (changed, runs as f64 / trials as f64)
    }

    /// As std's hasher does to instructions: many values, half a per cent wide.
    fn hashed(random: f64) -> f64 {
        (10_000.0 + 50.0 * random).round() / 2.0
    }

    #[test]
    fn what_varies_is_called_changed_where_it_is_not_in_less_than_one_of_500() {
        let trials = 10_000;
        let (hashed, runs) = changed(trials, ALIKE, |random, _| hashed(random));
        println!("of a count that varies: {hashed} of {trials} called changed, {runs:.1} runs each");
        assert!(hashed * 500 < trials, "{hashed}");
        assert!(runs < 12.0, "most are given up after four a side: {runs}");
        for share in [0.5, 0.1, 0.02] {
            let value = |random: f64, _| if random < share { 6.0 } else { 5.0 };
            let (of_two_values, _) = changed(trials, ALIKE_WITH_THREADS, value);
            println!("of two values, one of them in {share}: {of_two_values} of {trials}");
            assert!(of_two_values * 500 < trials, "{share}: {of_two_values}");
        }
    }

    #[test]
    fn what_varies_and_moves_beyond_its_range_is_called_changed() {
        let moved =
            |by: f64| changed(200, ALIKE, move |random, side| hashed(random) * (1.0 + by * side as f64)).0;
        assert_eq!(moved(0.01), 200);
        assert_eq!(moved(-0.01), 200);
    }
}
