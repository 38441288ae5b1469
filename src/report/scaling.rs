//! What more workers gain: the speed-up of a family's members against the ideal and against what their schedule allows,
//! and the laws fitted to it.

use std::path::Path;

use maud::{Markup, PreEscaped, html};

use super::charts::{SpeedupLine, speedups};
use super::page::{clip, scrolled, swatch};
use super::{ReportError, Source, format, link};
use crate::analysis::{Estimate, Laws, Ranked, ScalingCurve, ScalingPoint, scaling};
use crate::record::{CaseId, ListedCounts, ListedFamily, Measurement, Metric, SpeedupBound};

/// The section of a family whose sizes count workers.
pub(super) fn section(
    source: &Source<'_>,
    path: &Path,
    family: &ListedFamily,
) -> Result<Markup, ReportError> {
    let cores = source.cores();
    let curves = scaling(family, source.recorded, cores);
    let title = format!("Speed-up by {}", family.axis);
    let lines: Vec<_> = curves
        .iter()
        .enumerate()
        .map(|(index, curve)| SpeedupLine { index, name: &curve.workload.name, points: &curve.points })
        .collect();
    let chart = speedups(&title, &family.axis, cores, &lines)?;
    Ok(html! {
        h2 #speedup { (clip(&title, 80)) }
        p.small { (on_this_machine(family, cores)) }
        @if let Some(svg) = chart {
            figure.lines {
                div.chart.wide role="img" aria-label=(format!("{}; the numbers are in the table below", format::clipped(&title, 80))) { (PreEscaped(svg)) }
                figcaption { "Both axes are linear and begin at zero. Point at a row below to single out its line." }
            }
        } @else { p.muted { "A curve needs speed-ups at two numbers of " (clip(&family.axis, 24)) " or more." } }
        (table(source, path, family, &curves))
        (laws(&curves))
    })
}

fn on_this_machine(family: &ListedFamily, cores: usize) -> String {
    let axis = &family.axis;
    match cores {
        1 => format!(
            "This machine has one core: more {axis} cannot make work faster here, only waiting. Every figure beyond 1 is oversubscribed."
        ),
        _ => format!(
            "Times as fast as {} with the fewest {axis}, from interleaved rounds, on {cores} cores. More {axis} than cores are marked oversubscribed.",
            family.baseline
        ),
    }
}

fn table(source: &Source<'_>, path: &Path, family: &ListedFamily, curves: &[ScalingCurve<'_>]) -> Markup {
    let body = html! {
        table {
            caption { "Speed-up with its 95 % interval; below it what the schedule allows, and the share of that which is reached; then the same on the CPUs that the machine gave as many copies of the baseline at once" }
            thead { tr {
                th.left scope="col" { "workload" }
                @for size in &family.sizes {
                    th scope="col" {
                        (format::counted(*size, &family.unit, &family.axis))
                        @if *size > source.cores() { " " span.mark { "oversubscribed" } }
                    }
                }
            } }
            tbody {
                @for (index, curve) in curves.iter().enumerate() {
                    tr data-s=(index % super::theme::SERIES) {
                        th.left scope="row" { (swatch(index)) " " (clip(&curve.workload.name, 48)) }
                        @for size in &family.sizes { (point_cell(source, path, family, curve, *size)) }
                    }
                }
            }
        }
    };
    scrolled("Speed-up", &body)
}

fn point_cell(
    source: &Source<'_>,
    path: &Path,
    family: &ListedFamily,
    curve: &ScalingCurve<'_>,
    size: usize,
) -> Markup {
    let id = CaseId { family: family.name.clone(), workload: curve.workload.name.clone(), size };
    let point = curve.points.iter().find(|point| point.workers == size);
    html! {
        @match point {
            Some(point) => td.num {
                a href=(link::relative(path, &source.layout.case_page(&id))) { (format::ratio(&point.speedup)) }
                @if point.speedup.is_exact() { span.interval { "by definition" } }
                @else { span.interval { (format::ratio_interval(&point.speedup)) } }
                (allowed(point, source.cores()))
                (given(source, &id, Metric::Speedup))
                (on_one_cpu(source, &id))
            },
            None if !curve.workload.sizes.contains(&size) => td.absent.not-run { "not run at this size" },
            None => td.absent.not-measured { "no speed-up yet" },
        }
    }
}

/// `of 1.97 ×`, or `of 1.69 to 2.00 ×` where the kernel's turns decide; and what that is.
fn of_what(bound: SpeedupBound) -> (String, &'static str) {
    let best = format::ratio(&Estimate::exact(bound.speedup));
    match bound.at_worst {
        Some(worst) => (
            format!("of {worst:.2} to {best}"),
            "what the schedule allows, by counting work, from the worst to the best turns that more threads than cores may take",
        ),
        None => (format!("of {best}"), "what the schedule allows, by counting work"),
    }
}

