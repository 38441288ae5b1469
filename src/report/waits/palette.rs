//! Which colour stands for what in the pictures of waits: the same on every page for the parts of time, by rank for
//! the calls of a case.

use maud::{Markup, html};

use crate::record::{BlockedIn, Doing, Metric, WaitParts, WaitsLedger};
use crate::report::anchors;
use crate::report::page::clip;
use crate::report::theme::Ink;

/// On a CPU, user code.
pub(super) const USER: Ink = Ink::Wait(0);
/// On a CPU, kernel.
pub(super) const KERNEL: Ink = Ink::Wait(1);
/// Waiting for a CPU.
pub(super) const RUNQUEUE: Ink = Ink::Wait(2);
/// What the sources leave open.
pub(super) const RESIDUAL: Ink = Ink::Wait(3);
/// Blocked, where calls are not told apart.
pub(super) const BLOCKED: Ink = CALLS[0];
/// The calls that a case is blocked in most, by rank; then all others.
const CALLS: [Ink; 4] = [Ink::Wait(4), Ink::Wait(5), Ink::Wait(6), Ink::Wait(7)];
const OTHERS: Ink = Ink::Wait(8);

/// The metrics that are a part of every case's bars.
pub(in crate::report) const BARS_OF: [Metric; 3] =
    [Metric::CpuUserNs, Metric::CpuKernelNs, Metric::RunqueueNs];

/// The rank of `call` among those that have a part of the bars to themselves.
pub(in crate::report) fn rank_of_call(ledger: &WaitsLedger, call: &str) -> Option<usize> {
    Palette::of(ledger).calls.iter().position(|known| known == call)
}

/// A colour in use, what it stands for, and what that is called in addresses.
pub(super) struct Entry {
    pub(super) ink: Ink,
    pub(super) name: String,
    pub(super) id: Option<String>,
}

/// A case's colours.
pub(super) struct Palette {
    calls: Vec<String>,
    has_others: bool,
    has_residual: bool,
}

impl Palette {
    pub(super) fn of(ledger: &WaitsLedger) -> Self {
        let calls: Vec<String> = ledger.blocked().into_iter().map(|blocked| blocked.call).collect();
        let has_others = calls.len() > CALLS.len();
        let has_residual = ledger.total.residual_ns > 0;
        Self { calls: calls.into_iter().take(CALLS.len()).collect(), has_others, has_residual }
    }

    fn call(&self, call: &str) -> Ink {
        let rank = self.calls.iter().position(|known| known == call);
        rank.map_or(OTHERS, |rank| CALLS[rank])
    }

    /// What a thread that did this is drawn in.
    pub(super) fn ink(&self, doing: &Doing) -> Ink {
        match doing {
            Doing::Running => USER,
            Doing::Runnable => RUNQUEUE,
            Doing::Blocked(call) => self.call(call),
        }
    }

    /// The parts of a bar.
    pub(super) fn parts(&self, parts: &WaitParts, blocked: &[BlockedIn]) -> Vec<(Ink, u64)> {
        let named = CALLS.iter().take(self.calls.len()).map(|ink| (*ink, true));
        let mut all = vec![(USER, parts.user_ns), (KERNEL, parts.kernel_ns), (RUNQUEUE, parts.runqueue_ns)];
        for (ink, _) in named.chain([(OTHERS, false)]) {
            let ns = blocked
                .iter()
                .filter(|blocked| self.call(&blocked.call) == ink)
                .map(|blocked| blocked.ns)
                .sum();
            all.push((ink, ns));
        }
        all.push((RESIDUAL, parts.residual_ns.max(0) as u64));
        all
    }

    /// Every colour in use, and what it stands for.
    pub(super) fn entries(&self) -> Vec<Entry> {
        let part =
            |ink, name: &str, metric| Entry { ink, name: name.to_owned(), id: Some(anchors::part(metric)) };
        let mut entries = vec![
            part(USER, "on CPU, user code", Metric::CpuUserNs),
            part(KERNEL, "on CPU, kernel", Metric::CpuKernelNs),
            part(RUNQUEUE, "waiting for a CPU", Metric::RunqueueNs),
        ];
        entries.extend(self.calls.iter().zip(CALLS).enumerate().map(|(rank, (call, ink))| Entry {
            ink,
            name: format!("blocked: {call}"),
            id: Some(anchors::call(rank)),
        }));
        if self.has_others {
            entries.push(Entry { ink: OTHERS, name: "blocked: other calls".to_owned(), id: None });
        }
        if self.has_residual {
            entries.push(Entry { ink: RESIDUAL, name: "residual".to_owned(), id: None });
        }
        entries
    }
}

/// What the colours stand for.
pub(super) fn key(entries: &[Entry]) -> Markup {
    html! {
        ul.key {
            @for Entry { ink, name, id } in entries {
                li id=[id.as_deref()] {
                    svg.swatch viewBox="0 0 24 10" aria-hidden="true" focusable="false" { rect x="2" y="0" width="20" height="10" fill=(ink.css()) {} }
                    " " (clip(name, 48))
                }
            }
        }
    }
}
