//! Tells the program what compiled it: the record names the compiler and its flags beside every number.

use std::process::Command;

fn main() {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc)
        .arg("--version")
        .output()
        .map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
        .unwrap_or_else(|error| format!("unknown ({error})"));
    println!("cargo::rustc-env=PERFLAB_RUSTC={version}");
    for (name, variable) in
        [("PERFLAB_TARGET", "TARGET"), ("PERFLAB_OPT_LEVEL", "OPT_LEVEL"), ("PERFLAB_DEBUG_INFO", "DEBUG")]
    {
        let value = std::env::var(variable).unwrap_or_default();
        println!("cargo::rustc-env={name}={value}");
    }
    let flags = std::env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default().replace('\u{1f}', " ");
    println!("cargo::rustc-env=PERFLAB_RUSTFLAGS={flags}");
    println!("cargo::rerun-if-changed=src/build.rs");
}
