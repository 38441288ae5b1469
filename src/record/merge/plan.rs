//! What a merge will write, worked out from what both sides hold. Writes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::transaction::Transaction;
use super::{Folder, MergeError, Merged};
use crate::record::{
    BriefRun, CaseId, Environment, InstrumentName, Layout, NumberKind, RecordError, Run, SCHEMA, told,
};

/// What a merge will write.
pub(super) struct Plan {
    pub(super) told: Merged,
    sources: Vec<Source>,
}

/// What one folder brings.
struct Source {
    layout: Layout,
    runs: Vec<Run>,
    history: Vec<BriefRun>,
    /// Whose raw output replaces ours.
    wins: BTreeSet<(CaseId, InstrumentName)>,
}

/// Whose numbers stand for an instrument and a case so far.
struct Holder {
    taken_at: String,
    whose: String,
}

impl Plan {
    /// Checks that `folders` may be joined, with each other too, and works out what wins.
    pub(super) fn of(own: &Folder, folders: Vec<Folder>, force: bool) -> Result<Self, MergeError> {
        let mut plan = Self { told: Merged::default(), sources: Vec::new() };
        let mut sides = Sides::default();
        sides.admit(&standing(own));
        let mut runs: BTreeMap<String, Run> =
            own.runs.iter().map(|run| (run.id.clone(), run.clone())).collect();
        let mut history: BTreeMap<String, BriefRun> =
            own.history.iter().map(|run| (run.id.clone(), run.clone())).collect();
        let mut holders: BTreeMap<(CaseId, InstrumentName), Holder> = own
            .taken()
            .into_iter()
            .map(|(key, taken_at)| (key, Holder { taken_at, whose: "this tree".into() }))
            .collect();
        for folder in folders {
            let name = folder.path.display().to_string();
            let shown: Vec<&Run> = folder.shown().collect();
            let warning = sides.check(&folder.path, &shown, force)?;
            // What comes in by force speaks for no one: the next is held against what stood here before.
            if warning.is_none() {
                sides.admit(&shown);
            }
            drop(shown);
            let wins = plan.contest(&folder, &name, &mut holders);
            let mut source = Source { layout: folder.layout, runs: Vec::new(), history: Vec::new(), wins };
            let warned: Vec<String> = warning.into_iter().collect();
            let mut names = BTreeMap::new();
            for mut run in folder.runs {
                add(&mut run.warnings, &warned);
                let id = run.id.clone();
                match free_name(&id, |name| runs.get(name).map(|known| same_run(known, &run))) {
                    Some(free) => {
                        names.insert(id, free.clone());
                        run.id.clone_from(&free);
                        runs.insert(free, run.clone());
                        plan.told.runs += 1;
                        source.runs.push(run);
                    }
                    None => plan.told.known += 1,
                }
            }
            for mut run in folder.history {
                add(&mut run.warnings, &warned);
                // It goes by its run's name, when that is here.
                let id = names.get(&run.id).unwrap_or(&run.id).clone();
                run.id.clone_from(&id);
                if let Some(free) =
                    free_name(&id, |name| history.get(name).map(|known| same_brief(known, &run)))
                {
                    run.id.clone_from(&free);
                    history.insert(free, run.clone());
                    source.history.push(run);
                }
            }
            plan.told.notes.extend(warned);
            plan.sources.push(source);
        }
        let cases: BTreeSet<&CaseId> = plan
            .sources
            .iter()
            .flat_map(|source| source.runs.iter().flat_map(|run| run.cases.iter().map(|record| &record.id)))
            .collect();
        plan.told.cases = cases.len();
        Ok(plan)
    }

    /// Notes which cases both sides measured and who is newer; returns where `folder` is.
    fn contest(
        &mut self,
        folder: &Folder,
        name: &str,
        holders: &mut BTreeMap<(CaseId, InstrumentName), Holder>,
    ) -> BTreeSet<(CaseId, InstrumentName)> {
        let mut wins = BTreeSet::new();
        // A line a case and outcome, not one an instrument.
        let mut lines: BTreeMap<(CaseId, String), Vec<&'static str>> = BTreeMap::new();
        for ((id, instrument), taken_at) in folder.taken() {
            let key = (id.clone(), instrument);
            match holders.get(&key) {
                Some(holder) if holder.taken_at == taken_at => continue,
                Some(Holder { taken_at: theirs, whose }) => {
                    let wins_here = taken_at > *theirs;
                    let line = match wins_here {
                        true => format!("{name}'s of {taken_at} is newer than {whose}'s of {theirs}"),
                        false => format!("{whose}'s of {theirs} is newer than {name}'s of {taken_at}"),
                    };
                    lines.entry((id, line)).or_default().push(instrument.as_str());
                    if !wins_here {
                        continue;
                    }
                }
                None => {}
            }
            holders.insert(key.clone(), Holder { taken_at, whose: name.to_owned() });
            wins.insert(key);
        }
        for ((id, line), instruments) in lines {
            self.told.notes.push(format!("{id} ({}): {line}", instruments.join(", ")));
        }
        wins
    }

