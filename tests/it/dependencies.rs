//! What may be in `Cargo.lock`. The quick half of `deny.toml`, so that it is
//! held where `cargo deny` is not installed; that one also knows licences and advisories.

use std::fs;
use std::path::Path;

/// A second one of these would double the build, or the places where a hole can be.
const ONE_VERSION: [&str; 8] =
    ["axum", "axum-core", "handlebars", "ring", "rustls", "sqlx", "sqlx-core", "tokio"];
/// Never, with the reason.
const BANNED: [(&str, &str); 7] = [
    ("aws-lc-rs", "one cryptography library below TLS: ring"),
    ("aws-lc-sys", "one cryptography library below TLS: ring"),
    ("mysql-es", "an event store that lost updates; the log is ours (docs/adr/0001)"),
    ("native-tls", "one TLS stack: rustls"),
    ("openssl", "one TLS stack: rustls"),
    ("openssl-sys", "one TLS stack: rustls"),
    ("rsa", "an open timing advisory; signatures are checked with ring"),
];
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

struct Package {
    name: String,
    version: String,
    /// `None`: part of this repository.
    source: Option<String>,
}

fn read(file: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap()
}

fn packages(lock: &str) -> Vec<Package> {
    lock.split("[[package]]")
        .skip(1)
        .map(|block| {
            let field = |name: &str| {
                let line = block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = "));
                line.map(|value| value.trim_matches('"').to_owned())
            };
            Package {
                name: field("name").unwrap(),
                version: field("version").unwrap(),
                source: field("source"),
            }
        })
        .collect()
}

fn offences(lock: &str) -> Vec<String> {
    let packages = packages(lock);
    let mut found = Vec::new();
    for package in &packages {
        if let Some((_, reason)) = BANNED.iter().find(|(name, _)| *name == package.name) {
            found.push(format!("{} {}: {reason}", package.name, package.version));
        }
        match package.source.as_deref() {
            Some(REGISTRY) => {}
            None if ["emol", "emol-core"].contains(&package.name.as_str()) => {}
            other => found.push(format!("{} comes from {}", package.name, other.unwrap_or("a folder"))),
        }
    }
    for name in ONE_VERSION {
        let versions: Vec<_> =
            packages.iter().filter(|p| p.name == name).map(|p| p.version.as_str()).collect();
        if versions.len() > 1 {
            found.push(format!("{name} is there {} times: {}", versions.len(), versions.join(", ")));
        }
    }
    found
}

#[test]
fn the_lock_file_holds_nothing_banned_twice_or_from_elsewhere() {
    let lock = read("Cargo.lock");
    assert!(packages(&lock).len() > 100);
    assert_eq!(offences(&lock), Vec::<String>::new());
}

#[test]
fn what_is_banned_in_one_place_is_banned_in_both() {
    let deny = read("deny.toml");
    for (name, _) in BANNED {
        assert!(deny.contains(&format!("crate = \"{name}\"")), "deny.toml does not ban {name}");
    }
}

#[test]
fn every_dependency_says_why_it_is_there() {
    let reasons = read("docs/adr/0005-dependencies.md");
    let mut found = 0;
    for manifest in [read("Cargo.toml"), read("core/Cargo.toml")] {
        let mut section = "";
        for line in manifest.lines() {
            if line.starts_with('[') {
                section = line;
            }
            let Some((key, _)) = line.split_once(" = ") else { continue };
            if section.ends_with("dependencies]") && !key.starts_with('#') {
                let name = key.trim_end_matches(".workspace");
                assert!(
                    reasons.contains(&format!("`{name}`")),
                    "docs/adr/0005-dependencies.md has no line on {name}"
                );
                found += 1;
            }
        }
    }
    assert!(found > 60, "{found} dependencies were looked at");
}

#[test]
fn a_lock_file_that_breaks_a_rule_is_found_out() {
    let package = |name: &str, version: &str, source: &str| {
        format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\nsource = \"{source}\"\n\n")
    };
    let good = package("sqlx", "0.9.0", REGISTRY);
    assert_eq!(offences(&good), Vec::<String>::new());
    for bad in [
        package("openssl", "0.10.0", REGISTRY),
        package("sqlx", "0.8.0", REGISTRY),
        package("serde", "1.0.0", "git+https://example.org/serde#1234"),
        "[[package]]\nname = \"vendored\"\nversion = \"1.0.0\"\n".to_owned(),
    ] {
        assert_eq!(offences(&format!("{good}{bad}")).len(), 1, "{bad}");
    }
}
