//! One number in a table, or the reason why there is none. The absences never look alike.

use maud::{Markup, html};

use super::page::words;
use super::{Source, format};
use crate::analysis::{Estimate, Ratio, Since, Standing, standing};
use crate::record::{CaseId, InstrumentName, Measurement, Metric, Unit};

/// What a metric is called on pages.
pub(super) fn label(metric: Metric) -> &'static str {
    match metric {
        Metric::TimeNs => "time",
        Metric::TimeRatio => "ratio to baseline",
        Metric::CanarySlowness => "canary, beside the ratio's blocks, over its fastest",
        Metric::CanaryNs => "canary at its fastest",
        Metric::TimeFullCoreNs => "time with the core to itself",
        Metric::Speedup => "speed-up",
        Metric::Capacity => "CPUs given to copies of the baseline at once",
        Metric::BoundReached => "of what the schedule allows on the CPUs given to copies",
        Metric::Samples => "CPU samples",
        Metric::SampleRateHz => "sample rate",
        Metric::HeapBlocks => "heap blocks",
        Metric::HeapBytes => "heap bytes",
        Metric::HeapPeakBytes => "peak heap bytes",
        Metric::Instructions => "instructions",
        Metric::EstimatedCycles => "estimated cycles",
        Metric::L1Misses => "L1 misses, simulated",
        Metric::LlMisses => "last-level misses, simulated",
        Metric::Branches => "branches",
        Metric::BranchMisses => "branch misses, simulated",
        Metric::WallNs => "wall time of all threads",
        Metric::CpuUserNs => "on CPU, user code",
        Metric::CpuKernelNs => "on CPU, kernel",
        Metric::RunqueueNs => "waiting for a CPU",
        Metric::BlockedNs => "blocked",
        Metric::ResidualNs => "residual",
        Metric::Threads => "threads",
        Metric::Children => "children",
        Metric::ChildrenCpuNs => "CPU time of children",
        Metric::PythonNs => "CPython",
        Metric::PythonOursNs => "ours, in rounds with CPython",
        Metric::PythonRatio => "ratio to CPython",
        Metric::PythonSpeedup => "CPython's speed-up over its serial form",
        Metric::PythonOursSpeedup => "our speed-up over our serial form",
        Metric::CeilingAllocation => "ceiling: speed-up without allocation",
        Metric::CeilingMemory => "ceiling: speed-up of as many elements at a size whose data lies in cache",
        Metric::CeilingMemorySize => "that size",
        Metric::WorkingSetBytes => "heap bytes alive, with the input",
        Metric::CeilingOneCpu => "speed-up of the same threads on one CPU",
    }
}

/// What is known of `metric` of a case.
pub(super) fn look_up<'a>(source: &'a Source<'_>, id: &CaseId, metric: Metric) -> Standing<'a> {
    standing(source.recorded, source.recorded.case(id), metric, source.revision.as_deref())
}

/// The kind of an absence (a style class) and its words; `None` for a number.
pub(super) fn absence(standing: &Standing<'_>) -> Option<(&'static str, String)> {
    Some(match standing {
        Standing::Measured { .. } => return None,
        Standing::Failed(reason) => ("failed", format!("failed: {reason}")),
        Standing::LeftOut(reason) => ("left-out", format!("left out: {reason}")),
        Standing::Unavailable(reason) => ("unavailable", format!("instrument unavailable: {reason}")),
        Standing::NotGiven => ("not-given", "not given".to_owned()),
        Standing::NotMeasured => ("not-measured", "not measured yet".to_owned()),
    })
}

