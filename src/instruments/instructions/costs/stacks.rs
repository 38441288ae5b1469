//! From costs that are borne by their callers to stacks, and to the table of functions. Bounded: what costs too little to be
//! seen is not followed further.

use std::collections::{BTreeMap, BTreeSet};

use super::flow::{Chain, Flow, FrameId, apportion};
use crate::instruments::measured_loop::{OTHER_THREADS, Place, UNATTRIBUTED, place, readable};
use crate::record::{Branches, Folded, FunctionCost, NO_LINE, clean_frame};

/// A call that bears less than one in so many instructions is not followed: its cost stays with its caller. It would be a
/// tenth of a pixel in the widest picture.
const LEAST_SHARE: u64 = 10_000;
/// Calls that a stack holds at most; what is deeper stays with the function there.
const DEEPEST: usize = 500;
/// Costs that are split before no function is taken apart any more: real profiles take thousands, and one that is made to be
/// hard would take for ever.
const MOST_WORK: usize = 2_000_000;
/// The frame above functions that call each other in a circle, or themselves: how deep they were is not known.
pub(super) const RECURSION: &str = "[recursion]";

/// What the profile of a case comes to.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stacks {
    /// Instructions by stack.
    pub(super) folded: Folded,
    /// Functions, most own instructions first.
    pub(super) functions: Vec<FunctionCost>,
}

/// A step of a path from the root, by the step before it.
struct Step {
    before: usize,
    frame: FrameId,
}

/// A function to be taken apart, by the path that leads to it and what it bears there.
struct Visit {
    path: usize,
    depth: usize,
    node: usize,
    weight: u64,
}

/// Where a path begins.
const START: usize = usize::MAX;

struct Walk<'a> {
    flow: &'a Flow,
    recursion: FrameId,
    /// The root of stacks without the measured loop in them.
    elsewhere: &'static str,
    least: u64,
    steps: Vec<Step>,
    pending: Vec<Visit>,
    folded: Folded,
    work: usize,
    /// By frame: instructions of the stacks that it is in.
    inclusive: Vec<u64>,
}

impl Stacks {
    /// The stacks of a profile, and what each function costs; `has_threads` says whose the stacks are that the measured loop
    /// is not in.
    pub(super) fn of(mut flow: Flow, has_threads: bool, has_branches: bool) -> Self {
        let recursion = flow.names.id(RECURSION.to_owned());
        let roots: Vec<(usize, u64)> = flow
            .components
            .iter()
            .filter(|component| component.is_root && component.total > 0)
            .filter_map(|component| Some((entry(&flow, &component.members)?, component.total)))
            .collect();
        let total = roots.iter().fold(0_u64, |sum, (_, weight)| sum.saturating_add(*weight));
        let mut walk = Walk {
            flow: &flow,
            recursion,
            elsewhere: if has_threads { OTHER_THREADS } else { UNATTRIBUTED },
            least: (total / LEAST_SHARE).max(1),
            steps: Vec::new(),
            pending: Vec::new(),
            folded: Folded::default(),
            work: 0,
            inclusive: vec![0; flow.names.len()],
        };
        for (node, weight) in roots {
            walk.pending.push(Visit { path: START, depth: 0, node, weight });
            while let Some(visit) = walk.pending.pop() {
                walk.visit(&visit);
            }
        }
        let Walk { folded, inclusive, .. } = walk;
        Self { functions: functions(&flow, &inclusive, has_branches), folded }
    }
}

/// The member of a root that stands for it: in a circle that nobody called, the costliest.
fn entry(flow: &Flow, members: &[usize]) -> Option<usize> {
    let own = |node: &usize| {
        flow.nodes[*node].own.iter().map(|(_, cost)| u128::from(cost.instructions)).sum::<u128>()
    };
    members.iter().copied().max_by_key(own)
}

