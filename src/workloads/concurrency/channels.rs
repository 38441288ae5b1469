//! How should messages go from senders to one receiver? A fixed number of them in all, however many senders there are;
//! making and joining the senders is measured with it. Where they contend, all of these channels look again for a while
//! before they sleep (`Backoff` in std and crossbeam-channel; std's mutex, which flume's queue is under).

use std::marker::PhantomData;
use std::sync::mpsc;
use std::thread;

use super::threads;
use crate::workload::{Answer, Concurrency, Workload};

/// Messages in all: the numbers 0, 1, … below this.
const MESSAGES: u64 = 10_000;
/// What a bounded channel holds before a sender must wait: room for one in eighty of all messages.
const ROOM: usize = 128;

/// A kind of channel.
pub(crate) trait Channel: 'static {
    /// Name and line of the member.
    const MEMBER: (&'static str, &'static str);
    /// Its senders' end.
    type Sender: Clone + Send;
    /// Its receiver's end: gives messages until the last sender is gone.
    type Receiver: IntoIterator<Item = u64>;

    /// An open channel.
    fn open() -> (Self::Sender, Self::Receiver);
    /// Sends a message, and says whether anybody may still receive it.
    fn send(sender: &Self::Sender, message: u64) -> bool;
}

/// What has come through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Received {
    messages: u64,
    sum: u64,
}

/// The member that sends through `C`.
pub(crate) struct SendBy<C>(PhantomData<C>);

impl<C: Channel> Workload for SendBy<C> {
    const NAME: &'static str = C::MEMBER.0;
    const ABOUT: &'static str = C::MEMBER.1;
    const CONCURRENCY: Concurrency = Concurrency::SPINNING;
    /// How many senders.
    type Input = usize;
    type Output = Received;

    fn input(size: usize) -> usize {
        size.max(1)
    }

    fn run(senders: &usize) -> Received {
        thread::scope(|scope| {
            // The receiver must not outlive a panic in here: senders would wait for it.
            let (sender, receiver) = C::open();
            for first in 0..*senders {
                let sender = sender.clone();
                threads::start_in(scope, move || {
                    let _ =
                        (first as u64..MESSAGES).step_by(*senders).all(|message| C::send(&sender, message));
                });
            }
            drop(sender);
            let mut received = Received { messages: 0, sum: 0 };
            for message in receiver {
                received.messages += 1;
                received.sum += message;
            }
            received
        })
    }

    fn check(_: &usize, received: &Received) -> bool {
        *received == Received { messages: MESSAGES, sum: MESSAGES * (MESSAGES - 1) / 2 }
    }

    fn answer(received: &Received) -> Answer {
        Answer::of_sequence([received.messages, received.sum])
    }
}

/// A kind of channel: its type, its name and line, its ends, how it is opened.
macro_rules! channel {
    ($kind:ident, $name:literal, $about:literal, $sender:ty, $receiver:ty, $open:expr) => {
        pub(crate) struct $kind;
        impl Channel for $kind {
            const MEMBER: (&'static str, &'static str) = ($name, $about);
            type Sender = $sender;
            type Receiver = $receiver;
            fn open() -> ($sender, $receiver) {
                $open
            }
            fn send(sender: &$sender, message: u64) -> bool {
                sender.send(message).is_ok()
            }
        }
    };
}

channel!(
    Std,
    "std",
    "std's, a list of blocks that grows as long as nobody receives",
    mpsc::Sender<u64>,
    mpsc::Receiver<u64>,
    mpsc::channel()
);
channel!(
    StdBounded,
    "std-bounded",
    "std's, a ring of 128 places; senders wait for a free one",
    mpsc::SyncSender<u64>,
    mpsc::Receiver<u64>,
    mpsc::sync_channel(ROOM)
);
channel!(
    Crossbeam,
    "crossbeam",
    "crossbeam-channel's, the list of blocks that std's comes from, with many receivers allowed",
    crossbeam_channel::Sender<u64>,
    crossbeam_channel::Receiver<u64>,
    crossbeam_channel::unbounded()
);
channel!(
    CrossbeamBounded,
    "crossbeam-bounded",
    "crossbeam-channel's, a ring of 128 places",
    crossbeam_channel::Sender<u64>,
    crossbeam_channel::Receiver<u64>,
    crossbeam_channel::bounded(ROOM)
);
channel!(
    Flume,
    "flume",
    "flume's, a queue under a lock",
    flume::Sender<u64>,
    flume::Receiver<u64>,
    flume::unbounded()
);
channel!(
    FlumeBounded,
    "flume-bounded",
    "flume's, a queue of 128 under a lock, and a queue of waiting senders beside it",
    flume::Sender<u64>,
    flume::Receiver<u64>,
    flume::bounded(ROOM)
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn senders_that_do_not_divide_the_messages_evenly_send_each_once() {
        for senders in [3, 7] {
            assert!(SendBy::<StdBounded>::check(&senders, &SendBy::<StdBounded>::run(&senders)));
        }
    }

    #[test]
    fn a_lost_or_repeated_message_is_rejected() {
        let right = SendBy::<Std>::run(&1);
        assert!(!SendBy::<Std>::check(&1, &Received { messages: right.messages - 1, ..right }));
        assert!(!SendBy::<Std>::check(&1, &Received { sum: right.sum + 1, ..right }));
    }
}
