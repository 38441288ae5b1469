//! The machine, the compiler and the revision that numbers were taken on.

use serde::{Deserialize, Serialize};

use super::Speed;

/// What a number depends on beside the code. A field that could not be read says `unknown`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Environment {
    /// Model name of the CPU.
    pub cpu: String,
    /// CPUs this process may use.
    pub cores: usize,
    /// Installed memory, in bytes; 0 where unknown.
    pub memory_bytes: u64,
    /// Operating system and kernel release.
    pub kernel: String,
    /// The kernel's timer frequency (`CONFIG_HZ`), in hertz, where it can be read.
    pub timer_hz: Option<u32>,
    /// `perf_event_paranoid`, where the kernel has it.
    pub perf_event_paranoid: Option<i32>,
    /// The compiler that built this program.
    pub rustc: String,
    /// Target triple.
    pub target: String,
    /// Optimisation level, debug information and the flags given to rustc.
    pub profile_flags: String,
    /// C library and its version.
    pub libc: String,
    /// The memory allocator of measured code.
    pub allocator: String,
    /// Load average over one minute when the run began; the machine's own and its neighbours'.
    pub load: Option<f64>,
    /// Git revision of the tree, or `unknown`.
    pub revision: String,
    /// Whether the tree held changes that are not in that revision.
    pub dirty: bool,
    /// The smallest change of time that cases compared with themselves, as the run began, would have shown: 0.01 is one
    /// percent. Absent where nothing was compared, and where the next says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tells_apart: Option<f64>,
    /// Whether one of them would not even have shown a factor of two: times of this run tell no change apart.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tells_nothing_apart: bool,
    /// How fast the machine was as the run began. Absent where that was not measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speeds: Option<Vec<Speed>>,
}

impl Default for Environment {
    /// What is said of a machine of which nothing can be read.
    fn default() -> Self {
        let unknown = || "unknown".to_owned();
        Self {
            cpu: unknown(),
            cores: 1,
            memory_bytes: 0,
            kernel: unknown(),
            timer_hz: None,
            perf_event_paranoid: None,
            rustc: unknown(),
            target: unknown(),
            profile_flags: unknown(),
            libc: unknown(),
            allocator: unknown(),
            load: None,
            revision: unknown(),
            dirty: false,
            tells_apart: None,
            tells_nothing_apart: false,
            speeds: None,
        }
    }
}
