//! The public side.
