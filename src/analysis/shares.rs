//! What share of a case's stacks serves which purpose, and in which function the rest is spent. One pass over the
//! stacks; every question after that is answered from sums.

mod share;

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

pub use share::Share;

use super::symbols::{Group, Groups, Symbol};
use crate::record::{Folded, NO_LINE, shared_frames};

/// The stacks of a case, summed up.
#[derive(Debug, Clone, PartialEq)]
pub struct Shares {
    total: u128,
    exact: bool,
    by_groups: BTreeMap<Groups, u128>,
    /// Functions, and what each holds itself, by the groups of its stacks.
    functions: BTreeMap<(String, Groups), u128>,
    /// Calls of the kernel by name.
    calls: BTreeMap<String, u128>,
}

/// What names say, remembered: the cases of a catalogue share most of theirs.
#[derive(Debug, Default)]
pub struct Symbols {
    known: RefCell<HashMap<String, Rc<Symbol>>>,
}

impl Symbols {
    /// What is known of `frame`.
    pub fn of(&self, frame: &str) -> Rc<Symbol> {
        if let Some(symbol) = self.known.borrow().get(frame) {
            return Rc::clone(symbol);
        }
        let symbol = Rc::new(Symbol::of(frame));
        self.known.borrow_mut().insert(frame.to_owned(), Rc::clone(&symbol));
        symbol
    }
}

/// What the frames of a stack say, from the root to one of them.
#[derive(Debug, Clone, Default)]
struct Walked<'a> {
    groups: Groups,
    innermost: Groups,
    /// The innermost function that is a case's own.
    function: Option<Rc<Symbol>>,
    call: Option<&'a str>,
    /// The last frame, and how many bytes of the stack it ends behind.
    last: &'a str,
    end: usize,
}

impl<'a> Walked<'a> {
    /// The same with the next frame, of which `symbols` know more.
    fn into(self, frame: &'a str, symbols: &Symbols) -> Self {
        let end = self.end + usize::from(self.end > 0) + frame.len();
        // Callgrind hangs a thread's work under what started it, which costs nothing of that.
        let above = if begins_a_thread(frame) { Self { last: self.last, ..Self::default() } } else { self };
        let symbol = symbols.of(frame);
        let hashes = frame == NO_LINE && hashes_unlined(above.last);
        let serves = if hashes { Groups::NONE.with(Group::Hashing) } else { symbol.groups };
        Self {
            groups: above.groups.union(serves),
            innermost: if serves == Groups::NONE { above.innermost } else { serves },
            call: if symbol.groups.holds(Group::SystemCalls) { Some(frame) } else { above.call },
            function: if symbol.own { Some(symbol) } else { above.function },
            last: frame,
            end,
        }
    }
}

/// Whether `frame` is where a thread's own stack begins: glibc's function, and the one in which std calls its body.
fn begins_a_thread(frame: &str) -> bool {
    frame == "start_thread" || frame.starts_with("std::sys::backtrace::__rust_begin_short_backtrace")
}

/// Whether instructions of `function` that belong to no line hash: what an insertion into a table of std's hasher hashes on two ways is merged
/// to one. Of a u64 they are 86 an insertion (`build-set/insert-reserved@1000`), as many as SipHash-1-3 has: five rounds of 14,
/// and 16 around them.
fn hashes_unlined(function: &str) -> bool {
    function.starts_with("<hashbrown::")
        && function.contains("std::hash::random::RandomState")
        && function.ends_with("::insert")
}

/// What a text is made of, whoever writes it.
const MATERIAL: Groups = Groups::NONE.with(Group::Allocation).with(Group::Growth).with(Group::Copying);

impl Shares {
    /// Sums up stacks of `samples`, whose shares are sampled.
    pub fn of_samples(samples: &Folded, symbols: &Symbols) -> Self {
        Self::of(samples, false, symbols)
    }

    /// Sums up stacks of `counts`, whose shares are exact.
    pub fn of_counts(counts: &Folded, symbols: &Symbols) -> Self {
        Self::of(counts, true, symbols)
    }

