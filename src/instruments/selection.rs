//! Which cases: a regular expression over case ids, as criterion's.

use regex::bytes::RegexBuilder;

use super::{Options, ShardError};
use crate::catalogue::{CaseRef, Catalogue};

/// The cases that a filter chose, in catalogue order.
#[derive(Clone)]
pub struct Selection {
    cases: Vec<CaseRef>,
}

/// Why there is nothing to measure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SelectionError {
    /// The filter is no regular expression.
    #[error("`{filter}` is no regular expression: {reason}")]
    Syntax {
        /// As typed.
        filter: String,
        /// What the parser said, in one line.
        reason: String,
    },
    /// The filter matches nothing.
    #[error("no case matches `{filter}`; nearest: {}; `perflab list` prints them all", nearest.join(", "))]
    Nothing {
        /// As typed.
        filter: String,
        /// The ids most like it.
        nearest: Vec<String>,
    },
    /// The selection cannot be split so.
    #[error(transparent)]
    Shard(#[from] ShardError),
}

/// How many ids an error suggests.
const SUGGESTIONS: usize = 5;

impl Selection {
    /// The cases of `catalogue` whose id matches `filter`, or is `filter` when `exact`; all without one.
    ///
    /// # Errors
    /// [`SelectionError::Nothing`] lists the nearest ids.
    pub fn new(catalogue: &Catalogue, filter: Option<&str>, exact: bool) -> Result<Self, SelectionError> {
        let Some(filter) = filter else {
            return Ok(Self { cases: catalogue.cases().collect() });
        };
        let cases: Vec<CaseRef> = if exact {
            catalogue.cases().filter(|case| case.to_string() == filter).collect()
        } else {
            let expression = self::filter(filter)?;
            catalogue.cases().filter(|case| expression.is_match(case.to_string().as_bytes())).collect()
        };
        if cases.is_empty() {
            let nearest = nearest(catalogue, filter);
            return Err(SelectionError::Nothing { filter: filter.to_owned(), nearest });
        }
        Ok(Self { cases })
    }

    /// What `options` ask for: the cases that their filter chose, and of those their shard.
    ///
    /// # Errors
    /// As [`Selection::new`]; [`SelectionError::Shard`] when there are fewer groups than shards.
    pub fn of(catalogue: &Catalogue, options: &Options) -> Result<Self, SelectionError> {
        let selected = Self::new(catalogue, options.filter.as_deref(), options.exact)?;
        match options.shard {
            Some(shard) => Ok(Self { cases: shard.of(&selected.cases)? }),
            None => Ok(selected),
        }
    }

    /// The cases, in catalogue order.
    pub fn cases(&self) -> &[CaseRef] {
        &self.cases
    }
}

/// The regular expression of a FILTER. Ids are ASCII: by bytes, `\d` and its kin need no tables of Unicode.
///
/// # Errors
/// [`SelectionError::Syntax`].
pub(crate) fn filter(text: &str) -> Result<regex::bytes::Regex, SelectionError> {
    RegexBuilder::new(text).unicode(false).build().map_err(|error| SelectionError::Syntax {
        filter: text.to_owned(),
        reason: error.to_string().lines().last().unwrap_or_default().trim().to_owned(),
    })
}

/// The ids of `catalogue` most like `text`, the most alike first.
pub(crate) fn nearest(catalogue: &Catalogue, text: &str) -> Vec<String> {
    let mut ids: Vec<(f64, String)> = catalogue
        .cases()
        .map(|case| {
            let id = case.to_string();
            (strsim::jaro_winkler(text, &id), id)
        })
        .collect();
    ids.sort_by(|a, b| b.0.total_cmp(&a.0));
    ids.into_iter().take(SUGGESTIONS).map(|(_, id)| id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::CATALOGUE;

    #[test]
    fn a_filter_is_a_regular_expression_over_ids() {
        let selection = Selection::new(&CATALOGUE, Some("^build-vec/(push|collect)@100$"), false)
            .expect("two cases match");
        let ids: Vec<String> = selection.cases().iter().map(ToString::to_string).collect();
        assert_eq!(ids, ["build-vec/push@100", "build-vec/collect@100"]);
    }

    #[test]
    fn a_filter_knows_classes_and_alternatives() {
        let selection =
            Selection::new(&CATALOGUE, Some(r"^build-vec/\w+@\d{3}$"), false).expect("cases match");
        assert!(selection.cases().iter().all(|case| case.size == 100));
    }

    #[test]
    fn an_exact_filter_is_one_case() {
        let selection = Selection::new(&CATALOGUE, Some("build-vec/push@10"), true).expect("the case exists");
        assert_eq!(selection.cases().len(), 1);
    }

    #[test]
    fn a_filter_that_matches_nothing_names_the_nearest() {
        let Err(error) = Selection::new(&CATALOGUE, Some("build-vec/psuh@100"), false) else {
            panic!("nothing should match");
        };
        assert!(error.to_string().contains("build-vec/push@100"), "{error}");
    }

    #[test]
    fn a_broken_expression_is_told_in_one_line() {
        let Err(error) = Selection::new(&CATALOGUE, Some("build-vec/("), false) else {
            panic!("it should not parse");
        };
        assert_eq!(error.to_string().lines().count(), 1, "{error}");
        assert!(error.to_string().contains("unclosed"), "{error}");
    }
}
