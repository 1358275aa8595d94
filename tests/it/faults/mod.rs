//! What must hold when things break on purpose.

mod kill;
