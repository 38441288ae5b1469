//! Exports, read back by the tools that they are for or by readers written from the formats' descriptions: the same
//! stacks and exactly the same totals, of hostile names too.

#[path = "exports/json_readers.rs"]
mod json_readers;
#[path = "exports/pprof_reader.rs"]
mod pprof_reader;
#[path = "exports/pprof_tool.rs"]
mod pprof_tool;
#[path = "exports/recording.rs"]
mod recording;
mod schema;
#[path = "exports/stacks.rs"]
mod stacks;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use perflab::record::{CaseId, Folded, InstrumentName, Metric, Recorded};
use perflab::report::export::{ExportError, Profile, Weighs, csv, firefox, pprof, speedscope};
use recording::{CALLGRIND, CASE, RATE_HZ, Recording, STACKS, number, run_of};
use stacks::Stacks;

/// Seeds of random stacks.
const SEEDS: std::ops::Range<u64> = 0..60;

fn id() -> CaseId {
    CASE.parse().expect("a well-formed id")
}

fn total(stacks: &Stacks) -> u128 {
    stacks.values().sum()
}

/// Whether it is the time between two samples; the reader of JSON may err in the last digit.
fn is_interval(ms: f64) -> bool {
    (ms * RATE_HZ / 1e3 - 1.0).abs() < 1e-12
}

/// Runs a tool on a file; `None` where it is not installed, which is said.
fn tool(program: &str, arguments: &[&str], file: &Path) -> Option<String> {
    let output = match Command::new(program).args(arguments).arg(file).output() {
        Ok(output) => output,
        Err(error) => {
            eprintln!("{program} did not look at the file: {error}");
            return None;
        }
    };
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {said}");
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn pprof_reads_back_with_the_same_stacks_and_totals() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for seed in SEEDS {
        let folded = stacks::random(seed);
        let profile = Profile { id: &id(), folded: &folded, weighs: Weighs::Samples(Some(RATE_HZ)) };
        let file = pprof(&profile).expect("it fits");
        assert_eq!(file, pprof(&profile).expect("it fits"), "the same stacks, the same bytes");
        let read = pprof_reader::read(&file);
        let unit = |what: &str, unit: &str| (what.to_owned(), unit.to_owned());
        assert_eq!(read.types, [unit("samples", "count"), unit("cpu", "nanoseconds")]);
        assert!(read.comments.contains(&format!("case {CASE}")), "{:?}", read.comments);
        let values = |index: usize| -> Stacks {
            read.samples.iter().map(|(frames, values)| (frames.clone(), values[index] as u128)).collect()
        };
        assert_eq!(values(0), stacks::of(&folded), "seed {seed}");
        let ns = (folded.total() as f64 / RATE_HZ * 1e9).round() as u128;
        assert_eq!(total(&values(1)), ns, "seed {seed}: by the measured rate, nothing lost by rounding");
        assert_eq!(read.period, (1e9 / RATE_HZ).round() as i64);
        let path = folder.path().join("profile.pb.gz");
        fs::write(&path, file).expect("written");
        tool("gzip", &["--test"], &path);
    }
}

#[test]
fn go_s_own_pprof_sees_the_same_stacks() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("profile.pb.gz");
    for seed in 0..4 {
        let folded = stacks::random(seed);
        let profile = Profile { id: &id(), folded: &folded, weighs: Weighs::Samples(Some(RATE_HZ)) };
        fs::write(&path, pprof(&profile).expect("it fits")).expect("written");
        let Some(raw) = tool("go", &["tool", "pprof", "-raw"], &path) else { return };
        assert_eq!(pprof_tool::stacks(&raw), stacks::of(&folded), "seed {seed}");
    }
}

