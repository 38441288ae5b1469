//! `perflab setup`: installs what is missing.

pub(super) fn setup(_for_tests: bool) -> anyhow::Result<()> {
    Ok(())
}
