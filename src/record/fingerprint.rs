//! Which fields of two environments must be alike before their numbers may stand in one row.

use super::{Environment, InstrumentName, Metric};

/// What a number depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberKind {
    /// A count: on the compiler, its flags, the C library and the allocator.
    Count,
    /// A time, or a ratio of times: on the CPU and the number of cores too.
    Time,
}

/// A field in which two environments are unlike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Its name, as in JSON.
    pub field: &'static str,
    /// Its value on the one side.
    pub here: String,
    /// Its value on the other.
    pub there: String,
}

impl InstrumentName {
    /// What its numbers depend on. Samples, waits and CPython's figures are times.
    pub const fn number_kind(self) -> NumberKind {
        match self {
            Self::Heap | Self::Instructions => NumberKind::Count,
            Self::Time | Self::Flamegraph | Self::Waits | Self::Ceilings | Self::Python => NumberKind::Time,
        }
    }
}

impl Metric {
    /// Those that history keeps, in the order in which tables show them: the exact counts, then the paired ratios.
    pub const KEPT: [Self; 6] = [
        Self::Instructions,
        Self::HeapBlocks,
        Self::HeapBytes,
        Self::HeapPeakBytes,
        Self::TimeRatio,
        Self::Speedup,
    ];

    /// What a number that history keeps depends on.
    pub const fn number_kind(self) -> NumberKind {
        match self {
            Self::Instructions | Self::HeapBlocks | Self::HeapBytes | Self::HeapPeakBytes => {
                NumberKind::Count
            }
            _ => NumberKind::Time,
        }
    }
}

impl Environment {
    /// The fields that a number of this kind depends on, as in JSON, and their values.
    pub fn fingerprint(&self, kind: NumberKind) -> Vec<(&'static str, String)> {
        let mut fields = vec![
            ("rustc", self.rustc.clone()),
            ("target", self.target.clone()),
            ("profile_flags", self.profile_flags.clone()),
            ("libc", self.libc.clone()),
            ("allocator", self.allocator.clone()),
        ];
        if kind == NumberKind::Time {
            fields.insert(0, ("cpu", self.cpu.clone()));
            fields.insert(1, ("cores", self.cores.to_string()));
        }
        fields
    }

    /// The fields in which `other` is unlike, for a number of this kind.
    pub fn differences(&self, other: &Self, kind: NumberKind) -> Vec<Difference> {
        let pairs = self.fingerprint(kind).into_iter().zip(other.fingerprint(kind));
        pairs
            .filter(|((field, here), (_, there))| !are_alike(field, here, there))
            .map(|((field, here), (_, there))| Difference { field, here, there })
            .collect()
    }
}

/// Whether two values of a field say the same. Records of before 2026-12 name a CPU without its family and model.
fn are_alike(field: &str, here: &str, there: &str) -> bool {
    let is_short_for =
        |short: &str, long: &str| long.strip_prefix(short).is_some_and(|rest| rest.starts_with(", family "));
    here == there || (field == "cpu" && (is_short_for(here, there) || is_short_for(there, here)))
}

/// `cpu is `a` here and `b` there`, for each field.
pub fn told(differences: &[Difference]) -> String {
    let each = differences
        .iter()
        .map(|Difference { field, here, there }| format!("{field} is `{here}` here and `{there}` there"));
    each.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment() -> Environment {
        Environment { cpu: "a".into(), cores: 2, libc: "l".into(), ..Environment::default() }
    }

    #[test]
    fn another_cpu_parts_times_and_not_counts_and_another_libc_parts_both() {
        let here = environment();
        let other_cpu =
            Environment { cpu: "b".into(), kernel: "j".into(), revision: "def".into(), ..environment() };
        let other_libc = Environment { libc: "m".into(), ..environment() };
        assert_eq!(here.differences(&other_cpu, NumberKind::Count), []);
        let told_more = Environment { cpu: "a, family 25 model 1".into(), ..environment() };
        let another = Environment { cpu: "a, family 25 model 17".into(), ..environment() };
        assert_eq!(here.differences(&told_more, NumberKind::Time), []);
        assert_eq!(told_more.differences(&here, NumberKind::Time), []);
        assert_eq!(told_more.differences(&another, NumberKind::Time).len(), 1);
        let cpu = Difference { field: "cpu", here: "a".into(), there: "b".into() };
        assert_eq!(here.differences(&other_cpu, NumberKind::Time), [cpu]);
        let libc = [Difference { field: "libc", here: "l".into(), there: "m".into() }];
        assert_eq!(here.differences(&other_libc, NumberKind::Count), libc);
        assert_eq!(here.differences(&other_libc, NumberKind::Time), libc);
    }
}
