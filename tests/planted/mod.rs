//! What is planted for the instructions to count: a workload in a line.

/// A workload: its type, its name, its declaration, its input, its run.
macro_rules! plant {
    ($type:ident, $name:literal, $declared:expr, $input:ty, $build:expr, $run:expr) => {
        struct $type;
        impl ::perflab::workload::Workload for $type {
            const NAME: &'static str = $name;
            const ABOUT: &'static str = "a planted truth";
            const CONCURRENCY: ::perflab::workload::Concurrency = $declared;
            type Input = $input;
            type Output = u64;
            fn input(size: usize) -> $input {
                ($build)(size as u64)
            }
            fn run(input: &$input) -> u64 {
                ($run)(input)
            }
            fn check(_: &$input, _: &u64) -> bool {
                true
            }
            fn answer(_: &u64) -> ::perflab::workload::Answer {
                ::perflab::workload::Answer::of_sequence([])
            }
        }
    };
}

pub(crate) use plant;
