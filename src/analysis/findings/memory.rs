//! Does it wait for memory: by an experiment that puts its data in cache, where one was made and can be believed; else by
//! what an instruction takes at other sizes, timed apart, one by one or by the laws of all.

use super::bottleneck::{Bottleneck, Cached, Diverging, Gain, Slower};
use super::case::{Case, number};
use super::{Found, LEAST_GAIN, NAMES_THE_CASE};
use crate::analysis::Estimate;
use crate::analysis::growth::{self, GrowthLaw};
use crate::record::{Anchor, Evidence, InstrumentName, ListedCounts, Metric, Speed};

/// How many times as long an instruction may take as at another size before memory is named. Times of two sizes are
/// taken apart, and hosts flip between modes 1.6 apart (docs/method.md, time).
const SLOWER: f64 = 2.0;
/// The least that the intervals may allow: the host's modes.
const SLOWER_LOW: f64 = 1.6;
/// Simulated first-level misses in a thousand instructions, below which memory is not what an instruction waits for: at
/// 5 cycles for one that the last level serves, 1 in a thousand adds half a per cent.
const MISSES: f64 = 1.0;
/// What a miss of the first level costs at most that the second serves, nanoseconds: 20 cycles at 2 GHz.
const SECOND_LEVEL_NS: f64 = 10.0;
/// Loops of fewer instructions are mostly their own start and end.
const LONG_ENOUGH: f64 = 1_000.0;
/// Instructions an element that two sizes may differ by, as a factor, and still be called the same work: a hash table's
/// load moves them by 0.86 to 1.15 of their mean over the catalogue's sizes (`build-set/insert`: 377 to 502 an element).
const SAME_WORK: f64 = 1.25;
/// A case that is on a CPU for less of its time waits for something else.
const BUSY: f64 = 0.9;

pub(super) fn find(case: &Case<'_>) -> Option<Found> {
    let concurrency = case.workload.concurrency;
    let is_plain = case.family.counts == ListedCounts::Work && !concurrency.threads && !concurrency.processes;
    if !is_plain || case.busy() < BUSY {
        return None;
    }
    let instructions = case.instructions();
    let misses = instructions
        .as_ref()
        .and_then(|instructions| Some(case.number(Metric::L1Misses)?.value * 1_000.0 / instructions.count));
    if misses.is_some_and(|misses| misses < MISSES) {
        return None;
    }
    let slower = slower(case);
    let measured = measured(case);
    let diverging = diverging(case);
    // Laws decide where nothing was measured here and no two sizes tell.
    let laws = diverging.filter(|laws| measured.is_none() && slower.is_none() && is_longer(&laws.times));
    let cached = measured.filter(|cached| is_same_work(cached.instructions));
    // What was measured decides, whatever times taken apart say.
    let holds = match &cached {
        Some(cached) => cached.gain.times.low / cached.instructions.max(1.0) >= LEAST_GAIN,
        None => (slower.is_some() || laws.is_some()) && !waits_for_something_else(case),
    };
    if !holds {
        return None;
    }
    let mut evidence = Vec::new();
    match (misses, instructions) {
        (Some(misses), _) => {
            let says = format!("{misses:.1} simulated first-level misses in a thousand instructions");
            let counted = case.evidence(InstrumentName::Instructions, says, None);
            evidence.push(counted.at(Anchor::Number(Metric::L1Misses)));
        }
        (None, Some(instructions)) => {
            let says = format!("{:.0} instructions expected, none counted at this size", instructions.count);
            let expected = case.evidence(InstrumentName::Instructions, says, None);
            evidence.push(expected.at(Anchor::Growth(Metric::Instructions)));
        }
        (None, None) => {}
    }
    if let Some(slower) = &slower {
        let Slower { times: Estimate { value, low, high }, from, .. } = slower;
        let says = format!(
            "{value:.2} times as long an instruction as at {from} [{low:.2}, {high:.2}], timed apart"
        );
        let timed = case.evidence(InstrumentName::Time, says, None);
        evidence.push(timed.at(Anchor::Growth(Metric::TimeNs)));
    }
    if let Some(Diverging { time, instructions, sizes, .. }) = &diverging {
        let power = |law: &Estimate| format!("{:.2} [{:.2}, {:.2}]", law.value, law.low, law.high);
        let (time, instructions) = (power(time), power(instructions));
        let says = format!(
            "over {sizes} sizes time grows to the power of {time}, instructions to that of {instructions}"
        );
        let fitted = case.evidence(InstrumentName::Time, says, None);
        evidence.push(fitted.at(Anchor::Growth(Metric::TimeNs)));
    }
    evidence.extend(experiment_says(case));
    Some(Found::new(Bottleneck::MemoryBound { slower, cached, laws }, evidence))
}

