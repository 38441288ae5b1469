//! The first page: what it asks for, who comes first, and CPython beside our cases.

use perflab::record::{FindingKind, Listing, Recorded, SCHEMA};

use crate::fabricated;
use crate::rendered::Pages;

#[test]
fn the_notes_table_is_put_right() {
    let index = Pages::with_holes().index();
    for words in [
        "printed these figures as [ms]",
        "seconds for 10⁶ runs, so microseconds for one",
        "the notes timed f5 again under this label",
        "the notes timed f6 again under this label",
        "<code>range(0, 100)</code>",
        "not like for like",
        "no workload repeats it at n = 100 yet",
    ] {
        assert!(index.contains(words), "{words}");
    }
    // f8 has a case of ours and no ratio: its figure is not its own.
    let f8 = index.split(">f8<").nth(1).expect("a row f8").split("</tbody>").next().expect("its end");
    assert!(f8.contains("build-vec/extend@100") && f8.contains("none: the figure is f6's"), "{f8}");
    // push at 100 takes 237 ns: 4.90 to 5.08 µs is 21 times that.
    let f6 = index.split(">f6<").nth(1).expect("a row f6").split("</tbody>").next().expect("its end");
    assert!(f6.contains("21.0\u{a0}×"), "{f6}");
}

#[test]
fn a_day_on_which_no_change_of_time_was_told_apart_is_said_and_another_is_not() {
    let told = |tells_nothing_apart: bool| {
        let (listing, mut recorded) = fabricated::with_holes();
        let environment = recorded.environment.as_mut().expect("a run was recorded");
        environment.tells_nothing_apart = tells_nothing_apart;
        let index = Pages::of(&listing, &recorded, false, &[]).index();
        let summary = perflab::report::markdown(&listing, &recorded, &[]);
        (
            index.contains("<b>no change of time</b> apart"),
            summary.contains("**no change of time was told apart**"),
        )
    };
    assert_eq!((told(true), told(false)), ((true, true), (false, false)));
}

/// The section of the first page on CPython.
fn beside(pages: &Pages) -> String {
    let index = pages.index();
    let section = index.split("id=\"cpython\"").nth(1).expect("a section");
    section.split("<h2").next().expect("its end").replace("<b>", "").replace("</b>", "")
}

#[test]
fn cpython_stands_beside_our_cases_with_the_ratio_of_each_kernel() {
    let (listing, recorded) = fabricated::with_python();
    let pages = Pages::of(&listing, &recorded, false, &[]);
    let section = beside(&pages);
    assert!(section.contains("CPython 3.11.7 (one global interpreter lock)"), "{section}");
    let row = |kernel: &str| {
        let row = section.split(&format!(">{kernel}</th>")).nth(1).expect("a row");
        row.split("</tr>").next().expect("its end").to_owned()
    };
    // 237 ns of 4.74 µs.
    let f6 = row("f6");
    assert!(f6.contains("build-vec-00/push@100") && f6.contains("0.050\u{a0}×"), "{f6}");
    assert!(
        f6.contains("237\u{a0}ns") && f6.contains("4.74\u{a0}µs") && f6.contains("[0.050, 0.051]"),
        "{f6}"
    );
    assert!(row("f3").contains("not measured yet"), "{section}");
    assert!(row("gcd/threads").contains("21.5\u{a0}ms"), "{section}");
}

#[test]
fn the_page_says_whether_threads_and_processes_helped_in_each_language() {
    let (listing, recorded) = fabricated::with_python();
    let section = beside(&Pages::of(&listing, &recorded, false, &[]));
    for sentence in [
        "<strong>Threads</strong>: in Rust they helped gcd and wait; it cannot be told whether they helped is-prime. \
         In CPython they helped wait; they did not help gcd; it cannot be told whether they helped is-prime.",
        "<strong>Processes</strong>: in Rust they helped gcd. In CPython they helped gcd.",
    ] {
        assert!(section.contains(sentence), "{sentence}\n{section}");
    }
    assert!(section.contains("1.95\u{a0}×") && section.contains("0.98\u{a0}×"), "{section}");
}

