//! Which function of a case's stacks shows a cost: what a reader of the pages is led to. Sums are the business of
//! `shares`.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::bottleneck::Seen;
use super::case::Case;
use crate::analysis::symbols::{Group, Symbol};
use crate::record::{Anchor, Folded, FunctionCost};

/// The function of `group` that most of what was `seen` goes through.
pub(super) fn of_group(case: &Case<'_>, seen: Seen, group: Group) -> Option<Anchor> {
    first(case, seen, |symbol| symbol.groups.holds(group))
}

/// The function whose name without generic arguments is `path`.
pub(super) fn of_path(case: &Case<'_>, seen: Seen, path: &str) -> Option<Anchor> {
    first(case, seen, |symbol| symbol.path == path)
}

/// The hasher that most of what was `seen` goes through, by the name that its users know it by.
pub(super) fn hasher(case: &Case<'_>, seen: Seen) -> Option<String> {
    // What a hasher executes may be merged into the table's own functions, which then tell it by their type.
    weightiest(case, seen, hasher_of).or_else(|| weightiest(case, seen, hasher_of_table))
}

/// The hasher that a function of this name belongs to.
fn hasher_of(name: &str) -> Option<String> {
    if name.contains("core::hash::sip::") {
        return Some("SipHash".to_owned());
    }
    let path = name.strip_prefix('<')?.split_once(" as core::hash::Hasher>")?.0;
    let path = path.split('<').next().filter(|path| !path.is_empty() && !path.contains(['&', '(']))?;
    path.rsplit("::").next().map(str::to_owned)
}

/// The hasher of the table that a function of this name belongs to, where that is std's.
fn hasher_of_table(name: &str) -> Option<String> {
    let is_std = name.starts_with("<hashbrown::") && name.contains("std::hash::random::RandomState");
    is_std.then(|| "SipHash".to_owned())
}

/// The first function that is wanted, those before with more of the cost in them.
fn first(case: &Case<'_>, seen: Seen, is_wanted: impl Fn(&Symbol) -> bool) -> Option<Anchor> {
    weightiest(case, seen, |name| {
        is_wanted(&case.symbols.of(name)).then(|| Anchor::Function(name.to_owned()))
    })
}

/// What `told` makes of the first function that tells it something, those before with more of the cost in them. Names are judged no
/// further than that: it takes longer than to sum up what they weigh.
fn weightiest<T>(case: &Case<'_>, seen: Seen, told: impl Fn(&str) -> Option<T>) -> Option<T> {
    match seen {
        Seen::Instructions | Seen::InstructionsAt(_) => {
            let files = case.files_of(seen);
            let Some(costs) = &files.costs else {
                return by_weight(&files.instructions.as_ref()?.data).into_iter().find_map(told);
            };
            let mut functions: Vec<&FunctionCost> = costs.data.functions.iter().collect();
            functions.sort_by_key(|function| Reverse(function.inclusive));
            functions.into_iter().find_map(|function| told(&function.name))
        }
        Seen::Samples => {
            let samples = &case.files.samples.as_ref()?.data;
            by_weight(samples).into_iter().find_map(told)
        }
        Seen::Books | Seen::Sibling => None,
    }
}

/// The frames of `folded`, those with more weight first; of equal ones the one nearer to the root, which calls the other.
fn by_weight(folded: &Folded) -> Vec<&str> {
    let mut weights = HashMap::<&str, (u128, usize)>::new();
    for (stack, weight) in folded.stacks() {
        let mut seen = Vec::new();
        for (depth, frame) in stack.split(';').enumerate() {
            // A function that calls itself is in the stack once.
            if !seen.contains(&frame) {
                seen.push(frame);
                let sum = weights.entry(frame).or_insert((0, depth));
                *sum = (sum.0 + weight, sum.1.min(depth));
            }
        }
    }
    let mut frames: Vec<_> = weights.into_iter().collect();
    frames.sort_by(|(a_name, a), (b_name, b)| {
        b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)).then_with(|| a_name.cmp(b_name))
    });
    frames.into_iter().map(|(name, _)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashers_are_called_as_users_know_them() {
        for (name, hasher) in [
            (
                "<core::hash::sip::Hasher<core::hash::sip::Sip13Rounds> as core::hash::Hasher>::write",
                Some("SipHash"),
            ),
            ("<nohash_hasher::NoHashHasher<u64> as core::hash::Hasher>::write_u64", Some("NoHashHasher")),
            ("<rustc_hash::FxHasher as core::hash::Hasher>::write_u64", Some("FxHasher")),
            ("<ahash::fallback_hash::AHasher as core::hash::Hasher>::finish", Some("AHasher")),
            ("<mine::Quick as core::hash::Hasher>::finish", Some("Quick")),
            ("<&mut mine::Quick as core::hash::Hasher>::finish", None),
            ("<u64 as core::hash::Hash>::hash::<mine::Quick>", None),
            ("malloc", None),
        ] {
            assert_eq!(hasher_of(name).as_deref(), hasher, "{name}");
        }
        let table = "<hashbrown::map::HashMap<u64, (), std::hash::random::RandomState>>::insert";
        assert_eq!(hasher_of_table(table).as_deref(), Some("SipHash"));
        let of_a_user =
            "mine::collect::<std::collections::hash::map::HashMap<u64, (), std::hash::random::RandomState>>";
        assert_eq!(hasher_of_table(of_a_user), None);
    }

    #[test]
    fn the_heavier_frame_comes_first_and_the_caller_before_what_it_alone_calls() {
        let mut folded = Folded::default();
        folded.add(["run", "grow", "copy"], 5);
        folded.add(["run", "again", "again"], 2);
        folded.add(["run"], 1);
        assert_eq!(by_weight(&folded), ["run", "grow", "copy", "again"]);
    }
}