#[test]
fn each_kind_of_stacks_has_its_unit() {
    let folded = stacks::random(7);
    let all = stacks::of(&folded);
    for (weighs, pprof_type, speedscope_unit, firefox_type, scale) in [
        (Weighs::Samples(None), ("samples", "count"), "none", "samples", 1.0),
        (Weighs::Instructions, ("instructions", "count"), "none", "samples", 1.0),
        (Weighs::HeapBytes, ("alloc_space", "bytes"), "bytes", "bytes", 1.0),
        (Weighs::WallMicroseconds, ("wall", "microseconds"), "microseconds", "tracing-ms", 1e3),
    ] {
        let profile = Profile { id: &id(), folded: &folded, weighs };
        let read = pprof_reader::read(&pprof(&profile).expect("it fits"));
        assert_eq!(read.types, [(pprof_type.0.to_owned(), pprof_type.1.to_owned())]);
        assert_eq!(read.samples.iter().map(|(_, values)| values[0] as u128).sum::<u128>(), total(&all));
        let (unit, read) = json_readers::speedscope(&speedscope(&profile).expect("it fits"));
        assert_eq!((unit.as_str(), read), (speedscope_unit, all.clone()));
        let (kind, _, read) = json_readers::firefox(&firefox(&profile).expect("it fits"), scale);
        assert_eq!((kind.as_str(), read), (firefox_type, all.clone()));
    }
}

#[test]
fn speedscope_and_firefox_read_back_with_the_same_stacks_and_totals() {
    for seed in SEEDS {
        let folded = stacks::random(seed);
        let all = stacks::of(&folded);
        let counted = Profile { id: &id(), folded: &folded, weighs: Weighs::Instructions };
        assert_eq!(json_readers::speedscope(&speedscope(&counted).expect("it fits")).1, all, "seed {seed}");
        let sampled = Profile { weighs: Weighs::Samples(Some(RATE_HZ)), ..counted };
        let (unit, ns) = json_readers::speedscope(&speedscope(&sampled).expect("it fits"));
        assert_eq!(unit, "nanoseconds");
        assert_eq!(total(&ns), (folded.total() as f64 / RATE_HZ * 1e9).round() as u128);
        let (kind, interval_ms, read) = json_readers::firefox(&firefox(&sampled).expect("it fits"), 1.0);
        assert_eq!(kind, "samples");
        assert!(is_interval(interval_ms), "{interval_ms}");
        assert_eq!(read, all, "seed {seed}");
    }
}

/// The same stacks as a Firefox profile by the library of the profiler's own author.
fn by_another_writer(folded: &Folded) -> serde_json::Value {
    use fxprof_processed_profile::{
        CategoryHandle, CpuDelta, Frame, FrameFlags, FrameInfo, Profile, SamplingInterval, Timestamp,
    };
    let now = Timestamp::from_millis_since_reference(0.0);
    let interval = SamplingInterval::from_millis(1);
    let mut profile = Profile::new("stacks", std::time::SystemTime::UNIX_EPOCH.into(), interval);
    let process = profile.add_process("stacks", 1, now);
    let thread = profile.add_thread(process, 1, now, true);
    for (stack, weight) in folded.stacks() {
        let frames: Vec<FrameInfo> = stack
            .split(';')
            .map(|name| FrameInfo {
                frame: Frame::Label(profile.intern_string(name)),
                category_pair: CategoryHandle::OTHER.into(),
                flags: FrameFlags::empty(),
            })
            .collect();
        let stack = profile.intern_stack_frames(thread, frames.into_iter());
        profile.add_sample(
            thread,
            now,
            stack,
            CpuDelta::ZERO,
            i32::try_from(weight).expect("a small weight"),
        );
    }
    serde_json::to_value(&profile).expect("JSON")
}

#[test]
fn the_reader_of_firefox_profiles_reads_another_writer_s_alike() {
    for seed in SEEDS {
        let folded = stacks::random(seed);
        let other = by_another_writer(&folded);
        let thread = &other["threads"][0];
        assert_eq!(json_readers::firefox_stacks(thread, 1.0), stacks::of(&folded), "seed {seed}");
    }
}

#[test]
fn what_a_format_cannot_count_exactly_is_refused_with_what_can() {
    let mut folded = Folded::default();
    folded.add(["a"], 1 << 60);
    let profile = Profile { id: &id(), folded: &folded, weighs: Weighs::HeapBytes };
    assert_eq!(pprof_reader::read(&pprof(&profile).expect("it fits 63 bits")).samples[0].1, [1 << 60]);
    for refused in [speedscope(&profile), firefox(&profile)] {
        let error = refused.expect_err("JavaScript counts to 2^53");
        assert!(error.to_string().contains("--format folded"), "{error}");
    }
    folded.add(["b"], u128::from(u64::MAX));
    let profile = Profile { id: &id(), folded: &folded, weighs: Weighs::HeapBytes };
    assert!(matches!(pprof(&profile), Err(ExportError::TooMuch { .. })));
}

