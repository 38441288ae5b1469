//! `family/workload@size`: the same on the command line, in files, on pages and in JSON.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Names a case. Its text form is `family/workload@size`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct CaseId {
    /// The family's name.
    pub family: String,
    /// The workload's name within the family.
    pub workload: String,
    /// The size, on the family's axis.
    pub size: usize,
}

/// Why a text is no case id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CaseIdError {
    /// It has not the form `family/workload@size`.
    #[error("`{0}` is no case id: it reads family/workload@size, as `perflab list` prints them")]
    Form(String),
    /// A name holds a character that a file name here may not, or is too long.
    #[error("`{0}` is no case id: names are 1 to 48 characters of a-z, 0-9 and -")]
    Name(String),
    /// The size is zero.
    #[error("`{0}`: size 0 measures nothing; sizes start at 1")]
    Zero(String),
}

/// Longest name: criterion cuts folder names at 64 characters, and a cut name is no longer unique.
const LONGEST_NAME: usize = 48;

impl CaseId {
    /// The file name stem `workload@size`, under a folder named by the family.
    pub fn stem(&self) -> String {
        format!("{}@{}", self.workload, self.size)
    }
}

/// Whether `name` may name a family or a workload.
pub(crate) fn is_name(name: &str) -> bool {
    (1..=LONGEST_NAME).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

impl fmt::Display for CaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}@{}", self.family, self.workload, self.size)
    }
}

impl FromStr for CaseId {
    type Err = CaseIdError;

    fn from_str(text: &str) -> Result<Self, CaseIdError> {
        let form = || CaseIdError::Form(text.to_owned());
        let (family, rest) = text.split_once('/').ok_or_else(form)?;
        let (workload, size) = rest.rsplit_once('@').ok_or_else(form)?;
        if !is_name(family) || !is_name(workload) {
            return Err(CaseIdError::Name(text.to_owned()));
        }
        let size: usize = size.parse().map_err(|_| form())?;
        if size == 0 {
            return Err(CaseIdError::Zero(text.to_owned()));
        }
        Ok(Self { family: family.to_owned(), workload: workload.to_owned(), size })
    }
}

impl From<CaseId> for String {
    fn from(id: CaseId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for CaseId {
    type Error = CaseIdError;

    fn try_from(text: String) -> Result<Self, CaseIdError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_id_reads_back_as_it_was_written() {
        let id: CaseId = "build-vec/push@100".parse().expect("a well-formed id");
        assert_eq!((id.family.as_str(), id.workload.as_str(), id.size), ("build-vec", "push", 100));
        assert_eq!(id.to_string(), "build-vec/push@100");
    }

    #[test]
    fn what_could_leave_its_folder_is_refused() {
        for text in ["../x/push@1", "build-vec/../../x@1", "build-vec/PUSH@1", "a/b_c@1", "/b@1", "a/@1"] {
            assert!(text.parse::<CaseId>().is_err(), "{text}");
        }
        let long = "x".repeat(49);
        assert!(format!("{long}/push@1").parse::<CaseId>().is_err());
    }

    #[test]
    fn a_size_is_a_positive_number() {
        assert_eq!("a/b@0".parse::<CaseId>(), Err(CaseIdError::Zero("a/b@0".into())));
        assert!("a/b@-1".parse::<CaseId>().is_err());
        assert!("a/b@".parse::<CaseId>().is_err());
        assert!("a/b".parse::<CaseId>().is_err());
    }
}
