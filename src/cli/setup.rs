//! `perflab setup`: installs what the instruments need, and says what it could not.

use crate::instruments::tools;

pub(super) fn setup(for_tests: bool) -> anyhow::Result<()> {
    tools::setup(for_tests, |line| eprintln!("{line}"))?;
    Ok(())
}
