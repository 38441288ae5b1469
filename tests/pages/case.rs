//! A case's page: its numbers, call sites, costs and waits.

use perflab::record::{InstrumentName, Layout};
use perflab::report::render;

use crate::fabricated;
use crate::rendered::{Pages, charts, read};

#[test]
fn a_case_page_has_the_numbers_the_call_sites_and_the_files() {
    let page = Pages::with_holes().case("build-vec/linked-list@1000");
    for words in [
        "estimated cycles",
        "last-level misses, simulated",
        "failed: killed by SIGSEGV",
        "What follows is of an older run",
        "71 % of the samples",
        "alloc::raw_vec::finish_grow",
        "4\u{a0}other call sites",
        "dh_view.html",
        "KCachegrind",
        "data=\"../../flamegraph/build-vec/linked-list@1000.svg\"",
        "data=\"../../heap/build-vec/linked-list@1000.svg\"",
    ] {
        assert!(page.contains(words), "{words}");
    }
}

#[test]
fn a_case_page_says_where_it_waits_in_a_word_in_charts_and_in_tables() {
    let page = Pages::with_holes().case("build-vec/push@1000");
    let section =
        page.split("id=\"waits\"").nth(1).expect("a section").split("id=\"heap\"").next().expect("its end");
    for words in [
        "<strong>CPU-bound</strong>: a thread is on a CPU for 91 % of the time",
        "blocked: clock_nanosleep",
        "blocked: other calls",
        "var(--w4)",
        "The timeline in figures",
        "1\u{a0}thread more",
        "<code>futex</code> 48.0\u{a0}ms",
        "77.5\u{a0}ms<span class=\"interval\">51.7 %",
        "420 times a second and took 1.20 % of a CPU",
        "the hypervisor took 500\u{a0}µs",
        "data=\"../../waits/build-vec/push@1000.svg\"",
    ] {
        assert!(section.contains(words), "{words}\n{section}");
    }
    assert_eq!(charts(section).iter().filter(|chart| chart.contains("<text")).count(), 2);
    assert!(page.contains("folded stacks of wall time") && page.contains("books of waits"));
}

#[test]
fn a_degraded_ledger_says_what_is_missing_and_a_broken_one_what_to_type() {
    let (listing, recorded) = fabricated::with_holes();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let layout = Layout::new(folder.path().join("profiles"), folder.path().join("reports"));
    let id = "build-vec/push@1000".parse().expect("a case id");
    let mut ledger = fabricated::waits();
    ledger.missing.push("children are not listed by this <kernel>".to_owned());
    ledger.children = None;
    fabricated::put(&layout.waits_ledger(&id), &serde_json::to_string(&ledger).expect("plain data"));
    render(&listing, &recorded, &[], &layout).expect("pages render");
    let page = read(&layout.case_page(&id));
    assert!(page.contains("children are not listed by this &lt;kernel&gt;") && page.contains("not counted"));
    fabricated::put(&layout.waits_ledger(&id), "{\"schema\":1");
    render(&listing, &recorded, &[], &layout).expect("pages render");
    assert!(read(&layout.case_page(&id)).contains("just waits build-vec/push@1000"));
}

#[test]
fn a_case_page_shows_an_older_number_and_why_the_newest_attempt_gave_none() {
    let page = Pages::with_holes().case("build-vec/vec-deque@1000");
    assert!(page.contains("16,400\u{a0}B") && page.contains(">failed since<"));
    assert!(page.contains("failed: killed by SIGKILL</td>"));
}

#[test]
fn call_sites_that_cannot_be_read_say_what_to_type() {
    let (listing, recorded) = fabricated::with_holes();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let layout = Layout::new(folder.path().join("profiles"), folder.path().join("reports"));
    let id = "build-vec/push@1000".parse().expect("a case id");
    fabricated::put(&layout.heap_sites(&id), "{\"schema\":");
    render(&listing, &recorded, &[], &layout).expect("pages render");
    assert!(read(&layout.case_page(&id)).contains("just heap build-vec/push@1000"));
}

#[test]
fn a_case_page_shows_what_its_functions_cost_and_their_picture() {
    let (listing, recorded) = fabricated::with_holes();
    let pages = Pages::of(&listing, &recorded, true, &[]);
    let page = pages.case("build-vec/push@1000");
    let section = page.split_once("What it executes").expect("a section").1;
    let section = section.split_once("Where it waits").expect("the next section").0;
    // Of 37,800 instructions in 300 iterations the first function has 4,800 of its own; branches of the second go wrong
    // once in 700.
    for words in [">12.7 %<", ">25.4 %<", ">16.0<", ">inlined<", ">0.1 %<", "insert::{closure#0}"] {
        assert!(section.contains(words), "{words}: {section}");
    }
    assert!(section.contains("in 3\u{a0}other functions"), "{section}");
    for file in ["push@1000.svg\"", "push@1000.folded\"", "push@1000.costs.json\""] {
        let address = format!("../../instructions/build-vec/{file}");
        assert!(page.contains(&address), "{address}");
    }
    let id = "build-vec/push@1000".parse().expect("a case id");
    for file in pages.layout.raw_output(InstrumentName::Instructions, &id) {
        let copy = pages.layout.beside_pages(&file).expect("it lies in profiles");
        assert!(copy.is_file(), "{} goes along when the reports are sent", copy.display());
    }
}

#[test]
fn costs_that_cannot_be_read_say_what_to_type() {
    let (listing, recorded) = fabricated::with_holes();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let layout = Layout::new(folder.path().join("profiles"), folder.path().join("reports"));
    let id = "build-vec/push@1000".parse().expect("a case id");
    fabricated::put(&layout.costs(&id), "{\"schema\":");
    render(&listing, &recorded, &[], &layout).expect("pages render");
    assert!(read(&layout.case_page(&id)).contains("just instructions build-vec/push@1000"));
}
