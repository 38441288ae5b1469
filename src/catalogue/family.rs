//! A family asks one question; its workloads are the answers; a catalogue is a list of families.

use crate::workload::{Case, Entry, Floor};

/// What a step along the axis adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counts {
    /// More to do: time per unit is a figure.
    Work,
    /// More threads or processes that share one amount of work: speed-up is a figure, time per unit is none.
    Workers,
}

/// What a family's sizes count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Axis {
    /// Plural, for the axis of a plot: `elements`.
    pub name: &'static str,
    /// Singular, for "time per …": `element`.
    pub unit: &'static str,
    /// What a step along it adds.
    pub counts: Counts,
}

impl Axis {
    /// The axis of collections.
    pub const ELEMENTS: Self = Self::work("elements", "element");
    /// Bytes of a payload.
    pub const BYTES: Self = Self::work("bytes", "byte");
    /// Tasks handed out.
    pub const TASKS: Self = Self::work("tasks", "task");
    /// Time waited, in milliseconds.
    pub const MILLISECONDS: Self = Self::work("milliseconds", "millisecond");
    /// Threads that share one amount of work.
    pub const THREADS: Self = Self::workers("threads", "thread");

    /// An axis along which there is more to do.
    pub const fn work(name: &'static str, unit: &'static str) -> Self {
        Self { name, unit, counts: Counts::Work }
    }

    /// An axis along which more workers share the same work.
    pub const fn workers(name: &'static str, unit: &'static str) -> Self {
        Self { name, unit, counts: Counts::Workers }
    }
}

/// What the members of a family are to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Members {
    /// Ways to one answer, of which a user takes one: the family asks how. Findings may recommend one in another's place.
    Alternatives,
    /// Parts of one thing, or the same thing at other prices: the family asks what each costs, and none replaces another.
    Parts,
}

/// CPUs that this process may use; 1 where nobody can tell.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// One question, the workloads that answer it, and the sizes they are asked at.
#[derive(Clone, Copy)]
pub struct Family {
    /// `[a-z0-9-]`, at most 48 characters, because it becomes a file name.
    pub name: &'static str,
    /// The question, with its question mark.
    pub question: &'static str,
    /// What its members are to each other.
    pub members: Members,
    /// What a size counts.
    pub axis: Axis,
    /// Ascending. Workers beyond twice the cores of this machine are not asked: see [`Family::sizes`].
    pub sizes: &'static [usize],
    /// The baseline first. Several lines may share a name when their sizes do not overlap.
    pub entries: &'static [Entry],
}

impl Family {
    /// The name that every other member is compared with.
    pub fn baseline(&self) -> &'static str {
        self.entries.first().map_or("", |entry| entry.name)
    }

    /// Each workload once, in catalogue order.
    pub fn workloads(&self) -> impl Iterator<Item = &'static Entry> {
        let entries = self.entries;
        entries.iter().enumerate().filter_map(move |(index, entry)| {
            let first = entries.iter().position(|other| other.name == entry.name);
            (first == Some(index)).then_some(entry)
        })
    }

    /// The sizes asked here: all of them, but no more than twice as many workers as there are cores.
    pub fn sizes(&self) -> impl Iterator<Item = usize> + use<> {
        let most = match self.axis.counts {
            Counts::Work => usize::MAX,
            Counts::Workers => 2 * cores(),
        };
        self.sizes.iter().copied().filter(move |size| *size <= most)
    }

    /// The line of `workload` that runs at `size`, catalogued or not.
    pub fn entry(&self, workload: &str, size: usize) -> Option<&'static Entry> {
        self.entries.iter().find(|entry| entry.name == workload && entry.runs_at(size))
    }

    /// The least work that an answer needs at `size`, as the baseline states it.
    pub fn floor(&self, size: usize) -> Option<Floor> {
        self.entry(self.baseline(), size)?.floor(size)
    }

    /// Every case of the family, size by size within each workload.
    pub fn cases(&'static self) -> impl Iterator<Item = CaseRef> {
        self.entries.iter().flat_map(move |entry| {
            self.sizes().filter(|size| entry.runs_at(*size)).map(move |size| CaseRef {
                family: self,
                entry,
                size,
            })
        })
    }

    /// `workload` at `size`, catalogued or not.
    pub fn case(&'static self, workload: &str, size: usize) -> Option<CaseRef> {
        self.entry(workload, size).map(|entry| CaseRef { family: self, entry, size })
    }
}

/// A workload at a size, named but not yet prepared.
#[derive(Clone, Copy)]
pub struct CaseRef {
    /// The family it belongs to.
    pub family: &'static Family,
    /// Its catalogue line.
    pub entry: &'static Entry,
    /// Its size, on the family's axis.
    pub size: usize,
}

impl CaseRef {
    /// Builds the input; the case is then ready to be measured.
    pub fn prepare(&self) -> Box<dyn Case> {
        self.entry.prepare(self.size)
    }

    /// Why it cannot run on this machine, in one line.
    pub fn unavailable(&self) -> Option<String> {
        self.entry.unavailable(self.size)
    }
}

impl std::fmt::Display for CaseRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}@{}", self.family.name, self.entry.name, self.size)
    }
}

/// A list of families. Another crate can bring its own and get every instrument and the report.
#[derive(Clone, Copy)]
pub struct Catalogue {
    families: &'static [Family],
}

impl Catalogue {
    /// A catalogue of `families`.
    pub const fn new(families: &'static [Family]) -> Self {
        Self { families }
    }

    /// The families, in the order in which pages show them.
    pub fn families(&self) -> &'static [Family] {
        self.families
    }

    /// Every case, family by family.
    pub fn cases(&self) -> impl Iterator<Item = CaseRef> {
        self.families.iter().flat_map(Family::cases)
    }

    /// The family named `name`.
    pub fn family(&self, name: &str) -> Option<&'static Family> {
        self.families.iter().find(|family| family.name == name)
    }

    /// `workload` of `family` at `size`, catalogued or not.
    pub fn case(&self, family: &str, workload: &str, size: usize) -> Option<CaseRef> {
        self.family(family)?.case(workload, size)
    }
}
