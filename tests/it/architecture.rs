//! The arrows of `docs/ARCHITECTURE.md`, read off the sources: which room may
//! use which. Code inside test modules is free.

mod source;

use std::fs;
use std::path::Path;

use source::{Named, Source};

/// A file this long wants to be two (most have under 150 lines).
const MOST_LINES: usize = 500;
/// `main.rs` parses the command line and calls the library.
const MOST_LINES_OF_MAIN: usize = 60;
/// Whoever puts the rooms together may name every one of them.
const TOP: [&str; 5] = ["main", "lib", "core", "app", "cli"];
/// Libraries that do I/O or speak HTTP or SQL.
const IMPURE: [&str; 9] =
    ["sqlx", "axum", "axum_extra", "tokio", "tower", "tower_http", "http", "hyper", "handlebars"];
/// Parts of the standard library that reach out of the process.
const IMPURE_STD: [&str; 6] = ["env", "fs", "io", "net", "process", "thread"];
/// Work left undone is an issue, not a comment.
const UNDONE: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];

/// Every rule that one source breaks, as `path:line: what`.
fn offences(source: &Source) -> Vec<String> {
    let mut found = Vec::new();
    let mut offend = |line: usize, what: &str| found.push(format!("src/{}:{line}: {what}", source.path));
    for path in source.paths() {
        for what in arrows(source, &path) {
            offend(path.line, &what);
        }
    }
    if !speaks_sql(&source.path) {
        for (line, text) in source.literals() {
            if is_sql(text) {
                offend(line, "SQL outside store, projections and exchange/legacy");
            }
        }
    }
    for (line, name) in source.macros() {
        if ["todo", "unimplemented"].contains(&name) {
            offend(line, "unfinished code: finish it, or open an issue and leave it out");
        }
    }
    for (index, line) in source.text.lines().enumerate() {
        if line.split(|c: char| !c.is_ascii_alphabetic()).any(|word| UNDONE.contains(&word)) {
            offend(index + 1, "a note about work undone: do it, or open an issue");
        }
    }
    let lines = source.text.lines().count();
    if lines > MOST_LINES {
        offend(lines, &format!("{lines} lines; {MOST_LINES} are the limit: split it by what it is about"));
    }
    if source.path == "main.rs" && lines > MOST_LINES_OF_MAIN {
        offend(
            lines,
            &format!("{lines} lines; main has at most {MOST_LINES_OF_MAIN}: the rest is the library's"),
        );
    }
    if source.path.ends_with("mod.rs") && !explains_itself(&source.text) {
        offend(1, "the room does not say what it is for: begin it with `//! …`");
    }
    found
}

/// What is wrong with naming this path here.
fn arrows(source: &Source, path: &Named) -> Vec<String> {
    let room = source.room();
    let decision = room == "commands" && !is_bus(&source.path);
    let mut wrong = Vec::new();
    if let Some(used) = path.inner.first().map(String::as_str) {
        let forbidden: &[&str] = match room {
            "domain" => &[
                "events",
                "commands",
                "store",
                "projections",
                "processes",
                "exchange",
                "clock",
                "config",
                "telemetry",
            ],
            "events" => {
                &["commands", "store", "projections", "processes", "exchange", "clock", "config", "telemetry"]
            }
            "commands" if decision => {
                &["store", "projections", "processes", "exchange", "clock", "config", "telemetry"]
            }
            "commands" => &["projections", "processes", "exchange"],
            "store" | "projections" => &["commands", "processes", "exchange"],
            _ => &[],
        };
        let nobody_uses_web = used == "web" && room != "web" && !TOP.contains(&room);
        if nobody_uses_web || forbidden.contains(&used) {
            wrong.push(format!("{room} may not use {used} ({})", path.inner.join("::")));
        }
    }
    if let Some(used) = path.outer.first().map(String::as_str) {
        let reaches_out =
            used == "std" && path.outer.get(1).is_some_and(|part| IMPURE_STD.contains(&part.as_str()));
        if (matches!(room, "domain" | "events") || decision) && (IMPURE.contains(&used) || reaches_out) {
            wrong.push(format!("{room} is pure: it may not use {}", path.outer.join("::")));
        }
        if used == "sqlx" && !speaks_sql(&source.path) {
            wrong.push("sqlx outside store, projections and exchange/legacy".to_owned());
        }
    }
    wrong
}