/// The records of RFC 4180, by its grammar: fields that are quoted may hold anything, a doubled quote is one.
fn read_csv(text: &str) -> Vec<Vec<String>> {
    let (mut records, mut record, mut field) = (Vec::new(), Vec::new(), String::new());
    let mut characters = text.chars().peekable();
    let mut is_quoted = false;
    while let Some(character) = characters.next() {
        match character {
            '"' if is_quoted && characters.peek() == Some(&'"') => field.extend(characters.next()),
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => record.push(std::mem::take(&mut field)),
            '\r' if !is_quoted => {
                assert_eq!(characters.next(), Some('\n'), "lines end in CRLF");
                record.push(std::mem::take(&mut field));
                records.push(std::mem::take(&mut record));
            }
            other => field.push(other),
        }
    }
    assert!(!is_quoted && field.is_empty() && record.is_empty(), "the last line ends, too");
    records
}

#[test]
fn csv_reads_back_as_the_same_numbers() {
    let hostile = "a \"quoted\", split\r\nrevision <script>, 世界";
    let numbers = vec![
        number(Metric::TimeNs, InstrumentName::Time, 0.1 + 0.2, hostile),
        number(Metric::HeapBytes, InstrumentName::Heap, 1e15 + 0.3, "x"),
    ];
    let recorded = Recorded::merge(&[run_of(&[(CASE, numbers.clone())])]);
    let read = read_csv(&csv(&recorded.cases));
    assert_eq!(read[0][..4], ["case", "family", "workload", "size"]);
    assert_eq!(read.len(), 1 + numbers.len());
    for (record, number) in read[1..].iter().zip(&numbers) {
        assert_eq!(record.len(), read[0].len());
        assert_eq!(record[..5], [CASE, "build-vec", "push", "100", number.metric.as_str()]);
        let values: Vec<f64> = record[5..8].iter().map(|value| value.parse().expect("a number")).collect();
        assert_eq!(values, [number.value, number.low, number.high]);
        assert_eq!(record[11], number.revision);
    }
}

#[test]
fn the_command_writes_each_format() {
    let recording = Recording::new();
    assert_eq!(recording.exports(&["folded", CASE]), STACKS.as_bytes(), "as recorded");
    let heap = recording.exports(&["folded", CASE, "--from", "heap"]);
    assert!(heap.ends_with(b"grow (v.rs:1) 2016\n"));
    let profile = pprof_reader::read(&recording.exports(&["pprof", CASE]));
    let ns = (100.0 / RATE_HZ * 1e9_f64).round() as i64;
    assert_eq!(
        profile.samples.iter().map(|(_, values)| values[1]).sum::<i64>(),
        ns,
        "the rate is the recorded one"
    );
    let (unit, stacks) =
        json_readers::speedscope(&recording.exports(&["speedscope", CASE, "--from", "heap"]));
    assert_eq!((unit.as_str(), total(&stacks)), ("bytes", 2016));
    let (_, interval_ms, stacks) = json_readers::firefox(&recording.exports(&["firefox", CASE]), 1.0);
    assert!(is_interval(interval_ms) && total(&stacks) == 100, "{interval_ms}");
    assert_eq!(recording.exports(&["callgrind", CASE]), CALLGRIND.as_bytes(), "as Callgrind wrote it");
    let text = String::from_utf8(recording.exports(&["csv"])).expect("UTF-8");
    assert_eq!(read_csv(&text).len(), 3);
    assert_eq!(String::from_utf8(recording.exports(&["csv", CASE])).expect("UTF-8"), text);
}

