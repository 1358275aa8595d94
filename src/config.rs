//! Settings, read once.
