//! What is measured, in what unit, by which instrument.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An instrument, by the name that commands, files and pages use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InstrumentName {
    /// criterion.
    Time,
    /// CPU samples, drawn by inferno.
    Flamegraph,
    /// dhat.
    Heap,
    /// callgrind, through iai-callgrind.
    Instructions,
    /// /proc and rusage.
    Waits,
    /// The same case without one of its costs, against itself.
    Ceilings,
    /// CPython, running the same kernels.
    Python,
}

impl InstrumentName {
    /// Every instrument, in the order in which pages show them.
    pub const ALL: [Self; 7] = [
        Self::Time,
        Self::Flamegraph,
        Self::Heap,
        Self::Instructions,
        Self::Waits,
        Self::Ceilings,
        Self::Python,
    ];

    /// Those that a run uses unless it is told which, in the order in which it does. CPython is a thing to compare
    /// with, not a way to look at our own code, and it is slow: it is asked for by name.
    pub const BENCHED: [Self; 6] =
        [Self::Time, Self::Flamegraph, Self::Heap, Self::Instructions, Self::Waits, Self::Ceilings];

    /// The name itself.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Flamegraph => "flamegraph",
            Self::Heap => "heap",
            Self::Instructions => "instructions",
            Self::Waits => "waits",
            Self::Ceilings => "ceilings",
            Self::Python => "python",
        }
    }
}

impl fmt::Display for InstrumentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a number counts. All are for one iteration, except [`Samples`](Self::Samples) and
/// [`SampleRateHz`](Self::SampleRateHz), which say how well a flamegraph was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Wall time, nanoseconds: the median of criterion's samples.
    TimeNs,
    /// Wall time as a multiple of the family's baseline at the same size, from interleaved blocks.
    TimeRatio,
    /// How many times its fastest of the run the canary took beside the blocks of a process start, the middle start: 1 while the
    /// host gave the CPU its whole core, more beside a neighbour on it. From the fastest to the slowest start. Where iterations are short
    /// enough that it tells.
    CanarySlowness,
    /// What the canary took at its fastest, as far as the run had heard when the ratio was taken, nanoseconds.
    CanaryNs,
    /// Wall time while the host gives this CPU as much of its core as it ever did in the run, nanoseconds: of
    /// blocks beside which the canary was fast. Of iterations up to 0.2 ms on one thread.
    TimeFullCoreNs,
    /// Times as fast as the family's baseline with the fewest workers, from interleaved rounds; where sizes count
    /// workers.
    Speedup,
    /// CPUs that the machine gave as many copies of the baseline at once as the case's bound needs: how many times the work
    /// of one they got done, from the same rounds. Where a schedule's bound is known.
    Capacity,
    /// The speed-up over what the schedule allows on the CPUs that copies were given: 1 is all of it.
    BoundReached,
    /// CPU samples taken.
    Samples,
    /// CPU samples taken a second of CPU time.
    SampleRateHz,
    /// Heap blocks allocated.
    HeapBlocks,
    /// Heap bytes allocated.
    HeapBytes,
    /// Most heap bytes alive at once.
    HeapPeakBytes,
    /// Instructions executed, under callgrind.
    Instructions,
    /// Cycles estimated from instructions and simulated cache misses.
    EstimatedCycles,
    /// First-level cache misses, instructions and data, simulated.
    L1Misses,
    /// Last-level cache misses, instructions and data, simulated.
    LlMisses,
    /// Branches executed, conditional and indirect.
    Branches,
    /// Branches that a simulated predictor guessed wrong.
    BranchMisses,
    /// Wall time of all threads together, nanoseconds: each from its start, or the loop's, to its end.
    WallNs,
    /// Of it, on a CPU in user code.
    CpuUserNs,
    /// Of it, on a CPU in the kernel.
    CpuKernelNs,
    /// Of it, ready to run and waiting for a CPU.
    RunqueueNs,
    /// Of it, blocked in a system call or a page fault.
    BlockedNs,
    /// What the parts leave of the wall time, or take too much: positive or negative.
    ResidualNs,
    /// Most threads alive at once, the measuring one included.
    Threads,
    /// Child processes that ended.
    Children,
    /// CPU time of child processes, ended or alive, user and kernel.
    ChildrenCpuNs,
    /// Times as fast if heap blocks cost next to nothing, from interleaved blocks with them and without.
    CeilingAllocation,
    /// Times as fast an element is at a smaller size, whose data lies in a core's own cache; from interleaved blocks of
    /// both that handle as many.
    CeilingMemory,
    /// That smaller size.
    CeilingMemorySize,
    /// Heap bytes alive at once: the input's and the most of an iteration's.
    WorkingSetBytes,
    /// Times as fast if all threads run on one CPU, from interleaved blocks on one and on all: below 1 where the CPUs
    /// gain anything.
    CeilingOneCpu,
    /// Wall time of CPython for the same kernel, nanoseconds.
    PythonNs,
    /// Our wall time in the rounds with CPython, nanoseconds.
    PythonOursNs,
    /// Our wall time as a multiple of CPython's, from interleaved rounds.
    PythonRatio,
    /// Times as fast as CPython's serial form of the kernel, from interleaved rounds; of threads and processes.
    PythonSpeedup,
    /// Times as fast as our serial form of the kernel, from the same rounds.
    PythonOursSpeedup,
}