fn allowed(point: &ScalingPoint, cores: usize) -> Markup {
    html! {
        @if let Some((allowed, what)) = point.bound.map(of_what) {
            span.interval title=(what) { (allowed) ": " (format!("{:.0} %", 100.0 * point.efficiency(cores))) }
        }
    }
}

/// How many CPUs the machine gave copies of the baseline at once, and how much of what the schedule allows on them is
/// reached; where that was measured together with `beside`.
fn given(source: &Source<'_>, id: &CaseId, beside: Metric) -> Markup {
    let told = || {
        let case = source.case(id)?;
        let beside = case.measurement(beside)?;
        let of = |metric: Metric| {
            let same = |number: &&Measurement| {
                (&number.taken_at, &number.revision) == (&beside.taken_at, &beside.revision)
            };
            Estimate::of(case.measurement(metric).filter(same)?)
        };
        Some((of(Metric::Capacity)?, of(Metric::BoundReached)?))
    };
    html! {
        @if let Some((capacity, reached)) = told() {
            span.interval.told title="copies of the baseline run at once in the same rounds: how many times the work of one they got done" {
                (format!("copies were given {:.2} CPUs [{:.2}, {:.2}]", capacity.value, capacity.low, capacity.high))
            }
            span.interval.told title="the speed-up over what the schedule allows on the CPUs that the copies were given" {
                (format!("on them {:.0} % of what is allowed [{:.0}, {:.0}]", 100.0 * reached.value, 100.0 * reached.low, 100.0 * reached.high))
            }
        }
    }
}

/// That the same threads are faster on one CPU, where that was measured: more CPUs then cost them more than they bring.
fn on_one_cpu(source: &Source<'_>, id: &CaseId) -> Markup {
    let measured = source.case(id).and_then(|case| Estimate::of(case.measurement(Metric::CeilingOneCpu)?));
    html! {
        @if let Some(times) = measured.filter(|times| times.low > 1.0) {
            span.interval title="the same threads, in blocks that alternate between one CPU and all" {
                "on one CPU " (format::ratio(&times)) " as fast"
            }
        }
    }
}

/// The fits, or one sentence that says why there are none.
fn laws(curves: &[ScalingCurve<'_>]) -> Markup {
    let fitted: Vec<(&ScalingCurve<'_>, &Laws)> =
        curves.iter().filter_map(|curve| Some((curve, curve.laws.as_ref().ok()?))).collect();
    let refusal = curves.iter().find_map(|curve| curve.laws.as_ref().err());
    html! {
        h3 { "Laws" }
        @for (curve, laws) in &fitted {
            p.small.note {
                a href="#speedup" { strong { (clip(&curve.workload.name, 48)) } } ": by Amdahl, a serial share of "
                (format!("{:.1} %", 100.0 * laws.serial_share)) " (off by at most " (format!("{:.1} %", 100.0 * laws.amdahl_error))
                "); by the Universal Scalability Law, contention " (format!("{:.4}", laws.contention)) " and coherency "
                (format!("{:.2e}", laws.coherency)) " (off by at most " (format!("{:.1} %", 100.0 * laws.universal_error)) ")"
                @match laws.best_workers() {
                    Some(best) => { ", so that more than " (format::short(best.floor())) " make it slower" },
                    None => ", which has no peak",
                }
                "."
            }
        }
        @if let Some(refusal) = refusal.filter(|_| fitted.len() < curves.len()) { p.muted.small { (refusal.to_string()) "." } }
    }
}

/// How many times as fast as the baseline a ranked member is, beside what its schedule allows; where that is known and
/// sizes count work; and what it would be on one CPU, where that is faster.
pub(super) fn against_bound(
    source: &Source<'_>,
    family: &ListedFamily,
    member: &Ranked<'_>,
    size: usize,
) -> Markup {
    let is_work = family.counts == ListedCounts::Work;
    let id = CaseId { family: family.name.clone(), workload: member.workload.name.clone(), size };
    let bound =
        member.workload.speedup_bound(size).filter(|_| is_work && member.workload.name != family.baseline);
    let speedup = member
        .ratio
        .filter(|ratio| ratio.paired)
        .and_then(|ratio| Estimate::exact(1.0).over(&ratio.estimate));
    html! {
        @if let (Some((allowed, what)), Some(speedup)) = (bound.map(of_what), speedup) {
            span.interval { (format::ratio(&speedup)) " as fast" }
            span.interval title=(what) { (allowed) }
            (given(source, &id, Metric::TimeRatio))
        }
        @if is_work { (on_one_cpu(source, &id)) }
    }
}
