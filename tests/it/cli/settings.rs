//! Settings, keys and the codes of what is missing.

use super::{Place, answer, bare, free_port, get, mode};

#[test]
fn the_version_printed_is_the_file_version() {
    let answer = answer(bare(&["--version"]).output().unwrap());
    let version = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/VERSION")).unwrap();
    assert_eq!((answer.code, answer.out), (0, format!("emol {version}")));
}

#[test]
fn a_wrong_command_line_ends_with_2() {
    for args in
        [&["nonsense"][..], &["serve", "--demo"], &["rebuild", "nothing"], &["verify", "--against", "ab"]]
    {
        let answer = answer(bare(args).output().unwrap());
        assert_eq!(answer.code, 2, "{args:?}: {answer:?}");
        assert!(!answer.err.is_empty());
    }
}

#[test]
fn every_subcommand_explains_itself() {
    let names = "demo serve migrate import rebuild verify history officer health static doctor keys docs";
    for name in names.split(' ') {
        let answer = answer(bare(&[name, "--help"]).output().unwrap());
        assert_eq!(answer.code, 0, "{name}: {answer:?}");
        assert!(answer.out.contains("Usage: emol"), "{name}");
    }
    let help = answer(bare(&["--help"]).output().unwrap()).out;
    assert!(help.contains("Exit codes:") && help.contains("DATABASE_URL"), "{help}");
}

#[test]
fn a_missing_setting_is_named_with_an_example() {
    for args in [&["serve"][..], &["migrate"], &["verify"], &["officer", "list"], &["history", "kingdom"]] {
        let answer = answer(bare(args).output().unwrap());
        assert_eq!(answer.code, 3, "{args:?}: {answer:?}");
        assert!(answer.err.contains("DATABASE_URL") && answer.err.contains("sqlite:///"), "{answer:?}");
    }
}

#[test]
fn a_wrong_setting_is_named_without_its_secret() {
    let answer = answer(bare(&["migrate"]).env("DATABASE_URL", "postgres://u:hidden@h/d").output().unwrap());
    assert_eq!(answer.code, 3);
    assert!(answer.err.contains("mysql://") && !answer.err.contains("hidden"), "{answer:?}");
}

#[test]
fn for_mysql_a_missing_key_says_how_to_make_one() {
    let answer = answer(bare(&["serve"]).env("DATABASE_URL", "mysql://u:p@127.0.0.1/d").output().unwrap());
    assert_eq!(answer.code, 3);
    assert!(
        answer.err.contains("EMOL_MASTER_KEYS") && answer.err.contains("emol keys generate"),
        "{answer:?}"
    );
}

#[test]
fn a_database_that_is_away_ends_with_4_and_what_its_machine_says() {
    let url = format!("mysql://u:hidden@127.0.0.1:{}/d", free_port());
    let answer = answer(bare(&["verify"]).env("DATABASE_URL", url).output().unwrap());
    assert_eq!(answer.code, 4, "{answer:?}");
    assert!(answer.err.contains("refused") && !answer.err.contains("hidden"), "{answer:?}");
}

#[test]
fn only_migrate_makes_a_database() {
    let place = Place::empty();
    for args in [&["verify"][..], &["serve"], &["rebuild"], &["officer", "list"]] {
        let answer = place.run(args);
        assert_eq!(answer.code, if args[0] == "verify" { 5 } else { answer.code }, "{answer:?}");
        assert_ne!(answer.code, 0, "{args:?}");
        assert!(!place.file("emol.db").exists(), "{args:?}");
    }
}

#[test]
fn migrate_makes_a_key_that_only_its_owner_may_read_and_says_so() {
    let place = Place::empty();
    let answer = place.run(&["migrate"]);
    let key = place.file("emol.db.key");
    assert_eq!(answer.code, 0, "{answer:?}");
    assert!(answer.out.contains(&key.display().to_string()), "{answer:?}");
    assert_eq!(mode(&key), 0o600);
    let before = std::fs::read(&key).unwrap();
    let again = place.run(&["migrate"]);
    assert_eq!((again.code, again.out.as_str()), (0, "The tables are up to date.\n"));
    assert_eq!(std::fs::read(&key).unwrap(), before);
    let raised = place.run(&["migrate", "--raise-log-format", "--json"]);
    assert!(raised.code == 0 && raised.out.contains("\"log_format\": 2"), "{raised:?}");
    let doctor = place.run(&["doctor"]);
    assert!(doctor.out.contains("format 2 may be written, this release knows up to 2"), "{doctor:?}");
}

#[test]
fn a_lost_key_is_never_replaced() {
    let place = Place::migrated();
    std::fs::remove_file(place.file("emol.db.key")).unwrap();
    let answer = place.run(&["migrate"]);
    assert_eq!(answer.code, 3, "{answer:?}");
    assert!(answer.err.contains("backup"), "{answer:?}");
    assert!(!place.file("emol.db.key").exists());
}

