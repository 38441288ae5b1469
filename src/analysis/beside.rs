//! Our cases beside CPython's kernels: what each takes, and whether threads and processes helped in each language.
//!
//! # The rule
//! A speed-up is a form's time against its serial form's, in one language, from interleaved rounds. It **helped** if
//! the whole interval lies above [`GAIN`], **did not help** if the whole interval lies below it, and else **cannot be
//! told**.

use super::Estimate;
use crate::record::{CaseId, Listing, Metric, Recorded};

/// A speed-up below this is none: what a start of the program fixes, such as where code lies, moves times by as much
/// (docs/method.md, time).
pub const GAIN: f64 = 1.05;

/// The size of the study notes' collections: the one that is shown where a case runs at several.
pub const NOTES_SIZE: usize = 100;

/// A kernel of the study notes in both languages.
#[derive(Debug, Clone, PartialEq)]
pub struct Beside<'a> {
    /// Its name, such as `f5` or `gcd/threads`.
    pub kernel: &'a str,
    /// Our case: at the notes' size where it was measured there, else at its largest measured.
    pub id: CaseId,
    /// What was measured; `None` where CPython has not run beside it.
    pub numbers: Option<Numbers>,
}

/// The numbers of one set of rounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Numbers {
    /// Our time of an iteration, nanoseconds.
    pub ours_ns: Estimate,
    /// CPython's.
    pub python_ns: Estimate,
    /// Ours as a multiple of CPython's.
    pub ratio: Estimate,
    /// How much faster than its serial form each language's is; `None` for kernels that have none.
    pub speedups: Option<Speedups>,
}

/// Times as fast as the serial form, in each language.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Speedups {
    /// Ours.
    pub ours: Estimate,
    /// CPython's.
    pub python: Estimate,
}

/// Whether a form was worth it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Help {
    /// Faster than the serial form.
    Helped,
    /// As slow or slower.
    DidNot,
    /// The interval allows both.
    CannotTell,
}

impl Help {
    /// By the rule above.
    pub fn of(speedup: &Estimate) -> Self {
        if speedup.low > GAIN {
            Self::Helped
        } else if speedup.high < GAIN {
            Self::DidNot
        } else {
            Self::CannotTell
        }
    }
}

/// Every workload of `listing` that repeats a kernel which CPython runs too: those without forms first, by name, then in catalogue order.
pub fn beside<'a>(listing: &'a Listing, recorded: &Recorded) -> Vec<Beside<'a>> {
    let mut rows = Vec::new();
    for family in &listing.families {
        for workload in family.workloads.iter().filter(|workload| workload.python) {
            let Some(kernel) = workload.mirrors.as_deref() else { continue };
            let id = |size| CaseId { family: family.name.clone(), workload: workload.name.clone(), size };
            let measured =
                workload.sizes.iter().filter_map(|&size| Some((size, numbers(recorded, &id(size))?)));
            let shown = measured.max_by_key(|(size, _)| (*size == NOTES_SIZE, *size));
            let usual = workload.sizes.iter().copied().max_by_key(|size| (*size == NOTES_SIZE, *size));
            let Some(size) = shown.map(|(size, _)| size).or(usual) else { continue };
            rows.push(Beside { kernel, id: id(size), numbers: shown.map(|(_, numbers)| numbers) });
        }
    }
    rows.sort_by_key(|row| match row.kernel.contains('/') {
        true => (1, ""),
        false => (0, row.kernel),
    });
    rows
}

