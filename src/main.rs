//! The `emol` program.

fn main() {}
