//! What books tell: waiting, the kernel's work, neighbours, threads that start, and threads that share.

use perflab::record::{FindingKind as Kind, Metric};

use super::{CASE, RUN, sample, sampled};
use crate::known::{Row, World, alone, books, family};

pub(super) fn rows() -> Vec<Row> {
    let booked = |ledger, frames: &[(&str, u128)]| {
        let mut world = sampled(frames);
        // As long by either clock.
        world.recorded.cases[0].measurements.retain(|number| number.metric != Metric::TimeNs);
        world.waits(CASE, ledger);
        world
    };
    let read = "<std::fs::File as std::io::Read>::read;__GI___libc_read";
    let mut children = alone([10, 10, 0, 980], "wait4");
    children.children = Some(10.0);
    let mut pages = booked(alone([300, 700, 0, 0], ""), &[]);
    pages.heap(CASE, &[(&[RUN], 1, 64 << 20)]);
    let locked = |threads: [[u64; 4]; 2], ratio: f64| {
        let mut world = World::of(family("planted", &["serial", "a"], &[1_000]));
        world.member("a").concurrency.threads = true;
        sample(&mut world, CASE, &[]);
        world.recorded.cases[0].measurements.retain(|number| number.metric != Metric::TimeNs);
        world.range(CASE, Metric::TimeRatio, [ratio, ratio * 0.98, ratio * 1.02]);
        let main = ("measuring thread", [0, 0, 0, 1_000], "futex");
        world.waits(CASE, books(980, 0, &[main, ("one", threads[0], "futex"), ("two", threads[1], "futex")]));
        world.findings(CASE)
    };
    let shared = |instructions: f64, ratio: f64| {
        let mut world = World::planted(&["a", "padded"], &[1_000]);
        world.member("a").concurrency.threads = true;
        world.member("padded").concurrency.threads = true;
        sample(&mut world, CASE, &[]);
        world.number(CASE, Metric::Instructions, 100_000.0);
        world.number("planted/padded@1000", Metric::Instructions, instructions);
        world.range("planted/padded@1000", Metric::TimeRatio, [ratio, ratio * 0.95, ratio * 1.05]);
        world.findings(CASE)
    };
    let mut starved = alone([500, 0, 500, 0], "");
    starved.slices = 100;
    let born = {
        let mut ledger = books(
            900,
            0,
            &[("measuring thread", [200, 300, 0, 500], "futex"), ("worker", [200, 200, 0, 100], "futex")],
        );
        ledger.threads[1].count = 100;
        ledger
    };
    vec![
        Row::of("84 % blocked", Kind::Waiting, booked(alone([150, 10, 0, 840], "ppoll"), &[]).findings(CASE))
            .says("84.0 %")
            .says("ppoll"),
        Row::of(
            "3 % blocked",
            Kind::NoBottleneck,
            booked(alone([970, 0, 0, 30], "ppoll"), &[]).findings(CASE),
        )
        .silent(&[Kind::Waiting]),
        Row::of("ten children waited for", Kind::Waiting, booked(children, &[]).findings(CASE))
            .says("wait4")
            .says("10 children"),
        Row::of(
            "a file read byte by byte",
            Kind::SystemCalls,
            booked(alone([200, 800, 0, 0], ""), &[(read, 60)]).findings(CASE),
        )
        .says("called most by read"),
        Row::of(
            "a file read at once",
            Kind::NoBottleneck,
            booked(alone([960, 40, 0, 0], ""), &[(read, 3)]).findings(CASE),
        )
        .silent(&[Kind::SystemCalls]),
        Row::of("fresh pages touched once", Kind::PageFaults, pages.findings(CASE))
            .says("70.0 %")
            .silent(&[Kind::SystemCalls]),
        Row::of("neighbours have the CPU", Kind::Starved, booked(starved, &[]).findings(CASE))
            .says("quiet machine"),
        Row::of("ten threads an iteration", Kind::Spawning, booked(born, &[]).findings(CASE))
            .says("10 threads an iteration"),
        Row::of(
            "one lock for two threads",
            Kind::LockContention,
            locked([[490, 0, 0, 490], [490, 0, 0, 490]], 1.01),
        )
        .says("1.01 times as long as one thread"),
        Row::of(
            "two threads that gain",
            Kind::NoBottleneck,
            locked([[970, 0, 0, 10], [970, 0, 0, 10]], 0.51),
        )
        .silent(&[Kind::LockContention]),
        Row::of("one cache line for two threads", Kind::FalseSharing, shared(99_000.0, 0.2))
            .says("5.0 times as long as `padded`"),
        Row::of("a cache line each", Kind::NoBottleneck, shared(99_000.0, 0.97))
            .silent(&[Kind::FalseSharing]),
    ]
}
