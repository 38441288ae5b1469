//! What a schedule allows: the speed-up of tasks of known cost, handed to workers one by one, by counting and not by a
//! clock.

/// The speed-up over one worker of `costs`, taken in order by whichever of `workers` is free first: the work done
/// divided by the time of the worker that ends last (list scheduling: Graham, "Bounds on multiprocessing timing
/// anomalies", SIAM J. Appl. Math. 17(2), 1969). 1 where there is no work.
pub(crate) fn speedup(costs: &[u64], workers: usize) -> f64 {
    let mut busy_until = vec![0_u64; workers.max(1)];
    for cost in costs {
        if let Some(first_free) = busy_until.iter_mut().min() {
            *first_free += cost;
        }
    }
    let (all, last) = (costs.iter().sum::<u64>(), busy_until.into_iter().max().unwrap_or(0));
    if last == 0 { 1.0 } else { all as f64 / last as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factorizes_four_numbers_gain_by_their_order_alone() {
        // A trial of every i up to n costs n; the notes' numbers, worked by hand.
        let costs = [2_139_079, 1_214_759, 1_516_637, 1_852_285];
        assert!((speedup(&costs, 2) - 6_722_760.0 / 3_991_364.0).abs() < 1e-12);
        let longest_first = [2_139_079, 1_852_285, 1_516_637, 1_214_759];
        assert!((speedup(&longest_first, 2) - 6_722_760.0 / 3_368_922.0).abs() < 1e-12);
    }

    #[test]
    fn one_long_task_bounds_any_number_of_workers() {
        assert!((speedup(&[90, 1, 1, 1], 8) - 93.0 / 90.0).abs() < 1e-12);
        assert!((speedup(&[], 8) - 1.0).abs() < 1e-12);
        assert!((speedup(&[5, 5], 0) - 1.0).abs() < 1e-12);
    }
}
