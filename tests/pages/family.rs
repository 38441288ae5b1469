//! A family's page: its question, what limits it, its ranking, ceilings and threads.

use perflab::record::{InstrumentName, LeftOut, Metric};

use crate::fabricated;
use crate::rendered::Pages;

#[test]
fn the_family_page_answers_its_question_and_shows_every_workload() {
    let (listing, _) = fabricated::with_holes();
    let pages = Pages::with_holes();
    let page = pages.family("build-vec");
    let family = listing.family("build-vec").expect("a family");
    assert!(page.contains(&family.question));
    for workload in &family.workloads {
        assert!(page.contains(&format!(">{}<", workload.name)), "{}", workload.name);
        assert!(page.contains(&workload.about), "{}", workload.name);
    }
    let answer =
        page.split("class=\"answer\"").nth(1).expect("an answer").split("</p>").next().expect("its end");
    assert!(answer.contains("At n = 1,000, ") && answer.contains("cannot be told apart"), "{answer}");
    let gain = page.split("class=\"answer\"").nth(2).and_then(|rest| rest.split("</p>").next());
    let gain = gain.expect("what is to gain is told beside it");
    assert!(gain.contains("To gain: ") && gain.contains("instead of push"), "{gain}");
    assert!(page.contains("criterion's own verdict on change is unpaired"));
    assert!(page.contains(">unpaired<") && page.contains("simulated"));
}

#[test]
fn the_family_page_says_how_far_each_member_is_from_the_floor_and_the_index_how_fast_the_machine_is() {
    let pages = Pages::with_holes();
    let page = pages.family("build-vec");
    // At 1,000: 8,000 bytes at 40 GB/s.
    let (_, line) = page.split_once("writing 8000 bytes at the speed of l1").expect("the floor at 1,000");
    let line = line.split("</p>").next().expect("its end");
    assert!(line.contains("200\u{a0}ns") && line.contains("[190, 211]"), "{line}");
    // `collect` takes 17 + 0.27 × 1,000 × 1.01 ns.
    let collect = line.split("collect</a> <b>").nth(1).and_then(|rest| rest.split("</b>").next());
    assert_eq!(collect, Some("1.45\u{a0}×"), "{line}");
    // Its interval reaches beyond 1.5 times; at n = 10 those of several lie within.
    assert!(!line.contains("Within 1.5 times of the floor"), "{line}");
    assert!(page.contains("Within 1.5 times of the floor"));
    // At 10 a block takes longer than 80 bytes do.
    assert!(page.contains("taking and giving back one heap block</a>, 20.0\u{a0}ns"));
    assert!(!pages.family("noop").contains("Distance to the floor"));
    let index = pages.index();
    for told in ["write-memory", "40.0\u{a0}GB/s", "32.0\u{a0}KiB", "[19.0, 21.0]"] {
        assert!(index.contains(told), "{told}");
    }
}

#[test]
fn the_size_nearest_a_thousand_is_open_and_no_script_is_needed() {
    let page = Pages::with_holes().family("build-vec");
    assert!(page.contains("id=\"size-1000\" checked"));
    assert_eq!(page.matches(" checked>").count(), 1);
    assert!(!page.contains("<script"));
}

#[test]
fn absences_never_look_alike() {
    let page = Pages::with_holes().family("build-vec");
    for (class, words) in [
        ("failed", "failed: timed out after 60 s"),
        ("failed", "failed: killed by SIGSEGV"),
        ("left-out", "left out: spins: callgrind would measure its scheduler"),
        ("unavailable", "instrument unavailable: valgrind is not installed"),
        ("not-measured", "not measured yet"),
        ("not-run", "not run at this size"),
    ] {
        let cell = page.split("<td class=\"absent ").find(|cell| {
            cell.starts_with(class) && cell.split("</td>").next().is_some_and(|cell| cell.contains(words))
        });
        assert!(cell.is_some(), "{class}: {words}");
    }
}

#[test]
fn a_stale_number_says_when_and_at_which_revision_it_was_taken() {
    let pages = Pages::with_holes();
    let page = pages.family("build-vec");
    assert!(page.contains("taken 2026-11-20T09:14:03Z at revision 0b77d3e; the newest run is at 4f2a91c"));
    assert!(page.contains(">stale<"));
    assert!(page.contains("a newer attempt gave no number, failed: killed by SIGKILL"));
    let index = pages.index();
    assert!(index.contains("1\u{a0}case stale") && index.contains("3\u{a0}cases missing"), "{index}");
}

#[test]
fn a_concurrent_case_says_what_each_instrument_sees_of_it() {
    let (listing, recorded) = fabricated::with_python();
    let pages = Pages::of(&listing, &recorded, false, &[]);
    let words = "What each instrument sees of this case";
    assert!(!pages.case("gcd/serial@10").contains(words));
    let threads = pages.case("gcd/threads@10");
    assert!(threads.contains(words) && threads.contains("under [other threads]"));
    assert!(threads.contains("multiple of CPython's") && threads.contains("times as fast"));
    assert!(pages.case("gcd/rayon@10").contains("what a spinning thread executes there"));
    assert!(pages.case("gcd/processes@10").contains("Callgrind counts only the process that it runs"));
}

