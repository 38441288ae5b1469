//! How long the pages of 2,000 recorded cases take, files included, and how much memory: the bound is 2 s and 200 MiB.

#[path = "../tests/fabricated/mod.rs"]
mod fabricated;

use std::time::Instant;

use perflab::record::Layout;

/// Families of 10 workloads at 5 sizes.
const FAMILIES: usize = 40;

/// The most memory this process ever had, in KiB, where the kernel tells.
fn peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().split(' ').next()?.parse().ok()
}

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let layout = Layout::new(folder.path().join("profiles"), folder.path().join("reports"));
    let (listing, recorded) = fabricated::whole(FAMILIES);
    fabricated::files(&listing, &layout, &fabricated::SIZES);
    let before = peak_kib();
    let bare = Layout::new(folder.path().join("none"), folder.path().join("bare"));
    for (what, layout) in [
        ("pages alone", &bare),
        ("pages, and every file copied", &layout),
        ("again, nothing having changed", &layout),
    ] {
        let start = Instant::now();
        let rendered = perflab::report::render(&listing, &recorded, &[], layout).expect("pages render");
        let seconds = start.elapsed().as_secs_f64();
        println!("{what}: {} cases, {} pages in {seconds:.2} s", recorded.cases.len(), rendered.pages);
    }
    match (before, peak_kib()) {
        (Some(before), Some(after)) => {
            println!("peak memory {} MiB, of which {} MiB before rendering", after / 1024, before / 1024);
        }
        _ => println!("peak memory unknown: no /proc/self/status"),
    }
}
