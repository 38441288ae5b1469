//! What must hold for every line of the catalogue, whoever adds it.

use std::collections::HashSet;

use super::{Axis, CATALOGUE, Family};
use crate::workload::{Answer, Entry, Role, Workload};

/// Sizes at which loops, tables and separators go wrong first.
const SMALL: [usize; 6] = [0, 1, 2, 7, 64, 1_000];

fn collections() -> impl Iterator<Item = &'static Family> {
    CATALOGUE.families().iter().filter(|family| family.axis == Axis::ELEMENTS)
}

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

#[test]
fn names_can_become_file_names() {
    let is_name = |name: &str| {
        (1..=48).contains(&name.len())
            && name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
    };
    for family in CATALOGUE.families() {
        assert!(is_name(family.name), "{}", family.name);
        for entry in family.entries {
            assert!(is_name(entry.name), "{}/{}", family.name, entry.name);
        }
    }
}

#[test]
fn a_case_id_names_one_case() {
    let mut seen = HashSet::new();
    for case in CATALOGUE.cases() {
        assert!(seen.insert(case.to_string()), "{case} is there twice");
    }
    let families: HashSet<_> = CATALOGUE.families().iter().map(|family| family.name).collect();
    assert_eq!(families.len(), CATALOGUE.families().len());
}

#[test]
fn sizes_ascend_and_every_line_runs_at_one_of_them() {
    for family in CATALOGUE.families() {
        assert!(family.sizes.is_sorted_by(|a, b| a < b), "{}", family.name);
        for entry in family.entries {
            let own = entry.sizes.unwrap_or(family.sizes);
            assert!(
                !own.is_empty() && own.iter().all(|size| family.sizes.contains(size)),
                "{}/{}",
                family.name,
                entry.name
            );
        }
    }
}

#[test]
fn the_baseline_runs_at_every_size_of_its_family() {
    for family in CATALOGUE.families() {
        for size in family.sizes {
            assert!(family.entry(family.baseline(), *size).is_some(), "{} has none at {size}", family.name);
        }
    }
}

#[test]
fn every_member_says_in_one_line_what_it_stresses() {
    for family in CATALOGUE.families() {
        assert!(family.question.ends_with('?'), "{}", family.question);
        for entry in family.entries {
            let one_line = !entry.about.is_empty() && !entry.about.contains('\n');
            assert!(one_line && !entry.about.ends_with('.'), "{}/{}", family.name, entry.name);
        }
    }
}

#[test]
fn what_a_member_spares_a_sibling_at_one_of_its_sizes_pays_for() {
    let mut spares = 0;
    for family in CATALOGUE.families() {
        for entry in family.entries {
            for spare in entry.spares {
                let place = format!("{}/{} spares {spare:?}", family.name, entry.name);
                let own = entry.sizes.unwrap_or(family.sizes);
                assert!(own.iter().any(|size| family.entry(spare.of, *size).is_some()), "{place}");
                assert_ne!(spare.of, entry.name, "{place}");
                spares += 1;
            }
        }
    }
    assert!(spares > 20, "{spares}");
}

#[test]
fn floors_count_what_a_naive_oracle_counts() {
    let floor = |family: &str, size| CATALOGUE.family(family).expect("it is there").floor(size);
    let bytes = |family, size| floor(family, size).map(|floor| (floor.bytes_written, floor.allocations));
    assert_eq!(bytes("build-vec", 100), Some((800, 1)));
    assert_eq!(bytes("build-fixed", 16), Some((128, 0)));
    assert_eq!((bytes("build-set", 1_000), bytes("distinct", 1_000)), (Some((125, 1)), Some((63, 1))));
    let text: Vec<String> = (0..1_000).map(|number| number.to_string()).collect();
    assert_eq!(bytes("build-text", 1_000), Some((text.join(", ").len() as u64, 1)));
    assert_eq!(floor("wait", 20).map(|floor| floor.waited_ns), Some(20_000_000));
    assert_eq!(floor("children", 10).map(|floor| (floor.waited_ns, floor.processes)), Some((10_000_000, 1)));
    assert_eq!(floor("start-child", 1).map(|floor| floor.processes), Some(1));
    assert_eq!((floor("noop", 1), floor("gcd", 10), floor("gcd-algorithm", 10)), (None, None, None));
}

