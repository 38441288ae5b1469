//! What this test's executable does in a process of its own, where nothing else starts children or uses up limits.

use std::fs;
use std::process::ExitCode;

use perflab::catalogue::CATALOGUE;

use crate::processes::children_of;
use crate::{SMALL, cases_of};

/// Runs every case that has children, then looks for children that are left, dead ones included.
pub(crate) fn reap() -> ExitCode {
    for (family, sizes) in SMALL {
        for case in cases_of(family, sizes[0]).into_iter().chain(cases_of(family, sizes[sizes.len() - 1])) {
            if case.entry.concurrency.processes && case.unavailable().is_none() {
                case.prepare().run(2);
                println!("ran {case}");
                let left = children_of(std::process::id());
                if !left.is_empty() {
                    println!("{case} leaves {left:?}");
                    return ExitCode::FAILURE;
                }
            }
        }
    }
    ExitCode::SUCCESS
}

/// Minor page faults of this thread so far.
pub(crate) fn faults() -> u64 {
    let stat = fs::read_to_string("/proc/thread-self/stat").expect("Linux has /proc");
    let rest = stat.rsplit(") ").next().expect("a name in brackets");
    rest.split(' ').nth(7).and_then(|field| field.parse().ok()).expect("the tenth field")
}

/// Pages of this process's own that a child's start makes it write again.
pub(crate) fn fault() -> ExitCode {
    const PAGE: usize = 4096;
    let mut memory = vec![1_u8; 64 << 20];
    for member in ["posix-spawn", "fork-exec"] {
        let case = CATALOGUE.case("start-child", member, 1).expect("a case of the catalogue");
        if let Some(reason) = case.unavailable() {
            println!("unavailable: {reason}");
            return ExitCode::SUCCESS;
        }
        let prepared = case.prepare();
        prepared.run(1);
        memory.iter_mut().step_by(PAGE).for_each(|byte| *byte += 1);
        prepared.run(1);
        let before = faults();
        memory.iter_mut().step_by(PAGE).for_each(|byte| *byte += 1);
        println!("{member} {}", faults() - before);
    }
    // Read, so that it was written.
    println!("sum {}", memory.iter().step_by(PAGE).map(|byte| u64::from(*byte)).sum::<u64>());
    ExitCode::SUCCESS
}

/// Runs the case of the second argument with as much memory or as many files as the first one leaves.
pub(crate) fn starve() -> ExitCode {
    use rustix::process::{Resource, Rlimit, setrlimit};

    let mut arguments = std::env::args().skip(1);
    let (limit, id) = (arguments.next().expect("a limit"), arguments.next().expect("a case"));
    let (family, rest) = id.split_once('/').expect("a case id");
    let (workload, size) = rest.split_once('@').expect("a case id");
    let case = CATALOGUE.case(family, workload, size.parse().expect("a size")).expect("a case");
    let prepared = case.prepare();
    let (resource, value) = match limit.as_str() {
        "files" => (Resource::Nofile, 4),
        _ => {
            let statm = fs::read_to_string("/proc/self/statm").expect("Linux has /proc");
            let pages: u64 = statm.split(' ').next().and_then(|pages| pages.parse().ok()).expect("pages");
            // Room for one stack of 2 MiB.
            (Resource::As, pages * 4096 + (3 << 20))
        }
    };
    setrlimit(resource, Rlimit { current: Some(value), maximum: Some(value) })
        .expect("less may always be had");
    println!("it ran: {:?}", prepared.verify());
    ExitCode::SUCCESS
}
