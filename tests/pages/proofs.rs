//! Every sentence that claims something leads to what proves it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::fabricated;
use crate::rendered::{Pages, read, values};

/// Classes of the elements that hold such a sentence.
const SENTENCES: [&str; 5] = ["finding", "claim", "note", "answer", "sentence"];

/// The elements of `page` with one of the classes of [`SENTENCES`], whole.
fn sentences(page: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for (at, _) in page.match_indices(" class=\"") {
        let start = page[..at].rfind('<').expect("an attribute stands in a tag");
        let classes = page[at + " class=\"".len()..].split('"').next().expect("its end");
        if classes.split(' ').any(|class| SENTENCES.contains(&class)) {
            found.push(element(&page[start..]));
        }
    }
    found
}

/// The element that `text` begins with.
fn element(text: &str) -> &str {
    let name = text[1..].split([' ', '>']).next().expect("a tag has a name");
    let (opening, closing) = (format!("<{name}"), format!("</{name}>"));
    let mut depth = 0;
    let mut at = 0;
    loop {
        let next_open = text[at + 1..].find(&opening).map(|found| at + 1 + found);
        let next_close = text[at + 1..].find(&closing).map(|found| at + 1 + found).expect("it is closed");
        match next_open.filter(|open| *open < next_close) {
            // `<li` also begins `<link`.
            Some(open) => {
                let is_same = text[open + opening.len()..].starts_with([' ', '>']);
                depth += usize::from(is_same);
                at = open;
            }
            None if depth == 0 => return &text[..next_close + closing.len()],
            None => {
                depth -= 1;
                at = next_close;
            }
        }
    }
}

/// The parts of files, each read once.
#[derive(Default)]
struct Parts(BTreeMap<PathBuf, BTreeSet<String>>);

impl Parts {
    /// Whether `link` on `page` leads to a file that is there, and to a part of it where it names one.
    fn lead_somewhere(&mut self, page: &Path, link: &str) -> bool {
        let (file, part) = link.split_once('#').map_or((link, None), |(file, part)| (file, Some(part)));
        let file = file.split('?').next().unwrap_or(file);
        let target = if file.is_empty() { page.to_owned() } else { page.with_file_name(file) };
        let Ok(target) = target.canonicalize() else { return false };
        let Some(part) = part else { return true };
        let read = |target: &PathBuf| values(&read(target), "id").into_iter().map(str::to_owned).collect();
        let parts = self.0.entry(target.clone()).or_insert_with(|| read(&target));
        parts.contains(part)
    }
}

#[test]
fn every_sentence_that_claims_something_leads_to_its_proof() {
    let (listing, recorded) = fabricated::whole(2);
    let (mut counted, mut kinds) = (0, BTreeSet::new());
    for pages in [Pages::with_holes(), Pages::of(&listing, &recorded, true, &[]), Pages::derived()] {
        let mut parts = Parts::default();
        for page in pages.all() {
            let text = read(&page);
            for sentence in sentences(&text) {
                let links = values(sentence, "href");
                assert!(!links.is_empty(), "no link in {sentence}\non {}", page.display());
                for link in links {
                    assert!(parts.lead_somewhere(&page, link), "{link} in {sentence}\non {}", page.display());
                }
                counted += 1;
                let class = values(sentence, "class")[0].to_owned();
                kinds.insert(class);
            }
        }
    }
    assert!(counted > 200, "{counted}");
    let kinds: Vec<&str> = kinds.iter().map(String::as_str).collect();
    assert_eq!(kinds, ["answer", "claim", "finding", "note", "sentence", "small note"]);
}

#[test]
fn the_parts_of_a_page_have_names_of_their_own() {
    let pages = Pages::with_holes();
    for page in pages.all() {
        let text = read(&page);
        let mut seen = BTreeSet::new();
        for id in values(&text, "id") {
            assert!(seen.insert(id), "{id} is there twice on {}", page.display());
        }
    }
}