impl Metric {
    /// The name in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TimeNs => "time_ns",
            Self::TimeRatio => "time_ratio",
            Self::CanarySlowness => "canary_slowness",
            Self::CanaryNs => "canary_ns",
            Self::TimeFullCoreNs => "time_full_core_ns",
            Self::Speedup => "speedup",
            Self::Capacity => "capacity",
            Self::BoundReached => "bound_reached",
            Self::Samples => "samples",
            Self::SampleRateHz => "sample_rate_hz",
            Self::HeapBlocks => "heap_blocks",
            Self::HeapBytes => "heap_bytes",
            Self::HeapPeakBytes => "heap_peak_bytes",
            Self::Instructions => "instructions",
            Self::EstimatedCycles => "estimated_cycles",
            Self::L1Misses => "l1_misses",
            Self::LlMisses => "ll_misses",
            Self::Branches => "branches",
            Self::BranchMisses => "branch_misses",
            Self::WallNs => "wall_ns",
            Self::CpuUserNs => "cpu_user_ns",
            Self::CpuKernelNs => "cpu_kernel_ns",
            Self::RunqueueNs => "runqueue_ns",
            Self::BlockedNs => "blocked_ns",
            Self::ResidualNs => "residual_ns",
            Self::Threads => "threads",
            Self::Children => "children",
            Self::ChildrenCpuNs => "children_cpu_ns",
            Self::CeilingAllocation => "ceiling_allocation",
            Self::CeilingMemory => "ceiling_memory",
            Self::CeilingMemorySize => "ceiling_memory_size",
            Self::WorkingSetBytes => "working_set_bytes",
            Self::CeilingOneCpu => "ceiling_one_cpu",
            Self::PythonNs => "python_ns",
            Self::PythonOursNs => "python_ours_ns",
            Self::PythonRatio => "python_ratio",
            Self::PythonSpeedup => "python_speedup",
            Self::PythonOursSpeedup => "python_ours_speedup",
        }
    }

    /// The unit its values are in.
    pub const fn unit(self) -> Unit {
        match self {
            Self::TimeNs
            | Self::TimeFullCoreNs
            | Self::CanaryNs
            | Self::WallNs
            | Self::CpuUserNs
            | Self::CpuKernelNs
            | Self::RunqueueNs
            | Self::BlockedNs
            | Self::ResidualNs
            | Self::ChildrenCpuNs
            | Self::PythonNs
            | Self::PythonOursNs => Unit::Ns,
            Self::TimeRatio
            | Self::CanarySlowness
            | Self::Speedup
            | Self::Capacity
            | Self::BoundReached
            | Self::CeilingAllocation
            | Self::CeilingMemory
            | Self::CeilingOneCpu
            | Self::PythonRatio
            | Self::PythonSpeedup
            | Self::PythonOursSpeedup => Unit::Ratio,
            Self::SampleRateHz => Unit::Hz,
            Self::HeapBytes | Self::HeapPeakBytes | Self::WorkingSetBytes => Unit::Bytes,
            Self::Samples
            | Self::HeapBlocks
            | Self::Instructions
            | Self::EstimatedCycles
            | Self::L1Misses
            | Self::LlMisses
            | Self::Branches
            | Self::BranchMisses
            | Self::Threads
            | Self::Children
            | Self::CeilingMemorySize => Unit::Count,
        }
    }

    /// The number that this one is told beside, where an instrument takes each of its numbers by itself, or leaves some out: when
    /// that is taken anew, what was told beside it is gone. Else itself.
    pub const fn principal(self) -> Self {
        match self {
            Self::CeilingMemorySize | Self::WorkingSetBytes => Self::CeilingMemory,
            Self::CanarySlowness | Self::CanaryNs => Self::TimeRatio,
            // Books add up: a part that the newest ones do not name is none, and not what it was.
            Self::CpuUserNs
            | Self::CpuKernelNs
            | Self::RunqueueNs
            | Self::BlockedNs
            | Self::ResidualNs
            | Self::ChildrenCpuNs
            | Self::Threads
            | Self::Children => Self::WallNs,
            other => other,
        }
    }
}

