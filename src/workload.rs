//! What a workload is, and the one place that erases its type and calls [`black_box`].
//!
//! The type is erased *at the loop, never inside it*: [`Case::run`] is one dynamic call per sample,
//! and everything below it is compiled once, in this library, so that every instrument measures the
//! same machine code. Knows no instrument.

use std::any::type_name;
use std::cell::RefCell;
use std::hint::black_box;

mod answer;
mod concurrency;
mod entry;
mod floor;
mod role;
mod spare;

pub use answer::Answer;
pub use concurrency::Concurrency;
pub use entry::Entry;
pub use floor::Floor;
pub use role::Role;
pub use spare::Spare;

/// Which part of an iteration an instrument measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// `run` and the drop of what it returned. The ordinary loop.
    Whole,
    /// `run` alone: outputs are kept and dropped after the measured batch.
    Building,
    /// The drop alone: outputs are built before the measured batch.
    Dropping,
}

/// One answer to a family's question: pure code, checked, that knows no instrument.
///
/// `run` holds the measured code and nothing else. `input` is built before the measurement, is
/// seeded, and is the same for every member of a family.
pub trait Workload: 'static {
    /// Name within the family: `[a-z0-9-]`, at most 48 characters, because it becomes a file name.
    const NAME: &'static str;
    /// One line: what this workload stresses.
    const ABOUT: &'static str;
    /// The kernel of the study notes that this workload repeats, such as `f5`.
    const MIRRORS: Option<&'static str> = None;
    /// The sizes this workload runs at, where they are fewer than its family's.
    const SIZES: Option<&'static [usize]> = None;
    /// Which part of an iteration is measured.
    const PART: Part = Part::Whole;
    /// Most outputs kept alive at once when a part is measured, where each holds more than memory: threads, say.
    const MOST_KEPT: usize = usize::MAX;
    /// What runs beside the measuring thread: decides which instruments can measure this workload.
    const CONCURRENCY: Concurrency = Concurrency::NONE;
    /// What this workload is in its family's comparison of doing work here with handing it over, if it has one.
    const ROLE: Option<Role> = None;
    /// Which costs this workload leaves out that siblings pay for: the experiments that its family holds.
    const SPARES: &'static [Spare] = &[];

    /// Whether its output says what its siblings' say in a shorter form, such as a range by its ends: it then replaces none
    /// of them, however little it takes.
    const ABBREVIATES: bool = false;

    /// What the measured code reads.
    type Input;
    /// What the measured code makes. Dropped inside the measured loop, unless [`Part`] says otherwise.
    type Output;

    /// Builds the input of `size`; never measured.
    fn input(size: usize) -> Self::Input;
    /// The measured code.
    fn run(input: &Self::Input) -> Self::Output;
    /// Whether `output` is right, known another way than by running the same code again.
    fn check(input: &Self::Input, output: &Self::Output) -> bool;
    /// What `output` says, in a form that members of a family can be compared by.
    fn answer(output: &Self::Output) -> Answer;

    /// Why this workload cannot run on this machine at `size`, in one line with what would mend it: a program that
    /// is not installed, a kernel that has not the call. Asked before `input`.
    fn unavailable(_size: usize) -> Option<String> {
        None
    }

    /// The largest speed-up over the family's baseline that this workload's schedule allows on `cores` cores, by
    /// counting work and not by a clock. `None` where nobody can tell.
    fn speedup_bound(_size: usize, _cores: usize) -> Option<f64> {
        None
    }

    /// The least speed-up that any way of taking turns leaves, where more threads than `cores` share them: what the kernel
    /// makes of the schedule lies between this and the bound. `None` where no turns are taken, or nobody can tell.
    fn speedup_at_worst(_size: usize, _cores: usize) -> Option<f64> {
        None
    }

    /// The least work that the family's answer needs at `size`, whoever gives it. Asked of a family's baseline alone;
    /// each count is to have its reason beside it. `None` where nobody can say.
    fn floor(_size: usize) -> Option<Floor> {
        None
    }
}

/// Why a workload's output cannot be trusted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("wrong answer: the check of `{workload}` at size {size} rejects its output")]
pub struct WrongAnswer {
    workload: &'static str,
    size: usize,
}

/// A workload at a size, ready to be measured, its type erased.
pub trait Case {
    /// The measured loop: `iterations` times the measured [`Part`], and nothing else.
    ///
    /// # Timing model
    /// Per iteration: one `black_box` of a reference, `W::run`, one `black_box` of its output, and
    /// (for [`Part::Whole`]) the output's drop. `noop` shows what the loop itself costs.
    fn run(&self, iterations: u64);

