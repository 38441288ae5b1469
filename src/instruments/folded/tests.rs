//! Random and hostile stacks: nothing is lost, and what is drawn is well-formed.

use super::*;
use crate::record::Parsed;

fn caption() -> Caption {
    Caption { title: "family/case@1".into(), subtitle: "<by & \"test\">".into(), count_name: "samples" }
}

/// Every event of the document, with its attributes and entities; its texts in one string.
fn read_svg(svg: &[u8]) -> Result<String, String> {
    let mut reader = quick_xml::Reader::from_reader(svg);
    let (mut texts, mut depth) = (String::new(), 0_i64);
    let mut buffer = Vec::new();
    loop {
        use quick_xml::events::Event;
        match reader.read_event_into(&mut buffer).map_err(|error| error.to_string())? {
            Event::Eof => break,
            Event::Start(tag) => {
                depth += 1;
                for attribute in tag.attributes() {
                    attribute.map_err(|error| error.to_string())?;
                }
            }
            Event::End(_) => depth -= 1,
            Event::Text(text) => {
                let text = text.xml_content(quick_xml::XmlVersion::Explicit1_0);
                texts.push_str(&text.map_err(|error| error.to_string())?);
            }
            _ => {}
        }
        buffer.clear();
    }
    let text = std::str::from_utf8(svg).map_err(|error| error.to_string())?;
    // Control characters are no XML, and quick-xml lets them pass.
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t' | '\r')) {
        return Err("a control character".into());
    }
    if depth == 0 { Ok(texts) } else { Err(format!("{depth} tags are open")) }
}

const HOSTILE: &[&str] = &[
    "<script>alert(1)</script>",
    "\"quoted\" & 'single'",
    "bell\u{7}null\0escape\u{1b}[31m",
    "a;b",
    "line\nbreak\r\u{2028}",
    "# comment",
    "f 12",
    "f 12 13",
    "f .",
    "",
    " \t ",
    "\u{fffe}\u{ffff}",
    "]]>",
    "&#0;",
    "\u{85}ends\u{85}",
];

#[test]
fn hostile_names_are_drawn_and_read_back() {
    let mut folded = Folded::default();
    for name in HOSTILE {
        folded.add([*name, "leaf"], 3);
        folded.add(["root", *name], 4);
    }
    let long = "x".repeat(10_000);
    folded.add(["root", &long], 5);
    let total = HOSTILE.len() as u128 * 7 + 5;
    assert_eq!(folded.total(), total);
    assert_eq!(Folded::parse(&folded.to_text()), Parsed { folded: folded.clone(), dropped: 0 });
    let svg = draw(&folded, &caption()).expect("there are samples");
    let texts = read_svg(&svg).expect("well-formed");
    assert!(texts.contains(&format!("{total} samples")) || texts.contains("100%"), "{texts}");
    let svg = String::from_utf8(svg).expect("UTF-8");
    assert!(!svg.contains("<script>alert"));
    for outside in ["src=", "href=\"http", "url(http", "@import"] {
        assert!(!svg.contains(outside), "{outside}");
    }
}

#[test]
fn a_stack_ending_in_a_number_is_no_difference() {
    let mut folded = Folded::default();
    folded.add(["main", "step 12"], 3);
    let svg = draw(&folded, &caption()).expect("there are samples");
    let svg = String::from_utf8(svg).expect("UTF-8");
    assert!(svg.contains("step\u{a0}12 (3 samples, 100.00%)"), "{svg}");
}

#[test]
fn nothing_is_an_error_and_no_picture() {
    let empty = Folded::default();
    assert!(matches!(draw(&empty, &caption()), Err(FoldedError::Empty("samples"))));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("empty.svg");
    assert!(draw_to(&empty, &path, &caption()).is_err());
    assert!(!path.exists());
}

#[test]
fn lines_that_cannot_be_read_are_counted() {
    let parsed = Folded::parse("a;b 3\na;c\nnonsense x\n a;d 99999999999999999999\n\n");
    assert_eq!(parsed.dropped, 2);
    assert_eq!(parsed.folded.total(), 100_000_000_000_000_000_002);
    assert!(matches!(draw(&parsed.folded, &caption()), Err(FoldedError::TooMany { .. })));
}

#[test]
fn inclusive_weight_counts_a_recursion_once() {
    let mut folded = Folded::default();
    folded.add(["a", "b", "a"], 2);
    folded.add(["b"], 1);
    assert_eq!(folded.inclusive(|name| name == "a"), 2);
    assert_eq!(folded.inclusive(|name| name == "b"), 3);
}

