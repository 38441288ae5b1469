//! The parsers over the fuzz targets' seeds and over seeded mutations of them: none panics. On stable, in seconds; the
//! search for new inputs is `cargo fuzz`'s (fuzz/README.md).

#[path = "../fuzz/entries.rs"]
mod entries;

use std::fs;
use std::panic::catch_unwind;
use std::path::Path;

/// Mutations of each target's seeds.
const MUTATIONS: u64 = 3_000;

/// The seeds of a target, by name.
fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
    let mut paths: Vec<_> =
        fs::read_dir(folder).expect("seeds are there").map(|entry| entry.expect("listed").path()).collect();
    paths.sort();
    assert!(paths.len() >= 2 || target == "criterion_estimates", "{target} has {} seeds", paths.len());
    paths.iter().map(|path| fs::read(path).expect("read")).collect()
}

/// Pieces that formats stumble over.
const PIECES: [&[u8]; 12] = [
    b"18446744073709551615",
    b"-1",
    b"1e400",
    b"null",
    b"\"",
    b";",
    b"\n",
    b" ",
    b"{\"a\":[",
    b"\xff\xfe",
    b"\0",
    "\u{2028}🦀".as_bytes(),
];

/// `seed` after a few changes: bytes flipped, parts cut, repeated, moved, and pieces put in.
fn mutated(seed: &[u8], random: &mut fastrand::Rng) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..random.usize(1..6) {
        let at = random.usize(..=bytes.len());
        let end = (at + random.usize(..40)).min(bytes.len());
        match random.u8(..6) {
            0 if at < bytes.len() => bytes[at] ^= 1 << random.u8(..8),
            1 => bytes.truncate(at),
            2 => drop(bytes.drain(at..end)),
            3 => {
                let part = bytes[at..end].to_vec();
                let to = random.usize(..=bytes.len());
                bytes.splice(to..to, part);
            }
            // A number in the middle of another, a name without its end.
            _ => drop(bytes.splice(
                at..end.min(at + random.usize(..3)),
                PIECES[random.usize(..PIECES.len())].iter().copied(),
            )),
        }
    }
    bytes
}

/// Runs `entry` over the seeds of `target` and their mutations; what failed is told as bytes that a seed can be made of.
fn runs_over(target: &str, entry: fn(&[u8])) {
    let seeds = seeds(target);
    let mut random = fastrand::Rng::with_seed(0x5eed);
    let inputs = seeds.iter().cloned().chain([Vec::new()]);
    let mutations: Vec<Vec<u8>> =
        (0..MUTATIONS).map(|_| mutated(&seeds[random.usize(..seeds.len())], &mut random)).collect();
    for bytes in inputs.chain(mutations) {
        let outcome = catch_unwind(|| entry(&bytes));
        assert!(outcome.is_ok(), "{target} panics on {:?}", String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn folded_stacks_never_panic() {
    runs_over("folded", entries::folded);
}

#[test]
fn dhat_profiles_never_panic() {
    runs_over("dhat", entries::dhat);
}

#[test]
fn criterion_estimates_never_panic() {
    runs_over("criterion_estimates", entries::criterion_estimates);
}

#[test]
fn callgrind_profiles_never_panic() {
    runs_over("callgrind", entries::callgrind);
}

#[test]
fn records_never_panic() {
    runs_over("records", entries::records);
}

#[test]
fn tables_never_panic() {
    runs_over("tables", entries::tables);
}

#[test]
fn a_panic_would_be_seen() {
    let seen = catch_unwind(|| runs_over("folded", |bytes| assert!(!bytes.contains(&b'\0'), "a zero")));
    assert!(seen.is_err(), "no mutation put a zero byte in");
}

#[test]
fn every_entry_has_a_target_and_seeds() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let entries = fs::read_to_string(root.join("entries.rs")).expect("entries");
    let manifest = fs::read_to_string(root.join("Cargo.toml")).expect("manifest");
    let names = entries.split("pub(crate) fn ").skip(1).map(|rest| rest.split('(').next().expect("a name"));
    let mut seen = 0;
    for name in names {
        assert!(root.join(format!("fuzz_targets/{name}.rs")).is_file(), "{name} has no target");
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name} is not in the manifest");
        assert!(!seeds(name).is_empty(), "{name}");
        seen += 1;
    }
    assert!(seen >= 5);
}