/// Whether all that is alive in an iteration lies in a core's own cache, and what misses its first level is too little to be a third
/// of the time: then an instruction that takes longer than at another size waits for something else, such as branches that a
/// predictor had learnt there.
fn waits_for_something_else(case: &Case<'_>) -> bool {
    let time = case.number(Metric::TimeNs).map(|time| time.value);
    let missing = case.number(Metric::L1Misses).map(|misses| misses.value * SECOND_LEVEL_NS);
    let a_third = 1.0 - 1.0 / NAMES_THE_CASE;
    let is_little = missing.zip(time).is_some_and(|(missing, time)| missing < time * a_third);
    is_little && fits_a_core(case)
}

fn fits_a_core(case: &Case<'_>) -> bool {
    let speeds = case.recorded.environment.as_ref().and_then(|environment| environment.speeds.as_ref());
    let own =
        speeds.and_then(|speeds| speeds.iter().find(|speed| speed.name == Speed::OWN_CACHE)?.holds_bytes);
    let alive = case.number(Metric::WorkingSetBytes);
    own.zip(alive).is_some_and(|(own, alive)| alive.high <= own as f64)
}

/// Whether an instruction is shown to take longer, by times that were taken apart.
fn is_longer(times: &Estimate) -> bool {
    times.value >= SLOWER && times.low >= SLOWER_LOW
}

/// The laws of time and of instructions over the sizes at which both were taken, this one among them, where the whole
/// interval of time's exponent lies above that of instructions'. Over unlike sizes their laws could not be compared: what is
/// partly linear and partly quadratic has another exponent at large sizes than at small ones.
fn diverging(case: &Case<'_>) -> Option<Diverging> {
    let points = |metric| growth::points(case.family, case.workload, case.recorded, metric);
    let counts = points(Metric::Instructions).into_iter().filter(|(_, count)| *count >= LONG_ENOUGH);
    let times = points(Metric::TimeNs);
    let time_at = |size: usize| times.iter().find(|(other, _)| *other == size).map(|(_, ns)| *ns);
    let both = counts.filter_map(|(size, count)| Some(((size, count), (size, time_at(size)?))));
    let (counts, times): (Vec<_>, Vec<_>) = both.unzip();
    let from = counts.first()?.0;
    let is_among = counts.iter().any(|(size, _)| *size == case.record.size);
    let (time, instructions) = (GrowthLaw::fit(&times)?, GrowthLaw::fit(&counts)?);
    let (time, instructions) = (time.exponent, instructions.exponent);
    if !is_among || !time.lies_above(&instructions) {
        return None;
    }
    let steps = case.record.size as f64 / from as f64;
    let beyond = time.minus(&instructions);
    let times = Estimate {
        value: steps.powf(beyond.value),
        low: steps.powf(beyond.low),
        high: steps.powf(beyond.high),
    };
    Some(Diverging { time, instructions, from, sizes: counts.len(), times })
}

/// The experiment, in words; also where it cannot be believed.
fn experiment_says(case: &Case<'_>) -> Option<Evidence> {
    let (times, size) = experiment(case)?;
    let Estimate { value, low, high } = times;
    let mut says = format!(
        "at size {size}, whose data lies in a core's own cache, as many elements are handled {value:.2} times as fast \
         [{low:.2}, {high:.2}], in interleaved blocks"
    );
    if let Some(bytes) = case.number(Metric::WorkingSetBytes) {
        says.push_str(&format!("; here {:.0} bytes are alive", bytes.value));
    }
    match work(case, size) {
        Some(work) if is_same_work(work) => {
            says.push_str(&format!("; an element takes {work:.2} times the instructions of one there"));
        }
        Some(work) => says.push_str(&format!(
            "; but an element takes {work:.2} times the instructions of one there: that is other work, and no ceiling"
        )),
        None => says.push_str("; no count tells whether an element is the same work there"),
    }
    Some(case.evidence(InstrumentName::Ceilings, says, None).at(Anchor::Number(Metric::CeilingMemory)))
}

