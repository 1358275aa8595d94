//! What the program tells of itself: log lines and metrics.
