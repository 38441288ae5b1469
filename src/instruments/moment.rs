//! The wall clock, for dating what was measured; never for measuring.

/// Now, RFC 3339 in UTC, to the second: `2026-11-21T22:10:00Z`.
pub(crate) fn now() -> String {
    humantime::format_rfc3339_seconds(std::time::SystemTime::now()).to_string()
}
