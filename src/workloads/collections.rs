//! Building sets, vectors, fixed arrays, texts and maps.

pub(crate) mod build_and_drop;
pub(crate) mod build_fixed;
pub(crate) mod build_map;
pub(crate) mod build_text;
pub(crate) mod build_vec;
pub(crate) mod sets;
