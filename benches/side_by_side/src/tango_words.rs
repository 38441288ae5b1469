//! tango-bench's verdict: the line that `compare` prints of a function, with a star behind a difference that it is sure of.

use super::verdict::{Verdict, Word};

/// The verdict in what tango-bench `printed` of `function`.
///
/// # Errors
/// One line: it printed none.
pub(crate) fn read(printed: &str, function: &str) -> Result<Verdict, String> {
    let is_own = |line: &&str| line.split_whitespace().next() == Some(function);
    let line = printed.lines().find(is_own).unwrap_or_default();
    // Behind the name: [ 375.5 ns ... 369.0 ns ]      -1.58%*
    let told = line.rsplit_once(']').map(|(_, told)| told.trim());
    let told =
        told.ok_or_else(|| format!("tango-bench printed nothing of {function}, but: {}", printed.trim()))?;
    let starred = told.ends_with('*');
    let percent: f64 = told
        .trim_end_matches('*')
        .trim_end_matches('%')
        .trim()
        .parse()
        .map_err(|_| format!("tango-bench says `{told}` of {function}: no per cent"))?;
    let word = match (starred, percent > 0.0) {
        (false, _) => Word::NoDifference,
        (true, true) => Word::Slower,
        (true, false) => Word::Faster,
    };
    Ok(Verdict { word, effect: Some(percent / 100.0) })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As tango-bench 0.9.0 printed them beside busy neighbours, and what they say.
    const PRINTED: [(&str, &str, Word, f64); 4] = [
        (
            "push-100",
            "push-100                                           [  84.2 us ...  87.9 us ]      +4.38%\n",
            Word::NoDifference,
            4.38,
        ),
        (
            "push-100",
            "push-100                                           [  80.0 us ...  87.4 us ]      +9.21%*\n",
            Word::Slower,
            9.21,
        ),
        (
            "array-map-12",
            "array-map-12                                       [ 514.0 ns ... 358.6 ns ]     -30.22%*\n",
            Word::Faster,
            -30.22,
        ),
        (
            "array-map-12",
            "array-map-12                                       [ 529.6 ns ... 521.1 ns ]      -1.59%\n",
            Word::NoDifference,
            -1.59,
        ),
    ];

    #[test]
    fn a_star_is_a_difference_and_the_sign_says_which() {
        for (function, printed, word, percent) in PRINTED {
            let verdict = read(printed, function).expect("it is a verdict");
            assert_eq!(verdict.word, word, "{printed}");
            let effect = verdict.effect.expect("it is told");
            assert!((effect * 100.0 - percent).abs() < 1e-9, "{printed}: {effect}");
        }
    }

    #[test]
    fn a_function_is_not_taken_for_another_whose_name_begins_alike() {
        let missing = read(PRINTED[2].1, "array-map-1").expect_err("it has no line");
        assert!(missing.contains("nothing of array-map-1,"), "{missing}");
    }

    #[test]
    fn what_is_no_verdict_is_said() {
        let silent = read("", "push-100").expect_err("it printed nothing");
        assert!(silent.contains("nothing of push-100"), "{silent}");
        let strange = read("push-100 [ 1 ns ... 2 ns ] a lot*", "push-100").expect_err("a lot is no number");
        assert!(strange.contains("`a lot*`"), "{strange}");
    }
}
