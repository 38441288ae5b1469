//! Figures and names as sentences hold them.

use crate::analysis::shares::Share;
use crate::record::Metric;

/// A share in per cent, with its interval where it has one.
pub(super) fn percent(share: &Share) -> String {
    let value = share.value * 100.0;
    if share.is_exact() {
        format!("{value:.1} %")
    } else {
        format!("{value:.0} % [{:.0}, {:.0}]", share.low * 100.0, share.high * 100.0)
    }
}

/// A factor, to two or three digits; thousands stand apart.
pub(in crate::analysis::findings) fn times(factor: f64) -> String {
    if factor < 10.0 {
        return format!("{factor:.1}");
    }
    let unit = 10_f64.powi((factor.log10().floor() as i32 - 2).max(0));
    let digits = format!("{:.0}", (factor / unit).round() * unit);
    let (first, rest) = digits.split_at(digits.len() % 3);
    let mut groups: Vec<&str> = if first.is_empty() { Vec::new() } else { vec![first] };
    groups.extend((0..rest.len()).step_by(3).map(|at| &rest[at..at + 3]));
    groups.join(",")
}

/// The last two parts of a path: `<perflab::build_vec::Push as perflab::Workload>::run` is `Push::run`.
pub(super) fn short(path: &str) -> String {
    let plain = match path.strip_prefix('<').and_then(|rest| rest.split_once('>')) {
        Some((of, method)) => format!("{}{method}", of.split(" as ").next().unwrap_or(of)),
        None => path.to_owned(),
    };
    let parts: Vec<&str> = plain.split("::").collect();
    // A closure is named by the function that it stands in.
    let named = parts.iter().rposition(|part| !part.starts_with('{')).unwrap_or(0);
    parts[named.saturating_sub(1)..].join("::")
}

/// So many of something, rounded: `1 thread`, `10 threads`.
pub(super) fn so_many(count: f64, one: &str, many: &str) -> String {
    let count = count.round();
    format!("{count} {}", if count == 1.0 { one } else { many })
}

/// What a metric counts, plural.
pub(super) fn counted(metric: Metric) -> &'static str {
    match metric {
        Metric::HeapBytes => "heap bytes",
        Metric::HeapBlocks => "heap blocks",
        Metric::HeapPeakBytes => "peak heap bytes",
        _ => "instructions",
    }
}
