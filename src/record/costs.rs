//! What each function of a case costs, counted exactly: the table behind its instruction flamegraph.

use serde::{Deserialize, Serialize};

/// The costs of one profile of a case, over all its iterations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Costs {
    /// [`SCHEMA`](super::SCHEMA) of this file.
    pub schema: u32,
    /// Iterations that the profile covers.
    pub iterations: u64,
    /// Instructions of all functions.
    pub instructions: u64,
    /// Branches executed, conditional and indirect, and those that a simulated predictor guessed wrong; `None` where none
    /// was simulated.
    pub branches: Option<Branches>,
    /// Functions, inlined ones included, most own instructions first.
    pub functions: Vec<FunctionCost>,
}

/// Branches, and how many of them were guessed wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Branches {
    /// Executed.
    pub executed: u64,
    /// Guessed wrong.
    pub mispredicted: u64,
}

/// What one function costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FunctionCost {
    /// Its name, as in flamegraphs.
    pub name: String,
    /// Instructions of its own.
    pub own: u64,
    /// The same with what it calls: the weight of the stacks that it is in.
    pub inclusive: u64,
    /// How often it was called; `None` where it is inlined everywhere.
    pub calls: Option<u64>,
    /// Whether all of it was inlined into others.
    pub inlined: bool,
    /// Its own branches, where they were simulated.
    pub branches: Option<Branches>,
}
