//! What findings say of the plants: derived over the session's records and files, as every page derives them. What a clock
//! would have to show is planted in records (tests/known) and measured by the waits instrument (tests/waits_plants).

use std::sync::OnceLock;

use libtest_mimic::Failed;
use perflab::analysis::findings::derive;
use perflab::catalogue::Members;
use perflab::record::{
    Finding, FindingKind as Kind, ListedConcurrency, ListedFamily, ListedWorkload, Listing, Recorded, SCHEMA,
};

use crate::plants::PLANTS;
use crate::session::{id, session};

/// What is planted, and the kind that must lead, with what its claim must name.
const PLANTED: [(&str, Kind, &str); 9] = [
    ("seventy-thirty", Kind::HotFunction, "::seventy"),
    ("chain", Kind::HotFunction, "::deep_generic"),
    ("inlined", Kind::HotFunction, "::inlined_away"),
    ("shuffled", Kind::Branching, "guesses"),
    ("sorted", Kind::HotFunction, "::sum_of_large"),
    ("reserved", Kind::Hashing, "hashing by SipHash is"),
    ("blocks", Kind::Allocation, "heap blocks is"),
    ("tree", Kind::Dropping, "dropping what was built is"),
    ("nothing", Kind::NoBottleneck, ""),
];

/// The plants as data.
fn listing() -> Listing {
    let families = PLANTS.families().iter().map(|family| ListedFamily {
        name: family.name.to_owned(),
        question: family.question.to_owned(),
        parts: family.members == Members::Parts,
        baseline: family.baseline().to_owned(),
        axis: family.axis.name.to_owned(),
        unit: family.axis.unit.to_owned(),
        sizes: family.sizes().collect(),
        workloads: family
            .workloads()
            .map(|entry| ListedWorkload {
                name: entry.name.to_owned(),
                sizes: family.sizes().collect(),
                concurrency: ListedConcurrency {
                    threads: entry.concurrency.threads,
                    ..ListedConcurrency::default()
                },
                ..ListedWorkload::default()
            })
            .collect(),
        ..ListedFamily::default()
    });
    Listing { schema: SCHEMA, families: families.collect() }
}

/// What is found of `plant`, the leading finding first.
fn found(plant: &str) -> &'static [Finding] {
    static RECORDED: OnceLock<Recorded> = OnceLock::new();
    let recorded = RECORDED.get_or_init(|| {
        let mut recorded = session().recorded.clone();
        let told = derive(&listing(), &mut recorded, &session().layout);
        assert!(told.is_empty(), "{told:?}");
        recorded
    });
    &recorded.case(&id(plant)).expect("it was counted").findings
}

fn kinds(findings: &[Finding]) -> Vec<Kind> {
    findings.iter().map(|finding| finding.kind).collect()
}

pub(crate) fn leading() -> Result<(), Failed> {
    let mut wrong = Vec::new();
    for (plant, kind, named) in PLANTED {
        match found(plant) {
            [leading, ..] if leading.kind == kind && leading.claim.contains(named) => {
                println!("{plant}: {kind}: {}", leading.claim);
            }
            other => wrong.push(format!("{plant}: not {kind}: {other:#?}")),
        }
    }
    if kinds(found("sorted")).contains(&Kind::Branching) {
        wrong.push("sorted: branching is named".to_owned());
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

pub(crate) fn both_halves() -> Result<(), Failed> {
    let found = found("fifty-fifty");
    let claim = found.first().map_or("nothing was found", |leading| leading.claim.as_str());
    let (told, tie) = claim.split_once("; as much by ").unwrap_or((claim, ""));
    let named = |text: &str, half: &str| text.contains(half);
    let both = named(told, "::left_half") && named(tie, "::right_half")
        || named(told, "::right_half") && named(tie, "::left_half");
    if both && kinds(found)[0] == Kind::HotFunction { Ok(()) } else { Err(format!("{found:#?}").into()) }
}

pub(crate) fn sets() -> Result<(), Failed> {
    let (growing, reserved) = (kinds(found("set")), kinds(found("reserved")));
    let names = |kind| (growing.contains(&kind), reserved.contains(&kind));
    if (names(Kind::Hashing), names(Kind::Growth)) == ((true, true), (true, false)) {
        Ok(())
    } else {
        Err(format!("{growing:?} growing, {reserved:?} with room").into())
    }
}