#[test]
fn each_collection_kernel_of_the_notes_has_one_member() {
    let mirrors = |family: &Family| -> Vec<(&str, String)> {
        family
            .workloads()
            .filter_map(|entry| Some((entry.mirrors?, format!("{}/{}", family.name, entry.name))))
            .collect()
    };
    let mut found: Vec<_> = collections().flat_map(mirrors).collect();
    found.sort();
    let expected = [
        ("f1", "build-set/collect"),
        ("f2", "build-vec/collect"),
        ("f3", "build-fixed/boxed-slice"),
        ("f4", "build-text/range-debug"),
        ("f5", "build-set/insert"),
        ("f6", "build-vec/push"),
        ("f7", "build-set/collect-mapped"),
        ("f8", "build-vec/collect-mapped"),
    ];
    assert_eq!(found, expected.map(|(kernel, member)| (kernel, member.to_owned())));
}

#[test]
fn each_concurrent_kernel_of_the_notes_has_one_member() {
    let mut found: Vec<_> = CATALOGUE
        .families()
        .iter()
        .filter(|family| family.axis != Axis::ELEMENTS)
        .flat_map(|family| family.workloads().map(move |entry| (family.name, entry)))
        .filter_map(|(family, entry)| Some((entry.mirrors?, format!("{family}/{}", entry.name))))
        .collect();
    found.sort();
    let expected = [
        ("child-encryption", "encrypt/children"),
        ("child-output", "child-io/echo"),
        ("child-time-out", "child-time-out/wait-timeout"),
        ("children/together", "children/together"),
        ("factorize/serial", "factorize/serial"),
        ("factorize/threads", "factorize/thread-each"),
        ("gcd/processes", "gcd/two-processes-ready"),
        ("gcd/serial", "gcd/serial"),
        ("gcd/threads", "gcd/two-threads"),
        ("global-lock", "gcd/global-lock"),
        ("is-prime/processes", "is-prime/two-processes-ready"),
        ("is-prime/serial", "is-prime/serial"),
        ("is-prime/threads", "is-prime/thread-each"),
        ("map-reduce/processes", "map-reduce/two-processes-ready"),
        ("map-reduce/serial", "map-reduce/serial"),
        ("map-reduce/threads", "map-reduce/two-threads"),
        ("process-pool", "dispatch/process-pool-ready"),
        ("process-pool-steps", "pipeline/pipes"),
        ("stop-flag", "stop-flag/polled-atomic"),
        ("thread-pool", "dispatch/pool-ready"),
        ("wait/serial", "wait/serial"),
        ("wait/threads", "wait/threads"),
    ];
    assert_eq!(found, expected.map(|(kernel, member)| (kernel, member.to_owned())));
}

