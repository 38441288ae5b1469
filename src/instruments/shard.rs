//! A part of a selection, so that several machines share a run. Cases that are compared with each other stay
//! together: their ratios need their baseline in the same rounds. Knows neither files nor machines.

use std::fmt;
use std::str::FromStr;

use super::session::id_of;
use super::time::baseline_of;
use crate::catalogue::CaseRef;
use crate::record::CaseId;

/// The `number`-th of `count` parts, from 1. Its text form is `i/n`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    number: usize,
    count: usize,
}

/// Why there is no such shard.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShardError {
    /// The text is no shard.
    #[error("`{0}` is no shard: it reads i/n with i from 1 to n, as in `just bench --shard 1/4`")]
    Form(String),
    /// There are fewer groups than shards, so some would be empty.
    #[error(
        "--shard {shard}: cases that are compared stay together, so this selection splits into {groups} at most, as in `--shard 1/{groups}`"
    )]
    TooMany {
        /// As asked.
        shard: Shard,
        /// Groups in the selection.
        groups: usize,
    },
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.count)
    }
}

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let form = || ShardError::Form(text.to_owned());
        let (number, count) = text.split_once('/').ok_or_else(form)?;
        let part = |text: &str| {
            let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse().ok().filter(|_| digits).ok_or_else(form)
        };
        let (number, count) = (part(number)?, part(count)?);
        if (1..=count).contains(&number) { Ok(Self { number, count }) } else { Err(form()) }
    }
}

impl Shard {
    /// The cases of `cases` that fall to this shard, in the order given. The same for the same cases, everywhere:
    /// the largest group first, each to the shard that has the fewest cases so far (Graham's rule, SIAM J. Appl.
    /// Math. 17, 1969: no shard gets more than 4/3 of what the best split would give the fullest).
    ///
    /// # Errors
    /// [`ShardError::TooMany`] when a shard would be empty.
    pub(super) fn of(self, cases: &[CaseRef]) -> Result<Vec<CaseRef>, ShardError> {
        let mut groups: Vec<(CaseId, Vec<usize>)> = Vec::new();
        for (index, case) in cases.iter().enumerate() {
            let key = id_of(&baseline_of(case).unwrap_or(*case));
            match groups.iter_mut().find(|(group, _)| *group == key) {
                Some((_, members)) => members.push(index),
                None => groups.push((key, vec![index])),
            }
        }
        if groups.len() < self.count {
            return Err(ShardError::TooMany { shard: self, groups: groups.len() });
        }
        // Stable: groups of a length stay in catalogue order.
        groups.sort_by_key(|(_, members)| std::cmp::Reverse(members.len()));
        let mut shards: Vec<Vec<usize>> = vec![Vec::new(); self.count];
        for (_, members) in groups {
            let emptiest = (0..shards.len()).min_by_key(|shard| shards[*shard].len()).unwrap_or(0);
            shards[emptiest].extend(members);
        }
        let mut chosen = shards.swap_remove(self.number - 1);
        chosen.sort_unstable();
        Ok(chosen.into_iter().map(|index| cases[index]).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{CATALOGUE, Counts};

    fn shard(text: &str) -> Shard {
        text.parse().expect("a shard")
    }

    #[test]
    fn only_i_of_n_is_a_shard() {
        assert_eq!(shard("2/3").to_string(), "2/3");
        for text in ["0/3", "4/3", "1/0", "0/0", "1", "/", "1/", "a/b", "-1/3", "+1/3", "1/3/5", "1 /3", ""] {
            assert_eq!(text.parse::<Shard>(), Err(ShardError::Form(text.into())), "{text}");
        }
    }

    #[test]
    fn shards_are_disjoint_whole_and_about_equal_and_split_no_group() {
        let all: Vec<CaseRef> = CATALOGUE.cases().collect();
        for count in [1, 2, 3, 5, 8] {
            let shards: Vec<Vec<CaseRef>> = (1..=count)
                .map(|number| Shard { number, count }.of(&all).expect("the catalogue has groups enough"))
                .collect();
            let mut seen: Vec<String> = shards.concat().iter().map(ToString::to_string).collect();
            let mut wanted: Vec<String> = all.iter().map(ToString::to_string).collect();
            seen.sort();
            wanted.sort();
            assert_eq!(seen, wanted, "in {count} shards each case is in one");
            let lengths: Vec<usize> = shards.iter().map(Vec::len).collect();
            let (least, most) = (lengths.iter().min().expect("one"), lengths.iter().max().expect("one"));
            let largest_group = 40;
            assert!(most - least <= largest_group && *most * 3 <= all.len() / count * 4 + 3, "{lengths:?}");
            for (index, shard) in shards.iter().enumerate() {
                for case in shard {
                    let together = |other: &&CaseRef| {
                        other.family.name == case.family.name
                            && (other.size == case.size || case.family.axis.counts == Counts::Workers)
                    };
                    let elsewhere = shards.iter().enumerate().filter(|(other, _)| *other != index);
                    let split = elsewhere.flat_map(|(_, shard)| shard).find(together);
                    assert!(split.is_none(), "{case} is parted from {}", split.expect("it is there"));
                }
            }
        }
    }

    #[test]
    fn more_shards_than_groups_are_refused_with_the_number_that_fits() {
        let all: Vec<CaseRef> = CATALOGUE.cases().filter(|case| case.family.name == "noop").collect();
        let error = shard("2/2").of(&all).err().expect("one group");
        assert!(error.to_string().contains("--shard 1/1"), "{error}");
    }
}
