//! The pages as files: their links, their words, and what hostile or missing data makes of them.

#[path = "pages/case.rs"]
mod case;
mod fabricated;
#[path = "pages/family.rs"]
mod family;
#[path = "pages/files.rs"]
mod files;
#[path = "pages/index.rs"]
mod index;
#[path = "pages/proofs.rs"]
mod proofs;
#[path = "pages/rendered.rs"]
mod rendered;
#[path = "pages/threads.rs"]
mod threads;
