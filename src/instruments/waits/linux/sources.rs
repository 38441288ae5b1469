//! Which of the sources there are on this machine, and what cannot be told without the others.

use super::kernel_records::KernelRecords;
use super::proc::Proc;
use crate::instruments::perf_events::REMEDY;
use crate::instruments::{clock, procfs};

/// The sources that work here.
#[derive(Debug, Clone)]
pub struct Sources {
    /// Where they are read.
    pub proc: Proc,
    /// Whether threads can be listed; without it the books hold the measuring thread alone.
    pub lists_threads: bool,
    /// Whether waiting for a CPU is told apart from being blocked.
    pub tells_runqueue: bool,
    /// Whether the system call that a thread is blocked in can be told.
    pub tells_calls: bool,
    /// Whether children can be counted.
    pub counts_children: bool,
    /// Whether the kernel records when threads are born and end.
    pub records_births: bool,
}

/// What births and ends that are not recorded leave open.
pub(super) fn without_births(refusal: &str) -> String {
    format!(
        "births and ends of threads are not recorded ({refusal}), so threads that live for a few looks only have a wall \
         time that may be off by a tenth, and those that no look sees only their CPU time"
    )
}

impl Sources {
    /// Tries each source once, on the calling thread.
    pub fn survey(proc: Proc) -> Self {
        let me = clock::this_thread();
        let lists_threads = proc.threads().is_ok_and(|threads| threads.contains(&me));
        let mut buffer = [0; 256];
        // A kernel that keeps no such books answers `0 0 0`; whoever reads this has been given a CPU at least once.
        let schedstat = proc.open(me, "schedstat").ok();
        let booked = schedstat.and_then(|file| procfs::schedstat(procfs::read(&file, &mut buffer)?));
        let syscall = proc.open(me, "syscall").ok();
        let tells_calls =
            syscall.is_some_and(|file| procfs::read(&file, &mut buffer).is_some_and(|text| !text.is_empty()));
        Self {
            lists_threads,
            tells_runqueue: booked.is_some_and(|booked| booked.slices > 0),
            tells_calls,
            counts_children: proc.children(me).is_ok(),
            records_births: KernelRecords::start().is_ok(),
            proc,
        }
    }

    /// What cannot be told, and why, one line each.
    pub fn missing(&self) -> Vec<String> {
        let task = self.proc.task_folder();
        let mut missing = Vec::new();
        if !self.lists_threads {
            missing.push(format!(
                "threads cannot be listed ({} cannot be read), so the books hold the measuring thread alone, and \
                 blocked time is not split by call",
                task.display()
            ));
            return missing;
        }
        if !self.tells_runqueue {
            missing.push(
                "the kernel books no time waiting for a CPU (schedstat is missing or all zero), so it counts as blocked"
                    .to_owned(),
            );
        }
        if !self.tells_calls {
            missing.push(
                "the system call that a thread is in cannot be read (its file `syscall`), so blocked time is not split \
                 by call"
                    .to_owned(),
            );
        }
        if !self.counts_children {
            missing.push(
                "children are not listed by this kernel (CONFIG_PROC_CHILDREN), so they are not counted"
                    .to_owned(),
            );
        }
        if !self.records_births {
            missing.push(without_births("perf_event_open is refused"));
        }
        missing
    }

    /// What would bring them back.
    pub fn remedy(&self) -> Option<String> {
        if self.missing().is_empty() {
            return None;
        }
        let root = self.proc.root().display();
        if !self.lists_threads {
            return Some(format!("mount -t proc proc {root}"));
        }
        let kernel = "a kernel with CONFIG_SCHED_INFO, CONFIG_HAVE_ARCH_TRACEHOOK and CONFIG_PROC_CHILDREN, as \
                      distributions build it";
        let whole = self.tells_runqueue && self.tells_calls && self.counts_children;
        Some(match (whole, self.records_births) {
            (true, _) => REMEDY.to_owned(),
            (false, true) => kernel.to_owned(),
            (false, false) => format!("{kernel}; {REMEDY}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// A /proc with the calling thread in it, and the files given.
    fn planted(files: &[(&str, &str)]) -> (tempfile::TempDir, Sources) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let thread = folder.path().join(format!("self/task/{}", clock::this_thread()));
        fs::create_dir_all(&thread).expect("it can be made");
        for (name, text) in files {
            fs::write(thread.join(name), text).expect("written");
        }
        // What this machine's kernel records is not planted.
        let sources = Sources { records_births: true, ..Sources::survey(Proc::at(folder.path())) };
        (folder, sources)
    }

    const WHOLE: [(&str, &str); 3] = [("schedstat", "5 6 7\n"), ("syscall", "0 0x1\n"), ("children", "")];

    #[test]
    fn a_whole_proc_misses_nothing() {
        let (_folder, sources) = planted(&WHOLE);
        assert_eq!((sources.missing(), sources.remedy()), (Vec::new(), None));
    }

    #[test]
    fn each_missing_source_is_named_with_what_it_costs() {
        for (without, told) in [
            ("schedstat", "counts as blocked"),
            ("syscall", "not split by call"),
            ("children", "not counted"),
        ] {
            let rest: Vec<_> = WHOLE.into_iter().filter(|(name, _)| *name != without).collect();
            let (_folder, sources) = planted(&rest);
            let missing = sources.missing();
            assert_eq!(missing.len(), 1, "{without}: {missing:?}");
            assert!(missing[0].contains(told) && sources.remedy().is_some(), "{without}: {missing:?}");
        }
    }

    #[test]
    fn births_that_are_not_recorded_are_said_with_their_remedy() {
        let (_folder, whole) = planted(&WHOLE);
        let sources = Sources { records_births: false, ..whole };
        assert!(sources.missing()[0].contains("not recorded"), "{:?}", sources.missing());
        assert!(sources.remedy().is_some_and(|remedy| remedy.contains("perf_event_paranoid")));
    }

    #[test]
    fn a_kernel_that_books_nothing_answers_zeros() {
        let (_folder, sources) = planted(&[("schedstat", "0 0 0\n"), WHOLE[1], WHOLE[2]]);
        assert!(!sources.tells_runqueue && sources.missing()[0].contains("all zero"));
    }

    #[test]
    fn without_proc_the_measuring_thread_is_left() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let sources = Sources::survey(Proc::at(folder.path()));
        assert!(sources.missing()[0].contains("measuring thread alone"));
        assert!(sources.remedy().is_some_and(|remedy| remedy.starts_with("mount -t proc")));
    }
}
