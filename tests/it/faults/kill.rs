//! A process that is killed, without warning, at any moment. How often is set
//! by `EMOL_TEST_KILLS`: a few in every run, hundreds as the long form.

use std::path::PathBuf;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use emol::domain::id::Position;
use emol::store::Store;
use emol::store::verify::verify;

use super::kills;
use crate::exchange::kingdom::data;
use crate::projections::people::tables;
use crate::support::databases::{TestDatabase, on_all_databases};

/// The events of the roster of three thousand.
const ROSTER: i64 = 29_427;

/// The files of a kingdom in a folder of their own.
struct Files(PathBuf);

impl Files {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("emol-kill-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        for file in ["disciplines.json", "regions.json", "roster-3000.csv"] {
            std::fs::write(folder.join(file), data(file)).unwrap();
        }
        Self(folder)
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The program on that database, among the files.
fn emol(database: &TestDatabase, files: &Files, args: &[&str]) -> Command {
    let mut command = super::emol(database, args);
    command.current_dir(&files.0);
    command
}

fn runs(database: &TestDatabase, files: &Files, args: &[&str]) -> Duration {
    let started = Instant::now();
    let status = emol(database, files, args).status().unwrap();
    assert!(status.success(), "{args:?} on {}: {status}", database.name);
    started.elapsed()
}

/// Starts the program and kills it after a while; whether it was still running.
fn killed(mut child: Child, after: Duration) -> bool {
    std::thread::sleep(after);
    let running = child.try_wait().unwrap().is_none();
    let _ = child.kill();
    child.wait().unwrap();
    running
}

async fn head(store: &Store) -> Position {
    store.head().await.unwrap().position
}

#[test]
fn an_import_that_is_killed_is_there_whole_or_not_at_all() {
    on_all_databases(async |database| {
        let files = Files::new(&format!("import-{}", database.name));
        runs(&database, &files, &["import", "disciplines", "disciplines.json"]);
        runs(&database, &files, &["import", "regions", "regions.json"]);
        let store = database.store(1).await;
        let before = head(&store).await;
        let dry = runs(&database, &files, &["import", "roster", "roster-3000.csv", "--dry-run"]);
        let mut cut_off = 0;
        for turn in 0..kills() {
            // From the middle of the preparation to the end of the writing.
            let after = dry / 2 + dry * 6 * turn / kills();
            let child = emol(&database, &files, &["import", "roster", "roster-3000.csv"]).spawn().unwrap();
            cut_off += u32::from(killed(child, after));
            let now = head(&store).await;
            assert!(now == before || now.0 == before.0 + ROSTER, "{} of {before}", now.0);
            let report = verify(&database.db, None).await.unwrap();
            assert!(report.is_clean(), "{report:?}");
        }
        assert!(cut_off > 0, "no import was cut off: all were faster");
        runs(&database, &files, &["import", "roster", "roster-3000.csv"]);
        assert_eq!(head(&store).await.0, before.0 + ROSTER);
    });
}

#[test]
fn a_rebuild_that_is_killed_changes_nothing_that_is_read() {
    on_all_databases(async |database| {
        let files = Files::new(&format!("rebuild-{}", database.name));
        runs(&database, &files, &["import", "disciplines", "disciplines.json"]);
        runs(&database, &files, &["import", "regions", "regions.json"]);
        runs(&database, &files, &["import", "roster", "roster-3000.csv"]);
        let whole = runs(&database, &files, &["rebuild"]);
        let store = database.store(1).await;
        let live = tables(&store).await;
        assert!(live.len() > 6_000, "{}", live.len());
        for turn in 0..kills() {
            let after = whole * (turn + 1) / (kills() + 1);
            let child = emol(&database, &files, &["rebuild"]).spawn().unwrap();
            killed(child, after);
            assert!(tables(&store).await == live, "readers saw a half-made rebuild on {}", database.name);
        }
        runs(&database, &files, &["rebuild"]);
        assert!(tables(&store).await == live, "a rebuild after all that differs on {}", database.name);
    });
}
