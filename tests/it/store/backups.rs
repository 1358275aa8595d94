//! Backups: what is brought back is what was there, and nobody who was erased (V6).

use std::path::PathBuf;
use std::sync::Arc;

use emol::clock::{CountingIds, FixedClock};
use emol::commands::combatant::erase::Erase;
use emol::domain::id::Position;
use emol::domain::personal::Purpose;
use emol::events::combatant::ErasureCause;
use emol::store::backup::age::Identity;
use emol::store::backup::{BackupError, LEFT_OUT, Part, file, read, tables, write};
use emol::store::migrate::migrate;
use emol::store::verify::verify;
use emol::store::{Db, Store};

use crate::commands::sample::{about, bus, issue, kingdom, operator, person, register};
use crate::support::databases::{NOW, TestDatabase, master_keys, on_all_databases};

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("emol-backup-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// An empty SQLite database with its tables.
    async fn empty(&self, name: &str) -> Db {
        let db = Db::connect(&format!("sqlite://{}", self.file(name).display())).await.unwrap();
        migrate(&db, &FixedClock::at(NOW)).await.unwrap();
        db
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn identity() -> Identity {
    Identity::generate(&CountingIds::from(77))
}

/// Three people, of whom one is erased.
async fn sample(database: &TestDatabase) -> Store {
    let bus = bus(database.store(1).await, 10_000).await;
    kingdom(&bus).await;
    for number in 1..=3 {
        register(&bus, number, person(number)).await;
    }
    issue(&bus, 100, operator(), about(person(3), Erase::by(ErasureCause::Officer))).await.unwrap();
    bus.store().clone()
}

async fn save(db: &Db, folder: &Folder, name: &str) -> (PathBuf, PathBuf) {
    let reading = read::begin(db, &FixedClock::at(NOW));
    let (log, keys) = (folder.file(&format!("{name}.age")), folder.file(&format!("{name}.keys")));
    let to = vec![identity().recipient()];
    let (a, b) = tokio::join!(
        file::save(log.clone(), to.clone(), reading.log),
        file::save(keys.clone(), to, reading.keys)
    );
    a.unwrap();
    b.unwrap();
    reading.task.await.unwrap().unwrap();
    (log, keys)
}

async fn load(db: &Db, part: Part, path: PathBuf) -> Result<write::Written, BackupError> {
    let loading = file::load(path, identity());
    let written = write::write(db, part, loading.pieces).await;
    loading.task.await.unwrap()?;
    written
}

async fn open(db: &Db) -> Store {
    let (clock, ids) = (Arc::new(FixedClock::at(NOW)), Arc::new(CountingIds::from(90_000)));
    Store::open(db.clone(), master_keys(), clock, ids).await.unwrap()
}

#[test]
fn what_is_brought_back_is_what_was_there_on_another_database() {
    on_all_databases(|database| async move {
        let folder = Folder::new(&format!("back-{}", database.name));
        let store = sample(&database).await;
        let (log, keys) = save(&database.db, &folder, "one").await;
        let db = folder.empty("target.db").await;
        write::check_empty(&db).await.unwrap();
        let written = load(&db, Part::Log, log).await.unwrap();
        let kept = load(&db, Part::Keys, keys).await.unwrap();
        let head = store.head().await.unwrap();
        let found = verify(&db, Some(head.hash)).await.unwrap();
        assert!(found.is_clean() && found.head == head, "{found:?}");
        assert_eq!(written.manifest.position, head.position.0);
        assert!(kept.rows >= 2 && kept.left_out == 0);
        // Both open the same, and go on the same.
        let restored = open(&db).await;
        let before = bus(store.clone(), 20_000).await;
        let after = bus(restored.clone(), 20_000).await;
        for number in 1..=3 {
            let (was, is) =
                (before.record(person(number)).await.unwrap(), after.record(person(number)).await.unwrap());
            assert_eq!(was.details, is.details, "{number}");
        }
        // A command that was sent before is known there, and what is unique stays so.
        let again = register(&after, 1, person(1)).await;
        assert!(again.repeated && again.last <= head.position);
    });
}

#[test]
fn a_backup_is_as_of_one_position_while_the_log_goes_on() {
    on_all_databases(|database| async move {
        let folder = Folder::new(&format!("on-{}", database.name));
        let store = sample(&database).await;
        let writer = {
            let bus = bus(store, 30_000).await;
            tokio::spawn(async move {
                for number in 200..230 {
                    register(&bus, number, person(number)).await;
                }
            })
        };
        let (log, keys) = save(&database.db, &folder, "one").await;
        writer.await.unwrap();
        let db = folder.empty("target.db").await;
        let written = load(&db, Part::Log, log).await.unwrap();
        load(&db, Part::Keys, keys).await.unwrap();
        assert!(verify(&db, None).await.unwrap().is_clean());
        // Everything in it belongs to events that are in it.
        for sql in [
            "SELECT COUNT(*) FROM commands WHERE last_position > (SELECT position FROM log_head)",
            "SELECT COUNT(*) FROM claims WHERE kind = 'roster_ref' AND owner NOT IN (SELECT stream_id FROM events)",
        ] {
            assert_eq!(db.fetch_optional(sql, &[]).await.unwrap().unwrap().int(0).unwrap(), 0, "{sql}");
        }
        assert!(written.manifest.position > 0);
    });
}

#[test]
fn an_older_file_of_keys_brings_nobody_back_who_was_erased() {
    on_all_databases(|database| async move {
        let folder = Folder::new(&format!("erased-{}", database.name));
        let store = sample(&database).await;
        let (_, old_keys) = save(&database.db, &folder, "old").await;
        let bus = bus(store, 40_000).await;
        issue(&bus, 101, operator(), about(person(2), Erase::by(ErasureCause::Officer))).await.unwrap();
        let (log, _) = save(&database.db, &folder, "new").await;
        let db = folder.empty("target.db").await;
        load(&db, Part::Log, log).await.unwrap();
        let kept = load(&db, Part::Keys, old_keys).await.unwrap();
        assert!(kept.left_out >= 1, "{kept:?}");
        let sql = "SELECT COUNT(*) FROM person_keys WHERE purpose = 'details' AND owner IN (SELECT owner FROM erasures)";
        assert_eq!(db.fetch_optional(sql, &[]).await.unwrap().unwrap().int(0).unwrap(), 0);
        assert_eq!(Purpose::Details.as_str(), "details");
    });
}

#[test]
fn a_restore_goes_into_an_empty_database_only() {
    on_all_databases(|database| async move {
        write::check_empty(&database.db).await.unwrap();
        let store = sample(&database).await;
        assert!(store.head().await.unwrap().position > Position(0));
        let refused = write::check_empty(&database.db).await;
        assert!(matches!(refused, Err(BackupError::NotEmpty(_))), "{refused:?}");
    });
}

#[test]
fn the_parts_are_not_mixed_up_and_a_file_that_was_cut_off_is_noticed() {
    on_all_databases(|database| async move {
        let folder = Folder::new(&format!("mixed-{}", database.name));
        sample(&database).await;
        let (log, keys) = save(&database.db, &folder, "one").await;
        let db = folder.empty("target.db").await;
        assert!(matches!(load(&db, Part::Log, keys).await, Err(BackupError::Content(_))));
        let bytes = std::fs::read(&log).unwrap();
        std::fs::write(&log, &bytes[..bytes.len() - 20]).unwrap();
        let cut = load(&db, Part::Log, log).await.unwrap_err().to_string();
        assert!(cut.contains("cut off"), "{cut}");
        // Half of it is there now: that is said, and is not taken for a log.
        let said = write::check_empty(&db).await;
        assert!(said.is_ok() || said.unwrap_err().to_string().contains("broken off"));
    });
}

#[test]
fn every_table_is_in_the_backup_or_is_left_out_for_a_reason() {
    let mut known: Vec<&str> = tables().chain(LEFT_OUT).collect();
    known.sort_unstable();
    known.dedup();
    let mut made = vec!["migrations".to_owned()];
    for folder in ["sqlite", "mysql"] {
        let path = format!("{}/migrations/{folder}", env!("CARGO_MANIFEST_DIR"));
        for entry in std::fs::read_dir(path).unwrap() {
            let path = entry.unwrap().path();
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            made.extend(
                text.split("CREATE TABLE IF NOT EXISTS ")
                    .skip(1)
                    .map(|rest| rest.split([' ', '(']).next().unwrap().to_owned()),
            );
        }
    }
    made.sort_unstable();
    made.dedup();
    assert_eq!(made, known, "name a new table in src/store/backup/mod.rs: in TABLES, or in LEFT_OUT");
}
