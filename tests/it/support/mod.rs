//! What the tests share.

use std::io::Write;

pub mod databases;
pub mod provider;
pub mod smtp;
pub mod way;

/// A program of somebody else's, which the script that runs the tests installs and names; without it, says what was not
/// tested, and fails when `CI` is set.
#[expect(clippy::disallowed_methods, reason = "the script that installs it says where it is")]
pub fn foreign_program(variable: &str, what: &str) -> Option<String> {
    if let Ok(path) = std::env::var(variable) {
        return Some(path);
    }
    let _ = writeln!(
        std::io::stderr(),
        "\n!!! no foreign {what} was tested: set {variable}, or run setup_files/test.sh\n"
    );
    assert!(std::env::var_os("CI").is_none(), "a foreign {what} must be tested when CI is set");
    None
}