#[test]
fn a_family_page_says_first_what_limits_its_baseline() {
    let pages = Pages::with_holes();
    let page = pages.family("build-vec");
    let limits =
        page.split("aria-labelledby=\"limits\"").nth(1).and_then(|rest| rest.split("</section>").next());
    let limits = limits.expect("the section is there");
    for words in [
        "growth",
        "42 % of its instructions",
        "width:42.00%",
        "1.55 ×",
        "at most 1.72 ×",
        "<code>with_capacity</code>",
    ] {
        assert!(limits.contains(words), "{words} is not in {limits}");
    }
    assert!(limits.contains("cases/build-vec/push@1000.html#heap-site-22"), "a proof is linked: {limits}");
    assert!(!page.contains("etc/hostname"), "no record leads out of the pages");
    assert!(page.find("id=\"limits\"") < page.find("Ranking by size"));
    let case = pages.case("build-vec/push@1000");
    assert!(case.contains("href=\"#heap-site-22\"") && case.contains("42.0 %"));
}

#[test]
fn a_ceiling_that_was_left_out_says_why_beside_those_that_were_measured() {
    let (listing, mut recorded) = fabricated::with_holes();
    let left_out = |metric, reason: &str| LeftOut {
        instrument: InstrumentName::Ceilings,
        metric: Some(metric),
        reason: reason.into(),
    };
    let ceiling =
        |metric, value| fabricated::number(metric, InstrumentName::Ceilings, value, 0.02, "4f2a91c");
    fabricated::change(&mut recorded, "build-vec/push@1000", |case| {
        case.measurements.push(ceiling(Metric::CeilingAllocation, 1.31));
        case.left_out.push(left_out(Metric::CeilingMemory, "no size lies within"));
    });
    fabricated::change(&mut recorded, "build-vec/push-reserved@1000", |case| {
        case.left_out.push(left_out(Metric::CeilingAllocation, "one block"));
        case.left_out.push(left_out(Metric::CeilingMemory, "takes long"));
    });
    let pages = Pages::of(&listing, &recorded, false, &[]);
    let page = pages.case("build-vec/push@1000");
    assert!(page.contains("1.31") && page.contains("times as fast"), "{page}");
    assert!(page.contains("left out: no size lies within"), "{page}");
    assert!(!page.contains("left out since"), "the one that was measured was not left out: {page}");
    let neither = pages.case("build-vec/push-reserved@1000");
    assert!(neither.contains("left out: one block") && neither.contains("left out: takes long"), "{neither}");
}

#[test]
fn a_ratio_that_was_taken_beside_a_neighbour_is_marked_and_one_on_the_full_core_is_not() {
    let (listing, recorded) = fabricated::workers::on_cores(2);
    let pages = |slowness: f64| {
        let mut recorded = recorded.clone();
        let told = [(Metric::CanarySlowness, slowness), (Metric::CanaryNs, 7_000.0)];
        fabricated::change(&mut recorded, "gcd/two-threads@10", |case| {
            let number =
                |(metric, value)| fabricated::number(metric, InstrumentName::Time, value, 0.001, "4f2a91c");
            case.measurements.extend(told.map(number));
        });
        let pages = Pages::of(&listing, &recorded, false, &[]);
        [pages.family("gcd"), pages.case("gcd/two-threads@10")]
    };
    for page in pages(1.45) {
        assert_eq!(page.matches(">slowed core<").count(), 1, "{page}");
        assert!(page.contains("took 1.45 times its fastest"), "{page}");
    }
    for page in pages(1.003) {
        assert!(!page.contains(">slowed core<"), "{page}");
    }
}

#[test]
fn a_ratio_that_the_times_beside_it_contradict_is_marked_and_one_that_they_bear_out_is_not() {
    let (listing, recorded) = fabricated::workers::on_cores(2);
    let page = |times: f64| {
        let mut recorded = recorded.clone();
        fabricated::change(&mut recorded, "gcd/two-threads@10", |case| {
            for time in case.measurements.iter_mut().filter(|number| number.metric == Metric::TimeNs) {
                for end in [&mut time.value, &mut time.low, &mut time.high] {
                    *end *= times;
                }
            }
        });
        Pages::of(&listing, &recorded, false, &[]).family("gcd")
    };
    let contradicted = page(2.0);
    assert_eq!(contradicted.matches(">times contradict<").count(), 1, "{contradicted}");
    assert!(contradicted.contains("the machine changed between them"), "{contradicted}");
    assert!(!page(1.0).contains(">times contradict<"));
}

#[test]
fn what_findings_promised_stands_beside_what_siblings_show() {
    let pages = Pages::with_holes();
    let page = pages.family("build-vec");
    let pairs =
        page.split("<h2 id=\"predicted\">Predicted and realised").nth(1).expect("the section is there");
    // Of the only case with a finding: growth was promised 1.72 times, and the sibling takes 0.61 of 1.42 ns.
    assert!(pairs.contains("1.72 ×") && pairs.contains("push-reserved"), "{pairs}");
    assert!(pages.index().contains("Predictions, scored"));
    assert!(!pages.family("noop").contains("Predicted and realised"));
}
