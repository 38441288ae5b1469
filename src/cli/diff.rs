//! `perflab diff`: differential flamegraphs, per iteration, of two cases. The pages' own, against baselines, come from
//! here too.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::SystemTime;

use anyhow::{Context, bail};
use rayon::prelude::*;

use super::stacks::{self, From};
use super::{Folders, WrongUsage, print};
use crate::catalogue::Catalogue;
use crate::instruments::folded::{Cost, Side, draw_differential};
use crate::record::{
    CaseId, Folded, InstrumentName, Layout, Listing, Metric, Recorded, load, write_atomically,
};

/// What `perflab diff` is asked.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// A case id, `family/workload@size`: the picture is as wide as what this one costs
    case: String,
    /// What it is held against; its family's baseline at the same size if nothing is said
    other: Option<String>,
    /// Whose stacks; instructions where both have them, else samples
    #[arg(long, value_name = "STACKS")]
    from: Option<From>,
    #[command(flatten)]
    folders: Folders,
}

pub(super) fn diff(catalogue: &Catalogue, arguments: Arguments) -> anyhow::Result<()> {
    let layout = arguments.folders.layout();
    let id = stacks::case_id(catalogue, &arguments.case)?;
    let other = match arguments.other.as_deref() {
        Some(other) => stacks::case_id(catalogue, other)?,
        None => baseline(catalogue, &id)?,
    };
    if other == id {
        let same = format!("`{id}` against itself: name another case, `perflab diff {id} OTHER`");
        return Err(WrongUsage(same).into());
    }
    let has = |from: From| [&id, &other].iter().all(|id| from.file(&layout, id).is_file());
    let from =
        arguments.from.unwrap_or(if has(From::Instructions) { From::Instructions } else { From::Samples });
    let loaded = load(&layout)?;
    for problem in &loaded.problems {
        eprintln!("warning: {problem}");
    }
    let recorded = Recorded::merge(&loaded.runs);
    let shown = Half::of(catalogue, &layout, &recorded, &id, from)?;
    let against = Half::of(catalogue, &layout, &recorded, &other, from)?;
    for picture in draw(&layout, &shown, &against, from)? {
        print(&format!("{}\n", picture.display()))?;
    }
    eprintln!("the first is as wide as `{id}`, the second as `{other}`; red costs `{id}` more, blue less");
    Ok(())
}

/// The baseline of the family of `id`, at its size.
fn baseline(catalogue: &Catalogue, id: &CaseId) -> Result<CaseId, WrongUsage> {
    let family = catalogue.families().iter().find(|family| family.name == id.family);
    match family {
        Some(family) => Ok(CaseId { workload: family.baseline().to_owned(), ..id.clone() }),
        None => Err(WrongUsage(format!("no family `{}`; `perflab list` prints them all", id.family))),
    }
}

/// What an iteration of a case costs, and the stacks that share it.
struct Half {
    id: CaseId,
    side: Side,
}

/// What the stacks of an instrument count, and the metric that says how much of it an iteration takes.
fn cost(from: From) -> Option<(Cost, Metric)> {
    match from {
        From::Samples => Some((Cost::Time, Metric::TimeNs)),
        From::Instructions => Some((Cost::Instructions, Metric::Instructions)),
        From::Heap => Some((Cost::HeapBytes, Metric::HeapBytes)),
        From::Waits => None,
    }
}

impl Half {
    fn of(
        catalogue: &Catalogue,
        layout: &Layout,
        recorded: &Recorded,
        id: &CaseId,
        from: From,
    ) -> anyhow::Result<Self> {
        let Some((_, metric)) = cost(from) else {
            let waits = "waits are wall time of all threads over the whole measurement: --from samples, instructions or heap";
            return Err(WrongUsage(waits.to_owned()).into());
        };
        let folded = stacks::read(catalogue, layout, id, from)?;
        let Some(per_iteration) = per_iteration(recorded, id, metric) else {
            let instrument = if metric == Metric::TimeNs { InstrumentName::Time } else { from.instrument() };
            bail!("no {} of `{id}` is recorded: `just {instrument} '^{id}$'` takes it", metric.as_str());
        };
        Ok(Self::new(id, &folded, per_iteration))
    }

