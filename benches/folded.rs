//! How long a folded file of 1,000,000 stacks takes to be read and drawn: the bound is 5 s.

use std::time::Instant;

use perflab::instruments::folded::{Caption, draw};
use perflab::record::Folded;

/// Stacks of the file, all different.
const STACKS: usize = 1_000_000;

/// In which they must be read and drawn.
const SECONDS: f64 = 5.0;

/// Names of frames, as long as Rust's.
const NAMES: usize = 5_000;

/// One line a stack, 4 to 12 frames deep, in no order.
fn text() -> String {
    use std::fmt::Write as _;
    let mut random = fastrand::Rng::with_seed(0x5eed);
    let names: Vec<String> =
        (0..NAMES).map(|n| format!("<module{}::Type{n} as core::ops::Trait>::call", n % 97)).collect();
    let mut text = String::new();
    for stack in 0..STACKS {
        text.push_str("main");
        for depth in 0..random.usize(3..12) {
            // Few callees near the root, as in a program.
            let callees = [3, 10, 40, 200, 1_000].get(depth).copied().unwrap_or(NAMES);
            let _ = write!(text, ";{}", names[random.usize(..callees)]);
        }
        let _ = writeln!(text, ";leaf{stack} {}", random.u32(1..1_000));
    }
    text
}

fn main() {
    let text = text();
    println!("{STACKS} stacks, {} MB", text.len() / 1_000_000);
    let start = Instant::now();
    let parsed = Folded::parse(&text);
    let read = start.elapsed().as_secs_f64();
    let caption =
        Caption { title: "a million stacks".into(), subtitle: String::new(), count_name: "samples" };
    let svg = draw(&parsed.folded, &caption).expect("there are samples");
    let all = start.elapsed().as_secs_f64();
    println!(
        "read in {read:.2} s, drawn in {:.2} s, together {all:.2} s, the bound is {SECONDS} s; the picture has {} kB",
        all - read,
        svg.len() / 1_000
    );
    assert!(all <= SECONDS, "{all:.2} s are more than {SECONDS} s");
}