#[test]
fn without_cpython_the_page_says_how_to_get_it() {
    let (listing, mut recorded) = fabricated::with_holes();
    let never = beside(&Pages::of(&listing, &recorded, false, &[]));
    assert!(never.contains("type <code>just python</code>"), "{never}");
    recorded.instruments.push(perflab::record::InstrumentState {
        name: perflab::record::InstrumentName::Python,
        state: perflab::record::State::Unavailable,
        detail: String::new(),
        reason: Some("python3 is not installed".into()),
        remedy: Some("apt install python3".into()),
        seconds: 0.0,
    });
    let pages = Pages::of(&listing, &recorded, false, &[]);
    let section = beside(&pages);
    assert!(
        section.contains(">Unavailable</span> python3 is not installed. Remedy: apt install python3."),
        "{section}"
    );
    // A case that repeats a kernel says so too; one that repeats none is not bothered.
    assert!(pages.case("build-vec/push@100").contains("instrument unavailable: python3 is not installed"));
    assert!(!pages.case("build-vec/push-reserved@100").contains("python3"));
}

#[test]
fn an_empty_record_says_what_to_type() {
    let (listing, _) = fabricated::with_holes();
    let empty = Recorded::default();
    let pages = Pages::of(&listing, &empty, false, &[]);
    assert!(pages.index().contains("Type <code>just bench</code>"));
    assert!(pages.family("build-vec").contains("<code>just bench build-vec</code>"));
    assert!(pages.index().contains("53\u{a0}cases missing"));
    let none = Listing { schema: SCHEMA, families: Vec::new() };
    assert!(Pages::of(&none, &empty, false, &[]).index().contains("The catalogue is empty"));
}

#[test]
fn problems_stand_on_top() {
    let (listing, recorded) = fabricated::with_holes();
    let problems = ["profiles/runs/<b>.json is not a perflab record".to_owned()];
    let index = Pages::of(&listing, &recorded, false, &problems).index();
    let problem = index.find("profiles/runs/&lt;b&gt;.json").expect("the problem, escaped");
    assert!(problem < index.find("Families").expect("the families"));
}

#[test]
fn families_with_most_to_gain_come_first() {
    let (mut listing, recorded) = fabricated::with_holes();
    let index = Pages::of(&listing, &recorded, false, &[]).index();
    let gains = index.matches("To gain: ").count();
    let (most, none) = (index.find("build-vec.html"), index.find("noop.html"));
    assert!(gains == 1 && most < none, "{gains} {most:?} {none:?}");
    listing.families.reverse();
    let index = Pages::of(&listing, &recorded, false, &[]).index();
    assert!(index.find("build-vec.html") < index.find("noop.html"));
}

#[test]
fn a_family_with_nothing_to_gain_comes_last_and_says_so() {
    let (listing, recorded) = fabricated::whole(3);
    let order = |recorded: &Recorded| -> Vec<String> {
        let index = Pages::of(&listing, recorded, false, &[]).index();
        let rows = index.split("<ul class=\"families\">").nth(1).expect("the families");
        let rows = rows.split("</ul>").next().expect("their end").split("<h3>").skip(1);
        rows.map(|row| {
            let family = row.split("<code>").nth(1).and_then(|rest| rest.split('<').next()).expect("a name");
            let told = if row.contains("nothing to gain") { "nothing" } else { "gain" };
            format!("{family}: {told}")
        })
        .collect()
    };
    assert_eq!(order(&recorded), ["build-vec-00: gain", "build-vec-01: gain", "build-vec-02: gain"]);
    let mut near = recorded.clone();
    fabricated::change(&mut near, "build-vec-00/push@1000", |case| {
        case.findings.push(fabricated::finding(FindingKind::AtFloor, "1.08 times the least time"));
    });
    assert_eq!(order(&near), ["build-vec-01: gain", "build-vec-02: gain", "build-vec-00: nothing"]);
    // Nobody is faster, and nothing limits it.
    let mut well = recorded;
    well.cases.retain(|case| case.family != "build-vec-01" || case.workload == "push");
    fabricated::change(&mut well, "build-vec-01/push@1000", |case| {
        case.findings.push(fabricated::finding(FindingKind::NoBottleneck, "no bottleneck shown"));
    });
    assert_eq!(order(&well)[2], "build-vec-01: nothing");
}
