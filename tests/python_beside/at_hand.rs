//! With the python3 at hand: real numbers, wrong answers, and a session that is killed.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use libtest_mimic::Failed;
use perflab::catalogue::CATALOGUE;
use perflab::record::{InstrumentName, Metric, RecordedCase, State};

use crate::session::{assert_no_process_left, processes_of, session, target, whole_catalogue};

/// Why nothing can be tested with the python3 at hand, if there is none.
pub(crate) fn untestable() -> Option<String> {
    let found = Command::new("python3").arg("--version").output().is_ok_and(|output| output.status.success());
    (!found).then(|| "python3 is not installed: `apt install python3`".to_owned())
}

/// Kernels that CPython runs (src/instruments/python.rs), of which some are repeated by several members.
const KERNELS: usize = 19;

pub(crate) fn every_kernel() -> Result<(), Failed> {
    let session = whole_catalogue();
    assert!(session.output.status.success(), "{}", session.said());
    let recorded = session.recorded();
    let kernel_of = |case: &RecordedCase| {
        let measured = case.measurement(Metric::PythonNs)?;
        assert!(measured.value > 0.0, "{measured:?}");
        CATALOGUE.family(&case.family)?.entry(&case.workload, case.size)?.mirrors
    };
    let kernels: BTreeSet<_> = recorded.cases.iter().filter_map(kernel_of).collect();
    assert_eq!(kernels.len(), KERNELS, "{kernels:?}: {}", session.said());
    assert_no_process_left(session.folder.path());
    Ok(())
}

pub(crate) fn beside() -> Result<(), Failed> {
    let session = session(None, &["^planted/list@100$"]);
    assert!(session.output.status.success(), "{}", session.said());
    let recorded = session.recorded();
    let state = &recorded.instruments[0];
    assert_eq!((state.name, state.state), (InstrumentName::Python, State::Ready), "{state:?}");
    assert!(state.detail.starts_with("CPython 3.") && state.detail.contains("lock"), "{}", state.detail);
    let case = session.case("planted/list@100");
    let number = |metric| case.measurement(metric).expect("it is measured");
    for metric in [Metric::PythonNs, Metric::PythonOursNs, Metric::PythonRatio] {
        let number = number(metric);
        assert!(0.0 < number.low && number.low <= number.value && number.value <= number.high, "{number:?}");
        assert_eq!(number.instrument, InstrumentName::Python);
    }
    assert!(case.measurement(Metric::PythonSpeedup).is_none(), "a serial kernel has no speed-up");
    Ok(())
}

pub(crate) fn speed_ups() -> Result<(), Failed> {
    let session = session(None, &["^shared/.*@1$"]);
    assert!(session.output.status.success(), "{}", session.said());
    for form in ["threads", "processes"] {
        let case = session.case(&format!("shared/{form}@1"));
        for metric in [Metric::PythonSpeedup, Metric::PythonOursSpeedup] {
            assert!(case.measurement(metric).is_some_and(|number| number.low > 0.0), "{form}: {metric:?}");
        }
    }
    assert!(session.case("shared/serial@1").measurement(Metric::PythonSpeedup).is_none());
    assert_no_process_left(session.folder.path());
    Ok(())
}

pub(crate) fn wrong_answer() -> Result<(), Failed> {
    let session = session(None, &["^unlike/"]);
    assert_eq!(session.output.status.code(), Some(1), "{}", session.said());
    let reason = session.failure("unlike/unlike@100");
    assert!(reason.contains("wrong answer: CPython's f8 gives 100 elements"), "{reason}");
    Ok(())
}

pub(crate) fn without_a_twin() -> Result<(), Failed> {
    let session = session(None, &["^planted/(alone|unwritten)@"]);
    assert!(session.output.status.success(), "{}", session.said());
    for (id, words) in [("alone", "repeats no kernel"), ("unwritten", "`f99`")] {
        let case = session.case(&format!("planted/{id}@100"));
        assert!(case.measurements.is_empty() && case.failures.is_empty(), "{case:?}");
        assert!(case.left_out[0].reason.contains(words), "{case:?}");
    }
    Ok(())
}

/// By Python's own parser: what the functions behind the labels are made of.
pub(crate) fn labels() -> Result<(), Failed> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/instruments/python/kernels.py");
    let program = r#"
import ast, sys
source = open(sys.argv[1]).read()
tree = ast.parse(source)
made_of = {f.name: {type(n).__name__ for n in ast.walk(f)} for f in tree.body if isinstance(f, ast.FunctionDef)}
assert "SetComp" in made_of["f7"] and "For" not in made_of["f7"], made_of["f7"]
assert "ListComp" in made_of["f8"] and "For" not in made_of["f8"], made_of["f8"]
assert "For" in made_of["f5"] and "For" in made_of["f6"]
module = {"__name__": "kernels"}
exec(compile(source, "kernels.py", "exec"), module)
for label in ["f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8"]:
    assert module["KERNELS"][label][0]().__name__ == label, label
"#;
    let output = Command::new("python3").args(["-I", "-c", program]).arg(script).output()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

pub(crate) fn killed_session() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let mut child = target(folder.path())
        .args(["--exact", "shared/processes@10", "--timeout", "600"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    // The server and its two workers.
    let pythons = || processes_of(folder.path()).iter().filter(|text| text.contains(" -I -S -u -c ")).count();
    let began = Instant::now();
    while pythons() < 3 {
        assert!(began.elapsed() < Duration::from_secs(120), "the workers never started");
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill()?;
    child.wait()?;
    assert_no_process_left(folder.path());
    Ok(())
}
