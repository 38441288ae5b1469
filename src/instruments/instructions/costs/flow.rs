//! How cost flows from functions to their callers. Callgrind counts what the calls along each arc cost, but not what its
//! callers' callers were at the time: a function's whole cost is split among its callers in proportion to their arcs, as
//! gprof does (Graham, Kessler, McKusick, "gprof: a call graph execution profiler", SIGPLAN 1982), with exact arcs in place
//! of gprof's guesses from counts of calls. Functions that call each other in a circle are taken as one.

use std::collections::{BTreeMap, HashMap};

use super::cycles::components;
use super::frames::Frames;
use crate::instruments::instructions::call_graph::{CallGraph, Cost};

/// A frame's name, by its number in [`FrameNames`].
pub(super) type FrameId = usize;

/// Names of frames, each once.
#[derive(Debug, Default)]
pub(super) struct FrameNames {
    texts: Vec<String>,
    ids: HashMap<String, FrameId>,
}

impl FrameNames {
    pub(super) fn id(&mut self, name: String) -> FrameId {
        if let Some(id) = self.ids.get(&name) {
            return *id;
        }
        self.texts.push(name.clone());
        self.ids.insert(name, self.texts.len() - 1);
        self.texts.len() - 1
    }

    pub(super) fn text(&self, id: FrameId) -> &str {
        self.texts.get(id).map_or("", String::as_str)
    }

    pub(super) fn len(&self) -> usize {
        self.texts.len()
    }
}

/// The frames of an instruction: its function, and below it what was inlined there.
pub(super) type Chain = Vec<FrameId>;

/// Calls from one chain of frames to one function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) from: Chain,
    /// The name by which it is called, where that is another than its own.
    pub(super) asked_for: Option<FrameId>,
    pub(super) callee: usize,
    pub(super) calls: u64,
    /// Instructions that Callgrind counted along this arc.
    counted: u64,
    /// Instructions of the callee that this arc bears.
    pub(super) weight: u64,
}

/// A function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Node {
    /// Its own name; `None` where it neither costs nor calls anything.
    pub(super) name: Option<FrameId>,
    pub(super) own: Vec<(Chain, Cost)>,
    pub(super) calls: Vec<Call>,
}

/// Functions that can reach each other, or one alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Component {
    pub(super) members: Vec<usize>,
    pub(super) is_cycle: bool,
    /// Instructions of its members, and of what they call outside of it.
    pub(super) total: u64,
    /// Whether nobody is known to have called it.
    pub(super) is_root: bool,
}

/// A profile, its costs borne by their callers.
#[derive(Debug)]
pub(super) struct Flow {
    pub(super) names: FrameNames,
    pub(super) nodes: Vec<Node>,
    /// Callees before their callers.
    pub(super) components: Vec<Component>,
    /// The component of each node.
    pub(super) component_of: Vec<usize>,
}

impl Flow {
    /// The costs of `graph`, its frames named by `frames`.
    pub(super) fn of(graph: &CallGraph, frames: &mut dyn Frames) -> Self {
        let mut names = FrameNames::default();
        let mut nodes = nodes(graph, frames, &mut names);
        let leads_to = |node: &Node| {
            node.calls.iter().filter(|call| call.counted > 0).map(|call| call.callee).collect::<Vec<usize>>()
        };
        let edges: Vec<Vec<usize>> = nodes.iter().map(leads_to).collect();
        let mut component_of = vec![0; nodes.len()];
        let mut found = Vec::new();
        for members in components(&edges) {
            for member in &members {
                component_of[*member] = found.len();
            }
            let is_cycle = members.len() > 1 || members.iter().any(|member| edges[*member].contains(member));
            found.push(Component { members, is_cycle, total: 0, is_root: true });
        }
        bear(&mut nodes, &mut found, &component_of);
        Self { names, nodes, components: found, component_of }
    }
}

