//! Which CPU a start runs on. Both sides run on the same one, in turn: two CPUs in parallel compare the CPUs.

/// The CPUs that this process may run on, in order; none where the system does not tell.
#[cfg(target_os = "linux")]
pub(super) fn allowed() -> Vec<usize> {
    let Ok(set) = rustix::thread::sched_getaffinity(None) else { return Vec::new() };
    (0..rustix::thread::CpuSet::MAX_CPU).filter(|cpu| set.is_set(*cpu)).collect()
}

/// Lets the calling thread, and what it starts from now on, run on `cpus` alone; whether the system let it.
#[cfg(target_os = "linux")]
pub(super) fn allow(cpus: &[usize]) -> bool {
    !cpus.is_empty() && rustix::thread::sched_setaffinity(None, &set_of(cpus)).is_ok()
}

/// Lets every thread of this process, and what they start from now on, run on `cpus` alone; whether the system let it.
/// Threads that wait, such as a pool's, are told like all others.
#[cfg(target_os = "linux")]
pub(super) fn allow_all_threads(cpus: &[usize]) -> bool {
    use rustix::io::Errno;
    use rustix::process::Pid;

    let set = set_of(cpus);
    let mut told = std::collections::BTreeSet::new();
    // What a thread starts before it was told has what that thread had: looked for until there is nobody new.
    loop {
        let Ok(tasks) = std::fs::read_dir("/proc/self/task") else { return false };
        let ids = tasks.flatten().filter_map(|task| task.file_name().to_str()?.parse::<i32>().ok());
        let new: Vec<i32> = ids.filter(|id| !told.contains(id)).collect();
        if new.is_empty() {
            return !told.is_empty() && !cpus.is_empty();
        }
        for id in new {
            match rustix::thread::sched_setaffinity(Pid::from_raw(id), &set) {
                // One that has ended since needs no telling.
                Ok(()) | Err(Errno::SRCH) => told.insert(id),
                Err(_) => return false,
            };
        }
    }
}

#[cfg(target_os = "linux")]
fn set_of(cpus: &[usize]) -> rustix::thread::CpuSet {
    let mut set = rustix::thread::CpuSet::new();
    for cpu in cpus.iter().filter(|cpu| **cpu < rustix::thread::CpuSet::MAX_CPU) {
        set.set(*cpu);
    }
    set
}

#[cfg(not(target_os = "linux"))]
pub(super) fn allow_all_threads(_cpus: &[usize]) -> bool {
    false
}

#[cfg(not(target_os = "linux"))]
pub(super) fn allowed() -> Vec<usize> {
    Vec::new()
}

#[cfg(not(target_os = "linux"))]
pub(super) fn allow(_cpus: &[usize]) -> bool {
    false
}

/// Quads of the starts on one CPU.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    /// Undisturbed, and on the full core where canaries tell.
    counting: usize,
    /// All.
    taken: u64,
}

impl Seen {
    /// The share of quads that count; all before there was a start.
    fn share(self) -> f64 {
        if self.taken == 0 { 1.0 } else { self.counting as f64 / self.taken as f64 }
    }
}

/// Chooses among CPUs by how many quads counted in earlier starts on each.
#[derive(Debug, Clone)]
pub(super) struct Cpus {
    /// A CPU, and what happened there.
    seen: Vec<(usize, Seen)>,
}

impl Cpus {
    pub(super) fn new(cpus: Vec<usize>) -> Self {
        Self { seen: cpus.into_iter().map(|cpu| (cpu, Seen::default())).collect() }
    }

    /// All of them.
    pub(super) fn all(&self) -> Vec<usize> {
        self.seen.iter().map(|(cpu, _)| *cpu).collect()
    }

    /// The CPU with the largest share of quads that count; `draw` chooses among equals, such as those not yet tried.
    pub(super) fn choose(&self, draw: u64) -> Option<usize> {
        // Shares within a tenth of each other are alike: all CPUs are used, so that none decides the verdict.
        let best = self.seen.iter().map(|(_, seen)| seen.share()).fold(0.0, f64::max);
        let is_good = |seen: &Seen| seen.share() >= best - 0.1;
        let good: Vec<usize> =
            self.seen.iter().filter(|(_, seen)| is_good(seen)).map(|(cpu, _)| *cpu).collect();
        good.get(usize::try_from(draw % (good.len().max(1) as u64)).unwrap_or(0)).copied()
    }

    /// Tells how many of the quads that a start took on `cpu` count.
    pub(super) fn tell(&mut self, cpu: usize, counting: usize, taken: u64) {
        if let Some((_, seen)) = self.seen.iter_mut().find(|(seen, _)| *seen == cpu) {
            seen.counting += counting;
            seen.taken += taken;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn threads_that_wait_and_those_they_start_are_told_where_to_run() {
        use std::sync::mpsc::channel;

        let all = allowed();
        let only = [*all.last().expect("a process runs somewhere")];
        let (ask, asked) = channel::<()>();
        let (say, said) = channel();
        let waits = std::thread::spawn(move || {
            for () in asked {
                let started = std::thread::spawn(allowed).join().expect("it only looks");
                say.send((allowed(), started)).expect("the test listens");
            }
        });
        assert!(allow_all_threads(&only));
        ask.send(()).expect("it waits");
        assert_eq!(said.recv().expect("it answers"), (only.to_vec(), only.to_vec()));
        assert!(allow_all_threads(&all));
        ask.send(()).expect("it waits");
        assert_eq!(said.recv().expect("it answers"), (all.clone(), all));
        assert!(!allow_all_threads(&[]));
        drop(ask);
        waits.join().expect("it ends when nobody asks");
    }

    #[test]
    fn a_cpu_that_neighbours_burn_is_left_to_them() {
        let mut cpus = Cpus::new(vec![3, 5]);
        let both: std::collections::BTreeSet<_> = (0..4).filter_map(|draw| cpus.choose(draw)).collect();
        assert_eq!(both, [3, 5].into());
        cpus.tell(3, 2, 10);
        assert!((0..4).all(|draw| cpus.choose(draw) == Some(5)));
        assert_eq!(Cpus::new(Vec::new()).choose(7), None);
    }
}
