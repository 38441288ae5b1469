//! Which cases both sides have, and what is said of those that nothing was measured of.

use std::io::{BufReader, Seek};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, anyhow, bail};

use crate::catalogue::CaseRef;
use crate::instruments::compare::StartError;
use crate::instruments::compare::builds::Build;
use crate::instruments::compare::statistics::{benjamini_hochberg, holm};
use crate::instruments::run_to_end;
use crate::record::{CaseId, ComparedCase, Listing, SCHEMA, VerdictWord};

/// What to do about a revision that lists nothing that can be read.
const REMEDY: &str = "name a newer revision, or compare with what was recorded of it: `--recorded FILE`";

/// The cases that `build` lists, as far as `filter` matches them.
///
/// # Errors
/// When it lists none within the time-out, or by a schema that is not ours.
pub(super) fn listed(build: &Build, filter: Option<&str>, time_out: Duration) -> anyhow::Result<Vec<CaseId>> {
    let executable = build.executables[0].display().to_string();
    let mut printed = tempfile::tempfile().context("no temporary file can be made")?;
    let mut command = Command::new(&build.executables[0]);
    command.args(["list", "--json"]).stdin(Stdio::null()).stdout(printed.try_clone()?);
    run_to_end(&mut command, time_out, true)
        .map_err(|death| anyhow!("`{executable} list --json` {death}; {REMEDY}"))?;
    printed.rewind()?;
    let listing: Listing = serde_json::from_reader(BufReader::new(printed)).map_err(|error| {
        anyhow!("`{executable} list --json` printed what is no list of this perflab's ({error}); {REMEDY}")
    })?;
    if listing.schema > SCHEMA {
        let schema = listing.schema;
        bail!(
            "it lists by schema {schema}, and this perflab reads up to {SCHEMA}: update this perflab, or name an older revision"
        );
    }
    let filter = filter.map(crate::instruments::filter).transpose()?;
    let ids = listing.cases().filter_map(|(_, _, id)| id.to_string().parse::<CaseId>().ok());
    Ok(ids
        .filter(|id| filter.as_ref().is_none_or(|filter| filter.is_match(id.to_string().as_bytes())))
        .collect())
}

/// Both sides' cases.
pub(super) struct Shared {
    pub(super) both: Vec<CaseId>,
    pub(super) only_here: Vec<CaseId>,
    pub(super) only_there: Vec<CaseId>,
}

/// Which cases are on both sides, in the order in which this tree has them.
pub(super) fn shared(here: &[CaseRef], there: &[CaseId]) -> Shared {
    let here: Vec<CaseId> = here.iter().map(crate::instruments::id_of).collect();
    let only_there = there.iter().filter(|id| !here.contains(id)).cloned().collect();
    let (both, only_here) = here.into_iter().partition(|id| there.contains(id));
    Shared { both, only_here, only_there }
}

/// A case of which a start failed: it is not compared any further.
pub(super) fn failed(case: &CaseId, error: StartError) -> ComparedCase {
    let sentence = match error {
        StartError::Side { which, reason } => {
            format!("failed {}: {reason}", ["in the revision", "in this tree"][which])
        }
        StartError::Answers(_) | StartError::Refused(_) | StartError::TooLong(_) => error.to_string(),
    };
    ComparedCase::unmeasured(case.clone(), VerdictWord::Failed, sentence)
}

/// What needs no measuring: both sides are one program, byte for byte.
pub(super) fn same_program(case: &CaseId) -> ComparedCase {
    let sentence = "equal: both builds are the same program, byte for byte".to_owned();
    ComparedCase::unmeasured(case.clone(), VerdictWord::Equal, sentence)
}