fn nodes(graph: &CallGraph, frames: &mut dyn Frames, names: &mut FrameNames) -> Vec<Node> {
    let mut nodes = Vec::with_capacity(graph.functions.len());
    for function in &graph.functions {
        let mut own: BTreeMap<Chain, Cost> = BTreeMap::new();
        for line in &function.lines {
            let chain =
                frames.at(graph, function, line.address).into_iter().map(|name| names.id(name)).collect();
            own.entry(chain).or_default().add(line.cost);
        }
        let mut calls: BTreeMap<(Chain, Option<FrameId>, usize), (u64, u64)> = BTreeMap::new();
        // One that was under way when counting began has no cost that is known: what it called is counted by itself.
        for arc in function.arcs.iter().filter(|arc| arc.calls > 0) {
            let from =
                frames.at(graph, function, arc.address).into_iter().map(|name| names.id(name)).collect();
            let callee = graph.functions.get(arc.callee).map(|callee| super::frames::name(graph, callee));
            let asked_for =
                frames.asked_for(function, arc.address).filter(|name| callee.as_ref() != Some(name));
            let asked_for = asked_for.map(|name| names.id(name));
            let (calls, counted) = calls.entry((from, asked_for, arc.callee)).or_default();
            *calls = calls.saturating_add(arc.calls);
            *counted = counted.saturating_add(arc.inclusive.instructions);
        }
        let calls: Vec<Call> = calls
            .into_iter()
            .map(|((from, asked_for, callee), (calls, counted))| Call {
                from,
                asked_for,
                callee,
                calls,
                counted,
                weight: 0,
            })
            .collect();
        let chains = own.keys().chain(calls.iter().map(|call| &call.from));
        let name = chains.filter_map(|chain| chain.first().copied()).next();
        nodes.push(Node { name, own: own.into_iter().collect(), calls });
    }
    nodes
}

/// Adds up each component, callees first, and has the calls from outside bear its total.
fn bear(nodes: &mut [Node], components: &mut [Component], component_of: &[usize]) {
    // By callee: who calls it, and by which of its calls.
    let mut callers: Vec<Vec<(usize, usize)>> = vec![Vec::new(); nodes.len()];
    for (caller, node) in nodes.iter().enumerate() {
        for (index, call) in node.calls.iter().enumerate().filter(|(_, call)| call.counted > 0) {
            callers[call.callee].push((caller, index));
        }
    }
    for (number, component) in components.iter_mut().enumerate() {
        let outside = |node: usize| component_of[node] != number;
        let mut bearers = Vec::new();
        for &member in &component.members {
            let own = nodes[member].own.iter().map(|(_, cost)| cost.instructions);
            // Within a circle nothing is borne: those weights are still zero.
            let called = nodes[member].calls.iter().map(|call| call.weight);
            component.total = own.chain(called).fold(component.total, u64::saturating_add);
            bearers.extend(callers[member].iter().copied().filter(|(caller, _)| outside(*caller)));
        }
        let counted: Vec<u64> =
            bearers.iter().map(|(caller, call)| nodes[*caller].calls[*call].counted).collect();
        component.is_root = bearers.is_empty();
        for ((caller, call), weight) in bearers.into_iter().zip(apportion(component.total, &counted)) {
            nodes[caller].calls[call].weight = weight;
        }
    }
}

/// `whole` split in proportion to `parts`, which together give it exactly; nothing where they are all zero.
pub(super) fn apportion(whole: u64, parts: &[u64]) -> Vec<u64> {
    let sum: u128 = parts.iter().map(|part| u128::from(*part)).sum();
    // Sums of more than 64 bits lose their last digits, so that the product below holds.
    let shift = (u128::BITS - sum.leading_zeros()).saturating_sub(u64::BITS);
    let (mut before, mut given) = (0_u128, 0_u64);
    parts
        .iter()
        .map(|part| {
            before += u128::from(*part);
            // At most `whole`, because `before` is at most `sum`.
            let until = (u128::from(whole) * (before >> shift)).checked_div(sum >> shift).unwrap_or(0) as u64;
            let share = until - given;
            given = until;
            share
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_add_up_to_the_whole() {
        assert_eq!(apportion(10, &[1, 1, 1]), [3, 3, 4]);
        assert_eq!(apportion(100, &[70, 30]), [70, 30]);
        assert_eq!(
            apportion(u64::MAX, &[u64::MAX, u64::MAX]).iter().map(|n| u128::from(*n)).sum::<u128>(),
            u128::from(u64::MAX)
        );
        assert_eq!(apportion(7, &[0, 0]), [0, 0]);
        assert_eq!(apportion(7, &[]), Vec::<u64>::new());
    }
}