#[test]
fn who_waits_by_looking_again_declares_it() {
    let declared: Vec<String> = CATALOGUE
        .families()
        .iter()
        .flat_map(|family| family.workloads().map(move |entry| (family.name, entry)))
        .filter(|(_, entry)| entry.concurrency.spins)
        .map(|(family, entry)| format!("{family}/{}", entry.name))
        .collect();
    let expected = [
        // Idle threads of rayon's and tokio's search for work before they sleep.
        "gcd/rayon",
        "is-prime/rayon",
        "factorize/rayon",
        // A flag that is looked at without pause.
        "stop-flag/polled-atomic",
        // Channels of crossbeam's, and pools that search.
        "dispatch/channel-pool-ready",
        "dispatch/rayon-ready",
        "dispatch/futures-ready",
        "map-reduce/rayon-ready",
        // A lock of std's that is wanted in every step.
        "map-reduce/locked",
        "map-reduce/sharded",
        "shared-counter/mutex",
        "shared-counter/rw-lock",
        "channels/std",
        "channels/std-bounded",
        "channels/crossbeam",
        "channels/crossbeam-bounded",
        "channels/flume",
        "channels/flume-bounded",
    ];
    assert_eq!(declared, expected);
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

/// Members and their bounds, in catalogue order.
type Bounds = &'static [(&'static str, &'static str)];

/// The families whose members share a number kernel's work, a size of each, and their bounds on two cores, worked out apart by a
/// program of a few lines in another language.
const BOUNDS_ON_TWO_CORES: [(&str, usize, Bounds); 4] = [
    (
        "gcd",
        10,
        &[
            ("serial", "1.000"),
            ("two-threads", "1.972"),
            ("thread-each", "2.000"),
            ("rayon", "1.930"),
            ("two-threads-ready", "1.972"),
            ("two-processes-ready", "1.972"),
            ("two-processes", "1.972"),
            ("global-lock", "1.000"),
        ],
    ),
    (
        "is-prime",
        6,
        &[
            ("serial", "1.000"),
            ("thread-each", "2.000"),
            ("rayon", "1.780"),
            ("two-processes-ready", "1.772"),
            ("two-processes", "1.772"),
        ],
    ),
    (
        "factorize",
        4,
        &[
            ("serial", "1.000"),
            ("thread-each", "2.000"),
            ("two-threads", "1.684"),
            ("two-threads-longest-first", "1.996"),
            ("rayon", "1.996"),
        ],
    ),
    ("scaling-gcd", 2, &[("in-order", "1.972"), ("longest-first", "1.987")]),
];

#[test]
fn every_way_to_share_a_number_kernel_states_its_bound() {
    for (name, size, expected) in BOUNDS_ON_TWO_CORES {
        let family = CATALOGUE.family(name).expect("a family of the catalogue");
        let bounds: Vec<_> = family
            .workloads()
            .map(|entry| (entry.name, format!("{:.3}", entry.speedup_bound(size, 2).unwrap_or(f64::NAN))))
            .collect();
        let expected: Vec<_> =
            expected.iter().map(|(member, bound)| (*member, (*bound).to_owned())).collect();
        assert_eq!(bounds, expected, "{name}");
    }
}

#[test]
fn on_one_core_no_way_to_share_a_computation_gains_anything() {
    // What waits may gain on one core, what computes may not.
    for name in ["gcd", "is-prime", "factorize", "scaling-gcd", "scaling-sum"] {
        let family = CATALOGUE.family(name).expect("a family of the catalogue");
        for entry in family.workloads() {
            for size in family.sizes {
                assert_eq!(entry.speedup_bound(*size, 1), Some(1.0), "{name}/{}@{size}", entry.name);
            }
        }
    }
}

#[test]
fn a_family_compares_handing_over_with_one_direct_call() {
    let with_role =
        |family: &Family, role| family.workloads().filter(|entry| entry.role == Some(role)).count();
    for family in CATALOGUE.families() {
        let (direct, handed_over) = (with_role(family, Role::Direct), with_role(family, Role::HandedOver));
        assert_eq!(direct, usize::from(handed_over > 0), "{}", family.name);
    }
    assert_eq!(with_role(CATALOGUE.family("pipeline").expect("a family"), Role::HandedOver), 2);
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

#[test]
fn shuffled_keys_meet_the_members_that_ascending_keys_meet() {
    let names = |family: &str, alone: &[&str]| -> Vec<&str> {
        let family = CATALOGUE.family(family).expect("a family of the catalogue");
        family.workloads().map(|entry| entry.name).filter(|name| !alone.contains(name)).collect()
    };
    let ascending = names("build-set", &["collect-mapped", "sorted-vec"]);
    assert_eq!(ascending, names("distinct", &["sort-dedup"]));
}

#[test]
fn what_is_built_and_dropped_is_measured_whole_and_in_both_parts() {
    let family = CATALOGUE.family("build-and-drop").expect("a family of the catalogue");
    let (parts, whole): (Vec<&str>, Vec<&str>) = family
        .workloads()
        .map(|entry| entry.name)
        .partition(|name| name.ends_with("-build") || name.ends_with("-drop"));
    let expected: Vec<_> =
        whole.iter().flat_map(|name| [format!("{name}-build"), format!("{name}-drop")]).collect();
    assert_eq!(parts, expected);
    for case in family.cases().filter(|case| case.size <= 1_000) {
        let mut measured = 0;
        case.prepare().in_batches(500, |case, batch| {
            case.run(batch);
            measured += batch;
        });
        assert_eq!(measured, 500, "{case}");
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