    /// Puts everything that is to be written beside its place.
    pub(super) fn stage(&self, layout: &Layout, transaction: &mut Transaction) -> Result<(), RecordError> {
        for source in &self.sources {
            let mut families = BTreeSet::new();
            for (id, instrument) in &source.wins {
                let theirs = source.layout.raw_output(*instrument, id);
                for (from, to) in theirs.iter().zip(layout.raw_output(*instrument, id)) {
                    transaction.stage_copy(from, &to)?;
                }
                if *instrument == InstrumentName::Time {
                    families.insert(&id.family);
                }
            }
            for family in families {
                let (from, to) = (source.layout.criterion_family(family), layout.criterion_family(family));
                transaction.stage_copy(&from, &to)?;
            }
        }
        // Records come last: until they stand, nothing refers to what came before them.
        for source in &self.sources {
            for run in &source.history {
                transaction.stage_json(run, &layout.history_file(&run.id))?;
            }
        }
        for source in &self.sources {
            for run in &source.runs {
                transaction.stage_json(run, &layout.run_file(&run.id))?;
            }
        }
        Ok(())
    }
}

/// The runs that speak for this tree: those shown that were not joined by force; where there are none, the older ones that were
/// not, which those by force have overtaken; and where all were, they are what stands here.
fn standing(own: &Folder) -> Vec<&Run> {
    let is_own = |run: &&Run| run.warnings.is_empty();
    let shown: Vec<&Run> = own.shown().collect();
    let shown_own: Vec<&Run> = shown.iter().copied().filter(is_own).collect();
    let any_own: Vec<&Run> = own.runs.iter().filter(is_own).collect();
    [shown_own, any_own].into_iter().find(|runs| !runs.is_empty()).unwrap_or(shown)
}

/// The environments that others are held against: every one, and those that times were taken in. None was joined by force.
#[derive(Default)]
struct Sides {
    all: Vec<Environment>,
    timed: Vec<Environment>,
}

impl Sides {
    fn admit(&mut self, runs: &[&Run]) {
        for run in runs {
            self.all.push(run.environment.clone());
            if has_times(run) {
                self.timed.push(run.environment.clone());
            }
        }
    }

    /// Whether `runs` may join; the warning when they do by force.
    fn check(&self, path: &Path, runs: &[&Run], force: bool) -> Result<Option<String>, MergeError> {
        // Of what is here the newest speaks: what an older compiler left is a matter of this tree alone.
        let unlike = |here: Option<&Environment>, run: &Run, kind| {
            here.map(|here| here.differences(&run.environment, kind))
                .filter(|differences| !differences.is_empty())
        };
        let path = path.to_owned();
        for run in runs {
            if let Some(differences) = unlike(self.all.last(), run, NumberKind::Count) {
                return match force {
                    true => Ok(Some(warning("numbers of unlike toolchains", &path, &told(&differences)))),
                    false => Err(MergeError::UnlikeToolchain { path, differences }),
                };
            }
        }
        for run in runs.iter().filter(|run| has_times(run)) {
            if let Some(differences) = unlike(self.timed.last(), run, NumberKind::Time) {
                return match force {
                    true => Ok(Some(warning("times of unlike machines", &path, &told(&differences)))),
                    false => Err(MergeError::UnlikeMachine { path, differences }),
                };
            }
        }
        Ok(None)
    }
}

fn warning(what: &str, path: &Path, differences: &str) -> String {
    format!("{what} were joined by force, from {}: {differences}; they do not compare", path.display())
}

fn has_times(run: &Run) -> bool {
    let numbers = run.cases.iter().flat_map(|record| &record.measurements);
    numbers.into_iter().any(|number| number.instrument.number_kind() == NumberKind::Time)
}

fn add(warnings: &mut Vec<String>, new: &[String]) {
    warnings.extend(new.iter().filter(|warning| !warnings.contains(warning)).cloned().collect::<Vec<_>>());
}

/// `id`, or the first of `id-2`, `id-3`, … that is free: machines that begin in the same second may give their runs the
/// same name. `None` when one of them is the very same record.
fn free_name(id: &str, known: impl Fn(&str) -> Option<bool>) -> Option<String> {
    let mut name = id.to_owned();
    for number in 2.. {
        match known(&name) {
            None => return Some(name),
            Some(true) => return None,
            Some(false) => name = format!("{id}-{number}"),
        }
    }
    None
}

fn same_run(known: &Run, new: &Run) -> bool {
    let new = Run { id: known.id.clone(), warnings: known.warnings.clone(), schema: SCHEMA, ..new.clone() };
    Run { schema: SCHEMA, ..known.clone() } == new
}

fn same_brief(known: &BriefRun, new: &BriefRun) -> bool {
    let new =
        BriefRun { id: known.id.clone(), warnings: known.warnings.clone(), schema: SCHEMA, ..new.clone() };
    BriefRun { schema: SCHEMA, ..known.clone() } == new
}
