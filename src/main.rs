//! The `perflab` command.

fn main() {}
