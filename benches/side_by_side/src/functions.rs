//! The ten functions: cases of perflab's catalogue from 1 ns to 10 ms, as loops that each tool calls alike, and how work is
//! planted in them.

use perflab::catalogue::{Axis, CATALOGUE, Catalogue, Family, Members};
use perflab::record::CaseId;
use perflab::workload::{Answer, Case, Entry, Workload};

/// What a function's hundredth is, of which 1, 2 and 5 more are planted.
#[derive(Debug, Clone, Copy)]
enum Hundredth {
    /// So many iterations of the case: a call of the function runs a hundred times as many. A call is to take some ten
    /// microseconds at least: of a loop of a hundred noops, 70 ns in all, two more were seen to make it 12 % faster,
    /// presumably because its end was then foreseen.
    Iterations(u64),
    /// A hundredth of the elements of a case long enough to be called once.
    Elements,
}

/// A case, and the name of the function that runs it.
#[derive(Debug, Clone, Copy)]
struct Function {
    name: &'static str,
    family: &'static str,
    workload: &'static str,
    size: usize,
    hundredth: Hundredth,
}

/// The whole of a function's work, in thousandths.
pub(crate) const WHOLE: usize = 1_000;

/// Thousandths of its work that a function may be given: itself, and 1, 2 and 5 % more.
pub(crate) const SHARES: [usize; 4] = [WHOLE, 1_010, 1_020, 1_050];

impl Function {
    const fn new(
        name: &'static str,
        [family, workload]: [&'static str; 2],
        size: usize,
        hundredth: Hundredth,
    ) -> Self {
        Self { name, family, workload, size, hundredth }
    }

    /// The case's size and its iterations in a call that does `share` thousandths of the work.
    fn work(&self, share: usize) -> (usize, u64) {
        match self.hundredth {
            Hundredth::Iterations(iterations) => (self.size, iterations * share as u64 / 10),
            Hundredth::Elements => (self.size / WHOLE * share, 1),
        }
    }
}

/// The functions, the shortest case first.
const FUNCTIONS: [Function; 10] = [
    Function::new("noop-1", ["noop", "noop"], 1, Hundredth::Iterations(100)),
    Function::new("array-map-12", ["build-fixed", "array-map"], 12, Hundredth::Iterations(100)),
    Function::new("array-map-100", ["build-fixed", "array-map"], 100, Hundredth::Iterations(10)),
    Function::new("collect-100", ["build-vec", "collect"], 100, Hundredth::Iterations(10)),
    Function::new("push-100", ["build-vec", "push"], 100, Hundredth::Iterations(1)),
    Function::new("itoa-100", ["build-text", "itoa"], 100, Hundredth::Iterations(1)),
    Function::new("push-reserved-10000", ["build-vec", "push-reserved"], 10_000, Hundredth::Elements),
    Function::new("rustc-hash-10000", ["distinct", "rustc-hash-reserved"], 10_000, Hundredth::Elements),
    Function::new("bits-1000000", ["distinct", "fixedbitset"], 1_000_000, Hundredth::Elements),
    Function::new("btree-1000000", ["build-set", "btree-collect"], 1_000_000, Hundredth::Elements),
];

/// A function as a workload: its size counts thousandths of its work, so that both sides of a comparison are one machine
/// code, and one function of one name.
struct Call<const INDEX: usize>;

impl<const INDEX: usize> Workload for Call<INDEX> {
    const NAME: &'static str = FUNCTIONS[INDEX].name;
    const ABOUT: &'static str = "a case of the catalogue, or some hundreds of iterations of it";
    type Input = (Box<dyn Case>, u64);
    type Output = ();

    fn input(share: usize) -> Self::Input {
        let function = FUNCTIONS[INDEX];
        let (size, iterations) = function.work(share);
        let case = CATALOGUE.case(function.family, function.workload, size);
        (case.expect("a test holds that the catalogue has it").prepare(), iterations)
    }

    fn run((case, iterations): &Self::Input) {
        case.run(*iterations);
    }

    fn check((case, _): &Self::Input, (): &()) -> bool {
        case.verify().is_ok()
    }

    fn answer((): &()) -> Answer {
        // Planted work is not to show in the answer: the two sides are to differ in time alone.
        Answer::of_sequence([])
    }
}

const FAMILY: Family = Family {
    name: "side-by-side",
    question: "Which tool finds out that it takes longer, and which says so when it does not?",
    members: Members::Parts,
    axis: Axis::work("thousandths", "thousandth"),
    sizes: &SHARES,
    entries: &[
        Entry::of::<Call<0>>(),
        Entry::of::<Call<1>>(),
        Entry::of::<Call<2>>(),
        Entry::of::<Call<3>>(),
        Entry::of::<Call<4>>(),
        Entry::of::<Call<5>>(),
        Entry::of::<Call<6>>(),
        Entry::of::<Call<7>>(),
        Entry::of::<Call<8>>(),
        Entry::of::<Call<9>>(),
    ],
};

/// The functions as a catalogue, for perflab's engine.
pub(crate) static CALLS: Catalogue = Catalogue::new(&[FAMILY]);

/// The functions' names, in their order.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().map(|function| function.name)
}

/// `function` with `share` thousandths of its work, for perflab's engine.
pub(crate) fn id(function: &str, share: usize) -> CaseId {
    CaseId { family: FAMILY.name.to_owned(), workload: function.to_owned(), size: share }
}

/// The same, ready to be called.
pub(crate) fn prepare(function: &str, share: usize) -> Option<Box<dyn Case>> {
    CALLS.case(FAMILY.name, function, share).map(|call| call.prepare())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planted_work_is_iterations_of_short_cases_and_elements_of_long_ones() {
        let works = |index: usize| SHARES.map(|share| FUNCTIONS[index].work(share));
        assert_eq!(works(0), [(1, 10_000), (1, 10_100), (1, 10_200), (1, 10_500)]);
        assert_eq!(works(4), [(100, 100), (100, 101), (100, 102), (100, 105)]);
        assert_eq!(works(6), [(10_000, 1), (10_100, 1), (10_200, 1), (10_500, 1)]);
    }

    #[test]
    fn every_function_is_a_case_that_answers_right_with_every_share_of_its_work() {
        assert_eq!(names().count(), CALLS.cases().count() / SHARES.len());
        for name in names() {
            for share in SHARES {
                let call = prepare(name, share).expect("it is in the catalogue");
                call.verify().expect("it answers right");
                assert_eq!(id(name, share).to_string(), format!("side-by-side/{name}@{share}"));
            }
        }
    }
}
