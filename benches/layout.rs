//! What is left of layout in a verdict: a sum and a copy, whose times hang on where their data lies, each compared with itself, both
//! sides with data of their own. The column `band` is what another start does to the ratio, `error` how far the ratio over the
//! starts lies from 1: at most 0.1 % for the sum and 0.5 % for the copy are wanted.
//! `cargo bench --bench layout -- [OPTIONS OF perflab aa]`

use std::cell::RefCell;
use std::process::{Command, ExitCode};

use perflab::catalogue::{Axis, Catalogue, Family, Members};
use perflab::workload::{Answer, Entry, Workload};

/// What cargo says to whoever is no harness of its own.
const CARGOS_WORD: &str = "--bench";

struct Sum;

impl Workload for Sum {
    const NAME: &'static str = "loop";
    const ABOUT: &'static str = "one addition an element";
    type Input = Vec<u64>;
    type Output = u64;

    fn input(size: usize) -> Vec<u64> {
        (0..size as u64).collect()
    }

    fn run(numbers: &Vec<u64>) -> u64 {
        numbers.iter().sum()
    }

    fn check(numbers: &Vec<u64>, sum: &u64) -> bool {
        let n = numbers.len() as u64;
        *sum == n * n.saturating_sub(1) / 2
    }

    fn answer(sum: &u64) -> Answer {
        Answer::of_sequence([*sum])
    }
}

struct Copy;

/// Bytes, and room for them elsewhere.
struct Blocks {
    from: Vec<u8>,
    to: RefCell<Vec<u8>>,
}

impl Workload for Copy {
    const NAME: &'static str = "memcpy";
    const ABOUT: &'static str = "the bytes of one block into another that is there already";
    type Input = Blocks;
    type Output = u8;

    fn input(size: usize) -> Blocks {
        Blocks { from: (0..size).map(|index| index as u8).collect(), to: RefCell::new(vec![0; size]) }
    }

    fn run(blocks: &Blocks) -> u8 {
        let mut to = blocks.to.borrow_mut();
        to.copy_from_slice(&blocks.from);
        to.last().copied().unwrap_or_default()
    }

    fn check(blocks: &Blocks, last: &u8) -> bool {
        *blocks.to.borrow() == blocks.from && blocks.from.last() == Some(last)
    }

    fn answer(last: &u8) -> Answer {
        Answer::of_sequence([u64::from(*last)])
    }
}

const CATALOGUE: Catalogue = Catalogue::new(&[
    Family {
        name: "sum",
        question: "How should n numbers be added?",
        members: Members::Alternatives,
        axis: Axis::ELEMENTS,
        sizes: &[1_000, 100_000],
        entries: &[Entry::of::<Sum>()],
    },
    Family {
        name: "copy",
        question: "How should n bytes be copied?",
        members: Members::Alternatives,
        axis: Axis::ELEMENTS,
        sizes: &[16_384, 65_536],
        entries: &[Entry::of::<Copy>()],
    },
]);

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if !words.iter().any(|word| word == CARGOS_WORD) {
        return perflab::cli::main(&CATALOGUE);
    }
    // Again, as the command whose catalogue this is.
    let this = std::env::current_exe().expect("a program knows where it lies");
    let asked: Vec<String> = words.into_iter().filter(|word| word != CARGOS_WORD).collect();
    let usual = ["--budget", "2", "--comparisons", "60"].map(str::to_owned).to_vec();
    let status = Command::new(this).arg("aa").args(if asked.is_empty() { usual } else { asked }).status();
    if status.expect("the program starts").success() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
