//! The pages as files: their links, their words, and what hostile or missing data makes of them.

mod fabricated;

use std::fs;
use std::path::{Path, PathBuf};

use perflab::record::{InstrumentName, Layout, LeftOut, ListedRole, Listing, Metric, Recorded, SCHEMA};
use perflab::report::{ReportError, render};

/// Pages rendered into a folder of the test's own.
struct Pages {
    _folder: tempfile::TempDir,
    layout: Layout,
}

impl Pages {
    fn of(listing: &Listing, recorded: &Recorded, with_files: bool, problems: &[String]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let layout = Layout::new(folder.path().join("profiles"), folder.path().join("reports"));
        if with_files {
            fabricated::files(listing, &layout, &[1_000]);
        }
        let rendered = render(listing, recorded, problems, &layout).expect("pages render");
        assert_eq!(rendered.index, layout.index_page());
        Self { _folder: folder, layout }
    }

    fn with_holes() -> Self {
        let (listing, recorded) = fabricated::with_holes();
        Self::of(&listing, &recorded, true, &[])
    }

    fn index(&self) -> String {
        read(&self.layout.index_page())
    }

    fn family(&self, name: &str) -> String {
        read(&self.layout.family_page(name))
    }

    fn case(&self, id: &str) -> String {
        read(&self.layout.case_page(&id.parse().expect("a case id")))
    }

    /// Every page of ours: criterion's are its own.
    fn all(&self) -> Vec<PathBuf> {
        let mut pages = Vec::new();
        walk(&self.layout.reports, &mut pages);
        pages.retain(|page| page.extension().is_some_and(|extension| extension == "html"));
        pages.retain(|page| !page.starts_with(self.layout.reports.join("criterion")));
        pages
    }
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() { walk(&path, files) } else { files.push(path) }
    }
}

/// The values of `attribute` in `page`.
fn values<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
    let opening = format!(" {attribute}=\"");
    page.split(&opening).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

/// The inline charts of `page`.
fn charts(page: &str) -> Vec<String> {
    page.split("<svg ")
        .skip(1)
        .filter_map(|rest| rest.split_once("</svg>"))
        .map(|(svg, _)| format!("<svg {svg}</svg>"))
        .collect()
}

fn assert_xml(text: &str) {
    let mut reader = quick_xml::Reader::from_str(text);
    loop {
        match reader.read_event() {
            Ok(quick_xml::events::Event::Eof) => break,
            Ok(_) => {}
            Err(error) => panic!("{error} in {text}"),
        }
    }
}

#[test]
fn every_link_is_relative_and_leads_to_a_file_within_reports() {
    let pages = Pages::with_holes();
    let reports = pages.layout.reports.canonicalize().expect("a folder");
    let mut links = 0;
    for page in pages.all() {
        let text = read(&page);
        for link in ["href", "src", "data"].iter().flat_map(|attribute| values(&text, attribute)) {
            let (file, anchor) =
                link.split_once('#').map_or((link, None), |(file, anchor)| (file, Some(anchor)));
            assert!(!link.contains("://") && !link.starts_with('/'), "{link} in {}", page.display());
            let target = if file.is_empty() { page.clone() } else { page.with_file_name(file) };
            let target = target
                .canonicalize()
                .unwrap_or_else(|_| panic!("{link} in {} leads nowhere", page.display()));
            assert!(target.starts_with(&reports), "{link} in {} leaves the folder", page.display());
            if let Some(anchor) = anchor {
                assert!(read(&target).contains(&format!("id=\"{anchor}\"")), "{link} in {}", page.display());
            }
            links += 1;
        }
    }
    assert!(links > 500, "{links}");
}

#[test]
fn pages_ask_nothing_of_a_network() {
    let pages = Pages::with_holes();
    for page in pages.all() {
        let text = read(&page).replace("http://www.w3.org/2000/svg", "");
        assert!(!text.contains("http://") && !text.contains("https://"), "{}", page.display());
    }
}