    fn new(id: &CaseId, folded: &Folded, per_iteration: f64) -> Self {
        Self { id: id.clone(), side: Side::new(id.to_string(), folded, per_iteration) }
    }
}

fn per_iteration(recorded: &Recorded, id: &CaseId, metric: Metric) -> Option<f64> {
    let value = recorded.case(id)?.measurement(metric)?.value;
    (value.is_finite() && value > 0.0).then_some(value)
}

/// Draws the two pictures of a pair and returns where they are.
fn draw(layout: &Layout, shown: &Half, against: &Half, from: From) -> anyhow::Result<[PathBuf; 2]> {
    let (cost, _) = cost(from).context("these stacks are not compared")?;
    let [as_shown, as_other] = layout.differential(&shown.id, &against.id, from.as_str());
    let drawn = [
        (as_shown, draw_differential(&shown.side, &against.side, false, cost)),
        (as_other, draw_differential(&against.side, &shown.side, true, cost)),
    ];
    let mut paths = Vec::new();
    for (path, svg) in drawn {
        let svg = svg.with_context(|| format!("`{}` against `{}`", shown.id, against.id))?;
        // A picture that is the same is left as it is: reading is cheaper than replacing a file.
        if std::fs::read(&path).ok().as_deref() != Some(&svg) {
            write_atomically(&path, &svg)?;
        }
        paths.push(path);
    }
    Ok(paths.try_into().expect("two were drawn"))
}

/// Draws what pages show first, each member against its baseline, where it is not drawn yet from what is recorded now:
/// all sizes would take longer than all pages. Returns what could not be drawn, a line each.
/// A picture less is no reason to have no pages.
pub(super) fn against_baselines(listing: &Listing, recorded: &Recorded, layout: &Layout) -> Vec<String> {
    let newest_run =
        newest(std::fs::read_dir(layout.runs()).into_iter().flatten().flatten().map(|run| run.path()));
    let pairs = crate::report::shown_against_baselines(listing, recorded);
    // Pairs know nothing of each other, so the cores share them; members of a family share what their baseline's stacks are.
    let families: Vec<_> = pairs.chunk_by(|(_, one), (_, other)| one == other).collect();
    let problems = families.into_par_iter().flat_map(|members| {
        let baselines = [From::Instructions, From::Samples].map(|from| (from, OnceLock::new()));
        let draw_one = move |(id, baseline): &(CaseId, CaseId)| {
            let has = |from: From| [id, baseline].iter().all(|id| from.file(layout, id).is_file());
            let (from, of_baseline) = baselines.iter().find(|(from, _)| has(*from))?;
            let from = *from;
            let inputs = newest([from.file(layout, id), from.file(layout, baseline)]).max(newest_run);
            let pictures = layout.differential(id, baseline, from.as_str());
            if pictures.iter().all(|picture| newest([picture]) >= inputs) {
                return None;
            }
            let shown = half(layout, recorded, id, from)?;
            let against = of_baseline.get_or_init(|| half(layout, recorded, baseline, from)).as_ref()?;
            let error = draw(layout, &shown, against, from).err()?;
            Some(format!("no differential flamegraph of `{id}`: {error:#}"))
        };
        members.par_iter().filter_map(draw_one)
    });
    problems.collect()
}

/// A half of what is there; `None` where stacks or the metric are not.
fn half(layout: &Layout, recorded: &Recorded, id: &CaseId, from: From) -> Option<Half> {
    let (_, metric) = cost(from)?;
    let text = std::fs::read(from.file(layout, id)).ok()?;
    let folded = Folded::parse(&String::from_utf8_lossy(&text)).folded;
    let per_iteration = per_iteration(recorded, id, metric)?;
    (folded.total() > 0).then(|| Half::new(id, &folded, per_iteration))
}

/// When the newest of `files` was written; `None`, which is before all, where none is there.
fn newest(files: impl IntoIterator<Item = impl AsRef<Path>>) -> Option<SystemTime> {
    files.into_iter().filter_map(|file| std::fs::metadata(file).and_then(|file| file.modified()).ok()).max()
}