#[test]
fn the_tools_that_are_here_open_their_formats() {
    let recording = Recording::new();
    let place = |name: &str| recording.folder.path().join(name);
    let write = |format: &str, name: &str| {
        let path = place(name);
        let text = path.display().to_string();
        let output = recording.perflab(&["export", "--format", format, CASE, "--output", &text]);
        assert!(output.status.success() && output.stdout.is_empty(), "{output:?}");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains(&text), "what to do with it: {said}");
        path
    };
    if let Some(said) = tool("callgrind_annotate", &["--auto=no"], &write("callgrind", "callgrind.out")) {
        assert!(said.contains("420 (100.0%)  PROGRAM TOTALS"), "{said}");
        assert!(said.contains("lab::push") && said.contains("400"), "{said}");
    }
    let arguments = ["tool", "pprof", "-raw", "-symbolize=none"];
    if let Some(said) = tool("go", &arguments, &write("pprof", "profile.pb.gz")) {
        assert!(said.contains("samples/count cpu/nanoseconds"), "{said}");
        assert!(said.contains("grow") && said.contains(&format!("case {CASE}")), "{said}");
    }
    // inferno draws what it can read and drops the rest.
    let folded = fs::read_to_string(write("folded", "stacks.folded")).expect("text");
    let mut svg = Vec::new();
    let mut options = inferno::flamegraph::Options::default();
    inferno::flamegraph::from_lines(&mut options, folded.lines(), &mut svg).expect("drawn");
    assert!(String::from_utf8_lossy(&svg).contains("grow (70 samples, 70.00%)"));
}

#[test]
fn what_cannot_be_exported_is_one_line_with_the_next_command() {
    let recording = Recording::new();
    let refuses = |arguments: &[&str], code, says: &[&str]| {
        recording.refuses(&[&["export", "--format"], arguments].concat(), code, says);
    };
    refuses(&["folded", "build-vec/pusch@100"], 2, &["build-vec/push@100", "perflab list"]);
    refuses(&["folded", "nonsense"], 2, &["no case id"]);
    refuses(&["gif", CASE], 2, &["possible values"]);
    refuses(&["pprof"], 2, &["which case?"]);
    refuses(&["folded", "build-vec/collect@100"], 1, &["`just flamegraph '^build-vec/collect@100$'`"]);
    refuses(&["pprof", CASE, "--from", "waits"], 1, &["just waits", "--from samples, heap"]);
    refuses(&["callgrind", "build-vec/collect@100"], 1, &["just instructions"]);
    refuses(&["callgrind", CASE, "--from", "heap"], 2, &["leave --from out"]);
    refuses(&["csv", CASE, "--from", "heap"], 2, &["leave --from out"]);
    refuses(&["csv", "build-vec/collect@100"], 1, &["just time"]);
    recording.put(&recording.layout.folded(&id()), "no counts\n");
    refuses(&["speedscope", CASE], 1, &["holds no stacks", "just flamegraph"]);
}

#[test]
fn damaged_lines_are_counted_and_the_rest_is_exported() {
    let recording = Recording::new();
    recording.put(&recording.layout.folded(&id()), "a;b 3\nnonsense\na;c 4\n");
    let output = recording.perflab(&["export", "--format", "folded", CASE]);
    assert_eq!(output.stdout, b"a;b 3\na;c 4\n");
    assert!(String::from_utf8_lossy(&output.stderr).contains("1 line of"), "{output:?}");
}

#[test]
fn without_a_recorded_rate_samples_are_no_time() {
    let recording = Recording::new();
    let numbers = vec![number(Metric::TimeNs, InstrumentName::Time, 200.0, "abc")];
    let run = serde_json::to_string(&run_of(&[(CASE, numbers)])).expect("plain data");
    recording.put(&recording.layout.run_file("20261122T080000Z-1"), &run);
    let output = recording.perflab(&["export", "--format", "pprof", CASE]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("no sample rate"), "{output:?}");
    assert_eq!(pprof_reader::read(&output.stdout).types.len(), 1);
}

#[test]
fn a_terminal_is_not_given_binary() {
    let recording = Recording::new();
    let place = |path: &Path| path.display().to_string();
    let command = format!(
        "{} export --format pprof {CASE} --profiles {}",
        env!("CARGO_BIN_EXE_perflab"),
        place(&recording.layout.profiles)
    );
    let typed = Command::new("script").args(["-qec", &command, "/dev/null"]).stdin(Stdio::null()).output();
    match typed {
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stdout);
            assert_eq!(output.status.code(), Some(2), "{said}");
            assert!(said.contains("--output profile.pb.gz"), "{said}");
        }
        Err(error) => eprintln!("no terminal was tried: `script` cannot be started: {error}"),
    }
}