#[test]
fn another_master_key_does_not_open_the_log() {
    let place = Place::migrated();
    let keys = answer(bare(&["keys", "generate", "--id", "other"]).output().unwrap()).out;
    let answer =
        answer(place.command(&["officer", "list"]).env("EMOL_MASTER_KEYS", keys.trim()).output().unwrap());
    assert_eq!(answer.code, 3, "{answer:?}");
    assert!(answer.err.contains("main") && !answer.err.contains(keys.trim()), "{answer:?}");
}

#[test]
fn a_key_file_is_made_once_and_for_its_owner_only() {
    let place = Place::empty();
    let file = place.file("my.key").display().to_string();
    assert_eq!(place.run(&["keys", "generate", "--file", &file]).code, 0);
    assert_eq!(mode(&place.file("my.key")), 0o600);
    assert_eq!(place.run(&["keys", "generate", "--file", &file]).code, 3);
    let env = [("EMOL_MASTER_KEYS_FILE", file)];
    assert_eq!(answer(place.command(&["migrate"]).envs(env).output().unwrap()).code, 0);
    assert!(!place.file("emol.db.key").exists());
}

#[test]
fn settings_come_from_a_file_too() {
    let place = Place::migrated();
    let text = format!("database_url = \"{}\"\n", place.url());
    let file = place.write("emol.toml", &text);
    assert_eq!(answer(bare(&["--config", &file, "verify"]).output().unwrap()).code, 0);
    assert_eq!(answer(bare(&["verify"]).env("EMOL_CONFIG", &file).output().unwrap()).code, 0);
    let wrong = place.write("wrong.toml", "databse_url = \"x\"\n");
    let answer = answer(bare(&["verify", "--config", &wrong]).output().unwrap());
    assert_eq!(answer.code, 3);
    assert!(answer.err.contains("databse_url"), "{answer:?}");
}

#[test]
fn v9_migrate_begins_a_draft_of_the_privacy_policy_and_the_doctor_says_that_none_is_approved() {
    let place = Place::empty();
    let first = place.json(&["migrate", "--json"]);
    assert_eq!(first["policy_draft"], true);
    assert_eq!(place.json(&["migrate", "--json"])["policy_draft"], false, "once");
    let kingdom = place.json(&["history", "kingdom", "--json"]);
    let events = kingdom["events"].as_array().unwrap();
    let draft = events.iter().find(|event| event["event"] == "PolicyDraftBegun").unwrap();
    assert!(draft["payload"]["text"].as_str().unwrap().contains("[FILL IN"), "{draft}");
    let doctor = place.run(&["doctor"]);
    for said in
        ["no privacy policy is approved", "nobody can be invited", "approve the draft at /desk/policies"]
    {
        assert!(doctor.out.contains(said), "{doctor:?}");
    }
}

#[test]
fn the_doctor_says_what_to_do_about_each_finding() {
    let place = Place::empty();
    assert_eq!(answer(bare(&["doctor"]).output().unwrap()).code, 3);
    assert_eq!(place.run(&["doctor"]).code, 5);
    assert_eq!(place.run(&["migrate"]).code, 0);
    let answer = place.run(&["doctor"]);
    assert_eq!(answer.code, 0, "nobody may manage officers yet, which stands in nothing's way: {answer:?}");
    assert!(answer.out.contains("--administrator"), "{answer:?}");
    let invited = place.run(&["officer", "invite", "a@example.org", "--name", "A", "--administrator"]);
    assert_eq!(invited.code, 0, "{invited:?}");
    let report = place.json(&["doctor", "--json"]);
    assert_eq!(report["healthy"], true, "{report}");
    let named: Vec<_> =
        report["findings"].as_array().unwrap().iter().map(|f| f["check"].as_str().unwrap()).collect();
    for check in ["settings", "database", "tables", "rights", "triggers", "keys", "clock", "officers"] {
        assert!(named.contains(&check), "{check} is not in {named:?}");
    }
}

#[test]
fn serve_answers_says_its_head_and_ends_when_asked() {
    let place = Place::migrated();
    let port = free_port();
    let mut command = place.command(&["serve"]);
    command.env("EMOL_LISTEN", format!("127.0.0.1:{port}")).env("EMOL_LOG_FORMAT", "json");
    let server = super::Running::start(command);
    let (status, page) = get(port, "/");
    assert_eq!(status, 200);
    assert!(page.contains(emol::VERSION));
    assert!(!page.contains("DEMO"), "serve is no demonstration");
    let address = format!("127.0.0.1:{port}");
    assert_eq!(place.run(&["health", "--address", &address]).code, 0);
    let ended = server.end();
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(ended.err.lines().all(|line| line.starts_with('{')), "{ended:?}");
    assert!(ended.err.contains("\"hash\""), "{ended:?}");
    let health = place.json(&["health", "--address", &address, "--json"]);
    assert_eq!(health["healthy"], false);
}