#[test]
fn nothing_is_linked_that_is_not_there() {
    let (listing, recorded) = fabricated::with_holes();
    let pages = Pages::of(&listing, &recorded, false, &[]);
    let case = pages.case("build-vec/push@1000");
    assert!(!case.contains("<object") && !case.contains("dhat.json"));
    assert!(case.contains("just bench build-vec/push@1000"));
    assert!(!pages.family("build-vec").contains("criterion/"));
}

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
    let collect = line.split("collect <b>").nth(1).and_then(|rest| rest.split("</b>").next());
    assert_eq!(collect, Some("1.45\u{a0}×"), "{line}");
    assert!(line.contains("Within 1.5 times of the floor"), "{line}");
    // At 10 a block takes longer than 80 bytes do.
    assert!(page.contains("taking and giving back one heap block, 20.0\u{a0}ns"));
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
fn an_empty_record_says_what_to_type() {
    let (listing, _) = fabricated::with_holes();
    let empty = Recorded {
        schema: SCHEMA,
        environment: None,
        warnings: Vec::new(),
        instruments: Vec::new(),
        cases: Vec::new(),
    };
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
fn hostile_names_are_harmless() {
    let hostile = "<script>alert('1')</script>\" onload=\"x\u{1b}";
    let long = "long".repeat(2_500);
    let (mut listing, mut recorded) = fabricated::with_holes();
    listing.families[1].question = hostile.into();
    listing.families[1].axis = hostile.into();
    for (index, name) in [(1, hostile), (2, long.as_str()), (3, "../../escape")] {
        listing.families[1].workloads[index].about = long.clone();
        let old = std::mem::replace(&mut listing.families[1].workloads[index].name, name.into());
        for case in recorded.cases.iter_mut().filter(|case| case.workload == old) {
            case.id.workload = name.into();
            case.workload = name.into();
        }
    }
    recorded.cases.sort_by(|a, b| a.id.cmp(&b.id));
    fabricated::change(&mut recorded, "build-vec/linked-list@1000", |case| {
        case.failures[0].reason = format!("{hostile}{long}");
        let finding = &mut case.findings[0];
        for text in [&mut finding.claim, &mut finding.advice, &mut finding.evidence[0].says] {
            *text = format!("{hostile}{long}");
        }
        finding.evidence[0].file = Some(hostile.into());
        (finding.share, finding.share_low, finding.ceiling) =
            (Some(f64::NAN), Some(-1.0), Some(f64::INFINITY));
    });
    let pages = Pages::of(&listing, &recorded, false, &[hostile.into(), long.clone()]);
    for page in pages.all() {
        let text = read(&page);
        assert!(!text.contains("<script") && !text.contains("\" onload"), "{}", page.display());
        assert!(!text.contains('\u{1b}'), "{}", page.display());
        assert!(!text.contains(&long), "{} shows all of a long name", page.display());
        charts(&text).iter().for_each(|chart| assert_xml(chart));
    }
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
    assert!(limits.contains("cases/build-vec/push@1000.html#heap"), "a proof is linked: {limits}");
    assert!(!page.contains("etc/hostname"), "no record leads out of the pages");
    assert!(page.find("id=\"limits\"") < page.find("Ranking by size"));
    let case = pages.case("build-vec/push@1000");
    assert!(case.contains("href=\"#heap\"") && case.contains("42.0 %"));
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
fn threads_that_are_faster_on_one_cpu_are_told_beside_their_speed_up() {
    let (listing, mut recorded) = fabricated::workers::on_cores(2);
    let one_cpu =
        |value| fabricated::number(Metric::CeilingOneCpu, InstrumentName::Ceilings, value, 0.02, "4f2a91c");
    for (case, times) in
        [("scaling-sum/in-order@2", 1.84), ("scaling-sum/in-order@4", 0.55), ("gcd/two-threads@10", 1.27)]
    {
        fabricated::change(&mut recorded, case, |case| case.measurements.push(one_cpu(times)));
    }
    let pages = Pages::of(&listing, &recorded, false, &[]);
    let page = pages.family("scaling-sum");
    assert_eq!(page.matches("on one CPU").count(), 1, "only what is faster there: {page}");
    assert!(page.contains("on one CPU 1.84\u{a0}× as fast"), "{page}");
    assert!(pages.family("gcd").contains("on one CPU 1.27\u{a0}× as fast"), "{}", pages.family("gcd"));
}

#[test]
fn what_the_machine_gave_copies_is_told_beside_a_speed_up_of_the_same_rounds() {
    let (listing, mut recorded) = fabricated::workers::on_cores(2);
    let of =
        |metric, value, revision| fabricated::number(metric, InstrumentName::Time, value, 0.01, revision);
    for case in ["scaling-sum/longest-first@2", "gcd/two-threads@10"] {
        fabricated::change(&mut recorded, case, |case| {
            case.measurements.push(of(Metric::Capacity, 1.8, "4f2a91c"));
            case.measurements.push(of(Metric::BoundReached, 0.97, "4f2a91c"));
        });
    }
    // Of another revision than the speed-up beside it.
    fabricated::change(&mut recorded, "scaling-sum/longest-first@3", |case| {
        case.measurements.push(of(Metric::Capacity, 1.8, "0000000"));
        case.measurements.push(of(Metric::BoundReached, 0.97, "0000000"));
    });
    let pages = Pages::of(&listing, &recorded, false, &[]);
    for family in ["scaling-sum", "gcd"] {
        let page = pages.family(family);
        assert_eq!(page.matches("copies were given 1.80 CPUs [1.78, 1.82]").count(), 1, "{page}");
        assert_eq!(page.matches("on them 97 % of what is allowed [96, 98]").count(), 1, "{page}");
    }
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
fn what_findings_promised_stands_beside_what_siblings_show() {
    let pages = Pages::with_holes();
    let page = pages.family("build-vec");
    let pairs = page.split("<h2>Predicted and realised").nth(1).expect("the section is there");
    // Of the only case with a finding: growth was promised 1.72 times, and the sibling takes 0.61 of 1.42 ns.
    assert!(pairs.contains("1.72 ×") && pairs.contains("push-reserved"), "{pairs}");
    assert!(pages.index().contains("Predictions, scored"));
    assert!(!pages.family("noop").contains("Predicted and realised"));
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
fn charts_are_well_formed_and_take_their_colours_from_the_page() {
    let pages = Pages::with_holes();
    let page = pages.family("build-vec");
    let charts = charts(&page);
    assert!(charts.len() > 20, "{}", charts.len());
    for chart in &charts {
        assert_xml(chart);
        assert!(!chart.contains("=\"#"), "a literal colour in {chart}");
    }
    assert!(page.contains("stroke=\"var(--s3)\""));
}

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
fn a_family_page_shows_what_the_members_threads_did() {
    let page = Pages::with_holes().family("build-vec");
    let chart = page.split("Wall time of threads at n = 1,000, by what they did").nth(1).expect("a chart");
    let chart = chart.split("</figure>").next().expect("its end");
    // Wall 3 parts, of which 1.1 on CPU in user code and 1.55 blocked.
    for words in ["var(--w0)", "waiting for a CPU", ">36.7 %<", ">51.7 %<"] {
        assert!(chart.contains(words), "{words}");
    }
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
    assert!(section.contains("in 4\u{a0}other functions"), "{section}");
    for file in ["push@1000.svg\"", "push@1000.folded\"", "push@1000.costs.json\""] {
        let address = format!("../../instructions/build-vec/{file}");
        assert!(page.contains(&address), "{address}");
    }
    let id = "build-vec/push@1000".parse().expect("a case id");
    for file in pages.layout.raw_output(InstrumentName::Instructions, &id) {
        let copy = pages.layout.page_copy(&file).expect("it lies in profiles");
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

#[test]
fn files_are_copied_again_only_when_they_changed() {
    let (listing, recorded) = fabricated::with_holes();
    let pages = Pages::of(&listing, &recorded, true, &[]);
    let id = "build-vec/push@1000".parse().expect("a case id");
    let source = pages.layout.folded(&id);
    let copy = pages.layout.page_copy(&source).expect("it lies in profiles");
    fs::write(&copy, "main;run 9999\n").expect("the copy, changed to one of the same size");
    render(&listing, &recorded, &[], &pages.layout).expect("pages render");
    assert_eq!(read(&copy), "main;run 9999\n", "the same size and newer: left alone");
    fs::write(&source, "main;run 12640\n").expect("a new profile");
    render(&listing, &recorded, &[], &pages.layout).expect("pages render");
    assert_eq!(read(&copy), "main;run 12640\n");
}

#[test]
fn only_criterions_pages_are_copied() {
    let (listing, recorded) = fabricated::with_holes();
    let pages = Pages::of(&listing, &recorded, true, &[]);
    let id = "build-vec/push@1000".parse().expect("a case id");
    let page = pages.layout.criterion_page(&id);
    let data = page.parent().and_then(Path::parent).expect("a folder").join("new/estimates.json");
    fabricated::put(&data, "{}");
    render(&listing, &recorded, &[], &pages.layout).expect("pages render");
    let copied = |path: &Path| pages.layout.page_copy(path).expect("it lies in profiles").is_file();
    assert!(copied(&page) && copied(&page.with_file_name("pdf.svg")));
    assert!(!copied(&data));
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let (listing, recorded) = fabricated::with_holes();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let reports = folder.path().join("reports");
    fs::write(&reports, "a file where the folder should be").expect("a file of the test's own");
    let error = render(&listing, &recorded, &[], &Layout::new(folder.path().join("profiles"), &reports))
        .expect_err("a file is no folder");
    assert!(matches!(error, ReportError::Folder { .. }));
    assert!(error.to_string().contains(&reports.display().to_string()), "{error}");
    assert!(error.to_string().contains("just report"), "{error}");
}

#[test]
fn a_page_that_cannot_be_written_is_named() {
    let (listing, recorded) = fabricated::with_holes();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let layout = Layout::new(folder.path().join("profiles"), folder.path().join("reports"));
    let page = layout.family_page("build-vec");
    fs::create_dir_all(page.join("in-the-way")).expect("a folder where the page should be");
    let error = render(&listing, &recorded, &[], &layout).expect_err("a folder is no page");
    assert!(error.to_string().contains(&page.display().to_string()), "{error}");
}

#[test]
fn more_threads_are_shown_against_the_ideal_and_what_the_schedule_allows() {
    let (listing, recorded) = fabricated::workers::on_cores(2);
    let page = Pages::of(&listing, &recorded, false, &[]).family("scaling-sum");
    assert!(page.contains("Speed-up by threads") && page.contains("\nideal\n"), "{page}");
    assert!(page.contains("3\u{a0}threads <span class=\"mark\">oversubscribed</span>"), "{page}");
    assert!(page.contains("of 2.00\u{a0}×: 91 %"), "0.1 serial gives 1.82 of 2 on two cores: {page}");
    assert!(page.contains("and there are 2 at 2"), "two cores identify no law: {page}");
    assert!(page.contains("At 2\u{a0}threads, ") && !page.contains("per thread"), "{page}");
}

#[test]
fn enough_cores_identify_the_planted_serial_share() {
    let (listing, recorded) = fabricated::workers::on_cores(16);
    let page = Pages::of(&listing, &recorded, false, &[]).family("scaling-sum");
    assert!(page.contains("</strong>: by Amdahl, a serial share of 10.0 %"), "{page}");
    assert!(!page.contains("no law is fitted") && !page.contains("oversubscribed</span>"), "{page}");
}

#[test]
fn one_core_says_so_and_draws_what_it_can() {
    let (listing, recorded) = fabricated::workers::on_cores(1);
    let page = Pages::of(&listing, &recorded, false, &[]).family("scaling-sum");
    assert!(page.contains("This machine has one core") && page.contains("\nideal\n"), "{page}");
}

#[test]
fn a_parallel_member_is_shown_beside_what_its_schedule_allows() {
    let (listing, recorded) = fabricated::workers::on_cores(2);
    let page = Pages::of(&listing, &recorded, false, &[]).family("gcd");
    assert!(page.contains("1.96\u{a0}× as fast</span><span class=\"interval\" title=\"what the schedule allows, by counting work\">of 1.97\u{a0}×"), "{page}");
}

#[test]
fn a_family_that_compares_a_call_with_handing_over_says_from_where_it_pays() {
    let (mut listing, recorded) = fabricated::whole(2);
    for (workload, role) in [("collect", ListedRole::Direct), ("push", ListedRole::HandedOver)] {
        let found = listing.families[0].workloads.iter_mut().find(|listed| listed.name == workload);
        found.expect("a workload of the fabricated family").role = Some(role);
    }
    let pages = Pages::of(&listing, &recorded, false, &[]);
    let page = pages.family("build-vec-00");
    assert!(page.contains("Where handing over pays"));
    // At 1,000,000 push takes 2,698,095 ns and collect 513,017 ns; on two cores twice the difference, an element.
    assert!(page.contains("pays from <b>4.37\u{a0}ns</b> of work per element"), "{page}");
    assert!(page.contains("<td>4.37\u{a0}ms "), "the table says it as well");
    assert!(!pages.family("build-vec-01").contains("Where handing over pays"));
}
