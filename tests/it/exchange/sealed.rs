//! What stands open in the files of a database after an import: nothing personal (V5, V6).

use std::path::{Path, PathBuf};

use aho_corasick::AhoCorasick;
use emol::commands::Command;
use emol::commands::bus::Request;
use emol::commands::combatant::CombatantCommand;
use emol::commands::combatant::erase::Erase;
use emol::commands::combatant::revoke_authorization::RevokeAuthorization;
use emol::domain::date::CivilDate;
use emol::domain::id::{CombatantId, CommandId};
use emol::events::combatant::ErasureCause;
use emol::store::Backend;
use uuid::Uuid;

use super::kingdom::{RUN, data, founded, import, operator, people};
use crate::support::databases::{TestDatabase, on_all_databases};

/// A name that is typed into a reason.
const IN_A_REASON: &str = "Quenilda Zymurgis fell off her horse";

/// Columns of the roster that nobody may find in a file.
const COLUMNS: [&str; 6] = ["legal_name", "sca_name", "email", "phone", "address1", "member_number"];

/// Every text of the roster that must not be found, with what the program makes of phones.
/// Names of a single short word would be found by accident in anything.
fn secrets() -> Vec<String> {
    let mut all = vec![IN_A_REASON.to_owned()];
    let file = data("roster-3000.csv");
    let mut reader = csv::Reader::from_reader(file.as_slice());
    let columns: Vec<usize> = {
        let header = reader.headers().unwrap();
        COLUMNS.iter().map(|name| header.iter().position(|column| column == *name).unwrap()).collect()
    };
    for row in reader.records() {
        let row = row.unwrap();
        for &column in &columns {
            let text = row[column].trim().to_owned();
            let digits: String = text.chars().filter(char::is_ascii_digit).collect();
            if column == columns[3] && digits.len() >= 10 {
                all.push(digits[digits.len() - 10..].to_owned());
            }
            all.push(text);
        }
    }
    all.retain(|text| text.len() >= 9);
    all.sort_unstable();
    all.dedup();
    assert!(all.len() > 9_000, "{} texts to look for", all.len());
    all
}

/// The files in which the database keeps what was written, its journals included.
async fn files(database: &TestDatabase) -> Vec<PathBuf> {
    if database.db.backend() == Backend::Sqlite {
        let path = database.url.strip_prefix("sqlite://").unwrap();
        return ["", "-wal"].iter().map(|suffix| PathBuf::from(format!("{path}{suffix}"))).collect();
    }
    let row = database.admin.fetch_optional("SELECT @@datadir, DATABASE()", &[]).await.unwrap().unwrap();
    let folder = Path::new(row.text(0).unwrap());
    let own = row.text(1).unwrap().to_owned();
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap().map(Result::unwrap) {
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.file_type().unwrap().is_dir() {
                if name == own || name.starts_with('#') {
                    folders.push(entry.path());
                }
            } else if ["ib", "undo", "binlog", "#ib"].iter().any(|start| name.starts_with(start))
                || Path::new(&name).extension().is_some_and(|extension| extension == "ibd")
            {
                found.push(entry.path());
            }
        }
    }
    found
}

/// How often one of the texts stands in the files; never which.
fn found(texts: &AhoCorasick, files: &[PathBuf]) -> usize {
    let mut bytes_read = 0;
    let mut hits = 0;
    for path in files {
        let Ok(bytes) = std::fs::read(path) else { continue };
        bytes_read += bytes.len();
        hits += texts.find_iter(&bytes).count();
    }
    assert!(bytes_read > 1_000_000, "only {bytes_read} bytes were there to look through");
    hits
}

#[test]
fn v5_the_files_of_the_database_hold_no_name_address_or_number_of_the_roster() {
    on_all_databases(async |database| {
        let bus = founded(&database).await;
        import(&bus, &data("roster-3000.csv")).await.unwrap();
        let (id, record) = people(&bus)
            .await
            .into_iter()
            .find(|(_, record)| {
                record.civil(None).unwrap().cards.values().any(|c| !c.authorizations.is_empty())
            })
            .unwrap();
        let civil = record.civil(None).unwrap();
        let (discipline, card) =
            civil.cards.iter().find(|(_, card)| !card.authorizations.is_empty()).unwrap();
        let revoke = RevokeAuthorization {
            discipline: discipline.clone(),
            authorization: card.authorizations.keys().next().unwrap().clone(),
            on: CivilDate::new(2026, 11, 22).unwrap(),
            reason: IN_A_REASON.to_owned(),
        };
        let commands: [(CombatantId, CombatantCommand); 2] =
            [(id, revoke.into()), (id, Erase::by(ErasureCause::Officer).into())];
        for (number, (combatant, command)) in (1..).zip(commands) {
            let request = Request {
                command_id: CommandId(Uuid::from_u128(number)),
                actor: operator(),
                correlation_id: RUN,
                body: Vec::new(),
                seen: None,
                command: Command::Combatant { combatant, command },
            };
            bus.execute(request).await.unwrap();
        }
        let texts = AhoCorasick::new(secrets()).unwrap();
        assert_eq!(texts.find_iter(&data("roster-3000.csv")).count().min(9_000), 9_000, "the search finds");
        assert_eq!(found(&texts, &files(&database).await), 0, "{}", database.name);
    });
}
