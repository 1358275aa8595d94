//! What must hold when things break on purpose. Short in every run; the long
//! form is asked for from outside, see [`long_form`].

mod appends;
mod away;
mod corrupted;
mod kill;

use std::process::{Command, Stdio};

use emol::clock::IdSource;

use crate::cli::{Answer, answer, bare};
use crate::support::databases::{TestDatabase, master_keys};
use crate::web::desk_cast::form;

/// What the environment asks for: `EMOL_TEST_KILLS` sets how often something is killed,
/// `EMOL_TEST_AWAY_SECONDS` how long the database is away.
#[expect(clippy::disallowed_methods, reason = "the long form is asked for from outside")]
fn long_form(variable: &str) -> Option<u32> {
    std::env::var(variable).ok().and_then(|text| text.parse().ok())
}

fn kills() -> u32 {
    long_form("EMOL_TEST_KILLS").unwrap_or(4)
}

/// The program on that database.
pub fn emol(database: &TestDatabase, args: &[&str]) -> Command {
    let mut command = bare(args);
    command
        .env("DATABASE_URL", &database.url)
        .env("EMOL_MASTER_KEYS", master_keys().to_text().as_str())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// What the program says on that database.
async fn says(database: &TestDatabase, args: &[&str]) -> Answer {
    let mut command = emol(database, args);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    tokio::task::spawn_blocking(move || answer(command.output().unwrap())).await.unwrap()
}

/// A session's cookie as a site on plain http reads it.
fn cookie(token: [u8; 32]) -> String {
    use base64::Engine;
    format!("emol={}", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(token))
}

/// A fresh command's id.
fn command_id(ids: &dyn IdSource) -> String {
    ids.uuid_at(crate::web::site::NOW).to_string()
}

/// A form that puts somebody on file who shares nothing with anybody of another form.
fn somebody(command: &str, sca_name: &str) -> String {
    form(&[
        ("command_id", command),
        ("sca_name", &format!("{sca_name} {command}")),
        ("legal_name", &format!("Wen Wójcik {command}")),
        ("email", &format!("{command}@example.org")),
        ("phone", "416 555 0123"),
        ("address1", "1 Road"),
        ("city", "Toronto"),
        ("province", "ON"),
        ("postal_code", "K1A 0B1"),
    ])
}
