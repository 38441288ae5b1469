//! How numbers are written: the one place. Digits, units and signs; no markup.

use crate::analysis::Estimate;
use crate::record::Unit;

/// Between a number and its unit: stays on one line.
const SPACE: char = '\u{a0}';

/// Units of time, in nanoseconds.
const TIMES: [(f64, &str); 4] = [(1.0, "ns"), (1e3, "µs"), (1e6, "ms"), (1e9, "s")];

/// Binary units of memory, in bytes.
const MEMORY: [(f64, &str); 5] = [
    (1.0, "B"),
    (1024.0, "KiB"),
    (1_048_576.0, "MiB"),
    (1_073_741_824.0, "GiB"),
    (1_099_511_627_776.0, "TiB"),
];

/// Rates of memory are told in decimal units, as its makers do.
const GIGA: f64 = 1e9;

/// The largest unit in which `value`, once rounded to three digits, is 1 or more.
fn scale<const N: usize>(value: f64, units: [(f64, &'static str); N], step: f64) -> (f64, &'static str) {
    let mut chosen = units[0];
    for unit in units {
        // 999.6 ns is 1.00 µs, not 1000 ns.
        if value.abs() >= unit.0 * (1.0 - 0.5 / step) {
            chosen = unit;
        }
    }
    chosen
}

/// The decimals that leave three significant digits.
fn decimals(value: f64) -> usize {
    let value = value.abs();
    match value {
        _ if value >= 99.95 || value == 0.0 => 0,
        _ if value >= 9.995 => 1,
        _ if value >= 0.9995 => 2,
        _ => (2 - value.log10().floor() as i32).clamp(0, 9) as usize,
    }
}

/// Thousands separators into the whole part of a written number.
fn separated(written: &str) -> String {
    let (sign, rest) = written.strip_prefix('-').map_or(("", written), |rest| ("−", rest));
    let (whole, fraction) = rest.split_once('.').map_or((rest, None), |(w, f)| (w, Some(f)));
    let mut out = sign.to_owned();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

fn fixed(value: f64, decimals: usize) -> String {
    if value.is_finite() { separated(&format!("{value:.decimals$}")) } else { "no number".to_owned() }
}

/// Three significant digits and more where the whole part has them: `0.19`, `20.2`, `1,234`.
pub(super) fn rounded(value: f64) -> String {
    fixed(value, decimals(value))
}

/// As [`rounded`], without zeros at the end of a fraction: `0.001`, `24`.
pub(super) fn short(value: f64) -> String {
    let written = rounded(value);
    match written.split_once('.') {
        Some(_) => written.trim_end_matches('0').trim_end_matches('.').to_owned(),
        None => written,
    }
}

/// As [`time`], without zeros at the end of a fraction: `10 ns`, for ticks of an axis.
pub(super) fn short_time(ns: f64) -> String {
    let (unit, name) = scale(ns, TIMES, 1000.0);
    format!("{}{SPACE}{name}", short(ns / unit))
}

/// Nanoseconds, in the unit that fits: `1.23 µs`.
pub(super) fn time(ns: f64) -> String {
    let (unit, name) = scale(ns, TIMES, 1000.0);
    format!("{}{SPACE}{name}", rounded(ns / unit))
}

/// The interval of a time, in the unit and with the decimals that [`time`] gives its value: `[1.20, 1.26]`.
pub(super) fn time_interval(ns: &Estimate) -> String {
    let (unit, _) = scale(ns.value, TIMES, 1000.0);
    let decimals = decimals(ns.value / unit);
    format!("[{}, {}]", fixed(ns.low / unit, decimals), fixed(ns.high / unit, decimals))
}

/// A count or an average of counts, whole when it is whole: `2,016`, `6.25`.
pub(super) fn count(value: f64) -> String {
    if value.fract() == 0.0 { fixed(value, 0) } else { fixed(value, decimals(value).clamp(1, 2)) }
}

/// Decimals of a ratio: two, fewer when it is large, more when they would all be zero.
fn ratio_decimals(value: f64) -> usize {
    match value.abs() {
        value if value >= 99.95 => 0,
        value if value >= 9.995 => 1,
        value if value >= 0.0995 || value == 0.0 => 2,
        value => (1 - value.log10().floor() as i32).clamp(0, 9) as usize,
    }
}

/// Decimals of a ratio with its interval: up to two more where the interval's ends would read the same.
fn estimate_decimals(estimate: &Estimate) -> usize {
    let least = ratio_decimals(estimate.value);
    let differ = |decimals: &usize| fixed(estimate.low, *decimals) != fixed(estimate.high, *decimals);
    if estimate.is_exact() { least } else { (least..=least + 2).find(differ).unwrap_or(least) }
}

/// A multiple: `0.19 ×`.
pub(super) fn ratio(estimate: &Estimate) -> String {
    format!("{}{SPACE}×", fixed(estimate.value, estimate_decimals(estimate)))
}

/// The interval of a multiple, with the decimals that [`ratio`] gives its value: `[0.18, 0.20]`.
pub(super) fn ratio_interval(estimate: &Estimate) -> String {
    let decimals = estimate_decimals(estimate);
    format!("[{}, {}]", fixed(estimate.low, decimals), fixed(estimate.high, decimals))
}

/// An amount of memory: `3.82 GiB`.
pub(super) fn memory(bytes: f64) -> String {
    let (unit, name) = scale(bytes, MEMORY, 1024.0);
    let value = bytes / unit;
    if unit == 1.0 { format!("{}{SPACE}B", count(value)) } else { format!("{}{SPACE}{name}", rounded(value)) }
}

/// Seconds of an instrument: `0.4 s`, `83 s`, `12 min`.
pub(super) fn seconds(seconds: f64) -> String {
    match seconds {
        s if s >= 600.0 => format!("{}{SPACE}min", fixed(s / 60.0, 0)),
        s if s >= 9.95 => format!("{}{SPACE}s", fixed(s, 0)),
        s => format!("{}{SPACE}s", fixed(s, 1)),
    }
}

/// A value in its unit.
pub(super) fn value(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Ns => time(value),
        Unit::Ratio => ratio(&Estimate::exact(value)),
        Unit::Hz => format!("{}{SPACE}Hz", rounded(value)),
        Unit::Bytes => format!("{}{SPACE}B", count(value)),
        Unit::BytesPerSecond => format!("{}{SPACE}GB/s", rounded(value / GIGA)),
        Unit::Count => count(value),
    }
}

/// The interval of a value in its unit; `exact` when it has no width.
pub(super) fn interval(estimate: &Estimate, unit: Unit) -> String {
    match unit {
        _ if estimate.is_exact() => "exact".to_owned(),
        Unit::Ns => time_interval(estimate),
        Unit::Ratio => ratio_interval(estimate),
        Unit::Hz => format!("[{}, {}]", rounded(estimate.low), rounded(estimate.high)),
        Unit::Bytes | Unit::Count => format!("[{}, {}]", count(estimate.low), count(estimate.high)),
        Unit::BytesPerSecond => {
            format!("[{}, {}]", rounded(estimate.low / GIGA), rounded(estimate.high / GIGA))
        }
    }
}

/// A size: `1,000`.
pub(super) fn size(size: usize) -> String {
    separated(&size.to_string())
}

/// A word with its count: `1 case`, `2,000 cases`.
pub(super) fn counted(number: usize, singular: &str, plural: &str) -> String {
    format!("{}{SPACE}{}", size(number), if number == 1 { singular } else { plural })
}

/// At most `most` characters of `text`, with an ellipsis where it was cut. Control characters, which are not
/// allowed in XML, become a replacement mark.
pub(super) fn clipped(text: &str, most: usize) -> String {
    let clean = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    let mut out: String = text.chars().take(most).map(clean).collect();
    if text.chars().nth(most).is_some() {
        out.pop();
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(written: String) -> String {
        written.replace(SPACE, " ")
    }

    #[test]
    fn times_have_three_digits_and_the_unit_that_fits() {
        for (ns, written) in [
            (0.0, "0 ns"),
            (0.3104, "0.310 ns"),
            (9.996, "10.0 ns"),
            (99.96, "100 ns"),
            (123.4, "123 ns"),
            (999.4, "999 ns"),
            (999.6, "1.00 µs"),
            (1_234.0, "1.23 µs"),
            (45_600_000.0, "45.6 ms"),
            (1.5e9, "1.50 s"),
            (1.5e12, "1,500 s"),
        ] {
            assert_eq!(plain(time(ns)), written);
        }
    }

    #[test]
    fn an_interval_is_written_in_the_unit_of_its_value() {
        let estimate = Estimate { value: 1_010.0, low: 990.0, high: 1_030.0 };
        assert_eq!(plain(time(estimate.value)), "1.01 µs");
        assert_eq!(time_interval(&estimate), "[0.99, 1.03]");
    }

    #[test]
    fn counts_keep_every_digit_and_averages_two() {
        assert_eq!(count(16_777_216.0), "16,777,216");
        assert_eq!(count(999.0), "999");
        assert_eq!(count(6.254), "6.25");
        assert_eq!(count(2_016.53), "2,016.5");
        assert_eq!(size(1_000_000), "1,000,000");
    }

    #[test]
    fn ratios_keep_the_digits_that_tell_them_apart() {
        for (value, written) in
            [(0.19, "0.19 ×"), (1.0, "1.00 ×"), (12.34, "12.3 ×"), (1_234.5, "1,234 ×"), (0.0123, "0.012 ×")]
        {
            assert_eq!(plain(ratio(&Estimate::exact(value))), written);
        }
        assert_eq!(ratio_interval(&Estimate { value: 0.19, low: 0.1799, high: 0.2 }), "[0.18, 0.20]");
        let narrow = Estimate { value: 0.1902, low: 0.1896, high: 0.1913 };
        assert_eq!(
            (plain(ratio(&narrow)), ratio_interval(&narrow)),
            ("0.190 ×".into(), "[0.190, 0.191]".into())
        );
    }

    #[test]
    fn ticks_have_no_zeros_at_the_end() {
        assert_eq!(
            (short(0.001), short(24.0), short(1_200.0)),
            ("0.001".into(), "24".into(), "1,200".into())
        );
        assert_eq!((plain(short_time(10.0)), plain(short_time(0.5))), ("10 ns".into(), "0.5 ns".into()));
    }

    #[test]
    fn what_is_no_number_says_so() {
        assert_eq!(plain(time(f64::NAN)), "no number ns");
        assert_eq!(plain(ratio(&Estimate::exact(f64::INFINITY))), "no number ×");
    }

    #[test]
    fn memory_is_binary() {
        assert_eq!(plain(memory(800.0)), "800 B");
        assert_eq!(plain(memory(8.0 * 1_048_576.0)), "8.00 MiB");
    }

    #[test]
    fn long_text_is_cut_visibly_and_holds_no_control_characters() {
        assert_eq!(clipped("abcdef", 4), "abc…");
        assert_eq!(clipped("abcd", 4), "abcd");
        assert_eq!(clipped("a\u{1b}b", 4), "a\u{fffd}b");
        assert_eq!(clipped(&"é".repeat(10_000), 80).chars().count(), 80);
    }
}
