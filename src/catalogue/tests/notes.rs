//! Each kernel of the study notes is repeated by one member, which says so.

use super::collections;
use crate::catalogue::{Axis, CATALOGUE, Family};

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