fn numbers(recorded: &Recorded, id: &CaseId) -> Option<Numbers> {
    let case = recorded.case(id)?;
    let read = |metric| Estimate::of(case.measurement(metric)?).filter(|read| read.value > 0.0);
    let speedups =
        || Some(Speedups { ours: read(Metric::PythonOursSpeedup)?, python: read(Metric::PythonSpeedup)? });
    Some(Numbers {
        ours_ns: read(Metric::PythonOursNs)?,
        python_ns: read(Metric::PythonNs)?,
        ratio: read(Metric::PythonRatio)?,
        speedups: speedups(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{InstrumentName, ListedFamily, ListedWorkload, Measurement, RecordedCase, SCHEMA};

    fn estimate(low: f64, value: f64, high: f64) -> Estimate {
        Estimate { value, low, high }
    }

    #[test]
    fn a_form_helped_did_not_or_cannot_be_told() {
        assert_eq!(Help::of(&estimate(1.90, 1.95, 1.97)), Help::Helped);
        assert_eq!(Help::of(&estimate(0.80, 0.98, 1.03)), Help::DidNot);
        assert_eq!(Help::of(&estimate(1.01, 1.02, 1.04)), Help::DidNot, "a gain below 5 % is none");
        assert_eq!(Help::of(&estimate(0.70, 1.30, 1.90)), Help::CannotTell);
        assert_eq!(Help::of(&estimate(1.04, 1.50, 1.90)), Help::CannotTell);
    }

    fn listing(workloads: &[(&str, &str, &[usize])]) -> Listing {
        let workloads = workloads.iter().map(|(name, kernel, sizes)| ListedWorkload {
            name: (*name).into(),
            mirrors: (!kernel.is_empty()).then(|| (*kernel).into()),
            python: !kernel.is_empty() && *kernel != "ten steps",
            sizes: sizes.to_vec(),
            ..ListedWorkload::default()
        });
        let family =
            ListedFamily { name: "family".into(), workloads: workloads.collect(), ..ListedFamily::default() };
        Listing { schema: SCHEMA, families: vec![family] }
    }

    fn recorded(cases: &[(&str, &[(Metric, f64)])]) -> Recorded {
        let mut cases: Vec<RecordedCase> = cases
            .iter()
            .map(|(id, numbers)| {
                let id: CaseId = id.parse().expect("a case id");
                let measurements = numbers.iter().map(|(metric, value)| Measurement {
                    low: value * 0.9,
                    high: value * 1.1,
                    ..Measurement::undated(*metric, *value, InstrumentName::Python)
                });
                RecordedCase::new(id, measurements.collect())
            })
            .collect();
        cases.sort_by(|a, b| a.id.cmp(&b.id));
        Recorded { cases, ..Recorded::default() }
    }

    const NUMBERS: [(Metric, f64); 3] =
        [(Metric::PythonOursNs, 50.0), (Metric::PythonNs, 200.0), (Metric::PythonRatio, 0.25)];

    #[test]
    fn kernels_come_by_name_then_forms_in_catalogue_order() {
        let listing = listing(&[
            ("a", "gcd/serial", &[10]),
            ("b", "f5", &[10, 100, 1_000]),
            ("c", "", &[10]),
            ("d", "f1", &[10, 1_000]),
            ("e", "gcd/threads", &[10]),
            ("f", "ten steps", &[10]),
        ]);
        let rows = beside(&listing, &recorded(&[]));
        let told: Vec<(&str, usize)> = rows.iter().map(|row| (row.kernel, row.id.size)).collect();
        assert_eq!(told, [("f1", 1_000), ("f5", 100), ("gcd/serial", 10), ("gcd/threads", 10)]);
        assert!(rows.iter().all(|row| row.numbers.is_none()));
    }

    #[test]
    fn the_notes_size_is_shown_where_it_was_measured_and_another_where_not() {
        let listing = listing(&[("b", "f5", &[10, 100, 1_000])]);
        let both = recorded(&[("family/b@100", &NUMBERS), ("family/b@1000", &NUMBERS)]);
        assert_eq!(beside(&listing, &both)[0].id.size, 100);
        let other = recorded(&[("family/b@10", &NUMBERS)]);
        let row = beside(&listing, &other).remove(0);
        assert_eq!(row.id.size, 10);
        let numbers = row.numbers.expect("it is measured");
        assert_eq!(
            (numbers.ours_ns.value, numbers.python_ns.value, numbers.ratio.value),
            (50.0, 200.0, 0.25)
        );
        assert_eq!(numbers.speedups, None);
    }

    #[test]
    fn half_of_the_numbers_are_none_and_both_speed_ups_or_neither() {
        let listing = listing(&[("e", "gcd/threads", &[10])]);
        let half = recorded(&[("family/e@10", &NUMBERS[..2])]);
        assert_eq!(beside(&listing, &half)[0].numbers, None);
        let mut all = NUMBERS.to_vec();
        all.push((Metric::PythonSpeedup, 0.98));
        let one = recorded(&[("family/e@10", &all)]);
        assert!(beside(&listing, &one)[0].numbers.is_some_and(|numbers| numbers.speedups.is_none()));
        all.push((Metric::PythonOursSpeedup, 1.95));
        let both = recorded(&[("family/e@10", &all)]);
        let speedups = beside(&listing, &both)[0].numbers.and_then(|numbers| numbers.speedups);
        assert!(
            speedups.is_some_and(|speedups| (speedups.ours.value, speedups.python.value) == (1.95, 0.98))
        );
    }
}
