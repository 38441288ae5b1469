//! What a schedule allows: the speed-up of tasks of known cost, shared among workers, by counting and not by a clock.

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
    ratio(costs, busy_until.into_iter().max().unwrap_or(0))
}

/// The same where the kernel may have to share `cores` among more `workers`: it then takes turns, so that the cores
/// share each task too, and nothing bounds the gain but the cores and the longest task (McNaughton, "Scheduling with
/// deadlines and loss functions", Management Science 6(1), 1959).
pub(crate) fn speedup_on_cores(costs: &[u64], workers: usize, cores: usize) -> f64 {
    if workers <= cores {
        return speedup(costs, workers);
    }
    let longest = costs.iter().copied().max().unwrap_or(0);
    ratio(costs, longest).min(cores.max(1) as f64)
}

/// The least that is left of that gain, whatever turns the kernel takes, as long as no core idles while a thread is ready: until
/// the thread that ends last has had its own time, all cores work whenever it does not (Graham's argument, which needs no
/// whole tasks). `None` where no turns are taken.
pub(crate) fn speedup_at_worst(costs: &[u64], workers: usize, cores: usize) -> Option<f64> {
    let cores = cores.max(1) as f64;
    let longest = costs.iter().copied().max().filter(|_| workers as f64 > cores)? as f64;
    let all = costs.iter().sum::<u64>() as f64;
    Some(if all == 0.0 { 1.0 } else { all / (longest + (all - longest) / cores) })
}

fn ratio(costs: &[u64], last: u64) -> f64 {
    if last == 0 { 1.0 } else { costs.iter().sum::<u64>() as f64 / last as f64 }
}

/// The places of `estimates`, the largest first; of equal ones, the first first.
pub(crate) fn longest_first(estimates: &[u64]) -> Vec<usize> {
    let mut places: Vec<usize> = (0..estimates.len()).collect();
    places.sort_by_key(|place| std::cmp::Reverse(estimates[*place]));
    places
}

/// Tasks that lie next to each other, and how often rayon would still halve them.
#[derive(Clone)]
struct Piece {
    tasks: std::ops::Range<usize>,
    halvings: usize,
    stolen: bool,
}

/// The speed-up of `costs` by work stealing as rayon 1 does it on an indexed parallel iterator: a piece is halved as
/// often as there are workers to be fed, one that came from elsewhere anew; a worker does the left half and leaves the
/// right one to whoever is idle, who takes the oldest (rayon::iter::plumbing, `bridge_producer_consumer`). Beyond two
/// workers rayon picks the victim at random; here it is the one whose oldest piece costs most.
pub(crate) fn speedup_by_stealing(costs: &[u64], workers: usize) -> f64 {
    let workers = workers.max(1);
    let cost = |piece: &Piece| costs[piece.tasks.clone()].iter().sum::<u64>();
    let mut left: Vec<Vec<Piece>> = vec![Vec::new(); workers];
    let mut busy_until = vec![0_u64; workers];
    // The caller is outside the pool: it halves once, and what it hands in counts as come from elsewhere.
    let all = Piece { tasks: 0..costs.len(), halvings: workers, stolen: false };
    let (first, second) =
        halved(all.clone(), workers).unwrap_or_else(|| (all.clone(), Piece { tasks: 0..0, ..all }));
    left[0] = [second, first].map(|piece| Piece { stolen: true, ..piece }).into();
    loop {
        // Whoever is free first goes on; with its own newest piece, or else with another's oldest.
        let mut by_time: Vec<usize> = (0..workers).collect();
        by_time.sort_by_key(|worker| busy_until[*worker]);
        let richest = (0..workers).max_by_key(|worker| left[*worker].first().map_or(0, cost));
        let taken = by_time.into_iter().find_map(|worker| {
            if let Some(own) = left[worker].pop() {
                return Some((worker, own));
            }
            let victim = richest.filter(|victim| !left[*victim].is_empty())?;
            // What the victim left lies there since it began its last piece at the earliest.
            Some((worker, Piece { stolen: true, ..left[victim].remove(0) }))
        });
        let Some((worker, mut piece)) = taken else { break };
        while let Some((near, far)) = halved(piece.clone(), workers) {
            left[worker].push(far);
            piece = near;
        }
        busy_until[worker] += cost(&piece);
    }
    ratio(costs, busy_until.into_iter().max().unwrap_or(0))
}

