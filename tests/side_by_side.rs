//! What `just side-by-side` reads, plants and sums up. The benchmark is a package of its own, which is built with
//! tango-bench by whoever asks; these files of it need no tango-bench, and hold their own tests.

#[path = "../benches/side_by_side/src/criterion_words.rs"]
mod criterion_words;
#[path = "../benches/side_by_side/src/functions.rs"]
mod functions;
#[path = "../benches/side_by_side/src/table.rs"]
mod table;
#[path = "../benches/side_by_side/src/tango_words.rs"]
mod tango_words;
#[path = "../benches/side_by_side/src/verdict.rs"]
mod verdict;