#[test]
fn a_proof_is_the_row_the_bar_or_the_frame_and_the_file_comes_second() {
    let pages = Pages::with_holes();
    let page = pages.case("build-vec/push@1000");
    let finding = |number: usize| {
        let start = page.find(&format!("id=\"finding-{number}\"")).expect("the finding");
        element(&page[page[..start].rfind('<').expect("a tag")..])
    };
    let growth = values(finding(1), "href");
    assert_eq!(
        growth,
        [
            "#heap-site-22",
            "#heap-site-22",
            "../../heap/build-vec/push@1000.sites.json",
            "#function-23",
            "../../instructions/build-vec/push@1000.svg?s=%5E%3Chashbrown%3A%3Araw%3A%3ARawTable%3Cu64%3E%3E%3A%3Ainsert%3A%3A%5C%7Bclosure%5C%2322%5C%7D%20%5C%28",
            "#flamegraph",
            "../../build-vec.html#at-1000-push-reserved",
        ]
    );
    // Sites and functions far down in their tables are shown where a finding leads to them.
    assert!(
        page.contains("<tr id=\"heap-site-22\">") && page.contains("in 3\u{a0}other call sites"),
        "{page}"
    );
    assert!(page.contains("<tr id=\"function-23\">") && page.contains("in 3\u{a0}other functions"), "{page}");
    assert_eq!(values(finding(2), "href")[1], "#call-1");
    let books = "../../waits/build-vec/push@1000.json";
    assert_eq!(
        values(finding(3), "href"),
        ["#part-cpu-kernel-ns", "#part-cpu-kernel-ns", books, "#number-threads", books]
    );
    assert_eq!(values(finding(4), "href")[1..], ["../../build-vec.html#growth-push", "#number-time-ns"]);
    // What is not there leads to where the instrument's part of the page begins.
    assert_eq!(
        values(finding(5), "href")[1..],
        ["#measurements", "#waits", books, "#heap", "#flamegraph", "#measurements"]
    );
    let samples = pages.case("build-vec/linked-list@1000");
    assert!(samples.contains("flamegraph/build-vec/linked-list@1000.svg?s=%5Erun%20%5C%28"), "{samples}");
    let floor = pages.case("build-vec/collect@1000");
    assert!(floor.contains("../../build-vec.html#floor-1000"), "{floor}");
}

#[test]
fn findings_that_rules_derive_lead_to_functions_call_sites_and_siblings() {
    let page = Pages::derived().case("build-vec-00/push@1000");
    let findings = page.split("<h2 id=\"findings\">").nth(1).and_then(|rest| rest.split("<h2").next());
    let links = values(findings.expect("findings are made"), "href");
    for start in ["#function-", "#heap-site-", "../../build-vec-00.html#at-1000-"] {
        assert!(links.iter().any(|link| link.starts_with(start)), "{start}: {links:?}");
    }
}

#[test]
fn a_familys_page_has_the_exponents_of_its_members_growth() {
    let pages = Pages::with_holes();
    let page = pages.family("build-vec");
    let row = |member: &str| {
        let row = page.split(&format!("id=\"growth-{member}\"")).nth(1).expect("a row");
        row.split("</tr>").next().expect("its end").to_owned()
    };
    // 16.4 bytes an element, and 8 blocks at every size.
    let push = row("push");
    assert!(push.contains(">1.00<span class=\"interval\">[1.00, 1.00]</span>"), "{push}");
    assert!(push.contains(">0.00<span class=\"interval\">[0.00, 0.00]</span>"), "{push}");
    // Every cost of it is an element's.
    assert_eq!(row("linked-list").matches(">1.00<").count(), 5, "{}", row("linked-list"));
    // Never measured.
    assert!(!page.contains("id=\"growth-arrayvec\""));
    assert!(!pages.family("noop").contains("How costs grow"), "one size has no growth");
}
