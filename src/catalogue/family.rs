//! A family asks one question; its workloads are the answers; a catalogue is a list of families.

use crate::workload::{Case, Entry};

/// What a family's sizes count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Axis {
    /// Plural, for the axis of a plot: `elements`.
    pub name: &'static str,
    /// Singular, for "time per …": `element`.
    pub unit: &'static str,
}

impl Axis {
    /// The axis of collections.
    pub const ELEMENTS: Self = Self { name: "elements", unit: "element" };
}

/// One question, the workloads that answer it, and the sizes they are asked at.
#[derive(Clone, Copy)]
pub struct Family {
    /// `[a-z0-9-]`, at most 48 characters, because it becomes a file name.
    pub name: &'static str,
    /// The question, with its question mark.
    pub question: &'static str,
    /// What a size counts.
    pub axis: Axis,
    /// Ascending.
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

    /// The line of `workload` that runs at `size`, catalogued or not.
    pub fn entry(&self, workload: &str, size: usize) -> Option<&'static Entry> {
        self.entries.iter().find(|entry| entry.name == workload && entry.runs_at(size))
    }

    /// Every case of the family, size by size within each workload.
    pub fn cases(&'static self) -> impl Iterator<Item = CaseRef> {
        self.entries.iter().flat_map(move |entry| {
            self.sizes.iter().filter(|size| entry.runs_at(**size)).map(move |size| CaseRef {
                family: self,
                entry,
                size: *size,
            })
        })
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
}
