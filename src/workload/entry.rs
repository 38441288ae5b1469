//! A catalogue line: all that is known of a workload before it has an input.

use super::{Case, Concurrency, Floor, Prepared, Role, Spare, Workload};

/// A catalogue line: a workload with its type erased, not yet given an input.
#[derive(Clone, Copy)]
pub struct Entry {
    /// Name within the family.
    pub name: &'static str,
    /// One line: what this workload stresses.
    pub about: &'static str,
    /// The kernel of the study notes that this workload repeats.
    pub mirrors: Option<&'static str>,
    /// The sizes this workload runs at, where they are fewer than its family's.
    pub sizes: Option<&'static [usize]>,
    /// What runs beside the measuring thread.
    pub concurrency: Concurrency,
    /// What it is in a comparison of doing work here with handing it over.
    pub role: Option<Role>,
    /// Which costs it leaves out that siblings pay for.
    pub spares: &'static [Spare],
    /// Whether its output is a shorter form of its siblings'.
    pub abbreviates: bool,
    prepare: fn(usize) -> Box<dyn Case>,
    unavailable: fn(usize) -> Option<String>,
    speedup_bound: fn(usize, usize) -> Option<f64>,
    speedup_at_worst: fn(usize, usize) -> Option<f64>,
    floor: fn(usize) -> Option<Floor>,
}

impl Entry {
    /// The catalogue line of `W`.
    pub const fn of<W: Workload>() -> Self {
        Self {
            name: W::NAME,
            about: W::ABOUT,
            mirrors: W::MIRRORS,
            sizes: W::SIZES,
            concurrency: W::CONCURRENCY,
            role: W::ROLE,
            spares: W::SPARES,
            abbreviates: W::ABBREVIATES,
            prepare: |size| Box::new(Prepared::<W>::new(size)),
            unavailable: W::unavailable,
            speedup_bound: W::speedup_bound,
            speedup_at_worst: W::speedup_at_worst,
            floor: W::floor,
        }
    }

    /// Whether this line runs at `size`.
    pub fn runs_at(&self, size: usize) -> bool {
        self.sizes.is_none_or(|sizes| sizes.contains(&size))
    }

    /// Builds the input of `size` and returns the case, ready to be measured.
    pub fn prepare(&self, size: usize) -> Box<dyn Case> {
        (self.prepare)(size)
    }

    /// Why this line cannot run here at `size`, in one line.
    pub fn unavailable(&self, size: usize) -> Option<String> {
        (self.unavailable)(size)
    }

    /// The largest speed-up over the baseline that the schedule allows on `cores` cores.
    pub fn speedup_bound(&self, size: usize, cores: usize) -> Option<f64> {
        (self.speedup_bound)(size, cores)
    }

    /// The least speed-up that turns among more threads than cores leave.
    pub fn speedup_at_worst(&self, size: usize, cores: usize) -> Option<f64> {
        (self.speedup_at_worst)(size, cores)
    }

    /// The least work that the answer needs at `size`, if this line is its family's baseline.
    pub fn floor(&self, size: usize) -> Option<Floor> {
        (self.floor)(size)
    }
}
