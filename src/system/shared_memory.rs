//! Memory that two processes see: on Linux an anonymous file in memory, mapped into each; elsewhere none yet.

#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(target_os = "linux")]
mod linux;

#[cfg(not(target_os = "linux"))]
pub(crate) use elsewhere::SharedMemory;
#[cfg(target_os = "linux")]
pub(crate) use linux::SharedMemory;
