//! CPU time that the process has used and no thread was seen to use, given to where it fits: the time after the last
//! look at threads that ended, and threads that no look saw. Pure: reads no clock.

use super::edge::Window;
use super::lives::{Life, Unseen};
use super::proc::Activity;

/// CPU time that the process has used and no thread, below which it is the readings' own: they are taken one after the
/// other, and files are opened between them. Seen up to 60 µs; a window is 100 ms or more, of which this is 0.2 %.
const READING_NOISE_NS: u64 = 200_000;

/// Gives it: first to threads that were ready when last seen and whose end is known, as far as they lived; then to
/// all others, by how long they may have lived. What fits nowhere ran in threads that nobody knows of.
pub(super) fn give(window: &Window, lives: &mut [Life], unseen: &mut Unseen) {
    let (open, close) = (&window.open, &window.close);
    let sampler_ns = close.sampler_cpu_ns.saturating_sub(open.sampler_cpu_ns);
    let process_ns = close.process_cpu_ns.saturating_sub(open.process_cpu_ns).saturating_sub(sampler_ns);
    let seen_ns: u64 = lives.iter().map(|life| life.cpu_ns).sum();
    let left_ns = process_ns.saturating_sub(seen_ns);
    let left_ns = if left_ns < READING_NOISE_NS { 0 } else { left_ns };
    let (mut surely, mut perhaps) = (Vec::new(), Vec::new());
    for life in lives.iter() {
        let ready = life.last_activity == Activity::Runnable;
        surely.push(if ready { life.known_tail_ns } else { 0 });
        perhaps.push(life.tail_gap_ns + if ready { 0 } else { life.known_tail_ns });
    }
    perhaps.push(unseen.wall_ns);
    let first = share_out(&surely, left_ns);
    let left_ns = left_ns - first.iter().sum::<u64>();
    let second = share_out(&perhaps, left_ns);
    for (life, (first, second)) in lives.iter_mut().zip(first.into_iter().zip(&second)) {
        life.give_end(first + second);
    }
    unseen.cpu_ns = second.last().copied().unwrap_or(0);
    unseen.unknown_cpu_ns = left_ns - left_ns.min(perhaps.iter().sum());
}

/// `total` by room, and no more than there is.
fn share_out(rooms: &[u64], total: u64) -> Vec<u64> {
    let all: u64 = rooms.iter().sum();
    let given = u128::from(total.min(all));
    rooms.iter().map(|room| (given * u128::from(*room) / u128::from(all.max(1))) as u64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_given_more_than_fits() {
        assert_eq!(share_out(&[10, 0, 30], 20), [5, 0, 15]);
        assert_eq!(share_out(&[10, 0, 30], 100), [10, 0, 30]);
        assert_eq!(share_out(&[0, 0], 100), [0, 0]);
    }
}
