//! Requests that are taken one by one by whoever is free, until there are none or somebody ends it.

use std::iter::Enumerate;
use std::slice::Iter;
use std::sync::Mutex;

/// What is left of a list of requests.
pub(super) struct Requests<'requests>(Mutex<Enumerate<Iter<'requests, Vec<u8>>>>);

impl<'requests> Requests<'requests> {
    /// All of `requests`, in their order.
    pub(super) fn of(requests: &'requests [Vec<u8>]) -> Self {
        Self(Mutex::new(requests.iter().enumerate()))
    }

    /// The next one and its place. `None` once all are taken.
    pub(super) fn take(&self) -> Option<(usize, &'requests [u8])> {
        let (place, request) = self.0.lock().expect("no holder panics").next()?;
        Some((place, request))
    }

    /// From now on there are none: the others finish what they have, and take nothing more.
    pub(super) fn end(&self) {
        self.0.lock().expect("no holder panics").by_ref().for_each(drop);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_request_is_taken_once_in_order_and_none_after_the_end() {
        let three = [vec![1], vec![2, 2], vec![]];
        let requests = Requests::of(&three);
        assert_eq!((requests.take(), requests.take()), (Some((0, &[1][..])), Some((1, &[2, 2][..]))));
        requests.end();
        assert_eq!((requests.take(), requests.take()), (None, None));
        let all: Vec<_> = {
            let requests = Requests::of(&three);
            std::iter::from_fn(|| requests.take().map(|(place, _)| place)).collect()
        };
        assert_eq!(all, [0, 1, 2]);
    }
}
