//! Callgrind itself: its arguments, the same through the runner and without it, and the head of what it writes.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::counted;
use super::counts::Counts;
use crate::instruments::process::ALLOCATOR_VARIABLE;

/// What stays of the environment under Valgrind; the rest would move the stack, and the counts with it.
pub(in crate::instruments) const KEPT_VARIABLES: [&str; 3] = ["PATH", "LD_LIBRARY_PATH", ALLOCATOR_VARIABLE];

/// A profile without the arcs of functions that were already running when collecting began. Callgrind writes each as
/// a line `calls=0` and a line of cost, and viewers then give everything to them.
pub fn without_outer_arcs(profile: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(profile.len());
    let mut lines = profile.split_inclusive(|byte| *byte == b'\n');
    while let Some(line) = lines.next() {
        if line.starts_with(b"calls=0 ") {
            lines.next();
        } else {
            kept.extend_from_slice(line);
        }
    }
    kept
}

/// The caches that are simulated: fixed, so that two machines simulate the same. These are iai-callgrind's.
pub(super) const CACHES: &str = "caches simulated: I1 and D1 32 KiB 8-way, LL 8 MiB 16-way, 64-byte lines";

/// Callgrind's arguments: collect within the measured loop alone, one dump a part. Where the workload has `threads`,
/// they are counted from their first to their last instruction, whether the loop started them or found them waiting;
/// what those that were there before it took to start is in the first part, which is thrown away.
pub(super) fn arguments(threads: bool) -> Vec<String> {
    let mut arguments: Vec<String> = [
        "--I1=32768,8,64",
        "--D1=32768,8,64",
        "--LL=8388608,16,64",
        "--cache-sim=yes",
        // Takes up to 5 % longer (measured: build-text and build-set at 1,000 and 10,000).
        "--branch-sim=yes",
        // The address of each instruction tells which inlined function it is of; takes 10 % longer.
        "--dump-instr=yes",
        "--separate-threads=no",
        "--trace-children=no",
    ]
    .map(str::to_owned)
    .into();
    arguments.push(format!("--toggle-collect={}", counted::LOOP));
    if threads {
        arguments.push(format!("--toggle-collect={}", counted::THREAD));
    }
    arguments.push(format!("--dump-before={}", counted::MARKER));
    arguments
}

/// One run of Callgrind: the counts of each part, and the file of the longest.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Profile {
    /// In the order of [`counted::PARTS`], without the first.
    pub(super) parts: Vec<Counts>,
    /// Callgrind's file of the last part.
    pub(super) file: PathBuf,
}

