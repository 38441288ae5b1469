//! Differential flamegraphs: drawn by the command, and beforehand for what pages show first; the same bytes each time.

#[path = "exports/recording.rs"]
mod recording;

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use perflab::record::{CaseId, InstrumentName, Metric};
use recording::{Recording, number, run_of};

const BASELINE: &str = "build-vec/push@1000";
const MEMBER: &str = "build-vec/collect@1000";

fn id(text: &str) -> CaseId {
    text.parse().expect("a case id")
}

/// push takes 200 ns, of which growth half; collect takes 40 ns, of which malloc half.
fn recorded() -> Recording {
    let recording = Recording::new();
    let time = |ns| vec![number(Metric::TimeNs, InstrumentName::Time, ns, "abc")];
    let run = run_of(&[(MEMBER, time(40.0)), (BASELINE, time(200.0))]);
    let run = serde_json::to_string(&run).expect("plain data");
    recording.put(&recording.layout.run_file("20261122T080000Z-1"), &run);
    let folded = |case: &str, workload: &str, callee: &str| {
        let text = format!(
            "Prepared<lab::{workload}>::run;<lab::{workload} as Workload>::run 250\n\
             Prepared<lab::{workload}>::run;<lab::{workload} as Workload>::run;{callee} 250\n"
        );
        recording.put(&recording.layout.folded(&id(case)), &text);
    };
    folded(BASELINE, "Push", "grow");
    folded(MEMBER, "Collect", "malloc");
    recording
}

fn pictures(recording: &Recording) -> [PathBuf; 2] {
    recording.layout.differential(&id(MEMBER), &id(BASELINE), "samples")
}

#[test]
fn the_command_draws_a_case_against_its_baseline_both_ways() {
    let recording = recorded();
    let output = recording.perflab(&["diff", MEMBER]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    assert!(said.contains("red costs `build-vec/collect@1000` more"), "{said}");
    let drawn = pictures(&recording).map(|picture| fs::read_to_string(picture).expect("drawn"));
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(
        printed.lines().collect::<Vec<_>>(),
        pictures(&recording).map(|path| path.display().to_string())
    );
    // 40 ns an iteration, half of it in malloc, which the baseline has not; of its 200 ns half is growth.
    assert!(drawn[0].contains("malloc (20,000 ps an iteration, 50.00%; +50.00%)"), "{}", drawn[0]);
    assert!(
        drawn[0].contains("<workload as Workload>::run")
            || drawn[0].contains("&lt;workload as Workload&gt;::run")
    );
    assert!(drawn[1].contains("grow (100,000 ps an iteration, 50.00%; -50.00%)"), "{}", drawn[1]);
    assert!(recording.perflab(&["diff", MEMBER, BASELINE]).status.success());
    assert_eq!(pictures(&recording).map(|picture| fs::read_to_string(picture).expect("drawn")), drawn);
}

#[test]
fn what_cannot_be_compared_is_one_line_with_the_next_command() {
    let recording = recorded();
    recording.refuses(&["diff", "build-vec/pusch@1000"], 2, &["build-vec/push@1000"]);
    recording.refuses(&["diff", BASELINE], 2, &["against itself", "OTHER"]);
    recording.refuses(&["diff", MEMBER, "--from", "waits"], 2, &["--from samples, instructions or heap"]);
    recording.refuses(&["diff", "build-vec/extend@1000"], 1, &["just flamegraph '^build-vec/extend@1000$'"]);
    recording.refuses(&["diff", MEMBER, "--from", "heap"], 1, &["just heap"]);
    recording.put(&recording.layout.folded(&id("build-vec/extend@1000")), "a;b 3\n");
    recording.refuses(&["diff", "build-vec/extend@1000"], 1, &["no time_ns", "just time"]);
}

#[test]
fn a_page_shows_the_difference_and_draws_it_anew_only_for_new_stacks() {
    let recording = recorded();
    let report = || {
        let output = recording.perflab(&["report"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        pictures(&recording).map(|picture| {
            let written = fs::metadata(&picture).and_then(|file| file.modified()).expect("drawn");
            (fs::read(picture).expect("drawn"), written)
        })
    };
    let first = report();
    let page = fs::read_to_string(recording.layout.case_page(&id(MEMBER))).expect("a page");
    assert!(page.contains("Against the baseline"), "{page}");
    let address = "../../differential/build-vec/collect@1000-against-push@1000.samples";
    assert!(
        page.contains(&format!("{address}.svg")) && page.contains(&format!("{address}.as-wide-as-that.svg"))
    );
    let baseline = fs::read_to_string(recording.layout.case_page(&id(BASELINE))).expect("a page");
    assert!(!baseline.contains("Against the baseline"), "a baseline has no difference to itself");
    assert_eq!(report(), first, "nothing is new, so nothing is drawn");

    let folded = recording.layout.folded(&id(MEMBER));
    recording.put(&folded, "Prepared<lab::Collect>::run;malloc 7\n");
    let later = SystemTime::now() + Duration::from_secs(60);
    fs::File::options().write(true).open(&folded).and_then(|file| file.set_modified(later)).expect("touched");
    assert_ne!(report()[0].0, first[0].0);
}

#[test]
fn a_size_that_is_not_shown_first_says_how_to_have_it_drawn() {
    let recording = recorded();
    for case in ["build-vec/push@10", "build-vec/collect@10"] {
        recording.put(&recording.layout.folded(&id(case)), "a;b 3\n");
    }
    assert!(recording.perflab(&["report"]).status.success());
    let page = fs::read_to_string(recording.layout.case_page(&id("build-vec/collect@10"))).expect("a page");
    assert!(page.contains("perflab diff build-vec/collect@10"), "{page}");
}
