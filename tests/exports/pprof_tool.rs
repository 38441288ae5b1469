//! What `go tool pprof -raw` says of a file: the tool's own view of stacks and weights.

use std::collections::HashMap;

use super::stacks::Stacks;

/// The stacks that it prints, root first, with the first of their values.
pub(crate) fn stacks(raw: &str) -> Stacks {
    let (samples, rest) = raw.split_once("Locations\n").expect("locations follow samples");
    let (_, samples) = samples.split_once("Samples:\n").expect("samples are there");
    let locations = rest.split_once("Mappings\n").map_or(rest, |(locations, _)| locations);
    let names: HashMap<&str, &str> = locations.lines().map(location).collect();
    let mut stacks = Stacks::new();
    // The first line names what is counted.
    for line in samples.lines().skip(1) {
        let (values, ids) = line.split_once(": ").expect("values, then locations");
        let first = values.split_whitespace().next().expect("a value");
        let leaf_first: Vec<String> = ids.split_whitespace().map(|id| names[id].to_owned()).collect();
        let frames = leaf_first.into_iter().rev().collect();
        *stacks.entry(frames).or_default() += first.parse::<u128>().expect("a number");
    }
    stacks
}

/// `1: 0x0 M=1 name :0:0 s=0()`.
fn location(line: &str) -> (&str, &str) {
    let (id, rest) = line.trim_start().split_once(": ").expect("a location has a number");
    let (_, named) = rest.split_once(" M=1 ").expect("and a mapping");
    let (name, _) = named.rsplit_once(" :").expect("and a line");
    (id, name)
}