/// An instruction's time here over that at the size at which it is shortest, where it is shown to be longer.
fn slower(case: &Case<'_>) -> Option<Slower> {
    let instructions = case.instructions()?;
    let per_instruction = |size: usize| {
        let record = case.recorded.case(&case.id_of(&case.record.workload, size))?;
        let instructions = number(record, Metric::Instructions).filter(|count| count.value >= LONG_ENOUGH)?;
        Some((size, number(record, Metric::TimeNs)?.per(instructions.value)))
    };
    let smaller = case.workload.sizes.iter().copied().filter(|size| *size < case.record.size);
    let (from, quickest) =
        smaller.filter_map(per_instruction).min_by(|a, b| a.1.value.total_cmp(&b.1.value))?;
    let times = case.number(Metric::TimeNs)?.per(instructions.count).over(&quickest)?;
    is_longer(&times).then_some(Slower { times, from, extrapolated: instructions.extrapolated })
}

/// What was measured, and the smaller size.
fn experiment(case: &Case<'_>) -> Option<(Estimate, usize)> {
    let times = case.number(Metric::CeilingMemory)?;
    Some((times, case.number(Metric::CeilingMemorySize)?.value as usize))
}

fn measured(case: &Case<'_>) -> Option<Cached> {
    let (times, size) = experiment(case)?;
    let gain = Gain { by: None, times, paired: true };
    Some(Cached { gain, size, instructions: work(case, size)?, unit: case.family.unit.clone() })
}

fn is_same_work(work: f64) -> bool {
    (1.0 / SAME_WORK..=SAME_WORK).contains(&work)
}

/// Instructions an element here over those at the smaller `size`, by the counts of this member's sizes.
fn work(case: &Case<'_>, size: usize) -> Option<f64> {
    let counts = growth::points(case.family, case.workload, case.recorded, Metric::Instructions);
    let per_element = |size: usize| Some(expected(&counts, size)? / size as f64);
    Some(per_element(case.record.size)? / per_element(size)?)
}

/// The count at `size`: as counted, in a straight line between the sizes beside it, or on from the last two. If each
/// further element cost more in the last step than in the one before, it is taken to go on so.
fn expected(counts: &[(usize, f64)], size: usize) -> Option<f64> {
    let after = counts.iter().position(|(counted, _)| *counted >= size);
    let slope = |a: (usize, f64), b: (usize, f64)| (b.1 - a.1) / (b.0 - a.0) as f64;
    match after {
        Some(place) if counts[place].0 == size => Some(counts[place].1),
        Some(0) => None,
        Some(place) => {
            let (before, after) = (counts[place - 1], counts[place]);
            Some(before.1 + slope(before, after) * (size - before.0) as f64)
        }
        None => {
            let [.., a, b, last] = counts else { return None };
            let (step, further) = (slope(*a, *b), slope(*b, *last));
            let growing = if step > 0.0 { (further / step).max(1.0) } else { 1.0 };
            let steps = (size as f64 / last.0 as f64).ln() / (last.0 as f64 / b.0 as f64).ln();
            Some(last.1 + further * growing.powf(steps) * (size - last.0) as f64)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn per_element(counts: &[(usize, f64)], size: usize) -> f64 {
        expected(counts, size).expect("it is expected") / size as f64
    }

    const SIZES: [usize; 4] = [10, 100, 1_000, 10_000];

    fn counted(cost: impl Fn(f64) -> f64) -> Vec<(usize, f64)> {
        SIZES.map(|size| (size, cost(size as f64))).into()
    }

    #[test]
    fn what_costs_something_once_and_the_same_for_each_goes_on_so() {
        let linear = counted(|n| 2_000.0 + 8.0 * n);
        assert!((per_element(&linear, 1_000_000) - 8.002).abs() < 1e-9);
        assert!((per_element(&linear, 5_500) - (8.0 + 2_000.0 / 5_500.0)).abs() < 1e-9);
        assert_eq!(expected(&linear, 100), Some(2_800.0));
        assert_eq!(expected(&linear, 9), None, "nothing is known below");
        assert_eq!(expected(&linear[2..], 1_000_000), None, "two sizes show no growth");
    }

    #[test]
    fn what_costs_more_with_each_goes_on_to() {
        let sorting = counted(|n| 3.0 * n * n.log2());
        let ratio = per_element(&sorting, 1_000_000) / per_element(&sorting, 15_625);
        assert!(ratio > SAME_WORK, "{ratio}");
        // As recorded of `build-set/insert`: the load of its table makes a wave, and no growth.
        let inserting = [(10, 4_390.7), (100, 37_669.5), (1_000, 501_754.2), (10_000, 4_292_320.4)];
        let ratio = per_element(&inserting, 1_000_000) / per_element(&inserting, 15_625);
        assert!(is_same_work(ratio), "{ratio}");
    }
}
