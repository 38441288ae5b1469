//! criterion's verdict: the sentence that it prints, beside the change that it writes.
//!
//! Its rule is p < 0.05 and an interval of the mean's change that lies wholly beyond ±1 %. It writes the interval and not
//! p, and prints a sentence that follows from both: so the sentence is the verdict, and the interval has to agree.

use serde::Deserialize;

use super::verdict::{Verdict, Word};

/// criterion's noise threshold, by default.
const NOISE: f64 = 0.01;

/// What it says, in the words of its report.
const SENTENCES: [(&str, Word); 4] = [
    ("Performance has regressed.", Word::Slower),
    ("Performance has improved.", Word::Faster),
    ("Change within noise threshold.", Word::NoDifference),
    ("No change in performance detected.", Word::NoDifference),
];

#[derive(Deserialize)]
struct Change {
    mean: Estimate,
}

#[derive(Deserialize)]
struct Estimate {
    point_estimate: f64,
    confidence_interval: Interval,
}

#[derive(Deserialize)]
struct Interval {
    lower_bound: f64,
    upper_bound: f64,
}

/// The verdict in what criterion `printed` of one function, and in its change/estimates.json.
///
/// # Errors
/// One line: it said nothing, the file is not its own, or the two contradict each other.
pub(crate) fn read(printed: &str, change: &[u8]) -> Result<Verdict, String> {
    let mut said = SENTENCES.iter().filter(|(sentence, _)| printed.contains(sentence));
    let (Some((sentence, word)), None) = (said.next(), said.next()) else {
        let end: Vec<&str> = printed.lines().rev().take(3).collect();
        return Err(format!("criterion printed no verdict, but: {}", end.join(" | ")));
    };
    let Change { mean } = serde_json::from_slice(change)
        .map_err(|error| format!("not the change/estimates.json of criterion 0.8: {error}"))?;
    let Interval { lower_bound, upper_bound } = mean.confidence_interval;
    let beyond = match word {
        Word::Slower => lower_bound > NOISE,
        Word::Faster => upper_bound < -NOISE,
        Word::NoDifference => true,
    };
    if !beyond {
        return Err(format!("criterion says `{sentence}` of a change of {lower_bound} to {upper_bound}"));
    }
    Ok(Verdict { word: *word, effect: Some(mean.point_estimate) })
}
