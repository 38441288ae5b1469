//! What must hold for every line of the catalogue, whoever adds it.

mod answers;
mod notes;
mod sharing;

use std::collections::HashSet;

use super::{Axis, CATALOGUE, Family};

fn collections() -> impl Iterator<Item = &'static Family> {
    CATALOGUE.families().iter().filter(|family| family.axis == Axis::ELEMENTS)
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
