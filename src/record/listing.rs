//! The catalogue as data: what `perflab list --json` prints, and what pages need to know of it.

use serde::{Deserialize, Serialize};

/// Every family, workload and size.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// [`SCHEMA`](super::SCHEMA).
    pub schema: u32,
    /// In the order in which pages show them.
    pub families: Vec<ListedFamily>,
}

/// One question and its answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedFamily {
    /// Its name.
    pub name: String,
    /// The question.
    pub question: String,
    /// The workload that others are compared with.
    pub baseline: String,
    /// What a size counts, plural: `elements`.
    pub axis: String,
    /// The same, singular: `element`.
    pub unit: String,
    /// Ascending.
    pub sizes: Vec<usize>,
    /// The baseline first.
    pub workloads: Vec<ListedWorkload>,
}

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedWorkload {
    /// Its name within the family.
    pub name: String,
    /// What it stresses.
    pub about: String,
    /// The kernel of the study notes that it repeats.
    pub mirrors: Option<String>,
    /// The sizes it runs at; the family's own, or fewer.
    pub sizes: Vec<usize>,
}

impl Listing {
    /// The family named `name`.
    pub fn family(&self, name: &str) -> Option<&ListedFamily> {
        self.families.iter().find(|family| family.name == name)
    }
}