/// Counts without the runner: the fallback, and the cross-check of its figures.
///
/// # Errors
/// One line that says what Valgrind or the case said.
pub(super) fn run(
    valgrind: &Path,
    threads: bool,
    program: &Path,
    arguments_of_program: &[String],
    folder: &Path,
) -> Result<Profile, String> {
    let out = folder.join("callgrind.out");
    let mut option = OsString::from("--callgrind-out-file=");
    option.push(&out);
    let mut command = Command::new(valgrind);
    command.env_clear();
    for name in KEPT_VARIABLES {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command
        .arg("--tool=callgrind")
        .args(arguments(threads))
        .arg(option)
        .arg(program)
        .args(arguments_of_program);
    let output = command.output().map_err(|error| format!("cannot run {}: {error}", valgrind.display()))?;
    if !output.status.success() {
        return Err(why(&String::from_utf8_lossy(&output.stderr), &output.status.to_string()));
    }
    let file = |part: usize| folder.join(format!("callgrind.out.{part}"));
    let parts =
        (2..=counted::PARTS.len()).map(|part| read(&file(part))).collect::<Result<Vec<Counts>, String>>()?;
    Ok(Profile { parts, file: file(counted::PARTS.len()) })
}

/// The counts in the head of one of Callgrind's files.
fn read(path: &Path) -> Result<Counts, String> {
    let text = std::fs::read_to_string(path).map_err(|_| NO_MARKER.to_owned())?;
    let events =
        events(&text).ok_or_else(|| format!("{} has no `events:` and `summary:`", path.display()))?;
    Counts::of(&events)
}

/// What a missing dump means.
pub(super) const NO_MARKER: &str = "Callgrind never saw the end of a part: the executable has no symbols \
    (stripped?); build it with `strip = false`";

/// The names of `events:` with the values of `summary:`; trailing zeros are not written.
pub fn events(text: &str) -> Option<BTreeMap<String, u64>> {
    let line = |key: &str| text.lines().find_map(|line| line.strip_prefix(key));
    let names = line("events:")?.split_whitespace();
    let mut values = line("summary:")?.split_whitespace().map(str::parse::<u64>);
    names.map(|name| Some((name.to_owned(), values.next().unwrap_or(Ok(0)).ok()?))).collect()
}

/// The reason for a failure, from what Valgrind, the runner and the case wrote on stderr.
pub(super) fn why(stderr: &str, status: &str) -> String {
    let says = |words: &[&str]| words.iter().any(|word| stderr.contains(word));
    if says(&[
        "SIGILL",
        "signal 4",
        "signal '4'",
        "unrecognised instruction",
        "Unrecognised instruction",
        "Illegal instruction",
    ]) {
        return "this Valgrind does not know an instruction of the program (SIGILL): built with \
                `-C target-cpu=native`? build for a plain x86-64, or use a newer Valgrind"
            .to_owned();
    }
    let lines: Vec<&str> = stderr.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let panic = lines.iter().position(|line| line.contains("panicked at"));
    let own = |line: &&&str| !line.starts_with("==") && !line.starts_with("--");
    let last = lines.iter().rfind(own).or(lines.last());
    let telling = panic.and_then(|index| lines.get(index + 1)).or(last);
    format!("Callgrind failed ({status}): {}", telling.unwrap_or(&"it said nothing"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outer_arcs_go_with_their_cost_and_all_else_stays() {
        let profile = b"fn=a\n1 2\ncfn=b\ncalls=0 3\n1 99\ncfn=c\ncalls=2 3\n1 5\n";
        assert_eq!(without_outer_arcs(profile), b"fn=a\n1 2\ncfn=b\ncfn=c\ncalls=2 3\n1 5\n");
    }

    const HEAD: &str =
        "version: 1\nevents: Ir Dr Dw I1mr D1mr D1mw ILmr DLmr DLmw\nsummary: 542025 124208 99609\n";

    #[test]
    fn values_that_callgrind_does_not_write_are_zero() {
        let events = events(HEAD).expect("the head is whole");
        assert_eq!((events["Ir"], events["Dw"], events["DLmw"]), (542_025, 99_609, 0));
    }

    #[test]
    fn a_file_without_counts_is_no_zero() {
        assert_eq!(events("version: 1\nevents: Ir\n"), None);
        assert_eq!(events("events: Ir\nsummary: many\n"), None);
    }

    #[test]
    fn an_illegal_instruction_reads_clearly() {
        let stderr = "==1== Process terminating with default action of signal 4 (SIGILL)\n==1==\n";
        assert!(why(stderr, "exit status: 132").contains("target-cpu=native"));
    }

    #[test]
    fn a_panic_is_told_by_its_message() {
        let stderr =
            "thread 'main' panicked at src/x.rs:1:2:\nout of luck\nnote: more\nError: Exit code was: '101'\n";
        assert_eq!(why(stderr, "exit status: 1"), "Callgrind failed (exit status: 1): out of luck");
    }

    #[test]
    fn the_case_s_own_words_come_before_valgrind_s() {
        assert_eq!(
            why("==1== x\nout of luck\n==1== y\n", "exit status: 1"),
            "Callgrind failed (exit status: 1): out of luck"
        );
    }
}
