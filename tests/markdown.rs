//! The summary for a pull request: what it says of a made-up record, and that nothing in it is markup of others.

mod fabricated;

use perflab::record::{CaseId, Finding, FindingKind, Listing, Recorded, SCHEMA};
use perflab::report::markdown;

/// GitHub takes so many characters; ours stays below.
const MOST: usize = 60_000;

/// The line of the table that begins with `family`.
fn row<'a>(text: &'a str, family: &str) -> &'a str {
    let start = format!("| `{family}` |");
    text.lines().find(|line| line.starts_with(&start)).unwrap_or_else(|| panic!("no row of {family}: {text}"))
}

fn finding(claim: &str) -> Finding {
    Finding {
        subject: "finish_grow".into(),
        share: Some(0.6),
        share_low: Some(0.55),
        share_high: Some(0.65),
        share_by_sibling: false,
        ceiling: Some(2.5),
        advice: "reserve".into(),
        ..fabricated::finding(FindingKind::Growth, claim)
    }
}

#[test]
fn a_family_has_its_leader_the_ratio_with_its_interval_and_exact_counts() {
    let (listing, recorded) = fabricated::with_holes();
    let text = markdown(&listing, &recorded, &[]);
    let row = row(&text, "build-vec");
    // collect and from-fn cannot be told apart; 0.19 of push.
    assert!(
        row.contains("| n = 1,000 | `collect` = 1\u{a0}other | **0.189\u{a0}×** [0.186, 0.193] |"),
        "{row}"
    );
    assert!(
        row.contains("8,000 (16,400)"),
        "heap bytes of the fastest, and in brackets the baseline's: {row}"
    );
    assert!(text.starts_with("### perflab: "), "{text}");
    assert!(text.contains("Intel Xeon Processor") && text.contains("`4f2a91c`"), "{text}");
}

#[test]
fn what_failed_is_stale_or_missing_is_told_with_the_cases() {
    let (listing, recorded) = fabricated::with_holes();
    let text = markdown(&listing, &recorded, &["runs/x.json is cut short".to_owned()]);
    for told in [
        "**3\u{a0}cases failed**",
        "`build-vec/linked-list@1000`",
        "**1\u{a0}case stale**",
        "`build-vec/vec-deque@1000`",
        "cases never measured**",
        "**instructions is unavailable**: valgrind is not installed",
        "**warning**: runs/x.json is cut short",
    ] {
        assert!(text.contains(told), "no {told}: {text}");
    }
}

#[test]
fn the_leading_finding_of_the_baseline_stands_with_its_ceiling() {
    let (listing, mut recorded) = fabricated::whole(1);
    fabricated::change(&mut recorded, "build-vec-00/push@1000", |case| {
        case.findings = vec![finding("60 % of the instructions grow the vector"), finding("another")];
    });
    let text = markdown(&listing, &recorded, &[]);
    let line = row(&text, "build-vec-00").to_owned();
    assert!(line.contains("**growth** 60 % of the instructions grow the vector | 2.50 × |"), "{line}");
    assert!(!line.contains("another"));
    fabricated::change(&mut recorded, "build-vec-00/push@1000", |case| {
        case.findings[0].ceiling_measured = Some(2.31);
    });
    assert!(markdown(&listing, &recorded, &[]).contains("| 2.31 × measured |"));
}

#[test]
fn text_of_others_is_no_markup_no_mention_and_no_new_cell() {
    let (listing, mut recorded) = fabricated::whole(1);
    let hostile = "<img src=x> | a `b` *c* [d](http://e) @user #12 \\ line\nbreak www.f.org";
    fabricated::change(&mut recorded, "build-vec-00/push@1000", |case| {
        case.findings = vec![finding(hostile)];
    });
    let text = markdown(&listing, &recorded, &[hostile.to_owned()]);
    let line = row(&text, "build-vec-00");
    let cells = line.replace("\\|", "").matches('|').count();
    assert_eq!(
        cells,
        text.lines().find(|line| line.starts_with("|---")).expect("a table").matches('|').count()
    );
    for markup in ["<img", " `b`", " *c*", "[d](", "@user", "#12", "http://", "www.f"] {
        assert!(!text.contains(markup), "{markup}: {text}");
    }
    assert!(line.contains("&lt;img src=x&gt; \\| a \\`b\\`"), "{line}");
}

#[test]
fn a_summary_of_thousands_of_families_fits_a_comment_and_says_what_it_cut() {
    let (one, _) = fabricated::whole(1);
    let families = (0..3_000).map(|n| {
        let mut family = one.families[0].clone();
        family.name = format!("family-{n:04}");
        family
    });
    let listing = Listing { families: families.collect(), ..one };
    let (_, mut recorded) = fabricated::whole(1);
    let cases = recorded.cases.clone();
    recorded.cases = listing
        .families
        .iter()
        .flat_map(|family| {
            cases.iter().map(|case| {
                let mut case = case.clone();
                case.id = CaseId { family: family.name.clone(), ..case.id };
                case.findings = vec![finding(&"@".repeat(5_000))];
                case
            })
        })
        .collect();
    let problems = vec!["y#".repeat(1_000); 1_000];
    let text = markdown(&listing, &recorded, &problems);
    let length = text.chars().count();
    assert!(length <= MOST && length > MOST / 2, "{length} characters");
    let told = text.lines().filter(|line| line.starts_with("| `family-")).count();
    assert!(
        text.contains(&format!("**{}\u{a0}families were cut**", with_comma(3_000 - told))),
        "{told} told"
    );
    assert!(text.contains(&format!("`perflab report --markdown '^family-{told:04}/'`")));
}

fn with_comma(number: usize) -> String {
    format!("{},{:03}", number / 1_000, number % 1_000)
}

#[test]
fn of_nothing_recorded_it_says_what_to_type() {
    let (listing, _) = fabricated::whole(2);
    let empty = Recorded::default();
    let text = markdown(&listing, &empty, &[]);
    assert!(text.contains("Nothing is recorded yet: `just bench` measures."), "{text}");
    assert!(text.contains("**2\u{a0}families have no time yet**: `build-vec-00`, `build-vec-01`"), "{text}");
    assert!(!text.contains("|---"), "a table of nothing: {text}");
    assert!(markdown(&Listing { schema: SCHEMA, families: Vec::new() }, &empty, &[]).len() < 1_000);
}
