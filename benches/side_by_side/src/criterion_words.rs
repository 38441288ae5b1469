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

#[cfg(test)]
mod tests {
    use super::*;

    /// As criterion 0.8.2 printed and wrote them beside busy neighbours; the second with a noise threshold of 90 %.
    const REGRESSED: [&str; 2] = [
        "itoa-100                time:   [158.43 µs 175.10 µs 206.51 µs]
                        change: [+10.052% +18.211% +27.568%] (p = 0.00 < 0.05)
                        Performance has regressed.
Found 24 outliers among 100 measurements (24.00%)
  6 (6.00%) low mild
  18 (18.00%) high severe
",
        r#"{"mean":{"confidence_interval":{"confidence_level":0.95,"lower_bound":0.1005215283717727,"upper_bound":0.27568069774143467},"point_estimate":0.1821099537579054,"standard_error":0.04529499645781288},"median":{"confidence_interval":{"confidence_level":0.95,"lower_bound":0.06490578093636734,"upper_bound":0.12691540071539564},"point_estimate":0.09761752134598889,"standard_error":0.015666008632854205}}"#,
    ];
    const WITHIN_NOISE: [&str; 2] = [
        "push-100                time:   [70.316 µs 75.647 µs 81.239 µs]
                        change: [+22.515% +38.481% +61.133%] (p = 0.00 < 0.05)
                        Change within noise threshold.
Found 4 outliers among 100 measurements (4.00%)
  3 (3.00%) high mild
  1 (1.00%) high severe
",
        r#"{"mean":{"confidence_interval":{"confidence_level":0.95,"lower_bound":0.22514831833892504,"upper_bound":0.6113287568263844},"point_estimate":0.3848133924090056,"standard_error":0.1026664480732495},"median":{"confidence_interval":{"confidence_level":0.95,"lower_bound":0.07570458477183761,"upper_bound":0.3871360679293292},"point_estimate":0.24335737015756242,"standard_error":0.08535299459248803}}"#,
    ];
    const IMPROVED: [&str; 2] = [
        "push-100                time:   [50.182 µs 52.545 µs 55.109 µs]
                        change: [−20.582% −15.861% −10.837%] (p = 0.00 < 0.05)
                        Performance has improved.
Found 1 outliers among 100 measurements (1.00%)
  1 (1.00%) high mild
",
        r#"{"mean":{"confidence_interval":{"confidence_level":0.95,"lower_bound":-0.2058204176246238,"upper_bound":-0.10836695392532178},"point_estimate":-0.1586077896282566,"standard_error":0.024716968633345247},"median":{"confidence_interval":{"confidence_level":0.95,"lower_bound":-0.14506051172656642,"upper_bound":-0.13614693918295268},"point_estimate":-0.14184016523419862,"standard_error":0.0021492170227449306}}"#,
    ];
    const UNCHANGED: [&str; 2] = [
        "itoa-100                time:   [147.46 µs 155.23 µs 162.71 µs]
                        change: [−7.8208% −2.9402% +2.0597%] (p = 0.27 > 0.05)
                        No change in performance detected.
Found 14 outliers among 100 measurements (14.00%)
  10 (10.00%) low mild
  2 (2.00%) high mild
  2 (2.00%) high severe
",
        r#"{"mean":{"confidence_interval":{"confidence_level":0.95,"lower_bound":-0.07820791934191285,"upper_bound":0.020597110089625344},"point_estimate":-0.029402333395882274,"standard_error":0.02551000297880923},"median":{"confidence_interval":{"confidence_level":0.95,"lower_bound":-0.009854353467195098,"upper_bound":0.08263278716096134},"point_estimate":0.047779236802512504,"standard_error":0.02465696356237612}}"#,
    ];

    #[test]
    fn the_sentence_is_the_verdict_and_the_mean_is_the_effect() {
        for ([printed, change], word, percent) in [
            (REGRESSED, Word::Slower, 18.211),
            (WITHIN_NOISE, Word::NoDifference, 38.481),
            (IMPROVED, Word::Faster, -15.861),
            (UNCHANGED, Word::NoDifference, -2.9402),
        ] {
            let verdict = read(printed, change.as_bytes()).expect("it is a verdict");
            assert_eq!(verdict.word, word, "{printed}");
            // What it prints is what it writes, rounded.
            let effect = verdict.effect.expect("it is told");
            assert!((effect * 100.0 - percent).abs() < 0.001, "{printed}: {effect}");
        }
    }

    #[test]
    fn a_sentence_that_the_file_contradicts_is_no_verdict() {
        let contradicted = read(REGRESSED[0], UNCHANGED[1].as_bytes()).expect_err("the interval holds 0");
        assert!(contradicted.contains("has regressed") && contradicted.contains("-0.078"), "{contradicted}");
        let contradicted = read(IMPROVED[0], REGRESSED[1].as_bytes()).expect_err("it is slower");
        assert!(contradicted.contains("has improved"), "{contradicted}");
    }

    #[test]
    fn what_is_no_verdict_is_said() {
        let first = "push-100                time:   [45.704 µs 49.154 µs 52.902 µs]\n";
        let silent = read(first, UNCHANGED[1].as_bytes()).expect_err("there was no baseline");
        assert!(silent.contains("no verdict") && silent.contains("49.154"), "{silent}");
        let other = read(UNCHANGED[0], br#"{"median":{}}"#).expect_err("it has no mean");
        assert!(other.contains("change/estimates.json") && other.contains("mean"), "{other}");
    }
}
