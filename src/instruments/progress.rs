//! What runs now, how many are done, how long it will still take: a bar on a terminal, plain lines elsewhere.

use std::io::{IsTerminal, stderr};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Progress of one instrument over its cases, on stderr.
pub(crate) struct Progress {
    bar: ProgressBar,
    instrument: &'static str,
    total: usize,
    done: usize,
    began: Instant,
    terminal: bool,
}

impl Progress {
    pub(crate) fn new(instrument: &'static str, total: usize) -> Self {
        let terminal = stderr().is_terminal();
        let target = if terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(total as u64), target);
        let style = ProgressStyle::with_template("{prefix:>12} [{bar:30}] {pos}/{len} {wide_msg}")
            .expect("the template is well-formed")
            .progress_chars("=> ");
        bar.set_style(style);
        bar.set_prefix(instrument);
        bar.enable_steady_tick(Duration::from_millis(250));
        Self { bar, instrument, total, done: 0, began: Instant::now(), terminal }
    }

    /// A case has begun.
    pub(crate) fn begins(&self, case: &str) {
        self.bar.set_message(match self.time_left() {
            Some(left) => format!("{case}, {} left", in_words(left)),
            None => case.to_owned(),
        });
    }

    /// A case is done; `line` is its result.
    pub(crate) fn done(&mut self, line: &str) {
        self.done += 1;
        self.bar.inc(1);
        if !self.terminal {
            let left = self.time_left().map(|left| format!(", {} left", in_words(left)));
            let left = left.unwrap_or_default();
            eprintln!("[{} {}/{}{left}] {line}", self.instrument, self.done, self.total);
        }
    }

    /// A case was left out; it tells nothing of how long the others take.
    pub(crate) fn skip(&mut self) {
        self.total -= 1;
        self.bar.set_length(self.total as u64);
    }

    /// Prints a line on stdout without tearing the bar.
    pub(crate) fn print(&self, line: &str) {
        self.bar.suspend(|| println!("{line}"));
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }

    /// The mean of the cases done, for those that remain.
    fn time_left(&self) -> Option<Duration> {
        let done = u32::try_from(self.done).ok().filter(|done| *done > 0)?;
        let remaining = u32::try_from(self.total - self.done.min(self.total)).ok()?;
        Some(self.began.elapsed() / done * remaining)
    }
}

/// `40 s`, `3 min`, `2 h 5 min`: as exact as a guess deserves.
fn in_words(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..=99 => format!("{seconds} s"),
        100..=5_999 => format!("{} min", (seconds + 30) / 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_left_is_told_as_exactly_as_a_guess_deserves() {
        assert_eq!(in_words(Duration::from_secs(40)), "40 s");
        assert_eq!(in_words(Duration::from_secs(170)), "3 min");
        assert_eq!(in_words(Duration::from_secs(7_500)), "2 h 5 min");
    }
}
