//! How samples were taken, in one line: what stands under each picture.

use super::SamplerKind;

/// How a set of samples came about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tally {
    /// What took them.
    pub sampler: SamplerKind,
    /// Samples in the picture.
    pub samples: u64,
    /// Samples that the kernel took and that were overwritten or unreadable.
    pub lost: u64,
    /// Samples of staging and of the driver: taken, but not in the picture.
    pub outside: u64,
    /// Samples in the picture under `[unattributed]`: their stack breaks off before the measured loop.
    pub unattributed: u64,
    /// Samples in the picture under `[truncated]`: their stack is deeper than the sampler looks.
    pub truncated: u64,
    /// Samples of child processes: taken, but not in the picture, whose symbols are this program's.
    pub of_children: u64,
    /// CPU seconds, of all threads, during which samples were taken.
    pub cpu_seconds: f64,
    /// Those of them spent in the kernel, where no sample is taken; accounted by tick, so roughly.
    pub kernel_seconds: f64,
}

impl Tally {
    /// All samples taken a second of CPU time: the rate achieved, not the one asked for.
    pub fn rate_hz(&self) -> f64 {
        (self.samples + self.lost + self.outside) as f64 / self.cpu_seconds.max(f64::MIN_POSITIVE)
    }

    /// The share of CPU time that no sampler here sees.
    pub fn kernel_share(&self) -> f64 {
        (self.kernel_seconds / self.cpu_seconds.max(f64::MIN_POSITIVE)).clamp(0.0, 1.0)
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { sampler, samples, lost, outside, unattributed, truncated, cpu_seconds, .. } = self;
        let rate = self.rate_hz();
        write!(f, "{}: {samples} samples, {rate:.0} per CPU second of {cpu_seconds:.2}", sampler.as_str())?;
        write!(f, "; {lost} lost, {unattributed} unattributed")?;
        if *truncated > 0 {
            write!(f, ", {truncated} truncated")?;
        }
        if *outside > 0 {
            write!(f, ", {outside} outside the loop left out")?;
        }
        if self.of_children > 0 {
            write!(f, ", {} of child processes not shown", self.of_children)?;
        }
        let kernel = self.kernel_share() * 100.0;
        match sampler {
            SamplerKind::PerfEvent => write!(f, "; user code only, {kernel:.0}% of CPU time in the kernel"),
            SamplerKind::Pprof => write!(f, "; inlined functions not told apart"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caption_tells_what_is_missing() {
        let tally = Tally {
            sampler: SamplerKind::PerfEvent,
            samples: 480,
            lost: 3,
            outside: 17,
            unattributed: 2,
            truncated: 1,
            of_children: 0,
            cpu_seconds: 0.5,
            kernel_seconds: 0.05,
        };
        assert_eq!(
            tally.to_string(),
            "perf-event: 480 samples, 1000 per CPU second of 0.50; 3 lost, 2 unattributed, 1 truncated, \
             17 outside the loop left out; user code only, 10% of CPU time in the kernel"
        );
        let with_children = Tally { of_children: 5, ..tally }.to_string();
        assert!(with_children.contains("left out, 5 of child processes not shown; user"), "{with_children}");
    }
}