#[test]
fn the_same_stacks_give_the_same_bytes() {
    let mut folded = Folded::default();
    folded.add(["a", "core::b"], 2);
    folded.add(["a", "std::c"], 3);
    assert_eq!(draw(&folded, &caption()).expect("drawn"), draw(&folded, &caption()).expect("drawn"));
}

/// A frame name of up to 12 characters, from those that trouble one format or another and from all of Unicode.
fn random_name(random: &mut fastrand::Rng) -> String {
    let troublesome = ['\0', '\n', '\r', ';', ' ', '#', '<', '>', '&', '"', '\'', '\u{fffe}', '\u{1b}', '0'];
    (0..random.usize(0..12))
        .map(|_| if random.bool() { troublesome[random.usize(..troublesome.len())] } else { random.char(..) })
        .collect()
}

#[test]
fn totals_are_equal_after_reading_back() {
    let mut random = fastrand::Rng::with_seed(0x5eed);
    for round in 0..300 {
        let mut folded = Folded::default();
        let mut total = 0_u128;
        for _ in 0..random.usize(1..40) {
            let frames: Vec<String> = (0..random.usize(0..8)).map(|_| random_name(&mut random)).collect();
            let weight = u128::from(random.u64(0..u64::MAX / 64));
            folded.add(frames.iter().map(String::as_str), weight);
            total += weight;
        }
        assert_eq!(folded.total(), total, "round {round}");
        let parsed = Folded::parse(&folded.to_text());
        assert_eq!(parsed.dropped, 0, "round {round}");
        assert_eq!(parsed.folded, folded, "round {round}");
        if total > 0 {
            let svg = draw(&folded, &caption()).expect("there are samples");
            read_svg(&svg).unwrap_or_else(|error| panic!("round {round}: {error}"));
        }
    }
}

#[test]
fn frames_too_narrow_to_be_drawn_leave_their_weight_below() {
    let mut folded = Folded::default();
    folded.add(["main", "wide"], 600_000);
    folded.add(["main", "wide", "narrow", "leaf"], 50);
    folded.add(["main", "wide", "narrow", "other"], 30);
    folded.add(["main", "even", "sum"], 60);
    folded.add(["main", "even"], 50);
    folded.add(["thin"], 1);
    let total = folded.total();
    // A hundredth of a percent of 600,191 is 60.
    let text = visible::visible(&folded);
    let lines: std::collections::BTreeSet<&str> = text.lines().collect();
    let expected = ["main;even 50", "main;even;sum 60", "main;wide 600000", "main;wide;narrow 80", "thin 1"];
    assert_eq!(lines, expected.into());
    assert_eq!(Folded::parse(&text).folded.total(), total);
}

#[test]
fn no_frame_that_inferno_draws_is_lost_and_no_width_changes() {
    let mut random = fastrand::Rng::with_seed(0x5eed);
    let mut folded = Folded::default();
    for _ in 0..20_000 {
        let depth = random.usize(1..7);
        let frames: Vec<String> = (0..depth).map(|_| format!("f{}", random.usize(..6))).collect();
        folded.add(frames.iter().map(String::as_str), u128::from(random.u32(1..100)));
    }
    let drawn = |lines: String| -> std::collections::BTreeSet<String> {
        let mut svg = Vec::new();
        let mut options = inferno::flamegraph::Options::default();
        inferno::flamegraph::from_lines(&mut options, lines.lines(), &mut svg).expect("drawn");
        let svg = String::from_utf8(svg).expect("UTF-8");
        svg.split("<title>")
            .skip(1)
            .map(|rest| rest.split("</title>").next().unwrap_or("").to_owned())
            .collect()
    };
    assert_eq!(drawn(visible::visible(&folded)), drawn(folded.to_text()));
}

#[test]
fn apportioned_weights_add_up_and_are_never_off_by_one() {
    let mut folded = Folded::default();
    for (name, weight) in [("a", 1), ("b", 1), ("c", 1), ("d", 997)] {
        folded.add([name], weight);
    }
    let shares: Vec<u64> = folded.apportioned(10).map(|(_, share)| share).collect();
    assert_eq!(shares, [0, 0, 0, 10]);
    for total in [0, 1, 999, 1_000, 1_001, u64::MAX] {
        let exact = total as f64 / 1_000.0;
        let mut sum = 0;
        for (share, weight) in folded.apportioned(total).zip([1.0, 1.0, 1.0, 997.0]) {
            assert!((share.1 as f64 - exact * weight).abs() < 1.0 + exact * 1e-12, "{total}: {share:?}");
            sum += share.1;
        }
        assert_eq!(sum, total);
    }
    folded.add(["huge"], u128::MAX / 2);
    assert_eq!(folded.apportioned(u64::MAX).map(|(_, share)| share).sum::<u64>(), u64::MAX);
    assert_eq!(Folded::default().apportioned(7).count(), 0);
}