/// Both halves, where rayon would halve.
fn halved(piece: Piece, workers: usize) -> Option<(Piece, Piece)> {
    let length = piece.tasks.len();
    let halvings = match (piece.stolen, piece.halvings) {
        (true, halvings) => workers.max(halvings / 2),
        (false, 0) => return None,
        (false, halvings) => halvings / 2,
    };
    let middle = piece.tasks.start + length / 2;
    let half = |tasks| Piece { tasks, halvings, stolen: false };
    (length >= 2).then(|| (half(piece.tasks.start..middle), half(middle..piece.tasks.end)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A trial of every i up to n costs n: factorize's four numbers.
    const FACTORIZE: [u64; 4] = [2_139_079, 1_214_759, 1_516_637, 1_852_285];

    fn close(value: f64, expected: f64) {
        assert!((value - expected).abs() < 1e-12, "{value}, not {expected}");
    }

    #[test]
    fn factorizes_four_numbers_gain_by_their_order_alone() {
        // Worked by hand.
        close(speedup(&FACTORIZE, 2), 6_722_760.0 / 3_991_364.0);
        let sorted: Vec<u64> = longest_first(&FACTORIZE).into_iter().map(|place| FACTORIZE[place]).collect();
        assert_eq!(sorted, [2_139_079, 1_852_285, 1_516_637, 1_214_759]);
        close(speedup(&sorted, 2), 6_722_760.0 / 3_368_922.0);
    }

    #[test]
    fn one_long_task_bounds_any_number_of_workers() {
        for speedup in [speedup, speedup_by_stealing] {
            close(speedup(&[90, 1, 1, 1], 8), 93.0 / 90.0);
            close(speedup(&[], 8), 1.0);
            close(speedup(&[5, 5], 0), 1.0);
        }
        close(speedup_on_cores(&[90, 1, 1, 1], 8, 4), 93.0 / 90.0);
    }

    #[test]
    fn more_workers_than_cores_share_the_cores_and_gain_no_more() {
        close(speedup_on_cores(&FACTORIZE, 4, 2), 2.0);
        close(speedup_on_cores(&FACTORIZE, 4, 4), 6_722_760.0 / 2_139_079.0);
        close(speedup_on_cores(&FACTORIZE, 2, 1), 1.0);
    }

    #[test]
    fn turns_leave_what_no_schedule_is_below() {
        // The three others on two cores, and then the longest alone: 2,291,840.5 and 2,139,079.
        let worst = speedup_at_worst(&FACTORIZE, 4, 2).expect("four threads on two cores");
        close(worst, 6_722_760.0 / 4_430_919.5);
        assert!(worst <= speedup(&FACTORIZE, 2) && worst <= speedup_on_cores(&FACTORIZE, 4, 2));
        assert_eq!(speedup_at_worst(&FACTORIZE, 2, 2), None, "a core each");
        assert_eq!(speedup_at_worst(&FACTORIZE, 4, 1), Some(1.0));
        assert_eq!(speedup_at_worst(&[0, 0], 2, 1), Some(1.0));
    }

    #[test]
    fn stealing_begins_at_both_ends_of_the_halves() {
        // Two workers halve four tasks: 0 and 1 are one's, 2 and 3 the other's. The second ends at 1 + 1 and steals
        // task 1, which nobody has begun: 8 units of work in 4.
        close(speedup_by_stealing(&[4, 2, 1, 1], 2), 8.0 / 4.0);
        // 0 + 1 against 2 + 3; the last of each is begun before the other's worker is free.
        close(speedup_by_stealing(&FACTORIZE, 2), 6_722_760.0 / 3_368_922.0);
    }

    #[test]
    fn no_schedule_beats_the_workers_or_the_longest_task() {
        let mut random = crate::workloads::seeded::SplitMix64::new(7);
        for tasks in 0..40 {
            let costs: Vec<u64> = (0..tasks).map(|_| 1 + random.below(1_000)).collect();
            for workers in 1..9 {
                let most = speedup_on_cores(&costs, usize::MAX, workers) + 1e-12;
                assert!(speedup(&costs, workers) <= most, "{costs:?}, {workers}");
                assert!(speedup_by_stealing(&costs, workers) <= most, "{costs:?}, {workers}");
                // Graham's guarantee, which any greedy schedule of whole tasks keeps.
                let least = most / (2.0 - 1.0 / workers as f64) - 1e-9;
                assert!(speedup(&costs, workers) >= least, "{costs:?}, {workers}");
            }
        }
    }
}
