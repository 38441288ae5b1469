//! dhat's JSON read, and what a quick run leaves out. The counts themselves: tests/heap_counts.rs.

use super::*;
use crate::catalogue::CATALOGUE;
use crate::record::{CaseRecord, Measurement};

fn case(size: usize) -> CaseRef {
    let found = CATALOGUE.cases().find(|case| case.to_string() == format!("build-vec/push@{size}"));
    found.expect("it is catalogued")
}

fn run_with(size: usize, blocks: f64) -> Run {
    let mut run = session::new_run();
    let id: CaseId = format!("build-vec/push@{size}").parse().expect("a well-formed id");
    let taken = Measurement::undated(Metric::HeapBlocks, blocks, InstrumentName::Heap);
    run.cases.push(CaseRecord { id, measurements: vec![taken], failures: vec![], left_out: vec![] });
    run
}

#[test]
fn a_quick_run_leaves_out_what_a_smaller_size_foretells() {
    let run = run_with(1_000, 1_001.0);
    assert_eq!(Heap.leaves_out(&case(10_000), Effort::Quick, &run), None);
    let reason = Heap.leaves_out(&case(1_000_000), Effort::Quick, &run).expect("a million blocks");
    assert!(reason.contains("about 1001000 blocks, going by size 1000"), "{reason}");
    assert_eq!(Heap.leaves_out(&case(1_000_000), Effort::Thorough, &run), None);
}

#[test]
fn what_nothing_is_known_of_is_measured() {
    let run = run_with(1_000_000, 5e6);
    assert_eq!(Heap.leaves_out(&case(1_000_000), Effort::Quick, &run), None);
}

#[test]
fn without_dhats_allocator_the_instrument_says_so() {
    let state = Heap.survey();
    assert_eq!(state.state, State::Unavailable);
    assert!(state.remedy.expect("a remedy").contains("cargo bench --bench heap"));
}

#[test]
fn sites_are_cut_merged_and_sorted() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("dhat.json");
    let json = r#"{"dhatFileVersion":2,"mode":"rust-heap","pps":[
        {"tb":8,"tbk":1,"gb":0,"fs":[1,2,3,4]},
        {"tb":100,"tbk":2,"gb":64,"fs":[1,5,3,4]},
        {"tb":16,"tbk":1,"gb":4,"fs":[6,2,3,4]},
        {"tb":3,"tbk":1,"gb":3,"fs":[1,2,8,9]}],
      "ftbl":["[root]",
        "0x1: alloc::alloc::alloc (src/alloc.rs:95:9)",
        "0x2: my::grow (src/my.rs:7:3)",
        "0x3: <perflab::workload::Prepared<my::W> as perflab::workload::Case>::run (src/workload.rs:114:9)",
        "0x4: main (src/main.rs:1:1)",
        "0x5: my::other (???:0:0)",
        "0x9: __rustc::__rust_alloc (???:0:0)",
        "0x7: unused (a:1:1)",
        "0x8: std::sys::backtrace::__rust_begin_short_backtrace::<f, ()> (a.rs:1:1)",
        "0xa: start_thread (???:0:0)"]}"#;
    std::fs::write(&file, json).expect("written");
    let table = call_sites(&file).expect("well-formed");
    let told: Vec<(Vec<&str>, u64, u64, u64)> = table
        .sites
        .iter()
        .map(|site| {
            let frames = site.frames.iter().map(String::as_str).collect();
            (frames, site.blocks, site.bytes, site.peak_bytes)
        })
        .collect();
    let measured_loop = "Prepared<my::W>::run (src/workload.rs:114)";
    assert_eq!(
        told,
        [
            (vec!["my::other", measured_loop], 2, 100, 64),
            (vec!["my::grow (src/my.rs:7)", measured_loop], 2, 24, 4),
            (vec!["my::grow (src/my.rs:7)", "[other threads]"], 1, 3, 3),
        ]
    );
    assert_eq!(fold(&table).total(), 127);
}

#[test]
fn a_file_that_is_no_profile_is_named() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("cut.json");
    for text in ["", "{\"dhatFileVersion\":2,\"pps\":[", "{\"dhatFileVersion\":3,\"pps\":[],\"ftbl\":[]}"] {
        std::fs::write(&file, text).expect("written");
        let error = call_sites(&file).expect_err("no profile");
        assert!(error.contains("cut.json") && error.contains("dhat profile"), "{error}");
    }
}
