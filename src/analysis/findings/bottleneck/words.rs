//! The words of findings: what is claimed, and of what. Numbers come from elsewhere.

use std::fmt;

use super::figures::{counted, percent, short, so_many, times};
use super::{Bottleneck, Cost, Flat, Gain, HeldUp, Large, NoWork, Seen, memory};
use crate::analysis::Estimate;
use crate::analysis::symbols::Group;
use crate::record::{BlockedIn, Metric};

/// A part of the time on a CPU above this is all of it, to the digits that are shown.
const ALL: f64 = 0.995;
/// Above this what is left needs no word of its own: a case that is on a CPU for less waits for something.
const NEARLY_ALL: f64 = 0.9;

/// What a share is of. Stacks speak of the time on a CPU: where that is not all, a share of them is one of the time by two
/// instruments together.
fn of_what(seen: Seen, on_cpu: f64) -> String {
    let whole = match seen {
        Seen::Instructions => "instructions".to_owned(),
        Seen::InstructionsAt(size) => format!("instructions at size {size}"),
        Seen::Samples => "CPU time".to_owned(),
        Seen::Books | Seen::Sibling => "time".to_owned(),
    };
    match seen {
        Seen::Instructions | Seen::InstructionsAt(_) | Seen::Samples
            if (NEARLY_ALL..ALL).contains(&on_cpu) =>
        {
            format!("of its time, by its {whole}")
        }
        Seen::Instructions | Seen::InstructionsAt(_) | Seen::Samples if on_cpu < NEARLY_ALL => {
            format!(
                "of its time (by its {whole}, for the {:.0} % of it with a thread on a CPU)",
                on_cpu * 100.0
            )
        }
        _ => format!("of its {whole}"),
    }
}

/// What the gain of `gain` is, as the end of a sentence.
fn realised(gain: &Gain) -> String {
    let who = gain.by.as_ref().map_or("without it the case".to_owned(), |by| format!("`{by}`"));
    let how = if gain.paired { "" } else { " (timed apart)" };
    let Gain { times: t, .. } = gain;
    format!(
        "; measured, {who} is {} times as fast [{}, {}]{how}",
        times(t.value),
        times(t.low),
        times(t.high)
    )
}

/// What the group does, as a verb with its object.
fn deed(group: Group) -> &'static str {
    match group {
        Group::Allocation => "taking and giving back heap blocks is",
        Group::Growth => "growing a collection is",
        Group::Hashing => "hashing is",
        Group::Copying => "copying bytes is",
        Group::Formatting => "turning values into text is",
        Group::Ordering => "comparing and sorting is",
        Group::Dropping => "dropping what was built is",
        Group::SystemCalls => "calling the kernel is",
        Group::PageFaults => "first touching fresh pages is",
        Group::Synchronisation => "synchronisation is",
        Group::Spawning => "starting threads or processes is",
        Group::Serialisation => "turning values into bytes and back is",
    }
}

fn cost(cost: &Cost, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match &cost.hasher {
        Some(hasher) => write!(f, "hashing by {hasher} is ")?,
        None => write!(f, "{} ", deed(cost.group))?,
    }
    match &cost.share {
        Some((share, seen)) => write!(f, "{} {}", percent(share), of_what(*seen, cost.on_cpu))?,
        None => f.write_str("a cost that no stack shows in full")?,
    }
    if let Some((blocks, bytes)) = cost.heap.filter(|(blocks, _)| *blocks > 0) {
        let s = if blocks == 1 { "" } else { "s" };
        write!(f, " ({blocks} block{s}, {bytes} bytes an iteration)")?;
    }
    if let Some((group, part)) = cost.within {
        write!(f, ", {:.0} % of it while {}", part * 100.0, group.as_str())?;
    }
    Ok(())
}

/// What the same threads do on one CPU, as the end of a sentence.
fn on_one_cpu(gain: Option<&Estimate>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let Some(Estimate { value, low, high }) = gain else { return Ok(()) };
    write!(f, "; on one CPU the same threads are {value:.2} times as fast [{low:.2}, {high:.2}]")
}