impl Walk<'_> {
    fn extended(&mut self, path: usize, frames: &[FrameId]) -> usize {
        frames.iter().fold(path, |before, frame| {
            self.steps.push(Step { before, frame: *frame });
            self.steps.len() - 1
        })
    }

    /// Splits what a function bears among its own instructions and its calls.
    fn visit(&mut self, visit: &Visit) {
        let flow = self.flow;
        let name = flow.nodes[visit.node].name;
        if visit.depth > DEEPEST || self.work > MOST_WORK {
            return self.end(visit.path, &Chain::from_iter(name), visit.weight);
        }
        let component = &flow.components[flow.component_of[visit.node]];
        let path = if component.is_cycle { self.extended(visit.path, &[self.recursion]) } else { visit.path };
        let mut costs = Vec::new();
        for &member in &component.members {
            let node = &flow.nodes[member];
            costs.extend(node.own.iter().map(|(_, cost)| cost.instructions));
            costs.extend(node.calls.iter().map(|call| call.weight));
        }
        self.work += costs.len();
        let mut shares = apportion(visit.weight, &costs).into_iter();
        for &member in &component.members {
            let node = &flow.nodes[member];
            // Another function of the circle stands below the one by which it was entered.
            let path = match name.filter(|_| member != visit.node) {
                Some(name) => self.extended(path, &[name]),
                None => path,
            };
            for ((chain, _), share) in node.own.iter().zip(shares.by_ref()) {
                self.end(path, chain, share);
            }
            for (call, share) in node.calls.iter().zip(shares.by_ref()) {
                if share >= self.least {
                    let path = self.extended(path, &call.from);
                    let path = self.extended(path, call.asked_for.as_slice());
                    self.pending.push(Visit {
                        path,
                        depth: visit.depth + 1,
                        node: call.callee,
                        weight: share,
                    });
                } else {
                    let callee = flow.nodes[call.callee].name;
                    self.end(path, &call.from, share);
                    self.credit(path, &call.from, callee, share);
                }
            }
        }
    }

    /// The frames of a path and of the chain that ends it, root first, cut at the measured loop, and the root above them.
    fn frames(&self, mut path: usize, chain: &Chain) -> (Option<&'static str>, Vec<FrameId>) {
        let mut frames: Vec<FrameId> = chain.iter().rev().copied().collect();
        while let Some(step) = self.steps.get(path) {
            frames.push(step.frame);
            path = step.before;
        }
        frames.reverse();
        let (root, from) = match place(frames.iter().map(|frame| self.flow.names.text(*frame))) {
            Place::Loop(index) => (None, index),
            Place::Thread(index) => (Some(OTHER_THREADS), index + 1),
            Place::Elsewhere => (Some(self.elsewhere), 0),
        };
        (root, frames.split_off(from))
    }

    fn end(&mut self, path: usize, chain: &Chain, weight: u64) {
        if weight == 0 {
            return;
        }
        let (root, frames) = self.frames(path, chain);
        let shown: Vec<String> = frames.iter().map(|frame| readable(self.flow.names.text(*frame))).collect();
        self.folded.add(root.into_iter().chain(shown.iter().map(String::as_str)), u128::from(weight));
        for frame in BTreeSet::from_iter(frames) {
            self.inclusive[frame] = self.inclusive[frame].saturating_add(weight);
        }
    }

    /// Has a function that was not followed know what it cost.
    fn credit(&mut self, path: usize, chain: &Chain, callee: Option<FrameId>, weight: u64) {
        let Some(callee) = callee.filter(|_| weight > 0) else { return };
        if !self.frames(path, chain).1.contains(&callee) {
            self.inclusive[callee] = self.inclusive[callee].saturating_add(weight);
        }
    }
}

/// What is known of a name.
#[derive(Default)]
struct Row {
    own: u64,
    inclusive: u64,
    calls: Option<u64>,
    branches: Branches,
}

/// The table: what each name costs, inlined functions included.
fn functions(flow: &Flow, inclusive: &[u64], has_branches: bool) -> Vec<FunctionCost> {
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    let shown = |frame: FrameId| clean_frame(&readable(flow.names.text(frame)));
    for (frame, inclusive) in inclusive.iter().enumerate().filter(|(_, inclusive)| **inclusive > 0) {
        let row = rows.entry(shown(frame)).or_default();
        row.inclusive = row.inclusive.saturating_add(*inclusive);
    }
    for node in &flow.nodes {
        for (chain, cost) in &node.own {
            let is_function = |frame: &&FrameId| flow.names.text(**frame) != NO_LINE;
            let Some(innermost) = chain.iter().rfind(is_function) else { continue };
            let row = rows.entry(shown(*innermost)).or_default();
            row.own = row.own.saturating_add(cost.instructions);
            row.branches.executed = row.branches.executed.saturating_add(cost.branches);
            row.branches.mispredicted = row.branches.mispredicted.saturating_add(cost.mispredicted);
        }
        // Only a function that was not inlined everywhere has a symbol, and calls.
        if let Some(row) = node.name.and_then(|name| rows.get_mut(&shown(name))) {
            row.calls.get_or_insert(0);
        }
    }
    for call in flow.nodes.iter().flat_map(|node| &node.calls) {
        for name in [flow.nodes[call.callee].name, call.asked_for].into_iter().flatten() {
            if let Some(row) = rows.get_mut(&shown(name)) {
                row.calls = Some(row.calls.unwrap_or(0).saturating_add(call.calls));
            }
        }
    }
    // Marks, not functions.
    for mark in [RECURSION, NO_LINE] {
        rows.remove(mark);
    }
    let mut functions: Vec<FunctionCost> = rows
        .into_iter()
        .filter(|(_, row)| row.own > 0 || row.inclusive > 0)
        .map(|(name, row)| FunctionCost {
            name,
            own: row.own,
            inclusive: row.inclusive.max(row.own),
            calls: row.calls,
            inlined: row.calls.is_none(),
            branches: has_branches.then_some(row.branches),
        })
        .collect();
    functions
        .sort_by(|a, b| (b.own, b.inclusive).cmp(&(a.own, a.inclusive)).then_with(|| a.name.cmp(&b.name)));
    functions
}
