//! `perflab compare --recorded FILE`: what is recorded now against a run of another day or machine. Runs nothing.

use std::path::Path;

use anyhow::bail;

use crate::analysis::{differences, unpaired, without_times};
use crate::record::{
    CaseId, ComparedBuild, Comparison, Environment, Layout, NumberKind, Recorded, SCHEMA, load, load_run,
    told,
};

/// What times of two moments are worth.
const UNPAIRED: &str = "times were taken at different moments: what the machine did between them is in every ratio. \
                        `perflab compare REV` interleaves the builds, and its word is the one to act on";

/// The comparison of the run in `file` with what `layout` holds.
///
/// # Errors
/// When either side cannot be read or holds nothing, and, unless by `force`, when machine or build are unlike. Where it is the
/// counts that are gated on, it is enough that these compare; times are left out then.
pub(super) fn recorded(
    layout: &Layout,
    file: &Path,
    filter: Option<&str>,
    tolerance: f64,
    force: bool,
    gates_counts: bool,
) -> anyhow::Result<Comparison> {
    let before = load_run(file)?;
    let runs = load(layout)?.runs;
    let now = Recorded::merge(&runs);
    let Some(environment) = now.environment.clone() else {
        bail!("{} holds no run to compare with: `just bench` records one", layout.runs().display());
    };
    let filter = filter.map(crate::instruments::filter).transpose()?;
    let wanted =
        |id: &CaseId| filter.as_ref().is_none_or(|filter| filter.is_match(id.to_string().as_bytes()));
    let mut notes = vec![UNPAIRED.to_owned()];
    notes.extend(before.warnings.iter().map(|warning| format!("{}: {warning}", file.display())));
    notes.extend(now.warnings.iter().cloned());
    let unlike = differences(&before, &runs, NumberKind::Time, wanted);
    let counts_compare = gates_counts && differences(&before, &runs, NumberKind::Count, wanted).is_empty();
    if !unlike.is_empty() && counts_compare && !force {
        notes.push(format!("times are left out, which do not compare: {}", told(&unlike)));
    } else if !unlike.is_empty() {
        let unlike = told(&unlike);
        if !force {
            bail!(
                "{}: {unlike}; numbers of unlike machines or builds do not compare: record both on one, or \
                 `perflab compare --recorded {} --force` prints them with this warning",
                file.display(),
                file.display()
            );
        }
        notes.push(format!("compared by force: {unlike}; these numbers do not compare"));
    }
    let (mut cases, [only_before, only_after]) = unpaired(&before, &now, wanted);
    if cases.is_empty() {
        bail!(
            "{} and {} have no such case in common: `perflab list`",
            file.display(),
            layout.runs().display()
        );
    }
    if !unlike.is_empty() && counts_compare && !force {
        without_times(&mut cases);
    }
    let side = |environment: &Environment| ComparedBuild {
        revision: environment.revision.clone(),
        dirty: environment.dirty,
        placements: 0,
    };
    Ok(Comparison {
        schema: SCHEMA,
        taken_at: crate::instruments::now(),
        before: side(&before.environment),
        after: side(&environment),
        environment,
        tolerance,
        cases,
        only_before,
        only_after,
        gate_counts: false,
        notes,
        interrupted: false,
    })
}