    /// Most iterations that one call of [`run`](Self::run) may be asked for; the rest needs another
    /// [`stage`](Self::stage).
    fn batch_limit(&self) -> u64;

    /// Prepares the next `iterations`; not measured.
    fn stage(&self, iterations: u64);

    /// Drops what a batch kept; not measured.
    fn unstage(&self);

    /// Runs once, unmeasured, and checks the output.
    ///
    /// # Errors
    /// [`WrongAnswer`] when the workload's own check rejects the output.
    fn verify(&self) -> Result<Answer, WrongAnswer>;
}

impl<'a> dyn Case + 'a {
    /// Runs `iterations` in as few batches as the case allows; `measure` is called once a batch with
    /// the iterations it holds, and must call [`Case::run`] with them.
    pub fn in_batches(&self, iterations: u64, mut measure: impl FnMut(&(dyn Case + 'a), u64)) {
        let mut left = iterations;
        while left > 0 {
            let batch = left.min(self.batch_limit());
            self.stage(batch);
            measure(self, batch);
            self.unstage();
            left -= batch;
        }
    }
}

/// Outputs kept alive at once when only a part of the iteration is measured, counted in elements:
/// 100,000 u64 are 800 kB, which stays in a second-level cache.
const STAGED_ELEMENTS: usize = 100_000;

/// A workload with its input built.
struct Prepared<W: Workload> {
    size: usize,
    input: W::Input,
    kept: RefCell<Vec<W::Output>>,
}

impl<W: Workload> Prepared<W> {
    fn new(size: usize) -> Self {
        Self { size, input: W::input(size), kept: RefCell::new(Vec::new()) }
    }
}

impl<W: Workload> Case for Prepared<W> {
    #[inline(never)]
    fn run(&self, iterations: u64) {
        // Once a call, not an iteration: loops that compile to the same code would otherwise be merged into one
        // function, and a workload would be measured under the name of another.
        black_box(type_name::<W>());
        match W::PART {
            Part::Whole => {
                for _ in 0..iterations {
                    black_box(W::run(black_box(&self.input)));
                }
            }
            Part::Building => {
                let mut kept = self.kept.borrow_mut();
                for _ in 0..iterations {
                    kept.push(black_box(W::run(black_box(&self.input))));
                }
            }
            Part::Dropping => {
                let mut kept = self.kept.borrow_mut();
                for _ in 0..iterations {
                    drop(black_box(kept.pop()));
                }
            }
        }
    }

    fn batch_limit(&self) -> u64 {
        match W::PART {
            Part::Whole => u64::MAX,
            Part::Building | Part::Dropping => {
                (STAGED_ELEMENTS / self.size.max(1)).min(W::MOST_KEPT).max(1) as u64
            }
        }
    }

    fn stage(&self, iterations: u64) {
        let mut kept = self.kept.borrow_mut();
        match W::PART {
            Part::Whole => {}
            Part::Building => kept.reserve(iterations as usize),
            Part::Dropping => kept.extend((0..iterations).map(|_| W::run(black_box(&self.input)))),
        }
    }

    fn unstage(&self) {
        self.kept.borrow_mut().clear();
    }

    fn verify(&self) -> Result<Answer, WrongAnswer> {
        let output = W::run(black_box(&self.input));
        if W::check(&self.input, &output) {
            Ok(W::answer(&output))
        } else {
            Err(WrongAnswer { workload: W::NAME, size: self.size })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Left;
    struct Right;

    macro_rules! does_nothing {
        ($workload:ident) => {
            impl Workload for $workload {
                const NAME: &'static str = "twin";
                const ABOUT: &'static str = "the same code as its twin";
                type Input = ();
                type Output = ();
                fn input(_size: usize) {}
                fn run((): &()) {}
                fn check((): &(), (): &()) -> bool {
                    true
                }
                fn answer((): &()) -> Answer {
                    Answer::of_sequence([])
                }
            }
        };
    }
    does_nothing!(Left);
    does_nothing!(Right);

    fn measured_loop<W: Workload>() -> *const () {
        <Prepared<W> as Case>::run as fn(&Prepared<W>, u64) as *const ()
    }

    #[test]
    fn workloads_with_the_same_code_keep_a_measured_loop_each() {
        assert_ne!(black_box(measured_loop::<Left>()), black_box(measured_loop::<Right>()));
    }
}