impl fmt::Display for Bottleneck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cost(named) => cost(named, f)?,
            Self::ExcessWork { sibling, times: by, unexplained, .. } => {
                write!(
                    f,
                    "it takes {} times the instructions of `{sibling}` for the same answer",
                    times(*by)
                )?;
                if *unexplained < by * 0.9 {
                    write!(f, ", {} times without the costs that are named beside it", times(*unexplained))?;
                }
            }
            Self::HotFunction { function, share, seen, on_cpu, algorithm } => {
                let function = short(function);
                write!(
                    f,
                    "{} {} is spent in `{function}`, under no other name",
                    percent(share),
                    of_what(*seen, *on_cpu)
                )?;
                if let Some(Gain { by: Some(by), times: t, .. }) = algorithm {
                    write!(
                        f,
                        "; `{by}` finds the same {} times as fast as its family's baseline",
                        times(t.value)
                    )?;
                }
            }
            Self::SystemCalls { share, call, serialisation } => {
                write!(f, "the kernel works for it for {} of its time", percent(share))?;
                if let Some(call) = call {
                    write!(f, ", called most by {call}")?;
                }
                if let Some(share) = serialisation {
                    write!(f, "; of the rest turning values into bytes and back is {}", percent(share))?;
                }
            }
            Self::PageFaults { share, large } => {
                write!(f, "the kernel makes fresh pages for {} of its time", percent(share))?;
                match large {
                    Some(Large { bytes, blocks: 1, .. }) => {
                        write!(f, ": a block of {bytes} bytes is mapped anew each time")?;
                    }
                    Some(Large { bytes, blocks, grows: false }) => write!(
                        f,
                        ": {blocks} blocks of {bytes} bytes on average, of which those above 32 MiB are mapped anew each time"
                    )?,
                    Some(Large { bytes, blocks, grows: true }) => write!(
                        f,
                        ": what grows in {blocks} blocks has {bytes} bytes alive at the peak, and a block above 32 MiB is mapped \
                         anew each time"
                    )?,
                    None => {}
                }
            }
            Self::Branching { mispredicted, executed, share } => write!(
                f,
                "a simulated predictor guesses {mispredicted:.0} of {executed:.0} branches wrong in an iteration, which is \
                 {} of its cycles by the model, at 15 to 20 for a wrong guess",
                percent(share)
            )?,
            Self::MemoryBound { slower, cached, laws } => {
                memory::claim(slower.as_ref(), cached.as_ref(), laws.as_ref(), f)?;
            }
            Self::SuperLinear { metric, exponent, sizes, ahead, by } => {
                write!(
                    f,
                    "its {} grow with the size to the power of {:.2} [{:.2}, {:.2}] over {sizes} sizes; at this one it {} {} \
                     times",
                    counted(*metric),
                    exponent.value,
                    exponent.low,
                    exponent.high,
                    if *by == Metric::TimeNs { "takes" } else { "costs" },
                    times(ahead.value)
                )?;
                if !ahead.is_exact() {
                    write!(f, " [{}, {}]", times(ahead.low), times(ahead.high))?;
                }
                match by {
                    Metric::TimeNs => f.write_str(
                        " as long as growing in step from the smallest would, by times that were taken apart",
                    )?,
                    by => write!(f, " the {} that growing in step from the smallest would", counted(*by))?,
                }
            }
            Self::AtFloor { times: t, part } if t.high < 1.0 => write!(
                f,
                "it is faster than this machine's calibrated speed allows for {part} ({} [{}, {}] of that time): the calibration \
                 was disturbed or another pattern of access is faster, and nothing is to be gained that could be told",
                times(t.value),
                times(t.low),
                times(t.high)
            )?,
            Self::AtFloor { times: t, part } => write!(
                f,
                "it takes {} times [{}, {}] what this machine takes at least, for {part}: nothing is to be gained that could \
                 be told",
                times(t.value),
                times(t.low),
                times(t.high)
            )?,
            Self::Waiting { share, call, children, .. } => {
                write!(f, "every thread of it is blocked for {} of its time", percent(share))?;
                if let Some((call, part)) = call {
                    let call = if call == BlockedIn::NOT_SEEN { "calls that no look saw" } else { call };
                    write!(f, ", {:.0} % of the blocked time in {call}", part * 100.0)?;
                }
                if *children >= 0.5 {
                    write!(f, ", waiting for {} an iteration", so_many(*children, "child", "children"))?;
                }
            }
            Self::Starved { share, mean_wait_ns } => write!(
                f,
                "for {} of the time that it wanted a CPU somebody else had it, {:.1} ms at a time",
                percent(share),
                mean_wait_ns / 1e6
            )?,
            Self::LockContention { share, shown, against_one, one_cpu, .. } => {
                match shown {
                    HeldUp::Spinning { cpus_used, usable } => write!(
                        f,
                        "its threads hold each other up, by spinning or over the same cache lines: they use {cpus_used:.2} \
                         of {usable} CPUs"
                    )?,
                    HeldUp::InFutex { cpus_used, usable } => write!(
                        f,
                        "its threads wait for each other in futex for {} of their time and use {cpus_used:.2} of {usable} CPUs",
                        percent(share)
                    )?,
                    HeldUp::BySibling => {
                        f.write_str("its threads hold each other up at a lock that a sibling spares")?
                    }
                }
                if let Some(against_one) = against_one {
                    write!(f, ", and take {against_one:.2} times as long as one thread")?;
                }
                on_one_cpu(one_cpu.as_ref(), f)?;
            }
            Self::FalseSharing { like, one_cpu, cpus, gain } => {
                match (like, cpus) {
                    (Some((sibling, instructions)), cpus) => {
                        write!(
                            f,
                            "it takes {} times as long as `{sibling}` with {instructions:.2} times its instructions: its threads \
                             write to one cache line",
                            times(gain.times.value)
                        )?;
                        if cpus.is_none() {
                            f.write_str(" (nobody saw whether they wait instead)")?;
                        }
                    }
                    (None, Some((used, usable))) => write!(
                        f,
                        "its threads keep {used:.2} of {usable} CPUs at work and hold each other up there: they write to the \
                         same cache lines"
                    )?,
                    (None, None) => f.write_str("its threads write to the same cache lines")?,
                }
                on_one_cpu(one_cpu.as_ref(), f)?;
            }
            Self::Spawning { share: (share, seen), on_cpu, threads, children, .. } => {
                let of_what = of_what(*seen, *on_cpu);
                write!(f, "starting threads or processes is up to {} {of_what}", percent(share))?;
                if *threads >= 0.5 {
                    write!(f, "; {} an iteration", so_many(*threads, "thread", "threads"))?;
                }
                if *children >= 0.5 {
                    write!(f, "; {} an iteration", so_many(*children, "child", "children"))?;
                }
            }
            Self::OptimisedAway { instructions, shown } => match shown {
                NoWork::Flat(Flat { from, to, siblings_grow: true }) => write!(
                    f,
                    "it takes {instructions:.0} instructions at every size from {from} to {to}, where its siblings take more \
                     with each: the compiler removed its work"
                )?,
                NoWork::Flat(Flat { from, to, siblings_grow: false }) => write!(
                    f,
                    "it takes {instructions:.0} instructions at every size from {from} to {to}, and nothing in its family takes \
                     more: the compiler removed the work, or the sizes count none"
                )?,
                NoWork::Ruler { instructions: ruler } => write!(
                    f,
                    "it takes {instructions:.0} instructions, and the empty loop {ruler:.0}: the compiler removed its work"
                )?,
                NoWork::TooFew { needed } => write!(
                    f,
                    "it takes {instructions:.0} instructions, and the divisions and heap blocks that its answer needs, as its \
                     family states, take {needed} at least: the compiler removed its work, or the floor is wrong"
                )?,
            },
            Self::InstrumentsDisagree { question, one, other, why } => {
                write!(f, "{question}: {} says {}, {} says {}", one.0, one.1, other.0, other.1)?;
                if let Some(why) = why {
                    write!(f, "; {why}")?;
                }
            }
            Self::NotEnoughEvidence { missing } => {
                write!(f, "too little was measured to say what limits it: {}", missing.join("; "))?;
            }
            Self::NoBottleneck { looked, missing } => {
                let names: Vec<&str> = looked.iter().map(|name| name.as_str()).collect();
                write!(f, "no bottleneck shown, by {}", names.join(", "))?;
                if !missing.is_empty() {
                    write!(f, "; not looked at: {}", missing.join("; "))?;
                }
            }
        }
        match self {
            // What these gain is in the claim.
            Self::FalseSharing { .. }
            | Self::MemoryBound { .. }
            | Self::LockContention { gain: Some(Gain { by: None, .. }), .. } => Ok(()),
            _ => self.gain().map_or(Ok(()), |gain| f.write_str(&realised(gain))),
        }
    }
}
