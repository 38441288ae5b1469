//! What members that share their work declare: that they spin, what they may gain, which one hands nothing over.

use crate::catalogue::{CATALOGUE, Family};
use crate::workload::Role;

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