/// The same in a word or two, for charts.
pub(super) fn short_absence(standing: &Standing<'_>) -> &'static str {
    match standing {
        Standing::Measured { .. } => "no number",
        Standing::Failed(_) => "failed",
        Standing::LeftOut(_) => "left out",
        Standing::Unavailable(_) => "instrument unavailable",
        Standing::NotGiven => "not given",
        Standing::NotMeasured => "not measured yet",
    }
}

/// Marks of a number that a reader must not overlook: it is stale, or a newer attempt gave none.
pub(super) fn marks(source: &Source<'_>, standing: &Standing<'_>) -> Markup {
    let Standing::Measured { measurement, stale, since } = standing else { return html! {} };
    let now = source.revision.as_deref().unwrap_or("unknown");
    html! {
        @if *stale {
            " " span.mark.stale title=(format!("taken {} at revision {}; the newest run is at {now}", measurement.taken_at, measurement.revision)) { "stale" }
        }
        @if let Some(since) = since {
            @let (what, reason) = match since { Since::Failed(reason) => ("failed", reason), Since::LeftOut(reason) => ("left out", reason) };
            " " span.mark.failed title=(format!("a newer attempt gave no number, {what}: {}", format::clipped(reason, 1_000))) { (what) " since" }
        }
    }
}

/// The mark of a ratio that was taken beside a neighbour on the core.
pub(super) fn slowed(ratio: Ratio) -> Markup {
    html! {
        @if let Some(times) = ratio.slowed {
            " " span.mark title=(format!("the host gave the CPU less than its whole core: a loop of plain arithmetic took {times:.2} times its fastest beside these blocks. Members lose differently to a neighbour, so on a core to itself this ratio may be another")) { "slowed core" }
        }
    }
}

/// The mark of a ratio that the times beside it, each taken alone, contradict.
pub(super) fn changed(apart: Option<Estimate>) -> Markup {
    html! {
        @if let Some(apart) = apart {
            " " span.mark title=(format!("timed alone, one after the other, the two took {} {}: the machine changed between them, so one of these times is not what it takes beside the other. The ratio, from blocks in turn, holds", format::ratio(&apart), format::ratio_interval(&apart))) { "times contradict" }
        }
    }
}

/// When and at which revision a number was taken, for hovering.
pub(super) fn taken(measurement: &Measurement) -> String {
    format!("{}, taken {} at revision {}", measurement.instrument, measurement.taken_at, measurement.revision)
}

/// The value alone: of a ratio as precise as its interval, of bytes without the unit that the heading gives.
fn value(measurement: &Measurement) -> String {
    match (measurement.unit, Estimate::of(measurement)) {
        (Unit::Bytes, _) => format::count(measurement.value),
        (Unit::Ratio, Some(estimate)) => format::ratio(&estimate),
        (unit, _) => format::value(measurement.value, unit),
    }
}

/// A measured value with its interval below it.
fn number(source: &Source<'_>, standing: &Standing<'_>, measurement: &Measurement) -> Markup {
    html! {
        td.num title=(taken(measurement)) {
            (value(measurement))
            @if let Some(estimate) = Estimate::of(measurement).filter(|estimate| !estimate.is_exact()) {
                span.interval { (format::interval(&estimate, measurement.unit)) }
            }
            (marks(source, standing))
        }
    }
}

/// The cells of one instrument's `metrics`; one wide cell when it gave none of them.
pub(super) fn cells(source: &Source<'_>, id: &CaseId, metrics: &[Metric]) -> Markup {
    let standings: Vec<_> = metrics.iter().map(|metric| look_up(source, id, *metric)).collect();
    if let Some(first) = standings.first().filter(|_| !standings.iter().any(Standing::is_measured)) {
        return if metrics.len() == 1 { narrow(first) } else { wide(first, metrics.len()) };
    }
    html! {
        @for (index, standing) in standings.iter().enumerate() {
            @match standing {
                // A newer attempt is told once for the instrument, at its first number.
                Standing::Measured { measurement, stale, .. } if index > 0 =>
                    (number(source, &Standing::Measured { measurement, stale: *stale, since: None }, measurement)),
                Standing::Measured { measurement, .. } => (number(source, standing, measurement)),
                absent => (wide(absent, 1)),
            }
        }
    }
}

/// One cell of one column that says why there is no number, in a few lines; all of it on hover, and on the case's page.
fn narrow(standing: &Standing<'_>) -> Markup {
    let (class, text) = absence(standing).unwrap_or(("absent", "no usable number".into()));
    html! { td.absent.(class) title=(format::clipped(&text, 1_000)) { span.reason { (words(&text)) } } }
}

/// One cell over `columns` columns that says why there is no number.
pub(super) fn wide(standing: &Standing<'_>, columns: usize) -> Markup {
    // A value that is there and yet ranks nothing, such as a time of zero.
    let (class, text) = absence(standing).unwrap_or(("absent", "no usable number".into()));
    html! { td.absent.(class) colspan=(columns) { (words(&text)) } }
}

/// The metrics of an instrument, in the order in which pages show them.
pub(super) fn metrics_of(instrument: InstrumentName) -> &'static [Metric] {
    match instrument {
        InstrumentName::Time => &[
            Metric::TimeNs,
            Metric::TimeFullCoreNs,
            Metric::TimeRatio,
            Metric::CanarySlowness,
            Metric::CanaryNs,
            Metric::Speedup,
            Metric::Capacity,
            Metric::BoundReached,
        ],
        InstrumentName::Flamegraph => &[Metric::Samples, Metric::SampleRateHz],
        InstrumentName::Heap => &[Metric::HeapBytes, Metric::HeapBlocks, Metric::HeapPeakBytes],
        InstrumentName::Instructions => &[
            Metric::Instructions,
            Metric::EstimatedCycles,
            Metric::L1Misses,
            Metric::LlMisses,
            Metric::Branches,
            Metric::BranchMisses,
        ],
        InstrumentName::Waits => &[
            Metric::WallNs,
            Metric::CpuUserNs,
            Metric::CpuKernelNs,
            Metric::RunqueueNs,
            Metric::BlockedNs,
            Metric::ResidualNs,
            Metric::Threads,
            Metric::Children,
            Metric::ChildrenCpuNs,
        ],
        InstrumentName::Ceilings => &[
            Metric::CeilingAllocation,
            Metric::CeilingMemory,
            Metric::CeilingMemorySize,
            Metric::WorkingSetBytes,
            Metric::CeilingOneCpu,
        ],
        InstrumentName::Python => &[
            Metric::PythonNs,
            Metric::PythonOursNs,
            Metric::PythonRatio,
            Metric::PythonSpeedup,
            Metric::PythonOursSpeedup,
        ],
    }
}
