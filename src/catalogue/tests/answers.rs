//! Every member gives a right answer, and all of a family the same one.

use std::collections::HashSet;

use super::collections;
use crate::catalogue::CATALOGUE;
use crate::workload::{Answer, Entry, Workload};

/// Sizes at which loops, tables and separators go wrong first.
const SMALL: [usize; 6] = [0, 1, 2, 7, 64, 1_000];

#[test]
fn every_collection_is_right_at_small_sizes() {
    for family in collections() {
        for entry in family.entries {
            // A single size is part of the type, as an array's length is: nothing else can be asked of it.
            let sizes = entry.sizes.filter(|sizes| sizes.len() == 1).unwrap_or(&SMALL);
            let answers: Vec<_> = sizes.iter().map(|size| entry.prepare(*size).verify()).collect();
            assert!(answers.iter().all(Result::is_ok), "{}: {answers:?}", family.name);
        }
    }
}

#[test]
fn members_of_a_family_agree_on_the_answer_at_every_size() {
    for family in collections() {
        for size in family.sizes.iter().chain(&SMALL).filter(|size| **size <= 10_000) {
            let answer = |entry: &Entry| entry.prepare(*size).verify().expect("a right answer");
            let mut members =
                family.entries.iter().filter(|entry| entry.runs_at(*size) || entry.sizes.is_none());
            let expected = answer(members.next().expect("a member runs at every size"));
            for entry in members {
                assert_eq!(answer(entry), expected, "{}/{}@{size}", family.name, entry.name);
            }
        }
    }
}

/// Those that need a worker process are for tests that serve as one.
#[test]
fn work_that_is_handed_to_threads_comes_back_right_at_small_sizes() {
    for name in ["dispatch", "pipeline", "pipeline-steps", "map-reduce", "scaling-map-reduce"] {
        let family = CATALOGUE.family(name).expect("a family of the catalogue");
        let mut alone = Vec::new();
        for size in [1, 2, 7, 64] {
            let here: Vec<_> =
                family.entries.iter().filter(|entry| entry.unavailable(size).is_none()).collect();
            let answers: HashSet<_> =
                here.iter().map(|entry| entry.prepare(size).verify().expect("a right answer")).collect();
            assert_eq!(answers.len(), 1, "{name}@{size}: members disagree");
            alone.push(here.len());
        }
        assert!(alone.iter().all(|members| *members > 0), "{name}: {alone:?}");
    }
}

#[test]
fn members_of_algorithm_families_agree_at_the_sizes_asked() {
    for family in CATALOGUE.families().iter().filter(|family| family.name.ends_with("-algorithm")) {
        for size in [0, 1, family.sizes[0], 13] {
            let answers: Vec<_> = family.entries.iter().map(|entry| entry.prepare(size).verify()).collect();
            assert!(
                answers.iter().all(|answer| answer.is_ok() && *answer == answers[0]),
                "{}@{size}",
                family.name
            );
        }
    }
}

/// Forgets its last number.
struct Forgetful;

impl Workload for Forgetful {
    const NAME: &'static str = "forgetful";
    const ABOUT: &'static str = "a planted wrong answer";
    type Input = usize;
    type Output = Vec<u64>;

    fn input(size: usize) -> usize {
        size
    }

    fn run(size: &usize) -> Vec<u64> {
        (1..*size as u64).collect()
    }

    fn check(size: &usize, numbers: &Vec<u64>) -> bool {
        numbers.len() == *size
    }

    fn answer(numbers: &Vec<u64>) -> Answer {
        Answer::of_sequence(numbers.iter().copied())
    }
}

#[test]
fn a_planted_wrong_workload_is_rejected_by_name_and_size() {
    let wrong = Entry::of::<Forgetful>().prepare(7).verify().expect_err("a planted wrong answer");
    assert_eq!(wrong.to_string(), "wrong answer: the check of `forgetful` at size 7 rejects its output");
}