/// Adjusts the p values for how many cases were compared: of a thousand verdicts at one in a thousand, one is wrong.
pub(super) fn adjust(cases: &mut [ComparedCase]) {
    let measured: Vec<usize> = (0..cases.len()).filter(|index| cases[*index].p_equal.is_some()).collect();
    let values = |of: fn(&ComparedCase) -> Option<f64>| -> Vec<f64> {
        measured.iter().filter_map(|index| of(&cases[*index])).collect()
    };
    let (tolerance, equal) =
        (holm(&values(|case| case.p_tolerance)), benjamini_hochberg(&values(|case| case.p_equal)));
    for ((index, tolerance), equal) in measured.into_iter().zip(tolerance).zip(equal) {
        cases[index].p_tolerance_of_all = Some(tolerance);
        cases[index].p_equal_of_all = Some(equal);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::CATALOGUE;

    fn id(text: &str) -> CaseId {
        text.parse().expect("a case id")
    }

    #[test]
    fn a_case_that_one_side_has_alone_is_not_compared_and_not_lost() {
        let here: Vec<CaseRef> = CATALOGUE
            .cases()
            .filter(|case| case.family.name == "build-vec" && case.size == 100)
            .filter(|case| ["push", "collect"].contains(&case.entry.name))
            .collect();
        let mut of_here: Vec<CaseId> = here.iter().map(crate::instruments::id_of).collect();
        assert_eq!(of_here.len(), 2, "the catalogue has both");
        let Shared { both, only_here, only_there } =
            shared(&here, &[id("gone/loop@1"), of_here[1].clone(), id("gone/loop@2")]);
        assert_eq!((both, only_there), (vec![of_here.remove(1)], vec![id("gone/loop@1"), id("gone/loop@2")]));
        assert_eq!(only_here, of_here);
    }

    #[test]
    fn a_case_that_fails_says_on_which_side_and_why() {
        let of = |error: StartError| {
            let case = failed(&id("family/loop@1"), error);
            assert_eq!((case.verdict, case.ratio, case.starts), (VerdictWord::Failed, None, 0));
            case.sentence
        };
        let side = |which| StartError::Side { which, reason: "it ended with signal: 9".to_owned() };
        assert_eq!(of(side(0)), "failed in the revision: it ended with signal: 9");
        assert_eq!(of(side(1)), "failed in this tree: it ended with signal: 9");
        let answers = of(StartError::Answers([(3, 0xab), (4, 0xab)]));
        assert!(answers.starts_with("the two sides give different answers: 3 elements"), "{answers}");
        assert_eq!(of(StartError::Refused("no room".to_owned())), "no room");
    }

    #[test]
    fn p_values_are_adjusted_among_those_that_were_measured() {
        let case = |p_value: Option<f64>| ComparedCase {
            p_tolerance: p_value,
            p_equal: p_value,
            ..ComparedCase::unmeasured(id("family/loop@1"), VerdictWord::Equal, String::new())
        };
        let mut cases = [case(Some(0.01)), case(None), case(Some(0.04))];
        adjust(&mut cases);
        let of = |p_value: fn(&ComparedCase) -> Option<f64>| cases.iter().map(p_value).collect::<Vec<_>>();
        assert_eq!(of(|case| case.p_tolerance_of_all), [Some(0.02), None, Some(0.04)]);
        assert_eq!(of(|case| case.p_equal_of_all), [Some(0.02), None, Some(0.04)]);
    }

    #[cfg(unix)]
    mod of_another_build {
        use super::super::*;
        use std::os::unix::fs::PermissionsExt;

        /// What a build is said to list that prints this text, and ends with this code.
        fn listed_by(prints: &str, code: i32, filter: Option<&str>) -> Result<Vec<String>, String> {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let (text, path) = (folder.path().join("listing"), folder.path().join("perflab-00"));
            std::fs::write(&text, prints).expect("it can be written");
            let script =
                format!("#!/bin/sh\n[ \"$*\" = 'list --json' ] && cat '{}'\nexit {code}\n", text.display());
            std::fs::write(&path, script).expect("it can be written");
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("it is ours");
            let build = Build {
                revision: "abc".to_owned(),
                dirty: false,
                described: "abc".to_owned(),
                executables: vec![path],
                without_placements: None,
                unaligned: None,
            };
            let listed =
                listed(&build, filter, Duration::from_secs(60)).map_err(|error| format!("{error:#}"))?;
            Ok(listed.iter().map(ToString::to_string).collect())
        }

        /// A listing by `schema`, with what this perflab has never heard of beside it.
        fn listing(schema: u32) -> String {
            let workload = |name: &str, sizes: &str| {
                format!(r#"{{"name":"{name}","about":"","mirrors":null,"sizes":{sizes},"unheard":1}}"#)
            };
            format!(
                r#"{{"schema":{schema},"families":[{{"name":"family","question":"","baseline":"loop","axis":"","unit":"","sizes":[1,10],"workloads":[{},{}]}}]}}"#,
                workload("loop", "[1,10]"),
                workload("Not An Id", "[1]")
            )
        }

        #[test]
        fn it_lists_each_workload_at_its_own_sizes_as_far_as_the_filter_goes() {
            let all = listed_by(&listing(SCHEMA), 0, None);
            assert_eq!(all, Ok(vec!["family/loop@1".to_owned(), "family/loop@10".to_owned()]));
            assert_eq!(listed_by(&listing(SCHEMA), 0, Some("@10$")), Ok(vec!["family/loop@10".to_owned()]));
            assert_eq!(listed_by(&listing(SCHEMA), 0, Some("^other/")), Ok(Vec::new()));
        }

        #[test]
        fn another_schema_no_list_and_a_failure_are_told() {
            let newer = listed_by(&listing(SCHEMA + 1), 0, None).expect_err("it is newer");
            let told = format!("it lists by schema {}, and this perflab reads up to {SCHEMA}: ", SCHEMA + 1);
            assert!(newer.starts_with(&told), "{newer}");
            let other = listed_by("one 6\n", 0, None).expect_err("it is no list");
            assert!(other.contains("printed what is no list of this perflab's"), "{other}");
            let failed = listed_by("", 2, None).expect_err("it failed");
            assert!(failed.contains("perflab-00 list --json` ended with exit code 2"), "{failed}");
        }
    }
}