    fn of(folded: &Folded, exact: bool, symbols: &Symbols) -> Self {
        let mut by_groups = BTreeMap::new();
        let mut functions: BTreeMap<(Rc<Symbol>, Groups), u128> = BTreeMap::new();
        let mut calls: BTreeMap<&str, u128> = BTreeMap::new();
        // Stacks stand in the order of their names, so each begins with most of the frames of the one before.
        let (mut before, mut walked): (&str, Vec<Walked<'_>>) = ("", Vec::new());
        for (stack, weight) in folded.stacks() {
            let shared = shared_frames(before, stack);
            walked.truncate(walked.partition_point(|frame| frame.end < shared));
            before = stack;
            for frame in stack[shared..].split(';') {
                let above = walked.last().cloned().unwrap_or_default();
                walked.push(above.into(frame, symbols));
            }
            let Walked { mut groups, innermost, function, call, .. } =
                walked.last().cloned().unwrap_or_default();
            // A text is appended by copying, but what it costs to grow it first is not copying.
            if !innermost.holds(Group::Copying) {
                groups = groups.without(Group::Copying);
            }
            // Writing a number into a text copies it there and may grow the text, with or without the formatting
            // machinery: scored against siblings without it, a share that held these promised 25 times for 3.8.
            if innermost.meets(MATERIAL) {
                groups = groups.without(Group::Formatting);
            }
            *by_groups.entry(groups).or_default() += weight;
            if let Some(function) = function {
                *functions.entry((function, groups)).or_default() += weight;
            }
            if let Some(call) = call {
                *calls.entry(super::symbols::c_name(call).unwrap_or(call)).or_default() += weight;
            }
        }
        let calls = calls.into_iter().map(|(call, weight)| (call.to_owned(), weight)).collect();
        let mut shares = Self { total: folded.total(), exact, by_groups, functions: BTreeMap::new(), calls };
        // Frames of other generic arguments are one function.
        for ((function, groups), weight) in functions {
            *shares.functions.entry((function.path.clone(), groups)).or_default() += weight;
        }
        shares
    }

    /// Whether they are counted, not sampled.
    pub fn is_exact(&self) -> bool {
        self.exact
    }

    /// The weight of all stacks: samples, or instructions.
    pub fn total(&self) -> u128 {
        self.total
    }

    fn share(&self, weight: u128) -> Share {
        match (self.exact, self.total) {
            (_, 0) => Share::exact(0.0),
            (true, total) => Share::exact(weight as f64 / total as f64),
            (false, total) => Share::sampled(weight, total),
        }
    }

    fn weight(&self, is_wanted: impl Fn(Groups) -> bool) -> u128 {
        self.by_groups.iter().filter(|(groups, _)| is_wanted(**groups)).map(|(_, weight)| weight).sum()
    }

    /// The share of the stacks that hold a function of `group`.
    pub fn group(&self, group: Group) -> Share {
        self.share(self.weight(|groups| groups.holds(group)))
    }

    /// The share of the stacks that hold a function of any of `wanted`.
    pub fn any(&self, wanted: Groups) -> Share {
        self.share(self.weight(|groups| groups.meets(wanted)))
    }

    /// How much of `group` lies within `other`, 0 to 1.
    pub fn overlap(&self, group: Group, other: Group) -> f64 {
        let both = self.weight(|groups| groups.holds(group) && groups.holds(other));
        both as f64 / self.weight(|groups| groups.holds(group)).max(1) as f64
    }

    /// The case's own functions with the share that each holds itself or in functions of the language, without what
    /// `named` explains. Most first.
    pub fn functions(&self, named: Groups) -> Vec<(&str, Share)> {
        let mut sums = BTreeMap::<&str, u128>::new();
        for ((function, groups), weight) in &self.functions {
            if !groups.meets(named) {
                *sums.entry(function).or_default() += weight;
            }
        }
        let mut functions: Vec<_> =
            sums.into_iter().map(|(function, weight)| (function, self.share(weight))).collect();
        functions.sort_by(|a, b| b.1.value.total_cmp(&a.1.value).then_with(|| a.0.cmp(b.0)));
        functions
    }

    /// The call of the kernel that most stacks hold; libc's `syscall` is the door to any of them, and names none.
    pub fn leading_call(&self) -> Option<&str> {
        let named = self.calls.iter().filter(|(call, _)| *call != "syscall");
        named.max_by_key(|(_, weight)| **weight).map(|(call, _)| call.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_thread_works_is_no_cost_of_starting_it() {
        let started =
            "Prepared<mine::Case>::run;<std::thread::builder::Builder>::spawn_scoped;pthread_create;clone";
        let body = "std::sys::backtrace::__rust_begin_short_backtrace::<mine::work, u64>;mine::work";
        let stacks = [
            (
                format!("{started};start_thread;<std::sys::thread::unix::Thread>::new::thread_start;{body}"),
                90,
            ),
            (format!("{started};start_thread;<alloc::string::String>::push;malloc"), 4),
            (started.to_owned(), 6),
        ];
        let stacks: Vec<(&str, u128)> =
            stacks.iter().map(|(stack, weight)| (stack.as_str(), *weight)).collect();
        let shares = shares(&stacks, true);
        assert_eq!(shares.group(Group::Spawning), Share::exact(0.06));
        assert_eq!(shares.group(Group::Allocation), Share::exact(0.04));
    }

    fn shares(stacks: &[(&str, u128)], exact: bool) -> Shares {
        let mut folded = Folded::default();
        for (stack, weight) in stacks {
            folded.add(stack.split(';'), *weight);
        }
        Shares::of(&folded, exact, &Symbols::default())
    }

    #[test]
    fn a_share_of_nothing_and_of_everything_has_its_ceiling() {
        assert_eq!(Share::exact(0.0).ceiling(), Some(1.0));
        assert_eq!(Share::exact(0.75).ceiling(), Some(4.0));
        assert_eq!(Share::exact(1.0).ceiling(), None);
        assert_eq!(shares(&[], false).group(Group::Hashing), Share::exact(0.0));
    }

    #[test]
    fn a_stack_counts_once_in_each_group_it_meets() {
        let seen = shares(
            &[
                ("Prepared<W>::run;<mine::W as Run>::run;<Vec>::grow_one;<Vec>::finish_grow;_int_malloc", 30),
                ("Prepared<W>::run;<mine::W as Run>::run;malloc;_int_malloc", 10),
                ("Prepared<W>::run;<mine::W as Run>::run;core::ptr::write::<u64>", 60),
            ],
            true,
        );
        assert_eq!(seen.group(Group::Growth), Share::exact(0.3));
        assert_eq!(seen.group(Group::Allocation), Share::exact(0.4));
        assert_eq!(seen.overlap(Group::Allocation, Group::Growth), 0.75);
        let named = Groups::NONE.with(Group::Allocation).with(Group::Growth);
        assert_eq!(seen.any(named), Share::exact(0.4));
        assert_eq!(seen.functions(named), [("<mine::W as Run>::run", Share::exact(0.6))]);
    }

    #[test]
    fn what_an_insertion_has_no_line_for_is_hashing_where_std_hashes() {
        let insert = |hasher: &str| {
            format!("Prepared<W>::run;<hashbrown::map::HashMap<u64, (), {hasher}>>::insert;[no source line]")
        };
        let (sip, fx) = (insert("std::hash::random::RandomState"), insert("rustc_hash::FxBuildHasher"));
        let seen = shares(&[(&sip, 60), (&fx, 25), ("mine::f;[no source line]", 15)], true);
        assert_eq!(seen.group(Group::Hashing), Share::exact(0.6));
    }

    #[test]
    fn copying_is_what_copies_and_not_what_it_needs_before() {
        let seen = shares(
            &[
                ("<[u8]>::copy_from_slice;memmove", 20),
                ("<Vec<u8>>::append_elements;<Vec>::reserve;<Raw>::grow_amortized;malloc", 30),
                ("mine::f", 50),
            ],
            true,
        );
        assert_eq!(seen.group(Group::Copying), Share::exact(0.2));
    }

    #[test]
    fn formatting_is_not_what_its_text_is_made_of() {
        let seen = shares(
            &[
                ("core::fmt::write;<u64 as core::fmt::Display>::fmt;<u64>::_fmt", 60),
                (
                    "core::fmt::write;<alloc::string::String as core::fmt::Write>::write_str;<Vec>::append_elements;memmove",
                    25,
                ),
                ("core::fmt::write;<Raw>::do_reserve_and_handle::<A>;realloc", 15),
            ],
            true,
        );
        assert_eq!(seen.group(Group::Formatting), Share::exact(0.6));
        assert_eq!(seen.group(Group::Copying), Share::exact(0.25));
    }

    #[test]
    fn a_cost_deep_in_a_chain_of_generics_is_its_functions() {
        let deep = "Prepared<W>::run;<mine::W as Run>::run;<core::iter::adapters::map::Map<I, F> as core::iter::traits::iterator::Iterator>::fold::<u64>;mine::expensive::<u64>;<u64>::wrapping_mul";
        let seen = shares(&[(deep, 90), ("Prepared<W>::run", 10)], true);
        assert_eq!(seen.functions(Groups::NONE), [("mine::expensive", Share::exact(0.9))]);
    }

    #[test]
    fn calls_of_the_kernel_are_named() {
        let seen = shares(&[("mine::f;__GI___libc_read", 3), ("mine::f;__libc_write", 2)], false);
        assert_eq!(seen.leading_call(), Some("read"));
    }
}
