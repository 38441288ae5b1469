//! tango-bench's verdict: the line that `compare` prints of a function, with a star behind a difference that it is sure of.

use super::verdict::{Verdict, Word};

/// The verdict in what tango-bench `printed` of `function`.
///
/// # Errors
/// One line: it printed none.
pub(crate) fn read(printed: &str, function: &str) -> Result<Verdict, String> {
    let line = printed.lines().find_map(|line| line.trim().strip_prefix(function)).unwrap_or_default();
    // Behind the name: [ 375.5 ns ... 369.0 ns ]      -1.58%*
    let told = line.rsplit_once(']').map(|(_, told)| told.trim());
    let told = told.ok_or_else(|| format!("tango-bench printed nothing of {function}, but: {}", printed.trim()))?;
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
