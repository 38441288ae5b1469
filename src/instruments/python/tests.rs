//! The list of kernels against the script, and what an instrument makes of each Python.

use super::*;

const SCRIPT: &str = include_str!("kernels.py");

#[test]
fn the_kernels_are_the_scripts() {
    let table = SCRIPT.split("KERNELS = {").nth(1).and_then(|rest| rest.split("\n}").next());
    let names: Vec<&str> = table
        .expect("the script has a table of kernels")
        .lines()
        .filter_map(|line| line.trim().strip_prefix('"')?.split('"').next())
        .collect();
    assert_eq!(names, KERNELS);
}

#[test]
fn the_labels_f7_and_f8_stand_for_comprehensions() {
    for (label, body) in [("f7", "{i for i in range(n)}"), ("f8", "[i for i in range(n)]")] {
        assert!(SCRIPT.contains(&format!("def {label}(n):\n    return {body}\n")), "{label}");
        assert!(SCRIPT.contains(&format!("\"{label}\": (lambda: {label}, ")), "{label}");
    }
}

#[test]
fn threads_and_processes_are_held_against_the_serial_form() {
    assert_eq!(serial_form("gcd/threads").as_deref(), Some("gcd/serial"));
    assert_eq!(serial_form("is-prime/processes").as_deref(), Some("is-prime/serial"));
    for alone in ["f1", "gcd/serial", "children/together"] {
        assert_eq!(serial_form(alone), None, "{alone}");
    }
    let serials = KERNELS.iter().filter_map(|kernel| serial_form(kernel));
    for serial in serials {
        assert!(KERNELS.contains(&serial.as_str()), "{serial}");
    }
}

fn python(implementation: &str, version: (u32, u32, u32), free_threaded: bool, locked: bool) -> About {
    About {
        implementation: implementation.to_owned(),
        version,
        locked,
        free_threaded,
        executable: "/usr/bin/python3".to_owned(),
    }
}

#[test]
fn a_state_says_which_python_and_whether_it_has_a_lock() {
    let locked = judge(Ok(python("cpython", (3, 11, 7), false, true)));
    assert_eq!(locked.state, State::Ready);
    assert_eq!(locked.detail, "CPython 3.11.7 (one global interpreter lock); /usr/bin/python3");
    let free = judge(Ok(python("cpython", (3, 13, 1), true, false)));
    assert!(free.detail.contains("without a global interpreter lock"), "{}", free.detail);
}

#[test]
fn too_old_and_other_pythons_say_so() {
    let old = judge(Ok(python("cpython", (3, 7, 17), false, true)));
    assert_eq!(old.state, State::Unavailable);
    assert_eq!(old.reason.as_deref(), Some("python3 is 3.7, older than 3.8"));
    assert!(old.remedy.is_some());
    let other = judge(Ok(python("pypy", (3, 10, 0), false, true)));
    assert_eq!(other.state, State::Degraded);
    assert!(other.reason.is_some_and(|reason| reason.contains("pypy and not CPython")));
}
