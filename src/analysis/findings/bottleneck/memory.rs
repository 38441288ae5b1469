//! What shows that a case waits for memory, and how that is claimed.

use std::fmt;

use super::Gain;
use super::figures::times;
use crate::analysis::Estimate;

/// An instruction takes longer than at another size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slower {
    /// How many times as long, the two timed apart.
    pub times: Estimate,
    /// The size at which instructions are quickest.
    pub from: usize,
    /// Whether the instructions are the growth law's, because none were counted at this size.
    pub extrapolated: bool,
}

/// A case with its data in cache.
#[derive(Debug, Clone, PartialEq)]
pub struct Cached {
    /// Times as fast.
    pub gain: Gain,
    /// The smaller size whose data lies in cache.
    pub size: usize,
    /// Instructions an element here over those there.
    pub instructions: f64,
    /// What an element is called.
    pub unit: String,
}

/// How time and instructions grow with the size, over the same sizes, where time grows faster.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Diverging {
    /// The exponent of time.
    pub time: Estimate,
    /// The exponent of instructions.
    pub instructions: Estimate,
    /// The smallest size that they were fitted to.
    pub from: usize,
    /// Sizes that they were fitted to.
    pub sizes: usize,
    /// How many times as long an instruction takes as at that size, by both laws.
    pub times: Estimate,
}

/// The claim, by whatever shows it.
pub(super) fn claim(
    slower: Option<&Slower>,
    cached: Option<&Cached>,
    laws: Option<&Diverging>,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    if let Some(Diverging { time, instructions, from, sizes, times: t }) = laws {
        return write!(
            f,
            "its time grows with the size to the power of {:.2} [{:.2}, {:.2}] and its instructions to that of {:.2} [{:.2}, \
             {:.2}] over {sizes} sizes: by these laws an instruction takes {} times as long [{}, {}] as at size {from}, and \
             waits for memory",
            time.value,
            time.low,
            time.high,
            instructions.value,
            instructions.low,
            instructions.high,
            times(t.value),
            times(t.low),
            times(t.high)
        );
    }
    if let Some(Slower { times: t, from, extrapolated }) = slower {
        write!(
            f,
            "an instruction takes {} times as long [{}, {}] as at size {from}: it waits for memory",
            times(t.value),
            times(t.low),
            times(t.high)
        )?;
        if *extrapolated {
            f.write_str(" (instructions by their growth at smaller sizes)")?;
        }
    }
    let Some(Cached { gain, size, instructions, unit }) = cached else { return Ok(()) };
    let before = if slower.is_some() { "; measured, each" } else { "it waits for memory: each" };
    write!(
        f,
        "{before} {unit} is handled {} times as fast [{}, {}] at size {size}, whose data lies in a core's own cache; here it \
         takes {instructions:.2} times the instructions",
        times(gain.times.value),
        times(gain.times.low),
        times(gain.times.high)
    )
}
