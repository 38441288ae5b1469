//! The flamegraph instrument on planted truths: shares against another clock, never times.

#![cfg(target_os = "linux")]

#[path = "flamegraph_planted/plants.rs"]
mod plants;

use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use perflab::instruments::NoNumber;
use perflab::instruments::flamegraph::{Plan, Profile, SamplerKind, sample_case};
use perflab::instruments::folded::{Caption, draw};
use perflab::record::Folded;
use perflab::workload::Entry;
use plants::{COLD_NS, HOT_NS, Pooled, mostly_copies, on_threads, plant, recursion, split, with_a_child};

/// CPU time belongs to the process: tests take turns.
static TURN: Mutex<()> = Mutex::new(());

const SAMPLERS: [SamplerKind; 2] = [SamplerKind::PerfEvent, SamplerKind::Pprof];
/// How many times its CPU time a planted case may take by the clock: one waits for a child, on a machine that may be busy.
const PATIENCE: u32 = 8;
/// The samples that a share is judged by, at least.
const LEAST: u64 = 400;

/// Samples `entry` with `sampler`; nothing where the kernel refuses it, which stderr then says.
fn sample(entry: &Entry, size: usize, sampler: SamplerKind) -> Option<Profile> {
    sample_and_clock(entry, size, sampler).map(|(profile, _)| profile)
}

/// The same, and the share of CPU time that the other clock gave to the hot part.
fn sample_and_clock(entry: &Entry, size: usize, sampler: SamplerKind) -> Option<(Profile, f64)> {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    HOT_NS.store(0, Ordering::SeqCst);
    COLD_NS.store(0, Ordering::SeqCst);
    let cpu = Duration::from_millis(800);
    match sample_case(&*entry.prepare(size), Plan { cpu, patience: PATIENCE, sampler: Some(sampler) }) {
        Ok(profile) => {
            eprintln!("{}", profile.tally);
            assert!(profile.tally.samples >= LEAST, "{}", profile.tally);
            assert_eq!(profile.folded.total(), u128::from(profile.tally.samples));
            let hot = HOT_NS.load(Ordering::SeqCst) as f64;
            let cold = COLD_NS.load(Ordering::SeqCst) as f64;
            Some((profile, hot / (hot + cold)))
        }
        Err(reason) if reason.to_string().contains("perf_event_open refused") => {
            eprintln!("not tested here: {reason}");
            None
        }
        Err(reason) => panic!("{reason}"),
    }
}

fn share(folded: &Folded, part: &str) -> f64 {
    folded.inclusive(|name| name.contains(part)) as f64 / folded.total() as f64
}

plant!(Split, u64, split);
plant!(Copies, u64, mostly_copies);
plant!(Recursion, u64, recursion);
plant!(Threads, u64, on_threads);

#[test]
fn shares_are_those_of_another_clock() {
    for sampler in SAMPLERS {
        for percent in [75, 70] {
            let Some((profile, truth)) = sample_and_clock(&Entry::of::<Split>(), percent, sampler) else {
                continue;
            };
            let n = profile.tally.samples as f64;
            let allowed = (3.3 * (truth * (1.0 - truth) / n).sqrt()).max(0.03);
            let folded = &profile.folded;
            for (part, truth) in [("hot", truth), ("cold", 1.0 - truth)] {
                for function in [format!("planted_{part}"), format!("planted_parent_of_{part}")] {
                    let seen = share(folded, &function);
                    eprintln!("{function}: {seen:.3}, other clock {truth:.3}, allowed {allowed:.3}");
                    assert!(
                        (seen - truth).abs() <= allowed,
                        "{function}: {seen:.3}, not {truth:.3}\n{folded:#?}"
                    );
                }
            }
            assert!(share(folded, "planted_hot") > share(folded, "planted_cold"));
            let roots = folded.inclusive(|name| name == "Prepared<flamegraph_planted::Split>::run");
            assert!(roots as f64 >= 0.98 * n, "{folded:#?}");
        }
    }
}

#[test]
fn libc_and_the_allocator_stay_under_who_called_them() {
    for sampler in SAMPLERS {
        let Some(profile) = sample(&Entry::of::<Copies>(), 20_000, sampler) else { continue };
        let seen = share(&profile.folded, "planted_copies");
        let cold = share(&profile.folded, "planted_cold");
        let is_libc =
            |name: &str| name.contains("memcpy") || name.contains("memmove") || name.contains("[libc");
        let libc = profile.folded.inclusive(is_libc) as f64 / profile.folded.total() as f64;
        eprintln!("{}: {seen:.3} copies, {cold:.3} cold, {libc:.3} libc", sampler.as_str());
        assert!((0.6..0.8).contains(&seen), "{:#?}", profile.folded);
        assert!(libc >= 0.5, "{:#?}", profile.folded);
        assert!(seen + cold >= 0.95, "{:#?}", profile.folded);
    }
}

