//! The catalogue as data: what `perflab list --json` prints, and what pages need to know of it.

use serde::{Deserialize, Serialize};

use super::CaseId;

/// Every family, workload and size.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Listing {
    /// [`SCHEMA`](super::SCHEMA).
    pub schema: u32,
    /// In the order in which pages show them.
    pub families: Vec<ListedFamily>,
}

/// One question and its answers.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ListedFamily {
    /// Its name.
    pub name: String,
    /// The question.
    pub question: String,
    /// Whether its members take a thing apart, and none replaces another; else they are ways to one answer.
    #[serde(default)]
    pub parts: bool,
    /// The workload that others are compared with.
    pub baseline: String,
    /// What a size counts, plural: `elements`.
    pub axis: String,
    /// The same, singular: `element`.
    pub unit: String,
    /// What a step along it adds.
    #[serde(default)]
    pub counts: ListedCounts,
    /// Ascending.
    pub sizes: Vec<usize>,
    /// The baseline first.
    pub workloads: Vec<ListedWorkload>,
    /// The least work that an answer needs, where it can be said; ascending by size.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub floors: Vec<ListedFloor>,
}

/// One answer.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ListedWorkload {
    /// Its name within the family.
    pub name: String,
    /// What it stresses.
    pub about: String,
    /// The kernel of the study notes that it repeats.
    pub mirrors: Option<String>,
    /// Whether CPython has a twin of that kernel.
    #[serde(default)]
    pub python: bool,
    /// The sizes it runs at; the family's own, or fewer.
    pub sizes: Vec<usize>,
    /// What runs beside the measuring thread.
    #[serde(default)]
    pub concurrency: ListedConcurrency,
    /// At which sizes its schedule bounds the speed-up over the baseline on this machine, and by how much; ascending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub speedup_bounds: Vec<SpeedupBound>,
    /// What it is in a comparison of doing work here with handing it over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<ListedRole>,
    /// Which costs it leaves out that siblings pay for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spares: Vec<Spare>,
    /// Whether its output is a shorter form of its siblings', of which it then replaces none.
    #[serde(default)]
    pub abbreviates: bool,
    /// Why it cannot run on this machine at some size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unavailable: Option<String>,
}

impl ListedWorkload {
    /// The largest speed-up over the baseline that the schedule allows at `size` on this machine.
    pub fn speedup_bound(&self, size: usize) -> Option<SpeedupBound> {
        self.speedup_bounds.iter().copied().find(|bound| bound.size == size)
    }
}

/// What a step along a family's axis adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ListedCounts {
    /// More to do: time per unit is a figure.
    #[default]
    Work,
    /// More threads or processes that share one amount of work: speed-up is a figure.
    Workers,
}

/// What a workload is in a comparison of doing work here with handing it over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ListedRole {
    /// Does the work where it is called.
    Direct,
    /// Has the same work done elsewhere, one item at a time, and brings the result back.
    HandedOver,
}

/// What runs beside the measuring thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ListedConcurrency {
    /// Other threads do part of the work.
    pub threads: bool,
    /// Other processes do part of the work.
    pub processes: bool,
    /// A thread may wait by spinning.
    pub spins: bool,
}

/// The largest speed-up that a schedule allows, by counting work.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SpeedupBound {
    /// At this size.
    pub size: usize,
    /// Times as fast as the family's baseline.
    pub speedup: f64,
    /// The least that turns among more threads than cores leave; `None` where none are taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_worst: Option<f64>,
}

/// A cost that a workload leaves out and a sibling pays for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spare {
    /// The name of a [`FindingKind`](super::FindingKind).
    pub cost: String,
    /// The sibling.
    pub of: String,
}

/// What no way to the answer can do without, counted. A count of 0 is of what is not needed, or not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ListedFloor {
    /// At this size.
    pub size: usize,
    /// Bytes that the answer consists of.
    pub bytes_written: u64,
    /// Heap blocks that hold it.
    pub allocations: u64,
    /// Divisions of 64 bits.
    pub divisions: u64,
    /// Processes started and awaited.
    pub processes: u64,
    /// Nanoseconds that were asked to be waited.
    pub waited_ns: u64,
}

impl ListedFamily {
    /// Whether its members are alternatives to each other, of which one may be recommended in another's place.
    pub fn offers_alternatives(&self) -> bool {
        !self.parts
    }

    /// Its member named `name`.
    pub fn workload(&self, name: &str) -> Option<&ListedWorkload> {
        self.workloads.iter().find(|workload| workload.name == name)
    }

    /// The least work that an answer needs at `size`.
    pub fn floor(&self, size: usize) -> Option<&ListedFloor> {
        self.floors.iter().find(|floor| floor.size == size)
    }
}

impl Listing {
    /// The family named `name`.
    pub fn family(&self, name: &str) -> Option<&ListedFamily> {
        self.families.iter().find(|family| family.name == name)
    }

    /// Every case, with its family and its member, in the order of the catalogue.
    pub fn cases(&self) -> impl Iterator<Item = (&ListedFamily, &ListedWorkload, CaseId)> {
        let members = self
            .families
            .iter()
            .flat_map(|family| family.workloads.iter().map(move |workload| (family, workload)));
        members.flat_map(|(family, workload)| {
            workload.sizes.iter().map(move |size| {
                let (family_name, workload_name) = (family.name.clone(), workload.name.clone());
                (family, workload, CaseId { family: family_name, workload: workload_name, size: *size })
            })
        })
    }
}
