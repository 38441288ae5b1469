//! The targets in benches/, built by cargo and found by what it says of them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, bail};
use serde::Deserialize;

use crate::record::InstrumentName;

#[derive(Deserialize)]
struct Message {
    reason: String,
    target: Option<Target>,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

/// Builds the targets of `instruments` and returns where they lie. Cargo's talk goes to stderr.
pub(super) fn build(instruments: &[InstrumentName]) -> anyhow::Result<BTreeMap<InstrumentName, PathBuf>> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["bench", "--no-run", "--message-format=json-render-diagnostics"]);
    for instrument in instruments {
        cargo.args(["--bench", instrument.as_str()]);
    }
    let output = cargo
        .stderr(Stdio::inherit())
        .output()
        .context("cannot start cargo, which builds the targets in benches/")?;
    if !output.status.success() {
        bail!("cargo could not build the targets in benches/; what it says stands above");
    }
    let executables = executables(&String::from_utf8_lossy(&output.stdout));
    if let Some(missing) = instruments.iter().find(|name| !executables.contains_key(*name)) {
        bail!(
            "cargo built no bench target named `{missing}`; call this beside a Cargo.toml that declares it"
        );
    }
    Ok(executables)
}

fn executables(messages: &str) -> BTreeMap<InstrumentName, PathBuf> {
    let artifacts = messages.lines().filter_map(|line| serde_json::from_str::<Message>(line).ok());
    artifacts
        .filter(|message| message.reason == "compiler-artifact")
        .filter_map(|message| {
            let target = message.target.filter(|target| target.kind.iter().any(|kind| kind == "bench"))?;
            let instrument = InstrumentName::ALL.into_iter().find(|name| name.as_str() == target.name)?;
            Some((instrument, message.executable?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_bench_targets_with_an_executable_count() {
        let messages = r#"{"reason":"compiler-artifact","target":{"name":"time","kind":["bench"]},"executable":"/t"}
{"reason":"compiler-artifact","target":{"name":"heap","kind":["lib"]},"executable":null}
{"reason":"build-finished","success":true}
not json"#;
        let found = executables(messages);
        assert_eq!(found.into_iter().collect::<Vec<_>>(), [(InstrumentName::Time, PathBuf::from("/t"))]);
    }
}