/// The unit of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Nanoseconds.
    Ns,
    /// A multiple of the baseline.
    Ratio,
    /// Per second.
    Hz,
    /// Bytes.
    Bytes,
    /// Bytes a second.
    BytesPerSecond,
    /// A plain count.
    Count,
}

impl Unit {
    /// The name in JSON and in tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ns => "ns",
            Self::Ratio => "ratio",
            Self::Hz => "hz",
            Self::Bytes => "bytes",
            Self::Count => "count",
            Self::BytesPerSecond => "bytes_per_second",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_code_and_in_json_are_the_same() {
        for metric in [Metric::TimeNs, Metric::SampleRateHz, Metric::HeapPeakBytes, Metric::BranchMisses] {
            let json = serde_json::to_string(&metric).expect("a plain name");
            assert_eq!(json, format!("\"{}\"", metric.as_str()));
        }
        for metric in [
            Metric::CanarySlowness,
            Metric::CanaryNs,
            Metric::TimeFullCoreNs,
            Metric::Capacity,
            Metric::BoundReached,
            Metric::CeilingMemory,
            Metric::CeilingMemorySize,
            Metric::WorkingSetBytes,
            Metric::CeilingOneCpu,
            Metric::PythonOursNs,
            Metric::PythonSpeedup,
            Metric::PythonOursSpeedup,
        ] {
            let json = serde_json::to_string(&metric).expect("a plain name");
            assert_eq!(json, format!("\"{}\"", metric.as_str()));
        }
        for unit in [Unit::Ns, Unit::Ratio, Unit::Hz, Unit::Bytes, Unit::Count] {
            let json = serde_json::to_string(&unit).expect("a plain name");
            assert_eq!(json, format!("\"{}\"", unit.as_str()));
        }
        for instrument in InstrumentName::ALL {
            let json = serde_json::to_string(&instrument).expect("a plain name");
            assert_eq!(json, format!("\"{instrument}\""));
        }
    }

    #[test]
    fn a_run_uses_every_instrument_but_cpython_unless_told() {
        let unbenched: Vec<InstrumentName> = InstrumentName::ALL
            .into_iter()
            .filter(|instrument| !InstrumentName::BENCHED.contains(instrument))
            .collect();
        assert_eq!(unbenched, [InstrumentName::Python]);
    }
}