/// The bus, the one file (or folder) of the commands that touches the store.
fn is_bus(path: &str) -> bool {
    path == "commands/bus.rs" || path.starts_with("commands/bus/")
}

/// The rooms that know tables.
fn speaks_sql(path: &str) -> bool {
    ["store/", "projections/", "exchange/legacy/", "exchange/legacy.rs"]
        .iter()
        .any(|room| path.starts_with(room))
}

/// A statement as we write them: the verb in capitals.
fn is_sql(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default();
    ["SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE", "TRUNCATE"].contains(&first)
        && text.trim().contains(' ')
}

fn explains_itself(text: &str) -> bool {
    text.lines().next().and_then(|line| line.strip_prefix("//!")).is_some_and(|rest| !rest.trim().is_empty())
}

/// Every source below a folder, sorted.
fn sources(folder: &Path) -> Vec<Source> {
    fn walk(root: &Path, folder: &Path, found: &mut Vec<Source>) {
        let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                walk(root, &path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let below = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
                found.push(Source::new(&below, &fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let mut found = Vec::new();
    walk(folder, folder, &mut found);
    found
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn every_source_keeps_to_its_room() {
    let sources = sources(&root().join("src"));
    assert!(sources.len() > 10, "the sources are where this test looks for them");
    let found: Vec<_> = sources.iter().flat_map(offences).collect();
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn every_folder_explains_itself() {
    let sources = sources(&root().join("src"));
    for source in &sources {
        if let Some((folder, _)) = source.path.rsplit_once('/') {
            let rooms = [format!("{folder}/mod.rs"), format!("{folder}.rs")];
            let explained =
                sources.iter().any(|other| rooms.contains(&other.path) && explains_itself(&other.text));
            assert!(explained, "neither src/{} nor src/{} says what the folder is for", rooms[0], rooms[1]);
        }
    }
}

#[test]
fn no_test_or_bench_is_longer_than_a_source_may_be() {
    for folder in ["tests", "benches"].map(|folder| root().join(folder)) {
        for source in folder.is_dir().then(|| sources(&folder)).into_iter().flatten() {
            let lines = source.text.lines().count();
            assert!(lines <= MOST_LINES, "{} has {lines} lines; {MOST_LINES} are the limit", source.path);
        }
    }
}

/// The scanner itself: each rule on a source that breaks it.
mod scanner {
    use super::{MOST_LINES, MOST_LINES_OF_MAIN, Source, UNDONE, offences};

    fn found(path: &str, text: &str) -> Vec<String> {
        offences(&Source::new(path, text))
    }

    #[track_caller]
    fn offends(path: &str, text: &str, what: &str) {
        let found = found(path, text);
        assert!(found.iter().any(|line| line.contains(what)), "{path}: {text}\ngave {found:?}, not {what:?}");
    }

    #[track_caller]
    fn passes(path: &str, text: &str) {
        assert_eq!(found(path, text), Vec::<String>::new(), "{path}: {text}");
    }

    #[test]
    fn nothing_uses_web_but_those_who_put_the_rooms_together() {
        for text in [
            "use crate::web::router;",
            "use crate::{domain::id, web::router};",
            "fn f() { crate::web::serve() }",
            "use crate::{\n    domain,\n    web,\n};",
            "use super::super::web::Page;",
        ] {
            offends(
                "processes/mail/send.rs",
                &text.replace("super::super", "super::super::super"),
                "may not use web",
            );
            passes("app.rs", &text.replace("super::super::", "super::"));
        }
        offends("commands/bus.rs", "use super::super::web::Page;", "may not use web");
        passes("web/desk/list.rs", "use crate::web::router; use super::super::router;");
        passes("main.rs", "use emol::web::router;");
        offends("telemetry.rs", "use emol::web::router;", "may not use web");
    }

    #[test]
    fn domain_and_events_are_pure() {
        for room in ["domain/date.rs", "events/combatant.rs"] {
            for library in ["sqlx", "axum", "tokio", "tower_http"] {
                offends(room, &format!("use {library}::Thing;"), "is pure");
                offends(room, &format!("fn f() {{ ::{library}::go() }}"), "is pure");
            }
            offends(room, "use std::{fmt, fs};", "is pure");
            offends(room, "use crate::store::log::Log;", "may not use store");
            offends(room, "use crate::clock::Clock;", "may not use clock");
            passes(room, "use std::fmt; use crate::domain::id::Slug; // unlike crate::store or sqlx::query");
        }
        offends("domain/date.rs", "use crate::events::combatant;", "may not use events");
    }

    #[test]
    fn decisions_know_neither_store_nor_clock() {
        let grant = "commands/combatant/grant.rs";
        offends(grant, "use crate::store::log::Log;", "may not use store");
        offends(grant, "use crate::clock::Clock;", "may not use clock");
        offends(grant, "use super::super::super::clock::Clock;", "may not use clock");
        offends(grant, "async fn f() { tokio::time::sleep(x).await }", "is pure");
        offends("commands/authorize.rs", "use crate::store::log::Log;", "may not use store");
        passes(
            grant,
            "use crate::commands::authorize; use crate::events::combatant::Event; use super::store;",
        );
        passes(
            "commands/bus.rs",
            "use crate::store::log::Log; use crate::clock::Clock; use tokio::sync::mpsc;",
        );
        offends("commands/bus.rs", "use crate::projections::card;", "may not use projections");
    }

    #[test]
    fn read_models_and_the_store_know_no_commands() {
        offends("projections/card/projector.rs", "use crate::commands::bus::Bus;", "may not use commands");
        offends("projections/card/query.rs", "use crate::web::error;", "may not use web");
        offends("store/log/append.rs", "use crate::commands::bus::Bus;", "may not use commands");
        passes(
            "projections/card/projector.rs",
            "use crate::store::feed; use crate::events::Fact; use sqlx::Row;",
        );
    }

    #[test]
    fn sql_stays_in_its_rooms() {
        for path in ["web/audit/list.rs", "commands/bus.rs", "exchange/roster.rs", "processes/mail.rs"] {
            offends(path, "fn f() { sqlx::query(\"x\") }", "sqlx outside");
            for text in [
                "\"SELECT 1 FROM t\"",
                "r#\"\n  UPDATE t SET a=?\"#",
                "\"INSERT INTO t VALUES (?)\"",
                "\"DELETE FROM t\"",
            ] {
                offends(path, &format!("const Q: &str = {text};"), "SQL outside");
                passes("store/log/append.rs", &format!("const Q: &str = {text};"));
                passes("exchange/legacy/read.rs", &format!("const Q: &str = {text};"));
            }
            passes(path, "const T: &str = \"Select a person, then UPDATE the record\"; // SELECT 1 FROM t");
        }
    }

    #[test]
    fn work_is_not_left_undone() {
        for word in UNDONE {
            offends("domain/date.rs", &format!("// {word}: later"), "work undone");
        }
        offends("domain/date.rs", "fn f() { todo!() }", "unfinished");
        offends("domain/date.rs", "fn f() { unimplemented!(\"later\") }", "unfinished");
    }

    #[test]
    fn files_stay_short_and_rooms_explain_themselves() {
        offends("domain/date.rs", &"\n".repeat(MOST_LINES + 1), "lines");
        passes("domain/date.rs", &"\n".repeat(MOST_LINES));
        offends("main.rs", &"\n".repeat(MOST_LINES_OF_MAIN + 1), "lines");
        passes("main.rs", &"\n".repeat(MOST_LINES_OF_MAIN));
        for text in ["", "//!", "//! ", "pub mod log;\n//! late"] {
            offends("store/mod.rs", text, "does not say");
        }
        passes("store/mod.rs", "//! The log.\npub mod log;");
    }

    #[test]
    fn test_modules_are_free_and_what_follows_them_is_not() {
        let tests =
            "#[cfg(test)]\nmod tests { use crate::store::X; fn f() { let c = '}'; let s = \"}\"; { } } }\n";
        passes("domain/date.rs", tests);
        passes("projections/card/tests.rs", "use crate::commands::bus::Bus;");
        offends(
            "domain/date.rs",
            &format!("{tests}use crate::store::X;"),
            "domain/date.rs:3: domain may not use store",
        );
    }

    #[test]
    fn literals_and_comments_do_not_hide_what_follows() {
        for before in [
            "'\"'",
            "b'\\''",
            "\"\\\"\"",
            "r#\"\"\"#",
            "b\"x\"",
            "/* /* \" */ ' */ 1",
            "&'a str::f()",
            "'\\u{7d}'",
        ] {
            offends(
                "domain/date.rs",
                &format!("fn f() {{ {before}; crate::store::x() }}"),
                "may not use store",
            );
        }
        passes(
            "domain/date.rs",
            "/// As [`crate::store::seal`] does.\nconst S: &str = \"crate::store::seal\";",
        );
    }
}
