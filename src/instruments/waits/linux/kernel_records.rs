//! The kernel's own records of births and ends of threads, and of children started: a perf event that counts nothing
//! and tells of tasks. Needs no privileges where the kernel lets users open perf events at all.

use std::time::Duration;

use perf_event::data::Record as Data;
use perf_event::events::Software;
use perf_event::{Builder, Clock};

use super::births::Record;
use crate::instruments::clock;
use crate::instruments::perf_events::{Asked, Events, threads_but};

/// Bytes of each CPU's ring buffer: 4,096 records, which 40,000 threads a second fill in the sampler's longest pause.
const RING_BYTES: usize = 128 << 10;
/// The least that is of use: a hundred records.
const LEAST_RING_BYTES: usize = 4 << 10;

/// What a thread costs more to start and end while it is recorded, for each CPU: an event is made for it and taken down
/// again. Measured by CPU time: 28 µs on two virtual CPUs.
const COST_NS: u64 = 14_000;
/// Share of a case's wall time that recording may cost, as all that this instrument does.
const AFFORDED: f64 = 0.02;

/// Whether recording so many `births` on so many `cpus` costs an `iteration` no more than it may.
fn is_affordable(births: usize, cpus: usize, iteration: Duration) -> bool {
    let cost_ns = births as u64 * cpus as u64 * COST_NS;
    cost_ns as f64 <= AFFORDED * iteration.as_nanos() as f64
}

/// Records under way.
pub(super) struct KernelRecords {
    events: Events,
    process: u32,
    drained_ns: u64,
    /// What was drained so far.
    pub(super) records: Vec<Record>,
}

impl KernelRecords {
    /// From now on the kernel records what the calling thread, all others of this process and those that they start
    /// do.
    ///
    /// # Errors
    /// One line on what it refused.
    pub(super) fn start() -> Result<Self, String> {
        // Linux 5.13 can leave children out, which spares them the events; before it they inherit them like threads.
        let open = |threads_alone: bool| {
            let tasks = |builder: &mut Builder<'_>| {
                builder.task(true).clockid(Clock::MONOTONIC).enabled(true);
                builder.inherit_thread(threads_alone);
            };
            let asked = Asked {
                event: Software::DUMMY,
                configure: &tasks,
                ring_bytes: RING_BYTES,
                least_ring_bytes: LEAST_RING_BYTES,
            };
            asked.open(&threads_but(&[clock::this_thread()]))
        };
        let events = open(true).or_else(|_| open(false))?;
        let drained_ns = clock::monotonic_ns();
        Ok(Self { events, process: std::process::id(), drained_ns, records: Vec::new() })
    }

    /// Threads born in what was recorded: one iteration, and one thread that watched it.
    pub(super) fn born(&self) -> usize {
        let born = self.records.iter().filter(|record| matches!(record, Record::Born { .. })).count();
        born.saturating_sub(1)
    }

    /// Whether to go on: not if threads are born so often that recording them shows in the time of a case that takes so
    /// long an `iteration`, of which one was recorded.
    ///
    /// # Errors
    /// One line on how often they are born.
    pub(super) fn go_on(self, iteration: Duration) -> Result<Self, String> {
        let born = self.born();
        if is_affordable(born, self.events.rings.len(), iteration) {
            return Ok(self);
        }
        Err(format!(
            "{born} in {} ms: recording them would cost more than {:.0} % of the wall time",
            iteration.as_secs_f64() * 1e3,
            AFFORDED * 100.0
        ))
    }

    /// Forgets what was recorded until now.
    pub(super) fn restart(&mut self) {
        self.drain();
        self.records.clear();
    }

    /// Empties the buffers.
    pub(super) fn drain(&mut self) {
        let mut lost = 0;
        for ring in &mut self.events.rings {
            while let Some(record) = ring.next_record() {
                match record.parse_record() {
                    Ok(Data::Fork(born)) if born.pid == self.process => {
                        self.records.push(Record::Born { thread: born.tid, at_ns: born.time });
                    }
                    // Started by this process itself, not by a child of it.
                    Ok(Data::Fork(born)) if born.ppid == self.process => {
                        self.records.push(Record::Child { process: born.pid });
                    }
                    Ok(Data::Exit(ended)) if ended.pid == self.process => {
                        self.records.push(Record::Ended { thread: ended.tid, at_ns: ended.time });
                    }
                    Ok(Data::Lost(some)) => lost += some.lost,
                    Ok(Data::LostSamples(some)) => lost += some.lost,
                    Ok(_) => {}
                    Err(_) => lost += 1,
                }
            }
        }
        let now_ns = clock::monotonic_ns();
        if lost > 0 {
            self.records.push(Record::Lost { from_ns: self.drained_ns, to_ns: now_ns, count: lost });
        }
        self.drained_ns = now_ns;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instruments::waits::linux::births::{Births, children};

    #[test]
    fn recording_is_for_threads_that_are_not_born_all_the_time() {
        let ms = Duration::from_millis;
        assert!(is_affordable(5, 2, ms(20)) && is_affordable(0, 64, Duration::ZERO));
        assert!(!is_affordable(5, 2, ms(1)) && !is_affordable(5, 64, ms(20)));
    }

    #[test]
    fn the_kernel_tells_when_a_thread_was_born_and_ended_and_who_was_started() {
        let mut records = match KernelRecords::start() {
            Ok(records) => records,
            Err(refusal) => return eprintln!("not tested here: {refusal}"),
        };
        let origin_ns = clock::monotonic_ns();
        let thread = std::thread::spawn(|| {
            let born_ns = clock::monotonic_ns();
            std::thread::sleep(Duration::from_millis(2));
            (clock::this_thread(), born_ns, clock::monotonic_ns())
        });
        let (number, born_ns, ended_ns) = thread.join().expect("it does not panic");
        // Joined is not yet gone: the kernel takes its moment.
        while clock::thread_cpu_ns(number).is_some() {
            std::thread::yield_now();
        }
        let mut child = std::process::Command::new("true").spawn().expect("a child");
        child.wait().expect("it is waited for");
        records.drain();
        assert!(children(&records.records).contains(&child.id()));
        let births = Births::new(records.records, origin_ns, 0);
        let spans = births.within(0, clock::monotonic_ns() - origin_ns);
        let life = spans.iter().find(|span| span.thread == number).expect("it was recorded");
        let (born, ended) = (life.born_ns.expect("its birth"), life.ended_ns.expect("its end"));
        assert!(born <= born_ns - origin_ns && ended >= ended_ns - origin_ns, "{life:?}");
    }
}