#[test]
fn recursion_is_as_deep_as_it_is_or_marked_truncated() {
    for sampler in SAMPLERS {
        for depth in [20, 100] {
            let Some(profile) = sample(&Entry::of::<Recursion>(), depth, sampler) else { continue };
            assert_eq!(profile.tally.truncated, 0);
            let at_leaf = profile.folded.stacks().filter(|(stack, _)| stack.contains("planted_hot"));
            let exact: u128 = at_leaf
                .filter(|(stack, _)| {
                    stack.split(';').filter(|name| name.contains("planted_recursion")).count() == depth
                })
                .map(|(_, weight)| weight)
                .sum();
            let exact = exact as f64 / profile.tally.samples as f64;
            assert!(exact >= 0.97, "{depth} deep: {exact:.3} exact\n{:#?}", profile.folded);
        }
        let Some(profile) = sample(&Entry::of::<Recursion>(), 400, sampler) else { continue };
        let marked = profile.folded.inclusive(|name| name == "[truncated]");
        assert_eq!(marked, u128::from(profile.tally.truncated));
        assert!(marked as f64 >= 0.97 * profile.tally.samples as f64, "{:#?}", profile.folded);
    }
}

#[test]
fn threads_of_the_workload_are_sampled() {
    for sampler in SAMPLERS {
        let Some(profile) = sample(&Entry::of::<Threads>(), 4, sampler) else { continue };
        let seen = share(&profile.folded, "planted_hot");
        let others = share(&profile.folded, "[other threads]");
        assert!(seen >= 0.95 && others >= 0.95, "{seen:.3}, {others:.3}\n{:#?}", profile.folded);
    }
}

#[test]
fn threads_that_wait_in_the_input_are_sampled() {
    for sampler in SAMPLERS {
        let Some(profile) = sample(&Entry::of::<Pooled>(), 1, sampler) else { continue };
        let seen = share(&profile.folded, "planted_hot");
        let others = share(&profile.folded, "[other threads]");
        // Waking the thread is the sender's own work: some per cent, on a virtual machine.
        assert!(seen >= 0.85 && seen >= 0.95 * others, "{seen:.3}, {others:.3}\n{:#?}", profile.folded);
    }
}

plant!(Parent, u64, with_a_child);

#[test]
fn child_processes_are_counted_and_not_drawn() {
    let Some(profile) = sample(&Entry::of::<Parent>(), 1, SamplerKind::PerfEvent) else { return };
    assert!(profile.tally.of_children >= 20, "{}", profile.tally);
    assert!(profile.tally.to_string().contains("of child processes not shown"), "{}", profile.tally);
    let seen = share(&profile.folded, "planted_hot");
    assert!(seen >= 0.9, "{seen:.3}\n{:#?}", profile.folded);
}

#[test]
fn the_rate_is_that_of_cpu_time() {
    let Some(profile) = sample(&Entry::of::<Split>(), 75, SamplerKind::PerfEvent) else { return };
    let rate = profile.tally.rate_hz() / (1.0 - profile.tally.kernel_share()).max(0.1);
    assert!((750.0..=1_250.0).contains(&rate), "{rate:.0} Hz: {}", profile.tally);
}

#[test]
fn a_case_that_sleeps_has_no_picture() {
    plant!(Sleep, (), |ms: usize| std::thread::sleep(Duration::from_millis(ms as u64)));
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let plan = Plan { cpu: Duration::from_millis(50), patience: PATIENCE, sampler: None };
    match sample_case(&*Entry::of::<Sleep>().prepare(40), plan) {
        Err(reason) => assert!(matches!(reason, NoNumber::LeftOut(_)), "{reason}"),
        Ok(profile) => assert!(profile.tally.samples < 10, "{}", profile.tally),
    }
}

#[test]
fn a_profile_is_drawn() {
    let Some(profile) = sample(&Entry::of::<Split>(), 75, SamplerKind::PerfEvent) else { return };
    let caption = Caption {
        title: "planted/split@75".to_owned(),
        subtitle: profile.tally.to_string(),
        count_name: "samples",
    };
    let svg = String::from_utf8(draw(&profile.folded, &caption).expect("there are samples")).expect("UTF-8");
    for text in ["planted_hot", "planted_cold", "perf-event:", "planted/split@75"] {
        assert!(svg.contains(text), "{text}");
    }
    assert_eq!(Folded::parse(&profile.folded.to_text()).folded, profile.folded);
}

#[test]
fn no_stack_of_a_growing_vector_loses_its_loop() {
    let family = perflab::catalogue::CATALOGUE.family("build-vec").expect("it is catalogued");
    let push = family.entry("push", 10).expect("it is catalogued");
    let Some(profile) = sample(push, 10, SamplerKind::PerfEvent) else { return };
    // libc's realloc runs without frame pointers, over words that earlier calls left on the stack.
    let amiss = profile.tally.outside + profile.tally.unattributed;
    assert!(amiss as f64 <= 0.03 * profile.tally.samples as f64, "{}", profile.tally);
    let grown = share(&profile.folded, "finish_grow");
    assert!(grown >= 0.3, "{grown:.3} in finish_grow\n{:#?}", profile.folded);
}
