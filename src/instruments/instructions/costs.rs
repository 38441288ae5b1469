//! What each function costs, inlined ones included: from Callgrind's call graph to stacks of instructions and a table.

mod cycles;
mod flow;
mod frames;
mod stacks;
#[cfg(test)]
mod tests;

use std::path::Path;

use super::call_graph::CallGraph;
use crate::instruments::folded::Caption;
use crate::record::{Branches, CaseId, Costs, Folded, SCHEMA};
use flow::Flow;
use frames::{Frames, Symbolic};
use stacks::Stacks;

/// The costs of a profile.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Taken {
    /// Instructions by stack, below the measured loop.
    pub(super) folded: Folded,
    /// The table.
    pub(super) costs: Costs,
    /// Why inlined functions are not told apart, where they are not.
    lumped: Option<String>,
}

/// The costs in `graph`, of `iterations` in a process that ran `executable`, which is this one.
pub(super) fn take(graph: &CallGraph, executable: &Path, has_threads: bool, iterations: u64) -> Taken {
    match resolved(graph, executable) {
        Ok(mut frames) => from(graph, &mut *frames, has_threads, iterations, None),
        Err(reason) => from(graph, &mut Symbolic, has_threads, iterations, Some(reason)),
    }
}

#[cfg(target_os = "linux")]
fn resolved(graph: &CallGraph, executable: &Path) -> Result<Box<dyn Frames>, String> {
    Ok(Box::new(frames::Resolved::of(graph, executable)?))
}

#[cfg(not(target_os = "linux"))]
fn resolved(_: &CallGraph, _: &Path) -> Result<Box<dyn Frames>, String> {
    Err("addresses are looked up on Linux alone".to_owned())
}

fn from(
    graph: &CallGraph,
    frames: &mut dyn Frames,
    has_threads: bool,
    iterations: u64,
    lumped: Option<String>,
) -> Taken {
    let stacks = Stacks::of(Flow::of(graph, frames), has_threads, graph.has_branches);
    let branches = Branches { executed: graph.total.branches, mispredicted: graph.total.mispredicted };
    let costs = Costs {
        schema: SCHEMA,
        iterations,
        instructions: graph.total.instructions,
        branches: graph.has_branches.then_some(branches),
        functions: stacks.functions,
    };
    Taken { folded: stacks.folded, costs, lumped }
}

impl Taken {
    /// How the stacks were taken: what stands under their picture.
    pub(super) fn caption(&self, id: &CaseId) -> Caption {
        let Costs { iterations, instructions, .. } = &self.costs;
        let inlined = match &self.lumped {
            None => String::new(),
            Some(reason) => format!("; inlined functions not told apart: {reason}"),
        };
        Caption {
            title: id.to_string(),
            subtitle: format!(
                "{instructions} instructions of {iterations} iterations, by Callgrind; callers share by what their calls cost{inlined}"
            ),
            count_name: "instructions",
        }
    }
}
