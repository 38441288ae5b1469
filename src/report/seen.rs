//! What each instrument sees of a case that does not run on one thread alone, by the case's own declaration.

use maud::{Markup, html};

use crate::record::ListedConcurrency;

/// One small paragraph; nothing for a case on one thread.
pub(super) fn paragraph(concurrency: ListedConcurrency) -> Markup {
    let ListedConcurrency { threads, processes, spins } = concurrency;
    if !threads && !processes {
        return html! {};
    }
    let beside = match (threads, processes) {
        (true, true) => "other threads and other processes",
        (true, false) => "other threads",
        (false, _) => "other processes",
    };
    html! {
        p.small {
            b { "What each instrument sees of this case, " } "whose work is done by " (beside)
            @if spins { ", some of which may spin while they wait" } ": "
            b { "time" } " is by the clock on the wall, whoever works. "
            b { "flamegraph" }
            @if threads { " samples every thread of this process, all but the measuring one under [other threads]" }
            @else { " samples this process" }
            @if processes { ", and of the other processes nothing" } ". "
            b { "heap" }
            @if threads { " counts the blocks of every thread" } @else { " counts this process" }
            @if processes { ", and not those of the other processes" }
            "; counts may differ from one iteration to the next, so it gives the range of three. "
            b { "instructions" }
            @if processes { " leaves it out: Callgrind counts only the process that it runs." }
            @else if spins { " leaves it out: Callgrind runs threads one at a time, so what a spinning thread executes there is its scheduler's doing." }
            @else { " counts every thread, from its first instruction to its last, one running at a time." }
            " " b { "waits" } " shows every thread"
            @if processes { ", and the CPU time of the other processes apart" } "."
            @if threads && !processes { " " b { "ceilings" } " runs the same threads on one CPU and on all, in turn." }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(threads: bool, processes: bool, spins: bool) -> String {
        paragraph(ListedConcurrency { threads, processes, spins }).into_string()
    }

    #[test]
    fn a_case_on_one_thread_needs_no_words() {
        assert_eq!(told(false, false, false), "");
    }

    #[test]
    fn the_declaration_decides_what_is_said() {
        let threads = told(true, false, false);
        assert!(threads.contains("under [other threads]") && threads.contains("counts every thread"));
        assert!(!threads.contains("leaves it out") && !threads.contains("other processes"));
        assert!(told(true, false, true).contains("leaves it out: Callgrind runs threads one at a time"));
        let processes = told(false, true, false);
        assert!(processes.contains("leaves it out: Callgrind counts only the process"), "{processes}");
        assert!(processes.contains("not those of the other processes"), "{processes}");
    }
}
