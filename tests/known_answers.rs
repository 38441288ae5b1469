//! The table of known answers: what limits planted cases and cases of the catalogue, and what findings say of them. Its
//! records are made or kept; nothing is measured, and no clock decides. `cargo test --test known_answers` prints the table.

mod known;

use std::fmt::Write;

use libtest_mimic::{Arguments, Failed, Trial};

use known::{Row, catalogue, floors, planted, removed};
use perflab::record::FindingKind;

/// Rows in a hundred that must hold.
const RIGHT: usize = 95;

fn main() {
    let arguments = Arguments::from_args();
    let planted: Vec<Row> =
        planted::rows().into_iter().chain(removed::rows()).chain(floors::rows()).collect();
    let catalogued = catalogue::rows();
    if !arguments.list {
        println!("{}", table("planted", &planted));
        println!("{}", table("the catalogue, from a recorded run", &catalogued));
    }
    let score = score(planted.iter().chain(&catalogued));
    let leading = leading(planted.iter().chain(&catalogued));
    let mut trials: Vec<Trial> = planted.iter().chain(&catalogued).map(trial).collect();
    trials.push(Trial::test("19_of_20_leading_findings_are_right", move || {
        if score.0 * 100 >= RIGHT * score.1 {
            Ok(())
        } else {
            Err(format!("{} of {}", score.0, score.1).into())
        }
    }));
    trials
        .push(Trial::test("every_kind_that_records_can_show_leads_somewhere", move || every_kind(&leading)));
    trials.push(Trial::test("a_row_of_which_nothing_was_found_is_wrong", nothing_found));
    libtest_mimic::run(&arguments, trials).exit();
}

fn trial(row: &Row) -> Trial {
    let wrong = row.wrong();
    let name = row.case.replace(|character: char| !character.is_ascii_alphanumeric(), "_");
    Trial::test(name, move || wrong.map_or(Ok(()), |wrong| Err(wrong.into())))
}

fn score<'a>(rows: impl Iterator<Item = &'a Row>) -> (usize, usize) {
    rows.fold((0, 0), |(right, all), row| (right + usize::from(row.wrong().is_none()), all + 1))
}

/// The kinds that were found leading where a row holds.
fn leading<'a>(rows: impl Iterator<Item = &'a Row>) -> Vec<FindingKind> {
    let right = rows.filter(|row| row.wrong().is_none());
    right.filter_map(|row| row.found.first()).map(|finding| finding.kind).collect()
}

fn every_kind(leading: &[FindingKind]) -> Result<(), Failed> {
    let is_missing = |kind: &&FindingKind| !leading.contains(kind);
    match FindingKind::ALL.iter().find(is_missing) {
        Some(kind) => Err(format!("{kind} leads no row").into()),
        None => Ok(()),
    }
}

/// Rules that say nothing of anything must not pass for rules that are right.
fn nothing_found() -> Result<(), Failed> {
    match Row::of("nothing", FindingKind::NoBottleneck, Vec::new()).wrong() {
        Some(_) => Ok(()),
        None => Err("it passes".into()),
    }
}

fn table(title: &str, rows: &[Row]) -> String {
    let mut text = format!("\n{title}\n");
    let mut line = |cells: [&str; 5]| {
        let [mark, case, expected, found, second] = cells;
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{mark:<5} | {case:<44} | {expected:<20} | {found:<20} | {second}");
    };
    line(["", "case", "expected", "found leading", "second"]);
    for row in rows {
        let kind = |at: usize| row.found.get(at).map_or("none", |finding| finding.kind.as_str());
        let mark = if row.wrong().is_none() { "right" } else { "WRONG" };
        line([mark, row.case, row.expected.as_str(), kind(0), kind(1)]);
    }
    text
}
