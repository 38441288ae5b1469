//! Stacks to be written and read back: random ones, seeded, of names that trouble one format or another.

use std::collections::BTreeMap;

use perflab::record::Folded;

/// Names that end strings, lines, tags or tables.
const HOSTILE: [&str; 12] = [
    "<script>alert(1)</script>",
    "\"quoted\" and 'so'",
    "back\\slash\\u0041",
    "line\nbreak\r\ttab",
    "null\0bell\u{7}",
    "Grüße, 世界, 🦀",
    "# comment",
    "f 12 13",
    "a;b",
    "",
    "\u{2028}\u{feff}\u{fffe}",
    "</script><!--",
];

/// Stacks, root first, with their weights.
pub(crate) type Stacks = BTreeMap<Vec<String>, u128>;

/// What `folded` holds.
pub(crate) fn of(folded: &Folded) -> Stacks {
    folded.stacks().map(|(stack, weight)| (stack.split(';').map(str::to_owned).collect(), weight)).collect()
}

/// Random stacks of hostile names, one of them of 10,000 characters.
pub(crate) fn random(seed: u64) -> Folded {
    let mut random = fastrand::Rng::with_seed(seed);
    let long = "x<".repeat(5_000);
    let mut folded = Folded::default();
    for _ in 0..random.usize(1..60) {
        let frames: Vec<String> = (0..random.usize(1..10))
            .map(|_| match random.usize(0..HOSTILE.len() + 2) {
                index if index < HOSTILE.len() => HOSTILE[index].to_owned(),
                index if index == HOSTILE.len() => long.clone(),
                _ => (0..random.usize(0..8)).map(|_| random.char(..)).collect(),
            })
            .collect();
        // Seldom large: their sum must fit what JSON counts exactly.
        let most = if random.u8(..) == 0 { 1 << 20 } else { 1_000 };
        folded.add(frames.iter().map(String::as_str), u128::from(random.u64(1..most)));
    }
    folded
}
