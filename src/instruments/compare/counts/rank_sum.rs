//! Whether two samples of a count that varies from run to run differ: Wilcoxon's rank-sum test, which is Mann and Whitney's
//! U. Exact for few values, equal ones among them. Pure arithmetic.

/// The two-sided p value against "both samples were drawn alike": of all ways in which the pooled values fall into two
/// samples of these sizes, the share whose rank sum lies as far from its mean as the one that was seen, or further. Equal
/// values have the mean of their ranks, and the distribution is that of these (Mann & Whitney, Annals of Mathematical
/// Statistics 18, 1947; Lehmann, Nonparametrics, 1975, sections 1.2 and 1.4).
pub(super) fn rank_sum_p(one: &[f64], other: &[f64]) -> f64 {
    let pooled: Vec<f64> = one.iter().chain(other).copied().collect();
    let ranks: Vec<usize> = pooled.iter().map(|value| twice_rank(*value, &pooled)).collect();
    let seen: usize = ranks[..one.len()].iter().sum();
    let mean = one.len() * (pooled.len() + 1);
    let sums = sums(&ranks, one.len());
    let all: f64 = sums.iter().sum();
    let as_far = sums.iter().enumerate().filter(|(sum, _)| sum.abs_diff(mean) >= seen.abs_diff(mean));
    as_far.map(|(_, ways)| ways).sum::<f64>() / all
}

/// Twice the rank of `value`, which is a whole number also where it is shared.
fn twice_rank(value: f64, pooled: &[f64]) -> usize {
    let below = pooled.iter().filter(|other| **other < value).count();
    let equal = pooled.iter().filter(|other| **other == value).count();
    2 * below + equal + 1
}

/// In how many ways `count` of `ranks` have each sum: a rank added at a time.
fn sums(ranks: &[usize], count: usize) -> Vec<f64> {
    let most: usize = ranks.iter().sum();
    let mut ways = vec![vec![0.0; most + 1]; count + 1];
    ways[0][0] = 1.0;
    for rank in ranks {
        for taken in (1..=count).rev() {
            for sum in (*rank..=most).rev() {
                ways[taken][sum] += ways[taken - 1][sum - rank];
            }
        }
    }
    ways.swap_remove(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All ways to choose, one by one.
    fn counted(one: &[f64], other: &[f64]) -> f64 {
        let pooled: Vec<f64> = one.iter().chain(other).copied().collect();
        let rank = |index: usize| twice_rank(pooled[index], &pooled);
        let mean = one.len() * (pooled.len() + 1);
        let chosen = |set: u32| (0..pooled.len()).filter(move |index| set >> index & 1 == 1);
        let far = |set: u32| chosen(set).map(rank).sum::<usize>().abs_diff(mean);
        let sets = (0..1_u32 << pooled.len()).filter(|set| chosen(*set).count() == one.len());
        let distances: Vec<usize> = sets.map(far).collect();
        let seen = far((1 << one.len()) - 1);
        distances.iter().filter(|distance| **distance >= seen).count() as f64 / distances.len() as f64
    }

    #[test]
    fn the_p_value_is_that_of_all_choices_counted_one_by_one() {
        for (one, other) in [
            (&[1.0, 2.0, 3.0][..], &[4.0, 5.0, 6.0][..]),
            (&[1.0, 5.0, 3.0, 9.0], &[4.0, 2.0, 6.0]),
            (&[7.0, 7.0, 7.0, 8.0], &[7.0, 8.0, 8.0, 8.0]),
            (&[1.0; 5], &[1.0; 5]),
            (&[0.5, 0.5, 2.0], &[0.5, 3.0, 3.0, 3.0, 1.0]),
        ] {
            let p = rank_sum_p(one, other);
            assert!((p - counted(one, other)).abs() < 1e-12, "{one:?} {other:?}: {p}");
        }
    }

    #[test]
    fn p_values_are_those_of_the_printed_tables() {
        let one: Vec<f64> = (1..=8_i32).map(f64::from).collect();
        let apart: Vec<f64> = (9..=16_i32).map(f64::from).collect();
        assert!((rank_sum_p(&one, &apart) - 2.0 / 12_870.0).abs() < 1e-15);
        assert!((rank_sum_p(&one[..3], &apart[..3]) - 0.1).abs() < 1e-15, "three a side show nothing");
        // Of 8 and 8 the critical U is 13 at 0.05 two-sided: a rank sum of 36 + 13 is within it, of 36 + 14 is not.
        let p_of = |sample: [f64; 8]| {
            let rest: Vec<f64> = (1..=16_i32).map(f64::from).filter(|rank| !sample.contains(rank)).collect();
            rank_sum_p(&sample, &rest)
        };
        assert!((p_of([1.0, 2.0, 3.0, 4.0, 5.0, 7.0, 13.0, 14.0]) - 642.0 / 12_870.0).abs() < 1e-12);
        assert!(p_of([1.0, 2.0, 3.0, 4.0, 5.0, 8.0, 13.0, 14.0]) > 0.05);
    }

    #[test]
    fn it_asks_both_sides_alike() {
        let (one, other) = ([3.0, 1.0, 4.0, 1.0, 5.0], [9.0, 2.0, 6.0, 5.0]);
        assert_eq!(rank_sum_p(&one, &other), rank_sum_p(&other, &one));
    }
}
