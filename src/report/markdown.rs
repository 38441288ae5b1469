//! The summary for a pull request: what leads each family, by how much, what limits it; as GitHub's Markdown. No image,
//! no link: it is read where the pages are not.

mod text;

use std::fmt::Write as _;

use super::{format, sizes};
use crate::analysis::findings::without_work;
use crate::analysis::{Coverage, Ranking, rank};
use crate::record::{
    CaseId, Environment, Finding, ListedFamily, Listing, Metric, Recorded, RecordedCase, State,
};
use text::{clipped, code, plain};

/// Characters that are written at most: GitHub takes 65,536 for a comment, and whoever posts it may add a word.
const MOST: usize = 60_000;

/// Of these, for what is missing, stale or warned of.
const FOR_MISSING: usize = 15_000;

/// And for the words around the table.
const FOR_WORDS: usize = 2_000;

/// Ids that are spelt out of a list.
const NAMED: usize = 12;

/// The summary of the cases of `listing`; `problems` are files that could not be read. At most 60,000 characters: families
/// that do not fit are counted, with the command that tells them.
pub fn markdown(listing: &Listing, recorded: &Recorded, problems: &[String]) -> String {
    let coverage = Coverage::of(listing, recorded);
    let mut text = format!(
        "### perflab: {} of {} cases measured\n\n",
        format::size(coverage.measured),
        format::size(coverage.catalogued)
    );
    text.push_str(&environment(recorded.environment.as_ref()));
    let rows: Vec<(&str, String)> = listing
        .families
        .iter()
        .filter_map(|family| Some((family.name.as_str(), row(family, recorded)?)))
        .collect();
    let is_told = |family: &&ListedFamily| rows.iter().any(|(name, _)| *name == family.name);
    let untimed: Vec<&str> = listing
        .families
        .iter()
        .filter(|family| !is_told(family))
        .map(|family| family.name.as_str())
        .collect();
    let missing = missing(&untimed, &coverage, recorded, problems);
    if !rows.is_empty() {
        text.push_str(HEAD);
    }
    let mut length = text.chars().count() + missing.chars().count() + FOR_WORDS;
    let mut told = 0;
    for (_, row) in &rows {
        length += row.chars().count();
        if length > MOST {
            break;
        }
        text.push_str(row);
        told += 1;
    }
    text.push('\n');
    if let Some((first, _)) = rows.get(told) {
        let left = rows.len() - told;
        let command = format!("perflab report --markdown '^{}/'", clipped(first, 60));
        let _ = writeln!(
            text,
            "**{} cut** to fit a comment: {} tells the first of them.\n",
            format::counted(left, "family was", "families were"),
            code(&command)
        );
    }
    text.push_str(EXPLANATION);
    text.push_str(&missing);
    text.trim_end().to_owned() + "\n"
}

const EXPLANATION: &str = "<sub>Ratio: time as a multiple of the baseline's, from interleaved blocks, with its 95 % interval; \
    *unpaired*: of two medians taken apart. Counts are the fastest member's, for one iteration; in brackets the \
    baseline's. Rows: the size that pages show first.</sub>\n\n";

const HEAD: &str = "| family | at | fastest | time of the baseline | instructions | heap blocks | heap bytes | limits the \
                    baseline | gain at most |\n|---|---|---|---|---:|---:|---:|---|---:|\n";

/// The machine and the revision, in one line.
fn environment(environment: Option<&Environment>) -> String {
    let Some(environment) = environment else {
        return format!("Nothing is recorded yet: {} measures.\n\n", code("just bench"));
    };
    let Environment { cpu, cores, kernel, rustc, revision, dirty, tells_apart, .. } = environment;
    let tree = if *dirty { " with other changes" } else { "" };
    let nothing =
        environment.tells_nothing_apart.then(|| "; **no change of time was told apart**".to_owned());
    let tells = tells_apart
        .map(|smallest| format!("; changes of {:.1} % are told apart", smallest * 100.0))
        .or(nothing)
        .unwrap_or_default();
    format!(
        "{}, {}, {}, {}; revision {}{tree}{tells}\n\n",
        plain(&clipped(cpu, 80)),
        format::counted(*cores, "core", "cores"),
        plain(&clipped(kernel, 80)),
        plain(&clipped(rustc, 80)),
        code(&clipped(revision, 40))
    )
}

