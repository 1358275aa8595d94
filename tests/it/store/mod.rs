//! The log: what ARCHITECTURE §2 promises, on every database.

mod appending;
mod backups;
mod faults;
mod keeping;
mod reading;
mod samples;
mod sealing;
