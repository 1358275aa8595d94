//! One version, told in five places.

use std::fs;
use std::path::Path;

fn read(file: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap()
}

#[test]
fn the_file_version_is_the_programs_version() {
    assert_eq!(read("VERSION"), format!("{}\n", emol::VERSION));
    assert_eq!(emol::VERSION, env!("CARGO_PKG_VERSION"));
}

#[test]
fn the_lock_file_has_the_version_of_both_crates() {
    let lock = read("Cargo.lock");
    for name in ["emol", "emol-core"] {
        let entry = format!("name = \"{name}\"\nversion = \"{}\"\n", emol::VERSION);
        assert!(lock.contains(&entry), "Cargo.lock has another version of {name}: builds with --locked fail");
    }
}

#[test]
fn the_changelog_names_the_version() {
    let heading = format!("## {}", emol::VERSION);
    let named =
        read("CHANGELOG.md").lines().any(|line| line == heading || line.starts_with(&format!("{heading} ")));
    assert!(named, "CHANGELOG.md has no heading `{heading}`: say there what changed");
}