/// One family: its leader, how far it leads, and what limits its baseline; `None` where none of it has a time.
fn row(family: &ListedFamily, recorded: &Recorded) -> Option<String> {
    let cores = recorded.environment.as_ref().map_or(1, |environment| environment.cores.max(1));
    let rankings: Vec<_> = family.sizes.iter().map(|size| rank(family, recorded, *size)).collect();
    let ranking = rankings.get(sizes::first_shown(family, &rankings, cores))?;
    let leader = ranking.ranked.first()?;
    let case = |workload: &str| {
        let workload = workload.to_owned();
        recorded.case(&CaseId { family: family.name.clone(), workload, size: ranking.size })
    };
    let (fastest, baseline) = (case(&leader.workload.name), case(&family.baseline));
    let is_baseline = leader.workload.name == family.baseline;
    let ratio = match leader.ratio {
        _ if is_baseline => "the baseline itself".to_owned(),
        Some(ratio) => format!(
            "**{}** {}{}{}",
            format::ratio(&ratio.estimate),
            format::ratio_interval(&ratio.estimate),
            if ratio.paired { "" } else { " *unpaired*" },
            if ratio.slowed.is_some() { " *slowed core*" } else { "" }
        ),
        None => "*the baseline has no time*".to_owned(),
    };
    let count = |metric| {
        let read = |case: Option<&RecordedCase>| Some(format::count(case?.measurement(metric)?.value));
        match (read(fastest), read(baseline).filter(|_| !is_baseline)) {
            (Some(fastest), Some(baseline)) => format!("{fastest} ({baseline})"),
            (Some(fastest), None) => fastest,
            (None, _) => "–".to_owned(),
        }
    };
    let finding = baseline.and_then(|case| case.findings.first());
    Some(format!(
        "| {} | {} | {} | {ratio} | {} | {} | {} | {} | {} |\n",
        code(&clipped(&family.name, 60)),
        plain(&sizes::named(family, ranking.size)),
        leaders(ranking),
        count(Metric::Instructions),
        count(Metric::HeapBlocks),
        count(Metric::HeapBytes),
        finding.map_or_else(String::new, claim),
        finding.map_or_else(String::new, gain),
    ))
}

/// The fastest, and how many cannot be told from it.
fn leaders(ranking: &Ranking<'_>) -> String {
    let first = ranking.ranked.first().map_or("", |first| first.workload.name.as_str());
    match ranking.leaders().count() {
        0 | 1 => code(first),
        more => format!("{} = {}", code(first), format::counted(more - 1, "other", "others")),
    }
}

fn claim(finding: &Finding) -> String {
    format!("**{}** {}", finding.kind, plain(&clipped(&finding.claim, 300)))
}

/// The ceiling, measured where it was.
fn gain(finding: &Finding) -> String {
    let times = |ceiling: f64| format!("{} ×", format::rounded(ceiling));
    match (finding.ceiling_measured, finding.ceiling) {
        (Some(measured), _) => format!("{} measured", times(measured)),
        (None, Some(ceiling)) => times(ceiling),
        (None, None) => String::new(),
    }
}

/// What a reader must know is not in the table.
fn missing(untimed: &[&str], coverage: &Coverage, recorded: &Recorded, problems: &[String]) -> String {
    let mut lines = Vec::new();
    if !untimed.is_empty() {
        let count = format::counted(untimed.len(), "family has", "families have");
        lines.push(format!("**{count} no time yet**: {}", named(untimed)));
    }
    for (ids, what, then) in [
        (&coverage.failed, "failed", "their pages say how"),
        (&coverage.stale, "stale", "taken at another revision than the newest run's"),
        (&coverage.missing, "never measured", "`just bench` measures them"),
    ] {
        if !ids.is_empty() {
            let count = format::counted(ids.len(), "case", "cases");
            lines.push(format!("**{count} {what}**, {then}: {}", named(ids)));
        }
    }
    for (id, finding) in without_work(recorded) {
        let claim = plain(&clipped(&finding.claim, 300));
        lines.push(format!("**the work of {} is not there**: {claim}", code(&id.to_string())));
    }
    for state in recorded.instruments.iter().filter(|state| state.state == State::Unavailable) {
        let reason = state.reason.as_deref().unwrap_or("no reason recorded");
        lines.push(format!("**{} is unavailable**: {}", state.name, plain(&clipped(reason, 200))));
    }
    let told = recorded.warnings.iter().chain(problems).take(NAMED);
    lines.extend(told.map(|warning| format!("**warning**: {}", plain(&clipped(warning, 300)))));
    let mut text = String::new();
    for (index, line) in lines.iter().enumerate() {
        if text.chars().count() + line.chars().count() > FOR_MISSING {
            let _ = writeln!(text, "- and {} more", lines.len() - index);
            break;
        }
        let _ = writeln!(text, "- {line}");
    }
    text
}

fn named(ids: &[impl ToString]) -> String {
    let names: Vec<String> = ids.iter().take(NAMED).map(|id| code(&clipped(&id.to_string(), 120))).collect();
    let more = ids.len() - names.len();
    if more == 0 { names.join(", ") } else { format!("{} and {} more", names.join(", "), format::size(more)) }
}