#[test]
fn serve_says_whether_anybody_can_sign_in() {
    let place = Place::migrated();
    let id = ("EMOL_OIDC_CLIENT_ID", "emol");
    let secret = ("EMOL_OIDC_CLIENT_SECRET", "hidden");
    for (settings, says) in
        [(&[][..], "nobody can sign in"), (&[id, secret][..], "https://accounts.google.com")]
    {
        let port = free_port();
        let mut command = place.command(&["serve"]);
        command.env("EMOL_LISTEN", format!("127.0.0.1:{port}")).envs(settings.iter().copied());
        let server = super::Running::start(command);
        get(port, "/health/live");
        let ended = server.end();
        assert_eq!(ended.code, 0, "{ended:?}");
        assert!(ended.err.contains(says) && !ended.err.contains("hidden"), "{ended:?}");
    }
    for (half, other) in [(id, secret), (secret, id)] {
        let answer = answer(place.command(&["serve"]).envs([half]).output().unwrap());
        assert_eq!(answer.code, 3, "{answer:?}");
        assert!(answer.err.contains(other.0) && !answer.err.contains("hidden"), "{answer:?}");
    }
}

#[test]
fn serve_refuses_tables_that_are_not_its_own() {
    let place = Place::empty();
    std::fs::write(place.file("emol.db"), "").unwrap();
    let keys = answer(bare(&["keys", "generate"]).output().unwrap()).out;
    let answer = answer(place.command(&["serve"]).env("EMOL_MASTER_KEYS", keys.trim()).output().unwrap());
    assert_eq!(answer.code, 5, "{answer:?}");
    assert!(answer.err.contains("emol migrate"), "{answer:?}");
}

#[test]
fn the_static_files_are_written_out() {
    let place = Place::empty();
    let folder = place.file("out").display().to_string();
    assert_eq!(place.run(&["static", "export", &folder]).code, 0);
    let names: Vec<_> = std::fs::read_dir(place.file("out/static"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert!(names.iter().any(|name| name.starts_with("site-") && name.contains(".css")), "{names:?}");
}

#[test]
fn the_events_page_is_printed_as_the_code_has_it() {
    let answer = answer(bare(&["docs", "events"]).output().unwrap());
    assert_eq!(answer.code, 0);
    assert_eq!(answer.out, format!("{}\n", emol::events::catalogue::markdown().trim_end()));
}

#[test]
fn a_database_that_is_none_of_ours_is_named_and_left_as_it_is() {
    let place = Place::empty();
    let file = place.file("emol.db");
    std::fs::write(&file, "a list of names\n".repeat(100)).unwrap();
    std::fs::write(place.file("emol.db.key"), "main:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=").unwrap();
    let before = std::fs::read(&file).unwrap();
    for what in ["migrate", "verify", "doctor"] {
        let answer = place.run(&[what]);
        assert_eq!(answer.code, 3, "{what} {answer:?}");
        assert!(format!("{}{}", answer.out, answer.err).contains("no SQLite database"), "{what} {answer:?}");
    }
    assert_eq!(std::fs::read(&file).unwrap(), before);
    for url in ["sqlite://", "sqlite::memory:", "sqlite:?mode=rwc"] {
        let answer = answer(place.command(&["migrate"]).env("DATABASE_URL", url).output().unwrap());
        assert!(answer.code == 3 && answer.err.contains("DATABASE_URL"), "{url} {answer:?}");
    }
}

#[test]
fn a_master_key_that_was_seen_is_changed_and_then_left_out() {
    let place = Place::migrated();
    let invited =
        place.run(&["officer", "invite", "mol@example.org", "--name", "Somebody", "--administrator"]);
    assert_eq!(invited.code, 0, "{invited:?}");
    let old = std::fs::read_to_string(place.file("emol.db.key")).unwrap().trim().to_owned();
    let new = bare(&["keys", "generate", "--id", "new"]).output().unwrap();
    let new = answer(new).out.trim().to_owned();
    let with = |keys: &str, args: &[&str]| {
        answer(place.command(args).env("EMOL_MASTER_KEYS", keys).output().unwrap())
    };
    let both = format!("{new},{old}");
    let doctor = with(&both, &["doctor"]);
    assert!(doctor.out.contains("emol keys rewrap"), "{doctor:?}");
    let rewrapped = with(&both, &["keys", "rewrap", "--json"]);
    let rewrapped: serde_json::Value = serde_json::from_str(&rewrapped.out).unwrap();
    assert!(rewrapped["rewrapped"].as_u64().unwrap() >= 2, "the officers' key and the log's: {rewrapped}");
    assert!(with(&both, &["keys", "rewrap"]).out.contains("nothing was changed"));
    assert!(with(&both, &["doctor"]).out.contains("the master keys open what is sealed"));
    assert!(with(&new, &["officer", "list"]).out.contains("mol@example.org"));
    assert_eq!(with(&old, &["officer", "list"]).code, 3);
}
